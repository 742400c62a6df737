"""DECIMAL as SQLite stores it: bytes that compare like the numbers they stand for.

The form is the engine's own (not the wire's): a sign byte, a base-100 exponent, then
one byte per base-100 digit plus one; negative numbers are complemented and closed by
0xff. Trailing zeros are dropped, so equal numbers have equal bytes.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from informix_db.testing.api import SQLError
from informix_db.testing.sql.types import MAX_PRECISION

ZERO = b"\x80"
_POSITIVE = 0x81
_COMPLEMENT = bytes(255 - byte for byte in range(256))
_MIN_EXPONENT, _MAX_EXPONENT = -64, 63  # base 100, of the digits before the point

# Informix rounds half away from zero and keeps at most 32 digits.
CONTEXT = Context(
    prec=MAX_PRECISION, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN
)


@lru_cache(maxsize=8192)
def pack(value: Decimal) -> bytes:
    """Return the bytes for `value`; SQLError(-1226) beyond DECIMAL's range."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise SQLError(-1226)
    text = "".join(map(str, digits)).lstrip("0")
    if not text:
        return ZERO
    if exponent & 1:
        text += "0"
        exponent -= 1
    if len(text) & 1:
        text = "0" + text
    pairs = [int(text[i : i + 2]) + 1 for i in range(0, len(text), 2)]
    exponent = exponent // 2 + len(pairs)
    if exponent > _MAX_EXPONENT:
        raise SQLError(-1226)
    if exponent < _MIN_EXPONENT:
        return ZERO
    while pairs[-1] == 1:
        pairs.pop()
    body = bytes([_POSITIVE, exponent - _MIN_EXPONENT, *pairs])
    return body.translate(_COMPLEMENT) + b"\xff" if sign else body


@lru_cache(maxsize=8192)
def unpack(data: bytes) -> Decimal:
    """Return the number `pack` made the bytes from, without trailing zeros."""
    if data == ZERO:
        return Decimal(0)
    negative = data[0] < ZERO[0]
    if negative:
        data = data[:-1].translate(_COMPLEMENT)
    digits = "".join(f"{byte - 1:02d}" for byte in data[2:])
    exponent = (data[1] + _MIN_EXPONENT) * 2 - len(digits)
    if exponent >= 0:
        digits, exponent = digits + "0" * exponent, 0
    elif digits[-1] == "0":
        digits, exponent = digits[:-1], exponent + 1
    return Decimal(f"{'-' if negative else ''}{digits}E{exponent}")
