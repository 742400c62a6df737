"""Ctrl-C wherever the transport, its buffers and the conversations call something."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

import informix_db
from informix_db._base import transactions
from informix_db._protocol import channel
from informix_db._transport import blocking
from informix_db._wire import buffer

from .conftest import SYNC, Connect

FILES = {blocking.__file__, buffer.__file__}
OF_COMMIT = FILES | {channel.__file__, transactions.__file__}


def interrupted(
    place: int, call: Callable[..., object], *args: object, files: set[str] = FILES
) -> bool:
    """Interrupt a call where it enters function `place` of `files`; False if none."""
    entered = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal entered
        if event == "call" and frame.f_code.co_filename in files:
            entered += 1
            if entered == place:
                raise KeyboardInterrupt

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        call(*args)
    except KeyboardInterrupt:
        assert entered >= place
    finally:
        sys.setprofile(before)
    return entered >= place


@SYNC
@pytest.mark.parametrize("recorded", [False, True])
def test_what_is_sent_is_done_once(
    connect: Connect, table: str, recorded: bool, tmp_path: Path
) -> None:
    arguments = {"record": tmp_path / "session.txt"} if recorded else {}

    def ready() -> informix_db.Connection:
        conn = connect(autocommit=True, **arguments)
        conn.cursor().execute(f"CREATE TABLE IF NOT EXISTS {table} (n INT)")
        insert(conn, 0)
        return conn

    def insert(conn: informix_db.Connection, n: int) -> None:
        conn.cursor().execute(f"INSERT INTO {table} VALUES (?)", (n,))

    conn = ready()
    place, lost = 1, 0
    while interrupted(place, insert, conn, place):
        if conn.closed:
            lost += 1
            conn = ready()
        for _ in range(2):  # what one sends too much is read by the next
            cur = conn.cursor()
            cur.execute(f"SELECT COUNT(*) FROM {table} WHERE n = {place}")
            assert cur.fetchall() in ([(0,)], [(1,)]), place
        place += 1
    assert place > 10
    assert lost < place / 2


@SYNC
def test_what_comes_after_a_commit_is_another_transaction(
    connect: Connect, table: str
) -> None:
    """Or the connection is closed: it may not know how the commit ended."""
    reader = connect(autocommit=True).cursor()
    reader.execute(f"CREATE TABLE {table} (n INT)")
    place, kept, hit = 1, 0, True
    while hit:
        conn = connect()
        cursor = conn.cursor()
        cursor.execute(f"INSERT INTO {table} VALUES (1)")
        hit = interrupted(place, conn.commit, files=OF_COMMIT)
        if not conn.closed:
            cursor.execute(f"INSERT INTO {table} VALUES (2)")
            conn.rollback()
            kept += 1
        conn.close()
        place += 1
    assert 1 < kept < place > 10
    reader.execute(f"SELECT COUNT(*) FROM {table} WHERE n = 2")
    assert reader.fetchone() == (0,)
