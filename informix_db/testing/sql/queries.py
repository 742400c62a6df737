"""Binding queries: FROM, projection, grouping, set operations, ORDER BY."""

from __future__ import annotations

from collections.abc import Sequence

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import ast, rules
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import Table
from informix_db.testing.sql.errors import construct, unsupported
from informix_db.testing.sql.expressions import ExpressionBinder
from informix_db.testing.sql.scope import (
    Binding,
    Scope,
    ScopeItem,
    children,
    has_aggregate,
)


class QueryBinder:
    """Binds the queries of one statement."""

    def __init__(self, binding: Binding) -> None:
        self.binding = binding

    def expressions(self, scope: Scope) -> ExpressionBinder:
        return ExpressionBinder(self.binding, scope, self.query)

    # --- whole queries -------------------------------------------------------

    def query(
        self, node: ast.Query, parent: Scope | None, hints: Sequence[SQLType] = ()
    ) -> b.BoundQuery:
        """Return a query bound; `hints` type parameters of its projection."""
        if node.with_tables:
            raise unsupported("with", node.position)
        if node.into is not None and parent is not None:
            raise SQLError(-201, offset=node.into.position)
        body, scope = self._body(node.body, parent, hints)
        query = b.BoundQuery(body)
        if isinstance(body, b.BoundSelect):
            # SKIP and FIRST count the sorted rows.
            query.skip, query.first = body.skip, body.first
            body.skip = body.first = None
        if node.order_by:
            query.order_by = self._order_by(node, body, scope)
        if node.limit is not None:
            if query.first is not None:
                raise SQLError(-201, offset=node.limit.position)
            query.first = self._count(node.limit)
        return query

    def _body(
        self,
        node: ast.Select | ast.SetOperation | ast.Query,
        parent: Scope | None,
        hints: Sequence[SQLType],
    ) -> tuple[b.BoundBody, Scope | None]:
        if isinstance(node, ast.Select):
            return self._select(node, parent, hints)
        if isinstance(node, ast.SetOperation):
            return self._set_operation(node, parent, hints), None
        return self.query(node, parent, hints), None

    def _count(self, node: ast.Expression) -> b.Expr:
        """Return the number of SKIP, FIRST or LIMIT."""
        if not isinstance(node, (ast.Literal, ast.Parameter)):
            raise unsupported("expression in FIRST", node.position)
        binder = self.expressions(Scope())
        expr = binder.bind(node, t.INTEGER_TYPE, stores=True)
        if t.family(expr.type) != "int":
            raise SQLError(-201, offset=node.position)
        return expr

    def _set_operation(
        self,
        node: ast.SetOperation,
        parent: Scope | None,
        hints: Sequence[SQLType],
    ) -> b.BoundSet:
        first, _ = self._body(node.first, parent, hints)
        branches: list[tuple[str, b.BoundBody]] = []
        for branch in node.branches:
            types = [rules.strip(output.expr.type) for output in first.outputs]
            body, _ = self._body(branch.operand, parent, types)
            name = f"{branch.operator} all" if branch.all else branch.operator
            branches.append((name, body))
        bodies = [first, *(body for _, body in branches)]
        self._unify_branches(bodies)
        outputs = [b.Output(output.name, output.expr) for output in first.outputs]
        return b.BoundSet(outputs, first, branches)

    def _unify_branches(self, bodies: list[b.BoundBody]) -> None:
        """Give every branch the columns' shared types; SQLError(-317, -308)."""
        count = len(bodies[0].outputs)
        if any(len(body.outputs) != count for body in bodies):
            raise SQLError(-317)
        for i in range(count):
            shared = bodies[0].outputs[i].expr.type
            for body in bodies[1:]:
                found = rules.common(shared, body.outputs[i].expr.type)
                if found is None:
                    raise SQLError(-308)
                shared = found
            for body in bodies:
                self._retype(body, i, rules.strip(shared))

    def _retype(self, body: b.BoundBody, index: int, target: SQLType) -> None:
        if isinstance(body, b.BoundQuery):
            self._retype(body.body, index, target)
            return
        output = body.outputs[index]
        binder = self.expressions(Scope())
        expr = binder.convert(output.expr, target)
        if isinstance(body, b.BoundSet):
            for part in (body.first, *(branch for _, branch in body.branches)):
                self._retype(part, index, target)
            expr = b.Const(target, None)  # stands for its type only
        body.outputs[index] = b.Output(output.name, expr, output.aliased)

    # --- one SELECT block ----------------------------------------------------

    def _select(
        self, node: ast.Select, parent: Scope | None, hints: Sequence[SQLType]
    ) -> tuple[b.BoundSelect, Scope]:
        if node.into:
            raise SQLError(-201, offset=node.into[0].position)
        scope = Scope(parent)
        select = b.BoundSelect([])
        select.sources = [self._source(item, scope, parent) for item in node.tables]
        binder = self.expressions(scope)
        if node.where is not None:
            select.where = binder.condition(node.where)
        binder.allow_aggregates = True
        select.outputs = self._outputs(node, binder, hints)
        if node.having is not None:
            select.having = binder.condition(node.having)
        select.group_by = self._group_by(node, select, scope)
        self._check_grouping(node, select, scope)
        select.distinct = node.distinct
        if node.skip is not None:
            select.skip = self._count(node.skip)
        if node.first is not None:
            select.first = self._count(node.first)
        return select, scope

    def _outputs(
        self, node: ast.Select, binder: ExpressionBinder, hints: Sequence[SQLType]
    ) -> list[b.Output]:
        outputs: list[b.Output] = []
        for item in node.items:
            if isinstance(item, ast.Star):
                outputs += [
                    b.Output(name, expr) for name, expr in binder.scope.expand(item)
                ]
                continue
            hint = hints[len(outputs)] if len(outputs) < len(hints) else None
            expr = binder.bind(item.expression, hint)
            if expr.type.code == t.NULL and hint is None:
                raise SQLError(-201, offset=item.expression.position)
            name = item.alias or output_name(item.expression)
            outputs.append(b.Output(name, expr, bool(item.alias)))
        return outputs

    def _group_by(
        self, node: ast.Select, select: b.BoundSelect, scope: Scope
    ) -> list[b.Expr]:
        groups = []
        binder = self.expressions(scope)
        for item in node.group_by:
            if isinstance(item, ast.Literal) and isinstance(item.value, int):
                if not 1 <= item.value <= len(select.outputs):
                    raise SQLError(-201, offset=item.position)
                expr = select.outputs[item.value - 1].expr
            else:
                expr = binder.bind(item)
            if has_aggregate(expr):
                raise SQLError(-321, offset=item.position)
            groups.append(expr)
        return groups

    def _check_grouping(
        self, node: ast.Select, select: b.BoundSelect, scope: Scope
    ) -> None:
        """Raise SQLError(-294) for an output that a group has no single value of."""
        exprs = [output.expr for output in select.outputs]
        local = {item.source for item in scope.items}
        if select.having is not None and not _is_grouped(
            select.having, select.group_by, local
        ):
            raise SQLError(-304, offset=node.position)
        if not (select.group_by or select.having or any(map(has_aggregate, exprs))):
            return
        for expr in exprs:
            if not _is_grouped(expr, select.group_by, local):
                raise SQLError(-294, offset=node.position, token=_column_name(expr))

    # --- FROM ----------------------------------------------------------------

    def _source(
        self, node: ast.FromItem, scope: Scope, parent: Scope | None
    ) -> b.Source:
        if isinstance(node, ast.Table):
            table = self.binding.table(node.name)
            source = self.binding.new_source()
            scope.items.append(table_item(table, source, node.alias))
            return b.TableSource(source, table)
        if isinstance(node, ast.Derived):
            return self._derived(node, scope, parent)
        if isinstance(node, ast.Join):
            return self._join(node, scope, parent)
        raise unsupported(construct(node), node.position)

    def _derived(
        self, node: ast.Derived, scope: Scope, parent: Scope | None
    ) -> b.Source:
        query = self.query(node.query, scope if node.lateral else parent)
        source = self.binding.new_source()
        names = [output.name for output in query.outputs]
        if node.columns:
            if len(node.columns) != len(names):
                raise SQLError(-236, offset=node.position)
            names = [column.name for column in node.columns]
        columns: list[tuple[str, b.Expr]] = [
            (name, b.ColumnRef(rules.strip(output.expr.type), source, f"o{i}", name))
            for i, (name, output) in enumerate(zip(names, query.outputs, strict=True))
        ]
        scope.items.append(ScopeItem(source, node.alias, columns, aliased=True))
        return b.DerivedSource(source, query)

    def _join(self, node: ast.Join, scope: Scope, parent: Scope | None) -> b.Source:
        start = len(scope.items)
        left = self._source(node.left, scope, parent)
        middle = len(scope.items)
        right = self._source(node.right, scope, parent)
        condition = None
        if node.condition is not None:
            inner = Scope(parent, scope.items[start:])
            condition = self.expressions(inner).condition(node.condition)
        if node.kind in ("left", "full"):
            _make_nullable(scope.items[middle:])
        if node.kind in ("right", "full"):
            _make_nullable(scope.items[start:middle])
        return b.JoinSource(node.kind, left, right, condition)

    # --- ORDER BY ------------------------------------------------------------

    def _order_by(
        self, node: ast.Query, body: b.BoundBody, scope: Scope | None
    ) -> list[b.OrderKey]:
        keys = []
        for item in node.order_by:
            position, expr = self._order_key(item, body, scope)
            keys.append(b.OrderKey(position, expr, item.descending, item.nulls))
        return keys

    def _order_key(
        self, item: ast.OrderItem, body: b.BoundBody, scope: Scope | None
    ) -> tuple[int | None, b.Expr | None]:
        """Return an output's number, or an expression of a plain SELECT."""
        node = item.expression
        if isinstance(node, ast.Literal) and isinstance(node.value, int):
            if not 1 <= node.value <= len(body.outputs):
                raise SQLError(-251, offset=node.position)
            return node.value - 1, None
        name = ""
        if isinstance(node, ast.Name) and len(node.parts) == 1:
            name = node.parts[0]
            for i, output in enumerate(body.outputs):
                if output.name == name and (output.aliased or scope is None):
                    return i, None
        if scope is None or not isinstance(body, b.BoundSelect):
            raise SQLError(-374, offset=node.position)
        binder = self.expressions(scope)
        binder.allow_aggregates = True
        expr = binder.bind(node)
        for i, output in enumerate(body.outputs):
            if output.expr == expr:
                return i, None
        if body.distinct:
            raise SQLError(-309, offset=node.position, token=name)
        local = {entry.source for entry in scope.items}
        if (body.group_by or any(has_aggregate(o.expr) for o in body.outputs)) and (
            not _is_grouped(expr, body.group_by, local)
        ):
            raise SQLError(-294, offset=node.position)
        return None, expr


def table_item(table: Table, source: int, alias: str = "") -> ScopeItem:
    """Return the scope's view of a table."""
    columns: list[tuple[str, b.Expr]] = [
        (column.name, b.ColumnRef(column.type, source, column.storage, column.name))
        for column in table.columns
    ]
    return ScopeItem(source, alias or table.name, columns, table, bool(alias))


def _make_nullable(items: list[ScopeItem]) -> None:
    """The outer side of a join may be absent: its columns may be NULL."""
    for item in items:
        item.columns = [
            (name, _nullable(expr) if isinstance(expr, b.ColumnRef) else expr)
            for name, expr in item.columns
        ]


def _nullable(expr: b.ColumnRef) -> b.ColumnRef:
    old = expr.type
    sql_type = SQLType(old.code, old.length, old.extended_id, old.owner, old.name)
    return b.ColumnRef(sql_type, expr.source, expr.column, expr.name)


def _column_name(expr: b.Expr) -> str:
    return expr.name if isinstance(expr, b.ColumnRef) else ""


def _is_grouped(expr: b.Expr, groups: list[b.Expr], local: set[int]) -> bool:
    if isinstance(expr, b.Aggregate) or expr in groups:
        return True
    if isinstance(expr, b.ColumnRef):
        return expr.source not in local
    return all(_is_grouped(part, groups, local) for part in children(expr))


def output_name(node: ast.Expression) -> str:
    """Return the name Informix gives a column without alias (sql-semantics 2.6)."""
    if isinstance(node, ast.Name):
        return node.parts[-1]
    if isinstance(node, ast.FunctionCall) and node.name.name in rules.AGGREGATES:
        if node.star:
            return "(count(*))"
        return f"({node.name.name})"
    literals = (ast.Literal, ast.DatetimeLiteral, ast.IntervalLiteral)
    return "(constant)" if isinstance(node, literals) else "(expression)"
