"""What both kinds of pool know and decide besides the core: arguments, errors, forks.

Also what has to happen to a connection between two users.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic, TypeVar

from informix_db._base.connection import BaseConnection, SessionState
from informix_db._base.pool import Decision, Give, PoolCore, PoolSettings
from informix_db._wire.buffer import Wire
from informix_db.exceptions import (
    InterfaceError,
    OperationalError,
    PoolClosedError,
    PoolTimeoutError,
    StatementCancelledError,
)
from informix_db.params import ConnectParams

# What an idle connection gets to answer a ping, and what one that comes back gets to
# roll back. Past it the connection goes, and the server rolls back by itself.
ANSWER_TIMEOUT = 5.0
RESTORE_TIMEOUT = 10.0

_MANY_SECONDS = 1e9

_pools: weakref.WeakSet[BasePool[Any]] = weakref.WeakSet()


def _start_afresh_in_child() -> None:
    for pool in list(_pools):
        pool._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_afresh_in_child)

ConnectionT = TypeVar("ConnectionT", bound=BaseConnection)


class BasePool(Generic[ConnectionT]):
    """What both kinds of pool know and decide."""

    check_after: float = 30.0
    """Seconds a connection may be idle before it has to answer a ping when acquired."""

    def __init__(
        self,
        params: ConnectParams,
        *,
        min_size: int = 0,
        max_size: int = 10,
        acquire_timeout: float | None = 30.0,
        max_idle: float | None = None,
        max_lifetime: float | None = None,
        reset: Callable[[ConnectionT], object] | None = None,
    ) -> None:
        _check_size("min_size", min_size, 0)
        _check_size("max_size", max_size, max(1, min_size))
        for name, value in (
            ("acquire_timeout", acquire_timeout),
            ("max_idle", max_idle),
            ("max_lifetime", max_lifetime),
        ):
            _check_seconds(name, value)
        if reset is not None and not callable(reset):
            raise InterfaceError(f"reset must be callable, not {type(reset).__name__}")
        self._params = params
        self._acquire_timeout = acquire_timeout
        self._reset = reset
        self._settings = PoolSettings(min_size, max_size, max_idle, max_lifetime)
        self._core: PoolCore[ConnectionT] = PoolCore(self._settings)
        # Connections that are being released: nobody can release them once more.
        self._returning: set[ConnectionT] = set()
        # Connections in use when the process forked: the parent's.
        self._inherited: weakref.WeakSet[ConnectionT] = weakref.WeakSet()
        _pools.add(self)

    def __repr__(self) -> str:
        p, core = self._params, self._core
        state = "closed" if core.closed else f"{core.size} of {self.max_size}"
        return (
            f"<{type(self).__module__}.{type(self).__qualname__} {p.user}@{p.host}:"
            f"{p.port}/{p.database or ''} {state}>"
        )

    @property
    def min_size(self) -> int:
        """Connections the pool keeps even when nobody uses them."""
        return self._settings.min_size

    @property
    def max_size(self) -> int:
        """Connections the pool has at most."""
        return self._settings.max_size

    @property
    def size(self) -> int:
        """Connections the pool has now, those being opened included."""
        return self._core.size

    @property
    def idle_count(self) -> int:
        """Connections that nobody uses."""
        return len(self._core.idle)

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._core.closed

    def stats(self) -> dict[str, int]:
        """Return sizes and counters; times in milliseconds.

        The names are psycopg_pool's: pool_min, pool_max, pool_size, pool_available,
        requests_waiting, requests_num, requests_queued, requests_wait_ms,
        requests_errors, usage_ms, returns_bad, connections_num, connections_ms,
        connections_errors, connections_lost.
        """
        return self._core.stats()

    # -- for the shells ----------------------------------------------------------------

    @property
    def _needs_upkeep(self) -> bool:
        s = self._settings
        return bool(s.min_size) or s.max_idle is not None or s.max_lifetime is not None

    def _after_fork(self) -> None:
        """Start afresh in a forked child: the sessions are the parent's."""
        old, self._core = self._core, PoolCore(self._settings)
        self._core.closed = old.closed
        self._returning.clear()
        self._inherited.update(old.leased)
        for member in old.idle:
            self._let_go(member.connection)

    def _let_go(self, connection: ConnectionT) -> None:
        """Close a socket without a word to the server, whose session may go on."""
        connection._state = SessionState.CLOSED
        connection._transport.close()

    def _take_timeout(self, timeout: float | None) -> float | None:
        _check_seconds("timeout", timeout)
        return self._acquire_timeout if timeout is None else timeout

    def _params_within(self, seconds: float | None) -> ConnectParams:
        """Return the arguments to connect with when there is only so much time."""
        if seconds is None or seconds >= self._params.connect_timeout:
            return self._params
        return replace(self._params, connect_timeout=max(seconds, 0.001))

    def _timed_out(self, timeout: float) -> PoolTimeoutError:
        core = self._core
        return PoolTimeoutError(
            f"no connection became free within {timeout:g} s: of max_size="
            f"{self.max_size} connections {len(core.leased)} are in use and "
            f"{core.connecting} being opened, {len(core.queue)} requests wait",
            retryable=True,
        )

    def _abandon(self, decision: Decision[ConnectionT], now: float) -> None:
        """Take back what somebody who gave up was to get.

        A connection that did not have to answer a ping is as good as it was.
        """
        broken = True
        if isinstance(decision, Give):
            connection = decision.connection
            broken = connection.closed or not connection._channel.in_sync
        self._core.abandon(decision, now, broken=broken)

    def _check_leased(self, connection: ConnectionT) -> None:
        known = isinstance(connection, BaseConnection)
        if (
            not known
            or connection not in self._core.leased
            or connection in self._returning
        ):
            raise _not_in_use(connection)

    def _check_user(self, connection: ConnectionT, user: object) -> None:
        """Raise InterfaceError if the connection is not this user's any more."""
        if connection._user is not user:
            raise _not_in_use(connection)

    def _take_back(self, connection: ConnectionT) -> None:
        """Begin to release a connection; InterfaceError if it is not in use."""
        self._check_leased(connection)
        self._returning.add(connection)
        connection._forget_blocks()

    def _give_back(self, connection: ConnectionT, now: float, usable: bool) -> None:
        """End what `_take_back` has begun."""
        self._returning.discard(connection)
        self._check_leased(connection)  # the process may have forked since
        self._core.release(connection, now, broken=not usable)


def pool_closed() -> PoolClosedError:
    """Return the error for a pool that is closed."""
    return PoolClosedError("the pool is closed")


def evicts(exc: BaseException | None) -> bool:
    """Whether an exception of the user's block means that the connection goes.

    A cancelled statement leaves a session that works; a pool's timeout is not about
    the connection at all.
    """
    return isinstance(exc, (OperationalError, InterfaceError)) and not isinstance(
        exc, (StatementCancelledError, PoolTimeoutError, PoolClosedError)
    )


def _not_in_use(connection: object) -> InterfaceError:
    return InterfaceError(
        f"{connection!r} was not acquired from this pool, or has been released"
    )


# -- a connection between two users ----------------------------------------------------


def is_untouched(connection: BaseConnection) -> bool:
    """Whether there is nothing to wait for, or to tell, before the next user comes."""
    return connection._state is SessionState.IDLE and not (
        connection._in_transaction or connection._cursors() or connection._abandoned
    )


def is_elsewhere(connection: BaseConnection) -> bool:
    """Whether a statement has opened another database than the pool's, or closed it."""
    return connection._database_name != connection._params.database


def restore_gen(connection: BaseConnection) -> Wire[None]:
    """Undo what was not committed; close the cursors left open, without waiting."""
    connection._settle_abandoned()
    for cursor in connection._cursors():
        cursor.transaction_ended("the connection's return to the pool", held=True)
    yield from connection._undo_gen()


def restore_settings(connection: BaseConnection) -> None:
    """Take back what the user set on the connection object."""
    connection._forget_blocks()
    connection._autocommit = connection._params.autocommit
    connection.row_factory = connection._params.row_factory
    connection.statement_timeout = None
    connection.insert_cursor = False


def _check_size(name: str, value: object, low: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InterfaceError(f"{name} must be an int, not {type(value).__name__}")
    if value < low:
        raise InterfaceError(f"{name} must be at least {low}, not {value}")


def _check_seconds(name: str, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise InterfaceError(f"{name} must be a number, not {type(value).__name__}")
    if not 0 <= value < _MANY_SECONDS:
        raise InterfaceError(f"{name} must be a number of seconds, not {value!r}")
