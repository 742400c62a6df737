"""Privileges on databases, tables, views and sequences; roles."""

from __future__ import annotations

import pytest
from engine_client import SQLClient


@pytest.fixture
def owner(sql: SQLClient) -> SQLClient:
    """The owner of a database in which PUBLIC may connect."""
    ann = sql.another(user="ann")
    ann.do("CREATE DATABASE own WITH LOG MODE ANSI")
    ann.do("GRANT CONNECT TO PUBLIC")
    ann.do("CREATE TABLE t (a INT, b INT)")
    ann.do("INSERT INTO t VALUES (1, 1)")
    ann.session.commit()
    return ann


@pytest.fixture
def bob(owner: SQLClient) -> SQLClient:
    """Somebody else in that database."""
    return owner.another("own", "bob")


# A statement, the privilege it needs, and the error without.
STATEMENTS = [
    ("SELECT a FROM ann.t", "SELECT", -272),
    ("UPDATE ann.t SET a = 2", "UPDATE", -273),
    ("DELETE FROM ann.t", "DELETE", -274),
    ("INSERT INTO ann.t VALUES (1, 2)", "INSERT", -275),
    ("ALTER TABLE ann.t ADD c INT", "ALTER", -541),
    ("CREATE INDEX bob.i ON ann.t (a)", "INDEX", -315),
]


@pytest.mark.parametrize(("statement", "privilege", "sqlcode"), STATEMENTS)
def test_what_a_privilege_allows(
    owner: SQLClient, bob: SQLClient, statement: str, privilege: str, sqlcode: int
) -> None:
    owner.do("GRANT RESOURCE TO bob")
    owner.session.commit()
    assert bob.code(statement) == sqlcode
    owner.do(f"GRANT {privilege} ON t TO bob")
    owner.session.commit()
    bob.do(statement)
    bob.session.rollback()
    owner.do(f"REVOKE {privilege} ON t FROM bob")
    owner.session.commit()
    assert bob.code(statement) == sqlcode


def test_public_gets_some_unless_ansi(sql: SQLClient) -> None:
    sql.do("CREATE TABLE t (a INT)")
    bob = sql.another(user="bob")
    bob.do("INSERT INTO t VALUES (1)")
    assert bob.code("ALTER TABLE t ADD b INT") == -541
    assert bob.code("DROP TABLE t") == -313
    assert bob.code("RENAME TABLE t TO u") == -313
    sql.do("REVOKE ALL ON t FROM PUBLIC")
    assert bob.code("SELECT * FROM t") == -272
    sql.do("GRANT SELECT, INSERT ON t TO PUBLIC")
    assert bob.rows("SELECT * FROM t") == [(1,)]


def test_a_prepared_statement_notices_a_revoke(sql: SQLClient) -> None:
    sql.do("CREATE TABLE t (a INT)")
    select = sql.another(user="bob").session.prepare("SELECT * FROM t")
    select.open([])
    sql.do("REVOKE SELECT ON t FROM PUBLIC")
    with pytest.raises(Exception, match="-710"):
        select.open([])


def test_the_grant_option(sql: SQLClient) -> None:
    sql.do("CREATE TABLE t (a INT)")
    sql.do("REVOKE ALL ON t FROM PUBLIC")
    bob, eve = sql.another(user="bob"), sql.another(user="eve")
    sql.do("GRANT SELECT ON t TO bob")
    assert bob.code("GRANT SELECT ON t TO eve") == -302
    sql.do("GRANT SELECT ON t TO bob WITH GRANT OPTION")
    bob.do("GRANT SELECT ON t TO eve")
    assert eve.rows("SELECT * FROM t") == []
    assert sql.rows("SELECT * FROM systabauth WHERE tabid = 100 ORDER BY grantee") == [
        ("informix", "bob", 100, "S--------"),
        ("bob", "eve", 100, "s--------"),
    ]
    assert sql.code("REVOKE SELECT ON t FROM bob RESTRICT") == -887
    sql.do("GRANT INSERT ON t TO bob")
    sql.do("REVOKE INSERT ON t FROM bob RESTRICT")
    sql.do("REVOKE SELECT ON t FROM bob")
    assert eve.code("SELECT * FROM t") == -272


def test_a_view_reads_for_its_owner(owner: SQLClient, bob: SQLClient) -> None:
    owner.do("CREATE VIEW v AS SELECT a FROM t")
    owner.do("GRANT SELECT ON v TO bob")
    owner.session.commit()
    assert bob.rows("SELECT * FROM ann.v") == [(1,)]
    assert bob.code("SELECT * FROM ann.t") == -272


def test_database_privileges(sql: SQLClient) -> None:
    ann = sql.another(user="ann")
    ann.do("CREATE DATABASE own WITH LOG")
    ann.do("CREATE TABLE t (a INT)")
    with pytest.raises(Exception, match="-387"):
        sql.another("own", "bob")
    ann.do("GRANT CONNECT TO bob")
    bob = sql.another("own", "bob")
    assert bob.rows("SELECT * FROM t") == []
    assert bob.code("CREATE TABLE u (a INT)") == -388
    bob.do("CREATE TEMP TABLE u (a INT)")
    assert bob.code("GRANT RESOURCE TO bob") == -389
    ann.do("GRANT RESOURCE TO bob")
    bob.do("CREATE VIEW v AS SELECT * FROM t")
    assert bob.code("CREATE TABLE ann.w (a INT)") == -514
    assert bob.code("DROP TABLE t") == -313
    ann.do("GRANT DBA TO bob")
    bob.do("DROP TABLE t")
    ann.do("REVOKE DBA FROM bob")
    assert ann.rows("SELECT username, usertype FROM sysusers") == [
        ("ann", "D"),
        ("bob", "C"),
    ]
    ann.do("REVOKE CONNECT FROM bob")
    assert ann.code("REVOKE CONNECT FROM bob") == -580
    eve = sql.another("sysmaster", "eve")
    assert eve.code("DROP DATABASE own") == -389


def test_routines(owner: SQLClient, bob: SQLClient) -> None:
    owner.do("CREATE FUNCTION f (a INT) RETURNING INT; RETURN a + 1; END FUNCTION")
    owner.session.commit()
    assert bob.code("EXECUTE FUNCTION ann.f(1)") == -706
    assert bob.code("SELECT ann.f(1) FROM sysmaster:sysdual") == -706
    owner.do("GRANT EXECUTE ON FUNCTION f TO bob")
    owner.session.commit()
    assert bob.rows("EXECUTE FUNCTION ann.f(1)") == [(2,)]
    assert bob.value("ann.f(2)") == 3
    assert bob.code("DROP FUNCTION ann.f") == -635
    owner.do("REVOKE EXECUTE ON f FROM bob")
    owner.session.commit()
    assert bob.code("EXECUTE FUNCTION ann.f(1)") == -706
    assert owner.code("GRANT EXECUTE ON g TO bob") == -674
    assert bob.code("CREATE PROCEDURE p () END PROCEDURE") == -388


def test_roles(owner: SQLClient, bob: SQLClient) -> None:
    owner.do("CREATE ROLE clerk")
    owner.do("GRANT SELECT ON t TO clerk")
    owner.session.commit()
    assert bob.code("SET ROLE clerk") == -19805
    owner.do("GRANT clerk TO bob")
    owner.session.commit()
    bob.do("SET ROLE clerk")
    assert bob.value("CURRENT_ROLE").rstrip() == "clerk"
    assert bob.rows("SELECT a FROM ann.t") == [(1,)]
    bob.do("SET ROLE NONE")
    assert bob.code("SELECT a FROM ann.t") == -272
    assert owner.rows("SELECT rolename, grantee FROM sysroleauth") == [
        ("clerk", "ann"),
        ("clerk", "bob"),
    ]
    assert owner.code("CREATE ROLE clerk") == -19800
    assert bob.code("CREATE ROLE boss") == -389
    owner.do("REVOKE clerk FROM bob")
    assert bob.code("SET ROLE clerk") == -19805
    owner.do("DROP ROLE clerk")
    assert owner.code("DROP ROLE clerk") == -19804
    assert owner.code("GRANT clerk TO bob") == -19804


def test_grants_roll_back(sql: SQLClient) -> None:
    sql.do("CREATE TABLE t (a INT)")
    sql.session.begin()
    sql.do("REVOKE ALL ON t FROM PUBLIC")
    sql.do("GRANT CONNECT TO eve")
    sql.do("CREATE ROLE clerk")
    sql.session.rollback()
    assert sql.another(user="bob").rows("SELECT * FROM t") == []
    assert sql.rows("SELECT username FROM sysusers WHERE username = 'eve'") == []
    assert sql.code("DROP ROLE clerk") == -19804


@pytest.mark.parametrize(
    ("statement", "sqlcode"),
    [
        ("GRANT SELECT ON nosuch TO bob", -353),
        ("GRANT SELECT ON tt TO bob", -323),
        ("GRANT SELECT ON t TO PUBLIC WITH GRANT OPTION", -298),
        ("GRANT SELECT ON t TO informix", -299),
        ("REVOKE ALTER ON t FROM bob", -580),
        ("GRANT ALTER ON v TO bob", -201),
        ("GRANT USAGE ON LANGUAGE SPL TO bob", -999),
    ],
)
def test_mistakes(sql: SQLClient, statement: str, sqlcode: int) -> None:
    sql.do("CREATE TABLE t (a INT)")
    sql.do("CREATE TEMP TABLE tt (a INT)")
    sql.do("CREATE VIEW v AS SELECT a FROM t")
    assert sql.code(statement) == sqlcode


class TestColumns:
    """Privileges on some columns (DDI-101, SQS-0948)."""

    @pytest.fixture
    def granted(self, owner: SQLClient) -> SQLClient:
        owner.do("CREATE TABLE k (a INT PRIMARY KEY, b INT UNIQUE)")
        owner.do("GRANT SELECT (a), UPDATE (a) ON t TO bob")
        owner.do("GRANT REFERENCES (a) ON k TO bob")
        owner.do("GRANT RESOURCE TO bob")
        owner.do("CREATE VIEW v (x, y) AS SELECT a, b FROM t")
        owner.do("GRANT SELECT (y) ON v TO bob")
        owner.session.commit()
        return owner

    @pytest.mark.parametrize(
        "statement",
        [
            "SELECT a FROM ann.t WHERE a = 1 ORDER BY a",
            "SELECT COUNT(*) FROM ann.t",
            "SELECT z.a, rowid FROM ann.t z",
            "SELECT y FROM ann.v",
            "UPDATE ann.t SET a = a + 1",
            "MERGE INTO ann.t USING (SELECT 5 n FROM sysmaster:sysdual) s ON 1 = 1"
            " WHEN MATCHED THEN UPDATE SET a = s.n",
            "CREATE TABLE mine (n INT REFERENCES ann.k (a))",
            "CREATE VIEW bob.w AS SELECT a FROM ann.t",
        ],
    )
    def test_allowed(self, granted: SQLClient, bob: SQLClient, statement: str) -> None:
        bob.do(statement)

    @pytest.mark.parametrize(
        ("statement", "sqlcode"),
        [
            ("SELECT b FROM ann.t", -272),
            ("SELECT * FROM ann.t", -272),
            ("SELECT t.* FROM ann.t", -272),
            ("SELECT a FROM ann.t WHERE b = 1", -272),
            ("SELECT a FROM ann.t ORDER BY b", -272),
            ("SELECT 1 FROM sysmaster:sysdual WHERE 1 IN (SELECT b FROM ann.t)", -272),
            ("SELECT x FROM ann.v", -272),
            ("UPDATE ann.t SET b = 1", -273),
            ("UPDATE ann.t SET a = 1, b = 1", -273),
            ("UPDATE ann.t SET * = (1, 1)", -273),
            (
                "MERGE INTO ann.t USING (SELECT 5 n FROM sysmaster:sysdual) s ON 1 = 1"
                " WHEN MATCHED THEN UPDATE SET b = s.n",
                -273,
            ),
            ("DELETE FROM ann.t", -274),
            ("CREATE TABLE mine (n INT REFERENCES ann.k (b))", -512),
            ("CREATE VIEW bob.w AS SELECT * FROM ann.t", -272),
            ("GRANT SELECT (a) ON ann.t TO eve", -302),
        ],
    )
    def test_refused(
        self, granted: SQLClient, bob: SQLClient, statement: str, sqlcode: int
    ) -> None:
        assert bob.code(statement) == sqlcode

    def test_are_in_the_catalog(self, granted: SQLClient) -> None:
        granted.do("GRANT UPDATE (b) ON t TO bob WITH GRANT OPTION")
        authorities = "SELECT colno, colauth FROM syscolauth WHERE tabid = ? ORDER BY 1"
        assert granted.rows(authorities, 100) == [(1, "su-"), (2, "-U-")]
        assert granted.rows(authorities, 101) == [(1, "--r")]
        assert granted.rows(
            "SELECT tabauth FROM systabauth WHERE grantee = 'bob' AND tabid = 100"
        ) == [("--*------",)]

    def test_follow_their_columns(self, granted: SQLClient, bob: SQLClient) -> None:
        granted.do("RENAME COLUMN t.b TO c")
        granted.do("RENAME COLUMN t.a TO b")
        granted.session.commit()
        assert len(bob.rows("SELECT b FROM ann.t")) == 1
        bob.session.commit()
        assert bob.code("SELECT c FROM ann.t") == -272
        granted.do("DROP VIEW v")
        granted.session.commit()
        granted.do("ALTER TABLE t DROP b")
        granted.do("ALTER TABLE t ADD b INT")
        granted.session.rollback()
        assert len(bob.rows("SELECT b FROM ann.t")) == 1
        bob.session.commit()
        granted.do("ALTER TABLE t DROP b")
        granted.do("ALTER TABLE t ADD b INT")
        granted.session.commit()
        assert bob.code("SELECT b FROM ann.t") == -272

    def test_are_revoked_as_a_whole(self, granted: SQLClient, bob: SQLClient) -> None:
        assert granted.code("REVOKE SELECT (a) ON t FROM bob") == -201
        granted.do("REVOKE SELECT ON t FROM bob")
        granted.session.commit()
        assert bob.code("SELECT a FROM ann.t") == -272
        bob.do("UPDATE ann.t SET a = 1")
        bob.session.rollback()
        granted.do("REVOKE ALL ON t FROM bob")
        granted.session.commit()
        assert bob.code("UPDATE ann.t SET a = 1") == -273
        assert granted.code("REVOKE UPDATE ON t FROM bob") == -580

    def test_passed_on(self, granted: SQLClient, bob: SQLClient) -> None:
        eve = granted.another("own", "eve")
        granted.do("GRANT SELECT (a) ON t TO bob WITH GRANT OPTION")
        granted.session.commit()
        assert bob.code("GRANT SELECT ON ann.t TO eve") == -302
        bob.do("GRANT SELECT (a) ON ann.t TO eve")
        bob.session.commit()
        assert len(eve.rows("SELECT a FROM ann.t")) == 1
        eve.session.commit()
        granted.do("GRANT SELECT ON t TO bob WITH GRANT OPTION")
        granted.do("REVOKE SELECT ON t FROM bob")
        granted.session.commit()
        assert eve.code("SELECT a FROM ann.t") == -272

    @pytest.mark.parametrize(
        ("statement", "sqlcode"),
        [
            ("GRANT SELECT (nosuch) ON t TO bob", -217),
            ("GRANT INSERT (a) ON t TO bob", -201),
            ("GRANT DELETE (a) ON t TO bob", -201),
        ],
    )
    def test_mistakes(self, granted: SQLClient, statement: str, sqlcode: int) -> None:
        assert granted.code(statement) == sqlcode
