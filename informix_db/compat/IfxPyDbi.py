# ruff: noqa: N999 (the name programs import)
"""IfxPyDbi, IfxPy's PEP 249 module, on top of informix_db.

For programs that ``import IfxPyDbi``; see docs/MIGRATING.md for what differs. New
programs use informix_db itself.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from informix_db.compat import IfxPy
from informix_db.compat._connections import open_connection, statement_of
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
    error_of,
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
    type_object,
)
from informix_db.compat._errors import NativeError
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


# -- connections -----------------------------------------------------------------------


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

    with _errors(executing=True):
        return Connection(open_connection(ConStr, conn_options, missing))


@contextmanager
def _errors(
    messages: list[Error] | None = None, *, executing: bool = False
) -> Iterator[None]:
    """Raise errors of IfxPy as those of this module, and keep them in `messages`."""
    try:
        yield
    except NativeError as exc:
        error = error_of(exc, executing=executing)
        if messages is not None:
            messages.append(error)
        raise error from (exc.__cause__ or exc)


class Connection:
    """A connection (PEP 249). Made by `connect`."""

    def __init__(self, conn_handler: IFXConnection) -> None:
        self.conn_handler: IFXConnection | None = conn_handler
        self.FIX_RETURN_TYPE = FIX_RETURN_TYPE
        self.current_schema: str = "dummy"
        self._cursors: weakref.WeakSet[Cursor] = weakref.WeakSet()
        with _errors():
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
        with _errors():
            IfxPy.close(handle)
        self.conn_handler = None
        for cursor in list(self._cursors):
            cursor._forget()
        return True

    def commit(self) -> bool:
        """Commit. With autocommit, which is on by default, it does nothing."""
        with _errors():
            return IfxPy.commit(self._handle())

    def rollback(self) -> bool:
        """Roll back. With autocommit, which is on by default, it does nothing."""
        with _errors():
            return IfxPy.rollback(self._handle())

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        cursor = Cursor(self._handle(), self)
        self._cursors.add(cursor)
        return cursor

    def set_option(self, attr_dict: Mapping[int, Any]) -> bool:
        """Set options of the connection, see IfxPy.set_option."""
        return IfxPy.set_option(self._handle(), attr_dict, 1)

    def get_option(self, attr_key: int) -> Any:
        """Return an option of the connection, see IfxPy.get_option."""
        return IfxPy.get_option(self._handle(), attr_key, 1)

    def set_autocommit(self, is_on: object) -> bool:
        """Turn autocommit on or off."""
        value = SQL_AUTOCOMMIT_ON if is_on else SQL_AUTOCOMMIT_OFF
        with _errors():
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
        """Return a name as the catalog has it."""
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
        wanted = {name.lower() for name in column_names}
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
        with _errors():
            statement = statement_of(function(self._handle()))
            names = statement.keys()
            rows = statement.fetch_many(None, decimals=False)
            return [dict(zip(names, row, strict=True)) for row in rows]


# -- cursors ---------------------------------------------------------------------------


class Cursor:
    """A cursor (PEP 249). Made by `Connection.cursor`."""

    def __init__(self, conn_handler: IFXConnection, conn_object: Connection) -> None:
        self.arraysize = 1
        self.messages: list[Error] = []
        self.conn_handler: IFXConnection | None = conn_handler
        self.stmt_handler: IFXStatement | None = None
        self.FIX_RETURN_TYPE = conn_object.FIX_RETURN_TYPE
        self._connection = conn_object
        self._row_count = -1
        self._has_rows = False
        self._last_serial = 0

    @property
    def connection(self) -> Connection:
        """The connection it belongs to."""
        return self._connection

    @property
    def rowcount(self) -> int:
        """Rows changed by the last statement, -1 if that was a query."""
        return self._row_count

    @property
    def last_identity_val(self) -> int | None:
        """The SERIAL value this cursor inserted last, None if none."""
        return self._last_serial or None

    @property
    def description(self) -> list[list[Any]] | None:
        """One list per column: name, type, sizes to show it, precision, scale, null.

        The type of intervals and composite types is None. None without rows.
        """
        statement = self.stmt_handler
        if statement is None or not IfxPy.num_fields(statement):
            return None
        return [
            [
                IfxPy.field_name(statement, at),
                type_object(IfxPy.field_type(statement, at)),
                IfxPy.field_display_size(statement, at),
                IfxPy.field_display_size(statement, at),
                IfxPy.field_precision(statement, at),
                IfxPy.field_scale(statement, at),
                IfxPy.field_nullable(statement, at),
            ]
            for at in range(IfxPy.num_fields(statement))
        ]

    # -- executing ---------------------------------------------------------------------

    def execute(
        self, operation: str, parameters: Sequence[Any] | None = None
    ) -> Literal[True]:
        """Execute a statement, whose parameters are marked with ``?``."""
        self.messages = []
        if not isinstance(operation, str):
            raise self._complain(InterfaceError, "execute expects the SQL to be text")
        if parameters is not None and not isinstance(parameters, (list, tuple)):
            raise self._complain(
                InterfaceError, "execute parameters argument should be sequence."
            )
        statement = self._prepare(operation)
        with _errors(self.messages, executing=True):
            if parameters is None:
                IfxPy.execute(statement)
            else:
                IfxPy.execute(statement, tuple(parameters))
        self._has_rows = IfxPy.num_fields(statement) > 0
        if not self._has_rows:
            self._row_count = IfxPy.num_rows(statement)
            self._last_serial = statement_of(statement).last_serial
        return True

    def executemany(
        self, operation: str, seq_parameters: Sequence[Sequence[Any]]
    ) -> Literal[True]:
        """Execute a statement for each sequence of parameters, all or nothing.

        With autocommit the rows are one transaction.
        """
        self.messages = []
        if not isinstance(operation, str):
            raise self._complain(
                InterfaceError, "executemany expects the SQL to be text"
            )
        if not isinstance(seq_parameters, (list, tuple)):
            raise self._complain(
                InterfaceError,
                "executemany expects a list or tuple of sequences of parameters",
            )
        statement = self._prepare(operation)
        with _errors(self.messages, executing=True):
            rows = tuple(tuple(row) for row in seq_parameters)
            self._row_count = IfxPy.execute_many(statement, rows)
        return True

    def callproc(
        self, procname: str, parameters: Sequence[Any] | None = None
    ) -> tuple[Any, ...] | None:
        """Call a routine and return its parameters, None if there are none.

        What it returns are rows. Routines with OUT or INOUT parameters are refused.
        """
        self.messages = []
        if not isinstance(procname, str):
            raise self._complain(InterfaceError, "callproc expects a name")
        if parameters is not None and not isinstance(parameters, (list, tuple)):
            raise self._complain(
                InterfaceError, "callproc expects parameters as a list or tuple"
            )
        self._drop_statement()
        with _errors(self.messages, executing=True):
            handle = self._handle()
            if parameters:
                called = IfxPy.callproc(handle, procname, tuple(parameters))
            else:
                called = IfxPy.callproc(handle, procname)
        self._has_rows = True
        if isinstance(called, tuple):
            self.stmt_handler = called[0]
            return called[1:]
        self.stmt_handler = called
        return None

    def _handle(self) -> IFXConnection:
        if self.conn_handler is None:
            raise self._complain(ProgrammingError, "The cursor is no longer active.")
        return self.conn_handler

    def _prepare(self, operation: str) -> IFXStatement:
        handle = self._handle()
        self._drop_statement()
        with _errors(self.messages, executing=True):
            self.stmt_handler = IfxPy.prepare(handle, operation)
        return self.stmt_handler

    def _drop_statement(self) -> None:
        IfxPy.free_stmt(self.stmt_handler)
        self.stmt_handler = None
        self._row_count = -1
        self._has_rows = False

    def _complain(self, kind: type[Error], message: str) -> Error:
        self.messages.append(kind(message))
        return self.messages[-1]

    # -- fetching ----------------------------------------------------------------------

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, None if there is none."""
        rows = self._fetch(1)
        return rows[0] if rows else None

    def fetchmany(self, size: int = 0) -> list[tuple[Any, ...]]:
        """Return the next rows: `arraysize` if `size` is 0, all if it is -1."""
        if not isinstance(size, int):
            raise self._complain(InterfaceError, "fetchmany expects a number of rows")
        if size < -1:
            raise self._complain(
                ProgrammingError, "fetchmany argument size expected to be positive."
            )
        return self._fetch(None if size == -1 else size or self.arraysize)

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows that are left."""
        return self._fetch(None)

    def _fetch(self, count: int | None) -> list[tuple[Any, ...]]:
        statement = self._need_rows()
        with _errors(self.messages):
            return statement_of(statement).fetch_many(
                count, decimals=self.FIX_RETURN_TYPE == 1
            )

    def _need_rows(self) -> IFXStatement:
        if self.stmt_handler is None:
            raise self._complain(
                ProgrammingError,
                "Please execute an SQL statement in order to get rows.",
            )
        if not self._has_rows:
            raise self._complain(
                ProgrammingError,
                "The last call to execute did not produce any result set.",
            )
        return self.stmt_handler

    def nextset(self) -> None:
        """Return None: a statement has one result."""
        self._need_rows()

    def __iter__(self) -> Cursor:
        return self

    def __next__(self) -> tuple[Any, ...]:
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row

    # -- the rest ----------------------------------------------------------------------

    def setinputsizes(self, sizes: object) -> None:
        """Do nothing."""

    def setoutputsize(self, size: int, column: int = -1) -> None:
        """Do nothing."""

    def close(self) -> bool | None:
        """Let go of the statement; None if nothing was executed."""
        self._handle()
        freed = IfxPy.free_stmt(self.stmt_handler)
        self._forget()
        return freed

    def _forget(self) -> None:
        self.conn_handler = None
        self.stmt_handler = None


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
