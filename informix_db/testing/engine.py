"""The SQL half of the emulator: `Engine`, its sessions, statements and cursors.

All sessions share one SQLite connection; the engine's condition is held whenever SQL
runs and is given up only to wait for another session's locks. What it does not know:
bytes, sockets, protocol messages.
"""

from __future__ import annotations

import datetime
import os
import threading
from collections.abc import Mapping, Sequence

from informix_db.testing.api import XID, SQLError
from informix_db.testing.lobs import LargeObjects
from informix_db.testing.sql import composites, functions, operators, sequences, spl
from informix_db.testing.sql.branches import Branch
from informix_db.testing.sql.catalog import Database
from informix_db.testing.sql.persistence import Persistence, connect
from informix_db.testing.sql.privileges import PUBLIC
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.session import Session
from informix_db.testing.sql.store import Store
from informix_db.testing.sql.syscatalog import SystemCatalog, numeric_locale
from informix_db.testing.sql.transactions import Transaction
from informix_db.testing.sql.views import follow_database

DEFAULT_USERS = {"informix": "in4mix"}
_PROGRESS_STEPS = 20_000  # SQLite instructions between looks at the interrupt flag


class Engine:
    """All databases of one emulated server (`api.EngineAPI`).

    With `data`, a directory, they are kept there; DataDirectoryError if that is in use
    by another server or written by another version.
    """

    def __init__(
        self,
        *,
        server_name: str = "informix",
        users: Mapping[str, str] | None = None,
        data: str | os.PathLike[str] | None = None,
    ) -> None:
        self.server_name = server_name
        self.users = dict(DEFAULT_USERS if users is None else users)
        self.condition = threading.Condition()
        self.store = Store(None if data is None else connect(data))
        self.large_objects = LargeObjects()
        self.runtime = Runtime(self.store.connection, server_name)
        self.catalog_version = 0
        self.by_name: dict[str, Database] = {}
        self.sessions: dict[int, Session] = {}
        self.branches: dict[XID, Branch] = {}
        self._next_session = 1
        self._system = SystemCatalog(self)
        operators.register(self.runtime)
        functions.register(self.runtime)
        composites.register()
        spl.register(self.runtime)
        sequences.register(self.runtime)
        self.store.connection.set_progress_handler(self._interrupted, _PROGRESS_STEPS)
        self.persistence: Persistence | None = None
        if data is not None:
            self.persistence = self.store.persistence = Persistence(self)
        self.is_new = self.persistence is None or not self.persistence.load()
        if self.is_new:
            self._add_first_databases()

    def _add_first_databases(self) -> None:
        self.add_database("sysmaster", "informix", logged=False, ansi=False)
        self.add_database("testdb", "informix", logged=True, ansi=False)
        self.add_database("ansidb", "informix", logged=True, ansi=True)
        self.add_database("unlogdb", "informix", logged=False, ansi=False)
        for database in self.by_name.values():
            database.users[PUBLIC] = "C" if database.name == "sysmaster" else "R"
        self._databases_changed()

    def databases(self) -> Sequence[str]:
        """Return the names of all databases."""
        with self.condition:
            return list(self.by_name)

    def set_locale(self, name: str, locale: str) -> None:
        """Let only sessions of `locale` open a database; SQLError(-329)."""
        with self.condition:
            self.database(name).locale = numeric_locale({"DB_LOCALE": locale})
            self._databases_changed()

    def authenticate(self, user: str, password: str) -> None:
        """Raise SQLError(-951) unless user and password belong together."""
        if self.users.get(user) != password:
            raise SQLError(-951, token=user)

    def open_session(self, user: str, environment: dict[str, str]) -> Session:
        """Open a session; `environment` is the login's."""
        with self.condition:
            number = self._next_session
            self._next_session += 1
            session = Session(self, number, user, environment)
            self.sessions[number] = session
            return session

    def close(self) -> None:
        """Close every session; data without a directory is forgotten."""
        for session in list(self.sessions.values()):
            session.close()
        with self.condition:
            self.store.close()

    # --- for sessions, which hold the condition ------------------------------

    def add_database(
        self,
        name: str,
        owner: str,
        *,
        logged: bool,
        ansi: bool,
        buffered: bool = False,
    ) -> Database:
        self._refuse_if_catalog_owned()
        database = Database(name, owner, logged=logged, ansi=ansi, buffered=buffered)
        self.install_catalog(database)
        self.by_name[name] = database
        self._databases_changed()
        return database

    def install_catalog(self, database: Database) -> None:
        """Add the tables of the system catalog to a new database."""
        self._system.install(database)

    def _refuse_if_catalog_owned(self) -> None:
        if self.persistence is not None:
            self.persistence.refuse_if_owned(None)

    def _databases_changed(self) -> None:
        self.catalog_version += 1
        if self.persistence is not None:
            with self.store.atomic(Transaction(0, direct=True)):
                self.persistence.save_catalog()

    def rename_database(self, database: Database, name: str) -> None:
        self._refuse_if_catalog_owned()
        del self.by_name[database.name]
        for other in (database, *self.by_name.values()):
            for item in other.objects():
                follow_database(item, database.name, name)
        database.name = name
        self.by_name[name] = database
        self._databases_changed()

    def drop_database(self, database: Database) -> None:
        self._refuse_if_catalog_owned()
        del self.by_name[database.name]
        self._databases_changed()
        for table in database.tables():
            table.dropped = True
            if not table.is_system or table.filled is not None:
                self.store.drop_table(table)

    def database(self, name: str) -> Database:
        """Return a database; SQLError(-329, -111) if there is none."""
        name, _, server = name.partition("@")
        if server and server != self.server_name:
            raise SQLError(-908, token=server)
        found = self.by_name.get(name.strip().lower())
        if found is None:
            raise SQLError(-329, -111, token=name)
        return found

    def enter(self, session: Session) -> None:
        """Make `session` the running one."""
        runtime = self.runtime
        runtime.session = session
        runtime.error = None
        runtime.dbdate = session.dbdate
        ansi = session.database is not None and session.database.ansi
        runtime.refuses_truncation = ansi or session.refuses_truncation
        runtime.codec = session.codec
        runtime.now = datetime.datetime.now()

    def _interrupted(self) -> int:
        session = self.runtime.session
        return int(isinstance(session, Session) and session.interrupted.is_set())
