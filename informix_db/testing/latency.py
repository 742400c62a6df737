"""Replies that arrive late, as over a long line.

A reply is sent a fixed time after it was made, while the session goes on reading:
requests sent ahead wait once and not once each. What the session does meanwhile holds
a reply up as well, so it may come later than that by the time a statement takes.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque


class DelayedReplies:
    """Sends on `sock` what is due, whenever its session waits for requests."""

    def __init__(
        self, sock: socket.socket, seconds: float, closing: threading.Event
    ) -> None:
        self._socket = sock
        self._seconds = seconds
        self._closing = closing
        self._waiting: deque[tuple[float, bytes]] = deque()

    def send(self, data: bytes) -> None:
        """Send `data` later."""
        self._waiting.append((time.monotonic() + self._seconds, data))

    def receive(self, size: int) -> bytes:
        """Return what the client sent, sending meanwhile what becomes due."""
        limit = self._socket.gettimeout()
        while self._waiting:
            rest = self._waiting[0][0] - time.monotonic()
            if rest <= 0:
                self._socket.sendall(self._waiting.popleft()[1])
                continue
            try:
                self._socket.settimeout(rest)
                return self._socket.recv(size)
            except TimeoutError:
                continue
            finally:
                self._socket.settimeout(limit)
        return self._socket.recv(size)

    def flush(self) -> None:
        """Send everything in its time; at once if the server closes meanwhile."""
        while self._waiting:
            due, data = self._waiting.popleft()
            self._closing.wait(max(0.0, due - time.monotonic()))
            self._socket.sendall(data)
