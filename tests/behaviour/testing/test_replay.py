"""Whole transcripts of IBM's driver played to the emulator, byte for byte.

The engine is scripted with what the transcript's server answered; every byte around
it (frames, descriptions, rows, ids, counters) has to come out of the wire half as IBM's
driver was shown it and accepted it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import captures
import pytest
from raw_client import ACCEPTED, RawClient
from stub_engine import (
    ALL_TYPES,
    INTEGER,
    SERIAL,
    VARCHAR_50,
    VARCHAR_128,
    Maker,
    StubEngine,
    StubSession,
    StubStatement,
    select,
)

from informix_db.testing import Server
from informix_db.testing.api import (
    XID,
    Column,
    DatetimeValue,
    ExecuteResult,
    SQLError,
    SQLType,
)

CREATE_T1 = (
    "create table t1 (id serial primary key, name varchar(50), amt decimal(10,2), "
    "d date, ts datetime year to fraction(5), n int)"
)
ID, NAME, N = Column("id", SERIAL), Column("name", VARCHAR_50), Column("n", INTEGER)
T1 = [
    ID,
    NAME,
    Column("amt", SQLType(5, 10 << 8 | 2)),
    Column("d", SQLType(7, 4)),
    Column("ts", SQLType(10, 0x130F)),
    N,
]
TABID = Column("tabid", SERIAL)
TABNAME = Column("tabname", VARCHAR_128)


def does(
    statement_type: int,
    *results: ExecuteResult | SQLError,
    columns: Sequence[Column] = (),
    parameters: Sequence[Column] = (),
    keys: Sequence[Column] = (),
) -> Maker:
    """Return the maker of a statement that has these outcomes, one by one."""
    outcomes = iter(results)

    def run(_: Any) -> ExecuteResult:
        outcome = next(outcomes, ExecuteResult())
        if isinstance(outcome, SQLError):
            raise outcome
        return outcome

    return lambda session: StubStatement(
        session,
        statement_type,
        columns,
        as_input(parameters),
        run=run,
        key_columns=keys,
    )


def as_input(parameters: Sequence[Column]) -> list[Column]:
    """Describe parameters as that server did: no names, and none refuses NULL."""
    return [Column("", replace(p.type, nullable=True)) for p in parameters]


def fails(error: SQLError) -> Maker:
    def make(_: StubSession) -> StubStatement:
        raise error

    return make


def inserted(*serials: int) -> Iterator[ExecuteResult]:
    return (ExecuteResult(rows=1, serial=serial) for serial in serials)


def opened_in_turn(*results: Sequence[tuple[Any, ...]]) -> Maker:
    """Return the maker of s04's SELECT, which has another result at each OPEN."""
    turns = iter(results)
    return lambda session: StubStatement(
        session, 2, T1, as_input([ID, NAME]), rows=lambda _: list(next(turns))
    )


def s02() -> dict[str, Maker]:
    return {
        "select tabname,tabid from systables order by tabid": select(
            [TABNAME, TABID],
            [("systables", 1), (" GL_COLLATE", 90), (" GL_CTYPE", 91)],
        ),
        "select tabid from systables where tabid=1": select([TABID], [(1,)]),
    }


def s03() -> dict[str, Maker]:
    counts = [ExecuteResult(rows=1), ExecuteResult(rows=1)]
    return {
        "insert into t1 values (0,'a',1.5,'2020-01-02','2020-01-02 03:04:05.12345',7)"
        "": does(6, *inserted(1)),
        "insert into t1 values (0,'b',2.5,null,null,8)": does(6, *inserted(2)),
        "update t1 set n=9": does(4, ExecuteResult(rows=2)),
        "delete from t1 where id=2": does(5, ExecuteResult(rows=1)),
        "delete from t1 where id=99": does(5),
        "update t1 set n=? where id=?": does(4, *counts, parameters=[N, ID]),
    }


def s04() -> dict[str, Maker]:
    leap_day = DatetimeValue("2024022913141512345", 0, 15)
    new_year = DatetimeValue("2020010100000000000", 0, 15)
    rows = [
        (1, "odd", Decimal("-123.45"), date(2024, 2, 29), leap_day, None),
        (2, "even", None, None, None, 77),
        (3, None, None, date(2020, 5, 6), new_year, 12),
    ]
    return {
        "insert into t1 values (?,?,?,?,?,?)": does(
            6, *inserted(1, 2, 3), columns=T1, parameters=T1
        ),
        "select * from t1 where id>? and (name=? or 1=1)": opened_in_turn(
            rows, rows, rows[1:], rows[1:], [], []
        ),
    }


def s07() -> dict[str, Maker]:
    def one_key(key: Column, sql_type: SQLType, **last: int) -> Maker:
        column = replace(key, type=sql_type)
        result = ExecuteResult(rows=1, generated_keys=(1, "x"), **last)
        return does(6, result, keys=[column, NAME])

    first = ExecuteResult(rows=1, serial=1, generated_keys=(1, "x"))
    second = ExecuteResult(rows=1, serial=2, generated_keys=(2, "k"))
    return {
        "insert into t1 (name) values ('x')": does(6, first, keys=[ID, NAME]),
        "insert into t1 (id,name) values (0,?)": does(
            6, second, columns=[NAME], parameters=[NAME], keys=[ID, NAME]
        ),
        "create table t8 (id serial8, name varchar(50))": does(45),
        "insert into t8 values (0,'x')": one_key(
            ID, SQLType(18, 10, nullable=False), serial8=1
        ),
        "create table tb (id bigserial, name varchar(50))": does(45),
        "insert into tb values (0,'x')": one_key(
            ID, SQLType(53, 8, nullable=False), bigserial=1
        ),
    }


def s08() -> dict[str, Maker]:
    insert = "insert into t1 (id,name) values (0,'{}')"
    count = Column("count(*)", INTEGER)
    return {
        insert.format("a"): does(6, *inserted(1)),
        insert.format("b"): does(6, *inserted(2)),
        insert.format("c"): does(6, *inserted(2)),
        insert.format("d"): does(6, *inserted(3)),
        "select count(*) from t1": select([count], [(1,)]),
        "set isolation to dirty read": does(40),
        "set isolation to repeatable read": does(40),
        "begin work": does(34),
        "rollback work": does(36),
    }


def s09() -> dict[str, Maker]:
    insert = "insert into t1 (id,name) values (0,'{}')"
    return {
        insert.format("a"): does(6, *inserted(1)),
        insert.format("b"): does(6, *inserted(2)),
    }


def s10() -> dict[str, Maker]:
    updated = [ExecuteResult(rows=1)] * 3
    return {
        "insert into t1 (id,name,n) values (0,?,?)": does(
            6, *inserted(1, 2, 3, 4, 5), columns=[NAME, N], parameters=[NAME, N]
        ),
        "update t1 set n=? where id=?": does(4, *updated, parameters=[N, ID]),
        "insert into t1 (id,name) values (0,'s1');": does(6, *inserted(6)),
        "update t1 set n=1;": does(4, ExecuteResult(rows=6)),
        "delete from t1 where id=1;": does(5, ExecuteResult(rows=1)),
    }


def s10b() -> dict[str, Maker]:
    columns = [ID, NAME, N]
    return {
        "insert into t1 (id,name,n) values (?,?,?)": does(
            6, *inserted(1, 2, 3, 4, 5), columns=columns, parameters=columns
        )
    }


def s11() -> dict[str, Maker]:
    insert = "insert into t1 (id,name) values (5,'a')"
    duplicate = SQLError(-268, -100, token="u100_1")
    return {
        "selec foo": fails(SQLError(-201, offset=1)),
        "select * from nosuch": fails(SQLError(-206, -111, 15, "nosuch")),
        "select nosuch from t1": fails(SQLError(-217, 0, 1, "nosuch")),
        insert: does(6, *inserted(5), duplicate),
    }


def s12() -> dict[str, Maker]:
    insert = "insert into t1 values (0,'row {0}',1.5,null,null,{0})"
    script = {insert.format(i): does(6, *inserted(i + 1)) for i in range(30)}
    rows = [(i + 1, f"row {i}") for i in range(30)]
    script["select id,name from t1 order by id"] = select([ID, NAME], rows)
    return script


def s18() -> dict[str, Maker]:
    contents = [Column("b", SQLType(11, 56)), Column("t", SQLType(12, 56))]
    rows = [
        (1, b"\1\2\3", b"hello"),
        (2, bytes(i % 256 for i in range(2500)), b"abc"),
        (3, None, None),
    ]
    create = "create table tby (id serial, b byte, t text)"
    return {
        create: does(45),
        "insert into tby values (0,?,?)": does(
            6, *inserted(1, 2, 3), columns=contents, parameters=contents
        ),
        "select * from tby": select([ID, *contents], rows),
    }


def s22() -> dict[str, Maker]:
    create = captures.request("s22_bindtypes", "create table alltypes").notes[0]
    insert = f"insert into alltypes values ({','.join('?' * 24)})"
    return {
        create.split("'")[1]: does(45),
        insert: does(6, *inserted(1), columns=ALL_TYPES, parameters=ALL_TYPES),
    }


def u08() -> dict[str, Maker]:
    flags = [Column("is_ansi", INTEGER), Column("is_logging", INTEGER)]
    return {
        "select is_ansi, is_logging from sysmaster:informix.sysdatabases where "
        "name='u08xa'": select(flags, [(0, 1)]),
        "insert into t1 (name) values ('xa')": does(6, *inserted(2)),
    }


SCRIPTS: dict[str, tuple[Callable[[], dict[str, Maker]], str]] = {
    "s01_connect": (dict, ""),
    "s02_select": (s02, ""),
    "s03_dml": (s03, ""),
    "s04_prepsel": (s04, ""),
    "s07_genkeys": (s07, ""),
    "s08_tx": (s08, ""),
    "s09_savepoint": (s09, ""),
    "s10_batch": (s10, ""),
    "s10b_ifxput": (s10b, ""),
    # From here on the scratch server kept the id of a one-shot statement.
    "s11_err": (s11, "values (?,?)"),
    "s12_scroll": (s12, ""),
    "s18_bytetext": (s18, ""),
    "s22_bindtypes": (s22, ""),
    "u08_xa": (u08, ""),
}


def exchanges(name: str, stop_at: str) -> Iterator[tuple[bytes, bytes]]:
    messages = captures.load(name)
    for request, reply in itertools.pairwise(messages):
        if stop_at and any(stop_at in note for note in request.notes):
            return
        if request.direction == captures.CLIENT and request.data:
            yield request.data, reply.data


@pytest.mark.parametrize("name", SCRIPTS)
def test_replies_equal_those_ibm_driver_accepted(name: str) -> None:
    script, stop_at = SCRIPTS[name]
    engine = StubEngine()
    engine.names = [name, name.replace("_", "")]
    engine.prepared = [XID(0x1267, b"gtrid1", b"bq")]
    engine.statements |= {"drop table t1": does(46), CREATE_T1: does(45), **script()}
    replies = "drop" if name == "s11_err" else "keep"
    with Server(engine=engine, batch_errors=replies) as server:
        with RawClient(server.address) as client:
            assert client.log_in()[2] == ACCEPTED
            for request, reply in exchanges(name, stop_at):
                client.exchange(request, reply)
        assert server.statistics().statements <= 1
