"""Views: a SELECT kept with its names resolved, bound anew in every query.

A view's tables are read with its owner's privileges. How one is written through is
`viewtargets`' affair.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import ast, ast_ddl, ast_query
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import catalog as c
from informix_db.testing.sql.rewriting import query_with_database, rewritten
from informix_db.testing.sql.rules import strip

if TYPE_CHECKING:
    from informix_db.testing.sql.runtime import Runtime
    from informix_db.testing.sql.scope import Binding, Names
    from informix_db.testing.sql.spl_objects import Routine


@dataclasses.dataclass(slots=True)
class ViewNames:
    """How a view's query looks names up: as its owner, in its database."""

    inner: Names
    database: c.Database
    user: str
    role: str = ""

    @property
    def runtime(self) -> Runtime:
        return self.inner.runtime

    def current_database(self) -> c.Database:
        return self.database

    def find_object(
        self, name: ast.ObjectName
    ) -> tuple[c.Database, c.Table | c.View | c.SequenceGenerator] | None:
        return self.inner.find_object(name)

    def find_routines(self, name: ast.ObjectName) -> list[Routine]:
        return self.inner.find_routines(name)


def bind_view(
    view: c.View,
    binding: Binding,
    bind: Callable[[ast_query.Query, None], b.BoundQuery],
) -> b.BoundQuery:
    """Return a view's query bound by `bind`; SQLError(-357) if its tables changed."""
    names = binding.names
    found = names.find_object(_name_of(view))
    if found is None:
        raise SQLError(-206, -111, token=view.name)
    binding.names = ViewNames(names, found[0], view.owner)
    variables, binding.variables = binding.variables, {}
    try:
        query = bind(view.query, None)
    except SQLError as error:
        if error.sqlcode not in (-206, -217):
            raise
        raise SQLError(-357, token=f"{view.owner}.{view.name}") from None
    finally:
        binding.names = names
        binding.variables = variables
    if len(query.outputs) != len(view.columns):
        raise SQLError(-357, token=f"{view.owner}.{view.name}")
    return query


def _name_of(view: c.View) -> ast.ObjectName:
    return ast.ObjectName(0, view.name, view.owner, view.database)


# --- names inside a view's query ---------------------------------------------


def resolved(
    query: ast_query.Query, names: Names
) -> tuple[ast_query.Query, list[c.Table | c.View]]:
    """Return a view's query with tables fully named, and those tables.

    SQLError(-337) for a temporary table.
    """
    inner = (part for part in ast.walk(query) if isinstance(part, ast_query.Query))
    common = {table.name for part in inner for table in part.with_tables}
    uses: list[c.Table | c.View] = []

    def resolve(node: ast.Node) -> ast.Node:
        if not isinstance(node, ast_query.Table):
            return node
        name = node.name
        if name.name in common and not name.owner:
            return node
        database, item = names.find_object(name) or (None, None)
        if database is None or item is None or isinstance(item, c.SequenceGenerator):
            raise SQLError(-206, -111, name.position, name.name)
        if isinstance(item, c.Table) and item.temporary:
            raise SQLError(-337, offset=name.position, token=item.name)
        if item not in uses:
            uses.append(item)
        return _renamed(node, item, database.name)

    return rewritten(query, resolve), uses


def _renamed(
    node: ast_query.Table, item: c.Table | c.View, database: str
) -> ast_query.Table:
    """Name `item` in full; references by the name written stay valid."""
    full = ast.ObjectName(node.name.position, item.name, item.owner, database)
    alias = node.alias
    if not alias and node.name.name != item.name:
        alias = node.name.name
    return dataclasses.replace(node, name=full, alias=alias)


def follow_rename(view: c.View, item: c.Table | c.View, old: str) -> ast_query.Query:
    """Return a view's query after `item`, which was called `old`, got a new name."""

    def rename(node: ast.Node) -> ast.Node:
        if not isinstance(node, ast_query.Table):
            return node
        if (node.name.name, node.name.owner) != (old, item.owner):
            return node
        return _renamed(node, item, node.name.database)

    return rewritten(view.query, rename)


def follow_database(item: c.NamedObject, old: str, new: str) -> None:
    """Make a view or synonym mean a database by its new name."""
    if isinstance(item, (c.View, c.Synonym)) and item.database == old:
        item.database = new
    if isinstance(item, c.View):
        item.query = query_with_database(item.query, old, new)


# --- columns -----------------------------------------------------------------


def view_columns(
    node: ast_ddl.CreateView, outputs: Sequence[b.Output]
) -> list[tuple[str, SQLType]]:
    """Return names and types; SQLError(-382, -383, -531) for a bad list of names."""
    names = [column.name for column in node.columns]
    if names and len(names) != len(outputs):
        raise SQLError(-382, offset=node.position)
    if not names:
        names = [output.name for output in outputs]
        if any(name.startswith("(") for name in names):
            raise SQLError(-383, offset=node.position)
    for i, name in enumerate(names):
        if name in names[:i]:
            raise SQLError(-531, offset=node.position, token=name)
    types = [_view_type(output.expr) for output in outputs]
    return list(zip(names, types, strict=True))


def _view_type(expr: b.Expr) -> SQLType:
    """Return a view column's type: a table's column but for SERIAL, NOT NULL too."""
    plain = strip(expr.type)
    if isinstance(expr, b.ColumnRef):
        return dataclasses.replace(plain, nullable=expr.type.nullable)
    return plain
