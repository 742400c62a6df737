"""Pools of both kinds: idle connections that die, and what keeps min_size up."""

from __future__ import annotations

import threading
import time

import pytest

import informix_db
from informix_db.testing import Server
from tests.proxy import SERVER, Proxy

from ..conftest import BOTH
from .conftest import MakePool, Until

MODES = BOTH


# -- dead connections ------------------------------------------------------------------


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
def test_dead_idle_connections_are_replaced_silently(
    make_pool: MakePool,
    proxy: Proxy,
    reset: bool,
    until: Until,
    caplog: pytest.LogCaptureFixture,
) -> None:
    pool = make_pool(host=proxy.host, port=proxy.port, max_size=2)
    taken = [pool.acquire(), pool.acquire()]
    for connection in taken:
        connection.ping()
        pool.release(connection)
    (proxy.reset if reset else proxy.cut)()
    until(lambda: all(c._transport.peer_is_gone() for c in taken))
    for _ in taken:
        with pool.connection() as fresh:
            fresh.ping()
            assert fresh not in taken
    assert pool.stats()["connections_lost"] == 1
    assert not caplog.records


def test_a_long_idle_connection_has_to_answer(
    make_pool: MakePool, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for shell in ("informix_db.pool", "informix_db.aio.pool"):
        monkeypatch.setattr(f"{shell}.ANSWER_TIMEOUT", 0.1)
    pool = make_pool(host=proxy.host, port=proxy.port, max_size=1)
    pool.check_after = 0
    with pool.connection() as connection:
        pass
    before = connection.stats.requests
    with pool.connection() as again:
        assert again is connection
        assert again.stats.requests == before + 1
    proxy.stall(SERVER)
    with pytest.raises(informix_db.PoolTimeoutError):
        pool.acquire(timeout=0.4)
    assert connection.closed
    assert pool.stats()["connections_lost"] == 1
    assert pool.size == 0
    proxy.heal()
    with pool.connection() as fresh:
        fresh.ping()


def test_a_short_idle_connection_is_not_asked(make_pool: MakePool) -> None:
    pool = make_pool(max_size=1)
    with pool.connection() as connection:
        pass
    before = connection.stats.requests
    for _ in range(5):
        with pool.connection():
            pass
    assert connection.stats.requests == before


# -- upkeep ----------------------------------------------------------------------------


@pytest.mark.parametrize("refuse", [False, True], ids=["stalls", "refuses"])
def test_a_start_without_a_server(
    make_pool: MakePool, proxy: Proxy, server: Server, refuse: bool
) -> None:
    if refuse:
        server.faults.drop_after(10)
    else:
        proxy.stall(SERVER)
    with pytest.raises(informix_db.OperationalError) as caught:
        make_pool(host=proxy.host, port=proxy.port, min_size=1, connect_timeout=0.2)
    assert caught.value.session_dead
    assert all(t.name != "informix_db-pool" for t in threading.enumerate())
    proxy.heal()
    assert server.wait_until_idle(5)


def test_min_size_is_kept_up(make_pool: MakePool, until: Until) -> None:
    pool = make_pool(min_size=2)
    pool.release(pool.acquire(), broken=True)
    until(lambda: pool.idle_count == 2)
    pool.release(pool.acquire(), broken=True)
    until(lambda: pool.idle_count == 2)


def test_upkeep_goes_on_after_a_failure(
    make_pool: MakePool,
    proxy: Proxy,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("informix_db._base.pool._FIRST_RETRY", 0.01)
    pool = make_pool(host=proxy.host, port=proxy.port, min_size=1)
    connection = pool.acquire()
    proxy.drop_after(SERVER, 0)
    pool.release(connection, broken=True)
    until(lambda: pool.stats()["connections_errors"] >= 2)
    proxy.heal()
    until(lambda: pool.idle_count == 1)
    assert "cannot open a connection" in caplog.records[0].getMessage()


def test_upkeep_that_hangs_holds_up_nobody(
    make_pool: MakePool, proxy: Proxy, server: Server, until: Until
) -> None:
    pool = make_pool(host=proxy.host, port=proxy.port, min_size=2)
    taken = pool.acquire()
    proxy.stall(SERVER)
    pool.release(pool.acquire(), broken=True)
    until(lambda: pool.size == 2)  # its place is taken, and stays so
    pool.release(taken)
    assert pool.acquire() is taken
    with pytest.raises(informix_db.PoolTimeoutError):
        pool.acquire(timeout=0.05)
    started = time.monotonic()
    pool.close()
    assert time.monotonic() - started < 2
    proxy.heal()
    pool.release(taken)
    until(lambda: pool.size == 0)
    assert server.wait_until_idle(5)


def test_max_idle_shrinks_the_pool_to_min_size(
    make_pool: MakePool, server: Server, until: Until
) -> None:
    pool = make_pool(min_size=1, max_size=4, max_idle=0.05)
    taken = [pool.acquire() for _ in range(4)]
    for connection in taken:
        pool.release(connection)
    until(lambda: pool.size == 1)
    until(lambda: server.statistics().sessions == 1)
    with pool.connection() as last:
        assert last is taken[-1]


def test_max_lifetime_replaces_connections(make_pool: MakePool, until: Until) -> None:
    pool = make_pool(min_size=1, max_lifetime=0.1)
    with pool.connection() as old:
        pass
    until(lambda: old.closed)
    until(lambda: pool.idle_count == 1)
    with pool.connection() as young:
        assert young is not old


def test_max_lifetime_ends_on_release(make_pool: MakePool, until: Until) -> None:
    pool = make_pool(max_lifetime=0.05)
    connection = pool.acquire()
    born = time.monotonic()
    until(lambda: time.monotonic() - born >= 0.05)
    assert not connection.closed
    pool.release(connection)
    assert connection.closed
    assert pool.size == 0
