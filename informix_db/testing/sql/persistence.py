"""A data directory: databases that outlive their server.

The directory holds one SQLite file, `emulator.sqlite`, and while a server uses it
SQLite's write-ahead log beside it. Its tables:

* `emulator_state`: `catalog`, what `snapshot` makes of all databases, and `written_by`
* `emulator_counters`: last values of serials and sequences since the catalog was saved
* `emulator_large_objects`: smart large objects by the number in their locators
* the tables of all databases by the names the catalog gives them (`store`), all row
  versions included

The catalog is saved with the statement, or the commit, that changes it, counters and
large objects with every statement. What a killed server had not committed is undone by
the next one: each transaction's, and each prepared branch's, which is forgotten. The
log is not forced to the disk at every commit: a server that is killed loses nothing, a
machine that loses power may lose the last commits, but not more.

`PRAGMA user_version` is the version of all this; files of another one are refused.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING

from informix_db.testing.api import DataDirectoryError
from informix_db.testing.sql import snapshot
from informix_db.testing.sql.catalog import Database, SequenceGenerator, Table
from informix_db.testing.sql.locks import CATALOG_UNREADABLE, LockConflict
from informix_db.testing.sql.transactions import Transaction

if TYPE_CHECKING:
    from informix_db.testing.engine import Engine

FILE_NAME = "emulator.sqlite"
FORMAT = 1
APPLICATION_ID = 0x49465845  # "IFXE"

_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ImportError)
_OWN_TABLES = """
    CREATE TABLE emulator_state (name TEXT PRIMARY KEY, value TEXT);
    CREATE TABLE emulator_counters (name TEXT PRIMARY KEY, value INTEGER);
    CREATE TABLE emulator_large_objects (number INTEGER PRIMARY KEY, contents BLOB);
"""


def connect(directory: str | os.PathLike[str]) -> sqlite3.Connection:
    """Open a data directory, which is made if need be.

    DataDirectoryError if another server has it open or its format is another one.
    """
    os.makedirs(directory, exist_ok=True)
    path = os.path.join(directory, FILE_NAME)
    connection = sqlite3.connect(
        path,
        timeout=0,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
    try:
        _take(connection)
    except sqlite3.OperationalError as error:
        connection.close()
        message = f"{directory} is in use by another server, or unreadable: {error}"
        raise DataDirectoryError(message) from error
    except sqlite3.DatabaseError as error:
        connection.close()
        raise DataDirectoryError(f"{path} is no data of the emulator") from error
    except DataDirectoryError:
        connection.close()
        raise
    return connection


def _take(connection: sqlite3.Connection) -> None:
    """Lock the file for as long as the connection lives, and look at its format."""
    execute = connection.execute
    execute("PRAGMA locking_mode = EXCLUSIVE")
    is_new = not execute("SELECT 1 FROM sqlite_master").fetchone()
    if is_new:
        execute(f"PRAGMA application_id = {APPLICATION_ID}")
        execute(f"PRAGMA user_version = {FORMAT}")
    (application,) = execute("PRAGMA application_id").fetchone()
    (version,) = execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise sqlite3.DatabaseError
    if version != FORMAT:
        raise DataDirectoryError(
            f"the data directory has format {version}; this version of the emulator "
            f"reads and writes format {FORMAT} only"
        )
    execute("PRAGMA journal_mode = WAL")
    execute("PRAGMA synchronous = NORMAL")
    execute("BEGIN IMMEDIATE")
    if is_new:
        for statement in filter(str.strip, _OWN_TABLES.split(";")):
            execute(statement)
    execute("COMMIT")


class Persistence:
    """Saves what one engine's databases are, and brings it back."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._execute = engine.store.connection.execute
        self._owner: Transaction | None = None  # has uncommitted DDL

    # --- saving --------------------------------------------------------------

    def after_statement(self, transaction: Transaction, version: int) -> None:
        """Save what a statement changed besides rows; `version` is the catalog's
        before it.

        LockConflict if the catalog has uncommitted changes of another transaction:
        it is saved as a whole, so only one may change it at a time.
        """
        if self._engine.catalog_version != version:
            self.refuse_if_owned(transaction)
            if transaction.direct:
                self.save_catalog()
            else:
                self._owner = transaction
        self.save_changes()

    def refuse_if_owned(self, transaction: Transaction | None) -> None:
        if self._owner not in (None, transaction):
            assert self._owner is not None
            raise LockConflict(self._owner, CATALOG_UNREADABLE)

    def before_commit(self, transaction: Transaction) -> None:
        """Save what a transaction changed; called inside the commit of its rows."""
        if self._owner is transaction:
            self.save_catalog()
        self.save_changes()

    def ended(self, transaction: Transaction) -> None:
        if self._owner is transaction:
            self._owner = None

    def save_catalog(self) -> None:
        """Write the catalog as it is, which has the counters in it."""
        text = snapshot.dump(self._engine.by_name.values())
        self._put("catalog", text)
        self._execute("DELETE FROM emulator_counters")

    def _put(self, name: str, value: str) -> None:
        self._execute("REPLACE INTO emulator_state VALUES (?, ?)", (name, value))

    def save_changes(self) -> None:
        """Write the sequences and large objects that have changed."""
        advanced = self._engine.runtime.advanced
        if advanced:
            for database in self._engine.by_name.values():
                for item in database.objects():
                    if isinstance(item, SequenceGenerator) and item in advanced:
                        self._count(f"{database.name}:{item.tabid}", item.last)
            advanced.clear()
        for number, contents in self._engine.large_objects.take_changes():
            self._execute(
                "REPLACE INTO emulator_large_objects VALUES (?, ?)", (number, contents)
            )

    def save_serials(self, table: Table) -> None:
        """Write the serial counters of a table rows were added to."""
        for column, value in table.serials.items():
            self._count(f"{table.storage}.{column}", value)

    def _count(self, name: str, value: int | None) -> None:
        self._execute("REPLACE INTO emulator_counters VALUES (?, ?)", (name, value))

    # --- bringing back -------------------------------------------------------

    def load(self) -> bool:
        """Give the engine its databases back; tell whether there were any."""
        found = self._execute("SELECT value FROM emulator_state WHERE name='catalog'")
        row = found.fetchone()
        if row is None:
            return False
        names = self._names("index", "table")
        self._engine.store.count_from(max(map(_number, names)))
        try:
            databases = snapshot.load(row[0], self._engine.install_catalog)
        except _UNREADABLE as error:
            self._engine.store.close()
            message = f"the catalog in the data directory cannot be read: {error!r}"
            raise DataDirectoryError(message) from error
        counters = dict(self._execute("SELECT name, value FROM emulator_counters"))
        for database in databases:
            self._engine.by_name[database.name] = database
            _count_on(database, counters)
        with self._engine.store.atomic(Transaction(0, direct=True)):
            self._undo_unfinished([t for d in databases for t in user_tables(d)])
        self._engine.large_objects.restore(
            self._execute("SELECT number, contents FROM emulator_large_objects")
        )
        return True

    def _undo_unfinished(self, tables: list[Table]) -> None:
        """Drop what no committed catalog names, undo what was not committed."""
        store = self._engine.store
        for name in self._names("table") - {table.storage for table in tables}:
            if not name.startswith(("emulator_", "sqlite_")):
                store.drop_storage(name)
        wanted = {name for table in tables for name in store.index_names(table)}
        for name in self._names("index") - wanted:
            if not name.startswith("sqlite_"):
                self._execute(f"DROP INDEX {name}")
        for table in tables:
            store.recover(table)

    def _names(self, *kinds: str) -> set[str]:
        marks = ", ".join("?" * len(kinds))
        query = f"SELECT name FROM sqlite_master WHERE type IN ({marks})"
        return {row[0] for row in self._execute(query, kinds)}


def user_tables(database: Database) -> Iterator[Table]:
    return (table for table in database.tables() if not table.is_system)


def _number(name: str) -> int:
    """Return the number in a name that `Store.new_name` made."""
    found = re.match(r"[a-z](\d+)", name)
    return int(found[1]) if found else 0


def _count_on(database: Database, counters: dict[str, int]) -> None:
    """Set serials and sequences to the values counted since the catalog was saved."""
    for item in database.objects():
        if isinstance(item, SequenceGenerator):
            item.last = counters.get(f"{database.name}:{item.tabid}", item.last)
        elif isinstance(item, Table) and not item.is_system:
            for column in item.serials:
                name = f"{item.storage}.{column}"
                item.serials[column] = counters.get(name, item.serials[column])
