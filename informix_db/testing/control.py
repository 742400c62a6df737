"""A port for commands to a server in a process of its own.

A line is a command and is answered by a line: `statistics` by JSON, what
`Faults.command` knows by ``ok``, everything else by ``error:`` and the reason. Who can
connect can disturb every session, so it is only ever opened on loopback.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import socket
import threading
from typing import TYPE_CHECKING

from .listener import Endpoint, Listener

if TYPE_CHECKING:
    from .server import Server

_LONGEST_LINE = 4096


class ControlPort:
    """Takes commands for `server` until it is closed."""

    def __init__(self, server: Server, port: int) -> None:
        self._server = server
        self._listener = Listener(Endpoint("127.0.0.1", port), self._start)
        self.port = self._listener.address[1]

    def close(self) -> None:
        """Take no more connections; those that are open end with the process."""
        self._listener.close()

    def _start(self, client: socket.socket) -> None:
        threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with (
            contextlib.suppress(OSError, UnicodeDecodeError),
            client,
            client.makefile("rw", encoding="utf-8", newline="\n") as lines,
        ):
            while line := lines.readline(_LONGEST_LINE):
                lines.write(self._answer(line.strip()) + "\n")
                lines.flush()

    def _answer(self, line: str) -> str:
        if line == "statistics":
            return json.dumps(dataclasses.asdict(self._server.statistics()))
        try:
            self._server.faults.command(line)
        except ValueError as error:
            return f"error: {error}"
        return "ok"
