"""Binding FROM: tables, derived tables, tables of a WITH clause, ANSI joins."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Sequence

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import ast, ast_query, rules
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import Table, View
from informix_db.testing.sql.errors import construct, unsupported
from informix_db.testing.sql.expressions import ExpressionBinder
from informix_db.testing.sql.scope import Binding, CommonTable, Scope, ScopeItem
from informix_db.testing.sql.views import bind_view


class SourceBinder(ABC):
    """Binds what stands in FROM and adds it to the scope of the block."""

    def __init__(self, binding: Binding) -> None:
        self.binding = binding

    @abstractmethod
    def query(
        self, node: ast_query.Query, parent: Scope | None, hints: Sequence[SQLType] = ()
    ) -> b.BoundQuery:
        """Return a query bound; `hints` type parameters of its projection."""

    def expressions(self, scope: Scope) -> ExpressionBinder:
        return ExpressionBinder(self.binding, scope, self.query)

    def source(self, node: ast.FromItem, scope: Scope) -> b.Source:
        if isinstance(node, ast_query.Table):
            return self._table(node, scope)
        if isinstance(node, ast_query.Derived):
            return self._derived(node, scope)
        if isinstance(node, ast_query.Join):
            return self._join(node, scope)
        if isinstance(node, ast_query.TableFunction):
            return self._collection(node, scope)
        raise unsupported(construct(node), node.position)

    def _table(self, node: ast_query.Table, scope: Scope) -> b.Source:
        common = self.binding.common_table(node.name)
        if common is not None:
            return self._common_table(node, common, scope)
        item, allowed = self.binding.find(node.name, "s")
        alias = node.alias
        if not alias and node.name.name != item.name:
            alias = node.name.name  # a synonym
        if isinstance(item, View):
            query = bind_view(item, self.binding, self.query)
            source = self.binding.new_source()
            entry = _query_item(alias or item.name, source, item.columns)
            entry.allowed = allowed
            scope.add(entry, node.position)
            return b.DerivedSource(source, query)
        source = self.binding.new_source()
        entry = table_item(item, source, alias)
        entry.allowed = allowed
        scope.add(entry, node.position)
        return b.TableSource(source, item)

    def _common_table(
        self, node: ast_query.Table, common: CommonTable, scope: Scope
    ) -> b.CommonSource:
        source = self.binding.new_source()
        name = node.alias or node.name.name
        scope.add(_query_item(name, source, common.columns), node.position)
        return b.CommonSource(source, common.number)

    def _derived(self, node: ast_query.Derived, scope: Scope) -> b.Source:
        if not node.lateral:
            return self._query_source(node, node.query, scope)
        before = Scope(scope.parent, scope.items[scope.lateral :])
        bound = self.query(node.query, before)
        source = self.binding.new_source()
        row = b.ColumnRef(t.varchar(255), source, "value")
        columns: list[tuple[str, b.Expr]] = [
            (name, b.Op(kind, "lateral_cell", (row, b.Const(t.INTEGER_TYPE, i))))
            for i, (name, kind) in enumerate(named_columns(node, bound.outputs))
        ]
        entry = ScopeItem(source, node.alias, columns, aliased=True)
        scope.add(entry, node.position)
        return b.LateralSource(source, bound)

    def _query_source(
        self,
        node: ast_query.Derived | ast_query.TableFunction,
        query: ast_query.Query,
        scope: Scope,
    ) -> b.DerivedSource:
        bound = self.query(query, scope.parent)
        source = self.binding.new_source()
        columns = named_columns(node, bound.outputs)
        scope.add(_query_item(node.alias, source, columns), node.position)
        return b.DerivedSource(source, bound)

    def _collection(
        self, node: ast_query.TableFunction, scope: Scope
    ) -> b.DerivedSource:
        """``TABLE(MULTISET(SELECT ..))`` and ``TABLE(SET{..})``; others are unknown."""
        if isinstance(node.expression, ast.CollectionQuery):
            return self._query_source(node, node.expression.query, scope)
        literal = node.expression
        if not isinstance(literal, ast.CollectionLiteral) or not literal.items:
            raise unsupported(f"TABLE({construct(literal)})", node.position)
        return self._query_source(node, _elements(literal), scope)

    def _join(self, node: ast_query.Join, scope: Scope) -> b.JoinSource:
        start = len(scope.items)
        left = self.source(node.left, scope)
        middle = len(scope.items)
        visible = scope.lateral
        if node.kind in ("right", "full"):  # a row on the right may have none before it
            scope.lateral = middle
        right = self.source(node.right, scope)
        scope.lateral = visible
        condition = None
        if node.condition is not None:
            inner = Scope(scope.parent, scope.items[start:])
            condition = self.expressions(inner).condition(node.condition)
        if node.kind in ("left", "full"):
            make_nullable(scope.items[middle:])
        if node.kind in ("right", "full"):
            make_nullable(scope.items[start:middle])
        return b.JoinSource(node.kind, left, right, condition)


def table_item(table: Table, source: int, alias: str = "") -> ScopeItem:
    """Return the scope's view of a table."""
    columns: list[tuple[str, b.Expr]] = [
        (column.name, b.ColumnRef(column.type, source, column.storage, column.name))
        for column in table.columns
    ]
    return ScopeItem(source, alias or table.name, columns, table, bool(alias))


def _query_item(
    name: str, source: int, columns: Sequence[tuple[str, SQLType]]
) -> ScopeItem:
    """Return the scope's view of a derived table or a table of a WITH clause."""
    refs: list[tuple[str, b.Expr]] = [
        (column, b.ColumnRef(sql_type, source, f"o{i}", column))
        for i, (column, sql_type) in enumerate(columns)
    ]
    return ScopeItem(source, name, refs, aliased=True)


def _elements(node: ast.CollectionLiteral) -> ast_query.Query:
    """Return the query that has a collection's elements as rows."""
    selects = []
    for item in node.items:
        values = item.items if isinstance(item, ast.RowConstructor) else (item,)
        columns = tuple(
            ast_query.SelectItem(value.position, value, f"unnamed_col_{i}")
            for i, value in enumerate(values, 1)
        )
        selects.append(ast_query.Select(item.position, columns))
    keep_all = node.kind != "set"
    branches = tuple(
        ast_query.SetBranch(select.position, "union", keep_all, select)
        for select in selects[1:]
    )
    if not branches:
        return ast_query.Query(node.position, selects[0])
    return ast_query.Query(
        node.position, ast_query.SetOperation(node.position, selects[0], branches)
    )


def named_columns(
    node: ast_query.Derived | ast_query.TableFunction | ast_query.CommonTable,
    outputs: Sequence[b.Output],
) -> list[tuple[str, SQLType]]:
    """Return a query's columns under the names the node gives them; SQLError(-236)
    for another number of names."""
    names = [column.name for column in node.columns] or [o.name for o in outputs]
    if len(names) != len(outputs):
        raise SQLError(-236, offset=node.position)
    types = [rules.strip(output.expr.type) for output in outputs]
    return list(zip(names, types, strict=True))


def make_nullable(items: Sequence[ScopeItem]) -> None:
    """The outer side of a join may be absent: its columns may be NULL."""
    for item in items:
        item.columns = [
            (
                name,
                dataclasses.replace(
                    expr, type=dataclasses.replace(expr.type, nullable=True)
                ),
            )
            for name, expr in item.columns
        ]
