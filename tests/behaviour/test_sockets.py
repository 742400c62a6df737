"""Sockets that fail while they are opened or waited for: told apart, never leaked."""

from __future__ import annotations

import errno
import gc
import socket
import ssl
import threading
from typing import Any

import pytest

import informix_db
from informix_db._protocol.channel import Channel
from informix_db._transport.blocking import BlockingTransport
from informix_db._wire.buffer import Wire
from informix_db._wire.constants import INTERRUPT
from informix_db.testing import Server

from .conftest import BOTH, SYNC, Connect

MODES = BOTH


@SYNC
def test_a_peer_that_tcp_gave_up_is_no_read_timeout(
    conn: informix_db.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keepalive ends a connection with ETIMEDOUT, which is a TimeoutError too."""

    def give_up(self: BlockingTransport) -> None:
        raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")

    monkeypatch.setattr(BlockingTransport, "_receive", give_up)
    with pytest.raises(informix_db.OperationalError, match="was lost") as caught:
        conn.ping()
    assert caught.value.session_dead
    assert conn.closed


@pytest.mark.parametrize("failing", [socket.TCP_NODELAY, socket.SO_KEEPALIVE])
def test_a_socket_that_takes_no_option(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """As on macOS, when the peer is gone by then."""
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    set_option = socket.socket.setsockopt
    client = threading.get_ident()

    def refuse(self: socket.socket, level: int, option: int, *value: Any) -> None:
        if (
            threading.get_ident() == client
            and option == failing
            and level in (socket.IPPROTO_TCP, socket.SOL_SOCKET)
        ):
            raise OSError(errno.EINVAL, "Invalid argument")
        set_option(self, level, option, *value)

    monkeypatch.setattr(socket.socket, "setsockopt", refuse)
    with (
        listener,
        pytest.raises(informix_db.OperationalError, match="cannot connect"),
    ):
        connect(host=host, port=port, keepalive=True)
    gc.collect()


def test_a_host_name_tls_cannot_send(connect: Connect, emulator: Server) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with pytest.raises(informix_db.OperationalError, match="no TLS"):
        connect(tls=context, tls_server_hostname="." + "x" * 70)
    gc.collect()


@pytest.mark.parametrize("keepalive", [False, True])
def test_keepalive_probes_soon(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, keepalive: bool
) -> None:
    options: dict[tuple[int, int], Any] = {}
    set_option = socket.socket.setsockopt

    def note(self: socket.socket, level: int, option: int, value: Any) -> None:
        options[level, option] = value
        set_option(self, level, option, value)

    monkeypatch.setattr(socket.socket, "setsockopt", note)
    connect(keepalive=keepalive).ping()
    assert ((socket.SOL_SOCKET, socket.SO_KEEPALIVE) in options) == keepalive
    idle = getattr(socket, "TCP_KEEPIDLE", getattr(socket, "TCP_KEEPALIVE", 0))
    assert options.get((socket.IPPROTO_TCP, idle)) == (60 if keepalive else None)


def test_an_interrupt_follows_the_request_that_is_about_to_be_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    with client, server:
        server.settimeout(5)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        channel = Channel("utf-8")
        transport = BlockingTransport(client, channel, "it")

        def ask() -> Wire[None]:
            channel.write.data += b"request"
            transport.interrupt()
            yield

        server.sendall(b"reply")
        transport.run(ask())
        assert server.recv(100) + server.recv(100) == b"request" + INTERRUPT


@pytest.mark.parametrize("first", ["closed", "no such family"])
def test_the_next_address_of_a_host(
    connect: Connect, emulator: Server, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()
    family = 9999 if first == "no such family" else socket.AF_INET
    resolve = socket.getaddrinfo

    def both(host: Any, port: Any, *args: Any, **arguments: Any) -> Any:
        found = resolve(host, port, *args, **arguments)
        return [(family, *found[0][1:4], closed), *found]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    connect().ping()


@SYNC
def test_addresses_share_the_time(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The asyncio kind bounds the whole attempt by a timer of its own."""
    shares: list[float] = []
    address = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 1))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [address] * 3)

    def time_out(self: socket.socket, address: Any) -> None:
        limit = self.gettimeout()
        assert limit is not None
        shares.append(round(limit))
        raise TimeoutError

    monkeypatch.setattr(socket.socket, "connect", time_out)
    with pytest.raises(informix_db.OperationalError, match="in time"):
        connect(connect_timeout=60)
    assert shares == [20, 30, 60]
