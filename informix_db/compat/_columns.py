"""Columns as ODBC describes them, and their values as IfxPy returns them.

Widths are those of IfxPy's tests where one shows them, otherwise ODBC's rules for the
type. Those of intervals and of composite types are made up [?].
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from informix_db import TypeCode
from informix_db._wire.describe import ColumnInfo
from informix_db.compat import _constants as k
from informix_db.compat import _odbc as odbc

_LARGE = 2147483647
_FIELDS = {0: "YEAR", 2: "MONTH", 4: "DAY", 6: "HOUR", 8: "MINUTE", 10: "SECOND"}
_SECOND, _DAY, _HOUR = 10, 4, 6


class Shape(NamedTuple):
    """What SQLDescribeCol and SQLColAttribute say of a column."""

    sql_type: int
    field_type: str  # IfxPy's word for it
    width: int  # bytes of a value in ODBC's C structures, or of its text
    display_size: int  # characters
    precision: int
    scale: int = 0


_FIXED: dict[int, Shape] = {
    TypeCode.SMALLINT: Shape(k.SQL_SMALLINT, "int", 2, 6, 5),
    TypeCode.INTEGER: Shape(k.SQL_INTEGER, "int", 4, 11, 10),
    TypeCode.SERIAL: Shape(k.SQL_INTEGER, "int", 4, 11, 10),
    TypeCode.INT8: Shape(k.SQL_BIGINT, "bigint", 8, 20, 19),
    TypeCode.SERIAL8: Shape(k.SQL_BIGINT, "bigint", 8, 20, 19),
    TypeCode.BIGINT: Shape(k.SQL_BIGINT, "bigint", 8, 20, 19),
    TypeCode.BIGSERIAL: Shape(k.SQL_BIGINT, "bigint", 8, 20, 19),
    TypeCode.FLOAT: Shape(k.SQL_DOUBLE, "real", 8, 24, 15),
    TypeCode.SMALLFLOAT: Shape(k.SQL_REAL, "real", 4, 14, 7),
    TypeCode.DATE: Shape(k.SQL_TYPE_DATE, "date", 6, 10, 10),
    TypeCode.BOOLEAN: Shape(k.SQL_BIT, "string", 1, 1, 1),
    TypeCode.BYTE: Shape(k.SQL_LONGVARBINARY, "string", _LARGE, _LARGE, _LARGE),
    TypeCode.TEXT: Shape(k.SQL_LONGVARCHAR, "string", _LARGE, _LARGE, _LARGE),
    TypeCode.BLOB: Shape(k.SQL_LONGVARBINARY, "string", _LARGE, _LARGE, _LARGE),
    TypeCode.CLOB: Shape(k.SQL_LONGVARCHAR, "string", _LARGE, _LARGE, _LARGE),
}
_COMPOSITE: dict[int, tuple[int, str]] = {
    TypeCode.SET: (k.SQL_INFX_RC_SET, "set"),
    TypeCode.MULTISET: (k.SQL_INFX_RC_MULTISET, "multiset"),
    TypeCode.LIST: (k.SQL_INFX_RC_LIST, "list"),
    TypeCode.ROW: (k.SQL_INFX_RC_ROW, "row"),
    TypeCode.COLLECTION: (k.SQL_INFX_RC_COLLECTION, "collection"),
}
_BLANK_PADDED = frozenset({TypeCode.CHAR, TypeCode.NCHAR})
_TEXTS = _BLANK_PADDED | {TypeCode.VARCHAR, TypeCode.NVARCHAR, TypeCode.LVARCHAR}
_DECIMALS = frozenset({TypeCode.DECIMAL, TypeCode.MONEY})


def shape_of(column: ColumnInfo) -> Shape:
    """Return ODBC's description of a column."""
    code = column.type_code
    if code in _FIXED:
        return _FIXED[code]
    if code in _TEXTS:
        kind = k.SQL_CHAR if code in _BLANK_PADDED else k.SQL_VARCHAR
        size = column.size or 0
        return Shape(kind, "string", size, size, size)
    if code in _DECIMALS:
        digits, scale = column.precision or 0, column.scale or 0
        return Shape(k.SQL_DECIMAL, "decimal", digits + 2, digits + 2, digits, scale)
    if code == TypeCode.DATETIME:
        return _datetime_shape(column)
    if code == TypeCode.INTERVAL:
        kind = odbc.INTERVAL_TYPES.get(qualifier(column), 0)
        size = 10 + (column.precision or 0)  # digits, and what stands between them
        return Shape(kind, "interval", 28, size, size, column.scale or 0)
    if code in _COMPOSITE:
        return Shape(*_COMPOSITE[code], _LARGE, _LARGE, _LARGE)
    return Shape(k.SQL_INFX_UDT_VARYING, "udt_varying", _LARGE, _LARGE, _LARGE)


def _datetime_shape(column: ColumnInfo) -> Shape:
    start, end = _qualifier_codes(column)
    scale = column.scale or 0
    fraction = scale and scale + 1
    if end <= _DAY:
        return _FIXED[TypeCode.DATE]
    if start >= _HOUR:
        size = 8 + fraction
        return Shape(k.SQL_TYPE_TIME, "time", 6, size, size, scale)
    size = 19 + fraction
    return Shape(k.SQL_TYPE_TIMESTAMP, "timestamp", 16, size, size, scale)


def _qualifier_codes(column: ColumnInfo) -> tuple[int, int]:
    """Return the numbers of the first and last field."""
    return (column.encoded_length >> 4) & 0x0F, column.encoded_length & 0x0F


def qualifier(column: ColumnInfo) -> tuple[str, str]:
    """Return the first and last field in words; a fraction counts as SECOND."""
    start, end = _qualifier_codes(column)
    return _FIELDS.get(min(start, _SECOND), "?"), _FIELDS.get(min(end, _SECOND), "?")


# -- values ------------------------------------------------------------------------

Converter = Callable[[Any], Any]


def converter_of(
    column: ColumnInfo, encoding: str, decimals: bool, as_bytes: bool
) -> Converter | None:
    """Return what turns a value of the driver into IfxPy's; None if it is the same.

    With `decimals` DECIMAL stays decimal.Decimal, as in IfxPyDbi; with `as_bytes` CHAR
    and VARCHAR are bytes, as USE_WCHAR has it.
    """
    code = column.type_code
    if code in _TEXTS:
        return _text_converter(column, encoding, as_bytes)
    if code in _DECIMALS:
        return None if decimals else _decimal_text
    if code == TypeCode.BOOLEAN:
        return int
    if code in (TypeCode.BLOB, TypeCode.CLOB):
        return _contents
    if code in _COMPOSITE:
        return _raw
    return None


def _text_converter(
    column: ColumnInfo, encoding: str, as_bytes: bool
) -> Converter | None:
    """CHAR comes with its blanks; how many is counted in bytes."""
    size = column.size or 0
    padded = column.type_code in _BLANK_PADDED
    if as_bytes:
        return lambda text: text.encode(encoding).ljust(size if padded else 0)
    if not padded:
        return None

    def pad(text: str) -> str:
        if text.isascii():
            return text.ljust(size)
        return text + " " * (size - len(text.encode(encoding, "replace")))

    return pad


def _decimal_text(value: Decimal) -> str:
    return format(value, "f")


def _contents(locator: Any) -> Any:
    with locator.open() as large_object:
        return large_object.read()


def _raw(value: Any) -> bytes:
    """Collections and rows come as the text the server writes."""
    raw: bytes = value.raw
    return raw


# -- parameters --------------------------------------------------------------------

_DATE_TARGETS = frozenset({TypeCode.DATE, TypeCode.DATETIME})
_BYTES_TARGETS = frozenset({TypeCode.BYTE, TypeCode.BLOB})


def _is_iso_text(value: object) -> bool:
    """Whether a parameter is text that ODBC would read as a date or a time stamp."""
    if not isinstance(value, str) or value[4:5] != "-" or value[7:8] != "-":
        return False
    return len(value) == 10 or (len(value) >= 19 and value[10] in " T")


def adapted(value: Any, target: ColumnInfo | None, encoding: str) -> Any:
    """Return a parameter as it has to be for what it is stored in.

    Informix' ODBC driver reads ``YYYY-MM-DD`` for a DATE, whatever DBDATE says, takes a
    T in a time stamp, 0 and 1 for a BOOLEAN, and text for its bytes; IfxPy makes 0 and
    1 of a bool. What cannot be read is left to the server.
    """
    if isinstance(value, (memoryview, bytearray)):
        return bytes(value)
    if target is None:
        return value
    code = target.type_code
    if code in _BYTES_TARGETS and isinstance(value, str):
        return value.encode(encoding)
    if code == TypeCode.BOOLEAN and type(value) is int and value in (0, 1):
        return bool(value)
    if isinstance(value, bool) and code != TypeCode.BOOLEAN:
        return int(value)
    if code in _DATE_TARGETS and _is_iso_text(value):
        if code == TypeCode.DATETIME:
            return value.replace("T", " ")
        try:
            return datetime.date.fromisoformat(value[:10])
        except ValueError:
            return value
    return value
