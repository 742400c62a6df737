"""Cursors of IfxPyDbi."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from informix_db.compat import IfxPy
from informix_db.compat._connections import statement_of
from informix_db.compat._dbierrors import (
    Error,
    InterfaceError,
    ProgrammingError,
    dbi_errors,
)
from informix_db.compat._dbitypes import type_object
from informix_db.compat.IfxPy import IFXConnection, IFXStatement

if TYPE_CHECKING:
    from informix_db.compat.IfxPyDbi import Connection


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
        with dbi_errors(self.messages, executing=True):
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
        if not isinstance(seq_parameters, (list, tuple)) or not all(
            isinstance(row, (list, tuple)) for row in seq_parameters
        ):
            raise self._complain(
                InterfaceError,
                "executemany expects a list or tuple of sequences of parameters",
            )
        statement = self._prepare(operation)
        with dbi_errors(self.messages, executing=True):
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
        with dbi_errors(self.messages, executing=True):
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
        with dbi_errors(self.messages, executing=True):
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
        with dbi_errors(self.messages):
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
