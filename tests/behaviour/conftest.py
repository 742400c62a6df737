"""What the behaviour tests share: one emulator, connections that are closed."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme
from engine_client import SQLClient
from facade import LoopRunner
from logins import login_to

import informix_db
from informix_db import aio
from informix_db.testing import Server

Connect = Callable[..., informix_db.Connection]

# A module whose tests run with both kinds of connections says MODES = BOTH; a test
# that needs the sync kind, because it uses threads or signals, is marked SYNC.
BOTH = ("sync", "async")
SYNC = pytest.mark.parametrize("mode", ["sync"])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests that open connections in the modes of their module."""
    marks = metafunc.definition.iter_markers("parametrize")
    if "mode" in metafunc.fixturenames and all(m.args[0] != "mode" for m in marks):
        metafunc.parametrize("mode", getattr(metafunc.module, "MODES", ["sync"]))


@pytest.fixture(scope="session")
def emulator() -> Iterator[Server]:
    """One emulator for all tests; each uses tables of its own."""
    with Server() as running:
        yield running


@pytest.fixture
def drops(emulator: Server) -> Iterator[list[str]]:
    """Names of tables to drop when the test and its connections are over."""
    names: list[str] = []
    yield names
    if names:
        cleaner = SQLClient(emulator.engine)
        # The server may still be ending the sessions of the test.
        cleaner.do("SET LOCK MODE TO WAIT 10")
        for name in names:
            cleaner.do(f"DROP TABLE IF EXISTS {name}")
        cleaner.session.close()


@pytest.fixture
def connect(emulator: Server, drops: list[str], mode: str) -> Iterator[Connect]:
    """Open connections to the emulator; they are closed when the test ends.

    In async mode they are async connections behind a sync face.
    """
    opened: list[informix_db.Connection] = []
    runner = LoopRunner()

    def open_one(**arguments: Any) -> informix_db.Connection:
        settings = login_to(emulator, **{"connect_timeout": 10, **arguments})
        connection = (
            informix_db.connect(**settings)
            if mode == "sync"
            else runner.face(aio.connect(**settings))
        )
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        connection.close()
    runner.close()


@pytest.fixture
def conn(connect: Connect) -> informix_db.Connection:
    """A connection to the logged database."""
    return connect()


@pytest.fixture
def cur(conn: informix_db.Connection) -> informix_db.Cursor:
    """A cursor of `conn`."""
    return conn.cursor()


@pytest.fixture
def table(request: pytest.FixtureRequest, drops: list[str]) -> str:
    """The name of a table that is dropped afterwards, if the test made it."""
    name = "t_" + "".join(
        letter if letter.isalnum() else "_" for letter in request.node.name.lower()
    )
    drops.append(name[:100])
    return name[:100]


@pytest.fixture
def objects(cur: informix_db.Cursor, table: str) -> str:
    """The name of a table of large objects: n, b, odd, c."""
    cur.execute(f"CREATE TABLE {table} (n INT, b BLOB, odd VARCHAR(7), c CLOB)")
    return table


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Whoever issues the certificates of servers."""
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """A context that knows this authority alone: to read all of them takes time."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    return context
