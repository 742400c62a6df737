"""What INSERT, UPDATE and DELETE write to: a table, maybe seen through views of it.

A view can be written through if its rows are rows of one table: no join, DISTINCT,
GROUP BY, set operation. A view with expressions takes no INSERT or UPDATE (ERR -234,
-384); a DELETE it would take, but not here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field

from informix_db.testing.api import SQLError
from informix_db.testing.records import dataclass
from informix_db.testing.sql import ast, ast_query
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import Column, Database, Table, View
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.privileges import missing, require
from informix_db.testing.sql.queries import QueryBinder
from informix_db.testing.sql.rules import AGGREGATES
from informix_db.testing.sql.scope import Binding, Scope, ScopeItem
from informix_db.testing.sql.views import ViewNames

_NOT_SIMPLE, _VIRTUAL, _NO_UPDATE = -384, -234, -273


@dataclass(slots=True)
class _Layer:
    """A view's own WHERE, and the names its FROM gives the table's columns."""

    view: View
    database: Database
    where: ast.Expression | None
    item_name: str
    names: list[tuple[str, Column]]


@dataclass(slots=True)
class Target:
    """`names` are the columns as the statement may call them, `allowed` those of them
    that may be changed, if not all."""

    table: Table
    name: str
    names: list[tuple[str, Column]]
    layers: list[_Layer] = field(default_factory=list)  # outermost first
    allowed: set[str] | None = None

    def require(self, name: str, position: int) -> None:
        """Raise SQLError(-273) for a column that may not be changed."""
        if self.allowed is not None and name not in self.allowed:
            raise SQLError(_NO_UPDATE, offset=position, token=self.name)

    @property
    def columns(self) -> list[Column]:
        return [column for _, column in self.names]

    def column(self, name: str) -> Column | None:
        return next((column for known, column in self.names if known == name), None)

    def item(self, source: int, alias: str) -> ScopeItem:
        """Return the scope's view of the target."""
        return _scope_item(self.table, source, alias or self.name, self.names, alias)

    def conditions(self, binding: Binding, source: int) -> list[b.Expr]:
        """Return what rows must meet to be seen through the views."""
        return [found for _, found in self._conditions(binding, source)]

    def checks(self, binding: Binding, source: int) -> b.Expr | None:
        """Return what rows written must meet: a view with CHECK OPTION has its own
        and its views' conditions kept."""
        checked: list[b.Expr] = []
        wanted = False
        for layer, condition in self._conditions(binding, source):
            wanted = wanted or layer.view.check_option
            if wanted:
                checked.append(condition)
        return joined(checked)

    def _conditions(
        self, binding: Binding, source: int
    ) -> Iterator[tuple[_Layer, b.Expr]]:
        for layer in self.layers:
            if layer.where is None:
                continue
            item = _scope_item(self.table, source, layer.item_name, layer.names, "")
            names, owner = binding.names, layer.view.owner
            binding.names = ViewNames(names, layer.database, owner)
            try:
                binder = QueryBinder(binding).expressions(Scope(items=[item]))
                yield layer, binder.condition(layer.where)
            finally:
                binding.names = names


def joined(conditions: Sequence[b.Expr]) -> b.Expr | None:
    """Return conditions as one, None for none."""
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return b.Op(t.BOOLEAN_TYPE, "and", tuple(conditions))


def _scope_item(
    table: Table,
    source: int,
    name: str,
    names: Sequence[tuple[str, Column]],
    alias: str,
) -> ScopeItem:
    columns: list[tuple[str, b.Expr]] = [
        (known, b.ColumnRef(column.type, source, column.storage, known))
        for known, column in names
    ]
    return ScopeItem(source, name, columns, table, bool(alias))


def find_target(name: ast.ObjectName, binding: Binding, privilege: str) -> Target:
    """Return what a statement writes to; `privilege` is a letter of systabauth."""
    binding.names.current_database()
    item, allowed = binding.find(name, privilege)
    target = _target(item, name, binding, privilege)
    target.allowed = allowed
    return target


def _target(
    item: Table | View, name: ast.ObjectName, binding: Binding, privilege: str
) -> Target:
    if isinstance(item, View):
        return _through(item, name, binding, privilege)
    if item.is_system:
        raise missing(privilege, item, name.position)
    return Target(item, name.name, [(column.name, column) for column in item.columns])


def _through(
    view: View, name: ast.ObjectName, binding: Binding, privilege: str
) -> Target:
    """Return the target behind a view; its owner must have the privilege there."""
    select, written = _simple(view, name.position)
    stale = SQLError(-357, offset=name.position, token=f"{view.owner}.{view.name}")
    database, _ = binding.names.find_object(name) or (None, None)
    place, item = binding.names.find_object(written.name) or (None, None)
    if database is None or place is None or not isinstance(item, (Table, View)):
        raise stale
    owner = ViewNames(binding.names, database, view.owner)
    require(privilege, item, place, owner, name.position)
    binding.note(item)
    inner = _target(item, written.name, binding, privilege)
    seen = _columns(view, select, inner, privilege, name.position)
    if len(seen) != len(view.columns):
        raise stale
    names = [
        (shown, column) for (shown, _), column in zip(view.columns, seen, strict=True)
    ]
    item_name = written.alias or written.name.name
    layer = _Layer(view, database, select.where, item_name, inner.names)
    return Target(inner.table, name.name, names, [layer, *inner.layers])


def _simple(view: View, position: int) -> tuple[ast_query.Select, ast_query.Table]:
    """Return a view's SELECT and its one table; SQLError(-384) if it is not simple."""
    query, body = view.query, view.query.body
    if (
        not isinstance(body, ast_query.Select)
        or query.with_tables
        or query.limit is not None
        or body.distinct
        or body.group_by
        or body.having is not None
        or body.first is not None
        or body.skip is not None
        or len(body.tables) != 1
        or not isinstance(body.tables[0], ast_query.Table)
        or any(_is_aggregate(part) for item in body.items for part in ast.walk(item))
    ):
        raise SQLError(_NOT_SIMPLE, offset=position, token=view.name)
    return body, body.tables[0]


def _is_aggregate(node: ast.Node) -> bool:
    return isinstance(node, ast.FunctionCall) and node.name.name in AGGREGATES


def _columns(
    view: View,
    select: ast_query.Select,
    inner: Target,
    privilege: str,
    position: int,
) -> list[Column]:
    """Return the columns a view's select list names; SQLError(-234) for an INSERT,
    -384 for an UPDATE, if it has others."""
    found: list[Column] = []
    for item in select.items:
        if isinstance(item, ast_query.Star):
            found += inner.columns
            continue
        if not isinstance(item.expression, ast.Name):
            if privilege == "i":
                virtual, _ = view.columns[len(found)]
                raise SQLError(_VIRTUAL, offset=position, token=virtual)
            if privilege == "u":
                raise SQLError(_NOT_SIMPLE, offset=position, token=view.name)
            raise unsupported("DELETE from a view with expressions", position)
        column = inner.column(item.expression.parts[-1])
        if column is not None:
            found.append(column)
    return found
