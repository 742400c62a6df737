"""The login exchange: the only messages without tags.

A request is read by field order up to the environment; after that come blocks with a
marker of their own, of which nmap sends fewer than IBM's driver. Fields that only
describe the client are skipped. Redirection (SLType 13) is not spoken: its body is
not known.
"""

from __future__ import annotations

import struct
from dataclasses import field

from . import tags
from .records import dataclass
from .stream import ByteStream, ClientGone, ProtocolError

_CONNECT, _ACCEPTED, _REJECTED = 1, 2, 3  # SLType [J]
_ATTRIBUTE = 0x3C  # [J, N]
_HEADER = struct.Struct(">HBB")

_SKIPPED_BEFORE_FORMAT = 2 + 2 + 2 + 4  # options, markers 100 and 101, int 61 [J]
_SKIPPED_AFTER_FORMAT = 2 + 12  # marker 108, "sqlexec" [J]
_SKIPPED_AFTER_PASSWORD = 8 + 4 + 8 + 4 + 2 + 2 + 4  # "ol" ... init request [J]
_SKIPPED_AFTER_DATABASE = 8  # four shorts 0 [J]

_ENVIRONMENT = 106
_PROCESS = 107
_APPLICATION = 116
_END = 127


class NotALogin(ProtocolError):
    """The first bytes are no SQLI login: a TLS, DRDA or HTTP client, or noise."""


@dataclass(slots=True)
class LoginRequest:
    """What a client says about itself, as far as the server uses it."""

    user: str = ""
    password: str = field(default="", repr=False)
    server_name: str = ""
    database: str = ""  # always empty from a client that connects rightly [P]
    cap1: int = 0
    client_version: str = ""
    application_id: str = ""
    application: str = ""
    environment: dict[str, str] = field(default_factory=dict)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def read_login(stream: ByteStream) -> LoginRequest | None:
    """Read one login request, None for an EXIT in its place.

    nmap's brute script leaves connections that way before it has logged in [N].
    """
    length = stream.unsigned_short()
    if length == tags.EXIT:
        return None
    kind, attribute = stream.take(2)
    if kind != _CONNECT or attribute != _ATTRIBUTE:
        raise NotALogin
    body = ByteStream.over(stream.take(length - _HEADER.size))
    try:
        return _parse(body)
    except ClientGone as error:
        raise NotALogin("a login request ends too early") from error


def _parse(body: ByteStream) -> LoginRequest:
    request = LoginRequest()
    body.take(_SKIPPED_BEFORE_FORMAT)
    body.terminated_string()  # float format
    body.take(_SKIPPED_AFTER_FORMAT)
    request.client_version = _text(body.terminated_string())
    body.terminated_string()  # serial number
    request.application_id = _text(body.terminated_string())
    request.cap1 = body.integer()
    body.take(8)  # cap2, cap3
    body.short()  # 1 [J]
    request.user = _text(body.terminated_string())
    request.password = _text(body.terminated_string())
    body.take(_SKIPPED_AFTER_PASSWORD)
    request.server_name = _text(body.terminated_string())
    request.database = _text(body.terminated_string())
    body.take(_SKIPPED_AFTER_DATABASE)
    _parse_blocks(body, request)
    return request


def _parse_blocks(body: ByteStream, request: LoginRequest) -> None:
    """Read the marked blocks; one that is not known ends what can be read."""
    while not body.is_drained:
        marker = body.short()
        if marker == _ENVIRONMENT:
            for _ in range(body.unsigned_short()):
                name = _text(body.terminated_string())
                request.environment[name] = _text(body.terminated_string())
        elif marker == _PROCESS:
            body.take(12)  # int 0, process id, thread id
            body.terminated_string()  # host
            body.short()
            body.terminated_string()  # working directory
        elif marker == _APPLICATION:
            block = ByteStream.over(body.take(body.unsigned_short()))
            block.take(8)
            request.application = _text(block.terminated_string())
        else:
            return


def _terminated(text: str) -> bytes:
    data = text.encode("utf-8") + b"\0"
    return struct.pack(">H", len(data)) + data


def login_reply(
    *,
    version: str,
    serial: str,
    application_id: str,
    cap1: int,
    sqlcode: int = 0,
) -> bytes:
    """Return the reply that accepts a login, or rejects it with `sqlcode`."""
    body = b"".join(
        (
            struct.pack(">hhhi", 0, 100, 101, 61),  # options, markers [J]
            _terminated("IEEEI"),  # float format [J]
            struct.pack(">h", 108),
            b"srvinfx".ljust(12, b"\0"),
            _terminated(version),
            _terminated(serial),
            _terminated(application_id),
            struct.pack(">iii", cap1, 0, 0),
            bytes(6),  # a short and two empty strings [J]
            b"ol".ljust(8, b"\0"),
            struct.pack(">i", 61),
            b"soctcp".ljust(8, b"\0"),
            struct.pack(">i", 1),
            struct.pack(">h6xhhh", 102, sqlcode, 0, 0),  # oserr 0 [J, N]
            struct.pack(">h", _END),
        )
    )
    kind = _REJECTED if sqlcode else _ACCEPTED
    return _HEADER.pack(_HEADER.size + len(body), kind, _ATTRIBUTE) + body
