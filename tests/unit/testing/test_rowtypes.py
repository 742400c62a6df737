"""Named ROW types: created, used, dropped; their description."""

from __future__ import annotations

import pytest
from engine_client import SQLClient

from informix_db.testing.api import CompositeValue


@pytest.fixture
def types(sql: SQLClient) -> SQLClient:
    sql.do("create row type address (street varchar(20), zip char(5) not null)")
    sql.do("create row type person (name varchar(10), home address)")
    return sql


def test_values(types) -> None:
    types.do("create table t (k int, p person, l list(address not null))")
    types.do(
        "insert into t values (1, row('joe', row('main', '12345'))::person,"
        " list{row('a', 'b')})"
    )
    types.do("insert into t (k, p) values (2, 'ROW(''ann'', NULL)')")
    types.do("update t set p = cast(row('bob', null) as person) where k = 2")
    home = CompositeValue("ROW('main','12345')", ("main", "12345"))
    joe = CompositeValue("ROW('joe',ROW('main','12345'))", ("joe", home))
    bob = CompositeValue("ROW('bob',NULL)", ("bob", None))
    assert types.rows("select p from t") == [(joe,), (bob,)]
    assert types.code("insert into t (p) values (row('x')::person)") == -9634


def test_described_as_the_row_it_is(types) -> None:
    """Names of fields are told as they are, those of types in capitals."""
    types.do("create table t (p person)")
    (column,) = types.session.prepare("select p from t").columns
    assert column.type.name == (
        "ROW(name VARCHAR(10),home ROW(street VARCHAR(20),zip CHAR(5) NOT NULL))"
    )
    assert (column.type.code, column.type.extended_id) == (22, 2051)


def test_fields_that_cannot_be(sql) -> None:
    """(ERR -9805, -9806)"""
    assert sql.code("create row type r (a serial)") == -9805
    assert sql.code("create row type r (a int, a int)") == -9806
    assert sql.code("create row type r (a text)") == -999


def test_types_without_a_name_are_of_none(types) -> None:
    """(SQR-25: 4118 is a named ROW, 22 one without a name)"""
    types.do("create table t (p person, r row(n int), s set(int not null))")
    assert types.rows(
        "select coltype from syscolumns where tabid > 99 order by colno"
    ) == [(4118,), (22,), (19,)]
    types.do("alter table t drop p")
    types.do("drop row type person restrict")
    types.do("drop row type address restrict")


def test_names_of_nested_fields(sql) -> None:
    sql.do("create table t (c list(row(a int, b set(row(d date) not null)) not null))")
    (column,) = sql.session.prepare("select c from t").columns
    assert column.type.name == (
        "LIST(ROW(a INTEGER,b SET(ROW(d DATE) NOT NULL)) NOT NULL)"
    )


def test_under(types) -> None:
    types.do("create row type worker (pay int) under person")
    types.do("create table t (w worker)")
    types.do("insert into t values (row('joe', null, 7))")
    assert types.rows("select w from t")[0][0].items == ("joe", None, 7)
    assert types.code("create row type x (a int) under nothing") == -9628


def test_in_routines(types) -> None:
    types.do(
        "create function f(n varchar(10)) returning person; define p person;"
        " let p = row('joe', null)::person; return p; end function"
    )
    assert types.rows("execute function f('x')")[0][0].items == ("joe", None)
    types.do("create procedure g(p person) end procedure")
    types.do("drop procedure g(person)")


def test_refused(types) -> None:
    assert types.code("create row type person (a int)") == -9631
    types.do("create row type if not exists person (a int)")
    assert types.code("create table t (a nothing)") == -9628
    assert types.code("drop row type nothing restrict") == -9628
    types.do("drop row type if exists nothing restrict")


@pytest.mark.parametrize(
    "use",
    [
        "table t (a list(address not null))",
        "row type other (a address)",
        "row type other (a int) under address",
        "procedure p(a address) end procedure",
        "function f() returning address; return null::address; end function",
    ],
)
def test_dropped_when_nothing_uses_it(sql, use) -> None:
    sql.do("create row type address (street varchar(20))")
    sql.do(f"create {use}")
    assert sql.code("drop row type address restrict") == -9630
    kind, name = use.split("(")[0].rsplit(maxsplit=1)
    if name == "other":
        name = "other restrict"
    sql.do(f"drop {kind} {name}")
    sql.do("drop row type address restrict")
    assert sql.code("drop row type address restrict") == -9628


def test_rolled_back(sql) -> None:
    sql.do("begin work")
    sql.do("create row type address (street varchar(20))")
    sql.do("rollback work")
    assert sql.code("create table t (a address)") == -9628
    sql.do("create row type address (street varchar(20))")
    sql.do("begin work")
    sql.do("drop row type address restrict")
    sql.do("rollback work")
    sql.do("create table t (a address)")


def test_source_can_be_written_again(types) -> None:
    database = types.session.current_database()
    assert [row_type.text for row_type in database.row_types] == [
        "CREATE ROW TYPE address (street VARCHAR(20),zip CHAR(5) NOT NULL)",
        "CREATE ROW TYPE person (name VARCHAR(10),"
        "home ROW(street VARCHAR(20),zip CHAR(5) NOT NULL))",
    ]
