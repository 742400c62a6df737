"""Corners: rare conversions and types, settings, misuse, random SQL.

Tags in parentheses are sources that docs/EMULATOR.md lists.
"""

from __future__ import annotations

import random
import re
from datetime import date
from decimal import Decimal

import pytest
from engine_client import DATE, FLOAT, INTEGER, SQLClient, bound, char, decimal, varchar

from informix_db.testing.api import (
    BoundParameter,
    Column,
    DatetimeValue,
    IntervalValue,
    SQLError,
    SQLType,
)
from informix_db.testing.sql import types as t
from informix_db.testing.sql.errors import NOT_EMULATED

D = Decimal


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("1.50::DECIMAL(5,2)::CHAR(8)", "1.50"),
        ("1e-30::CHAR(10)", "1E-30"),
        ("1.5e0::CHAR(10)", "1.5"),
        ("1e10::CHAR(12)", "10000000000"),
        ("(1 = 1)::CHAR(1)", "t"),
        (
            "DATETIME(2024-01-02 03:04:05.678) YEAR TO FRACTION(3)::CHAR(30)",
            "2024-01-02 03:04:05.678",
        ),
        ("DATETIME(04:05) MINUTE TO SECOND::CHAR(5)", "04:05"),
        ("INTERVAL(-5 10:20:30.5) DAY TO FRACTION(1)::CHAR(20)", "-5 10:20:30.5"),
        ("INTERVAL(3-04) YEAR TO MONTH::CHAR(20)", "3-04"),
        ("TO_CHAR(DATETIME(2024-01-02) YEAR TO DAY)", "2024-01-02"),
        ("TO_CHAR(-1234.567, '$9,999.99')", "-$1,234.57"),
        ("TO_CHAR(99999, '999')", "***"),
        ("TO_CHAR(0.5, '0.00')", "0.50"),
        ("REPLACE(NULL::CHAR(3), 'a', 'b')", None),
    ],
)
def test_texts(sql: SQLClient, expression: str, text: str | None) -> None:
    assert sql.value(expression) == text


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("-d", D("-1.50")),
        ("d * i - i", D(1)),
        ("i + i - i * i", 0),
        ("bi + bi - bi", 2),
        ("f * d", D("3.75")),
        ("dt + d", date(2024, 3, 1)),
        ("dt - 1.0", date(2024, 2, 28)),
        ("1 + dt", date(2024, 3, 1)),
        ("i * INTERVAL(2) HOUR TO HOUR", IntervalValue(False, "04", 6, 6)),
        ("SUM(iv)", IntervalValue(False, "000000002010000", 4, 10)),
        ("AVG(iv)", IntervalValue(False, "000000001003000", 4, 10)),
        ("STDEV(f)", 0.0),
        ("NVL(si, si)", 1),
        ("CASE WHEN i = 2 THEN dt ELSE ts END", DatetimeValue("20240229000000", 0, 10)),
        ("TRUNC(ts, 'HH')", DatetimeValue("202402291300", 0, 8)),
        ("ROUND(ts, 'DAY')", DatetimeValue("202403030000", 0, 8)),
        ("ADD_MONTHS(ts, 1)", DatetimeValue("20240331131415", 0, 10)),
        (
            "MONTHS_BETWEEN(MDY(3,15,2024), MDY(1,1,2024))",
            D("2.4516129032258064516129032258065"),
        ),
        ("DATE(DATETIME(2024-02-29) YEAR TO DAY)", date(2024, 2, 29)),
        ("EXTEND(dt)", DatetimeValue("20240229", 0, 4)),
        ("iv > INTERVAL(23) HOUR TO HOUR", True),
    ],
)
def test_column_expressions(sql: SQLClient, expression: str, value: object) -> None:
    sql.do(
        "CREATE TABLE c (si SMALLINT, i INT, bi BIGINT, f FLOAT, d DECIMAL(5,2), "
        "dt DATE, ts DATETIME YEAR TO SECOND, iv INTERVAL DAY TO SECOND)"
    )
    for interval in (
        ("0 20:30:00", "1 04:30:00") if "(iv)" in expression else ("1 00:30:00",)
    ):
        sql.do(
            "INSERT INTO c VALUES (1, 2, 2, 2.5, 1.5, '02/29/2024', "
            "'2024-02-29 13:14:15', ?)",
            interval,
        )
    found = sql.rows(f"SELECT {expression} FROM c")[0][0]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("left", "right", "described"),
    [
        ("1::SMALLINT", "2::SMALLINT", (1, 2)),
        ("1::SMALLINT", "2", INTEGER),
        ("1", "2::INT8", (17, 10)),
        ("1e0", "2", FLOAT),
        ("'a'", "'bcd'", char(3)),
        ("'a'::NCHAR(2)", "'bcd'", (15, 3)),
        ("'a'::NVARCHAR(2)", "'bcd'", (16, 3)),
        ("'a'::LVARCHAR(50)", "'bcd'", (40, 50)),
        ("'a'::VARCHAR(2)", "'b'::CHAR(300)", char(300)),
        ("'a'::VARCHAR(2)", "'b'", varchar(2)),
        ("1.5", "DECIMAL_32", decimal(32)),
        ("TODAY", "TODAY", DATE),
        ("TODAY", "CURRENT YEAR TO HOUR", (10, 0x0A06)),
        ("CURRENT HOUR TO MINUTE", "CURRENT YEAR TO HOUR", (10, 0x0C08)),
        ("1 UNITS DAY", "1 UNITS HOUR", (14, 0x0446)),
    ],
)
def test_branches_share_a_type(
    sql: SQLClient, left: str, right: str, described: tuple[int, int]
) -> None:
    """(SQS-2105)"""
    right = right.replace("DECIMAL_32", "1::DECIMAL(32)")
    assert sql.type(f"CASE WHEN 1 = 1 THEN {left} ELSE {right} END") == described
    assert sql.type(f"CASE WHEN 1 = 1 THEN {right} ELSE {left} END") == described


def test_bound_intervals(sql: SQLClient) -> None:
    sql.do("CREATE TABLE i (d INTERVAL DAY(3) TO SECOND, f INTERVAL SECOND TO SECOND)")
    days = IntervalValue(True, "0010203045", 4, 10)
    sql.do("INSERT INTO i VALUES (?, ?)", days, IntervalValue(False, "07", 10, 10))
    assert sql.rows("SELECT * FROM i") == [
        (IntervalValue(True, "010203045", 4, 10), IntervalValue(False, "07", 10, 10))
    ]
    assert sql.code("INSERT INTO i (d) VALUES (?)", 5) == -1260
    months = IntervalValue(False, "000102", 0, 2)
    assert sql.code("INSERT INTO i (d) VALUES (?)", months) == -1266


def test_bytes_and_texts_are_kept(sql: SQLClient) -> None:
    sql.do("CREATE TABLE b (b BYTE, x TEXT)")
    statement = sql.session.prepare("INSERT INTO b VALUES (?, ?)")
    byte, text = SQLType(t.BYTE, 56), SQLType(t.TEXT, 56)
    statement.execute([BoundParameter(byte, b"\0\xff"), BoundParameter(text, b"long")])
    assert sql.rows("SELECT b, x FROM b") == [(b"\0\xff", b"long")]
    assert sql.code("SELECT 1 FROM b WHERE x = x") == -615
    assert sql.rows("SELECT LENGTH(x) FROM b WHERE b IS NOT NULL") == [(4,)]


def test_smallfloats_are_narrow(sql: SQLClient) -> None:
    sql.do("CREATE TABLE f (s SMALLFLOAT)")
    sql.do("INSERT INTO f VALUES (0.1)")
    ((found,),) = sql.rows("SELECT s FROM f")
    assert found != 0.1
    assert abs(found - 0.1) < 1e-8
    assert sql.code("INSERT INTO f VALUES (1e300)") == -1222


def test_ansi_decimals_have_no_fraction(sql: SQLClient) -> None:
    """(DDI-196)"""
    client = sql.another("ansidb")
    assert client.types("SELECT 1.5::DECIMAL(5) FROM systables") == [decimal(5, 0)]


def test_settings(sql: SQLClient) -> None:
    for statement in (
        "SET EXPLAIN ON",
        "SET PDQPRIORITY 10",
        "SET OPTIMIZATION HIGH",
        "UPDATE STATISTICS HIGH FOR TABLE systables",
        "SET ENVIRONMENT OPTCOMPIND '0'",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    ):
        sql.do(statement)
    assert sql.session.executor.isolation == "repeatable read"
    assert sql.code("SET ROLE nobody") == -19804


def test_misuse(sql: SQLClient) -> None:
    insert = sql.session.prepare("CREATE TABLE t (a INT)")
    with pytest.raises(SQLError, match="-410"):
        insert.open([])
    assert sql.session.prepare("SELECT 1 FROM systables").execute([]).rows > 10
    assert sql.code("SELECT * FROM testdb@elsewhere:systables") == -908
    assert sql.code("SELECT 1 FROM systables; SELECT 2 FROM systables") == -555
    sql.session.close()
    sql.session.close()
    with pytest.raises(SQLError):
        sql.do("CREATE TABLE t (a INT)")


def test_long_chains_and_deep_nesting(sql: SQLClient) -> None:
    """SQLite's parser has a small stack: chains are flat, nesting ends with -762."""
    assert sql.value("+".join(["1"] * 140)) == 140
    assert sql.value("-".join(["1.5"] * 140)) == D("-207.0")
    assert sql.value("||".join(["'ab'"] * 140)) == "ab" * 140
    deep = "SELECT tabid FROM systables WHERE tabid = 1"
    for _ in range(30):
        deep = f"SELECT tabid FROM systables WHERE tabid IN ({deep})"
    try:
        found: object = sql.rows(deep)
    except SQLError as error:
        found = error.sqlcode
    assert found in (-762, [(1,)])


def test_limits_of_sqlite_are_told(sql: SQLClient) -> None:
    columns = ", ".join(f"c{i} SMALLINT" for i in range(5000))
    error = sql.error(f"CREATE TABLE wide ({columns})")
    assert error.sqlcode == -999
    assert "too many columns" in error.token
    joined = ", ".join(f"sysmaster:sysdual d{i}" for i in range(65))
    assert sql.code(f"SELECT COUNT(*) FROM {joined}") == -999
    assert sql.value("1") == 1


# --- random SQL --------------------------------------------------------------

TABLE = (
    "CREATE TABLE r (id SERIAL, si SMALLINT, i INT, bi BIGINT, i8 INT8, f FLOAT, "
    "sf SMALLFLOAT, d DECIMAL(10,2), df DECIMAL(16), m MONEY(8,2), c CHAR(5), "
    "v VARCHAR(20), lv LVARCHAR(300), nc NCHAR(4), nv NVARCHAR(10), dt DATE, "
    "ts DATETIME YEAR TO SECOND, tm DATETIME HOUR TO MINUTE, b BOOLEAN, "
    "iv INTERVAL DAY TO SECOND, im INTERVAL YEAR TO MONTH, tx TEXT)"
)
ROW = (
    "INSERT INTO r VALUES (0, 1, 2, 3, 4, 5.5, 6.5, 6.7, 7.7, 8, '1', '2', '3', '4', "
    "'5', TODAY, CURRENT YEAR TO SECOND, CURRENT HOUR TO MINUTE, 't', '1 02:03:04', "
    "'1-02', NULL)"
)
OPERANDS = (
    "id si i bi i8 f sf d df m c v lv nc nv dt ts tm b iv im tx ? NULL 'x' '12' 1 1.5 "
    "1e2 TODAY CURRENT"
)
SHAPES = """
x + y
x - y
x * y
x / y
x || y
x = y
x < y
x LIKE y
x MATCHES y
NVL(x, y)
DECODE(x, y, x, y)
CASE WHEN i = 2 THEN x ELSE y END
CASE x WHEN y THEN 1 END
NULLIF(x, y)
x IN (y, x)
x BETWEEN y AND y
x IN (SELECT y FROM r)
(SELECT x FROM r) = y
MAX(x) || MIN(y)
MOD(x, y)
ROUND(x, y)
LPAD(x, y)
SUBSTR(x, y)
ADD_MONTHS(x, y)
TO_CHAR(x, y)
MONTHS_BETWEEN(x, y)
CONCAT(x, y)
REPLACE(x, y, x)
EXTEND(x, YEAR TO DAY) - y
x::CHAR(3) || y::VARCHAR(20)
SUM(x) + AVG(y)
x::DECIMAL(5,2) * y
UPPER(x) || LENGTH(y)
-x - y
x UNITS DAY + y
TRIM(x) || y
x::DATETIME YEAR TO FRACTION(5) - y::INTERVAL DAY(9) TO SECOND
x, y FROM r UNION SELECT y, x
"""
CLASSES = {
    "int": int,
    "float": float,
    "decimal": Decimal,
    "string": str,
    "boolean": bool,
    "date": date,
    "datetime": DatetimeValue,
    "interval": IntervalValue,
}


def check_value(column: Column, value: object) -> None:
    """A value is of its described type, and fits it."""
    sql_type = column.type
    assert type(value) is CLASSES[t.family(sql_type)]
    if isinstance(value, str):
        assert len(value) <= t.char_length(sql_type)
    elif isinstance(value, (DatetimeValue, IntervalValue)):
        assert len(value.digits) == sql_type.length >> 8
        assert (value.first, value.last) == t.qualifier(sql_type)
    elif isinstance(value, Decimal):
        precision, scale = t.precision_scale(sql_type)
        if scale is None:
            assert len(value.normalize().as_tuple().digits) <= precision
        else:
            assert abs(value) < Decimal(10) ** (precision - scale)
    elif type(value) is int:
        assert abs(value) <= t.INT_LIMITS[sql_type.code][0]


def test_values_fit_their_description(sql: SQLClient) -> None:
    """Any two operands in any expression: an SQL error, or what was described."""
    sql.do(TABLE)
    sql.do(ROW)
    chance = random.Random(7)
    answered, refused = 0, set()
    shapes, operands = SHAPES.strip().splitlines(), OPERANDS.split()
    for _ in range(4000):
        shape, x, y = (chance.choice(s) for s in (shapes, operands, operands))
        parts = {"x": x, "y": y}
        expression = re.sub(r"\b[xy]\b", lambda m, parts=parts: parts[m[0]], shape)
        try:
            statement = sql.session.prepare(f"SELECT {expression} FROM r")
            values = [bound("1") for _ in statement.parameters]
            rows = statement.open(values).fetch(5)
        except SQLError as error:
            refused.add(error.sqlcode)
            continue
        answered += 1
        for row in rows:
            for column, value in zip(statement.columns, row, strict=True):
                if value is not None:
                    check_value(column, value)
    assert answered > 1000
    assert NOT_EMULATED not in refused


def test_malformed_sql_leaves_a_living_session(sql: SQLClient) -> None:
    sql.do(TABLE)
    sql.do(ROW)
    chance = random.Random(8)
    seeds = [
        "SELECT i, COUNT(*) FROM r WHERE v LIKE 'a%' GROUP BY i HAVING COUNT(*) > 1",
        "SELECT a.i FROM r a LEFT JOIN r b ON a.id = b.id ORDER BY 1 DESC",
        "INSERT INTO r (v, i) VALUES ('x', 1 + 2)",
        "UPDATE r SET v = v || 'y', d = d * 1.5 WHERE id IN (SELECT id FROM r)",
        "DELETE FROM r WHERE dt BETWEEN TODAY - 5 AND TODAY AND b = 't'",
        "CREATE TEMP TABLE n (a INT NOT NULL PRIMARY KEY, b VARCHAR(10) DEFAULT 'x')",
    ]
    words = [word for seed in seeds for word in re.findall(r"'[^']*'|\w+|\S", seed)]
    for _ in range(1000):
        parts = re.findall(r"'[^']*'|\w+|\S", chance.choice(seeds))
        for _ in range(chance.randrange(1, 4)):
            parts[chance.randrange(len(parts))] = chance.choice(words)
        try:
            statement = sql.session.prepare(" ".join(parts))
            if statement.returns_rows:
                statement.open([])
            else:
                statement.execute([])
        except SQLError:
            pass
    assert sql.value("1") == 1
