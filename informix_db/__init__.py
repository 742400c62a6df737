"""IBM Informix for Python over its own wire protocol (PEP 249).

No client SDK, no ODBC, no JVM: `connect` opens a TCP connection and speaks SQLI.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from typing import Any

from informix_db._version import __version__
from informix_db._wire.accel import IMPLEMENTATION
from informix_db.connections import Connection
from informix_db.cursors import Cursor
from informix_db.dbapi import (
    BINARY,
    DATETIME,
    NUMBER,
    ROWID,
    STRING,
    Binary,
    Date,
    DateFromTicks,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
)
from informix_db.exceptions import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    PoolClosedError,
    PoolTimeout,
    PoolTimeoutError,
    ProgrammingError,
    ProtocolError,
    StatementCancelledError,
    TLSVerificationWarning,
    Warning,
)
from informix_db.params import connect_params
from informix_db.pool import ConnectionPool
from informix_db.rows import Row, RowFactory
from informix_db.types import (
    BlobLocator,
    ClobLocator,
    CollectionValue,
    IntervalYM,
    RowValue,
    TypeCode,
)

apilevel = "2.0"
threadsafety = 1
paramstyle = "numeric"


def connect(
    host: str,
    port: int = 9088,
    *,
    user: str,
    password: str | None,
    database: str | None = None,
    server: str = "informix",
    connect_timeout: float | None = None,
    read_timeout: float | None = None,
    keepalive: bool = False,
    client_locale: str = "en_US.8859-1",
    db_locale: str | None = None,
    env: Mapping[str, str] | None = None,
    autocommit: bool = False,
    row_factory: RowFactory | type[Row] | None = None,
    tls: bool | ssl.SSLContext = False,
    tls_server_hostname: str | None = None,
    isolation: str | None = None,
    lock_wait: int | None = None,
    statement_cache_size: int = 128,
    fetch_buffer_size: int | None = None,
    dsn: str | None = None,
) -> Connection:
    """Open a connection.

    Arguments:
        host, port: where the server's onsoctcp listener is.
        user, password: sent in clear text, as the protocol has it.
        database: opened after the login; None opens none.
        server: the DBSERVERNAME the server goes by.
        connect_timeout: seconds for the whole login; None means 60.
        read_timeout: seconds any single answer may take to arrive before the
            connection is given up; None waits for ever.
        keepalive: turn TCP keepalive on.
        client_locale, db_locale: ``language_REGION.codeset``. Text travels in the
            code set of db_locale, if it is given, else of client_locale.
        env: more environment for the session: DBDATE, DELIMIDENT, ...
        autocommit: whether each statement commits itself.
        row_factory: `Row`, or a callable that takes a cursor and returns one that
            makes a row of a tuple.
        isolation: COMMITTED READ, DIRTY READ, CURSOR STABILITY, REPEATABLE READ,
            LAST COMMITTED.
        lock_wait: seconds to wait for a lock; 0 not at all, -1 for ever.
        statement_cache_size: prepared statements to keep; 0 keeps none.
        fetch_buffer_size: bytes to fetch at a time; None adapts to the result.

    Raises InterfaceError for arguments that cannot be right, OperationalError if
    there is no way in, and what the server says if it refuses.
    """
    return Connection(
        connect_params(
            host,
            port,
            user=user,
            password=password,
            database=database,
            server=server,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            keepalive=keepalive,
            client_locale=client_locale,
            db_locale=db_locale,
            env=env,
            autocommit=autocommit,
            row_factory=row_factory,
            tls=tls,
            tls_server_hostname=tls_server_hostname,
            isolation=isolation,
            lock_wait=lock_wait,
            statement_cache_size=statement_cache_size,
            fetch_buffer_size=fetch_buffer_size,
            dsn=dsn,
        )
    )


def create_pool(
    *,
    min_size: int = 0,
    max_size: int = 10,
    acquire_timeout: float | None = 30.0,
    max_idle: float | None = None,
    max_lifetime: float | None = None,
    reset: Callable[[Connection], object] | None = None,
    **connect_arguments: Any,
) -> ConnectionPool:
    """Make a pool of connections.

    Arguments:
        min_size: connections opened now, and kept; lost ones are replaced in the
            background.
        max_size: connections there are at most.
        acquire_timeout: seconds acquire() waits for one; None waits for ever.
        max_idle: seconds after which an idle connection is closed, down to min_size.
        max_lifetime: seconds after which a connection is closed when it is idle.
        reset: called with a connection that comes back, after the rollback.
        connect_arguments: those of `connect`, `host` included.

    Raises what `connect` raises if the first `min_size` connections cannot be opened.
    """
    return ConnectionPool(
        connect_params(**connect_arguments),
        min_size=min_size,
        max_size=max_size,
        acquire_timeout=acquire_timeout,
        max_idle=max_idle,
        max_lifetime=max_lifetime,
        reset=reset,
    )


__all__ = [
    "BINARY",
    "DATETIME",
    "IMPLEMENTATION",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "BlobLocator",
    "ClobLocator",
    "CollectionValue",
    "Connection",
    "ConnectionPool",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "IntervalYM",
    "NotSupportedError",
    "OperationalError",
    "PoolClosedError",
    "PoolTimeout",
    "PoolTimeoutError",
    "ProgrammingError",
    "ProtocolError",
    "Row",
    "RowValue",
    "StatementCancelledError",
    "TLSVerificationWarning",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "TypeCode",
    "Warning",
    "__version__",
    "apilevel",
    "connect",
    "create_pool",
    "paramstyle",
    "threadsafety",
]
