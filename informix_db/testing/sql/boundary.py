"""Values at the boundary of the engine: between storage form and what `api` names."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from informix_db.testing.api import (
    BoundParameter,
    CompositeValue,
    DatetimeValue,
    IntervalValue,
    SQLType,
)
from informix_db.testing.sql import types as t
from informix_db.testing.sql.decimals import CONTEXT, pack, unpack
from informix_db.testing.sql.temporal import (
    date_to_days,
    days_to_date,
    interval_from_value,
    interval_value,
)
from informix_db.testing.sql.values import Convert


def import_value(parameter: BoundParameter) -> tuple[Any, SQLType]:
    """Return a bound value in storage form, and the type that form belongs to."""
    value, sql_type = parameter.value, parameter.type
    if isinstance(value, CompositeValue):
        from informix_db.testing.sql.composites import imported

        return imported(value, sql_type), sql_type
    if isinstance(value, bool):
        return int(value), t.BOOLEAN_TYPE
    if isinstance(value, int):
        return value, sql_type if t.family(sql_type) == "int" else t.BIGINT_TYPE
    if isinstance(value, str):
        if t.family(sql_type) == "udt":
            return value, sql_type
        return value, t.lvarchar(t.MAX_LVARCHAR)
    if isinstance(value, float):
        return value, t.FLOAT_TYPE
    if isinstance(value, Decimal):
        return pack(CONTEXT.plus(value)), t.decimal(32)
    if isinstance(value, datetime.date):
        return date_to_days(value), t.DATE_TYPE
    if isinstance(value, DatetimeValue):
        return value.digits, t.datetime_type(value.first, value.last)
    if isinstance(value, IntervalValue):
        first = min(value.first, t.FRACTION_START)
        source = t.interval_type(first, value.last, 9 if first <= 10 else 0)
        return interval_from_value(value), source
    return value, sql_type


def exporter(sql_type: SQLType) -> Convert | None:
    """Return the function from storage form to the value `api` names."""
    kind = t.family(sql_type)
    if kind == "decimal":
        scale = t.precision_scale(sql_type)[1]
        if scale is None:
            return unpack
        unit = Decimal((0, (1,), -scale))
        return lambda data: unpack(data).quantize(unit, context=CONTEXT)
    if kind == "date":
        return days_to_date
    if kind == "composite":
        from informix_db.testing.sql.composites import exported

        return lambda text: exported(text, sql_type)
    if kind == "boolean":
        return bool
    if kind == "datetime":
        first, last = t.qualifier(sql_type)
        return lambda digits: DatetimeValue(digits, first, last)
    if kind == "interval":
        return lambda total: interval_value(total, sql_type)
    return None


def row_exporter(
    types: Sequence[SQLType],
) -> Callable[[tuple[Any, ...]], tuple[object, ...]] | None:
    """Return the function that exports whole rows, None if rows can go as they are."""
    work = [(i, f) for i, f in enumerate(map(exporter, types)) if f is not None]
    if not work:
        return None

    def export(row: tuple[Any, ...]) -> tuple[object, ...]:
        values = list(row)
        for index, function in work:
            if values[index] is not None:
                values[index] = function(values[index])
        return tuple(values)

    return export
