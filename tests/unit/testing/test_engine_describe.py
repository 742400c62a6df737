"""What DESCRIBE tells: types of columns, expressions and parameters, names.

Tags in parentheses are sources that docs/EMULATOR.md lists.
"""

from __future__ import annotations

import pytest
from engine_client import (
    BIGINT,
    BOOLEAN,
    DATE,
    FLOAT,
    INT8,
    INTEGER,
    SERIAL,
    SMALLINT,
    SQLClient,
    char,
    decimal,
    pairs,
    varchar,
)

ALL_TYPES = """
CREATE TABLE alltypes (
  c_serial SERIAL, c_smallint SMALLINT, c_int INT, c_bigint BIGINT, c_int8 INT8,
  c_float FLOAT, c_smallfloat SMALLFLOAT, c_dec DECIMAL(12,4), c_decf DECIMAL(16),
  c_money MONEY(16,2), c_date DATE, c_dts DATETIME YEAR TO SECOND,
  c_dtf5 DATETIME YEAR TO FRACTION(5), c_hs DATETIME HOUR TO SECOND,
  c_hf3 DATETIME HOUR TO FRACTION(3), c_iym INTERVAL YEAR TO MONTH,
  c_ids INTERVAL DAY TO SECOND, c_idf INTERVAL DAY(5) TO FRACTION(3), c_char CHAR(10),
  c_nchar NCHAR(8), c_varchar VARCHAR(20), c_nvarchar NVARCHAR(20),
  c_lvarchar LVARCHAR(500), c_bool BOOLEAN)
"""


def test_every_scalar_type_is_described(sql: SQLClient) -> None:
    """Codes and lengths are those IBM's driver met in capture s05."""
    sql.do(ALL_TYPES)
    columns = sql.session.prepare("SELECT * FROM alltypes").columns
    assert pairs(columns) == [
        (6, 4),
        (1, 2),
        (2, 4),
        (52, 8),
        (17, 10),
        (3, 8),
        (4, 4),
        (5, 3076),
        (5, 4351),
        (8, 4098),
        (7, 4),
        (10, 3594),
        (10, 4879),
        (10, 1642),
        (10, 2413),
        (14, 1538),
        (14, 2122),
        (14, 3661),
        (0, 10),
        (15, 8),
        (13, 20),
        (16, 20),
        (40, 500),
        (41, 1),
    ]
    lvarchar, boolean = columns[-2].type, columns[-1].type
    assert (lvarchar.extended_id, lvarchar.owner, lvarchar.name) == (
        1,
        "informix",
        "lvarchar",
    )
    assert (boolean.extended_id, boolean.owner, boolean.name) == (
        5,
        "informix",
        "boolean",
    )


@pytest.mark.parametrize(
    ("written", "described"),
    [
        ("CHAR", (0, 1)),
        ("VARCHAR(255,10)", (13, 2815)),
        ("LVARCHAR", (40, 2048)),
        ("DECIMAL", (5, 4351)),
        ("NUMERIC(10,2)", (5, 2562)),
        ("MONEY", (8, 4098)),
        ("MONEY(8)", (8, 8 << 8 | 2)),
        ("REAL", (4, 4)),
        ("DOUBLE PRECISION", (3, 8)),
        ("SERIAL8", (18, 10)),
        ("BIGSERIAL", (53, 8)),
        ("DATETIME YEAR TO YEAR", (10, 0x0400)),
        ("DATETIME YEAR TO MINUTE", (10, 0x0C08)),
        ("DATETIME MONTH TO DAY", (10, 0x0424)),
        ("DATETIME YEAR TO FRACTION", (10, 0x110D)),
        ("INTERVAL DAY(8) TO SECOND", (14, 0x0E4A)),
        ("INTERVAL HOUR(6) TO FRACTION(3)", (14, 0x0D6D)),
        ("INTERVAL MONTH TO MONTH", (14, 0x0222)),
    ],
)
def test_lengths_are_packed(
    sql: SQLClient, written: str, described: tuple[int, int]
) -> None:
    """(SQR-27)"""
    sql.do(f"CREATE TABLE t (c {written})")
    assert sql.types("SELECT c FROM t") == [described]


@pytest.fixture
def t(sql: SQLClient) -> SQLClient:
    sql.do(
        "CREATE TABLE t (id SERIAL NOT NULL, si SMALLINT, i INT, bi BIGINT, i8 INT8, "
        "f FLOAT, d DECIMAL(10,2), d4 DECIMAL(8,4), df DECIMAL(16), m MONEY(8,2), "
        "c CHAR(5), v VARCHAR(20), lv LVARCHAR(300), nc NCHAR(4), dt DATE, "
        "ts DATETIME YEAR TO SECOND, tm DATETIME HOUR TO MINUTE, b BOOLEAN, "
        "iv INTERVAL DAY TO SECOND, im INTERVAL YEAR TO MONTH)"
    )
    return sql


@pytest.mark.parametrize(
    ("expression", "described"),
    [
        ("i + 1", INTEGER),  # (ESQLC-135)
        ("si * si", INTEGER),
        ("bi + 1", BIGINT),
        ("i8 - i", INT8),
        ("i / 2", decimal(32)),  # unresolved in the sources: 8.1
        ("f + i", FLOAT),  # (ESQLC-135)
        ("f * d", decimal(32)),  # (ESQLC-135): any op DECIMAL is DECIMAL
        ("d + d4", decimal(13, 4)),  # (ESQLC-138)
        ("d - 1", decimal(13, 2)),
        ("d * d4", decimal(18, 6)),
        ("d / d4", decimal(32)),
        ("df + d", decimal(32)),
        ("m * 2", (8, 18 << 8 | 2)),  # MONEY stays MONEY (SQT-78)
        ("-i", INTEGER),
        ("-d", decimal(10, 2)),
        ("dt - dt", INTEGER),  # (SQR-156)
        ("dt + 1", DATE),
        ("dt + 1 UNITS DAY", (10, 0x0804)),  # DATE and INTERVAL: DATETIME (SQR-156)
        ("ts - ts", (14, 0x0E4A)),  # DAY(8) TO SECOND (SQR-154)
        ("dt - ts", (14, 0x0844)),  # the first operand decides
        ("ts + iv", (10, 0x0E0A)),
        ("iv * 2", (14, 0x084A)),
        ("im + im", (14, 0x0602)),
        ("TODAY", DATE),
        ("CURRENT", (10, 0x110D)),  # YEAR TO FRACTION(3) (SQS-1455)
        ("CURRENT HOUR TO SECOND", (10, 0x066A)),
        ("SYSDATE", (10, 0x130F)),  # YEAR TO FRACTION(5) (SQS-1456)
        ("EXTEND(dt, YEAR TO SECOND)", (10, 0x0E0A)),
        ("5 UNITS DAY", (14, 0x0244)),
        ("12810 UNITS DAY", (14, 0x0544)),  # DAY(5) TO DAY (SQR-156)
        ("c || c", char(10)),  # (SQS-2001)
        ("c || v", varchar(25)),
        ("v || i", varchar(31)),
        ("lv || c", (40, 305)),
        ("nc || c", (16, 9)),
        ("'abc'", char(3)),
        ("c[2,3]", char(2)),
        ("COUNT(*)", decimal(15, 0)),
        ("COUNT(i)", decimal(15, 0)),
        ("MAX(v)", varchar(20)),  # (PGL)
        ("SUM(i)", decimal(16, 0)),
        ("AVG(i)", decimal(32)),  # (PGL): 1.50000000000000
        ("AVG(m)", (8, 32 << 8 | 2)),  # (ONI-sqltmst87)
        ("SUM(f)", FLOAT),
        ("CASE WHEN i = 1 THEN 'O' ELSE 'N/A' END", char(3)),  # (ACT)
        ("CASE WHEN i = 1 THEN c ELSE v END", varchar(20)),  # (SQS-2105)
        ("NVL(i, d)", decimal(12, 2)),
        ("NULL::INT", INTEGER),
        ("i = 1", BOOLEAN),  # (L2DB): a comparison may stand in the select list
        ("YEAR(dt)", INTEGER),
        ("1", INTEGER),
        ("3000000000", BIGINT),
        ("1.5", decimal(2, 1)),
        ("1e3", FLOAT),
        ("si", SMALLINT),
        ("id", SERIAL),
        ("id + 0", INTEGER),
    ],
)
def test_expressions_have_informix_types(
    t: SQLClient, expression: str, described: tuple[int, int]
) -> None:
    assert t.types(f"SELECT {expression} FROM t") == [described]


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("i", "i"),
        ("t.I", "i"),
        ("i AS Total", "total"),
        ("i + 1", "(expression)"),  # (SQT-78)
        ("UPPER(v)", "(expression)"),
        ("CURRENT", "(expression)"),
        ("COUNT(*)", "(count(*))"),  # (ONI-sqltmst87)
        ("COUNT(DISTINCT i)", "(count)"),
        ("AVG(i)", "(avg)"),
        ("MIN(i)", "(min)"),
        ("SUM(i)", "(sum)"),
        ("1", "(constant)"),
        ("'x'", "(constant)"),
    ],
)
def test_columns_are_named(t: SQLClient, expression: str, name: str) -> None:
    """(SQT-78, ONI-sqltmst87)"""
    assert t.names(f"SELECT {expression} FROM t") == [name]


def test_columns_know_whether_they_may_be_null(t: SQLClient) -> None:
    def nullable(sql: str) -> list[bool]:
        return [c.type.nullable for c in t.session.prepare(sql).columns]

    assert nullable("SELECT id, i, id + 1 FROM t") == [False, True, True]
    assert nullable("SELECT a.id, b.id FROM t a LEFT JOIN t b ON a.id = b.id") == [
        False,
        True,
    ]


def test_set_operations_share_types(t: SQLClient) -> None:
    assert t.types("SELECT i FROM t UNION SELECT d FROM t") == [decimal(12, 2)]
    assert t.types("SELECT 'a' FROM t UNION ALL SELECT v FROM t") == [varchar(20)]
    assert t.names("SELECT i x FROM t UNION SELECT id FROM t") == ["x"]


@pytest.mark.parametrize(
    ("statement", "described"),
    [
        ("SELECT 1 FROM t WHERE id = ?", [INTEGER]),
        ("SELECT 1 FROM t WHERE ? = d", [decimal(10, 2)]),
        ("SELECT 1 FROM t WHERE dt BETWEEN ? AND ?", [DATE, DATE]),
        ("SELECT 1 FROM t WHERE c IN (?, 'x', ?)", [char(5), char(5)]),
        ("SELECT 1 FROM t WHERE v LIKE ?", [varchar(255)]),
        ("SELECT SKIP ? FIRST ? id FROM t", [INTEGER, INTEGER]),
        ("SELECT id FROM t ORDER BY id LIMIT ?", [INTEGER]),
        ("SELECT ?::DECIMAL(5,2) FROM t", [decimal(5, 2)]),
        ("SELECT dt + ? FROM t", [INTEGER]),
        ("SELECT i + ? FROM t", [INTEGER]),
        ("SELECT NVL(v, ?) FROM t", [varchar(20)]),
        ("SELECT 1 FROM t WHERE ts > ? OR b = ?", [(10, 0x0E0A), BOOLEAN]),
        ("UPDATE t SET v = ?, d = ? WHERE id = ?", [varchar(20), (5, 2562), INTEGER]),
        ("DELETE FROM t WHERE m = ?", [(8, 8 << 8 | 2)]),
        ("INSERT INTO t (v) SELECT v FROM t WHERE i = ?", [INTEGER]),
        ("INSERT INTO t (lv, b) VALUES (?, ?)", [(40, 300), BOOLEAN]),
    ],
)
def test_parameters_take_the_type_of_what_they_meet(
    t: SQLClient, statement: str, described: list[tuple[int, int]]
) -> None:
    assert t.parameters(statement) == described


def test_an_insert_with_parameters_describes_the_row(t: SQLClient) -> None:
    """(docs/PROTOCOL.md section 4 [P])"""
    statement = t.session.prepare("INSERT INTO t (id, v, i) VALUES (0, ?, ?)")
    assert [column.name for column in statement.columns] == ["id", "v", "i"]
    assert pairs(statement.columns) == [SERIAL, varchar(20), INTEGER]
    assert pairs(statement.parameters) == [varchar(20), INTEGER]
    assert not statement.returns_rows
    assert not t.session.prepare("INSERT INTO t (i) VALUES (1)").columns


def test_a_parameter_nothing_types_is_refused(t: SQLClient) -> None:
    """(docs/PROTOCOL.md section 4 [P]): SELECT ? FROM t is -201."""
    error = t.error("SELECT ? FROM t")
    assert (error.sqlcode, error.offset) == (-201, 8)
    assert t.code("SELECT 1 FROM t WHERE ? = ?") == -201


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("SELECT 1 FROM t", 2),
        ("UPDATE t SET i = 1", 4),
        ("DELETE FROM t", 5),
        ("INSERT INTO t (i) VALUES (1)", 6),
        ("BEGIN WORK", 34),
        ("COMMIT", 35),
        ("ROLLBACK WORK", 36),
        ("CREATE TABLE x (a INT)", 45),
        ("DROP TABLE t", 46),
        ("DATABASE testdb", 1),
        ("CREATE DATABASE x", 12),
        ("CLOSE DATABASE", 31),
    ],
)
def test_statement_types(t: SQLClient, statement: str, number: int) -> None:
    assert t.session.prepare(statement).statement_type == number
