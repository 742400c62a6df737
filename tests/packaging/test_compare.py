"""The comparison of drivers runs to its end, with few rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.interop, pytest.mark.timeout(300)]


def test_all_drivers_do_their_tasks() -> None:
    command = [sys.executable, "-m", "benchmarks.compare", "--rows", "2000"]
    done = subprocess.run(
        [*command, "--rounds", "1", "--warm-up", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    cells = {
        line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[2:-1]]
        for line in done.stdout.partition("Round trips")[0].splitlines()
        if line.startswith("| ")
    }
    drivers = cells.pop("")
    assert drivers[1:4] == ["pure Python", "informix-driver", "IBM's JDBC driver"]
    assert all(row[0] and float(row[1]) and float(row[2]) for row in cells.values())
    assert {
        "connect and close",
        "SELECT, 1 row",
        "executemany, 2,000 rows",
        "100 concurrent asyncio queries",
    } <= set(cells)
    # This driver gives the same values, compiled or not.
    assert "pure Python:" not in done.stdout.partition("Other values")[2]
