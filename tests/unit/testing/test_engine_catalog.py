"""The system catalog as clients query it, and sysmaster.

Tags in parentheses are sources of sql-semantics.md.
"""

from __future__ import annotations

import datetime

import pytest
from engine_client import SQLClient


def test_the_probes_of_ibms_client(sql: SQLClient) -> None:
    """(captures s01, u02): leading blanks in the literals."""
    assert sql.rows(
        "select FIRST 1 site from informix.systables where tabname = ' GL_COLLATE'"
    ) == [("en_US.819",)]
    (row,) = sql.rows(
        "SELECT flags FROM informix.systables WHERE tabname = ' VERSION';"
    )
    assert row == (0,)
    assert sql.rows(
        "SELECT TabName, Owner FROM 'informix'.SysTables WHERE TabID = 1"
    ) == [("systables", "informix")]  # (DBD t60unlog.t)


@pytest.mark.parametrize("database", ["testdb", "ansidb", "unlogdb", "sysmaster"])
def test_every_database_has_one(sql: SQLClient, database: str) -> None:
    client = sql.another(database)
    assert client.rows("SELECT tabname FROM systables WHERE tabid = 1") == [
        ("systables",)
    ]
    assert client.rows(
        "SELECT site FROM informix.systables WHERE tabname = ' GL_COLLATE'"
    )


def test_tables(sql: SQLClient) -> None:
    """Tabids of user tables start at 100 (SQR-11)."""
    sql.do("CREATE TABLE first (a INT, b CHAR(10)) LOCK MODE ROW")
    sql.do("CREATE TABLE second (a SERIAL PRIMARY KEY)")
    assert sql.rows(
        "SELECT tabname, owner, tabid, rowsize, ncols, nindexes, tabtype, locklevel, "
        "created FROM systables WHERE tabid >= 100 ORDER BY tabid"
    ) == [
        ("first", "informix", 100, 14, 2, 0, "T", "R", datetime.date.today()),
        ("second", "informix", 101, 4, 1, 1, "T", "P", datetime.date.today()),
    ]
    sql.do("DROP TABLE first")
    assert sql.rows("SELECT tabname FROM systables WHERE tabid >= 100") == [("second",)]


def test_columns(sql: SQLClient) -> None:
    """(SQR-25, SQR-27)"""
    sql.do(
        "CREATE TABLE t (s SERIAL, n INT NOT NULL, p INT PRIMARY KEY, "
        "d DECIMAL(10,2), v VARCHAR(200,150), ts DATETIME YEAR TO FRACTION(3), "
        "lv LVARCHAR(50), b BOOLEAN)"
    )
    assert sql.rows(
        "SELECT colname, colno, coltype, collength, extended_id, colattr "
        "FROM syscolumns WHERE tabid = 100 ORDER BY colno"
    ) == [
        ("s", 1, 262, 4, 0, 0),
        ("n", 2, 258, 4, 0, 0),
        ("p", 3, 258, 4, 0, 128),  # NOT NULL implied by the primary key
        ("d", 4, 5, 2562, 0, 0),
        ("v", 5, 13, -26936, 0, 0),  # collength is a SMALLINT
        ("ts", 6, 10, 4365, 0, 0),
        ("lv", 7, 40, 50, 1, 0),
        ("b", 8, 41, 1, 5, 0),
    ]
    assert sql.rows(
        "SELECT c.colname, x.name FROM syscolumns c LEFT JOIN sysxtdtypes x "
        "ON x.extended_id = c.extended_id WHERE c.tabid = 100 AND c.colno > 6 "
        "ORDER BY colno"
    ) == [("lv", "lvarchar"), ("b", "boolean")]


def test_indexes(sql: SQLClient) -> None:
    """(SQR-41, DJ)"""
    sql.do("CREATE TABLE t (a INT, b INT)")
    sql.do("CREATE UNIQUE INDEX i1 ON t (b, a DESC)")
    sql.do("CREATE INDEX i2 ON t (a)")
    assert sql.rows(
        "SELECT idxname, idxtype, part1, part2, part3 FROM sysindexes "
        "WHERE tabid = 100 ORDER BY idxname"
    ) == [("i1", "U", 2, -1, 0), ("i2", "D", 1, 0, 0)]
    assert sql.rows("SELECT indexkeys FROM sysindices WHERE idxname = 'i1'") == [
        ("2 [1], -1 [1]",)
    ]


def test_defaults(sql: SQLClient) -> None:
    """(SQR-30): of other than strings, the last word is the text."""
    sql.do(
        "CREATE TABLE t (a INT DEFAULT 5, b CHAR(3) DEFAULT 'x', c DATE DEFAULT "
        "TODAY, d CHAR(8) DEFAULT USER, e INT DEFAULT NULL, f INT)"
    )
    found = sql.rows("SELECT colno, type, default FROM sysdefaults WHERE tabid = 100")
    assert [(number, kind) for number, kind, _ in found] == [
        (1, "L"),
        (2, "L"),
        (3, "T"),
        (4, "U"),
        (5, "N"),
    ]
    assert found[0][2].split()[-1] == "5"
    assert found[1][2] == "x"


def test_databases(sql: SQLClient) -> None:
    """(ADR-221)"""
    assert sql.rows(
        "select is_ansi, is_logging from sysmaster:informix.sysdatabases "
        "where name='ansidb'"
    ) == [(1, 1)]
    assert sql.engine.databases() == ["sysmaster", "testdb", "ansidb", "unlogdb"]
    assert sql.rows('SELECT dummy FROM sysmaster:"informix".sysdual') == [("X",)]


def test_a_rolled_back_table_leaves_no_trace(sql: SQLClient) -> None:
    sql.session.begin()
    sql.do("CREATE TABLE t (a INT PRIMARY KEY)")
    assert sql.rows("SELECT tabname FROM systables WHERE tabid = 100") == [("t",)]
    sql.session.rollback()
    assert sql.rows("SELECT tabname FROM systables WHERE tabid = 100") == []
    assert sql.rows("SELECT * FROM sysconstraints") == []


def test_a_prepared_query_sees_later_tables(sql: SQLClient) -> None:
    count = sql.session.prepare("SELECT tabname FROM systables WHERE tabid >= 100")
    assert count.open([]).fetch(9) == []
    sql.do("CREATE TABLE t (a INT)")
    assert count.open([]).fetch(9) == [("t",)]


def test_logging_in(sql: SQLClient) -> None:
    engine = sql.engine
    engine.authenticate("informix", "in4mix")
    for user, password in (("informix", "wrong"), ("nobody", "in4mix")):
        with pytest.raises(Exception, match="-951"):
            engine.authenticate(user, password)
    client = SQLClient(engine, "")
    assert client.code("SELECT 1 FROM systables") == -349
    with pytest.raises(Exception, match="-329"):
        client.session.open_database("nosuch")
    assert client.session.open_database("testdb@informix") == 0x15
