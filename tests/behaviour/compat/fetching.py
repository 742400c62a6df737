"""What the tests of IfxPy's functions fetch with."""

from __future__ import annotations

from typing import Any

from informix_db.compat import IfxPy

ALL = "SELECT id, breed, name, weight FROM animals ORDER BY id"


def rows_of(statement: IfxPy.IFXStatement) -> list[tuple[Any, ...]]:
    """Fetch the way programs do: until there is a False."""
    rows = []
    row = IfxPy.fetch_tuple(statement)
    while row is not False:
        rows.append(row)
        row = IfxPy.fetch_tuple(statement)
    return rows
