"""The canned server: same bytes as a server that thinks, and no thought."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from raw_client import RawClient
from raw_messages import (
    DONE_COST,
    END,
    FIRST_ID,
    error,
    fetch,
    open_cursor,
    prepare,
    row,
)
from stub_engine import BOOLEAN, INTEGER, SERIAL, VARCHAR_50

from informix_db.testing.api import Column
from informix_db.testing.canned import CannedQuery, CannedServer

COLUMNS = [Column("id", SERIAL), Column("name", VARCHAR_50)]
ROWS = [(number, f"row {number}") for number in range(1, 6)]
INSERT = "insert into t values (?,?)"


@pytest.fixture(scope="module")
def server() -> Iterator[CannedServer]:
    queries = {
        "select id,name from t1": CannedQuery(COLUMNS, ROWS),
        "select nothing": CannedQuery(COLUMNS, []),
        "select b": CannedQuery([Column("b", BOOLEAN)], [(True,)]),
        INSERT: CannedQuery(parameters=[Column("", INTEGER), Column("", VARCHAR_50)]),
    }
    with CannedServer(queries) as server:
        yield server


@pytest.fixture
def client(server: CannedServer) -> Iterator[RawClient]:
    with RawClient(server.address) as client:
        client.start()
        yield client


def test_pages_are_cut_as_a_thinking_server_cuts_them(client: RawClient) -> None:
    open_cursor(client)
    rows = [row(*values) for values in ROWS]
    client.exchange(fetch(40), rows[0] + rows[1] + END)
    client.exchange(fetch(1), rows[2] + END)
    client.exchange(fetch(36), rows[3] + rows[4] + DONE_COST + END)
    client.exchange(fetch(36), DONE_COST + END)
    client.exchange("0004 0000 0006 000c", END)
    client.exchange(fetch(4096), "".join(rows) + DONE_COST + END)


def test_rows_by_number(client: RawClient) -> None:
    client.exchange(prepare("select id,name from t1"), FIRST_ID + DONE_COST + END)
    client.exchange("0004 0000 0003 0001 6300 0018 0006 000c", END)
    last, by_number = "0004", "0006"

    def scroll(how: str, target: int) -> str:
        return f"0004 0000 0017 {how} {target:08x} 00001000 000c"

    client.exchange(scroll(last, 0), row(*ROWS[4]) + "0019 00000005" + END)
    client.exchange(scroll(by_number, 2), row(*ROWS[1]) + "0019 00000002" + END)
    client.exchange(scroll(by_number, 6), DONE_COST + END)


def test_the_database_there_is(client: RawClient) -> None:
    client.exchange("001a 000c", f"001a 0006 {b'testdb'.hex()} 0000 000c")


def test_empty_result(client: RawClient) -> None:
    open_cursor(client, "select nothing")
    client.exchange(fetch(4096), DONE_COST + END)


def test_rows_in_the_form_the_client_asks_for(client: RawClient) -> None:
    client.send(prepare("select b"))
    client.read(18 + 30 + 16 + 2 + 28)
    client.exchange("0004 0000 0003 0001 6300 0006 000c", END)
    asked = "0064 0001 0001 002d 0000 0000 00000001"
    client.exchange(
        f"0004 0000 {asked} 0009 00001000 0000 000c",
        "000e 0000 00000006 00 00000001 01" + DONE_COST + END,
    )


def test_every_row_of_a_batch_is_accepted(client: RawClient) -> None:
    client.exchange(
        prepare(INSERT, 2),
        f"0008 0006 0000 00000001 0000 0000 00000000 {DONE_COST} 000c",
    )
    values = "0005 0002 0002 0000 0a00 00000001 0000 0000 0000 0003 616263 00 0007"
    nulls = "0005 0002 0002 ffff 0000 0000 ffff 0000 0007"
    named = "0005 0002 002b 0000 0000 0000 0000 00000001 61 00 0002 ffff 0000 0007"
    done = (
        f"005e {'00' * 18} 000f 0000 00000001 00000000 000000000037 00000001 00000001"
    )
    client.exchange(
        "0004 0000" + (values + nulls + named) * 2000 + END, done * 6000 + END
    )


def test_unknown_statement_is_a_syntax_error(client: RawClient) -> None:
    client.exchange(prepare("select other"), error(-201, offset=1) + END)


def test_process_ends_with_its_server() -> None:
    server = CannedServer({})
    with RawClient(server.address) as client:
        client.start()
        server.close()
        assert client.read(1) == b""
