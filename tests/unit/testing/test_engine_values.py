"""Values: literals, conversions, arithmetic, comparison.

Tags in parentheses are sources that docs/EMULATOR.md lists.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from engine_client import INTEGER, SQLClient, decimal
from hypothesis import given
from hypothesis import strategies as st

from informix_db.testing.api import DatetimeValue, IntervalValue, SQLError
from informix_db.testing.sql import rules
from informix_db.testing.sql.decimals import pack, unpack
from informix_db.testing.sql.temporal import (
    format_interval,
    interval_from_value,
    interval_value,
    parse_interval,
)
from informix_db.testing.sql.types import interval_type

D = Decimal


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7/2", D("3.5")),  # one of two readings: 8.1
        ("1 + 2 * 3", 7),
        ("1.10 + 2.2", D("3.30")),
        ("0.1 * 3", D("0.3")),
        ("1.005 * 100", D("100.500")),
        ("1e1 / 4", 2.5),
        ("-5 + 3", -2),
        ("1/3", D("0." + "3" * 32)),
        ("99999999999999999999 + 1", D("100000000000000000000")),
        ("'abc' || 'def'", "abcdef"),
        ("'5' + 1", D(6)),
        ("NULL::INT + 1", None),
        ("'a' || NULL::CHAR(3)", None),
        ("1.7::INT", 1),  # truncated toward zero
        ("(-1.7)::INT", -1),
        ("2.345::DECIMAL(5,2)", D("2.35")),  # rounded half away from zero
        ("(-2.345)::DECIMAL(5,2)", D("-2.35")),
        ("'12'::INT", 12),
        ("12::CHAR(5)", "12"),
        ("'abcdef'::VARCHAR(3)", "abc"),
        ("'t'::BOOLEAN", True),
        ("1.5::FLOAT", 1.5),
        ("TODAY - TODAY", 0),
        ("MDY(3,1,2024) - 1", date(2024, 2, 29)),
        ("MDY(1,1,1900)::INT", 1),  # DATE and INTEGER (4JS-ads_008)
        ("1::DATE", date(1900, 1, 1)),
        ("'02/29/2024'::DATE", date(2024, 2, 29)),  # MDY4/ (ONI-sqlrmst182)
        ("MDY(2,29,2024)::CHAR(10)", "02/29/2024"),
        ("'' IS NULL", False),  # (4JS LENGTH)
    ],
)
def test_expressions(sql: SQLClient, expression: str, value: object) -> None:
    found = sql.value(expression)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("expression", "sqlcode"),
    [
        ("2147483647 + 1", -1215),
        ("2147483647 * 2", -1215),
        ("9223372036854775807 + 1", -1284),
        ("40000::SMALLINT", -1214),
        ("'x'::INT", -1213),
        ("123456::DECIMAL(5,2)", -1226),
        ("1/0", -1202),
        ("1.0/0", -1202),
        ("1e0/0", -1202),
        ("5/'0'", -1202),
        ("'13/01/2024'::DATE", -1205),
        ("'02/30/2024'::DATE", -1206),
        ("'02/01/0000'::DATE", -1204),
        ("'rubbish'::DATE", -1218),
        ("'12345'::DATE", -1209),
        ("'2024-13-01'::DATETIME YEAR TO DAY", -1263),
        ("'2024-1a-01'::DATETIME YEAR TO DAY", -1262),
        ("'20245-01-01'::DATETIME YEAR TO DAY", -1261),
        ("'2024-01-01x'::DATETIME YEAR TO DAY", -1264),
        ("'100 10:00'::INTERVAL DAY TO MINUTE", -1261),
        ("CURRENT::INT", -1260),
        ("CURRENT + 1", -1260),  # bare numbers need UNITS
        ("INTERVAL(1) DAY TO DAY + INTERVAL(1) MONTH TO MONTH", -1266),  # (SQR-153)
        ("MDY(1,31,2024) + 1 UNITS MONTH", -1267),  # not clamped (ERR -1267)
        ("DATETIME(10:00) HOUR TO MINUTE + INTERVAL(1) SECOND TO SECOND", -1266),
        ("DATETIME(23:00) HOUR TO MINUTE + INTERVAL(2) HOUR TO HOUR", -1267),
        ("INTERVAL(99) DAY TO DAY * 2", -1265),
        ("MDY(13,1,2024)", -1205),
        ("MDY(2,30,2024)", -1206),
        ("123456::CHAR(3)", -1207),
    ],
)
def test_errors_of_expressions(sql: SQLClient, expression: str, sqlcode: int) -> None:
    assert sql.code(f"SELECT {expression} FROM sysmaster:sysdual") == sqlcode


@pytest.mark.parametrize(
    ("expression", "digits"),
    [
        ("DATETIME(2000-02-29 23:59:59) YEAR TO SECOND", "20000229235959"),
        ("DATETIME('13:14') HOUR TO MINUTE", "1314"),
        ("DATETIME(2024-01-02 03:04:05.123) YEAR TO FRACTION(3)", "20240102030405123"),
        ("'2024-01-02 03:04'::DATETIME YEAR TO MINUTE", "202401020304"),
        ("EXTEND(MDY(2,29,2024), YEAR TO SECOND)", "20240229000000"),
        ("EXTEND(DATETIME(2024-02-29 10) YEAR TO HOUR, YEAR TO DAY)", "20240229"),
        ("EXTEND(DATETIME(2024) YEAR TO YEAR, YEAR TO HOUR)", "2024010100"),
        (
            "DATETIME(2024-02-28 23:00) YEAR TO MINUTE + INTERVAL(25) HOUR TO HOUR",
            "202403010000",
        ),
        (
            "DATETIME(2024-03-31) YEAR TO DAY - 1 UNITS YEAR",
            "20230331",
        ),
        ("MDY(2,28,2024) + 1 UNITS DAY", "20240229"),
    ],
)
def test_datetimes(sql: SQLClient, expression: str, digits: str) -> None:
    value = sql.value(expression)
    assert isinstance(value, DatetimeValue)
    assert value.digits == digits


@pytest.mark.parametrize(
    ("expression", "negative", "digits"),
    [
        ("INTERVAL(-2223:09:50.630) HOUR(6) TO FRACTION(3)", True, "0022230950630"),
        ("INTERVAL(5-11) YEAR TO MONTH", False, "000511"),
        # The manual's example: (60 01:30) DAY TO MINUTE (SQR-154)
        (
            "DATETIME(2003-09-30 12:30) YEAR TO MINUTE"
            " - DATETIME(2003-08-01 11) YEAR TO HOUR",
            False,
            "000000600130",
        ),
        (
            "DATETIME(2024-01-01) YEAR TO DAY - DATETIME(2024-01-31) YEAR TO DAY",
            True,
            "00000030",
        ),
        (
            "DATETIME(2024-03) YEAR TO MONTH - DATETIME(2022-11) YEAR TO MONTH",
            False,
            "000104",
        ),
        ("INTERVAL(5 10:20) DAY TO MINUTE * 2", False, "102040"),
        ("INTERVAL(1-6) YEAR TO MONTH / 2", False, "000009"),
        ("5 UNITS HOUR - 90 UNITS MINUTE", False, "0330"),
        ("-INTERVAL(1) DAY TO DAY", True, "01"),
    ],
)
def test_intervals(
    sql: SQLClient, expression: str, negative: bool, digits: str
) -> None:
    value = sql.value(expression)
    assert isinstance(value, IntervalValue)
    assert (value.negative, value.digits) == (negative, digits)


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("'ab' = 'ab   '", True),  # trailing blanks (4JS-sql_programming_065)
        ("'ab'::VARCHAR(5) = 'ab  '::VARCHAR(5)", True),
        ("'ab' IN ('x', 'ab ')", True),
        ("'abc' > 'ab'", True),
        ("'a' = 'A'", False),
        ("1 = '1'", True),  # (IFXPY test_114)
        ("1.50 = 1.5", True),
        ("0.1 = 1e-1", True),
        ("2 > 1.99", True),
        ("-1.5 < -1.25", True),
        ("'01/02/2024' = MDY(1,2,2024)", True),
        ("MDY(1,1,1900) = 1", True),
        ("DATETIME(2024-01-02) YEAR TO DAY = '2024-01-02'", True),
        ("MDY(1,2,2024) < DATETIME(2024-01-02 01) YEAR TO HOUR", True),
        ("INTERVAL(1) DAY TO DAY = INTERVAL(24) HOUR TO HOUR", True),
        ("NULL::INT = NULL::INT", None),
        ("1 IN (2, NULL::INT)", None),
        ("NOT (NULL::INT = 1)", None),
        ("(NULL::INT = 1) OR 1 = 1", True),
        ("1 BETWEEN 0 AND 2", True),
        ("1 NOT BETWEEN 2 AND 3", True),
        ("'a%b' LIKE 'a\\%b'", True),  # default escape (SQS-1388)
        ("'axb' LIKE 'a\\%b'", False),
        ("'a_b' LIKE 'a#_b' ESCAPE '#'", True),
        ("'abc' LIKE 'ab_'", True),
        ("'abc' LIKE 'AB_'", False),
        ("'abc' MATCHES 'a*'", True),  # (SQT-67)
        ("'abc' MATCHES '?b[a-d]'", True),
        ("'abc' MATCHES '[^a]*'", False),
        ("'a*' MATCHES 'a\\*'", True),
        ("'a]' MATCHES 'a]'", True),
    ],
)
def test_conditions(sql: SQLClient, condition: str, truth: bool | None) -> None:
    assert sql.value(condition) is truth


def test_char_is_compared_and_patterned_without_its_padding(sql: SQLClient) -> None:
    sql.do("CREATE TABLE t (c CHAR(5), v VARCHAR(5))")
    sql.do("INSERT INTO t VALUES ('abc', 'abc  ')")
    assert sql.rows("SELECT 1 FROM t WHERE c = v") == [(1,)]
    assert sql.rows("SELECT 1 FROM t WHERE c LIKE 'ab_'") == [(1,)]
    # Concatenation keeps the blanks of both kinds (ESQLC-156).
    assert sql.rows("SELECT c || 'x', v || 'x' FROM t") == [("abc  x", "abc  x")]
    assert sql.rows("SELECT COUNT(DISTINCT v) FROM t") == [(D(1),)]


def test_incomparable_types_are_refused(sql: SQLClient) -> None:
    assert sql.code("SELECT 1 FROM systables WHERE created = 't'::BOOLEAN") == -9634
    assert sql.code("SELECT 1 FROM systables WHERE CURRENT = 5") == -1260


def test_parameters_lose_nothing_in_comparisons(sql: SQLClient) -> None:
    sql.do("CREATE TABLE t (i INT, c CHAR(3), d DECIMAL(5,2), f FLOAT)")
    sql.do("INSERT INTO t VALUES (1, 'abc', 1.5, 0.1)")
    count = "SELECT COUNT(*) FROM t WHERE "
    assert sql.rows(count + "i = ?", D("1.5")) == [(D(0),)]
    assert sql.rows(count + "i < ?", D("1.5")) == [(D(1),)]
    assert sql.rows(count + "i < ?", 2**40) == [(D(1),)]
    assert sql.rows(count + "i = ?", "1") == [(D(1),)]
    assert sql.rows(count + "c = ?", "abcdef") == [(D(0),)]
    assert sql.rows(count + "c = ?", "abc   ") == [(D(1),)]
    assert sql.rows(count + "d = ?", D("1.501")) == [(D(0),)]
    assert sql.rows(count + "d = ?", 1.5) == [(D(1),)]
    assert sql.rows(count + "f = ?", D("0.1")) == [(D(1),)]
    assert sql.code(count + "i = ?", "x") == -1213


def test_dbdate_decides_how_dates_are_written(sql: SQLClient) -> None:
    """(ONI-sqlrmst182)"""
    for dbdate, text in (
        ("Y4MD-", "2024-02-29"),
        ("DMY2.", "29.02.24"),
        ("MDY40", "02292024"),
    ):
        client = SQLClient(sql.engine, DBDATE=dbdate)
        assert client.value("MDY(2,29,2024)::CHAR(10)") == text
        assert client.value(f"'{text}'::DATE") == date(2024, 2, 29)


def test_quotes_mean_what_delimident_says(sql: SQLClient) -> None:
    assert sql.value('"abc"') == "abc"
    client = SQLClient(sql.engine, DELIMIDENT="y")
    client.do('CREATE TABLE t ("Mixed" INT, a INT)')
    assert client.names('SELECT "Mixed", A FROM t') == ["Mixed", "a"]
    assert client.code('SELECT "a b" FROM t') == -217


@given(st.lists(st.decimals("-1e30", "1e30", places=10), min_size=2, max_size=2))
def test_packed_decimals_compare_like_numbers(pair: list[Decimal]) -> None:
    one, two = pair
    assert (pack(one) < pack(two)) == (one < two)
    assert (pack(one) == pack(two)) == (one == two)
    assert unpack(pack(one)) == one


@given(st.integers(-(10**9), 10**9), st.integers(-60, 60))
def test_packed_decimals_keep_exponents(digits: int, exponent: int) -> None:
    number = D(digits).scaleb(exponent)
    assert unpack(pack(number)) == number


def test_decimals_have_a_range() -> None:
    assert unpack(pack(D("9.99E+125"))) == D("9.99E+125")
    with pytest.raises(SQLError, match="-1226"):
        pack(D("1E+126"))
    assert unpack(pack(D("1E-140"))) == 0


@given(
    st.booleans(),
    st.integers(0, 99_999),
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 999),
)
def test_interval_texts_round_trip(
    negative: bool, days: int, hours: int, minutes: int, fraction: int
) -> None:
    sql_type = interval_type(4, 13, 5)
    sign = "-" if negative else ""
    text = f"{sign}{days} {hours:02d}:{minutes:02d}:07.{fraction:03d}"
    total = parse_interval(text, sql_type)
    assert format_interval(total, sql_type) == text
    assert interval_from_value(interval_value(total, sql_type)) == total


def test_the_switch_of_integer_division(
    sql: SQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sources disagree (4JS-ora_030, 4JS-sqlite_017), so there is a switch."""
    assert (sql.value("7 / 2"), sql.type("7 / 2")) == (D("3.5"), decimal(32))
    monkeypatch.setattr(rules, "INTEGER_DIVISION_IS_EXACT", False)
    assert (sql.value("7 / 2"), sql.type("7 / 2")) == (3, INTEGER)
    assert sql.value("-7 / 2") == -3
    assert sql.value("7 / 2 * 2 + 1") == 7
    assert sql.value("7 / 2.0") == D("3.5")
    assert sql.code("SELECT 7 / 0 FROM sysmaster:sysdual") == -1202


@pytest.mark.parametrize(
    "expression",
    ["1e308 * 10", "-1e308 - 1e308", "1e308 + 1e308", "1e308 / 1e-9", "EXP(1000)"],
)
def test_a_float_never_is_infinite(sql: SQLClient, expression: str) -> None:
    assert sql.code(f"SELECT {expression} FROM sysmaster:sysdual") == -1223
