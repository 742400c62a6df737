"""Faults of line and server under a pool: error, session and the pool's numbers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

import informix_db
from informix_db.testing import Server
from tests.proxy import CLIENT, SERVER, Proxy

from ..conftest import BOTH
from .conftest import MakePool

MODES = BOTH

Fault = Callable[[Proxy, Server], None]


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
    (hang, "read_timeout=0.3 s"),
    (truncate, "was lost"),
    (end_after_describe, "was lost"),
    (send_garbage, "cannot read"),
]


@pytest.fixture
def pool(make_pool: MakePool, proxy: Proxy) -> Any:
    return make_pool(
        host=proxy.host,
        port=proxy.port,
        max_size=2,
        read_timeout=0.3,
        fetch_buffer_size=512,
        statement_cache_size=0,
    )


def query(connection: Any, table: str) -> None:
    connection.cursor().execute(f"SELECT n FROM {table}")


def change(connection: Any, table: str) -> None:
    connection.cursor().execute(f"INSERT INTO {table} VALUES (?)", (1,))


def change_many(connection: Any, table: str) -> None:
    rows = ((number,) for number in range(2_000))
    connection.cursor().executemany(f"INSERT INTO {table} VALUES (?)", rows)


def call(connection: Any, table: str) -> None:
    for _ in range(20):  # a ping is a few bytes
        connection.ping()


@pytest.mark.parametrize("work", [query, change, change_many, call])
@pytest.mark.parametrize(("fault", "message"), FAULTS)
def test_the_connection_goes_and_the_pool_stays(
    pool: Any,
    proxy: Proxy,
    server: Server,
    table: str,
    work: Callable[[Any, str], None],
    fault: Fault,
    message: str,
) -> None:
    pool.release(pool.acquire())
    with (
        pytest.raises(informix_db.OperationalError, match=message) as caught,
        pool.connection() as connection,
    ):
        fault(proxy, server)
        work(connection, table)
    assert caught.value.session_dead
    assert connection.closed
    assert not connection.in_transaction
    assert (pool.size, pool.idle_count) == (0, 0)
    assert pool.stats()["returns_bad"] == 1
    proxy.heal()
    with pool.connection() as fresh:
        cursor = fresh.cursor().execute(f"SELECT COUNT(*) FROM {table}")
        assert cursor.fetchone() == (0,)
    assert (pool.size, pool.idle_count) == (1, 1)


@pytest.mark.parametrize("fault", [cut, reset, hang, truncate, send_garbage])
def test_rows_read_stay_readable(
    pool: Any, proxy: Proxy, server: Server, table: str, fault: Fault
) -> None:
    with pool.connection() as connection:
        change_many(connection, table)
        connection.commit()
    rows = []
    with pytest.raises(informix_db.OperationalError), pool.connection() as connection:
        cursor = connection.cursor().execute(f"SELECT n FROM {table} ORDER BY n")
        rows.append(cursor.fetchone())
        fault(proxy, server)
        while True:
            rows.append(cursor.fetchone())
    assert len(rows) > 10
    assert rows == [(number,) for number in range(len(rows))]
    assert connection.closed
    assert pool.size == 0


@pytest.mark.parametrize("fault", [cut, reset, truncate, send_garbage])
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


def test_a_server_that_is_gone(pool: Any, server: Server) -> None:
    pool.release(pool.acquire())
    server.close()
    for _ in range(pool.max_size + 1):
        with pytest.raises(informix_db.OperationalError):
            pool.acquire(timeout=5)
        assert pool.size == 0


def test_a_slow_line_is_no_fault(pool: Any, proxy: Proxy, table: str) -> None:
    proxy.throttle(SERVER, 7)
    proxy.throttle(CLIENT, 50)
    with pool.connection() as connection:
        change_many(connection, table)
        cursor = connection.cursor().execute(f"SELECT n FROM {table}")
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
    table: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for shell in ("informix_db", "informix_db.aio"):
        monkeypatch.setattr(f"{shell}.pool.RESTORE_TIMEOUT", 0.1)
        monkeypatch.setattr(f"{shell}.connections.CANCEL_GRACE", 0.1)
    pool = make_pool(host=proxy.host, port=proxy.port)
    connection = pool.acquire()
    change(connection, table)
    proxy.stall(SERVER)
    pool.release(connection)
    assert connection.closed
    assert pool.size == 0
    assert "is thrown away on release" in caplog.records[0].getMessage()
