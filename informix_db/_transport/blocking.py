"""Sockets that block: the sync shells' way to wait.

Drives protocol generators: each suspension sends what is written and receives at
least one byte. Faults of the network become OperationalError; what they mean for the
session is the connection's business.
"""

from __future__ import annotations

import contextlib
import socket
import time

from informix_db._protocol.channel import Channel
from informix_db._wire.buffer import T, Wire
from informix_db.exceptions import OperationalError

_MIN_RECEIVE = 16 * 1024
_MAX_RECEIVE = 1024 * 1024


class BlockingTransport:
    """A connected socket and the channel whose bytes it carries."""

    def __init__(self, sock: socket.socket, channel: Channel, peer: str) -> None:
        self._socket = sock
        self._channel = channel
        self._peer = peer
        self._receive_size = _MIN_RECEIVE
        self.round_trips = 0  # suspensions that sent something and then waited

    def set_timeout(self, seconds: float | None) -> None:
        """Bound every single wait; None waits forever."""
        self._socket.settimeout(seconds)

    def run(self, generator: Wire[T], deadline: float | None = None) -> T:
        """Drive `generator` to its end and return its result.

        `deadline` (of time.monotonic()) bounds the whole, not each wait.
        """
        try:
            next(generator)
            while True:
                if deadline is not None:
                    self._socket.settimeout(_remaining(deadline))
                if self._send():
                    self.round_trips += 1
                self._receive()
                next(generator)
        except StopIteration as stop:
            result: T = stop.value
            return result
        except TimeoutError:
            raise OperationalError(
                f"{self._peer} did not answer in time; the connection is closed",
                session_dead=True,
            ) from None
        except OSError as exc:
            raise OperationalError(
                f"the connection to {self._peer} was lost: {exc}", session_dead=True
            ) from exc
        finally:
            generator.close()

    def flush(self) -> None:
        """Send what is written without waiting for an answer."""
        try:
            self._send()
        except OSError as exc:
            raise OperationalError(
                f"the connection to {self._peer} was lost: {exc}", session_dead=True
            ) from exc

    def _send(self) -> bool:
        out = self._channel.write
        if not out.data:
            return False
        data, out.data = out.data, bytearray()
        self._socket.sendall(data)
        return True

    def _receive(self) -> None:
        read = self._channel.read
        read.reserve(self._receive_size)
        with read.free_view() as view:
            room = len(view)
            count = self._socket.recv_into(view)
        if not count:
            raise ConnectionResetError("the server closed it")
        read.received(count)
        if count == room and self._receive_size < _MAX_RECEIVE:
            self._receive_size *= 2

    def close(self) -> None:
        """Close the socket at once; what was not sent is lost."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def open_socket(
    host: str, port: int, deadline: float, keepalive: bool
) -> socket.socket:
    """Connect to `host`:`port`; OperationalError says what failed."""
    try:
        sock = socket.create_connection((host, port), _remaining(deadline))
    except socket.gaierror as exc:
        raise OperationalError(
            f"host {host!r} has no address: {exc.strerror}", session_dead=True
        ) from exc
    except TimeoutError:
        raise OperationalError(
            f"{host}:{port} did not accept the connection in time", session_dead=True
        ) from None
    except (OSError, OverflowError) as exc:
        raise OperationalError(
            f"cannot connect to {host}:{port}: {exc}", session_dead=True
        ) from exc
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if keepalive:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return sock
