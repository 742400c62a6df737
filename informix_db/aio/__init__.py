"""informix_db for asyncio: the same surface, awaited.

Native: the event loop's own sockets, no threads. A task that is cancelled, or times
out, while it waits for the server interrupts the server; the connection stays usable
or is closed, and never holds half a reply.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from informix_db.aio._opening import Opening
from informix_db.aio.connections import AsyncConnection
from informix_db.aio.cursors import AsyncCursor
from informix_db.params import connect_params
from informix_db.rows import Row, RowFactory


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
) -> Opening[AsyncConnection]:
    """Open a connection: ``await connect(...)``, or ``async with connect(...)``.

    The arguments are those of `informix_db.connect`.
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
    )
    return Opening(AsyncConnection._connect(params))


__all__ = ["AsyncConnection", "AsyncCursor", "connect"]
