"""pytest fixtures: ``pytest_plugins = ["informix_db.testing.plugin"]``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .server import Server


@pytest.fixture
def informix_server() -> Iterator[Server]:
    """An emulated server with databases of its own, for one test."""
    with Server() as server:
        yield server
