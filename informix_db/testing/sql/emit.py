"""Bound trees as SQLite text: the only module that knows SQLite's SQL.

Parameters become `:p0`, `:p1` ... by slot. Which row versions a query sees is part of
the text (`View`), so a query has one text per way of looking at its tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from informix_db.testing.records import dataclass
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import Table
from informix_db.testing.sql.emit_windows import AGGREGATES, order_key, window_call
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.scope import has_aggregate, references

_TEMPLATES = {
    "not": "(NOT {0})",
    "is_null": "({0} IS NULL)",
    "not_null": "({0} IS NOT NULL)",
    "eq": "({0} = {1})",
    "same": "({0} IS {1})",
    "ne": "({0} <> {1})",
    "lt": "({0} < {1})",
    "le": "({0} <= {1})",
    "gt": "({0} > {1})",
    "ge": "({0} >= {1})",
    "int4_add": "int4({0} + {1})",
    "int4_sub": "int4({0} - {1})",
    "int4_mul": "int4({0} * {1})",
    "int8_add": "int8({0} + {1})",
    "int8_sub": "int8({0} - {1})",
    "int8_mul": "int8({0} * {1})",
    "flt_add": "flt_ok({0} + {1})",
    "flt_sub": "flt_ok({0} - {1})",
    "flt_mul": "flt_ok({0} * {1})",
    "iv_add": "({0} + {1})",
    "iv_sub": "({0} - {1})",
    "date_sub": "({0} - {1})",
    "neg": "(-{0})",
    "coalesce": "ifnull({0}, {1})",
    "rowid": "({0} + 256)",
    "row_number": "row_number() OVER (ORDER BY _k)",
}
_COMPARISONS = {"eq", "same", "ne", "lt", "le", "gt", "ge"}
_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
_CHAINED = ("int4", "int8", "dec")
_CHAIN_LENGTH = 100  # SQLite functions have at most 127 arguments
_SET_OPERATORS = {
    "union": "UNION",
    "union all": "UNION ALL",
    "intersect": "INTERSECT",
    "minus": "EXCEPT",
}


@dataclass(frozen=True, slots=True)
class View:
    """Which row versions are seen.

    `mode`: "current" whatever has been done last, committed or not; "last" what is
    committed, and the own work; "check" as "last", but a row another transaction has
    touched raises LockConflict. `low` and `high` bound the own writer numbers;
    `by_key` tells what error the conflict is.
    """

    mode: str = "current"
    low: int = -1
    high: int = -1
    by_key: bool = False

    def predicate(self, alias: str) -> str:
        """Return the condition a version under `alias` must meet."""
        x, d = f"{alias}._x", f"{alias}._d"
        own = f"BETWEEN {self.low} AND {self.high}"
        if self.mode == "current":
            return f"{d}=0"
        if self.mode == "last":
            return f"(({x}=0 OR {x} {own}) AND NOT {d} {own})"
        return (
            f"CASE WHEN {d} {own} THEN 0 "
            f"WHEN {d}=0 AND ({x}=0 OR {x} {own}) THEN 1 "
            f"ELSE ifx_lock({x}, {d}, {alias}._o, {int(self.by_key)}) END"
        )


CURRENT = View()


class Emitter:
    """Writes one statement."""

    def __init__(self, runtime: Runtime, view: View = CURRENT) -> None:
        self._runtime = runtime
        self._view = view

    # --- expressions ---------------------------------------------------------

    def expr(self, node: b.Expr) -> str:
        match node:
            case b.ColumnRef():
                return f"s{node.source}.{node.column}"
            case b.Const():
                return literal(node.value)
            case b.Param():
                return f":p{node.slot}"
            case b.Convert():
                return self._convert(node)
            case b.Op():
                return self._operation(node)
            case b.Aggregate():
                return self._aggregate(node)
            case b.CaseWhen():
                return self._case(node)
            case b.Scalar():
                return self._scalar(node.query)
            case b.ExistsQuery():
                return f"EXISTS ({self.query(node.query)})"
            case b.InQuery():
                word = "NOT IN" if node.negated else "IN"
                return f"({self.keyed(node.arg)} {word} ({self.query(node.query)}))"
            case b.QuantifiedQuery():
                return self._quantified(node)
            case b.WindowCall():
                return window_call(node, self.expr, self.keyed, self._as_float())
            case b.InItems():
                word = "NOT IN" if node.negated else "IN"
                items = ", ".join(self.expr(item) for item in node.items)
                return f"({self.keyed(node.arg)} {word} ({items}))"
        raise NotImplementedError(type(node).__name__)

    def keyed(self, node: b.Expr) -> str:
        """Return an expression that compares as Informix compares its type."""
        text = self.expr(node)
        if t.family(node.type) == "string":
            return f"{text} COLLATE RTRIM"
        return text

    def _convert(self, node: b.Convert) -> str:
        text = self.expr(node.arg)
        name = self._runtime.conversion(node.arg.type, node.type)
        return f"{name}({text})" if name else text

    def _operation(self, node: b.Op) -> str:
        chain = _chain(node)
        if len(chain) > 2:
            return self._arithmetic_chain(chain)
        if node.name == "concat":
            node = b.Op(node.type, node.name, _concatenated(node))
        if node.name in _COMPARISONS and t.family(node.args[0].type) == "string":
            args = [self.keyed(node.args[0]), self.expr(node.args[1])]
        else:
            args = [self.expr(arg) for arg in node.args]
        if node.name in ("and", "or"):
            return _balanced(f" {node.name.upper()} ", args)
        if node.name == "concat":
            return f"({' || '.join(args)})"
        template = _TEMPLATES.get(node.name)
        if template is not None:
            return template.format(*args)
        return f"{node.name}({', '.join(args)})"

    def _arithmetic_chain(self, chain: list[tuple[str, b.Expr]]) -> str:
        """Write `a + b - c` as one call, step by step in the function: nested calls
        would exhaust the stack of SQLite's parser."""
        family, first = chain[0]
        text = self.expr(first)
        for start in range(1, len(chain), _CHAIN_LENGTH):
            part = chain[start : start + _CHAIN_LENGTH]
            operators = "".join(_SIGNS[name] for name, _ in part)
            operands = ", ".join(self.expr(operand) for _, operand in part)
            text = f"{family}_chain('{operators}', {text}, {operands})"
        return text

    def _scalar(self, query: b.BoundQuery) -> str:
        text = self.query(query)
        body = query.body
        if (
            isinstance(body, b.BoundSelect)
            and not body.group_by
            and isinstance(body.outputs[0].expr, b.Aggregate)
        ):
            return f"({text})"  # one row whatever happens
        return (
            "(SELECT CASE WHEN count(*) > 1 THEN ifx_error(-284) ELSE max(o0) END "
            f"FROM ({text}))"
        )

    def _quantified(self, node: b.QuantifiedQuery) -> str:
        """Write ANY and ALL with their three values: NULL if only a comparison with
        NULL could have decided.

        Comparing with the least and the greatest tells as much as with every value.
        """
        arg, query = self.keyed(node.arg), self.query(node.query)
        extremes = {
            name: _TEMPLATES[node.name].format(
                arg, f"(SELECT {name}(o0) FROM ({query}))"
            )
            for name in ("min", "max")
        }
        rising = node.name in ("lt", "le")
        if node.name == "eq":
            test = f"({extremes['min']} AND {extremes['max']})"
        elif node.name == "ne":
            test = f"({extremes['min']} OR {extremes['max']})"
        else:
            test = extremes["min" if rising == node.all else "max"]
        decided = f"NOT {test} THEN 0" if node.all else f"{test} THEN 1"
        return (
            f"CASE WHEN NOT EXISTS ({query}) THEN {int(node.all)} WHEN {decided} "
            f"WHEN {arg} IS NULL OR EXISTS (SELECT 1 FROM ({query}) WHERE o0 IS NULL) "
            f"THEN NULL ELSE {int(node.all)} END"
        )

    def _case(self, node: b.CaseWhen) -> str:
        text = "CASE"
        for condition, result in node.whens:
            text += f" WHEN {self.expr(condition)} THEN {self.expr(result)}"
        if node.otherwise is not None:
            text += f" ELSE {self.expr(node.otherwise)}"
        return f"{text} END"

    def _aggregate(self, node: b.Aggregate) -> str:
        if node.arg is None:
            return "dec_of(count(*))"
        distinct = "DISTINCT " if node.distinct else ""
        arg = distinct + self.keyed(node.arg)
        kind = t.family(node.arg.type)
        if node.name == "count":
            return f"dec_of(count({arg}))"
        if node.name in ("min", "max"):
            return f"{node.name}({arg})"
        if kind == "interval":
            total = f"sum({arg})"
            return total if node.name == "sum" else f"iv_div({total}, count({arg}))"
        if kind == "float" and node.name in ("sum", "avg"):
            return f"{node.name}({arg})"
        text = f"{AGGREGATES[node.name]}({arg})"
        return f"{self._as_float()}({text})" if kind == "float" else text

    def _as_float(self) -> str:
        return self._runtime.conversion(t.decimal(32), t.FLOAT_TYPE)

    # --- queries -------------------------------------------------------------

    def query(self, query: b.BoundQuery) -> str:
        text = self.common(query.common) + self.body(query.body)
        if query.order_by:
            text += " ORDER BY " + ", ".join(map(self._order_key, query.order_by))
        else:
            text += self._storage_order(query.body)
        return text + self._limit(query.first, query.skip)

    def common(self, tables: Sequence[b.BoundCommon]) -> str:
        """Return the WITH clause, "" without tables."""
        parts = []
        for table in tables:
            columns = ", ".join(f"o{i}" for i in range(len(table.query.outputs)))
            parts.append(f"c{table.number}({columns}) AS ({self.query(table.query)})")
        return f"WITH RECURSIVE {', '.join(parts)} " if parts else ""

    def _storage_order(self, body: b.BoundBody) -> str:
        """Plain selects from one table come in the order of its rows, not in that of
        whatever index SQLite finds handy."""
        if (
            not isinstance(body, b.BoundSelect)
            or body.distinct
            or body.group_by
            or len(body.sources) != 1
            or not isinstance(body.sources[0], b.TableSource)
            or any(has_aggregate(output.expr) for output in body.outputs)
        ):
            return ""
        alias = f"s{body.sources[0].source}"
        if self._view.mode == "last":
            return f" ORDER BY ifnull(nullif({alias}._o, 0), {alias}._k)"
        return f" ORDER BY {alias}._k"

    def body(self, body: b.BoundBody) -> str:
        match body:
            case b.BoundSelect():
                return self.select(body)
            case b.BoundSet():
                return self._set_operation(body)
            case b.BoundQuery():
                return self.query(body)

    def select(self, select: b.BoundSelect) -> str:
        columns = self._columns(select.outputs)
        text = f"SELECT {'DISTINCT ' if select.distinct else ''}{columns}"
        return text + self.tail(select) + self._limit(select.first, select.skip)

    def _columns(self, outputs: Sequence[b.Output]) -> str:
        return ", ".join(
            f"{self.expr(output.expr)} AS o{i}"
            if isinstance(output.expr, b.ColumnRef)
            else f"{self.keyed(output.expr)} AS o{i}"
            for i, output in enumerate(outputs)
        )

    def tail(self, select: b.BoundSelect) -> str:
        """Return FROM, WHERE, GROUP BY and HAVING."""
        text, conditions = "", []
        if select.sources:
            parts = [self._source(source) for source in select.sources]
            text = " FROM " + ", ".join(part for part, _ in parts)
            conditions = [c for _, pending in parts for c in pending]
        if select.where is not None:
            conditions.insert(0, self.expr(select.where))
        if conditions:
            text += " WHERE " + " AND ".join(conditions)
        if select.group_by:
            text += " GROUP BY " + ", ".join(map(self._term, select.group_by))
        if select.having is not None:
            text += f" HAVING {self.expr(select.having)}"
        return text

    def _set_operation(self, body: b.BoundSet) -> str:
        text = self._branch(body.first)
        for operator, branch in body.branches:
            text = f"{text} {_SET_OPERATORS[operator]} {self._branch(branch)}"
        return text

    def _branch(self, body: b.BoundBody) -> str:
        if isinstance(body, b.BoundSelect) and body.skip is None and body.first is None:
            columns = self._columns(body.outputs)
            distinct = "DISTINCT " if body.distinct else ""
            return f"SELECT {distinct}{columns}{self.tail(body)}"
        return f"SELECT * FROM ({self.body(body)})"

    def _term(self, node: b.Expr) -> str:
        """Return a term of GROUP BY or ORDER BY; a number alone would be a position."""
        text = self.keyed(node)
        return f"ifnull({text}, NULL)" if isinstance(node, b.Const) else text

    def _order_key(self, key: b.OrderKey) -> str:
        if key.position is not None:
            text = str(key.position + 1)
        else:
            assert key.expr is not None
            text = self._term(key.expr)
        return order_key(text, key.descending, key.nulls)

    def _limit(self, first: b.Expr | None, skip: b.Expr | None) -> str:
        if first is None and skip is None:
            return ""
        text = " LIMIT -1" if first is None else f" LIMIT row_count({self.expr(first)})"
        return text if skip is None else f"{text} OFFSET row_count({self.expr(skip)})"

    # --- sources -------------------------------------------------------------

    def _source(self, source: b.Source, *, wrap: bool = False) -> tuple[str, list[str]]:
        """Return FROM text and the conditions its rows must yet meet.

        `wrap` puts them inside, as FULL JOIN needs.
        """
        match source:
            case b.TableSource():
                return self.table(source.table, f"s{source.source}", wrap=wrap)
            case b.DerivedSource():
                return f"({self.query(source.query)}) AS s{source.source}", []
            case b.LateralSource():
                return self._lateral(source), []
            case b.CommonSource():
                return f"c{source.number} AS s{source.source}", []
            case b.JoinSource():
                return self._join(source, wrap)

    def _lateral(self, source: b.LateralSource) -> str:
        """Only functions in SQLite's FROM see the tables before them."""
        cells = ", ".join(f"o{i}" for i in range(len(source.query.outputs)))
        rows = f"json_group_array(lateral_row({cells}))"
        query = f"SELECT {rows} FROM ({self.query(source.query)})"
        return f"json_each(({query})) AS s{source.source}"

    def table(
        self, table: Table, alias: str, *, wrap: bool = False
    ) -> tuple[str, list[str]]:
        if table.is_system:
            return f"{table.storage} AS {alias}", []
        predicate = self._view.predicate(alias)
        if wrap:
            inside = self._view.predicate(table.storage)
            return f"(SELECT * FROM {table.storage} WHERE {inside}) AS {alias}", []
        return f"{table.storage} AS {alias}", [predicate]

    def _join_conditions(self, condition: b.Expr | None) -> list[str]:
        """Return the conditions of ON. A constant one must not look like one: inside a
        FULL JOIN, SQLite 3.40 would test it once, for all rows of the query."""
        texts = []
        for part in [] if condition is None else _conjuncts(condition):
            text = self.expr(part)
            texts.append(text if references(part) else f"each_row({text})")
        return texts

    def _join(self, join: b.JoinSource, wrap: bool) -> tuple[str, list[str]]:
        if join.kind == "right":  # SQLite 3.40 loses rows of some RIGHT JOINs
            join = b.JoinSource("left", join.right, join.left, join.condition)
        wrap = wrap or join.kind == "full"
        left, left_pending = self._source(join.left, wrap=wrap)
        right, right_pending = self._source(join.right, wrap=wrap)
        if isinstance(join.right, b.JoinSource):
            right = f"({right})"
        conditions = self._join_conditions(join.condition)
        if join.kind == "left":
            conditions += right_pending
            pending = left_pending
        else:
            pending = left_pending + right_pending
        word = {"cross": "INNER"}.get(join.kind, join.kind.upper())
        test = _balanced(" AND ", conditions) if conditions else "1"
        return f"{left} {word} JOIN {right} ON {test}", pending


def _conjuncts(node: b.Expr) -> list[b.Expr]:
    if isinstance(node, b.Op) and node.name == "and":
        return [part for arg in node.args for part in _conjuncts(arg)]
    return [node]


def _chain(node: b.Op) -> list[tuple[str, b.Expr]]:
    """Return `a + b - c` as [(int4, a), (add, b), (sub, c)]; [] if it is no such op."""
    family = node.name.partition("_")[0]
    links: list[tuple[str, b.Expr]] = []
    left: b.Expr = node
    while family in _CHAINED and isinstance(left, b.Op):
        own_family, _, sign = left.name.partition("_")
        if own_family != family or sign not in _SIGNS:
            break
        links.append((sign, left.args[1]))
        left = left.args[0]
    return [(family, left), *reversed(links)] if links else []


def _concatenated(node: b.Op) -> tuple[b.Expr, ...]:
    """Return the operands of `a || b || c`."""
    left, right = node.args
    if isinstance(left, b.Op) and left.name == "concat":
        return (*_concatenated(left), right)
    return left, right


def _balanced(word: str, parts: list[str]) -> str:
    """Join conditions as a flat tree: SQLite bounds the height of expressions."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return f"({_balanced(word, parts[:middle])}{word}{_balanced(word, parts[middle:])})"


def literal(value: Any) -> str:
    """Return a storage value as an SQLite literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    if isinstance(value, str):
        if "\0" in value:
            return f"CAST(x'{value.encode().hex()}' AS TEXT)"
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, float):
        return repr(value) if abs(value) < 1e300 else str(Decimal(repr(value)))
    return str(int(value))
