"""From a syntax tree to a plan: `bind_statement`, and SELECT itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import ast, ast_ddl, ast_dml, ast_query
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import statement_types as st
from informix_db.testing.sql.access import plain_source, reads_by_key
from informix_db.testing.sql.boundary import row_exporter
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.merges import bind_merge
from informix_db.testing.sql.plans import (
    NewTablePlan,
    Plan,
    QueryPlan,
    SelectPlan,
    describe,
)
from informix_db.testing.sql.queries import QueryBinder
from informix_db.testing.sql.scope import Binding, Names, has_window
from informix_db.testing.sql.writes import bind_delete, bind_insert, bind_update

# Statements that must be the only one of a text.
_ALONE = (
    ast_query.Query,
    ast_ddl.OpenDatabase,
    ast_ddl.CreateDatabase,
    ast_ddl.CloseDatabase,
)


def bind_statement(
    node: ast.Statement, names: Names, variables: Mapping[str, SQLType] | None = None
) -> Plan:
    """Return the plan of a statement; `variables` are those of its SPL routine."""
    if isinstance(node, ast.Unsupported):
        raise unsupported(node.construct, node.position)
    if isinstance(node, ast.Batch):
        for part in node.statements:
            if isinstance(part, _ALONE):
                raise SQLError(-555, offset=part.position)
        raise unsupported("several statements in one text", node.position)
    bind = BINDERS.get(type(node))
    if bind is None or (isinstance(node, ast_ddl.CreateTable) and node.query is None):
        return Plan(st.statement_type(node), node)
    binding = Binding(names, node.parameter_count, variables=variables or {})
    plan = bind(node, binding)
    plan.slots = binding.finish()
    plan.variables = list(binding.used_variables)
    plan.tables = [(table, table.version) for table in binding.tables]
    plan.others = [(item, item.version) for item in binding.others]
    return plan


def _bind_query(node: ast_query.Query, binding: Binding) -> QueryPlan:
    binding.names.current_database()
    if node.into is not None:
        return _bind_into(node, node.into, binding)
    query = QueryBinder(binding).query(node, None)
    plan = SelectPlan(st.SELECT, node, describe(query.outputs), returns_rows=True)
    plan.query = query
    plan.export = row_exporter([output.expr.type for output in query.outputs])
    plan.key_source = plain_source(query.body)
    plan.by_key = reads_by_key(query.body)
    if node.for_update:
        _check_for_update(node, query, plan.key_source)
        plan.for_update = True
    return plan


def _check_for_update(
    node: ast_query.Query, query: b.BoundQuery, source: b.TableSource | None
) -> None:
    """Raise SQLError(-365) unless the rows are one table's plain ones, -217 for a
    column it does not have."""
    computed = any(has_window(output.expr) for output in query.outputs)
    if source is None or query.order_by or computed:
        raise SQLError(-365, offset=node.position)
    for column in node.update_columns:
        if source.table.column(column.name) is None:
            raise SQLError(-217, offset=column.position, token=column.name)


def _bind_into(
    node: ast_query.Query, into: ast_query.IntoTable, binding: Binding
) -> NewTablePlan:
    """SELECT ... INTO: SQLError(-249) for a column without a name."""
    query = QueryBinder(binding).query(replace(node, into=None), None)
    _refuse_unnamed(query, node)
    options = cast(tuple[ast_ddl.StorageOption, ...], into.options)
    made = ast_ddl.CreateTable(
        into.position, into.name, kind=into.kind, options=options
    )
    return NewTablePlan(st.SELECT_INTO, node, query=query, definition=made)


def _bind_create(node: ast_ddl.CreateTable, binding: Binding) -> NewTablePlan:
    """CREATE TABLE ... AS SELECT: SQLError(-249) for a column without a name, -236 if
    the names are not as many as the columns."""
    assert node.query is not None
    binding.names.current_database()
    query = QueryBinder(binding).query(node.query, None)
    if not node.names:
        _refuse_unnamed(query, node)
    elif len(node.names) != len(query.outputs):
        raise SQLError(-236, offset=node.names[0].position)
    return NewTablePlan(st.CREATE_TABLE, node, query=query, definition=node)


def _refuse_unnamed(query: b.BoundQuery, node: ast.Statement) -> None:
    if any(output.name.startswith("(") for output in query.outputs):
        raise SQLError(-249, offset=node.position)


def _bind_with(node: ast_dml.WithTables, binding: Binding) -> QueryPlan:
    with QueryBinder(binding).common(node.tables) as common:
        plan = BINDERS[type(node.statement)](node.statement, binding)
    plan.common = common
    return plan


BINDERS: dict[type[ast.Statement], Callable[[Any, Binding], QueryPlan]] = {
    ast_ddl.CreateTable: _bind_create,
    ast_query.Query: _bind_query,
    ast_dml.Insert: bind_insert,
    ast_dml.Update: bind_update,
    ast_dml.Delete: bind_delete,
    ast_dml.Merge: bind_merge,
    ast_dml.WithTables: _bind_with,
}
