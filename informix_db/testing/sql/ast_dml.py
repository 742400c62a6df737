"""Syntax tree of statements that change data or run a routine.

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
from informix_db.testing.sql.ast_query import CommonTable, Query, Table


@dataclass(frozen=True, slots=True)
class Values(Node):
    """The one row of ``VALUES (..)``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Insert(Statement):
    table: ObjectName
    columns: tuple[Identifier, ...]  # (): all, in table order
    source: Values | Query | ExecuteRoutine


@dataclass(frozen=True, slots=True)
class SubscriptedColumn(Identifier):
    """``name[first]`` or ``name[first, last]`` on the left of an assignment."""

    first: Expression
    last: Expression | None = None


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """``a = 1`` or ``(a, b) = (1, 2)``; ``*`` is given as no columns.

    Counts may differ: a `ScalarQuery` or `FunctionCall` can stand for several.
    """

    columns: tuple[Identifier, ...]
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Update(Statement):
    """`current_of` is the cursor's name in ``WHERE CURRENT OF``."""

    table: Table
    assignments: tuple[Assignment, ...]
    tables: tuple[FromItem, ...] = ()  # of a FROM clause
    where: Expression | None = None
    current_of: str = ""


@dataclass(frozen=True, slots=True)
class Delete(Statement):
    table: Table
    where: Expression | None = None
    current_of: str = ""


@dataclass(frozen=True, slots=True)
class WithTables(Statement):
    """``WITH t AS (..)`` before an INSERT, UPDATE or DELETE."""

    tables: tuple[CommonTable, ...]
    statement: Insert | Update | Delete


@dataclass(frozen=True, slots=True)
class Merge(Statement):
    """At least one branch is there; `delete` and `update` exclude each other."""

    target: Table
    source: FromItem
    condition: Expression
    update: tuple[Assignment, ...] = ()  # WHEN MATCHED THEN UPDATE SET
    delete: bool = False  # WHEN MATCHED THEN DELETE
    insert_columns: tuple[Identifier, ...] = ()
    insert: Values | None = None  # WHEN NOT MATCHED THEN INSERT


@dataclass(frozen=True, slots=True)
class Truncate(Statement):
    table: ObjectName
    reuse_storage: bool = False


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """A routine's argument, ``name = value`` or by position (name "")."""

    value: Expression
    name: str = ""


@dataclass(frozen=True, slots=True)
class ExecuteRoutine(Statement):
    """``EXECUTE PROCEDURE|FUNCTION name(arguments)``; `into` in SPL only."""

    kind: str
    name: ObjectName
    arguments: tuple[Argument, ...] = ()
    into: tuple[Identifier, ...] = ()
