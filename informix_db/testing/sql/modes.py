"""SET CONSTRAINTS, INDEXES and TRIGGERS: what is enforced, and when.

A disabled constraint or unique index is not enforced, a disabled trigger not fired
(SQS-1102); whether an index that allows duplicates is disabled shows in sysobjstate
only. There are no violations tables, and so no FILTERING. What a row that is in the way
of ENABLED is told by is not known: here it is what ALTER TABLE says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import ast, ast_session
from informix_db.testing.sql.catalog import Column, Constraint, Index, Table
from informix_db.testing.sql.constraints import foreign_keys_to
from informix_db.testing.sql.ddl import DDL
from informix_db.testing.sql.definitions import (
    NO_DBA,
    find_index,
    open_ddl,
    placed_table,
)
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.privileges import require
from informix_db.testing.sql.spl_triggers import Trigger, find_trigger

if TYPE_CHECKING:
    from informix_db.testing.sql.session import Session

Switchable = Constraint | Index | Trigger

_TEMPORARY, _IN_USE = -891, -892
_NO_CONSTRAINT, _NO_INDEX, _NO_TRIGGER = -623, -319, -634
# A foreign key to a disabled key, and rows in the way of ENABLED: the codes that
# creating the same constraint over them has, because none is documented here [?].
_NO_KEY, _HAS_NULL = -297, -386
_DISABLING = "RCUNP"  # foreign keys before what they refer to


def set_modes(session: Session, node: ast_session.SetConstraints) -> None:
    """Run SET CONSTRAINTS, INDEXES or TRIGGERS in any of their forms."""
    if node.mode in ("immediate", "deferred"):
        _defer(session, node)
    elif node.mode in ("enabled", "enabled novalidate", "disabled"):
        _switch(session, node)
    else:
        kinds = ", ".join(node.kinds).upper()
        raise unsupported(f"SET {kinds} {node.mode.upper()}", node.position)


# --- when constraints are checked --------------------------------------------


def _defer(session: Session, node: ast_session.SetConstraints) -> None:
    """SQLError(-255) outside a transaction, -623 for an unknown constraint; what does
    not hold when checked at once again."""
    transaction = session.open_transaction()
    if session.branches.current is not None:
        raise unsupported("SET CONSTRAINTS in a branch", node.position)
    numbers = _constraint_numbers(session, node)
    if node.mode == "deferred":
        transaction.deferred |= numbers
    else:
        session.transact(
            lambda tx: session.executor.check_pending(tx, numbers), reads=True
        )
        transaction.deferred -= numbers


def _constraint_numbers(session: Session, node: ast_session.SetConstraints) -> set[int]:
    if not node.names:
        tables = session.current_database().tables()
        return {c.constraint_id for table in tables for c in table.constraints}
    return {_constraint_named(session, name)[1].constraint_id for name in node.names}


def _constraint_named(
    session: Session, name: ast.ObjectName
) -> tuple[Table, Constraint]:
    found = session.current_database().find_constraint(name.name)
    if found is None:
        raise SQLError(_NO_CONSTRAINT, offset=name.position, token=name.name)
    return found


# --- whether objects are enabled ---------------------------------------------


def _switch(session: Session, node: ast_session.SetConstraints) -> None:
    """SQLError(-891) for a temporary table, -892 for what something else needs."""
    database = session.current_database()
    found = list(_objects(session, node))
    tables = dict.fromkeys(table for table, _ in found)
    position = (node.table or node.names[0]).position
    if node.table is not None:
        tables = {placed_table(session, node.table)[1]: None}
    for table in tables:
        if table.is_system:
            raise SQLError(NO_DBA, offset=position, token=table.name)
        if table.temporary and node.mode != "enabled":
            raise SQLError(_TEMPORARY, offset=position)
        require("a", table, database, session, position)
    disabled = node.mode == "disabled"
    found.sort(key=lambda pair: _rank(pair[1]), reverse=not disabled)
    session.transact(
        lambda tx: _switch_all(
            open_ddl(session, tx), tables, found, disabled, node.mode == "enabled"
        )
    )


def _rank(item: Switchable) -> int:
    return _DISABLING.index(item.kind) if isinstance(item, Constraint) else 0


def _objects(
    session: Session, node: ast_session.SetConstraints
) -> Iterator[tuple[Table, Switchable]]:
    """Yield what is named, or all objects of a table that a user made."""
    for kind in node.kinds:
        if node.table is not None:
            _, table = placed_table(session, node.table)
            yield from ((table, item) for item in _OF_TABLE[kind](table))
        else:
            yield from (_NAMED[kind](session, name) for name in node.names)


def _indexes(table: Table) -> list[Index]:
    return [index for index in table.indexes if index.constraint is None]


def _index_named(session: Session, name: ast.ObjectName) -> tuple[Table, Index]:
    found = find_index(session, name.name)
    if found is None:
        raise SQLError(_NO_INDEX, offset=name.position, token=name.name)
    return found


def _trigger_named(session: Session, name: ast.ObjectName) -> tuple[Table, Trigger]:
    found = find_trigger(session, name.name)
    if found is None:
        raise SQLError(_NO_TRIGGER, offset=name.position, token=name.name)
    return found.table, found


_OF_TABLE: dict[str, Callable[[Table], list[Switchable]]] = {
    "constraints": lambda table: list(table.constraints),
    "indexes": lambda table: list(_indexes(table)),
    "triggers": lambda table: list(table.triggers),
}
_NAMED: dict[str, Callable[[Session, ast.ObjectName], tuple[Table, Switchable]]] = {
    "constraints": _constraint_named,
    "indexes": _index_named,
    "triggers": _trigger_named,
}


def _switch_all(
    ddl: DDL,
    tables: Iterable[Table],
    found: list[tuple[Table, Switchable]],
    disabled: bool,
    validate: bool,
) -> None:
    for table in tables:
        ddl.refuse_if_in_use(table)
        ddl.new_version(table)
    for table, item in found:
        if item.disabled == disabled:
            continue
        _refuse(table, item, disabled)
        _set(ddl, table, item, disabled)
        if isinstance(item, Constraint):
            _set_nullable(ddl, table, item)
            if not disabled and item.kind in "CR" and validate:
                ddl.check_rows(table, item)


def _refuse(table: Table, item: Switchable, disabled: bool) -> None:
    """Raise SQLError(-892) for what enabled constraints need, -297 for a foreign key
    to a disabled one."""
    if isinstance(item, Constraint) and item.reference is not None:
        if not disabled and item.reference.key().disabled:
            raise SQLError(_NO_KEY, token=item.reference.table.name)
    elif disabled and any(not user.disabled for user in _users(table, item)):
        raise SQLError(_IN_USE, token=item.name)


def _users(table: Table, item: Switchable) -> list[Constraint]:
    """Return the constraints that need an index, or the key they refer to."""
    if isinstance(item, Constraint):
        return [foreign for _, foreign in foreign_keys_to(table, item)]
    return [c for c in table.constraints if c.index is item]


def _set(ddl: DDL, table: Table, item: Switchable, disabled: bool) -> None:
    """Switch an object, and the index of a key with it."""
    index = item if isinstance(item, Index) else None
    if isinstance(item, Constraint) and item.kind in "PU":
        index = item.index

    def apply(value: bool) -> None:
        item.disabled = value
        if index is not None:
            index.disabled = value
            if value:
                ddl.store.drop_index(index)
            else:
                ddl.store.create_index(table, index)
        ddl.changed()

    ddl.transaction.undo.append(lambda: apply(not disabled))
    apply(disabled)


def _set_nullable(ddl: DDL, table: Table, switched: Constraint) -> None:
    """Let the columns of a key or NOT NULL take NULL as what is enabled has it."""
    if switched.kind not in "PN":
        return
    for column in switched.columns:
        if column.is_serial:
            continue
        enabled = {
            c.kind for c in table.constraints if column in c.columns and not c.disabled
        }
        by_itself = "N" in enabled or (
            switched.kind == "P" and not column.nullable and not column.implied_not_null
        )
        old = column.type, column.implied_not_null
        ddl.transaction.undo.append(partial(_give_back, column, old))
        nullable = not by_itself and "P" not in enabled
        column.type = replace(column.type, nullable=nullable)
        column.implied_not_null = not nullable and not by_itself
        if not nullable and ddl.store.has_null(table, column):
            raise SQLError(_HAS_NULL, token=column.name)


def _give_back(column: Column, old: tuple[SQLType, bool]) -> None:
    column.type, column.implied_not_null = old


HANDLERS: dict[type[ast.Statement], Callable[..., None]] = {
    ast_session.SetConstraints: set_modes
}
