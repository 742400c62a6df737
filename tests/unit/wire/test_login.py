"""Answers to the login: accepted, refused, sent elsewhere, or no Informix at all."""

from __future__ import annotations

import captures
import pytest

from informix_db._protocol.channel import Channel
from informix_db._protocol.login import (
    LoginReply,
    LoginRequest,
    login_gen,
    login_request,
)
from informix_db.exceptions import (
    DataError,
    Error,
    NotSupportedError,
    OperationalError,
    ProtocolError,
)

REQUEST = LoginRequest("joe", "s3cret", "demo_on", {}, "test", "latin-1")


def _zstr(text: str) -> str:
    raw = text.encode() + b"\0"
    return f"{len(raw):04x}{raw.hex()}"


def answer(
    kind: int, *, sqlcode: int = 0, oserr: int = 0, application: str = "testdb"
) -> bytes:
    """A login reply with the block 102 of a refusal at its end."""
    body = (
        f"{kind:02x} 3c 0000 0064 0065 0000003d"
        + _zstr("IEEEI")
        + "006c"
        + b"srvinfx".ljust(12, b"\0").hex()
        + _zstr("IBM Informix Dynamic Server Version 14.10.FC7")
        + _zstr("AAA#B000000")
        + _zstr(application)
        + "0000013c 00000002 00000003 0000 0003 616263 0000"
        + b"ol".ljust(8, b"\0").hex()
        + "0000003d"
        + b"soctcp".ljust(8, b"\0").hex()
        + "00000001 0066 000000000000"
        + f"{sqlcode & 0xFFFF:04x} {oserr & 0xFFFF:04x} 0000 007f"
    )
    raw = bytes.fromhex(body)
    return (len(raw) + 2).to_bytes(2, "big") + raw


def login(data: bytes, request: LoginRequest = REQUEST) -> LoginReply | Error:
    channel = Channel("latin-1")
    channel.read.feed(data)
    reader = login_gen(channel, request)
    try:
        next(reader)
    except StopIteration as stop:
        assert len(channel.read) == 0
        reply = stop.value
        assert isinstance(reply, LoginReply)
        return reply
    except Error as error:
        return error
    raise AssertionError("wants more")


def test_accepted() -> None:
    assert login(answer(2)) == LoginReply(
        "IBM Informix Dynamic Server Version 14.10.FC7",
        "AAA#B000000",
        "testdb",
        (316, 2, 3),
    )


def test_accepted_in_a_transcript() -> None:
    reply = login(captures.server("s01_connect")[0])
    assert isinstance(reply, LoginReply)
    assert reply.version == "IBM Informix Dynamic Server Version 14.10.FC7"
    assert reply.capabilities == (316, 0, 0)


@pytest.mark.parametrize(
    ("sqlcode", "text"),
    [(-951, "joe"), (-952, "joe"), (-956, "joe"), (-930, "demo_on"), (-329, "demo_on")],
)
def test_refused(sqlcode: int, text: str) -> None:
    error = login(answer(3, sqlcode=sqlcode, oserr=13))
    assert isinstance(error, Error)
    assert error.sqlcode == sqlcode
    assert error.isamcode == 13
    assert error.session_dead
    assert text in str(error)
    assert "s3cret" not in str(error)


def test_refused_for_the_name_of_the_server() -> None:
    error = login(answer(3, sqlcode=-761, application="right_on"))
    assert isinstance(error, OperationalError)
    assert error.sqlcode == -761
    assert "connect with server='right_on'" in str(error)


def test_sent_elsewhere() -> None:
    error = login(answer(13))
    assert isinstance(error, NotSupportedError)
    assert "redirects" in str(error)


def test_answer_of_another_kind() -> None:
    error = login(answer(7))
    assert isinstance(error, ProtocolError)


def test_answer_that_ends_too_early() -> None:
    """The length is honoured, whatever the fields inside would need."""
    whole = answer(3, sqlcode=-951)
    # the second zero and the end marker are not read
    for size in range(10, len(whole) - 4):
        error = login(size.to_bytes(2, "big") + whole[2:size])
        assert isinstance(error, ProtocolError), size
        assert "ends too early" in str(error)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "an HTTP server"),
        (bytes.fromhex("15030100020228"), "a TLS listener"),
        (bytes.fromhex("16030300700200"), "a TLS listener"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "an SSH server"),
        (bytes.fromhex("0010d002000a124c"), r"a DRDA listener (drsoctcp)"),
        (b"220 mail ESMTP\r\n", "not an Informix SQLI listener"),
        (bytes(16), "not an Informix SQLI listener"),
        (bytes.fromhex("00a5023c0000006300650000003d"), "not an Informix SQLI"),
        (bytes.fromhex("0005023c0000006400650000003d"), "not an Informix SQLI"),
    ],
)
def test_somebody_else_listens(data: bytes, kind: str) -> None:
    error = login(data)
    assert isinstance(error, OperationalError)
    assert kind in str(error)
    assert error.session_dead


def test_first_bytes_are_enough_to_tell() -> None:
    """No waiting for a length that HTTP never meant."""
    assert isinstance(login(b"HTTP"), OperationalError)


def test_repr_keeps_the_password() -> None:
    assert "s3cret" not in repr(REQUEST)
    assert "joe" in repr(REQUEST)


def test_length_of_the_request() -> None:
    raw = login_request(REQUEST)
    assert int.from_bytes(raw[:2], "big") == len(raw)


@pytest.mark.parametrize("count", [2, 40_000])
def test_request_that_does_not_fit(count: int) -> None:
    environment = {f"N{at}": "x" * (70_000 // count) for at in range(count)}
    request = LoginRequest("joe", "", "demo_on", environment, "test", "latin-1")
    with pytest.raises(DataError, match=r"shorten the environment|too long"):
        login_request(request)


def test_user_outside_of_the_code_set() -> None:
    request = LoginRequest("j\u20ac", "", "demo_on", {}, "test", "latin-1")
    with pytest.raises(DataError, match="user: "):
        login_request(request)


def test_password_is_not_in_the_error_about_it() -> None:
    request = LoginRequest("joe", "s3\u20accret", "demo_on", {}, "test", "latin-1")
    with pytest.raises(DataError, match="the password has a character") as failed:
        login_request(request)
    for piece in ("s3", "cret", "\u20ac", "20ac"):
        assert piece not in str(failed.value)
    assert failed.value.__context__ is None, "which would hold the password"
