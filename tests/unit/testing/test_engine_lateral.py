"""Derived tables that use the columns before them (SQS-0254)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from engine_client import SQLClient


@pytest.fixture
def staff(sql: SQLClient) -> SQLClient:
    sql.do("CREATE TABLE d (no INT PRIMARY KEY, name VARCHAR(9))")
    sql.do("CREATE TABLE e (id INT, dept INT, pay DECIMAL(8,2), nick CHAR(6))")
    for number, name in ((1, "it"), (2, "hr"), (3, "none")):
        sql.do("INSERT INTO d VALUES (?, ?)", number, name)
    for row in (
        (1, 1, Decimal("10.50"), "ab"),
        (2, 1, Decimal("20.25"), "cd"),
        (3, 1, Decimal(5), "x"),
        (4, 2, Decimal(7), None),
    ):
        sql.do("INSERT INTO e VALUES (?, ?, ?, ?)", *row)
    return sql


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (
            "SELECT * FROM d, LATERAL (SELECT id FROM e WHERE dept = d.no) "
            "WHERE no = 2",
            [(2, "hr", 4)],
        ),
        (
            "SELECT name, x.top, x.n FROM d, LATERAL (SELECT MAX(pay) AS top, "
            "COUNT(*) AS n FROM e WHERE e.dept = d.no) AS x ORDER BY 1",
            [
                ("hr", Decimal("7.00"), Decimal(1)),
                ("it", Decimal("20.25"), Decimal(3)),
                ("none", None, Decimal(0)),
            ],
        ),
        (
            "SELECT name, x.* FROM d, LATERAL (SELECT FIRST 2 id, nick FROM e "
            "WHERE dept = no ORDER BY pay DESC) x (a, b) ORDER BY a",
            [("it", 1, "ab"), ("it", 2, "cd"), ("hr", 4, None)],
        ),
        (
            "SELECT name, x.id FROM d LEFT JOIN LATERAL "
            "(SELECT id FROM e WHERE dept = d.no AND pay > 6) x ON x.id > 1 "
            "ORDER BY 1",
            [("hr", 4), ("it", 2), ("none", None)],
        ),
        (
            "SELECT SUM(x.p), x.nick FROM d, LATERAL (SELECT pay p, nick FROM e "
            "WHERE dept = d.no) x WHERE x.nick <= 'cd' GROUP BY x.nick ORDER BY 1",
            [(Decimal("10.50"), "ab"), (Decimal("20.25"), "cd")],
        ),
        (
            "SELECT z.m FROM d, LATERAL (SELECT MAX(id) m FROM e WHERE dept = no) "
            "y, LATERAL (SELECT y.m * 10 m FROM d i WHERE i.no = d.no) z "
            "ORDER BY 1",
            [(None,), (30,), (40,)],
        ),
        (
            "SELECT (SELECT COUNT(*) FROM LATERAL (SELECT id FROM e WHERE dept = "
            "d.no) x) FROM d ORDER BY 1 DESC",
            [(Decimal(3),), (Decimal(1),), (Decimal(0),)],
        ),
        (
            "SELECT x.k FROM d, LATERAL (SELECT id FROM e WHERE dept = d.no UNION "
            "ALL SELECT 100 + no FROM d i WHERE i.no = d.no) x (k) ORDER BY 1",
            [(1,), (2,), (3,), (4,), (101,), (102,), (103,)],
        ),
    ],
)
def test_rows(staff: SQLClient, query: str, rows: list[tuple[object, ...]]) -> None:
    assert staff.rows(query) == rows


def test_types(staff: SQLClient) -> None:
    query = "SELECT x.* FROM d, LATERAL (SELECT id, pay, nick FROM e WHERE dept = no) x"
    assert staff.types(query) == staff.types("SELECT id, pay, nick FROM e")


def test_in_a_view_and_in_conditions(staff: SQLClient) -> None:
    staff.do(
        "CREATE VIEW best (name, pay) AS SELECT d.name, x.p FROM d, LATERAL "
        "(SELECT MAX(pay) p FROM e WHERE dept = d.no) x"
    )
    assert staff.rows("SELECT name FROM best WHERE pay > 10") == [("it",)]
    staff.do(
        "DELETE FROM e WHERE id IN (SELECT x.i FROM d, LATERAL "
        "(SELECT MIN(no) * 4 i FROM d z WHERE z.no = d.no) x)"
    )
    assert staff.rows("SELECT MAX(id) FROM e") == [(3,)]


@pytest.mark.parametrize(
    ("source", "sqlcode"),
    [
        ("d, (SELECT id FROM e WHERE dept = d.no) x", -217),  # not LATERAL
        ("LATERAL (SELECT id FROM e WHERE dept = d.no) x, d", -217),
        (
            "d RIGHT JOIN LATERAL (SELECT id FROM e WHERE dept = no) x ON 1 = 1",
            -217,
        ),
        ("d FULL JOIN LATERAL (SELECT id FROM e WHERE dept = no) x ON 1 = 1", -217),
        ("d, OUTER e, LATERAL (SELECT id FROM e WHERE dept = d.no) x", -999),
    ],
)
def test_what_is_not_seen(staff: SQLClient, source: str, sqlcode: int) -> None:
    assert staff.code(f"SELECT x.id FROM {source}") == sqlcode


def test_waits_for_rows_of_others(staff: SQLClient) -> None:
    other = staff.another()
    other.session.begin()
    other.do("UPDATE e SET pay = 0 WHERE dept = 1")
    query = "SELECT x.id FROM d, LATERAL (SELECT id FROM e WHERE dept = no) x"
    assert staff.codes(query) == (-244, -107)
    assert len(other.rows(query)) == 4
