"""Built-in functions. Tags in parentheses are sources that docs/EMULATOR.md lists."""

from __future__ import annotations

import datetime
import math
from datetime import date
from decimal import Decimal

import pytest
from engine_client import SQLClient

from informix_db.testing.api import DatetimeValue
from informix_db.testing.release import LOGIN_VERSION, RELEASE

D = Decimal


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("NVL(NULL::INT, 3)", 3),
        ("NVL('a', 'b')", "a"),
        ("COALESCE(NULL::INT, NULL::INT, 2)", 2),
        ("NVL2(1, 'yes', 'no')", "yes"),
        ("DECODE(2, 1, 'one', 2, 'two', 'many')", "two"),
        ("DECODE(9, 1, 'one', 2, 'two')", None),
        ("DECODE(NULL::INT, NULL, 'n', 'x')", "n"),
        ("NULLIF(1, 1)", None),
        ("NULLIF(1, 2)", 1),
        ("SUBSTR('hello', 2, 3)", "ell"),
        ("SUBSTR('hello', 0, 2)", "he"),
        ("SUBSTR('hello', -3)", "llo"),
        ("SUBSTRING('hello' FROM 2 FOR 2)", "el"),
        ("SUBSTRING('hello' FROM 0 FOR 2)", "h"),
        ("TRIM('  x  ')", "x"),
        ("TRIM(LEADING 'x' FROM 'xxaxx')", "axx"),
        ("TRIM(TRAILING FROM ' a ')", " a"),
        ("LTRIM('  a') || RTRIM('b  ')", "ab"),
        ("UPPER('aBc')", "ABC"),
        ("LOWER('aBc')", "abc"),
        ("INITCAP('hELLO wORLD')", "Hello World"),
        ("LENGTH('abc  ')", 3),  # literals too (4JS LENGTH topic)
        ("LENGTH('')", 0),
        ("OCTET_LENGTH('abc  ')", 5),
        ("LEFT('hello', 2)", "he"),
        ("LEFT('h', 3) || LEFT('abc', 0) || LEFT('abc', -1)", "h"),
        ("RIGHT('hello', 2)", "lo"),
        ("RIGHT('h', 3) || RIGHT('abc', 0) || RIGHT('abc', -1)", "h"),
        ("LPAD('7', 3, '0')", "007"),
        ("RPAD('ab', 4)", "ab  "),
        ("LPAD('hello', 2)", "he"),
        ("REPLACE('abcabc', 'b', 'xx')", "axxcaxxc"),
        ("REPLACE('abc', 'b')", "ac"),
        ("CONCAT('a', 'b')", "ab"),
        ("INSTR('hello', 'l')", 3),
        ("INSTR('hello', 'l', 1, 2)", 4),
        ("INSTR('hello', 'l', -1)", 4),
        ("INSTR('hello', 'z')", 0),
        ("CHARINDEX('l', 'hello')", 3),
        ("ASCII('A')", 65),
        ("CHR(65)", "A"),
        ("REVERSE('abc')", "cba"),
        ("SPACE(2) || 'x'", "  x"),
        ("ABS(-1.50)", D("1.50")),
        ("ABS(-3)", 3),
        ("MOD(7, 3)", 1),
        ("MOD(-7, 3)", -1),
        ("ROUND(1.255, 2)", D("1.26")),
        ("ROUND(-1.5)", D(-2)),
        ("ROUND(15, -1)", 20),
        ("TRUNC(1.99)", D(1)),
        ("TRUNC(-1.999, 1)", D("-1.9")),
        ("CEIL(1.2)", D(2)),
        ("FLOOR(-1.2)", D(-2)),
        ("POW(2, 10)", 1024.0),
        ("SQRT(9)", 3.0),
        ("ROOT(27, 3)", 3.0),
        ("EXP(0)", 1.0),
        ("LOGN(1)", 0.0),
        ("LOG10(100)", 2.0),
        ("SIN(0)", 0.0),
        ("ATAN2(0, 1)", 0.0),
        ("HEX(255)", "0x000000FF"),
        ("HEX(-1)", "0xFFFFFFFF"),
        ("SIGN(-5)", -1),
        ("BITAND(12, 10)", 8),
        ("BITOR(12, 10)", 14),
        ("BITXOR(12, 10)", 6),
        ("TO_NUMBER('12.5')", D("12.5")),
        ("MDY(2, 29, 2024)", date(2024, 2, 29)),
        ("DATE('02/29/2024')", date(2024, 2, 29)),
        ("DATE(1)", date(1900, 1, 1)),
        ("DAY(MDY(2,29,2024))", 29),
        ("MONTH('02/29/2024')", 2),
        ("YEAR(DATETIME(2024-02-29) YEAR TO DAY)", 2024),
        ("QUARTER(MDY(4,1,2024))", 2),
        ("WEEKDAY(MDY(2,25,2024))", 0),  # 0 is Sunday (SQS-1530)
        ("ADD_MONTHS(MDY(1,31,2024), 1)", date(2024, 2, 29)),
        ("ADD_MONTHS(MDY(2,29,2024), -12)", date(2023, 2, 28)),
        ("LAST_DAY(MDY(2,1,2023))", date(2023, 2, 28)),
        ("NEXT_DAY(MDY(2,29,2024), 'THU')", date(2024, 3, 7)),
        ("MONTHS_BETWEEN(MDY(3,1,2024), MDY(1,1,2024))", D(2)),
        ("TRUNC(MDY(5,17,2024), 'MONTH')", date(2024, 5, 1)),
        ("ROUND(MDY(7,1,2024), 'YEAR')", date(2025, 1, 1)),
        (
            "TO_CHAR(MDY(2,29,2024), '%Y-%m-%d %A %B %j')",
            "2024-02-29 Thursday February 060",
        ),  # (SQS-1542)
        ("TO_CHAR(DATETIME(14:05) HOUR TO MINUTE, '%H:%M %I%p')", "14:05 02PM"),
        (
            "TO_CHAR(DATETIME(2024-01-02 03:04:05.12) YEAR TO FRACTION(2), '%S.%F3')",
            "05.120",
        ),
        ("TO_CHAR(MDY(2,29,2024))", "02/29/2024"),
        ("TO_CHAR(1234.5, '9,999.99')", "1,234.50"),
        ("TO_CHAR(1.5)", "1.5"),
        ("UPPER(NULL::CHAR(3))", None),
        ("USER", "informix"),
        ("DBSERVERNAME", "informix"),
        ("DBINFO('dbname')", "testdb"),
        ("DBINFO('coserverid')", 1),
    ],
)
def test_calls(sql: SQLClient, call: str, value: object) -> None:
    found = sql.value(call)
    if isinstance(value, float):
        assert math.isclose(found, value, abs_tol=1e-12)
    else:
        assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("call", "digits"),
    [
        ("TO_DATE('2020-01-02 03:04:05', '%Y-%m-%d %H:%M:%S')", "2020010203040500000"),
        ("TO_DATE('5 Mar 99 2PM', '%d %b %y %I%p')", "2099030514000000000"),
        ("TO_DATE('12:30:15.25', '%H:%M:%S.%F5')", "1200010112301525000"),
        ("ADD_MONTHS(DATETIME(2024-01-31 10:00) YEAR TO MINUTE, 1)", "202402291000"),
        ("DBINFO('utc_to_datetime', 0)", "19700101000000"),
    ],
)
def test_calls_with_moments(sql: SQLClient, call: str, digits: str) -> None:
    found = sql.value(call)
    assert isinstance(found, DatetimeValue)
    assert found.digits == digits


@pytest.mark.parametrize(
    ("call", "sqlcode"),
    [
        ("MOD(1, 0)", -1202),
        ("UPPER(5)", -946),
        ("LENGTH(5)", -575),
        ("TRIM('ab' FROM 'abc')", -879),
        ("SUBSTRING('abc' FROM 1 FOR -1)", -5851),
        ("TO_DATE('x', '%Y')", -1277),
        ("TO_CHAR(TODAY, '%Q')", -1276),
        ("DBINFO(5)", -726),  # (ERR)
        ("DBINFO('nosuch')", -728),
        ("DBINFO('version', 'nosuch')", -945),
        ("NVL(1, 'x')", -800),
        ("DAY('x')", -1218),
        ("SQRT(-1)", -647),
    ],
)
def test_bad_calls(sql: SQLClient, call: str, sqlcode: int) -> None:
    assert sql.code(f"SELECT {call} FROM sysmaster:sysdual") == sqlcode


def test_the_clock_stands_still_in_a_statement(sql: SQLClient) -> None:
    """(SQS-1455)"""
    first, second, today = sql.row(
        "CURRENT YEAR TO FRACTION(5), (SELECT SYSDATE FROM sysmaster:sysdual), TODAY"
    )
    assert first == second
    assert today == datetime.date.today()


def test_the_version_says_it_is_an_emulator(sql: SQLClient) -> None:
    full, major = sql.row("DBINFO('version', 'full'), DBINFO('version', 'major')")
    assert "emulator" in full
    assert "IBM" not in full
    assert f"Version {RELEASE} " in full
    assert LOGIN_VERSION.endswith(f" {RELEASE}")
    assert RELEASE.startswith(f"{major}.")


def test_session_ids_differ(sql: SQLClient) -> None:
    other = sql.another()
    assert sql.value("DBINFO('sessionid')") != other.value("DBINFO('sessionid')")


def test_subscripts_are_for_character_columns(sql: SQLClient) -> None:
    """(ERR -305, -306)"""
    sql.do("CREATE TABLE t (c CHAR(6), v VARCHAR(6))")
    sql.do("INSERT INTO t VALUES ('abcdef', 'xy')")
    assert sql.rows("SELECT c[2,4], c[1], v[1,3] FROM t") == [("bcd", "a", "xy ")]
    assert sql.rows("SELECT c FROM t WHERE c[2,3] = 'bc'") == [("abcdef",)]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("TO_DSINTERVAL('3 04:05:06.5')::INTERVAL DAY TO SECOND", "3 04:05:06"),
        ("TO_YMINTERVAL('2-03')::INTERVAL YEAR TO MONTH", "2-03"),
        ("NUMTODSINTERVAL(1.5, 'DAY')::INTERVAL DAY TO SECOND", "1 12:00:00"),
        ("NUMTODSINTERVAL(-90, 'minute')::INTERVAL HOUR TO MINUTE", "-1:30"),
        ("NUMTOYMINTERVAL(2.5, 'YEAR')::INTERVAL YEAR TO MONTH", "2-06"),
        ("SUBSTRING_INDEX('a.b.c', '.', 2)", "a.b"),
        ("SUBSTRING_INDEX('a.b.c', '.', -1)", "c"),
        ("SUBSTRING_INDEX('abc', '.', 0)", ""),
        ("SUBSTRING_INDEX('abc', '.', 1)", "abc"),
        ("LEN('ab  ')", "2"),
        ("ROUND(TANH(1), 5)", "0.76159"),
    ],
)
def test_newer_functions(sql: SQLClient, expression: str, value: str) -> None:
    """Of 12.10 and later."""
    assert sql.value(f"TRIM(({expression})::VARCHAR(40))") == value


def test_newer_functions_refuse(sql: SQLClient) -> None:
    assert sql.code("SELECT NUMTOYMINTERVAL(2, 'DAY') FROM sysmaster:sysdual") == -1260
    assert sql.code("SELECT TO_DSINTERVAL('x') FROM sysmaster:sysdual") == -1262
