"""Requests and replies in hexadecimal, written from the protocol's tables.

For a client and a server that negotiated the masks of IBM's driver and a v15 server.
"""

from __future__ import annotations

import struct

from raw_client import RawClient

DONE_COST = "000f 0000 00000000 00000000 00000000 0037 00000001 00000001"
END = "000c"
FIRST_ID = (
    "0008 0002 0000 00000001 0037 0002 00000008"
    "00000000 00000000 0106 00000000 0000 0000 0000 0000 00000000 00000004"
    "00000003 00000004 000d 00000000 0000 0000 0000 0000 00000000 00000032"
    "6964006e616d6500"
)

WAITING = (
    "0008 0002 0000 00000001 0004 0001 00000003"
    "00000000 00000000 0106 00000000 0000 0000 0000 0000 00000000 00000004 69640000"
)


def prepare(sql: str, parameters: int = 0) -> str:
    text = sql.encode()
    pad = "00" * (len(text) % 2)
    return f"0002 {parameters:04x} {len(text):08x} {text.hex()}{pad} 0016 0031 000c"


def command(sql: str) -> str:
    text = sql.encode()
    pad = "00" * (len(text) % 2)
    return f"0001 0000 {len(text):08x} {text.hex()}{pad} 0016 0007 000b"


def row(number: int, name: str) -> str:
    text = name.encode()
    size = 5 + len(text)
    cell = f"{number:08x} {len(text):02x}{text.hex()}" + "00" * (size % 2)
    return f"000e 0000 {size:08x} {cell}"


def error(sqlcode: int, isam: int = 0, offset: int = 0, token: str = "") -> str:
    text = token.encode()
    pad = "00" * (len(text) % 2)
    head = struct.pack(">hhhi", 13, sqlcode, isam, offset).hex()
    return f"{head} {len(text):04x} {text.hex()}{pad}"


def fetch(size: int, statement: int = 0) -> str:
    return f"0004 {statement:04x} 0009 {size:08x} 0000 000c"


def open_cursor(client: RawClient, sql: str = "select id,name from t1") -> None:
    """Prepare a query that has columns id and name, and open a cursor `c` for it."""
    client.exchange(prepare(sql), FIRST_ID + DONE_COST + END)
    client.exchange("0004 0000 0003 0001 6300 0006 000c", END)
