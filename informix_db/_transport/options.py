"""Options of a socket that has just connected."""

from __future__ import annotations

import socket

from informix_db._transport.failures import connect_error
from informix_db.params import ConnectParams


def set_options(sock: socket.socket, params: ConnectParams) -> None:
    """Set what `params` ask for; OperationalError if the peer is gone already."""
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if params.keepalive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    except OSError as exc:
        raise connect_error(exc, params.host, params.port) from exc
