"""Errors of routines: when they are created, when they run, and ON EXCEPTION."""

from __future__ import annotations

import pytest
from engine_client import SQLClient


def run(sql: SQLClient, body: str, returning: str = "varchar(60)") -> object:
    sql.do(f"create or replace function f() returning {returning}; {body} end function")
    rows = sql.rows("execute function f()")
    return rows[0][0] if rows else None


@pytest.fixture
def log(sql: SQLClient) -> SQLClient:
    sql.do("create table log (s varchar(40))")
    return sql


def logged(sql: SQLClient) -> list[str]:
    return [row[0] for row in sql.rows("select s from log")]


# --- found when it is created ----------------------------------------------------


@pytest.mark.parametrize(
    ("body", "sqlcode", "token"),
    [
        ("let a = 1;", -667, "a"),
        ("define a int; select 1 into b from systables;", -667, "b"),
        ("call q() returning b;", -667, "b"),
        ("foreach execute function q() into b end foreach", -667, "b"),
        ("for i = 1 to 2 end for", -667, "i"),
        ("on exception set e end exception", -667, "e"),
        ("define a, a int;", -669, "a"),
        (
            "define a int; foreach select 1, 2 into a, a from systables end foreach",
            -662,
            "a",
        ),
        ("define a int; define b, a char(1);", -669, "a"),
        ("define a int default 1;", -652, ""),
        ("define global g like systables.tabid default 1;", -653, ""),
        ("define global g int;", -658, ""),
        ("define c char(3); for c = 1 to 2 end for", -666, "c"),
        ("define i int; for i = 1 to 2 let i = 1; end for", -660, "i"),
        ("return 1;", -656, ""),
        ("select tabname from systables;", -659, ""),
        ("foreach select tabname from systables end foreach", -659, ""),
        ("exit for;", -596, "for"),
        ("while 1 = 1 exit foreach; end while", -596, "foreach"),
        ("<<a>> loop continue b; end loop a", -596, "b"),
        ("database testdb;", -675, ""),
        ("drop database unlogdb;", -675, ""),
        ("goto x;", -26027, "x"),
        ("if 1 = 1 then <<x>> return; end if goto x;", -26027, "x"),
        ("<<x>> loop exit; end loop <<x>> return;", -201, "x"),
        ("on exception goto x; end exception <<x>> return;", -675, ""),
        ("if 1 = 1 then let q = 1; end if", -667, "q"),
    ],
)
def test_what_no_call_could_do_right(sql, body, sqlcode, token) -> None:
    error = sql.error(f"create procedure p() {body} end procedure")
    assert (error.sqlcode, error.token) == (sqlcode, token)
    assert sql.code("execute procedure p()") == -674


@pytest.mark.parametrize(
    ("text", "sqlcode"),
    [
        ("function f() end function", -9702),
        ("function f() returning int, int; return 1; end function", -655),
        ("procedure p(a int, a int) end procedure", -671),
        ("procedure p(a serial) end procedure", -670),
        ("procedure p() define a bigserial; end procedure", -670),
        ("procedure p() end function", -9706),
        ("function f() returning int; return 1; end procedure", -9706),
        ("procedure p(int) end procedure", -9704),
        ("procedure p(a int, b) end procedure", -9704),
        ("procedure p() create function f() end procedure", -657),
        ("procedure p(a nothing) end procedure", -9628),
        ("procedure p(a like systables.nothing) end procedure", -217),
        ("procedure p(a like nothing.a) end procedure", -206),
        ("function f() returning int external name 'x' language c", -999),
    ],
)
def test_refused_heads(sql, text, sqlcode) -> None:
    assert sql.code(f"create {text}") == sqlcode


def test_a_specific_name_is_of_one_routine(sql) -> None:
    """(ERR -9716)"""
    sql.do("create procedure p() specific s end procedure")
    sql.do("create procedure q() specific t end procedure")
    error = sql.error("create procedure r() specific s end procedure")
    assert (error.sqlcode, error.token) == (-9716, "p")
    sql.do("create or replace procedure p() specific s end procedure")


def test_traces_need_a_file(sql) -> None:
    """(ERR -687)"""
    sql.do("create procedure p() trace on; end procedure")
    assert sql.code("execute procedure p()") == -687
    sql.do("set debug file to 'x'")
    sql.do("execute procedure p()")


# --- found when it runs ----------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "sqlcode"),
    [
        ("return 1 / 0;", -1202),
        ("return 'x';", -1213),
        ("define i int; for i = 1 to null::int end for", -443),
        ("define i int; for i = 1 to 2 step 0 end for", -697),
        ("define i int; for i = 1 to 2 step -1 end for", -683),
        ("define a, b int; let a, b = 1;", -661),
        ("define a int; select 1, 2 into a from sysmaster:sysdual;", -661),
        ("define a int; foreach select 1, 2 into a from t end foreach", -661),
        ("define a char(2); let a[3] = 'x';", -306),
        ("insert into nothing values (1);", -206),
        ("raise exception 0;", -9722),
        ("raise exception -1234;", -1234),
        ("raise exception 77;", 77),
    ],
)
def test_errors_of_a_call(sql, body, sqlcode) -> None:
    sql.do("create table t (x int)")
    sql.do(f"create function f() returning int; {body} end function")
    error = sql.error("execute function f()")
    assert (error.sqlcode, error.offset) == (sqlcode, 0)


def test_raised_facts(sql) -> None:
    sql.do("create procedure p() raise exception -746, -5, 'my words'; end procedure")
    error = sql.error("execute procedure p()")
    assert (error.sqlcode, error.isam, error.token) == (-746, -5, "my words")


def test_each_statement_is_a_unit_of_work(log) -> None:
    log.do(
        "create procedure p() insert into log values ('kept');"
        " insert into log select 1 / (tabid - 2) from systables where tabid < 4;"
        " end procedure"
    )
    assert log.code("execute procedure p()") == -1202
    assert logged(log) == ["kept"]


def test_an_error_between_rows(sql) -> None:
    sql.do(
        "create function f() returning int; return 1 with resume; return 1 / 0;"
        " end function"
    )
    cursor = sql.session.prepare("execute function f()").open([])
    assert cursor.fetch(9) == [(1,)]
    with pytest.raises(Exception, match="-1202"):
        cursor.fetch(9)


# --- ON EXCEPTION ----------------------------------------------------------------

SET_ALL = (
    "define a, b int; define m varchar(40);"
    " on exception{} set a, b, m return a || ' ' || b || ' ' || m; end exception"
)


@pytest.mark.parametrize(
    ("codes", "raised", "expected"),
    [
        ("", "-746, 3, 'x'", "-746 3 x"),
        (" in (-746)", "-746, 3, 'x'", "-746 3 x"),
        (" in (-1, -746)", "-746", "-746 0 "),
        (" in (-1)", "-746, 3, 'x'", None),
    ],
)
def test_handlers(sql, codes, raised, expected) -> None:
    handler = SET_ALL.format(codes)
    body = f"{handler} raise exception {raised}; return 'not reached';"
    if expected is None:
        with pytest.raises(Exception, match="-746"):
            run(sql, body)
    else:
        assert run(sql, body) == expected


HANDLER = "on exception let s = s || 'h'; end exception "
RESUMING = HANDLER + "with resume "
RAISE = "raise exception -746; "


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # Without RESUME a block ends with its handler;
        (HANDLER + RAISE + "let s = s || 'b';", "ah"),
        # a loop's body as well, and the loop goes on.
        (
            f"for i = 1 to 3 {HANDLER} if i = 2 then {RAISE} end if"
            " let s = s || i; end for",
            "a1h3",
        ),
        # With it the next statement follows,
        (RESUMING + RAISE + "let s = s || 'b';", "ahb"),
        (
            f"{RESUMING} for i = 1 to 2 {RAISE} let s = s || i; end for",
            "ah1h2",
        ),
        (f"{RESUMING} if 1 / 0 = 1 then let s = s || 'x'; end if", "ah"),
        # behind a whole BEGIN .. END, though.
        (
            f"{RESUMING} begin {RAISE} let s = s || 'x'; end let s = s || 'b';",
            "ahb",
        ),
        # A handler does not see its own errors; an outer one does.
        (
            f"{RESUMING} begin on exception let s = s || 'i'; {RAISE} end exception"
            f" {RAISE} end",
            "aih",
        ),
    ],
)
def test_where_execution_goes_on(sql, body, expected) -> None:
    declared = "define s varchar(60); define i int; let s = 'a';"
    assert run(sql, f"{declared} begin {body} end return s;") == expected


def test_a_routine_whose_handler_does_not_resume_returns_nothing(sql) -> None:
    body = f"on exception end exception {RAISE} return 'x';"
    assert run(sql, body) is None


def test_the_first_handler_that_fits_is_run(sql) -> None:
    body = (
        "on exception in (-1202) return 'division'; end exception"
        " on exception return 'other'; end exception {}"
    )
    assert run(sql, body.format("return 1 / 0;")) == "division"
    assert run(sql, body.format("return 'x'::int;")) == "other"


def test_errors_of_called_routines_are_handled(log) -> None:
    log.do(
        "create procedure p() insert into log values ('p'); raise exception -9;"
        " end procedure"
    )
    handler = "define e int; on exception set e return 'e' || e; end exception "
    assert run(log, handler + "call p();") == "e-9"
    assert logged(log) == ["p"]


def test_a_handler_may_repair_and_resume(sql) -> None:
    body = (
        "on exception in (-206) create table fresh (a int); end exception with resume"
        " insert into fresh values (1); insert into fresh values (2);"
        " return (select count(*) from fresh);"
    )
    assert run(sql, body) == "1"


def test_rolled_back_by_a_handler(log) -> None:
    log.do(
        "create procedure p() define e int; on exception set e rollback work;"
        " raise exception e, 0, 'again'; end exception begin work;"
        " insert into log values ('lost'); raise exception -746; end procedure"
    )
    assert log.error("execute procedure p()").token == "again"
    assert logged(log) == []
    assert log.code("rollback work") == -255
