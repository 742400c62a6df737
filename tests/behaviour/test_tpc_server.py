"""Two-phase commit when things go wrong: lost answers, locks, a coordinator elsewhere.

`test_tpc.py` has the calls themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from facade import LoopRunner
from logins import login_to

import informix_db
from informix_db import aio
from informix_db.testing import Server

from .conftest import BOTH, Connect

MODES = BOTH

XID = (7, "transfer", "stock")
OTHER = (7, "transfer", "money")

NOT_OPENED = bytes.fromhex("0049 fffd 000c")  # an answer to XAOPEN


@pytest.fixture
def connect(server: Server, mode: str) -> Iterator[Connect]:
    """Open connections to a server of the test's own."""
    opened: list[informix_db.Connection] = []
    runner = LoopRunner()

    def open_one(**arguments: Any) -> informix_db.Connection:
        settings = login_to(server, **arguments)
        connection = (
            informix_db.connect(**settings)
            if mode == "sync"
            else runner.face(aio.connect(**settings))
        )
        opened.append(connection)
        return connection

    with open_one(autocommit=True) as maker:
        maker.cursor().execute("CREATE TABLE stock (item INT)")
    yield open_one
    for connection in opened:
        connection.close()
    runner.close()


@pytest.fixture
def conn(connect: Connect) -> informix_db.Connection:
    return connect()


def work(conn: informix_db.Connection, xid: Any = XID, item: int = 1) -> None:
    """Begin a branch and change something in it."""
    conn.tpc_begin(xid)
    conn.cursor().execute("INSERT INTO stock VALUES (?)", (item,))


def items(conn: informix_db.Connection) -> list[int]:
    rows = conn.cursor().execute("SELECT item FROM stock ORDER BY item").fetchall()
    conn.commit()
    return [item for (item,) in rows]


def test_the_database_cannot_be_opened_again(
    server: Server, conn: informix_db.Connection
) -> None:
    """The session is left without one, and says so; both errors are told."""
    server.faults.garbage(NOT_OPENED, skip=3)
    server.faults.error_once(-329, at="database")
    with pytest.raises(informix_db.OperationalError) as caught:
        conn.tpc_begin(XID)
    assert caught.value.sqlcode == -329
    assert "XA code -3" in str(caught.value.__cause__)
    assert not conn.in_transaction
    with pytest.raises(informix_db.NotSupportedError):
        conn.tpc_begin(XID)
    with pytest.raises(informix_db.ProgrammingError, match="database"):
        conn.tpc_recover()


def test_the_database_is_opened_again(
    server: Server, conn: informix_db.Connection
) -> None:
    """The session goes on as if two-phase commit had not been asked for."""
    server.faults.garbage(NOT_OPENED, skip=3)
    with pytest.raises(informix_db.InternalError, match="XA code -3"):
        conn.tpc_begin(XID)
    conn.cursor().execute("INSERT INTO stock VALUES (5)")
    assert conn.in_transaction
    assert items(conn) == [5]
    work(conn)
    conn.tpc_commit()
    assert items(conn) == [1, 5]


@pytest.mark.parametrize("decision", ["commit", "rollback"])
def test_the_session_is_lost_after_prepare(
    server: Server, conn: informix_db.Connection, connect: Connect, decision: str
) -> None:
    work(conn)
    conn.tpc_prepare()
    server.faults.drop_after(0)
    with pytest.raises(informix_db.OperationalError) as caught:
        conn.ping()
    assert caught.value.session_dead
    other = connect()
    (found,) = other.tpc_recover()
    assert found == XID
    if decision == "commit":
        other.tpc_commit(found)
    else:
        other.tpc_rollback(found)
    assert other.tpc_recover() == []
    assert items(other) == ([1] if decision == "commit" else [])


@pytest.mark.parametrize(
    ("step", "prepared", "committed"),
    [("tpc_prepare", True, False), ("tpc_commit", False, True)],
)
def test_an_answer_is_lost(
    server: Server,
    conn: informix_db.Connection,
    connect: Connect,
    step: str,
    prepared: bool,
    committed: bool,
) -> None:
    """The server has done it all the same; asking what is in doubt tells."""
    work(conn)
    if step == "tpc_commit":
        conn.tpc_prepare()
        server.faults.truncate(0)
    else:
        server.faults.truncate(0, skip=1)  # the end of the work comes first
    with pytest.raises(informix_db.OperationalError) as caught:
        getattr(conn, step)()
    assert caught.value.session_dead
    assert conn.closed
    other = connect(lock_wait=10)
    assert other.tpc_recover() == ([XID] if prepared else [])
    if prepared:
        other.tpc_rollback(XID)
    assert items(other) == ([1] if committed else [])


def test_lost_before_prepare_is_rolled_back(
    server: Server, conn: informix_db.Connection, connect: Connect
) -> None:
    work(conn)
    server.faults.truncate(0)
    with pytest.raises(informix_db.OperationalError):
        conn.ping()
    other = connect(lock_wait=10)  # until the server has seen the session end
    assert items(other) == []
    assert other.tpc_recover() == []


def test_prepared_work_stays_locked(
    conn: informix_db.Connection, connect: Connect
) -> None:
    work(conn)
    conn.tpc_prepare()
    conn.close()
    other = connect()
    with pytest.raises(informix_db.OperationalError) as caught:
        other.cursor().execute("DELETE FROM stock")
    assert (caught.value.sqlcode, caught.value.isamcode) == (-244, -107)
    other.rollback()
    other.tpc_rollback(XID)
    assert other.cursor().execute("DELETE FROM stock").rowcount == 0


@pytest.mark.parametrize("mode", ["sync"])
def test_who_waits_for_prepared_work_goes_on_when_it_is_finished(
    conn: informix_db.Connection, connect: Connect, mode: str
) -> None:
    work(conn)
    conn.tpc_prepare()
    waiting = connect(lock_wait=20)
    with ThreadPoolExecutor(1) as executor:
        found = executor.submit(items, waiting)
        conn.tpc_commit()
        assert found.result(20) == [1]


def test_finished_behind_the_sessions_back(
    conn: informix_db.Connection, connect: Connect
) -> None:
    work(conn)
    conn.tpc_prepare()
    other = connect()
    other.tpc_commit(XID)
    with pytest.raises(informix_db.ProgrammingError, match="knows no such"):
        conn.tpc_commit()
    assert not conn.in_transaction
    assert items(conn) == [1]


def test_not_finished_by_others_before_it_is_prepared(
    conn: informix_db.Connection, connect: Connect
) -> None:
    work(conn)
    other = connect()
    for decide in (other.tpc_commit, other.tpc_rollback):
        with pytest.raises(informix_db.ProgrammingError, match="not expect this"):
            decide(XID)
    conn.tpc_commit()
    assert items(other) == [1]


def test_branches_of_one_transaction(
    conn: informix_db.Connection, connect: Connect
) -> None:
    """The two phases over two sessions, as a coordinator has them."""
    other = connect()
    work(conn, XID, 1)
    work(other, OTHER, 2)
    conn.tpc_prepare()
    other.tpc_prepare()
    conn.tpc_commit()
    other.tpc_commit()
    assert items(conn) == [1, 2]


def test_an_error_inside_does_not_end_the_branch(
    server: Server, conn: informix_db.Connection
) -> None:
    work(conn)
    server.faults.error_once(-271, isam=-131, at="execute")
    with pytest.raises(informix_db.OperationalError):
        conn.cursor().execute("INSERT INTO stock VALUES (?)", (2,))
    conn.cursor().execute("INSERT INTO stock VALUES (?)", (3,))
    conn.tpc_prepare()
    conn.tpc_commit()
    assert items(conn) == [1, 3]


def test_commit_work_as_sql_is_refused(conn: informix_db.Connection) -> None:
    work(conn)
    for statement in ("COMMIT WORK", "ROLLBACK WORK"):
        with pytest.raises(informix_db.Error):
            conn.cursor().execute(statement)
    conn.tpc_commit()
    assert items(conn) == [1]


def test_tables_are_made_in_branches(
    conn: informix_db.Connection, connect: Connect
) -> None:
    for xid in (XID, OTHER):
        conn.tpc_begin(xid)
        conn.cursor().execute("CREATE TABLE made (n INT)")
        conn.tpc_prepare()
        if xid == XID:
            conn.tpc_rollback()
    conn.tpc_commit()
    assert connect().cursor().execute("SELECT n FROM made").fetchall() == []
