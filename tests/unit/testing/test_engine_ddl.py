"""Tables, temporary tables, indexes, constraints, databases.

Tags in parentheses are sources that docs/EMULATOR.md lists.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from engine_client import SQLClient, bound

from informix_db.testing.sql.errors import NOT_EMULATED


@pytest.mark.parametrize(
    ("columns", "sqlcode"),
    [
        ("a INT, A INT", -328),
        ("a NOSUCHTYPE", -9628),
        ("a VARCHAR(256)", -650),
        ("a VARCHAR(10,20)", -651),
        ("a CHAR(40000)", -235),
        ("a DECIMAL(5,6)", -366),
        ("a SERIAL, b SERIAL", -362),
        ("a SERIAL8, b BIGSERIAL", -362),
        ("a INT PRIMARY KEY, b INT PRIMARY KEY", -704),
        ("a INT, PRIMARY KEY (b)", -537),
        ("a INT UNIQUE, UNIQUE (a)", -577),
        ("a SERIAL DEFAULT 5", -593),  # (ERR)
        ("a INT NOT NULL DEFAULT NULL", -592),
        ("a INT DEFAULT TODAY", -591),
        ("a TEXT DEFAULT 'x'", -594),
        ("a DATETIME YEAR TO DAY DEFAULT CURRENT YEAR TO SECOND", -591),
        ("a CHAR(30000), b CHAR(30000)", -499),
        ("a INT CHECK (b > 5)", -217),
        ("a INT CHECK (a > (SELECT 1 FROM systables))", -677),
        ("a INT REFERENCES systables", -297),
        ("a SET(TEXT NOT NULL)", -9910),
        ("a SET(SERIAL NOT NULL)", -9910),
        ("a SET(BLOB NOT NULL)", NOT_EMULATED),
        ("a ROW(b BYTE)", -9908),
        ("a ROW(b INT, b INT)", -9806),
        ("a SET(INT NOT NULL) DEFAULT 'SET{1}'", -9911),
        ("a CHAR(3) DEFAULT 'abcd'", -591),
        ("a TEXT UNIQUE", -610),
        ("a INT, b BYTE, PRIMARY KEY (a, b)", -610),
    ],
)
def test_bad_columns(sql: SQLClient, columns: str, sqlcode: int) -> None:
    assert sql.code(f"CREATE TABLE t ({columns})") == sqlcode
    assert sql.code("SELECT 1 FROM t") == -206


def test_create_and_drop(sql: SQLClient) -> None:
    sql.do("CREATE TABLE t (a INT)")
    error = sql.error("CREATE TABLE T (a INT)")
    assert (error.sqlcode, error.token) == (-310, "informix.t")
    sql.do("CREATE TABLE IF NOT EXISTS t (b INT)")
    assert sql.names("SELECT * FROM t") == ["a"]
    sql.do("DROP TABLE t")
    assert sql.codes("DROP TABLE t") == (-206, -111)
    sql.do("DROP TABLE IF EXISTS t")
    assert sql.code("DROP TABLE systables") == -389


def test_owners_need_not_be_given(sql: SQLClient) -> None:
    sql.do('CREATE TABLE "bob".t (a INT)')
    sql.do("INSERT INTO bob.t VALUES (1)")
    assert sql.rows('SELECT t.a FROM "bob".t') == [(1,)]
    assert sql.rows("SELECT bob.t.a FROM bob.t") == [(1,)]
    assert sql.rows("SELECT owner FROM systables WHERE tabname = 't'") == [("bob",)]
    assert sql.rows("SELECT a FROM testdb:t") == [(1,)]
    assert sql.rows("SELECT a FROM testdb@informix:bob.t") == [(1,)]
    assert sql.code("SELECT a FROM nosuch:t") == -329


def test_ansi_databases_have_owners(sql: SQLClient) -> None:
    """(4JS-077)"""
    ann, bob = sql.another("ansidb", "ann"), sql.another("ansidb", "bob")
    for client in (ann, bob):
        client.do("CREATE TABLE t (a CHAR(3))")
        client.do("INSERT INTO t VALUES (USER)")
        client.do("COMMIT")
    assert ann.rows("SELECT a FROM t") == [("ann",)]
    assert ann.code("SELECT a FROM bob.t") == -272
    bob.do("GRANT SELECT ON t TO ann")
    bob.do("COMMIT")
    assert ann.rows("SELECT a FROM bob.t") == [("bob",)]
    assert ann.rows("SELECT tabid FROM systables WHERE tabname = 'systables'") == [(1,)]


class TestTemporaryTables:
    def test_belong_to_the_session(self, sql: SQLClient) -> None:
        """(SQS-1066)"""
        sql.do("CREATE TEMP TABLE tt (a INT)")
        assert sql.code("CREATE TEMP TABLE tt (a INT)") == -958
        assert sql.another().code("SELECT * FROM tt") == -206
        sql.do("DROP TABLE tt")
        assert sql.code("SELECT * FROM tt") == -206

    def test_hide_a_table(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT)")
        sql.do("CREATE TEMP TABLE t (b INT)")
        assert sql.names("SELECT * FROM t") == ["b"]
        sql.do("DROP TABLE t")
        assert sql.names("SELECT * FROM t") == ["a"]

    def test_go_with_the_database(self, sql: SQLClient) -> None:
        sql.do("CREATE TEMP TABLE tt (a INT)")
        sql.do("DATABASE testdb")
        assert sql.code("SELECT * FROM tt") == -206

    def test_with_no_log_are_not_rolled_back(self, sql: SQLClient) -> None:
        """(SQS-575, ADM-515)"""
        sql.do("CREATE TEMP TABLE logged (a INT)")
        sql.do("CREATE TEMP TABLE nolog (a INT) WITH NO LOG")
        sql.do("BEGIN WORK")
        sql.do("INSERT INTO logged VALUES (1)")
        sql.do("INSERT INTO nolog VALUES (1)")
        sql.do("ROLLBACK WORK")
        assert sql.rows("SELECT * FROM logged") == []
        assert sql.rows("SELECT * FROM nolog") == [(1,)]

    def test_are_undone_by_rollback(self, sql: SQLClient) -> None:
        sql.do("BEGIN WORK")
        sql.do("CREATE TEMP TABLE tt (a INT)")
        sql.do("ROLLBACK WORK")
        sql.do("CREATE TEMP TABLE tt (a INT)")
        sql.do("BEGIN WORK")
        sql.do("INSERT INTO tt VALUES (1)")
        sql.do("DROP TABLE tt")
        sql.do("ROLLBACK WORK")
        assert sql.rows("SELECT * FROM tt") == []

    def test_from_a_query(self, sql: SQLClient) -> None:
        """(SQS-1066): expressions need names (-249), a SERIAL stays one."""
        sql.do("CREATE TABLE t (id SERIAL, v VARCHAR(5))")
        sql.do("INSERT INTO t VALUES (7, 'a')")
        assert sql.code("SELECT id + 1 FROM t INTO TEMP x") == -249
        assert sql.do("SELECT id, v || 'b' vb FROM t INTO TEMP x").rows == 1
        assert sql.do("INSERT INTO x VALUES (0, 'c')").serial == 8
        assert sql.rows("SELECT * FROM x") == [(7, "ab"), (8, "c")]
        assert sql.code("SELECT id FROM t INTO TEMP x") == -958


class TestTablesFromQueries:
    @pytest.fixture
    def source(self, sql: SQLClient) -> SQLClient:
        sql.do("CREATE TABLE t (id SERIAL, v VARCHAR(5) NOT NULL, d DECIMAL(5,2))")
        sql.do("INSERT INTO t VALUES (7, 'a', 1.5)")
        sql.do("INSERT INTO t VALUES (8, 'b', NULL)")
        return sql

    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE n AS SELECT id, v, d * 2 twice FROM t WHERE id > ?",
            "CREATE TABLE n (id, v, twice) AS (SELECT id, v, d * 2 FROM t"
            " WHERE id > ?)",
            "CREATE RAW TABLE n LOCK MODE ROW AS SELECT id, v, d * 2 twice FROM t"
            " WHERE id > ?",
            "SELECT id, v, d * 2 twice FROM t WHERE id > ? INTO n",
            "SELECT id, v, d * 2 twice FROM t WHERE id > ? INTO STANDARD n",
            "SELECT id, v, d * 2 twice FROM t WHERE id > ? INTO RAW informix.n",
            "SELECT id, v, d * 2 twice FROM t WHERE id > ? INTO n IN dbspace"
            " EXTENT SIZE 32 LOCK MODE ROW",
        ],
    )
    def test_have_the_rows_and_columns(self, source: SQLClient, statement: str) -> None:
        """(SQS-0403, SQS-2106)"""
        assert source.do(statement, 6).rows == 2
        found = source.rows("SELECT id, v, twice FROM n ORDER BY id")
        assert found == [(7, "a", Decimal("3.00")), (8, "b", None)]
        assert source.do("INSERT INTO n (v) VALUES ('c')").serial == 9
        assert source.code("INSERT INTO n (id) VALUES (1)") == -292
        other = source.another()
        assert other.rows("SELECT COUNT(*) FROM n") == [(3,)]
        assert source.code(statement, 6) == -310

    def test_are_undone_by_rollback(self, source: SQLClient) -> None:
        source.do("BEGIN WORK")
        source.do("CREATE TABLE n AS SELECT id FROM t")
        assert source.rows("SELECT COUNT(*) FROM n") == [(2,)]
        source.do("ROLLBACK WORK")
        assert source.code("SELECT * FROM n") == -206

    def test_are_not_made_if_the_query_fails(self, source: SQLClient) -> None:
        assert source.code("CREATE TABLE n AS SELECT v::INT x FROM t") == -1213
        assert source.code("SELECT * FROM n") == -206

    @pytest.mark.parametrize(
        ("statement", "sqlcode"),
        [
            ("CREATE TABLE n AS SELECT id + 1 FROM t", -249),
            ("SELECT id + 1 FROM t INTO n", -249),
            ("CREATE TABLE n AS SELECT id, id FROM t", -328),
            ("CREATE TABLE n (a, b) AS SELECT id FROM t", -236),
            ("CREATE TABLE n (a)", -201),
            ("CREATE TABLE n (a INT) AS SELECT id FROM t", -201),
            ("CREATE TABLE n AS SELECT id FROM nowhere", -206),
            ("SELECT id FROM (SELECT id FROM t INTO n)", -201),
            ("SELECT id FROM t INTO n WITH NO LOG", -201),
        ],
    )
    def test_errors(self, source: SQLClient, statement: str, sqlcode: int) -> None:
        assert source.code(statement) == sqlcode

    def test_are_described_as_what_they_are(self, source: SQLClient) -> None:
        prepare = source.session.prepare
        assert prepare("CREATE TABLE n AS SELECT id FROM t").statement_type == 45
        assert prepare("SELECT id FROM t INTO n").statement_type == 3
        source.do("CREATE TABLE IF NOT EXISTS t AS SELECT id FROM t")


class TestIndexes:
    def test_names_and_columns_are_unique(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT, b INT)")
        sql.do("CREATE INDEX i1 ON t (a, b DESC)")
        assert sql.code("CREATE INDEX i1 ON t (b)") == -316
        assert sql.code("CREATE INDEX i2 ON t (a, b DESC)") == -350
        sql.do("CREATE INDEX i2 ON t (a, b)")
        assert sql.code("CREATE INDEX i3 ON t (z)") == -352
        sql.do("DROP INDEX i1")
        assert sql.code("DROP INDEX i1") == -319
        sql.do("DROP INDEX IF EXISTS i1")

    def test_duplicates_prevent_a_unique_one(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT)")
        sql.do("INSERT INTO t SELECT 1 FROM systables WHERE tabid < 3")
        assert sql.codes("CREATE UNIQUE INDEX i ON t (a)") == (-371, -100)
        sql.do("CREATE INDEX i ON t (a)")

    def test_can_be_rolled_back(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT)")
        sql.do("BEGIN WORK")
        sql.do("CREATE UNIQUE INDEX i ON t (a)")
        sql.do("ROLLBACK WORK")
        sql.do("INSERT INTO t VALUES (1)")
        sql.do("INSERT INTO t VALUES (1)")
        sql.do("DELETE FROM t")
        sql.do("CREATE UNIQUE INDEX i ON t (a)")
        sql.do("BEGIN WORK")
        sql.do("DROP INDEX i")
        sql.do("ROLLBACK WORK")
        sql.do("INSERT INTO t VALUES (1)")
        assert sql.code("INSERT INTO t VALUES (1)") == -239


class TestConstraints:
    def test_get_names(self, sql: SQLClient) -> None:
        """u<tabid>_<constrid>, the index after a blank (PUB-295)."""
        sql.do("CREATE TABLE t (a INT PRIMARY KEY, b INT UNIQUE, c INT NOT NULL)")
        assert sql.rows(
            "SELECT constrname, constrtype, idxname FROM sysconstraints "
            "WHERE tabid = 100 ORDER BY constrid"
        ) == [("u100_1", "P", " 100_1"), ("u100_2", "U", " 100_2"), ("n100_3", "N", "")]

    def test_keep_given_names(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b) CONSTRAINT pk_t)")
        sql.do("INSERT INTO t VALUES (1, 1)")
        assert sql.error("INSERT INTO t VALUES (1, 1)").token == "informix.pk_t"
        sql.do("INSERT INTO t VALUES (1, 2)")


class TestAlterTable:
    @pytest.fixture
    def t(self, sql: SQLClient) -> SQLClient:
        sql.do("CREATE TABLE t (a INT, b VARCHAR(5) DEFAULT 'x', UNIQUE (a))")
        sql.do("CREATE INDEX ib ON t (b, a DESC)")
        for number in (1, 2):
            sql.do("INSERT INTO t VALUES (?, 'b')", number)
        return sql

    def test_add(self, t: SQLClient) -> None:
        """(ERR -269)"""
        t.do("ALTER TABLE t ADD (d INT DEFAULT 7 BEFORE b, e DATE), ADD s SERIAL")
        assert t.names("SELECT * FROM t") == ["a", "d", "b", "e", "s"]
        assert t.rows("SELECT a, d, e, s FROM t") == [(1, 7, None, 1), (2, 7, None, 2)]
        assert t.do("INSERT INTO t (a) VALUES (3)").serial == 3
        assert t.code("ALTER TABLE t ADD f INT NOT NULL") == -269
        assert t.code("ALTER TABLE t ADD d INT") == -328
        assert t.code("ALTER TABLE t ADD s2 SERIAL") == -362

    def test_keys_stay(self, t: SQLClient) -> None:
        t.do("ALTER TABLE t ADD c INT BEFORE a")
        assert t.error("INSERT INTO t (a) VALUES (1)").token == "informix.u100_1"
        assert t.rows(
            "SELECT idxname, part1, part2 FROM sysindexes WHERE tabid = 100"
        ) == [(" 100_1", 2, 0), ("ib", 3, -2)]

    def test_drop(self, t: SQLClient) -> None:
        t.do("ALTER TABLE t DROP (b)")
        assert t.rows("SELECT * FROM t") == [(1,), (2,)]
        assert t.rows("SELECT idxname FROM sysindexes WHERE tabid = 100") == [
            (" 100_1",)
        ]
        assert t.code("ALTER TABLE t DROP a") == -370
        assert t.code("ALTER TABLE t DROP z") == -217

    def test_modify(self, t: SQLClient) -> None:
        t.do("ALTER TABLE t MODIFY (a DECIMAL(5,2) NOT NULL)")
        assert t.types("SELECT a FROM t") == [(5, 5 << 8 | 2)]
        assert t.code("INSERT INTO t (b) VALUES ('x')") == -292
        assert t.code("ALTER TABLE t MODIFY b INT") == -1213
        t.do("ALTER TABLE t MODIFY b VARCHAR(9)")
        t.do("INSERT INTO t (a) VALUES (9)")  # the default is gone
        assert t.rows("SELECT b FROM t WHERE a = 9") == [(None,)]
        assert t.code("ALTER TABLE t MODIFY b VARCHAR(9) NOT NULL") == -386

    def test_serials_go_on(self, t: SQLClient) -> None:
        """(SQR-138)"""
        t.do("CREATE TABLE s (id SERIAL)")
        t.do("INSERT INTO s VALUES (5)")
        t.do("ALTER TABLE s MODIFY id SERIAL(3)")
        assert t.do("INSERT INTO s VALUES (0)").serial == 6
        t.do("ALTER TABLE s MODIFY id SERIAL(100)")
        assert t.do("INSERT INTO s VALUES (0)").serial == 100

    def test_constraints(self, t: SQLClient) -> None:
        t.do("ALTER TABLE t DROP CONSTRAINT u100_1")
        t.do("INSERT INTO t VALUES (1, 'c')")
        add = "ALTER TABLE t ADD CONSTRAINT PRIMARY KEY (a) CONSTRAINT pk"
        assert t.code(add) == -371
        t.do("DELETE FROM t WHERE b = 'c'")
        t.do(add)
        assert t.code("INSERT INTO t VALUES (NULL, 'x')") == -703
        assert t.error("INSERT INTO t VALUES (1, 'x')").token == "informix.pk"
        assert t.code(add) == -704
        assert t.code("ALTER TABLE t DROP CONSTRAINT nosuch") == -623
        assert t.code("CREATE TABLE n (a INT, UNIQUE (a) CONSTRAINT pk)") == -625

    def test_is_all_or_nothing(self, t: SQLClient) -> None:
        assert t.code("ALTER TABLE t ADD c INT, DROP z") == -217
        assert t.code("ALTER TABLE t ADD c INT, MODIFY b INT") == -1213
        assert t.rows("SELECT * FROM t") == [(1, "b"), (2, "b")]
        assert t.code("INSERT INTO t VALUES (1, 'x')") == -268

    def test_can_be_rolled_back(self, t: SQLClient) -> None:
        t.session.begin()
        t.do("INSERT INTO t VALUES (3, 'n')")
        t.do("UPDATE t SET b = 'u' WHERE a = 1")
        t.do("ALTER TABLE t ADD c INT DEFAULT 5")
        t.do("INSERT INTO t VALUES (4, 'n', 6)")
        t.session.set_savepoint("s")
        t.do("ALTER TABLE t DROP b")
        t.do("DELETE FROM t WHERE a > 1")
        t.session.rollback("s")
        assert t.rows("SELECT * FROM t") == [
            (1, "u", 5),
            (2, "b", 5),
            (3, "n", 5),
            (4, "n", 6),
        ]
        t.session.rollback()
        assert t.rows("SELECT * FROM t") == [(1, "b"), (2, "b")]
        assert t.code("INSERT INTO t VALUES (1, 'x')") == -268

    def test_where_it_may_not(self, t: SQLClient) -> None:
        t.do("CREATE TEMP TABLE tt (a INT)")
        assert t.code("ALTER TABLE tt ADD b INT") == -532
        assert t.code("ALTER TABLE systables ADD b INT") == -389
        other = t.another()
        other.session.begin()
        other.do("DELETE FROM t")
        assert t.codes("ALTER TABLE t ADD b INT") == (-242, -106)
        assert t.codes("DROP TABLE t") == (-242, -106)


class TestDatabases:
    def test_create_makes_current(self, sql: SQLClient) -> None:
        assert sql.do("CREATE DATABASE plain").database_flags == 0x14
        assert sql.value("DBINFO('dbname')") == "plain"
        assert sql.do("CREATE DATABASE logged WITH LOG").database_flags == 0x15
        assert sql.do("CREATE DATABASE ansi WITH LOG MODE ANSI").database_flags == 0x17
        assert sql.codes("CREATE DATABASE plain") == (-330, -100)
        assert sql.rows(
            "SELECT name, is_logging, is_ansi FROM sysmaster:sysdatabases "
            "WHERE name IN ('plain', 'logged', 'ansi')"
        ) == [("plain", 0, 0), ("logged", 1, 0), ("ansi", 1, 1)]

    def test_drop(self, sql: SQLClient) -> None:
        sql.do("CREATE DATABASE x")
        sql.do("CREATE TABLE t (a INT)")
        assert sql.code("DROP DATABASE x") == -359  # it is the current one
        other = sql.another("x")
        sql.do("DATABASE testdb")
        assert sql.codes("DROP DATABASE x") == (-425, -107)
        other.session.close()
        sql.do("DROP DATABASE x")
        assert sql.codes("DROP DATABASE x") == (-329, -111)
        assert sql.codes("DATABASE x") == (-329, -111)
        sql.do("DROP DATABASE IF EXISTS x")

    def test_without_one(self, sql: SQLClient) -> None:
        assert sql.do("CLOSE DATABASE").database_flags == 0
        assert sql.code("SELECT 1 FROM systables") == -349
        assert sql.code("CREATE TABLE t (a INT)") == -349
        assert sql.code("BEGIN WORK") == -349

    def test_leaving_one_in_a_transaction(self, sql: SQLClient) -> None:
        """(PUB-150)"""
        sql.do("BEGIN WORK")
        assert sql.code("DATABASE sysmaster") == -377
        assert sql.code("CLOSE DATABASE") == -377
        assert sql.code("CREATE DATABASE x") == -377

    def test_exclusive(self, sql: SQLClient) -> None:
        sql.another("unlogdb")
        assert sql.codes("DATABASE unlogdb EXCLUSIVE") == (-425, -107)


def test_a_prepared_statement_notices_schema_changes(sql: SQLClient) -> None:
    """(ERR -710)"""
    sql.do("CREATE TABLE t (a INT)")
    select = sql.session.prepare("SELECT * FROM t")
    select.open([])
    sql.do("DROP TABLE t")
    sql.do("CREATE TABLE t (a INT)")
    with pytest.raises(Exception, match="-710"):
        select.open([])


def test_a_schema_change_is_noticed_before_parameters_are_looked_at(
    sql: SQLClient,
) -> None:
    """(ERR -710)"""
    sql.do("CREATE TABLE t (a INT)")
    select = sql.session.prepare("SELECT * FROM t WHERE a = ?")
    update = sql.session.prepare("UPDATE t SET a = ?")
    sql.do("ALTER TABLE t MODIFY a VARCHAR(20)")
    for run in (select.open, update.execute):
        with pytest.raises(Exception, match="-710"):
            run([bound("not a number")])


ON_COMMIT = "CREATE TABLE ... ON COMMIT"


@pytest.mark.parametrize(
    ("statement", "construct"),
    [
        ("ALTER TABLE t ADD CRCOLS", "ALTER TABLE ADD CRCOLS"),
        ("DELETE FROM t; DELETE FROM t", "several statements in one text"),
        ("START VIOLATIONS TABLE FOR t", "START VIOLATIONS TABLE"),
        ("SAVE EXTERNAL DIRECTIVES {+ x} ACTIVE", "SAVE EXTERNAL DIRECTIVES"),
        (
            "CREATE TABLE u (a::INT) AS SELECT a FROM t",
            "CREATE TABLE (... :: ...) AS SELECT",
        ),
        ("CREATE TABLE u OF TYPE r", "CREATE TABLE ... OF TYPE"),
        ("CREATE TEMP TABLE u (a INT) ON COMMIT DELETE ROWS", ON_COMMIT),
        ("CREATE INDEX i ON t (ABS(a))", "CREATE INDEX on a function"),
        ("CREATE DATABASE d NLSCASE INSENSITIVE", "NLSCASE INSENSITIVE"),
        ("CREATE EXTERNAL TABLE u (a INT)", "CREATE EXTERNAL TABLE"),
        ("CREATE TABLE unlogdb:u (a INT)", "DDL in another database"),
        ("DROP ACCESS_METHOD x", "DROP ACCESS_METHOD"),
        ("GRANT USAGE ON LANGUAGE SPL TO bob", "GRANT ON LANGUAGE"),
        ("SET COLLATION 'en_us'", "SET COLLATION"),
        ("SET CONSTRAINTS FOR t FILTERING", "SET CONSTRAINTS FILTERING"),
        ("CREATE TABLE u (a INT UNIQUE FILTERING)", "FILTERING constraint"),
        ("CREATE UNIQUE INDEX i ON t (a) FILTERING", "FILTERING index"),
        ("SET ENVIRONMENT NOSUCHTHING 'x'", "SET ENVIRONMENT NOSUCHTHING"),
    ],
)
def test_what_is_not_emulated_says_so(
    sql: SQLClient, statement: str, construct: str
) -> None:
    """One code of the emulator's own, and the construct's name; never a no-op."""
    sql.do("CREATE TABLE t (a INT)")
    error = sql.error(statement)
    assert (error.sqlcode, error.token) == (-999, construct)
    assert sql.rows("SELECT a FROM t") == []
