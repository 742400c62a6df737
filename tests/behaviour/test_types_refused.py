"""Values that do not fit their column: an error or a rule, then a usable session."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from roundtrip import Column, assert_same

import informix_db
from informix_db import IntervalYM

from .conftest import Connect

day, time, moment, delta = (
    datetime.date,
    datetime.time,
    datetime.datetime,
    datetime.timedelta,
)
UTC = datetime.timezone.utc


def assert_usable(conn: informix_db.Connection, column: Column, value: Any) -> None:
    """The refused value is not there, and another one can be stored and read."""
    assert column.read() == []
    column.bind([value])
    assert_same(column.read(), [value])
    conn.commit()


@pytest.mark.parametrize(
    ("sql_type", "value", "sqlcode"),
    [
        ("SMALLINT", 32768, -1214),
        ("SMALLINT", -32768, -1214),  # the bits of NULL
        ("SMALLINT", 2**31, -1214),
        ("SMALLINT", 2**63, -1214),
        ("SMALLINT", 1e10, -1214),
        ("SMALLINT", Decimal("32768"), -1214),
        ("SMALLINT", "40000", -1214),
        ("INT", 2**31, -1215),
        ("INT", -(2**31), -1215),
        ("INT", -(2**31) - 1, -1215),
        ("INT", 2**63, -1215),
        ("INT", 10**31, -1215),
        ("INT", 1e300, -1215),
        ("INT", "9999999999", -1215),
        ("BIGINT", 2**63, -1284),
        ("BIGINT", -(2**63), -1284),
        ("BIGINT", 10**31, -1284),
        ("BIGINT", 1e19, -1284),
        ("INT8", 2**63, -1284),
        ("INT8", -(2**63), -1284),
        ("DECIMAL(5,2)", Decimal("1000"), -1226),
        ("DECIMAL(5,2)", Decimal("-1000"), -1226),
        ("DECIMAL(5,2)", Decimal("999.995"), -1226),
        ("DECIMAL(5,2)", 123456, -1226),
        ("DECIMAL(5,5)", 1, -1226),
        ("DECIMAL(5)", 1e300, -1226),
        ("MONEY(5,2)", Decimal("1000"), -1226),
        ("SMALLFLOAT", 1e39, -1222),
        ("SMALLINT", "x", -1213),
        ("INT", "", -1213),
        ("INT", "12abc", -1213),
        ("INT", "0x10", -1213),
        ("DECIMAL(5,2)", "12,5", -1213),
        ("FLOAT", "nan", -1213),
        ("FLOAT", "Infinity", -1213),
        ("DATE", "2024-02-30", -1206),
        ("DATE", "2023-02-29", -1206),
        ("DATE", "2024-13-01", -1205),
        ("DATE", "0000-01-01", -1204),
        ("DATE", "tomorrow", -1218),
        ("DATE", "", -1218),
        ("DATE", 10**9, -1210),
        ("DATETIME YEAR TO SECOND", "2024-02-30 00:00:00", -1263),
        ("DATETIME YEAR TO SECOND", "0000-01-01 00:00:00", -1263),
        ("DATETIME YEAR TO SECOND", "2024-01-01 24:00:00", -1263),
        ("DATETIME YEAR TO SECOND", "2024-01-01", -1263),
        ("DATETIME YEAR TO SECOND", "2024-01-01 00:00:00.5", -1264),
        ("DATETIME YEAR TO SECOND", "20240-01-01 00:00:00", -1261),
        ("DATETIME YEAR TO SECOND", "now", -1262),
        ("DATETIME YEAR TO SECOND", 5, -1260),
        ("DATETIME YEAR TO SECOND", delta(1), -1260),
        ("DATETIME HOUR TO SECOND", "25:00:00", -1263),
        ("INTERVAL DAY TO SECOND", delta(100), -1265),
        ("INTERVAL DAY TO SECOND", delta(-100), -1265),
        ("INTERVAL DAY TO SECOND", "100 00:00:00", -1261),
        ("INTERVAL DAY TO SECOND", "1 24:00:00", -1263),
        ("INTERVAL DAY TO SECOND", "soon", -1262),
        ("INTERVAL DAY TO SECOND", IntervalYM(1), -1266),
        ("INTERVAL FRACTION TO FRACTION(3)", delta(seconds=1), -1265),
        ("INTERVAL YEAR TO MONTH", IntervalYM(120_000), -1265),
        ("INTERVAL YEAR TO MONTH", IntervalYM(-120_000), -1265),
        ("INTERVAL YEAR TO MONTH", "1-12", -1263),
        ("INTERVAL YEAR TO MONTH", delta(1), -1266),
        ("BOOLEAN", "x", -9648),
        ("CHAR(3)", 123456, -1207),
        ("VARCHAR(5)", day(2024, 1, 1), -1207),
    ],
)
def test_what_the_server_refuses(
    conn: informix_db.Connection, table: str, sql_type: str, value: Any, sqlcode: int
) -> None:
    column = Column(conn.cursor(), table, sql_type)
    column.bind([usual(sql_type)])
    with pytest.raises(informix_db.DataError) as caught:
        column.cur.execute(f"UPDATE {table} SET v = ?", (value,))
    assert caught.value.sqlcode == sqlcode
    assert not caught.value.session_dead
    assert_same(column.read(), [usual(sql_type)])
    column.clear()
    conn.commit()
    assert_insert_refused(conn, column, value, sqlcode)
    assert_usable(conn, column, usual(sql_type))


@pytest.mark.parametrize(
    ("sql_type", "value", "sqlcode"),
    [
        ("SERIAL", 2**31, -1215),
        ("BIGSERIAL", 2**63, -1284),
        ("SERIAL8", -(2**63), -1284),
        ("SERIAL", "x", -1213),
    ],
)
def test_what_a_serial_cannot_be(
    conn: informix_db.Connection, table: str, sql_type: str, value: Any, sqlcode: int
) -> None:
    column = Column(conn.cursor(), table, sql_type)
    conn.commit()
    assert_insert_refused(conn, column, value, sqlcode)
    assert_usable(conn, column, 7)


def assert_insert_refused(
    conn: informix_db.Connection, column: Column, value: Any, sqlcode: int
) -> None:
    """The server refuses, or the driver, which knows the columns of an INSERT."""
    for row_index, insert in zip((None, 0, 0), column.inserts, strict=True):
        with pytest.raises(informix_db.DataError) as caught:
            insert([value])
        assert caught.value.row_index == row_index
        if caught.value.sqlcode is None:
            assert str(caught.value).startswith("parameter 4")
            assert "(column v)" in str(caught.value)
        else:
            assert caught.value.sqlcode == sqlcode
        conn.rollback()


def usual(sql_type: str) -> Any:
    """Return a value that a column of `sql_type` takes."""
    name = sql_type.partition("(")[0].partition(" ")[0]
    if name == "DECIMAL" and sql_type != "DECIMAL(5,5)":
        return Decimal("1.25")
    return {
        "DECIMAL": Decimal("0.12500"),
        "MONEY": Decimal("1.25"),
        "FLOAT": 1.5,
        "SMALLFLOAT": 1.5,
        "DATE": day(2024, 2, 29),
        "DATETIME": time(1, 2, 3) if "HOUR TO" in sql_type else moment(2024, 2, 29),
        "INTERVAL": IntervalYM(7) if "MONTH" in sql_type else delta(milliseconds=0),
        "BOOLEAN": True,
        "CHAR": "abc",
        "VARCHAR": "abc",
    }.get(name, 7)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (math.nan, "FLOAT has no nan"),
        (math.inf, "FLOAT has no inf"),
        (-math.inf, "FLOAT has no -inf"),
        (Decimal("NaN"), "DECIMAL has no NaN"),
        (Decimal("sNaN"), "DECIMAL has no sNaN"),
        (Decimal("-Infinity"), "DECIMAL has no -Infinity"),
        (Decimal("1E+126"), "outside the range of Informix DECIMAL"),
        (Decimal("1E-131"), "outside the range of Informix DECIMAL"),
        (Decimal("1." + "1" * 32), "33 significant digits"),
        (10**40 + 1, "41 significant digits"),
        (-(10**40) - 1, "41 significant digits"),
        (moment(2024, 1, 1, tzinfo=UTC), "has no time zone"),
        (time(1, 2, 3, tzinfo=UTC), "has no time zone"),
        (IntervalYM(12 * 10**9), "999999999 years"),
        ("\u20ac", "character '\\u20ac' at position 0 does not exist"),
        ("\ud800", "character '\\ud800' at position 0 does not exist"),
    ],
    ids=ascii,
)
def test_what_the_driver_refuses(
    conn: informix_db.Connection, table: str, value: Any, told: str
) -> None:
    """Nothing is sent, and the message says which parameter it is about."""
    cursor = conn.cursor()
    column = Column(cursor, table, "LVARCHAR")
    conn.commit()
    for marks in ("?, ?", ":1, :2", ":n, :v"):
        values: Any = {"n": 1, "v": value} if marks == ":n, :v" else (1, value)
        with pytest.raises(informix_db.DataError) as caught:
            cursor.execute(f"INSERT INTO {table} (n, v) VALUES ({marks})", values)
        assert str(caught.value).startswith("parameter 2: ")
        assert told in str(caught.value)
        assert caught.value.sqlcode is None
    rows = [(1, "fine"), (2, value), (3, "fine")]
    for insert_cursor in (False, True):
        with pytest.raises(informix_db.DataError) as caught:
            cursor.executemany(
                f"INSERT INTO {table} (n, v) VALUES (?, ?)",
                rows,
                insert_cursor=insert_cursor,
            )
        assert caught.value.row_index == 1
        assert str(caught.value).startswith("parameter 2: ")
        assert told in str(caught.value)
        conn.rollback()
    assert_usable(conn, column, "abc")


@pytest.mark.parametrize(
    "value", [object(), 1j, range(3), ..., len], ids=lambda value: type(value).__name__
)
def test_types_without_a_counterpart(
    conn: informix_db.Connection, table: str, value: Any
) -> None:
    column = Column(conn.cursor(), table, "LVARCHAR")
    conn.commit()
    with pytest.raises(informix_db.NotSupportedError) as caught:
        column.bind([value])
    assert "parameter 4: a parameter of type" in str(caught.value)
    assert type(value).__name__ in str(caught.value)
    assert_usable(conn, column, "abc")


@pytest.mark.parametrize(
    ("sql_type", "value", "stored"),
    [
        # text
        ("SMALLINT", "12", 12),
        ("BIGINT", "-9223372036854775807", -(2**63) + 1),
        ("DECIMAL(5,2)", "1.25", Decimal("1.25")),
        ("DECIMAL(5,2)", "1e2", Decimal("100.00")),
        ("FLOAT", "1.5", 1.5),
        ("DATE", "2024-02-29", day(2024, 2, 29)),
        ("DATETIME YEAR TO SECOND", "2024-02-29 1:2:3", moment(2024, 2, 29, 1, 2, 3)),
        ("INTERVAL DAY TO SECOND", "-1 2:3:4", -delta(1, 7384)),
        ("BOOLEAN", "t", True),
        # numbers of another type
        ("INT", Decimal("12"), 12),
        ("INT", 12.0, 12),
        ("FLOAT", 3, 3.0),
        ("FLOAT", 2**70, float(2**70)),
        ("FLOAT", Decimal("0.1"), 0.1),
        ("SMALLFLOAT", 0.1, 0.10000000149011612),
        ("DECIMAL(5,2)", 7, Decimal("7.00")),
        ("DECIMAL(5,2)", 0.1, Decimal("0.10")),
        ("DATE", 45350, day(2024, 2, 29)),
        # digits the column does not have: decimals round, the rest is cut
        ("DECIMAL(5,2)", Decimal("1.234"), Decimal("1.23")),
        ("DECIMAL(5,2)", Decimal("1.235"), Decimal("1.24")),
        ("DECIMAL(5,2)", Decimal("-1.235"), Decimal("-1.24")),
        ("DECIMAL(5)", Decimal("123.456"), Decimal("123.46")),
        ("MONEY(5,2)", Decimal("1.255"), Decimal("1.26")),
        ("INT", Decimal("1.9"), 1),
        ("INT", -1.9, -1),
        ("DATETIME HOUR TO SECOND", time(1, 2, 3, 999999), time(1, 2, 3)),
        ("DATETIME HOUR TO FRACTION(3)", time(1, 2, 3, 4999), time(1, 2, 3, 4000)),
        ("INTERVAL DAY TO DAY", delta(1, 86399), delta(1)),
        ("INTERVAL DAY TO DAY", -delta(1, 86399), delta(-1)),
        ("INTERVAL YEAR TO YEAR", IntervalYM(23), IntervalYM(12)),
        # the sixth digit of a microsecond has no place in Informix
        ("DATETIME HOUR TO FRACTION(5)", time(1, 2, 3, 999999), time(1, 2, 3, 999990)),
        ("INTERVAL DAY TO FRACTION(5)", delta(0, 0, -9), delta(0)),
        ("INTERVAL DAY TO FRACTION(5)", delta(0, 0, -19), -delta(0, 0, 10)),
        # dates and times of another kind
        ("DATE", moment(2024, 2, 29, 1, 2, 3), day(2024, 2, 29)),
        ("DATETIME YEAR TO SECOND", day(2024, 2, 29), moment(2024, 2, 29)),
        ("DATETIME HOUR TO MINUTE", moment(2024, 2, 29, 1, 2, 3), time(1, 2)),
        # as text
        ("CHAR(10)", 12, "12"),
        ("CHAR(10)", True, "t"),
        ("VARCHAR(10)", day(2024, 2, 29), "2024-02-29"),
        ("VARCHAR(10)", time(1, 2, 3), "01:02:03"),
    ],
)
def test_what_the_server_converts(
    cur: informix_db.Cursor, table: str, sql_type: str, value: Any, stored: Any
) -> None:
    column = Column(cur, table, sql_type)
    for insert in column.inserts:
        insert([value])
        assert_same(column.read(), [stored])


class Colour(str):
    __slots__ = ()


class Count(int):
    pass


@pytest.mark.parametrize(
    ("sql_type", "value", "stored"),
    [
        ("VARCHAR(9)", Colour("red"), "red"),
        ("INT", Count(7), 7),
        ("INT", informix_db.TypeCode.DATE, 7),
        ("DATE", type("Day", (day,), {})(2024, 2, 29), day(2024, 2, 29)),
    ],
)
def test_subclasses_are_sent_as_what_they_are(
    cur: informix_db.Cursor, table: str, sql_type: str, value: Any, stored: Any
) -> None:
    column = Column(cur, table, sql_type)
    for insert in column.inserts:
        insert([value])
        assert_same(column.read(), [stored])


class NotATime(moment):
    """As pandas.NaT: a datetime whose fields are no numbers."""

    @property
    def hour(self) -> Any:
        return float("nan")

    microsecond = hour


@pytest.mark.parametrize(
    "sql_type", ["DATE", "DATETIME HOUR TO MINUTE", "LIST(DATE NOT NULL)"]
)
def test_a_datetime_that_is_none(
    conn: informix_db.Connection, table: str, sql_type: str
) -> None:
    column = Column(conn.cursor(), table, sql_type)
    conn.commit()
    nothing = NotATime(1, 1, 1)
    value = [nothing] if sql_type.startswith("LIST") else nothing
    for insert in column.inserts:
        with pytest.raises(informix_db.DataError, match="NotATime has no value"):
            insert([value])
        conn.rollback()
    assert column.read() == []


# -- text that is too long ------------------------------------------------------------

LIMITED = ["CHAR(5)", "NCHAR(5)", "VARCHAR(5)", "NVARCHAR(5)", "LVARCHAR(5)"]


@pytest.mark.parametrize("sql_type", LIMITED)
def test_too_long_text_is_cut_where_only_the_server_knows_the_column(
    cur: informix_db.Cursor, table: str, sql_type: str
) -> None:
    """The rule of databases that are not MODE ANSI."""
    column = Column(cur, table, sql_type)
    for text, stored in (("abcdefgh", "abcde"), ("x" * 300, "xxxxx")):
        column.bind(["before"[:5]])
        cur.execute(f"UPDATE {table} SET v = ? WHERE v = ?", (text, "befor"))
        assert cur.rowcount == 1
        assert_same(column.read(), [stored])
        column.write([f"'{text}'"])
        assert_same(column.read(), [stored])


@pytest.mark.parametrize("sql_type", LIMITED)
def test_too_long_text_for_an_insert_is_refused(
    conn: informix_db.Connection, table: str, sql_type: str
) -> None:
    column = Column(conn.cursor(), table, sql_type)
    conn.commit()
    for text in ("abcdef", "x" * 300, "\xe9" * 6):
        assert_insert_refused(conn, column, text, -1279)
    column.bind(["abcde"])
    assert_same(column.read(), ["abcde"])


@pytest.mark.parametrize("sql_type", ["CHAR(5)", "NCHAR(5)"])
def test_blanks_beyond_a_char_column_are_padding(
    cur: informix_db.Cursor, table: str, sql_type: str
) -> None:
    column = Column(cur, table, sql_type)
    for insert in column.inserts:
        insert(["abcde   ", "a" + " " * 300])
        assert_same(column.read(), ["abcde", "a"])


@pytest.fixture
def ansi(connect: Connect, table: str) -> Iterator[informix_db.Connection]:
    """A connection to the ANSI database; the test's table is dropped there."""
    conn = connect(database="ansidb")
    yield conn
    conn.rollback()
    conn.cursor().execute(f"DROP TABLE IF EXISTS {table}")
    conn.commit()


@pytest.mark.parametrize("sql_type", LIMITED)
def test_too_long_text_is_refused_in_an_ansi_database(
    ansi: informix_db.Connection, table: str, sql_type: str
) -> None:
    column = Column(ansi.cursor(), table, sql_type)
    column.bind(["abcde"])
    ansi.commit()
    with pytest.raises(informix_db.DataError) as caught:
        column.cur.execute(f"UPDATE {table} SET v = ?", ("abcdefgh",))
    assert caught.value.sqlcode == -1279
    ansi.rollback()
    with pytest.raises(informix_db.DataError) as caught:
        column.write(["'abcdefgh'"])
    assert caught.value.sqlcode == -1279
    ansi.rollback()
    assert_same(column.read(), ["abcde"])
    column.clear()
    ansi.commit()
    assert_insert_refused(ansi, column, "abcdefgh", -1279)
    assert_usable(ansi, column, "abcde")


# -- NULL where there may be none -----------------------------------------------------


@pytest.mark.parametrize("sql_type", ["INT", "VARCHAR(5)", "DATE", "BOOLEAN"])
def test_null_into_a_column_that_has_none(
    conn: informix_db.Connection, table: str, sql_type: str
) -> None:
    column = Column(conn.cursor(), table, f"{sql_type} NOT NULL")
    conn.commit()
    for insert in column.inserts:
        with pytest.raises(informix_db.IntegrityError) as caught:
            insert([None])
        assert caught.value.sqlcode == -391
        conn.rollback()
    with pytest.raises(informix_db.IntegrityError):
        column.write(["NULL"])
    conn.rollback()
    assert column.read() == []
    assert column.described()[-1] is False
