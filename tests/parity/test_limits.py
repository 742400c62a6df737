"""What a column cannot hold is refused alike."""

from __future__ import annotations

import enum
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from parity import corpus
from parity.twins import COMPILED, PURE, outcome

from informix_db._wire import constants as c
from informix_db._wire.describe import ColumnInfo


class Number(enum.IntEnum):
    SMALL = 5
    LARGE = 2**40


def column(code: int, length: int = 4, extended_id: int = 0) -> ColumnInfo:
    return ColumnInfo("x", code, extended_id, "", "", length, True)


COLUMNS = [
    *(column(code) for code in (c.SMALLINT, c.INT, c.SERIAL, c.BIGINT, c.INT8)),
    column(c.CHAR, 5),
    column(c.VARCHAR, 5),
    column(c.UDT_VAR, 5, c.EXT_LVARCHAR),
    column(c.DATE),
    column(c.DECIMAL, 0x0A02),
]


def assert_same(columns: Any, encoding: str, values: Any) -> tuple[Any, ...]:
    expected, found = (
        outcome(lambda t=t: t.limits(columns, encoding).check(values))
        for t in (PURE, COMPILED)
    )
    assert found == expected, (columns, encoding, values)
    return expected


def value(random: Random) -> Any:
    kind = random.randrange(4)
    if kind == 0:
        edge = random.choice((0, 2**15, 2**31, 2**63, 2**64))
        return random.choice((1, -1)) * (edge + random.randint(-2, 2))
    if kind == 1:
        return "".join(random.choices("aé\0 \ud800€", k=random.randint(0, 7)))
    if kind == 2:
        return random.choice((None, True, 1.5, Number.SMALL, Number.LARGE, b"x"))
    return corpus.Text("a" * random.randint(0, 7))


@given(st.integers(0, 2**48))
@settings(deadline=None, max_examples=500)
def test_rows(seed: int) -> None:
    random = Random(seed)
    columns = random.choices(COLUMNS, k=random.randint(0, 5))
    values = [value(random) for _ in columns]
    encoding = random.choice((*corpus.ENCODINGS, "utf-16"))
    assert_same(columns, encoding, values)
    assert_same(columns, encoding, tuple(values))


def test_both_answers_occur() -> None:
    assert assert_same([column(c.INT)], "utf-8", [2**31])[0] == "raises"
    assert assert_same([column(c.INT)], "utf-8", [2**31 - 1])[0] == "returns"
    assert assert_same([column(c.CHAR, 5)], "utf-8", ["abcdef"])[0] == "raises"
    assert assert_same([column(c.CHAR, 5)], "utf-8", ["abcde"])[0] == "returns"
    assert assert_same([column(c.CHAR, 5)], "utf-8", ["\0a"])[0] == "raises"
    assert assert_same([column(c.VARCHAR, 5)], "utf-8", ["\0a"])[0] == "returns"


def test_too_few_values_and_other_sequences() -> None:
    assert assert_same([column(c.INT)] * 2, "utf-8", [1])[0] == "raises"
    assert assert_same([column(c.INT)] * 2, "utf-8", range(2))[0] == "returns"
