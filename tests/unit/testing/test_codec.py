"""Values in tuple encoding, against bytes from outside this project.

The vectors come from the transcripts of IBM's driver and from values measured on real
servers; none was produced by the code under test.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import captures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stub_engine import ALL_TYPES, BOOLEAN, INTEGER, LVARCHAR_500

from informix_db.testing import codec
from informix_db.testing.api import (
    Column,
    DatetimeValue,
    IntervalValue,
    SQLError,
    SQLType,
)
from informix_db.testing.framing import NO_CAPABILITIES, V15_CAPABILITIES, Framing
from informix_db.testing.messages import ReturnType
from informix_db.testing.rows import RowEncoder, decode_row

V15 = Framing.negotiated(V15_CAPABILITIES, V15_CAPABILITIES)
LEGACY = Framing.negotiated(NO_CAPABILITIES, NO_CAPABILITIES)


def columns(*types: SQLType) -> list[Column]:
    return [Column(f"c{i}", sql_type) for i, sql_type in enumerate(types)]


def encoded(types: list[SQLType], *values: object, framing: Framing = V15) -> str:
    return RowEncoder(columns(*types), framing, "latin-1").encode(values).hex()


def spaced(text: str) -> str:
    return text.replace(" ", "").replace("|", "")


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("-123.45", 10 << 8 | 2, "3d624c370000"),
        ("-12345678.1234", 12 << 8 | 4, "3b57412b155742"),
        ("0.00123", 16 << 8 | 255, "bf0c1e00000000000000"),
        ("1234.50", 16 << 8 | 2, "c20c22320000000000"),
        ("0", 5 << 8 | 2, "80000000"),
        ("1000000", 4 << 8 | 255, "c4010000"),
    ],
)
def test_decimal_vectors(text: str, length: int, expected: str) -> None:
    raw = codec.pack_decimal(Decimal(text), codec.decimal_width(length))
    assert raw.hex() == expected
    assert codec.unpack_decimal(raw) == Decimal(text)


def test_decimal_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(SQLError) as caught:
        codec.pack_decimal(Decimal("12345678"), codec.decimal_width(4 << 8))
    assert caught.value.sqlcode == -1226


@pytest.mark.parametrize("text", ["-9.95E125", "-9.9999E125"])
def test_decimal_that_would_be_null_is_an_error(text: str) -> None:
    """Its head is 0 and its first digit the complement of 99."""
    with pytest.raises(SQLError) as caught:
        codec.pack_decimal(Decimal(text), codec.decimal_width(16 << 8 | 255))
    assert caught.value.sqlcode == -1226
    for other in (Decimal("-9.9E125"), Decimal("-9.85E125"), Decimal("9.95E125")):
        raw = codec.pack_decimal(other, codec.decimal_width(16 << 8 | 255))
        assert codec.unpack_decimal(raw) == other


def test_unpacked_decimal_keeps_the_scale_it_was_sent_with() -> None:
    assert str(codec.unpack_decimal(bytes.fromhex("c20c2232"), 2)) == "1234.50"
    assert str(codec.unpack_decimal(bytes.fromhex("bf0c1e"), 5)) == "0.00123"
    assert str(codec.unpack_decimal(bytes.fromhex("c20c2232"), 0)) == "1234.50"


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=4).filter(
        lambda d: abs(d) < 10**12
    )
)
def test_decimals_come_back(value: Decimal) -> None:
    raw = codec.pack_decimal(value, codec.decimal_width(32 << 8 | 255))
    assert codec.unpack_decimal(raw) == value


@given(st.lists(st.decimals(-(10**8), 10**8, places=3), min_size=2, max_size=2))
def test_encoded_order_is_numeric_order(pair: list[Decimal]) -> None:
    low, high = sorted(pair)
    width = codec.decimal_width(32 << 8 | 255)
    assert codec.pack_decimal(low, width) <= codec.pack_decimal(high, width)


@pytest.mark.parametrize("raw", ["", "c264", "3d65"])
def test_bytes_that_are_no_decimal_are_refused(raw: str) -> None:
    with pytest.raises(codec.MalformedValue):
        codec.unpack_decimal(bytes.fromhex(raw))


@pytest.mark.parametrize(
    ("digits", "length", "expected"),
    [
        ("20240229131415", 0x0E0A, "c71418021d0d0e0f"),
        ("2024022913141512345", 0x130F, "c71418021d0d0e0f0c2232"),
        ("131415", 0x066A, "c30d0e0f"),
        ("131415678", 0x096D, "c30d0e0f4350"),
    ],
)
def test_datetime_vectors(digits: str, length: int, expected: str) -> None:
    value = DatetimeValue(digits, length >> 4 & 15, length & 15)
    raw = codec.pack_datetime(value, length)
    assert raw.hex() == expected
    assert codec.unpack_datetime(raw, length) == value


@pytest.mark.parametrize(
    ("negative", "digits", "length", "expected"),
    [
        (False, "001205", 0x0602, "c7000c05"),
        (False, "10111213", 0x084A, "c40a0b0c0d"),
        (True, "12345111213456", 0x0E4D, "39624c365857563628"),
    ],
)
def test_interval_vectors(
    negative: bool, digits: str, length: int, expected: str
) -> None:
    value = IntervalValue(negative, digits, length >> 4 & 15, length & 15)
    raw = codec.pack_interval(value, length)
    assert raw.hex() == expected
    assert codec.unpack_interval(raw, length) == value


def test_interval_sent_without_its_leading_zeros_is_understood() -> None:
    short = bytes.fromhex("c60c05")  # 12-05 with one digit pair left out
    value = codec.unpack_interval(short, 0x0602)
    assert value == IntervalValue(False, "001205", 0, 2)


def test_digits_that_do_not_fit_the_qualifier_are_refused() -> None:
    with pytest.raises(codec.MalformedValue):
        codec.unpack_interval(bytes.fromhex("c8010c05"), 0x0602)


def test_int8_vector() -> None:
    raw = codec.pack_int8(-123456789012)
    assert raw.hex() == "ffffbe991a140000001c"
    assert codec.unpack_int8(raw) == -123456789012
    assert codec.unpack_int8(bytes(10)) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1899-12-31", 0),
        ("1899-12-30", -1),
        ("2020-05-06", 0xABB4),
        ("2024-02-29", 0xB126),
    ],
)
def test_date_vectors(text: str, day: int) -> None:
    assert codec.pack_date(date.fromisoformat(text)) == day
    assert codec.unpack_date(day) == date.fromisoformat(text)


def test_day_outside_the_calendar_is_refused() -> None:
    with pytest.raises(codec.MalformedValue):
        codec.unpack_date(2**31 - 1)


INT8 = SQLType(17, 10)
VARCHAR_10 = SQLType(13, 10)
NVARCHAR_10 = SQLType(16, 10)


def test_rows_measured_on_real_servers() -> None:
    assert encoded([INT8, LVARCHAR_500, INT8], 2001, "PackageRoot", 10) == spaced(
        "0001000007d100000000 | 00 0000000b 5061636b616765526f6f74"
        "| 00010000000a00000000"
    )
    assert encoded(
        [INTEGER, BOOLEAN, INTEGER, VARCHAR_10], 111111, True, 222222, "tail"
    ) == spaced("0001b207 | 00 00000001 74 | 0003640e | 04 7461696c")


def test_variable_and_padded_varchar() -> None:
    types = [SQLType(6, 4), VARCHAR_10, NVARCHAR_10, INTEGER]
    row = (1, "vcx", "nvc", 0x1B207)
    assert encoded(types, *row) == spaced("00000001 03766378 036e7663 0001b207")
    assert encoded(types, *row, framing=LEGACY) == spaced(
        "00000001 0376637800000000000000 036e766300000000000000 0001b207"
    )
    nulls = (2, None, None, None)
    assert encoded(types, *nulls) == spaced("00000002 0100 0100 80000000")
    assert encoded(types, *nulls, framing=LEGACY) == spaced(
        "00000002 0100000000000000000000 0100000000000000000000 80000000"
    )


FULL_ROW = (
    1,
    -32767,
    2147483647,
    9223372036854775807,
    -123456789012,
    3.14159,
    2.5,
    Decimal("-12345678.1234"),
    Decimal("123.456"),
    Decimal("1234.50"),
    date(2024, 2, 29),
    DatetimeValue("20240229131415", 0, 10),
    DatetimeValue("2024022913141512345", 0, 15),
    DatetimeValue("131415", 6, 10),
    DatetimeValue("131415678", 6, 13),
    IntervalValue(False, "001205", 0, 2),
    IntervalValue(False, "10111213", 4, 10),
    IntervalValue(True, "12345111213456", 4, 13),
    "char",
    "nchar",
    "vc",
    "nvcx",
    "lvarchar text",
    True,
)


def tuples_of(reply: bytes) -> list[bytes]:
    """Return the rows of a fetch reply, read by hand."""
    rows = []
    while reply[:2] == b"\0\x0e":
        size = int.from_bytes(reply[4:8], "big")
        rows.append(reply[8 : 8 + size])
        reply = reply[8 + size + size % 2 :]
    return rows


ASKED = [
    *(ReturnType(c.type.code, "", "", c.type.length) for c in ALL_TYPES[:22]),
    ReturnType(43, "informix", "lvarchar", 500),
    ReturnType(45, "informix", "boolean", 1),
]


def all_types_rows() -> list[bytes]:
    reply = captures.reply("s05_alltypes", "RET_TYPE flag 1 n 24")
    return tuples_of(reply)


def test_row_of_every_type_that_ibm_driver_accepted() -> None:
    encoder = RowEncoder(ALL_TYPES, V15, "latin-1", ASKED)
    assert encoder.encode(FULL_ROW).hex() == all_types_rows()[0].hex()


def test_row_of_nulls_that_ibm_driver_accepted() -> None:
    encoder = RowEncoder(ALL_TYPES, V15, "latin-1", ASKED)
    row = encoder.encode((2,) + (None,) * 23)
    assert row.hex() == all_types_rows()[1].hex()


def test_put_row_decodes_to_the_values_it_was_made_of() -> None:
    for framing in (V15, LEGACY):
        encoder = RowEncoder(ALL_TYPES, framing, "latin-1", ASKED)
        for row in (FULL_ROW, (2,) + (None,) * 23):
            raw = encoder.encode(row)
            values = decode_row(raw, ALL_TYPES, framing, "latin-1")
            assert tuple(value.value for value in values) == row
            for wrong in (raw + b"\0", raw[:-1], raw[:3]):
                with pytest.raises(SQLError) as caught:
                    decode_row(wrong, ALL_TYPES, framing, "latin-1")
                assert caught.value.sqlcode == -403


@pytest.mark.parametrize(
    ("sql_type", "value", "cell"),
    [
        (SQLType(1, 2), -32767, "8001"),
        (SQLType(1, 2), None, "8000"),
        (SQLType(2, 4), -2, "fffffffe"),
        (SQLType(6, 4), -(1 << 31) + 1, "80000001"),
        (SQLType(6, 4), None, "80000000"),
        (SQLType(52, 8), -(1 << 63) + 1, "8000000000000001"),
        (SQLType(53, 8), -2, "fffffffffffffffe"),
        (SQLType(53, 8), None, "8000000000000000"),
        (INT8, 0, "0001 00000000 00000000"),
        (INT8, -1, "ffff 00000001 00000000"),
        (SQLType(18, 10), (1 << 63) - 1, "0001 ffffffff 7fffffff"),
        (SQLType(18, 10), None, "0000 00000000 00000000"),
        (SQLType(3, 8), -1.5, "bff8000000000000"),
        (SQLType(3, 8), None, "ffffffffffffffff"),
        (SQLType(4, 4), -1.5, "bfc00000"),
        (SQLType(4, 4), None, "ffffffff"),
        (SQLType(7, 4), date(1899, 12, 30), "ffffffff"),
        (SQLType(7, 4), None, "80000000"),
        (SQLType(5, 0x10FF), Decimal("1E+125"), "ff 0a 00000000000000 00"),
        (SQLType(5, 0x10FF), Decimal("-1E-130"), "7f 63 00000000000000 00"),
        (SQLType(8, 0x1002), Decimal("-2.00"), "3e 62 00000000000000"),
        (SQLType(8, 0x1002), None, "00 00 00000000000000"),
        (SQLType(15, 3), None, "00 20 20"),
        (SQLType(15, 3), "", "20 20 20"),
        (NVARCHAR_10, "", "00"),
        (NVARCHAR_10, None, "01 00"),
        (LVARCHAR_500, "", "00 00000000"),
        (LVARCHAR_500, None, "01 00000000"),
        (BOOLEAN, None, "01 00000000"),
    ],
)
def test_cells_both_ways(sql_type: SQLType, value: object, cell: str) -> None:
    assert encoded([sql_type], value) == spaced(cell)
    raw = bytes.fromhex(cell)
    (found,) = decode_row(raw, columns(sql_type), V15, "latin-1")
    assert found.value == value
    assert type(found.value) is type(value)


def test_boolean_is_a_letter_unless_asked_for_as_a_byte() -> None:
    letter = RowEncoder(columns(BOOLEAN), V15, "latin-1")
    assert letter.encode((False,)) == b"\0\0\0\0\x01f"
    byte = RowEncoder(columns(BOOLEAN), V15, "latin-1", [ReturnType(45, "", "", 1)])
    assert byte.encode((False,)) == b"\0\0\0\0\x01\0"


@pytest.mark.parametrize(
    ("contents", "descriptor"),
    [
        (b"abc", "0000000000000000 00000000 00000002 00000003 00000001" + "00" * 32),
        (b"", "0000000000000000 00000000 ffffffff 00000000 00000001" + "00" * 32),
        (None, "00" * 39 + "01" + "00" * 16),
    ],
)
def test_cell_of_a_byte_column_describes_its_contents(
    contents: bytes | None, descriptor: str
) -> None:
    kept: list[bytes] = []

    def keep(data: bytes) -> int:
        kept.append(data)
        return len(kept)

    encoder = RowEncoder(columns(SQLType(11, 56)), V15, "latin-1", keep=keep)
    assert encoder.encode((contents,)).hex() == descriptor.replace(" ", "")
    assert kept == ([] if contents is None else [contents])


@pytest.mark.parametrize(
    ("asked", "sqlcode"),
    [
        ([ReturnType(0, "", "", 4)], -999),
        ([ReturnType(2, "", "", 4), ReturnType(2, "", "", 4)], -403),
    ],
)
def test_form_that_a_row_cannot_be_given(asked: list[ReturnType], sqlcode: int) -> None:
    with pytest.raises(SQLError) as caught:
        RowEncoder(columns(INTEGER), V15, "latin-1", asked)
    assert caught.value.sqlcode == sqlcode


def test_text_outside_the_code_set_is_an_error() -> None:
    with pytest.raises(SQLError) as caught:
        encoded([VARCHAR_10], "\N{EURO SIGN}")
    assert caught.value.sqlcode == -23103


def test_character_lengths_are_bytes() -> None:
    encoder = RowEncoder(columns(SQLType(0, 6), VARCHAR_10), V15, "utf-8")
    row = encoder.encode(("\N{EURO SIGN}", "\N{EURO SIGN}"))
    assert row == b"\xe2\x82\xac   \x03\xe2\x82\xac"


def test_type_that_cannot_be_encoded_is_refused_when_the_cursor_opens() -> None:
    with pytest.raises(SQLError) as caught:
        RowEncoder(columns(SQLType(23, 0)), V15, "latin-1")
    assert caught.value.sqlcode == -999
