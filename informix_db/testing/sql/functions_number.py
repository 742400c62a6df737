"""Built-in functions on numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import rules
from informix_db.testing.sql import types as t
from informix_db.testing.sql.decimals import CONTEXT, pack
from informix_db.testing.sql.operators import as_decimal
from informix_db.testing.sql.signatures import Signature, constant, same
from informix_db.testing.sql.values import check_int

_MAX_PLACES = 130  # no DECIMAL has more before or after its point


def like(value: Any, result: Decimal) -> Any:
    """Return `result` in the storage form of `value`."""
    if isinstance(value, bytes):
        return pack(CONTEXT.plus(result))
    return float(result) if isinstance(value, float) else int(result)


def quantized(value: Any, places: int, rounding: str) -> Any:
    """Return a number with `places` decimals (negative: tens, hundreds ...)."""
    number = as_decimal(value)
    places = max(-_MAX_PLACES, min(places, _MAX_PLACES))
    context = CONTEXT.copy()
    context.prec = 3 * _MAX_PLACES
    unit = Decimal((0, (1,), -places))
    return like(value, number.quantize(unit, rounding=rounding, context=context))


def _rounding(mode: str) -> Callable[..., Any]:
    return lambda value, places=0: quantized(value, places, mode)


def _absolute(value: Any) -> Any:
    return like(value, abs(as_decimal(value)))


def _modulo(left: Any, right: Any) -> int:
    """MOD: the remainder of the integer parts, with the dividend's sign."""
    dividend, divisor = int(as_decimal(left)), int(as_decimal(right))
    if not divisor:
        raise SQLError(-1202)
    return check_int(
        int(math.copysign(1, dividend)) * (abs(dividend) % abs(divisor)), (t.BIGINT)
    )


def _float_function(name: str, function: Callable[..., float]) -> Callable[..., float]:
    """Return a function of FLOATs; SQLError(-647) for arguments it has no value of."""

    def apply(*values: float) -> float:
        try:
            result = function(*values)
        except OverflowError:
            raise SQLError(-1223) from None
        except (ValueError, ZeroDivisionError):
            raise SQLError(-647, token=name) from None
        if isinstance(result, complex):
            raise SQLError(-647, token=name)
        return result

    return apply


def _hex(value: int) -> str:
    if -(2**31) < value < 2**31:
        return f"0x{value & 0xFFFFFFFF:08X}"
    return f"0x{value & 0xFFFFFFFFFFFFFFFF:016X}"


def _sign(value: Any) -> int:
    number = as_decimal(value)
    return (number > 0) - (number < 0)


def _rounded_type(arguments: Sequence[b.Expr]) -> SQLType:
    """A fixed DECIMAL keeps as many decimals as asked for; other types stay."""
    source = rules.strip(arguments[0].type)
    if t.family(source) != "decimal":
        return source
    precision, scale = t.precision_scale(source)
    places = constant(arguments[1]) if len(arguments) > 1 else 0
    if scale is None or places is None:
        return rules.FLOATING_32
    digits = precision - scale + 1
    scale = max(0, min(scale, places))
    return t.decimal(min(digits + scale, t.MAX_PRECISION), scale)


def _whole_type(arguments: Sequence[b.Expr]) -> SQLType:
    return _rounded_type(arguments[:1])


def _wider_integer(arguments: Sequence[b.Expr]) -> SQLType:
    wide = (t.INT8, t.SERIAL8, t.BIGINT, t.BIGSERIAL)
    if any(argument.type.code in wide for argument in arguments):
        return t.BIGINT_TYPE
    return t.INTEGER_TYPE


# Functions of FLOATs: parameters, implementation.
_OF_FLOATS: dict[str, tuple[str, Callable[..., float]]] = {
    "pow": ("ff", math.pow),
    "power": ("ff", math.pow),
    "sqrt": ("f", math.sqrt),
    "root": ("f|f", lambda x, n=2.0: x ** (1 / n)),
    "exp": ("f", math.exp),
    "logn": ("f", math.log),
    "ln": ("f", math.log),
    "log10": ("f", math.log10),
    "sin": ("f", math.sin),
    "cos": ("f", math.cos),
    "tan": ("f", math.tan),
    "asin": ("f", math.asin),
    "acos": ("f", math.acos),
    "atan": ("f", math.atan),
    "atan2": ("ff", math.atan2),
    "sinh": ("f", math.sinh),
    "cosh": ("f", math.cosh),
    "tanh": ("f", math.tanh),
    "asinh": ("f", math.asinh),
    "acosh": ("f", math.acosh),
    "atanh": ("f", math.atanh),
    "degrees": ("f", math.degrees),
    "radians": ("f", math.radians),
}
SIGNATURES = {
    "abs": Signature("n", same, _absolute),
    "mod": Signature("nn", _wider_integer, _modulo),
    "ceil": Signature("n", _whole_type, lambda v: quantized(v, 0, ROUND_CEILING)),
    "floor": Signature("n", _whole_type, lambda v: quantized(v, 0, ROUND_FLOOR)),
    "sign": Signature("n", t.INTEGER_TYPE, _sign),
    **{
        name: Signature(parameters, t.FLOAT_TYPE, _float_function(name, function))
        for name, (parameters, function) in _OF_FLOATS.items()
    },
    "hex": Signature("n", t.char(18), lambda value: _hex(int(as_decimal(value)))),
    "bitand": Signature("ii", t.INTEGER_TYPE, lambda a, c: a & c),
    "bitor": Signature("ii", t.INTEGER_TYPE, lambda a, c: a | c),
    "bitxor": Signature("ii", t.INTEGER_TYPE, lambda a, c: a ^ c),
    "bitandnot": Signature("ii", t.INTEGER_TYPE, lambda a, c: a & ~c),
    "bitnot": Signature("i", t.INTEGER_TYPE, lambda a: ~a),
}
SIGNATURES["ceiling"] = SIGNATURES["ceil"]

# ROUND and TRUNC of numbers; those of dates are in `functions_time`.
ROUND_NUMBER = Signature("n|i", _rounded_type, _rounding(ROUND_HALF_UP))
TRUNC_NUMBER = Signature("n|i", _rounded_type, _rounding(ROUND_DOWN))
