"""executemany: many rows of parameters through one statement, a window at a time.

A window is one PDU, whose reply is read before the next is sent: ``{BIND EXECUTE} x n``
with a reply to each row, or ``{PUT} x n`` through an insert cursor with one reply [J].
So what is in flight is bounded on both sides, and nothing deadlocks however many rows
there are: a whole window fits the buffers between client and server, and so do the
replies to one. A row too large for that is a window of its own, and then the server
has nothing to say before it has read everything.

The rule for errors: every row before the failing one has been executed. With
autocommit on a logged database the batch is a transaction of its own, and an error
undoes it all. Otherwise the rows stay part of the caller's transaction.

What is not known [?]: which of three replies a server gives to a window with a failing
row (docs/PROTOCOL.md section 8). If it drops what it had to say before the error,
`row_index` is that of the window's first row; if it carries on, rows of the window
after the failing one have been executed too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from informix_db._base import largebinding
from informix_db._base.largebinding import Unbound
from informix_db._base.sqltext import prepare_text
from informix_db._base.statements import STALE_CODES
from informix_db._protocol.blobs import execute_rows_gen
from informix_db._protocol.channel import Reply, reply_gen
from informix_db._protocol.contents import RowWithContents
from informix_db._protocol.insert import write_puts
from informix_db._protocol.statement import (
    Statement,
    close_gen,
    write_close,
    write_execute_many,
    write_release,
)
from informix_db._protocol.transaction import commit_gen
from informix_db._wire import constants as c
from informix_db._wire.accel import TupleEncoder, take_plain_rows, tuple_encoder
from informix_db._wire.buffer import Wire
from informix_db._wire.encode_tuple import Unfit
from informix_db.exceptions import DataError, Error, ProgrammingError

if TYPE_CHECKING:
    from informix_db._base.connection import BaseConnection

# Replies take up to 60 bytes a row; those of a window fit any socket's buffers. Rows
# of an insert cursor have one reply in common.
_WINDOW_ROWS = 512
_WINDOW_BYTES = 64 * 1024
_ROW_OVERHEAD = 12  # bytes of the messages around a row, at most

_END = object()

# A row's tuple or the body of its BIND, or what that will be made of.
Entry = bytes | Unbound


class _Watched(Iterator[Any]):
    """The same rows, which somebody is told of. They may go on after an end."""

    def __init__(self, rows: Iterator[Any], taken: Callable[[Any], object]) -> None:
        self._rows = rows
        self._taken = taken

    def __next__(self) -> Any:
        row = next(self._rows)
        self._taken(row)
        return row


class Batch:
    """One run of executemany.

    The shell calls `fill`, and `send_gen` as long as that returns True, then
    `finish_gen`; and `fail_gen` after an exception in any of them.
    """

    def __init__(
        self,
        connection: BaseConnection,
        operation: str,
        rows: Iterable[Any],
        insert_cursor: bool,
    ) -> None:
        self._connection = connection
        self._text = prepare_text(operation)
        self._rows: Iterator[Any] = iter(rows)
        # the rows taken so far, as long as they may have to be encoded again
        self._taken: list[Any] | None = []
        self._next: Any = _END  # a row taken from _rows and not encoded yet
        self._next_entry: Entry = b""  # or one that is, and did not fit into its window
        self._window: list[Entry] = []
        # the first window's values, if what they are stored in is not known
        self._first_values: list[Sequence[Any]] = []
        self._failure: BaseException | None = None  # raised by the rows themselves
        self._done = 0  # rows whose reply has been read
        self._statement: Statement | None = None
        self._kept = False  # the statement is from the cache
        self._doubtful = False  # and its columns may have been changed since
        self._own_transaction = False
        self._insert_cursor = insert_cursor
        self._tuples: TupleEncoder | None = None  # rows go through an insert cursor
        self._cursor_open = False
        self.row_count = 0
        self.last_row_id: int | None = None

    @property
    def through_insert_cursor(self) -> bool:
        """Whether rows were to go through an insert cursor."""
        return self._insert_cursor

    def watch_rows(self, taken: Callable[[Any], object]) -> None:
        """Have `taken` told of every row as it is taken."""
        self._rows = _Watched(self._rows, taken)

    # -- the rows --------------------------------------------------------------------

    def fill(self) -> bool:
        """Collect the next window; False if there are no more rows.

        Talks to nobody, so that the rows may come from a cursor on this connection.
        The first window holds no row: it makes `send_gen` prepare the statement, whose
        description decides how rows are encoded. An error of a row is kept until the
        rows before it have been executed.
        """
        self._window = []
        try:
            if self._statement is None:
                self._next = self._take_row()
                return self._next is not _END
            self._collect()
        except BaseException as exc:
            self._keep_failure(exc, len(self._window))
        return bool(self._window) or self._doubtful

    def _keep_failure(self, exc: BaseException, at: int) -> None:
        """Take note that row `at` of the window failed: it ends the batch."""
        if isinstance(exc, Error):
            exc.row_index = self._done + at
        self._failure = exc
        self._rows = iter(())  # the rows after the failing one are not executed
        self._next, self._next_entry = _END, b""

    def _collect(self) -> None:
        window = self._window
        size = self._collect_plain()
        while size < _WINDOW_BYTES and (
            len(window) < _WINDOW_ROWS or self._tuples is not None
        ):
            entry, self._next_entry = self._next_entry, b""
            if not entry:
                row = self._take_row()
                if row is _END:
                    return
                try:
                    entry = self._encode(row)
                except Unfit:
                    self._next = row
                    if window:
                        return
                    self._tuples = None  # from here on the server converts
                    continue
                except DataError:
                    if not self._kept:
                        raise
                    self._next = row
                    self._doubtful = not window
                    return
            if window and size + len(entry) > _WINDOW_BYTES:
                self._next_entry = entry
                return
            window.append(entry)
            size += len(entry) + _ROW_OVERHEAD

    def _collect_plain(self) -> int:
        """Collect rows that need no second look; return the size of the window."""
        statement = self._statement
        assert statement is not None
        if (
            not self._text.in_order
            or self._tuples is not None
            or self._taken is not None
            or self._next is not _END
            or isinstance(self._next_entry, Unbound)
            or statement.large
            or (self._done == 0 and statement.targets is None)
        ):
            return 0
        size = 0
        if self._next_entry:
            self._window.append(self._next_entry)
            size = len(self._next_entry) + _ROW_OVERHEAD
            self._next_entry = b""
        self._next, size = take_plain_rows(
            self._rows,
            self._window,
            size,
            self._text.needed,
            statement.limits,
            self._connection._bind_context,
            _WINDOW_ROWS,
            _WINDOW_BYTES,
            _ROW_OVERHEAD,
            _END,
        )
        return size

    def _take_row(self) -> Any:
        row, self._next = self._next, _END
        if row is _END:
            row = next(self._rows, _END)
            if self._taken is not None and row is not _END:
                self._taken.append(row)
        return row

    def _encode(self, row: Any) -> Entry:
        """Return the tuple of a row, or the body of its BIND, or what that takes."""
        values = self._text.arrange(row)
        if self._tuples is not None:
            return self._tuples.encode(values)
        assert self._statement is not None
        if self._statement.limits is not None:
            self._statement.limits.check(values)
        if self._done == 0 and self._statement.targets is None:
            self._first_values.append(values)
        bind = self._connection._bind(values)
        if largebinding.depends_on_targets(bind, self._statement, values):
            return Unbound(values)
        return bind or b""

    # -- the windows -----------------------------------------------------------------

    def send_gen(self) -> Wire[None]:
        """Execute the window."""
        if self._statement is None or self._doubtful:
            self.close(keep=False)
            yield from self._prepare_gen()
            return
        yield from self._begin_gen(self._statement)
        reply = yield from self._window_gen(self._statement)
        if self._is_stale(reply):
            self._first_values.clear()
            yield from self._prepare_again_gen()
            return
        if self._is_refused_text(self._statement, reply):
            rows = self._first_values[: len(self._window)]
            self._window = [Unbound(values) for values in rows]
            reply = yield from self._window_gen(self._statement)
        self._first_values.clear()
        self._taken = None
        self.row_count += reply.total_rows
        if reply.error is not None:
            reply.error.row_index = self._done + self._failed_at(reply)
            raise reply.error
        self._done += len(self._window)
        if self._statement.statement_type == c.STMT_INSERT:
            self.last_row_id = reply.last_serial

    def _prepare_gen(self) -> Wire[None]:
        connection = self._connection
        connection._settle_abandoned()
        statement = None
        if not self._doubtful:
            statement = connection._statements.take(self._text.sql)
        self._kept = statement is not None
        self._doubtful = False
        if not self._kept:
            self._taken = None
        if statement is None:
            statement = yield from connection._prepare_gen(
                self._text.sql, len(self._text.sources)
            )
        self._statement = statement
        if statement.returns_rows:
            raise ProgrammingError("executemany() is for statements without rows")
        if (
            self._insert_cursor
            and statement.targets is not None
            and connection._channel.framing.variable_varchar
        ):
            self._tuples = tuple_encoder(
                statement.targets, connection._channel.encoding
            )

    def _begin_gen(self, statement: Statement) -> Wire[None]:
        """Begin, before the first window; or again, if the rows' source ended it."""
        connection = self._connection
        if self._own_transaction or connection._begins_own_batch(statement):
            if not connection.in_transaction:
                yield from connection._begin_now_gen()
                self._own_transaction = True
        else:
            yield from connection._begin_gen(statement)
        connection._note_executed()

    def _window_gen(self, statement: Statement) -> Wire[Reply]:
        connection = self._connection
        channel = connection._channel
        channel.counters.executed += len(self._window)
        if self._tuples is not None:
            opening = None if self._cursor_open else self._tuples.types
            tuples = cast("list[bytes]", self._window)
            write_puts(channel, statement, tuples, opening)
            self._cursor_open = True
            connection._cursor_opened(self)
            return (yield from reply_gen(channel, Reply(statement.sql)))
        yield from self._close_cursor_gen(statement)
        binds = yield from self._binds_gen(statement)
        if any(isinstance(bind, RowWithContents) for bind in binds):
            try:
                return (yield from execute_rows_gen(channel, statement, binds))
            except Error as exc:  # of the row's own
                if exc.row_index is not None:
                    exc.row_index += self._done
                raise
        write_execute_many(channel, statement, binds)
        return (yield from reply_gen(channel, Reply(statement.sql)))

    def _binds_gen(self, statement: Statement) -> Wire[list[bytes]]:
        """Encode what needs the server for it; drop the rows from one that cannot be.

        Its error is raised when the rows before it have been executed.
        """
        binds: list[bytes] = []
        for entry in self._window:
            if not isinstance(entry, Unbound):
                binds.append(entry)
                continue
            try:
                bind_gen = largebinding.bind_gen
                values = entry.values
                binds.append((yield from bind_gen(self._connection, statement, values)))
            except Exception as exc:
                if not binds or not self._connection._channel.in_sync:
                    if isinstance(exc, Error):
                        exc.row_index = self._done
                    raise
                self._keep_failure(exc, len(binds))
                del self._window[len(binds) :]
                break
        return binds

    def _failed_at(self, reply: Reply) -> int:
        """Return the index in the window of the row that failed."""
        if self._tuples is None:
            return reply.failed_at
        return min(reply.total_rows, len(self._window) - 1)

    def _is_stale(self, reply: Reply) -> bool:
        """Whether the statement was prepared before the schema changed."""
        return (
            self._kept
            and self._done == 0
            and reply.done_count == 0
            and reply.error is not None
            and reply.error.sqlcode in STALE_CODES
        )

    def _is_refused_text(self, statement: Statement, reply: Reply) -> bool:
        """Whether the first row's text should have gone to a TEXT or CLOB."""
        return (
            bool(self._first_values)
            and reply.done_count == 0
            and reply.error is not None
            and largebinding.is_refused_text(
                reply.error, statement, self._first_values[0]
            )
        )

    def _prepare_again_gen(self) -> Wire[None]:
        """Prepare the statement anew; the rows of the window come once more."""
        self._connection._statements.clear()
        self.close(keep=False)
        self._rows = chain(self._taken or (), self._rows)
        self._next, self._next_entry = _END, b""
        self._first_values.clear()
        yield from self._prepare_gen()

    # -- the end ---------------------------------------------------------------------

    def finish_gen(self) -> Wire[None]:
        """End the batch; raise what the rows raised."""
        if self._failure is not None:
            raise self._failure
        if self._statement is not None:
            yield from self._close_cursor_gen(self._statement)
        self.close()
        if self._own_transaction:
            yield from self._connection._end_gen(commit_gen)

    def fail_gen(self) -> Wire[None]:
        """Clean up after an error: undo the batch's own transaction."""
        if not self._connection._channel.in_sync:
            return
        self.close()
        if self._own_transaction:
            yield from self._connection._undo_gen()

    def transaction_ended(self, how: str, held: bool) -> None:
        """The server closed the insert cursor."""
        self._cursor_open = False

    def _close_cursor_gen(self, statement: Statement) -> Wire[None]:
        """Close the insert cursor; its reply is waited for, as IBM's client does.

        A server that keeps rows back until then would tell about them here [?].
        """
        if self._cursor_open:
            self._cursor_open = False
            reply = yield from close_gen(self._connection._channel, statement)
            self.row_count += reply.total_rows

    def close(self, keep: bool = True) -> None:
        """Give the statement back, or release it. Writes, but does not send."""
        statement, self._statement = self._statement, None
        connection = self._connection
        connection._cursor_closed(self)
        if statement is None:
            return
        if self._cursor_open:
            self._cursor_open = False
            write_close(connection._channel, statement)
        if keep:
            connection._statements.give_back(statement)
        else:
            write_release(connection._channel, statement)
