"""Cells of PUT against those of IBM's client, and against the reader of rows.

The bytes were put by IBM's JDBC driver 4.50.JC10 with IFX_USEPUT=1 into tables of the
emulator, which described these columns.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import captures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from informix_db import DataError, IntervalYM
from informix_db._wire.decode import Plan, parse_tuple_payload, plan_steps
from informix_db._wire.describe import ColumnInfo
from informix_db._wire.encode_tuple import PutType, TupleEncoder, Unfit, tuple_encoder
from informix_db._wire.limits import Limits


def column(code: int, length: int, extended_id: int = 0, name: str = "c") -> ColumnInfo:
    return ColumnInfo(name, code, extended_id, "", "", length, True)


LVARCHAR = column(40, 500, 1)
BOOLEAN = column(41, 1, 5)

ALL_TYPES = [
    column(6, 4),  # serial
    column(1, 2),  # smallint
    column(2, 4),  # int
    column(52, 8),  # bigint
    column(17, 10),  # int8
    column(3, 8),  # float
    column(4, 4),  # smallfloat
    column(5, 0x0C04),  # decimal(12,4)
    column(5, 0x10FF),  # decimal(16)
    column(8, 0x1002),  # money(16,2)
    column(7, 4),  # date
    column(10, 0x0E0A),  # datetime year to second
    column(10, 0x130F),  # datetime year to fraction(5)
    column(10, 0x066A),  # datetime hour to second
    column(10, 0x096D),  # datetime hour to fraction(3)
    column(14, 0x0602),  # interval year to month
    column(14, 0x084A),  # interval day to second
    column(14, 0x0E4D),  # interval day(5) to fraction(3)
    column(0, 10),  # char(10)
    column(15, 8),  # nchar(8)
    column(13, 20),  # varchar(20)
    column(16, 20),  # nvarchar(20)
    LVARCHAR,
    BOOLEAN,
]

DAYS = {"days": 10, "hours": 11, "minutes": 12, "seconds": 13}
ROW = [
    0,
    5,
    7,
    9_000_000_000,
    11,
    3.14159,
    2.5,
    Decimal("1.5"),
    Decimal("123.456"),
    Decimal("1234.50"),
    dt.date(2024, 2, 29),
    dt.datetime(2024, 2, 29, 13, 14, 15),
    dt.datetime(2024, 2, 29, 13, 14, 15, 123450),
    dt.time(13, 14, 15),
    dt.time(13, 14, 15),
    IntervalYM(12 * 12 + 5),
    dt.timedelta(**DAYS),
    -dt.timedelta(12345, 11 * 3600 + 12 * 60 + 13, 456000),
    "char",
    "nchar",
    "vc",
    "nvcx",
    "lvarchar text",
    True,
]
ROW_PUT = (
    "00000000 0005 00000007 0000000218711a00 00010000000b00000000 400921f9f01b866e"
    "40200000 c1013200000000 c201172d3c0000000000 c20c22320000000000 0000b126"
    "c71418021d0d0e0f c71418021d0d0e0f0c2232 c30d0e0f c30d0e0f0000 c7000c05"
    "c40a0b0c0d 3b2a58575636280000 63686172202020202020 6e63686172202020 027663"
    "046e766378 000000000d6c766172636861722074657874 000000000101"
)
NULLS_PUT = (
    "00000000 8000 80000000 8000000000000000 00000000000000000000 ffffffffffffffff"
    "ffffffff 00000000000000 00000000000000000000 000000000000000000 80000000"
    "0000000000000000 0000000000000000000000 00000000 000000000000 00000000"
    "0000000000 000000000000000000 00202020202020202020 0020202020202020 0100"
    "0100 0100000000 0100000000"
)


def encoder(*columns: ColumnInfo, encoding: str = "latin-1") -> TupleEncoder:
    made = tuple_encoder(columns, encoding)
    assert made is not None
    return made


def encoded(of: ColumnInfo, value: Any) -> str:
    return encoder(of).encode([value]).hex()


def test_a_row_of_all_types() -> None:
    columns = [c for c in ALL_TYPES if c is not ALL_TYPES[17]]
    values = [v for i, v in enumerate(ROW) if i != 17]
    expected = bytes.fromhex(ROW_PUT).replace(bytes.fromhex("3b2a58575636280000"), b"")
    assert encoder(*columns).encode(values) == expected


def test_a_row_of_nulls() -> None:
    values = [0, *[None] * 23]
    assert encoder(*ALL_TYPES).encode(values) == bytes.fromhex(NULLS_PUT)


@pytest.mark.parametrize(
    ("of", "value", "put"),
    [
        # a second row of the same table
        (column(1, 2), -5, "fffb"),
        (column(2, 4), -7, "fffffff9"),
        (column(52, 8), -9, "fffffffffffffff7"),
        (column(17, 10), -123456789012, "ffffbe991a140000001c"),
        (column(3, 8), -1.5, "bff8000000000000"),
        (column(5, 0x0C04), Decimal("-12345678.1234"), "3b57412b155742"),
        (column(5, 0x10FF), Decimal("-0.0001"), "40630000000000000000"),
        (BOOLEAN, False, "000000000100"),
        # zeros, leading and trailing ones, signs
        (column(5, 0x0703), Decimal("0"), "8000000000"),
        (column(5, 0x0703), Decimal("0.001"), "bf0a000000"),
        (column(5, 0x0703), Decimal("-1234.567"), "3d57412b1e"),
        (column(5, 0x0703), Decimal("100"), "c201000000"),
        (column(5, 0x10FF), Decimal("0E5"), "80000000000000000000"),
        (column(5, 0x10FF), Decimal("-0.5"), "3f320000000000000000"),
        (column(5, 0x10FF), Decimal("-1e10"), "39630000000000000000"),
        (column(5, 0x10FF), 1_000_000, "c4010000000000000000"),
        (column(10, 0x066A), dt.time(0, 0, 0), "c3000000"),
        (column(10, 0x066A), dt.time(0, 1, 2), "c3000102"),
        (column(10, 0x096D), dt.time(0, 0, 3), "c30000030000"),
        (column(14, 0x0602), IntervalYM(0), "c7000000"),
        (column(14, 0x0602), IntervalYM(1), "c7000001"),
        (column(14, 0x0602), IntervalYM(-1), "38636363"),
        (column(14, 0x0602), IntervalYM(9999 * 12 + 11), "c763630b"),
        (column(14, 0x0E4D), dt.timedelta(0), "c60000000000000000"),
        (column(14, 0x0E4D), dt.timedelta(seconds=1.5), "c60000000000013200"),
        (column(14, 0x0E4D), dt.timedelta(milliseconds=-1), "39636363636363635a"),
        (column(14, 0x0E4D), dt.timedelta(-1), "396363630000000000"),
        (column(14, 0x058A), dt.timedelta(seconds=7), "c3000007"),
        (column(14, 0x058A), dt.timedelta(minutes=-123, seconds=-7), "3c624c5d"),
        (column(14, 0x058A), dt.timedelta(minutes=100), "c3010000"),
        (column(14, 0x0546), dt.timedelta(hours=5), "c5000005"),
        (column(14, 0x0546), dt.timedelta(-123, hours=-5), "3a624c5f"),
        (column(14, 0x0546), dt.timedelta(5), "c5000500"),
    ],
)
def test_cells_of_ibms_client(of: ColumnInfo, value: Any, put: str) -> None:
    # IBM's client gives the interval of the first row and -123 05 the signs as here.
    assert encoded(of, value) == put


def test_types_announced_before_put() -> None:
    types = encoder(*ALL_TYPES).types
    assert types[0] == PutType(6, b"", b"", 4)
    assert types[22:] == (
        PutType(43, b"informix", b"lvarchar", 500),
        PutType(45, b"informix", b"boolean", 1),
    )


def test_the_rows_of_a_transcript() -> None:
    """s10b_ifxput: (serial, varchar(50), int) from 'n0', 0 on."""
    sent = captures.request("s10b_ifxput", "PUT len 11").data
    rows = encoder(column(6, 4), column(13, 50), column(2, 4))
    for n in range(5):
        row = rows.encode([0, f"n{n}", n])
        assert b"\0\x11\0\0\0\x0b\0\x01" + row + b"\0" in sent


# -- values that do not fit ----------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "limit"),
    [(1, 2**15), (2, 2**31), (6, 2**31), (52, 2**63), (17, 2**63), (18, 2**63)],
)
def test_integers_end_where_null_begins(code: int, limit: int) -> None:
    of = column(code, 10)
    for value in (limit - 1, 1 - limit):
        assert decoded(of, encoder(of).encode([value])) == value
    for value in (limit, -limit, 10**30):
        with pytest.raises(DataError, match=r"parameter 1: .* out of the range"):
            encoder(of).encode([value])


@pytest.mark.parametrize(
    ("of", "value", "message"),
    [
        (column(0, 3), "abcd", r"4 bytes does not fit CHAR\(3\)"),
        (column(13, 3), "abc ", r"4 bytes does not fit VARCHAR\(3\)"),
        (LVARCHAR, "x" * 501, r"501 bytes does not fit LVARCHAR\(500\)"),
        (column(0, 3), "\0a", "CHAR has no text that begins with NUL"),
        (column(16, 3), "\0", "NVARCHAR has no text of one NUL"),
        (column(0, 3), "\u20ac", "code set"),
        (column(3, 8), float("nan"), "FLOAT"),
        (column(4, 4), 1e39, "SMALLFLOAT"),
        (column(4, 4), float("inf"), "FLOAT"),
        (column(5, 0x0C04), Decimal("NaN"), "DECIMAL"),
        (column(10, 0x130F), dt.datetime.now(dt.timezone.utc), "time zone"),
    ],
)
def test_what_cannot_be_stored(of: ColumnInfo, value: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        encoder(column(2, 4), of).encode([1, value])


def test_the_error_names_parameter_and_column() -> None:
    with pytest.raises(DataError) as caught:
        encoder(column(2, 4), column(1, 2, name="small")).encode([1, 40000])
    assert str(caught.value) == (
        "parameter 2: 40000 is out of the range of SMALLINT (column small)"
    )


def test_bytes_are_counted_not_characters() -> None:
    utf8 = encoder(column(0, 4), encoding="utf-8")
    assert utf8.encode(["\u20ac"]) == b"\xe2\x82\xac "
    with pytest.raises(DataError, match="6 bytes"):
        utf8.encode(["\u20ac\u20ac"])


def test_blanks_at_the_end_of_char_may_go() -> None:
    assert encoder(column(0, 3)).encode(["ab    "]) == b"ab "


@pytest.mark.parametrize(
    ("of", "value"),
    [
        (column(2, 4), "1"),
        (column(2, 4), 1.0),
        (column(2, 4), True),
        (column(3, 8), Decimal(1)),
        (column(3, 8), 2**53 + 1),
        (column(5, 0x0502), Decimal("1.234")),
        (column(5, 0x0502), Decimal(1000)),
        (column(5, 0x05FF), Decimal("1.23456")),
        (column(5, 0x05FF), Decimal("1e200")),
        (column(5, 0x0502), 1.5),
        (column(5, 0x0502), "1.5"),
        (column(7, 4), dt.datetime(2024, 1, 1)),
        (column(7, 4), "2024-01-01"),
        (column(10, 0x0E0A), dt.date(2024, 1, 1)),
        (column(10, 0x0E0A), dt.time(1, 2)),
        (column(10, 0x0C08), dt.datetime(2024, 1, 1, 1, 1, 1)),  # year to minute
        (column(10, 0x0A06), dt.datetime(2024, 1, 1, 1)),  # year to hour
        (column(10, 0x0A2A), dt.datetime(2024, 1, 1)),  # month to second
        (column(10, 0x066A), dt.datetime(2024, 1, 1)),
        (column(14, 0x084A), dt.timedelta(100)),
        (column(14, 0x0646), dt.timedelta(seconds=1)),
        (column(14, 0x0602), dt.timedelta(1)),
        (column(14, 0x0602), IntervalYM(12 * 10000)),
        (column(14, 0x0400), IntervalYM(13)),
        (column(14, 0x084A), IntervalYM(1)),
        (column(0, 5), 5),
        (column(13, 5), "\0a"),
        (BOOLEAN, 1),
        (BOOLEAN, "t"),
    ],
)
def test_what_the_server_has_to_convert(of: ColumnInfo, value: Any) -> None:
    with pytest.raises(Unfit):
        encoder(of).encode([value])


@pytest.mark.parametrize("code", [11, 12, 19, 20, 21, 22, 99])
def test_columns_without_known_cells(code: int) -> None:
    assert tuple_encoder([column(2, 4), column(code, 56)], "latin-1") is None


@pytest.mark.parametrize("of", [column(0, 0), column(13, 0), column(40, 0, 1)])
def test_text_of_a_size_that_is_not_told_is_not_limited(of: ColumnInfo) -> None:
    assert tuple_encoder([of], "latin-1") is None
    Limits([of], "latin-1").check(["x" * 1000])


@pytest.mark.parametrize(
    ("of", "value", "stored"),
    [
        (
            column(10, 0x0E0A),
            dt.datetime(2024, 1, 2, 3, 4, 5, 999999),
            dt.datetime(2024, 1, 2, 3, 4, 5),
        ),
        (column(10, 0x096D), dt.time(1, 2, 3, 456789), dt.time(1, 2, 3, 456000)),
        (
            column(14, 0x0E4D),
            -dt.timedelta(0, 1, 456789),
            -dt.timedelta(0, 1, 456000),
        ),
    ],
)
def test_finer_fractions_are_cut(of: ColumnInfo, value: Any, stored: Any) -> None:
    assert decoded(of, encoder(of).encode([value])) == stored


# -- what is put is what is read -----------------------------------------------------


def decoded(of: ColumnInfo, cell: bytes) -> Any:
    plan = Plan(plan_steps([of], True), ["c"], "utf-8")
    return parse_tuple_payload(cell, 0, len(cell), plan)[0]


CASES = st.one_of(
    st.tuples(st.just(column(2, 4)), st.integers(1 - 2**31, 2**31 - 1)),
    st.tuples(st.just(column(17, 10)), st.integers(1 - 2**63, 2**63 - 1)),
    st.tuples(st.just(column(3, 8)), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(
        st.just(column(5, 0x0903)),
        st.decimals(-999999, 999999, places=3, allow_nan=False),
    ),
    st.tuples(
        st.just(column(5, 0x2008)),
        st.decimals(-(10**23), 10**23, places=8, allow_nan=False),
    ),
    st.tuples(st.just(column(7, 4)), st.dates()),
    st.tuples(st.just(column(10, 0x0804)), st.dates()),
    st.tuples(
        st.just(column(10, 0x130F)),
        st.datetimes().map(lambda v: v.replace(microsecond=v.microsecond // 10 * 10)),
    ),
    st.tuples(
        st.just(column(10, 0x0B6F)),
        st.times().map(lambda v: v.replace(microsecond=v.microsecond // 10 * 10)),
    ),
    st.tuples(
        st.just(column(14, 0x0F4D)),  # day(6) to fraction(3)
        st.integers(-(10**6) * 86400_000 + 1, 10**6 * 86400_000 - 1).map(
            lambda ms: dt.timedelta(milliseconds=ms)
        ),
    ),
    st.tuples(
        st.just(column(14, 0x094A)),  # day(3) to second
        st.integers(1 - 1000 * 86400, 1000 * 86400 - 1).map(
            lambda s: dt.timedelta(seconds=s)
        ),
    ),
    st.tuples(
        st.just(column(14, 0x0702)), st.integers(-1199999, 1199999).map(IntervalYM)
    ),
    st.tuples(st.just(column(14, 0x0322)), st.integers(-999, 999).map(IntervalYM)),
    st.tuples(st.just(column(13, 60)), st.text(max_size=15)),
    st.tuples(st.just(LVARCHAR), st.text(max_size=100)),
    st.tuples(st.just(BOOLEAN), st.booleans()),
)


@given(CASES)
def test_what_is_put_is_what_is_read(case: tuple[ColumnInfo, Any]) -> None:
    of, value = case
    try:
        cell = encoder(of, encoding="utf-8").encode([value])
    except Unfit:
        assert str(value)[:1] == "\0"
        return
    except DataError:
        assert value == "\0"
        return
    assert decoded(of, cell) == value
