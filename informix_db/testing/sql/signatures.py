"""How a built-in function is declared: parameters, result type, implementation.

A `Signature` binds a call by itself; functions that need more have a binder of their
own. Letters of `Signature.parameters` (those after `|` may be left out):

====  =====================================================================
s     text, a CHAR without its trailing blanks
p     text, a CHAR with them
c     as s, but other types are SQLError(-946)
n     a number of any kind
f     a FLOAT
i     an INTEGER
d     a DATE (DATETIMEs and texts become one)
====  =====================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.records import dataclass
from informix_db.testing.sql import ast, rules
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t

if TYPE_CHECKING:
    from informix_db.testing.sql.expressions import ExpressionBinder

Result = Callable[[Sequence[b.Expr]], SQLType]
CallBinder = Callable[
    ["ExpressionBinder", ast.FunctionCall, "SQLType | None"], "b.Expr"
]

_HINTS = {
    "s": t.varchar(255),
    "p": t.varchar(255),
    "c": t.varchar(255),
    "n": rules.FLOATING_32,
    "f": t.FLOAT_TYPE,
    "i": t.INTEGER_TYPE,
    "d": t.DATE_TYPE,
}


@dataclass(frozen=True, slots=True)
class Signature:
    """A function with fixed parameters.

    What one that `grows` returns may be longer than its type allows: SQLError(-881).
    """

    parameters: str
    result: Result | SQLType
    function: Callable[..., Any]
    strict: bool = True
    grows: bool = False

    def bind(
        self, binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
    ) -> b.Expr:
        required, _, optional = self.parameters.partition("|")
        letters = required + optional
        if not len(required) <= len(node.arguments) <= len(letters):
            raise wrong_count(node)
        arguments = tuple(
            bind_argument(binder, argument, letter)
            for argument, letter in zip(node.arguments, letters, strict=False)
        )
        result = self.result
        if not isinstance(result, SQLType):
            result = result(arguments)
        call = b.Op(result, f"fn_{node.name.name}", arguments)
        return limited(call) if self.grows else call


def limited(call: b.Op) -> b.Op:
    """Return a call that gives a string, checked against its described length."""
    limit = b.Const(t.INTEGER_TYPE, t.char_length(call.type))
    return b.Op(call.type, "text_ok", (call, limit))


def no_routine(node: ast.FunctionCall) -> SQLError:
    """Return the error for a routine (or arguments) nobody knows."""
    return SQLError(-674, offset=node.position, token=node.name.name)


def wrong_count(node: ast.FunctionCall) -> SQLError:
    """Return the error for a built-in function with too few or many arguments."""
    return SQLError(-664, offset=node.position, token=node.name.name)


def bind_argument(
    binder: ExpressionBinder, node: ast.Expression, letter: str
) -> b.Expr:
    """Bind one argument as a letter of `Signature.parameters` tells."""
    expr = binder.bind(node, _HINTS[letter])
    kind = t.family(expr.type)
    if kind == "null":
        return b.Const(_HINTS[letter], None)
    if letter == "c" and kind != "string":
        raise SQLError(-946)
    if letter == "p":
        return binder.text(expr)
    if letter in "sc":
        return expr if kind == "string" else binder.text(expr)
    if letter == "n":
        expr = binder.number(expr)
        if t.family(expr.type) not in ("int", "float", "decimal"):
            raise SQLError(-1260)
        return expr
    return binder.convert(expr, _HINTS[letter])


# --- result types ------------------------------------------------------------


def same(arguments: Sequence[b.Expr]) -> SQLType:
    """The type of the first argument."""
    return rules.strip(arguments[0].type)


def text_of(length: int, like: SQLType) -> SQLType:
    """Return a variable-length string type, of the N kind if `like` is."""
    length = max(length, 1)
    if length > t.MAX_VARCHAR:
        return t.lvarchar(min(length, t.MAX_LVARCHAR))
    national = like.code in (t.NCHAR, t.NVARCHAR)
    return t.varchar(length, code=t.NVARCHAR if national else t.VARCHAR)


def same_width(arguments: Sequence[b.Expr]) -> SQLType:
    """A VARCHAR as wide as the first argument."""
    return text_of(t.char_length(arguments[0].type), arguments[0].type)


def constant(expr: b.Expr) -> int | None:
    """Return a constant integer argument's value."""
    if isinstance(expr, b.Const) and isinstance(expr.value, int):
        return expr.value
    return None
