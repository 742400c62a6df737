"""Short ways to write the syntax trees that parser tests expect.

Nodes compare without their positions, so all have position 0 here.
"""

from __future__ import annotations

from decimal import Decimal

from informix_db.testing.sql import ast, ast_query
from informix_db.testing.sql.parser import parse


def query(sql: str) -> ast_query.Query:
    node = parse(sql)
    assert isinstance(node, ast_query.Query)
    return node


def select(sql: str) -> ast_query.Select:
    body = query(sql).body
    assert isinstance(body, ast_query.Select)
    return body


def expression(text: str, *, delimident: bool = False) -> ast.Expression:
    """Parse `text` as the only item of a select list."""
    node = parse(f"SELECT {text} FROM t", delimident=delimident)
    assert isinstance(node, ast_query.Query)
    assert isinstance(node.body, ast_query.Select)
    (item,) = node.body.items
    assert isinstance(item, ast_query.SelectItem)
    assert not item.alias
    return item.expression


def name(*parts: str) -> ast.Name:
    return ast.Name(0, parts)


def literal(value: int | str | float | Decimal | None) -> ast.Literal:
    return ast.Literal(0, value)


def call(function: str, *arguments: ast.Expression) -> ast.FunctionCall:
    return ast.FunctionCall(0, ast.ObjectName(0, function), arguments)


def binary(left: ast.Expression, operator: str, right: ast.Expression) -> ast.Binary:
    return ast.Binary(0, operator, left, right)


def compare(
    left: ast.Expression, operator: str, right: ast.Expression
) -> ast.Comparison:
    return ast.Comparison(0, operator, left, right)


def table(name: str, alias: str = "") -> ast_query.Table:
    return ast_query.Table(0, ast.ObjectName(0, name), alias)


def identifiers(*names: str) -> tuple[ast.Identifier, ...]:
    return tuple(ast.Identifier(0, item) for item in names)


A, B, C, D = (name(letter) for letter in "abcd")
ONE, TWO, THREE = (literal(number) for number in (1, 2, 3))
