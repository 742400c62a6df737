"""Fixtures of the benchmarks: both implementations, the floor, a canned server."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

import pytest

import informix_db
from benchmarks import floor as floors
from benchmarks import tables
from benchmarks.implementations import COMPILED, PURE, connect, replace_all
from informix_db.testing.canned import CannedServer


def pytest_report_header() -> str:
    return f"informix_db {informix_db.__version__}, {informix_db.IMPLEMENTATION}"


@pytest.fixture(params=["python", "cython"])
def implementation(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> SimpleNamespace:
    """One implementation, which the whole driver uses."""
    chosen = COMPILED if request.param == "cython" else PURE
    replace_all(chosen, monkeypatch.setattr)
    return chosen


@pytest.fixture(scope="session")
def floor() -> ModuleType:
    return floors.floor()


@pytest.fixture(scope="session")
def five() -> tables.Table:
    return tables.table("five", tables.FIVE)


@pytest.fixture(scope="session")
def ten() -> tables.Table:
    return tables.table("ten", tables.TEN)


@pytest.fixture(scope="session")
def canned(five: tables.Table, ten: tables.Table) -> Iterator[CannedServer]:
    with CannedServer({**five.queries, **ten.queries}) as server:
        yield server


@pytest.fixture
def connection(
    canned: CannedServer, implementation: SimpleNamespace
) -> Iterator[informix_db.Connection]:
    with connect(canned) as made:
        yield made
