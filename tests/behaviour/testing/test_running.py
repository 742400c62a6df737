"""Starting and stopping servers, and what they cost."""

from __future__ import annotations

import errno
import socket
import threading
import time

import pytest
from raw_client import RawClient
from stub_engine import StubEngine

from informix_db.testing import Endpoint, Server
from informix_db.testing.listener import Listener


def test_loopback_only_by_default() -> None:
    with Server(engine=StubEngine()) as server:
        assert server.host == "127.0.0.1"
        assert server.address == (server.host, server.port)


def test_several_endpoints() -> None:
    endpoints = [Endpoint(), Endpoint("::1")]
    with Server(engine=StubEngine(), endpoints=endpoints) as server:
        assert [host for host, _ in server.addresses] == ["127.0.0.1"] * 2 + ["::1"]
        for address in server.addresses:
            with RawClient(address) as client:
                client.start()


def test_a_client_that_cannot_be_served_is_the_only_one() -> None:
    served: list[socket.socket] = []

    def serve(client: socket.socket) -> None:
        if not served:
            served.append(client)
            raise OSError(errno.EMFILE, "Too many open files")
        with client:
            client.sendall(b"x")

    listener = Listener(Endpoint(), serve)
    for answer in (b"", b"x"):
        with socket.create_connection(listener.address, timeout=5) as client:
            assert client.recv(1) == answer
    listener.close()


def test_endpoint_that_is_taken() -> None:
    """Nothing is left of a server that could not be started."""
    before = set(threading.enumerate())
    with Server(engine=StubEngine()) as one:
        taken = Endpoint(port=one.port)
        with (
            pytest.raises(OSError, match="in use"),
            Server(engine=StubEngine(), endpoints=[taken]),
        ):
            pass
    assert set(threading.enumerate()) <= before


def test_two_servers_side_by_side() -> None:
    with Server(engine=StubEngine()) as one, Server(engine=StubEngine()) as other:
        assert one.port != other.port


def test_starts_and_stops_in_milliseconds() -> None:
    start = time.perf_counter()
    for _ in range(10):
        with Server(engine=StubEngine()):
            pass
    assert time.perf_counter() - start < 2


def test_nothing_is_left_behind() -> None:
    before = set(threading.enumerate())
    server = Server(engine=StubEngine())
    with pytest.raises(RuntimeError):
        server.address  # noqa: B018
    server.start()
    with RawClient(server.address) as client:
        client.start()
        server.close()
        server.close()
        assert client.read(1) == b""
    assert set(threading.enumerate()) <= before


def test_server_that_was_never_started_can_be_closed() -> None:
    Server(engine=StubEngine()).close()
