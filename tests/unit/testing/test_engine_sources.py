"""Informix's own OUTER joins, quantified comparisons, WITH, tables of collections."""

from __future__ import annotations

from decimal import Decimal

import pytest
from engine_client import INTEGER, SQLClient, decimal, varchar

from informix_db.testing.sql import operators

D = Decimal


@pytest.fixture
def t(sql: SQLClient) -> SQLClient:
    sql.do("CREATE TABLE a (x INT, w INT)")
    sql.do("CREATE TABLE b (y INT, z INT)")
    sql.do("CREATE TABLE c (q INT, r DECIMAL(6,2), s VARCHAR(5))")
    for row in ((1, 10), (2, 20), (3, 30)):
        sql.do("INSERT INTO a VALUES (?, ?)", *row)
    for row in ((1, 5), (1, 6), (2, 7)):
        sql.do("INSERT INTO b VALUES (?, ?)", *row)
    for values in ((5, D("1.5"), "aa"), (7, D("2.25"), "bb"), (9, None, "cc")):
        sql.do("INSERT INTO c VALUES (?, ?, ?)", *values)
    return sql


# --- OUTER -------------------------------------------------------------------


def test_outer(t: SQLClient) -> None:
    def rows(tail: str) -> list[tuple[object, ...]]:
        return t.rows(f"SELECT x, z FROM {tail} ORDER BY 1, 2")

    every = [(1, 5), (1, 6), (2, 7), (3, None)]
    assert rows("a, OUTER b WHERE a.x = b.y") == every
    assert rows("OUTER b, a WHERE b.y = a.x") == every
    assert rows("a, OUTER (b) WHERE a.x = b.y") == every
    # A condition on the subservient table is part of the join ...
    some = [(1, 6), (2, 7), (3, None)]
    assert rows("a, OUTER b WHERE a.x = b.y AND b.z > 5") == some
    assert rows("a, OUTER b WHERE (a.x = b.y) AND (b.z > 5 AND b.z < 9)") == some
    # ... one on the dominant table is not.
    assert rows("a, OUTER b WHERE a.x = b.y AND a.x > 1") == [(2, 7), (3, None)]


def test_nested_outer(t: SQLClient) -> None:
    def rows(tail: str) -> list[tuple[object, ...]]:
        return t.rows(f"SELECT x, z, q FROM {tail} ORDER BY 1, 2")

    where = "WHERE a.x = b.y AND b.z = c.q"
    assert rows(f"a, OUTER (b, OUTER c) {where}") == [
        (1, 5, 5),
        (1, 6, None),
        (2, 7, 7),
        (3, None, None),
    ]
    assert rows(f"a, OUTER (b, c) {where}") == [
        (1, 5, 5),
        (2, 7, 7),
        (3, None, None),
    ]
    beside = "a, OUTER b, OUTER c WHERE a.x = b.y AND a.x + 4 = c.q"
    assert rows(beside) == [(1, 5, 5), (1, 6, 5), (2, 7, None), (3, None, 7)]
    # A subquery's columns count too.
    where += " AND EXISTS (SELECT 1 FROM a i WHERE i.x = b.y AND i.x = 2)"
    assert rows(f"a, OUTER (b, OUTER c) {where}") == [
        (1, None, None),
        (2, 7, 7),
        (3, None, None),
    ]


def test_outer_refused(t: SQLClient) -> None:
    assert t.code("SELECT x FROM a, OUTER b") == -395
    assert t.code("SELECT x FROM a, OUTER b WHERE b.z = 5") == -395
    two = "SELECT x FROM a, OUTER b, OUTER c WHERE a.x = b.y AND b.z = c.q"
    assert t.error(two).offset == two.index("b.z") + 1
    assert t.code(two) == -393
    nested = "SELECT x FROM a, OUTER (b, OUTER c) WHERE a.x = b.y AND a.x = c.q"
    assert t.code(nested) == -396
    assert t.code("SELECT z FROM OUTER b") == -201


# --- ANY and ALL -------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("x > ANY (SELECT y FROM b)", [2, 3]),
        ("x > SOME (SELECT y FROM b)", [2, 3]),
        ("x < ANY (SELECT y FROM b)", [1]),
        ("x >= ALL (SELECT y FROM b)", [2, 3]),
        ("x <= ALL (SELECT y FROM b)", [1]),
        ("x = ALL (SELECT y FROM b WHERE y = 2)", [2]),
        ("x = ALL (SELECT y FROM b)", []),
        ("x <> ANY (SELECT y FROM b)", [1, 2, 3]),
        ("x <> ANY (SELECT y FROM b WHERE y = 2)", [1, 3]),
        ("x <> ALL (SELECT y FROM b)", [3]),
        # Nothing to compare with.
        ("x > ALL (SELECT y FROM b WHERE y > 9)", [1, 2, 3]),
        ("x > ANY (SELECT y FROM b WHERE y > 9)", []),
        # NULL is neither: NOT leaves it what it is.
        ("x < ALL (SELECT r FROM c)", []),
        ("NOT x < ALL (SELECT r FROM c)", [2, 3]),
        ("x > ANY (SELECT r FROM c)", [2, 3]),
        ("NOT x > ANY (SELECT r FROM c)", []),
        # The query may look at the row outside, and types are brought together.
        ("x < ANY (SELECT z - 4 FROM b WHERE b.y = a.x)", [1, 2]),
        ("w::VARCHAR(5) > ALL (SELECT y FROM b)", [1, 2, 3]),
    ],
)
def test_quantified(t: SQLClient, condition: str, found: list[int]) -> None:
    rows = t.rows(f"SELECT x FROM a WHERE {condition} ORDER BY x")
    assert [x for (x,) in rows] == found


def test_quantified_aggregate(t: SQLClient) -> None:
    assert t.rows(
        "SELECT y FROM b GROUP BY y HAVING SUM(z) > ALL (SELECT q FROM c WHERE q < 9)"
    ) == [(1,)]


# --- WITH --------------------------------------------------------------------


def test_with(t: SQLClient) -> None:
    assert t.rows(
        "WITH k AS (SELECT x, w FROM a WHERE x > 1), m(v) AS (SELECT MAX(w) FROM k) "
        "SELECT k.x, v FROM k, m ORDER BY 1"
    ) == [(2, 30), (3, 30)]
    # Used twice, beside a subquery's own, hiding a table of the same name.
    assert t.rows(
        "WITH b AS (SELECT x FROM a WHERE x < 3) "
        "SELECT p.x, q.x FROM b p JOIN b q ON p.x < q.x"
    ) == [(1, 2)]
    assert t.rows(
        "SELECT x FROM a WHERE x IN (WITH k AS (SELECT y FROM b) SELECT y FROM k)"
    ) == [(1,), (2,)]
    query = "WITH k AS (SELECT w FROM a WHERE x = ?) SELECT w FROM k WHERE w > ?"
    assert t.rows(query, 2, 5) == [(20,)]
    assert t.types("WITH k(n) AS (SELECT r FROM c) SELECT n FROM k") == [decimal(6, 2)]


def test_recursive_with(t: SQLClient) -> None:
    count = (
        "(SELECT 1 FROM sysmaster:sysdual UNION ALL SELECT i + 1 FROM n WHERE i < 4)"
    )
    assert t.rows(f"WITH n(i) AS {count} SELECT i, i * i FROM n") == [
        (1, 1),
        (2, 4),
        (3, 9),
        (4, 16),
    ]
    path = (
        "WITH n(i, p) AS (SELECT x, x::VARCHAR(20) FROM a WHERE x = 1 UNION ALL "
        "SELECT b.z, n.p || '/' || b.z FROM n, b WHERE b.y = n.i) SELECT * FROM n"
    )
    assert sorted(t.rows(path)) == [(1, "1"), (5, "1/5"), (6, "1/6")]
    assert t.types(path) == [INTEGER, varchar(20)]


def test_a_recursion_without_end(t: SQLClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operators, "MAX_RECURSION", 1000)
    endless = "(SELECT x FROM a UNION ALL SELECT i + 0 FROM n {}) SELECT MAX(i) FROM n"
    for where in ("", "WHERE i > 0", "WHERE i > 5 OR i < 6"):
        error = t.error(f"WITH n(i) AS {endless.format(where)}")
        assert (error.sqlcode, error.token) == (
            -999,
            "recursion of more than 1,000 steps",
        )
    # The count starts anew with every statement.
    for _ in range(3):
        found = t.rows(f"WITH n(i) AS {endless.format('WHERE i > 900')}")
        assert found == [(3,)]
        thousand = "(SELECT x FROM a UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
        assert t.rows(f"WITH n(i) AS {thousand} SELECT MAX(i) FROM n") == [(300,)]


def test_with_refused(t: SQLClient) -> None:
    assert (
        t.code("WITH k AS (SELECT x FROM a), k AS (SELECT 1 FROM a) SELECT x FROM k")
        == -201
    )
    assert t.code("WITH k(p, q) AS (SELECT x FROM a) SELECT p FROM k") == -236
    assert t.code("WITH k AS (SELECT x FROM nobody) SELECT x FROM k") == -206
    assert t.code("WITH k AS (SELECT x FROM a) SELECT w FROM k") == -217
    union = "SELECT x FROM a UNION SELECT x + 1 FROM k WHERE x < 9"
    assert t.error(f"WITH k AS ({union}) SELECT x FROM k").token == (
        "recursive WITH without UNION ALL"
    )
    # The name means nothing outside its query.
    t.rows("WITH k AS (SELECT x FROM a) SELECT x FROM k")
    assert t.code("SELECT x FROM k") == -206


# --- collections and rows ----------------------------------------------------


def test_tables_of_collections(t: SQLClient) -> None:
    assert t.rows("SELECT n FROM TABLE(MULTISET(SELECT x FROM a)) AS k(n)") == [
        (1,),
        (2,),
        (3,),
    ]
    assert t.rows("SELECT k.x FROM TABLE(MULTISET(SELECT ITEM x FROM a)) k") == [
        (1,),
        (2,),
        (3,),
    ]
    assert t.rows("SELECT n FROM TABLE(LIST{2, 1, 2}) k(n)") == [(2,), (1,), (2,)]
    assert sorted(t.rows("SELECT n FROM TABLE(SET{2, 1, 2}) k(n)")) == [(1,), (2,)]
    rows = "SELECT * FROM TABLE(MULTISET{ROW(1, 'a'), ROW(2, 'bcd')}) k"
    assert t.rows(rows) == [(1, "a"), (2, "bcd")]
    assert t.names(rows) == ["unnamed_col_1", "unnamed_col_2"]
    assert t.code("SELECT n FROM TABLE(SET{}) k(n)") == -999


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("ROW(y, z) = ROW(1, 5)", [5]),
        ("ROW(y, z) <> ROW(1, 5)", [6, 7]),
        ("ROW(y, z) IN (ROW(1, 5), ROW(2, 7))", [5, 7]),
        ("ROW(y, z) NOT IN (ROW(1, 5), ROW(2, 7))", [6]),
        ("ROW(y, NULL::INT) = ROW(1, 2)", []),
        ("ROW(y, NULL::INT) <> ROW(2, 2)", [5, 6]),  # decided by y alone
    ],
)
def test_row_comparisons(t: SQLClient, condition: str, found: list[int]) -> None:
    assert [z for (z,) in t.rows(f"SELECT z FROM b WHERE {condition}")] == found


def test_row_comparisons_refused(t: SQLClient) -> None:
    assert t.code("SELECT z FROM b WHERE ROW(y, z) < ROW(1, 2)") == -999
    assert t.code("SELECT z FROM b WHERE ROW(y, z) = ROW(1)") == -1260
    assert t.code("SELECT z FROM b WHERE (y, z) = (1, 5)") == -201
    assert t.code("SELECT y FROM b INTERSECT ALL SELECT x FROM a") == -201


def test_with_before_changes(t: SQLClient) -> None:
    """The tables of WITH are known in the whole statement (from 14.10)."""
    t.do("WITH k(n) AS (SELECT MAX(x) FROM a) INSERT INTO a SELECT n + ?, n FROM k", 1)
    assert t.rows("SELECT x, w FROM a WHERE x > 2") == [(3, 30), (4, 3)]
    t.do(
        "WITH k AS (SELECT 1 n FROM a) INSERT INTO a VALUES (9, (SELECT MAX(n) FROM k))"
    )
    t.do(
        "WITH k AS (SELECT y, SUM(z) s FROM b GROUP BY y) UPDATE a "
        "SET w = (SELECT s FROM k WHERE k.y = a.x) WHERE x IN (SELECT y FROM k)"
    )
    t.do("WITH k AS (SELECT y FROM b) DELETE FROM a WHERE x > ALL (SELECT y FROM k)")
    assert t.rows("SELECT x, w FROM a") == [(1, 11), (2, 7)]
    assert t.code("WITH k AS (SELECT y FROM b) DELETE FROM k") == -206
    assert t.code("WITH k AS (SELECT y FROM b) MERGE INTO a USING k ON 1 = 1") == -201


LAST = "SET ISOLATION TO COMMITTED READ LAST COMMITTED"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT x, z FROM a, OUTER b WHERE a.x = b.y",
        "SELECT x, z FROM a, OUTER (b, OUTER c) WHERE a.x = b.y AND b.z = c.q",
        "SELECT x, z FROM a LEFT JOIN b ON a.x = b.y",
        "SELECT x, z FROM b RIGHT JOIN a ON a.x = b.y",
        "SELECT x, z FROM b FULL JOIN a ON a.x = b.y",
        "WITH k AS (SELECT * FROM b) SELECT x, z FROM a LEFT JOIN k ON x = k.y",
        "SELECT x, z FROM a LEFT JOIN TABLE(MULTISET(SELECT * FROM b)) k ON x = k.y",
    ],
)
def test_joins_see_what_is_committed(t: SQLClient, query: str) -> None:
    """Versions of rows that are not to be seen neither join nor take rows away."""
    committed = sorted(t.rows(query), key=repr)
    other = t.another()
    other.session.begin()
    other.do("DELETE FROM b WHERE z = 7")
    other.do("UPDATE b SET z = 50 WHERE z = 5")
    other.do("INSERT INTO b VALUES (3, 60)")
    other.do("INSERT INTO a VALUES (9, 90)")
    assert t.code(query) in (-244, -243)
    t.do(LAST)
    assert sorted(t.rows(query), key=repr) == committed
    own = sorted(other.rows(query), key=repr)
    assert own == [(1, 50), (1, 6), (2, None), (3, 60), (9, None)]
    other.session.commit()
    assert sorted(t.rows(query), key=repr) == own
