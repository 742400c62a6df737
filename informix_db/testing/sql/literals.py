"""Literals and type names of the syntax tree as typed constants and types."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal

from informix_db.testing.api import Column, SQLError, SQLType
from informix_db.testing.sql import ast, rules
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.decimals import pack
from informix_db.testing.sql.errors import unsupported

_FIELD_TWICE, _NOT_IN_ROW, _NOT_IN_COLLECTION = -9806, -9908, -9910

Named = Callable[[str], "SQLType | None"]


def _no_type(name: str) -> None:
    """Tell that a name is no type of its own."""


def datatype(
    node: ast.DataType, *, ansi: bool = False, named: Named = _no_type
) -> SQLType:
    """Return the type a DataType node means; SQLError(-9628) if there is none.

    `named` knows the types that are not built in.
    """
    if node.name in ("datetime", "interval"):
        assert node.qualifier is not None
        return qualified(node.name, node.qualifier)
    if node.name in ("set", "multiset", "list", "row"):
        return _composite(node, ansi, named)
    if node.name == "collection":
        raise unsupported(f"type {node.name}", node.position)
    try:
        found = named(node.name) or t.build(node.name, node.arguments, ansi=ansi)
    except SQLError as error:
        raise SQLError(error.sqlcode, 0, node.position, node.name) from None
    if found is None:
        raise SQLError(-9628, offset=node.position, token=node.name)
    return found


def _composite(node: ast.DataType, ansi: bool, named: Named) -> SQLType:
    """Return a collection's or a ROW's type; SQLError(-9806) for a name that is there
    twice, -9908 and -9910 for what cannot be inside, -999 for large objects."""
    if node.element is not None:
        parts = [("", node.element, node.element_not_null)]
    else:
        parts = [(field.name, field.type, field.not_null) for field in node.fields]
    fields: list[Column] = []
    for name, kind, not_null in parts:
        found = datatype(kind, ansi=ansi, named=named)
        if any(name == field.name for field in fields):
            raise SQLError(_FIELD_TWICE, offset=kind.position)
        if found.code in (*t.SERIALS, t.TEXT, t.BYTE):
            sqlcode = _NOT_IN_ROW if node.name == "row" else _NOT_IN_COLLECTION
            raise SQLError(sqlcode, offset=kind.position)
        if t.family(found) in t.LARGE:
            raise unsupported(f"{kind.name} in {node.name}", kind.position)
        found = dataclasses.replace(found, nullable=not not_null)
        fields.append(Column(name, found))
    return t.composite(node.name, tuple(fields))


def qualified(name: str, qualifier: ast.Qualifier) -> SQLType:
    if name == "datetime":
        return t.datetime_type(qualifier.first, qualifier.last)
    return t.interval_type(qualifier.first, qualifier.last, qualifier.precision or 0)


def literal(
    value: int | Decimal | float | str | None, size: Callable[[str], int] = len
) -> b.Const:
    """Return a literal with the type Informix gives it (not verified).

    `size` tells the bytes of a text.
    """
    if value is None:
        return b.Const(t.NULL_TYPE, None)
    if isinstance(value, int):
        if abs(value) < 2**31:
            return b.Const(t.INTEGER_TYPE, value)
        if abs(value) < 2**63:
            return b.Const(t.BIGINT_TYPE, value)
        value = Decimal(value)
    if isinstance(value, Decimal):
        return b.Const(_decimal_type(value), pack(value))
    if isinstance(value, float):
        return b.Const(t.FLOAT_TYPE, value)
    if not value:
        return b.Const(t.varchar(1), value)  # a CHAR cannot be empty
    length = size(value)
    sql_type = t.char(length) if length <= t.MAX_CHAR else t.lvarchar(length)
    return b.Const(sql_type, value)


def _decimal_type(value: Decimal) -> SQLType:
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    scale = max(0, -exponent)
    precision = max(len(digits) + max(0, exponent), scale, 1)
    if precision > t.MAX_PRECISION:
        return rules.FLOATING_32
    return t.decimal(precision, scale)
