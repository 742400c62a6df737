"""Many asyncio connections in one process, each with one slow query after the other.

usage: python benchmarks/crowd.py [connections] [queries] [milliseconds] [rounds]

Compared with the time the queries take on the server, and with a bare
asyncio.BufferedProtocol that sends as many bytes and waits for as many: what no driver
on that loop can do better. Times are of the wall clock, and CPU seconds of the client.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import informix_db
from benchmarks.replay import ReplayServer, Script, record
from informix_db import aio
from informix_db.testing import Server

SELECT = "SELECT FIRST 1 tabname, tabid FROM systables WHERE tabid = ?"
SETTINGS: dict[str, Any] = {
    "user": "informix",
    "password": "in4mix",
    "database": "testdb",
    "autocommit": True,
}


def select(host: str, port: int) -> None:
    """What is recorded: the login, and a query that is repeated."""
    with informix_db.connect(host, port, **SETTINGS) as connection:
        cursor = connection.cursor()
        for _ in range(4):
            assert len(cursor.execute(SELECT, (1,)).fetchall()) == 1
        connection._transport.close()  # without a word


class Bare(asyncio.BufferedProtocol):
    """Sends a request, and wakes its task when the reply is there."""

    def __init__(self, request: int, reply: int) -> None:
        self._request = bytes(request)
        self._size = reply
        self._missing = 0
        self._buffer = bytearray(65536)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._missing -= nbytes
        if self._missing <= 0:
            self._waiter.set_result(None)

    async def ask(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        self._missing = self._size
        self.transport.write(self._request)
        await self._waiter


class Seconds(NamedTuple):
    """What a crowd took."""

    wall: float
    cpu: float


async def timed(work: Iterable[Awaitable[None]]) -> Seconds:
    """Do all of `work` at the same time."""
    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*work)
    return Seconds(time.perf_counter() - wall, time.process_time() - cpu)


async def bare(
    server: ReplayServer, script: Script, crowd: int, queries: int
) -> Seconds:
    loop = asyncio.get_running_loop()
    clients = []
    for _ in range(crowd):
        _, client = await loop.create_connection(
            lambda: Bare(0, 0), server.host, server.port
        )
        for size, reply in script[:-1]:
            client._request, client._size = bytes(size), len(reply)
            await client.ask()
        client._request, client._size = bytes(script[-1][0]), len(script[-1][1])
        clients.append(client)

    async def work(client: Bare) -> None:
        for _ in range(queries):
            await client.ask()

    seconds = await timed(map(work, clients))
    for client in clients:
        client.transport.abort()
    return seconds


async def ours(
    server: ReplayServer, script: Script, crowd: int, queries: int
) -> Seconds:
    settings = {"host": server.host, "port": server.port, **SETTINGS}
    connections = [await aio.connect(**settings) for _ in range(crowd)]
    cursors = [connection.cursor() for connection in connections]
    for cursor in cursors:
        for _ in range(len(script)):
            if cursor.connection.stats.round_trips >= len(script) - 1:
                break
            await cursor.execute(SELECT, (1,))

    async def work(cursor: aio.AsyncCursor) -> None:
        for _ in range(queries):
            await cursor.execute(SELECT, (1,))
            assert await cursor.fetchall() == [("systables", 1)]

    threads = threading.active_count()
    seconds = await timed(map(work, cursors))
    assert threading.active_count() == threads
    for connection in connections:
        connection._break(ConnectionAbortedError("the benchmark is over"))
    await asyncio.sleep(0)
    return seconds


def loops() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    made: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
        "asyncio": asyncio.new_event_loop
    }
    try:
        import uvloop
    except ImportError:
        pass
    else:
        made["uvloop"] = uvloop.new_event_loop
    return made


def measure(
    crowd: int, queries: int, milliseconds: int, rounds: int
) -> dict[str, Seconds]:
    """Return the median of each way's seconds; the ways take turns."""
    with Server() as server:
        script = record(server.host, server.port, select)
    runs: dict[str, list[Seconds]] = {}
    with ReplayServer(script, milliseconds / 1000) as replay:
        for _ in range(rounds):
            for name, new_loop in loops().items():
                for what, run in (("bare", bare), ("ours", ours)):
                    loop = new_loop()
                    try:
                        seconds = run(replay, script, crowd, queries)
                        runs.setdefault(f"{what}, {name}", []).append(
                            loop.run_until_complete(seconds)
                        )
                    finally:
                        loop.close()
    return {
        way: Seconds(*map(statistics.median, zip(*seconds, strict=True)))
        for way, seconds in runs.items()
    }


def main() -> None:
    defaults = (1000, 20, 20, 3)
    given = tuple(map(int, sys.argv[1:]))
    crowd, queries, milliseconds, rounds = given + defaults[len(given) :]
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    print(f"{crowd} connections, {queries} queries each of {milliseconds} ms")
    print(f"{'server':>16} wall {queries * milliseconds / 1000:7.3f} s")
    measured = measure(crowd, queries, milliseconds, rounds)
    for way, (wall, cpu) in measured.items():
        each = cpu / (crowd * queries) * 1e6
        least = measured[way.replace("ours", "bare")]
        print(
            f"{way:>16} wall {wall:7.3f} s, CPU {cpu:6.3f} s, {each:4.0f} us a query; "
            f"to bare {wall / least.wall:.1f} and {cpu / least.cpu:.1f}"
        )


if __name__ == "__main__":
    main()
