"""Fixtures for tests of the emulator's SQL engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from engine_client import SQLClient

from informix_db.testing.engine import Engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture
def sql(engine: Engine) -> SQLClient:
    """A session in `testdb`, which is logged."""
    return SQLClient(engine)
