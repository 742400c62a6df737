"""Cells of BYTE, TEXT, BLOB, CLOB, ROW and collection columns.

What a row holds of a BYTE or TEXT is a descriptor; `Content` stands for the value until
its bytes have been fetched. The compiled decoder calls these decoders too.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable
from dataclasses import replace

from informix_db._wire import constants as c
from informix_db._wire.buffer import INT
from informix_db._wire.codecs import (
    Data,
    FixedDecoder,
    Kind,
    Malformed,
    Step,
    Unrepresentable,
    VariableDecoder,
    indicated,
)
from informix_db._wire.composite import Unreadable, parse_value
from informix_db._wire.describe import ColumnInfo
from informix_db._wire.typetext import UNKNOWN, TypeText, parse_type
from informix_db.types import BlobLocator, ClobLocator

LARGE_KINDS = frozenset({Kind.BYTE, Kind.TEXT, Kind.BLOB, Kind.CLOB, Kind.COMPOSITE})

DESCRIPTOR_SIZE = 56  # of a BYTE or TEXT in a row and in BIND [J]
SIZE_AT = 16  # int: size of the contents; not to be relied on [J]
_FLAGS_AT = 39
_NULL_FLAG = 0x01  # [J, P]

COMPOSITE_CODES = frozenset({c.SET, c.MULTISET, c.LIST, c.COLLECTION, c.ROW})


class Content:
    """A BYTE or TEXT value whose contents are still on the server."""

    __slots__ = ("descriptor", "is_text")

    def __init__(self, descriptor: bytes, is_text: bool) -> None:
        self.descriptor = descriptor
        self.is_text = is_text

    @property
    def size(self) -> int:
        """Its size in bytes as the server announces it, which may be wrong."""
        size: int = INT.unpack_from(self.descriptor, SIZE_AT)[0]
        return max(0, size)

    def __repr__(self) -> str:
        return f"Content({self.descriptor.hex()}, {self.is_text})"


def large_step(column: ColumnInfo) -> Step | None:
    """Return how a column of these types is read; None for every other type."""
    code = column.code
    if code in (c.BYTE, c.TEXT):
        return Kind.TEXT if code == c.TEXT else Kind.BYTE, DESCRIPTOR_SIZE, 0
    if code == c.UDT_FIXED and column.extended_id in (c.EXT_BLOB, c.EXT_CLOB):
        return Kind.BLOB if column.extended_id == c.EXT_BLOB else Kind.CLOB, 0, 0
    if code in COMPOSITE_CODES:
        return Kind.COMPOSITE, 0, composite_type(column)
    return None


def composite_type(column: ColumnInfo) -> TypeText:
    """Return the type of a ROW or collection column."""
    kind = parse_type(column.type_name)
    # A named ROW type has a name where others have their structure.
    return replace(kind, code=column.code) if kind.code == UNKNOWN else kind


def large_cell_decoder(step: Step, encoding: str) -> FixedDecoder | VariableDecoder:
    """Return the decoder of one plan step; variable if the step's width is 0."""
    number, _, argument = step
    kind = Kind(number)
    if kind is Kind.BYTE or kind is Kind.TEXT:
        return _content_decoder(kind is Kind.TEXT)
    if kind is Kind.BLOB:
        return _locator_decoder(BlobLocator)
    if kind is Kind.CLOB:
        return _locator_decoder(ClobLocator)
    return _composite_decoder(argument, encoding)


def _content_decoder(is_text: bool) -> FixedDecoder:
    def cell(data: Data, pos: int) -> Content | None:
        if data[pos + _FLAGS_AT] & _NULL_FLAG:
            return None
        return Content(bytes(data[pos : pos + DESCRIPTOR_SIZE]), is_text)

    return cell


def _locator_decoder(
    locator: Callable[[bytes], BlobLocator | ClobLocator],
) -> VariableDecoder:
    size = BlobLocator.SIZE

    def cell(
        data: Data, pos: int, end: int
    ) -> tuple[BlobLocator | ClobLocator | None, int]:
        is_null, start, stop = indicated(data, pos, end)
        if is_null:
            return None, stop
        raw = bytes(data[start:stop])
        if len(raw) == 2 * size:  # in hexadecimal unless RET_TYPE says otherwise [J]
            try:
                raw = binascii.unhexlify(raw)
            except ValueError:
                raise Malformed(f"locator {raw[:16]!r}...") from None
        if len(raw) != size:
            raise Malformed(f"a locator of {len(raw)} bytes")
        return locator(raw), stop

    return cell


def _composite_decoder(kind: TypeText, encoding: str) -> VariableDecoder:
    def cell(data: Data, pos: int, end: int) -> tuple[object, int]:
        is_null, start, stop = indicated(data, pos, end)
        if is_null:
            return None, stop
        text = data[start:stop].decode(encoding)
        try:
            return parse_value(text, kind, encoding), stop
        except Unreadable as exc:
            raise Unrepresentable(
                f"the text of a {kind.text} cannot be read: {exc}; cast it to LVARCHAR "
                "to have the text itself"
            ) from None

    return cell
