"""BIND: the values a client sends with a statement.

Each value travels with its own wire type, which need not be the parameter's: IBM's
driver sends text for nearly everything as CHAR [J]. The two client-only codes are
given to the engine as the types they stand for: 43 as LVARCHAR, 45 as BOOLEAN.
BYTE and TEXT come as a descriptor here; their contents follow in chunks. Other
extended types (44: large objects) stay raw bytes under their own code; collections
and rows, which come as 44 too, become values.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache

from . import codec, composites, typecodes
from .api import BoundParameter, SQLType
from .stream import ByteStream, ProtocolError

BLOB_DESCRIPTOR_SIZE = 56  # [J]
_NULL_INDICATOR = -1

_indicator_precision = struct.Struct(">hH")
_smallint = struct.Struct(">h")
_integer = struct.Struct(">i")
_bigint = struct.Struct(">q")
_float = struct.Struct(">d")
_smallfloat = struct.Struct(">f")

_LVARCHAR = SQLType(
    typecodes.UDT_VARIABLE, 0, typecodes.LVARCHAR_ID, "informix", "lvarchar"
)
_BOOLEAN = SQLType(typecodes.UDT_FIXED, 1, typecodes.BOOLEAN_ID, "informix", "boolean")

Decoder = Callable[[bytes], str]


@lru_cache(maxsize=256)
def _plain_type(code: int, precision: int) -> SQLType:
    return SQLType(code, precision)


def _extended_type(stream: ByteStream, code: int) -> SQLType:
    owner = stream.string().decode("latin-1")
    name = stream.string().decode("latin-1")
    if code == typecodes.LVARCHAR_CLIENT:
        return _LVARCHAR
    if code == typecodes.BOOLEAN_CLIENT:
        return _BOOLEAN
    return SQLType(code, 0, owner=owner, name=name)


def read_parameters(stream: ByteStream, decode: Decoder) -> list[BoundParameter]:
    """Read the body of BIND."""
    return [read_parameter(stream, decode) for _ in range(stream.count())]


def read_parameter(stream: ByteStream, decode: Decoder) -> BoundParameter:
    """Read one bound value."""
    code = stream.short()
    extended = code > typecodes.SERIAL8 and code not in (
        typecodes.BIGINT,
        typecodes.BIGSERIAL,
    )
    sql_type = _extended_type(stream, code) if extended else None
    indicator, precision = _indicator_precision.unpack(stream.take(4))
    if sql_type is None:
        sql_type = _plain_type(code, precision)
    if indicator == _NULL_INDICATOR:
        return BoundParameter(sql_type, None)
    read = _READERS.get(code)
    try:
        if read is not None:
            value = read(stream, precision)
        elif code in typecodes.CHARACTER_TYPES:
            value = decode(stream.string())
        elif code == typecodes.LVARCHAR_CLIENT:
            value = decode(stream.long_string())
        elif extended:
            value = stream.long_string()
            if composites.is_composite(sql_type.name):
                return composites.unpack(value, decode)
        else:
            raise ProtocolError(f"bound type {code}")
    except codec.MalformedValue as error:
        raise ProtocolError(str(error)) from error
    return BoundParameter(sql_type, value)


def _read_smallint(stream: ByteStream, _: int) -> object:
    return _smallint.unpack(stream.take(2))[0]


def _read_integer(stream: ByteStream, _: int) -> object:
    return _integer.unpack(stream.take(4))[0]


def _read_bigint(stream: ByteStream, _: int) -> object:
    return _bigint.unpack(stream.take(8))[0]


def _read_int8(stream: ByteStream, _: int) -> object:
    return codec.unpack_int8(stream.take(10))


def _read_float(stream: ByteStream, _: int) -> object:
    return _float.unpack(stream.take(8))[0]


def _read_smallfloat(stream: ByteStream, _: int) -> object:
    return _smallfloat.unpack(stream.take(4))[0]


def _read_decimal(stream: ByteStream, precision: int) -> object:
    # The scale alone from IBM's driver [J], p<<8|s from informix-driver [P].
    return codec.unpack_decimal(stream.string(), precision & 0xFF)


def _read_date(stream: ByteStream, _: int) -> object:
    return codec.unpack_date(stream.integer())


def _read_datetime(stream: ByteStream, precision: int) -> object:
    return codec.unpack_datetime(stream.string(), precision)


def _read_interval(stream: ByteStream, precision: int) -> object:
    return codec.unpack_interval(stream.string(), precision)


def _read_boolean(stream: ByteStream, _: int) -> object:
    return any(stream.long_string())


def _read_blob_descriptor(stream: ByteStream, _: int) -> object:
    stream.take(BLOB_DESCRIPTOR_SIZE)  # its size field is not always true [J]
    return b""


_READERS: dict[int, Callable[[ByteStream, int], object]] = {
    typecodes.SMALLINT: _read_smallint,
    typecodes.INTEGER: _read_integer,
    typecodes.SERIAL: _read_integer,
    typecodes.BIGINT: _read_bigint,
    typecodes.BIGSERIAL: _read_bigint,
    typecodes.INT8: _read_int8,
    typecodes.SERIAL8: _read_int8,
    typecodes.FLOAT: _read_float,
    typecodes.SMALLFLOAT: _read_smallfloat,
    typecodes.DECIMAL: _read_decimal,
    typecodes.MONEY: _read_decimal,
    typecodes.DATE: _read_date,
    typecodes.DATETIME: _read_datetime,
    typecodes.INTERVAL: _read_interval,
    typecodes.BOOLEAN_CLIENT: _read_boolean,
    typecodes.BYTE: _read_blob_descriptor,
    typecodes.TEXT: _read_blob_descriptor,
}
