"""The command line of ``python -m informix_db.testing``."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .api import DataDirectoryError
from .control import ControlPort
from .databases import DatabaseSpec
from .framing import V15_CAPABILITIES
from .listener import Endpoint
from .pam import Question
from .script import ScriptError
from .server import Server
from .settings import BatchErrors
from .statementlog import logger as statement_logger

if TYPE_CHECKING:
    import ssl

# Why a server cannot be run.
_REASONS = (DataDirectoryError, ScriptError, OSError, ValueError)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a server until SIGINT or SIGTERM; exit status 1 if it cannot be run."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    if options.log_statements:
        statement_logger.setLevel(logging.INFO)
    try:
        with _signals() as arrived, _running(options) as (server, control):
            print(_readiness(options, server, control), flush=True)
            arrived.recv(1)
    except _REASONS as error:
        sys.exit(f"informix emulator: {error}")


@contextlib.contextmanager
def _signals() -> Iterator[socket.socket]:
    """Yield a socket that has a byte to read once SIGINT or SIGTERM has come.

    A signal that comes just before a lock is waited for would not end the waiting.
    """
    told, tells = socket.socketpair()
    with told, tells:
        tells.setblocking(False)
        before = signal.set_wakeup_fd(tells.fileno())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        try:
            yield told
        finally:
            signal.set_wakeup_fd(before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m informix_db.testing",
        description="Run an emulated Informix server until SIGINT or SIGTERM.",
    )
    _add_network(parser.add_argument_group("network"))
    _add_logins(parser.add_argument_group("logins"))
    _add_databases(parser.add_argument_group("databases"))
    _add_observation(parser.add_argument_group("observation"))
    _add_disturbance(parser.add_argument_group("disturbance"))
    return parser


def _add_network(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--host",
        action="append",
        help="address to listen on, may be repeated (127.0.0.1)",
    )
    group.add_argument(
        "--port", type=int, default=9088, help="0 takes a free one (%(default)s)"
    )
    group.add_argument("--tls-port", type=int, help="listen for TLS clients too")
    group.add_argument("--tls-certificate", metavar="FILE", help="PEM, with its chain")
    group.add_argument("--tls-key", metavar="FILE", help="PEM, if not in that file")
    group.add_argument(
        "--server-name", default="informix", help="INFORMIXSERVER (%(default)s)"
    )
    group.add_argument(
        "--json", action="store_true", help="print the readiness line as JSON"
    )


def _add_logins(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--user", default="informix", help="(%(default)s)")
    group.add_argument("--password", default="in4mix", help="(%(default)s)")
    group.add_argument(
        "--users",
        metavar="FILE",
        help="lines of USER:PASSWORD, in place of --user and --password",
    )
    group.add_argument(
        "--pam",
        action="append",
        default=[],
        metavar="PROMPT[=ANSWER]",
        type=_question,
        help="ask at login, may be repeated; no ANSWER: the password",
    )


def _add_databases(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--database",
        action="append",
        default=[],
        metavar="NAME[:LOGGING[:LOCALE]]",
        type=_database,
        help="make a database, may be repeated; LOGGING: log, buffered, ansi, none",
    )
    group.add_argument("--data", metavar="DIR", help="directory that keeps databases")
    group.add_argument(
        "--init",
        action="append",
        default=[],
        metavar="FILE",
        help="SQL script to run, may be repeated; not if DIR has databases already",
    )


def _add_observation(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--log-statements", action="store_true", help="log statements to stderr"
    )
    group.add_argument(
        "--transcript", metavar="FILE", help="write down every message, in hex"
    )


def _add_disturbance(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--latency",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="send replies so late",
    )
    group.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="COMMAND",
        help="as 'error_once -271 at=execute', may be repeated",
    )
    group.add_argument(
        "--control-port",
        type=int,
        metavar="PORT",
        help="take the same commands here, line by line; 0 takes a free port",
    )
    group.add_argument(
        "--capabilities",
        type=bytes.fromhex,
        default=V15_CAPABILITIES,
        metavar="HEX",
        help="mask to grant; 00 is the oldest form of the protocol",
    )
    group.add_argument(
        "--batch-errors",
        choices=[shape.value for shape in BatchErrors],
        default=BatchErrors.KEEP.value,
        help="reply to a batch with an error (%(default)s)",
    )


def _database(text: str) -> DatabaseSpec:
    try:
        return DatabaseSpec.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _question(text: str) -> Question:
    prompt, separator, answer = text.partition("=")
    return Question(prompt, answer if separator else None)


@contextlib.contextmanager
def _running(
    options: argparse.Namespace,
) -> Iterator[tuple[Server, ControlPort | None]]:
    first, *others = _endpoints(options)
    server = Server(
        host=first.host,
        port=first.port,
        endpoints=others,
        server_name=options.server_name,
        users=_users(options),
        data=options.data,
        capabilities=options.capabilities,
        batch_errors=options.batch_errors,
        transcript=options.transcript,
        pam=options.pam,
        latency=options.latency,
    )
    with contextlib.closing(server):
        _prepare(server, options)
        server.start()
        if options.control_port is None:
            yield server, None
        else:
            with contextlib.closing(ControlPort(server, options.control_port)) as port:
                yield server, port


def _endpoints(options: argparse.Namespace) -> list[Endpoint]:
    hosts = options.host or ["127.0.0.1"]
    endpoints = [Endpoint(host, options.port) for host in hosts]
    if options.tls_port is not None:
        context = _tls_context(options)
        endpoints += [Endpoint(host, options.tls_port, context) for host in hosts]
    return endpoints


def _tls_context(options: argparse.Namespace) -> ssl.SSLContext:
    import ssl

    if options.tls_certificate is None:
        raise ValueError("--tls-port needs --tls-certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.tls_certificate, options.tls_key)
    return context


def _users(options: argparse.Namespace) -> dict[str, str]:
    if options.users is None:
        return {options.user: options.password}
    users = {}
    for number, line in enumerate(_text(options.users).splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            name, separator, password = line.partition(":")
            if not separator:
                raise ValueError(f"{options.users}, line {number}: no USER:PASSWORD")
            users[name] = password
    return users


def _text(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def _prepare(server: Server, options: argparse.Namespace) -> None:
    """Make the databases, run the scripts in the first of them, arm the faults."""
    for database in options.database:
        server.create_database(database)
    if server.is_new:
        first = options.database[0] if options.database else DatabaseSpec("testdb")
        for path in options.init:
            try:
                server.run_script(_text(path), first.name, locale=first.locale)
            except ScriptError as error:
                raise ScriptError(f"{path}, {error}") from error
    for command in options.fault:
        server.faults.command(command)


def _readiness(
    options: argparse.Namespace, server: Server, control: ControlPort | None
) -> str:
    """Return the line that says where the server listens."""
    hosts = len(options.host or [""])
    plain, secure = server.addresses[:hosts], server.addresses[hosts:]
    if options.json:
        facts = {
            "host": server.host,
            "port": server.port,
            "tls_port": secure[0][1] if secure else None,
            "control_port": control.port if control else None,
            "server": options.server_name,
            "addresses": plain,
            "tls_addresses": secure,
        }
        return json.dumps(facts)
    parts = [f"{host}:{port}" for host, port in plain]
    parts += [f"{host}:{port} (TLS)" for host, port in secure]
    if control:
        parts.append(f"127.0.0.1:{control.port} (control)")
    return "informix emulator on " + ", ".join(parts)
