"""A client's bytes, read in order and never past what was sent.

Every length in a request is the client's word; `ByteStream` refuses those no honest
client needs before it asks for the bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

_CHUNK = 65536
_LARGEST_FIELD = 1 << 28  # no field of a request is longer than 256 MiB

_short = struct.Struct(">h")
_ushort = struct.Struct(">H")
_int = struct.Struct(">i")


class ProtocolError(Exception):
    """The client sent bytes this server cannot be in step with any longer."""


class ClientGone(Exception):
    """The client closed the connection, or it broke."""


class ByteStream:
    """Pulls bytes from `receive` (which blocks and returns b"" at the end)."""

    def __init__(
        self, receive: Callable[[int], bytes], *, record: bool = False
    ) -> None:
        self._receive = receive
        self._buffer = b""
        self._position = 0
        self.is_recorded = record
        self._recorded = bytearray()
        self._recorded_from = 0

    @classmethod
    def over(cls, data: bytes) -> ByteStream:
        """Return a stream of `data` and nothing after it."""
        stream = cls(lambda _: b"")
        stream._buffer = data
        return stream

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        start = self._position
        end = start + size
        if end > len(self._buffer):
            self._fill(size)
            start = 0
            end = size
        elif size < 0:
            raise ProtocolError(f"length {size}")
        self._position = end
        return self._buffer[start:end]

    def _fill(self, size: int) -> None:
        if size > _LARGEST_FIELD:
            raise ProtocolError(f"length {size}")
        if self.is_recorded:
            self._recorded += self._buffer[self._recorded_from : self._position]
            self._recorded_from = 0
        collected = bytearray(self._buffer[self._position :])
        self._position = 0
        while len(collected) < size:
            chunk = self._receive(_CHUNK)
            if not chunk:
                self._buffer = bytes(collected)
                raise ClientGone
            collected += chunk
        self._buffer = bytes(collected)

    def ahead(self) -> tuple[bytes, int]:
        """Return the buffer and where in it the next byte is."""
        return self._buffer, self._position

    def advance(self, position: int) -> bool:
        """Go on at `position` of the buffer; False if that is not received yet."""
        if position > len(self._buffer):
            return False
        self._position = position
        return True

    @property
    def is_drained(self) -> bool:
        """Whether nothing received is left to read."""
        return self._position == len(self._buffer)

    def take_recorded(self) -> bytes:
        """Return the bytes read since the last call (only when recording)."""
        self._recorded += self._buffer[self._recorded_from : self._position]
        self._recorded_from = self._position
        recorded = bytes(self._recorded)
        self._recorded.clear()
        return recorded

    def short(self) -> int:
        value: int = _short.unpack(self.take(2))[0]
        return value

    def peek_short(self) -> int:
        """Return the next short, and leave it there."""
        value = self.short()
        self._position -= _short.size
        return value

    def unsigned_short(self) -> int:
        value: int = _ushort.unpack(self.take(2))[0]
        return value

    def integer(self) -> int:
        value: int = _int.unpack(self.take(4))[0]
        return value

    def count(self, *, wide: bool = False) -> int:
        """Return a number of things that follow, a short or an int."""
        count = self.integer() if wide else self.short()
        if count < 0:
            raise ProtocolError(f"{count} things")
        return count

    def padded(self, size: int) -> bytes:
        """Return `size` bytes and skip the pad byte after an odd number."""
        if size & 1 and size > 0:
            return self.take(size + 1)[:size]
        return self.take(size)

    def string(self) -> bytes:
        """Return a string behind a short length."""
        return self.padded(self.unsigned_short())

    def long_string(self) -> bytes:
        """Return a string behind an int length."""
        return self.padded(self.integer())

    def terminated_string(self) -> bytes:
        """Return a login string: a length that counts the NUL, never padded."""
        return self.take(self.unsigned_short()).rstrip(b"\0")
