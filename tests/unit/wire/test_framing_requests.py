"""Requests and replies in the oldest form: every capability off.

The bytes are IBM's client's for such a session, but for the cursor's name and the
size of the fetch, which are this driver's.
"""

from __future__ import annotations

from typing import Any

import pytest
from unit.wire.scripted import EOT_ONLY, ScriptedServer

import informix_db

NONE = "00" * 9
DONE = "000f 0000 00000000 00000000 00000000 0037 00000001 00000001 000c"

DESCRIBED = bytes.fromhex(
    "0008 0002 0000 00000001 0008 0002 0004"
    "0000 00000000 0002 00000000 0000 0000 0000 0000 00000000 00000004"
    "0002 00000004 0002 00000000 0000 0000 0000 0000 00000000 00000004"
    "6b007a00" + DONE
)
ROWS = bytes.fromhex(
    "000e 0000 00000008 00000007 ffffffff 000e 0000 00000008 80000000 00000001" + DONE
)
END = bytes.fromhex(DONE)


def _connect(listener: ScriptedServer, **arguments: Any) -> informix_db.Connection:
    return informix_db.connect(
        "127.0.0.1",
        listener.port,
        user="u",
        password="p",
        database="old",
        autocommit=True,
        statement_cache_size=0,
        **arguments,
    )


def test_select() -> None:
    with (
        ScriptedServer([DESCRIBED, ROWS], mask=NONE) as server,
        _connect(server) as connection,
    ):
        rows = connection.cursor().execute("select k,z from tc").fetchall()
    assert rows == [(7, -1), (None, 1)]
    prepare, opening = server.raw[3:5]
    assert prepare.hex() == (
        "00020000" + "0012" + b"select k,z from tc".hex() + "00160031000c"
    )
    assert opening.hex() == (
        "00040000" + "00030012" + b"_ifxc0000000000000".hex() + "0006"
        "00040000" + "0009" + "7fff" + "000c"
    )


def test_fetch_size_is_cut_to_a_short() -> None:
    """Three fetches, because rows without DONE may go on."""
    more = ROWS[: -len(END)] + EOT_ONLY
    with (
        ScriptedServer([DESCRIBED, more, more, END], mask=NONE) as server,
        _connect(server, fetch_buffer_size=1_000_000) as connection,
    ):
        rows = connection.cursor().execute("select k,z from tc").fetchall()
    assert len(rows) == 4
    assert [raw.hex() for raw in server.raw[5:7]] == [
        "00040000" + "0009" + "7fff" + "000c"
    ] * 2


def test_insert_without_bigint() -> None:
    """BIGINT goes as INT8, and INSERTDONE has no BIGSERIAL."""
    described = bytes.fromhex("0008 0006 0000 00000001 0000 0000 0000" + DONE)
    inserted = bytes.fromhex(
        "005e 00010000002a00000001 000f 0000 00000001 00000000 00000000"
        "0037 00000001 00000001 000c"
    )
    with (
        ScriptedServer([described, inserted], mask=NONE) as server,
        _connect(server) as connection,
    ):
        cursor = connection.cursor()
        cursor.execute("insert into t values (?, 0)", (-8_000_000_000,))
        assert cursor.rowcount == 1
        assert cursor.lastrowid == (1 << 32) + 42
    assert server.raw[4].hex() == (
        "00040000" + "00050001" + "001100001300" + "ffffdcd6500000000001" + "0007000c"
    )


def test_error_with_a_short_offset() -> None:
    error = bytes.fromhex("000d ff32 ff91 000f 0006 6e6f73756368 000c")
    with (
        ScriptedServer([error], mask=NONE) as server,
        _connect(server) as connection,
        pytest.raises(informix_db.ProgrammingError) as failed,
    ):
        connection.cursor().execute("select * from nosuch")
    assert (failed.value.sqlcode, failed.value.isamcode) == (-206, -111)
    assert (failed.value.offset, failed.value.near) == (15, "nosuch")


@pytest.mark.parametrize("size", [65_535, 65_536])
def test_length_of_sql(size: int) -> None:
    sql = "x" * size
    error = bytes.fromhex("000d ff37 0000 0001 0000 000c")
    replies = [error] if size == 65_535 else []
    with ScriptedServer(replies, mask=NONE) as server, _connect(server) as connection:
        with pytest.raises(informix_db.DatabaseError) as failed:
            connection.cursor().execute(sql)
        connection.ping()
    if size == 65_535:
        assert failed.value.sqlcode == -201
        assert server.raw[3][:8].hex() == "00020000ffff7878"
    else:
        assert isinstance(failed.value, informix_db.DataError)
        assert server.requests[3] == [("VERSION",), ("EOT",)]
