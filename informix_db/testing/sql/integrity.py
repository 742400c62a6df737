"""CHECK and FOREIGN KEY: rows written as the constraints of their tables allow.

Constraints are checked when a statement's rows are written, or when the transaction
ends if SET CONSTRAINTS defers them. Unique constraints are never deferred here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Any, cast

from informix_db.testing.api import SQLError
from informix_db.testing.records import dataclass
from informix_db.testing.sql import ast, ast_query
from informix_db.testing.sql import bound as b
from informix_db.testing.sql.catalog import Check, Column, Constraint, Table
from informix_db.testing.sql.emit import Emitter, View
from informix_db.testing.sql.expressions import ExpressionBinder
from informix_db.testing.sql.locks import LockConflict
from informix_db.testing.sql.queries import QueryBinder
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.scope import Binding, Names, Scope
from informix_db.testing.sql.sources import table_item
from informix_db.testing.sql.store import Store
from informix_db.testing.sql.transactions import Transaction

Row = Sequence[Any]

_NO_PARENT, _HAS_CHILDREN = -691, -692
_NO_ROW = -111  # ISAM code: no record found
_CHILD_UNREADABLE = -690
# Always the same text, for SQLite keeps what it has parsed.
_BETWEEN = "s0._k BETWEEN ? AND ?"


@dataclass(slots=True)
class _Released:
    """Keys that rows changed or deleted had, and the constraint that refers to them."""

    child: Table
    constraint: Constraint
    keys: list[tuple[Any, ...]]


class CheckedRows:
    """Writes rows to the store and looks at the constraints they concern."""

    def __init__(self, store: Store, runtime: Runtime) -> None:
        self._store = store
        self._runtime = runtime

    def insert(
        self, table: Table, rows: Sequence[Row], transaction: Transaction
    ) -> None:
        start = table.next_key
        self._store.insert(table, rows, transaction)
        constraints = _at_once(table, table.constraints, transaction)
        if constraints:
            keys = (start, table.next_key - 1)
            self._check(table, constraints, _BETWEEN, transaction, keys)

    def update(
        self,
        table: Table,
        columns: Sequence[Column],
        rows: Sequence[tuple[int, Row]],
        transaction: Transaction,
    ) -> None:
        keys = [key for key, _ in rows]
        released = self._keys_of(table, keys, columns)
        self._store.update(table, columns, rows, transaction)
        constraints = [
            c
            for c in table.constraints
            if c.kind == "C" or any(k in columns for k in c.columns)
        ]
        constraints = _at_once(table, constraints, transaction)
        if constraints:
            for where in _key_conditions(keys):
                self._check(table, constraints, where, transaction)
        self._release(released, transaction, cascade=False)

    def delete(
        self, table: Table, keys: Sequence[int], transaction: Transaction
    ) -> None:
        """Delete rows, and the rows that ON DELETE CASCADE makes follow them."""
        released = self._keys_of(table, keys, table.columns)
        self._store.delete(table, keys, transaction)
        self._release(released, transaction, cascade=True)

    def check_all(
        self, table: Table, constraint: Constraint, transaction: Transaction
    ) -> None:
        """Check the rows a table has, as the transaction sees them."""
        seen = View("last", transaction.low or -1, transaction.high or -1)
        self._check(table, [constraint], seen.predicate("s0"), transaction)

    def check_pending(self, transaction: Transaction, numbers: Collection[int]) -> None:
        """Check deferred constraints; SQLError(-530, -691) for what does not hold."""
        for number, table in list(transaction.pending.items()):
            if number not in numbers:
                continue
            for constraint in table.constraints:
                if constraint.constraint_id == number and not (
                    table.dropped or constraint.disabled
                ):
                    self.check_all(table, constraint, transaction)
            del transaction.pending[number]

    def check_view(self, table: Table, keeps: b.Expr, keys: Sequence[int]) -> None:
        """Raise SQLError(-385) if a row written through a view is not to be seen in
        it; `keeps` is the view's condition."""
        condition = Emitter(self._runtime).expr(keeps)
        for where in _key_conditions(keys):
            lost = f"{where} AND s0._d=0 AND ({condition}) IS NOT 1"
            if self._finds(f"{table.storage} AS s0", lost):
                raise SQLError(-385)

    # --- what the rows of a table must meet ----------------------------------

    def _check(
        self,
        table: Table,
        constraints: Sequence[Constraint],
        where: str,
        transaction: Transaction,
        keys: tuple[int, ...] = (),
    ) -> None:
        """Check the rows `where` names; `keys` are the values of its placeholders."""
        for constraint in constraints:
            token = f"{constraint.owner}.{constraint.name}"
            if constraint.check is not None:
                condition = self.condition(table, constraint.check)
                broken = f"{where} AND NOT {condition}"
                if self._finds(f"{table.storage} AS s0", broken, keys):
                    raise SQLError(-530, token=token)
            elif self._has_orphan(table, constraint, where, transaction, keys):
                raise SQLError(_NO_PARENT, _NO_ROW, token=token)

    def condition(self, table: Table, check: Check) -> str:
        """Return a CHECK condition for SQLite, on rows of the table under `s0`."""
        if not check.sql:
            binding = Binding(cast(Names, self._runtime.facts()), 0)
            scope = Scope(items=[table_item(table, 0)])
            binder: ExpressionBinder = QueryBinder(binding).expressions(scope)
            check.sql = (
                f"({Emitter(self._runtime).expr(binder.condition(check.condition))})"
            )
        return check.sql

    def _has_orphan(
        self,
        table: Table,
        constraint: Constraint,
        where: str,
        transaction: Transaction,
        keys: tuple[int, ...],
    ) -> bool:
        """Tell whether a row has a foreign key that is no key of the other table."""
        reference = constraint.reference
        assert reference is not None
        pairs = list(zip(constraint.columns, reference.columns(), strict=True))
        given = " AND ".join(f"s0.{child.storage} IS NOT NULL" for child, _ in pairs)
        equal = " AND ".join(f"s1.{p.storage} = s0.{c.storage}" for c, p in pairs)
        seen = _view(reference.table, transaction).predicate("s1")
        missing = (
            f"NOT EXISTS (SELECT 1 FROM {reference.table.storage} AS s1 "
            f"WHERE {equal} AND {seen})"
        )
        text = f"{where} AND {given} AND {missing}"
        return self._finds(f"{table.storage} AS s0", text, keys, _NO_PARENT)

    def _finds(
        self, source: str, where: str, keys: tuple[int, ...] = (), locked: int = 0
    ) -> bool:
        """Tell whether there is such a row; `locked` is the SQLCODE if another
        transaction's row is in the way."""
        query = f"SELECT 1 FROM {source} WHERE {where} LIMIT 1"
        try:
            found = self._store.connection.execute(query, keys).fetchone()
            return found is not None
        except sqlite3.Error:
            self._blame(locked)
            raise

    def _blame(self, sqlcode: int) -> None:
        if isinstance(self._runtime.error, LockConflict):
            self._runtime.error.sqlcode = sqlcode

    # --- what refers to the rows of a table ----------------------------------

    def _keys_of(
        self, table: Table, keys: Sequence[int], changed: Sequence[Column]
    ) -> list[_Released]:
        """Return the values rows have now in columns that foreign keys refer to."""
        found = []
        for child, constraint in table.referencing():
            assert constraint.reference is not None
            columns = constraint.reference.columns()
            if constraint.disabled or not any(column in changed for column in columns):
                continue
            names = ", ".join(f"s0.{column.storage}" for column in columns)
            rows: list[tuple[Any, ...]] = []
            for where in _key_conditions(keys):
                query = f"SELECT {names} FROM {table.storage} AS s0 WHERE {where}"
                rows += self._store.connection.execute(query)
            found.append(_Released(child, constraint, rows))
        return found

    def _release(
        self, released: list[_Released], transaction: Transaction, *, cascade: bool
    ) -> None:
        """Delete the children of keys that are gone, or raise SQLError(-692)."""
        for item in released:
            reference = item.constraint.reference
            assert reference is not None
            for key in item.keys:
                if self._still_there(reference.table, reference.columns(), key):
                    continue
                children = self._children(item, key, transaction)
                cascades = cascade and reference.cascade
                if not children:
                    continue
                if not cascades and transaction.defers(item.child, item.constraint):
                    continue
                if not cascades:
                    constraint = reference.key()
                    token = f"{constraint.owner}.{constraint.name}"
                    raise SQLError(_HAS_CHILDREN, token=token)
                self.delete(item.child, children, transaction)

    def _still_there(
        self, table: Table, columns: Sequence[Column], key: tuple[Any, ...]
    ) -> bool:
        tests = " AND ".join(f"{column.storage} = ?" for column in columns)
        query = f"SELECT 1 FROM {table.storage} WHERE _d=0 AND {tests} LIMIT 1"
        return self._store.connection.execute(query, key).fetchone() is not None

    def _children(
        self, item: _Released, key: tuple[Any, ...], transaction: Transaction
    ) -> list[int]:
        tests = " AND ".join(f"s0.{c.storage} = ?" for c in item.constraint.columns)
        seen = _view(item.child, transaction).predicate("s0")
        query = f"SELECT _k FROM {item.child.storage} AS s0 WHERE {tests} AND {seen}"
        try:
            return [row[0] for row in self._store.connection.execute(query, key)]
        except sqlite3.Error:
            self._blame(_CHILD_UNREADABLE)
            raise


def _at_once(
    table: Table, constraints: list[Constraint], transaction: Transaction
) -> list[Constraint]:
    """Return the foreign keys and checks that are not deferred; note that others are
    to be met."""
    return [
        c
        for c in constraints
        if c.kind in "CR" and not c.disabled and not transaction.defers(table, c)
    ]


def _view(table: Table, transaction: Transaction) -> View:
    """Return how to look at another table: a row in dispute is a lock conflict."""
    if not table.writers - {transaction}:
        return View()
    return View("check", transaction.low or -1, transaction.high or -1)


def _key_conditions(keys: Sequence[int]) -> Iterator[str]:
    """Return conditions that together name all rows with these keys."""
    for start in range(0, len(keys), 500):
        part = ", ".join(map(str, keys[start : start + 500]))
        yield f"s0._k IN ({part})"


def refuse_subqueries(condition: ast.Expression) -> None:
    """Raise SQLError(-677) for a CHECK condition that looks at other rows."""
    for node in ast.walk(condition):
        if isinstance(node, ast_query.Query):
            raise SQLError(-677, offset=node.position)
