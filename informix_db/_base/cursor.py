"""A cursor's state and rules, shared by the sync and async shells. Nothing waits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Generic, NoReturn, TypeVar

from informix_db._base.batch import Batch
from informix_db._base.connection import BaseConnection
from informix_db._base.lobtext import reading_text, writing_text
from informix_db._base.result import BEFORE_FIRST, FIRST_FETCH_SIZE, Result
from informix_db._base.scroll import ScrollResult
from informix_db._base.sqltext import as_sequence, prepare_text
from informix_db._protocol.channel import Reply
from informix_db._protocol.files import ClientFiles
from informix_db._protocol.statement import Opening, Statement
from informix_db._wire import constants as c
from informix_db._wire.buffer import Wire
from informix_db._wire.describe import ColumnInfo
from informix_db._wire.largeparams import BYTES_TYPES
from informix_db._wire.text import encode_text
from informix_db.exceptions import InterfaceError, InternalError, ProgrammingError
from informix_db.params import seconds
from informix_db.rows import Row, RowFactory, RowMaker, make_rows, row_maker

ConnectionT = TypeVar("ConnectionT", bound=BaseConnection)

# name, type_code, display_size, internal_size, precision, scale, null_ok
ColumnDescription = tuple[
    str, int, "int | None", "int | None", "int | None", "int | None", bool
]

# Names of the files that read_blob_column() and write_blob_column() go through.
_SENT_FILE = "informix_db_blob"
_READ_FILE = "informix_db_blob_in"
_FEW_ROWS = 512  # bytes to fetch, because each row makes the server write a file

_COUNTED_TYPES = frozenset({c.STMT_INSERT}) | c.STMT_UPDATE | c.STMT_DELETE

# database@server:owner.routine, each part a plain or a quoted identifier
_PART = r'(?:[^\W\d][\w$]*|"[^"]+")'
_ROUTINE = re.compile(rf"(?:{_PART}(?:@{_PART})?:)?(?:{_PART}\.)?{_PART}")


class BaseCursor(Generic[ConnectionT]):
    """What both kinds of cursor know and decide."""

    def __init__(
        self,
        connection: ConnectionT,
        *,
        scrollable: bool = False,
        hold: bool = False,
        row_factory: RowFactory | type[Row] | None = None,
    ) -> None:
        self._connection = connection
        self._closed = False
        self._result: Result | None = None
        self._columns: tuple[ColumnInfo, ...] | None = None
        self._description: list[ColumnDescription] | None = None
        self._row_count = -1
        self._last_row_id: int | None = None
        self._make_row: RowMaker | None = None
        self._array_size = 1
        self._files = ClientFiles()
        self._opening = Opening(
            connection._params.fetch_buffer_size or FIRST_FETCH_SIZE,
            hold,
            scrollable,
            self._files,
        )
        if row_factory is None:
            row_factory = connection.row_factory
        self.row_factory = row_factory

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled")

    # -- PEP 249 attributes --------------------------------------------------------

    @property
    def connection(self) -> ConnectionT:
        """The connection this cursor belongs to."""
        return self._connection

    @property
    def closed(self) -> bool:
        """Whether close() was called, here or on the connection."""
        return self._closed or self._connection.closed

    @property
    def description(self) -> list[ColumnDescription] | None:
        """One 7-tuple per column of the last query; None if there are no rows.

        type_code is an informix_db.TypeCode where the type has one. precision is the
        number of digits and scale those after the point, for DECIMAL, MONEY,
        DATETIME and INTERVAL.
        """
        if self._description is None and self._columns is not None:
            self._description = [_describe(column) for column in self._columns]
        return self._description

    @property
    def rowcount(self) -> int:
        """Rows changed by the last statement, or fetched by a query that has ended.

        -1 while a query's rows are not all fetched, and for other statements.
        """
        return self._row_count if self._result is None else self._result.row_count

    @property
    def rownumber(self) -> int | None:
        """0-based index of the row fetched next, None if there is no query."""
        return None if self._result is None else self._result.position

    @property
    def name(self) -> str | None:
        """Name of the open query's cursor on the server, None if none is open.

        For ``UPDATE ... WHERE CURRENT OF {cursor.name}`` on another cursor, which
        means the row fetched last. That takes a query with FOR UPDATE: the server
        sends its rows one at a time. Raises ProgrammingError if the server is ahead.
        """
        if self._result is None:
            return None
        if self._result.ahead:
            raise ProgrammingError(
                "the server has sent rows ahead of the one fetched last, so that WHERE "
                "CURRENT OF would mean another one: add FOR UPDATE to the query"
            )
        return self._result.cursor_name

    @property
    def lastrowid(self) -> int | None:
        """The SERIAL, BIGSERIAL or SERIAL8 value that the last INSERT stored.

        Of an INSERT of several rows, and of executemany(), that of the last row. Of a
        table with two such columns that of the SERIAL one. None if the table has none,
        if that row went through an insert cursor, and after any other statement.
        """
        return self._last_row_id

    @property
    def arraysize(self) -> int:
        """How many rows fetchmany() fetches by default."""
        return self._array_size

    @arraysize.setter
    def arraysize(self, size: int) -> None:
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise ProgrammingError(f"arraysize must be a positive int, not {size!r}")
        self._array_size = size

    @property
    def virtual_files(self) -> dict[str, bytes]:
        """The files a server may read, by name: fill it before the statement runs.

        For ``filetoblob(name, 'client')`` and ``filetoclob(name, 'client')``. No file
        of the disk is ever opened.
        """
        return self._files.readable

    @property
    def blob_files(self) -> dict[str, bytes]:
        """The files that statements of this cursor made the server write, by name.

        By ``lotofile(column, name, 'client')``, which makes the name a unique one and
        returns it. They are kept in memory until they are taken out of the dict.
        """
        return self._files.written

    def setinputsizes(self, sizes: Sequence[object]) -> None:
        """Do nothing: parameters carry their own types (PEP 249 allows it)."""
        self._check_open()

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Do nothing: columns of any size are fetched (PEP 249 allows it)."""
        self._check_open()

    # -- for the shells ------------------------------------------------------------

    def _check_open(self) -> None:
        if self._closed:
            raise InterfaceError("the cursor is closed")
        self._connection._check_usable()

    def _time_limit(self, timeout: float | None) -> float | None:
        """Return the seconds an execute() may take; InterfaceError if it is no time."""
        if timeout is not None:
            return seconds("timeout", timeout)
        timeout = self._connection.statement_timeout
        return None if timeout is None else seconds("statement_timeout", timeout)

    def _need_result(self) -> Result:
        """Return the result to fetch from.

        Rows already received can be read even when the connection is gone.
        """
        if self._closed:
            raise InterfaceError("the cursor is closed")
        if self._result is None:
            self._connection._check_usable()
            raise ProgrammingError(
                "there are no rows to fetch: the last statement was no query"
                if self._row_count >= 0
                else "there are no rows to fetch: execute a query first"
            )
        return self._result

    def _need_scrolling(self) -> Result:
        """Return the result to scroll in."""
        result = self._need_result()
        result.scrolling = True
        return result

    def _relative(self, offset: int) -> int | None:
        """Return the index of the row `offset` rows from the current one."""
        index = self._need_scrolling().current + as_row_number(offset)
        return BEFORE_FIRST if index < 0 else index

    def _scroll_index(self, value: int, mode: str) -> int:
        """Return the index of the row scroll() makes the next one."""
        position = self._need_scrolling().position
        if mode not in ("relative", "absolute"):
            raise ProgrammingError(f"mode must be relative or absolute, not {mode!r}")
        index = as_row_number(value) + (position if mode == "relative" else 0)
        if index < 0:
            raise IndexError(f"there is no row {index}")
        return index

    def _fetch_count(self, size: int | None) -> int:
        if size is None:
            return self._array_size
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise ProgrammingError(f"size must be a count of rows, not {size!r}")
        return size

    def _finish_row(self, row: tuple[Any, ...] | None) -> Any:
        """Pass a row through the row factory."""
        make = self._make_row
        return row if row is None or make is None else make(row)

    def _held_row(self) -> tuple[Any, ...] | None:
        """Take the next row, as it came, if it is at hand."""
        result = self._result
        if result is None or self._closed:
            result = self._need_result()
        return result.take_held()

    def _finish_rows(self, rows: list[tuple[Any, ...]]) -> list[Any]:
        """Pass rows through the row factory."""
        make = self._make_row
        return rows if make is None else make_rows(make, rows)

    def _reset(self) -> None:
        """Forget the last statement. Writes, but does not send."""
        result, self._result = self._result, None
        if result is not None:
            result.close()
        self._columns = self._description = None
        self._row_count = -1
        self._last_row_id = None

    def _execute_gen(
        self, operation: str, parameters: object, fetch_size: int | None = None
    ) -> Wire[int]:
        """Execute a statement; return how many rows it changed, -1 if that is none."""
        self._reset()
        text = prepare_text(_as_sql(operation))
        values = text.arrange(parameters)
        opening = self._opening
        if fetch_size is not None:
            opening = replace(opening, fetch_size=fetch_size)
        if text.files:
            self._files.check()
            opening = replace(opening, apart=True)
        connection = self._connection
        statement, reply = yield from connection._execute_gen(text.sql, values, opening)
        if statement.plan is not None:
            kind = ScrollResult if opening.scroll else Result
            result = kind(connection, statement, reply, opening, text.for_update)
            self._columns = statement.columns  # a row factory may look at them
            self._make_row = row_maker(self.row_factory, self, statement.plan.names)
            self._result = result
        else:
            connection._statements.give_back(statement)
            self._note_change(statement, reply)
        return self._row_count

    def _note_change(self, statement: Statement, reply: Reply) -> None:
        done = reply.done
        if done is not None and (
            done.rows or statement.statement_type in _COUNTED_TYPES
        ):
            self._row_count = done.rows
        if statement.statement_type == c.STMT_INSERT:
            self._last_row_id = reply.last_serial

    def _note_batch(self, batch: Batch) -> None:
        self._row_count = batch.row_count
        self._last_row_id = batch.last_row_id

    def _read_blob_gen(self, sql: object, parameters: object) -> Wire[bytes | None]:
        """Make the server write the one column of a query as a file; return that."""
        text = reading_text(_as_sql(sql), _SENT_FILE)
        written = self._files.written
        before = set(written)
        try:
            yield from self._execute_gen(text, parameters, _FEW_ROWS)
            result = self._need_result()
            if result.needs_fetch:
                yield from result.fetch_gen()
            rows = result.take(1)
            name = rows[0][0] if rows else None
            if name is not None and name not in written:
                raise InternalError(f"the server did not write its file {name!r}")
            return None if name is None else written[name]
        finally:
            self._reset()
            for name in written.keys() - before:
                del written[name]

    def _write_blob_gen(
        self, sql: object, data: object, parameters: object, clob: bool
    ) -> Wire[None]:
        """Execute a statement that makes the server read `data` as a file."""
        text = writing_text(_as_sql(sql), _READ_FILE, clob)
        if isinstance(data, str) and clob:
            data = encode_text(data, self._connection._channel.encoding, "the text")
        if not isinstance(data, BYTES_TYPES):
            wanted = "str or bytes" if clob else "bytes"
            raise ProgrammingError(f"{wanted} are needed, not {type(data).__name__}")
        self._files.readable[_READ_FILE] = bytes(data)
        try:
            yield from self._execute_gen(text, parameters)
        finally:
            del self._files.readable[_READ_FILE]

    def _new_batch(
        self, operation: str, rows: Any, insert_cursor: bool | None
    ) -> Batch:
        self._check_open()
        sql = _as_sql(operation)
        if isinstance(rows, (str, bytes, bytearray, memoryview)):
            raise ProgrammingError(
                f"executemany() takes rows of parameters, not {type(rows).__name__}"
            )
        if insert_cursor is None:
            insert_cursor = self._connection.insert_cursor
        try:
            batch = Batch(self._connection, sql, rows, insert_cursor)
        except TypeError:
            raise ProgrammingError(
                f"executemany() takes an iterable of rows, not {type(rows).__name__}"
            ) from None
        return batch

    def _call_text(self, name: str, parameters: Sequence[Any]) -> str:
        """Return the SQL that calls a routine."""
        self._check_open()
        if not isinstance(name, str) or not _ROUTINE.fullmatch(name.strip()):
            raise ProgrammingError(f"{name!r} is not the name of a routine")
        marks = ", ".join("?" * len(as_sequence(parameters)))
        return f"EXECUTE PROCEDURE {name.strip()}({marks})"


def as_row_number(value: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ProgrammingError(f"a row number must be an int, not {value!r}")
    return value


def _as_sql(operation: object) -> str:
    if not isinstance(operation, str):
        raise ProgrammingError(f"SQL must be a str, not {type(operation).__name__}")
    return operation


def _describe(column: ColumnInfo) -> ColumnDescription:
    return (
        column.name,
        column.type_code,
        None,  # display size: not known
        column.size,
        column.precision,
        column.scale,
        column.nullable,
    )
