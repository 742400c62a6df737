"""Parameters of every type, written by the driver, read by `clientreader`."""

from __future__ import annotations

import datetime
import enum
import fractions
import struct
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from unit.wire import cellwriter as w
from unit.wire.clientreader import Cursor, Parameter, bind_entries

from informix_db._wire.accel import BindContext, encode_row
from informix_db.exceptions import DataError, NotSupportedError
from informix_db.types import IntervalYM

STEADY = settings(derandomize=True, deadline=None, max_examples=200)


def bound(
    values: Sequence[Any], encoding: str = "latin-1", bigint: bool = True
) -> list[Parameter]:
    """Encode and read back; every byte must belong to an entry."""
    cursor = Cursor(bytes(encode_row(values, BindContext(encoding, bigint))))
    entries = bind_entries(cursor)
    assert cursor.pos == len(cursor.data)
    assert len(entries) == len(values)
    return entries


def one(value: Any, encoding: str = "latin-1", bigint: bool = True) -> Parameter:
    return bound([value], encoding, bigint)[0]


def fields_of(entry: Parameter, qualifier: w.Qualifier) -> tuple[bool, list[int]]:
    """The sign and the fields of a DATETIME or INTERVAL, the fraction last."""
    assert entry.precision == qualifier.encoded_length
    assert entry.raw is not None
    assert len(entry.raw) == qualifier.width
    unpacked = w.unpack(entry.raw)
    assert unpacked.exponent == qualifier.exponent
    text = "".join(f"{digit:02d}" for digit in unpacked.digits)
    integral = (qualifier.digits - qualifier.scale + 1) // 2 * 2
    fraction = text[integral:]
    sizes = [2] * len(qualifier.fields)
    sizes[0] = integral - 2 * (len(sizes) - 1)
    values = []
    for size in sizes:
        values.append(int(text[:size]))
        text = text[size:]
    scale = qualifier.scale
    assert not fraction[scale:].strip("0"), "more digits than the qualifier has"
    return unpacked.negative, [*values, int(fraction[:scale] or "0")]


YEAR_TO_FRACTION5 = w.Qualifier(w.YEAR, w.FRACTION, 4, 5)
HOUR_TO_SECOND = w.Qualifier(w.HOUR, w.SECOND, 2, 0)
HOUR_TO_FRACTION5 = w.Qualifier(w.HOUR, w.FRACTION, 2, 5)
DAY9_TO_FRACTION5 = w.Qualifier(w.DAY, w.FRACTION, 9, 5)
YEAR9_TO_MONTH = w.Qualifier(w.YEAR, w.MONTH, 9, 0)


# -- numbers ---------------------------------------------------------------------------


def int_of(entry: Parameter) -> int:
    assert entry.raw is not None
    if entry.type == 5:
        number = w.number_of(w.unpack(entry.raw))
        assert number == int(number)
        return int(number)
    if entry.type == 17:
        sign, low, high = struct.unpack(">hII", entry.raw)
        assert sign in (1, -1)
        return int(sign * (high << 32 | low))
    return int.from_bytes(entry.raw, "big", signed=True)


INTEGERS = st.one_of(
    st.integers(-(1 << 33), 1 << 33),
    st.integers(-(1 << 65), 1 << 65),
    st.integers(1 - 10**32, 10**32 - 1),
    st.builds(
        lambda power, sign, off: sign * (1 << power) + off,
        st.sampled_from([31, 63]),
        st.sampled_from([1, -1]),
        st.integers(-1, 1),
    ),
)


@STEADY
@given(INTEGERS, st.booleans())
def test_int(value: int, bigint: bool) -> None:
    entry = one(value, bigint=bigint)
    assert int_of(entry) == value
    if abs(value) < 1 << 31:
        assert (entry.type, entry.precision) == (2, 0x0A00)
    elif abs(value) < 1 << 63:
        assert (entry.type, entry.precision) == (52 if bigint else 17, 0x1300)
    else:
        assert (entry.type, entry.precision) == (5, 0)


@pytest.mark.parametrize("value", [-(1 << 31), -(1 << 63)])
def test_int_that_would_be_null_in_its_width_goes_wider(value: int) -> None:
    assert one(value).type == {-(1 << 31): 52, -(1 << 63): 5}[value]
    assert int_of(one(value)) == value


def test_int_of_one_significant_digit() -> None:
    assert int_of(one(-(10**100))) == -(10**100)


@pytest.mark.parametrize(
    ("power", "what"),
    [(32, "33 significant digits"), (127, "outside the range"), (5000, "outside")],
)
def test_int_of_too_many_digits(power: int, what: str) -> None:
    with pytest.raises(DataError, match=f"parameter 1: .*{what}"):
        one(-(10**power) - 1)


def test_int_beyond_decimal() -> None:
    with pytest.raises(DataError, match="outside the range of Informix DECIMAL"):
        one(10**5000)


@STEADY
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_float(value: float) -> None:
    entry = one(value)
    assert (entry.type, entry.precision) == (3, 0)
    assert entry.raw == struct.pack(">d", value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_float_informix_does_not_have(value: float) -> None:
    with pytest.raises(DataError, match="parameter 1: Informix FLOAT has no"):
        one(value)


@STEADY
@given(
    st.integers(1 - 10**32, 10**32 - 1),
    st.integers(-130, 90),
)
def test_decimal(units: int, exponent: int) -> None:
    digits = tuple(map(int, str(abs(units))))
    value = Decimal((int(units < 0), digits, exponent))
    assume(-128 <= value.adjusted() <= 124)
    entry = one(value)
    assert entry.type == 5
    assert entry.precision == min(32, max(0, -exponent))
    assert entry.raw is not None
    unpacked = w.unpack(entry.raw)
    assert w.number_of(unpacked) == value
    assert unpacked.negative == (value < 0)
    assert len(entry.raw) <= 18
    assert units == 0 or unpacked.digits[0] != 0, "no leading zero digits"


@pytest.mark.parametrize("text", ["0", "-0", "0.00", "0E+5", "0E-400"])
def test_decimal_zero(text: str) -> None:
    entry = one(Decimal(text))
    assert entry.raw == bytes.fromhex("8000")
    scale = max(0, -int(Decimal(text).as_tuple().exponent))
    assert entry.precision == min(32, scale)


def test_decimal_with_zeros_beyond_its_digits() -> None:
    """Only significant digits count: zeros on either side are no reason to refuse."""
    for text in ("1" + "0" * 60, "0." + "0" * 60 + "1", "1." + "0" * 60):
        entry = one(Decimal(text))
        assert entry.raw is not None
        assert w.number_of(w.unpack(entry.raw)) == Decimal(text)


@pytest.mark.parametrize(
    "text", ["1E+126", "-1E+126", "1E-131", "1E+999999", "1E-999999", "-9.95E+125"]
)
def test_decimal_outside_of_its_range(text: str) -> None:
    with pytest.raises(DataError, match="outside the range of Informix DECIMAL"):
        one(Decimal(text))


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_decimal_that_is_no_number(text: str) -> None:
    with pytest.raises(DataError, match="parameter 1: Informix DECIMAL has no"):
        one(Decimal(text))


def test_decimal_of_33_digits() -> None:
    with pytest.raises(DataError, match="33 significant digits"):
        one(Decimal("1" * 33))


# -- dates and times -------------------------------------------------------------------


@STEADY
@given(st.dates())
def test_date(value: datetime.date) -> None:
    entry = one(value)
    assert (entry.type, entry.precision) == (7, 0)
    assert entry.raw is not None
    days = int.from_bytes(entry.raw, "big", signed=True)
    assert datetime.date(1899, 12, 31) + datetime.timedelta(days) == value


@STEADY
@given(st.datetimes())
def test_datetime(value: datetime.datetime) -> None:
    entry = one(value)
    assert entry.type == 10
    negative, parts = fields_of(entry, YEAR_TO_FRACTION5)
    assert not negative
    assert parts == [*value.timetuple()[:6], value.microsecond // 10]


@STEADY
@given(st.times())
def test_time(value: datetime.time) -> None:
    entry = one(value)
    assert entry.type == 10
    fraction = value.microsecond // 10
    qualifier = HOUR_TO_FRACTION5 if fraction else HOUR_TO_SECOND
    negative, parts = fields_of(entry, qualifier)
    assert not negative
    assert parts == [value.hour, value.minute, value.second, fraction]


@pytest.mark.parametrize(
    "value",
    [
        datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc),
        datetime.time(1, tzinfo=datetime.timezone.utc),
    ],
)
def test_time_zones_are_refused(value: Any) -> None:
    with pytest.raises(DataError, match=r"parameter 1: .* no time zone"):
        one(value)


@STEADY
@given(st.timedeltas())
def test_timedelta(value: datetime.timedelta) -> None:
    entry = one(value)
    assert entry.type == 14
    negative, parts = fields_of(entry, DAY9_TO_FRACTION5)
    days, hours, minutes, seconds, fraction = parts
    found = datetime.timedelta(
        days, seconds, fraction * 10, minutes=minutes, hours=hours
    )
    exact = abs(value)
    assert found == exact - datetime.timedelta(microseconds=exact.microseconds % 10)
    assert negative == (value < datetime.timedelta(0) and bool(found))


@pytest.mark.parametrize(
    "value", [datetime.timedelta.min, datetime.timedelta.max, datetime.timedelta(0)]
)
def test_timedelta_extremes(value: datetime.timedelta) -> None:
    negative, parts = fields_of(one(value), DAY9_TO_FRACTION5)
    assert parts[0] == abs(value).days
    assert negative == (value.days < 0)


def test_there_is_no_negative_zero() -> None:
    """Below the finest fraction Informix stores nothing is left, not even a sign."""
    negative, parts = fields_of(
        one(datetime.timedelta(microseconds=-9)), DAY9_TO_FRACTION5
    )
    assert (negative, any(parts)) == (False, False)


@STEADY
@given(st.integers(-(12 * 10**9) + 1, 12 * 10**9 - 1))
def test_interval_of_months(months: int) -> None:
    entry = one(IntervalYM(months))
    assert entry.type == 14
    negative, (years, rest, _) = fields_of(entry, YEAR9_TO_MONTH)
    assert years * 12 + rest == abs(months)
    assert rest < 12
    assert negative == (months < 0)


@pytest.mark.parametrize("months", [12 * 10**9, -12 * 10**9])
def test_interval_of_too_many_years(months: int) -> None:
    with pytest.raises(DataError, match="999999999 years"):
        one(IntervalYM(months))


# -- text and the rest -----------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "cp1252", "gb18030"])
def test_str(encoding: str) -> None:
    @settings(STEADY, max_examples=60)
    @given(st.text(st.characters(codec=encoding), max_size=300))
    def check(value: str) -> None:
        entry = one(value, encoding)
        assert entry.precision == 0
        assert entry.raw is not None
        assert entry.raw.decode(encoding) == value
        if len(entry.raw) <= 255:
            assert (entry.type, entry.names) == (0, None)
        else:
            assert (entry.type, entry.names) == (43, (b"", b""))

    check()


@pytest.mark.parametrize("size", [0, 1, 254, 255, 256, 257, 40_000, 1_000_001])
def test_str_sizes(size: int) -> None:
    entry = one("x" * size)
    assert entry.raw == b"x" * size
    assert entry.type == (0 if size <= 255 else 43)


@pytest.mark.parametrize(
    ("text", "encoding", "at"),
    [("a\u20acb", "latin-1", 1), ("\ud800", "utf-8", 0), ("ab\u65e5", "cp1252", 2)],
)
def test_str_outside_of_the_code_set(text: str, encoding: str, at: int) -> None:
    with pytest.raises(DataError, match=f"parameter 1: .* at position {at} "):
        one(text, encoding)


@pytest.mark.parametrize("value", [True, False])
def test_bool(value: bool) -> None:
    assert one(value) == Parameter(45, (b"informix", b"boolean"), 1, bytes([value]))


def test_none() -> None:
    assert one(None) == Parameter(0, None, 0, None)


class Colour(enum.IntEnum):
    RED = 3


class Name(str):
    __slots__ = ()


class Stamp(datetime.datetime):
    pass


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Colour.RED, 3),
        (Name("x"), "x"),
        (Stamp(2024, 1, 2), datetime.datetime(2024, 1, 2)),
    ],
)
def test_subclasses_go_as_what_they_are(value: Any, plain: Any) -> None:
    assert one(value) == one(plain)


@pytest.mark.parametrize("value", [object(), 1j])
def test_values_without_a_type(value: Any) -> None:
    with pytest.raises(NotSupportedError, match=r"parameter 2: .*cannot be bound"):
        bound([1, value])


def test_a_type_is_named_with_its_module() -> None:
    with pytest.raises(NotSupportedError, match=r"type fractions\.Fraction cannot"):
        bound([fractions.Fraction(1, 2)])


def test_errors_name_the_parameter() -> None:
    with pytest.raises(DataError, match="parameter 3: "):
        bound([1, "x", float("nan"), 4])


def test_number_of_parameters() -> None:
    assert len(bound([None] * 32767)) == 32767
    with pytest.raises(DataError, match=r"32768 parameters.* 32767"):
        bound([None] * 32768)


PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 40), 1 << 40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="latin-1"), max_size=300),
    st.dates(),
    st.datetimes(),
    st.timedeltas(),
)


@STEADY
@given(st.lists(PLAIN, max_size=12))
def test_rows_of_parameters_are_their_entries_in_turn(values: list[Any]) -> None:
    assert bound(values) == [one(value) for value in values]
