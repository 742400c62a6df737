"""Plans: a statement bound once, to be run many times.

`planner` makes them of syntax trees, `executor` runs them. A plan holds its tables'
versions, so that one made before a schema change is not run after it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import Column as ApiColumn
from informix_db.testing.api import SQLError
from informix_db.testing.records import dataclass
from informix_db.testing.sql import ast, ast_ddl
from informix_db.testing.sql import bound as b
from informix_db.testing.sql.access import key_output
from informix_db.testing.sql.catalog import (
    Column,
    SequenceGenerator,
    Table,
    View,
)
from informix_db.testing.sql.dml import Evaluate, RowBuilder
from informix_db.testing.sql.emit import Emitter
from informix_db.testing.sql.locks import check_object
from informix_db.testing.sql.rules import strip
from informix_db.testing.sql.scope import Slot
from informix_db.testing.sql.spl_objects import Routine
from informix_db.testing.sql.transactions import Transaction

ROW_WRITTEN = 0  # source number of the row at hand in `keeps`

if TYPE_CHECKING:
    from informix_db.testing.sql.spl_plans import RoutineRows

Export = Callable[[tuple[Any, ...]], tuple[object, ...]]


@dataclass(slots=True)
class Plan:
    """What every prepared statement has."""

    statement_type: int
    node: ast.Statement
    columns: list[ApiColumn] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    tables: list[tuple[Table, int]] = field(default_factory=list)
    others: list[tuple[View | SequenceGenerator | Routine, int]] = field(
        default_factory=list
    )
    returns_rows: bool = False
    for_update: bool = False
    key_columns: Sequence[ApiColumn] = ()
    variables: list[str] = field(default_factory=list)  # of SPL, in slots at the end

    @property
    def parameters(self) -> list[ApiColumn]:
        return [ApiColumn("", slot.type) for slot in self.slots]

    def check(self, transaction: Transaction | None) -> None:
        """Raise SQLError(-710) if a table changed since the plan was made, -721 if a
        routine did, LockConflict if another transaction may yet take that back."""
        for item, version in (*self.tables, *self.others):
            check_object(item, transaction)
            if item.dropped or item.version != version:
                code = -721 if isinstance(item, Routine) else -710
                raise SQLError(code, token=item.name)


@dataclass(slots=True)
class QueryPlan(Plan):
    """A plan that SQLite gets a query for."""

    current_text: str = ""  # kept by the executor
    by_key: bool = False  # finds its rows by a unique key (`access`)

    common: list[b.BoundCommon] = field(default_factory=list)  # of WITH before DML

    def emit(self, emitter: Emitter) -> str:
        """Return the SQLite query."""
        return emitter.common(self.common) + self.text(emitter)

    def text(self, emitter: Emitter) -> str:
        """Return the query without WITH."""
        raise NotImplementedError


@dataclass(slots=True)
class SelectPlan(QueryPlan):
    """`key_source` is the one table whose rows the query's are, if there is one."""

    query: b.BoundQuery = field(default_factory=lambda: b.BoundQuery(b.BoundSelect([])))
    export: Export | None = None
    key_source: b.TableSource | None = None
    _keyed: SelectPlan | None = None

    def text(self, emitter: Emitter) -> str:
        return emitter.query(self.query)

    @property
    def keyed(self) -> SelectPlan:
        """The plan with its rows' keys as a last output."""
        if self._keyed is None:
            body = self.query.body
            assert self.key_source is not None
            assert isinstance(body, b.BoundSelect)
            outputs = [*body.outputs, key_output(self.key_source)]
            query = replace(self.query, body=replace(body, outputs=outputs))
            self._keyed = replace(self, query=query, current_text="")
        return self._keyed


@dataclass(slots=True)
class NewTablePlan(QueryPlan):
    """SELECT ... INTO a new table, and CREATE TABLE ... AS SELECT."""

    query: b.BoundQuery = field(default_factory=lambda: b.BoundQuery(b.BoundSelect([])))
    definition: ast_ddl.CreateTable | None = None

    def text(self, emitter: Emitter) -> str:
        return emitter.query(self.query)


@dataclass(slots=True)
class WritePlan(QueryPlan):
    """UPDATE and DELETE: `select` yields `_k`, then the values of `targets`."""

    table: Table | None = None
    targets: list[Column] = field(default_factory=list)
    select: b.BoundSelect = field(default_factory=lambda: b.BoundSelect([]))
    current_of: str = ""
    keeps: b.Expr | None = None  # what rows written through a view must meet

    def text(self, emitter: Emitter) -> str:
        return emitter.select(self.select)


@dataclass(slots=True)
class MergePlan(QueryPlan):
    """MERGE: `select` yields the target's `_k` (NULL for a row to insert), the new
    values of `updates`, those of `inserts`."""

    table: Table | None = None
    updates: list[Column] = field(default_factory=list)
    deletes: bool = False
    inserts: list[Column] = field(default_factory=list)
    select: b.BoundSelect = field(default_factory=lambda: b.BoundSelect([]))

    def text(self, emitter: Emitter) -> str:
        return emitter.select(self.select)


@dataclass(slots=True)
class InsertPlan(QueryPlan):
    """INSERT: `values`, one expression per target, or `query`, or a routine's rows."""

    table: Table | None = None
    targets: list[Column] = field(default_factory=list)
    values: list[b.Expr] = field(default_factory=list)
    query: b.BoundQuery | None = None
    routine: RoutineRows | None = None
    evaluators: list[Evaluate] | None = None  # if no value needs SQLite
    builder: RowBuilder | None = None  # kept by the executor
    keeps: b.Expr | None = None  # as of `WritePlan`

    @property
    def takes_batches(self) -> bool:
        """Whether many executions at once are what they are one by one: a row may
        not depend on those before it, and nothing be done for each."""
        table = self.table
        assert table is not None
        if self.keeps is not None or table.triggers or not self.values:
            return False
        if any(c.reference and c.reference.table is table for c in table.constraints):
            return False
        return len(self.values) == len(self.slots) and all(
            isinstance(value, b.Param) and value.slot == i
            for i, value in enumerate(self.values)
        )

    def text(self, emitter: Emitter) -> str:
        if self.query is not None:
            return emitter.query(self.query)
        return "SELECT " + ", ".join(map(emitter.expr, self.values))


def changes_objects(plan: Plan) -> bool:
    """Tell whether a statement does something else than read and write rows."""
    if isinstance(plan, NewTablePlan):
        return plan.definition is not None and plan.definition.kind != "temp"
    return not isinstance(plan, QueryPlan)


def describe(outputs: Sequence[b.Output]) -> list[ApiColumn]:
    """Return the columns a query is described with."""
    return [
        ApiColumn(
            output.name,
            output.expr.type
            if isinstance(output.expr, b.ColumnRef)
            else strip(output.expr.type),
        )
        for output in outputs
    ]
