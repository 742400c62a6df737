"""A recorded connection as a server: what `connect(record=...)` wrote, played back.

`ReplayServer` sends what the recorded server sent, as long as a client sends what the
recorded client sent; it understands no SQL. What need not come back in the same order
is answered whenever it comes: requests to close a cursor or to release a statement,
which drivers send when it suits them. Bytes that the recorder hid match any.

A request that was interrupted is answered when it is interrupted again. When that
happened, before the reply or in the middle of it, is not repeated: the reply waits for
the interrupt.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import select
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from . import tags
from .recording import UNWAITED, Conversation, Exchange, load_recording

__all__ = ["Conversation", "ReplayServer", "load_recording", "shown"]

_short = struct.Struct(">h")
_ushort = struct.Struct(">H")
_END = _short.pack(tags.END)
_EXIT = _short.pack(tags.EXIT)
_ABOUT = _short.pack(tags.STATEMENT_ID)  # begins a request about a statement
_UNWAITED_SIZE = 8
_CHUNK = 65536
_POLL = 0.05  # seconds within which close() is noticed
_ANSWER = "(answer)"
_SHOWN_BYTES = 40  # of a request that differs, from a little before the place on
_LONGEST_SHOWN = 300  # characters of a value


def shown(value: object) -> str:
    """Return a value as text to compare: its repr(), or a part and a digest of it."""
    text = repr(value)
    if len(text) <= _LONGEST_SHOWN:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{text[:100]}... {len(text)} characters, sha256 {digest}"


class _Difference(Exception):
    """The client did not do what the recorded one did."""


class _NotRecorded(Exception):
    """The client did, but what it was answered is hidden."""


class ReplayServer:
    """Serves a recording on loopback; a context manager.

    Each client is served one of the recorded connections in turn, or the one of number
    `connection`. What a client does differently ends its session and is a text in
    `differences`, requests it did not send are counted in `unsent`; `check` raises
    AssertionError if there are any. A session that comes to a reply with hidden values
    ends there, too; `not_recorded` says where.

    When an interrupted request has come, `on_interrupt` is called, if it is set: with
    a connection's `cancel` the client interrupts it as the recorded one did.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        connection: int | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        recorded = load_recording(path)
        if connection is not None:
            if connection not in recorded:
                raise ValueError(f"{Path(path)} has no connection {connection}")
            recorded = {connection: recorded[connection]}
        if not recorded:
            raise ValueError(f"{Path(path)} holds no recording")
        self.conversations = list(recorded.values())
        self.differences: list[str] = []
        self.not_recorded = ""
        self.unsent = 0
        self.on_interrupt: Callable[[], object] | None = None
        self._lock = threading.Lock()
        self._clients: list[socket.socket] = []
        self._count = 0
        serve = self._serve

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                serve(self.request)

        self._server = socketserver.ThreadingTCPServer((host, port), Handler)
        self.host, self.port = host, int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL,), daemon=True
        )

    def check(self, *, complete: bool = False) -> None:
        """Raise AssertionError for the first thing a client did differently.

        If `complete`, also for recorded requests that no client sent: for use when the
        server has been closed, because a client may still be sending them before.
        """
        if self.differences or self.not_recorded:
            raise AssertionError([*self.differences, self.not_recorded][0])
        if complete and self.unsent:
            raise AssertionError(f"{self.unsent} recorded requests were not sent")

    def close(self) -> None:
        """Stop, and end the sessions."""
        self._server.shutdown()
        with self._lock:
            for client in self._clients:
                with contextlib.suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> ReplayServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _serve(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._clients.append(client)
            turn = self._count % len(self.conversations)
            self._count += 1
        session = _Session(client, self.conversations[turn], self._interrupt_due)
        try:
            session.run()
        except _Difference as exc:
            with self._lock:
                self.differences.append(str(exc))
        except _NotRecorded as exc:
            self.not_recorded = str(exc)
        except OSError:
            pass  # the client is gone, which is its good right
        finally:
            with self._lock:
                self.unsent += session.unsent
                self._clients.remove(client)

    def _interrupt_due(self) -> None:
        if self.on_interrupt is not None:
            self.on_interrupt()


class _Session:
    """One client and what is left of the recording."""

    def __init__(
        self,
        client: socket.socket,
        conversation: Conversation,
        interrupt_due: Callable[[], None],
    ) -> None:
        self._client = client
        self._exchanges = conversation.exchanges
        replies = conversation.unwaited.items()
        self._unwaited = {asked: list(answers) for asked, answers in replies}
        self._interrupt_due = interrupt_due
        self._buffer = bytearray()
        self._asked = 0

    @property
    def unsent(self) -> int:
        """How many recorded requests have not come, but for that to leave."""
        rest = self._exchanges[self._asked :]
        return len([each for each in rest if each.request.data != _EXIT])

    def run(self) -> None:
        for exchange in self._exchanges:
            if not self._expect(exchange):
                return
            self._asked += 1
            if exchange.interrupted:
                self._interrupt_due()
                self._wait_for_interrupt()
            self._reply(exchange)
            if exchange.ends:
                return
        while self._answer_unwaited():
            pass
        if self._buffer == _EXIT:
            self._client.sendall(_EXIT)
        elif self._buffer:
            raise _Difference(
                f"after the last recorded request came {self._buffer[:40].hex()}"
            )

    def _expect(self, exchange: Exchange) -> bool:
        """Read the recorded request; False if the client leaves before it."""
        if exchange.left_out:
            return self._expect_secret(exchange)
        while self._answer_unwaited():
            pass
        request = exchange.request
        compared, wrong = 0, -1
        while wrong < 0 and compared < len(request):
            if len(self._buffer) == compared and not self._receive():
                break
            data = bytes(self._buffer[compared : len(request)])
            wrong = request.difference(data, compared)
            compared += len(data)
        if not self._buffer:
            return False
        if wrong < 0 and compared == len(request):
            self._take(compared)
            return True
        if self._buffer == _EXIT:
            self._client.sendall(_EXIT)
            return False
        raise _Difference(self._difference(exchange, compared if wrong < 0 else wrong))

    def _difference(self, exchange: Exchange, at: int) -> str:
        start = max(0, at - _SHOWN_BYTES // 4)
        piece = slice(start, start + _SHOWN_BYTES)
        recorded, received = exchange.request.data[piece], self._buffer[piece]
        return (
            f"request {exchange.number} ({exchange.operation}) differs at byte {at}:\n"
            f"  recorded {'...' if start else ''}{recorded.hex()}\n"
            f"  received {'...' if start else ''}{received.hex()}"
        )

    def _expect_secret(self, exchange: Exchange) -> bool:
        """Read a login request, or an answer to a question; False at the end."""
        if len(self._peek(2)) < 2:
            return False
        size: int = _ushort.unpack(self._peek(2))[0]
        if exchange.left_out == _ANSWER:
            if size != tags.RESPONSE:
                raise _Difference(f"request {exchange.number} is no answer")
            size = int.from_bytes(self._peek(4)[2:4], "big")
            size += 4 + (size & 1) + len(_END)
        return len(self._take(size)) == size

    def _wait_for_interrupt(self) -> None:
        """Wait for an urgent byte, or for the client to leave."""
        client = [self._client]
        while not select.select([], [], client, _POLL)[2]:
            waiting = select.select(client, [], [], 0)[0]
            if waiting and not self._client.recv(1, socket.MSG_PEEK):
                return
        self._client.recv(1, socket.MSG_OOB)

    def _answer_unwaited(self) -> bool:
        """Answer a request the recording does not hold here, if one comes next."""
        asked = self._peek(_UNWAITED_SIZE) if self._peek(2) == _ABOUT else b""
        if UNWAITED.match(asked) is None:
            return False
        self._take(_UNWAITED_SIZE)
        recorded = self._unwaited.get(asked)
        self._client.sendall(recorded.pop(0) if recorded else _END)
        return True

    def _reply(self, exchange: Exchange) -> None:
        if not exchange.reply.playable:
            raise _NotRecorded(
                f"the reply to request {exchange.number} ({exchange.operation}) holds "
                "values, which were not recorded"
            )
        self._client.sendall(exchange.reply.data)

    def _peek(self, size: int) -> bytes:
        while len(self._buffer) < size and self._receive():
            pass
        return bytes(self._buffer[:size])

    def _take(self, size: int) -> bytes:
        taken = self._peek(size)
        del self._buffer[:size]
        return taken

    def _receive(self) -> bool:
        data = self._client.recv(_CHUNK)
        self._buffer += data
        return len(data) > 0
