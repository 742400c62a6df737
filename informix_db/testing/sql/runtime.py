"""What SQL functions can see while a statement runs, and how SQLite gets to them.

One `Runtime` per engine. SQLite reports an exception inside a function only as "user-
defined function raised exception", so the exception itself is kept in `error`.
`advanced` are the sequences that gave values which have not been saved.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable
from typing import Any, Protocol

from informix_db.testing.api import ClientFilesAPI, LargeObjectsAPI, SQLType
from informix_db.testing.sql.catalog import Database, SequenceGenerator
from informix_db.testing.sql.values import Context


class SessionFacts(Protocol):
    """What functions may ask about the running session."""

    session_id: int
    user: str
    role: str
    last_serial: int
    last_serial8: int
    last_bigserial: int
    rows_processed: int
    sequence_values: dict[SequenceGenerator, int]  # what CURRVAL gives
    client_files: ClientFilesAPI | None

    @property
    def large_objects(self) -> LargeObjectsAPI: ...

    @property
    def database_name(self) -> str: ...

    def current_database(self) -> Database: ...


class Runtime(Context):
    """The running session's settings and the functions registered with SQLite."""

    def __init__(self, connection: sqlite3.Connection, server_name: str) -> None:
        super().__init__()
        self.connection = connection
        self.server_name = server_name
        self.session: SessionFacts | None = None
        self.error: BaseException | None = None
        self.advanced: weakref.WeakSet[SequenceGenerator] = weakref.WeakSet()
        self._names: dict[tuple[SQLType, SQLType], str] = {}
        self._numbers: dict[SQLType, int] = {}
        self._numbered: list[SQLType] = []

    def type_number(self, sql_type: SQLType) -> int:
        """Return a number that functions called from SQLite know a type by."""
        if sql_type not in self._numbers:
            self._numbers[sql_type] = len(self._numbers)
            self._numbered.append(sql_type)
        return self._numbers[sql_type]

    def numbered_type(self, number: int) -> SQLType:
        return self._numbered[number]

    def register(
        self,
        name: str,
        function: Callable[..., Any],
        *,
        strict: bool = True,
        deterministic: bool = True,
    ) -> None:
        """Make `function` callable from SQLite; `strict` ones give NULL for NULL."""

        def call(*arguments: Any) -> Any:
            if strict and None in arguments:
                return None
            try:
                return function(*arguments)
            except BaseException as error:
                self.error = error
                raise

        self.connection.create_function(name, -1, call, deterministic=deterministic)

    def register_aggregate(self, name: str, factory: Callable[[], Any]) -> None:
        """Register an aggregate: `step(value)` for non-NULL values and `finalize()`."""
        runtime = self

        class Guarded:
            def __init__(self) -> None:
                self.inner = factory()

            def step(self, value: Any) -> None:
                if value is None:
                    return
                try:
                    self.inner.step(value)
                except BaseException as error:
                    runtime.error = error
                    raise

            def finalize(self) -> Any:
                try:
                    return self.inner.finalize()
                except BaseException as error:
                    runtime.error = error
                    raise

        self.connection.create_aggregate(name, 1, Guarded)

    def conversion(self, source: SQLType, target: SQLType) -> str:
        """Return the SQLite function that converts, "" if there is nothing to do."""
        key = source, target
        if key not in self._names:
            convert = self.converter(source, target)
            name = ""
            if convert is not None:
                name = f"cv{len(self._names)}"
                self.register(name, convert)
            self._names[key] = name
        return self._names[key]

    def facts(self) -> SessionFacts:
        """Return the running session."""
        assert self.session is not None
        return self.session
