"""How a query gets at its tables, as far as locks depend on it.

A condition that gives every column of a unique index one value reads by that key, and
REPEATABLE READ then locks the row found; every other query is taken to read the whole
table. What a real optimizer would choose is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator

from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.scope import children, has_aggregate


def plain_source(body: b.BoundBody) -> b.TableSource | None:
    """Return the one table whose rows a query's rows are, if there is one."""
    if (
        not isinstance(body, b.BoundSelect)
        or len(body.sources) != 1
        or not isinstance(body.sources[0], b.TableSource)
        or body.sources[0].table.is_system
        or body.distinct
        or body.group_by
        or body.having is not None
        or body.skip is not None
        or body.first is not None
        or any(has_aggregate(output.expr) for output in body.outputs)
    ):
        return None
    return body.sources[0]


def key_output(source: b.TableSource) -> b.Output:
    """Return the hidden output that names a row of `source`."""
    return b.Output("", b.ColumnRef(t.BIGINT_TYPE, source.source, "_k"))


def reads_by_key(body: b.BoundBody) -> bool:
    """Tell whether a query finds its rows by the whole of a unique key."""
    source = plain_source(body)
    if source is None or not isinstance(body, b.BoundSelect) or body.where is None:
        return False
    fixed = {part.column for part in _fixed(body.where, source.source)}
    return any(
        index.is_enforced and all(column.storage in fixed for column, _ in index.keys)
        for index in source.table.indexes
    )


def _fixed(condition: b.Expr, source: int) -> Iterator[b.ColumnRef]:
    """Yield the columns of `source` that a condition gives one value."""
    if not isinstance(condition, b.Op):
        return
    if condition.name == "and":
        for part in condition.args:
            yield from _fixed(part, source)
    elif condition.name == "eq":
        left, right = condition.args
        for column, value in ((left, right), (right, left)):
            if (
                isinstance(column, b.ColumnRef)
                and column.source == source
                and _is_constant(value)
            ):
                yield column


def _is_constant(expr: b.Expr) -> bool:
    if isinstance(expr, b.Const | b.Param):
        return True
    return isinstance(expr, b.Convert) and all(map(_is_constant, children(expr)))
