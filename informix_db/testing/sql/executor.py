"""Running plans: row versions to look at and locks to take, rows read and changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, cast

from informix_db.testing.api import ExecuteResult, SQLError
from informix_db.testing.records import dataclass
from informix_db.testing.sql import dml
from informix_db.testing.sql.catalog import Column, Table
from informix_db.testing.sql.emit import CURRENT, Emitter, View
from informix_db.testing.sql.locks import (
    KEYED_READ_FAILED,
    READ_FAILED,
    ROW_LOCKED,
    check_row_locks,
    check_table_lock,
    lock_table,
    share_row,
)
from informix_db.testing.sql.plans import (
    InsertPlan,
    MergePlan,
    NewTablePlan,
    Plan,
    QueryPlan,
    SelectPlan,
    WritePlan,
)
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.spl_triggers import TriggeredRows
from informix_db.testing.sql.store import Store
from informix_db.testing.sql.transactions import Transaction

if TYPE_CHECKING:
    from informix_db.testing.sql.session import Session

Row = tuple[Any, ...]

_DIRTY_READ, _COMMITTED_READ = "dirty read", "committed read"
_LAST_COMMITTED = "committed read last committed"
_CURSOR_STABILITY, _REPEATABLE_READ = "cursor stability", "repeatable read"


@dataclass(slots=True)
class Rows:
    """A query's whole result; values are exported as they are fetched."""

    plan: SelectPlan
    values: list[Any]
    rows: list[Row]
    keys: list[int] = field(default_factory=list)  # `_k` per row if rows are locked

    def slice(self, start: int, count: int) -> list[tuple[object, ...]]:
        return self.exported(self.rows[start : start + count])

    def exported(self, rows: list[Row]) -> list[tuple[object, ...]]:
        export = self.plan.export
        return rows if export is None else [export(row) for row in rows]


class Executor:
    """Runs plans of one session. The caller holds the engine's mutex."""

    def __init__(self, store: Store, runtime: Runtime) -> None:
        self._store = store
        self._rows = TriggeredRows(store, runtime)
        self._runtime = runtime
        self.isolation = "committed read"
        self.retain_update_locks = False
        self.last_committed = False  # SET ENVIRONMENT USELASTCOMMITTED

    # --- what stays locked ---------------------------------------------------

    @property
    def retains_update_locks(self) -> bool:
        """Whether a FOR UPDATE cursor keeps its locks on rows it has left."""
        return self.retain_update_locks or self.isolation == _REPEATABLE_READ

    def locks_rows(self, plan: SelectPlan) -> bool:
        """Tell whether a cursor on `plan` locks the row it is on."""
        if plan.for_update:
            return True
        query = plan.query
        plain = plan.key_source and query.first is None and query.skip is None
        return bool(plain) and self.isolation == _CURSOR_STABILITY

    def _keep_read(
        self,
        plan: QueryPlan,
        transaction: Transaction,
        found_in: Table | None = None,
        keys: Sequence[int] = (),
    ) -> None:
        """REPEATABLE READ: nobody may change what has been read; `keys` are those of
        the rows of `found_in`, if known."""
        if self.isolation != _REPEATABLE_READ or transaction.direct:
            return
        for table, _ in plan.tables:
            if table.is_system:
                continue
            if table is found_in and plan.by_key and keys:
                for key in keys:
                    share_row(table, key, transaction)
                continue
            lock_table(
                table,
                transaction,
                exclusive=False,
                sqlcode=READ_FAILED,
                isam=ROW_LOCKED,
            )

    # --- looking at rows -----------------------------------------------------

    def view(
        self, plan: QueryPlan, transaction: Transaction, target: bool = False
    ) -> View:
        """Return how to look at a plan's tables; `target` ones are to be changed."""
        tables = [table for table, _ in plan.tables]
        if target or self.isolation != _DIRTY_READ:
            for table in tables:
                check_table_lock(
                    table, transaction, exclusive=target, sqlcode=READ_FAILED
                )
        if not any(table.writers - {transaction} for table in tables):
            return CURRENT
        low, high = transaction.low or -1, transaction.high or -1
        if not target:
            if self.isolation == _DIRTY_READ:
                return CURRENT
            last = self.last_committed and self.isolation == _COMMITTED_READ
            if last or self.isolation == _LAST_COMMITTED:
                return View("last", low, high)
        return View("check", low, high, plan.by_key)

    def _text(self, plan: QueryPlan, view: View) -> str:
        """Return the SQLite text of a plan; that for undisturbed tables is kept."""
        if view != CURRENT:
            return plan.emit(Emitter(self._runtime, view))
        if not plan.current_text:
            plan.current_text = plan.emit(Emitter(self._runtime))
        return plan.current_text

    def _fetch(self, text: str, values: list[Any], key: int = 0) -> list[Row]:
        """Run a query; `key` is the parameter of that name."""
        named = {f"p{slot}": value for slot, value in enumerate(values)}
        named["key"] = key
        return self._store.connection.execute(text, named).fetchall()

    def select(
        self, plan: SelectPlan, values: list[Any], transaction: Transaction
    ) -> Rows:
        view = self.view(plan, transaction, target=plan.for_update)
        if plan.key_source is None or not self._wants_keys(plan):
            rows = self._fetch(self._text(plan, view), values)
            self._keep_read(plan, transaction)
            return Rows(plan, values, rows)
        found = self._fetch(self._text(plan.keyed, view), values)
        keys = [row[-1] for row in found]
        self._keep_read(plan, transaction, plan.key_source.table, keys)
        return Rows(plan, values, [row[:-1] for row in found], keys)

    def _wants_keys(self, plan: SelectPlan) -> bool:
        by_key = plan.by_key and self.isolation == _REPEATABLE_READ
        return by_key or self.locks_rows(plan)

    def reread(self, rows: Rows, key: int, transaction: Transaction) -> Row | None:
        """Return a row as it is now, None if it is none of the query's any longer."""
        plan = rows.plan
        view = self.view(plan, transaction, target=plan.for_update)
        text = self._text(plan.keyed, view)
        named = f"SELECT * FROM ({text}) WHERE o{len(plan.query.outputs)}=:key"
        found = self._fetch(named, rows.values, key)
        return found[0][:-1] if found else None

    def evaluate(self, plan: SelectPlan, values: list[Any]) -> Row:
        """Return the only row of a query that looks at no table."""
        return self._fetch(self._text(plan, CURRENT), values)[0]

    # --- changing rows -------------------------------------------------------

    def insert(
        self, plan: InsertPlan, values: list[Any], transaction: Transaction
    ) -> ExecuteResult:
        table = plan.table
        assert table is not None
        rows = self._insert_source(plan, values, transaction)
        first = table.next_key
        result = self._insert_rows(self._builder(plan), rows, transaction)
        if plan.keeps is not None:
            keys = range(first, table.next_key)
            self._rows.check_view(table, plan.keeps, keys)
        return result

    def insert_batch(
        self,
        plan: InsertPlan,
        columns: Sequence[Sequence[Any]],
        transaction: Transaction,
    ) -> list[ExecuteResult]:
        """Insert the rows of many executions, given as columns of parameters."""
        builder = self._builder(plan)
        rows: Sequence[Sequence[Any]] = list(zip(*columns, strict=True))
        if builder.changes_nothing:
            results = [ExecuteResult(rows=1)] * len(rows)
        else:
            results = [ExecuteResult(rows=1) for _ in rows]
            rows = [builder.build(*pair) for pair in zip(rows, results, strict=True)]
        self._rows.insert(builder.table, rows, transaction)
        return results

    def _builder(self, plan: InsertPlan) -> dml.RowBuilder:
        if plan.builder is None:
            assert plan.table is not None
            plan.builder = dml.RowBuilder(plan.table, plan.targets, self._runtime)
        return plan.builder

    def _insert_rows(
        self, builder: dml.RowBuilder, values: Sequence[Row], transaction: Transaction
    ) -> ExecuteResult:
        """Insert rows of which the builder's columns are given."""
        result = ExecuteResult(rows=len(values))
        rows = [builder.build(row, result) for row in values]
        if rows:
            self._rows.insert(builder.table, rows, transaction)
            result.generated_keys = dml.StoredRow(builder.table, rows[-1])
        return result

    def fill(
        self,
        plan: NewTablePlan,
        table: Table,
        values: list[Any],
        transaction: Transaction,
    ) -> ExecuteResult:
        """Store the rows of a query in a new table of the same columns."""
        rows = self._source_rows(plan, values, transaction)
        self._store.insert(table, rows, transaction)
        for i, column in enumerate(table.columns):
            if column.is_serial:
                found = [row[i] for row in rows if row[i] is not None]
                table.serials[column.name] = max([0, *found])
        return ExecuteResult(rows=len(rows))

    def _insert_source(
        self, plan: InsertPlan, values: list[Any], transaction: Transaction
    ) -> Sequence[Row]:
        """Return the values of `plan.targets`, row by row."""
        if plan.evaluators is not None:
            return [tuple(evaluate(values) for evaluate in plan.evaluators)]
        if plan.routine is not None:
            session = cast("Session", self._runtime.session)
            return session.routines.rows_to_insert(plan.routine, values)
        return self._source_rows(plan, values, transaction)

    def _source_rows(
        self, plan: QueryPlan, values: list[Any], transaction: Transaction
    ) -> list[Row]:
        """Return the rows of the query of a statement that stores them."""
        view = self.view(plan, transaction)
        rows = self._fetch(self._text(plan, view), values)
        self._keep_read(plan, transaction)
        return rows

    def _target_rows(
        self,
        plan: WritePlan | MergePlan,
        values: list[Any],
        transaction: Transaction,
        key: int = 0,
    ) -> list[Row]:
        """Return the rows of a query whose first output is the key of rows to change;
        `key`, if not 0, is the only one to look at."""
        text = self._text(plan, self.view(plan, transaction, target=True))
        if key:
            text = f"SELECT * FROM ({text}) WHERE o0=:key"
        rows = self._fetch(text, values, key)
        keys = [row[0] for row in rows if row[0] is not None]
        assert plan.table is not None
        self._keep_read(plan, transaction, plan.table, keys)
        sqlcode = KEYED_READ_FAILED if plan.by_key else READ_FAILED
        check_row_locks(plan.table, keys, transaction, sqlcode, updates_only=True)
        return rows

    def write(
        self,
        plan: WritePlan,
        values: list[Any],
        transaction: Transaction,
        key: int | None = None,
    ) -> ExecuteResult:
        """Run an UPDATE or DELETE; `key` names the row of WHERE CURRENT OF."""
        table = plan.table
        assert table is not None
        rows = self._target_rows(plan, values, transaction, key or 0)
        if plan.targets:
            self._update_rows(table, plan.targets, rows, transaction)
            if plan.keeps is not None:
                keys = [row[0] for row in rows]
                self._rows.check_view(table, plan.keeps, keys)
        elif rows:
            self._rows.delete(table, [row[0] for row in rows], transaction)
        return ExecuteResult(rows=len(rows))

    def _update_rows(
        self,
        table: Table,
        targets: Sequence[Column],
        rows: Sequence[Row],
        transaction: Transaction,
    ) -> None:
        """Set `targets` of rows given as key and values."""
        for row in rows:
            dml.check_nulls(table, targets, row[1:])
        if rows:
            changes = [(row[0], row[1:]) for row in rows]
            self._rows.update(table, targets, changes, transaction)

    def check_pending(self, transaction: Transaction, numbers: Collection[int]) -> None:
        """Check constraints that were deferred."""
        self._rows.check_pending(transaction, numbers)

    def merge(
        self, plan: MergePlan, values: list[Any], transaction: Transaction
    ) -> ExecuteResult:
        """Run a MERGE; SQLError(-26095) if it would change a row twice."""
        table = plan.table
        assert table is not None
        rows = self._target_rows(plan, values, transaction)
        width = 1 + len(plan.updates)
        matched = [row[:width] for row in rows if row[0] is not None]
        keys = [row[0] for row in matched]
        if not (plan.updates or plan.deletes):
            matched, keys = [], []
        if len(set(keys)) < len(keys):
            raise SQLError(-26095)
        if plan.deletes and keys:
            self._rows.delete(table, keys, transaction)
        else:
            self._update_rows(table, plan.updates, matched, transaction)
        added = [row[width:] for row in rows if row[0] is None]
        builder = dml.RowBuilder(table, plan.inserts, self._runtime)
        result = self._insert_rows(builder, added, transaction)
        result.rows += len(matched)
        return result

    def run(
        self, plan: Plan, values: list[Any], transaction: Transaction
    ) -> ExecuteResult:
        """Run a plan that changes rows."""
        if isinstance(plan, InsertPlan):
            return self.insert(plan, values, transaction)
        if isinstance(plan, WritePlan):
            return self.write(plan, values, transaction)
        if isinstance(plan, MergePlan):
            return self.merge(plan, values, transaction)
        raise TypeError(type(plan).__name__)
