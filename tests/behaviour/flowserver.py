"""A server for executemany of very many rows: it counts bytes instead of reading them.

Knows one statement, whose rows of parameters all have the same size, and answers each
row as soon as its last byte is there: to one that waits for the whole request first, a
client could never be in the way.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import TracebackType

import captures

EOT = bytes.fromhex("000c")
DONE = (
    bytes.fromhex("000f 0000 00000000 00000000 00000000 0037 00000001 00000001") + EOT
)
DESCRIBED = bytes.fromhex("0008 0006 0000 00000001 0000 0000 00000000")
PROTOCOLS = bytes.fromhex("007e 0009 bdbe9ffe7fb7ffefff 00 000c")
DATABASE = bytes.fromhex("000f 0015") + DONE[4:]

# What a row is answered with: INSERTDONE, XACTSTAT, DONE and COST, as long as it gets.
ROW_DONE = bytes.fromhex(
    "005e" + 18 * "00" + "0063" + 6 * "00" + "000f 0000 00000001 00000000 00000007"
    "0037 00000001 00000001"
)

_SMALL_BUFFER = 8 * 1024

_ANSWERS = {
    0x51: EOT,  # INFO
    0x24: DATABASE,  # DBOPEN
    0x02: DESCRIBED + DONE,  # PREPARE
    0x23: DONE,  # BEGIN
    0x13: DONE,  # CMMTWORK
    0x7E: PROTOCOLS,
}


class FlowServer:
    """Serves one connection; `window_rows` holds the rows of each request.

    `row_size` is the size of ``BIND EXECUTE``, `rows` how many will come. `pause` is
    called before every window. With `narrow` the server's buffers are small: they fill
    up, and make the side that writes wait.
    """

    def __init__(
        self,
        row_size: int,
        rows: int,
        *,
        pause: Callable[[], None] = lambda: None,
        narrow: bool = False,
    ) -> None:
        self._row_size = row_size
        self._rows_left = rows
        self._pause = pause
        self._listener = socket.socket()
        if narrow:
            for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                self._listener.setsockopt(socket.SOL_SOCKET, buffer, _SMALL_BUFFER)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self.port: int = self._listener.getsockname()[1]
        self.window_rows: list[int] = []
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> FlowServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._thread.join(10)
        self._listener.close()
        if self.failure is not None and exc is None:
            raise self.failure

    def _serve(self) -> None:
        try:
            client, _ = self._listener.accept()
            with client:
                client.settimeout(20)
                self._talk(client)
        except BaseException as error:
            self.failure = error

    def _talk(self, client: socket.socket) -> None:
        client.recv(65536)  # the login request
        client.sendall(captures.server("s01_connect")[0])
        while True:
            request = client.recv(65536)
            tag = request[1]
            if tag == 0x38:  # EXIT
                client.sendall(request)
                return
            if tag == 0x04 and request[5] == 0x05:  # ID, BIND
                self._answer_window(client, len(request))
            elif tag == 0x04:
                client.sendall(EOT)  # RELEASE
            else:
                client.sendall(_ANSWERS[tag])

    def _answer_window(self, client: socket.socket, received: int) -> None:
        self._pause()
        answered = 0
        while True:
            whole = (received - 4) // self._row_size
            if whole > answered:
                client.sendall(ROW_DONE * (whole - answered))
                answered = whole
            if received == 4 + answered * self._row_size + 2:
                break
            received += len(client.recv(_SMALL_BUFFER))
        client.sendall(EOT)
        self.window_rows.append(answered)
        self._rows_left -= answered
