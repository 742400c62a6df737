"""Questions about the syntax trees of routines."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from informix_db.testing.sql import ast


def into_of(query: ast.Query) -> tuple[ast.Identifier, ...]:
    """Return the INTO variables of a query's first SELECT."""
    body: ast.Query | ast.Select | ast.SetOperation = query
    while not isinstance(body, ast.Select):
        body = body.first if isinstance(body, ast.SetOperation) else body.body
    return body.into


def without_into(query: ast.Query) -> ast.Query:
    """Return a query without the INTO variables of its first SELECT."""
    return dataclasses.replace(query, body=_without_into(query.body))


def _without_into(
    body: ast.Select | ast.SetOperation | ast.Query,
) -> ast.Select | ast.SetOperation | ast.Query:
    if isinstance(body, ast.Select):
        return dataclasses.replace(body, into=())
    if isinstance(body, ast.Query):
        return without_into(body)
    first = _without_into(body.first)
    assert not isinstance(first, ast.SetOperation)
    return dataclasses.replace(body, first=first)


def nodes(tree: object) -> Iterator[ast.Node]:
    """Yield every node of a tree, the outermost first."""
    if isinstance(tree, tuple):
        for part in tree:
            yield from nodes(part)
    elif isinstance(tree, ast.Node):
        yield tree
        for item in dataclasses.fields(tree):
            yield from nodes(getattr(tree, item.name))
