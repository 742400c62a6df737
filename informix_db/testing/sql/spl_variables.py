"""Variables of routines: a type and a value in storage form, or none yet."""

from __future__ import annotations

from typing import Any

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import ast, ast_spl
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import Table
from informix_db.testing.sql.literals import datatype
from informix_db.testing.sql.rules import strip
from informix_db.testing.sql.scope import Binding, Names
from informix_db.testing.sql.values import Context

_UNDEFINED, _SERIAL, _NO_COLUMN, _WRONG_SUBSCRIPT = -696, -670, -217, -306
_UNASSIGNED = object()


class Variable:
    """`value` is in the storage form of `type`."""

    __slots__ = ("type", "value")

    def __init__(self, sql_type: SQLType, value: Any = _UNASSIGNED) -> None:
        self.type = sql_type
        self.value = value

    def get(self, name: str) -> Any:
        """Return the value; SQLError(-696) if none was assigned."""
        if self.value is _UNASSIGNED:
            raise SQLError(_UNDEFINED, token=name)
        return self.value

    def set(self, value: Any, source: SQLType, context: Context) -> None:
        """Assign a value of another type."""
        if value is not None:
            convert = context.converter(source, self.type)
            value = value if convert is None else convert(value)
        self.value = value

    def set_part(self, first: int, last: int, text: str | None, name: str) -> None:
        """Assign to characters `first` to `last` of a text; SQLError(-306)."""
        if not 1 <= first <= last <= t.char_length(self.type):
            raise SQLError(_WRONG_SUBSCRIPT, token=name)
        width = last - first + 1
        part = (text or "")[:width].ljust(width)
        old = (self.get(name) or "").ljust(last)
        value = old[: first - 1] + part + old[last:]
        self.value = value.rstrip() if t.is_padded(self.type) else value


def variable_type(names: Names, node: ast.DataType | ast_spl.LikeColumn) -> SQLType:
    """Return the type of a variable or parameter; SQLError(-670) for a SERIAL.

    LIKE a SERIAL column is the integer that such a column holds.
    """
    if isinstance(node, ast_spl.LikeColumn):
        return strip(_column_type(names, node))
    database = names.current_database()
    named = database.row_types.type_named
    found = datatype(node, ansi=database.ansi, named=named)
    if found.code in t.SERIALS:
        raise SQLError(_SERIAL, offset=node.position)
    return found


def _column_type(names: Names, node: ast_spl.LikeColumn) -> SQLType:
    item, _ = Binding(names, 0).find(node.table, "s")
    if isinstance(item, Table):
        types = {column.name: column.type for column in item.columns}
    else:
        types = dict(item.columns)
    if node.column not in types:
        raise SQLError(_NO_COLUMN, offset=node.position, token=node.column)
    return types[node.column]
