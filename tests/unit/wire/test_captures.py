"""The transcripts load, and hold what the golden tests take from them."""

import captures
import pytest

EOT = b"\x00\x0c"


@pytest.mark.parametrize("name", captures.names())
def test_a_transcript_starts_with_login_and_its_reply(name: str) -> None:
    login, answer = captures.load(name)[:2]
    assert login.direction == captures.CLIENT
    assert login.data == b""
    assert login.notes[0].startswith("LOGIN len ")
    assert int.from_bytes(answer.data[:2], "big") == len(answer.data)


@pytest.mark.parametrize("name", captures.names())
def test_after_login_every_message_ends_a_turn(name: str) -> None:
    exit_message = b"\x00\x38"
    for message in captures.load(name)[2:]:
        if message.direction != captures.URGENT and message.data != exit_message:
            assert message.data.endswith(EOT), message


def test_the_set_of_transcripts() -> None:
    assert len(captures.names()) == 49
    assert "s05_alltypes" in captures.names()


def test_notes_belong_to_the_message_above_them() -> None:
    message = captures.request("s01_connect", "DBOPEN")
    assert message.data.hex() == "0024000b7330315f636f6e6e656374000000000c"
    assert message.notes == ("DBOPEN b's01_connect' mode 0", "EOT")


def test_urgent_bytes_keep_their_place() -> None:
    messages = captures.load("s15_cancel")
    at = [i for i, m in enumerate(messages) if m.direction == captures.URGENT]
    assert len(at) == 2
    assert all(messages[i].data == b"B" for i in at)
    assert all(messages[i + 1].data[:4].hex() == "000dff2b" for i in at)


def test_reply_to_a_noted_request() -> None:
    assert captures.reply("s01_connect", "DBOPEN").hex() == (
        "000f0015000000000000000000000000" + "00370000000100000001" + "000c"
    )


def test_client_and_server_halves() -> None:
    assert captures.client("s01_connect")[0].hex() == "007e0008fffc7ffc3c8caa97000c"
    assert captures.server("s01_connect")[-1].hex() == "0038"


def test_an_unknown_note_is_an_error() -> None:
    with pytest.raises(LookupError, match="s01_connect"):
        captures.request("s01_connect", "no such note")


def test_a_line_of_no_known_kind_is_named(tmp_path, monkeypatch) -> None:
    (tmp_path / "bad.txt").write_text("C> 000c\n?? what\n", encoding="utf-8")
    monkeypatch.setattr(captures, "DIRECTORY", tmp_path)
    with pytest.raises(ValueError, match=r"bad\.txt:2: not a transcript line"):
        captures.load("bad")
