"""connect()'s arguments, checked and put in order. Opens nothing."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from informix_db._wire.text import codec_of_locale
from informix_db.exceptions import (
    InterfaceError,
    NotSupportedError,
    TLSVerificationWarning,
)
from informix_db.rows import Row, RowFactory

# What connect() waits for the whole login when connect_timeout is None. A listener
# that accepts and says nothing would otherwise hang the caller for ever.
DEFAULT_CONNECT_TIMEOUT = 60.0

# Sent with the login whatever the user sets, as IBM's client does [J]; its
# CLNT_PAM_CAPABLE is left out because this driver has no PAM dialogue.
_BASE_ENVIRONMENT = {
    "DBPATH": ".",
    "DBDATE": "Y4MD-",
    "IFX_UPDDESC": "1",
    "NODEFDAC": "no",
}

_ISOLATION_LEVELS = {
    "DIRTY READ": "DIRTY READ",
    "READ UNCOMMITTED": "DIRTY READ",
    "COMMITTED READ": "COMMITTED READ",
    "READ COMMITTED": "COMMITTED READ",
    "COMMITTED READ LAST COMMITTED": "COMMITTED READ LAST COMMITTED",
    "LAST COMMITTED": "COMMITTED READ LAST COMMITTED",
    "CURSOR STABILITY": "CURSOR STABILITY",
    "REPEATABLE READ": "REPEATABLE READ",
    "SERIALIZABLE": "REPEATABLE READ",
}


@dataclass(frozen=True)
class ConnectParams:
    """Everything a connection is opened with. Its repr hides the password."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str | None
    server: str
    connect_timeout: float
    read_timeout: float | None
    keepalive: bool
    client_locale: str
    db_locale: str | None
    env: Mapping[str, str]
    autocommit: bool
    row_factory: RowFactory | type[Row] | None
    tls: bool | ssl.SSLContext
    tls_server_hostname: str | None
    isolation: str | None
    lock_wait: int | None
    statement_cache_size: int
    fetch_buffer_size: int | None

    @property
    def encoding(self) -> str:
        """Python's codec for the session's text: DB_LOCALE's code set [J]."""
        environment = self.login_environment
        return codec_of_locale(
            environment.get("DB_LOCALE") or environment["CLIENT_LOCALE"]
        )

    @property
    def login_environment(self) -> dict[str, str]:
        """The environment of the login request; the user's settings win."""
        environment = dict(_BASE_ENVIRONMENT, CLIENT_LOCALE=self.client_locale)
        if self.db_locale is not None:
            environment["DB_LOCALE"] = self.db_locale
        environment.update(self.env)
        return environment

    @property
    def opening_statements(self) -> list[str]:
        """SQL that puts isolation and lock mode in force."""
        statements = []
        if self.isolation is not None:
            statements.append(f"SET ISOLATION TO {self.isolation}")
        if self.lock_wait is not None:
            statements.append(f"SET LOCK MODE TO {_lock_mode(self.lock_wait)}")
        return statements


def _lock_mode(seconds: int) -> str:
    if seconds == 0:
        return "NOT WAIT"
    return "WAIT" if seconds < 0 else f"WAIT {seconds}"


def connect_params(
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
) -> ConnectParams:
    """Check the arguments of connect(); InterfaceError names the one that is wrong."""
    if dsn is not None:
        raise NotSupportedError("dsn= is not supported yet: pass keyword arguments")
    params = ConnectParams(
        host=_text("host", host),
        port=_number("port", port, 1, 65535),
        user=_text("user", user),
        password=_text(
            "password", "" if password is None else password, may_be_empty=True
        ),
        database=None if database is None else _text("database", database),
        server=_text("server", server),
        connect_timeout=seconds("connect_timeout", connect_timeout)
        or DEFAULT_CONNECT_TIMEOUT,
        read_timeout=seconds("read_timeout", read_timeout),
        keepalive=bool(keepalive),
        client_locale=_text("client_locale", client_locale),
        db_locale=None if db_locale is None else _text("db_locale", db_locale),
        env=_environment(env),
        autocommit=bool(autocommit),
        row_factory=_row_factory(row_factory),
        tls=_tls(tls),
        tls_server_hostname=None
        if tls_server_hostname is None
        else _text("tls_server_hostname", tls_server_hostname),
        isolation=_isolation(isolation),
        lock_wait=None if lock_wait is None else _number("lock_wait", lock_wait, -1),
        statement_cache_size=_number("statement_cache_size", statement_cache_size, 0),
        fetch_buffer_size=None
        if fetch_buffer_size is None
        else _number("fetch_buffer_size", fetch_buffer_size, 256, 0x7FFFFFFF),
    )
    codec_of_locale(params.client_locale)
    _ = params.encoding
    if params.tls is True:
        _warn_unverified()
    return params


def _tls(value: Any) -> bool | ssl.SSLContext:
    if not isinstance(value, (bool, ssl.SSLContext)):
        raise InterfaceError(
            f"tls must be a bool or an ssl.SSLContext, not {type(value).__name__}"
        )
    return value


_warned = False


def _warn_unverified() -> None:
    """Warn the caller of connect() once per process."""
    global _warned
    if not _warned:
        warnings.warn(
            "tls=True encrypts but does not verify who answers; pass an "
            "ssl.SSLContext with the server's certificate authority",
            TLSVerificationWarning,
            stacklevel=4,
        )
        _warned = True


def _text(name: str, value: Any, *, may_be_empty: bool = False) -> str:
    if not isinstance(value, str):
        raise InterfaceError(f"{name} must be a str, not {type(value).__name__}")
    if not value and not may_be_empty:
        raise InterfaceError(f"{name} is empty")
    if "\0" in value:
        raise InterfaceError(f"{name} contains a NUL character")
    return value


def _number(name: str, value: Any, low: int, high: int = 0x7FFFFFFF) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InterfaceError(f"{name} must be an int, not {type(value).__name__}")
    if not low <= value <= high:
        raise InterfaceError(f"{name} must be between {low} and {high}, not {value}")
    return value


def seconds(name: str, value: Any) -> float | None:
    """Check a time limit, None for none; InterfaceError names what is wrong."""
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise InterfaceError(f"{name} must be a number, not {type(value).__name__}")
    if not 0 < value < 1e9:
        raise InterfaceError(f"{name} must be a positive number of seconds")
    return float(value)


def _row_factory(value: Any) -> RowFactory | type[Row] | None:
    if value is not None and not callable(value):
        raise InterfaceError(
            f"row_factory must be callable, not {type(value).__name__}"
        )
    factory: RowFactory | type[Row] | None = value
    return factory


def _environment(env: Mapping[str, str] | None) -> dict[str, str]:
    if env is None:
        return {}
    if not isinstance(env, Mapping):
        raise InterfaceError(f"env must be a mapping, not {type(env).__name__}")
    return {
        _text("a name in env", name): _text(f"env[{name!r}]", value, may_be_empty=True)
        for name, value in env.items()
    }


def _isolation(name: str | None) -> str | None:
    if name is None:
        return None
    key = " ".join(_text("isolation", name).upper().replace("_", " ").split())
    level = _ISOLATION_LEVELS.get(key)
    if level is None:
        known = ", ".join(_ISOLATION_LEVELS)
        raise InterfaceError(f"isolation {name!r} is not one of {known}")
    return level
