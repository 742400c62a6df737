"""The example application, driven by a client in the same process."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from informix_db.testing import Server

from .conftest import Run

EXAMPLE = Path(__file__).parents[3] / "examples" / "fastapi_app.py"


@pytest.fixture
def module(server: Server, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("INFORMIX_HOST", server.host)
    monkeypatch.setenv("INFORMIX_PORT", str(server.port))
    spec = importlib.util.spec_from_file_location("fastapi_app", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, "fastapi_app", loaded)
    spec.loader.exec_module(loaded)
    return loaded


@asynccontextmanager
async def client_of(module: ModuleType) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        module.app.router.lifespan_context(module.app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(module.app), base_url="http://test"
        ) as client,
    ):
        yield client


def test_notes(run: Run[None], module: ModuleType, server: Server) -> None:
    async def main() -> None:
        async with client_of(module) as client:
            answer = await client.post("/notes", json={"title": "first", "body": "x"})
            assert answer.status_code == 201
            assert answer.json() == {"id": 1, "title": "first", "body": "x"}
            answer = await client.post("/notes", json={"title": "first"})
            assert answer.status_code == 409
            answers = await asyncio.gather(
                *(client.post("/notes", json={"title": f"t{n}"}) for n in range(40))
            )
            assert {answer.status_code for answer in answers} == {201}
            assert len({answer.json()["id"] for answer in answers}) == 40
            assert (await client.get("/notes/1")).json()["title"] == "first"
            assert (await client.get("/notes/1000")).status_code == 404
            assert len((await client.get("/notes", params={"limit": 5})).json()) == 5
            numbers = (await client.get("/pool")).json()
            assert numbers["pool_available"] == numbers["pool_size"] <= 10
            assert numbers["returns_bad"] == 0

    run(main())
    assert server.wait_until_idle(5)


def test_a_request_that_takes_too_long(
    run: Run[None], module: ModuleType, server: Server
) -> None:
    async def main() -> None:
        async with client_of(module) as client:
            for n in range(60):
                await client.post("/notes", json={"title": f"t{n}", "body": f"t{n}"})
            answer = await client.get("/report", params={"seconds": 0.02})
            assert answer.status_code == 504
            # Clients that go away, one after the other.
            for _ in range(10):
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(
                        client.get("/report", params={"seconds": 20}), 0.02
                    )
            assert (await client.get("/notes/1")).status_code == 200
            numbers = (await client.get("/pool")).json()
            assert numbers["pool_available"] == numbers["pool_size"]
            assert numbers["returns_bad"] == 0

    run(main())
    assert server.wait_until_idle(5)
