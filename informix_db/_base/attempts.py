"""Which server is tried next, for how long, and what is said when none is left.

Several hosts are tried in order, all of them once more for each retry that is wanted.
Each gets an even share of the time that is left, so that one that does not answer
leaves some to the others. A server that refuses in so many words ends the search:
asking the others with a wrong password would lock the user out. Nothing here waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from informix_db.exceptions import Error, OperationalError
from informix_db.params import ANY_ROLE, PREFER_STANDBY, STANDBY, ConnectParams

# Pauses before the first retry, and at most; each is twice the one before.
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0


class Attempt(NamedTuple):
    """What to try: one server, after a pause (seconds)."""

    params: ConnectParams
    pause: float


class Attempts:
    """The attempts to open one connection, and how they failed."""

    def __init__(self, params: ConnectParams, clock: Callable[[], float]) -> None:
        self._params = params
        self._clock = clock
        self._candidates = _candidates(params)
        self._failures: list[tuple[str, Error]] = []
        self._tried = ""
        self._refused = False  # in so many words
        self._may_help = False  # to try them all again

    def __iter__(self) -> Iterator[Attempt]:
        """Say what to try, as long as `failed` is told that it failed."""
        params, count = self._params, len(self._candidates)
        began = self._clock()
        spent = 0.0
        for number in range(params.connect_retries + 1):
            if number and not self._may_help:
                return
            self._may_help = False
            pause = _pause_before(number)
            for index, candidate in enumerate(self._candidates):
                left = params.connect_timeout - spent - pause
                if self._failures and (left <= 0 or self._refused):
                    return
                self._tried = f"{candidate.host}:{candidate.port}"
                share = left / (count - index)
                yield Attempt(replace(candidate, connect_timeout=share), pause)
                pause = 0.0
                spent = self._clock() - began

    def failed(self, error: Error) -> None:
        """Take note of how the last attempt ended."""
        self._failures.append((self._tried, error))
        self._refused = error.sqlcode is not None and not error.retryable
        self._may_help = self._may_help or error.retryable

    @property
    def error(self) -> Error:
        """What to raise: the only failure, or one that tells of the others too."""
        last = self._failures[-1][1]
        told = dict(self._failures)  # the last failure of each
        if self._refused or len(told) == 1:
            return last
        failures = "; ".join(f"{where}: {error}" for where, error in told.items())
        error = OperationalError(
            f"none of the servers can be used: {failures}",
            retryable=self._may_help,
            session_dead=True,
        )
        error.__cause__ = last
        return error


def _candidates(params: ConnectParams) -> list[ConnectParams]:
    """Return what to try in one round: a server, and the role it has to have."""
    roles = [params.role]
    if params.role == PREFER_STANDBY:
        roles = [STANDBY, ANY_ROLE]
    return [
        replace(params, host=host, port=port, server=server, role=role)
        for role in roles
        for host, port, server in params.endpoints
    ]


def _pause_before(number: int) -> float:
    """Return the pause before retry `number`; none before the first attempt."""
    if number == 0:
        return 0.0
    return min(_FIRST_PAUSE * 2.0 ** min(number - 1, 10), _LONGEST_PAUSE)
