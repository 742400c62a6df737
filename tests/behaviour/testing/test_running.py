"""The ways to run a server: from a shell, as a fixture, and its cost."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest
from raw_client import RawClient, login_request
from stub_engine import StubEngine

from informix_db.testing import Server
from informix_db.testing.plugin import informix_server

__all__ = ["informix_server"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_from_a_shell(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "informix_db.testing", "--port", "0"]
    command += ["--user", "me", "--password", "secret", "--server-name", "other"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("informix emulator on 127.0.0.1:")
        with RawClient(("127.0.0.1", int(line.rpartition(":")[2]))) as client:
            reply = client.log_in(login_request("me", "secret", server="other"))
            assert reply[2] == 2
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.stdout.read() == ""


def test_as_a_fixture(informix_server: Server) -> None:
    with RawClient(informix_server.address) as client:
        client.start()
        client.exchange("0035 000c", "000c")


def test_loopback_only_by_default() -> None:
    with Server(engine=StubEngine()) as server:
        assert server.host == "127.0.0.1"
        assert server.address == (server.host, server.port)


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
