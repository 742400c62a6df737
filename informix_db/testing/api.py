"""What the wire half and the SQL half of the emulator say to each other.

The wire half (`codec`, `session`, `server`) knows bytes and no SQL; the SQL half
(`engine`, `sql`) knows types and values and no bytes. Nothing here is shared with
the driver: a server that used the client's codec would agree with its bugs.

Python values that cross this boundary, by type code:

=====================  ==================================================
SMALLINT .. BIGSERIAL  int
FLOAT, SMALLFLOAT      float
DECIMAL, MONEY         decimal.Decimal (fixed scale already applied)
CHAR, NCHAR            str, not padded (the wire half pads to the length)
VARCHAR, LVARCHAR ...  str
BOOLEAN                bool
BYTE, TEXT             bytes, TEXT in the session's code set
BLOB, CLOB             bytes, the locator
SET, MULTISET, LIST    CompositeValue
ROW                    CompositeValue
DATE                   datetime.date
DATETIME               DatetimeValue
INTERVAL               IntervalValue
NULL                   None
=====================  ==================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Protocol, runtime_checkable

from .records import dataclass

# Qualifier codes of DATETIME and INTERVAL fields; FRACTION(n) is 10 + n.
YEAR, MONTH, DAY, HOUR, MINUTE, SECOND = 0, 2, 4, 6, 8, 10


@dataclass(frozen=True, slots=True)
class DatetimeValue:
    """A DATETIME: its decimal digits, and the qualifier they are to be read with.

    `digits` holds every field at full width (YEAR 4, FRACTION(n) n, others 2), so
    DATETIME(13:14) HOUR TO MINUTE is ``DatetimeValue("1314", HOUR, MINUTE)``.
    """

    digits: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class IntervalValue:
    """An INTERVAL: sign, digits (first field at its declared precision), qualifier."""

    negative: bool
    digits: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class CompositeValue:
    """A ROW or a collection: its text form, and its fields or elements."""

    text: str
    items: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class SQLType:
    """A column's or parameter's type as DESCRIBE tells it.

    `code` is the low byte of coltype (0 CHAR ... 53 BIGSERIAL), `length` the encoded
    length (DECIMAL p<<8|s, VARCHAR min<<8|max, DATETIME digits<<8|first<<4|last ...).
    Extended types (LVARCHAR 40/1, BOOLEAN 41/5) carry their id, owner and name.
    `fields` are those of a ROW, or the one element of a collection.
    """

    code: int
    length: int
    extended_id: int = 0
    owner: str = ""
    name: str = ""
    nullable: bool = True
    fields: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One output column or parameter: its name (lower case, "" for parameters)."""

    name: str
    type: SQLType


class DataDirectoryError(Exception):
    """A data directory is in use, or holds what this version cannot read."""


class SQLError(Exception):
    """An error the client is told: sqlcode, ISAM code, offset into the SQL, token.

    `offset` is the 1-based position the client may point at (0: none), `token` the
    name the message text is about (table, column, constraint ...).
    """

    def __init__(
        self, sqlcode: int, isam: int = 0, offset: int = 0, token: str = ""
    ) -> None:
        super().__init__(sqlcode, isam, offset, token)
        self.sqlcode = sqlcode
        self.isam = isam
        self.offset = offset
        self.token = token


@dataclass(frozen=True, slots=True)
class XID:
    """The name of a transaction branch."""

    format_id: int
    gtrid: bytes
    bqual: bytes


class XAError(Exception):
    """What was asked of a transaction branch failed, with this XAER_ code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class BoundParameter:
    """A value as the client bound it: the wire type it came with, and the value.

    The engine converts it to the type the statement needs; a client may bind text
    for any column. `value` None is NULL whatever the type says.
    """

    type: SQLType
    value: object


@dataclass(slots=True)
class ExecuteResult:
    """What a statement without rows did."""

    rows: int = 0
    serial: int = 0  # last SERIAL generated or stored, 0 if none
    serial8: int = 0
    bigserial: int = 0
    database_flags: int | None = None  # set by DATABASE, CREATE/CLOSE DATABASE
    warn: int = 0
    # The row an INSERT stored last, by StatementAPI.key_columns.
    generated_keys: Sequence[object] = field(default_factory=tuple)


class CursorAPI(Protocol):
    """Rows of one opened statement. Positions are 1-based."""

    def fetch(self, count: int) -> Sequence[tuple[object, ...]]:
        """Return the next rows, at most `count`; empty at the end."""

    def fetch_at(self, row: int) -> tuple[object, ...] | None:
        """Return row `row` (1-based; scroll cursors only), None past either end."""

    def fetch_last(self) -> tuple[int, tuple[object, ...]] | None:
        """Return number and values of the last row, None if there are no rows."""

    def close(self) -> None: ...


class StatementAPI(Protocol):
    """A prepared statement."""

    statement_type: int  # docs/PROTOCOL.md section 4: 2 select, 6 insert, 45 create ...
    columns: Sequence[Column]  # output row; the row to insert for INSERT with `?`
    parameters: Sequence[Column]
    returns_rows: bool
    for_update: bool
    key_columns: Sequence[Column]  # INSERT: all columns of its table; else empty

    def execute(self, parameters: Sequence[BoundParameter]) -> ExecuteResult: ...

    def open(
        self,
        parameters: Sequence[BoundParameter],
        *,
        name: str = "",
        scroll: bool = False,
        hold: bool = False,
    ) -> CursorAPI: ...

    def close(self) -> None: ...


@runtime_checkable
class BatchStatementAPI(StatementAPI, Protocol):
    """What a statement is besides if it may be executed for many rows at once."""

    def execute_batch(
        self, types: Sequence[SQLType | None], columns: Sequence[Sequence[object]]
    ) -> Sequence[ExecuteResult] | None:
        """Execute for every row, given column by column, each as if alone.

        None if that cannot be, or if a row would fail: then nothing has been done.
        `types` are those of the values, None for a column that has only NULL.
        """


class LargeObjectsAPI(Protocol):
    """Smart large objects, each named by its locator."""

    def create(self, contents: bytes | bytearray = b"") -> bytes:
        """Make an object and return its locator."""

    def contents(self, locator: bytes) -> bytearray:
        """Return what an object holds, to be read and changed in place."""

    def changed(self, locator: bytes) -> None:
        """Be told that the contents of an object have been changed."""


class ClientFilesAPI(Protocol):
    """Files at the client's end of the connection."""

    def read(self, path: str) -> bytes: ...

    def write(self, path: str, contents: bytes | bytearray) -> None: ...


@runtime_checkable
class LargeObjectSessionAPI(Protocol):
    """What a session has besides if its engine keeps smart large objects."""

    client_files: ClientFilesAPI | None  # set by the wire half

    @property
    def large_objects(self) -> LargeObjectsAPI: ...

    @property
    def database_name(self) -> str: ...


class BranchesAPI(Protocol):
    """Transaction branches as one session may use them (X/Open XA).

    Flags and results are XA's. Every method may raise XAError and SQLError.
    """

    def start(self, xid: XID, flags: int) -> int: ...

    def end(self, xid: XID, flags: int) -> int: ...

    def prepare(self, xid: XID) -> int: ...

    def commit(self, xid: XID, flags: int) -> int: ...

    def rollback(self, xid: XID) -> int: ...

    def forget(self, xid: XID) -> int: ...

    def recover(self, count: int, flags: int) -> Sequence[XID]: ...

    def close_database(self) -> int: ...


class EngineSessionAPI(Protocol):
    """One client's session. Every method may raise SQLError.

    Methods are called from the session's own thread; `interrupt` from any other.
    """

    def open_database(self, name: str, exclusive: bool = False) -> int:
        """Make `name` current and return the DONE.warn bits (0x15 logged, ...)."""

    def close_database(self) -> None: ...

    @property
    def branches(self) -> BranchesAPI: ...

    def prepare(self, sql: str) -> StatementAPI: ...

    def begin(self) -> None: ...

    def commit(self) -> None: ...

    def rollback(self, savepoint: str | None = None) -> None: ...

    def set_savepoint(self, name: str, unique: bool = False) -> None: ...

    def release_savepoint(self, name: str) -> None: ...

    def interrupt(self) -> None:
        """Make the running call, if any, raise SQLError(-213)."""

    def close(self) -> None: ...


class EngineAPI(Protocol):
    """All databases of one emulated server."""

    server_name: str

    def databases(self) -> Sequence[str]: ...

    def set_locale(self, name: str, locale: str) -> None:
        """Let only sessions of `locale` open database `name`."""

    def authenticate(self, user: str, password: str) -> None:
        """Raise SQLError(-951, ...) unless the pair is right."""

    def open_session(self, user: str, environment: dict[str, str]) -> EngineSessionAPI:
        """Open a session; `environment` is the login's (DBDATE, DELIMIDENT, ...)."""

    def close(self) -> None: ...
