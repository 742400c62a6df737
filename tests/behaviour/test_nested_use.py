"""A connection that is used from inside its own conversation: what a file does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import informix_db

from .conftest import Connect


class MeddlingFile:
    """A file whose reading does something else first."""

    def __init__(self, meddle: Callable[[], object], pieces: int = 1) -> None:
        self._meddle = meddle
        self._left = pieces

    def read(self, size: int = -1) -> bytes:
        self._meddle()
        self._left -= 1
        return b"x" * 100_000 if self._left >= 0 else b""


@pytest.fixture
def files(conn: informix_db.Connection, table: str) -> str:
    """A table (n int, content byte)."""
    conn.cursor().execute(f"CREATE TABLE {table} (n INT, content BYTE)")
    conn.commit()
    return table


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_file_cannot_use_the_connection_it_is_sent_on(
    conn: informix_db.Connection, files: str, pieces: int
) -> None:
    def meddle() -> None:
        conn.cursor().execute("SELECT tabid FROM systables").fetchall()

    cursor = conn.cursor()
    with pytest.raises(informix_db.ProgrammingError, match="in the middle"):
        cursor.execute(
            f"INSERT INTO {files} VALUES (?, ?)", (1, MeddlingFile(meddle, pieces))
        )
    assert not conn.closed
    cursor.execute(f"SELECT COUNT(*) FROM {files}")
    assert cursor.fetchone() == (0,)
    conn.commit()


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_file_may_close_a_cursor(
    conn: informix_db.Connection, connect: Connect, files: str, pieces: int
) -> None:
    other = connect(fetch_buffer_size=256, autocommit=True)
    left = other.cursor()
    left.execute("SELECT tabname, tabid FROM systables")

    cursor = other.cursor()
    cursor.execute(
        f"INSERT INTO {files} VALUES (?, ?)", (1, MeddlingFile(left.close, pieces))
    )
    cursor.execute(f"SELECT content FROM {files}")
    assert cursor.fetchone() == (b"x" * 100_000 * pieces,)
    other.ping()


def test_a_row_factory_may_use_the_connection(conn: informix_db.Connection) -> None:
    """The conversation is over by then, as far as the server is concerned."""

    def factory(cursor: object) -> Callable[[tuple[object, ...]], object]:
        with conn.cursor(row_factory=tuple) as other:
            (unit,) = other.execute("SELECT FIRST 1 'a' FROM systables").fetchone()
        return lambda row: (*row, unit)

    cursor = conn.cursor(row_factory=factory)
    cursor.execute("SELECT FIRST 1 tabid FROM systables")
    assert cursor.fetchone() == (1, "a")
    conn.ping()
