"""A connection's state and rules, shared by the sync and async shells.

Everything that talks is a generator for a shell to drive under its wire lock; what
does not talk is a plain method. Nothing here waits.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from enum import Enum
from typing import Generic, NoReturn, Protocol

from informix_db import exceptions
from informix_db._base.calls import Calls
from informix_db._base.login import Login
from informix_db._base.observe import observer_of, recorder_of, tap
from informix_db._protocol.session import (
    ping_gen,
)
from informix_db._wire.buffer import T, Wire
from informix_db.exceptions import (
    Error,
    InterfaceError,
    ProtocolError,
    StatementCancelledError,
)
from informix_db.observe import ConnectionInfo
from informix_db.params import ConnectParams
from informix_db.rows import Row, RowFactory

logger = logging.getLogger("informix_db")

# How long an interrupted conversation may take to come to its end, in seconds.
CANCEL_GRACE = 5.0

_numbers = itertools.count(1)


class SessionState(Enum):
    """What may be done with a session."""

    IDLE = "idle"
    BUSY = "busy"  # a conversation is under way
    BROKEN = "broken"  # the stream is lost, the socket closed
    CLOSED = "closed"  # by close()


# By these names they are found sooner, and they are asked for several times a query.
IDLE = SessionState.IDLE
BUSY = SessionState.BUSY
BROKEN = SessionState.BROKEN
CLOSED = SessionState.CLOSED


class Transport(Protocol):
    """What carries the channel's bytes, as far as it matters here."""

    round_trips: int

    def peer_is_gone(self) -> bool:
        """Whether the other side is known to have ended the connection."""

    def interrupt(self) -> None:
        """Ask the server to give up what it is doing."""

    def close(self) -> None:
        """Close the socket at once."""


class Beginning(Generic[T]):
    """Makes a conversation, and knows whether it has been asked to."""

    def __init__(self, make: Callable[[], Wire[T]]) -> None:
        self._make = make
        self.begun = False

    def __call__(self) -> Wire[T]:
        self.begun = True
        return self._make()


class BaseConnection(Login):
    """What both kinds of connection know and decide."""

    # PEP 249: exceptions as attributes of the connection
    Warning = exceptions.Warning
    Error = exceptions.Error
    InterfaceError = exceptions.InterfaceError
    DatabaseError = exceptions.DatabaseError
    DataError = exceptions.DataError
    OperationalError = exceptions.OperationalError
    IntegrityError = exceptions.IntegrityError
    InternalError = exceptions.InternalError
    ProgrammingError = exceptions.ProgrammingError
    NotSupportedError = exceptions.NotSupportedError

    row_factory: RowFactory | type[Row] | None
    """Default row factory of new cursors."""
    statement_timeout: float | None = None
    """Seconds an execute() may take by default; None: as long as it takes."""
    insert_cursor: bool = False
    """Whether executemany() inserts through an insert cursor by default."""
    _transport: Transport
    _largest_fetch = 1024 * 1024  # bytes to ask for at a time

    def __init__(self, params: ConnectParams) -> None:
        super().__init__(params)
        number = next(_numbers)
        self._info = ConnectionInfo(
            number,
            params.host,
            params.port,
            params.user,
            params.database,
            params.server,
        )
        self._recorder = recorder_of(params, number, self._channel, self._largest_fetch)
        tap(self._channel, number, self._recorder)
        self._observer = observer_of(params, self._recorder)
        self._calls = None if self._recorder is None else Calls(params.autocommit)
        self._state = IDLE
        self._why_broken = ""
        # An urgent byte was sent that no ERR -213 may have answered yet.
        self._interrupted = False
        self._server_version: str | None = None
        self.row_factory = params.row_factory

    def __repr__(self) -> str:
        p = self._params
        return (
            f"<{type(self).__module__}.{type(self).__qualname__} {p.user}@{p.host}:"
            f"{p.port}/{p.database or ''} {self._state.value}>"
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled")

    # -- what users may ask --------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Whether the connection can no longer be used."""
        return self._state is CLOSED or self._state is BROKEN

    @property
    def info(self) -> ConnectionInfo:
        """Which connection this is, and to where."""
        return self._info

    @property
    def _round_trips(self) -> int:
        transport = getattr(self, "_transport", None)  # there is none at first
        return 0 if transport is None else transport.round_trips

    # -- state ---------------------------------------------------------------------

    def _check_usable(self) -> None:
        if self._state is CLOSED:
            raise InterfaceError("the connection is closed")
        if self._state is BROKEN:
            raise InterfaceError(f"the connection is broken: {self._why_broken}")

    def _mark_broken(self, why: BaseException) -> None:
        """The stream is lost; the first reason is the one to tell."""
        if self._state not in (BROKEN, CLOSED):
            self._state = BROKEN
            self._why_broken = str(why) or type(why).__name__
        self._in_transaction = False
        self._abandoned.clear()
        self._abandoned_descriptors.clear()

    @property
    def _in_conversation(self) -> bool:
        """Whether a request is half written, or its reply half read.

        A file object that is being sent, or a signal handler, can find it so.
        """
        write = self._channel.write
        return self._state is BUSY and (
            not self._channel.in_sync or len(write) != write.whole
        )

    def _decide_fate(self, exc: BaseException) -> None:
        """Break the connection if `exc` left a conversation half way, or it is gone.

        So does an answer that can be read and makes no sense: a ProtocolError.
        An error the server reported in good order may say that a session is dead and
        mean another one, as -908 does of a table on another server.
        """
        self._channel.forget_unfinished()
        dead = isinstance(exc, Error) and exc.session_dead
        lost = isinstance(exc, ProtocolError) or not self._channel.in_sync
        if lost or (dead and self._transport.peer_is_gone()):
            self._break(exc)
        elif isinstance(exc, Error) and exc.sqlcode is not None:
            exc.session_dead = False

    def _login_failed(self, exc: BaseException) -> None:
        """Break a connection that did not come about; say what may be the matter."""
        self._break(exc)
        if not isinstance(exc, Error):
            return
        exc.session_dead = True
        lost = isinstance(exc.__cause__, OSError) and self._transport.round_trips > 0
        exc.retryable = exc.retryable or lost
        if lost and self._capabilities is None:
            guess = (
                "does it want a client certificate"
                if self._params.tls
                else ("is it a TLS listener, which needs tls=")
            )
            exc.args = (
                f"{exc}, before it answered the login: {guess}, or is it none for SQLI "
                "at all?",
            )

    def _break(self, exc: BaseException) -> None:
        self._mark_broken(exc)
        self._transport.close()

    # -- interrupting --------------------------------------------------------------

    def _give_up(self) -> None:
        """Cancel the conversation under way: interrupt the server, but only once.

        TCP keeps one urgent byte: another, before the server is known to have taken
        the first, would turn that one into a byte of the stream.
        """
        self._channel.interrupt = self._interrupt
        if not self._interrupted:
            self._interrupted = True
            self._interrupt()

    def _interrupt(self) -> None:
        if self._recorder is not None:
            self._recorder.urgent()
        self._transport.interrupt()

    def _absorb_interrupt_gen(self) -> Wire[None]:
        """Let an interrupt that came too late hit a ping, not the next statement."""
        try:
            yield from ping_gen(self._channel)
        except StatementCancelledError as exc:
            if exc.sqlcode is None:
                raise  # cancelled before the ping was sent
            logger.debug("an interrupt came after the statement it was meant for")
        self._interrupted = False

    def _absorbed_gen(self, make: Callable[[], Wire[T]]) -> Wire[T]:
        """Let an interrupt that came too late hit a ping, then do what `make` makes."""
        if self._interrupted:
            yield from self._absorb_interrupt_gen()
        return (yield from make())
