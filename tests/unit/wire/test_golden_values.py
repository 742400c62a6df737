"""Values as bytes: what IBM's client accepted and published measurements say.

Rows come with the bytes they arrived in; the expected values are spelled out here,
none is computed by the driver.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import captures
import pytest
from unit.wire.conversations import Case, cases, plan_of, read

from informix_db._protocol.channel import Reply
from informix_db._wire import constants as c
from informix_db._wire.accel import parse_tuple_payload
from informix_db._wire.describe import ColumnInfo
from informix_db._wire.framing import Framing, negotiate
from informix_db.types import IntervalYM, TypeCode

V15 = negotiate(c.OFFERED_MASK, bytes.fromhex("bdbe9ffe7fb7ffefff"))
ZERO = Framing()


def _column(code: int, length: int = 0, extended_id: int = 0) -> ColumnInfo:
    return ColumnInfo("x", code, extended_id, "", "", length, True)


INT8 = _column(c.INT8, 10)
INT = _column(c.INT, 4)
SERIAL = _column(c.SERIAL, 4)
LVARCHAR = _column(c.UDT_VAR, 100, c.EXT_LVARCHAR)
BOOLEAN = _column(c.UDT_FIXED, 1, c.EXT_BOOLEAN)
VARCHAR10 = _column(c.VARCHAR, 10)
NVARCHAR10 = _column(c.NVARCHAR, 10)


def _row(framing: Framing, columns: list[ColumnInfo], text: str) -> tuple[Any, ...]:
    payload = bytes.fromhex(text)
    plan = plan_of(columns, framing)
    assert plan is not None
    return parse_tuple_payload(payload, 0, len(payload), plan)


def _case(transcript: str, note: str) -> Case:
    """The case of the reply to the request noted as `note`."""
    messages = captures.load(transcript)
    asked = messages.index(captures.request(transcript, note))
    return next(case for case in cases(transcript) if case.place > asked)


def _rows(transcript: str, note: str) -> list[tuple[Any, ...]]:
    reply = read(_case(transcript, note))
    assert isinstance(reply, Reply)
    assert reply.row_error is None
    return reply.rows


# -- rows measured on real servers [P] -------------------------------------------------


def test_row_of_int8_and_lvarchar() -> None:
    row = _row(
        V15,
        [INT8, LVARCHAR, INT8],
        "0001000007d100000000 00 0000000b 5061636b616765526f6f74 00010000000a00000000",
    )
    assert row == (2001, "PackageRoot", 10)


def test_row_of_boolean_and_varchar() -> None:
    row = _row(
        V15,
        [INT, BOOLEAN, INT, VARCHAR10],
        "0001b207 00 00000001 74 0003640e 04 7461696c",
    )
    assert row == (111111, True, 222222, "tail")


def test_negative_int8() -> None:
    assert _row(V15, [INT8], "ffff be991a14 0000001c") == (-123456789012,)


def test_null_set_between_others() -> None:
    of_set = ColumnInfo("x", c.SET, 0, "", "SET(INTEGER not null)", 0, True)
    row = _row(V15, [INT, of_set, VARCHAR10], "00000008 01 00000000 03 78797a")
    assert row == (8, None, "xyz")


# -- rows in both framings [J] ---------------------------------------------------------

BOTH = [SERIAL, VARCHAR10, NVARCHAR10, INT]


@pytest.mark.parametrize(
    ("framing", "text", "values"),
    [
        (V15, "00000001 03766378 036e7663 0001b207", (1, "vcx", "nvc", 111111)),
        (
            ZERO,
            "00000001 0376637800000000000000 036e766300000000000000 0001b207",
            (1, "vcx", "nvc", 111111),
        ),
        (V15, "00000002 0100 0100 80000000", (2, None, None, None)),
        (
            ZERO,
            "00000002 0100000000000000000000 0100000000000000000000 80000000",
            (2, None, None, None),
        ),
    ],
    ids=["variable", "padded", "variable NULL", "padded NULL"],
)
def test_varchar_by_capability_13(
    framing: Framing, text: str, values: tuple[Any, ...]
) -> None:
    assert _row(framing, BOTH, text) == values


@pytest.mark.parametrize(
    ("framing", "text"),
    [
        (ZERO, "000e 0000 00000008 00000007 ffffffff"),
        (V15, "000e 0000 00000008 00000007 ffffffff"),
    ],
    ids=["zero", "v15"],
)
def test_tuple_message_is_the_same_in_every_framing(
    framing: Framing, text: str
) -> None:
    data = text + "000f 0000 00000000 00000000 00000000 0037 00000001 00000001 000c"
    columns = (INT, INT)
    plan = plan_of(columns, framing)
    case = Case("", 0, "reply", bytes.fromhex(data), framing, columns, plan)
    reply = read(case)
    assert isinstance(reply, Reply)
    assert reply.rows == [(7, -1)]


# -- all types in one row, by the DESCRIBE of the same conversation [J] ----------------

ALL_TYPES: list[tuple[str, TypeCode, Any, int | None, int | None]] = [
    # name, type, value, precision, scale
    ("c_serial", TypeCode.SERIAL, 1, None, None),
    ("c_smallint", TypeCode.SMALLINT, -32767, None, None),
    ("c_int", TypeCode.INTEGER, 2147483647, None, None),
    ("c_bigint", TypeCode.BIGINT, 9223372036854775807, None, None),
    ("c_int8", TypeCode.INT8, -123456789012, None, None),
    ("c_float", TypeCode.FLOAT, 3.14159, None, None),
    ("c_smallfloat", TypeCode.SMALLFLOAT, 2.5, None, None),
    ("c_dec", TypeCode.DECIMAL, Decimal("-12345678.1234"), 12, 4),
    ("c_decf", TypeCode.DECIMAL, Decimal("123.456"), 16, None),
    ("c_money", TypeCode.MONEY, Decimal("1234.50"), 16, 2),
    ("c_date", TypeCode.DATE, date(2024, 2, 29), None, None),
    ("c_dts", TypeCode.DATETIME, datetime(2024, 2, 29, 13, 14, 15), 14, 0),
    ("c_dtf5", TypeCode.DATETIME, datetime(2024, 2, 29, 13, 14, 15, 123450), 19, 5),
    ("c_hs", TypeCode.DATETIME, time(13, 14, 15), 6, 0),
    ("c_hf3", TypeCode.DATETIME, time(13, 14, 15, 678000), 9, 3),
    ("c_iym", TypeCode.INTERVAL, IntervalYM(12 * 12 + 5), 6, 0),
    (
        "c_ids",
        TypeCode.INTERVAL,
        timedelta(days=10, hours=11, minutes=12, seconds=13),
        8,
        0,
    ),
    (
        "c_idf",
        TypeCode.INTERVAL,
        -timedelta(days=12345, hours=11, minutes=12, seconds=13, milliseconds=456),
        14,
        3,
    ),
    ("c_char", TypeCode.CHAR, "char", None, None),
    ("c_nchar", TypeCode.NCHAR, "nchar", None, None),
    ("c_varchar", TypeCode.VARCHAR, "vc", None, None),
    ("c_nvarchar", TypeCode.NVARCHAR, "nvcx", None, None),
    ("c_lvarchar", TypeCode.LVARCHAR, "lvarchar text", None, None),
    ("c_bool", TypeCode.BOOLEAN, True, None, None),
]


def test_all_types() -> None:
    full, empty = _rows("s05_alltypes", "RET_TYPE flag 1 n 24")
    assert list(full) == [value for _, _, value, _, _ in ALL_TYPES]
    # repr too: Decimal("1234.5") would equal Decimal("1234.50")
    assert repr(list(full)) == repr([value for _, _, value, _, _ in ALL_TYPES])
    assert empty == (2, *[None] * 23)


def test_all_types_described() -> None:
    columns = _case("s05_alltypes", "RET_TYPE flag 1 n 24").columns
    assert columns is not None
    assert [(x.name, x.type_code, x.precision, x.scale) for x in columns] == [
        (name, code, precision, scale) for name, code, _, precision, scale in ALL_TYPES
    ]
    assert all(column.nullable for column in columns[1:])
    assert not columns[0].nullable
    sizes = {column.name: column.size for column in columns}
    assert (sizes["c_char"], sizes["c_varchar"], sizes["c_lvarchar"]) == (10, 20, 500)


def test_lvarchar_and_boolean_between_others() -> None:
    assert _rows("s05_alltypes", "RET_TYPE flag 1 n 3") == [
        ("lvarchar text", True, 2147483647),
        (None, None, None),
    ]


def test_rows_after_inserts() -> None:
    assert _rows("s04_prepsel", "RET_TYPE flag 1 n 6") == [
        (
            1,
            "odd",
            Decimal("-123.45"),
            date(2024, 2, 29),
            datetime(2024, 2, 29, 13, 14, 15, 123450),
            None,
        ),
        (2, "even", None, None, None, 77),
        (3, None, None, date(2020, 5, 6), datetime(2020, 1, 1), 12),
    ]


@pytest.mark.parametrize(
    ("note", "statement_type", "rows", "serial"),
    [
        ("insert into t1 values (0,'a'", c.STMT_INSERT, 1, 1),
        ("insert into t1 values (0,'b'", c.STMT_INSERT, 1, 2),
        ("COMMAND nq 0 len 17", 4, 2, 0),
        ("delete from t1 where id=2", 5, 1, 0),
        ("delete from t1 where id=99", 5, 0, 0),
    ],
)
def test_counts_of_changes(
    note: str, statement_type: int, rows: int, serial: int
) -> None:
    reply = read(_case("s03_dml", note))
    assert isinstance(reply, Reply)
    assert reply.description is not None
    assert reply.description.statement_type == statement_type
    assert reply.description.columns == ()
    assert reply.done is not None
    assert (reply.done.rows, reply.done.serial) == (rows, serial)


def test_collections_as_text() -> None:
    """The default form; IBM's client took it for a value it could not show."""
    ((number, numbers, names),) = _rows("s20_complex", "RET_TYPE flag 1 n 3")
    assert number == 1
    assert (numbers.kind, list(numbers)) == ("SET", [1, 2])
    assert (names.kind, list(names)) == ("LIST", ["a"])


def test_utf8_cells() -> None:
    case = _case("u12_utf8", "RET_TYPE flag 1 n 5")
    assert case.columns is not None
    payload = case.data[8 : 8 + 0x3A]
    plan = plan_of(case.columns, case.framing, "utf-8")
    assert plan is not None
    assert parse_tuple_payload(payload, 0, len(payload), plan) == (
        "h\u00e9\u20ac\U0001f600z",
        "\u20ac\u00e9",
        "\u65e5\u672c\u8a9e\U0001f600",
        "\u65e5",
        777,
    )
