"""CHECK, FOREIGN KEY and unique constraints: what rows they let in and out."""

from __future__ import annotations

import pytest
from engine_client import SQLClient

from informix_db.testing.api import SQLError


@pytest.fixture
def family(sql: SQLClient) -> SQLClient:
    """Two parents; a child of the first, cascading; a fan of the second, not."""
    sql.do("CREATE TABLE p (id INT PRIMARY KEY, name VARCHAR(9) NOT NULL UNIQUE)")
    sql.do("CREATE TABLE c (id INT, p INT REFERENCES p ON DELETE CASCADE)")
    sql.do(
        "CREATE TABLE f (name VARCHAR(9), FOREIGN KEY (name) REFERENCES p (name) "
        "CONSTRAINT fan)"
    )
    for i, name in ((1, "one"), (2, "two")):
        sql.do("INSERT INTO p VALUES (?, ?)", i, name)
    sql.do("INSERT INTO c VALUES (10, 1)")
    sql.do("INSERT INTO f VALUES ('two')")
    return sql


class TestForeignKeys:
    def test_a_parent_must_be_there(self, family: SQLClient) -> None:
        error = family.error("INSERT INTO c VALUES (11, 3)")
        assert (error.sqlcode, error.isam) == (-691, -111)
        assert error.token == "informix.r101_4"
        assert family.error("UPDATE f SET name = 'ten'").token == "informix.fan"
        family.do("INSERT INTO c VALUES (11, NULL)")
        assert family.rows("SELECT id FROM c") == [(10,), (11,)]

    def test_children_hold_their_parent(self, family: SQLClient) -> None:
        error = family.error("DELETE FROM p WHERE id = 2")
        assert (error.sqlcode, error.token) == (-692, "informix.u100_3")
        assert family.code("UPDATE p SET name = 'three' WHERE id = 2") == -692
        assert family.code("UPDATE p SET id = 9 WHERE id = 1") == -692
        family.do("UPDATE p SET id = 9 WHERE id = 2")  # nobody's parent by id

    def test_keys_may_change_hands(self, family: SQLClient) -> None:
        """Only what is there after the statement counts."""
        family.do("UPDATE p SET id = 3 - id")
        assert family.rows("SELECT name FROM p, c WHERE p.id = c.p") == [("two",)]

    def test_cascade(self, family: SQLClient) -> None:
        assert family.do("DELETE FROM p WHERE id = 1").rows == 1
        assert family.rows("SELECT * FROM c") == []
        family.session.begin()
        family.do("INSERT INTO c VALUES (12, 2)")
        family.do("DELETE FROM f")
        family.do("DELETE FROM p")
        family.session.rollback()
        assert family.rows("SELECT name FROM f") == [("two",)]
        assert family.rows("SELECT id FROM p") == [(2,)]

    def test_a_failing_statement_leaves_nothing(self, family: SQLClient) -> None:
        assert family.code("DELETE FROM p") == -692
        assert family.rows("SELECT id FROM c") == [(10,)]
        assert family.code("INSERT INTO c SELECT id, id + 1 FROM p") == -691
        assert family.rows("SELECT id FROM c") == [(10,)]

    def test_cascades_go_on(self, sql: SQLClient) -> None:
        sql.do(
            "CREATE TABLE n (id INT PRIMARY KEY, up INT, "
            "FOREIGN KEY (up) REFERENCES n ON DELETE CASCADE)"
        )
        for i in range(1, 6):
            sql.do("INSERT INTO n VALUES (?, ?)", i, i - 1 or None)
        sql.do("DELETE FROM n WHERE id = 3")
        assert sql.rows("SELECT id FROM n") == [(1,), (2,)]
        sql.do("UPDATE n SET up = 2 WHERE id = 1")  # a circle
        sql.do("DELETE FROM n WHERE id = 1")
        assert sql.rows("SELECT * FROM n") == []

    def test_keys_of_several_columns(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE p (a INT, b CHAR(2), PRIMARY KEY (a, b))")
        sql.do(
            "CREATE TABLE c (y CHAR(2), x INT, FOREIGN KEY (x, y) REFERENCES p (a, b))"
        )
        sql.do("INSERT INTO p VALUES (1, 'k')")
        sql.do("INSERT INTO c VALUES ('k', 1)")
        sql.do("INSERT INTO c VALUES (NULL, 5)")
        assert sql.code("INSERT INTO c VALUES ('l', 1)") == -691

    def test_what_others_have_not_committed(self, family: SQLClient) -> None:
        """A parent in dispute is a lock, not an absence."""
        other = family.another()
        other.session.begin()
        other.do("INSERT INTO p VALUES (3, 'three')")
        other.do("INSERT INTO c VALUES (13, 2)")
        assert family.codes("INSERT INTO c VALUES (14, 3)") == (-691, -107)
        family.do("DELETE FROM f")
        code, isam = family.codes("DELETE FROM p WHERE id = 2")
        assert (code, isam) == (-690, -107)
        other.session.commit()
        family.do("INSERT INTO c VALUES (14, 3)")

    @pytest.mark.parametrize(
        ("statement", "sqlcode"),
        [
            ("CREATE TABLE x (a INT REFERENCES nosuch)", -206),
            ("CREATE TABLE x (a INT REFERENCES c)", -297),
            ("CREATE TABLE x (a INT REFERENCES c (id))", -297),
            ("CREATE TABLE x (a INT, FOREIGN KEY (z) REFERENCES p)", -537),
            ("CREATE TABLE x (a INT, b INT, FOREIGN KEY (a, b) REFERENCES p)", -536),
            ("CREATE TABLE x (a DATE REFERENCES p)", -356),
            ("CREATE TABLE x (a SMALLINT REFERENCES p)", -356),
            ("CREATE TEMP TABLE x (a INT REFERENCES p)", -548),
            ("CREATE TABLE x (a INT REFERENCES p CONSTRAINT fan)", -625),
            ("ALTER TABLE c ADD CONSTRAINT FOREIGN KEY (id) REFERENCES p", -525),
        ],
    )
    def test_mistakes(self, family: SQLClient, statement: str, sqlcode: int) -> None:
        assert family.code(statement) == sqlcode

    def test_altering_either_table(self, family: SQLClient) -> None:
        family.do("ALTER TABLE p ADD note INT BEFORE id")
        family.do("ALTER TABLE c MODIFY id BIGINT")
        assert family.code("INSERT INTO c VALUES (11, 3)") == -691
        assert family.code("DELETE FROM p WHERE id = 2") == -692
        family.do("ALTER TABLE f DROP CONSTRAINT fan")
        family.do("DELETE FROM p WHERE id = 2")
        family.do("ALTER TABLE p DROP id")  # takes the key and what refers to it
        family.do("INSERT INTO c VALUES (11, 3)")
        assert family.rows("SELECT * FROM sysreferences") == []

    def test_indexes_behind_them(self, sql: SQLClient) -> None:
        """One that is there is shared, and stays when the user drops it."""
        indexes = "SELECT idxname FROM sysindexes WHERE tabid = 101"
        sql.do("CREATE TABLE p (a INT PRIMARY KEY)")
        sql.do("CREATE TABLE c (a INT, b INT)")
        sql.do("CREATE INDEX ia ON c (a)")
        sql.do("ALTER TABLE c ADD CONSTRAINT FOREIGN KEY (a) REFERENCES p")
        sql.do("ALTER TABLE c ADD CONSTRAINT FOREIGN KEY (b) REFERENCES p")
        assert sql.rows(indexes) == [("ia",), (" 101_3",)]
        sql.session.begin()
        sql.do("DROP INDEX ia")
        assert sql.rows(indexes) == [(" 101_2",), (" 101_3",)]
        sql.session.rollback()
        assert sql.rows(indexes) == [("ia",), (" 101_3",)]
        sql.do("DROP TABLE p")
        assert sql.rows(indexes) == [("ia",)]

    def test_go_with_the_parent(self, family: SQLClient) -> None:
        family.session.begin()
        family.do("DROP TABLE p")
        family.do("INSERT INTO c VALUES (11, 3)")
        family.session.rollback()
        assert family.code("INSERT INTO c VALUES (11, 3)") == -691
        family.do("DROP TABLE f")
        family.do("DELETE FROM p WHERE id = 2")


class TestChecks:
    def test_false_is_refused_unknown_is_not(self, sql: SQLClient) -> None:
        sql.do(
            "CREATE TABLE t (a INT CHECK (a > 0), b INT, CHECK (a < b) CONSTRAINT ab)"
        )
        sql.do("INSERT INTO t VALUES (1, 2)")
        sql.do("INSERT INTO t VALUES (NULL, NULL)")
        error = sql.error("INSERT INTO t VALUES (3, 2)")
        assert (error.sqlcode, error.isam, error.token) == (-530, 0, "informix.ab")
        assert sql.error("INSERT INTO t VALUES (0, 2)").token == "informix.c100_1"
        assert sql.code("UPDATE t SET b = 0 WHERE a = 1") == -530
        assert sql.rows("SELECT a FROM t") == [(1,), (None,)]

    def test_text_and_functions(self, sql: SQLClient) -> None:
        sql.do(
            "CREATE TABLE t (s CHAR(9) CHECK (s IN ('red', 'green') OR "
            "LENGTH(s) > 5), d DATE DEFAULT TODAY CHECK (d >= MDY(1, 1, 2000)))"
        )
        sql.do("INSERT INTO t (s) VALUES ('red')")
        sql.do("INSERT INTO t (s) VALUES ('orange')")
        assert sql.code("INSERT INTO t (s) VALUES ('blue')") == -530
        assert sql.code("INSERT INTO t VALUES ('red', '12/31/1999')") == -530

    def test_altering(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT CHECK (a > 0), b INT)")
        sql.do("INSERT INTO t VALUES (1, 2)")
        assert sql.code("ALTER TABLE t ADD CONSTRAINT CHECK (b > 5)") == -530
        sql.do("ALTER TABLE t ADD CONSTRAINT CHECK (b > 1) CONSTRAINT big")
        sql.do("ALTER TABLE t ADD c INT BEFORE a")
        assert sql.error("INSERT INTO t (b) VALUES (0)").token == "informix.big"
        sql.do("RENAME COLUMN t.b TO z")
        assert sql.error("INSERT INTO t (z) VALUES (0)").token == "informix.big"
        assert sql.rows("SELECT checktext FROM syschecks ORDER BY constrid") == [
            ("(a > 0 )",),
            ("(z > 1 )",),
        ]
        sql.do("ALTER TABLE t DROP z")
        sql.do("INSERT INTO t (a) VALUES (4)")
        assert sql.code("INSERT INTO t (a) VALUES (-4)") == -530

    def test_merge_is_checked(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT PRIMARY KEY, b INT CHECK (b < 9))")
        sql.do("INSERT INTO t VALUES (1, 8)")
        merge = (
            "MERGE INTO t USING (SELECT 1 k FROM sysmaster:sysdual) s ON t.a = s.k "
            "WHEN MATCHED THEN UPDATE SET b = b + 1"
        )
        assert sql.code(merge) == -530


class TestDeferred:
    def test_checked_at_commit(self, family: SQLClient) -> None:
        family.session.begin()
        family.do("SET CONSTRAINTS ALL DEFERRED")
        family.do("INSERT INTO c VALUES (11, 3)")
        family.do("DELETE FROM p WHERE id = 2")
        family.do("INSERT INTO p VALUES (3, 'three')")
        family.do("INSERT INTO p VALUES (4, 'two')")
        family.do("CREATE TABLE other (a INT)")
        family.do("TRUNCATE other")  # after which nothing but a commit may come
        family.session.commit()
        assert family.code("INSERT INTO c VALUES (11, 5)") == -691  # at once again

    def test_rows_of_others_do_not_count(self, family: SQLClient) -> None:
        other = family.another()
        for client in (family, other):
            client.session.begin()
            client.do("SET CONSTRAINTS ALL DEFERRED")
        other.do("INSERT INTO c VALUES (12, 4)")
        family.do("INSERT INTO c VALUES (11, 2)")
        family.session.commit()
        with pytest.raises(SQLError, match="-691"):
            other.session.commit()

    def test_what_breaks_one_is_rolled_back(self, family: SQLClient) -> None:
        family.session.begin()
        family.do("SET CONSTRAINTS ALL DEFERRED")
        family.do("INSERT INTO c VALUES (11, 3)")
        with pytest.raises(SQLError) as caught:
            family.session.commit()
        error = caught.value
        assert (error.sqlcode, error.isam) == (-691, -111)
        family.session.begin()
        family.do("SET CONSTRAINTS ALL DEFERRED")
        family.do("SET CONSTRAINTS fan IMMEDIATE")
        assert family.code("INSERT INTO f VALUES ('ten')") == -691
        family.do("INSERT INTO c VALUES (11, 3)")
        family.do("ALTER TABLE c ADD note INT")
        with pytest.raises(SQLError, match="-691"):
            family.session.commit()
        assert family.rows("SELECT id FROM c") == [(10,)]
        with pytest.raises(SQLError, match="-255"):
            family.session.commit()

    def test_by_name(self, family: SQLClient) -> None:
        family.do("ALTER TABLE f ADD CONSTRAINT CHECK (name > 'a') CONSTRAINT low")
        family.session.begin()
        family.do("SET CONSTRAINTS fan, low DEFERRED")
        family.do("INSERT INTO f VALUES ('Zero')")
        assert family.code("INSERT INTO c VALUES (11, 3)") == -691
        assert family.code("SET CONSTRAINTS low IMMEDIATE") == -530
        family.do("UPDATE f SET name = 'zero' WHERE name = 'Zero'")
        family.do("SET CONSTRAINTS low IMMEDIATE")
        assert family.code("INSERT INTO f VALUES ('One')") == -530
        assert family.code("SET CONSTRAINTS fan IMMEDIATE") == -691
        family.do("DELETE FROM f WHERE name = 'zero'")
        family.session.commit()

    def test_mistakes(self, family: SQLClient) -> None:
        assert family.code("SET CONSTRAINTS ALL DEFERRED") == -255
        family.session.begin()
        assert family.code("SET CONSTRAINTS nosuch DEFERRED") == -623
        family.do("SET CONSTRAINTS ALL IMMEDIATE")


def test_columns_take_nulls_when_what_forbade_them_is_dropped(sql: SQLClient) -> None:
    sql.do(
        "CREATE TABLE k (a INT PRIMARY KEY CONSTRAINT pk, b INT NOT NULL CONSTRAINT nn)"
    )
    assert sql.code("INSERT INTO k VALUES (NULL, 1)") == -703
    sql.do("ALTER TABLE k DROP CONSTRAINT pk")
    sql.do("INSERT INTO k VALUES (NULL, 1)")
    assert sql.code("INSERT INTO k VALUES (NULL, NULL)") == -391
    sql.do("ALTER TABLE k DROP CONSTRAINT nn")
    sql.do("INSERT INTO k VALUES (NULL, NULL)")
    assert sql.rows("SELECT COUNT(*) FROM k") == [(2,)]
