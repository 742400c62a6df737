"""Rows of the system catalog, made of a database's objects.

View texts hold the SELECT as it was written, not as a server rewrites it; sizes and
counts of pages are made up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import SQLType
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import (
    FIRST_PARTITION,
    Constraint,
    Database,
    DefaultValue,
    Index,
    NamedObject,
    SequenceGenerator,
    Synonym,
    Table,
    View,
    storage_size,
)
from informix_db.testing.sql.privileges import PUBLIC, colauth, tabauth
from informix_db.testing.sql.temporal import date_to_days

if TYPE_CHECKING:
    from informix_db.testing.sql.spl_triggers import Trigger

Row = tuple[Any, ...]

_VIEW_PIECE, _CHECK_PIECE = 256, 32  # characters of text to a row; 256 as dumps show
_EXTENT = 16  # KB, of an index
_PAGE = 2048  # bytes
_NAMED_ROW = 0x1000  # in coltype


def partition_number(number: int) -> int:
    return FIRST_PARTITION + number


def pieces(text: str, length: int) -> Iterator[tuple[int, str]]:
    """Yield a text cut to a column's length, with sequence numbers from 0."""
    for number, start in enumerate(range(0, len(text), length)):
        yield number, text[start : start + length]


# --- tables and columns ------------------------------------------------------


def _table_type(item: NamedObject) -> str:
    if isinstance(item, Synonym):
        return "P" if item.private else "S"
    return {Table: "T", View: "V", SequenceGenerator: "Q"}[type(item)]


def _columns(item: NamedObject) -> list[tuple[str, SQLType, int]]:
    """Return names, types and colattr of what has columns."""
    if isinstance(item, Table):
        return [
            (column.name, column.type, 128 if column.implied_not_null else 0)
            for column in item.columns
        ]
    if isinstance(item, View):
        return [(name, sql_type, 0) for name, sql_type in item.columns]
    return []


def _systables(database: Database, locale: str) -> Iterator[Row]:
    for item in database.objects():
        columns = _columns(item)
        table = item if isinstance(item, Table) else None
        level = ""
        if table is not None:
            level = "B" if table.is_system else table.lock_level
        target = item.database if isinstance(item, Synonym) else ""
        yield (
            item.name,
            item.owner,
            partition_number(item.tabid) if table else 0,
            item.tabid,
            sum(storage_size(sql_type) for _, sql_type, _ in columns),
            len(columns),
            len(table.indexes) if table else 0,
            float(table.row_count) if table else 0.0,
            date_to_days(item.created),
            0x10000 * item.tabid + item.version,
            _table_type(item),
            level,
            0.0,
            table.first_extent if table else 0,
            table.next_extent if table else 0,
            0,
            "",
            target,
            0,
            0,
        )
    # Pseudo tables: the locale's collation and ctype, and the catalog's version.
    for name, tabid, site in (
        (" GL_COLLATE", 90, locale),
        (" GL_CTYPE", 91, locale),
        (" VERSION", 92, None),
    ):
        unknown = (None,) * 11
        yield (name, "", 0, tabid, *unknown, 0, site, None, None, None)


def small(length: int) -> int:
    """Return an unsigned 16-bit length as the SMALLINT it is stored in."""
    return length - 0x10000 if length > 0x7FFF else length


def _code(sql_type: SQLType) -> int:
    """Return coltype without NOT NULL: a named ROW type is marked as one (SQR-25)."""
    named = sql_type.code == t.ROW and sql_type.extended_id != t.COMPOSITE_ID
    return sql_type.code | (_NAMED_ROW if named else 0)


def _syscolumns(database: Database, locale: str) -> Iterator[Row]:
    for item in database.objects():
        for number, (name, sql_type, attributes) in enumerate(_columns(item), 1):
            flag = 0 if sql_type.nullable else t.NOT_NULL_FLAG
            kind = (_code(sql_type) | flag, small(sql_type.length), None, None)
            xid = sql_type.extended_id
            yield (name, item.tabid, number, *kind, xid, 0, attributes)


def _sysdefaults(database: Database, locale: str) -> Iterator[Row]:
    for table in database.tables():
        for number, column in enumerate(table.columns, 1):
            if column.default is not None:
                kind, text = _default(column.default, column.type)
                yield (table.tabid, number, kind, text, "T")


_DEFAULT_LETTERS = {"today": "T", "current": "C", "sysdate": "C", "user": "U"}


def _default(default: DefaultValue, sql_type: SQLType) -> tuple[str, str]:
    if default.special:
        return _DEFAULT_LETTERS.get(default.special, "S"), ""
    if default.is_null:
        return "N", ""
    text = default.text.strip()
    if text[:1] in ("'", '"'):
        text = text[1:-1].replace(text[0] * 2, text[0])
    if t.family(sql_type) != "string":
        # Binary, blank, text: readers take the last word (SQR-30).
        text = f"AAAAAA {text}"
    return "L", text


# --- indexes -----------------------------------------------------------------


def _indexes(database: Database) -> Iterator[tuple[Table, Index, list[int]]]:
    """Yield indexes with their columns' numbers, negative if descending."""
    for table in database.tables():
        for index in table.indexes:
            parts = [
                -table.column_number(c) if descending else table.column_number(c)
                for c, descending in index.keys
            ]
            yield table, index, parts


def _index_head(table: Table, index: Index) -> Row:
    """Return name, owner, tabid, idxtype and clustered."""
    kind = "U" if index.unique else "D"
    clustered = "C" if index.clustered else "-"
    return (index.name, index.owner, table.tabid, kind, clustered)


def _sysindexes(database: Database, locale: str) -> Iterator[Row]:
    for table, index, parts in _indexes(database):
        padded = [*parts, *[0] * 16][:16]
        head = _index_head(table, index)
        yield (*head, *padded, 1, 1.0, 0.0, 0.0)


def _sysindices(database: Database, locale: str) -> Iterator[Row]:
    for table, index, parts in _indexes(database):
        keys = ", ".join(f"{part} [1]" for part in parts)
        head = _index_head(table, index)
        sizes = (1, 1.0, 0.0, 0.0, float(table.row_count))
        changes = (None, None, 0.0, 0.0, 0.0)  # since UPDATE STATISTICS, which is when
        access = (keys, 1, None, locale, _PAGE, 0, 0)
        yield (*head, *sizes, *access, *changes, _EXTENT, _EXTENT)


# --- constraints -------------------------------------------------------------


def _constraints(database: Database) -> Iterator[tuple[Table, Constraint]]:
    for table in database.tables():
        for constraint in table.constraints:
            yield table, constraint


def _sysconstraints(database: Database, locale: str) -> Iterator[Row]:
    for table, constraint in _constraints(database):
        index = constraint.index.name if constraint.index else ""
        name = (constraint.constraint_id, constraint.name, constraint.owner)
        yield (*name, table.tabid, constraint.kind, index, locale)


def _syscoldepend(database: Database, locale: str) -> Iterator[Row]:
    for table, constraint in _constraints(database):
        if constraint.kind in "CN":
            for column in constraint.columns:
                number = table.column_number(column)
                yield (constraint.constraint_id, table.tabid, number)


def _sysreferences(database: Database, locale: str) -> Iterator[Row]:
    for _, constraint in _constraints(database):
        reference = constraint.reference
        if reference is not None:
            rule = "C" if reference.cascade else "R"
            key = (reference.key_id, reference.table.tabid)
            yield (constraint.constraint_id, *key, "R", rule, "N", "N")


def _syschecks(database: Database, locale: str) -> Iterator[Row]:
    for _, constraint in _constraints(database):
        if constraint.check is not None:
            text = f"({constraint.check.text} )"
            for number, piece in pieces(text, _CHECK_PIECE):
                yield (constraint.constraint_id, "T", number, piece)


def _sysobjstate(database: Database, locale: str) -> Iterator[Row]:
    for table, constraint in _constraints(database):
        yield _state("C", table, constraint)
    for table, index, _ in _indexes(database):
        yield _state("I", table, index)
    for table in database.tables():
        yield from (_state("T", table, trigger) for trigger in table.triggers)


def _state(kind: str, table: Table, item: Constraint | Index | Trigger) -> Row:
    return (kind, item.owner, item.name, table.tabid, "D" if item.disabled else "E")


# --- views, sequences, synonyms ----------------------------------------------


def _sysviews(database: Database, locale: str) -> Iterator[Row]:
    for item in database.objects():
        if isinstance(item, View):
            for number, piece in pieces(view_text(item), _VIEW_PIECE):
                yield (item.tabid, number, piece)


def view_text(view: View) -> str:
    """Return the CREATE VIEW statement of a view."""
    columns = ",".join(name for name, _ in view.columns)
    option = " with check option" if view.check_option else ""
    return (
        f'create view "{view.owner}".{view.name} ({columns}) as {view.text}{option} ;'
    )


def _sysdepend(database: Database, locale: str) -> Iterator[Row]:
    for item in database.objects():
        if isinstance(item, View):
            for base in item.uses:
                yield (base.tabid, _table_type(base), item.tabid, "V")


def _syssequences(database: Database, locale: str) -> Iterator[Row]:
    for item in database.objects():
        if isinstance(item, SequenceGenerator):
            yield (
                item.sequence_id,
                item.tabid,
                item.start,
                item.increment,
                item.maximum,
                item.minimum,
                str(int(item.cycle)),
                item.restart,
                item.cache,
                str(int(item.ordered)),
            )


def _syssyntable(database: Database, locale: str) -> Iterator[Row]:
    for item in database.objects():
        if isinstance(item, Synonym):
            target = item.target
            if item.database:
                place: Row = (None, item.database, target.owner, target.name, None)
            else:
                place = (None, None, None, None, target.tabid)
            yield (item.tabid, *place)


# --- users and privileges ----------------------------------------------------


def _sysusers(database: Database, locale: str) -> Iterator[Row]:
    priorities = {"D": 9, "R": 7, "C": 5}  # [M]
    for name, level in database.users.items():
        yield (name, level, priorities[level], None, None)
    for name in database.roles:
        yield (name, "G", 0, None, None)


def _sysroleauth(database: Database, locale: str) -> Iterator[Row]:
    for role, members in database.roles.items():
        for member in sorted(members):
            yield (role, member, "n")


def _systabauth(database: Database, locale: str) -> Iterator[Row]:
    for item in database.objects():
        if isinstance(item, Synonym):
            continue
        if isinstance(item, Table) and item.is_system:
            yield ("informix", PUBLIC, item.tabid, tabauth({"s": False}))
        for (grantor, grantee), held in item.grants.items():
            yield (grantor, grantee, item.tabid, tabauth(held))


def _syscolauth(database: Database, locale: str) -> Iterator[Row]:
    for item in database.objects():
        if isinstance(item, Table):
            names = [column.name for column in item.columns]
        elif isinstance(item, View):
            names = [name for name, _ in item.columns]
        else:
            continue
        for (grantor, grantee), held in item.grants.items():
            for number, name in enumerate(names, 1):
                pattern = colauth(held, name)
                if pattern.strip("-"):
                    yield (grantor, grantee, item.tabid, number, pattern)


# --- types -------------------------------------------------------------------


def _sysxtdtypes(database: Database, locale: str) -> Iterator[Row]:
    for number, name, code, maximum, length, byvalue in (
        (t.XID_LVARCHAR, "lvarchar", t.UDTVAR, 2048, 0, "F"),
        (t.XID_BOOLEAN, "boolean", t.UDTFIXED, 0, 1, "T"),
        (t.XID_BLOB, "blob", t.UDTFIXED, 0, 72, "F"),
        (t.XID_CLOB, "clob", t.UDTFIXED, 0, 72, "F"),
    ):
        align = 1 if length < 2 else 4
        head = (number, "B", "B", "informix", name, code, 0, maximum, length)
        yield (*head, byvalue, "F", align, 0)
    for row_type in database.row_types:
        sql_type = row_type.type
        named = (sql_type.extended_id, "", "R", row_type.owner, row_type.name)
        yield (*named, _code(sql_type), 0, 0, 0, "F", "F", 4, 0)


def _sysattrtypes(database: Database, locale: str) -> Iterator[Row]:
    """Fields of named ROW types, one level deep."""
    for row_type in database.row_types:
        for number, column in enumerate(row_type.type.fields, 1):
            kind = (_code(column.type), small(column.type.length))
            place = (row_type.type.extended_id, number, 1, 0, column.name, number)
            yield (*place, *kind, column.type.extended_id)


CATALOG_ROWS: dict[str, Callable[[Database, str], Iterable[Row]]] = {
    "sysattrtypes": _sysattrtypes,
    "syschecks": _syschecks,
    "syscoldepend": _syscoldepend,
    "syscolumns": _syscolumns,
    "syscolauth": _syscolauth,
    "sysconstraints": _sysconstraints,
    "sysdefaults": _sysdefaults,
    "sysdepend": _sysdepend,
    "sysindexes": _sysindexes,
    "sysindices": _sysindices,
    "sysobjstate": _sysobjstate,
    "sysreferences": _sysreferences,
    "sysroleauth": _sysroleauth,
    "syssequences": _syssequences,
    "syssyntable": _syssyntable,
    "systabauth": _systabauth,
    "systables": _systables,
    "sysusers": _sysusers,
    "sysviews": _sysviews,
    "sysxtdtypes": _sysxtdtypes,
}
