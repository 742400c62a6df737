"""Statements with BYTE and TEXT parameters, and the contents of fetched values.

FETCHBLOB goes with the descriptor that the row has, while the cursor is open; the
answer is ``BLOB piece ... BLOB 0`` [J]. Several are sent ahead and their answers read
in order, as any requests may be [P].
"""

from __future__ import annotations

from collections.abc import Sequence

from informix_db._protocol.channel import Channel, Reply, reply_gen
from informix_db._protocol.contents import RowWithContents, contents_gen
from informix_db._protocol.statement import Statement, write_id
from informix_db._wire import constants as c
from informix_db._wire.buffer import Wire
from informix_db._wire.largecells import Content
from informix_db.exceptions import Error

# FETCHBLOBs sent ahead: a few KiB of requests, and no more than this in announced
# contents after the first, so that an interrupted fetch ends soon.
_AHEAD = 32
_AHEAD_BYTES = 256 * 1024


def execute_rows_gen(
    channel: Channel, statement: Statement, binds: Sequence[bytes]
) -> Wire[Reply]:
    """Execute the statement once per row of parameters, contents included.

    One PDU, however large, which is sent as it is written. If a source cannot be read
    the rows before it are executed, its own is not, and what it raised is raised.
    """
    out = channel.write
    failure: BaseException | None = None
    write_id(channel, statement)
    for row, bind in enumerate(binds):
        if bind:
            out.put_short(c.SQ_BIND)
            out.put_raw(bind)
        if isinstance(bind, RowWithContents) and bind.sources:
            failure = yield from contents_gen(channel, bind.sources)
        if failure is not None:
            if isinstance(failure, Error):
                failure.row_index = row
            break  # a server ignores a BIND without EXECUTE [J]
        out.put_short(c.SQ_EXECUTE)
    channel.end_request()
    reply = yield from reply_gen(channel, Reply(statement.sql))
    if failure is not None and reply.error is None:
        channel.in_order = True
        raise failure
    return reply


def fetch_contents_gen(
    channel: Channel, statement: Statement, wanted: Sequence[Content]
) -> Wire[tuple[list[bytes], Error | None]]:
    """Fetch contents in order, the cursor being open.

    Returns them, and the server's error if there was one: then those after it are
    missing.
    """
    contents: list[bytes] = []
    while len(contents) < len(wanted):
        ahead = _ahead(wanted[len(contents) :])
        for content in ahead:
            write_id(channel, statement)
            channel.write.put_short(c.SQ_FETCHBLOB)
            channel.write.put_raw(content.descriptor)
            channel.end_request()
        error: Error | None = None
        for _ in ahead:
            reply = Reply(statement.sql)
            reply.content = bytearray()
            yield from reply_gen(channel, reply)
            error = error or reply.error
            if error is None:
                contents.append(bytes(reply.content))
        if error is not None:
            return contents, error
    return contents, None


def _ahead(wanted: Sequence[Content]) -> Sequence[Content]:
    """Return as many of `wanted` as are to be asked for at once, at least one."""
    size = 0
    for count, content in enumerate(wanted[:_AHEAD]):
        size += content.size
        if count and size > _AHEAD_BYTES:
            return wanted[:count]
    return wanted[:_AHEAD]
