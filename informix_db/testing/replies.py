"""Replies: what the server has to say, as bytes in the negotiated widths.

A `ReplyWriter` gathers one reply. The constant fields (cost 1, COST 1/1, reference,
alignment and source of a described column 0) are what IBM's driver was shown and
accepted [J]; what real servers put there is unknown.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache

from . import codec, tags, typecodes
from .api import Column, SQLError, SQLType
from .framing import Framing

_int8_pair = struct.Struct(">10sq")
_done = struct.Struct(">hhiii")
_tuple_head = struct.Struct(">hhi")

_ESTIMATED_ROWS, _ESTIMATED_COST = 1, 1
COST_MESSAGE = struct.pack(">hii", tags.COST, _ESTIMATED_ROWS, _ESTIMATED_COST)
END_MESSAGE = struct.pack(">h", tags.END)
EXIT_MESSAGE = struct.pack(">h", tags.EXIT)
_NAMED, _RESOLVED, _MODE_IN = 1, 2, 0  # of DESCRIBE_ARGUMENTS [J]
_BLOB_CHUNK = 1024  # as IBM's driver sends them [J]
_LONGEST_TOKEN = 8_000  # characters; a short counts its bytes, a server's limit is [?]


def short_string(text: bytes) -> bytes:
    """Return a string behind a short length, padded to an even number of bytes."""
    return struct.pack(">H", len(text)) + text + b"\0" * (len(text) & 1)


def pad(data: bytes) -> bytes:
    """Return `data` with a zero byte more if its length is odd."""
    return data + b"\0" if len(data) & 1 else data


def tuple_message(row: bytes) -> bytes:
    """Return TUPLE around an encoded row."""
    size = len(row)
    if size & 1:
        return _head_of_tuple(size) + row + b"\0"
    return _head_of_tuple(size) + row


@lru_cache(1 << 10)
def _head_of_tuple(size: int) -> bytes:
    return _tuple_head.pack(tags.TUPLE, 0, size)


class ReplyWriter:
    """Gathers the messages of one reply."""

    def __init__(self, framing: Framing, text_codec: str) -> None:
        self.framing = framing
        self.text_codec = text_codec
        self.output = bytearray()

    def _text(self, text: str) -> bytes:
        return short_string(text.encode(self.text_codec, "replace"))

    def end(self) -> None:
        """EOT: the reply is complete."""
        self.output += END_MESSAGE

    def simple(self, tag: int) -> None:
        """A message that is only a tag."""
        self.output += struct.pack(">h", tag)

    def done(
        self, *, warn: int = 0, rows: int = 0, rowid: int = 0, serial: int = 0
    ) -> None:
        """DONE."""
        self.output += _done.pack(tags.DONE, warn, rows, rowid, serial)

    def cost(self) -> None:
        """COST."""
        self.output += COST_MESSAGE

    def error(self, error: SQLError) -> None:
        """ERR."""
        offset = ">i" if self.framing.int_text_length else ">h"
        self.output += struct.pack(">hhh", tags.ERROR, error.sqlcode, error.isam)
        self.output += struct.pack(offset, error.offset)
        self.output += self._text(error.token[:_LONGEST_TOKEN])

    def insert_done(self, serial8: int, bigserial: int) -> None:
        """INSERTDONE."""
        int8 = codec.pack_int8(serial8) if serial8 else bytes(10)
        self.output += struct.pack(">h", tags.INSERT_DONE)
        if self.framing.bigserial:
            self.output += _int8_pair.pack(int8, bigserial)
        else:
            self.output += int8

    def transaction_state(self) -> None:
        """XACTSTAT, with zeros for event, new and old state: the values are unknown."""
        self.output += struct.pack(">h6x", tags.TRANSACTION_STATE)

    def tuple_id(self, row: int) -> None:
        """TUPID."""
        self.output += struct.pack(">hi", tags.TUPLE_ID, row)

    def describe(
        self, statement_type: int, statement_id: int, columns: Sequence[Column]
    ) -> None:
        """DESCRIBE of a statement's output row."""
        self._describe(tags.DESCRIBE, statement_type, statement_id, 1, columns)

    def generated_keys(self, columns: Sequence[Column], row: bytes) -> None:
        """The generated keys of an INSERT: their description, then the row."""
        insert = 6  # statement type
        self._describe(tags.KEYS_DESCRIBE, insert, 0, 0, columns)
        self.output += _tuple_head.pack(tags.KEYS_TUPLE, 0, len(row)) + pad(row)

    def _describe(
        self,
        tag: int,
        statement_type: int,
        statement_id: int,
        cost: int,
        columns: Sequence[Column],
    ) -> None:
        names = [c.name.encode(self.text_codec, "replace") + b"\0" for c in columns]
        name_table = pad(b"".join(names))
        table_size = sum(map(len, names))
        width = sum(codec.cell_width(column.type) for column in columns)
        self.output += struct.pack(
            ">hhhihh",
            tag,
            statement_type,
            statement_id,
            cost,
            _tuple_size(width),
            len(columns),
        )
        self.output += self._name_offset(table_size)
        offset = position = 0
        for column, name in zip(columns, names, strict=True):
            self.output += self._name_offset(offset)
            self.output += struct.pack(">i", position)
            self.output += self._described_type(column.type)
            offset += len(name)
            position += codec.cell_width(column.type)
        self.output += name_table

    def _name_offset(self, offset: int) -> bytes:
        return struct.pack(">i" if self.framing.int_name_offsets else ">h", offset)

    def _described_type(self, sql_type: SQLType) -> bytes:
        code = sql_type.code | (0 if sql_type.nullable else typecodes.NOT_NULL)
        return b"".join(
            (
                struct.pack(">hi", code, sql_type.extended_id),
                self._text(sql_type.owner),
                self._text(sql_type.name),
                # reference, alignment, source type: 0 is accepted [J]
                struct.pack(">hhii", 0, 0, 0, sql_type.length),
            )
        )

    def describe_input(self, parameters: Sequence[Column]) -> None:
        """IDESCRIBE of a statement's parameters."""
        self.output += struct.pack(">hh", tags.DESCRIBE_INPUT, len(parameters))
        if self.framing.routine_database:
            self.output += struct.pack(">h", 0)  # flags; must be even [J]
        for parameter in parameters:
            self.output += self._described_type(parameter.type)

    def describe_arguments(self, parameters: Sequence[Column]) -> None:
        """The parameters of a statement as one routine's arguments, named."""
        self.output += struct.pack(
            ">hhh", tags.DESCRIBE_ARGUMENTS, len(parameters), _NAMED | _RESOLVED
        )
        for parameter in parameters:
            # The byte in front is anything [J].
            self.output += b"\0" + self._text(parameter.name)
            self.output += self._described_type(parameter.type)
            self.output += struct.pack(">h", _MODE_IN)

    def tuples(self, messages: Iterable[bytes]) -> None:
        """TUPLE messages, already encoded."""
        self.output += b"".join(messages)

    def names(self, tag: int, names: Iterable[str]) -> None:
        """A list of names: the reply to DBLIST."""
        self.output += struct.pack(">h", tag)
        for name in names:
            self.output += self._text(name)
        self.output += struct.pack(">h", 0)

    def blob(self, contents: bytes) -> None:
        """The contents of a BYTE or TEXT cell."""
        for start in range(0, len(contents), _BLOB_CHUNK):
            self._blob_chunk(contents[start : start + _BLOB_CHUNK])
        self._blob_chunk(b"")

    def _blob_chunk(self, chunk: bytes) -> None:
        self.output += struct.pack(">h", tags.BLOB) + short_string(chunk)

    def text(self, tag: int, text: str) -> None:
        """A message that is one string: the version."""
        self.output += struct.pack(">h", tag) + self._text(text)

    def challenge(self, style: int, prompt: str) -> None:
        """CHALLENGE: a question of PAM."""
        self.output += struct.pack(">hh", tags.CHALLENGE, style) + self._text(prompt)

    def protocols(self, mask: bytes) -> None:
        """PROTOCOLS: the capabilities the server offers."""
        self.output += struct.pack(">h", tags.PROTOCOLS) + short_string(mask)


def _tuple_size(width: int) -> int:
    """Return the row width as DESCRIBE's short takes it; wider rows say 0 [?]."""
    return width if width <= 0x7FFF else 0
