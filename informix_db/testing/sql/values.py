"""Values and conversions between types, with Informix's sqlcodes.

Every family has one storage form, which is also what SQLite compares:

========  ==========================================================
int       int
float     float
decimal   bytes of `decimals.pack`
string    str; CHAR and NCHAR without their trailing blanks
boolean   0 or 1
date      int, days since 1899-12-31
datetime  str, the digits of the fields
interval  int, months or ticks (`temporal`)
byte      bytes, the contents
text      bytes, the contents in the session's code set
blob      bytes, the locator; clob too
========  ==========================================================

`converter` gives the function between two types, None if values stay as they are. NULL
never reaches a converter. To and from the values of `api`: `boundary`.
"""

from __future__ import annotations

import datetime
import math
import re
import struct
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from informix_db.testing.api import (
    DAY,
    YEAR,
    SQLError,
    SQLType,
)
from informix_db.testing.sql import types as t
from informix_db.testing.sql.dates import DEFAULT_DBDATE, format_date, parse_date
from informix_db.testing.sql.decimals import CONTEXT, pack, unpack
from informix_db.testing.sql.temporal import (
    MAX_DATE,
    MIN_DATE,
    Moment,
    date_to_days,
    days_to_date,
    extend,
    fit_interval,
    format_datetime,
    format_interval,
    moment_of,
    parse_datetime,
    parse_interval,
)

Convert = Callable[[Any], Any]

_YEAR_TO_DAY = (YEAR, DAY)
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$")


class Context:
    """What conversions depend on: the running session's settings and clock."""

    def __init__(self) -> None:
        self.dbdate = DEFAULT_DBDATE
        self.refuses_truncation = False
        self.codec = "latin-1"  # of the database's code set
        self.now = datetime.datetime(1900, 1, 1)
        self._converters: dict[tuple[SQLType, SQLType], Convert | None] = {}

    def size(self, text: str) -> int:
        """Return the bytes of `text` in the database's code set."""
        if text.isascii():
            return len(text)
        return len(text.encode(self.codec, "replace"))

    def padded(self, text: str, width: int) -> str:
        """Return `text` with blanks up to `width` bytes."""
        return text + " " * (width - self.size(text))

    def cut(self, text: str, limit: int) -> str:
        """Return as much of `text` as `limit` bytes hold, whole characters only."""
        if text.isascii():
            return text[:limit]
        part = text.encode(self.codec, "replace")[:limit]
        return part.decode(self.codec, "ignore")

    def moment(self) -> Moment:
        return moment_of(self.now)

    def converter(self, source: SQLType, target: SQLType) -> Convert | None:
        """Return the function from `source` to `target`, None if there is no need."""
        key = source, target
        try:
            return self._converters[key]
        except KeyError:
            made = self._converters[key] = _make(self, source, target)
            return made


def add_conversion(source: str, target: str, maker: _Maker) -> None:
    """Make `maker` the one between two families."""
    _MAKERS[source, target] = maker


def _make(context: Context, source: SQLType, target: SQLType) -> Convert | None:
    pair = t.family(source), t.family(target)
    if pair[0] == "null":
        return None
    maker = _MAKERS.get(pair)
    if maker is None:
        if pair[0] == pair[1]:
            return None
        raise no_conversion(source, target)
    return maker(context, source, target)


def no_conversion(source: SQLType, target: SQLType) -> SQLError:
    """Return the error for types without a conversion: -1260, -9634 for opaque ones,
    -617 for a value that is no large object where BYTE or TEXT is wanted."""
    if target.code in (t.BYTE, t.TEXT):
        return SQLError(-617)
    opaque = (t.UDTVAR, t.UDTFIXED)
    if source.code in opaque or target.code in opaque:
        return SQLError(-9634, token=t.describe_name(source))
    return SQLError(-1260)


# --- numbers -----------------------------------------------------------------


def check_int(value: int, code: int) -> int:
    limit, sqlcode = t.INT_LIMITS[code]
    if not -limit <= value <= limit:
        raise SQLError(sqlcode)
    return value


def fit_decimal(value: Decimal, sql_type: SQLType) -> Decimal:
    """Return `value` rounded to the type; SQLError(-1226) if it does not fit."""
    precision, scale = t.precision_scale(sql_type)
    if scale is None:
        context = CONTEXT.copy()
        context.prec = precision
        return context.plus(value)
    try:
        value = value.quantize(Decimal((0, (1,), -scale)), context=CONTEXT)
    except InvalidOperation:
        raise SQLError(-1226) from None
    if value and value.adjusted() >= precision - scale:
        raise SQLError(-1226)
    return value


def parse_number(text: str) -> Decimal:
    """Return the number in a text; SQLError(-1213) if it is none."""
    text = text.strip()
    if not _NUMBER.match(text):
        raise SQLError(-1213)
    return Decimal(text)


def narrow_float(value: float, code: int) -> float:
    """Return `value` as FLOAT or SMALLFLOAT keeps it; SQLError(-1222) if too large."""
    if code == t.SMALLFLOAT:
        try:
            value = struct.unpack(">f", struct.pack(">f", value))[0]
        except OverflowError:
            raise SQLError(-1222) from None
    return value


def number_text(value: int | float | Decimal, scale: int | None = None) -> str:
    """Return a number's text, without an exponent where that is short."""
    if isinstance(value, int):
        return str(value)
    if scale is not None:
        return f"{value:.{scale}f}"
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if -20 < number.adjusted() < 20:
        text = f"{number:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(number)


def _to_int(target: SQLType, number: Callable[[Any], Any]) -> Convert:
    code = target.code

    def convert(value: Any) -> int:
        try:
            return check_int(int(number(value)), code)
        except (OverflowError, ValueError):
            raise SQLError(t.INT_LIMITS[code][1]) from None

    return convert


def _to_decimal(target: SQLType, number: Callable[[Any], Decimal]) -> Convert:
    return lambda value: pack(fit_decimal(number(value), target))


def _to_float(target: SQLType, number: Callable[[Any], Any]) -> Convert:
    code = target.code

    def convert(value: Any) -> float:
        result = float(number(value))
        if math.isinf(result) and not isinstance(value, float):
            raise SQLError(-1223)
        return narrow_float(result, code)

    return convert


def _float_number(value: float) -> Decimal:
    number = Decimal(repr(value))
    if not number.is_finite():
        raise SQLError(-1226)
    return number


_NUMBER_OF: dict[str, Callable[[Any], Any]] = {
    "int": Decimal,
    "float": _float_number,
    "decimal": unpack,
    "string": parse_number,
    "date": Decimal,
}


def _int_from(context: Context, source: SQLType, target: SQLType) -> Convert | None:
    kind = t.family(source)
    if kind == "int":
        if t.INT_LIMITS[source.code][0] <= t.INT_LIMITS[target.code][0]:
            return None
        return lambda value: check_int(value, target.code)
    return _to_int(target, int if kind in ("float", "date") else _NUMBER_OF[kind])


def _decimal_from(context: Context, source: SQLType, target: SQLType) -> Convert | None:
    wide = source.length, 32 << 8 | t.FLOATING
    if t.family(source) == "decimal" and target.length in wide:
        return None
    return _to_decimal(target, _NUMBER_OF[t.family(source)])


def _float_from(context: Context, source: SQLType, target: SQLType) -> Convert | None:
    kind = t.family(source)
    if kind == "float" and target.code == t.FLOAT:
        return None
    return _to_float(target, float if kind in ("int", "float") else _NUMBER_OF[kind])


def _date_from_number(
    context: Context, source: SQLType, target: SQLType
) -> Convert | None:
    number = _NUMBER_OF[t.family(source)]

    def convert(value: Any) -> int:
        days = int(number(value))
        if not MIN_DATE <= days <= MAX_DATE:
            raise SQLError(-1210)
        return days

    return convert


# --- strings -----------------------------------------------------------------


def fit_string(context: Context, text: str, sql_type: SQLType) -> str:
    """Return `text` as the type stores it: cut, or SQLError(-1279) if characters
    would be lost and the session refuses that, as in MODE ANSI."""
    limit = t.char_length(sql_type)
    if t.is_padded(sql_type):
        text = text.rstrip(" ")
    if context.size(text) <= limit:
        return text
    if context.refuses_truncation and context.size(text.rstrip(" ")) > limit:
        raise SQLError(-1279)
    return context.cut(text, limit)


def _string_from_string(
    context: Context, source: SQLType, target: SQLType
) -> Convert | None:
    if t.is_padded(source) and not t.is_padded(target):
        width = source.length
        return lambda text: fit_string(context, context.padded(text, width), target)
    if t.is_padded(source) and source.length <= target.length:
        return None
    limit = 0 if t.is_padded(target) else t.char_length(target)

    def convert(text: str) -> str:
        if len(text) <= limit and text.isascii():
            return text
        return fit_string(context, text, target)

    return convert


def _string_from(
    text_of: Callable[[Context, SQLType], Callable[[Any], str]],
) -> Callable[[Context, SQLType, SQLType], Convert]:
    def make(context: Context, source: SQLType, target: SQLType) -> Convert:
        text = text_of(context, source)
        limit = t.char_length(target)

        def convert(value: Any) -> str:
            result = text(value)
            if len(result) > limit:
                raise SQLError(-1207)
            return result

        return convert

    return make


def _decimal_text(context: Context, source: SQLType) -> Callable[[Any], str]:
    scale = t.precision_scale(source)[1]
    return lambda value: number_text(unpack(value), scale)


def _datetime_text(context: Context, source: SQLType) -> Callable[[Any], str]:
    first, last = t.qualifier(source)
    return lambda digits: format_datetime(digits, first, last)


def _boolean_from_string(context: Context, source: SQLType, target: SQLType) -> Convert:
    def convert(text: str) -> int:
        try:
            return {"t": 1, "T": 1, "f": 0, "F": 0}[text.strip()]
        except KeyError:
            raise SQLError(-9648) from None

    return convert


# --- dates and times ---------------------------------------------------------


def _date_from_string(context: Context, source: SQLType, target: SQLType) -> Convert:
    return lambda text: parse_date(text, context.dbdate, context.now.date())


def _datetime_days(digits: str, first: int, last: int, now: Moment) -> int:
    day = extend(digits, (first, last), _YEAR_TO_DAY, now)
    return date_to_days(datetime.date(int(day[:4]), int(day[4:6]), int(day[6:])))


def _date_from_datetime(context: Context, source: SQLType, target: SQLType) -> Convert:
    first, last = t.qualifier(source)
    return lambda digits: _datetime_days(digits, first, last, context.moment())


def _date_digits(days: int) -> str:
    return days_to_date(days).strftime("%Y%m%d").rjust(8, "0")


def _datetime_from_date(context: Context, source: SQLType, target: SQLType) -> Convert:
    qualifier = t.qualifier(target)
    return lambda days: extend(
        _date_digits(days), _YEAR_TO_DAY, qualifier, context.moment()
    )


def _datetime_from_string(
    context: Context, source: SQLType, target: SQLType
) -> Convert:
    first, last = t.qualifier(target)
    return lambda text: parse_datetime(text, first, last)


def _datetime_from_datetime(
    context: Context, source: SQLType, target: SQLType
) -> Convert | None:
    old, new = t.qualifier(source), t.qualifier(target)
    if old == new:
        return None
    return lambda digits: extend(digits, old, new, context.moment())


def _locator(context: Context, source: SQLType, target: SQLType) -> Convert:
    def convert(value: bytes) -> bytes:
        if len(value) != target.length:
            raise SQLError(-9810)
        return value

    return convert


def _interval_from_string(
    context: Context, source: SQLType, target: SQLType
) -> Convert:
    return lambda text: parse_interval(text, target)


def _interval_from_interval(
    context: Context, source: SQLType, target: SQLType
) -> Convert | None:
    if t.interval_class(source) != t.interval_class(target):
        raise SQLError(-1266)
    if source.length == target.length:
        return None
    return lambda total: fit_interval(total, target)


_Maker = Callable[[Context, SQLType, SQLType], "Convert | None"]

_MAKERS: dict[tuple[str, str], _Maker] = {
    **{(kind, "int"): _int_from for kind in _NUMBER_OF},
    **{(kind, "decimal"): _decimal_from for kind in _NUMBER_OF},
    **{(kind, "float"): _float_from for kind in _NUMBER_OF},
    **{(kind, "date"): _date_from_number for kind in ("int", "float", "decimal")},
    ("string", "string"): _string_from_string,
    ("string", "boolean"): _boolean_from_string,
    ("string", "date"): _date_from_string,
    ("string", "datetime"): _datetime_from_string,
    ("string", "interval"): _interval_from_string,
    ("int", "string"): _string_from(lambda context, source: str),
    ("float", "string"): _string_from(lambda context, source: number_text),
    ("decimal", "string"): _string_from(_decimal_text),
    ("boolean", "string"): _string_from(lambda context, source: "ft".__getitem__),
    ("date", "string"): _string_from(
        lambda context, source: lambda days: format_date(days, context.dbdate)
    ),
    ("datetime", "string"): _string_from(_datetime_text),
    ("interval", "string"): _string_from(
        lambda context, source: lambda total: format_interval(total, source)
    ),
    ("date", "datetime"): _datetime_from_date,
    ("datetime", "date"): _date_from_datetime,
    ("datetime", "datetime"): _datetime_from_datetime,
    ("interval", "interval"): _interval_from_interval,
    ("locator", "blob"): _locator,
    ("locator", "clob"): _locator,
}
