"""A server whose answers can be read and make no sense, or are larger than they may be.

What the session is afterwards is part of each test: such an answer ends it. Answers
that do not parse are in `test_mutations`.
"""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from logins import connect_to
from unit.wire.scripted import DONE, EOT_ONLY, ScriptedServer, changed, described
from unit.wire.test_mutations import drive

import informix_db
from informix_db._protocol.channel import Channel, Reply, reply_gen
from informix_db._protocol.fastpath import read_object_gen, write_object_gen
from informix_db._wire import constants as c
from informix_db._wire.framing import Framing, bits_of
from informix_db.exceptions import ProtocolError

V15 = Framing(bits_of(bytes.fromhex("bdbe9ffe7fb7ffefff")))

INTEGER = struct.pack(">i", 7)


def column(code: int, length: int, extended_id: int = 0, name: int = 0) -> bytes:
    """A column of DESCRIBE whose name is at `name` of the table; without other names"""
    head = struct.pack(">iihihh", name, 0, code, extended_id, 0, 0)
    return head + struct.pack(">hhii", 0, 0, 0, length)


def query(*columns: bytes, names: bytes = b"n\0", tuple_size: int = 4) -> bytes:
    """DESCRIBE of a query."""
    head = struct.pack(">hhhihhi", 8, 2, 0, 1, tuple_size, len(columns), len(names))
    return head + b"".join(columns) + names + bytes(len(names) % 2)


def row(payload: bytes) -> bytes:
    head = struct.pack(">hhi", 14, 0, len(payload))
    return head + payload + bytes(len(payload) % 2)


@contextmanager
def connection_to(*replies: bytes) -> Iterator[informix_db.Connection]:
    """A connection to a server that gives these answers."""
    with ScriptedServer(list(replies)) as server:
        connection = connect_to(server, autocommit=True, read_timeout=5)
        try:
            yield connection
        finally:
            connection.close()


def read(data: bytes, **attributes: object) -> object:
    """Read a reply; return it, the error, or None if it goes on."""
    channel = Channel("latin-1")
    channel.framing = V15
    channel.unread = 1
    reply = Reply("sql")
    for name, value in attributes.items():
        setattr(reply, name, value)
    return drive(reply_gen(channel, reply), channel, data, len(data) or 1)


# -- answers to single questions -------------------------------------------------------

ONE = query(column(c.INT, 4))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (EOT_ONLY, "without a description"),
        (DONE, "without a description"),
        (ONE + ONE + DONE, "two descriptions"),
    ],
    ids=["EOT", "DONE", "two"],
)
def test_prepare_is_answered_by_one_description(answer: bytes, message: str) -> None:
    with connection_to(answer) as connection:
        with pytest.raises(ProtocolError, match=message) as caught:
            connection.cursor().execute("select n from t")
        assert caught.value.session_dead
        assert connection.closed


def test_a_routine_that_is_not_named() -> None:
    with connection_to(EOT_ONLY) as connection:
        with pytest.raises(ProtocolError, match="without a routine"):
            connection.fast_path_call("function f(integer)", 1)
        assert connection.closed


@pytest.mark.parametrize(
    ("description", "answer", "version"),
    [
        (query(column(c.CHAR, 4)), row(b"15.0"), "15.0"),
        (query(column(c.CHAR, 4)), row(b"\0   "), ""),
        (query(column(c.CHAR, 4)), b"", ""),
        (query(column(c.INT, 4)), row(INTEGER), "7"),
        (query(names=b""), row(b""), ""),
    ],
    ids=["text", "NULL", "no row", "number", "no column"],
)
def test_a_version_that_is_none(
    description: bytes, answer: bytes, version: str
) -> None:
    with connection_to(description + DONE, answer + DONE) as connection:
        assert connection.server_version == version
        assert not connection.closed


def test_a_version_that_is_no_text() -> None:
    with connection_to(query(column(c.CHAR, 4)) + DONE, row(b"15\xff0") + DONE) as conn:
        conn._speak("ascii")
        with pytest.raises(informix_db.DataError, match="0xff"):
            _ = conn.server_version
        assert not conn.closed


@pytest.mark.parametrize("descriptor", [0x8000, 0x7FFFFFFF])
def test_a_descriptor_that_reading_cannot_name(descriptor: int) -> None:
    channel = Channel("latin-1")
    with pytest.raises(ProtocolError, match=f"a large object {descriptor}"):
        next(read_object_gen(channel, descriptor, 10))
    with pytest.raises(ProtocolError, match=f"a large object {descriptor}"):
        next(write_object_gen(channel, descriptor, b"x"))
    assert len(channel.write) == 0


@pytest.mark.parametrize(
    "surplus", [EOT_ONLY, DONE, row(INTEGER) + DONE, ONE + DONE, bytes.fromhex("0038")]
)
def test_an_answer_too_many(surplus: bytes) -> None:
    """It would be taken for the next one; the one it came with is good."""
    with connection_to(described(4), changed(3) + surplus) as connection:
        cursor = connection.cursor().execute("update t set n = 7")
        assert cursor.rowcount == 3
        assert not connection.closed
        tag = int.from_bytes(surplus[:2], "big")
        with pytest.raises(ProtocolError, match=f"tag {tag} before it was asked"):
            cursor.execute("select n from t")
        assert connection.closed


@pytest.mark.parametrize("unwaited", [False, True])
def test_an_answer_before_its_request(unwaited: bool) -> None:
    """It came while nothing was asked, as to a connection that is idle."""
    channel = Channel("latin-1")
    channel.read.feed(EOT_ONLY)
    if unwaited:
        channel.end_request_unwaited(b"\0\x0a")
    with pytest.raises(ProtocolError, match="tag 12 before it was asked"):
        channel.end_request(b"\0\x35")
    assert not channel.in_sync


def test_an_answer_too_many_behind_an_error() -> None:
    error = bytes.fromhex("000d fef4 ff9c 00000000 0000") + EOT_ONLY
    with connection_to(described(4), error + DONE) as connection:
        with pytest.raises(informix_db.IntegrityError):
            connection.cursor().execute("update t set n = 7")
        assert connection.closed


@pytest.mark.parametrize("surplus", [bytes.fromhex("0063 0000 0000 0000"), b"\0"])
def test_the_state_of_a_transaction_may_follow_an_answer(surplus: bytes) -> None:
    """And what is no whole tag is waited for."""
    first, then = changed(3), changed(5)
    if surplus == b"\0":
        then = then[1:]
    with connection_to(described(4), first + surplus, then) as connection:
        cursor = connection.cursor()
        rowcounts = [cursor.execute("update t set n = 7").rowcount for _ in range(2)]
        assert rowcounts == [3, 5]


# -- numbers of things -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("007d ffff 0000 000c", "-1 parameters"),
        ("007d 8000 0000 000c", "-32768 parameters"),
        ("0084 ffff 0003 000c", "-1 parameters"),
        ("0067 ffff 000c", "-1 values"),
        ("0008 0002 0000 00000001 0004 ffff 00000000 000c", "-1 columns"),
    ],
)
def test_negative_numbers(text: str, message: str) -> None:
    result = read(bytes.fromhex(text))
    assert isinstance(result, ProtocolError)
    assert message in str(result)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("007d 0000 0000 000c", "input_description", ()),
        ("0084 0000 0000 000c", "input_description", ()),
        ("0067 0000 000c", "results", []),
    ],
)
def test_none_is_a_number(text: str, name: str, value: object) -> None:
    result = read(bytes.fromhex(text))
    assert isinstance(result, Reply)
    assert getattr(result, name) == value


# -- sizes -----------------------------------------------------------------------------


def test_columns_that_share_one_long_name() -> None:
    """A MiB that is sent would be 300 that are kept."""
    data = query(*[column(c.INT, 4)] * 300, names=b"x" * (1 << 20)) + EOT_ONLY
    tracemalloc.start()
    try:
        result = read(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(result, ProtocolError)
    assert "names and types" in str(result)
    assert peak < 16 * 1024 * 1024


@pytest.mark.parametrize("tag", [c.SQ_DESCRIBE, c.SQ_IDESCRIBE])
def test_types_with_long_texts(tag: int) -> None:
    """No more is read than a description may take, however much comes."""
    text = struct.pack(">h", 0x7FFE) + b"x" * 0x7FFE
    tail = struct.pack(">hhii", 0, 0, 0, 4)
    if tag == c.SQ_DESCRIBE:
        data = struct.pack(">hhhihhi", tag, 2, 0, 1, 4, 600, 2)
        field = struct.pack(">iihi", 0, 0, c.SET, 0) + text + text + tail
    else:
        data = struct.pack(">hhh", tag, 600, 0)
        field = struct.pack(">hi", c.SET, 0) + text + text + tail
    result = read(data + field * 300)
    assert isinstance(result, ProtocolError)
    assert "names and types" in str(result)


def test_many_large_results_of_a_routine() -> None:
    """Each would do; together they are more than one answer may hold."""
    size = 17 * 1024 * 1024
    value = struct.pack(">hhhhhi", c.UDT_VAR, 0, 0, 0, 0, size) + bytes(size)
    result = read(struct.pack(">hh", c.SQ_FPROUTINE, 4) + value * 4)
    assert isinstance(result, ProtocolError)
    assert "a routine returned values of" in str(result)


# -- the size of a row -----------------------------------------------------------------


@pytest.mark.parametrize("tuple_size", [0, 20])
@pytest.mark.parametrize(
    ("wide", "first"),
    [
        (column(c.UDT_VAR, 32739, c.EXT_LVARCHAR), b"\0\0\0\0\1a"),
        (column(c.UDT_VAR, 0, c.EXT_LVARCHAR), b"\0\0\0\0\1a"),
        (column(c.CHAR, 32767), b"a".ljust(32767)),
    ],
    ids=["LVARCHAR", "LVARCHAR of no length", "CHAR"],
)
def test_rows_wider_than_describe_can_tell(
    wide: bytes, first: bytes, tuple_size: int
) -> None:
    """DONE came and there was room, but not for the widest row: there may be more."""
    opened = row(first * 3) + DONE
    with connection_to(
        query(wide, wide, wide, tuple_size=tuple_size) + DONE, opened, opened, DONE
    ) as connection:
        cursor = connection.cursor().execute("select a, b, c from t")
        assert cursor.fetchall() == [("a", "a", "a")] * 2


def test_row_sizes_that_are_told_and_those_that_are_not() -> None:
    def size(*columns: bytes) -> int:
        result = read(query(*columns, tuple_size=0) + EOT_ONLY)
        assert isinstance(result, Reply)
        assert result.description is not None
        return result.description.tuple_size

    assert size(column(c.INT, 4), column(c.DECIMAL, 0x0C04), column(c.DATE, 4)) == 15
    assert size(column(c.VARCHAR, 0x0514), column(c.CHAR, 10)) == 31
    assert size(column(c.DATETIME, 0x130F), column(c.TEXT, 56)) == 67
    assert size(column(c.UDT_FIXED, 1, c.EXT_BOOLEAN)) == 6
    assert size(column(c.UDT_FIXED, 72, c.EXT_BLOB)) == 149
    assert size(column(c.UDT_VAR, 100, c.EXT_LVARCHAR)) == 105
    assert size(column(c.SET, 100)) > 0x7FFF
    assert size(*[column(c.CHAR, 0x7FFFFFFF)] * 3) <= 0x7FFFFFFF


def test_a_change_that_describes_nothing_is_no_query() -> None:
    with connection_to(described(4), row(INTEGER) + DONE) as connection:
        with pytest.raises(ProtocolError, match="where none were asked for"):
            connection.cursor().execute("update t set n = 7")
        assert connection.closed
