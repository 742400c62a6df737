"""SQLAlchemy's QueuePool on plain connections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from logins import connect_to
from sqlalchemy import event
from sqlalchemy.exc import TimeoutError as SQLAlchemyTimeoutError
from sqlalchemy.pool import QueuePool

import informix_db
from informix_db.testing import Server
from tests.proxy import Proxy

from .conftest import Until


@pytest.fixture
def pool(proxy: Proxy) -> Iterator[QueuePool]:
    def connect() -> Any:
        return connect_to(proxy)

    pool = QueuePool(connect, pool_size=2, max_overflow=1, timeout=0.1)

    @event.listens_for(pool, "checkout")
    def check(connection: informix_db.Connection, *_: object) -> None:
        try:
            connection.ping()
        except informix_db.OperationalError as exc:
            from sqlalchemy.exc import DisconnectionError

            raise DisconnectionError from exc

    yield pool
    pool.dispose()


def test_checkout_and_return(pool: QueuePool, server: Server, table: str) -> None:
    first = pool.connect()
    raw = first.driver_connection
    assert isinstance(raw, informix_db.Connection)
    cursor = first.cursor()
    cursor.execute(f"INSERT INTO {table} VALUES (1)")
    first.commit()
    cursor.execute(f"INSERT INTO {table} VALUES (2)")
    first.close()
    second = pool.connect()
    assert second.driver_connection is raw
    cursor = second.cursor()
    assert cursor.execute(f"SELECT n FROM {table}").fetchall() == [(1,)]
    second.close()
    others = [pool.connect() for _ in range(3)]
    with pytest.raises(SQLAlchemyTimeoutError):
        pool.connect()
    for other in others:
        other.close()
    assert pool.checkedin() == 2
    pool.dispose()
    assert server.wait_until_idle(5)


def test_dead_connections_are_replaced(
    pool: QueuePool, proxy: Proxy, until: Until
) -> None:
    connection = pool.connect()
    raw = connection.driver_connection
    assert isinstance(raw, informix_db.Connection)
    connection.close()
    proxy.reset()
    until(raw._transport.peer_is_gone)
    fresh = pool.connect()
    assert fresh.driver_connection is not raw
    assert raw.closed
    fresh.close()


def test_invalidating(pool: QueuePool) -> None:
    connection = pool.connect()
    raw = connection.driver_connection
    assert isinstance(raw, informix_db.Connection)
    connection.invalidate()
    assert raw.closed
