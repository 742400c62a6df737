"""The three replies a server may give to a window with a failing row.

All are accepted by IBM's client (docs/PROTOCOL.md section 8) [J]; which one a real
server gives is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import captures
import pytest
from logins import connect_to

import informix_db
from informix_db._protocol.channel import Channel, Reply, reply_gen
from informix_db._wire.constants import OFFERED_MASK
from informix_db._wire.framing import negotiate
from informix_db.testing import Server

WINDOW = 512
ROWS = 2 * WINDOW + 100
SQL = "INSERT INTO numbers VALUES (?, ?)"


class Setting(NamedTuple):
    shape: str
    by_cursor: bool
    conn: informix_db.Connection


@pytest.fixture(
    params=[(s, b) for s in ("keep", "drop", "continue") for b in (False, True)],
    ids=lambda p: f"{p[0]}-{'put' if p[1] else 'bind'}",
)
def setting(request: pytest.FixtureRequest) -> Iterator[Setting]:
    """A server with that way to reply, and a table numbers (n int unique, v)."""
    shape, by_cursor = request.param
    with (
        Server(batch_errors=shape) as server,
        connect_to(server) as conn,
    ):
        conn.insert_cursor = by_cursor
        conn.cursor().execute("CREATE TABLE numbers (n INT UNIQUE, v VARCHAR(20))")
        conn.cursor().execute(SQL, (-1, "there"))
        conn.commit()
        yield Setting(shape, by_cursor, conn)


def insert(conn: informix_db.Connection, bad: int) -> informix_db.IntegrityError:
    rows = [(n, "x") for n in range(ROWS)]
    rows[bad] = (-1, "again")
    with pytest.raises(informix_db.IntegrityError) as caught:
        conn.cursor().executemany(SQL, rows)
    assert caught.value.sqlcode in (-239, -268)
    return caught.value


def stored(conn: informix_db.Connection) -> list[int]:
    cursor = conn.cursor().execute("SELECT n FROM numbers ORDER BY n")
    return [n for (n,) in cursor.fetchall()]


@pytest.mark.parametrize("bad", [0, 3, WINDOW - 1, WINDOW, ROWS - 1])
def test_the_failing_row(setting: Setting, bad: int) -> None:
    """Only a server that drops its output leaves it at the window's first row."""
    error = insert(setting.conn, bad)
    rows = 5000 if setting.by_cursor else WINDOW
    if setting.shape == "drop":
        assert error.row_index == bad // rows * rows
    elif setting.shape == "continue" and setting.by_cursor:
        # DONE counts all rows but one: the last place it can have been
        assert error.row_index == ROWS - 1
    else:
        assert error.row_index == bad


@pytest.mark.parametrize("bad", [0, 3, WINDOW, ROWS - 1])
def test_what_was_executed(setting: Setting, bad: int) -> None:
    insert(setting.conn, bad)
    rows = 5000 if setting.by_cursor else WINDOW
    end_of_window = min(ROWS, (bad // rows + 1) * rows)
    expected = set(range(bad))
    if setting.shape == "continue":
        expected |= set(range(bad + 1, end_of_window))
    assert set(stored(setting.conn)) == {-1} | expected


@pytest.mark.parametrize("bad", [0, WINDOW, ROWS - 1])
def test_a_batch_of_its_own_leaves_nothing(setting: Setting, bad: int) -> None:
    setting.conn.autocommit = True
    insert(setting.conn, bad)
    assert stored(setting.conn) == [-1]


def test_connection_and_statement_stay_usable(setting: Setting) -> None:
    insert(setting.conn, 3)
    setting.conn.rollback()
    cursor = setting.conn.cursor()
    cursor.executemany(SQL, [(n, "y") for n in range(1000)])
    assert cursor.rowcount == 1000
    assert stored(setting.conn) == list(range(-1, 1000))


TRANSCRIPTS = [
    # name, DONEs in all, DONEs before the error, rows in all
    ("u01_batch_err_drop", 0, 0, 0),
    ("u01_batch_err_keep", 2, 2, 2),
    ("u01_batch_err_cont", 4, 2, 4),
    ("u01_put_err_only", 0, 0, 0),
    ("u01_put_err_done_then_err", 1, 1, 2),
]


@pytest.mark.parametrize(("name", "done_count", "failed_at", "total"), TRANSCRIPTS)
def test_replies_of_the_transcripts(
    name: str, done_count: int, failed_at: int, total: int
) -> None:
    failing = next(m for m in captures.server(name) if b"u100_1" in m)
    channel = Channel("latin-1")
    channel.framing = negotiate(OFFERED_MASK, bytes.fromhex("bdbe9ffe7fb7ffefff"))
    channel.read.feed(failing)
    channel.unread = 1
    with pytest.raises(StopIteration) as stopped:
        next(reply_gen(channel, Reply()))
    reply = stopped.value.value
    assert isinstance(reply.error, informix_db.IntegrityError)
    assert (reply.error.sqlcode, reply.error.isamcode) == (-268, -100)
    assert reply.done_count == done_count
    assert reply.failed_at == failed_at
    assert reply.total_rows == total
    assert channel.in_sync
    assert len(channel.read) == 0
