"""A writer of row cells, and a reader of packed values, from docs/PROTOCOL.md alone.

The second opinion to the driver's codecs: it shares neither tables nor code with them
or with the emulator. Packed numbers are lists of base-100 digits here, not strings.
"""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import NamedTuple

YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FRACTION = 0, 2, 4, 6, 8, 10, 12
FIELDS = (YEAR, MONTH, DAY, HOUR, MINUTE, SECOND)


def integer(value: int | None, size: int) -> bytes:
    """SMALLINT, INT, BIGINT, DATE."""
    lowest = -(1 << (8 * size - 1))
    return (lowest if value is None else value).to_bytes(size, "big", signed=True)


def int8(value: int | None) -> bytes:
    if value is None:
        return bytes(10)
    sign = -1 if value < 0 else 1
    high, low = divmod(abs(value), 1 << 32)
    return struct.pack(">hII", sign, low, high)


def floating(value: float | None, size: int) -> bytes:
    if value is None:
        return b"\xff" * size
    return struct.pack(">d" if size == 8 else ">f", value)


def char(value: bytes | None, size: int) -> bytes:
    return (b"\0" if value is None else value).ljust(size, b" ")


def varchar(value: bytes | None) -> bytes:
    if value is None:
        return b"\x01\x00"
    return bytes([len(value)]) + value


def varchar_padded(value: bytes | None, maximum: int) -> bytes:
    return varchar(value).ljust(maximum + 1, b"\0")


def opaque(value: bytes | None) -> bytes:
    """LVARCHAR and BOOLEAN."""
    if value is None:
        return b"\x01" + bytes(4)
    return b"\0" + len(value).to_bytes(4, "big") + value


# -- packed decimals -------------------------------------------------------------------


def pack(negative: bool, exponent: int, digits: list[int], width: int) -> bytes:
    """A head byte and base-100 digits, filled with zeros to `width` bytes."""
    filled = digits + [0] * (width - 1 - len(digits))
    assert len(filled) == width - 1
    head = 0x80 | (exponent + 64)
    if negative:
        head = (exponent + 64) ^ 0x7F
        last = max(at for at, digit in enumerate(filled) if digit)
        filled = [99 - digit for digit in filled[:last]]
        filled += [100 - digits[last]] + [0] * (width - 2 - last)
    return bytes([head, *filled])


class Unpacked(NamedTuple):
    negative: bool
    exponent: int
    digits: list[int]


def unpack(raw: bytes) -> Unpacked:
    """Take a packed value apart, digit by digit."""
    digits = list(raw[1:])
    assert all(digit < 100 for digit in digits)
    if raw[0] & 0x80:
        return Unpacked(False, (raw[0] & 0x7F) - 64, digits)
    last = max(at for at, digit in enumerate(digits) if digit)
    magnitude = [99 - digit for digit in digits[:last]]
    magnitude += [100 - digits[last], *digits[last + 1 :]]
    return Unpacked(True, (raw[0] ^ 0x7F) - 64, magnitude)


def number_of(unpacked: Unpacked) -> Decimal:
    """The number a packed decimal stands for."""
    total = 0
    for digit in unpacked.digits:
        total = total * 100 + digit
    power = 2 * (unpacked.exponent - len(unpacked.digits))
    sign = 1 if unpacked.negative else 0
    return Decimal((sign, tuple(map(int, str(total))), power))


def decimal_width(precision: int, scale: int) -> int:
    return (precision + (scale & 1) + 3) // 2


def decimal(value: Decimal | None, width: int) -> bytes:
    """DECIMAL or MONEY."""
    if value is None:
        return bytes(width)
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    number = int("".join(map(str, digits)))
    if exponent % 2:
        number, exponent = number * 10, exponent - 1
    base100: list[int] = []
    while number:
        number, digit = divmod(number, 100)
        base100.insert(0, digit)
    if not base100:
        return b"\x80" + bytes(width - 1)
    power = exponent // 2 + len(base100)
    while base100[-1] == 0:
        base100.pop()
    return pack(bool(sign), power, base100, width)


# -- qualifiers ------------------------------------------------------------------------


class Qualifier(NamedTuple):
    """first TO last, the first field with `leading` digits, a fraction with `scale`."""

    first: int
    last: int
    leading: int
    scale: int

    @property
    def fields(self) -> list[int]:
        """The fields but the fraction."""
        return [field for field in FIELDS if self.first <= field <= self.last]

    @property
    def digits(self) -> int:
        others = 2 * (len(self.fields) - 1) if self.fields else 0
        return (self.leading if self.fields else 0) + others + self.scale

    @property
    def end(self) -> int:
        return SECOND + self.scale if self.last == FRACTION else self.last

    @property
    def encoded_length(self) -> int:
        return self.digits << 8 | self.first << 4 | self.end

    @property
    def width(self) -> int:
        return (self.digits + (self.end & 1) + 3) // 2

    @property
    def exponent(self) -> int:
        return (self.digits + 10 - self.end + 1) // 2


def datetime_qualifiers() -> list[Qualifier]:
    return [
        Qualifier(first, last, 4 if first == YEAR else 2, scale)
        for first in (*FIELDS, FRACTION)
        for last in (*FIELDS, FRACTION)
        if first <= last
        for scale in (range(1, 6) if last == FRACTION else (0,))
    ]


def interval_qualifiers() -> list[Qualifier]:
    groups = ((YEAR, MONTH), (DAY, HOUR, MINUTE, SECOND, FRACTION))
    return [
        Qualifier(first, last, leading, scale)
        for group in groups
        for first in group
        for last in group
        if first <= last
        for leading in (range(1, 10) if first != FRACTION else (2,))
        for scale in (range(1, 6) if last == FRACTION else (0,))
    ]


def temporal(
    qualifier: Qualifier,
    values: dict[int, int] | None,
    negative: bool = False,
    normalised: bool = False,
) -> bytes:
    """DATETIME or INTERVAL; `values` by field, the fraction in units of its scale.

    `normalised` drops leading zero digits and lowers the exponent instead.
    """
    if values is None:
        return bytes(qualifier.width)
    base100: list[int] = []
    for at, field in enumerate(qualifier.fields):
        size = qualifier.leading if at == 0 else 2
        base100 += _pairs(f"{values[field]:0{size + size % 2}d}")
    if qualifier.scale:
        text = f"{values[FRACTION]:0{qualifier.scale}d}"
        base100 += _pairs(text + "0" * (len(text) % 2))
    if not any(base100):
        return b"\x80" + bytes(qualifier.width - 1)
    exponent = qualifier.exponent
    while normalised and base100[0] == 0:
        del base100[0]
        exponent -= 1
    return pack(negative, exponent, base100, qualifier.width)


def _pairs(digits: str) -> list[int]:
    return [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]
