"""Columns, rows as bytes, damage to them, and parameters, all from a seed.

Knows the layout of cells well enough to make most of them valid, and nothing of what
they mean: what is right is what both implementations say.
"""

from __future__ import annotations

import datetime
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from informix_db._wire import constants as c
from informix_db._wire.codecs import Kind, Qualifier, Step
from informix_db._wire.decode import plan_steps
from informix_db._wire.describe import ColumnInfo
from informix_db.types import IntervalYM

ENCODINGS = (
    "iso8859-1",
    "utf-8",
    "cp1252",
    "iso8859-15",
    "gb18030",
    "shift_jis",
    "ascii",
)

_FIRST_FIELDS = (c.YEAR, c.MONTH, c.DAY, c.HOUR, c.MINUTE, c.SECOND, 12)
_INTERESTING = (0x00, 0x01, 0x0D, 0x20, 0x63, 0x64, 0x7F, 0x80, 0xC0, 0xFF)
_ALPHABETS = ("abc XYZ09", "aé ü", "a€ß", "漢字a", "\0 \x7f")


@dataclass(frozen=True)
class Case:
    """A plan and the payload of a row that may fit it."""

    steps: tuple[Step, ...]
    names: tuple[str, ...]
    encoding: str
    payload: bytes


def case(random: Random) -> Case:
    """Return a case whose payload has the layout of its plan."""
    columns = [column(random, f"c{i}") for i in range(random.randrange(9))]
    if random.random() < 0.2:
        columns.insert(random.randint(0, len(columns)), random.choice(_LARGE))
    steps = tuple(plan_steps(columns, variable_varchar=random.random() < 0.7))
    encoding = random.choice(ENCODINGS)
    payload = b"".join(cell(random, step, encoding) for step in steps)
    return Case(steps, tuple(column.name for column in columns), encoding, payload)


def column(random: Random, name: str) -> ColumnInfo:
    """Return a column of any type whose values are scalar."""
    code, extended_id, length = random.choice(_COLUMNS)(random)
    type_text = random.choice(_COMPOSITES[code]) if code in _COMPOSITES else ""
    return ColumnInfo(name, code, extended_id, "", type_text, length, True)


def _plain(code: int) -> Callable[[Random], tuple[int, int, int]]:
    return lambda random: (code, 0, 0)


def _decimal_column(random: Random) -> tuple[int, int, int]:
    precision = random.randint(1, 255 if random.random() < 0.05 else 32)
    scale = random.choice((255, 0, 2, random.randint(0, min(precision, 254))))
    return random.choice((c.DECIMAL, c.MONEY)), 0, precision << 8 | scale


def _char_column(random: Random) -> tuple[int, int, int]:
    length = random.choice((1, 2, random.randint(1, 40), 2000))
    return random.choice((c.CHAR, c.NCHAR)), 0, length


def _varchar_column(random: Random) -> tuple[int, int, int]:
    return random.choice((c.VARCHAR, c.NVARCHAR)), 0, random.randint(0, 255)


def _qualified_column(random: Random) -> tuple[int, int, int]:
    code = random.choice((c.DATETIME, c.INTERVAL))
    first = random.choice(_FIRST_FIELDS)
    lasts = [field for field in _FIRST_FIELDS if first <= field <= c.SECOND]
    last = random.choice([*lasts, *range(11, 16)])
    fraction = max(0, last - c.SECOND)
    if first > c.SECOND:
        return code, 0, fraction << 8 | first << 4 | last
    leading = 4 if first == c.YEAR else 2
    if code == c.INTERVAL or random.random() < 0.1:
        leading = random.randint(1, 9)
    digits = leading + min(last, c.SECOND) - first + fraction
    return code, 0, digits << 8 | first << 4 | last


_COLUMNS: Sequence[Callable[[Random], tuple[int, int, int]]] = (
    _plain(c.SMALLINT),
    _plain(c.INT),
    _plain(c.SERIAL),
    _plain(c.BIGINT),
    _plain(c.INT8),
    _plain(c.FLOAT),
    _plain(c.SMALLFLOAT),
    _plain(c.DATE),
    _decimal_column,
    _decimal_column,
    _char_column,
    _varchar_column,
    _qualified_column,
    _qualified_column,
    _qualified_column,
    lambda random: (c.UDT_VAR, c.EXT_LVARCHAR, 500),
    lambda random: (c.UDT_FIXED, c.EXT_BOOLEAN, 1),
    lambda random: (random.choice((c.BYTE, c.TEXT)), 0, 56),
    lambda random: (c.UDT_FIXED, random.choice((c.EXT_BLOB, c.EXT_CLOB)), 72),
    lambda random: (random.choice((c.SET, c.LIST, c.ROW)), 0, 4096),
)

_COMPOSITES = {
    c.SET: ("SET(INTEGER NOT NULL)", "SET(DATE)"),
    c.LIST: ("LIST(VARCHAR(10))", "LIST(SET(INT8))"),
    c.ROW: ("ROW(a INTEGER,b LIST(CHAR(3)))", "person_t"),
}
_VALUES = (
    "SET{1,2}",
    "SET{}",
    "LIST{'a','it''s'}",
    "LIST{SET{1},NULL}",
    "ROW(1,LIST{'a'})",
    "ROW(NULL,NULL)",
    "SET{'2024-02-29'}",
    "SET{1",
)


_LARGE = (
    ColumnInfo("byte", c.BYTE, 0, "", "", 56, True),
    ColumnInfo("text", c.TEXT, 0, "", "", 56, True),
    ColumnInfo("blob", c.UDT_FIXED, c.EXT_BLOB, "", "", 72, True),
    ColumnInfo("clob", c.UDT_FIXED, c.EXT_CLOB, "", "", 72, True),
    ColumnInfo("numbers", c.SET, 0, "", "SET(INTEGER NOT NULL)", 0, True),
    ColumnInfo("words", c.LIST, 0, "", "LIST(VARCHAR(20) NOT NULL)", 0, True),
    ColumnInfo("pair", c.ROW, 0, "", "ROW(a INTEGER,b VARCHAR(9))", 0, True),
)


# -- cells ----------------------------------------------------------------------------


def cell(random: Random, step: Step, encoding: str) -> bytes:
    """Return bytes that the decoder of `step` takes as one cell."""
    kind, width, argument = step
    if kind == Kind.CHAR:
        return text(random, encoding, width).ljust(width)
    if kind == Kind.VARCHAR:
        raw = text(random, encoding, 255)
        return bytes([len(raw)]) + raw
    if kind == Kind.VARCHAR_PADDED:
        raw = text(random, encoding, width - 1)
        return (bytes([len(raw)]) + raw).ljust(width, b"\0")
    if kind in (Kind.LVARCHAR, Kind.BOOLEAN):
        if random.random() < 0.2:
            return b"\1\0\0\0\0"
        if kind == Kind.BOOLEAN:
            return b"\0\0\0\0\1" + random.choice((b"t", b"f", b"\1", b"\0"))
        raw = text(random, encoding, 600)
        return b"\0" + struct.pack(">i", len(raw)) + raw
    if kind in (Kind.BYTE, Kind.TEXT):
        null = random.random() < 0.3
        return random.randbytes(39) + bytes([null]) + random.randbytes(16)
    if kind in (Kind.BLOB, Kind.CLOB, Kind.COMPOSITE):
        return indicated(random, kind)
    if kind > Kind.BOOLEAN:
        return large_cell(random, kind)
    if kind == Kind.DECIMAL:
        return packed(random, random.randint(-64, 63), width)
    if Kind.DATETIME_DATE <= kind <= Kind.INTERVAL_YM:
        return temporal(random, Qualifier(argument), width)
    return number(random, kind, width)


def indicated(random: Random, kind: int) -> bytes:
    """Return a locator, or the text of a row or collection."""
    if random.random() < 0.2:
        return b"\1\0\0\0\0"
    if kind == Kind.COMPOSITE:
        raw = random.choice(_VALUES).encode()
    else:
        raw = random.randbytes(72)
        if random.random() < 0.8:
            raw = raw.hex().encode()
    return b"\0" + struct.pack(">i", len(raw)) + raw


def large_cell(random: Random, kind: int) -> bytes:
    """Return a cell that both decoders leave to the same code."""
    if kind in (Kind.BYTE, Kind.TEXT):
        return bytes(39) + bytes([random.randrange(2)]) + bytes(16)
    if random.random() < 0.2:
        return b"\1\0\0\0\0"
    raw = random.choice((b"SET{1,2}", b"LIST{'a','b'}", b"ROW(1,'x')", b"SET{1,"))
    if kind in (Kind.BLOB, Kind.CLOB):
        raw = random.randbytes(72).hex().encode()
    return b"\0" + struct.pack(">i", len(raw)) + raw


def text(random: Random, encoding: str, most: int) -> bytes:
    """Return text of at most `most` bytes; at times bytes that are none."""
    if random.random() < 0.05:
        return random.randbytes(random.randint(0, most))
    size = min(most, random.choice((0, 1, 5, 20, 254, 300)))
    alphabet = random.choice(_ALPHABETS)
    raw = "".join(random.choices(alphabet, k=size)).encode(encoding, "ignore")
    return raw[:most]


def packed(random: Random, exponent: int, width: int) -> bytes:
    """Return a packed decimal, of few digits or of many."""
    if random.random() < 0.1:
        return bytes(width)
    digits = bytearray(width - 1)
    for at in range(random.randint(0, width - 1)):
        digits[at] = random.randrange(100)
    if random.random() < 0.3:
        digits.reverse()
    head = 0x80 | (exponent + 64)
    return bytes([head if random.random() < 0.6 else head ^ 0xFF]) + digits


def temporal(random: Random, qualifier: Qualifier, width: int) -> bytes:
    """Return a DATETIME or INTERVAL; two of three are a time of day and a date."""
    if random.random() < 0.1:
        return bytes(width)
    if random.random() < 0.3:
        return packed(random, qualifier.exponent - random.choice((0, 0, 1, 2)), width)
    digits = bytearray(random.randrange(1, 13) for _ in range(width - 1))
    missing = 0
    while missing < len(digits) - 1 and random.random() < 0.2:
        missing += 1
    digits = digits[missing:] + bytes(missing) if missing else digits
    return bytes([0x80 | (qualifier.exponent - missing + 64)]) + digits


def number(random: Random, kind: int, width: int) -> bytes:
    """Return an integer, float or date."""
    if random.random() < 0.1:
        return b"\x80" + bytes(width - 1)
    if random.random() < 0.1:
        return b"\xff" * width
    if kind == Kind.INT8:
        sign = random.choice((0, 1, -1))
        low, high = random.getrandbits(32), random.getrandbits(32)
        return struct.pack(">hII", sign, low, high)
    if kind == Kind.DATE:
        return struct.pack(">i", random.randint(-700_000, 3_000_000))
    if random.random() < 0.3:
        return random.randint(-9, 9).to_bytes(width, "big", signed=True)
    return random.randbytes(width)


# -- damage ---------------------------------------------------------------------------


def damaged(random: Random, payload: bytes) -> bytes:
    """Return `payload` with one to three of its bytes or lengths gone wrong."""
    data = bytearray(payload)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        random.choice(_DAMAGES)(random, data)
    return bytes(data)


def _change(random: Random, data: bytearray) -> None:
    if data:
        value = random.choice((random.randrange(256), random.choice(_INTERESTING)))
        data[random.randrange(len(data))] = value


def _cut(random: Random, data: bytearray) -> None:
    del data[random.randint(0, len(data)) :]


def _insert(random: Random, data: bytearray) -> None:
    at = random.randint(0, len(data))
    data[at:at] = random.randbytes(random.choice((1, 1, 2, 5)))


def _remove(random: Random, data: bytearray) -> None:
    at = random.randint(0, len(data))
    del data[at : at + random.choice((1, 1, 2, 5))]


def _length(random: Random, data: bytearray) -> None:
    if len(data) >= 4:
        at = random.randint(0, len(data) - 4)
        value = random.choice((-1, -0x80000000, 0x7FFFFFFF, len(data), 1, 0))
        data[at : at + 4] = struct.pack(">i", value)


_DAMAGES = (_change, _change, _change, _cut, _insert, _remove, _length)


def messages(random: Random, payloads: Sequence[bytes]) -> bytes:
    """Return TUPLE messages, at times with a wrong head or something after them."""
    out = bytearray()
    for payload in payloads:
        tag, length = 14, len(payload)
        if random.random() < 0.03:
            tag = random.choice((12, 13, 15, -14))
        if random.random() < 0.05:
            length += random.choice((-1, 1, 7, 1 << 24, -(1 << 31)))
        out += struct.pack(">hhi", tag, random.choice((0, 0, 7)), length) + payload
        out += b"\0" * (len(payload) & 1)
    return bytes(out) + random.choice((b"", b"\0\x0c", b"\0\x0e\0\0\0\0\0"))


# -- parameters -----------------------------------------------------------------------


class Text(str):
    """A str that is not exactly one."""


class Moment(datetime.datetime):
    """A datetime that is not exactly one."""


def parameter(random: Random) -> Any:
    """Return a value that can, or nearly can, be bound."""
    return random.choice(_PARAMETERS)(random)


def _int(random: Random) -> int:
    edge = random.choice((0, 2**15, 2**31, 2**32, 2**63, 2**64, 10**31, 10**32))
    value = edge + random.randint(-2, 2)
    return random.choice((value, -value, random.getrandbits(random.randint(1, 90))))


def _decimal(random: Random) -> Decimal:
    sign = random.randrange(2)
    digits = [random.randrange(10) for _ in range(random.choice((0, 1, 3, 9, 31, 40)))]
    digits += [0] * random.choice((0, 0, 1, 2, 7))
    exponent = random.choice((0, -2, random.randint(-150, 150)))
    if random.random() < 0.05:
        return Decimal(random.choice(("NaN", "-sNaN", "Infinity", "1E+999999", "-0")))
    return Decimal((sign, tuple(digits), exponent))


def _string(random: Random) -> str:
    size = random.choice((0, 1, 2, 30, 254, 255, 256, 257, 1100))
    alphabet = random.choice((*_ALPHABETS, "a\ud800"))
    return "".join(random.choices(alphabet, k=size))


def _datetime(random: Random) -> datetime.datetime:
    moment = datetime.datetime(
        random.choice((1, 99, 1899, 2024, 9999)),
        random.randint(1, 12),
        random.randint(1, 28),
        random.randrange(24),
        random.randrange(60),
        random.randrange(60),
        random.choice((0, 1, 9, 10, 99_999, 999_999, random.randrange(1_000_000))),
    )
    if random.random() < 0.1:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return moment


def _timedelta(random: Random) -> datetime.timedelta:
    days = random.choice((0, 1, 99, 10_000, 999_999_999))
    seconds = random.choice((0, 0, 1, 86_399, random.randrange(86_400)))
    fraction = random.choice((0, 0, 1, 9, 10, 999_999, random.randrange(1_000_000)))
    value = datetime.timedelta(days, seconds, fraction)
    return -value if random.random() < 0.5 and days < 999_999_999 else value


_PARAMETERS: Sequence[Callable[[Random], Any]] = (
    _int,
    _int,
    _decimal,
    _decimal,
    _string,
    _string,
    _datetime,
    _timedelta,
    lambda random: random.choice((0.0, -0.0, 1.5, 1e308, float("nan"), float("-inf"))),
    lambda random: _datetime(random).date(),
    lambda random: _datetime(random).timetz(),
    lambda random: random.choice((None, True, False)),
    lambda random: IntervalYM(random.choice((0, 14, -25, 12 * 10**9))),
    lambda random: Text(_string(random)),
    lambda random: Moment(2024, 5, 6, 7, 8, 9, random.randrange(1_000_000)),
    lambda random: random.choice((b"bytes", object, [1], 1 + 2j)),
)
