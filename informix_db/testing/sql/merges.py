"""Binding MERGE: source and target joined once, each row then changed or inserted."""

from __future__ import annotations

from collections.abc import Sequence

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast, ast_dml
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import statement_types as st
from informix_db.testing.sql import types as t
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.expressions import ExpressionBinder
from informix_db.testing.sql.plans import MergePlan
from informix_db.testing.sql.queries import QueryBinder
from informix_db.testing.sql.scope import Binding, Scope
from informix_db.testing.sql.sources import table_item
from informix_db.testing.sql.viewtargets import Target, find_target
from informix_db.testing.sql.writes import (
    bind_assignments,
    check_omitted,
    stored_type,
    targets,
)

_NO_COLUMN = -26090  # the target of a MERGE has no such column
_NOT_OF_SOURCE = -26092  # the source has none that INSERT is to take


def bind_merge(node: ast_dml.Merge, binding: Binding) -> MergePlan:
    """Return the plan: a join whose rows have the target's key, or NULL if there is
    no such row, and all new values."""
    into = _target(node, binding)
    table = into.table
    plan = MergePlan(st.OTHER, node, table=table, deletes=node.delete)
    binder = QueryBinder(binding)
    scope = Scope()
    source = binder.source(node.source, scope)
    of_source = binder.expressions(Scope(items=list(scope.items)))
    target = b.TableSource(binding.new_source(), table)
    scope.items.append(table_item(table, target.source, node.target.alias))
    joined = binder.expressions(scope)
    condition = joined.condition(node.condition)
    key = b.ColumnRef(t.BIGINT_TYPE, target.source, "_k")
    plan.updates, changed = bind_assignments(node.update, into, joined)
    added = _inserted(plan, node.insert_columns, node.insert, of_source)
    outputs = [key, *_when("not_null", key, changed), *_when("is_null", key, added)]
    kind = "left" if node.insert else "inner"
    plan.select = b.BoundSelect(
        [b.Output("", expr) for expr in outputs],
        [b.JoinSource(kind, source, target, condition)],
    )
    return plan


def _target(node: ast_dml.Merge, binding: Binding) -> Target:
    """Return the table to merge into, if all that is to be done may be done to it."""
    privileges = [("u", node.update), ("d", node.delete), ("i", node.insert)]
    (target, *_) = [
        find_target(node.target.name, binding, privilege)
        for privilege, wanted in privileges
        if wanted
    ]
    if target.layers:
        raise unsupported("MERGE into a view", node.target.position)
    named = [column for one in node.update for column in one.columns]
    for column in (*named, *node.insert_columns):
        if target.column(column.name) is None:
            raise SQLError(_NO_COLUMN, offset=column.position, token=column.name)
    return target


def _inserted(
    plan: MergePlan,
    columns: Sequence[ast.Identifier],
    values: ast_dml.Values | None,
    binder: ExpressionBinder,
) -> list[b.Expr]:
    if values is None:
        return []
    assert plan.table is not None
    plan.inserts = targets(plan.table, columns)
    if len(values.items) != len(plan.inserts):
        raise SQLError(-236, offset=values.position)
    check_omitted(plan.table, plan.inserts)
    try:
        return [
            binder.bind_to(item, stored_type(column))
            for item, column in zip(values.items, plan.inserts, strict=True)
        ]
    except SQLError as error:
        if error.sqlcode == -217:
            error.sqlcode = _NOT_OF_SOURCE
        raise


def _when(test: str, key: b.Expr, values: Sequence[b.Expr]) -> list[b.Expr]:
    """Return values that are only computed for rows that get them."""
    condition = b.Op(t.BOOLEAN_TYPE, test, (key,))
    return [b.CaseWhen(value.type, ((condition, value),), None) for value in values]
