"""Rows: the pure-Python twin of the compiled decoder, and the plans of both.

A plan is made once for a description and is immutable: which cells follow one
another and how each is read. `accel` chooses between this module and
`informix_db._speedups`; both give the same values, errors and positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Any, cast

from informix_db._wire import constants as c
from informix_db._wire.codecs import (
    Data,
    FixedDecoder,
    Kind,
    Malformed,
    Short,
    Step,
    Unrepresentable,
    VariableDecoder,
    cell_decoder,
    qualifier_is_sound,
)
from informix_db._wire.describe import ColumnInfo, packed_width
from informix_db._wire.largecells import (
    LARGE_KINDS,
    large_cell_decoder,
    large_step,
)
from informix_db._wire.rowerrors import (
    long_row,
    malformed,
    malformed_tuple,
    short_row,
    undecodable,
    unrepresentable,
)
from informix_db.exceptions import NotSupportedError

# TUPLE: tag, warn (ignored by IBM's client too [J]), payload length
_TUPLE_HEAD = Struct(">hhi")
TUPLE_HEAD_SIZE = _TUPLE_HEAD.size
_tuple_head = _TUPLE_HEAD.unpack_from

# Rows are at most 32 KiB plus their LVARCHARs; more is garbage.
MAX_TUPLE = 16 * 1024 * 1024

# Encoded lengths keep the number of digits in one byte [J].
MAX_DIGITS = 0xFF

_FIXED_KINDS = {
    c.SMALLINT: (Kind.SMALLINT, 2),
    c.INT: (Kind.INT, 4),
    c.SERIAL: (Kind.INT, 4),
    c.BIGINT: (Kind.BIGINT, 8),
    c.BIGSERIAL: (Kind.BIGINT, 8),
    c.INT8: (Kind.INT8, 10),
    c.SERIAL8: (Kind.INT8, 10),
    c.FLOAT: (Kind.FLOAT, 8),
    c.SMALLFLOAT: (Kind.SMALLFLOAT, 4),
    c.DATE: (Kind.DATE, 4),
}


def plan_steps(columns: Sequence[ColumnInfo], variable_varchar: bool) -> list[Step]:
    """Return one step per column; NotSupportedError names a type without a decoder."""
    return [_step(column, variable_varchar) for column in columns]


def _step(column: ColumnInfo, variable_varchar: bool) -> Step:
    code, length = column.code, column.encoded_length
    if code in _FIXED_KINDS:
        kind, width = _FIXED_KINDS[code]
        return kind, width, 0
    if code in (c.DECIMAL, c.MONEY) and 0 < length >> 8 <= MAX_DIGITS:
        return Kind.DECIMAL, packed_width(length), length & 0xFF
    if code in (c.CHAR, c.NCHAR) and length > 0:
        return Kind.CHAR, length, 0
    if code in (c.VARCHAR, c.NVARCHAR):
        if variable_varchar:
            return Kind.VARCHAR, 0, 0
        return Kind.VARCHAR_PADDED, (length & 0xFF) + 1, 0
    if code == c.LVARCHAR or (
        code == c.UDT_VAR and column.extended_id == c.EXT_LVARCHAR
    ):
        return Kind.LVARCHAR, 0, 0
    if code == c.BOOLEAN or (
        code == c.UDT_FIXED and column.extended_id == c.EXT_BOOLEAN
    ):
        return Kind.BOOLEAN, 0, 0
    if code in (c.DATETIME, c.INTERVAL) and qualifier_is_sound(length):
        return temporal_kind(code, length), packed_width(length), length
    step = large_step(column)
    if step is not None:
        return step
    raise NotSupportedError(
        f"column {column.name}: values of type {column.type_text} cannot be read; "
        "cast the column to a type this driver knows, such as LVARCHAR"
    )


def temporal_kind(code: int, encoded_length: int) -> Kind:
    first, last = encoded_length >> 4 & 0x0F, encoded_length & 0x0F
    if code == c.INTERVAL:
        return Kind.INTERVAL_YM if first <= c.MONTH else Kind.INTERVAL_DAY
    if last <= c.DAY:
        return Kind.DATETIME_DATE
    return Kind.DATETIME_TIME if first >= c.HOUR else Kind.DATETIME_FULL


def _decoder(step: Step, encoding: str) -> FixedDecoder | VariableDecoder:
    if step[0] in LARGE_KINDS:
        return large_cell_decoder(step, encoding)
    return cell_decoder(step, encoding)


class Plan:
    """How the rows of one description are read."""

    __slots__ = ("cells", "encoding", "names")

    def __init__(
        self, steps: Sequence[Step], names: Sequence[str], encoding: str
    ) -> None:
        self.names = tuple(names)
        self.encoding = encoding
        self.cells = tuple((step[1], _decoder(step, encoding)) for step in steps)


def parse_tuple_payload(data: Data, pos: int, end: int, plan: Plan) -> tuple[Any, ...]:
    """Decode the row in ``data[pos:end]``, which must be consumed exactly.

    Raises ProtocolError if the bytes are not such a row, DataError if a value has no
    Python equivalent.
    """
    values: list[Any] = []
    append = values.append
    try:
        for width, decode in plan.cells:
            if width:
                stop = pos + width
                if stop > end:
                    raise Short(stop - end)
                append(cast("FixedDecoder", decode)(data, pos))
                pos = stop
            else:
                value, pos = cast("VariableDecoder", decode)(data, pos, end)
                append(value)
    except Short as exc:
        raise short_row(plan.names, len(values), exc.missing) from None
    except Malformed as exc:
        raise malformed(plan.names, len(values), str(exc)) from None
    except Unrepresentable as exc:
        raise unrepresentable(plan.names, len(values), str(exc)) from None
    except UnicodeDecodeError as exc:
        raise undecodable(plan.names, len(values), plan.encoding, exc) from None
    if pos != end:
        raise long_row(plan.names, end - pos)
    return tuple(values)


def parse_tuples(
    data: Data, pos: int, end: int, plan: Plan, rows: list[tuple[Any, ...]] | None
) -> int:
    """Append the rows of the whole TUPLE messages at `pos`; return where they end.

    Stops before the first message that is not a whole TUPLE. Rows before one that
    cannot be decoded are appended all the same. Without `rows` they are passed over.
    """
    while end - pos >= TUPLE_HEAD_SIZE:
        tag, _warn, length = _tuple_head(data, pos)
        if tag != c.SQ_TUPLE:
            break
        if not 0 <= length <= MAX_TUPLE:
            raise malformed_tuple(length)
        start = pos + TUPLE_HEAD_SIZE
        stop = start + length
        following = stop + (length & 1)  # pad [J]
        if following > end:
            break
        if rows is not None:
            rows.append(parse_tuple_payload(data, start, stop, plan))
        pos = following
    return pos
