"""Distributed transactions: the XA messages (docs/PROTOCOL.md section 4) [J].

Each request is a PDU of its own, answered by tag 73 with XA's own code, or by ERR. A
session takes part after `open_gen`, which opens the database in place of DBOPEN.

What is not known: whether a session whose database is open already may do so (the
caller closes it first), and answers of real servers to requests out of order.
"""

from __future__ import annotations

from informix_db._protocol.channel import Channel, Reply, reply_gen
from informix_db._wire import constants as c
from informix_db._wire.buffer import Wire
from informix_db._wire.text import encode_text
from informix_db._wire.xid import XAAnswer, Xid, pack_xid

# Tags; forget is what ends a branch the server decided by itself.
COMMIT = 67
END = 68
FORGET = 69
PREPARE = 70
ROLLBACK = 65
START = 72

# Flags
NO_FLAGS = 0
SUCCESS = 0x04000000  # with END: the branch is to be prepared or committed
FAIL = 0x20000000  # with END: it can only be rolled back
ONE_PHASE = 0x40000000  # with COMMIT: without PREPARE
_RECOVER_ALL = 0x01800000  # start and end of the scan in one

# Answers
READ_ONLY = 3  # to PREPARE: nothing to commit, the branch is over

_RMID = 1  # number of the resource manager
_OPEN_FLAGS = 0x1000
# IBM's client asks for 10 and gives up on the rest; there is no need to.
_RECOVER_COUNT = 1000  # [?]


def open_gen(channel: Channel, database: str) -> Wire[int]:
    """Open a database for distributed transactions; return XA's code."""
    return (yield from _database_gen(channel, c.SQ_XAOPEN, database, _OPEN_FLAGS))


def close_gen(channel: Channel, database: str) -> Wire[int]:
    """Close what `open_gen` opened; return XA's code."""
    return (yield from _database_gen(channel, c.SQ_XACLOSE, database, NO_FLAGS))


def branch_gen(channel: Channel, tag: int, xid: Xid, flags: int) -> Wire[int]:
    """Start, end, prepare, commit, roll back or forget a branch; return XA's code."""
    out = channel.write
    packed = pack_xid(xid)
    out.put_short(tag)
    out.put_raw(packed)
    out.put_int(_RMID)
    out.put_int(flags)
    return (yield from _answer_gen(channel, XAAnswer())).code


def recover_gen(channel: Channel) -> Wire[XAAnswer]:
    """Ask for the branches that are prepared and not decided."""
    out = channel.write
    out.put_short(c.SQ_XARECOVER)
    out.put_int(_RECOVER_COUNT)
    out.put_int(_RMID)
    out.put_int(_RECOVER_ALL)
    return (yield from _answer_gen(channel, XAAnswer(lists=True)))


def _database_gen(channel: Channel, tag: int, database: str, flags: int) -> Wire[int]:
    out = channel.write
    raw = encode_text(database, channel.encoding, "database")
    out.put_short(tag)
    out.put_pstr(raw)
    out.put_int(_RMID)
    out.put_int(flags)
    return (yield from _answer_gen(channel, XAAnswer())).code


def _answer_gen(channel: Channel, answer: XAAnswer) -> Wire[XAAnswer]:
    channel.end_request()
    reply = Reply()
    reply.xa = answer
    yield from reply_gen(channel, reply)
    if reply.error is not None:
        raise reply.error
    return answer
