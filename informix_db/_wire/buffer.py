"""Byte buffers between a socket and the protocol.

`ReadBuffer` is filled by a transport and read by protocol generators, which suspend
when it runs short; `WriteBuffer` collects requests until the transport sends them.
Neither knows a message. All integers are big-endian, `pstr` is a short length, the
bytes, and a pad byte if the length is odd (docs/PROTOCOL.md section 2) [J].
"""

from __future__ import annotations

from collections.abc import Generator
from struct import Struct
from typing import Any, TypeVar

from informix_db._wire.constants import MAX_PSTR
from informix_db.exceptions import DataError, ProtocolError

T = TypeVar("T")

# What a protocol generator is: it yields None for "send what is written, then get
# me more bytes", or only for the sending (Channel.flush_gen), and returns its result.
Wire = Generator[None, None, T]

SHORT = Struct(">h")
USHORT = Struct(">H")
INT = Struct(">i")

# Nothing a server sends in one piece is larger: rows are at most 32 KiB plus
# LVARCHARs. A length beyond it is garbage, not a reason to allocate.
MESSAGE_LIMIT = 64 * 1024 * 1024

_INITIAL_SIZE = 16 * 1024
# What a buffer that had to grow for one large row keeps of it.
_KEPT_SIZE = 4 * 1024 * 1024


class ReadBuffer:
    """Received bytes not yet parsed: ``data[pos:end]``.

    The storage is never resized in place, because a transport or the asyncio loop
    may hold a view of it; growing replaces it.
    """

    __slots__ = ("data", "end", "pos")

    def __init__(self) -> None:
        self.data = bytearray(_INITIAL_SIZE)
        self.pos = 0
        self.end = 0

    def __len__(self) -> int:
        return self.end - self.pos

    def free_view(self, size: int) -> memoryview:
        """Return the writable rest of the storage, of at least `size` bytes.

        Call `received` afterwards.
        """
        if self.pos == self.end:
            self.pos = self.end = 0
        if len(self.data) - self.end < size:
            self._grow(size)
        view = memoryview(self.data)
        return view[self.end :] if self.end else view

    def _grow(self, size: int) -> None:
        """Make room for `size` more bytes after `end`."""
        held = self.end - self.pos
        capacity = len(self.data)
        while capacity - held < size:
            capacity *= 2
        fresh = bytearray(capacity)
        fresh[:held] = memoryview(self.data)[self.pos : self.end]
        self.data = fresh
        self.pos = 0
        self.end = held

    def received(self, counts: list[int]) -> None:
        """Take note that so many bytes were written into `free_view()`.

        Empties `counts`: whoever is interrupted finds all of it done, or nothing, for
        no call is made between.
        """
        end = self.end + sum(counts)
        self.end = end
        del counts[:]

    def feed(self, data: bytes) -> None:
        """Append `data`."""
        self.free_view(len(data))[: len(data)] = data
        self.end += len(data)

    def shrink(self) -> None:
        """Give much storage back that nothing is held in."""
        if self.pos == self.end and len(self.data) > _KEPT_SIZE:
            self.data = bytearray(_INITIAL_SIZE)
            self.pos = self.end = 0

    def clear(self) -> None:
        """Forget everything held."""
        self.pos = self.end = 0

    # -- reading: generators, because any of these may find the buffer short ------

    def need_gen(self, count: int) -> Wire[None]:
        """Suspend until `count` bytes are there."""
        if count > MESSAGE_LIMIT:
            raise ProtocolError(
                f"the server announced {count} bytes in one piece, more than the "
                f"{MESSAGE_LIMIT} this driver accepts; the connection is closed"
            )
        while self.end - self.pos < count:
            yield

    def short_gen(self) -> Wire[int]:
        """Read a signed 2-byte integer."""
        if self.end - self.pos < 2:
            yield from self.need_gen(2)
        value: int = SHORT.unpack_from(self.data, self.pos)[0]
        self.pos += 2
        return value

    def int_gen(self) -> Wire[int]:
        """Read a signed 4-byte integer."""
        if self.end - self.pos < 4:
            yield from self.need_gen(4)
        value: int = INT.unpack_from(self.data, self.pos)[0]
        self.pos += 4
        return value

    def struct_gen(self, layout: Struct) -> Wire[tuple[Any, ...]]:
        """Read the fields of `layout`."""
        if self.end - self.pos < layout.size:
            yield from self.need_gen(layout.size)
        values = layout.unpack_from(self.data, self.pos)
        self.pos += layout.size
        return values

    def bytes_gen(self, count: int) -> Wire[bytes]:
        """Read `count` bytes."""
        if count < 0:
            raise ProtocolError(f"the server sent a length of {count}")
        if self.end - self.pos < count:
            yield from self.need_gen(count)
        value = bytes(memoryview(self.data)[self.pos : self.pos + count])
        self.pos += count
        return value

    def padded_gen(self, count: int) -> Wire[bytes]:
        """Read `count` bytes and the pad byte that follows an odd count."""
        value = yield from self.bytes_gen(count)
        if count & 1:
            yield from self.bytes_gen(1)  # pad [J]
        return value

    def pstr_gen(self) -> Wire[bytes]:
        """Read a pstr."""
        count = yield from self.short_gen()
        return (yield from self.padded_gen(count))


class WriteBuffer:
    """Requests not yet sent; the first `whole` bytes are complete ones."""

    __slots__ = ("data", "whole")

    def __init__(self) -> None:
        self.data = bytearray()
        self.whole = 0

    def __len__(self) -> int:
        return len(self.data)

    def sent(self, counts: list[int]) -> None:
        """Forget so many bytes, from the first; see `ReadBuffer.received`."""
        count = sum(counts)
        rest, whole = self.data[count:], max(0, self.whole - count)
        self.data, self.whole = rest, whole
        del counts[:]

    def take(self) -> bytearray:
        """Return what is there and forget it."""
        data, self.data = self.data, bytearray()
        self.whole = 0
        return data

    def truncate(self, size: int) -> None:
        """Forget everything after the first `size` bytes."""
        del self.data[size:]

    def put_short(self, value: int) -> None:
        """Append a signed 2-byte integer."""
        self.data += SHORT.pack(value)

    def put_int(self, value: int) -> None:
        """Append a signed 4-byte integer."""
        self.data += INT.pack(value)

    def put_raw(self, value: bytes) -> None:
        """Append bytes as they are."""
        self.data += value

    def put_padded(self, value: bytes) -> None:
        """Append bytes and a pad byte if their number is odd."""
        self.data += value
        if len(value) & 1:
            self.data.append(0)

    def put_pstr(self, value: bytes) -> None:
        """Append a pstr; DataError if it is longer than a short can say."""
        if len(value) > MAX_PSTR:
            raise DataError(
                f"a name of {len(value)} bytes does not fit: "
                f"the protocol holds {MAX_PSTR}"
            )
        self.data += SHORT.pack(len(value))
        self.put_padded(value)

    def put_zstr(self, value: bytes) -> None:
        """Append a login string: short length incl. the NUL, bytes, NUL [J]."""
        if b"\0" in value:
            raise DataError("a login parameter contains a NUL character")
        if len(value) >= MAX_PSTR:
            raise DataError(f"a login parameter of {len(value)} bytes is too long")
        self.data += SHORT.pack(len(value) + 1)
        self.data += value
        self.data.append(0)
