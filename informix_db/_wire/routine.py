"""Routines called without SQL: their signatures, arguments and results.

An argument goes out in the form of BIND, as the type the signature names; a result
comes back the same way: short type, [owner, name], indicator, precision, value padded
to even (docs/PROTOCOL.md section 9). Forms of INTEGER, INT8, LVARCHAR and opaque types
are those of IBM's client [J]; the other results are read as BIND has them [?].
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from struct import Struct
from typing import Any, NamedTuple, cast

from informix_db._wire import constants as c
from informix_db._wire.accel import BindContext
from informix_db._wire.buffer import MESSAGE_LIMIT, ReadBuffer, Wire
from informix_db._wire.codecs import (
    FixedDecoder,
    Kind,
    Malformed,
    Step,
    Unrepresentable,
    cell_decoder,
    qualifier_is_sound,
)
from informix_db._wire.decode import temporal_kind
from informix_db._wire.encode import NeedsTarget, brief, encode_entry
from informix_db._wire.largeparams import BYTES_TYPES, long_text
from informix_db.exceptions import DataError, ProgrammingError, ProtocolError
from informix_db.types import BlobLocator, ClobLocator, IntervalYM

_SIGNATURE = re.compile(r"[^()]*\((.*)\)\s*", re.DOTALL)

_INT8_ENTRY = Struct(">hhhhII").pack
_LONG_ENTRY = Struct(">hhhq").pack
_SMALL_ENTRY = Struct(">hhhh").pack
_NULL_TAIL = b"\xff\xff\0\0"  # indicator, precision

# Codes and precisions of integers as IBM's client binds them [J].
_PREC_SMALLINT = 0x0500
_PREC_LONG = 0x1300

_INTEGERS = {
    "smallint": c.SMALLINT,
    "int": c.INT,
    "integer": c.INT,
    "int8": c.INT8,
    "bigint": c.BIGINT,
}
_LIMITS = {
    c.SMALLINT: 0x7FFF,
    c.INT: 0x7FFFFFFF,
    c.INT8: 0x7FFFFFFFFFFFFFFF,
    c.BIGINT: 0x7FFFFFFFFFFFFFFF,
}

# What arguments of these types are given as; those of other types are anybody's.
_NUMBERS = (int, float, Decimal)
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(_INTEGERS, (int,)),
    **dict.fromkeys(("decimal", "dec", "numeric", "money"), _NUMBERS),
    **dict.fromkeys(("float", "double", "real", "smallfloat"), _NUMBERS),
    **dict.fromkeys(("char", "character", "varchar", "lvarchar"), (str,)),
    **dict.fromkeys(("nchar", "nvarchar"), (str,)),
    **dict.fromkeys(("blob", "clob"), (BlobLocator, ClobLocator, *BYTES_TYPES)),
    "boolean": (bool,),
    "date": (datetime.date,),
    "datetime": (datetime.date, datetime.time),
    "interval": (datetime.timedelta, IntervalYM),
}

_FIXED = {
    c.SMALLINT: (Kind.SMALLINT, 2),
    c.INT: (Kind.INT, 4),
    c.SERIAL: (Kind.INT, 4),
    c.FLOAT: (Kind.FLOAT, 8),
    c.SMALLFLOAT: (Kind.SMALLFLOAT, 4),
    c.DATE: (Kind.DATE, 4),
    c.INT8: (Kind.INT8, 10),
    c.SERIAL8: (Kind.INT8, 10),
    c.BIGINT: (Kind.BIGINT, 8),
    c.BIGSERIAL: (Kind.BIGINT, 8),
}
_TEXTS = frozenset({c.CHAR, c.NCHAR, c.VARCHAR, c.NVARCHAR})
_PADDED_TEXTS = frozenset({c.CHAR, c.NCHAR})
_OPAQUE = frozenset({c.UDT_VAR, c.UDT_FIXED, c.SENDRECV})

_MAX_PLAIN_CODE = c.SERIAL8  # types above it go with owner and name, but 52 and 53 [J]

_LOCATORS = {b"blob": BlobLocator, b"clob": ClobLocator}


def argument_types(signature: str) -> tuple[str, ...]:
    """Return the types of the arguments, in lower case and without their sizes.

    Raises ProgrammingError if `signature` is not of the form ``function f(int)``.
    """
    match = _SIGNATURE.fullmatch(signature)
    if match is None:
        raise ProgrammingError(
            f"{signature!r} is no signature; write it as "
            "function informix.ifx_lo_close(integer)"
        )
    inside = re.sub(r"\([^()]*\)", "", match[1]).strip()
    if not inside:
        return ()
    return tuple(" ".join(part.lower().split()) for part in inside.split(","))


# -- arguments ------------------------------------------------------------------------


def encode_arguments(
    types: Sequence[str], values: Sequence[Any], context: BindContext
) -> bytes:
    """Return the body of BIND for a call.

    Raises ProgrammingError if the values are not of these types, DataError for one
    that cannot be sent; both name the argument.
    """
    if len(types) != len(values):
        raise ProgrammingError(
            f"the routine takes {len(types)} argument{'s' * (len(types) != 1)}, "
            f"{len(values)} given"
        )
    entries = [len(values).to_bytes(2, "big")]
    for number, (name, value) in enumerate(zip(types, values, strict=True), 1):
        try:
            _check_type(name, value)
            entries.append(_argument(name, value, context, number))
        except NeedsTarget:
            raise ProgrammingError(
                f"parameter {number}: {type(value).__name__} is no {name}"
            ) from None
    return b"".join(entries)


def _check_type(name: str, value: Any) -> None:
    """Raise NeedsTarget for a value that is none of the type `name`.

    It would go out as its own type, whatever the routine does with that.
    """
    known = _PYTHON_TYPES.get(name.partition(" ")[0])
    if value is None or known is None:
        return
    if not isinstance(value, known) or (isinstance(value, bool) and bool not in known):
        raise NeedsTarget


def _argument(name: str, value: Any, context: BindContext, number: int) -> bytes:
    code = _INTEGERS.get(name)
    if value is None:
        return _null_argument(name, code)
    if code is not None:
        return _integer_argument(code, value, number)
    if name == "lvarchar":
        return long_text(value, context.encoding, b"lvarchar").data
    if isinstance(value, (BlobLocator, ClobLocator)):
        return _opaque_argument(name, value.raw)
    if isinstance(value, BYTES_TYPES):
        return _opaque_argument(name, bytes(value))
    return encode_entry(value, context, number)


def _null_argument(name: str, code: int | None) -> bytes:
    if code is not None:
        return code.to_bytes(2, "big", signed=True) + _NULL_TAIL
    if name == "lvarchar":
        return c.LVARCHAR.to_bytes(2, "big") + _names(name) + _NULL_TAIL
    if name in ("blob", "clob"):
        return c.SENDRECV.to_bytes(2, "big") + _names(name) + _NULL_TAIL
    return c.CHAR.to_bytes(2, "big") + _NULL_TAIL


def _integer_argument(code: int, value: int, number: int) -> bytes:
    if not -_LIMITS[code] <= value <= _LIMITS[code]:
        raise DataError(
            f"parameter {number}: {brief(value)} is out of the type's range"
        )
    if code == c.SMALLINT:
        return _SMALL_ENTRY(code, 0, _PREC_SMALLINT, value)
    if code == c.BIGINT:
        return _LONG_ENTRY(code, 0, _PREC_LONG, value)
    if code == c.INT8:
        sign, magnitude = (-1 if value < 0 else 1), abs(value)
        low, high = magnitude & 0xFFFFFFFF, magnitude >> 32
        return _INT8_ENTRY(code, 0, _PREC_LONG, sign, low, high)
    return encode_entry(value, BindContext("ascii", True), number)


def _opaque_argument(name: str, raw: bytes) -> bytes:
    """Return the entry of an opaque value: no owner, the name, int length [J]."""
    return (
        c.SENDRECV.to_bytes(2, "big")
        + _names(name)
        + b"\0\0\0\0"  # indicator, precision
        + len(raw).to_bytes(4, "big")
        + raw
        + b"\0" * (len(raw) & 1)
    )


def _names(name: str) -> bytes:
    """Return an empty owner and `name`, both as pstr."""
    raw = name.encode("ascii", "replace")
    return b"\0\0" + len(raw).to_bytes(2, "big") + raw + b"\0" * (len(raw) & 1)


# -- results --------------------------------------------------------------------------


class RawResult(NamedTuple):
    """A returned value as it came; `data` is None for NULL."""

    code: int
    name: bytes  # of an opaque type
    precision: int
    data: bytes | None


def results_gen(buffer: ReadBuffer) -> Wire[list[RawResult]]:
    """Read the body of FPROUTINE: the values a routine returned."""
    count = yield from buffer.short_gen()
    if count < 0:
        raise ProtocolError(f"a routine returned {count} values")
    results: list[RawResult] = []
    size = 0
    for _ in range(count):
        result = yield from _result_gen(buffer)
        size += len(result.data or b"")
        if size > MESSAGE_LIMIT:
            raise ProtocolError(f"a routine returned values of {size} bytes")
        results.append(result)
    return results


def _result_gen(buffer: ReadBuffer) -> Wire[RawResult]:
    code = yield from buffer.short_gen()
    code &= c.TYPE_MASK
    name = b""
    if code > _MAX_PLAIN_CODE and code not in (c.BIGINT, c.BIGSERIAL):
        yield from buffer.pstr_gen()  # owner
        name = yield from buffer.pstr_gen()
    indicator = yield from buffer.short_gen()
    precision = yield from buffer.short_gen()
    data = None
    if indicator < 0:
        pass  # NULL: nothing follows, as in BIND [?]
    elif code in _FIXED:
        data = yield from buffer.bytes_gen(_FIXED[code][1])
    elif code in _OPAQUE or code in (c.LVARCHAR, c.BOOLEAN):
        size = yield from buffer.int_gen()
        data = yield from buffer.padded_gen(size)
    elif code in _TEXTS or code in (c.DECIMAL, c.MONEY, c.DATETIME, c.INTERVAL):
        data = yield from buffer.pstr_gen()
    else:
        raise ProtocolError(f"a routine returned a value of type {code}")
    return RawResult(code, name, precision & 0xFFFF, data)


def result_value(result: RawResult, encoding: str) -> Any:
    """Return the Python value; DataError if the bytes are none of the type's."""
    try:
        return None if result.data is None else _value(result, result.data, encoding)
    except (Malformed, Unrepresentable) as exc:
        raise DataError(f"a routine's result: {exc}") from None
    except UnicodeDecodeError as exc:
        raise DataError(f"a routine's result is not text in {encoding}") from exc


def _value(result: RawResult, raw: bytes, encoding: str) -> Any:
    code, name, precision, _ = result
    if code in _FIXED:
        kind, width = _FIXED[code]
        return _cell((kind, width, 0), raw, encoding)
    if code in _OPAQUE:
        locator = _LOCATORS.get(name)
        if locator is None or len(raw) != locator.SIZE:
            return raw
        return locator(raw)
    if code == c.BOOLEAN:
        if raw not in (b"\0", b"\1", b"t", b"f"):
            raise Malformed(f"BOOLEAN 0x{raw[:8].hex()}")
        return raw in (b"\1", b"t")
    if code in _PADDED_TEXTS:
        return raw.rstrip(b" ").decode(encoding)
    if code in _TEXTS or code == c.LVARCHAR:
        return raw.decode(encoding)
    if not raw:
        raise Malformed("no bytes")
    # Of DECIMAL, DATETIME and INTERVAL the precision is that of BIND [?].
    if code in (c.DECIMAL, c.MONEY):
        # the scale, with or without the number of digits before it
        scale = precision & 0xFF or c.FLOATING_SCALE
        return _cell((Kind.DECIMAL, len(raw), scale), raw, encoding)
    if not qualifier_is_sound(precision):
        raise Malformed(f"qualifier 0x{precision:04x}")
    return _cell((temporal_kind(code, precision), len(raw), precision), raw, encoding)


def _cell(step: Step, raw: bytes, encoding: str) -> Any:
    """Decode a cell of fixed width."""
    decode = cast("FixedDecoder", cell_decoder(step, encoding))
    return decode(raw, 0)
