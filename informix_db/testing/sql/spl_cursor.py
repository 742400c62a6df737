"""What EXECUTE PROCEDURE or FUNCTION returns, as a cursor (`api.CursorAPI`).

The routine runs to its first row when the cursor is opened, and then from row to row as
they are fetched; closing the cursor gives up the rest of it. A scroll cursor runs it to
its end as soon as a row is asked for by its number.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import SQLError
from informix_db.testing.sql.plans import Export, WritePlan

if TYPE_CHECKING:
    from informix_db.testing.sql.session import Session
    from informix_db.testing.sql.spl import Running

_NOT_OPEN, _NOT_UPDATABLE = -400, -360

Row = tuple[Any, ...]


class RoutineCursor:
    """The rows of one call; the session must be entered when it is made."""

    def __init__(
        self,
        session: Session,
        running: Running,
        export: Export | None,
        name: str,
        hold: bool,
    ) -> None:
        self._session = session
        self._export = export
        self.name = name
        self.hold = hold
        self._running: Running | None = running
        self._ahead = list(itertools.islice(running, 1))
        self._fetched: list[tuple[object, ...]] = []  # of a scroll cursor

    @property
    def is_open(self) -> bool:
        return self._running is not None

    def fetch(self, count: int) -> Sequence[tuple[object, ...]]:
        """Return the next row, if there is one; SQLError(-400) when closed."""
        return self._take(min(count, 1))

    def _take(self, count: int | None) -> list[tuple[object, ...]]:
        if self._running is None:
            raise SQLError(_NOT_OPEN)
        with self._session.entered():
            rows, self._ahead = self._ahead, []
            if count is None or len(rows) < count:
                rows += itertools.islice(self._running, count)
            return rows if self._export is None else list(map(self._export, rows))

    def _all(self) -> list[tuple[object, ...]]:
        self._fetched += self._take(None)
        return self._fetched

    def fetch_at(self, row: int) -> tuple[object, ...] | None:
        """Return row `row` (1-based), None past either end."""
        rows = self._all()
        return rows[row - 1] if 1 <= row <= len(rows) else None

    def fetch_last(self) -> tuple[int, tuple[object, ...]] | None:
        """Return number and values of the last row, None if there are no rows."""
        rows = self._all()
        return (len(rows), rows[-1]) if rows else None

    def current_key(self, plan: WritePlan) -> int:
        """Refuse: the rows are nobody's to update."""
        raise SQLError(_NOT_UPDATABLE)

    def invalidate(self) -> None:
        """Close the cursor because its transaction ended."""
        self._running = None

    def close(self) -> None:
        running, self._running = self._running, None
        self._session.cursors.discard(self)
        if running is not None:
            with self._session.entered():
                running.close()
