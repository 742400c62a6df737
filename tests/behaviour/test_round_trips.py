"""Round trips are the budget: what each operation waits for, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import informix_db

from .conftest import BOTH, SYNC, Connect

MODES = BOTH


@pytest.fixture
def filled(connect: Connect, table: str) -> str:
    """A table (n int, v varchar(20)) with ten rows."""
    owner = connect(autocommit=True)
    cursor = owner.cursor()
    cursor.execute(f"CREATE TABLE {table} (n INT, v VARCHAR(20))")
    cursor.executemany(
        f"INSERT INTO {table} VALUES (?, 'x')", [(n,) for n in range(10)]
    )
    return table


@pytest.fixture
def auto(connect: Connect) -> informix_db.Connection:
    """A connection that commits each statement."""
    return connect(autocommit=True)


def spent(conn: informix_db.Connection, operation: Callable[[], Any]) -> int:
    """The round trips `operation` takes."""
    before = conn.stats.round_trips
    operation()
    return conn.stats.round_trips - before


def test_connecting(connect: Connect) -> None:
    # login, capabilities, environment, database
    assert connect().stats.round_trips == 4
    assert connect(database=None).stats.round_trips == 3


def test_a_query_with_parameters(conn: informix_db.Connection, filled: str) -> None:
    def query() -> None:
        cursor = conn.cursor()
        cursor.execute(f"SELECT * FROM {filled} WHERE n < ?", (5,))
        assert len(cursor.fetchall()) == 5
        cursor.close()

    assert spent(conn, query) == 2  # PREPARE; BEGIN, OPEN and fetch
    assert spent(conn, query) == 1
    conn.commit()
    assert spent(conn, query) == 1


def test_fetching_what_is_there_is_free(
    conn: informix_db.Connection, filled: str
) -> None:
    cursor = conn.cursor().execute(f"SELECT * FROM {filled}")
    assert spent(conn, lambda: [cursor.fetchone() for _ in range(11)]) == 0
    assert spent(conn, cursor.close) == 0


@SYNC  # asyncio connections fetch less at a time
def test_a_large_result(auto: informix_db.Connection, table: str) -> None:
    cursor = auto.cursor()
    cursor.execute(f"CREATE TABLE {table} (v CHAR(100))")
    cursor.executemany(f"INSERT INTO {table} VALUES (?)", [("x",)] * 5000)

    def query() -> None:
        assert len(cursor.execute(f"SELECT v FROM {table}").fetchall()) == 5000

    # PREPARE; 540 kB by buffers of 32, 64, 128, 256 and 512 KiB; to see the end
    assert spent(auto, query) == 1 + 5 + 1


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO {} VALUES (?, 'new')",
        "UPDATE {} SET v = 'new' WHERE n = ?",
        "DELETE FROM {} WHERE n = ?",
    ],
)
def test_a_change(
    auto: informix_db.Connection, conn: informix_db.Connection, filled: str, sql: str
) -> None:
    cursor = auto.cursor()

    def change() -> None:
        cursor.execute(sql.format(filled), (3,))

    assert spent(auto, change) == 2
    assert spent(auto, change) == 1

    cursor = conn.cursor()
    assert spent(conn, change) == 3  # PREPARE, BEGIN, EXECUTE
    assert spent(conn, change) == 1
    conn.rollback()
    assert spent(conn, change) == 2


@pytest.mark.parametrize(("value", "asked"), [(7, 0), ("x", 1), (None, 1)])
def test_parameters_are_described_once_if_at_all(
    auto: informix_db.Connection, table: str, value: object, asked: int
) -> None:
    """Beside large columns, text may be for one of them; a number cannot be."""
    cursor = auto.cursor()
    cursor.execute(f"CREATE TABLE {table} (v VARCHAR(9), w INT, t TEXT)")

    def insert() -> None:
        cursor.execute(f"INSERT INTO {table} VALUES (?, 1, NULL)", (value,))

    assert spent(auto, insert) == 2 + asked
    assert spent(auto, insert) == 1

    def insert_many() -> None:
        cursor.executemany(f"INSERT INTO {table} VALUES (?, 2, NULL)", [(value,)] * 3)

    assert spent(auto, insert_many) == 4 + asked  # PREPARE, BEGIN, COMMIT
    assert spent(auto, insert_many) == 3


def test_the_ends_of_transactions(conn: informix_db.Connection, filled: str) -> None:
    assert spent(conn, conn.commit) == 0
    assert spent(conn, conn.rollback) == 0
    for end in (conn.commit, conn.rollback):
        conn.cursor().execute(f"DELETE FROM {filled} WHERE n = 1")
        assert spent(conn, end) == 1


def test_savepoints_and_pings(conn: informix_db.Connection, filled: str) -> None:
    conn.cursor().execute(f"DELETE FROM {filled} WHERE n = 1")

    def nothing() -> None:
        with conn.savepoint("here"):
            pass

    assert spent(conn, nothing) == 2
    assert spent(conn, conn.ping) == 1


@pytest.mark.parametrize("rows", [1, 512, 513, 2000])
def test_executemany(auto: informix_db.Connection, filled: str, rows: int) -> None:
    cursor = auto.cursor()

    def insert() -> None:
        cursor.executemany(
            f"INSERT INTO {filled} VALUES (?, ?)", [(n, "x") for n in range(rows)]
        )

    windows = -(-rows // 512)
    assert spent(auto, insert) == 1 + 1 + windows + 1  # PREPARE, BEGIN, COMMIT
    assert spent(auto, insert) == 1 + windows + 1
    auto.insert_cursor = True
    assert spent(auto, insert) == 1 + 1 + 1 + 1  # one window, CLOSE


def test_closing_and_forgetting_cost_nothing(
    conn: informix_db.Connection, filled: str
) -> None:
    def half_read() -> Iterator[informix_db.Cursor]:
        for _ in range(5):
            cursor = conn.cursor(scrollable=True)
            yield cursor.execute(f"SELECT * FROM {filled}")

    cursors = list(half_read())
    assert spent(conn, lambda: [cursor.close() for cursor in cursors]) == 0
    cursors = list(half_read())
    assert spent(conn, cursors.clear) == 0
    query = conn.cursor()
    assert spent(conn, lambda: query.execute(f"SELECT * FROM {filled}")) == 1


def test_counters(connect: Connect, filled: str) -> None:
    conn = connect(autocommit=True)
    before = conn.stats
    cursor = conn.cursor()
    for _ in range(3):
        cursor.execute(f"SELECT n FROM {filled}").fetchall()
    cursor.execute(f"UPDATE {filled} SET v = 'y'")
    after = conn.stats
    assert after.statements_prepared - before.statements_prepared == 2
    assert after.statements_executed - before.statements_executed == 4
    assert after.cache_hits - before.cache_hits == 2
    assert after.rows_fetched - before.rows_fetched == 30
    assert after.requests > after.round_trips
