"""Options of a socket that has just connected."""

from __future__ import annotations

import socket

from informix_db._transport.failures import connect_error
from informix_db.params import ConnectParams

# Keepalive: seconds of silence before the first probe and between probes, and how many
# may be lost. The systems' own two hours are longer than firewalls remember.
_PROBES = {
    "TCP_KEEPIDLE": 60,
    "TCP_KEEPALIVE": 60,  # its name on macOS
    "TCP_KEEPINTVL": 15,
    "TCP_KEEPCNT": 4,
}


def set_options(sock: socket.socket, params: ConnectParams) -> None:
    """Set what `params` ask for; OperationalError if the peer is gone already."""
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if params.keepalive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in _PROBES.items():
                if hasattr(socket, name):
                    sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    except OSError as exc:
        raise connect_error(exc, params.host, params.port) from exc
