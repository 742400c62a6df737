"""What most replies are made of is read alike, whatever is there of it."""

from __future__ import annotations

import struct
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parity.twins import COMPILED, PURE, Twin, outcome

DONE = struct.pack(">hhiii", 15, 0, 3, 4, 5)
NEGATIVE = struct.pack(">hhiii", 15, -1, -(2**31), -1, -1)
COST = struct.pack(">hii", 55, 1, 1)
EOT = b"\0\x0c"
ROW = struct.pack(">hhih", 14, 0, 2, 7)
ODD_ROW = struct.pack(">hhih2x", 14, 0, 3, 7)  # longer than the plan says
ENDLESS_ROW = struct.pack(">hhi", 14, 0, -1)
OTHERS = (b"\0\x0d\xff\x01\0\0", b"\0", b"")


def insertdone(size: int) -> bytes:
    return b"\0\x5e" + bytes(size - 2)


def read(
    twin: Twin, data: bytes, pos: int, end: int, size: int, planned: bool, kept: bool
) -> tuple[Any, ...]:
    """Return how the call came out, and the rows it has appended."""
    plan = twin.plan([(1, 2, 0)], ["n"], "ascii") if planned else None
    rows: list[Any] = []
    kind = bytearray if len(data) % 2 else bytes
    call = outcome(
        lambda: twin.read_run(kind(data), pos, end, size, plan, rows if kept else None)
    )
    return call, outcome(lambda: rows)


def assert_same(*arguments: Any) -> tuple[Any, ...]:
    expected = read(PURE, *arguments)
    assert read(COMPILED, *arguments) == expected, arguments
    return expected


@given(st.integers(0, 2**48), st.sampled_from([12, 20]), st.booleans(), st.booleans())
@settings(deadline=None, max_examples=200)
def test_runs(seed: int, size: int, planned: bool, kept: bool) -> None:
    random = Random(seed)
    usual = [DONE, NEGATIVE, COST, insertdone(size), ROW, ROW, ROW]
    rare = [EOT, ODD_ROW, ENDLESS_ROW, *OTHERS]
    data = b"".join(random.choices(usual, k=random.randrange(8)))
    data += b"".join(random.choices(usual + rare, k=random.randrange(3)))
    for end in range(len(data) + 1):
        assert_same(data, 0, end, size, planned, kept)
    assert_same(random.randbytes(2) + data, 2, len(data) + 2, size, planned, kept)


def test_a_usual_reply() -> None:
    data = ROW * 2 + DONE + COST + EOT + ROW
    expected = (48, True, 20, 1, 3, 20, -1)
    call, rows = assert_same(data, 0, len(data), 20, True, True)
    assert call == outcome(lambda: expected)
    assert rows == outcome(lambda: [(7,), (7,)])


def test_the_answer_to_a_batch() -> None:
    group = insertdone(20) + DONE + COST
    data = group * 100 + b"\0\x0d"
    expected = (4600, False, 0, 100, 300, 99 * 46 + 20, 99 * 46)
    call, _ = assert_same(data, 0, len(data), 20, False, True)
    assert call == outcome(lambda: expected)


def test_rows_that_are_passed_over() -> None:
    data = ODD_ROW + ROW + EOT
    call, rows = assert_same(data, 0, len(data), 20, True, False)
    assert call == outcome(lambda: (24, True, 22, 0, 0, -1, -1))
    assert rows == outcome(list)


@pytest.mark.parametrize("data", [b"\0\x0d", ROW, ROW[:9]])
def test_what_is_left_to_others(data: bytes) -> None:
    expected = outcome(lambda: (0, False, 0, 0, 0, -1, -1))
    assert assert_same(data, 0, len(data), 20, False, True)[0] == expected


@pytest.mark.parametrize(
    ("pos", "end", "size"), [(-1, 2, 12), (0, 3, 12), (2, 1, 12), (0, 2, 0)]
)
def test_what_cannot_be_is_refused(pos: int, end: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"of a buffer of 2|INSERTDONE of 0"):
        COMPILED.read_run(b"\0\x5e", pos, end, size, None, None)
