"""Transaction branches in the engine: states, sessions that end, what they hold."""

from __future__ import annotations

import pytest
from engine_client import SQLClient

from informix_db.testing.api import XID, XAError
from informix_db.testing.engine import Engine

JOIN, SUSPEND, SUCCESS = 0x00200000, 0x02000000, 0x04000000
RESUME, FAIL, ONE_PHASE = 0x08000000, 0x20000000, 0x40000000
START_SCAN = 0x01000000
RDONLY, RBROLLBACK = 3, 100
RMERR, NOTA, INVAL, PROTO, DUPID, OUTSIDE = -3, -4, -5, -6, -8, -9

A, B = XID(1, b"a", b""), XID(1, b"b", b"")


@pytest.fixture
def one(sql: SQLClient) -> SQLClient:
    sql.do("CREATE TABLE t (k INT PRIMARY KEY)")
    return sql


@pytest.fixture
def two(one: SQLClient) -> SQLClient:
    return one.another()


def branch(client: SQLClient, xid: XID = A, *statements: str) -> None:
    """Do work in a branch, to its end."""
    client.session.branches.start(xid, 0)
    for statement in statements or ("INSERT INTO t VALUES (1)",):
        client.do(statement)
    client.session.branches.end(xid, SUCCESS)


def code(client: SQLClient, method: str, *arguments: object) -> int:
    """Return the error a request about branches ends with."""
    with pytest.raises(XAError) as caught:
        getattr(client.session.branches, method)(*arguments)
    return caught.value.code


def keys(client: SQLClient) -> list[tuple[int]]:
    return client.rows("SELECT k FROM t ORDER BY k")


@pytest.mark.parametrize("commit", [True, False])
def test_another_session_finishes(one: SQLClient, two: SQLClient, commit: bool) -> None:
    branch(one)
    assert two.session.branches.prepare(A) == 0
    one.session.close()
    assert two.code("SELECT k FROM t") == -244
    if commit:
        assert two.session.branches.commit(A, 0) == 0
    else:
        assert two.session.branches.rollback(A) == 0
    assert keys(two) == ([(1,)] if commit else [])
    assert code(two, "commit", A, 0) == NOTA


def test_another_session_joins(one: SQLClient, two: SQLClient) -> None:
    branch(one)
    assert code(two, "start", A, RESUME) == PROTO
    two.session.branches.start(A, JOIN)
    assert keys(two) == [(1,)]
    two.do("INSERT INTO t VALUES (2)")
    assert code(one, "start", A, JOIN) == PROTO
    two.session.branches.end(A, SUCCESS)
    one.session.close()
    assert two.session.branches.commit(A, ONE_PHASE) == 0
    assert keys(two) == [(1,), (2,)]


@pytest.mark.parametrize("end", [None, SUCCESS, SUSPEND, FAIL])
def test_what_is_not_prepared_ends_with_its_session(
    one: SQLClient, two: SQLClient, end: int | None
) -> None:
    one.session.branches.start(A, 0)
    one.do("INSERT INTO t VALUES (1)")
    if end is not None:
        one.session.branches.end(A, end)
    one.session.close()
    assert keys(two) == []
    assert code(two, "rollback", A) == NOTA


def test_suspended(one: SQLClient) -> None:
    branches = one.session.branches
    branches.start(A, 0)
    branches.end(A, SUSPEND)
    assert code(one, "prepare", A) == PROTO
    assert code(one, "commit", A, ONE_PHASE) == PROTO
    assert code(one, "start", A, JOIN) == PROTO
    assert code(one, "end", A, SUSPEND) == PROTO
    assert branches.end(A, SUCCESS) == 0
    assert code(one, "end", A, SUCCESS) == PROTO
    assert branches.prepare(A) == RDONLY


def test_one_branch_at_a_time(one: SQLClient) -> None:
    branches = one.session.branches
    branches.start(A, 0)
    for method, arguments in (
        ("start", (B, 0)),
        ("prepare", (A,)),
        ("commit", (A, ONE_PHASE)),
        ("rollback", (A,)),
        ("close_database", ()),
    ):
        assert code(one, method, *arguments) == PROTO
    assert one.code("COMMIT WORK") == one.code("ROLLBACK WORK") == -700
    assert one.code("CLOSE DATABASE") == -377


def test_failed(one: SQLClient) -> None:
    branches = one.session.branches
    for finish in (branches.prepare, lambda xid: branches.commit(xid, ONE_PHASE)):
        branches.start(A, 0)
        one.do("INSERT INTO t VALUES (1)")
        branches.end(A, FAIL)
        branches.start(A, JOIN)
        branches.end(A, SUCCESS)
        assert finish(A) == RBROLLBACK
        assert keys(one) == []


def test_prepared(one: SQLClient) -> None:
    branch(one)
    one.session.branches.prepare(A)
    assert code(one, "prepare", A) == PROTO
    assert code(one, "start", A, JOIN) == PROTO
    assert code(one, "end", A, SUCCESS) == PROTO
    assert code(one, "commit", A, ONE_PHASE) == PROTO
    one.session.branches.rollback(A)


def test_deadlocks_are_found_by_who_joined(one: SQLClient, two: SQLClient) -> None:
    branch(one)
    two.session.branches.start(A, JOIN)
    one.do("BEGIN WORK")
    one.do("SET LOCK MODE TO WAIT 5")
    two.session.waiting_for = one.session.transaction
    assert one.codes("SELECT k FROM t") == (-244, -143)


def test_names(one: SQLClient, two: SQLClient) -> None:
    branch(one)
    assert code(two, "start", A, 0) == DUPID
    assert code(two, "start", B, JOIN) == NOTA
    assert code(two, "forget", B) == NOTA
    assert code(two, "forget", A) == PROTO


def test_outside(one: SQLClient) -> None:
    one.do("BEGIN WORK")
    assert code(one, "start", A, 0) == OUTSIDE
    one.do("ROLLBACK WORK")
    branch(one)


def test_outside_in_an_ansi_database(engine: Engine) -> None:
    ansi = SQLClient(engine, "ansidb")
    ansi.do("CREATE TABLE t (k INT)")
    assert code(ansi, "start", A, 0) == OUTSIDE
    ansi.do("COMMIT WORK")
    assert keys(ansi) == []  # begins a transaction that need not be finished
    branch(ansi)
    ansi.session.branches.start(B, 0)
    assert ansi.code("CLOSE DATABASE") == -377


def test_no_log_no_branches(engine: Engine) -> None:
    assert code(SQLClient(engine, "unlogdb"), "start", A, 0) == RMERR


def test_recover_tells_only_what_is_prepared(one: SQLClient, two: SQLClient) -> None:
    branches = two.session.branches
    branch(one, A)
    assert branches.recover(10, START_SCAN) == []
    branch(one, B, "INSERT INTO t VALUES (2)")
    branches.prepare(A)
    branches.prepare(B)
    assert branches.recover(1, START_SCAN) == [A]
    assert branches.recover(5, 0) == [B]
    assert branches.recover(5, 0) == []
    assert code(two, "recover", -1, START_SCAN) == INVAL


def test_tables_are_made_and_locked_in_branches(one: SQLClient, two: SQLClient) -> None:
    branch(one, A, "CREATE TABLE made (n INT)", "LOCK TABLE t IN EXCLUSIVE MODE")
    one.session.branches.prepare(A)
    assert one.codes("SELECT n FROM made") == (-211, -107)
    assert one.codes("SELECT k FROM t") == (-244, -113)
    one.session.close()
    two.session.branches.commit(A, 0)
    assert two.rows("SELECT n FROM made") == []
    assert keys(two) == []


def test_the_database_stays_in_use(one: SQLClient, engine: Engine) -> None:
    one.do("CREATE DATABASE other WITH LOG")
    one.do("CREATE TABLE t (k INT)")
    branch(one)
    one.session.branches.prepare(A)
    one.session.close()
    two = SQLClient(engine, "sysmaster")
    assert two.code("DROP DATABASE other") == -425
    two.session.branches.commit(A, 0)
    two.do("DROP DATABASE other")


@pytest.mark.parametrize("commit", [True, False])
def test_temporary_tables_go_with_their_session(
    one: SQLClient, two: SQLClient, commit: bool
) -> None:
    one.do("CREATE TEMP TABLE old (n INT)")
    branch(
        one,
        A,
        "INSERT INTO t VALUES (1)",
        "INSERT INTO old VALUES (1)",
        "CREATE TEMP TABLE new (n INT)",
        "INSERT INTO new VALUES (1)",
    )
    one.session.branches.prepare(A)
    one.session.close()
    if commit:
        two.session.branches.commit(A, 0)
    else:
        two.session.branches.rollback(A)
    assert keys(two) == ([(1,)] if commit else [])


def test_an_engine_ends_with_branches_in_doubt() -> None:
    engine = Engine()
    client = SQLClient(engine)
    client.do("CREATE TABLE t (k INT)")
    branch(client)
    client.session.branches.prepare(A)
    engine.close()
