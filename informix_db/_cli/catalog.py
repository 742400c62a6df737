"""What the database knows of its tables, by the system catalog.

Reads systables, syscolumns, sysindexes and sysconstraints; the types of columns come
from the server's description of a query. Does not know functional indexes: the columns
of one are shown as they are numbered.
"""

from __future__ import annotations

from collections.abc import Iterator

from informix_db import Connection
from informix_db._cli.values import columns_of, type_text
from informix_db.exceptions import ProgrammingError

_FIRST_USER_TABLE = 100  # smaller tabids are the catalog's (SQR, systables)
_KINDS = {
    "T": "table",
    "V": "view",
    "S": "synonym",
    "P": "synonym",
    "E": "external table",
    "Q": "sequence",
}
_CONSTRAINTS = {"P": "primary key", "U": "unique", "R": "foreign key"}
_MOST_PARTS = 16

_TABLES = """
SELECT TRIM(owner), tabname, tabtype FROM systables
WHERE tabid >= ? AND tabtype IN ('T', 'V', 'S', 'P', 'E', 'Q') ORDER BY tabname, 1"""
_TABLE_ID = "SELECT tabid FROM systables WHERE tabname = ?"
_OWNED_TABLE_ID = "SELECT tabid FROM systables WHERE tabname = ? AND owner = ?"
_COLUMN_NAMES = "SELECT colno, colname FROM syscolumns WHERE tabid = ?"
_ALL_COLUMNS = """
SELECT UNIQUE c.colname FROM syscolumns c, systables t
WHERE c.tabid = t.tabid AND t.tabid >= ?"""
_INDEXES = f"""
SELECT idxname, idxtype, {", ".join(f"part{n + 1}" for n in range(_MOST_PARTS))}
FROM sysindexes WHERE tabid = ? ORDER BY idxname"""
_NAMED_CONSTRAINTS = """
SELECT idxname, constrname, constrtype FROM sysconstraints
WHERE tabid = ? AND constrtype IN ('P', 'U', 'R')"""


def list_tables(connection: Connection) -> Iterator[str]:
    """Return a line for each table, view, synonym and sequence."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, (_FIRST_USER_TABLE,))
        for owner, name, kind in cursor:
            yield f"{owner}.{name}  {_KINDS.get(kind.strip(), kind)}"


def describe_table(connection: Connection, name: str) -> Iterator[str]:
    """Return lines about the columns, indexes and keys of a table or view.

    Raises ProgrammingError if there is none of this name.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {name} WHERE 1 = 0")
        columns = columns_of(cursor)
    width = max(len(column.name) for column in columns)
    for column in columns:
        suffix = "" if column.nullable else " NOT NULL"
        yield f"{column.name:{width}}  {type_text(column)}{suffix}"
    yield from _describe_indexes(connection, _table_id(connection, name))


def _table_id(connection: Connection, name: str) -> int:
    owner, _, table = name.rpartition(".")
    table = table[1:-1] if table.startswith('"') else table.lower()
    with connection.cursor() as cursor:
        if owner:
            cursor.execute(_OWNED_TABLE_ID, (table, owner.strip("\"'")))
        else:
            cursor.execute(_TABLE_ID, (table,))
        row = cursor.fetchone()
    if row is None:
        raise ProgrammingError(f"the catalog has no table {name}")
    table_id: int = row[0]
    return table_id


def _describe_indexes(connection: Connection, table_id: int) -> Iterator[str]:
    with connection.cursor() as cursor:
        names = dict(cursor.execute(_COLUMN_NAMES, (table_id,)).fetchall())
        constraints = {
            index: f"{_CONSTRAINTS[kind]} {constraint}"
            for index, constraint, kind in cursor.execute(
                _NAMED_CONSTRAINTS, (table_id,)
            )
        }
        for index, kind, *parts in cursor.execute(_INDEXES, (table_id,)).fetchall():
            columns = ", ".join(_part(part, names) for part in parts if part)
            plain = f"{'unique ' if kind == 'U' else ''}index {index}"
            yield f"{constraints.get(index, plain)} ({columns})"


def _part(number: int, names: dict[int, str]) -> str:
    """Return a column of an index; a negative number is one in descending order."""
    name = names.get(abs(number), f"column {abs(number)}")
    return f"{name} DESC" if number < 0 else name


def names_to_complete(connection: Connection) -> list[str]:
    """Return the names of all tables and columns that are not the catalog's."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, (_FIRST_USER_TABLE,))
        names = {row[1] for row in cursor}
        cursor.execute(_ALL_COLUMNS, (_FIRST_USER_TABLE,))
        names.update(row[0] for row in cursor)
    return sorted(names)
