"""Databases over the wire: opened, closed, made and dropped, alone and by many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from raw_client import ACCEPTED, RawClient
from raw_messages import END, command, error

from informix_db.testing import Server

ROWS = "00000000 00000000 00000000 0037 00000001 00000001"
LOGGED, ANSI, UNLOGGED = 0x15, 0x17, 0x14
USED = (-425, -107)


class Client(RawClient):
    """Opens databases by messages and by SQL."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.address)
        assert self.log_in()[2] == ACCEPTED
        self.negotiate()

    def opens(self, name: str, warn: int, *, exclusive: bool = False) -> None:
        self.exchange(dbopen(name, exclusive), f"000f {warn:04x} {ROWS} 000c")

    def fails(self, name: str, *codes: int, exclusive: bool = False) -> None:
        token = name if codes[0] == -329 else ""
        self.exchange(dbopen(name, exclusive), error(*codes, token=token) + END)

    def does(self, sql: str, statement_type: int, warn: int = 0) -> None:
        described = f"0008 {statement_type:04x} 0000 00000001 0000 0000 00000000"
        self.exchange(command(sql) + END, f"{described} 000f {warn:04x} {ROWS} 000c")

    def refuses(self, sql: str, statement_type: int, *codes: int) -> None:
        described = f"0008 {statement_type:04x} 0000 00000001 0000 0000 00000000"
        self.exchange(command(sql) + END, described + error(*codes) + END)


def dbopen(name: str, exclusive: bool = False) -> str:
    raw = name.encode()
    pad = "00" * (len(raw) % 2)
    return f"0024 {len(raw):04x} {raw.hex()}{pad} {int(exclusive):04x} 000c"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def one(server: Server) -> Iterator[Client]:
    with Client(server) as client:
        yield client


@pytest.fixture
def two(server: Server) -> Iterator[Client]:
    with Client(server) as client:
        yield client


def test_opening_one_after_the_other(one: Client) -> None:
    one.opens("testdb", LOGGED)
    one.opens("ansidb", ANSI)
    one.opens("unlogdb", UNLOGGED)
    one.opens("sysmaster", UNLOGGED)
    one.opens("TESTDB", LOGGED)
    one.opens("testdb@informix", LOGGED)


def test_one_that_is_not_there(one: Client) -> None:
    one.opens("testdb", LOGGED)
    one.fails("nosuchdb", -329, -111)
    one.opens("testdb", LOGGED)


def test_statements(one: Client) -> None:
    """The warn bits tell the state, the statement type that they do (J)."""
    one.does("create database newdb with log mode ansi", 12, ANSI)
    one.does("close database", 31)
    one.does("database newdb", 1, ANSI)
    one.does("database testdb exclusive", 1, LOGGED)
    one.does("drop database newdb", 13)
    one.fails("newdb", -329, -111)


def test_closing_by_message(one: Client) -> None:
    one.opens("testdb", LOGGED)
    one.exchange("0025 000c", END)
    one.exchange("0025 000c", error(-349) + END)
    one.opens("testdb", LOGGED)


@pytest.mark.parametrize("by_sql", [True, False])
def test_exclusive_keeps_others_out(one: Client, two: Client, by_sql: bool) -> None:
    if by_sql:
        one.does("database testdb exclusive", 1, LOGGED)
    else:
        one.opens("testdb", LOGGED, exclusive=True)
    two.fails("testdb", *USED)
    two.fails("testdb", *USED, exclusive=True)
    two.opens("ansidb", ANSI)
    one.opens("unlogdb", UNLOGGED)
    two.opens("testdb", LOGGED)


def test_exclusive_needs_it_unused(one: Client, two: Client) -> None:
    one.opens("testdb", LOGGED)
    two.fails("testdb", *USED, exclusive=True)
    one.opens("testdb", LOGGED, exclusive=True)  # its own use is not in the way
    one.opens("testdb", LOGGED)
    two.opens("testdb", LOGGED)


def test_exclusive_ends_with_its_session(server: Server, two: Client) -> None:
    with Client(server) as one:
        one.opens("testdb", LOGGED, exclusive=True)
        one.exchange("0038", "0038")
        assert one.read(1) == b""
    two.opens("testdb", LOGGED)


def test_leaving_a_transaction(one: Client) -> None:
    one.opens("testdb", LOGGED)
    one.exchange("0023 000c", f"000f 0000 {ROWS} 000c")
    one.fails("unlogdb", -377)
    one.exchange("0025 000c", error(-377) + END)
    one.exchange("0014 0000 000c", f"000f 0000 {ROWS} 000c")
    one.opens("unlogdb", UNLOGGED)


def test_dropping_what_is_used(one: Client, two: Client) -> None:
    one.does("create database newdb", 12, UNLOGGED)
    one.refuses("drop database newdb", 13, -359)
    two.opens("unlogdb", UNLOGGED)
    two.refuses("drop database newdb", 13, *USED)


def test_server_drops_what_is_used(server: Server, one: Client) -> None:
    server.create_database("newdb:ansi")
    one.opens("newdb", ANSI)
    server.drop_database("newdb")
    assert one.read(1) == b""
    assert "newdb" not in server.engine.databases()


def test_server_makes_databases_once(server: Server, one: Client) -> None:
    server.create_database("newdb:buffered")
    server.run_script("CREATE TABLE t (n INT)", "newdb")
    server.create_database("newdb:buffered")
    one.opens("newdb", LOGGED)
    one.does("update t set n = 1", 4)
