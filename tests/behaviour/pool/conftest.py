"""What the pool tests share: pools of both kinds behind one face."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from facade import LoopRunner
from logins import connect_to, login_to

import informix_db
from informix_db import aio
from informix_db.testing import Server
from tests.proxy import Proxy

MakePool = Callable[..., Any]
Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def runner() -> Iterator[LoopRunner]:
    """The event loop of async mode."""
    runner = LoopRunner()
    yield runner
    runner.close()


@pytest.fixture
def make_pool(server: Server, runner: LoopRunner, mode: str) -> Iterator[MakePool]:
    """Make pools on `server`; they are closed when the test ends."""
    made: list[Any] = []

    def make(**arguments: Any) -> Any:
        settings = login_to(server, **{"connect_timeout": 10, **arguments})
        if mode == "sync":
            pool = informix_db.create_pool(**settings)
        else:
            pool = runner.face(aio.create_pool(**settings))
        made.append(pool)
        return pool

    yield make
    for pool in made:
        pool.close()


@pytest.fixture
def until(runner: LoopRunner) -> Until:
    """Wait for what happens in the background."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, "it did not happen"
            runner.run(asyncio.sleep(0.002))

    return wait


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """A line to `server` that can be cut."""
    with Proxy(server.host, server.port) as running:
        yield running


@pytest.fixture
def table(server: Server) -> str:
    """A table of one INT column."""
    with connect_to(server, autocommit=True) as connection:
        connection.cursor().execute("CREATE TABLE numbers (n INT)")
    return "numbers"
