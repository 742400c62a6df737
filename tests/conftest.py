"""Shared by all tests: the report header, and a running emulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import informix_db
from informix_db.testing import Server


def pytest_report_header() -> str:
    return f"informix_db {informix_db.__version__}, {informix_db.IMPLEMENTATION}"


@pytest.fixture
def server() -> Iterator[Server]:
    """A fresh emulator with its default users and databases."""
    with Server() as running:
        yield running
