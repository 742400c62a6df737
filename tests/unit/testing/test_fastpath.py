"""Routines on large objects, called without a socket; replies as their bytes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from informix_db.testing import fastpath as fp
from informix_db.testing import messages as m
from informix_db.testing.api import BoundParameter, SQLError, SQLType
from informix_db.testing.engine import Engine
from informix_db.testing.framing import NO_CAPABILITIES, V15_CAPABILITIES, Framing
from informix_db.testing.replies import ReplyWriter
from informix_db.testing.sqlroutines import pack_result

ANY = SQLType(2, 4)
APPEND, WRITE_ONLY, READ_ONLY, READ_WRITE = 1, 2, 4, 8


class Path:
    """A fast path over a fresh engine, and the bytes it answers."""

    def __init__(self, mask: bytes = V15_CAPABILITIES) -> None:
        self.engine = Engine()
        session = self.engine.open_session("informix", {})
        session.open_database("testdb")
        self.writer = ReplyWriter(Framing.negotiated(mask, mask), "latin-1")
        self.handlers = fp.FastPath(session, self.writer).handlers

    def answer(self, message: m.Message) -> bytes:
        self.writer.output.clear()
        self.handlers[type(message)](message)
        return bytes(self.writer.output)

    def handle(self, signature: str) -> int:
        return int.from_bytes(self.answer(fp.GetRoutine(signature))[-4:], "big")

    def call(self, signature: str, *values: object) -> bytes:
        arguments = [BoundParameter(ANY, value) for value in values]
        return self.answer(fp.CallRoutine(self.handle(signature), arguments))

    def open(self, locator: bytes, mode: int) -> int:
        reply = self.call("function informix.ifx_lo_open(blob ,integer)", locator, mode)
        return int.from_bytes(reply[-4:], "big")

    def seek(self, descriptor: int, offset: int, whence: int) -> int:
        signature = "function informix.ifx_lo_seek(integer,int8,integer,int8)"
        reply = self.call(signature, descriptor, offset, whence, 0)
        return int.from_bytes(reply[-8:-4], "big")

    def read(self, descriptor: int, size: int, chunk: int = 32000) -> bytes:
        return self.answer(fp.ReadLargeObject(descriptor, size, chunk))

    def write(self, descriptor: int, data: bytes) -> bytes:
        return self.answer(fp.WriteLargeObject(descriptor, bytearray(data)))

    def truncate(self, descriptor: int, size: int) -> None:
        signature = "function informix.ifx_lo_truncate(integer,int8)"
        self.call(signature, descriptor, size)


@pytest.fixture
def path() -> Path:
    return Path()


@pytest.fixture
def object_(path: Path) -> tuple[bytes, bytearray]:
    locator = path.engine.large_objects.create(b"0123456789")
    return locator, path.engine.large_objects.contents(locator)


def test_a_signature_has_one_handle(path) -> None:
    signature = "function informix.ifx_lo_close(integer)"
    assert path.handle(signature) == path.handle(signature)
    assert path.handle(signature) != path.handle("function ifx_lo_release(blob)")


def test_handles_come_with_the_database_if_the_masks_say_so(path) -> None:
    message = fp.GetRoutine("function informix.ifx_lo_close(integer)")
    assert path.answer(message).hex() == "0065 0006 746573746462 00000064".replace(
        " ", ""
    )
    assert Path(NO_CAPABILITIES).answer(message).hex() == "006500000064"


@pytest.mark.parametrize(
    "signature",
    [
        "function informix.no_such(integer)",
        "function informix.ifx_lo_close(integer,integer)",
        "ifx_lo_close",
        "",
    ],
)
def test_an_unknown_signature(path, signature) -> None:
    with pytest.raises(SQLError) as caught:
        path.handle(signature)
    assert (caught.value.sqlcode, caught.value.token) == (-674, signature)


@pytest.mark.parametrize("handle", [0, 99, 100, -1])
def test_an_unknown_handle(path, handle) -> None:
    with pytest.raises(SQLError) as caught:
        path.answer(fp.CallRoutine(handle, []))
    assert caught.value.sqlcode == -674


def test_reading_in_chunks_up_to_the_end(path, object_) -> None:
    descriptor = path.open(object_[0], READ_ONLY)
    assert path.read(descriptor, 8, 3).hex() == (
        "00610000" + "00000008" + "000330313200" + "000333343500" + "00023637"
    )
    assert path.read(descriptor, 8).hex() == "0061000000000002" + "00023839"
    assert path.read(descriptor, 8).hex() == "0061000000000000" + "0000"


def test_writing_in_the_middle_and_past_the_end(path, object_) -> None:
    descriptor = path.open(object_[0], READ_WRITE)
    assert path.seek(descriptor, 8, 0) == 8
    assert path.write(descriptor, b"abc").hex() == "0061000200000003"
    assert object_[1] == b"01234567abc"
    assert path.seek(descriptor, 2, 2) == 13
    path.write(descriptor, b"x")
    assert object_[1] == b"01234567abc\0\0x"


def test_appending_from_wherever(path, object_) -> None:
    descriptor = path.open(object_[0], APPEND)
    path.seek(descriptor, 0, 0)
    path.write(descriptor, b"ab")
    assert object_[1] == b"0123456789ab"


def test_seeking(path, object_) -> None:
    descriptor = path.open(object_[0], READ_ONLY)
    assert path.seek(descriptor, 4, 0) == 4
    assert path.seek(descriptor, -1, 1) == 3
    assert path.seek(descriptor, -1, 2) == 9
    tell = path.call("function informix.ifx_lo_tell(integer,int8)", descriptor, 0)
    assert tell.hex() == "00670001" + "001100001300" + "00010000000900000000"


@pytest.mark.parametrize(("offset", "whence"), [(-1, 0), (-11, 2), (0, 3), (0, -1)])
def test_seeking_nowhere(path, object_, offset, whence) -> None:
    descriptor = path.open(object_[0], READ_ONLY)
    with pytest.raises(SQLError) as caught:
        path.seek(descriptor, offset, whence)
    assert caught.value.sqlcode == -9810


def test_truncating_shortens_and_lengthens(path, object_) -> None:
    descriptor = path.open(object_[0], READ_WRITE)
    path.truncate(descriptor, 4)
    assert object_[1] == b"0123"
    path.truncate(descriptor, 6)
    assert object_[1] == b"0123\0\0"


def test_the_status_has_the_clients_size(path, object_) -> None:
    descriptor = path.open(object_[0], READ_ONLY)
    signature = "function informix.ifx_lo_stat(int, ifx_lo_stat)"
    for size in (212, 644):
        reply = path.call(signature, descriptor, bytes(size))
        status = reply[-size:]
        assert status[:14].hex() == "00000000" + "0000000a" + "00000000" + "0001"
        assert int.from_bytes(reply[-size - 4 : -size], "big") == size


@pytest.mark.parametrize("mode", [READ_ONLY, 16])
def test_a_mode_without_writing(path, object_, mode) -> None:
    descriptor = path.open(object_[0], mode)
    for change in (path.write, path.truncate):
        with pytest.raises(SQLError) as caught:
            change(descriptor, b"" if change == path.write else 0)
        assert caught.value.sqlcode == -9810
    assert object_[1] == b"0123456789"


def test_a_mode_without_reading(path, object_) -> None:
    descriptor = path.open(object_[0], WRITE_ONLY)
    with pytest.raises(SQLError) as caught:
        path.read(descriptor, 1)
    assert caught.value.sqlcode == -9810


def test_a_closed_descriptor_is_none(path, object_) -> None:
    descriptor = path.open(object_[0], READ_ONLY)
    signature = "function informix.ifx_lo_close(integer)"
    assert (
        path.call(signature, descriptor).hex() == "00670001" + "000200000a00" + "0" * 8
    )
    with pytest.raises(SQLError) as caught:
        path.read(descriptor, 1)
    assert caught.value.sqlcode == -9810
    assert path.open(object_[0], READ_ONLY) != descriptor


@pytest.mark.parametrize("locator", [bytes(72), b"", bytes(71), None, 7])
def test_no_locator(path, locator) -> None:
    with pytest.raises(SQLError) as caught:
        path.open(locator, READ_ONLY)
    assert caught.value.sqlcode == -9810


def test_a_new_object(path) -> None:
    signature = "function informix.ifx_lo_create( ifx_lo_spec,integer,blob)"
    reply = path.call(signature, bytes(596), READ_WRITE, bytes(72))
    locator, descriptor = reply[-82:-10], int.from_bytes(reply[-4:], "big")
    path.write(descriptor, b"new")
    assert path.engine.large_objects.contents(locator) == b"new"


@pytest.mark.parametrize(
    ("signature", "arguments", "result"),
    [
        ("function abs(integer)", [-5], "0002 0000 0a00 00000005"),
        ("function informix.abs(smallint)", [-5], "0001 0000 0500 0005"),
        ("function abs(bigint)", [-(2**40)], "0034 0000 1300 0000010000000000"),
        ("function abs(int8)", [-3], "0011 0000 1300 0001 00000003 00000000"),
        ("function abs(integer)", [None], "0002 ffff 0000"),
        ("function mod(integer,integer)", [7, 4], "0002 0000 0a00 00000003"),
        ("function sqrt(float)", [4.0], "0003 0000 0000 4000000000000000"),
        ("function date(lvarchar)", ["12/31/1899"], "0007 0000 0000 00000000"),
    ],
)
def test_a_function_of_sql(path, signature, arguments, result) -> None:
    reply = path.call(signature, *arguments)
    assert reply.hex() == "00670001" + result.replace(" ", "")


@pytest.mark.parametrize(
    ("sql_type", "value", "result"),
    [
        (SQLType(0, 5), "abc", "0000 0000 0000 0003 616263 00"),
        (SQLType(13, 5), None, "000d ffff 0000"),
        (SQLType(5, 0x0502), Decimal("1.50"), "0005 0000 0502 0004 c1 01 32 00"),
        (
            SQLType(40, 9, 1, "informix", "lvarchar"),
            "abc",
            "002b 0008 696e666f726d6978 0008 6c76617263686172"
            "0000 0000 00000003 61626300",
        ),
        (
            SQLType(41, 1, 5, "informix", "boolean"),
            True,
            "002d 0008 696e666f726d6978 0007 626f6f6c65616e 00 0000 0001 00000001 0100",
        ),
    ],
)
def test_results_have_the_shape_of_bound_values(sql_type, value, result) -> None:
    framing = Framing.negotiated(V15_CAPABILITIES, V15_CAPABILITIES)
    packed = pack_result(sql_type, value, framing, "latin-1")
    assert packed.hex() == result.replace(" ", "")


def test_a_function_that_fails(path) -> None:
    with pytest.raises(SQLError) as caught:
        path.call("function mod(integer,integer)", 1, 0)
    assert caught.value.sqlcode == -1202
