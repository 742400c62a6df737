"""A session's prepared statements: what ID and the messages after it do.

Statement ids are per session, the lowest free one first. COMMAND makes a statement
that lives as long as its PDU. A failed EXECUTE or OPEN leaves its statement
allocated [P]. Which codes a real server answers to messages out of order (fetch
without a cursor, an id that is not in use) is taken from their published meanings,
not from the wire [?].
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import Any

from . import messages as m
from . import tags, typecodes
from .api import (
    BatchStatementAPI,
    BoundParameter,
    Column,
    CursorAPI,
    EngineSessionAPI,
    ExecuteResult,
    SQLError,
    StatementAPI,
)
from .batches import Batch, Puts
from .cursors import OpenCursor
from .replies import ReplyWriter
from .rows import RowEncoder, decode_row

INSERT = 6  # statement types, as DESCRIBE tells them [J]
_COMMIT_WORK, _ROLLBACK_WORK = 35, 36
_CHANGING_ROWS = (4, 5, INSERT)

_NO_COLUMN = -217
_PARAMETER_COUNT = -254
_NOT_OPEN = -400
_NOT_AVAILABLE = -404
_NOT_SCROLLABLE = -482
_NOT_IMPLEMENTED = -999

_NEXT, _LAST, _ABSOLUTE = 1, 4, 6  # SFETCH [J]

_SERIALS = (typecodes.SERIAL, typecodes.SERIAL8, typecodes.BIGSERIAL)


class PreparedStatement:
    """One statement id and all that hangs on it."""

    def __init__(
        self, statement_id: int, statement: StatementAPI, sql: str, *, once: bool
    ) -> None:
        self.id = statement_id
        self.sql = sql
        self.statement = statement
        self.once = once
        self.bound: list[BoundParameter] = []
        self.cursor_name = ""
        self.scroll = False
        self.hold = False
        self.auto_free = False
        self.return_types: list[m.ReturnType] = []
        self.keys: m.AutoKeys | None = None
        self.cursor: OpenCursor | None = None
        self.inserting = False  # OPEN of an INSERT: PUT may follow
        self.contents: list[bytes] = []  # of the BYTE and TEXT cells sent, by key
        self.put_rows = 0  # rows PUT in this PDU and not reported yet

    def parameters(self) -> Sequence[BoundParameter]:
        if len(self.bound) != len(self.statement.parameters):
            raise SQLError(_PARAMETER_COUNT)
        return self.bound

    def keep(self, contents: bytes) -> int:
        """Keep the contents of a cell until the cursor closes; return their key."""
        self.contents.append(contents)
        return len(self.contents)

    def close_cursor(self) -> None:
        cursor, self.cursor = self.cursor, None
        self.inserting = False
        self.contents.clear()
        if cursor is not None:
            cursor.close()

    def release(self) -> None:
        self.close_cursor()
        self.statement.close()


class StatementTable:
    """Carries out the messages that concern statements, writing to `writer`."""

    def __init__(
        self,
        session: EngineSessionAPI,
        writer: ReplyWriter,
        *,
        transaction_states: bool = False,
    ) -> None:
        self._session = session
        self._writer = writer
        self._transaction_states = transaction_states
        self._statements: dict[int, PreparedStatement] = {}
        self._free: list[int] = []
        self._current: PreparedStatement | None = None
        self.handlers: dict[type, Callable[[Any], None]] = {
            m.Statement: self._prepare,
            m.StatementId: self._select,
            m.Bind: self._bind,
            m.BindBlob: self._bind_blob,
            m.Fetch: self._fetch,
            m.ScrollFetch: self._scroll_fetch,
            m.ReturnTypes: self._return_types,
            m.Put: self._put,
            m.AutoKeys: self._auto_keys,
            m.FetchBlob: self._fetch_blob,
        }
        self.simple_handlers: dict[int, Callable[[], None]] = {
            tags.OPEN: self._open,
            tags.EXECUTE: self._execute,
            tags.CLOSE: self._close,
            tags.RELEASE: self._release,
            tags.DESCRIBE_REQUEST: self._describe,
            tags.SCROLL: self._scroll,
            tags.HOLD: self._hold,
            tags.WANT_DONE: self._want_done,
            tags.AUTO_FREE: self._auto_free,
            tags.DESCRIBE_INPUT_REQUEST: self._describe_input,
        }

    # What the session asks about or tells to all statements.

    def counts(self) -> tuple[int, int]:
        """Return the statements allocated and the cursors open."""
        statements = list(self._statements.values())
        is_open = [s.cursor is not None or s.inserting for s in statements]
        return len(statements), sum(is_open)

    @property
    def current_sql(self) -> str:
        """The text of the statement that messages act on now, "" without one."""
        return "" if self._current is None else self._current.sql

    def close_cursors_without_hold(self) -> None:
        """Close the cursors the end of a transaction closes."""
        for statement in self._statements.values():
            if not statement.hold:
                statement.close_cursor()

    def end_of_request(self) -> None:
        """Report the rows of PUT, forget one-shot statements and the current id."""
        current, self._current = self._current, None
        if current is not None and current.put_rows:
            self._report_put(current)
        for statement in list(self._statements.values()):
            if statement.once:
                self._drop(statement)

    def end_of_failed_request(self, *, keep_output: bool) -> None:
        """As `end_of_request`, after an error: rows of PUT before it may count."""
        current = self._current
        if current is not None and not keep_output:
            current.put_rows = 0
        self.end_of_request()

    def close(self) -> None:
        """Release everything."""
        for statement in list(self._statements.values()):
            self._drop(statement)

    # Allocation.

    def _allocate(
        self, statement: StatementAPI, sql: str, *, once: bool
    ) -> PreparedStatement:
        if self._free:
            statement_id = heapq.heappop(self._free)
        else:
            statement_id = len(self._statements)
        prepared = PreparedStatement(statement_id, statement, sql, once=once)
        self._statements[statement_id] = prepared
        return prepared

    def _drop(self, statement: PreparedStatement) -> None:
        del self._statements[statement.id]
        heapq.heappush(self._free, statement.id)
        if self._current is statement:
            self._current = None
        statement.release()

    def _require(self) -> PreparedStatement:
        if self._current is None:
            raise SQLError(_NOT_AVAILABLE)
        return self._current

    # Messages.

    def _prepare(self, message: m.Statement) -> None:
        self._current = None
        statement = self._session.prepare(message.sql)
        once = message.tag == tags.COMMAND
        self._current = self._allocate(statement, message.sql, once=once)

    def _select(self, message: m.StatementId) -> None:
        self._current = self._statements.get(message.statement_id)
        self._require()

    def name_cursor(self, name: str) -> None:
        """CURNAME. It may come without an OPEN ever following [J]."""
        statement = self._require()
        statement.cursor_name = name
        statement.scroll = statement.hold = False

    def _scroll(self) -> None:
        self._require().scroll = True

    def _hold(self) -> None:
        self._require().hold = True

    def _auto_free(self) -> None:
        self._require().auto_free = True

    def _bind(self, message: m.Bind) -> None:
        self._require().bound = message.values

    def _bind_blob(self, message: m.BindBlob) -> None:
        statement = self._require()
        contents = iter(message.contents)
        statement.bound = [_with_contents(value, contents) for value in statement.bound]

    def _auto_keys(self, message: m.AutoKeys) -> None:
        self._require().keys = message

    def _describe(self) -> None:
        current = self._require()
        statement = current.statement
        self._writer.describe(statement.statement_type, current.id, statement.columns)

    def _want_done(self) -> None:
        current = self._require()
        statement = current.statement
        if statement.statement_type == INSERT and not statement.parameters:
            self._writer.insert_done(0, 0)  # describes, does not insert [P]
        self._writer.done()
        self._writer.cost()

    def _describe_input(self) -> None:
        """Only a routine's arguments have names."""
        parameters, writer = self._require().statement.parameters, self._writer
        named = parameters and all(parameter.name for parameter in parameters)
        if named and writer.framing.routine_database:
            writer.describe_arguments(parameters)
        else:
            writer.describe_input(parameters)

    def _execute(self) -> None:
        current = self._require()
        statement = current.statement
        keys = _wanted_keys(current.keys, statement.key_columns)
        result = statement.execute(current.parameters())
        self._write_result(statement, keys, result)
        if statement.statement_type in (_COMMIT_WORK, _ROLLBACK_WORK):
            self.close_cursors_without_hold()

    def execute_batch(self, batch: Batch) -> bool:
        """Execute the current statement for all rows of a batch, or for none."""
        current = self._current
        if current is None or current.keys is not None:
            return False
        statement = current.statement
        if not isinstance(statement, BatchStatementAPI):
            return False
        results = statement.execute_batch(batch.types, batch.columns)
        if results is None:
            return False
        output = self._writer.output
        last, reply = None, b""
        for result in results:
            if result is last:
                output += reply
                continue
            start = len(output)
            self._write_result(statement, [], result)
            last, reply = result, bytes(output[start:])
        return True

    def _write_result(
        self, statement: StatementAPI, keys: list[int], result: ExecuteResult
    ) -> None:
        if statement.statement_type == INSERT:
            self._writer.insert_done(result.serial8, result.bigserial)
            if keys and result.generated_keys:
                self._write_keys(statement, keys, result)
        if self._transaction_states and statement.statement_type in _CHANGING_ROWS:
            self._writer.transaction_state()  # real servers: somewhere [P]
        warn = result.warn
        if result.database_flags is not None:
            warn = result.database_flags
        self._writer.done(warn=warn, rows=result.rows, serial=result.serial)
        self._writer.cost()

    def _write_keys(
        self, statement: StatementAPI, keys: list[int], result: ExecuteResult
    ) -> None:
        columns = [statement.key_columns[index] for index in keys]
        row = [result.generated_keys[index] for index in keys]
        encoder = self._encoder(columns, [])
        self._writer.generated_keys(columns, encoder.encode(row))

    def _encoder(
        self, columns: Sequence[Column], return_types: list[m.ReturnType]
    ) -> RowEncoder:
        writer = self._writer
        return RowEncoder(
            columns,
            writer.framing,
            writer.text_codec,
            return_types,
            self._require().keep,
        )

    def _open(self) -> None:
        current = self._require()
        current.close_cursor()
        statement = current.statement
        if statement.statement_type == INSERT:
            current.inserting = True
            return
        cursor: CursorAPI = statement.open(
            current.parameters(),
            name=current.cursor_name,
            scroll=current.scroll,
            hold=current.hold,
        )
        try:
            current.cursor = self._open_cursor(current, cursor)
        except SQLError:
            cursor.close()
            raise

    def _open_cursor(self, current: PreparedStatement, cursor: CursorAPI) -> OpenCursor:
        statement = current.statement
        encoder = self._encoder(statement.columns, current.return_types)
        return OpenCursor(cursor, encoder, single=statement.for_update)

    def _return_types(self, message: m.ReturnTypes) -> None:
        current = self._require()
        if not message.for_fetch or message.types == current.return_types:
            return  # PUT's tuples have the same frame whatever types are named
        current.return_types = message.types
        if current.cursor is not None:
            current.cursor.use(self._encoder(current.statement.columns, message.types))

    def _opened(self) -> OpenCursor:
        cursor = self._require().cursor
        if cursor is None:
            raise SQLError(_NOT_OPEN)
        return cursor

    def _fetch(self, message: m.Fetch) -> None:
        page, complete = self._opened().page(message.buffer_size)
        self._writer.tuples(page)
        if complete:
            self._writer.done()
            self._writer.cost()

    def _fetch_blob(self, message: m.FetchBlob) -> None:
        contents = self._require().contents
        if not 1 <= message.key <= len(contents):
            raise SQLError(_NOT_OPEN)
        self._writer.blob(contents[message.key - 1])

    def _scroll_fetch(self, message: m.ScrollFetch) -> None:
        cursor = self._opened()
        if not self._require().scroll:
            raise SQLError(_NOT_SCROLLABLE)
        row, page = message.row, list[bytes]()
        if message.how == _LAST:
            found = cursor.last_row()
            if found is not None:
                row, page = found[0], [found[1]]
        elif message.how == _NEXT:
            page = cursor.page_at(row, message.buffer_size)
        elif message.how == _ABSOLUTE:
            only = cursor.row_at(row)
            page = [] if only is None else [only]
        else:
            raise SQLError(_NOT_IMPLEMENTED)
        if page:
            self._writer.tuples(page)
            self._writer.tuple_id(row)
        else:
            self._writer.done()
            self._writer.cost()

    def _put(self, message: m.Put) -> None:
        current = self._require()
        if not current.inserting:
            raise SQLError(_NOT_OPEN)
        writer = self._writer
        statement = current.statement
        contents = iter(message.contents)
        for row in message.rows:
            values = decode_row(
                row, statement.columns, writer.framing, writer.text_codec
            )
            statement.execute([_with_contents(value, contents) for value in values])
            current.put_rows += 1

    def put_batch(self, puts: Puts) -> bool:
        """Insert the rows of many PUTs, or none of them."""
        current = self._current
        if current is None or not current.inserting:
            return False
        statement, writer = current.statement, self._writer
        if not isinstance(statement, BatchStatementAPI):
            return False
        columns = statement.columns
        try:
            rows = [
                decode_row(row, columns, writer.framing, writer.text_codec)
                for row in puts.rows
            ]
        except SQLError:
            return False
        values = [[cell.value for cell in column] for column in zip(*rows, strict=True)]
        types = [
            None if all(value is None for value in column) else described.type
            for column, described in zip(values, columns, strict=True)
        ]
        if statement.execute_batch(types, values) is None:
            return False
        current.put_rows += len(rows)
        return True

    def _report_put(self, current: PreparedStatement) -> None:
        self._writer.done(rows=current.put_rows)
        self._writer.cost()
        current.put_rows = 0

    def _close(self) -> None:
        current = self._require()
        current.close_cursor()
        if current.auto_free:
            self._drop(current)

    def _release(self) -> None:
        self._drop(self._require())


def _with_contents(value: BoundParameter, contents: Any) -> BoundParameter:
    """Put the next contents into a BYTE or TEXT value that is not NULL."""
    if value.type.code in typecodes.SIMPLE_LARGE_OBJECTS and value.value is not None:
        return BoundParameter(value.type, next(contents, b""))
    return value


def _wanted_keys(keys: m.AutoKeys | None, columns: Sequence[Column]) -> list[int]:
    """Return which of a table's columns a client asked for as generated keys."""
    if keys is None or not columns:
        return []
    if keys.names is not None:
        names = [column.name for column in columns]
        unknown = [name for name in keys.names if name.lower() not in names]
        if unknown:
            raise SQLError(_NO_COLUMN, token=unknown[0])
        return [names.index(name.lower()) for name in keys.names]
    if keys.numbers is not None:
        if not all(1 <= number <= len(columns) for number in keys.numbers):
            raise SQLError(_NO_COLUMN)
        return [number - 1 for number in keys.numbers]
    return [i for i, column in enumerate(columns) if column.type.code in _SERIALS]
