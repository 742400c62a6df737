"""Named ROW types.

A column of one is described as the ROW it is, under the type's own id: how a server
tells the name of such a type is unknown [?].
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import Column, SQLError, SQLType
from informix_db.testing.records import dataclass
from informix_db.testing.sql import ast, ast_ddl, catalogchange
from informix_db.testing.sql import types as t
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.literals import datatype

if TYPE_CHECKING:
    from informix_db.testing.sql.catalog import Database
    from informix_db.testing.sql.session import Session

# extended_id: those below 2048 are the server's own [M], one is of types without name.
FIRST_USER_TYPE = t.COMPOSITE_ID + 1
_EXISTS, _UNKNOWN, _IN_USE, _SERIAL = -9631, -9628, -9630, -9805


@dataclass(eq=False)
class RowType:
    """`type` has the fields, those of the type it is UNDER first."""

    name: str
    owner: str
    type: SQLType
    under: str = ""

    @property
    def text(self) -> str:
        """The CREATE statement of the type with all its fields."""
        return f"CREATE ROW TYPE {self.name} {self.type.name.removeprefix('ROW')}"


class RowTypeTable:
    """The named ROW types of one database."""

    def __init__(self) -> None:
        self._by_name: dict[str, RowType] = {}
        self._next_id = FIRST_USER_TYPE

    def __iter__(self) -> Iterator[RowType]:
        return iter(list(self._by_name.values()))

    def get(self, name: str) -> RowType | None:
        return self._by_name.get(name)

    def type_named(self, name: str) -> SQLType | None:
        found = self._by_name.get(name)
        return None if found is None else found.type

    def new_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def add(self, row_type: RowType) -> None:
        self._by_name[row_type.name] = row_type

    def remove(self, row_type: RowType) -> None:
        del self._by_name[row_type.name]


def _create(session: Session, node: ast_ddl.CreateRowType) -> None:
    """SQLError(-9631) if the name is taken."""
    database = session.current_database()
    if database.row_types.get(node.name.name):
        if node.if_not_exists:
            return
        raise SQLError(_EXISTS, 0, node.name.position, node.name.name)
    for field in node.fields:
        if field.type.name in ("serial", "serial8", "bigserial"):
            raise SQLError(_SERIAL, offset=field.position)
        if field.type.name in ("text", "byte"):  # fine in a typed table
            raise unsupported(f"{field.type.name} in a ROW type", field.position)
    written = ast.DataType(node.position, "row", fields=node.fields)
    found = datatype(written, ansi=database.ansi, named=database.row_types.type_named)
    fields = (*_inherited(database, node), *found.fields)
    sql_type = dataclasses.replace(
        t.composite("row", fields), extended_id=database.row_types.new_id()
    )
    owner = node.name.owner or session.user
    under = node.under.name if node.under else ""
    row_type = RowType(node.name.name, owner, sql_type, under)
    types = database.row_types
    session.transact(lambda tx: catalogchange.add(session, types, row_type, tx))


def _inherited(database: Database, node: ast_ddl.CreateRowType) -> tuple[Column, ...]:
    if node.under is None:
        return ()
    parent = database.row_types.get(node.under.name)
    if parent is None:
        raise SQLError(_UNKNOWN, 0, node.under.position, node.under.name)
    return parent.type.fields


def drop_row_type(session: Session, node: ast_ddl.Drop) -> None:
    """SQLError(-9628) if there is none, -9630 if something is of the type."""
    database = session.current_database()
    row_type = database.row_types.get(node.name.name)
    if row_type is None:
        if node.if_exists:
            return
        raise SQLError(_UNKNOWN, 0, node.name.position, node.name.name)
    if any(_holds(used, row_type.type) for used in _types_in_use(database)) or any(
        other.under == row_type.name for other in database.row_types
    ):
        raise SQLError(_IN_USE, 0, node.name.position, node.name.name)
    types = database.row_types
    session.transact(lambda tx: catalogchange.remove(session, types, row_type, tx))


def _types_in_use(database: Database) -> Iterator[SQLType]:
    for table in database.tables():
        yield from (column.type for column in table.columns)
    for routine in database.routines:
        yield from routine.types
        yield from (column.type for column in routine.returning)
    for row_type in database.row_types:
        yield from (field.type for field in row_type.type.fields)


def _holds(used: SQLType, wanted: SQLType) -> bool:
    if used.extended_id == wanted.extended_id:
        return True
    return any(_holds(field.type, wanted) for field in used.fields)


HANDLERS: dict[type[ast.Statement], Callable[..., Any]] = {
    ast_ddl.CreateRowType: _create,
}
