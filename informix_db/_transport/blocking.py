"""Sockets that block: the sync shells' way to wait.

Drives protocol generators: each suspension sends what is written and receives at
least one byte. Faults of the network become OperationalError; what they mean for the
session is the connection's business.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable

from informix_db._protocol.channel import Channel
from informix_db._transport.failures import connect_error, loss_error
from informix_db._transport.liveness import peer_is_gone
from informix_db._transport.options import set_options
from informix_db._transport.tls import context_of, handshake
from informix_db._wire.buffer import T, Wire
from informix_db._wire.constants import INTERRUPT
from informix_db.exceptions import OperationalError
from informix_db.params import ConnectParams

_MIN_RECEIVE = 16 * 1024
_MAX_RECEIVE = 1024 * 1024
_URGENT = socket.MSG_OOB | getattr(socket, "MSG_DONTWAIT", 0)


class DeadlineReached(Exception):
    """The deadline of a conversation passed; its generator is merely suspended."""


class BlockingTransport:
    """A connected socket and the channel whose bytes it carries."""

    def __init__(self, sock: socket.socket, channel: Channel, peer: str) -> None:
        self._socket = sock
        self._channel = channel
        self._peer = peer
        self._receive_size = _MIN_RECEIVE
        # What went, and came, that the buffers have not been told of: a signal handler
        # may raise before they are.
        self._sent: list[int] = []
        self._received: list[int] = []
        self._process = os.getpid()
        self._read_timeout: float | None = None
        # The server has bytes of this conversation that it may be working on.
        self._interruptible = False
        self._interrupt_due = False
        self._interrupting = threading.RLock()  # guards both
        self.round_trips = 0  # suspensions that sent something and then waited

    @property
    def read_timeout(self) -> float | None:
        """Seconds any single wait may take; None waits for ever."""
        return self._read_timeout

    @read_timeout.setter
    def read_timeout(self, seconds: float | None) -> None:
        self._read_timeout = seconds
        self._socket.settimeout(seconds)

    def run(
        self, generator: Wire[T], deadline: float | None = None, again: bool = False
    ) -> T:
        """Drive `generator` to its end and return its result.

        Each wait is bounded by `read_timeout`, the whole by `deadline` (of
        time.monotonic()); DeadlineReached then leaves the generator suspended, for
        another run to go on with it `again`. Network faults become OperationalError.
        """
        if not again:
            with self._interrupting:
                self._interruptible = self._interrupt_due = False
        try:
            next(generator)
            while True:
                self._exchange(deadline)
                next(generator)
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            if deadline is not None:
                with contextlib.suppress(OSError):  # it may be closed by now
                    self._socket.settimeout(self.read_timeout)

    def _exchange(self, deadline: float | None) -> None:
        """Send what is written and wait for bytes, unless there is more to send."""
        try:
            if deadline is not None:
                self._bound_wait(deadline)
            if self._channel.flushing:
                self._channel.flushing = False
                self._send()
            else:
                self.round_trips += bool(self._channel.write.data)
                self._send()
                self._receive()
        except TimeoutError as exc:
            if exc.errno is not None:  # ETIMEDOUT: TCP itself gave up
                raise loss_error(exc, self._peer) from exc
            timeout = self.read_timeout
            if timeout is None or (
                deadline is not None and time.monotonic() >= deadline
            ):
                raise DeadlineReached from None
            raise OperationalError(
                f"{self._peer} did not answer within read_timeout={timeout:g} s; "
                "the connection is closed",
                session_dead=True,
            ) from None
        except OSError as exc:
            raise loss_error(exc, self._peer) from exc

    def interrupt(self) -> None:
        """Ask the server to give up what it is doing: one urgent byte [J].

        Any thread may call this while another is in `run`. A request that is about to
        be sent goes first, for the byte says nothing about what comes after it.
        """
        with self._interrupting:
            self._interrupt_due = True
            if self._interruptible:
                self._interrupt_now()

    def _let_interrupts_through(self) -> None:
        with self._interrupting:
            self._interruptible = True
            if self._interrupt_due:
                self._interrupt_now()

    def _interrupt_now(self) -> None:
        self._interrupt_due = False
        # A connection that is lost, or full, shows so where the reply is waited for.
        with contextlib.suppress(OSError):
            # Below TLS, whose send() takes no flags.
            socket.socket.send(self._socket, INTERRUPT, _URGENT)

    def _bound_wait(self, deadline: float) -> None:
        left = _remaining(deadline)
        if self.read_timeout is not None:
            left = min(left, self.read_timeout)
        self._socket.settimeout(left)

    def flush(self) -> None:
        """Send what is written without waiting for an answer."""
        try:
            self._send()
        except OSError as exc:
            raise loss_error(exc, self._peer) from exc

    def _send(self) -> None:
        """Send what is written; what an exception keeps from being sent stays."""
        out = self._channel.write
        if not out.data:
            return
        counts = self._sent
        try:
            with memoryview(out.data) as data:
                while (sent := sum(counts)) < len(data):
                    _kept(counts, self._socket.send, data[sent:])
                    self._let_interrupts_through()
        finally:
            out.sent(counts)

    def _receive(self) -> None:
        read, counts = self._channel.read, self._received
        if not counts:
            view = read.free_view(self._receive_size)
            self._let_interrupts_through()
            _kept(counts, self._socket.recv_into, view)
            if counts[0] == len(view) and self._receive_size < _MAX_RECEIVE:
                self._receive_size *= 2
        self._interruptible = False
        ended = counts == [0]
        read.received(counts)
        if ended:
            raise ConnectionResetError("the server closed it")

    def close(self) -> None:
        """Close the socket at once; what was not sent is lost."""
        if not self.inherited:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def peer_is_gone(self) -> bool:
        """Whether the other side is known to have ended the connection."""
        return peer_is_gone(self._socket)

    @property
    def inherited(self) -> bool:
        """Whether the connection is the parent process's: not this one's to end."""
        return os.getpid() != self._process


def _kept(
    counts: list[int], transfer: Callable[[memoryview], int], data: memoryview
) -> None:
    """Append what `transfer` returns to `counts`, whatever a signal handler raises.

    Python runs handlers after a call and before its result is stored, so that the
    KeyboardInterrupt of a plain call would lose how many bytes went: a request would
    be sent twice, or a reply read from its middle. extend() stores it before that.
    """
    counts.extend(map(transfer, (data,)))


def deadline_after(seconds: float | None) -> float | None:
    """Return the time.monotonic() that is `seconds` away, None for never."""
    return None if seconds is None else time.monotonic() + seconds


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def open_socket(params: ConnectParams, deadline: float) -> socket.socket:
    """Connect, TLS included; OperationalError says what failed."""
    host, port = params.host, params.port
    try:
        sock = _connected_socket(host, port, deadline)
    except TimeoutError:
        raise OperationalError(
            f"{host}:{port} did not accept the connection in time",
            retryable=True,
            session_dead=True,
        ) from None
    except (OSError, OverflowError) as exc:
        raise connect_error(exc, host, port) from exc
    try:
        set_options(sock, params)
        context = context_of(params.tls)
        if context is None:
            return sock
        hostname = params.tls_server_hostname or host
        sock.settimeout(max(0.001, deadline - time.monotonic()))
        return handshake(sock, context, hostname, f"{host}:{port}")
    except BaseException:
        sock.close()
        raise


def _connected_socket(host: str, port: int, deadline: float) -> socket.socket:
    """Connect to the first of the host's addresses that answers in its share of time.

    How long it takes to find them is the system's business.
    """
    problem: OSError | None = None
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for at, (family, kind, protocol, _, address) in enumerate(found):
        try:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(_remaining(deadline) / (len(found) - at))
                sock.connect(address)
            except BaseException:
                sock.close()
                raise
            return sock
        except OSError as exc:
            problem = exc
    raise problem or OSError(f"{host!r} has no address")
