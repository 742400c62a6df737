"""IBM Informix for Python over its own wire protocol (PEP 249).

No client SDK, no ODBC, no JVM: `connect` opens a TCP connection and speaks SQLI.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from informix_db._version import __version__

if TYPE_CHECKING or "INFORMIX_DB_REQUIRE_EXTENSIONS" in os.environ:
    # Whoever requires the compiled part is to learn now that it is missing.
    from informix_db._wire.accel import IMPLEMENTATION

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

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
    from informix_db.observe import Observer
    from informix_db.params import Hosts, PamResponder
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
    host: Hosts | None = None,
    port: int | None = None,
    *,
    user: str | None = None,
    password: str | None = None,
    database: str | None = None,
    server: str | None = None,
    connect_timeout: float | None = None,
    read_timeout: float | None = None,
    keepalive: bool | None = None,
    client_locale: str | None = None,
    db_locale: str | None = None,
    env: Mapping[str, str] | None = None,
    autocommit: bool | None = None,
    row_factory: RowFactory | type[Row] | None = None,
    tls: bool | ssl.SSLContext | None = None,
    tls_server_hostname: str | None = None,
    isolation: str | None = None,
    lock_wait: int | None = None,
    statement_cache_size: int | None = None,
    fetch_buffer_size: int | None = None,
    dsn: str | None = None,
    connect_retries: int | None = None,
    target_session_attrs: str | None = None,
    encoding_errors: str | None = None,
    pam_responder: PamResponder | None = None,
    observer: Observer | None = None,
    record: str | os.PathLike[str] | None = None,
    record_values: bool | None = None,
) -> Connection:
    """Open a connection.

    What is None here is taken from `dsn`, then from the environment, then the default.

    Arguments:
        host, port: where the server's onsoctcp or onsocssl listener is; 9088. Or a list
            of hosts, ``(host, port)`` or ``(host, port, server)``, which are tried in
            order. Without a host the sqlhosts file is asked for the server's.
        user, password: sent in clear text, as the protocol has it.
        database: opened after the login; None opens none.
        server: the DBSERVERNAME the server goes by; ``informix``.
        connect_timeout: seconds for everything this call does; 60.
        read_timeout: seconds any single answer may take to arrive before the
            connection is given up; None waits for ever.
        keepalive: turn TCP keepalive on: a connection idle for a minute is probed.
        client_locale, db_locale: ``language_REGION.codeset``; ``en_US.8859-1``. Text
            travels in the code set of db_locale, if it is known, else of client_locale.
            db_locale ``auto`` asks the database, which takes two round trips.
        env: more environment for the session: DBDATE, DELIMIDENT, ...
        autocommit: whether each statement commits itself; False.
        row_factory: `Row`, or a callable that takes a cursor and returns one that
            makes a row of a tuple.
        tls: an ssl.SSLContext, or True for TLS that verifies nothing; False.
        tls_server_hostname: the name the certificate is for, if it is not the host's.
        isolation: COMMITTED READ, DIRTY READ, CURSOR STABILITY, REPEATABLE READ,
            LAST COMMITTED.
        lock_wait: seconds to wait for a lock; 0 not at all, -1 for ever.
        statement_cache_size: prepared statements to keep, 128; 0 keeps none.
        fetch_buffer_size: bytes to fetch at a time; None adapts to the result.
        dsn: ``informix://user:password@host:port/database?server=name&...``, or the
            keywords of an ODBC string: ``HOST=...;SERVICE=...;SERVER=...``.
        connect_retries: how often the hosts are tried again, with growing pauses, after
            errors that may pass; 0.
        target_session_attrs: what the server must be: ``any``, ``primary``,
            ``standby`` or, if there is one, ``prefer-standby``.
        encoding_errors: what becomes of bytes that are no text in the code set:
            ``strict`` is DataError, ``replace``, ``ignore``, ``backslashreplace``,
            ``surrogateescape`` are Python's.
        pam_responder: called with each question of a server that uses PAM and its
            style, returns the answer; by default the password is, once.
        observer: told of everything the connection does, see `informix_db.observe`.
        record: path of a file that gets a transcript of the connection, for a report
            of a bug; without passwords, and with ``record_values=False`` without the
            values of rows, parameters and literals.

    Raises InterfaceError for arguments that cannot be right, ProgrammingError for a
    `dsn` that cannot, OperationalError if there is no way in, and what the server says
    if it refuses.
    """
    from informix_db.connections import Connection
    from informix_db.params import connect_params

    return Connection._connect(
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
            connect_retries=connect_retries,
            target_session_attrs=target_session_attrs,
            encoding_errors=encoding_errors,
            pam_responder=pam_responder,
            observer=observer,
            record=record,
            record_values=record_values,
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
    from informix_db.params import connect_params
    from informix_db.pool import ConnectionPool

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

# Where the names are that type checkers see above. The first of them that is asked for
# imports them all: the emulator and the pytest plugin need no driver.
_MODULES = (
    "_wire.accel",
    "connections",
    "cursors",
    "dbapi",
    "exceptions",
    "lobs",
    "observe",
    "params",
    "pool",
    "rows",
    "types",
)

if not TYPE_CHECKING:  # to a type checker every name would exist

    def __getattr__(name: str) -> object:
        if name in _MODULES:  # not with others, one of which may be asking for it
            return import_module(f"{__name__}.{name}")
        here = globals()
        if name in __all__:
            for module in _MODULES:
                found = vars(import_module(f"{__name__}.{module}"))
                for key in found.keys() & set(__all__):
                    here.setdefault(key, found[key])  # it may have been replaced
        if name not in here:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return here[name]

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
