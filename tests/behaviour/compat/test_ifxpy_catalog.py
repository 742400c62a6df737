"""IfxPy's catalog functions: ODBC's result sets of the emulator's catalog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from informix_db.compat import IfxPy

MAKE = [
    "CREATE TABLE owners (id INT PRIMARY KEY CONSTRAINT pk_owners, "
    "name VARCHAR(30) NOT NULL, city CHAR(10) DEFAULT 'Graz')",
    "CREATE TABLE pets (owner INT, number SMALLINT, born DATE DEFAULT TODAY, "
    "fee MONEY(8,2) DEFAULT 2.5, seen DATETIME YEAR TO FRACTION(3), "
    "age INTERVAL YEAR TO MONTH, tame BOOLEAN, photo BLOB, "
    "PRIMARY KEY (owner, number) CONSTRAINT pk_pets, "
    "FOREIGN KEY (owner) REFERENCES owners (id) ON DELETE CASCADE "
    "CONSTRAINT fk_owner)",
    "CREATE UNIQUE INDEX ix_name ON owners (name DESC, city)",
    "CREATE INDEX ix_born ON pets (born)",
    "CREATE TABLE plain (code CHAR(3), kind INT)",
    "CREATE UNIQUE INDEX ix_plain ON plain (code)",
    "CREATE TABLE bare (a INT)",
    "CREATE VIEW tame_pets AS SELECT owner, number FROM pets WHERE tame = 't'",
    "CREATE SYNONYM keepers FOR owners",
    "GRANT SELECT, UPDATE ON owners TO someone",
    "GRANT DELETE ON pets TO boss WITH GRANT OPTION",
    "CREATE PROCEDURE feed(pet INT, INOUT amount DECIMAL(5,2)) END PROCEDURE",
    "CREATE FUNCTION oldest(city CHAR(10)) RETURNING INT AS id; RETURN 1; END FUNCTION",
]


@pytest.fixture(scope="module")
def pets(connstr: str) -> Iterator[IfxPy.IFXConnection]:
    """A connection to a database of its own, with something in its catalog."""
    maker = IfxPy.connect(connstr, "", "")
    IfxPy.exec_immediate(maker, "CREATE DATABASE pets WITH LOG")
    IfxPy.close(maker)
    link = IfxPy.connect(connstr.replace("=zoo", "=pets"), "", "")
    for sql in MAKE:
        IfxPy.exec_immediate(link, sql)
    yield link
    IfxPy.close(link)


def dicts(statement: IfxPy.IFXStatement) -> list[dict[str, Any]]:
    rows = []
    while row := IfxPy.fetch_assoc(statement):
        rows.append(row)
    return rows


def names_of(statement: IfxPy.IFXStatement) -> str:
    return " ".join(
        str(IfxPy.field_name(statement, at))
        for at in range(IfxPy.num_fields(statement))
    )


def test_tables(pets: IfxPy.IFXConnection) -> None:
    statement = IfxPy.tables(pets, None, "informix", "%", "TABLE,'VIEW', SYNONYM")
    assert names_of(statement) == "TABLE_CAT TABLE_SCHEM TABLE_NAME TABLE_TYPE REMARKS"
    rows = dicts(statement)
    assert IfxPy.num_rows(statement) == len(rows) == 6
    assert {row["TABLE_CAT"] for row in rows} == {"pets"}
    assert {row["TABLE_SCHEM"] for row in rows} == {"informix"}
    assert {(row["TABLE_NAME"], row["TABLE_TYPE"]) for row in rows} == {
        ("owners", "TABLE"),
        ("pets", "TABLE"),
        ("plain", "TABLE"),
        ("bare", "TABLE"),
        ("tame_pets", "VIEW"),
        ("keepers", "SYNONYM"),
    }
    everything = dicts(IfxPy.tables(pets))
    assert {"systables", "owners"} <= {row["TABLE_NAME"] for row in everything}
    system = dicts(IfxPy.tables(pets, None, None, "systables"))
    assert [row["TABLE_TYPE"] for row in system] == ["SYSTEM TABLE"]
    some = dicts(IfxPy.tables(pets, "", "", "p%ts"))
    assert [row["TABLE_NAME"] for row in some] == ["pets"]
    assert dicts(IfxPy.tables(pets, None, "nobody")) == []


def test_columns(pets: IfxPy.IFXConnection) -> None:
    statement = IfxPy.columns(pets, None, "informix", "pets")
    assert names_of(statement) == (
        "TABLE_CAT TABLE_SCHEM TABLE_NAME COLUMN_NAME DATA_TYPE TYPE_NAME COLUMN_SIZE "
        "BUFFER_LENGTH DECIMAL_DIGITS NUM_PREC_RADIX NULLABLE REMARKS COLUMN_DEF "
        "SQL_DATA_TYPE SQL_DATETIME_SUB CHAR_OCTET_LENGTH ORDINAL_POSITION IS_NULLABLE"
    )
    rows = dicts(statement)
    assert [row["COLUMN_NAME"] for row in rows] == [
        *("owner", "number", "born", "fee", "seen", "age", "tame", "photo")
    ]
    assert [row["ORDINAL_POSITION"] for row in rows] == list(range(1, 9))
    assert [(row["DATA_TYPE"], row["TYPE_NAME"]) for row in rows] == [
        (IfxPy.SQL_INTEGER, "integer"),
        (IfxPy.SQL_SMALLINT, "smallint"),
        (IfxPy.SQL_TYPE_DATE, "date"),
        (IfxPy.SQL_DECIMAL, "money"),
        (IfxPy.SQL_TYPE_TIMESTAMP, "datetime year to fraction(3)"),
        (107, "interval year to month"),
        (IfxPy.SQL_BIT, "boolean"),
        (IfxPy.SQL_LONGVARBINARY, "blob"),
    ]
    assert [row["COLUMN_DEF"] for row in rows[:5]] == [
        *(None, None, "TODAY", "2.5", None)
    ]
    number, born, fee, seen = rows[1:5]
    assert (number["NULLABLE"], number["IS_NULLABLE"]) == (0, "NO")
    assert (born["NULLABLE"], born["IS_NULLABLE"]) == (1, "YES")
    assert (born["SQL_DATA_TYPE"], born["SQL_DATETIME_SUB"]) == (9, 1)
    assert (seen["SQL_DATA_TYPE"], seen["SQL_DATETIME_SUB"]) == (9, 3)
    assert rows[5]["SQL_DATA_TYPE"] == 10
    assert (fee["COLUMN_SIZE"], fee["DECIMAL_DIGITS"], fee["NUM_PREC_RADIX"]) == (
        *(8, 2, 10),
    )
    [city] = dicts(IfxPy.columns(pets, None, None, "owners", "ci%"))
    assert (city["COLUMN_DEF"], city["CHAR_OCTET_LENGTH"]) == ("'Graz'", 10)


def test_names_of_catalog_columns_follow_the_case_asked_for(connstr: str) -> None:
    for case, name in [
        (IfxPy.CASE_UPPER, "TABLE_NAME"),
        (IfxPy.CASE_LOWER, "table_name"),
    ]:
        link = IfxPy.connect(connstr, "", "", {IfxPy.ATTR_CASE: case})
        row = IfxPy.fetch_both(IfxPy.columns(link, None, None, "animals"))
        assert row[name] == row[2] == "animals"
        IfxPy.close(link)


def test_primary_keys(pets: IfxPy.IFXConnection) -> None:
    statement = IfxPy.primary_keys(pets, None, "informix", "pets")
    assert names_of(statement) == (
        "TABLE_CAT TABLE_SCHEM TABLE_NAME COLUMN_NAME KEY_SEQ PK_NAME"
    )
    assert [IfxPy.fetch_tuple(statement) for _ in range(3)] == [
        ("pets", "informix", "pets", "owner", 1, "pk_pets"),
        ("pets", "informix", "pets", "number", 2, "pk_pets"),
        False,
    ]
    everything = dicts(IfxPy.primary_keys(pets, None, None, None))
    assert {row["TABLE_NAME"] for row in everything} == {"owners", "pets"}


@pytest.mark.parametrize(
    "names",
    [
        (None, "informix", "owners"),
        (None, None, None, None, "informix", "pets"),
        (None, "informix", "owners", None, "informix", "pets"),
        (None, "informix", "owners", None, "an owner without a table", None),
        (None, "an owner without a table", None, None, None, "pets"),
    ],
)
def test_foreign_keys(pets: IfxPy.IFXConnection, names: tuple[Any, ...]) -> None:
    statement = IfxPy.foreign_keys(pets, *names)
    assert names_of(statement) == (
        "PKTABLE_CAT PKTABLE_SCHEM PKTABLE_NAME PKCOLUMN_NAME FKTABLE_CAT "
        "FKTABLE_SCHEM FKTABLE_NAME FKCOLUMN_NAME KEY_SEQ UPDATE_RULE DELETE_RULE "
        "FK_NAME PK_NAME DEFERRABILITY"
    )
    assert IfxPy.fetch_tuple(statement) == (
        *("pets", "informix", "owners", "id"),
        *("pets", "informix", "pets", "owner"),
        *(1, 1, 0, "fk_owner", "pk_owners", 6),
    )
    assert IfxPy.fetch_tuple(statement) is False


def test_no_foreign_keys(pets: IfxPy.IFXConnection) -> None:
    assert dicts(IfxPy.foreign_keys(pets, None, None, "pets")) == []
    assert dicts(IfxPy.foreign_keys(pets, None, "nobody", "owners")) == []


def test_statistics(pets: IfxPy.IFXConnection) -> None:
    statement = IfxPy.statistics(pets, None, "informix", "owners", True)
    assert names_of(statement) == (
        "TABLE_CAT TABLE_SCHEM TABLE_NAME NON_UNIQUE INDEX_QUALIFIER INDEX_NAME TYPE "
        "ORDINAL_POSITION COLUMN_NAME ASC_OR_DESC CARDINALITY PAGES FILTER_CONDITION"
    )
    table, *indexed = dicts(statement)
    assert (table["TYPE"], table["INDEX_NAME"]) == (IfxPy.SQL_TABLE_STAT, None)
    assert table["CARDINALITY"] == 0
    ours = [row for row in indexed if row["INDEX_NAME"] == "ix_name"]
    assert [(row["COLUMN_NAME"], row["ASC_OR_DESC"]) for row in ours] == [
        ("name", "D"),
        ("city", "A"),
    ]
    assert [row["ORDINAL_POSITION"] for row in ours] == [1, 2]
    assert {row["TYPE"] for row in ours} == {IfxPy.SQL_INDEX_OTHER}
    assert dicts(IfxPy.statistics(pets, None, None, "no_such_table", True)) == []


def test_statistics_of_unique_indexes_are_those_of_false(
    pets: IfxPy.IFXConnection,
) -> None:
    for unique, found in [(True, True), (False, False)]:
        rows = dicts(IfxPy.statistics(pets, None, None, "pets", unique))
        born = [row["NON_UNIQUE"] for row in rows if row["INDEX_NAME"] == "ix_born"]
        assert born == [1] * found
        assert [row["NON_UNIQUE"] for row in rows].count(0) == 2
    with pytest.raises(Exception, match=r"^unique must be a boolean$"):
        IfxPy.statistics(pets, None, None, "pets", 1)


@pytest.mark.parametrize(
    ("table", "columns"),
    [("pets", ["owner", "number"]), ("plain", ["code"]), ("bare", [])],
)
def test_special_columns(
    pets: IfxPy.IFXConnection, table: str, columns: list[str]
) -> None:
    statement = IfxPy.special_columns(pets, None, "informix", table, 1)
    assert names_of(statement) == (
        "SCOPE COLUMN_NAME DATA_TYPE TYPE_NAME COLUMN_SIZE BUFFER_LENGTH "
        "DECIMAL_DIGITS PSEUDO_COLUMN"
    )
    rows = dicts(statement)
    assert [row["COLUMN_NAME"] for row in rows] == columns
    assert {(row["SCOPE"], row["PSEUDO_COLUMN"]) for row in rows} <= {(2, 1)}
    if table == "plain":
        assert rows[0]["TYPE_NAME"] == "char"
    with pytest.raises(Exception, match=r"Supplied parameter is invalid"):
        IfxPy.special_columns(pets, None, None, table, 3)


def test_procedures(pets: IfxPy.IFXConnection) -> None:
    statement = IfxPy.procedures(pets, None, "informix", "%")
    assert names_of(statement) == (
        "PROCEDURE_CAT PROCEDURE_SCHEM PROCEDURE_NAME NUM_INPUT_PARAMS "
        "NUM_OUTPUT_PARAMS NUM_RESULT_SETS REMARKS PROCEDURE_TYPE"
    )
    found = {
        row["PROCEDURE_NAME"]: (row["NUM_INPUT_PARAMS"], row["PROCEDURE_TYPE"])
        for row in dicts(statement)
    }
    assert (found["feed"], found["oldest"]) == ((2, 1), (1, 2))
    assert dicts(IfxPy.procedures(pets, None, None, "f_d")) == []


def test_procedure_columns(pets: IfxPy.IFXConnection) -> None:
    statement = IfxPy.procedure_columns(pets, None, None, "feed")
    assert names_of(statement).startswith(
        "PROCEDURE_CAT PROCEDURE_SCHEM PROCEDURE_NAME COLUMN_NAME COLUMN_TYPE "
    )
    rows = dicts(statement)
    assert [(row["COLUMN_NAME"], row["COLUMN_TYPE"]) for row in rows] == [
        ("pet", IfxPy.SQL_PARAM_INPUT),
        ("amount", IfxPy.SQL_PARAM_INPUT_OUTPUT),
    ]
    assert [row["TYPE_NAME"] for row in rows] == ["integer", "decimal"]
    assert rows[1]["DECIMAL_DIGITS"] == 2
    oldest = dicts(IfxPy.procedure_columns(pets, None, "informix", "oldest", "%"))
    assert [(row["COLUMN_NAME"], row["COLUMN_TYPE"]) for row in oldest] == [
        ("id", 5),
        ("city", 1),
    ]


def test_table_privileges(pets: IfxPy.IFXConnection) -> None:
    statement = IfxPy.table_privileges(pets, None, "informix", "pets")
    assert names_of(statement) == (
        "TABLE_CAT TABLE_SCHEM TABLE_NAME GRANTOR GRANTEE PRIVILEGE IS_GRANTABLE"
    )
    rows = dicts(statement)
    boss = [row for row in rows if row["GRANTEE"] == "boss"]
    assert [(row["PRIVILEGE"], row["IS_GRANTABLE"]) for row in boss] == [
        ("DELETE", "YES")
    ]
    everybody = {row["PRIVILEGE"] for row in rows if row["GRANTEE"] == "public"}
    assert {"SELECT", "INSERT", "UPDATE", "DELETE", "INDEX"} <= everybody
    assert [row["PRIVILEGE"] for row in rows] == sorted(r["PRIVILEGE"] for r in rows)


def test_column_privileges(pets: IfxPy.IFXConnection) -> None:
    statement = IfxPy.column_privileges(pets, None, "informix", "owners", "n%")
    assert names_of(statement) == (
        "TABLE_CAT TABLE_SCHEM TABLE_NAME COLUMN_NAME GRANTOR GRANTEE PRIVILEGE "
        "IS_GRANTABLE"
    )
    rows = dicts(statement)
    assert {row["COLUMN_NAME"] for row in rows} == {"name"}
    someone = [row for row in rows if row["GRANTEE"] == "someone"]
    assert [row["PRIVILEGE"] for row in someone] == ["SELECT", "UPDATE"]
    whole = dicts(IfxPy.column_privileges(pets, None, None, "owners"))
    others = {row["PRIVILEGE"] for row in whole if row["COLUMN_NAME"] == "city"}
    assert others == {"SELECT", "INSERT", "UPDATE"}


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda c: IfxPy.tables(c, 1), "qualifier must be a string"),
        (lambda c: IfxPy.tables(c, None, None, None, 1), "table type must be a string"),
        (lambda c: IfxPy.columns(c, None, 1), "owner must be a string"),
        (lambda c: IfxPy.columns(c, None, "", "", 1), "column_name must be a string"),
        (lambda c: IfxPy.primary_keys(c, None, None, 1), "table_name must be a string"),
        (
            lambda c: IfxPy.foreign_keys(c, None, None, None, None, 1),
            "owner must be a string",
        ),
        (
            lambda c: IfxPy.procedures(c, None, None, 1),
            "procedure name must be a string",
        ),
        (lambda c: IfxPy.tables(None), "Supplied connection object Parameter"),
    ],
)
def test_wrong_arguments(link: IfxPy.IFXConnection, call: Any, text: str) -> None:
    with pytest.raises(Exception, match=text):
        call(link)


def test_rows_of_the_catalog_can_be_had_by_number(link: IfxPy.IFXConnection) -> None:
    statement = IfxPy.columns(link, None, None, "animals")
    IfxPy.set_option(
        statement, {IfxPy.SQL_ATTR_CURSOR_TYPE: IfxPy.SQL_CURSOR_STATIC}, 0
    )
    assert IfxPy.fetch_assoc(statement, 4)["COLUMN_NAME"] == "weight"
    assert IfxPy.fetch_assoc(statement, 5) is False
    assert IfxPy.fetch_assoc(statement, 1)["COLUMN_NAME"] == "id"
    assert IfxPy.free_result(statement) is True
