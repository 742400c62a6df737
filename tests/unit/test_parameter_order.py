"""Parameters reach the server's `?` in the order the statement names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from informix_db._base.sqltext import prepare_text
from informix_db.exceptions import ProgrammingError


@pytest.mark.parametrize(
    ("sql", "parameters", "arranged"),
    [
        ("values (?, ?)", ("a", "b"), ["a", "b"]),
        ("values (:1, :2)", ["a", "b"], ["a", "b"]),
        ("values (:2, :1)", ("a", "b"), ["b", "a"]),
        ("values (:1, :1)", ("a",), ["a", "a"]),
        ("values (:2, :1, :2)", ("a", "b"), ["b", "a", "b"]),
        ("values (:y, :x)", {"x": "a", "y": "b"}, ["b", "a"]),
    ],
)
def test_arranged(sql: str, parameters: object, arranged: Sequence[Any]) -> None:
    assert list(prepare_text(sql).arrange(parameters)) == arranged


@pytest.mark.parametrize("parameters", [(), ("a",), ("a", "b", "c")])
def test_count_must_match(parameters: Sequence[Any]) -> None:
    with pytest.raises(ProgrammingError, match="has 2 parameters"):
        prepare_text("values (:2, :1)").arrange(parameters)
