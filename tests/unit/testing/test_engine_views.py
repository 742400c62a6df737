"""Views, synonyms, renames and names in full."""

from __future__ import annotations

import pytest
from engine_client import SQLClient

UNION = "SELECT a FROM t UNION SELECT a FROM t"


@pytest.fixture
def t(sql: SQLClient) -> SQLClient:
    """A session with `t (a SERIAL, b VARCHAR(10))` of two rows and a view of it."""
    sql.do("CREATE TABLE t (a SERIAL, b VARCHAR(10))")
    for word in ("x", "yy"):
        sql.do("INSERT INTO t (b) VALUES (?)", word)
    sql.do("CREATE VIEW v (number, word) AS SELECT a, UPPER(b) FROM t WHERE a > 1")
    return sql


class TestViews:
    def test_show_what_their_query_finds(self, t: SQLClient) -> None:
        assert t.rows("SELECT * FROM v") == [(2, "YY")]
        t.do("INSERT INTO t (b) VALUES ('z')")
        assert t.rows("SELECT v.word FROM v WHERE number > 2") == [("Z",)]
        assert t.rows(
            "SELECT t.b, w.word FROM t, v w WHERE t.a = w.number ORDER BY t.a DESC"
        ) == [("z", "Z"), ("yy", "YY")]
        assert t.types("SELECT number FROM v") == [(2, 4)]  # INTEGER, not SERIAL

    def test_views_of_views(self, t: SQLClient) -> None:
        t.do("CREATE VIEW w AS SELECT word FROM v UNION SELECT b FROM t")
        assert t.rows("SELECT * FROM w ORDER BY 1") == [("YY",), ("x",), ("yy",)]

    @pytest.mark.parametrize(
        ("statement", "sqlcode"),
        [
            ("CREATE VIEW v AS SELECT a FROM t", -310),
            ("CREATE VIEW t AS SELECT a FROM t", -310),
            ("CREATE TABLE v (a INT)", -310),
            ("CREATE VIEW w (p) AS SELECT a, b FROM t", -382),
            ("CREATE VIEW w AS SELECT a + 1 FROM t", -383),
            ("CREATE VIEW w (p, p) AS SELECT a, b FROM t", -531),
            ("CREATE VIEW w AS SELECT a FROM t WHERE a = ?", -546),
            ("CREATE VIEW w AS SELECT a FROM nosuch", -206),
            ("CREATE VIEW w AS SELECT c FROM t", -217),
            ("CREATE VIEW w AS SELECT a FROM tt", -337),
            (f"CREATE VIEW w AS {UNION} WITH CHECK OPTION", -940),
            ("DROP VIEW nosuch", -394),
            ("DROP VIEW t", -394),
            ("DROP TABLE v", -206),
            ("RENAME TABLE v TO w", -322),
            ("DROP TABLE t RESTRICT", -886),
        ],
    )
    def test_mistakes(self, t: SQLClient, statement: str, sqlcode: int) -> None:
        t.do("CREATE TEMP TABLE tt (a INT)")
        assert t.code(statement) == sqlcode

    def test_follow_their_table(self, t: SQLClient) -> None:
        t.do("RENAME TABLE t TO base")
        assert t.rows("SELECT number FROM v") == [(2,)]
        t.do("ALTER TABLE base DROP b")
        assert t.codes("SELECT number FROM v") == (-357, 0)
        t.do("DROP TABLE base")
        assert t.codes("SELECT number FROM v") == (-206, -111)

    def test_prepared_queries_notice_a_drop(self, t: SQLClient) -> None:
        select = t.session.prepare("SELECT * FROM v")
        t.do("DROP VIEW v")
        t.do("CREATE VIEW v AS SELECT b FROM t")
        with pytest.raises(Exception, match="-710"):
            select.open([])

    def test_definitions_roll_back(self, t: SQLClient) -> None:
        t.session.begin()
        t.do("DROP TABLE t")
        t.do("CREATE TABLE v (z INT)")
        t.session.rollback()
        assert t.rows("SELECT number FROM v") == [(2,)]

    def test_a_with_clause_inside(self, t: SQLClient) -> None:
        t.do("CREATE VIEW w AS WITH t2 AS (SELECT b FROM t) SELECT b FROM t2")
        assert t.rows("WITH t2 AS (SELECT 1 b FROM t) SELECT b FROM w") == [
            ("x",),
            ("yy",),
        ]

    def test_of_another_database(self, t: SQLClient) -> None:
        """Its names mean what they mean where it was made."""
        other = t.another("unlogdb")
        assert other.rows("SELECT * FROM testdb:v") == [(2, "YY")]
        other.do("CREATE TABLE t (a INT)")
        assert other.rows("SELECT * FROM testdb@informix:informix.v") == [(2, "YY")]


class TestWritingThroughViews:
    @pytest.fixture
    def w(self, t: SQLClient) -> SQLClient:
        """`t` as a view with other names, and a view of that; both checked."""
        t.do(
            "CREATE VIEW w (word, id) AS SELECT b, x.a FROM t x WHERE x.a < 100 "
            "WITH CHECK OPTION"
        )
        t.do("CREATE VIEW ww AS SELECT * FROM w WHERE id > 1 WITH CHECK OPTION")
        return t

    def test_rows_are_the_tables(self, w: SQLClient) -> None:
        w.do("INSERT INTO w VALUES ('z', 7)")
        w.do("INSERT INTO ww (word) VALUES (?)", "new")
        assert w.rows("SELECT * FROM t WHERE a > 2") == [(7, "z"), (8, "new")]
        assert w.do("UPDATE ww SET word = word || '!' WHERE id < 8").rows == 2
        assert w.do("UPDATE w SET word = 'one' WHERE w.id = 1").rows == 1
        assert w.rows("SELECT b FROM t") == [("one",), ("yy!",), ("z!",), ("new",)]
        w.do("CREATE SYNONYM other FOR ww")
        assert w.do("DELETE FROM other WHERE other.id > 1").rows == 3
        assert w.rows("SELECT b FROM t") == [("one",)]

    def test_rows_outside_are_not_touched(self, w: SQLClient) -> None:
        w.do("INSERT INTO t VALUES (200, 'far')")
        assert w.do("UPDATE w SET word = 'x'").rows == 2
        assert w.do("DELETE FROM w").rows == 2
        assert w.rows("SELECT a, b FROM t") == [(200, "far")]

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO w VALUES ('z', 100)",
            "INSERT INTO ww VALUES ('z', 1)",
            "INSERT INTO ww VALUES ('z', 100)",
            "INSERT INTO w SELECT b, a + 99 FROM t",
        ],
    )
    def test_the_check_option(self, w: SQLClient, statement: str) -> None:
        assert w.code(statement) == -385
        assert w.rows("SELECT b FROM t") == [("x",), ("yy",)]

    def test_updates_are_checked_too(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT, b INT)")
        sql.do("CREATE VIEW free AS SELECT * FROM t WHERE a < 9")
        sql.do("CREATE VIEW kept AS SELECT * FROM free WHERE b > 0 WITH CHECK OPTION")
        sql.do("CREATE VIEW open AS SELECT * FROM kept WHERE b < 5")
        sql.do("INSERT INTO open VALUES (1, 7)")  # its own condition is not kept
        assert sql.do("UPDATE free SET a = 9").rows == 1
        sql.do("UPDATE t SET a = 1")
        assert sql.code("UPDATE kept SET a = 9") == -385
        assert sql.code("UPDATE kept SET b = NULL") == -385
        sql.do("UPDATE kept SET a = 8, b = 1")
        assert sql.code("UPDATE open SET b = 0") == -385

    @pytest.mark.parametrize(
        ("query", "sqlcode"),
        [
            ("SELECT DISTINCT b FROM t", -384),
            ("SELECT b FROM t GROUP BY b", -384),
            ("SELECT t.b FROM t, t u", -384),
            ("SELECT b FROM t UNION SELECT b FROM t", -384),
            ("SELECT b FROM (SELECT b FROM t)", -384),
        ],
    )
    def test_views_too_complex(self, t: SQLClient, query: str, sqlcode: int) -> None:
        t.do(f"CREATE VIEW w AS {query}")
        for statement in (
            "INSERT INTO w VALUES ('x')",
            "UPDATE w SET b = 'x'",
            "DELETE FROM w",
        ):
            assert t.code(statement) == sqlcode

    def test_privileges(self, w: SQLClient) -> None:
        """The user needs them on the view, the view's owner on the table."""
        bob = w.another(user="bob")
        assert bob.code("DELETE FROM w") == -274
        w.do("GRANT INSERT ON w TO bob")
        w.do("REVOKE ALL ON t FROM PUBLIC")
        bob.do("INSERT INTO w VALUES ('bob', 50)")
        assert bob.code("UPDATE w SET word = 'x'") == -273
        bob.do("CREATE SYNONYM mine FOR t")
        w.do("GRANT SELECT ON t TO bob")
        bob.do("CREATE VIEW bobs AS SELECT * FROM mine")
        assert bob.code("DELETE FROM bobs") == -274
        w.do("GRANT DELETE ON t TO bob")
        assert bob.do("DELETE FROM bobs").rows == 3

    def test_mistakes(self, w: SQLClient) -> None:
        assert w.code("INSERT INTO w (a) VALUES (1)") == -217
        assert w.code("UPDATE w SET b = 'x'") == -217
        assert w.code("DELETE FROM w WHERE a = 1") == -217
        assert w.code("UPDATE w SET id = 4") == -232
        w.do("ALTER TABLE t DROP b")
        assert w.code("DELETE FROM w") == -357


class TestSynonyms:
    def test_stand_for_their_target(self, t: SQLClient) -> None:
        t.do("CREATE SYNONYM s FOR t")
        t.do("INSERT INTO s (b) VALUES ('z')")
        assert t.rows("SELECT s.b FROM s WHERE s.a = 3") == [("z",)]
        t.do("UPDATE s SET b = 'w' WHERE a = 3")
        t.do("DELETE FROM s WHERE a < 3")
        assert t.rows("SELECT b FROM t") == [("w",)]
        t.do("CREATE SYNONYM sv FOR v")
        assert t.rows("SELECT word FROM sv") == [("W",)]

    def test_of_other_databases(self, t: SQLClient) -> None:
        other = t.another("unlogdb")
        other.do("CREATE SYNONYM far FOR testdb:t")
        assert other.rows("SELECT far.b FROM far") == [("x",), ("yy",)]
        t.do("DROP TABLE t")
        assert other.code("SELECT * FROM far") == -206

    def test_private_ones_are_their_owners(self, t: SQLClient) -> None:
        bob = t.another(user="bob")
        t.do("CREATE PRIVATE SYNONYM mine FOR t")
        bob.do("CREATE PRIVATE SYNONYM mine FOR v")
        assert t.names("SELECT * FROM mine") == ["a", "b"]
        assert bob.names("SELECT * FROM mine") == ["number", "word"]
        assert t.another(user="ann").code("SELECT * FROM mine") == -206
        t.do("DROP SYNONYM mine")
        assert bob.rows("SELECT word FROM mine") == [("YY",)]

    def test_go_with_their_target(self, t: SQLClient) -> None:
        t.do("CREATE SYNONYM s FOR t")
        t.do("DROP TABLE t")
        assert t.code("DROP SYNONYM s") == -218

    @pytest.mark.parametrize(
        ("statement", "sqlcode"),
        [
            ("CREATE SYNONYM s FOR t", -390),
            ("CREATE SYNONYM v FOR t", -310),
            ("CREATE SYNONYM s2 FOR s", -559),
            ("CREATE SYNONYM s2 FOR tt", -510),
            ("CREATE SYNONYM s2 FOR nosuch", -206),
            ("DROP SYNONYM t", -218),
            ("DROP TABLE s", -206),
        ],
    )
    def test_mistakes(self, t: SQLClient, statement: str, sqlcode: int) -> None:
        t.do("CREATE SYNONYM s FOR t")
        t.do("CREATE TEMP TABLE tt (a INT)")
        assert t.code(statement) == sqlcode


class TestRenames:
    def test_columns(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE p (a SERIAL PRIMARY KEY, b INT)")
        sql.do("CREATE TABLE c (p INT REFERENCES p)")
        sql.do("RENAME COLUMN p.a TO id")
        sql.do("INSERT INTO p (b) VALUES (7)")
        sql.do("INSERT INTO c VALUES (1)")
        assert sql.rows("SELECT id FROM p") == [(1,)]
        assert sql.code("DELETE FROM p") == -692
        assert sql.code("RENAME COLUMN p.id TO b") == -328
        assert sql.code("RENAME COLUMN p.a TO z") == -217
        assert sql.code("RENAME COLUMN systables.tabid TO z") == -585

    def test_columns_in_views(self, t: SQLClient) -> None:
        t.session.begin()
        t.do("RENAME COLUMN t.b TO letters")
        assert t.rows("SELECT word FROM v") == [("YY",)]
        assert t.rows("SELECT viewtext FROM sysviews") == [
            (
                'create view "informix".v (number,word) as '
                "SELECT a, UPPER(letters) FROM t WHERE a > 1 ;",
            )
        ]
        t.session.rollback()
        assert t.rows("SELECT word FROM v") == [("YY",)]
        t.do("CREATE VIEW w AS SELECT t.a FROM t, t u")
        error = t.error("RENAME COLUMN t.b TO letters")
        assert error.token == "RENAME COLUMN of a table in a join view"
        t.do("DROP VIEW w")
        t.do("CREATE TRIGGER g DELETE ON t BEFORE (DELETE FROM t WHERE a = 0)")
        assert t.code("RENAME COLUMN t.b TO letters") == -999

    def test_tables(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT)")
        sql.do("CREATE TEMP TABLE tt (a INT)")
        sql.session.begin()
        sql.do("RENAME TABLE t TO u")
        assert sql.code("SELECT * FROM t") == -206
        sql.session.rollback()
        assert sql.rows("SELECT * FROM t") == []
        assert sql.code("RENAME TABLE t TO systables") == -310
        assert sql.code("RENAME TABLE tt TO u") == -508
        assert sql.code("RENAME COLUMN tt.a TO u") == -509
        assert sql.code("RENAME TABLE systables TO u") == -584
        assert sql.code("RENAME TABLE nosuch TO u") == -206

    def test_indexes_and_constraints(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT PRIMARY KEY CONSTRAINT pk, b INT)")
        sql.do("CREATE INDEX i ON t (b)")
        sql.do("RENAME INDEX i TO j")
        sql.do("RENAME CONSTRAINT pk TO pkt")
        sql.do("DROP INDEX j")
        sql.do("INSERT INTO t VALUES (1, 1)")
        assert sql.error("INSERT INTO t VALUES (1, 1)").token == "informix.pkt"
        assert sql.code("RENAME INDEX i TO k") == -319
        assert sql.code("RENAME CONSTRAINT pk TO k") == -623

    def test_databases(self, sql: SQLClient) -> None:
        sql.do("CREATE DATABASE one WITH BUFFERED LOG")
        assert sql.codes("RENAME DATABASE one TO two") == (-359, 0)  # it is open
        sql.do("CREATE TABLE t (a INT)")
        sql.do("CREATE VIEW v AS SELECT a FROM t")
        sql.do("DATABASE testdb")
        assert sql.codes("RENAME DATABASE one TO testdb") == (-330, -100)
        sql.do("CREATE SYNONYM far FOR one:v")
        sql.do("RENAME DATABASE one TO two")
        assert sql.codes("DATABASE one") == (-329, -111)
        assert sql.rows("SELECT a FROM far") == []
        assert sql.rows("SELECT a FROM two:v") == []
        assert sql.rows(
            "SELECT is_logging, is_buff_log, flags FROM sysmaster:sysdatabases "
            "WHERE name = 'two'"
        ) == [(1, 1, 2)]


class TestTruncate:
    def test_empties_a_table(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a SERIAL PRIMARY KEY, b INT UNIQUE)")
        for b in (7, 8):
            sql.do("INSERT INTO t VALUES (0, ?)", b)
        sql.do("TRUNCATE TABLE t REUSE STORAGE")
        assert sql.rows("SELECT * FROM t") == []
        sql.do("INSERT INTO t VALUES (0, 7)")
        assert sql.rows("SELECT * FROM t") == [(3, 7)]  # serials go on
        assert sql.codes("INSERT INTO t VALUES (0, 7)") == (-268, -100)

    def test_rolls_back(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT PRIMARY KEY)")
        sql.do("INSERT INTO t VALUES (1)")
        sql.session.begin()
        sql.do("INSERT INTO t VALUES (2)")
        sql.do("SAVEPOINT s")
        sql.do("TRUNCATE t")
        for statement in (
            "INSERT INTO t VALUES (3)",
            "SELECT * FROM t",
            "ROLLBACK TO SAVEPOINT s",
            "DROP TABLE t",
        ):
            assert sql.code(statement) == -26021, statement
        sql.session.rollback()
        assert sql.rows("SELECT a FROM t") == [(1,)]
        assert sql.codes("INSERT INTO t VALUES (1)") == (-268, -100)

    def test_minds_foreign_keys(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE p (a INT PRIMARY KEY)")
        sql.do("CREATE TABLE c (a INT REFERENCES p)")
        sql.do("INSERT INTO p VALUES (1)")
        sql.do("TRUNCATE p")
        sql.do("INSERT INTO p VALUES (1)")
        sql.do("INSERT INTO c VALUES (1)")
        assert sql.code("TRUNCATE p") == -26018
        assert sql.code("TRUNCATE systables") == -389


def test_delimited_identifiers(sql: SQLClient) -> None:
    client = SQLClient(sql.engine, DELIMIDENT="y")
    client.do('CREATE TABLE "Odd Name" ("From" INT, b INT)')
    client.do('INSERT INTO "informix"."Odd Name" VALUES (1, 2)')
    client.do('CREATE VIEW "V w" AS SELECT "From" FROM "Odd Name"')
    assert client.rows('SELECT "From" FROM "V w"') == [(1,)]
    assert client.rows("SELECT tabname FROM systables WHERE tabid > 99") == [
        ("Odd Name",),
        ("V w",),
    ]
    assert client.code('SELECT * FROM "odd name"') == -206
    assert sql.value('"quoted"') == "quoted"  # without DELIMIDENT: a string
