"""Parameters are encoded alike: the same bytes, the same refusals."""

from __future__ import annotations

import datetime
import decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from parity import corpus
from parity.twins import COMPILED, PURE, outcome

SEEDS = st.integers(0, 2**48)
CONTEXTS = st.tuples(st.sampled_from((*corpus.ENCODINGS, "utf-16")), st.booleans())


def assert_same(values: Any, encoding: str, bigint: bool) -> tuple[Any, ...]:
    expected, found = (
        outcome(lambda t=t: t.encode_row(values, t.bind_context(encoding, bigint)))
        for t in (PURE, COMPILED)
    )
    assert found == expected, (values, encoding, bigint)
    return expected


@given(SEEDS, CONTEXTS)
@settings(deadline=None, max_examples=500)
def test_rows_of_parameters(seed: int, context: tuple[str, bool]) -> None:
    random = Random(seed)
    for _ in range(20):
        values = [corpus.parameter(random) for _ in range(random.randint(0, 3))]
        note(repr((values, context)))
        assert_same(values, *context)


VALUES = st.one_of(
    st.integers(),
    st.floats(),
    st.text(),
    st.decimals(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.booleans(),
    st.none(),
)


@given(st.lists(VALUES, max_size=5), CONTEXTS)
@settings(deadline=None, max_examples=500)
def test_drawn_parameters(values: list[Any], context: tuple[str, bool]) -> None:
    assert_same(values, *context)


def test_wide_rows() -> None:
    assert assert_same(["x" * 5000, 1] * 100, "utf-8", True)[0] == "returns"
    assert assert_same([None] * 0x7FFF, "utf-8", True)[0] == "returns"
    assert assert_same([None] * 0x8000, "utf-8", True)[0] == "raises"


def test_errors_name_the_parameter() -> None:
    result = assert_same([1, "é", 2], "ascii", True)
    assert result[0] == "raises"
    assert "parameter 2" in result[2]


def test_any_sequence_of_values() -> None:
    assert assert_same(range(3), "utf-8", True) == assert_same([0, 1, 2], "utf-8", True)
    assert assert_same((0, 1, 2), "utf-8", True) == assert_same(
        [0, 1, 2], "utf-8", True
    )


def test_decimals_do_not_depend_on_the_context() -> None:
    with decimal.localcontext(decimal.Context(prec=2, capitals=0)) as context:
        context.traps[decimal.Inexact] = True
        for text in ("1E+3", "1E-9", "123456.789"):
            assert_same([decimal.Decimal(text)], "utf-8", True)
        plan = [twin.plan([(7, 9, 2)], ["a"], "utf-8") for twin in (PURE, COMPILED)]
        cell = b"\xc5\x01\x02\x03\x04\x05\x06\x07\x08"
        values = [
            outcome(lambda t=t, p=p: t.parse_tuple_payload(cell, 0, 9, p))
            for t, p in zip((PURE, COMPILED), plan, strict=True)
        ]
        assert values[0] == values[1]


class Shrinking(str):
    """Empties the list it is in while it is being encoded."""

    def __new__(cls, target: list[Any]) -> Shrinking:
        made = super().__new__(cls, "x")
        made.target = target  # type: ignore[attr-defined]
        return made

    def encode(self, *arguments: Any) -> bytes:  # type: ignore[override]
        self.target.clear()  # type: ignore[attr-defined]
        return b"x"


def test_a_sequence_that_changes_meanwhile_is_safe() -> None:
    values: list[Any] = []
    values += [Shrinking(values), "a", datetime.date(2024, 1, 1)]
    context = COMPILED.bind_context("utf-8", True)
    assert COMPILED.encode_row(values, context)[:2] == b"\0\3"


@pytest.mark.parametrize("twin", [PURE, COMPILED], ids=lambda twin: twin.name)
def test_contexts_show_what_they_were_made_of(twin: Any) -> None:
    context = twin.bind_context("utf-8", True)
    assert (context.encoding, context.bigint) == ("utf-8", True)
