"""Databases, tables, columns, indexes and constraints as Python objects.

These objects are the truth; the queryable catalog (`syscatalog`) is filled from them.
Knows names and numbers, not SQL text and not SQLite.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import SQLType
from informix_db.testing.sql import types as t

if TYPE_CHECKING:
    from informix_db.testing.sql.transactions import Transaction

FIRST_USER_TABID = 100

# DONE.warn bits of a database (PROTOCOL.md section 4; 0x10 as 11.50 sent it [N]).
LOGGED_FLAG, ANSI_FLAG, IDS_FLAG, ALWAYS_FLAG = 0x01, 0x02, 0x04, 0x10


@dataclass(frozen=True, slots=True)
class DefaultValue:
    """A column's DEFAULT: a literal in storage form, or a special value's name."""

    value: Any = None
    special: str = ""  # today, current, user, sysdate, dbservername
    text: str = ""


@dataclass(eq=False, slots=True)
class Column:
    """`storage` is the column's name in SQLite."""

    name: str
    type: SQLType
    storage: str
    default: DefaultValue | None = None
    implied_not_null: bool = False  # by PRIMARY KEY alone

    @property
    def nullable(self) -> bool:
        return self.type.nullable

    @property
    def is_serial(self) -> bool:
        return self.type.code in t.SERIALS


@dataclass(eq=False, slots=True)
class Index:
    """`storage` names the index in SQLite; `keys` are (column, descending)."""

    name: str
    owner: str
    keys: list[tuple[Column, bool]]
    unique: bool
    storage: str
    constraint: Constraint | None = None


@dataclass(eq=False, slots=True)
class Constraint:
    """`kind`: P primary key, U unique, N not null, C check, R references."""

    constraint_id: int
    kind: str
    name: str
    owner: str
    columns: list[Column]
    index: Index | None = None


@dataclass(eq=False)
class Table:
    """A table of a database, of a session (temporary) or of the system catalog."""

    name: str
    owner: str
    tabid: int
    storage: str
    columns: list[Column]
    temporary: bool = False
    logged: bool = True
    lock_level: str = "P"
    created: datetime.date = datetime.date(1900, 1, 1)
    indexes: list[Index] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    serials: dict[str, int] = field(default_factory=dict)  # last value by column name
    next_key: int = 1
    version: int = 1
    dropped: bool = False
    creator: Transaction | None = None  # while its CREATE is uncommitted
    writers: set[Transaction] = field(default_factory=set)  # with uncommitted rows
    locks: dict[Transaction, bool] = field(default_factory=dict)  # exclusive ones True
    # Of a system catalog table: its rows for a session's locale, and what catalog
    # version and locale the stored ones are for.
    rows: Callable[[str], Iterable[tuple[Any, ...]]] | None = None
    filled: tuple[int, str] | None = None

    @property
    def is_system(self) -> bool:
        return self.rows is not None

    def column(self, name: str) -> Column | None:
        for column in self.columns:
            if column.name == name:
                return column
        return None

    def column_number(self, column: Column) -> int:
        """Return the 1-based colno."""
        return self.columns.index(column) + 1

    def row_size(self) -> int:
        return sum(storage_size(column.type) for column in self.columns)


def storage_size(sql_type: SQLType) -> int:
    """Return the bytes a value takes in a row (sql-semantics 1.2, 1.3)."""
    if sql_type.code in (t.DECIMAL, t.MONEY):
        precision, scale = t.precision_scale(sql_type)
        return (precision + ((scale or 0) & 1) + 3) // 2
    if sql_type.code in (t.DATETIME, t.INTERVAL):
        return ((sql_type.length >> 8) + (sql_type.length & 1) + 3) // 2
    if sql_type.code in (t.VARCHAR, t.NVARCHAR):
        return t.char_length(sql_type) + 1
    if sql_type.code == t.UDTVAR:
        return sql_type.length + 3
    return sql_type.length


class Database:
    """One database: its flags and its objects."""

    def __init__(self, name: str, owner: str, *, logged: bool, ansi: bool) -> None:
        self.name = name
        self.owner = owner
        self.logged = logged or ansi
        self.ansi = ansi
        self.created = datetime.date.today()
        self.sessions = 0  # that have it open
        self._tables: dict[tuple[str, str], Table] = {}
        self._next_tabid = FIRST_USER_TABID
        self._next_constraint = 1

    @property
    def flags(self) -> int:
        """DONE.warn bits told when the database is opened."""
        flags = ALWAYS_FLAG | IDS_FLAG
        if self.logged:
            flags |= LOGGED_FLAG
        if self.ansi:
            flags |= ANSI_FLAG
        return flags

    def _key(self, owner: str, name: str) -> tuple[str, str]:
        return (owner if self.ansi else "", name)

    def tables(self) -> Iterator[Table]:
        """Yield all tables, system catalog first, in tabid order."""
        yield from sorted(self._tables.values(), key=lambda table: table.tabid)

    def find(self, name: str, owner: str, user: str) -> Table | None:
        """Return a table. Owners matter in ANSI databases only, and there `user`'s
        and `informix`'s tables are found without one."""
        if owner or not self.ansi:
            return self._tables.get(self._key(owner, name))
        return self._tables.get((user, name)) or self._tables.get(("informix", name))

    def add(self, table: Table) -> None:
        self._tables[self._key(table.owner, table.name)] = table

    def remove(self, table: Table) -> None:
        key = self._key(table.owner, table.name)
        if self._tables.get(key) is table:
            del self._tables[key]

    def new_tabid(self) -> int:
        self._next_tabid += 1
        return self._next_tabid - 1

    def new_constraint_id(self) -> int:
        self._next_constraint += 1
        return self._next_constraint - 1

    def find_index(self, name: str) -> tuple[Table, Index] | None:
        for table in self._tables.values():
            for index in table.indexes:
                if index.name == name:
                    return table, index
        return None
