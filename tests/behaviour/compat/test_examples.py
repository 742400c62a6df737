"""What the public examples of IfxPy do, on the modules that stand in for it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from informix_db.compat import IfxPy, IfxPyDbi

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
ROWS = [(at, day, 100 + at, 200 + at) for at, day in enumerate(DAYS, 1)]
MAKE = "CREATE TABLE week (c1 INT, c2 CHAR(20), c3 INT, c4 INT)"


@pytest.fixture
def without_week(connstr: str) -> Iterator[str]:
    """A connection string; the table week is dropped afterwards."""
    yield connstr
    link = IfxPy.connect(connstr, "", "")
    IfxPy.exec_immediate(link, "DROP TABLE IF EXISTS week")
    IfxPy.close(link)


def test_rows_inserted_one_by_one_and_read_as_dicts(without_week: str) -> None:
    link = IfxPy.connect(without_week, "", "")
    with pytest.raises(Exception, match="SQLCODE=-206"):
        IfxPy.exec_immediate(link, "DROP TABLE week;")
    IfxPy.exec_immediate(link, MAKE + " ;")
    for c1, c2, c3, c4 in ROWS:
        IfxPy.exec_immediate(
            link, f"INSERT INTO week VALUES ({c1}, '{c2}', {c3}, {c4});"
        )
    statement = IfxPy.exec_immediate(link, "SELECT * FROM week")
    seen = []
    record = IfxPy.fetch_both(statement)
    while record != False:  # noqa: E712 (the way programs ask)
        seen.append((record[0], record["c2"].rstrip(), record["c3"], record[3]))
        record = IfxPy.fetch_both(statement)
    assert seen == ROWS
    assert IfxPy.free_result(statement) is True
    assert IfxPy.free_stmt(statement) is True
    assert IfxPy.close(link) is True


def test_rows_through_a_prepared_statement(without_week: str) -> None:
    link = IfxPy.connect(without_week, "", "")
    IfxPy.exec_immediate(link, MAKE)
    insert = IfxPy.prepare(
        link, "INSERT INTO week (c1, c2, c3, c4) VALUES (?, ?, ?, ?)"
    )
    kinds = (IfxPy.SQL_INTEGER, IfxPy.SQL_CHAR, IfxPy.SQL_INTEGER, IfxPy.SQL_INTEGER)
    for at, kind in enumerate(kinds, 1):
        IfxPy.bind_param(insert, at, None, IfxPy.SQL_PARAM_INPUT, kind)
    for number in range(1, 11):
        values = (100 + number, f"Testing {number}", 20000 + number, 50000 + number)
        IfxPy.execute(insert, values)
    statement = IfxPy.exec_immediate(link, "SELECT * FROM week")
    row = IfxPy.fetch_tuple(statement)
    count = 0
    while row != False:  # noqa: E712
        count += 1
        assert row[:2] == (100 + count, f"Testing {count}".ljust(20))
        assert row[2:] == (20000 + count, 50000 + count)
        row = IfxPy.fetch_tuple(statement)
    assert count == 10
    IfxPy.close(link)


def test_a_csv_file_is_loaded(without_week: str) -> None:
    text = "Day,Date,Sales,Open\n1,2015-07-31,5263,1\n2,2015-07-30,6064,0\n"
    link = IfxPy.connect(without_week, "", "")
    IfxPy.exec_immediate(
        link, "CREATE TABLE week (Day INT, Date LVARCHAR, Sales INT, Open CHAR(6))"
    )
    insert = IfxPy.prepare(link, "INSERT INTO week VALUES (?, ?, ?, ?)")
    for values in list(csv.reader(io.StringIO(text)))[1:]:
        IfxPy.execute(insert, tuple(values))
    statement = IfxPy.exec_immediate(link, "SELECT * FROM week ORDER BY Day")
    assert IfxPy.fetch_tuple(statement) == (1, "2015-07-31", 5263, "1     ")
    assert IfxPy.fetch_assoc(statement)["date"] == "2015-07-30"
    IfxPy.close(link)


def test_the_first_steps_with_ifxpydbi(without_week: str) -> None:
    conn = IfxPyDbi.connect(without_week, "", "")
    cur = conn.cursor()
    with pytest.raises(IfxPyDbi.Error, match="SQLCODE=-206"):
        cur.execute("drop table week;")
    cur.execute(MAKE)
    for row in ROWS:
        cur.execute("INSERT INTO week VALUES ({}, '{}', {}, {})".format(*row))
    conn.commit()
    cur.execute("SELECT * FROM week")
    assert cur.fetchall() == [(a, b.ljust(20), c, d) for a, b, c, d in ROWS]
    cur.close()
    conn.close()


def test_parameters_with_ifxpydbi(without_week: str) -> None:
    conn = IfxPyDbi.connect(without_week, "", "")
    cur = conn.cursor()
    cur.execute(MAKE)
    cur.executemany("INSERT INTO week VALUES (?,?,?,?)", ROWS)
    assert cur.rowcount == 7
    cur.execute("UPDATE week SET c2 = 'Wednesday!' WHERE c1 = (?)", (4,))
    cur.execute("UPDATE week SET c3 = (?) WHERE c1 = 4", (1004,))
    conn.commit()
    cur.execute("select * FROM week WHERE c1 = ?", (4,))
    row = cur.fetchone()
    assert row[1:] == ("Wednesday!".ljust(20), 1004, 204)
    assert cur.fetchone() is None
    cur.execute("SELECT * FROM week")
    assert len(cur.fetchall()) == 7
    cur.close()
    conn.close()
