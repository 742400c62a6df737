"""Batches with an error, byte by byte, in each shape: row 2 of 4 is a duplicate."""

from __future__ import annotations

import pytest
from raw_client import RawClient
from raw_messages import DONE_COST, END, command, error, prepare
from stub_engine import StubEngine

from informix_db.testing import Server


def batch(*names: str) -> str:
    text = "0004 0000"
    for name in names:
        raw = name.encode()
        text += (
            "0005 0003 0002 0000 0a00 00000001"
            f"0000 0000 0000 {len(raw):04x} {raw.hex()}{'00' * (len(raw) % 2)}"
            "0002 0000 0a00 00000001 0007"
        )
    return text + END


def stored(serial: int) -> str:
    return (
        f"005e {'00' * 18}"
        f"000f 0000 00000001 00000000 {serial:08x} 0037 00000001 00000001"
    )


def prepare_insert(client: RawClient) -> None:
    client.send(prepare("insert into t1 (id,name,n) values (?,?,?)", 3))
    described = 18 + 3 * 30 + len(b"id.name.n.")
    assert client.read(described + 28)[-28:] == bytes.fromhex(DONE_COST + END)


DUPLICATE = error(-268, -100, token="u100_1")


@pytest.mark.parametrize(
    ("shape", "expected", "kept"),
    [
        ("keep", stored(1) + DUPLICATE + END, 1),
        ("drop", DUPLICATE + END, 1),
        ("continue", stored(1) + DUPLICATE + stored(2) + stored(3) + END, 3),
    ],
)
def test_batch_with_an_error(
    engine: StubEngine, shape: str, expected: str, kept: int
) -> None:
    with (
        Server(engine=engine, batch_errors=shape) as server,
        RawClient(server.address) as client,
    ):
        client.start()
        prepare_insert(client)
        client.exchange(batch("a", "duplicate", "c", "d"), expected)
        assert len(engine.sessions[-1].stored) == kept
        client.exchange(batch("e"), stored(kept + 1) + END)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("keep", "{update}{insert}{error}000c"),
        ("drop", "{error}000c"),
        ("continue", "{update}{insert}{error}{update}000c"),
    ],
)
def test_batch_of_one_shots_with_an_error(
    engine: StubEngine, shape: str, expected: str
) -> None:
    update = (
        "0008 0004 0000 00000001 0000 0000 00000000"
        "000f 0000 00000002 00000000 00000000 0037 00000001 00000001"
    )
    insert = "0008 0006 0000 00000001 0000 0000 00000000"
    with (
        Server(engine=engine, batch_errors=shape) as server,
        RawClient(server.address) as client,
    ):
        client.start()
        client.exchange(
            command("update") + command("insert duplicate") + command("update") + END,
            expected.format(update=update, insert=insert, error=DUPLICATE),
        )
        assert server.statistics().statements == 0


@pytest.mark.parametrize(
    ("shape", "rows", "kept"), [("keep", 1, 1), ("drop", None, 1), ("continue", 3, 3)]
)
def test_insert_cursor_with_an_error(
    engine: StubEngine, shape: str, rows: int | None, kept: int
) -> None:
    def put(name: str) -> str:
        raw = name.encode()
        size = 9 + len(raw)
        pad = "00" * (size % 2)
        cells = f"00000001 {len(raw):02x}{raw.hex()} 00000001"
        return f"0011 {size:08x} 0001 {cells} {pad}"

    done = ""
    if rows is not None:
        done = f"000f 0000 {rows:08x} 00000000 00000000 0037 00000001 00000001"
    expected = done + DUPLICATE if shape != "continue" else DUPLICATE + done
    with (
        Server(engine=engine, batch_errors=shape) as server,
        RawClient(server.address) as client,
    ):
        client.start()
        prepare_insert(client)
        puts = "".join(put(name) for name in ("a", "duplicate", "c", "d"))
        client.exchange(f"0004 0000 0003 0001 6300 0006 {puts} 000c", expected + END)
        assert len(engine.sessions[-1].stored) == kept
        client.exchange("0004 0000 000a 000c", END)
