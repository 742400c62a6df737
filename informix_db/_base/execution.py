"""The part of a connection that runs statements: the one way through for every cursor.

Knows the statements that are kept, what a garbage-collected cursor left behind, and
what a statement does to the session. Nothing here waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, cast

from informix_db._base import largebinding
from informix_db._base.largebinding import TARGETED, is_refused_text
from informix_db._base.largeobjects import CLOSE as CLOSE_DESCRIPTOR
from informix_db._base.routines import Routines
from informix_db._base.sqltext import inserts_columns
from informix_db._base.statements import (
    STALE_CODES,
    StatementCache,
    may_change_schema,
)
from informix_db._base.tpc import TwoPhase
from informix_db._protocol.blobs import execute_rows_gen
from informix_db._protocol.channel import Channel, Reply, exchange_gen, reply_gen
from informix_db._protocol.contents import RowWithContents
from informix_db._protocol.session import DatabaseState
from informix_db._protocol.statement import (
    Opening,
    Statement,
    describes_rows,
    description_of,
    opened_gen,
    write_close,
    write_execute,
    write_open,
    write_prepare,
    write_release,
)
from informix_db._protocol.transaction import commit_gen, write_begin
from informix_db._wire import constants as c
from informix_db._wire.accel import BindContext, Limits, Plan, encode_row
from informix_db._wire.buffer import Wire
from informix_db._wire.decode import plan_steps
from informix_db._wire.encode import NeedsTarget
from informix_db._wire.largeparams import needs_target
from informix_db._wire.text import encode_text, plain_codec
from informix_db.exceptions import DataError, Error, NotSupportedError
from informix_db.params import ConnectParams
from informix_db.types import BlobLocator, ClobLocator, LargeObjectOpener

_VERSION_SQL = (
    "SELECT DBINFO('version', 'full') FROM informix.systables WHERE tabid = 1"
)


def _fits(limits: Limits, values: Sequence[Any]) -> bool:
    """Whether columns with these limits can hold `values`."""
    try:
        limits.check(values)
    except DataError:
        return False
    return True


class Execution(TwoPhase):
    """What runs statements, and follows what they do to the session."""

    def __init__(self, params: ConnectParams) -> None:
        super().__init__(Channel(params.encoding), params.autocommit)
        self._params = params
        self._database_name = params.database  # None once the user chose another
        self._bind_context = BindContext(params.encoding, False)
        self._statements = StatementCache(self._channel, params.statement_cache_size)
        self._routines = Routines(self)
        # Statements whose cursor, and descriptors whose file, was garbage collected,
        # for the next boundary.
        self._abandoned: deque[Statement] = deque()
        self._abandoned_descriptors: deque[int] = deque()

    @property
    def encoding(self) -> str:
        """Name of the Python codec of the session's text."""
        return plain_codec(self._channel.encoding)

    # -- what nobody uses any more ---------------------------------------------------

    def _abandon(self, statement: Statement) -> None:
        """Queue a statement whose cursor is gone. Called by finalizers: no I/O."""
        self._abandoned.append(statement)

    def _abandon_descriptor(self, descriptor: int) -> None:
        """Queue the descriptor of a large object that nobody will close."""
        self._abandoned_descriptors.append(descriptor)

    def _settle_abandoned(self) -> None:
        """At a statement boundary: close what was left open."""
        while self._abandoned:
            self._statements.close_and_give_back(self._abandoned.popleft())
        while self._abandoned_descriptors:
            descriptor = self._abandoned_descriptors.popleft()
            self._routines.write_unwaited(CLOSE_DESCRIPTOR, descriptor)

    # -- running -------------------------------------------------------------------

    def _prepare_gen(self, sql: str, parameter_count: int) -> Wire[Statement]:
        channel = self._channel
        raw = encode_text(sql, channel.encoding, "SQL text")
        write_prepare(channel, raw, parameter_count)
        reply = yield from exchange_gen(channel, sql)
        channel.counters.prepared += 1
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
        elif inserts_columns(sql, [column.name for column in described.columns]):
            statement.targets = described.columns
            statement.limits = Limits(described.columns, channel.encoding)
        if not statement.returns_rows:
            # What an INSERT describes are columns, but maybe not those of its `?` [P].
            statement.large = any(map(needs_target, described.columns))
        return statement

    def _bind(self, values: Sequence[Any]) -> bytes | None:
        """Encode a row of parameters; None if there are none.

        TARGETED stands for a row that cannot be encoded without its statement.
        """
        try:
            return encode_row(values, self._bind_context) if values else None
        except NeedsTarget:
            return TARGETED

    def _execute_gen(
        self, sql: str, values: Sequence[Any], opening: Opening
    ) -> Wire[tuple[Statement, Reply]]:
        """Run a statement: the one way through for every cursor.

        The statement is in use afterwards and the caller gives it back, unless this
        raises. A statement from the cache that went stale is prepared again, once.
        """
        bind = self._bind(values)  # a value that cannot be sent costs no round trip
        self._settle_abandoned()
        if opening.files is not None:
            self._channel.files = opening.files
        statement = self._statements.take(sql)
        if (
            statement is not None
            and statement.limits is not None
            and not _fits(statement.limits, values)
        ):
            # The columns may have been changed since: ask again.
            write_release(self._channel, statement)
            statement = None
        if statement is not None:
            try:
                reply = yield from self._run_gen(statement, values, bind, opening)
            except Error as exc:
                if exc.sqlcode not in STALE_CODES or not self._channel.in_sync:
                    raise
                self._statements.clear()
            else:
                return statement, reply
        statement = yield from self._prepare_gen(sql, len(values))
        if statement.limits is not None:
            try:
                statement.limits.check(values)
            except DataError:
                self._statements.give_back(statement)
                raise
        reply = yield from self._run_gen(statement, values, bind, opening)
        return statement, reply

    def _run_gen(
        self,
        statement: Statement,
        values: Sequence[Any],
        bind: bytes | None,
        opening: Opening,
    ) -> Wire[Reply]:
        """Run a prepared statement; on an error it is given back."""
        self._channel.counters.executed += 1
        try:
            targeted = largebinding.depends_on_targets(bind, statement, values)
            while True:
                if targeted:
                    bind = yield from largebinding.bind_gen(self, statement, values)
                try:
                    if statement.plan is None:
                        return (yield from self._change_gen(statement, bind))
                    reply = yield from self._query_gen(statement, bind, opening)
                    self._note_effects(statement, reply)
                    return reply
                except Error as exc:
                    if targeted or not is_refused_text(exc, statement, values):
                        raise
                targeted = True
        except BaseException:  # of a file, perhaps, that is a parameter
            if self._channel.in_sync:
                self._statements.close_and_give_back(statement)
            raise

    def _query_gen(
        self, statement: Statement, bind: bytes | None, opening: Opening
    ) -> Wire[Reply]:
        """Open and fetch, in a transaction if the rules say so."""
        if self._commits_itself:
            opening = replace(opening, hold=True)
        if self._must_begin(statement):
            return self._first_query_gen(statement, bind, opening)
        write_open(self._channel, statement, bind, opening)
        return opened_gen(self._channel, statement, opening)

    def _first_query_gen(
        self, statement: Statement, bind: bytes | None, opening: Opening
    ) -> Wire[Reply]:
        """Begin, open and fetch. BEGIN travels along, but not with a routine's call."""
        channel = self._channel
        begun = None
        if statement.statement_type == c.STMT_SELECT:
            write_begin(channel)
            begun = Reply()
        else:  # it may change things
            yield from self._begin_now_gen()
        write_open(channel, statement, bind, opening)
        if begun is not None:
            yield from reply_gen(channel, begun)
        reply = yield from opened_gen(channel, statement, opening)
        if begun is not None:
            self._began(begun)
        return reply

    def _change_gen(self, statement: Statement, bind: bytes | None) -> Wire[Reply]:
        """Execute, in a transaction if the rules say so."""
        yield from self._begin_gen(statement)
        if isinstance(bind, RowWithContents):
            reply = yield from execute_rows_gen(self._channel, statement, [bind])
        else:
            write_execute(self._channel, statement, bind)
            reply = yield from reply_gen(self._channel, Reply(statement.sql))
        try:
            self._note_effects(statement, reply)
        except Error as exc:
            ends = statement.statement_type in (c.STMT_COMMIT, c.STMT_ROLLBACK)
            if self._in_transaction and (ends or self._commits_itself):
                yield from self._after_failed_end_gen(exc)
            raise
        if statement.statement_type in c.STMT_DATABASE:
            yield from self._match_locale_gen()
        if self._commits_itself:
            yield from self._end_gen(commit_gen)
        return reply

    def _match_locale_gen(self) -> Wire[None]:
        """Speak the code set of the database that was opened."""
        raise NotImplementedError

    def _note_effects(self, statement: Statement, reply: Reply) -> None:
        """Follow what the statement did to the session; raise its error."""
        kind = statement.statement_type
        self._note_executed()
        if reply.error is not None:
            raise reply.error
        if kind == c.STMT_SELECT:
            return
        if may_change_schema(kind):
            self._statements.clear()
        if kind == c.STMT_BEGIN:
            self._in_transaction = True
        elif kind in (c.STMT_COMMIT, c.STMT_ROLLBACK):
            self._transaction_ended("commit" if kind == c.STMT_COMMIT else "rollback")
        elif kind in c.STMT_DATABASE and reply.done is not None:
            self._database = DatabaseState.of_statement(kind, reply.done.warn)
            self._database_name = None
            self._routines.clear()
            self._xa_open = False
            self._transaction_ended("a change of database", held=True)

    # -- besides cursors ---------------------------------------------------------------

    def _run_plain_gen(self, sql: str) -> Wire[None]:
        """Execute a statement outside of any transaction of the user's."""
        statement = yield from self._prepare_gen(sql, 0)
        try:
            write_execute(self._channel, statement, None)
            yield from exchange_gen(self._channel, sql)
        finally:
            write_release(self._channel, statement)

    def _version_gen(self) -> Wire[str]:
        """Ask for the server's release."""
        return (yield from self._ask_gen(_VERSION_SQL))

    def _ask_gen(self, sql: str) -> Wire[str]:
        """Return the text a query selects, "" if none; without a BEGIN before it."""
        statement = yield from self._prepare_gen(sql, 0)
        opening = Opening(c.FETCH_SIZE_CLASSIC)
        write_open(self._channel, statement, None, opening)
        reply = yield from opened_gen(self._channel, statement, opening)
        self._note_executed()
        write_close(self._channel, statement)
        write_release(self._channel, statement)
        problem = reply.error or reply.row_error
        if problem is not None:
            raise problem
        answer = [value for row in reply.rows for value in row if value is not None]
        return str(answer[0]).strip() if answer else ""

    def _fast_path_gen(self, signature: str, values: Sequence[Any]) -> Wire[list[Any]]:
        self._settle_abandoned()
        yield from self._begin_for_call_gen()
        results = yield from self._routines.call_gen(signature, *values)
        if self._commits_itself:
            yield from self._end_gen(commit_gen)
        return results

    def _attach(self, values: Iterable[Any]) -> None:
        """Let the locators among `values` be opened on this connection."""
        for value in values:
            if isinstance(value, (BlobLocator, ClobLocator)):
                value._connection = cast("LargeObjectOpener", self)
