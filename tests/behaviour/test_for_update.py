"""FOR UPDATE cursors: rows one by one, and WHERE CURRENT OF the cursor's name."""

from __future__ import annotations

import pytest
from logins import connect_to
from unit.wire.scripted import DONE, EOT_ONLY, ScriptedServer

import informix_db

from .conftest import BOTH

MODES = BOTH

QUERY = "SELECT n, v FROM {} FOR UPDATE"


@pytest.fixture
def filled(conn: informix_db.Connection, table: str) -> str:
    """A table (n int, v varchar(20)) with five rows, committed."""
    cursor = conn.cursor()
    cursor.execute(f"CREATE TABLE {table} (n INT, v VARCHAR(20))")
    cursor.executemany(
        f"INSERT INTO {table} VALUES (?, ?)", [(n, f"v{n}") for n in range(5)]
    )
    conn.commit()
    return table


def contents(conn: informix_db.Connection, table: str) -> list[tuple[int, str]]:
    cursor = conn.cursor().execute(f"SELECT n, v FROM {table} ORDER BY n")
    return list(cursor.fetchall())


def test_each_row_is_updated_where_the_cursor_is(
    conn: informix_db.Connection, filled: str
) -> None:
    rows, change = conn.cursor(), conn.cursor()
    rows.execute(QUERY.format(filled))
    sql = f"UPDATE {filled} SET v = ? WHERE CURRENT OF {rows.name}"
    for n, v in rows:
        change.execute(sql, (f"{v}+{n}",))
        assert change.rowcount == 1
    assert contents(conn, filled) == [(n, f"v{n}+{n}") for n in range(5)]


def test_rows_are_deleted_where_the_cursor_is(
    conn: informix_db.Connection, filled: str
) -> None:
    rows, change = conn.cursor(), conn.cursor()
    rows.execute(QUERY.format(filled))
    while (row := rows.fetchone()) is not None:
        if row[0] % 2 == 0:
            change.execute(f"DELETE FROM {filled} WHERE CURRENT OF {rows.name}")
    assert contents(conn, filled) == [(1, "v1"), (3, "v3")]


def test_fetchmany_stands_on_its_last_row(
    conn: informix_db.Connection, filled: str
) -> None:
    rows = conn.cursor().execute(QUERY.format(filled))
    assert [n for n, _ in rows.fetchmany(3)] == [0, 1, 2]
    conn.cursor().execute(
        f"UPDATE {filled} SET v = 'here' WHERE CURRENT OF {rows.name}"
    )
    assert contents(conn, filled)[2] == (2, "here")


def test_the_name_lives_as_long_as_the_cursor(
    conn: informix_db.Connection, filled: str
) -> None:
    cursor = conn.cursor()
    assert cursor.name is None
    cursor.execute(QUERY.format(filled))
    assert cursor.name is not None
    cursor.fetchall()
    assert cursor.name is None
    cursor.execute(QUERY.format(filled))
    conn.commit()
    assert cursor.name is None
    cursor.execute(f"UPDATE {filled} SET v = 'x'")
    assert cursor.name is None


def test_open_cursors_have_names_of_their_own(
    conn: informix_db.Connection, filled: str
) -> None:
    one = conn.cursor().execute(QUERY.format(filled))
    other = conn.cursor().execute(QUERY.format(filled))
    assert one.name != other.name
    one.fetchmany(2)
    other.fetchmany(4)
    sql = f"UPDATE {filled} SET v = '{{}}' WHERE CURRENT OF {{}}"
    conn.cursor().execute(sql.format("one", one.name))
    conn.cursor().execute(sql.format("other", other.name))
    rows = contents(conn, filled)
    assert (rows[1][1], rows[3][1]) == ("one", "other")


def test_rows_sent_ahead_have_no_current_one(
    conn: informix_db.Connection, filled: str
) -> None:
    """Without FOR UPDATE the server is further than the row fetched last."""
    cursor = conn.cursor().execute(f"SELECT n, v FROM {filled}")
    with pytest.raises(informix_db.ProgrammingError, match="FOR UPDATE"):
        _ = cursor.name


DESCRIBED = bytes.fromhex(
    "0008 0002 0000 00000001 0004 0001 00000002 00000000 00000000 0002 00000000"
    "0000 0000 0000 0000 00000000 00000004 6e00"
)
ROW = "000e 0000 00000004 {:08x} 000f 0000 00000000 00000000 00000000"


@pytest.mark.parametrize("comment", ["", "/* so */", "-- so\n"])
def test_done_with_each_row_is_not_the_end_of_a_for_update_cursor(
    comment: str,
) -> None:
    """The server stops after a row because it must, not because there is no other."""
    rows = [bytes.fromhex(ROW.format(n)) + EOT_ONLY for n in (1, 2)]
    replies = [DESCRIBED + DONE, *rows, DONE]
    with (
        ScriptedServer(replies) as server,
        connect_to(server, autocommit=True, statement_cache_size=0) as connection,
    ):
        cursor = connection.cursor().execute(f"select n from t for {comment} update")
        assert cursor.fetchall() == [(1,), (2,)]


def test_done_with_one_row_is_the_end_otherwise() -> None:
    replies = [DESCRIBED + DONE, bytes.fromhex(ROW.format(1)) + EOT_ONLY]
    with (
        ScriptedServer(replies) as server,
        connect_to(server, autocommit=True, statement_cache_size=0) as connection,
    ):
        cursor = connection.cursor().execute("select n from t -- for update")
        assert cursor.fetchall() == [(1,)]
