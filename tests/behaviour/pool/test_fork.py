"""A process that forks: the child's pool starts afresh, the parent's goes on."""

from __future__ import annotations

import os

import pytest
from programs import run_forking

from informix_db.testing import Server

if not hasattr(os, "fork"):
    pytest.skip("this system does not fork", allow_module_level=True)

# Run in a process of its own: a fork of the test process would inherit the emulator.
SYNC = """
    import os, sys
    import informix_db

    def count(connection):
        cursor = connection.cursor()
        return cursor.execute("SELECT COUNT(*) FROM numbers").fetchone()[0]

    pool = informix_db.create_pool(
        host=sys.argv[1], port=int(sys.argv[2]), user="informix", password="in4mix",
        database="testdb", min_size=2, max_size=3,
    )
    idle = pool.acquire()
    pool.release(idle)
    with pool.connection() as parents:
        parents.cursor().execute("INSERT INTO numbers VALUES (1)")
        plain = informix_db.connect(
            sys.argv[1], int(sys.argv[2]), user="informix", password="in4mix",
            database="testdb",
        )
        child = os.fork()
        if child == 0:
            assert (pool.size, pool.idle_count) == (0, 0), repr(pool)
            with pool.connection() as mine:
                assert mine not in (idle, parents)
                mine.cursor().execute("SET LOCK MODE TO NOT WAIT")
                assert mine.cursor().execute(
                    "SELECT tabid FROM systables WHERE tabid = 1"
                ).fetchone() == (1,)
            pool.release(parents)
            assert parents.closed
            plain.close()
            pool.close()
            del pool, idle, parents, mine, plain
            import gc
            gc.collect()
            sys.stdout.flush()
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        plain.ping()
        plain.close()
        assert parents.in_transaction
        parents.commit()
        assert count(parents) == 1
    with pool.connection() as again:
        assert again is parents
        again.ping()
    assert pool.size == 2
    pool.close()
"""

ASYNC = """
    import asyncio, os, sys
    from informix_db import aio

    async def use(pool):
        async with pool.connection() as connection:
            cursor = await connection.cursor().execute("SELECT COUNT(*) FROM numbers")
            return (await cursor.fetchone())[0]

    async def make():
        pool = await aio.create_pool(
            host=sys.argv[1], port=int(sys.argv[2]), user="informix",
            password="in4mix", database="testdb", min_size=2, max_size=3,
        )
        await use(pool)
        return pool

    loop = asyncio.new_event_loop()
    pool = loop.run_until_complete(make())
    child = os.fork()
    if child == 0:
        async def main():
            assert (pool.size, pool.idle_count) == (0, 0), repr(pool)
            assert await use(pool) == 0
            await pool.close()

        asyncio.run(main())
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert loop.run_until_complete(use(pool)) == 0
    assert pool.size == 2
    loop.run_until_complete(pool.close())
    loop.close()
"""


@pytest.mark.parametrize("program", [SYNC, ASYNC], ids=["sync", "async"])
@pytest.mark.usefixtures("table")
def test_a_pool_in_a_forked_child(server: Server, program: str) -> None:
    run_forking(program, server)
    # The table's, the pool's two, the child's two, and the plain one.
    assert server.wait_until_idle(5)
