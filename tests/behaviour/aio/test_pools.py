"""Pools and cancelled tasks: what is given up is not lost, and goes to one user."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import anyio
import pytest
from slow_engine import ECHO, SlowEngine

import informix_db
from informix_db import aio
from informix_db.testing import Server
from tests.proxy import SERVER, Proxy

from .conftest import Run, eventually, settings_of


def test_a_connection_is_released_once(run: Run[None], emulator: Server) -> None:
    async def main() -> None:
        settings = {**settings_of(emulator), "autocommit": False}
        async with aio.create_pool(**settings, max_size=1) as pool:
            connection = await pool.acquire()
            await connection.cursor().execute("CREATE TEMP TABLE mine (n INT)")

            async def use() -> None:
                async with pool.connection() as mine:
                    mine.autocommit = True
                    assert not users
                    users.append(1)
                    await asyncio.sleep(0.01)
                    users.pop()
                    assert mine.autocommit

            users: list[int] = []
            using = [asyncio.ensure_future(use()) for _ in range(3)]
            await asyncio.sleep(0)
            first, second = await asyncio.gather(
                pool.release(connection),
                pool.release(connection),
                return_exceptions=True,
            )
            assert first is None
            assert isinstance(second, informix_db.InterfaceError)
            await asyncio.gather(*using)

    run(main())


@pytest.mark.parametrize("too_long", [False, True])
def test_a_cancelled_release_while_another_task_is_using_the_connection(
    run: Run[None], emulator: Server, too_long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("informix_db.aio.connections._CLOSE_TIMEOUT", 0.02)
    if too_long:
        monkeypatch.setattr("informix_db.aio._conversations.CANCEL_GRACE", 0.02)

    async def main() -> None:
        settings = {**settings_of(emulator), "autocommit": False}
        async with aio.create_pool(**settings, max_size=1) as pool:
            connection = await pool.acquire()
            await connection.cursor().execute("CREATE TEMP TABLE mine (n INT)")
            taken, free = asyncio.Event(), asyncio.Event()

            async def use() -> None:
                async with connection._lock:
                    taken.set()
                    await free.wait()

            using = asyncio.ensure_future(use())
            await taken.wait()
            releasing = asyncio.ensure_future(pool.release(connection))
            await asyncio.sleep(0)  # now it waits for the lock
            for _ in range(2):
                releasing.cancel()
                await asyncio.sleep(0)
            if not too_long:
                asyncio.get_running_loop().call_later(0.02, free.set)
            with pytest.raises(asyncio.CancelledError):
                await releasing
            assert connection.closed == too_long
            assert (pool.size, pool.idle_count) == ((0, 0) if too_long else (1, 1))
            free.set()
            await using

    run(main())


def test_a_release_does_not_wait_for_ever_for_another_task(
    run: Run[None], emulator: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("informix_db.aio.pool.RESTORE_TIMEOUT", 0.02)
    monkeypatch.setattr("informix_db.aio.connections._CLOSE_TIMEOUT", 0.02)

    async def main() -> None:
        settings = {**settings_of(emulator), "autocommit": False}
        async with aio.create_pool(**settings, max_size=1) as pool:
            connection = await pool.acquire()
            await connection.cursor().execute("CREATE TEMP TABLE mine (n INT)")
            async with connection._lock:
                await asyncio.ensure_future(pool.release(connection))
            assert connection.closed
            assert pool.size == 0

    run(main())


@pytest.mark.parametrize("too_long", [False, True])
def test_a_cancelled_release_and_a_reset_function(
    run: Run[None], emulator: Server, too_long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is done with its work before anybody is told, or is cancelled itself."""
    if too_long:
        monkeypatch.setattr("informix_db.aio._conversations.CANCEL_GRACE", 0.02)

    async def main() -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def reset(connection: aio.AsyncConnection) -> None:
            begun.set()
            try:
                await go_on.wait()
            except asyncio.CancelledError:
                begun.clear()
                raise

        async with aio.create_pool(**settings_of(emulator), reset=reset) as pool:
            connection = await pool.acquire()
            releasing = asyncio.ensure_future(pool.release(connection))
            await begun.wait()
            for _ in range(2):
                releasing.cancel()
                await asyncio.sleep(0)
            if not too_long:
                assert not releasing.done()
                go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await releasing
            assert begun.is_set() != too_long
            assert connection.closed == too_long
            assert pool.size == pool.idle_count == (not too_long)

    run(main())


def test_a_scope_that_cancels_again_and_again(run: Run[None], emulator: Server) -> None:
    """As those of anyio do, and with it those of Starlette and FastAPI."""

    async def reset(connection: aio.AsyncConnection) -> None:
        await connection.ping()

    async def main() -> None:
        settings = {**settings_of(emulator), "autocommit": False}
        async with aio.create_pool(**settings, reset=reset, max_size=1) as pool:
            for _ in range(2):
                with anyio.CancelScope() as scope:
                    async with pool.connection() as connection:
                        await connection.cursor().execute("CREATE TEMP TABLE a (n INT)")
                        scope.cancel()
                        await asyncio.sleep(10)
                assert scope.cancelled_caught
                assert pool.idle_count == 1
            assert pool.stats()["connections_num"] == 1

    run(main())


def test_a_cancelled_acquire_passes_a_good_connection_on(
    run: Run[None], emulator: Server
) -> None:
    """It was waiting for another connection to be closed, which was too old."""

    async def main() -> None:
        settings = settings_of(proxy)
        async with aio.create_pool(**settings, max_size=2) as pool:
            old, young = [await pool.acquire() for _ in range(2)]
            await pool.release(young)
            await pool.release(old)
            pool._core.idle[-1].born -= 3600
            object.__setattr__(pool._settings, "max_lifetime", 1800)
            proxy.stall(SERVER)
            acquiring = asyncio.ensure_future(pool.acquire())
            await eventually(lambda: old.closed)
            acquiring.cancel()
            with pytest.raises(asyncio.CancelledError):
                await acquiring
            proxy.heal()
            assert (pool.size, pool.idle_count) == (1, 1)
            assert pool.stats()["returns_bad"] == 0
            assert await pool.acquire() is young
            await young.ping()
            await pool.release(young)

    with Proxy(emulator.host, emulator.port) as proxy:
        run(main())


def test_a_statement_that_runs_on_is_waited_for(
    run: Run[None], slow_server: Server, engine: SlowEngine
) -> None:
    async def main() -> None:
        async with aio.create_pool(**settings_of(slow_server), max_size=1) as pool:
            async with pool.connection() as connection:
                cursor = connection.cursor()
                running = asyncio.ensure_future(cursor.execute(ECHO, (1, 50)))
                await eventually(lambda: engine.running)
            assert engine.finished == 1
            await running
            assert pool.idle_count == 1

    run(main())


def test_a_batch_that_waits_for_its_rows_is_waited_for(
    run: Run[None], emulator: Server
) -> None:
    async def main() -> None:
        free, waiting = asyncio.Event(), asyncio.Event()

        async def rows() -> AsyncIterator[tuple[int]]:
            waiting.set()
            await free.wait()
            yield (1,)

        async with aio.create_pool(**settings_of(emulator), max_size=1) as pool:
            async with pool.connection() as connection:
                cursor = connection.cursor()
                await cursor.execute("CREATE TEMP TABLE mine (n INT)")
                sql = "INSERT INTO mine VALUES (?)"
                running = asyncio.ensure_future(cursor.executemany(sql, rows()))
                await waiting.wait()
                asyncio.get_running_loop().call_later(0.02, free.set)
            assert running.done()
            await running
            assert pool.idle_count == 1

    run(main())


def test_a_cancelled_acquire_that_waits_for_an_answer_costs_the_connection(
    run: Run[None], emulator: Server
) -> None:
    async def main() -> None:
        async with aio.create_pool(**settings_of(proxy), max_size=1) as pool:
            pool.check_after = 0
            connection = await pool.acquire()
            await pool.release(connection)
            proxy.stall(SERVER)
            acquiring = asyncio.ensure_future(pool.acquire())
            await asyncio.sleep(0)
            acquiring.cancel()
            with pytest.raises(asyncio.CancelledError):
                await acquiring
            assert connection.closed
            assert pool.size == 0
            proxy.heal()

    with Proxy(emulator.host, emulator.port) as proxy:
        run(main())
