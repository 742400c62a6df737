"""What a user of a pool leaves open, and ends when the connection is another's."""

from __future__ import annotations

from typing import Any

import pytest

import informix_db

from ..conftest import BOTH
from .conftest import MakePool

MODES = BOTH


def insert(connection: Any, table: str) -> None:
    connection.cursor().execute(f"INSERT INTO {table} VALUES (1)")


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("savepoint", [False, True])
def test_a_block_that_outlives_its_turn_leaves_the_next_user_alone(
    make_pool: MakePool, table: str, fails: bool, savepoint: bool
) -> None:
    pool = make_pool(max_size=1)
    with pool.connection() as connection:
        if savepoint:
            insert(connection, table)
            block = connection.savepoint("work")
        else:
            block = connection.transaction()
        block.__enter__()
        insert(connection, table)
    with pool.connection() as again:
        assert again is connection
        insert(again, table)
        if fails:
            error = LookupError()
            assert not block.__exit__(LookupError, error, None)
        else:
            with pytest.raises(informix_db.ProgrammingError, match="went back"):
                block.__exit__(None, None, None)
        again.commit()
        cursor = again.cursor().execute(f"SELECT n FROM {table}")
        assert cursor.fetchall() == [(1,)]


def test_a_block_left_open_does_not_hinder_reset(
    make_pool: MakePool, table: str
) -> None:
    pool = make_pool(max_size=1, reset=lambda connection: connection.commit())
    with pool.connection() as connection:
        block = connection.transaction()
        block.__enter__()
        insert(connection, table)
    with pool.connection() as again:
        assert again is connection
        assert not again.in_transaction
    assert not block.__exit__(LookupError, LookupError(), None)


def test_rows_not_fetched_in_time_are_gone(make_pool: MakePool) -> None:
    pool = make_pool(max_size=1, fetch_buffer_size=512)
    with pool.connection() as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT a.tabid FROM systables a, systables b")
        assert cursor.fetchone() is not None
    with pytest.raises(
        informix_db.ProgrammingError, match="return to the pool closed the cursor"
    ):
        cursor.fetchall()


def test_a_block_does_not_release_the_next_user_s_connection(
    make_pool: MakePool,
) -> None:
    pool = make_pool(max_size=1)
    with (
        pytest.raises(informix_db.InterfaceError, match="has been released"),
        pool.connection() as connection,
    ):
        pool.release(connection)
        assert pool.acquire() is connection
    assert pool.idle_count == 0
    pool.release(connection)
    with pytest.raises(LookupError), pool.connection() as connection:
        pool.release(connection)
        raise LookupError
    assert (pool.size, pool.idle_count) == (1, 1)
