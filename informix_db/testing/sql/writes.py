"""Binding INSERT, UPDATE and DELETE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from informix_db.testing.api import Column as ApiColumn
from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import ast, ast_dml, ast_query
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import statement_types as st
from informix_db.testing.sql import types as t
from informix_db.testing.sql.access import key_output, reads_by_key
from informix_db.testing.sql.catalog import Column, Table
from informix_db.testing.sql.dml import evaluator
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.expressions import ExpressionBinder
from informix_db.testing.sql.plans import ROW_WRITTEN, InsertPlan, WritePlan
from informix_db.testing.sql.queries import QueryBinder
from informix_db.testing.sql.rules import strip
from informix_db.testing.sql.scope import Binding, Scope, references, walk
from informix_db.testing.sql.spl_plans import bind_routine_rows
from informix_db.testing.sql.viewtargets import Target, find_target, joined

# Subqueries of many rows: they may read the table that is written if they do not
# depend on its row at hand (-360). A scalar subquery may in any case; SET has none.
_MANY_ROWS = (b.InQuery, b.ExistsQuery, b.QuantifiedQuery)


# --- INSERT ------------------------------------------------------------------


def bind_insert(node: ast_dml.Insert, binding: Binding) -> InsertPlan:
    target = find_target(node.table, binding, "i")
    table = target.table
    plan = InsertPlan(st.INSERT, node, table=table)
    plan.targets = targets(target, node.columns)
    if isinstance(node.source, ast_query.Query):
        _bind_insert_query(plan, node.source, binding)
    elif isinstance(node.source, ast_dml.Values):
        items = node.source.items
        if len(items) != len(plan.targets):
            raise SQLError(-236, offset=node.source.position)
        binder = _free_binder(binding)
        plan.values = [
            binder.bind_to(item, stored_type(column))
            for item, column in zip(items, plan.targets, strict=True)
        ]
        found = [evaluator(value, binding.runtime) for value in plan.values]
        plan.evaluators = [e for e in found if e is not None]
        if len(plan.evaluators) < len(found):
            plan.evaluators = None
    else:
        types = [stored_type(column) for column in plan.targets]
        plan.routine = bind_routine_rows(binding, node.source, types)
    check_omitted(table, plan.targets)
    plan.keeps = target.checks(binding, ROW_WRITTEN)
    plan.key_columns = [ApiColumn(column.name, column.type) for column in table.columns]
    if binding.parameter_count:
        plan.columns = [ApiColumn(column.name, column.type) for column in plan.targets]
    return plan


def _bind_insert_query(
    plan: InsertPlan, node: ast_query.Query, binding: Binding
) -> None:
    types = [stored_type(column) for column in plan.targets]
    query = QueryBinder(binding).query(node, None, types)
    if len(query.outputs) != len(types):
        raise SQLError(-236, offset=node.position)
    source = binding.new_source()
    binder = _free_binder(binding)
    outputs = [
        b.Output(
            "",
            binder.convert(
                b.ColumnRef(strip(output.expr.type), source, f"o{i}"), sql_type
            ),
        )
        for i, (output, sql_type) in enumerate(zip(query.outputs, types, strict=True))
    ]
    plan.query = b.BoundQuery(b.BoundSelect(outputs, [b.DerivedSource(source, query)]))


def stored_type(column: Column) -> SQLType:
    return strip(column.type)


def targets(table: Table | Target, names: Sequence[ast.Identifier]) -> list[Column]:
    """Return the columns an INSERT names; SQLError(-217, -681)."""
    if not names:
        return list(table.columns)
    targets: list[Column] = []
    for name in names:
        column = table.column(name.name)
        if column is None:
            raise no_column(name)
        if column in targets:
            raise SQLError(-681, offset=name.position, token=name.name)
        targets.append(column)
    return targets


def no_column(name: ast.Identifier) -> SQLError:
    """Return the error for a column to be written that is not there: ROWID cannot."""
    if name.name == "rowid":
        return SQLError(-228, offset=name.position)
    return SQLError(-217, offset=name.position, token=name.name)


def check_omitted(table: Table, targets: Sequence[Column]) -> None:
    """Raise SQLError(-292) for a NOT NULL column without value or default."""
    for column in table.columns:
        if column in targets or column.nullable or column.is_serial:
            continue
        if column.default is None:
            raise SQLError(-292, token=column.name)


def _free_binder(binding: Binding) -> ExpressionBinder:
    """Return a binder for expressions without columns."""
    return QueryBinder(binding).expressions(Scope())


# --- UPDATE and DELETE -------------------------------------------------------


def _write_scope(
    node: ast_dml.Update | ast_dml.Delete, binding: Binding
) -> tuple[Target, b.TableSource, ExpressionBinder]:
    privilege = "u" if isinstance(node, ast_dml.Update) else "d"
    target = find_target(node.table.name, binding, privilege)
    source = binding.new_source()
    scope = Scope(items=[target.item(source, node.table.alias)])
    binder = QueryBinder(binding).expressions(scope)
    return target, b.TableSource(source, target.table), binder


def _finish_write(
    plan: WritePlan,
    node: ast_dml.Update | ast_dml.Delete,
    target: Target,
    source: b.TableSource,
    binder: ExpressionBinder,
    values: list[b.Expr],
) -> None:
    outputs = [key_output(source), *(b.Output("", value) for value in values)]
    plan.select = b.BoundSelect(outputs, [source])
    plan.current_of = node.current_of
    plan.by_key = bool(node.current_of)
    conditions = target.conditions(binder.binding, source.source)
    if node.where is not None:
        conditions.append(binder.condition(node.where))
    plan.select.where = joined(conditions)
    if node.where is not None:
        plan.by_key = reads_by_key(plan.select)
        for part in walk(plan.select.where):
            if (
                isinstance(part, _MANY_ROWS)
                and _reads(part.query, source.table)
                and source.source in references(part.query)
            ):
                raise SQLError(-360, offset=node.where.position)


def bind_update(node: ast_dml.Update, binding: Binding) -> WritePlan:
    if node.tables:
        raise unsupported("UPDATE ... FROM", node.position)
    target, source, binder = _write_scope(node, binding)
    table = target.table
    plan = WritePlan(st.UPDATE, node, table=table)
    plan.targets, values = bind_assignments(node.assignments, target, binder)
    for value, column in zip(values, plan.targets, strict=True):
        if any(_reads(query, table) for query in _queries(value)):
            raise SQLError(-360, offset=node.position, token=column.name)
    _finish_write(plan, node, target, source, binder, values)
    plan.keeps = target.checks(binding, ROW_WRITTEN)
    return plan


def bind_assignments(
    assignments: Sequence[ast_dml.Assignment],
    target: Target,
    binder: ExpressionBinder,
) -> tuple[list[Column], list[b.Expr]]:
    """Return the columns SET names and their values; SQLError(-505) if the numbers of
    the two differ, -681 for a column named twice."""
    targets: list[Column] = []
    values: list[b.Expr] = []
    for assignment in assignments:
        columns = _assigned(target, assignment)
        for column in columns:
            if column in targets:
                raise SQLError(-681, offset=assignment.position, token=column.name)
            targets.append(column)
        values += _assigned_values(assignment, columns, binder)
    return targets, values


def _assigned(target: Target, assignment: ast_dml.Assignment) -> list[Column]:
    """Return the columns of one assignment; SQLError(-217, -232, -273)."""
    if not assignment.columns:
        for known, _ in target.names:
            target.require(known, assignment.position)
        return target.columns
    columns = []
    for name in assignment.columns:
        column = target.column(name.name)
        if column is None:
            raise no_column(name)
        target.require(name.name, name.position)
        if column.is_serial:
            raise SQLError(-232, offset=name.position, token=name.name)
        columns.append(column)
    return columns


def _assigned_values(
    assignment: ast_dml.Assignment, columns: Sequence[Column], binder: ExpressionBinder
) -> list[b.Expr]:
    """Bind the values of one assignment; a query stands for all its columns."""
    names: Sequence[ast.Identifier | None] = assignment.columns or [None] * len(columns)
    values: list[b.Expr] = []
    for node in assignment.values:
        if isinstance(node, ast.ScalarQuery):
            values += _query_columns(node.query, binder)
            continue
        if len(values) >= len(columns):
            raise SQLError(-505, offset=assignment.position)
        column, name = columns[len(values)], names[len(values)]
        if isinstance(name, ast_dml.SubscriptedColumn):
            values.append(_overlaid(name, column, node, binder))
        else:
            values.append(binder.bind(node, stored_type(column), stores=True))
    if len(values) != len(columns):
        raise SQLError(-505, offset=assignment.position)
    return [
        binder.convert(value, stored_type(column))
        for value, column in zip(values, columns, strict=True)
    ]


def _query_columns(query: ast_query.Query, binder: ExpressionBinder) -> list[b.Expr]:
    """Return the columns of a query that has one row, as values."""
    count = len(binder.subquery(query, None).outputs)
    if count == 1:
        return [binder.bind(ast.ScalarQuery(query.position, query))]
    return [binder.query_column(query, i) for i in range(count)]


def _overlaid(
    name: ast_dml.SubscriptedColumn,
    column: Column,
    node: ast.Expression,
    binder: ExpressionBinder,
) -> b.Expr:
    """``SET col[2, 3] = value``: the rest of the column stays as it is."""
    position = name.position
    current = ast.Name(position, (name.name,))
    part = binder.bind(ast.Subscript(position, current, name.first, name.last))
    assert isinstance(part, b.Op)
    whole, first, last = part.args
    text = binder.convert(binder.bind(node, part.type, stores=True), part.type)
    result = t.lvarchar(t.char_length(column.type))  # converted to the column's yet
    return b.Op(result, "fn_overlay", (whole, first, last, text))


def _queries(part: object) -> Iterator[b.BoundQuery]:
    return (node for node in walk(part) if isinstance(node, b.BoundQuery))


def _reads(part: object, table: Table) -> bool:
    return any(
        isinstance(node, b.TableSource) and node.table is table for node in walk(part)
    )


def bind_delete(node: ast_dml.Delete, binding: Binding) -> WritePlan:
    target, source, binder = _write_scope(node, binding)
    plan = WritePlan(st.DELETE, node, table=target.table)
    _finish_write(plan, node, target, source, binder, [])
    return plan
