"""Routines of SQL called by the fast path: those of SPL, then built-in functions.

A call becomes a statement. What the signature says about types is looked at where a
name alone does not tell which routine is meant; sizes in it mean nothing. Values have
the shape of BIND [?]: IBM's driver calls only routines on large objects.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from . import typecodes
from .api import BoundParameter, EngineSessionAPI, SQLError, SQLType, StatementAPI
from .framing import Framing
from .replies import ReplyWriter, pad, short_string
from .rows import cell_encoder

_NOT_IMPLEMENTED = -999
_NO_ROUTINE, _AMBIGUOUS, _SEVERAL_ROWS = -674, -9700, -686

# Types whose value is the cell itself, with the precision IBM's driver binds them [J].
_AS_CELL = {
    typecodes.SMALLINT: 0x0500,
    typecodes.INTEGER: 0x0A00,
    typecodes.BIGINT: 0x1300,
    typecodes.INT8: 0x1300,
    typecodes.FLOAT: 0,
    typecodes.SMALLFLOAT: 0,
    typecodes.DATE: 0,
}
_CLIENT_TYPES = {
    typecodes.LVARCHAR_ID: (typecodes.LVARCHAR_CLIENT, b"lvarchar"),
    typecodes.BOOLEAN_ID: (typecodes.BOOLEAN_CLIENT, b"boolean"),
}


class SQLRoutine:
    """A routine of SQL, for arguments of `types`; SQLError if there is none."""

    def __init__(
        self,
        session: EngineSessionAPI,
        writer: ReplyWriter,
        name: str,
        types: Sequence[str],
    ) -> None:
        self._writer = writer
        self._name = name
        self._statement = _prepared(session, name, types)

    def __call__(self, arguments: Sequence[BoundParameter]) -> list[bytes]:
        if not self._statement.returns_rows:
            self._statement.execute(arguments)
            return []
        cursor = self._statement.open(arguments)
        try:
            rows = [*cursor.fetch(1), *cursor.fetch(1)]
        finally:
            cursor.close()
        if len(rows) > 1:
            raise SQLError(_SEVERAL_ROWS, token=self._name)
        columns, writer = self._statement.columns, self._writer
        values = rows[0] if rows else [None] * len(columns)
        return [
            pack_result(column.type, value, writer.framing, writer.text_codec)
            for column, value in zip(columns, values, strict=True)
        ]


def _prepared(
    session: EngineSessionAPI, name: str, types: Sequence[str]
) -> StatementAPI:
    marks = ", ".join("?" for _ in types)
    casts = ", ".join(f"?::{kind}" for kind in types)
    try:
        return session.prepare(f"execute routine {name}({marks})")
    except SQLError as error:
        if error.sqlcode == _AMBIGUOUS:
            return session.prepare(f"execute routine {name}({casts})")
        if error.sqlcode != _NO_ROUTINE:
            raise
    return session.prepare(f"select {name}({casts}) from sysmaster:informix.sysdual")


def pack_result(
    sql_type: SQLType, value: object, framing: Framing, text_codec: str
) -> bytes:
    """Return one result of FPROUTINE."""
    code = sql_type.code
    head = struct.pack(">h", code)
    if code in (typecodes.UDT_VARIABLE, typecodes.UDT_FIXED):
        code, name = _CLIENT_TYPES.get(sql_type.extended_id, (0, b""))
        if not name:
            raise SQLError(_NOT_IMPLEMENTED, token=sql_type.name)
        head = struct.pack(">h", code) + short_string(b"informix") + short_string(name)
    if value is None:
        return head + struct.pack(">hh", -1, 0)
    if code in _AS_CELL:
        cell = cell_encoder(sql_type, framing, text_codec, len, code)(value)
        return head + struct.pack(">hH", 0, _AS_CELL[code]) + pad(cell)
    if code in typecodes.DECIMAL_TYPES or code in typecodes.QUALIFIED_TYPES:
        cell = cell_encoder(sql_type, framing, text_codec, len, code)(value)
        return head + struct.pack(">hH", 0, sql_type.length) + short_string(cell)
    if code in typecodes.CHARACTER_TYPES:
        return head + struct.pack(">hh", 0, 0) + short_string(_text(value, text_codec))
    if code == typecodes.BOOLEAN_CLIENT:
        return head + struct.pack(">hhi?x", 0, 1, 1, bool(value))
    if code == typecodes.LVARCHAR_CLIENT:
        data = _text(value, text_codec)
        return head + struct.pack(">hhi", 0, 0, len(data)) + pad(data)
    raise SQLError(_NOT_IMPLEMENTED, token=sql_type.name)


def _text(value: object, text_codec: str) -> bytes:
    try:
        return str(value).encode(text_codec)
    except UnicodeEncodeError as error:
        raise SQLError(-23103) from error
