"""Options of a socket that has just connected."""

from __future__ import annotations

import socket

from informix_db.exceptions import OperationalError
from informix_db.params import ConnectParams


def set_options(sock: socket.socket, params: ConnectParams) -> None:
    """Set what `params` ask for; OperationalError if the peer is gone already."""
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if params.keepalive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    except OSError as exc:
        raise OperationalError(
            f"cannot connect to {params.host}:{params.port}: {exc}", session_dead=True
        ) from exc
