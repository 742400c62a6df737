"""A connection's transactions: when to begin, what ends one, blocks and savepoints.

The rules of REQUIREMENTS R2: in a logged database BEGIN goes out before the first
statement of a transaction; an ANSI database is always in one; an unlogged one never.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable
from typing import Protocol

from informix_db._base.statements import may_change_schema
from informix_db._protocol.channel import Channel, Reply, reply_gen
from informix_db._protocol.session import NO_DATABASE, DatabaseState
from informix_db._protocol.statement import Statement
from informix_db._protocol.transaction import (
    commit_gen,
    rollback_gen,
    savepoint_gen,
    write_begin,
)
from informix_db._wire import constants as c
from informix_db._wire.buffer import Wire
from informix_db._wire.text import encode_text
from informix_db.exceptions import Error, NotSupportedError, ProgrammingError

_IDENTIFIER = re.compile(r"[^\W\d]\w{0,127}")

_ALREADY_IN_TRANSACTION = -535
_NOT_IN_TRANSACTION = -255

_TRANSACTION_TYPES = frozenset({c.STMT_BEGIN, c.STMT_COMMIT, c.STMT_ROLLBACK})


def _block_name(depth: int) -> str:
    """Return the name of the savepoint that a block inside `depth` others sets."""
    return f"_ifxdb_{depth}"


def _leave_forgotten_gen(succeeded: bool) -> Wire[None]:
    """Leave a block of an earlier user, whose work was rolled back."""
    if succeeded:
        raise ProgrammingError(
            "what the block did was rolled back: its connection went back to the pool "
            "before the block ended"
        )
    yield from ()


class OpenCursor(Protocol):
    """Whoever has a cursor open on the server."""

    def transaction_ended(self, how: str, held: bool) -> None:
        """Take note that the server closed it, if it is not held or `held` is set."""

    def close(self) -> None:
        """Close it. Writes, but does not send."""


class Transactions:
    """The part of a connection that knows whether it is in a transaction."""

    def __init__(self, channel: Channel, autocommit: bool) -> None:
        self._channel = channel
        self._database: DatabaseState = NO_DATABASE
        self._autocommit = autocommit
        self._in_transaction = False
        self._blocks = 0  # transaction() blocks entered
        self._user = object()  # another one for each user of a pool's connection
        # Made when there is one: most results end with the first fetch.
        self._open_cursors: weakref.WeakSet[OpenCursor] | None = None

    @property
    def in_transaction(self) -> bool:
        """Whether there is work that commit() would commit."""
        return self._in_transaction

    def _commit_gen(self) -> Wire[None]:
        self._refuse_in_block("commit")
        yield from self._end_gen(commit_gen)

    def _rollback_gen(self) -> Wire[None]:
        self._refuse_in_block("rollback")
        yield from self._undo_gen()

    def _undo_gen(self) -> Wire[None]:
        yield from self._end_gen(rollback_gen)

    def _end_gen(self, end_gen: Callable[[Channel], Wire[None]]) -> Wire[None]:
        """End the transaction, if there is one."""
        if not self._in_transaction:
            return
        try:
            yield from end_gen(self._channel)
        except Error as exc:
            committing = end_gen is commit_gen
            if committing or exc.sqlcode == _NOT_IN_TRANSACTION:
                yield from self._after_failed_end_gen(exc)
            if committing or self._in_transaction:
                raise
        else:
            self._transaction_ended("commit" if end_gen is commit_gen else "rollback")

    def _after_failed_end_gen(self, error: Error) -> Wire[None]:
        """Be outside of any transaction after `error`, whatever the server did.

        One that cannot commit may have rolled back by itself, as it does when deferred
        constraints do not hold, or leave that to the client. A routine may have ended
        the transaction long before.
        """
        if not self._channel.in_sync:
            return
        if error.sqlcode != _NOT_IN_TRANSACTION:
            try:
                yield from rollback_gen(self._channel)
            except Error as exc:
                if exc.sqlcode != _NOT_IN_TRANSACTION:
                    return
        self._transaction_ended("rollback")

    def _refuse_in_block(self, what: str) -> None:
        if self._blocks:
            raise ProgrammingError(
                f"{what}() inside a transaction() block: the block's end decides"
            )

    def _forget_blocks(self) -> None:
        """Have no block: those that are open, left half way, are an earlier user's."""
        self._blocks = 0
        self._user = object()

    def _of_this_user(
        self, leave_gen: Callable[[bool], Wire[None]]
    ) -> Callable[[bool], Wire[None]]:
        """Return `leave_gen`, for as long as the connection has the same user."""
        user = self._user

        def leave(succeeded: bool) -> Wire[None]:
            if self._user is user:
                return leave_gen(succeeded)
            return _leave_forgotten_gen(succeeded)

        return leave

    def _enter_block_gen(self) -> Wire[str]:
        """Enter a transaction() block; return its savepoint's name, "" if outermost.

        The caller counts it in `_blocks`: who is interrupted has not entered.
        """
        if not self._database.logged:
            raise NotSupportedError(
                "the database is not logged: nothing could roll a transaction back"
            )
        name = ""
        if self._blocks or self._in_transaction:
            if not self._in_transaction:
                yield from self._begin_now_gen()
            name = _block_name(self._blocks)
            yield from self._savepoint_gen(c.SQ_SETSVPT, name)
        return name

    def _leave_block_gen(self, name: str, succeeded: bool) -> Wire[None]:
        """Leave a transaction() block: commit or release, or undo what it did.

        Blocks end in the order that nesting gives them, unless several tasks or threads
        have some of their own: what is whose is not known then, and all is undone.
        """
        self._blocks = depth = max(0, self._blocks - 1)
        if name != _block_name(depth) and (name or depth):
            yield from self._undo_gen()
            if succeeded:
                raise ProgrammingError(
                    "the transaction was rolled back: its blocks did not end in the "
                    "order in which nesting has them end; tasks or threads that share "
                    "a connection cannot have blocks of their own"
                )
        elif not name:
            yield from (self._end_gen(commit_gen) if succeeded else self._undo_gen())
        else:
            yield from self._leave_savepoint_gen(name, succeeded)

    def _enter_savepoint_gen(self, name: str) -> Wire[None]:
        """Set a savepoint, in a transaction that may begin with it."""
        if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
            raise ProgrammingError(f"{name!r} is no name for a savepoint")
        if not self._database.logged:
            raise NotSupportedError("the database is not logged: it has no savepoints")
        if not self._in_transaction:
            if self._autocommit and not self._blocks:
                raise ProgrammingError(
                    "a savepoint needs a transaction: use transaction(), or turn "
                    "autocommit off"
                )
            yield from self._begin_now_gen()
        yield from self._savepoint_gen(c.SQ_SETSVPT, name)

    def _leave_savepoint_gen(self, name: str, succeeded: bool) -> Wire[None]:
        """Release a savepoint, or undo what was done since."""
        if not self._in_transaction:
            return  # the transaction ended inside the block and took it along
        if succeeded:
            yield from self._savepoint_gen(c.SQ_RELSVPT, name)
        else:
            yield from self._undo_to_gen(name)

    def _undo_to_gen(self, name: str) -> Wire[None]:
        yield from self._savepoint_gen(c.SQ_RBACKSVPT, name)
        yield from self._savepoint_gen(c.SQ_RELSVPT, name)

    def _savepoint_gen(self, tag: int, name: str) -> Wire[None]:
        if not self._channel.framing.savepoints:
            raise NotSupportedError("this server has no savepoints")
        yield from savepoint_gen(
            self._channel, tag, encode_text(name, self._channel.encoding, "savepoint")
        )

    def _transaction_ended(self, how: str, held: bool = False) -> None:
        """Take note of the end, and of the cursors it closed: `held` ones too."""
        self._in_transaction = False
        for cursor in self._cursors():
            cursor.transaction_ended(how, held)

    def _cursor_opened(self, cursor: OpenCursor) -> None:
        """Take note of a cursor that stays open on the server for now."""
        if self._open_cursors is None:
            self._open_cursors = weakref.WeakSet()
        self._open_cursors.add(cursor)

    def _cursor_closed(self, cursor: OpenCursor) -> None:
        """Take note of the end of a cursor that may have been open."""
        if self._open_cursors is not None:
            self._open_cursors.discard(cursor)

    def _cursors(self) -> list[OpenCursor]:
        """Return the cursors that are open on the server."""
        return [] if self._open_cursors is None else list(self._open_cursors)

    def _set_autocommit(self, value: bool) -> None:
        if self._in_transaction:
            raise ProgrammingError(
                "autocommit cannot change inside a transaction: commit or roll back"
            )
        if not isinstance(value, int):
            raise ProgrammingError(
                f"autocommit must be a bool, not {type(value).__name__}"
            )
        self._autocommit = bool(value)

    def _must_begin(self, statement: Statement) -> bool:
        """Whether the server has to be told to begin before this statement."""
        return (
            self._wants_begin
            and statement.statement_type not in c.STMT_DATABASE
            and statement.statement_type not in _TRANSACTION_TYPES
        )

    @property
    def _wants_begin(self) -> bool:
        """Whether what is done next belongs into a transaction that has not begun."""
        return (
            self._database.logged
            and not self._database.ansi
            and not self._in_transaction
            and (not self._autocommit or self._blocks > 0)
        )

    def _begins_own_batch(self, statement: Statement) -> bool:
        """Whether executemany makes a transaction of its own around `statement`."""
        return (
            self._autocommit
            and self._blocks == 0
            and self._database.logged
            and not self._in_transaction
            and not may_change_schema(statement.statement_type)
        )

    def _began(self, reply: Reply) -> None:
        """Take note of BEGIN's reply; one that was needless is no error."""
        error = reply.error
        if error is not None and error.sqlcode != _ALREADY_IN_TRANSACTION:
            raise error
        self._in_transaction = True

    def _begin_gen(self, statement: Statement) -> Wire[None]:
        """Begin if this statement needs it, and wait for the answer.

        A change must not be sent along with BEGIN: if that failed, the change would
        be made outside of any transaction.
        """
        if self._must_begin(statement):
            yield from self._begin_now_gen()

    def _begin_for_call_gen(self) -> Wire[None]:
        """Begin if a routine that is called without SQL needs it."""
        if self._wants_begin:
            yield from self._begin_now_gen()
        self._note_executed()

    def _begin_now_gen(self) -> Wire[None]:
        """Begin a transaction; in an ANSI database that needs no word."""
        if self._database.ansi:
            self._in_transaction = True
            return
        write_begin(self._channel)
        self._began((yield from reply_gen(self._channel, Reply())))

    def _note_executed(self) -> None:
        """Any statement opens a transaction in an ANSI database."""
        if self._database.ansi:
            self._in_transaction = True

    @property
    def _commits_itself(self) -> bool:
        """Whether autocommit has to be done by COMMIT: ANSI databases have none."""
        return self._database.ansi and self._autocommit and self._blocks == 0
