"""Routines in SPL: variables, flow of control, statements, what they return."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from engine_client import SQLClient

from informix_db.testing.api import BoundParameter, SQLError, SQLType


def made(
    sql: SQLClient, body: str, returning: str = "int", parameters: str = ""
) -> str:
    """Create function f and return its name."""
    sql.do(
        f"create or replace function f({parameters}) returning {returning}; {body}"
        " end function"
    )
    return "f"


def result(sql: SQLClient, body: str, returning: str = "int") -> list[tuple[Any, ...]]:
    made(sql, body, returning)
    return sql.rows("execute function f()")


def value(sql: SQLClient, body: str, returning: str = "int") -> Any:
    ((found,),) = result(sql, body, returning)
    return found


@pytest.fixture
def table(sql: SQLClient) -> SQLClient:
    sql.do("create table t (a int, b varchar(20))")
    for a, b in ((1, "one"), (2, "two"), (3, None)):
        sql.do("insert into t values (?, ?)", a, b)
    return sql


# --- variables -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "returning", "expected"),
    [
        ("define a, b int; let a, b = 1, 2; return a + b", "int", 3),
        ("define a int; let a = '12'; return a", "int", 12),
        ("define a char(5); let a = 'ab'; return a || '|'", "char(6)", "ab   |"),
        ("define a varchar(3); let a = 'abcdef'; return a", "varchar(9)", "abc"),
        (
            "define a decimal(6,2); let a = 1.005; return a",
            "decimal(6,2)",
            Decimal("1.01"),
        ),
        (
            "define a date; let a = mdy(2,29,2024); return a + 1",
            "date",
            datetime.date(2024, 3, 1),
        ),
        ("define a boolean; let a = 't'; return a", "boolean", True),
        ("define a int; let a = null; return a", "int", None),
        (
            "define a varchar(9); let a = 'abcdef'; let a[2,3] = 'XY'; return a",
            "char(6)",
            "aXYdef",
        ),
        ("define a char(4); let a = 'ab'; let a[4] = 'z'; return a", "char(4)", "ab z"),
        (
            "define a int; let a = 1; begin define a int; let a = 2; end return a",
            "int",
            1,
        ),
        ("define a int; let a = 1; begin let a = 2; end return a", "int", 2),
        ("return 7.9", "int", 7),
        ("define a like t.b; let a = 'x'; return a", "varchar(20)", "x"),
        (
            "define a, b int; let a, b = (select t.a, 9 from t where t.a = 2);"
            " return a * b",
            "int",
            18,
        ),
        ("define a int; let a = (select max(t.a) from t); return a", "int", 3),
    ],
)
def test_variables(table, body, returning, expected) -> None:
    assert value(table, body + ";", returning) == expected


def test_an_unassigned_variable_has_no_value(sql) -> None:
    made(sql, "define a int; return a;")
    error = sql.error("execute function f()")
    assert (error.sqlcode, error.token) == (-696, "a")


def test_variables_hide_columns(table) -> None:
    body = (
        "define a, n int; let a = 1; select count(*) into n from t where a = 1;"
        " return n;"
    )
    assert value(table, body) == 3
    body = body.replace("where a", "where t.a")
    assert value(table, body) == 1


def test_variables_do_not_reach_into_views(table) -> None:
    table.do("create view v as select a from t where a > 1")
    body = "define a, n int; let a = 0; select count(*) into n from v; return n;"
    assert value(table, body) == 2


def test_global_variables_are_the_session_s(sql) -> None:
    sql.do(
        "create function g(n int) returning int; define global total int default 5;"
        " let total = total + n; return total; end function"
    )
    assert sql.rows("execute function g(1)") == [(6,)]
    assert sql.rows("execute function g(1)") == [(7,)]
    assert sql.another().rows("execute function g(1)") == [(6,)]
    made(sql, "define global total char(3) default ''; return 1;")
    assert sql.code("execute function f()") == -689


# --- flow of control -------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "if n > 5 then return 1; elif n > 2 then return 2; else return 3; end if",
            [1, 2, 3],
        ),
        (
            "case n when 9 then return 1; when 4 then return 2; else return 3;"
            " end case",
            [1, 2, 3],
        ),
        (
            "if n = 9 then return 1; end if; if n is null then return 2; end if"
            " return 3;",
            [1, 3, 3],
        ),
    ],
)
def test_branches(sql, body, expected) -> None:
    made(sql, body, parameters="n int")
    found = [sql.rows("execute function f(?)", n)[0][0] for n in (9, 4, 0)]
    assert found == expected


def test_an_unknown_condition_is_not_met(sql) -> None:
    assert value(sql, "if null::int = 1 then return 1; end if return 2;") == 2


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("for i = 1 to 3 let s = s || i; end for", "123"),
        ("for i = 3 to 1 let s = s || i; end for", "321"),
        ("for i in (1 to 9 step 4) let s = s || i; end for", "159"),
        ("for i in (5, 7 to 6, 2) let s = s || i; end for", "5762"),
        ("for i = 5 to 5 step -1 let s = s || i; end for", "5"),
        ("let i = 0; while i < 3 let i = i + 1; let s = s || i; end while", "123"),
        (
            "let i = 0; loop let i = i + 1; exit when i = 3; let s = s || i; end loop",
            "12",
        ),
        (
            "for i = 1 to 9 if i = 2 then continue for; end if"
            " if i = 5 then exit for; end if let s = s || i; end for",
            "134",
        ),
        (
            "<<outer>> for i = 1 to 3 let j = 0; while 1 = 1 let j = j + 1;"
            " if j = i then continue outer; end if let s = s || i || j || ' ';"
            " end while; end for",
            "21 31 32 ",
        ),
        (
            "foreach select a into i from t order by a desc let s = s || i;"
            " end foreach",
            "321",
        ),
        (
            "foreach select a into i from t if i = 2 then exit foreach; end if"
            " let s = s || i; end foreach",
            "1",
        ),
        ("foreach execute function upto(3) into i let s = s || i; end foreach", "123"),
    ],
)
def test_loops(table, loop, expected) -> None:
    table.do(
        "create function upto(n int) returning int; define i int;"
        " for i = 1 to n return i with resume; end for end function"
    )
    body = f"define i, j int; define s varchar(40); let s = ''; {loop} return s;"
    assert value(table, body, "varchar(40)") == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("let n = 1; goto out; let n = 2; <<out>> return n;", 1),
        ("<<back>> let n = n + 1; if n < 5 then goto back; end if return n;", 5),
        (
            "<<back>> for i in (1 to 9) let n = n + i;"
            " if n < 9 then goto back; end if return n; end for",
            9,
        ),
        (
            "foreach select tabid into i from systables let n = n + 1;"
            " begin if n = 3 then goto out; end if end end foreach <<out>> return n;",
            3,
        ),
        (
            "<<again>> while n < 3 let n = n + 1; end while"
            " if i is null then let i, n = 0, 0; goto again; end if return n;",
            3,
        ),
        (
            "begin on exception let n = 7; end exception with resume"
            " raise exception -746; goto out; let n = 8; end <<out>> return n;",
            7,
        ),
        (
            "begin define n int; let n = 4; goto out; end let n = 5; <<out>> return n;",
            0,
        ),
    ],
)
def test_goto(sql, body, expected) -> None:
    """(SQS-1340)"""
    assert result(sql, f"define n, i int; let n, i = 0, null; {body}") == [(expected,)]


def test_rows_of_a_loop_are_those_it_began_with(table) -> None:
    body = (
        "define x int; foreach select a into x from t"
        " insert into t values (x + 10, 'n'); end foreach"
        " select count(*) into x from t; return x;"
    )
    assert value(table, body) == 6


def test_the_current_row_of_a_loop(table) -> None:
    table.do(
        "create procedure p() define x int; foreach c for select a into x from t"
        " if x = 2 then delete from t where current of c; continue foreach; end if"
        " update t set b = 'n' || x where current of c; end foreach end procedure"
    )
    table.do("execute procedure p()")
    assert table.rows("select * from t") == [(1, "n1"), (3, "n3")]


# --- statements ------------------------------------------------------------------


def test_select_into(table) -> None:
    body = (
        "define x int; define y varchar(20);"
        " select a, b into x, y from t where a = {}; return x, y;"
    )
    returning = "int, varchar(20)"
    assert result(table, body.format(2), returning) == [(2, "two")]
    assert result(table, body.format(9), returning) == [(None, None)]
    made(table, body.format("a"), returning)
    assert table.code("execute function f()") == -284


def test_dml_and_ddl(table) -> None:
    table.do(
        "create procedure p(n int) create table u (x int);"
        " insert into u values (n); insert into u select a from t;"
        " update u set x = x + n where x < n; delete from u where x = n;"
        " create temp table w (y int); insert into w values (1); end procedure"
    )
    table.do("execute procedure p(3)")
    assert sorted(table.rows("select x from u")) == [(4,), (5,)]
    assert table.rows("select y from w") == [(1,)]
    assert table.code("execute procedure p(3)") == -310


def test_first_and_limits_may_be_variables(table) -> None:
    body = (
        "define n, s int; let n = 2; select sum(a) into s from"
        " (select first n a from t order by a) as q; return s;"
    )
    assert value(table, body) == 3


def test_execute_immediate(sql) -> None:
    sql.do(
        "create procedure p(n varchar(20)) execute immediate 'create table ' || n ||"
        " ' (a int)'; execute immediate 'insert into ' || n || ' values (4)';"
        " execute immediate 'execute procedure q()'; end procedure"
    )
    sql.do("create procedure q() insert into made values (5); end procedure")
    sql.do("execute procedure p('made')")
    assert sql.rows("select * from made") == [(4,), (5,)]


def test_current_is_the_same_all_through_a_call(sql) -> None:
    body = (
        "define a, b datetime year to fraction(3); define i int; let a = current;"
        " for i = 1 to 20000 let b = current; end for"
        " if a = b then return 1; end if return 0;"
    )
    assert value(sql, body) == 1


def test_serials_and_rows_are_known_inside(sql) -> None:
    sql.do("create table s (k serial, v int)")
    body = (
        "insert into s values (0, 1); insert into s values (0, 1);"
        " update s set v = 2;"
        " return dbinfo('sqlca.sqlerrd1'), dbinfo('sqlca.sqlerrd2');"
    )
    assert result(sql, body, "int, int") == [(2, 2)]


def test_what_the_server_must_not_do(sql) -> None:
    sql.do("create procedure p() system 'touch x'; end procedure")
    error = sql.error("execute procedure p()")
    assert (error.sqlcode, error.token) == (-999, "SYSTEM")


def test_trace_does_nothing(sql) -> None:
    body = "set debug file to 'x'; trace on; trace 'note'; trace off; return 1;"
    assert value(sql, body) == 1


# --- what is returned ------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "returning", "expected"),
    [
        ("return 1;", "int", [(1,)]),
        ("return 1, 'x';", "int, char(1)", [(1, "x")]),
        ("return 1 with resume; return 2 with resume;", "int", [(1,), (2,)]),
        ("return 1 with resume; return 2; return 3;", "int", [(1,), (2,)]),
        ("define a int; let a = 1;", "int", []),
        ("return;", "int", []),
    ],
)
def test_returned_rows(sql, body, returning, expected) -> None:
    assert result(sql, body, returning) == expected


def test_names_of_columns(sql) -> None:
    made(sql, "return 1, 2;", "int as one, int")
    assert sql.names("execute function f()") == ["one", "(expression)"]
    assert sql.types("execute function f()") == [(2, 4), (2, 4)]


def test_rows_are_made_as_they_are_fetched(table) -> None:
    made(
        table,
        "define i int; for i = 1 to 9 insert into t values (i, 'made');"
        " return i with resume; end for",
    )
    cursor = table.session.prepare("execute function f()").open([])
    count = "select count(*) from t where b = 'made'"
    assert cursor.fetch(100) == [(1,)]
    assert table.rows(count) == [(Decimal(1),)]
    assert cursor.fetch(100) == [(2,)]
    assert table.rows(count) == [(Decimal(2),)]
    cursor.close()
    with pytest.raises(SQLError) as caught:
        cursor.fetch(1)
    assert caught.value.sqlcode == -400
    assert table.rows(count) == [(Decimal(2),)]


def test_rows_by_their_number(sql) -> None:
    made(sql, "return 1 with resume; return 2 with resume; return 3;")
    cursor = sql.session.prepare("execute function f()").open([], scroll=True)
    assert cursor.fetch_last() == (3, (3,))
    assert (cursor.fetch_at(2), cursor.fetch_at(4)) == ((2,), None)


def test_returned_rows_are_nobodys_to_change(table) -> None:
    made(table, "return 1 with resume;")
    cursor = table.session.prepare("execute function f()").open([], name="c")
    assert cursor.fetch(1) == [(1,)]
    assert table.code("update t set a = 0 where current of c") == -360
    cursor.close()
    assert table.code("update t set a = 0 where current of c") == -507


def test_large_values(sql) -> None:
    sql.do("create table big (c text, b byte)")
    contents = [
        BoundParameter(SQLType(code, 56), data)
        for code, data in ((12, b"text" * 999), (11, bytes(3)))
    ]
    sql.session.prepare("insert into big values (?, ?)").execute(contents)
    body = (
        "define x references text; define y references byte;"
        " select c, b into x, y from big; insert into big values (x, y); return x, y;"
    )
    expected = (b"text" * 999, bytes(3))
    assert result(sql, body, "references text, references byte") == [expected]
    assert sql.rows("select * from big") == [expected] * 2
