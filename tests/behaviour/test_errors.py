"""What the server refuses: class, codes, position; and the session goes on."""

from __future__ import annotations

import pytest
from logins import connect_to

import informix_db
from informix_db.testing import Server


@pytest.fixture
def strict(cur: informix_db.Cursor, conn: informix_db.Connection, table: str) -> str:
    """A table that refuses much, with one row."""
    cur.execute(
        f"CREATE TABLE {table} (id INT PRIMARY KEY, need VARCHAR(10) NOT NULL, "
        "small SMALLINT, price DECIMAL(5,2), day DATE)"
    )
    cur.execute(f"INSERT INTO {table} VALUES (1, 'x', 0, 0, TODAY)")
    conn.commit()
    return table


P = informix_db.ProgrammingError
I = informix_db.IntegrityError  # noqa: E741
D = informix_db.DataError


@pytest.mark.parametrize(
    ("sql", "kind", "sqlcode", "isamcode", "near"),
    [
        ("SELEC 1", P, -201, 0, None),
        ("SELECT * FROM nosuch", P, -206, -111, "nosuch"),
        ("SELECT nosuch FROM {}", P, -217, 0, "nosuch"),
        ("INSERT INTO {} VALUES (1)", P, -236, 0, None),
        ("INSERT INTO {} VALUES (1, 'y', 0, 0, TODAY)", I, -268, -100, None),
        ("INSERT INTO {} VALUES (2, NULL, 0, 0, TODAY)", I, -391, 0, None),
        ("INSERT INTO {} (id) VALUES (2)", None, None, None, None),
        ("CREATE TABLE {} (n INT)", P, -310, None, None),
        ("UPDATE {} SET small = 'abc'", D, -1213, None, None),
        ("UPDATE {} SET small = 40000", D, -1214, None, None),
        ("UPDATE {} SET id = 3000000000", D, -1215, None, None),
        ("UPDATE {} SET price = 12345", D, -1226, None, None),
        ("SELECT 1 / 0 FROM {}", D, -1202, None, None),
        ("SELECT MDY(13, 1, 2024) FROM {}", D, -1205, None, None),
        ("SELECT nosuch(1) FROM {}", P, -674, 0, None),
    ],
)
def test_server_errors(
    cur: informix_db.Cursor,
    strict: str,
    sql: str,
    kind: type[informix_db.Error] | None,
    sqlcode: int | None,
    isamcode: int | None,
    near: str | None,
) -> None:
    statement = sql.format(strict)
    with pytest.raises(informix_db.DatabaseError) as caught:
        cur.execute(statement).fetchall()
    error = caught.value
    if kind is not None:
        assert type(error) is kind
        assert error.sqlcode == sqlcode
    if isamcode is not None:
        assert (error.isamcode or 0) == isamcode
    if near is not None:
        assert error.near == near
    assert error.statement == statement
    assert f"[{error.sqlcode}]" in str(error)
    assert not error.session_dead
    assert cur.execute(f"SELECT id FROM {strict}").fetchall() == [(1,)]


def test_a_syntax_error_is_pointed_at(cur: informix_db.Cursor) -> None:
    with pytest.raises(informix_db.ProgrammingError) as caught:
        cur.execute("SELECT tabid\nFROM systables\nWHERE tabid == = 1")
    lines = str(caught.value).splitlines()
    assert lines[-2].strip() == "line 3: WHERE tabid == = 1"
    assert lines[-1].index("^") == lines[-2].index("= 1")
    assert caught.value.offset == len("SELECT tabid\nFROM systables\nWHERE tabid == =")


def test_a_unique_violation_names_its_constraint(
    cur: informix_db.Cursor, strict: str
) -> None:
    with pytest.raises(informix_db.IntegrityError) as caught:
        cur.execute(f"INSERT INTO {strict} VALUES (?, 'y', 0, 0, ?)", (1, None))
    assert caught.value.near
    assert caught.value.near in str(caught.value)


def test_an_error_in_a_later_fetch_keeps_the_rows_before_it(server: Server) -> None:
    connection = connect_to(server, fetch_buffer_size=256)
    with connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE t (n INT)")
        cursor.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(200)])
        cursor.execute("SELECT n FROM t ORDER BY n")
        server.faults.error_once(-1202, at="fetch")
        read = []
        with pytest.raises(informix_db.DataError) as caught:
            read.extend(row[0] for row in iter(cursor.fetchone, None))
        assert caught.value.sqlcode == -1202
        assert read == list(range(len(read)))
        assert 0 < len(read) < 200
        with pytest.raises(informix_db.ProgrammingError, match="an error closed"):
            cursor.fetchone()
        assert cursor.execute("SELECT COUNT(*) FROM t").fetchone() == (200,)


@pytest.mark.parametrize(
    ("value", "kind", "told"),
    [
        ("\u20ac", informix_db.DataError, "does not exist in the session's code set"),
        (float("nan"), informix_db.DataError, "nan"),
        (float("inf"), informix_db.DataError, "inf"),
        (10**40 + 1, informix_db.DataError, "significant digits"),
        (object(), informix_db.NotSupportedError, "object"),
    ],
    ids=["euro", "nan", "inf", "huge", "object"],
)
def test_values_that_cannot_be_bound(
    conn: informix_db.Connection,
    strict: str,
    value: object,
    kind: type[informix_db.Error],
    told: str,
) -> None:
    cursor = conn.cursor()
    with pytest.raises(kind) as caught:
        cursor.execute(f"UPDATE {strict} SET need = ? WHERE id = ?", (value, 1))
    assert "parameter 1" in str(caught.value)
    assert told in str(caught.value)
    assert cursor.execute(f"SELECT need FROM {strict}").fetchall() == [("x",)]


def test_sql_outside_the_code_set(cur: informix_db.Cursor) -> None:
    with pytest.raises(informix_db.DataError, match="SQL text"):
        cur.execute("SELECT '\u20ac' FROM systables")
    assert cur.execute("SELECT 1 FROM systables WHERE tabid = 1").fetchall() == [(1,)]
