"""Many users of one pool: who waits, who is served, what is left over."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import threading
import time
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from logins import login_to

import informix_db
from informix_db import aio
from informix_db.testing import Server
from tests.proxy import SERVER, Proxy

from ..conftest import BOTH
from .conftest import MakePool, Until

MODES = BOTH
ASYNC = pytest.mark.parametrize("mode", ["async"])
SYNC = pytest.mark.parametrize("mode", ["sync"])


class Threads:
    """Threads that end with the test, and whose errors are its errors."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self._threads: list[threading.Thread] = []

    def start(self, work: Any, *args: Any) -> threading.Thread:
        def run() -> None:
            try:
                work(*args)
            except BaseException as error:
                self.errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        self._threads.append(thread)
        return thread

    def join(self) -> None:
        for thread in self._threads:
            thread.join(timeout=50)
            assert not thread.is_alive()


@pytest.fixture
def threads() -> Iterator[Threads]:
    started = Threads()
    yield started
    started.join()
    assert not started.errors


# -- fairness --------------------------------------------------------------------------


@SYNC
def test_threads_are_served_in_turn(
    make_pool: MakePool, threads: Threads, until: Until, mode: str
) -> None:
    pool = make_pool(max_size=1)
    served: list[int] = []
    first = pool.acquire()

    def work(number: int) -> None:
        connection = pool.acquire()
        served.append(number)
        pool.release(connection)

    for number in range(10):
        threads.start(work, number)
        until(lambda n=number: pool.stats()["requests_waiting"] == n + 1)
    pool.release(first)
    threads.join()
    assert served == list(range(10))


@SYNC
def test_ten_thousand_acquires_by_fifty_threads(
    make_pool: MakePool, threads: Threads, server: Server, mode: str
) -> None:
    pool = make_pool(max_size=5)
    used: set[int] = set()
    guard = threading.Lock()
    counts = [0] * 50

    def work(number: int) -> None:
        for _ in range(200):
            connection = pool.acquire()
            with guard:
                assert id(connection) not in used
                used.add(id(connection))
                assert len(used) <= 5
            counts[number] += 1
            with guard:
                used.remove(id(connection))
            pool.release(connection)

    for number in range(50):
        threads.start(work, number)
    threads.join()
    assert counts == [200] * 50
    assert pool.stats()["requests_num"] == 10_000
    assert server.statistics().total_sessions == pool.size <= 5


@ASYNC
def test_ten_thousand_acquires_by_fifty_tasks(
    make_pool: MakePool, server: Server, runner: Any, mode: str
) -> None:
    pool = make_pool(max_size=5)._target
    counts = [0] * 50
    turns: list[int] = []

    async def work(number: int) -> None:
        for _ in range(200):
            connection = await pool.acquire()
            counts[number] += 1
            turns.append(number)
            await asyncio.sleep(0)
            await pool.release(connection)

    async def main() -> None:
        await asyncio.gather(*(work(number) for number in range(50)))

    runner.run(main())
    assert counts == [200] * 50
    # Everybody comes round once before anybody comes round twice, give or take those
    # who hold a connection.
    latest = {number: index for index, number in enumerate(turns)}
    assert min(latest.values()) > len(turns) - 3 * 50
    assert server.statistics().total_sessions == pool.size == 5


# -- waiting ---------------------------------------------------------------------------


@SYNC
def test_close_wakes_the_threads_that_wait(
    make_pool: MakePool, threads: Threads, until: Until, mode: str
) -> None:
    pool = make_pool(max_size=1)
    connection = pool.acquire()
    refused: list[BaseException] = []

    def work() -> None:
        with pytest.raises(informix_db.PoolClosedError) as caught:
            pool.acquire()
        refused.append(caught.value)

    for _ in range(5):
        threads.start(work)
    until(lambda: pool.stats()["requests_waiting"] == 5)
    pool.close()
    threads.join()
    assert len(refused) == 5
    pool.release(connection)


@ASYNC
def test_close_wakes_the_tasks_that_wait(
    make_pool: MakePool, runner: Any, mode: str
) -> None:
    pool = make_pool(max_size=1)._target

    async def main() -> None:
        connection = await pool.acquire()
        waiting = [asyncio.ensure_future(pool.acquire()) for _ in range(5)]
        await asyncio.sleep(0)
        await pool.close()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(result) for result in results} == {informix_db.PoolClosedError}
        await pool.release(connection)

    runner.run(main())


@ASYNC
def test_a_cancelled_wait_passes_its_turn_on(
    make_pool: MakePool, runner: Any, mode: str
) -> None:
    pool = make_pool(max_size=1)._target

    async def main() -> None:
        connection = await pool.acquire()
        first, second, third = (asyncio.ensure_future(pool.acquire()) for _ in range(3))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        await pool.release(connection)
        second.cancel()  # it has been granted the connection already
        assert await third is connection
        await asyncio.wait([first, second])
        assert first.cancelled()
        assert second.cancelled()
        await pool.release(connection)
        assert (pool.size, pool.idle_count) == (1, 1)
        assert pool.stats()["requests_waiting"] == 0

    runner.run(main())


@ASYNC
def test_a_cancelled_connect_gives_its_slot_back(
    make_pool: MakePool, runner: Any, proxy: Proxy, server: Server, mode: str
) -> None:
    pool = make_pool(max_size=1, host=proxy.host, port=proxy.port)._target

    async def main() -> None:
        proxy.stall(SERVER)
        for _ in range(3):
            task = asyncio.ensure_future(pool.acquire())
            await asyncio.sleep(0.02)
            assert pool.size == 1
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert pool.size == 0
        proxy.heal()
        async with pool.connection() as connection:
            await connection.ping()

    runner.run(main())


@ASYNC
def test_a_cancelled_release_throws_the_connection_away(
    make_pool: MakePool,
    runner: Any,
    proxy: Proxy,
    table: str,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
) -> None:
    monkeypatch.setattr("informix_db.aio._conversations.CANCEL_GRACE", 0.1)
    pool = make_pool(max_size=1, host=proxy.host, port=proxy.port)._target

    async def main() -> None:
        connection = await pool.acquire()
        await connection.cursor().execute(f"INSERT INTO {table} VALUES (1)")
        proxy.stall(SERVER)
        task = asyncio.ensure_future(pool.release(connection))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert connection.closed
        assert pool.size == 0
        assert pool.stats()["returns_bad"] == 1
        proxy.heal()

    runner.run(main())


@ASYNC
def test_a_cancelled_block_undoes_its_work(
    make_pool: MakePool, runner: Any, table: str, mode: str
) -> None:
    pool = make_pool(max_size=1)._target

    async def work() -> None:
        async with pool.connection() as connection:
            await connection.cursor().execute(f"INSERT INTO {table} VALUES (1)")
            await asyncio.sleep(20)

    async def main() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(work(), 0.1)
        assert (pool.size, pool.idle_count) == (1, 1)
        async with pool.connection() as connection:
            cursor = await connection.cursor().execute(f"SELECT * FROM {table}")
            assert await cursor.fetchall() == []

    runner.run(main())


# -- what is slow does not hold up the others ------------------------------------------


@SYNC
def test_a_slow_rollback_holds_up_no_thread(
    make_pool: MakePool, threads: Threads, server: Server, table: str, mode: str
) -> None:
    pool = make_pool(max_size=2)
    connection, other = pool.acquire(), pool.acquire()
    connection.cursor().execute(f"INSERT INTO {table} VALUES (1)")
    pool.release(other)
    server.faults.delay(0.4)
    started = time.monotonic()
    slow = threads.start(pool.release, connection)
    while server.faults.is_armed:
        assert slow.is_alive()
    with pool.connection() as free:
        assert free is other
    assert time.monotonic() - started < 0.3
    assert slow.is_alive()


@SYNC
def test_a_slow_connect_holds_up_no_thread(
    make_pool: MakePool, threads: Threads, proxy: Proxy, until: Until, mode: str
) -> None:
    pool = make_pool(max_size=2, host=proxy.host, port=proxy.port)
    connection = pool.acquire()
    proxy.stall(SERVER)
    slow = threads.start(lambda: pool.release(pool.acquire()))
    until(lambda: pool.size == 2)
    pool.release(connection)
    with pool.connection() as again:
        assert again is connection
    assert slow.is_alive()
    proxy.heal()
    threads.join()


# -- nothing is left over --------------------------------------------------------------


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def test_ten_thousand_cycles_leak_nothing(
    make_pool: MakePool, server: Server, until: Until, table: str
) -> None:
    pool = make_pool(min_size=1, max_size=3)

    def cycle(number: int, works_every: int) -> None:
        if number % works_every:
            pool.release(pool.acquire())
            return
        with pool.connection() as connection:
            cursor = connection.cursor()
            cursor.execute(f"INSERT INTO {table} VALUES (?)", (number,))
            cursor.execute(f"SELECT n FROM {table} WHERE n = ?", (number,))
            assert cursor.fetchone() == (number,)

    def run(cycles: int, works_every: int) -> tuple[int, int, int]:
        for number in range(cycles):
            cycle(number, works_every)
        until(lambda: server.statistics().cursors == 0)
        gc.collect()
        return (
            len(gc.get_objects()),
            server.statistics().statements,
            descriptors(),
        )

    objects, statements, files = run(600, 1)  # the emulator fills a cache
    later = run(10_000, 50)
    assert later[0] - objects < 500
    assert later[1:] == (statements, files)
    assert statements == 2
    assert server.statistics().total_sessions == 2  # the table's, and the pool's


def test_fifty_evictions_leak_nothing(
    make_pool: MakePool, server: Server, until: Until
) -> None:
    pool = make_pool(max_size=3)
    for number in range(50):
        with pytest.raises(informix_db.OperationalError), pool.connection():
            raise informix_db.OperationalError(str(number))
    until(lambda: server.statistics().sessions == 0)
    assert pool.size == 0
    assert server.statistics().total_sessions == 50
    assert server.statistics().statements == 0


@SYNC
def test_a_forgotten_pool_ends_its_thread(
    server: Server, until: Until, mode: str
) -> None:
    before = set(threading.enumerate())
    pools = [informix_db.create_pool(**login_to(server), min_size=1)]
    (upkeeper,) = (
        thread
        for thread in set(threading.enumerate()) - before
        if thread.name == "informix_db-pool"
    )
    warned = forget(pools)
    assert any("unclosed" in text and "Pool" in text for text in warned)
    until(lambda: not upkeeper.is_alive())
    until(lambda: server.statistics().sessions == 0)


@ASYNC
def test_a_forgotten_async_pool_ends_its_task(
    server: Server, runner: Any, until: Until, mode: str
) -> None:
    async def open_one() -> list[Any]:
        return [await aio.create_pool(**login_to(server), min_size=1)]

    pools = runner.run(open_one())
    warned = forget(pools)
    assert any("unclosed" in text and "Pool" in text for text in warned)
    until(lambda: not asyncio.all_tasks(runner.loop))
    until(lambda: server.statistics().sessions == 0)


def forget(things: list[Any]) -> list[str]:
    """Let go of everything in a list; return the warnings that gave."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        things.clear()
        gc.collect()
        texts = [str(warning.message) for warning in caught]
        caught.clear()  # which hold what they are about
        gc.collect()
        caught.clear()
    return texts


# -- chance ----------------------------------------------------------------------------


@ASYNC
def test_tasks_cancelled_anywhere_leave_the_pool_whole(
    make_pool: MakePool, server: Server, runner: Any, table: str, mode: str
) -> None:
    pool = make_pool(max_size=4, min_size=1, reset=lambda connection: None)._target

    async def work(chance: random.Random) -> None:
        async with pool.connection() as connection:
            await connection.cursor().execute(f"INSERT INTO {table} VALUES (1)")
            if chance.random() < 0.2:
                raise informix_db.OperationalError("chance")

    async def worker(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(60):
            task = asyncio.ensure_future(work(chance))
            await asyncio.sleep(chance.random() * 0.02)
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled() and task.exception() is not None:
                assert str(task.exception()) == "chance"

    async def main() -> None:
        await asyncio.gather(*(worker(seed) for seed in range(12)))
        while pool.size != pool.idle_count:  # upkeep may be at it
            await asyncio.sleep(0.002)
        assert pool.stats()["requests_waiting"] == 0
        assert pool.size <= 4
        async with pool.connection() as connection:
            cursor = await connection.cursor().execute(f"SELECT * FROM {table}")
            assert await cursor.fetchall() == []

    runner.run(main())
