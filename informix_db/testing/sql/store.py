"""Rows in SQLite: tables, indexes, row versions.

One SQLite connection, in memory unless there is a data directory (`persistence`), holds
every table of every database. Each table has hidden columns before its own:

* `_k`  integer key; what ROWID is made of
* `_x`  writer number of the uncommitted transaction that made this version, else 0
* `_d`  writer number of the uncommitted transaction that deleted it, else 0
* `_o`  on a version kept to restore an updated row: that row's `_k`, else 0

An UPDATE inside a transaction changes the row in place and keeps the old version in
a new row with `_d` set. COMMIT drops versions and clears `_x`; ROLLBACK puts the
versions back. A key that was deleted stays locked until then, even if the transaction
had inserted it [SQT-387, SQT-377]. The caller holds the engine's mutex and calls within
`atomic`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import SQLError
from informix_db.testing.sql.catalog import Column, Index, Table
from informix_db.testing.sql.locks import (
    DELETE_FAILED,
    KEY_LOCKED,
    UPDATE_FAILED,
    LockConflict,
    check_row_locks,
    check_table_lock,
    release_locks,
)
from informix_db.testing.sql.transactions import Transaction
from informix_db.testing.sql.types import family

if TYPE_CHECKING:
    from informix_db.testing.sql.persistence import Persistence

Row = Sequence[Any]

_INSERT_FAILED = -271
# Columns that join the tables of the system catalog.
_CATALOG_KEYS = frozenset(("tabid", "procid", "constrid", "trigid", "extended_id"))

_HIDDEN = "_k INTEGER PRIMARY KEY, _x INTEGER NOT NULL, _d INTEGER NOT NULL, _o INTEGER"


class Store:
    """The SQLite connection and every statement that changes it."""

    def __init__(self, connection: sqlite3.Connection | None = None) -> None:
        self.connection = connection or sqlite3.connect(
            ":memory:",
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        self.persistence: Persistence | None = None
        self.connection.execute("PRAGMA temp_store = MEMORY")
        self._counter = 0
        self._active: dict[int, Transaction] = {}

    def close(self) -> None:
        self.connection.close()

    def new_name(self, prefix: str) -> str:
        """Return a name no table or index has had."""
        self._counter += 1
        return f"{prefix}{self._counter}"

    def count_from(self, number: int) -> None:
        """Give out names above those a data directory has."""
        self._counter = number

    @contextmanager
    def atomic(self, transaction: Transaction) -> Iterator[None]:
        """Make what is inside all or nothing, in SQLite and in the catalog."""
        mark = len(transaction.undo)
        self.connection.execute("SAVEPOINT statement")
        try:
            yield
        except BaseException:
            # An interrupted statement may have ended SQLite's transaction already.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK TO statement")
                self.connection.execute("RELEASE statement")
            transaction.undo_to(mark)
            raise
        self.connection.execute("RELEASE statement")

    # --- tables and indexes --------------------------------------------------

    def create_table(self, table: Table) -> None:
        columns = "".join(f", {_column(column)}" for column in table.columns)
        name = table.storage
        execute = self.connection.execute
        execute(f"CREATE TABLE {name} ({_HIDDEN}{columns})")
        if not table.is_system:
            execute(f"CREATE INDEX {name}_x ON {name}(_x) WHERE _x<>0")
            execute(f"CREATE INDEX {name}_d ON {name}(_d) WHERE _d<>0")
            return
        # Joins then find columns and pieces of text in the order of their numbers, as
        # clients expect that do not ask for an order.
        for column in table.columns:
            if column.name in _CATALOG_KEYS:
                storage = column.storage
                execute(f"CREATE INDEX {name}_{storage} ON {name}({storage})")

    def drop_table(self, table: Table) -> None:
        self.drop_storage(table.storage)

    def drop_storage(self, name: str) -> None:
        self.connection.execute(f"DROP TABLE IF EXISTS {name}")

    def copy_rows(
        self, table: Table, old: str, alias: str, sources: Sequence[str]
    ) -> None:
        """Fill a rebuilt table from its old storage, all row versions included."""
        self.connection.execute(
            f"INSERT INTO {table.storage} SELECT _k, _x, _d, _o, {', '.join(sources)} "
            f"FROM {old} AS {alias}"
        )

    def has_rows(self, table: Table) -> bool:
        return self._finds(f"SELECT 1 FROM {table.storage} WHERE _d=0")

    def has_null(self, table: Table, column: Column) -> bool:
        storage = column.storage
        return self._finds(
            f"SELECT 1 FROM {table.storage} WHERE _d=0 AND {storage} IS NULL"
        )

    def count_rows(self, table: Table) -> int:
        query = f"SELECT count(*) FROM {table.storage} WHERE _d=0"
        (count,) = self.connection.execute(query).fetchone()
        return int(count)

    def keys_written(self, table: Table, transaction: Transaction) -> list[int]:
        """Return the keys of rows a transaction has made, changed or deleted."""
        own = f"BETWEEN {transaction.low} AND {transaction.high}"
        query = (
            f"SELECT DISTINCT CASE WHEN _o THEN _o ELSE _k END FROM {table.storage} "
            f"WHERE _x {own} OR _d {own} ORDER BY 1"
        )
        return [row[0] for row in self.connection.execute(query)]

    def _finds(self, query: str) -> bool:
        return self.connection.execute(query + " LIMIT 1").fetchone() is not None

    def create_index(self, table: Table, index: Index) -> None:
        """Create an index, if it is enabled; SQLError(-371, -100) if a unique one meets
        duplicates."""
        if index.disabled:
            return
        keys = ", ".join(
            column.storage + (" DESC" if descending else "")
            for column, descending in index.keys
        )
        execute = self.connection.execute
        if not index.unique:
            execute(
                f"CREATE INDEX IF NOT EXISTS {index.storage} ON {table.storage}({keys})"
            )
            return
        try:
            execute(
                f"CREATE UNIQUE INDEX IF NOT EXISTS {index.storage} "
                f"ON {table.storage}({keys}) WHERE _d=0"
            )
            self._create_null_index(table, index)
        except sqlite3.IntegrityError:
            raise SQLError(-371, -100, token=index.name) from None

    def _create_null_index(self, table: Table, index: Index) -> None:
        """NULLs are equal to a unique index of Informix, not to one of SQLite."""
        columns = [column.storage for column, _ in index.keys]
        nullable = [column.storage for column, _ in index.keys if column.nullable]
        if not nullable:
            return
        keys = ", ".join(f"ifnull({c}, x'00')" for c in columns)
        some_null = " OR ".join(f"{c} IS NULL" for c in nullable)
        self.connection.execute(
            f"CREATE UNIQUE INDEX IF NOT EXISTS {index.storage}_n "
            f"ON {table.storage}({keys}) WHERE _d=0 AND ({some_null})"
        )

    def index_names(self, table: Table) -> Iterator[str]:
        """Yield the names the indexes of a table may have in SQLite."""
        yield from (f"{table.storage}_x", f"{table.storage}_d")
        for index in table.indexes:
            yield from (index.storage, f"{index.storage}_n")

    def drop_index(self, index: Index) -> None:
        self.connection.execute(f"DROP INDEX IF EXISTS {index.storage}_n")
        self.connection.execute(f"DROP INDEX IF EXISTS {index.storage}")

    def fill(self, table: Table, rows: Sequence[Row]) -> None:
        """Replace all rows of a system catalog table."""
        marks = ", ?" * len(table.columns)
        self.connection.execute(f"DELETE FROM {table.storage}")
        self.connection.executemany(
            f"INSERT INTO {table.storage} VALUES (NULL, 0, 0, 0{marks})", rows
        )

    # --- rows ----------------------------------------------------------------

    def insert(
        self, table: Table, rows: Sequence[Row], transaction: Transaction
    ) -> None:
        """Add rows (storage form, all columns); duplicates as `_duplicate` tells."""
        writer = self._begin_write(table, transaction)
        key = table.next_key
        table.next_key += len(rows)
        marks = ", ?" * len(table.columns)
        sql = f"INSERT INTO {table.storage} VALUES (?, {writer}, 0, 0{marks})"
        if table.writers - {transaction}:
            self._probe_foreign_keys(table, rows, transaction)
        try:
            if len(rows) == 1:
                self.connection.execute(sql, (key, *rows[0]))
            else:
                self.connection.executemany(
                    sql, ((key + i, *row) for i, row in enumerate(rows))
                )
        except sqlite3.IntegrityError as error:
            raise self._duplicate(table, error) from None
        if self.persistence is not None and table.serials:
            self.persistence.save_serials(table)

    def delete(
        self, table: Table, keys: Sequence[int], transaction: Transaction
    ) -> None:
        """Delete rows by key."""
        check_row_locks(table, keys, transaction, DELETE_FAILED)
        writer = self._begin_write(table, transaction)
        parameters = [(key,) for key in keys]
        name = table.storage
        delete = f"UPDATE {name} SET _d={writer}" if writer else f"DELETE FROM {name}"
        self.connection.executemany(f"{delete} WHERE _k=?", parameters)

    def update(
        self,
        table: Table,
        columns: Sequence[Column],
        rows: Sequence[tuple[int, Row]],
        transaction: Transaction,
    ) -> None:
        """Set `columns` of rows by key."""
        keys = [key for key, _ in rows]
        check_row_locks(table, keys, transaction, UPDATE_FAILED)
        writer = self._begin_write(table, transaction)
        name = table.storage
        unique = any(
            index.is_enforced and any(column in columns for column, _ in index.keys)
            for index in table.indexes
        )
        if writer:
            self._keep_versions(table, keys, writer, own=unique)
        if unique and table.writers - {transaction}:
            self._probe_updated_keys(table, columns, rows, transaction)
        if unique and len(rows) > 1:
            # Out of the unique indexes first: `k = k + 1` must not meet itself.
            self.connection.executemany(
                f"UPDATE {name} SET _d=-1 WHERE _k=?", [(key,) for key in keys]
            )
        sets = ", ".join(f"{column.storage}=?" for column in columns)
        try:
            self.connection.executemany(
                f"UPDATE {name} SET _x={writer}, _d=0, {sets} WHERE _k=?",
                ((*values, key) for key, values in rows),
            )
        except sqlite3.IntegrityError as error:
            raise self._duplicate(table, error) from None

    def _keep_versions(
        self, table: Table, keys: Sequence[int], writer: int, *, own: bool
    ) -> None:
        """Keep rows as they are; those the same writer made only if `own`."""
        others = "" if own else f" AND _x<>{writer}"
        columns = "".join(f", {column.storage}" for column in table.columns)
        start = table.next_key
        table.next_key += len(keys)
        self.connection.executemany(
            f"INSERT INTO {table.storage} SELECT ?, _x, {writer}, _k{columns} "
            f"FROM {table.storage} WHERE _k=?{others}",
            ((start + i, key) for i, key in enumerate(keys)),
        )

    def _begin_write(self, table: Table, transaction: Transaction) -> int:
        """Return the writer number for rows of `table`, 0 if written as committed."""
        if table.locks:
            check_table_lock(table, transaction, exclusive=True, sqlcode=_INSERT_FAILED)
        if transaction.direct or not table.logged:
            return 0
        if table not in transaction.tables:
            transaction.tables.add(table)
            table.writers.add(transaction)
            transaction.undo.append(lambda: _forget_writer(table, transaction))
            self._active[transaction.low] = transaction
        return transaction.writer

    # --- unique keys ---------------------------------------------------------

    def _duplicate(
        self, table: Table, error: sqlite3.IntegrityError
    ) -> SQLError | sqlite3.IntegrityError:
        """Return -268 for a constraint, -239 for an index, each with ISAM -100."""
        text = str(error)
        for index in table.indexes:
            columns = ", ".join(f"{table.storage}.{c.storage}" for c, _ in index.keys)
            if text.endswith((f": {columns}", f"'{index.storage}_n'")):
                if index.constraint is not None:
                    name = f"{index.constraint.owner}.{index.constraint.name}"
                    return SQLError(-268, -100, token=name)
                return SQLError(-239, -100, token=f"{index.owner}.{index.name}")
        return error

    def _probe_foreign_keys(
        self, table: Table, rows: Sequence[Row], transaction: Transaction
    ) -> None:
        """Raise LockConflict if another transaction holds a key of `rows`.

        A key it deleted must stay free for its rollback; a key it inserted may yet
        vanish. Neither is a duplicate, both are locked.
        """
        numbers = {column: i for i, column in enumerate(table.columns)}
        low, high = transaction.low or -1, transaction.high or -1
        for index in table.indexes:
            if not index.is_enforced:
                continue
            tests = " AND ".join(f"{c.storage} IS ?" for c, _ in index.keys)
            sql = (
                f"SELECT CASE WHEN _d=0 OR _d BETWEEN {low} AND {high} THEN _x "
                f"ELSE _d END FROM {table.storage} WHERE {tests} AND "
                f"((_x<>0 AND _x NOT BETWEEN {low} AND {high}) OR "
                f"(_d>0 AND _d NOT BETWEEN {low} AND {high}))"
            )
            places = [numbers[column] for column, _ in index.keys]
            for row in rows:
                found = self.connection.execute(sql, [row[i] for i in places])
                owner = found.fetchone()
                if owner is not None:
                    raise LockConflict(owner[0], _INSERT_FAILED, KEY_LOCKED)

    def _probe_updated_keys(
        self,
        table: Table,
        columns: Sequence[Column],
        rows: Sequence[tuple[int, Row]],
        transaction: Transaction,
    ) -> None:
        places = {column: i for i, column in enumerate(columns)}
        names = ", ".join(column.storage for column in table.columns)
        probes = []
        for key, values in rows:
            old = self.connection.execute(
                f"SELECT {names} FROM {table.storage} WHERE _k=?", (key,)
            ).fetchone()
            probes.append(
                [
                    values[places[column]] if column in places else old[i]
                    for i, column in enumerate(table.columns)
                ]
            )
        self._probe_foreign_keys(table, probes, transaction)

    # --- transactions --------------------------------------------------------

    def owner(self, writer: int | Transaction) -> Transaction | None:
        """Return the active transaction a writer number belongs to."""
        if isinstance(writer, Transaction):
            return writer
        for transaction in self._active.values():
            if transaction.low <= writer <= transaction.high:
                return transaction
        return None

    def commit(self, transaction: Transaction) -> None:
        low, high = transaction.low, transaction.high
        with self.atomic(transaction):
            for table in transaction.tables:
                if table.dropped:
                    continue
                name = table.storage
                self.connection.execute(
                    f"DELETE FROM {name} WHERE _d<>0 AND _d BETWEEN {low} AND {high}"
                )
                self.connection.execute(
                    f"UPDATE {name} SET _x=0 "
                    f"WHERE _x<>0 AND _x BETWEEN {low} AND {high}"
                )
            if self.persistence is not None:
                self.persistence.before_commit(transaction)
        for action in transaction.on_commit:
            action()
        self._end(transaction)

    def rollback(self, transaction: Transaction) -> None:
        """Undo everything the transaction did."""
        self.rollback_to(transaction, transaction.low, 0)
        self._end(transaction)

    def rollback_to(self, transaction: Transaction, writer: int, mark: int) -> None:
        """Undo what writers from `writer` on did, catalog changes back to `mark`.

        Rows come first, for an index may only be valid without them; then again, for
        an ALTER TABLE undone brings back rows as they were before it.
        """
        tables = list(transaction.tables)
        self._undo_rows(tables, writer, transaction.high)
        transaction.undo_to(mark)
        tables = [table for table in tables if not table.dropped]
        self._undo_rows(tables, writer, transaction.high)

    def _undo_rows(self, tables: Sequence[Table], writer: int, high: int) -> None:
        for table in tables:
            name = table.storage
            self.connection.execute(
                f"DELETE FROM {name} WHERE _x<>0 AND _x BETWEEN {writer} AND {high}"
            )
            self._restore_versions(name, f"_d<>0 AND _d BETWEEN {writer} AND {high}")

    def _end(self, transaction: Transaction) -> None:
        for table in transaction.tables:
            table.writers.discard(transaction)
        transaction.tables.clear()
        release_locks(transaction)
        self._active.pop(transaction.low, None)
        if self.persistence is not None:
            self.persistence.ended(transaction)

    def recover(self, table: Table) -> None:
        """Undo what a server that is gone had not committed in a table."""
        name = table.storage
        self.connection.execute(f"DELETE FROM {name} WHERE _x<>0")
        self._restore_versions(name, "_d<>0")
        for index in table.indexes:
            self.create_index(table, index)
        (last,) = self.connection.execute(f"SELECT max(_k) FROM {name}").fetchone()
        table.next_key = (last or 0) + 1

    def _restore_versions(self, name: str, where: str) -> None:
        self.connection.execute(
            f"UPDATE {name} SET _k=CASE WHEN _o THEN _o ELSE _k END, _d=0, _o=0 "
            f"WHERE {where}"
        )


def _forget_writer(table: Table, transaction: Transaction) -> None:
    table.writers.discard(transaction)
    transaction.tables.discard(table)


def _column(column: Column) -> str:
    """Return a column's definition; no type, so that SQLite converts nothing."""
    if family(column.type) == "string":
        return f"{column.storage} COLLATE RTRIM"
    return column.storage
