"""What the emulator asks a client's file system, and what it makes of the answers."""

from __future__ import annotations

import pytest

from informix_db.testing import tags
from informix_db.testing.api import SQLError
from informix_db.testing.clientfiles import ClientFiles
from informix_db.testing.framing import NO_CAPABILITIES, V15_CAPABILITIES, Framing
from informix_db.testing.messages import RequestReader, Simple
from informix_db.testing.replies import ReplyWriter
from informix_db.testing.stream import ByteStream, ClientGone, ProtocolError

END = "000c"
OPENED = CLOSED = END
MISSING = "000d 0009 0000 00000000 0000 000c"


class Client:
    """Answers that are there before the questions, and the questions themselves."""

    def __init__(self, *answers: str, mask: bytes = V15_CAPABILITIES) -> None:
        self.stream = ByteStream.over(bytes.fromhex("".join(answers)))
        self.writer = ReplyWriter(Framing.negotiated(mask, mask), "latin-1")
        self.steps: list[str] = []
        self.files = ClientFiles(
            self.stream, self.writer, lambda: self.steps.append("ahead"), self.flush
        )

    def flush(self) -> None:
        self.steps.append(self.writer.output.hex())
        self.writer.output.clear()


def test_reading() -> None:
    content = "006a 00000005 006a 0003 616263 00 006a 0002 6465 000c"
    client = Client(OPENED, content, CLOSED)
    assert client.files.read("in.bin") == b"abcde"
    assert client.stream.is_drained
    assert client.steps == [
        "ahead",
        "00620000" + "0006" + b"in.bin".hex() + "00" * 12 + END,
        "00620002" + "7d00" + "ffffffff" + END,
        "00620001" + END,
    ]


def test_reading_an_empty_file() -> None:
    assert Client(OPENED, "006a 00000000 000c", CLOSED).files.read("x") == b""


def test_writing() -> None:
    client = Client(OPENED, "006b 00007d03 000c", CLOSED)
    client.files.write("out", b"x" * 32003)
    assert client.stream.is_drained
    assert client.steps[2] == (
        "00620003" + "006b7d00" + "78" * 32000 + "006b0003" + "78787800" + END
    )


@pytest.mark.parametrize(
    ("mask", "error"),
    [(V15_CAPABILITIES, MISSING), (NO_CAPABILITIES, "000d 0009 0000 0000 0000 000c")],
)
def test_an_error_closes_the_file(mask, error) -> None:
    client = Client(OPENED, error, CLOSED, mask=mask)
    with pytest.raises(SQLError) as caught:
        client.files.read("none")
    assert (caught.value.sqlcode, caught.value.isam) == (-9810, 9)
    assert client.stream.is_drained


def test_a_file_that_does_not_open_is_not_closed() -> None:
    client = Client(MISSING)
    with pytest.raises(SQLError):
        client.files.write("none", b"x")
    assert client.stream.is_drained


@pytest.mark.parametrize(
    "answers",
    [
        ["000f"],
        [OPENED, "006b 00000000 000c"],
        [OPENED, "006a 00000005 006a 0000 000c"],
        [OPENED, "006a 00000002 006a 0002 6162 006a"],
    ],
)
def test_answers_that_are_none(answers) -> None:
    with pytest.raises((ProtocolError, ClientGone)):
        Client(*answers).files.read("x")


def test_the_rest_of_a_request_comes_before_the_answer() -> None:
    stream = ByteStream.over(bytes.fromhex("0007 000b 000c" + "006a"))
    framing = Framing.negotiated(V15_CAPABILITIES, V15_CAPABILITIES)
    reader = RequestReader(stream, framing, "latin-1")
    messages = reader.messages()
    assert next(messages) == Simple(tags.EXECUTE)
    reader.read_ahead()
    reader.read_ahead()
    assert stream.short() == tags.FILE_READ
    assert list(messages) == [Simple(tags.RELEASE)]
