"""Rows as tuple bytes, and the tuples of PUT as values.

A `RowEncoder` is built once per described row. The client may ask with RET_TYPE for
another form of a column: 43 and 45 for LVARCHAR and BOOLEAN, whose frame stays the
same but whose BOOLEAN then is a byte and no letter [J].

A BYTE or TEXT cell is a descriptor; its contents are kept for the FETCHBLOB that
names it. A BLOB or CLOB cell is its locator, as hex characters unless the client asks
for 44 [J]. Collections and ROWs are text, or the form `composites` knows for 44.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any

from . import codec, composites, typecodes
from .api import BoundParameter, Column, SQLError, SQLType
from .framing import Framing
from .messages import ReturnType
from .stream import ByteStream, ClientGone, ProtocolError

_UNSUPPORTED_TYPE = -999
_CONVERSION_FAILED = -23103
_ROW_SIZE = -403

_NULL_EXTENDED = b"\x01\0\0\0\0"
_extended_head = struct.Struct(">bi")
_integer = struct.Struct(">i")
# A BYTE or TEXT descriptor: start, end, size, key and zeros; byte 39 says NULL [J].
_blob_descriptor = struct.Struct(">8xiiii32x")
_NULL_BLOB = bytes(39) + b"\x01" + bytes(16)

# How a client asks for described extended types [J].
_CLIENT_FORMS = {
    typecodes.UDT_VARIABLE: (typecodes.LVARCHAR_CLIENT,),
    typecodes.UDT_FIXED: (typecodes.BOOLEAN_CLIENT, typecodes.UDT_CLIENT),
    **dict.fromkeys(typecodes.COMPOSITES, (typecodes.UDT_CLIENT,)),
}

CellEncoder = Callable[[Any], bytes]
ColumnEncoder = Callable[[Sequence[Any]], Iterable[bytes]]  # of many rows at once
Keep = Callable[[bytes], int]  # keeps the contents of a cell, returns a key for them

_NULLS_OF_STRUCTS: dict[int, tuple[struct.Struct, bytes]] = {
    typecodes.SMALLINT: (struct.Struct(">h"), b"\x80\0"),
    typecodes.INTEGER: (struct.Struct(">i"), b"\x80\0\0\0"),
    typecodes.SERIAL: (struct.Struct(">i"), b"\x80\0\0\0"),
    typecodes.BIGINT: (struct.Struct(">q"), b"\x80" + bytes(7)),
    typecodes.BIGSERIAL: (struct.Struct(">q"), b"\x80" + bytes(7)),
    typecodes.FLOAT: (struct.Struct(">d"), b"\xff" * 8),
    typecodes.SMALLFLOAT: (struct.Struct(">f"), b"\xff" * 4),
}


def _struct_cell(packer: struct.Struct, null: bytes) -> CellEncoder:
    pack = packer.pack
    return lambda value: null if value is None else pack(value)


def _int8_cell(value: int | None) -> bytes:
    return bytes(10) if value is None else codec.pack_int8(value)


@lru_cache(1 << 12)
def _date_cell(value: Any) -> bytes:
    if value is None:
        return b"\x80\0\0\0"
    return _integer.pack(codec.pack_date(value))


def _decimal_cell(length: int) -> CellEncoder:
    width = codec.decimal_width(length)
    null = bytes(width)
    return lambda value: null if value is None else codec.pack_decimal(value, width)


def _qualified_cell(pack: Callable[[Any, int], bytes], length: int) -> CellEncoder:
    null = bytes(codec.qualified_width(length))
    return lambda value: null if value is None else pack(value, length)


def _char_cell(size: int, text_codec: str) -> CellEncoder:
    null = b"\0".ljust(size)
    return lambda value: (
        null if value is None else value.encode(text_codec)[:size].ljust(size)
    )


def _varchar_cell(size: int, text_codec: str, *, padded: bool) -> CellEncoder:
    def encode(value: str | None) -> bytes:
        data = b"\0" if value is None else value.encode(text_codec)[:size]
        cell = bytes((len(data),)) + data
        return cell.ljust(size + 1, b"\0") if padded else cell

    return encode


def _lvarchar_cell(text_codec: str) -> CellEncoder:
    def encode(value: str | None) -> bytes:
        if value is None:
            return _NULL_EXTENDED
        data = value.encode(text_codec)
        return _extended_head.pack(0, len(data)) + data

    return encode


def _boolean_cell(true: bytes, false: bytes) -> CellEncoder:
    forms = {
        None: _NULL_EXTENDED,
        True: _extended_head.pack(0, 1) + true,
        False: _extended_head.pack(0, 1) + false,
    }
    return forms.__getitem__


def _blob_cell(text_codec: str, keep: Keep) -> CellEncoder:
    def encode(value: bytes | str | None) -> bytes:
        if value is None:
            return _NULL_BLOB
        data = value.encode(text_codec) if isinstance(value, str) else value
        size = len(data)
        return _blob_descriptor.pack(0, size - 1, size, keep(data))

    return encode


def _raw_locator(value: bytes | None) -> bytes:
    if value is None:
        return _NULL_EXTENDED
    return _extended_head.pack(0, len(value)) + value


def _hex_locator(value: bytes | None) -> bytes:
    return _raw_locator(None if value is None else value.hex().encode("ascii"))


def _composite_cell(
    sql_type: SQLType, framing: Framing, text_codec: str, wanted: int
) -> CellEncoder:
    if wanted != typecodes.UDT_CLIENT:
        text_cell = _lvarchar_cell(text_codec)
        return lambda value: text_cell(None if value is None else value.text)

    def item_encoder(item: SQLType) -> CellEncoder:
        code = item.code
        if code == typecodes.UDT_FIXED:
            code = typecodes.BOOLEAN_CLIENT
        return cell_encoder(item, framing, text_codec, len, code)

    return composites.Packer(sql_type, item_encoder).pack


def cell_encoder(
    sql_type: SQLType,
    framing: Framing,
    text_codec: str,
    keep: Keep,
    wanted: int,
) -> CellEncoder:
    """Return the encoder of a column, in the form `wanted` (a RET_TYPE code).

    Another type than the described one is not converted to: -999.
    """
    code, length = sql_type.code, sql_type.length
    if wanted != code and wanted not in _CLIENT_FORMS.get(code, ()):
        raise SQLError(_UNSUPPORTED_TYPE)
    if code in _NULLS_OF_STRUCTS:
        return _struct_cell(*_NULLS_OF_STRUCTS[code])
    if code in (typecodes.INT8, typecodes.SERIAL8):
        return _int8_cell
    if code == typecodes.DATE:
        return _date_cell
    if code in typecodes.DECIMAL_TYPES:
        return _decimal_cell(length)
    if code == typecodes.DATETIME:
        return _qualified_cell(codec.pack_datetime, length)
    if code == typecodes.INTERVAL:
        return _qualified_cell(codec.pack_interval, length)
    if code in (typecodes.CHAR, typecodes.NCHAR):
        return _char_cell(length, text_codec)
    if code in typecodes.VARIABLE_CHARACTER_TYPES:
        return _varchar_cell(
            length & 0xFF, text_codec, padded=not framing.variable_varchar
        )
    if code == typecodes.UDT_VARIABLE and sql_type.extended_id == typecodes.LVARCHAR_ID:
        return _lvarchar_cell(text_codec)
    if code == typecodes.UDT_FIXED and sql_type.extended_id == typecodes.BOOLEAN_ID:
        if wanted == typecodes.BOOLEAN_CLIENT:
            return _boolean_cell(b"\x01", b"\0")
        return _boolean_cell(b"t", b"f")
    if code in typecodes.COMPOSITES:
        return _composite_cell(sql_type, framing, text_codec, wanted)
    if code in typecodes.SIMPLE_LARGE_OBJECTS:
        return _blob_cell(text_codec, keep)
    if code == typecodes.UDT_FIXED and sql_type.extended_id in typecodes.LOCATOR_IDS:
        return _raw_locator if wanted == typecodes.UDT_CLIENT else _hex_locator
    raise SQLError(_UNSUPPORTED_TYPE, token=sql_type.name)


def _column_encoder(code: int, cell: CellEncoder) -> ColumnEncoder:
    """Return what encodes a column of many rows: faster than cell by cell where a
    value's bytes are those of a `struct` and none is NULL."""
    if code not in _NULLS_OF_STRUCTS:
        return partial(map, cell)
    pack = _NULLS_OF_STRUCTS[code][0].pack
    return lambda values: map(cell if None in values else pack, values)


class RowEncoder:
    """Turns rows of one description into tuples."""

    def __init__(
        self,
        columns: Sequence[Column],
        framing: Framing,
        text_codec: str,
        wanted: Sequence[ReturnType] = (),
        keep: Keep = len,
    ) -> None:
        codes = [form.code for form in wanted] or [c.type.code for c in columns]
        if len(codes) != len(columns):
            raise SQLError(_ROW_SIZE)
        self._cells = [
            cell_encoder(column.type, framing, text_codec, keep, code)
            for column, code in zip(columns, codes, strict=True)
        ]
        self._columns = [
            _column_encoder(column.type.code, cell)
            for column, cell in zip(columns, self._cells, strict=True)
        ]

    def encode_all(self, rows: Sequence[Sequence[object]]) -> list[bytes]:
        """Return the tuples of many rows; SQLError as `encode`, for whichever row."""
        try:
            columns = [
                encode(values)
                for encode, values in zip(
                    self._columns, zip(*rows, strict=True), strict=True
                )
            ]
            return list(map(b"".join, zip(*columns, strict=True)))
        except UnicodeEncodeError as error:
            raise SQLError(_CONVERSION_FAILED) from error

    def encode(self, row: Sequence[object]) -> bytes:
        """Return the tuple of one row; -23103 if its text has no such characters."""
        try:
            return b"".join(
                [cell(value) for cell, value in zip(self._cells, row, strict=True)]
            )
        except UnicodeEncodeError as error:
            raise SQLError(_CONVERSION_FAILED) from error


def _read_fixed(packer: struct.Struct, null: bytes, stream: ByteStream) -> object:
    raw = stream.take(packer.size)
    return None if raw == null else packer.unpack(raw)[0]


def _read_extended(stream: ByteStream) -> bytes | None:
    indicator = stream.take(1)
    data = stream.take(stream.integer())
    return None if indicator != b"\0" else data


def _read_date(stream: ByteStream) -> object:
    raw = stream.take(4)
    if raw == b"\x80\0\0\0":
        return None
    return codec.unpack_date(int.from_bytes(raw, "big", signed=True))


def _read_text_cell(stream: ByteStream, sql_type: SQLType, framing: Framing) -> bytes:
    if sql_type.code not in typecodes.VARIABLE_CHARACTER_TYPES:
        return stream.take(sql_type.length).rstrip(b" ")
    data = stream.take(stream.take(1)[0])
    if not framing.variable_varchar:
        # IBM's driver sends the full width, blank padded [J].
        stream.take((sql_type.length & 0xFF) - len(data))
        data = data.rstrip(b" ") or b" "[: len(data)]
    return data


def read_cell(
    stream: ByteStream,
    sql_type: SQLType,
    framing: Framing,
    decode: Callable[[bytes], str],
) -> object:
    """Return one value of a PUT tuple, or of a collection or ROW a client binds."""
    code, length = sql_type.code, sql_type.length
    if code in _NULLS_OF_STRUCTS:
        return _read_fixed(*_NULLS_OF_STRUCTS[code], stream)
    if code in (typecodes.INT8, typecodes.SERIAL8):
        return codec.unpack_int8(stream.take(10))
    if code == typecodes.DATE:
        return _read_date(stream)
    if code in typecodes.CHARACTER_TYPES:
        data = _read_text_cell(stream, sql_type, framing)
        return None if data[:1] == b"\0" else decode(data)
    if code == typecodes.UDT_VARIABLE and sql_type.extended_id == typecodes.LVARCHAR_ID:
        value = _read_extended(stream)
        return None if value is None else decode(value)
    if code == typecodes.UDT_FIXED and sql_type.extended_id == typecodes.BOOLEAN_ID:
        value = _read_extended(stream)
        return None if value is None else value in (b"\x01", b"t")
    if code in typecodes.DECIMAL_TYPES or code in typecodes.QUALIFIED_TYPES:
        raw = stream.take(codec.cell_width(sql_type))
        if not raw.strip(b"\0"):
            return None
        if code == typecodes.DATETIME:
            return codec.unpack_datetime(raw, length)
        if code == typecodes.INTERVAL:
            return codec.unpack_interval(raw, length)
        return codec.unpack_decimal(raw, length & 0xFF)
    if code in typecodes.SIMPLE_LARGE_OBJECTS:
        descriptor = stream.take(len(_NULL_BLOB))
        return None if descriptor[39] & 1 else b""  # the contents follow the row
    if code == typecodes.UDT_FIXED and sql_type.extended_id in typecodes.LOCATOR_IDS:
        return _read_extended(stream)
    raise SQLError(_UNSUPPORTED_TYPE, token=sql_type.name)


def decode_row(
    tuple_bytes: bytes, columns: Sequence[Column], framing: Framing, text_codec: str
) -> list[BoundParameter]:
    """Return the values of a PUT tuple; -403 unless it is used up exactly."""
    stream = ByteStream.over(tuple_bytes)
    try:
        values = [
            BoundParameter(
                column.type,
                read_cell(
                    stream, column.type, framing, lambda raw: raw.decode(text_codec)
                ),
            )
            for column in columns
        ]
    except UnicodeDecodeError as error:
        raise SQLError(_CONVERSION_FAILED) from error
    except (ClientGone, ProtocolError, codec.MalformedValue) as error:
        raise SQLError(_ROW_SIZE) from error
    if not stream.is_drained:
        raise SQLError(_ROW_SIZE)
    return values
