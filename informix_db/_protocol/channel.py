"""Requests out, replies in: what every conversation with a server is made of.

A PDU is a run of messages that ends in EOT; the server answers each with one run of
its own that ends in EOT, in order (docs/PROTOCOL.md section 2) [J, P]. There is no
length around a reply: its end is known only by parsing it, so a tag that is not known,
or a message that does not parse, loses the stream.

What is not known: the bodies of tags 18 and 104 (they end the session), where real
servers place XACTSTAT, and whether one goes on after an ERR (both are accepted).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct
from typing import Any, NamedTuple

from informix_db._protocol.files import ClientFiles, file_gen
from informix_db._wire import constants as c
from informix_db._wire.accel import Plan, read_run
from informix_db._wire.buffer import (
    MESSAGE_LIMIT,
    SHORT,
    ReadBuffer,
    Wire,
    WriteBuffer,
)
from informix_db._wire.decode import TUPLE_HEAD_SIZE
from informix_db._wire.describe import (
    ColumnInfo,
    Description,
    describe_gen,
    input_description_gen,
)
from informix_db._wire.framing import Framing
from informix_db._wire.routine import RawResult, results_gen
from informix_db._wire.runs import COST_SIZE, DONE_SIZE
from informix_db._wire.xid import XAAnswer
from informix_db.exceptions import (
    DataError,
    Error,
    ProtocolError,
    StatementCancelledError,
    error_from_server,
)

logger = logging.getLogger("informix_db")

_TAG = SHORT.unpack_from
_EOT = SHORT.pack(c.SQ_EOT)
_DONE = Struct(">hiii")  # warn, rows, rowid, serial
_ERR_WIDE = Struct(">hhi")  # sqlcode, isamcode, offset
_ERR_NARROW = Struct(">hhh")
_INSERTDONE_INT8 = Struct(">hII")  # sign, low, high of the last SERIAL8
_INSERTDONE_BOTH = Struct(">hIIq")  # and the last BIGSERIAL
_TUPLE_LENGTH = Struct(">i")

# What might come when nothing is asked: the state of a transaction, after a reply as
# well as in it, and PAM's part of a login [?].
_UNASKED = frozenset({c.SQ_XACTSTAT, c.SQ_CHALLENGE, c.SQ_ACCEPT})


MAX_CONTENT = 0x7FFFFFFF  # of a BYTE or TEXT; sizes are ints


class Done(NamedTuple):
    """The body of DONE."""

    warn: int
    rows: int
    rowid: int
    serial: int


@dataclass(slots=True)
class Counters:
    """What a session has done so far."""

    requests: int = 0  # PDUs
    prepared: int = 0  # statements
    executed: int = 0  # times a statement was executed or its cursor opened
    cache_hits: int = 0  # statements that need not be prepared
    rows_fetched: int = 0


class Reply:
    """What one reply held: most hold little, so that the rest are defaults."""

    tuple_id: int | None = None  # 1-based number of the first row
    xa: XAAnswer | None = None  # to what was asked about a distributed one
    description: Description | None = None  # the last one
    description_count = 0
    input_description: tuple[ColumnInfo, ...] | None = None
    last_serial8: int = 0
    last_bigserial: int = 0
    failed_at: int = 0  # DONEs that came before the error
    # the large value that was asked for, None if none was, and its largest size
    content: bytearray | None = None
    content_limit: int = MAX_CONTENT
    written: int = 0  # bytes the server stored of a smart large object
    routine: tuple[bytes, int] | None = None  # database, handle
    results: list[RawResult] | None = None  # of a routine

    def __init__(self, statement: str | None = None, plan: Plan | None = None) -> None:
        self.statement = statement  # for error messages
        self.plan = plan
        self.rows: list[tuple[Any, ...]] = []
        self.row_bytes = 0  # size of the TUPLE messages
        self.row_error: DataError | None = None  # why row len(rows) is not there
        self.done: Done | None = None  # the last one
        self.done_count = 0
        self.total_rows = 0  # sum over all DONEs
        self.error: Error | None = None

    @property
    def last_serial(self) -> int | None:
        """The last SERIAL, BIGSERIAL or SERIAL8 value an INSERT stored."""
        serial = self.done.serial if self.done is not None else 0
        return serial or self.last_bigserial or self.last_serial8 or None


class Channel:
    """The state that all conversations of one session share. Does no I/O."""

    __slots__ = (
        "counters",
        "encoding",
        "files",
        "flushing",
        "framing",
        "in_order",
        "interrupt",
        "mid_reply",
        "mid_request",
        "owed",
        "read",
        "rows_limit",
        "surplus",
        "unread",
        "write",
    )

    def __init__(self, encoding: str) -> None:
        self.read = ReadBuffer()
        self.write = WriteBuffer()
        self.framing = Framing()
        self.encoding = encoding
        self.unread = 0  # PDUs written whose reply has not been read to its end
        self.owed = 0  # how many of these, the oldest, nobody waits for
        self.rows_limit = MESSAGE_LIMIT  # bytes of rows a reply may hold
        # Tag of what the server said without being asked; the next answer would be
        # taken for that to another request.
        self.surplus: int | None = None
        self.mid_reply = False
        self.mid_request = False  # the beginning of a PDU has been sent
        # The conversation under way is given up: it must not ask for more, and this
        # interrupts the server once more.
        self.interrupt: Callable[[], None] | None = None
        # What the conversation raises came of the user's file: all answers were noted.
        self.in_order = False
        # Suspending means: send what is written, without waiting for an answer.
        self.flushing = False
        # what the server may read and write
        self.files = ClientFiles(offered=False)
        self.counters = Counters()

    @property
    def in_sync(self) -> bool:
        """Whether the next byte the server sends begins a reply nobody waits for."""
        return (
            self.unread == self.owed
            and not self.mid_reply
            and not self.mid_request
            and self.surplus is None
        )

    def end_request(self, rest: bytes = b"", *, even_cancelled: bool = False) -> None:
        """End the PDU in the write buffer, which may lack a (small) `rest`.

        Raises StatementCancelledError, and forgets the PDU, if the conversation was
        cancelled before any of it was sent; `even_cancelled` is for what has to be
        said all the same. Raises ProtocolError if an answer is there before it.
        """
        self.note_surplus()
        if self.surplus is not None:
            raise ProtocolError(
                f"the server sent message tag {self.surplus} before it was asked; "
                "its answers cannot be told apart and the connection is closed"
            )
        if self.interrupt is not None and not even_cancelled and not self.mid_request:
            self.forget_unfinished()
            raise StatementCancelledError("the statement was cancelled")
        self._end(rest)

    def note_surplus(self) -> None:
        """Take note of bytes that are there although nothing is asked."""
        read = self.read
        if not self.unread and read.end - read.pos >= 2:
            (tag,) = _TAG(read.data, read.pos)
            self.surplus = None if tag in _UNASKED else tag

    def _end(self, rest: bytes) -> None:
        data = self.write.data
        data += rest
        data += _EOT
        self.write.whole = len(data)
        self.mid_request = False
        self.unread += 1
        self.counters.requests += 1

    def forget_unfinished(self) -> None:
        """Forget a PDU that was begun and not ended, unless part of it is sent."""
        if not self.mid_request:
            self.write.truncate(self.write.whole)

    def flush_gen(self) -> Wire[None]:
        """Send what is written of a PDU that is not at its end."""
        self.mid_request = True
        self.flushing = True
        yield

    def end_request_unwaited(self, rest: bytes = b"") -> None:
        """End the PDU; its reply will be read, and forgotten, before the next one.

        Only while no other reply is waited for.
        """
        self.note_surplus()
        self._end(rest)
        self.owed += 1


def reply_gen(channel: Channel, reply: Reply) -> Wire[Reply]:
    """Read one reply to its EOT, and before it those that nobody waits for.

    An SQL error is left in ``reply.error``: the reply goes on after it [J].
    """
    read = channel.read
    reading: Reply | None = None
    channel.mid_reply = True
    while True:
        while read.end - read.pos < 2:
            yield
        if reading is None:
            if channel.owed and read.data.startswith(_EOT, read.pos):
                read.pos += 2  # most that nobody waits for are empty
                channel.unread -= 1
                channel.owed -= 1
                continue
            reading = Reply() if channel.owed else reply
        if not _take_run(channel, reading):
            if read.end - read.pos >= 2:
                yield from _read_other_gen(channel, reading)
            continue
        channel.unread -= 1
        if channel.interrupt is not None and channel.unread and _was_hit(reading):
            channel.interrupt()  # the one it was meant for is yet to be carried out
        if reading is reply:
            break
        channel.owed -= 1
        _forget(reading)
        reading = None
    channel.mid_reply = False
    channel.note_surplus()
    read.shrink()
    return reply


def settle_gen(channel: Channel) -> Wire[None]:
    """Read the replies that nobody waits for."""
    if channel.owed:
        channel.owed -= 1  # the last of them is read as one that is waited for
        _forget((yield from reply_gen(channel, Reply())))


def _was_hit(reply: Reply) -> bool:
    """Whether an interrupt hit the request this is the reply to.

    The server has taken the urgent byte then, and may be sent another [?].
    """
    return isinstance(reply.error, StatementCancelledError)


def _forget(ignored: Reply) -> None:
    if ignored.error is not None:
        logger.debug("an unwaited request failed: %s", ignored.error)


def exchange_gen(
    channel: Channel, statement: str | None = None, plan: Plan | None = None
) -> Wire[Reply]:
    """Read the reply to the one request written; raise its error if it has one."""
    reply = yield from reply_gen(channel, Reply(statement, plan))
    if reply.error is not None:
        raise reply.error
    return reply


def _take_run(channel: Channel, reply: Reply) -> bool:
    """Read the usual messages the buffer holds; return whether the reply is over.

    A row without a Python value ends the decoding of rows, not the reading.
    """
    read, bigint = channel.read, channel.framing.bigint
    rows = reply.rows if reply.row_error is None else None
    size = _INSERTDONE_SIZES[bigint]
    try:
        run = read_run(read.data, read.pos, read.end, size, reply.plan, rows)
    except DataError as exc:
        reply.row_error = exc
        run = read_run(read.data, read.pos, read.end, size, reply.plan, None)
    read.pos, over, row_bytes, dones, changed, done_at, insertdone_at = run
    reply.row_bytes += row_bytes
    if reply.row_bytes > channel.rows_limit:
        raise ProtocolError("the server sent far more rows than were asked for")
    if dones:
        reply.done_count += dones
        reply.total_rows += changed
        reply.done = Done(*_DONE.unpack_from(read.data, done_at + 2))
    if insertdone_at >= 0:
        layout = _INSERTDONE_BOTH if bigint else _INSERTDONE_INT8
        sign, low, high, *rest = layout.unpack_from(read.data, insertdone_at + 2)
        reply.last_serial8 = (high << 32 | low) if sign > 0 else 0
        reply.last_bigserial = rest[0] if rest else 0
    return over


def _read_other_gen(channel: Channel, reply: Reply) -> Wire[None]:
    """Read a message that ends a run, or get the rest of one that is not all there."""
    read = channel.read
    (tag,) = _TAG(read.data, read.pos)
    if tag == c.SQ_TUPLE:
        yield from read.need_gen(_tuple_size(read, reply))
    elif tag in _DONE_SIZES:
        yield from read.need_gen(_DONE_SIZES[tag][channel.framing.bigint])
    elif tag in _HANDLERS:
        read.pos += 2
        yield from _HANDLERS[tag](channel, reply)
    else:
        raise ProtocolError(
            f"the server sent message tag {tag}, which this driver cannot read; "
            "what follows it is lost and the connection is closed"
        )


def _tuple_size(read: ReadBuffer, reply: Reply) -> int:
    """Return the size of a TUPLE whose end is not there, or what it takes to know."""
    if reply.plan is None:
        raise ProtocolError("the server sent rows where none were asked for")
    if read.end - read.pos < TUPLE_HEAD_SIZE:
        return TUPLE_HEAD_SIZE
    length: int = _TUPLE_LENGTH.unpack_from(read.data, read.pos + 4)[0]
    return TUPLE_HEAD_SIZE + length + (length & 1)


# INSERTDONE has these sizes without and with capability 54 [J].
_INSERTDONE_SIZES = (2 + _INSERTDONE_INT8.size, 2 + _INSERTDONE_BOTH.size)
_DONE_SIZES = {
    c.SQ_DONE: (DONE_SIZE, DONE_SIZE),
    c.SQ_COST: (COST_SIZE, COST_SIZE),
    c.SQ_INSERTDONE: _INSERTDONE_SIZES,
}


# -- one handler per message ----------------------------------------------------------


def _describe_gen(channel: Channel, reply: Reply) -> Wire[None]:
    reply.description_count += 1
    reply.description = yield from describe_gen(
        channel.read, channel.framing, channel.encoding
    )


def _idescribe_gen(channel: Channel, reply: Reply) -> Wire[None]:
    reply.input_description = yield from input_description_gen(
        channel.read, channel.framing, channel.encoding
    )


def _idescribe_named_gen(channel: Channel, reply: Reply) -> Wire[None]:
    reply.input_description = yield from input_description_gen(
        channel.read, channel.framing, channel.encoding, named=True
    )


def _tupid_gen(channel: Channel, reply: Reply) -> Wire[None]:
    reply.tuple_id = yield from channel.read.int_gen()


def _blob_gen(channel: Channel, reply: Reply) -> Wire[None]:
    """Read a piece of a BYTE or TEXT; an empty one ends it [J]."""
    size = yield from channel.read.short_gen()
    _add_content(reply, (yield from channel.read.padded_gen(size)))


def _add_content(reply: Reply, data: bytes) -> None:
    if reply.content is None:
        raise ProtocolError("the server sent a large value where none was asked for")
    limit = reply.content_limit
    if len(reply.content) + len(data) > limit:
        raise ProtocolError(f"the server sent a value of more than {limit} bytes")
    reply.content += data


def _lodata_gen(channel: Channel, reply: Reply) -> Wire[None]:
    """Read a part of a smart large object, or how much of one was written."""
    read = channel.read
    what = yield from read.short_gen()
    total = yield from read.int_gen()
    if what == c.LODATA_WRITE:
        reply.written += total
        return
    if what != c.LODATA_READ or total < 0:
        raise ProtocolError(f"LODATA {what} with {total} bytes")
    if total == 0:
        # One empty piece [J]; a reply that ends here would not be misread either.
        yield from read.need_gen(2)
        if SHORT.unpack_from(read.data, read.pos)[0] == 0:
            read.pos += 2
    while total > 0:
        size = yield from read.short_gen()
        if not 0 < size <= total:
            raise ProtocolError(f"LODATA: {size} bytes of {total}")
        _add_content(reply, (yield from read.padded_gen(size)))
        total -= size


def _getroutine_gen(channel: Channel, reply: Reply) -> Wire[None]:
    database = b""
    if channel.framing.routine_names:
        database = yield from channel.read.pstr_gen()
    reply.routine = database, (yield from channel.read.int_gen())


def _fproutine_gen(channel: Channel, reply: Reply) -> Wire[None]:
    reply.results = yield from results_gen(channel.read)


def _file_gen(channel: Channel, reply: Reply) -> Wire[None]:
    """Answer a question of the server's; the reply goes on after the answer [J]."""

    def write_error(number: int) -> None:
        layout = _ERR_WIDE if channel.framing.long_sql else _ERR_NARROW
        channel.write.put_short(c.SQ_ERR)
        channel.write.put_raw(layout.pack(number, 0, 0))  # isamcode, offset [J]
        channel.write.put_pstr(b"")

    yield from file_gen(
        channel.read, channel.write, channel.files, channel.encoding, write_error
    )


def _xa_gen(channel: Channel, reply: Reply) -> Wire[None]:
    if reply.xa is None:
        raise ProtocolError("the server answered an XA request that was not sent")
    yield from reply.xa.read_gen(channel.read)


def _err_gen(channel: Channel, reply: Reply) -> Wire[None]:
    layout = _ERR_WIDE if channel.framing.long_sql else _ERR_NARROW
    sqlcode, isamcode, offset = yield from channel.read.struct_gen(layout)
    near = yield from channel.read.pstr_gen()
    if reply.error is None:
        reply.failed_at = reply.done_count
        reply.error = error_from_server(
            sqlcode,
            isamcode,
            offset,
            near.decode(channel.encoding, "backslashreplace"),
            reply.statement,
        )


def _skipper(size: int) -> Callable[[Channel, Reply], Wire[None]]:
    def skip_gen(channel: Channel, reply: Reply) -> Wire[None]:
        if size:
            yield from channel.read.bytes_gen(size)

    return skip_gen


_HANDLERS: dict[int, Callable[[Channel, Reply], Wire[None]]] = {
    c.SQ_DESCRIBE: _describe_gen,
    c.SQ_IDESCRIBE: _idescribe_gen,
    c.SQ_IDESCRIBE_NAMED: _idescribe_named_gen,
    c.SQ_BLOB: _blob_gen,
    c.SQ_LODATA: _lodata_gen,
    c.SQ_GETROUTINE: _getroutine_gen,
    c.SQ_FPROUTINE: _fproutine_gen,
    c.SQ_FILE: _file_gen,
    c.SQ_ERR: _err_gen,
    c.SQ_XACTSTAT: _skipper(6),  # event, new state, old state [P]
    c.SQ_TUPID: _tupid_gen,
    c.SQ_XA: _xa_gen,
    c.SQ_CLOSE: _skipper(0),  # nothing is known to follow it [J]
    c.SQ_UNKNOWN_86: _skipper(0),
}
