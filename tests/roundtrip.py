"""Values of one column sent and fetched back in every way there is.

A value goes in as a bound parameter, in a batch, through an insert cursor and as a
literal. It comes back as the first, a middle and the last column of a row whose other
columns have odd lengths: nothing is aligned on the wire, so that one byte too many or
too few shows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import informix_db

# Between the columns under test: three bytes, six bytes.
_NEIGHBOURS = ("xy", True)


def exact(value: Any) -> tuple[type, str]:
    """Return what two values share only if they are the same to the last digit."""
    return type(value), repr(value)


def assert_same(got: Sequence[Any], expected: Sequence[Any]) -> None:
    """Compare value by value: equal, of the same type, with the same repr."""
    pairs = list(zip(got, expected, strict=True))
    wrong = [pair for pair in pairs if exact(pair[0]) != exact(pair[1])]
    assert not wrong, f"(got, expected): {wrong}"
    assert all(value == other for value, other in pairs)


class Column:
    """A table with a column of the type under test."""

    def __init__(self, cur: informix_db.Cursor, table: str, sql_type: str) -> None:
        self.cur, self.table = cur, table
        cur.execute(
            f"CREATE TABLE {table} (n INT, odd VARCHAR(7), flag BOOLEAN, v {sql_type})"
        )

    def bind(self, values: Sequence[Any]) -> None:
        """Insert each value as a parameter of a statement of its own."""
        self.clear()
        for number, value in enumerate(values):
            self.cur.execute(
                f"INSERT INTO {self.table} VALUES (?, ?, ?, ?)",
                (number, *_NEIGHBOURS, value),
            )

    def batch(self, values: Sequence[Any]) -> None:
        """Insert the values by executemany."""
        self._insert_many(values, insert_cursor=False)

    def put(self, values: Sequence[Any]) -> None:
        """Insert the values through an insert cursor."""
        self._insert_many(values, insert_cursor=True)

    @property
    def inserts(self) -> list[Callable[[Sequence[Any]], None]]:
        """The ways to insert values."""
        return [self.bind, self.batch, self.put]

    def _insert_many(self, values: Sequence[Any], *, insert_cursor: bool) -> None:
        self.clear()
        self.cur.executemany(
            f"INSERT INTO {self.table} VALUES (?, ?, ?, ?)",
            [(number, *_NEIGHBOURS, value) for number, value in enumerate(values)],
            insert_cursor=insert_cursor,
        )

    def write(self, literals: Sequence[str]) -> None:
        """Insert each literal as part of the SQL text."""
        self.clear()
        for number, literal in enumerate(literals):
            self.cur.execute(
                f"INSERT INTO {self.table} VALUES ({number}, 'xy', 't', {literal})"
            )

    def clear(self) -> None:
        """Delete the rows of the way before."""
        self.cur.execute(f"DELETE FROM {self.table} WHERE 1 = 1")

    def read(self) -> list[Any]:
        """Fetch the column in three places of the row, which must agree."""
        self.cur.execute(f"SELECT v, odd, v, flag, v FROM {self.table} ORDER BY n")
        rows = self.cur.fetchall()
        for first, odd, middle, flag, last in rows:
            assert (odd, flag) == _NEIGHBOURS
            assert exact(first) == exact(middle) == exact(last)
        return [row[0] for row in rows]

    def described(self) -> tuple[Any, ...]:
        """Return type code, precision, scale and nullability of the column."""
        self.cur.execute(f"SELECT v FROM {self.table}")
        assert self.cur.description is not None
        [(_, code, _, _, precision, scale, nullable)] = self.cur.description
        return code, precision, scale, nullable


def check_round_trip(
    column: Column, values: Sequence[Any], literals: Sequence[str]
) -> None:
    """Send `values`, and `literals` that mean the same, in all ways; compare."""
    assert len(values) == len(literals)
    for insert in column.inserts:
        insert(values)
        assert_same(column.read(), values)
    column.write(literals)
    assert_same(column.read(), values)


def check_values_and_nulls(
    cur: informix_db.Cursor, table: str, columns: Sequence[tuple[str, Any]]
) -> None:
    """Send rows of all `columns`, each of a type and a value; compare.

    Each column in turn is the only one that is NULL, and the only one that is not.
    """
    types = ", ".join(f"c{n} {sql_type}" for n, (sql_type, _) in enumerate(columns))
    cur.execute(f"CREATE TABLE {table} (n INT, {types})")
    rows: list[tuple[Any, ...]] = []
    for gap in range(len(columns) + 1):
        values = [None if n == gap else value for n, (_, value) in enumerate(columns)]
        rows.append((gap, *values))
        values = [value if n == gap else None for n, (_, value) in enumerate(columns)]
        rows.append((100 + gap, *values))
    marks = ", ".join("?" * len(rows[0]))
    for insert_cursor in (False, True):
        cur.executemany(
            f"INSERT INTO {table} VALUES ({marks})", rows, insert_cursor=insert_cursor
        )
    cur.execute(f"SELECT * FROM {table}")
    for got, expected in zip(cur, rows * 2, strict=True):
        assert_same(got, expected)
