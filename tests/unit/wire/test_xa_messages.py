"""XA requests and answers against the transcript of IBM's XA data source."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import captures
import pytest

from informix_db._base.tpc import xa_error
from informix_db._protocol import xa
from informix_db._protocol.channel import Channel
from informix_db._wire.xid import Xid, make_xid, pack_xid
from informix_db.exceptions import (
    InternalError,
    OperationalError,
    ProgrammingError,
    ProtocolError,
)

FIRST = Xid(0x1267, "gtrid1", "bq")
SECOND = Xid(0x1267, "gtrid22", "b2")
SUSPEND, RESUME = 0x02000000, 0x08000000

ANSWER_OK = bytes.fromhex("0049 0000 000c")


def requests(tag: int) -> list[bytes]:
    start = tag.to_bytes(2, "big")
    return [data for data in captures.client("u08_xa") if data[:2] == start]


def run(generator: Generator[None, None, Any], channel: Channel, answer: bytes) -> Any:
    """Drive to the suspension, answer, return the result."""
    next(generator)
    channel.read.feed(answer)
    with pytest.raises(StopIteration) as stopped:
        next(generator)
    assert channel.in_sync
    assert len(channel.read) == 0
    return stopped.value.value


@pytest.mark.parametrize(
    ("tag", "xid", "flags", "at"),
    [
        (xa.START, FIRST, xa.NO_FLAGS, 0),
        (xa.END, FIRST, xa.SUCCESS, 0),
        (xa.PREPARE, FIRST, xa.NO_FLAGS, 0),
        (xa.COMMIT, FIRST, xa.NO_FLAGS, 0),
        (xa.COMMIT, FIRST, xa.ONE_PHASE, 1),
        (xa.FORGET, FIRST, xa.NO_FLAGS, 0),
        (xa.START, SECOND, xa.NO_FLAGS, 1),
        (xa.END, SECOND, SUSPEND, 1),
        (xa.START, SECOND, RESUME, 2),
        (xa.END, SECOND, xa.FAIL, 2),
        (xa.ROLLBACK, SECOND, xa.NO_FLAGS, 0),
    ],
)
def test_requests_about_a_branch(tag: int, xid: Xid, flags: int, at: int) -> None:
    channel = Channel("latin-1")
    generator = xa.branch_gen(channel, tag, xid, flags)
    assert run(generator, channel, ANSWER_OK) == 0
    assert bytes(channel.write.data) == requests(tag)[at]


def test_opening_and_closing() -> None:
    for make, tag, answer in (
        (xa.open_gen, 82, bytes.fromhex("000c")),
        (xa.close_gen, 66, ANSWER_OK),
    ):
        channel = Channel("latin-1")
        assert run(make(channel, "u08xa"), channel, answer) == 0
        assert bytes(channel.write.data) == requests(tag)[0]


def test_recovering() -> None:
    channel = Channel("latin-1")
    answer = captures.reply("u08_xa", "TAG 71")
    found = run(xa.recover_gen(channel), channel, answer)
    assert found.xids == [FIRST]
    assert found.code == 0
    # IBM's client asks for 10
    theirs = requests(71)[0].replace(b"\0\0\0\x0a", b"\0\0\3\xe8", 1)
    assert bytes(channel.write.data) == theirs


@pytest.mark.parametrize(
    ("answer", "xids", "code"),
    [
        ("0049 0000 000c", [], 0),
        ("000c", [], 0),
        ("0049 fffb 000c", [], -5),
    ],
)
def test_nothing_to_recover(answer: str, xids: list[Xid], code: int) -> None:
    channel = Channel("latin-1")
    found = run(xa.recover_gen(channel), channel, bytes.fromhex(answer))
    assert (found.xids, found.code) == (xids, code)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("0049 0000 000c", 0),
        ("0049 0003 000c", 3),
        ("0049 fffc 000c", -4),
        ("000c", 0),
        ("000f 0000 00000000 00000000 00000000 0037 00000001 00000001 000c", 0),
    ],
)
def test_answers(answer: str, code: int) -> None:
    channel = Channel("latin-1")
    generator = xa.branch_gen(channel, xa.PREPARE, FIRST, xa.NO_FLAGS)
    assert run(generator, channel, bytes.fromhex(answer)) == code


def test_an_sql_error_is_raised() -> None:
    channel = Channel("latin-1")
    generator = xa.branch_gen(channel, xa.START, FIRST, xa.NO_FLAGS)
    next(generator)
    channel.read.feed(bytes.fromhex("000d ff32 0000 0000 0000 000c"))
    with pytest.raises(ProgrammingError, match="-206"):
        next(generator)
    assert channel.in_sync


def test_parts_of_all_sizes() -> None:
    """A part may be empty, or fill all of its 64 bytes, and need not be text."""
    longest = "00000007 00000040 00000040" + "61" * 64 + "ff" * 64
    shortest = "7fffffff 00000001 00000000 62" + "00" * 127
    channel = Channel("latin-1")
    answer = bytes.fromhex("0049 0002" + longest + shortest + "000c")
    found = run(xa.recover_gen(channel), channel, answer)
    assert found.xids == [Xid(7, "a" * 64, b"\xff" * 64), Xid(0x7FFFFFFF, "b", "")]


@pytest.mark.parametrize("sizes", ["00000041 00000000", "ffffffff 00000001"])
def test_an_impossible_xid(sizes: str) -> None:
    channel = Channel("latin-1")
    generator = xa.recover_gen(channel)
    next(generator)
    channel.read.feed(bytes.fromhex("0049 0001 00000001" + sizes) + bytes(130))
    with pytest.raises(ProtocolError, match="XID"):
        next(generator)


# -- identifiers -----------------------------------------------------------------------


def test_packing() -> None:
    assert pack_xid(FIRST) == requests(xa.START)[0][2:142]
    packed = pack_xid(Xid(7, b"\xff" * 64, "\xfc" * 32))
    assert packed == (
        bytes.fromhex("00000007 00000040 00000040")
        + b"\xff" * 64
        + "\xfc".encode() * 32
    )


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((-1, "a", "b"), "format_id"),
        ((2**31, "a", "b"), "format_id"),
        (("1", "a", "b"), "format_id"),
        ((True, "a", "b"), "format_id"),
        ((1, "", "b"), "gtrid is empty"),
        ((1, "a" * 65, "b"), "gtrid has 65 bytes"),
        ((1, "a", "\xe9" * 33), "bqual has 66 bytes"),
        ((1, 5, "b"), "gtrid must be"),
        ((1, "a", None), "bqual must be"),
    ],
)
def test_what_is_no_identifier(parts: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ProgrammingError, match=message):
        make_xid(*parts)


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        (-3, InternalError, "failed"),
        (-4, ProgrammingError, "knows no such"),
        (-6, ProgrammingError, "not expect"),
        (-7, OperationalError, "no longer there"),
        (-8, ProgrammingError, "exists already"),
        (4, OperationalError, "not now"),
        (5, OperationalError, "part"),
        (7, OperationalError, "committed it by itself"),
        (100, OperationalError, "rolled back"),
        (107, OperationalError, "rolled back"),
    ],
)
def test_codes(code: int, kind: type[Exception], text: str) -> None:
    error = xa_error(code, "tpc_commit()", FIRST)
    assert type(error) is kind
    assert text in str(error)
    assert f"XA code {code}" in str(error)
    assert "gtrid1" in str(error)
    assert error.retryable is (code == 4 or code >= 100)
    assert error.session_dead is (code == -7)
