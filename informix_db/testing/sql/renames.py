"""RENAME of databases, tables, columns, sequences, indexes and constraints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast, ast_ddl, ast_query
from informix_db.testing.sql.catalog import (
    Check,
    Column,
    Database,
    NamedObject,
    SequenceGenerator,
    Table,
    View,
)
from informix_db.testing.sql.ddl import DDL
from informix_db.testing.sql.definitions import (
    MISSING,
    NOT_OWNER,
    open_ddl,
    own_database,
    placed_table,
    refuse_taken,
)
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.privileges import require_level, require_owner
from informix_db.testing.sql.rewriting import (
    query_with_column,
    text_with_column,
    with_column,
)
from informix_db.testing.sql.transactions import Transaction
from informix_db.testing.sql.views import follow_rename

if TYPE_CHECKING:
    from informix_db.testing.sql.session import Session


def _rename(session: Session, node: ast_ddl.Rename) -> None:
    if node.kind == "database":
        _rename_database(session, node)
    elif node.kind == "column":
        _rename_column(session, node)
    elif node.kind in ("index", "constraint"):
        _rename_part(session, node)
    else:
        _rename_object(session, node)


def _set(tx: Transaction, item: Any, name: str) -> None:
    old = item.name
    item.name = name
    tx.undo.append(lambda: setattr(item, "name", old))


def _rename_database(session: Session, node: ast_ddl.Rename) -> None:
    """SQLError(-359) if it is open anywhere, -330 with -100 if the name is taken."""
    database = session.engine.database(node.name.name)
    require_level("D", database, session)
    if database.sessions or database.name == "sysmaster":
        raise SQLError(-359)
    if node.new_name.name in session.engine.by_name:
        raise SQLError(-330, -100, token=node.new_name.name)
    session.engine.rename_database(database, node.new_name.name)


def _rename_object(session: Session, node: ast_ddl.Rename) -> None:
    """Rename a table, view or sequence: views of it follow."""
    name = node.name
    if node.kind == "table" and name.name in session.temporary and not name.owner:
        raise SQLError(-508, offset=name.position)
    found = session.find_object(name)
    if found is None or (
        isinstance(found[1], SequenceGenerator) != (node.kind == "sequence")
    ):
        sqlcode, isam = MISSING[node.kind]
        raise SQLError(sqlcode, isam, name.position, name.name)
    own_database(session, name)
    database, item = found
    if isinstance(item, View):
        raise SQLError(-322, offset=name.position, token=item.name)
    if isinstance(item, Table) and item.is_system:
        raise SQLError(-584, offset=name.position)
    require_owner(item, database, session, NOT_OWNER[type(item)], name.position)
    new = ast.ObjectName(node.new_name.position, node.new_name.name, item.owner)
    refuse_taken(session, new)
    session.transact(lambda tx: _give_name(session, database, item, new.name, tx))


def _give_name(
    session: Session,
    database: Database,
    item: Table | SequenceGenerator,
    name: str,
    tx: Transaction,
) -> None:
    ddl = open_ddl(session, tx)
    if isinstance(item, Table):
        ddl.refuse_if_in_use(item)
    old = item.name

    def move(new: str) -> None:
        previous = item.name
        database.remove(item)
        item.name = new
        database.add(item)
        item.version += 1
        for view in _views_of(item, database):
            assert isinstance(item, Table)
            view.query = follow_rename(view, item, previous)
        ddl.changed()

    tx.undo.append(lambda: move(old))
    move(name)


def _rename_column(session: Session, node: ast_ddl.Rename) -> None:
    assert node.table is not None
    database, table = placed_table(session, node.table)
    if table.temporary:
        raise SQLError(-509, offset=node.table.position)
    if table.is_system:
        raise SQLError(-585, offset=node.table.position)
    own_database(session, node.table)
    require_owner(table, database, session, -313, node.table.position)
    column = table.column(node.name.name)
    if column is None:
        raise SQLError(-217, offset=node.name.position, token=node.name.name)
    if node.new_name.name == "rowid":
        raise SQLError(-227, offset=node.new_name.position)
    if table.column(node.new_name.name) is not None:
        raise SQLError(-328, offset=node.new_name.position, token=node.new_name.name)
    if table.triggers:
        raise unsupported("RENAME COLUMN of a table with triggers", node.position)
    if any(_tables_in(view) > 1 for view in _views_of(table, database)):
        raise unsupported("RENAME COLUMN of a table in a join view", node.position)

    def rename(tx: Transaction) -> None:
        ddl = open_ddl(session, tx)
        ddl.refuse_if_in_use(table)
        old = column.name
        tx.undo.append(lambda: _name_column(ddl, table, column, old))
        _name_column(ddl, table, column, node.new_name.name)

    session.transact(rename)


def _views_of(item: NamedObject, database: Database) -> Iterator[View]:
    for view in database.objects():
        if isinstance(view, View) and item in view.uses:
            yield view


def _tables_in(view: View) -> int:
    return sum(isinstance(part, ast_query.Table) for part in ast.walk(view.query))


def _name_column(ddl: DDL, table: Table, column: Column, name: str) -> None:
    old, column.name = column.name, name
    for view in _views_of(table, ddl.database):
        view.query = query_with_column(view.query, old, name)
        view.text = text_with_column(view.text, old, name)
    for constraint in table.constraints:
        check = constraint.check
        if check is not None and column in constraint.columns:
            condition = with_column(check.condition, old, name)
            constraint.check = Check(condition, text_with_column(check.text, old, name))
    table.grants = {
        pair: {
            f"{key[0]}.{name}" if key[1:] == f".{old}" else key: option
            for key, option in held.items()
        }
        for pair, held in table.grants.items()
    }
    if old in table.serials:
        table.serials[name] = table.serials.pop(old)
    for _, constraint in table.referencing():
        assert constraint.reference is not None
        names = constraint.reference.names
        constraint.reference.names = [name if n == old else n for n in names]
    table.version += 1
    ddl.changed()


def _rename_part(session: Session, node: ast_ddl.Rename) -> None:
    """Rename an index or a constraint; SQLError(-948) for a constraint's index."""
    database = session.current_database()
    old, new = node.name.name, node.new_name.name
    is_index = node.kind == "index"
    find: Callable[[str], Any] = (
        database.find_index if is_index else database.find_constraint
    )
    found = find(old)
    if found is None:
        code = -319 if is_index else -623
        raise SQLError(code, offset=node.name.position, token=old)
    table, part = found
    code = -320 if is_index else -313
    require_owner(table, database, session, code, node.name.position)
    if is_index and part.constraint is not None:
        raise SQLError(-948, offset=node.name.position)
    if find(new) is not None:
        code = -316 if is_index else -625
        raise SQLError(code, offset=node.new_name.position, token=new)

    def rename(tx: Transaction) -> None:
        _set(tx, part, new)
        open_ddl(session, tx).changed()

    session.transact(rename)


HANDLERS: dict[type[ast.Statement], Callable[..., Any]] = {ast_ddl.Rename: _rename}
