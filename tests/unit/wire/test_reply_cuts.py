"""Replies that IBM's client accepted parse the same however they arrive in pieces."""

from __future__ import annotations

from collections import Counter

import captures
import pytest
from unit.wire import conversations
from unit.wire.conversations import Case, contents, plan_of, read

from informix_db._protocol.channel import Reply
from informix_db._wire import constants as c
from informix_db._wire.describe import ColumnInfo
from informix_db._wire.framing import Framing, bits_of, negotiate
from informix_db.exceptions import ProtocolError

V15 = bytes.fromhex("bdbe9ffe7fb7ffefff")


def _label(case: Case) -> str:
    return f"{case.transcript}-{case.place}"


# Messages no transcript has, and whole replies in the form for a mask of zeros.
_NARROW = negotiate(V15, bytes(9))
SYNTHETIC = {
    "transaction state, close, 86, an error and more": (
        Framing(bits_of(V15)),
        "000a 0056 0063 0001 0002 0003 000d ff32 ff91 0000000f 0005 6e6f737563 00"
        "000f 0000 00000002 00000000 00000000 0037 00000001 00000001 000c",
    ),
    "DESCRIBE with short offsets": (
        _NARROW,
        "0008 0002 0000 00000001 0008 0002 0004"
        "0000 00000000 0002 00000000 0000 0000 0000 0000 00000000 00000004"
        "0002 00000004 0002 00000000 0000 0000 0000 0000 00000000 00000004"
        "6b007a00 000f 0000 00000000 00000000 00000000"
        "0037 00000001 00000001 000c",
    ),
    "INSERTDONE of ten bytes": (
        _NARROW,
        "0008 0006 0000 00000001 0000 0000 0000 005e 00010000000700000000"
        "000f 0000 00000001 00000000 00000007 0037 00000001 00000001 000c",
    ),
    "ERR with a short offset": (_NARROW, "000d ff32 ff91 000f 0006 6e6f73756368 000c"),
    "IDESCRIBE without flags": (
        _NARROW,
        "007d 0001 0006 00000000 0000 0000 0000 0000 00000000 00000004 000c",
    ),
}


def _synthetic(name: str) -> Case:
    framing, text = SYNTHETIC[name]
    return Case(name, 0, "reply", bytes.fromhex(text), framing, None, None)


def _assert_same_in_pieces(case: Case) -> None:
    whole = contents(read(case))
    for cut in range(1, len(case.data)):
        assert contents(read(case, [cut])) == whole, f"cut at {cut}"
    assert contents(read(case, range(1, len(case.data)))) == whole, "byte by byte"


@pytest.mark.parametrize("case", conversations.all_cases(), ids=_label)
def test_a_reply_of_a_transcript(case: Case) -> None:
    _assert_same_in_pieces(case)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_a_reply_no_transcript_has(name: str) -> None:
    _assert_same_in_pieces(_synthetic(name))


def test_a_reply_no_transcript_has_is_understood() -> None:
    reply = read(_synthetic("transaction state, close, 86, an error and more"))
    assert isinstance(reply, Reply)
    assert reply.error is not None
    assert (reply.error.sqlcode, reply.error.isamcode) == (-206, -111)
    assert (reply.error.offset, reply.error.near) == (15, "nosuc")
    assert (reply.failed_at, reply.done_count, reply.total_rows) == (0, 1, 2)


def test_rows_after_one_without_a_value_are_not_given() -> None:
    """Wherever the bytes are cut: rows that are skipped do not count as the next."""
    columns = (ColumnInfo("d", c.DATE, 0, "", "", 4, True),)
    day, never = "00000001", "7fffffff"
    rows = [f"000e 0000 00000004 {value}" for value in (day, never, day, never, day)]
    data = bytes.fromhex(" ".join(rows) + "000f 0000 00000005 0000000000000000 000c")
    case = Case("", 0, "reply", data, _NARROW, columns, plan_of(columns, _NARROW))
    _assert_same_in_pieces(case)
    reply = read(case)
    assert isinstance(reply, Reply)
    assert len(reply.rows) == 1
    assert reply.row_error is not None
    assert reply.row_bytes == 60


def test_the_state_of_a_transaction_may_come_before_the_answer_to_exit() -> None:
    data = bytes.fromhex("0063 0038 0002 0003 0038")
    _assert_same_in_pieces(Case("exit", 0, "exit", data, Framing(), None, None))


@pytest.mark.parametrize("case", conversations.unread_cases(), ids=_label)
def test_a_reply_to_a_request_of_ibms_client_only(case: Case) -> None:
    with pytest.raises(ProtocolError):
        read(case)


def test_the_transcripts_have_all_messages_this_driver_asks_for() -> None:
    """So that the tests above cannot pass for want of replies."""
    found: Counter[str] = Counter()
    for case in conversations.all_cases():
        reply = read(case)
        found[case.kind] += 1
        if isinstance(reply, Reply):
            found["DESCRIBE"] += reply.description is not None
            found["IDESCRIBE"] += reply.input_description is not None
            found["TUPLE"] += bool(reply.rows)
            found["DONE"] += reply.done is not None
            found["ERR"] += reply.error is not None
            found["TUPID"] += b"\0\x19" in case.data
            found["INSERTDONE"] += case.data[:2] == b"\0\x5e"
    expected = {
        "login",
        "capabilities",
        "exit",
        "reply",
        "DESCRIBE",
        "IDESCRIBE",
        "TUPLE",
        "DONE",
        "ERR",
        "TUPID",
        "INSERTDONE",
    }
    assert {name for name, count in found.items() if count} == expected
    assert sum(len(captures.server(name)) for name in captures.names()) > 1000


def test_rows_of_transcripts_fill_whole_fetches() -> None:
    """A fetch of many rows is among the replies that are cut."""
    sizes = [
        len(reply.rows)
        for reply in map(read, conversations.all_cases())
        if isinstance(reply, Reply)
    ]
    assert max(sizes) >= 50
