"""Faults of line and server under a pool: error, session and the pool's numbers.

Each of FAULTS strikes in the middle of each of WORK, in both modes; the login, rows
that were read already, timeouts, slow lines and the pool's own conversations follow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from logins import connect_to

import informix_db
from informix_db.testing import Server
from tests.proxy import CLIENT, SERVER, Proxy

from ..conftest import BOTH
from .conftest import MakePool

MODES = BOTH

ROWS = 1_200  # of the table: more than one window of executemany
CONTENT = bytes(range(256)) * 200

Fault = Callable[[Proxy, Server], None]
Strike = Callable[[], None]  # the fault happens now


def cut(proxy: Proxy, server: Server) -> None:
    proxy.drop_after(SERVER, 20)


def reset(proxy: Proxy, server: Server) -> None:
    proxy.drop_after(SERVER, 20, reset=True)


def lose_the_request(proxy: Proxy, server: Server) -> None:
    proxy.drop_after(CLIENT, 10, reset=True)


def hang(proxy: Proxy, server: Server) -> None:
    proxy.stall(SERVER)


def truncate(proxy: Proxy, server: Server) -> None:
    server.faults.truncate(7)


def end_after_describe(proxy: Proxy, server: Server) -> None:
    server.faults.truncate(0, skip=1)


def send_garbage(proxy: Proxy, server: Server) -> None:
    server.faults.garbage(b"\x7f\xff" * 40)


FAULTS = [
    (cut, "was lost"),
    (reset, "was lost"),
    (lose_the_request, "was lost"),
    (hang, "read_timeout=0.1 s"),
    (truncate, "was lost"),
    (end_after_describe, "was lost"),
    (send_garbage, "cannot read"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with a table of numbers and one of large objects."""
    with (
        Server() as running,
        connect_to(running, autocommit=True) as connection,
    ):
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE numbers (n INT)")
        rows = ((number,) for number in range(ROWS))
        cursor.executemany("INSERT INTO numbers VALUES (?)", rows)
        cursor.execute("CREATE TABLE objects (b BLOB, c BYTE)")
        cursor.execute("INSERT INTO objects VALUES (?, ?)", (CONTENT, CONTENT))
        yield running


@pytest.fixture(autouse=True)
def no_faults_left(server: Server) -> Iterator[None]:
    yield
    server.faults.clear()


@pytest.fixture
def pool(make_pool: MakePool, proxy: Proxy) -> Any:
    return make_pool(
        host=proxy.host,
        port=proxy.port,
        max_size=2,
        fetch_buffer_size=512,
        statement_cache_size=0,
        lock_wait=10,  # until the server has noticed that a session is gone
    )


def query(connection: Any, strike: Strike) -> None:
    strike()
    connection.cursor().execute("SELECT n FROM numbers")


def fetch(connection: Any, strike: Strike) -> None:
    cursor = connection.cursor().execute("SELECT n FROM numbers")
    cursor.fetchone()
    strike()
    while cursor.fetchmany(100):
        connection.ping()  # a reply for the fault that lets one pass


def change(connection: Any, strike: Strike) -> None:
    strike()
    connection.cursor().execute("INSERT INTO numbers VALUES (?)", (1,))


def change_many(connection: Any, strike: Strike) -> None:
    def rows() -> Iterator[tuple[int]]:
        for number in range(2 * ROWS):
            if number == ROWS:
                strike()
            yield (number,)

    connection.cursor().executemany("INSERT INTO numbers VALUES (?)", rows())


def read_content(connection: Any, strike: Strike) -> None:
    strike()
    cursor = connection.cursor().execute("SELECT c FROM objects")
    cursor.fetchall()


def open_object(connection: Any) -> Any:
    cursor = connection.cursor().execute("SELECT b FROM objects")
    return connection.open_large_object(cursor.fetchone()[0], "r+")


def read_object(connection: Any, strike: Strike) -> None:
    with open_object(connection) as file:
        assert len(file.read(10)) == 10
        strike()
        while file.read(10_000):
            pass


def write_object(connection: Any, strike: Strike) -> None:
    with open_object(connection) as file:
        file.write(b"new")
        strike()
        for _ in range(10):
            file.write(bytes(10_000))


def store_object(connection: Any, strike: Strike) -> None:
    strike()
    cursor = connection.cursor()
    cursor.execute("INSERT INTO objects (b) VALUES (?)", (bytes(100_000),))


def ping(connection: Any, strike: Strike) -> None:
    strike()
    for _ in range(20):  # each is a few bytes
        connection.ping()


WORK = [
    query,
    fetch,
    change,
    change_many,
    read_content,
    read_object,
    write_object,
    store_object,
    ping,
]


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize(("fault", "message"), FAULTS)
def test_the_connection_goes_and_the_pool_stays(
    pool: Any,
    proxy: Proxy,
    server: Server,
    work: Callable[[Any, Strike], None],
    fault: Fault,
    message: str,
) -> None:
    pool.release(pool.acquire())

    def strike() -> None:
        if fault is hang:
            connection._transport.read_timeout = 0.1
        fault(proxy, server)

    with (
        pytest.raises(informix_db.OperationalError, match=message) as caught,
        pool.connection() as connection,
    ):
        try:
            work(connection, strike)
        finally:
            assert "broken" in repr(connection)
            with pytest.raises(informix_db.InterfaceError, match="broken"):
                connection.cursor()
    assert caught.value.session_dead
    assert not connection.in_transaction
    assert (pool.size, pool.idle_count) == (0, 0)
    assert pool.stats()["returns_bad"] == 1
    proxy.heal()
    server.faults.clear()
    with pool.connection() as fresh:
        assert fresh is not connection
        for name, rows in (("numbers", ROWS), ("objects", 1)):
            cursor = fresh.cursor().execute(f"SELECT COUNT(*) FROM {name}")
            assert cursor.fetchone() == (rows,)
    assert (pool.size, pool.idle_count) == (1, 1)


@pytest.mark.parametrize("fault", [cut, reset, truncate, send_garbage])
def test_rows_read_stay_readable(
    pool: Any, proxy: Proxy, server: Server, fault: Fault
) -> None:
    rows = []
    with pytest.raises(informix_db.OperationalError), pool.connection() as connection:
        cursor = connection.cursor().execute("SELECT n FROM numbers ORDER BY n")
        rows.append(cursor.fetchone())
        fault(proxy, server)
        while True:
            rows.append(cursor.fetchone())
    assert len(rows) > 10
    assert rows == [(number,) for number in range(len(rows))]
    assert connection.closed
    assert pool.size == 0


def test_a_statement_that_times_out_costs_the_connection_if_nobody_answers(
    pool: Any, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("connections", "aio._conversations"):
        monkeypatch.setattr(f"informix_db.{module}.CANCEL_GRACE", 0.1)
    with (
        pytest.raises(informix_db.StatementCancelledError, match=r"timeout=0\.1 s"),
        pool.connection() as connection,
    ):
        proxy.stall(SERVER)
        connection.cursor().execute("SELECT n FROM numbers", timeout=0.1)
    assert connection.closed
    assert pool.size == 0
    assert pool.stats()["returns_bad"] == 1


def test_a_statement_that_times_out_costs_nothing_if_the_server_answers(
    pool: Any,
) -> None:
    slow = "SELECT COUNT(*) FROM numbers a, numbers b, numbers c WHERE a.n+b.n+c.n = -1"
    with (
        pytest.raises(informix_db.StatementCancelledError, match=r"timeout=0\.1 s"),
        pool.connection() as connection,
    ):
        connection.cursor().execute(slow, timeout=0.1)
    assert not connection.closed
    assert (pool.size, pool.idle_count) == (1, 1)
    with pool.connection() as again:
        assert again is connection
        again.ping()
    assert pool.stats()["returns_bad"] == 0


@pytest.mark.parametrize(
    "fault", [cut, reset, lose_the_request, truncate, send_garbage]
)
def test_login(pool: Any, proxy: Proxy, server: Server, fault: Fault) -> None:
    for _ in range(pool.max_size + 1):
        fault(proxy, server)
        with pytest.raises(informix_db.OperationalError) as caught:
            pool.acquire(timeout=5)
        assert caught.value.session_dead
        assert pool.size == 0
    assert pool.stats()["connections_errors"] == pool.max_size + 1
    proxy.heal()
    server.faults.clear()
    with pool.connection() as connection:
        connection.ping()


def test_login_of_a_server_that_hangs(pool: Any, proxy: Proxy) -> None:
    proxy.stall(SERVER)
    with pytest.raises(informix_db.PoolTimeoutError, match=r"within 0\.1 s") as caught:
        pool.acquire(timeout=0.1)
    assert "complete the login" in str(caught.value.__cause__)
    assert pool.size == 0


def test_a_server_that_is_gone(make_pool: MakePool) -> None:
    with Server() as server:
        pool = make_pool(port=server.port, max_size=2)
        pool.release(pool.acquire())
    for _ in range(pool.max_size + 1):
        with pytest.raises(informix_db.OperationalError):
            pool.acquire(timeout=5)
        assert pool.size == 0


def test_a_slow_line_is_no_fault(pool: Any, proxy: Proxy) -> None:
    proxy.throttle(SERVER, 7)
    proxy.throttle(CLIENT, 50)
    with pool.connection() as connection:
        change_many(connection, lambda: None)
        cursor = connection.cursor().execute("SELECT n FROM numbers")
        assert len(cursor.fetchmany(100)) == 100
    assert (pool.size, pool.idle_count) == (1, 1)


def test_closing_does_not_wait_for_a_hanging_server(
    make_pool: MakePool, proxy: Proxy
) -> None:
    pool = make_pool(host=proxy.host, port=proxy.port, max_size=20)
    taken = [pool.acquire() for _ in range(20)]
    for connection in taken:
        pool.release(connection)
    proxy.stall(SERVER)
    started = time.monotonic()
    pool.close()
    assert time.monotonic() - started < 2
    assert all(connection.closed for connection in taken)


def test_a_rollback_that_hangs_throws_the_connection_away(
    make_pool: MakePool,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for shell in ("informix_db", "informix_db.aio"):
        monkeypatch.setattr(f"{shell}.pool.RESTORE_TIMEOUT", 0.1)
    monkeypatch.setattr("informix_db.connections.CANCEL_GRACE", 0.1)
    pool = make_pool(host=proxy.host, port=proxy.port)
    connection = pool.acquire()
    change(connection, lambda: None)
    proxy.stall(SERVER)
    pool.release(connection)
    assert connection.closed
    assert pool.size == 0
    assert "is thrown away on release" in caplog.records[0].getMessage()
