"""Scripts taken apart into statements."""

from __future__ import annotations

import pytest

from informix_db.testing.engine import Engine
from informix_db.testing.script import ScriptError, run_script, statements


def texts(script: str) -> list[str]:
    return [sql for _, sql in statements(script)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", []),
        (" ; ;; -- nothing\n", []),
        ("a", ["a"]),
        ("a;b ;", ["a", "b"]),
        (
            "a ';' \";\" {;} b; c /*;*/ --;\n d",
            ["a ';' \";\" {;} b", "c /*;*/ --;\n d"],
        ),
        ("insert into t values (SET{1}); b", ["insert into t values (SET{1})", "b"]),
    ],
)
def test_semicolons_end_statements(script: str, expected: list[str]) -> None:
    assert texts(script) == expected


@pytest.mark.parametrize(
    "routine",
    [
        "create procedure p() let a = 1; end procedure",
        "CREATE DBA FUNCTION f(n INT) RETURNING INT; RETURN n; END FUNCTION "
        "DOCUMENT 'a;b' WITH LISTING IN 'f'",
        "create function if not exists f() returning int; return 1; end function",
        "create function f(a int) returning int external name 'x(f)' language c",
        "create procedure p() begin work; commit work; end procedure",
    ],
)
def test_routines_end_with_their_end(routine: str) -> None:
    assert texts(f"first; {routine}; last") == ["first", routine, "last"]


@pytest.mark.parametrize(
    "statement",
    [
        "create table procedure (function int)",
        "drop procedure p",
        "execute procedure p()",
        "create trigger g insert on t (execute procedure p())",
        "grant execute on function f to public",
    ],
)
def test_the_words_alone_are_no_routine(statement: str) -> None:
    assert texts(f"{statement}; last") == [statement, "last"]


def test_lines() -> None:
    script = "a;\n\n-- of b\nb\n c; d;"
    assert [line for line, _ in statements(script)] == [1, 4, 5]


@pytest.mark.parametrize(
    ("database", "begin"), [("testdb", "BEGIN WORK;"), ("ansidb", ""), ("unlogdb", "")]
)
def test_what_is_open_at_the_end_is_committed(database: str, begin: str) -> None:
    engine = Engine()
    where = {"database": database, "user": "informix", "locale": ""}
    script = f"CREATE TABLE t (n INT); {begin} INSERT INTO t VALUES (1)"
    run_script(engine, script, **where)
    session = engine.open_session("informix", {})
    session.open_database(database)
    assert session.prepare("SELECT n FROM t").open([]).fetch(9) == [(1,)]
    engine.close()


def test_what_fails_undoes_nothing_before_it() -> None:
    engine = Engine()
    where = {"database": "testdb", "user": "informix", "locale": ""}
    with pytest.raises(ScriptError, match=r"^line 2: SQLCODE -206, ISAM -111 \(t\): "):
        run_script(engine, "CREATE TABLE u (n INT);\nDROP TABLE t;", **where)
    run_script(engine, "DROP TABLE u", **where)
    engine.close()
