"""Built-in functions on strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import ast, rules
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.signatures import (
    CallBinder,
    Signature,
    bind_argument,
    constant,
    same,
    same_width,
    text_of,
    wrong_count,
)

if TYPE_CHECKING:
    from informix_db.testing.sql.expressions import ExpressionBinder


# --- what they compute -------------------------------------------------------


def substr(text: str, start: int, length: int | None = None) -> str | None:
    """SUBSTR: a negative start counts from the end, 0 is taken as 1."""
    if start < 0:
        start += len(text) + 1
        if start < 1:
            return ""
    begin = max(start, 1) - 1
    if length is None:
        return text[begin:]
    return text[begin : begin + length] if length > 0 else None


def substring(text: str, start: int, length: int | None = None) -> str:
    """SUBSTRING .. FROM .. FOR: positions before the text count, but are empty."""
    if length is None:
        return text[max(start, 1) - 1 :]
    if length < 0:
        raise SQLError(-5851)
    return text[max(start, 1) - 1 : max(start - 1 + length, 0)]


def subscript(text: str, first: int, last: int) -> str:
    """``col[first, last]``, blank padded; SQLError(-306) for a bad range."""
    if not 1 <= first <= last:
        raise SQLError(-306)
    return text[first - 1 : last].ljust(last - first + 1)


def overlay(text: str, first: int, last: int, part: str) -> str:
    """The text with ``[first, last]`` replaced; SQLError(-306) for a bad range."""
    if not 1 <= first <= last:
        raise SQLError(-306)
    width = last - first + 1
    return text.ljust(last)[: first - 1] + part[:width].ljust(width) + text[last:]


def trim(text: str, side: int, character: str) -> str:
    """TRIM; `side` 0 both, 1 leading, 2 trailing."""
    if len(character) != 1:
        raise SQLError(-879)
    if side != 2:
        text = text.lstrip(character)
    return text if side == 1 else text.rstrip(character)


def _pad(text: str, length: int, fill: str, left: bool) -> str | None:
    if length <= 0 or not fill:
        return None
    missing = max(min(length, t.MAX_LVARCHAR + 1) - len(text), 0)
    filling = (fill * missing)[:missing]
    return ((filling + text) if left else (text + filling))[:length]


def lpad(text: str, length: int, fill: str = " ") -> str | None:
    return _pad(text, length, fill, True)


def rpad(text: str, length: int, fill: str = " ") -> str | None:
    return _pad(text, length, fill, False)


def replace(text: str, old: str | None, new: str | None = None) -> str | None:
    if text is None or not old:
        return text
    return text.replace(old, new or "")


def instr(text: str, part: str, start: int = 1, count: int = 1) -> int:
    """INSTR: the position of the count-th occurrence from `start`, 0 if none."""
    if count < 1 or not part:
        return 0
    if start < 0:
        end = len(text) + start + len(part)
        for _ in range(count):
            found = text.rfind(part, 0, end)
            if found < 0:
                return 0
            end = found + len(part) - 1
        return found + 1
    found = max(start, 1) - 2
    for _ in range(count):
        found = text.find(part, found + 1)
        if found < 0:
            return 0
    return found + 1


def charindex(part: str, text: str, start: int = 1) -> int:
    return instr(text, part, max(start, 1))


def substring_index(text: str, part: str, count: int) -> str:
    """SUBSTRING_INDEX: what is before the count-th `part`; from the end if negative."""
    pieces = text.split(part) if part else [text]
    return part.join(pieces[:count] if count > 0 else pieces[count:] if count else [])


def initcap(text: str) -> str:
    out, inside = "", False
    for char in text:
        out += char.lower() if inside else char.upper()
        inside = char.isalnum()
    return out


def _ascii(text: str) -> int | None:
    return text.encode("utf-8", "surrogateescape")[0] if text else None


def _chr(code: int) -> str:
    return chr(code % 256)


def _left(text: str, length: int) -> str:
    return text[: max(length, 0)]


def _right(text: str, length: int) -> str:
    return text[-length:] if length > 0 else ""


def _blanks(count: int) -> str:
    return " " * max(0, min(count, t.MAX_LVARCHAR + 1))


def _checked(runtime: Runtime, text: str, limit: int) -> str:
    if runtime.size(text) > limit:
        raise SQLError(-881)
    return text


def _octets(runtime: Runtime, text: str) -> int:
    return runtime.size(text)


def _length(runtime: Runtime, text: str | bytes) -> int:
    """LENGTH: bytes without trailing blanks, of VARCHARs too, but not of TEXT
    (4JS LENGTH)."""
    if isinstance(text, bytes):
        return len(text)
    return runtime.size(text.rstrip(" "))


# --- result types ------------------------------------------------------------


def _padded(arguments: Sequence[b.Expr]) -> SQLType:
    return text_of(constant(arguments[1]) or 255, arguments[0].type)


def _substring_type(arguments: Sequence[b.Expr]) -> SQLType:
    length = t.char_length(arguments[0].type)
    if len(arguments) > 2:
        length = min(length, max(constant(arguments[2]) or length, 1))
    return text_of(length, arguments[0].type)


def _replaced(arguments: Sequence[b.Expr]) -> SQLType:
    length = t.char_length(arguments[0].type)
    growing = len(arguments) > 2
    return text_of(max(length, 255) if growing else length, arguments[0].type)


def _spaces(arguments: Sequence[b.Expr]) -> SQLType:
    return text_of(constant(arguments[0]) or 255, t.varchar(1))


SIGNATURES = {
    "upper": Signature("c", same, str.upper),
    "lower": Signature("c", same, str.lower),
    "initcap": Signature("c", same, initcap),
    "reverse": Signature("p", same_width, lambda text: text[::-1]),
    "substr": Signature("pi|i", _substring_type, substr),
    "substring": Signature("pi|i", _substring_type, substring),
    "left": Signature("pi", same_width, _left),
    "right": Signature("pi", same_width, _right),
    "lpad": Signature("pi|p", _padded, lpad, grows=True),
    "rpad": Signature("pi|p", _padded, rpad, grows=True),
    "replace": Signature("pp|p", _replaced, replace, strict=False, grows=True),
    "ltrim": Signature("p|p", same_width, lambda text, cut=" ": text.lstrip(cut)),
    "rtrim": Signature("p|p", same_width, lambda text, cut=" ": text.rstrip(cut)),
    "instr": Signature("pp|ii", t.INTEGER_TYPE, instr),
    "substring_index": Signature("ppi", same_width, substring_index),
    "charindex": Signature("pp|i", t.INTEGER_TYPE, charindex),
    "ascii": Signature("s", t.INTEGER_TYPE, _ascii),
    "chr": Signature("i", t.varchar(1), _chr),
    "space": Signature("i", _spaces, _blanks, grows=True),
}
_SIDES = {"both": 0, "leading": 1, "trailing": 2}


# --- functions with rules of their own ---------------------------------------


def _bind_length(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    """LENGTH and its relatives want a string: SQLError(-575)."""
    if len(node.arguments) != 1:
        raise wrong_count(node)
    expr = binder.bind(node.arguments[0], t.varchar(255))
    if t.family(expr.type) in ("byte", "text"):
        return b.Op(t.INTEGER_TYPE, "lo_length", (expr,))
    if t.family(expr.type) not in ("string", "null"):
        raise SQLError(-575, offset=node.position)
    name = {"len": "length", "character_length": "char_length"}.get(
        node.name.name, node.name.name
    )
    if name != "length" and t.family(expr.type) == "string":
        expr = binder.text(expr)
    return b.Op(t.INTEGER_TYPE, f"fn_{name}", (expr,))


def _bind_concat(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    if len(node.arguments) != 2:
        raise wrong_count(node)
    left, right = (binder.bind(arg, t.varchar(255)) for arg in node.arguments)
    return binder.concatenate(left, right)


def bind_trim(binder: ExpressionBinder, node: ast.Trim) -> b.Expr:
    operand = bind_argument(binder, node.operand, "p")
    if node.character is None:
        character: b.Expr = b.Const(t.char(1), " ")
    else:
        character = binder.bind(node.character, t.char(1))
        if t.family(character.type) not in ("string", "null"):
            raise SQLError(-880, offset=node.position)
        if isinstance(character, b.Const) and len(character.value or "") > 1:
            raise SQLError(-879, offset=node.position)
    side = b.Const(t.INTEGER_TYPE, _SIDES[node.side])
    return b.Op(same_width((operand,)), "fn_trim", (operand, side, character))


def bind_subscript(binder: ExpressionBinder, node: ast.Subscript) -> b.Expr:
    """``col[i, j]``: SQLError(-305) unless a character column, -306 out of range."""
    operand = binder.bind(node.operand)
    if t.family(operand.type) != "string" or not isinstance(operand, b.ColumnRef):
        raise SQLError(-305, offset=node.position)
    first = bind_argument(binder, node.first, "i")
    last = first if node.last is None else bind_argument(binder, node.last, "i")
    limits = constant(first), constant(last)
    size = t.char_length(operand.type)
    if limits[0] is not None and limits[1] is not None:
        if not 1 <= limits[0] <= limits[1] <= size:
            raise SQLError(-306, offset=node.position)
        size = limits[1] - limits[0] + 1
    national = operand.type.code in (t.NCHAR, t.NVARCHAR)
    result = t.char(size, t.NCHAR if national else t.CHAR)
    return b.Op(result, "fn_subscript", (operand, first, last))


def _bind_to_number(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    if len(node.arguments) != 1:
        raise wrong_count(node)
    return binder.convert(
        bind_argument(binder, node.arguments[0], "s"), rules.FLOATING_32
    )


BINDERS: dict[str, CallBinder] = {
    "length": _bind_length,
    "len": _bind_length,
    "char_length": _bind_length,
    "character_length": _bind_length,
    "octet_length": _bind_length,
    "concat": _bind_concat,
    "to_number": _bind_to_number,
}


def register(runtime: Runtime) -> None:
    """Register what the functions with their own binders call."""
    runtime.register("fn_length", lambda text: _length(runtime, text))
    runtime.register("fn_octet_length", lambda text: _octets(runtime, text))
    runtime.register("fn_char_length", len)
    runtime.register("text_ok", lambda text, limit: _checked(runtime, text, limit))
    runtime.register("fn_trim", trim)
    runtime.register("fn_subscript", subscript)
    runtime.register("fn_overlay", overlay)
