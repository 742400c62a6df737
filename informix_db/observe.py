"""What a connection tells whoever observes it: ``connect(..., observer=...)``.

An observer is any object with the two methods of `Observer`. It is told of everything
that makes the driver talk to the server, by the thread or task that waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol


class ConnectionInfo(NamedTuple):
    """Which connection it is: `conn.info`."""

    id: int
    """Unique in this process; log messages name it."""
    host: str
    port: int
    user: str
    database: str | None
    """The one connect() named."""
    server: str
    """The DBSERVERNAME."""


@dataclass(slots=True, eq=False)
class Operation:
    """Something a connection does: one call that talks to the server.

    What comes out of it is known when it has ended.
    """

    connection: ConnectionInfo
    name: str
    """connect, execute, executemany, fetch, commit, rollback, ping, close, ..."""
    sql: str | None
    """As it was given to execute(), literals included; with a fetch, as it was sent."""
    parameters: object = field(default=None, repr=False)
    """As they were given to execute() or executemany(), whose rows may be an iterator:
    not to be read here."""
    started: float = 0.0
    """Seconds since the epoch, as of time.time()."""
    duration: float | None = None
    """Seconds it took; None until it has ended."""
    round_trips: int = 0
    """Times something was sent and its answer waited for."""
    rows_fetched: int = 0
    """Rows the server sent."""
    rowcount: int = -1
    """Rows that execute() or executemany() changed; -1 for everything else."""
    error: BaseException | None = None
    """What the caller gets instead of a result."""
    context: Any = None
    """For the observer: whatever `begin` wants to find again in `end`."""
    _call: Any = field(default=None, init=False, repr=False)  # for a recorder


class Observer(Protocol):
    """Is called around every operation of a connection.

    What a method raises is logged and changes nothing. It must not wait for long, nor
    use the connection; one observer may serve many connections, in many threads.
    """

    def begin(self, operation: Operation) -> object:
        """Take note that `operation` begins."""

    def end(self, operation: Operation) -> object:
        """Take note that it has ended: the same object, now complete."""
