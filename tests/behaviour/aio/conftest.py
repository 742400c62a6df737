"""What the asyncio tests share: loops, a server whose statements take their time."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from logins import login_to
from slow_engine import SlowEngine

from informix_db import aio
from informix_db.testing import Server

T = TypeVar("T")

Run = Callable[[Coroutine[Any, Any, T]], T]
Settings = dict[str, Any]

_LOOPS = ["asyncio", *(["uvloop"] if importlib.util.find_spec("uvloop") else [])]


@pytest.fixture(params=_LOOPS)
def run(request: pytest.FixtureRequest) -> Iterator[Run[Any]]:
    """Run a coroutine on a loop of its own; tasks left over are a leak."""
    if request.param == "uvloop":
        import uvloop

        loop = uvloop.new_event_loop()
    else:
        loop = asyncio.new_event_loop()
    problems: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: problems.append(context))

    def run_main(main: Coroutine[Any, Any, T]) -> T:
        result: T = loop.run_until_complete(main)
        assert not asyncio.all_tasks(loop)
        return result

    yield run_main
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    assert not problems


@pytest.fixture
def engine() -> SlowEngine:
    """The engine of `slow_server`."""
    return SlowEngine()


@pytest.fixture
def slow_server(engine: SlowEngine) -> Iterator[Server]:
    """A server whose statements take as long as they are told."""
    with Server(engine=engine) as running:
        yield running


def settings_of(server: Any) -> Settings:
    """Return the arguments to connect to a server, or a proxy before it."""
    return login_to(server, connect_timeout=10, autocommit=True)


async def echo(
    connection: aio.AsyncConnection, value: int, milliseconds: int = 0
) -> int:
    """Have the server return `value`, after a while."""
    async with connection.cursor() as cursor:
        await cursor.execute("select ? after ? milliseconds", (value, milliseconds))
        ((answer,),) = await cursor.fetchall()
    return int(answer)


async def eventually(condition: Callable[[], object]) -> None:
    """Wait for what happens elsewhere."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 10
    while not condition():
        assert loop.time() < deadline, "it did not happen"
        await asyncio.sleep(0.002)
