"""Single values: bytes of a row cell to Python.

The pure-Python reference for every scalar type (docs/PROTOCOL.md section 5) [J, P].
`cell_decoder` turns a plan step into a function; rows are `decode`'s business.

A decoder of fixed width is ``decode(data, pos) -> value`` and may read `width`
bytes; one of variable width is ``decode(data, pos, end) -> (value, new pos)``.
`Short`, `Malformed` and `Unrepresentable` are the three ways a cell can fail.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from enum import IntEnum
from struct import Struct
from typing import Any

from informix_db._wire import constants as c
from informix_db.types import IntervalYM

Data = bytes | bytearray
FixedDecoder = Callable[[Data, int], Any]
VariableDecoder = Callable[[Data, int, int], "tuple[Any, int]"]


class Short(Exception):
    """The payload ends inside the cell; `missing` bytes of it are not there."""

    def __init__(self, missing: int) -> None:
        super().__init__(missing)
        self.missing = missing


class Malformed(Exception):
    """The cell's bytes are not a value of its type."""


class Unrepresentable(Exception):
    """The cell holds a legal value that Python's type cannot hold."""


class Kind(IntEnum):
    """How a cell is read. The compiled decoder has the same numbers."""

    SMALLINT = 1
    INT = 2
    BIGINT = 3
    INT8 = 4
    FLOAT = 5
    SMALLFLOAT = 6
    DECIMAL = 7  # argument: scale, FLOATING_SCALE if none is fixed
    DATE = 8
    DATETIME_DATE = 9  # argument of this and the next four: encoded length
    DATETIME_TIME = 10
    DATETIME_FULL = 11
    INTERVAL_DAY = 12
    INTERVAL_YM = 13
    CHAR = 14
    VARCHAR = 15
    VARCHAR_PADDED = 16  # the cell is padded to the maximum: width is that plus 1
    LVARCHAR = 17
    BOOLEAN = 18
    # From here on the compiled decoder leaves cells to `largecells`.
    BYTE = 19
    TEXT = 20
    BLOB = 21
    CLOB = 22
    COMPOSITE = 23  # argument: TypeText


# (kind, width or 0 if variable, argument)
Step = tuple[int, int, Any]

_SHORT = Struct(">h").unpack_from
_INT = Struct(">i").unpack_from
_LONG = Struct(">q").unpack_from
_DOUBLE = Struct(">d").unpack_from
_SINGLE = Struct(">f").unpack_from
_INT8 = Struct(">hII").unpack_from
_INDICATED = Struct(">Bi").unpack_from

_NULL_DOUBLE = b"\xff" * 8
_NULL_SINGLE = b"\xff" * 4

# Two decimal digits for each base-100 digit.
_PAIRS = tuple(f"{n:02d}" for n in range(100))

# Day 0 of DATE is 1899-12-31 [J].
DATE_EPOCH = datetime.date(1899, 12, 31).toordinal()
_MAX_ORDINAL = datetime.date.max.toordinal()

_MAX_LEADING = 9  # digits of an INTERVAL's first field, INTERVAL YEAR(9) [P]

# The year of a DATETIME that has none. A leap year, so that every MONTH TO DAY is a
# date; a missing month is January, whose 31 days hold every DAY.
_MISSING_YEAR = 2000


# -- numbers ------------------------------------------------------------------------


def _smallint(data: Data, pos: int) -> int | None:
    value: int = _SHORT(data, pos)[0]
    return None if value == -0x8000 else value


def _int(data: Data, pos: int) -> int | None:
    value: int = _INT(data, pos)[0]
    return None if value == -0x80000000 else value


def _bigint(data: Data, pos: int) -> int | None:
    value: int = _LONG(data, pos)[0]
    return None if value == -0x8000000000000000 else value


def _int8(data: Data, pos: int) -> int | None:
    sign, low, high = _INT8(data, pos)
    if sign == 0:
        return None
    magnitude: int = high << 32 | low
    if sign == 1:
        return magnitude
    if sign == -1:
        return -magnitude
    raise Malformed(f"INT8 sign {sign}")


def _float(data: Data, pos: int) -> float | None:
    if data[pos : pos + 8] == _NULL_DOUBLE:
        return None
    value: float = _DOUBLE(data, pos)[0]
    return value


def _smallfloat(data: Data, pos: int) -> float | None:
    if data[pos : pos + 4] == _NULL_SINGLE:
        return None
    value: float = _SINGLE(data, pos)[0]
    return value


def unpack_digits(data: Data, pos: int, width: int) -> tuple[bool, int, str] | None:
    """Read a packed decimal: (negative, exponent in base 100, decimal digits).

    The digits are two for each byte after the head; None is NULL. A negative number
    is stored as the hundreds complement of its magnitude, its head inverted [J].
    """
    head = data[pos]
    raw = data[pos + 1 : pos + width]
    if head == 0 and not any(raw[:1]):
        return None
    try:
        digits = "".join([_PAIRS[byte] for byte in raw])
    except IndexError:
        raise Malformed(f"base-100 digit {max(raw)}") from None
    if head & 0x80:
        return False, (head & 0x7F) - 64, digits
    count = len(digits)
    magnitude = 10**count - int(digits or "0")
    return True, (head ^ 0x7F) - 64, str(magnitude)[-count:].zfill(count)


def decimal_of(data: Data, pos: int, width: int, scale: int) -> Decimal | None:
    """Read a DECIMAL or MONEY cell: exact, with the declared scale if there is one.

    Without one (`scale` FLOATING_SCALE) zeros at the end of the fraction are dropped.
    """
    unpacked = unpack_digits(data, pos, width)
    if unpacked is None:
        return None
    negative, exponent100, digits = unpacked
    exponent = 2 * exponent100 - len(digits)
    number = int(digits or "0")
    if scale != c.FLOATING_SCALE:
        number, exponent = _rescale(number, exponent, -scale)
    elif number == 0:
        exponent = 0
    elif exponent < 0:
        zeros = len(digits) - len(digits.rstrip("0"))
        number, exponent = _rescale(number, exponent, exponent + min(zeros, -exponent))
    sign = "-" if negative and number else ""
    return Decimal(f"{sign}{number}E{exponent}")


def _rescale(number: int, exponent: int, target: int) -> tuple[int, int]:
    """Express number * 10**exponent with exponent `target`, if that is exact."""
    if exponent >= target:
        return number * 10 ** (exponent - target), target
    quotient, remainder = divmod(number, 10 ** (target - exponent))
    return (number, exponent) if remainder else (quotient, target)


# -- dates, times, intervals --------------------------------------------------------


def _date(data: Data, pos: int) -> datetime.date | None:
    days: int = _INT(data, pos)[0]
    if days == -0x80000000:
        return None
    ordinal = DATE_EPOCH + days
    if not 1 <= ordinal <= _MAX_ORDINAL:
        raise Unrepresentable(f"DATE {days} days after 1899-12-31 is outside of date")
    return datetime.date.fromordinal(ordinal)


class Qualifier:
    """A DATETIME or INTERVAL qualifier, taken apart from its encoded length.

    encoded length = digits << 8 | first field << 4 | last field [J].
    """

    __slots__ = ("exponent", "first", "fraction", "last", "leading", "width", "zeros")

    def __init__(self, encoded_length: int) -> None:
        total = encoded_length >> 8
        self.first = encoded_length >> 4 & 0x0F
        self.last = encoded_length & 0x0F
        self.fraction = max(0, self.last - c.SECOND)
        whole = 0 if self.first > c.SECOND else min(self.last, c.SECOND) - self.first
        # digits of the first field, none if that is the fraction; the other fields
        # have two each
        self.leading = total - whole - self.fraction
        integral = self.leading + whole
        # a first field of odd width takes its leading digit alone [J]
        self.zeros = integral & 1
        self.width = 1 + (integral + 1) // 2 + (self.fraction + 1) // 2
        self.exponent = (total + c.SECOND - self.last + 1) // 2


def qualifier_is_sound(encoded_length: int) -> bool:
    """Whether an encoded length is a qualifier that can be read."""
    if encoded_length < 0 or encoded_length > 0xFFFF:
        return False
    first, last = encoded_length >> 4 & 0x0F, encoded_length & 0x0F
    if last < first and not (first == 12 and last == 11):
        return False
    if first > 12 or (first <= c.SECOND and first & 1):
        return False
    if last <= c.SECOND and last & 1:
        return False
    leading = Qualifier(encoded_length).leading
    return 1 <= leading <= _MAX_LEADING if first <= c.SECOND else leading == 0


def temporal_fields(
    data: Data, pos: int, width: int, qualifier: Qualifier
) -> tuple[bool, dict[int, int], int] | None:
    """Read a DATETIME or INTERVAL: (negative, value by field, microseconds).

    Leading zero digits may be left out, which lowers the exponent.
    """
    unpacked = unpack_digits(data, pos, width)
    if unpacked is None:
        return None
    negative, exponent, digits = unpacked
    missing = qualifier.exponent - exponent
    if missing and digits.strip("0"):
        shifted = "00" * missing + digits
        if missing < 0 or shifted[len(digits) :].strip("0"):
            raise Malformed(f"exponent {exponent} of a time")
        digits = shifted[: len(digits)]
    at = qualifier.zeros
    fields = {}
    if qualifier.leading:
        end = at + qualifier.leading
        fields[qualifier.first] = int(digits[at:end])
        at = end
        for field in range(qualifier.first + 2, min(qualifier.last, c.SECOND) + 1, 2):
            fields[field] = int(digits[at : at + 2])
            at += 2
    microseconds = int(digits[at : at + qualifier.fraction].ljust(6, "0"))
    return negative, fields, microseconds


def _datetime_parts(
    data: Data, pos: int, width: int, qualifier: Qualifier
) -> tuple[int, int, int, int, int, int, int] | None:
    parts = temporal_fields(data, pos, width, qualifier)
    if parts is None:
        return None
    negative, fields, microseconds = parts
    if negative:
        raise Malformed("a negative DATETIME")
    get = fields.get
    return (
        get(c.YEAR, _MISSING_YEAR),
        get(c.MONTH, 1),
        get(c.DAY, 1),
        get(c.HOUR, 0),
        get(c.MINUTE, 0),
        get(c.SECOND, 0),
        microseconds,
    )


def _out_of_range(parts: tuple[int, ...]) -> Unrepresentable:
    text = "{:04d}-{:02d}-{:02d} {:02d}:{:02d}:{:02d}.{:06d}".format(*parts)
    return Unrepresentable(f"DATETIME {text} has no datetime")


def _datetime_decoder(kind: Kind, width: int, encoded_length: int) -> FixedDecoder:
    qualifier = Qualifier(encoded_length)

    def date_cell(data: Data, pos: int) -> Any:
        parts = _datetime_parts(data, pos, width, qualifier)
        if parts is None:
            return None
        try:
            return datetime.date(*parts[:3])
        except (ValueError, OverflowError):
            raise _out_of_range(parts) from None

    def time_cell(data: Data, pos: int) -> Any:
        parts = _datetime_parts(data, pos, width, qualifier)
        if parts is None:
            return None
        try:
            return datetime.time(*parts[3:])
        except (ValueError, OverflowError):
            raise _out_of_range(parts) from None

    def full_cell(data: Data, pos: int) -> Any:
        parts = _datetime_parts(data, pos, width, qualifier)
        if parts is None:
            return None
        try:
            return datetime.datetime(*parts)
        except (ValueError, OverflowError):
            raise _out_of_range(parts) from None

    if kind is Kind.DATETIME_DATE:
        return date_cell
    return time_cell if kind is Kind.DATETIME_TIME else full_cell


def _interval_day_decoder(width: int, encoded_length: int) -> FixedDecoder:
    qualifier = Qualifier(encoded_length)

    def cell(data: Data, pos: int) -> Any:
        parts = temporal_fields(data, pos, width, qualifier)
        if parts is None:
            return None
        negative, fields, microseconds = parts
        get = fields.get
        try:
            value = datetime.timedelta(
                days=get(c.DAY, 0),
                hours=get(c.HOUR, 0),
                minutes=get(c.MINUTE, 0),
                seconds=get(c.SECOND, 0),
                microseconds=microseconds,
            )
            return -value if negative else value
        except OverflowError:
            raise Unrepresentable("INTERVAL outside of timedelta") from None

    return cell


def _interval_ym_decoder(width: int, encoded_length: int) -> FixedDecoder:
    qualifier = Qualifier(encoded_length)

    def cell(data: Data, pos: int) -> Any:
        parts = temporal_fields(data, pos, width, qualifier)
        if parts is None:
            return None
        negative, fields, _ = parts
        months = fields.get(c.YEAR, 0) * 12 + fields.get(c.MONTH, 0)
        return IntervalYM(-months if negative else months)

    return cell


# -- text and truth -----------------------------------------------------------------


def _char_decoder(width: int, encoding: str) -> FixedDecoder:
    def cell(data: Data, pos: int) -> str | None:
        raw = data[pos : pos + width]
        if not raw or raw[0] == 0:
            return None
        return raw.rstrip(b" ").decode(encoding)

    return cell


def _varchar_decoder(encoding: str) -> VariableDecoder:
    def cell(data: Data, pos: int, end: int) -> tuple[str | None, int]:
        if pos >= end:
            raise Short(1)
        start = pos + 1
        stop = start + data[pos]
        if stop > end:
            raise Short(stop - end)
        if stop - start == 1 and data[start] == 0:
            return None, stop
        return data[start:stop].decode(encoding), stop

    return cell


def _varchar_padded_decoder(width: int, encoding: str) -> FixedDecoder:
    def cell(data: Data, pos: int) -> str | None:
        length = data[pos]
        if length >= width:
            raise Malformed(f"VARCHAR length {length} in a cell of {width} bytes")
        if length == 1 and data[pos + 1] == 0:
            return None
        return data[pos + 1 : pos + 1 + length].decode(encoding)

    return cell


def indicated(data: Data, pos: int, end: int) -> tuple[bool, int, int]:
    """Read the head of an opaque cell: (is NULL, start, stop of the value)."""
    start = pos + 5
    if start > end:
        raise Short(start - end)
    indicator, length = _INDICATED(data, pos)
    if length < 0:
        raise Malformed(f"length {length}")
    stop = start + length
    if stop > end:
        raise Short(stop - end)
    return indicator != 0, start, stop


def _lvarchar_decoder(encoding: str) -> VariableDecoder:
    def cell(data: Data, pos: int, end: int) -> tuple[str | None, int]:
        is_null, start, stop = indicated(data, pos, end)
        return (None if is_null else data[start:stop].decode(encoding)), stop

    return cell


_TRUTH = {b"t": True, b"\x01": True, b"f": False, b"\x00": False}


def _boolean(data: Data, pos: int, end: int) -> tuple[bool | None, int]:
    is_null, start, stop = indicated(data, pos, end)
    if is_null:
        return None, stop
    raw = bytes(data[start:stop])
    try:
        return _TRUTH[raw], stop
    except KeyError:
        raise Malformed(f"BOOLEAN 0x{raw[:8].hex()}") from None


_PLAIN: dict[Kind, FixedDecoder] = {
    Kind.SMALLINT: _smallint,
    Kind.INT: _int,
    Kind.BIGINT: _bigint,
    Kind.INT8: _int8,
    Kind.FLOAT: _float,
    Kind.SMALLFLOAT: _smallfloat,
    Kind.DATE: _date,
}


def cell_decoder(step: Step, encoding: str) -> FixedDecoder | VariableDecoder:
    """Return the decoder of one plan step; variable if the step's width is 0."""
    number, width, argument = step
    kind = Kind(number)
    plain = _PLAIN.get(kind)
    if plain is not None:
        return plain
    if kind is Kind.DECIMAL:
        return lambda data, pos: decimal_of(data, pos, width, argument)
    if kind in (Kind.DATETIME_DATE, Kind.DATETIME_TIME, Kind.DATETIME_FULL):
        return _datetime_decoder(kind, width, argument)
    if kind is Kind.INTERVAL_DAY:
        return _interval_day_decoder(width, argument)
    if kind is Kind.INTERVAL_YM:
        return _interval_ym_decoder(width, argument)
    if kind is Kind.CHAR:
        return _char_decoder(width, encoding)
    if kind is Kind.VARCHAR:
        return _varchar_decoder(encoding)
    if kind is Kind.VARCHAR_PADDED:
        return _varchar_padded_decoder(width, encoding)
    if kind is Kind.LVARCHAR:
        return _lvarchar_decoder(encoding)
    return _boolean
