"""The extension gives back every reference it takes, on every path.

A leaked object shows as memory blocks that stay; a reference too many to one that
lives anyway shows in its count, one too few crashes the interpreter before long.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from parity import corpus
from parity.corpus import Case
from parity.test_tuples import fitting
from parity.twins import COMPILED, outcome

from informix_db.types import IntervalYM

ROUNDS = 400
SLACK = 40  # blocks: what the interpreter itself keeps now and then

_SENTINELS: tuple[Any, ...] = (
    None,
    True,
    False,
    "",
    tuple,
    str,
    date,
    datetime,
    timedelta,
    Decimal,
    IntervalYM,
    COMPILED.plan,
    COMPILED.row_base,
)


@pytest.fixture(autouse=True, scope="module")
def _small_heap() -> None:
    """Spare the collector what earlier tests left: it runs often here."""
    gc.collect()
    gc.freeze()


def counts(extra: tuple[Any, ...]) -> list[int]:
    gc.collect()
    return [sys.getrefcount(item) for item in (*_SENTINELS, *extra)]


def assert_no_leak(call: Callable[[], Any], *shared: Any, rounds: int = ROUNDS) -> None:
    """What leaks does so every time; a thread of another test may keep something."""
    for _ in range(rounds // 20):
        call()
    grown = []
    while not grown or (grown[-1] >= SLACK and len(grown) < 3):
        references, blocks = counts(shared), sys.getallocatedblocks()
        for _ in range(rounds):
            call()
        after = counts(shared)
        grown.append(sys.getallocatedblocks() - blocks)
        changes = [b - a for a, b in zip(references, after, strict=True)]
        assert max(map(abs, changes)) < SLACK, changes
    assert grown[-1] < SLACK, grown


def _cases() -> list[Case]:
    random = Random(7)
    cases = [corpus.case(random) for _ in range(20)]
    return [*cases, Case(((7, 100, 2),), ("alien",), "utf-8", b"\xc1" + bytes(99))]


@pytest.mark.parametrize("case", _cases())
@pytest.mark.parametrize("harm", ["none", "cut", "changed", "long"])
def test_rows(case: Case, harm: str) -> None:
    payload = {
        "none": case.payload,
        "cut": case.payload[: len(case.payload) * 2 // 3],
        "changed": corpus.damaged(Random(3), case.payload),
        "long": case.payload + b"\0",
    }[harm]
    plan = COMPILED.plan(case.steps, case.names, case.encoding)
    data = bytearray(payload)
    end = len(payload)
    assert_no_leak(
        lambda: outcome(lambda: COMPILED.parse_tuple_payload(data, 0, end, plan)),
        plan,
        data,
    )


def test_messages_and_plans() -> None:
    data = b"\0\x0e\0\0\0\0\0\4\0\0\0\7" * 3 + b"\0\x0e\0\0\xff\0\0\0"

    def call() -> None:
        rows: list[Any] = []
        plan = COMPILED.plan([(2, 4, 0)], ["a"], "utf-8")
        outcome(lambda: COMPILED.read_run(data, 0, len(data), 12, plan, rows))
        outcome(lambda: COMPILED.read_run(data, 0, 99, 12, plan, rows))
        outcome(lambda: COMPILED.read_run(b"", 0, 0, 12, plan, None))
        assert len(rows) == 3

    assert_no_leak(call, data)


def test_parameters() -> None:
    context = COMPILED.bind_context("utf-8", False)
    values = [None, True, 1, 2**40, 2**70, 1.5, float("nan"), "é" * 700, "\ud800"]
    values += [Decimal("1.5"), Decimal("NaN"), Decimal("1E+90"), date(2024, 1, 1)]
    values += [datetime(2024, 1, 1, 5), time(1, 2, 3, 4), timedelta(-1, 1), object()]
    rows = [[value] for value in values] + [["x" * 900, "y" * 900]]

    def call() -> None:
        for row in rows:
            outcome(lambda r=row: COMPILED.encode_row(r, context))

    assert_no_leak(call, context, *values)


def test_batches() -> None:
    columns = [corpus.column(Random(seed), "c") for seed in range(40)]
    random = Random(5)
    rows = [[fitting(random, column) for column in columns] for _ in range(3)]
    rows.append([corpus.parameter(random) for _ in columns])
    encoder = COMPILED.tuple_encoder(columns, "utf-8")
    singles = [COMPILED.tuple_encoder([column], "utf-8") for column in columns]
    limits = COMPILED.limits(columns, "utf-8")
    context = COMPILED.bind_context("utf-8", True)

    def call() -> None:
        for row in rows:
            outcome(lambda r=row: encoder.encode(r))
            outcome(lambda r=row: limits.check(r))
            for single, value in zip(singles, row, strict=True):
                outcome(lambda s=single, v=value: s.encode([v]))
        COMPILED.take_plain_rows(
            iter(rows), [], 0, len(columns), limits, context, 9, 9**9, 12, None
        )
        COMPILED.limits(columns, "utf-8")
        COMPILED.tuple_encoder(columns[:3], "utf-8")
        COMPILED.read_run(b"\0\x0f" + bytes(38), 0, 40, 12, None, None)

    assert_no_leak(call, context, limits, encoder, *rows, rounds=40)


def test_row_classes() -> None:
    class Pair(COMPILED.row_base):  # type: ignore[name-defined, misc]
        __slots__ = ()
        _fields = ("a", "b")
        _positions = {"a": 0, "b": 1}  # noqa: RUF012

    values = [object(), object()]
    source = [(values[0], values[1])]

    def call() -> None:
        (row,) = COMPILED.make_rows(Pair, source)
        assert row["b"] is row[1]
        outcome(lambda: row["c"])
        outcome(lambda: row[2])
        outcome(lambda: COMPILED.make_rows(Pair, [[1, 2]]))

    assert_no_leak(call, Pair, source, *values)
