"""Statements that define views, sequences and synonyms, and those that drop or empty
what is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast, ast_ddl, ast_dml, ast_query
from informix_db.testing.sql.catalog import (
    Database,
    Index,
    NamedObject,
    SequenceGenerator,
    Synonym,
    Table,
    View,
)
from informix_db.testing.sql.ddl import DDL
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.grants import drop_role
from informix_db.testing.sql.privileges import require, require_owner
from informix_db.testing.sql.queries import QueryBinder
from informix_db.testing.sql.scope import Binding, Scope
from informix_db.testing.sql.sequences import alter_sequence, new_sequence
from informix_db.testing.sql.transactions import Transaction
from informix_db.testing.sql.views import resolved, view_columns

if TYPE_CHECKING:
    from informix_db.testing.sql.session import Session

NO_DBA = -389  # to anybody who would change the system catalog
NOT_OWNER = {Table: -313, View: -313, SequenceGenerator: -8321, Synonym: -579}
MISSING = {
    "table": (-206, -111),
    "view": (-394, 0),
    "sequence": (-8300, 0),
    "synonym": (-218, 0),
}
_CLASSES: dict[str, type[NamedObject]] = {
    "table": Table,
    "view": View,
    "sequence": SequenceGenerator,
    "synonym": Synonym,
}


def open_ddl(session: Session, transaction: Transaction) -> DDL:
    """Return what carries out DDL for a session."""

    def changed() -> None:
        session.engine.catalog_version += 1

    return DDL(
        session.engine.store,
        session.current_database(),
        session,
        transaction,
        QueryBinder(Binding(session, 0)).expressions(Scope()),
        changed,
    )


def own_database(session: Session, name: ast.ObjectName) -> Database:
    """Return the current database; -999 for a definition in another one."""
    database = session.named_database(name)
    if database is not session.current_database():
        raise unsupported("DDL in another database", name.position)
    return database


def _add(session: Session, item: NamedObject, tx: Transaction) -> None:
    open_ddl(session, tx).add_to_catalog(item)


def refuse_taken(
    session: Session, name: ast.ObjectName, codes: dict[type, int] | None = None
) -> None:
    """Raise SQLError(-310), or the code for what is there, if a name is taken."""
    database = own_database(session, name)
    owner = name.owner or session.user
    found = database.find(name.name, owner, session.user, session.transaction)
    if found is not None:
        code = (codes or {}).get(type(found), -310)
        raise SQLError(code, offset=name.position, token=f"{owner}.{name.name}")


def placed_table(session: Session, name: ast.ObjectName) -> tuple[Database, Table]:
    """Return a table and its database; SQLError(-206, -111) if there is none."""
    database, table = session.find_object(name) or (None, None)
    if database is None or not isinstance(table, Table):
        raise SQLError(-206, -111, name.position, name.name)
    return database, table


# --- CREATE ------------------------------------------------------------------


def _create_view(session: Session, node: ast_ddl.CreateView) -> None:
    if node.if_not_exists and session.find_object(node.name) is not None:
        return
    refuse_taken(session, node.name)
    if any(isinstance(part, ast.Parameter) for part in ast.walk(node.query)):
        raise SQLError(-546, offset=node.position, token=node.name.name)
    session.transact(lambda tx: _add(session, _view(session, node, tx), tx))


def _view(session: Session, node: ast_ddl.CreateView, tx: Transaction) -> View:
    query, uses = resolved(node.query, session)
    binding = Binding(session, 0)
    bound = QueryBinder(binding).query(query, None)
    if bound.first is not None or bound.skip is not None:
        raise SQLError(-944, offset=node.query.position)
    if binding.advanced:
        raise SQLError(-8319, offset=node.query.position)
    database = session.current_database()
    owner = open_ddl(session, tx).owner(node.name)
    if node.check_option and not isinstance(node.query.body, ast_query.Select):
        raise SQLError(-940, offset=node.position)
    return View(
        node.name.name,
        owner,
        database.new_tabid(),
        view_columns(node, bound.outputs),
        query,
        node.text,
        uses,
        database.name,
        node.check_option,
    )


def _create_sequence(session: Session, node: ast_ddl.CreateSequence) -> None:
    if node.if_not_exists and session.find_object(node.name) is not None:
        return
    refuse_taken(session, node.name, {SequenceGenerator: -8301})
    session.transact(lambda tx: _make_sequence(session, node, tx))


def _make_sequence(
    session: Session, node: ast_ddl.CreateSequence, tx: Transaction
) -> None:
    ddl = open_ddl(session, tx)
    database = ddl.database
    sequence = new_sequence(
        node, ddl.owner(node.name), database.new_tabid(), database.new_sequence_id()
    )
    ddl.add_to_catalog(sequence)


def _alter_sequence(session: Session, node: ast_ddl.AlterSequence) -> None:
    database, sequence = session.find_object(node.name) or (None, None)
    if database is None or not isinstance(sequence, SequenceGenerator):
        raise SQLError(-8300, offset=node.name.position, token=node.name.name)
    require("a", sequence, database, session, node.name.position)
    session.transact(lambda tx: _change_sequence(session, sequence, node.options, tx))


def _change_sequence(
    session: Session,
    sequence: SequenceGenerator,
    options: ast_ddl.SequenceOptions,
    tx: Transaction,
) -> None:
    old = dict(vars(sequence))
    tx.undo.append(lambda: vars(sequence).update(old))
    alter_sequence(sequence, options)
    open_ddl(session, tx).changed()


def _create_synonym(session: Session, node: ast_ddl.CreateSynonym) -> None:
    """SQLError(-559) for a synonym of a synonym, -510 for a temporary table's."""
    database = own_database(session, node.name)
    found = session.find_object(node.target)
    if found is None:
        raise SQLError(-206, -111, node.target.position, node.target.name)
    place, target = found
    if isinstance(target, Table) and target.temporary:
        raise SQLError(-510, offset=node.target.position, token=target.name)
    if target.name != node.target.name:
        raise SQLError(-559, offset=node.target.position)
    private = node.visibility == "private" or database.ansi

    def create(tx: Transaction) -> None:
        ddl = open_ddl(session, tx)
        synonym = Synonym(
            node.name.name,
            ddl.owner(node.name),
            database.new_tabid(),
            target,
            "" if place is database else place.name,
            private,
        )
        owner = synonym.owner
        taken = database.find(synonym.name, owner, owner, session.transaction)
        if taken is not None or not database.is_free(synonym):
            if node.if_not_exists:
                return
            code = -390 if taken is None or isinstance(taken, Synonym) else -310
            raise SQLError(code, offset=node.name.position, token=synonym.name)
        ddl.add_to_catalog(synonym)

    session.transact(create)


# --- DROP --------------------------------------------------------------------


def drop(session: Session, node: ast_ddl.Drop) -> None:
    """Run DROP of anything but a database."""
    kind = node.kind
    if kind == "index":
        _drop_index(session, node)
    elif kind == "role":
        drop_role(session, node)
    elif kind in _CLASSES:
        _drop_object(session, node)
    elif node.if_exists:
        return
    else:
        raise unsupported(f"DROP {kind.upper()}", node.position)


def _drop_object(session: Session, node: ast_ddl.Drop) -> None:
    name = node.name
    temporary = session.temporary.get(name.name)
    if node.kind == "table" and temporary and not name.owner and not name.database:
        session.transact(lambda tx: _drop_temporary(session, temporary, tx))
        return
    database = session.named_database(name)
    item = database.find(name.name, name.owner, session.user, session.transaction)
    if not isinstance(item, _CLASSES[node.kind]):
        if node.if_exists:
            return
        sqlcode, isam = MISSING[node.kind]
        raise SQLError(sqlcode, isam, name.position, name.name)
    own_database(session, name)
    if isinstance(item, Table) and item.is_system:
        raise SQLError(NO_DBA, offset=name.position, token=item.name)
    require_owner(item, database, session, NOT_OWNER[type(item)], name.position)
    session.transact(lambda tx: _drop_all(open_ddl(session, tx), item, node))


def _drop_all(ddl: DDL, item: NamedObject, node: ast_ddl.Drop) -> None:
    """Drop an object and what depends on it; SQLError(-886) if RESTRICT forbids."""
    dependents = list(ddl.dependents(item))
    if node.behaviour == "restrict":
        foreign = isinstance(item, Table) and any(
            child is not item for child, _ in item.referencing()
        )
        if foreign or any(isinstance(other, View) for other in dependents):
            raise SQLError(-886, offset=node.name.position)
    for other in dict.fromkeys(dependents):
        ddl.drop(other)
    ddl.drop(item)


def _drop_temporary(session: Session, table: Table, transaction: Transaction) -> None:
    del session.temporary[table.name]
    table.dropped = True
    transaction.undo.append(lambda: _restore_temporary(session, table))
    transaction.at_commit(lambda: session.engine.store.drop_table(table))


def _restore_temporary(session: Session, table: Table) -> None:
    table.dropped = False
    session.temporary[table.name] = table


def find_index(session: Session, name: str) -> tuple[Table, Index] | None:
    found = session.current_database().find_index(name)
    if found is not None:
        return found
    for table in session.temporary.values():
        for index in table.indexes:
            if index.name == name:
                return table, index
    return None


def _own_index(session: Session, name: ast.ObjectName) -> tuple[Table, Index]:
    """Return an index of the user's; SQLError(-319, -320) if there is none."""
    found = find_index(session, name.name)
    if found is None:
        raise SQLError(-319, offset=name.position, token=name.name)
    table, index = found
    if not table.temporary and index.owner != session.user:
        database = session.current_database()
        require_owner(table, database, session, -320, name.position)
    return found


def _drop_index(session: Session, node: ast_ddl.Drop) -> None:
    if node.if_exists and find_index(session, node.name.name) is None:
        return
    table, index = _own_index(session, node.name)
    session.transact(lambda tx: open_ddl(session, tx).drop_index(table, index))


def _alter_index(session: Session, node: ast_ddl.AlterIndex) -> None:
    """TO [NOT] CLUSTER: rows have no order on disk here, so it is only noted."""
    table, index = _own_index(session, node.name)
    if node.cluster and not index.clustered:
        table.refuse_clusters(node.name.position)
    elif not node.cluster and not index.clustered:
        raise SQLError(-501, offset=node.name.position, token=index.name)

    def change(tx: Transaction) -> None:
        old, index.clustered = index.clustered, node.cluster
        tx.undo.append(lambda: setattr(index, "clustered", old))
        open_ddl(session, tx).changed()

    session.transact(change)


# --- TRUNCATE ----------------------------------------------------------------


def _truncate(session: Session, node: ast_dml.Truncate) -> None:
    """SQLError(-26018) if rows of another table may refer to the table's."""
    name = node.table
    database, table = placed_table(session, name)
    if table.is_system:
        raise SQLError(NO_DBA, offset=name.position, token=table.name)
    require("d", table, database, session, name.position)
    store = session.engine.store
    for child, foreign in table.referencing():
        if child is not table and not foreign.disabled and store.has_rows(child):
            raise SQLError(-26018, offset=name.position, token=table.name)
    session.transact(lambda tx: _empty(open_ddl(session, tx), table, tx))


def _empty(ddl: DDL, table: Table, tx: Transaction) -> None:
    """Give the table new storage; the old one stays until the commit."""
    ddl.refuse_if_in_use(table)
    store, old_storage = ddl.store, table.storage
    old_indexes = list(table.indexes)

    def restore() -> None:
        store.drop_storage(table.storage)
        table.storage, table.indexes = old_storage, old_indexes
        tx.truncated = False
        _follow_indexes(table)
        ddl.changed()

    tx.undo.append(restore)
    table.storage = store.new_name("t")
    store.create_table(table)
    table.indexes = [replace(i, storage=store.new_name("i")) for i in old_indexes]
    _follow_indexes(table)
    for index in table.indexes:
        store.create_index(table, index)
    table.version += 1
    tx.truncated = True
    ddl.changed()
    tx.at_commit(lambda: store.drop_storage(old_storage))


def _follow_indexes(table: Table) -> None:
    """Make constraints refer to the indexes the table has now."""
    by_name = {index.name: index for index in table.indexes}
    for constraint in table.constraints:
        if constraint.index is not None:
            constraint.index = by_name[constraint.index.name]


HANDLERS: dict[type[ast.Statement], Callable[..., Any]] = {
    ast_ddl.CreateView: _create_view,
    ast_ddl.CreateSequence: _create_sequence,
    ast_ddl.AlterSequence: _alter_sequence,
    ast_ddl.CreateSynonym: _create_synonym,
    ast_ddl.AlterIndex: _alter_index,
    ast_dml.Truncate: _truncate,
}
