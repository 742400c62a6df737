"""The model of test_model.py: a table, what reads it, and blocks around changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

KINDS = {"VARCHAR(60)": str, "CHAR(45)": str, "INT": int}  # of column v

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """What the table `model` is, and what is in it: v by k; x is always NULL."""

    kind: str
    extra: bool = False
    rows: dict[int, Any] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        return ["k", "v", "x"] if self.extra else ["k", "v"]

    def value(self, number: int) -> Any:
        """A value for v."""
        text = f"{number} is the number".ljust(20 + number % 25, ".")
        return number if KINDS[self.kind] is int else text

    def all_rows(self) -> list[Row]:
        x = (None,) * self.extra
        return [(k, v, *x) for k, v in sorted(self.rows.items())]

    def with_rows(self, rows: dict[int, Any]) -> Table:
        return Table(self.kind, self.extra, rows)

    @property
    def create(self) -> str:
        columns = f"k INT PRIMARY KEY, v {self.kind}"
        return f"CREATE TABLE model ({columns}{', x INT' * self.extra})"

    def altered(self) -> tuple[str, Table]:
        """The statement that drops or adds x, and the table then."""
        change = "DROP (x)" if self.extra else "ADD (x INT)"
        table = Table(self.kind, not self.extra, self.rows)
        return f"ALTER TABLE model {change}", table


# SQL with one parameter, and what it returns: names and rows.
QUERIES: dict[str, Callable[[Table, int], tuple[list[str], list[Row]]]] = {
    "SELECT * FROM model WHERE k <> ? ORDER BY k": lambda table, bound: (
        table.columns,
        [row for row in table.all_rows() if row[0] != bound],
    ),
    "SELECT v, k FROM model WHERE k <> ? ORDER BY k DESC": lambda table, bound: (
        ["v", "k"],
        [(row[1], row[0]) for row in table.all_rows()[::-1] if row[0] != bound],
    ),
    "SELECT v FROM model WHERE k = ?": lambda table, bound: (
        ["v"],
        [(row[1],) for row in table.all_rows() if row[0] == bound],
    ),
    "SELECT COUNT(*) AS c FROM model WHERE k > ?": lambda table, bound: (
        ["c"],
        [(sum(k > bound for k in table.rows),)],
    ),
}

FAILURES = {
    "SELEC k FROM model": -201,
    "SELECT nothing FROM model": -217,
    "SELECT * FROM nowhere": -206,
    "DELETE FROM nowhere": -206,
}


@dataclass(eq=False)
class Reading:
    """A cursor, and the rows it has to return."""

    cursor: Any
    hold: bool
    rows: list[Row] | None = None
    position: int = 0
    lost: bool = False  # the server closed it; rows already here can be read


@dataclass
class Block:
    """A savepoint() or transaction() that was entered."""

    context: Any
    before: Table
    is_savepoint: bool
    is_outermost: bool  # its end is the transaction's


FIRST_ROWS = range(0, 40, 2)  # k of the rows a new table gets
