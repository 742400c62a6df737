"""Storms of cancelled queries: no answer goes astray, and nothing is left over."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

from slow_engine import SlowEngine

from informix_db import aio
from informix_db.testing import Server
from informix_db.testing.server import Statistics

from .conftest import Run, echo, eventually, settings_of

LONG = 20_000  # milliseconds: far longer than any test waits


def is_tidy(statistics: Statistics, stats: dict[str, int]) -> bool:
    """Whether the server holds one cached statement a connection, and no cursor."""
    size = stats["pool_size"]
    return (
        statistics.sessions == size
        and statistics.cursors == 0
        and statistics.statements <= size
    )


def test_a_storm_of_cancelled_queries_over_a_pool(
    run: Run[None], slow_server: Server, engine: SlowEngine
) -> None:
    """Each query returns a value only it supplied, or nothing at all.

    Of ten queries one is left alone, one cancelled while the server is at it, and one
    once it has a connection; the others are cancelled at any moment, or never.
    """
    answered = cancelled = 0

    async def query(
        pool: aio.AsyncConnectionPool, value: int, wait: int, sent: asyncio.Event
    ) -> None:
        async with pool.connection() as connection:
            sent.set()
            assert await echo(connection, value, wait) == value

    async def work(
        pool: aio.AsyncConnectionPool, queries: Iterator[int], chance: random.Random
    ) -> None:
        nonlocal answered, cancelled
        for value in queries:
            kind = value % 10
            sent = asyncio.Event()
            wait = LONG if kind in (1, 2) else chance.randrange(4)
            task = asyncio.ensure_future(query(pool, value, wait, sent))
            if kind == 1:
                await eventually(lambda value=value: value in engine.running)
            elif kind == 2:
                await sent.wait()
            elif kind:
                await asyncio.sleep(chance.random() * 0.01)
            if kind:
                task.cancel()
                if chance.random() < 0.3:
                    await asyncio.sleep(0)
                    task.cancel()
            await asyncio.wait([task])
            cancelled += task.cancelled()
            if not task.cancelled():
                task.result()
                answered += 1

    async def main() -> None:
        loop = asyncio.get_running_loop()
        number = 5_000 if isinstance(loop, asyncio.BaseEventLoop) else 2_000
        queries = iter(range(number))
        settings = {**settings_of(slow_server), "max_size": 10, "connect_timeout": 30}
        async with aio.create_pool(**settings, acquire_timeout=60) as pool:
            await asyncio.gather(
                *(work(pool, queries, random.Random(seed)) for seed in range(20))
            )
            stats = pool.stats()
            assert stats["pool_available"] == stats["pool_size"] <= 10
            assert stats["requests_waiting"] == 0
            assert stats["returns_bad"] == 0
            await eventually(lambda: is_tidy(slow_server.statistics(), stats))
        assert answered + cancelled == number
        assert 0.1 * number <= answered <= 0.8 * number
        assert engine.interrupted >= 0.1 * number

    run(main())
    assert slow_server.wait_until_idle(5)


def test_a_storm_on_one_shared_connection(
    run: Run[None], slow_server: Server, engine: SlowEngine
) -> None:
    async def work(
        connection: aio.AsyncConnection, first: int, chance: random.Random
    ) -> None:
        for value in range(first, first + 60):
            task = asyncio.ensure_future(echo(connection, value, chance.randrange(2)))
            await asyncio.sleep(chance.random() * 0.01)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled() or task.result() == value

    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            await asyncio.gather(
                *(work(connection, 100 * i, random.Random(i)) for i in range(8))
            )
            assert await echo(connection, 1) == 1

    run(main())
    assert slow_server.statistics().total_sessions == 1
