"""A server with the stub engine, and a client that is logged in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from raw_client import RawClient
from stub_engine import StubEngine

from informix_db.testing import Server


@pytest.fixture
def engine() -> StubEngine:
    return StubEngine()


@pytest.fixture
def server(engine: StubEngine) -> Iterator[Server]:
    with Server(engine=engine) as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[RawClient]:
    with RawClient(server.address) as client:
        client.start()
        yield client
