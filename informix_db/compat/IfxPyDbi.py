# ruff: noqa: N999 (the name programs import)
"""IfxPyDbi, IfxPy's PEP 249 module, on top of informix_db.

For programs that ``import IfxPyDbi``; see docs/MIGRATING.md for what differs. New
programs use informix_db itself.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from informix_db.compat import IfxPy
from informix_db.compat._connections import open_connection, statement_of
from informix_db.compat._dbicursors import Cursor
from informix_db.compat._dbierrors import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    Warning,
    dbi_errors,
)
from informix_db.compat._dbitypes import (
    BIGINT,
    BINARY,
    DATE,
    DATETIME,
    DECIMAL,
    FLOAT,
    NUMBER,
    ROWID,
    STRING,
    TEXT,
    TIME,
    Binary,
    Date,
    DateFromTicks,
    DBAPITypeObject,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
)
from informix_db.compat.IfxPy import (
    ATTR_CASE,
    CASE_LOWER,
    CASE_NATURAL,
    CASE_UPPER,
    SQL_ATTR_AUTOCOMMIT,
    SQL_AUTOCOMMIT_OFF,
    SQL_AUTOCOMMIT_ON,
    SQL_DBMS_NAME,
    SQL_DBMS_VER,
    SQL_FALSE,
    SQL_INDEX_CLUSTERED,
    SQL_INDEX_OTHER,
    SQL_TABLE_STAT,
    SQL_TRUE,
    USE_WCHAR,
    WCHAR_NO,
    WCHAR_YES,
    IFXConnection,
    IFXStatement,
    __version__,
)

apilevel = "2.0"
threadsafety = 0
paramstyle = "qmark"

FIX_RETURN_TYPE = 1

SpeedTestWithPyPrimeCount = IfxPy.SpeedTestWithCPrimeCount


def connect(
    ConStr: str,  # noqa: N803
    user: str = "",
    password: str = "",
    host: str = "",
    database: str = "",
    conn_options: Mapping[int, Any] | None = None,
) -> Connection:
    """Open a connection; every statement commits itself, as in IfxPyDbi.

    The other arguments count where the string says nothing; `conn_options` are those
    of IfxPy.connect. Raises InterfaceError for arguments that are no text, and what
    `execute` raises if the connection cannot be opened.
    """
    given = {"user": user, "password": password, "host": host, "database": database}
    for name, text in {"ConStr": ConStr, **given}.items():
        if not isinstance(text, str):
            raise InterfaceError(f"connect expects {name} to be of type string")
    if conn_options is not None and not isinstance(conn_options, Mapping):
        raise InterfaceError("connect expects conn_options to be of type dict")

    def missing(written: Mapping[str, Any]) -> Mapping[str, str]:
        return {n: text for n, text in given.items() if text and n not in written}

    with dbi_errors(executing=True):
        return Connection(open_connection(ConStr, conn_options, missing))


class Connection:
    """A connection (PEP 249). Made by `connect`."""

    def __init__(self, conn_handler: IFXConnection) -> None:
        self.conn_handler: IFXConnection | None = conn_handler
        self.FIX_RETURN_TYPE = FIX_RETURN_TYPE
        self.current_schema: str = "dummy"
        self._cursors: weakref.WeakSet[Cursor] = weakref.WeakSet()
        with dbi_errors():
            self._dbms_name = str(IfxPy.get_db_info(conn_handler, SQL_DBMS_NAME))
            self._dbms_ver = str(IfxPy.get_db_info(conn_handler, SQL_DBMS_VER))

    @property
    def dbms_name(self) -> str:
        """``Informix``."""
        return self._dbms_name

    @property
    def dbms_ver(self) -> str:
        """The server's release."""
        return self._dbms_ver

    def _handle(self) -> IFXConnection:
        if self.conn_handler is None:
            raise ProgrammingError("The connection is no longer active.")
        return self.conn_handler

    def close(self) -> Literal[True]:
        """Undo what is not committed and close; ProgrammingError if it is closed."""
        handle = self._handle()
        with dbi_errors():
            IfxPy.close(handle)
        self.conn_handler = None
        for cursor in list(self._cursors):
            cursor._forget()
        return True

    def commit(self) -> bool:
        """Commit. With autocommit, which is on by default, it does nothing."""
        with dbi_errors():
            return IfxPy.commit(self._handle())

    def rollback(self) -> bool:
        """Roll back. With autocommit, which is on by default, it does nothing."""
        with dbi_errors():
            return IfxPy.rollback(self._handle())

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        cursor = Cursor(self._handle(), self)
        self._cursors.add(cursor)
        return cursor

    def set_option(self, attr_dict: Mapping[int, Any]) -> bool:
        """Set options of the connection, see IfxPy.set_option."""
        with dbi_errors():
            return IfxPy.set_option(self._handle(), attr_dict, 1)

    def get_option(self, attr_key: int) -> Any:
        """Return an option of the connection, see IfxPy.get_option."""
        with dbi_errors():
            return IfxPy.get_option(self._handle(), attr_key, 1)

    def set_autocommit(self, is_on: object) -> bool:
        """Turn autocommit on or off."""
        value = SQL_AUTOCOMMIT_ON if is_on else SQL_AUTOCOMMIT_OFF
        with dbi_errors():
            return IfxPy.set_option(self._handle(), {SQL_ATTR_AUTOCOMMIT: value}, 1)

    def set_fix_return_type(self, is_on: object) -> int:
        """Return DECIMAL of new cursors as decimal.Decimal, or if off as str."""
        self.FIX_RETURN_TYPE = int(bool(is_on))
        return self.FIX_RETURN_TYPE

    def set_current_schema(self, schema_name: str) -> str:
        """Return "dummy": Informix has no current schema."""
        self.current_schema = schema_name
        return "dummy"

    def get_current_schema(self) -> str:
        """Return "dummy": Informix has no current schema."""
        self.current_schema = "dummy"
        return self.current_schema

    def server_info(self) -> tuple[str, str]:
        """Return `dbms_name` and `dbms_ver`."""
        return self.dbms_name, self.dbms_ver

    def set_case(self, str_value: str) -> str:
        """Return a name as the catalog has it; InterfaceError if it is no text."""
        if not isinstance(str_value, str):
            raise InterfaceError(f"a name is text, not {type(str_value).__name__}")
        return str_value.lower()

    # -- the catalog: rows as dicts by ODBC's names ------------------------------------

    def tables(
        self, schema_name: str | None = None, table_name: str | None = None
    ) -> list[dict[str, Any]]:
        """Return tables, views and synonyms."""
        owner, table = self._folded(schema_name, table_name)
        return self._rows(lambda c: IfxPy.tables(c, None, owner, table))

    def columns(
        self,
        schema_name: str | None = None,
        table_name: str | None = None,
        column_names: Sequence[str] | None = None,
    ) -> list[dict[str, Any]]:
        """Return columns, those called `column_names` if there are any."""
        owner, table = self._folded(schema_name, table_name)
        rows = self._rows(lambda c: IfxPy.columns(c, None, owner, table))
        if not column_names:
            return rows
        wanted = set(self._folded(*column_names))
        rows = [row for row in rows if row["COLUMN_NAME"].lower() in wanted]
        for row in rows:
            row["COLUMN_NAME"] = row["COLUMN_NAME"].lower()
        return rows

    def indexes(
        self,
        unique: bool = True,
        schema_name: str | None = None,
        table_name: str | None = None,
    ) -> list[dict[str, Any]]:
        """Return the columns of indexes: of all, or if not `unique` of unique ones."""
        owner, table = self._folded(schema_name, table_name)
        rows = self._rows(lambda c: IfxPy.statistics(c, None, owner, table, unique))
        return [row for row in rows if row["TYPE"] == SQL_INDEX_OTHER]

    def primary_keys(
        self,
        unique: bool = True,
        schema_name: str | None = None,
        table_name: str | None = None,
    ) -> list[dict[str, Any]]:
        """Return the columns of primary keys; `unique` is ignored."""
        owner, table = self._folded(schema_name, table_name)
        return self._rows(lambda c: IfxPy.primary_keys(c, None, owner, table))

    def foreign_keys(
        self,
        unique: bool = True,
        schema_name: str | None = None,
        table_name: str | None = None,
    ) -> list[dict[str, Any]]:
        """Return the columns of foreign keys of a table; `unique` is ignored."""
        owner, table = self._folded(schema_name, table_name)
        return self._rows(
            lambda c: IfxPy.foreign_keys(c, None, None, None, None, owner, table)
        )

    def _folded(self, *names: str | None) -> list[str | None]:
        return [None if name is None else self.set_case(name) for name in names]

    def _rows(
        self, function: Callable[[IFXConnection], IFXStatement]
    ) -> list[dict[str, Any]]:
        with dbi_errors():
            statement = statement_of(function(self._handle()))
            names = statement.keys()
            rows = statement.fetch_many(None, decimals=False)
            return [dict(zip(names, row, strict=True)) for row in rows]


__all__ = [
    "ATTR_CASE",
    "BIGINT",
    "BINARY",
    "CASE_LOWER",
    "CASE_NATURAL",
    "CASE_UPPER",
    "DATE",
    "DATETIME",
    "DECIMAL",
    "FIX_RETURN_TYPE",
    "FLOAT",
    "NUMBER",
    "ROWID",
    "SQL_ATTR_AUTOCOMMIT",
    "SQL_AUTOCOMMIT_OFF",
    "SQL_AUTOCOMMIT_ON",
    "SQL_DBMS_NAME",
    "SQL_DBMS_VER",
    "SQL_FALSE",
    "SQL_INDEX_CLUSTERED",
    "SQL_INDEX_OTHER",
    "SQL_TABLE_STAT",
    "SQL_TRUE",
    "STRING",
    "TEXT",
    "TIME",
    "USE_WCHAR",
    "WCHAR_NO",
    "WCHAR_YES",
    "Binary",
    "Connection",
    "Cursor",
    "DBAPITypeObject",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "SpeedTestWithPyPrimeCount",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "Warning",
    "__version__",
    "apilevel",
    "connect",
    "paramstyle",
    "threadsafety",
]
