"""The asyncio cursor."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from informix_db._base.cursor import BaseCursor

if TYPE_CHECKING:
    from typing_extensions import Self

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
        if timeout is None:
            timeout = self._connection.statement_timeout
        await self._connection._run(
            lambda: self._execute_gen(operation, parameters), timeout
        )
        return self

    async def executemany(
        self, operation: str, seq_of_parameters: Iterable[Any]
    ) -> Self:
        """Execute one statement for every row of parameters and return the cursor.

        An error carries the 0-based `row_index` of the row at fault; the rows before
        it have been executed. With autocommit on a logged database the batch is a
        transaction of its own, which an error or a cancelled task rolls back.
        """
        batch = self._new_batch(operation, seq_of_parameters)
        await self._connection._run_batch(self, batch)
        return self

    async def callproc(
        self, procname: str, parameters: Sequence[Any] = ()
    ) -> Sequence[Any]:
        """Call a routine; what it returns is fetched as rows.

        Returns `parameters`: Informix passes OUT parameters back as rows.
        """
        await self.execute(self._call_text(procname, parameters), tuple(parameters))
        return parameters

    async def fetchone(self) -> Any:
        """Return the next row, None if there is none."""
        rows = await self._fetch(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next `size` rows (default: `arraysize`), fewer at the end."""
        return await self._fetch(self._fetch_count(size))

    async def fetchall(self) -> list[Any]:
        """Return all remaining rows."""
        result = self._need_result()
        rows = result.take_all()
        while result.needs_fetch:
            await self._connection._run(result.fetch_gen)
            rows += result.take_all()
        return self._finish_rows(rows)

    async def _fetch(self, count: int) -> list[Any]:
        result = self._need_result()
        rows = result.take(count)
        while len(rows) < count and result.needs_fetch:
            await self._connection._run(result.fetch_gen)
            rows += result.take(count - len(rows))
        return self._finish_rows(rows)

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
