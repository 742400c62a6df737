"""Any sequence of calls, on cursors in any order, can be recorded and run again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logins import connect_to

import informix_db
from informix_db._cli.main import main
from informix_db.testing import Server

from .recordings import few

QUERIES = (
    "SELECT tabid, tabname FROM systables WHERE tabid < 20 ORDER BY 1",
    "SELECT FIRST 4000 a.tabid, b.colname FROM systables a, syscolumns b",
    "SELECT a, b FROM t",
    "SELECT a, b FROM t FOR UPDATE",
    "SELECT b FROM blobs",
    "SELECT a FROM no_such_table",
)
CURSORS = 4


class Undo(Exception):
    """Ends a block."""


class Program:
    """A program that does what it is told, whatever comes of it."""

    def __init__(self, conn: Any) -> None:
        self.conn = conn
        self.cursors: dict[int, Any] = {}
        setup = conn.cursor()
        setup.execute("CREATE TEMP TABLE t (a SERIAL, b VARCHAR(20))")
        setup.execute("CREATE TEMP TABLE blobs (b BYTE)")
        rows = [(bytes([n]) * 9000,) for n in range(7)]
        setup.executemany("INSERT INTO blobs VALUES (?)", rows)
        setup.executemany("INSERT INTO t (b) VALUES (?)", [("x",)] * 40)

    def cursor(self, at: int) -> Any:
        if at not in self.cursors:
            # one of each kind
            self.cursors[at] = self.conn.cursor(scrollable=at == 1, hold=at == 2)
        return self.cursors[at]

    def run(self, actions: list[tuple[str, int, int]]) -> None:
        waiting = iter(actions)
        for action in waiting:
            self.act(action, waiting)

    def act(self, action: tuple[str, int, int], waiting: Iterator[Any]) -> None:
        name, at, number = action
        with contextlib.suppress(informix_db.Error, IndexError, Undo):
            getattr(self, name)(at, number, waiting)

    def execute(self, at: int, number: int, waiting: Any) -> None:
        self.cursor(at).execute(QUERIES[number % len(QUERIES)])

    def insert(self, at: int, number: int, waiting: Any) -> None:
        self.cursor(at).execute("INSERT INTO t (b) VALUES (?)", (f"row {number}",))

    def insert_many(self, at: int, number: int, waiting: Any) -> None:
        rows: Any = [(f"many {n}",) for n in range(number)]
        rows = rows if at < 2 else iter(rows)
        self.cursor(at).executemany(
            "INSERT INTO t (b) VALUES (?)", rows, insert_cursor=number % 2 == 0
        )

    def copy(self, at: int, number: int, waiting: Any) -> None:
        source = self.cursor((at + 1) % CURSORS)
        rows = ((str(row[-1])[:20],) for row in source.fetchmany(number))
        self.cursor(at).executemany("INSERT INTO t (b) VALUES (?)", rows)

    def copy_all(self, at: int, number: int, waiting: Any) -> None:
        source = self.cursor((at + 1) % CURSORS)
        rows = ((str(row[-1])[:20],) for row in source)
        self.cursor(at).executemany("INSERT INTO t (b) VALUES (?)", rows)

    def fetch(self, at: int, number: int, waiting: Any) -> None:
        self.cursor(at).fetchmany(number * 40)

    def fetch_all(self, at: int, number: int, waiting: Any) -> None:
        self.cursor(at).fetchall()

    def scroll(self, at: int, number: int, waiting: Any) -> None:
        cursor = self.cursor(at)
        if number < 10:
            cursor.fetch_absolute(number * 30 - 60)
        elif number < 20:
            cursor.fetch_relative(number - 15)
        else:
            cursor.scroll(number * 10, mode="absolute")

    def close(self, at: int, number: int, waiting: Any) -> None:
        cursor = self.cursors.pop(at, None)
        if cursor is not None and number % 2:
            cursor.close()

    def commit(self, at: int, number: int, waiting: Any) -> None:
        self.conn.commit()

    def rollback(self, at: int, number: int, waiting: Any) -> None:
        self.conn.rollback()

    def autocommit(self, at: int, number: int, waiting: Any) -> None:
        self.conn.autocommit = number % 2 == 0

    def ping(self, at: int, number: int, waiting: Any) -> None:
        self.conn.ping()

    def block(self, at: int, number: int, waiting: Any) -> None:
        conn = self.conn
        with conn.transaction() if at < 2 else conn.savepoint(f"s{number}"):
            for action in waiting:
                self.act(action, waiting)
                if action[1] == 0:
                    break
            if number % 2:
                raise Undo


ACTIONS = [
    *("execute", "execute", "fetch", "fetch", "fetch_all", "scroll", "scroll"),
    *("insert", "insert_many", "copy", "copy_all", "close", "commit", "rollback"),
    *("autocommit", "ping", "block"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@given(
    actions=st.lists(
        st.tuples(
            st.sampled_from(ACTIONS),
            st.integers(0, CURSORS - 1),
            st.integers(0, 30),
        ),
        min_size=3,
        max_size=25,
    )
)
@few
def test_it_is_repeated(
    server: Server,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    actions: list[tuple[str, int, int]],
) -> None:
    recording = tmp_path / "session.txt"
    recording.unlink(missing_ok=True)
    with connect_to(server, record=recording) as conn:
        Program(conn).run(actions)
    status = main(["replay", str(recording)])
    printed = capsys.readouterr()
    assert (status, printed.err) == (0, ""), printed.out[-2000:]
