"""A recorded connection as a server: what `connect(record=...)` wrote, played back.

`ReplayServer` sends what the recorded server sent, as long as a client sends what the
recorded client sent; it understands no SQL. What need not come back in the same order
is answered whenever it comes: requests to close a cursor or to release a statement,
which drivers send when it suits them. Bytes that the recorder hid match any.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import socketserver
import struct
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from . import tags

_LINE = re.compile(r"\[(\d+)\] (C>|S<|U>|->|<-) (.*)")
_LOGIN = "(login request)"
_HIDDEN = ".."

_short = struct.Struct(">h")
_ushort = struct.Struct(">H")
_END = _short.pack(tags.END)
_EXIT = _short.pack(tags.EXIT)
_ABOUT = _short.pack(tags.STATEMENT_ID)  # begins a request about a statement
_UNWAITED_SIZE = 8
_UNWAITED = re.compile(
    re.escape(_ABOUT)
    + b"..(?:"
    + re.escape(_short.pack(tags.CLOSE))
    + b"|"
    + re.escape(_short.pack(tags.RELEASE))
    + b")"
    + re.escape(_END),
    re.DOTALL,
)
_LONG_SQL = 62  # capability bit: the offset in ERR is an int [J]
_CHUNK = 65536
_POLL = 0.05  # seconds within which close() is noticed


@dataclass
class Exchange:
    """What a client sent, and what the server answered, as written in the file."""

    number: int
    operation: str  # during which it happened
    request: str
    reply: str = ""

    @property
    def size(self) -> int:
        """How many bytes the request has."""
        return len(self.request) // 2

    def begins_with(self, data: bytes) -> bool:
        """Whether the request does, whatever its hidden bytes are."""
        digits = self.request[: 2 * len(data)]
        shown, bits = _bytes(digits)
        return len(shown) == len(data) and not any(
            (mine ^ yours) & known
            for mine, yours, known in zip(shown, data, bits, strict=True)
        )


@dataclass
class Operation:
    """What the recorded program did: a call, what it gave, and how it ended."""

    name: str
    given: dict[str, Any]
    outcome: dict[str, Any] = field(default_factory=dict)


@dataclass
class Conversation:
    """Everything recorded of one connection."""

    operations: list[Operation] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)


def load_recording(path: str | os.PathLike[str]) -> dict[int, Conversation]:
    """Return the connections recorded in a file, by number.

    Raises ValueError for a line that no recorder wrote.
    """
    found: dict[int, Conversation] = {}
    with open(path, encoding="ascii", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            match = _LINE.fullmatch(line.rstrip("\n"))
            if match is None:
                raise ValueError(f"{path}:{number}: not a line of a recording")
            conversation = found.setdefault(int(match[1]), Conversation())
            try:
                _add(conversation, match[2], match[3])
            except (ValueError, IndexError) as exc:
                raise ValueError(f"{path}:{number}: {exc}") from None
    for conversation in found.values():
        conversation.exchanges = list(_without_unwaited(conversation.exchanges))
    return found


def _add(conversation: Conversation, kind: str, rest: str) -> None:
    operations, exchanges = conversation.operations, conversation.exchanges
    if kind in ("->", "<-"):
        name, _, facts = rest.partition(" ")
        told = json.loads(facts)
        if not isinstance(told, dict):
            raise ValueError(f"what is told of {name} is no object")
        if kind == "->":
            operations.append(Operation(name, told))
        else:
            operations[-1].outcome = told
    elif kind == "C>":
        if exchanges and not exchanges[-1].reply:
            exchanges[-1].request += rest
        else:
            name = operations[-1].name if operations else ""
            exchanges.append(Exchange(len(exchanges) + 1, name, rest))
        if rest != _LOGIN:
            _bytes(rest)
    elif kind == "S<":
        _bytes(rest)
        exchanges[-1].reply += rest


def _bytes(digits: str) -> tuple[bytes, bytes]:
    """Return the bytes written as `digits`, and which of their bits are known."""
    known = "".join("0" if digit == "." else "f" for digit in digits)
    return bytes.fromhex(digits.replace(".", "0")), bytes.fromhex(known)


def _without_unwaited(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """Leave out the requests a client need not repeat, and their replies."""
    error_head = 8
    for exchange in exchanges:
        if exchange.request.startswith(_short.pack(tags.PROTOCOLS).hex()):
            error_head = _error_head(exchange)
        while _begins_unwaited(exchange.request):
            exchange.request = exchange.request[2 * _UNWAITED_SIZE :]
            end = _end_of_unwaited(exchange.reply, error_head)
            exchange.reply = exchange.reply[2 * end :]
        if exchange.request:
            yield exchange


def _begins_unwaited(digits: str) -> bool:
    head = digits[: 2 * _UNWAITED_SIZE]
    if digits == _LOGIN or _HIDDEN in head:
        return False
    return _UNWAITED.fullmatch(bytes.fromhex(head)) is not None


def _error_head(exchange: Exchange) -> int:
    """Return how long an ERR is up to its text, by the capabilities agreed on."""
    masks = (exchange.request[8:], exchange.reply[8:])
    byte, bit = _LONG_SQL // 8, 0x80 >> _LONG_SQL % 8
    agreed = all(int(mask[2 * byte : 2 * byte + 2] or "0", 16) & bit for mask in masks)
    return 10 if agreed else 8


def _end_of_unwaited(digits: str, error_head: int) -> int:
    """Return the size of the first reply: nothing, or an error, and its end."""
    data = bytes.fromhex(digits[: 2 * 1024].replace(_HIDDEN, "00"))
    if not data.startswith(_short.pack(tags.ERROR)):
        return len(_END)
    size: int = _short.unpack_from(data, error_head)[0]
    return error_head + 2 + size + (size & 1) + len(_END)


class _Difference(Exception):
    """The client did not do what the recorded one did."""


class ReplayServer:
    """Serves a recording on loopback; a context manager.

    Each client is served one of the recorded connections in turn, or the one of number
    `connection`. What a client does differently ends its session and is a text in
    `differences`; `check` raises AssertionError if there is one.
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
            recorded = {connection: recorded[connection]}
        if not recorded:
            raise ValueError(f"{Path(path)} holds no recording")
        self.conversations = list(recorded.values())
        self.differences: list[str] = []
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

    def check(self) -> None:
        """Raise AssertionError for the first thing a client did differently."""
        if self.differences:
            raise AssertionError(self.differences[0])

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
        try:
            _Session(client, self.conversations[turn].exchanges).run()
        except _Difference as exc:
            with self._lock:
                self.differences.append(str(exc))
        except OSError:
            pass  # the client is gone, which is its good right
        finally:
            with self._lock:
                self._clients.remove(client)


class _Session:
    """One client and what is left of the recording."""

    def __init__(self, client: socket.socket, exchanges: list[Exchange]) -> None:
        self._client = client
        self._exchanges = exchanges
        self._buffer = b""

    def run(self) -> None:
        for exchange in self._exchanges:
            if exchange.request == _LOGIN:
                self._take(_ushort.unpack(self._peek(2))[0])
            elif not self._expect(exchange):
                return
            self._reply(exchange)
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
        while self._answer_unwaited():
            pass
        while len(self._buffer) < exchange.size and exchange.begins_with(self._buffer):
            if not self._receive():
                break
        data = self._buffer[: exchange.size]
        if not data:
            return False
        if len(data) == exchange.size and exchange.begins_with(data):
            self._take(exchange.size)
            return True
        if self._buffer == _EXIT:
            self._client.sendall(_EXIT)
            return False
        raise _Difference(
            f"request {exchange.number} ({exchange.operation}) differs:\n"
            f"  recorded {exchange.request}\n  received {data.hex()}"
        )

    def _answer_unwaited(self) -> bool:
        """Answer a request the recording does not hold, if one comes next."""
        if self._peek(2) != _ABOUT or not _UNWAITED.match(self._peek(_UNWAITED_SIZE)):
            return False
        self._take(_UNWAITED_SIZE)
        self._client.sendall(_END)
        return True

    def _reply(self, exchange: Exchange) -> None:
        if _HIDDEN in exchange.reply:
            raise _Difference(
                f"the reply to request {exchange.number} ({exchange.operation}) holds "
                "values, which were not recorded (record_values=False)"
            )
        self._client.sendall(bytes.fromhex(exchange.reply))

    def _peek(self, size: int) -> bytes:
        self._fill(size)
        return self._buffer[:size]

    def _take(self, size: int) -> None:
        self._fill(size)
        self._buffer = self._buffer[size:]

    def _fill(self, size: int) -> None:
        """Wait for `size` bytes, or the end."""
        while len(self._buffer) < size and self._receive():
            pass

    def _receive(self) -> bool:
        data = self._client.recv(_CHUNK)
        self._buffer += data
        return bool(data)
