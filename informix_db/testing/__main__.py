"""``python -m informix_db.testing``: run the emulator until it is told to stop."""

from __future__ import annotations

import argparse
import logging
import signal
import socket
import sys

from .api import DataDirectoryError
from .server import Server


def main() -> None:
    """Run a server until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m informix_db.testing", description="Run an emulated Informix."
    )
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument(
        "--port",
        type=int,
        default=9088,
        help="default: %(default)s; 0 takes a free one",
    )
    parser.add_argument(
        "--server-name", default="informix", help="default: %(default)s"
    )
    parser.add_argument("--user", default="informix", help="default: %(default)s")
    parser.add_argument("--password", default="in4mix", help="default: %(default)s")
    parser.add_argument("--data", help="directory that keeps the databases")
    parser.add_argument("--transcript", help="file that gets every message, in hex")
    arguments = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    stopped = _signals()
    try:
        server = Server(
            host=arguments.host,
            port=arguments.port,
            server_name=arguments.server_name,
            users={arguments.user: arguments.password},
            data=arguments.data,
            transcript=arguments.transcript,
        )
    except DataDirectoryError as error:
        sys.exit(str(error))
    with stopped, server:
        print(f"informix emulator on {server.host}:{server.port}", flush=True)
        stopped.recv(1)


def _signals() -> socket.socket:
    """Return a socket that has a byte to read once SIGINT or SIGTERM has come.

    A signal that comes just before a lock is waited for would not end the waiting.
    """
    told, tells = socket.socketpair()
    tells.setblocking(False)
    signal.set_wakeup_fd(tells.detach())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    return told


if __name__ == "__main__":
    main()
