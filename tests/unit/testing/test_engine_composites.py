"""Collections and ROWs in SQL: types, literals, strings, bound values."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from engine_client import SQLClient

from informix_db.testing.api import (
    BoundParameter,
    Column,
    CompositeValue,
    SQLError,
    SQLType,
)

INTEGER, VARCHAR = SQLType(2, 4), SQLType(13, 10)


def stored(sql: SQLClient, kind: str, literal: str) -> CompositeValue | None:
    """Return what a column of `kind` holds after a literal was inserted."""
    sql.do(f"create table t (c {kind})")
    sql.do(f"insert into t values ({literal})")
    ((value,),) = sql.rows("select c from t")
    assert value is None or isinstance(value, CompositeValue)
    return value


@pytest.mark.parametrize(
    ("kind", "literal", "text", "items"),
    [
        ("set(int not null)", "SET{2,1,2}", "SET{2,1}", (2, 1)),
        ("set(int not null)", "'SET{2,1,2}'", "SET{2,1}", (2, 1)),
        ("multiset(int not null)", "MULTISET{2,-1,2}", "MULTISET{2,-1,2}", (2, -1, 2)),
        ("list(int not null)", "LIST{}", "LIST{}", ()),
        ("list(int not null)", "LIST{'7'}", "LIST{7}", (7,)),
        (
            "list(varchar(10) not null)",
            "LIST{'it''s','a,b','{}',''}",
            "LIST{'it''s','a,b','{}',''}",
            ("it's", "a,b", "{}", ""),
        ),
        (
            "list(decimal(6,2) not null)",
            "LIST{1.5,-2}",
            "LIST{1.50,-2.00}",
            (Decimal("1.50"), Decimal("-2.00")),
        ),
        ("list(boolean)", "LIST{'t',NULL}", "LIST{'t',NULL}", (True, None)),
        (
            "row(a int, b varchar(10), d date)",
            "ROW(1,'x','02/29/2024')",
            "ROW(1,'x','2024-02-29')",
            (1, "x", datetime.date(2024, 2, 29)),
        ),
        ("row(a int, b int)", "ROW(NULL,NULL)", "ROW(NULL,NULL)", (None, None)),
    ],
)
def test_literals(sql, kind, literal, text, items) -> None:
    value = stored(sql, kind, literal)
    assert value == CompositeValue(text, items)
    assert list(map(type, value.items)) == list(map(type, items))


def test_nested(sql) -> None:
    value = stored(
        sql,
        "list(row(a int, s set(int not null)) not null)",
        "LIST{ROW(1,SET{2,2}),ROW(3,SET{})}",
    )
    assert value.text == "LIST{ROW(1,SET{2}),ROW(3,SET{})}"
    first, second = value.items
    assert first.items == (1, CompositeValue("SET{2}", (2,)))
    assert second.items == (3, CompositeValue("SET{}", ()))


def test_null(sql) -> None:
    assert stored(sql, "set(int not null)", "NULL") is None
    assert sql.rows("select 1 from t where c is null") == [(1,)]


def test_types_are_described_with_their_text(sql) -> None:
    sql.do(
        "create table t (s set(int not null), r row(a integer, b varchar(10)),"
        " n list(multiset(char(3) not null) not null) not null)"
    )
    columns = sql.session.prepare("select * from t").columns
    assert [(c.type.code, c.type.name, c.type.nullable) for c in columns] == [
        (19, "SET(INTEGER NOT NULL)", True),
        (22, "ROW(a INTEGER,b VARCHAR(10))", True),
        (21, "LIST(MULTISET(CHAR(3) NOT NULL) NOT NULL)", False),
    ]


@pytest.mark.parametrize(
    ("literal", "sqlcode"),
    [
        ("LIST{1}", -9634),
        ("ROW(1)", -9634),
        ("'SET{1'", -9634),
        ("'SET{1} x'", -9634),
        ("'abc'", -9634),
        ("''", -9634),
        ("SET{'x'}", -1213),
        ("SET{1+1}", -999),
        ("5", -1260),
    ],
)
def test_what_is_no_set(sql, literal, sqlcode) -> None:
    sql.do("create table t (c set(int not null))")
    assert sql.code(f"insert into t values ({literal})") == sqlcode
    assert sql.rows("select * from t") == []


def test_a_row_has_all_its_fields(sql) -> None:
    sql.do("create table t (r row(a int, b int))")
    assert sql.code("insert into t values (ROW(1))") == -9634


def test_a_literal_of_no_type(sql) -> None:
    assert sql.code("select SET{1} from sysmaster:sysdual") == -999
    assert sql.value("SET{1}::set(int not null)") == CompositeValue("SET{1}", (1,))


def test_as_text(sql) -> None:
    stored(sql, "list(int not null)", "LIST{1,2}")
    assert sql.rows("select c::varchar(20) from t") == [("LIST{1,2}",)]


def bound(code: int, element: SQLType, *items: object) -> BoundParameter:
    sql_type = SQLType(code, 0, fields=(Column("", element),))
    return BoundParameter(sql_type, CompositeValue("", items))


def test_a_bound_multiset_becomes_a_set(sql) -> None:
    sql.do("create table t (c set(int not null))")
    insert = sql.session.prepare("insert into t values (?)")
    assert insert.parameters[0].type.name == "SET(INTEGER NOT NULL)"
    insert.execute([bound(20, VARCHAR, "3", "3", "4")])
    assert sql.rows("select c from t") == [(CompositeValue("SET{3,4}", (3, 4)),)]


def test_bound_values_by_column(sql) -> None:
    sql.do("create table t (r row(a int, b varchar(10)))")
    insert = sql.session.prepare("insert into t values (?)")
    fields = (Column("a", INTEGER), Column("b", VARCHAR))
    row = SQLType(22, 0, fields=fields)
    insert.execute([BoundParameter(row, CompositeValue("", (1, "it's")))])
    insert.execute([BoundParameter(row, None)])
    insert.execute([BoundParameter(SQLType(40, 0, 1), "ROW(2,NULL)")])
    assert sql.rows("select r from t") == [
        (CompositeValue("ROW(1,'it''s')", (1, "it's")),),
        (None,),
        (CompositeValue("ROW(2,NULL)", (2, None)),),
    ]


def test_a_set_is_no_row(sql) -> None:
    sql.do("create table t (r row(a int))")
    insert = sql.session.prepare("insert into t values (?)")
    with pytest.raises(SQLError) as caught:
        insert.execute([bound(19, INTEGER, 1)])
    assert caught.value.sqlcode == -1260


def test_cardinality(sql: SQLClient) -> None:
    sql.do("CREATE TABLE k (s SET(INT NOT NULL), l LIST(INT NOT NULL), r ROW(a INT))")
    sql.do("INSERT INTO k VALUES (SET{1, 1, 2}, LIST{1, 1, 2}, ROW(1))")
    sql.do("INSERT INTO k VALUES (NULL, LIST{}, ROW(1))")
    query = "SELECT CARDINALITY(s), CARDINALITY(l) FROM k"
    assert sql.rows(query) == [(2, 3), (None, 0)]
    assert sql.code("SELECT CARDINALITY(r) FROM k") == -674
    assert sql.code("SELECT CARDINALITY(3) FROM k") == -674


def test_is_something_in_a_collection(sql: SQLClient) -> None:
    sql.do(
        "CREATE TABLE k (n INT, c CHAR(5), s SET(INT NOT NULL), "
        "l LIST(VARCHAR(5) NOT NULL), d SET(DATE NOT NULL))"
    )
    sql.do(
        "INSERT INTO k VALUES (1, 'b', SET{1, 2}, LIST{'a', 'b '}, SET{'02/29/2020'})"
    )
    sql.do("INSERT INTO k (n) VALUES (2)")
    for condition in ("2 IN s", "n IN (s)", "3 NOT IN s", "c IN l", "? IN d"):
        parameters = [datetime.date(2020, 2, 29)] * condition.count("?")
        query = f"SELECT n FROM k WHERE {condition}"
        assert sql.rows(query, *parameters) == [(1,)], condition
    assert sql.rows("SELECT n FROM k WHERE 3 IN s OR 'x' IN l") == []
    assert sql.code("SELECT n FROM k WHERE 1 IN (s, s)") == -9650


def test_fields(sql: SQLClient) -> None:
    """(ERR -9950): column.field, to any depth."""
    sql.do("CREATE ROW TYPE home (street VARCHAR(10), since DATE)")
    sql.do("CREATE TABLE t (k INT, p ROW(name CHAR(5), pay DECIMAL(5,2), h home))")
    sql.do("INSERT INTO t VALUES (1, ROW('joe', 1.5, ROW('main', '02/29/2020')::home))")
    sql.do("INSERT INTO t VALUES (2, ROW('ann', NULL, NULL))")
    sql.do("INSERT INTO t (k) VALUES (3)")
    query = "SELECT p.name, x.p.pay, p.h.street, x.p.h.since FROM t x ORDER BY k"
    assert sql.rows(query) == [
        ("joe  ", Decimal("1.50"), "main", datetime.date(2020, 2, 29)),
        ("ann  ", None, None, None),
        (None, None, None, None),
    ]
    assert sql.types(query) == [(0, 5), (5, 0x0502), (13, 10), (7, 4)]
    assert sql.names(query) == ["name", "pay", "street", "since"]
    where = "p.h.since > DATE(1) AND p.name || '.' = 'joe  .'"
    assert sql.rows(f"SELECT k FROM t WHERE {where}") == [(1,)]
    assert sql.code("SELECT k.name FROM t") == -9950
    assert sql.code("SELECT p.name.x FROM t") == -9950
    assert sql.error("SELECT p.nosuch FROM t").sqlcode == -217


@pytest.mark.parametrize(
    ("statement", "sqlcode"),
    [
        ("INSERT INTO k (s) VALUES (SET{1, NULL})", -9978),
        ("INSERT INTO k (s) VALUES ('SET{NULL}')", -9978),
        ("SELECT s FROM k ORDER BY s", -9608),
        ("SELECT s FROM k ORDER BY 1", -9608),
        ("SELECT DISTINCT s FROM k", -9607),
        ("SELECT s, COUNT(*) FROM k GROUP BY 1", -9606),
        ("SELECT x FROM k ORDER BY x", -614),
        ("SELECT DISTINCT x FROM k", -613),
        ("SELECT x, COUNT(*) FROM k GROUP BY x", -612),
        ("SELECT MAX(x) FROM k", -615),
        ("CREATE INDEX i ON k (x)", -610),
    ],
)
def test_what_has_no_order(sql: SQLClient, statement: str, sqlcode: int) -> None:
    """(ERR)"""
    sql.do("CREATE TABLE k (s SET(INT NOT NULL), x TEXT)")
    assert sql.code(statement) == sqlcode
