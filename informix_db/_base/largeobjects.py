"""Smart large objects: made, opened, read and written through the server's routines.

The routines, their signatures and the sizes of their opaque arguments are those IBM's
client uses [J]. A large object is open under a descriptor of the session; the server
keeps a position for it, which moves with what is read and written.

What is not known [?]: what becomes of a descriptor at the end of a transaction.
"""

from __future__ import annotations

import codecs
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from struct import Struct
from typing import TYPE_CHECKING, Any

from informix_db._protocol.fastpath import read_object_gen, write_object_gen
from informix_db._protocol.transaction import commit_gen
from informix_db._wire.buffer import Wire
from informix_db._wire.largeparams import BYTES_TYPES, Source, byte_view
from informix_db._wire.text import encode_text
from informix_db.exceptions import DataError, Error, OperationalError
from informix_db.types import BlobLocator, ClobLocator

if TYPE_CHECKING:
    from informix_db._base.execution import Execution

logger = logging.getLogger("informix_db")

_CREATE = "function informix.ifx_lo_create( ifx_lo_spec,integer,blob)"
_COLUMN_SPEC = "function informix.ifx_lo_col_sbinfo(lvarchar,ifx_lo_spec)"
_OPEN = "function informix.ifx_lo_open(blob ,integer)"
CLOSE = "function informix.ifx_lo_close(integer)"
_STAT = "function informix.ifx_lo_stat(int, ifx_lo_stat)"
_SEEK = "function informix.ifx_lo_seek(integer,int8,integer,int8)"
_TRUNCATE = "function informix.ifx_lo_truncate(integer,int8)"

# Modes of ifx_lo_open, as in ESQL/C [J]
_READ_ONLY = 4
_READ_WRITE = 8

# Sizes of ifx_lo_spec and ifx_lo_stat, with capability 10 and without [J]
_SPEC_SIZES = (162, 596)
_STAT_SIZES = (212, 644)

# An ifx_lo_spec that asks for nothing: these bytes, zeros, and those at its end [J].
_SPEC_HEAD = bytes.fromhex(
    "dadafeed 00000000 00000000 00000001 00000000 ffff0000 00000001 00000000"
    "ffff0000 ffffffff"
)
_SPEC_TAIL = bytes.fromhex("ffffffffffffffff 0000000000000000 0000000000000000")

# The size in an ifx_lo_stat: low and high half, sign [J]
_SIZE = Struct(">IIh")
_SIZE_AT = 4

# Bytes read or written at a time: a round trip each, and what memory it takes.
BLOCK = 1024 * 1024

_TEXT_BLOCK = 64 * 1024  # bytes read ahead of the text that was asked for

# Mode: (mode of ifx_lo_open, cut to nothing)
_MODES = {
    "r": (_READ_ONLY, False),
    "r+": (_READ_WRITE, False),
    "w": (_READ_WRITE, True),
    "w+": (_READ_WRITE, True),
}

_LARGEST = 0x7FFFFFFFFFFFFFFF  # position or size: they are INT8 [J]

Locator = BlobLocator | ClobLocator


def default_spec(long_form: bool) -> bytes:
    """Return the ifx_lo_spec of an object that is stored where its column says."""
    middle = _SPEC_SIZES[long_form] - len(_SPEC_HEAD) - len(_SPEC_TAIL)
    return _SPEC_HEAD + bytes(middle) + _SPEC_TAIL


def create_gen(
    connection: Execution, source: Source, is_clob: bool, column: str | None
) -> Wire[Locator]:
    """Make a large object of `source` and return its locator; it is closed again.

    `column` ("table.column") tells where such objects are to be stored.
    """
    call_gen = connection._routines.call_gen
    spec = default_spec(connection._channel.framing.long_large_object)
    yield from connection._routines.find_gen(_CREATE, CLOSE)
    if column is not None:
        spec = yield from _column_spec_gen(connection, column, spec)
    results = yield from call_gen(_CREATE, spec, _READ_WRITE, bytes(BlobLocator.SIZE))
    created, descriptor = _checked(results, 2)
    try:
        for block in source.pieces(BLOCK):
            yield from write_object_gen(connection._channel, descriptor, block)
        yield from call_gen(CLOSE, descriptor)
    except BaseException:
        connection._abandon_descriptor(descriptor)
        connection._channel.in_order = True
        raise
    raw = getattr(created, "raw", created)
    return ClobLocator(raw) if is_clob else BlobLocator(raw)


def _column_spec_gen(connection: Execution, column: str, spec: bytes) -> Wire[bytes]:
    """Return `spec` filled in for objects of `column`, or as it is.

    The column's name comes from the text of a statement and may not be one.
    """
    try:
        results = yield from connection._routines.call_gen(_COLUMN_SPEC, column, spec)
    except Error as exc:
        if not connection._channel.in_sync:
            raise
        logger.debug("no storage characteristics of %s: %s", column, exc)
        return spec
    found = results[0] if results else None
    return found if isinstance(found, bytes) and len(found) == len(spec) else spec


def _checked(results: list[Any], count: int) -> list[Any]:
    """Return what a routine returned, which ends with a descriptor."""
    if len(results) < count or not isinstance(results[-1], int) or results[-1] < 0:
        raise OperationalError(
            f"the server did not open the large object but returned {results!r}"
        )
    return results


class LargeObject:
    """An open large object: what the sync and async files share. Nothing waits."""

    def __init__(
        self, connection: Execution, locator: Locator, mode: str | None
    ) -> None:
        if not isinstance(locator, (BlobLocator, ClobLocator)):
            raise TypeError(f"a locator is needed, not {type(locator).__name__}")
        is_clob = isinstance(locator, ClobLocator)
        if mode is not None and not isinstance(mode, str):
            raise TypeError(f"mode must be a str, not {type(mode).__name__}")
        self.mode = mode if mode is not None else "r" if is_clob else "rb"
        plain = self.mode.replace("b", "", 1)
        if plain not in _MODES:
            raise ValueError(f"mode {mode!r} is none of rb, r+b, wb, or without b")
        self._flags, self._cut = _MODES[plain]
        self._text = is_clob and plain == self.mode
        self._connection = connection
        self._locator = locator
        self._descriptor: int | None = None
        self._position = 0  # the server's
        self._due: int | None = None  # where to go first, if that is elsewhere
        self._read_from: int | None = None  # where the reading under way began
        self._ahead = ""  # text read and not asked for
        self._decoder = _new_decoder(connection._channel.encoding)

    @property
    def closed(self) -> bool:
        """Whether it has been closed."""
        return self._descriptor is None

    @property
    def locator(self) -> Locator:
        """The locator of the large object."""
        return self._locator

    def readable(self) -> bool:
        """Return True: every mode can read."""
        self._open_descriptor()
        return True

    def writable(self) -> bool:
        """Return whether it was opened for writing."""
        self._open_descriptor()
        return self._flags == _READ_WRITE

    def seekable(self) -> bool:
        """Return True."""
        self._open_descriptor()
        return True

    def flush(self) -> None:
        """Do nothing, as nothing is held back; ``io.BufferedReader`` calls it."""
        self._open_descriptor()

    def _open_descriptor(self) -> int:
        if self._descriptor is None:
            raise ValueError("I/O operation on closed large object")
        return self._descriptor

    def _need_writing(self, what: str) -> int:
        descriptor = self._open_descriptor()
        if self._flags != _READ_WRITE:
            raise io.UnsupportedOperation(f"{what}: opened in mode {self.mode!r}")
        return descriptor

    # -- opening and closing -----------------------------------------------------------

    def _open_gen(self) -> Wire[None]:
        self._connection._settle_abandoned()
        routines = self._connection._routines
        if self._flags == _READ_WRITE:
            yield from self._connection._begin_for_call_gen()
        # CLOSE now, so that a file nobody closes can be closed without a wait.
        yield from routines.find_gen(_OPEN, CLOSE)
        results = yield from routines.call_gen(_OPEN, self._locator, self._flags)
        self._descriptor = _checked(results, 1)[-1]
        self._position = 0
        self._due = None
        if self._cut:
            yield from self._truncate_gen(0)

    def _close_gen(self) -> Wire[None]:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        self._forget_ahead()
        try:
            yield from self._connection._routines.call_gen(CLOSE, descriptor)
        except BaseException:
            self._connection._abandon_descriptor(descriptor)
            raise
        # Not after each write: what a descriptor is after a COMMIT is not known.
        if self._flags == _READ_WRITE and self._connection._commits_itself:
            yield from self._connection._end_gen(commit_gen)

    def _forget(self) -> None:
        """The session is gone, or this object: leave the descriptor to others."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            self._connection._abandon_descriptor(descriptor)

    # -- reading -----------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Have what was read, and does not reach the caller, read again.

        What is no text is passed over.
        """
        self._read_from = None
        try:
            yield
        except DataError:
            raise
        except BaseException:  # whoever waits for it is cancelled, say
            if self._read_from is not None:
                self._due = self._read_from
            raise

    def _begin_reading_gen(self) -> Wire[None]:
        if self._due is not None:
            yield from self._go_to_gen(self._due)
        self._read_from = self._tell()

    def _read_gen(self, size: int | None) -> Wire[bytes | str]:
        self._open_descriptor()
        wanted = -1 if size is None else _whole("size", size)
        yield from self._begin_reading_gen()
        if self._text:
            return (yield from self._read_text_gen(wanted))
        return (yield from self._read_bytes_gen(wanted))

    def _read_bytes_gen(self, size: int) -> Wire[bytes]:
        descriptor = self._open_descriptor()
        found = bytearray()
        while size < 0 or len(found) < size:
            count = BLOCK if size < 0 else min(BLOCK, size - len(found))
            data = yield from read_object_gen(
                self._connection._channel, descriptor, count
            )
            self._position += len(data)
            if not found and len(data) == size:
                return data
            found += data
            if len(data) < count:
                break
        return bytes(found)

    def _read_text_gen(self, size: int) -> Wire[str]:
        pieces = [self._ahead]
        count = len(self._ahead)
        try:
            while size < 0 or count < size:
                wanted = BLOCK if size < 0 else _TEXT_BLOCK
                data = yield from self._read_bytes_gen(wanted)
                pieces.append(self._decoder.decode(data, final=not data))
                count += len(pieces[-1])
                if not data:
                    break
        except UnicodeDecodeError as exc:
            raise DataError(
                f"the CLOB is not text in {exc.encoding}: byte "
                f"0x{exc.object[exc.start]:02x}; open it with mode 'rb'"
            ) from None
        finally:
            self._ahead = "".join(pieces)
        end = len(self._ahead) if size < 0 else size
        text, self._ahead = self._ahead[:end], self._ahead[end:]
        return text

    def _readinto_gen(self, buffer: Any) -> Wire[int]:
        self._open_descriptor()
        if self._text:
            raise io.UnsupportedOperation("readinto: opened as text")
        filled = 0
        with memoryview(buffer).cast("B") as view:
            if view.readonly:
                raise TypeError(f"{type(buffer).__name__} cannot be written to")
            yield from self._begin_reading_gen()
            while filled < len(view):
                wanted = min(BLOCK, len(view) - filled)
                data = yield from self._read_bytes_gen(wanted)
                view[filled : filled + len(data)] = data
                filled += len(data)
                if len(data) < wanted:
                    break
        return filled

    # -- writing -----------------------------------------------------------------------

    def _write_gen(self, data: Any) -> Wire[int]:
        descriptor = self._need_writing("write")
        encoded = self._encoded(data)
        if self._text or self._due is not None:
            yield from self._go_to_gen(self._tell())
        # This may have been committed since it was opened.
        yield from self._connection._begin_for_call_gen()
        for at in range(0, len(encoded), BLOCK):
            block = encoded[at : at + BLOCK]
            yield from write_object_gen(self._connection._channel, descriptor, block)
            self._position += len(block)
        return len(data) if self._text else len(encoded)

    def _encoded(self, data: Any) -> memoryview:
        if self._text:
            if not isinstance(data, str):
                raise TypeError(f"a str is needed, not {type(data).__name__}")
            encoding = self._connection._channel.encoding
            return memoryview(encode_text(data, encoding, "the text"))
        if not isinstance(data, BYTES_TYPES):
            raise TypeError(f"bytes are needed, not {type(data).__name__}")
        return byte_view(data)

    # -- position and size -------------------------------------------------------------

    def _tell(self) -> int:
        """Return the position in bytes of what would be read or written next."""
        self._open_descriptor()
        if self._due is not None:
            return self._due
        ahead = len(self._ahead.encode(self._connection._channel.encoding))
        return self._position - ahead - len(self._decoder.getstate()[0])

    def _seek_gen(self, offset: int, whence: int) -> Wire[int]:
        self._open_descriptor()
        if whence not in (io.SEEK_SET, io.SEEK_CUR, io.SEEK_END):
            raise ValueError(f"whence must be 0, 1 or 2, not {whence!r}")
        if self._text and whence != io.SEEK_SET and offset:
            raise io.UnsupportedOperation("text is sought only from its beginning")
        offset = _whole("offset", offset)
        if whence == io.SEEK_CUR:
            offset += self._tell()
        elif whence == io.SEEK_END:
            offset += yield from self._size_gen()
        yield from self._go_to_gen(offset)
        return self._position

    def _go_to_gen(self, position: int) -> Wire[None]:
        """Move the server's position, unless it is there, and forget what is ahead."""
        if not 0 <= position <= _LARGEST:
            raise ValueError(f"there is no position {position}")
        if position != self._position:
            descriptor = self._open_descriptor()
            yield from self._connection._routines.call_gen(
                _SEEK, descriptor, position, io.SEEK_SET, 0
            )
            self._position = position
        self._due = None
        self._forget_ahead()

    def _forget_ahead(self) -> None:
        self._ahead = ""
        self._decoder.reset()

    def _size_gen(self) -> Wire[int]:
        descriptor = self._open_descriptor()
        size = _STAT_SIZES[self._connection._channel.framing.long_large_object]
        results = yield from self._connection._routines.call_gen(
            _STAT, descriptor, bytes(size)
        )
        stat = results[0] if results else None
        if not isinstance(stat, bytes) or len(stat) < _SIZE_AT + _SIZE.size:
            raise OperationalError(f"the server told no size but {results!r}")
        low, high, _sign = _SIZE.unpack_from(stat, _SIZE_AT)
        found: int = high << 32 | low
        return found

    def _truncate_gen(self, size: int | None) -> Wire[int]:
        descriptor = self._need_writing("truncate")
        wanted = self._tell() if size is None else _whole("size", size)
        if not 0 <= wanted <= _LARGEST:
            raise ValueError(f"there is no size {wanted}")
        yield from self._connection._begin_for_call_gen()
        yield from self._connection._routines.call_gen(_TRUNCATE, descriptor, wanted)
        return wanted


def _whole(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    return value


def _new_decoder(encoding: str) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(encoding)()
