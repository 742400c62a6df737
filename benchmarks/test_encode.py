"""Encoding: parameters of a BIND, rows of a PUT; and counting the answers."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import tables
from informix_db._wire import encode, encode_tuple
from informix_db.testing.replies import COST_MESSAGE

ROWS = 1000


@pytest.mark.parametrize("kind", tables.KINDS)
@pytest.mark.benchmark(group="bind a type")
def test_type(benchmark: Any, implementation: Any, kind: str) -> None:
    rows = tables.table("one", (kind,), ROWS).rows
    context = implementation.BindContext("iso8859-1", True)
    expected = [
        encode.encode_row(row, encode.BindContext("iso8859-1", True)) for row in rows
    ]
    run = implementation.encode_row
    assert benchmark(lambda: [run(row, context) for row in rows]) == expected


@pytest.mark.parametrize("shape", [tables.FIVE, tables.TEN], ids=["five", "ten"])
@pytest.mark.benchmark(group="bind 1,000 rows")
def test_rows(benchmark: Any, implementation: Any, shape: tuple[str, ...]) -> None:
    rows = tables.table("rows", shape, ROWS).rows
    context = implementation.BindContext("iso8859-1", True)
    expected = [
        encode.encode_row(row, encode.BindContext("iso8859-1", True)) for row in rows
    ]
    run = implementation.encode_row
    assert benchmark(lambda: [run(row, context) for row in rows]) == expected


@pytest.mark.parametrize("shape", [tables.FIVE, tables.TEN], ids=["five", "ten"])
@pytest.mark.benchmark(group="put 1,000 rows")
def test_puts(benchmark: Any, implementation: Any, shape: tuple[str, ...]) -> None:
    table = tables.table("rows", shape, ROWS)
    twin = encode_tuple.tuple_encoder(table.described, "iso8859-1")
    encoder = implementation.tuple_encoder(table.described, "iso8859-1")
    assert twin is not None
    expected = [twin.encode(row) for row in table.rows]
    run = encoder.encode
    assert benchmark(lambda: [run(row) for row in table.rows]) == expected
    assert expected == table.payloads


@pytest.mark.benchmark(group="count the answers to 500 rows")
def test_dones(benchmark: Any, implementation: Any) -> None:
    done = b"\0\x0f\0\0\0\0\0\1\0\0\0\0\0\0\0\0"
    data = bytearray((b"\0\x5e" + bytes(18) + done + COST_MESSAGE) * 500)
    read, end = implementation.read_run, len(data)
    result = benchmark(read, data, 0, end, 20, None, None)
    assert result == (end, False, 0, 500, 500, end - 26, end - 46)
