"""Parameters: Python values to the entries of a BIND message.

The pure-Python reference (docs/PROTOCOL.md section 6). Forms are those IBM's client
sends for the same Java type [J] unless marked. A value is sent as its own type and the
server converts it to the column's; nothing is rounded or cut here but one thing, by
rule: times are sent to 1/100000 s, the finest Informix stores, and digits beyond are
dropped.

An entry is: short type [types above 18 but 52, 53: pstr owner, pstr name], short
indicator, short precision, value padded to even. NULL ends after the precision.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from struct import Struct
from typing import TYPE_CHECKING, Any

from informix_db._wire import constants as c
from informix_db._wire.codecs import DATE_EPOCH
from informix_db._wire.literal import COMPOSITE_TYPES
from informix_db._wire.text import encode_text
from informix_db.exceptions import DataError, NotSupportedError
from informix_db.types import BlobLocator, ClobLocator, IntervalYM

if TYPE_CHECKING:
    from informix_db._wire.limits import Limits

_COUNT = Struct(">h").pack
_HEAD = Struct(">hhh").pack  # type, indicator, precision
_INT_ENTRY = Struct(">hhhi").pack
_LONG_ENTRY = Struct(">hhhq").pack
_INT8_ENTRY = Struct(">hhhhII").pack
_FLOAT_ENTRY = Struct(">hhhd").pack
_TEXT_HEAD = Struct(">hhhh").pack  # type, indicator, precision, length

# Precision IBM's client sends with integers [J].
_PREC_INT = 0x0A00
_PREC_BIGINT = 0x1300

NULL_ENTRY = _HEAD(c.CHAR, -1, 0)  # a NULL of no declared type [J, P]

# 43, no owner, no name, indicator 0, precision 0; then int length and bytes [J]
_LONG_TEXT_HEAD = Struct(">hhhhhi").pack

# 45 'informix' 'boolean', indicator 0, precision 1, int 1, the byte, pad [J]
_BOOLEAN_HEAD = bytes.fromhex("002d 0008") + b"informix" + b"\x00\x07boolean\x00"
# 44 'informix' 'blob', indicator 0, precision 72, length 72; then the locator [J]
_BLOB_HEAD = bytes.fromhex("002c 0008") + b"informix\x00\x04blob"
_BLOB_HEAD += bytes.fromhex("0000 0048 00000048")
_CLOB_HEAD = _BLOB_HEAD.replace(b"blob", b"clob")

_TRUE = _BOOLEAN_HEAD + bytes.fromhex("0000 0001 00000001 0100")
_FALSE = _BOOLEAN_HEAD + bytes.fromhex("0000 0001 00000001 0000")

# Type 0 text of more bytes goes as LVARCHAR, type 43 [J].
_MAX_SHORT_TEXT = 255

_LONGEST_NUMBER = 40  # characters of a number that a message repeats
_SLOW_TO_CONVERT = 20_000  # bits: the time for an int's digits grows with their square

# Bits of 10**126, which DECIMAL does not reach.
MAX_INT_BITS = 419

_MAX_EXPONENT100 = 63  # seven bits, biased by 64

_ZERO = b"\x80\x00"  # a head of the lowest exponent, one zero digit [J]

# Qualifiers: digits << 8 | first << 4 | last
_YEAR_TO_FRACTION5 = 0x130F  # [J]
_HOUR_TO_SECOND = 0x066A  # [J]
_HOUR_TO_FRACTION5 = 0x0B6F  # by the qualifier rule [?]
_DAY9_TO_FRACTION5 = 0x144F  # by the qualifier rule; IBM sends the column's own [?]
_YEAR9_TO_MONTH = 0x0B02  # by the qualifier rule [?]


class BindContext:
    """What encoding a parameter depends on besides its value."""

    __slots__ = ("bigint", "encoding")

    def __init__(self, encoding: str, bigint: bool) -> None:
        self.encoding = encoding
        self.bigint = bigint  # capability 54: BIGINT may be bound


Encoder = Callable[[Any, BindContext], bytes]


def pack_decimal(negative: bool, exponent100: int, pairs: bytes) -> bytes:
    """Pack base-100 digits as DECIMAL, DATETIME and INTERVAL hold them [J].

    There is no negative zero.
    """
    head = exponent100 + 64
    if not negative or not any(pairs):
        return bytes((0x80 | head,)) + pairs
    complement = bytearray(pairs)
    borrow = 100
    for at in range(len(pairs) - 1, -1, -1):
        if borrow == 100 and complement[at] == 0:
            continue
        complement[at] = borrow - complement[at]
        borrow = 99
    return bytes((head ^ 0x7F,)) + bytes(complement)


def base100(digits: str) -> bytes:
    """Two decimal digits to a byte; the number of digits is even."""
    return bytes([int(digits[i : i + 2]) for i in range(0, len(digits), 2)])


def brief(value: float | Decimal) -> str:
    """Return a number as messages have it: in full, unless that is long."""
    if isinstance(value, int) and value.bit_length() > _SLOW_TO_CONVERT:
        fraction, exponent = math.modf(math.log10(abs(value)))
        return f"{'-' * (value < 0)}{10**fraction:.6f}E+{exponent:.0f}"
    number = Decimal(value) if isinstance(value, int) else value
    text = str(number)
    return text if len(text) <= _LONGEST_NUMBER else f"{number:.6E}"


def _packed_entry(code: int, precision: int, packed: bytes) -> bytes:
    pad = b"\0" if len(packed) & 1 else b""
    return _TEXT_HEAD(code, 0, precision, len(packed)) + packed + pad


def _encode_int(value: int, context: BindContext) -> bytes:
    # The lowest value of each width is that width's NULL.
    if -0x80000000 < value < 0x80000000:
        return _INT_ENTRY(c.INT, 0, _PREC_INT, value)
    if not -0x8000000000000000 < value < 0x8000000000000000:
        if value.bit_length() > MAX_INT_BITS:
            raise DataError(f"{brief(value)} is outside the range of Informix DECIMAL")
        return _encode_decimal(Decimal(value), context)
    if context.bigint:
        return _LONG_ENTRY(c.BIGINT, 0, _PREC_BIGINT, value)
    magnitude = abs(value)
    sign = -1 if value < 0 else 1
    return _INT8_ENTRY(
        c.INT8, 0, _PREC_BIGINT, sign, magnitude & 0xFFFFFFFF, magnitude >> 32
    )


def _encode_bool(value: bool, context: BindContext) -> bytes:
    return _TRUE if value else _FALSE


def _encode_float(value: float, context: BindContext) -> bytes:
    if value - value != 0.0:  # NaN and the infinities
        raise DataError(f"Informix FLOAT has no {value}")
    return _FLOAT_ENTRY(c.FLOAT, 0, 0, value)


def _encode_str(value: str, context: BindContext) -> bytes:
    raw = encode_text(value, context.encoding)
    length = len(raw)
    pad = b"\0" if length & 1 else b""
    if length <= _MAX_SHORT_TEXT:
        return _TEXT_HEAD(c.CHAR, 0, 0, length) + raw + pad
    return _LONG_TEXT_HEAD(c.LVARCHAR, 0, 0, 0, 0, length) + raw + pad


def _encode_decimal(value: Decimal, context: BindContext) -> bytes:
    sign, digit_tuple, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise DataError(f"Informix DECIMAL has no {value}")
    scale = max(0, -exponent)
    digits = "".join(map(str, digit_tuple)).lstrip("0")
    significant = digits.rstrip("0")
    if len(significant) > c.MAX_DECIMAL_DIGITS:
        raise DataError(
            f"a decimal of {len(significant)} significant digits does not fit: "
            f"Informix DECIMAL holds {c.MAX_DECIMAL_DIGITS}"
        )
    if not significant:
        return _packed_entry(c.DECIMAL, min(scale, 32), _ZERO)
    if len(digits) > c.MAX_DECIMAL_DIGITS:
        exponent += len(digits) - len(significant)
        digits = significant
    if exponent & 1:
        digits += "0"
        exponent -= 1
    if len(digits) & 1:
        digits = "0" + digits
    exponent100 = (len(digits) + exponent) // 2
    if not -_MAX_EXPONENT100 - 1 <= exponent100 <= _MAX_EXPONENT100:
        raise DataError(f"{brief(value)} is outside the range of Informix DECIMAL")
    packed = pack_decimal(bool(sign), exponent100, base100(digits))
    if packed[:2] == b"\0\0":  # would be read as NULL [J]
        raise DataError(f"{brief(value)} is outside the range of Informix DECIMAL")
    return _packed_entry(c.DECIMAL, min(scale, 32), packed)


def _encode_date(value: datetime.date, context: BindContext) -> bytes:
    return _INT_ENTRY(c.DATE, 0, 0, value.toordinal() - DATE_EPOCH)


def _encode_datetime(value: datetime.datetime, context: BindContext) -> bytes:
    refuse_timezone(value)
    digits = (
        f"{value.year:04d}{value.month:02d}{value.day:02d}{value.hour:02d}"
        f"{value.minute:02d}{value.second:02d}{value.microsecond // 10:05d}0"
    )
    packed = pack_decimal(False, 7, base100(digits))
    return _packed_entry(c.DATETIME, _YEAR_TO_FRACTION5, packed)


def _encode_time(value: datetime.time, context: BindContext) -> bytes:
    refuse_timezone(value)
    digits = f"{value.hour:02d}{value.minute:02d}{value.second:02d}"
    precision = _HOUR_TO_SECOND
    fraction = value.microsecond // 10
    if fraction:
        digits += f"{fraction:05d}0"
        precision = _HOUR_TO_FRACTION5
    packed = pack_decimal(False, 3, base100(digits))
    return _packed_entry(c.DATETIME, precision, packed)


def refuse_timezone(value: datetime.datetime | datetime.time) -> None:
    """Raise DataError for a value in a time zone."""
    if value.tzinfo is not None:
        raise DataError(
            "Informix DATETIME has no time zone: convert the value to the zone your "
            "data is kept in and drop its tzinfo"
        )


def _encode_timedelta(value: datetime.timedelta, context: BindContext) -> bytes:
    negative = value < datetime.timedelta(0)
    magnitude = -value if negative else value
    minutes, seconds = divmod(magnitude.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    digits = (
        f"{magnitude.days:010d}{hours:02d}{minutes:02d}{seconds:02d}"
        f"{magnitude.microseconds // 10:05d}0"
    )
    packed = pack_decimal(negative, 8, base100(digits))
    return _packed_entry(c.INTERVAL, _DAY9_TO_FRACTION5, packed)


def _encode_interval_ym(value: IntervalYM, context: BindContext) -> bytes:
    years, months = divmod(abs(value.months), 12)
    if years > 999_999_999:
        raise DataError(f"{value} does not fit: an INTERVAL holds 999999999 years")
    packed = pack_decimal(value.months < 0, 10, base100(f"{years:010d}{months:02d}"))
    return _packed_entry(c.INTERVAL, _YEAR9_TO_MONTH, packed)


def _encode_locator(value: BlobLocator | ClobLocator, context: BindContext) -> bytes:
    head = _CLOB_HEAD if isinstance(value, ClobLocator) else _BLOB_HEAD
    return head + value.raw


class Entry:
    """A parameter that is encoded already; `source` has what follows after BIND."""

    __slots__ = ("data", "source")

    def __init__(self, data: bytes, source: Any = None) -> None:
        self.data = data
        self.source = source


class NeedsTarget(Exception):
    """How the value goes out depends on what it is stored in; see `largeparams`."""


_ENCODERS: dict[type, Encoder] = {
    bool: _encode_bool,
    int: _encode_int,
    float: _encode_float,
    str: _encode_str,
    Decimal: _encode_decimal,
    datetime.datetime: _encode_datetime,
    datetime.date: _encode_date,
    datetime.time: _encode_time,
    datetime.timedelta: _encode_timedelta,
    IntervalYM: _encode_interval_ym,
    BlobLocator: _encode_locator,
    ClobLocator: _encode_locator,
    Entry: lambda value, context: bytes(value.data),
}

_TARGETED_TYPES = (bytes, bytearray, memoryview, *COMPOSITE_TYPES)


def encode_parameter(value: object, context: BindContext) -> bytes:
    """Return the BIND entry of one value.

    Raises DataError if the value cannot be sent exactly, NotSupportedError if its
    type has no Informix counterpart.
    """
    if value is None:
        return NULL_ENTRY
    encoder = _ENCODERS.get(type(value))
    if encoder is None:
        encoder = _encoder_of_subclass(value)
    return encoder(value, context)


def _encoder_of_subclass(value: object) -> Encoder:
    for base in type(value).__mro__:
        if base in _ENCODERS:
            return _ENCODERS[base]
    if isinstance(value, _TARGETED_TYPES) or hasattr(value, "read"):
        raise NeedsTarget
    raise NotSupportedError(
        f"a parameter of type {_type_name(value)} cannot be bound; convert it to int, "
        "float, Decimal, str, bytes, bool, date, time, datetime, timedelta, list or "
        "None"
    )


def _type_name(value: object) -> str:
    """Return the type's name, with its module: numpy has a bool of its own."""
    kind = type(value)
    if kind.__module__ == "builtins":
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def encode_entry(value: object, context: BindContext, number: int) -> bytes:
    """Return the BIND entry of parameter `number`, counted from 1; errors name it."""
    try:
        return encode_parameter(value, context)
    except (DataError, NotSupportedError) as exc:
        raise type(exc)(f"parameter {number}: {exc}") from None
    except (TypeError, ValueError) as exc:  # a subclass that is none, as pandas.NaT
        raise DataError(
            f"parameter {number}: {_type_name(value)} has no value: {exc}"
        ) from exc


def encode_row(values: Sequence[object], context: BindContext) -> bytes:
    """Return the body of BIND: the count, then one entry per value."""
    if len(values) > c.MAX_PARAMETERS:
        raise too_many_parameters(len(values))
    entries = [_COUNT(len(values))]
    for value in values:
        entries.append(encode_entry(value, context, len(entries)))
    return b"".join(entries)


def too_many_parameters(count: int) -> DataError:
    """The statement has more parameters than BIND can count."""
    return DataError(
        f"the statement has {count} parameters; the protocol counts to "
        f"{c.MAX_PARAMETERS}"
    )


def take_plain_rows(
    rows: Iterator[Any],
    window: list[Any],
    size: int,
    count: int,
    limits: Limits | None,
    context: BindContext,
    most_rows: int,
    most_bytes: int,
    overhead: int,
    nothing: Any,
) -> tuple[Any, int]:
    """Move rows into the window, encoded, as long as they are plain.

    Plain is what the compiled twin can encode without a second look; here nothing is.
    Returns the row that is not plain or does not fit any more, `nothing` if there is
    none, and the size of the window, where each row takes `overhead` bytes more.
    """
    return next(rows, nothing), size
