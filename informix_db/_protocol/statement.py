"""Statements: prepare, execute, open, fetch, close, release.

Flows of docs/PROTOCOL.md section 4. `write_*` functions put a request into the write
buffer; `*_gen` functions also read the reply. A request that opens a cursor asks for
the first rows in the same PDU, as IBM's client does when it wants no RET_TYPE; this
driver never wants one, because the default forms can be read [J, P].
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from informix_db._protocol.channel import Channel, Reply, exchange_gen, reply_gen
from informix_db._protocol.contents import RowWithContents, write_contents
from informix_db._protocol.files import ClientFiles
from informix_db._wire import constants as c
from informix_db._wire.accel import Plan
from informix_db._wire.buffer import MESSAGE_LIMIT, SHORT, USHORT, Wire
from informix_db._wire.describe import ColumnInfo, Description
from informix_db._wire.limits import Limits
from informix_db.exceptions import DataError, ProtocolError
from informix_db.types import TypeCode

# Room in the fetch buffer that a server may count besides the rows [?].
FETCH_OVERHEAD = 64

# What SFETCH can ask for [J]; how IBM's client gets the row before is by number.
SCROLL_NEXT = 1
SCROLL_LAST = 4
SCROLL_ABSOLUTE = 6
MAX_ROW_NUMBER = 0x7FFFFFFF  # rows are counted from 1, by an int


@dataclass
class Statement:
    """A prepared statement, by the id the server gave it."""

    statement_id: int
    sql: str
    statement_type: int
    columns: tuple[ColumnInfo, ...]
    plan: Plan | None  # how its rows are read; None if it returns none
    tuple_size: int  # of the largest row
    parameter_count: int
    generation: int = 0  # of the statement cache, when it was prepared
    targets: tuple[ColumnInfo, ...] | None = None  # what its `?` are stored in
    limits: Limits | None = None  # of the targets
    inputs: tuple[ColumnInfo, ...] | None = None  # its `?`, if they were asked for
    large: bool = False  # its parameters may have to be encoded by what they are for

    @property
    def returns_rows(self) -> bool:
        """Whether it is opened and fetched from, rather than executed."""
        return self.plan is not None

    @functools.cached_property
    def contents_at(self) -> tuple[int, ...]:
        """Which columns of its rows have contents that are fetched apart."""
        codes = (c.BYTE, c.TEXT) if self.returns_rows else ()
        return tuple(at for at, of in enumerate(self.columns) if of.code in codes)

    @functools.cached_property
    def locators_at(self) -> tuple[int, ...]:
        """Which columns of its rows have locators of large objects."""
        if not self.returns_rows:
            return ()
        known = (TypeCode.BLOB, TypeCode.CLOB)
        return tuple(at for at, of in enumerate(self.columns) if of.type_code in known)

    @property
    def cursor_name(self) -> bytes:
        """The name its cursor has on the server; the form is IBM's client's [J]."""
        return b"_ifxc%013d" % self.statement_id


class Opening(NamedTuple):
    """How a cursor is opened on the server."""

    fetch_size: int  # bytes of rows to send along
    hold: bool = False  # it stays open across commits
    scroll: bool = False  # its rows can be fetched by number
    files: ClientFiles | None = None  # what the server may read and write
    # OPEN and the first fetch do not travel together: the server would have to answer
    # the first before it can ask for a file, and may then take the second for the file
    apart: bool = False


def describes_rows(description: Description) -> bool:
    """Whether a statement returns rows: by its type, never by its text [J, P]."""
    if description.statement_type == c.STMT_SELECT:
        return True
    return description.statement_type == c.STMT_EXECUTE_ROUTINE and bool(
        description.columns
    )


def write_prepare(channel: Channel, sql: bytes, parameter_count: int) -> None:
    """Write PREPARE and ask for the description."""
    if parameter_count > c.MAX_PARAMETERS:
        raise DataError(
            f"the statement has {parameter_count} parameters; the protocol counts "
            f"to {c.MAX_PARAMETERS}"
        )
    out = channel.write
    out.put_short(c.SQ_PREPARE)
    out.put_short(parameter_count)
    if channel.framing.long_sql:
        out.put_int(len(sql))
    elif len(sql) <= c.MAX_SHORT_SQL:
        out.put_raw(USHORT.pack(len(sql)))
    else:
        out.truncate(len(out) - 4)
        raise DataError(
            f"this server takes SQL of at most {c.MAX_SHORT_SQL} bytes, not {len(sql)}"
        )
    out.put_padded(sql)
    out.put_short(c.SQ_NDESCRIBE)
    out.put_short(c.SQ_WANTDONE)
    channel.end_request()


def description_of(reply: Reply) -> Description:
    """Return the description PREPARE asked for."""
    if reply.description is None:
        raise ProtocolError("the server answered PREPARE without a description")
    return reply.description


def describe_input_gen(
    channel: Channel, statement: Statement
) -> Wire[tuple[ColumnInfo, ...]]:
    """Ask for the types of the parameters; none if the server does not tell."""
    write_id(channel, statement)
    channel.write.put_short(c.SQ_CIDESCRIBE)
    channel.end_request()
    reply = yield from reply_gen(channel, Reply(statement.sql))
    return reply.input_description or ()


def write_execute(channel: Channel, statement: Statement, bind: bytes | None) -> None:
    """Write EXECUTE, with parameters if there are any (`bind`: the body of BIND)."""
    write_id(channel, statement)
    _write_bind(channel, bind)
    channel.write.put_short(c.SQ_EXECUTE)
    channel.end_request()


def write_execute_many(
    channel: Channel, statement: Statement, binds: Sequence[bytes]
) -> None:
    """Write one PDU that executes the statement once per row of parameters [J].

    Without parameters the `binds` are empty.
    """
    write_id(channel, statement)
    bind, execute = SHORT.pack(c.SQ_BIND), SHORT.pack(c.SQ_EXECUTE)
    if binds[0]:
        channel.write.put_raw(bind + (execute + bind).join(binds) + execute)
    else:
        channel.write.put_raw(execute * len(binds))
    channel.end_request()


def write_open(
    channel: Channel,
    statement: Statement,
    bind: bytes | None,
    opening: Opening,
) -> None:
    """Write OPEN and the first fetch; `opened_gen` reads what comes back.

    Both are one PDU, as IBM's client sends them; those of a scroll cursor are the
    two it sends [J], the second without waiting for the reply to the first [P].
    """
    out = channel.write
    write_id(channel, statement)
    out.put_short(c.SQ_CURNAME)
    out.put_pstr(statement.cursor_name)
    _write_bind(channel, bind)
    if opening.scroll:
        out.put_short(c.SQ_SCROLL)
    if opening.hold:
        out.put_short(c.SQ_HOLD)
    out.put_short(c.SQ_OPEN)
    if opening.scroll or opening.apart:
        channel.end_request()
    if not opening.apart:
        _write_first_fetch(channel, statement, opening)


def _write_first_fetch(
    channel: Channel, statement: Statement, opening: Opening
) -> None:
    if opening.scroll:
        write_scroll_fetch(channel, statement, SCROLL_NEXT, 1, opening.fetch_size)
    else:
        write_fetch(channel, statement, opening.fetch_size)


def opened_gen(channel: Channel, statement: Statement, opening: Opening) -> Wire[Reply]:
    """Read the first rows of a cursor; an SQL error is left in ``reply.error``."""
    opened = None
    if opening.scroll or opening.apart:
        opened = yield from reply_gen(channel, Reply(statement.sql))
    if opening.apart:
        if opened is not None and opened.error is not None:
            return opened
        _write_first_fetch(channel, statement, opening)
    reply = yield from reply_gen(channel, Reply(statement.sql, statement.plan))
    if opened is not None and opened.error is not None:
        reply.error = opened.error
    return reply


def write_fetch(channel: Channel, statement: Statement, fetch_size: int) -> None:
    """Write NFETCH: as many rows as `fetch_size` bytes hold."""
    out = channel.write
    write_id(channel, statement)
    out.put_short(c.SQ_NFETCH)
    _write_fetch_size(channel, fetch_size)
    if channel.framing.fetch_trailer:
        out.put_short(0)
    channel.end_request()


def write_scroll_fetch(
    channel: Channel, statement: Statement, how: int, row: int, fetch_size: int
) -> None:
    """Write SFETCH: rows of a scroll cursor by number.

    SCROLL_NEXT asks for as many rows from `row` (1-based) on as `fetch_size` bytes
    hold, SCROLL_ABSOLUTE for row `row` alone, SCROLL_LAST for the last one [J].
    """
    out = channel.write
    write_id(channel, statement)
    out.put_short(c.SQ_SFETCH)
    out.put_short(how)
    out.put_int(row)
    _write_fetch_size(channel, fetch_size)
    channel.end_request()


def write_close(channel: Channel, statement: Statement) -> None:
    """Write CLOSE; its reply is not waited for."""
    write_id(channel, statement)
    channel.write.put_short(c.SQ_CLOSE)
    channel.end_request_unwaited()


def close_gen(channel: Channel, statement: Statement) -> Wire[Reply]:
    """Close the statement's cursor."""
    write_id(channel, statement)
    channel.write.put_short(c.SQ_CLOSE)
    channel.end_request()
    return (yield from exchange_gen(channel, statement.sql))


def write_release(channel: Channel, statement: Statement) -> None:
    """Write RELEASE; its reply is not waited for."""
    write_id(channel, statement)
    channel.write.put_short(c.SQ_RELEASE)
    channel.end_request_unwaited()


def fetch_gen(channel: Channel, statement: Statement, fetch_size: int) -> Wire[Reply]:
    """Fetch the next rows."""
    write_fetch(channel, statement, fetch_size)
    return (yield from exchange_gen(channel, statement.sql, statement.plan))


def scroll_fetch_gen(
    channel: Channel, statement: Statement, how: int, row: int, fetch_size: int
) -> Wire[Reply]:
    """Fetch from a scroll cursor. No rows: there is no such row."""
    write_scroll_fetch(channel, statement, how, row, fetch_size)
    return (yield from exchange_gen(channel, statement.sql, statement.plan))


def is_last(
    reply: Reply, statement: Statement, fetch_size: int, single: bool = False
) -> bool:
    """Whether the rows of this reply are known to be the last.

    No rows: yes [J, P]. Otherwise DONE came with them, which says so on 11.50 [N],
    and there was room for one more row, so that the server had no other reason to
    stop. Room is measured against the buffer every server fills, because one that
    caps larger buffers would look as if it had stopped early [?]. `single` is another
    reason to stop: the server sends one row at a time.
    """
    if not reply.rows and reply.row_error is None:
        return True
    if reply.done is None or single:
        return False
    room = min(fetch_size, c.FETCH_SIZE_CLASSIC) - FETCH_OVERHEAD - reply.row_bytes
    return room >= statement.tuple_size + 10  # TUPLE's head and pad


def _write_fetch_size(channel: Channel, fetch_size: int) -> None:
    channel.rows_limit = fetch_size + MESSAGE_LIMIT
    if channel.framing.wide_fetch_size:
        channel.write.put_int(fetch_size)
    else:
        channel.write.put_short(min(fetch_size, c.FETCH_SIZE_CLASSIC))


def write_id(channel: Channel, statement: Statement) -> None:
    """Write ID: what follows in this PDU is about `statement`."""
    channel.write.put_short(c.SQ_ID)
    channel.write.put_short(statement.statement_id)


def _write_bind(channel: Channel, bind: bytes | None) -> None:
    if bind is not None:
        channel.write.put_short(c.SQ_BIND)
        channel.write.put_raw(bind)
        if isinstance(bind, RowWithContents) and bind.sources:
            write_contents(channel, bind.sources)
