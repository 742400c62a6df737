"""A reader of what a client sends, written from docs/PROTOCOL.md alone.

Independent of the driver: it shares no table and no codec with it, so that a request
both sides misunderstand the same way is still caught. `messages` takes the bytes of
requests apart into tuples such as ("PREPARE", 2, b"select ..."); a byte that belongs
to no message is an AssertionError. Widths are those of a session with capabilities
13, 50, 54, 62 and 63 unless `narrow`.
"""

from __future__ import annotations

from typing import NamedTuple

_PLAIN = {
    6: "OPEN",
    7: "EXECUTE",
    10: "CLOSE",
    11: "RELEASE",
    12: "EOT",
    19: "CMMTWORK",
    22: "NDESCRIBE",
    24: "SCROLL",
    35: "BEGIN",
    43: "HOLD",
    49: "WANTDONE",
    53: "VERSION",
    56: "EXIT",
    124: "CIDESCRIBE",
    128: "ACK",
}

# Bytes of a parameter value by type; the others carry a length of their own.
_FIXED = {1: 2, 2: 4, 3: 8, 4: 4, 6: 4, 7: 4, 17: 10, 18: 10, 52: 8, 53: 8}
_FIXED |= {11: 56, 12: 56}
_COUNTED_SHORT = {0, 5, 8, 10, 13, 14, 15, 16}
_COUNTED_INT = {40, 41, 43, 44, 45}


class Parameter(NamedTuple):
    """One entry of BIND; `raw` is None for NULL."""

    type: int
    names: tuple[bytes, bytes] | None
    precision: int
    raw: bytes | None


class Cursor:
    """A position in bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pos = 0

    def take(self, count: int) -> bytes:
        raw = self.data[self.pos : self.pos + count]
        assert count >= 0, f"length {count} at {self.pos}"
        assert len(raw) == count, f"{count} bytes at {self.pos} of {len(self.data)}"
        self.pos += count
        return raw

    def short(self) -> int:
        return int.from_bytes(self.take(2), "big", signed=True)

    def int(self) -> int:
        return int.from_bytes(self.take(4), "big", signed=True)

    def padded(self, count: int) -> bytes:
        raw = self.take(count)
        if count % 2:
            assert self.take(1) == b"\0", f"pad before {self.pos}"
        return raw

    def pstr(self) -> bytes:
        return self.padded(self.short())


def bind_entries(cursor: Cursor) -> list[Parameter]:
    """Read the body of BIND."""
    return [_bind_entry(cursor) for _ in range(cursor.short())]


def _bind_entry(cursor: Cursor) -> Parameter:
    code = cursor.short()
    names = None
    if code > 18 and code not in (52, 53):
        names = (cursor.pstr(), cursor.pstr())
    indicator = cursor.short()
    precision = cursor.short()
    if indicator == -1:
        return Parameter(code, names, precision, None)
    assert indicator == 0, f"indicator {indicator}"
    if code in _FIXED:
        return Parameter(code, names, precision, cursor.padded(_FIXED[code]))
    if code in _COUNTED_SHORT:
        return Parameter(code, names, precision, cursor.pstr())
    assert code in _COUNTED_INT, f"parameter type {code}"
    return Parameter(code, names, precision, cursor.padded(cursor.int()))


def messages(data: bytes, narrow: bool = False) -> list[tuple[object, ...]]:
    """Take requests apart."""
    cursor = Cursor(data)
    found: list[tuple[object, ...]] = []
    while cursor.pos < len(data):
        found.append(_message(cursor, narrow))
    return found


def _message(cursor: Cursor, narrow: bool) -> tuple[object, ...]:
    tag = cursor.short()
    if tag in _PLAIN:
        return (_PLAIN[tag],)
    if tag in (1, 2):
        count = cursor.short()
        if narrow:
            length = int.from_bytes(cursor.take(2), "big")
        else:
            length = cursor.int()
        sql = cursor.padded(length)
        return ("COMMAND" if tag == 1 else "PREPARE", count, sql)
    if tag == 3:
        return ("CURNAME", cursor.pstr())
    if tag == 4:
        return ("ID", cursor.short())
    if tag == 5:
        return ("BIND", *bind_entries(cursor))
    if tag == 9:
        if narrow:
            return ("NFETCH", cursor.short())
        return ("NFETCH", cursor.int(), cursor.short())
    if tag == 17:
        length, count = cursor.int(), cursor.short()
        return ("PUT", *(cursor.padded(length) for _ in range(count)))
    if tag == 20:
        return ("RBWORK", cursor.short())
    if tag == 23:
        how, row = cursor.short(), cursor.int()
        return ("SFETCH", how, row, cursor.short() if narrow else cursor.int())
    if tag == 36:
        return ("DBOPEN", cursor.pstr(), cursor.short())
    if tag == 130:
        return ("RESPONSE", cursor.pstr())
    if tag == 137:
        return ("SETSVPT", cursor.pstr(), cursor.short())
    if tag in (138, 139):
        return ("RELSVPT" if tag == 138 else "RBACKSVPT", cursor.pstr())
    if tag == 81:
        return ("INFO", *_info(cursor))
    large = _large_message(cursor, tag, narrow)
    if large is not None:
        return large
    if tag == 100:
        return ("RET_TYPE", cursor.short(), *_return_types(cursor))
    assert tag == 126, f"tag {tag} at {cursor.pos - 2}"
    return ("PROTOCOLS", cursor.pstr())


def _large_message(cursor: Cursor, tag: int, narrow: bool) -> tuple[object, ...] | None:
    """Read what belongs to large objects, routines and files."""
    if tag == 13:
        return ("ERR", cursor.short(), cursor.take(6), cursor.pstr())
    if tag == 38:
        return ("FETCHBLOB", cursor.take(56))
    if tag == 39:
        return ("BLOB", cursor.pstr())
    if tag == 41:
        return ("BBIND", cursor.short())
    if tag == 97:
        return _lodata(cursor)
    if tag == 101:
        assert narrow or cursor.take(1) == b"\0"
        size = int.from_bytes(cursor.take(2 if narrow else 4), "big")
        signature = cursor.padded(size)
        assert cursor.short() == 0
        return ("GETROUTINE", signature)
    if tag == 102:
        database = b"" if narrow else cursor.pstr()
        handle, count = cursor.int(), cursor.short()
        assert cursor.short() == 0
        return ("EXFPROUTINE", database, handle, count)
    if tag == 106:
        total = cursor.int()
        return ("FILE_READ", *_pieces(cursor, total, tag))
    if tag == 107:
        return ("FILE_WRITE", cursor.int())
    return None


def _lodata(cursor: Cursor) -> tuple[object, ...]:
    what, descriptor, size = cursor.short(), cursor.short(), cursor.int()
    assert cursor.short() == 32000
    if what == 0:
        return ("LODATA read", descriptor, size)
    assert what == 2, f"LODATA {what}"
    return ("LODATA write", descriptor, *_pieces(cursor, size))


def _pieces(cursor: Cursor, total: int, tag: int | None = None) -> list[bytes]:
    pieces: list[bytes] = []
    while sum(map(len, pieces)) < total:
        assert tag is None or cursor.short() == tag
        pieces.append(cursor.pstr())
    return pieces


def _info(cursor: Cursor) -> list[object]:
    kind = cursor.short()
    assert kind == 6, f"INFO {kind}"
    end = cursor.short() + cursor.pos
    name_size, value_size = cursor.short(), cursor.short()
    pairs: list[object] = []
    while cursor.data[cursor.pos : cursor.pos + 2] != b"\0\0":
        pairs.append((cursor.pstr(), cursor.pstr()))
    assert cursor.short() == 0
    assert cursor.pos == end, f"INFO ends at {cursor.pos}, not {end}"
    assert cursor.short() == 0
    return [name_size, value_size, *pairs]


def _return_types(cursor: Cursor) -> list[object]:
    types: list[object] = []
    for _ in range(cursor.short()):
        code = cursor.short()
        if code > 18 and code not in (52, 53):
            types.append((code, cursor.pstr(), cursor.pstr(), cursor.int()))
        else:
            types.append((code, cursor.int()))
    return types
