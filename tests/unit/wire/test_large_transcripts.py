"""Whole conversations about large objects and rows against IBM's client's.

Where `test_large_requests` compares message by message, here every request of a
conversation is compared, and what differs is listed with its reason.
"""

from __future__ import annotations

from typing import Any

import captures
import pytest
from unit.wire.scripted import DONE
from unit.wire.test_large_requests import Talk, scripted

import informix_db
from informix_db import RowValue

S19 = "large/s19_lob"
U04 = "large/u04_row_bind"
U06 = "large/u06_blob_batch"

Turn = tuple[bytes, bytes]  # what IBM's client asked, what was answered


def turns(transcript: str, note: str) -> list[Turn]:
    """Return IBM's turns from the one that is noted so."""
    messages = captures.load(transcript)
    start = messages.index(captures.request(transcript, note))
    rest = messages[start:]
    return [
        (ours.data, answer.data)
        for ours, answer in zip(rest[::2], rest[1::2], strict=False)
    ]


def calls_of(turns: list[Turn], database: bytes) -> list[Turn]:
    """Name the database in every call, as this driver does.

    IBM's client names it in the first call of a routine.
    """
    name = len(database).to_bytes(2, "big") + database + b"\0" * (len(database) % 2)
    return [
        (asked[:2] + name + asked[4:], answer)
        if asked[:4] == b"\0\x66\0\0"
        else (asked, answer)
        for asked, answer in turns
    ]


def is_call_of(asked: bytes, handle: int) -> bool:
    size = int.from_bytes(asked[2:4], "big")
    at = 4 + size + size % 2
    return (
        asked[:2] == b"\0\x66" and int.from_bytes(asked[at : at + 4], "big") == handle
    )


# -- reading large objects -------------------------------------------------------------

OPEN, STAT, SEEK, CLOSE = range(100, 104)  # handles in the transcript


def test_reading_a_blob_and_a_clob() -> None:
    """IBM's client closes no BLOB it has read, and does more:

    it asks the size more than once, goes to position 0, where it is already, and opens
    the CLOB a first time, without locking it (16), to learn its size.
    """
    all_turns = calls_of(turns(S19, "ifx_lo_open(blob ,integer)' fparam"), b"s19_lob")
    found = {
        handle: [turn for turn in all_turns if is_call_of(turn[0], handle)]
        for handle in (OPEN, STAT, SEEK, CLOSE)
    }
    reads = [turn for turn in all_turns if turn[0][:4] == b"\0\x61\0\0"]
    finds = [turn for turn in all_turns if turn[0][:2] == b"\0\x65"]
    assert [len(found[handle]) for handle in found] == [3, 6, 2, 2]
    find_open, find_stat, _, find_close = finds
    closed_blob = (
        found[CLOSE][1][0].replace(b"\0\0\0\3\0\x0c", b"\0\0\0\1\0\x0c"),
        found[CLOSE][1][1],
    )
    mine = [find_open, find_close, found[OPEN][0], find_stat, found[STAT][0], reads[0]]
    mine += [closed_blob, found[OPEN][2], found[STAT][4], reads[1], found[CLOSE][1]]
    with scripted(*(answer for _, answer in mine)) as server, Talk(server) as talk:
        blob, clob = (
            kind(bytes(11) + bytes([number]) + bytes(60))
            for number, kind in enumerate(
                (informix_db.BlobLocator, informix_db.ClobLocator), 1
            )
        )
        with talk.connection.open_large_object(blob, "r+b") as file:
            assert file.size() == 76_800
            assert file.read(76_800) == bytes(n & 0xFF for n in range(256)) * 300
        with talk.connection.open_large_object(clob, "rb") as file:
            assert file.size() == 10
            assert file.read(10) == b"hello clob"
    sent = [data for data in talk.sent if data[:2] not in (b"\0\x23", b"\0\x38")]
    assert sent == [asked for asked, _ in mine]


# -- a batch with large objects --------------------------------------------------------


def test_a_batch_of_blobs_and_clobs() -> None:
    """IBM's client makes the objects when the values are set, this driver per row.

    That comes to the same order. Routines are looked for before the first of them is
    called, and the owner of the second locator is named.
    """
    prepared, inputs, *rest = calls_of(turns(U06, "insert into tlo"), b"u06blob")
    finds = [turn for turn in rest if turn[0][:2] == b"\0\x65"]
    find_spec, find_create, find_close = finds
    work = [turn for turn in rest if turn not in finds]
    spec, *objects, batch = work
    begin = (b"\0\x23\0\x0c", DONE)
    assert batch[0][:2] == b"\0\x04"
    mine = [prepared, find_create, find_close, find_spec, spec, *objects]
    rows = [(n, bytes(k & 0xFF for k in range(700 * n)), f"t{n}") for n in range(3)]
    replies = [answer for _, answer in [*mine, batch]]
    with scripted(*replies) as server, Talk(server) as talk:
        talk.connection.autocommit = False
        talk.cursor.executemany("insert into tlo values (?,?,?)", rows)
        assert talk.cursor.rowcount == 3
        talk.connection.rollback()
    assert inputs[0].endswith(b"\0\x7c\0\x0c")  # the INSERT's description tells enough
    sent = [data for data in talk.sent if data != begin[0]]
    assert sent[: len(mine)] == [asked for asked, _ in mine]
    nameless = bytes.fromhex("002c0000 0004636c6f62 0000 0000 00000048")
    named = bytes.fromhex("002c0008696e666f726d6978 0004636c6f62 0000 0048 00000048")
    assert batch[0].count(nameless) == 3
    assert sent[len(mine)] == batch[0].replace(nameless, named)


# -- rows ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [(RowValue({"a": 7, "b": "xy"}), "ROW(7,'xy')"), ((7, None), "ROW(7,NULL)")],
)
def test_rows_go_as_text(value: Any, text: str) -> None:
    """IBM's client sends a Struct in the binary form, and a String as this driver."""
    prepared, inputs, bound = turns(U04, "insert into trw")[:3]
    replies = [answer for _, answer in (prepared, inputs, bound)]
    with scripted(*replies) as server, Talk(server) as talk:
        talk.cursor.execute("insert into trw values (0,?)", (value,))
        assert talk.cursor.lastrowid == 1
    assert talk.sent[:2] == [prepared[0], inputs[0]]
    raw = text.encode()
    entry = bytes.fromhex("002b 0000 0000 0000 0000") + len(raw).to_bytes(4, "big")
    entry += raw + b"\0" * (len(raw) % 2)
    head, tail = bytes.fromhex("0004 0001 0005 0001"), bytes.fromhex("0007 000c")
    assert bound[0].startswith(head + b"\0\x2c")
    assert bound[0].endswith(tail)
    assert talk.sent[2] == head + entry + tail


# -- releasing -------------------------------------------------------------------------


def test_releasing_an_object_by_its_locator() -> None:
    """As IBM's client was seen to send for IfxSmartBlob.IfxLoRelease(locator)."""
    find = bytes.fromhex("0065 00 00000026")
    find += b"function informix.ifx_lo_release(blob)" + bytes.fromhex("0000 000c")
    call = bytes.fromhex("0066 0006 746573746462 00000067 0001 0000 0005 0001")
    call += bytes.fromhex("002c 0000 0004 626c6f62 0000 0000 00000048")
    replies = ["0065 0006 746573746462 00000067 000c", "0067 0001 0002 0000 0a00"]
    replies[1] += "00000000 000c"
    with scripted(*map(bytes.fromhex, replies)) as server, Talk(server) as talk:
        locator = informix_db.BlobLocator(bytes(range(72)))
        signature = "function informix.ifx_lo_release(blob)"
        assert talk.connection.fast_path_call(signature, locator) == [0]
    sent = [data for data in talk.sent if data[:2] in (b"\0\x65", b"\0\x66")]
    assert sent == [find, call + locator.raw + b"\0\x0c"]
