"""IBM's JDBC driver as a client of the emulator: routines in SPL."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.timeout(200)]


def test_a_procedure(seen) -> None:
    result = seen("routines_procedure")
    assert result["rows"] == [["1", "one"], ["2", None], ["3", "none"]]
    assert (result["is a result set 1"], result["is a result set 2"]) == (False, False)
    assert [result[f"count {n}"] for n in (1, 2, 3)] == [0, 0, 0]


def test_a_function(seen) -> None:
    result = seen("routines_function")
    assert (result["is a result set 41"], result["is a result set -7"]) == (True, True)
    assert (result["rows 41"], result["rows -7"]) == ([["42"]], [["-6"]])
    assert result["rows null"] == [[None]]


def test_rows(seen) -> None:
    """An endless stream of rows may be left; SCROLL needs the whole."""
    assert seen("routines_rows") == {
        "three": [["1", "no 1"], ["2", "no 2"], ["3", "no 3"]],
        "backwards": [-683, 0],
        "no end": [-443, 0],
        "many": 2000,
        "second of many": ["2", "no 2"],
        "at most two": [["1", "no 1"], ["2", "no 2"]],
        "last": ["5", "no 5"],
        "second": ["2", "no 2"],
    }


def test_metadata(seen) -> None:
    """Parameters may be set by name because the description of the call names them."""
    assert seen("routines_metadata") == {
        "parameters": 2,
        "type": "int",
        "mode": 1,
        "by name": [["1", "no 1"], ["2", "no 2"]],
        "columns": ["i int", "name varchar"],
        "unnamed": "(expression)",
    }


def test_out_parameters(seen) -> None:
    """The driver refuses by itself what it was not told of."""
    result = seen("routines_out")
    assert result["registered"] == [-79827, 0]
    assert result["rows after it"] == [["2"]]


def test_errors(seen) -> None:
    result = seen("routines_errors")
    assert result.pop("raised") == "-746 no luck"
    assert result.pop("rows") == [["3", "kept"]]
    assert result == {
        "unknown": [-674, 0],
        "count": [-674, 0],
        "isam": [-100, -7],
        "half": [-1213, 0],
        "again": [-673, 0],
        "prepared 1": [-746, 0],
        "prepared 2": [-100, -7],
    }


def test_transactions(seen) -> None:
    """What a routine does and what is done to routines is rolled back."""
    assert seen("routines_transaction") == {"rows": [["2", "none"]]}


def test_calls_in_queries(seen) -> None:
    assert seen("routines_in_queries") == {"rows": [["1", "2"], ["3", "4"]]}


def test_named_rows(seen) -> None:
    """Described as the unnamed ROW of the same fields, which the driver can read."""
    literal, bound = ["[7, x]", "[[1, y], 2]"], ["[8, it's]", "[[3, z], 4]"]
    assert seen("routines_named_rows") == {
        "inserted": 1,
        "values": [*literal, None, None, *bound],
        "type": 2002,
        "type name": "ROW(x INTEGER,label VARCHAR(9))",
        "in use": [-9630, 0],
    }
