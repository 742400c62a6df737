"""Identifiers of distributed transactions, and the server's answers about them.

A XID is three ints (format, length of the global part, length of the branch's part)
and 128 bytes that begin with the two parts (docs/PROTOCOL.md section 4) [J].
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from informix_db._wire.buffer import ReadBuffer, Wire
from informix_db.exceptions import ProgrammingError, ProtocolError

_XID = Struct(">iii128s")

_MAX_FORMAT = 0x7FFFFFFF
_MAX_PART = 64  # bytes of each part, by the XA specification


class Xid(NamedTuple):
    """Identifier of a transaction branch (PEP 249). Made by ``connection.xid()``."""

    format_id: int
    gtrid: str | bytes
    """Which global transaction; text stands for its UTF-8."""
    bqual: str | bytes
    """Which branch of it."""


def make_xid(format_id: int, gtrid: str | bytes, bqual: str | bytes) -> Xid:
    """Return the identifier; ProgrammingError for one no server could take."""
    if not isinstance(format_id, int) or isinstance(format_id, bool):
        raise ProgrammingError(f"format_id must be an int, not {format_id!r}")
    if not 0 <= format_id <= _MAX_FORMAT:
        raise ProgrammingError(f"format_id must be 0 to {_MAX_FORMAT}, not {format_id}")
    if not _part("gtrid", gtrid):
        raise ProgrammingError("gtrid is empty")
    _part("bqual", bqual)
    return Xid(format_id, gtrid, bqual)


def _part(name: str, value: str | bytes) -> bytes:
    if not isinstance(value, (str, bytes)):
        raise ProgrammingError(f"{name} must be str or bytes, not {value!r}")
    try:
        raw = value.encode("utf-8") if isinstance(value, str) else value
    except UnicodeEncodeError:
        raise ProgrammingError(f"{name} has no UTF-8: {value!r}") from None
    if len(raw) > _MAX_PART:
        raise ProgrammingError(f"{name} has {len(raw)} bytes, {_MAX_PART} are allowed")
    return raw


def pack_xid(xid: Xid) -> bytes:
    """Return the 140 bytes of a XID."""
    format_id, gtrid, bqual = make_xid(*xid)
    parts = _part("gtrid", gtrid), _part("bqual", bqual)
    return _XID.pack(format_id, len(parts[0]), len(parts[1]), b"".join(parts))


class XAAnswer:
    """What a server answers an XA request with: a code, or a list of XIDs."""

    __slots__ = ("code", "xids")

    def __init__(self, *, lists: bool = False) -> None:
        self.code = 0  # without any answer too [J]
        self.xids: list[Xid] | None = [] if lists else None

    def read_gen(self, buffer: ReadBuffer) -> Wire[None]:
        """Read the body of the answer (tag 73)."""
        number = yield from buffer.short_gen()
        if self.xids is None:
            self.code = number
            return
        for _ in range(number):
            format_id, gtrid_size, bqual_size, data = yield from buffer.struct_gen(_XID)
            if not (0 <= gtrid_size <= _MAX_PART and 0 <= bqual_size <= _MAX_PART):
                raise ProtocolError(f"a XID of {gtrid_size} and {bqual_size} bytes")
            bqual_end = gtrid_size + bqual_size
            gtrid, bqual = data[:gtrid_size], data[gtrid_size:bqual_end]
            self.xids.append(Xid(format_id, _text(gtrid), _text(bqual)))
        self.code = min(number, 0)


def _text(raw: bytes) -> str | bytes:
    """Return the text `raw` is the UTF-8 of, or `raw` itself."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw
