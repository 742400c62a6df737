"""Statements: prepare, execute, open, fetch, close, release.

Flows of docs/PROTOCOL.md section 4. `write_*` functions put a request into the write
buffer; `*_gen` functions also read the reply. A request that opens a cursor asks for
the first rows in the same PDU, as IBM's client does when it wants no RET_TYPE; this
driver never wants one, because the default forms can be read [J, P].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from struct import Struct

from informix_db._protocol.channel import Channel, Reply, exchange_gen, reply_gen
from informix_db._protocol.contents import RowWithContents, write_contents
from informix_db._protocol.files import ClientFiles
from informix_db._wire import constants as c
from informix_db._wire.accel import Plan
from informix_db._wire.buffer import (
    INT,
    MESSAGE_LIMIT,
    SHORT,
    USHORT,
    Wire,
    WriteBuffer,
)
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

_WITH_CONTENTS = frozenset({c.BYTE, c.TEXT})
_LOCATED = frozenset({TypeCode.BLOB, TypeCode.CLOB})

# What is written for every execution, as bytes.
_SHORTS = Struct(">hh")
_BIND = SHORT.pack(c.SQ_BIND)
_SCROLL = SHORT.pack(c.SQ_SCROLL)
_HOLD = SHORT.pack(c.SQ_HOLD)
_OPEN = SHORT.pack(c.SQ_OPEN)
_NFETCH = SHORT.pack(c.SQ_NFETCH)
_FETCH_TRAILER = SHORT.pack(0)
_EXECUTE = SHORT.pack(c.SQ_EXECUTE)
_CLOSE = SHORT.pack(c.SQ_CLOSE)
_RELEASE = SHORT.pack(c.SQ_RELEASE)


@dataclass(slots=True)
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
    # which columns of its rows have contents that are fetched apart
    contents_at: tuple[int, ...] = field(init=False)
    # and which have locators of large objects
    locators_at: tuple[int, ...] = field(init=False)
    head: bytes = field(init=False)  # how a PDU begins that is about this statement
    open_head: bytes = field(init=False)  # and one that opens its cursor

    def __post_init__(self) -> None:
        columns = tuple(enumerate(self.columns))
        self.contents_at = tuple(at for at, of in columns if of.code in _WITH_CONTENTS)
        self.locators_at = tuple(at for at, of in columns if of.type_code in _LOCATED)
        self.head = _SHORTS.pack(c.SQ_ID, self.statement_id)
        out = WriteBuffer()
        out.put_short(c.SQ_CURNAME)
        out.put_pstr(self.cursor_name)
        self.open_head = self.head + out.data

    @property
    def returns_rows(self) -> bool:
        """Whether it is opened and fetched from, rather than executed."""
        return self.plan is not None

    @property
    def cursor_name(self) -> bytes:
        """The name its cursor has on the server; the form is IBM's client's [J]."""
        return b"_ifxc%013d" % self.statement_id


@dataclass(frozen=True, slots=True)
class Opening:
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
    if reply.description_count > 1:
        raise ProtocolError("the server answered PREPARE with two descriptions")
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
    _write_bound(channel, statement.head, bind)
    channel.end_request(_EXECUTE)


def write_execute_many(
    channel: Channel, statement: Statement, binds: Sequence[bytes]
) -> None:
    """Write one PDU that executes the statement once per row of parameters [J].

    Without parameters the `binds` are empty.
    """
    write_id(channel, statement)
    if binds[0]:
        between = _EXECUTE + _BIND
        channel.write.put_raw(_BIND + between.join(binds) + _EXECUTE)
    else:
        channel.write.put_raw(_EXECUTE * len(binds))
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
    _write_bound(channel, statement.open_head, bind)
    how = _HOLD + _OPEN if opening.hold else _OPEN
    if opening.scroll:
        how = _SCROLL + how
    if not opening.scroll and not opening.apart:
        channel.end_request(how + _fetch(channel, statement, opening.fetch_size))
        return
    channel.end_request(how)
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
    if opening.scroll or opening.apart:
        return _opened_apart_gen(channel, statement, opening)
    return reply_gen(channel, Reply(statement.sql, statement.plan))


def _opened_apart_gen(
    channel: Channel, statement: Statement, opening: Opening
) -> Wire[Reply]:
    opened = yield from reply_gen(channel, Reply(statement.sql))
    if opening.apart:
        if opened.error is not None:
            return opened
        _write_first_fetch(channel, statement, opening)
    reply = yield from reply_gen(channel, Reply(statement.sql, statement.plan))
    if opened.error is not None:
        reply.error = opened.error
    return reply


def write_fetch(channel: Channel, statement: Statement, fetch_size: int) -> None:
    """Write NFETCH: as many rows as `fetch_size` bytes hold."""
    channel.end_request(_fetch(channel, statement, fetch_size))


def _fetch(channel: Channel, statement: Statement, fetch_size: int) -> bytes:
    request = statement.head + _NFETCH + _fetch_size(channel, fetch_size)
    return request + _FETCH_TRAILER if channel.framing.fetch_trailer else request


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
    channel.end_request(_fetch_size(channel, fetch_size))


def write_close(channel: Channel, statement: Statement) -> None:
    """Write CLOSE; its reply is not waited for."""
    channel.end_request_unwaited(statement.head + _CLOSE)


def close_gen(channel: Channel, statement: Statement) -> Wire[Reply]:
    """Close the statement's cursor."""
    channel.end_request(statement.head + _CLOSE)
    return (yield from exchange_gen(channel, statement.sql))


def write_release(channel: Channel, statement: Statement) -> None:
    """Write RELEASE; its reply is not waited for."""
    channel.end_request_unwaited(statement.head + _RELEASE)


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


def _fetch_size(channel: Channel, fetch_size: int) -> bytes:
    """Return how many bytes of rows to ask for, as it is written."""
    channel.rows_limit = fetch_size + MESSAGE_LIMIT
    if channel.framing.wide_fetch_size:
        return INT.pack(fetch_size)
    return SHORT.pack(min(fetch_size, c.FETCH_SIZE_CLASSIC))


def write_id(channel: Channel, statement: Statement) -> None:
    """Write ID: what follows in this PDU is about `statement`."""
    channel.write.put_raw(statement.head)


def _write_bound(channel: Channel, head: bytes, bind: bytes | None) -> None:
    """Write how a PDU begins that may have parameters."""
    channel.write.data += head if bind is None else head + _BIND + bind
    if isinstance(bind, RowWithContents) and bind.sources:
        write_contents(channel, bind.sources)
