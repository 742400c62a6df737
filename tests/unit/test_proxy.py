"""The proxy passes bytes on, counts turns, and breaks what it is told to break."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator

import pytest
from proxy import CLIENT, SERVER, URGENT, Proxy


class Echo:
    """A server that answers every chunk with its upper case, and keeps urgent bytes."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = self._listener.getsockname()
        self.urgent: list[bytes] = []
        self.ended: list[str] = []
        self.done = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                try:
                    if not self._serve(connection):
                        return
                    self.ended.append("end")
                except ConnectionResetError:
                    self.ended.append("reset")
            self.done.release()

    def _serve(self, connection: socket.socket) -> bool:
        while True:
            readable, _, urgent = select.select([connection], [], [connection])
            if urgent:
                self.urgent.append(connection.recv(1, socket.MSG_OOB))
                connection.sendall(b"!")
            elif readable:
                data = connection.recv(65536)
                if data in (b"", b"quit"):
                    return data == b""
                connection.sendall(data.upper())

    def close(self) -> None:
        with socket.create_connection(self.address, timeout=5) as last:
            last.sendall(b"quit")
        self._thread.join()
        self._listener.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with Proxy(*echo.address) as between:
        yield between


@pytest.fixture
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection((proxy.host, proxy.port), timeout=5) as connection:
        yield connection


def receive(client: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        chunk = client.recv(count - len(data))
        if not chunk:
            break
        data += chunk
    return data


def ask(client: socket.socket, data: bytes) -> bytes:
    client.sendall(data)
    return receive(client, len(data))


def test_bytes_pass_both_ways_and_are_recorded(proxy, client) -> None:
    assert ask(client, b"abc") == b"ABC"
    assert ask(client, b"de") == b"DE"
    assert proxy.recorded(CLIENT) == b"abcde"
    assert proxy.recorded(SERVER) == b"ABCDE"
    assert proxy.connections == 1


def test_large_data_passes_unharmed(client) -> None:
    data = bytes(range(97, 123)) * 40_000
    sender = threading.Thread(target=client.sendall, args=(data,))
    sender.start()
    received = receive(client, len(data))
    sender.join()
    assert received == data.upper()


def test_turns_count_requests_that_were_answered(proxy, client) -> None:
    for _ in range(3):
        ask(client, b"x")
    assert proxy.turns == 3
    proxy.forget()
    assert proxy.turns == 0
    ask(client, b"y")
    assert (proxy.turns, proxy.recorded(CLIENT)) == (1, b"y")


def test_closing_the_client_reaches_the_server(proxy, echo, client) -> None:
    ask(client, b"x")
    client.close()
    assert echo.done.acquire(timeout=5)
    assert echo.ended == ["end"]


def test_drop_after_a_number_of_server_bytes(proxy, client) -> None:
    proxy.drop_after(SERVER, 5)
    client.sendall(b"abcdefgh")
    assert receive(client, 8) == b"ABCDE"


def test_drop_after_a_number_of_client_bytes(proxy, echo, client) -> None:
    proxy.drop_after(CLIENT, 3)
    client.sendall(b"abcdefgh")
    assert echo.done.acquire(timeout=5)
    assert proxy.recorded(CLIENT) == b"abc"
    assert client.recv(1) in (b"A", b"")


def test_drop_at_once(proxy, client) -> None:
    ask(client, b"x")
    proxy.drop_after(SERVER, 0)
    assert client.recv(1) == b""


def test_drop_with_reset(proxy, client) -> None:
    proxy.drop_after(SERVER, 2, reset=True)
    client.sendall(b"abcdefgh")
    with pytest.raises(ConnectionResetError):
        receive(client, 8)


def test_reset_reaches_both_sides(proxy, echo, client) -> None:
    ask(client, b"x")
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert echo.done.acquire(timeout=5)
    assert echo.ended == ["reset"]


def test_cut_ends_without_reset(proxy, echo, client) -> None:
    ask(client, b"x")
    proxy.cut()
    assert client.recv(1) == b""
    assert echo.done.acquire(timeout=5)
    assert echo.ended == ["end"]


def test_stalled_data_arrives_after_healing(proxy, client) -> None:
    proxy.stall(SERVER)
    client.sendall(b"abc")
    client.settimeout(0.05)
    with pytest.raises(TimeoutError):
        client.recv(1)
    client.settimeout(5)
    proxy.heal()
    assert receive(client, 3) == b"ABC"


def test_a_stalled_connection_can_be_reset(proxy, client) -> None:
    ask(client, b"x")
    proxy.stall(CLIENT)
    client.sendall(b"abc")
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert proxy.recorded(CLIENT) == b"x"


def test_throttle_limits_the_size_of_chunks(proxy, client) -> None:
    proxy.throttle(SERVER, 2, pause=0.02)
    client.sendall(b"abcdef")
    assert client.recv(6) == b"AB"
    assert receive(client, 4) == b"CDEF"


def test_urgent_bytes_stay_urgent(proxy, echo, client) -> None:
    ask(client, b"before")
    client.send(b"B", socket.MSG_OOB)
    assert client.recv(1) == b"!"
    assert echo.urgent == [b"B"]
    assert ask(client, b"after") == b"AFTER"
    assert proxy.recorded(URGENT) == b"B"
    assert proxy.recorded(CLIENT) == b"beforeafter"
    assert proxy.turns == 2


def test_a_target_that_refuses(echo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = closed.getsockname()
    with (
        Proxy(*address) as between,
        socket.create_connection((between.host, between.port), timeout=5) as client,
    ):
        assert client.recv(1) == b""
    assert between.connections == 0


def test_several_connections_are_kept_apart(proxy, client) -> None:
    with socket.create_connection((proxy.host, proxy.port), timeout=5) as second:
        assert ask(client, b"one") == b"ONE"
        client.close()
        assert ask(second, b"two") == b"TWO"
    assert proxy.connections == 2
