"""What the compiled part has to be worth, as ratios measured in one run.

Ratios of CPU seconds, medians of runs that take turns: that is what can be told on a
machine that has other things to do.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import informix_db
from benchmarks import tables
from benchmarks.implementations import (
    COMPILED,
    PURE,
    connect,
    decode_all,
    replace_all,
)
from informix_db.testing.canned import CannedServer

pytestmark = pytest.mark.timeout(300)


def cpu(runs: Mapping[str, Callable[[], Any]], rounds: int = 7) -> dict[str, float]:
    """Return the median CPU seconds of each function; the first round is warm-up."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            start = time.process_time()
            result = run()
            seconds[name].append(time.process_time() - start)
            del result
    return {name: statistics.median(times[1:]) for name, times in seconds.items()}


def report(title: str, seconds: Mapping[str, float], base: str) -> None:
    shown = (
        f"{name} {value * 1000:.1f} ms ({value / seconds[base]:.2f})"
        for name, value in seconds.items()
    )
    print(f"\n{title}: {', '.join(shown)}")


def test_decode_five_columns(floor: ModuleType, five: tables.Table) -> None:
    recipe = floor.Recipe(five.rows)
    seconds = cpu(
        {
            "cython": decode_all(COMPILED, five),
            "python": decode_all(PURE, five),
            "floor": lambda: recipe.build(False),
            "untracked floor": lambda: recipe.build(True),
        }
    )
    report("decode five columns", seconds, "floor")
    assert seconds["cython"] <= 1.25 * seconds["floor"]
    assert seconds["python"] >= 6 * seconds["cython"]


def test_decode_ten_columns(floor: ModuleType, ten: tables.Table) -> None:
    recipe = floor.Recipe(ten.rows)
    seconds = cpu(
        {
            "cython": decode_all(COMPILED, ten),
            "python": decode_all(PURE, ten),
            "floor": lambda: recipe.build(False),
            "untracked floor": lambda: recipe.build(True),
        },
        rounds=5,
    )
    report("decode ten columns", seconds, "floor")
    assert seconds["cython"] <= 1.25 * seconds["floor"]
    assert seconds["python"] >= 6 * seconds["cython"]


def test_fetchall(floor: ModuleType, canned: CannedServer, five: tables.Table) -> None:
    recipe = floor.Recipe(five.rows)
    with connect(canned) as connection:
        cursor = connection.cursor()
        named = connection.cursor(row_factory=informix_db.Row)
        seconds = cpu(
            {
                "cython": lambda: cursor.execute(five.select).fetchall(),
                "Row": lambda: named.execute(five.select).fetchall(),
                "floor": lambda: recipe.build(False),
                "untracked floor": lambda: recipe.build(True),
            },
            rounds=15,
        )
    report("fetchall of five columns", seconds, "floor")
    assert seconds["cython"] <= 1.4 * seconds["floor"]


def test_executemany(
    canned: CannedServer, five: tables.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def insert(chosen: SimpleNamespace) -> None:
        with connect(canned) as connection, monkeypatch.context() as patch:
            replace_all(chosen, patch.setattr)
            connection.cursor().executemany(five.insert, five.rows)

    seconds = cpu({"cython": lambda: insert(COMPILED), "python": lambda: insert(PURE)})
    report("executemany of five parameters", seconds, "cython")
    assert seconds["python"] >= 4 * seconds["cython"]
