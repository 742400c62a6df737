"""BLOB and CLOB: as parameters, and by the functions that copy files.

`test_large_object_files.py` has them opened as files.
"""

from __future__ import annotations

import io
from typing import Any

import pytest

import informix_db
from informix_db import BlobLocator, ClobLocator, TypeCode

from .conftest import BOTH
from .largevalues import MIB, assert_refused, contents, insert, locators, pattern

MODES = BOTH

SIZES = [0, 1, 31_999, 32_000, 32_001, 70_001, MIB, MIB + 1]


# -- parameters and locators -----------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_round_trip(
    conn: informix_db.Connection, cur: informix_db.Cursor, objects: str, size: int
) -> None:
    data = pattern(size)
    text = data.decode("latin-1")
    insert(cur, objects, 1, data, "xyz", text)
    blob, clob = locators(cur, objects)
    assert (type(blob), type(clob)) == (BlobLocator, ClobLocator)
    assert contents(conn, blob) == data
    assert contents(conn, clob) == text
    row = cur.execute(f"SELECT c, odd, b, c FROM {objects}").fetchone()
    assert row == (clob, "xyz", blob, clob)


def test_what_can_be_stored(
    conn: informix_db.Connection, cur: informix_db.Cursor, objects: str
) -> None:
    data = b"\0\1\2\xff"
    values: list[Any] = [data, bytearray(data), memoryview(b"x" + data)[1:]]
    values.append(memoryview(b"\0-\1-\2-\xff-")[::2])
    for value in [*values, io.BytesIO(data)]:
        again = value if value in values else io.BytesIO(data)
        cur.execute(f"DELETE FROM {objects} WHERE 1 = 1")
        insert(cur, objects, 1, value, None, again)
        blob, clob = locators(cur, objects)
        assert contents(conn, blob) == data
        assert contents(conn, clob) == data.decode("latin-1")
    source = io.StringIO("skipped text \xe9")
    source.seek(8)
    cur.execute(f"UPDATE {objects} SET c = ? WHERE n = 1", (source,))
    assert contents(conn, locators(cur, objects)[1]) == "text \xe9"


def test_nulls_and_description(cur: informix_db.Cursor, objects: str) -> None:
    insert(cur, objects, 1, None, "a", "c")
    insert(cur, objects, 2, b"b", None, None)
    rows = cur.execute(f"SELECT b, odd, c FROM {objects} ORDER BY n").fetchall()
    assert [[cell is None for cell in row] for row in rows] == [
        [True, False, False],
        [False, True, True],
    ]
    codes = [column[1] for column in cur.description or ()]
    assert codes == [TypeCode.BLOB, TypeCode.VARCHAR, TypeCode.CLOB]


def test_a_locator_is_a_parameter(
    conn: informix_db.Connection, cur: informix_db.Cursor, objects: str
) -> None:
    insert(cur, objects, 1, b"one", None, "two")
    blob, clob = locators(cur, objects)
    insert(cur, objects, 2, blob, None, clob)
    cur.execute(f"UPDATE {objects} SET odd = ?, c = ? WHERE n = 2", ("x", clob))
    again = locators(cur, objects, 2)
    assert [contents(conn, each) for each in again] == [b"one", "two"]


@pytest.mark.parametrize("insert_cursor", [False, True])
def test_batches(
    conn: informix_db.Connection,
    cur: informix_db.Cursor,
    objects: str,
    insert_cursor: bool,
) -> None:
    rows = [(n, pattern(n * 100, n), "odd", f"text {n}") for n in range(20)]
    rows[7] = (7, None, "odd", None)  # type: ignore[assignment]
    sql = f"INSERT INTO {objects} VALUES (?, ?, ?, ?)"
    cur.executemany(sql, rows, insert_cursor=insert_cursor)
    assert cur.rowcount == 20
    for n, blob, _, clob in cur.execute(f"SELECT * FROM {objects}").fetchall():
        if n == 7:
            assert (blob, clob) == (None, None)
        else:
            assert contents(conn, blob) == rows[n][1]
            assert contents(conn, clob) == rows[n][3]
    cur.executemany(
        f"UPDATE {objects} SET c = ? WHERE n = ?", [(f"new {n}", n) for n in range(20)]
    )
    assert contents(conn, locators(cur, objects, 19)[1]) == "new 19"


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ((0, "text", None, None), "parameter 2: str cannot be stored in BLOB"),
        ((0, 5, None, None), "parameter 2: int cannot be stored in BLOB"),
        ((0, None, None, 5), "parameter 4: int cannot be stored in CLOB"),
        ((0, None, None, "\u20ac"), "parameter 4: .* code set"),
    ],
)
def test_values_of_the_wrong_kind(
    cur: informix_db.Cursor, objects: str, value: Any, what: str
) -> None:
    assert_refused(cur, objects, value, what)


# -- by files --------------------------------------------------------------------------


def test_blob_columns(cur: informix_db.Cursor, objects: str) -> None:
    data = pattern(200_001)
    sql = f"INSERT INTO {objects} VALUES (?, BLOB_PLACEHOLDER, 'x', NULL)"
    cur.write_blob_column(sql, data, (1,))
    assert cur.rowcount == 1
    cur.write_blob_column(
        f"UPDATE {objects} SET c = BLOB_PLACEHOLDER WHERE n = ?",
        "text",
        (1,),
        clob=True,
    )
    read = cur.read_blob_column
    assert read(f"SELECT b FROM {objects} WHERE n = ?", (1,)) == data
    assert read(f"SELECT FIRST 1 c AS it FROM {objects} WHERE n = :1", (1,)) == b"text"
    assert read(f"SELECT b FROM {objects} WHERE n = ?", (2,)) is None
    insert(cur, objects, 3, None, None, "")
    assert read(f"SELECT b FROM {objects} WHERE n = 3") is None
    assert read(f"SELECT c FROM {objects} WHERE n = 3") == b""
    assert (cur.blob_files, cur.virtual_files) == ({}, {})


def test_files_of_statements(cur: informix_db.Cursor, objects: str) -> None:
    cur.virtual_files["in"] = b"contents"
    cur.execute(
        f"INSERT INTO {objects} VALUES (1, filetoblob('in', 'client'), 'x', "
        "filetoclob('in', 'client'))"
    )
    cur.execute(f"SELECT lotofile(b, 'out', 'client'), n FROM {objects}")
    [(name, n)] = cur.fetchall()
    assert n == 1
    assert cur.blob_files == {name: b"contents"}
    with pytest.raises(informix_db.Error):
        cur.execute(
            f"INSERT INTO {objects} (b) VALUES (filetoblob('/etc/passwd', 'client'))"
        )
    assert cur.execute(f"SELECT COUNT(*) FROM {objects}").fetchone() == (1,)


def test_files_of_a_scroll_cursor(conn: informix_db.Connection, objects: str) -> None:
    cur = conn.cursor(scrollable=True)
    for n in range(3):
        insert(cur, objects, n, str(n).encode(), None, None)
    cur.execute(f"SELECT lotofile(b, 'out', 'client') FROM {objects} ORDER BY n")
    names = [row[0] for row in cur.fetchall()]
    assert [cur.blob_files[name] for name in names] == [b"0", b"1", b"2"]
