"""The read buffer grows, moves its rest, refuses; the write buffer frames strings."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from informix_db._wire.buffer import MESSAGE_LIMIT, ReadBuffer, Wire, WriteBuffer
from informix_db.exceptions import DataError, ProtocolError

STEADY = settings(derandomize=True, deadline=None, max_examples=100)
SIZE = len(ReadBuffer().data)


def finish(reader: Wire[Any]) -> Any:
    """The result of a reader that has all it needs."""
    with pytest.raises(StopIteration) as stop:
        next(reader)
    return stop.value.value


def filled(data: bytes) -> ReadBuffer:
    buffer = ReadBuffer()
    buffer.feed(data)
    return buffer


# -- storage ---------------------------------------------------------------------------


def test_growing_keeps_what_is_unread() -> None:
    buffer = filled(b"a" * 10 + b"b" * 10)
    buffer.pos = 10
    buffer.feed(b"c" * SIZE)
    assert bytes(buffer.data[buffer.pos : buffer.end]) == b"b" * 10 + b"c" * SIZE
    assert len(buffer) == 10 + SIZE
    assert len(buffer.data) == 2 * SIZE


def test_growing_replaces_the_storage() -> None:
    """A transport may still hold a view of the old one."""
    buffer = filled(b"a")
    old = buffer.data
    view = buffer.free_view(1)
    buffer.feed(b"b" * SIZE)
    assert buffer.data is not old
    assert len(old) == SIZE
    view.release()


def test_what_is_read_makes_room() -> None:
    buffer = filled(b"a" * (SIZE - 5))
    buffer.pos = SIZE - 10
    buffer.free_view(100)
    assert (buffer.pos, buffer.end, len(buffer.data)) == (0, 5, SIZE)
    assert bytes(buffer.data[:5]) == b"a" * 5


def test_an_empty_buffer_starts_over() -> None:
    buffer = filled(b"a" * 100)
    buffer.pos = 100
    storage = buffer.data
    buffer.free_view(SIZE)
    assert (buffer.pos, buffer.end) == (0, 0)
    assert buffer.data is storage


def test_filling_in_place() -> None:
    buffer = ReadBuffer()
    for text in b"abc", b"xyz":  # into one that is empty, and one that is not
        buffer.free_view(3)[:3] = text
        buffer.received([3])
    assert finish(buffer.bytes_gen(6)) == b"abcxyz"


def test_clear() -> None:
    buffer = filled(b"abc")
    buffer.clear()
    assert len(buffer) == 0


@STEADY
@given(st.lists(st.binary(max_size=9000), max_size=20), st.randoms())
def test_a_stream_comes_out_as_it_went_in(pieces: list[bytes], random: Any) -> None:
    buffer = ReadBuffer()
    out = b""
    for piece in pieces:
        buffer.feed(piece)
        out += finish(buffer.bytes_gen(random.randint(0, len(buffer))))
    out += finish(buffer.bytes_gen(len(buffer)))
    assert out == b"".join(pieces)
    assert len(buffer.data) <= 4 * max(SIZE, sum(map(len, pieces)))


# -- readers ---------------------------------------------------------------------------

READERS: dict[str, tuple[Callable[[ReadBuffer], Wire[Any]], str, Any]] = {
    "short": (ReadBuffer.short_gen, "fffe", -2),
    "int": (ReadBuffer.int_gen, "80000000", -(1 << 31)),
    "struct": (lambda b: b.struct_gen(Struct(">hi")), "0001 00000002", (1, 2)),
    "bytes": (lambda b: b.bytes_gen(3), "616263", b"abc"),
    "padded odd": (lambda b: b.padded_gen(3), "61626300", b"abc"),
    "padded even": (lambda b: b.padded_gen(2), "6162", b"ab"),
    "pstr odd": (ReadBuffer.pstr_gen, "0003 61626300", b"abc"),
    "pstr even": (ReadBuffer.pstr_gen, "0002 6162", b"ab"),
    "pstr empty": (ReadBuffer.pstr_gen, "0000", b""),
}


@pytest.mark.parametrize("name", READERS)
def test_reader_waits_for_every_byte(name: str) -> None:
    make, text, value = READERS[name]
    data = bytes.fromhex(text)
    buffer = ReadBuffer()
    reader = make(buffer)
    for byte in data:
        assert next(reader, "end") is None
        buffer.feed(bytes([byte]))
    assert finish(reader) == value
    assert len(buffer) == 0


@pytest.mark.parametrize("name", READERS)
def test_reader_does_not_wait_for_what_is_there(name: str) -> None:
    make, text, value = READERS[name]
    buffer = filled(bytes.fromhex(text) + b"rest")
    assert finish(make(buffer)) == value
    assert len(buffer) == 4


def test_a_length_below_zero() -> None:
    with pytest.raises(ProtocolError, match="a length of -1"):
        next(filled(b"\xff\xff").pstr_gen())


def test_more_than_any_message_holds() -> None:
    buffer = ReadBuffer()
    assert next(buffer.bytes_gen(MESSAGE_LIMIT)) is None
    with pytest.raises(ProtocolError, match=f"announced {MESSAGE_LIMIT + 1} bytes"):
        next(buffer.bytes_gen(MESSAGE_LIMIT + 1))
    assert len(buffer.data) == SIZE, "nothing was allocated for it"


# -- writing ---------------------------------------------------------------------------


def test_numbers() -> None:
    out = WriteBuffer()
    out.put_short(-2)
    out.put_int(258)
    out.put_raw(b"!")
    assert bytes(out.data) == b"\xff\xfe\x00\x00\x01\x02!"
    assert len(out) == 7
    out.truncate(2)
    assert bytes(out.data) == b"\xff\xfe"


@pytest.mark.parametrize(
    ("value", "text"),
    [(b"", "0000"), (b"ab", "0002 6162"), (b"abc", "0003 616263 00")],
)
def test_pstr(value: bytes, text: str) -> None:
    out = WriteBuffer()
    out.put_raw(b"odd")  # the pad depends on the string, not on where it stands
    out.put_pstr(value)
    assert bytes(out.data[3:]) == bytes.fromhex(text)


def test_longest_pstr() -> None:
    out = WriteBuffer()
    out.put_pstr(b"x" * 0x7FFF)
    assert out.data[:2] == b"\x7f\xff"
    with pytest.raises(DataError, match="32768 bytes"):
        out.put_pstr(b"x" * 0x8000)


@pytest.mark.parametrize(
    ("value", "text"), [(b"", "0001 00"), (b"ab", "0003 616200"), (b"a", "0002 6100")]
)
def test_zstr(value: bytes, text: str) -> None:
    out = WriteBuffer()
    out.put_zstr(value)
    assert bytes(out.data) == bytes.fromhex(text)


@pytest.mark.parametrize("value", [b"a\0b", b"x" * 0x7FFF])
def test_zstr_that_cannot_be_sent(value: bytes) -> None:
    with pytest.raises(DataError, match="login parameter"):
        WriteBuffer().put_zstr(value)
