"""Transactions and savepoints as messages (docs/PROTOCOL.md section 4) [J]."""

from __future__ import annotations

from informix_db._protocol.channel import Channel, exchange_gen
from informix_db._wire import constants as c
from informix_db._wire.buffer import Wire


def write_begin(channel: Channel) -> None:
    """Write BEGIN."""
    channel.write.put_short(c.SQ_BEGIN)
    channel.end_request()


def commit_gen(channel: Channel) -> Wire[None]:
    """Commit."""
    channel.write.put_short(c.SQ_CMMTWORK)
    channel.end_request(even_cancelled=True)
    yield from exchange_gen(channel)


def rollback_gen(channel: Channel) -> Wire[None]:
    """Roll the whole transaction back."""
    channel.write.put_short(c.SQ_RBWORK)
    channel.write.put_short(0)  # length of a savepoint's name: none
    channel.end_request(even_cancelled=True)
    yield from exchange_gen(channel)


def savepoint_gen(channel: Channel, tag: int, name: bytes) -> Wire[None]:
    """Set, release or go back to a savepoint, by the tag of the message."""
    channel.write.put_short(tag)
    channel.write.put_pstr(name)
    if tag == c.SQ_SETSVPT:
        channel.write.put_short(0)  # may say UNIQUE [?]
    channel.end_request()
    yield from exchange_gen(channel)
