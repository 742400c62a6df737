"""Prepared statements and cursors as the wire half holds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from informix_db.testing.api import (
    BoundParameter,
    Column,
    ExecuteResult,
    SQLError,
    SQLType,
)
from informix_db.testing.sql.executor import Rows
from informix_db.testing.sql.plans import Plan, SelectPlan, WritePlan
from informix_db.testing.sql.spl_cursor import RoutineCursor
from informix_db.testing.sql.spl_plans import RoutinePlan

if TYPE_CHECKING:
    from informix_db.testing.sql.session import Session


class Statement:
    """A prepared statement (`api.StatementAPI`)."""

    def __init__(self, session: Session, plan: Plan) -> None:
        self._session = session
        self._plan = plan
        self.statement_type = plan.statement_type
        self.columns: Sequence[Column] = plan.columns
        self.parameters: Sequence[Column] = plan.parameters
        self.returns_rows = plan.returns_rows
        self.for_update = plan.for_update
        self.key_columns: Sequence[Column] = plan.key_columns

    def execute(self, parameters: Sequence[BoundParameter]) -> ExecuteResult:
        return self._session.execute(self._plan, parameters)

    def execute_batch(
        self, types: Sequence[SQLType | None], columns: Sequence[Sequence[object]]
    ) -> Sequence[ExecuteResult] | None:
        return self._session.execute_batch(self._plan, types, columns)

    def open(
        self,
        parameters: Sequence[BoundParameter],
        *,
        name: str = "",
        scroll: bool = False,
        hold: bool = False,
    ) -> Cursor | RoutineCursor:
        """Open a cursor on a statement that returns rows; SQLError(-410) otherwise."""
        if isinstance(self._plan, RoutinePlan) and self.returns_rows:
            return self._session.routines.open(self._plan, parameters, name, hold)
        if not isinstance(self._plan, SelectPlan):
            raise SQLError(-410)
        return self._session.open_cursor(self._plan, parameters, name, scroll, hold)

    def close(self) -> None:
        """Nothing to give up: plans belong to nobody."""


class Cursor:
    """Rows of one opened statement (`api.CursorAPI`)."""

    def __init__(self, session: Session, rows: Rows, name: str, hold: bool) -> None:
        self._session = session
        self._rows: Rows | None = rows
        self.name = name
        self.hold = hold
        self._position = 0  # number of the last row fetched

    @property
    def is_open(self) -> bool:
        return self._rows is not None

    def _open_rows(self) -> Rows:
        if self._rows is None:
            raise SQLError(-400)
        return self._rows

    def fetch(self, count: int) -> Sequence[tuple[object, ...]]:
        """Return the next rows, at most `count`; SQLError(-400) when closed."""
        part = self._open_rows().slice(self._position, count)
        self._position += len(part)
        return part

    def fetch_at(self, row: int) -> tuple[object, ...] | None:
        """Return row `row` (1-based), None past either end."""
        rows = self._open_rows()
        if not 1 <= row <= len(rows.rows):
            return None
        self._position = row
        return rows.slice(row - 1, 1)[0]

    def fetch_last(self) -> tuple[int, tuple[object, ...]] | None:
        """Return number and values of the last row, None if there are no rows."""
        count = len(self._open_rows().rows)
        row = self.fetch_at(count)
        return None if row is None else (count, row)

    def current_key(self, plan: WritePlan) -> int:
        """Return the key of the row last fetched, for WHERE CURRENT OF."""
        rows = self._open_rows()
        source = rows.plan.key_source
        if not rows.plan.for_update or source is None or source.table is not plan.table:
            raise SQLError(-360)
        if not 1 <= self._position <= len(rows.keys):
            raise SQLError(-266)
        return rows.keys[self._position - 1]

    def invalidate(self) -> None:
        """Close the cursor because its transaction ended."""
        self._rows = None

    def close(self) -> None:
        self._rows = None
        self._session.cursors.discard(self)
