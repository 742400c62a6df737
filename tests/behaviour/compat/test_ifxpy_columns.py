"""What IfxPy says of columns."""

from __future__ import annotations

import pytest

from informix_db.compat import IfxPy

LARGE = 2147483647

# type, field_type, width, display size, precision, scale
TYPES = [
    ("SMALLINT", "int", 2, 6, 5, 0),
    ("INTEGER", "int", 4, 11, 10, 0),
    ("SERIAL", "int", 4, 11, 10, 0),
    ("INT8", "bigint", 8, 20, 19, 0),
    ("BIGINT", "bigint", 8, 20, 19, 0),
    ("BIGSERIAL", "bigint", 8, 20, 19, 0),
    ("FLOAT", "real", 8, 24, 15, 0),
    ("SMALLFLOAT", "real", 4, 14, 7, 0),
    ("DECIMAL(7,2)", "decimal", 9, 9, 7, 2),
    ("DECIMAL(9)", "decimal", 11, 11, 9, 0),
    ("MONEY(8,3)", "decimal", 10, 10, 8, 3),
    ("DATE", "date", 6, 10, 10, 0),
    ("DATETIME YEAR TO DAY", "date", 6, 10, 10, 0),
    ("DATETIME HOUR TO SECOND", "time", 6, 8, 8, 0),
    ("DATETIME HOUR TO FRACTION(3)", "time", 6, 12, 12, 3),
    ("DATETIME YEAR TO SECOND", "timestamp", 16, 19, 19, 0),
    ("DATETIME YEAR TO FRACTION(5)", "timestamp", 16, 25, 25, 5),
    ("INTERVAL DAY(3) TO SECOND", "interval", 28, 19, 19, 0),
    ("INTERVAL YEAR TO MONTH", "interval", 28, 16, 16, 0),
    ("CHAR(9)", "string", 9, 9, 9, 0),
    ("NCHAR(9)", "string", 9, 9, 9, 0),
    ("VARCHAR(15)", "string", 15, 15, 15, 0),
    ("LVARCHAR(300)", "string", 300, 300, 300, 0),
    ("BOOLEAN", "string", 1, 1, 1, 0),
    ("BYTE", "string", LARGE, LARGE, LARGE, 0),
    ("TEXT", "string", LARGE, LARGE, LARGE, 0),
    ("BLOB", "string", LARGE, LARGE, LARGE, 0),
    ("CLOB", "string", LARGE, LARGE, LARGE, 0),
    ("SET(INT NOT NULL)", "set", LARGE, LARGE, LARGE, 0),
    ("MULTISET(INT NOT NULL)", "multiset", LARGE, LARGE, LARGE, 0),
    ("LIST(INT NOT NULL)", "list", LARGE, LARGE, LARGE, 0),
    ("ROW(a INT)", "row", LARGE, LARGE, LARGE, 0),
]


@pytest.mark.parametrize("expected", TYPES, ids=lambda case: case[0])
def test_types(link: IfxPy.IFXConnection, expected: tuple[object, ...]) -> None:
    IfxPy.exec_immediate(link, f"CREATE TEMP TABLE one (c {expected[0]})")
    statement = IfxPy.prepare(link, "SELECT c FROM one")
    described = [
        function(statement, at)
        for at in (0, "c")
        for function in (
            IfxPy.field_type,
            IfxPy.field_width,
            IfxPy.field_display_size,
            IfxPy.field_precision,
            IfxPy.field_scale,
        )
    ]
    assert described == [*expected[1:], *expected[1:]]


def test_columns_by_name_and_position(link: IfxPy.IFXConnection) -> None:
    statement = IfxPy.exec_immediate(link, "SELECT * FROM animals")
    assert [IfxPy.field_name(statement, at) for at in range(4)] == [
        *("id", "breed", "name", "weight")
    ]
    assert IfxPy.field_name(statement, "breed") == "breed"
    assert [IfxPy.field_num(statement, at) for at in ("id", "weight", 1)] == [0, 3, 1]


@pytest.mark.parametrize("column", [4, -1, "BREED", "test", "", False])
def test_columns_there_are_not(
    link: IfxPy.IFXConnection, column: int | str | bool
) -> None:
    statement = IfxPy.exec_immediate(link, "SELECT * FROM animals")
    for function in (
        IfxPy.field_name,
        IfxPy.field_num,
        IfxPy.field_type,
        IfxPy.field_width,
        IfxPy.field_display_size,
        IfxPy.field_precision,
        IfxPy.field_scale,
        IfxPy.field_nullable,
    ):
        assert function(statement, column) is False


def test_names_that_differ_in_case(
    connstr: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELIMIDENT", "y")
    link = IfxPy.connect(connstr, "", "")
    IfxPy.exec_immediate(
        link, 'CREATE TEMP TABLE f ("TEST" INT, "test" INT, "Test" INT)'
    )
    statement = IfxPy.exec_immediate(link, "SELECT * FROM f")
    names = ["TEST", "test", "Test"]
    assert [IfxPy.field_num(statement, name) for name in names] == [0, 1, 2]
    assert [IfxPy.field_name(statement, at) for at in range(3)] == names
    IfxPy.close(link)


def test_nullable(link: IfxPy.IFXConnection) -> None:
    IfxPy.exec_immediate(link, "CREATE TEMP TABLE t (a INT NOT NULL, b INT)")
    statement = IfxPy.exec_immediate(link, "SELECT * FROM t")
    assert IfxPy.field_nullable(statement, 0) is False
    assert IfxPy.field_nullable(statement, "b") is True
