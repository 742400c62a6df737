"""Transactions: writer numbers, savepoints, what to undo and what to do at commit.

A transaction owns a range of writer numbers; every savepoint takes the next one, so
"everything since the savepoint" is a range too. Rows carry the number of the writer
that made or deleted them (`store`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING

from informix_db.testing.api import SQLError
from informix_db.testing.records import dataclass
from informix_db.testing.sql.catalog import Constraint, Table

if TYPE_CHECKING:
    from informix_db.testing.sql.locks import RowLock

_SPAN = 1 << 24  # writer numbers per transaction
_numbers = itertools.count(1)


@dataclass(slots=True)
class Savepoint:
    name: str
    writer: int
    undo_mark: int
    unique: bool


@dataclass(eq=False, slots=True)
class Transaction:
    """One unit of work. A `direct` one is a single statement's: it writes rows as
    committed and is never seen half done, for its statement holds the engine."""

    session_id: int
    direct: bool = False
    low: int = 0
    high: int = 0
    writer: int = 0
    tables: set[Table] = field(default_factory=set)
    locked: set[Table] = field(default_factory=set)  # as a whole
    row_locks: set[RowLock] = field(default_factory=set)
    savepoints: list[Savepoint] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)
    on_commit: list[Callable[[], None]] = field(default_factory=list)
    active: bool = True
    truncated: bool = False  # a table: nothing may follow but the end
    used: bool = False  # by any statement but SET
    # By SET TRANSACTION, and the session's level if that set another.
    read_only: bool = False
    isolation_before: str = ""
    # Numbers of constraints that are deferred, and of those to check yet.
    deferred: set[int] = field(default_factory=set)
    pending: dict[int, Table] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.direct:
            self.low = next(_numbers) * _SPAN
            self.high = self.low + _SPAN - 1
            self.writer = self.low

    @property
    def has_changes(self) -> bool:
        """Whether the transaction did more than read and keep others from changing
        what it read."""
        if self.tables or self.undo or self.on_commit:
            return True
        return any(table.locks[self] for table in self.locked)

    def defers(self, table: Table, constraint: Constraint) -> bool:
        """Tell whether a constraint is checked at the end, and note that it must be."""
        if constraint.constraint_id not in self.deferred:
            return False
        self.pending[constraint.constraint_id] = table
        return True

    def at_commit(self, action: Callable[[], None]) -> None:
        """Run `action` at commit, unless a rollback to a savepoint takes it back."""
        self.on_commit.append(action)
        self.undo.append(lambda: self.on_commit.remove(action))

    def undo_to(self, mark: int) -> None:
        """Run what undoes catalog changes back to `mark`, newest first."""
        while len(self.undo) > mark:
            self.undo.pop()()

    def set_savepoint(self, name: str, unique: bool) -> None:
        """Set or move a savepoint; SQLError(-26074) if a unique one is in the way."""
        for existing in self.savepoints:
            if existing.name == name:
                if existing.unique or unique:
                    raise SQLError(-26074, token=name)
                self.savepoints.remove(existing)
                break
        self.writer += 1
        self.savepoints.append(Savepoint(name, self.writer, len(self.undo), unique))

    def find_savepoint(self, name: str, sqlcode: int) -> Savepoint:
        """Return a savepoint ("" the last one); SQLError(sqlcode) if there is none."""
        for savepoint in reversed(self.savepoints):
            if savepoint.name == name or not name:
                return savepoint
        raise SQLError(sqlcode, token=name)

    def release_savepoint(self, name: str) -> None:
        savepoint = self.find_savepoint(name, -26075)
        del self.savepoints[self.savepoints.index(savepoint) :]
