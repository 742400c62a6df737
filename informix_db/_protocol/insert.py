"""Insert cursors: many rows through one statement, answered by one DONE.

``ID CURNAME OPEN RET_TYPE {PUT} x n`` and then ``ID {PUT} x n`` for as long as the
cursor is open [J]. Only the form of servers that store VARCHAR with its own length
(capability 13) is written: without it IBM's client fills VARCHAR up with blanks and so
changes the values.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

from informix_db._protocol.channel import Channel
from informix_db._protocol.statement import Statement, write_id
from informix_db._wire import constants as c
from informix_db._wire.encode_tuple import PutType

_HEAD = Struct(">hih").pack  # tag, length, number of rows
_WIDE_HEAD = Struct(">hii").pack

# RET_TYPE comes before PUT if a column has one of these types [J].
_ANNOUNCED = frozenset({c.VARCHAR, c.NVARCHAR, c.LVARCHAR, c.BOOLEAN})

_NAMED = frozenset({c.LVARCHAR, c.BOOLEAN})  # types that go with owner and name [J]


def write_puts(
    channel: Channel,
    statement: Statement,
    rows: Sequence[bytes],
    opening: Sequence[PutType] | None,
) -> None:
    """Write one PDU that inserts `rows`, which are tuples.

    `opening` are the columns' types if the cursor has to be opened first.
    """
    out = channel.write
    write_id(channel, statement)
    if opening is not None:
        out.put_short(c.SQ_CURNAME)
        out.put_pstr(statement.cursor_name)
        out.put_short(c.SQ_OPEN)
        if any(column.code in _ANNOUNCED for column in opening):
            _write_types(channel, opening)
    head = _WIDE_HEAD if channel.framing.wide_put_count else _HEAD
    pieces: list[bytes] = []
    for row in rows:
        pieces += head(c.SQ_PUT, len(row), 1), row  # one row in each message [J]
        if len(row) & 1:
            pieces.append(b"\0")
    out.put_raw(b"".join(pieces))
    channel.end_request()


def _write_types(channel: Channel, types: Sequence[PutType]) -> None:
    out = channel.write
    out.put_short(c.SQ_RET_TYPE)
    out.put_short(0)  # for PUT, not for a fetch [J]
    out.put_short(len(types))
    for column in types:
        out.put_short(column.code)
        if column.code in _NAMED:
            out.put_pstr(column.owner)
            out.put_pstr(column.name)
        out.put_int(column.length)
