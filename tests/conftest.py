"""Shared by all tests: the report header, and a running emulator."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

import informix_db
from informix_db.testing import Server

# How long an example takes says more about the machine's other work.
settings.register_profile("tests", deadline=None, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("tests")


def pytest_report_header() -> str:
    return f"informix_db {informix_db.__version__}, {informix_db.IMPLEMENTATION}"


def pytest_configure() -> None:
    """Forget what the environment says of a server of one's own, heed Ctrl-C."""
    gc.disable()  # nothing is garbage until tests run, if they run in this process
    # A shell starts what runs in its background with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in list(os.environ):
        if name.startswith("INFORMIX") and not name.startswith("INFORMIX_DB_"):
            del os.environ[name]
    for name in ("CLIENT_LOCALE", "DB_LOCALE", "DBDATE", "DELIMIDENT"):
        os.environ.pop(name, None)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays: modules, and ten thousand tests."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    gc.unfreeze()  # extension modules want their objects back at the end


@pytest.fixture
def server() -> Iterator[Server]:
    """A fresh emulator with its default users and databases."""
    with Server() as running:
        yield running
