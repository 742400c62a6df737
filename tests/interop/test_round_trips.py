"""What `benchmarks/round_trips.py` counts for this driver and for IBM's JDBC driver."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.timeout(200)]

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "round_trips.py"

Counts = dict[str, int]


@pytest.fixture(scope="module")
def counts() -> dict[str, Counts]:
    done = subprocess.run(
        [sys.executable, SCRIPT, "--json"],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Counts] = json.loads(done.stdout)
    return answer


def test_this_driver_keeps_its_budget(counts: dict[str, Counts]) -> None:
    assert counts["this driver"] == {
        "connect": 4,
        "select first": 2,
        "select again": 1,
        "select anew": 1,
        "close statement": 0,
        "insert first": 2,
        "insert again": 1,
        "insert many": 2,  # windows of 512 rows
        "commit": 1,
        "last row": 1,
        "close cursor": 0,
        "ping": 1,
        "close": 1,
    }


@pytest.mark.parametrize("operation", ["select first", "select again", "select anew"])
@pytest.mark.parametrize("other", ["IBM's JDBC driver", "informix-driver"])
def test_a_query_costs_the_others_more(
    counts: dict[str, Counts], other: str, operation: str
) -> None:
    assert counts[other][operation] > 2 * counts["this driver"][operation]
