"""Tasks that are cancelled twice, at every two of the places where they wait."""

from __future__ import annotations

import asyncio
import itertools
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import pytest

from informix_db import aio
from informix_db.testing import Server
from tests.proxy import SERVER, Proxy

from .conftest import Run, eventually, settings_of

Work = Callable[[aio.AsyncConnection], Coroutine[Any, Any, None]]


@types.coroutine
def cancelled_at(
    work: Coroutine[Any, Any, None], places: set[int]
) -> Generator[Any, Any, None]:
    """Do `work`; each time it waits that is in `places` its task is cancelled.

    The places that were reached are removed.
    """
    task = asyncio.current_task()
    assert task is not None
    go_on: Callable[[Any], Any] = work.send
    argument: object = None
    for place in itertools.count():
        try:
            awaited = go_on(argument)
        except StopIteration:
            return
        if place in places:
            places.remove(place)
            asyncio.get_running_loop().call_soon(task.cancel)
        try:
            argument = yield awaited
            go_on = work.send
        except BaseException as exc:
            argument = exc
            go_on = work.throw


async def cancel(work: Coroutine[Any, Any, None], *places: int) -> int:
    """Do `work`, cancelled at these places; return how many of them there were."""
    left = set(places)

    async def run() -> None:
        await cancelled_at(work, left)

    task = asyncio.ensure_future(run())
    await asyncio.wait([task])
    reached = len(places) - len(left)
    if reached:
        assert task.cancelled()
    else:
        task.result()
    return reached


async def block(connection: aio.AsyncConnection) -> None:
    async with connection.transaction():
        for n in (1, 2):
            await connection.cursor().execute("INSERT INTO work VALUES (?)", (n,))


async def inner_block(connection: aio.AsyncConnection) -> None:
    async with connection.transaction():
        await block(connection)


async def savepoint(connection: aio.AsyncConnection) -> None:
    async with connection.savepoint("before"):
        for n in (1, 2):
            await connection.cursor().execute("INSERT INTO work VALUES (?)", (n,))


async def batch(connection: aio.AsyncConnection) -> None:
    await connection.cursor().executemany("INSERT INTO work VALUES (?)", [(1,), (2,)])


async def failing_block(connection: aio.AsyncConnection) -> None:
    with pytest.raises(ZeroDivisionError):
        async with connection.transaction():
            await connection.cursor().execute("INSERT INTO work VALUES (1)")
            raise ZeroDivisionError


async def stored(server: Server) -> list[tuple[int]]:
    """Return, and delete, what another session sees, which waits for no lock."""
    settings = {**settings_of(server), "lock_wait": 0}
    async with aio.connect(**settings) as other, other.cursor() as cursor:
        await cursor.execute("SELECT n FROM work ORDER BY n")
        rows: list[tuple[int]] = await cursor.fetchall()
        await cursor.execute("DELETE FROM work")
        return rows


@pytest.mark.parametrize("work", [block, inner_block, batch, savepoint, failing_block])
def test_the_session_goes_on(run: Run[None], emulator: Server, work: Work) -> None:
    """What was done is committed as a whole or undone, and nothing is left open."""
    autocommit = work is not savepoint

    async def twice(connection: aio.AsyncConnection, *places: int) -> int:
        if not autocommit:  # there is a transaction to go on with
            await connection.cursor().execute("SELECT n FROM work")
        reached = await cancel(work(connection), *places)
        assert not connection.closed, places
        assert connection.in_transaction is not autocommit, places
        await connection.commit()
        assert await stored(emulator) in ([], [(1,), (2,)]), places
        return reached

    async def main() -> None:
        settings = {**settings_of(emulator), "autocommit": autocommit}
        async with aio.connect(**settings) as connection:
            await connection.cursor().execute("CREATE TABLE IF NOT EXISTS work (n INT)")
            await connection.commit()
            first, reached = 0, 1
            while reached:
                for second in itertools.count(first + 1):
                    reached = await twice(connection, first, second)
                    if reached < 2:
                        break
                first += 1
            assert first > 2, "it waited for nothing"

    run(main())


async def nothing(connection: aio.AsyncConnection) -> None:
    await connection.cursor().execute("SELECT n FROM work")


@pytest.mark.parametrize("reset", [None, nothing])
def test_a_pool_keeps_its_connection(
    run: Run[None], emulator: Server, reset: Callable[..., Any] | None
) -> None:
    """What was not committed is undone, and nothing is thrown away."""

    async def work(pool: aio.AsyncConnectionPool) -> None:
        async with pool.connection() as connection:
            await connection.cursor().execute("INSERT INTO work VALUES (1)")

    async def main() -> None:
        settings = {**settings_of(emulator), "autocommit": False, "max_size": 1}
        async with aio.connect(**settings_of(emulator)) as creating:
            cursor = creating.cursor()
            await cursor.execute("CREATE TABLE IF NOT EXISTS work (n INT)")
        async with aio.create_pool(**settings, reset=reset, min_size=1) as pool:
            first, reached = 0, 1
            while reached:
                for second in itertools.count(first + 1):
                    reached = await cancel(work(pool), first, second)
                    assert (pool.size, pool.idle_count) == (1, 1)
                    assert pool.stats()["connections_num"] == 1
                    assert await stored(emulator) == []
                    if reached < 2:
                        break
                first += 1
            assert first > 2, "it waited for nothing"

    run(main())


@pytest.mark.parametrize("breaks", [False, True])
def test_a_server_that_says_nothing_more(
    run: Run[None], emulator: Server, monkeypatch: pytest.MonkeyPatch, breaks: bool
) -> None:
    """What cannot be undone within the grace cannot be committed any more."""
    if not breaks:
        monkeypatch.setattr("informix_db.aio._conversations.CANCEL_GRACE", 0.1)

    async def main() -> None:
        connection = await aio.connect(**settings_of(proxy))
        await connection.cursor().execute("CREATE TABLE IF NOT EXISTS work (n INT)")
        undoing = asyncio.Event()

        async def work() -> None:
            async with connection.transaction():
                await connection.cursor().execute("INSERT INTO work VALUES (1)")
                proxy.stall(SERVER)
                undoing.set()
                raise ZeroDivisionError

        working = asyncio.ensure_future(work())
        await undoing.wait()
        for _ in range(3):
            working.cancel()
            await asyncio.sleep(0)
        if breaks:
            proxy.reset()
        with pytest.raises(asyncio.CancelledError):
            await working
        assert connection.closed
        proxy.heal()
        await eventually(lambda: emulator.statistics().sessions == 0)
        assert await stored(emulator) == []

    with Proxy(emulator.host, emulator.port) as proxy:
        run(main())
