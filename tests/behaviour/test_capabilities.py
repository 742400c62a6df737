"""This driver at servers that grant other capabilities: same values, other bytes."""

from __future__ import annotations

import decimal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

import informix_db
from informix_db.testing import Server
from informix_db.testing.framing import V15_CAPABILITIES, mask_of

from .conftest import Connect


def switched(*bits: int) -> bytes:
    pairs = zip(V15_CAPABILITIES, mask_of(*bits), strict=True)
    return bytes(usual ^ other for usual, other in pairs)


HEEDED = (8, 10, 13, 34, 48, 50, 52, 54, 56, 62, 63)
MASKS = {
    "all": V15_CAPABILITIES,
    **{
        f"no{bit}": switched(bit) for bit in (8, 10, 13, 34, 48, 50, 52, 54, 56, 62, 63)
    },
    "with18": switched(18),
    "11.50": bytes.fromhex("bdbc1ffc3c848a"),
    "none": bytes(9),
    "empty": b"",
}
ROWS = [
    (1, "odd", "even", "l" * 300, True, decimal.Decimal("12.50"), -7, 2**40),
    (2, None, None, None, None, None, None, None),
    (3, "", "x", "", False, decimal.Decimal("0.00"), 0, 0),
]


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(Server(capabilities=mask))
            for name, mask in MASKS.items()
        }


@pytest.mark.parametrize("mask", MASKS)
def test_the_same_work_everywhere(
    servers: dict[str, Server], connect: Connect, mask: str
) -> None:
    conn = connect(port=servers[mask].port)
    cur = conn.cursor()
    cur.execute(
        "CREATE TABLE c (id SERIAL, v VARCHAR(20), nv NVARCHAR(9), lv LVARCHAR(300), "
        "b BOOLEAN, d DECIMAL(8,2), n INT, i8 INT8)"
    )
    insert = "INSERT INTO c VALUES (0, ?, ?, ?, ?, ?, ?, ?)"
    cur.execute(insert, ROWS[0][1:])
    cur.executemany(insert, [row[1:] for row in ROWS[1:]])
    assert cur.execute("SELECT * FROM c ORDER BY id").fetchall() == ROWS
    with pytest.raises(informix_db.ProgrammingError) as caught:
        cur.execute("SELECT * FROM nosuch")
    assert (caught.value.sqlcode, caught.value.offset) == (-206, 15)
    scrolling = conn.cursor(scrollable=True)
    scrolling.execute("SELECT id FROM c ORDER BY id")
    assert scrolling.fetch_last() == (3,)
    assert scrolling.fetch_absolute(1) == (2,)
    cur.execute("CREATE TABLE large (t TEXT, b BLOB)")
    cur.execute("INSERT INTO large VALUES (?, ?)", ("x" * 5000, b"y" * 40_000))
    text, blob = cur.execute("SELECT t, b FROM large").fetchone()
    with blob.open() as file:
        assert (text, file.read()) == ("x" * 5000, b"y" * 40_000)
    conn.commit()
