"""The published informix-driver as a client of the emulator.

It imports as `informix_db` too, so it lives in its own virtual environment and runs
as a program of its own (`rival/client.py`).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from foreign import rival_python

from informix_db.testing import Server

pytestmark = pytest.mark.interop

CLIENT = Path(__file__).parent / "rival" / "client.py"
Saw = Callable[[str], Any]


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    with Server() as server:
        done = subprocess.run(
            [rival_python(), "-I", CLIENT, server.host, str(server.port)],
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["version"] == "2026.9.3"  # not the driver of this project
    return answer


@pytest.fixture
def saw(results: dict[str, Any]) -> Saw:
    def lookup(scenario: str) -> Any:
        if isinstance(results[scenario], str):
            pytest.fail(results[scenario], pytrace=False)
        return results[scenario]

    return lookup


def test_connecting(saw: Saw) -> None:
    """The driver does not read the code of a refused login."""
    assert saw("connecting") == {
        "select": [[1]],
        "password": ["OperationalError", None],
        "database": ["NotSupportedError", -329],
        "server": ["OperationalError", None],
    }


def test_literals_of_every_scalar_type(saw: Saw) -> None:
    """The driver drops trailing zeros of DECIMAL and MONEY."""
    assert saw("types")["typical"] == {
        "c_serial": ["int", "1"],
        "c_smallint": ["int", "-32767"],
        "c_int": ["int", "2147483647"],
        "c_bigint": ["int", "9223372036854775807"],
        "c_int8": ["int", "-123456789012"],
        "c_float": ["float", "3.14159"],
        "c_smallfloat": ["float", "2.5"],
        "c_dec": ["Decimal", "-12345678.1234"],
        "c_money": ["Decimal", "1234.5"],
        "c_date": ["date", "2024-02-29"],
        "c_dts": ["datetime", "2024-02-29 13:14:15"],
        "c_dtf5": ["datetime", "2024-02-29 13:14:15.123450"],
        "c_hs": ["time", "13:14:15"],
        "c_iym": ["IntervalYM", "12-05"],
        "c_ids": ["timedelta", "10 days, 11:12:13"],
        "c_char": ["str", "char"],
        "c_nchar": ["str", "nchar"],
        "c_varchar": ["str", "vc"],
        "c_nvarchar": ["str", "nvcx"],
        "c_lvarchar": ["str", "lvarchar text"],
        "c_bool": ["bool", "True"],
    }


def test_null_of_every_scalar_type(saw: Saw) -> None:
    assert saw("types")["null"] == [2] + [None] * 20


def test_parameters(saw: Saw) -> None:
    assert saw("parameters") == {"counts": [1, 1], "equal": [True, True]}


def test_executemany_and_streaming_fetch(saw: Saw) -> None:
    assert saw("executemany") == {
        "first": [[0, "name 0"], [1, "name 1"]],
        "rest": 998,
        "last": [999, "name 999"],
    }


def test_transactions(saw: Saw) -> None:
    assert saw("transactions") == {"kept": [[1]], "updated": 1, "deleted": 0}


def test_unlogged_database(saw: Saw) -> None:
    assert saw("unlogged") == {"rows": [[1]]}


def test_errors_leave_the_connection_usable(saw: Saw) -> None:
    alive = [[5]]
    assert saw("errors") == {
        "syntax": ["ProgrammingError", -201],
        "after syntax": alive,
        "table": ["ProgrammingError", -206],
        "after table": alive,
        "column": ["ProgrammingError", -217],
        "after column": alive,
        "unique": ["IntegrityError", -268],
        "after unique": alive,
    }
