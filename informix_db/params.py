"""connect()'s arguments, from wherever they come: checked and put in order.

Opens nothing but the sqlhosts file, if no host is given.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from informix_db._conninfo import Settings, parse_dsn
from informix_db._environment import (
    endpoints,
    environment_settings,
    listeners_of,
    port_of,
)
from informix_db._typing import ssl
from informix_db._wire.text import ERROR_POLICIES, codec_of_locale
from informix_db.exceptions import InterfaceError, TLSVerificationWarning
from informix_db.observe import Observer
from informix_db.rows import Row, RowFactory

# What connect() waits for the whole login when connect_timeout is None. A listener
# that accepts and says nothing would otherwise hang the caller for ever.
DEFAULT_CONNECT_TIMEOUT = 60.0

# The value of db_locale that stands for what the database says of itself.
AUTO = "auto"

_DEFAULTS: Settings = {
    "port": 9088,
    "server": "informix",
    "connect_retries": 0,
    "client_locale": "en_US.8859-1",
    "encoding_errors": "strict",
    "record_values": True,
    "statement_cache_size": 128,
    "target_session_attrs": "any",
}

# Sent with the login whatever the user sets, as IBM's client does [J].
_BASE_ENVIRONMENT = {
    "CLNT_PAM_CAPABLE": "1",
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

# What a server may have to be, by libpq's words for it.
ANY_ROLE = "any"
PRIMARY = "primary"
STANDBY = "standby"
PREFER_STANDBY = "prefer-standby"
_ROLES = {
    "any": ANY_ROLE,
    "primary": PRIMARY,
    "read-write": PRIMARY,
    "standby": STANDBY,
    "read-only": STANDBY,
    "prefer-standby": PREFER_STANDBY,
}

_POLICIES = {policy: policy for policy in ERROR_POLICIES}


class Endpoint(NamedTuple):
    """Where one server listens, and the name it goes by."""

    host: str
    port: int
    server: str


Hosts = str | Sequence[str | tuple[str, int] | tuple[str, int, str]]

PamResponder = Callable[[str, int], str | Awaitable[str]]


@dataclass(frozen=True)
class ConnectParams:
    """Everything a connection is opened with. Its repr hides the password."""

    endpoints: tuple[Endpoint, ...]  # to be tried in order
    host: str  # of the one that is tried; port and server as well
    port: int
    user: str
    password: str = field(repr=False)
    database: str | None
    server: str
    connect_timeout: float
    connect_retries: int
    read_timeout: float | None
    keepalive: bool
    client_locale: str
    db_locale: str | None
    encoding_errors: str
    env: Mapping[str, str]
    autocommit: bool
    row_factory: RowFactory | type[Row] | None
    pam_responder: PamResponder | None
    tls: bool | ssl.SSLContext
    tls_server_hostname: str | None
    isolation: str | None
    lock_wait: int | None
    statement_cache_size: int
    fetch_buffer_size: int | None
    role: str  # the server has to have, by target_session_attrs
    observer: Observer | None
    record: str | None
    record_values: bool

    @property
    def encoding(self) -> str:
        """Python's codec for the session's text: DB_LOCALE's code set [J]."""
        environment = self.login_environment
        return codec_of_locale(
            environment.get("DB_LOCALE") or environment["CLIENT_LOCALE"]
        )

    @property
    def knows_db_locale(self) -> bool:
        """Whether somebody said what the database's locale is."""
        return "DB_LOCALE" in self.login_environment

    @property
    def login_environment(self) -> dict[str, str]:
        """The environment of the login request; the user's settings win."""
        environment = dict(_BASE_ENVIRONMENT, CLIENT_LOCALE=self.client_locale)
        if self.db_locale is not None and self.db_locale != AUTO:
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


class _Given(Settings):
    """Arguments by name, each checked when it is asked for."""

    def text(self, name: str) -> str:
        return _text(name, self.get(name))

    def optional_text(self, name: str, *, may_be_empty: bool = False) -> str | None:
        value = self.get(name)
        return None if value is None else _text(name, value, may_be_empty=may_be_empty)

    def choice(self, name: str, choices: Mapping[str, str]) -> str:
        value = self.text(name)
        chosen = choices.get(value.lower().replace("_", "-"))
        if chosen is None:
            known = ", ".join(choices)
            raise InterfaceError(f"{name} {value!r} is not one of {known}")
        return chosen

    def number(self, name: str, low: int) -> int:
        return _number(name, self.get(name), low)

    def optional_number(self, name: str, low: int) -> int | None:
        value = self.get(name)
        return None if value is None else _number(name, value, low)

    def truth(self, name: str) -> bool:
        value = self.get(name, False)
        if not isinstance(value, int):
            raise InterfaceError(f"{name} must be a bool, not {type(value).__name__}")
        return bool(value)

    def seconds(self, name: str) -> float | None:
        return seconds(name, self.get(name))

    def path(self, name: str) -> str | None:
        value = self.get(name)
        if isinstance(value, os.PathLike):
            value = os.fspath(value)
        return None if value is None else _text(name, value)

    def observer(self, name: str) -> Any:
        value = self.get(name)
        for method in ("begin", "end"):
            if value is not None and not callable(getattr(value, method, None)):
                raise InterfaceError(f"{name} has no method {method}()")
        return value

    def function(self, name: str) -> Any:
        value = self.get(name)
        if value is not None and not callable(value):
            raise InterfaceError(f"{name} must be callable, not {type(value).__name__}")
        return value


def connect_params(
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
) -> ConnectParams:
    """Check the arguments of connect() and add what `dsn` and the environment say.

    None is an argument that is not given. Raises InterfaceError, naming the argument
    that is wrong, and ProgrammingError for a wrong `dsn`.
    """
    explicit = {name: value for name, value in locals().items() if value is not None}
    given = _Given(_merged(explicit))
    places = _endpoints(given)
    params = ConnectParams(
        endpoints=places,
        host=places[0].host,
        port=places[0].port,
        server=places[0].server,
        user=given.text("user"),
        password=given.optional_text("password", may_be_empty=True) or "",
        database=given.optional_text("database"),
        connect_timeout=given.seconds("connect_timeout") or DEFAULT_CONNECT_TIMEOUT,
        connect_retries=given.number("connect_retries", 0),
        read_timeout=given.seconds("read_timeout"),
        keepalive=given.truth("keepalive"),
        client_locale=given.text("client_locale"),
        db_locale=given.optional_text("db_locale"),
        encoding_errors=given.choice("encoding_errors", _POLICIES),
        env=_environment(given.get("env")),
        autocommit=given.truth("autocommit"),
        row_factory=given.function("row_factory"),
        pam_responder=given.function("pam_responder"),
        tls=_tls(given.get("tls", False)),
        tls_server_hostname=given.optional_text("tls_server_hostname"),
        isolation=_isolation(given.optional_text("isolation")),
        lock_wait=given.optional_number("lock_wait", -1),
        statement_cache_size=given.number("statement_cache_size", 0),
        fetch_buffer_size=given.optional_number("fetch_buffer_size", 256),
        role=given.choice("target_session_attrs", _ROLES),
        observer=given.observer("observer"),
        record=given.path("record"),
        record_values=given.truth("record_values"),
    )
    _check_together(params)
    if params.tls is True:
        _warn_unverified()
    return params


def _merged(explicit: Settings) -> Settings:
    """Return what is said about a connection: the nearest source wins."""
    around = environment_settings(os.environ)
    written: Settings = {}
    if "dsn" in explicit:
        written = parse_dsn(explicit.pop("dsn"))
        if "port" in written:
            written["port"] = port_of(written["port"])
    merged = {**_DEFAULTS, **around, **written, **explicit}
    variables = explicit.get("env")
    if variables is None or isinstance(variables, Mapping):
        inner = (around.get("env", {}), written.get("env", {}), variables or {})
        merged["env"] = {k: v for each in inner for k, v in each.items()}
    return merged


def _endpoints(settings: _Given) -> tuple[Endpoint, ...]:
    """Return where to connect; without a host, where sqlhosts says the server is."""
    host, server = settings.get("host"), settings.text("server")
    if host is None:
        found, tls = endpoints(listeners_of(server, os.environ))
        if not found:
            raise InterfaceError(
                "host is missing, and there is no sqlhosts file to find it in"
            )
        if tls:
            settings.setdefault("tls", ssl.create_default_context())
        return tuple(Endpoint(*each) for each in found)
    if isinstance(host, str):
        host = [host]
    if not isinstance(host, Sequence) or isinstance(host, bytes) or not host:
        raise InterfaceError(
            f"host must be a str or a list of hosts, not {type(host).__name__}"
        )
    return tuple(_endpoint(each, settings["port"], server) for each in host)


def _endpoint(host: Any, port: Any, server: Any) -> Endpoint:
    if isinstance(host, (tuple, list)) and 0 < len(host) <= len(Endpoint._fields):
        host, *others = host
        given = [*others, None, None]
        port = port if given[0] is None else given[0]
        server = server if given[1] is None else given[1]
    return Endpoint(
        _host(host), _number("port", port, 1, 65535), _text("server", server)
    )


def _host(value: Any) -> str:
    name = _text("host", value)
    if "=" in name or "/" in name:  # not quoted, for there may be a password in it
        raise InterfaceError("host is a connection string: pass it as dsn=")
    try:
        name.encode("idna")  # as it is looked up
    except UnicodeError:
        raise InterfaceError(f"host {name!r} is no name of a host") from None
    return name


def _check_together(params: ConnectParams) -> None:
    codec_of_locale(params.client_locale)
    _ = params.encoding
    if params.role != ANY_ROLE and params.database is None:
        raise InterfaceError(
            "target_session_attrs needs a database: opening it tells what a server is"
        )


def _tls(value: Any) -> bool | ssl.SSLContext:
    if isinstance(value, bool):
        return value
    if not isinstance(value, ssl.SSLContext):
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
    if value is None:
        raise InterfaceError(f"{name} is missing")
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
    key = " ".join(name.upper().replace("_", " ").split())
    level = _ISOLATION_LEVELS.get(key)
    if level is None:
        known = ", ".join(_ISOLATION_LEVELS)
        raise InterfaceError(f"isolation {name!r} is not one of {known}")
    return level
