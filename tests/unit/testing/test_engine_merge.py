"""MERGE, and UPDATE and DELETE with subqueries, lists of columns and subscripts."""

from __future__ import annotations

import pytest
from engine_client import SQLClient


@pytest.fixture
def t(sql: SQLClient) -> SQLClient:
    sql.do("CREATE TABLE t (k INT, v INT, s CHAR(6))")
    sql.do("CREATE TABLE u (k INT, v INT)")
    for row in ((1, 10, "abc"), (2, 20, "def")):
        sql.do("INSERT INTO t VALUES (?, ?, ?)", *row)
    for pair in ((2, 5), (3, 7)):
        sql.do("INSERT INTO u VALUES (?, ?)", *pair)
    return sql


def pairs(sql: SQLClient) -> list[tuple[object, ...]]:
    return sql.rows("SELECT k, v FROM t ORDER BY k, v")


MATCHED = "WHEN MATCHED THEN UPDATE SET v = t.v + u.v"
INSERT = "WHEN NOT MATCHED THEN INSERT (k, v) VALUES (u.k, u.v)"


@pytest.mark.parametrize(
    ("clauses", "count", "after"),
    [
        (MATCHED, 1, [(1, 10), (2, 25)]),
        (INSERT, 1, [(1, 10), (2, 20), (3, 7)]),
        (f"{MATCHED} {INSERT}", 2, [(1, 10), (2, 25), (3, 7)]),
        (f"{INSERT} {MATCHED}", 2, [(1, 10), (2, 25), (3, 7)]),
        ("WHEN MATCHED THEN DELETE", 1, [(1, 10)]),
        (f"WHEN MATCHED THEN DELETE {INSERT}", 2, [(1, 10), (3, 7)]),
        (
            "WHEN MATCHED THEN UPDATE SET (v, k) = ((SELECT MAX(v), 8 FROM u))",
            1,
            [(1, 10), (8, 7)],
        ),
    ],
)
def test_merge(
    t: SQLClient, clauses: str, count: int, after: list[tuple[int, int]]
) -> None:
    assert t.do(f"MERGE INTO t USING u ON t.k = u.k {clauses}").rows == count
    assert pairs(t) == after


def test_merge_of_a_query(t: SQLClient) -> None:
    """With aliases, parameters, and a row that is merged and one that is added."""
    merge = (
        "MERGE INTO t AS x USING (SELECT k, SUM(v) s FROM u WHERE k > ? GROUP BY k) y "
        "ON x.k = y.k WHEN MATCHED THEN UPDATE SET x.v = y.s + ? "
        "WHEN NOT MATCHED THEN INSERT VALUES (y.k, y.s, ?)"
    )
    assert t.do(merge, 1, 100, "new").rows == 2
    assert t.rows("SELECT * FROM t WHERE k > 1") == [
        (2, 105, "def"),
        (3, 7, "new"),
    ]


def test_merge_evaluates_what_it_uses_only(t: SQLClient) -> None:
    t.do("UPDATE u SET v = 0 WHERE k = 3")
    assert (
        t.do(
            "MERGE INTO t USING u ON t.k = u.k "
            "WHEN MATCHED THEN UPDATE SET v = 10 / u.v "
            "WHEN NOT MATCHED THEN INSERT (k, v) VALUES (u.k, 1 / (u.v + 1))"
        ).rows
        == 2
    )
    assert pairs(t) == [(1, 10), (2, 2), (3, 1)]


def test_merge_is_one_statement(t: SQLClient) -> None:
    """A row that would be changed twice: nothing is changed."""
    t.do("INSERT INTO u VALUES (2, 6)")
    merge = f"MERGE INTO t USING u ON t.k = u.k {MATCHED} {INSERT}"
    assert t.code(merge) == -26095
    assert pairs(t) == [(1, 10), (2, 20)]
    t.do("CREATE UNIQUE INDEX i ON t (v)")
    twice = "WHEN NOT MATCHED THEN INSERT (k, v) VALUES (u.k, 10)"
    assert t.codes(f"MERGE INTO t USING u ON t.k = u.k {twice}") == (-239, -100)
    t.session.begin()
    t.do(f"MERGE INTO t USING u ON t.k = u.k AND u.v < 6 {MATCHED}")
    assert pairs(t) == [(1, 10), (2, 25)]
    t.session.rollback()
    assert pairs(t) == [(1, 10), (2, 20)]


@pytest.mark.parametrize(
    ("merge", "sqlcode"),
    [
        (
            "MERGE INTO t USING u ON t.k = u.k WHEN MATCHED THEN UPDATE SET z = 1",
            -26090,
        ),
        (
            "MERGE INTO t USING u ON t.k = u.k "
            "WHEN NOT MATCHED THEN INSERT (z) VALUES (1)",
            -26090,
        ),
        ("MERGE INTO t USING u ON t.k = u.z WHEN MATCHED THEN DELETE", -217),
        (
            "MERGE INTO t USING u ON t.k = u.k "
            "WHEN NOT MATCHED THEN INSERT (k) VALUES (t.k)",
            -26092,
        ),
        (
            "MERGE INTO t USING u ON t.k = u.k "
            "WHEN NOT MATCHED THEN INSERT (k) VALUES (1, 2)",
            -236,
        ),
        ("MERGE INTO t USING u ON t.k = u.k", -201),
        ("MERGE INTO nobody USING u ON 1 = 1 WHEN MATCHED THEN DELETE", -206),
        ("MERGE INTO t USING nobody ON 1 = 1 WHEN MATCHED THEN DELETE", -206),
        ("MERGE INTO t USING u ON k = 1 WHEN MATCHED THEN DELETE", -324),
        ("MERGE INTO systables USING u ON 1 = 1 WHEN MATCHED THEN DELETE", -274),
    ],
)
def test_merge_refused(t: SQLClient, merge: str, sqlcode: int) -> None:
    assert t.code(merge) == sqlcode


# --- UPDATE and DELETE -------------------------------------------------------


def test_lists_of_columns(t: SQLClient) -> None:
    t.do("UPDATE t SET (k, v) = (5, 6) WHERE k = 1")
    t.do("UPDATE t SET (v, k) = ((SELECT MAX(v), MIN(k) FROM u)) WHERE k = 5")
    assert pairs(t) == [(2, 7), (2, 20)]
    t.do("UPDATE t SET (k, v, s) = ((SELECT k, v FROM u WHERE k = 3), 'x') WHERE v = 7")
    assert t.rows("SELECT * FROM t WHERE v = 7") == [(3, 7, "x")]
    # The query may look at the row, and have no row: then all are NULL.
    t.do("UPDATE t SET (v, s) = ((SELECT v * 2, 'y' FROM u WHERE u.k = t.k + 5))")
    assert t.rows("SELECT v, s FROM t") == [(None, None), (None, None)]


def test_subscripted_assignment(t: SQLClient) -> None:
    t.do("UPDATE t SET s[2,3] = 'XY' WHERE k = 1")
    t.do("UPDATE t SET s[5] = 'Z', v = 1 WHERE k = 2")
    assert t.rows("SELECT s FROM t ORDER BY k") == [("aXY",), ("def Z",)]
    t.do("UPDATE t SET s[1,3] = ?", "q")
    assert t.rows("SELECT s FROM t ORDER BY k") == [("q",), ("q   Z",)]


@pytest.mark.parametrize(
    ("statement", "sqlcode"),
    [
        ("UPDATE t SET (k, v) = (1)", -505),
        ("UPDATE t SET (k, v) = (1, 2, 3)", -505),
        ("UPDATE t SET (k, v) = ((SELECT k FROM u))", -505),
        ("UPDATE t SET (k) = ((SELECT k, v FROM u))", -505),
        ("UPDATE t SET (k, v) = ((SELECT k, v FROM u))", -284),
        ("UPDATE t SET k = 1, k = 2", -681),
        ("UPDATE t SET s[2,9] = 'x'", -306),
        ("UPDATE t SET s[3,2] = 'x'", -306),
        ("UPDATE t SET k[1] = 'x'", -305),
        # The table that is changed, in a subquery.
        ("UPDATE t SET v = (SELECT MAX(v) FROM t)", -360),
        ("UPDATE t SET (k, v) = ((SELECT k, v FROM t))", -360),
        ("UPDATE t SET v = 1 WHERE EXISTS (SELECT 1 FROM t i WHERE i.k > t.k)", -360),
        ("DELETE FROM t WHERE v > ANY (SELECT v FROM t i WHERE i.k = t.k)", -360),
        ("UPDATE t SET v = u.v FROM u WHERE u.k = t.k", -999),
        ("DELETE FROM t USING u WHERE u.k = t.k", -999),
    ],
)
def test_writes_refused(t: SQLClient, statement: str, sqlcode: int) -> None:
    assert t.code(statement) == sqlcode
    assert pairs(t) == [(1, 10), (2, 20)]


def test_reading_the_table_that_is_changed(t: SQLClient) -> None:
    """Allowed without a look at the row at hand, or for a single row."""
    t.do("UPDATE t SET v = v + 1 WHERE v IN (SELECT v FROM t WHERE v > 10)")
    assert pairs(t) == [(1, 10), (2, 21)]
    t.do("UPDATE t SET v = 0 WHERE v = (SELECT MIN(v) FROM t i WHERE i.k <= t.k)")
    assert pairs(t) == [(1, 0), (2, 21)]
    assert t.do("DELETE FROM t WHERE v = (SELECT MAX(v) FROM t)").rows == 1
    assert t.do("INSERT INTO t SELECT k + 1, v, s FROM t").rows == 1
    assert pairs(t) == [(1, 0), (2, 0)]
