"""DatabaseMetaData of IBM's JDBC driver against the emulator's system catalog.

Labels are the driver's, its spelling too. Some of what it makes of a row is its own
affair: it calls the grantee of a table's privilege the grantor, for one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.timeout(200)]

Line = dict[str, Any]
Seen = Callable[[str], Line]


def columns(rows: Sequence[dict[str, Any]], *labels: str) -> list[tuple[Any, ...]]:
    """Return some columns of metadata rows."""
    return [tuple(row[label] for label in labels) for row in rows]


@pytest.fixture
def metadata(seen: Seen) -> Line:
    found = seen("metadata")
    errors = {key: value for key, value in found.items() if key.endswith(" error")}
    assert set(errors.values()) == {None}, errors
    return found


def test_tables(metadata: Line) -> None:
    labels = ("table_cat", "table_schem", "table_name", "table_type")
    place = ("jdbcmeta", "informix")
    assert columns(metadata["getTables"], *labels) == [
        (*place, "elders", "SYNONYM"),
        (*place, "child", "TABLE"),
        (*place, "parent", "TABLE"),
        (*place, "parents", "VIEW"),
    ]
    names = columns(metadata["getTables pattern"], "table_name", "table_type")
    assert names == [("parent", "TABLE"), ("parents", "VIEW")]


def test_columns(metadata: Line) -> None:
    labels = ("column_name", "data_type", "type_name", "column_size", "is_nullable")
    labels = (*labels, "ordinal_position")
    assert columns(metadata["getColumns"], *labels) == [
        ("a", "4", "int", "10", "NO", "1"),
        ("b", "4", "int", "10", "NO", "2"),
        ("parent_id", "4", "int", "10", "YES", "3"),
        ("code", "1", "char", "4", "YES", "4"),
    ]
    assert columns(metadata["getColumns view"], *labels) == [
        ("number", "4", "int", "10", "NO", "1"),
        ("code", "1", "char", "4", "NO", "2"),
    ]
    assert columns(metadata["getColumns synonym"], "table_name", *labels) == [
        ("elders", "code", "1", "char", "4", "NO", "2")
    ]


def test_columns_agree_with_a_querys(seen: Seen) -> None:
    """Both ways to learn a column's type say the same, whatever the type; only that
    the driver takes no query's BIGSERIAL for an automatic column."""
    found = seen("metadata_columns")
    told = found["getColumns"]
    asked = found["of a query"]
    assert len(told) == len(asked) == 26
    for row, column in zip(told, asked, strict=True):
        assert row["column_name"] == column["name"]
        assert int(row["data_type"]) == column["type"], row
        assert int(row["nullable"]) == column["nullable"], row
        if not column["name"].endswith("interval"):
            assert row["type_name"] == column["type name"], row
        automatic = column["automatic"] or column["name"] == "c_bigserial"
        assert row["is_autoincrement"] == ("YES" if automatic else "NO")
    sizes = {row["column_name"]: row["column_size"] for row in told}
    assert sizes["c_varchar"] == "30"
    assert sizes["c_decimal"] == "12"
    assert sizes["c_stamp"] == "23"
    defaults = {row["column_name"]: row["column_def"] for row in told}
    assert {name: text for name, text in defaults.items() if text} == {
        "c_char": "'ab'",
        "c_smallint": "5",
        "c_date": "today",
        "c_boolean": "t",
    }


def test_keys_and_indexes(metadata: Line) -> None:
    assert columns(metadata["getPrimaryKeys"], "column_name", "key_seq", "pk_name") == [
        ("a", "2", "pk_child"),
        ("b", "1", "pk_child"),
    ]
    labels = ("index_name", "non_unique", "ordinal_position", "column_name")
    assert columns(metadata["getIndexInfo"], *labels) == [
        ("101_5", "0", "1", "b"),
        ("101_5", "0", "2", "a"),
        ("101_4", "1", "1", "parent_id"),
        ("101_6", "1", "1", "code"),
        ("i_child", "1", "1", "parent_id"),
        ("i_child", "1", "2", "a"),
    ]
    assert columns(metadata["getBestRowIdentifier"], "column_name", "type_name") == [
        ("a", "int"),
        ("b", "int"),
    ]
    assert columns(metadata["getVersionColumns"], "column_name", "type_name") == [
        ("id", "serial")
    ]


@pytest.mark.parametrize(
    "call", ["getImportedKeys", "getExportedKeys", "getCrossReference"]
)
def test_foreign_keys(metadata: Line, call: str) -> None:
    """delete_rule 0 is CASCADE, 1 RESTRICT."""
    labels = ("pktable_name", "pkcolumn_name", "fktable_name", "fkcolumn_name")
    labels = (*labels, "key_seq", "delete_rule", "fk_name", "pk_name")
    assert columns(metadata[call], *labels) == [
        ("parent", "id", "child", "parent_id", "1", "0", "fk_child", "pk_parent"),
        ("parent", "code", "child", "code", "1", "1", "fk_code", "u_code"),
    ]


def test_privileges(metadata: Line) -> None:
    labels = ("grantee", "privelege", "is_grantable")
    assert columns(metadata["getTablePrivileges"], *labels) == [
        ("public", "DELETE", "NO"),
        ("public", "INDEX", "NO"),
        ("bob", "INSERT", "YES"),
        ("public", "INSERT", "NO"),
        ("bob", "SELECT", "YES"),
        ("public", "SELECT", "NO"),
        ("public", "UPDATE", "NO"),
    ]
    granted = columns(metadata["getColumnPrivileges"], "column_name", *labels)
    assert ("id", "bob", "SELECT", "YES") in granted


def test_catalogs_schemas_types(metadata: Line) -> None:
    catalogs = {name for (name,) in columns(metadata["getCatalogs"], "table_cat")}
    assert {"sysmaster", "testdb", "ansidb", "unlogdb", "jdbcmeta"} <= catalogs
    assert columns(metadata["getSchemas"], "table_schem", "table_catalog") == [
        ("informix", "jdbcmeta")
    ]
    assert columns(metadata["getTableTypes"], "table_type") == [
        ("SYNONYM",),
        ("SYSTEM TABLE",),
        ("TABLE",),
        ("VIEW",),
    ]
    types = dict(columns(metadata["getTypeInfo"], "type_name", "data_type"))
    assert types["decimal"] == "3"
    assert types["bigserial"] == "-5"
    assert metadata["getUDTs"] == []
    assert metadata["getUserName"] == "informix"


def test_routines(metadata: Line) -> None:
    """procedure_type 1 returns nothing; column_type 1 is IN, 5 a value returned."""
    labels = ("procedure_name", "procedure_type")
    assert columns(metadata["getProcedures"], *labels) == [
        ("noted", "1"),
        ("twice", "2"),
    ]
    labels = ("column_name", "column_type", "type_name", "ordinal_position")
    assert columns(metadata["getProcedureColumns"], *labels) == [
        ("result", "5", "int", "0"),
        ("n", "1", "int", "1"),
        ("word", "1", "varchar(20)", "2"),
    ]
    assert columns(metadata["getFunctions"], "function_name") == [("twice",)]
    names = columns(metadata["getFunctionColumns"], "column_name", "type_name")
    assert names == [("result", "int"), ("n", "int"), ("word", "varchar")]
