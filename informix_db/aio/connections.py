"""The asyncio connection."""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from inspect import isawaitable
from types import TracebackType
from typing import Any

from informix_db._base.attempts import Attempts
from informix_db._base.connection import (
    BUSY,
    CLOSED,
    Beginning,
)
from informix_db._base.largeobjects import Locator
from informix_db._base.observe import Watch
from informix_db._base.stats import ConnectionStats
from informix_db._transport.aio import DeadlineReached
from informix_db._typing import Self
from informix_db._wire.buffer import T, Wire
from informix_db._wire.xid import Xid
from informix_db.aio._conversations import Conversations
from informix_db.aio.cursors import AsyncCursor
from informix_db.aio.lobs import AsyncLargeObjectFile
from informix_db.exceptions import Error, OperationalError
from informix_db.params import ConnectParams
from informix_db.rows import Row, RowFactory

logger = logging.getLogger("informix_db")

# What close() gives the server to say goodbye.
_CLOSE_TIMEOUT = 0.5


class AsyncConnection(Conversations):
    """A session with an Informix server. Made by `informix_db.aio.connect`.

    One task at a time may use it; tasks that share it by mistake queue up. A task
    that is cancelled while it waits for the server interrupts the server, and the
    session goes on.

    Whatever needs the server raises InterfaceError once the connection is closed, and
    OperationalError with `session_dead` set if it is lost on the way.
    """

    _largest_fetch = 64 * 1024  # more would hold up the event loop

    @classmethod
    async def _connect(cls, params: ConnectParams) -> Self:
        """Open a connection to the first server that lets us in."""
        attempts = Attempts(params, time.monotonic)
        for attempt in attempts:
            if attempt.pause:
                await asyncio.sleep(attempt.pause)
            try:
                return await cls._attempt(attempt.params)
            except Error as exc:
                attempts.failed(exc)
        raise attempts.error

    @classmethod
    async def _attempt(cls, params: ConnectParams) -> Self:
        """Open a connection; whatever goes wrong, no socket stays open."""
        self = cls(params)
        with Watch(self, "connect"):
            await self._log_in(params)
        return self

    async def _log_in(self, params: ConnectParams) -> None:
        # Not wait_for(), which up to Python 3.11 can lose a cancellation.
        opening = asyncio.ensure_future(self._open())
        try:
            await asyncio.wait([opening], timeout=params.connect_timeout)
            if not opening.done():
                raise self._too_slow()
            opening.result()
        except BaseException as exc:
            opening.cancel()
            opening.add_done_callback(_retrieve)
            self._login_failed(exc)
            raise
        self._transport.read_timeout = params.read_timeout

    async def _open(self) -> None:
        """Connect, log in, and set the session up."""

        async def run(generator: Wire[T]) -> T:
            with closing(generator):
                return await self._transport.run(generator)

        await self._transport.connect(self._params)
        challenge = await run(self._login_gen())
        while challenge is not None:
            answer = self._answer_to(challenge)
            answer = await answer if isawaitable(answer) else answer
            challenge = await run(self._respond_gen(answer))
        await run(self._enter_gen())

    def _too_slow(self) -> OperationalError:
        p = self._params
        what = (
            "accepted the connection but did not complete the login"
            if self._transport.connected
            else "did not accept the connection"
        )
        return OperationalError(
            f"{p.host}:{p.port} {what} within {p.connect_timeout:g} s",
            retryable=True,
            session_dead=True,
        )

    # -- PEP 249, awaited --------------------------------------------------------------

    def cursor(
        self,
        *,
        scrollable: bool = False,
        hold: bool = False,
        row_factory: RowFactory | type[Row] | None = None,
    ) -> AsyncCursor:
        """Return a new cursor: ``async with conn.cursor()``, or ``await`` it.

        Every cursor can be scrolled; with `scrollable` the rows stay on the server.
        With `hold` they can be fetched across commits. `row_factory` overrides the
        connection's. Raises InterfaceError if the connection is closed.
        """
        self._check_usable()
        return AsyncCursor(
            self, scrollable=scrollable, hold=hold, row_factory=row_factory
        )

    async def commit(self) -> None:
        """Commit the work done; nothing to do without any, or without logging.

        A commit that the server refuses undoes the work, and raises what it says. One
        that is cut off may have happened: the error has `session_dead` set.
        """
        await self._run(self._commit_gen)

    async def rollback(self) -> None:
        """Undo the work done; nothing to do without any, or without logging."""
        await self._run(self._rollback_gen)

    async def close(self) -> None:
        """End the session; work not committed is lost. Never raises, never hangs.

        The server gets half a second to say goodbye.
        """
        with Watch(self, "" if self.closed else "close"):
            await self._end()

    async def _end(self) -> None:
        if not self._transport.at_home:
            self._state = CLOSED
            self._transport.close()
            return
        # A conversation of another task is not waited for: the socket goes.
        mine = False
        try:
            mine = await self._lock.acquire(_CLOSE_TIMEOUT)
            usable, self._state = not self.closed, CLOSED
            self._in_transaction = False
            own = not self._transport.inherited
            if mine and usable and own and self._channel.in_sync:
                with suppress(Error, DeadlineReached), closing(self._exit_gen()) as bye:
                    await self._transport.run(bye, _CLOSE_TIMEOUT)
        finally:
            self._state = CLOSED
            self._transport.close()
            if mine:
                self._lock.release()
        await self._transport.wait_closed(_CLOSE_TIMEOUT)

    async def __aenter__(self) -> Self:
        self._check_usable()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __del__(self) -> None:
        transport = getattr(self, "_transport", None)
        if transport is not None and not self.closed:
            warnings.warn(
                f"unclosed {self!r}", ResourceWarning, stacklevel=1, source=self
            )
            transport.close_from_afar()

    # -- beyond PEP 249 ----------------------------------------------------------------

    @property
    def autocommit(self) -> bool:
        """Whether each statement commits itself. Set it outside of transactions."""
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self._check_usable()
        self._set_autocommit(value)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Self]:
        """Commit what the block does, or undo it if it raises.

        A block inside another is a savepoint. With autocommit the block is a
        transaction all the same. Raises NotSupportedError if the database is not
        logged, ProgrammingError for commit() and rollback() inside.
        """
        name = await self._run(self._enter_block_gen)
        self._blocks += 1
        async with self._undoing(lambda ok: self._leave_block_gen(name, ok)):
            yield self

    @asynccontextmanager
    async def savepoint(self, name: str) -> AsyncIterator[Self]:
        """Undo what the block did, and no more, if it raises.

        The block is part of a transaction, which it may begin. Raises ProgrammingError
        for a `name` that is none and with autocommit outside of a transaction,
        NotSupportedError if the database is not logged.
        """
        await self._run(lambda: self._enter_savepoint_gen(name))
        async with self._undoing(lambda ok: self._leave_savepoint_gen(name, ok)):
            yield self

    @asynccontextmanager
    async def _undoing(
        self, leave_gen: Callable[[bool], Wire[None]]
    ) -> AsyncIterator[None]:
        """Leave a block by its outcome; a connection lost inside has no block.

        One that is interrupted before it has begun to end well does not end well.
        """
        leave_gen = self._of_this_user(leave_gen)
        leave = Beginning(lambda: leave_gen(True))
        try:
            yield
            await self._run(leave)
        except BaseException as exc:
            if not leave.begun:
                await self._undo(lambda: leave_gen(False), exc)
            raise

    async def tpc_begin(self, xid: Sequence[Any]) -> None:
        """Begin a two-phase transaction (PEP 249) under an identifier of `xid()`.

        Outside of any transaction, with autocommit off; then use `tpc_commit` and
        `tpc_rollback` in place of `commit` and `rollback`. The first tpc_ call opens
        the connection's database anew: prepared statements, held cursors and temporary
        tables do not survive it. Raises NotSupportedError if the database is not
        logged.
        """
        await self._run(lambda: self._tpc_begin_gen(xid))

    async def tpc_prepare(self) -> None:
        """Make the work of the two-phase transaction sure to be committed if asked to.

        No statement can be executed until it is ended. It survives the session: any
        connection can end it, by its identifier.
        """
        await self._run(self._tpc_prepare_gen)

    async def tpc_commit(self, xid: Sequence[Any] | None = None) -> None:
        """Commit the two-phase transaction, which need not be prepared.

        With `xid`, outside of any transaction: the one of that name, which must be
        (see `tpc_recover`). Raises OperationalError if the server has rolled it back.
        """
        await self._run(lambda: self._tpc_commit_gen(xid))

    async def tpc_rollback(self, xid: Sequence[Any] | None = None) -> None:
        """Undo the two-phase transaction; with `xid` a prepared one of that name."""
        await self._run(lambda: self._tpc_rollback_gen(xid))

    async def tpc_recover(self) -> list[Xid]:
        """Return the identifiers of the transactions that are prepared, not ended."""
        return await self._run(self._tpc_recover_gen)

    async def cancel(self) -> None:
        """Make the server give up the running statement.

        The task that waits for it gets StatementCancelledError and the session goes
        on. Nothing happens if no statement is running.
        """
        if self._state is BUSY:
            self._give_up()

    async def ping(self) -> None:
        """Ask the server for a sign of life; OperationalError if there is none."""
        await self._run(self._ping_gen)

    async def fast_path_call(self, signature: str, *params: Any) -> list[Any]:
        """Call a routine without SQL and return what it returns, as a list.

        `signature` names it and the types of its arguments:
        ``function informix.ifx_lo_close(integer)``. Bytes are arguments of opaque
        types. Handles are kept, so that a second call costs one round trip. Raises
        ProgrammingError if there is no such routine or the arguments do not fit it.
        """
        return await self._run(lambda: self._fast_path_gen(signature, params))

    def open_large_object(
        self, locator: Locator, mode: str | None = None
    ) -> AsyncLargeObjectFile:
        """Open the large object a locator names, whichever connection gave it.

        `mode` is that of the locator's own `open`. Await the file, or enter it by
        ``async with``.
        """
        return AsyncLargeObjectFile(self, locator, mode)

    @property
    def stats(self) -> ConnectionStats:
        """What this connection has done so far, in numbers."""
        return ConnectionStats.of(self._transport.round_trips, self._channel.counters)

    @property
    def server_version(self) -> Awaitable[str]:
        """The server's release, as it describes itself, to be awaited."""
        return self._ask_version()

    async def _ask_version(self) -> str:
        if self._server_version is None:
            self._server_version = await self._run(self._version_gen)
        return self._server_version


def _retrieve(opening: asyncio.Future[None]) -> None:
    """Take the outcome of an attempt nobody waits for any more."""
    if not opening.cancelled():
        opening.exception()
