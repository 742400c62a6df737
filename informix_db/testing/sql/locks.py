"""Locks between transactions, other than those that uncommitted rows are themselves.

Shared locks are what REPEATABLE READ and CURSOR STABILITY leave on rows they read,
update locks what a FOR UPDATE cursor leaves on the row it is on; a row that has been
changed is locked by its versions (`store`). LOCK TABLE's locks are on the tables.
Whatever the table's LOCK MODE, rows are locked one by one: pages are not known.
Which SQLCODE a real server pairs with which ISAM code is from memory where no source
is named; ISAM -107 is a locked row, -113 a locked table, -144 a deleted key [V].
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from informix_db.testing.records import dataclass

if TYPE_CHECKING:
    from informix_db.testing.sql.catalog import NamedObject, Table
    from informix_db.testing.sql.spl_objects import Routine
    from informix_db.testing.sql.transactions import Transaction

READ_FAILED, KEY_READ_FAILED, KEYED_READ_FAILED = -244, -245, -246
UPDATE_FAILED, DELETE_FAILED = -346, -240
CATALOG_UNREADABLE, TABLE_NOT_OPENED = -211, -242
ROW_LOCKED, TABLE_LOCKED, KEY_LOCKED = -107, -113, -144  # ISAM
NOT_EXCLUSIVE = -106  # ISAM


class LockConflict(Exception):
    """Rows another transaction has not committed, or one of its locks, are in the way.

    `owner` is that transaction or one of its writer numbers.
    """

    def __init__(
        self,
        owner: int | Transaction,
        sqlcode: int = READ_FAILED,
        isam: int = ROW_LOCKED,
    ) -> None:
        super().__init__(owner, sqlcode, isam)
        self.owner = owner
        self.sqlcode = sqlcode
        self.isam = isam


def refuse_version(made_by: int, deleted_by: int, restores: int, by_key: int) -> None:
    """Raise LockConflict for a row version another transaction made or deleted;
    `restores` is the row it is the old version of, if it is one."""
    if not by_key:
        raise LockConflict(deleted_by or made_by)
    if deleted_by and not restores:
        raise LockConflict(deleted_by, KEY_READ_FAILED, KEY_LOCKED)
    raise LockConflict(deleted_by or made_by, KEYED_READ_FAILED)


@dataclass(eq=False, slots=True)
class RowLock:
    """A lock on a row: shared, or an update lock, which others may read but not share
    and which is to become exclusive."""

    table: Table
    key: int
    transaction: Transaction
    update: bool

    def release(self) -> None:
        """Give the lock up; for the second time is no error."""
        self.transaction.row_locks.discard(self)
        locks = self.table.row_locks.get(self.key, [])
        if self in locks:
            locks.remove(self)
            if not locks:
                del self.table.row_locks[self.key]


def lock_row(
    table: Table,
    key: int,
    transaction: Transaction,
    *,
    update: bool,
    sqlcode: int = READ_FAILED,
) -> RowLock:
    """Lock a row nobody else has changed; LockConflict if somebody's lock forbids."""
    for other in table.row_locks.get(key, ()):
        if update and other.update and not _same(other.transaction, transaction):
            raise LockConflict(other.transaction, sqlcode)
    lock = RowLock(table, key, transaction, update)
    table.row_locks.setdefault(key, []).append(lock)
    transaction.row_locks.add(lock)
    return lock


def share_row(table: Table, key: int, transaction: Transaction) -> None:
    """Keep a row from being changed by others until the transaction ends."""
    for lock in table.row_locks.get(key, ()):
        if lock.transaction is transaction:
            return
    lock_row(table, key, transaction, update=False)


def check_row_locks(
    table: Table,
    keys: Iterable[int],
    transaction: Transaction,
    sqlcode: int,
    *,
    updates_only: bool = False,
) -> None:
    """Raise LockConflict if another's lock on a row forbids changing it; the search
    for rows to change meets update locks only."""
    if not table.row_locks:
        return
    for key in keys:
        for lock in table.row_locks.get(key, ()):
            if (lock.update or not updates_only) and not _same(
                lock.transaction, transaction
            ):
                raise LockConflict(lock.transaction, sqlcode)


def check_table_lock(
    table: Table, transaction: Transaction, *, exclusive: bool, sqlcode: int
) -> None:
    """Raise LockConflict if another session's LOCK TABLE forbids reading (or, with
    `exclusive`, changing) the table."""
    for owner, is_exclusive in table.locks.items():
        if not _same(owner, transaction) and (is_exclusive or exclusive):
            raise LockConflict(owner, sqlcode, TABLE_LOCKED)


def check_object(item: NamedObject | Routine, transaction: Transaction | None) -> None:
    """Raise LockConflict if another transaction has uncommitted DDL on an object: its
    rows of the catalog are locked."""
    if item.locked_by is not None and item.locked_by is not transaction:
        raise LockConflict(item.locked_by, CATALOG_UNREADABLE)


def check_unused(
    table: Table,
    transaction: Transaction,
    *,
    exclusive: bool = True,
    sqlcode: int = TABLE_NOT_OPENED,
    isam: int = NOT_EXCLUSIVE,
) -> None:
    """Raise LockConflict if what others do with a table forbids locking it."""
    for owner, is_exclusive in table.locks.items():
        if not _same(owner, transaction) and (is_exclusive or exclusive):
            raise LockConflict(owner, sqlcode, isam)
    for writer in table.writers - {transaction}:
        raise LockConflict(writer, sqlcode, isam)
    for locks in table.row_locks.values():
        for lock in locks:
            if (exclusive or lock.update) and not _same(lock.transaction, transaction):
                raise LockConflict(lock.transaction, sqlcode, isam)


def lock_table(
    table: Table, transaction: Transaction, *, exclusive: bool, sqlcode: int, isam: int
) -> None:
    """Lock a whole table; LockConflict if what others do with it forbids that."""
    check_unused(table, transaction, exclusive=exclusive, sqlcode=sqlcode, isam=isam)
    table.locks[transaction] = exclusive or table.locks.get(transaction, False)
    transaction.locked.add(table)


def release_locks(transaction: Transaction) -> None:
    """Give up every lock of a transaction."""
    for table in transaction.locked:
        table.locks.pop(transaction, None)
    transaction.locked.clear()
    for lock in list(transaction.row_locks):
        lock.release()


def _same(one: Transaction, other: Transaction) -> bool:
    """Tell whether two transactions are one, or of one session: statements outside a
    transaction have one each, and so has LOCK TABLE without logging."""
    return one is other or one.session_id == other.session_id
