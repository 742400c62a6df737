"""`connect`: a connection from whatever says how to open it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from informix_db._typing import ssl
from informix_db.connections import Connection
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
