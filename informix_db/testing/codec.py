"""Values as bytes: what a tuple cell or a bound value looks like, type by type.

Layouts are those IBM's JDBC driver sends and accepts [J], with single vectors from
real servers [P]. The head byte of a zero DECIMAL is 0x80 [J]; any other over all-zero
digits is taken for zero as well.
"""

from __future__ import annotations

import struct
from datetime import date
from decimal import Decimal

from . import typecodes
from .api import DatetimeValue, IntervalValue, SQLError, SQLType

_EPOCH_ORDINAL = date(1899, 12, 31).toordinal()  # day 0 [J]
_SECOND = 10  # qualifier code; FRACTION(n) is 10 + n
_DECIMAL_OUT_OF_RANGE = -1226
_FLOATING_SCALE = 255  # DECIMAL(p) without a scale
_NULL = b"\0\0"  # how a DECIMAL that is NULL begins [J]

_int8 = struct.Struct(">hII")


class MalformedValue(ValueError):
    """Bytes that are no value of their type."""


def cell_width(sql_type: SQLType) -> int:
    """Return the bytes DESCRIBE reserves for a column: its longest cell [J]."""
    code, length = sql_type.code, sql_type.length
    if code in typecodes.VARIABLE_CHARACTER_TYPES:
        return (length & 0xFF) + 1
    if code in typecodes.DECIMAL_TYPES:
        return decimal_width(length)
    if code in typecodes.QUALIFIED_TYPES:
        return qualified_width(length)
    if code in (typecodes.UDT_VARIABLE, typecodes.UDT_FIXED, *typecodes.COMPOSITES):
        return length + 5
    return length


def decimal_width(length: int) -> int:
    """Return the bytes of a DECIMAL(p, s) cell, `length` being p<<8|s [J]."""
    precision, scale = length >> 8, length & 0xFF
    return (precision + (scale & 1) + 3) // 2


def qualified_width(length: int) -> int:
    """Return the bytes of a DATETIME or INTERVAL cell [J]."""
    return ((length >> 8) + (length & 1) + 3) // 2


# DECIMAL, and everything stored like it: a head byte (sign, base-100 exponent), then
# base-100 digits; a negative number has its head inverted and its digits complemented.


def pack_decimal(value: Decimal, width: int) -> bytes:
    """Return `value` in `width` bytes.

    -1226 if its digits do not fit, or if it would be NULL, as -9.95E125 would.
    """
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise SQLError(_DECIMAL_OUT_OF_RANGE)
    text = "".join(map(str, digits)).lstrip("0")
    if not text:
        return b"\x80".ljust(width, b"\0")
    if exponent % 2:
        text += "0"
        exponent -= 1
    if len(text) % 2:
        text = "0" + text
    pairs = bytes(int(text[i : i + 2]) for i in range(0, len(text), 2))
    exponent100 = len(pairs) + exponent // 2
    pairs = pairs.rstrip(b"\0")
    if len(pairs) > width - 1 or not -64 <= exponent100 <= 63:
        raise SQLError(_DECIMAL_OUT_OF_RANGE)
    packed = _pack_base100(bool(sign), exponent100, pairs, width)
    if packed.startswith(_NULL):
        raise SQLError(_DECIMAL_OUT_OF_RANGE)
    return packed


def _pack_base100(negative: bool, exponent: int, pairs: bytes, width: int) -> bytes:
    padded = pairs.ljust(width - 1, b"\0")
    if negative:
        return bytes([(exponent + 64) ^ 0x7F]) + _complement(padded)
    return bytes([0x80 | (exponent + 64)]) + padded


def _complement(pairs: bytes) -> bytes:
    """Return the 100-complement of base-100 digits; trailing zeros stay zero."""
    significant = pairs.rstrip(b"\0")
    if not significant:
        return pairs
    complemented = bytearray(99 - pair for pair in significant)
    complemented[-1] += 1
    return bytes(complemented).ljust(len(pairs), b"\0")


def _unpack_base100(raw: bytes) -> tuple[bool, int, bytes]:
    if not raw:
        raise MalformedValue("empty decimal")
    head, pairs = raw[0], raw[1:]
    if any(pair > 99 for pair in pairs):
        raise MalformedValue(f"not base-100 digits: {raw.hex()}")
    negative = not head & 0x80
    if negative:
        pairs = _complement(pairs)
    exponent = ((head ^ 0x7F) if negative else head & 0x7F) - 64
    return negative, exponent, pairs


def unpack_decimal(raw: bytes, scale: int = _FLOATING_SCALE) -> Decimal:
    """Return the number, with `scale` fraction digits if that loses nothing."""
    negative, exponent, pairs = _unpack_base100(raw)
    digits = tuple(digit for pair in pairs for digit in divmod(pair, 10))
    number = Decimal((int(negative), digits, 2 * (exponent - len(pairs))))
    if not any(digits):
        number = Decimal(0)
    if scale != _FLOATING_SCALE:
        try:
            scaled = round(number, scale)
        except ArithmeticError:
            return number
        if scaled == number:
            return scaled
    return number


# DATETIME and INTERVAL: their digits as a DECIMAL whose point stands after the
# seconds. Fields are packed in pairs; a first field of odd width gives its leading
# digit a pair of its own, and a fraction fills whole pairs from the left.


def _qualifier_pairs(length: int) -> tuple[int, int, int, bool, bool]:
    """Return digits, base-100 exponent, pairs, and which ends need a filler zero."""
    total, last = length >> 8, length & 0xF
    fraction = max(0, last - _SECOND)
    odd_head = bool((total - fraction) % 2)
    odd_tail = bool(fraction % 2)
    exponent = (total + _SECOND - last + 1) // 2
    return total, exponent, (total + odd_head + odd_tail) // 2, odd_head, odd_tail


def _pack_qualified(digits: str, negative: bool, length: int) -> bytes:
    total, exponent, _, odd_head, odd_tail = _qualifier_pairs(length)
    if len(digits) != total:
        raise ValueError(f"{len(digits)} digits for a qualifier of {total}")
    text = "0" * odd_head + digits + "0" * odd_tail
    pairs = bytes(int(text[i : i + 2]) for i in range(0, len(text), 2))
    return _pack_base100(negative, exponent, pairs, qualified_width(length))


def pack_datetime(value: DatetimeValue, length: int) -> bytes:
    """Return a DATETIME cell of the qualifier in `length`."""
    return _pack_qualified(value.digits, False, length)


def pack_interval(value: IntervalValue, length: int) -> bytes:
    """Return an INTERVAL cell of the qualifier in `length`."""
    return _pack_qualified(value.digits, value.negative, length)


def _unpack_qualified(raw: bytes, length: int) -> tuple[bool, str]:
    total, exponent, count, odd_head, odd_tail = _qualifier_pairs(length)
    negative, sent_exponent, pairs = _unpack_base100(raw)
    if not any(pairs):
        return False, "0" * total
    if sent_exponent < exponent:
        pairs = bytes(exponent - sent_exponent) + pairs
    elif sent_exponent > exponent:
        raise MalformedValue(f"too many digits for qualifier {length:04x}")
    text = "".join(f"{pair:02d}" for pair in pairs[:count].ljust(count, b"\0"))
    return negative, text[odd_head : len(text) - odd_tail]


def unpack_datetime(raw: bytes, length: int) -> DatetimeValue:
    """Return the DATETIME in `raw`, read with the qualifier in `length`."""
    _, digits = _unpack_qualified(raw, length)
    return DatetimeValue(digits, length >> 4 & 0xF, length & 0xF)


def unpack_interval(raw: bytes, length: int) -> IntervalValue:
    """Return the INTERVAL in `raw`, read with the qualifier in `length`."""
    negative, digits = _unpack_qualified(raw, length)
    return IntervalValue(negative, digits, length >> 4 & 0xF, length & 0xF)


# The rest.


def pack_int8(value: int) -> bytes:
    """Return INT8: sign, low and high half of the magnitude [J, P]."""
    magnitude = abs(value)
    sign = -1 if value < 0 else 1
    return _int8.pack(sign, magnitude & 0xFFFFFFFF, magnitude >> 32)


def unpack_int8(raw: bytes) -> int | None:
    """Return the INT8 in ten bytes; sign 0 is NULL."""
    sign: int
    sign, low, high = _int8.unpack(raw)
    if sign == 0:
        return None
    if sign not in (1, -1):
        raise MalformedValue(f"INT8 sign {sign}")
    magnitude: int = high << 32 | low
    return sign * magnitude


def pack_date(value: date) -> int:
    """Return the day number of a DATE."""
    return value.toordinal() - _EPOCH_ORDINAL


def unpack_date(days: int) -> date:
    """Return the DATE of a day number."""
    try:
        return date.fromordinal(_EPOCH_ORDINAL + days)
    except (OverflowError, ValueError) as error:
        raise MalformedValue(f"day {days} is no date") from error
