"""ROW, SET, MULTISET and LIST columns: what goes in comes out, typed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

import informix_db
from informix_db import CollectionValue, DataError, IntervalYM, RowValue, TypeCode

from .conftest import BOTH, Connect

MODES = BOTH

MAX_INT = 2**31 - 1
MAX_LONG = 2**63 - 1

ELEMENTS: dict[str, list[Any]] = {
    "SMALLINT": [0, -1, 32767, -32767],
    "INTEGER": [0, -1, MAX_INT, -MAX_INT],
    "BIGINT": [0, MAX_LONG, -MAX_LONG],
    "INT8": [0, MAX_LONG, -MAX_LONG],
    "FLOAT": [0.0, 0.1, -1e300, 1 / 3, 5e-324],
    "SMALLFLOAT": [0.5, -2.25],
    "DECIMAL(8,2)": [Decimal("0.00"), Decimal("-1.50"), Decimal("999999.99")],
    "DECIMAL(16)": [Decimal("1.5"), Decimal("-123456789.123")],
    "MONEY(8,2)": [Decimal("0.01"), Decimal("-12.30")],
    "DATE": [dt.date(1, 1, 1), dt.date(2024, 2, 29), dt.date(9999, 12, 31)],
    "CHAR(5)": ["", "a", "abcde", " b"],
    "VARCHAR(40)": ["", " trailing  ", "it's", 'say "x"', "a,b", "{}", "()", "NULL"],
    "NVARCHAR(40)": ["\u20ac\U0001f600", "'", "\n\t"],
    "LVARCHAR(2000)": ["x" * 1500, ""],
    "BOOLEAN": [True, False],
    "DATETIME YEAR TO SECOND": [dt.datetime(2024, 2, 29, 13, 14, 15)],
    "DATETIME YEAR TO FRACTION(3)": [dt.datetime(2024, 2, 29, 1, 2, 3, 456000)],
    "DATETIME HOUR TO MINUTE": [dt.time(0, 0), dt.time(23, 59)],
    "DATETIME YEAR TO DAY": [dt.date(2024, 2, 29)],
    "INTERVAL DAY(4) TO SECOND": [dt.timedelta(1234, 5), dt.timedelta(-3, 5)],
    "INTERVAL HOUR(3) TO MINUTE": [dt.timedelta(hours=100, minutes=5)],
    "INTERVAL YEAR TO MONTH": [IntervalYM(14), IntervalYM(-14), IntervalYM(0)],
}


@pytest.fixture
def cur(connect: Connect) -> informix_db.Cursor:
    return connect(db_locale="en_US.utf8").cursor()


def exact(values: Any) -> list[tuple[type, str]]:
    return [(type(value), repr(value)) for value in values]


@pytest.mark.parametrize("element", ELEMENTS)
def test_elements_of_every_type(
    cur: informix_db.Cursor, table: str, element: str
) -> None:
    values = ELEMENTS[element]
    cur.execute(
        f"CREATE TABLE {table} (odd VARCHAR(7), l LIST({element} NOT NULL), "
        f"flag BOOLEAN, r ROW(a {element}, b {element}))"
    )
    rows = [("xy", [*values, *values], True, (value, None)) for value in values]
    cur.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", rows[0])
    cur.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", rows[1:])
    found = cur.execute(f"SELECT * FROM {table}").fetchall()
    assert len(found) == len(rows)
    for (odd, elements, flag, row), expected in zip(found, rows, strict=True):
        assert (odd, flag) == ("xy", True)
        assert exact(elements) == exact(expected[1])
        assert exact(row) == exact(expected[3])
        assert elements.element_schema.upper().endswith("NOT NULL")
        assert row.keys() == ("a", "b")


@pytest.mark.parametrize("kind", ["SET", "MULTISET", "LIST"])
def test_collections(cur: informix_db.Cursor, table: str, kind: str) -> None:
    cur.execute(f"CREATE TABLE {table} (n INT, v {kind}(INTEGER NOT NULL))")
    values: list[Any] = [[1, 2], (3,), {4, 5}, frozenset({6}), [], None]
    values += ["LIST{7}".replace("LIST", kind), CollectionValue(kind, [8])]
    for n, value in enumerate(values):
        cur.execute(f"INSERT INTO {table} VALUES (?, ?)", (n, value))
    found = [row[0] for row in cur.execute(f"SELECT v FROM {table}").fetchall()]
    assert [sorted(value) for value in found if value is not None] == [
        [1, 2],
        [3],
        [4, 5],
        [6],
        [],
        [7],
        [8],
    ]
    assert found[5] is None
    assert {value.kind for value in found if value is not None} == {kind}
    assert cur.description is not None
    assert cur.description[0][1] == getattr(TypeCode, kind)
    cur.execute(f"UPDATE {table} SET v = ? WHERE n = ?", ([9], 5))
    cur.execute(f"SELECT v FROM {table} WHERE n = 5")
    assert list(cur.fetchone()[0]) == [9]


def test_rows(cur: informix_db.Cursor, table: str) -> None:
    cur.execute(f"CREATE TABLE {table} (n INT, r ROW(a INTEGER, b VARCHAR(10)))")
    values: list[Any] = [
        (1, "x"),
        {"a": 1, "b": "x"},
        {"B": "x", "a": 1},
        RowValue([1, "x"]),
        RowValue({"b": "x", "a": 1}),
        "ROW(1,'x')",
    ]
    for n, value in enumerate(values):
        cur.execute(f"INSERT INTO {table} VALUES (?, ?)", (n, value))
    cur.execute(f"INSERT INTO {table} VALUES (?, ?)", (99, None))
    found = [row[0] for row in cur.execute(f"SELECT r FROM {table} ORDER BY n")]
    assert found == [(1, "x")] * len(values) + [None]
    assert found[0]["b"] == "x"


def test_rows_in_collections_in_rows(cur: informix_db.Cursor, table: str) -> None:
    cur.execute(
        f"CREATE TABLE {table} (r ROW(a SET(ROW(x INTEGER, y LIST(CHAR(3) NOT NULL)) "
        "NOT NULL), b ROW(z DATE)))"
    )
    value = ([(1, ["a", "b'"]), (2, [])], {"z": dt.date(2024, 2, 29)})
    cur.execute(f"INSERT INTO {table} VALUES (?)", (value,))
    [(row,)] = cur.execute(f"SELECT r FROM {table}").fetchall()
    assert row["b"]["z"] == dt.date(2024, 2, 29)
    assert sorted(item["x"] for item in row["a"]) == [1, 2]
    assert [list(item["y"]) for item in row["a"]] == [["a", "b'"], []]
    again = cur.execute(f"SELECT r FROM {table} WHERE 1 = 1").fetchone()[0]
    assert again == row
    cur.execute(f"INSERT INTO {table} VALUES (?)", (row,))
    assert cur.execute(f"SELECT r FROM {table}").fetchall() == [(row,), (row,)]


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ((1,), "1 fields do not make a ROW"),
        ({"a": 1}, "no value for the field 'b'"),
        ([1, 2], "list is no value of ROW"),
        (5, "int cannot be stored in ROW"),
        (b"x", "bytes cannot be stored in ROW"),
        ((1, "\U0001f600"), "code set"),
    ],
)
def test_values_that_do_not_fit(
    connect: Connect, table: str, value: Any, what: str
) -> None:
    cur = connect().cursor()
    cur.execute(f"CREATE TABLE {table} (n INT, r ROW(a INTEGER, b VARCHAR(10)))")
    sql = f"INSERT INTO {table} VALUES (?, ?)"
    with pytest.raises(DataError, match=f"parameter 2: .*{what}"):
        cur.execute(sql, (1, value))
    with pytest.raises(DataError, match=what) as caught:
        cur.executemany(sql, [(0, None), (1, value)])
    assert caught.value.row_index == 1
    assert cur.execute(f"SELECT n FROM {table}").fetchall() == [(0,)]


def test_scrolling_and_streaming(cur: informix_db.Cursor, table: str) -> None:
    cur.execute(f"CREATE TABLE {table} (n INT, v LIST(INTEGER NOT NULL))")
    rows = [(n, list(range(n % 50))) for n in range(500)]
    cur.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
    scrolled = cur.connection.cursor(scrollable=True)
    for cursor in (cur, scrolled):
        cursor.execute(f"SELECT n, v FROM {table} ORDER BY n")
        assert cursor.fetchall() == rows
        assert cursor.fetch_absolute(49) == rows[49]
