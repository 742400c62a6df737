"""Very many rows: bounded windows, bounded memory, nothing waits for the other side."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from logins import connect_to

from .conftest import Connect
from .flowserver import FlowServer

SQL = "INSERT INTO t VALUES (?, ?)"


def bound_size(text: str) -> int:
    """The size of ``BIND EXECUTE`` for a row of an int and `text`."""
    size = len(text)
    return 2 + 2 + (6 + 4) + (6 + 2 + size + size % 2) + 2


def rows(count: int, text: str) -> Iterator[tuple[int, str]]:
    return ((n, text) for n in range(count))


def run(count: int, text: str = "x" * 10, **arguments: Any) -> list[int]:
    """Insert `count` rows and return the sizes of the windows."""
    with (
        FlowServer(bound_size(text), count, **arguments) as server,
        connect_to(server, autocommit=True, read_timeout=20) as connection,
    ):
        cursor = connection.cursor().executemany(SQL, rows(count, text))
        assert cursor.rowcount == count
        assert cursor.lastrowid == 7
    assert sum(server.window_rows) == count
    return server.window_rows


def test_a_server_that_answers_while_it_is_asked() -> None:
    """Neither side may have to read before the other goes on."""
    windows = run(20_000, narrow=True)
    assert max(windows) == 512
    assert len(windows) == 40


def test_a_slow_server() -> None:
    run(10_000, pause=lambda: time.sleep(0.005))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_million_rows() -> None:
    assert len(run(1_000_000)) == 1954


@pytest.mark.parametrize("size", [200, 250])
def test_windows_of_large_rows_hold_fewer(size: int) -> None:
    windows = run(3_000, "x" * size)
    assert max(windows) * bound_size("x" * size) <= 64 * 1024
    assert (max(windows) + 2) * (bound_size("x" * size) + 12) > 64 * 1024


def test_memory_does_not_grow_with_the_rows() -> None:
    peaks = []
    for count in (2_000, 20_000):
        text = "x" * 100
        with (
            FlowServer(bound_size(text), count) as server,
            connect_to(server, autocommit=True, read_timeout=20) as connection,
        ):
            cursor = connection.cursor()
            tracemalloc.start()
            try:
                cursor.executemany(SQL, rows(count, text))
                peaks.append(tracemalloc.get_traced_memory()[1])
            finally:
                tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]
    assert peaks[1] < 1024 * 1024


@pytest.mark.parametrize("insert_cursor", [False, True])
def test_rows_larger_than_a_window(
    connect: Connect, table: str, insert_cursor: bool
) -> None:
    """Each goes alone, whatever is around it."""
    conn = connect()
    cursor = conn.cursor()
    cursor.execute(f"CREATE TABLE {table} (n INT, v LVARCHAR(30000))")
    large = "y" * 30_000
    values = [(0, large), (1, "a"), (2, large), (3, large), (4, large), (5, "b")]
    cursor.executemany(
        f"INSERT INTO {table} VALUES (?, ?)", values, insert_cursor=insert_cursor
    )
    cursor.execute(f"SELECT n, v FROM {table} ORDER BY n")
    assert cursor.fetchall() == values
    delete = f"DELETE FROM {table} WHERE v = ?"
    cursor.execute(delete, ("a",))
    before = conn.stats.round_trips
    cursor.executemany(delete, [("a",), ("b",), ("z" * 70_000,), ("c",), ("d",)])
    assert conn.stats.round_trips - before == 3
