"""executemany: many rows of parameters through one statement, a window at a time.

A window is one PDU, ``ID {BIND EXECUTE} x n`` [J], whose reply is read before the
next is sent. So what is in flight is bounded on both sides, and nothing deadlocks
however many rows there are.

The rule for errors: every row before the failing one has been executed. With
autocommit on a logged database the batch is a transaction of its own, and an error
undoes it all. Otherwise the rows stay part of the caller's transaction. Whether a
server goes on after the failing row to the end of the window is not known [?];
`row_count` counts what it says it did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from informix_db._base.sqltext import prepare_text
from informix_db._protocol.channel import Reply, reply_gen
from informix_db._protocol.statement import Statement, write_execute_many
from informix_db._protocol.transaction import commit_gen
from informix_db._wire.buffer import Wire
from informix_db.exceptions import Error, ProgrammingError

if TYPE_CHECKING:
    from informix_db._base.connection import BaseConnection

# Replies take up to 60 bytes a row; those of a window fit any socket's buffers.
_WINDOW_ROWS = 512
_WINDOW_BYTES = 64 * 1024

_END = object()


class Batch:
    """One run of executemany."""

    def __init__(
        self, connection: BaseConnection, operation: str, rows: Iterable[Any]
    ) -> None:
        self._connection = connection
        self._text = prepare_text(operation)
        self._rows: Iterator[Any] = iter(rows)
        self._window: list[bytes] = []
        self._failure: BaseException | None = None  # raised by the rows themselves
        self._done = 0  # rows whose reply has been read
        self._statement: Statement | None = None
        self._own_transaction = False
        self.row_count = 0

    def fill(self) -> bool:
        """Collect the next window; False if there are no more rows.

        Talks to nobody, so that the rows may come from a cursor on this connection.
        An error of a row is kept until the rows before it have been executed.
        """
        window: list[bytes] = []
        size = 0
        try:
            while len(window) < _WINDOW_ROWS and size < _WINDOW_BYTES:
                row = next(self._rows, _END)
                if row is _END:
                    break
                bind = self._connection._bind(self._text.arrange(row))
                window.append(bind or b"")
                size += len(window[-1])
        except BaseException as exc:
            if isinstance(exc, Error):
                exc.row_index = self._done + len(window)
            self._failure = exc
            self._rows = iter(())  # the rows after the failing one are not executed
        self._window = window
        return bool(window)

    def send_gen(self) -> Wire[None]:
        """Execute the window."""
        if self._statement is None:
            yield from self._start_gen()
        statement = self._statement
        assert statement is not None
        channel = self._connection._channel
        write_execute_many(channel, statement, self._window)
        reply = yield from reply_gen(channel, Reply(statement.sql))
        self.row_count += reply.total_rows
        if reply.error is not None:
            reply.error.row_index = self._done + reply.failed_at
            raise reply.error
        self._done += len(self._window)

    def _start_gen(self) -> Wire[None]:
        connection = self._connection
        statement = yield from connection._prepared_gen(
            self._text.sql, len(self._text.sources)
        )
        self._statement = statement
        if statement.returns_rows:
            raise ProgrammingError("executemany() is for statements without rows")
        if connection._begins_own_batch(statement):
            yield from connection._begin_now_gen()
            self._own_transaction = True
        else:
            yield from connection._begin_gen(statement)
        connection._note_executed()

    def finish_gen(self) -> Wire[None]:
        """End the batch; raise what the rows raised."""
        if self._failure is not None:
            yield from self.fail_gen()
            raise self._failure
        self._give_back()
        if self._own_transaction:
            yield from self._connection._end_gen(commit_gen)

    def fail_gen(self) -> Wire[None]:
        """Clean up after an error: undo the batch's own transaction."""
        if not self._connection._channel.in_sync:
            return
        self._give_back()
        if self._own_transaction:
            yield from self._connection._undo_gen()

    def _give_back(self) -> None:
        statement, self._statement = self._statement, None
        if statement is not None:
            self._connection._statements.give_back(statement)
