"""Where the client connects to, and where its password comes from.

An argument is seen by every user of the machine and kept by shells: a password given
that way is refused, one in a connection string too. It comes from ``--password-file``,
from the environment variable INFORMIX_PASSWORD, or from a prompt.
"""

from __future__ import annotations

import argparse
import getpass
import os
import ssl
import stat
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from informix_db._conninfo import parse_dsn
from informix_db.exceptions import InterfaceError, TLSVerificationWarning
from informix_db.params import connect_params

PASSWORD_VARIABLE = "INFORMIX_PASSWORD"

_WAYS = f"use --password-file, the environment variable {PASSWORD_VARIABLE} or a prompt"


def refuse_passwords(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    """Exit if an argument looks like a password, before any message repeats it."""
    for argument in argv:
        name = argument.partition("=")[0].lower()
        if name in ("--password", "--passwd", "--pwd"):
            parser.error(f"a password is no argument: {_WAYS}")


def add_connection_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every command that connects takes."""
    group = parser.add_argument_group(
        "connection", "What is not given comes from the environment, as for connect()."
    )
    group.add_argument(
        "-H", "--host", metavar="HOST[:PORT]", help="default: that of the sqlhosts file"
    )
    group.add_argument("-P", "--port", type=int, help="default: 9088")
    group.add_argument("-S", "--server", help="the DBSERVERNAME; default: informix")
    group.add_argument("-u", "--user", help="default: the name you are logged in by")
    group.add_argument("--password-file", metavar="FILE", help="its first line counts")
    group.add_argument(
        "-w", "--no-password", action="store_true", help="the server trusts this host"
    )
    group.add_argument(
        "--tls",
        metavar="HOW",
        help="verify, insecure, or a file of certificate authorities",
    )
    group.add_argument("--client-locale", metavar="LOCALE")
    group.add_argument("--db-locale", metavar="LOCALE", help="auto: ask the database")
    group.add_argument("--connect-timeout", type=float, metavar="SECONDS")


def is_dsn(target: str) -> bool:
    """Whether a positional argument is a connection string, not a plain name."""
    return "://" in target or "=" in target


def connect_arguments(
    args: argparse.Namespace, dsn: str | None, **others: Any
) -> dict[str, Any]:
    """Return the arguments for `connect`, `others` and the password included.

    Raises InterfaceError if they are wrong, or if there is no password, or one where
    none may be; ProgrammingError for a `dsn` that cannot be read.
    """
    written = parse_dsn(dsn) if dsn else {}
    if "password" in written:
        raise InterfaceError(f"the connection string has a password in it: {_WAYS}")
    host, port = _host_and_port(args.host, args.port)
    given = {
        "dsn": dsn,
        "host": host,
        "port": port,
        "server": args.server,
        "user": args.user or written.get("user") or _user(),
        "tls": _tls(args.tls),
        "client_locale": args.client_locale,
        "db_locale": args.db_locale,
        "connect_timeout": args.connect_timeout,
        **others,
    }
    arguments = {name: value for name, value in given.items() if value is not None}
    try:  # before anybody is asked for a password
        connect_params(**arguments, password="")
    except InterfaceError as exc:
        raise InterfaceError(f"{exc} (-h lists the arguments)") from None
    arguments["password"] = _password(args, arguments["user"])
    return arguments


def _host_and_port(
    target: str | None, port: int | None
) -> tuple[str | None, int | None]:
    """Take ``host:port`` apart; an IPv6 address with a port is in [ ]."""
    if target is None:
        return None, port
    host, colon, written = target.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        return target.strip("[]"), port
    if not written.isdecimal():
        raise InterfaceError(f"{written!r} is no port")
    return host.strip("[]"), int(written)


def _user() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a container may have no users
        raise InterfaceError("nobody is logged in: name a user by -u") from None


def _tls(how: str | None) -> bool | ssl.SSLContext | None:
    if how is None:
        return None
    if how == "insecure":
        warnings.simplefilter("ignore", TLSVerificationWarning)  # they know
        return True
    try:
        return ssl.create_default_context(cafile=None if how == "verify" else how)
    except OSError as exc:  # ssl.SSLError is one too
        raise InterfaceError(
            f"--tls is verify, insecure or a file of authorities, not {how!r}: "
            f"{exc.strerror or exc}"
        ) from None


def _password(args: argparse.Namespace, user: str) -> str:
    if args.no_password:
        return ""
    if args.password_file is not None:
        return _password_of_file(args.password_file)
    if PASSWORD_VARIABLE in os.environ:
        return os.environ[PASSWORD_VARIABLE]
    if not sys.stdin.isatty():
        raise InterfaceError(f"no password for {user!r}: {_WAYS}")
    try:
        return getpass.getpass(f"Password for {user}: ")
    except EOFError:
        raise InterfaceError(f"no password for {user!r}") from None


def _password_of_file(path: str) -> str:
    """Return the first line of a file that nobody else can read."""
    try:
        with open(path, encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise InterfaceError(
                    f"others may use the password file {path!r}: chmod 600 it"
                )
            return file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "it is no UTF-8"
        raise InterfaceError(f"password file {path!r}: {why}") from None
