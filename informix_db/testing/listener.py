"""A listening socket and the thread that accepts on it."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

logger = logging.getLogger("informix_db.testing")

_BACKLOG = 256
_PAUSE = 0.05  # seconds after a client that could not be accepted


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to listen: port 0 is a free one; with `tls` clients must speak TLS.

    ValueError for a port that is none.
    """

    host: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 0xFFFF:
            raise ValueError(f"{self.port} is no port: they go from 0 to 65535")


class Listener:
    """Hands every client that connects to `serve`, until it is closed.

    An OSError of `serve` costs that client only.
    """

    def __init__(
        self, endpoint: Endpoint, serve: Callable[[socket.socket], None]
    ) -> None:
        family = socket.AF_INET6 if ":" in endpoint.host else socket.AF_INET
        self._serve = serve
        self._closing = threading.Event()
        self._socket = socket.create_server(
            (endpoint.host, endpoint.port), family=family, backlog=_BACKLOG
        )
        host, port = self._socket.getsockname()[:2]
        self.address: tuple[str, int] = (host, port)
        self._thread = threading.Thread(
            target=self._accept, name=f"informix-emulator-accept-{port}", daemon=True
        )
        self._thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            client = None
            try:
                client, _ = self._socket.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._serve(client)
            except OSError as error:
                # There are too many open files, or the client is gone by now, which
                # macOS tells here: the next one may do better.
                if client is not None:
                    client.close()
                if not self._closing.wait(_PAUSE):
                    logger.warning("a client could not be served: %s", error)

    def close(self) -> None:
        """Stop accepting."""
        self._closing.set()
        shut_down(self._socket)
        with contextlib.suppress(OSError):
            # Where shutdown does not wake accept, a last client does.
            socket.create_connection(self.address, timeout=1).close()
        self._thread.join()
        self._socket.close()


def shut_down(sock: socket.socket) -> None:
    """End both directions of a socket, whatever state it is in."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
