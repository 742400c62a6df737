"""One client's session: login, then requests and replies until one of them leaves.

Every request PDU gets one reply ending in EOT. Messages are carried out as they
arrive, and a long reply is sent in parts, so a client that sends without reading
blocks itself as it would with a real server. An ERR ends what a request does: the
rest of its messages is read and skipped. Whether a real server keeps, drops or goes
on after the output before it is not known; all three are accepted by IBM's driver [J]
and can be chosen with `BatchErrors`.
"""

from __future__ import annotations

import enum
import logging
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import messages as m
from . import tags, text, transcript, xa
from .api import EngineAPI, EngineSessionAPI, LargeObjectSessionAPI, SQLError
from .clientfiles import ClientFiles
from .fastpath import FastPath
from .faults import DropConnection, Faults
from .framing import Framing
from .interrupts import InterruptState
from .login import LoginRequest, login_reply, read_login
from .replies import EXIT_MESSAGE, ReplyWriter
from .statements import StatementTable
from .stream import ByteStream, ClientGone, ProtocolError

if TYPE_CHECKING:
    import ssl

logger = logging.getLogger("informix_db.testing")

# A failure inside the emulator: "internal error in routine", with Python's words.
INTERNAL_ERROR = -768

_WRONG_SERVER_NAME = -761
_DATABASE_AT_LOGIN = -759
_INTERRUPTED = -213
_CONVERSION_FAILED = -23103
_NOT_IMPLEMENTED = -999

_PART = 1 << 16  # bytes of a reply that are sent before it is complete
_LOGIN_TIMEOUT = 30.0  # seconds
_OLD_VERSION = "9.28"  # the version IBM's driver takes from a server without cap1 [J]

_INTERRUPTIBLE = frozenset(
    {
        tags.PREPARE,
        tags.COMMAND,
        tags.OPEN,
        tags.EXECUTE,
        tags.FETCH,
        tags.SCROLL_FETCH,
        tags.PUT,
        tags.COMMIT,
        tags.BEGIN,
        tags.ROLLBACK,
        tags.OPEN_DATABASE,
        tags.FETCH_BLOB,
        tags.GET_ROUTINE,
        tags.EXECUTE_ROUTINE,
        tags.LO_DATA,
    }
)
_ROW_OF_A_BATCH = frozenset({tags.EXECUTE, tags.PUT})
_TAG_OF_MESSAGE: dict[type, int] = {
    m.Fetch: tags.FETCH,
    m.ScrollFetch: tags.SCROLL_FETCH,
    m.Put: tags.PUT,
    m.OpenDatabase: tags.OPEN_DATABASE,
    m.FetchBlob: tags.FETCH_BLOB,
    m.GetRoutine: tags.GET_ROUTINE,
    m.CallRoutine: tags.EXECUTE_ROUTINE,
    m.ReadLargeObject: tags.LO_DATA,
    m.WriteLargeObject: tags.LO_DATA,
}


class BatchErrors(enum.Enum):
    """What a reply says around an error in a batch [J: all are accepted]."""

    KEEP = "keep"  # the output so far, ERR; the rest is not carried out
    DROP = "drop"  # ERR alone; the rest is not carried out
    CONTINUE = "continue"  # ERR between the output of all other rows


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """What all sessions of a server share."""

    engine: EngineAPI
    capabilities: bytes
    cap1: int
    version: str
    serial: str
    batch_errors: BatchErrors
    transaction_states: bool
    faults: Faults
    record: transcript.Sink | None
    tls: ssl.SSLContext | None
    reader: type[m.RequestReader]
    statements: type[StatementTable]


class Session:
    """Serves one connected socket; `run` returns when the client is gone.

    `watched` is the same connection once more: urgent bytes are looked for there,
    beside what TLS or a time limit makes of the socket that is read.
    """

    def __init__(
        self,
        number: int,
        sock: socket.socket,
        watched: socket.socket,
        settings: SessionSettings,
    ) -> None:
        self.number = number
        self.requests = 0  # PDUs answered
        self.interrupts = InterruptState(watched, self._receive, self._interrupt)
        self._socket = sock
        self._settings = settings
        self._stream = ByteStream(
            self.interrupts.receive, record=settings.record is not None
        )
        self._engine_session: EngineSessionAPI | None = None
        self._statements: StatementTable | None = None
        self._requests: _Requests | None = None

    # Life.

    def run(self) -> None:
        """Log the client in and answer its requests."""
        try:
            self._socket.settimeout(_LOGIN_TIMEOUT)
            if self._settings.tls is not None:
                tls = self._settings.tls
                self._socket = tls.wrap_socket(self._socket, server_side=True)
            request = read_login(self._stream)
            if request is not None and self._log_in(request):
                self._socket.settimeout(None)
                self._serve(request)
            elif request is None or self._stream.short() == tags.EXIT:
                self._send(EXIT_MESSAGE)
        except ProtocolError as error:
            logger.warning("session %d: %s", self.number, error or "not a login")
        except (ClientGone, OSError):
            logger.debug("session %d: client gone", self.number)
        except DropConnection as drop:
            self._drop(drop)
        except Exception:
            logger.exception("session %d: internal error", self.number)
        finally:
            self._close()

    def disconnect(self) -> None:
        """Close the socket the session reads and writes."""
        self._socket.close()

    def counts(self) -> tuple[int, int, int]:
        """Return the statements allocated, the cursors and large objects open."""
        statements, requests = self._statements, self._requests
        if statements is None or requests is None:
            return 0, 0, 0
        return *statements.counts(), requests.fast_path.open_objects

    def _close(self) -> None:
        try:
            if self._statements is not None:
                self._statements.close()
            if self._engine_session is not None:
                self._engine_session.close()
        except Exception:
            logger.exception("session %d: closing", self.number)
        finally:
            self._statements = None
            self._engine_session = None

    def _drop(self, drop: DropConnection) -> None:
        try:
            self._socket.sendall(drop.sent)
            if drop.reset:
                # Closing with an active linger of 0 sends RST.
                linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        except OSError:
            logger.debug("session %d: client gone before its fault", self.number)

    def _receive(self, size: int) -> bytes:
        return self._socket.recv(size)

    def _interrupt(self) -> None:
        session = self._engine_session
        if session is not None:
            session.interrupt()

    # Login.

    def _log_in(self, request: LoginRequest) -> bool:
        self._record_login(request)
        engine = self._settings.engine
        sqlcode = 0
        try:
            self._check_login(request)
            self._engine_session = engine.open_session(
                request.user, request.environment
            )
        except SQLError as error:
            sqlcode = error.sqlcode
        self._send(
            login_reply(
                version=self._settings.version,
                serial=self._settings.serial,
                application_id=engine.server_name,
                cap1=self._settings.cap1,
                sqlcode=sqlcode,
            )
        )
        return sqlcode == 0

    def _check_login(self, request: LoginRequest) -> None:
        if request.server_name != self._settings.engine.server_name:
            raise SQLError(_WRONG_SERVER_NAME)
        self._settings.engine.authenticate(request.user, request.password)
        text.session_codec(request.environment)

    def _record_login(self, request: LoginRequest) -> None:
        if self._settings.record is not None:
            self._stream.take_recorded()
            entry = transcript.Entry(
                self.number, transcript.CLIENT, b"", (f"LOGIN {request}",)
            )
            self._settings.record(entry)

    # Requests and replies.

    def _serve(self, login: LoginRequest) -> None:
        assert self._engine_session is not None
        codec = text.session_codec(login.environment)
        framing = Framing.without_negotiation(self._settings.cap1)
        writer = ReplyWriter(framing, codec)
        reader = self._settings.reader(self._stream, framing, codec)
        if isinstance(self._engine_session, LargeObjectSessionAPI):
            self._engine_session.client_files = ClientFiles(
                self._stream, writer, reader.read_ahead, lambda: self._flush(writer)
            )
        self._statements = self._settings.statements(
            self._engine_session,
            writer,
            transaction_states=self._settings.transaction_states,
        )
        requests = self._requests = _Requests(
            self._engine_session,
            self._statements,
            reader,
            writer,
            self._settings,
            database_at_login=bool(login.database),
        )
        while not requests.finished:
            self._serve_request(requests, reader, writer)

    def _serve_request(
        self, requests: _Requests, reader: m.RequestReader, writer: ReplyWriter
    ) -> None:
        notes: list[str] = []
        recording = self._settings.record is not None
        for message in reader.messages():
            if recording:
                notes.append(transcript.describe(message))
            requests.carry_out(message, self.interrupts)
            if len(writer.output) > _PART and requests.may_send_parts:
                self._flush(writer)
        requests.end()
        self.requests += 1
        if recording:
            self._record(transcript.CLIENT, self._stream.take_recorded(), tuple(notes))
        self.interrupts.answer(more_waits=not self._stream.is_drained)
        self._flush(writer)

    def _flush(self, writer: ReplyWriter) -> None:
        output = bytes(writer.output)
        writer.output.clear()
        self._send(output)

    def _send(self, output: bytes) -> None:
        if self._settings.faults.is_armed:
            output = self._settings.faults.apply(output)
        self._record(transcript.SERVER, output)
        self._socket.sendall(output)

    def _record(self, direction: str, data: bytes, notes: tuple[str, ...] = ()) -> None:
        if self._settings.record is not None:
            entry = transcript.Entry(self.number, direction, data, notes)
            self._settings.record(entry)


class _Requests:
    """Carries out messages, turning every failure into ERR."""

    def __init__(
        self,
        session: EngineSessionAPI,
        statements: StatementTable,
        reader: m.RequestReader,
        writer: ReplyWriter,
        settings: SessionSettings,
        *,
        database_at_login: bool,
    ) -> None:
        self._session = session
        self._statements = statements
        self._reader = reader
        self._writer = writer
        self._settings = settings
        self._database_at_login = database_at_login
        self._failed = False
        self._resumes_at_command = False
        self.finished = False
        self.fast_path = FastPath(session, writer)
        self._handlers: dict[type, Callable[[Any], None]] = {
            **statements.handlers,
            m.Named: self._named,
            m.OpenDatabase: self._open_database,
            m.Protocols: self._protocols,
            m.Info: self._info,
            **self.fast_path.handlers,
            **self._xa_handlers(),
        }
        self._simple_handlers: dict[int, Callable[[], None]] = {
            **statements.simple_handlers,
            tags.BEGIN: self._begin,
            tags.COMMIT: self._commit,
            tags.DATABASE_LIST: self._database_list,
            tags.CLOSE_DATABASE: self._close_database,
            tags.VERSION: self._version,
            tags.EXIT: self._exit,
            tags.ACKNOWLEDGE: self._acknowledge,
        }

    @property
    def may_send_parts(self) -> bool:
        return self._settings.batch_errors is not BatchErrors.DROP

    def carry_out(self, message: m.Message, interrupts: InterruptState) -> None:
        """Carry out one message, unless an error before it forbids that."""
        if self._failed and self._is_skipped(message):
            return
        try:
            tag = _tag_of(message)
            if tag in _INTERRUPTIBLE:
                if interrupts.requested:
                    raise SQLError(_INTERRUPTED)
                self._settings.faults.check(tag)
            if self._reader.undecodable:
                raise SQLError(_CONVERSION_FAILED)
            if isinstance(message, m.Simple):
                self._simple_handlers[message.tag]()
            else:
                self._handlers[type(message)](message)
        except SQLError as error:
            if error.sqlcode == _INTERRUPTED:
                interrupts.clear()
            self._fail(message, error)
        except (ProtocolError, ClientGone, DropConnection):
            raise
        except Exception as error:
            logger.exception("internal error in %r", message)
            self._fail(message, SQLError(INTERNAL_ERROR, token=repr(error)))

    def _fail(self, message: m.Message, error: SQLError) -> None:
        batch_errors = self._settings.batch_errors
        if batch_errors is BatchErrors.CONTINUE:
            if _tag_of(message) in _ROW_OF_A_BATCH:
                self._writer.error(error)
                return
            self._resumes_at_command = isinstance(message, m.Statement)
        self._failed = True
        if batch_errors is BatchErrors.DROP:
            self._writer.output.clear()
        self._statements.end_of_failed_request(
            keep_output=batch_errors is not BatchErrors.DROP
        )
        self._writer.error(error)

    def _is_skipped(self, message: m.Message) -> bool:
        """Tell whether `message`, which comes after an error, is not carried out."""
        if self._resumes_at_command and isinstance(message, m.Statement):
            self._failed = False
        return self._failed

    def end(self) -> None:
        """End the reply."""
        self._statements.end_of_request()
        self._failed = self._resumes_at_command = False
        if not self.finished:
            self._writer.end()

    # Messages about the session and its database.

    def _done(self, warn: int = 0) -> None:
        self._writer.done(warn=warn)
        self._writer.cost()

    def _protocols(self, message: m.Protocols) -> None:
        capabilities = self._settings.capabilities
        self._writer.protocols(capabilities)
        framing = Framing.negotiated(message.mask, capabilities)
        self._reader.framing = self._writer.framing = framing

    def _acknowledge(self) -> None:
        self._writer.simple(tags.ACCEPT)

    def _info(self, _: m.Info) -> None:
        """Environment after login: nothing in it changes what this server does."""

    def _version(self) -> None:
        if self._settings.cap1 == 0:
            self._writer.text(tags.VERSION, _OLD_VERSION)

    def _exit(self) -> None:
        self.finished = True
        self._writer.simple(tags.EXIT)

    def _open_database(self, message: m.OpenDatabase) -> None:
        self._done(self._open(message.name, message.exclusive))

    def _open(self, name: str, exclusive: bool = False) -> int:
        if self._database_at_login:
            raise SQLError(_DATABASE_AT_LOGIN)  # [P]
        return self._session.open_database(name, exclusive)

    def _xa_handlers(self) -> dict[type, Callable[[Any], None]]:
        close_cursors = self._statements.close_cursors_without_hold
        requests = xa.XARequests(self._session, self._writer, self._open, close_cursors)
        return {
            xa.XADatabase: requests.database,
            xa.XABranch: requests.branch,
            xa.XARecover: requests.recover,
        }

    def _close_database(self) -> None:
        self._session.close_database()

    def _database_list(self) -> None:
        self._writer.names(tags.DATABASE_LIST, self._settings.engine.databases())

    def _begin(self) -> None:
        self._session.begin()
        self._done()

    def _commit(self) -> None:
        self._session.commit()
        self._statements.close_cursors_without_hold()
        self._done()

    def _named(self, message: m.Named) -> None:
        if message.tag == tags.CURSOR_NAME:
            self._statements.name_cursor(message.name)
        elif message.tag == tags.ROLLBACK:
            self._rollback(message.name)
        elif message.tag == tags.SET_SAVEPOINT:
            self._session.set_savepoint(message.name)
        elif message.tag == tags.RELEASE_SAVEPOINT:
            self._session.release_savepoint(message.name)
        elif message.tag == tags.ROLLBACK_TO_SAVEPOINT:
            self._session.rollback(message.name)
        else:
            raise SQLError(_NOT_IMPLEMENTED)

    def _rollback(self, savepoint: str) -> None:
        self._session.rollback(savepoint or None)
        if not savepoint:
            self._statements.close_cursors_without_hold()
        self._done()


def _tag_of(message: m.Message) -> int:
    if isinstance(message, m.Simple | m.Statement | m.Named):
        return message.tag
    return _TAG_OF_MESSAGE.get(type(message), 0)
