"""Whether the peer of an idle connection has gone, by every way to find out."""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from informix_db._transport import liveness
from informix_db._transport.liveness import peer_is_gone

RESET = struct.pack("ii", 1, 0)  # linger for 0 s: closing resets


@pytest.fixture(params=["end of stream", "readable", "select"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the system offers: it tells the end, or that there is something to read."""
    if request.param != "end of stream":
        monkeypatch.setattr(liveness, "_GONE", 0)
    elif not hasattr(select, "POLLRDHUP"):
        pytest.fail("name the systems without POLLRDHUP here")
    if request.param == "select":
        # Not the module's own poll: the threads of emulators call that.
        monkeypatch.setattr(liveness, "select", SimpleNamespace(select=select.select))
    return str(request.param)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def settled(sock: socket.socket) -> None:
    """Wait until what the peer did has arrived."""
    assert select.select([sock], [], [], 10)[0]


def test_a_silent_peer(way: str, ends: tuple[socket.socket, socket.socket]) -> None:
    assert not peer_is_gone(ends[0])


def test_a_peer_that_sent(way: str, ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    theirs.sendall(b"x")
    settled(ours)
    assert not peer_is_gone(ours)
    assert ours.recv(2) == b"x"  # it is still there to be read


def test_a_peer_that_closed(
    way: str, ends: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = ends
    theirs.close()
    settled(ours)
    assert peer_is_gone(ours)


def test_a_peer_that_reset(way: str, ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    theirs.close()
    settled(ours)
    assert peer_is_gone(ours)


def test_a_socket_that_was_closed() -> None:
    with socket.socket() as sock:
        pass
    assert peer_is_gone(sock)
