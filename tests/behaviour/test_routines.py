"""Routines in SPL, called through the driver."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from decimal import Decimal

import pytest

import informix_db
from informix_db import ProgrammingError, StatementCancelledError

from .conftest import BOTH, SYNC, Connect

MODES = BOTH


@pytest.fixture
def conn(connect: Connect) -> Iterator[informix_db.Connection]:
    """A connection whose transaction, and what it defines, is undone at the end."""
    conn = connect()
    yield conn
    conn.rollback()


@pytest.fixture
def cur(conn: informix_db.Connection) -> informix_db.Cursor:
    cur = conn.cursor()
    cur.execute("CREATE TEMP TABLE log (n INT, s VARCHAR(20))")
    for text in (
        "PROCEDURE log_it(n INT, s VARCHAR(20) DEFAULT 'none')"
        " INSERT INTO log VALUES (n, s); END PROCEDURE",
        "FUNCTION plus(n INT) RETURNING INT; RETURN n + 1; END FUNCTION",
        "FUNCTION pair(n INT) RETURNING INT AS n, VARCHAR(20) AS s;"
        " RETURN n, 'no ' || n; END FUNCTION",
        "FUNCTION upto(n INT) RETURNING INT AS i; DEFINE i INT; FOR i = 1 TO n STEP 1"
        " INSERT INTO log VALUES (i, 'made'); RETURN i WITH RESUME; END FOR"
        " END FUNCTION",
        "FUNCTION fails(n INT) RETURNING INT; DEFINE i INT; LET i = 0;"
        " WHILE i < n LET i = i + 1; RETURN i WITH RESUME; END WHILE"
        " RAISE EXCEPTION -746, -7, 'my words'; END FUNCTION",
        "FUNCTION endless() RETURNING INT; WHILE 1 = 1 END WHILE END FUNCTION",
    ):
        cur.execute("CREATE " + text)
    return cur


def logged(cur: informix_db.Cursor) -> list[tuple[object, ...]]:
    return [tuple(row) for row in cur.execute("SELECT n, s FROM log").fetchall()]


def test_a_procedure(cur: informix_db.Cursor) -> None:
    assert cur.callproc("log_it", (1, "one")) == (1, "one")
    assert (cur.description, cur.rowcount) == (None, -1)
    cur.execute("EXECUTE PROCEDURE log_it(?)", (2,))
    cur.execute("EXECUTE PROCEDURE log_it(s = ?, n = ?)", (None, 3))
    assert cur.description is None
    assert logged(cur) == [(1, "one"), (2, "none"), (3, None)]


def test_many_calls(cur: informix_db.Cursor) -> None:
    cur.executemany("EXECUTE PROCEDURE log_it(?, ?)", [(i, str(i)) for i in range(40)])
    assert logged(cur) == [(i, str(i)) for i in range(40)]


def test_a_value(cur: informix_db.Cursor) -> None:
    for value, expected in ((41, 42), (-1, 0), (None, None)):
        cur.callproc("plus", (value,))
        assert cur.fetchall() == [(expected,)]
    assert cur.description[0][0] == "(expression)"
    cur.execute("SELECT plus(tabid) FROM systables WHERE tabid = 1")
    assert cur.fetchone() == (2,)


def test_several_values(cur: informix_db.Cursor) -> None:
    assert cur.execute("EXECUTE FUNCTION pair(7)").fetchone() == (7, "no 7")
    assert [column[0] for column in cur.description] == ["n", "s"]
    assert cur.fetchone() is None


def test_a_stream_of_rows(cur: informix_db.Cursor) -> None:
    cur.callproc("upto", (3,))
    assert cur.fetchall() == [(1,), (2,), (3,)]
    cur.execute("EXECUTE FUNCTION upto(2000)")
    assert [row[0] for row in cur.fetchall()] == list(range(1, 2001))


def test_a_stream_closed_early_is_not_made_to_its_end(cur: informix_db.Cursor) -> None:
    cur.execute("EXECUTE FUNCTION upto(1000000000)")
    assert cur.fetchmany(2) == [(1,), (2,)]
    cur.execute("SELECT COUNT(*) FROM log")
    assert 2 <= cur.fetchone()[0] < 100000


def test_streams_side_by_side(
    conn: informix_db.Connection, cur: informix_db.Cursor
) -> None:
    first, second = conn.cursor(), conn.cursor()
    first.arraysize = second.arraysize = 1
    first.execute("EXECUTE FUNCTION upto(2000)")
    second.execute("EXECUTE FUNCTION pair(5)")
    assert second.fetchall() == [(5, "no 5")]
    assert sum(row[0] for row in first.fetchall()) == 2001000


def test_values_of_many_types(cur: informix_db.Cursor) -> None:
    values = {
        "SMALLINT": 1,
        "BIGINT": 2**62,
        "INT8": -(2**62),
        "DECIMAL(8,2)": Decimal("-4.50"),
        "FLOAT": 0.1,
        "DATE": dt.date(2024, 2, 29),
        "DATETIME YEAR TO FRACTION(3)": dt.datetime(2024, 1, 1, 2, 3, 4, 5000),
        "INTERVAL DAY TO SECOND": dt.timedelta(1, 7384),
        "CHAR(5)": "ab",
        "VARCHAR(10)": " c ",
        "LVARCHAR(3000)": "x" * 3000,
        "BOOLEAN": True,
        "ROW(a INT, b VARCHAR(5))": (1, "x"),
    }
    names = [f"p{i}" for i in range(len(values))]
    parameters = ", ".join(map(" ".join, zip(names, values, strict=True)))
    cur.execute(
        f"CREATE FUNCTION same({parameters}) RETURNING {', '.join(values)};"
        f" RETURN {', '.join(names)}; END FUNCTION"
    )
    marks = ", ".join("?" * len(values))
    row = cur.execute(
        f"EXECUTE FUNCTION same({marks})", tuple(values.values())
    ).fetchone()
    assert row == tuple(values.values())
    nulls = (None,) * len(values)
    assert cur.execute(f"EXECUTE FUNCTION same({marks})", nulls).fetchone() == nulls


def test_large_objects_through_a_routine(cur: informix_db.Cursor) -> None:
    cur.execute("CREATE TEMP TABLE big (t TEXT, b BYTE)")
    cur.execute("INSERT INTO big VALUES (?, ?)", ("text" * 999, b"byte" * 999))
    cur.execute(
        "CREATE FUNCTION fetch_big() RETURNING REFERENCES TEXT, REFERENCES BYTE;"
        " DEFINE x REFERENCES TEXT; DEFINE y REFERENCES BYTE;"
        " SELECT t, b INTO x, y FROM big; RETURN x, y; END FUNCTION"
    )
    row = cur.execute("EXECUTE FUNCTION fetch_big()").fetchone()
    assert row == ("text" * 999, b"byte" * 999)


@pytest.mark.parametrize(
    ("call", "sqlcode"),
    [
        ("PROCEDURE nobody()", -674),
        ("PROCEDURE log_it()", -674),
        ("PROCEDURE log_it(x = 1)", -695),
        ("FUNCTION log_it(1)", -674),
        ("FUNCTION plus('x')", -1213),
    ],
)
def test_wrong_calls(cur: informix_db.Cursor, call: str, sqlcode: int) -> None:
    with pytest.raises(informix_db.DatabaseError) as caught:
        cur.execute(f"EXECUTE {call}")
    assert caught.value.sqlcode == sqlcode
    assert cur.execute("EXECUTE FUNCTION plus(1)").fetchone() == (2,)


def test_raised_errors(cur: informix_db.Cursor) -> None:
    with pytest.raises(informix_db.DatabaseError, match="my words") as caught:
        cur.execute("EXECUTE FUNCTION fails(0)")
    assert (caught.value.sqlcode, caught.value.isamcode) == (-746, -7)
    cur.execute("EXECUTE FUNCTION plus(1)")
    with pytest.raises(informix_db.DatabaseError, match="my words"):
        cur.execute("EXECUTE FUNCTION fails(2000)").fetchall()
    assert cur.execute("EXECUTE FUNCTION plus(1)").fetchone() == (2,)


def test_a_routine_that_was_replaced_is_prepared_again(cur: informix_db.Cursor) -> None:
    call = "EXECUTE FUNCTION plus(?)"
    assert cur.execute(call, (1,)).fetchone() == (2,)
    cur.execute(
        "CREATE OR REPLACE FUNCTION plus(n INT) RETURNING INT, INT; RETURN n, n + 9;"
        " END FUNCTION"
    )
    assert cur.execute(call, (1,)).fetchone() == (1, 10)


def test_the_fast_path(conn: informix_db.Connection, cur: informix_db.Cursor) -> None:
    assert conn.fast_path_call("function plus(integer)", 41) == [42]
    assert conn.fast_path_call("function plus(integer)", None) == [None]
    assert conn.fast_path_call("function pair(integer)", 7) == [7, "no 7"]
    assert conn.fast_path_call("procedure log_it(integer,lvarchar)", 1, "f") == []
    assert logged(cur) == [(1, "f")]
    for signature, sqlcode in (
        ("function plus(integer,integer)", -674),
        ("function upto(integer)", -686),
    ):
        values = [2] * signature.count("integer")
        with pytest.raises(ProgrammingError) as caught:
            conn.fast_path_call(signature, *values)
        assert caught.value.sqlcode == sqlcode
    with pytest.raises(informix_db.DatabaseError, match="my words"):
        conn.fast_path_call("function fails(integer)", 0)


@SYNC
@pytest.mark.parametrize(
    "call", ["EXECUTE FUNCTION endless()", "SELECT endless() FROM log"]
)
def test_an_endless_routine_is_cancelled(
    conn: informix_db.Connection, cur: informix_db.Cursor, call: str
) -> None:
    cur.execute("INSERT INTO log VALUES (1, 'x')")
    timer = threading.Timer(0.1, conn.cancel)
    timer.start()
    with pytest.raises(StatementCancelledError):
        cur.execute(call)
    timer.join()
    assert cur.execute("EXECUTE FUNCTION plus(1)").fetchone() == (2,)


def test_an_endless_routine_times_out(cur: informix_db.Cursor) -> None:
    with pytest.raises(informix_db.OperationalError):
        cur.execute("EXECUTE FUNCTION endless()", timeout=0.1)
    assert cur.execute("EXECUTE FUNCTION plus(1)").fetchone() == (2,)


def test_named_row_types(cur: informix_db.Cursor) -> None:
    cur.execute("CREATE ROW TYPE spot (x INT, label VARCHAR(9))")
    cur.execute("CREATE ROW TYPE line_of_spots (a spot, b spot)")
    cur.execute("CREATE TEMP TABLE spots (p spot, l line_of_spots)")
    values = [((1, "a"), ((1, "b"), (2, None))), ((2, "it's"), None), (None, None)]
    cur.executemany("INSERT INTO spots VALUES (?, ?)", values)
    cur.execute("INSERT INTO spots VALUES (ROW(5, 'x')::spot, NULL)")
    rows = cur.execute("SELECT p, l FROM spots").fetchall()
    assert rows == [*values, ((5, "x"), None)]
    assert (rows[0][0]["label"], rows[0][1]["b"]["x"]) == ("a", 2)
