"""Running plans: parameters, row versions to look at, cursors over results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from informix_db.testing.api import BoundParameter, ExecuteResult, SQLError
from informix_db.testing.sql import dml
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import Column, Table
from informix_db.testing.sql.decimals import CONTEXT, unpack
from informix_db.testing.sql.emit import CURRENT, Emitter, View
from informix_db.testing.sql.integrity import CheckedRows
from informix_db.testing.sql.plans import (
    InsertPlan,
    IntoTempPlan,
    MergePlan,
    Plan,
    QueryPlan,
    SelectPlan,
    WritePlan,
)
from informix_db.testing.sql.rules import FLOATING_32
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.scope import Slot
from informix_db.testing.sql.store import Store, check_table_lock
from informix_db.testing.sql.transactions import Transaction
from informix_db.testing.sql.values import import_value, parse_number

Row = tuple[Any, ...]

_LONG_TEXT = t.lvarchar(t.MAX_LVARCHAR)


def bind_parameters(
    slots: Sequence[Slot], parameters: Sequence[BoundParameter], runtime: Runtime
) -> list[Any]:
    """Return the parameters in the forms their slots need; SQLError(-254) on count."""
    if len(slots) != len(parameters):
        raise SQLError(-254)
    return [
        None if parameter.value is None else _bind(slot, parameter, runtime)
        for slot, parameter in zip(slots, parameters, strict=True)
    ]


def _bind(slot: Slot, parameter: BoundParameter, runtime: Runtime) -> Any:
    value, source = import_value(parameter)
    target = slot.type
    if not slot.stores:
        kind = t.family(target)
        if kind == "int":
            return _comparable_integer(value, t.family(source))
        if kind == "string":
            target = _LONG_TEXT
        elif kind == "decimal":
            target = FLOATING_32
    convert = runtime.converter(source, target)
    return value if convert is None else convert(value)


def _comparable_integer(value: Any, kind: str) -> int | float:
    """Return a number to compare integers with: exact if it is one itself."""
    if kind in ("int", "float", "date", "boolean"):
        return value  # type: ignore[no-any-return]
    if kind not in ("string", "decimal"):
        raise SQLError(-1260)
    number = parse_number(value) if kind == "string" else unpack(value)
    if number == number.to_integral_value(context=CONTEXT) and abs(number) < 2**63:
        return int(number)
    return float(number)


@dataclass(slots=True)
class Rows:
    """A query's whole result; values are exported as they are fetched."""

    plan: SelectPlan
    rows: list[Row]
    position: int = 0
    keys: list[int] = field(default_factory=list)  # `_k` per row, FOR UPDATE only

    def slice(self, start: int, count: int) -> list[tuple[object, ...]]:
        part = self.rows[start : start + count]
        export = self.plan.export
        return part if export is None else [export(row) for row in part]


class Executor:
    """Runs plans of one session. The caller holds the engine's mutex."""

    def __init__(self, store: Store, runtime: Runtime) -> None:
        self._store = store
        self._rows = CheckedRows(store, runtime)
        self._runtime = runtime
        self.isolation = "committed read"
        self.last_committed = False  # SET ENVIRONMENT USELASTCOMMITTED

    # --- looking at rows -----------------------------------------------------

    def view(
        self, tables: Sequence[Table], transaction: Transaction, target: bool = False
    ) -> View:
        """Return how to look at `tables`; `target` ones are to be changed."""
        if target or self.isolation != "dirty read":
            for table in tables:
                check_table_lock(table, transaction, exclusive=target)
        if not any(table.writers - {transaction} for table in tables):
            return CURRENT
        low, high = transaction.low or -1, transaction.high or -1
        if target:
            return View("check", low, high)
        if self.isolation == "dirty read":
            return CURRENT
        last = self.last_committed and self.isolation == "committed read"
        if last or self.isolation == _LAST_COMMITTED:
            return View("last", low, high)
        return View("check", low, high)

    def _text(self, plan: QueryPlan, view: View) -> str:
        """Return the SQLite text of a plan; that for undisturbed tables is kept."""
        if view != CURRENT:
            return plan.emit(Emitter(self._runtime, view))
        if not plan.current_text:
            plan.current_text = plan.emit(Emitter(self._runtime))
        return plan.current_text

    def _fetch(self, text: str, values: list[Any]) -> list[Row]:
        named = {f"p{slot}": value for slot, value in enumerate(values)}
        return self._store.connection.execute(text, named).fetchall()

    def select(
        self, plan: SelectPlan, values: list[Any], transaction: Transaction
    ) -> Rows:
        tables = [table for table, _ in plan.tables]
        view = self.view(tables, transaction, target=plan.for_update)
        text = self._text(plan, view)
        rows = self._fetch(text, values)
        if plan.key_table is None:
            return Rows(plan, rows)
        return Rows(plan, [row[:-1] for row in rows], 0, [row[-1] for row in rows])

    # --- changing rows -------------------------------------------------------

    def insert(
        self, plan: InsertPlan, values: list[Any], transaction: Transaction
    ) -> ExecuteResult:
        table = plan.table
        assert table is not None
        rows = self._insert_source(plan, values, transaction)
        return self._insert_rows(table, plan.targets, rows, transaction)

    def _insert_rows(
        self,
        table: Table,
        targets: Sequence[Column],
        values: Sequence[Row],
        transaction: Transaction,
    ) -> ExecuteResult:
        """Insert rows of which `targets` are given."""
        result = ExecuteResult(rows=len(values))
        builder = dml.RowBuilder(table, targets, self._runtime)
        rows = [builder.build(row, result) for row in values]
        if rows:
            self._rows.insert(table, rows, transaction)
            result.generated_keys = dml.StoredRow(table, rows[-1])
        return result

    def fill(
        self,
        plan: IntoTempPlan,
        table: Table,
        values: list[Any],
        transaction: Transaction,
    ) -> ExecuteResult:
        """Store the rows of a query in a new table of the same columns."""
        view = self.view([table for table, _ in plan.tables], transaction)
        text = self._text(plan, view)
        rows = self._fetch(text, values)
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
        view = self.view([table for table, _ in plan.tables], transaction)
        text = self._text(plan, view)
        return self._fetch(text, values)

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
        tables = [table for table, _ in plan.tables]
        view = self.view(tables, transaction, target=True)
        text = self._text(plan, view)
        if key is not None:
            text = f"SELECT * FROM ({text}) WHERE o0={key}"
        rows = self._fetch(text, values)
        if plan.targets:
            self._update_rows(table, plan.targets, rows, transaction)
        else:
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

    def merge(
        self, plan: MergePlan, values: list[Any], transaction: Transaction
    ) -> ExecuteResult:
        """Run a MERGE; SQLError(-26095) if it would change a row twice."""
        table = plan.table
        assert table is not None
        view = self.view([table for table, _ in plan.tables], transaction, target=True)
        rows = self._fetch(self._text(plan, view), values)
        width = 1 + len(plan.updates)
        matched = [row[:width] for row in rows if row[0] is not None]
        keys = [row[0] for row in matched]
        if not (plan.updates or plan.deletes):
            matched, keys = [], []
        if len(set(keys)) < len(keys):
            raise SQLError(-26095)
        if plan.deletes:
            self._rows.delete(table, keys, transaction)
        else:
            self._update_rows(table, plan.updates, matched, transaction)
        added = [row[width:] for row in rows if row[0] is None]
        result = self._insert_rows(table, plan.inserts, added, transaction)
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


_LAST_COMMITTED = "committed read last committed"
