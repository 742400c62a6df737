"""What speaks on a port, found out by talking to it a little.

Each probe is a connection of its own: a server that was asked the wrong thing may not
listen any more. No probe tells anybody's password.
"""

from __future__ import annotations

import ast
import socket
import ssl
from dataclasses import replace
from typing import NamedTuple

from informix_db import Connection
from informix_db._transport.tls import (
    context_of,
    handshake,
    handshake_error,
    refusal_of,
)
from informix_db.exceptions import Error, OperationalError
from informix_db.params import ANY_ROLE, ConnectParams, Endpoint

# Nobody's name, and no server's: the refusal says what the server is called.
_NOBODY = "informix_db_doctor"
_NO_PASSWORD = ""

_WRONG_SERVER = -761
_BEFORE_OWN_NAME = "connect with server="  # the driver's words for it

_HTTP_REQUEST = b"GET / HTTP/1.0\r\n\r\n"
# EXCSAT without parameters: DSS (length, magic, request, correlation), object (length,
# code point) (DRDA, Vol. 3: EXCSAT, DSS)
_DRDA_REQUEST = bytes.fromhex("000ad0010001 00041041")
_DRDA_MAGIC = 0xD0  # third byte of every DSS (DRDA, Vol. 3)

_SHORT_WAIT = 2.0  # seconds for an answer to what is not SQLI
_SHOWN = 24  # bytes of an answer that nobody understands


class Answer(NamedTuple):
    """What answered: `kind` is one of the constants below."""

    kind: str
    detail: str = ""  # the server's name, or what there is to say


SQLI = "SQLI"
TLS = "TLS"
HTTP = "HTTP"
DRDA = "DRDA"
SILENT = "silent"
CLOSES = "closes"
OTHER = "other"


def identify(params: ConnectParams) -> Answer:
    """Find out what speaks at ``params.host:params.port``.

    With `params.tls`, inside of TLS. An SQLI server's name is "" if it did not tell.
    Raises the driver's error if TLS was wanted and does not come about.
    """
    answer = probe_sqli(params)
    if answer is not None:
        return answer
    if params.tls:
        _hear_refusal(params)
    elif probe_tls(params):
        return Answer(TLS)
    http = _ask(params, _HTTP_REQUEST)
    if http is not None and http.startswith(b"HTTP/"):
        return Answer(HTTP, http.split(b"\r\n")[0].decode("latin-1")[:80])
    drda = _ask(params, _DRDA_REQUEST)
    for heard in (drda, http):
        if heard is not None and heard[2:3] == bytes([_DRDA_MAGIC]):
            return Answer(DRDA)
    heard = http or drda
    if heard:
        return Answer(OTHER, repr(heard[:_SHOWN])[1:])
    return Answer(SILENT if http is None else CLOSES)


def probe_sqli(params: ConnectParams, server: str = _NOBODY) -> Answer | None:
    """Try to log in as nobody, to a server that does not exist; None if it is no SQLI.

    The server's name is "" if it took `server` for one of its own. Raises the driver's
    error if TLS was wanted and does not come about.
    """
    stranger = replace(
        params,
        user=_NOBODY,
        password=_NO_PASSWORD,
        server=server,
        database=None,
        role=ANY_ROLE,
        connect_retries=0,
        endpoints=(Endpoint(params.host, params.port, server),),
    )
    try:
        Connection._connect(stranger).close()
    except Error as exc:
        if exc.sqlcode is not None:
            return Answer(SQLI, _own_name(exc))
        if isinstance(exc.__cause__, ssl.SSLError):
            raise
        return None
    return Answer(SQLI)


def _own_name(refusal: Error) -> str:
    """Return what a server calls itself, by its refusal; "" if it does not say."""
    if refusal.sqlcode != _WRONG_SERVER:
        return ""
    try:
        return str(
            ast.literal_eval(str(refusal.args[0]).rpartition(_BEFORE_OWN_NAME)[2])
        )
    except (SyntaxError, ValueError):
        return ""


def probe_tls(params: ConnectParams) -> bool:
    """Whether a TLS listener answers, whoever its certificate is for."""
    context = context_of(True)
    assert context is not None
    name = params.tls_server_hostname or params.host
    try:
        with _dial(params) as sock, handshake(sock, context, name, params.host):
            return True
    except OperationalError as exc:
        # It may refuse in TLS' own words: for want of a client's certificate.
        return exc.__cause__ is not None and refusal_of(exc.__cause__) != ""
    except OSError:
        return False


def _hear_refusal(params: ConnectParams) -> None:
    """Raise the driver's error if the server refuses TLS after the handshake.

    Whoever has sent something by then may see a reset connection instead.
    """
    context = context_of(params.tls)
    assert context is not None
    name = params.tls_server_hostname or params.host
    try:
        with _dial(params) as sock, handshake(sock, context, name, params.host) as tls:
            tls.recv(1)
    except OSError as exc:
        if refusal_of(exc):
            raise handshake_error(exc, params.host) from exc


def certificate_problem(params: ConnectParams) -> str:
    """Return why the certificate is not accepted by this machine, "" if it is."""
    context = ssl.create_default_context()
    name = params.tls_server_hostname or params.host
    try:
        with _dial(params) as sock, context.wrap_socket(sock, server_hostname=name):
            return ""
    except ssl.SSLCertVerificationError as exc:
        return exc.verify_message
    except (OSError, ValueError) as exc:
        return str(exc)


def _ask(params: ConnectParams, request: bytes) -> bytes | None:
    """Send something; return what comes: b"" if it hangs up, None if nothing comes."""
    try:
        with _dial(params) as sock:
            context = context_of(params.tls)
            if context is not None:
                sock = context.wrap_socket(sock, server_hostname=params.host)
            with sock:
                sock.sendall(request)
                return _first_bytes(sock)
    except TimeoutError:
        return None
    except OSError:
        return b""


def _first_bytes(sock: socket.socket) -> bytes:
    """Return the first bytes that come, enough to know them by if there are."""
    data = b""
    while len(data) < _SHOWN:
        try:
            more = sock.recv(1024)
        except OSError:
            if data:
                break
            raise
        if not more:
            break
        data += more
    return data


def _dial(params: ConnectParams) -> socket.socket:
    seconds = min(_SHORT_WAIT, params.connect_timeout)
    return socket.create_connection((params.host, params.port), seconds)
