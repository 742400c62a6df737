"""Routines of the system catalog that describe columns and routines.

DatabaseMetaData calls them. Most take syscolumns' coltype, extended_id and collength.
What a server answers is not known for every type: here they agree with what IBM's
client says about a query's columns, in java.sql.Types' numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from informix_db.testing.api import HOUR, SQLType
from informix_db.testing.sql import ast
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import storage_size
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.signatures import (
    CallBinder,
    Signature,
    bind_argument,
    wrong_count,
)

if TYPE_CHECKING:
    from informix_db.testing.sql.expressions import ExpressionBinder


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


def _buffer_length(coltype: int, length: int) -> int:
    """Return the bytes a value takes in a row."""
    return storage_size(_type(coltype, length))


# --- routines ----------------------------------------------------------------


def _type_text(sql_type: SQLType) -> str:
    """Return a type as it is written: ``int``, ``varchar(20)``, ``decimal(8,2)``."""
    name = _kind(sql_type.code, sql_type.extended_id).name
    if t.family(sql_type) == "string":
        return f"{name}({t.char_length(sql_type)})"
    if sql_type.code in (t.DECIMAL, t.MONEY):
        precision, scale = t.precision_scale(sql_type)
        return (
            f"{name}({precision})" if scale is None else f"{name}({precision},{scale})"
        )
    return name


def _bind_types(name: str) -> CallBinder:
    """Return the binder of a routine about the routine with a given procid."""

    def bind(
        binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
    ) -> b.Expr:
        if len(node.arguments) != 1:
            raise wrong_count(node)
        procid = bind_argument(binder, node.arguments[0], "i")
        return b.Op(t.lvarchar(_TYPES_LENGTH), f"fn_{name}", (procid,))

    return bind


_TYPES_LENGTH = 2048
BINDERS: dict[str, CallBinder] = {
    "ifx_param_types": _bind_types("ifx_param_types"),
    "ifx_ret_types": _bind_types("ifx_ret_types"),
}


def register(runtime: Runtime) -> None:
    """Register what looks at the running session's database."""

    def parameters(procid: int) -> str:
        routine = runtime.facts().current_database().routines.by_id(procid)
        return ",".join(map(_type_text, routine.types)) if routine else ""

    def returned(procid: int) -> str:
        routine = runtime.facts().current_database().routines.by_id(procid)
        types = [column.type for column in routine.returning] if routine else []
        return ",".join(map(_type_text, types))

    runtime.register("fn_ifx_param_types", parameters, deterministic=False)
    runtime.register("fn_ifx_ret_types", returned, deterministic=False)


_NUMBER, _WORD = t.INTEGER_TYPE, t.varchar(128)
SIGNATURES = {
    "get_data_type": Signature("iii", _NUMBER, _get_data_type),
    "get_default_value": Signature("iiip", t.varchar(255), _default_value),
    "schema_bufflen": Signature("ii", _NUMBER, _buffer_length),
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
