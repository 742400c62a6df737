"""Faults on demand, and the transcript that shows what happened."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import pytest
from raw_client import RawClient, login_request
from raw_messages import DONE_COST, END, FIRST_ID, command, error, fetch, prepare, row
from stub_engine import StubEngine

from informix_db.testing import Server
from informix_db.testing.transcript import Entry

UPDATED = (
    "0008 0004 0000 00000001 0000 0000 00000000"
    "000f 0000 00000002 00000000 00000000 0037 00000001 00000001"
) + END
UPDATE = command("update") + END


def test_error_once_is_told_instead_of_the_statement(
    server: Server, client: RawClient
) -> None:
    server.faults.error_once(-242, isam=-107, token="t1")
    client.exchange("0035 000c", END)
    client.exchange(UPDATE, error(-242, -107, token="t1") + END)
    client.exchange(UPDATE, UPDATED)


@pytest.mark.parametrize("at", ["open", "fetch"])
def test_error_waits_for_its_point(server: Server, client: RawClient, at: str) -> None:
    server.faults.error_once(-243, at=at)
    client.exchange(UPDATE, UPDATED)
    client.exchange(prepare("select id,name from t1"), FIRST_ID + DONE_COST + END)
    opening = "0004 0000 0003 0001 6300 0006 000c"
    if at == "open":
        client.exchange(opening, error(-243) + END)
    client.exchange(opening, END)
    if at == "fetch":
        client.exchange(fetch(18), error(-243) + END)
    client.exchange(fetch(18), row(1, "row 0") + END)


def test_unknown_point_is_refused(server: Server) -> None:
    with pytest.raises(ValueError, match="'exekute' is none of prepare, "):
        server.faults.error_once(-243, at="exekute")


def test_connection_dropped_after_so_many_bytes(
    server: Server, client: RawClient
) -> None:
    server.faults.drop_after(10)
    client.exchange("0035 000c", END)
    client.send(UPDATE)
    assert client.read(8).hex() == UPDATED.replace(" ", "")[:16]
    with pytest.raises(ConnectionResetError):
        client.socket.recv(1)
    assert server.wait_until_idle(5)


def test_connection_dropped_during_login(server: Server) -> None:
    server.faults.drop_after(5)
    with RawClient(server.address) as client:
        client.send(login_request())
        assert len(client.read(5)) == 5
        with pytest.raises(ConnectionResetError):
            client.socket.recv(1)


def test_truncated_reply_ends_in_order(server: Server, client: RawClient) -> None:
    server.faults.truncate(7)
    client.send(UPDATE)
    assert client.read(100).hex() == UPDATED.replace(" ", "")[:14]


def test_garbage_in_place_of_a_reply(server: Server, client: RawClient) -> None:
    server.faults.garbage(b"\x7f\x7f\x7f", skip=1)
    client.exchange("0035 000c", END)
    client.exchange("0035 000c", "7f7f7f")
    client.exchange("0035 000c", END)


def test_delayed_reply_comes_whole(server: Server, client: RawClient) -> None:
    server.faults.delay(0.2)
    start = time.monotonic()
    client.exchange(UPDATE, UPDATED)
    assert time.monotonic() - start >= 0.2
    client.exchange(UPDATE, UPDATED)


def test_delay_does_not_hold_up_the_end_of_the_server() -> None:
    start = time.monotonic()
    logging_in = threading.Event()

    def record(_: Entry) -> None:
        logging_in.set()

    with Server(engine=StubEngine(), transcript=record) as server:
        server.faults.delay(60)
        with RawClient(server.address) as client:
            client.send(login_request())
            assert logging_in.wait(5)
    assert time.monotonic() - start < 10


def test_faults_can_be_taken_back(server: Server, client: RawClient) -> None:
    server.faults.drop_after(3)
    server.faults.garbage(b"x")
    server.faults.error_once(-1)
    assert server.faults.is_armed
    server.faults.clear()
    client.exchange(UPDATE, UPDATED)


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("error_once -242 -107 t1", error(-242, -107, token="t1") + END),
        ("error_once -242 token='a b' at=prepare", error(-242, token="a b") + END),
        ("garbage 7f7f", "7f7f"),
        ("garbage skip=0 data=7f7f", "7f7f"),
        ("clear", UPDATED),
    ],
)
def test_fault_in_words(
    server: Server, client: RawClient, line: str, reply: str
) -> None:
    server.faults.command(line)
    client.exchange(UPDATE, reply)
    client.exchange(UPDATE, UPDATED)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "'' is none of drop_after, delay, truncate, garbage, error_once, clear"),
        ("close", "'close' is none of "),
        ("drop_after", "drop_after needs n_bytes"),
        ("delay soon", "could not convert string to float"),
        ("truncate 1 2 3", "truncate takes n_bytes, skip"),
        ("truncate 1 often=2", "truncate takes n_bytes, skip"),
        ("error_once -1 at=exekute", "'exekute' is none of prepare"),
        ("garbage '", "No closing quotation"),
    ],
)
def test_words_that_are_no_fault(server: Server, line: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        server.faults.command(line)
    assert not server.faults.is_armed


def test_transcript_shows_every_message_but_no_password() -> None:
    entries: list[Entry] = []
    with (
        Server(engine=StubEngine(), transcript=entries.append) as server,
        RawClient(server.address) as client,
    ):
        client.start()
        client.exchange(UPDATE, UPDATED)
    text = "\n".join(map(str, entries))
    assert "in4mix" not in text
    assert b"in4mix".hex() not in text
    assert "user='informix'" in text
    assert [e.direction for e in entries] == ["C>", "S<"] * 4
    last = entries[-2]
    assert last.data.hex() == UPDATE.replace(" ", "")
    assert last.notes[0].startswith("COMMAND")
    assert last.notes[1:] == ("DESCRIBE_REQUEST", "EXECUTE", "RELEASE")
    assert entries[-1].data.hex() == UPDATED.replace(" ", "")


def test_transcript_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    with (
        Server(engine=StubEngine(), transcript=path) as server,
        RawClient(server.address) as client,
    ):
        client.start()
    assert "[1] C> 0024000674657374646200" in path.read_text(encoding="utf-8")
