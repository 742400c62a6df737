"""A connection's state and rules, shared by the sync and async shells.

Everything that talks is a generator for a shell to drive under its wire lock; what
does not talk is a plain method. Nothing here waits.
"""

from __future__ import annotations

import logging
import re
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from informix_db import exceptions
from informix_db._base.capabilities import ServerCapabilities
from informix_db._base.statements import StatementCache, may_change_schema
from informix_db._protocol.channel import Channel, Reply, exchange_gen, reply_gen
from informix_db._protocol.login import LoginRequest, login_gen
from informix_db._protocol.session import (
    NO_DATABASE,
    DatabaseState,
    capabilities_gen,
    environment_gen,
    exit_gen,
    open_database_gen,
    ping_gen,
)
from informix_db._protocol.statement import (
    Statement,
    describes_rows,
    description_of,
    write_execute,
    write_open,
    write_prepare,
    write_release,
)
from informix_db._protocol.transaction import (
    commit_gen,
    rollback_gen,
    savepoint_gen,
    write_begin,
)
from informix_db._wire import constants as c
from informix_db._wire.accel import BindContext, Plan, encode_row
from informix_db._wire.buffer import Wire
from informix_db._wire.decode import plan_steps
from informix_db._wire.text import encode_text
from informix_db.exceptions import (
    Error,
    InterfaceError,
    NotSupportedError,
    StatementCancelledError,
)
from informix_db.params import ConnectParams
from informix_db.rows import Row, RowFactory

if TYPE_CHECKING:
    from informix_db._base.result import Result

logger = logging.getLogger("informix_db")

# How long an interrupted conversation may take to come to its end, in seconds.
CANCEL_GRACE = 5.0

_IDENTIFIER = re.compile(r"[^\W\d]\w{0,127}")

# The prepared statement no longer fits the schema: prepare again, once.
_STALE = frozenset({-710, -721, -9750})

_ALREADY_IN_TRANSACTION = -535


class SessionState(Enum):
    """What may be done with a session."""

    IDLE = "idle"
    BUSY = "busy"  # a conversation is under way
    BROKEN = "broken"  # the stream is lost, the socket closed
    CLOSED = "closed"  # by close()


class BaseConnection:
    """What both kinds of connection know and decide."""

    # PEP 249: exceptions as attributes of the connection
    Warning = exceptions.Warning
    Error = exceptions.Error
    InterfaceError = exceptions.InterfaceError
    DatabaseError = exceptions.DatabaseError
    DataError = exceptions.DataError
    OperationalError = exceptions.OperationalError
    IntegrityError = exceptions.IntegrityError
    InternalError = exceptions.InternalError
    ProgrammingError = exceptions.ProgrammingError
    NotSupportedError = exceptions.NotSupportedError

    row_factory: RowFactory | type[Row] | None
    """Default row factory of new cursors."""
    statement_timeout: float | None = None
    """Seconds an execute() may take by default; None: as long as it takes."""

    def __init__(self, params: ConnectParams) -> None:
        self._params = params
        self._channel = Channel(params.encoding)
        self._state = SessionState.IDLE
        self._why_broken = ""
        self._database = NO_DATABASE
        self._autocommit = params.autocommit
        self._in_transaction = False
        self._blocks = 0  # transaction() blocks entered
        # An urgent byte was sent that no ERR -213 may have answered yet.
        self._interrupted = False
        self._capabilities: ServerCapabilities | None = None
        self._server_version: str | None = None
        self._bind_context = BindContext(params.encoding, False)
        self._statements = StatementCache(self._channel, params.statement_cache_size)
        self._open_results: weakref.WeakSet[Result] = weakref.WeakSet()
        # Statements whose cursor was garbage collected, for the next boundary.
        self._abandoned: deque[Statement] = deque()
        self.row_factory = params.row_factory

    def __repr__(self) -> str:
        p = self._params
        return (
            f"<{type(self).__module__}.{type(self).__qualname__} {p.user}@{p.host}:"
            f"{p.port}/{p.database or ''} {self._state.value}>"
        )

    # -- what users may ask --------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Whether the connection can no longer be used."""
        return self._state in (SessionState.CLOSED, SessionState.BROKEN)

    @property
    def in_transaction(self) -> bool:
        """Whether there is work that commit() would commit."""
        return self._in_transaction

    @property
    def encoding(self) -> str:
        """Name of the Python codec of the session's text."""
        return self._channel.encoding

    @property
    def server_version_internal(self) -> str:
        """The version of the login reply: an internal number, 9.56 for 12.10 [P]."""
        return self.server_capabilities.server_version

    @property
    def server_capabilities(self) -> ServerCapabilities:
        """What the server said it can do when this session began."""
        if self._capabilities is None:
            raise InterfaceError("the connection has not been opened")
        return self._capabilities

    # -- state ---------------------------------------------------------------------

    def _check_usable(self) -> None:
        if self._state is SessionState.CLOSED:
            raise InterfaceError("the connection is closed")
        if self._state is SessionState.BROKEN:
            raise InterfaceError(f"the connection is broken: {self._why_broken}")

    def _mark_broken(self, why: BaseException) -> None:
        """The stream is lost; the first reason is the one to tell."""
        if self._state not in (SessionState.BROKEN, SessionState.CLOSED):
            self._state = SessionState.BROKEN
            self._why_broken = str(why) or type(why).__name__
        self._in_transaction = False
        self._abandoned.clear()

    def _abandon(self, statement: Statement) -> None:
        """Queue a statement whose cursor is gone. Called by finalizers: no I/O."""
        self._abandoned.append(statement)

    # -- opening and closing -------------------------------------------------------

    def _open_gen(self) -> Wire[None]:
        params, channel = self._params, self._channel
        login = yield from login_gen(
            channel,
            LoginRequest(
                user=params.user,
                password=params.password,
                server=params.server,
                environment=params.login_environment,
                application="informix_db",
                encoding=params.encoding,
            ),
        )
        mask = yield from capabilities_gen(channel, login.capabilities[0])
        self._capabilities = ServerCapabilities(
            mask,
            channel.framing.bits,
            login.version,
            login.serial_number,
            login.application_id,
            *login.capabilities,
        )
        self._bind_context = BindContext(params.encoding, channel.framing.bigint)
        yield from environment_gen(channel)
        if params.database is not None:
            self._database = yield from open_database_gen(channel, params.database)
        for sql in params.opening_statements:
            yield from self._run_plain_gen(sql)

    def _run_plain_gen(self, sql: str) -> Wire[None]:
        """Execute a statement outside of any transaction of the user's."""
        statement = yield from self._prepare_gen(sql, 0)
        try:
            write_execute(self._channel, statement, None)
            yield from exchange_gen(self._channel, sql)
        finally:
            write_release(self._channel, statement)

    def _exit_gen(self) -> Wire[None]:
        yield from exit_gen(self._channel)

    def _ping_gen(self) -> Wire[None]:
        yield from ping_gen(self._channel)

    def _absorb_interrupt_gen(self) -> Wire[None]:
        """Let an interrupt that came too late hit a ping, not the next statement."""
        self._interrupted = False
        try:
            yield from ping_gen(self._channel)
        except StatementCancelledError:
            logger.debug("an interrupt came after the statement it was meant for")

    # -- transactions --------------------------------------------------------------

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
        if self._in_transaction:
            yield from end_gen(self._channel)
            self._transaction_ended("commit" if end_gen is commit_gen else "rollback")

    def _refuse_in_block(self, what: str) -> None:
        if self._blocks:
            raise exceptions.ProgrammingError(
                f"{what}() inside a transaction() block: the block's end decides"
            )

    def _enter_block_gen(self) -> Wire[str]:
        """Enter a transaction() block; return its savepoint's name, "" if outermost."""
        if not self._database.logged:
            raise NotSupportedError(
                "the database is not logged: nothing could roll a transaction back"
            )
        name = ""
        if self._in_transaction:
            name = f"_ifxdb_{self._blocks}"
            yield from self._savepoint_gen(c.SQ_SETSVPT, name)
        self._blocks += 1
        return name

    def _leave_block_gen(self, name: str, succeeded: bool) -> Wire[None]:
        """Leave a transaction() block: commit or release, or undo what it did."""
        self._blocks -= 1
        if not name:
            yield from (self._end_gen(commit_gen) if succeeded else self._undo_gen())
        elif succeeded:
            yield from self._savepoint_gen(c.SQ_RELSVPT, name)
        else:
            yield from self._undo_to_gen(name)

    def _enter_savepoint_gen(self, name: str) -> Wire[None]:
        """Set a savepoint, in a transaction that may begin with it."""
        if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
            raise exceptions.ProgrammingError(f"{name!r} is no name for a savepoint")
        if not self._database.logged:
            raise NotSupportedError("the database is not logged: it has no savepoints")
        if not self._in_transaction:
            if self._autocommit and not self._blocks:
                raise exceptions.ProgrammingError(
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

    def _transaction_ended(self, how: str) -> None:
        self._in_transaction = False
        for result in list(self._open_results):
            result.transaction_ended(how)

    def _check_autocommit_change(self) -> None:
        if self._in_transaction:
            raise exceptions.ProgrammingError(
                "autocommit cannot change inside a transaction: commit or roll back"
            )

    def _must_begin(self, statement: Statement) -> bool:
        """Whether the server has to be told to begin before this statement."""
        return (
            self._database.logged
            and not self._database.ansi
            and not self._in_transaction
            and (not self._autocommit or self._blocks > 0)
            and statement.statement_type not in c.STMT_DATABASE
            and statement.statement_type not in _TRANSACTION_TYPES
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

    # -- statements ----------------------------------------------------------------

    def _settle_abandoned(self) -> None:
        """At a statement boundary: close what garbage-collected cursors left open."""
        while self._abandoned:
            self._statements.close_and_give_back(self._abandoned.popleft())

    def _prepare_gen(self, sql: str, parameter_count: int) -> Wire[Statement]:
        channel = self._channel
        raw = encode_text(sql, channel.encoding, "SQL text")
        write_prepare(channel, raw, parameter_count)
        reply = yield from exchange_gen(channel, sql)
        described = description_of(reply)
        statement = Statement(
            statement_id=described.statement_id,
            sql=sql,
            statement_type=described.statement_type,
            columns=described.columns,
            plan=None,
            tuple_size=described.tuple_size,
            parameter_count=parameter_count,
            generation=self._statements.generation,
        )
        if describes_rows(described):
            try:
                statement.plan = Plan(
                    plan_steps(described.columns, channel.framing.variable_varchar),
                    [column.name for column in described.columns],
                    channel.encoding,
                )
            except NotSupportedError:
                write_release(channel, statement)
                raise
        return statement

    def _prepared_gen(self, sql: str, parameter_count: int) -> Wire[Statement]:
        """Return a statement for `sql`, idle or new, which is then in use."""
        self._settle_abandoned()
        statement = self._statements.take(sql)
        if statement is None:
            statement = yield from self._prepare_gen(sql, parameter_count)
        return statement

    def _bind(self, values: Sequence[Any]) -> bytes | None:
        """Encode a row of parameters; None if there are none."""
        return encode_row(values, self._bind_context) if values else None

    def _execute_gen(
        self, sql: str, values: Sequence[Any], fetch_size: int, hold: bool
    ) -> Wire[tuple[Statement, Reply]]:
        """Run a statement: the one way through for every cursor.

        The statement is in use afterwards and the caller gives it back, unless this
        raises. A statement from the cache that went stale is prepared again, once.
        """
        bind = self._bind(values)
        self._settle_abandoned()
        statement = self._statements.take(sql)
        if statement is not None:
            try:
                return statement, (
                    yield from self._execute_once_gen(statement, bind, fetch_size, hold)
                )
            except Error as exc:
                if exc.sqlcode not in _STALE or not self._channel.in_sync:
                    raise
                self._statements.clear()
        statement = yield from self._prepare_gen(sql, len(values))
        return statement, (
            yield from self._execute_once_gen(statement, bind, fetch_size, hold)
        )

    def _execute_once_gen(
        self, statement: Statement, bind: bytes | None, fetch_size: int, hold: bool
    ) -> Wire[Reply]:
        """Run a prepared statement; on an error it is given back."""
        try:
            if statement.returns_rows:
                return (yield from self._query_gen(statement, bind, fetch_size, hold))
            return (yield from self._change_gen(statement, bind))
        except Error:
            if self._channel.in_sync:
                self._statements.close_and_give_back(statement)
            raise

    def _query_gen(
        self, statement: Statement, bind: bytes | None, fetch_size: int, hold: bool
    ) -> Wire[Reply]:
        """Open and fetch. BEGIN, if it is needed, travels along."""
        channel = self._channel
        begun = None
        if self._must_begin(statement):
            write_begin(channel)
            begun = Reply()
        write_open(channel, statement, bind, fetch_size, hold or self._commits_itself)
        if begun is not None:
            yield from reply_gen(channel, begun)
        reply = Reply(statement.sql, statement.plan)
        yield from reply_gen(channel, reply)
        if begun is not None:
            self._began(begun)
        self._note_effects(statement, reply)
        return reply

    def _change_gen(self, statement: Statement, bind: bytes | None) -> Wire[Reply]:
        """Execute, in a transaction if the rules say so."""
        yield from self._begin_gen(statement)
        write_execute(self._channel, statement, bind)
        reply = yield from reply_gen(self._channel, Reply(statement.sql))
        self._note_effects(statement, reply)
        if self._commits_itself:
            yield from self._end_gen(commit_gen)
        return reply

    def _begin_gen(self, statement: Statement) -> Wire[None]:
        """Begin if this statement needs it, and wait for the answer.

        A change must not be sent along with BEGIN: if that failed, the change would
        be made outside of any transaction.
        """
        if self._must_begin(statement):
            yield from self._begin_now_gen()

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

    def _note_effects(self, statement: Statement, reply: Reply) -> None:
        """Follow what the statement did to the session; raise its error."""
        kind = statement.statement_type
        self._note_executed()
        if reply.error is not None:
            raise reply.error
        if may_change_schema(kind):
            self._statements.clear()
        if kind == c.STMT_BEGIN:
            self._in_transaction = True
        elif kind in (c.STMT_COMMIT, c.STMT_ROLLBACK):
            self._transaction_ended("commit" if kind == c.STMT_COMMIT else "rollback")
        elif kind in c.STMT_DATABASE and reply.done is not None:
            self._database = DatabaseState.of_warn(reply.done.warn)
            self._transaction_ended("a change of database")


_TRANSACTION_TYPES = frozenset({c.STMT_BEGIN, c.STMT_COMMIT, c.STMT_ROLLBACK})
