"""SET, MULTISET, LIST and ROW in the form a client asks for and binds as type 44.

A value describes its own type: 132 zero bytes, a node per type of the tree, then the
data in tuple encoding, with a table of offsets if what is inside has no fixed size.
IBM's driver reads and sends this form for one and two levels [J]; three levels, NULL
inside the second and the order of nodes there are an inference [?].
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

from . import typecodes
from .api import BoundParameter, Column, CompositeValue, SQLError, SQLType
from .codec import MalformedValue
from .framing import NO_CAPABILITIES, V15_CAPABILITIES, Framing
from .stream import ByteStream

_NOT_IMPLEMENTED = -999

_PREFIX = bytes(132)
# Index, depth, parent's index, length of the name, name, type, encoded length; the
# rest is zeros and blanks that mean nothing [J].
_node = struct.Struct(">hhhh128sih8x128s2x128s6x")
_BLANKS = b" " * 128
_tail = struct.Struct(">iiI")  # 0, length of the data, flags
_PRESENT, _NULL = 1, 0x80000000
_TABLE_START = b"\xff" * 4
_nested_head = struct.Struct(">ii")  # 1, 0 [J]

_CODES_IN_NODES = {
    typecodes.UDT_VARIABLE: typecodes.LVARCHAR_CLIENT,
    typecodes.UDT_FIXED: typecodes.BOOLEAN_CLIENT,
}
_VARIABLE = typecodes.VARIABLE_CHARACTER_TYPES | {
    typecodes.UDT_VARIABLE,
    typecodes.UDT_FIXED,
    *typecodes.COMPOSITES,
}
_NAMES = ("set", "multiset", "list", "row")

_PADDED = Framing.negotiated(NO_CAPABILITIES, NO_CAPABILITIES)
_UNPADDED = Framing.negotiated(V15_CAPABILITIES, V15_CAPABILITIES)

CellEncoder = Callable[[Any], bytes]


def is_composite(type_name: str) -> bool:
    """Tell whether the name a value is bound with is a collection's or a ROW's."""
    return type_name.partition("(")[0].strip().lower() in _NAMES


# --- packing -------------------------------------------------------------------


class Packer:
    """Packs the values of one type; `item_encoder` gives the encoders of scalars."""

    def __init__(
        self, sql_type: SQLType, item_encoder: Callable[[SQLType], CellEncoder]
    ) -> None:
        self._type = sql_type
        self._encoders: dict[SQLType, CellEncoder] = {}
        self._nodes: list[bytes] = []
        self._add_node(Column("", sql_type), 0, 0, 0, item_encoder)

    def _add_node(
        self,
        field: Column,
        depth: int,
        parent: int,
        position: int,
        item_encoder: Callable[[SQLType], CellEncoder],
    ) -> None:
        sql_type = field.type
        index = len(self._nodes) + 1
        code = _CODES_IN_NODES.get(sql_type.code, sql_type.code)
        code |= position << 16 | (0 if sql_type.nullable else typecodes.NOT_NULL)
        length = 0 if sql_type.fields else sql_type.length
        name = field.name.encode("ascii", "replace")
        self._nodes.append(
            _node.pack(
                index,
                depth,
                parent,
                len(name),
                name.ljust(128),
                code,
                length,
                _BLANKS,
                _BLANKS,
            )
        )
        if not sql_type.fields:
            self._encoders[sql_type] = item_encoder(sql_type)
        is_row = sql_type.code == typecodes.ROW
        for number, inner in enumerate(sql_type.fields, start=1):
            self._add_node(
                inner, depth + 1, index, number if is_row else 0, item_encoder
            )

    def pack(self, value: CompositeValue | None) -> bytes:
        """Return the cell of a value."""
        data = b"" if value is None else self._data(self._type, value.items, 0)
        flags = _NULL if value is None else _PRESENT
        head = _PREFIX + struct.pack(">i", len(self._nodes)) + b"".join(self._nodes)
        body = head + _tail.pack(0, len(data), flags) + data
        return struct.pack(">i", len(body)) + body

    def _data(self, sql_type: SQLType, items: Sequence[object], start: int) -> bytes:
        """Return the items of a value whose data starts at `start` of the whole."""
        is_row = sql_type.code == typecodes.ROW
        types = [field.type for field in sql_type.fields]
        if not is_row:
            types *= len(items)
        data, offsets = bytearray(), []
        for item_type, item in zip(types, items, strict=True):
            offsets.append(len(data))
            if item_type.fields:
                data += self._nested(item_type, item, start + len(data))
            else:
                data += self._encoders[item_type](item)
        if offsets and (is_row or types[0].code in _VARIABLE):
            data += _TABLE_START
            data += struct.pack(f">{len(offsets)}i", *reversed(offsets))
        return bytes(data)

    def _nested(self, sql_type: SQLType, value: object, start: int) -> bytes:
        if not isinstance(value, CompositeValue):
            raise SQLError(_NOT_IMPLEMENTED, token="NULL in a collection")
        filler = bytes(-(start + 2) % 8)
        body = filler + _nested_head.pack(1, 0)
        body += self._data(sql_type, value.items, start + 2 + len(body))
        return struct.pack(">h", len(body)) + body


# --- unpacking -----------------------------------------------------------------


def unpack(raw: bytes, decode: Callable[[bytes], str]) -> BoundParameter:
    """Return a bound collection or ROW. An empty collection comes flagged as NULL."""
    try:
        (count,) = struct.unpack_from(">i", raw, len(_PREFIX))
        end = len(_PREFIX) + 4 + count * _node.size
        nodes = list(_node.iter_unpack(raw[len(_PREFIX) + 4 : end]))
        _, size, flags = _tail.unpack_from(raw, end)
        sql_type = _type_of(nodes, 1)
    except (struct.error, IndexError, RecursionError) as error:
        raise MalformedValue("a collection or ROW cut short") from error
    data = raw[end + _tail.size :]
    if len(data) != size or not sql_type.fields:
        raise MalformedValue(f"{len(data)} bytes of data, not {size}")
    if flags & _NULL and sql_type.code == typecodes.ROW:
        return BoundParameter(sql_type, None)
    return BoundParameter(sql_type, _read(data, 0, size, sql_type, decode))


def _type_of(nodes: Sequence[tuple[Any, ...]], index: int) -> SQLType:
    code, length = nodes[index - 1][5], nodes[index - 1][6]
    nullable = not code & typecodes.NOT_NULL
    code &= 0xFF
    if code == typecodes.LVARCHAR_CLIENT:
        return SQLType(
            typecodes.UDT_VARIABLE, length, typecodes.LVARCHAR_ID, nullable=nullable
        )
    if code == typecodes.BOOLEAN_CLIENT:
        return SQLType(typecodes.UDT_FIXED, 1, typecodes.BOOLEAN_ID, nullable=nullable)
    fields = tuple(
        Column(node[4][: node[3]].decode("latin-1"), _type_of(nodes, node[0]))
        for node in nodes
        if node[2] == index
    )
    return SQLType(code, length, nullable=nullable, fields=fields)


def _read(
    data: bytes, start: int, end: int, sql_type: SQLType, decode: Callable[[bytes], str]
) -> CompositeValue:
    """Return the value whose data is `data[start:end]`."""
    from .rows import read_cell  # which needs this module to pack

    is_row = sql_type.code == typecodes.ROW
    types = [field.type for field in sql_type.fields]
    if types[0].code in _VARIABLE and not is_row:
        end = _table(data, start, end)
    # A VARCHAR in a ROW is padded to its length, in a collection it is not [J].
    framing = _PADDED if is_row else _UNPADDED
    stream = ByteStream.over(data[:end])
    stream.take(start)
    position, items = start, list[object]()
    while position < end and not (is_row and len(items) == len(types)):
        item_type = types[len(items) if is_row else 0]
        if item_type.fields:
            inner_end = position + 2 + stream.unsigned_short()
            inner = position + 2
            inner += -inner % 8 + _nested_head.size
            items.append(_read(data, inner, inner_end, item_type, decode))
            stream.take(inner_end - position - 2)
        else:
            items.append(read_cell(stream, item_type, framing, decode))
        position = stream.ahead()[1]
    return CompositeValue("", tuple(items))


def _table(data: bytes, start: int, end: int) -> int:
    """Return where the table of offsets at the end of `data[start:end]` starts."""
    position = end - 4
    while position >= start:
        if data[position : position + 4] == _TABLE_START:
            return position
        position -= 4
    if start < end:
        raise MalformedValue("a collection without its table of offsets")
    return end
