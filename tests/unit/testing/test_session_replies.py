"""The reply writer in both framings, against bytes IBM's driver accepted.

The hexadecimal texts are those of the protocol's tables: the all-zero mask and the
mask of a v15 server, side by side.
"""

from __future__ import annotations

from collections.abc import Callable

import captures
import pytest
from stub_engine import ALL_TYPES, BOOLEAN, INTEGER, LVARCHAR_500, SERIAL

from informix_db.testing.api import Column, SQLError, SQLType
from informix_db.testing.framing import NO_CAPABILITIES, V15_CAPABILITIES, Framing
from informix_db.testing.login import login_reply
from informix_db.testing.replies import ReplyWriter, tuple_message

V15 = Framing.negotiated(V15_CAPABILITIES, V15_CAPABILITIES)
LEGACY = Framing.negotiated(NO_CAPABILITIES, NO_CAPABILITIES)

TWO_INTEGERS = [Column("k", INTEGER), Column("z", INTEGER)]
NO_TABLE = SQLError(-206, -111, 15, "nosuch")


def written(framing: Framing, write: Callable[[ReplyWriter], None]) -> str:
    writer = ReplyWriter(framing, "latin-1")
    write(writer)
    return writer.output.hex()


CASES: list[tuple[Callable[[ReplyWriter], None], str, str]] = [
    (
        lambda w: w.describe(2, 0, TWO_INTEGERS),
        "0008 0002 0000 00000001 0008 0002 0004"
        "0000 00000000 0002 00000000 0000 0000 0000 0000 00000000 00000004"
        "0002 00000004 0002 00000000 0000 0000 0000 0000 00000000 00000004"
        "6b007a00",
        "0008 0002 0000 00000001 0008 0002 00000004"
        "00000000 00000000 0002 00000000 0000 0000 0000 0000 00000000 00000004"
        "00000002 00000004 0002 00000000 0000 0000 0000 0000 00000000 00000004"
        "6b007a00",
    ),
    (
        lambda w: w.describe(6, 0, []),
        "0008 0006 0000 00000001 0000 0000 0000",
        "0008 0006 0000 00000001 0000 0000 00000000",
    ),
    (
        lambda w: w.insert_done(1, 0),
        "005e 0001 00000001 00000000",
        "005e 0001 00000001 00000000 0000000000000000",
    ),
    (
        lambda w: w.insert_done(0, 5),
        "005e 00000000000000000000",
        "005e 00000000000000000000 0000000000000005",
    ),
    (
        lambda w: w.error(NO_TABLE),
        "000d ff32 ff91 000f 0006 6e6f73756368",
        "000d ff32 ff91 0000000f 0006 6e6f73756368",
    ),
    (
        lambda w: w.describe_input([Column("", SQLType(6, 4))]),
        "007d 0001 0006 00000000 0000 0000 0000 0000 00000000 00000004",
        "007d 0001 0000 0006 00000000 0000 0000 0000 0000 00000000 00000004",
    ),
    (
        lambda w: w.generated_keys([Column("id", SERIAL)], b"\0\0\0\x01"),
        "0087 0006 0000 00000000 0004 0001 0003"
        "0000 00000000 0106 00000000 0000 0000 0000 0000 00000000 00000004"
        "69640000 0088 0000 00000004 00000001",
        "0087 0006 0000 00000000 0004 0001 00000003"
        "00000000 00000000 0106 00000000 0000 0000 0000 0000 00000000 00000004"
        "69640000 0088 0000 00000004 00000001",
    ),
]


@pytest.mark.parametrize(("write", "legacy", "v15"), CASES)
def test_messages_that_depend_on_the_mask(
    write: Callable[[ReplyWriter], None], legacy: str, v15: str
) -> None:
    assert written(LEGACY, write) == legacy.replace(" ", "")
    assert written(V15, write) == v15.replace(" ", "")


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (
            lambda w: w.done(warn=0x15, rows=3, serial=7),
            "000f 0015 00000003 00000000 00000007",
        ),
        (lambda w: w.cost(), "0037 00000001 00000001"),
        (lambda w: w.tuple_id(30), "0019 0000001e"),
        (lambda w: w.transaction_state(), "0063 0000 0000 0000"),
        (lambda w: w.names(26, ["abc"]), "001a 0003 61626300 0000"),
        (lambda w: w.names(26, []), "001a 0000"),
        (lambda w: w.blob(b"abc"), "0027 0003 61626300 0027 0000"),
        (lambda w: w.blob(b""), "0027 0000"),
        (lambda w: w.protocols(V15_CAPABILITIES), "007e 0009 bdbe9ffe7fb7ffefff 00"),
        (lambda w: w.protocols(b""), "007e 0000"),
    ],
)
def test_messages_that_never_depend_on_it(
    write: Callable[[ReplyWriter], None], expected: str
) -> None:
    assert written(V15, write) == written(LEGACY, write) == expected.replace(" ", "")


def test_tuples_are_padded_outside_their_length() -> None:
    assert tuple_message(b"abc").hex() == "000e000000000003" + "61626300"
    assert tuple_message(b"abcd").hex() == "000e000000000004" + "61626364"


def test_long_blob_is_cut_in_chunks() -> None:
    data = bytes(i % 256 for i in range(2500))
    reply = captures.reply("s18_bytetext", "key 3")
    assert written(V15, lambda w: w.blob(data)) + "000c" == reply.hex()


def test_description_of_every_scalar_type() -> None:
    described = captures.reply("s22_bindtypes", "insert into alltypes")
    mine = written(V15, lambda w: w.describe(6, 1, ALL_TYPES))
    assert described.hex().startswith(mine)


def test_extended_types_are_described_with_their_names() -> None:
    columns = [
        Column("c_lvarchar", LVARCHAR_500),
        Column("c_bool", BOOLEAN),
        Column("c_int", INTEGER),
    ]
    described = captures.reply("s05_alltypes", "select c_lvarchar,c_bool,c_int")
    mine = written(V15, lambda w: w.describe(2, 0, columns))
    assert described.hex().startswith(mine)


@pytest.mark.parametrize(
    ("sql_type", "row"),
    [
        (SERIAL, "00000001"),
        (SQLType(18, 10, nullable=False), "00010000000100000000"),
        (SQLType(53, 8, nullable=False), "0000000000000001"),
    ],
)
def test_generated_keys_of_the_transcripts(sql_type: SQLType, row: str) -> None:
    columns = [Column("id", sql_type)]
    mine = written(V15, lambda w: w.generated_keys(columns, bytes.fromhex(row)))
    assert mine in b"".join(captures.server("s07_genkeys")).hex()


@pytest.mark.parametrize(
    "error",
    [
        SQLError(-201, offset=1),
        NO_TABLE,
        SQLError(-217, 0, 1, "nosuch"),
        SQLError(-268, -100, token="u100_1"),
        SQLError(-255),
    ],
)
def test_errors_of_the_transcripts(error: SQLError) -> None:
    mine = written(V15, lambda w: w.error(error)) + "000c"
    assert mine in [reply.hex() for reply in captures.server("s11_err")]


def test_login_reply_of_the_transcripts() -> None:
    accepted = captures.server("s01_connect")[0]
    assert accepted == login_reply(
        version="IBM Informix Dynamic Server Version 14.10.FC7",
        serial="AAA#B000000",
        application_id="testdb",
        cap1=316,
    )


def test_row_too_wide_for_its_description_is_described_without_a_width() -> None:
    wide = [Column("a", SQLType(40, 32739, 1, "informix", "lvarchar"))] * 2
    assert written(V15, lambda w: w.describe(2, 0, wide))[20:24] == "0000"
