"""Binding expressions: names resolved, types inferred, conversions made explicit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from informix_db.testing.api import SECOND, YEAR, SQLError, SQLType
from informix_db.testing.sql import ast, ast_query, composites, rules
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.arithmetic import Arithmetic, arithmetic_hint
from informix_db.testing.sql.conversions import TEXT_HINT
from informix_db.testing.sql.errors import construct, unsupported
from informix_db.testing.sql.functions import bind_function
from informix_db.testing.sql.literals import datatype, literal, qualified
from informix_db.testing.sql.scope import Binding, Scope, references
from informix_db.testing.sql.sequences import bind_sequence
from informix_db.testing.sql.temporal import parse_datetime, parse_interval
from informix_db.testing.sql.windows import bind_window

BindQuery = Callable[[ast_query.Query, Scope], b.BoundQuery]

_COMPARISONS = {"=": "eq", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


class ExpressionBinder(Arithmetic):
    """Binds the expressions of one SELECT block (or of a statement without one)."""

    def __init__(self, binding: Binding, scope: Scope, bind_query: BindQuery) -> None:
        super().__init__(binding)
        self.scope = scope
        self._bind_query = bind_query
        self.allow_aggregates = False
        self.allow_sequences = True
        self.allow_windows = False
        self._inside_aggregate = False

    def bind(
        self, node: ast.Expression, hint: SQLType | None = None, stores: bool = False
    ) -> b.Expr:
        """Return `node` bound; `hint` types it if it is a parameter."""
        if isinstance(node, ast.Parameter):
            return self.binding.parameter(node, hint, stores)
        method = self._METHODS.get(type(node))
        if method is None:
            raise unsupported(construct(node), node.position)
        try:
            return method(self, node, hint)
        except SQLError as error:
            if error.offset == 0:
                error.offset = node.position
            raise

    def bind_to(self, node: ast.Expression, target: SQLType) -> b.Expr:
        """Return `node` converted to the type it is stored or cast as."""
        return self.convert(self.bind(node, target, stores=True), target)

    def condition(self, node: ast.Expression) -> b.Expr:
        """Return `node` as a condition; SQLError(-9646) unless it is boolean."""
        allowed, self.allow_sequences = self.allow_sequences, False
        expr = self.bind(node, t.BOOLEAN_TYPE)
        self.allow_sequences = allowed
        if t.family(expr.type) not in ("boolean", "null"):
            raise SQLError(-9646, offset=node.position)
        return expr

    def operands(
        self, left: ast.Expression, right: ast.Expression
    ) -> tuple[b.Expr, b.Expr]:
        """Bind two operands; a parameter takes the type of the other."""
        if isinstance(left, ast.Parameter):
            bound_right = self.bind(right)
            return self.bind(left, rules.strip(bound_right.type)), bound_right
        bound_left = self.bind(left)
        return bound_left, self.bind(right, rules.strip(bound_left.type))

    # --- values --------------------------------------------------------------

    def _literal(self, node: ast.Literal, hint: SQLType | None) -> b.Expr:
        return literal(node.value, self.binding.runtime.size)

    def _composite(
        self, node: ast.CollectionLiteral | ast.RowConstructor, hint: SQLType | None
    ) -> b.Expr:
        if hint is None or not hint.fields:
            raise unsupported(f"{construct(node)} of no known type", node.position)
        return composites.constant(node, hint, self.binding.runtime)

    def _datetime(self, node: ast.DatetimeLiteral, hint: SQLType | None) -> b.Expr:
        first, last = node.qualifier.first, node.qualifier.last
        digits = parse_datetime(node.text, first, last)
        return b.Const(t.datetime_type(first, last), digits)

    def _interval(self, node: ast.IntervalLiteral, hint: SQLType | None) -> b.Expr:
        sql_type = qualified("interval", node.qualifier)
        return b.Const(sql_type, parse_interval(node.text, sql_type))

    def _name(self, node: ast.Name, hint: SQLType | None) -> b.Expr:
        variable = self.binding.variable(node)
        if variable is not None:
            return variable
        try:
            return self.scope.resolve(node)
        except SQLError as error:
            field = self._field(node) if error.sqlcode == -217 else None
            if field is None:
                raise
            return field

    def _field(self, node: ast.Name) -> b.Expr | None:
        """Return the field of a ROW that a name means, ``column.field``; None if what
        is before the field is no column, SQLError(-9950) if it is no ROW."""
        *column, name = node.parts
        if not column:
            return None
        try:
            row = self._name(ast.Name(node.position, tuple(column)), None)
        except SQLError:
            return None
        if row.type.code != t.ROW:
            raise SQLError(-9950, offset=node.position)
        number = self.binding.runtime.type_number(rules.strip(row.type))
        for i, field in enumerate(row.type.fields):
            if field.name == name:
                arguments = (row, literal(number), literal(i))
                return b.Op(rules.strip(field.type), "row_field", arguments)
        return None

    def _sequence(self, node: ast.SequenceValue, hint: SQLType | None) -> b.Expr:
        return bind_sequence(self, node)

    def _special(self, node: ast.SpecialValue, hint: SQLType | None) -> b.Expr:
        if node.name == "today":
            return b.Op(t.DATE_TYPE, "ifx_today")
        if node.name in ("current", "sysdate"):
            first, last = YEAR, SECOND + (3 if node.name == "current" else 5)
            if node.qualifier is not None:
                first, last = node.qualifier.first, node.qualifier.last
            arguments = (literal(first), literal(last))
            return b.Op(t.datetime_type(first, last), "ifx_current", arguments)
        if node.name in ("sitename", "dbservername"):
            return b.Op(t.char(128), "ifx_server")
        if node.name in ("user", "current_user"):
            return b.Op(t.char(32), "ifx_user")
        return b.Op(t.char(32), "ifx_role")

    # --- operators -----------------------------------------------------------

    def _unary(self, node: ast.Unary, hint: SQLType | None) -> b.Expr:
        operand = self.number(self.bind(node.operand, hint))
        if node.operator == "+":
            return operand
        kind = t.family(operand.type)
        if kind == "decimal":
            return b.Op(operand.type, "dec_neg", (operand,))
        if kind in ("int", "float", "interval"):
            return b.Op(rules.strip(operand.type), "neg", (operand,))
        raise SQLError(-1260)

    def _binary(self, node: ast.Binary, hint: SQLType | None) -> b.Expr:
        if node.operator == "||":
            left = self.bind(node.left, TEXT_HINT)
            return self.concatenate(left, self.bind(node.right, TEXT_HINT))
        left, right = self._arithmetic_operands(node, hint)
        return self.arithmetic(node.operator, left, right)

    def _arithmetic_operands(
        self, node: ast.Binary, hint: SQLType | None
    ) -> tuple[b.Expr, b.Expr]:
        if isinstance(node.left, ast.Parameter):
            right = self.bind(node.right, hint)
            return self.bind(node.left, arithmetic_hint(right.type)), right
        left = self.bind(node.left, hint)
        return left, self.bind(node.right, arithmetic_hint(left.type))

    # --- conditions ----------------------------------------------------------

    def _comparison(self, node: ast.Comparison, hint: SQLType | None) -> b.Expr:
        if isinstance(node.left, ast.RowConstructor):
            return self._row_comparison(node)
        left, right = self.unify(*self.operands(node.left, node.right))
        return b.Op(t.BOOLEAN_TYPE, _COMPARISONS[node.operator], (left, right))

    def _row_comparison(self, node: ast.Comparison) -> b.Expr:
        """``ROW(a, b) = ROW(1, 2)``: field by field; only = and <> are known."""
        left, right = node.left, node.right
        assert isinstance(left, ast.RowConstructor)
        if not isinstance(right, ast.RowConstructor) or node.operator not in (
            "=",
            "<>",
        ):
            raise unsupported(f"{node.operator} of rows", node.position)
        if len(left.items) != len(right.items):
            raise SQLError(-1260)
        fields = tuple(
            b.Op(t.BOOLEAN_TYPE, "eq", self.unify(*self.operands(one, two)))
            for one, two in zip(left.items, right.items, strict=True)
        )
        return self._negate(b.Op(t.BOOLEAN_TYPE, "and", fields), node.operator == "<>")

    def _and(self, node: ast.And, hint: SQLType | None) -> b.Expr:
        return b.Op(t.BOOLEAN_TYPE, "and", tuple(map(self.condition, node.operands)))

    def _or(self, node: ast.Or, hint: SQLType | None) -> b.Expr:
        return b.Op(t.BOOLEAN_TYPE, "or", tuple(map(self.condition, node.operands)))

    def _not(self, node: ast.Not, hint: SQLType | None) -> b.Expr:
        return b.Op(t.BOOLEAN_TYPE, "not", (self.condition(node.operand),))

    def _negate(self, expr: b.Expr, negated: bool) -> b.Expr:
        return b.Op(t.BOOLEAN_TYPE, "not", (expr,)) if negated else expr

    def _is_null(self, node: ast.IsNull, hint: SQLType | None) -> b.Expr:
        name = "not_null" if node.negated else "is_null"
        operand = self.bind(node.operand, TEXT_HINT)
        return b.Op(t.BOOLEAN_TYPE, name, (operand,))

    def _between(self, node: ast.Between, hint: SQLType | None) -> b.Expr:
        low_left, low = self.unify(*self.operands(node.operand, node.low))
        high_left, high = self.unify(*self.operands(node.operand, node.high))
        both = b.Op(
            t.BOOLEAN_TYPE,
            "and",
            (
                b.Op(t.BOOLEAN_TYPE, "ge", (low_left, low)),
                b.Op(t.BOOLEAN_TYPE, "le", (high_left, high)),
            ),
        )
        return self._negate(both, node.negated)

    def _in_list(self, node: ast.InList, hint: SQLType | None) -> b.Expr:
        operand = node.operand
        if isinstance(operand, ast.Literal) and operand.value is None:
            raise SQLError(-201, offset=operand.position)  # as L2DB found: wants a cast
        if isinstance(operand, ast.RowConstructor):
            tests = [
                self._row_comparison(ast.Comparison(item.position, "=", operand, item))
                for item in node.items
            ]
            return self._negate(b.Op(t.BOOLEAN_TYPE, "or", tuple(tests)), node.negated)
        if isinstance(operand, ast.Parameter):
            hint = self.bind(node.items[0]).type
            if hint.fields and hint.code != t.ROW:
                hint = hint.fields[0].type
            arg = self.bind(operand, rules.strip(hint))
        else:
            arg = self.bind(operand)
        items = []
        for item in node.items:
            bound = self.bind(item, rules.strip(arg.type))
            if t.family(bound.type) == "composite" != t.family(arg.type):
                return self._in_collection(node, arg, bound)
            left, right = self.unify(arg, bound)
            if left is not arg:
                return self._in_alternatives(arg, node)
            items.append(right)
        return b.InItems(t.BOOLEAN_TYPE, arg, tuple(items), node.negated)

    def _in_collection(
        self, node: ast.InList, arg: b.Expr, collection: b.Expr
    ) -> b.Expr:
        """``1 IN collection``: SQLError(-9650) for several, or for a ROW."""
        if len(node.items) > 1 or collection.type.code == t.ROW:
            raise SQLError(-9650, offset=node.position)
        number = self.binding.runtime.type_number(rules.strip(collection.type))
        element = rules.strip(collection.type.fields[0].type)
        arguments = (self.convert(arg, element), collection, literal(number))
        found = b.Op(t.BOOLEAN_TYPE, "in_collection", arguments)
        return self._negate(found, node.negated)

    def _in_alternatives(self, arg: b.Expr, node: ast.InList) -> b.Expr:
        """The operand needs another form for some item: write the ORs out."""
        tests = []
        for item in node.items:
            pair = self.unify(arg, self.bind(item, rules.strip(arg.type)))
            tests.append(b.Op(t.BOOLEAN_TYPE, "eq", pair))
        either = (
            tests[0] if len(tests) == 1 else b.Op(t.BOOLEAN_TYPE, "or", tuple(tests))
        )
        return self._negate(either, node.negated)

    def _pattern(self, node: ast.PatternMatch, hint: SQLType | None) -> b.Expr:
        operand = self.bind(node.operand, TEXT_HINT)
        if t.family(operand.type) not in ("string", "null"):
            raise SQLError(-1203 if node.operator == "matches" else -219)
        args = [operand, self.text(self.bind(node.pattern, TEXT_HINT))]
        if node.escape is not None:
            args.append(self.bind(node.escape, t.char(1)))
        match = b.Op(t.BOOLEAN_TYPE, f"ifx_{node.operator}", tuple(args))
        return self._negate(match, node.negated)

    # --- subqueries ----------------------------------------------------------

    def subquery(self, query: ast_query.Query, columns: int | None = 1) -> b.BoundQuery:
        bound = self._bind_query(query, self.scope)
        if bound.first is not None or bound.skip is not None:
            raise SQLError(-944, offset=query.position)
        if query.order_by:
            raise SQLError(-201, offset=query.order_by[0].position)
        if columns is not None and len(bound.outputs) != columns:
            raise SQLError(-574, offset=query.position)
        return bound

    def _exists(self, node: ast.Exists, hint: SQLType | None) -> b.Expr:
        return b.ExistsQuery(t.BOOLEAN_TYPE, self.subquery(node.query, None))

    def _scalar(self, node: ast.ScalarQuery, hint: SQLType | None) -> b.Expr:
        query = self.subquery(node.query)
        return b.Scalar(rules.strip(query.outputs[0].expr.type), query)

    def query_column(self, query: ast_query.Query, index: int) -> b.Expr:
        """Return one column of a query that has one row, as a value."""
        bound = self.subquery(query, None)
        source = self.binding.new_source()
        sql_type = rules.strip(bound.outputs[index].expr.type)
        column = b.ColumnRef(sql_type, source, f"o{index}")
        select = b.BoundSelect([b.Output("", column)], [b.DerivedSource(source, bound)])
        return b.Scalar(sql_type, b.BoundQuery(select))

    def _in_query(self, node: ast.InQuery, hint: SQLType | None) -> b.Expr:
        left, query = self._with_query(node.operand, node.query)
        return b.InQuery(t.BOOLEAN_TYPE, left, query, node.negated)

    def _with_query(
        self, operand: ast.Expression, subquery: ast_query.Query
    ) -> tuple[b.Expr, b.BoundQuery]:
        """Bind a value and the query whose only column it is compared with."""
        query = self.subquery(subquery)
        inner = query.outputs[0].expr
        arg = self.bind(operand, rules.strip(inner.type))
        left, right = self.unify(arg, inner)
        if right is not inner:
            convert_output(query, right.type, self)
        return left, query

    def _quantified(self, node: ast.Quantified, hint: SQLType | None) -> b.Expr:
        if node.quantifier == "any" and node.operator == "=":
            inside = ast.InQuery(node.position, node.left, node.query)
            return self._in_query(inside, hint)
        if node.quantifier == "all" and node.operator == "<>":
            inside = ast.InQuery(node.position, node.left, node.query, True)
            return self._in_query(inside, hint)
        left, query = self._with_query(node.left, node.query)
        name = _COMPARISONS[node.operator]
        return b.QuantifiedQuery(
            t.BOOLEAN_TYPE, name, left, query, node.quantifier == "all"
        )

    # --- the rest ------------------------------------------------------------

    def _case(self, node: ast.Case, hint: SQLType | None) -> b.Expr:
        conditions = []
        for when in node.whens:
            if node.operand is None:
                conditions.append(self.condition(when.condition))
            else:
                pair = self.unify(*self.operands(node.operand, when.condition))
                conditions.append(b.Op(t.BOOLEAN_TYPE, "eq", pair))
        results = [when.result for when in node.whens]
        if node.otherwise is not None:
            results.append(node.otherwise)
        branches = self.branches(results, hint)
        otherwise = branches.pop() if node.otherwise is not None else None
        sql_type = branches[0].type
        whens = tuple(zip(conditions, branches, strict=True))
        return b.CaseWhen(sql_type, whens, otherwise)

    def branches(
        self, nodes: list[ast.Expression], hint: SQLType | None
    ) -> list[b.Expr]:
        """Bind alternatives (CASE, NVL, DECODE) and give them one type."""
        bound: list[b.Expr | None] = [
            None if isinstance(node, ast.Parameter) else self.bind(node, hint)
            for node in nodes
        ]
        for expr in bound:
            if expr is not None and expr.type.code != t.NULL:
                hint = rules.strip(expr.type)
                break
        filled = [
            self.bind(node, hint) if expr is None else expr
            for node, expr in zip(nodes, bound, strict=True)
        ]
        return self.common(filled)

    def _cast(self, node: ast.Cast, hint: SQLType | None) -> b.Expr:
        database = self.binding.names.current_database()
        named = database.row_types.type_named
        target = datatype(node.type, ansi=database.ansi, named=named)
        return self.bind_to(node.operand, target)

    def _call(self, node: ast.FunctionCall, hint: SQLType | None) -> b.Expr:
        if node.over is not None:
            return bind_window(self, node, node.over)
        if node.name.name in rules.AGGREGATES and not node.name.owner:
            return self._aggregate(node)
        return bind_function(self, node, hint)

    def _aggregate(self, node: ast.FunctionCall) -> b.Expr:
        if self._inside_aggregate:
            raise SQLError(-544)
        if not self.allow_aggregates:
            raise SQLError(-595, offset=node.position)
        name = node.name.name
        if node.star:
            return b.Aggregate(rules.COUNT_TYPE, name, None)
        if len(node.arguments) != 1:
            raise SQLError(-201, offset=node.position)
        windows, self.allow_windows = self.allow_windows, False
        self._inside_aggregate = True
        try:
            argument = self.bind(node.arguments[0])
        finally:
            self._inside_aggregate = False
            self.allow_windows = windows
        used = references(argument)
        if used and used.isdisjoint(item.source for item in self.scope.items):
            raise unsupported("aggregate of an outer query's column", node.position)
        if t.family(argument.type) in ("byte", "text"):
            raise SQLError(-615, offset=node.position)
        result = rules.aggregate(name, argument.type)
        return b.Aggregate(result, name, argument, node.quantifier == "distinct")

    def _function_form(self, node: Any, hint: SQLType | None) -> b.Expr:
        return bind_function(self, node, hint)

    _METHODS: ClassVar[dict[type, Callable[..., b.Expr]]] = {
        ast.Literal: _literal,
        ast.CollectionLiteral: _composite,
        ast.RowConstructor: _composite,
        ast.DatetimeLiteral: _datetime,
        ast.IntervalLiteral: _interval,
        ast.Name: _name,
        ast.SequenceValue: _sequence,
        ast.SpecialValue: _special,
        ast.Unary: _unary,
        ast.Binary: _binary,
        ast.Comparison: _comparison,
        ast.And: _and,
        ast.Or: _or,
        ast.Not: _not,
        ast.IsNull: _is_null,
        ast.Between: _between,
        ast.InList: _in_list,
        ast.InQuery: _in_query,
        ast.Exists: _exists,
        ast.ScalarQuery: _scalar,
        ast.Quantified: _quantified,
        ast.PatternMatch: _pattern,
        ast.Case: _case,
        ast.Cast: _cast,
        ast.FunctionCall: _call,
        ast.Units: _function_form,
        ast.Extend: _function_form,
        ast.Trim: _function_form,
        ast.Subscript: _function_form,
    }


def convert_output(
    query: b.BoundQuery, target: SQLType, binder: ExpressionBinder
) -> None:
    """Convert the only column of a subquery."""
    bodies = [query.body]
    while bodies:
        body = bodies.pop()
        if isinstance(body, b.BoundSelect):
            output = body.outputs[0]
            expr = binder.convert(output.expr, target)
            body.outputs[0] = b.Output(output.name, expr, output.aliased)
        elif isinstance(body, b.BoundQuery):
            bodies.append(body.body)
        else:
            bodies += [body.first, *(branch for _, branch in body.branches)]
            output = body.outputs[0]
            expr = b.Convert(target, output.expr)
            body.outputs[0] = b.Output(output.name, expr)
