"""Routines of the system catalog that describe columns; DatabaseMetaData calls them.

They take syscolumns' coltype, extended_id and collength. What a server answers is not
known for every type: here they agree with what IBM's client says about a query's
columns, in java.sql.Types' numbers.
"""

from __future__ import annotations

from typing import NamedTuple

from informix_db.testing.api import HOUR, SQLType
from informix_db.testing.sql import types as t
from informix_db.testing.sql.signatures import Signature


class _Kind(NamedTuple):
    """A type's name, its number in java.sql.Types, its precision (0: the length)."""

    name: str
    number: int
    precision: int = 0


_CHAR, _VARCHAR, _LONG_TEXT, _TIME, _TIMESTAMP = 1, 12, -1, 92, 93
_KINDS = {
    t.CHAR: _Kind("char", _CHAR),
    t.SMALLINT: _Kind("smallint", 5, 5),
    t.INTEGER: _Kind("int", 4, 10),
    t.FLOAT: _Kind("float", 8, 15),
    t.SMALLFLOAT: _Kind("smallfloat", 7, 7),
    t.DECIMAL: _Kind("decimal", 3),
    t.SERIAL: _Kind("serial", 4, 10),
    t.DATE: _Kind("date", 91, 10),
    t.MONEY: _Kind("money", 3),
    t.DATETIME: _Kind("datetime", _TIMESTAMP),
    t.BYTE: _Kind("byte", -4, 2**31 - 1),
    t.TEXT: _Kind("text", _LONG_TEXT, 2**31 - 1),
    t.VARCHAR: _Kind("varchar", _VARCHAR),
    t.INTERVAL: _Kind("interval", _CHAR),
    t.NCHAR: _Kind("nchar", _CHAR),
    t.NVARCHAR: _Kind("nvarchar", _VARCHAR),
    t.INT8: _Kind("int8", -5, 19),
    t.SERIAL8: _Kind("serial8", -5, 19),
    t.SET: _Kind("set", 1111),
    t.MULTISET: _Kind("multiset", 1111),
    t.LIST: _Kind("list", 1111),
    t.ROW: _Kind("row", 2002),
    t.BIGINT: _Kind("bigint", -5, 19),
    t.BIGSERIAL: _Kind("bigserial", -5, 19),
}
_OPAQUE = {
    t.XID_LVARCHAR: _Kind("lvarchar", _LONG_TEXT),
    t.XID_BOOLEAN: _Kind("boolean", 16, 1),
    t.XID_BLOB: _Kind("blob", 2004, 2**31 - 1),
    t.XID_CLOB: _Kind("clob", 2005, 2**31 - 1),
}
_UNKNOWN = _Kind("udt", 1111)
_NUMBERS = ("int", "float", "decimal")


def _kind(coltype: int, extended_id: int) -> _Kind:
    return _OPAQUE.get(extended_id) or _KINDS.get(coltype & 0xFF, _UNKNOWN)


def _type(coltype: int, length: int, extended_id: int = 0) -> SQLType:
    return SQLType(coltype & 0xFF, length & 0xFFFF, extended_id)


def _get_data_type(coltype: int, extended_id: int, length: int) -> int:
    return _kind(coltype, extended_id).number


def _type_name(coltype: int, extended_id: int) -> str:
    return _kind(coltype, extended_id).name


def _precision(coltype: int, extended_id: int, length: int) -> int:
    """Digits of numbers, the packed qualifier of DATETIME and INTERVAL (the client
    unpacks it [J]), characters of anything else."""
    fixed = _kind(coltype, extended_id).precision
    if fixed:
        return fixed
    sql_type = _type(coltype, length, extended_id)
    if sql_type.code in (t.DECIMAL, t.MONEY):
        return t.precision_scale(sql_type)[0]
    if t.family(sql_type) == "string":
        return t.char_length(sql_type)
    return sql_type.length


def _scale(coltype: int, length: int) -> int:
    sql_type = _type(coltype, length)
    if sql_type.code not in (t.DECIMAL, t.MONEY):
        return 0
    scale = t.precision_scale(sql_type)[1]
    return t.FLOATING if scale is None else scale


def _radix(coltype: int) -> int:
    return 10 if t.family(_type(coltype, 0)) in _NUMBERS else 0


def _is_nullable(coltype: int) -> int:
    return 0 if coltype & t.NOT_NULL_FLAG else 1


def _nullable(coltype: int) -> str:
    return "YES" if _is_nullable(coltype) else "NO"


def _is_automatic(coltype: int) -> str:
    return "YES" if coltype & 0xFF in t.SERIALS else "NO"


def _datetime_number(coltype: int, length: int) -> int:
    """Return the java.sql.Types number of a DATETIME by its qualifier, else 0."""
    sql_type = _type(coltype, length)
    if sql_type.code != t.DATETIME:
        return 0
    return _TIME if t.qualifier(sql_type)[0] >= HOUR else _TIMESTAMP


def _char_length(coltype: int, extended_id: int, length: int) -> int:
    sql_type = _type(coltype, length, extended_id)
    return t.char_length(sql_type) if t.family(sql_type) == "string" else 0


def _default_value(coltype: int, extended_id: int, length: int, default: str) -> str:
    """Return the text of a literal default as sysdefaults has it (SQR-30)."""
    text = default.rstrip()
    if t.family(_type(coltype, length, extended_id)) == "string":
        return text
    return text.partition(" ")[2]


_NUMBER, _WORD = t.INTEGER_TYPE, t.varchar(128)
SIGNATURES = {
    "get_data_type": Signature("iii", _NUMBER, _get_data_type),
    "get_default_value": Signature("iiip", t.varchar(255), _default_value),
    "schema_charlen": Signature("iii", _NUMBER, _char_length),
    "schema_coltypename": Signature("ii", _WORD, _type_name),
    "schema_datetype": Signature("ii", _NUMBER, _datetime_number),
    "schema_isautoincr": Signature("i", t.varchar(3), _is_automatic),
    "schema_isnullable": Signature("i", _NUMBER, _is_nullable),
    "schema_nullable": Signature("i", t.varchar(3), _nullable),
    "schema_numprecradix": Signature("i", _NUMBER, _radix),
    "schema_numscale": Signature("ii", _NUMBER, _scale),
    "schema_precision": Signature("iii", _NUMBER, _precision),
}
