"""TLS with both kinds of connections: who is trusted, what fails, cancelling."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from slow_engine import ECHO, SlowEngine

import informix_db
import informix_db.params
from informix_db import aio
from informix_db.testing import Server

from ..conftest import BOTH
from .conftest import Run, echo, settings_of

MODES = BOTH


@pytest.fixture
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "db.example.com").configure_cert(context)
    return context


@pytest.fixture
def tls_server(engine: SlowEngine, server_context: ssl.SSLContext) -> Iterator[Server]:
    with Server(engine=engine, tls=server_context) as running:
        yield running


@pytest.fixture
def connect(mode: str, run: Run[Any]) -> Any:
    """Connect, run one statement, close; return what the statement returned."""

    def through(**settings: Any) -> Any:
        if mode == "sync":
            with informix_db.connect(**settings) as connection:
                return connection.cursor().execute(ECHO, (7, 0)).fetchone()

        async def main() -> Any:
            async with aio.connect(**settings) as connection:
                return (await echo(connection, 7),)

        return run(main())

    return through


def test_a_context_that_trusts_the_server(
    connect: Any, tls_server: Server, trusting: ssl.SSLContext
) -> None:
    assert connect(**settings_of(tls_server), tls=trusting) == (7,)


def test_another_name_for_the_certificate(
    connect: Any, tls_server: Server, trusting: ssl.SSLContext
) -> None:
    settings = {**settings_of(tls_server), "tls": trusting}
    assert connect(**settings, tls_server_hostname="db.example.com") == (7,)
    with pytest.raises(
        informix_db.OperationalError, match=r"certificate.*not accepted.*mismatch"
    ) as caught:
        connect(**settings, tls_server_hostname="other.example.com")
    assert caught.value.session_dead
    assert tls_server.wait_until_idle(5)


def test_a_context_that_does_not(connect: Any, tls_server: Server) -> None:
    with pytest.raises(
        informix_db.OperationalError, match=r"certificate of .* is not accepted"
    ):
        connect(**settings_of(tls_server), tls=ssl.create_default_context())
    assert tls_server.wait_until_idle(5)


def test_true_encrypts_and_warns_once(
    connect: Any, tls_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(informix_db.params, "_warned", False)
    with pytest.warns(informix_db.TLSVerificationWarning, match="verify") as caught:
        assert connect(**settings_of(tls_server), tls=True) == (7,)
    assert Path(caught[0].filename) == Path(__file__)
    assert connect(**settings_of(tls_server), tls=True) == (7,)


def test_plain_client_on_a_tls_port(connect: Any, tls_server: Server) -> None:
    with pytest.raises(informix_db.OperationalError, match=r"TLS listener.*tls="):
        connect(**settings_of(tls_server))


def test_tls_client_on_a_plain_port(
    connect: Any, slow_server: Server, trusting: ssl.SSLContext
) -> None:
    with pytest.raises(
        informix_db.OperationalError, match=r"is it a TLS listener\? \([^)]"
    ):
        connect(**settings_of(slow_server), tls=trusting)
    assert slow_server.wait_until_idle(5)


@pytest.mark.parametrize("wrong", [1, "yes"])
def test_what_is_no_context(connect: Any, slow_server: Server, wrong: object) -> None:
    with pytest.raises(informix_db.InterfaceError, match="tls must be"):
        connect(**settings_of(slow_server), tls=wrong)


@pytest.mark.parametrize("mode", ["sync"])
def test_sync_timeout_interrupts_beside_tls(
    tls_server: Server, trusting: ssl.SSLContext, mode: str
) -> None:
    with informix_db.connect(**settings_of(tls_server), tls=trusting) as connection:
        cursor = connection.cursor()
        for _ in range(3):
            with pytest.raises(informix_db.StatementCancelledError):
                cursor.execute(ECHO, (1, 20_000), timeout=0.05)
            assert cursor.execute(ECHO, (2, 0)).fetchone() == (2,)


@pytest.mark.parametrize("mode", ["async"])
def test_async_cancel_interrupts_beside_tls(
    run: Run[None], tls_server: Server, trusting: ssl.SSLContext, mode: str
) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(tls_server), tls=trusting) as connection:
            for value in range(3):
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(echo(connection, 0, 20_000), 0.05)
                assert await echo(connection, value) == value

    run(main())


@pytest.mark.parametrize("mode", ["async"])
def test_many_rows_through_tls(
    run: Run[None], tls_server: Server, trusting: ssl.SSLContext, mode: str
) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(tls_server), tls=trusting) as connection:
            cursor = await connection.cursor().execute("select many ?", (20_000,))
            rows = await cursor.fetchall()
            assert [row[0] for row in rows] == list(range(1, 20_001))

    run(main())
