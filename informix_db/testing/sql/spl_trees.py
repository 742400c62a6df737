"""Questions about the syntax trees of routines."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from informix_db.testing.sql import ast, ast_query, ast_spl


def into_of(query: ast_query.Query) -> tuple[ast.Identifier, ...]:
    """Return the INTO variables of a query's first SELECT."""
    body: ast_query.Query | ast_query.Select | ast_query.SetOperation = query
    while not isinstance(body, ast_query.Select):
        body = body.first if isinstance(body, ast_query.SetOperation) else body.body
    return body.into


def without_into(query: ast_query.Query) -> ast_query.Query:
    """Return a query without the INTO variables of its first SELECT."""
    return dataclasses.replace(query, body=_without_into(query.body))


def _without_into(
    body: ast_query.Select | ast_query.SetOperation | ast_query.Query,
) -> ast_query.Select | ast_query.SetOperation | ast_query.Query:
    if isinstance(body, ast_query.Select):
        return dataclasses.replace(body, into=())
    if isinstance(body, ast_query.Query):
        return without_into(body)
    first = _without_into(body.first)
    assert not isinstance(first, ast_query.SetOperation)
    return dataclasses.replace(body, first=first)


def label_of(node: ast.Node) -> str:
    """Return the label of a statement, "" if it has none."""
    if isinstance(node, ast_spl.Label):
        return node.name
    if isinstance(node, ast_spl.For | ast_spl.Foreach | ast_spl.While | ast_spl.Loop):
        return node.label
    return ""


def nodes(tree: object) -> Iterator[ast.Node]:
    """Yield every node of a tree, the outermost first."""
    if isinstance(tree, tuple):
        for part in tree:
            yield from nodes(part)
    elif isinstance(tree, ast.Node):
        yield tree
        for item in dataclasses.fields(tree):
            yield from nodes(getattr(tree, item.name))
