"""Rows of an insert cursor are encoded alike, or refused alike."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from parity import corpus
from parity.twins import COMPILED, PURE, outcome

from informix_db._wire import constants as c
from informix_db._wire.describe import ColumnInfo
from informix_db._wire.encode_tuple import Unfit

SEEDS = st.integers(0, 2**48)


def encode(twin: Any, columns: Sequence[ColumnInfo], encoding: str, row: Any) -> Any:
    encoder = twin.tuple_encoder(columns, encoding)
    return outcome(lambda: encoder.encode(row)), outcome(lambda: encoder.types)


def assert_same(columns: Sequence[ColumnInfo], encoding: str, row: Any) -> Any:
    expected = encode(PURE, columns, encoding, row)
    assert encode(COMPILED, columns, encoding, row) == expected, (columns, row)
    return expected[0]


def fitting(random: Random, column: ColumnInfo) -> Any:
    """Return a value that fits the column, or nearly does."""
    code, length = column.code, column.encoded_length
    if code in (c.DECIMAL, c.MONEY):
        return _decimal(random, length >> 8, length & 0xFF)
    if code in (c.SMALLINT, c.INT, c.SERIAL, c.BIGINT, c.INT8):
        bits = random.choice((15, 31, 63))
        return random.choice((1, -1)) * (2**bits - random.randrange(3))
    if code in (c.FLOAT, c.SMALLFLOAT):
        numbers = (0.0, -0.0, 1.1, 3.5e38, -3.4028235677973366e38, 1e-50)
        return random.choice((*numbers, random.uniform(-9, 9), 2**53 + 1))
    if code == c.DATETIME:
        return _datetime(random, length >> 4 & 0x0F, length & 0x0F)
    if code == c.INTERVAL:
        seconds = random.choice((0, 1, 3600, 86_400, random.randrange(10**9)))
        seconds = random.choice((1, -1)) * seconds // random.choice((1, 60, 3600)) * 60
        return datetime.timedelta(0, seconds, random.choice((0, 1, 999_999, 120_000)))
    if code == c.DATE:
        return datetime.date.fromordinal(random.randint(1, 3_652_059))
    if code == c.UDT_FIXED:
        return random.random() < 0.5
    size = min(length & 0xFF or length, random.choice((0, 1, 5, 40, 256)))
    extra = random.choice((-1, 0, 0, 1))
    return "".join(random.choices(random.choice(("ab ", "é\0 a")), k=size + extra))


def _decimal(random: Random, precision: int, scale: int) -> Any:
    digits = random.randrange(10 ** random.randint(0, min(precision, 40) + 1))
    scale = random.randint(-3, 34) if scale == 255 else scale
    number = Decimal((random.randrange(2), Decimal(digits).as_tuple().digits, -scale))
    if random.random() < 0.2:
        return digits
    return number.normalize() if random.random() < 0.3 else number


def _datetime(random: Random, first: int, last: int) -> Any:
    moment = datetime.datetime(
        random.choice((1, 2024, 9999)),
        random.randint(1, 12),
        random.randint(1, 28),
        random.randrange(24),
        random.randrange(60),
        0 if last < c.SECOND and random.random() < 0.8 else random.randrange(60),
        random.choice((0, 1, 9, 999_999, 123_456)),
    )
    if random.random() < 0.05:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    if first >= c.HOUR:
        return moment.timetz()
    return moment.date() if last <= c.DAY else moment


def value(random: Random, column: ColumnInfo) -> Any:
    choice = random.random()
    if choice < 0.08:
        return None
    return corpus.parameter(random) if choice < 0.2 else fitting(random, column)


@given(SEEDS)
@settings(deadline=None, max_examples=1000)
def test_rows(seed: int) -> None:
    random = Random(seed)
    columns = [corpus.column(random, f"c{i}") for i in range(random.randrange(5))]
    encoding = random.choice(corpus.ENCODINGS)
    row = [value(random, column) for column in columns]
    note(repr((columns, encoding, row)))
    assert_same(columns, encoding, row)
    for column, single in zip(columns, row, strict=True):
        assert_same([column], encoding, (single,))


def test_the_corpus_reaches_cells_and_refusals() -> None:
    """Most single cells have to fit, or the other tests would show little."""
    random = Random(2)
    seen: dict[Any, int] = {}
    for _ in range(3000):
        column = corpus.column(random, "c")
        result = assert_same([column], "iso8859-1", [value(random, column)])
        kind = result[1].__name__ if result[0] == "raises" else "cell"
        seen[kind] = seen.get(kind, 0) + 1
    assert seen["cell"] > 1500
    assert seen["Unfit"] > 100
    assert seen["DataError"] > 100


INT = ColumnInfo("c", c.INT, 0, "", "", 4, True)


@pytest.mark.parametrize("row", [[1], [1, 2, 3], (), range(2), [1, "x"], ["x", 2**40]])
def test_rows_that_are_none(row: Any) -> None:
    assert_same([INT, INT], "utf-8", row)


def test_what_cannot_be_is_said_alike() -> None:
    assert assert_same([INT], "utf-8", ["x"])[1] is Unfit
    unknown = ColumnInfo("c", c.SET, 0, "", "", 0, True)
    for twin in (PURE, COMPILED):
        assert twin.tuple_encoder([INT, unknown], "utf-8") is None
