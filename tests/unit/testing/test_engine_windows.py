"""Window functions: values, types and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from engine_client import FLOAT, INTEGER, SQLClient, decimal, varchar

D = Decimal


@pytest.fixture
def t(sql: SQLClient) -> SQLClient:
    sql.do("CREATE TABLE a (x INT)")
    sql.do("CREATE TABLE b (y INT, z INT)")
    sql.do("CREATE TABLE c (q INT, r DECIMAL(6,2), s VARCHAR(5))")
    for x in (1, 2, 3):
        sql.do("INSERT INTO a VALUES (?)", x)
    for row in ((1, 5), (1, 6), (2, 7)):
        sql.do("INSERT INTO b VALUES (?, ?)", *row)
    for values in ((5, D("1.5"), "aa"), (7, D("2.25"), "bb"), (9, None, "cc")):
        sql.do("INSERT INTO c VALUES (?, ?, ?)", *values)
    return sql


@pytest.mark.parametrize(
    ("function", "found"),
    [
        ("ROW_NUMBER() OVER (ORDER BY z DESC)", [3, 2, 1]),
        ("ROWNUMBER() OVER (ORDER BY z)", [1, 2, 3]),
        ("RANK() OVER (ORDER BY y)", [1, 1, 3]),
        ("DENSE_RANK() OVER (ORDER BY y)", [1, 1, 2]),
        ("DENSERANK() OVER (PARTITION BY y ORDER BY z)", [1, 2, 1]),
        ("NTILE(2) OVER (ORDER BY z)", [1, 1, 2]),
        ("PERCENT_RANK() OVER (ORDER BY z)", [0.0, 0.5, 1.0]),
        ("CUME_DIST() OVER (ORDER BY y)", [2 / 3, 2 / 3, 1.0]),
        ("LAG(z) OVER (ORDER BY z)", [None, 5, 6]),
        ("LEAD(z, 2, 0) OVER (ORDER BY z)", [7, 0, 0]),
        ("FIRST_VALUE(z) OVER (PARTITION BY y ORDER BY z)", [5, 5, 7]),
        ("LAST_VALUE(z) OVER (PARTITION BY y ORDER BY z)", [5, 6, 7]),
        ("COUNT(*) OVER (PARTITION BY y)", [D(2), D(2), D(1)]),
        ("SUM(z) OVER (ORDER BY z)", [D(5), D(11), D(18)]),
        ("AVG(z) OVER (PARTITION BY y)", [D("5.5"), D("5.5"), D(7)]),
        ("MAX(z) OVER ()", [7, 7, 7]),
        ("RATIO_TO_REPORT(z) OVER (PARTITION BY y)", [D(5) / 11, D(6) / 11, D(1)]),
        ("SUM(z) OVER (ORDER BY z ROWS 1 PRECEDING)", [D(5), D(11), D(13)]),
        (
            "MIN(z) OVER (ORDER BY z ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)",
            [6, 7, None],
        ),
        (
            "COUNT(z) OVER (ORDER BY z RANGE BETWEEN 1 PRECEDING AND CURRENT ROW)",
            [D(1), D(2), D(2)],
        ),
    ],
)
def test_window_functions(t: SQLClient, function: str, found: list[object]) -> None:
    rows = t.rows(f"SELECT z, {function} FROM b ORDER BY z")
    for (_, value), expected in zip(rows, found, strict=True):
        if isinstance(expected, D):
            assert abs(value - expected) < D("1e-25")
        else:
            assert value == expected


def test_exact_windows(t: SQLClient) -> None:
    """Decimals, which SQLite could not add, and NULLs among them."""
    assert t.rows(
        "SELECT SUM(r) OVER (ORDER BY q), AVG(r) OVER (), STDEV(r) OVER (), "
        "RANGE(r) OVER (ORDER BY q) FROM c ORDER BY q"
    ) == [
        (D("1.50"), D("1.875"), D("0.375"), D(0)),
        (D("3.75"), D("1.875"), D("0.375"), D("0.75")),
        (D("3.75"), D("1.875"), D("0.375"), D("0.75")),
    ]
    assert t.rows("SELECT SUM(r) OVER () FROM c WHERE r IS NULL") == [(None,)]


def test_windows_after_grouping(t: SQLClient) -> None:
    grouped = "SELECT y, SUM(SUM(z)) OVER (ORDER BY y) FROM b GROUP BY y ORDER BY y"
    assert t.rows(grouped) == [(1, D(11)), (2, D(18))]
    assert t.rows("SELECT q FROM c ORDER BY ROW_NUMBER() OVER (ORDER BY s DESC)") == [
        (9,),
        (7,),
        (5,),
    ]
    assert t.rows(
        "SELECT y, z FROM (SELECT y, z, ROW_NUMBER() OVER (PARTITION BY y ORDER BY z) "
        "AS n FROM b) WHERE n = 1"
    ) == [(1, 5), (2, 7)]
    frame = "SELECT SUM(z) OVER (ORDER BY z ROWS ? PRECEDING) FROM b ORDER BY 1"
    assert t.rows(frame, 0) == [(D(5),), (D(6),), (D(7),)]


def test_window_types(t: SQLClient) -> None:
    query = (
        "SELECT RANK() OVER (ORDER BY q), CUME_DIST() OVER (ORDER BY q), "
        "LAG(s, 1, '-') OVER (ORDER BY q), SUM(r) OVER (), COUNT(*) OVER () FROM c"
    )
    assert t.types(query) == [
        INTEGER,
        FLOAT,
        varchar(5),
        decimal(32, 2),
        decimal(15, 0),
    ]
    assert t.names(query)[3:] == ["(sum)", "(count(*))"]


@pytest.mark.parametrize(
    ("query", "sqlcode"),
    [
        ("SELECT x FROM a WHERE RANK() OVER (ORDER BY x) = 1", -595),
        ("SELECT x FROM a GROUP BY x HAVING RANK() OVER (ORDER BY x) = 1", -595),
        ("SELECT SUM(RANK() OVER (ORDER BY x)) FROM a", -595),
        ("SELECT RANK() OVER (ORDER BY RANK() OVER (ORDER BY x)) FROM a", -595),
        ("SELECT RANK() OVER () FROM a", -201),
        ("SELECT RANK() OVER (ORDER BY x ROWS 1 PRECEDING) FROM a", -201),
        ("SELECT SUM(x) OVER (ROWS 1 PRECEDING) FROM a", -201),
        ("SELECT SUM(*) OVER () FROM a", -201),
        ("SELECT RANK(x) OVER (ORDER BY x) FROM a", -674),
        ("SELECT NTILE() OVER (ORDER BY x) FROM a", -674),
        ("SELECT NTH_VALUE(x, 2) OVER (ORDER BY x) FROM a", -674),
        ("SELECT RANK(x) FROM a", -674),
        ("SELECT SUM(s) OVER () FROM c", -367),
        ("SELECT COUNT(DISTINCT x) OVER () FROM a", -999),
        ("SELECT LAG(x) IGNORE NULLS OVER (ORDER BY x) FROM a", -999),
        ("SELECT SUM(x) OVER (ORDER BY x ROWS x PRECEDING) FROM a", -999),
        ("SELECT SUM(x) OVER (ORDER BY x ROWS 1.5 PRECEDING) FROM a", -201),
        ("SELECT SUM(x) OVER (ORDER BY x ROWS -1 PRECEDING) FROM a", -944),
        ("SELECT SUM(x) OVER (ORDER BY x RANGE -1 PRECEDING) FROM a", -944),
        ("SELECT SUM(q) OVER (ORDER BY r RANGE 1 PRECEDING) FROM c", -999),
        ("SELECT y, SUM(z) OVER () FROM b GROUP BY y", -294),
    ],
)
def test_windows_refused(t: SQLClient, query: str, sqlcode: int) -> None:
    assert t.code(query) == sqlcode
