"""Replies damaged on their way: whatever is being done, it works or is a DB-API error.

What the reader of replies makes of damage is tested apart; here it is everything above,
which gets replies that can be read and say the wrong thing.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

import informix_db
from informix_db._wire.buffer import ReadBuffer

from .conftest import BOTH, Connect

MODES = BOTH

ROUNDS = 40

# Lengths, counts and codes as garbage has them, and tags in places of others.
GARBAGE = [
    bytes.fromhex(text)
    for text in (
        *("00", "01", "ff", "0000", "0001", "7fff", "8000", "ffff"),
        *("7fffffff", "80000000", "ffffffff", "000c", "000d", "000e", "000f"),
        *("0008", "0019", "0027", "0049", "005e", "0061", "0062", "0063", "0067"),
    )
]

Work = Callable[[informix_db.Connection, str], object]


def select(conn: informix_db.Connection, table: str) -> object:
    cursor = conn.cursor().execute(f"SELECT * FROM {table} ORDER BY n")
    return cursor.description, cursor.fetchall()


def scroll(conn: informix_db.Connection, table: str) -> object:
    cursor = conn.cursor(scrollable=True)
    cursor.execute(f"SELECT n, v FROM {table} ORDER BY n")
    rows = cursor.fetch_last(), cursor.fetch_absolute(1), cursor.fetchmany(2)
    cursor.close()
    return rows


def insert(conn: informix_db.Connection, table: str) -> object:
    cursor = conn.cursor()
    sql = f"INSERT INTO {table} (v, d, t) VALUES (?, ?, ?)"
    cursor.execute(sql, ("v", Decimal("1.25"), "text" * 400))
    return cursor.rowcount, cursor.lastrowid


def insert_many(conn: informix_db.Connection, table: str) -> object:
    cursor = conn.cursor()
    sql = f"INSERT INTO {table} (v) VALUES (?)"
    cursor.executemany(sql, [(str(n),) for n in range(20)])
    cursor.executemany(sql, [(str(n),) for n in range(20)], insert_cursor=True)
    return cursor.rowcount


def large_object(conn: informix_db.Connection, table: str) -> object:
    cursor = conn.cursor()
    cursor.execute(f"INSERT INTO {table} (b) VALUES (?)", (b"x" * 100,))
    cursor.execute(f"SELECT b FROM {table} WHERE b IS NOT NULL")
    return cursor.fetchall()


def collection(conn: informix_db.Connection, table: str) -> object:
    cursor = conn.cursor()
    cursor.execute(f"INSERT INTO {table} (s) VALUES (?)", ({1, 2},))
    return cursor.execute(f"SELECT s FROM {table}").fetchall()


def ends(conn: informix_db.Connection, table: str) -> object:
    with conn.savepoint("s1"):
        conn.cursor().execute(f"UPDATE {table} SET v = 'w' WHERE n = 1")
    conn.rollback()
    return conn.ping()


def call(conn: informix_db.Connection, table: str) -> object:
    return conn.fast_path_call("function informix.ifx_lo_close(integer)", 99)


WORK = [select, scroll, insert, insert_many, large_object, collection, ends, call]


@contextlib.contextmanager
def damage(chance: random.Random) -> Iterator[None]:
    """Overwrite some of what is received."""
    original = ReadBuffer.received

    def received(self: ReadBuffer, counts: list[int]) -> None:
        start = self.end
        original(self, counts)
        if chance.random() < 0.2 and self.end > start:
            new = chance.choice(GARBAGE)
            at = chance.randrange(start, self.end)
            end = min(at + len(new), self.end)
            self.data[at:end] = new[: end - at]

    ReadBuffer.received = received  # type: ignore[method-assign]
    try:
        yield
    finally:
        ReadBuffer.received = original  # type: ignore[method-assign]


@pytest.mark.parametrize("seed", range(2))
def test_work_with_damaged_replies(connect: Connect, table: str, seed: int) -> None:
    chance = random.Random(seed)
    neighbour = connect()
    neighbour.cursor().execute(
        f"CREATE TABLE {table} (n SERIAL, v VARCHAR(20), d DECIMAL(8,2), t TEXT, "
        "b BLOB, s SET(INT NOT NULL), i INTERVAL DAY TO SECOND)"
    )
    neighbour.commit()
    failed = done = 0
    for _ in range(ROUNDS):
        conn = connect(read_timeout=0.2)
        with damage(chance):
            for work in chance.sample(WORK, 4):
                if conn.closed:
                    break
                try:
                    work(conn, table)
                except informix_db.Error:
                    failed += 1
                else:
                    done += 1
            conn.close()
    assert failed > ROUNDS // 2
    assert done > ROUNDS // 2
    assert neighbour.cursor().execute(f"SELECT COUNT(*) FROM {table}").fetchone()
