"""Whether a connection nobody is using is still there, found out without waiting."""

from __future__ import annotations

import select
import socket

_GONE = getattr(select, "POLLRDHUP", 0)


def peer_is_gone(sock: socket.socket) -> bool:
    """Whether the other side has closed or reset the connection.

    False does not mean that it answers: a peer that vanished says nothing.
    """
    if sock.fileno() < 0:
        return True
    if not hasattr(select, "poll"):
        return bool(select.select([sock], [], [], 0)[0]) and _ends_here(sock)
    poll = select.poll()
    # Where the system can tell the end of the stream from bytes before it.
    poll.register(sock, _GONE or select.POLLIN)
    return bool(poll.poll(0)) and (bool(_GONE) or _ends_here(sock))


def _ends_here(sock: socket.socket) -> bool:
    """Look at what makes the socket readable: bytes, or the end."""
    try:
        # Below TLS, whose recv() takes no flags.
        return not socket.socket.recv(sock, 1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
