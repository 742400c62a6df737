"""Cancelling by urgent byte: the running request only, and the session lives on."""

from __future__ import annotations

import time

import pytest
from raw_client import RawClient
from raw_messages import (
    DONE_COST,
    END,
    FIRST_ID,
    WAITING,
    command,
    error,
    fetch,
    prepare,
    row,
)
from stub_engine import StubEngine

from informix_db.testing import Server

OPEN = "0004 0000 0003 0001 6300 0006 000c"
INTERRUPTED = error(-213) + END
TWO_ROWS = "000f 0000 00000002 00000000 00000000 0037 00000001 00000001"


def works(client: RawClient, free_id: int = 0) -> None:
    described = f"0008 0004 {free_id:04x} 00000001 0000 0000 00000000"
    client.exchange(command("update") + END, described + TWO_ROWS + END)


def test_running_statement_is_cancelled(client: RawClient, engine: StubEngine) -> None:
    client.exchange(prepare("wait"), WAITING + DONE_COST + END)
    for _ in range(3):
        engine.waiting.clear()
        client.send(OPEN)
        assert engine.waiting.wait(5)
        client.urgent()
        client.exchange("", INTERRUPTED)
        works(client, 1)


def test_urgent_byte_sent_together_with_its_request(
    client: RawClient, engine: StubEngine
) -> None:
    client.exchange(prepare("wait"), WAITING + DONE_COST + END)
    for _ in range(20):
        client.send(OPEN)
        client.urgent()
        client.exchange("", INTERRUPTED)
        works(client, 1)


def test_urgent_byte_after_the_answer_harms_nothing(client: RawClient) -> None:
    for _ in range(50):
        works(client)
        client.urgent()
        works(client)


def test_urgent_byte_while_nothing_runs_is_forgotten(
    server: Server, client: RawClient
) -> None:
    client.urgent()
    client.urgent()
    works(client)
    assert server.statistics().sessions == 1


def test_rest_of_an_interrupted_request_is_skipped(
    client: RawClient, engine: StubEngine
) -> None:
    client.exchange(prepare("wait"), WAITING + DONE_COST + END)
    client.send(OPEN[: -len(END)] + "0009 00001000 0000" + END)
    assert engine.waiting.wait(5)
    client.urgent()
    client.exchange("", INTERRUPTED)


def test_only_the_session_that_asked_is_interrupted(
    server: Server, client: RawClient, engine: StubEngine
) -> None:
    with RawClient(server.address) as other:
        other.start()
        other.exchange(prepare("wait"), WAITING + DONE_COST + END)
        other.send(OPEN)
        assert engine.waiting.wait(5)
        client.urgent()
        works(client)
        other.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            other.read(1)
        other.urgent()
        other.socket.settimeout(10)
        other.exchange("", INTERRUPTED)


def test_interrupt_that_the_engine_missed_is_repeated(
    client: RawClient, engine: StubEngine
) -> None:
    """`interrupt` means the running call; one that comes too early finds none."""
    session = engine.sessions[-1]
    client.exchange(prepare("wait"), WAITING + DONE_COST + END)
    interrupt, early = session.interrupt, []

    def miss_the_first() -> None:
        early.append(time.monotonic())
        if len(early) > 1:
            interrupt()

    session.interrupt = miss_the_first  # type: ignore[method-assign]
    client.send(OPEN)
    assert engine.waiting.wait(5)
    client.urgent()
    client.exchange("", INTERRUPTED)
    assert len(early) > 1


def test_fetch_after_an_interrupted_open_has_no_cursor(
    client: RawClient, engine: StubEngine
) -> None:
    client.exchange(prepare("wait"), WAITING + DONE_COST + END)
    client.send(OPEN)
    assert engine.waiting.wait(5)
    client.urgent()
    client.exchange("", INTERRUPTED)
    client.exchange(fetch(4096), error(-400) + END)


def test_rows_go_on_after_a_late_interrupt(client: RawClient) -> None:
    client.exchange(prepare("select id,name from t1"), FIRST_ID + DONE_COST + END)
    client.exchange(OPEN, END)
    for number in range(4):
        client.exchange(fetch(18), row(number + 1, f"row {number}") + END)
        client.urgent()
