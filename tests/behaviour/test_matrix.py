"""Every type in every place of a row, in and out, by every make of the driver.

One table of types says what each holds: the smallest, the largest and an everyday
value, an empty one if there is such a thing, and NULL. Every value is stored as the
first, a middle, the last and the only column of a row: by `execute`, `executemany` and,
where a row of the type can be put, an insert cursor. It is fetched from each of these
places. All that runs sync and async, with the compiled codecs and with their twins.
"""

from __future__ import annotations

import datetime as dt
import itertools
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from facade import LoopRunner
from logins import login_to
from parity.twins import PURE
from roundtrip import assert_same

import informix_db
from informix_db import CollectionValue, IntervalYM, RowValue, aio
from informix_db._base import batch
from informix_db._wire import accel
from informix_db.testing import Server

from .test_types_times import (
    DAY,
    FIELDS,
    FRACTION,
    HOUR,
    INTERVALS,
    MINUTE,
    MOMENTS,
    PRECISIONS,
    YEAR,
    moment,
    qualifiers,
    spans,
)

MAX_INT = 2**31 - 1
MAX_LONG = 2**63 - 1


class Case(NamedTuple):
    """A type and values of it, None for those it has not."""

    sql: str
    minimum: Any
    maximum: Any
    typical: Any
    empty: Any = None
    nullable: bool = True
    puts: bool = True  # a row of it can go through an insert cursor

    @property
    def values(self) -> list[Any]:
        """The values, NULL at the end."""
        chosen = (self.minimum, self.maximum, self.typical, self.empty)
        found = [value for value in chosen if value is not None]
        return [*found, None] if self.nullable else found


def serial(sql: str, maximum: int) -> Case:
    return Case(sql, 1, maximum, 77, nullable=False)


def number(sql: str, minimum: str, maximum: str, typical: str, zero: str) -> Case:
    return Case(sql, *map(Decimal, (minimum, maximum, typical, zero)))


def text(sql: str, size: int) -> Case:
    longest = ("0123456789\xe9\xff" * (size // 12 + 1))[:size]
    return Case(sql, "\x01"[:size], longest, "it's"[:size], "")


def large(sql: str, typical: Any, maximum: Any) -> Case:
    return Case(sql, typical[:1], maximum, typical, typical[:0], puts=False)


def collection(kind: str) -> Case:
    values = ([-MAX_INT], [MAX_INT, *range(100)], [1, 2], [])
    made = (CollectionValue(kind, value) for value in values)
    return Case(f"{kind}(INTEGER NOT NULL)", *made, puts=False)


CASES = [
    Case("SMALLINT", -32767, 32767, 7, 0),
    Case("INTEGER", -MAX_INT, MAX_INT, 70_000, 0),
    Case("INT8", -MAX_LONG, MAX_LONG, 2**32, 0),
    Case("BIGINT", -MAX_LONG, MAX_LONG, 2**32, 0),
    serial("SERIAL", MAX_INT),
    serial("SERIAL8", MAX_LONG),
    serial("BIGSERIAL", MAX_LONG),
    Case("SMALLFLOAT", -3.4028234663852886e38, 3.4028234663852886e38, 0.5, 0.0),
    Case("FLOAT", -sys.float_info.max, sys.float_info.max, 1 / 3, 5e-324),
    number("DECIMAL(1)", "-9", "9", "0.005", "0"),
    number(
        "DECIMAL(16)", "-9.50000000000000000E+99", "9.50000000000000000E+99", "1.5", "0"
    ),
    number("DECIMAL(32)", "-" + "9" * 32, "9" * 32, "0." + "7" * 32, "0"),
    number("DECIMAL(1,0)", "-9", "9", "5", "0"),
    number("DECIMAL(5,5)", "-0.99999", "0.99999", "0.00100", "0.00000"),
    number("DECIMAL(8,2)", "-999999.99", "999999.99", "1.50", "0.00"),
    number("DECIMAL(32,0)", "-" + "9" * 32, "9" * 32, "1", "0"),
    number(
        "DECIMAL(32,32)", "-0." + "9" * 32, "0." + "9" * 32, "0." + "1" * 32, "0E-32"
    ),
    number("MONEY", "-" + "9" * 14 + ".99", "9" * 14 + ".99", "0.01", "0.00"),
    number("MONEY(7,3)", "-9999.999", "9999.999", "1.250", "0.000"),
    text("CHAR(1)", 1),
    text("CHAR(20)", 20),
    text("CHAR(1001)", 1001),
    text("NCHAR(21)", 21),
    text("VARCHAR(1)", 1),
    text("VARCHAR(255,10)", 255),
    text("NVARCHAR(254)", 254),
    text("LVARCHAR(1)", 1),
    text("LVARCHAR", 2048),
    text("LVARCHAR(32739)", 32739),
    Case("BOOLEAN", False, True, True),
    Case(
        "DATETIME YEAR TO FRACTION(5)",
        dt.datetime.min,
        dt.datetime(9999, 12, 31, 23, 59, 59, 999990),
        dt.datetime(2024, 2, 29, 13, 14, 15, 123450),
    ),
    Case("DATETIME HOUR TO MINUTE", dt.time.min, dt.time(23, 59), dt.time(13, 14)),
    Case(
        "INTERVAL DAY(9) TO FRACTION(5)",
        dt.timedelta(-999_999_999),
        dt.timedelta(999_999_999, 86399, 999990),
        dt.timedelta(1, 2, 30),
        dt.timedelta(0),
    ),
    Case(
        "INTERVAL YEAR(9) TO MONTH",
        IntervalYM(-11_999_999_999),
        IntervalYM(11_999_999_999),
        IntervalYM(14),
        IntervalYM(0),
    ),
    Case("DATE", dt.date.min, dt.date.max, dt.date(2024, 2, 29), dt.date(1899, 12, 31)),
    large("BYTE", b"\0\xff\n", bytes(range(256)) * 274),
    large("TEXT", "it's\xe9", "0123456789\xff" * 6364),
    large("BLOB", b"\0\xff\n", bytes(range(256)) * 274),
    large("CLOB", "it's\xe9", "0123456789\xff" * 6364),
    Case(
        "ROW(a INTEGER, b VARCHAR(250), c DATE)",
        RowValue({"a": -MAX_INT, "b": "", "c": dt.date.min}),
        RowValue({"a": MAX_INT, "b": "it's, {so} " * 22, "c": dt.date.max}),
        RowValue({"a": 1, "b": "x", "c": dt.date(2024, 2, 29)}),
        RowValue({"a": None, "b": None, "c": None}),
        puts=False,
    ),
    collection("SET"),
    collection("MULTISET"),
    collection("LIST"),
]


# -- the makes of the driver -----------------------------------------------------------

IMPLEMENTATIONS = [accel.IMPLEMENTATION]
if accel.IMPLEMENTATION != "python":
    IMPLEMENTATIONS.append("python")

_TWINS = {
    "Plan": PURE.plan,
    "parse_tuple_payload": PURE.parse_tuple_payload,
    "BindContext": PURE.bind_context,
    "encode_row": PURE.encode_row,
    "take_plain_rows": PURE.take_plain_rows,
    "read_run": PURE.read_run,
    "Limits": PURE.limits,
    "tuple_encoder": PURE.tuple_encoder,
}


def use_twins(patch: pytest.MonkeyPatch) -> None:
    """Put the pure twin in the place of all that is compiled."""
    for name, twin in _TWINS.items():
        chosen = getattr(accel, name)
        users = [
            module
            for key, module in list(sys.modules.items())
            if key.startswith("informix_db.") and vars(module).get(name) is chosen
        ]
        assert len(users) > 1, f"nobody uses {name}"
        for module in users:
            patch.setattr(module, name, twin)


class Make(NamedTuple):
    """A connection of one make, and how many windows it has put."""

    conn: informix_db.Connection
    puts: list[int]


@pytest.fixture(
    scope="module",
    params=itertools.product(IMPLEMENTATIONS, ["sync", "async"]),
    ids="-".join,
)
def make(emulator: Server, request: pytest.FixtureRequest) -> Iterator[Make]:
    """A connection to the emulator of each make."""
    implementation, mode = request.param
    arguments = login_to(emulator)
    puts: list[int] = []
    write_puts = batch.write_puts

    def counted(channel: Any, statement: Any, tuples: Any, opening: Any) -> None:
        puts.append(len(tuples))
        write_puts(channel, statement, tuples, opening)

    runner = LoopRunner()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "write_puts", counted)
        if implementation != accel.IMPLEMENTATION:
            use_twins(patch)
        if mode == "sync":
            conn = informix_db.connect(**arguments)
        else:
            conn = runner.face(aio.connect(**arguments))
        yield Make(conn, puts)
        conn.close()
        runner.close()


# -- the matrix ------------------------------------------------------------------------

# Around the column under test are cells of odd size.
PLACES = {
    "only": ["v"],
    "first": ["v", "odd", "flag"],
    "middle": ["odd", "v", "flag"],
    "last": ["flag", "odd", "v"],
}
TYPES = {"odd": "VARCHAR(7)", "flag": "BOOLEAN"}
NEIGHBOURS = {"odd": "xy", "flag": True}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sql)
def test_values(make: Make, case: Case) -> None:
    for names in PLACES.values():
        types = {**TYPES, "v": case.sql}
        rows = [
            tuple({**NEIGHBOURS, "v": value}[name] for name in names)
            for value in case.values
        ]
        store_and_fetch(
            make, [f"{name} {types[name]}" for name in names], rows, case.puts
        )


def store_and_fetch(
    make: Make, columns: list[str], rows: list[tuple[Any, ...]], puts: bool
) -> None:
    """Store the rows in every way; fetch what is there.

    `puts` says whether an insert cursor takes them, or they are bound there as well.
    """
    conn, cur = make.conn, make.conn.cursor()
    cur.execute(f"CREATE TEMP TABLE matrix ({', '.join(columns)})")
    try:
        sql = f"INSERT INTO matrix VALUES ({', '.join('?' * len(columns))})"
        for row in rows:
            cur.execute(sql, row)
        cur.executemany(sql, rows)
        make.puts.clear()
        cur.executemany(sql, rows, insert_cursor=True)
        assert sum(make.puts) == (len(rows) if puts else 0)
        found = cur.execute("SELECT * FROM matrix").fetchall()
        for got, expected in zip(found, rows * 3, strict=True):
            assert_same([stored(conn, value) for value in got], expected)
    finally:
        cur.execute("DROP TABLE matrix")


def stored(conn: informix_db.Connection, value: Any) -> Any:
    """Return the contents of a large object, and any other value as it is."""
    if isinstance(value, (informix_db.BlobLocator, informix_db.ClobLocator)):
        with conn.open_large_object(value) as file:
            return file.read()
    return value


# -- times: a column for each qualifier ------------------------------------------------


class Times:
    """Columns of a kind, and rows of them."""

    def __init__(self) -> None:
        self.columns: list[str] = []
        self.values: list[list[Any]] = []

    def add(self, sql: str, values: list[Any]) -> None:
        self.columns.append(f"c{len(self.columns)} {sql}")
        self.values.append([*values, None])

    def check(self, make: Make, puts: bool) -> None:
        """Store and fetch, with the columns from left to right and back."""
        rows = list(zip(*self.values, strict=True))
        store_and_fetch(make, self.columns, rows, puts)
        store_and_fetch(make, self.columns[::-1], [row[::-1] for row in rows], puts)


def test_datetimes_of_all_qualifiers(make: Make) -> None:
    """Those that no Python type has exactly the fields of are not put."""
    times = {True: Times(), False: Times()}
    found = qualifiers(YEAR, FRACTION)
    assert len(found) == 21 + 7 * 5
    for each in found:
        whole = (each.first, each.last) == (YEAR, DAY) or (
            each.first in (YEAR, HOUR) and each.last >= MINUTE
        )
        values = [moment(value, each) for value in MOMENTS]
        times[whole].add(f"DATETIME {each.sql}", values)
    for puts, some in times.items():
        some.check(make, puts)


def test_intervals_of_all_qualifiers_and_precisions(make: Make) -> None:
    times = {True: Times(), False: Times()}
    for each in INTERVALS:
        for precision in [0] if each.first == FRACTION else PRECISIONS:
            first = FIELDS[each.first] + (f"({precision})" if precision else "")
            values = [value for _, value in spans(each, precision)]
            sql = f"INTERVAL {first} TO {each.end}"
            times[each.first != FRACTION].add(sql, values)
    assert len(times[True].columns) == (3 + 10 + 4 * 5) * 9
    assert len(times[False].columns) == 5
    for puts, some in times.items():
        some.check(make, puts)
