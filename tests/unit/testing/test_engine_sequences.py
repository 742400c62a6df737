"""Sequences."""

from __future__ import annotations

import pytest
from engine_client import SQLClient

LIMIT = 2**63 - 1


def following(sql: SQLClient, name: str = "s") -> int:
    (value,) = sql.row(f"{name}.NEXTVAL")
    return int(value)


def test_values_in_order(sql: SQLClient) -> None:
    sql.do("CREATE SEQUENCE s START WITH 5 INCREMENT BY 2")
    assert [following(sql) for _ in range(3)] == [5, 7, 9]
    assert sql.value("s.CURRVAL") == 9
    assert following(sql.another()) == 11
    assert sql.value("s.CURRVAL") == 9  # this session's own


def test_currval_needs_a_nextval_first(sql: SQLClient) -> None:
    sql.do("CREATE SEQUENCE s")
    assert sql.code("SELECT s.CURRVAL FROM sysmaster:sysdual") == -8315
    following(sql)
    assert sql.another().code("SELECT s.CURRVAL FROM sysmaster:sysdual") == -8315


def test_one_value_to_a_row(sql: SQLClient) -> None:
    sql.do("CREATE SEQUENCE s")
    sql.do("CREATE TABLE t (a INT8, b INT, c INT)")
    sql.do("INSERT INTO t VALUES (s.NEXTVAL, s.CURRVAL, s.NEXTVAL)")
    sql.do("INSERT INTO t SELECT s.NEXTVAL, a, a FROM t")
    assert sql.rows("SELECT * FROM t") == [(1, 1, 1), (2, 1, 1)]
    assert sql.rows("SELECT s.NEXTVAL, s.CURRVAL FROM t") == [(3, 3), (4, 4)]
    sql.do("UPDATE t SET b = s.NEXTVAL")
    assert sql.rows("SELECT b FROM t") == [(5,), (6,)]


def test_a_rollback_gives_nothing_back(sql: SQLClient) -> None:
    sql.do("CREATE SEQUENCE s")
    sql.session.begin()
    assert following(sql) == 1
    sql.session.rollback()
    assert following(sql) == 2


@pytest.mark.parametrize(
    ("options", "values"),
    [
        ("", [1, 2, 3]),
        ("INCREMENT BY -3", [-1, -4, -7]),
        ("START 7 MAXVALUE 8 CYCLE", [7, 8, 1]),
        ("START 2 INCREMENT -1 MINVALUE 1 MAXVALUE 9 CYCLE NOCACHE", [2, 1, 9]),
        ("START 8 MAXVALUE 9", [8, 9, -8313]),
        ("INCREMENT BY -1 MINVALUE -2 NOORDER CACHE 5", [-1, -2, -8314]),
        (f"START WITH {LIMIT} NOMAXVALUE NOMINVALUE NOCYCLE", [LIMIT, -8313, -8313]),
    ],
)
def test_options(sql: SQLClient, options: str, values: list[int]) -> None:
    sql.do(f"CREATE SEQUENCE s {options}")
    found = []
    for value in values:
        if value < -8000:
            found.append(sql.code("SELECT s.NEXTVAL FROM sysmaster:sysdual"))
        else:
            found.append(following(sql))
    assert found == values


def test_altering(sql: SQLClient) -> None:
    sql.do("CREATE SEQUENCE s MAXVALUE 20")
    following(sql)
    sql.do("ALTER SEQUENCE s INCREMENT BY 5")
    assert following(sql) == 6
    sql.do("ALTER SEQUENCE s RESTART WITH 3")
    assert following(sql) == 3
    sql.do("ALTER SEQUENCE s RESTART CYCLE")
    assert following(sql) == 3
    assert sql.code("ALTER SEQUENCE s MAXVALUE 2") == -8302
    assert following(sql) == 8  # as it was
    assert sql.rows(
        "SELECT inc_val, max_val, cycle, restart_val FROM syssequences"
    ) == [(5, 20, "1", 3)]


@pytest.mark.parametrize(
    ("statement", "sqlcode"),
    [
        ("CREATE SEQUENCE s", -8301),
        ("CREATE SEQUENCE t", -310),
        ("CREATE TABLE s (a INT)", -310),
        ("CREATE SEQUENCE q INCREMENT BY 0", -8302),
        ("CREATE SEQUENCE q MINVALUE 5 MAXVALUE 5", -8302),
        ("CREATE SEQUENCE q START WITH 0", -8302),
        ("CREATE SEQUENCE q CACHE 1", -8302),
        ("CREATE SEQUENCE q RESTART", -201),
        ("ALTER SEQUENCE s START WITH 4", -201),
        ("ALTER SEQUENCE q RESTART", -8300),
        ("DROP SEQUENCE q", -8300),
        ("SELECT q.NEXTVAL FROM t", -8300),
        ("SELECT * FROM s", -206),
        ("SELECT a FROM t WHERE a = s.NEXTVAL", -8319),
        ("SELECT (SELECT s.NEXTVAL FROM t) FROM t", -8319),
        ("CREATE VIEW v (n) AS SELECT s.NEXTVAL FROM t", -8319),
        ("GRANT INSERT ON s TO bob", -8320),
    ],
)
def test_mistakes(sql: SQLClient, statement: str, sqlcode: int) -> None:
    sql.do("CREATE SEQUENCE s")
    sql.do("CREATE TABLE t (a INT)")
    assert sql.code(statement) == sqlcode


def test_dropping_and_renaming(sql: SQLClient) -> None:
    sql.do("CREATE SEQUENCE s START 4")
    sql.do("CREATE SEQUENCE IF NOT EXISTS s")
    sql.do("RENAME SEQUENCE s TO r")
    assert following(sql, "r") == 4
    sql.do("CREATE SYNONYM sr FOR r")
    assert following(sql, "sr") == 5
    select = sql.session.prepare("SELECT r.NEXTVAL FROM sysmaster:sysdual")
    sql.do("DROP SEQUENCE r")
    with pytest.raises(Exception, match="-710"):
        select.open([])
    assert sql.rows("SELECT * FROM syssequences") == []
    sql.do("DROP SEQUENCE IF EXISTS r")


def test_columns_may_have_the_words_for_names(sql: SQLClient) -> None:
    sql.do("CREATE TABLE t (nextval INT)")
    sql.do("INSERT INTO t VALUES (1)")
    assert sql.rows("SELECT t.nextval FROM t") == [(1,)]
