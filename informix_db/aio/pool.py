"""The asyncio pool."""

from __future__ import annotations

import asyncio
import inspect
import logging
import warnings
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
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
from informix_db._transport.aio import DeadlineReached
from informix_db._typing import Self
from informix_db.aio._conversations import Patience
from informix_db.aio.connections import AsyncConnection
from informix_db.exceptions import Error, InterfaceError
from informix_db.params import ConnectParams

logger = logging.getLogger("informix_db.pool")

# Tasks in a forked child, which belong to a loop that does not run there.
_of_parents: list[asyncio.Task[None]] = []

_Decision = Decision[AsyncConnection]


class AsyncConnectionPool(BasePool[AsyncConnection]):
    """Connections shared by tasks. Made by `informix_db.aio.create_pool`.

    The most recently used idle connection goes out first, and who waits longest is
    served first. What a user did not commit is rolled back before the next one comes.
    """

    def __init__(self, params: ConnectParams, **settings: Any) -> None:
        super().__init__(params, **settings)
        # None: that of who comes first after a fork
        self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        self._due = asyncio.Event()  # upkeep may have something to do
        self._upkeeper: asyncio.Task[None] | None = None

    @classmethod
    async def _open(cls, params: ConnectParams, **settings: Any) -> Self:
        """Make a pool with its first `min_size` connections."""
        self = cls(params, **settings)
        refills = [asyncio.ensure_future(self._refill()) for _ in range(self.min_size)]
        try:
            await asyncio.gather(*refills)
        except BaseException:
            for refill in refills:
                refill.cancel()
            try:
                await asyncio.wait(refills)
            finally:
                await self.close()
            raise
        self._start_upkeep()
        return self

    # -- for users -------------------------------------------------------------------

    async def acquire(self, timeout: float | None = None) -> AsyncConnection:
        """Return a connection for the caller's use, until `release`.

        Waits for one at most `timeout` seconds (default: the pool's acquire_timeout),
        then raises PoolTimeoutError. Raises PoolClosedError if the pool is closed, and
        what connecting raises if a connection has to be opened.
        """
        timeout = self._take_timeout(timeout)
        loop = self._check_loop()
        if self._upkeeper is None:
            self._start_upkeep()
        now = loop.time()
        deadline = None if timeout is None else now + timeout
        decision: _Decision = self._core.acquire(now)
        if isinstance(decision, Wait):
            decision.waker = loop.create_future()
        try:
            await self._settle()
            while not isinstance(decision, Give) or not await self._is_alive(
                decision, deadline
            ):
                decision = await self._proceed(decision, deadline, timeout)
                await self._settle()
        except BaseException:
            self._abandon(decision, loop.time())
            await self._settle()
            raise
        return decision.connection

    async def release(
        self, connection: AsyncConnection, *, broken: bool = False
    ) -> None:
        """Take a connection back; `broken` throws it away.

        What was not committed is rolled back, cursors are closed and the `reset`
        function is called; a connection on which that fails, or whose database is
        no longer the pool's, is thrown away. Raises InterfaceError for a connection
        that is not in use.

        Being cancelled costs the connection only if the server or the `reset` function
        takes longer than a grace: CancelledError is raised when they have done their
        part, which a `reset` that is awaited does in a task of its own.
        """
        if connection in self._inherited:
            self._inherited.discard(connection)
            self._let_go(connection)
            return
        self._check_loop()
        self._take_back(connection)
        patience = Patience()
        usable = False
        try:
            usable = not broken and await self._restore(connection, patience)
        finally:
            self._give_back(connection, _now(), usable)
            await self._settle()
        if patience.cancelled is not None:
            raise patience.cancelled

    @asynccontextmanager
    async def connection(
        self, timeout: float | None = None
    ) -> AsyncIterator[AsyncConnection]:
        """Acquire a connection for a block.

        OperationalError and InterfaceError in the block throw the connection away;
        after any other exception it is used again.
        """
        connection = await self.acquire(timeout)
        user = connection._user
        try:
            yield connection
        except BaseException as exc:
            if connection._user is user:
                await self.release(connection, broken=evicts(exc))
            raise
        self._check_user(connection, user)
        await self.release(connection)

    async def close(self) -> None:
        """Close the pool: refuse who waits, close what is idle. Never raises.

        Connections in use are closed when they are released.
        """
        self._core.close(_now())
        upkeeper = self._upkeeper
        if upkeeper is None or upkeeper.get_loop() is asyncio.get_running_loop():
            self._due.set()
        else:
            self._end_upkeep_from_afar()
            upkeeper = None
        await self._settle()
        if upkeeper is not None and upkeeper is not asyncio.current_task():
            upkeeper.cancel()
            await asyncio.wait([upkeeper])

    async def __aenter__(self) -> Self:
        if self.closed:
            raise pool_closed()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __del__(self) -> None:
        if getattr(self, "_due", None) is not None and not self.closed:
            warnings.warn(
                f"unclosed {self!r}", ResourceWarning, stacklevel=1, source=self
            )
            self._core.closed = True
            self._end_upkeep_from_afar()

    def _check_loop(self) -> asyncio.AbstractEventLoop:
        """Return the running event loop; InterfaceError if it is not the pool's."""
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
        if loop is not self._loop:
            raise InterfaceError(
                "the pool belongs to another event loop, the one that was running when "
                "it was made"
            )
        return loop

    # -- getting a connection --------------------------------------------------------

    async def _proceed(
        self, decision: _Decision, deadline: float | None, timeout: float | None
    ) -> _Decision:
        """Do what a decision asks for, and return the next one."""
        if isinstance(decision, Wait):
            return await self._wait(decision, deadline, timeout)
        if isinstance(decision, Connect):
            return await self._connect(deadline, timeout)
        if isinstance(decision, Refuse):
            raise pool_closed()
        return self._core.replace(decision.connection)

    async def _wait(
        self,
        place: Wait[AsyncConnection],
        deadline: float | None,
        timeout: float | None,
    ) -> _Decision:
        timer = None
        if deadline is not None:
            loop = asyncio.get_running_loop()
            timer = loop.call_at(deadline, _wake, place.waker)
        try:
            await place.waker
        finally:
            if timer is not None:
                timer.cancel()
        if place.grant is None:
            assert timeout is not None
            raise self._timed_out(timeout)
        return place.grant

    async def _connect(
        self, deadline: float | None, timeout: float | None
    ) -> _Decision:
        began = _now()
        left = None if deadline is None else deadline - began
        try:
            connection = await AsyncConnection._connect(self._params_within(left))
        except Error as exc:
            if deadline is None or timeout is None or _now() < deadline:
                raise
            raise self._timed_out(timeout) from exc
        return self._core.connected(connection, began, _now())

    async def _is_alive(
        self, given: Give[AsyncConnection], deadline: float | None
    ) -> bool:
        """Look whether the other side is still there; ask it after a long silence."""
        connection = given.connection
        if connection.closed or connection._transport.peer_is_gone():
            return False
        if given.idle_time < self.check_after:
            return True
        left = ANSWER_TIMEOUT
        if deadline is not None:
            left = min(left, deadline - _now())
        try:
            with closing(connection._ping_gen()) as ping:
                await connection._transport.run(ping, left)
        except (Error, DeadlineReached):
            return False
        return True

    # -- giving it back --------------------------------------------------------------

    async def _restore(self, connection: AsyncConnection, patience: Patience) -> bool:
        """Make a connection ready for its next user; False if that fails."""
        if connection.closed:
            return False
        try:
            await self._undo(connection, patience)
            if self._reset is not None:
                outcome = self._reset(connection)
                if inspect.isawaitable(outcome):
                    await patience.finish(outcome)
                await self._undo(connection, patience)
        except Exception as exc:
            logger.warning("%r is thrown away on release: %s", connection, exc)
            return False
        restore_settings(connection)
        return not connection.closed and not is_elsewhere(connection)

    async def _undo(self, connection: AsyncConnection, patience: Patience) -> None:
        if connection._lock.taken or not is_untouched(connection):
            patience.begin(RESTORE_TIMEOUT)
            await connection._run(lambda: restore_gen(connection), patience=patience)
        connection._transport.flush()  # CLOSEs, which free tables for other sessions

    async def _settle(self) -> None:
        """Carry out what the core left to be done."""
        orders = self._core.orders()
        if orders is None:
            return
        for place in orders.granted:
            _wake(place.waker)
        if orders.below_min:
            self._due.set()
        if orders.doomed:
            try:
                await asyncio.gather(*(doomed.close() for doomed in orders.doomed))
            finally:
                for doomed in orders.doomed:
                    self._let_go(doomed)

    # -- upkeep: a task, if there is anything to keep up -----------------------------

    def _start_upkeep(self) -> None:
        if self._needs_upkeep and not self.closed:
            self._upkeeper = asyncio.get_running_loop().create_task(
                _keep_up(weakref.ref(self), self._due), name="informix_db-pool"
            )

    def _end_upkeep_from_afar(self) -> None:
        """Have the task of a closed pool end, from whatever thread or event loop."""
        if self._upkeeper is not None:
            with suppress(RuntimeError):  # its loop is closed
                self._upkeeper.get_loop().call_soon_threadsafe(self._due.set)

    async def _upkeep(self) -> float | None:
        """Close what is too old, open what is missing; return when to come again."""
        while True:
            self._core.expire(_now())
            await self._settle()
            try:
                if not await self._refill():
                    return self._core.next_upkeep(_now())
            except Exception as exc:
                logger.warning("%r cannot open a connection: %s", self, exc)

    async def _refill(self) -> bool:
        """Open a connection nobody asked for; False if none is missing."""
        began = _now()
        if self._core.refill(began) is None:
            return False
        try:
            connection = await AsyncConnection._connect(self._params)
        except BaseException:
            self._core.refill_failed(_now())
            await self._settle()
            raise
        self._core.refilled(connection, began, _now())
        await self._settle()
        return True

    # -- forks -----------------------------------------------------------------------

    def _after_fork(self) -> None:
        self._loop = None
        self._due = asyncio.Event()
        if self._upkeeper is not None:
            _of_parents.append(self._upkeeper)
            self._upkeeper = None
        super()._after_fork()


async def _keep_up(
    reference: weakref.ref[AsyncConnectionPool], due: asyncio.Event
) -> None:
    """Keep a pool up until it is closed or forgotten."""
    while True:
        due.clear()
        pool = reference()
        if pool is None or pool.closed:
            return
        delay = await pool._upkeep()
        del pool
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(due.wait(), delay)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _wake(waker: asyncio.Future[None]) -> None:
    if not waker.done():
        waker.set_result(None)
