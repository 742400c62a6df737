"""One client's session: login, then requests and replies until one of them leaves.

Every request PDU gets one reply ending in EOT. Messages are carried out as they
arrive, and a long reply is sent in parts, so a client that sends without reading
blocks itself as it would with a real server. What the messages do is in `requests`.
"""

from __future__ import annotations

import logging
import os
import socket
import struct

from . import messages as m
from . import text, transcript
from .api import EngineSessionAPI, LargeObjectSessionAPI, SQLError
from .clientfiles import ClientFiles
from .faults import DropConnection
from .framing import Framing
from .interrupts import InterruptState
from .latency import DelayedReplies
from .login import LoginRequest, login_reply, read_login
from .pam import Conversation
from .replies import EXIT_MESSAGE, ReplyWriter
from .requests import Requests
from .settings import SessionSettings
from .statementlog import StatementLog
from .statementlog import logger as statement_logger
from .statements import StatementTable
from .stream import ByteStream, ClientGone, ProtocolError
from .tags import EXIT

logger = logging.getLogger("informix_db.testing")

_WRONG_SERVER_NAME = -761

_PART = 1 << 16  # bytes of a reply that are sent before it is complete
_LOGIN_TIMEOUT = 30.0  # seconds


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
        self._requests: Requests | None = None
        self._delayed: DelayedReplies | None = None

    # Life.

    def run(self) -> None:
        """Log the client in and answer its requests."""
        try:
            self._socket.settimeout(_LOGIN_TIMEOUT)
            if self._settings.tls is not None:
                tls = self._settings.tls
                self._socket = tls.wrap_socket(self._socket, server_side=True)
            if self._settings.latency:
                self._delayed = DelayedReplies(
                    self._socket, self._settings.latency, self._settings.closing
                )
            request = read_login(self._stream)
            if request is not None and self._log_in(request):
                self._socket.settimeout(None)
                self._serve(request)
            elif request is None or self._stream.short() == EXIT:
                self._send(EXIT_MESSAGE)
            self._send_delayed()
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

    @property
    def database_name(self) -> str:
        """The database that is open, "" without one."""
        session = self._engine_session
        if isinstance(session, LargeObjectSessionAPI):
            return session.database_name
        return ""

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
            self._send_delayed()
            self._socket.sendall(drop.sent)
            if drop.reset:
                # Closing with an active linger of 0 sends RST.
                linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        except OSError:
            logger.debug("session %d: client gone before its fault", self.number)

    def _receive(self, size: int) -> bytes:
        if self._delayed is not None:
            return self._delayed.receive(size)
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
        if not self._settings.pam:
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
        conversation = Conversation(
            self._settings.pam,
            lambda answer: self._settings.engine.authenticate(login.user, answer),
            writer,
        )
        if isinstance(self._engine_session, LargeObjectSessionAPI):
            self._engine_session.client_files = ClientFiles(
                self._stream, writer, reader.read_ahead, lambda: self._flush(writer)
            )
        self._statements = self._settings.statements(
            self._engine_session,
            writer,
            transaction_states=self._settings.transaction_states,
        )
        requests = self._requests = Requests(
            self._engine_session,
            self._statements,
            reader,
            writer,
            self._settings,
            conversation,
            self._statement_log(login.user),
            database_at_login=bool(login.database),
        )
        while not requests.finished:
            self._serve_request(requests, reader, writer)

    def _statement_log(self, user: str) -> StatementLog | None:
        if not statement_logger.isEnabledFor(logging.INFO):
            return None
        assert self._statements is not None
        return StatementLog(f"[{self.number}] {user}", self._statements)

    def _serve_request(
        self, requests: Requests, reader: m.RequestReader, writer: ReplyWriter
    ) -> None:
        notes: list[str] = []
        secret = False
        recording = self._settings.record is not None
        for message in reader.messages():
            if recording:
                notes.append(transcript.describe(message))
                secret |= isinstance(message, m.Response)
            requests.carry_out(message, self.interrupts)
            if len(writer.output) > _PART and requests.may_send_parts:
                self._flush(writer)
        requests.end()
        self.requests += 1
        if recording:
            data = self._stream.take_recorded()
            self._record(transcript.CLIENT, b"" if secret else data, tuple(notes))
        self.interrupts.answer(more_waits=not self._stream.is_drained)
        if requests.finished:
            self._close()  # whoever has the answer finds free what was held
        self._flush(writer)

    def _flush(self, writer: ReplyWriter) -> None:
        output = bytes(writer.output)
        writer.output.clear()
        self._send(output)

    def _send(self, output: bytes) -> None:
        if self._settings.faults.is_armed:
            output = self._settings.faults.apply(output)
        self._record(transcript.SERVER, output)
        if self._delayed is not None:
            self._delayed.send(output)
        else:
            self._socket.sendall(output)

    def _send_delayed(self) -> None:
        if self._delayed is not None:
            self._delayed.flush()

    def _record(self, direction: str, data: bytes, notes: tuple[str, ...] = ()) -> None:
        if self._settings.record is not None:
            entry = transcript.Entry(self.number, direction, data, notes)
            self._settings.record(entry)
