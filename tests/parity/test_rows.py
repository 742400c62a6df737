"""Rows come out of both decoders alike, whatever the bytes are.

Same values of the same types with the same repr, same exceptions with the same words,
same number of bytes used.
"""

from __future__ import annotations

import ctypes
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, note, settings
from hypothesis import strategies as st
from parity import corpus
from parity.corpus import Case
from parity.twins import COMPILED, PURE, Twin, outcome

SEEDS = st.integers(0, 2**48)
MUTATIONS = 50  # of each drawn row


def read(twin: Twin, case: Case, payload: bytes) -> tuple[Any, ...]:
    plan = twin.plan(case.steps, case.names, case.encoding)
    data = bytearray(b"\xee" * 3 + payload + b"\xee" * 3)
    end = 3 + len(payload)
    return outcome(lambda: twin.parse_tuple_payload(data, 3, end, plan))


def read_messages(twin: Twin, case: Case, data: bytes, end: int) -> tuple[Any, ...]:
    """Return how the call came out, and the rows it has appended."""
    plan = twin.plan(case.steps, case.names, case.encoding)
    rows: list[Any] = []
    result = outcome(lambda: twin.read_run(data, 0, end, 12, plan, rows))
    return result, outcome(lambda: rows)


def assert_same(case: Case, payload: bytes) -> tuple[Any, ...]:
    expected = read(PURE, case, payload)
    assert read(COMPILED, case, payload) == expected, (case, payload.hex())
    return expected


@given(SEEDS)
@settings(deadline=None, max_examples=200)
def test_rows(seed: int) -> None:
    case = corpus.case(Random(seed))
    note(repr(case))
    assert_same(case, case.payload)


def check_mutations(seed: int) -> None:
    random = Random(seed)
    case = corpus.case(random)
    for _ in range(MUTATIONS):
        assert_same(case, corpus.damaged(random, case.payload))


@given(SEEDS)
@settings(deadline=None, max_examples=100)
def test_mutated_rows(seed: int) -> None:
    check_mutations(seed)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@given(SEEDS)
@settings(deadline=None, max_examples=200_000 // MUTATIONS, database=None)
def test_mutated_rows_at_length(seed: int) -> None:
    check_mutations(seed)


@given(SEEDS)
@settings(deadline=None, max_examples=50)
def test_rows_cut_at_every_byte(seed: int) -> None:
    case = corpus.case(Random(seed))
    for size in range(min(len(case.payload), 120)):
        assert_same(case, case.payload[:size])


@given(SEEDS, st.floats(0, 1))
@example(0, 1.0)
@settings(deadline=None, max_examples=300)
def test_messages(seed: int, part: float) -> None:
    random = Random(seed)
    case = corpus.case(random)
    payloads = [case.payload] * random.randrange(5)
    if random.random() < 0.3:
        payloads.append(corpus.damaged(random, case.payload))
    data = corpus.messages(random, payloads)
    end = round(len(data) * max(part, 0.2))
    expected = read_messages(PURE, case, data, end)
    assert read_messages(COMPILED, case, data, end) == expected, (case, data.hex())


def test_the_corpus_reaches_values_and_errors() -> None:
    """The other tests would pass if every row were refused."""
    random = Random(1)
    seen: dict[Any, int] = {}
    for _ in range(300):
        case = corpus.case(random)
        for payload in (case.payload, corpus.damaged(random, case.payload)):
            result = assert_same(case, payload)
            kind = result[1] if result[0] == "raises" else "row"
            seen[kind] = seen.get(kind, 0) + 1
    assert seen["row"] > 150
    assert {kind.__name__ for kind in seen if kind != "row"} == {
        "ProtocolError",
        "DataError",
    }


@given(SEEDS)
@settings(deadline=None, max_examples=100)
def test_no_byte_behind_the_row_is_read(seed: int) -> None:
    """Under AddressSanitizer: the memory ends where the row does."""
    random = Random(seed)
    case = corpus.case(random)
    plan = COMPILED.plan(case.steps, case.names, case.encoding)
    for payload in (case.payload, corpus.damaged(random, case.payload)):
        data = bytes(32) + payload  # ctypes keeps small arrays within the object
        exact = (ctypes.c_ubyte * len(data)).from_buffer_copy(data)
        outcome(lambda e=exact: COMPILED.parse_tuple_payload(e, 32, len(e), plan))


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_is_read(kind: Any) -> None:
    case = Case(((2, 4, 0),), ("a",), "utf-8", b"")
    data = kind(b"\0\x0e\0\0\0\0\0\4\0\0\0\7")
    assert read_messages(COMPILED, case, data, 12)[1] == outcome(lambda: [(7,)])


@pytest.mark.parametrize(("pos", "end"), [(-1, 4), (0, 5), (3, 2), (0, -1), (5, 5)])
def test_spans_outside_of_the_buffer_are_refused(pos: int, end: int) -> None:
    plan = COMPILED.plan([(2, 4, 0)], ["a"], "utf-8")
    with pytest.raises(ValueError, match="of a buffer of 4"):
        COMPILED.parse_tuple_payload(bytes(4), pos, end, plan)
    with pytest.raises(ValueError, match="of a buffer of 4"):
        COMPILED.read_run(bytes(4), pos, end, 12, plan, [])


def test_what_the_extension_does_not_know_is_the_twins() -> None:
    """A step of a kind or width unknown to it is decoded by the twin's decoder."""
    wide = Case(((7, 100, 2), (2, 4, 0)), ("a", "b"), "utf-8", b"")
    payload = b"\xc1" + b"\5" + bytes(98) + b"\0\0\0\7"
    assert assert_same(wide, payload)[0] == "returns"
    assert assert_same(wide, payload[:-1])[0] == "raises"
    assert assert_same(wide, payload[:50])[0] == "raises"


@pytest.mark.parametrize("width", [1, 2, 3, 255, 256])
def test_every_length_of_a_padded_varchar(width: int) -> None:
    case = Case(((16, width, 0), (2, 4, 0)), ("text", "number"), "utf-8", b"")
    for length in range(256):
        for first in b"\0a":
            cell = bytes([length]) + bytes([first] * (width - 1))
            assert_same(case, cell + b"\0\0\0\7")


def test_every_date() -> None:
    case = Case(((8, 4, 0),), ("day",), "utf-8", b"")
    for day in range(-693_600, 2_958_470, 97):
        assert_same(case, day.to_bytes(4, "big", signed=True))


def test_plans_show_what_they_were_made_of() -> None:
    for twin in (PURE, COMPILED):
        plan = twin.plan([(2, 4, 0)], ["a"], "utf-8")
        assert (plan.names, plan.encoding) == (("a",), "utf-8")
