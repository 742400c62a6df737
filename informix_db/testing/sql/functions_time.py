"""Built-in functions on dates and times, with their text formats."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import DAY, MONTH, SECOND, YEAR, SQLError, SQLType
from informix_db.testing.sql import ast, rules
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.dates import format_date, make_date
from informix_db.testing.sql.decimals import CONTEXT, pack
from informix_db.testing.sql.formats import (
    format_moment,
    format_number,
    parse_moment,
)
from informix_db.testing.sql.functions_number import ROUND_NUMBER, TRUNC_NUMBER
from informix_db.testing.sql.operators import as_decimal
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.signatures import (
    CallBinder,
    Signature,
    bind_argument,
    constant,
    limited,
    wrong_count,
)
from informix_db.testing.sql.temporal import (
    DAY_TICKS,
    TICKS,
    Moment,
    date_to_days,
    days_in_month,
    days_to_date,
    explode,
    fit_interval,
    format_datetime,
    implode,
    parse_interval,
)

if TYPE_CHECKING:
    from informix_db.testing.sql.expressions import ExpressionBinder

_FULL = (YEAR, SECOND + 5)
_FULL_TYPE = t.datetime_type(*_FULL)
_UNITS = {YEAR: 12, MONTH: 1, DAY: DAY_TICKS, 6: 3600 * TICKS, 8: 60 * TICKS}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


# --- what they compute -------------------------------------------------------


def add_months(days: int, months: Any) -> int:
    """ADD_MONTHS: the last day of a month stays one, a missing day becomes one."""
    day = days_to_date(days)
    total = day.year * 12 + day.month - 1 + int(as_decimal(months))
    year, month = total // 12, total % 12 + 1
    if not 1 <= year <= 9999:
        raise SQLError(-1267)
    last = days_in_month(year, month)
    if day.day == days_in_month(day.year, day.month):
        return make_date(year, month, last)
    return make_date(year, month, min(day.day, last))


def months_between(one: int, two: int) -> bytes:
    """MONTHS_BETWEEN: whole months, the rest in days of 1/31."""
    first, second = days_to_date(one), days_to_date(two)
    months = (first.year - second.year) * 12 + first.month - second.month
    ends = [d.day == days_in_month(d.year, d.month) for d in (first, second)]
    if first.day == second.day or all(ends):
        return pack(Decimal(months))
    rest = CONTEXT.divide(Decimal(first.day - second.day), Decimal(31))
    return pack(CONTEXT.add(Decimal(months), rest))


def last_day(days: int) -> int:
    day = days_to_date(days)
    return make_date(day.year, day.month, days_in_month(day.year, day.month))


def next_day(days: int, name: str) -> int:
    """NEXT_DAY: the first such weekday after the day; SQLError(-1260) for no name."""
    wanted = name.strip().lower()[:3]
    if wanted not in _DAYS:
        raise SQLError(-1260)
    ahead = (_DAYS.index(wanted) - days_to_date(days).weekday() - 1) % 7 + 1
    return days + ahead


def weekday(days: int) -> int:
    """WEEKDAY: 0 is Sunday."""
    return days_to_date(days).isoweekday() % 7


def _cut_moment(moment: Moment, unit: str, *, up: bool) -> Moment:
    """TRUNC (and with `up` ROUND) of a moment to YEAR, MONTH, DD, HH or MI."""
    day = datetime.datetime(*moment[:6])
    step = {
        "YEAR": day.replace(month=1, day=1, hour=0, minute=0, second=0),
        "MONTH": day.replace(day=1, hour=0, minute=0, second=0),
        "DD": day.replace(hour=0, minute=0, second=0),
        "HH": day.replace(minute=0, second=0),
        "MI": day.replace(second=0),
    }
    if unit == "DAY":
        start = step["DD"]
        back = start.isoweekday() % 7
        cut = start - datetime.timedelta(days=back)
        half, following = day - cut, cut + datetime.timedelta(days=7)
        rounds = half >= datetime.timedelta(days=3, hours=12)
    elif unit in step:
        cut = step[unit]
        rounds, following = _half(day, cut, unit)
    else:
        raise SQLError(-1260)
    result = following if up and rounds else cut
    return Moment(*result.timetuple()[:6], 0)


def _half(
    day: datetime.datetime, cut: datetime.datetime, unit: str
) -> tuple[bool, datetime.datetime]:
    if unit == "YEAR":
        return day.month >= 7, cut.replace(year=min(cut.year + 1, 9999))
    if unit == "MONTH":
        year, month = cut.year + cut.month // 12, cut.month % 12 + 1
        return day.day >= 16, cut.replace(year=year, month=month)
    size = {"DD": 86400, "HH": 3600, "MI": 60}[unit]
    rounds = (day - cut).total_seconds() * 2 >= size
    return rounds, cut + datetime.timedelta(seconds=size)


def _cut(digits: str, first: int, last: int, unit: str, up: int, now: Moment) -> str:
    names = {"YYYY": "YEAR", "YY": "YEAR", "MM": "MONTH", "HH24": "HH"}
    unit = unit.strip().upper()
    moment = explode(digits, first, last, now)
    cut = _cut_moment(moment, names.get(unit, unit), up=bool(up))
    return implode(cut, YEAR, 8)


_TIME_SPAN = t.interval_type(DAY, SECOND + 5, 9)
_MONTH_SPAN = t.interval_type(YEAR, MONTH, 9)
_SPAN_UNITS = {
    _TIME_SPAN: {"DAY": DAY, "HOUR": 6, "MINUTE": 8, "SECOND": SECOND},
    _MONTH_SPAN: {"YEAR": YEAR, "MONTH": MONTH},
}


def _span(sql_type: SQLType) -> Callable[[Any, str], int]:
    """Return NUMTODSINTERVAL or NUMTOYMINTERVAL: a number of units, with a fraction."""

    def span(number: Any, unit: str) -> int:
        field = _SPAN_UNITS[sql_type].get(unit.strip().upper())
        if field is None:
            raise SQLError(-1260)
        size = _UNITS.get(field, TICKS)
        return fit_interval(int(as_decimal(number) * size), sql_type)

    return span


SIGNATURES = {
    "to_dsinterval": Signature(
        "s", _TIME_SPAN, lambda text: parse_interval(text, _TIME_SPAN)
    ),
    "to_yminterval": Signature(
        "s", _MONTH_SPAN, lambda text: parse_interval(text, _MONTH_SPAN)
    ),
    "numtodsinterval": Signature("ns", _TIME_SPAN, _span(_TIME_SPAN)),
    "numtoyminterval": Signature("ns", _MONTH_SPAN, _span(_MONTH_SPAN)),
    "day": Signature("d", t.INTEGER_TYPE, lambda days: days_to_date(days).day),
    "month": Signature("d", t.INTEGER_TYPE, lambda days: days_to_date(days).month),
    "year": Signature("d", t.INTEGER_TYPE, lambda days: days_to_date(days).year),
    "quarter": Signature(
        "d", t.INTEGER_TYPE, lambda days: (days_to_date(days).month + 2) // 3
    ),
    "weekday": Signature("d", t.INTEGER_TYPE, weekday),
    "mdy": Signature("iii", t.DATE_TYPE, lambda m, d, y: make_date(y, m, d)),
    "last_day": Signature("d", t.DATE_TYPE, last_day),
    "next_day": Signature("ds", t.DATE_TYPE, next_day),
    "months_between": Signature("dd", rules.FLOATING_32, months_between),
}


# --- functions with rules of their own ---------------------------------------


def _number(value: int) -> b.Const:
    return b.Const(t.INTEGER_TYPE, value)


def _moment(binder: ExpressionBinder, expr: b.Expr) -> b.Expr:
    """Return a date or time as a DATETIME; texts are taken as DATEs."""
    kind = t.family(expr.type)
    if kind == "datetime":
        return expr
    if kind == "string":
        expr = binder.convert(expr, t.DATE_TYPE)
    elif kind != "date":
        raise SQLError(-1260)
    return binder.convert(expr, t.datetime_type(YEAR, DAY))


def _with_qualifier(expr: b.Expr) -> tuple[b.Expr, b.Expr, b.Expr]:
    first, last = t.qualifier(expr.type)
    return expr, _number(first), _number(last)


def _bind_date(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    if len(node.arguments) != 1:
        raise wrong_count(node)
    return bind_argument(binder, node.arguments[0], "d")


def _bind_add_months(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    """A DATETIME argument keeps its time of day."""
    if len(node.arguments) != 2:
        raise wrong_count(node)
    moment = binder.bind(node.arguments[0], t.DATE_TYPE)
    months = bind_argument(binder, node.arguments[1], "n")
    if t.family(moment.type) != "datetime":
        moment = binder.convert(moment, t.DATE_TYPE)
        return b.Op(t.DATE_TYPE, "fn_add_months", (moment, months))
    arguments = (*_with_qualifier(moment), months)
    return b.Op(rules.strip(moment.type), "fn_add_months_time", arguments)


def _bind_to_char(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    if not 1 <= len(node.arguments) <= 2:
        raise wrong_count(node)
    value = binder.bind(node.arguments[0], t.DATE_TYPE)
    pattern: b.Expr = b.Const(t.varchar(255), None)
    if len(node.arguments) == 2:
        pattern = bind_argument(binder, node.arguments[1], "s")
    result = t.lvarchar(255)
    kind = t.family(value.type)
    if kind in ("int", "float", "decimal"):
        return limited(b.Op(result, "fn_to_char_number", (value, pattern)))
    if kind == "date" and len(node.arguments) == 1:
        return b.Op(result, "fn_to_char_date", (value,))
    arguments = (*_with_qualifier(_moment(binder, value)), pattern)
    return limited(b.Op(result, "fn_to_char_time", arguments))


def _bind_to_date(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    if not 1 <= len(node.arguments) <= 2:
        raise wrong_count(node)
    text = bind_argument(binder, node.arguments[0], "s")
    pattern: b.Expr = b.Const(t.varchar(255), "%Y-%m-%d %H:%M:%S")
    if len(node.arguments) == 2:
        pattern = bind_argument(binder, node.arguments[1], "s")
    return b.Op(_FULL_TYPE, "fn_to_date", (text, pattern))


def _bind_cut(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    """ROUND and TRUNC, of a number or of a date."""
    number = ROUND_NUMBER if node.name.name == "round" else TRUNC_NUMBER
    if not node.arguments or isinstance(node.arguments[0], ast.Parameter):
        return number.bind(binder, node, hint)
    value = binder.bind(node.arguments[0])
    if t.family(value.type) not in ("date", "datetime"):
        return number.bind(binder, node, hint)
    if len(node.arguments) == 2:
        unit = bind_argument(binder, node.arguments[1], "s")
    else:
        unit = b.Const(t.char(2), "DD")
    arguments = (*_with_qualifier(_moment(binder, value)), unit)
    up = _number(int(node.name.name == "round"))
    result = b.Op(t.datetime_type(YEAR, 8), "fn_cut_time", (*arguments, up))
    return binder.convert(result, t.DATE_TYPE) if value.type.code == t.DATE else result


def bind_extend(binder: ExpressionBinder, node: ast.Extend) -> b.Expr:
    moment = _moment(binder, binder.bind(node.operand, t.DATE_TYPE))
    if node.qualifier is None:
        return moment
    target = t.datetime_type(node.qualifier.first, node.qualifier.last)
    return binder.convert(moment, target)


def bind_units(binder: ExpressionBinder, node: ast.Units) -> b.Expr:
    """``n UNITS DAY``: an INTERVAL as wide as the number, if that is constant."""
    amount = bind_argument(binder, node.operand, "n")
    value = constant(amount)
    digits = 9 if value is None else max(2, min(9, len(str(abs(value)))))
    first = min(node.unit, t.FRACTION_START)
    if node.unit == YEAR:
        digits = max(digits, 4) if value is not None else 9
    size = _UNITS.get(node.unit) or TICKS // 10 ** max(node.unit - SECOND, 0)
    result = t.interval_type(first, node.unit, digits)
    return b.Op(result, "fn_units", (amount, _number(size)))


def bind_dbinfo_time(binder: ExpressionBinder, node: ast.FunctionCall) -> b.Expr:
    """``DBINFO('utc_to_datetime', n)``."""
    if len(node.arguments) != 2:
        raise wrong_count(node)
    seconds = bind_argument(binder, node.arguments[1], "i")
    return b.Op(t.datetime_type(YEAR, SECOND), "fn_utc_to_datetime", (seconds,))


def _utc_to_datetime(seconds: int | None) -> str:
    """SQLError(-885) for NULL and for times before 1970."""
    if seconds is None or seconds < 0:
        raise SQLError(-885)
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y%m%d%H%M%S").rjust(14, "0")


def _add_months_time(digits: str, first: int, last: int, months: Any) -> str:
    moment = explode(digits, first, last, None)
    day = datetime.date(moment.year, moment.month, moment.day)
    moved = days_to_date(add_months(date_to_days(day), months))
    changed = moment._replace(year=moved.year, month=moved.month, day=moved.day)
    return implode(changed, first, last)


BINDERS: dict[str, CallBinder] = {
    "date": _bind_date,
    "add_months": _bind_add_months,
    "to_char": _bind_to_char,
    "to_date": _bind_to_date,
    "round": _bind_cut,
    "trunc": _bind_cut,
}


def register(runtime: Runtime) -> None:
    """Register what the functions with their own binders call."""
    runtime.register("fn_add_months", add_months)
    runtime.register("fn_add_months_time", _add_months_time)
    runtime.register("fn_units", lambda n, size: int(as_decimal(n)) * size)
    runtime.register("fn_utc_to_datetime", _utc_to_datetime, strict=False)
    runtime.register(
        "fn_cut_time",
        lambda digits, first, last, unit, up: _cut(
            digits, first, last, unit, up, runtime.moment()
        ),
    )
    runtime.register("fn_to_char_date", lambda days: format_date(days, runtime.dbdate))

    def to_char(digits: Any, first: Any, last: Any, pattern: str | None) -> str | None:
        if digits is None:
            return None
        if pattern is None:
            return format_datetime(digits, first, last)
        return format_moment(explode(digits, first, last, runtime.moment()), pattern)

    def to_char_number(value: Any, pattern: str | None) -> str | None:
        return None if value is None else format_number(as_decimal(value), pattern)

    runtime.register("fn_to_char_time", to_char, strict=False)
    runtime.register("fn_to_char_number", to_char_number, strict=False)
    runtime.register(
        "fn_to_date", lambda text, pattern: implode(parse_moment(text, pattern), *_FULL)
    )
