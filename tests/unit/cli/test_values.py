"""Values and types as text."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from informix_db._cli.values import ISO_DATE, DateFormat, text_maker, type_text
from informix_db._wire.describe import ColumnInfo
from informix_db.exceptions import DataError, InterfaceError
from informix_db.types import (
    BlobLocator,
    ClobLocator,
    CollectionValue,
    IntervalYM,
    RowValue,
)

DECIMAL, DATE, DATETIME, VARCHAR, INTERVAL = 5, 7, 10, 13, 14


def column(code: int, length: int = 0, type_name: str = "") -> ColumnInfo:
    return ColumnInfo("c", code, 0, "", type_name, length, True)


def text_of(value: Any, code: int, length: int = 0) -> str:
    return text_maker(column(code, length), ISO_DATE, "utf-8")(value)


WHEN = dt.datetime(2024, 1, 2, 3, 4, 5, 678900)


@pytest.mark.parametrize(
    ("length", "value", "text"),
    [
        (0x0804, WHEN.date(), "2024-01-02"),
        (0x0402, dt.date(987, 1, 1), "0987-01"),
        (0x0C08, WHEN, "2024-01-02 03:04"),
        (0x0E0A, WHEN, "2024-01-02 03:04:05"),
        (0x110D, WHEN, "2024-01-02 03:04:05.678"),
        (0x130F, WHEN, "2024-01-02 03:04:05.67890"),
        (0x0468, WHEN.time(), "03:04"),
        (0x0424, WHEN.date(), "01-02"),
        (0x03CD, WHEN.time(), "678"),
    ],
)
def test_datetimes_have_the_fields_of_their_column(
    length: int, value: Any, text: str
) -> None:
    assert text_of(value, DATETIME, length) == text


@pytest.mark.parametrize(
    ("length", "value", "text"),
    [
        (0x0602, IntervalYM(-14), "-1-02"),
        (0x0400, IntervalYM(24), "2"),
        (0x0222, IntervalYM(14), "14"),
        (0x094A, dt.timedelta(12, 11045), "12 03:04:05"),
        (0x094A, -dt.timedelta(0, 5), "-0 00:00:05"),
        (0x0468, dt.timedelta(hours=30, minutes=5), "30:05"),
        (0x04AD, dt.timedelta(seconds=3, microseconds=250000), "3.250"),
        (0x0244, dt.timedelta(9), "9"),
    ],
)
def test_intervals_have_the_fields_of_their_column(
    length: int, value: Any, text: str
) -> None:
    assert text_of(value, INTERVAL, length) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "t"),
        (False, "f"),
        (7, "7"),
        (1.5, "1.5"),
        ("x", "x"),
        (b"\x00\xff", "00ff"),
        (CollectionValue("SET", [1], raw=b"SET{1}"), "SET{1}"),
        (RowValue([1], raw="ROW('é')".encode()), "ROW('é')"),
        (BlobLocator(bytes(72)), "<BLOB>"),
        (ClobLocator(bytes(72)), "<CLOB>"),
    ],
)
def test_other_values(value: Any, text: str) -> None:
    assert text_of(value, VARCHAR) == text


def test_decimals_have_no_exponent() -> None:
    assert text_of(Decimal("1E+3"), DECIMAL) == "1000"
    assert text_of(Decimal("1.50"), DECIMAL) == "1.50"


@pytest.mark.parametrize(
    ("dbdate", "text"),
    [
        ("MDY4/", "01/02/2024"),
        ("DMY2.", "02.01.24"),
        ("Y4MD-", "2024-01-02"),
        ("Y4MD0", "20240102"),
        ("mdy4", "01/02/2024"),
    ],
)
def test_dates_follow_dbdate(dbdate: str, text: str) -> None:
    form = DateFormat(dbdate)
    assert form.write(WHEN.date()) == text
    assert form.read(text) == WHEN.date()


@given(st.dates(), st.sampled_from(["MDY4/", "DMY4-", "Y4MD0", "Y4DM."]))
def test_every_date_comes_back(date: dt.date, dbdate: str) -> None:
    if date.year < 100:
        date = date.replace(year=date.year + 400)
    form = DateFormat(dbdate)
    assert form.read(form.write(date)) == date


@pytest.mark.parametrize("dbdate", ["", "MMY4/", "MDY3/", "Y4MD-x"])
def test_what_is_no_dbdate(dbdate: str) -> None:
    with pytest.raises(InterfaceError, match="DBDATE"):
        DateFormat(dbdate)


@pytest.mark.parametrize("text", ["", "2024-01-02", "13/01/2024", "1/2", "1/2/20245"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(DataError, match="is no date"):
        DateFormat("MDY4/").read(text)


@pytest.mark.parametrize(
    ("code", "length", "text"),
    [
        (0, 10, "CHAR(10)"),
        (2, 4, "INTEGER"),
        (VARCHAR, 0x0514, "VARCHAR(20,5)"),
        (VARCHAR, 30, "VARCHAR(30)"),
        (DECIMAL, 0x0A02, "DECIMAL(10,2)"),
        (DECIMAL, 0x10FF, "DECIMAL(16)"),
        (DATE, 4, "DATE"),
        (DATETIME, 0x130F, "DATETIME YEAR TO FRACTION(5)"),
        (DATETIME, 0x0468, "DATETIME HOUR TO MINUTE"),
        (DATETIME, 0x03CD, "DATETIME FRACTION TO FRACTION(3)"),
        (INTERVAL, 0x094A, "INTERVAL DAY(3) TO SECOND"),
        (INTERVAL, 0x084A, "INTERVAL DAY TO SECOND"),
        (INTERVAL, 0x0602, "INTERVAL YEAR TO MONTH"),
        (INTERVAL, 0x0B4D, "INTERVAL DAY TO FRACTION(3)"),
        (99, 0, "type 99"),
    ],
)
def test_types_as_they_are_declared(code: int, length: int, text: str) -> None:
    assert type_text(column(code, length)) == text


def test_composite_types_are_as_the_server_spells_them() -> None:
    assert type_text(column(19, 0, "SET(INTEGER NOT NULL)")) == "SET(INTEGER NOT NULL)"
