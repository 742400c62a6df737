"""informix_db for asyncio: the same surface, awaited.

Native: the event loop's own sockets, no threads. A task that is cancelled, or times
out, while it waits for the server interrupts the server; the connection stays usable
or is closed, and never holds half a reply.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from typing import Any

from informix_db.aio._opening import Opening
from informix_db.aio.connections import AsyncConnection
from informix_db.aio.cursors import AsyncCursor
from informix_db.aio.pool import AsyncConnectionPool
from informix_db.observe import Observer
from informix_db.params import Hosts, PamResponder, connect_params
from informix_db.rows import Row, RowFactory


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
) -> Opening[AsyncConnection]:
    """Open a connection: ``await connect(...)``, or ``async with connect(...)``.

    The arguments are those of `informix_db.connect`; `pam_responder` may be a
    coroutine function.
    """
    params = connect_params(
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
    return Opening(AsyncConnection._connect(params))


def create_pool(
    *,
    min_size: int = 0,
    max_size: int = 10,
    acquire_timeout: float | None = 30.0,
    max_idle: float | None = None,
    max_lifetime: float | None = None,
    reset: Callable[[AsyncConnection], object] | None = None,
    **connect_arguments: Any,
) -> Opening[AsyncConnectionPool]:
    """Make a pool: ``await create_pool(...)``, or ``async with create_pool(...)``.

    The arguments are those of `informix_db.create_pool`; `reset` may be a coroutine
    function. The pool belongs to the event loop it is made in.
    """
    return Opening(
        AsyncConnectionPool._open(
            connect_params(**connect_arguments),
            min_size=min_size,
            max_size=max_size,
            acquire_timeout=acquire_timeout,
            max_idle=max_idle,
            max_lifetime=max_lifetime,
            reset=reset,
        )
    )


__all__ = [
    "AsyncConnection",
    "AsyncConnectionPool",
    "AsyncCursor",
    "connect",
    "create_pool",
]
