"""Two-phase commit on the wire: requests about transaction branches, and their reply.

Read off IBM's driver and the replies it accepts; where a real server would answer ERR
instead of a return code is unknown. Every such request is alone in its PDU [J].
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from . import tags
from .api import XID, EngineSessionAPI, XAError
from .records import dataclass
from .replies import ReplyWriter
from .stream import ByteStream

_XID_DATA = 128  # bytes: gtrid, bqual, zeros [J]
_LONGEST_PART = 64  # bytes of gtrid and of bqual (X/Open XA)
_NULL_FORMAT = -1  # format id of an XID that names nothing (X/Open XA)
_SUSPEND = 0x02000000  # TMSUSPEND (X/Open XA)
_INVALID_ARGUMENTS = -5  # XAER_INVAL (X/Open XA)

TAGS = (
    tags.XA_ROLLBACK,
    tags.XA_CLOSE,
    tags.XA_COMMIT,
    tags.XA_END,
    tags.XA_FORGET,
    tags.XA_PREPARE,
    tags.XA_RECOVER,
    tags.XA_START,
    tags.XA_OPEN,
)


@dataclass(slots=True)
class XADatabase:
    """XA_OPEN and XA_CLOSE: a database, opened in place of DBOPEN."""

    tag: int
    name: str


@dataclass(slots=True)
class XABranch:
    """A request about one branch; `xid` is None if it is none."""

    tag: int
    xid: XID | None
    flags: int


@dataclass(slots=True)
class XARecover:
    """XA_RECOVER: the request for prepared branches."""

    tag: int
    count: int
    flags: int


XAMessage = XADatabase | XABranch | XARecover


def read(stream: ByteStream, text: Callable[[bytes], str], tag: int) -> XAMessage:
    """Read the body of a request."""
    if tag in (tags.XA_OPEN, tags.XA_CLOSE):
        name = text(stream.string())
        stream.integer()  # rmid, always 1 [J]
        stream.integer()  # flags: 0x1000 to open, 0 to close [J]
        return XADatabase(tag, name)
    if tag == tags.XA_RECOVER:
        count = stream.integer()
        stream.integer()  # rmid
        return XARecover(tag, count, stream.integer())
    xid = _read_xid(stream)
    stream.integer()  # rmid
    return XABranch(tag, xid, stream.integer())


def _read_xid(stream: ByteStream) -> XID | None:
    format_id, gtrid, bqual = (stream.integer() for _ in range(3))
    data = stream.take(_XID_DATA)
    parts = range(_LONGEST_PART + 1)
    if format_id == _NULL_FORMAT or gtrid not in parts or bqual not in parts:
        return None
    return XID(format_id, data[:gtrid], data[gtrid : gtrid + bqual])


def _xid_bytes(xid: XID) -> bytes:
    return struct.pack(
        f">iii{_XID_DATA}s",
        xid.format_id,
        len(xid.gtrid),
        len(xid.bqual),
        xid.gtrid + xid.bqual,
    )


class XARequests:
    """Carries out requests about branches; `end_of_branch` closes its cursors."""

    def __init__(
        self,
        session: EngineSessionAPI,
        writer: ReplyWriter,
        open_database: Callable[[str], int],
        end_of_branch: Callable[[], None],
    ) -> None:
        self._session = session
        self._writer = writer
        self._open_database = open_database
        self._end_of_branch = end_of_branch

    def branch(self, message: XABranch) -> None:
        """Answer a request about one branch."""
        try:
            result = self._carry_out(message)
        except XAError as error:
            result = error.code
        self._result(result)

    def _carry_out(self, message: XABranch) -> int:
        branches, xid, flags = self._session.branches, message.xid, message.flags
        if xid is None:
            return _INVALID_ARGUMENTS
        if message.tag == tags.XA_START:
            return branches.start(xid, flags)
        if message.tag == tags.XA_END:
            result = branches.end(xid, flags)
            if not flags & _SUSPEND:
                self._end_of_branch()
            return result
        if message.tag == tags.XA_PREPARE:
            return branches.prepare(xid)
        if message.tag == tags.XA_COMMIT:
            return branches.commit(xid, flags)
        if message.tag == tags.XA_ROLLBACK:
            return branches.rollback(xid)
        return branches.forget(xid)

    def recover(self, message: XARecover) -> None:
        """Answer with the number of branches and their XIDs."""
        try:
            found = self._session.branches.recover(message.count, message.flags)
        except XAError as error:
            self._result(error.code)
            return
        self._result(len(found))
        self._writer.output += b"".join(map(_xid_bytes, found))

    def database(self, message: XADatabase) -> None:
        """Open a database, which is answered by EOT alone [J], or close it."""
        if message.tag == tags.XA_OPEN:
            self._open_database(message.name)
            return
        try:
            self._session.branches.close_database()
        except XAError as error:
            self._result(error.code)
        else:
            self._result(0)

    def _result(self, code: int) -> None:
        self._writer.output += struct.pack(">hh", tags.XA_RESULT, code)
