"""Which type an expression has: arithmetic, concatenation, branches, aggregates.

One table per question; tags such as SQR-156 are sources that docs/EMULATOR.md lists.
What is not in a table is not allowed (-1260 and relatives).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from informix_db.testing.api import DAY, YEAR, SQLError, SQLType
from informix_db.testing.sql import types as t

# Whether INT / INT keeps its fraction. Sources disagree (4JS-ora_030,
# 4JS-sqlite_017); outputs such as avg(int) = 1.50000000000000 speak for DECIMAL.
INTEGER_DIVISION_IS_EXACT = True

FLOATING_32 = t.decimal(32)

Rule = Callable[[SQLType, SQLType], SQLType]


def _integers(left: SQLType, right: SQLType) -> SQLType:
    """INT op INT is INT (ESQLC-135); anything wider wins."""
    for wide in (t.BIGINT, t.BIGSERIAL):
        if wide in (left.code, right.code):
            return t.BIGINT_TYPE
    if {left.code, right.code} & {t.INT8, t.SERIAL8}:
        return t.INT8_TYPE
    return t.INTEGER_TYPE


def _decimal_or_money(
    left: SQLType, right: SQLType, precision: int, scale: int
) -> SQLType:
    if scale > precision:
        return FLOATING_32
    if t.MONEY in (left.code, right.code):
        return t.money(precision, scale)
    return t.decimal(precision, scale)


def _scales(left: SQLType, right: SQLType) -> tuple[int, int, int, int] | None:
    p1, s1 = t.precision_scale(left)
    p2, s2 = t.precision_scale(right)
    return None if s1 is None or s2 is None else (p1, s1, p2, s2)


def _decimal_sum(left: SQLType, right: SQLType) -> SQLType:
    sizes = _scales(left, right)  # ESQLC-138
    if sizes is None:
        return FLOATING_32
    p1, s1, p2, s2 = sizes
    scale = max(s1, s2)
    return _decimal_or_money(
        left, right, min(32, max(p1 - s1, p2 - s2) + scale + 1), scale
    )


def _decimal_product(left: SQLType, right: SQLType) -> SQLType:
    sizes = _scales(left, right)  # ESQLC-138
    if sizes is None:
        return FLOATING_32
    p1, s1, p2, s2 = sizes
    return _decimal_or_money(left, right, min(32, p1 + p2), s1 + s2)


def _decimal_quotient(left: SQLType, right: SQLType) -> SQLType:
    return FLOATING_32  # ESQLC-138


def _integer_quotient(left: SQLType, right: SQLType) -> SQLType:
    return FLOATING_32 if INTEGER_DIVISION_IS_EXACT else _integers(left, right)


def _always(result: SQLType) -> Rule:
    return lambda left, right: result


def _left(left: SQLType, right: SQLType) -> SQLType:
    return left


def _right(left: SQLType, right: SQLType) -> SQLType:
    return right


def _date_and_interval(date: SQLType, interval: SQLType) -> SQLType:
    """DATE with INTERVAL is DATETIME (SQR-156), as fine as the interval needs."""
    return t.datetime_type(YEAR, max(DAY, t.qualifier(interval)[1]))


def _datetime_difference(left: SQLType, right: SQLType) -> SQLType:
    """The first operand's qualifier decides (SQR-154)."""
    first, last = t.qualifier(left)
    if last <= 2:
        return t.interval_type(first, last)
    if first < DAY:
        return t.interval_type(DAY, last, 8)
    return t.interval_type(first, last)


def _date_datetime(left: SQLType, right: SQLType) -> SQLType:
    if left.code == t.DATE:
        left = t.datetime_type(YEAR, DAY)
    return _datetime_difference(left, right)


def _datetime_and_interval(moment: SQLType, interval: SQLType) -> SQLType:
    """Every field of the INTERVAL must be in the DATETIME (SQR-155)."""
    first, last = t.qualifier(moment)
    low, high = t.qualifier(interval)
    if high > last or (low < first and t.interval_class(interval) == "months"):
        raise SQLError(-1266)
    return moment


def _intervals(left: SQLType, right: SQLType) -> SQLType:
    if t.interval_class(left) != t.interval_class(right):
        raise SQLError(-1266)
    first = min(t.qualifier(left)[0], t.qualifier(right)[0])
    last = max(t.qualifier(left)[1], t.qualifier(right)[1])
    precision = max(
        t.leading_precision(side)
        for side in (left, right)
        if t.qualifier(side)[0] == first
    )
    return t.interval_type(first, last, min(precision, 9))


_DECIMAL_PAIRS = (
    ("decimal", "decimal"),
    ("decimal", "int"),
    ("int", "decimal"),
    ("decimal", "float"),
    ("float", "decimal"),
)
_DECIMAL_RULES: dict[str, Rule] = {
    "+-": _decimal_sum,
    "*": _decimal_product,
    "/": _decimal_quotient,
}
_NUMERIC: dict[tuple[str, str], dict[str, Rule]] = {
    ("int", "int"): {"+-*": _integers, "/": _integer_quotient},
    ("int", "float"): {"+-*/": _always(t.FLOAT_TYPE)},
    ("float", "int"): {"+-*/": _always(t.FLOAT_TYPE)},
    ("float", "float"): {"+-*/": _always(t.FLOAT_TYPE)},
    **dict.fromkeys(_DECIMAL_PAIRS, _DECIMAL_RULES),
}
_TEMPORAL: dict[tuple[str, str], dict[str, Rule]] = {
    ("date", "date"): {"-": _always(t.INTEGER_TYPE)},
    ("date", "int"): {"+-": _left},
    ("date", "decimal"): {"+-": _left},
    ("int", "date"): {"+": _right},
    ("date", "interval"): {"+-": _date_and_interval},
    ("interval", "date"): {"+": lambda a, b: _date_and_interval(b, a)},
    ("datetime", "interval"): {"+-": _datetime_and_interval},
    ("interval", "datetime"): {"+": lambda a, b: _datetime_and_interval(b, a)},
    ("datetime", "datetime"): {"-": _datetime_difference},
    ("date", "datetime"): {"-": _date_datetime},
    ("datetime", "date"): {"-": _date_datetime},
    ("interval", "interval"): {"+-": _intervals},
    **{("interval", n): {"*/": _left} for n in ("int", "decimal", "float")},
    **{(n, "interval"): {"*": _right} for n in ("int", "decimal", "float")},
}
ARITHMETIC = {**_NUMERIC, **_TEMPORAL}


def arithmetic(operator: str, left: SQLType, right: SQLType) -> SQLType:
    """Return the type of `left operator right` (operands already not strings)."""
    rules = ARITHMETIC.get((t.family(left), t.family(right)), {})
    for operators, rule in rules.items():
        if operator in operators:
            return rule(left, right)
    raise SQLError(-1260)


# --- strings -----------------------------------------------------------------


def string_result(left: SQLType, right: SQLType, length: int) -> SQLType:
    """Return the type of a concatenation of `length` bytes (SQS-2001)."""
    codes = {left.code, right.code}
    if codes & {t.NCHAR, t.NVARCHAR}:
        if length <= t.MAX_VARCHAR:
            return t.varchar(length, code=t.NVARCHAR)
        return t.char(min(length, t.MAX_CHAR), t.NCHAR)
    if codes == {t.CHAR}:
        return t.char(min(length, t.MAX_CHAR))
    if length <= t.MAX_VARCHAR and t.UDTVAR not in codes:
        return t.varchar(length)
    return t.lvarchar(min(length, t.MAX_LVARCHAR))


def text_width(sql_type: SQLType) -> int:
    """Return the bytes a value of the type needs as text."""
    kind = t.family(sql_type)
    if kind == "string":
        return t.char_length(sql_type)
    if kind == "decimal":
        return t.precision_scale(sql_type)[0] + 2
    if kind == "int":
        return {t.SMALLINT: 6, t.INTEGER: 11, t.SERIAL: 11}.get(sql_type.code, 20)
    return {"date": 10, "boolean": 1, "float": 24}.get(kind, 30)


def _common_strings(left: SQLType, right: SQLType) -> SQLType:
    """CASE, NVL, UNION over strings (SQS-2105)."""
    length = max(t.char_length(left), t.char_length(right))
    codes = {left.code, right.code}
    if codes & {t.NCHAR, t.NVARCHAR}:
        if codes <= {t.NCHAR, t.CHAR} or length > t.MAX_VARCHAR:
            return t.char(length, t.NCHAR)
        return t.varchar(length, code=t.NVARCHAR)
    if t.UDTVAR in codes:
        return t.lvarchar(length)
    if codes == {t.CHAR} or length > t.MAX_VARCHAR:
        return t.char(length)
    return t.varchar(length)


def _common_decimals(left: SQLType, right: SQLType) -> SQLType:
    sizes = _scales(left, right)
    if sizes is None:
        return FLOATING_32
    p1, s1, p2, s2 = sizes
    scale = max(s1, s2)
    precision = min(32, max(p1 - s1, p2 - s2) + scale)
    return _decimal_or_money(left, right, precision, scale)


def _common_datetimes(left: SQLType, right: SQLType) -> SQLType:
    one, two = t.qualifier(left), t.qualifier(right)
    return t.datetime_type(min(one[0], two[0]), max(one[1], two[1]))


def _common_integers(left: SQLType, right: SQLType) -> SQLType:
    return left if left.code == right.code == t.SMALLINT else _integers(left, right)


_COMMON: dict[tuple[str, str], Rule] = {
    ("string", "string"): _common_strings,
    ("int", "int"): _common_integers,
    ("float", "float"): _always(t.FLOAT_TYPE),
    ("float", "int"): _always(t.FLOAT_TYPE),
    ("int", "float"): _always(t.FLOAT_TYPE),
    **dict.fromkeys(_DECIMAL_PAIRS, _common_decimals),
    ("datetime", "datetime"): _common_datetimes,
    ("date", "datetime"): _right,
    ("datetime", "date"): _left,
    ("interval", "interval"): _intervals,
}


def common(left: SQLType, right: SQLType) -> SQLType | None:
    """Return the type both branches of CASE, NVL or UNION become, None if none."""
    if left.code == t.NULL:
        return right
    if right.code == t.NULL or strip(left) == strip(right):
        return left
    rule = _COMMON.get((t.family(left), t.family(right)))
    if rule is not None:
        return rule(left, right)
    return left if t.family(left) == t.family(right) else None


def strip(sql_type: SQLType) -> SQLType:
    """Return the type as an expression has it: no SERIAL, NULL allowed."""
    code = t.SERIALS.get(sql_type.code, sql_type.code)
    if code == sql_type.code and sql_type.nullable:
        return sql_type
    return dataclasses.replace(sql_type, code=code, nullable=True)


# --- aggregates --------------------------------------------------------------

COUNT_TYPE = t.decimal(15, 0)  # not verified
AGGREGATES = frozenset(("count", "sum", "avg", "min", "max", "range", "variance"))
AGGREGATES |= frozenset(("stdev", "stddev", "stddev_pop", "stddev_samp"))


def aggregate(name: str, argument: SQLType) -> SQLType:
    """Return the type of an aggregate over one argument (AVG: ONI-sqltmst87, PGL)."""
    kind = t.family(argument)
    if name == "count":
        return COUNT_TYPE
    if name in ("min", "max"):
        return strip(argument)
    if kind == "datetime" or kind == "date":
        raise SQLError(-561)
    if kind == "string":
        raise SQLError(-367)
    if kind == "interval" and name in ("sum", "avg"):
        first, last = t.qualifier(argument)
        return t.interval_type(first, last, 9)
    if kind == "float":
        return t.FLOAT_TYPE
    if name == "sum" and kind == "int":
        return t.decimal(16, 0)  # not verified
    if kind not in ("int", "decimal"):
        raise SQLError(-1260)
    scale = t.precision_scale(argument)[1]
    if argument.code == t.MONEY:
        return t.money(32, scale or 2)
    if name in ("sum", "range") and scale is not None:
        return t.decimal(32, scale)
    return FLOATING_32
