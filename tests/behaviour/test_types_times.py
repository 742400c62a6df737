"""DATE, DATETIME and INTERVAL under every qualifier: what goes in comes back."""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

import pytest
from roundtrip import (
    Column,
    assert_same,
    check_round_trip,
    check_values_and_nulls,
)

import informix_db
from informix_db import IntervalYM
from informix_db import TypeCode as T

from .conftest import Connect

FIELDS = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "FRACTION"]
YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FRACTION = range(7)
SEPARATORS = ["", "-", "-", " ", ":", ":", "."]


class Qualifier(NamedTuple):
    """First and last field; `scale` is FRACTION's, 0 if that is not the last."""

    first: int
    last: int
    scale: int

    @property
    def sql(self) -> str:
        return f"{FIELDS[self.first]} TO {self.end}"

    @property
    def end(self) -> str:
        return FIELDS[self.last] + (f"({self.scale})" if self.scale else "")

    def text(self, fields: list[str]) -> str:
        """Return the value's text, given the text of every field."""
        shown = range(self.first, self.last + 1)
        text = "".join(SEPARATORS[field] + fields[field] for field in shown)
        return text[len(SEPARATORS[self.first]) :]


def qualifiers(first: int, last: int) -> list[Qualifier]:
    """Return every qualifier of fields from `first` to `last`."""
    found = []
    for start in range(first, last + 1):
        for stop in range(start, last + 1):
            scales = range(1, 6) if stop == FRACTION else [0]
            found += [Qualifier(start, stop, scale) for scale in scales]
    return found


def name(qualifier: Qualifier) -> str:
    return qualifier.sql.replace(" ", "_")


# -- DATE -----------------------------------------------------------------------------

DATES = [
    (1, 1, 1),
    (9999, 12, 31),
    (1899, 12, 31),
    (1899, 12, 30),
    (1900, 1, 1),
    (1900, 2, 28),
    (1582, 10, 15),
    (2000, 2, 29),
    (2024, 2, 29),
]


def test_dates(cur: informix_db.Cursor, table: str) -> None:
    values = [None, *(datetime.date(*parts) for parts in DATES)]
    column = Column(cur, table, "DATE")
    check_round_trip(
        column, values, ["NULL", *(f"MDY({m}, {d}, {y})" for y, m, d in DATES)]
    )
    column.write([f"'{value}'" for value in values[1:]])
    assert_same(column.read(), values[1:])
    assert column.described() == (T.DATE, None, None, True)


def test_dates_do_not_depend_on_the_way_they_are_written(
    connect: Connect, table: str
) -> None:
    """DBDATE governs text only."""
    day = datetime.date(2024, 2, 29)
    cursor = connect(env={"DBDATE": "DMY4/"}).cursor()
    column = Column(cursor, table, "DATE")
    column.bind([day])
    assert_same(column.read(), [day])
    column.write(["'29/02/2024'"])
    assert_same(column.read(), [day])
    with pytest.raises(informix_db.DataError):
        cursor.execute(f"INSERT INTO {table} (v) VALUES ('2024-02-29')")


# -- DATETIME -------------------------------------------------------------------------

MOMENTS = [
    datetime.datetime(1, 1, 1),
    datetime.datetime(9999, 12, 31, 23, 59, 59, 999990),
    datetime.datetime(2024, 2, 29, 13, 14, 15, 123450),
    datetime.datetime(2000, 1, 31, 0, 0, 0, 10000),
    datetime.datetime(1970, 10, 9, 1, 2, 3, 40000),
]


def moment(value: datetime.datetime, qualifier: Qualifier) -> Any:
    """Return what a DATETIME with this qualifier keeps of `value`.

    README: a missing year is 2000, a missing month or day 1.
    """
    first, last, scale = qualifier
    missing = {
        key: default
        for field, (key, default) in enumerate(
            [
                ("year", 2000),
                ("month", 1),
                ("day", 1),
                ("hour", 0),
                ("minute", 0),
                ("second", 0),
            ]
        )
        if not first <= field <= last
    }
    unit = 10 ** (6 - scale)
    kept = value.replace(**missing, microsecond=value.microsecond // unit * unit)
    if first >= HOUR:
        return kept.time()
    return kept.date() if last <= DAY else kept


def moment_text(value: datetime.datetime, qualifier: Qualifier) -> str:
    fields = value.strftime("%m %d %H %M %S").split()
    fraction = f"{value.microsecond:06d}"[: qualifier.scale]
    return qualifier.text([f"{value.year:04d}", *fields, fraction])


@pytest.mark.parametrize("qualifier", qualifiers(YEAR, FRACTION), ids=name)
def test_datetimes(cur: informix_db.Cursor, table: str, qualifier: Qualifier) -> None:
    column = Column(cur, table, f"DATETIME {qualifier.sql}")
    texts = [moment_text(value, qualifier) for value in MOMENTS]
    values = [None, *(moment(value, qualifier) for value in MOMENTS)]
    check_round_trip(
        column,
        values,
        ["NULL", *(f"DATETIME({text}) {qualifier.sql}" for text in texts)],
    )
    column.bind([None, *texts])
    assert_same(column.read(), values)
    digits = sum(character.isdigit() for character in texts[0])
    assert column.described() == (T.DATETIME, digits, qualifier.scale, True)


# -- INTERVAL -------------------------------------------------------------------------

LARGEST = ["", "11", "", "23", "59", "59", "99999"]  # of fields that are not the first
PRECISIONS = range(1, 10)


def span(fields: dict[int, str], qualifier: Qualifier, negative: bool) -> Any:
    """Return the value of an INTERVAL with these fields."""
    number = {field: int(text) for field, text in fields.items()}
    if qualifier.last <= MONTH:
        months = number.get(YEAR, 0) * 12 + number.get(MONTH, 0)
        return IntervalYM(-months if negative else months)
    value = datetime.timedelta(
        days=number.get(DAY, 0),
        hours=number.get(HOUR, 0),
        minutes=number.get(MINUTE, 0),
        seconds=number.get(SECOND, 0),
        microseconds=int(fields.get(FRACTION, "0").ljust(6, "0")),
    )
    return -value if negative else value


def spans(qualifier: Qualifier, precision: int) -> list[tuple[str, Any]]:
    """Return text and value of some INTERVALs, zero and both extremes among them."""
    first, last, scale = qualifier
    rest = range(first + 1, last + 1)
    largest = {field: LARGEST[field] for field in rest}
    leading = "9" * precision
    if first == FRACTION:
        leading = "9" * scale
    elif last == FRACTION:
        largest[FRACTION] = LARGEST[FRACTION][:scale]
    zeros = {field: "0" * len(text) for field, text in largest.items()}
    one = {field: text[:-1] + "1" for field, text in zeros.items()}
    zero = leading[:-1].replace("9", "0") + "0"
    some = leading[:-1].replace("9", "0") + "7"
    cases = [
        (False, {first: leading, **largest}),
        (True, {first: leading, **largest}),
        (False, {first: zero, **zeros}),
        (True, {first: zero, **one}),
        (False, {first: some, **one}),
    ]
    if first == DAY and precision == 9:
        cases[1] = (True, {first: leading, **zeros})  # timedelta ends there
    found = []
    for negative, fields in cases:
        text = qualifier.text([fields.get(field, "") for field in range(7)])
        value = span(fields, qualifier, negative)
        found.append(("-" + text if negative else text, value))
    return found


INTERVALS = [*qualifiers(YEAR, MONTH), *qualifiers(DAY, FRACTION)]


@pytest.mark.parametrize("qualifier", INTERVALS, ids=name)
def test_intervals(cur: informix_db.Cursor, table: str, qualifier: Qualifier) -> None:
    """One column for each precision of the first field."""
    precisions = [0] if qualifier.first == FRACTION else PRECISIONS
    types = []
    for precision in precisions:
        start = FIELDS[qualifier.first] + (f"({precision})" if precision else "")
        types.append(f"{start} TO {qualifier.end}")
    columns = ", ".join(f"p{n} INTERVAL {sql}" for n, sql in enumerate(types))
    cur.execute(f"CREATE TABLE {table} (n INT, {columns})")
    cases = list(zip(*(spans(qualifier, p) for p in precisions), strict=True))
    rows = [[value for _, value in case] for case in cases]
    rows.append([None] * len(types))
    insert = f"INSERT INTO {table} VALUES ({', '.join('?' * (len(types) + 1))})"
    for n, row in enumerate(rows):
        cur.execute(insert, (n, *row))
    for start, insert_cursor in ((100, False), (400, True)):
        batch = [(start + n, *row) for n, row in enumerate(rows)]
        cur.executemany(insert, batch, insert_cursor=insert_cursor)
    for n, case in enumerate(cases):
        texts = [text for text, _ in case]
        literals = [
            f"INTERVAL({text}) {sql}" for text, sql in zip(texts, types, strict=True)
        ]
        cur.execute(f"INSERT INTO {table} VALUES ({200 + n}, {', '.join(literals)})")
        cur.execute(insert, (300 + n, *texts))
    cur.execute(f"SELECT * FROM {table} ORDER BY n")
    for got, expected in zip(
        cur, [*rows, *rows, *rows[:-1], *rows[:-1], *rows], strict=True
    ):
        assert_same(got[1:], expected)
    described = [(entry[1], entry[5]) for entry in (cur.description or ())[1:]]
    assert described == [(T.INTERVAL, qualifier.scale)] * len(types)


def test_default_precisions_of_intervals(cur: informix_db.Cursor, table: str) -> None:
    cur.execute(
        f"CREATE TABLE {table} (a INTERVAL YEAR TO MONTH, b INTERVAL DAY TO SECOND, "
        "c INTERVAL HOUR TO FRACTION, d INTERVAL MONTH TO MONTH)"
    )
    cur.execute(f"SELECT * FROM {table}")
    assert [entry[4:6] for entry in cur.description or ()] == [
        (6, 0),
        (8, 0),
        (9, 3),
        (2, 0),
    ]


def test_an_interval_beyond_timedelta(cur: informix_db.Cursor, table: str) -> None:
    """timedelta reaches as far as DAY(9) only upwards; the row before is readable."""
    cur.execute(f"CREATE TABLE {table} (n INT, v INTERVAL DAY(9) TO SECOND)")
    cur.execute(
        f"INSERT INTO {table} VALUES (1, INTERVAL(5 00:00:00) DAY(9) TO SECOND)"
    )
    cur.execute(
        f"INSERT INTO {table} VALUES "
        "(2, INTERVAL(-999999999 23:59:59) DAY(9) TO SECOND)"
    )
    cur.execute(f"SELECT v FROM {table} ORDER BY n")
    assert cur.fetchone() == (datetime.timedelta(days=5),)
    with pytest.raises(informix_db.DataError, match=r"column 1 \(v\).*timedelta"):
        cur.fetchone()
    cur.execute(f"SELECT COUNT(*) FROM {table}")
    assert cur.fetchone() == (2,)


# -- all in one row -------------------------------------------------------------------


def test_every_kind_of_time_in_one_row(cur: informix_db.Cursor, table: str) -> None:
    """Cells of 2 to 12 bytes next to each other, values and NULLs in turns."""
    columns: list[tuple[str, Any]] = [
        ("DATETIME YEAR TO FRACTION(5)", MOMENTS[2]),
        ("VARCHAR(9)", "odd"),
        ("DATETIME HOUR TO MINUTE", datetime.time(23, 59)),
        ("INTERVAL DAY(9) TO FRACTION(5)", -datetime.timedelta(1, 2, 30)),
        ("DATE", datetime.date(2024, 2, 29)),
        ("INTERVAL YEAR(9) TO MONTH", IntervalYM(-149)),
        ("BOOLEAN", True),
        ("DATETIME YEAR TO DAY", datetime.date(1, 1, 1)),
        ("INTERVAL SECOND TO SECOND", datetime.timedelta(seconds=-9)),
        ("DATETIME FRACTION TO FRACTION(1)", datetime.time(0, 0, 0, 900000)),
    ]
    check_values_and_nulls(cur, table, columns)
