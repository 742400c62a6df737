"""What an INSERT's columns cannot hold is refused before it is sent."""

from __future__ import annotations

from typing import Any

import pytest

import informix_db
from informix_db._base.sqltext import inserts_columns, prepare_text

from .conftest import BOTH, Connect

MODES = BOTH


@pytest.fixture
def small(conn: informix_db.Connection, table: str) -> str:
    """A table of small columns."""
    conn.cursor().execute(
        f"CREATE TABLE {table} (i INT, s SMALLINT, c CHAR(3), v VARCHAR(5), d FLOAT)"
    )
    conn.commit()
    return table


@pytest.mark.parametrize(
    ("columns", "values", "message"),
    [
        ("(i)", (2**31,), r"parameter 1: 2147483648 is out .* INTEGER \(column i\)"),
        ("(i)", (-(2**31),), "parameter 1: .* INTEGER"),
        ("(s, i)", (40000, 40000), r"parameter 1: .* SMALLINT \(column s\)"),
        ("(i, s)", (40000, 40000), r"parameter 2: .* SMALLINT \(column s\)"),
        ("(i, s)", (1, -(2**15)), r"parameter 2: .* SMALLINT"),
        ("(c)", ("abcd",), r"parameter 1: text of 4 bytes .* CHAR\(3\) \(column c\)"),
        ("(c, v)", ("abc  ", "abcdef"), r"parameter 2: .* VARCHAR\(5\)"),
        ("(v)", ("abcd  ",), r"parameter 1: .* VARCHAR\(5\)"),
        ("", (1, 1, "abc", "abcdef", 1.0), r"parameter 4: .* VARCHAR\(5\)"),
    ],
)
def test_refused_and_named(
    conn: informix_db.Connection,
    small: str,
    columns: str,
    values: tuple[Any, ...],
    message: str,
) -> None:
    marks = ", ".join("?" * len(values))
    sql = f"INSERT INTO {small} {columns} VALUES ({marks})"
    for _ in range(2):  # newly prepared, and kept
        with pytest.raises(informix_db.DataError, match=message) as caught:
            conn.cursor().execute(sql, values)
        assert caught.value.sqlcode is None
    assert conn.stats.cache_hits >= 1
    cursor = conn.cursor().execute(f"SELECT COUNT(*) FROM {small}")
    assert cursor.fetchone() == (0,)


def test_limits_that_are_no_longer_true_are_asked_for_again(
    connect: Connect, small: str
) -> None:
    conn, other = connect(autocommit=True), connect(autocommit=True)
    cursor = conn.cursor()
    cursor.execute(f"INSERT INTO {small} (v) VALUES (?)", ("abc",))
    other.cursor().execute(f"DROP TABLE {small}")
    other.cursor().execute(f"CREATE TABLE {small} (v VARCHAR(10))")
    cursor.execute(f"INSERT INTO {small} (v) VALUES (?)", ("abcdefghij",))
    with pytest.raises(informix_db.DataError, match=r"VARCHAR\(10\)"):
        cursor.execute(f"INSERT INTO {small} (v) VALUES (?)", ("abcdefghijk",))
    cursor.execute(f"SELECT v FROM {small}")
    assert cursor.fetchall() == [("abcdefghij",)]


def test_what_fits_goes(conn: informix_db.Connection, small: str) -> None:
    row = (2**31 - 1, -32767, "abc", "abcde", 1.5)
    cursor = conn.cursor()
    cursor.execute(f"INSERT INTO {small} VALUES (?, ?, ?, ?, ?)", row)
    cursor.execute(f"INSERT INTO {small} VALUES (?, ?, ?, ?, ?)", (None,) * 5)
    cursor.execute(f"INSERT INTO {small} (c) VALUES (?)", ("ab      ",))
    cursor.execute(f"INSERT INTO {small} (i, v) VALUES (?, ?)", ("12", 12345))
    rows = cursor.execute(f"SELECT * FROM {small}").fetchall()
    assert rows == [
        row,
        (None,) * 5,
        (None, None, "ab", None, None),
        (12, None, None, "12345", None),
    ]


def test_text_is_measured_in_bytes(connect: Connect, small: str) -> None:
    with connect(client_locale="en_US.utf8", db_locale="en_US.utf8") as conn:
        cursor = conn.cursor()
        with pytest.raises(informix_db.DataError, match="text of 6 bytes"):
            cursor.execute(f"INSERT INTO {small} (v) VALUES (?)", ("\u20ac\u20ac",))
        cursor.execute(f"INSERT INTO {small} (v) VALUES (?)", ("\u20acaa",))
        rows = cursor.execute(f"SELECT v FROM {small}").fetchall()
        assert rows == [("\u20acaa",)]


@pytest.mark.parametrize(
    ("sql", "names", "expected"),
    [
        ("insert into t values (?, ?)", ["a", "b"], True),
        ("INSERT INTO t(a,b) VALUES(?,?)", ["a", "b"], True),
        ('  insert  into\n o.t ( A , "b" ) values ( ? , ? ) ; ', ["a", "b"], True),
        ("insert into db@s:o.t (a) values (?)", ["a"], True),
        ("insert into t (b, a) values (?, ?)", ["a", "b"], False),
        ("insert into t (a) values (?, ?)", ["a", "b"], False),
        ("insert into t values (?)", ["a", "b"], False),
        ("insert into t values (?, ?, ?)", ["a", "b"], False),
        ("insert into t values (?, 1)", ["a", "b"], False),
        ("insert into t values (?, ?+1)", ["a", "b"], False),
        ("insert into t values (?, f(?))", ["a", "b"], False),
        ("insert into t values (?, '?')", ["a", "b"], False),
        ("insert into t values (?, ?) -- all", ["a", "b"], False),
        ("insert /* into */ into t values (?, ?)", ["a", "b"], False),
        ("insert into t select ?, ? from u", ["a", "b"], False),
        ("insert into t values (?::int, ?)", ["a", "b"], False),
        ("update t set a = ?, b = ?", ["a", "b"], False),
        ("", [], False),
    ],
)
def test_which_inserts_are_known(sql: str, names: list[str], expected: bool) -> None:
    assert inserts_columns(prepare_text(sql).sql, names) is expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select * from t for update", True),
        ("SELECT * FROM t FOR\n UPDATE OF a, b", True),
        ("select * from t for {now} update", True),
        ("select * from t for -- now\n /* or */ update", True),
        ("select * from t", False),
        ("select 'for update' from t", False),
        ('select "for update" from t', False),
        ("select * from t -- for update", False),
        ("select * from t /* for update */", False),
        ("select for_update from t", False),
        ("select * from t for updates", False),
        ("select * from t for read only", False),
    ],
)
def test_for_update_is_found(sql: str, expected: bool) -> None:
    assert prepare_text(sql).for_update is expected
