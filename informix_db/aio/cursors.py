"""The asyncio cursor."""

from __future__ import annotations

from collections.abc import AsyncIterable, Generator, Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from informix_db._base.cursor import BaseCursor, as_row_number
from informix_db._base.observe import Watch
from informix_db._base.result import Result
from informix_db._typing import Self
from informix_db.aio._feed import Feed

if TYPE_CHECKING:
    from informix_db.aio.connections import AsyncConnection  # noqa: F401 (a string)


class AsyncCursor(BaseCursor["AsyncConnection"]):
    """A cursor for asyncio. Rows are streamed: the fetch buffer bounds the memory.

    Several cursors of a connection may be open and read from in turn.
    """

    def __await__(self) -> Generator[Any, None, Self]:
        """Return the cursor itself, for ``cur = await conn.cursor()``."""
        return self
        yield

    async def execute(
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
        StatementCancelledError is raised. The session goes on, as it does when the
        task is cancelled.
        """
        self._check_open()
        timeout = self._time_limit(timeout)
        await self._connection._run(
            self._execute_gen,
            timeout,
            operation,
            parameters,
            args=(operation, parameters),
        )
        return self

    async def executemany(
        self,
        operation: str,
        seq_of_parameters: Iterable[Any] | AsyncIterable[Any],
        *,
        insert_cursor: bool | None = None,
    ) -> Self:
        """Execute one statement for every row of parameters and return the cursor.

        The rows may come from any iterable, sync or async, one that reads from another
        cursor of this connection included. An error carries the 0-based `row_index` of
        the row at fault; the rows before it have been executed. With autocommit on a
        logged database the batch is a transaction of its own, which an error or a
        cancelled task rolls back.

        With `insert_cursor` (default: the connection's `insert_cursor`) an INSERT whose
        VALUES are all parameters goes through an insert cursor: fewer bytes and one
        answer for many rows. Everything else, and every row from the first one with a
        value that the server has to convert, goes the usual way. Results and errors are
        the same, but `lastrowid` may not be known.
        """
        feed = None
        if isinstance(seq_of_parameters, AsyncIterable):
            seq_of_parameters = feed = Feed(seq_of_parameters.__aiter__())
        batch = self._new_batch(operation, seq_of_parameters, insert_cursor)
        connection = self._connection
        connection._transport.check_loop()
        async with connection._lock:
            with Watch(
                connection, "executemany", operation, seq_of_parameters, (self, batch)
            ) as watch:
                await connection._run_batch(self, batch, feed)
                watch.changed(batch.row_count)
        return self

    async def callproc(
        self, procname: str, parameters: Sequence[Any] = ()
    ) -> Sequence[Any]:
        """Call a routine; what it returns is fetched as rows.

        Returns `parameters` as they are, without the values of OUT and INOUT ones,
        because how a server sends them is not known.
        """
        await self.execute(self._call_text(procname, parameters), parameters)
        return parameters

    async def fetchone(self) -> Any:
        """Return the next row, None if there is none."""
        row = self._held_row()
        if row is not None:
            make = self._make_row
            return row if make is None else make(row)
        rows = await self._fetch(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next `size` rows (default: `arraysize`), fewer at the end."""
        return await self._fetch(self._fetch_count(size))

    async def fetchall(self) -> list[Any]:
        """Return all remaining rows; if that fails, those received still come next."""
        result = self._need_result()
        rows = result.take_all()
        try:
            while result.needs_fetch:
                await self._connection._run(result.fetch_gen, None, result.sql)
                rows += result.take_all()
        except BaseException:
            result.give_back(rows)
            raise
        return self._finish_rows(rows)

    async def scroll(self, value: int, mode: str = "relative") -> None:
        """Make another row the next one to be fetched (PEP 249).

        `value` is counted from the row that is next now, or with mode "absolute"
        from 0. Raises IndexError, and stays, if the result has no such row.

        A cursor keeps the rows it has passed while the result is small (10,000 rows and
        16 MiB), and all of them once it was scrolled; a ``cursor(scrollable=True)``
        leaves them on the server. Raises ProgrammingError for a row that was dropped.
        """
        index = self._scroll_index(value, mode)
        (await self._seek(index)).scroll_to(index)

    async def fetch_first(self) -> Any:
        """Return the first row, None if there is none."""
        return await self.fetch_absolute(0)

    async def fetch_last(self) -> Any:
        """Return the last row, None if there is none."""
        return await self.fetch_absolute(-1)

    async def fetch_prior(self) -> Any:
        """Return the row before the one fetched last, None at the first.

        After a fetch that found the end of the rows it is the last row.
        """
        return await self.fetch_relative(-1)

    async def fetch_absolute(self, n: int) -> Any:
        """Return row `n`, counted from 0, or from the end if negative (-1: the last).

        None, and a place before the first or after the last row, if there is no such
        row. See `scroll` for what is kept.
        """
        return await self._fetch_row(as_row_number(n))

    async def fetch_relative(self, n: int) -> Any:
        """Return the row `n` rows after the one fetched last; see `fetch_absolute`."""
        return await self._fetch_row(self._relative(n))

    async def _fetch_row(self, index: int | None) -> Any:
        return self._finish_row((await self._seek(index)).go_to(index))

    async def _seek(self, index: int | None) -> Result:
        """Return the result, with row `index` at hand."""
        result = self._need_scrolling()
        if not result.holds(index):
            await self._connection._run(
                lambda: result.seek_gen(index), None, result.sql
            )
        return result

    async def _fetch(self, count: int) -> list[Any]:
        result = self._need_result()
        rows = result.take(count)
        try:
            while len(rows) < count and result.needs_fetch:
                await self._connection._run(result.fetch_gen, None, result.sql)
                rows += result.take(count - len(rows))
        except BaseException:
            result.give_back(rows)
            raise
        return self._finish_rows(rows)

    async def read_blob_column(self, sql: str, params: object = ()) -> bytes | None:
        """Return the one BLOB or CLOB a query selects, as bytes; None if it is NULL.

        None too if there is no row; of several rows it is the first one's. The value
        comes as a file that the server is told to write, which is kept in memory.
        Raises ProgrammingError if `sql` is no query of one column.
        """
        self._check_open()
        return await self._connection._run(lambda: self._read_blob_gen(sql, params))

    async def write_blob_column(
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
        await self._connection._run(
            lambda: self._write_blob_gen(sql, data, params, clob)
        )

    async def nextset(self) -> None:
        """Return None: a statement has one result."""
        self._check_open()

    async def close(self) -> None:
        """Close the cursor; its rows are dropped. Never raises."""
        if not self._closed:
            self._closed = True
            await self._connection._run_unwaited(self._reset)

    def __aiter__(self) -> Self:
        self._need_result()
        return self

    async def __anext__(self) -> Any:
        row = self._held_row()
        if row is not None:
            make = self._make_row
            return row if make is None else make(row)
        rows = await self._fetch(1)
        if not rows:
            raise StopAsyncIteration
        return rows[0]

    async def __aenter__(self) -> Self:
        self._check_open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
