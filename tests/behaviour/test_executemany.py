"""executemany, row by row and through an insert cursor: same results, same errors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

import informix_db
from informix_db import IntervalYM
from informix_db.testing import Server

from .conftest import BOTH, SYNC, Connect

MODES = BOTH

WINDOW = 512  # rows bound in one request

INSERT = "INSERT INTO {} (n, v) VALUES (?, ?)"


@pytest.fixture(params=[False, True], ids=["bind", "put"])
def by_cursor(request: pytest.FixtureRequest) -> bool:
    """Whether rows are inserted through an insert cursor."""
    return bool(request.param)


@pytest.fixture
def conn(connect: Connect, by_cursor: bool) -> informix_db.Connection:
    """A connection to the logged database."""
    connection = connect()
    connection.insert_cursor = by_cursor
    return connection


@pytest.fixture
def auto(connect: Connect, by_cursor: bool) -> informix_db.Connection:
    """A connection that commits each statement."""
    connection = connect(autocommit=True)
    connection.insert_cursor = by_cursor
    return connection


@pytest.fixture
def filled(auto: informix_db.Connection, table: str) -> str:
    """An empty table (n int, unique; v varchar(20))."""
    auto.cursor().execute(f"CREATE TABLE {table} (n INT UNIQUE, v VARCHAR(20))")
    return table


def numbers(conn: informix_db.Connection, table: str) -> list[int]:
    rows = conn.cursor().execute(f"SELECT n FROM {table} ORDER BY n").fetchall()
    return [n for (n,) in rows]


def rows_from(count: int, first: int = 0) -> list[tuple[int, str]]:
    return [(n, f"row {n}") for n in range(first, first + count)]


# -- what goes in --------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, WINDOW - 1, WINDOW, WINDOW + 1, 3000])
def test_any_number_of_rows(
    conn: informix_db.Connection, filled: str, count: int
) -> None:
    cursor = conn.cursor()
    assert cursor.executemany(INSERT.format(filled), rows_from(count)) is cursor
    assert cursor.rowcount == count
    cursor.execute(f"SELECT n, v FROM {filled} ORDER BY n")
    assert cursor.fetchall() == rows_from(count)


def test_rows_come_from_any_iterable(conn: informix_db.Connection, filled: str) -> None:
    cursor = conn.cursor()
    cursor.executemany(INSERT.format(filled), iter(rows_from(2)))
    cursor.executemany(INSERT.format(filled), (row for row in rows_from(2, 2)))
    cursor.executemany(INSERT.format(filled), {(4, "a"): 1, (5, "b"): 2})
    assert numbers(conn, filled) == list(range(6))


def test_rows_come_from_a_cursor_of_the_connection(
    conn: informix_db.Connection, filled: str
) -> None:
    conn.cursor().executemany(INSERT.format(filled), rows_from(2000))
    source = conn.cursor().execute(f"SELECT n + 5000, v FROM {filled}")
    assert conn.cursor().executemany(INSERT.format(filled), source).rowcount == 2000
    assert len(numbers(conn, filled)) == 4000


def test_parameters_in_any_order_and_by_name(
    conn: informix_db.Connection, filled: str
) -> None:
    cursor = conn.cursor()
    cursor.executemany(f"INSERT INTO {filled} VALUES (:2, :1)", [("a", 1), ("b", 2)])
    cursor.executemany(
        f"INSERT INTO {filled} (v, n) VALUES (:text, :number)",
        [{"number": 3, "text": "c"}],
    )
    cursor.execute(f"SELECT n, v FROM {filled} ORDER BY n")
    assert cursor.fetchall() == [(1, "a"), (2, "b"), (3, "c")]


def test_insert_with_expressions_literals_and_queries(
    conn: informix_db.Connection, filled: str
) -> None:
    cursor = conn.cursor()
    cursor.executemany(f"INSERT INTO {filled} VALUES (?, 'x')", [(1,), (2,)])
    cursor.executemany(
        f"INSERT INTO {filled} SELECT n + ?, v FROM {filled}", [(10,), (100,)]
    )
    assert numbers(conn, filled) == [1, 2, 11, 12, 101, 102, 111, 112]


def test_updates_and_deletes_count_their_rows(
    conn: informix_db.Connection, filled: str
) -> None:
    cursor = conn.cursor()
    cursor.executemany(INSERT.format(filled), rows_from(10))
    cursor.executemany(
        f"UPDATE {filled} SET v = ? WHERE n < ?", [("a", 3), ("b", 5), ("c", 0)]
    )
    assert cursor.rowcount == 8
    cursor.executemany(f"DELETE FROM {filled} WHERE n > ?", [(6,), (4,)])
    assert cursor.rowcount == 5
    assert cursor.lastrowid is None


VALUES = (
    ("smallint", [1, -32767, None]),
    ("int", [2147483647, -2147483647, 0]),
    ("bigint", [2**63 - 1, 1 - 2**63, None]),
    ("int8", [2**63 - 1, 1 - 2**63, None]),
    ("float", [3.14159, -1e300, 7]),
    ("smallfloat", [2.5, -0.125, None]),
    ("decimal(12,4)", [Decimal("99999999.9999"), Decimal("-0.0001"), 5]),
    ("decimal(16)", [Decimal("1.5e100"), Decimal("-123.456"), Decimal(0)]),
    ("money(16,2)", [Decimal("1234.50"), Decimal(-1), None]),
    ("date", [dt.date(2024, 2, 29), dt.date(1, 1, 1), None]),
    (
        "datetime year to fraction(5)",
        [dt.datetime(2024, 2, 29, 1, 2, 3, 123450), dt.datetime(9999, 12, 31), None],
    ),
    ("datetime hour to second", [dt.time(23, 59, 59), dt.time(0), None]),
    ("interval day(5) to fraction(3)", [dt.timedelta(-3, 5, 6000), dt.timedelta(0)]),
    ("interval year to month", [IntervalYM(-29), IntervalYM(0), None]),
    ("char(10)", ["abc", "", None]),
    ("nchar(10)", ["\xe9t\xe9", None]),
    ("varchar(20)", ["v", "", " ", None]),
    ("nvarchar(20)", ["\xfc", None]),
    ("lvarchar(500)", ["x" * 500, "", None]),
    ("boolean", [True, False, None]),
    # what the server has to convert, first or after other rows
    ("int", [1, "2", Decimal(3), 4]),
    ("float", ["1.5", 2.5, Decimal("3.5")]),
    ("decimal(8,2)", [Decimal("1.005"), Decimal("1.23"), "4.5", 6.25]),
    ("date", [dt.date(2024, 1, 1), "2024-01-02"]),
    ("varchar(20)", ["a", 5, Decimal("1.5")]),
    ("datetime year to second", [dt.datetime(2024, 1, 1, 1, 1, 1, 999999)]),
    ("datetime year to minute", [dt.datetime(2024, 1, 1, 1, 1)]),
)


@pytest.mark.parametrize(("sql_type", "values"), VALUES)
def test_both_ways_store_the_same(
    connect: Connect, table: str, sql_type: str, values: list[Any]
) -> None:
    conn = connect(autocommit=True)
    stored = []
    for by_cursor in (False, True):
        cursor = conn.cursor()
        cursor.execute(f"CREATE TABLE {table} (n SERIAL, v {sql_type})")
        cursor.executemany(
            f"INSERT INTO {table} (v) VALUES (?)",
            [(value,) for value in values],
            insert_cursor=by_cursor,
        )
        assert cursor.rowcount == len(values)
        cursor.execute(f"SELECT n, v FROM {table} ORDER BY n")
        stored.append(cursor.fetchall())
        cursor.execute(f"DROP TABLE {table}")
    assert stored[0] == stored[1]
    assert repr(stored[0]) == repr(stored[1])


# -- errors --------------------------------------------------------------------------

POSITIONS = [0, 1, WINDOW // 2, WINDOW - 1, WINDOW, 3 * WINDOW // 2, 2 * WINDOW + 99]


@pytest.mark.parametrize("bad", POSITIONS)
def test_the_failing_row_is_named_and_those_before_it_are_in(
    conn: informix_db.Connection, filled: str, bad: int
) -> None:
    rows = rows_from(2 * WINDOW + 100)
    rows[bad] = (-1, "twice")
    cursor = conn.cursor()
    cursor.execute(INSERT.format(filled), (-1, "once"))
    with pytest.raises(informix_db.IntegrityError) as caught:
        cursor.executemany(INSERT.format(filled), iter(rows))
    assert caught.value.row_index == bad
    assert f"parameter row {bad}" in str(caught.value)
    assert conn.in_transaction
    assert numbers(conn, filled) == [-1, *range(bad)]
    cursor.executemany(INSERT.format(filled), rows_from(3, 10_000))  # still usable
    conn.rollback()
    assert numbers(conn, filled) == []


@pytest.mark.parametrize("bad", POSITIONS)
def test_with_autocommit_an_error_undoes_the_batch(
    auto: informix_db.Connection, filled: str, bad: int
) -> None:
    rows = rows_from(2 * WINDOW + 100)
    rows[bad] = (-1, "twice")
    cursor = auto.cursor()
    cursor.execute(INSERT.format(filled), (-1, "once"))
    with pytest.raises(informix_db.IntegrityError) as caught:
        cursor.executemany(INSERT.format(filled), rows)
    assert caught.value.row_index == bad
    assert not auto.in_transaction
    assert numbers(auto, filled) == [-1]
    cursor.executemany(INSERT.format(filled), rows_from(3))
    assert numbers(auto, filled) == [-1, 0, 1, 2]


TOO_LONG = ((1, "x" * 21), informix_db.DataError, r"parameter 2: .* VARCHAR\(20\)")


@pytest.mark.parametrize(
    ("bad", "row", "kind", "message"),
    [
        *((bad, *TOO_LONG) for bad in POSITIONS),
        (9, (2**31, "x"), informix_db.DataError, r"parameter 1: .* range of INTEGER"),
        (9, (1, "\u20ac"), informix_db.DataError, "parameter 2: .* code set"),
        (9, (1, object()), informix_db.NotSupportedError, "parameter 2: .* object"),
        (9, (1,), informix_db.ProgrammingError, "2 parameters, 1 given"),
        (9, 7, informix_db.ProgrammingError, "sequence"),
        (WINDOW + 9, 7, informix_db.ProgrammingError, "sequence"),
    ],
)
def test_a_row_that_cannot_be_sent(
    conn: informix_db.Connection,
    filled: str,
    bad: int,
    row: Any,
    kind: type[Exception],
    message: str,
) -> None:
    rows: list[Any] = rows_from(2 * WINDOW + 100)
    rows[bad] = row
    with pytest.raises(kind, match=message) as caught:
        conn.cursor().executemany(INSERT.format(filled), iter(rows))
    assert getattr(caught.value, "row_index", None) == bad
    assert numbers(conn, filled) == list(range(bad))


def test_an_error_of_the_iterable_comes_through(
    auto: informix_db.Connection, conn: informix_db.Connection, filled: str
) -> None:
    class Broken(Exception):
        pass

    def broken() -> Iterator[tuple[int, str]]:
        yield from rows_from(WINDOW + 7)
        raise Broken

    with pytest.raises(Broken):
        conn.cursor().executemany(INSERT.format(filled), broken())
    assert numbers(conn, filled) == list(range(WINDOW + 7))
    conn.rollback()
    with pytest.raises(Broken):
        auto.cursor().executemany(INSERT.format(filled), broken())
    assert numbers(auto, filled) == []


def test_nothing_begins_if_there_is_nothing_to_do(
    conn: informix_db.Connection, filled: str
) -> None:
    waited = conn.stats.round_trips
    assert conn.cursor().executemany(INSERT.format(filled), []).rowcount == 0
    assert conn.stats.round_trips == waited
    assert not conn.in_transaction


def test_what_is_not_for_executemany(conn: informix_db.Connection, filled: str) -> None:
    cursor = conn.cursor()
    with pytest.raises(informix_db.ProgrammingError, match="without rows"):
        cursor.executemany(f"SELECT n FROM {filled} WHERE n = ?", [(1,)])
    rows: Any
    for rows in ("ab", b"ab", 5, None):
        with pytest.raises(informix_db.ProgrammingError, match="rows"):
            cursor.executemany(INSERT.format(filled), rows)
    assert numbers(conn, filled) == []


# -- in between ----------------------------------------------------------------------


@SYNC
def test_the_iterable_may_commit(conn: informix_db.Connection, filled: str) -> None:
    """The windows after it are in a transaction of their own."""

    def committing() -> Iterator[tuple[int, str]]:
        yield from rows_from(6000)
        conn.commit()
        yield from rows_from(6000, 6000)

    conn.cursor().executemany(INSERT.format(filled), committing())
    assert conn.in_transaction
    conn.rollback()
    kept = numbers(conn, filled)
    assert kept == list(range(len(kept)))
    assert 6000 - 5100 < len(kept) <= 6000  # the window under way came after it


@SYNC
def test_after_a_commit_of_the_iterable_the_batch_goes_on_in_a_transaction(
    auto: informix_db.Connection, filled: str
) -> None:
    def committing() -> Iterator[tuple[int, str]]:
        yield from rows_from(6000)
        auto.commit()
        yield from rows_from(6000, 6000)
        yield (0, "twice")

    with pytest.raises(informix_db.IntegrityError) as caught:
        auto.cursor().executemany(INSERT.format(filled), committing())
    assert caught.value.row_index == 12_000
    assert not auto.in_transaction
    assert len(numbers(auto, filled)) <= 6000


@SYNC
def test_a_batch_inside_a_batch(conn: informix_db.Connection, filled: str) -> None:
    def nesting() -> Iterator[tuple[int, str]]:
        yield from rows_from(600)
        conn.cursor().executemany(INSERT.format(filled), rows_from(600, 5000))
        yield from rows_from(600, 1000)

    conn.cursor().executemany(INSERT.format(filled), nesting())
    assert len(numbers(conn, filled)) == 1800


def test_a_schema_change_between_two_batches(
    auto: informix_db.Connection,
    connect: Connect,
    filled: str,
) -> None:
    cursor = auto.cursor()
    cursor.executemany(INSERT.format(filled), rows_from(3))
    with connect(autocommit=True) as other:
        other.cursor().execute(f"DROP TABLE {filled}")
        other.cursor().execute(f"CREATE TABLE {filled} (n INT, v VARCHAR(20), x INT)")
    cursor.executemany(INSERT.format(filled), rows_from(3, 3))
    assert numbers(auto, filled) == [3, 4, 5]


@pytest.mark.parametrize("at", [0, 3])
def test_limits_that_are_no_longer_true_are_asked_for_again(
    auto: informix_db.Connection, connect: Connect, filled: str, at: int
) -> None:
    cursor = auto.cursor()
    cursor.executemany(INSERT.format(filled), rows_from(3))
    with connect(autocommit=True) as other:
        other.cursor().execute(f"DROP TABLE {filled}")
        other.cursor().execute(f"CREATE TABLE {filled} (n BIGINT, v VARCHAR(50))")
    rows = rows_from(5)
    rows[at] = (2**40, "x" * 50)
    cursor.executemany(INSERT.format(filled), iter(rows))
    assert numbers(auto, filled) == sorted(n for n, _ in rows)
    rows[at] = (0, "x" * 51)
    with pytest.raises(informix_db.DataError, match=r"VARCHAR\(50\)") as caught:
        cursor.executemany(INSERT.format(filled), rows)
    assert caught.value.row_index == at
    assert len(numbers(auto, filled)) == 5


def test_statements_are_kept_and_nothing_is_left_open(
    conn: informix_db.Connection, filled: str, emulator: Server
) -> None:
    conn.ping()
    before = emulator.statistics()
    for first in range(0, 4000, 1000):
        conn.cursor().executemany(INSERT.format(filled), rows_from(1000, first))
    conn.ping()
    after = emulator.statistics()
    assert after.statements == before.statements + 1
    assert after.cursors == before.cursors
    assert conn.stats.cache_hits == 3


# -- results -------------------------------------------------------------------------


@pytest.mark.parametrize("serial", ["SERIAL", "SERIAL8", "BIGSERIAL"])
def test_lastrowid_is_the_last_rows(connect: Connect, table: str, serial: str) -> None:
    conn = connect()
    cursor = conn.cursor()
    cursor.execute(f"CREATE TABLE {table} (id {serial}, v INT)")
    assert cursor.lastrowid is None
    cursor.execute(f"INSERT INTO {table} (v) VALUES (1)")
    assert cursor.lastrowid == 1
    cursor.executemany(
        f"INSERT INTO {table} (v) VALUES (?)", [(n,) for n in range(600)]
    )
    assert cursor.lastrowid == 601
    cursor.executemany(f"INSERT INTO {table} VALUES (?, ?)", [(1000, 1), (2000, 2)])
    assert cursor.lastrowid == 2000
    cursor.execute(f"UPDATE {table} SET v = 3")
    assert cursor.lastrowid is None


def test_without_a_serial_there_is_no_lastrowid(
    conn: informix_db.Connection, filled: str
) -> None:
    cursor = conn.cursor()
    cursor.executemany(INSERT.format(filled), rows_from(3))
    assert cursor.lastrowid is None
    cursor.execute(INSERT.format(filled), (5, "x"))
    assert cursor.lastrowid is None
