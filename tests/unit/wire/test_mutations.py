"""Damaged replies: a result, a DB-API error or "more, please" - nothing else, ever.

Replies of the transcripts are mutated and fed in pieces. What the reader may not do is
raise another exception, run on for ever, or report what it cannot parse as an error of
the SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.wire import conversations
from unit.wire.conversations import Case, plan_of

from informix_db._protocol.channel import Channel, Reply, reply_gen
from informix_db._protocol.login import login_gen
from informix_db._protocol.session import capabilities_gen, exit_gen
from informix_db._wire.buffer import Wire
from informix_db._wire.constants import CAP1
from informix_db._wire.decode import plan_steps
from informix_db.exceptions import Error, NotSupportedError, ProtocolError

STEADY = settings(derandomize=True, deadline=None, max_examples=400)

CASES = conversations.all_cases()
ROWS = [case for case in CASES if case.plan is not None and b"\0\x0e" in case.data]
DESCRIBES = [case for case in CASES if case.data[:2] == b"\0\x08"]

# Lengths and counts as garbage has them, and tags in places of others.
EXTREMES = [
    bytes.fromhex(text)
    for text in (
        *("ff", "ffff", "0000", "7fff", "8000", "ffffffff", "00000000"),
        *("7fffffff", "80000000", "00ffffff", "000effff"),
        *("000c", "000e", "000d", "0008", "000f", "005e", "0063", "007d", "0019"),
    )
]


class Mutation(NamedTuple):
    """Replace `size` bytes at `place` (modulo the length) by `new`."""

    place: int
    size: int
    new: bytes


MUTATION = st.builds(
    Mutation,
    st.integers(0, 10_000),
    st.integers(0, 6),
    st.one_of(st.sampled_from(EXTREMES), st.binary(max_size=6)),
)
MUTATIONS = st.lists(MUTATION, min_size=1, max_size=4)


def mutated(data: bytes, mutations: Sequence[Mutation]) -> bytes:
    for place, size, new in mutations:
        at = place % (len(data) + 1)
        data = data[:at] + new + data[at + size :]
    return data


def drive(reader: Wire[object], channel: Channel, data: bytes, piece: int) -> object:
    """Feed `data`; return the result, the error, or None if the reader wants more."""
    try:
        next(reader)
        for start in range(0, len(data), piece):
            channel.read.feed(data[start : start + piece])
            next(reader)
    except StopIteration as stop:
        return stop.value
    except Error as error:
        return error
    finally:
        reader.close()
    return None


def reader_of(case: Case, channel: Channel) -> Wire[object]:
    channel.framing = case.framing
    if case.kind == "login":
        return login_gen(channel, conversations.LOGIN)
    if case.kind == "capabilities":
        return capabilities_gen(channel, CAP1)
    if case.kind == "exit":
        return exit_gen(channel)
    channel.unread = 1
    return reply_gen(channel, Reply("sql", case.plan))


def check(case: Case, data: bytes, piece: int, encoding: str = "latin-1") -> None:
    channel = Channel(encoding)
    result = drive(reader_of(case, channel), channel, data, piece)
    if case.kind != "reply":
        return
    if isinstance(result, Reply):
        assert channel.in_sync is (channel.surplus is None)
        assert result.error is None or result.error.sqlcode is not None
    elif isinstance(result, Error):
        assert type(result) is ProtocolError
        assert not channel.in_sync
        assert result.session_dead


@STEADY
@given(st.sampled_from(CASES), MUTATIONS, st.integers(1, 50))
def test_damaged_reply(case: Case, mutations: list[Mutation], piece: int) -> None:
    check(case, mutated(case.data, mutations), piece)


@STEADY
@given(st.sampled_from(ROWS), MUTATIONS, st.sampled_from(["latin-1", "utf-8", "ascii"]))
def test_damaged_rows(case: Case, mutations: list[Mutation], encoding: str) -> None:
    assert case.columns is not None
    case = case._replace(plan=plan_of(case.columns, case.framing, encoding))
    check(case, mutated(case.data, mutations), len(case.data) + 100, encoding)


@STEADY
@given(st.sampled_from(DESCRIBES), MUTATIONS, st.binary(max_size=80))
def test_rows_by_a_damaged_description(
    case: Case, mutations: list[Mutation], garbage: bytes
) -> None:
    """A description that parses makes a plan or says why not; rows may not parse."""
    channel = Channel("latin-1")
    data = mutated(case.data, mutations)
    result = drive(reader_of(case, channel), channel, data, len(data) + 1)
    if not isinstance(result, Reply) or result.description is None:
        return
    columns = result.description.columns
    for column in columns:
        assert isinstance(column.type_text, str)
        assert column.type_code >= 0
        _ = (column.precision, column.scale, column.size)
    try:
        plan_steps(columns, case.framing.variable_varchar)
    except NotSupportedError:
        return
    rows = [other.data for other in ROWS if other.transcript == case.transcript]
    for reply in [*rows[:2], _tuple(garbage), _tuple(bytes(80)), _tuple(b"\xff" * 80)]:
        plan = plan_of(columns, case.framing)
        check(case._replace(plan=plan), reply, len(reply) + 1)


def _tuple(payload: bytes) -> bytes:
    head = b"\0\x0e\0\0" + len(payload).to_bytes(4, "big")
    return head + payload + bytes(len(payload) % 2) + b"\0\x0c"


@STEADY
@given(st.sampled_from(CASES), st.binary(max_size=200), st.integers(1, 50))
def test_garbage(case: Case, data: bytes, piece: int) -> None:
    check(case, data, piece)


@pytest.mark.parametrize("length", ["ffffffff", "80000000", "01000001", "7fffffff"])
@pytest.mark.parametrize("before", ["", "000e 0000 00000001 ff 00"], ids=["", "bad"])
@pytest.mark.parametrize("piece", [1, 3, 100])
def test_senseless_length_of_a_row(length: str, before: str, piece: int) -> None:
    """Also behind a row that could not be decoded, where rows are only passed over."""
    case = next(case for case in ROWS if case.columns and len(case.columns) == 1)
    assert case.columns is not None
    of_char = case.columns[0].__class__("x", 0, 0, "", "", 1, True)
    case = case._replace(plan=plan_of([of_char], case.framing, "ascii"))
    data = bytes.fromhex(before + "000e 0000" + length)
    channel = Channel("ascii")
    result = drive(reader_of(case, channel), channel, data, piece)
    assert isinstance(result, ProtocolError)
    signed = int.from_bytes(bytes.fromhex(length), "big", signed=True)
    assert f"a row of {signed} bytes" in str(result)


@pytest.mark.parametrize(
    "text",
    [
        "0008 0002 0000 00000001 0008 ffff 00000000",
        "0008 0002 0000 00000001 0008 0001 ffffffff",
        "0008 0002 0000 00000001 0004 0001 00000002 00000009 00000000 0002 00000000"
        "0000 0000 0000 0000 00000000 00000004 6100",
        "000d ff37 0000 00000000 ffff",
        "007d 0001 0001",
        "007d ffff 0000",
        "0012 0000 0000 0000",
        "0068",
        "0077",
        "fff4",
    ],
    ids=[
        "negative number of columns",
        "name table of negative size",
        "name outside of the table",
        "token of negative length",
        "odd flags of IDESCRIBE",
        "negative number of parameters",
        "tag 18",
        "tag 104",
        "tag 119",
        "negative tag",
    ],
)
def test_message_that_loses_the_stream(text: str) -> None:
    case = next(case for case in CASES if case.kind == "reply")
    data = bytes.fromhex(text) + bytes(64)
    channel = Channel("latin-1")
    result = drive(reader_of(case, channel), channel, data, len(data))
    assert isinstance(result, ProtocolError)
    assert not channel.in_sync
