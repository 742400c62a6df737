"""Login: the request that opens a session, and what a server may answer.

Field by field from docs/PROTOCOL.md section 3 [J, N]. What is not known: the body of a
redirect (refused here), encrypted passwords, and why most constants are what they
are. The login request and its reply have no EOT.
"""

from __future__ import annotations

import os
import platform
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct

from informix_db._protocol.channel import Channel
from informix_db._wire import constants as c
from informix_db._wire.buffer import USHORT, Wire, WriteBuffer
from informix_db._wire.text import encode_secret, encode_text
from informix_db.exceptions import (
    DataError,
    NotSupportedError,
    OperationalError,
    ProtocolError,
    error_from_server,
)

_INT31 = 0x7FFFFFFF

# The third byte of everything a DRDA server sends, after a length (DRDA, DSS header).
_DRDA_MAGIC = 0xD0

# Fields 2-4 of the login reply: length, SLType, attribute, options, two markers
_REPLY_HEAD = Struct(">HBBhhh")
_SHORT = Struct(">h")
_INT = Struct(">i")


@dataclass(frozen=True)
class LoginRequest:
    """Who wants in, and under which conditions. `repr` keeps the password to itself."""

    user: str
    password: str
    server: str
    environment: Mapping[str, str]
    application: str
    encoding: str

    def __repr__(self) -> str:
        return f"LoginRequest(user={self.user!r}, server={self.server!r})"


@dataclass(frozen=True)
class LoginReply:
    """What an accepting server says of itself."""

    version: str  # internal number: 12.10 says 9.56, 14.10 9.59 [P]
    serial_number: str
    application_id: str
    capabilities: tuple[int, int, int]


def login_gen(channel: Channel, request: LoginRequest) -> Wire[LoginReply]:
    """Send the login request and read the answer.

    Raises OperationalError if the server refuses or is no Informix server,
    NotSupportedError if it sends the client elsewhere.
    """
    channel.write.put_raw(login_request(request))
    body = yield from _reply_body_gen(channel)
    try:
        return _parse_reply(body, request)
    except (IndexError, struct.error):
        raise ProtocolError(
            "the server's answer to the login cannot be read: it ends too early"
        ) from None


def login_request(request: LoginRequest) -> bytes:
    """Return the bytes of the login request."""
    out = WriteBuffer()

    def text(value: str, what: str) -> None:
        out.put_zstr(encode_text(value, request.encoding, what))

    out.put_raw(bytes((c.SL_CONNECT, c.SL_ATTRIBUTE)))
    out.put_short(0)  # options
    out.put_short(100)  # marker
    out.put_short(101)  # marker
    out.put_int(61)
    out.put_zstr(b"IEEEM")  # float format
    out.put_short(108)  # marker
    out.put_raw(b"sqlexec".ljust(12, b"\0"))
    out.put_zstr(b"9.280")  # client version
    out.put_zstr(b"RDS#R000000")  # serial number
    out.put_zstr(b"sqli")  # application id
    out.put_int(c.CAP1)
    out.put_int(0)  # cap2
    out.put_int(0)  # cap3
    out.put_short(1)
    text(request.user, "user")
    if request.password:
        out.put_zstr(encode_secret(request.password, request.encoding, "the password"))
    else:
        out.put_short(0)
    out.put_raw(b"ol".ljust(8, b"\0"))
    out.put_int(61)
    out.put_raw(b"tlitcp".ljust(8, b"\0"))
    out.put_int(1)
    out.put_short(104)  # init request
    out.put_short(11)
    out.put_int(3)
    text(request.server, "server")
    out.put_short(0)  # database: one named here makes DBOPEN fail with -759 [P]
    out.put_raw(b"\0" * 8)
    out.put_short(106)  # environment
    # More than a short can count do not fit the request either, see below.
    out.put_short(min(len(request.environment), c.MAX_PSTR))
    for name, value in request.environment.items():
        text(name, "environment variable name")
        text(value, f"environment variable {name}")
    out.put_short(107)  # process; diagnostic only
    out.put_int(0)
    out.put_int(os.getpid() & _INT31)
    thread_id = threading.get_ident()
    out.put_int(thread_id if thread_id <= _INT31 else 0)
    out.put_zstr(platform.node().encode("ascii", "replace"))
    out.put_short(0)
    out.put_zstr(b".")  # working directory: nobody's business
    out.put_short(116)  # application
    application = encode_text(request.application, request.encoding, "application")
    out.put_short(10 + len(application) + 1)
    out.put_int(0)
    out.put_int(0)
    out.put_zstr(application)
    out.put_short(127)  # end
    size = len(out) + 2
    if size > 0xFFFF:
        raise DataError(
            f"the login request would take {size} bytes, the protocol has room for "
            "65535: shorten the environment"
        )
    return USHORT.pack(size) + bytes(out.data)


def _reply_body_gen(channel: Channel) -> Wire[bytes]:
    """Read the login reply, refusing early what is not one."""
    read = channel.read
    yield from read.need_gen(4)
    yield from _refuse_strangers_gen(channel)
    length = _REPLY_HEAD.unpack_from(read.data, read.pos)[0]
    return (yield from read.bytes_gen(length))


def _refuse_strangers_gen(channel: Channel) -> Wire[None]:
    """Tell a server of another kind by its first bytes, not by a time-out."""
    read = channel.read
    first = bytes(read.data[read.pos : read.pos + 4])
    if first[3] == c.SL_ATTRIBUTE:
        yield from read.need_gen(_REPLY_HEAD.size)
        head = _REPLY_HEAD.unpack_from(read.data, read.pos)
        if head[0] >= _REPLY_HEAD.size and head[4:] == (100, 101):
            return
    if first == b"HTTP":
        kind = "an HTTP server"
    elif first[:2] in (b"\x15\x03", b"\x16\x03"):
        kind = "a TLS listener; connect to it with tls="
    elif first == b"SSH-":
        kind = "an SSH server"
    elif first[2] == _DRDA_MAGIC:
        kind = "a DRDA listener (drsoctcp); use the port of an onsoctcp listener"
    else:
        kind = f"not an Informix SQLI listener (it answered {first!r})"
    raise OperationalError(f"what listens on this port is {kind}", session_dead=True)


def _parse_reply(body: bytes, request: LoginRequest) -> LoginReply:
    fields = _Fields(body)
    _, sltype, *_ = fields.take(_REPLY_HEAD)
    if sltype == c.SL_REDIRECT:
        raise NotSupportedError(
            "the server redirects this connection to another one, in a form that is "
            "not known: connect to the other server directly"
        )
    fields.take(_INT)  # 61
    fields.zstr()  # float format, 'IEEEI'
    fields.take(_SHORT)  # 108
    fields.skip(12)  # 'srvinfx'
    version = fields.zstr()
    serial_number = fields.zstr()
    application_id = fields.zstr()
    cap1, cap2, cap3 = (fields.take(_INT)[0] for _ in range(3))
    if sltype == c.SL_REJECT:
        fields.take(_SHORT)
        fields.counted()
        fields.counted()
        fields.skip(24)  # 'ol' 8, 61, 'soctcp' 8, 1
        fields.skip(2 + 6)  # 102 and six bytes [J, N]
        sqlcode = fields.take(_SHORT)[0]
        raise _rejection(sqlcode, fields.take(_SHORT)[0], application_id, request)
    if sltype != c.SL_ACCEPT:
        raise ProtocolError(f"the server answered the login with type {sltype}")
    return LoginReply(version, serial_number, application_id, (cap1, cap2, cap3))


def _rejection(
    sqlcode: int, oserr: int, application_id: str, request: LoginRequest
) -> Exception:
    near = request.user if sqlcode in (-951, -952, -956) else request.server
    error = error_from_server(sqlcode, oserr, 0, near)
    if sqlcode == -761 and application_id:
        # The application id then carries the name the server goes by [N].
        error.args = (
            f"{error}; the server calls itself {application_id!r}: "
            f"connect with server={application_id!r}",
        )
    error.session_dead = True
    return error


class _Fields:
    """A cursor over the login reply; running past its end is an IndexError."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._pos = 0

    def take(self, layout: Struct) -> tuple[int, ...]:
        values = layout.unpack_from(self._body, self._pos)
        self._pos += layout.size
        return values

    def skip(self, count: int) -> bytes:
        end = self._pos + count
        if count < 0 or end > len(self._body):
            raise IndexError(end)
        value = self._body[self._pos : end]
        self._pos = end
        return value

    def counted(self) -> bytes:
        return self.skip(self.take(_SHORT)[0])

    def zstr(self) -> str:
        return self.counted().rstrip(b"\0").decode("latin-1")
