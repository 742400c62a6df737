"""Plans: a statement bound once, to be run many times.

`bind_statement` turns a syntax tree into a `Plan`; `executor` runs it. A plan holds
its tables' versions, so that one made before a schema change is not run after it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from informix_db.testing.api import Column as ApiColumn
from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import ast, ast_dml
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import statement_types as st
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import (
    Column,
    SequenceGenerator,
    Table,
    View,
)
from informix_db.testing.sql.dml import Evaluate, evaluator
from informix_db.testing.sql.emit import Emitter
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.expressions import ExpressionBinder
from informix_db.testing.sql.privileges import missing
from informix_db.testing.sql.queries import QueryBinder
from informix_db.testing.sql.rules import strip
from informix_db.testing.sql.scope import Binding, Names, Scope, Slot, has_aggregate
from informix_db.testing.sql.sources import table_item
from informix_db.testing.sql.values import row_exporter

Export = Callable[[tuple[Any, ...]], tuple[object, ...]]


@dataclass(slots=True)
class Plan:
    """What every prepared statement has."""

    statement_type: int
    node: ast.Statement
    columns: list[ApiColumn] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    tables: list[tuple[Table, int]] = field(default_factory=list)
    others: list[tuple[View | SequenceGenerator, int]] = field(default_factory=list)
    returns_rows: bool = False
    for_update: bool = False
    key_columns: Sequence[ApiColumn] = ()

    @property
    def parameters(self) -> list[ApiColumn]:
        return [ApiColumn("", slot.type) for slot in self.slots]

    def check(self) -> None:
        """Raise SQLError(-710) if a table changed since the plan was made."""
        for table, version in self.tables:
            if table.dropped or table.version != version:
                raise SQLError(-710, token=table.name)
        for item, version in self.others:
            if item.dropped or item.version != version:
                raise SQLError(-710, token=item.name)


@dataclass(slots=True)
class QueryPlan(Plan):
    """A plan that SQLite gets a query for."""

    current_text: str = ""  # kept by the executor

    def emit(self, emitter: Emitter) -> str:
        """Return the SQLite query."""
        raise NotImplementedError


@dataclass(slots=True)
class SelectPlan(QueryPlan):
    """`key_table` is the table whose `_k` is the last, hidden output (FOR UPDATE)."""

    query: b.BoundQuery = field(default_factory=lambda: b.BoundQuery(b.BoundSelect([])))
    export: Export | None = None
    key_table: Table | None = None

    def emit(self, emitter: Emitter) -> str:
        return emitter.query(self.query)


@dataclass(slots=True)
class IntoTempPlan(QueryPlan):
    """SELECT ... INTO TEMP `name`."""

    query: b.BoundQuery = field(default_factory=lambda: b.BoundQuery(b.BoundSelect([])))
    name: str = ""
    no_log: bool = False

    def emit(self, emitter: Emitter) -> str:
        return emitter.query(self.query)


@dataclass(slots=True)
class WritePlan(QueryPlan):
    """UPDATE and DELETE: `select` yields `_k`, then the values of `targets`."""

    table: Table | None = None
    targets: list[Column] = field(default_factory=list)
    select: b.BoundSelect = field(default_factory=lambda: b.BoundSelect([]))
    current_of: str = ""

    def emit(self, emitter: Emitter) -> str:
        return emitter.select(self.select)


@dataclass(slots=True)
class InsertPlan(QueryPlan):
    """INSERT: either `values`, one expression per target, or `query`."""

    table: Table | None = None
    targets: list[Column] = field(default_factory=list)
    values: list[b.Expr] = field(default_factory=list)
    query: b.BoundQuery | None = None
    evaluators: list[Evaluate] | None = None  # if no value needs SQLite

    def emit(self, emitter: Emitter) -> str:
        if self.query is not None:
            return emitter.query(self.query)
        return "SELECT " + ", ".join(map(emitter.expr, self.values))


def bind_statement(node: ast.Statement, names: Names) -> Plan:
    """Return the plan of a statement."""
    if isinstance(node, ast.Unsupported):
        raise unsupported(node.construct, node.position)
    if isinstance(node, ast.Batch):
        raise unsupported("several statements in one text", node.position)
    binding = Binding(names, node.parameter_count)
    if isinstance(node, ast.Query):
        plan: Plan = _bind_query(node, binding)
    elif isinstance(node, ast_dml.Insert):
        plan = _bind_insert(node, binding)
    elif isinstance(node, ast_dml.Update):
        plan = _bind_update(node, binding)
    elif isinstance(node, ast_dml.Delete):
        plan = _bind_delete(node, binding)
    else:
        return Plan(st.statement_type(node), node)
    plan.slots = binding.finish()
    plan.tables = [(table, table.version) for table in binding.tables]
    plan.others = [(item, item.version) for item in binding.others]
    return plan


def describe(outputs: Sequence[b.Output]) -> list[ApiColumn]:
    """Return the columns a query is described with."""
    return [
        ApiColumn(
            output.name,
            output.expr.type
            if isinstance(output.expr, b.ColumnRef)
            else strip(output.expr.type),
        )
        for output in outputs
    ]


# --- SELECT ------------------------------------------------------------------


def _bind_query(node: ast.Query, binding: Binding) -> QueryPlan:
    binding.names.current_database()
    query = QueryBinder(binding).query(node, None)
    if node.into is not None:
        return _bind_into(node, node.into, query)
    plan = SelectPlan(st.SELECT, node, describe(query.outputs), returns_rows=True)
    plan.query = query
    plan.export = row_exporter([output.expr.type for output in query.outputs])
    if node.for_update:
        _make_updatable(plan, node)
    return plan


def _bind_into(
    node: ast.Query, into: ast.IntoTable, query: b.BoundQuery
) -> IntoTempPlan:
    """SELECT ... INTO TEMP: SQLError(-249) for a column without a name."""
    if into.kind != "temp":
        raise unsupported(f"INTO {into.kind.upper()}", into.position)
    for output in query.outputs:
        if output.name.startswith("("):
            raise SQLError(-249, offset=node.position)
    return IntoTempPlan(
        st.SELECT_INTO, node, query=query, name=into.name.name, no_log=into.no_log
    )


def _make_updatable(plan: SelectPlan, node: ast.Query) -> None:
    """FOR UPDATE needs one table's plain rows; SQLError(-365) otherwise."""
    body = plan.query.body
    if (
        not isinstance(body, b.BoundSelect)
        or len(body.sources) != 1
        or not isinstance(body.sources[0], b.TableSource)
        or body.sources[0].table.is_system
        or body.distinct
        or body.group_by
        or plan.query.order_by
        or any(has_aggregate(output.expr) for output in body.outputs)
    ):
        raise SQLError(-365, offset=node.position)
    source = body.sources[0]
    key = b.ColumnRef(t.BIGINT_TYPE, source.source, "_k")
    body.outputs.append(b.Output("", key))
    plan.for_update = True
    plan.key_table = source.table


# --- INSERT ------------------------------------------------------------------


def _bind_insert(node: ast_dml.Insert, binding: Binding) -> InsertPlan:
    table = _writable(node.table, binding, "i")
    plan = InsertPlan(st.INSERT, node, table=table)
    plan.targets = _targets(table, node.columns)
    if isinstance(node.source, ast.Query):
        _bind_insert_query(plan, node.source, binding)
    elif isinstance(node.source, ast_dml.Values):
        items = node.source.items
        if len(items) != len(plan.targets):
            raise SQLError(-236, offset=node.source.position)
        binder = _free_binder(binding)
        plan.values = [
            binder.bind_to(item, _stored_type(column))
            for item, column in zip(items, plan.targets, strict=True)
        ]
        found = [evaluator(value, binding.runtime) for value in plan.values]
        plan.evaluators = [e for e in found if e is not None]
        if len(plan.evaluators) < len(found):
            plan.evaluators = None
    else:
        raise unsupported("insert ... execute", node.source.position)
    _check_omitted(plan)
    plan.key_columns = [ApiColumn(column.name, column.type) for column in table.columns]
    if binding.parameter_count:
        plan.columns = [ApiColumn(column.name, column.type) for column in plan.targets]
    return plan


def _bind_insert_query(plan: InsertPlan, node: ast.Query, binding: Binding) -> None:
    types = [_stored_type(column) for column in plan.targets]
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


def _stored_type(column: Column) -> SQLType:
    return strip(column.type)


def _targets(table: Table, names: Sequence[ast.Identifier]) -> list[Column]:
    """Return the columns an INSERT names; SQLError(-217, -681)."""
    if not names:
        return list(table.columns)
    targets: list[Column] = []
    for name in names:
        column = table.column(name.name)
        if column is None:
            raise SQLError(-217, offset=name.position, token=name.name)
        if column in targets:
            raise SQLError(-681, offset=name.position, token=name.name)
        targets.append(column)
    return targets


def _check_omitted(plan: InsertPlan) -> None:
    """Raise SQLError(-292) for a NOT NULL column without value or default."""
    assert plan.table is not None
    for column in plan.table.columns:
        if column in plan.targets or column.nullable or column.is_serial:
            continue
        if column.default is None:
            raise SQLError(-292, token=column.name)


def _writable(name: ast.ObjectName, binding: Binding, privilege: str) -> Table:
    """Return a table to write to; `privilege` is a letter of systabauth."""
    binding.names.current_database()
    item = binding.find(name, privilege)
    if isinstance(item, View):
        raise unsupported("writing through a view", name.position)
    if item.is_system:
        raise missing(privilege, item, name.position)
    return item


def _free_binder(binding: Binding) -> ExpressionBinder:
    """Return a binder for expressions without columns."""
    return QueryBinder(binding).expressions(Scope())


# --- UPDATE and DELETE -------------------------------------------------------


def _write_scope(
    node: ast_dml.Update | ast_dml.Delete, binding: Binding
) -> tuple[Table, b.TableSource, ExpressionBinder]:
    privilege = "u" if isinstance(node, ast_dml.Update) else "d"
    table = _writable(node.table.name, binding, privilege)
    source = binding.new_source()
    scope = Scope()
    scope.items.append(table_item(table, source, node.table.alias))
    return table, b.TableSource(source, table), QueryBinder(binding).expressions(scope)


def _finish_write(
    plan: WritePlan,
    node: ast_dml.Update | ast_dml.Delete,
    source: b.TableSource,
    binder: ExpressionBinder,
    values: list[b.Expr],
) -> None:
    key = b.ColumnRef(t.BIGINT_TYPE, source.source, "_k")
    outputs = [b.Output("", expr) for expr in (key, *values)]
    plan.select = b.BoundSelect(outputs, [source])
    plan.current_of = node.current_of
    if node.where is not None:
        plan.select.where = binder.condition(node.where)


def _bind_update(node: ast_dml.Update, binding: Binding) -> WritePlan:
    if node.tables:
        raise unsupported("update ... from", node.position)
    table, source, binder = _write_scope(node, binding)
    plan = WritePlan(st.UPDATE, node, table=table)
    values: list[b.Expr] = []
    for assignment in node.assignments:
        columns = _assigned(table, assignment)
        if len(columns) != len(assignment.values):
            raise SQLError(-505, offset=assignment.position)
        for column, value in zip(columns, assignment.values, strict=True):
            if column in plan.targets:
                raise SQLError(-681, offset=assignment.position, token=column.name)
            plan.targets.append(column)
            values.append(binder.bind_to(value, _stored_type(column)))
    _finish_write(plan, node, source, binder, values)
    return plan


def _assigned(table: Table, assignment: ast_dml.Assignment) -> list[Column]:
    if not assignment.columns:
        return list(table.columns)
    columns = []
    for name in assignment.columns:
        column = table.column(name.name)
        if column is None:
            raise SQLError(-217, offset=name.position, token=name.name)
        if column.is_serial:
            raise SQLError(-232, offset=name.position, token=name.name)
        columns.append(column)
    return columns


def _bind_delete(node: ast_dml.Delete, binding: Binding) -> WritePlan:
    table, source, binder = _write_scope(node, binding)
    plan = WritePlan(st.DELETE, node, table=table)
    _finish_write(plan, node, source, binder, [])
    return plan
