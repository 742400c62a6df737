"""Collections and ROWs: their text form, which is also how they are stored.

Literals come as SQL, or as a string that holds it. DATEs inside are kept and told in
DBDATE Y4MD-, whatever the session's own. Only constants can be inside.
"""

from __future__ import annotations

from typing import Any

from informix_db.testing.api import BoundParameter, CompositeValue, SQLError, SQLType
from informix_db.testing.sql import ast, boundary, values
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.lexer import END, Tokens
from informix_db.testing.sql.literals import literal, qualified
from informix_db.testing.sql.parser import Parser
from informix_db.testing.sql.parser_base import UnsupportedError
from informix_db.testing.sql.temporal import parse_datetime, parse_interval
from informix_db.testing.sql.values import Context

_NO_CAST, _NULL_ELEMENT = -9634, -9978
_TEXT = t.lvarchar(t.MAX_LVARCHAR)
_CONSTRUCTORS = (ast.CollectionLiteral, ast.RowConstructor)
_COLLECTIONS = {"set": t.SET, "multiset": t.MULTISET, "list": t.LIST}

_stored = Context()
_stored.dbdate = "Y4MD-"


# --- text into items -------------------------------------------------------------


def _parse(text: str) -> ast.Expression:
    """Return the literal in a string; SQLError(-9634) if it holds something else."""
    parser = Parser(Tokens(text))
    try:
        node = parser.expression()
    except (SQLError, UnsupportedError):
        raise SQLError(_NO_CAST, token=text[:80]) from None
    if not parser.at(END):
        raise SQLError(_NO_CAST, token=text[:80])
    return node


def _items(node: ast.Expression, target: SQLType, context: Context) -> tuple[Any, ...]:
    """Return the items of a literal, in the storage forms of the target's types; a
    cast to one of these is of no use, but allowed."""
    if isinstance(node, ast.Cast):
        node = node.operand
    if isinstance(node, ast.CollectionLiteral):
        if _COLLECTIONS[node.kind] != target.code:
            raise SQLError(_NO_CAST, token=node.kind)
        if not target.fields[0].type.nullable and any(map(_is_null, node.items)):
            raise SQLError(_NULL_ELEMENT)
        types = [target.fields[0].type] * len(node.items)
    elif isinstance(node, ast.RowConstructor) and target.code == t.ROW:
        types = [field.type for field in target.fields]
        if len(types) != len(node.items):
            raise SQLError(_NO_CAST, token=target.name)
    else:
        raise SQLError(_NO_CAST, token=target.name)
    pairs = zip(node.items, types, strict=True)
    return tuple(_item(item, item_type, context) for item, item_type in pairs)


def _is_null(node: ast.Expression) -> bool:
    return isinstance(node, ast.Literal) and node.value is None


def _item(node: ast.Expression, target: SQLType, context: Context) -> Any:
    if isinstance(node, _CONSTRUCTORS) or (
        isinstance(node, ast.Cast) and isinstance(node.operand, _CONSTRUCTORS)
    ):
        return _text(_items(node, target, context), target)
    constant = _constant(node)
    if constant.value is None:
        return None
    convert = context.converter(constant.type, target)
    return constant.value if convert is None else convert(constant.value)


def _constant(node: ast.Expression) -> b.Const:
    if isinstance(node, ast.Unary) and isinstance(node.operand, ast.Literal):
        value = node.operand.value
        if isinstance(value, str) or value is None:
            raise SQLError(-1260, offset=node.position)
        return literal(-value if node.operator == "-" else value)
    if isinstance(node, ast.Literal):
        return literal(node.value)
    if isinstance(node, ast.DatetimeLiteral):
        sql_type = qualified("datetime", node.qualifier)
        return b.Const(sql_type, parse_datetime(node.text, *t.qualifier(sql_type)))
    if isinstance(node, ast.IntervalLiteral):
        sql_type = qualified("interval", node.qualifier)
        return b.Const(sql_type, parse_interval(node.text, sql_type))
    raise unsupported("an expression in a collection or ROW", node.position)


# --- items into text -------------------------------------------------------------


def _text(items: tuple[Any, ...], sql_type: SQLType) -> str:
    """Return the text form; a SET has no element twice."""
    types = [field.type for field in sql_type.fields]
    if sql_type.code == t.ROW:
        return f"ROW({','.join(map(_item_text, items, types))})"
    texts = [_item_text(item, types[0]) for item in items]
    if sql_type.code == t.SET:
        texts = list(dict.fromkeys(texts))
    name = next(name for name, code in _COLLECTIONS.items() if code == sql_type.code)
    return f"{name.upper()}{{{','.join(texts)}}}"


def _item_text(item: Any, sql_type: SQLType) -> str:
    if item is None:
        return "NULL"
    if sql_type.fields:
        return str(item)
    convert = _stored.converter(sql_type, _TEXT)
    text = str(item if convert is None else convert(item))
    if t.family(sql_type) in ("int", "float", "decimal"):
        return text
    return "'" + text.replace("'", "''") + "'"


# --- the ways in and out ---------------------------------------------------------


def constant(node: ast.Expression, target: SQLType, context: Context) -> b.Const:
    """Return a literal in SQL as the constant a column of type `target` stores."""
    if not target.fields:
        raise unsupported("a collection or ROW of no declared type", node.position)
    return b.Const(target, _text(_items(node, target, context), target))


def exported(text: str, sql_type: SQLType) -> CompositeValue:
    """Return a stored value as `api` has it."""
    items = _items(_parse(text), sql_type, _stored)
    types = [field.type for field in sql_type.fields]
    if sql_type.code != t.ROW:
        types *= len(items)
    values_ = []
    for item, item_type in zip(items, types, strict=True):
        export = boundary.exporter(item_type)
        values_.append(item if item is None or export is None else export(item))
    return CompositeValue(text, tuple(values_))


def cardinality(text: str) -> int:
    """Return the number of items in a stored collection."""
    node = _parse(text)
    assert isinstance(node, ast.CollectionLiteral)
    return len(node.items)


def item(text: str, sql_type: SQLType, index: int) -> Any:
    """Return one item of a stored ROW, in the storage form of its field."""
    return _items(_parse(text), sql_type, _stored)[index]


def contains(value: Any, text: str, sql_type: SQLType) -> int:
    """Tell whether a value, in the form of the elements, is in a stored collection;
    blanks at the end do not count."""
    items = _items(_parse(text), sql_type, _stored)
    if isinstance(value, str):
        return int(value.rstrip(" ") in (str(item).rstrip(" ") for item in items))
    return int(value in items)


def imported(value: CompositeValue, sql_type: SQLType) -> str:
    """Return a bound value in storage form; its type describes the items bound."""
    types = [field.type for field in sql_type.fields]
    if sql_type.code != t.ROW:
        types *= len(value.items)
    items = []
    for item, item_type in zip(value.items, types, strict=True):
        if item is not None:
            parameter = BoundParameter(item_type, item)
            item, source = boundary.import_value(parameter)
            convert = _stored.converter(source, item_type)
            item = item if convert is None else convert(item)
        items.append(item)
    return _text(tuple(items), sql_type)


def _from_string(context: Context, source: SQLType, target: SQLType) -> values.Convert:
    return lambda text: _text(_items(_parse(text), target, context), target)


def _from_composite(
    context: Context, source: SQLType, target: SQLType
) -> values.Convert | None:
    """Items are converted one by one; one kind of collection becomes another."""
    if source.fields == target.fields and source.code == target.code:
        return None
    if t.ROW in (source.code, target.code) and source.code != target.code:
        raise values.no_conversion(source, target)
    name = next((n for n, code in _COLLECTIONS.items() if code == target.code), "row")

    def convert(text: str) -> str:
        node = _parse(text)
        if isinstance(node, ast.CollectionLiteral):
            node = ast.CollectionLiteral(node.position, name, node.items)
        return _text(_items(node, target, _stored), target)

    return convert


def register() -> None:
    """Make the conversions known."""
    values.add_conversion("string", "composite", _from_string)
    values.add_conversion("composite", "composite", _from_composite)
    values.add_conversion("composite", "string", lambda *_: None)
