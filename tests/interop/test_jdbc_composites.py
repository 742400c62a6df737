"""IBM's JDBC driver as a client of the emulator: SET, MULTISET, LIST and ROW.

Values are `toString` of what getObject answers; a HashSet is sorted before, a ROW is
the list of its attributes.
"""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.timeout(200)]


def test_text_and_literals(seen) -> None:
    assert seen("composites_text") == {
        "rows": [
            ["1", "[1, 2]", "[abc, x  , x  ]", "[it's, a,b, ]", "[7, x(y)]"],
            ["2", "[]", "[a  ]", "[z, a]", "[-1, null]"],
        ]
    }


def test_java_collections(seen) -> None:
    """The driver binds a HashSet as MULTISET and strings as LVARCHAR."""
    assert seen("composites_java") == {
        "inserted": 1,
        "rows": [["[1, 2, 3]", "[one, two, one]"]],
    }


def test_elements_of_other_types(seen) -> None:
    values = {
        "a": "[1099511627776]",
        "b": "[1.50]",
        "c": "[2024-02-29]",
        "d": "[true, false]",
        "e": "[1.5, -2.5]",
    }
    result = seen("composites_elements")
    assert {name: result[f"rows {name}"] for name in values} == {
        name: [[value]] for name, value in values.items()
    }
    assert result["inserted"] == 1


def test_null_is_not_empty(seen) -> None:
    empty = ["2", "[]", "[]", "[]", "[null, null]"]
    assert seen("composites_null") == {"rows": [["1", None, None, None, None], empty]}


def test_nested(seen) -> None:
    result = seen("composites_nested")
    assert (result["inserted"], result["error"]) == (1, None)
    assert result["rows"] == [["[[1], [2, 3]]"]]
