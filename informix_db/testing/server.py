"""The listener: accepts clients and gives each a thread of its own."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING

from . import transcript as transcripts
from .api import EngineAPI
from .databases import DatabaseSpec
from .faults import Faults
from .framing import NEGOTIATING_CAP1, V15_CAPABILITIES
from .interrupts import UrgentWatcher
from .listener import Endpoint, Listener, shut_down
from .messages import RequestReader
from .pam import Question, with_pam
from .release import LOGIN_SERIAL, LOGIN_VERSION
from .script import run_script
from .session import Session
from .settings import BatchErrors, SessionSettings
from .statements import StatementTable

if TYPE_CHECKING:
    import ssl

_INTERRUPT_AGAIN = 0.05  # seconds between interrupts of a statement that holds up close


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
    databases, which otherwise are gone with the server. `endpoints` are listened on
    besides. With `pam`, questions, the password of the login counts for nothing.
    Replies are sent `latency` seconds late. `capabilities` is the mask the server
    grants, `cap1` the number in its login reply. `batch_errors` chooses
    the reply to a batch with an error ("keep", "drop", "continue");
    `transaction_states` puts an XACTSTAT before the DONE of every INSERT, UPDATE and
    DELETE, and before the answer to EXIT. `transcript` is a callable that gets every
    `transcript.Entry`, or a file to append them to. With `tls`, a server-side context,
    clients must speak TLS from the first byte.
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
        endpoints: Sequence[Endpoint] = (),
        pam: Sequence[Question] = (),
        latency: float = 0.0,
    ) -> None:
        self.is_new = True  # its databases were not found in a data directory
        if engine is None:
            from .engine import Engine

            engine = Engine(server_name=server_name, users=users, data=data)
            self.is_new = engine.is_new
        self.engine = engine
        self.faults = Faults()
        self._endpoints = (Endpoint(host, port, tls), *endpoints)
        self._stopping = threading.Event()
        self._file_sink: transcripts.FileSink | None = None
        if isinstance(transcript, str | os.PathLike):
            transcript = self._file_sink = transcripts.FileSink(transcript)
        self._settings = SessionSettings(
            engine=engine,
            capabilities=with_pam(capabilities) if pam else capabilities,
            cap1=cap1,
            version=LOGIN_VERSION,
            serial=LOGIN_SERIAL,
            batch_errors=BatchErrors(batch_errors),
            transaction_states=transaction_states,
            faults=self.faults,
            record=transcript,
            tls=None,
            pam=tuple(pam),
            latency=latency,
            closing=self._stopping,
            reader=self.reader_class,
            statements=self.statements_class,
        )
        self._lock = threading.Condition()
        self._sessions: dict[Session, tuple[socket.socket, threading.Thread]] = {}
        self._total_sessions = 0
        self._past_requests = 0
        self._watcher: UrgentWatcher | None = None
        self._listeners: list[Listener] = []

    # Life.

    def start(self) -> Server:
        """Listen and accept clients in the background; OSError if that is not to be."""
        self._watcher = UrgentWatcher()
        try:
            for endpoint in self._endpoints:
                settings = replace(self._settings, tls=endpoint.tls)
                serve = partial(self._start_session, settings)
                self._listeners.append(Listener(endpoint, serve))
        except OSError:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Stop listening and cut every session off; what it had open is rolled back."""
        with self._lock:
            if self._stopping.is_set():
                return
            self._stopping.set()
            sessions = list(self._sessions)
        self.faults.close()
        for listener in self._listeners:
            listener.close()
        self._cut_off(sessions)
        if self._watcher is not None:
            self._watcher.close()
        self.engine.close()
        if self._file_sink is not None:
            self._file_sink.close()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # Databases.

    def create_database(self, database: DatabaseSpec | str) -> None:
        """Make a database that everybody may use, if it is not there.

        As text: ``NAME[:LOGGING[:LOCALE]]``, see `DatabaseSpec`; ValueError if it is
        something else, `ScriptError` if the name is none.
        """
        if isinstance(database, str):
            database = DatabaseSpec.parse(database)
        self.run_script(database.sql, "sysmaster")
        if database.locale:
            self.engine.set_locale(database.name, database.locale)

    def drop_database(self, name: str) -> None:
        """Drop a database; sessions that use it are cut off."""
        with self._lock:
            users = [s for s in self._sessions if s.database_name == name]
        self._cut_off(users)
        self.run_script(f"DROP DATABASE {name}", "sysmaster")

    def run_script(
        self, script: str, database: str = "testdb", *, locale: str = ""
    ) -> None:
        """Carry out SQL statements separated by semicolons, as user informix.

        `locale` is the session's, which a database with one of its own needs. What is
        open at the end is committed. `ScriptError` tells what failed and where.
        """
        run_script(
            self.engine, script, database=database, user="informix", locale=locale
        )

    # Facts.

    @property
    def addresses(self) -> Sequence[tuple[str, int]]:
        """Host and port of every endpoint, the server's own first."""
        if not self._listeners:
            raise RuntimeError("the server is not started")
        return [listener.address for listener in self._listeners]

    @property
    def address(self) -> tuple[str, int]:
        """Host and port the server listens on."""
        return self.addresses[0]

    @property
    def server_name(self) -> str:
        """What clients must give as INFORMIXSERVER."""
        return self.engine.server_name

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

    def _start_session(self, settings: SessionSettings, sock: socket.socket) -> None:
        with self._lock:
            if self._stopping.is_set():
                sock.close()
                return
            self._total_sessions += 1
            watched = sock.dup()
            session = Session(self._total_sessions, sock, watched, settings)
            thread = threading.Thread(
                target=self._serve,
                args=(session, watched),
                name=f"informix-emulator-session-{session.number}",
                daemon=True,
            )
            self._sessions[session] = (watched, thread)
            thread.start()

    def _serve(self, session: Session, watched: socket.socket) -> None:
        assert self._watcher is not None
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

    def _cut_off(self, sessions: Sequence[Session]) -> None:
        """End sessions, whatever they are at, and wait until they are gone."""
        with self._lock:
            found = [(s, *self._sessions[s]) for s in sessions if s in self._sessions]
        for _, sock, _ in found:
            shut_down(sock)
        for session, _, thread in found:
            while thread.is_alive():
                session.interrupts.gone()
                thread.join(_INTERRUPT_AGAIN)
