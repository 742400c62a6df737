"""The sync connection."""

from __future__ import annotations

import logging
import os
import threading
import time
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from inspect import GEN_CLOSED, getgeneratorstate
from types import TracebackType
from typing import Any

from informix_db._base.attempts import Attempts
from informix_db._base.batch import Batch
from informix_db._base.connection import (
    BUSY,
    CANCEL_GRACE,
    CLOSED,
    IDLE,
    BaseConnection,
    Beginning,
)
from informix_db._base.largeobjects import Locator
from informix_db._base.observe import Watch
from informix_db._base.stats import ConnectionStats
from informix_db._transport.blocking import (
    BlockingTransport,
    DeadlineReached,
    deadline_after,
    open_socket,
)
from informix_db._typing import Self
from informix_db._wire.buffer import T, Wire
from informix_db._wire.xid import Xid
from informix_db.cursors import Cursor
from informix_db.exceptions import (
    Error,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    StatementCancelledError,
)
from informix_db.lobs import LargeObjectFile
from informix_db.params import ConnectParams
from informix_db.rows import Row, RowFactory

logger = logging.getLogger("informix_db")

# What close() gives the server to say goodbye.
CLOSE_TIMEOUT = 0.5

_connections: weakref.WeakSet[Connection] = weakref.WeakSet()


def _leave_to_parent() -> None:
    for connection in list(_connections):
        connection._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)


class Connection(BaseConnection):
    """A session with an Informix server (PEP 249). Made by `informix_db.connect`.

    One thread at a time may use it; threads that share it by mistake queue up. A forked
    child cannot use it: two processes would take each other's answers.

    Whatever needs the server raises InterfaceError once the connection is closed, and
    OperationalError with `session_dead` set if it is lost on the way.
    """

    _transport: BlockingTransport

    def __init__(self, params: ConnectParams) -> None:
        super().__init__(params)
        self._lock = threading.RLock()
        # Held to interrupt a conversation and to end it: an interrupt is for one only.
        self._interrupting = threading.RLock()
        with Watch(self, "connect"):
            self._log_in(params)

    def _log_in(self, params: ConnectParams) -> None:
        deadline = time.monotonic() + params.connect_timeout
        sock = open_socket(params, deadline)
        self._transport = BlockingTransport(
            sock, self._channel, f"{params.host}:{params.port}"
        )
        try:
            self._open(deadline)
            self._transport.read_timeout = params.read_timeout
            _connections.add(self)
        except BaseException as exc:
            self._login_failed(exc)
            if isinstance(exc, DeadlineReached):
                raise OperationalError(
                    f"{params.host}:{params.port} accepted the connection but did not "
                    f"complete the login within {params.connect_timeout:g} s",
                    retryable=True,
                    session_dead=True,
                ) from None
            raise

    @classmethod
    def _connect(cls, params: ConnectParams) -> Self:
        """Open a connection to the first server that lets us in."""
        attempts = Attempts(params, time.monotonic)
        for attempt in attempts:
            if attempt.pause:
                time.sleep(attempt.pause)
            try:
                return cls(attempt.params)
            except Error as exc:
                attempts.failed(exc)
        raise attempts.error

    def _open(self, deadline: float) -> None:
        """Log in, and set the session up."""

        def run(generator: Wire[T]) -> T:
            with closing(generator):
                return self._transport.run(generator, deadline)

        challenge = run(self._login_gen())
        while challenge is not None:
            challenge = run(self._respond_gen(self._answer_to(challenge)))
        run(self._enter_gen())

    # -- running conversations ------------------------------------------------------

    def _run(
        self,
        make: Callable[..., Wire[T]],
        timeout: float | None = None,
        sql: str | None = None,
        parameters: object = None,
        *,
        watched: bool = False,
        args: tuple[object, ...] = (),
    ) -> T:
        """Run a conversation under the wire lock and decide the session's fate.

        ``make(*args)`` is called with the lock held. Whatever is raised, the session is
        then either in step with the server or broken and its socket closed. `timeout`
        (seconds) interrupts the server, as Ctrl-C does. `sql` and `parameters` are for
        an observer.
        """
        if self._observer is not None and not watched:
            # Locked to the end of what is observed: the next operation begins after it.
            with self._lock, Watch(self, sql=sql, parameters=parameters) as watch:
                result = self._run(watch.opening(make, args), timeout, watched=True)
                watch.changed(result)
            return result
        with self._lock:
            self._check_usable()
            if self._in_conversation:
                raise ProgrammingError(
                    "the connection was used in the middle of its own conversation, "
                    "by a file that is being sent or a signal handler"
                )
            with self._interrupting:
                outer, self._state = self._state, BUSY
                self._channel.interrupt = None
            try:
                if self._interrupted:
                    self._converse(self._absorb_interrupt_gen(), CANCEL_GRACE)
                return self._converse(make(*args), timeout)
            except BaseException as exc:
                self._decide_fate(exc)
                raise
            finally:
                with self._interrupting:
                    self._channel.interrupt = None
                    if self._state is BUSY:
                        self._state = outer

    def _converse(self, generator: Wire[T], timeout: float | None) -> T:
        """Drive a conversation; interrupted, drive the same one to its end."""
        reason: BaseException
        channel = self._channel
        channel.in_order, requests = False, channel.counters.requests
        try:
            try:
                return self._transport.run(generator, deadline_after(timeout))
            except DeadlineReached:
                reason = StatementCancelledError(
                    f"the statement was cancelled after timeout={timeout:g} s"
                )
            except KeyboardInterrupt as exc:
                if getgeneratorstate(generator) == GEN_CLOSED:
                    if channel.counters.requests != requests and not channel.in_order:
                        # It may not have taken note of an answer, that to COMMIT say.
                        self._break(exc)
                    raise
                reason = exc
            return self._end_interrupted(generator, reason)
        finally:
            generator.close()

    def _end_interrupted(self, generator: Wire[T], reason: BaseException) -> T:
        """Interrupt the server and see the conversation through."""
        self.cancel()
        deadline = deadline_after(CANCEL_GRACE)
        try:
            result = self._transport.run(generator, deadline, again=True)
        except DeadlineReached:
            raise reason from None
        except Error:
            cancelled = isinstance(reason, StatementCancelledError)
            if cancelled and not self._channel.in_sync:
                raise
            raise reason from None
        if isinstance(reason, StatementCancelledError):
            return result  # it was done after all
        raise reason

    def _run_unwaited(self, write: Callable[[], None]) -> None:
        """Write requests whose replies nobody waits for, and send them."""
        with self._lock:
            if self.closed:
                return
            try:
                write()
            except BaseException as exc:
                self._break(exc)
                raise
            if self._state is IDLE:
                with suppress(OperationalError):
                    self._transport.flush()

    def _run_batch(self, cursor: Cursor, batch: Batch) -> None:
        """Run a batch; whoever calls this has the wire lock."""
        self._check_usable()
        cursor._reset()
        try:
            while batch.fill():
                self._run(batch.send_gen, watched=True)
            self._run(batch.finish_gen, watched=True)
        except BaseException:
            self._undo(batch.fail_gen)
            raise
        cursor._note_batch(batch)

    def _undo(self, make: Callable[[], Wire[None]]) -> None:
        """Undo what an exception ended, which a second error does not hide.

        What cannot be undone must not be committed later: the session ends with it.
        """
        undo = Beginning(make)
        if not self.closed:
            try:
                self._run(undo)
            except Error as exc:
                logger.warning("%r is closed, it could not undo: %s", self, exc)
                self._break(exc)
            except BaseException as exc:
                # What encloses this block, if anything, undoes more.
                if not undo.begun or (self._in_transaction and not self._blocks):
                    self._break(exc)
                raise

    # -- PEP 249 -------------------------------------------------------------------

    def cursor(
        self,
        *,
        scrollable: bool = False,
        hold: bool = False,
        row_factory: RowFactory | type[Row] | None = None,
    ) -> Cursor:
        """Return a new cursor.

        Every cursor can be scrolled; with `scrollable` the rows stay on the server.
        With `hold` they can be fetched across commits. `row_factory` overrides the
        connection's. Raises InterfaceError if the connection is closed.
        """
        self._check_usable()
        return Cursor(self, scrollable=scrollable, hold=hold, row_factory=row_factory)

    def commit(self) -> None:
        """Commit the work done; nothing to do without any, or without logging.

        A commit that the server refuses undoes the work, and raises what it says. One
        that is cut off may have happened: the error has `session_dead` set.
        """
        self._run(self._commit_gen)

    def rollback(self) -> None:
        """Undo the work done; nothing to do without any, or without logging."""
        self._run(self._rollback_gen)

    def close(self) -> None:
        """End the session; work not committed is lost. Never raises, never hangs.

        The server gets half a second to say goodbye.
        """
        self._close_within(CLOSE_TIMEOUT)

    def _close_within(self, seconds: float) -> None:
        with Watch(self, "" if self.closed else "close"):
            self._end(seconds)

    def _end(self, seconds: float) -> None:
        # A conversation of another thread is not waited for: the socket goes.
        mine = self._lock.acquire(timeout=seconds)
        try:
            usable, self._state = not self.closed, CLOSED
            self._in_transaction = False
            own = not self._transport.inherited
            if mine and usable and own and self._channel.in_sync:
                with suppress(Error, DeadlineReached), closing(self._exit_gen()) as bye:
                    self._transport.run(bye, deadline_after(seconds))
        finally:
            self._transport.close()
            if mine:
                self._lock.release()

    def __enter__(self) -> Self:
        self._check_usable()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        transport = getattr(self, "_transport", None)
        if transport is not None and not self.closed:
            warnings.warn(
                f"unclosed {self!r}", ResourceWarning, stacklevel=1, source=self
            )
            transport.close()

    def _after_fork(self) -> None:
        """Give up the child's copy of a session; a thread of the parent may use it."""
        self._lock = threading.RLock()
        self._interrupting = threading.RLock()
        if not self.closed:
            self._mark_broken(InterfaceError("it is the parent process's"))
            self._transport.close()

    # -- beyond PEP 249 ------------------------------------------------------------

    @property
    def autocommit(self) -> bool:
        """Whether each statement commits itself. Set it outside of transactions."""
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self._check_usable()
        self._set_autocommit(value)

    @contextmanager
    def transaction(self) -> Iterator[Self]:
        """Commit what the block does, or undo it if it raises.

        A block inside another is a savepoint. With autocommit the block is a
        transaction all the same. Raises NotSupportedError if the database is not
        logged, ProgrammingError for commit() and rollback() inside.
        """
        name = self._run(self._enter_block_gen)
        self._blocks += 1
        with self._undoing(lambda ok: self._leave_block_gen(name, ok)):
            yield self

    @contextmanager
    def savepoint(self, name: str) -> Iterator[Self]:
        """Undo what the block did, and no more, if it raises.

        The block is part of a transaction, which it may begin. Raises ProgrammingError
        for a `name` that is none and with autocommit outside of a transaction,
        NotSupportedError if the database is not logged.
        """
        self._run(lambda: self._enter_savepoint_gen(name))
        with self._undoing(lambda ok: self._leave_savepoint_gen(name, ok)):
            yield self

    @contextmanager
    def _undoing(self, leave_gen: Callable[[bool], Wire[None]]) -> Iterator[None]:
        """Leave a block by its outcome; a connection lost inside has no block.

        One that is interrupted before it has begun to end well does not end well.
        """
        leave_gen = self._of_this_user(leave_gen)
        leave = Beginning(lambda: leave_gen(True))
        try:
            yield
            self._run(leave)
        except BaseException:
            if not leave.begun:
                self._undo(lambda: leave_gen(False))
            raise

    def tpc_begin(self, xid: Sequence[Any]) -> None:
        """Begin a two-phase transaction (PEP 249) under an identifier of `xid()`.

        Outside of any transaction, with autocommit off; then use `tpc_commit` and
        `tpc_rollback` in place of `commit` and `rollback`. The first tpc_ call opens
        the connection's database anew: prepared statements, held cursors and temporary
        tables do not survive it. Raises NotSupportedError if the database is not
        logged.
        """
        self._run(lambda: self._tpc_begin_gen(xid))

    def tpc_prepare(self) -> None:
        """Make the work of the two-phase transaction sure to be committed if asked to.

        No statement can be executed until it is ended. It survives the session: any
        connection can end it, by its identifier.
        """
        self._run(self._tpc_prepare_gen)

    def tpc_commit(self, xid: Sequence[Any] | None = None) -> None:
        """Commit the two-phase transaction, which need not be prepared.

        With `xid`, outside of any transaction: the one of that name, which must be
        (see `tpc_recover`). Raises OperationalError if the server has rolled it back.
        """
        self._run(lambda: self._tpc_commit_gen(xid))

    def tpc_rollback(self, xid: Sequence[Any] | None = None) -> None:
        """Undo the two-phase transaction; with `xid` a prepared one of that name."""
        self._run(lambda: self._tpc_rollback_gen(xid))

    def tpc_recover(self) -> list[Xid]:
        """Return the identifiers of the transactions that are prepared, not ended."""
        return self._run(self._tpc_recover_gen)

    def cancel(self) -> None:
        """Make the server give up the running statement; from any thread.

        The thread that waits for it gets StatementCancelledError and the session goes
        on. Nothing happens if no statement is running.
        """
        with self._interrupting:
            if self._state is BUSY:
                self._give_up()

    def ping(self) -> None:
        """Ask the server for a sign of life; OperationalError if there is none."""
        self._run(self._ping_gen)

    def fast_path_call(self, signature: str, *params: Any) -> list[Any]:
        """Call a routine without SQL and return what it returns, as a list.

        `signature` names it and the types of its arguments:
        ``function informix.ifx_lo_close(integer)``. Bytes are arguments of opaque
        types. Handles are kept, so that a second call costs one round trip. Raises
        ProgrammingError if there is no such routine or the arguments do not fit it.
        """
        return self._run(lambda: self._fast_path_gen(signature, params))

    def open_large_object(
        self, locator: Locator, mode: str | None = None
    ) -> LargeObjectFile:
        """Open the large object a locator names, whichever connection gave it.

        `mode` is that of the locator's own `open`.
        """
        return LargeObjectFile(self, locator, mode)

    @property
    def stats(self) -> ConnectionStats:
        """What this connection has done so far, in numbers."""
        return ConnectionStats.of(self._transport.round_trips, self._channel.counters)

    @property
    def server_version(self) -> str:
        """The server's release, as it describes itself: one query, once."""
        if self._server_version is None:
            self._server_version = self._run(self._version_gen)
        return self._server_version
