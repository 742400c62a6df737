"""Informix types: codes, packed lengths, families, and the rules that combine them.

Knows how SQL types are described (`SQLType`) and which type an expression has. Does
not know values, SQLite or bytes on the wire.
"""

from __future__ import annotations

from informix_db.testing.api import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    SECOND,
    YEAR,
    Column,
    SQLError,
    SQLType,
)

# Low byte of syscolumns.coltype (sqltypes.h; SQR-25).
CHAR, SMALLINT, INTEGER, FLOAT, SMALLFLOAT = 0, 1, 2, 3, 4
DECIMAL, SERIAL, DATE, MONEY, NULL = 5, 6, 7, 8, 9
DATETIME, BYTE, TEXT, VARCHAR, INTERVAL = 10, 11, 12, 13, 14
NCHAR, NVARCHAR, INT8, SERIAL8 = 15, 16, 17, 18
SET, MULTISET, LIST, ROW = 19, 20, 21, 22
UDTVAR, UDTFIXED, LVARCHAR_CLIENT, UDT_CLIENT, BOOLEAN_CLIENT = 40, 41, 43, 44, 45
UNKNOWN, BIGINT, BIGSERIAL = 51, 52, 53

# sysxtdtypes.extended_id of the built-in opaque types.
XID_LVARCHAR, XID_BOOLEAN, XID_BLOB, XID_CLOB = 1, 5, 10, 11

NOT_NULL_FLAG = 0x100
FLOATING = 255  # scale byte of a DECIMAL without a fixed scale
FRACTION = SECOND + 1  # FRACTION(1); FRACTION(n) is SECOND + n
FRACTION_START = 12  # a qualifier's first field when that is FRACTION

MAX_VARCHAR = 255
MAX_CHAR = 32767
MAX_LVARCHAR = 32739
MAX_PRECISION = 32

INTERVAL_MONTHS, INTERVAL_TICKS = "months", "ticks"

_FAMILIES = {
    CHAR: "string",
    VARCHAR: "string",
    NCHAR: "string",
    NVARCHAR: "string",
    LVARCHAR_CLIENT: "string",
    SMALLINT: "int",
    INTEGER: "int",
    SERIAL: "int",
    INT8: "int",
    SERIAL8: "int",
    BIGINT: "int",
    BIGSERIAL: "int",
    FLOAT: "float",
    SMALLFLOAT: "float",
    DECIMAL: "decimal",
    MONEY: "decimal",
    DATE: "date",
    DATETIME: "datetime",
    INTERVAL: "interval",
    BOOLEAN_CLIENT: "boolean",
    NULL: "null",
    UNKNOWN: "null",
    BYTE: "byte",
    TEXT: "text",
    UDT_CLIENT: "locator",
    SET: "composite",
    MULTISET: "composite",
    LIST: "composite",
    ROW: "composite",
}
_UDT_FAMILIES = {
    XID_LVARCHAR: "string",
    XID_BOOLEAN: "boolean",
    XID_BLOB: "blob",
    XID_CLOB: "clob",
}

_NAMES = {
    "smallint": SMALLINT,
    "integer": INTEGER,
    "int8": INT8,
    "bigint": BIGINT,
    "serial": SERIAL,
    "serial8": SERIAL8,
    "bigserial": BIGSERIAL,
    "smallfloat": SMALLFLOAT,
    "float": FLOAT,
    "date": DATE,
    "byte": BYTE,
    "text": TEXT,
}
_LENGTHS = {
    SMALLINT: 2,
    INTEGER: 4,
    SERIAL: 4,
    DATE: 4,
    INT8: 10,
    SERIAL8: 10,
    BIGINT: 8,
    BIGSERIAL: 8,
    FLOAT: 8,
    SMALLFLOAT: 4,
    BYTE: 56,
    TEXT: 56,
}

INT_LIMITS = {
    SMALLINT: (32767, -1214),
    INTEGER: (2**31 - 1, -1215),
    SERIAL: (2**31 - 1, -1215),
    INT8: (2**63 - 1, -1284),
    SERIAL8: (2**63 - 1, -1284),
    BIGINT: (2**63 - 1, -1284),
    BIGSERIAL: (2**63 - 1, -1284),
}
SERIALS = {SERIAL: INTEGER, SERIAL8: INT8, BIGSERIAL: BIGINT}


def plain(code: int) -> SQLType:
    """Return a type that has no parameters (integers, FLOAT, DATE, BYTE, TEXT)."""
    return SQLType(code, _LENGTHS[code])


SMALLINT_TYPE = plain(SMALLINT)
INTEGER_TYPE = plain(INTEGER)
BIGINT_TYPE = plain(BIGINT)
INT8_TYPE = plain(INT8)
FLOAT_TYPE = plain(FLOAT)
DATE_TYPE = plain(DATE)
BOOLEAN_TYPE = SQLType(UDTFIXED, 1, XID_BOOLEAN, "informix", "boolean")
NULL_TYPE = SQLType(NULL, 0)
BLOB_TYPE = SQLType(UDTFIXED, 72, XID_BLOB, "informix", "blob")
CLOB_TYPE = SQLType(UDTFIXED, 72, XID_CLOB, "informix", "clob")


LARGE = ("byte", "text", "blob", "clob")
_COMPOSITES = {"set": SET, "multiset": MULTISET, "list": LIST, "row": ROW}
_COMPOSITE_LENGTH, COMPOSITE_ID = 4096, 0x801  # as IBM's client was shown


def composite(name: str, fields: tuple[Column, ...]) -> SQLType:
    """Return a collection or ROW type, its name as DESCRIBE tells it."""
    parts = [
        f"{field.name} ".lstrip()
        + _name_inside(field.type)
        + ("" if field.type.nullable else " NOT NULL")
        for field in fields
    ]
    text = f"{name.upper()}({','.join(parts)})"
    return SQLType(
        _COMPOSITES[name], _COMPOSITE_LENGTH, COMPOSITE_ID, "", text, fields=fields
    )


def _name_inside(sql_type: SQLType) -> str:
    """Return a type as a composite type's name has it; names of fields stay as is."""
    name = describe_name(sql_type)
    return name if sql_type.fields else name.upper()


def char(length: int, code: int = CHAR) -> SQLType:
    return SQLType(code, length)


def varchar(maximum: int, reserve: int = 0, code: int = VARCHAR) -> SQLType:
    return SQLType(code, reserve << 8 | maximum)


def lvarchar(maximum: int = 2048) -> SQLType:
    return SQLType(UDTVAR, maximum, XID_LVARCHAR, "informix", "lvarchar")


def decimal(precision: int = 16, scale: int | None = None) -> SQLType:
    return SQLType(DECIMAL, precision << 8 | (FLOATING if scale is None else scale))


def money(precision: int = 16, scale: int = 2) -> SQLType:
    return SQLType(MONEY, precision << 8 | scale)


def field_width(field: int) -> int:
    """Return the digits of a DATETIME field (FRACTION(n) counts n)."""
    if field == YEAR:
        return 4
    return 2 if field <= SECOND else field - SECOND


def _digits(first: int, last: int, leading: int) -> int:
    """Return the total digits of first TO last when first has `leading` digits."""
    total = leading
    for field in (MONTH, DAY, HOUR, MINUTE, SECOND):
        if first < field <= last:
            total += 2
    if last > SECOND and first <= SECOND:
        total += last - SECOND
    return total


def datetime_type(first: int, last: int) -> SQLType:
    """Return DATETIME first TO last (qualifier codes; FRACTION(n) is 10 + n)."""
    leading = last - SECOND if first > SECOND else field_width(first)
    digits = _digits(first, last, leading)
    return SQLType(DATETIME, digits << 8 | first << 4 | last)


def interval_type(first: int, last: int, precision: int = 0) -> SQLType:
    """Return INTERVAL first(precision) TO last; 0 means the default precision."""
    if not precision:
        precision = 4 if first == YEAR else 2
    if first > SECOND:
        precision = last - SECOND
    return SQLType(INTERVAL, _digits(first, last, precision) << 8 | first << 4 | last)


def qualifier(sql_type: SQLType) -> tuple[int, int]:
    """Return first and last field of a DATETIME or INTERVAL type."""
    return sql_type.length >> 4 & 15, sql_type.length & 15


def leading_precision(sql_type: SQLType) -> int:
    """Return the digits of an INTERVAL's first field."""
    first, last = qualifier(sql_type)
    if first > SECOND:
        return last - SECOND
    return (sql_type.length >> 8) - _digits(first, last, 0)


def interval_class(sql_type: SQLType) -> str:
    """Return whether an INTERVAL counts months or fractions of a second."""
    return INTERVAL_MONTHS if qualifier(sql_type)[1] <= MONTH else INTERVAL_TICKS


def family(sql_type: SQLType) -> str:
    """Return the family that decides how values are stored and compared."""
    if sql_type.code in (UDTVAR, UDTFIXED):
        return _UDT_FAMILIES.get(sql_type.extended_id, "udt")
    return _FAMILIES.get(sql_type.code, "udt")


def is_padded(sql_type: SQLType) -> bool:
    """Tell whether values are blank padded to a fixed length."""
    return sql_type.code in (CHAR, NCHAR)


def char_length(sql_type: SQLType) -> int:
    """Return the longest string the type holds, in bytes."""
    if sql_type.code in (VARCHAR, NVARCHAR):
        return sql_type.length & 0xFF
    return sql_type.length


def precision_scale(sql_type: SQLType) -> tuple[int, int | None]:
    """Return precision and scale of a number as DECIMAL; scale None is floating."""
    if sql_type.code in (DECIMAL, MONEY):
        scale = sql_type.length & 0xFF
        return sql_type.length >> 8, None if scale == FLOATING else scale
    return _AS_DECIMAL[sql_type.code]


# DECIMAL operands the other numbers become (ESQLC-137; BIGINT from memory).
_AS_DECIMAL: dict[int, tuple[int, int | None]] = {
    SMALLINT: (5, 0),
    INTEGER: (10, 0),
    SERIAL: (10, 0),
    INT8: (19, 0),
    SERIAL8: (19, 0),
    BIGINT: (19, 0),
    BIGSERIAL: (19, 0),
    FLOAT: (17, None),
    SMALLFLOAT: (9, None),
}


def build(
    name: str, arguments: tuple[int, ...] = (), *, ansi: bool = False
) -> SQLType | None:
    """Return the type a DDL or cast name means, None if there is no such type.

    `name` is canonical, as the parser gives it; DATETIME and INTERVAL have qualifiers
    instead and are not built here.
    """
    if name in _NAMES:
        return plain(_NAMES[name])
    if name == "decimal":
        return _build_decimal(arguments, ansi)
    if name == "money":
        precision = arguments[0] if arguments else 16
        scale = arguments[1] if len(arguments) > 1 else 2
        _check_precision(precision, scale)
        return money(precision, scale)
    if name in ("char", "nchar"):
        length = arguments[0] if arguments else 1
        if not 1 <= length <= MAX_CHAR:
            raise SQLError(-235)
        return char(length, NCHAR if name == "nchar" else CHAR)
    if name in ("varchar", "nvarchar"):
        return _build_varchar(name, arguments)
    if name == "lvarchar":
        length = arguments[0] if arguments else 2048
        if not 1 <= length <= MAX_LVARCHAR:
            raise SQLError(-235)
        return lvarchar(length)
    return {"boolean": BOOLEAN_TYPE, "blob": BLOB_TYPE, "clob": CLOB_TYPE}.get(name)


def _check_precision(precision: int, scale: int) -> None:
    if not 1 <= precision <= MAX_PRECISION:
        raise SQLError(-201)
    if scale > precision:
        raise SQLError(-366)


def _build_decimal(arguments: tuple[int, ...], ansi: bool) -> SQLType:
    precision = arguments[0] if arguments else 16
    scale = arguments[1] if len(arguments) > 1 else None
    _check_precision(precision, scale or 0)
    if scale is None and ansi:
        scale = 0  # MODE ANSI databases have no floating DECIMAL (DDI-196)
    return decimal(precision, scale)


def _build_varchar(name: str, arguments: tuple[int, ...]) -> SQLType:
    maximum = arguments[0] if arguments else 0
    reserve = arguments[1] if len(arguments) > 1 else 0
    if not 1 <= maximum <= MAX_VARCHAR:
        raise SQLError(-650)
    if reserve > maximum:
        raise SQLError(-651)
    return varchar(maximum, reserve, NVARCHAR if name == "nvarchar" else VARCHAR)


def describe_name(sql_type: SQLType) -> str:
    """Return the type as DDL would write it (for messages and view texts)."""
    code = sql_type.code
    if sql_type.fields:
        return sql_type.name
    if sql_type.name:
        suffix = f"({sql_type.length})" if code == UDTVAR else ""
        return sql_type.name + suffix
    for name, candidate in _NAMES.items():
        if candidate == code:
            return name
    if code in (DECIMAL, MONEY):
        precision, scale = precision_scale(sql_type)
        text = f"{precision}" if scale is None else f"{precision},{scale}"
        return f"{'money' if code == MONEY else 'decimal'}({text})"
    if code in (CHAR, NCHAR, VARCHAR, NVARCHAR):
        names = {CHAR: "char", NCHAR: "nchar", VARCHAR: "varchar"}
        return f"{names.get(code, 'nvarchar')}({char_length(sql_type)})"
    if code in (DATETIME, INTERVAL):
        first, last = qualifier(sql_type)
        name = "datetime" if code == DATETIME else "interval"
        return f"{name} {field_name(first)} to {field_name(last)}"
    return f"type {code}"


def field_name(field: int) -> str:
    """Return a qualifier field's name, `fraction(3)` for 13."""
    names = {YEAR: "year", MONTH: "month", DAY: "day", HOUR: "hour"}
    names |= {MINUTE: "minute", SECOND: "second"}
    return names.get(field) or f"fraction({field - SECOND})"
