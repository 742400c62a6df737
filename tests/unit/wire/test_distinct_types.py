"""Columns of DISTINCT types, read as what they are made of, and opaque ones."""

from __future__ import annotations

from decimal import Decimal
from struct import pack

import pytest
from unit.wire.scripted import DONE
from unit.wire.test_large_requests import Talk, scripted

import informix_db
from informix_db import TypeCode

DISTINCT = 0x0800
OF_LVARCHAR, OF_BOOLEAN = 0x2000, 0x4000


def pstr(text: str) -> bytes:
    raw = text.encode()
    return pack(">h", len(raw)) + raw + b"\0" * (len(raw) & 1)


def described(*fields: tuple[int, int, str, int]) -> bytes:
    """DESCRIBE of a SELECT: type, extended id, type name and length of each column."""
    names = b"".join(b"c%d\0" % n for n in range(len(fields)))
    body = pack(">hhihhi", 2, 0, 1, 100, len(fields), len(names))
    for n, (code, extended_id, name, length) in enumerate(fields):
        body += pack(">iihi", 3 * n, 0, code, extended_id) + pstr("joe") + pstr(name)
        body += pack(">hhii", 0, 0, 0, length)
    return b"\0\x08" + body + names + b"\0" * (len(names) & 1) + DONE


def tuple_of(cells: str) -> bytes:
    raw = bytes.fromhex(cells)
    return pack(">hhi", 14, 0, len(raw)) + raw + b"\0" * (len(raw) & 1) + DONE


def test_distinct_types_are_read_as_their_source() -> None:
    description = described(
        (DISTINCT | 2, 2048, "age", 4),
        (DISTINCT | OF_LVARCHAR | 40, 2049, "story", 500),
        (DISTINCT | OF_BOOLEAN | 41, 2050, "flag", 1),
        (DISTINCT | 5, 2051, "euro", 0x0802),
        (DISTINCT | OF_LVARCHAR | 40, 2049, "story", 500),
    )
    row = tuple_of("0000002a 00 00000002 6869 00 00000001 74 c1 01 32 00 00 0100000000")
    with scripted(description, row) as server, Talk(server) as talk:
        cursor = talk.cursor.execute("select * from people")
        assert cursor.fetchall() == [(42, "hi", True, Decimal("1.50"), None)]
        assert [column[1] for column in cursor.description or ()] == [
            TypeCode.INTEGER,
            TypeCode.LVARCHAR,
            TypeCode.BOOLEAN,
            TypeCode.DECIMAL,
            TypeCode.LVARCHAR,
        ]


@pytest.mark.parametrize("code", [40, 41, 40 | OF_BOOLEAN, 41 | OF_LVARCHAR])
def test_other_opaque_types_are_refused_by_name(code: int) -> None:
    """JSON, BSON, and whatever a server has that this driver cannot read."""
    with (
        scripted(described((2, 0, "", 4), (code, 2052, "json", 4096))) as server,
        Talk(server) as talk,
    ):
        with pytest.raises(
            informix_db.NotSupportedError,
            match=r"column c1: values of type joe\.json cannot be read; cast",
        ):
            talk.cursor.execute("select * from documents")
        talk.connection.ping()
