"""The bound tree: a query with every name resolved and every expression typed.

The binder makes it, `emit` turns it into SQLite text. Values are in storage form
(`values`). Nothing here knows SQLite or the syntax tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import SQLType
from informix_db.testing.records import dataclass

if TYPE_CHECKING:
    from informix_db.testing.sql.catalog import Table


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression and its type."""

    type: SQLType


@dataclass(frozen=True, slots=True)
class Const(Expr):
    value: Any


@dataclass(frozen=True, slots=True)
class Param(Expr):
    """A `?`; `slot` is its index in the statement's parameters."""

    slot: int


@dataclass(frozen=True, slots=True)
class Variable(Param):
    """A variable of SPL: as a parameter, but of a CHAR it has the blanks too."""


@dataclass(frozen=True, slots=True)
class ColumnRef(Expr):
    """A column of FROM item `source`; `column` is its name in storage."""

    source: int
    column: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Op(Expr):
    """An operator or function by the engine's own name."""

    name: str
    args: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Convert(Expr):
    """`arg` converted to `type` by the rules of `values`."""

    arg: Expr


@dataclass(frozen=True, slots=True)
class Aggregate(Expr):
    """`arg` None is COUNT(*)."""

    name: str
    arg: Expr | None
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class WindowKey:
    """An ORDER BY key of a window."""

    expr: Expr
    descending: bool
    nulls: str


@dataclass(frozen=True, slots=True)
class WindowCall(Expr):
    """`name(args) OVER (..)`; `bounds` are the offsets of `frame`, written there as
    `{0}` and `{1}`."""

    name: str
    args: tuple[Expr, ...]
    partition: tuple[Expr, ...]
    keys: tuple[WindowKey, ...]
    frame: str = ""
    bounds: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseWhen(Expr):
    whens: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr | None


@dataclass(frozen=True, slots=True)
class Scalar(Expr):
    """A subquery as a value; more than one row is SQLError(-284)."""

    query: BoundQuery


@dataclass(frozen=True, slots=True)
class ExistsQuery(Expr):
    query: BoundQuery


@dataclass(frozen=True, slots=True)
class InQuery(Expr):
    arg: Expr
    query: BoundQuery
    negated: bool


@dataclass(frozen=True, slots=True)
class QuantifiedQuery(Expr):
    """`arg name ANY (query)`, or ALL; `name` is that of a comparison `Op`."""

    name: str
    arg: Expr
    query: BoundQuery
    all: bool


@dataclass(frozen=True, slots=True)
class InItems(Expr):
    arg: Expr
    items: tuple[Expr, ...]
    negated: bool


# --- queries -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TableSource:
    """A stored table under the number its columns refer to."""

    source: int
    table: Table


@dataclass(frozen=True, slots=True)
class DerivedSource:
    """A query in FROM; its columns are o0, o1, ..."""

    source: int
    query: BoundQuery


@dataclass(frozen=True, slots=True)
class LateralSource:
    """A query in FROM that may use the columns of the sources before it. Each of its
    rows is one text in the column `value`, which `lateral_cell` takes apart."""

    source: int
    query: BoundQuery


@dataclass(frozen=True, slots=True)
class CommonSource:
    """A table of a WITH clause by its number; its columns are o0, o1, ..."""

    source: int
    number: int


@dataclass(frozen=True, slots=True)
class JoinSource:
    """`kind`: inner, left, right, full, cross."""

    kind: str
    left: Source
    right: Source
    condition: Expr | None


Source = TableSource | DerivedSource | LateralSource | CommonSource | JoinSource


@dataclass(frozen=True, slots=True)
class Output:
    """A column of a query's result."""

    name: str
    expr: Expr
    aliased: bool = False


@dataclass(slots=True)
class BoundSelect:
    outputs: list[Output]
    sources: list[Source] = field(default_factory=list)
    where: Expr | None = None
    group_by: list[Expr] = field(default_factory=list)
    having: Expr | None = None
    distinct: bool = False
    skip: Expr | None = None
    first: Expr | None = None


@dataclass(slots=True)
class BoundSet:
    """Branches of a set operation with the column types they share."""

    outputs: list[Output]
    first: BoundBody
    branches: list[tuple[str, BoundBody]]  # union, union all, intersect, except


@dataclass(frozen=True, slots=True)
class OrderKey:
    """An ORDER BY key: an output's number or an expression of the one SELECT."""

    position: int | None
    expr: Expr | None
    descending: bool
    nulls: str


@dataclass(frozen=True, slots=True)
class BoundCommon:
    """A table of a WITH clause."""

    number: int
    query: BoundQuery


@dataclass(slots=True)
class BoundQuery:
    body: BoundBody
    common: list[BoundCommon] = field(default_factory=list)
    order_by: list[OrderKey] = field(default_factory=list)
    skip: Expr | None = None
    first: Expr | None = None

    @property
    def outputs(self) -> Sequence[Output]:
        return self.body.outputs


BoundBody = BoundSelect | BoundSet | BoundQuery
