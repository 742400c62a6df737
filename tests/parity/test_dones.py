"""The answers to a batch are counted alike."""

from __future__ import annotations

import struct
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parity.twins import COMPILED, PURE, outcome

DONE = struct.pack(">hhiii", 15, 0, 3, 4, 5)
NEGATIVE = struct.pack(">hhiii", 15, -1, -(2**31), -1, -1)
COST = struct.pack(">hii", 55, 1, 1)
OTHERS = (b"\0\x0c", b"\0\x0d\xff\x01\0\0", b"\0\x0e\0\0\0\0\0\0", b"\0")


def insertdone(size: int) -> bytes:
    return b"\0\x5e" + bytes(size - 2)


def assert_same(data: bytes, pos: int, end: int, size: int) -> tuple[Any, ...]:
    expected, found = (
        outcome(lambda t=t: t.read_dones(data, pos, end, size))
        for t in (PURE, COMPILED)
    )
    assert found == expected, data.hex()
    return expected


@given(st.integers(0, 2**48), st.sampled_from([12, 20]))
@settings(deadline=None, max_examples=300)
def test_runs(seed: int, size: int) -> None:
    random = Random(seed)
    parts = [DONE, DONE, COST, NEGATIVE, insertdone(size)]
    data = b"".join(random.choices(parts, k=random.randrange(8)))
    data += random.choice(OTHERS)
    for end in range(len(data) + 1):
        assert_same(data, 0, end, size)
    assert_same(random.randbytes(2) + data, 2, len(data) + 2, size)


def test_a_whole_run() -> None:
    group = insertdone(20) + DONE + COST
    data = group * 100 + b"\0\x0c"
    expected = (4600, 100, 300, 99 * 46 + 20, 99 * 46)
    assert assert_same(data, 0, len(data), 20) == outcome(lambda: expected)


def test_nothing_to_read() -> None:
    assert assert_same(b"\0\x0c", 0, 2, 20) == outcome(lambda: (0, 0, 0, -1, -1))


@pytest.mark.parametrize(
    ("pos", "end", "size"), [(-1, 2, 12), (0, 3, 12), (2, 1, 12), (0, 2, 0)]
)
def test_what_cannot_be_is_refused(pos: int, end: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"of a buffer of 2|INSERTDONE of 0"):
        COMPILED.read_dones(b"\0\x5e", pos, end, size)
