"""TLS that does not come about: who is at fault, in both modes."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

import informix_db
from informix_db.testing import Server

from .conftest import BOTH, Connect

MODES = BOTH

Where = dict[str, Any]


@pytest.fixture
def serving(authority: trustme.CA) -> Iterator[Callable[..., Where]]:
    """Start an emulator behind TLS; return the arguments to connect to it."""
    with contextlib.ExitStack() as running:

        def start(
            *,
            wants_certificate: bool = False,
            at_most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
            **certificate: Any,
        ) -> Where:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.maximum_version = at_most
            authority.issue_cert("127.0.0.1", **certificate).configure_cert(context)
            if wants_certificate:
                context.verify_mode = ssl.CERT_REQUIRED
                authority.configure_trust(context)
            server = running.enter_context(Server(tls=context))
            return {"host": server.host, "port": server.port}

        yield start


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], Where]]:
    """Listen, answer what comes with some bytes, and hang up."""
    with contextlib.ExitStack() as listening:

        def start(answer: bytes) -> Where:
            listener = listening.enter_context(socket.create_server(("127.0.0.1", 0)))

            def serve() -> None:
                client, _ = listener.accept()
                with client:
                    client.recv(65536)
                    client.sendall(answer)

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            listening.callback(thread.join, 10)
            host, port = listener.getsockname()
            return {"host": host, "port": port}

        yield start


def test_an_expired_certificate(
    connect: Connect, serving: Callable[..., Where], trusting: ssl.SSLContext
) -> None:
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
    where = serving(not_before=past - datetime.timedelta(days=9), not_after=past)
    with pytest.raises(
        informix_db.OperationalError, match=r"certificate .* not accepted: .*expired"
    ) as caught:
        connect(**where, tls=trusting)
    assert caught.value.session_dead
    assert not caught.value.retryable


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_client_certificates(
    connect: Connect,
    serving: Callable[..., Where],
    trusting: ssl.SSLContext,
    authority: trustme.CA,
    version: ssl.TLSVersion,
) -> None:
    where = serving(wants_certificate=True, at_most=version)
    with pytest.raises(informix_db.OperationalError, match="client certificate"):
        connect(**where, tls=trusting)
    authority.issue_cert("joe@example.com").configure_cert(trusting)
    connect(**where, tls=trusting).ping()


def test_no_version_in_common(
    connect: Connect, serving: Callable[..., Where], trusting: ssl.SSLContext
) -> None:
    trusting.minimum_version = ssl.TLSVersion.TLSv1_3
    where = serving(at_most=ssl.TLSVersion.TLSv1_2)
    with pytest.raises(
        informix_db.OperationalError, match="refused TLS: protocol version"
    ):
        connect(**where, tls=trusting)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        bytes.fromhex("00a5023c0000006400650000003d"),
        bytes.fromhex("0010d002000a124c0006114900080005"),
    ],
    ids=["nothing", "http", "sqli", "drda"],
)
def test_servers_without_tls(
    connect: Connect,
    answering: Callable[[bytes], Where],
    trusting: ssl.SSLContext,
    answer: bytes,
) -> None:
    with pytest.raises(informix_db.OperationalError, match="is it a TLS listener"):
        connect(**answering(answer), tls=trusting)


def test_the_next_host_has_a_better_certificate(
    connect: Connect, serving: Callable[..., Where], trusting: ssl.SSLContext
) -> None:
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
    expired = serving(not_before=past - datetime.timedelta(days=9), not_after=past)
    hosts = [(each["host"], each["port"]) for each in (expired, serving())]
    connect(host=hosts, tls=trusting).ping()


def test_authorities_named_in_a_string(
    connect: Connect,
    serving: Callable[..., Where],
    authority: trustme.CA,
    tmp_path: Path,
) -> None:
    path = tmp_path / "authorities.pem"
    authority.cert_pem.write_to_path(str(path))
    where = serving()
    connect(**where, dsn=f"informix://?tls={path}").ping()
    with pytest.raises(informix_db.OperationalError, match="is not accepted"):
        connect(**where, dsn="PROTOCOL=onsocssl")
