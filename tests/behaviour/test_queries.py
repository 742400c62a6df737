"""Cursors: parameters, descriptions, fetching, several at once, the statement cache."""

from __future__ import annotations

import datetime
import gc
from decimal import Decimal
from typing import Any

import pytest

import informix_db
from informix_db import TypeCode
from informix_db.testing import Server

from .conftest import BOTH, Connect

MODES = BOTH

ROWS = [(n, f"name {n}") for n in range(1, 8)]


@pytest.fixture
def people(cur: informix_db.Cursor, conn: informix_db.Connection, table: str) -> str:
    """A table of seven rows (id INT, name VARCHAR(20))."""
    cur.execute(f"CREATE TABLE {table} (id INT NOT NULL, name VARCHAR(20))")
    cur.executemany(f"INSERT INTO {table} VALUES (?, ?)", ROWS)
    conn.commit()
    return table


@pytest.mark.parametrize(
    ("condition", "parameters", "expected"),
    [
        ("id = ?", (3,), [3]),
        ("id = ?", [3], [3]),
        ("id > ? AND id < ?", (2, 5), [3, 4]),
        ("id > :1 AND id < :2", (2, 5), [3, 4]),
        ("id < :2 AND id > :1", (2, 5), [3, 4]),
        ("id = :1 OR id = :1 + 1", (2,), [2, 3]),
        ("id = :low", {"low": 2}, [2]),
        ("id = :low OR id = :high", {"low": 2, "high": 6, "unused": 0}, [2, 6]),
        ("name = 'what?' OR id = ?", (1,), [1]),
        ("name = ':1' OR id = :1", (1,), [1]),
        ("id = ? -- really?", (1,), [1]),
        ("id = {which?} ?", (1,), [1]),
        ("id = /* ?? */ ?", (1,), [1]),
        ("id = ?::INT", (1,), [1]),
        ("id = '4'::INT", (), [4]),
        ("id = 5", None, [5]),
    ],
)
def test_parameters_in_every_style(
    cur: informix_db.Cursor, people: str, condition: str, parameters: Any, expected: Any
) -> None:
    cur.execute(f"SELECT id FROM {people} WHERE {condition}", parameters)
    assert sorted(row[0] for row in cur) == expected


@pytest.mark.parametrize(
    ("sql", "parameters", "told"),
    [
        ("SELECT id FROM {} WHERE id = ?", (), "1 parameter, 0 given"),
        ("SELECT id FROM {} WHERE id = ?", (1, 2), "1 parameter, 2 given"),
        ("SELECT id FROM {}", (1,), "0 parameters, 1 given"),
        ("SELECT id FROM {} WHERE id = ?", 1, "write (value,)"),
        ("SELECT id FROM {} WHERE name = ?", "x", "write (value,)"),
        ("SELECT id FROM {} WHERE id = ?", memoryview(b"x"), "write (value,)"),
        ("SELECT id FROM {} WHERE id = :id", (1,), "pass a dict"),
        ("SELECT id FROM {} WHERE id = :id", {}, ":id of the statement was not given"),
        ("SELECT id FROM {} WHERE id = ?", {"id": 1}, "no :name"),
        ("SELECT id FROM {} WHERE id = ? OR id = :1", (1,), "mixes"),
        ("SELECT id FROM {} WHERE id = :2", (1, 2), "not :1"),
    ],
)
def test_parameters_that_do_not_fit(
    cur: informix_db.Cursor, people: str, sql: str, parameters: Any, told: str
) -> None:
    with pytest.raises(informix_db.ProgrammingError) as caught:
        cur.execute(sql.format(people), parameters)
    assert told in str(caught.value)
    assert cur.execute(f"SELECT COUNT(*) FROM {people}").fetchone() == (7,)


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [(None, ()), ("SELECT 1", (1,)), ("SELECT :x", ()), ("SELECT ?", (1j,))],
)
def test_rows_before_an_error_are_not_taken_for_those_after_it(
    cur: informix_db.Cursor, people: str, sql: Any, parameters: Any
) -> None:
    cur.execute(f"SELECT id FROM {people}").fetchone()
    with pytest.raises(informix_db.Error):
        cur.execute(sql, parameters)
    assert (cur.description, cur.rowcount) == (None, -1)
    with pytest.raises(informix_db.ProgrammingError, match="execute a query first"):
        cur.fetchone()


@pytest.mark.parametrize("sql", [None, b"SELECT 1", 5])
def test_sql_must_be_text(cur: informix_db.Cursor, sql: Any) -> None:
    with pytest.raises(informix_db.ProgrammingError, match="SQL must be a str"):
        cur.execute(sql)


def test_description(cur: informix_db.Cursor, table: str) -> None:
    cur.execute(
        f"CREATE TABLE {table} (a SERIAL, b DECIMAL(10,2) NOT NULL, c DECIMAL(16),"
        "d VARCHAR(30,5), e LVARCHAR(300), f BOOLEAN,"
        "g DATETIME YEAR TO FRACTION(3), h INTERVAL DAY(3) TO SECOND, i CHAR(7))"
    )
    assert cur.description is None
    cur.execute(f"SELECT * FROM {table}")
    assert cur.description == [
        ("a", TypeCode.SERIAL, None, 4, None, None, False),
        ("b", TypeCode.DECIMAL, None, 6, 10, 2, False),
        ("c", TypeCode.DECIMAL, None, 10, 16, None, True),
        ("d", TypeCode.VARCHAR, None, 30, None, None, True),
        ("e", TypeCode.LVARCHAR, None, 300, None, None, True),
        ("f", TypeCode.BOOLEAN, None, 1, None, None, True),
        ("g", TypeCode.DATETIME, None, 10, 17, 3, True),
        ("h", TypeCode.INTERVAL, None, 6, 9, 0, True),
        ("i", TypeCode.CHAR, None, 7, None, None, True),
    ]
    assert cur.description[0][1] == informix_db.NUMBER
    assert cur.description[8][1] == informix_db.STRING
    assert cur.description[6][1] == informix_db.DATETIME


def test_names_of_expressions_and_aliases(cur: informix_db.Cursor, people: str) -> None:
    cur.execute(f"SELECT id AS Number, id + 1, COUNT(*) FROM {people} GROUP BY 1, 2")
    assert [column[0] for column in cur.description or []] == [
        "number",
        "(expression)",
        "(count(*))",
    ]


def test_fetching(cur: informix_db.Cursor, people: str) -> None:
    cur.execute(f"SELECT * FROM {people} ORDER BY id")
    assert cur.rownumber == 0
    assert cur.fetchone() == ROWS[0]
    assert cur.rownumber == 1
    assert cur.fetchmany() == ROWS[1:2]
    assert cur.fetchmany(2) == ROWS[2:4]
    cur.arraysize = 2
    assert cur.fetchmany() == ROWS[4:6]
    assert cur.fetchmany(0) == []
    assert cur.fetchall() == ROWS[6:]
    assert cur.fetchall() == []
    assert cur.fetchmany(5) == []
    assert cur.fetchone() is None
    assert cur.rowcount == 7
    assert cur.rownumber == 7


def test_iteration(cur: informix_db.Cursor, people: str) -> None:
    cur.execute(f"SELECT * FROM {people} ORDER BY id")
    assert next(cur) == ROWS[0]
    assert list(cur) == ROWS[1:]
    assert list(cur) == []


def test_an_empty_result(cur: informix_db.Cursor, people: str) -> None:
    cur.execute(f"SELECT * FROM {people} WHERE id < 0")
    assert cur.description is not None
    assert cur.fetchone() is None
    assert cur.fetchall() == []
    assert cur.rowcount == 0


def test_fetching_without_a_query(cur: informix_db.Cursor, people: str) -> None:
    fresh = cur.connection.cursor()
    for fetch in (fresh.fetchone, fresh.fetchmany, fresh.fetchall, lambda: iter(fresh)):
        with pytest.raises(informix_db.ProgrammingError, match="execute a query first"):
            fetch()
    cur.execute(f"UPDATE {people} SET name = 'x'")
    with pytest.raises(informix_db.ProgrammingError, match="was no query"):
        cur.fetchone()


@pytest.mark.parametrize("size", [-1, "3", 2.0, True])
def test_fetchmany_wants_a_count(
    cur: informix_db.Cursor, people: str, size: Any
) -> None:
    cur.execute(f"SELECT * FROM {people}")
    with pytest.raises(informix_db.ProgrammingError, match="count of rows"):
        cur.fetchmany(size)


def test_rowcount_and_lastrowid(cur: informix_db.Cursor, table: str) -> None:
    assert cur.rowcount == -1
    cur.execute(f"CREATE TABLE {table} (id SERIAL, n INT)")
    assert (cur.rowcount, cur.lastrowid) == (-1, None)
    for expected in (1, 2):
        cur.execute(f"INSERT INTO {table} (n) VALUES (0)")
        assert (cur.rowcount, cur.lastrowid) == (1, expected)
    cur.execute(f"UPDATE {table} SET n = 1")
    assert (cur.rowcount, cur.lastrowid) == (2, None)
    cur.execute(f"DELETE FROM {table} WHERE id > 100")
    assert cur.rowcount == 0
    cur.execute(f"DELETE FROM {table}")
    assert cur.rowcount == 2


@pytest.mark.parametrize("kind", ["SERIAL8", "BIGSERIAL"])
def test_lastrowid_of_long_serials(
    cur: informix_db.Cursor, table: str, kind: str
) -> None:
    cur.execute(f"CREATE TABLE {table} (id {kind}, n INT)")
    cur.execute(f"INSERT INTO {table} VALUES (5000000000, 0)")
    cur.execute(f"INSERT INTO {table} (n) VALUES (0)")
    assert cur.lastrowid == 5000000001


def test_several_cursors_are_read_in_turn(
    conn: informix_db.Connection, people: str
) -> None:
    cursors = [conn.cursor() for _ in range(5)]
    for number, cursor in enumerate(cursors):
        cursor.execute(f"SELECT id FROM {people} WHERE id > ? ORDER BY id", (number,))
    read = [[cursor.fetchone() for cursor in cursors] for _ in range(2)]
    assert read == [
        [(1,), (2,), (3,), (4,), (5,)],
        [(2,), (3,), (4,), (5,), (6,)],
    ]


def test_cursors_larger_than_a_buffer_interleave(connect: Connect, table: str) -> None:
    connection = connect(fetch_buffer_size=512)
    writer = connection.cursor()
    writer.execute(f"CREATE TABLE {table} (n INT)")
    writer.executemany(f"INSERT INTO {table} VALUES (?)", ((n,) for n in range(500)))
    up, down = connection.cursor(), connection.cursor()
    up.execute(f"SELECT n FROM {table} ORDER BY n")
    down.execute(f"SELECT n FROM {table} ORDER BY n DESC")
    pairs = list(zip(up, down, strict=True))
    assert [(a, b) for (a,), (b,) in pairs] == [(n, 499 - n) for n in range(500)]


def test_executemany_from_a_cursor_of_the_same_connection(
    conn: informix_db.Connection, people: str, table: str
) -> None:
    source, target = conn.cursor(), conn.cursor()
    source.execute(f"SELECT id + 100, name FROM {people} ORDER BY id")
    target.executemany(f"INSERT INTO {people} VALUES (?, ?)", source)
    assert target.rowcount == 7
    target.execute(f"SELECT COUNT(*) FROM {people}")
    assert target.fetchone() == (14,)


def test_a_large_result_is_streamed(connect: Connect, table: str) -> None:
    connection = connect(fetch_buffer_size=4096)
    cursor = connection.cursor()
    cursor.execute(f"CREATE TABLE {table} (n INT, s CHAR(20))")
    cursor.executemany(
        f"INSERT INTO {table} VALUES (?, ?)", ((n, str(n)) for n in range(10_000))
    )
    cursor.execute(f"SELECT n, s FROM {table} ORDER BY n")
    held = cursor._result
    assert held is not None
    seen = 0
    for n, text in cursor:
        assert (n, text) == (seen, str(seen))
        seen += 1
    assert seen == cursor.rowcount == 10_000


def test_row_factories(conn: informix_db.Connection, people: str) -> None:
    cursor = conn.cursor(row_factory=informix_db.Row)
    row = cursor.execute(f"SELECT id, name FROM {people} WHERE id = 1").fetchone()
    assert (row.id, row["name"], row[0], row) == (1, "name 1", 1, ROWS[0])
    assert row._asdict() == {"id": 1, "name": "name 1"}
    conn.row_factory = lambda cursor: (
        lambda values: dict(
            zip([column[0] for column in cursor.description], values, strict=True)
        )
    )
    cursor = conn.cursor()
    cursor.execute(f"SELECT id FROM {people} WHERE id < 3 ORDER BY id")
    assert cursor.fetchall() == [{"id": 1}, {"id": 2}]


def test_a_column_called_keys(conn: informix_db.Connection) -> None:
    cursor = conn.cursor(row_factory=informix_db.Row)
    cursor.execute("SELECT tabid AS keys, owner FROM systables WHERE tabid = 1")
    row = cursor.fetchone()
    assert dict(row) == {"keys": 1, "owner": "informix"}
    assert row["keys"] == row[0] == 1


def test_a_row_factory_that_is_false(conn: informix_db.Connection) -> None:
    class Shouting(list[str]):  # which is empty
        def __call__(self, cursor: Any) -> Any:
            return lambda row: tuple(map(str.upper, row))

    cursor = conn.cursor(row_factory=Shouting())
    cursor.execute("SELECT tabname FROM systables WHERE tabid = 1")
    assert cursor.fetchall() == [("SYSTABLES",)]


@pytest.mark.parametrize("factory", [dict, list, set, lambda cursor: 5])
def test_row_factories_that_are_none(
    conn: informix_db.Connection, factory: Any
) -> None:
    cursor = conn.cursor(row_factory=factory)
    with pytest.raises(informix_db.ProgrammingError, match="must return a callable"):
        cursor.execute("SELECT FIRST 1 tabid FROM systables")


def test_a_row_factory_that_fails(conn: informix_db.Connection) -> None:
    def fail(cursor: Any) -> Any:
        raise LookupError("no row can be made")

    cursor = conn.cursor(row_factory=lambda cursor: str)
    cursor.execute("SELECT FIRST 1 tabid FROM systables ORDER BY tabid")
    cursor.row_factory = fail
    with pytest.raises(LookupError, match="no row"):
        cursor.execute("SELECT FIRST 2 tabid, owner FROM systables")
    with pytest.raises(informix_db.ProgrammingError, match="execute a query first"):
        cursor.fetchone()
    cursor.row_factory = None
    cursor.execute("SELECT FIRST 1 tabid FROM systables ORDER BY tabid")
    assert cursor.fetchall() == [(1,)]


def test_rows_that_a_factory_makes_none(conn: informix_db.Connection) -> None:
    """A row that is None is a row, and is made once."""
    made: list[Any] = []
    cursor = conn.cursor(row_factory=lambda cursor: made.append)
    cursor.execute("SELECT FIRST 3 tabid FROM systables ORDER BY tabid")
    assert next(cursor) is cursor.fetchone() is None
    assert made == [(1,), (2,)]
    assert list(cursor) == [None]
    assert made == [(1,), (2,), (3,)]


def test_use_after_close(cur: informix_db.Cursor, people: str) -> None:
    cur.execute(f"SELECT * FROM {people}")
    cur.close()
    cur.close()
    assert cur.closed
    for use in (
        lambda: cur.execute("SELECT 1 FROM systables"),
        lambda: cur.executemany("SELECT 1 FROM systables", []),
        cur.fetchone,
        cur.fetchall,
        cur.nextset,
        lambda: cur.setinputsizes([]),
        lambda: cur.callproc("p"),
    ):
        with pytest.raises(informix_db.InterfaceError, match="cursor is closed"):
            use()


def test_the_small_things_of_pep_249(cur: informix_db.Cursor) -> None:
    cur.setinputsizes([None])
    cur.setoutputsize(100)
    cur.setoutputsize(100, 1)
    assert cur.nextset() is None
    assert cur.connection.cursor() is not cur
    with pytest.raises(informix_db.ProgrammingError, match="arraysize"):
        cur.arraysize = 0


def test_callproc(cur: informix_db.Cursor) -> None:
    with pytest.raises(informix_db.ProgrammingError) as caught:
        cur.callproc("nosuchroutine", (1, "x"))
    assert caught.value.sqlcode == -674
    with pytest.raises(informix_db.ProgrammingError, match="not the name of a routine"):
        cur.callproc("p(); drop table t")
    with pytest.raises(informix_db.ProgrammingError, match="sequence or a dict"):
        cur.callproc("p", "abc")
    with pytest.raises(informix_db.ProgrammingError, match="sequence or a dict"):
        cur.callproc("p", iter([1]))  # type: ignore[arg-type]


def test_what_the_server_says_of_itself(conn: informix_db.Connection) -> None:
    assert "emulator" in conn.server_version.lower()
    assert conn.server_version_internal
    capabilities = conn.server_capabilities
    assert capabilities.violated_assumptions() == []
    assert capabilities.bigint
    assert capabilities.four_byte_offset
    assert capabilities.cap_1 == 316
    assert conn.encoding == "iso8859-1"
    conn.ping()


def test_a_statement_is_prepared_once(
    connect: Connect, emulator: Server, people: str
) -> None:
    connection = connect()
    cursor = connection.cursor()
    sql = f"SELECT name FROM {people} WHERE id = ?"
    cursor.execute(sql, (1,)).fetchall()
    before = connection._transport.round_trips
    for n in range(1, 8):
        assert cursor.execute(sql, (n,)).fetchall() == [(f"name {n}",)]
    assert connection._transport.round_trips - before == 7


@pytest.mark.parametrize("other_session", [False, True])
def test_a_changed_table_is_never_read_by_an_old_description(
    connect: Connect, table: str, other_session: bool
) -> None:
    connection = connect(autocommit=True)
    cursor = connection.cursor()
    cursor.execute(f"CREATE TABLE {table} (a INT)")
    cursor.execute(f"INSERT INTO {table} VALUES (1)")
    sql = f"SELECT * FROM {table}"
    assert cursor.execute(sql).fetchall() == [(1,)]
    changer = connect(autocommit=True) if other_session else connection
    with changer.cursor() as changing:
        changing.execute(f"DROP TABLE {table}")
        changing.execute(f"CREATE TABLE {table} (a CHAR(3), b DATE)")
        changing.execute(f"INSERT INTO {table} VALUES ('x', MDY(2, 29, 2024))")
    cursor.execute(sql)
    assert cursor.fetchall() == [("x", datetime.date(2024, 2, 29))]
    assert [column[0] for column in cursor.description or []] == ["a", "b"]


def test_forgotten_cursors_leave_nothing_open(
    connect: Connect, emulator: Server, table: str
) -> None:
    connection = connect(statement_cache_size=0, fetch_buffer_size=256)
    writer = connection.cursor()
    writer.execute(f"CREATE TABLE {table} (n INT)")
    writer.executemany(f"INSERT INTO {table} VALUES (?)", [(n,) for n in range(100)])
    connection.ping()
    before = emulator.statistics()
    for _ in range(20):
        assert connection.cursor().execute(f"SELECT * FROM {table}").fetchone()
    gc.collect()
    forgotten = emulator.statistics()
    assert forgotten.cursors > before.cursors
    writer.execute(f"UPDATE {table} SET n = n")
    connection.ping()
    after = emulator.statistics()
    assert (after.statements, after.cursors) == (before.statements, before.cursors)


def test_decimals_keep_their_scale_in_expressions(cur: informix_db.Cursor) -> None:
    cur.execute("SELECT 1.50 FROM systables WHERE tabid = 1")
    assert [repr(value) for value in cur.fetchone()] == [repr(Decimal("1.50"))]
