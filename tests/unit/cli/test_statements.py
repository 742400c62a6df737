"""SQL text taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from informix_db._cli.statements import (
    Load,
    Unload,
    check_delimiter,
    holds_secret,
    parse_transfer,
    split,
    split_all,
)
from informix_db.exceptions import ProgrammingError

ROUTINE = """CREATE DBA PROCEDURE p(a INT)
  DEFINE b INT;
  BEGIN LET b = a; END
END PROCEDURE"""


def texts(sql: str) -> list[str]:
    return [statement.text for statement in split_all(sql)]


@pytest.mark.parametrize(
    ("sql", "statements"),
    [
        ("", []),
        (" ;; -- nothing;\n { here; } /* ; */", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';''' , \"a;b\"; x", ["SELECT ';''' , \"a;b\"", "x"]),
        ("SELECT 1 -- a;b\n, 2; x", ["SELECT 1 -- a;b\n, 2", "x"]),
        ("SELECT /* a;b */ 1; x", ["SELECT /* a;b */ 1", "x"]),
        ("SELECT {a;b} 1; x", ["SELECT {a;b} 1", "x"]),
        (
            "INSERT INTO t VALUES (SET{';'}); x",
            ["INSERT INTO t VALUES (SET{';'})", "x"],
        ),
        (f"{ROUTINE}; x", [ROUTINE, "x"]),
        (
            "create or replace function f() returning int;\n"
            "return 1; end function document 'a'; x",
            [
                "create or replace function f() returning int;\n"
                "return 1; end function document 'a'",
                "x",
            ],
        ),
        ("CREATE PROCEDURE FROM 'a.sql'; x", ["CREATE PROCEDURE FROM 'a.sql'", "x"]),
        ("DROP PROCEDURE p; x", ["DROP PROCEDURE p", "x"]),
        ("-- what comes\nSELECT 1;", ["-- what comes\nSELECT 1"]),
    ],
)
def test_statements_end_in_semicolons_of_their_own(
    sql: str, statements: list[str]
) -> None:
    assert texts(sql) == statements


@pytest.mark.parametrize(
    "rest", ["SELECT 'a;", "SELECT /* ;", "SELECT 1", ROUTINE[:40], 'SELECT "a;']
)
def test_what_is_not_complete_is_left(rest: str) -> None:
    found, left = split(f"x;{rest}")
    assert [statement.text for statement in found] == ["x"]
    assert left == rest


def test_lines_are_counted_from_the_first_word() -> None:
    found = split_all("\n-- one\nSELECT 1;\n\n  SELECT\n2;\nSELECT 3")
    assert [(s.line, s.words) for s in found] == [
        (2, ["SELECT", "1"]),
        (5, ["SELECT", "2"]),
        (7, ["SELECT", "3"]),
    ]


@given(st.text(alphabet="a;'\"-{}/*\n CREATPODUNF", max_size=40))
def test_nothing_is_lost(sql: str) -> None:
    found, rest = split(sql)
    assert sql.endswith(rest)
    at = 0
    for statement in found:
        at = sql.index(statement.text, at) + len(statement.text)
    assert at <= len(sql) - len(rest)


def test_transfers() -> None:
    assert parse_transfer("SELECT 1 FROM loads") is None
    assert parse_transfer(
        "-- all\nunload to 'a b.unl' delimiter ';' select * from t"
    ) == Unload("a b.unl", ";", "select * from t")
    assert parse_transfer("UNLOAD TO out.unl SELECT 1") == Unload(
        "out.unl", None, "SELECT 1"
    )
    assert parse_transfer("LOAD FROM 'x' INSERT INTO joe.t") == Load(
        "x", None, "joe.t", None
    )
    assert parse_transfer('LOAD FROM "x" DELIMITER "," INSERT INTO t (a, b)') == Load(
        "x", ",", "t", "a, b"
    )


@pytest.mark.parametrize(
    "sql", ["UNLOAD TO 'a'", "LOAD FROM 'a' SELECT 1", "load", "UNLOAD 'a' SELECT 1"]
)
def test_a_transfer_that_cannot_be_read(sql: str) -> None:
    with pytest.raises(ProgrammingError, match="write UNLOAD TO"):
        parse_transfer(sql)


@pytest.mark.parametrize("delimiter", ["", "||", "\\", "\n", "a", "F", "0"])
def test_what_is_no_delimiter(delimiter: str) -> None:
    with pytest.raises(ProgrammingError, match="no delimiter"):
        check_delimiter(delimiter)
    assert check_delimiter("\t") == "\t"


@pytest.mark.parametrize(
    ("sql", "secret"),
    [
        ("SET ENCRYPTION PASSWORD 'x'", True),
        ("connect to 'a' user 'b' using 'c'", True),
        ("GRANT CONNECT TO joe IDENTIFIED BY 'x'", True),
        ("INSERT INTO t VALUES (encrypt_tdes('a', 'x'))", True),
        ("MERGE INTO t USING s ON 1 = 1", False),
        ("SELECT 'a' FROM t ORDER BY b", False),
    ],
)
def test_secrets_are_known(sql: str, secret: bool) -> None:
    assert holds_secret(sql) is secret
