"""Arguments of the wrong kind: an error that names them, then a usable session.

What connect() refuses is in `unit/base/test_params.py`, values that do not fit their
column in `test_types_refused.py`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

import informix_db
from informix_db import BlobLocator, DataError, ProgrammingError

from .conftest import BOTH, Connect

MODES = BOTH

HUGE = 10**5000  # more digits than Python turns into text
MILLION = 1_000_000  # as many digits take Python half a minute to find
NESTED: list[Any] = []
NESTED.append(NESTED)


def assert_usable(conn: informix_db.Connection) -> None:
    cur = conn.cursor()
    assert cur.execute("SELECT FIRST 1 tabid FROM systables").fetchall() == [(1,)]


# -- routines called without SQL -------------------------------------------------------

INTEGER = "function informix.abs(integer)"


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        ((None,), ProgrammingError, "a signature must be a str, not NoneType"),
        (([],), ProgrammingError, "a signature must be a str, not list"),
        ((b"function f()",), ProgrammingError, "a signature must be a str, not bytes"),
        ((INTEGER,), ProgrammingError, "takes 1 argument, 0 given"),
        ((INTEGER, 1, 2), ProgrammingError, "takes 1 argument, 2 given"),
        ((INTEGER, "1"), ProgrammingError, "parameter 1: str is no integer"),
        ((INTEGER, 1.5), ProgrammingError, "parameter 1: float is no integer"),
        ((INTEGER, Decimal(1)), ProgrammingError, "parameter 1: Decimal is no integer"),
        ((INTEGER, True), ProgrammingError, "parameter 1: bool is no integer"),
        ((INTEGER, b"1"), ProgrammingError, "parameter 1: bytes is no integer"),
        ((INTEGER, [1]), ProgrammingError, "parameter 1: list is no integer"),
        (("function " + "x" * 70_000 + "()",), ProgrammingError, "xxx"),
        ((INTEGER, 2**31), DataError, "parameter 1: 2147483648 is out of"),
        ((INTEGER, HUGE), DataError, r"parameter 1: 1\.000000E\+5000 is out of"),
    ],
)
def test_routines(
    conn: informix_db.Connection, call: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        conn.fast_path_call(*call)
    assert conn.fast_path_call(INTEGER, -7) == [7]


# -- parameters ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("a", HUGE, r"parameter 1: 1\.000000E\+5000 is out"),
        ("a", -HUGE, r"parameter 1: -1\.000000E\+5000 is out"),
        ("d", HUGE, r"parameter 1: 1\.000000E\+5000 is outside the range of Inf"),
        ("d", -(10**MILLION), r"parameter 1: -1\.000000E\+1000000 is outside"),
        ("b", NESTED, "parameter 1: the list is nested too deeply, or contains itself"),
        ("c", NESTED, "parameter 1: the list is nested too deeply, or contains itself"),
    ],
    ids=["huge", "below", "decimal", "long", "nested text", "nested list"],
)
@pytest.mark.parametrize("insert_cursor", [False, True])
def test_parameters(
    conn: informix_db.Connection,
    table: str,
    column: str,
    value: Any,
    message: str,
    insert_cursor: bool,
) -> None:
    cur = conn.cursor()
    cur.execute(
        f"CREATE TABLE {table} (a INT, b VARCHAR(9), c LIST(INT NOT NULL), "
        "d DECIMAL(8,2))"
    )
    sql = f"INSERT INTO {table} ({column}) VALUES (?)"
    with pytest.raises(DataError, match=message):
        cur.execute(sql, (value,))
    with pytest.raises(DataError, match=message) as caught:
        cur.executemany(sql, [(value,)], insert_cursor=insert_cursor)
    assert caught.value.row_index == 0
    assert cur.execute(f"SELECT * FROM {table}").fetchall() == []


def test_a_huge_element(conn: informix_db.Connection, table: str) -> None:
    cur = conn.cursor()
    cur.execute(f"CREATE TABLE {table} (c LIST(INT NOT NULL))")
    with pytest.raises(DataError, match="number is outside the range") as caught:
        cur.execute(f"INSERT INTO {table} VALUES (?)", ([HUGE],))
    assert caught.value.sqlcode is None
    with pytest.raises(DataError) as caught:  # which the server may know better
        cur.execute(f"INSERT INTO {table} VALUES (?)", ([10**100],))
    assert caught.value.sqlcode is not None
    assert_usable(conn)


# -- large objects ---------------------------------------------------------------------


@pytest.fixture
def blob(conn: informix_db.Connection, table: str) -> Iterator[Any]:
    cur = conn.cursor()
    cur.execute(f"CREATE TABLE {table} (b BLOB)")
    cur.execute(f"INSERT INTO {table} VALUES (?)", (b"0123456789",))
    locator = cur.execute(f"SELECT b FROM {table}").fetchone()[0]
    with conn.open_large_object(locator, "r+b") as file:
        yield file


@pytest.mark.parametrize(
    ("use", "kind", "message"),
    [
        (lambda f: f.read("3"), TypeError, "size must be an int, not str"),
        (lambda f: f.read(1.5), TypeError, "size must be an int, not float"),
        (lambda f: f.read(True), TypeError, "size must be an int, not bool"),
        (lambda f: f.seek("3"), TypeError, "offset must be an int, not str"),
        (lambda f: f.seek(1.0), TypeError, "offset must be an int, not float"),
        (lambda f: f.seek(-1), ValueError, "there is no position -1"),
        (lambda f: f.seek(2**63), ValueError, "there is no position 9223372036"),
        (lambda f: f.seek(0, None), ValueError, "whence must be 0, 1 or 2, not None"),
        (lambda f: f.truncate("3"), TypeError, "size must be an int, not str"),
        (lambda f: f.truncate(-1), ValueError, "there is no size -1"),
        (lambda f: f.truncate(2**63), ValueError, "there is no size 9223372036"),
        (lambda f: f.write(None), TypeError, "bytes are needed, not NoneType"),
        (lambda f: f.readinto(b"123"), TypeError, "bytes cannot be written to"),
    ],
)
def test_large_objects(
    blob: Any, use: Callable[[Any], object], kind: type[Exception], message: str
) -> None:
    assert blob.read(4) == b"0123"
    with pytest.raises(kind, match=message):
        use(blob)
    assert blob.read() == b"456789"


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ((None,), TypeError, "a locator is needed, not NoneType"),
        ((BlobLocator(bytes(72)), 3), TypeError, "mode must be a str, not int"),
        ((BlobLocator(bytes(72)), "x"), ValueError, "mode 'x' is none of"),
    ],
)
def test_opening_large_objects(
    conn: informix_db.Connection,
    arguments: Any,
    kind: type[Exception],
    message: str,
) -> None:
    with pytest.raises(kind, match=message):
        conn.open_large_object(*arguments)
    assert_usable(conn)


# -- transactions ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tpc_begin", "tpc_commit", "tpc_rollback"])
@pytest.mark.parametrize(
    ("xid", "message"),
    [
        (3, "3 is no transaction identifier"),
        ((1, "a"), "is no transaction identifier"),
        ("abc", "format_id must be an int, not 'a'"),
        ((1, "\ud800", ""), "gtrid has no UTF-8"),
        ((1, "a", "\ud800"), "bqual has no UTF-8"),
        ((1, datetime.date(2024, 1, 1), ""), "gtrid must be str or bytes"),
    ],
)
def test_transaction_identifiers(
    connect: Connect, name: str, xid: Any, message: str
) -> None:
    conn = connect()
    with pytest.raises(ProgrammingError, match=message):
        getattr(conn, name)(xid)
    assert_usable(conn)
