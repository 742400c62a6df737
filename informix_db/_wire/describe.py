"""DESCRIBE and IDESCRIBE: what a statement returns and takes.

Field layout from docs/PROTOCOL.md sections 3 and 4 [J, N].
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

from informix_db._wire import constants as c
from informix_db._wire.buffer import MESSAGE_LIMIT, ReadBuffer, Wire
from informix_db._wire.framing import Framing
from informix_db.exceptions import ProtocolError
from informix_db.types import TypeCode

# Statement type, statement id, cost, tuple size, fields. The size is unsigned, because
# joined rows may exceed 32 KiB [?].
_HEAD = Struct(">hhiHh")
_POSITION = Struct(">ihi")  # start position, type, extended id
_FIELD_TAIL = Struct(">hhii")  # reference, alignment, source type, encoded length
_PARAMETER = Struct(">hi")  # type, extended id

# Bytes of all names and types of a description. Columns may share a name, so that a
# few bytes sent could be many kept; nothing real comes near.
_MAX_TEXT = 16 * 1024 * 1024

_EXTENDED_HEAD = 5  # of a cell: indicator, int length [J]
_EXTENDED_CELLS = {  # what follows
    TypeCode.BOOLEAN: 1,  # [J]
    TypeCode.BLOB: 144,  # a locator in hexadecimal [P]
    TypeCode.CLOB: 144,
}
_LONGEST_TEXT = 0x7FFF  # of an LVARCHAR that tells no length, a row or a collection


@dataclass(frozen=True)
class ColumnInfo:
    """One column of a result row, or one parameter."""

    name: str
    code: int  # low byte of the type, as DESCRIBE says it
    extended_id: int
    owner: str
    type_name: str
    encoded_length: int
    nullable: bool

    @property
    def type_code(self) -> int:
        """The code users see: TypeCode, or the bare number of an unknown type."""
        if self.code == c.UDT_VAR and self.extended_id == c.EXT_LVARCHAR:
            return TypeCode.LVARCHAR
        if self.code == c.UDT_FIXED:
            if self.extended_id == c.EXT_BOOLEAN:
                return TypeCode.BOOLEAN
            if self.extended_id in (c.EXT_BLOB, c.EXT_CLOB):
                return TypeCode(256 + self.extended_id)
        if self.code in (c.UDT_VAR, c.UDT_FIXED):
            return 256 + self.extended_id
        try:
            return TypeCode(self.code)
        except ValueError:
            return self.code

    @property
    def precision(self) -> int | None:
        """Digits of a DECIMAL or MONEY, digits of a DATETIME or INTERVAL."""
        if self.code in (c.DECIMAL, c.MONEY, c.DATETIME, c.INTERVAL):
            return self.encoded_length >> 8
        return None

    @property
    def scale(self) -> int | None:
        """Digits after the point; None for a DECIMAL without a fixed scale."""
        low = self.encoded_length & 0xFF
        if self.code in (c.DECIMAL, c.MONEY):
            return None if low == c.FLOATING_SCALE else low
        if self.code in (c.DATETIME, c.INTERVAL):
            return max(0, (low & 0x0F) - c.SECOND)
        return None

    @property
    def size(self) -> int | None:
        """Bytes a value takes at most; for character types their declared length."""
        if self.code in (c.VARCHAR, c.NVARCHAR):
            return self.encoded_length & 0xFF  # the high byte is the reserved size
        if self.code in (c.DECIMAL, c.MONEY, c.DATETIME, c.INTERVAL):
            return packed_width(self.encoded_length)
        return self.encoded_length or None

    @property
    def cell_size(self) -> int:
        """Bytes it takes in a row at most."""
        size = max(0, self.size or 0)
        if self.code in (c.VARCHAR, c.NVARCHAR):
            return 1 + (size or 0xFF)
        code = self.type_code
        if code in _EXTENDED_CELLS:
            return _EXTENDED_HEAD + _EXTENDED_CELLS[TypeCode(code)]
        if code == TypeCode.LVARCHAR:
            return _EXTENDED_HEAD + (size or _LONGEST_TEXT)
        if c.SERIAL8 < self.code not in (c.BIGINT, c.BIGSERIAL):
            return _EXTENDED_HEAD + _LONGEST_TEXT
        return size

    @property
    def type_text(self) -> str:
        """The type for messages: ``DECIMAL``, ``informix.point``, ``type 99``."""
        code = self.type_code
        if isinstance(code, TypeCode):
            return code.name
        if self.type_name:
            return f"{self.owner}.{self.type_name}" if self.owner else self.type_name
        return f"type {self.code}"


def packed_width(encoded_length: int) -> int:
    """Bytes of a DECIMAL, MONEY, DATETIME or INTERVAL: head byte and digits [J]."""
    return ((encoded_length >> 8) + (encoded_length & 1) + 3) // 2


@dataclass(frozen=True)
class Description:
    """What DESCRIBE says of a statement."""

    statement_type: int
    statement_id: int
    tuple_size: int  # of the largest row
    columns: tuple[ColumnInfo, ...]


def describe_gen(
    buffer: ReadBuffer, framing: Framing, encoding: str
) -> Wire[Description]:
    """Read the body of DESCRIBE (tag 8)."""
    head = yield from buffer.struct_gen(_HEAD)
    statement_type, statement_id, _cost, tuple_size, count = head
    if count < 0:
        raise ProtocolError(f"DESCRIBE announces {count} columns")
    if framing.wide_describe:
        name_table_size = yield from buffer.int_gen()
    else:
        name_table_size = yield from buffer.short_gen()
    fields = []
    text_size = name_table_size
    for _ in range(count):
        if framing.wide_describe:
            name_offset = yield from buffer.int_gen()
        else:
            name_offset = yield from buffer.short_gen()
        # The start position is an int in both forms [J]. It is not used: cells of
        # variable size follow one another.
        _start, code, extended_id = yield from buffer.struct_gen(_POSITION)
        field = yield from _type_gen(buffer, code, extended_id)
        text_size = _check_size(text_size + len(field.owner) + len(field.type_name))
        fields.append((name_offset, field))
    table = b""
    if count:
        table = yield from buffer.padded_gen(name_table_size)
    names = [_name_at(table, offset) for offset, _ in fields]
    _check_size(sum(map(len, names)))
    columns = tuple(
        _column(name, field, encoding)
        for name, (_, field) in zip(names, fields, strict=True)
    )
    # The short cannot tell the size of the widest rows.
    row_size = min(sum(column.cell_size for column in columns), MESSAGE_LIMIT)
    return Description(statement_type, statement_id, max(tuple_size, row_size), columns)


def input_description_gen(
    buffer: ReadBuffer, framing: Framing, encoding: str, named: bool = False
) -> Wire[tuple[ColumnInfo, ...]]:
    """Read the body of IDESCRIBE (tag 125): the types of the parameters.

    With `named` that of tag 132, which a server may answer for a routine: there each
    parameter has a direction too, and a name if the flags say so [J].
    """
    count = yield from buffer.short_gen()
    if count < 0:
        raise ProtocolError(f"IDESCRIBE announces {count} parameters")
    flags = 0
    if named or framing.routine_names:
        flags = yield from buffer.short_gen()
        if flags & 1 and not named:
            raise ProtocolError("IDESCRIBE in a form that is not known (odd flags)")
    parameters = []
    text_size = 0
    for _ in range(count):
        name = b""
        if flags & 1:
            yield from buffer.bytes_gen(1)  # not known [?]
            name = yield from buffer.pstr_gen()
        code, extended_id = yield from buffer.struct_gen(_PARAMETER)
        field = yield from _type_gen(buffer, code, extended_id)
        text_size += len(name) + len(field.owner) + len(field.type_name)
        _check_size(text_size)
        parameters.append(_column(name, field, encoding))
        if named:
            yield from buffer.short_gen()  # 0 IN, 2 INOUT, else OUT [J]
    return tuple(parameters)


class _Field(NamedTuple):
    """The type of a column or parameter as it came."""

    code: int
    extended_id: int
    owner: bytes
    type_name: bytes
    encoded_length: int


def _check_size(text_size: int) -> int:
    """Return the size of names and types, or refuse it."""
    if text_size > _MAX_TEXT:
        raise ProtocolError(f"a description with {text_size} bytes of names and types")
    return text_size


def _type_gen(buffer: ReadBuffer, code: int, extended_id: int) -> Wire[_Field]:
    """Read the rest of a type: owner, name, and the encoded length."""
    owner = yield from buffer.pstr_gen()
    type_name = yield from buffer.pstr_gen()
    # reference, alignment and source type are not needed to read values [J]
    _ref, _align, _source, length = yield from buffer.struct_gen(_FIELD_TAIL)
    return _Field(code, extended_id, owner, type_name, length)


def _column(name: bytes, field: _Field, encoding: str) -> ColumnInfo:
    code, extended_id, owner, type_name, length = field
    return ColumnInfo(
        name=_identifier(name, encoding),
        code=code & c.TYPE_MASK,
        extended_id=_source_id(code, extended_id),
        owner=_identifier(owner, encoding).strip(),
        type_name=_identifier(type_name, encoding).strip(),
        encoded_length=length,
        nullable=not code & c.TYPE_NOT_NULL,
    )


def _source_id(code: int, extended_id: int) -> int:
    """Return the extended id of what a distinct type is made of, else its own."""
    plain = code & c.TYPE_MASK
    if plain == c.UDT_VAR and code & c.TYPE_OF_LVARCHAR:
        return c.EXT_LVARCHAR
    if plain == c.UDT_FIXED and code & c.TYPE_OF_BOOLEAN:
        return c.EXT_BOOLEAN
    return extended_id


def _name_at(names: bytes, offset: int) -> bytes:
    if not 0 <= offset < len(names):
        raise ProtocolError(f"DESCRIBE: column name at {offset} of {len(names)} bytes")
    end = names.find(b"\0", offset)
    return names[offset:] if end < 0 else names[offset:end]


def _identifier(name: bytes, encoding: str) -> str:
    """Decode a name; one the code set cannot decode still has to be shown."""
    return name.decode(encoding, "backslashreplace")
