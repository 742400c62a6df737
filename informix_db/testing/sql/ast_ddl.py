"""Syntax tree of DDL: tables and other objects, databases, privileges.

See `ast` for what all nodes have in common. Nodes hold the source text of what the
catalog stores as text (CHECK conditions, view definitions).
"""

from __future__ import annotations

from informix_db.testing.records import dataclass
from informix_db.testing.sql.ast import (
    DataType,
    Expression,
    Identifier,
    Node,
    ObjectName,
    RowField,
    Statement,
)
from informix_db.testing.sql.ast_query import Query

# --- tables ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class References(Node):
    """``REFERENCES table [(columns)] [ON DELETE CASCADE]``."""

    table: ObjectName
    columns: tuple[Identifier, ...] = ()
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class Constraint(Node):
    """A column or table constraint.

    `kind`: primary key, unique (DISTINCT too), foreign key, check, not null, null.
    `columns` is () for column constraints. `text` is the CHECK condition as written,
    without its parentheses.
    """

    kind: str
    columns: tuple[Identifier, ...] = ()
    references: References | None = None
    condition: Expression | None = None
    text: str = ""
    name: ObjectName | None = None
    mode: str = ""  # enabled, disabled, filtering ..., novalidate


@dataclass(frozen=True, slots=True)
class Default(Node):
    """``DEFAULT value``: Literal, SpecialValue, FunctionCall ...; `text` as written."""

    value: Expression
    text: str


@dataclass(frozen=True, slots=True)
class Column(Node):
    """A column's definition in CREATE TABLE and ALTER TABLE ADD or MODIFY."""

    name: str
    type: DataType
    default: Default | None = None
    constraints: tuple[Constraint, ...] = ()


@dataclass(frozen=True, slots=True)
class StorageOption(Node):
    """A table or index option; `value` is its text, lower-cased if a keyword.

    `name`: lock mode, extent size, next size, in, fragment by, partition by, put,
    fillfactor, using, online, compressed, with rowids, with crcols, with vercols,
    with audit, with replcheck, with erkey, with no log, on commit ...
    """

    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class CreateTable(Statement):
    """`kind`: "", temp, raw, standard, static, operational.

    Either `columns`, or `query` (AS SELECT, with `names` perhaps), or `row_type` (OF
    TYPE) is given.
    """

    name: ObjectName
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    kind: str = ""
    if_not_exists: bool = False
    options: tuple[StorageOption, ...] = ()
    query: Query | None = None
    row_type: ObjectName | None = None
    under: ObjectName | None = None
    names: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class AddColumns(Node):
    """``ADD (a INT BEFORE c, b INT)``."""

    columns: tuple[Column, ...]
    before: tuple[Identifier | None, ...]  # one per column


@dataclass(frozen=True, slots=True)
class ModifyColumns(Node):
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class DropColumns(Node):
    columns: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True)
class AddConstraints(Node):
    constraints: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class DropConstraints(Node):
    names: tuple[ObjectName, ...]


@dataclass(frozen=True, slots=True)
class AlterStorage(Node):
    """LOCK MODE, MODIFY NEXT SIZE, ADD or DROP ROWIDS, TYPE (RAW) ..."""

    option: StorageOption


AlterAction = (
    AddColumns
    | ModifyColumns
    | DropColumns
    | AddConstraints
    | DropConstraints
    | AlterStorage
)


@dataclass(frozen=True, slots=True)
class AlterTable(Statement):
    """Its actions take effect in order, all or none."""

    table: ObjectName
    actions: tuple[AlterAction, ...]


# --- other objects -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IndexKey(Node):
    """A key part; `expression` is a `Name`, or a `FunctionCall` if functional."""

    expression: Expression
    descending: bool = False
    operator_class: str = ""


@dataclass(frozen=True, slots=True)
class CreateIndex(Statement):
    name: ObjectName
    table: ObjectName
    keys: tuple[IndexKey, ...]
    unique: bool = False
    cluster: bool = False
    if_not_exists: bool = False
    options: tuple[StorageOption, ...] = ()


@dataclass(frozen=True, slots=True)
class AlterIndex(Statement):
    """``ALTER INDEX i TO [NOT] CLUSTER``."""

    name: ObjectName
    cluster: bool


@dataclass(frozen=True, slots=True)
class CreateView(Statement):
    """`text` is the query as written."""

    name: ObjectName
    columns: tuple[Identifier, ...]
    query: Query
    text: str
    check_option: bool = False
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class SequenceOptions(Node):
    """None: not given. `maximum` and `minimum` "no" for NOMAXVALUE, NOMINVALUE;
    `cache` 0 for NOCACHE."""

    start: int | None = None
    restart: bool = False  # RESTART, with its value in `start` if one is given
    increment: int | None = None
    maximum: int | str | None = None
    minimum: int | str | None = None
    cycle: bool | None = None
    cache: int | None = None
    order: bool | None = None


@dataclass(frozen=True, slots=True)
class CreateSequence(Statement):
    name: ObjectName
    options: SequenceOptions
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class AlterSequence(Statement):
    name: ObjectName
    options: SequenceOptions


@dataclass(frozen=True, slots=True)
class CreateSynonym(Statement):
    """`visibility`: public, private or ""."""

    name: ObjectName
    target: ObjectName
    visibility: str = ""
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateRowType(Statement):
    name: ObjectName
    fields: tuple[RowField, ...]
    under: ObjectName | None = None
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateDistinctType(Statement):
    name: ObjectName
    source: DataType
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateRole(Statement):
    name: str
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class Drop(Statement):
    """`kind`: table, view, index, sequence, synonym, trigger, procedure, function,
    routine, row type, type, role, database.

    `signature` is None if no parameter types follow a routine's name.
    """

    kind: str
    name: ObjectName
    if_exists: bool = False
    behaviour: str = ""  # cascade, restrict
    signature: tuple[DataType, ...] | None = None


@dataclass(frozen=True, slots=True)
class Rename(Statement):
    """`kind`: table, column, index, constraint, sequence, database ...; `table` is
    the column's."""

    kind: str
    name: ObjectName
    new_name: Identifier
    table: ObjectName | None = None


# --- databases ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateDatabase(Statement):
    """`log`: "" (none), log, buffered, ansi."""

    name: ObjectName
    log: str = ""
    dbspace: str = ""
    case_insensitive: bool = False
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class OpenDatabase(Statement):
    """``DATABASE name [EXCLUSIVE]``."""

    name: ObjectName
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class CloseDatabase(Statement):
    """``CLOSE DATABASE``."""


# --- privileges and statistics -----------------------------------------------


@dataclass(frozen=True, slots=True)
class Privilege(Node):
    """select, update, insert, delete, references, index, alter, all, under, execute,
    usage, connect, resource, dba, or a role's name; `columns` () for all."""

    name: str
    columns: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant(Statement):
    """`target` is None for database privileges and roles.

    `target_kind`: table (views, sequences, synonyms too), procedure, function,
    routine, type, language, database, "" (database privilege) or role.
    """

    privileges: tuple[Privilege, ...]
    grantees: tuple[Identifier, ...]
    target: ObjectName | None = None
    target_kind: str = ""
    grant_option: bool = False
    grantor: str = ""


@dataclass(frozen=True, slots=True)
class Revoke(Statement):
    """As `Grant`."""

    privileges: tuple[Privilege, ...]
    grantees: tuple[Identifier, ...]
    target: ObjectName | None = None
    target_kind: str = ""
    behaviour: str = ""  # cascade, restrict
    grantor: str = ""


@dataclass(frozen=True, slots=True)
class UpdateStatistics(Statement):
    """`mode`: "", low, medium, high. `routine` is the kind after FOR, if one is."""

    mode: str = ""
    table: ObjectName | None = None
    columns: tuple[Identifier, ...] = ()
    routine: str = ""
