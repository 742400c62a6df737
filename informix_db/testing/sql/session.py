"""A session: its database, transaction, temporary tables, statements and cursors."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import (
    BoundParameter,
    ClientFilesAPI,
    ExecuteResult,
    SQLError,
    SQLType,
)
from informix_db.testing.lobs import LargeObjects
from informix_db.testing.sql import ast, ast_dml
from informix_db.testing.sql.branches import SessionBranches
from informix_db.testing.sql.catalog import (
    Database,
    SequenceGenerator,
    Synonym,
    Table,
    View,
)
from informix_db.testing.sql.dates import DEFAULT_DBDATE
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.executor import Row, Rows
from informix_db.testing.sql.lockingcursor import LockingCursor
from informix_db.testing.sql.locks import check_object
from informix_db.testing.sql.parameters import bind_columns, bind_parameters
from informix_db.testing.sql.parser import parse
from informix_db.testing.sql.planner import bind_statement
from informix_db.testing.sql.plans import (
    InsertPlan,
    NewTablePlan,
    Plan,
    QueryPlan,
    SelectPlan,
    WritePlan,
)
from informix_db.testing.sql.privileges import require_level
from informix_db.testing.sql.spl import Routines
from informix_db.testing.sql.spl_objects import Routine
from informix_db.testing.sql.spl_plans import RoutinePlan
from informix_db.testing.sql.statements import Cursor, Statement
from informix_db.testing.sql.syscatalog import numeric_locale
from informix_db.testing.sql.syslayouts import NOT_THERE
from informix_db.testing.sql.transacting import Transacting
from informix_db.testing.sql.transactions import Transaction
from informix_db.testing.sql.utility import check_utility, create_from, run_utility
from informix_db.testing.text import session_codec

if TYPE_CHECKING:
    from informix_db.testing.engine import Engine


class Session(Transacting):
    """One client's session (`api.EngineSessionAPI`)."""

    def __init__(
        self, engine: Engine, number: int, user: str, environment: dict[str, str]
    ) -> None:
        super().__init__(engine, number)
        self.user = user
        self.role = ""
        self.environment = environment
        self.dbdate = environment.get("DBDATE", DEFAULT_DBDATE)
        self.delimident = "DELIMIDENT" in environment
        self.codec = session_codec(environment)
        self.locale = numeric_locale(environment)
        self.exclusive = False  # nobody else may open the database
        self.refuses_truncation = False  # of strings, in any database
        self.has_debug_file = False  # so that routines may TRACE
        self.branches = SessionBranches(self)
        self.temporary: dict[str, Table] = {}
        self.opened = int(time.time())  # for syssessions
        self.last_serial = 0
        self.last_serial8 = 0
        self.last_bigserial = 0
        self.rows_processed = 0
        self.sequence_values: dict[SequenceGenerator, int] = {}
        self.routines = Routines(self)
        self.client_files: ClientFilesAPI | None = None

    # --- names (scope.Names) -------------------------------------------------

    @property
    def database_name(self) -> str:
        return "" if self.database is None else self.database.name

    @property
    def large_objects(self) -> LargeObjects:
        return self.engine.large_objects

    def named_database(self, name: ast.ObjectName) -> Database:
        """Return the database a name is of; SQLError(-329, -349, -908) otherwise."""
        if name.server and name.server != self.engine.server_name:
            raise SQLError(-908, offset=name.position, token=name.server)
        if name.database:
            return self.engine.database(name.database)
        return self.current_database()

    def find_object(
        self, name: ast.ObjectName
    ) -> tuple[Database, Table | View | SequenceGenerator] | None:
        """Return what a name means and its database: temporary tables first, then
        what the database has; a synonym is what it stands for.

        Of the system catalog's and sysmaster's tables not all are there, which is no
        mistake of the application's: SQLError(-999).
        """
        if not name.database and not name.owner and name.name in self.temporary:
            return self.current_database(), self.temporary[name.name]
        database = self.named_database(name)
        found = database.find(name.name, name.owner, self.user, self.transaction)
        if found is None:
            if database.name == "sysmaster" and name.name.startswith("sys"):
                raise unsupported(f"sysmaster:{name.name}", name.position)
            if name.name in NOT_THERE:
                raise unsupported(name.name, name.position)
            return None
        if isinstance(found, Synonym):
            if found.database:
                database = self.engine.database(found.database)
            found = found.target
            if found.dropped:
                return None
        if isinstance(found, Table) and found.is_system:
            self._fill(found)
        return database, found

    def find_table(self, name: ast.ObjectName) -> Table | None:
        """Return the table a name means, None if it means none."""
        found = self.find_object(name)
        return found[1] if found and isinstance(found[1], Table) else None

    def find_routines(self, name: ast.ObjectName) -> list[Routine]:
        """Return the database's routines of that name; owners matter in ANSI ones.
        LockConflict if another session has one of them created or dropped."""
        if self.database is None or name.database not in ("", self.database.name):
            return []
        owner = name.owner if self.database.ansi else ""
        routines = self.database.routines
        found = [r for r in routines.named(name.name) if owner in ("", r.owner)]
        for routine in (*found, *routines.leaving(name.name)):
            if owner in ("", routine.owner):
                check_object(routine, self.transaction)
        return found

    def _fill(self, table: Table) -> None:
        """Bring a system catalog table up to date."""
        wanted = (self.engine.catalog_version, self.locale)
        if table.filled == wanted and not table.volatile:
            return
        assert table.rows is not None
        if table.filled is None:
            self.engine.store.create_table(table)
        self.engine.store.fill(table, list(table.rows(self.locale)))
        table.filled = wanted

    # --- databases -----------------------------------------------------------

    def open_database(self, name: str, exclusive: bool = False) -> int:
        """Make `name` current and return its DONE.warn bits."""
        with self.entered():
            database = self.engine.database(name)
            require_level("C", database, self)
            if database.locale not in ("", self.locale):
                raise SQLError(-23197, token=database.locale)
            self.leave_database()
            if database.sessions and (exclusive or self._is_taken(database)):
                raise SQLError(-425, -107)
            self.database = database
            self.exclusive = exclusive
            database.sessions += 1
            self.executor.isolation = _default_isolation(database)
            return database.flags

    def _is_taken(self, database: Database) -> bool:
        """Tell whether another session has a database for itself."""
        return any(
            other.exclusive and other.database is database
            for other in self.engine.sessions.values()
        )

    def close_database(self) -> None:
        with self.entered():
            self.current_database()
            self.leave_database()

    def leave_database(self) -> None:
        """Close the current database, if any; SQLError(-377) in a transaction."""
        if self.database is None:
            return
        if self.transaction is not None:
            if not self.database.ansi or self.branches.current is not None:
                raise SQLError(-377)
            self.end_transaction(commit=False)
        self._close_cursors(hold=True)
        self.release_table_locks()
        for table in self.temporary.values():
            self._drop_temporary(table)
        self.temporary.clear()
        self.database.sessions -= 1
        self.database = None

    def _drop_temporary(self, table: Table) -> None:
        table.dropped = True
        for writer in table.writers:  # a branch that is not finished yet
            writer.tables.discard(table)
        self.engine.store.drop_table(table)

    # --- statements ----------------------------------------------------------

    def prepare(self, sql: str) -> Statement:
        node = parse(sql, delimident=self.delimident)
        with self.entered():
            if isinstance(node, ast_dml.ExecuteRoutine):
                call = self.unlocked(lambda: self.routines.bind(node))
                return Statement(self, call)
            plan = self.unlocked(lambda: bind_statement(node, self))
            if not isinstance(plan, QueryPlan):
                check_utility(node)
        return Statement(self, plan)

    def execute(
        self, plan: Plan, parameters: Sequence[BoundParameter]
    ) -> ExecuteResult:
        """Run a plan to its end (a SELECT's rows are not kept)."""
        with self.entered():
            if isinstance(plan, RoutinePlan):
                return self.routines.execute(plan, parameters)
            if not isinstance(plan, QueryPlan):
                return self.unlocked(lambda: run_utility(self, plan.node))
            values = self._bound(plan, parameters)
            return self.run(plan, values)

    def execute_batch(
        self,
        plan: Plan,
        types: Sequence[SQLType | None],
        columns: Sequence[Sequence[Any]],
    ) -> Sequence[ExecuteResult] | None:
        """Run a plan for many rows of parameters, or None (`api.BatchStatementAPI`)."""
        if not isinstance(plan, InsertPlan) or not plan.takes_batches:
            return None
        assert plan.table is not None
        serials = dict(plan.table.serials)
        with self.entered():
            try:
                self._prepare()
                plan.check(self.transaction)
                values = bind_columns(plan.slots, types, columns, self.runtime)
                results = self._attempt(
                    lambda tx: self.executor.insert_batch(plan, values, tx)
                )
            except Exception:  # which will be told of the row it is about
                plan.table.serials.update(serials)
                return None
            self._note(results[-1])
            return results

    def run(self, plan: QueryPlan, values: list[Any]) -> ExecuteResult:
        """Run a plan to its end; `values` are in the forms its slots need."""
        if isinstance(plan, SelectPlan):
            return ExecuteResult(rows=len(self.select(plan, values).rows))
        self._ready(plan)
        result = self.transact(lambda tx: self._change(plan, values, tx))
        self._note(result)
        return result

    def select(self, plan: SelectPlan, values: list[Any]) -> Rows:
        """Run a query."""
        self._ready(plan)
        return self.transact(
            lambda tx: self.executor.select(plan, values, tx), reads=True
        )

    def evaluate(self, plan: SelectPlan, values: list[Any]) -> Row:
        """Return the values of expressions: the only row of a query without tables,
        but for those of its subqueries."""
        if plan.tables:
            return self.select(plan, values).rows[0]
        try:
            return self.executor.evaluate(plan, values)
        except sqlite3.Error as error:
            raise self._translated(error) from None

    def _change(
        self, plan: Plan, values: list[object], transaction: Transaction
    ) -> ExecuteResult:
        if isinstance(plan, NewTablePlan):
            return create_from(self, plan, values, transaction)
        if isinstance(plan, WritePlan) and plan.current_of:
            return self._change_current(plan, values, transaction)
        return self.executor.run(plan, values, transaction)

    def _change_current(
        self, plan: WritePlan, values: list[object], transaction: Transaction
    ) -> ExecuteResult:
        for cursor in self.cursors:
            if cursor.name == plan.current_of and cursor.is_open:
                key = cursor.current_key(plan)
                return self.executor.write(plan, values, transaction, key)
        raise SQLError(-507, token=plan.current_of)

    def _bound(
        self, plan: QueryPlan, parameters: Sequence[BoundParameter]
    ) -> list[Any]:
        """Return parameters in the forms a plan needs: of a plan that still holds."""
        self._check(plan)
        return bind_parameters(plan.slots, parameters, self.runtime)

    def _check(self, plan: Plan) -> None:
        self.unlocked(lambda: plan.check(self.transaction))

    def _ready(self, plan: Plan) -> None:
        """Check that a plan still holds and bring what it reads up to date."""
        self._check(plan)
        for table, _ in plan.tables:
            if table.is_system:
                self._fill(table)

    def _note(self, result: ExecuteResult) -> None:
        self.rows_processed = result.rows
        self.last_serial = result.serial or self.last_serial
        self.last_serial8 = result.serial8 or self.last_serial8
        self.last_bigserial = result.bigserial or self.last_bigserial

    def open_cursor(
        self,
        plan: SelectPlan,
        parameters: Sequence[BoundParameter],
        name: str,
        scroll: bool,
        hold: bool,
    ) -> Cursor:
        with self.entered():
            if scroll and plan.for_update:
                raise SQLError(-526)
            values = self._bound(plan, parameters)
            return self.open_rows(plan, values, name, scroll, hold)

    def open_rows(
        self, plan: SelectPlan, values: list[Any], name: str, scroll: bool, hold: bool
    ) -> Cursor:
        """Open a cursor; `values` are in the forms the plan's slots need."""
        with self.entered():
            rows = self.select(plan, values)
            locking = self.executor.locks_rows(plan) and not scroll
            cursor = (LockingCursor if locking else Cursor)(self, rows, name, hold)
            self.cursors.add(cursor)
            return cursor

    # --- the session itself --------------------------------------------------

    def _enter(self) -> None:
        self.engine.enter(self)

    def interrupt(self) -> None:
        """Make the running call, if any, raise SQLError(-213)."""
        self.interrupted.set()
        if self.waiting_for is not None:
            with self.engine.condition:
                self.engine.condition.notify_all()

    def close(self) -> None:
        """End the session: roll back, drop temporary tables."""
        with self.engine.condition:
            if self.closed:
                return
            self.branches.abandon()
            self.end_transaction(commit=False)
            self.leave_database()
            self.closed = True
            self.engine.sessions.pop(self.session_id, None)


def _default_isolation(database: Database) -> str:
    if database.ansi:
        return "repeatable read"
    return "committed read" if database.logged else "dirty read"
