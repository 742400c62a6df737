"""The two implementations side by side, and what a call to one comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from informix_db._wire import (
    accel,
    decode,
    encode,
    encode_tuple,
    limits,
    rowtuple,
    runs,
)


@dataclass(frozen=True)
class Twin:
    """One implementation of the hot path."""

    name: str
    plan: Any
    parse_tuple_payload: Any
    bind_context: Any
    encode_row: Any
    take_plain_rows: Any
    read_run: Any
    limits: Any
    tuple_encoder: Any
    row_base: Any
    make_rows: Any


PURE = Twin(
    "python",
    decode.Plan,
    decode.parse_tuple_payload,
    encode.BindContext,
    encode.encode_row,
    encode.take_plain_rows,
    runs.read_run,
    limits.Limits,
    encode_tuple.tuple_encoder,
    rowtuple.RowBase,
    rowtuple.make_rows,
)
COMPILED = Twin(
    "cython",
    accel.Plan,
    accel.parse_tuple_payload,
    accel.BindContext,
    accel.encode_row,
    accel.take_plain_rows,
    accel.read_run,
    accel.Limits,
    accel.tuple_encoder,
    accel.RowBase,
    accel.make_rows,
)


def outcome(call: Callable[[], Any]) -> tuple[Any, ...]:
    """Return what `call` returns or raises, in a form that shows every difference.

    Values are compared by type and repr: that tells 1.0 from 1, 0.0 from -0.0 and
    Decimal("1.0") from Decimal("1.00"), and NaN equals NaN.
    """
    try:
        value = call()
    except Exception as exc:
        return "raises", type(exc), str(exc)
    return "returns", shape(value)


def shape(value: Any) -> Any:
    """Return a value's types and reprs."""
    if isinstance(value, (tuple, list)):
        return type(value), [shape(item) for item in value]
    return type(value), repr(value)
