"""BLOB and CLOB opened as files: reading, changing, transactions, the end."""

from __future__ import annotations

import gc
import io
import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import informix_db
from informix_db import DataError
from informix_db.testing import Server
from informix_db.testing.transcript import CLIENT, Entry

from .conftest import BOTH, SYNC, Connect
from .largevalues import MIB, Failing, contents, insert, locators, pattern

MODES = BOTH


# -- files -----------------------------------------------------------------------------


def test_a_blob_as_a_file(
    conn: informix_db.Connection, cur: informix_db.Cursor, objects: str
) -> None:
    data = pattern(3000)
    insert(cur, objects, 1, data, None, None)
    blob, _ = locators(cur, objects)
    with conn.open_large_object(blob, "rb") as file:
        assert file.locator == blob
        assert (file.readable(), file.writable(), file.seekable()) == (1, 0, 1)
        assert file.mode == "rb"
        assert file.size() == 3000
        assert file.read(10) == data[:10]
        assert file.tell() == 10
        assert file.read(0) == b""
        assert file.seek(-10, io.SEEK_END) == 2990
        assert file.read(None) == data[2990:]
        assert file.read() == b""
        assert file.seek(5) == 5
        assert file.seek(5, io.SEEK_CUR) == 10
        buffer = bytearray(20)
        assert file.readinto(buffer) == 20
        assert buffer == data[10:30]
        assert file.seek(4000) == 4000
        assert file.read(5) == b""
        with pytest.raises(ValueError, match="no position -1"):
            file.seek(-1)
        with pytest.raises(ValueError, match="whence"):
            file.seek(0, 3)
        for change in (lambda: file.write(b"x"), lambda: file.truncate(0)):
            with pytest.raises(io.UnsupportedOperation, match="opened in mode 'rb'"):
                change()
    assert file.closed
    file.close()
    for use in (file.read, file.tell, file.size, file.readable):
        with pytest.raises(ValueError, match="closed"):
            use()


def test_changing_a_blob(
    conn: informix_db.Connection, cur: informix_db.Cursor, objects: str
) -> None:
    insert(cur, objects, 1, b"0123456789", None, None)
    blob, _ = locators(cur, objects)
    with conn.open_large_object(blob, "r+b") as file:
        assert file.writable()
        assert file.write(b"AB") == 2
        file.seek(8)
        assert file.write(memoryview(b"C-D-E-F-")[::2]) == 4
        file.seek(4)
        assert file.truncate(11) == 11
        assert file.tell() == 4
        assert file.read() == b"4567CDE"
        file.seek(3)
        assert file.truncate() == 3
        with pytest.raises(TypeError, match="bytes are needed, not str"):
            file.write("text")
    assert contents(conn, blob) == b"AB2"
    with conn.open_large_object(blob, "wb") as file:
        assert file.size() == 0
        assert file.write(pattern(MIB + 5)) == MIB + 5
        assert file.tell() == MIB + 5
    assert contents(conn, blob) == pattern(MIB + 5)


def test_a_clob_as_a_file(connect: Connect, table: str) -> None:
    conn = connect(db_locale="en_US.utf8")
    cur = conn.cursor()
    cur.execute(f"CREATE TABLE {table} (n INT, b BLOB, c CLOB)")
    text = "a\u20ac\U0001f600\n" * 30_000
    insert(cur, table, 1, None, text)
    _, clob = locators(cur, table)
    with conn.open_large_object(clob) as file:
        assert file.mode == "r"
        assert file.read(2) == "a\u20ac"
        assert file.tell() == 4
        assert file.read(1) == "\U0001f600"
        place = file.tell()
        assert file.read(5) == "\na\u20ac\U0001f600\n"
        assert file.seek(place) == place
        assert file.read() == text[3:]
        assert file.tell() == len(text.encode())
        assert file.seek(0, io.SEEK_END) == len(text.encode())
        assert file.read() == ""
        file.seek(0)
        assert "".join(iter(lambda: file.read(7), "")) == text
        for use in (lambda: file.seek(1, io.SEEK_CUR), lambda: file.readinto(b"x")):
            with pytest.raises(io.UnsupportedOperation):
                use()
    with conn.open_large_object(clob, "r+") as file:
        assert file.read(1) == "a"
        assert file.write("\u00e9") == 1  # two bytes of the three of a euro sign
        with pytest.raises(TypeError, match="a str is needed"):
            file.write(b"x")
    with conn.open_large_object(clob, "rb") as file:
        assert file.read(5) == "a\u00e9".encode() + "\u20ac".encode()[2:] + b"\xf0"
    with (
        conn.open_large_object(clob) as file,
        pytest.raises(DataError, match="not text in utf-8: byte 0xac"),
    ):
        file.read()
    with conn.open_large_object(clob, "w") as file:
        file.write("new")
    assert contents(conn, clob) == "new"


def test_no_such_mode(
    conn: informix_db.Connection, cur: informix_db.Cursor, objects: str
) -> None:
    insert(cur, objects, 1, b"", None, None)
    blob, _ = locators(cur, objects)
    for mode in ("x", "rt", "", "bb", "a"):
        with pytest.raises(ValueError, match="mode"):
            conn.open_large_object(blob, mode)
    with pytest.raises(TypeError, match="a locator is needed"):
        conn.open_large_object(b"x" * 72)  # type: ignore[arg-type]


@SYNC
def test_locators_open_themselves(
    conn: informix_db.Connection, cur: informix_db.Cursor, objects: str
) -> None:
    insert(cur, objects, 1, b"b" * 300, None, "c" * 10)
    blob, clob = locators(cur, objects)
    file = blob.open()
    with io.BufferedReader(file) as reader:
        assert reader.read(7) == b"b" * 7
    assert file.closed
    with pytest.raises(ValueError, match="closed"):
        file.flush()
    with clob.open("r") as file:
        assert file.read() == "c" * 10
    with io.TextIOWrapper(io.BufferedReader(clob.open("rb")), "latin-1") as text:
        assert text.read() == "c" * 10
    scrolled = conn.cursor(scrollable=True).execute(f"SELECT b FROM {objects}")
    with scrolled.fetchone()[0].open() as file:
        assert len(file.read()) == 300


@pytest.mark.parametrize("mode", ["async"])
def test_ways_to_open_an_async_file(
    conn: Any, cur: informix_db.Cursor, objects: str, emulator: Server
) -> None:
    insert(cur, objects, 1, pattern(10), None, "text")
    blob, clob = locators(cur, objects)
    before = emulator.statistics().large_objects

    async def use() -> None:
        file = conn._target.open_large_object(blob)
        assert file.closed
        assert await file is file
        assert await file.read(3) == pattern(10)[:3]
        async with await file:
            assert await file.read() == pattern(10)[3:]
        async with file:  # again, and from the beginning
            assert await file.tell() == 0
            assert await file.read() == pattern(10)
        async with conn._target.open_large_object(clob) as text:
            assert await text.read(2) == "te"
        async with text:
            assert await text.read() == "text"

    conn._runner.run(use())
    assert emulator.statistics().large_objects == before


def test_many_at_a_time(
    conn: informix_db.Connection, cur: informix_db.Cursor, objects: str
) -> None:
    for n in range(5):
        insert(cur, objects, n, pattern(100, n), None, None)
    files = [conn.open_large_object(locators(cur, objects, n)[0]) for n in range(5)]
    files = [file.__enter__() for file in files]
    for at in range(0, 100, 10):
        for n, file in enumerate(files):
            assert file.read(10) == pattern(100, n)[at : at + 10]
    for file in files:
        file.close()


def test_random_access_is_that_of_bytesio(
    conn: informix_db.Connection, cur: informix_db.Cursor, objects: str
) -> None:
    choose = random.Random(6)
    model = io.BytesIO(pattern(500))
    insert(cur, objects, 1, model.getvalue(), None, None)
    with conn.open_large_object(locators(cur, objects)[0], "r+b") as file:
        for step in range(300):
            what = choose.choice(("read", "write", "seek", "truncate", "tell"))
            size = choose.randrange(200)
            if what == "read":
                assert file.read(size) == model.read(size), step
            elif what == "write":
                # a large object has no holes: what lies between is not defined
                position = min(model.tell(), len(model.getvalue()))
                assert file.seek(position) == model.seek(position)
                data = pattern(size, step)
                assert file.write(data) == model.write(data)
            elif what == "seek":
                assert file.seek(size) == model.seek(size)
            elif what == "truncate":
                size = min(size, len(model.getvalue()))
                assert file.truncate(size) == model.truncate(size)
            assert file.tell() == model.tell(), step
        file.seek(0)
        assert file.read() == model.getvalue()


# -- transactions and the end ----------------------------------------------------------


def test_transactions(
    conn: informix_db.Connection, cur: informix_db.Cursor, objects: str
) -> None:
    """What writes belongs to one, what reads begins none of its own."""
    insert(cur, objects, 1, b"before", None, None)
    blob, _ = locators(cur, objects)
    conn.commit()
    with conn.open_large_object(blob) as file:
        assert file.read() == b"before"
        assert not conn.in_transaction
    with conn.open_large_object(blob, "r+b") as file:
        assert conn.in_transaction
        conn.commit()
        file.write(b"after!")
        assert conn.in_transaction
    insert(cur, objects, 2, b"undone", None, None)
    conn.rollback()
    assert cur.execute(f"SELECT n FROM {objects}").fetchall() == [(1,)]


@pytest.mark.parametrize("database", ["ansidb", "testdb", "unlogdb"])
def test_closing_the_file_commits_with_autocommit(
    connect: Connect, database: str
) -> None:
    conn = connect(database=database, autocommit=True)
    cur = conn.cursor()
    cur.execute("CREATE TEMP TABLE mine (b BLOB, c CLOB)")
    insert(cur, "mine", b"before", None)
    blob = cur.execute("SELECT b FROM mine").fetchone()[0]
    with conn.open_large_object(blob, "r+b") as file:
        file.write(b"after!")
    assert not conn.in_transaction
    assert contents(conn, blob) == b"after!"


def test_closing_the_connection_first(
    connect: Connect, cur: informix_db.Cursor, objects: str
) -> None:
    insert(cur, objects, 1, b"x", None, None)
    blob, _ = locators(cur, objects)
    cur.connection.commit()
    conn = connect()
    file = conn.open_large_object(blob).__enter__()
    conn.close()
    with pytest.raises(informix_db.InterfaceError, match="closed"):
        file.read()
    file.close()
    assert file.closed
    with pytest.raises(informix_db.InterfaceError, match="closed"):
        contents(conn, blob)


@pytest.fixture
def watched() -> Iterator[tuple[Server, Callable[[], int]]]:
    """An emulator of its own, and how many descriptors it has given out and not back.

    Counted by the calls of routines that open and close one.
    """
    entries: list[Entry] = []

    def open_descriptors() -> int:
        count = 0
        handles: list[bytes] = []
        for entry, answer in itertools.pairwise(entries):
            if entry.direction != CLIENT or answer.data[:2] == b"\0\x0d":
                continue
            if entry.data[:2] == b"\0\x65":
                handles.append(entry.data)
            if entry.data[:2] == b"\0\x66":
                size = int.from_bytes(entry.data[2:4], "big")
                at = 4 + size + size % 2
                handle = int.from_bytes(entry.data[at : at + 4], "big")
                name = handles[handle - 100]
                count += b"ifx_lo_open" in name or b"ifx_lo_create" in name
                count -= b"ifx_lo_close" in name
        return count

    with Server(transcript=entries.append) as server:
        yield server, open_descriptors


Watched = tuple[Server, Callable[[], int]]


@pytest.fixture
def apart(watched: Watched, connect: Connect) -> informix_db.Connection:
    """A connection to that emulator, with a table and a large object."""
    server, _ = watched
    conn = connect(host=server.host, port=server.port)
    cur = conn.cursor()
    cur.execute("CREATE TABLE objects (n INT, b BLOB, c CLOB)")
    insert(cur, "objects", 1, pattern(100_000), None)
    conn.commit()
    return conn


def test_a_forgotten_file_is_closed_with_the_next_statement(
    apart: informix_db.Connection, watched: Watched
) -> None:
    _, open_descriptors = watched
    cur = apart.cursor()
    blob, _ = locators(cur, "objects")
    assert open_descriptors() == 0
    file = apart.open_large_object(blob).__enter__()
    assert open_descriptors() == 1
    before = apart.stats.requests
    del file
    gc.collect()
    assert apart.stats.requests == before
    cur.execute("SELECT n FROM objects")
    apart.ping()
    assert open_descriptors() == 0
    file = apart.open_large_object(blob).__enter__()
    del file
    gc.collect()
    with apart.open_large_object(blob):
        assert open_descriptors() == 1


@pytest.mark.parametrize("at", ["routine", "large object"])
def test_an_error_while_an_object_is_made(
    apart: informix_db.Connection, watched: Watched, at: str
) -> None:
    """The row is not stored, no descriptor stays open, and the session goes on."""
    server, open_descriptors = watched
    cur = apart.cursor()
    # The first error of a routine is that of asking where the column stores objects,
    # without which they are made all the same.
    for _ in range(2 if at == "routine" else 1):
        server.faults.error_once(-9810, at=at)
    sql = "INSERT INTO objects VALUES (?, ?, ?)"
    with pytest.raises(informix_db.Error) as caught:
        cur.executemany(sql, [(2, None, None), (3, b"b", "c"), (4, b"", "")])
    assert caught.value.sqlcode == -9810
    assert caught.value.row_index == 1
    cur.execute(sql, (5, b"b", "c"))
    apart.ping()
    assert open_descriptors() == 0
    rows = cur.execute("SELECT n FROM objects ORDER BY n").fetchall()
    assert rows == [(1,), (2,), (5,)]
    assert contents(apart, locators(cur, "objects", 5)[0]) == b"b"


@pytest.mark.parametrize("size", [0, 3 * MIB])
def test_a_file_that_breaks_down(
    apart: informix_db.Connection, watched: Watched, size: int
) -> None:
    _, open_descriptors = watched
    cur = apart.cursor()
    sql = "INSERT INTO objects VALUES (?, ?, ?)"
    with pytest.raises(OSError, match="the disk is gone"):
        cur.execute(sql, (2, b"first", Failing(size)))
    good = (3, b"x", None)
    with pytest.raises(OSError, match="the disk is gone"):
        cur.executemany(sql, [good, (4, Failing(size), None), good])
    rows = cur.execute("SELECT n FROM objects ORDER BY n").fetchall()
    assert rows == [(1,), (3,)]
    apart.ping()
    assert open_descriptors() == 0


@SYNC
def test_ctrl_c_in_a_file_keeps_the_session(
    apart: informix_db.Connection, watched: Watched
) -> None:
    class Interrupting(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise KeyboardInterrupt

    _, open_descriptors = watched
    cur = apart.cursor()
    with pytest.raises(KeyboardInterrupt):
        cur.execute("INSERT INTO objects VALUES (2, ?, NULL)", (Interrupting(),))
    rows = cur.execute("SELECT n FROM objects ORDER BY n").fetchall()
    assert rows == [(1,)]
    assert open_descriptors() == 0


def test_an_error_while_reading_and_writing(
    apart: informix_db.Connection, watched: Watched
) -> None:
    server, open_descriptors = watched
    cur = apart.cursor()
    blob, _ = locators(cur, "objects")
    with apart.open_large_object(blob, "r+b") as file:
        for use in (lambda: file.read(5), lambda: file.write(b"x")):
            server.faults.error_once(-9810, at="large object")
            with pytest.raises(informix_db.Error, match="-9810"):
                use()
        server.faults.error_once(-9810, at="routine")
        with pytest.raises(informix_db.Error, match="-9810"):
            file.size()
        assert file.tell() == 0
        assert file.read(5) == pattern(5)
    assert open_descriptors() == 0


def test_text_that_was_read_before_an_error_is_not_lost(
    apart: informix_db.Connection, watched: Watched
) -> None:
    server, _ = watched
    cur = apart.cursor()
    text = "0123456789" * 20_000
    insert(cur, "objects", 2, None, text)
    with apart.open_large_object(locators(cur, "objects", 2)[1]) as file:
        assert file.read(3) == "012"
        server.faults.error_once(-9810, at="large object")
        with pytest.raises(informix_db.Error, match="-9810"):
            file.read()
        assert file.tell() == 3
        assert file.read(100_000) == text[3:100_003]
        assert file.read() == text[100_003:]


def test_a_lost_connection(apart: informix_db.Connection, watched: Watched) -> None:
    server, _ = watched
    blob, _ = locators(apart.cursor(), "objects")
    file = apart.open_large_object(blob).__enter__()
    server.faults.drop_after(5000)
    with pytest.raises(informix_db.OperationalError, match="lost"):
        file.read()
    assert apart.closed
    with pytest.raises(informix_db.InterfaceError, match="broken"):
        file.read()
    file.close()
