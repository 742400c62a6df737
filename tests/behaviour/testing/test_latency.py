"""Replies that come late: each by the same time, whatever else is under way."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from raw_client import RawClient, login_request
from raw_messages import END
from stub_engine import StubEngine

from informix_db.testing import Server
from informix_db.testing.transcript import SERVER, Entry

TLS = Path(__file__).parents[2] / "data" / "tls"
LATENCY = 0.1
PING = "0035 000c"


@pytest.fixture
def late(engine: StubEngine) -> Iterator[RawClient]:
    with (
        Server(engine=engine, latency=LATENCY) as server,
        RawClient(server.address) as client,
    ):
        client.start()
        yield client


def test_every_reply_waits(late: RawClient) -> None:
    start = time.monotonic()
    late.exchange(PING, END)
    late.exchange(PING, END)
    assert time.monotonic() - start >= 2 * LATENCY


def test_requests_sent_ahead_wait_once(late: RawClient) -> None:
    """The second half is sent while the replies to the first are on their way."""
    count = 20
    start = time.monotonic()
    late.send(PING * count)
    time.sleep(LATENCY / 4)
    late.send(PING * count)
    assert late.read(4 * count).hex() == END * 2 * count
    spent = time.monotonic() - start
    assert LATENCY <= spent < LATENCY * count / 2


def test_in_tls(engine: StubEngine) -> None:
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    context = ssl.create_default_context(cafile=str(TLS / "certificate.pem"))
    with (
        Server(engine=engine, latency=LATENCY, tls=server_side) as server,
        RawClient(server.address) as client,
    ):
        client.socket = context.wrap_socket(client.socket, server_hostname="localhost")
        client.start()
        client.send(PING * 20)
        assert client.read(40).hex() == END * 20


def test_the_last_reply_is_sent_too(late: RawClient) -> None:
    late.exchange(PING + "0038", END + "0038")
    assert late.read(1) == b""


def test_what_a_fault_cuts_short_comes_after_what_was_before(
    engine: StubEngine,
) -> None:
    with (
        Server(engine=engine, latency=LATENCY) as server,
        RawClient(server.address) as client,
    ):
        client.start()
        server.faults.truncate(1, skip=1)
        client.send(PING * 2)
        assert client.read(10).hex() == END + "00"


@pytest.mark.parametrize("request_", [login_request(), bytes.fromhex("0038")])
def test_closing_the_server_does_not_wait(request_: bytes) -> None:
    """Neither for more requests nor until the last reply is due."""
    answered = threading.Event()

    def record(entry: Entry) -> None:
        if entry.direction == SERVER:
            answered.set()

    start = time.monotonic()
    with (
        Server(engine=StubEngine(), latency=60, transcript=record) as server,
        RawClient(server.address) as client,
    ):
        client.send(request_)
        assert answered.wait(5)
    assert time.monotonic() - start < 10
