"""Bytes of the protocol's description that no transcript has, spelled out here.

Types no transcript selects, messages where no transcript has them, and the byte that
interrupts. The expected values are written down, none is computed by the driver.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import captures
import pytest
from unit.wire.conversations import Case, contents, plan_of, read

from informix_db._protocol.channel import Channel, Reply, reply_gen
from informix_db._wire import constants as c
from informix_db._wire.describe import ColumnInfo
from informix_db._wire.framing import Framing, bits_of
from informix_db.types import BlobLocator, ClobLocator

V15 = Framing(bits_of(bytes.fromhex("bdbe9ffe7fb7ffefff")))


def described(field: str) -> str:
    """DESCRIBE of a query with one column, `field`: type, extended id, ..., length."""
    return f"0008 0002 0000 00000001 0000 0001 00000002 00000000 00000000 {field} 7800"


def named(code: str, extended_id: str, owner: str, name: str, length: str) -> str:
    texts = ""
    for text in (owner, name):
        raw = text.encode("ascii")
        texts += f"{len(raw):04x}" + raw.hex() + "00" * (len(raw) % 2)
    return f"{code} {extended_id} {texts} 0000 0000 00000000 {length}"


def plain(code: str, length: str) -> str:
    return named(code, "00000000", "", "", length)


def columns_of(field: str) -> tuple[ColumnInfo, ...]:
    case = Case("", 0, "reply", _hex(described(field) + "000c"), V15, None, None)
    reply = read(case)
    assert isinstance(reply, Reply)
    assert reply.description is not None
    return reply.description.columns


def cell(field: str, payload: str) -> tuple[int, Any]:
    """Return the type code and the value that DESCRIBE and TUPLE give."""
    described_by = Case(
        "", 0, "reply", _hex(described(field) + "000c"), V15, None, None
    )
    reply = read(described_by)
    assert isinstance(reply, Reply)
    assert reply.description is not None
    columns = reply.description.columns
    raw = _hex(payload)
    data = b"\0\x0e\0\0" + len(raw).to_bytes(4, "big") + raw + bytes(len(raw) % 2)
    plan = plan_of(columns, V15)
    assert plan is not None
    reply = read(Case("", 0, "reply", data + b"\0\x0c", V15, columns, plan))
    assert isinstance(reply, Reply)
    assert reply.row_error is None
    return columns[0].type_code, reply.rows[0][0]


def _hex(text: str) -> bytes:
    return bytes.fromhex(text)


BYTES = plain("000b", "00000038")
TEXT = plain("000c", "00000038")
BLOB = named("0029", "0000000a", "informix", "blob", "00000048")
CLOB = named("0029", "0000000b", "informix", "clob", "00000048")
HEX_LOCATOR = ("61" * 72).encode("ascii").hex()


@pytest.mark.parametrize(
    ("field", "payload", "code", "value"),
    [
        (plain("0012", "0000000a"), "0001 00000005 00000001", 18, 0x1_0000_0005),
        (plain("0012", "0000000a"), "ffff ffffffff ffffffff", 18, 1 - (1 << 64)),
        (plain("0011", "0000000a"), "0001 00000000 00000000", 17, 0),
        (plain("0011", "0000000a"), "0000 12345678 9abcdef0", 17, None),
        (plain("0034", "00000008"), "8000000000000001", 52, -(1 << 63) + 1),
        (plain("0034", "00000008"), "8000000000000000", 52, None),
        (plain("0035", "00000008"), "0000000000000100", 53, 256),
        (plain("0135", "00000008"), "8000000000000000", 53, None),
        (plain("0001", "00000002"), "8001", 1, -32767),
        (plain("0001", "00000002"), "8000", 1, None),
        (plain("0006", "00000004"), "80000001", 6, -(1 << 31) + 1),
        (plain("0004", "00000004"), "ffffffff", 4, None),
        (plain("0003", "00000008"), "ffffffffffffffff", 3, None),
        (plain("0007", "00000004"), "00000000", 7, date(1899, 12, 31)),
        (plain("0007", "00000004"), "ffffffff", 7, date(1899, 12, 30)),
        (plain("0005", "00001000"), "00 00 000000000000 00", 5, None),
        (plain("0005", "000010ff"), "ff 0a 00000000000000 00", 5, Decimal("1E+125")),
        (plain("0005", "000010ff"), "80 01 00000000000000 00", 5, Decimal("1E-130")),
        (plain("0005", "000010ff"), "7f 63 00000000000000 00", 5, Decimal("-1E-130")),
        (plain("0008", "00001002"), "3e 62 00000000000000", 8, Decimal("-2.00")),
        (plain("000f", "00000003"), "002020", 15, None),
        (plain("000f", "00000003"), "202020", 15, ""),
        (plain("0010", "00000a14"), "00", 16, ""),
        (plain("0010", "00000a14"), "0100", 16, None),
        (BYTES, "00" * 39 + "01" + "00" * 16, 11, None),
        (TEXT, "00" * 39 + "01" + "00" * 16, 12, None),
        (BLOB, "0100000000", 266, None),
        (BLOB, "00 00000090" + HEX_LOCATOR, 266, BlobLocator(b"\x61" * 72)),
        (CLOB, "00 00000090" + HEX_LOCATOR, 267, ClobLocator(b"\x61" * 72)),
        (CLOB, "00 00000048" + "61" * 72, 267, ClobLocator(b"\x61" * 72)),
    ],
)
def test_cells_no_transcript_has(
    field: str, payload: str, code: int, value: Any
) -> None:
    found, got = cell(field, payload)
    assert found == code
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("code", "type_name", "text", "kind", "elements"),
    [
        ("0013", "SET(INTEGER not null)", "SET{1,2}", "SET", [1, 2]),
        ("0014", "MULTISET(INTEGER not null)", "MULTISET{2,2}", "MULTISET", [2, 2]),
        ("0015", "LIST(CHAR(3) not null)", "LIST{'a'}", "LIST", ["a"]),
        ("0016", "ROW(a INTEGER,b CHAR(3))", "ROW(1,'x')", None, [1, "x"]),
        ("0017", "a_collection", "LIST{1}", "LIST", [1]),
    ],
)
def test_codes_of_collections_and_rows(
    code: str, type_name: str, text: str, kind: str | None, elements: list[Any]
) -> None:
    raw = text.encode("ascii")
    payload = f"00 {len(raw):08x}" + raw.hex()
    found, value = cell(named(code, "000007d0", "", type_name, "00001000"), payload)
    assert found == int(code, 16)
    assert list(value) == elements
    assert getattr(value, "kind", None) == kind


# -- messages that may stand anywhere --------------------------------------------------

INT = plain("0002", "00000004")
DONE = "000f 0000 00000001 00000002 00000003"
COST = "0037 00000001 00000001"
ROW = "000e 0000 00000004 00000007"
ERR = "000d ff32 ff91 0000000f 0005 6e6f737563 00"
ANYWHERE = {
    "XACTSTAT": "0063 0001 0002 0003",
    "XACTSTAT of tags": "0063 000c 000d 000e",
    "CLOSE": "000a",
    "86": "0056",
}
REPLIES = {
    "PREPARE": [described(INT), DONE, COST],
    "EXECUTE": ["005e 0001 00000005 00000000 0000000000000006", DONE, COST],
    "batch": [DONE, COST, DONE, COST, ERR, DONE, COST],
    "NFETCH": [ROW, ROW, ROW, DONE, COST],
    "SFETCH": [ROW, "0019 00000009"],
    "CIDESCRIBE": ["007d 0001 0000 0002 00000000 00000000 0000 0000 00000000 00000004"],
    "FETCHBLOB": ["0027 0003 616263 00", "0027 0001 64 00", "0027 0000"],
    "LODATA": ["0061 0000 00000003 0003 616263 00"],
    "GETROUTINE": ["0065 0001 64 00 00000064"],
    "EXFPROUTINE": ["0067 0001 0002 0000 0a00 00000007"],
    "error": [ERR],
}


def reply_of(parts: list[str]) -> object:
    columns = columns_of(INT)
    data = _hex(" ".join([*parts, "000c"]))
    plan = plan_of(columns, V15)
    return contents(read(Case("", 0, "reply", data, V15, columns, plan)))


@pytest.mark.parametrize("message", ANYWHERE)
@pytest.mark.parametrize("name", REPLIES)
def test_messages_that_say_nothing_here(name: str, message: str) -> None:
    """Before, between and behind the messages of a reply: they change nothing."""
    parts = REPLIES[name]
    expected = reply_of(parts)
    for at in range(len(parts) + 1):
        assert reply_of([*parts[:at], ANYWHERE[message], *parts[at:]]) == expected
    everywhere = [both for part in parts for both in (ANYWHERE[message], part)]
    assert reply_of(everywhere) == expected


def test_they_may_stand_in_a_reply_nobody_waits_for() -> None:
    channel = Channel("latin-1")
    channel.framing = V15
    channel.unread, channel.owed = 4, 3
    states = " ".join(ANYWHERE.values())
    unwaited = f"{states} 000c 000c {states} {ERR} {states} 000c"
    channel.read.feed(_hex(f"{unwaited} {DONE} 000c"))
    reader = reply_gen(channel, Reply())
    with pytest.raises(StopIteration) as stop:
        next(reader)
    assert stop.value.value.done == (0, 1, 2, 3)
    assert stop.value.value.error is None
    assert channel.in_sync
    assert channel.unread == 0


# -- what the driver sends -------------------------------------------------------------


def test_the_byte_that_interrupts_is_ibms() -> None:
    sent = {
        m.data for m in captures.load("s15_cancel") if m.direction == captures.URGENT
    }
    assert sent == {c.INTERRUPT} == {b"\x42"}
