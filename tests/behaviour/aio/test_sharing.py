"""Tasks that share a connection or a cursor by mistake: none is told what is not so."""

from __future__ import annotations

import asyncio

import pytest

import informix_db
from informix_db import aio
from informix_db.testing import Server

from .conftest import Run, settings_of


def test_blocks_of_two_tasks(run: Run[None], emulator: Server) -> None:
    """Nobody is told that work was committed which was not, or the other way round."""

    async def main() -> None:
        async with aio.connect(**settings_of(emulator)) as connection:
            cursor = connection.cursor()
            await cursor.execute("CREATE TEMP TABLE work (n INT)")
            began, ended = asyncio.Event(), asyncio.Event()

            async def outer() -> None:
                async with connection.transaction():
                    await connection.cursor().execute("INSERT INTO work VALUES (1)")
                    await began.wait()
                ended.set()

            async def inner(fails: bool) -> None:
                async with connection.transaction():
                    await connection.cursor().execute("INSERT INTO work VALUES (2)")
                    began.set()
                    await asyncio.sleep(0.01)
                    await connection.cursor().execute("INSERT INTO work VALUES (3)")
                    if fails:
                        raise ZeroDivisionError

            for fails, error in (
                (True, ZeroDivisionError),
                (False, informix_db.ProgrammingError),
            ):
                began.clear()
                first, second = await asyncio.gather(
                    outer(), inner(fails), return_exceptions=True
                )
                assert isinstance(first, informix_db.ProgrammingError)
                assert "nesting" in str(first)
                assert isinstance(second, error)
                assert not connection.in_transaction
                await cursor.execute("SELECT n FROM work")
                assert await cursor.fetchall() == []
            async with connection.transaction():
                await cursor.execute("INSERT INTO work VALUES (4)")
            await cursor.execute("SELECT n FROM work")
            assert await cursor.fetchall() == [(4,)]

    run(main())


@pytest.mark.parametrize("closes", [False, True])
def test_rows_that_another_task_lets_go(
    run: Run[None], emulator: Server, closes: bool
) -> None:
    async def main() -> None:
        settings = {**settings_of(emulator), "fetch_buffer_size": 512}
        async with aio.connect(**settings) as connection:
            cursor = connection.cursor()
            sql = "SELECT a.tabid FROM systables a, systables b"
            await cursor.execute(sql)
            fetching = asyncio.ensure_future(cursor.fetchall())
            await asyncio.sleep(0)
            await (cursor.close() if closes else cursor.execute(sql))
            with pytest.raises(
                informix_db.ProgrammingError, match="another use of it closed"
            ):
                await fetching
            await connection.ping()

    run(main())


def test_rows_are_fetched_once(run: Run[None], emulator: Server) -> None:
    async def main() -> None:
        settings = {**settings_of(emulator), "fetch_buffer_size": 512}
        async with aio.connect(**settings) as connection:
            cursor = connection.cursor()
            sql = "SELECT a.tabid, b.tabid FROM systables a, systables b"
            await cursor.execute(sql)
            rows = await cursor.fetchall()
            await cursor.execute(sql)
            seen: list[tuple[int, int]] = []

            async def take() -> None:
                async for row in cursor:
                    seen.append(row)
                    await asyncio.sleep(0)

            async def take_some() -> None:
                while some := await cursor.fetchmany(7):
                    seen.extend(some)

            await asyncio.gather(take(), take_some(), take(), take_some())
            assert sorted(seen) == sorted(rows)

    run(main())
