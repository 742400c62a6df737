"""Window functions as SQLite text.

Python's own aggregates cannot be window functions before Python 3.11. Where SQLite has
no exact one, a frame's values are strung together and aggregated from the text.
"""

from __future__ import annotations

from collections.abc import Callable

from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t

# Exact aggregates (`operators`) by their names in Informix.
AGGREGATES = {
    "sum": "dec_sum",
    "avg": "dec_avg",
    "stddev": "dec_stdev",
    "stdev": "dec_stdev",
    "stddev_pop": "dec_stdev",
    "stddev_samp": "dec_stdev_samp",
    "variance": "dec_variance",
    "range": "dec_range",
}
_PLAIN = frozenset(("min", "max", "first_value", "last_value", "lag", "lead"))

Write = Callable[[b.Expr], str]


def window_call(node: b.WindowCall, expr: Write, keyed: Write, as_float: str) -> str:
    """Return a window function's text; `keyed` writes what is compared, `as_float`
    names the conversion of a DECIMAL to a FLOAT."""
    over = _over(node, expr, keyed)
    args = [keyed(arg) for arg in node.args]
    if node.name == "count":
        return f"dec_of(count({args[0] if args else '*'}) {over})"
    if node.name in _PLAIN or node.name not in (*AGGREGATES, "ratio_to_report"):
        return f"{node.name}({', '.join(args)}) {over}"
    kind = t.family(node.args[0].type)
    if node.name == "ratio_to_report":
        return f"dec_div({args[0]}, {_total(args[0], kind, over)})"
    if node.name == "sum" and kind != "float":
        return _total(args[0], kind, over)
    if node.name in ("sum", "avg") and kind == "float":
        return f"{node.name}({args[0]}) {over}"
    if node.name == "avg" and kind in ("int", "interval"):
        divide = "dec_div" if kind == "int" else "iv_div"
        return f"{divide}(sum({args[0]}) {over}, count({args[0]}) {over})"
    text = _strung(AGGREGATES[node.name], args[0], over)
    return f"{as_float}({text})" if kind == "float" else text


def _total(arg: str, kind: str, over: str) -> str:
    if kind == "interval":
        return f"sum({arg}) {over}"
    if kind == "int":
        return f"dec_of(sum({arg}) {over})"
    return _strung("dec_sum", arg, over)


def _strung(aggregate: str, arg: str, over: str) -> str:
    # Not '' for NULL: SQLite 3.40 miscounts empty items that leave a frame.
    item = f"ifnull(nullif(hex(dec_of({arg})), ''), '-')"
    return f"{aggregate}_of(group_concat({item}) {over})"


def _over(node: b.WindowCall, expr: Write, keyed: Write) -> str:
    parts = []
    if node.partition:
        parts.append("PARTITION BY " + ", ".join(map(keyed, node.partition)))
    if node.keys:
        keys = ", ".join(
            order_key(keyed(k.expr), k.descending, k.nulls) for k in node.keys
        )
        parts.append("ORDER BY " + keys)
    if node.frame:
        parts.append(node.frame.format(*map(expr, node.bounds)))
    return f"OVER ({' '.join(parts)})"


def order_key(text: str, descending: bool, nulls: str) -> str:
    """Return a key of ORDER BY."""
    if descending:
        text += " DESC"
    return f"{text} NULLS {nulls.upper()}" if nulls else text
