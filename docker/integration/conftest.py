"""Where the server is, from the environment, and connections that may be recorded.

INFORMIX_DB_SERVER    host:port of a server that docker/setup has prepared
INFORMIX_DB_TLS_PORT  its port for TLS
INFORMIX_DB_CAFILE    the certificate to trust there
INFORMIX_DB_RECORD    directory for recordings: one file for each test
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import informix_db

Connect = Callable[..., informix_db.Connection]


@pytest.fixture(scope="session")
def settings() -> dict[str, Any]:
    host, _, port = os.environ["INFORMIX_DB_SERVER"].rpartition(":")
    return {
        "host": host,
        "port": int(port),
        "user": "informix",
        "password": "in4mix",
        "database": "testdb",
        "connect_timeout": 30,
        "read_timeout": 60,
    }


@pytest.fixture
def tables(settings: dict[str, Any]) -> Iterator[list[str]]:
    """Names of tables to drop when the connections of the test are closed."""
    names: list[str] = []
    yield names
    if names:
        with informix_db.connect(**settings, autocommit=True, lock_wait=10) as cleaner:
            for name in names:
                cleaner.cursor().execute(f"DROP TABLE IF EXISTS {name}")


@pytest.fixture
def connect(
    settings: dict[str, Any], tables: list[str], request: pytest.FixtureRequest
) -> Iterator[Connect]:
    """Open connections, which are closed when the test ends."""
    opened: list[informix_db.Connection] = []
    directory = os.environ.get("INFORMIX_DB_RECORD")

    def open_one(**arguments: Any) -> informix_db.Connection:
        given = {**settings, **arguments}
        if directory:
            given["record"] = Path(directory) / f"{request.node.name}.jsonl"
        opened.append(informix_db.connect(**given))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.close()


@pytest.fixture
def connection(connect: Connect) -> informix_db.Connection:
    return connect()


@pytest.fixture
def table(tables: list[str]) -> str:
    """A name for a table."""
    tables.append(f"t_{uuid.uuid4().hex[:12]}")
    return tables[-1]
