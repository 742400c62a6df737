"""The sync pool."""

from __future__ import annotations

import logging
import threading
import time
import warnings
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import TracebackType
from typing import Any

from informix_db._base.pool import Connect, Decision, Give, Refuse, Wait
from informix_db._base.poolbase import (
    ANSWER_TIMEOUT,
    RESTORE_TIMEOUT,
    BasePool,
    evicts,
    is_elsewhere,
    is_untouched,
    pool_closed,
    restore_gen,
    restore_settings,
)
from informix_db._transport.blocking import DeadlineReached, deadline_after
from informix_db._typing import Self
from informix_db.connections import CLOSE_TIMEOUT, Connection
from informix_db.exceptions import Error
from informix_db.params import ConnectParams

logger = logging.getLogger("informix_db.pool")

# What close() gives the upkeep thread, which may be in the middle of connecting.
_JOIN_TIMEOUT = 0.5

_Decision = Decision[Connection]


class ConnectionPool(BasePool[Connection]):
    """Connections shared by threads. Made by `informix_db.create_pool`.

    The most recently used idle connection goes out first, and who waits longest is
    served first. What a user did not commit is rolled back before the next one comes.
    """

    def __init__(self, params: ConnectParams, **settings: Any) -> None:
        super().__init__(params, **settings)
        self._lock = threading.Lock()  # never held while anything is waited for
        self._due = threading.Event()  # upkeep may have something to do
        self._upkeeper: threading.Thread | None = None
        try:
            for _ in range(self.min_size):
                self._refill()
        except BaseException:
            self.close()
            raise
        self._start_upkeep()

    # -- for users ---------------------------------------------------------------------

    def acquire(self, timeout: float | None = None) -> Connection:
        """Return a connection for the caller's use, until `release`.

        Waits for one at most `timeout` seconds (default: the pool's acquire_timeout),
        then raises PoolTimeoutError. Raises PoolClosedError if the pool is closed, and
        what connecting raises if a connection has to be opened.
        """
        timeout = self._take_timeout(timeout)
        if self._upkeeper is None:
            self._start_upkeep()
        deadline = deadline_after(timeout)
        with self._lock:
            decision: _Decision = self._core.acquire(time.monotonic())
            if isinstance(decision, Wait):
                decision.waker = threading.Lock()
                decision.waker.acquire()
        try:
            self._settle()
            while not isinstance(decision, Give) or not self._is_alive(
                decision, deadline
            ):
                decision = self._proceed(decision, deadline, timeout)
                self._settle()
        except BaseException:
            with self._lock:
                self._abandon(decision, time.monotonic())
            self._settle()
            raise
        return decision.connection

    def release(self, connection: Connection, *, broken: bool = False) -> None:
        """Take a connection back; `broken` throws it away.

        What was not committed is rolled back, cursors are closed and the `reset`
        function is called; a connection on which that fails, or whose database is
        no longer the pool's, is thrown away. Raises InterfaceError for a connection
        that is not in use.
        """
        if connection in self._inherited:
            self._inherited.discard(connection)
            self._let_go(connection)
            return
        with self._lock:
            self._take_back(connection)
        usable = False
        try:
            usable = not broken and self._restore(connection)
        finally:
            with self._lock:
                self._give_back(connection, time.monotonic(), usable)
            self._settle()

    @contextmanager
    def connection(self, timeout: float | None = None) -> Iterator[Connection]:
        """Acquire a connection for a block.

        OperationalError and InterfaceError in the block throw the connection away;
        after any other exception it is used again.
        """
        connection = self.acquire(timeout)
        user = connection._user
        try:
            yield connection
        except BaseException as exc:
            if connection._user is user:
                self.release(connection, broken=evicts(exc))
            raise
        self._check_user(connection, user)
        self.release(connection)

    def close(self) -> None:
        """Close the pool: refuse who waits, close what is idle. Never raises.

        Connections in use are closed when they are released.
        """
        with self._lock:
            self._core.close(time.monotonic())
        self._settle()
        self._due.set()
        upkeeper = self._upkeeper
        if upkeeper is not None and upkeeper is not threading.current_thread():
            upkeeper.join(_JOIN_TIMEOUT)

    def __enter__(self) -> Self:
        if self.closed:
            raise pool_closed()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        due = getattr(self, "_due", None)
        if due is not None and not self.closed:
            warnings.warn(
                f"unclosed {self!r}", ResourceWarning, stacklevel=1, source=self
            )
            self._core.closed = True
            due.set()

    # -- getting a connection ----------------------------------------------------------

    def _proceed(
        self, decision: _Decision, deadline: float | None, timeout: float | None
    ) -> _Decision:
        """Do what a decision asks for, and return the next one."""
        if isinstance(decision, Wait):
            return self._wait(decision, deadline, timeout)
        if isinstance(decision, Connect):
            return self._connect(deadline, timeout)
        if isinstance(decision, Refuse):
            raise pool_closed()
        with self._lock:
            return self._core.replace(decision.connection)

    def _wait(
        self,
        place: Wait[Connection],
        deadline: float | None,
        timeout: float | None,
    ) -> _Decision:
        left = -1 if deadline is None else max(0.0, deadline - time.monotonic())
        place.waker.acquire(timeout=left)
        with self._lock:
            if place.grant is None:
                assert timeout is not None
                raise self._timed_out(timeout)
            return place.grant

    def _connect(self, deadline: float | None, timeout: float | None) -> _Decision:
        began = time.monotonic()
        left = None if deadline is None else deadline - began
        try:
            connection = Connection._connect(self._params_within(left))
        except Error as exc:
            if deadline is None or timeout is None or time.monotonic() < deadline:
                raise
            raise self._timed_out(timeout) from exc
        with self._lock:
            return self._core.connected(connection, began, time.monotonic())

    def _is_alive(self, given: Give[Connection], deadline: float | None) -> bool:
        """Look whether the other side is still there; ask it after a long silence."""
        connection = given.connection
        if connection.closed or connection._transport.peer_is_gone():
            return False
        if given.idle_time < self.check_after:
            return True
        answer_by = time.monotonic() + ANSWER_TIMEOUT
        if deadline is not None:
            answer_by = min(answer_by, deadline)
        try:
            with closing(connection._ping_gen()) as ping:
                connection._transport.run(ping, answer_by)
        except (Error, DeadlineReached):
            return False
        return True

    # -- giving it back ----------------------------------------------------------------

    def _restore(self, connection: Connection) -> bool:
        """Make a connection ready for its next user; False if that fails."""
        if connection.closed:
            return False
        try:
            self._undo(connection)
            if self._reset is not None:
                self._reset(connection)
                self._undo(connection)
        except Exception as exc:
            logger.warning("%r is thrown away on release: %s", connection, exc)
            return False
        restore_settings(connection)
        return not connection.closed and not is_elsewhere(connection)

    def _undo(self, connection: Connection) -> None:
        if not is_untouched(connection):
            connection._run(lambda: restore_gen(connection), RESTORE_TIMEOUT)
        connection._transport.flush()  # CLOSEs, which free tables for other sessions

    def _settle(self) -> None:
        """Carry out what the core left to be done outside of the lock."""
        with self._lock:
            orders = self._core.orders()
        if orders is None:
            return
        for place in orders.granted:
            place.waker.release()
        if orders.below_min:
            self._due.set()
        deadline = time.monotonic() + CLOSE_TIMEOUT
        for connection in orders.doomed:
            connection._close_within(max(0.0, deadline - time.monotonic()))

    # -- upkeep: a thread, if there is anything to keep up -----------------------------

    def _start_upkeep(self) -> None:
        if self._needs_upkeep and not self.closed:
            self._upkeeper = threading.Thread(
                target=_keep_up,
                args=(weakref.ref(self), self._due),
                name="informix_db-pool",
                daemon=True,
            )
            self._upkeeper.start()

    def _upkeep(self) -> float | None:
        """Close what is too old, open what is missing; return when to come again."""
        while True:
            with self._lock:
                self._core.expire(time.monotonic())
            self._settle()
            try:
                if not self._refill():
                    break
            except Exception as exc:
                logger.warning("%r cannot open a connection: %s", self, exc)
        with self._lock:
            return self._core.next_upkeep(time.monotonic())

    def _refill(self) -> bool:
        """Open a connection nobody asked for; False if none is missing."""
        began = time.monotonic()
        with self._lock:
            slot = self._core.refill(began)
        if slot is None:
            return False
        try:
            connection = Connection._connect(self._params)
        except BaseException:
            with self._lock:
                self._core.refill_failed(time.monotonic())
            self._settle()
            raise
        with self._lock:
            self._core.refilled(connection, began, time.monotonic())
        self._settle()
        return True

    # -- forks -------------------------------------------------------------------------

    def _after_fork(self) -> None:
        self._lock = threading.Lock()
        self._due = threading.Event()
        self._upkeeper = None
        super()._after_fork()


def _keep_up(reference: weakref.ref[ConnectionPool], due: threading.Event) -> None:
    """Keep a pool up until it is closed or forgotten."""
    while True:
        due.clear()
        pool = reference()
        if pool is None or pool.closed:
            return
        delay = pool._upkeep()
        del pool
        due.wait(delay)
