"""Pools of both kinds: what comes out, what goes back in, what is thrown away."""

from __future__ import annotations

import logging
from typing import Any

import pytest

import informix_db
from informix_db.testing import Server

from ..conftest import BOTH
from .conftest import MakePool, Until

MODES = BOTH


def count(connection: Any, table: str) -> int:
    cursor = connection.cursor()
    cursor.execute(f"SELECT COUNT(*) FROM {table}")
    return int(cursor.fetchone()[0])


def insert(connection: Any, table: str) -> None:
    connection.cursor().execute(f"INSERT INTO {table} VALUES (1)")


# -- sizes -----------------------------------------------------------------------------


def test_min_size_is_opened_at_once_and_more_when_needed(
    make_pool: MakePool, server: Server
) -> None:
    pool = make_pool(min_size=2, max_size=4)
    assert (pool.min_size, pool.max_size) == (2, 4)
    assert (pool.size, pool.idle_count) == (2, 2)
    assert server.statistics().sessions == 2
    taken = [pool.acquire() for _ in range(3)]
    assert (pool.size, pool.idle_count) == (3, 0)
    assert len({id(connection) for connection in taken}) == 3
    for connection in taken:
        pool.release(connection)
    assert (pool.size, pool.idle_count) == (3, 3)


def test_no_connection_is_opened_before_it_is_needed(
    make_pool: MakePool, server: Server
) -> None:
    pool = make_pool()
    assert (pool.min_size, pool.max_size, pool.size) == (0, 10, 0)
    assert server.statistics().total_sessions == 0


def test_most_recently_used_first(make_pool: MakePool) -> None:
    pool = make_pool()
    first, second = pool.acquire(), pool.acquire()
    pool.release(second)
    pool.release(first)
    assert pool.acquire() is first
    assert pool.acquire() is second
    for connection in (first, second):
        pool.release(connection)


def test_acquire_gives_up_after_its_timeout(make_pool: MakePool) -> None:
    pool = make_pool(max_size=2, acquire_timeout=0.05)
    taken = [pool.acquire(timeout=30), pool.acquire(timeout=30)]
    with pytest.raises(
        informix_db.PoolTimeoutError, match=r"within 0\.05 s.*max_size=2.*2 are in use"
    ) as caught:
        pool.acquire()
    assert caught.value.retryable
    assert not caught.value.session_dead
    with pytest.raises(informix_db.PoolTimeout, match=r"within 0 s"):
        pool.acquire(timeout=0)
    assert pool.stats()["requests_waiting"] == 0
    assert pool.stats()["requests_errors"] == 2
    for connection in taken:
        pool.release(connection)
    with pool.connection():
        assert pool.size == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_size": -1},
        {"min_size": True},
        {"min_size": 3, "max_size": 2},
        {"max_size": 0},
        {"max_size": "10"},
        {"acquire_timeout": -1},
        {"acquire_timeout": "soon"},
        {"max_idle": float("nan")},
        {"max_lifetime": False},
        {"reset": "rollback"},
    ],
    ids=str,
)
def test_arguments_that_cannot_be_right(
    make_pool: MakePool, wrong: dict[str, Any]
) -> None:
    name = next(iter(wrong)) if len(wrong) == 1 else "max_size"
    with pytest.raises(informix_db.InterfaceError, match=name):
        make_pool(**wrong)


def test_a_failed_start_leaves_nothing_open(
    make_pool: MakePool, server: Server
) -> None:
    with pytest.raises(informix_db.OperationalError):
        make_pool(min_size=3, password="wrong")
    assert server.wait_until_idle(5)


def test_a_failed_connect_gives_its_slot_back(
    make_pool: MakePool, server: Server
) -> None:
    pool = make_pool(max_size=1, database="nowhere")
    for _ in range(3):
        with pytest.raises(informix_db.Error) as caught:
            pool.acquire(timeout=1)
        assert caught.value.sqlcode == -329
        assert pool.size == 0
    assert pool.stats()["connections_errors"] == 3
    assert server.wait_until_idle(5)


# -- closing ---------------------------------------------------------------------------


def test_close(make_pool: MakePool, server: Server) -> None:
    pool = make_pool(min_size=2)
    taken = pool.acquire()
    pool.close()
    pool.close()
    assert pool.closed
    assert (pool.size, pool.idle_count) == (1, 0)
    with pytest.raises(informix_db.PoolClosedError):
        pool.acquire()
    with pytest.raises(informix_db.PoolClosedError), pool.connection():
        pass
    with pytest.raises(informix_db.PoolClosedError), pool:
        pass
    taken.ping()
    pool.release(taken)
    assert taken.closed
    assert pool.size == 0
    assert server.wait_until_idle(5)


def test_the_pool_is_a_context_manager(make_pool: MakePool, server: Server) -> None:
    with make_pool(min_size=1) as pool, pool.connection() as connection:
        connection.ping()
    assert pool.closed
    assert server.wait_until_idle(5)


@pytest.mark.parametrize("value", [None, "connection", []])
def test_releasing_what_is_no_connection(make_pool: MakePool, value: Any) -> None:
    pool = make_pool()
    with pytest.raises(informix_db.InterfaceError, match="not acquired"):
        pool.release(value)


def test_releasing_what_is_not_out(make_pool: MakePool) -> None:
    pool, other = make_pool(), make_pool()
    connection = pool.acquire()
    with pytest.raises(informix_db.InterfaceError, match="not acquired"):
        other.release(connection)
    pool.release(connection)
    with pytest.raises(informix_db.InterfaceError, match="has been released"):
        pool.release(connection)
    assert (pool.size, pool.idle_count) == (1, 1)


# -- between two users -----------------------------------------------------------------


@pytest.mark.parametrize("reset", [None, lambda connection: None])
def test_uncommitted_work_never_crosses_a_checkout(
    make_pool: MakePool, table: str, reset: Any
) -> None:
    pool = make_pool(max_size=1, reset=reset)
    with pool.connection() as connection:
        insert(connection, table)
        connection.commit()
        insert(connection, table)
        assert connection.in_transaction
    with pool.connection() as again:
        assert again is connection
        assert not again.in_transaction
        assert count(again, table) == 1


def test_uncommitted_work_is_undone_when_the_block_fails(
    make_pool: MakePool, table: str
) -> None:
    pool = make_pool(max_size=1)
    with pytest.raises(ZeroDivisionError), pool.connection() as connection:
        insert(connection, table)
        raise ZeroDivisionError
    with pool.connection() as again:
        assert again is connection
        assert count(again, table) == 0


def test_a_block_left_open_is_undone(make_pool: MakePool, table: str) -> None:
    pool = make_pool(max_size=1)
    connection = pool.acquire()
    block = connection.transaction()
    block.__enter__()
    insert(connection, table)
    pool.release(connection)
    with pool.connection() as again:
        again.commit()
        assert count(again, table) == 0


@pytest.mark.parametrize("acquire_timeout", [None, 60])
def test_who_may_wait_longer_does_not_connect_for_longer(
    make_pool: MakePool, acquire_timeout: float | None
) -> None:
    pool = make_pool(acquire_timeout=acquire_timeout, connect_timeout=9)
    with pool.connection() as connection:
        assert connection._params.connect_timeout == 9


def test_settings_go_back_to_what_the_pool_was_made_with(make_pool: MakePool) -> None:
    pool = make_pool(max_size=1, autocommit=True)
    with pool.connection() as connection:
        connection.autocommit = False
        connection.row_factory = informix_db.Row
        connection.statement_timeout = 1.5
        connection.insert_cursor = True
    with pool.connection() as again:
        assert again is connection
        assert again.autocommit
        assert again.row_factory is None
        assert again.statement_timeout is None
        assert again.insert_cursor is False


@pytest.mark.parametrize("autocommit", [False, True])
def test_cursors_left_open_are_closed(
    make_pool: MakePool, server: Server, table: str, autocommit: bool, until: Until
) -> None:
    pool = make_pool(max_size=1, autocommit=autocommit, fetch_buffer_size=256)
    with pool.connection() as connection:
        cursor = connection.cursor()
        cursor.executemany(f"INSERT INTO {table} VALUES (?)", [(1,)] * 500)
        connection.commit()
        cursor.execute(f"SELECT n FROM {table}")
        assert cursor.fetchone() == (1,)
        forgotten = connection.cursor(hold=True)
        forgotten.execute(f"SELECT n FROM {table}")
        del forgotten
        assert server.statistics().cursors == 2
    until(lambda: server.statistics().cursors == 0)
    with pytest.raises(informix_db.ProgrammingError, match="closed"):
        cursor.fetchall()


def test_cursors_read_to_their_end_are_closed_at_once(make_pool: MakePool) -> None:
    """An open cursor keeps other sessions from changing its table."""
    pool = make_pool(max_size=1, autocommit=True)
    with pool.connection() as connection:
        connection.cursor().execute("SELECT FIRST 3 tabid FROM systables").fetchall()
        assert len(connection._channel.write), "CLOSE was not put off: nothing tested"
    assert not len(connection._channel.write)


def test_reset_is_called_with_each_connection_that_comes_back(
    make_pool: MakePool, table: str
) -> None:
    seen: list[bool] = []

    def reset(connection: Any) -> None:
        seen.append(connection.in_transaction)

    pool = make_pool(max_size=1, reset=reset)
    with pool.connection() as connection:
        insert(connection, table)
    pool.release(pool.acquire())
    assert seen == [False, False]


def test_what_reset_does_is_undone_too(make_pool: MakePool, table: str) -> None:
    pool = make_pool(
        max_size=1,
        reset=lambda connection: connection.cursor().execute(
            f"INSERT INTO {table} VALUES (1)"
        ),
    )
    for _ in range(2):
        with pool.connection() as connection:
            assert not connection.in_transaction
            assert count(connection, table) == 0


@pytest.mark.parametrize("mode", ["async"])
def test_reset_is_awaited(make_pool: MakePool, table: str, mode: str) -> None:
    async def reset(connection: Any) -> None:
        await connection.cursor().execute(f"INSERT INTO {table} VALUES (1)")
        await connection.commit()

    pool = make_pool(max_size=1, reset=reset)
    with pool.connection() as connection:
        pass
    with pool.connection() as again:
        assert again is connection
        assert count(again, table) == 1


def test_a_failed_reset_throws_the_connection_away(
    make_pool: MakePool, caplog: pytest.LogCaptureFixture
) -> None:
    def reset(connection: Any) -> None:
        raise ValueError("not today")

    pool = make_pool(reset=reset)
    with pool.connection() as connection:
        pass
    assert connection.closed
    assert pool.size == 0
    assert_warned(caplog, "not today")


def test_a_reset_that_releases_its_connection_is_refused(
    make_pool: MakePool, caplog: pytest.LogCaptureFixture
) -> None:
    pool = make_pool(reset=lambda connection: release(connection))
    release = getattr(pool, "_target", pool).release
    with pool.connection() as connection:
        pass
    assert connection.closed
    assert pool.size == 0
    assert_warned(caplog, "has been released")


def assert_warned(caplog: pytest.LogCaptureFixture, text: str) -> None:
    (record,) = caplog.records
    assert record.name == "informix_db.pool"
    assert record.levelno == logging.WARNING
    assert text in record.getMessage()


def test_a_failed_rollback_throws_the_connection_away(
    make_pool: MakePool, server: Server, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    pool = make_pool(max_size=1)
    with pool.connection() as connection:
        insert(connection, table)
        server.faults.error_once(-408, at="rollback")
    assert connection.closed
    assert pool.size == 0
    assert pool.stats()["returns_bad"] == 1
    assert_warned(caplog, "[-408]")
    with pool.connection() as fresh:
        assert fresh is not connection
        assert count(fresh, table) == 0


# -- exceptions in the block -----------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        informix_db.OperationalError("x"),
        informix_db.ProtocolError("x"),
        informix_db.InterfaceError("x"),
    ],
    ids=repr,
)
def test_errors_that_may_be_the_connection_s_evict_it(
    make_pool: MakePool, error: Exception
) -> None:
    pool = make_pool()
    with pytest.raises(type(error)), pool.connection() as connection:
        raise error
    assert connection.closed
    assert pool.size == 0


@pytest.mark.parametrize(
    "error",
    [
        informix_db.ProgrammingError("x"),
        informix_db.IntegrityError("x"),
        informix_db.DataError("x"),
        informix_db.DatabaseError("x"),
        informix_db.StatementCancelledError("x"),
        informix_db.PoolTimeoutError("x"),
        KeyError("x"),
        KeyboardInterrupt(),
    ],
    ids=repr,
)
def test_other_errors_keep_the_connection(
    make_pool: MakePool, error: BaseException
) -> None:
    pool = make_pool()
    with pytest.raises(type(error)), pool.connection() as connection:
        raise error
    assert not connection.closed
    assert (pool.size, pool.idle_count) == (1, 1)


def test_a_connection_can_be_released_as_broken(make_pool: MakePool) -> None:
    pool = make_pool()
    connection = pool.acquire()
    pool.release(connection, broken=True)
    assert connection.closed
    assert pool.size == 0
    assert pool.stats()["returns_bad"] == 1


def test_a_connection_the_user_closed_is_replaced(make_pool: MakePool) -> None:
    pool = make_pool(max_size=1)
    with pool.connection() as connection:
        connection.close()
    assert pool.size == 0
    with pool.connection() as fresh:
        fresh.ping()


# -- numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize("sql", ["DATABASE unlogdb", "CLOSE DATABASE"])
def test_a_connection_to_another_database_is_replaced(
    make_pool: MakePool, sql: str
) -> None:
    pool = make_pool(max_size=1)
    with pool.connection() as strayed:
        strayed.cursor().execute(sql)
    with pool.connection() as connection:
        assert connection is not strayed
        connection.cursor().execute("SELECT tabid FROM systables").fetchone()
        assert connection.in_transaction
    homeless = make_pool(max_size=1, database=None)
    with homeless.connection() as first:
        first.cursor().execute("DATABASE unlogdb")
    with homeless.connection() as second:
        assert second is first


def test_stats(make_pool: MakePool) -> None:
    pool = make_pool(min_size=1, max_size=3)
    with pool.connection():
        stats = pool.stats()
    assert stats == {
        "pool_min": 1,
        "pool_max": 3,
        "pool_size": 1,
        "pool_available": 0,
        "requests_waiting": 0,
        "requests_num": 1,
        "requests_queued": 0,
        "requests_wait_ms": 0,
        "requests_errors": 0,
        "usage_ms": 0,
        "returns_bad": 0,
        "connections_num": 1,
        "connections_ms": stats["connections_ms"],
        "connections_errors": 0,
        "connections_lost": 0,
    }
    assert all(isinstance(number, int) for number in stats.values())


def test_the_password_is_in_no_repr(make_pool: MakePool) -> None:
    pool = make_pool(min_size=1)
    assert "in4mix" not in repr(pool)
    assert "1 of 10" in repr(pool)
    pool.close()
    assert "closed" in repr(pool)
