"""What the tests of BYTE, TEXT, BLOB and CLOB share: contents, and what is refused."""

from __future__ import annotations

import io
from typing import Any

import pytest

import informix_db
from informix_db import DataError

MIB = 1024 * 1024


def pattern(size: int, start: int = 0) -> bytes:
    """Bytes to store: every one of them, over and over."""
    block = bytes((start + n) & 0xFF for n in range(256))
    return (block * (size // 256 + 1))[:size]


def assert_refused(
    cur: informix_db.Cursor, table: str, value: tuple[Any, ...], what: str
) -> None:
    """A row whose values do not fit is refused; of a batch, those before it are stored.

    The table has a number, two large columns and text between them.
    """
    sql = f"INSERT INTO {table} VALUES (?, ?, ?, ?)"
    with pytest.raises(DataError, match=what):
        cur.execute(sql, value)
    good = (1, b"x", "y", "z")
    with pytest.raises(DataError, match=what) as caught:
        cur.executemany(sql, [good, good, value, good])
    assert caught.value.row_index == 2
    assert cur.execute(f"SELECT n, odd FROM {table}").fetchall() == [(1, "y")] * 2


class Failing(io.RawIOBase):
    """A file that breaks down after some bytes."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1) -> bytes:
        if not self._left:
            raise OSError("the disk is gone")
        size = min(size, self._left)
        self._left -= size
        return bytes(size)


# -- large objects ---------------------------------------------------------------------


def locators(cur: informix_db.Cursor, table: str, n: int = 1) -> tuple[Any, Any]:
    row = cur.execute(f"SELECT b, c FROM {table} WHERE n = ?", (n,)).fetchone()
    return row[0], row[1]


def contents(conn: informix_db.Connection, locator: Any) -> Any:
    with conn.open_large_object(locator) as file:
        return file.read()


def insert(cur: informix_db.Cursor, table: str, *values: Any) -> None:
    marks = ", ".join("?" * len(values))
    cur.execute(f"INSERT INTO {table} VALUES ({marks})", values)
