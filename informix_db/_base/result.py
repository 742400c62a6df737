"""The rows of one execution: what has been fetched, and how the rest is.

Rows are streamed: a result holds one fetch buffer's worth and asks for the next when
that is used up. Nothing here waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from informix_db._protocol.channel import Reply
from informix_db._protocol.statement import Statement, fetch_gen, is_last
from informix_db._wire import constants as c
from informix_db._wire.buffer import Wire
from informix_db.exceptions import DataError, Error, ProgrammingError

if TYPE_CHECKING:
    from informix_db._base.connection import BaseConnection

# The first fetch asks for this much, and each further one for twice as much, up to
# the connection's limit: small results stay cheap, a large one costs few round trips.
FIRST_FETCH_SIZE = c.FETCH_SIZE_CLASSIC


class Result:
    """Rows of a statement that is in use by a cursor."""

    def __init__(
        self,
        connection: BaseConnection,
        statement: Statement,
        reply: Reply,
        fetch_size: int,
        fixed_size: bool,
        hold: bool,
    ) -> None:
        self._connection = connection
        self._sql = statement.sql
        self._statement: Statement | None = statement
        self._fetch_size = fetch_size
        self._fixed_size = fixed_size
        self._hold = hold or connection._commits_itself
        self._rows: list[tuple[Any, ...]] = []
        self._next = 0  # index into _rows
        self._before = 0  # rows consumed before _rows
        self._row_error: DataError | None = None
        self._ended_by = ""  # what closed the cursor early
        self.exhausted = False  # no rows but the ones held
        connection._open_results.add(self)
        self._accept(statement, reply)

    @property
    def position(self) -> int:
        """0-based index of the row that comes next."""
        return self._before + self._next

    @property
    def row_count(self) -> int:
        """Number of rows, -1 while it is not known."""
        return self._before + len(self._rows) if self.exhausted else -1

    def take(self, count: int) -> list[tuple[Any, ...]]:
        """Take at most `count` rows of those held."""
        start = self._next
        if start == 0 and count >= len(self._rows):
            self._before += len(self._rows)
            rows, self._rows = self._rows, []
            return rows
        rows = self._rows[start : start + count]
        self._next = start + len(rows)
        return rows

    def take_all(self) -> list[tuple[Any, ...]]:
        """Take all rows held."""
        return self.take(len(self._rows))

    @property
    def needs_fetch(self) -> bool:
        """Whether the rows held are used up and there may be more."""
        return self._next >= len(self._rows) and not self.exhausted

    def fetch_gen(self) -> Wire[None]:
        """Get more rows, unless another caller did so meanwhile."""
        if not self.needs_fetch:
            return
        if self._row_error is not None:
            error, self._row_error = self._row_error, None
            self.close()
            self._ended_by = "an error"
            raise error
        statement = self._statement
        if statement is None:
            raise ProgrammingError(
                f"the rows after the first {self.position} are gone: {self._ended_by} "
                "closed the cursor; fetch them before, or use cursor(hold=True)"
            )
        if not self._fixed_size:
            self._fetch_size = min(
                self._fetch_size * 2, self._connection._largest_fetch
            )
        channel = self._connection._channel
        try:
            reply = yield from fetch_gen(channel, statement, self._fetch_size)
        except Error:
            if channel.in_sync:
                self.close()
                self._ended_by = "an error"
            raise
        self._accept(statement, reply)

    def _accept(self, statement: Statement, reply: Reply) -> None:
        self._before += len(self._rows)
        self._rows = reply.rows
        self._next = 0
        self._row_error = reply.row_error
        if reply.row_error is None and is_last(reply, statement, self._fetch_size):
            self.exhausted = True
            self.close()

    def transaction_ended(self, how: str) -> None:
        """The server closed the cursor; the rows held stay readable."""
        if self._statement is not None and not self._hold:
            self._ended_by = how
            self.close()

    def close(self) -> None:
        """Give the statement back. Writes, but does not send."""
        statement, self._statement = self._statement, None
        connection = self._connection
        connection._open_results.discard(self)
        if statement is not None and not connection.closed:
            connection._statements.close_and_give_back(statement)

    def __del__(self) -> None:
        statement = getattr(self, "_statement", None)
        if statement is not None:
            self._connection._abandon(statement)
