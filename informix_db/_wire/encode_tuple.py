"""Rows as a server stores them: Python values to the cells of a PUT message.

The encodings of docs/PROTOCOL.md section 5, in the forms IBM's client puts for the same
columns [J]. Here the client converts, so only what needs no conversion is encoded: a
value that is not exactly one of the column's is `Unfit`, and is to be bound as a
parameter instead, which leaves the conversion to the server. Two rules are those of
BIND: numbers and text that cannot be stored raise DataError, and a time finer than
its column loses the digits of the fraction that the column does not have.

What is not known: cells of BYTE, TEXT, large objects, collections and rows.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal
from struct import Struct
from typing import Any, NamedTuple

from informix_db._wire import constants as c
from informix_db._wire.codecs import DATE_EPOCH, Qualifier, qualifier_is_sound
from informix_db._wire.describe import ColumnInfo, packed_width
from informix_db._wire.encode import (
    MAX_INT_BITS,
    base100,
    brief,
    pack_decimal,
    refuse_timezone,
)
from informix_db._wire.text import encode_text
from informix_db.exceptions import DataError
from informix_db.types import IntervalYM

CellEncoder = Callable[[Any], bytes]

_INT_PACK = Struct(">i").pack
_FLOAT_PACK = Struct(">d").pack
_SINGLE_PACK = Struct(">f").pack
_INT8_PACK = Struct(">hII").pack
_INDICATED = Struct(">Bi").pack  # indicator, length

_NULL_EXTENDED = _INDICATED(1, 0)
_TRUE = _INDICATED(0, 1) + b"\x01"  # as type 45, which RET_TYPE announces [J]
_FALSE = _INDICATED(0, 1) + b"\x00"

_EXACT_FLOAT = 2**53  # integers up to this are floats without loss

_EXPONENTS = range(-64, 64)

# The lowest value of each width is its NULL.
_INTEGER_LIMITS = {
    c.SMALLINT: 0x7FFF,
    c.INT: 0x7FFFFFFF,
    c.SERIAL: 0x7FFFFFFF,
    c.BIGINT: 0x7FFFFFFFFFFFFFFF,
    c.BIGSERIAL: 0x7FFFFFFFFFFFFFFF,
    c.INT8: 0x7FFFFFFFFFFFFFFF,
    c.SERIAL8: 0x7FFFFFFFFFFFFFFF,
}


class Unfit(Exception):
    """The value has no cell of its own in the column; the server may convert it."""


class PutType(NamedTuple):
    """The form of a column's cells, as RET_TYPE announces it before PUT."""

    code: int
    owner: bytes
    name: bytes
    length: int


# -- numbers -------------------------------------------------------------------------


def integer_limit(column: ColumnInfo) -> int | None:
    """Return the largest integer of the column's type, None if it is no integer's."""
    return _INTEGER_LIMITS.get(column.code)


def check_integer(value: int, limit: int, column: ColumnInfo) -> None:
    """Raise DataError if `value` is beyond the `limit` of the column's type."""
    if not -limit <= value <= limit:
        raise _out_of_range(value, column)


def _out_of_range(value: float | Decimal, column: ColumnInfo) -> DataError:
    return DataError(
        f"{brief(value)} is out of the range of {column.type_text} "
        f"(column {column.name})"
    )


def _integer_cell(column: ColumnInfo, limit: int) -> CellEncoder:
    width = {0x7FFF: ">h", 0x7FFFFFFF: ">i"}.get(limit, ">q")
    pack = Struct(width).pack
    if column.code in (c.INT8, c.SERIAL8):
        pack = _pack_int8

    def cell(value: Any) -> bytes:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unfit
        check_integer(value, limit, column)
        return pack(value)

    return cell


def _pack_int8(value: int) -> bytes:
    magnitude = abs(value)
    sign = -1 if value < 0 else 1
    return _INT8_PACK(sign, magnitude & 0xFFFFFFFF, magnitude >> 32)


def _as_float(value: Any) -> float:
    if isinstance(value, int) and not isinstance(value, bool):
        if not -_EXACT_FLOAT <= value <= _EXACT_FLOAT:
            raise Unfit
        return float(value)
    if not isinstance(value, float):
        raise Unfit
    if value - value != 0.0:  # NaN and the infinities
        raise DataError(f"Informix FLOAT has no {value}")
    return value


def _float_cell(value: Any) -> bytes:
    return _FLOAT_PACK(_as_float(value))


def _smallfloat_cell(column: ColumnInfo) -> CellEncoder:
    def cell(value: Any) -> bytes:
        try:
            return _SINGLE_PACK(_as_float(value))
        except OverflowError:
            raise _out_of_range(value, column) from None

    return cell


def _decimal_cell(column: ColumnInfo) -> CellEncoder:
    precision, scale = column.encoded_length >> 8, column.scale
    width = packed_width(column.encoded_length)
    zero = b"\x80".ljust(width, b"\0")

    def cell(value: Any) -> bytes:
        if isinstance(value, int) and not isinstance(value, bool):
            if value.bit_length() > MAX_INT_BITS:
                raise Unfit
            value = Decimal(value)
        if not isinstance(value, Decimal):
            raise Unfit
        negative, digits, exponent = _decimal_digits(value)
        if not digits:
            return zero
        if scale is None:
            fits = len(digits) <= precision
        else:
            fits = -exponent <= scale and len(digits) + exponent <= precision - scale
        if exponent & 1:
            digits += "0"
            exponent -= 1
        if len(digits) & 1:
            digits = "0" + digits
        exponent100 = (len(digits) + exponent) // 2
        if not fits or exponent100 not in _EXPONENTS:
            raise Unfit
        packed = pack_decimal(negative, exponent100, base100(digits))
        return packed.ljust(width, b"\0")

    return cell


def _decimal_digits(value: Decimal) -> tuple[bool, str, int]:
    """Return sign, digits without zeros at either end, and their exponent."""
    sign, digit_tuple, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise DataError(f"Informix DECIMAL has no {value}")
    digits = "".join(map(str, digit_tuple)).lstrip("0")
    significant = digits.rstrip("0")
    return bool(sign), significant, exponent + len(digits) - len(significant)


# -- dates, times, intervals ---------------------------------------------------------


def _date_cell(value: Any) -> bytes:
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        raise Unfit
    return _INT_PACK(value.toordinal() - DATE_EPOCH)


def _pack_fields(
    qualifier: Qualifier, negative: bool, whole: str, microsecond: int
) -> bytes:
    """Pack the digits before the fraction, and of that what the column has."""
    fraction = f"{microsecond:06d}"[: qualifier.fraction]
    digits = "0" * qualifier.zeros + whole + fraction + "0" * (qualifier.fraction & 1)
    return pack_decimal(negative, qualifier.exponent, base100(digits))


def _datetime_cell(encoded_length: int) -> CellEncoder:
    qualifier = Qualifier(encoded_length)
    first, last = qualifier.first, qualifier.last
    if first == c.YEAR and last == c.DAY:
        return lambda value: _pack_date(value, qualifier)
    if first not in (c.YEAR, c.HOUR) or last < c.MINUTE:
        return _unfit_cell
    kind = datetime.datetime if first == c.YEAR else datetime.time

    def cell(value: Any) -> bytes:
        if not isinstance(value, kind):
            raise Unfit
        refuse_timezone(value)
        whole = f"{value.hour:02d}{value.minute:02d}"
        if last >= c.SECOND:
            whole += f"{value.second:02d}"
        elif value.second:
            raise Unfit
        if isinstance(value, datetime.datetime):
            whole = f"{value.year:04d}{value.month:02d}{value.day:02d}{whole}"
        return _pack_fields(qualifier, False, whole, value.microsecond)

    return cell


def _pack_date(value: Any, qualifier: Qualifier) -> bytes:
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        raise Unfit
    whole = f"{value.year:04d}{value.month:02d}{value.day:02d}"
    return _pack_fields(qualifier, False, whole, 0)


def _unfit_cell(value: Any) -> bytes:
    raise Unfit


_SECONDS_OF_FIELD = {c.DAY: 86400, c.HOUR: 3600, c.MINUTE: 60, c.SECOND: 1}


def _interval_day_cell(encoded_length: int) -> CellEncoder:
    qualifier = Qualifier(encoded_length)
    fields = [
        (field, seconds)
        for field, seconds in _SECONDS_OF_FIELD.items()
        if qualifier.first <= field <= qualifier.last
    ]
    if not fields:
        return _unfit_cell

    def cell(value: Any) -> bytes:
        if not isinstance(value, datetime.timedelta):
            raise Unfit
        negative = value < datetime.timedelta(0)
        magnitude = -value if negative else value
        rest = magnitude.days * 86400 + magnitude.seconds
        whole = ""
        for _, seconds in fields:
            count, rest = divmod(rest, seconds)
            whole += f"{count:02d}" if whole else f"{count:0{qualifier.leading}d}"
        if rest or len(whole) != qualifier.leading + 2 * (len(fields) - 1):
            raise Unfit
        return _pack_fields(qualifier, negative, whole, magnitude.microseconds)

    return cell


def _interval_ym_cell(encoded_length: int) -> CellEncoder:
    qualifier = Qualifier(encoded_length)

    def cell(value: Any) -> bytes:
        if not isinstance(value, IntervalYM):
            raise Unfit
        months = abs(value.months)
        whole = f"{months:0{qualifier.leading}d}"
        if qualifier.first == c.YEAR:
            years, months = divmod(months, 12)
            whole = f"{years:0{qualifier.leading}d}"
            if qualifier.last == c.MONTH:
                whole += f"{months:02d}"
            elif months:
                raise Unfit
        if len(whole) != qualifier.leading + qualifier.last - qualifier.first:
            raise Unfit
        return _pack_fields(qualifier, value.months < 0, whole, 0)

    return cell


# -- text and truth ------------------------------------------------------------------


def text_limit(column: ColumnInfo) -> int | None:
    """Return the bytes the column's text may have.

    None if its type is no text's, or the description does not tell.
    """
    if column.code in (c.VARCHAR, c.NVARCHAR):
        return column.encoded_length & 0xFF or None
    if column.code in (c.CHAR, c.NCHAR) or _is_lvarchar(column):
        return column.encoded_length or None
    return None


def fitting_text(raw: bytes, limit: int, column: ColumnInfo) -> bytes:
    """Return text that fits, or raise DataError. CHAR can lose blanks at its end.

    What would be read as NULL does not fit either.
    """
    is_char = column.code in (c.CHAR, c.NCHAR)
    if len(raw) > limit and is_char:
        raw = raw.rstrip(b" ")
    if len(raw) > limit:
        raise DataError(
            f"text of {len(raw)} bytes does not fit {column.type_text}({limit}) "
            f"(column {column.name})"
        )
    is_varchar = column.code in (c.VARCHAR, c.NVARCHAR)
    if (is_char and raw[:1] == b"\0") or (is_varchar and raw == b"\0"):
        what = "text that begins with NUL" if is_char else "text of one NUL"
        raise DataError(
            f"{column.type_text} has no {what}: it would be NULL (column {column.name})"
        )
    return raw


def _text_cell(column: ColumnInfo, limit: int, encoding: str) -> CellEncoder:
    code = column.code

    def cell(value: Any) -> bytes:
        if not isinstance(value, str):
            raise Unfit
        raw = fitting_text(encode_text(value, encoding), limit, column)
        if code not in (c.CHAR, c.NCHAR, c.VARCHAR, c.NVARCHAR):
            return _INDICATED(0, len(raw)) + raw
        if code in (c.CHAR, c.NCHAR):
            return raw.ljust(limit)
        if raw[:1] == b"\0":  # would it be NULL, too? [?]
            raise Unfit
        return bytes((len(raw),)) + raw

    return cell


def _boolean_cell(value: Any) -> bytes:
    if not isinstance(value, bool):
        raise Unfit
    return _TRUE if value else _FALSE


def _is_lvarchar(column: ColumnInfo) -> bool:
    return column.code == c.LVARCHAR or (
        column.code == c.UDT_VAR and column.extended_id == c.EXT_LVARCHAR
    )


def _is_boolean(column: ColumnInfo) -> bool:
    return column.code == c.BOOLEAN or (
        column.code == c.UDT_FIXED and column.extended_id == c.EXT_BOOLEAN
    )


# -- whole rows ----------------------------------------------------------------------


def _cell(column: ColumnInfo, encoding: str) -> tuple[CellEncoder, bytes] | None:
    """Return the encoder and the NULL of a column's cells, None if not known."""
    code, length = column.code, column.encoded_length
    limit = integer_limit(column)
    if limit is not None:
        cell = _integer_cell(column, limit)
        if code in (c.INT8, c.SERIAL8):
            return cell, bytes(10)
        return cell, b"\x80".ljust(limit.bit_length() // 8 + 1, b"\0")
    limit = text_limit(column)
    if limit is not None:
        cell = _text_cell(column, limit, encoding)
        if code in (c.CHAR, c.NCHAR):
            return cell, b"\0".ljust(length)
        return cell, b"\1\0" if code in (c.VARCHAR, c.NVARCHAR) else _NULL_EXTENDED
    if code == c.FLOAT:
        return _float_cell, b"\xff" * 8
    if code == c.SMALLFLOAT:
        return _smallfloat_cell(column), b"\xff" * 4
    if code in (c.DECIMAL, c.MONEY):
        return _decimal_cell(column), bytes(packed_width(length))
    if code == c.DATE:
        return _date_cell, b"\x80\0\0\0"
    if _is_boolean(column):
        return _boolean_cell, _NULL_EXTENDED
    if code in (c.DATETIME, c.INTERVAL) and qualifier_is_sound(length):
        return _temporal_cell(code, length), bytes(packed_width(length))
    return None


def _temporal_cell(code: int, length: int) -> CellEncoder:
    if code == c.DATETIME:
        return _datetime_cell(length)
    if length >> 4 & 0x0F <= c.MONTH:
        return _interval_ym_cell(length)
    return _interval_day_cell(length)


class TupleEncoder:
    """Encodes rows of one description. Made by `tuple_encoder`."""

    __slots__ = ("cells", "types")

    def __init__(
        self, cells: Sequence[tuple[CellEncoder, bytes]], types: Sequence[PutType]
    ) -> None:
        self.cells = tuple(cells)
        self.types = tuple(types)

    def encode(self, values: Sequence[Any]) -> bytes:
        """Return the tuple of one row.

        Raises DataError, naming the parameter counted from 1, for a value that cannot
        be stored, Unfit for one that must be bound.
        """
        cells: list[bytes] = []
        try:
            for value, (cell, null) in zip(values, self.cells, strict=True):
                cells.append(null if value is None else cell(value))
        except DataError as exc:
            raise DataError(f"parameter {len(cells) + 1}: {exc}") from None
        except (TypeError, ValueError):  # pandas.NaT, for one: BIND refuses it by name
            raise Unfit from None
        return b"".join(cells)


def tuple_encoder(columns: Sequence[ColumnInfo], encoding: str) -> TupleEncoder | None:
    """Return the encoder of rows of `columns`, None if one has no known cell."""
    cells = [_cell(column, encoding) for column in columns]
    known = [cell for cell in cells if cell is not None]
    if len(known) < len(cells):
        return None
    return TupleEncoder(known, [_put_type(column) for column in columns])


def _put_type(column: ColumnInfo) -> PutType:
    if _is_lvarchar(column):
        return PutType(c.LVARCHAR, b"informix", b"lvarchar", column.encoded_length)
    if _is_boolean(column):
        return PutType(c.BOOLEAN, b"informix", b"boolean", column.encoded_length)
    return PutType(column.code, b"", b"", column.encoded_length)
