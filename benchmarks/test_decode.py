"""Decoding: a cell of each type, a row, a buffer of rows; and the floor of that."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from benchmarks import tables
from benchmarks.implementations import decode_all

CELLS = 20_000


@pytest.mark.parametrize("kind", tables.KINDS)
@pytest.mark.benchmark(group="decode a type")
def test_type(benchmark: Any, implementation: Any, kind: str) -> None:
    table = tables.table("one", (kind,), CELLS)
    rows = benchmark(decode_all(implementation, table))
    assert repr(rows) == repr(table.rows)


@pytest.mark.parametrize("shape", ["five", "ten"])
@pytest.mark.benchmark(group="decode a row")
def test_row(
    benchmark: Any, implementation: Any, shape: str, request: pytest.FixtureRequest
) -> None:
    table = request.getfixturevalue(shape)
    plan = table.plan(implementation.Plan)
    payload = bytearray(table.payloads[7])
    row = benchmark(implementation.parse_tuple_payload, payload, 0, len(payload), plan)
    assert repr(row) == repr(table.rows[7])


@pytest.mark.parametrize("shape", ["five", "ten"])
@pytest.mark.benchmark(group="decode a buffer of 100,000 rows")
def test_buffer(
    benchmark: Any, implementation: Any, shape: str, request: pytest.FixtureRequest
) -> None:
    table = request.getfixturevalue(shape)
    decode = decode_all(implementation, table)
    rows = benchmark.pedantic(decode, rounds=5, warmup_rounds=1)
    assert repr(rows) == repr(table.rows)


@pytest.mark.parametrize("untracked", [False, True], ids=["tracked", "untracked"])
@pytest.mark.parametrize("shape", ["five", "ten"])
@pytest.mark.benchmark(group="decode a buffer of 100,000 rows")
def test_floor(
    benchmark: Any,
    floor: ModuleType,
    shape: str,
    untracked: bool,
    request: pytest.FixtureRequest,
) -> None:
    table = request.getfixturevalue(shape)
    recipe = floor.Recipe(table.rows)
    rows = benchmark.pedantic(
        recipe.build, args=(untracked,), rounds=5, warmup_rounds=1
    )
    assert repr(rows) == repr(table.rows)
