"""A listener that answers from a list and keeps what it was sent.

Knows of SQLI only where requests end: it takes them apart with `clientreader`. Login,
capabilities, environment, DBOPEN, CLOSE, RELEASE, transactions, ping and EXIT are
answered as the transcripts do; every other request takes the next reply of the list.
"""

from __future__ import annotations

import socket
import threading
from types import TracebackType

import captures
from unit.wire.clientreader import messages

Request = list[tuple[object, ...]]

EOT_ONLY = bytes.fromhex("000c")
DONE = bytes.fromhex("000f0000000000000000000000000000 00370000000100000001 000c")

_ACKNOWLEDGED = ("INFO", "VERSION", "SETSVPT", "RELSVPT", "RBACKSVPT")

_PATIENCE = 10.0


def database_opened(warn: int) -> bytes:
    """The answer to DBOPEN."""
    return DONE[:2] + warn.to_bytes(2, "big") + DONE[4:]


def described(statement_type: int, statement_id: int = 0) -> bytes:
    """The answer to PREPARE of a statement without columns."""
    head = statement_type.to_bytes(2, "big") + statement_id.to_bytes(2, "big")
    return b"\0\x08" + head + bytes.fromhex("00000001 0000 0000 00000000") + DONE


def changed(rows: int) -> bytes:
    """The answer to EXECUTE of a statement that changed `rows` rows."""
    return DONE[:4] + rows.to_bytes(4, "big") + DONE[8:]


class ScriptedServer:
    """Serves one connection; `requests` holds what came, one entry per PDU."""

    def __init__(
        self,
        replies: list[bytes],
        *,
        warn: int = 0x15,
        mask: str = "bdbe9ffe7fb7ffefff",
    ) -> None:
        self._replies = list(replies)
        self._warn = warn
        self._mask = bytes.fromhex(mask)
        self._narrow = False  # the mask came into force, and it is all zero
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_PATIENCE)
        self.port: int = self._listener.getsockname()[1]
        self.login = b""
        self.requests: list[Request] = []
        self.raw: list[bytes] = []  # the same as bytes
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._thread.join(2 * _PATIENCE)
        self._listener.close()
        if self.failure is not None and exc is None:
            raise self.failure

    def _serve(self) -> None:
        try:
            client, _ = self._listener.accept()
            with client:
                client.settimeout(_PATIENCE)
                self._talk(client)
            assert not self._replies, f"{len(self._replies)} replies not asked for"
        except BaseException as error:
            self.failure = error

    def _talk(self, client: socket.socket) -> None:
        size = int.from_bytes(_receive(client, 2), "big")
        self.login = size.to_bytes(2, "big") + _receive(client, size - 2)
        client.sendall(captures.server("s01_connect")[0])
        data = b""
        while piece := client.recv(65536):
            data += piece
            while request := _first_request(data, self._narrow):
                parsed, size = request
                self.requests.append(parsed)
                self.raw.append(data[:size])
                data = data[size:]
                client.sendall(self._answer(parsed))
                if parsed == [("EXIT",)]:
                    return

    def _answer(self, request: Request) -> bytes:
        first = request[0][0]
        if first == "PROTOCOLS":
            self._narrow = not any(self._mask)
            pad = bytes(len(self._mask) % 2)
            size = len(self._mask).to_bytes(2, "big")
            return b"\0\x7e" + size + self._mask + pad + EOT_ONLY
        if first == "DBOPEN":
            return database_opened(self._warn)
        if first in ("BEGIN", "CMMTWORK", "RBWORK"):
            return DONE
        if first == "EXIT":
            return b"\0\x38"
        if first in _ACKNOWLEDGED:
            return EOT_ONLY
        if request[1:] and request[1][0] in ("CLOSE", "RELEASE"):
            return EOT_ONLY
        return self._replies.pop(0)


def _receive(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = client.recv(size - len(data))
        assert piece, "the client hung up"
        data += piece
    return data


def _first_request(data: bytes, narrow: bool) -> tuple[Request, int] | None:
    """Return the first whole PDU and its size; EXIT is one although it has no EOT."""
    if data == b"\0\x38":
        return [("EXIT",)], 2
    for end in range(2, len(data) + 1):
        if data[end - 2 : end] == EOT_ONLY:
            try:
                return messages(data[:end], narrow), end
            except AssertionError:
                continue  # these two bytes belong to a value
    return None
