"""What the process's environment says about connecting, as to any Informix client.

INFORMIXSERVER and the sqlhosts file, locales, time limits. All of it is optional, and
gives way to the arguments of `connect` and to its connection string.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Any, NamedTuple

from informix_db._conninfo import Settings, check_protocol
from informix_db.exceptions import InterfaceError, ProgrammingError

_TEXTS = {
    "INFORMIXSERVER": "server",
    "CLIENT_LOCALE": "client_locale",
    "DB_LOCALE": "db_locale",
}
_COUNTS = {"INFORMIXCONTIME": "connect_timeout", "INFORMIXCONRETRY": "connect_retries"}
_SENT = ("DBDATE", "DELIMIDENT")  # to the server, with the login


class Listener(NamedTuple):
    """Where a server listens, by a line of sqlhosts."""

    server: str
    protocol: str
    host: str
    service: str  # a port, or the name of one
    options: str


def environment_settings(environ: Mapping[str, str]) -> Settings:
    """Return the arguments of `connect` that the environment gives.

    Raises InterfaceError, naming the variable, for what is no number.
    """
    settings: Settings = {}
    for variable, name in _TEXTS.items():
        if environ.get(variable):
            settings[name] = environ[variable]
    for variable, name in _COUNTS.items():
        text = environ.get(variable, "").strip()
        if text and not text.isdecimal():
            raise InterfaceError(
                f"environment variable {variable} is {text!r}, not a whole number"
            )
        if text:
            settings[name] = int(text)
    if settings.get("connect_timeout") == 0:
        del settings["connect_timeout"]
    sent = {name: environ[name] for name in _SENT if name in environ}
    if sent:
        settings["env"] = sent
    return settings


def listeners_of(server: str, environ: Mapping[str, str]) -> list[Listener]:
    """Return where `server` listens by the sqlhosts file; [] if there is no file.

    The file is what INFORMIXSQLHOSTS names, or sqlhosts below INFORMIXDIR. Raises
    InterfaceError if it does not list the server.
    """
    path = environ.get("INFORMIXSQLHOSTS")
    if not path:
        directory = environ.get("INFORMIXDIR")
        path = os.path.join(directory, "etc", "sqlhosts") if directory else ""
    if not path or not os.path.isfile(path):
        return []
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            found = find_listeners(file.read(), server)
    except OSError as exc:
        raise InterfaceError(f"sqlhosts file {path!r}: {exc.strerror}") from exc
    if not found:
        raise InterfaceError(f"server {server!r} is not in the sqlhosts file {path!r}")
    return found


def find_listeners(text: str, server: str) -> list[Listener]:
    """Return the listener of `server`, or those of a group of this name, in order."""
    entries = []
    for line in text.splitlines():
        fields = line.partition("#")[0].split()
        if len(fields) >= 4:
            name, protocol, host, service, *options = fields
            entries.append(Listener(name, protocol, host, service, ",".join(options)))
    for entry in entries:
        if entry.server == server:
            if entry.protocol.lower() != "group":
                return [entry]
            return [e for e in entries if f"g={server}" in e.options.split(",")]
    return []


def endpoints(listeners: list[Listener]) -> tuple[list[tuple[str, int, str]], bool]:
    """Return (host, port, server) of listeners, and whether they want TLS.

    Raises InterfaceError for a protocol this driver does not speak.
    """
    found, tls = [], False
    for listener in listeners:
        try:
            tls = check_protocol(listener.protocol) or tls
        except ProgrammingError as exc:
            what = f"sqlhosts, {listener.server} {listener.protocol}"
            raise InterfaceError(f"{what}: {exc}") from None
        # An asterisk before the host is for the server: it listens everywhere.
        host = listener.host.lstrip("*") or "localhost"
        found.append((host, port_of(listener.service), listener.server))
    return found, tls


def port_of(service: Any) -> Any:
    """Return the port of a service by its name; anything else as it is.

    Raises InterfaceError if the system knows no such service.
    """
    if not isinstance(service, str):
        return service
    if service.isdecimal():
        return int(service)
    try:
        return socket.getservbyname(service, "tcp")
    except OSError:
        raise InterfaceError(
            f"service {service!r} is in no services file: give the port's number"
        ) from None
