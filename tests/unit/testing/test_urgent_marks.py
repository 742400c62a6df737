"""An urgent byte belongs to the last request sent before it, read yet or not."""

from __future__ import annotations

import select
import socket
import sys
from collections.abc import Iterator

import pytest

from informix_db.testing.interrupts import InterruptState

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="does not tell where the mark is"
)


class Ends:
    """Both ends of a connection and what one knows about the other's urgent bytes."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server
        self.interrupts = 0
        self.state = InterruptState(server, self._receive, self._interrupt)
        self.meanwhile: list[bytes] = []  # sent, each interrupted, once bytes are read

    def _receive(self, size: int) -> bytes:
        data = self.server.recv(size)
        for request in self.meanwhile:
            self.interrupted_request(request)
        self.meanwhile.clear()
        return data

    def _interrupt(self) -> None:
        self.interrupts += 1

    def interrupted_request(self, request: bytes) -> None:
        self.client.sendall(request)
        self.client.send(b"!", socket.MSG_OOB)
        assert select.select([], [], [self.server], 5)[2]
        assert self.state.urgent()

    def serve(self, request: bytes) -> bool:
        """Read a request and answer it; tell if it is to be interrupted."""
        assert self.state.receive(100) == request
        requested = self.state.requested
        self.state.answer(more_waits=False)
        return requested


@pytest.fixture
def ends() -> Iterator[Ends]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    with client, server:
        yield Ends(client, server)


def test_of_two_requests_the_second(ends: Ends) -> None:
    ends.client.sendall(b"first")
    ends.meanwhile.append(b"second")
    assert not ends.serve(b"first")
    assert ends.serve(b"second")


def test_not_the_request_that_runs_but_the_one_after(ends: Ends) -> None:
    ends.client.sendall(b"first")
    assert ends.state.receive(100) == b"first"
    ends.interrupted_request(b"second")
    assert not ends.interrupts
    ends.state.answer(more_waits=False)
    assert ends.serve(b"second")


def test_the_request_that_runs(ends: Ends) -> None:
    ends.client.sendall(b"first")
    assert ends.state.receive(100) == b"first"
    ends.interrupted_request(b"")
    assert ends.interrupts == 1
    assert ends.state.requested


def test_a_request_read_while_the_byte_came(ends: Ends) -> None:
    ends.client.sendall(b"first")
    ends.meanwhile.append(b"")
    assert ends.serve(b"first")


def test_nothing(ends: Ends) -> None:
    ends.interrupted_request(b"")
    ends.client.sendall(b"first")
    assert not ends.serve(b"first")
    ends.client.sendall(b"second")
    assert not ends.serve(b"second")
    ends.interrupted_request(b"third")
    assert ends.serve(b"third")


def test_a_byte_that_was_passed(ends: Ends) -> None:
    ends.client.send(b"!", socket.MSG_OOB)
    ends.client.sendall(b"first")
    assert not ends.serve(b"first")
    assert not ends.state.urgent()
