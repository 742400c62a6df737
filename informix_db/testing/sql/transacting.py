"""What a session does in a transaction: statement after statement, each all or nothing.

It holds the engine while one of its methods runs and waits for the locks of others as
SET LOCK MODE tells.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from informix_db.testing.api import SQLError
from informix_db.testing.sql.branches import SessionBranches
from informix_db.testing.sql.catalog import Database
from informix_db.testing.sql.errors import from_sqlite
from informix_db.testing.sql.executor import Executor
from informix_db.testing.sql.locks import LockConflict, release_locks
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.spl_cursor import RoutineCursor
from informix_db.testing.sql.statements import Cursor
from informix_db.testing.sql.transactions import Transaction

if TYPE_CHECKING:
    from informix_db.testing.engine import Engine
    from informix_db.testing.sql.spl import Routines

T = TypeVar("T")

_DEADLOCK, _TIMEOUT = -143, -154  # ISAM codes
_MOMENT = 0.001  # seconds other sessions get while a routine runs


class Transacting:
    """The part of `session.Session` that transactions and locks concern."""

    branches: SessionBranches
    routines: Routines

    def __init__(self, engine: Engine, number: int) -> None:
        self.engine = engine
        self.session_id = number
        self.database: Database | None = None
        self.transaction: Transaction | None = None
        self.executor = Executor(engine.store, engine.runtime)
        self.lock_wait: float | None = 0  # seconds; None waits without limit
        self.waiting_for: Transaction | None = None
        self.lock_holder = Transaction(number)  # of LOCK TABLE without logging
        self.interrupted = threading.Event()
        self.closed = False
        self.cursors: weakref.WeakSet[Cursor | RoutineCursor] = weakref.WeakSet()

    @property
    def runtime(self) -> Runtime:
        return self.engine.runtime

    def current_database(self) -> Database:
        """Return the open database; SQLError(-349) if there is none."""
        if self.database is None:
            raise SQLError(-349)
        return self.database

    # --- statements ----------------------------------------------------------

    def transact(self, work: Callable[[Transaction], T], *, reads: bool = False) -> T:
        """Run one statement's work: all or nothing, in the open transaction if there
        is one, waiting for other sessions' locks. `reads`: it changes nothing."""
        self._prepare(reads=reads)
        return self.unlocked(lambda: self._attempt(work))

    def _prepare(self, *, reads: bool = False) -> None:
        """SQLError(-878) for a change in a transaction that is READ ONLY."""
        if self.transaction is None and self.database and self.database.ansi:
            self.transaction = Transaction(self.session_id)
        if self.transaction is not None and self.transaction.read_only and not reads:
            raise SQLError(-878)
        self._refuse_after_truncate()

    def _refuse_after_truncate(self) -> None:
        """Raise SQLError(-26021) if the transaction has truncated a table."""
        if self.transaction is not None and self.transaction.truncated:
            raise SQLError(-26021)

    def unlocked(self, work: Callable[[], T]) -> T:
        """Try `work` until no other session's lock is in its way, for as long as SET
        LOCK MODE tells."""
        deadline: float | None = None
        if self.lock_wait is not None:
            deadline = time.monotonic() + self.lock_wait
        while True:
            try:
                return work()
            except LockConflict as conflict:
                if self.lock_wait != 0 and self.routines.is_in_query:
                    raise  # the query that called the routine is to start again
                self._wait(conflict, deadline)

    def _attempt(self, work: Callable[[Transaction], T]) -> T:
        transaction = self.transaction or Transaction(self.session_id, direct=True)
        transaction.used = True
        version = self.engine.catalog_version
        try:
            with self.engine.store.atomic(transaction):
                result = work(transaction)
                if self.engine.persistence is not None:
                    self.engine.persistence.after_statement(transaction, version)
        except sqlite3.Error as error:
            raise self._translated(error) from None
        if transaction.direct:
            for action in transaction.on_commit:
                action()
        return result

    def _translated(self, error: sqlite3.Error) -> BaseException:
        """Return what a SQLite error stands for: a function's exception mostly."""
        stashed, self.runtime.error = self.runtime.error, None
        return stashed or from_sqlite(error)

    def _wait(self, conflict: LockConflict, deadline: float | None) -> None:
        """Wait until locks are given up; SQLError with ISAM -107, -143 or -154."""
        owner = self.engine.store.owner(conflict.owner)
        if self.lock_wait == 0:
            raise SQLError(conflict.sqlcode, conflict.isam)
        if owner is None:
            return
        if self.interrupted.is_set():
            raise SQLError(-213)
        if self._deadlocked(owner):
            raise SQLError(conflict.sqlcode, _DEADLOCK)
        rest = None if deadline is None else deadline - time.monotonic()
        if rest is not None and rest <= 0:
            raise SQLError(conflict.sqlcode, _TIMEOUT)
        self.waiting_for = owner
        try:
            self.engine.condition.wait(rest)
        finally:
            self.waiting_for = None
            self._enter()

    def give_way(self) -> None:
        """Let other sessions run for a moment, in the middle of a routine."""
        now = self.runtime.now  # CURRENT is the same all through a call
        self.engine.condition.wait(_MOMENT)
        self._enter()
        self.runtime.now = now
        if self.closed:
            raise SQLError(-25582)

    def _deadlocked(self, owner: Transaction | None) -> bool:
        """Tell whether `owner` waits, over any number of sessions, for this one."""
        while owner is not None:
            session = self.engine.sessions.get(owner.session_id)
            if session is self:
                return True
            owner = session.waiting_for if session else None
        return False

    # --- transactions --------------------------------------------------------

    def begin(self) -> None:
        with self.entered():
            database = self.current_database()
            if not database.logged:
                raise SQLError(-256)
            if self.transaction is not None:
                raise SQLError(-535)
            self.transaction = Transaction(self.session_id)

    def commit(self) -> None:
        with self.entered():
            self._finish(commit=True)

    def rollback(self, savepoint: str | None = None) -> None:
        """Undo the transaction, or what was done since `savepoint` ("" the last)."""
        with self.entered():
            if savepoint is None:
                self._finish(commit=False)
                return
            transaction = self._for_savepoint(-26076, savepoint)
            found = transaction.find_savepoint(savepoint.lower(), -26076)
            store = self.engine.store
            store.rollback_to(transaction, found.writer, found.undo_mark)
            del transaction.savepoints[transaction.savepoints.index(found) + 1 :]
            transaction.writer += 1
            found.writer = transaction.writer

    def _finish(self, *, commit: bool) -> None:
        database = self.current_database()
        if not database.logged:
            raise SQLError(-256)
        if self.transaction is None and not database.ansi:
            raise SQLError(-255)
        if self.branches.current is not None:
            raise SQLError(-700)
        self._close_cursors(hold=False)
        if commit and self.transaction is not None and self.transaction.pending:
            self._check_deferred(self.transaction.pending)
        self.end_transaction(commit=commit)

    def _check_deferred(self, pending: Collection[int]) -> None:
        """Check deferred constraints; what breaks one is rolled back."""
        numbers = set(pending)

        def check(transaction: Transaction) -> None:
            self.executor.check_pending(transaction, numbers)

        try:
            self.unlocked(lambda: self._attempt(check))
        except SQLError:
            self.end_transaction(commit=False)
            raise

    def open_transaction(self) -> Transaction:
        """Return the open transaction, in an ANSI database a new one if need be;
        SQLError(-255, -256) if there is none."""
        if not self.current_database().logged:
            raise SQLError(-256)
        if self.transaction is None and self.current_database().ansi:
            self.transaction = Transaction(self.session_id)
        if self.transaction is None:
            raise SQLError(-255)
        return self.transaction

    def end_transaction(self, *, commit: bool) -> None:
        transaction, self.transaction = self.transaction, None
        if transaction is not None:
            if transaction.isolation_before:
                self.executor.isolation = transaction.isolation_before
            self.finish(transaction, commit=commit)

    def finish(self, transaction: Transaction, *, commit: bool) -> None:
        """End a transaction, the session's own or a branch."""
        if commit:
            self.engine.store.commit(transaction)
        else:
            self.engine.store.rollback(transaction)
        transaction.active = False
        self.engine.condition.notify_all()

    def release_table_locks(self) -> None:
        """Give up what LOCK TABLE took in a database without transactions."""
        release_locks(self.lock_holder)
        self.lock_holder.active = False
        self.lock_holder = Transaction(self.session_id)
        self.engine.condition.notify_all()

    def _for_savepoint(self, sqlcode: int, name: str) -> Transaction:
        self._refuse_after_truncate()
        if not self.current_database().logged:
            raise SQLError(-256)
        if self.transaction is None:
            if not self.current_database().ansi:
                raise SQLError(sqlcode, token=name)
            self.transaction = Transaction(self.session_id)
        return self.transaction

    def set_savepoint(self, name: str, unique: bool = False) -> None:
        with self.entered():
            self._for_savepoint(-26074, name).set_savepoint(name.lower(), unique)

    def release_savepoint(self, name: str) -> None:
        with self.entered():
            self._for_savepoint(-26075, name).release_savepoint(name.lower())

    # --- the engine, and cursors ---------------------------------------------

    def _enter(self) -> None:
        """Make this the engine's running session."""
        raise NotImplementedError

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Hold the engine for a call of this session."""
        with self.engine.condition:
            if self.closed:
                raise SQLError(-25582)
            running: object = self.engine.runtime.session
            if running is self:
                yield  # a statement that runs another of the session's methods
                return
            self.interrupted.clear()
            self._enter()
            try:
                yield
            except LockConflict as conflict:
                raise SQLError(conflict.sqlcode, conflict.isam) from None
            finally:
                self.engine.runtime.session = None

    def _close_cursors(self, *, hold: bool) -> None:
        for cursor in list(self.cursors):
            if hold or not cursor.hold:
                cursor.invalidate()
