"""The listener: accepts clients and gives each a thread of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from . import transcript as transcripts
from .api import EngineAPI
from .faults import Faults
from .framing import NEGOTIATING_CAP1, V15_CAPABILITIES
from .interrupts import UrgentWatcher
from .messages import RequestReader
from .release import LOGIN_VERSION
from .session import BatchErrors, Session, SessionSettings
from .statements import StatementTable

if TYPE_CHECKING:
    import ssl

_BACKLOG = 256
_INTERRUPT_AGAIN = 0.05  # seconds between interrupts of a statement that holds up close
_SERIAL = "AAA#B000000"


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a server holds for its clients now, and has answered so far."""

    sessions: int
    statements: int
    cursors: int
    large_objects: int  # open descriptors
    total_sessions: int
    total_requests: int


class Server:
    """An emulated Informix server on a TCP port.

    Use it as a context manager, or call `start` and `close`. Port 0 takes a free
    port. `users` maps names to passwords. `data` is a directory that keeps the
    databases, which otherwise are gone with the server. `capabilities` is the mask
    the server grants, `cap1` the number in its login reply. `batch_errors` chooses
    the reply to a batch with an error ("keep", "drop", "continue");
    `transaction_states` puts an XACTSTAT before the DONE of every INSERT, UPDATE and
    DELETE. `transcript` is a callable that gets every `transcript.Entry`, or a file
    to append them to. With `tls`, a server-side context, clients must speak TLS from
    the first byte.
    """

    # What reads requests and what carries statements out; the canned server has others.
    reader_class = RequestReader
    statements_class = StatementTable

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        server_name: str = "informix",
        users: Mapping[str, str] | None = None,
        data: str | os.PathLike[str] | None = None,
        engine: EngineAPI | None = None,
        capabilities: bytes = V15_CAPABILITIES,
        cap1: int = NEGOTIATING_CAP1,
        batch_errors: str = "keep",
        transaction_states: bool = False,
        transcript: transcripts.Sink | str | os.PathLike[str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        if engine is None:
            from .engine import Engine

            engine = Engine(server_name=server_name, users=users, data=data)
        self.engine = engine
        self.faults = Faults()
        self._requested_address = (host, port)
        self._file_sink: transcripts.FileSink | None = None
        if isinstance(transcript, str | os.PathLike):
            transcript = self._file_sink = transcripts.FileSink(transcript)
        self._settings = SessionSettings(
            engine=engine,
            capabilities=capabilities,
            cap1=cap1,
            version=LOGIN_VERSION,
            serial=_SERIAL,
            batch_errors=BatchErrors(batch_errors),
            transaction_states=transaction_states,
            faults=self.faults,
            record=transcript,
            tls=tls,
            reader=self.reader_class,
            statements=self.statements_class,
        )
        self._lock = threading.Condition()
        self._sessions: dict[Session, tuple[socket.socket, threading.Thread]] = {}
        self._total_sessions = 0
        self._past_requests = 0
        self._closing = False
        self._listener: socket.socket | None = None

    # Life.

    def start(self) -> Server:
        """Listen and accept clients in the background."""
        family = (
            socket.AF_INET6 if ":" in self._requested_address[0] else socket.AF_INET
        )
        self._listener = socket.create_server(
            self._requested_address, family=family, backlog=_BACKLOG
        )
        self._watcher = UrgentWatcher()
        self._acceptor = threading.Thread(
            target=self._accept, name="informix-emulator-accept", daemon=True
        )
        self._acceptor.start()
        return self

    def close(self) -> None:
        """Stop listening and cut every session off; what it had open is rolled back."""
        with self._lock:
            if self._closing:
                return
            self._closing = True
            sessions = dict(self._sessions)
        self.faults.close()
        if self._listener is not None:
            self._stop_listening(self._listener)
            for sock, _ in sessions.values():
                _shut_down(sock)
            for session, (_, thread) in sessions.items():
                while thread.is_alive():
                    session.interrupts.gone()
                    thread.join(_INTERRUPT_AGAIN)
            self._watcher.close()
        self.engine.close()
        if self._file_sink is not None:
            self._file_sink.close()

    def _stop_listening(self, listener: socket.socket) -> None:
        address = self.address
        _shut_down(listener)
        with contextlib.suppress(OSError):
            # Where shutdown does not wake accept, a last client does.
            socket.create_connection(address, timeout=1).close()
        self._acceptor.join()
        listener.close()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # Facts.

    @property
    def address(self) -> tuple[str, int]:
        """Host and port the server listens on."""
        if self._listener is None:
            raise RuntimeError("the server is not started")
        host, port = self._listener.getsockname()[:2]
        return host, port

    @property
    def host(self) -> str:
        """The host of `address`."""
        return self.address[0]

    @property
    def port(self) -> int:
        """The port of `address`."""
        return self.address[1]

    def statistics(self) -> Statistics:
        """Count what clients hold; a session ends when its thread saw the end."""
        with self._lock:
            sessions = list(self._sessions)
            past = self._past_requests
            total = self._total_sessions
        counts = [session.counts() for session in sessions]
        return Statistics(
            sessions=len(sessions),
            statements=sum(statements for statements, _, _ in counts),
            cursors=sum(cursors for _, cursors, _ in counts),
            large_objects=sum(objects for _, _, objects in counts),
            total_sessions=total,
            total_requests=past + sum(session.requests for session in sessions),
        )

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until no session is left; False if `timeout` seconds are not enough."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._sessions, timeout)

    # Sessions.

    def _accept(self) -> None:
        assert self._listener is not None
        while not self._closing:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._start_session(sock)

    def _start_session(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            if self._closing:
                sock.close()
                return
            self._total_sessions += 1
            watched = sock.dup()
            session = Session(self._total_sessions, sock, watched, self._settings)
            thread = threading.Thread(
                target=self._serve,
                args=(session, watched),
                name=f"informix-emulator-session-{session.number}",
                daemon=True,
            )
            self._sessions[session] = (watched, thread)
            thread.start()

    def _serve(self, session: Session, watched: socket.socket) -> None:
        self._watcher.add(watched, session.interrupts)
        try:
            session.run()
        finally:
            self._watcher.remove(watched)
            session.disconnect()
            watched.close()
            with self._lock:
                del self._sessions[session]
                self._lock.notify_all()
                self._past_requests += session.requests


def _shut_down(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
