"""IBM's JDBC driver as a client of the emulator: every scalar type, both ways.

A value is [class of getObject, its text, text of getString], NULL is
[None, wasNull, None].
"""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.timeout(200)]

NULL = [None, True, None]

CLASSES = {
    "c_smallint": "Short",
    "c_int": "Integer",
    "c_bigint": "Long",
    "c_int8": "Long",
    "c_float": "Double",
    "c_smallfloat": "Float",
    "c_dec": "BigDecimal",
    "c_decf": "BigDecimal",
    "c_money": "BigDecimal",
    "c_date": "Date",
    "c_dts": "Timestamp",
    "c_dtf5": "Timestamp",
    "c_hs": "Time",
    "c_hf3": "Timestamp",
    "c_iym": "IntervalYM",
    "c_ids": "IntervalDF",
    "c_idf": "IntervalDF",
    "c_char": "String",
    "c_nchar": "String",
    "c_varchar": "String",
    "c_nvarchar": "String",
    "c_lvarchar": "String",
    "c_bool": "Boolean",
}
ALL_NULL = dict.fromkeys(CLASSES, NULL)

# Types whose getObject() writes a value as getString() does.
SAME_TEXT = set(CLASSES) - {"c_dts", "c_hf3", "c_bool"}


def check(row: dict[str, Any], expected: dict[str, str]) -> None:
    """`expected` holds what getString() answers for each column."""
    assert {name: value[2] for name, value in row.items()} == expected
    assert {name: value[0] for name, value in row.items()} == CLASSES
    assert {name: row[name][1] for name in SAME_TEXT} == {
        name: expected[name] for name in SAME_TEXT
    }
    assert row["c_dts"][1] == expected["c_dts"] + ".0"
    assert row["c_bool"][1] == {"t": "true", "f": "false"}[expected["c_bool"]]


def test_literals(seen) -> None:
    check(
        seen("types_literals")["typical"],
        {
            "c_smallint": "-32767",
            "c_int": "2147483647",
            "c_bigint": "9223372036854775807",
            "c_int8": "-123456789012",
            "c_float": "3.14159",
            "c_smallfloat": "2.5",
            "c_dec": "-12345678.1234",
            "c_decf": "123.456",
            "c_money": "1234.50",
            "c_date": "2024-02-29",
            "c_dts": "2024-02-29 13:14:15",
            "c_dtf5": "2024-02-29 13:14:15.12345",
            "c_hs": "13:14:15",
            "c_hf3": "13:14:15.678",
            "c_iym": "12-05",
            "c_ids": "10 11:12:13",
            "c_idf": "-12345 11:12:13.456",
            "c_char": "char      ",
            "c_nchar": "nchar   ",
            "c_varchar": "vc",
            "c_nvarchar": "nvcx",
            "c_lvarchar": "lvarchar text",
            "c_bool": "t",
        },
    )


def test_greatest_values(seen) -> None:
    check(
        seen("types_literals")["high"],
        {
            "c_smallint": "32767",
            "c_int": "2147483647",
            "c_bigint": "9223372036854775807",
            "c_int8": "9223372036854775807",
            "c_float": "1.0E100",
            "c_smallfloat": "1.5E30",
            "c_dec": "99999999.9999",
            "c_decf": "9999999999999999" + "0" * 105,
            "c_money": "99999999999999.99",
            "c_date": "9999-12-31",
            "c_dts": "9999-12-31 23:59:59",
            "c_dtf5": "9999-12-31 23:59:59.99999",
            "c_hs": "23:59:59",
            "c_hf3": "23:59:59.999",
            "c_iym": "9999-11",
            "c_ids": "99 23:59:59",
            "c_idf": "99999 23:59:59.999",
            "c_char": "abcdefghij",
            "c_nchar": "ABCDEFGH",
            "c_varchar": "abcdefghijklmnopqrst",
            "c_nvarchar": "ABCDEFGHIJKLMNOPQRST",
            "c_lvarchar": "x" * 500,
            "c_bool": "t",
        },
    )


def test_least_values(seen) -> None:
    check(
        seen("types_literals")["low"],
        {
            "c_smallint": "-32767",
            "c_int": "-2147483647",
            "c_bigint": "-9223372036854775807",
            "c_int8": "-9223372036854775807",
            "c_float": "-1.0E-100",
            "c_smallfloat": "-1.5E-30",
            "c_dec": "-99999999.9999",
            "c_decf": "-1E-120",
            "c_money": "-99999999999999.99",
            "c_date": "1583-01-01",
            "c_dts": "1583-01-01 00:00:00",
            "c_dtf5": "1583-01-01 00:00:00.0",
            "c_hs": "00:00:00",
            "c_hf3": "00:00:00.0",
            "c_iym": "-9999-11",
            "c_ids": "-99 23:59:59",
            "c_idf": "-99999 23:59:59.999",
            "c_char": " " * 10,
            "c_nchar": " " * 8,
            "c_varchar": "",
            "c_nvarchar": "",
            "c_lvarchar": "",
            "c_bool": "f",
        },
    )


def test_null_of_every_type(seen) -> None:
    assert seen("types_null") == {"row": ALL_NULL}


def test_setters(seen) -> None:
    result = seen("types_setters")
    assert result["inserted"] == 1
    check(
        result["row"],
        {
            "c_smallint": "-5",
            "c_int": "-6",
            "c_bigint": "-7000000000",
            "c_int8": "-8000000000",
            "c_float": "-1.25",
            "c_smallfloat": "2.5",
            "c_dec": "-12345678.1234",
            "c_decf": "0.00123",
            "c_money": "1234.50",
            "c_date": "1899-12-30",
            "c_dts": "2024-02-29 13:14:15",
            "c_dtf5": "2024-02-29 13:14:15.12345",
            "c_hs": "13:14:15",
            "c_hf3": "13:14:15.678",
            "c_iym": "12-05",
            "c_ids": "10 11:12:13",
            "c_idf": "-12345 11:12:13.456",
            "c_char": "char      ",
            "c_nchar": "nchar   ",
            "c_varchar": "",
            "c_nvarchar": "nv",
            "c_lvarchar": "x" * 300,
            "c_bool": "t",
        },
    )


def test_setters_with_extreme_values(seen) -> None:
    positive = [
        "1",
        "32767",
        "2147483647",
        "9223372036854775807",
        "9223372036854775807",
        "1.7976931348623157E308",
        "3.4028235E38",
        "1234567890123456789012.0123456789",
    ]
    negative = [f"-{text}" for text in positive]
    assert seen("types_setters_extreme") == {"rows": [positive, negative]}


def test_null_by_setters(seen) -> None:
    assert seen("types_setters_null") == {"setNull": ALL_NULL, "setObject": ALL_NULL}


def test_text_is_converted_to_the_columns_type(seen) -> None:
    assert seen("types_as_text") == {
        "row": [
            "-12",
            "9000000000",
            "1.500",
            "0.25",
            "2020-05-06",
            "2020-01-02 03:04:05.678",
            "text",
        ]
    }


def test_serials(seen) -> None:
    rows = [["5", "a"], ["6", "b"], ["100", "c"], ["101", "d"]]
    assert seen("types_serials") == {
        "serial": rows,
        "serial8": rows,
        "bigserial": rows,
        "getSerial": 102,
        "getSerial8": 102,
        "getBigSerial": 102,
    }


def test_result_set_metadata(seen) -> None:
    """Name, type name, java.sql.Types, precision, scale, display size, nullable, auto.

    The driver makes these out of DESCRIBE alone.
    """
    result = seen("result_set_metadata")
    assert result["q_meta"] == [
        ["c_serial", "serial", 4, 10, 0, 10, 0, True],
        ["c_smallint", "smallint", 5, 5, 0, 5, 1, False],
        ["c_int", "int", 4, 10, 0, 10, 1, False],
        ["c_bigint", "bigint", -5, 19, 0, 19, 1, False],
        ["c_int8", "int8", -5, 19, 0, 19, 1, False],
        ["c_float", "float", 8, 15, 0, 17, 1, False],
        ["c_smallfloat", "smallfloat", 7, 7, 0, 7, 1, False],
        ["c_dec", "decimal", 3, 12, 4, 12, 1, False],
        ["c_decf", "decimal", 3, 16, 255, 16, 1, False],
        ["c_money", "money", 3, 16, 2, 16, 1, False],
        ["c_date", "date", 91, 10, 0, 10, 1, False],
        ["c_dts", "datetime year to second", 93, 19, 0, 19, 1, False],
        ["c_dtf5", "datetime year to fraction(5)", 93, 25, 5, 25, 1, False],
        ["c_hs", "datetime hour to second", 92, 8, 0, 8, 1, False],
        ["c_hf3", "datetime hour to fraction(3)", 92, 12, 3, 12, 1, False],
        ["c_iym", "interval year(4) to month", 1, 7, 0, 7, 1, False],
        ["c_ids", "interval day(2) to second", 1, 11, 0, 11, 1, False],
        ["c_idf", "interval day(5) to fraction(3)", 1, 18, 3, 18, 1, False],
        ["c_char", "char", 1, 10, 0, 10, 1, False],
        ["c_nchar", "nchar", 1, 8, 0, 8, 1, False],
        ["c_varchar", "varchar", 12, 20, 0, 20, 1, False],
        ["c_nvarchar", "nvarchar", 12, 20, 0, 20, 1, False],
        ["c_lvarchar", "lvarchar", -1, 500, 0, 500, 1, False],
        ["c_bool", "boolean", 16, 0, 0, 1, 1, False],
    ]
    assert result["q_meta2"] == [
        ["a", "int", 4, 10, 0, 10, 0, False],
        ["b", "varchar", 12, 10, 0, 10, 0, False],
        ["c", "char", 1, 3, 0, 3, 1, False],
    ]
    assert result["labels"] == ["alias", "(count(*))", "(max)"]
