"""Damaged requests: they may cost the session that sent them, nothing more."""

from __future__ import annotations

import contextlib
import logging
import random
import socket
from collections.abc import Callable, Iterator

import captures
import pytest
from raw_client import RawClient, login_request
from raw_messages import prepare
from stub_engine import INSERT_ALL_TYPES, Maker, StubEngine

import informix_db
from informix_db.testing import Server

CONVERSATIONS = (
    "s04_prepsel",
    "s10_batch",
    "s10b_ifxput",
    "s12_scroll",
    "s22_bindtypes",
)
REQUESTS = [data for name in CONVERSATIONS for data in captures.client(name)]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Return `data` with bytes changed, removed, repeated or cut off."""
    result = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(result))
        match chance.randrange(4):
            case 0:
                result[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 1:
                del result[at : at + chance.randint(1, 4)]
            case 2:
                result[at:at] = result[at : at + chance.randint(1, 8)]
            case 3:
                del result[at:]
        if not result:
            break
    return bytes(result)


class AnyStatement(dict[str, Maker]):
    """Knows every SQL text: as an INSERT or as a SELECT."""

    def get(self, sql: str, default: object = None) -> Maker:
        name = INSERT_ALL_TYPES if "insert" in sql else "select id,name from t1"
        return self[name]


def send_and_leave(address: tuple[str, int], data: bytes) -> None:
    with RawClient(address) as client, contextlib.suppress(ConnectionError):
        client.send(data)
        client.socket.shutdown(socket.SHUT_WR)
        while client.socket.recv(65536):
            pass


@pytest.mark.parametrize("seed", range(5))
def test_damaged_requests(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(seed)
    engine = StubEngine()
    engine.statements = AnyStatement(engine.statements)
    start = login_request() + bytes.fromhex(
        "007e 0008 fffc7ffc3c8caa97 000c" + prepare("select") + prepare("insert")
    )
    with caplog.at_level(logging.ERROR), Server(engine=engine) as server:
        for _ in range(40):
            requests = chance.sample(REQUESTS, 10)
            requests[-4:] = [damaged(request, chance) for request in requests[-4:]]
            send_and_leave(server.address, start + b"".join(requests))
        for _ in range(10):
            send_and_leave(server.address, damaged(login_request(), chance))
        assert server.wait_until_idle(5)
        statistics = server.statistics()
        assert (statistics.statements, statistics.cursors) == (0, 0)
        with RawClient(server.address) as client:
            client.start()
    assert any(session.executed or session.opened for session in engine.sessions)
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


@pytest.fixture
def emulator() -> Iterator[Server]:
    """A server with SQL behind it, for one test."""
    with Server() as server:
        yield server


@pytest.mark.parametrize("seed", range(3))
def test_damaged_conversations(
    emulator: Server,
    connect: Callable[[], informix_db.Connection],
    seed: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whole conversations of IBM's client, damaged here and there. Another session's
    transaction and the tables of the others stay as they are."""
    chance = random.Random(seed)
    with caplog.at_level(logging.ERROR):
        neighbour = connect()
        cursor = neighbour.cursor()
        for name in CONVERSATIONS:
            cursor.execute(f"CREATE DATABASE {name} WITH LOG")
        cursor.execute("DATABASE testdb")
        cursor.execute("CREATE TABLE mine (n INT)")
        neighbour.commit()
        for round_ in range(20):
            cursor.execute("INSERT INTO mine VALUES (?)", (round_,))
            requests = list(captures.client(chance.choice(CONVERSATIONS)))
            for at in chance.sample(range(1, len(requests)), 4):
                requests[at] = damaged(requests[at], chance)
            send_and_leave(emulator.address, login_request() + b"".join(requests))
            cursor.execute("SELECT COUNT(*) FROM mine")
            assert cursor.fetchone() == (round_ + 1,)
        neighbour.commit()
        neighbour.close()
        assert emulator.wait_until_idle(5)
        assert emulator.statistics().statements == 0
        assert emulator.statistics().total_requests > 200
        cursor = connect().cursor()
        cursor.execute("SELECT SUM(n) FROM mine")
        assert cursor.fetchone() == (sum(range(20)),)
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]
