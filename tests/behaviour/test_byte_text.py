"""BYTE and TEXT: in and out, of any size, and what happens half way."""

from __future__ import annotations

import io
from typing import Any

import pytest

import informix_db
from informix_db import DataError, TypeCode
from informix_db.testing import Server
from tests.proxy import CLIENT, Proxy

from .conftest import BOTH, SYNC, Connect
from .largevalues import Failing, assert_refused, pattern

MODES = BOTH

# Both sides of the sizes of a piece, and large ones.
SIZES = [0, 1, 2, 1023, 1024, 1025, 2048, 70_001]


@pytest.fixture
def stored(cur: informix_db.Cursor, table: str) -> str:
    cur.execute(f"CREATE TABLE {table} (n INT, b BYTE, odd VARCHAR(7), t TEXT)")
    return table


def insert(cur: informix_db.Cursor, table: str, rows: list[Any]) -> None:
    cur.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", rows)


def select(cur: informix_db.Cursor, table: str, what: str = "*") -> list[Any]:
    return cur.execute(f"SELECT {what} FROM {table} ORDER BY n").fetchall()


@pytest.mark.parametrize("size", SIZES)
def test_round_trip(cur: informix_db.Cursor, stored: str, size: int) -> None:
    data = pattern(size)
    text = data.decode("latin-1")
    row = (size, data, "xyz", text)
    cur.execute(f"INSERT INTO {stored} VALUES (?, ?, ?, ?)", row)
    assert select(cur, stored) == [row]
    assert select(cur, stored, "t, odd, b, t, b") == [(text, "xyz", data, text, data)]


@pytest.mark.parametrize("size", SIZES)
def test_contents_as_parameters_of_a_query(cur: informix_db.Cursor, size: int) -> None:
    """A query has no request of its own for them: they are in memory."""
    data = pattern(size)
    sql = "SELECT ?::BYTE, 7, ?::TEXT FROM systables WHERE tabid = 1"
    expected = [(data, 7, data.decode("latin-1"))]
    assert cur.execute(sql, (data, data)).fetchall() == expected
    files = io.BytesIO(data), io.StringIO(data.decode("latin-1"))
    assert cur.execute(sql, files).fetchall() == expected


def test_nulls_in_every_place(cur: informix_db.Cursor, stored: str) -> None:
    rows = [
        (0, None, "a", None),
        (1, b"x", None, None),
        (2, None, None, "t"),
        (3, b"", "", ""),
    ]
    insert(cur, stored, rows)
    assert select(cur, stored) == rows


def test_description(cur: informix_db.Cursor, stored: str) -> None:
    cur.execute(f"SELECT b, t FROM {stored}")
    assert [(c[0], c[1]) for c in cur.description or ()] == [
        ("b", TypeCode.BYTE),
        ("t", TypeCode.TEXT),
    ]
    assert TypeCode.BYTE == informix_db.BINARY  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("insert_cursor", [False, True])
def test_many_rows_in_a_batch(
    cur: informix_db.Cursor, stored: str, insert_cursor: bool
) -> None:
    rows = [(n, pattern(n % 97, n), None, f"text {n}") for n in range(1200)]
    sql = f"INSERT INTO {stored} VALUES (?, ?, ?, ?)"
    cur.executemany(sql, rows, insert_cursor=insert_cursor)
    assert cur.rowcount == 1200
    assert select(cur, stored) == rows


def test_bytes_of_all_kinds(cur: informix_db.Cursor, stored: str) -> None:
    data = b"\0\1\2\xff"
    view = memoryview(b"xx" + data + b"xx")[2:-2]
    for value in (data, bytearray(data), view, io.BytesIO(data)):
        cur.execute(f"DELETE FROM {stored} WHERE 1 = 1")
        cur.execute(f"INSERT INTO {stored} VALUES (1, ?, NULL, ?)", (value, value))
        if isinstance(value, io.BytesIO):  # it has been read to its end
            assert select(cur, stored, "b, t") == [(data, "")]
        else:
            assert select(cur, stored, "b, t") == [(data, data.decode("latin-1"))]


def test_files(cur: informix_db.Cursor, stored: str) -> None:
    data = pattern(300_000)
    text = "line\n" * 50_000
    rows = [(n, io.BytesIO(data[n:]), "f", io.StringIO(text[n:])) for n in range(4)]
    insert(cur, stored, rows)
    assert select(cur, stored) == [(n, data[n:], "f", text[n:]) for n in range(4)]


def test_text_for_a_statement_that_does_not_tell(
    cur: informix_db.Cursor, stored: str
) -> None:
    """UPDATE describes nothing: text goes as a string first, and then as a TEXT."""
    insert(cur, stored, [(n, b"", "a", "b") for n in range(3)])
    for _ in range(2):
        cur.execute(f"UPDATE {stored} SET t = ?, odd = ? WHERE n = ?", ("new", "o", 1))
        assert cur.rowcount == 1
    rows = [(f"many {n}", None, n) for n in range(3)]
    cur.executemany(f"UPDATE {stored} SET t = ?, b = ? WHERE n = ?", rows)
    assert cur.rowcount == 3
    assert select(cur, stored, "t, b") == [(f"many {n}", None) for n in range(3)]


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ((0, "text", None, None), "parameter 2: str cannot be stored in BYTE"),
        ((0, 5, None, None), "parameter 2: int cannot be stored in BYTE"),
        ((0, None, None, 5), "parameter 4: int cannot be stored in TEXT"),
        ((0, None, b"x", None), "parameter 3: bytes cannot be stored in VARCHAR"),
        ((b"0", None, None, None), "parameter 1: bytes cannot be stored in INTEGER"),
        ((0, None, None, "\u20ac"), "does not exist in the session's code set"),
    ],
)
def test_values_of_the_wrong_kind(
    cur: informix_db.Cursor, stored: str, value: Any, what: str
) -> None:
    assert_refused(cur, stored, value, what)


def test_text_in_the_sessions_code_set(connect: Connect, table: str) -> None:
    cur = connect(db_locale="en_US.utf8").cursor()
    cur.execute(f"CREATE TABLE {table} (n INT, t TEXT)")
    text = "a\u20ac\U0001f600" * 1000  # characters across the ends of pieces
    cur.execute(f"INSERT INTO {table} VALUES (1, ?)", (text,))
    cur.execute(f"INSERT INTO {table} VALUES (2, ?)", (io.StringIO(text),))
    assert select(cur, table, "t") == [(text,), (text,)]


def test_text_that_is_none(
    cur: informix_db.Cursor, connect: Connect, table: str
) -> None:
    """The rows before it can be had, and the session goes on."""
    cur.execute(f"CREATE TABLE {table} (n INT, t TEXT)")
    rows = [(n, b"\xe9" if n == 3 else b"ok") for n in range(6)]
    cur.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
    cur.connection.commit()
    other = connect(db_locale="en_US.utf8").cursor()
    other.execute(f"SELECT n, t FROM {table} ORDER BY n")
    assert other.fetchmany(3) == [(0, "ok"), (1, "ok"), (2, "ok")]
    with pytest.raises(DataError, match=r"column 2 \(t\): byte 0xe9"):
        other.fetchone()
    assert other.execute("SELECT 1 FROM systables WHERE tabid = 1").fetchone() == (1,)


# -- fetching --------------------------------------------------------------------------


def test_rows_are_filled_a_portion_at_a_time(
    cur: informix_db.Cursor, stored: str
) -> None:
    rows = [(n, pattern(100_000, n), None, None) for n in range(60)]
    insert(cur, stored, rows)
    cur.execute(f"SELECT n, b FROM {stored} ORDER BY n")
    before = cur.connection.stats.round_trips
    assert cur.fetchone() == rows[0][:2]
    # one request for the contents of a few rows, not of all
    assert cur.connection.stats.round_trips - before <= 8
    assert [row[0] for row in cur.fetchall()] == list(range(1, 60))


def test_small_contents_cost_few_round_trips(
    cur: informix_db.Cursor, stored: str
) -> None:
    insert(cur, stored, [(n, b"x", None, "y") for n in range(64)])
    cur.execute(f"SELECT b, t FROM {stored}")
    before = cur.connection.stats.round_trips
    assert len(cur.fetchall()) == 64
    assert cur.connection.stats.round_trips - before <= 5


def test_scrolling(cur: informix_db.Cursor, stored: str) -> None:
    rows = [(n, pattern(n * 100, n), "s", str(n)) for n in range(20)]
    insert(cur, stored, rows)
    cur.execute(f"SELECT * FROM {stored} ORDER BY n")
    assert cur.fetch_last() == rows[-1]
    assert cur.fetch_first() == rows[0]
    assert cur.fetch_absolute(7) == rows[7]
    assert cur.fetch_prior() == rows[6]
    server_side = cur.connection.cursor(scrollable=True)
    server_side.execute(f"SELECT * FROM {stored} ORDER BY n")
    assert server_side.fetchone() == rows[0]
    assert server_side.fetch_absolute(7) == rows[7]
    assert server_side.fetch_last() == rows[-1]
    assert server_side.fetch_prior() == rows[-2]
    assert server_side.fetch_absolute(99) is None
    assert server_side.fetch_absolute(0) == rows[0]
    assert server_side.fetchall() == rows[1:]
    empty = server_side.execute(f"SELECT * FROM {stored} WHERE n < 0")
    assert empty.fetchall() == []


def test_a_commit_takes_contents_that_were_not_fetched(
    conn: informix_db.Connection, stored: str
) -> None:
    cur = conn.cursor()
    insert(cur, stored, [(n, pattern(600_000), None, None) for n in range(4)])
    conn.commit()
    cur.execute(f"SELECT n, b FROM {stored} ORDER BY n")
    assert cur.fetchone()[0] == 0
    conn.commit()
    with pytest.raises(informix_db.ProgrammingError, match="commit closed the cursor"):
        cur.fetchall()
    held = conn.cursor(hold=True)
    held.execute(f"SELECT n, b FROM {stored} ORDER BY n")
    assert held.fetchone()[0] == 0
    conn.commit()
    assert [row[0] for row in held.fetchall()] == [1, 2, 3]


def test_cursors_in_turns(conn: informix_db.Connection, stored: str) -> None:
    cur = conn.cursor()
    rows = [(n, pattern(300_000, n), None, f"t{n}") for n in range(8)]
    insert(cur, stored, rows)
    cursors = [conn.cursor() for _ in range(3)]
    for each in cursors:
        each.execute(f"SELECT * FROM {stored} ORDER BY n")
    for row in rows:
        assert [each.fetchone() for each in cursors] == [row] * 3


# -- faults ----------------------------------------------------------------------------


@pytest.fixture
def filled(cur: informix_db.Cursor, stored: str) -> str:
    insert(cur, stored, [(n, pattern(1000, n), "x", f"t{n}") for n in range(20)])
    cur.connection.commit()
    return stored


@pytest.mark.parametrize("scrollable", [False, True])
def test_an_error_while_contents_are_fetched(
    conn: informix_db.Connection, emulator: Server, filled: str, scrollable: bool
) -> None:
    """The requests behind it are answered, the session goes on."""
    cur = conn.cursor(scrollable=scrollable)
    cur.execute(f"SELECT n, b FROM {filled} ORDER BY n")
    emulator.faults.error_once(-602, at="fetch blob")
    with pytest.raises(informix_db.Error) as caught:
        cur.fetchall()
    assert caught.value.sqlcode == -602
    assert cur.execute(f"SELECT COUNT(*) FROM {filled}").fetchone() == (20,)
    assert not conn.closed


def test_rows_before_the_error_are_there(
    conn: informix_db.Connection, emulator: Server, stored: str
) -> None:
    cur = conn.cursor()
    insert(cur, stored, [(n, pattern(600_000), None, None) for n in range(4)])
    cur.execute(f"SELECT n, b FROM {stored} ORDER BY n")
    assert cur.fetchone()[0] == 0
    emulator.faults.error_once(-602, at="fetch blob")
    with pytest.raises(informix_db.Error, match="-602"):
        cur.fetchone()
    assert cur.fetch_first()[0] == 0
    with pytest.raises(informix_db.ProgrammingError, match="an error closed"):
        cur.fetchone()


@pytest.mark.parametrize("size", [0, 10, 1_000_000])
def test_a_file_that_breaks_down(
    cur: informix_db.Cursor, stored: str, size: int
) -> None:
    """Its row is not stored, the rows before it are, and the session goes on."""
    sql = f"INSERT INTO {stored} VALUES (?, ?, ?, ?)"
    with pytest.raises(OSError, match="the disk is gone"):
        cur.execute(sql, (1, Failing(size), None, "t"))
    good = (2, b"x", None, "t")
    with pytest.raises(OSError, match="the disk is gone"):
        cur.executemany(sql, [good, (3, b"y", None, Failing(size)), good])
    cur.execute(sql, (4, b"z", None, None))
    assert select(cur, stored, "n, b") == [(2, b"x"), (4, b"z")]


@pytest.mark.parametrize("value", [None, 5])
def test_a_file_that_reads_something_else(
    cur: informix_db.Cursor, stored: str, value: Any
) -> None:
    class Odd:
        def read(self, size: int) -> Any:
            return value

    sql = f"INSERT INTO {stored} VALUES (1, ?, NULL, NULL)"
    with pytest.raises(DataError, match=r"read\(\)|does not block"):
        cur.execute(sql, (Odd(),))
    cur.execute(sql, (b"x",))


def test_a_connection_lost_while_contents_are_sent(
    connect: Connect, emulator: Server, stored: str, cur: informix_db.Cursor
) -> None:
    cur.connection.commit()
    conn = connect()
    lost = conn.cursor()
    lost.execute(f"INSERT INTO {stored} VALUES (1, ?, NULL, NULL)", (b"",))
    emulator.faults.truncate(3)
    with pytest.raises(informix_db.OperationalError):
        lost.execute(f"INSERT INTO {stored} VALUES (2, ?, NULL, NULL)", (bytes(10**6),))
    assert conn.closed
    assert select(cur, stored) == []


def test_the_memory_that_a_large_file_takes(
    connect: Connect, emulator: Server, stored: str, cur: informix_db.Cursor
) -> None:
    """A file is sent as it is read. The emulator holds it; so it is not counted."""
    cur.connection.commit()

    class Zeros(io.RawIOBase):
        left = 24 * 1024 * 1024

        def read(self, size: int = -1) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    conn = connect()
    largest = 0

    class Watched(Zeros):
        def read(self, size: int = -1) -> bytes:
            nonlocal largest
            largest = max(largest, len(channel.write.data))
            return super().read(size)

    channel = getattr(conn, "_target", conn)._channel
    conn.cursor().execute(
        f"INSERT INTO {stored} VALUES (1, ?, NULL, NULL)", (Watched(),)
    )
    assert largest < 256 * 1024


@pytest.mark.parametrize("drop", [False, True])
def test_a_line_that_stalls_or_drops_while_contents_are_sent(
    connect: Connect,
    emulator: Server,
    stored: str,
    cur: informix_db.Cursor,
    drop: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half a request cannot be taken back: the connection is broken."""
    for module in ("connections", "aio._conversations"):
        monkeypatch.setattr(f"informix_db.{module}.CANCEL_GRACE", 0.2)
    cur.connection.commit()
    with Proxy(emulator.host, emulator.port) as proxy:
        # without BEGIN, whose answer would be missing as well
        conn = connect(host=proxy.host, port=proxy.port, autocommit=True)
        writing = conn.cursor()
        sql = f"INSERT INTO {stored} VALUES (?, ?, NULL, NULL)"
        writing.execute(sql, (1, b""))
        if drop:
            proxy.drop_after(CLIENT, 300_000, reset=True)
        else:
            proxy.stall(CLIENT)
        with pytest.raises(informix_db.OperationalError) as caught:
            writing.execute(sql, (2, bytes(64 * 1024 * 1024)), timeout=0.3)
        assert conn.closed
        if not drop:
            assert isinstance(caught.value, informix_db.StatementCancelledError)
        with pytest.raises(informix_db.InterfaceError, match="broken"):
            writing.execute(sql, (3, b""))
    assert select(cur, stored, "n") == [(1,)]


@SYNC
def test_interrupted_while_contents_are_sent(
    conn: informix_db.Connection, stored: str
) -> None:
    """Ctrl-C in the middle of a file: the request is ended, nothing is stored."""

    class Interrupting(io.RawIOBase):
        calls = 0

        def read(self, size: int = -1) -> bytes:
            self.calls += 1
            if self.calls == 3:
                raise KeyboardInterrupt
            return bytes(size)

    cur = conn.cursor()
    with pytest.raises(KeyboardInterrupt):
        cur.execute(
            f"INSERT INTO {stored} VALUES (1, ?, NULL, NULL)", (Interrupting(),)
        )
    assert select(cur, stored) == []
