"""Statements other than SELECT and DML: databases, transactions, DDL, settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import ExecuteResult, SQLError
from informix_db.testing.sql import (
    ast,
    ast_ddl,
    ast_session,
    definitions,
    grants,
    modes,
    renames,
    rowtypes,
    spl_define,
    spl_triggers,
)
from informix_db.testing.sql.alter import alter_table
from informix_db.testing.sql.catalog import Table
from informix_db.testing.sql.ddl import DDL
from informix_db.testing.sql.definitions import open_ddl, placed_table, refuse_taken
from informix_db.testing.sql.errors import construct, unsupported
from informix_db.testing.sql.locks import TABLE_LOCKED, lock_table
from informix_db.testing.sql.plans import NewTablePlan, describe
from informix_db.testing.sql.privileges import require, require_level
from informix_db.testing.sql.transactions import Transaction

if TYPE_CHECKING:
    from informix_db.testing.sql.session import Session


def check_utility(node: ast.Statement) -> None:
    """Raise SQLError when a statement without plan is prepared and cannot run."""
    if type(node) not in HANDLERS:
        raise unsupported(construct(node), node.position)


def run_utility(session: Session, node: ast.Statement) -> ExecuteResult:
    """Run a statement that has no plan of its own."""
    try:
        return HANDLERS[type(node)](session, node) or ExecuteResult()
    except SQLError as error:
        if error.offset == 0 and error.sqlcode in (-206, -217):
            error.offset = node.position
        raise


# --- transactions ------------------------------------------------------------


def _begin(session: Session, node: ast_session.Begin) -> None:
    session.begin()


def _commit(session: Session, node: ast_session.Commit) -> None:
    session.commit()


def _rollback(session: Session, node: ast_session.Rollback) -> None:
    session.rollback(node.savepoint if node.to_savepoint else None)


def _set_savepoint(session: Session, node: ast_session.SetSavepoint) -> None:
    session.set_savepoint(node.name, node.unique)


def _release_savepoint(session: Session, node: ast_session.ReleaseSavepoint) -> None:
    session.release_savepoint(node.name)


# --- settings ----------------------------------------------------------------


def _set_isolation(session: Session, node: ast_session.SetIsolation) -> None:
    """SQLError(-877) if SET TRANSACTION has set the level of this transaction."""
    if session.transaction is not None and session.transaction.isolation_before:
        raise SQLError(-877)
    _isolate(session, node.level)
    session.executor.retain_update_locks = node.retain_update_locks


def _isolate(session: Session, level: str) -> None:
    """Unlogged databases know dirty read only (DDI-153)."""
    if not session.current_database().logged and level != "dirty read":
        raise SQLError(-256)
    session.executor.isolation = level


_ANSI_LEVELS = {
    "read uncommitted": "dirty read",
    "read committed": "committed read",
    "repeatable read": "repeatable read",
    "serializable": "repeatable read",
}


def _set_transaction(session: Session, node: ast_session.SetTransaction) -> None:
    """Until the transaction ends; a level that is set outside of one stays.

    SQLError(-875, -876, -877), -255 for READ ONLY outside of a transaction.
    """
    if (node.level, node.access) == ("read uncommitted", "read write"):
        raise SQLError(-875)
    transaction = session.transaction
    if node.access == "read only":
        transaction = session.open_transaction()
    if transaction is not None and transaction.used:
        raise SQLError(-876)
    if node.level:
        before = session.executor.isolation
        if transaction is not None and transaction.isolation_before:
            raise SQLError(-877)
        _isolate(session, _ANSI_LEVELS[node.level])
        if transaction is not None:
            transaction.isolation_before = before
    if transaction is not None and node.access:
        transaction.read_only = node.access == "read only"


def _set_lock_mode(session: Session, node: ast_session.SetLockMode) -> None:
    session.lock_wait = node.wait


_LOCK_REFUSED = -289
_NO_DBA = -389  # to anybody who would change the system catalog

# SET statements and SET ENVIRONMENT variables that change speed or output files only.
HARMLESS_OPTIONS = (
    "explain",
    "pdqpriority",
    "optimization",
    "statement cache",
    "debug file",
    "dataskip",
    "log",
    "buffered log",
)
_LAST_COMMITTED = ("none", "dirty read", "committed read", "all")
HARMLESS_VARIABLES = (
    "optcompind",
    "pdqpriority",
    "stmt_cache",
    "extdirectives",
    "ifx_auto_reprepare",
    "auto_readahead",
    "bound_impl_pdq",
    "implicit_pdq",
    "clustertxnscope",
)


def _update_statistics(session: Session, node: ast_ddl.UpdateStatistics) -> None:
    """Count rows for systables: there is no optimizer to inform."""
    if node.routine:
        return
    if node.table is not None:
        tables = [_table(session, node.table)]
    else:
        tables = list(session.current_database().tables())
    for table in tables:
        if not table.is_system:
            table.row_count = session.engine.store.count_rows(table)
    session.engine.catalog_version += 1


def _set_option(session: Session, node: ast_session.SetOption) -> None:
    """SQLError(-573) for a buffered log in MODE ANSI."""
    if node.name == "buffered log" and session.current_database().ansi:
        raise SQLError(-573)
    if node.name == "debug file":
        session.has_debug_file = True
    if node.name not in HARMLESS_OPTIONS:
        raise unsupported(f"SET {node.name.upper()}", node.position)


def _set_environment(session: Session, node: ast_session.SetEnvironment) -> None:
    """SQLError(-19842) for a bad value of USELASTCOMMITTED."""
    value = (node.value or "").strip("'\"").lower()
    if node.name == "uselastcommitted":
        if value not in _LAST_COMMITTED:
            raise SQLError(-19842)
        session.executor.last_committed = value in ("committed read", "all")
    elif node.name == "string_truncate_error" and value in ("error", "ignore"):
        session.refuses_truncation = value == "error"
    elif node.name not in HARMLESS_VARIABLES:
        raise unsupported(f"SET ENVIRONMENT {node.name.upper()}", node.position)


def _lock_table(session: Session, node: ast_session.LockTable) -> None:
    """SQLError(-524) outside a transaction; unlogged databases have none."""
    table = _table(session, node.table)
    if not session.current_database().logged:
        holder = session.lock_holder
    elif session.transaction is not None:
        holder = session.transaction
    else:
        raise SQLError(-524)
    session.transact(
        lambda tx: lock_table(
            table,
            holder,
            exclusive=node.exclusive,
            sqlcode=_LOCK_REFUSED,
            isam=TABLE_LOCKED,
        ),
        reads=True,
    )


def _unlock_table(session: Session, node: ast_session.UnlockTable) -> None:
    """SQLError(-327) in a transaction: its locks go when it ends."""
    table = _table(session, node.table)
    if session.transaction is not None:
        raise SQLError(-327, token=table.name)
    session.release_table_locks()


# --- databases ---------------------------------------------------------------


def _open_database(session: Session, node: ast_ddl.OpenDatabase) -> ExecuteResult:
    flags = session.open_database(node.name.name, node.exclusive)
    return ExecuteResult(database_flags=flags, warn=flags)


def _close_database(session: Session, node: ast_ddl.CloseDatabase) -> ExecuteResult:
    session.close_database()
    return ExecuteResult(database_flags=0)


def _create_database(session: Session, node: ast_ddl.CreateDatabase) -> ExecuteResult:
    """The new database becomes the current one."""
    engine = session.engine
    name = node.name.name
    if name in engine.by_name:
        if node.if_not_exists:
            return ExecuteResult()
        raise SQLError(-330, -100, token=name)
    if node.case_insensitive:
        raise unsupported("NLSCASE INSENSITIVE", node.position)
    if session.transaction is not None:
        raise SQLError(-377)
    ansi = node.log == "ansi"
    engine.add_database(
        name,
        session.user,
        logged=bool(node.log),
        ansi=ansi,
        buffered=node.log == "buffered",
    )
    flags = session.open_database(name)
    return ExecuteResult(database_flags=flags, warn=flags)


def _drop_database(session: Session, node: ast_ddl.Drop) -> None:
    engine = session.engine
    name = node.name.name
    if name not in engine.by_name:
        if node.if_exists:
            return
        raise SQLError(-329, -111, token=name)
    database = engine.by_name[name]
    require_level("D", database, session)
    if name == "sysmaster" or database is session.database:
        raise SQLError(-359)
    if database.sessions:
        raise SQLError(-425, -107)
    engine.drop_database(database)


# --- DDL ---------------------------------------------------------------------


def _create_table(session: Session, node: ast_ddl.CreateTable) -> None:
    if not _is_there(session, node):
        session.transact(lambda tx: _make_table(session, node, tx))


def _is_there(session: Session, node: ast_ddl.CreateTable) -> bool:
    """Tell whether a table is there, so that IF NOT EXISTS makes none; SQLError(-310,
    -958) if that is not said."""
    name = node.name.name
    if node.kind == "temp":
        taken = name in session.temporary
    else:
        owner = node.name.owner
        database = session.current_database()
        found = database.find(name, owner, session.user, session.transaction)
        taken = found is not None
    if taken and node.if_not_exists:
        return True
    if node.kind != "temp":
        refuse_taken(session, node.name)
    elif taken:
        raise SQLError(-958, offset=node.name.position, token=name)
    return False


def create_from(
    session: Session, plan: NewTablePlan, values: list[Any], transaction: Transaction
) -> ExecuteResult:
    """Run SELECT ... INTO a new table, or CREATE TABLE ... AS SELECT."""
    node = plan.definition
    assert node is not None
    if _is_there(session, node):
        return ExecuteResult()
    outputs = describe(plan.query.outputs)
    names = [name.name for name in node.names] or [column.name for column in outputs]
    ddl = open_ddl(session, transaction)
    types = [column.type for column in outputs]
    table = ddl.create_from(node, list(zip(names, types, strict=True)))
    _add_table(session, ddl, table)
    return session.executor.fill(plan, table, values, transaction)


def _make_table(
    session: Session, node: ast_ddl.CreateTable, transaction: Transaction
) -> None:
    ddl = open_ddl(session, transaction)
    _add_table(session, ddl, ddl.create_table(node))


def _add_table(session: Session, ddl: DDL, table: Table) -> None:
    if table.temporary:
        session.temporary[table.name] = table
        ddl.transaction.undo.append(lambda: _forget_temporary(session, table))
    else:
        ddl.add_to_catalog(table)


def _forget_temporary(session: Session, table: Table) -> None:
    session.temporary.pop(table.name, None)


def _table(session: Session, name: ast.ObjectName) -> Table:
    return placed_table(session, name)[1]


def _alter_table(session: Session, node: ast_ddl.AlterTable) -> None:
    database, table = placed_table(session, node.table)
    if table.is_system:
        raise SQLError(_NO_DBA, offset=node.table.position, token=table.name)
    require("a", table, database, session, node.table.position)
    session.transact(lambda tx: alter_table(open_ddl(session, tx), node, table))


def _create_index(session: Session, node: ast_ddl.CreateIndex) -> None:
    database, table = placed_table(session, node.table)
    require("x", table, database, session, node.table.position)
    session.transact(lambda tx: open_ddl(session, tx).create_index(node, table))


def _drop(session: Session, node: ast_ddl.Drop) -> None:
    if node.kind == "database":
        _drop_database(session, node)
    elif node.kind in spl_define.ROUTINES:
        spl_define.drop_routine(session, node)
    elif node.kind == "trigger":
        spl_triggers.drop_trigger(session, node)
    elif node.kind == "row type":
        rowtypes.drop_row_type(session, node)
    else:
        definitions.drop(session, node)


_Handler = Callable[..., Any]
HANDLERS: dict[type[ast.Statement], _Handler] = {
    **definitions.HANDLERS,
    **renames.HANDLERS,
    **grants.HANDLERS,
    **modes.HANDLERS,
    **rowtypes.HANDLERS,
    **spl_define.HANDLERS,
    **spl_triggers.HANDLERS,
    ast_session.Begin: _begin,
    ast_session.Commit: _commit,
    ast_session.Rollback: _rollback,
    ast_session.SetSavepoint: _set_savepoint,
    ast_session.ReleaseSavepoint: _release_savepoint,
    ast_session.SetIsolation: _set_isolation,
    ast_session.SetTransaction: _set_transaction,
    ast_session.SetLockMode: _set_lock_mode,
    ast_session.LockTable: _lock_table,
    ast_session.UnlockTable: _unlock_table,
    ast_session.SetEnvironment: _set_environment,
    ast_session.SetOption: _set_option,
    ast_ddl.UpdateStatistics: _update_statistics,
    ast_ddl.OpenDatabase: _open_database,
    ast_ddl.CloseDatabase: _close_database,
    ast_ddl.CreateDatabase: _create_database,
    ast_ddl.CreateTable: _create_table,
    ast_ddl.CreateIndex: _create_index,
    ast_ddl.AlterTable: _alter_table,
    ast_ddl.Drop: _drop,
}
