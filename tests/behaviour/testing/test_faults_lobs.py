"""Errors on demand at the messages of large objects; the next try succeeds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from raw_client import RawClient
from raw_messages import DONE_COST, END, command, error

from informix_db.testing import Server

SIGNATURE = b"function informix.ifx_lo_close(integer)"
GET_ROUTINE = f"0065 00 {len(SIGNATURE):08x} {SIGNATURE.hex()} 00 0000 000c"
CREATE = b"function informix.ifx_lo_create(ifx_lo_spec,integer,blob)"
GET_CREATE = f"0065 00 {len(CREATE):08x} {CREATE.hex()} 00 0000 000c"
UDT = "002c 0000 0000 0000 0000 00000048" + "00" * 72
CREATE_OBJECT = (
    f"0066 0000 00000064 0003 0000 0005 0003 {UDT} 0002 0000 0a00 00000008 {UDT} 000c"
)
CREATED = "0067 0002 002c 0000 0004 626c6f62 0000 0000 00000048" + "00" * 8


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[RawClient]:
    with RawClient(server.address) as client:
        client.start()
        yield client


def test_a_routine(server: Server, client: RawClient) -> None:
    server.faults.error_once(-9999, at="routine")
    client.exchange(GET_ROUTINE, error(-9999) + END)
    handle = "0065 0006 746573746462 00000064 000c"
    client.exchange(GET_ROUTINE, handle)


def test_contents(server: Server, client: RawClient) -> None:
    client.exchange(GET_CREATE, "0065 0006 746573746462 00000064 000c")
    client.exchange(
        CREATE_OBJECT, CREATED + "00000001" + "00" * 60 + "0002 0000 0a00 00000001 000c"
    )
    write = "0061 0002 0001 00000003 7d00 0003 616263 00 000c"
    server.faults.error_once(-9999, at="large object")
    client.exchange(write, error(-9999) + END)
    client.exchange(write, "0061 0002 00000003 000c")


def test_a_dropped_connection_in_the_middle_of_a_file(
    server: Server, client: RawClient
) -> None:
    """A client that goes away while it is asked leaves the engine to others."""
    client.exchange(command("create table t (b blob)") + END, created())
    insert = "insert into t values (filetoblob('f', 'client'))"
    client.send(command(insert) + END)
    question = bytes.fromhex("0062 0000 0001 6600" + "00" * 12 + END)
    described = bytes.fromhex("0008 0006 0000 00000001 0000 0000 00000000")
    assert client.read(len(described + question)) == described + question
    client.socket.close()
    assert server.wait_until_idle(10)
    with RawClient(server.address) as other:
        other.start()
        other.exchange(command("drop table t") + END, created("002e"))


def created(statement_type: str = "002d") -> str:
    return f"0008 {statement_type} 0000 00000001 0000 0000 00000000" + DONE_COST + END
