"""Errors on the way out: what ends a transaction or a batch fails itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import informix_db
from informix_db._base.connection import BaseConnection
from informix_db._protocol.session import DatabaseState
from informix_db._protocol.statement import Opening, Statement
from informix_db._wire import constants as c
from informix_db._wire.accel import Plan
from informix_db.params import connect_params
from informix_db.testing import Server

from .conftest import BOTH, Connect

MODES = BOTH

DEFERRED_CONSTRAINT = -692
NOT_IN_TRANSACTION = -255
REMOTE_SERVER_GONE = -908
NO_LOG_SPACE = -458

BEGIN = bytes.fromhex("0023 000c")


@pytest.fixture
def numbers(connect: Connect, table: str) -> str:
    """A table (n int unique)."""
    owner = connect(autocommit=True)
    owner.cursor().execute(f"CREATE TABLE {table} (n INT UNIQUE)")
    owner.close()
    return table


def stored(connect: Connect, table: str) -> list[int]:
    """What another session sees."""
    with connect() as other:
        rows = other.cursor().execute(f"SELECT n FROM {table} ORDER BY n").fetchall()
    return [n for (n,) in rows]


def insert(connection: informix_db.Connection, table: str, *numbers: int) -> None:
    for n in numbers:
        connection.cursor().execute(f"INSERT INTO {table} VALUES (?)", (n,))


@pytest.mark.parametrize("by_sql", [False, True], ids=["method", "sql"])
def test_work_after_a_failed_commit_is_in_a_new_transaction(
    conn: informix_db.Connection,
    connect: Connect,
    numbers: str,
    emulator: Server,
    by_sql: bool,
) -> None:
    insert(conn, numbers, 1)
    emulator.faults.error_once(
        DEFERRED_CONSTRAINT, at="execute" if by_sql else "commit"
    )
    with pytest.raises(informix_db.IntegrityError):
        if by_sql:
            conn.cursor().execute("COMMIT WORK")
        else:
            conn.commit()
    assert not conn.in_transaction
    insert(conn, numbers, 2)
    assert conn.in_transaction
    conn.rollback()
    assert stored(connect, numbers) == []


def test_a_failed_commit_ends_a_block_under_autocommit(
    connect: Connect, numbers: str, emulator: Server
) -> None:
    conn = connect(autocommit=True)
    with pytest.raises(informix_db.IntegrityError), conn.transaction():
        insert(conn, numbers, 1)
        emulator.faults.error_once(DEFERRED_CONSTRAINT, at="commit")
    assert not conn.in_transaction
    insert(conn, numbers, 2)
    assert stored(connect, numbers) == [2]


def test_the_server_ended_the_transaction_by_itself(
    conn: informix_db.Connection, numbers: str, emulator: Server
) -> None:
    insert(conn, numbers, 1)
    emulator.faults.error_once(NOT_IN_TRANSACTION, at="rollback")
    conn.rollback()
    assert not conn.in_transaction
    # The emulator is in one still: BEGIN is refused, which is no error.
    insert(conn, numbers, 2)
    emulator.faults.error_once(NOT_IN_TRANSACTION, at="commit")
    with pytest.raises(informix_db.Error, match="-255"):
        conn.commit()
    assert not conn.in_transaction


def test_a_server_that_rolled_back_when_it_could_not_commit(
    conn: informix_db.Connection, numbers: str, emulator: Server
) -> None:
    insert(conn, numbers, 1)
    emulator.faults.error_once(DEFERRED_CONSTRAINT, at="commit")
    emulator.faults.error_once(NOT_IN_TRANSACTION, at="rollback")
    with pytest.raises(informix_db.IntegrityError):
        conn.commit()
    assert not conn.in_transaction


def test_a_failed_commit_that_cannot_be_undone_leaves_the_transaction(
    conn: informix_db.Connection, numbers: str, emulator: Server
) -> None:
    insert(conn, numbers, 1)
    emulator.faults.error_once(DEFERRED_CONSTRAINT, at="commit")
    emulator.faults.error_once(NO_LOG_SPACE, at="rollback")
    with pytest.raises(informix_db.IntegrityError):
        conn.commit()
    assert conn.in_transaction
    conn.rollback()
    assert not conn.in_transaction


def test_a_failed_rollback_is_told_and_leaves_the_transaction(
    conn: informix_db.Connection, numbers: str, emulator: Server
) -> None:
    insert(conn, numbers, 1)
    emulator.faults.error_once(NO_LOG_SPACE, at="rollback")
    with pytest.raises(informix_db.Error, match="-458"):
        conn.rollback()
    assert conn.in_transaction
    conn.rollback()
    assert not conn.in_transaction


def test_a_failed_statement_leaves_no_transaction_in_an_ansi_database(
    connect: Connect,
) -> None:
    conn = connect(database="ansidb", autocommit=True)
    with pytest.raises(informix_db.ProgrammingError):
        conn.cursor().execute("DELETE FROM no_such_table")
    assert not conn.in_transaction
    cursor = conn.cursor()
    cursor.execute("CREATE TABLE once (n INT UNIQUE)")
    try:
        cursor.execute("INSERT INTO once VALUES (1)")
        with pytest.raises(informix_db.IntegrityError):
            cursor.execute("INSERT INTO once VALUES (1)")
        assert not conn.in_transaction
        conn.autocommit = False
        conn.autocommit = True
    finally:
        cursor.execute("DROP TABLE once")


@pytest.mark.parametrize("what", ["batch", "transaction", "savepoint"])
def test_the_first_error_is_raised_and_nothing_undone_is_committed(
    connect: Connect,
    numbers: str,
    emulator: Server,
    caplog: pytest.LogCaptureFixture,
    what: str,
) -> None:
    conn = connect(autocommit=what != "savepoint")
    with (
        caplog.at_level(logging.WARNING, "informix_db"),
        pytest.raises(informix_db.IntegrityError),
    ):
        emulator.faults.error_once(NO_LOG_SPACE, at="rollback")
        if what == "batch":
            conn.cursor().executemany(
                f"INSERT INTO {numbers} VALUES (?)", [(1,), (2,), (1,)]
            )
        elif what == "transaction":
            with conn.transaction():
                insert(conn, numbers, 1, 1)
        else:
            emulator.faults.clear()
            with conn.savepoint("here"):
                insert(conn, numbers, 1)
                conn.cursor().execute("RELEASE SAVEPOINT here")
                insert(conn, numbers, 1)
    assert conn.closed
    assert "could not undo" in caplog.text
    assert stored(connect, numbers) == []


def unreadable() -> Iterator[tuple[int]]:
    yield (1,)
    raise FileNotFoundError("rows.csv")


@pytest.mark.parametrize("autocommit", [False, True])
def test_rows_from_a_file_that_cannot_be_read(
    connect: Connect, numbers: str, autocommit: bool
) -> None:
    """It is not the connection that is lost."""
    conn = connect(autocommit=autocommit)
    with pytest.raises(FileNotFoundError, match=r"rows\.csv"):
        conn.cursor().executemany(f"INSERT INTO {numbers} VALUES (?)", unreadable())
    assert not conn.closed
    assert conn.in_transaction is not autocommit
    conn.rollback()
    assert stored(connect, numbers) == []


def test_a_row_factory_that_fails_with_an_oserror(conn: informix_db.Connection) -> None:
    def fail(cursor: object) -> object:
        raise TimeoutError("of its own")

    cursor = conn.cursor(row_factory=fail)  # type: ignore[arg-type]
    with pytest.raises(TimeoutError, match="of its own"):
        cursor.execute("SELECT tabid FROM systables")
    conn.ping()


@pytest.mark.parametrize("at", ["prepare", "open", "fetch"])
def test_an_error_about_another_server_leaves_the_session(
    connect: Connect, numbers: str, emulator: Server, at: str
) -> None:
    conn = connect(fetch_buffer_size=256)
    cursor = conn.cursor()
    cursor.executemany(f"INSERT INTO {numbers} VALUES (?)", [(n,) for n in range(99)])
    with pytest.raises(informix_db.OperationalError) as caught:
        emulator.faults.error_once(REMOTE_SERVER_GONE, at=at)
        cursor.execute(f"SELECT n FROM {numbers}")
        cursor.fetchall()
    assert caught.value.sqlcode == REMOTE_SERVER_GONE
    assert not caught.value.session_dead
    assert not conn.closed
    assert conn.in_transaction
    conn.commit()
    assert len(stored(connect, numbers)) == 99


def test_a_pool_keeps_that_session_if_the_block_handled_the_error(
    emulator: Server,
) -> None:
    with (
        informix_db.create_pool(
            host=emulator.host,
            port=emulator.port,
            user="informix",
            password="in4mix",
            database="testdb",
            max_size=1,
        ) as pool,
    ):
        with pool.connection() as conn:
            emulator.faults.error_once(REMOTE_SERVER_GONE, at="prepare")
            with pytest.raises(informix_db.OperationalError):
                conn.cursor().execute("SELECT 1 FROM remote@there:t")
        with pool.connection() as again:
            assert again is conn


def enter(block: Any) -> None:
    with block:
        pass


@pytest.mark.parametrize(
    "work",
    [
        lambda conn, table: insert(conn, table, 1),
        lambda conn, table: conn.cursor().executemany(
            f"INSERT INTO {table} VALUES (?)", [(1,), (2,)]
        ),
        lambda conn, table: conn.cursor().execute(f"SELECT n FROM {table}"),
        lambda conn, table: enter(conn.savepoint("s")),
    ],
    ids=["change", "batch", "query", "savepoint"],
)
def test_nothing_is_done_outside_of_a_transaction_that_cannot_begin(
    conn: informix_db.Connection,
    connect: Connect,
    numbers: str,
    emulator: Server,
    work: Callable[[informix_db.Connection, str], object],
) -> None:
    emulator.faults.error_once(NO_LOG_SPACE, at="begin")
    with pytest.raises(informix_db.Error, match="-458"):
        work(conn, numbers)
    assert not conn.in_transaction
    assert stored(connect, numbers) == []
    insert(conn, numbers, 3)
    assert conn.in_transaction
    conn.rollback()
    assert stored(connect, numbers) == []


@pytest.mark.parametrize("kind", [c.STMT_SELECT, c.STMT_EXECUTE_ROUTINE])
def test_a_routine_is_not_sent_before_its_transaction_has_begun(kind: int) -> None:
    """A query is: it changes nothing if BEGIN fails."""
    conn = BaseConnection(connect_params("h", user="u", password="p"))
    conn._database = DatabaseState(logged=True, ansi=False)
    statement = Statement(1, "sql", kind, (), Plan([], [], "latin-1"), 0, 0)
    next(conn._query_gen(statement, None, Opening(4096)))
    sent = bytes(conn._channel.write.data)
    assert sent.startswith(BEGIN)
    assert (sent == BEGIN) is (kind == c.STMT_EXECUTE_ROUTINE)
