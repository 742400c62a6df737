"""Triggers: what fires them, what they see, and that they are part of the statement."""

from __future__ import annotations

import pytest
from engine_client import SQLClient


@pytest.fixture
def table(sql: SQLClient) -> SQLClient:
    sql.do("create table t (a int primary key, b varchar(10))")
    sql.do("create table log (s varchar(40))")
    sql.do(
        "create procedure note(s varchar(40)) insert into log values (s); end procedure"
    )
    return sql


def logged(sql: SQLClient) -> list[str]:
    return [row[0] for row in sql.rows("select s from log")]


def test_insert(table) -> None:
    table.do(
        "create trigger g insert on t referencing new as n"
        " before (execute procedure note('before'))"
        " for each row (insert into log values (n.a || n.b))"
        " after (execute procedure note('after'), insert into log values ('last'))"
    )
    table.do("insert into t values (1, 'x')")
    assert logged(table) == ["before", "1x", "after", "last"]
    table.do("delete from log where 1 = 1")
    table.do("insert into t select a + 1, b from t")
    table.do(
        "merge into t using (select 5 as k from log where s = 'last') q on t.a = q.k"
        " when not matched then insert (a) values (k)"
    )
    twice = ["before", "2x", "after", "last", "before", None, "after", "last"]
    assert logged(table) == twice


def test_update(table) -> None:
    table.do("insert into t values (1, 'x')")
    table.do("insert into t values (2, 'y')")
    table.do(
        "create trigger g update of b on t referencing old as o new as n"
        " for each row when (n.b <> o.b) (execute procedure note(o.b || '>' || n.b))"
    )
    table.do("update t set b = 'y'")
    table.do("update t set a = a + 10")
    assert logged(table) == ["x>y"]
    assert table.rows("select * from t") == [(11, "y"), (12, "y")]


def test_update_of_other_columns(table) -> None:
    table.do("insert into t values (1, 'x')")
    table.do("create trigger g update of b on t after (execute procedure note('b'))")
    table.do("create trigger h update on t after (execute procedure note('any'))")
    table.do("update t set a = 2")
    assert logged(table) == ["any"]
    table.do("update t set a = 3, b = 'y'")
    assert logged(table) == ["any", "b", "any"]


def test_delete(table) -> None:
    table.do("insert into t values (1, 'x')")
    table.do(
        "create trigger g delete on t referencing old as o"
        " for each row (execute procedure note(o.b),"
        " update t set b = 'z' where a > o.a)"
    )
    table.do("insert into t values (2, 'y')")
    table.do("delete from t where a = 1")
    assert logged(table) == ["x"]
    assert table.rows("select * from t") == [(2, "z")]


def test_part_of_the_statement(table) -> None:
    table.do(
        "create trigger g insert on t referencing new as n"
        " for each row (execute procedure note('row'),"
        " insert into log values (1 / n.a))"
    )
    assert table.code("insert into t values (0, 'x')") == -1202
    assert (logged(table), table.rows("select * from t")) == ([], [])
    table.do("begin work")
    table.do("insert into t values (1, 'x')")
    assert len(logged(table)) == 2
    table.do("rollback work")
    assert logged(table) == []


def test_an_error_of_a_trigger(table) -> None:
    table.do("create procedure no() raise exception -746, 0, 'never'; end procedure")
    table.do("create trigger g delete on t before (execute procedure no())")
    table.do("insert into t values (1, 'x')")
    error = table.error("delete from t")
    assert (error.sqlcode, error.token) == (-746, "never")


def test_cascades(table) -> None:
    table.do("create table u (a int)")
    table.do(
        "create trigger g insert on t referencing new as n"
        " for each row (insert into u values (n.a))"
    )
    table.do(
        "create trigger h insert on u referencing new as n"
        " for each row (execute procedure note('u' || n.a))"
    )
    table.do("insert into t values (3, '')")
    assert logged(table) == ["u3"]
    table.do(
        "create trigger i insert on u referencing new as n"
        " for each row (insert into u values (n.a + 1))"
    )
    assert table.code("insert into t values (4, '')") == -748
    assert logged(table) == ["u3"]


@pytest.mark.parametrize(
    ("text", "sqlcode"),
    [
        ("g insert on t after (delete from log)", -743),
        ("h insert on nothing after (delete from log)", -206),
        ("h insert on w after (delete from log)", -548),
        ("h update of c on t after (delete from log)", -217),
        ("h update of a, b, a on t after (delete from log)", -542),
        ("h insert on systables after (delete from log)", -389),
        ("h insert on t referencing new as n after (delete from log)", -730),
        ("h insert on t referencing old as o for each row (delete from log)", -732),
        ("h delete on t referencing new as n for each row (delete from log)", -732),
        ("h insert on t referencing new as t for each row (delete from log)", -734),
        (
            "h update on t referencing old as r new as r for each row (delete from t)",
            -734,
        ),
        ("h insert on t after (commit work)", -744),
        ("h insert on t", -729),
        ("h insert on t after (select 1 from t)", -201),
        ("h select on t after (delete from log)", -999),
        ("h insert on t for each row (execute procedure note('') into b)", -999),
    ],
)
def test_refused(table, text, sqlcode) -> None:
    table.do("create temp table w (a int)")
    table.do("create trigger g insert on t after (delete from log)")
    assert table.code(f"create trigger {text}") == sqlcode
    table.do("create trigger if not exists g insert on t after (delete from log)")


def test_dropped(table) -> None:
    def text(name: str) -> str:
        action = f"execute procedure note('{name}')"
        return f"create trigger {name} insert on t after ({action})"

    table.do(text("g"))
    table.do(text("h") + " disabled")
    table.do("begin work")
    table.do("drop trigger g")
    table.do(text("i"))
    table.do("insert into t values (1, '')")
    assert logged(table) == ["i"]
    table.do("rollback work")
    table.do("insert into t values (1, '')")
    assert logged(table) == ["g"]
    table.do("drop trigger g")
    assert table.code("drop trigger g") == -634
    table.do("drop trigger if exists g")
    table.do("drop table t")
    assert table.code("drop trigger h") == -634
