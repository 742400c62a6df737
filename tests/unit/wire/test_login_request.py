"""The login request, whose bytes are in no transcript."""

from __future__ import annotations

import re
import socket
from typing import Any

import pytest
from unit.wire.scripted import ScriptedServer

import informix_db


def _connect(listener: ScriptedServer, **arguments: Any) -> informix_db.Connection:
    login = {"user": "informix", "password": "in4mix", **arguments}
    return informix_db.connect("127.0.0.1", listener.port, **login)


def _zstr(text: str) -> bytes:
    raw = text.encode() + b"\0"
    return len(raw).to_bytes(2, "big") + raw


def test_login() -> None:
    """Field by field; the order and the constants are IBM's."""
    with (
        ScriptedServer([]) as server,
        _connect(
            server,
            server="demo_on",
            database="s01_connect",
            env={"DELIMIDENT": "y"},
        ),
    ):
        pass
    environment = [
        ("CLNT_PAM_CAPABLE", "1"),
        ("DBPATH", "."),
        ("DBDATE", "Y4MD-"),
        ("IFX_UPDDESC", "1"),
        ("NODEFDAC", "no"),
        ("CLIENT_LOCALE", "en_US.8859-1"),
        ("DELIMIDENT", "y"),
    ]
    expected = b"".join(
        [
            bytes.fromhex("01 3c 0000 0064 0065 0000003d"),
            _zstr("IEEEM"),
            bytes.fromhex("006c"),
            b"sqlexec\0\0\0\0\0",
            _zstr("9.280"),
            _zstr("RDS#R000000"),
            _zstr("sqli"),
            bytes.fromhex("0000013c 00000000 00000000 0001"),
            _zstr("informix"),
            _zstr("in4mix"),
            b"ol\0\0\0\0\0\0",
            bytes.fromhex("0000003d"),
            b"tlitcp\0\0",
            bytes.fromhex("00000001 0068 000b 00000003"),
            _zstr("demo_on"),
            bytes.fromhex("0000 0000 0000 0000 0000"),
            bytes.fromhex("006a 0007"),
            *(_zstr(text) for pair in environment for text in pair),
            bytes.fromhex("006b 00000000"),
        ]
    )
    sent = server.login
    assert int.from_bytes(sent[:2], "big") == len(sent)
    assert sent[2 : 2 + len(expected)] == expected
    rest = sent[2 + len(expected) :]
    process = re.fullmatch(
        rb"[\0-\x7f]...[\0-\x7f]...(?P<host>..[^\0]+\0)\0\0\0\x02\.\0(?P<end>.+)",
        rest,
        re.DOTALL,
    )
    assert process is not None, rest
    host = process["host"]
    assert int.from_bytes(host[:2], "big") == len(host) - 2
    application = bytes.fromhex("0074 0016 00000000 00000000") + _zstr("informix_db")
    assert process["end"] == application + bytes.fromhex("007f")


def test_login_without_a_password() -> None:
    with ScriptedServer([]) as server:
        _connect(server, password=None).close()
    assert _zstr("informix") + b"\0\0" + b"ol\0\0\0\0\0\0" in server.login


def test_an_environment_that_fits_no_request() -> None:
    """Each variable fits a field of its own, all of them do not."""
    env = {f"VARIABLE_{number}": "x" * 1000 for number in range(70)}
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        pytest.raises(informix_db.DataError, match="shorten the environment"),
    ):
        informix_db.connect(*listening.getsockname(), user="informix", env=env)
