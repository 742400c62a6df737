"""Databases and what is in them as Python objects: tables, views, sequences, synonyms.

These objects are the truth; the queryable catalog (`syscatalog`) is filled from them.
Knows names and numbers; SQL text it only keeps, and of SQLite it knows nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import KW_ONLY, field
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.records import dataclass
from informix_db.testing.sql import types as t
from informix_db.testing.sql.locks import check_object
from informix_db.testing.sql.rowtypes import RowTypeTable
from informix_db.testing.sql.spl_objects import RoutineTable

if TYPE_CHECKING:
    from informix_db.testing.sql import ast, ast_query
    from informix_db.testing.sql.locks import RowLock
    from informix_db.testing.sql.spl_triggers import Trigger
    from informix_db.testing.sql.transactions import Transaction

FIRST_USER_TABID = 100
FIRST_PARTITION = 0x100000  # partnum is this and the tabid

# DONE.warn bits of a database (docs/PROTOCOL.md section 3; 0x10 as 11.50 sent it [N]).
LOGGED_FLAG, ANSI_FLAG, IDS_FLAG, ALWAYS_FLAG = 0x01, 0x02, 0x04, 0x10


@dataclass(frozen=True, slots=True)
class DefaultValue:
    """A column's DEFAULT: a literal in storage form, or a special value's name."""

    value: Any = None
    special: str = ""  # today, current, user, sysdate, dbservername
    text: str = ""

    @property
    def is_null(self) -> bool:
        """Whether the column is NULL if nothing is said, as without a DEFAULT."""
        return self.value is None and not self.special


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
    """`storage` names the index in SQLite, where a disabled one is not; `keys` are
    (column, descending)."""

    name: str
    owner: str
    keys: list[tuple[Column, bool]]
    unique: bool
    storage: str
    constraint: Constraint | None = None
    clustered: bool = False  # which orders nothing here
    disabled: bool = False

    @property
    def is_enforced(self) -> bool:
        """Whether two rows cannot have the same key."""
        return self.unique and not self.disabled


@dataclass(eq=False, slots=True)
class Reference:
    """What a foreign key refers to: a key of `table` by its number, and columns by
    name, in the order of the foreign key's. ALTER TABLE makes both anew."""

    table: Table
    key_id: int
    names: list[str]
    cascade: bool

    def key(self) -> Constraint:
        """Return the primary key or unique constraint referred to."""
        return next(
            constraint
            for constraint in self.table.constraints
            if constraint.constraint_id == self.key_id
        )

    def columns(self) -> list[Column]:
        found = map(self.table.column, self.names)
        return [column for column in found if column is not None]


@dataclass(eq=False, slots=True)
class Check:
    """The condition of a CHECK constraint, as a syntax tree and as written; `sql` is
    what it is to SQLite, made when first needed."""

    condition: ast.Expression
    text: str
    sql: str = ""


@dataclass(eq=False, slots=True)
class Constraint:
    """`kind`: P primary key, U unique, N not null, C check, R references."""

    constraint_id: int
    kind: str
    name: str
    owner: str
    columns: list[Column]
    index: Index | None = None
    reference: Reference | None = None  # of kind R
    check: Check | None = None  # of kind C
    disabled: bool = False


# Privileges on an object by (grantor, grantee): as `privileges` tells, and whether each
# may be granted on.
Grants = dict[tuple[str, str], dict[str, bool]]


@dataclass(eq=False)
class CatalogObject:
    """What tables, views, sequences and synonyms have in common."""

    name: str
    owner: str
    tabid: int
    _: KW_ONLY
    created: datetime.date = datetime.date(1900, 1, 1)
    version: int = 1
    dropped: bool = False
    locked_by: Transaction | None = None  # that has uncommitted DDL on it


@dataclass(eq=False)
class View(CatalogObject):
    """A view: `query` is the SELECT, `text` the same as written."""

    columns: list[tuple[str, SQLType]]
    query: ast_query.Query
    text: str
    uses: list[Table | View]  # what its FROM clauses name
    database: str
    check_option: bool = False
    grants: Grants = field(default_factory=dict)


@dataclass(eq=False)
class SequenceGenerator(CatalogObject):
    """A sequence; `last` is the value handed out last, None before the first."""

    sequence_id: int
    start: int
    increment: int
    minimum: int
    maximum: int
    cycle: bool
    cache: int
    ordered: bool
    restart: int | None = None  # of the last ALTER SEQUENCE ... RESTART
    last: int | None = None
    grants: Grants = field(default_factory=dict)


@dataclass(eq=False)
class Synonym(CatalogObject):
    """Another name of a table, view or sequence, maybe of another database."""

    target: Table | View | SequenceGenerator
    database: str  # the target's, "" if it is the synonym's own
    private: bool


@dataclass(eq=False)
class Table(CatalogObject):
    """A table of a database, of a session (temporary) or of the system catalog."""

    storage: str
    columns: list[Column]
    temporary: bool = False
    logged: bool = True
    lock_level: str = "P"
    first_extent: int = 16  # KB, as told: rows are not kept in extents
    next_extent: int = 16
    indexes: list[Index] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    serials: dict[str, int] = field(default_factory=dict)  # last value by column name
    next_key: int = 1
    writers: set[Transaction] = field(default_factory=set)  # with uncommitted rows
    locks: dict[Transaction, bool] = field(default_factory=dict)  # exclusive ones True
    row_locks: dict[int, list[RowLock]] = field(default_factory=dict)  # by `_k`
    grants: Grants = field(default_factory=dict)
    children: list[Table] = field(default_factory=list)  # with foreign keys to it
    triggers: list[Trigger] = field(default_factory=list)
    row_count: int = 0  # as UPDATE STATISTICS found it
    # Of a system catalog table: its rows for a session's locale, what catalog version
    # and locale the stored ones are for, and whether they change without a version.
    rows: Callable[[str], Iterable[tuple[Any, ...]]] | None = None
    filled: tuple[int, str] | None = None
    volatile: bool = False

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

    def referencing(self) -> Iterator[tuple[Table, Constraint]]:
        """Yield the foreign keys that refer to this table, with their tables."""
        for child in self.children:
            for constraint in child.constraints:
                reference = constraint.reference
                if reference is not None and reference.table is self:
                    yield child, constraint

    def refuse_clusters(self, position: int) -> None:
        """Raise SQLError(-500) if an index of the table is clustered."""
        for index in self.indexes:
            if index.clustered:
                raise SQLError(-500, offset=position, token=index.name)

    def row_size(self) -> int:
        return sum(storage_size(column.type) for column in self.columns)


def storage_size(sql_type: SQLType) -> int:
    """Return the bytes a value takes in a row (SQR-27, DDI-196)."""
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


NamedObject = Table | View | SequenceGenerator | Synonym


class Database:
    """One database: its flags and its objects."""

    def __init__(
        self,
        name: str,
        owner: str,
        *,
        logged: bool,
        ansi: bool,
        buffered: bool = False,
    ) -> None:
        self.name = name
        self.owner = owner
        self.logged = logged or ansi
        self.ansi = ansi
        self.buffered = buffered
        self.locale = ""  # that sessions must have, as `numeric_locale` tells it
        self.created = datetime.date.today()
        self.sessions = 0  # that have it open
        self.users = {owner: "D"}  # D DBA, R RESOURCE, C CONNECT
        self.roles: dict[str, set[str]] = {}  # name: whom it is granted to
        self._objects: dict[tuple[str, str], NamedObject] = {}
        self._private: dict[tuple[str, str], NamedObject] = {}  # synonyms
        self._leaving: dict[tuple[str, str], NamedObject] = {}  # dropped, uncommitted
        self._next_tabid = FIRST_USER_TABID
        self._next_constraint = 1
        self.routines = RoutineTable()
        self.row_types = RowTypeTable()
        self._next_sequence = 1

    @property
    def flags(self) -> int:
        """DONE.warn bits told when the database is opened."""
        flags = ALWAYS_FLAG | IDS_FLAG
        if self.logged:
            flags |= LOGGED_FLAG
        if self.ansi:
            flags |= ANSI_FLAG
        return flags

    def _place(
        self, item: NamedObject
    ) -> tuple[dict[tuple[str, str], NamedObject], tuple[str, str]]:
        if isinstance(item, Synonym) and item.private and not self.ansi:
            return self._private, (item.owner, item.name)
        return self._objects, self._key(item.owner, item.name)

    def _key(self, owner: str, name: str) -> tuple[str, str]:
        return (owner if self.ansi else "", name)

    def objects(self) -> Iterator[NamedObject]:
        """Yield everything that has a tabid, in its order."""
        everything = [*self._objects.values(), *self._private.values()]
        yield from sorted(everything, key=lambda item: item.tabid)

    def tables(self) -> Iterator[Table]:
        """Yield all tables, system catalog first, in tabid order."""
        for item in self.objects():
            if isinstance(item, Table):
                yield item

    def find(
        self, name: str, owner: str, user: str, transaction: Transaction | None
    ) -> NamedObject | None:
        """Return an object; LockConflict if another transaction made or dropped it.

        Owners matter in ANSI databases and for private synonyms only; without one
        `user`'s own and, in ANSI databases, `informix`'s are found.
        """
        private = self._private.get((owner or user, name))
        owners = [owner] if owner or not self.ansi else [user, "informix"]
        keys = [self._key(owner, name) for owner in owners]
        found = [private, *map(self._objects.get, keys)]
        for item in (*found, *map(self._leaving.get, keys)):
            if item is not None:
                check_object(item, transaction)
        return next((item for item in found if item is not None), None)

    def leave(self, item: NamedObject) -> None:
        """Take out an object whose name must stay taken until the DROP is committed."""
        self.remove(item)
        place, key = self._place(item)
        if place is self._objects:
            self._leaving[key] = item

    def left(self, item: NamedObject) -> None:
        """Note that the DROP of an object was committed or undone."""
        _, key = self._place(item)
        if self._leaving.get(key) is item:
            del self._leaving[key]

    def add(self, item: NamedObject) -> None:
        place, key = self._place(item)
        place[key] = item

    def remove(self, item: NamedObject) -> None:
        place, key = self._place(item)
        if place.get(key) is item:
            del place[key]

    def is_free(self, item: NamedObject) -> bool:
        """Tell whether nothing has the name of `item` yet."""
        place, key = self._place(item)
        return key not in place

    def new_tabid(self) -> int:
        self._next_tabid += 1
        return self._next_tabid - 1

    def new_constraint_id(self) -> int:
        self._next_constraint += 1
        return self._next_constraint - 1

    def new_sequence_id(self) -> int:
        self._next_sequence += 1
        return self._next_sequence - 1

    def find_index(self, name: str) -> tuple[Table, Index] | None:
        for table in self.tables():
            for index in table.indexes:
                if index.name == name:
                    return table, index
        return None

    def find_constraint(self, name: str) -> tuple[Table, Constraint] | None:
        for table in self.tables():
            for constraint in table.constraints:
                if constraint.name == name:
                    return table, constraint
        return None
