"""The pytest plugin, which pytest finds by itself where this package is installed.

It is imported at the start of every pytest run there, also of those that never ask for
a server: nothing of the emulator is imported before a test does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .server import Server


@pytest.fixture
def informix_server() -> Iterator[Server]:
    """An emulated Informix server with databases of its own, for one test."""
    from .server import Server

    with Server() as server:
        yield server
