"""SELECT: joins, grouping, ordering, subqueries, set operations, errors.

Tags in parentheses are sources that docs/EMULATOR.md lists.
"""

from __future__ import annotations

import random
import sqlite3
from decimal import Decimal

import pytest
from engine_client import SQLClient

D = Decimal


@pytest.fixture
def t(sql: SQLClient) -> SQLClient:
    sql.do("CREATE TABLE emp (id INT, name VARCHAR(10), dept INT, pay DECIMAL(8,2))")
    sql.do("CREATE TABLE dept (id INT, name CHAR(8))")
    for row in (
        (1, "Ann", 10, D(100)),
        (2, "Bob", 10, D("200.5")),
        (3, "Cy", 20, None),
        (4, "Di", None, D(50)),
    ):
        sql.do("INSERT INTO emp VALUES (?, ?, ?, ?)", *row)
    for row in ((10, "Sales"), (20, "IT"), (30, "Empty")):
        sql.do("INSERT INTO dept VALUES (?, ?)", *row)
    return sql


def test_joins(t: SQLClient) -> None:
    def pairs(tail: str) -> list[tuple[object, ...]]:
        return t.rows(f"SELECT e.name, d.name FROM {tail} ORDER BY 1, 2")

    inner = [("Ann", "Sales"), ("Bob", "Sales"), ("Cy", "IT")]
    assert pairs("emp e, dept d WHERE e.dept = d.id") == inner
    assert pairs("emp e JOIN dept d ON e.dept = d.id") == inner
    assert pairs("emp e INNER JOIN dept AS d ON d.id = e.dept") == inner
    left = [*inner, ("Di", None)]
    assert pairs("emp e LEFT JOIN dept d ON e.dept = d.id") == left
    assert pairs("dept d RIGHT OUTER JOIN emp e ON e.dept = d.id") == left
    full = [(None, "Empty"), *left]
    assert pairs("emp e FULL OUTER JOIN dept d ON e.dept = d.id") == full
    assert len(pairs("emp e CROSS JOIN dept d")) == 12
    # A condition in ON keeps the row, one in WHERE does not.
    assert len(pairs("emp e LEFT JOIN dept d ON e.dept = d.id AND d.id = 20")) == 4
    assert pairs("emp e LEFT JOIN dept d ON e.dept = d.id WHERE d.id = 20") == [
        ("Cy", "IT")
    ]
    nested = "emp e LEFT JOIN (dept d JOIN dept x ON d.id = x.id) ON e.dept = d.id"
    assert pairs(nested) == left


def test_grouping(t: SQLClient) -> None:
    assert t.rows(
        "SELECT dept, COUNT(*), COUNT(pay), SUM(pay), AVG(pay), MIN(name), MAX(pay) "
        "FROM emp GROUP BY dept ORDER BY dept"
    ) == [
        (None, D(1), D(1), D(50), D(50), "Di", D(50)),
        (10, D(2), D(2), D("300.50"), D("150.25"), "Ann", D("200.50")),
        (20, D(1), D(0), None, None, "Cy", None),
    ]
    assert t.rows(
        "SELECT dept d, COUNT(*) FROM emp GROUP BY 1 HAVING COUNT(*) > 1"
    ) == [(10, D(2))]
    assert t.rows("SELECT LENGTH(name), COUNT(*) FROM emp GROUP BY 1 ORDER BY 1") == [
        (2, D(2)),
        (3, D(2)),
    ]
    assert t.rows("SELECT COUNT(*), SUM(pay), MAX(id) FROM emp WHERE id > 9") == [
        (D(0), None, None)  # (SQS-1578)
    ]
    assert t.rows("SELECT COUNT(DISTINCT dept), COUNT(UNIQUE name) FROM emp") == [
        (D(2), D(4))
    ]


def test_deviations_are_those_of_the_population(t: SQLClient) -> None:
    """(L2DB, measured on IDS 14)"""
    ((deviation, variance, sample),) = t.rows(
        "SELECT STDEV(id), VARIANCE(id), STDDEV_SAMP(id) FROM emp"
    )
    assert variance == D("1.25")
    assert round(deviation, 6) == D("1.118034")
    assert round(sample, 6) == D("1.290994")
    assert t.rows("SELECT RANGE(pay) FROM emp") == [(D("150.50"),)]


def test_ordering(t: SQLClient) -> None:
    """NULLs are lowest (SQLN, HIB)."""

    def names(tail: str) -> str:
        return " ".join(name for (name,) in t.rows(f"SELECT name FROM emp {tail}"))

    assert names("ORDER BY pay, id") == "Cy Di Ann Bob"
    assert names("ORDER BY pay DESC") == "Bob Ann Di Cy"
    assert names("ORDER BY pay NULLS LAST") == "Di Ann Bob Cy"
    assert names("ORDER BY LENGTH(name) DESC, name DESC") == "Bob Ann Di Cy"
    assert names("") == "Ann Bob Cy Di"
    assert t.rows("SELECT id * -1 x FROM emp ORDER BY x") == [
        (-4,),
        (-3,),
        (-2,),
        (-1,),
    ]
    assert t.rows("SELECT dept FROM emp GROUP BY dept ORDER BY COUNT(*) DESC, 1") == [
        (10,),
        (None,),
        (20,),
    ]


def test_skip_first_limit(t: SQLClient) -> None:
    """(SQT-74, 4JS-msv_048)"""

    def ids(statement: str, *parameters: object) -> list[int]:
        return [found for (found,) in t.rows(statement, *parameters)]

    assert ids("SELECT FIRST 2 id FROM emp ORDER BY id DESC") == [4, 3]
    assert ids("SELECT SKIP 1 FIRST 2 id FROM emp ORDER BY id") == [2, 3]
    assert ids("SELECT SKIP 3 id FROM emp ORDER BY id") == [4]
    assert ids("SELECT LIMIT 1 id FROM emp ORDER BY id") == [1]
    assert ids("SELECT id FROM emp ORDER BY id LIMIT 2") == [1, 2]
    assert ids("SELECT SKIP ? FIRST ? id FROM emp ORDER BY id", 2, 1) == [3]
    assert ids("SELECT FIRST 0 id FROM emp") == []
    assert t.code("SELECT FIRST ? id FROM emp", None) == -944
    assert t.code("SELECT SKIP ? id FROM emp", -1) == -944
    assert t.code("SELECT 1 FROM emp WHERE id = (SELECT FIRST 1 id FROM emp)") == -944
    assert ids("SELECT id FROM (SELECT FIRST 1 id FROM emp ORDER BY id DESC) x") == [4]


def test_distinct(t: SQLClient) -> None:
    t.do("INSERT INTO dept VALUES (40, 'IT   ')")
    assert t.rows("SELECT DISTINCT name FROM dept ORDER BY 1") == [
        ("Empty",),
        ("IT",),
        ("Sales",),
    ]
    assert len(t.rows("SELECT UNIQUE 1 FROM dept")) == 1
    assert t.code("SELECT DISTINCT name FROM dept ORDER BY id") == -309


def test_subqueries(t: SQLClient) -> None:
    def names(where: str, *parameters: object) -> list[str]:
        found = t.rows(f"SELECT name FROM emp WHERE {where} ORDER BY id", *parameters)
        return [name for (name,) in found]

    assert names("dept IN (SELECT id FROM dept WHERE name = 'IT')") == ["Cy"]
    assert names("dept NOT IN (SELECT id FROM dept WHERE id > 10)") == ["Ann", "Bob"]
    assert names("NOT EXISTS (SELECT 1 FROM dept d WHERE d.id = emp.dept)") == ["Di"]
    assert names("pay = (SELECT MAX(pay) FROM emp)") == ["Bob"]
    assert names("pay > (SELECT AVG(x.pay) FROM emp x WHERE x.dept = emp.dept)") == [
        "Bob"
    ]
    assert names("dept = ANY (SELECT id FROM dept WHERE id < ?)", 15) == ["Ann", "Bob"]
    assert names("id IN (SELECT COUNT(*) FROM emp GROUP BY dept)") == ["Ann", "Bob"]
    assert t.rows(
        "SELECT (SELECT name FROM dept WHERE id = emp.dept) n FROM emp ORDER BY id"
    ) == [("Sales",), ("Sales",), ("IT",), (None,)]
    assert t.code("SELECT (SELECT id FROM dept) FROM emp") == -284
    assert t.code("SELECT 1 FROM emp WHERE id = (SELECT id, name FROM dept)") == -574
    assert (
        t.rows("SELECT (SELECT MAX(id) FROM dept WHERE id > 99) FROM dept")
        == [(None,)] * 3
    )


def test_derived_tables(t: SQLClient) -> None:
    assert t.rows(
        "SELECT x.n, y.c FROM (SELECT name n, id FROM dept) x, "
        "(SELECT dept, COUNT(*) FROM emp GROUP BY dept) AS y (d, c) "
        "WHERE x.id = y.d ORDER BY n"
    ) == [("IT", D(1)), ("Sales", D(2))]


def test_set_operations(t: SQLClient) -> None:
    def ids(statement: str) -> list[object]:
        return [found for (found,) in t.rows(statement + " ORDER BY 1")]

    assert ids("SELECT dept FROM emp UNION SELECT id FROM dept") == [None, 10, 20, 30]
    assert ids("SELECT id FROM dept UNION ALL SELECT 10 FROM dept WHERE id = 10") == [
        10,
        10,
        20,
        30,
    ]
    assert ids("SELECT id FROM dept INTERSECT SELECT dept FROM emp") == [10, 20]
    assert ids("SELECT id FROM dept MINUS SELECT dept FROM emp") == [30]
    # 1.0 and 1 are one value once both are DECIMAL.
    assert ids("SELECT 1.0 FROM dept UNION SELECT 1 FROM dept") == [D(1)]
    assert ids("SELECT 'IT' FROM dept UNION SELECT name FROM dept WHERE id = 20") == [
        "IT"
    ]
    assert t.code("SELECT id FROM dept UNION SELECT id, name FROM dept") == -317
    assert t.code("SELECT id FROM dept UNION SELECT name FROM dept") == -308
    assert t.code("SELECT id FROM dept UNION SELECT id FROM emp ORDER BY pay") == -374


def test_case_and_choices(t: SQLClient) -> None:
    assert t.rows(
        "SELECT CASE WHEN pay IS NULL THEN 'none' WHEN pay > 99 THEN 'much' ELSE "
        "'few' END, CASE dept WHEN 10 THEN 1 WHEN 20 THEN 2 END FROM emp ORDER BY id"
    ) == [("much", 1), ("much", 1), ("none", 2), ("few", None)]
    assert t.code("SELECT CASE WHEN id = 1 THEN 'a' ELSE 2 END FROM emp") == -800
    assert t.rows("SELECT name FROM emp WHERE pay IS NOT NULL AND NOT dept = 10") == []


@pytest.mark.parametrize(
    ("statement", "sqlcode", "offset", "token"),
    [
        ("SELECT nope FROM emp", -217, 8, "nope"),
        ("SELECT e.nope FROM emp e", -217, 8, "nope"),
        ("SELECT x.id FROM emp e", -217, 8, "x"),
        ("SELECT emp.id FROM emp e", -217, 8, "emp"),
        ("SELECT id FROM emp, dept", -324, 8, "id"),
        ("SELECT * FROM nowhere", -206, 15, "nowhere"),
        ("SELECT x.* FROM emp e", -206, 8, "x"),
        ("SELECT name, COUNT(*) FROM emp", -294, 1, "name"),
        ("SELECT name FROM emp GROUP BY dept", -294, 1, "name"),
        ("SELECT dept FROM emp GROUP BY dept HAVING id > 1", -304, 1, ""),
        ("SELECT dept FROM emp GROUP BY dept ORDER BY name", -294, 45, ""),
        ("SELECT id FROM emp WHERE COUNT(*) > 1", -595, 26, ""),
        ("SELECT SUM(MAX(id)) FROM emp", -544, 0, ""),
        ("SELECT SUM(name) FROM emp", -367, 0, ""),
        ("SELECT id FROM emp ORDER BY 2", -251, 29, ""),
        ("SELECT NULL FROM emp", -201, 8, ""),
        ("SELECT nosuch(1) FROM emp", -674, 8, "nosuch"),
        ("SELECT SUBSTR('a') FROM emp", -664, 8, "substr"),
        ("SELECT id FROM emp WHERE id", -9646, 26, ""),
        ("SELECT id FROM emp WHERE name LIKE 'a' ESCAPE 'xy'", -543, 0, ""),
        ("SELECT id FROM emp WHERE id MATCHES 'a'", -1203, 0, ""),
        ("SELECT id FROM emp WHERE id LIKE 'a'", -219, 0, ""),
        ("SELECT id[1,2] FROM emp", -305, 8, ""),
        ("SELECT name[5,20] FROM emp", -306, 8, ""),
        ("EXECUTE PROCEDURE nosuch(1)", -674, 19, "nosuch"),
        ("EXECUTE FUNCTION nosuch()", -674, 18, "nosuch"),
        ("SELEC id FROM emp", -201, 1, "SELEC"),
    ],
)
def test_bad_queries(
    t: SQLClient, statement: str, sqlcode: int, offset: int, token: str
) -> None:
    error = t.error(statement)
    assert (error.sqlcode, error.token) == (sqlcode, token)
    if offset:
        assert error.offset == offset


def test_many_conditions(t: SQLClient) -> None:
    """SQLite bounds the height of expressions; a flat list has none."""
    condition = " OR ".join(f"id = {i + 100}" for i in range(2000))
    assert t.rows(f"SELECT name FROM emp WHERE {condition} OR id = 1") == [("Ann",)]
    items = ", ".join(str(i) for i in range(2000))
    assert len(t.rows(f"SELECT name FROM emp WHERE id IN ({items})")) == 4


def test_wide_rows(sql: SQLClient) -> None:
    columns = ", ".join(f"c{i} INT" for i in range(500))
    sql.do(f"CREATE TABLE w ({columns})")
    sql.do(f"INSERT INTO w VALUES ({', '.join(str(i) for i in range(500))})")
    assert sql.rows("SELECT * FROM w") == [tuple(range(500))]


CONDITIONS = ["a = {}", "b < {}", "a IS NULL", "b <> {}", "a BETWEEN {} AND 7"]
QUERIES = [
    "SELECT a, b FROM l WHERE {w} ORDER BY 1, 2",
    "SELECT l.a, r.b FROM l, r WHERE l.a = r.a AND l.b > {n} ORDER BY 1, 2",
    "SELECT l.a, r.b FROM l LEFT JOIN r ON l.a = r.a AND r.b < {n} ORDER BY 1, 2",
    "SELECT a, MAX(b), MIN(b) FROM l GROUP BY a HAVING MAX(b) > {n} ORDER BY 1",
    "SELECT a FROM l WHERE {w} UNION SELECT b FROM r ORDER BY 1",
    "SELECT a FROM l WHERE b IN (SELECT b FROM r WHERE r.a > {n}) ORDER BY 1",
    "SELECT a FROM l WHERE NOT EXISTS (SELECT 1 FROM r WHERE r.a = l.b) ORDER BY 1",
    "SELECT a, (SELECT MAX(r.b) FROM r WHERE r.a = l.a) FROM l ORDER BY 1, 2",
    "SELECT x.a, x.c FROM (SELECT a, b + {n} c FROM l) x WHERE x.c > 5 ORDER BY 1, 2",
]


def test_neutral_sql_agrees_with_another_engine(sql: SQLClient) -> None:
    """300 random queries that every engine must answer alike."""
    chance = random.Random(1)
    other = sqlite3.connect(":memory:")
    for name in "lr":
        sql.do(f"CREATE TABLE {name} (a INT, b INT)")
        other.execute(f"CREATE TABLE {name} (a INT, b INT)")
        for _ in range(25):
            row = [chance.choice([None, *range(10)]) for _ in range(2)]
            sql.do(f"INSERT INTO {name} VALUES (?, ?)", *row)
            other.execute(f"INSERT INTO {name} VALUES (?, ?)", row)
    for _ in range(300):
        parts = [chance.choice(CONDITIONS).format(chance.randrange(10)) for _ in "123"]
        where = f"{parts[0]} AND ({parts[1]} OR NOT {parts[2]})"
        query = chance.choice(QUERIES).format(w=where, n=chance.randrange(10))
        assert sql.rows(query) == other.execute(query).fetchall(), query
    other.close()


@pytest.mark.parametrize("kind", ["RIGHT", "FULL"])
@pytest.mark.parametrize("constant", ["LENGTH('a') > 2", "e.id > 0 AND 1 = 2"])
def test_outer_joins_keep_rows_whatever_is_inside(
    t: SQLClient, kind: str, constant: str
) -> None:
    """SQLite 3.40 loses them where a join before has a constant condition."""
    query = (
        f"SELECT e.id, x.id FROM emp e JOIN dept d ON {constant} "
        f"{kind} JOIN dept x ON x.id = d.id ORDER BY 2"
    )
    assert t.rows(query) == [(None, 10), (None, 20), (None, 30)]


def test_constants_are_no_positions(t: SQLClient) -> None:
    assert t.rows("SELECT 30, COUNT(*) FROM emp GROUP BY 1") == [(30, D(4))]
    assert t.rows("SELECT 9, name FROM dept GROUP BY 1, 2 ORDER BY 2, 'x'") == [
        (9, "Empty"),
        (9, "IT"),
        (9, "Sales"),
    ]


def test_aggregates_in_order_by(t: SQLClient) -> None:
    by_count = "SELECT dept FROM emp GROUP BY dept ORDER BY COUNT(*) DESC, dept"
    assert t.rows(by_count) == [(10,), (None,), (20,)]
    assert t.rows("SELECT COUNT(*) FROM emp ORDER BY MAX(pay)") == [(D(4),)]
    assert t.code("SELECT name FROM emp ORDER BY COUNT(*)") == -294
    assert t.code("SELECT name[USER, 2] FROM dept") == -1213


def test_aggregates_of_an_outer_column_are_not_emulated(t: SQLClient) -> None:
    """They would be the outer query's, which SQLite and the binder do not agree on."""
    query = "SELECT id FROM emp WHERE id IN (SELECT MAX(emp.pay) FROM dept)"
    assert t.code(query) == -999
    correlated = (
        "SELECT id FROM emp WHERE 2 = (SELECT MAX(d.id - emp.dept) + 2 FROM dept d"
    )
    assert t.rows(f"{correlated} WHERE d.id = emp.dept) ORDER BY 1") == [
        (1,),
        (2,),
        (3,),
    ]


def test_a_join_with_many_conditions(t: SQLClient) -> None:
    many = " AND ".join(f"e.id <> {i + 50}" for i in range(1500))
    query = f"SELECT e.id FROM emp e JOIN dept d ON e.dept = d.id AND {many}"
    assert len(t.rows(query)) == 3


@pytest.mark.parametrize(
    ("query", "sqlcode"),
    [
        ("SELECT id FROM emp ORDER BY id FOR UPDATE", -365),
        ("SELECT COUNT(*) FROM emp FOR UPDATE", -365),
        ("SELECT DISTINCT id FROM emp FOR UPDATE", -365),
        ("SELECT RANK() OVER (ORDER BY id) FROM emp FOR UPDATE", -365),
        ("SELECT e.id FROM emp e, dept d FOR UPDATE", -365),
        ("SELECT id FROM emp UNION SELECT id FROM dept FOR UPDATE", -365),
        ("WITH k AS (SELECT id FROM emp) SELECT id FROM k FOR UPDATE", -365),
        ("SELECT id FROM systables FOR UPDATE", -217),
        ("SELECT tabid FROM systables FOR UPDATE", -365),
        ("SELECT id FROM emp FOR UPDATE OF id, nosuch", -217),
        ("SELECT VAR_SAMP(id) FROM emp", -201),  # (L2DB)
    ],
)
def test_queries_refused(t: SQLClient, query: str, sqlcode: int) -> None:
    assert t.code(query) == sqlcode
