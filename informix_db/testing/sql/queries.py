"""Binding queries: FROM, projection, grouping, set operations, ORDER BY."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import ast, ast_query, rules
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.expressions import ExpressionBinder
from informix_db.testing.sql.outer import OuterJoins
from informix_db.testing.sql.scope import (
    CommonTable,
    Scope,
    children,
    has_aggregate,
    has_window,
)
from informix_db.testing.sql.sources import SourceBinder, named_columns


class QueryBinder(SourceBinder):
    """Binds the queries of one statement."""

    # --- whole queries -------------------------------------------------------

    def query(
        self, node: ast_query.Query, parent: Scope | None, hints: Sequence[SQLType] = ()
    ) -> b.BoundQuery:
        """Return a query bound, SQLError(-201) if it has an INTO; `hints` type
        parameters of its projection."""
        if node.into is not None:
            raise SQLError(-201, offset=node.into.position)
        with self.common(node.with_tables, parent) as common:
            query = self._query(node, parent, hints)
        query.common = common
        return query

    def _query(
        self, node: ast_query.Query, parent: Scope | None, hints: Sequence[SQLType]
    ) -> b.BoundQuery:
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
        node: ast_query.Select | ast_query.SetOperation | ast_query.Query,
        parent: Scope | None,
        hints: Sequence[SQLType],
    ) -> tuple[b.BoundBody, Scope | None]:
        if isinstance(node, ast_query.Select):
            return self._select(node, parent, hints)
        if isinstance(node, ast_query.SetOperation):
            return self._set_operation(node, parent, hints), None
        return self.query(node, parent, hints), None

    # --- WITH ----------------------------------------------------------------

    @contextmanager
    def common(
        self, nodes: Sequence[ast_query.CommonTable], parent: Scope | None = None
    ) -> Iterator[list[b.BoundCommon]]:
        """Bind the tables of a WITH clause; they are known inside."""
        tables: dict[str, CommonTable] = {}
        self.binding.common.append(tables)
        try:
            yield [self._common(node, tables, parent) for node in nodes]
        finally:
            self.binding.common.pop()

    def _common(
        self,
        node: ast_query.CommonTable,
        tables: dict[str, CommonTable],
        parent: Scope | None,
    ) -> b.BoundCommon:
        """Bind a table of a WITH clause and add it to `tables`."""
        if node.name in tables:
            raise SQLError(-201, offset=node.position, token=node.name)
        number = self.binding.new_source()
        body = node.query.body
        if isinstance(body, ast_query.SetOperation) and any(
            isinstance(part, ast_query.Table) and part.name.name == node.name
            for branch in body.branches
            for part in ast.walk(branch)
        ):
            return self._recursive(node, body, number, tables, parent)
        query = self.query(node.query, parent)
        tables[node.name] = CommonTable(number, named_columns(node, query.outputs))
        return b.BoundCommon(number, query)

    def _recursive(
        self,
        node: ast_query.CommonTable,
        body: ast_query.SetOperation,
        number: int,
        tables: dict[str, CommonTable],
        parent: Scope | None,
    ) -> b.BoundCommon:
        """The first branch gives the columns their types; the others, which may use
        the table itself, are converted to them."""
        if any(
            branch.operator != "union" or not branch.all for branch in body.branches
        ):
            raise unsupported("recursive WITH without UNION ALL", node.position)
        first, _ = self._body(body.first, parent, ())
        columns = named_columns(node, first.outputs)
        tables[node.name] = CommonTable(number, columns)
        types = [sql_type for _, sql_type in columns]
        branches: list[tuple[str, b.BoundBody]] = []
        for branch in body.branches:
            bound, _ = self._body(branch.operand, parent, types)
            if len(bound.outputs) != len(types):
                raise SQLError(-317)
            for i, sql_type in enumerate(types):
                self._retype(bound, i, sql_type)
            if isinstance(bound, b.BoundSelect):
                _count_steps(bound)
            branches.append(("union all", bound))
        outputs = [b.Output(output.name, output.expr) for output in first.outputs]
        return b.BoundCommon(number, b.BoundQuery(b.BoundSet(outputs, first, branches)))

    def _count(self, node: ast.Expression) -> b.Expr:
        """Return the number of SKIP, FIRST or LIMIT."""
        counts = isinstance(node, (ast.Literal, ast.Parameter))
        if not counts and self.binding.variable(node) is None:
            raise unsupported("expression in FIRST", node.position)
        binder = self.expressions(Scope())
        expr = binder.bind(node, t.INTEGER_TYPE, stores=True)
        if t.family(expr.type) != "int":
            raise SQLError(-201, offset=node.position)
        return expr

    def _set_operation(
        self,
        node: ast_query.SetOperation,
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
        self, node: ast_query.Select, parent: Scope | None, hints: Sequence[SQLType]
    ) -> tuple[b.BoundSelect, Scope]:
        if node.into:
            raise SQLError(-201, offset=node.into[0].position)
        scope = Scope(parent)
        select = b.BoundSelect([])
        binder = self._from_and_where(node, select, scope)
        binder.allow_aggregates = binder.allow_windows = True
        select.outputs = self._outputs(node, binder, hints)
        binder.allow_windows = False
        if node.having is not None:
            select.having = binder.condition(node.having)
        select.group_by = self._group_by(node, select, scope)
        self._check_grouping(node, select, scope)
        select.distinct = node.distinct
        if node.distinct:
            for output in select.outputs:
                _refuse_unordered(output.expr, _DISTINCT, node.position)
        if node.skip is not None:
            select.skip = self._count(node.skip)
        if node.first is not None:
            select.first = self._count(node.first)
        return select, scope

    def _from_and_where(
        self, node: ast_query.Select, select: b.BoundSelect, scope: Scope
    ) -> ExpressionBinder:
        """Bind FROM and WHERE; return the binder of the rest."""
        binder = self.expressions(scope)
        if any(isinstance(item, ast_query.Outer) for item in node.tables):
            _refuse_joins(node.tables)
            if any(
                _is_lateral(part) for item in node.tables for part in ast.walk(item)
            ):
                raise unsupported("LATERAL beside OUTER", node.position)
            joins = OuterJoins(self, scope)
            joined, select.where = joins.bind(node.tables, node.where, binder)
            select.sources = [joined]
            return binder
        select.sources = [self.source(item, scope) for item in node.tables]
        if node.where is not None:
            select.where = binder.condition(node.where)
        return binder

    def _outputs(
        self, node: ast_query.Select, binder: ExpressionBinder, hints: Sequence[SQLType]
    ) -> list[b.Output]:
        outputs: list[b.Output] = []
        for item in node.items:
            if isinstance(item, ast_query.Star):
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
        self, node: ast_query.Select, select: b.BoundSelect, scope: Scope
    ) -> list[b.Expr]:
        groups = []
        binder = self.expressions(scope)
        for item in node.group_by:
            if isinstance(item, ast.Literal) and isinstance(item.value, int):
                if not 1 <= item.value <= len(select.outputs):
                    raise SQLError(-251, offset=item.position)
                expr = select.outputs[item.value - 1].expr
            else:
                expr = binder.bind(item)
            if has_aggregate(expr) or has_window(expr):
                raise SQLError(-321, offset=item.position)
            _refuse_unordered(expr, _GROUP_BY, item.position)
            groups.append(expr)
        return groups

    def _check_grouping(
        self, node: ast_query.Select, select: b.BoundSelect, scope: Scope
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

    # --- ORDER BY ------------------------------------------------------------

    def _order_by(
        self, node: ast_query.Query, body: b.BoundBody, scope: Scope | None
    ) -> list[b.OrderKey]:
        keys = []
        for item in node.order_by:
            position, expr = self._order_key(item, body, scope)
            key = expr or body.outputs[position or 0].expr
            _refuse_unordered(key, _ORDER_BY, item.expression.position)
            keys.append(b.OrderKey(position, expr, item.descending, item.nulls))
        return keys

    def _order_key(
        self, item: ast_query.OrderItem, body: b.BoundBody, scope: Scope | None
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
            named = [i for i, output in enumerate(body.outputs) if output.name == name]
            for i in named:
                output = body.outputs[i]
                plain = len(named) == 1 and isinstance(output.expr, b.ColumnRef)
                if output.aliased or plain or scope is None:
                    return i, None
        if scope is None or not isinstance(body, b.BoundSelect):
            raise SQLError(-374, offset=node.position)
        binder = self.expressions(scope)
        binder.allow_aggregates = binder.allow_windows = True
        expr = binder.bind(node)
        for i, output in enumerate(body.outputs):
            if output.expr == expr:
                return i, None
        if body.distinct:
            sqlcode = -309 if isinstance(node, ast.Name) else -19828
            raise SQLError(sqlcode, offset=node.position, token=name)
        local = {entry.source for entry in scope.items}
        exprs = [expr, *(output.expr for output in body.outputs)]
        if (body.group_by or any(map(has_aggregate, exprs))) and not all(
            _is_grouped(part, body.group_by, local) for part in exprs
        ):
            raise SQLError(-294, offset=node.position)
        return None, expr


# SQLCODEs for TEXT and BYTE, and for collections, where values are compared.
_GROUP_BY, _DISTINCT, _ORDER_BY = (-612, -9606), (-613, -9607), (-614, -9608)


def _refuse_unordered(expr: b.Expr, codes: tuple[int, int], position: int) -> None:
    """Raise SQLError for values of a type that has no order."""
    if t.family(expr.type) in ("byte", "text"):
        raise SQLError(codes[0], offset=position)
    if t.family(expr.type) == "composite" and expr.type.code != t.ROW:
        raise SQLError(codes[1], offset=position)


def _count_steps(select: b.BoundSelect) -> None:
    """Have the steps of a recursion counted: one without an end would keep all
    sessions waiting."""
    step = b.Op(t.BOOLEAN_TYPE, "recursion_step")
    parts = (step,) if select.where is None else (select.where, step)
    select.where = b.Op(t.BOOLEAN_TYPE, "and", parts)


def _refuse_joins(items: Sequence[ast.FromItem]) -> None:
    """Raise SQLError(-19820) for an ANSI join in a FROM clause that has an OUTER."""
    for item in items:
        if isinstance(item, ast_query.Outer):
            _refuse_joins(item.items)
        elif isinstance(item, ast_query.Join):
            raise SQLError(-19820, offset=item.position)


def _is_lateral(node: ast.Node) -> bool:
    return isinstance(node, ast_query.Derived) and node.lateral


def _column_name(expr: b.Expr) -> str:
    return expr.name if isinstance(expr, b.ColumnRef) else ""


def _is_grouped(expr: b.Expr, groups: list[b.Expr], local: set[int]) -> bool:
    if isinstance(expr, b.Aggregate) or expr in groups:
        return True
    if isinstance(expr, b.ColumnRef):
        return expr.source not in local
    return all(_is_grouped(part, groups, local) for part in children(expr))


def output_name(node: ast.Expression) -> str:
    """Return the name Informix gives a column without alias (SQT-78, ONI-sqltmst87)."""
    if isinstance(node, ast.Name):
        return node.parts[-1]
    if isinstance(node, ast.FunctionCall) and node.name.name in rules.AGGREGATES:
        if node.star:
            return "(count(*))"
        return f"({node.name.name})"
    literals = (ast.Literal, ast.DatetimeLiteral, ast.IntervalLiteral)
    return "(constant)" if isinstance(node, literals) else "(expression)"
