"""Ctrl-C as it is before Python 3.11, and twice later: raised wherever the loop is."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Coroutine, Iterator
from types import FrameType
from typing import Any

import pytest

import informix_db
from informix_db import aio
from informix_db._base import connection, transactions
from informix_db._protocol import channel
from informix_db._transport import aio as transport
from informix_db._wire import buffer
from informix_db.aio import _conversations
from informix_db.testing import Server

from .conftest import settings_of

Loop = asyncio.AbstractEventLoop

FILES = {
    module.__file__
    for module in (
        _conversations,
        buffer,
        channel,
        connection,
        transactions,
        transport,
    )
}


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loop]:
    monkeypatch.setattr("informix_db.aio._conversations.CANCEL_GRACE", 0.2)
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def can_be_known(frame: FrameType) -> bool:
    """Whether the driver can know of an exception that is raised at this call.

    Not where a coroutine goes on in Python 3.10: it would neither see the exception nor
    ever end, as no signal can make it. And not before the driver is told of bytes that
    asyncio has received: they are lost to it.
    """
    if sys.version_info < (3, 11) and frame.f_lasti >= 0:
        return False
    return frame.f_code.co_name != "buffer_updated"


def interrupted(
    loop: Loop, place: int, work: Coroutine[Any, Any, object], goes_on: float = 0
) -> bool:
    """Interrupt work where it enters function `place` of FILES; False if none.

    The loop then ends as asyncio.run() ends it, by cancelling its tasks, be it that it
    `goes_on` for some seconds before.
    """
    entered = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal entered
        if event != "call" or frame.f_code.co_filename not in FILES:
            return
        if can_be_known(frame):
            entered += 1
            if entered == place:
                raise KeyboardInterrupt

    task = loop.create_task(work)
    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        loop.run_until_complete(task)
    except KeyboardInterrupt:
        assert entered >= place
    finally:
        sys.setprofile(before)
    if goes_on:
        loop.run_until_complete(asyncio.wait([task], timeout=goes_on))
    task.cancel()
    ended = asyncio.gather(task, return_exceptions=True)
    (outcome,) = loop.run_until_complete(ended)
    ways = (asyncio.CancelledError, KeyboardInterrupt, informix_db.OperationalError)
    assert outcome is None or isinstance(outcome, ways)
    return entered >= place


def test_what_comes_after_a_commit_is_another_transaction(
    loop: Loop, emulator: Server
) -> None:
    """Or the connection is closed: it may not know how the commit ended."""

    def do(work: Coroutine[Any, Any, Any]) -> Any:
        return loop.run_until_complete(work)

    settings = settings_of(emulator)
    reader = do(aio.connect(**settings, lock_wait=5))
    do(reader.cursor().execute("CREATE TABLE interrupted (n INT)"))
    kept = 0
    for place in itertools.count(1):
        conn = do(aio.connect(**{**settings, "autocommit": False}))
        do(conn.cursor().execute("INSERT INTO interrupted VALUES (1)"))
        hit = interrupted(loop, place, conn.commit())
        if not conn.closed:
            do(conn.cursor().execute("INSERT INTO interrupted VALUES (2)"))
            do(conn.rollback())
            kept += 1
        do(conn.close())
        if not hit:
            break
    assert 1 < kept < place > 20
    cursor = reader.cursor()
    do(cursor.execute("SELECT COUNT(*) FROM interrupted WHERE n = 2"))
    assert do(cursor.fetchone()) == (0,)
    do(cursor.execute("DROP TABLE interrupted"))
    do(reader.close())


@pytest.mark.parametrize("goes_on", [0, 0.01])
def test_what_is_sent_is_done_once(
    loop: Loop, emulator: Server, goes_on: float
) -> None:
    def do(work: Coroutine[Any, Any, Any]) -> Any:
        return loop.run_until_complete(work)

    async def ready() -> aio.AsyncConnection:
        settings = {**settings_of(emulator), "fetch_buffer_size": 512}
        conn = await aio.connect(**settings, lock_wait=5)
        cursor = conn.cursor()
        await cursor.execute("CREATE TABLE IF NOT EXISTS interrupted (n INT)")
        await insert(conn, 0)
        return conn

    async def insert(conn: aio.AsyncConnection, n: int) -> None:
        async with conn.cursor() as cursor:
            await cursor.execute("INSERT INTO interrupted VALUES (?)", (n,))
            await cursor.execute("SELECT a.tabid FROM systables a, systables b")

    async def check(conn: aio.AsyncConnection, n: int) -> None:
        cursor = conn.cursor()
        await cursor.execute(f"SELECT COUNT(*) FROM interrupted WHERE n = {n}")
        assert await cursor.fetchall() in ([(0,)], [(1,)]), n

    conn = do(ready())
    lost = 0
    for place in itertools.count(1):
        hit = interrupted(loop, place, insert(conn, place), goes_on)
        if conn.closed:
            lost += 1
            conn = do(ready())
        do(check(conn, place))
        do(check(conn, place))  # what one sends too much is read by the next
        if not hit:
            break
    assert place > 20
    assert lost < place * 2 / 3
    do(conn.cursor().execute("DROP TABLE interrupted"))
    do(conn.close())
