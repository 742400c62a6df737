"""Whole statements through a socket, against a server that answers from memory.

Times are CPU seconds of this process, so that the server's part does not count.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

import informix_db
from benchmarks import tables

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("shape", ["five", "ten"])
@pytest.mark.benchmark(group="SELECT of 100,000 rows", timer=time.process_time)
def test_fetchall(
    benchmark: Any,
    connection: informix_db.Connection,
    shape: str,
    request: pytest.FixtureRequest,
) -> None:
    table = request.getfixturevalue(shape)
    cursor = connection.cursor()

    def select() -> list[Any]:
        return cursor.execute(table.select).fetchall()

    rows = benchmark.pedantic(select, rounds=5, warmup_rounds=1)
    assert repr(rows) == repr(table.rows)


@pytest.mark.benchmark(group="SELECT of 100,000 rows", timer=time.process_time)
def test_iteration(
    benchmark: Any, connection: informix_db.Connection, five: tables.Table
) -> None:
    cursor = connection.cursor()
    rows = benchmark.pedantic(
        lambda: [*cursor.execute(five.select)], rounds=5, warmup_rounds=1
    )
    assert repr(rows) == repr(five.rows)


@pytest.mark.benchmark(group="SELECT of 100,000 rows", timer=time.process_time)
def test_rows_with_names(
    benchmark: Any, connection: informix_db.Connection, five: tables.Table
) -> None:
    cursor = connection.cursor(row_factory=informix_db.Row)
    rows = benchmark.pedantic(
        lambda: cursor.execute(five.select).fetchall(), rounds=5, warmup_rounds=1
    )
    assert rows == five.rows
    assert rows[5].c0_int == five.rows[5][0]


@pytest.mark.parametrize("insert_cursor", [False, True], ids=["bind", "put"])
@pytest.mark.benchmark(group="executemany of 100,000", timer=time.process_time)
def test_executemany(
    benchmark: Any,
    connection: informix_db.Connection,
    five: tables.Table,
    insert_cursor: bool,
) -> None:
    cursor = connection.cursor()

    def insert() -> int:
        cursor.executemany(five.insert, five.rows, insert_cursor=insert_cursor)
        return cursor.rowcount

    assert benchmark.pedantic(insert, rounds=3, warmup_rounds=1) == tables.ROWS
