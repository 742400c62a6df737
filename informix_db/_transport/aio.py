"""asyncio's way to wait: protocol generators are stepped where the bytes arrive.

`AsyncTransport` is the protocol of one connection: the event loop receives straight
into the read buffer and `buffer_updated` steps the generator, so that a conversation
costs one wake-up of the task that waits for it. No streams, no threads; only a host
name that is no address takes the loop's resolver. Faults of the network become
OperationalError; what they mean for the session is the connection's business.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from typing import Any, cast

from informix_db._protocol.channel import Channel
from informix_db._transport.failures import connect_error, loss_error
from informix_db._transport.liveness import peer_is_gone
from informix_db._transport.options import set_options
from informix_db._transport.tls import context_of, handshake_error
from informix_db._wire.buffer import T, Wire
from informix_db._wire.constants import INTERRUPT
from informix_db.exceptions import InterfaceError, OperationalError
from informix_db.params import ConnectParams

_MIN_RECEIVE = 16 * 1024
# Decoding this much is the longest the loop stands still for a connection.
_MAX_RECEIVE = 64 * 1024
# Replies nobody waits for may pile up to this size between two conversations.
_MAX_UNASKED = 256 * 1024

# Transports in a forked child, which finalizers would have unregister their sockets.
_of_parents: list[asyncio.Transport] = []


class DeadlineReached(Exception):
    """The deadline of a conversation passed; its generator is merely suspended."""


class AsyncTransport(asyncio.BufferedProtocol):
    """A connected socket and the channel whose bytes it carries.

    Belongs to the event loop it was made in.
    """

    def __init__(self, channel: Channel, peer: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket | None = None
        self._channel = channel
        self._peer = peer
        self._transport: asyncio.Transport | None = None
        self._process = os.getpid()
        self._receive_size = _MIN_RECEIVE
        self._room = 0  # size of the view lent to the loop
        self._paused = False
        self._full = False  # the loop has not sent what it was given
        self._sending = False  # the conversation goes on when it has
        self._lost: Exception | None = None  # why there is no connection any more
        self._closed = self._loop.create_future()
        # The conversation under way, who waits for it, and how the last one ended.
        self._generator: Wire[Any] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._result: Any = None
        self._error: BaseException | None = None
        self._requests = 0  # that had been made when it began
        self._watchdog: asyncio.TimerHandle | None = None
        self._waiting_since = 0.0
        self.read_timeout: float | None = None  # seconds for each single wait
        self.round_trips = 0  # suspensions that sent something and then waited

    async def connect(self, params: ConnectParams) -> None:
        """Connect, TLS included; OperationalError says what failed.

        The caller bounds the time, and calls `close` whatever ends this early.
        """
        host, port = params.host, params.port
        try:
            self._socket = sock = await _connected_socket(host, port)
        except (OSError, OverflowError) as exc:
            raise connect_error(exc, host, port) from exc
        set_options(sock, params)
        context = context_of(params.tls)
        hostname = params.tls_server_hostname or host if context else None
        try:
            await self._loop.create_connection(
                lambda: self, sock=sock, ssl=context, server_hostname=hostname
            )
        except (OSError, ValueError) as exc:
            raise handshake_error(exc, self._peer) from exc

    @property
    def connected(self) -> bool:
        """Whether there is a TCP connection."""
        return self._socket is not None

    @property
    def at_home(self) -> bool:
        """Whether this is called by the event loop the transport belongs to."""
        return asyncio._get_running_loop() is self._loop

    def check_loop(self) -> None:
        """Raise InterfaceError in any event loop but the transport's."""
        if asyncio.get_running_loop() is not self._loop:
            raise InterfaceError(
                "the connection belongs to another event loop, the one that was "
                "running when it was opened"
            )

    # -- running conversations ---------------------------------------------------------

    async def run(self, generator: Wire[T], timeout: float | None = None) -> T:
        """Drive `generator` to its end and return its result.

        Each wait is bounded by `read_timeout`, the whole by `timeout`, both in
        seconds. DeadlineReached and CancelledError leave the generator suspended,
        with its bytes still being received, for another run to go on with. Network
        faults become OperationalError.
        """
        waiter = self.begin(generator)
        if waiter is not None:
            await (waiter if timeout is None else self.wait(waiter, timeout))
        result: T = self.outcome()
        return result

    def begin(self, generator: Wire[Any]) -> asyncio.Future[None] | None:
        """Start `generator`, or go on with it; None if it has come to its end.

        The future is done when it has, or when `read_timeout` has passed.
        """
        if self._generator is not generator:
            self._start(generator)
        if self._generator is None:
            return None
        if self.read_timeout is not None and self._watchdog is None:
            self._watch(self.read_timeout)
        self._waiter = waiter = self._loop.create_future()
        return waiter

    async def wait(self, waiter: asyncio.Future[None], timeout: float) -> None:
        """Wait for the end of the conversation, at most `timeout` seconds."""
        timer = self._loop.call_later(timeout, _wake, waiter)
        try:
            await waiter
        finally:
            timer.cancel()

    def outcome(self) -> Any:
        """Return what the last generator did, or raise what it raised.

        DeadlineReached if it is not at its end.
        """
        if self._generator is not None:
            raise DeadlineReached
        result, error = self._result, self._error
        self._result = self._error = None
        if error is not None:
            raise error
        return result

    def interrupt(self) -> None:
        """Ask the server to give up what it is doing: one urgent byte [J]."""
        # A connection that is lost, or full, shows so where the reply is waited for.
        with contextlib.suppress(OSError):
            assert self._socket is not None
            self._socket.send(INTERRUPT, socket.MSG_OOB)  # below TLS, if there is

    def flush(self) -> None:
        """Send what is written without waiting for an answer."""
        out = self._channel.write
        if out.data and self._lost is None and self._transport is not None:
            try:
                self._transport.write(out.take())
            except BaseException:  # KeyboardInterrupt
                self._lose_step("sending was interrupted")
                raise

    def _start(self, generator: Wire[Any]) -> None:
        self._generator = generator
        self._sending = False
        self._channel.in_order = False
        self._requests = self._channel.counters.requests
        if self._lost is not None:
            self._end(None, self._loss(self._lost))
            return
        if self._paused:
            self._paused = False
            assert self._transport is not None
            self._transport.resume_reading()
        self._step()

    def _step(self) -> None:
        """Let the conversation use the bytes that are there."""
        generator = self._generator
        assert generator is not None
        try:
            next(generator)
            while self._channel.flushing:
                self._channel.flushing = False
                self.flush()
                if self._full:
                    self._sending = True  # resume_writing() goes on
                    break
                next(generator)
        except StopIteration as stop:
            self._end(stop.value, None)
        except Exception as exc:
            self._end(None, exc)
        except BaseException as exc:
            self._end_unnoted(exc)
        else:
            if self._channel.write.data:
                self.flush()
                self.round_trips += 1
            if self.read_timeout is not None:
                self._waiting_since = self._loop.time()

    def _end_unnoted(self, exc: BaseException) -> None:
        """End a conversation that an interrupt, not its own doing, has ended.

        It may not have taken note of an answer, that to COMMIT say: if there was one
        to be had it counts as half read.
        """
        channel = self._channel
        if channel.counters.requests != self._requests and not channel.in_order:
            channel.mid_reply = True
        self._end(None, exc)

    def _end(self, result: Any, error: BaseException | None) -> None:
        self._generator = None
        self._result, self._error = result, error
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _loss(self, exc: Exception) -> OperationalError:
        error = loss_error(exc, self._peer)
        error.__cause__ = exc
        return error

    # -- read_timeout: one timer that is moved on when it fires ------------------------

    def _watch(self, delay: float) -> None:
        self._watchdog = self._loop.call_later(delay, self._check_wait)

    def _check_wait(self) -> None:
        self._watchdog = None
        if self._generator is None or self.read_timeout is None:
            return
        left = self._waiting_since + self.read_timeout - self._loop.time()
        if left > 0:
            self._watch(left)
        else:
            self._end(
                None,
                OperationalError(
                    f"{self._peer} did not answer within read_timeout="
                    f"{self.read_timeout:g} s; the connection is closed",
                    session_dead=True,
                ),
            )

    # -- called by the event loop ------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over the transport."""
        self._transport = cast("asyncio.Transport", transport)
        if self._lost is not None:
            self._transport.abort()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Lend the loop the room after the bytes held."""
        view = self._channel.read.free_view(self._receive_size)
        self._room = len(view)
        return view

    def buffer_updated(self, nbytes: int) -> None:
        """Use the bytes the loop received."""
        try:
            self._received(nbytes)
        except BaseException:  # KeyboardInterrupt
            self._lose_step("receiving was interrupted")
            raise

    def _received(self, nbytes: int) -> None:
        read = self._channel.read
        read.received([nbytes])
        if nbytes == self._room and self._receive_size < _MAX_RECEIVE:
            self._receive_size *= 2
        if self._generator is not None:
            if not self._sending:
                self._step()
        elif len(read) > _MAX_UNASKED and not self._paused:
            self._paused = True
            assert self._transport is not None
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """Take note that the loop holds as much as it should of what was written."""
        self._full = True

    def resume_writing(self) -> None:
        """Go on with a request that is sent as it is written."""
        self._full = False
        if self._sending:
            self._sending = False
            if self._generator is not None:
                self._step()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note, and end the conversation that is under way."""
        self._lose(exc or ConnectionResetError("the server closed it"))
        if not self._closed.done():
            self._closed.set_result(None)

    # -- the end -----------------------------------------------------------------------

    def peer_is_gone(self) -> bool:
        """Whether the other side is known to have ended the connection."""
        return (
            self._lost is not None or self._socket is None or peer_is_gone(self._socket)
        )

    def _lose(self, why: Exception) -> None:
        if self._lost is None:
            self._lost = why
        if self._generator is not None:
            self._end(None, self._loss(self._lost))

    def _lose_step(self, why: str) -> None:
        """Give the connection up: nobody knows which bytes went, or came."""
        self._channel.mid_reply = True
        self._lose(ConnectionAbortedError(why))

    def close(self) -> None:
        """Close the socket at once; what was not sent is lost.

        Elsewhere than in its own event loop: have it closed there.
        """
        if not (self.at_home or self.inherited):
            self.close_from_afar()
            return
        self._lose(ConnectionAbortedError("it was closed on this side"))
        if self.inherited:
            self._let_go()
            return
        if self._watchdog is not None:
            self._watchdog.cancel()
        if self._transport is not None:
            self._transport.abort()
        elif self._socket is not None:
            # After the clean-up of the loop, which still uses the descriptor.
            self._loop.call_soon(self._socket.close)

    @property
    def inherited(self) -> bool:
        """Whether the connection is the parent process's: not this one's to end."""
        return os.getpid() != self._process

    def _let_go(self) -> None:
        """Close this process's descriptor of the parent's connection.

        Not by the transport, whose event loop shares its selector with the parent's:
        what it unregisters, the parent would wait for in vain.
        """
        if self._transport is not None:
            _of_parents.append(self._transport)
            self._transport = None
        if self._socket is not None:
            self._socket.close()

    async def wait_closed(self, timeout: float) -> None:
        """Wait until the loop has let go of the socket."""
        if self._transport is not None:
            await asyncio.wait([self._closed], timeout=timeout)

    def close_from_afar(self) -> None:
        """Have the socket closed, from whatever thread or event loop."""
        try:
            self._loop.call_soon_threadsafe(self.close)
        except RuntimeError:  # the loop is closed
            if self._socket is not None:
                self._socket.close()


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


async def _connected_socket(host: str, port: int) -> socket.socket:
    """Connect to the first of the host's addresses that answers."""
    loop = asyncio.get_running_loop()
    problem: OSError | None = None
    for family, kind, protocol, _, address in await _addresses(host, port):
        try:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.setblocking(False)
                await loop.sock_connect(sock, address)
            except BaseException:
                sock.close()
                raise
            return sock
        except OSError as exc:
            problem = exc
    raise problem or OSError(f"{host!r} has no address")


async def _addresses(host: str, port: int) -> list[Any]:
    try:
        return socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
        )
    except socket.gaierror:
        loop = asyncio.get_running_loop()
        return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
