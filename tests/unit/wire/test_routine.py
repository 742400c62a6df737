"""Arguments and results of routines that are called without SQL."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from unit.wire.clientreader import Cursor, bind_entries
from unit.wire.scripted import EOT_ONLY
from unit.wire.test_large_requests import Talk, scripted

import informix_db
from informix_db import BlobLocator, ClobLocator, IntervalYM
from informix_db._wire.accel import BindContext
from informix_db._wire.routine import argument_types, encode_arguments

FOUND = bytes.fromhex("0065 0000 00000007 000c")


@pytest.mark.parametrize(
    ("signature", "types"),
    [
        ("function f()", ()),
        ("function informix.ifx_lo_close(integer)", ("integer",)),
        (
            "function f( ifx_lo_spec,integer , BLOB )",
            ("ifx_lo_spec", "integer", "blob"),
        ),
        ("procedure p(decimal(10,2), lvarchar(20))", ("decimal", "lvarchar")),
        ("function f(datetime  year to second)", ("datetime year to second",)),
    ],
)
def test_types_of_a_signature(signature: str, types: tuple[str, ...]) -> None:
    assert argument_types(signature) == types


@pytest.mark.parametrize("signature", ["", "f", "f(", "f)", "(", "f(a"])
def test_no_signatures(signature: str) -> None:
    with pytest.raises(informix_db.ProgrammingError, match="no signature"):
        argument_types(signature)


def arguments(types: str, *values: Any) -> list[Any]:
    context = BindContext("utf-8", True)
    encoded = encode_arguments(types.split(), values, context)
    cursor = Cursor(encoded)
    entries = bind_entries(cursor)
    assert cursor.pos == len(encoded)
    return [(e.type, e.names, e.precision, e.raw) for e in entries]


def named(name: str) -> tuple[bytes, bytes]:
    return b"", name.encode()


@pytest.mark.parametrize(
    ("type_name", "value", "expected"),
    [
        ("integer", 5, (2, None, 0x0A00, bytes.fromhex("00000005"))),
        ("int", -1, (2, None, 0x0A00, bytes.fromhex("ffffffff"))),
        ("smallint", 5, (1, None, 0x0500, bytes.fromhex("0005"))),
        ("bigint", 5, (52, None, 0x1300, bytes.fromhex("0000000000000005"))),
        ("int8", 5, (17, None, 0x1300, bytes.fromhex("0001 00000005 00000000"))),
        ("int8", -(2**33), (17, None, 0x1300, bytes.fromhex("ffff 00000000 00000002"))),
        ("lvarchar", "tlo.b", (43, named("lvarchar"), 0, b"tlo.b")),
        ("lvarchar", "\u20ac", (43, named("lvarchar"), 0, b"\xe2\x82\xac")),
        ("varchar", "x", (0, None, 0, b"x")),
        ("ifx_lo_stat", b"\1\2\3", (44, named("ifx_lo_stat"), 0, b"\1\2\3")),
        ("blob", BlobLocator(bytes(72)), (44, named("blob"), 0, bytes(72))),
        ("clob", ClobLocator(bytes(72)), (44, named("clob"), 0, bytes(72))),
        ("float", 1.0, (3, None, 0, bytes.fromhex("3ff0000000000000"))),
        ("date", datetime.date(1900, 1, 1), (7, None, 0, bytes.fromhex("00000001"))),
        ("integer", None, (2, None, 0, None)),
        ("int8", None, (17, None, 0, None)),
        ("lvarchar", None, (43, named("lvarchar"), 0, None)),
        ("blob", None, (44, named("blob"), 0, None)),
        ("date", None, (0, None, 0, None)),
    ],
)
def test_arguments(type_name: str, value: Any, expected: Any) -> None:
    assert arguments(type_name, value) == [expected]


@pytest.mark.parametrize(
    ("type_name", "value"),
    [("smallint", 2**15), ("int", 2**31), ("int8", 2**63), ("bigint", -(2**63))],
)
def test_integers_out_of_range(type_name: str, value: int) -> None:
    with pytest.raises(informix_db.DataError, match=r"parameter 1: .* range"):
        arguments(type_name, value)


def test_arguments_that_are_none() -> None:
    with pytest.raises(
        informix_db.ProgrammingError, match="takes 2 arguments, 1 given"
    ):
        arguments("int int", 1)
    with pytest.raises(informix_db.ProgrammingError, match="2: list is no int"):
        arguments("int int", 1, [1])


# -- results ---------------------------------------------------------------------------

RESULTS = {
    "SMALLINT": ("0001 0000 0500 fffe", -2),
    "INTEGER": ("0002 0000 0a00 0000002a", 42),
    "SERIAL": ("0006 0000 0a00 0000002a", 42),
    "FLOAT": ("0003 0000 0000 3ff8000000000000", 1.5),
    "SMALLFLOAT": ("0004 0000 0000 3fc00000", 1.5),
    "DECIMAL": ("0005 0000 0002 0003 c1010f 00", Decimal("1.15")),
    "DECIMAL with precision": ("0005 0000 0a02 0003 c1010a 00", Decimal("1.10")),
    "floating DECIMAL": ("0005 0000 0000 0003 c1010a 00", Decimal("1.1")),
    "MONEY": ("0008 0000 0002 0002 c105", Decimal("5.00")),
    "DATE": ("0007 0000 0000 00000001", datetime.date(1900, 1, 1)),
    "DATETIME": ("000a 0000 066a 0004 c30d0e0f", datetime.time(13, 14, 15)),
    "INTERVAL": (
        "000e 0000 066a 0004 c3010203",
        datetime.timedelta(hours=1, minutes=2, seconds=3),
    ),
    "INTERVAL YEAR TO MONTH": ("000e 0000 0602 0004 c7000203", IntervalYM(27)),
    "CHAR": ("0000 0000 0000 0003 612020 00", "a"),
    "VARCHAR": ("000d 0000 0000 0003 612020 00", "a  "),
    "NVARCHAR": ("0010 0000 0000 0002 c3a9", "\u00e9"),
    "INT8": ("0011 0000 1300 ffff 00000001 00000001", -(2**32) - 1),
    "BIGINT": ("0034 0000 1300 ffffffffffffffff", -1),
    "LVARCHAR": (
        "002b 0008 696e666f726d6978 0008 6c76617263686172 0000 0000 00000001 61 00",
        "a",
    ),
    "BOOLEAN": (
        "002d 0008 696e666f726d6978 0007 626f6f6c65616e 00 0000 0001 00000001 01 00",
        True,
    ),
    "BLOB": (
        "002c 0000 0004 626c6f62 0000 0000 00000048" + "07" * 72,
        BlobLocator(b"\7" * 72),
    ),
    "CLOB": (
        "0029 0000 0004 636c6f62 0000 0000 00000048" + "07" * 72,
        ClobLocator(b"\7" * 72),
    ),
    "opaque": ("002c 0000 0003 666f6f 00 0000 0000 00000003 010203 00", b"\1\2\3"),
    "NULL INTEGER": ("0002 ffff 0000", None),
    "NULL LVARCHAR": ("002b 0000 0000 ffff 0000", None),
    "NULL opaque": ("002c 0000 0003 666f6f 00 ffff 0000", None),
}


def returning(*results: str) -> bytes:
    count = len(results).to_bytes(2, "big")
    return b"\0\x67" + count + bytes.fromhex("".join(results)) + EOT_ONLY


def call(*results: str, **options: Any) -> list[Any]:
    with (
        scripted(FOUND, returning(*results)) as server,
        Talk(server, db_locale="en_US.utf8", **options) as talk,
    ):
        return talk.connection.fast_path_call("function f()")


@pytest.mark.parametrize("name", RESULTS)
def test_results(name: str) -> None:
    raw, expected = RESULTS[name]
    # between others, so that a result of a wrong size shows
    [before, value, after] = call("0002 0000 0a00 00000001", raw, RESULTS["CHAR"][0])
    assert (before, after) == (1, "a")
    assert (type(value), repr(value)) == (type(expected), repr(expected))


def test_no_results() -> None:
    assert call() == []
    with scripted(FOUND, EOT_ONLY) as server, Talk(server) as talk:
        assert talk.connection.fast_path_call("procedure p()") == []


@pytest.mark.parametrize(
    ("result", "what"),
    [
        ("0005 0000 0002 0002 c1ff", "base-100 digit 255"),
        ("0005 0000 0002 0000", "no bytes"),
        ("000a 0000 ffff 0002 c105", "qualifier 0xffff"),
        ("0007 0000 0000 7fffffff", "outside of date"),
        ("0000 0000 0000 0001 ff 00", "not text in utf-8"),
        ("002d 0000 0000 0000 0001 00000001 07 00", "BOOLEAN 0x07"),
    ],
)
def test_results_that_are_no_values(result: str, what: str) -> None:
    with (
        scripted(FOUND, returning(result)) as server,
        Talk(server, db_locale="en_US.utf8") as talk,
    ):
        with pytest.raises(informix_db.DataError, match=what):
            talk.connection.fast_path_call("function f()")
        talk.connection.ping()


@pytest.mark.parametrize("result", ["0013 0000 0000 0000 0000", "0000 0000 0000 8000"])
def test_results_that_cannot_be_read_end_the_session(result: str) -> None:
    with scripted(FOUND, returning(result)) as server:
        talk = Talk(server)
        with pytest.raises(informix_db.ProtocolError):
            talk.connection.fast_path_call("function f()")
        assert talk.connection.closed


def test_handles_are_kept_until_the_database_changes() -> None:
    nothing = returning()
    database = bytes.fromhex("0008 0001 0000 00000001 0000 0000 00000000")
    opened = bytes.fromhex("000f 0015 00000000 00000000 00000000 000c")
    replies = [FOUND, nothing, nothing, database + opened, opened, FOUND, nothing]
    with scripted(*replies) as server, Talk(server) as talk:
        for _ in range(2):
            talk.connection.fast_path_call("function f()")
        talk.cursor.execute("database other")
        talk.connection.fast_path_call("function f()")
    names = [request[0][0] for request in server.requests[3:]]
    assert names.count("GETROUTINE") == 2
    assert names.count("EXFPROUTINE") == 3


def test_an_unknown_routine() -> None:
    missing = bytes.fromhex("000d fd5e 0000 00000000 0000 000c")
    with scripted(missing, missing) as server, Talk(server) as talk:
        for _ in range(2):  # nothing of it is kept
            with pytest.raises(informix_db.ProgrammingError) as caught:
                talk.connection.fast_path_call("function nosuch(integer)", 1)
            assert caught.value.sqlcode == -674
        talk.connection.ping()


def test_a_call_belongs_to_the_transaction() -> None:
    with scripted(FOUND, returning()) as server, Talk(server, autocommit=False) as talk:
        talk.connection.fast_path_call("function f()")
        assert talk.connection.in_transaction
    assert server.requests[3] == [("BEGIN",), ("EOT",)]


def test_the_form_without_capabilities() -> None:
    """No name of a database, short lengths (docs/PROTOCOL.md section 9)."""
    found = bytes.fromhex("0065 00000064 000c")
    replies = [found, returning("0002 0000 0a00 00000001")]
    with scripted(*replies, mask="00" * 9) as server, Talk(server) as talk:
        signature = "function informix.ifx_lo_open(blob ,integer)"
        result = talk.connection.fast_path_call(signature, BlobLocator(bytes(72)), 4)
        assert result == [1]
    assert talk.sent[0] == (
        bytes.fromhex("0065 002c") + signature.encode() + bytes.fromhex("0000 000c")
    )
    assert talk.sent[1][:14] == bytes.fromhex("0066 00000064 0002 0000 0005 0002")
