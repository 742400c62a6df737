"""Operators as SQLite functions: exact arithmetic, ranges, patterns, aggregates.

Arguments and results are in storage form (`values`); numbers of mixed families may
meet in the decimal operators.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import Any, Protocol

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import types as t
from informix_db.testing.sql.decimals import CONTEXT, pack, unpack
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.locks import refuse_version
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.temporal import (
    MAX_DATE,
    MIN_DATE,
    datetime_minus,
    datetime_plus,
    fit_interval,
)


def as_decimal(value: Any) -> Decimal:
    """Return a number in any storage form as a Decimal."""
    if isinstance(value, bytes):
        return unpack(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    return Decimal(value)


def _decimal_operator(operation: Callable[[Any, Any], Decimal]) -> Callable[..., bytes]:
    def apply(left: Any, right: Any) -> bytes:
        try:
            return pack(operation(as_decimal(left), as_decimal(right)))
        except DecimalException:
            raise SQLError(-1226) from None

    return apply


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise SQLError(-1202)
    return CONTEXT.divide(left, right)


def _float_divide(left: float, right: float) -> float:
    if not right:
        raise SQLError(-1202)
    return _check_float(left / right)


def _check_float(value: float) -> float:
    if math.isinf(value):
        raise SQLError(-1223)
    return value


def _int_divide(left: int, right: int) -> int:
    if not right:
        raise SQLError(-1202)
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _checked(code: int) -> Callable[[Any], int]:
    limit, sqlcode = t.INT_LIMITS[code]

    def check(value: Any) -> int:
        # SQLite turns an integer overflow into a REAL.
        if isinstance(value, float) or not -limit <= value <= limit:
            raise SQLError(sqlcode)
        return int(value)

    return check


def _check_date(days: Any) -> int:
    if not MIN_DATE <= days <= MAX_DATE:
        raise SQLError(-1210)
    return int(days)


_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_DECIMAL_SIGNS: dict[str, Callable[[Any, Any], Decimal]] = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": _divide,
}


def _integer_chain(code: int) -> Callable[..., int]:
    check = _checked(code)

    def apply(signs: str, value: int, *operands: int) -> int:
        for sign, operand in zip(signs, operands, strict=True):
            value = check(_SIGNS[sign](value, operand))
        return value

    return apply


def _decimal_chain(signs: str, first: Any, *operands: Any) -> bytes:
    value = as_decimal(first)
    try:
        for sign, operand in zip(signs, operands, strict=True):
            value = _DECIMAL_SIGNS[sign](value, as_decimal(operand))
    except DecimalException:
        raise SQLError(-1226) from None
    return pack(value)


def _negate_decimal(value: bytes) -> bytes:
    return pack(-unpack(value))


def _interval_times(total: int, factor: Any) -> int:
    return int(CONTEXT.multiply(Decimal(total), as_decimal(factor)).to_integral_value())


def _interval_over(total: int, divisor: Any) -> int:
    return int(_divide(Decimal(total), as_decimal(divisor)).to_integral_value())


def _interval_fit(total: int, length: int) -> int:
    return fit_interval(total, SQLType(t.INTERVAL, length))


def _date_shift(days: int, amount: Any) -> int:
    return _check_date(days + int(as_decimal(amount)))


# --- patterns ----------------------------------------------------------------


@lru_cache(maxsize=512)
def like_pattern(pattern: str, escape: str) -> re.Pattern[str]:
    """Return LIKE's pattern as a regular expression."""
    out, pos = "", 0
    while pos < len(pattern):
        char = pattern[pos]
        pos += 1
        if escape and char == escape and pos < len(pattern):
            out += re.escape(pattern[pos])
            pos += 1
        else:
            out += {"%": ".*", "_": "."}.get(char) or re.escape(char)
    return re.compile(out, re.DOTALL)


@lru_cache(maxsize=512)
def matches_pattern(pattern: str, escape: str) -> re.Pattern[str]:
    """Return MATCHES' pattern (`*`, `?`, `[a-z]`, `[^..]`) as a regular expression."""
    out, pos = "", 0
    while pos < len(pattern):
        char = pattern[pos]
        pos += 1
        if escape and char == escape and pos < len(pattern):
            out += re.escape(pattern[pos])
            pos += 1
        elif char == "[" and "]" in pattern[pos + 1 :]:
            end = pattern.index("]", pos + 1)
            inner = pattern[pos:end]
            negated = inner.startswith("^")
            body = re.sub(r"([\\\[&~|^])", r"\\\1", inner[negated:])
            out += f"[{'^' if negated else ''}{body}]"
            pos = end + 1
        else:
            out += {"*": ".*", "?": "."}.get(char) or re.escape(char)
    return re.compile(out, re.DOTALL)


def _matcher(
    compiled: Callable[[str, str], re.Pattern[str]],
) -> Callable[..., int]:
    def match(value: str, pattern: str, escape: str = "\\") -> int:
        if len(escape) > 1:
            raise SQLError(-543)
        expression = compiled(pattern, escape)
        # Trailing blanks are padding (not verified for patterns).
        return int(
            expression.fullmatch(value) is not None
            or expression.fullmatch(value.rstrip(" ")) is not None
        )

    return match


# --- aggregates --------------------------------------------------------------


class DecimalSum:
    def __init__(self) -> None:
        self.total = Decimal(0)
        self.count = 0

    def step(self, value: Any) -> None:
        self.total = CONTEXT.add(self.total, as_decimal(value))
        self.count += 1

    def finalize(self) -> bytes | None:
        return pack(self.total) if self.count else None


class DecimalAverage(DecimalSum):
    def finalize(self) -> bytes | None:
        if not self.count:
            return None
        return pack(CONTEXT.divide(self.total, Decimal(self.count)))


class Variance:
    """Population variance, as Informix computes it (L2DB)."""

    root = False
    sample = 0

    def __init__(self) -> None:
        self.values: list[Decimal] = []

    def step(self, value: Any) -> None:
        self.values.append(as_decimal(value))

    def finalize(self) -> bytes | None:
        divisor = len(self.values) - self.sample
        if divisor <= 0:
            return None
        mean = CONTEXT.divide(sum(self.values, Decimal(0)), Decimal(len(self.values)))
        squares = sum(((v - mean) ** 2 for v in self.values), Decimal(0))
        result = CONTEXT.divide(squares, Decimal(divisor))
        return pack(CONTEXT.sqrt(result) if self.root else result)


class Deviation(Variance):
    root = True


class SampleDeviation(Deviation):
    sample = 1


class Range:
    def __init__(self) -> None:
        self.low: Decimal | None = None
        self.high = Decimal(0)

    def step(self, value: Any) -> None:
        number = as_decimal(value)
        if self.low is None:
            self.low = self.high = number
        self.low, self.high = min(self.low, number), max(self.high, number)

    def finalize(self) -> bytes | None:
        return None if self.low is None else pack(self.high - self.low)


class _Aggregate(Protocol):
    def step(self, value: Any) -> None: ...

    def finalize(self) -> bytes | None: ...


_AGGREGATES: dict[str, Callable[[], _Aggregate]] = {
    "dec_sum": DecimalSum,
    "dec_avg": DecimalAverage,
    "dec_variance": Variance,
    "dec_stdev": Deviation,
    "dec_stdev_samp": SampleDeviation,
    "dec_range": Range,
}


def _from_text(factory: Callable[[], _Aggregate]) -> Callable[[str], bytes | None]:
    """Return an aggregate of DECIMALs given as hexadecimal text, NULL as a dash."""

    def apply(text: str) -> bytes | None:
        aggregate = factory()
        for item in text.split(","):
            if item != "-":
                aggregate.step(bytes.fromhex(item))
        return aggregate.finalize()

    return apply


def _row_count(number: int | None) -> int:
    """Return the number of SKIP or FIRST; SQLError(-944) for NULL or less than 0."""
    if number is None or number < 0:
        raise SQLError(-944)
    return number


def _packed(*values: Any) -> str:
    """Return a row of a LATERAL query as one text."""
    return repr(values)


@lru_cache(maxsize=16)
def _unpacked(row: str) -> tuple[Any, ...]:
    values: tuple[Any, ...] = ast.literal_eval(row)
    return values


MAX_RECURSION = 1_000_000  # steps


def _step_counter(runtime: Runtime) -> Callable[[], int]:
    """Return a function that refuses more than MAX_RECURSION steps of a WITH clause
    within one call of a session."""
    call, steps = None, 0

    def step() -> int:
        nonlocal call, steps
        if call is not runtime.now:
            call, steps = runtime.now, 0
        steps += 1
        if steps > MAX_RECURSION:
            raise unsupported(f"recursion of more than {MAX_RECURSION:,} steps")
        return 1

    return step


def _raise(sqlcode: int) -> None:
    raise SQLError(sqlcode)


def register(runtime: Runtime) -> None:
    """Register every operator with SQLite."""
    for name, sign in (("add", "+"), ("sub", "-"), ("mul", "*"), ("div", "/")):
        runtime.register(f"dec_{name}", _decimal_operator(_DECIMAL_SIGNS[sign]))
    runtime.register("dec_chain", _decimal_chain)
    runtime.register("int4_chain", _integer_chain(t.INTEGER))
    runtime.register("int8_chain", _integer_chain(t.BIGINT))
    runtime.register("dec_neg", _negate_decimal)
    runtime.register("dec_of", lambda value: pack(as_decimal(value)))
    runtime.register("flt_div", _float_divide)
    runtime.register("flt_ok", _check_float)
    runtime.register("int_div", _int_divide)
    runtime.register("int4", _checked(t.INTEGER))
    runtime.register("int8", _checked(t.BIGINT))
    runtime.register("date_ok", _check_date)
    runtime.register("date_shift", _date_shift)
    runtime.register("iv_fit", _interval_fit)
    runtime.register("iv_mul", _interval_times)
    runtime.register("iv_div", _interval_over)
    runtime.register(
        "dt_plus",
        lambda digits, first, last, interval, months: datetime_plus(
            digits, (first, last), interval, bool(months), runtime.moment()
        ),
    )
    runtime.register(
        "dt_minus",
        lambda a, first_a, last_a, b, first_b, last_b: datetime_minus(
            a, (first_a, last_a), b, (first_b, last_b), runtime.moment()
        ),
    )
    runtime.register("ifx_like", _matcher(like_pattern))
    runtime.register("ifx_matches", _matcher(matches_pattern))
    runtime.register("pad", runtime.padded)
    runtime.register("row_count", _row_count, strict=False)
    runtime.register("ifx_error", _raise, deterministic=False)
    runtime.register("lateral_row", _packed, strict=False)
    runtime.register("lateral_cell", lambda row, number: _unpacked(row)[number])
    runtime.register("each_row", bool, deterministic=False)
    runtime.register("recursion_step", _step_counter(runtime), deterministic=False)
    runtime.register("ifx_lock", refuse_version, deterministic=False)
    for name, factory in _AGGREGATES.items():
        runtime.register_aggregate(name, factory)
        runtime.register(f"{name}_of", _from_text(factory))
