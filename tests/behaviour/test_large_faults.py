"""A fault at every step of every operation on large values, and what is left of it.

The steps of an operation are counted in a run without a fault; then each of them fails
in turn. Afterwards the session is closed or can be used, as the kind of the fault says,
nothing half done is stored, and no descriptor of a large object stays open.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from logins import connect_to

import informix_db
from informix_db import BlobLocator, ClobLocator
from informix_db.testing import Server
from informix_db.testing.api import SQLError
from informix_db.testing.faults import DropConnection, Faults

from .conftest import BOTH, Connect

MODES = BOTH

BYTES = bytes(range(256)) * 130  # two pieces of a large object
TEXT = "text\xe9" * 1000


class Stored(NamedTuple):
    """A server with a row in its table `large`, and an object of no row."""

    server: Server
    blob: BlobLocator
    clob: ClobLocator
    scratch: BlobLocator


@pytest.fixture(scope="module")
def stored() -> Iterator[Stored]:
    with Server() as server:
        with connect_to(server, autocommit=True) as conn:
            cur = conn.cursor()
            cur.execute("CREATE TABLE large (n INT, y BYTE, t TEXT, b BLOB, c CLOB)")
            sql = "INSERT INTO large VALUES (?, ?, ?, ?, ?)"
            cur.execute(sql, (0, None, None, b"scratch", None))
            [(scratch,)] = cur.execute("SELECT b FROM large").fetchall()
            cur.execute("DELETE FROM large WHERE n = 0")
            cur.execute(sql, (1, BYTES, TEXT, BYTES, TEXT))
            [(blob, clob)] = cur.execute("SELECT b, c FROM large").fetchall()
        yield Stored(server, blob, clob, scratch)


# -- the operations --------------------------------------------------------------------


def bind_contents(conn: informix_db.Connection, stored: Stored) -> None:
    conn.cursor().execute(
        "INSERT INTO large VALUES (2, ?, ?, NULL, NULL)", (BYTES, TEXT)
    )


def batch_of_contents(conn: informix_db.Connection, stored: Stored) -> None:
    rows = [(n, bytes(n), "t" * n) for n in range(2, 5)]
    sql = "INSERT INTO large VALUES (?, ?, ?, NULL, NULL)"
    conn.cursor().executemany(sql, rows)


def fetch_contents(conn: informix_db.Connection, stored: Stored) -> None:
    cursor = conn.cursor().execute("SELECT y, t FROM large WHERE n = 1")
    assert cursor.fetchall() == [(BYTES, TEXT)]


def make_objects(conn: informix_db.Connection, stored: Stored) -> None:
    conn.cursor().execute(
        "INSERT INTO large VALUES (2, NULL, NULL, ?, ?)", (BYTES, TEXT)
    )


def batch_of_objects(conn: informix_db.Connection, stored: Stored) -> None:
    rows = [(2, b"", "t"), (3, b"b", None)]
    sql = "INSERT INTO large (n, b, c) VALUES (?, ?, ?)"
    conn.cursor().executemany(sql, rows)


def read_object(conn: informix_db.Connection, stored: Stored) -> None:
    with conn.open_large_object(stored.blob) as file:
        assert file.size() == len(BYTES)
        assert file.read(100) == BYTES[:100]
        file.seek(-10, 2)
        assert file.readinto(bytearray(20)) == 10
    with conn.open_large_object(stored.clob) as file:
        assert file.read() == TEXT


def write_object(conn: informix_db.Connection, stored: Stored) -> None:
    with conn.open_large_object(stored.scratch, "r+b") as file:
        file.write(BYTES)
        file.truncate(7)
    with conn.open_large_object(stored.scratch, "wb") as file:
        file.write(b"again")


def read_by_file(conn: informix_db.Connection, stored: Stored) -> None:
    cursor = conn.cursor()
    assert cursor.read_blob_column("SELECT b FROM large WHERE n = 1") == BYTES
    assert cursor.blob_files == {}


def write_by_file(conn: informix_db.Connection, stored: Stored) -> None:
    conn.cursor().write_blob_column(
        "INSERT INTO large (n, b) VALUES (2, BLOB_PLACEHOLDER)", BYTES
    )


def call_routine(conn: informix_db.Connection, stored: Stored) -> None:
    assert conn.fast_path_call("function abs(integer)", -7) == [7]


Operation = Callable[[informix_db.Connection, Stored], None]

OPERATIONS: list[Operation] = [
    bind_contents,
    batch_of_contents,
    fetch_contents,
    make_objects,
    batch_of_objects,
    read_object,
    write_object,
    read_by_file,
    write_by_file,
    call_routine,
]


# -- the steps -------------------------------------------------------------------------


class Steps:
    """Stands for a server's faults, and counts what it could have spoilt.

    Message number `at` is answered by an error; or reply number `at` is what `fail`
    makes of it, if that is given.
    """

    def __init__(
        self, at: int = 0, fail: Callable[[bytes], bytes] | None = None
    ) -> None:
        self._at, self._fail = at, fail
        self.messages = 0
        self.replies = 0

    def check(self, tag: int) -> None:
        self.messages += 1
        if self._fail is None and self.messages == self._at:
            raise SQLError(-9810)

    def apply(self, reply: bytes) -> bytes:
        self.replies += 1
        if self._fail is not None and self.replies == self._at:
            return self._fail(reply)
        return reply


@contextlib.contextmanager
def stepping(server: Server, steps: Steps) -> Iterator[None]:
    """Have the server go by `steps`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Faults, "is_armed", True)
        patch.setattr(server.faults, "check", steps.check)
        patch.setattr(server.faults, "apply", steps.apply)
        yield


def count_steps(connect: Connect, stored: Stored, operation: Operation) -> Steps:
    """Run the operation without a fault."""
    steps = Steps()
    conn = connect(host=stored.server.host, port=stored.server.port)
    with stepping(stored.server, steps):
        operation(conn, stored)
    conn.close()
    assert stored.server.wait_until_idle(5)
    assert steps.replies > 1
    return steps


def assert_usable(conn: informix_db.Connection, stored: Stored) -> None:
    """Nothing half done is stored, and nothing is left open."""
    conn.rollback()
    rows = conn.cursor().execute("SELECT n, b FROM large").fetchall()
    assert rows == [(1, stored.blob)]
    conn.ping()
    held = stored.server.statistics()
    assert (held.large_objects, held.cursors) == (0, 0)
    conn.close()
    assert stored.server.wait_until_idle(5)


def assert_broken(conn: informix_db.Connection, stored: Stored) -> None:
    """The connection is closed, at the next use at the latest."""
    with pytest.raises(informix_db.Error):
        conn.ping()
    assert conn.closed
    assert stored.server.wait_until_idle(5)


def assert_untouched(connect: Connect, stored: Stored) -> None:
    """What was there before can be read."""
    conn = connect(host=stored.server.host, port=stored.server.port)
    fetch_contents(conn, stored)
    read_object(conn, stored)
    assert_usable(conn, stored)


each_operation = pytest.mark.parametrize(
    "operation", OPERATIONS, ids=lambda operation: operation.__name__
)


@each_operation
def test_an_error_at_every_step(
    connect: Connect, stored: Stored, operation: Operation
) -> None:
    server = stored.server
    for at in range(1, count_steps(connect, stored, operation).messages + 1):
        conn = connect(host=server.host, port=server.port)
        with (
            stepping(server, Steps(at)),
            contextlib.suppress(informix_db.DatabaseError),
        ):
            operation(conn, stored)
        assert not conn.closed, at
        assert_usable(conn, stored)
    assert_untouched(connect, stored)


def half(reply: bytes) -> bytes:
    raise DropConnection(reply[: len(reply) // 2], reset=True)


def garbage(reply: bytes) -> bytes:
    return b"\x7f\xff" * 40


@each_operation
@pytest.mark.parametrize("fault", [half, garbage])
def test_a_stream_that_is_lost_at_every_step(
    connect: Connect,
    stored: Stored,
    operation: Operation,
    fault: Callable[[bytes], bytes],
) -> None:
    server = stored.server
    for at in range(1, count_steps(connect, stored, operation).replies + 1):
        conn = connect(host=server.host, port=server.port)
        with (
            stepping(server, Steps(at, fault)),
            contextlib.suppress(informix_db.DatabaseError),
        ):
            operation(conn, stored)
        assert_broken(conn, stored)
    assert_untouched(connect, stored)


@each_operation
def test_a_server_that_stalls(
    connect: Connect, stored: Stored, operation: Operation
) -> None:
    """Half way, because every stall takes its time."""
    server = stored.server
    released = threading.Event()

    def stall(reply: bytes) -> bytes:
        released.wait(10)
        raise DropConnection(b"", reset=False)

    at = (count_steps(connect, stored, operation).replies + 1) // 2
    conn = connect(host=server.host, port=server.port, read_timeout=0.2)
    with (
        stepping(server, Steps(at, stall)),
        pytest.raises(informix_db.OperationalError, match="read_timeout"),
    ):
        operation(conn, stored)
    released.set()
    assert_broken(conn, stored)
    assert_untouched(connect, stored)


# -- cancelled -------------------------------------------------------------------------


def cancel(conn: Any) -> None:
    """Call cancel() from the server's thread."""
    if not hasattr(conn, "_runner"):
        conn.cancel()
    elif conn._runner.loop.is_running():
        asyncio.run_coroutine_threadsafe(conn._target.cancel(), conn._runner.loop)


def cancel_task(conn: Any) -> None:
    """Cancel the task that is waiting, from the server's thread."""

    def cancel_all() -> None:
        for task in asyncio.all_tasks(loop):
            task.cancel()

    loop = conn._runner.loop
    loop.call_soon_threadsafe(cancel_all)


def cancelled_at_every_step(
    connect: Connect,
    stored: Stored,
    operation: Operation,
    interrupt: Callable[[Any], None],
) -> None:
    """Cancel when a reply is on its way; whether it comes in time is left open."""
    server = stored.server

    def fail(reply: bytes) -> bytes:
        interrupt(conn)
        return reply

    for at in range(1, count_steps(connect, stored, operation).replies + 1):
        conn = connect(host=server.host, port=server.port)
        with (
            stepping(server, Steps(at, fail)),
            contextlib.suppress(
                informix_db.StatementCancelledError, asyncio.CancelledError
            ),
        ):
            operation(conn, stored)
        assert not conn.closed, at
        assert_usable(conn, stored)
    assert_untouched(connect, stored)


@each_operation
def test_cancelled_at_every_step(
    connect: Connect, stored: Stored, operation: Operation
) -> None:
    cancelled_at_every_step(connect, stored, operation, cancel)


@each_operation
@pytest.mark.parametrize("mode", ["async"])
def test_a_task_cancelled_at_every_step(
    connect: Connect, stored: Stored, operation: Operation
) -> None:
    cancelled_at_every_step(connect, stored, operation, cancel_task)


@pytest.mark.parametrize("operation", [bind_contents, make_objects])
def test_a_statement_timeout(
    connect: Connect, stored: Stored, operation: Operation
) -> None:
    """Half way; the reply that is late comes within the grace."""
    server = stored.server

    def late(reply: bytes) -> bytes:
        threading.Event().wait(0.1)
        return reply

    at = (count_steps(connect, stored, operation).replies + 1) // 2
    conn = connect(host=server.host, port=server.port)
    conn.statement_timeout = 0.02
    with (
        stepping(server, Steps(at, late)),
        pytest.raises(informix_db.StatementCancelledError, match=r"timeout=0\.02 s"),
    ):
        operation(conn, stored)
    assert not conn.closed
    conn.statement_timeout = None
    assert_usable(conn, stored)
    assert_untouched(connect, stored)
