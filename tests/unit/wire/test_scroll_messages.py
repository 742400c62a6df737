"""OPEN of scroll cursors and SFETCH against what IBM's client sent and accepted."""

from __future__ import annotations

import captures
import pytest

from informix_db._protocol.channel import Channel, Reply, reply_gen
from informix_db._protocol.statement import (
    SCROLL_ABSOLUTE,
    SCROLL_LAST,
    SCROLL_NEXT,
    Opening,
    Statement,
    opened_gen,
    write_open,
    write_scroll_fetch,
)
from informix_db._wire.accel import Plan
from informix_db._wire.constants import OFFERED_MASK
from informix_db._wire.decode import plan_steps
from informix_db._wire.framing import Framing, negotiate

V15 = bytes.fromhex("bdbe9ffe7fb7ffefff")

# RET_TYPE of the two columns of s12_scroll, which this driver does not send
RETURN_TYPES = 2 + 2 + 2 + 2 * (2 + 4)


def channel(framing: Framing | None = None) -> Channel:
    made = Channel("latin-1")
    made.framing = framing or negotiate(OFFERED_MASK, V15)
    return made


def statement(transcript: str = "s12_scroll") -> Statement:
    """The query of the transcript, prepared."""
    reading = channel()
    reading.read.feed(captures.reply(transcript, "select id,name from t1"))
    reading.unread = 1
    reader = reply_gen(reading, Reply())
    with pytest.raises(StopIteration) as stopped:
        next(reader)
    description = stopped.value.value.description
    columns = description.columns
    plan = Plan(plan_steps(columns, True), [c.name for c in columns], "latin-1")
    return Statement(0, "", 2, columns, plan, description.tuple_size, 0)


def fetch_request(note: str) -> bytes:
    sent = captures.request("s12_scroll", note).data
    return sent[:4] + sent[4 + RETURN_TYPES :]


def test_opening() -> None:
    sent = channel()
    write_open(sent, statement(), None, Opening(4096, scroll=True))
    opened = captures.request("s12_scroll", "SCROLL").data
    ours = opened.replace(b"_ifxc0000000000001", b"_ifxc0000000000000")
    assert bytes(sent.write.data) == ours + fetch_request("SFETCH type 1 target 1 ")
    assert sent.unread == 2


def test_a_held_scroll_cursor_with_parameters_is_opened_in_ibms_order() -> None:
    """CURNAME, BIND, SCROLL, HOLD, OPEN: seen with IBM's client and the emulator."""
    sent = channel()
    bind = bytes.fromhex("0001 0002 0000 0a00 00000000")
    write_open(sent, statement(), bind, Opening(4096, hold=True, scroll=True))
    assert bytes(sent.write.data) == bytes.fromhex(
        "0004 0000 0003 0012 5f6966786330303030303030303030303030"
        "0005 0001 0002 0000 0a00 00000000 0018 002b 0006 000c"
        "0004 0000 0017 0001 00000001 00001000 000c"
    )


@pytest.mark.parametrize(
    ("how", "row", "note"),
    [
        (SCROLL_NEXT, 1, "SFETCH type 1 target 1 "),
        (SCROLL_LAST, 0, "SFETCH type 4 target 0 "),
        (SCROLL_ABSOLUTE, 10, "SFETCH type 6 target 10 "),
        (SCROLL_ABSOLUTE, 28, "SFETCH type 6 target 28 "),
    ],
)
def test_fetching(how: int, row: int, note: str) -> None:
    sent = channel()
    write_scroll_fetch(sent, statement(), how, row, 4096)
    assert bytes(sent.write.data) == fetch_request(note)


def test_fetching_in_the_old_framing() -> None:
    """Without capabilities 18 and 63 the size is a short."""
    sent = channel(Framing())
    write_scroll_fetch(sent, statement(), SCROLL_NEXT, 1, 4096)
    write_scroll_fetch(sent, statement(), SCROLL_LAST, 0, 1_000_000)
    assert bytes(sent.write.data) == bytes.fromhex(
        "0004 0000 0017 0001 00000001 1000 000c0004 0000 0017 0004 00000000 7fff 000c"
    )


@pytest.mark.parametrize(
    ("note", "first", "rows"),
    [
        ("SFETCH type 1 target 1 ", 1, 30),
        ("SFETCH type 4 target 0 ", 30, 1),
        ("SFETCH type 6 target 10 ", 10, 1),
        ("SFETCH type 6 target 23 ", 23, 1),
    ],
)
def test_replies(note: str, first: int, rows: int) -> None:
    reading = channel()
    query = statement()
    reading.read.feed(captures.reply("s12_scroll", note))
    reading.unread = 1
    with pytest.raises(StopIteration) as stopped:
        next(reply_gen(reading, Reply("", query.plan)))
    reply = stopped.value.value
    assert reply.tuple_id == first
    assert reply.rows == [(n, f"row {n - 1}") for n in range(first, first + rows)]
    assert reply.done is None


def test_the_error_of_open_is_the_one_to_tell() -> None:
    reading = channel()
    not_there = bytes.fromhex("000d ff32 ff91 0000000f 0000 000c")  # -206
    not_open = bytes.fromhex("000d fe70 0000 00000000 0000 000c")  # -400
    reading.read.feed(not_there + not_open)
    reading.unread = 2
    with pytest.raises(StopIteration) as stopped:
        next(opened_gen(reading, statement(), Opening(4096, scroll=True)))
    assert stopped.value.value.error.sqlcode == -206
    assert reading.in_sync
