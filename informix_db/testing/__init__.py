"""An emulated Informix server for tests: real TCP, real SQLI, no Informix needed.

::

    from informix_db.testing import Server

    with Server() as server:
        informix_db.connect(
            server.host, server.port, user="informix", password="in4mix", ...
        )

``python -m informix_db.testing --port 9088`` runs one from a shell. It is an emulator:
what it cannot do it refuses with an error, and it listens on loopback only unless told
otherwise.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .databases import DatabaseSpec
    from .listener import Endpoint
    from .pam import Question
    from .script import ScriptError
    from .server import Server

__all__ = ["DatabaseSpec", "Endpoint", "Question", "ScriptError", "Server"]

_MODULES = {
    "DatabaseSpec": "databases",
    "Endpoint": "listener",
    "Question": "pam",
    "ScriptError": "script",
    "Server": "server",
}


def __getattr__(name: str) -> object:
    # The pytest plugin must not import a server for tests that want none.
    if name in _MODULES:
        return getattr(import_module(f".{_MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
