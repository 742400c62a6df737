"""What asyncio adds: ways to await, to iterate, to share a loop, to be forgotten."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Any

import pytest
from slow_engine import SlowEngine
from stub_engine import INTEGER, StubStatement

import informix_db
from informix_db import aio
from informix_db._protocol.channel import Channel
from informix_db._transport.aio import AsyncTransport
from informix_db._wire.constants import STMT_EXECUTE_ROUTINE
from informix_db.observe import Operation
from informix_db.testing import Server
from informix_db.testing.api import Column
from tests.proxy import SERVER, Proxy

from .conftest import Run, echo, eventually, settings_of


def test_an_opening_is_a_coroutine(run: Run[None], slow_server: Server) -> None:
    async def main() -> None:
        settings = settings_of(slow_server)
        aio.connect(**settings).close()  # and nothing says it was never awaited
        with pytest.raises(KeyError, match="thrown"):
            aio.connect(**settings).throw(KeyError("thrown"))
        task = asyncio.create_task(aio.connect(**settings))
        await asyncio.sleep(0)  # it waits for the network now
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())
    gc.collect()


def test_ways_to_open_and_close(run: Run[None], slow_server: Server) -> None:
    async def main() -> None:
        settings = settings_of(slow_server)
        first = await aio.connect(**settings)
        async with aio.connect(**settings) as second:
            assert await echo(second, 1) == 1
        async with first:
            assert await echo(first, 2) == 2
        task = asyncio.create_task(aio.connect(**settings))
        await (await task).close()
        third, fourth = await asyncio.gather(
            aio.connect(**settings), aio.connect(**settings)
        )
        await asyncio.gather(third.close(), fourth.close(), fourth.close())
        assert first.closed
        assert second.closed
        with pytest.raises(informix_db.InterfaceError, match="closed"):
            async with first:
                pass

    run(main())
    assert slow_server.wait_until_idle(5)


def test_ways_to_use_a_cursor(run: Run[None], slow_server: Server) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            cursor = await connection.cursor()
            assert await cursor.execute("select id,name from t1") is cursor
            assert await cursor.fetchone() == (1, "row 0")
            assert [row async for row in cursor] == [
                (i, f"row {i - 1}") for i in range(2, 6)
            ]
            async with connection.cursor() as other:
                await other.execute("select id,name from t1")
                assert len(await other.fetchall()) == 5
            async with await connection.cursor() as third:
                assert not third.closed
            assert other.closed
            assert third.closed
            await cursor.close()
            await cursor.close()

    run(main())


def test_cursors_are_iterated_in_turn(run: Run[None], slow_server: Server) -> None:
    async def main() -> None:
        settings = {**settings_of(slow_server), "fetch_buffer_size": 512}
        async with aio.connect(**settings) as connection:
            cursors = [connection.cursor() for _ in range(3)]
            for cursor in cursors:
                await cursor.execute("select many ?", (300,))
            seen = []
            async for row in cursors[0]:
                assert await cursors[1].fetchone() == row
                assert await cursors[2].fetchone() == row
                seen.append(row[0])
            assert seen == list(range(1, 301))

    run(main())


def test_rows_whose_own_task_waits_for_the_connection(
    run: Run[None], slow_server: Server
) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:

            async def rows() -> Any:
                with pytest.raises(informix_db.InterfaceError, match="another conn"):
                    await asyncio.ensure_future(connection.ping())
                yield 1, "one", None

            statement = "insert into t1 (id,name,n) values (?,?,?)"
            await connection.cursor().executemany(statement, rows())
            await asyncio.ensure_future(connection.ping())

    run(main())


def test_rows_of_an_async_generator(
    run: Run[None], slow_server: Server, engine: SlowEngine
) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            source = await connection.cursor().execute("select many ?", (1200,))

            async def rows(last: int) -> Any:
                async for number, name in source:
                    yield number, name, None
                    if number == last:
                        raise LookupError("no more")

            cursor = connection.cursor()
            statement = "insert into t1 (id,name,n) values (?,?,?)"
            await connection.commit()
            async with connection.transaction():
                with pytest.raises(LookupError):
                    await cursor.executemany(statement, rows(700))
                assert len(engine.sessions[-1].stored) == 700
                assert await source.fetchone() == (701, "row 700")
                await cursor.executemany(statement, rows(-1))
            assert cursor.rowcount == 499
            await source.close()

    run(main())


def test_callproc(run: Run[None], slow_server: Server, engine: SlowEngine) -> None:
    engine.statements["EXECUTE PROCEDURE twice(?)"] = lambda session: StubStatement(
        session,
        STMT_EXECUTE_ROUTINE,
        [Column("", INTEGER)],
        [Column("", INTEGER)],
        rows=lambda values: [(values[0].value,)] * 2,
    )

    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            cursor = connection.cursor()
            given = [7]
            assert await cursor.callproc("twice", given) is given
            assert [row async for row in cursor] == [(7,), (7,)]

    run(main())


def test_blocks(run: Run[None], slow_server: Server, engine: SlowEngine) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            calls = engine.sessions[-1].calls
            async with connection.transaction() as same:
                assert same is connection
                with pytest.raises(LookupError):
                    async with connection.savepoint("first"):
                        raise LookupError
                async with connection.savepoint("second"):
                    pass
                assert calls == [
                    ("set", "first"),
                    ("rollback", "first"),
                    ("release", "first"),
                    ("set", "second"),
                    ("release", "second"),
                ]
                assert connection.in_transaction
            assert not connection.in_transaction
            with pytest.raises(LookupError):
                async with connection.transaction():
                    await connection.cursor().execute("update")
                    raise LookupError
            assert calls[5:] == [("rollback", None)]

    run(main())


def test_tasks_that_share_a_connection_queue_up(
    run: Run[None], slow_server: Server
) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            answers = await asyncio.gather(
                *(echo(connection, value, value % 3) for value in range(100))
            )
            assert answers == list(range(100))

    run(main())


def test_no_threads_are_used(
    run: Run[None], slow_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        def refuse(*_: object) -> None:
            raise AssertionError("a thread was asked for")

        loop = asyncio.get_running_loop()
        if isinstance(loop, asyncio.BaseEventLoop):
            monkeypatch.setattr(loop, "run_in_executor", refuse)
        before = {t.name for t in threading.enumerate() if not emulators(t)}
        async with aio.create_pool(
            **settings_of(slow_server), min_size=3, max_size=5
        ) as pool:

            async def work(value: int) -> None:
                async with pool.connection() as connection:
                    assert await echo(connection, value, 2) == value

            await asyncio.gather(*(work(value) for value in range(40)))
        after = {t.name for t in threading.enumerate() if not emulators(t)}
        assert after <= before

    run(main())


def emulators(thread: threading.Thread) -> bool:
    return thread.name.startswith("informix-emulator")


def test_a_host_name_is_looked_up(run: Run[None], slow_server: Server) -> None:
    async def main() -> None:
        settings = {**settings_of(slow_server), "host": "localhost"}
        async with aio.connect(**settings) as connection:
            assert await echo(connection, 1) == 1
        with pytest.raises(informix_db.OperationalError, match="has no address"):
            await aio.connect(**{**settings, "host": "nowhere.invalid"})

    run(main())


def test_nobody_listens(run: Run[None], free_port: int) -> None:
    async def main() -> None:
        with pytest.raises(
            informix_db.OperationalError, match="cannot connect"
        ) as caught:
            await aio.connect(
                "127.0.0.1", free_port, user="informix", password="in4mix"
            )
        assert caught.value.session_dead

    run(main())


@pytest.fixture
def free_port(slow_server: Server) -> int:
    """A port nobody listens on any more."""
    port = slow_server.port
    slow_server.close()
    return port


def test_a_server_that_does_not_log_in(run: Run[None], slow_server: Server) -> None:
    async def main() -> None:
        with Proxy(slow_server.host, slow_server.port) as proxy:
            proxy.stall(SERVER)
            settings = {**settings_of(proxy), "connect_timeout": 0.5}
            with pytest.raises(
                informix_db.OperationalError, match=r"complete the login within 0\.5 s"
            ) as caught:
                await aio.connect(**settings)
            assert caught.value.session_dead

    run(main())
    assert slow_server.wait_until_idle(5)


def forget(things: list[Any]) -> None:
    things.clear()
    gc.collect()


def test_a_forgotten_connection_warns_and_closes(
    run: Run[None], slow_server: Server
) -> None:
    async def main() -> None:
        forgotten = [await aio.connect(**settings_of(slow_server))]
        with pytest.warns(ResourceWarning, match="unclosed"):
            forget(forgotten)
        await eventually(lambda: slow_server.statistics().sessions == 0)

    run(main())


def test_a_pool_that_cannot_start_leaves_nothing(
    run: Run[None], slow_server: Server, engine: SlowEngine
) -> None:
    async def main() -> None:
        with pytest.raises(informix_db.OperationalError):
            await aio.create_pool(
                **{**settings_of(slow_server), "password": "no"}, min_size=5
            )
        with Proxy(slow_server.host, slow_server.port) as proxy:
            proxy.stall(SERVER)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(
                    aio.create_pool(**settings_of(proxy), min_size=5), 0.1
                )

    run(main())
    assert slow_server.wait_until_idle(5)


def test_a_connection_that_comes_too_late_is_dropped(run: Run[None]) -> None:
    class Late:
        aborted = False

        def abort(self) -> None:
            self.aborted = True

    async def main() -> None:
        transport = AsyncTransport(Channel("utf-8"), "somewhere")
        transport.close()
        late: Any = Late()
        transport.connection_made(late)
        assert late.aborted

    run(main())


def test_unasked_bytes_do_not_fill_the_memory(
    run: Run[None], slow_server: Server
) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(slow_server)) as connection:
            transport = connection._transport
            chunk = bytes(64 * 1024)
            read = connection._channel.read
            for _ in range(10):
                if transport._paused:
                    break
                view = transport.get_buffer(-1)
                size = min(len(view), len(chunk))
                view[:size] = chunk[:size]
                view.release()
                transport.buffer_updated(size)
            assert not transport._transport.is_reading()
            assert len(read) < 1024 * 1024
            with pytest.raises(informix_db.ProtocolError):
                await connection.ping()
            assert connection.closed

    run(main())


def test_operations_of_several_tasks_are_told_one_after_the_other(
    run: Run[None], emulator: Server
) -> None:
    told: list[str] = []

    class Teller:
        def begin(self, operation: Operation) -> None:
            told.append(f"{operation.name} begins")

        def end(self, operation: Operation) -> None:
            told.append(f"{operation.name} ends")

    async def main() -> None:
        settings = {**settings_of(emulator), "observer": Teller()}
        async with aio.connect(**settings) as connection:
            first, second = connection.cursor(), connection.cursor()
            await first.execute("CREATE TEMP TABLE told (n INT)")
            told.clear()
            await asyncio.gather(
                first.execute("SELECT n FROM told"),
                second.executemany("INSERT INTO told VALUES (?)", [(1,), (2,)]),
            )
            assert told == [
                "execute begins",
                "execute ends",
                "executemany begins",
                "executemany ends",
            ]

    run(main())
