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

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .server import Server

__all__ = ["Server"]


def __getattr__(name: str) -> object:
    # The pytest plugin must not import a server for tests that want none.
    if name == "Server":
        from .server import Server

        return Server
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
