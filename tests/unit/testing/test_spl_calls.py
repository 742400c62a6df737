"""Calls of routines: which one is meant, by whom, inside what, and for how long."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from engine_client import SQLClient

from informix_db.testing.api import SQLError


@pytest.fixture
def routines(sql: SQLClient) -> SQLClient:
    for text in (
        "function two(a int) returning char(9); return 'int'; end function",
        "function two(a varchar(9)) returning char(9); return 'text'; end function",
        "function two(a int, b int default 7) returning char(9); return 'ints ' || b;"
        " end function",
        "function next(n int) returning int; return n + 1; end function",
        "procedure nothing() end procedure",
        "function pair() returning int, int; return 1, 2; end function",
        "function rows() returning int; return 1 with resume; return 2; end function",
    ):
        sql.do(f"create {text}")
    sql.do("create table t (a int)")
    for a in (1, 2, 3):
        sql.do("insert into t values (?)", a)
    return sql


# --- which one -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("two('x')", "text"),
        ("two(1)", "int"),
        ("two('1'::varchar(5))", "text"),
        ("two(1, 2)", "ints 2"),
        ("two(b = 3, a = 1)", "ints 3"),
        ("two(1, b = 4)", "ints 4"),
        ("two(a = 1, b = (select max(a) from t))", "ints 3"),
    ],
)
def test_the_routine_meant(routines, call, expected) -> None:
    ((found,),) = routines.rows(f"execute function {call}")
    assert found.strip() == expected


def test_overloads_of_built_in_functions(sql) -> None:
    sql.do(
        "create function lower(a int, b int) returning int; return a - b; end function"
    )
    sql.do("create function upper() returning int; return 4; end function")
    assert sql.row("lower('AB'), lower(5, 2), upper()") == ("ab", 3, 4)


@pytest.mark.parametrize(
    ("call", "sqlcode", "token"),
    [
        ("function nobody()", -674, "nobody"),
        ("function two()", -674, "two"),
        ("function two(1, 2, 3)", -674, "two"),
        ("function two(c = 1)", -695, "two"),
        ("function two(1, a = 1)", -674, "two"),
        ("function two(?)", -9700, "two"),
        ("function nothing()", -674, "nothing"),
        ("function next('x')", -1213, ""),
        ("function next(a)", -217, "a"),
    ],
)
def test_no_routine_is_meant(routines, call, sqlcode, token) -> None:
    arguments = [1] * call.count("?")
    error = routines.error(f"execute {call}", *arguments)
    assert (error.sqlcode, error.token) == (sqlcode, token)


def test_parameters_have_the_routine_s_types_and_names(routines) -> None:
    statement = routines.session.prepare("execute function two(b = ?, a = ?)")
    assert [(c.name, c.type.code) for c in statement.parameters] == [("b", 2), ("a", 2)]
    statement = routines.session.prepare("execute function next(? + ?)")
    assert [column.name for column in statement.parameters] == ["", ""]
    assert routines.rows("execute function next(?)", "41") == [(42,)]
    assert routines.session.prepare("execute procedure nothing()").statement_type == 56


def test_created_once(routines) -> None:
    text = "procedure nothing() end procedure"
    assert routines.code(f"create {text}") == -673
    routines.do(f"create {text.replace('nothing', 'if not exists nothing')}")
    routines.do(f"create or replace {text}")
    assert routines.code("create procedure two(x int) end procedure") == -673


def test_dropped(routines) -> None:
    assert routines.code("drop function two") == -9700
    routines.do("drop function two(int)")
    routines.do("drop routine two(int, int)")
    assert routines.rows("execute function two(1)") == [("text",)]
    assert routines.code("drop function nothing") == -674
    routines.do("drop procedure two")  # means functions, too (SQT-434)
    assert routines.code("drop function two") == -674
    assert routines.code("drop function nothing") == -674
    routines.do("drop function if exists two")


def test_a_prepared_call_of_a_routine_that_was_replaced(routines) -> None:
    statement = routines.session.prepare("execute function next(1)")
    routines.do(
        "create or replace function next(n int) returning int; return 9; end function"
    )
    with pytest.raises(SQLError) as caught:
        statement.open([])
    assert caught.value.sqlcode == -721


def test_statements_follow_their_tables(routines) -> None:
    routines.do(
        "create function total() returning int; return (select sum(a) from t);"
        " end function"
    )
    assert routines.rows("execute function total()") == [(6,)]
    routines.do("drop table t")
    assert routines.code("execute function total()") == -206
    routines.do("create table t (x int, a int)")
    assert routines.rows("execute function total()") == [(None,)]


def test_a_routine_calls_what_its_callee_is_now(sql) -> None:
    sql.do("create function g() returning int; return 1; end function")
    for name, call in (("f", "return g();"), ("h", "return (select g() from one);")):
        sql.do(f"create function {name}() returning int; {call} end function")
    sql.do("create table one (x int)")
    sql.do("insert into one values (1)")
    for expected in (1, 2):
        sql.do(
            f"create or replace function g() returning int; return {expected};"
            " end function"
        )
        assert sql.rows("execute function f()") == [(expected,)]
        assert sql.rows("execute function h()") == [(expected,)]


# --- by other routines -----------------------------------------------------------


def test_calls_of_routines(routines) -> None:
    routines.do(
        "create function f() returning int, int, int; define a, b, c int;"
        " call nothing(); call next(1) returning a; let b = next(next(a) * 2);"
        " execute function next(b) into c; call pair() returning a, c;"
        " let a, c = pair();"
        " return a, b, c; end function"
    )
    assert routines.rows("execute function f()") == [(1, 7, 2)]


@pytest.mark.parametrize(
    ("body", "sqlcode"),
    [
        ("call pair() returning a;", -661),
        ("call nothing() returning a;", -661),
        ("let a = pair();", -684),
        ("let a = nothing();", -674),
        ("let a = rows();", -686),
        ("call rows() returning a;", -686),
        ("call next() returning a;", -674),
        ("execute function nothing();", -674),
    ],
)
def test_wrong_calls(routines, body, sqlcode) -> None:
    routines.do(f"create procedure p() define a int; {body} end procedure")
    assert routines.code("execute procedure p()") == sqlcode


def test_out_parameters(sql) -> None:
    sql.do(
        "create procedure divide(a int, b int, out q int, inout n int)"
        " let q = a / b; let n = n + 1; end procedure"
    )
    sql.do(
        "create function f() returning int, int; define x, y int; let y = 4;"
        " call divide(7, 2, x, y); execute procedure divide(8, 2, x, y); return x, y;"
        " end function"
    )
    assert sql.rows("execute function f()") == [(4, 6)]
    error = sql.error("execute procedure divide(1, 1, ?, ?)", 1, 1)
    assert (error.sqlcode, error.token) == (-999, "OUT parameter of a client")


def test_recursion(sql) -> None:
    sql.do(
        "create function fib(n int) returning int; if n < 2 then return n; end if"
        " return fib(n - 1) + fib(n - 2); end function"
    )
    assert sql.rows("execute function fib(12)") == [(144,)]
    for call in ("deep(n + 1)", "case when n < 0 then 0 else deep(n + 1) end"):
        sql.do(
            "create or replace function deep(n int) returning int;"
            f" return {call}; end function"
        )
        assert sql.code("execute function deep(1)") == -722
    blocks = "begin " * 12, " end" * 12
    sql.do(
        "create or replace function deep(n int) returning int; define x int;"
        f" {blocks[0]} let x = deep(n + 1); {blocks[1]} return x; end function"
    )
    assert sql.code("execute function deep(1)") == -722
    assert sql.rows("execute function fib(3)") == [(2,)]


# --- by queries ------------------------------------------------------------------


def test_calls_in_queries(routines) -> None:
    query = "select a, next(a) from t where next(a) > 2 order by next(a) desc"
    assert routines.rows(query) == [(3, 4), (2, 3)]
    assert routines.types("select next(a), two('x') from t") == [(2, 4), (0, 9)]
    assert routines.names("select next(a) from t") == ["(expression)"]
    assert routines.rows("select sum(next(a)) from t") == [(Decimal(9),)]
    routines.do("update t set a = next(a) where next(a) = 4")
    routines.do("insert into t values (next(8))")
    assert routines.rows("select a from t") == [(1,), (2,), (4,), (9,)]


@pytest.mark.parametrize(
    ("expression", "sqlcode"),
    [("pair()", -684), ("nothing()", -674), ("rows()", -686), ("next()", -674)],
)
def test_wrong_calls_in_queries(routines, expression, sqlcode) -> None:
    assert routines.code(f"select {expression} from t") == sqlcode


@pytest.mark.parametrize(
    "body",
    [
        "create table x (a int);",
        "create table x as select a from t;",
        "select a from t into standard x;",
        "begin work;",
        "commit work;",
        "drop table t;",
    ],
)
def test_what_a_query_must_not_do(routines, body) -> None:
    """Called directly, or by a routine, it may."""
    routines.do(f"create function f() returning int; {body} return 1; end function")
    assert routines.code("select f() from t where a = 1") == -675
    routines.do("create function g() returning int; return f(); end function")
    assert routines.code("select g() from t where a = 1") == -675
    if body.startswith(("create", "begin")):
        assert routines.rows("execute function g()") == [(1,)]


def test_a_query_and_what_it_calls_are_one_unit_of_work(routines) -> None:
    routines.do("create table log (n int)")
    routines.do(
        "create function f(n int) returning int; insert into log values (n);"
        " return 6 / (3 - n); end function"
    )
    assert routines.code("select f(a) from t") == -1202
    assert routines.rows("select * from log") == []
    assert routines.rows("select f(a) from t where a < 3") == [(3,), (6,)]
    assert routines.rows("select * from log") == [(1,), (2,)]


def test_rows_of_a_routine_are_inserted(routines) -> None:
    routines.do("create table u (k serial, n decimal(6,2), s varchar(3))")
    routines.do(
        "create function some(n int) returning int, varchar(9); define i int;"
        " for i = 1 to n return i, 'row ' || i with resume; end for"
        " if n = 3 then raise exception -746; end if end function"
    )
    result = routines.do("insert into u (n, s) execute function some(?)", 2)
    assert (result.rows, result.serial) == (2, 2)
    assert routines.rows("select k, n, s from u") == [
        (1, Decimal("1.00"), "row"),
        (2, Decimal("2.00"), "row"),
    ]
    assert routines.code("insert into u (n, s) execute function some(3)") == -746
    assert routines.code("insert into u (n) execute function some(2)") == -236
    assert routines.code("insert into u (n) execute procedure nothing()") == -236
    routines.do(
        "create procedure copy(n int) insert into u (n, s)"
        " execute function some(n - 1); end procedure"
    )
    routines.do("execute procedure copy(2)")
    assert routines.rows("select count(*) from u") == [(Decimal(3),)]


# --- transactions, other sessions ------------------------------------------------


def test_rolled_back_with_the_transaction(routines) -> None:
    routines.do("begin work")
    routines.do("create procedure p() insert into t values (9); end procedure")
    routines.do("drop procedure nothing")
    routines.do("execute procedure p()")
    assert routines.another().code("execute procedure p()") == -211
    routines.do("rollback work")
    assert routines.code("execute procedure p()") == -674
    routines.do("execute procedure nothing()")
    assert routines.rows("select count(*) from t") == [(Decimal(3),)]


def test_a_routine_may_have_transactions_of_its_own(routines) -> None:
    routines.do(
        "create procedure p() begin work; insert into t values (9); commit work;"
        " begin work; insert into t values (8); rollback work; end procedure"
    )
    routines.do("execute procedure p()")
    assert routines.rows("select a from t where a > 3") == [(9,)]


def test_a_lock_in_the_way(routines) -> None:
    routines.do(
        "create procedure p() update t set a = a + 1 where a = 1; end procedure"
    )
    routines.do(
        "create function f() returning int; update t set a = 0 where a = 1; return 1;"
        " end function"
    )
    other = routines.another()
    other.do("begin work")
    other.do("update t set a = 1 where a = 1")
    assert routines.codes("execute procedure p()") == (-244, -107)
    assert routines.codes("select f() from systables where tabid = 1") == (-244, -107)


@pytest.mark.parametrize("call", ["execute function f()", "select f() from one"])
def test_waiting_for_a_lock(routines, call) -> None:
    routines.do("create table one (x int)")
    routines.do("insert into one values (1)")
    routines.do("create table log (x int)")
    routines.do(
        "create function f() returning int; insert into log values (2);"
        " update t set a = 7 where a = 1; return 1; end function"
    )
    other = routines.another()
    other.do("begin work")
    other.do("update t set a = 1 where a = 1")
    routines.do("set lock mode to wait 10")
    found: list[tuple[object, ...]] = []
    waiter = threading.Thread(target=lambda: found.extend(routines.rows(call)))
    waiter.start()
    while routines.session.waiting_for is None:
        with routines.engine.condition:
            pass
    other.do("commit work")
    waiter.join(10)
    assert found == [(1,)]
    assert routines.rows("select a from t where a = 7") == [(7,)]
    assert routines.rows("select x from log") == [(2,)]


ENDLESS = {
    "loop": "loop let i = i + 1; end loop",
    "while": "while 1 = 1 end while",
    "jumps": "<<again>> let i = 1; goto again;",
    "recursion": "while 1 = 1 let i = next(i); end while",
    "statements": "loop insert into t values (1); delete from t; end loop",
}


@pytest.mark.parametrize("loop", ENDLESS.values(), ids=ENDLESS.keys())
@pytest.mark.parametrize("call", ["execute function f()", "select f() from one"])
def test_an_endless_routine(routines, loop, call) -> None:
    """It can be interrupted; one called by a client lets others run meanwhile."""
    routines.do("create table one (x int)")
    routines.do("insert into one values (1)")
    routines.do("create table started (x int)")
    routines.do(
        "create function f() returning int; define i int;"
        " on exception end exception with resume"
        f" insert into started values (1); let i = 1; {loop} return 1; end function"
    )
    errors: list[SQLError] = []
    thread = threading.Thread(target=lambda: errors.append(routines.error(call)))
    other = routines.another()
    thread.start()
    while call.startswith("execute") and not other.rows("select x from started"):
        assert thread.is_alive()
    while thread.is_alive():
        routines.session.interrupt()
        thread.join(0.01)
    assert [error.sqlcode for error in errors] == [-213]
    assert routines.rows("select x from one") == [(1,)]
