"""Large objects, routines and composite values against IBM's client, byte by byte.

A scripted server gives the replies that IBM's client accepted; what the driver sends is
compared with what that client sent for the same values.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import captures
import pytest
from unit.wire.scripted import EOT_ONLY, ScriptedServer

import informix_db
from informix_db import BlobLocator, ClobLocator, CollectionValue, OperationalError

S18 = "s18_bytetext"
S19B = "s19b_lobw"
U04 = "u04_collection_bind"
U06 = "u06_byte_batch"

SIGNATURE = "GETROUTINE byid 0 sig b'function informix."
LO_CREATE = "ifx_lo_create( ifx_lo_spec,integer,blob)"


def request(transcript: str, note: str) -> bytes:
    return captures.request(transcript, note).data


def reply(transcript: str, note: str) -> bytes:
    return captures.reply(transcript, note)


class Talk:
    """A connection to a scripted server, and what it sent."""

    def __init__(self, server: ScriptedServer, **arguments: Any) -> None:
        self.server = server
        options: dict[str, Any] = {
            "user": "informix",
            "password": "in4mix",
            "database": "scratch",
            "autocommit": True,
            "statement_cache_size": 0,
        }
        self.connection = informix_db.connect(
            "127.0.0.1", server.port, **{**options, **arguments}
        )
        self.cursor = self.connection.cursor()

    @property
    def sent(self) -> list[bytes]:
        """What was sent after the session began."""
        return self.server.raw[3:]

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def scripted(*replies: bytes, **options: Any) -> ScriptedServer:
    return ScriptedServer(list(replies), **options)


# -- BYTE and TEXT ---------------------------------------------------------------------

BYTE_SQL = "insert into tby values (0,?,?)"


def test_bytes_go_as_setbytes_sends_them() -> None:
    data = bytes(n & 0xFF for n in range(2500))
    replies = [reply(S18, "insert into tby"), reply(S18, "CIDESCRIBE")]
    replies.append(reply(S18, "BLOB len 452"))
    with scripted(*replies) as server, Talk(server) as talk:
        talk.cursor.execute(BYTE_SQL, (data, b"abc"))
        assert talk.cursor.lastrowid == 2
    theirs = request(S18, "BLOB len 452")
    # setBytes() on a TEXT says precision 0x38, our TEXT 0 as setString() does
    ours = theirs.replace(b"\0\x0c\0\0\0\x38", b"\0\x0c\0\0\0\0", 1)
    assert ours != theirs
    assert talk.sent[:3] == [
        request(S18, "insert into tby"),
        request(S18, "CIDESCRIBE"),
        ours,
    ]


def test_nulls_of_byte_and_text() -> None:
    replies = [reply(S18, "insert into tby"), reply(S18, "CIDESCRIBE")]
    replies.append(reply(S18, "type 12 ext None ind -1"))
    with scripted(*replies) as server, Talk(server) as talk:
        talk.cursor.execute(BYTE_SQL, (None, None))
    assert talk.sent[2] == request(S18, "type 12 ext None ind -1")


def batch_bytes() -> bytes:
    """IBM's batch of three rows, with the right sizes of TEXTs in the descriptors."""
    theirs = bytearray(request(U06, "BLOB len 376"))
    wrong = b"\0\x0c\0\0\0\0" + bytes(16) + b"\0\0\0\x0b"
    at = theirs.find(wrong)
    while at >= 0:
        theirs[at + len(wrong) - 1] = 2
        at = theirs.find(wrong)
    return bytes(theirs)


@pytest.mark.parametrize("kind", ["bytes", "bytearray", "memoryview"])
def test_a_batch_of_byte_and_text(kind: str) -> None:
    make: Any = {"bytes": bytes, "bytearray": bytearray, "memoryview": memoryview}[kind]
    rows = [
        (n, make(bytes(k & 0xFF for k in range(700 * n))), None if n == 1 else f"t{n}")
        for n in range(3)
    ]
    replies = [reply(U06, "insert into tby"), reply(U06, "BLOB len 376")]
    with scripted(*replies) as server, Talk(server) as talk:
        talk.connection.autocommit = False
        talk.cursor.executemany("insert into tby values (?,?,?)", rows)
        assert talk.cursor.rowcount == 3
    assert talk.sent[0] == request(U06, "insert into tby")
    assert talk.sent[2] == batch_bytes()


def test_a_file_goes_without_a_size() -> None:
    replies = [reply(U06, "insert into tby"), reply(U06, "BLOB len 376")]
    source = io.BytesIO(b"skipped" + bytes(1500))
    source.seek(7)
    with scripted(*replies) as server, Talk(server) as talk:
        talk.cursor.execute(
            "insert into tby values (?,?,?)", (1, source, io.StringIO("x\u00e9"))
        )
    [_, bind, *pieces, _, _] = server.requests[4]
    _, byte, text = bind[1:]
    assert (byte.type, byte.precision, byte.raw[16:20]) == (11, 0x38, b"\xff" * 4)
    assert (text.type, text.precision, text.raw[16:20]) == (12, 0, b"\xff" * 4)
    assert pieces == [
        ("BBIND", 2),
        ("BLOB", bytes(1024)),
        ("BLOB", bytes(476)),
        ("BLOB", b""),
        ("BLOB", b"x\xe9"),
        ("BLOB", b""),
    ]


class Failing(io.RawIOBase):
    """A file that breaks down after some bytes."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self.left:
            raise OSError("the disk is gone")
        size = min(size, self.left)
        self.left -= size
        return bytes(size)


def test_a_file_that_fails_leaves_the_statement_unexecuted() -> None:
    """The request is ended without EXECUTE, and the session goes on."""
    replies = [reply(U06, "insert into tby"), EOT_ONLY]
    with scripted(*replies) as server, Talk(server) as talk:
        with pytest.raises(OSError, match="the disk is gone"):
            talk.cursor.execute(
                "insert into tby values (?,?,?)", (1, Failing(100_000), "t")
            )
        talk.connection.ping()
    messages = [message[0] for message in server.requests[4]]
    assert messages[-4:] == ["BLOB", "BLOB", "BLOB", "EOT"]
    assert "EXECUTE" not in messages


def test_contents_are_fetched_with_the_rows() -> None:
    described = reply(S18, "select * from tby")
    rows = reply(S18, "NFETCH buf 4096")
    keys = [reply(S18, f"FETCHBLOB desc {d}") for d in descriptors(rows)]
    with scripted(described, tby_rows(), *keys) as server, Talk(server) as talk:
        talk.cursor.execute("select * from tby")
        big = bytes(n & 0xFF for n in range(2500))
        assert talk.cursor.fetchall() == [
            (1, b"\1\2\3", "hello"),
            (2, big, "abc"),
            (3, None, None),
        ]
    theirs = [request(S18, f"key {key}") for key in (1, 2, 3, 4)]
    assert talk.sent[2:6] == theirs
    assert talk.sent[6] == request(S18, "CLOSE")


def tby_rows() -> bytes:
    return captures.server(S18)[19]


def descriptors(_: bytes) -> Iterator[str]:
    for key in (1, 2, 3, 4):
        notes = captures.request(S18, f"key {key}").notes
        yield notes[1].split()[2]


# -- rows and collections --------------------------------------------------------------


def test_collections_go_as_text_of_type_43() -> None:
    replies = [reply(U04, "insert into tcx"), reply(U04, "CIDESCRIBE")]
    replies.append(reply(U04, "type 43"))
    with scripted(*replies) as server, Talk(server) as talk:
        talk.cursor.execute("insert into tcx values (0,?,?)", ([1, 2], ["a"]))
    assert talk.sent[:3] == [
        request(U04, "insert into tcx"),
        request(U04, "CIDESCRIBE"),
        request(U04, "type 43"),
    ]


@pytest.mark.parametrize(
    "values",
    [
        ("SET{1,2}", "LIST{'a'}"),
        (CollectionValue("MULTISET", [1, 2]), ("a",)),
    ],
)
def test_the_description_makes_a_collection_fit(values: tuple[Any, ...]) -> None:
    replies = [reply(U04, "insert into tcx"), reply(U04, "CIDESCRIBE")]
    replies.append(reply(U04, "type 43"))
    with scripted(*replies) as server, Talk(server) as talk:
        talk.cursor.execute("insert into tcx values (0,?,?)", values)
    assert talk.sent[2] == request(U04, "type 43")


def test_null_collections() -> None:
    replies = [reply(U04, "insert into tcx"), reply(U04, "CIDESCRIBE")]
    replies.append(reply(U04, "ind -1"))
    with scripted(*replies) as server, Talk(server) as talk:
        talk.cursor.execute("insert into tcx values (0,?,?)", (None, None))
    theirs = request(U04, "ind -1")
    # one of the two goes as type 44 there, both as the type described here
    ours = theirs.replace(b"\0\x2c", b"\0\x13", 1)
    assert ours != theirs
    assert talk.sent[2] == ours


# -- smart large objects ---------------------------------------------------------------


def lob_messages(direction: str) -> list[bytes]:
    """Both sides' part in making two large objects and inserting them."""
    messages = captures.load(S19B)
    start = messages.index(captures.request(S19B, "insert into tlo"))
    return [m.data for m in messages[start : start + 28] if m.direction == direction]


def by_name(data: bytes) -> bytes:
    """A call of IBM's, with the database's name where it left that out."""
    if data[:4] != b"\0\x66\0\0":
        return data
    return data[:2] + bytes.fromhex("0009 733139625f6c6f6277 00") + data[4:]


def test_blob_and_clob_parameters_become_large_objects() -> None:
    # IBM's client looks for a routine when it needs it, this driver for those that it
    # will need in any case beforehand.
    order = [0, 1, 4, 7, 2, 3, 5, 6, 8, 9, 10, 11, 12]
    replies = lob_messages(captures.SERVER)
    replies = [replies[place] for place in [*order, 13]]
    with scripted(*replies) as server, Talk(server) as talk:
        talk.cursor.execute("insert into tlo values (0,?,?)", (b"\1\2\3", "hello"))
        assert talk.cursor.lastrowid == 1
    theirs = [by_name(data) for data in lob_messages(captures.CLIENT)]
    assert talk.sent[: len(order)] == [theirs[place] for place in order]
    assert talk.sent[len(order)] == with_named_clob(theirs[13])


def locator(number: int) -> bytes:
    return bytes(11) + bytes([number]) + bytes(60)


def with_named_clob(bind: bytes) -> bytes:
    """IBM's BIND of a BLOB and a CLOB, the owner of both named: it leaves one out."""
    second = bytes.fromhex("002c0000 0004636c6f62 0000 0000 00000048")
    named = bytes.fromhex("002c0008696e666f726d6978 0004636c6f62 0000 0048 00000048")
    assert bind.count(second) == 1
    return bind.replace(second, named)


def test_locators_are_bound_as_ibm_binds_them() -> None:
    described, *_, done = lob_messages(captures.SERVER)
    with scripted(described, done) as server, Talk(server) as talk:
        talk.cursor.execute(
            "insert into tlo values (0,?,?)",
            (BlobLocator(locator(3)), ClobLocator(locator(4))),
        )
    assert talk.sent[1] == with_named_clob(lob_messages(captures.CLIENT)[13])


# -- reading and writing large objects -------------------------------------------------


def calls(name: str) -> list[bytes]:
    """IBM's calls of the routine `name`, those that name the database, in order."""
    return [
        by_name(m.data)
        for m in captures.load(S19B)
        if any(note.startswith("EXFPROUTINE") and name in note for note in m.notes)
    ]


HANDLES = {"open": 0x67, "stat": 0x68, "seek": 0x69, "close": 0x66}


def handle(name: str) -> bytes:
    """The reply to GETROUTINE that IBM's client had for ifx_lo_<name>."""
    named = bytes.fromhex("0065 0009 733139625f6c6f6277 00")
    return named + HANDLES[name].to_bytes(4, "big") + EOT_ONLY


def returned(value: int) -> bytes:
    """The reply to a call that returns an integer."""
    return (
        bytes.fromhex("0067 0001 0002 0000 0a00") + value.to_bytes(4, "big") + EOT_ONLY
    )


def position(value: int) -> bytes:
    """The reply to a call that returns an INT8."""
    low = value.to_bytes(4, "big")
    return bytes.fromhex("0067 0001 0011 0000 1300 0001") + low + bytes(4) + EOT_ONLY


def test_reading_a_clob() -> None:
    stat = reply(S19B, "ifx_lo_stat(int, ifx_lo_stat) n 2")
    size = bytes.fromhex("00000005 00000000 0001")
    stat = stat.replace(bytes.fromhex("00000003 00000000 0001"), size)
    read = bytes.fromhex("0061 0000 00000005 0005 68656c6c6f 00 000c")
    replies = [handle("open"), handle("close"), returned(5), handle("stat"), stat]
    with (
        scripted(*replies, read, returned(0)) as server,
        Talk(server) as talk,
        talk.connection.open_large_object(ClobLocator(locator(4)), "rb") as file,
    ):
        assert file.size() == 5
        assert file.read(5) == b"hello"
        assert file.tell() == 5
    assert file.closed
    _, _, opened, _, sized, data, closed = talk.sent[:7]
    assert opened == calls("ifx_lo_open")[2]
    assert sized == calls("ifx_lo_stat")[5]
    assert data == bytes.fromhex("0061 0000 0005 00000005 7d00 000c")
    assert data in captures.client(S19B)
    assert closed == calls("ifx_lo_close")[3]
    assert talk.sent[0] == request(
        S19B, "GETROUTINE byid 0 sig b'function informix.ifx_lo_open"
    )
    assert talk.sent[3] == request(
        S19B, "GETROUTINE byid 0 sig b'function informix.ifx_lo_stat"
    )


def test_seeking_and_cutting() -> None:
    replies = [handle("open"), handle("close"), returned(5), handle("seek")]
    replies += [position(2), handle("seek"), returned(0), returned(0)]
    with (
        scripted(*replies) as server,
        Talk(server) as talk,
        talk.connection.open_large_object(BlobLocator(locator(4)), "r+b") as file,
    ):
        assert file.seek(2) == 2
        assert file.truncate() == 2
    assert talk.sent[3] == request(S19B, SIGNATURE + "ifx_lo_seek")
    assert talk.sent[4] == calls("ifx_lo_seek")[1].replace(
        bytes.fromhex("0011 0000 1300 0001 00000000"),
        bytes.fromhex("0011 0000 1300 0001 00000002"),
        1,
    )
    # as IBM's client was seen to send for IfxSmartBlob.IfxLoTruncate(1, 2)
    signature = b"function informix.ifx_lo_truncate(integer,int8)"
    assert talk.sent[5] == (
        bytes.fromhex("0065 00 0000002f") + signature + bytes.fromhex("00 0000 000c")
    )
    assert talk.sent[6] == bytes.fromhex(
        "0066 0009 733139625f6c6f6277 00 00000069 0002 0000 0005 0002"
        "0002 0000 0a00 00000005 0011 0000 1300 0001 00000002 00000000 000c"
    )


def test_the_same_call_by_fast_path_call() -> None:
    signature = "function informix.ifx_lo_seek(integer,int8,integer,int8)"
    replies = [handle("seek"), position(7), position(7)]
    with scripted(*replies) as server, Talk(server) as talk:
        call = talk.connection.fast_path_call
        assert call(signature, 5, 0, 0, 0) == [7]
        assert call(signature, 5, 0, 0, 0) == [7]
    assert talk.sent[1] == talk.sent[2] == calls("ifx_lo_seek")[1]


def test_writing_in_pieces() -> None:
    """A round trip for each MiB, in pieces of 32000 bytes."""
    replies = [handle("open"), handle("close"), returned(5)]
    for size in (2**20, 100):
        replies.append(bytes.fromhex("0061 0002") + size.to_bytes(4, "big") + EOT_ONLY)
    data = bytes(k & 0xFF for k in range(2**20 + 100))
    with (
        scripted(*replies, returned(0)) as server,
        Talk(server) as talk,
        talk.connection.open_large_object(BlobLocator(locator(4)), "r+b") as file,
    ):
        assert file.write(data) == len(data)
        assert file.tell() == len(data)
    [(_, descriptor, *pieces), _] = server.requests[6]
    assert descriptor == 5
    assert [len(piece) for piece in pieces] == [32000] * 32 + [24576]
    [(_, _, last), _] = server.requests[7]
    assert b"".join(pieces) + last == data


def test_a_server_that_stores_less() -> None:
    stored = bytes.fromhex("0061 0002 00000006") + EOT_ONLY
    replies = [handle("open"), handle("close"), returned(5), stored, returned(0)]
    with (
        scripted(*replies) as server,
        Talk(server) as talk,
        talk.connection.open_large_object(BlobLocator(locator(4)), "r+b") as file,
        pytest.raises(OperationalError, match="stored 6 of 7 bytes"),
    ):
        file.write(b"1234567")


def test_sizes_without_capability_10() -> None:
    """162 and 212 bytes, as IBM's client was seen to send without that bit."""
    mask = "bd9e9ffe7fb7ffefff"
    stat = bytes.fromhex("0067 0001 002c 0000 000b") + b"ifx_lo_stat" + bytes(5)
    stat += (212).to_bytes(4, "big") + bytes.fromhex("00000000 00000009 00000000 0001")
    stat += bytes(198) + EOT_ONLY
    replies = [handle("open"), handle("close"), returned(5), handle("stat"), stat]
    with (
        scripted(*replies, returned(0), mask=mask) as server,
        Talk(server) as talk,
        talk.connection.open_large_object(BlobLocator(locator(4))) as file,
    ):
        assert file.size() == 9
    [_, (_, _, argument), _] = server.requests[7]
    assert argument.raw == bytes(212)

    created = reply(S19B, LO_CREATE + " n 3")
    making = [created, bytes.fromhex("0061 0002 00000001 000c"), returned(0)]
    replies = [*lob_messages(captures.SERVER)[:2], handle("open"), handle("close")]
    replies += [*making, *making, lob_messages(captures.SERVER)[13]]
    with scripted(*replies, mask=mask) as server, Talk(server) as talk:
        # without a table's name there are no storage characteristics to ask for
        talk.cursor.execute("insert into (tlo) values (0,?,?)", (b"b", "c"))
    [_, (_, spec, *_), _] = server.requests[7]
    assert spec.raw == bytes.fromhex(
        "dadafeed 00000000 00000000 00000001 00000000 ffff0000 00000001 00000000"
        "ffff0000 ffffffff" + "00" * 98 + "ff" * 8 + "00" * 16
    )
