"""A server that asks questions at login, played by the bytes IBM's client took."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from unit.wire.scripted import DONE, ScriptedServer

import informix_db

from .conftest import BOTH, Connect

MODES = BOTH

MASK = "bdbe9ffe7fbfffefff"  # with capability 44
ACCEPT = bytes.fromhex("007f000c")
REFUSED = bytes.fromhex("000dfc490000 00000000 0000 000c")  # -951
SECRET, VISIBLE, ERROR, INFORMATION = 1, 2, 3, 4

Through = Callable[..., list[tuple[object, ...]]]


def asks(prompt: str, style: int = SECRET, codec: str = "ascii") -> bytes:
    raw = prompt.encode(codec)
    size = len(raw).to_bytes(2, "big")
    pad = b"\0" * (len(raw) % 2)
    return b"\0\x81" + style.to_bytes(2, "big") + size + raw + pad + b"\0\x0c"


@pytest.fixture
def login(connect: Connect) -> Through:
    """Connect to a server that gives `replies`; return what it was answered."""

    def through(*replies: bytes, **arguments: Any) -> list[tuple[object, ...]]:
        with ScriptedServer(list(replies), mask=MASK) as server:
            arguments = {"password": "s3cret", **arguments}
            try:
                connect(host="127.0.0.1", port=server.port, **arguments).close()
            finally:
                requests = server.requests
        names = [request[0][0] for request in requests]
        assert names[-3:] == ["INFO", "DBOPEN", "EXIT"]
        assert names[:2] == ["PROTOCOLS", "ACK"]
        return [request[0] for request in requests[1:-3]]

    return through


def test_accepted_without_a_question(login: Through) -> None:
    assert login(ACCEPT) == [("ACK",)]


def test_the_password_answers_once(login: Through) -> None:
    answers = login(asks("Password: "), ACCEPT)
    assert answers == [("ACK",), ("RESPONSE", b"s3cret")]
    with pytest.raises(informix_db.OperationalError, match="asks 'Again: '") as caught:
        login(asks("Password: "), asks("Again: "))
    assert caught.value.session_dead
    assert "pam_responder" in str(caught.value)


def test_only_a_secret_is_answered_by_the_password(login: Through) -> None:
    with pytest.raises(informix_db.OperationalError, match="asks 'Token: '"):
        login(asks("Token: ", VISIBLE))


def test_messages_need_no_answer(login: Through) -> None:
    replies = [asks("Welcome", INFORMATION), asks("Expires soon", ERROR)]
    answers = login(*replies, asks("Password"), ACCEPT)
    assert [answer[1:] for answer in answers] == [(), (b"",), (b"",), (b"s3cret",)]


def test_a_responder_answers_everything(login: Through) -> None:
    asked = []

    def respond(prompt: str, style: int) -> str:
        asked.append((prompt, style))
        return f"answer {len(asked)}"

    answers = login(
        *(asks("Pass"), asks("User", VISIBLE), asks("", INFORMATION), ACCEPT),
        pam_responder=respond,
    )
    assert asked == [("Pass", SECRET), ("User", VISIBLE), ("", INFORMATION)]
    assert answers[1:] == [("RESPONSE", b"answer %d" % n) for n in (1, 2, 3)]


@pytest.mark.parametrize("mode", ["async"])
def test_a_responder_may_be_a_coroutine_function(login: Through) -> None:
    async def respond(prompt: str, style: int) -> str:
        return prompt.upper()

    answers = login(asks("abc"), ACCEPT, pam_responder=respond)
    assert answers[1:] == [("RESPONSE", b"ABC")]


def test_questions_are_in_the_code_set_of_the_session(login: Through) -> None:
    question = asks("Code f\xfcr \u20ac", codec="utf-8")
    answers = login(
        *(question, ACCEPT),
        pam_responder=lambda prompt, style: prompt[-1],
        client_locale="en_US.utf8",
    )
    assert answers[1:] == [("RESPONSE", "\u20ac".encode())]


def test_an_error_of_the_responder_is_passed_on(login: Through) -> None:
    def respond(prompt: str, style: int) -> str:
        raise KeyError(prompt)

    with pytest.raises(KeyError, match="Pass"):
        login(asks("Pass"), pam_responder=respond)


@pytest.mark.parametrize("answer", [None, b"bytes", 5])
def test_an_answer_that_is_no_text(login: Through, answer: object) -> None:
    with pytest.raises(informix_db.InterfaceError, match="must return a str, not"):
        login(asks("Pass"), pam_responder=lambda prompt, style: answer)


def test_an_answer_outside_of_the_code_set_is_not_told(login: Through) -> None:
    with pytest.raises(informix_db.DataError, match="the answer to the") as caught:
        login(asks("Pass"), pam_responder=lambda prompt, style: "s3\u20accret")
    assert "20ac" not in str(caught.value)


def test_a_refusal(login: Through) -> None:
    with pytest.raises(informix_db.OperationalError) as caught:
        login(asks("Password: "), REFUSED)
    assert caught.value.sqlcode == -951
    assert caught.value.session_dead


def test_other_answers_are_no_verdict(login: Through) -> None:
    with pytest.raises(informix_db.ProtocolError, match="message tag 15"):
        login(DONE)


def test_a_server_that_never_stops_asking(login: Through) -> None:
    questions = [asks("Again?")] * 33
    with pytest.raises(informix_db.ProtocolError, match="does not stop asking"):
        login(*questions, pam_responder=lambda prompt, style: "yes")


def test_the_bytes_are_those_of_ibms_client(connect: Connect) -> None:
    """Of transcript u10_pam; the questions are its too."""
    questions = ["00810001000450617373000c", "00810002000455736572000c"]
    replies = [*map(bytes.fromhex, questions), ACCEPT]
    with ScriptedServer(replies, mask=MASK) as server:
        where = {"host": "127.0.0.1", "port": server.port}
        connect(**where, pam_responder=lambda prompt, style: "my answer").close()
    response = "008200096d7920616e7377657200000c"
    assert [raw.hex() for raw in server.raw[1:4]] == ["0080000c", response, response]
