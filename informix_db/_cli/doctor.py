"""`doctor`: why a connection does not come about, step by step.

Each step is a finding; the first that makes the next one pointless is the last. What
is wrong but can be put right, like the server's name, is, so that the rest is examined
too. At the end stands the call of connect() that works.
"""

from __future__ import annotations

import argparse
import socket
import ssl
import statistics
import sys
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from informix_db import Connection
from informix_db._cli import probes
from informix_db._cli.login import (
    PASSWORD_VARIABLE,
    add_connection_arguments,
    connect_arguments,
    is_dsn,
)
from informix_db._cli.values import visible
from informix_db._wire.text import codec_of_locale
from informix_db.exceptions import Error
from informix_db.params import ANY_ROLE, ConnectParams, Endpoint, connect_params

_TIMEOUT = 10.0  # seconds for a step, if nobody says
_PINGS = 5
_DEFAULTS = {"server": "informix", "client_locale": "en_US.8859-1"}

_OK, _FAILED = "ok", "FAIL"

_LOCALE_SQL = (
    "SELECT FIRST 1 site FROM informix.systables WHERE tabname = ' GL_COLLATE'"
)
_DATABASES_SQL = "SELECT TRIM(name) FROM sysdatabases ORDER BY name"
_LOCALE_OF_DATABASE_SQL = "SELECT dbs_collate FROM sysdbslocale WHERE dbs_dbsname = ?"
_WRONG_LOCALE = -23197

_KINDS = {
    probes.HTTP: "an HTTP server ({}), not Informix: give the port of an onsoctcp "
    "listener, which onstat -g ntt or the server's sqlhosts file tells",
    probes.DRDA: "a DRDA listener (drsoctcp), which this driver does not speak: give "
    "the port of an onsoctcp listener",
    probes.TLS: "a TLS listener, which answers slowly",
    probes.SILENT: "accepts connections and says nothing: a proxy without a server "
    "behind it, a server that is starting or blocked, or another protocol",
    probes.CLOSES: "accepts connections and closes them: a proxy without a server "
    "behind it, a server that refuses this host, or another protocol",
    probes.OTHER: "no Informix SQLI listener: it answers {}",
}


class Finding(NamedTuple):
    """What a step found."""

    topic: str
    text: str
    ok: bool = True

    def __str__(self) -> str:
        verdict = _OK if self.ok else _FAILED
        return f"{verdict:5} {self.topic:11} {visible(' '.join(self.text.split()))}"


Examined = Generator[Finding, None, ConnectParams]


class Stop(Exception):
    """A finding after which there is nothing left to examine."""

    def __init__(self, topic: str, text: str) -> None:
        super().__init__(text)
        self.finding = Finding(topic, text, ok=False)


def add_parser(subparsers: Any) -> None:
    """Add the command `doctor`."""
    parser = subparsers.add_parser(
        "doctor",
        help="say why a connection does not come about",
        description="Examine the way to a server: name, port, protocol, login, "
        "database, locale; then print the call of connect() that works.",
        epilog="Exit status: 0, 1 if something is wrong, 2 for wrong arguments.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "target", nargs="?", metavar="HOST[:PORT]", help="or a connection string"
    )
    parser.add_argument("-d", "--database", help="default: none is opened")
    add_connection_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print what is found, and return the exit status."""
    try:
        params = _params(args)
    except (Error, ValueError) as exc:
        print(exc, file=sys.stderr)
        return 2
    authorities = args.tls if args.tls not in (None, "verify", "insecure") else ""
    healthy = True
    for finding in examine(params, authorities):
        print(finding, flush=True)
        healthy &= finding.ok
    return 0 if healthy else 1


def _params(args: argparse.Namespace) -> ConnectParams:
    target = args.target or ""
    dsn = target if is_dsn(target) else None
    if target and dsn is None:
        args.host = target
    if args.connect_timeout is None:
        args.connect_timeout = _TIMEOUT
    arguments = connect_arguments(args, dsn, database=args.database or None)
    return connect_params(**arguments)


def examine(params: ConnectParams, authorities: str = "") -> Iterator[Finding]:
    """Examine the way to the first server of `params`, step by step.

    `authorities` is the file that ``params.tls`` was made of, if there is one.
    """
    if len(params.endpoints) > 1:
        yield Finding("hosts", f"the first of {len(params.endpoints)} is examined")
    params = replace(params, endpoints=params.endpoints[:1], connect_retries=0)
    try:
        yield from _network(params)
        works = yield from _server(params)
        works = yield from _login(works)
        yield Finding("connect", call_of(works, authorities))
    except Stop as stop:
        yield stop.finding
    except Error as exc:
        yield Finding("connection", str(exc), ok=False)


# -- the network -----------------------------------------------------------------------


def _network(params: ConnectParams) -> Iterator[Finding]:
    addresses = _addresses(params)
    yield Finding("name", f"{params.host} is {', '.join(addresses)}")
    failures = []
    for address in addresses:
        begun = time.perf_counter()
        try:
            seconds = params.connect_timeout / len(addresses)
            socket.create_connection((address, params.port), seconds).close()
        except OSError as exc:
            failures.append(f"{_place(address, params)} {_unreachable(exc)}")
            continue
        took = (time.perf_counter() - begun) * 1000
        also = f"; {'; '.join(failures)}" if failures else ""
        yield Finding("port", f"{_place(address, params)} took {took:.1f} ms{also}")
        return
    raise Stop("port", "; ".join(failures))


def _addresses(params: ConnectParams) -> list[str]:
    try:
        found = socket.getaddrinfo(params.host, params.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "it is no name"
        raise Stop("name", f"{params.host!r} has no address: {why}") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _place(address: str, params: ConnectParams) -> str:
    shown = f"[{address}]" if ":" in address else address
    return f"{shown}:{params.port}"


def _unreachable(exc: OSError) -> str:
    if isinstance(exc, ConnectionRefusedError):
        return "is closed: no server listens there, or on another address only"
    if isinstance(exc, TimeoutError):
        return "does not answer at all: a firewall, or the wrong address"
    return f"cannot be reached: {exc.strerror or exc}"


# -- what listens there ----------------------------------------------------------------


def _server(params: ConnectParams) -> Examined:
    """Find out what listens; return parameters that fit it."""
    if params.tls and not probes.probe_tls(params):
        raise _without_tls(params)
    try:
        answer = probes.identify(params)
        if answer.kind == probes.TLS:
            params = yield from _tls(params)
            answer = probes.identify(params)
    except Error as exc:
        raise Stop("tls", str(exc)) from exc
    if answer.kind != probes.SQLI:
        where = "inside of TLS: " if params.tls else ""
        raise Stop("protocol", where + _KINDS[answer.kind].format(answer.detail))
    yield Finding("protocol", "SQLI inside of TLS" if params.tls else "SQLI")
    return (yield from _name(params, answer.detail))


def _without_tls(params: ConnectParams) -> Stop:
    """Say what listens where TLS was wanted; there is no going on without."""
    answer = probes.identify(replace(params, tls=False))
    if answer.kind == probes.SQLI:
        return Stop("tls", "a plain SQLI listener: it takes connections without tls=")
    return Stop("tls", f"no TLS listener: {_KINDS[answer.kind].format(answer.detail)}")


def _tls(params: ConnectParams) -> Examined:
    """Examine a TLS listener that was taken for a plain one."""
    yield Finding("tls", "a TLS listener: connect with tls=", ok=False)
    problem = probes.certificate_problem(params)
    if not problem:
        yield Finding("certificate", "is accepted by this machine")
        return replace(params, tls=ssl.create_default_context())
    yield Finding(
        "certificate",
        f"is not accepted by this machine: {problem}; name the file of its authority, "
        "or use tls=True, which verifies nothing",
        ok=False,
    )
    return replace(params, tls=True)


def _name(params: ConnectParams, name: str) -> Examined:
    """Compare the server's name; a server may have aliases besides it."""
    wanted = params.server
    if not name:
        yield Finding("server", f"does not tell its name, {wanted!r} is tried")
        return params
    if name == wanted:
        yield Finding("server", f"calls itself {name!r}")
        return params
    alias = probes.probe_sqli(params, wanted)
    if alias is not None and not alias.detail:
        yield Finding("server", f"calls itself {name!r}, accepts {wanted!r}")
        return params
    yield Finding("server", f"calls itself {name!r}, not {wanted!r}", ok=False)
    endpoint = Endpoint(params.host, params.port, name)
    return replace(params, server=name, endpoints=(endpoint,))


# -- the session -----------------------------------------------------------------------


def _login(params: ConnectParams) -> Examined:
    """Log in, without a database first; return parameters that work."""
    try:
        connection = Connection._connect(
            replace(params, database=None, role=ANY_ROLE, isolation=None)
        )
    except Error as exc:
        raise Stop("login", str(exc)) from exc
    with connection:
        yield Finding("login", f"{params.user!r} is let in")
        yield Finding("latency", f"a round trip takes {_latency(connection):.2f} ms")
    names = _of_sysmaster(params, _DATABASES_SQL)
    known = f"; there are {', '.join(names)}" if names else ""
    if params.database is None:
        yield Finding("database", f"none was named{known}")
        return params
    return (yield from _database(params, known))


def _latency(connection: Connection) -> float:
    """Return what a round trip takes, in milliseconds."""
    times = []
    for _ in range(_PINGS):
        begun = time.perf_counter()
        connection.ping()
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


def _of_sysmaster(params: ConnectParams, sql: str, values: Any = ()) -> list[str]:
    """Return the first column of a query of sysmaster, nothing if it is not allowed."""
    try:
        connection = Connection._connect(
            replace(params, database="sysmaster", db_locale=None)
        )
    except Error:
        return []
    with connection:
        return _first_column(connection, sql, values)


def _first_column(connection: Connection, sql: str, values: Any = ()) -> list[str]:
    """Return the first column of a query, nothing if it is not allowed."""
    try:
        with connection.cursor() as cursor:
            return [str(row[0]) for row in cursor.execute(sql, values)]
    except Error:
        return []


def _database(params: ConnectParams, known: str) -> Examined:
    """Open the database, with its own locale if it insists on that."""
    try:
        connection = Connection._connect(params)
    except Error as exc:
        locale = _locale_of(params, exc)
        if not locale:
            raise Stop("database", f"{exc}{known}") from exc
        yield Finding("database", f"{exc}; its locale is {locale}", ok=False)
        params = replace(params, db_locale=locale)
        connection = Connection._connect(params)
    with connection:
        state = connection._database
        mode = "ANSI: always in a transaction"
        if not state.ansi:
            mode = "logged" if state.logged else "not logged: nothing is rolled back"
        yield Finding("database", f"{params.database!r} is {mode}")
        yield Finding("version", connection.server_version)
        locale = "".join(_first_column(connection, _LOCALE_SQL)).strip()
        return (yield from _locale(params, locale, connection.encoding))


def _locale_of(params: ConnectParams, refusal: Error) -> str:
    """Return a database's locale if that is why it was not opened and can be learnt."""
    if refusal.sqlcode != _WRONG_LOCALE:
        return ""
    told = _of_sysmaster(params, _LOCALE_OF_DATABASE_SQL, (params.database,))
    return "".join(told[:1]).strip() or refusal.near or ""


def _locale(params: ConnectParams, locale: str, encoding: str) -> Examined:
    """Compare the database's locale with what the connection speaks."""
    if not locale:
        yield Finding("locale", f"is not told; {encoding} is spoken")
        return params
    try:
        right = codec_of_locale(locale)
    except Error as exc:
        raise Stop("locale", str(exc)) from exc
    if right == encoding:
        yield Finding("locale", f"{locale}, {encoding} is spoken")
        return params
    yield Finding("locale", f"{locale}, but {encoding} is spoken", ok=False)
    return replace(params, db_locale=locale)


def call_of(params: ConnectParams, authorities: str = "") -> str:
    """Return the call of connect() with these parameters, its password left out."""
    arguments = [
        repr(params.host),
        str(params.port),
        f"user={params.user!r}",
        f'password=os.environ["{PASSWORD_VARIABLE}"]',
    ]
    optional = {
        "database": params.database,
        "server": params.server,
        "client_locale": params.client_locale,
        "db_locale": params.db_locale,
        "tls_server_hostname": params.tls_server_hostname,
    }
    arguments += [
        f"{name}={value!r}"
        for name, value in optional.items()
        if value is not None and value != _DEFAULTS.get(name)
    ]
    if params.tls is True:
        arguments.append("tls=True")
    elif params.tls:
        cafile = f"cafile={authorities!r}" if authorities else ""
        arguments.append(f"tls=ssl.create_default_context({cafile})")
    return f"informix_db.connect({', '.join(arguments)})"
