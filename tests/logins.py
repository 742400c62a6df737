"""How tests log in to an emulator, or to what stands for one: a proxy, a script."""

from __future__ import annotations

from typing import Any

import informix_db


def login_to(server: Any, /, **changes: Any) -> dict[str, Any]:
    """Return arguments of `connect`: `informix` in testdb, but for `changes`."""
    return {
        "host": "127.0.0.1",
        "port": server.port,
        "user": "informix",
        "password": "in4mix",
        "database": "testdb",
        **changes,
    }


def connect_to(server: Any, /, **changes: Any) -> informix_db.Connection:
    """Connect with these arguments."""
    return informix_db.connect(**login_to(server, **changes))
