"""Transactions in logged, unlogged and ANSI databases, blocks, savepoints."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import informix_db

from .conftest import BOTH, Connect

MODES = BOTH

TRANSACTIONAL = ["testdb", "ansidb"]


@pytest.fixture(params=TRANSACTIONAL)
def database(request: pytest.FixtureRequest) -> str:
    """The name of a database with transactions."""
    return str(request.param)


@pytest.fixture
def log(connect: Connect, request: pytest.FixtureRequest) -> Iterator[str]:
    """A table `log (n int)` in the test's database, by the `database` parameter."""
    callspec = getattr(request.node, "callspec", None)
    where = callspec.params.get("database", "testdb") if callspec else "testdb"
    # It waits until the server has ended the sessions of the test.
    owner = connect(database=where, autocommit=True, lock_wait=10)
    owner.cursor().execute("CREATE TABLE log (n INT)")
    yield "log"
    owner.cursor().execute("DROP TABLE log")
    owner.close()


def contents(connect: Connect, database: str = "testdb") -> list[int]:
    """What another session sees in the table."""
    with connect(database=database) as other:
        rows = other.cursor().execute("SELECT n FROM log ORDER BY n").fetchall()
    return [n for (n,) in rows]


def add(connection: informix_db.Connection, *numbers: int) -> None:
    cursor = connection.cursor()
    for n in numbers:
        cursor.execute("INSERT INTO log VALUES (?)", (n,))


def test_commit_keeps(connect: Connect, database: str, log: str) -> None:
    connection = connect(database=database)
    assert not connection.in_transaction
    add(connection, 1)
    assert connection.in_transaction
    connection.commit()
    assert not connection.in_transaction
    assert contents(connect, database) == [1]


def test_rollback_undoes(connect: Connect, database: str, log: str) -> None:
    connection = connect(database=database)
    add(connection, 1)
    connection.commit()
    add(connection, 2)
    connection.rollback()
    assert not connection.in_transaction
    assert contents(connect, database) == [1]


def test_closing_drops_uncommitted_work(
    connect: Connect, database: str, log: str
) -> None:
    with connect(database=database) as connection:
        add(connection, 1)
    assert not connection.in_transaction
    assert contents(connect, database) == []


def test_autocommit_commits_each_statement(
    connect: Connect, database: str, log: str
) -> None:
    connection = connect(database=database, autocommit=True)
    add(connection, 1)
    assert not connection.in_transaction
    connection.rollback()
    assert contents(connect, database) == [1]


def test_autocommit_can_be_changed_between_transactions(
    connect: Connect, log: str
) -> None:
    connection = connect()
    add(connection, 1)
    with pytest.raises(informix_db.ProgrammingError, match="inside a transaction"):
        connection.autocommit = True
    connection.rollback()
    with pytest.raises(informix_db.ProgrammingError, match="a bool, not str"):
        connection.autocommit = "off"  # type: ignore[assignment]
    assert not connection.autocommit
    connection.autocommit = True
    assert connection.autocommit
    add(connection, 2)
    connection.autocommit = False
    add(connection, 3)
    connection.rollback()
    assert contents(connect) == [2]


def test_an_unlogged_database_has_no_transactions(connect: Connect) -> None:
    connection = connect(database="unlogdb")
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE unlogged (n INT)")
    cursor.execute("INSERT INTO unlogged VALUES (1)")
    assert not connection.in_transaction
    connection.rollback()
    connection.commit()
    assert cursor.execute("SELECT n FROM unlogged").fetchall() == [(1,)]
    with (
        pytest.raises(informix_db.NotSupportedError, match="not logged"),
        connection.transaction(),
    ):
        pytest.fail("the block was entered")
    with (
        pytest.raises(informix_db.NotSupportedError, match="not logged"),
        connection.savepoint("sp"),
    ):
        pytest.fail("the block was entered")
    with pytest.raises(informix_db.DatabaseError) as caught:
        cursor.execute("BEGIN WORK")
    assert caught.value.sqlcode == -256
    cursor.execute("DROP TABLE unlogged")


def test_begin_and_rollback_as_sql_are_noticed(connect: Connect, log: str) -> None:
    connection = connect(autocommit=True)
    cursor = connection.cursor()
    cursor.execute("BEGIN WORK")
    assert connection.in_transaction
    add(connection, 1)
    cursor.execute("ROLLBACK WORK")
    assert not connection.in_transaction
    cursor.execute("BEGIN WORK")
    add(connection, 2)
    cursor.execute("COMMIT WORK")
    assert not connection.in_transaction
    assert contents(connect) == [2]


def test_begin_as_sql_without_autocommit(connect: Connect, log: str) -> None:
    connection = connect()
    cursor = connection.cursor()
    cursor.execute("BEGIN WORK")
    add(connection, 1)
    with pytest.raises(informix_db.DatabaseError) as caught:
        cursor.execute("BEGIN WORK")
    assert caught.value.sqlcode == -535
    connection.rollback()
    assert contents(connect) == []


def test_a_failed_statement_leaves_the_transaction_alone(
    connect: Connect, database: str, log: str
) -> None:
    connection = connect(database=database)
    add(connection, 1)
    with pytest.raises(informix_db.ProgrammingError):
        connection.cursor().execute("INSERT INTO nosuch VALUES (1)")
    assert connection.in_transaction
    add(connection, 2)
    connection.commit()
    assert contents(connect, database) == [1, 2]


def test_a_block_commits(connect: Connect, database: str, log: str) -> None:
    connection = connect(database=database)
    with connection.transaction():
        add(connection, 1)
    assert not connection.in_transaction
    assert contents(connect, database) == [1]


def test_a_block_that_raises_is_undone(
    connect: Connect, database: str, log: str
) -> None:
    connection = connect(database=database)
    with pytest.raises(KeyError), connection.transaction():
        add(connection, 1)
        raise KeyError
    assert not connection.in_transaction
    assert contents(connect, database) == []


def test_a_block_is_a_transaction_in_autocommit_too(
    connect: Connect, database: str, log: str
) -> None:
    connection = connect(database=database, autocommit=True)
    with pytest.raises(KeyError), connection.transaction():
        add(connection, 1)
        raise KeyError
    with connection.transaction():
        add(connection, 2)
    add(connection, 3)
    assert contents(connect, database) == [2, 3]


def test_a_block_inside_a_block_is_a_savepoint(connect: Connect, log: str) -> None:
    connection = connect()
    with connection.transaction():
        add(connection, 1)
        with pytest.raises(KeyError), connection.transaction():
            add(connection, 2)
            raise KeyError
        with connection.transaction():
            add(connection, 3)
    assert contents(connect) == [1, 3]


def test_a_block_inside_an_empty_one_does_not_commit(
    connect: Connect, database: str, log: str
) -> None:
    connection = connect(database=database, autocommit=True)
    with pytest.raises(KeyError), connection.transaction():
        with connection.transaction():
            add(connection, 1)
        raise KeyError
    assert contents(connect, database) == []


def test_commit_is_refused_inside_a_block(connect: Connect, log: str) -> None:
    connection = connect()
    with connection.transaction():
        add(connection, 1)
        with pytest.raises(informix_db.ProgrammingError, match="the block's end"):
            connection.commit()
        with pytest.raises(informix_db.ProgrammingError, match="the block's end"):
            connection.rollback()
    assert contents(connect) == [1]


def test_savepoints_by_name(connect: Connect, database: str, log: str) -> None:
    connection = connect(database=database)
    add(connection, 1)
    with pytest.raises(KeyError), connection.savepoint("first"):
        add(connection, 2)
        raise KeyError
    with connection.savepoint("second"):
        add(connection, 3)
    connection.commit()
    assert contents(connect, database) == [1, 3]


def test_a_savepoint_can_begin_the_transaction(connect: Connect, log: str) -> None:
    connection = connect()
    with connection.savepoint("early"):
        add(connection, 1)
    assert connection.in_transaction
    connection.rollback()
    assert contents(connect) == []


def test_a_savepoint_needs_a_transaction(connect: Connect) -> None:
    connection = connect(autocommit=True)
    with (
        pytest.raises(informix_db.ProgrammingError, match="needs a transaction"),
        connection.savepoint("sp"),
    ):
        pytest.fail("the block was entered")


@pytest.mark.parametrize("name", ["", "1st", "a b", "x;y", "x" * 200])
def test_a_savepoint_needs_a_name(connect: Connect, name: str) -> None:
    connection = connect()
    with (
        pytest.raises(informix_db.ProgrammingError, match="no name for a savepoint"),
        connection.savepoint(name),
    ):
        pytest.fail("the block was entered")


def test_rows_held_survive_commit_and_the_rest_is_told_gone(
    connect: Connect, log: str
) -> None:
    connection = connect(fetch_buffer_size=256)
    cursor = connection.cursor()
    cursor.executemany("INSERT INTO log VALUES (?)", [(n,) for n in range(200)])
    connection.commit()
    cursor.execute("SELECT n FROM log ORDER BY n")
    assert cursor.fetchone() == (0,)
    connection.commit()
    read = [0]
    with pytest.raises(informix_db.ProgrammingError, match="commit closed the cursor"):
        read.extend(n for (n,) in iter(cursor.fetchone, None))
    assert read == list(range(len(read)))
    assert 1 < len(read) < 200
    assert cursor.execute("SELECT COUNT(*) FROM log").fetchall() == [(200,)]


def test_a_hold_cursor_goes_on_after_commit(connect: Connect, log: str) -> None:
    connection = connect(fetch_buffer_size=256)
    connection.cursor().executemany(
        "INSERT INTO log VALUES (?)", [(n,) for n in range(200)]
    )
    connection.commit()
    cursor = connection.cursor(hold=True)
    cursor.execute("SELECT n FROM log ORDER BY n")
    assert cursor.fetchone() == (0,)
    connection.commit()
    assert len(cursor.fetchall()) == 199
