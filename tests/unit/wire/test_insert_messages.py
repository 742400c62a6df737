"""PUT against what IBM's client sent, bytes for bytes."""

from __future__ import annotations

import captures
import pytest

from informix_db._protocol.channel import Channel
from informix_db._protocol.insert import write_puts
from informix_db._protocol.statement import Statement
from informix_db._wire.constants import OFFERED_MASK
from informix_db._wire.describe import ColumnInfo
from informix_db._wire.encode_tuple import TupleEncoder, tuple_encoder
from informix_db._wire.framing import Framing, negotiate

V15 = bytes.fromhex("bdbe9ffe7fb7ffefff")
STATEMENT = Statement(0, "", 6, (), None, 0, 3)


def column(code: int, length: int, extended_id: int = 0) -> ColumnInfo:
    return ColumnInfo("c", code, extended_id, "", "", length, True)


def encoder(*columns: ColumnInfo) -> TupleEncoder:
    made = tuple_encoder(columns, "latin-1")
    assert made is not None
    return made


def channel(framing: Framing | None = None) -> Channel:
    made = Channel("latin-1")
    made.framing = framing or negotiate(OFFERED_MASK, V15)
    return made


def test_opening_and_rows() -> None:
    rows = encoder(column(6, 4), column(13, 50), column(2, 4))
    sent = channel()
    tuples = [rows.encode([0, f"n{n}", n]) for n in range(5)]
    write_puts(sent, STATEMENT, tuples, rows.types)
    theirs = captures.request("s10b_ifxput", "PUT len 11").data
    assert bytes(sent.write.data) == theirs.replace(
        b"_ifxc0000000000001", b"_ifxc0000000000000"
    )
    assert sent.unread == 1


def test_rows_for_a_cursor_that_is_open() -> None:
    rows = encoder(column(2, 4), column(13, 20))
    sent = channel()
    statement = Statement(1, "", 6, (), None, 0, 2)
    write_puts(sent, statement, [rows.encode([n, "x"]) for n in range(11, 16)], None)
    theirs = captures.request("u01_put_err_only", "PUT len 6")
    assert bytes(sent.write.data) == theirs.data


def test_types_are_announced_only_for_text_of_variable_size_and_opaque_types() -> None:
    """Seen with IBM's client, IFX_USEPUT=1, and the emulator."""
    rows = encoder(column(5, 0x0703), column(0, 2))
    sent = channel()
    write_puts(sent, STATEMENT, [rows.encode([None, "a"])], rows.types)
    assert bytes(sent.write.data) == bytes.fromhex(
        "0004 0000 0003 0012 5f6966786330303030303030303030303030 0006"
        "0011 00000007 0001 00000000006120 00 000c"
    )


def test_announced_types() -> None:
    rows = encoder(column(1, 2), column(40, 500, 1), column(41, 1, 5))
    sent = channel()
    write_puts(sent, STATEMENT, [rows.encode([1, "a", True])], rows.types)
    assert bytes(sent.write.data) == bytes.fromhex(
        "0004 0000 0003 0012 5f6966786330303030303030303030303030 0006"
        "0064 0000 0003 0001 00000002"
        "002b 0008 696e666f726d6978 0008 6c766172 63686172 000001f4"
        "002d 0008 696e666f726d6978 0007 626f6f6c65616e 00 00000001"
        "0011 0000000e 0001 0001 00 00000001 61 00 00000001 01 000c"
    )


@pytest.mark.parametrize(("bits", "count"), [({13}, "0001"), ({13, 18}, "00000001")])
def test_width_of_the_count(bits: set[int], count: str) -> None:
    sent = channel(Framing(frozenset(bits)))
    write_puts(sent, STATEMENT, [b"\0\0\0\1"], None)
    assert bytes(sent.write.data) == bytes.fromhex(
        f"0004 0000 0011 00000004 {count} 00000001 000c"
    )
