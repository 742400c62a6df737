"""Names changed in syntax trees and in the text they came from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from informix_db.testing.sql import ast, ast_query
from informix_db.testing.sql.lexer import Tokens

Node = TypeVar("Node", bound=ast.Node)
Change = Callable[[ast.Node], ast.Node]


def rewritten(node: Node, change: Change) -> Node:
    """Return a tree with everything in it replaced by what `change` makes of it; a
    node that `change` returns as it is has its parts looked at in turn."""
    changes: dict[str, Any] = {}
    for item in dataclasses.fields(node):
        old = getattr(node, item.name)
        new = _rewritten_value(old, change)
        if new is not old:
            changes[item.name] = new
    return dataclasses.replace(node, **changes) if changes else node


def _rewritten_value(value: Any, change: Change) -> Any:
    if isinstance(value, ast.Node):
        new = change(value)
        return new if new is not value else rewritten(value, change)
    if isinstance(value, tuple):
        items = tuple(_rewritten_value(item, change) for item in value)
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else items
    return value


def with_column(node: ast.Expression, old: str, new: str) -> ast.Expression:
    """Return an expression on one table whose column got a new name."""
    found = _column_change(old, new)(node)
    assert isinstance(found, ast.Expression)
    return found if found is not node else rewritten(node, _column_change(old, new))


def query_with_column(query: ast_query.Query, old: str, new: str) -> ast_query.Query:
    """As `with_column` for a query on one table."""
    return rewritten(query, _column_change(old, new))


def query_with_database(query: ast_query.Query, old: str, new: str) -> ast_query.Query:
    """Return a query, all tables fully named, after a database got a new name."""

    def change(node: ast.Node) -> ast.Node:
        if isinstance(node, ast.ObjectName) and node.database == old:
            return dataclasses.replace(node, database=new)
        return node

    return rewritten(query, change)


def _column_change(old: str, new: str) -> Change:
    def change(node: ast.Node) -> ast.Node:
        if isinstance(node, ast.Name) and node.parts[-1] == old:
            return dataclasses.replace(node, parts=(*node.parts[:-1], new))
        return node

    return change


def text_with_column(text: str, old: str, new: str) -> str:
    """As `with_column` for the text; names in double quotes stay as they are."""
    tokens = Tokens(text)
    found = [i for i, name in enumerate(tokens.names) if name == old]
    for i in reversed(found):
        text = text[: tokens.starts[i]] + new + text[tokens.ends[i] :]
    return text
