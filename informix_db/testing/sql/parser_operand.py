"""Literals, and the constructs that are a word and a parenthesis."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast, ast_query
from informix_db.testing.sql.lexer import DECIMAL, END, FLOAT, INTEGER, STRING
from informix_db.testing.sql.parser_base import CLAUSE_WORDS
from informix_db.testing.sql.parser_types import TypeParser

# More digits than any number type holds; Python limits int() to 4300 as well.
_MAX_DIGITS = 1000

COMPARISONS = frozenset(("=", "<>", "<", "<=", ">", ">="))

# What follows a column that is called like a construct: ``SELECT case FROM t``.
AFTER_OPERAND = COMPARISONS | CLAUSE_WORDS | {*"),;.:*/[]}", "::", "||", END}


class OperandParser(TypeParser):
    """Operands other than names and parentheses."""

    # --- parsed in subclasses ---

    def expression(self, level: int = 0) -> ast.Expression:
        """Take an expression whose operators bind at least as `level` does."""
        raise NotImplementedError

    def query(self, *, collection: bool = False) -> ast_query.Query:
        """Take a query; `collection` allows SELECT ITEM."""
        raise NotImplementedError

    def subquery(self) -> ast_query.Query:
        """Take ``(query)``, in however many parentheses."""
        raise NotImplementedError

    def storage_options(self) -> tuple[ast.Node, ...]:
        """Take the storage options of CREATE TABLE."""
        raise NotImplementedError

    def order_by(self) -> tuple[ast_query.OrderItem, ...]:
        """Take ``ORDER BY ...``, if it is there."""
        raise NotImplementedError

    def expressions(self) -> tuple[ast.Expression, ...]:
        """Take one or more expressions separated by commas."""
        return self.list_of(self.expression)

    # --- literals ---

    def number(self) -> ast.Expression:
        position, text = self.position, self.token
        if len(text) > _MAX_DIGITS:
            raise SQLError(-203, 0, position, text[:_MAX_DIGITS])
        value: int | Decimal | float
        if self.accept(INTEGER):
            value = int(text)
        elif self.accept(DECIMAL):
            value = Decimal(text)
        else:
            self.expect(FLOAT)
            value = float(text)
            if math.isinf(value):
                raise SQLError(-204, 0, position, text)
        return ast.Literal(position, value)

    def parameter(self) -> ast.Expression:
        index = self._parameters
        self._parameters += 1
        return ast.Parameter(self.expect("?"), index)

    def null(self) -> ast.Expression | None:
        if self._keys[self._index + 1] == ".":
            return None
        return ast.Literal(self.expect("null"), None)

    def collection(self) -> ast.Expression | None:
        """Take ``SET{..}`` or ``MULTISET(SELECT ..)``."""
        position = self.position
        following, second = self._keys[self._index + 1 : self._index + 3]
        if following == "{":
            kind = self.word()
            self.expect("{")
            items = () if self.at("}") else self.expressions()
            self.expect("}")
            return ast.CollectionLiteral(position, kind, items)
        if following != "(" or second not in ("select", "with"):
            return None
        kind = self.word()
        self.expect("(")
        item = self.at_words("select", "item")
        item = item and self._keys[self._index + 2] not in AFTER_OPERAND
        query = self.query(collection=item)
        self.expect(")")
        return ast.CollectionQuery(position, kind, query, item)

    def special_value(self) -> ast.Expression | None:
        """Take TODAY, USER ... unless it is the name of something here."""
        if self._keys[self._index + 1] in (".", "(", ":", "@"):
            return None
        return ast.SpecialValue(self.position, self.word())

    def current(self) -> ast.Expression | None:
        """Take CURRENT or SYSDATE, maybe with a qualifier."""
        if self._keys[self._index + 1] in (".", "(", ":", "@"):
            return None
        position, name = self.position, self.word()
        qualifier = self.qualifier(interval=False) if self.at_qualifier() else None
        return ast.SpecialValue(position, name, qualifier)

    def case(self) -> ast.Expression | None:
        following = self._keys[self._index + 1]
        if following in AFTER_OPERAND and following != "when":
            return None
        position = self.expect("case")
        operand = None if self.at("when") else self.expression()
        whens = [self._when()]
        while self.at("when"):
            whens.append(self._when())
        otherwise = self.expression() if self.accept("else") else None
        self.expect("end")
        return ast.Case(position, operand, tuple(whens), otherwise)

    def _when(self) -> ast.When:
        position = self.expect("when")
        condition = self.expression()
        self.expect("then")
        return ast.When(position, condition, self.expression())

    # --- a word and a parenthesis ---

    def _exists(self) -> ast.Expression:
        return ast.Exists(self.expect("exists"), self.subquery())

    def _cast(self) -> ast.Expression:
        position = self.expect("cast", "(")
        operand = self.expression()
        self.expect("as")
        node = ast.Cast(position, operand, self.data_type())
        self.expect(")")
        return node

    def _row(self) -> ast.Expression:
        position = self.expect("row")
        return ast.RowConstructor(position, self.parenthesised(self.expression))

    def _datetime(self) -> ast.Expression:
        position = self.expect("datetime")
        text = self._literal_text()
        return ast.DatetimeLiteral(position, text, self.qualifier(interval=False))

    def _interval(self) -> ast.Expression:
        position = self.expect("interval")
        text = self._literal_text()
        return ast.IntervalLiteral(position, text, self.qualifier(interval=True))

    def _literal_text(self) -> str:
        """Take ``(2000-01-01)`` or ``('2000-01-01')``."""
        if self._keys[self._index + 1] == STRING:
            self.expect("(")
            text = self.string()
            self.expect(")")
            return text
        return self.balanced().strip() or self.fail(self._index - 1)

    def _extend(self) -> ast.Expression:
        position = self.expect("extend", "(")
        operand = self.expression()
        qualifier = self.qualifier(interval=False) if self.accept(",") else None
        self.expect(")")
        return ast.Extend(position, operand, qualifier)

    def _trim(self) -> ast.Expression:
        position = self.expect("trim", "(")
        following = self._keys[self._index + 1]
        side = ""
        if following == "from" or following not in AFTER_OPERAND:
            side = self.accept_one_of("leading", "trailing", "both")
        operand = None if self.at("from") else self.expression()
        character = None
        if side or self.at("from"):
            self.expect("from")
            operand, character = self.expression(), operand
        if operand is None:
            self.fail()
        self.expect(")")
        return ast.Trim(position, operand, side or "both", character)

    def _substring(self) -> ast.Expression:
        """Take ``SUBSTRING(s FROM i [FOR n])`` or the plain call."""
        name = ast.ObjectName(self.position, self.word())
        self.expect("(")
        arguments = [self.expression()]
        if self.accept("from"):
            arguments.append(self.expression())
            if self.accept("for"):
                arguments.append(self.expression())
        else:
            while self.accept(","):
                arguments.append(self.expression())
        self.expect(")")
        return ast.FunctionCall(name.position, name, tuple(arguments))

    # --- calls ---

    def call(self, name: ast.ObjectName) -> ast.Expression:
        """Take the arguments of a call, and OVER."""
        self.expect("(")
        self.enter()
        quantifier, star = "", False
        arguments: tuple[ast.Expression, ...] = ()
        if self.accept("*"):
            star = True
        elif not self.at(")"):
            if self._keys[self._index + 1] not in AFTER_OPERAND:
                quantifier = self.accept_one_of("distinct", "unique", "all")
            arguments = self.expressions()
        self.expect(")")
        self._depth -= 1
        quantifier = "distinct" if quantifier == "unique" else quantifier
        nulls = self.accept_one_of("ignore", "respect") if self.at_nulls() else ""
        if nulls:
            self.expect("nulls")
        over = None
        if self.at_words("over", "("):
            over = self._window()
        return ast.FunctionCall(
            name.position, name, arguments, quantifier, star, over, nulls
        )

    def at_nulls(self) -> bool:
        return self.at("ignore", "respect") and self._keys[self._index + 1] == "nulls"

    def _window(self) -> ast.Window:
        position = self.expect("over", "(")
        partition: tuple[ast.Expression, ...] = ()
        if self.accept_words("partition", "by"):
            partition = self.expressions()
        order = self.order_by()
        unit = self.accept_one_of("rows", "range")
        start = end = None
        if unit and self.accept("between"):
            start = self._frame_bound()
            self.expect("and")
            end = self._frame_bound()
        elif unit:
            start = self._frame_bound()
        self.expect(")")
        return ast.Window(position, partition, order, unit, start, end)

    def _frame_bound(self) -> ast.FrameBound:
        position = self.position
        if self.accept_words("current", "row"):
            return ast.FrameBound(position, "current")
        offset = None if self.accept("unbounded") else self.expression()
        direction = self.expect_one_of("preceding", "following")
        return ast.FrameBound(position, direction, offset)


Construct = Callable[[OperandParser], ast.Expression]

# Words that are a construct if a parenthesis follows.
CONSTRUCTS: dict[str, Construct] = {
    "cast": OperandParser._cast,
    "datetime": OperandParser._datetime,
    "exists": OperandParser._exists,
    "extend": OperandParser._extend,
    "interval": OperandParser._interval,
    "row": OperandParser._row,
    "substring": OperandParser._substring,
    "trim": OperandParser._trim,
}
