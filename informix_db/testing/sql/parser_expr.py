"""Expressions and conditions, by precedence climbing.

From weakest to strongest: OR, AND, NOT, comparisons (=, IN, LIKE, BETWEEN, IS ...),
||, + -, * /, ::, unary sign, UNITS, subscripts. Comparisons do not chain.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast, ast_query
from informix_db.testing.sql.lexer import DECIMAL, FLOAT, INTEGER, STRING
from informix_db.testing.sql.parser_base import CLAUSE_WORDS, MAX_DEPTH
from informix_db.testing.sql.parser_operand import CONSTRUCTS, OperandParser
from informix_db.testing.sql.parser_types import FIELDS

OR, AND, NOT, COMPARE, CONCAT, ADD, MULTIPLY, CAST, SIGN, UNITS, SUBSCRIPT = range(11)

SET_OPERATORS = ("union", "intersect", "minus", "except")


class ExpressionParser(OperandParser):
    """Everything that has a value."""

    def set_operation(self, first: ast_query.Query) -> ast_query.Query:
        """Take what follows the parenthesised first branch of a UNION."""
        raise NotImplementedError

    def expression(self, level: int = OR) -> ast.Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SQLError(-762, 0, self.position, self.token)
        index = self._index
        ceiling = SUBSCRIPT
        if self._keys[index] == "not" and level <= NOT and self._keys[index + 1] != ".":
            self._index += 1
            operand: ast.Expression
            operand = ast.Not(self._starts[index] + 1, self.expression(NOT))
            ceiling = NOT
        else:
            operand = self._operand()
        while True:
            entry = _INFIX.get(self._keys[self._index])
            if entry is None or not level <= entry[0] <= ceiling:
                break
            left = operand
            operand = entry[1](self, left)
            if operand is left:  # the word is an alias, not an operator
                break
            if entry[0] == COMPARE:
                ceiling = NOT
        self._depth -= 1
        return operand

    # --- operands ---

    def _operand(self) -> ast.Expression:
        special = _OPERANDS.get(self._keys[self._index])
        if special is not None:
            node = special(self)
            if node is not None:
                return node
        return self._name_or_call()

    def _name_or_call(self) -> ast.Expression:
        index = self._index
        name = self._names[index]
        following = self._keys[index + 1]
        if name is None:
            self.fail()
        if following in (".", ":", "@"):
            return self._dotted()
        if self._keys[index] in CLAUSE_WORDS or self.at_clause():
            self.fail()
        position = self._starts[index] + 1
        if following != "(":
            self._index += 1
            return ast.Name(position, (name,))
        construct = CONSTRUCTS.get(self._keys[index])
        if construct is not None:
            return construct(self)
        self._index += 1
        return self.call(ast.ObjectName(position, name))

    def at_clause(self) -> bool:
        """Tell ``ORDER BY`` and ``GROUP BY`` from columns called order and group."""
        return self.at("order", "group") and self._keys[self._index + 1] == "by"

    def _string(self) -> ast.Expression:
        if self._keys[self._index + 1] == ".":
            return self._dotted()
        position = self.position
        return ast.Literal(position, self.string())

    def _dotted(self) -> ast.Expression:
        """Take ``[database[@server]:][owner.]a.b.c``, and the call it may be."""
        position = self.position
        quoted, first = self._owner_or_word()
        database = server = ""
        if self.at(":", "@"):
            database = first
            if self.accept("@"):
                server = self.word()
            self.expect(":")
            quoted, first = self._owner_or_word()
        parts = [first]
        while self.accept("."):
            parts.append(self.word())
        name = ast.ObjectName(position, parts[-1], "", database, server)
        if self.at("(") and len(parts) <= 2:
            if len(parts) == 2:
                name = ast.ObjectName(
                    position, parts[1], parts[0], database, server, quoted
                )
            return self.call(name)
        if parts[-1] in ("nextval", "currval") and len(parts) in (2, 3):
            owner = parts[0] if len(parts) == 3 else ""
            name = ast.ObjectName(position, parts[-2], owner, database, server, quoted)
            return ast.SequenceValue(position, name, parts[-1])
        return ast.Name(position, tuple(parts), database, server)

    def _owner_or_word(self) -> tuple[bool, str]:
        """Take the first part of a name; tell whether it is a quoted owner."""
        if not self.at(STRING):
            return False, self.word()
        if self._keys[self._index + 1] != ".":
            self.fail()
        return True, self.string()

    def _sign(self) -> ast.Expression:
        position = self.position
        operator = self.expect_one_of("-", "+")
        operand = self.expression(SIGN)
        if isinstance(operand, ast.Literal):
            value = operand.value
            if isinstance(value, Decimal):  # its own minus would round it
                value = value.copy_negate() if operator == "-" else value
                return ast.Literal(position, value)
            if isinstance(value, (int, float)):
                return ast.Literal(position, -value if operator == "-" else value)
        return ast.Unary(position, operator, operand)

    def _parenthesis(self) -> ast.Expression:
        position = self.expect("(")
        if self.at_query():
            query = self.query()
        else:
            operand = self.expression()
            if not isinstance(operand, ast.ScalarQuery) or not self.at(*SET_OPERATORS):
                self.expect(")")
                return operand
            query = self.set_operation(operand.query)
        self.expect(")")
        return ast.ScalarQuery(position, query)

    def at_query(self) -> bool:
        """Tell whether a query starts here, parentheses of its own left aside."""
        if self.at("select"):
            return True
        return self.at("with") and self._names[self._index + 1] is not None

    def subquery(self) -> ast_query.Query:
        opening = self._index
        operand = self._parenthesis()
        if not isinstance(operand, ast.ScalarQuery):
            self.fail(opening)
        return operand.query

    # --- operators ---

    def _or(self, left: ast.Expression) -> ast.Expression:
        operands = [left]
        while self.accept("or"):
            operands.append(self.expression(AND))
        return ast.Or(left.position, tuple(operands))

    def _and(self, left: ast.Expression) -> ast.Expression:
        operands = [left]
        while self.accept("and"):
            operands.append(self.expression(NOT))
        return ast.And(left.position, tuple(operands))

    def _comparison(self, left: ast.Expression) -> ast.Expression:
        operator = self._keys[self._index]
        self._index += 1
        if self.at("any", "all", "some") and self._keys[self._index + 1] == "(":
            quantifier = "all" if self.word() == "all" else "any"
            query = self.subquery()
            return ast.Quantified(left.position, operator, left, quantifier, query)
        return ast.Comparison(left.position, operator, left, self.expression(CONCAT))

    def _negatable(self, left: ast.Expression) -> ast.Expression:
        """Take ``[NOT] IN | BETWEEN | LIKE | MATCHES``."""
        start = self._index
        negated = self.accept("not")
        operator = self.accept_one_of("in", "between", "like", "matches")
        position = left.position
        if operator == "in":
            return self._in(left, negated)
        if operator == "between":
            low = self.expression(CONCAT)
            self.expect("and")
            return ast.Between(position, left, low, self.expression(CONCAT), negated)
        if operator:
            pattern = self.expression(CONCAT)
            escape = self.expression(CONCAT) if self.accept("escape") else None
            return ast.PatternMatch(position, operator, left, pattern, escape, negated)
        self._index = start
        return left

    def _in(self, left: ast.Expression, negated: bool) -> ast.Expression:
        position = left.position
        if not self.at("("):  # a collection
            if not (self.at_identifier() or self.at("?")):
                self.fail()
            items: tuple[ast.Expression, ...] = (self.expression(CONCAT),)
            return ast.InList(position, left, items, negated)
        start = self._index
        self.expect("(")
        if self.at_query():
            self._index = start
            return ast.InQuery(position, left, self.subquery(), negated)
        items = self.expressions()
        if len(items) == 1 and isinstance(items[0], ast.ScalarQuery):
            query = items[0].query
            if self.at(*SET_OPERATORS):
                query = self.set_operation(query)
            self.expect(")")
            return ast.InQuery(position, left, query, negated)
        self.expect(")")
        return ast.InList(position, left, items, negated)

    def _is(self, left: ast.Expression) -> ast.Expression:
        self.expect("is")
        negated = self.accept("not")
        self.expect("null")
        return ast.IsNull(left.position, left, negated)

    def _binary(self, left: ast.Expression) -> ast.Expression:
        operator = self._keys[self._index]
        self._index += 1
        self.link()
        right = self.expression(_INFIX[operator][0] + 1)
        return ast.Binary(left.position, operator, left, right)

    def _cast_operator(self, left: ast.Expression) -> ast.Expression:
        self.expect("::")
        self.link()
        return ast.Cast(left.position, left, self.data_type())

    def _units(self, left: ast.Expression) -> ast.Expression:
        if self._keys[self._index + 1] not in FIELDS:
            return left
        self.expect("units")
        self.link()
        return ast.Units(left.position, left, self.field())

    def _subscript(self, left: ast.Expression) -> ast.Expression:
        self.expect("[")
        self.link()
        first = self.expression()
        last = self.expression() if self.accept(",") else None
        self.expect("]")
        return ast.Subscript(left.position, left, first, last)


_Operand = Callable[[ExpressionParser], ast.Expression | None]
_Infix = Callable[[ExpressionParser, ast.Expression], ast.Expression]

# What an expression may start with, other than a name. A method that returns None
# has taken nothing: the word is a name here.
_OPERANDS: dict[str, _Operand] = {
    INTEGER: ExpressionParser.number,
    DECIMAL: ExpressionParser.number,
    FLOAT: ExpressionParser.number,
    STRING: ExpressionParser._string,
    "?": ExpressionParser.parameter,
    "(": ExpressionParser._parenthesis,
    "-": ExpressionParser._sign,
    "+": ExpressionParser._sign,
    "null": ExpressionParser.null,
    "case": ExpressionParser.case,
    "current": ExpressionParser.current,
    "list": ExpressionParser.collection,
    "multiset": ExpressionParser.collection,
    "set": ExpressionParser.collection,
    "current_role": ExpressionParser.special_value,
    "current_user": ExpressionParser.special_value,
    "dbservername": ExpressionParser.special_value,
    "default_role": ExpressionParser.special_value,
    "sitename": ExpressionParser.special_value,
    "sysdate": ExpressionParser.current,
    "today": ExpressionParser.special_value,
    "user": ExpressionParser.special_value,
}
_INFIX: dict[str, tuple[int, _Infix]] = {
    "or": (OR, ExpressionParser._or),
    "and": (AND, ExpressionParser._and),
    "=": (COMPARE, ExpressionParser._comparison),
    "<>": (COMPARE, ExpressionParser._comparison),
    "<": (COMPARE, ExpressionParser._comparison),
    "<=": (COMPARE, ExpressionParser._comparison),
    ">": (COMPARE, ExpressionParser._comparison),
    ">=": (COMPARE, ExpressionParser._comparison),
    "not": (COMPARE, ExpressionParser._negatable),
    "in": (COMPARE, ExpressionParser._negatable),
    "between": (COMPARE, ExpressionParser._negatable),
    "like": (COMPARE, ExpressionParser._negatable),
    "matches": (COMPARE, ExpressionParser._negatable),
    "is": (COMPARE, ExpressionParser._is),
    "||": (CONCAT, ExpressionParser._binary),
    "+": (ADD, ExpressionParser._binary),
    "-": (ADD, ExpressionParser._binary),
    "*": (MULTIPLY, ExpressionParser._binary),
    "/": (MULTIPLY, ExpressionParser._binary),
    "::": (CAST, ExpressionParser._cast_operator),
    "units": (UNITS, ExpressionParser._units),
    "[": (SUBSCRIPT, ExpressionParser._subscript),
}
