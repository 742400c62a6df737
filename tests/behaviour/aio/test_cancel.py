"""Cancelled and timed-out tasks: the connection is usable, or it is closed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from slow_engine import CHANGE, ECHO, SlowEngine

import informix_db
from informix_db import aio
from informix_db.testing import Server
from tests.proxy import CLIENT, SERVER, Proxy

from .conftest import Run, echo, eventually, settings_of

LONG = 20_000  # milliseconds: far longer than any test waits
GRACE = 0.1  # seconds, where it is certain to pass


@pytest.fixture
def proxy(slow_server: Server) -> Iterator[Proxy]:
    with Proxy(slow_server.host, slow_server.port) as running:
        yield running


@pytest.fixture
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("informix_db.aio._conversations.CANCEL_GRACE", GRACE)


async def begun(engine: SlowEngine) -> None:
    """Wait until a statement is running."""
    await eventually(lambda: engine.started.acquire(blocking=False))


async def assert_usable(connection: aio.AsyncConnection) -> None:
    assert not connection.closed
    for value in (1, 2):
        assert await echo(connection, value) == value


def assert_broken(connection: aio.AsyncConnection) -> None:
    assert connection.closed
    with pytest.raises(informix_db.InterfaceError, match="broken"):
        connection.cursor()


# -- ways to be cancelled --------------------------------------------------------------


async def by_wait_for(query: Awaitable[Any]) -> None:
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(query, 0.05)


async def by_cancel(query: Awaitable[Any]) -> None:
    task = asyncio.ensure_future(query)
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def by_cancel_twice(query: Awaitable[Any]) -> None:
    task = asyncio.ensure_future(query)
    await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def by_gather(query: Awaitable[Any]) -> None:
    async def fail() -> None:
        await asyncio.sleep(0.02)
        raise ZeroDivisionError

    task = asyncio.ensure_future(query)
    with pytest.raises(ZeroDivisionError):
        await asyncio.gather(task, fail())
    task.cancel()
    await asyncio.wait([task])


WAYS: list[Callable[[Awaitable[Any]], Awaitable[None]]] = [
    by_wait_for,
    by_cancel,
    by_cancel_twice,
    by_gather,
]

if sys.version_info >= (3, 11):

    async def by_timeout(query: Awaitable[Any]) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await query

    async def by_nested_timeouts(query: Awaitable[Any]) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), asyncio.timeout(0.05):
                await query

    async def by_task_group(query: Awaitable[Any]) -> None:
        async def fail() -> None:
            await asyncio.sleep(0.02)
            raise ZeroDivisionError

        async def wait_for_query() -> None:
            await query

        with pytest.raises(ExceptionGroup):  # noqa: F821
            async with asyncio.TaskGroup() as group:
                group.create_task(wait_for_query())
                group.create_task(fail())

    WAYS += [by_timeout, by_nested_timeouts, by_task_group]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_session_survives(
    run: Run[None],
    slow_server: Server,
    engine: SlowEngine,
    way: Callable[[Awaitable[Any]], Awaitable[None]],
) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            for usable in (0, 1):
                await way(echo(connection, 0, LONG))
                assert engine.finished == 2 * usable
                await assert_usable(connection)
        assert slow_server.statistics().total_sessions == 1

    run(main())


# -- what was under way ----------------------------------------------------------------


def test_a_result_that_came_in_time_to_be_ignored(
    run: Run[None], slow_server: Server
) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            for milliseconds in range(12):
                task = asyncio.ensure_future(echo(connection, 5, milliseconds))
                await asyncio.sleep(0.006)
                task.cancel()
                await asyncio.wait([task])
                assert task.cancelled() or task.result() == 5
                await assert_usable(connection)

    run(main())


def test_a_statement_that_would_follow_is_interrupted_too(
    run: Run[None], slow_server: Server, engine: SlowEngine
) -> None:
    """The interrupt meets BEGIN, and the change is sent after its reply."""

    async def main() -> None:
        settings = {**settings_of(slow_server), "autocommit": False}
        async with aio.connect(**settings) as connection:
            cursor = connection.cursor()
            await cursor.execute(CHANGE, (0,))
            await connection.commit()
            slow_server.faults.delay(0.1)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(cursor.execute(CHANGE, (LONG,)), 0.03)
            assert engine.changed == 1
            assert not connection.closed
            await connection.rollback()
            assert await echo(connection, 1) == 1

    run(main())


def test_executemany_is_undone(
    run: Run[None], slow_server: Server, engine: SlowEngine
) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            cursor = connection.cursor()
            rows = [(0,)] * 3 + [(LONG,)] + [(0,)] * 3
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(cursor.executemany(CHANGE, rows), 0.1)
            assert engine.changed == 3
            assert engine.sessions[-1].calls == [("rollback", None)]
            assert not connection.in_transaction
            await assert_usable(connection)

    run(main())


def test_a_transaction_block_is_undone(
    run: Run[None], slow_server: Server, engine: SlowEngine
) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:

            async def work() -> None:
                async with connection.transaction():
                    await connection.cursor().execute(CHANGE, (0,))
                    await connection.cursor().execute(CHANGE, (LONG,))

            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(work(), 0.1)
            assert engine.sessions[-1].calls == [("rollback", None)]
            assert not connection.in_transaction
            await assert_usable(connection)

    run(main())


def test_login(run: Run[None], proxy: Proxy, slow_server: Server) -> None:
    proxy.stall(SERVER)

    async def main() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(aio.connect(**settings_of(proxy)), 0.1)
        proxy.heal()

    run(main())
    assert slow_server.wait_until_idle(5)


def test_who_waits_for_the_connection(run: Run[None], slow_server: Server) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            first = asyncio.ensure_future(echo(connection, 1, 100))
            others = [
                asyncio.ensure_future(echo(connection, value)) for value in range(2, 8)
            ]
            await asyncio.sleep(0.01)
            for other in others[::2]:
                other.cancel()
            results = await asyncio.gather(first, *others, return_exceptions=True)
            assert results[0] == 1
            assert results[2::2] == [3, 5, 7]
            assert all(isinstance(r, asyncio.CancelledError) for r in results[1::2])

    run(main())


# -- a server that does not react ------------------------------------------------------


@pytest.mark.usefixtures("short_grace")
@pytest.mark.parametrize("way", WAYS[:3], ids=lambda way: way.__name__)
def test_past_the_grace_the_connection_is_closed(
    run: Run[None],
    proxy: Proxy,
    slow_server: Server,
    way: Callable[[Awaitable[Any]], Awaitable[None]],
) -> None:
    async def main() -> None:
        connection = await aio.connect(**settings_of(proxy))
        proxy.stall(SERVER)
        loop = asyncio.get_running_loop()
        started = loop.time()
        await way(echo(connection, 0))
        assert GRACE <= loop.time() - started < 2
        assert_broken(connection)

    run(main())
    proxy.heal()
    assert slow_server.wait_until_idle(5)


def test_a_line_that_breaks_meanwhile(run: Run[None], proxy: Proxy) -> None:
    async def main() -> None:
        connection = await aio.connect(**settings_of(proxy))
        proxy.stall(SERVER)
        task = asyncio.ensure_future(echo(connection, 0))
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.sleep(0.02)
        proxy.reset()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert_broken(connection)

    run(main())


@pytest.mark.usefixtures("short_grace")
def test_an_interrupt_that_is_lost(run: Run[None], proxy: Proxy) -> None:
    async def main() -> None:
        connection = await aio.connect(**settings_of(proxy))
        proxy.stall(CLIENT)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(echo(connection, 0), 0.05)
        assert_broken(connection)

    run(main())


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("too_long", [False, True])
def test_at_the_end_of_a_block_while_another_task_is_using_the_connection(
    run: Run[None],
    emulator: Server,
    nested: bool,
    fails: bool,
    too_long: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the block did is undone in its turn, or cannot be committed any more."""
    if too_long:
        monkeypatch.setattr("informix_db.aio._conversations.CANCEL_GRACE", 0.02)

    async def main() -> None:
        settings = {**settings_of(emulator), "autocommit": False}
        async with aio.connect(**settings) as connection:
            await connection.cursor().execute("CREATE TEMP TABLE mine (n INT)")
            await connection.commit()
            ended, free = asyncio.Event(), asyncio.Event()

            async def use() -> None:
                async with connection._lock:
                    ended.set()
                    await free.wait()

            async def work() -> None:
                cursor = connection.cursor()
                if nested:
                    await cursor.execute("INSERT INTO mine VALUES (1)")
                async with connection.transaction():
                    await cursor.execute("INSERT INTO mine VALUES (2)")
                    other.append(asyncio.ensure_future(use()))
                    await ended.wait()
                    if fails:
                        raise ZeroDivisionError

            other: list[asyncio.Task[None]] = []
            working = asyncio.ensure_future(work())
            await eventually(ended.is_set)
            await asyncio.sleep(0)  # now it waits for the lock
            working.cancel()
            if not too_long:
                asyncio.get_running_loop().call_later(0.02, free.set)
            with pytest.raises(asyncio.CancelledError):
                await working
            free.set()
            await asyncio.gather(*other)
            if too_long:
                assert_broken(connection)
            else:
                assert connection.in_transaction == nested
                await connection.commit()
                cursor = await connection.cursor().execute("SELECT n FROM mine")
                assert await cursor.fetchall() == [(1,)] * nested

    run(main())


def test_while_an_inner_block_is_entered(run: Run[None], emulator: Server) -> None:
    """Who is cancelled then has not entered it, and leaves the outer one."""

    async def main() -> None:
        settings = {**settings_of(emulator), "host": proxy.host, "port": proxy.port}
        async with aio.connect(**settings) as connection:

            async def work() -> None:
                async with connection.transaction():
                    await connection.cursor().execute("CREATE TEMP TABLE mine (n INT)")
                    proxy.stall(SERVER)
                    entering.set()
                    async with connection.transaction():
                        pytest.fail("it was entered")

            entering = asyncio.Event()
            working = asyncio.ensure_future(work())
            await entering.wait()
            await asyncio.sleep(0)  # now it waits for the savepoint
            working.cancel()
            proxy.heal()
            with pytest.raises(asyncio.CancelledError):
                await working
            assert not connection.in_transaction
            await connection.commit()

    with Proxy(emulator.host, emulator.port) as proxy:
        run(main())


def test_before_a_block_is_undone(run: Run[None], emulator: Server) -> None:
    async def main() -> None:
        def interrupted() -> Iterator[None]:
            raise asyncio.CancelledError
            yield

        async with aio.connect(**settings_of(emulator)) as connection:
            connection._undo_gen = interrupted  # type: ignore[assignment]
            with pytest.raises(asyncio.CancelledError):
                async with connection.transaction():
                    await connection.cursor().execute("CREATE TEMP TABLE mine (n INT)")
                    raise ZeroDivisionError
            assert_broken(connection)

    run(main())


# -- cancel(), timeouts and close() ----------------------------------------------------


def test_cancel_from_another_task(
    run: Run[None], slow_server: Server, engine: SlowEngine
) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            await connection.cancel()
            task = asyncio.ensure_future(echo(connection, 0, LONG))
            await begun(engine)
            await connection.cancel()
            with pytest.raises(informix_db.StatementCancelledError) as caught:
                await task
            assert caught.value.sqlcode == -213
            await assert_usable(connection)

    run(main())


def test_a_cancelled_task_that_also_times_out(
    run: Run[None], slow_server: Server, engine: SlowEngine
) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            cursor = connection.cursor()
            task = asyncio.ensure_future(cursor.execute(ECHO, (1, LONG), timeout=0.05))
            await begun(engine)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await assert_usable(connection)

    run(main())


def test_close_does_not_wait_for_a_running_statement(
    run: Run[None],
    slow_server: Server,
    engine: SlowEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("informix_db.aio.connections._CLOSE_TIMEOUT", 0.1)

    async def main() -> None:
        connection = await aio.connect(**settings_of(slow_server))
        task = asyncio.ensure_future(echo(connection, 0, LONG))
        await begun(engine)
        loop = asyncio.get_running_loop()
        started = loop.time()
        await connection.close()
        assert loop.time() - started < 2
        with pytest.raises(informix_db.OperationalError, match="closed on this side"):
            await task

    run(main())
    assert slow_server.wait_until_idle(5)


def test_close_that_is_cancelled_closes(
    run: Run[None], proxy: Proxy, slow_server: Server
) -> None:
    async def main() -> None:
        connection = await aio.connect(**settings_of(proxy))
        proxy.stall(SERVER)
        task = asyncio.ensure_future(connection.close())
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert connection.closed

    run(main())
    proxy.heal()
    assert slow_server.wait_until_idle(5)
