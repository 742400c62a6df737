"""Interrupts that come after their statement, and the ping that is there for them."""

from __future__ import annotations

import asyncio
import struct

import pytest

import informix_db
from informix_db import aio
from informix_db._wire import constants as c
from informix_db.testing import Server
from tests.proxy import SERVER, Proxy

from .conftest import Run, echo, settings_of


def error_reply(sqlcode: int) -> bytes:
    """Return ERR without isamcode, offset and text, and the end of the reply."""
    return struct.pack(">hhhihh", c.SQ_ERR, sqlcode, 0, 0, 0, c.SQ_EOT)


def test_an_error_is_told_as_it_is(run: Run[None], slow_server: Server) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            connection._interrupted = True
            slow_server.faults.garbage(error_reply(-406))
            with pytest.raises(informix_db.OperationalError) as caught:
                await echo(connection, 1)
            assert caught.value.sqlcode == -406
            assert await echo(connection, 1) == 1

    run(main())


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_server_that_says_nothing(
    run: Run[None],
    slow_server: Server,
    cancelled: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("informix_db.aio._conversations.CANCEL_GRACE", 0.05)

    async def main() -> None:
        connection = await aio.connect(**settings_of(proxy))
        connection._interrupted = True
        proxy.stall(SERVER)
        waiting = asyncio.ensure_future(echo(connection, 1))
        if cancelled:
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        else:
            with pytest.raises(
                informix_db.OperationalError, match="not answer after an interrupt"
            ) as caught:
                await waiting
            assert caught.value.session_dead
        assert connection.closed

    with Proxy(slow_server.host, slow_server.port) as proxy:
        run(main())
