"""This driver at the emulator's questions: neither has read the other's code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from raw_client import ACCEPTED, RawClient

import informix_db
from informix_db.testing import Question, Server
from informix_db.testing.pam import INFORMATION, VISIBLE
from informix_db.testing.transcript import Entry

from .conftest import BOTH, SYNC, Connect

MODES = BOTH

REFUSED = "000d fc49 0000 00000000 0000 000c"  # -951
REFUSED_BEFORE_PROTOCOLS = "000d fc49 0000 0000 0000 000c"
GRANTED = "007e 0009 bdbe9ffe7fbfffefff00 000c"  # with capability 44
DENIED = "007e 0009 bdbe9ffe7fb7ffefff00 000c"


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return []


@pytest.fixture(scope="module")
def asking(entries: list[Entry]) -> Iterator[Server]:
    questions = [
        Question("Welcome", style=INFORMATION),
        Question("Password: "),
        Question("Colour?", "blue", VISIBLE),
    ]
    with Server(pam=questions, transcript=entries.append) as server:
        yield server


def test_a_responder_is_asked(asking: Server, connect: Connect) -> None:
    asked = []

    def respond(prompt: str, style: int) -> str:
        asked.append((prompt, style))
        return {"Password: ": "in4mix", "Colour?": "blue"}.get(prompt, "")

    conn = connect(port=asking.port, password="", pam_responder=respond)
    cursor = conn.cursor()
    cursor.execute("SELECT tabid FROM systables WHERE tabid = 1")
    assert cursor.fetchone() == (1,)
    assert asked == [("Welcome", 4), ("Password: ", 1), ("Colour?", 2)]


@pytest.mark.parametrize("mode", ["async"])
def test_a_coroutine_is_asked(asking: Server, connect: Connect) -> None:
    async def respond(prompt: str, style: int) -> str:
        return {"Password: ": "in4mix", "Colour?": "blue"}.get(prompt, "")

    connect(port=asking.port, pam_responder=respond)


@pytest.mark.parametrize("wrong", ["Password: ", "Colour?"])
def test_a_wrong_answer(asking: Server, connect: Connect, wrong: str) -> None:
    answers = {"Password: ": "in4mix", "Colour?": "blue", wrong: "in4mIx"}
    with pytest.raises(informix_db.OperationalError) as caught:
        connect(
            port=asking.port,
            pam_responder=lambda prompt, style: answers.get(prompt, ""),
        )
    assert caught.value.sqlcode == -951
    assert "in4mIx" not in str(caught.value)


def test_a_user_who_is_not_known(asking: Server, connect: Connect) -> None:
    with pytest.raises(informix_db.OperationalError) as caught:
        connect(port=asking.port, user="nobody", pam_responder=lambda *_: "in4mix")
    assert caught.value.sqlcode == -951


def test_the_password_answers_by_itself(connect: Connect) -> None:
    with Server(pam=[Question("Password: ")]) as server:
        connect(port=server.port).close()


@SYNC
def test_no_answer_is_in_the_transcript(
    asking: Server, entries: list[Entry], connect: Connect
) -> None:
    secret = "0ther s3cret"
    with pytest.raises(informix_db.OperationalError):
        connect(port=asking.port, pam_responder=lambda *_: secret)
    text = "\n".join(map(str, entries))
    assert "Response()" in text
    assert b"Password: ".hex() in text
    for answer in (secret, "in4mix", "blue"):
        assert answer not in text
        assert answer.encode().hex() not in text


@pytest.mark.parametrize(
    "request_",
    [
        "0024 0006 746573746462 0000 000c",  # DBOPEN
        "0001 0000 00000001 3100 0016 0007 000b 000c",  # COMMAND
        "001a 000c",  # DBLIST
        "0035 000c",  # VERSION
        "0082 0004 626c7565 000c",  # an answer to nothing
    ],
)
def test_nothing_is_done_for_a_client_that_does_not_answer(
    asking: Server, request_: str
) -> None:
    with RawClient(asking.address) as client:
        assert client.log_in()[2] == ACCEPTED
        client.exchange("007e 0008 fffc7ffc3c8caa97 000c", GRANTED)
        client.exchange(request_, REFUSED)
        assert client.read(1) == b""


def test_a_question_cannot_be_passed_over(asking: Server) -> None:
    with RawClient(asking.address) as client:
        client.log_in()
        client.exchange("007e 0008 fffc7ffc3c8caa97 000c", GRANTED)
        client.exchange("0080 000c", "0081 0004 0007 57656c636f6d6500 000c")
        client.exchange("0080 000c", REFUSED)
        assert client.read(1) == b""


def test_a_client_that_negotiates_nothing(asking: Server) -> None:
    with RawClient(asking.address) as client:
        client.log_in()
        client.exchange("0051 0006 0004 000c0004 0000 000c", REFUSED_BEFORE_PROTOCOLS)
        assert client.read(1) == b""


def test_a_client_that_thinks_better_of_it(asking: Server) -> None:
    with RawClient(asking.address) as client:
        client.log_in()
        client.exchange("0038", "0038")


def test_a_server_without_questions_does_not_offer_pam(server: Server) -> None:
    with RawClient(server.address) as client:
        client.log_in()
        client.exchange("007e 0008 fffc7ffc3c8caa97 000c", DENIED)
        client.exchange("0080 000c", "007f 000c")
