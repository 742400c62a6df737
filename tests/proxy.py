"""A TCP proxy that records, counts turns and breaks connections on request.

It knows bytes and no protocol. Every client gets its own connection to the target and
two threads, one for each direction. Faults are set per direction and act on all
connections, open ones included. An urgent byte is passed on as one, after the data
that was read with it.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
from dataclasses import dataclass
from itertools import pairwise
from types import TracebackType

CLIENT = "client"  # what the client sends
SERVER = "server"  # what the server sends
URGENT = "urgent"  # urgent bytes of the client, in logs only

_CHUNK = 65536
_LINGER_RESET = struct.pack("ii", 1, 0)  # close() then sends RST instead of FIN


@dataclass
class _Faults:
    """What happens to the bytes of one direction."""

    flowing: bool = True
    budget: int | None = None  # bytes still let through; None: all
    reset: bool = False  # how a connection ends when the budget is spent
    chunk: int = _CHUNK
    pause: float = 0.0  # seconds after each chunk


class Proxy:
    """Listens on loopback and passes connections on to (`host`, `port`)."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()
        self.changed = threading.Condition()  # guards everything below
        self.faults = {CLIENT: _Faults(), SERVER: _Faults()}
        self.log: list[tuple[str, bytes]] = []
        self.connections = 0
        self._links: list[_Link] = []
        self._stop = _Signal()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.send()
        self._thread.join()
        self.cut()
        for link in self._links:
            link.join()
        self._listener.close()
        self._stop.close()

    def _accept(self) -> None:
        while True:
            select.select([self._listener, self._stop.reader], [], [])
            if self._stop.sent:
                return
            client, _ = self._listener.accept()
            try:
                server = socket.create_connection(self._target, timeout=10)
            except OSError:
                client.close()
                continue
            with self.changed:
                self.connections += 1
                self._links.append(_Link(self, client, server))
                self._links[-1].start()

    # -- what tests ask

    def recorded(self, direction: str) -> bytes:
        """Return all bytes passed on in `direction` since the start or `forget`."""
        with self.changed:
            return b"".join(data for side, data in self.log if side == direction)

    @property
    def turns(self) -> int:
        """How often client data was followed by server data.

        For a client that waits for each reply these are its round trips. Requests
        sent ahead count as one turn or as several, as the replies overtake them.
        """
        with self.changed:
            sides = [side for side, _ in self.log if side != URGENT]
        return sum(pair == (CLIENT, SERVER) for pair in pairwise(sides))

    def forget(self) -> None:
        """Drop the recording: later questions are about later bytes."""
        with self.changed:
            self.log.clear()

    # -- what tests tell

    def stall(self, direction: str) -> None:
        """Pass nothing on until `heal`; connections stay open."""
        self._set(direction, flowing=False)

    def throttle(self, direction: str, chunk: int, pause: float = 0.0) -> None:
        """Pass on at most `chunk` bytes at a time, then wait `pause` seconds."""
        self._set(direction, chunk=chunk, pause=pause)

    def drop_after(self, direction: str, count: int, *, reset: bool = False) -> None:
        """End the connection when `count` more bytes have passed (FIN, or RST)."""
        self._set(direction, budget=count, reset=reset)
        if count == 0:
            self._end(reset=reset)

    def heal(self) -> None:
        """Take all faults away."""
        for direction in (CLIENT, SERVER):
            self._set(direction, **vars(_Faults()))

    def reset(self) -> None:
        """End all connections with RST, as a killed peer or a firewall does."""
        self._end(reset=True)

    def cut(self) -> None:
        """End all connections with FIN."""
        self._end(reset=False)

    def _set(self, direction: str, **changes: object) -> None:
        with self.changed:
            vars(self.faults[direction]).update(changes)
            self.changed.notify_all()

    def _end(self, *, reset: bool) -> None:
        with self.changed:
            for link in self._links:
                link.end(reset=reset)


class _Signal:
    """Has a `reader` that becomes readable for select() when sent, and stays so."""

    def __init__(self) -> None:
        self.reader, self._writer = socket.socketpair()
        self.sent = False

    def send(self) -> None:
        self.sent = True
        self._writer.send(b"!")

    def close(self) -> None:
        self.reader.close()
        self._writer.close()


class _Ended(Exception):
    """The link was told to end."""


class _Link:
    """One client, its connection to the target, and the two threads between them.

    A thread never blocks in a socket call: a socket that another thread reads cannot
    be closed at once. The threads wait for the link's signal as well, and the last of
    them closes the sockets.
    """

    def __init__(
        self, proxy: Proxy, client: socket.socket, server: socket.socket
    ) -> None:
        self._proxy = proxy
        self._sockets = {CLIENT: client, SERVER: server}
        self._signal = _Signal()
        self._running = 2
        self._threads = [
            threading.Thread(target=self._run, args=sides, daemon=True)
            for sides in ((CLIENT, SERVER), (SERVER, CLIENT))
        ]
        for sock in self._sockets.values():
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def end(self, *, reset: bool) -> None:
        """Have both threads stop; called with the proxy's lock held."""
        if self._signal.sent or not self._running:
            return
        if reset:
            for sock in self._sockets.values():
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_RESET)
        self._signal.send()
        self._proxy.changed.notify_all()

    def _run(self, side: str, other: str) -> None:
        try:
            self._pump(side, self._sockets[side], self._sockets[other])
        except (_Ended, OSError):
            with self._proxy.changed:
                self.end(reset=False)
        with self._proxy.changed:
            self._running -= 1
            if not self._running:
                self._signal.close()
                for sock in self._sockets.values():
                    sock.close()

    def _pump(self, side: str, source: socket.socket, sink: socket.socket) -> None:
        while True:
            readable, exceptional = self._wait(reading=source)
            urgent = source.recv(1, socket.MSG_OOB) if exceptional else b""
            if readable:
                data = source.recv(_CHUNK)  # stops before an urgent byte
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                self._pass_on(side, data, sink)
            if urgent:
                self._record(URGENT, urgent)
                sink.send(urgent, socket.MSG_OOB)

    def _pass_on(self, side: str, data: bytes, sink: socket.socket) -> None:
        """Send `data` as the faults of `side` allow."""
        proxy, faults = self._proxy, self._proxy.faults[side]
        while data:
            with proxy.changed:
                proxy.changed.wait_for(lambda: faults.flowing or self._signal.sent)
                if self._signal.sent:
                    raise _Ended
                size = min(len(data), faults.chunk)
                if faults.budget is not None:
                    size = min(size, faults.budget)
                    faults.budget -= size
                spent, pause = faults.budget == 0, faults.pause
            self._send(side, data[:size], sink)
            data = data[size:]
            with proxy.changed:
                if spent:
                    self.end(reset=faults.reset)
                proxy.changed.wait_for(lambda: self._signal.sent, timeout=pause)

    def _send(self, side: str, data: bytes, sink: socket.socket) -> None:
        self._record(side, data)
        while data:
            self._wait(writing=sink)
            data = data[sink.send(data) :]

    def _record(self, side: str, data: bytes) -> None:
        with self._proxy.changed:
            log = self._proxy.log
            if log and log[-1][0] == side:
                log[-1] = (side, log[-1][1] + data)
            elif data:
                log.append((side, data))

    def _wait(
        self,
        reading: socket.socket | None = None,
        writing: socket.socket | None = None,
    ) -> tuple[bool, bool]:
        """Wait for `reading` or `writing`; tell if `reading` has data, urgent data."""
        sources = [reading] if reading else []
        readable, _, urgent = select.select(
            [self._signal.reader, *sources], [writing] if writing else [], sources
        )
        if self._signal.sent:
            raise _Ended
        return bool(readable), bool(urgent)
