"""Batches: many rows for one statement, read out of a buffer together.

Clients send rows as ``BIND EXECUTE BIND EXECUTE ...`` in one PDU, and most of them
alike, so that where one row's values are tells where those of the next are. Only what
has been received is looked at, and only types whose values are of known width or
behind a length; `read_batch` leaves everything else, and every row it is in doubt
about, to the reader of single messages.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any

from . import codec, tags, typecodes
from .api import BoundParameter, SQLType
from .records import dataclass

_head = struct.Struct(">hhH")  # of a bound value: type, indicator, precision
_count = struct.Struct(">h")
_put, _wide_put = struct.Struct(">ih"), struct.Struct(">ii")  # size, count
_PUT, _BLOB = struct.pack(">h", tags.PUT), struct.pack(">h", tags.BLOB)
_EXECUTE = struct.pack(">h", tags.EXECUTE)
_EXECUTE_BIND = struct.pack(">hh", tags.EXECUTE, tags.BIND)
_NULL_INDICATOR = -1

_FIXED = {
    typecodes.SMALLINT: "h",
    typecodes.INTEGER: "i",
    typecodes.SERIAL: "i",
    typecodes.BIGINT: "q",
    typecodes.BIGSERIAL: "q",
    typecodes.FLOAT: "d",
    typecodes.SMALLFLOAT: "f",
    typecodes.DATE: "i",
}
_WITH_LENGTH = (
    typecodes.CHARACTER_TYPES | typecodes.DECIMAL_TYPES | typecodes.QUALIFIED_TYPES
)

Decoder = Callable[[bytes], str]
Values = list[Any]


@dataclass(slots=True)
class Batch:
    """Rows for the current statement to be executed with, column by column.

    `types` has None for a column without a value other than NULL.
    """

    types: list[SQLType | None]
    columns: list[Sequence[Any]]
    rows: int

    def parameters(self) -> Iterator[list[BoundParameter]]:
        """Yield the rows as BIND brings them one by one."""
        types = [kind or SQLType(typecodes.CHAR, 0) for kind in self.types]
        for row in zip(*self.columns, strict=True):
            yield list(map(BoundParameter, types, row))


@dataclass(slots=True)
class Puts:
    """The rows of PUT after PUT, one in each, in tuple encoding."""

    rows: list[bytes]


class _Part:
    """Values one after the other: heads and values of known width, then perhaps the
    head and length of one that follows with its pad byte."""

    def __init__(self, heads: Sequence[bytes], format_: str, sized: bool) -> None:
        self.layout = struct.Struct(">" + format_)
        self.heads = tuple(heads)
        self.sized = sized


class _Shape:
    """How the rows are laid out that have the same types and NULLs in same places."""

    def __init__(self, heads: Sequence[bytes]) -> None:
        self.types: list[SQLType | None] = []
        self._nulls: list[int] = []
        self._parts: list[_Part] = []
        pending: list[bytes] = []
        format_ = ""
        for number, head in enumerate(heads):
            code, indicator, precision = _head.unpack(head)
            if indicator == _NULL_INDICATOR:
                self.types.append(None)
                self._nulls.append(number)
                pending.append(head)
                format_ += "6s0s"
                continue
            self.types.append(SQLType(code, precision))
            pending.append(head)
            sized = code not in _FIXED
            format_ += "6s" + ("H" if sized else _FIXED[code])
            if sized:
                self._parts.append(_Part(pending, format_, sized))
                pending, format_ = [], ""
        if pending:
            self._parts.append(_Part(pending, format_, False))

    def read(self, buffer: bytes, position: int) -> tuple[Values, int] | None:
        """Return a row and where it ends, None if it has another shape."""
        values: Values = []
        for part in self._parts:
            layout = part.layout
            fields = layout.unpack_from(buffer, position)
            if fields[::2] != part.heads:
                return None
            values += fields[1::2]
            position += layout.size
            if part.sized:
                size = values[-1]
                end = position + size
                values[-1] = buffer[position:end]
                position = end + (size & 1)
        for number in self._nulls:
            values[number] = None
        return values, position


@lru_cache(256)
def _shape(heads: tuple[bytes, ...]) -> _Shape:
    return _Shape(heads)


def _shape_at(buffer: bytes, position: int, count: int) -> _Shape | None:
    """Return the shape of a row, None if it has values that are read otherwise."""
    heads = []
    for _ in range(count):
        head = buffer[position : position + _head.size]
        code, indicator, _precision = _head.unpack(head)
        heads.append(head)
        position += _head.size
        if code not in _FIXED and code not in _WITH_LENGTH:
            return None
        if indicator == _NULL_INDICATOR:
            continue
        if code in _FIXED:
            position += struct.calcsize(">" + _FIXED[code])
        else:
            size = int.from_bytes(buffer[position : position + 2], "big")
            position += 2 + size + (size & 1)
    return _shape(tuple(heads))


def read_batch(
    buffer: bytes, position: int, decode: Decoder
) -> tuple[Batch, int] | None:
    """Return the rows from the body of a BIND on, each with its EXECUTE, and where
    they end; None unless there are two at least. Raises what `decode` does."""
    try:
        (count,) = _count.unpack_from(buffer, position)
    except struct.error:
        return None
    if count < 1:
        return None
    head = _EXECUTE_BIND + _count.pack(count)
    types: list[SQLType | None] = [None] * count
    rows: list[Values] = []
    shape: _Shape | None = None
    end = position
    position += _count.size
    try:
        while True:
            found = shape.read(buffer, position) if shape is not None else None
            if found is None:
                shape = _shape_at(buffer, position, count)
                if shape is None or not _agrees(shape.types, types):
                    break
                found = shape.read(buffer, position)
                assert found is not None
            row, position = found
            if not buffer.startswith(_EXECUTE, position):
                break  # not all of the row has come, or no EXECUTE follows
            rows.append(row)
            end = position + len(_EXECUTE)
            if not buffer.startswith(head, position):
                break
            position += len(head)
    except struct.error:
        pass  # the rest has not come yet
    if len(rows) < 2:
        return None
    columns = [
        _values(kind, column, decode)
        for kind, column in zip(types, zip(*rows, strict=True), strict=True)
    ]
    return Batch(types, columns, len(rows)), end


def read_puts(
    buffer: bytes, position: int, *, int_count: bool
) -> tuple[Puts, int] | None:
    """Return the rows from the body of a PUT on, and where they end; None unless there
    are two at least. What follows a row must have come: it may be its BYTE or TEXT."""
    head = _wide_put if int_count else _put
    rows: list[bytes] = []
    end = position
    while len(buffer) >= position + head.size:
        size, count = head.unpack_from(buffer, position)
        start = position + head.size
        position = start + size + (size & 1)
        if count != 1 or size <= 0 or len(buffer) < position + len(_PUT):
            break
        if buffer.startswith(_BLOB, position):
            break
        rows.append(buffer[start : start + size])
        end = position
        if not buffer.startswith(_PUT, position):
            break
        position += len(_PUT)
    return (Puts(rows), end) if len(rows) > 1 else None


def _agrees(found: Sequence[SQLType | None], types: list[SQLType | None]) -> bool:
    """Tell whether a row's types are those of the rows before it, and note them."""
    merged = [one or other for one, other in zip(found, types, strict=True)]
    if any(a != b for a, b in zip(merged, types, strict=True) if b is not None):
        return False
    types[:] = merged
    return True


def _values(
    kind: SQLType | None, column: Sequence[Any], decode: Decoder
) -> Sequence[Any]:
    """Return the values of a column that was read as numbers and bytes."""
    if kind is None:
        return column
    convert = _conversion(kind, decode)
    if convert is None:
        return column
    if None in column:
        return [None if value is None else convert(value) for value in column]
    return list(map(convert, column))


def _conversion(kind: SQLType, decode: Decoder) -> Callable[[Any], Any] | None:
    code, precision = kind.code, kind.length
    if code == typecodes.DATE:
        return codec.unpack_date
    if code in typecodes.CHARACTER_TYPES:
        return decode
    if code in typecodes.DECIMAL_TYPES:
        return lambda raw: codec.unpack_decimal(raw, precision & 0xFF)
    if code == typecodes.DATETIME:
        return partial(codec.unpack_datetime, length=precision)
    if code == typecodes.INTERVAL:
        return partial(codec.unpack_interval, length=precision)
    return None
