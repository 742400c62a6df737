"""Cursors that lock the row they are on: FOR UPDATE, and those of CURSOR STABILITY.

Which rows there are is found when the cursor opens; each is read again and locked when
it is fetched, and left out if it no longer meets the condition. A real server looks
for the rows only as they are fetched, so it meets others' locks later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from informix_db.testing.sql.executor import Row, Rows
from informix_db.testing.sql.locks import RowLock, lock_row, release_locks
from informix_db.testing.sql.statements import Cursor
from informix_db.testing.sql.transactions import Transaction

if TYPE_CHECKING:
    from informix_db.testing.sql.session import Session


class LockingCursor(Cursor):
    """Rows of a query whose rows are those of one table."""

    def __init__(self, session: Session, rows: Rows, name: str, hold: bool) -> None:
        super().__init__(session, rows, name, hold)
        self._update = rows.plan.for_update
        self._lock: RowLock | None = None
        # Has the lock outside transactions.
        self._holder = Transaction(session.session_id, direct=True)

    def fetch(self, count: int) -> Sequence[tuple[object, ...]]:
        """Return the next rows, at most `count`; the last one stays locked."""
        with self._session.entered():
            rows = self._open_rows()
            found: list[Row] = []
            while len(found) < count and self._position < len(rows.keys):
                row = self._session.transact(self._take, reads=True)
                self._position += 1
                if row is not None:
                    found.append(row)
            if not found:
                self._move_on()
            return rows.exported(found)

    def _take(self, transaction: Transaction) -> Row | None:
        """Read and lock the next row; None if it is none of the query's any longer."""
        rows = self._open_rows()
        key = rows.keys[self._position]
        assert rows.plan.key_source is not None
        row = self._session.executor.reread(rows, key, transaction)
        self._move_on()
        if row is not None:
            holder = self._holder if transaction.direct else transaction
            table = rows.plan.key_source.table
            self._lock = lock_row(table, key, holder, update=self._update)
        return row

    def _move_on(self) -> None:
        """Release the row left behind, unless its lock is to last."""
        lock, self._lock = self._lock, None
        executor = self._session.executor
        if lock is None or (self._update and executor.retains_update_locks):
            return
        lock.release()
        self._session.engine.condition.notify_all()

    def invalidate(self) -> None:
        super().invalidate()
        release_locks(self._holder)

    def close(self) -> None:
        with self._session.engine.condition:
            if self.is_open:
                self._move_on()
                release_locks(self._holder)
            super().close()
