"""Connection and statement handles, and the objects of server_info and client_info."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import informix_db
from informix_db.compat import _constants as k
from informix_db.compat._columns import Converter, adapted, converter_of
from informix_db.compat._driver import Columns, columns_of, prepare
from informix_db.compat._errors import (
    BAD_CURSOR_STATE,
    BAD_FETCH_TYPE,
    Diagnostics,
    NativeError,
    native_errors,
    noted,
)

# CALL is a statement of SPL only: ODBC makes it the one a client can execute.
_CALL = re.compile(
    r"\s*(?P<brace>\{)?\s*CALL\s+(?P<rest>[^\s(;}]+\s*(?:\(.*\))?)\s*(?(brace)\})\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
# A file of the client's that a statement names: read it, as ODBC does. What LOTOFILE
# writes stays in memory.
_CLIENT_FILE = re.compile(
    r"\bFILETO[BC]LOB\s*\(\s*'(?P<name>[^']+)'\s*,\s*'client'", re.IGNORECASE
)
_SCROLLABLE = frozenset({k.SQL_CURSOR_KEYSET_DRIVEN, k.SQL_CURSOR_STATIC})

Row = tuple[Any, ...]


class Rows(Protocol):
    """Where a statement's rows come from: a cursor, or a list of them."""

    @property
    def rowcount(self) -> int:
        """How many rows there are, or were changed; -1 if that is not known."""

    def fetchone(self) -> Any:
        """Return the next row."""

    def fetchmany(self, size: int) -> list[Any]:
        """Return the next rows."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""

    def fetch_absolute(self, n: int) -> Any:
        """Return row `n`, counted from 0."""

    def close(self) -> None:
        """Let go of the rows."""


class Link:
    """A connection, and what IfxPy keeps with it."""

    def __init__(self, connection: informix_db.Connection) -> None:
        self._connection: informix_db.Connection | None = connection
        self.options: dict[int, Any] = {
            k.ATTR_CASE: k.CASE_NATURAL,
            k.USE_WCHAR: k.WCHAR_YES,
        }
        self.diagnostics = Diagnostics()
        # Routines that are known to have no OUT and no INOUT parameters.
        self.without_output: set[str] = set()

    @property
    def is_open(self) -> bool:
        """Whether it can be used."""
        return self._connection is not None and not self._connection.closed

    @property
    def driver(self) -> informix_db.Connection:
        """The connection of informix_db."""
        if self._connection is None or self._connection.closed:
            raise NativeError("Connection is not active")
        return self._connection

    def close(self) -> None:
        """Close it, though it may have been lost; once."""
        if self._connection is None:
            raise NativeError("Connection is not active")
        self._connection.close()
        self._connection = None


class Statement:
    """A statement and its rows."""

    def __init__(self, link: Link, sql: str = "") -> None:
        self.link = link
        self.sql = sql
        self.diagnostics = Diagnostics()
        self.cursor_type = k.SQL_CURSOR_FORWARD_ONLY
        self.timeout: float | None = None
        self.name_case = link.options[k.ATTR_CASE]
        self.wide = link.options[k.USE_WCHAR]
        self.parameter_count = 0
        self.columns: Columns = ()
        self.bound: dict[int, Any] = {}
        self.row: Row | None = None  # the one fetched last
        self.freed = False
        self._targets: Columns = ()
        self._rows: Rows | None = None
        self._cursor: informix_db.Cursor | None = None
        self._converters: dict[bool, list[tuple[int, Converter]]] = {}
        self._at_end = False

    @property
    def scrollable(self) -> bool:
        """Whether rows can be had by number."""
        return self.cursor_type in _SCROLLABLE

    # -- executing -----------------------------------------------------------------

    def prepare(self) -> None:
        """Have the server look at the statement."""
        driver = self.link.driver
        self.sql = as_statement(self.sql)
        with native_errors(
            "Statement Prepare Failed: ", self.diagnostics, self.link.diagnostics
        ):
            self.parameter_count, self.columns, self._targets = prepare(
                driver, self.sql
            )

    def execute(self, values: Sequence[Any] = ()) -> None:
        """Execute it; its rows can be fetched then."""
        driver = self.link.driver
        self.free_rows()
        with native_errors("Statement Execute Failed: ", self.diagnostics):
            cursor = driver.cursor(scrollable=self.scrollable)
            self._offer_files(cursor)
            cursor.execute(self.sql, self._adapted([values])[0], timeout=self.timeout)
        self.show(cursor, columns_of(cursor))
        self._cursor = cursor

    def execute_now(self) -> None:
        """Execute it without preparing it first."""
        self.sql = as_statement(self.sql)
        self.execute()

    def execute_many(self, rows: Sequence[Sequence[Any]]) -> int:
        """Execute it for each row of parameters; return how many rows it changed."""
        driver = self.link.driver
        self.free_rows()
        with native_errors("Statement Execute Failed: ", self.diagnostics):
            cursor = driver.cursor()
            cursor.executemany(self.sql, self._adapted(rows))
        self.show(cursor, ())
        return cursor.rowcount

    def _offer_files(self, cursor: informix_db.Cursor) -> None:
        """Let the server read the files whose names are written in the statement."""
        for match in _CLIENT_FILE.finditer(self.sql):
            path = Path(match["name"])
            if path.is_file():  # or else the server says that there is none
                cursor.virtual_files[match["name"]] = path.read_bytes()

    def show(self, rows: Rows, columns: Columns) -> None:
        """Let these rows be fetched."""
        self._rows, self.columns = rows, columns
        self._converters.clear()

    def _adapted(self, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Return rows of parameters as they have to be for what they are stored in."""
        targets = self._targets or [None] * self.parameter_count
        encoding = self.link.driver.encoding
        return [
            tuple(
                adapted(value, target, encoding)
                for value, target in zip(row, targets, strict=True)
            )
            for row in rows
        ]

    # -- fetching ------------------------------------------------------------------

    def fetch(self, number: int | None = None) -> Row | None:
        """Fetch row `number`, counted from 1, or the next; None past the end."""
        rows = self._rows_to_fetch()
        with native_errors("Fetch Failure: ", self.diagnostics):
            if number:
                if not self.scrollable:
                    raise noted("Fetch Failure: ", BAD_FETCH_TYPE, self.diagnostics)
                row = rows.fetch_absolute(number - 1)
            else:
                row = rows.fetchone()
            self._at_end = self._at_end or row is None
            self.row = None if row is None else self._converted([row], False)[0]
        return self.row

    def fetch_many(self, count: int | None, *, decimals: bool) -> list[Row]:
        """Fetch the next rows, all that are left if `count` is None."""
        rows = self._rows_to_fetch()
        with native_errors("Fetch Failure: ", self.diagnostics):
            got = rows.fetchall() if count is None else rows.fetchmany(count)
            self._at_end = self._at_end or count is None or len(got) < count
            return self._converted(got, decimals)

    def _rows_to_fetch(self) -> Rows:
        if self._rows is None or not self.columns:
            raise noted("Fetch Failure: ", BAD_CURSOR_STATE, self.diagnostics)
        return self._rows

    def _converted(self, rows: list[Row], decimals: bool) -> list[Row]:
        converters = self._converters.get(decimals)
        if converters is None:
            converters = self._converters[decimals] = self._make_converters(decimals)
        if not converters:
            return rows
        made = []
        for row in rows:
            values = list(row)
            for at, convert in converters:
                if values[at] is not None:
                    values[at] = convert(values[at])
            made.append(tuple(values))
        return made

    def _make_converters(self, decimals: bool) -> list[tuple[int, Converter]]:
        encoding = self.link.driver.encoding
        as_bytes = self.wide == k.WCHAR_NO
        found = (
            (at, converter_of(column, encoding, decimals, as_bytes))
            for at, column in enumerate(self.columns)
        )
        return [(at, convert) for at, convert in found if convert is not None]

    # -- what is known of it ---------------------------------------------------------

    @property
    def row_count(self) -> int:
        """Rows changed; of a query the rows there are, -1 while that is not known."""
        if self._rows is None:
            return -1
        if not self.columns or self._at_end:
            return self._rows.rowcount
        return self.result_count

    @property
    def result_count(self) -> int:
        """Rows of a query whose rows can be had by number, else -1."""
        cursor = self._cursor
        if cursor is None or not self.columns or not self.scrollable:
            return -1
        if cursor.rowcount < 0:
            position = cursor.rownumber or 0
            cursor.fetch_last()
            if position < cursor.rowcount:
                cursor.scroll(position, "absolute")
        return cursor.rowcount

    @property
    def last_serial(self) -> int:
        """The SERIAL value it inserted last, 0 if none."""
        return (self._cursor and self._cursor.lastrowid) or 0

    def position_of(self, column: object) -> int | None:
        """Return the position of a column, given by that or by name.

        The name is the column's own, or the one with the case that was asked for.
        """
        if isinstance(column, bool):
            return None
        if isinstance(column, int):
            return column if 0 <= column < len(self.columns) else None
        for names in ([each.name for each in self.columns], self.keys()):
            if column in names:
                return names.index(column)
        return None

    def keys(self) -> list[str]:
        """Return the column names in the case that was asked for."""
        change: Callable[[str], str] = {
            k.CASE_LOWER: str.lower,
            k.CASE_UPPER: str.upper,
        }.get(self.name_case, str)
        return [change(column.name) for column in self.columns]

    # -- the end ---------------------------------------------------------------------

    def free_rows(self) -> None:
        """Let go of the rows; the statement can be executed again."""
        rows, self._rows = self._rows, None
        self._cursor, self.row, self._at_end = None, None, False
        if rows is not None:
            rows.close()

    def free(self) -> None:
        """Let go of everything."""
        self.free_rows()
        self.columns = ()
        self.bound.clear()
        self.freed = True


def as_statement(sql: str) -> str:
    """Return SQL as the server takes it: CALL is ODBC's."""
    match = _CALL.fullmatch(sql)
    if match is None:
        return sql
    rest = match["rest"].strip()
    return f"EXECUTE PROCEDURE {rest if rest.endswith(')') else rest + '()'}"


class IFXConnection:
    """A connection, to the functions of IfxPy. Made by `connect`."""

    def __init__(self, link: Link | None = None) -> None:
        self._link = link


class IFXStatement:
    """A statement, to the functions of IfxPy. Made by `prepare` and others."""

    def __init__(self, statement: Statement | None = None) -> None:
        self._statement = statement


class _Information:
    """Facts as attributes."""

    def __init__(self, facts: Mapping[str, Any] | None = None) -> None:
        for name, value in (facts or {}).items():
            setattr(self, name, value)


class IFXServerInfo(_Information):
    """What `server_info` says of a server."""


class IFXClientInfo(_Information):
    """What `client_info` says of the driver."""
