"""Why a host cannot be reached, or can no longer."""

from __future__ import annotations

import socket

from informix_db._transport.tls import refusal_of
from informix_db.exceptions import OperationalError


def connect_error(exc: Exception, host: str, port: int) -> OperationalError:
    """Return the error for what a connection attempt failed with."""
    if isinstance(exc, socket.gaierror):
        return OperationalError(
            f"host {host!r} has no address: {exc.strerror}",
            retryable=exc.errno == socket.EAI_AGAIN,
            session_dead=True,
        )
    return OperationalError(
        f"cannot connect to {host}:{port}: {exc}", retryable=True, session_dead=True
    )


def loss_error(exc: Exception, peer: str) -> OperationalError:
    """Return the error for a connection that ended with `exc`."""
    why = refusal_of(exc) or exc
    return OperationalError(
        f"the connection to {peer} was lost: {why}", session_dead=True
    )
