"""Cancelling a running statement: one byte of TCP urgent data [J].

The byte says nothing; its place in the stream does. It belongs to the last request
whose bytes were sent before it. Where the platform tells whether reading has come to
the urgent mark, that decides: short of it, the request the byte belongs to is yet to be
read. A byte at the mark belongs to what runs, or to nothing if nothing does.
"""

from __future__ import annotations

import contextlib
import select
import socket
import sys
import threading
from collections.abc import Callable

_AGAIN_AFTER = 0.05  # seconds until an unanswered interrupt is repeated
_HANGUP = getattr(select, "POLLRDHUP", 0)  # POLLHUP comes unasked, but later
_SIOCATMARK = {"linux": 0x8905, "darwin": 0x40047307}.get(sys.platform)


def _at_mark(sock: socket.socket) -> bool:
    """Tell whether all bytes before the urgent byte are read, True if unknowable."""
    if _SIOCATMARK is None:
        return True
    import fcntl

    try:
        answer = fcntl.ioctl(sock, _SIOCATMARK, b"\0\0\0\0")
    except (OSError, ValueError):  # closed meanwhile
        return True
    return int.from_bytes(answer, sys.byteorder) != 0


class InterruptState:
    """What one session knows about its client's urgent bytes.

    The session's thread calls everything but `urgent` and `repeat`.
    """

    def __init__(
        self,
        sock: socket.socket,
        receive: Callable[[int], bytes],
        interrupt: Callable[[], None],
    ) -> None:
        self._socket = sock
        self._receive = receive
        self._interrupt = interrupt
        self._lock = threading.Lock()
        self._between_requests = True  # nothing received is left to carry out
        self._undecided = False  # whether the mark is reached, reading will tell
        self.requested = False

    def receive(self, size: int) -> bytes:
        """Receive from the socket, noting to which bytes an urgent byte belongs."""
        with self._lock:
            self._between_requests = True
        data = self._receive(size)
        with self._lock:
            self._between_requests = False
            if self._undecided and _at_mark(self._socket):
                self._undecided = False
                self.requested = True
        return data

    def answer(self, *, more_waits: bool) -> None:
        """Note that a reply is about to be sent, `more_waits` if requests are read.

        An urgent byte from now on is not meant for the request answered.
        """
        if not more_waits:
            with self._lock:
                self._between_requests = True
                self.requested = False

    def clear(self) -> None:
        """Forget an interrupt that was answered with an error."""
        with self._lock:
            self.requested = False

    def urgent(self) -> bool:
        """Fetch the urgent byte; False if reading has passed it already.

        Fetched under the lock, so that no other request begins before it is noted.
        """
        with self._lock:
            if not _take_urgent(self._socket):
                return False
            if self._between_requests or not _at_mark(self._socket):
                self._undecided = True
                return True
            self.requested = True
        self._interrupt()
        return True

    def gone(self) -> None:
        """Give up what runs: the client hung up and nobody waits for the answer."""
        with self._lock:
            if self._between_requests:
                return
            self.requested = True
        self._interrupt()

    def repeat(self) -> bool:
        """Interrupt again if the request is still not answered."""
        if self.requested:
            self._interrupt()
        return self.requested


class UrgentWatcher:
    """One thread that watches all sessions' sockets for urgent bytes."""

    def __init__(self) -> None:
        self._states: dict[socket.socket, InterruptState] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._wake_receiver.setblocking(False)
        self._wake_sender.setblocking(False)
        self._thread = threading.Thread(
            target=self._watch, name="informix-emulator-interrupts", daemon=True
        )
        self._thread.start()

    def add(self, sock: socket.socket, state: InterruptState) -> None:
        with self._lock:
            self._states[sock] = state
        self._wake()

    def remove(self, sock: socket.socket) -> None:
        with self._lock:
            self._states.pop(sock, None)
        self._wake()

    def close(self) -> None:
        self._closed = True
        self._wake()
        self._thread.join()
        self._wake_receiver.close()
        self._wake_sender.close()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # then it has enough to wake up for
            self._wake_sender.send(b"\0")

    def _watch(self) -> None:
        unanswered: set[InterruptState] = set()
        while not self._closed:
            with self._lock:
                states = dict(self._states)
            ready = _wait(
                self._wake_receiver, states, _AGAIN_AFTER if unanswered else None
            )
            with contextlib.suppress(BlockingIOError):
                self._wake_receiver.recv(4096)
            for sock, usable in ready:
                if not usable:
                    self._forget(sock)
                    states[sock].gone()
                    unanswered.add(states[sock])
                elif states[sock].urgent():
                    unanswered.add(states[sock])
            unanswered = {state for state in unanswered if state.repeat()}

    def _forget(self, sock: socket.socket) -> None:
        with self._lock:
            self._states.pop(sock, None)


def _take_urgent(sock: socket.socket) -> bool:
    try:
        return bool(sock.recv(1, socket.MSG_OOB))
    except OSError:
        return False


def _wait_select(
    wake: socket.socket,
    states: dict[socket.socket, InterruptState],
    timeout: float | None,
) -> list[tuple[socket.socket, bool]]:
    return [(sock, True) for sock in select.select([wake], [], states, timeout)[2]]


def _wait_poll(
    wake: socket.socket,
    states: dict[socket.socket, InterruptState],
    timeout: float | None,
) -> list[tuple[socket.socket, bool]]:
    """Return the sockets with urgent data, and those hung up as not usable."""
    poller = select.poll()
    poller.register(wake, select.POLLIN)
    by_descriptor: dict[int, socket.socket] = {}
    for sock in states:
        descriptor = sock.fileno()
        if descriptor >= 0:
            by_descriptor[descriptor] = sock
            poller.register(descriptor, select.POLLPRI | _HANGUP)
    milliseconds = None if timeout is None else int(timeout * 1000)
    return [
        (by_descriptor[descriptor], bool(events & select.POLLPRI))
        for descriptor, events in poller.poll(milliseconds)
        if descriptor in by_descriptor
    ]


_wait = _wait_poll if hasattr(select, "poll") else _wait_select
