"""Parameters whose form depends on what they are stored in.

Bytes and files go to BYTE and TEXT columns as a descriptor in BIND and contents after
it [J, P]; to BLOB and CLOB columns as a locator of a large object that has been made
before [J]; rows and collections go as text of type 43 [J]. `targeted` chooses, given
the description of the parameter. Of a file the position is where reading starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import Any

from informix_db._wire import constants as c
from informix_db._wire.describe import ColumnInfo
from informix_db._wire.encode import Entry
from informix_db._wire.largecells import (
    COMPOSITE_CODES,
    DESCRIPTOR_SIZE,
    SIZE_AT,
    composite_type,
)
from informix_db._wire.literal import COMPOSITE_TYPES, composite_text
from informix_db._wire.text import encode_text
from informix_db._wire.typetext import UNTYPED, TypeText
from informix_db.exceptions import DataError, ProgrammingError
from informix_db.types import BlobLocator, ClobLocator

BYTES_TYPES = (bytes, bytearray, memoryview)

_HEAD = Struct(">hhh")  # type, indicator, precision
_NULL_TAIL = b"\xff\xff\0\0"  # indicator, precision
_SIZE = Struct(">i")

_BYTE_PRECISION = 0x38  # that of setBytes; TEXT has 0 [J]

_UNKNOWN_SIZE = -1  # a stream [J]
_MAX_SIZE = 0x7FFFFFFF  # of a BYTE or TEXT

_FILE_READ = 64 * 1024  # bytes or characters to ask a file for, at least


def byte_view(value: bytes | bytearray | memoryview) -> memoryview:
    """Return a view of the bytes of `value`, or of a copy if they are scattered."""
    view = memoryview(value)
    return view.cast("B") if view.c_contiguous else memoryview(view.tobytes())


class Source:
    """What a large value is read from: bytes, text or a file object."""

    def __init__(self, value: Any, encoding: str) -> None:
        self._encoding = encoding
        self._start: int | None = None  # where the file was
        self._used = False
        if isinstance(value, str):
            value = encode_text(value, encoding, "the text")
        self._data: memoryview | None = None
        if isinstance(value, BYTES_TYPES):
            self._data = byte_view(value)
        self._file = value

    @property
    def size(self) -> int:
        """Size in bytes, -1 if that is not known."""
        return _UNKNOWN_SIZE if self._data is None else len(self._data)

    def pieces(self, size: int) -> Iterator[bytes | memoryview]:
        """Return the contents in pieces of at most `size` bytes, none of them empty."""
        if self._data is not None:
            for at in range(0, len(self._data), size):
                yield self._data[at : at + size]
            return
        self._rewind()
        while data := self._read(max(size, _FILE_READ)):
            view = memoryview(data)
            for at in range(0, len(view), size):
                yield view[at : at + size]

    def in_memory(self) -> Source:
        """Return the same contents as bytes."""
        if self._data is not None:
            return self
        return Source(b"".join(self.pieces(_FILE_READ)), self._encoding)

    def _rewind(self) -> None:
        """Go back to where the file was when it is read a second time."""
        if not self._used:
            self._used = True
            if getattr(self._file, "seekable", bool)():
                self._start = self._file.tell()
        elif self._start is None:
            raise ProgrammingError("a file that cannot be rewound was to be read twice")
        else:
            self._file.seek(self._start)

    def _read(self, size: int) -> bytes:
        data = self._file.read(size)
        if isinstance(data, str):
            return encode_text(data, self._encoding, "the file")
        if isinstance(data, BYTES_TYPES):
            return bytes(data)
        if data is None:
            raise DataError("a file that does not block cannot be a parameter")
        raise DataError(f"read() of a file returned {type(data).__name__}")


class NewLargeObject:
    """A BLOB or CLOB that is to be made of `source`."""

    __slots__ = ("is_clob", "source")

    def __init__(self, source: Source, is_clob: bool) -> None:
        self.source = source
        self.is_clob = is_clob


def is_file(value: object) -> bool:
    """Whether `value` can be read from."""
    return callable(getattr(value, "read", None))


def needs_target(column: ColumnInfo) -> bool:
    """Whether parameters of this type have a form of their own."""
    if column.code == c.UDT_FIXED:
        return column.extended_id in (c.EXT_BLOB, c.EXT_CLOB)
    return column.code in (c.BYTE, c.TEXT) or column.code in COMPOSITE_CODES


def targeted(
    value: Any, target: ColumnInfo | None, encoding: str
) -> Any | Entry | NewLargeObject:
    """Return what is to be encoded in place of `value` for a parameter `target`.

    Raises DataError if that cannot hold the value.
    """
    if target is not None and needs_target(target):
        if value is None:
            return Entry(_null_entry(target, encoding))
        if target.code in (c.BYTE, c.TEXT):
            return _content(value, target, encoding)
        if target.code == c.UDT_FIXED:
            return _large_object(value, target, encoding)
        return _composite(value, target, encoding)
    if isinstance(value, COMPOSITE_TYPES):
        return _composite_entry(value, UNTYPED, encoding)
    if isinstance(value, BYTES_TYPES) or is_file(value):
        if target is not None:
            raise DataError(
                f"{type(value).__name__} cannot be stored in {target.type_text}"
            )
        return content_entry(c.BYTE, Source(value, encoding))
    return value


def _null_entry(target: ColumnInfo, encoding: str) -> bytes:
    if target.code in (c.BYTE, c.TEXT):
        return _HEAD.pack(target.code, -1, 0)  # [J]
    name = _pstr(encode_text(target.type_name, encoding, "type"))
    if target.code == c.UDT_FIXED:
        code, owner = c.SENDRECV, _pstr(b"informix")
    else:
        code, owner = target.code, _pstr(b"")  # the described type and its text [J]
    return code.to_bytes(2, "big") + owner + name + _NULL_TAIL


def _content(value: Any, target: ColumnInfo, encoding: str) -> Entry:
    accepted = isinstance(value, BYTES_TYPES) or is_file(value)
    if not accepted and not (isinstance(value, str) and target.code == c.TEXT):
        raise _refusal(value, target)
    return content_entry(target.code, Source(value, encoding))


def content_entry(code: int, source: Source) -> Entry:
    """Return the entry of a BYTE or TEXT [J, P]."""
    if source.size > _MAX_SIZE:
        raise DataError(f"{source.size} bytes are more than a BYTE or TEXT holds")
    descriptor = bytearray(DESCRIPTOR_SIZE)
    _SIZE.pack_into(descriptor, SIZE_AT, source.size)
    precision = _BYTE_PRECISION if code == c.BYTE else 0
    return Entry(_HEAD.pack(code, 0, precision) + descriptor, source)


def _large_object(value: Any, target: ColumnInfo, encoding: str) -> Any:
    is_clob = target.extended_id == c.EXT_CLOB
    if isinstance(value, (BlobLocator, ClobLocator)):
        return value
    accepted = isinstance(value, BYTES_TYPES) or is_file(value)
    if not accepted and not (isinstance(value, str) and is_clob):
        raise _refusal(value, target)
    return NewLargeObject(Source(value, encoding), is_clob)


def _composite(value: Any, target: ColumnInfo, encoding: str) -> Entry:
    if isinstance(value, str):
        return long_text(value, encoding)
    if not isinstance(value, COMPOSITE_TYPES):
        raise _refusal(value, target)
    return _composite_entry(value, composite_type(target), encoding)


def _composite_entry(value: Any, kind: TypeText, encoding: str) -> Entry:
    try:
        return long_text(composite_text(value, kind), encoding)
    except RecursionError:
        raise DataError(
            f"the {type(value).__name__} is nested too deeply, or contains itself"
        ) from None


def _refusal(value: Any, target: ColumnInfo) -> DataError:
    return DataError(f"{type(value).__name__} cannot be stored in {target.type_text}")


def long_text(text: str, encoding: str, type_name: bytes = b"") -> Entry:
    """Return text as type 43, which rows and collections take as well [J]."""
    raw = encode_text(text, encoding, "parameter")
    return Entry(
        c.LVARCHAR.to_bytes(2, "big")
        + _pstr(b"")  # owner
        + _pstr(type_name)
        + b"\0\0\0\0"  # indicator, precision
        + len(raw).to_bytes(4, "big")
        + raw
        + b"\0" * (len(raw) & 1)
    )


def _pstr(raw: bytes) -> bytes:
    return len(raw).to_bytes(2, "big") + raw + b"\0" * (len(raw) & 1)
