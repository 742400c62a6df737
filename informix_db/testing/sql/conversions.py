"""Conversions the binder makes explicit: to a type, to comparable or common forms."""

from __future__ import annotations

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import rules
from informix_db.testing.sql import types as t
from informix_db.testing.sql.literals import literal
from informix_db.testing.sql.scope import Binding
from informix_db.testing.sql.values import no_conversion, parse_number

NUMBERS = ("int", "float", "decimal")
TEXT_HINT = t.varchar(255)


class Conversions:
    """Puts conversions around bound expressions."""

    def __init__(self, binding: Binding) -> None:
        self.binding = binding

    def convert(self, expr: b.Expr, target: SQLType) -> b.Expr:
        """Return `expr` as `target`; constants at once, unless that is an error."""
        if expr.type.code == t.NULL:
            return b.Const(rules.strip(target), None)
        if expr.type == target:
            return expr
        converter = self.binding.runtime.converter(expr.type, target)
        if isinstance(expr, b.Const) and expr.value is not None:
            try:
                value = converter(expr.value) if converter else expr.value
                return b.Const(rules.strip(target), value)
            except SQLError:
                pass  # told when the statement runs
        return b.Convert(rules.strip(target), expr)

    def unify(self, left: b.Expr, right: b.Expr) -> tuple[b.Expr, b.Expr]:
        """Return two operands of a comparison in comparable forms."""
        one, two = t.family(left.type), t.family(right.type)
        if "null" in (one, two):
            return left, right
        if one == two:
            if one == "datetime":
                common = rules.common(left.type, right.type)
                assert common is not None
                return self.convert(left, common), self.convert(right, common)
            if one in ("byte", "text", "blob", "clob", "udt"):
                raise SQLError(-615)
            return left, right
        if one == "string":
            return self._unify_string(left, right)
        if two == "string":
            right, left = self._unify_string(right, left)
            return left, right
        if {one, two} <= {"int", "float"} or {one, two} == {"date", "int"}:
            return left, right
        if {one, two} <= {"int", "float", "decimal", "date"}:
            wide = rules.FLOATING_32
            return self.convert(left, wide), self.convert(right, wide)
        if {one, two} == {"date", "datetime"}:
            common = rules.common(left.type, right.type)
            assert common is not None
            return self.convert(left, common), self.convert(right, common)
        raise no_conversion(left.type, right.type)

    def _unify_string(self, text: b.Expr, other: b.Expr) -> tuple[b.Expr, b.Expr]:
        """The string becomes what it is compared with (not verified)."""
        if t.family(other.type) not in NUMBERS:
            return self.convert(text, other.type), other
        if isinstance(text, b.Const) and t.family(other.type) == "int":
            number = parse_number(text.value)
            if number == number.to_integral_value() and abs(number) < 2**63:
                return b.Const(t.BIGINT_TYPE, int(number)), other
        wide = rules.FLOATING_32
        return self.convert(text, wide), self.convert(other, wide)

    def common(self, exprs: list[b.Expr], sqlcode: int = -800) -> list[b.Expr]:
        """Return branches converted to the type they share."""
        shared = exprs[0].type
        for expr in exprs[1:]:
            found = rules.common(shared, expr.type)
            if found is None:
                raise SQLError(sqlcode)
            shared = found
        return [self.convert(expr, rules.strip(shared)) for expr in exprs]

    def number(self, expr: b.Expr) -> b.Expr:
        """Return a string operand of arithmetic as a number."""
        if t.family(expr.type) == "string":
            return self.convert(expr, rules.FLOATING_32)
        return expr

    def text(self, expr: b.Expr) -> b.Expr:
        """Return an expression as text, a CHAR padded to its length."""
        if t.family(expr.type) == "null":
            return b.Const(TEXT_HINT, None)
        if t.family(expr.type) != "string":
            return self.convert(expr, t.lvarchar(rules.text_width(expr.type)))
        if not t.is_padded(expr.type) or type(expr) in (b.Const, b.Param):
            return expr
        if isinstance(expr, b.Op) and expr.name in ("concat", "fn_subscript"):
            return expr  # has its blanks
        return b.Op(expr.type, "pad", (expr, literal(expr.type.length)))
