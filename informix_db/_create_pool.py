"""`create_pool`: apart from `connect`, which can do without pools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from informix_db.connections import Connection
from informix_db.params import connect_params
from informix_db.pool import ConnectionPool


def create_pool(
    *,
    min_size: int = 0,
    max_size: int = 10,
    acquire_timeout: float | None = 30.0,
    max_idle: float | None = None,
    max_lifetime: float | None = None,
    reset: Callable[[Connection], object] | None = None,
    **connect_arguments: Any,
) -> ConnectionPool:
    """Make a pool of connections.

    Arguments:
        min_size: connections opened now, and kept; lost ones are replaced in the
            background.
        max_size: connections there are at most.
        acquire_timeout: seconds acquire() waits for one; None waits for ever.
        max_idle: seconds after which an idle connection is closed, down to min_size.
        max_lifetime: seconds after which a connection is closed when it is idle.
        reset: called with a connection that comes back, after the rollback.
        connect_arguments: those of `connect`, `host` included.

    Raises what `connect` raises if the first `min_size` connections cannot be opened.
    """
    return ConnectionPool(
        connect_params(**connect_arguments),
        min_size=min_size,
        max_size=max_size,
        acquire_timeout=acquire_timeout,
        max_idle=max_idle,
        max_lifetime=max_lifetime,
        reset=reset,
    )
