"""The prepared statements of a session, kept for the next time (LRU).

A statement is idle (a later execute may take it) or in use by a cursor whose rows
are not all read. The same SQL executed while its statement is in use gets a second
one, which is released instead of kept.
"""

from __future__ import annotations

from collections import OrderedDict

from informix_db._base.sqltext import LONGEST_KEPT
from informix_db._protocol.channel import Channel
from informix_db._protocol.statement import Statement, write_close, write_release
from informix_db._wire import constants as c

# Everything else may change what a prepared statement refers to.
_HARMLESS_TYPES = (
    frozenset(
        {
            c.STMT_SELECT,
            c.STMT_INSERT,
            c.STMT_BEGIN,
            c.STMT_COMMIT,
            c.STMT_ROLLBACK,
            c.STMT_EXECUTE_ROUTINE,
        }
    )
    | c.STMT_UPDATE
    | c.STMT_DELETE
)

# The prepared statement no longer fits the schema, or names a cursor that was opened
# anew since: prepare again, once.
STALE_CODES = frozenset({-710, -721, -9750, -507})

_CACHEABLE_TYPES = _HARMLESS_TYPES - {c.STMT_BEGIN, c.STMT_COMMIT, c.STMT_ROLLBACK}


def may_change_schema(statement_type: int) -> bool:
    """Whether executing such a statement can make others stale."""
    return statement_type not in _HARMLESS_TYPES


class StatementCache:
    """Idle statements by SQL, the least recently used first."""

    def __init__(self, channel: Channel, size: int) -> None:
        self._channel = channel
        self._size = size
        self._idle: OrderedDict[str, Statement] = OrderedDict()
        self.generation = 0  # statements of an older one may be stale

    def __len__(self) -> int:
        return len(self._idle)

    def take(self, sql: str) -> Statement | None:
        """Return an idle statement for `sql`, which is then in use."""
        statement = self._idle.pop(sql, None)
        if statement is not None:
            self._channel.counters.cache_hits += 1
        return statement

    def give_back(self, statement: Statement) -> None:
        """Keep a statement that is no longer in use, or release it."""
        keep = (
            self._size > 0
            and statement.generation == self.generation
            and statement.statement_type in _CACHEABLE_TYPES
            and statement.sql not in self._idle
            and len(statement.sql) <= LONGEST_KEPT
        )
        if not keep:
            write_release(self._channel, statement)
            return
        self._idle[statement.sql] = statement
        if len(self._idle) > self._size:
            _, oldest = self._idle.popitem(last=False)
            write_release(self._channel, oldest)

    def close_and_give_back(self, statement: Statement) -> None:
        """Close the statement's cursor, if it has one, and give it back.

        CLOSE of a cursor that is not open is answered by an error nobody waits for.
        """
        if statement.plan is not None:
            write_close(self._channel, statement)
        self.give_back(statement)

    def clear(self) -> None:
        """Release every idle statement: what they refer to may have changed."""
        for statement in self._idle.values():
            write_release(self._channel, statement)
        self._idle.clear()
        self.generation += 1
