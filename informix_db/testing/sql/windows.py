"""Binding window functions: ``f(..) OVER (PARTITION BY .. ORDER BY .. frame)``.

Which types the ranking functions are described with is not known; INTEGER and FLOAT
here. NTH_VALUE does not exist in Informix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import ast, rules
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.signatures import no_routine

if TYPE_CHECKING:
    from informix_db.testing.sql.expressions import ExpressionBinder

# Functions that need ORDER BY and have no frame, with what they return.
RANKINGS: dict[str, SQLType] = {
    "rank": t.INTEGER_TYPE,
    "dense_rank": t.INTEGER_TYPE,
    "percent_rank": t.FLOAT_TYPE,
    "cume_dist": t.FLOAT_TYPE,
    "ntile": t.INTEGER_TYPE,
    "row_number": t.INTEGER_TYPE,  # may do without ORDER BY
}
NEIGHBOURS = frozenset(("lag", "lead"))
VALUES = frozenset(("first_value", "last_value"))
RATIO = "ratio_to_report"
SYNONYMS = {
    "denserank": "dense_rank",
    "rownumber": "row_number",
    "ratiotoreport": RATIO,
}
NAMES = frozenset((*RANKINGS, *NEIGHBOURS, *VALUES, RATIO, *SYNONYMS))

_FRAMELESS = frozenset((*RANKINGS, *NEIGHBOURS))
_NEEDS_ORDER = _FRAMELESS - {"row_number"}


def bind_window(
    binder: ExpressionBinder, node: ast.FunctionCall, window: ast.Window
) -> b.Expr:
    """Return a window function bound; SQLError(-595) outside the projection and
    ORDER BY, -201 for clauses the function does not take."""
    name = SYNONYMS.get(node.name.name, node.name.name)
    if name not in NAMES and name not in rules.AGGREGATES:
        raise no_routine(node)
    if not binder.allow_windows:
        raise SQLError(-595, offset=node.position)
    if node.quantifier == "distinct":
        raise unsupported("DISTINCT in a window function", node.position)
    if node.nulls == "ignore":
        raise unsupported("IGNORE NULLS", node.position)
    if name in _NEEDS_ORDER and not window.order_by:
        raise SQLError(-201, offset=window.position)
    if window.unit and (name in _FRAMELESS or not window.order_by):
        raise SQLError(-201, offset=window.position)
    binder.allow_windows = False
    try:
        result, arguments = _arguments(binder, node, name)
        partition = tuple(binder.bind(part) for part in window.partition_by)
        keys = tuple(
            b.WindowKey(binder.bind(key.expression), key.descending, key.nulls)
            for key in window.order_by
        )
    finally:
        binder.allow_windows = True
    frame, bounds = _frame(binder, window, keys)
    return b.WindowCall(result, name, arguments, partition, keys, frame, bounds)


def _arguments(
    binder: ExpressionBinder, node: ast.FunctionCall, name: str
) -> tuple[SQLType, tuple[b.Expr, ...]]:
    """Return the result's type and the arguments; SQLError(-674) for a wrong count."""
    if node.star:
        if name != "count":
            raise SQLError(-201, offset=node.position)
        return rules.COUNT_TYPE, ()
    most = 3 if name in NEIGHBOURS else int(name == "ntile" or name not in RANKINGS)
    least = min(most, 1)
    if not least <= len(node.arguments) <= most:
        raise no_routine(node)
    if not node.arguments:
        return RANKINGS[name], ()
    if name == "ntile":
        tiles = binder.bind(node.arguments[0], t.INTEGER_TYPE)
        return RANKINGS[name], (binder.convert(tiles, t.INTEGER_TYPE),)
    first = binder.bind(node.arguments[0])
    if name in NEIGHBOURS:
        return _neighbour(binder, node, first)
    if name in VALUES:
        return rules.strip(first.type), (first,)
    if name == RATIO:
        rules.aggregate("sum", first.type)
        return rules.FLOATING_32, (first,)
    return rules.aggregate(name, first.type), (first,)


def _neighbour(
    binder: ExpressionBinder, node: ast.FunctionCall, value: b.Expr
) -> tuple[SQLType, tuple[b.Expr, ...]]:
    """LAG and LEAD: value [, offset [, default]]."""
    arguments = [value]
    if len(node.arguments) > 1:
        offset = binder.bind(node.arguments[1], t.INTEGER_TYPE)
        arguments.append(binder.convert(offset, t.INTEGER_TYPE))
    if len(node.arguments) > 2:
        otherwise = binder.bind(node.arguments[2], rules.strip(value.type))
        arguments[0], otherwise = binder.common([value, otherwise])
        arguments.append(otherwise)
    return rules.strip(arguments[0].type), tuple(arguments)


def _frame(
    binder: ExpressionBinder, window: ast.Window, keys: tuple[b.WindowKey, ...]
) -> tuple[str, tuple[b.Expr, ...]]:
    if not window.unit or window.start is None:
        return "", ()
    ends = [window.start]
    if window.end is not None:
        ends.append(window.end)
    texts: list[str] = []
    bounds: list[b.Expr] = []
    for end in ends:
        if end.direction == "current":
            texts.append("CURRENT ROW")
        elif end.offset is None:
            texts.append(f"UNBOUNDED {end.direction.upper()}")
        else:
            texts.append(f"{{{len(bounds)}}} {end.direction.upper()}")
            bounds.append(_offset(binder, end, end.offset))
    if bounds and window.unit == "range":
        _check_range(window, keys)
    if len(texts) == 1:
        return f"{window.unit.upper()} {texts[0]}", tuple(bounds)
    return f"{window.unit.upper()} BETWEEN {texts[0]} AND {texts[1]}", tuple(bounds)


def _offset(
    binder: ExpressionBinder, end: ast.FrameBound, node: ast.Expression
) -> b.Expr:
    if not isinstance(node, (ast.Literal, ast.Parameter)):
        raise unsupported("expression as a frame's offset", end.position)
    expr = binder.bind(node, t.INTEGER_TYPE)
    if t.family(expr.type) != "int":
        raise SQLError(-201, offset=end.position)
    return expr


def _check_range(window: ast.Window, keys: tuple[b.WindowKey, ...]) -> None:
    """RANGE n PRECEDING needs one key that n can be added to."""
    if len(keys) != 1 or t.family(keys[0].expr.type) not in ("int", "float", "date"):
        raise unsupported("RANGE frame over this ORDER BY", window.position)
