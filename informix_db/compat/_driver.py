"""What this package needs of a connection beyond its public face.

ODBC tells the columns of a statement that was prepared and not executed, and the types
of its parameters. Here the statement is prepared and put back among those the
connection keeps, where the execution that follows finds it: no round trip is lost.
"""

from __future__ import annotations

from typing import NamedTuple

from informix_db import Connection, Cursor
from informix_db._base.sqltext import prepare_text
from informix_db._protocol.statement import Statement, describe_input_gen
from informix_db._wire.buffer import Wire
from informix_db._wire.describe import ColumnInfo

Columns = tuple[ColumnInfo, ...]


class Prepared(NamedTuple):
    """What a server says of a statement."""

    parameter_count: int
    columns: Columns  # of its rows; none if it has none
    parameters: Columns  # what each is stored in; none if the server does not tell


class Session(NamedTuple):
    """What is known of a session without asking."""

    user: str
    server: str
    database: str
    logged: bool
    ansi: bool


def prepare(connection: Connection, sql: str) -> Prepared:
    """Prepare a statement and return its description; the server may refuse it.

    Parameters cost a round trip more, unless they are the values of an INSERT or the
    connection has kept the statement.
    """
    text = prepare_text(sql)
    statement = connection._run(
        lambda: _prepared_gen(connection, text.sql, text.needed)
    )
    columns = statement.columns if statement.returns_rows else ()
    known = statement.targets or statement.inputs or ()
    if len(known) != text.needed:
        known = ()
    return Prepared(text.needed, columns, tuple(known))


def _prepared_gen(connection: Connection, sql: str, count: int) -> Wire[Statement]:
    connection._settle_abandoned()
    statement = connection._statements.take(sql)
    if statement is None:
        statement = yield from connection._prepare_gen(sql, count)
    channel = connection._channel
    try:
        known = statement.targets is not None or statement.inputs is not None
        if count and not known and channel.framing.describe_input:
            statement.inputs = yield from describe_input_gen(channel, statement)
    finally:
        if channel.in_sync:
            connection._statements.give_back(statement)
    return statement


def columns_of(cursor: Cursor) -> Columns:
    """Return the columns of the rows a cursor has, none if it has no rows."""
    return cursor._columns or ()


def session_of(connection: Connection) -> Session:
    """Return who is connected to what."""
    params, database = connection._params, connection._database
    return Session(
        params.user,
        params.server,
        params.database or "",
        database.logged,
        database.ansi,
    )
