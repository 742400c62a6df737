"""The functions of IfxPy about connections, options and information."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

import informix_db
from informix_db._conninfo import parse_dsn
from informix_db.compat import _constants as k
from informix_db.compat import _odbc as odbc
from informix_db.compat._driver import session_of
from informix_db.compat._errors import (
    NOT_CAPABLE,
    Failures,
    NativeError,
    native_errors,
    noted,
    record_of,
)
from informix_db.compat._handles import (
    IFXClientInfo,
    IFXConnection,
    IFXServerInfo,
    IFXStatement,
    Link,
    Statement,
)

_CONNECTION = 1  # the type that set_option and get_option mean a connection by
_CASES = frozenset({k.CASE_NATURAL, k.CASE_LOWER, k.CASE_UPPER})

# Without DBDATE and GL_DATE dates in SQL text are read, and dates as text written, as
# the default locale has it.
_DATES = ("DBDATE", "GL_DATE")
_DEFAULT_DBDATE = "MDY4/"

_VERSION = re.compile(r"Version (\d+)\.(\d+)\.?(\S*)")

_ODBC_VERSION = "03.51.0000"  # the one Informix' driver has
_MAX_NAME = 128
_ISOLATION_NAMES = ("UR", "CS", "RR")
_KEYWORDS = (
    "AFTER ANSI APPEND AUDIT BEFORE BUFFERED BYTE CLUSTER CRCOLS DATABASE DATETIME "
    "DBA DBINFO DEFINE DELIMITER DETACH DOCUMENT EACH ELIF EXCLUSIVE EXIT EXPLAIN "
    "EXTENT FILE FILLFACTOR FIRST FOREACH FRAGMENT FRACTION HIGH HOLD IDXNAME INDEX "
    "INIT INTERVAL ISOLATION ITER LABEL LET LIST LOCK LOG LOW MATCHES MEDIUM MODE "
    "MODIFY MONEY MULTISET NEW NONE OFF OLD OPTIMIZATION OUT PAGE PDQPRIORITY PLOAD "
    "RAISE RECOVER REMAINDER RENAME RESOLUTION RESUME RETURN RETURNING ROBIN "
    "ROLLFORWARD ROUND ROWID ROWIDS SAMEAS SCHEDULE SERIAL SHARE SKIP SMALLFLOAT "
    "START STATISTICS STEP SYNONYM SYSTEM TEMP TEXT TODAY TRACE TRIGGER UNITS UNLOCK "
    "VARCHAR VIOLATIONS WHENEVER WHILE XLOAD"
)


# -- connecting --------------------------------------------------------------------


def connect(
    connstr: str,
    user: str,
    password: str,
    options: Mapping[int, Any] | None = None,
    replace_quoted_literal: object = None,
    /,
) -> IFXConnection:
    """Open a connection; every statement commits itself unless an option says no.

    Arguments:
        connstr: ``SERVER=...;DATABASE=...;HOST=...;SERVICE=...;UID=...;PWD=...``
        user, password: used if the user is not empty.
        options: by constants: SQL_ATTR_AUTOCOMMIT, ATTR_CASE, USE_WCHAR; and ODBC's
            102, 103 (login timeout), 108 (isolation), 113 (read timeout).
        replace_quoted_literal: ignored.

    Raises Exception if that fails; conn_error and conn_errormsg say why.
    """
    if not all(isinstance(text, str) for text in (connstr, user, password)):
        raise NativeError("Supplied parameter is invalid")
    login = {"user": user, "password": password} if user else {}
    return open_connection(connstr, options, lambda settings: login)


def open_connection(
    connstr: str,
    options: Mapping[int, Any] | None,
    more: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> IFXConnection:
    """Open a connection.

    `more` is given what the string says, and returns arguments of informix_db.connect
    that win over it.
    """
    given = _checked_options(options or {})
    try:
        settings = parse_dsn(connstr)
        connection = informix_db.connect(
            dsn=connstr,
            autocommit=True,
            env=_environment(settings.get("env", {})),
            connect_timeout=given.pop(odbc.SQL_ATTR_LOGIN_TIMEOUT, None) or None,
            read_timeout=given.pop(odbc.SQL_ATTR_CONNECTION_TIMEOUT, None) or None,
            **more(settings),
        )
    except informix_db.Error as exc:
        Failures.connecting = record_of(exc)
        raise NativeError(Failures.connecting.message) from exc
    link = Link(connection)
    try:
        for key, value in given.items():
            _set_connection_option(link, key, value)
    except BaseException:
        connection.close()
        raise
    return IFXConnection(link)


def _environment(written: Mapping[str, str]) -> dict[str, str]:
    said = any(name in os.environ or name in written for name in _DATES)
    return {} if said else {"DBDATE": _DEFAULT_DBDATE}


def _any_link(handle: object) -> Link:
    if not isinstance(handle, IFXConnection):
        raise NativeError("Supplied connection object Parameter is invalid")
    if handle._link is None:
        raise NativeError("Connection is not active")
    return handle._link


def link_of(handle: object) -> Link:
    """Return what an active connection is, or raise what IfxPy says of others."""
    link = _any_link(handle)
    _ = link.driver
    return link


def close(connection: IFXConnection, /) -> bool:
    """Undo work that is not committed and close the connection."""
    _any_link(connection).close()
    return True


def active(connection: IFXConnection | None, /) -> bool:
    """Return whether a connection can be used; the server is not asked."""
    link = connection._link if isinstance(connection, IFXConnection) else None
    return link is not None and link.is_open


# -- transactions ------------------------------------------------------------------


def autocommit(connection: IFXConnection, *value: int) -> int | bool:
    """Return 0 or 1, or with a value turn autocommit on or off and return True."""
    handle = link_of(connection)
    if not value:
        return int(handle.driver.autocommit)
    _set_autocommit(handle, value[0])
    return True


def _set_autocommit(handle: Link, value: object) -> None:
    """Turn autocommit on or off; as ODBC has it, on commits what is open."""
    if value not in (k.SQL_AUTOCOMMIT_OFF, k.SQL_AUTOCOMMIT_ON):
        raise NativeError("Supplied parameter is invalid")
    driver = handle.driver
    with native_errors("", handle.diagnostics):
        if value and not driver.autocommit:
            driver.commit()
        driver.autocommit = bool(value)


def commit(connection: IFXConnection, /) -> bool:
    """Commit. With autocommit there is nothing to do."""
    handle = link_of(connection)
    with native_errors("", handle.diagnostics):
        handle.driver.commit()
    return True


def rollback(connection: IFXConnection, /) -> bool:
    """Roll back, and return False if that fails. With autocommit it does nothing."""
    handle = link_of(connection)
    try:
        with native_errors("", handle.diagnostics):
            handle.driver.rollback()
    except NativeError:
        return False
    return True


# -- options -----------------------------------------------------------------------


def set_option(
    handle: IFXConnection | IFXStatement, options: Mapping[int, Any], kind: int, /
) -> bool:
    """Set options of a connection (kind 1) or of a statement."""
    if handle is None:
        raise NativeError("Connection or statement handle must be passed in.")
    given = _checked_options(options)
    if kind == _CONNECTION:
        connection = link_of(handle)
        for key, value in given.items():
            _set_connection_option(connection, key, value)
    else:
        set_statement_options(statement_of(handle), given)
    return True


def get_option(handle: IFXConnection | IFXStatement, key: int, kind: int, /) -> Any:
    """Return an option of a connection (kind 1), or a statement's cursor type: 0."""
    if handle is None:
        raise NativeError("Connection or statement handle must be passed in.")
    if kind != _CONNECTION:
        statement_of(handle)
        if key != k.SQL_ATTR_CURSOR_TYPE:
            raise NativeError("Supplied parameter is invalid")
        return k.SQL_CURSOR_FORWARD_ONLY
    connection = link_of(handle)
    if key == k.SQL_ATTR_AUTOCOMMIT:
        return int(connection.driver.autocommit)
    if key == odbc.SQL_ATTR_CURRENT_CATALOG:
        return session_of(connection.driver).database
    return connection.options.get(key, False)


def any_statement(handle: object) -> Statement | None:
    """Return what a statement handle stands for, freed or not; None for others."""
    return handle._statement if isinstance(handle, IFXStatement) else None


def statement_of(handle: object) -> Statement:
    """Return what a statement handle stands for, or raise what IfxPy says of others."""
    statement = any_statement(handle)
    if statement is None or statement.freed:
        raise NativeError("Supplied statement object parameter is invalid")
    return statement


def set_statement_options(statement: Statement, options: Mapping[int, Any]) -> None:
    """Set the cursor type, a time limit in seconds, or how names and text come."""
    for key, value in _checked_options(options).items():
        if key == k.SQL_ATTR_CURSOR_TYPE:
            statement.cursor_type = value
        elif key == k.SQL_ATTR_QUERY_TIMEOUT:
            statement.timeout = value or None
        elif key == k.ATTR_CASE:
            statement.name_case = value
        elif key == k.USE_WCHAR:
            statement.wide = value
        else:
            raise noted("", NOT_CAPABLE, statement.diagnostics)


def _checked_options(options: Mapping[int, Any]) -> dict[int, Any]:
    if not isinstance(options, Mapping):
        raise NativeError("Supplied parameter is invalid")
    if options.get(k.ATTR_CASE, k.CASE_NATURAL) not in _CASES:
        raise NativeError(
            "ATTR_CASE attribute must be one of CASE_LOWER, CASE_UPPER, or CASE_NATURAL"
        )
    return dict(options)


def _set_connection_option(handle: Link, key: int, value: Any) -> None:
    if key == k.SQL_ATTR_AUTOCOMMIT:
        _set_autocommit(handle, value)
    elif key in (k.ATTR_CASE, k.USE_WCHAR):
        handle.options[key] = value
    elif key == odbc.SQL_ATTR_TXN_ISOLATION and value in odbc.ISOLATION_LEVELS:
        with native_errors("", handle.diagnostics), handle.driver.cursor() as cursor:
            cursor.execute(f"SET ISOLATION TO {odbc.ISOLATION_LEVELS[value]}")
        handle.options[key] = value
    else:
        raise noted("", NOT_CAPABLE, handle.diagnostics)


# -- information -------------------------------------------------------------------


def get_db_info(connection: IFXConnection, kind: int, /) -> str | bool:
    """Return what SQLGetInfo says, False if it says nothing."""
    link = link_of(connection)
    session = session_of(link.driver)
    facts = {
        2: session.database,  # SQL_DATA_SOURCE_NAME
        6: "informix_db",  # SQL_DRIVER_NAME
        7: informix_db.__version__,  # SQL_DRIVER_VER
        10: _ODBC_VERSION,  # SQL_ODBC_VER
        13: session.server,  # SQL_SERVER_NAME
        14: "\\",  # SQL_SEARCH_PATTERN_ESCAPE
        16: session.database,  # SQL_DATABASE_NAME
        k.SQL_DBMS_NAME: "Informix",
        29: '"',  # SQL_IDENTIFIER_QUOTE_CHAR
        47: session.user,  # SQL_USER_NAME
    }
    if kind == k.SQL_DBMS_VER:
        return _release(link) or False
    return facts.get(kind, False)


def _release(handle: Link) -> str:
    """Return the server's release as ODBC writes it: ``14.10.0000 FC5``.

    It is "" if the server does not tell, as without a database.
    """
    try:
        with native_errors("", handle.diagnostics):
            version = handle.driver.server_version
    except NativeError:
        return ""
    match = _VERSION.search(version)
    if match is None:
        return version
    return f"{int(match[1]):02}.{int(match[2]):02}.0000 {match[3]}".rstrip()


def server_info(connection: IFXConnection, /) -> IFXServerInfo:
    """Return what is known of the server, as attributes."""
    handle = link_of(connection)
    session = session_of(handle.driver)
    default = 0 if not session.logged else 2 if session.ansi else 1
    return IFXServerInfo(
        {
            "DBMS_NAME": "Informix",
            "DBMS_VER": _release(handle),
            "DB_NAME": session.database,
            "INST_NAME": session.server,
            "SPECIAL_CHARS": "_$",
            "KEYWORDS": tuple(_KEYWORDS.split()),
            "DFT_ISOLATION": _ISOLATION_NAMES[default],
            "ISOLATION_OPTION": _ISOLATION_NAMES if session.logged else ("UR",),
            "SQL_CONFORMANCE": "ENTRY",
            "PROCEDURES": True,
            "IDENTIFIER_QUOTE_CHAR": '"',
            "LIKE_ESCAPE_CLAUSE": True,
            "NON_NULLABLE_COLUMNS": True,
            "MAX_COL_NAME_LEN": _MAX_NAME,
            "MAX_IDENTIFIER_LEN": _MAX_NAME,
            "MAX_INDEX_SIZE": 390,  # bytes of a key, on pages of 2 KB
            "MAX_PROC_NAME_LEN": _MAX_NAME,
            "MAX_ROW_SIZE": 32767,
            "MAX_SCHEMA_NAME_LEN": 32,
            "MAX_STATEMENT_LEN": 65535,
            "MAX_TABLE_NAME_LEN": _MAX_NAME,
        }
    )


def client_info(connection: IFXConnection, /) -> IFXClientInfo:
    """Return what is known of the driver, as attributes."""
    session = session_of(link_of(connection).driver)
    return IFXClientInfo(
        {
            "DRIVER_NAME": "informix_db",
            "DRIVER_VER": informix_db.__version__,
            "DATA_SOURCE_NAME": session.database,
            "DRIVER_ODBC_VER": _ODBC_VERSION[:5],
            "ODBC_VER": _ODBC_VERSION,
            "ODBC_SQL_CONFORMANCE": "EXTENDED",
        }
    )


def check_function_support(connection: IFXConnection, function: int, /) -> bool:
    """Return whether there is a counterpart of a function of ODBC, by its number."""
    link_of(connection)
    return function in odbc.FUNCTIONS


# -- what went wrong ---------------------------------------------------------------


def conn_error(*connection: IFXConnection) -> str:
    """Return the SQLSTATE of the last failure of a connection, or of connecting."""
    return _connection_record("sqlstate", "conn_error", connection)


def conn_errormsg(*connection: IFXConnection) -> str:
    """Return the text of the last failure of a connection, or of connecting."""
    return _connection_record("message", "conn_errormsg", connection)


def conn_warn(*connection: IFXConnection) -> str:
    """Return the text of the last failure of a connection, or of connecting."""
    return _connection_record("message", "conn_warn", connection)


def _connection_record(
    field: str, accessor: str, connection: tuple[IFXConnection, ...]
) -> str:
    if not connection:
        text: str = getattr(Failures.connecting, field)
        return text
    return _any_link(connection[0]).diagnostics.tell(field, accessor)
