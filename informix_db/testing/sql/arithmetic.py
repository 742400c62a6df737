"""Arithmetic and concatenation of bound expressions, with Informix's result types."""

from __future__ import annotations

from informix_db.testing.api import DAY, YEAR, SQLError, SQLType
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import rules
from informix_db.testing.sql import types as t
from informix_db.testing.sql.conversions import NUMBERS, Conversions
from informix_db.testing.sql.literals import literal
from informix_db.testing.sql.signatures import limited

_NAMES = {"+": "add", "-": "sub", "*": "mul", "/": "div"}


class Arithmetic(Conversions):
    """Builds operators from operands."""

    def arithmetic(self, operator: str, left: b.Expr, right: b.Expr) -> b.Expr:
        """Return `left operator right`, exact, with Informix's result type."""
        left, right = self.number(left), self.number(right)
        one, two = t.family(left.type), t.family(right.type)
        if "null" in (one, two):
            return b.Const(left.type if two == "null" else right.type, None)
        if two in ("date", "datetime", "interval") and one not in (
            "date",
            "datetime",
            "interval",
        ):
            left, right, one, two = right, left, two, one
            if operator not in "+*":
                raise SQLError(-1260)
        result = rules.arithmetic(operator, left.type, right.type)
        suffix = _NAMES[operator]
        if one in NUMBERS:
            return self._numeric(result, suffix, left, right)
        return self._temporal(result, operator, left, right)

    def _numeric(
        self, result: SQLType, suffix: str, left: b.Expr, right: b.Expr
    ) -> b.Expr:
        kind = t.family(result)
        if kind == "decimal":
            return b.Op(result, f"dec_{suffix}", (left, right))
        if kind == "float":
            left = self.convert(left, t.FLOAT_TYPE)
            right = self.convert(right, t.FLOAT_TYPE)
            return b.Op(result, f"flt_{suffix}", (left, right))
        if suffix == "div":
            return b.Op(result, "int_div", (left, right))
        width = "int4" if result.code == t.INTEGER else "int8"
        return b.Op(result, f"{width}_{suffix}", (left, right))

    def _temporal(
        self, result: SQLType, operator: str, left: b.Expr, right: b.Expr
    ) -> b.Expr:
        one, two = t.family(left.type), t.family(right.type)
        if one == "interval" and two in ("date", "datetime"):
            left, right, one, two = right, left, two, one
        if one == "date" and two == "date":
            return b.Op(result, "date_sub", (left, right))
        if one == "interval":
            total = b.Op(result, f"iv_{_NAMES[operator]}", (left, right))
            return b.Op(result, "iv_fit", (total, literal(result.length)))
        if two == "interval":
            return self._moment_shift(result, operator, left, right)
        if one == "date" and two in NUMBERS:
            amount = self._negated(right) if operator == "-" else right
            return b.Op(result, "date_shift", (left, amount))
        return self._moment_difference(result, left, right)

    def _negated(self, expr: b.Expr) -> b.Expr:
        name = "dec_neg" if t.family(expr.type) == "decimal" else "neg"
        return b.Op(expr.type, name, (expr,))

    def _moment_shift(
        self, result: SQLType, operator: str, moment: b.Expr, interval: b.Expr
    ) -> b.Expr:
        moment = self.convert(moment, result)
        amount = self._negated(interval) if operator == "-" else interval
        months = int(t.interval_class(interval.type) == t.INTERVAL_MONTHS)
        first, last = map(literal, t.qualifier(result))
        arguments = (moment, first, last, amount, literal(months))
        return b.Op(result, "dt_plus", arguments)

    def _moment_difference(
        self, result: SQLType, left: b.Expr, right: b.Expr
    ) -> b.Expr:
        if t.family(left.type) == "date":
            left = self.convert(left, t.datetime_type(YEAR, DAY))
        if t.family(right.type) == "date":
            right = self.convert(right, t.datetime_type(YEAR, DAY))
        arguments: list[b.Expr] = []
        for side in (left, right):
            arguments += [side, *map(literal, t.qualifier(side.type))]
        return b.Op(result, "dt_minus", tuple(arguments))

    def concatenate(self, left: b.Expr, right: b.Expr) -> b.Expr:
        """Return `left || right`; CHAR operands with their blanks.

        SQLError(-881) when it runs, if the result is longer than any string can be.
        """
        length = rules.text_width(left.type) + rules.text_width(right.type)
        result = rules.string_result(left.type, right.type, length)
        joined = b.Op(result, "concat", (self.text(left), self.text(right)))
        return joined if length <= t.char_length(result) else limited(joined)


def arithmetic_hint(other: SQLType) -> SQLType:
    """Return the type of a parameter that is added to (or multiplied with) `other`."""
    kind = t.family(other)
    if kind in ("decimal", "string"):
        return rules.FLOATING_32
    if kind == "date":
        return t.INTEGER_TYPE
    if kind == "datetime":
        first, last = t.qualifier(other)
        return t.interval_type(max(first, DAY), max(last, DAY), 9)
    return rules.strip(other)
