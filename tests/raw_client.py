"""A client that knows no SQLI: it sends given bytes and reads as many as it is told.

The login request is laid out by hand, after IBM's driver, to drive a server without
any code of this project on the client's side.
"""

from __future__ import annotations

import socket
import struct

ACCEPTED, REJECTED = 2, 3  # third byte of a login reply


def terminated(text: str) -> bytes:
    data = text.encode() + b"\0"
    return struct.pack(">H", len(data)) + data


def login_request(
    user: str = "informix",
    password: str = "in4mix",
    *,
    server: str = "informix",
    database: bytes = b"\0\0",
    environment: dict[str, str] | None = None,
    blocks: bool = True,
) -> bytes:
    """Return a login request; without `blocks` it is as short as nmap's."""
    variables = {"DBPATH": "."} if environment is None else environment
    body = (
        bytes.fromhex("013c0000 0064 0065 0000003d")
        + terminated("IEEEM")
        + bytes.fromhex("006c")
        + b"sqlexec".ljust(12, b"\0")
        + terminated("9.280")
        + terminated("RDS#R000000")
        + terminated("sqli")
        + bytes.fromhex("0000013c 00000000 00000000 0001")
        + terminated(user)
        + terminated(password)
        + b"ol".ljust(8, b"\0")
        + bytes.fromhex("0000003d")
        + b"tlitcp".ljust(8, b"\0")
        + bytes.fromhex("00000001 0068 000b 00000003")
        + terminated(server)
        + database
        + bytes(8)
        + struct.pack(">hh", 106, len(variables))
        + b"".join(terminated(k) + terminated(v) for k, v in variables.items())
    )
    if blocks:
        application = terminated("a test")
        body += (
            struct.pack(">hiii", 107, 0, 4711, 0)
            + terminated("host")
            + bytes(2)
            + terminated("/home/test")
            + struct.pack(">hhii", 116, 8 + len(application), 0, 0)
            + application
        )
    body += struct.pack(">h", 127)
    return struct.pack(">H", len(body) + 2) + body


class RawClient:
    """One connection; every read has a deadline."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes | str) -> None:
        self.socket.sendall(bytes.fromhex(data) if isinstance(data, str) else data)

    def urgent(self) -> None:
        self.socket.send(b"\x42", socket.MSG_OOB)

    def read(self, size: int) -> bytes:
        """Return exactly `size` bytes, fewer only if the server closed."""
        data = b""
        while len(data) < size:
            chunk = self.socket.recv(size - len(data))
            if not chunk:
                break
            data += chunk
        return data

    def exchange(self, data: bytes | str, expected: bytes | str) -> None:
        """Send, read a reply of the expected length and compare."""
        wanted = bytes.fromhex(expected) if isinstance(expected, str) else expected
        self.send(data)
        assert self.read(len(wanted)).hex() == wanted.hex()

    def log_in(self, request: bytes | None = None) -> bytes:
        """Log in and return the reply."""
        self.send(login_request() if request is None else request)
        head = self.read(2)
        return head + self.read(struct.unpack(">H", head)[0] - 2)

    def negotiate(self, client_mask: str = "fffc7ffc3c8caa97") -> bytes:
        """Send PROTOCOLS and return the mask of the reply."""
        mask = bytes.fromhex(client_mask)
        self.send(struct.pack(">hH", 126, len(mask)) + mask + b"\0" * (len(mask) % 2))
        self.send("000c")
        tag, size = struct.unpack(">hH", self.read(4))
        assert tag == 126
        reply = self.read(size + size % 2)[:size]
        assert self.read(2) == b"\0\x0c"
        return reply

    def start(self) -> None:
        """Log in, negotiate and open `testdb`."""
        assert self.log_in()[2] == ACCEPTED
        self.negotiate()
        self.exchange(
            "0024 0006 746573746462 0000 000c",
            "000f 0015 00000000 00000000 00000000 0037 00000001 00000001 000c",
        )
