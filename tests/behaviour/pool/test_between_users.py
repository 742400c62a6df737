"""What one user of a pool's connection leaves to the next, and to other sessions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import informix_db
from informix_db.testing import Server


@pytest.fixture
def pool(emulator: Server) -> Iterator[informix_db.ConnectionPool]:
    with informix_db.create_pool(
        host=emulator.host,
        port=emulator.port,
        user="informix",
        password="in4mix",
        database="testdb",
        autocommit=True,
        max_size=1,
    ) as pool:
        yield pool


def test_settings_are_taken_back(pool: informix_db.ConnectionPool) -> None:
    with pool.connection() as conn:
        conn.insert_cursor = True
        conn.statement_timeout = 1.0
        conn.autocommit = False
        conn.row_factory = informix_db.Row
    with pool.connection() as again:
        assert again is conn
        assert not again.insert_cursor
        assert again.statement_timeout is None
        assert again.autocommit
        assert again.row_factory is None


def test_cursors_read_to_their_end_are_closed_on_release(
    pool: informix_db.ConnectionPool,
) -> None:
    """An open cursor keeps other sessions from changing its table."""
    with pool.connection() as conn:
        conn.cursor().execute("SELECT FIRST 3 tabid FROM systables").fetchall()
        assert len(conn._channel.write), "CLOSE was not put off: the test tests nothing"
    assert not len(conn._channel.write)
