"""What a connection has done so far, in numbers: `ConnectionStats`."""

from __future__ import annotations

from typing import NamedTuple

from informix_db._protocol.channel import Counters


class ConnectionStats(NamedTuple):
    """Counts since the connection was opened, the login included."""

    round_trips: int
    """Times something was sent and its answer waited for: what latency is paid for."""
    requests: int
    """Requests sent; several may share a round trip, and some are not waited for."""
    statements_prepared: int
    """Statements sent to be prepared; each may be executed many times."""
    statements_executed: int
    """Executions and opened cursors; each row of executemany counts."""
    cache_hits: int
    """Executions whose statement was prepared before and kept."""
    rows_fetched: int
    """Rows the server sent, whether they were asked for or not."""

    @classmethod
    def of(cls, round_trips: int, counters: Counters) -> ConnectionStats:
        """Put the counts of a transport and of its channel together."""
        return cls(
            round_trips,
            counters.requests,
            counters.prepared,
            counters.executed,
            counters.cache_hits,
            counters.rows_fetched,
        )
