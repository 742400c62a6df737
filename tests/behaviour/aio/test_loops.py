"""Connections and pools in event loops that are not theirs."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

import informix_db
from informix_db import aio
from informix_db.testing import Server

from .conftest import settings_of

Loop = asyncio.AbstractEventLoop


@pytest.fixture
def loops() -> Iterator[tuple[Loop, Loop]]:
    """The loop things are made in, and another one."""
    home, away = asyncio.new_event_loop(), asyncio.new_event_loop()
    yield home, away
    home.close()
    away.close()


USES: list[Callable[[aio.AsyncConnection], Awaitable[Any]]] = [
    lambda connection: connection.ping(),
    lambda connection: connection.commit(),
    lambda connection: connection.cursor().execute("SELECT 1 FROM systables"),
    lambda connection: connection.cursor().executemany("DELETE FROM t", [()]),
]


def test_a_connection_says_whose_it_is(
    loops: tuple[Loop, Loop], emulator: Server
) -> None:
    home, away = loops
    connection = home.run_until_complete(aio.connect(**settings_of(emulator)))
    cursor = connection.cursor()
    home.run_until_complete(cursor.execute("SELECT tabid FROM systables"))

    async def use() -> None:
        for use in USES:
            with pytest.raises(informix_db.InterfaceError, match="another event loop"):
                await use(connection)
        await cursor.close()

    away.run_until_complete(use())
    home.run_until_complete(connection.ping())
    home.run_until_complete(connection.close())


def test_a_connection_can_be_closed_anywhere(
    loops: tuple[Loop, Loop], emulator: Server
) -> None:
    home, away = loops
    connection = home.run_until_complete(aio.connect(**settings_of(emulator)))
    away.run_until_complete(connection.close())
    assert connection.closed
    home.run_until_complete(asyncio.sleep(0))  # where the socket is closed
    assert connection._transport._socket is not None
    assert connection._transport._socket.fileno() == -1


@pytest.mark.filterwarnings("ignore:unclosed transport:ResourceWarning")
def test_a_connection_whose_loop_is_closed(emulator: Server) -> None:
    async def open_one() -> aio.AsyncConnection:
        return await aio.connect(**settings_of(emulator))

    async def use(connection: aio.AsyncConnection) -> socket.socket | None:
        with pytest.raises(informix_db.InterfaceError, match="another event loop"):
            await connection.ping()
        await connection.close()
        return connection._transport._socket

    closed = asyncio.run(use(asyncio.run(open_one())))
    assert closed is not None
    assert closed.fileno() == -1
    gc.collect()  # what asyncio says of its transport is ignored here


def test_a_pool_says_whose_it_is(loops: tuple[Loop, Loop], emulator: Server) -> None:
    home, away = loops
    pool = home.run_until_complete(aio.create_pool(**settings_of(emulator), min_size=1))
    connection = home.run_until_complete(pool.acquire())

    async def use() -> None:
        with pytest.raises(informix_db.InterfaceError, match="another event loop"):
            await pool.acquire()
        with pytest.raises(informix_db.InterfaceError, match="another event loop"):
            await pool.release(connection)

    away.run_until_complete(use())
    home.run_until_complete(pool.release(connection))
    assert pool.idle_count == 1
    away.run_until_complete(pool.close())
    assert pool.closed
    (upkeep,) = asyncio.all_tasks(home)
    home.run_until_complete(upkeep)
    assert connection.closed
