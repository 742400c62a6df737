"""What is asked and kept has bounds: row numbers, time, memory."""

from __future__ import annotations

from typing import Any

import pytest

import informix_db
from informix_db._base.sqltext import LONGEST_KEPT, prepare_text
from informix_db._protocol.channel import Channel, Reply, reply_gen
from informix_db._protocol.statement import Statement, write_fetch
from informix_db._wire.accel import Plan
from informix_db._wire.buffer import MESSAGE_LIMIT, ReadBuffer
from informix_db.exceptions import ProtocolError

from .conftest import BOTH, Connect

MODES = BOTH


@pytest.mark.parametrize("row", [2**31 - 2, 2**31 - 1, 2**31, 2**70])
@pytest.mark.parametrize("scrollable", [False, True])
def test_rows_no_result_can_have(
    conn: informix_db.Connection, scrollable: bool, row: int
) -> None:
    cursor = conn.cursor(scrollable=scrollable)
    cursor.execute("SELECT FIRST 3 tabid FROM systables ORDER BY tabid")
    assert cursor.fetch_absolute(row) is None
    assert cursor.fetch_absolute(-row) is None
    with pytest.raises(IndexError):
        cursor.scroll(row, "absolute")
    assert len(cursor.execute("SELECT FIRST 3 tabid FROM systables").fetchall()) == 3


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), 1e10, "5", True])
def test_timeouts_that_are_none(conn: informix_db.Connection, timeout: Any) -> None:
    cursor = conn.cursor()
    with pytest.raises(informix_db.InterfaceError, match="timeout"):
        cursor.execute("SELECT tabid FROM systables", timeout=timeout)
    conn.statement_timeout = timeout
    with pytest.raises(informix_db.InterfaceError, match="timeout"):
        cursor.execute("SELECT tabid FROM systables")
    assert conn.stats.statements_executed == 0
    conn.statement_timeout = None
    cursor.execute("SELECT tabid FROM systables", timeout=5)


def test_asking_for_the_version_begins_no_transaction(connect: Connect) -> None:
    conn = connect()
    assert conn.server_version
    assert not conn.in_transaction
    conn.autocommit = True


def test_long_texts_are_not_kept(conn: informix_db.Connection) -> None:
    cursor = conn.cursor()
    long = "SELECT tabid FROM systables --" + "x" * LONGEST_KEPT
    for _ in range(2):
        cursor.execute(long).fetchall()
        cursor.execute("SELECT tabid FROM systables").fetchall()
    assert conn.stats.cache_hits == 1
    assert prepare_text(long) is not prepare_text(long)


def test_a_buffer_gives_back_what_one_large_row_took() -> None:
    read = ReadBuffer()
    read.feed(bytes(32 * 1024 * 1024))
    read.shrink()
    assert len(read) == 32 * 1024 * 1024, "it is in use"
    read.pos = read.end
    read.shrink()
    assert len(read.data) < 1024 * 1024


def test_rows_without_end() -> None:
    """A reply may hold what was asked for and one row more, however large."""
    channel = Channel("latin-1")
    rows = bytes.fromhex("000e 0000 00000000") * 200_000
    reply = Reply("sql", Plan([], [], "latin-1"))
    channel.rows_limit = 256 + 8 * 250_000
    reading = reply_gen(channel, reply)
    channel.end_request()
    channel.read.feed(rows)
    next(reading)
    channel.read.feed(rows)
    with pytest.raises(ProtocolError, match="more rows"):
        next(reading)
    assert not channel.in_sync


def test_a_fetch_says_how_many_bytes_of_rows_may_come() -> None:
    channel = Channel("latin-1")
    statement = Statement(1, "sql", 2, (), None, 0, 0)
    write_fetch(channel, statement, 1_000_000)
    assert channel.rows_limit == 1_000_000 + MESSAGE_LIMIT


def test_a_buffer_is_small_after_a_reply_with_a_large_row() -> None:
    channel = Channel("latin-1")
    channel.read.feed(bytes(8 * 1024 * 1024))
    channel.read.clear()
    channel.end_request()
    channel.read.feed(bytes.fromhex("000c"))
    list(reply_gen(channel, Reply()))
    assert channel.in_sync
    assert len(channel.read.data) < 1024 * 1024
