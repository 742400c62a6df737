"""The rows of a scroll cursor: they stay on the server, a window of them is here.

Reading on fetches windows of as many rows as the buffer holds, a jump fetches one
row, as IBM's client does [J]. How many rows there are is known after the last one
was fetched, or a row past it was asked for. Nothing here waits.
"""

from __future__ import annotations

from typing import Any

from informix_db._base.filling import fill_gen
from informix_db._base.result import BEFORE_FIRST, Result
from informix_db._protocol.channel import Reply
from informix_db._protocol.statement import (
    FETCH_OVERHEAD,
    MAX_ROW_NUMBER,
    SCROLL_ABSOLUTE,
    SCROLL_LAST,
    SCROLL_NEXT,
    Statement,
    scroll_fetch_gen,
)
from informix_db._wire.buffer import Wire
from informix_db.exceptions import Error, InternalError


class ScrollResult(Result):
    """Rows of a scroll cursor that is open on the server.

    The next row need not be in the window: `_next` may then lie outside of `_rows`.
    """

    def take(self, count: int) -> list[tuple[Any, ...]]:
        """Take at most `count` rows of the window."""
        if 0 <= self._next <= len(self._rows):
            return super().take(count)
        if count > 0 and self.position == self._count:
            self._past_end = True
        return []

    @property
    def needs_fetch(self) -> bool:
        """Whether the next row is not in the window and may exist."""
        return not 0 <= self._next < len(self._rows) and self.position != self._count

    def holds(self, index: int | None) -> bool:
        """Whether `go_to` needs no fetch to find row `index`."""
        if index is BEFORE_FIRST:
            return True
        if index < 0:
            if self._count is None:
                return False
            index += self._count
        if index < 0 or index - self._first in range(len(self._rows)):
            return True
        return self._count is not None and index >= self._count

    def seek_gen(self, index: int | None) -> Wire[None]:
        """Fetch what `holds(index)` misses."""
        if index is BEFORE_FIRST:
            return
        if index < 0:
            if self._count is None:
                yield from self._fetch_last_gen()
            index += self.row_count
        if index < 0 or self.holds(index):
            return
        if index < MAX_ROW_NUMBER:
            yield from self._fetch_window_gen(SCROLL_ABSOLUTE, index)
        if index >= MAX_ROW_NUMBER or not self._rows:
            yield from self._fetch_last_gen()
        if not self.holds(index):
            raise InternalError(
                f"the server has no row {index + 1}, but {self._count} rows"
            )

    def _place(self, position: int) -> None:
        self._next = position - self._first

    def _fetch_more_gen(self) -> Wire[None]:
        """Get a window that starts with the next row."""
        position = self.position
        self._grow_fetch_size()
        yield from self._fetch_window_gen(SCROLL_NEXT, position)
        if not self._rows:
            # The row before has been here, so this is where the rows end.
            self._count = position

    def _fetch_last_gen(self) -> Wire[None]:
        """Get the last row, and with it the number of rows."""
        yield from self._fetch_window_gen(SCROLL_LAST, -1)
        self._count = self._first + len(self._rows)

    def _fetch_window_gen(self, how: int, index: int) -> Wire[None]:
        statement = self._open_statement()
        channel = self._connection._channel
        if self._files is not None:
            channel.files = self._files
        # Large values make even a small window large.
        size = self._fetch_size
        if statement.contents_at:
            size = statement.tuple_size + FETCH_OVERHEAD
        try:
            reply = yield from scroll_fetch_gen(
                channel, statement, how, index + 1, size
            )
            if statement.contents_at:
                rows, _, problem = yield from fill_gen(channel, statement, reply.rows)
                if problem is not None:
                    raise problem
                reply.rows = rows
        except Error:
            self._fail()
            raise
        self._show(statement, reply, index)

    def _accept(self, statement: Statement, reply: Reply) -> None:
        """Take the window that came with OPEN."""
        if reply.rows:
            if not statement.contents_at:  # else the window is fetched when wanted
                self._show(statement, reply, 0)
        elif reply.row_error is None:
            self._count = 0

    def _show(self, statement: Statement, reply: Reply, index: int) -> None:
        """Put the rows of `reply` into the window; `index` was asked for, -1: last."""
        if reply.row_error is not None and not reply.rows:
            raise reply.row_error
        rows, first = reply.rows, 0
        if rows:
            first = index if reply.tuple_id is None else reply.tuple_id - 1
            if first < 0 or index not in (-1, first):
                raise InternalError(
                    f"the server sent row {first + 1} when asked for row {index + 1}"
                )
        self.ahead = self.ahead or len(rows) > 1
        if statement.locators_at:
            self._connection._attach(
                row[at] for row in rows for at in statement.locators_at
            )
        self._connection._channel.counters.rows_fetched += len(rows)
        self._next += self._first - first
        self._first = first
        self._rows = rows
