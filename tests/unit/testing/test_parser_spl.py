"""What routines and the statements of their bodies look like once parsed."""

from __future__ import annotations

from typing import cast

import pytest
from sql_trees import ONE, THREE, TWO, A, B, compare, identifiers, literal, name

from informix_db.testing.sql import ast, ast_dml, ast_query, ast_session, ast_spl
from informix_db.testing.sql.parser import parse

INTEGER = ast.DataType(0, "integer")
T = ast.ObjectName(0, "t")


def routine(body: str) -> ast_spl.Block:
    node = parse(f"CREATE PROCEDURE p() {body} END PROCEDURE")
    assert isinstance(node, ast_spl.CreateRoutine)
    return node.body


def statement(text: str) -> ast.Statement:
    (node,) = routine(text).statements
    return node


def block(*statements: ast.Statement) -> ast_spl.Block:
    return ast_spl.Block(0, statements=statements)


def let(variable: str, value: ast.Expression) -> ast_spl.Let:
    return ast_spl.Let(0, (name(variable),), (value,))


def test_routine_head() -> None:
    sql = (
        "CREATE DBA FUNCTION IF NOT EXISTS own.f(a INT, OUT b INT DEFAULT 1,"
        " c LIKE o.t.x, r REFERENCES TEXT, out INT) RETURNING INT AS one, CHAR(3)"
        " SPECIFIC f1 WITH (NOT VARIANT, PARALLELIZABLE); RETURN 1, 'x';"
        " END FUNCTION DOCUMENT 'what', \"it does\" WITH LISTING IN '/dev/null'"
    )
    node = parse(sql + ";")
    assert isinstance(node, ast_spl.CreateRoutine)
    assert (node.kind, node.name) == ("function", ast.ObjectName(0, "f", "own"))
    like = ast_spl.LikeColumn(0, ast.ObjectName(0, "t", "o"), "x")
    assert node.parameters == (
        ast_spl.RoutineParameter(0, "a", INTEGER),
        ast_spl.RoutineParameter(0, "b", INTEGER, "out", ONE),
        ast_spl.RoutineParameter(0, "c", like),
        ast_spl.RoutineParameter(0, "r", ast.DataType(0, "text"), by_reference=True),
        ast_spl.RoutineParameter(0, "out", INTEGER),
    )
    assert node.returning == (
        ast_spl.ReturnType(0, INTEGER, "one"),
        ast_spl.ReturnType(0, ast.DataType(0, "char", (3,))),
    )
    assert node.specific == ast.ObjectName(0, "f1")
    assert node.modifiers == ("not variant", "parallelizable")
    assert (node.dba, node.if_not_exists) == (True, True)
    assert node.document == ("what", "it does")
    assert node.text == sql


def test_declarations_and_handlers() -> None:
    body = routine(
        "DEFINE a, b INT; DEFINE GLOBAL g CHAR(3) DEFAULT 'x'; DEFINE c LIKE t.x;"
        " ON EXCEPTION IN (-206, -746) SET e, i, s LET a = 1;"
        " END EXCEPTION WITH RESUME; ON EXCEPTION RETURN; END EXCEPTION"
    )
    assert body.declarations == (
        ast_spl.Define(0, identifiers("a", "b"), INTEGER),
        ast_spl.Define(
            0,
            identifiers("g"),
            ast.DataType(0, "char", (3,)),
            True,
            literal("x"),
        ),
        ast_spl.Define(0, identifiers("c"), ast_spl.LikeColumn(0, T, "x")),
    )
    assert body.handlers == (
        ast_spl.OnException(
            0, (-206, -746), identifiers("e", "i", "s"), block(let("a", ONE)), True
        ),
        ast_spl.OnException(0, (), (), block(ast_spl.Return(0))),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LET a, b = 1, 2;", ast_spl.Let(0, (A, B), (ONE, TWO))),
        (
            "LET a[1,3] = 'x';",
            ast_spl.Let(0, (ast.Subscript(0, A, ONE, THREE),), (literal("x"),)),
        ),
        ("RETURN;", ast_spl.Return(0)),
        ("RETURN a, 1 WITH RESUME;", ast_spl.Return(0, (A, ONE), True)),
        (
            "IF a THEN LET b = 1; ELIF b THEN ELSE LET b = 2; END IF",
            ast_spl.If(
                0,
                (
                    ast_spl.IfBranch(0, A, block(let("b", ONE))),
                    ast_spl.IfBranch(0, B, block()),
                ),
                block(let("b", TWO)),
            ),
        ),
        (
            "FOR i IN (1 TO 9 STEP 2, 3) EXIT FOR; END FOR;",
            ast_spl.For(
                0,
                ast.Identifier(0, "i"),
                (ast_spl.ForRange(0, ONE, literal(9), TWO), ast_spl.ForRange(0, THREE)),
                block(ast_spl.Exit(0, "for")),
            ),
        ),
        (
            "FOR i = 1 TO 2 LOOP CONTINUE; END LOOP",
            ast_spl.For(
                0,
                ast.Identifier(0, "i"),
                (ast_spl.ForRange(0, ONE, TWO),),
                block(ast_spl.Continue(0)),
            ),
        ),
        (
            "WHILE a < 1 LET a = 1; END WHILE",
            ast_spl.While(0, compare(A, "<", ONE), block(let("a", ONE))),
        ),
        (
            "<<here>> LOOP EXIT here WHEN a; END LOOP here;",
            ast_spl.Loop(0, block(ast_spl.Exit(0, "", "here", A)), "here"),
        ),
        (
            "CALL f(1) RETURNING a, b;",
            ast_spl.Call(
                0,
                ast_dml.ExecuteRoutine(
                    0, "routine", ast.ObjectName(0, "f"), (ast_dml.Argument(0, ONE),)
                ),
                identifiers("a", "b"),
            ),
        ),
        (
            "RAISE EXCEPTION -746, 0, 'oops';",
            ast_spl.RaiseException(0, literal(-746), literal(0), literal("oops")),
        ),
        ("TRACE ON;", ast_spl.Trace(0, "on")),
        ("TRACE a;", ast_spl.Trace(0, "", A)),
        ("SYSTEM 'ls';", ast_spl.System(0, literal("ls"))),
        ("EXECUTE IMMEDIATE a;", ast_spl.ExecuteImmediate(0, A)),
        ("GOTO x;", ast_spl.Goto(0, "x")),
        ("BEGIN LET a = 1; END", block(let("a", ONE))),
        ("BEGIN WORK;", ast_session.Begin(0)),
        ("SET DEBUG FILE TO a;", ast_session.SetOption(0, "debug file", "a")),
    ],
)
def test_spl_statement(text: str, expected: ast.Statement) -> None:
    assert statement(text) == expected


def test_select_into_variables() -> None:
    node = statement("SELECT b, c INTO x, y FROM t;")
    body = cast(ast_query.Select, cast(ast_query.Query, node).body)
    assert body.into == identifiers("x", "y")
    node = statement("SELECT b FROM t INTO TEMP x;")
    assert cast(ast_query.Query, node).into == ast_query.IntoTable(
        0, "temp", ast.ObjectName(0, "x")
    )


def test_foreach() -> None:
    node = statement(
        "FOREACH cur WITH HOLD FOR SELECT b INTO x FROM t"
        " UPDATE t SET b = 1 WHERE CURRENT OF cur; END FOREACH"
    )
    assert isinstance(node, ast_spl.Foreach)
    assert (node.cursor, node.hold, node.into) == ("cur", True, identifiers("x"))
    assert isinstance(node.body.statements[0], ast_dml.Update)
    node = statement("FOREACH EXECUTE PROCEDURE q() INTO x RETURN x; END FOREACH")
    assert isinstance(node, ast_spl.Foreach)
    assert node.into == identifiers("x")
    assert isinstance(node.source, ast_dml.ExecuteRoutine)
    assert node.body == block(ast_spl.Return(0, (name("x"),)))
