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

from .server import Server

__all__ = ["Server"]
