"""Numbers, truth and text of every type: what goes in comes back, to the last digit."""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import Any

import pytest
from roundtrip import (
    Column,
    assert_same,
    check_round_trip,
    check_values_and_nulls,
)

import informix_db
from informix_db import TypeCode as T

MAX_INT = 2**31 - 1
MAX_LONG = 2**63 - 1
MAX_DOUBLE = 1.7976931348623157e308
MAX_SINGLE = 3.4028234663852886e38


def single(value: float) -> float:
    """Return the nearest SMALLFLOAT."""
    return float(struct.unpack(">f", struct.pack(">f", value))[0])


def quoted(text: str) -> str:
    """Return `text` as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def literals(values: list[Any], write: Any = str) -> list[str]:
    """Return each value as SQL text."""
    return ["NULL" if value is None else write(value) for value in values]


@pytest.mark.parametrize(
    ("sql_type", "code", "values"),
    [
        ("SMALLINT", T.SMALLINT, [32767, -32767, 255, 256, -256, 12345]),
        ("INT", T.INTEGER, [MAX_INT, -MAX_INT, 32768, -32768, -32769, 65536]),
        ("BIGINT", T.BIGINT, [MAX_LONG, -MAX_LONG, 2**31, -(2**31), 2**53 + 1]),
        ("INT8", T.INT8, [MAX_LONG, -MAX_LONG, 2**31, -(2**31), 2**32, -(2**32)]),
    ],
)
def test_integers(
    cur: informix_db.Cursor, table: str, sql_type: str, code: T, values: list[Any]
) -> None:
    values = [None, 0, 1, -1, *values]
    column = Column(cur, table, sql_type)
    check_round_trip(column, values, literals(values))
    assert column.described() == (code, None, None, True)


@pytest.mark.parametrize(
    ("sql_type", "code", "values"),
    [
        ("SERIAL", T.SERIAL, [1, 77, 32768, MAX_INT]),
        ("SERIAL8", T.SERIAL8, [1, 2**31, 2**32, MAX_LONG]),
        ("BIGSERIAL", T.BIGSERIAL, [1, 2**31, 2**32, MAX_LONG]),
    ],
)
def test_serials(
    cur: informix_db.Cursor, table: str, sql_type: str, code: T, values: list[Any]
) -> None:
    column = Column(cur, table, sql_type)
    check_round_trip(column, values, literals(values))
    assert column.described() == (code, None, None, False)


@pytest.mark.parametrize(
    ("sql_type", "code", "values"),
    [
        ("FLOAT", T.FLOAT, [0.1, 1 / 3, 1e22, MAX_DOUBLE, -MAX_DOUBLE, 5e-324, -2.5]),
        ("FLOAT", T.FLOAT, [2.2250738585072014e-308, 123456789.123456789, 1e16]),
        ("SMALLFLOAT", T.SMALLFLOAT, [0.5, -2.5, 16777216.0, MAX_SINGLE, -MAX_SINGLE]),
        ("SMALLFLOAT", T.SMALLFLOAT, [single(0.1), single(1.2e-38), single(1e-45)]),
    ],
)
def test_floats(
    cur: informix_db.Cursor, table: str, sql_type: str, code: T, values: list[Any]
) -> None:
    values = [None, 0.0, *values]
    column = Column(cur, table, sql_type)
    check_round_trip(column, values, literals(values, repr))
    assert column.described() == (code, None, None, True)


def test_negative_zero(cur: informix_db.Cursor, table: str) -> None:
    """FLOAT has one; DECIMAL has none."""
    column = Column(cur, table, "FLOAT")
    column.bind([-0.0])
    assert_same(column.read(), [-0.0])
    cur.execute(f"SELECT v::DECIMAL(5,2) FROM {table}")
    assert_same(cur.fetchone(), [Decimal("0.00")])
    cur.execute(f"SELECT ?::DECIMAL(5,2) FROM {table}", (Decimal("-0.0"),))
    assert_same(cur.fetchone(), [Decimal("0.00")])


@pytest.mark.parametrize("precision", range(1, 33))
def test_decimals_of_every_precision_and_scale(
    cur: informix_db.Cursor, table: str, precision: int
) -> None:
    """One table for each precision, one column for each scale; MONEY is the same."""
    for name, code in (("DECIMAL", T.DECIMAL), ("MONEY", T.MONEY)):
        scales = range(precision + 1)
        columns = ", ".join(f"c{s} {name}({precision},{s})" for s in scales)
        cur.execute(f"CREATE TEMP TABLE {name} (n INT, {columns})")
        digits = 10**precision - 1
        rows: list[list[Decimal | None]] = [
            [Decimal(f"{number}E-{scale}") for scale in scales]
            for number in (
                digits,
                -digits,
                1,
                -1,
                digits // 9 * 5,
                10 ** (precision - 1),
            )
        ]
        rows.append([Decimal(f"0E-{scale}") for scale in scales])
        rows.append([None for _ in scales])
        marks = ", ".join("?" * (precision + 2))
        insert = f"INSERT INTO {name} VALUES ({marks})"
        cur.executemany(insert, [(n, *row) for n, row in enumerate(rows)])
        cur.execute(insert, (len(rows), *rows[1]))
        texts = ", ".join(f"{value:f}" for value in rows[1] if value is not None)
        cur.execute(f"INSERT INTO {name} VALUES ({len(rows) + 1}, {texts})")
        cur.executemany(
            insert, [(100 + n, *row) for n, row in enumerate(rows)], insert_cursor=True
        )
        cur.execute(f"SELECT * FROM {name} ORDER BY n")
        described = [entry[1::3] + entry[5:6] for entry in (cur.description or ())[1:]]
        assert described == [(code, precision, s) for s in scales]
        for got, expected in zip(cur, [*rows, rows[1], rows[1], *rows], strict=True):
            assert_same(got[1:], expected)


# A DECIMAL without a scale keeps digits, not zeros at the end of a fraction; what is
# beyond its digits is filled with zeros.
@pytest.mark.parametrize(
    ("sql_type", "precision", "values"),
    [
        ("DECIMAL(16)", 16, ["0", "1", "-1", "100", "1.5", "-0.001", "1E-130"]),
        ("DECIMAL(16)", 16, ["1234567890123456", "0.1234567890123456", "-1234567.5"]),
        ("DECIMAL", 16, ["0.1", "12345678.12345678", "-9999999999999999"]),
        ("DECIMAL(1)", 1, ["9", "-9", "0.9", "0.09", "0.009", "1E-100"]),
        ("DECIMAL(5)", 5, ["12345", "1.2345", "12.345", "123.45", "0.00012345"]),
        ("DECIMAL(32)", 32, ["1." + "2" * 31, "-" + "9" * 32, "0." + "7" * 32]),
        ("DECIMAL(31)", 31, ["1." + "2" * 30, "-" + "9" * 31, "0." + "7" * 31]),
    ],
)
def test_floating_decimals(
    cur: informix_db.Cursor, table: str, sql_type: str, precision: int, values: Any
) -> None:
    values = [None, *map(Decimal, values)]
    column = Column(cur, table, sql_type)
    check_round_trip(column, values, literals(values))
    assert column.described() == (T.DECIMAL, precision, None, True)


@pytest.mark.parametrize(
    "value", ["1E+20", "-1.23E+22", "9.999999999999999E+125", "1E+125", "1E+16"]
)
def test_floating_decimals_beyond_their_digits(
    cur: informix_db.Cursor, table: str, value: str
) -> None:
    column = Column(cur, table, "DECIMAL(16)")
    column.bind([Decimal(value)])
    assert column.read() == [Decimal(value)]
    column.write([f"'{value}'"])
    assert column.read() == [Decimal(value)]


def test_booleans(cur: informix_db.Cursor, table: str) -> None:
    column = Column(cur, table, "BOOLEAN")
    check_round_trip(column, [True, False, None], ["'t'", "'f'", "NULL"])
    assert column.described() == (T.BOOLEAN, None, None, True)
    cur.execute(f"SELECT COUNT(*) FROM {table} WHERE v = ?", (True,))
    assert cur.fetchone() == (1,)


TEXTS = [
    "",
    "a",
    'it\'s "quoted" ? :1 -- no {comment} /* here */',
    " leading",
    "two  blanks",
    "line\nfeed\ttab\r\n",
    "\x01\x7f\x80\xa0\xff",
    "\\ backslash \\n",
    "".join(map(chr, range(160, 200))),
]


@pytest.mark.parametrize(
    ("sql_type", "code", "size", "padded"),
    [
        ("CHAR(60)", T.CHAR, 60, True),
        ("NCHAR(60)", T.NCHAR, 60, True),
        ("VARCHAR(60)", T.VARCHAR, 60, False),
        ("VARCHAR(255,20)", T.VARCHAR, 255, False),
        ("NVARCHAR(60)", T.NVARCHAR, 60, False),
        ("LVARCHAR(60)", T.LVARCHAR, 60, False),
        ("LVARCHAR", T.LVARCHAR, 2048, False),
    ],
)
def test_text(
    cur: informix_db.Cursor, table: str, sql_type: str, code: T, size: int, padded: bool
) -> None:
    values = [None, *TEXTS, "x" * size]
    if not padded:
        values += [" ", "trailing  ", "\t"]
    column = Column(cur, table, sql_type)
    check_round_trip(column, values, literals(values, quoted))
    assert column.described() == (code, None, None, True)


@pytest.mark.parametrize(
    "sql_type", ["CHAR(1)", "CHAR(300)", "CHAR(32000)", "NCHAR(9)"]
)
def test_padding_is_no_part_of_the_value(
    cur: informix_db.Cursor, table: str, sql_type: str
) -> None:
    column = Column(cur, table, sql_type)
    values = ["x", "x  ", "", "   ", None, " "]
    expected = ["x", "x", "", "", None, ""]
    for insert in column.inserts:
        insert(values)
        assert_same(column.read(), expected)
    column.write(literals(values, quoted))
    assert_same(column.read(), expected)


@pytest.mark.parametrize("size", [255, 256, 257, 2047, 32739])
def test_long_text(cur: informix_db.Cursor, table: str, size: int) -> None:
    """Odd and even lengths, both sides of the longest short parameter."""
    column = Column(cur, table, "LVARCHAR(32739)")
    text = ("0123456789" * (size // 10 + 1))[:size]
    check_round_trip(column, [text, "", None], [quoted(text), "''", "NULL"])


def test_sizes_in_the_description(cur: informix_db.Cursor, table: str) -> None:
    cur.execute(
        f"CREATE TABLE {table} (a CHAR(7), b VARCHAR(200,9), c NVARCHAR(3), "
        "d LVARCHAR(500), e LVARCHAR, f NCHAR(12))"
    )
    cur.execute(f"SELECT * FROM {table}")
    sizes = [entry[3] for entry in cur.description or ()]
    assert sizes == [7, 200, 3, 500, 2048, 12]


def test_every_type_in_one_row(cur: informix_db.Cursor, table: str) -> None:
    """Columns of all widths next to each other, values and NULLs in turns."""
    columns = [
        ("SMALLINT", -2),
        ("VARCHAR(9)", "odd"),
        ("BIGINT", 2**40),
        ("BOOLEAN", False),
        ("DECIMAL(7,3)", Decimal("-1234.500")),
        ("CHAR(3)", "c"),
        ("INT8", -(2**40)),
        ("LVARCHAR(20)", "even"),
        ("SMALLFLOAT", 0.25),
        ("NVARCHAR(5)", ""),
        ("FLOAT", -1e-9),
        ("MONEY", Decimal("0.10")),
        ("INT", 7),
    ]
    check_values_and_nulls(cur, table, columns)
