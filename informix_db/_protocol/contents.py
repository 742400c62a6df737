"""Contents of BYTE and TEXT parameters, which follow the row they belong to.

``BBIND k {BLOB piece}... BLOB 0`` after BIND, for each of the row's k values that are
not NULL, and before what executes the row [J].
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from informix_db._protocol.channel import Channel
from informix_db._wire import constants as c
from informix_db._wire.buffer import Wire
from informix_db._wire.largeparams import Source

_PIECE = 1024  # as IBM's client sends [J]

# What is written is sent when there is this much of it.
_FLUSH_SIZE = 64 * 1024


class RowWithContents(bytes):
    """The body of BIND of a row, and the sources of what follows it."""

    sources: tuple[Source, ...] = ()

    @classmethod
    def of(cls, bind: bytes, sources: Iterable[Source]) -> RowWithContents:
        """Return a row of parameters with `sources`."""
        row = cls(bind)
        row.sources = tuple(sources)
        return row


def contents_gen(
    channel: Channel, sources: Sequence[Source]
) -> Wire[BaseException | None]:
    """Write the contents of a row; return what kept a source from being read."""
    out = channel.write
    failure: BaseException | None = None
    out.put_short(c.SQ_BBIND)
    out.put_short(len(sources))
    for source in sources:
        pieces = source.pieces(_PIECE)
        while failure is None:
            try:
                piece = next(pieces, None)
            except BaseException as exc:
                failure = exc
                break
            if piece is None:
                break
            _write_piece(channel, piece)
            if len(out) >= _FLUSH_SIZE:
                yield from channel.flush_gen()
        out.put_short(c.SQ_BLOB)
        out.put_short(0)  # the end of this value
    return failure


def _write_piece(channel: Channel, piece: bytes | memoryview) -> None:
    channel.write.put_short(c.SQ_BLOB)
    channel.write.put_short(len(piece))
    channel.write.put_padded(bytes(piece))


def write_contents(channel: Channel, sources: Sequence[Source]) -> None:
    """Write the contents of a row, which are in memory."""
    channel.write.put_short(c.SQ_BBIND)
    channel.write.put_short(len(sources))
    for source in sources:
        for piece in source.pieces(_PIECE):
            _write_piece(channel, piece)
        channel.write.put_short(c.SQ_BLOB)
        channel.write.put_short(0)
