"""The system catalog as clients query it, and sysmaster.

Tags in parentheses are sources that docs/EMULATOR.md lists.
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


def test_extents(sql: SQLClient) -> None:
    """(SQR-72)"""
    sql.do("CREATE TABLE t (a INT) EXTENT SIZE 64 NEXT SIZE 32")
    sizes = "SELECT fextsize, nextsize FROM systables WHERE tabname = 't'"
    assert sql.rows(sizes) == [(64, 32)]
    sql.do("BEGIN")
    sql.do("ALTER TABLE t MODIFY NEXT SIZE 128, ADD ROWIDS, TYPE (RAW)")
    assert sql.rows(sizes) == [(64, 128)]
    sql.do("ROLLBACK")
    assert sql.rows(sizes) == [(64, 32)]


def test_joins_without_an_order_find_columns_in_theirs(sql: SQLClient) -> None:
    """(DJ: reads columns so)"""
    sql.do("CREATE TABLE t (z INT, m CHAR(5), a DATE)")
    assert sql.rows(
        "SELECT c.colname FROM syscolumns c JOIN systables t ON c.tabid = t.tabid "
        "WHERE t.tabname = 't'"
    ) == [("z",), ("m",), ("a",)]


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
    sql.do("CREATE CLUSTER INDEX i3 ON t (b)")
    assert sql.code("ALTER INDEX i1 TO CLUSTER") == -500
    sql.do("ALTER INDEX i3 TO NOT CLUSTER")
    sql.do("ALTER INDEX i1 TO CLUSTER")
    assert sql.code("CREATE CLUSTER INDEX i4 ON t (b DESC)") == -500
    assert sql.code("ALTER INDEX i3 TO NOT CLUSTER") == -501
    assert sql.rows("SELECT idxname FROM sysindexes WHERE clustered = 'C'") == [("i1",)]
    assert sql.code("ALTER INDEX nosuch TO CLUSTER") == -319


def test_defaults(sql: SQLClient) -> None:
    """(SQR-30): of other than strings, the last word is the text."""
    sql.do(
        "CREATE TABLE t (a INT DEFAULT 5, b CHAR(3) DEFAULT 'x', c DATE DEFAULT "
        "TODAY, d CHAR(8) DEFAULT USER, e INT DEFAULT NULL, f INT, "
        "g CHAR(9) DEFAULT 'it''s')"
    )
    found = sql.rows("SELECT colno, type, default FROM sysdefaults WHERE tabid = 100")
    assert [(number, kind) for number, kind, _ in found] == [
        (1, "L"),
        (2, "L"),
        (3, "T"),
        (4, "U"),
        (5, "N"),
        (7, "L"),
    ]
    assert found[0][2].split()[-1] == "5"
    assert found[1][2] == "x"
    assert found[5][2] == "it's"


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


@pytest.fixture
def full(sql: SQLClient) -> SQLClient:
    """A database with one of everything, from tabid 100 on."""
    for statement in (
        "CREATE TABLE p (id SERIAL PRIMARY KEY, name VARCHAR(20) NOT NULL)",
        "CREATE TABLE c (p INT REFERENCES p ON DELETE CASCADE CONSTRAINT cp, "
        "n INT CHECK (n > 0 AND n < 1000 AND n <> 13) CONSTRAINT small)",
        "CREATE VIEW v (x) AS SELECT name FROM p WITH CHECK OPTION",
        "CREATE SEQUENCE s START WITH 7 MAXVALUE 9 CYCLE CACHE 5",
        "CREATE SYNONYM sv FOR v",
        "CREATE PRIVATE SYNONYM far FOR unlogdb:systables",
    ):
        sql.do(statement)
    return sql


def test_every_kind_of_object(full: SQLClient) -> None:
    """(SQR-72)"""
    assert full.rows(
        "SELECT tabid, tabname, tabtype, ncols, nindexes FROM systables "
        "WHERE tabid >= 100 ORDER BY tabid"
    ) == [
        (100, "p", "T", 2, 1),
        (101, "c", "T", 2, 1),
        (102, "v", "V", 1, 0),
        (103, "s", "Q", 0, 0),
        (104, "sv", "S", 0, 0),
        (105, "far", "P", 0, 0),
    ]
    assert full.rows(
        "SELECT colname, coltype, collength FROM syscolumns WHERE tabid = 102"
    ) == [("x", 0x100 + 13, 20)]


def test_constraints(full: SQLClient) -> None:
    """(SQR-29, SQR-55, SQR-20, SQR-24)"""
    assert full.rows(
        "SELECT constrname, constrtype, tabid, idxname FROM sysconstraints"
    ) == [
        ("u100_1", "P", 100, " 100_1"),
        ("n100_2", "N", 100, ""),
        ("cp", "R", 101, " 101_3"),
        ("small", "C", 101, ""),
    ]
    assert full.rows(
        "SELECT constrid, primary, ptabid, updrule, delrule FROM sysreferences"
    ) == [(3, 1, 100, "R", "C")]
    pieces = full.rows("SELECT seqno, checktext FROM syschecks WHERE type = 'T'")
    assert [number for number, _ in pieces] == [0, 1]
    text = "".join(f"{piece:32}" for _, piece in pieces)
    assert text.rstrip() == "(n > 0 AND n < 1000 AND n <> 13 )"
    assert full.rows("SELECT constrid, tabid, colno FROM syscoldepend") == [
        (2, 100, 2),
        (4, 101, 2),
    ]
    assert full.rows("SELECT name, state FROM sysobjstate WHERE tabid = 101") == [
        ("cp", "E"),
        ("small", "E"),
        (" 101_3", "E"),
    ]


def test_views_sequences_synonyms(full: SQLClient) -> None:
    """(SQR-67, SQR-68)"""
    assert full.rows("SELECT tabid, seqno, viewtext FROM sysviews") == [
        (
            102,
            0,
            'create view "informix".v (x) as SELECT name FROM p with check option ;',
        )
    ]
    assert full.rows("SELECT btabid, btype, dtabid, dtype FROM sysdepend") == [
        (100, "T", 102, "V")
    ]
    assert full.rows(
        "SELECT tabid, start_val, inc_val, max_val, min_val, cycle, cache, order "
        "FROM syssequences"
    ) == [(103, 7, 1, 9, 1, "1", 5, "1")]
    assert full.rows("SELECT tabid, dbname, tabname, btabid FROM syssyntable") == [
        (104, None, None, 102),
        (105, "unlogdb", "systables", None),
    ]


def test_row_counts_come_with_statistics(full: SQLClient) -> None:
    full.do("INSERT INTO p (name) VALUES ('x')")
    count = "SELECT nrows FROM systables WHERE tabname = 'p'"
    assert full.rows(count) == [(0.0,)]
    full.do("UPDATE STATISTICS FOR TABLE p")
    assert full.rows(count) == [(1.0,)]


def test_privileges(full: SQLClient) -> None:
    """(SQR-71): capitals may be granted on."""
    full.do("GRANT SELECT, REFERENCES ON p TO bob WITH GRANT OPTION")
    assert full.rows(
        "SELECT grantor, grantee, tabauth FROM systabauth WHERE tabid = 100"
    ) == [("informix", "public", "su-idx---"), ("informix", "bob", "S------R-")]


def test_routines(sql: SQLClient) -> None:
    """(SQR-51 .. SQR-53)"""
    text = (
        "CREATE FUNCTION f (a INT, b CHAR(3)) RETURNING INT AS r; RETURN a; "
        "END FUNCTION"
    )
    sql.do(text)
    ((procid, isproc, numargs),) = sql.rows(
        "SELECT procid, isproc, numargs FROM sysprocedures WHERE procname = 'f'"
    )
    assert (isproc, numargs) == ("f", 2)
    assert sql.rows(
        "SELECT paramname, paramtype, paramlen, paramattr FROM sysproccolumns "
        "WHERE procid = ? ORDER BY paramid",
        procid,
    ) == [("r", 2, 4, 5), ("a", 2, 4, 1), ("b", 0, 3, 1)]
    body = sql.rows(
        "SELECT data FROM sysprocbody WHERE procid = ? AND datakey = 'T'", procid
    )
    assert body == [(text,)]


def test_triggers(sql: SQLClient) -> None:
    sql.do("CREATE TABLE t (a INT)")
    sql.do("CREATE TABLE log (a INT)")
    text = (
        "CREATE TRIGGER tr INSERT ON t REFERENCING NEW AS n "
        "FOR EACH ROW (INSERT INTO log VALUES (n.a))"
    )
    sql.do(text)
    assert sql.rows("SELECT trigname, tabid, event, old, new FROM systriggers") == [
        ("tr", 100, "I", None, "n")
    ]
    assert sql.rows(
        "SELECT data FROM systrigbody b, systriggers t WHERE b.trigid = t.trigid"
    ) == [(text,)]


def test_named_row_types(sql: SQLClient) -> None:
    """(SQR-17, SQR-84): type 22, marked as named."""
    sql.do("CREATE ROW TYPE place (street VARCHAR(20), number INT)")
    sql.do("CREATE TABLE t (home place)")
    ((number, *told),) = sql.rows(
        "SELECT extended_id, name, mode, type FROM sysxtdtypes WHERE mode = 'R'"
    )
    assert told == ["place", "R", 0x1016]
    assert sql.rows(
        "SELECT extended_id, fieldname, fieldno, type, length FROM sysattrtypes"
    ) == [(number, "street", 1, 13, 20), (number, "number", 2, 2, 4)]
    assert sql.rows(
        "SELECT coltype, extended_id FROM syscolumns WHERE tabid >= 100"
    ) == [(0x1016, number)]


def test_routines_about_columns(sql: SQLClient) -> None:
    """What getColumns asks for each column: java.sql.Types and the like."""
    sql.do(
        "CREATE TABLE t (a SERIAL, b DECIMAL(8,2) DEFAULT 1.50, c CHAR(3) DEFAULT 'x', "
        "d DATETIME HOUR TO SECOND, e DATETIME YEAR TO DAY, f BOOLEAN)"
    )
    assert sql.rows(
        "SELECT schema_coltypename(coltype, extended_id), "
        "get_data_type(coltype, extended_id, collength), "
        "schema_precision(coltype, extended_id, collength), "
        "schema_numscale(coltype, collength), schema_numprecradix(coltype), "
        "schema_isnullable(coltype), schema_nullable(coltype), "
        "schema_isautoincr(coltype), schema_datetype(coltype, collength), "
        "schema_charlen(coltype, extended_id, collength), "
        "schema_bufflen(coltype, collength) FROM syscolumns WHERE tabid >= 100"
    ) == [
        ("serial", 4, 10, 0, 10, 0, "NO", "YES", 0, 0, 4),
        ("decimal", 3, 8, 2, 10, 1, "YES", "NO", 0, 0, 5),
        ("char", 1, 3, 0, 0, 1, "YES", "NO", 0, 3, 3),
        ("datetime", 93, 0x066A, 0, 0, 1, "YES", "NO", 92, 0, 4),
        ("datetime", 93, 0x0804, 0, 0, 1, "YES", "NO", 93, 0, 5),
        ("boolean", 16, 1, 0, 0, 1, "YES", "NO", 0, 0, 1),
    ]
    assert sql.rows(
        "SELECT get_default_value(c.coltype, c.extended_id, c.collength, d.default) "
        "FROM syscolumns c, sysdefaults d WHERE c.tabid = d.tabid AND c.colno = d.colno"
    ) == [("1.50",), ("x",)]


def test_sessions_and_locks_as_they_are(sql: SQLClient) -> None:
    """(ADR-234)"""
    sql.do("CREATE TABLE t (a INT)")
    other = sql.another(user="bob")
    ours, theirs = sql.session.session_id, other.session.session_id
    sessions = "SELECT sid, username FROM sysmaster:syssessions"
    assert sql.rows(sessions) == [(ours, "informix"), (theirs, "bob")]
    other.session.begin()
    other.do("INSERT INTO t VALUES (1)")
    locks = (
        "SELECT tabname, rowidlk, type, owner FROM sysmaster:syslocks "
        "WHERE dbsname = 'testdb'"
    )
    assert sql.rows(locks) == [("t", 0, "IX", theirs), ("t", 257, "X", theirs)]
    other.session.rollback()
    assert sql.rows(locks) == []
    other.session.close()
    assert sql.rows(sessions) == [(ours, "informix")]


def test_sysmaster_knows_the_tables_of_all_databases(sql: SQLClient) -> None:
    sql.do("CREATE TABLE known (n INT)")
    assert sql.rows(
        "SELECT dbsname, owner, collate FROM sysmaster:systabnames "
        "WHERE tabname = 'known'"
    ) == [("testdb", "informix", "en_US.819")]


def test_sysmaster_knows_the_locales_of_databases(sql: SQLClient) -> None:
    sql.engine.set_locale("ansidb", "de_DE.utf8")
    assert sql.rows(
        "SELECT dbs_dbsname, dbs_collate FROM sysmaster:sysdbslocale "
        "WHERE dbs_dbsname IN ('ansidb', 'testdb') ORDER BY 1"
    ) == [("ansidb", "de_DE.57372"), ("testdb", "en_US.819")]


def test_tables_that_only_a_real_catalog_has(sql: SQLClient) -> None:
    """They are in the list of SQR-9, others are not."""
    error = sql.error("SELECT * FROM sysfragments")
    assert (error.sqlcode, error.offset, error.token) == (-999, 15, "sysfragments")
    assert sql.code("SELECT * FROM syscomments") == -206
    sql.do("CREATE TABLE sysams (a INT)")
    assert sql.rows("SELECT * FROM sysams") == []


def test_tables_that_only_a_real_sysmaster_has(sql: SQLClient) -> None:
    assert sql.error("SELECT * FROM sysmaster:sysshmvals").sqlcode == -999
    assert sql.error("SELECT * FROM sysmaster:shmvals").sqlcode == -206
    assert sql.error("SELECT * FROM sysshmvals").sqlcode == -206


def test_who_may_execute_a_procedure(sql: SQLClient) -> None:
    sql.do("CREATE PROCEDURE p() END PROCEDURE")
    assert sql.rows("SELECT grantee, procauth FROM sysprocauth") == [("public", "e")]
