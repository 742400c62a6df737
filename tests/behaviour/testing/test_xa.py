"""Two-phase commit on the wire, with the stub engine behind it."""

from __future__ import annotations

import struct

import pytest
from raw_client import RawClient, login_request
from raw_messages import DONE_COST, END, FIRST_ID, error, prepare
from stub_engine import StubEngine

from informix_db.testing import Server
from informix_db.testing.api import XID, SQLError

NAME = XID(7, b"global", b"branch")


def xid(format_id: int = 7, gtrid: bytes = b"global", bqual: bytes = b"branch") -> str:
    return packed(format_id, len(gtrid), len(bqual), gtrid + bqual)


def packed(format_id: int, gtrid: int, bqual: int, data: bytes = b"") -> str:
    return struct.pack(">iii128s", format_id, gtrid, bqual, data).hex()


def request(tag: int, name: str, flags: int = 0) -> str:
    return f"{tag:04x} {name} 00000001 {flags:08x} {END}"


@pytest.mark.parametrize(
    ("tag", "flags", "call"),
    [
        (72, 0x08000000, ("start", NAME, 0x08000000)),
        (68, 0x04000000, ("end", NAME, 0x04000000)),
        (70, 0, ("prepare", NAME)),
        (67, 0x40000000, ("commit", NAME, 0x40000000)),
        (65, 0, ("rollback", NAME)),
        (69, 0, ("forget", NAME)),
    ],
)
def test_requests_reach_the_engine(
    client: RawClient, engine: StubEngine, tag: int, flags: int, call: tuple[object]
) -> None:
    branches = engine.sessions[-1].branches
    client.exchange(request(tag, xid(), flags), "0049 0000" + END)
    assert branches.calls == [call]
    branches.refuse = -7
    client.exchange(request(tag, xid(), flags), "0049 fff9" + END)


@pytest.mark.parametrize(
    "name",
    [packed(-1, 1, 1), packed(7, 65, 1), packed(7, 1, 65), packed(7, -1, 1)],
    ids=["null", "long gtrid", "long bqual", "negative"],
)
def test_what_is_no_xid_is_refused(
    client: RawClient, engine: StubEngine, name: str
) -> None:
    client.exchange(request(72, name), "0049 fffb" + END)
    assert engine.sessions[-1].branches.calls == []
    client.exchange("0035 000c", END)


def test_longest_xid(client: RawClient, engine: StubEngine) -> None:
    client.exchange(request(72, xid(0, b"g" * 64, b"b" * 64)), "0049 0000" + END)
    longest = XID(0, b"g" * 64, b"b" * 64)
    assert engine.sessions[-1].branches.calls == [("start", longest, 0)]


def test_recover(client: RawClient, engine: StubEngine) -> None:
    recover = "0047 00000002 00000001 01800000" + END
    client.exchange(recover, "0049 0000" + END)
    engine.prepared += [NAME, XID(1, b"g", b""), XID(2, b"h", b"")]
    client.exchange(recover, "0049 0002" + xid() + xid(1, b"g", b"") + END)
    assert engine.sessions[-1].branches.calls == [("recover", 2, 0x01800000)] * 2


def test_open_and_close(server: Server, engine: StubEngine) -> None:
    with RawClient(server.address) as client:
        client.log_in()
        client.negotiate()
        missing = error(-329, -111, token="no") + END
        client.exchange("0052 0002 6e6f 00000001 00001000" + END, missing)
        client.exchange("0052 0006 746573746462 00000001 00001000" + END, END)
        session = engine.sessions[-1]
        assert session.database == "testdb"
        close = "0042 0006 746573746462 00000001 00000000" + END
        client.exchange(close, "0049 0000" + END)
        assert session.branches.calls == [("close_database",)]


def test_open_is_refused_like_dbopen_after_a_login_with_a_database(
    server: Server,
) -> None:
    with RawClient(server.address) as client:
        client.log_in(login_request(database=b"\0\x07testdb\0"))
        client.negotiate()
        request_ = "0052 0006 746573746462 00000001 00001000" + END
        client.exchange(request_, error(-759) + END)


def test_an_engine_that_fails_is_an_error(
    client: RawClient, engine: StubEngine
) -> None:
    def locked(_: XID) -> int:
        raise SQLError(-244, -107)

    engine.sessions[-1].branches.prepare = locked  # type: ignore[method-assign]
    client.exchange(request(70, xid()), error(-244, -107) + END)
    client.exchange("0035 000c", END)


@pytest.mark.parametrize(("flags", "left"), [(0x02000000, 1), (0x04000000, 0)])
def test_suspending_keeps_cursors(
    server: Server, client: RawClient, flags: int, left: int
) -> None:
    client.exchange(prepare("select id,name from t1"), FIRST_ID + DONE_COST + END)
    client.exchange("0004 0000 0003 0001 6300 0006 000c", END)
    client.exchange(request(68, xid(), flags), "0049 0000" + END)
    assert server.statistics().cursors == left
