"""Bound values in the forms their places in a statement need."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from informix_db.testing.api import BoundParameter, SQLError, SQLType
from informix_db.testing.sql import types as t
from informix_db.testing.sql.boundary import import_value
from informix_db.testing.sql.decimals import CONTEXT, pack, unpack
from informix_db.testing.sql.rules import FLOATING_32
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.scope import Slot
from informix_db.testing.sql.temporal import date_to_days
from informix_db.testing.sql.values import parse_number

_LONG_TEXT = t.lvarchar(t.MAX_LVARCHAR)

# Classes of values whose type in storage form depends on the bound type and nothing
# else, and how they are brought into that form (as `import_value` does).
_IMPORTS: dict[type, Callable[[Any], Any] | None] = {
    int: None,
    str: None,
    float: None,
    bool: int,
    Decimal: lambda value: pack(CONTEXT.plus(value)),
    datetime.date: date_to_days,
}


def bind_parameters(
    slots: Sequence[Slot], parameters: Sequence[BoundParameter], runtime: Runtime
) -> list[Any]:
    """Return the parameters in the forms their slots need; SQLError(-254) on count."""
    if len(slots) != len(parameters):
        raise SQLError(-254)
    return [
        None if parameter.value is None else _bind(slot, parameter, runtime)
        for slot, parameter in zip(slots, parameters, strict=True)
    ]


def bind_columns(
    slots: Sequence[Slot],
    types: Sequence[SQLType | None],
    columns: Sequence[Sequence[Any]],
    runtime: Runtime,
) -> list[Sequence[Any]]:
    """Return the parameters of many executions as `bind_parameters`, by columns."""
    if len(slots) != len(columns):
        raise SQLError(-254)
    return [
        column if kind is None else _bind_column(slot, kind, column, runtime)
        for slot, kind, column in zip(slots, types, columns, strict=True)
    ]


def _bind_column(
    slot: Slot, sql_type: SQLType, column: Sequence[Any], runtime: Runtime
) -> Sequence[Any]:
    first = next(value for value in column if value is not None)
    _bind(slot, BoundParameter(sql_type, first), runtime)
    convert = slot.conversions.get((sql_type.code, sql_type.length, type(first)))
    if convert is _unchanged:
        return column
    if convert is None:
        return [
            None
            if value is None
            else _bind(slot, BoundParameter(sql_type, value), runtime)
            for value in column
        ]
    if None in column:
        return [None if value is None else convert(value) for value in column]
    return list(map(convert, column))


def _bind(slot: Slot, parameter: BoundParameter, runtime: Runtime) -> Any:
    """Convert one value; how is found out once for values of a kind."""
    sql_type = parameter.type
    key = sql_type.code, sql_type.length, type(parameter.value)
    convert = slot.conversions.get(key)
    if convert is not None:
        return convert(parameter.value)
    value, source = import_value(parameter)
    convert = _conversion(slot, source, runtime)
    if key[2] in _IMPORTS and t.family(sql_type) != "udt":
        slot.conversions[key] = _after(_IMPORTS[key[2]], convert)
    return value if convert is None else convert(value)


def _after(
    first: Callable[[Any], Any] | None, second: Callable[[Any], Any] | None
) -> Callable[[Any], Any]:
    if first is None:
        return second or _unchanged
    if second is None:
        return first
    return lambda value: second(first(value))


def _unchanged(value: Any) -> Any:
    return value


def _conversion(
    slot: Slot, source: SQLType, runtime: Runtime
) -> Callable[[Any], Any] | None:
    """Return the function from storage form to what a slot needs, None if none is."""
    target = slot.type
    if not slot.stores:
        kind = t.family(target)
        if kind == "int":
            family = t.family(source)
            return lambda value: _comparable_integer(value, family)
        if kind == "string":
            target = _LONG_TEXT
        elif kind == "decimal":
            target = FLOATING_32
    return runtime.converter(source, target)


def _comparable_integer(value: Any, kind: str) -> int | float:
    """Return a number to compare integers with: exact if it is one itself."""
    if kind in ("int", "float", "date", "boolean"):
        return value  # type: ignore[no-any-return]
    if kind not in ("string", "decimal"):
        raise SQLError(-1260)
    number = parse_number(value) if kind == "string" else unpack(value)
    if number == number.to_integral_value(context=CONTEXT) and abs(number) < 2**63:
        return int(number)
    return float(number)
