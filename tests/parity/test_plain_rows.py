"""Plain rows of executemany are those that the general way encodes alike."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from parity import corpus
from parity.twins import COMPILED, PURE

from informix_db._wire import constants as c
from informix_db._wire.describe import ColumnInfo
from informix_db.exceptions import DataError

NOTHING = object()
OVERHEAD = 12
COLUMNS = [
    ColumnInfo("a", c.INT, 0, "", "", 4, True),
    ColumnInfo("b", c.VARCHAR, 0, "", "", 20, True),
]


def take(
    rows: Iterator[Any],
    window: list[bytes],
    *,
    size: int = 0,
    count: int = 2,
    limits: Any = None,
    most: tuple[int, int] = (512, 65536),
    encoding: str = "utf-8",
) -> tuple[Any, int]:
    context = COMPILED.bind_context(encoding, True)
    return COMPILED.take_plain_rows(
        rows, window, size, count, limits, context, *most, OVERHEAD, NOTHING
    )


def plain_row(random: Random) -> tuple[Any, ...]:
    return random.randint(-9, 9), "x" * random.randrange(20)


@given(st.integers(0, 2**48), st.booleans())
@settings(deadline=None, max_examples=500)
def test_rows(seed: int, limited: bool) -> None:
    random = Random(seed)
    rows: list[Any] = [plain_row(random) for _ in range(random.randrange(6))]
    rows += [
        tuple(corpus.parameter(random) for _ in range(random.choice((1, 2, 2, 2))))
        for _ in range(random.randrange(4))
    ]
    rows = [random.choice((tuple, list))(row) for row in rows]
    encoding = random.choice(corpus.ENCODINGS)
    limits = COMPILED.limits(COLUMNS, encoding) if limited else None
    note(repr((rows, encoding)))
    window: list[bytes] = []
    source = iter(rows)
    row, size = take(source, window, limits=limits, encoding=encoding)
    context = PURE.bind_context(encoding, True)
    taken = rows[: len(window)]
    assert window == [PURE.encode_row(values, context) for values in taken]
    assert size == sum(map(len, window)) + OVERHEAD * len(window)
    if limits is not None:
        for values in taken:
            PURE.limits(COLUMNS, encoding).check(values)
    rest = rows[len(window) :]
    assert row is (rest[0] if rest else NOTHING)
    assert list(source) == rest[1:]


def test_plain_rows_are_all_taken() -> None:
    rows = [plain_row(Random(seed)) for seed in range(100)]
    window: list[bytes] = []
    assert take(iter(rows), window)[0] is NOTHING
    assert len(window) == 100


def test_windows_end_where_they_are_full() -> None:
    rows = [(1, "x" * 100)] * 50
    entry = len(PURE.encode_row(rows[0], PURE.bind_context("utf-8", True))) + OVERHEAD
    window: list[bytes] = []
    source = iter(rows)
    assert take(source, window, most=(7, 65536)) == (NOTHING, 7 * entry)
    assert take(source, window, size=1, most=(99, 1 + 4 * entry)) == (
        NOTHING,
        1 + 4 * entry,
    )
    assert take(source, window, most=(99, 3 * entry - OVERHEAD - 1)) == (
        rows[0],
        2 * entry,
    )
    assert len(window) == 13
    assert len(list(source)) == 50 - 14
    assert take(iter([(1, "x" * 999)]), [], most=(9, 10))[0] is NOTHING


@pytest.mark.parametrize(
    "row", [{"a": 1}, "ab", None, (1,), [1, 2, 3], (1, object()), (1, "\ud800")]
)
def test_other_rows_are_handed_back(row: Any) -> None:
    window: list[bytes] = []
    assert take(iter([(1, "x"), row, (2, "y")]), window)[0] is row
    assert len(window) == 1


def test_values_beyond_their_column_are_handed_back() -> None:
    limits = COMPILED.limits(COLUMNS, "utf-8")
    for row in ((2**31, "x"), (1, "x" * 21)):
        assert take(iter([row]), [], limits=limits)[0] is row
        with pytest.raises(DataError):
            limits.check(row)


def test_what_the_rows_raise_leaves_the_rows_before() -> None:
    def rows() -> Iterator[Any]:
        yield 1, "x"
        raise KeyboardInterrupt

    window: list[bytes] = []
    with pytest.raises(KeyboardInterrupt):
        take(rows(), window)
    assert len(window) == 1


@pytest.mark.parametrize("count", [0, 0x8000])
def test_numbers_of_parameters_that_are_not_plain(count: int) -> None:
    assert take(iter([(), ()]), [], count=count) == ((), 0)


def test_nothing_is_plain_to_the_pure_twin() -> None:
    context = PURE.bind_context("utf-8", True)
    rest = (0, 2, None, context, 512, 65536, OVERHEAD, NOTHING)
    source = iter([(1, "x"), (2, "y")])
    assert PURE.take_plain_rows(source, [], *rest) == ((1, "x"), 0)
    assert PURE.take_plain_rows(iter([]), [], *rest) == (NOTHING, 0)
