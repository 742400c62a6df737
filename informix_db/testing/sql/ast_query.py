"""Syntax tree of queries: SELECT and what may follow it, FROM, set operations.

See `ast` for what all nodes have in common.
"""

from __future__ import annotations

from informix_db.testing.records import dataclass
from informix_db.testing.sql.ast import (
    Expression,
    FromItem,
    Identifier,
    Node,
    ObjectName,
    Statement,
)


@dataclass(frozen=True, slots=True)
class SelectItem(Node):
    """``expression [[AS] alias]``."""

    expression: Expression
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Star(Node):
    """``*`` or ``table.*``."""

    table: ObjectName | None = None


@dataclass(frozen=True, slots=True)
class Table(FromItem):
    """A table, view or synonym by name."""

    name: ObjectName
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Derived(FromItem):
    """``[LATERAL] (SELECT ..) [AS] alias [(columns)]``."""

    query: Query
    alias: str = ""
    columns: tuple[Identifier, ...] = ()
    lateral: bool = False


@dataclass(frozen=True, slots=True)
class TableFunction(FromItem):
    """``TABLE(expression) alias (columns)``.

    `expression` is a collection (literal, `CollectionQuery`, column, parameter) or,
    with ``TABLE(FUNCTION f(..))`` too, a `FunctionCall`.
    """

    expression: Expression
    alias: str = ""
    columns: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Join(FromItem):
    """ANSI join; `kind` inner, left, right, full or cross (no condition)."""

    kind: str
    left: FromItem
    right: FromItem
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Outer(FromItem):
    """Informix's ``OUTER t`` or ``OUTER (a, OUTER b)``: subservient tables."""

    items: tuple[FromItem, ...]


@dataclass(frozen=True, slots=True)
class Select(Node):
    """One SELECT block. `tables` is () without FROM."""

    items: tuple[SelectItem | Star, ...]
    tables: tuple[FromItem, ...] = ()
    where: Expression | None = None
    group_by: tuple[Expression, ...] = ()  # an integer Literal is a position
    having: Expression | None = None
    distinct: bool = False
    skip: Expression | None = None
    first: Expression | None = None  # FIRST or LIMIT in the projection
    into: tuple[Identifier, ...] = ()  # SPL variables


@dataclass(frozen=True, slots=True)
class SetBranch(Node):
    """``UNION [ALL] operand``; `operator` union, intersect or minus (EXCEPT too)."""

    operator: str
    all: bool
    operand: Select | Query


@dataclass(frozen=True, slots=True)
class SetOperation(Node):
    """``first UNION .. MINUS ..``, to be worked off from left to right."""

    first: Select | Query
    branches: tuple[SetBranch, ...]


@dataclass(frozen=True, slots=True)
class OrderItem(Node):
    """``expression [DESC] [NULLS FIRST|LAST]``; an integer Literal is a position."""

    expression: Expression
    descending: bool = False
    nulls: str = ""  # first, last


@dataclass(frozen=True, slots=True)
class CommonTable(Node):
    """``name [(columns)] AS (query)`` of a WITH clause."""

    name: str
    columns: tuple[Identifier, ...]
    query: Query


@dataclass(frozen=True, slots=True)
class IntoTable(Node):
    """``INTO TEMP t [WITH NO LOG]``; `kind` temp, raw, standard. `options` are those
    of CREATE TABLE."""

    kind: str
    name: ObjectName
    options: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Query(Statement):
    """A SELECT with all that may follow it; also every subquery and view body."""

    body: Select | SetOperation | Query
    with_tables: tuple[CommonTable, ...] = ()
    recursive: bool = False
    order_by: tuple[OrderItem, ...] = ()
    limit: Expression | None = None  # LIMIT after ORDER BY
    into: IntoTable | None = None
    for_update: bool = False
    update_columns: tuple[Identifier, ...] = ()
    read_only: bool = False
