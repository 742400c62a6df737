"""Insert cursors: when executemany uses one, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

import informix_db
from informix_db.testing import Server

Sent = list[str]

PUT, EXECUTE, OPEN, CLOSE = "Put", "EXECUTE", "OPEN", "CLOSE"


@pytest.fixture
def sent() -> Sent:
    """The kinds of messages the server got."""
    return []


@pytest.fixture
def server(sent: Sent) -> Iterator[Server]:
    """A server that writes down what it is sent."""

    def record(entry: Any) -> None:
        sent.extend(note.partition("(")[0] for note in entry.notes)

    with Server(transcript=record) as running:
        yield running


def connect(server: Server, **arguments: Any) -> informix_db.Connection:
    settings: dict[str, Any] = {"database": "testdb", **arguments}
    return informix_db.connect(
        server.host, server.port, user="informix", password="in4mix", **settings
    )


@pytest.fixture
def conn(server: Server, sent: Sent) -> Iterator[informix_db.Connection]:
    """A connection with a table t (n int, v varchar(20))."""
    with connect(server, autocommit=True) as connection:
        connection.cursor().execute("CREATE TABLE t (n INT, v VARCHAR(20))")
        sent.clear()
        yield connection


def ways(sent: Sent) -> dict[str, int]:
    kinds = (PUT, EXECUTE, OPEN, CLOSE)
    return {kind: sent.count(kind) for kind in kinds if kind in sent}


ROWS = [(1, "a"), (2, "b"), (3, None)]


def rows_of(conn: informix_db.Connection) -> list[tuple[Any, ...]]:
    return list(conn.cursor().execute("SELECT n, v FROM t ORDER BY n").fetchall())


def test_rows_are_bound_unless_asked_otherwise(
    conn: informix_db.Connection, sent: Sent
) -> None:
    conn.cursor().executemany("INSERT INTO t VALUES (?, ?)", ROWS)
    assert ways(sent) == {EXECUTE: 3}


@pytest.mark.parametrize("by_default", [False, True])
def test_argument_and_default(
    conn: informix_db.Connection, sent: Sent, by_default: bool
) -> None:
    conn.insert_cursor = by_default
    argument: dict[str, Any] = {} if by_default else {"insert_cursor": True}
    conn.cursor().executemany("INSERT INTO t VALUES (?, ?)", ROWS, **argument)
    assert ways(sent) == {OPEN: 1, PUT: 3, CLOSE: 1}
    sent.clear()
    conn.cursor().executemany("INSERT INTO t VALUES (?, ?)", ROWS, insert_cursor=False)
    assert ways(sent) == {EXECUTE: 3}
    assert rows_of(conn) == [row for row in ROWS for _ in range(2)]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t VALUES (?, ?)",
        "insert into t values(?,?);",
        "INSERT INTO t (n, v) VALUES (?, ?)",
        "INSERT INTO informix.t (N, V) VALUES ( :1 , :2 )",
        "INSERT INTO t(v, n) VALUES (:2, :1)",
    ],
)
def test_inserts_of_nothing_but_parameters(
    conn: informix_db.Connection, sent: Sent, sql: str
) -> None:
    conn.cursor().executemany(sql, ROWS, insert_cursor=True)
    assert ways(sent) == {OPEN: 1, PUT: 3, CLOSE: 1}
    assert rows_of(conn) == ROWS


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("INSERT INTO t VALUES (?, 'x')", [(1,)]),
        ("INSERT INTO t (n) SELECT n + ? FROM t", [(1,)]),
        ("UPDATE t SET n = ?, v = ?", [(1, "a")]),
        ("DELETE FROM t WHERE n = ? AND v = ?", [(1, "a")]),
    ],
)
def test_everything_else_is_bound(
    conn: informix_db.Connection, sent: Sent, sql: str, rows: list[Any]
) -> None:
    conn.cursor().executemany(sql, rows, insert_cursor=True)
    assert ways(sent) == {EXECUTE: 1}


def test_inserts_with_other_values_are_bound(
    conn: informix_db.Connection, sent: Sent
) -> None:
    for sql in (
        "INSERT INTO t VALUES (?, ? || 'x')",
        "INSERT INTO t VALUES (? + 1, ?)",
        "INSERT INTO t VALUES (?, 'a?') -- (?, ?)",
    ):
        row = (1, "a")[: sql.count("?") - 3 * sql.count("--")]
        conn.cursor().executemany(sql, [row], insert_cursor=True)
    assert ways(sent) == {EXECUTE: 3}
    assert rows_of(conn) == [(1, "ax"), (1, "a?"), (2, "a")]


def test_a_value_the_server_converts_goes_with_all_after_it_the_usual_way(
    conn: informix_db.Connection, sent: Sent
) -> None:
    rows = [(1, "a"), (2, "b"), ("3", "c"), (4, "d"), (Decimal(5), "e")]
    cursor = conn.cursor()
    cursor.executemany("INSERT INTO t VALUES (?, ?)", rows, insert_cursor=True)
    assert cursor.rowcount == 5
    assert ways(sent) == {OPEN: 1, PUT: 2, CLOSE: 1, EXECUTE: 3}
    assert rows_of(conn) == [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "e")]


def test_if_the_first_row_has_one_no_cursor_is_opened(
    conn: informix_db.Connection, sent: Sent
) -> None:
    rows = [("1", "a"), (2, "b")]
    conn.cursor().executemany("INSERT INTO t VALUES (?, ?)", rows, insert_cursor=True)
    assert ways(sent) == {EXECUTE: 2}


def test_many_windows_open_one_cursor(
    conn: informix_db.Connection, sent: Sent, server: Server
) -> None:
    rows = [(n, f"row {n}") for n in range(10_000)]
    before = conn.stats
    conn.cursor().executemany("INSERT INTO t VALUES (?, ?)", rows, insert_cursor=True)
    assert ways(sent) == {OPEN: 1, PUT: 10_000, CLOSE: 1}
    # PREPARE, BEGIN, windows of some 2,700 rows, CLOSE, COMMIT
    assert conn.stats.round_trips - before.round_trips <= 8
    assert conn.stats.statements_executed - before.statements_executed == 10_000
    assert server.statistics().cursors == 0
    assert rows_of(conn) == rows


def test_a_commit_in_between_opens_it_again(
    conn: informix_db.Connection, sent: Sent
) -> None:
    conn.autocommit = False

    def rows() -> Iterator[tuple[int, str]]:
        for n in range(10_000):
            if n == 5000:
                conn.commit()
            yield n, "x"

    conn.cursor().executemany("INSERT INTO t VALUES (?, ?)", rows(), insert_cursor=True)
    assert ways(sent) == {OPEN: 2, PUT: 10_000, CLOSE: 1}
    assert len(rows_of(conn)) == 10_000


def test_an_error_closes_it(conn: informix_db.Connection, server: Server) -> None:
    cursor = conn.cursor()
    cursor.execute("CREATE TABLE u (n INT UNIQUE)")
    with pytest.raises(informix_db.IntegrityError) as caught:
        cursor.executemany(
            "INSERT INTO u VALUES (?)", [(1,), (2,), (1,), (3,)], insert_cursor=True
        )
    assert caught.value.row_index == 2
    conn.ping()
    assert server.statistics().cursors == 0


def test_the_next_user_of_a_pool_starts_with_the_default(server: Server) -> None:
    with informix_db.create_pool(
        max_size=1,
        host=server.host,
        port=server.port,
        user="informix",
        password="in4mix",
        database="testdb",
    ) as pool:
        with pool.connection() as conn:
            conn.insert_cursor = True
        with pool.connection() as conn:
            assert conn.insert_cursor is False


def test_an_ansi_and_an_unlogged_database(server: Server) -> None:
    for database in ("ansidb", "unlogdb"):
        with connect(server, database=database) as conn:
            conn.insert_cursor = True
            cursor = conn.cursor()
            cursor.execute("CREATE TABLE t (n INT, v VARCHAR(20))")
            cursor.executemany("INSERT INTO t VALUES (?, ?)", ROWS)
            conn.commit()
            assert rows_of(conn) == ROWS


def test_a_server_of_padded_varchars_gets_no_put(sent: Sent) -> None:
    """Its PUT has one form for all rows, which would change what is stored."""

    def record(entry: Any) -> None:
        sent.extend(note.partition("(")[0] for note in entry.notes)

    with (
        Server(capabilities=bytes(9), transcript=record) as server,
        connect(server, autocommit=True) as conn,
    ):
        conn.cursor().execute("CREATE TABLE t (n INT, v VARCHAR(20))")
        sent.clear()
        conn.cursor().executemany(
            "INSERT INTO t VALUES (?, ?)", ROWS, insert_cursor=True
        )
        assert ways(sent) == {EXECUTE: 3}
        assert rows_of(conn) == ROWS
