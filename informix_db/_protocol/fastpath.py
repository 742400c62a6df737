"""Routines called without SQL, and the contents of smart large objects.

GETROUTINE finds a routine by its signature and gives a handle, EXFPROUTINE calls it,
FPROUTINE is the answer (docs/PROTOCOL.md section 9) [J]. LODATA reads and writes an
open large object: 32000 bytes in a piece, as IBM's client does [J].
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from informix_db._protocol.channel import Channel, Reply, exchange_gen, reply_gen
from informix_db._wire import constants as c
from informix_db._wire.buffer import USHORT, Wire
from informix_db._wire.routine import argument_types, result_value
from informix_db.exceptions import (
    DataError,
    OperationalError,
    ProgrammingError,
    ProtocolError,
)

_PIECE = 32000  # bytes [J]
_MAX_DESCRIPTOR = 0x7FFF  # a routine returns an int, LODATA takes a short [J]


class Routine(NamedTuple):
    """A routine by the handle the server gave it."""

    database: bytes
    handle: int
    types: tuple[str, ...]  # of its arguments


def find_routines_gen(
    channel: Channel, signatures: Sequence[str]
) -> Wire[list[Routine]]:
    """Return the routines of these signatures; raise the server's error if one is not.

    The requests are sent together.
    """
    types = [argument_types(signature) for signature in signatures]
    for raw in [_encoded(channel, signature) for signature in signatures]:
        _write_find(channel, raw)
    replies = []
    for signature in signatures:
        replies.append((yield from reply_gen(channel, Reply(signature))))
    routines = []
    for reply, arguments in zip(replies, types, strict=True):
        if reply.error is not None:
            raise reply.error
        if reply.routine is None:
            raise ProtocolError("the server answered GETROUTINE without a routine")
        routines.append(Routine(*reply.routine, arguments))
    return routines


def _encoded(channel: Channel, signature: str) -> bytes:
    try:
        raw = signature.encode(channel.encoding)
    except UnicodeEncodeError:
        raise ProgrammingError(f"{signature!r} is no signature") from None
    if not channel.framing.long_sql and len(raw) > c.MAX_SHORT_SQL:
        raise DataError(f"a signature of {len(raw)} bytes is too long")
    return raw


def _write_find(channel: Channel, signature: bytes) -> None:
    out = channel.write
    out.put_short(c.SQ_GETROUTINE)
    if channel.framing.routine_names:
        out.put_raw(b"\0")  # [J]; maybe: by its signature, not by an id [?]
    if channel.framing.long_sql:
        out.put_int(len(signature))
    else:
        out.put_raw(USHORT.pack(len(signature)))
    out.put_padded(signature)
    out.put_short(0)  # [J]; maybe: no description of OUT parameters [?]
    channel.end_request()


def write_call(channel: Channel, routine: Routine, arguments: bytes) -> None:
    """Write the call of a routine; `arguments` is the body of BIND."""
    out = channel.write
    out.put_short(c.SQ_EXFPROUTINE)
    if channel.framing.routine_names:
        out.put_pstr(routine.database)
    out.put_int(routine.handle)
    out.put_raw(arguments[:2])  # number of arguments
    out.put_short(0)  # [J]; maybe: no description of OUT parameters [?]
    out.put_short(c.SQ_BIND)
    out.put_raw(arguments)


def call_gen(channel: Channel, routine: Routine, arguments: bytes) -> Wire[list[Any]]:
    """Call a routine and return what it returns."""
    write_call(channel, routine, arguments)
    channel.end_request()
    reply = yield from exchange_gen(channel)
    results = reply.results or []
    return [result_value(result, channel.encoding) for result in results]


# -- contents of smart large objects --------------------------------------------------


def read_object_gen(channel: Channel, descriptor: int, size: int) -> Wire[bytes]:
    """Read at most `size` bytes from where the server's position is; fewer at the end.

    `descriptor` is what ``ifx_lo_open`` returned.
    """
    _write_lodata(channel, c.LODATA_READ, descriptor, size)
    channel.end_request()
    reply = Reply()
    reply.content = bytearray()
    reply.content_limit = size
    yield from reply_gen(channel, reply)
    if reply.error is not None:
        raise reply.error
    return bytes(reply.content)


def write_object_gen(
    channel: Channel, descriptor: int, data: bytes | memoryview
) -> Wire[None]:
    """Write `data` where the server's position is."""
    _write_lodata(channel, c.LODATA_WRITE, descriptor, len(data))
    for at in range(0, len(data), _PIECE):
        piece = data[at : at + _PIECE]
        channel.write.put_short(len(piece))
        channel.write.put_padded(bytes(piece))
    channel.end_request()
    reply = yield from exchange_gen(channel)
    if reply.written != len(data):
        raise OperationalError(
            f"the server stored {reply.written} of {len(data)} bytes of a large object"
        )


def _write_lodata(channel: Channel, what: int, descriptor: int, size: int) -> None:
    if not 0 <= descriptor <= _MAX_DESCRIPTOR:
        raise ProtocolError(
            f"the server calls a large object {descriptor}; the messages that read and "
            f"write count to {_MAX_DESCRIPTOR}"
        )
    out = channel.write
    out.put_short(c.SQ_LODATA)
    out.put_short(what)
    out.put_short(descriptor)
    out.put_int(size)
    out.put_short(_PIECE)
