"""Rows sent in one message: as if each had been executed alone.

The emulator carries them out together where it can. A server that keeps a transcript
reads them one by one, so the replies of the two kinds must be equal to the byte.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable, Sequence

import pytest
from raw_client import RawClient
from raw_messages import END, command, fetch, prepare

from informix_db.testing import Server
from informix_db.testing.batches import Batch, Puts, read_puts
from informix_db.testing.statements import StatementTable

TABLE = "CREATE TABLE t (a INT, b VARCHAR(10), c FLOAT, d DATE, e DECIMAL(8,2))"
ALL = "SELECT * FROM t"
COUNT = 300

Value = int | float | str | bytes | None


def bound(code: int, value: Value) -> bytes:
    """Return one value of BIND; bytes are a DECIMAL."""
    if value is None:
        return struct.pack(">hhH", code, -1, 0)
    head = struct.pack(">hhH", code, 0, 0)
    if isinstance(value, float):
        return head + struct.pack(">d", value)
    if isinstance(value, int):
        return head + struct.pack(">i", value)
    data = value.encode("latin-1") if isinstance(value, str) else value
    return head + struct.pack(">H", len(data)) + data + bytes(len(data) % 2)


def batch(codes: Sequence[int], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return ID, then BIND and EXECUTE for each row."""
    pieces = [struct.pack(">hh", 4, 0)]
    for row in rows:
        values = b"".join(map(bound, codes, row))
        pieces += struct.pack(">hh", 5, len(row)), values, struct.pack(">h", 7)
    return b"".join((*pieces, bytes.fromhex(END)))


def conversation(
    server: Server,
    statements: Sequence[str],
    insert: str,
    batches: Sequence[bytes],
    query: str = ALL,
) -> bytes:
    """Return all the server answers to statements, batches and a query."""
    with RawClient(server.address) as client:
        client.start()
        for statement in statements:
            client.send(command(statement) + END)
        client.send(prepare(insert, insert.count("?")))
        for pdu in batches:
            client.send(pdu)
        client.send("0004 0000 000b 000c")  # RELEASE
        client.send(prepare(query))
        client.send("0004 0000 0003 0001 6300 0006 000c")  # CURNAME, OPEN
        client.send(fetch(1 << 20))
        client.send("0038")
        return b"".join(iter(lambda: client.read(1 << 16), b""))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What became of each batch: was it carried out at once?"""
    outcomes: list[bool] = []
    execute_batch = StatementTable.execute_batch

    def noted(self: StatementTable, batch: Batch) -> bool:
        outcomes.append(execute_batch(self, batch))
        return outcomes[-1]

    monkeypatch.setattr(StatementTable, "execute_batch", noted)
    put_batch = StatementTable.put_batch

    def put_noted(self: StatementTable, puts: Puts) -> bool:
        outcomes.append(put_batch(self, puts))
        return outcomes[-1]

    monkeypatch.setattr(StatementTable, "put_batch", put_noted)
    return outcomes


def check(
    statements: Sequence[str],
    insert: str,
    batches: Sequence[bytes],
    query: str = ALL,
    **options: str,
) -> bytes:
    """Compare the two kinds of server; return the answer of either."""
    with Server(transcript=lambda _: None, **options) as server:
        expected = conversation(server, statements, insert, batches, query)
    with Server(**options) as server:
        answer = conversation(server, statements, insert, batches, query)
    assert answer.hex() == expected.hex()
    return answer


def five(n: int, random_: random.Random) -> list[Value]:
    number = b"\xc2" + bytes((1 + n % 99, 50))  # n.5, as DECIMAL is sent
    row = [n, f"näme {n % 1000}", n / 8, n, number]
    return [None if random_.random() < 0.1 else value for value in row]


@pytest.mark.parametrize("begin", [[], ["BEGIN WORK"]])
def test_rows_of_many_types_and_nulls(begin: list[str], at_once: list[bool]) -> None:
    random_ = random.Random(1)
    rows = [five(n, random_) for n in range(COUNT)]
    codes = (2, 13, 3, 7, 5)
    insert = "INSERT INTO t VALUES (?, ?, ?, ?, ?)"
    answer = check([TABLE, *begin], insert, [batch(codes, rows)])
    assert answer.count(b"n\xe4me") > COUNT / 2
    assert all(at_once)
    assert at_once


def test_text_for_any_column(at_once: list[bool]) -> None:
    """As IBM's driver binds."""
    rows = [(str(n), n, "0.5", "2026-01-02", str(n)) for n in range(9)]
    rows = [(a, b, c, "01/02/2026", e) for a, b, c, _, e in rows]
    check(
        [TABLE], "INSERT INTO t VALUES (?, ?, ?, ?, ?)", [batch((0, 2, 0, 0, 0), rows)]
    )
    assert at_once == [True]


@pytest.mark.parametrize(
    "table",
    [
        "CREATE TABLE t (s SERIAL, a INT, b VARCHAR(10) DEFAULT 'none')",
        "CREATE TABLE t (s BIGSERIAL, a INT NOT NULL, b INT)",
        "CREATE TABLE t (s SERIAL8, a INT CHECK (a < 1000))",
    ],
)
def test_serials_and_defaults(table: str, at_once: list[bool]) -> None:
    rows = [(n, 0 if n % 3 else 2 * n) for n in range(9)]
    check([table], "INSERT INTO t (a, s) VALUES (?, ?)", [batch((2, 2), rows)] * 2)
    assert at_once == [True] * 2


FAILING = {
    "unique": "CREATE TABLE t (s SERIAL, a INT UNIQUE)",
    "check": "CREATE TABLE t (s SERIAL, a INT CHECK (a <> 5))",
    "self-reference": "CREATE TABLE t (s SERIAL, a INT PRIMARY KEY, "
    "p INT REFERENCES t (a))",
}
ROWS = [(1, 1), (2, 1), (5, 7), (7, 5), (2, 2), (8, None), (None, None)]


@pytest.mark.parametrize("errors", ["keep", "drop", "continue"])
@pytest.mark.parametrize("begin", [[], ["BEGIN WORK"]])
@pytest.mark.parametrize("name", FAILING)
def test_rows_that_fail_fail_alone(name: str, begin: list[str], errors: str) -> None:
    insert, codes = "INSERT INTO t (a) VALUES (?)", [2]
    rows: list[Sequence[Value]] = [row[:1] for row in ROWS]
    if "p INT" in FAILING[name]:
        insert, codes, rows = "INSERT INTO t (a, p) VALUES (?, ?)", [2, 2], ROWS[:4]
    check([FAILING[name], *begin], insert, [batch(codes, rows)], batch_errors=errors)


def test_values_that_fail_fail_alone() -> None:
    rows = [("1", "x"), ("2", "y"), ("three", "z"), ("4", "z" * 20)]
    insert = "INSERT INTO t (a, b) VALUES (?, ?)"
    check([TABLE], insert, [batch((0, 0), rows)], batch_errors="continue")


def test_triggers_see_row_after_row() -> None:
    statements = [
        "CREATE TABLE t (a INT)",
        "CREATE TABLE log (n INT)",
        "CREATE TRIGGER g INSERT ON t BEFORE (INSERT INTO log SELECT COUNT(*) FROM t)",
    ]
    rows = [(n,) for n in range(9)]
    check(
        statements, "INSERT INTO t VALUES (?)", [batch([2], rows)], "SELECT * FROM log"
    )


def test_update_of_many_rows() -> None:
    statements = ["CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)"]
    rows = [(2, 1), (3, 2), (4, 1)]
    check(statements, "UPDATE t SET a = ? WHERE a = ?", [batch((2, 2), rows)])


def test_rows_of_other_types_between() -> None:
    insert = "INSERT INTO t (a, b) VALUES (?, ?)"
    rows: list[Sequence[Value]] = [(n, "x") for n in range(3)]
    texts: list[Sequence[Value]] = [(str(n), "y") for n in range(3)]
    one, two = batch((2, 0), rows), batch((0, 0), texts)
    mixed = one[:-2] + two[4:]
    check([TABLE], insert, [mixed])


def puts(rows: Iterable[tuple[int, str]]) -> bytes:
    """Return ID, CURNAME, OPEN and a PUT for each row of an INT and a VARCHAR."""
    pieces = [bytes.fromhex("0004 0000 0003 0001 6300 0006")]
    for number, text in rows:
        row = struct.pack(">iB", number, len(text)) + text.encode()
        pieces += struct.pack(">hih", 17, len(row), 1), row, bytes(len(row) % 2)
    return b"".join((*pieces, bytes.fromhex(END)))


@pytest.mark.parametrize("errors", ["keep", "drop", "continue"])
@pytest.mark.parametrize("twice", [99, 5])
def test_rows_of_put(errors: str, twice: int, at_once: list[bool]) -> None:
    table = "CREATE TABLE t (a INT UNIQUE, b VARCHAR(10))"
    rows = [(n, f"row {n}") for n in range(9)]
    insert = "INSERT INTO t VALUES (?, ?)"
    pdu = puts([*rows, (twice, "twice"), (10, "last")])
    answer = check([table], insert, [pdu], batch_errors=errors)
    assert (b"last" in answer) == (twice == 99 or errors == "continue")
    assert at_once == [twice == 99]


@pytest.mark.parametrize(("behind", "read"), [("000c", 3), ("0027", 2), ("", 2)])
def test_put_may_be_followed_by_the_contents_of_its_row(behind: str, read: int) -> None:
    one = bytes.fromhex("0011 00000002 0001 6162")
    found = read_puts(one * 3 + bytes.fromhex(behind), 2, int_count=False)
    assert found == (Puts([b"ab"] * read), len(one) * read)
