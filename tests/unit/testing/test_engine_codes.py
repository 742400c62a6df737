"""Which SQLCODE a mistake gets: as the list of messages (ERR) tells them apart.

Tags in parentheses are sources that docs/EMULATOR.md lists.
"""

from __future__ import annotations

import pytest
from engine_client import SQLClient


@pytest.fixture
def t(sql: SQLClient) -> SQLClient:
    sql.do("CREATE TABLE t (id SERIAL PRIMARY KEY, n INT, c CHAR(5), d DECIMAL(5,2))")
    sql.do("CREATE TABLE other (n INT, c CHAR(5))")
    sql.do("CREATE VIEW counted (k) AS SELECT COUNT(*) FROM t")
    sql.do("CREATE VIEW computed (n, twice) AS SELECT n, n * 2 FROM t")
    sql.do("INSERT INTO t VALUES (0, 1, 'abc', 1.5)")
    return sql


def found(t: SQLClient, statement: str) -> tuple[int, int, str]:
    error = t.error(statement)
    return error.sqlcode, error.offset, error.token


class TestQueries:
    @pytest.mark.parametrize(
        ("statement", "expected"),
        [
            ("SELECT 1 FROM t, t", (-223, 18, "t")),
            ("SELECT 1 FROM t, other t", (-223, 18, "t")),
            ("SELECT 1 FROM t JOIN (SELECT 1 FROM other) t ON 1 = 1", (-223, 22, "t")),
            ("SELECT 1 FROM counted, counted", (-223, 24, "counted")),
            ("SELECT rowid FROM counted", (-205, 8, "")),
            ("SELECT rowid FROM systables", (-217, 8, "rowid")),
            ("SELECT x.rowid FROM (SELECT n FROM t) x", (-205, 8, "")),
            ("SELECT n FROM t GROUP BY 2", (-251, 26, "")),
            ("SELECT DISTINCT n FROM t ORDER BY c", (-309, 35, "c")),
            ("SELECT DISTINCT n FROM t ORDER BY n + 1", (-19828, 35, "")),
            ("SELECT (SELECT n, c FROM other) FROM t", (-574, 9, "")),
            ("SELECT 1 FROM t WHERE n IN (SELECT n, c FROM other)", (-574, 29, "")),
            ("SELECT 1 FROM t WHERE NULL IN (1, 2)", (-201, 23, "")),  # (L2DB)
            (
                "SELECT 1 FROM t, OUTER (other JOIN t x ON x.n = 1) WHERE t.n = x.n",
                (-19820, 25, ""),
            ),
            ("SELECT MDY(1, 2) FROM t", (-664, 8, "mdy")),
            ("SELECT NVL(n) FROM t", (-664, 8, "nvl")),
            ("SELECT CONCAT(c) FROM t", (-664, 8, "concat")),
            ("SELECT DBINFO('utc_to_datetime') FROM t", (-664, 8, "dbinfo")),
            ("SELECT nosuch(n) FROM t", (-674, 8, "nosuch")),
            ("SELECT n FROM t WHERE n", (-9646, 23, "")),
            ("DELETE FROM t; SELECT n FROM t", (-555, 16, "")),
            ("DELETE FROM t; CLOSE DATABASE", (-555, 16, "")),
        ],
    )
    def test_refused(
        self, t: SQLClient, statement: str, expected: tuple[int, int, str]
    ) -> None:
        assert found(t, statement) == expected

    def test_tables_of_two_databases_may_have_one_name(self, t: SQLClient) -> None:
        t.another("unlogdb").do("CREATE TABLE t (m INT)")
        assert t.rows("SELECT n FROM t, unlogdb:t") == []

    @pytest.mark.parametrize(
        ("expression", "sqlcode"),
        [
            ("SQRT(-1)", -647),
            ("LOGN(0)", -647),
            ("POW(0, -1)", -647),
            ("ROOT(-8, 3)", -647),
            ("ASIN(2)", -647),
            ("EXP(1000)", -1223),
            ("'1e999'::FLOAT", -1223),
            ("'1e99'::SMALLFLOAT", -1222),
            ("TRIM('' FROM 'abc')", -879),
            ("TRIM(1 FROM 'abc')", -880),
            ("SUBSTRING('abc' FROM 1 FOR -1)", -5851),
            ("RPAD('a', 32739) || 'b'", -881),
            ("CONCAT(RPAD('a', 32739), 'b')", -881),
            ("'x'::BOOLEAN", -9648),
            ("DBINFO('dbspace', 1)", -727),
            ("DBINFO('dbspace', NULL::INT)", -727),
            ("DBINFO('utc_to_datetime', NULL::INT)", -885),
        ],
    )
    def test_functions(self, sql: SQLClient, expression: str, sqlcode: int) -> None:
        assert sql.code(f"SELECT {expression} FROM sysmaster:sysdual") == sqlcode

    def test_sysdate_of_some_fields(self, sql: SQLClient) -> None:
        """(SQS-1456)"""
        assert sql.type("SYSDATE") == (10, 0x130F)
        assert sql.type("SYSDATE YEAR TO DAY") == sql.type("CURRENT YEAR TO DAY")

    def test_where_a_table_is(self, t: SQLClient) -> None:
        where = "SELECT DBINFO('dbspace', partnum) FROM systables WHERE tabname = 't'"
        assert t.rows(where) == [("rootdbs",)]

    def test_concat_is_the_operator(self, t: SQLClient) -> None:
        """(SQS-2001)"""
        for arguments in ("c, n", "c, c", "n, d", "c || 'x', n"):
            left, right = arguments.rsplit(",", 1)
            by_function = t.types(f"SELECT CONCAT({arguments}) FROM t")
            assert by_function == t.types(f"SELECT {left} || {right} FROM t")


class TestDefinitions:
    @pytest.mark.parametrize(
        ("statement", "sqlcode"),
        [
            ("CREATE TABLE x (rowid INT)", -227),
            ("ALTER TABLE t ADD (rowid INT)", -227),
            ("RENAME COLUMN t.n TO rowid", -227),
            ("INSERT INTO t (rowid) VALUES (1)", -228),
            ("UPDATE t SET rowid = 1", -228),
            ("CREATE INDEX i ON t (z)", -352),
            ("CREATE INDEX i ON t (n, n)", -542),
            ("CREATE TABLE x (a INT, UNIQUE (a, a))", -542),
            ("CREATE TABLE x (a INT, UNIQUE (z))", -537),
            ("ALTER TABLE t ADD CONSTRAINT UNIQUE (z)", -537),
            ("ALTER TABLE t ADD CONSTRAINT PRIMARY KEY (n)", -704),
            ("CREATE TABLE x (a INT PRIMARY KEY, b INT, PRIMARY KEY (b))", -704),
            ("CREATE TABLE x (a INT DEFAULT NULL PRIMARY KEY)", -286),
            ("CREATE TABLE x (a INT CHECK (b > 1), b INT)", -676),
            ("CREATE TABLE x (a CHAR(9) REFERENCES t)", -356),
            ("CREATE TABLE x (a INT, FOREIGN KEY (a) REFERENCES t (id, n))", -297),
            ("CREATE TABLE x (a INT, b INT, FOREIGN KEY (a, b) REFERENCES t)", -536),
            ("CREATE TABLE x (a INTERVAL YEAR(10) TO MONTH)", -1268),
            ("CREATE VIEW v AS SELECT FIRST 1 n FROM t", -944),
            ("CREATE VIEW v AS SELECT n FROM t ORDER BY n LIMIT 1", -944),
            ("INSERT INTO counted VALUES (1)", -384),
            ("DELETE FROM counted", -384),
            ("INSERT INTO computed VALUES (1, 2)", -234),
            ("UPDATE computed SET n = 1", -384),
            ("DELETE FROM computed", -999),
            (
                "MERGE INTO other o USING t ON o.n = t.n "
                "WHEN NOT MATCHED THEN INSERT (n) VALUES (o.n)",
                -26092,
            ),
        ],
    )
    def test_refused(self, t: SQLClient, statement: str, sqlcode: int) -> None:
        assert t.code(statement) == sqlcode

    @pytest.mark.parametrize(
        ("column", "sqlcode"),
        [
            ("DATETIME YEAR TO FRACTION(3) DEFAULT CURRENT", 0),
            ("DATETIME YEAR TO FRACTION(5) DEFAULT SYSDATE", 0),
            ("DATETIME YEAR TO SECOND DEFAULT SYSDATE YEAR TO SECOND", 0),
            ("DATETIME YEAR TO SECOND DEFAULT CURRENT", -591),
            ("DATETIME YEAR TO SECOND DEFAULT SYSDATE", -591),
            ("DATETIME YEAR TO SECOND DEFAULT CURRENT YEAR TO DAY", -591),
        ],
    )
    def test_moments_as_defaults(
        self, sql: SQLClient, column: str, sqlcode: int
    ) -> None:
        """(SQS-1455, SQS-1456)"""
        statement = f"CREATE TABLE x (a {column}, b INT)"
        if sqlcode:
            assert sql.code(statement) == sqlcode
        else:
            sql.do(statement)
            sql.do("INSERT INTO x (b) VALUES (1)")
            assert sql.rows("SELECT a FROM x") != [(None,)]

    def test_references_to_a_serial(self, t: SQLClient) -> None:
        t.do("CREATE TABLE x (a INT REFERENCES t)")

    def test_key_parts(self, sql: SQLClient) -> None:
        names = [f"c{i}" for i in range(17)]
        columns = ", ".join(f"{name} INT" for name in names)
        sql.do(f"CREATE TABLE t ({columns})")
        sql.do(f"CREATE INDEX i ON t ({', '.join(names[1:])})")
        everything = ", ".join(names)
        assert sql.code(f"CREATE INDEX j ON t ({everything})") == -517
        add = "ALTER TABLE t ADD CONSTRAINT"
        assert sql.code(f"{add} UNIQUE ({everything})") == -551
        foreign = f"{add} FOREIGN KEY ({everything}) REFERENCES t"
        assert sql.code(foreign) == -326


class TestSetTransaction:
    def test_a_transaction_that_only_reads(self, t: SQLClient) -> None:
        t.do("CREATE TEMP TABLE own (a INT)")
        t.do("CREATE ROLE clerks")
        t.do("BEGIN")
        t.do("SET TRANSACTION READ ONLY")
        t.do("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        for statement in (
            "INSERT INTO t (n) VALUES (1)",
            "UPDATE t SET n = 2",
            "DELETE FROM t",
            "CREATE TABLE u (a INT)",
            "GRANT SELECT ON t TO PUBLIC",
            "GRANT clerks TO bob",
            "DROP TABLE own",
        ):
            assert t.code(statement) == -878
        assert t.rows("SELECT n FROM t") == [(1,)]
        t.do("COMMIT")
        t.do("UPDATE t SET n = 2")

    def test_before_anything_else(self, t: SQLClient) -> None:
        t.do("BEGIN")
        t.do("SET LOCK MODE TO WAIT 1")
        t.do("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ WRITE")
        assert t.code("SET TRANSACTION ISOLATION LEVEL READ COMMITTED") == -877
        assert t.code("SET ISOLATION TO DIRTY READ") == -877
        t.rows("SELECT n FROM t")
        assert t.code("SET TRANSACTION READ ONLY") == -876
        t.do("COMMIT")
        t.do("SET ISOLATION TO DIRTY READ")

    def test_a_level_lasts_as_long_as_its_transaction(self, t: SQLClient) -> None:
        executor = t.session.executor
        for end in ("COMMIT", "ROLLBACK"):
            t.do("BEGIN")
            t.do("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            assert executor.isolation == "repeatable read"
            t.do(end)
            assert executor.isolation == "committed read"

    def test_what_does_not_fit(self, t: SQLClient) -> None:
        both = "ISOLATION LEVEL READ UNCOMMITTED, READ WRITE"
        assert t.code(f"SET TRANSACTION {both}") == -875
        assert t.code("SET TRANSACTION READ ONLY") == -255
        unlogged = t.another("unlogdb")
        assert unlogged.code("SET TRANSACTION READ ONLY") == -256

    def test_mode_ansi(self, sql: SQLClient) -> None:
        ansi = sql.another("ansidb")
        ansi.do("SET TRANSACTION READ ONLY")
        assert ansi.code("CREATE TABLE t (a INT)") == -878
        ansi.do("ROLLBACK")
        ansi.do("CREATE TABLE t (a INT)")


class TestEnvironment:
    def test_kinds_of_logs(self, sql: SQLClient) -> None:
        sql.do("SET BUFFERED LOG")
        sql.do("SET LOG")
        assert sql.another("ansidb").code("SET BUFFERED LOG") == -573

    def test_strings_too_long(self, t: SQLClient) -> None:
        """(SQS, page of STRING_TRUNCATE_ERROR)"""
        insert = "INSERT INTO other VALUES (1, 'abcdef')"
        t.do(insert)
        t.do("SET ENVIRONMENT STRING_TRUNCATE_ERROR 'error'")
        assert t.code(insert) == -1279
        t.do("INSERT INTO other VALUES (2, 'abc    ')")
        t.do("SET ENVIRONMENT STRING_TRUNCATE_ERROR 'ignore'")
        t.do(insert)

    def test_last_committed(self, sql: SQLClient) -> None:
        for value in ("None", "Dirty Read", "Committed Read", "All"):
            sql.do(f"SET ENVIRONMENT USELASTCOMMITTED '{value}'")
        assert sql.code("SET ENVIRONMENT USELASTCOMMITTED 'sometimes'") == -19842
