"""A server that speaks TLS; the certificate in the test data is for this alone."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from raw_client import RawClient, login_request
from raw_messages import DONE_COST, END, WAITING, error, prepare
from stub_engine import StubEngine

from informix_db.testing import Server

DATA = Path(__file__).parents[2] / "data" / "tls"


@pytest.fixture
def server(engine: StubEngine) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "certificate.pem", DATA / "key.pem")
    with Server(engine=engine, tls=context) as server:
        yield server


class TLSClient(RawClient):
    """Speaks TLS; urgent bytes go by the bare socket underneath."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address)
        context = ssl.create_default_context(cafile=str(DATA / "certificate.pem"))
        self.bare = self.socket.dup()
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def __exit__(self, *_: object) -> None:
        self.bare.close()
        super().__exit__()

    def urgent(self) -> None:
        self.bare.send(b"\x42", 1)  # MSG_OOB


def test_session_in_tls(server: Server) -> None:
    with TLSClient(server.address) as client:
        client.start()
        client.exchange("0035 000c", END)
        client.exchange("0038", "0038")
        assert client.read(1) == b""
    assert server.wait_until_idle(5)


def test_urgent_byte_beside_tls(server: Server, engine: StubEngine) -> None:
    with TLSClient(server.address) as client:
        client.start()
        client.exchange(prepare("wait"), WAITING + DONE_COST + END)
        client.send("0004 0000 0003 0001 6300 0006 000c")
        assert engine.waiting.wait(5)
        client.urgent()
        client.exchange("", error(-213) + END)
        client.urgent()
        client.exchange("0035 000c", END)


def test_plain_client_is_turned_away(server: Server) -> None:
    with RawClient(server.address) as client:
        client.send(login_request())
        with contextlib.suppress(ConnectionResetError):
            client.read(1000)  # a TLS alert, if anything
    with TLSClient(server.address) as client:
        client.start()
