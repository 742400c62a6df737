"""What asyncio may cost, as ratios of CPU seconds measured in one run; and the pools.

For 1,000 connections see `crowd.py`, which asks for 50,000 queries a second: more than
one processor has time for.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import informix_db
from benchmarks import crowd
from benchmarks.replay import ReplayServer, record
from informix_db import aio
from informix_db.testing import Server
from informix_db.testing.api import Column, SQLType
from informix_db.testing.canned import CannedQuery, CannedServer

pytestmark = pytest.mark.timeout(300)

SELECT = "select n from one"
ROUND_TRIPS = 2_000
CYCLES = 5_000


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture
def settings() -> Iterator[dict[str, Any]]:
    """How to connect to a server that answers one query."""
    query = CannedQuery([Column("n", SQLType(2, 4))], [(1,)])
    with CannedServer({SELECT: query}) as server:
        host, port = server.address
        yield {
            "host": host,
            "port": port,
            "user": "informix",
            "password": "in4mix",
            "database": "canned",
            "autocommit": True,
        }


def cpu(runs: dict[str, Callable[[], object]], rounds: int = 15) -> dict[str, float]:
    """Return the median CPU seconds of each; they take turns, the first is warm-up."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            started = time.process_time()
            run()
            seconds[name].append(time.process_time() - started)
    return {name: statistics.median(times[1:]) for name, times in seconds.items()}


def test_round_trip(settings: dict[str, Any], loop: asyncio.AbstractEventLoop) -> None:
    connection = informix_db.connect(**settings)

    async def connect() -> aio.AsyncConnection:
        return await aio.connect(**settings)

    other = loop.run_until_complete(connect())

    def run_sync() -> None:
        cursor = connection.cursor()
        for _ in range(ROUND_TRIPS):
            cursor.execute(SELECT).fetchone()

    async def run_async() -> None:
        cursor = other.cursor()
        for _ in range(ROUND_TRIPS):
            await cursor.execute(SELECT)
            await cursor.fetchone()

    seconds = cpu(
        {"sync": run_sync, "async": lambda: loop.run_until_complete(run_async())}
    )
    connection.close()
    loop.run_until_complete(other.close())
    ratio = seconds["async"] / seconds["sync"]
    per_trip = {n: f"{s / ROUND_TRIPS * 1e6:.1f} us" for n, s in seconds.items()}
    print(f"\nCPU of a round trip: {per_trip}, ratio {ratio:.2f}")
    assert ratio <= 1.35


def test_acquire_and_release(
    settings: dict[str, Any], loop: asyncio.AbstractEventLoop
) -> None:
    pool = informix_db.create_pool(**settings)

    async def create() -> aio.AsyncConnectionPool:
        return await aio.create_pool(**settings)

    other = loop.run_until_complete(create())

    def run_sync() -> None:
        for _ in range(CYCLES):
            pool.release(pool.acquire())

    async def run_async() -> None:
        for _ in range(CYCLES):
            await other.release(await other.acquire())

    seconds = cpu(
        {"sync": run_sync, "async": lambda: loop.run_until_complete(run_async())},
        rounds=7,
    )
    pool.close()
    loop.run_until_complete(other.close())
    micros = {name: value / CYCLES * 1e6 for name, value in seconds.items()}
    print(f"\nCPU of acquire and release: {micros} us")
    assert micros["sync"] <= 10
    assert micros["async"] <= 20


def test_a_hundred_connections(loop: asyncio.AbstractEventLoop) -> None:
    with Server() as server:
        script = record(server.host, server.port, crowd.select)
    ideal = 20 * 0.02
    with ReplayServer(script, 0.02) as replay:
        runs = [
            loop.run_until_complete(crowd.ours(replay, script, 100, 20))
            for _ in range(5)
        ]
    wall, cpu = map(min, zip(*runs, strict=True))
    print(f"\n100 connections, 20 queries of 20 ms: {wall:.3f} s, ideal {ideal} s")
    print(f"CPU of these: {cpu:.3f} s")
    # A processor that others use makes the wall time worthless.
    assert cpu <= ideal
