"""The login request, field by field as the protocol's description has it [J, N]."""

from __future__ import annotations

import struct

import pytest

from informix_db.testing.login import LoginRequest, login_reply, read_login
from informix_db.testing.stream import ByteStream, ProtocolError


def zstr(text: str) -> bytes:
    raw = text.encode("utf-8") + b"\0"
    return struct.pack(">h", len(raw)) + raw


def environment(**variables: str) -> bytes:
    pairs = b"".join(zstr(name) + zstr(value) for name, value in variables.items())
    return struct.pack(">hh", 106, len(variables)) + pairs


PROCESS = struct.pack(">hiii", 107, 0, 4711, 0) + zstr("host") + b"\0\0" + zstr("/tmp")
APPLICATION = struct.pack(">hhii", 116, 10 + 5, 0, 0) + zstr("tool")
END = struct.pack(">h", 127)


def request(blocks: bytes, password: bytes = zstr("geheim"), kind: int = 1) -> bytes:
    body = b"".join(
        (
            struct.pack(">BBhhhi", kind, 0x3C, 0, 100, 101, 61),
            zstr("IEEEM"),
            struct.pack(">h12s", 108, b"sqlexec"),
            zstr("9.280") + zstr("RDS#R000000") + zstr("sqli"),
            struct.pack(">iiih", 316, 0, 0, 1),
            zstr("joe") + password,
            struct.pack(">8si8si", b"ol", 61, b"tlitcp", 1),
            struct.pack(">hhi", 104, 11, 3),
            zstr("server_1") + b"\0\0" + bytes(8),
            blocks,
        )
    )
    return struct.pack(">H", len(body) + 2) + body


def login(blocks: bytes, **changes: bytes) -> LoginRequest:
    stream = ByteStream.over(request(blocks, **changes) + b"\0\x7e")
    found = read_login(stream)
    assert found is not None
    assert stream.take(2) == b"\0\x7e", "what follows is left"
    return found


def test_every_field() -> None:
    blocks = environment(DBPATH=".", DB_LOCALE="en_US.utf8") + PROCESS + APPLICATION
    assert login(blocks + END) == LoginRequest(
        user="joe",
        password="geheim",
        server_name="server_1",
        database="",
        cap1=316,
        client_version="9.280",
        application_id="sqli",
        application="tool",
        environment={"DBPATH": ".", "DB_LOCALE": "en_US.utf8"},
    )


def test_without_a_password() -> None:
    assert login(environment() + END, password=b"\0\0").password == ""


@pytest.mark.parametrize("blocks", [b"", END, environment(A="b") + END])
def test_blocks_may_be_missing(blocks: bytes) -> None:
    """nmap sends neither the process nor the application [N]."""
    found = login(blocks)
    assert found.user == "joe"
    assert found.application == ""


def test_exit_in_its_place() -> None:
    assert read_login(ByteStream.over(b"\0\x38")) is None


@pytest.mark.parametrize(
    "data",
    [
        request(END, kind=2),
        b"\0\x20" + request(END)[2:34],
        bytes.fromhex("0003 013c"),
    ],
    ids=["an answer", "too short", "shorter than its head"],
)
def test_no_login(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_login(ByteStream.over(data))


@pytest.mark.parametrize(("sqlcode", "kind"), [(0, 2), (-951, 3), (-761, 3)])
def test_reply(sqlcode: int, kind: int) -> None:
    reply = login_reply(
        version="15.0", serial="S", application_id="name", cap1=316, sqlcode=sqlcode
    )
    assert reply == struct.pack(">H", len(reply)) + b"".join(
        (
            struct.pack(">BBhhhi", kind, 0x3C, 0, 100, 101, 61),
            zstr("IEEEI"),
            struct.pack(">h12s", 108, b"srvinfx"),
            zstr("15.0") + zstr("S") + zstr("name"),
            struct.pack(">iii", 316, 0, 0),
            bytes(6),
            struct.pack(">8si8si", b"ol", 61, b"soctcp", 1),
            struct.pack(">h6xhhhh", 102, sqlcode, 0, 0, 127),
        )
    )
