"""What expressions and types look like once parsed.

Positions, which take no part in comparisons, have tests of their own.
"""

from __future__ import annotations

from decimal import Decimal
from typing import cast

import pytest
from sql_trees import (
    ONE,
    THREE,
    TWO,
    A,
    B,
    C,
    D,
    binary,
    call,
    compare,
    expression,
    literal,
    name,
    query,
    select,
)

from informix_db.testing.api import DAY, HOUR, MINUTE, SECOND, YEAR
from informix_db.testing.sql import ast, ast_dml, ast_query
from informix_db.testing.sql.parser import parse

# --- literals and names ------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-1", -1),
        ("+1", 1),
        ("007", 7),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("1.50", Decimal("1.50")),
        ("-1.50", Decimal("-1.50")),
        (".5", Decimal("0.5")),
        ("1.", Decimal("1")),
        ("1e3", 1000.0),
        ("-2.5E-3", -0.0025),
        ("NULL", None),
        ("'abc'", "abc"),
        ('"abc"', "abc"),
        ("'it''s'", "it's"),
        ('"a""b"', 'a"b'),
        (r"'a\'", "a\\"),
        ("''", ""),
        ("'{x} -- /* */'", "{x} -- /* */"),
        ("'two\nlines'", "two\nlines"),
    ],
)
def test_literal(text: str, value: int | str | float | Decimal | None) -> None:
    assert expression(text) == literal(value)


def test_literals_of_different_types_differ() -> None:
    assert literal(1) != literal(Decimal(1))
    assert literal(Decimal("1.0")) != literal(Decimal("1.00"))
    assert hash(ast.Literal(1, 5)) == hash(ast.Literal(9, 5))


def test_decimals_keep_all_their_digits() -> None:
    digits = "1234567890123456789012345678.901234567890"
    assert expression(f"-{digits}") == literal(Decimal(f"-{digits}"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", name("a")),
        ("A_$1", name("a_$1")),
        ("t.a", name("t", "a")),
        ("own.t.a", name("own", "t", "a")),
        ('"Own".t.a', name("Own", "t", "a")),
        ("db:own.t.a", ast.Name(0, ("own", "t", "a"), "db")),
        ("db@srv:'own'.t.a", ast.Name(0, ("own", "t", "a"), "db", "srv")),
        ("r.primary", name("r", "primary")),
        ("d.default", name("d", "default")),
        ("x.select.from", name("x", "select", "from")),
        ("default", name("default")),
        ("order", name("order")),
        ("case", name("case")),
        ("set", name("set")),
        ("t.today", name("t", "today")),
        ("t.null", name("t", "null")),
    ],
)
def test_name(text: str, expected: ast.Name) -> None:
    assert expression(text) == expected


def test_delimited_identifiers_keep_their_case() -> None:
    assert expression('"My ""Col"""', delimident=True) == name('My "Col"')
    assert expression('T."Select"', delimident=True) == name("t", "Select")
    assert expression("'My Col'", delimident=True) == literal("My Col")


def test_sequence_values() -> None:
    sequence = ast.ObjectName(0, "s", "own", "", "", True)
    assert expression('"own".s.NEXTVAL') == ast.SequenceValue(0, sequence, "nextval")
    assert expression("s.currval") == ast.SequenceValue(
        0, ast.ObjectName(0, "s"), "currval"
    )


def test_parameters_are_numbered_in_text_order() -> None:
    node = query("SELECT ?, a FROM t WHERE b = ? AND c IN (?, ?)")
    assert node.parameter_count == 4
    body = cast(ast_query.Select, node.body)
    assert body.items[0] == ast_query.SelectItem(0, ast.Parameter(0, 0))
    assert body.where == ast.And(
        0,
        (
            ast.Comparison(0, "=", B, ast.Parameter(0, 1)),
            ast.InList(0, C, (ast.Parameter(0, 2), ast.Parameter(0, 3))),
        ),
    )


def test_question_marks_in_strings_and_comments_are_no_parameters() -> None:
    assert parse("SELECT '?' {?} FROM t -- ?").parameter_count == 0


# --- date and time -----------------------------------------------------------


def qualifier(first: int, last: int, precision: int | None = None) -> ast.Qualifier:
    return ast.Qualifier(0, first, last, precision)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "DATETIME(2000-02-29 23:59:59) YEAR TO SECOND",
            ast.DatetimeLiteral(0, "2000-02-29 23:59:59", qualifier(YEAR, SECOND)),
        ),
        (
            "datetime ( '12:30' ) hour to minute",
            ast.DatetimeLiteral(0, "12:30", qualifier(HOUR, MINUTE)),
        ),
        (
            "INTERVAL(-2223:09:50.630) HOUR(6) TO FRACTION(3)",
            ast.IntervalLiteral(0, "-2223:09:50.630", qualifier(HOUR, SECOND + 3, 6)),
        ),
        ("CURRENT", ast.SpecialValue(0, "current")),
        (
            "CURRENT HOUR TO FRACTION",
            ast.SpecialValue(0, "current", qualifier(HOUR, SECOND + 3)),
        ),
        ("TODAY", ast.SpecialValue(0, "today")),
        ("DBSERVERNAME", ast.SpecialValue(0, "dbservername")),
        ("EXTEND(a)", ast.Extend(0, A)),
        ("EXTEND(a, YEAR TO DAY)", ast.Extend(0, A, qualifier(YEAR, DAY))),
        ("5 UNITS DAY", ast.Units(0, literal(5), DAY)),
        ("a UNITS FRACTION(2)", ast.Units(0, A, SECOND + 2)),
        (
            "a - 1 UNITS DAY",
            ast.Binary(0, "-", A, ast.Units(0, ONE, DAY)),
        ),
        ("interval", name("interval")),
        ("t.current", name("t", "current")),
    ],
)
def test_date_and_time(text: str, expected: ast.Expression) -> None:
    assert expression(text) == expected


def test_a_column_after_current_is_an_alias() -> None:
    (item,) = select("SELECT CURRENT year FROM t").items
    assert item == ast_query.SelectItem(0, ast.SpecialValue(0, "current"), "year")


def test_fraction_may_come_first() -> None:
    node = expression("DATETIME(.5) FRACTION TO FRACTION(1)")
    assert cast(ast.DatetimeLiteral, node).qualifier == qualifier(
        ast.FRACTION, SECOND + 1
    )


# --- operators ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * c", binary(A, "+", binary(B, "*", C))),
        ("(a + b) * c", binary(binary(A, "+", B), "*", C)),
        ("a - b - c", binary(binary(A, "-", B), "-", C)),
        ("a / b * c", binary(binary(A, "/", B), "*", C)),
        ("a || b + c", binary(A, "||", binary(B, "+", C))),
        ("-a::INT", ast.Cast(0, ast.Unary(0, "-", A), ast.DataType(0, "integer"))),
        (
            "a * b::INT",
            binary(A, "*", ast.Cast(0, B, ast.DataType(0, "integer"))),
        ),
        ("a = b", compare(A, "=", B)),
        ("a == b", compare(A, "=", B)),
        ("a != b", compare(A, "<>", B)),
        ("a + 1 < b", compare(binary(A, "+", ONE), "<", B)),
        ("NOT a = b", ast.Not(0, compare(A, "=", B))),
        (
            "a = 1 OR b = 2 AND c = 3",
            ast.Or(
                0,
                (
                    compare(A, "=", ONE),
                    ast.And(0, (compare(B, "=", TWO), compare(C, "=", THREE))),
                ),
            ),
        ),
        ("a OR b OR c", ast.Or(0, (A, B, C))),
        ("a IN (1, 2)", ast.InList(0, A, (ONE, TWO))),
        ("a NOT IN (1)", ast.InList(0, A, (ONE,), True)),
        ("a IN b", ast.InList(0, A, (B,))),
        ("a BETWEEN 1 AND 2", ast.Between(0, A, ONE, TWO)),
        (
            "a NOT BETWEEN 1 AND 2 AND b",
            ast.And(0, (ast.Between(0, A, ONE, TWO, True), B)),
        ),
        (
            "a LIKE 'x%' ESCAPE '!'",
            ast.PatternMatch(0, "like", A, literal("x%"), literal("!")),
        ),
        (
            "a NOT MATCHES b || '*'",
            ast.PatternMatch(
                0, "matches", A, binary(B, "||", literal("*")), None, True
            ),
        ),
        ("a IS NULL", ast.IsNull(0, A)),
        ("a IS NOT NULL", ast.IsNull(0, A, True)),
        ("a[1, 3]", ast.Subscript(0, A, ONE, THREE)),
        ("a[2]", ast.Subscript(0, A, TWO)),
        ("a[1,2] || b", binary(ast.Subscript(0, A, ONE, TWO), "||", B)),
    ],
)
def test_operator(text: str, expected: ast.Expression) -> None:
    assert expression(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f()", call("f")),
        ("NVL(a, 1)", call("nvl", A, ONE)),
        ("DECODE(a, 1, 'x')", call("decode", A, ONE, literal("x"))),
        ("LEFT(a, 1)", call("left", A, ONE)),
        ("SUBSTRING(a FROM 2 FOR 3)", call("substring", A, TWO, THREE)),
        ("SUBSTRING(a, 2)", call("substring", A, TWO)),
        ("TRIM(a)", ast.Trim(0, A)),
        ("TRIM(LEADING FROM a)", ast.Trim(0, A, "leading")),
        ("TRIM('x' FROM a)", ast.Trim(0, A, "both", literal("x"))),
        (
            "TRIM(TRAILING b FROM a || c)",
            ast.Trim(0, binary(A, "||", C), "trailing", B),
        ),
        ("TRIM(leading)", ast.Trim(0, name("leading"))),
        (
            "CASE a WHEN 1 THEN b ELSE c END",
            ast.Case(0, A, (ast.When(0, ONE, B),), C),
        ),
        (
            "CASE WHEN a = 1 THEN b WHEN c THEN 2 END",
            ast.Case(
                0,
                None,
                (ast.When(0, compare(A, "=", ONE), B), ast.When(0, C, TWO)),
            ),
        ),
        (
            "CAST(a AS DECIMAL(10, 2))",
            ast.Cast(0, A, ast.DataType(0, "decimal", (10, 2))),
        ),
        ("SET{1, 2}", ast.CollectionLiteral(0, "set", (ONE, TWO))),
        ("LIST{}", ast.CollectionLiteral(0, "list", ())),
        ("ROW(1, a)", ast.RowConstructor(0, (ONE, A))),
    ],
)
def test_construct(text: str, expected: ast.Expression) -> None:
    assert expression(text) == expected


def test_braces_after_a_blank_are_a_collection_where_a_value_starts() -> None:
    assert expression("f(SET {1})") == call(
        "f", ast.CollectionLiteral(0, "set", (ONE,))
    )
    assert expression("list {a comment}") == name("list")
    assert isinstance(parse("UPDATE t SET {the first} a = 1"), ast_dml.Update)


def test_nested_collections() -> None:
    inner = ast.CollectionLiteral(0, "set", (ONE,))
    expected = ast.CollectionLiteral(0, "list", (inner, ast.RowConstructor(0, (TWO,))))
    assert expression("LIST{SET{1}, ROW(2)}") == expected


def test_calls_with_owner_and_database() -> None:
    node = expression("informix.f(1)")
    assert node == ast.FunctionCall(0, ast.ObjectName(0, "f", "informix"), (ONE,))
    node = expression("db:'own'.f(1)")
    function = ast.ObjectName(0, "f", "own", "db", "", True)
    assert node == ast.FunctionCall(0, function, (ONE,))


@pytest.mark.parametrize(
    ("text", "quantifier", "star"),
    [
        ("COUNT(*)", "", True),
        ("COUNT(DISTINCT a)", "distinct", False),
        ("COUNT(UNIQUE a)", "distinct", False),
        ("SUM(ALL a)", "all", False),
        ("SUM(a)", "", False),
    ],
)
def test_aggregate(text: str, quantifier: str, star: bool) -> None:
    node = expression(text)
    assert isinstance(node, ast.FunctionCall)
    assert (node.quantifier, node.star) == (quantifier, star)
    assert node.arguments == (() if star else (A,))


def test_window() -> None:
    node = expression(
        "SUM(a) OVER (PARTITION BY b, c ORDER BY d DESC"
        " ROWS BETWEEN 2 PRECEDING AND UNBOUNDED FOLLOWING)"
    )
    assert cast(ast.FunctionCall, node).over == ast.Window(
        0,
        (B, C),
        (ast_query.OrderItem(0, D, True),),
        "rows",
        ast.FrameBound(0, "preceding", TWO),
        ast.FrameBound(0, "following"),
    )
    node = expression("LAG(a) IGNORE NULLS OVER (ORDER BY b RANGE CURRENT ROW)")
    assert cast(ast.FunctionCall, node).nulls == "ignore"
    window = cast(ast.Window, cast(ast.FunctionCall, node).over)
    assert (window.unit, window.start, window.end) == (
        "range",
        ast.FrameBound(0, "current"),
        None,
    )


def test_subqueries() -> None:
    inner = query("SELECT b FROM u")
    assert expression("(SELECT b FROM u)") == ast.ScalarQuery(0, inner)
    assert expression("((SELECT b FROM u))") == ast.ScalarQuery(0, inner)
    assert expression("EXISTS (SELECT b FROM u)") == ast.Exists(0, inner)
    assert expression("a IN (SELECT b FROM u)") == ast.InQuery(0, A, inner)
    assert expression("a NOT IN ((SELECT b FROM u))") == ast.InQuery(0, A, inner, True)
    assert expression("a > SOME (SELECT b FROM u)") == ast.Quantified(
        0, ">", A, "any", inner
    )
    assert expression("a = ALL (SELECT b FROM u)") == ast.Quantified(
        0, "=", A, "all", inner
    )
    assert expression("(SELECT b FROM u) + 1") == binary(
        ast.ScalarQuery(0, inner), "+", ONE
    )
    assert expression("MULTISET(SELECT b FROM u)") == ast.CollectionQuery(
        0, "multiset", inner
    )
    assert expression("MULTISET(SELECT ITEM b FROM u)") == ast.CollectionQuery(
        0, "multiset", inner, True
    )


# --- types -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INT", ast.DataType(0, "integer")),
        ("CHARACTER VARYING(30)", ast.DataType(0, "varchar", (30,))),
        ("VARCHAR(20, 5)", ast.DataType(0, "varchar", (20, 5))),
        ("DEC(5)", ast.DataType(0, "decimal", (5,))),
        ("NUMERIC", ast.DataType(0, "decimal")),
        ("DOUBLE PRECISION", ast.DataType(0, "float")),
        ("REAL", ast.DataType(0, "smallfloat")),
        ("SERIAL(100)", ast.DataType(0, "serial", (100,))),
        ("LVARCHAR", ast.DataType(0, "lvarchar")),
        (
            "DATETIME YEAR TO FRACTION(5)",
            ast.DataType(0, "datetime", qualifier=qualifier(YEAR, SECOND + 5)),
        ),
        (
            "INTERVAL DAY(5) TO SECOND",
            ast.DataType(0, "interval", qualifier=qualifier(DAY, SECOND, 5)),
        ),
        (
            "SET(INT NOT NULL)",
            ast.DataType(
                0, "set", element=ast.DataType(0, "integer"), element_not_null=True
            ),
        ),
        (
            "ROW(a INT, b CHAR(3) NOT NULL)",
            ast.DataType(
                0,
                "row",
                fields=(
                    ast.RowField(0, "a", ast.DataType(0, "integer")),
                    ast.RowField(0, "b", ast.DataType(0, "char", (3,)), True),
                ),
            ),
        ),
        ("my_type", ast.DataType(0, "my_type")),
        ("'own'.my_type", ast.DataType(0, "my_type", owner="own")),
    ],
)
def test_type(text: str, expected: ast.DataType) -> None:
    assert expression(f"a::{text}") == ast.Cast(0, A, expected)
