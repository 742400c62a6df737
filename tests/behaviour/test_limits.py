"""Sizes at the edge: a right result or a clear error, and a session that goes on."""

from __future__ import annotations

from contextlib import suppress

import pytest

import informix_db

ONE = "FROM systables WHERE tabid = 1"


def alive(cur: informix_db.Cursor) -> bool:
    return bool(cur.execute(f"SELECT tabid {ONE}").fetchall() == [(1,)])


@pytest.mark.parametrize("sql", ["", " ", ";", "-- nothing", "{ }"])
def test_sql_of_nothing(cur: informix_db.Cursor, sql: str) -> None:
    with pytest.raises(informix_db.ProgrammingError) as caught:
        cur.execute(sql)
    assert caught.value.sqlcode == -201
    assert alive(cur)


def test_sql_of_a_million_bytes(cur: informix_db.Cursor) -> None:
    sql = f"SELECT tabid {ONE} -- "
    sql += "x" * (1_000_000 - len(sql))
    assert cur.execute(sql).fetchall() == [(1,)]
    assert alive(cur)


def test_a_list_of_a_hundred_thousand_values(cur: informix_db.Cursor) -> None:
    numbers = ",".join(str(n) for n in range(2, 100_000))
    sql = f"SELECT tabid {ONE} AND tabid NOT IN ({numbers})"
    with suppress(informix_db.DatabaseError):
        assert cur.execute(sql).fetchall() == [(1,)]
    assert alive(cur)


def test_deeply_nested_sql(cur: informix_db.Cursor) -> None:
    sql = f"SELECT {'(' * 5000}1{')' * 5000} {ONE}"
    with suppress(informix_db.DatabaseError):
        assert cur.execute(sql).fetchall() == [(1,)]
    assert alive(cur)


@pytest.mark.parametrize("count", [1000, 10_000])
def test_many_columns(cur: informix_db.Cursor, count: int) -> None:
    columns = ", ".join(f"tabid + {n} AS c{n}" for n in range(count))
    with suppress(informix_db.DatabaseError):
        cur.execute(f"SELECT {columns} {ONE}")
        assert cur.fetchone() == tuple(range(1, count + 1))
        assert len(cur.description or ()) == count
    assert alive(cur)


@pytest.mark.parametrize("count", [500, 5000])
def test_many_parameters(cur: informix_db.Cursor, count: int) -> None:
    marks = ",".join("?" * count)
    sql = f"SELECT tabid {ONE} AND tabid IN ({marks})"
    with suppress(informix_db.DatabaseError):
        assert cur.execute(sql, tuple(range(count))).fetchall() == [(1,)]
    assert alive(cur)


def test_more_parameters_than_the_protocol_counts(cur: informix_db.Cursor) -> None:
    count = 40_000
    with pytest.raises(informix_db.DataError, match="32767"):
        cur.execute(
            f"SELECT tabid {ONE} AND tabid IN ({','.join('?' * count)})", [1] * count
        )
    assert alive(cur)


def test_rows_of_nearly_32_kib(cur: informix_db.Cursor, table: str) -> None:
    cur.execute(f"CREATE TABLE {table} (a CHAR(16000), b CHAR(16000), c INT)")
    row = ("a" * 16000, "b" * 15999, 7)
    for _ in range(3):
        cur.execute(f"INSERT INTO {table} VALUES (?, ?, ?)", row)
    assert cur.execute(f"SELECT * FROM {table}").fetchall() == [row] * 3


def test_rows_larger_than_the_fetch_buffer(
    table: str, conn: informix_db.Connection
) -> None:
    cursor = conn.cursor()
    cursor.execute(f"CREATE TABLE {table} (a LVARCHAR(32739))")
    texts = ["x" * 32739, "", "y" * 20000]
    for text in texts:
        cursor.execute(f"INSERT INTO {table} VALUES (?)", (text,))
    cursor.execute(f"SELECT a FROM {table}")
    assert [text for (text,) in cursor] == texts


def test_a_row_beyond_32_kib_is_refused(cur: informix_db.Cursor, table: str) -> None:
    with pytest.raises(informix_db.DatabaseError) as caught:
        cur.execute(f"CREATE TABLE {table} (a CHAR(20000), b CHAR(20000))")
    assert caught.value.sqlcode is not None
    assert alive(cur)


def test_long_identifiers(cur: informix_db.Cursor, drops: list[str]) -> None:
    name = "t" * 128
    drops.append(name)
    cur.execute(f"CREATE TABLE {name} ({'c' * 128} INT)")
    cur.execute(f"SELECT * FROM {name}")
    assert (cur.description or [])[0][0] == "c" * 128
    with pytest.raises(informix_db.ProgrammingError):
        cur.execute(f"CREATE TABLE {'t' * 129} (n INT)")
    assert alive(cur)
