"""The rows of one execution: what has been fetched, and how the rest is.

Rows are streamed: a result asks for the next fetch buffer when the rows it holds are
used up. It goes on holding the rows that were taken while there are few of them, so
that scrolling back needs no server; a large result that nobody scrolls holds one
buffer. Nothing here waits.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from informix_db._base.filling import fill_gen, portion
from informix_db._protocol.channel import Reply
from informix_db._protocol.statement import Opening, Statement, fetch_gen, is_last
from informix_db._wire import constants as c
from informix_db._wire.buffer import Wire
from informix_db.exceptions import Error, ProgrammingError

if TYPE_CHECKING:
    from informix_db._base.connection import BaseConnection

# The first fetch asks for this much, and each further one for twice as much, up to
# the connection's limit: small results stay cheap, a large one costs few round trips.
FIRST_FETCH_SIZE = c.FETCH_SIZE_CLASSIC

# Rows taken are held until a result has more than this, by number or by size on the
# wire. A result that is scrolled before holds all of them.
KEPT_ROWS = 10_000
KEPT_BYTES = 16 * 1024 * 1024

# An index that means: before the first row.
BEFORE_FIRST = None


class Result:
    """Rows of a statement that is in use by a cursor.

    Rows are numbered from 0. The current row is the one taken last: -1 before the
    first, the number of rows after an attempt to take more than there are.
    """

    # Rows that have been fetched but for the contents of their BYTEs and TEXTs.
    _unfilled: deque[tuple[Any, ...]] | None = None
    _statement: Statement | None = None  # while the server's cursor is open
    _complete = False  # the server has no more rows
    _first = 0  # number of the first row of _rows
    _next = 0  # index into _rows of the row that comes next
    _count: int | None = None  # rows in all, once known
    _held_bytes = 0  # what _rows took on the wire
    _past_end = False  # more rows were asked for than there are
    _row_error: Error | None = None  # why the row after those held is missing
    _ended_by = "another use of it"  # what closed the cursor early
    _hold = False  # the cursor outlives commits
    scrolling = False  # hold every row, somebody may go back to it
    ahead = False  # the server sent rows before they were taken

    def __init__(
        self,
        connection: BaseConnection,
        statement: Statement,
        reply: Reply,
        opening: Opening,
        for_update: bool,
    ) -> None:
        self._connection = connection
        self.sql = statement.sql
        self._statement = statement
        self._fetch_size = opening.fetch_size
        self._files = opening.files
        self._for_update = for_update
        self._rows: list[tuple[Any, ...]] = []
        self._accept(statement, reply)
        if self._statement is not None:
            self._hold = opening.hold or connection._commits_itself
            connection._cursor_opened(self)

    @property
    def position(self) -> int:
        """Index of the row that comes next."""
        return self._first + self._next

    @property
    def current(self) -> int:
        """Index of the row taken last, -1 before the first."""
        return self.position - (not self._past_end)

    @property
    def row_count(self) -> int:
        """Number of rows, -1 while it is not known."""
        return -1 if self._count is None else self._count

    @property
    def at_hand(self) -> int:
        """How many rows come next without a fetch."""
        return len(self._rows[self._next :]) if self._next >= 0 else 0

    @property
    def cursor_name(self) -> str | None:
        """Name of the server's cursor while it is open."""
        statement = self._statement
        return None if statement is None else statement.cursor_name.decode("ascii")

    # -- going forward ---------------------------------------------------------------

    def take(self, count: int) -> list[tuple[Any, ...]]:
        """Take at most `count` rows of those held."""
        start = self._next
        rows = self._rows[start : start + count]
        self._next = start + len(rows)
        if len(rows) < count and self._first + self._next == self._count:
            self._past_end = True
        return rows

    def take_held(self) -> tuple[Any, ...] | None:
        """Take the next row if it is held: a short cut of `take`."""
        at, rows = self._next, self._rows
        if 0 <= at < len(rows):
            self._next = at + 1
            return rows[at]
        return None

    def take_all(self) -> list[tuple[Any, ...]]:
        """Take all rows held, and more if there were any."""
        return self.take(len(self._rows) + 1)

    def give_back(self, rows: list[tuple[Any, ...]]) -> None:
        """Have rows come next again that were taken for a fetch that failed."""
        if self._next < len(rows):  # some were dropped for those after them
            self._first = self.position - len(rows)
            self._rows = rows + self._rows[self._next :]
            self._next = len(rows)
        self._next -= len(rows)

    @property
    def needs_fetch(self) -> bool:
        """Whether the rows held are used up and there may be more."""
        return self._next >= len(self._rows) and (
            self._count is None or self._first + self._next < self._count
        )

    def fetch_gen(self) -> Wire[None]:
        """Get more rows, unless another caller did so meanwhile."""
        if self.needs_fetch:
            yield from self._fetch_more_gen()

    # -- going anywhere --------------------------------------------------------------

    def holds(self, index: int | None) -> bool:
        """Whether `go_to` needs no fetch to find row `index`."""
        if index is BEFORE_FIRST or self._count is not None:
            return True
        return 0 <= index < self._first + len(self._rows)

    def seek_gen(self, index: int | None) -> Wire[None]:
        """Fetch until `holds(index)`."""
        while not self.holds(index):
            yield from self._fetch_more_gen()

    def go_to(self, index: int | None) -> tuple[Any, ...] | None:
        """Make row `index` the current one and return it; None past either end.

        A negative index counts from the end, as long as it does not pass the first
        row; BEFORE_FIRST is before that. `holds(index)` must be true.
        """
        if index is not BEFORE_FIRST and index < 0:
            assert self._count is not None
            index = index + self._count if index + self._count >= 0 else BEFORE_FIRST
        self._past_end = False
        if index is BEFORE_FIRST:
            self._place(0)
            return None
        if self._count is not None and index >= self._count:
            self._place(self._count)
            self._past_end = True
            return None
        self._place(index)
        return self.take(1)[0]

    def scroll_to(self, index: int) -> None:
        """Make row `index` the next one; IndexError if there is no such row."""
        if self._count is not None and index >= self._count:
            raise IndexError(f"the result has {self._count} rows, none at {index}")
        self._place(index)
        self._past_end = False

    def _place(self, position: int) -> None:
        """Make row `position` the next one, among the rows held."""
        if position < self._first:
            raise ProgrammingError(
                f"row {position} is no longer there: a result of more than "
                f"{KEPT_ROWS} rows drops those it has passed; use "
                "cursor(scrollable=True), or scroll before fetching that far"
            )
        self._next = position - self._first

    # -- fetching --------------------------------------------------------------------

    def _fetch_more_gen(self) -> Wire[None]:
        """Get the rows after those held."""
        if not self._unfilled and self._row_error is not None:
            error, self._row_error = self._row_error, None
            self._fail()
            raise error
        statement = self._open_statement()
        channel = self._connection._channel
        if self._files is not None:
            channel.files = self._files
        try:
            if not self._unfilled:
                self._grow_fetch_size()
                self._drop_taken()
                reply = yield from fetch_gen(channel, statement, self._fetch_size)
                self._accept(statement, reply)
            if self._unfilled:
                yield from self._fill_gen(statement, self._unfilled)
        except Error:
            self._fail()
            raise

    def _fill_gen(
        self, statement: Statement, unfilled: deque[tuple[Any, ...]]
    ) -> Wire[None]:
        """Fetch the contents of some of the rows that lack them.

        A row whose contents cannot be had is an error when its turn comes.
        """
        rows = portion(unfilled, statement.contents_at)
        channel = self._connection._channel
        filled, size, problem = yield from fill_gen(channel, statement, rows)
        for _ in rows:
            unfilled.popleft()
        if problem is not None:
            unfilled.clear()
            self._row_error = problem
        self._hold_rows(filled, size)
        self._close_if_done()

    def _open_statement(self) -> Statement:
        if self._statement is None:
            raise ProgrammingError(
                f"the rows after the first {self._first + len(self._rows)} are gone: "
                f"{self._ended_by} closed the cursor; fetch them before, or use "
                "cursor(hold=True)"
            )
        return self._statement

    def _grow_fetch_size(self) -> None:
        connection = self._connection
        if connection._params.fetch_buffer_size is None:
            self._fetch_size = min(self._fetch_size * 2, connection._largest_fetch)

    def _fail(self) -> None:
        if self._connection._channel.in_sync:
            self.close()
            self._ended_by = "an error"

    def _accept(self, statement: Statement, reply: Reply) -> None:
        rows = reply.rows
        self._row_error = reply.row_error
        self.ahead = self.ahead or len(rows) > 1
        self._connection._channel.counters.rows_fetched += len(rows)
        if statement.locators_at:
            self._connection._attach(
                row[at] for row in rows for at in statement.locators_at
            )
        self._complete = reply.row_error is None and is_last(
            reply, statement, self._fetch_size, self._single(rows)
        )
        if statement.contents_at:
            self._unfilled = deque(rows)
        else:
            self._hold_rows(rows, reply.row_bytes)
        self._close_if_done()

    def _close_if_done(self) -> None:
        """Close the cursor if nothing more is wanted of it."""
        if self._complete and not self._unfilled and self._row_error is None:
            self._count = self._first + len(self._rows)
            self.close()

    def _hold_rows(self, rows: list[tuple[Any, ...]], row_bytes: int) -> None:
        held = len(self._rows)
        self._held_bytes += row_bytes
        if held and (
            self.scrolling
            or (
                self._first == 0
                and held + len(rows) <= KEPT_ROWS
                and self._held_bytes <= KEPT_BYTES
            )
        ):
            self._rows += rows
            return
        self._first += held
        self._rows = rows
        self._next = 0

    def _drop_taken(self) -> None:
        """Let go of rows that more rows would replace: two buffers are never held."""
        if self._first and not self.scrolling and self._next == len(self._rows):
            self._first += len(self._rows)
            self._rows = []
            self._next = 0

    def _single(self, rows: list[tuple[Any, ...]]) -> bool:
        """Whether the server may have stopped because it sends one row at a time.

        It has to for a FOR UPDATE cursor, whose current row is the one it sent last
        (docs/PROTOCOL.md section 4) [J]. In an ANSI database any cursor may be one [?].
        """
        return self._for_update or (len(rows) == 1 and self._connection._database.ansi)

    # -- the end ---------------------------------------------------------------------

    def transaction_ended(self, how: str, held: bool) -> None:
        """The server closed the cursor; the rows at hand stay readable."""
        if self._statement is not None and (held or not self._hold):
            self._ended_by = how
            self.close()

    def close(self) -> None:
        """Give the statement back. Writes, but does not send."""
        statement, self._statement = self._statement, None
        if statement is None:
            return
        connection = self._connection
        connection._cursor_closed(self)
        if not connection.closed:
            connection._statements.close_and_give_back(statement)

    def __del__(self) -> None:
        if self._statement is not None:
            self._connection._abandon(self._statement)
