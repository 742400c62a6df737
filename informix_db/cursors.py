"""The sync cursor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from informix_db._base.cursor import BaseCursor, as_row_number
from informix_db._base.observe import Watch
from informix_db._base.result import Result
from informix_db._typing import Self

if TYPE_CHECKING:
    from informix_db.connections import Connection  # noqa: F401 (a string below)


class Cursor(BaseCursor["Connection"]):
    """A PEP 249 cursor. Rows are streamed: memory is bounded by the fetch buffer.

    Several cursors of a connection may be open and read from in turn.
    """

    def execute(
        self,
        operation: str,
        parameters: object = None,
        *,
        timeout: float | None = None,
    ) -> Self:
        """Execute one SQL statement and return the cursor.

        `operation` marks parameters with ``?``, ``:1`` or ``:name``; `parameters` is
        a sequence, or a dict for ``:name``. Raises ProgrammingError if they do not
        match, DataError if a value cannot be sent, otherwise what the server says.

        `timeout` (seconds; default: the connection's `statement_timeout`) bounds the
        time until the first rows are there: then the server is told to give up, and
        StatementCancelledError is raised. The session goes on.
        """
        self._check_open()
        timeout = self._time_limit(timeout)
        self._connection._run(
            self._execute_gen,
            timeout,
            operation,
            parameters,
            args=(operation, parameters),
        )
        return self

    def executemany(
        self,
        operation: str,
        seq_of_parameters: Iterable[Any],
        *,
        insert_cursor: bool | None = None,
    ) -> Self:
        """Execute one statement for every row of parameters and return the cursor.

        The rows may come from any iterable, one that reads from another cursor of
        this connection included. An error carries the 0-based `row_index` of the row
        at fault; the rows before it have been executed. With autocommit on a logged
        database the batch is a transaction of its own, which an error rolls back.

        With `insert_cursor` (default: the connection's `insert_cursor`) an INSERT whose
        VALUES are all parameters goes through an insert cursor: fewer bytes and one
        answer for many rows. Everything else, and every row from the first one with a
        value that the server has to convert, goes the usual way. Results and errors are
        the same, but `lastrowid` may not be known.
        """
        batch = self._new_batch(operation, seq_of_parameters, insert_cursor)
        connection = self._connection
        with (
            connection._lock,
            Watch(
                connection, "executemany", operation, seq_of_parameters, (self, batch)
            ) as watch,
        ):
            connection._run_batch(self, batch)
            watch.changed(batch.row_count)
        return self

    def callproc(self, procname: str, parameters: Sequence[Any] = ()) -> Sequence[Any]:
        """Call a routine; what it returns is fetched as rows.

        Returns `parameters` as they are, without the values of OUT and INOUT ones,
        because how a server sends them is not known.
        """
        self.execute(self._call_text(procname, parameters), parameters)
        return parameters

    def fetchone(self) -> Any:
        """Return the next row, None if there is none."""
        row = self._held_row()
        if row is not None:
            make = self._make_row
            return row if make is None else make(row)
        rows = self._fetch(1)
        return rows[0] if rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next `size` rows (default: `arraysize`), fewer at the end."""
        return self._fetch(self._fetch_count(size))

    def fetchall(self) -> list[Any]:
        """Return all remaining rows; if that fails, those received still come next."""
        result = self._need_result()
        rows = result.take_all()
        try:
            while result.needs_fetch:
                self._connection._run(result.fetch_gen, None, result.sql)
                rows += result.take_all()
        except BaseException:
            result.give_back(rows)
            raise
        return self._finish_rows(rows)

    def scroll(self, value: int, mode: str = "relative") -> None:
        """Make another row the next one to be fetched (PEP 249).

        `value` is counted from the row that is next now, or with mode "absolute"
        from 0. Raises IndexError, and stays, if the result has no such row.

        A cursor keeps the rows it has passed while the result is small (10,000 rows and
        16 MiB), and all of them once it was scrolled; a ``cursor(scrollable=True)``
        leaves them on the server. Raises ProgrammingError for a row that was dropped.
        """
        index = self._scroll_index(value, mode)
        self._seek(index).scroll_to(index)

    def fetch_first(self) -> Any:
        """Return the first row, None if there is none."""
        return self.fetch_absolute(0)

    def fetch_last(self) -> Any:
        """Return the last row, None if there is none."""
        return self.fetch_absolute(-1)

    def fetch_prior(self) -> Any:
        """Return the row before the one fetched last, None at the first.

        After a fetch that found the end of the rows it is the last row.
        """
        return self.fetch_relative(-1)

    def fetch_absolute(self, n: int) -> Any:
        """Return row `n`, counted from 0, or from the end if negative (-1: the last).

        None, and a place before the first or after the last row, if there is no such
        row. See `scroll` for what is kept.
        """
        return self._fetch_row(as_row_number(n))

    def fetch_relative(self, n: int) -> Any:
        """Return the row `n` rows after the one fetched last; see `fetch_absolute`."""
        return self._fetch_row(self._relative(n))

    def _fetch_row(self, index: int | None) -> Any:
        return self._finish_row(self._seek(index).go_to(index))

    def _seek(self, index: int | None) -> Result:
        """Return the result, with row `index` at hand."""
        result = self._need_scrolling()
        if not result.holds(index):
            self._connection._run(lambda: result.seek_gen(index), None, result.sql)
        return result

    def _fetch(self, count: int) -> list[Any]:
        result = self._need_result()
        rows = result.take(count)
        try:
            while len(rows) < count and result.needs_fetch:
                self._connection._run(result.fetch_gen, None, result.sql)
                rows += result.take(count - len(rows))
        except BaseException:
            result.give_back(rows)
            raise
        return self._finish_rows(rows)

    def read_blob_column(self, sql: str, params: object = ()) -> bytes | None:
        """Return the one BLOB or CLOB a query selects, as bytes; None if it is NULL.

        None too if there is no row; of several rows it is the first one's. The value
        comes as a file that the server is told to write, which is kept in memory.
        Raises ProgrammingError if `sql` is no query of one column.
        """
        self._check_open()
        return self._connection._run(lambda: self._read_blob_gen(sql, params))

    def write_blob_column(
        self,
        sql: str,
        data: bytes | str | None = None,
        params: object = (),
        *,
        clob: bool = False,
        blob_data: bytes | str | None = None,
    ) -> None:
        """Execute a statement that stores a BLOB, or with `clob` a CLOB.

        `sql` has the word BLOB_PLACEHOLDER in place of the value, `params` are its
        other parameters. The value goes as a file that the server is told to read,
        which is in memory. `blob_data` is another name of `data`. Raises
        ProgrammingError unless there is one placeholder.
        """
        if data is None:
            data = blob_data
        self._check_open()
        self._connection._run(lambda: self._write_blob_gen(sql, data, params, clob))

    def nextset(self) -> None:
        """Return None: a statement has one result."""
        self._check_open()

    def close(self) -> None:
        """Close the cursor; its rows are dropped. Never raises."""
        if not self._closed:
            self._closed = True
            if self._connection._in_conversation:
                self._result = None  # which puts the rest off, as for a lost cursor
            else:
                self._connection._run_unwaited(self._reset)

    def __iter__(self) -> Self:
        self._need_result()
        return self

    def __next__(self) -> Any:
        row = self._held_row()
        if row is not None:
            make = self._make_row
            return row if make is None else make(row)
        rows = self._fetch(1)
        if not rows:
            raise StopIteration
        return rows[0]

    def __enter__(self) -> Self:
        self._check_open()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
