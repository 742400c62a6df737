"""Two-phase commit (PEP 249) against the emulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from logins import connect_to

import informix_db
from informix_db.testing import Server

from .conftest import BOTH, Connect

MODES = BOTH

DATABASES = ["testdb", "ansidb"]


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """The name of a database with transactions."""
    return str(request.param)


@pytest.fixture
def log(connect: Connect, database: str) -> Iterator[str]:
    """A table `branches (n int)` in the test's database."""
    owner = connect(database=database, autocommit=True)
    owner.cursor().execute("CREATE TABLE branches (n INT)")
    yield "branches"
    owner.autocommit = False
    for left in owner.tpc_recover():  # by a test that failed
        owner.tpc_rollback(left)
    owner.cursor().execute("DROP TABLE branches")
    owner.commit()
    owner.close()


@pytest.fixture
def conn(connect: Connect, database: str, log: str) -> informix_db.Connection:
    """A connection to that database."""
    return connect(database=database)


@pytest.fixture
def xid(request: pytest.FixtureRequest) -> tuple[int, str, str]:
    """An identifier of the test's own."""
    return (7, request.node.name[:60], "b")


def add(conn: informix_db.Connection, n: int) -> None:
    conn.cursor().execute("INSERT INTO branches VALUES (?)", (n,))


def seen(connect: Connect, database: str) -> list[int]:
    """What another session sees in the table."""
    with connect(database=database, isolation="LAST COMMITTED") as other:
        rows = other.cursor().execute("SELECT n FROM branches ORDER BY n").fetchall()
    return [n for (n,) in rows]


def test_commit_in_one_phase(
    conn: informix_db.Connection, connect: Connect, database: str, xid: Any
) -> None:
    conn.tpc_begin(conn.xid(*xid))
    assert conn.in_transaction
    add(conn, 1)
    assert seen(connect, database) == []
    conn.tpc_commit()
    assert not conn.in_transaction
    assert seen(connect, database) == [1]


def test_commit_in_two_phases(
    conn: informix_db.Connection, connect: Connect, database: str, xid: Any
) -> None:
    conn.tpc_begin(xid)
    add(conn, 1)
    conn.tpc_prepare()
    assert conn.in_transaction
    assert seen(connect, database) == []
    conn.tpc_commit()
    assert not conn.in_transaction
    assert seen(connect, database) == [1]


@pytest.mark.parametrize("prepared", [False, True])
def test_rollback(
    conn: informix_db.Connection,
    connect: Connect,
    database: str,
    xid: Any,
    prepared: bool,
) -> None:
    conn.tpc_begin(xid)
    add(conn, 1)
    if prepared:
        conn.tpc_prepare()
    conn.tpc_rollback()
    assert not conn.in_transaction
    assert seen(connect, database) == []
    assert conn.tpc_recover() == []


def test_nothing_to_prepare(conn: informix_db.Connection, xid: Any) -> None:
    conn.tpc_begin(xid)
    assert conn.cursor().execute("SELECT COUNT(*) FROM branches").fetchone() == (0,)
    conn.tpc_prepare()
    assert conn.tpc_recover() == []
    conn.tpc_commit()
    assert not conn.in_transaction


@pytest.mark.parametrize("commit", [True, False])
def test_a_prepared_branch_outlives_its_session(
    conn: informix_db.Connection,
    connect: Connect,
    database: str,
    xid: Any,
    commit: bool,
) -> None:
    conn.tpc_begin(xid)
    add(conn, 1)
    conn.tpc_prepare()
    conn.close()
    other = connect(database=database)
    (found,) = other.tpc_recover()
    assert found == xid
    assert (found.format_id, found.gtrid, found.bqual) == xid
    if commit:
        other.tpc_commit(found)
    else:
        other.tpc_rollback(found)
    assert seen(connect, database) == [1] * commit
    assert other.tpc_recover() == []


def test_an_unprepared_branch_does_not(
    conn: informix_db.Connection, connect: Connect, database: str, xid: Any
) -> None:
    conn.tpc_begin(xid)
    add(conn, 1)
    conn.close()
    other = connect(database=database)
    other.tpc_begin(xid)
    other.tpc_rollback()
    assert seen(connect, database) == []


def test_one_branch_after_the_other_and_transactions_in_between(
    conn: informix_db.Connection, connect: Connect, database: str, xid: Any
) -> None:
    for n in range(3):
        conn.tpc_begin(conn.xid(*xid))
        add(conn, n)
        conn.tpc_commit()
        add(conn, 10 + n)
        conn.commit()
        add(conn, 20 + n)
        conn.rollback()
    assert seen(connect, database) == [0, 1, 2, 10, 11, 12]


def test_after_prepare_nothing_is_executed(
    conn: informix_db.Connection, connect: Connect, database: str, xid: Any
) -> None:
    conn.tpc_begin(xid)
    add(conn, 1)
    conn.tpc_prepare()
    cursor = conn.cursor()
    for execute in (
        lambda: add(conn, 2),
        lambda: cursor.execute("SELECT n FROM branches"),
        lambda: cursor.executemany("INSERT INTO branches VALUES (?)", [(3,)]),
    ):
        with pytest.raises(informix_db.ProgrammingError, match="tpc_prepare"):
            execute()
    conn.tpc_commit()
    assert seen(connect, database) == [1]


def test_commit_and_rollback_are_not_for_branches(
    conn: informix_db.Connection, xid: Any
) -> None:
    conn.tpc_begin(xid)
    for end, instead in ((conn.commit, "tpc_commit"), (conn.rollback, "tpc_rollback")):
        with pytest.raises(informix_db.ProgrammingError, match=instead):
            end()
    conn.tpc_rollback()
    conn.commit()


def test_calls_out_of_order(conn: informix_db.Connection, xid: Any) -> None:
    for call in (conn.tpc_prepare, conn.tpc_commit, conn.tpc_rollback):
        with pytest.raises(informix_db.ProgrammingError, match="without tpc_begin"):
            call()
    conn.tpc_begin(xid)
    with pytest.raises(informix_db.ProgrammingError, match="inside a transaction"):
        conn.tpc_begin(xid)
    with pytest.raises(informix_db.ProgrammingError, match="inside a transaction"):
        conn.tpc_commit(xid)
    add(conn, 1)
    conn.tpc_prepare()
    with pytest.raises(informix_db.ProgrammingError, match="already"):
        conn.tpc_prepare()
    conn.tpc_rollback()


def test_not_inside_a_transaction(conn: informix_db.Connection, xid: Any) -> None:
    add(conn, 1)
    for call in (conn.tpc_begin, conn.tpc_commit, conn.tpc_rollback):
        with pytest.raises(informix_db.ProgrammingError, match="inside a transaction"):
            call(xid)
    with pytest.raises(informix_db.ProgrammingError, match="inside a transaction"):
        conn.tpc_recover()
    conn.commit()
    conn.tpc_begin(xid)
    conn.tpc_rollback()


def test_identifiers_of_no_branch(conn: informix_db.Connection, xid: Any) -> None:
    for call in (conn.tpc_commit, conn.tpc_rollback):
        with pytest.raises(informix_db.ProgrammingError, match="knows no such"):
            call(xid)
    wrong: Any
    for wrong in (5, (1, "a"), (1, "", "b"), "abc"):
        with pytest.raises(informix_db.ProgrammingError):
            conn.tpc_begin(wrong)
    assert not conn.in_transaction


def test_an_identifier_in_use(
    conn: informix_db.Connection, connect: Connect, database: str, xid: Any
) -> None:
    conn.tpc_begin(xid)
    add(conn, 1)
    conn.tpc_prepare()
    other = connect(database=database)
    with pytest.raises(informix_db.ProgrammingError, match="exists already"):
        other.tpc_begin(xid)
    assert not other.in_transaction
    conn.tpc_rollback()
    other.tpc_begin(xid)
    other.tpc_rollback()


def test_bytes_make_identifiers_too(
    conn: informix_db.Connection, connect: Connect, database: str
) -> None:
    binary = (2**31 - 1, bytes(range(200, 256)), b"\xff")
    conn.tpc_begin(binary)
    add(conn, 1)
    conn.tpc_prepare()
    assert conn.tpc_recover() == [binary]
    conn.tpc_commit()
    assert seen(connect, database) == [1]


def test_many_prepared_branches(
    conn: informix_db.Connection, connect: Connect, database: str
) -> None:
    names = [(1, f"many {n}", "") for n in range(25)]
    for n, name in enumerate(names):
        conn.tpc_begin(name)
        add(conn, n)
        conn.tpc_prepare()
        conn._branch = None  # as if the session were another
        conn._in_transaction = False
    found = conn.tpc_recover()
    assert sorted(found) == sorted(names)
    for name in found:
        conn.tpc_commit(name)
    assert seen(connect, database) == list(range(25))


def test_cursors(connect: Connect, database: str, xid: Any, log: str) -> None:
    conn = connect(database=database, fetch_buffer_size=256)
    many = "SELECT FIRST 200 tabname FROM systables"
    held = conn.cursor(hold=True).execute(many)
    conn.commit()
    conn.tpc_begin(xid)
    with pytest.raises(informix_db.ProgrammingError, match="two-phase commit closed"):
        held.fetchall()
    cursor = conn.cursor().execute(many)
    assert cursor.fetchone() is not None
    conn.tpc_commit()
    with pytest.raises(informix_db.ProgrammingError, match="commit closed the cursor"):
        cursor.fetchall()


# -- where it is not possible ----------------------------------------------------------


def test_not_with_autocommit(connect: Connect, xid: Any) -> None:
    conn = connect(autocommit=True)
    with pytest.raises(informix_db.ProgrammingError, match="autocommit"):
        conn.tpc_begin(xid)


def test_not_in_a_block(connect: Connect, xid: Any) -> None:
    conn = connect()
    with (
        pytest.raises(informix_db.ProgrammingError, match="inside a transaction"),
        conn.transaction(),
    ):
        conn.tpc_begin(xid)


def test_not_without_a_log(connect: Connect, xid: Any) -> None:
    for name in ("unlogdb", None):
        conn = connect(database=name)
        with pytest.raises(informix_db.NotSupportedError, match="not logged"):
            conn.tpc_begin(xid)


def test_not_in_a_database_of_the_users_choice(connect: Connect, xid: Any) -> None:
    conn = connect(database="unlogdb")
    conn.cursor().execute("DATABASE testdb")
    with pytest.raises(informix_db.ProgrammingError, match="connect"):
        conn.tpc_begin(xid)
    conn.cursor().execute("SELECT FIRST 1 tabid FROM systables").fetchall()


def test_what_connect_was_told_stays_in_force(xid: Any) -> None:
    notes: list[str] = []

    def record(entry: Any) -> None:
        notes.extend(entry.notes)

    with (
        Server(transcript=record) as server,
        connect_to(server, isolation="CURSOR STABILITY", lock_wait=3) as conn,
    ):
        notes.clear()
        conn.tpc_begin(xid)
        conn.tpc_commit()
        conn.tpc_begin(xid)
        conn.tpc_commit()
    statements = [note for note in notes if note.startswith("PREPARE")]
    assert ["CLOSE DATABASE" in sql for sql in statements] == [True, False, False]
    assert "CURSOR STABILITY" in statements[1]
    assert "WAIT 3" in statements[2]


def test_a_pool_ends_what_its_user_left_open(emulator: Server, xid: Any) -> None:
    with informix_db.create_pool(
        max_size=1,
        host=emulator.host,
        port=emulator.port,
        user="informix",
        password="in4mix",
        database="testdb",
    ) as pool:
        with pool.connection() as conn:
            conn.cursor().execute("CREATE TEMP TABLE mine (n INT)")
            conn.commit()
            conn.tpc_begin(xid)
        with pool.connection() as conn:
            assert not conn.in_transaction
            conn.tpc_begin(xid)
            conn.tpc_rollback()
