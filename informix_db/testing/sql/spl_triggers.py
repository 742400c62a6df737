"""Triggers: what is done when rows of a table are inserted, updated or deleted.

The actions are run as a routine whose variables are the columns of the old and the new
row, `o.a` and `n.a`. They are part of the statement that fires them. Unlike a server's,
the actions for each row are run when all rows have been changed, none are run for a
statement that changes no row, and rows deleted by ON DELETE CASCADE fire no trigger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from informix_db.testing.api import SQLError
from informix_db.testing.records import dataclass
from informix_db.testing.sql import ast, ast_ddl, ast_spl, catalogchange
from informix_db.testing.sql.catalog import Column, Table
from informix_db.testing.sql.integrity import CheckedRows
from informix_db.testing.sql.privileges import require, require_owner
from informix_db.testing.sql.rules import strip
from informix_db.testing.sql.spl_objects import Routine, RoutineParameter
from informix_db.testing.sql.store import Store
from informix_db.testing.sql.transactions import Transaction

if TYPE_CHECKING:
    from informix_db.testing.sql.runtime import Runtime
    from informix_db.testing.sql.session import Session

_EXISTS, _UNKNOWN, _NOT_OWNER = -743, -634, -635
_NO_COLUMN, _COLUMN_TWICE, _NO_TABLE, _TEMPORARY = -217, -542, -206, -548
_NOT_FOR_EACH_ROW, _NO_SUCH_ROW, _NAME_TAKEN = -730, -732, -734
_NO_DBA = -389  # to anybody who would change the system catalog

Row = Sequence[Any]


@dataclass(eq=False)
class Trigger:
    """`text` is the CREATE statement. The three routines have the old row's columns,
    if it names the old row, then the new row's as parameters."""

    name: str
    owner: str
    table: Table
    node: ast_spl.CreateTrigger
    before: Routine
    each_row: Routine
    after: Routine
    disabled: bool = False

    @property
    def text(self) -> str:
        return self.node.text

    def is_fired_by(self, event: str, targets: Sequence[Column]) -> bool:
        if self.disabled or self.node.event != event:
            return False
        wanted = {column.name for column in self.node.columns}
        return not wanted or any(column.name in wanted for column in targets)

    def arguments(self, old: Row | None, new: Row | None) -> tuple[Any, ...]:
        """Return the values of the rows that have a name."""
        blank = [None] * len(self.table.columns)
        first = list(old or blank) if self.node.old else []
        second = list(new or blank) if self.node.new else []
        return (*first, *second)


class TriggeredRows(CheckedRows):
    """Changes rows, with all that their triggers do."""

    def __init__(self, store: Store, runtime: Runtime) -> None:
        super().__init__(store, runtime)
        self._connection = store.connection
        self._context = runtime

    def insert(
        self, table: Table, rows: Sequence[Row], transaction: Transaction
    ) -> None:
        fired = _fired(table, "insert", table.columns)
        self._run([(t.before, ()) for t in fired])
        super().insert(table, rows, transaction)
        self._finish(fired, [(None, row) for row in rows])

    def update(
        self,
        table: Table,
        columns: Sequence[Column],
        rows: Sequence[tuple[int, Row]],
        transaction: Transaction,
    ) -> None:
        fired = _fired(table, "update", columns)
        self._run([(t.before, ()) for t in fired])
        keys = [key for key, _ in rows] if fired else []
        old = self._stored(table, keys)
        super().update(table, columns, rows, transaction)
        self._finish(fired, list(zip(old, self._stored(table, keys), strict=True)))

    def delete(
        self, table: Table, keys: Sequence[int], transaction: Transaction
    ) -> None:
        fired = _fired(table, "delete", ())
        self._run([(t.before, ()) for t in fired])
        old = self._stored(table, keys if fired else ())
        super().delete(table, keys, transaction)
        self._finish(fired, [(row, None) for row in old])

    def _finish(
        self, fired: list[Trigger], rows: list[tuple[Row | None, Row | None]]
    ) -> None:
        if not fired:
            return
        for old, new in rows:
            self._run([(t.each_row, t.arguments(old, new)) for t in fired])
        self._run([(t.after, ()) for t in fired])

    def _stored(self, table: Table, keys: Sequence[int]) -> list[Row]:
        names = ", ".join(column.storage for column in table.columns)
        query = f"SELECT {names} FROM {table.storage} WHERE _k=?"
        execute = self._connection.execute
        return [execute(query, (key,)).fetchone() for key in keys]

    def _run(self, calls: list[tuple[Routine, tuple[Any, ...]]]) -> None:
        session = cast("Session", self._context.session)
        for actions, values in calls:
            if actions.node.body.statements:
                session.routines.run_trigger(actions, values)


def _fired(table: Table, event: str, targets: Sequence[Column]) -> list[Trigger]:
    return [
        trigger for trigger in table.triggers if trigger.is_fired_by(event, targets)
    ]


# --- CREATE and DROP -------------------------------------------------------------


class _TriggersOf:
    """The triggers of one table, as `catalogchange` wants them."""

    def __init__(self, table: Table) -> None:
        self.add = table.triggers.append
        self.remove = table.triggers.remove


def find_trigger(session: Session, name: str) -> Trigger | None:
    for table in session.current_database().tables():
        for trigger in table.triggers:
            if trigger.name == name:
                return trigger
    return None


def create_trigger(session: Session, node: ast_spl.CreateTrigger) -> None:
    """SQLError(-743) if the name is taken, -206, -217 or -542 for what it is on, and
    as `_check_names` tells."""
    if find_trigger(session, node.name.name) is not None:
        if node.if_not_exists:
            return
        raise SQLError(_EXISTS, 0, node.name.position, node.name.name)
    table = session.find_table(node.table)
    if table is None:
        raise SQLError(_NO_TABLE, -111, node.table.position, node.table.name)
    if table.temporary:
        raise SQLError(_TEMPORARY, 0, node.table.position, node.table.name)
    if table.is_system:
        raise SQLError(_NO_DBA, 0, node.table.position, table.name)
    require("a", table, session.current_database(), session, node.table.position)
    for i, column in enumerate(node.columns):
        if table.column(column.name) is None:
            raise SQLError(_NO_COLUMN, 0, column.position, column.name)
        if any(column.name == other.name for other in node.columns[:i]):
            raise SQLError(_COLUMN_TWICE, 0, column.position)
    _check_names(node)
    owner = node.name.owner or session.user
    trigger = Trigger(
        node.name.name,
        owner,
        table,
        node,
        _actions(node, owner, node.before, ()),
        _actions(node, owner, node.each_row, _variables(node, table)),
        _actions(node, owner, node.after, ()),
        node.disabled,
    )
    triggers = _TriggersOf(table)
    session.transact(lambda tx: catalogchange.add(session, triggers, trigger, tx))


def _check_names(node: ast_spl.CreateTrigger) -> None:
    """Raise SQLError for a wrong name of the old or the new row: -730 without FOR EACH
    ROW, -732 for a row there is not, -734 if something else has the name."""
    names = [name for name in (node.old, node.new) if name]
    if names and not node.each_row.statements:
        raise SQLError(_NOT_FOR_EACH_ROW, offset=node.position)
    if (node.old and node.event == "insert") or (node.new and node.event == "delete"):
        raise SQLError(_NO_SUCH_ROW, offset=node.position)
    if node.table.name in names or len(set(names)) < len(names):
        raise SQLError(_NAME_TAKEN, offset=node.position)


def _variables(
    node: ast_spl.CreateTrigger, table: Table
) -> tuple[RoutineParameter, ...]:
    return tuple(
        RoutineParameter(f"{name}.{column.name}", strip(column.type))
        for name in (node.old, node.new)
        if name
        for column in table.columns
    )


def _actions(
    node: ast_spl.CreateTrigger,
    owner: str,
    body: ast_spl.Block,
    parameters: tuple[RoutineParameter, ...],
) -> Routine:
    """Return a body as a routine that only the trigger knows."""
    name = node.name
    tree = ast_spl.CreateRoutine(
        node.position, "procedure", name, (), (), body, node.text
    )
    return Routine(name.name, owner, 0, parameters, (), node.text, tree)


def drop_trigger(session: Session, node: ast_ddl.Drop) -> None:
    """SQLError(-634) if there is none."""
    trigger = find_trigger(session, node.name.name)
    if trigger is None:
        if node.if_exists:
            return
        raise SQLError(_UNKNOWN, 0, node.name.position, node.name.name)
    database = session.current_database()
    require_owner(trigger.table, database, session, _NOT_OWNER, node.name.position)
    triggers = _TriggersOf(trigger.table)
    session.transact(lambda tx: catalogchange.remove(session, triggers, trigger, tx))


HANDLERS: dict[type[ast.Statement], Callable[..., None]] = {
    ast_spl.CreateTrigger: create_trigger
}
