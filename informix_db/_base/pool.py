"""What a pool decides: who gets which connection, who waits, what is thrown away.

`PoolCore` has no lock, no clock and does no I/O: its shells call it under their lock,
tell it the time, and carry out what it says. A slot of the pool is taken before its
connection is opened and stays accounted for until that has come to an end, whatever
the end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

C = TypeVar("C", bound=Hashable)

# The first pause after a failed attempt to keep min_size up; each further one doubles.
_FIRST_RETRY = 1.0
_LONGEST_RETRY = 60.0


@dataclass(frozen=True)
class PoolSettings:
    """The limits of a pool; times in seconds, None for no limit."""

    min_size: int
    max_size: int
    max_idle: float | None
    max_lifetime: float | None


class Member(Generic[C]):
    """A connection of the pool and what is known about it."""

    __slots__ = ("born", "connection", "since")

    def __init__(self, connection: C, now: float) -> None:
        self.connection = connection
        self.born = now
        self.since = now  # when it was last given out, or came back


class Give(Generic[C]):
    """Here is a connection, which is in use from now on."""

    __slots__ = ("connection", "idle_time")

    def __init__(self, connection: C, idle_time: float) -> None:
        self.connection = connection
        self.idle_time = idle_time


class Connect:
    """A slot is yours: open a connection for it, then say `connected`."""


class Refuse:
    """The pool is closed."""


CONNECT = Connect()
REFUSE = Refuse()


class Wait(Generic[C]):
    """A place in the queue; who stops waiting must `abandon` it.

    Once it is granted something, the shell uses the `waker` it left here.
    """

    __slots__ = ("grant", "since", "waker")

    def __init__(self, now: float) -> None:
        self.grant: Give[C] | Connect | Refuse | None = None
        self.since = now
        self.waker: Any = None


Decision = Give[C] | Connect | Wait[C] | Refuse


@dataclass
class Orders(Generic[C]):
    """What a shell has to do after a decision."""

    granted: list[Wait[C]]
    doomed: list[C]
    below_min: bool  # upkeep is due


class PoolCore(Generic[C]):
    """The state of a pool and its rules.

    After any call the shell takes its `orders` and carries them out.
    """

    def __init__(self, settings: PoolSettings) -> None:
        self.settings = settings
        self.closed = False
        self.idle: deque[Member[C]] = deque()  # the most recently used last
        self.leased: dict[C, Member[C]] = {}
        self.connecting = 0  # slots whose connection is being opened
        self.queue: deque[Wait[C]] = deque()
        self.granted: list[Wait[C]] = []
        self.doomed: list[C] = []
        self.counts: dict[str, float] = dict.fromkeys(_COUNTERS, 0)
        self._retry_at = 0.0
        self._retry_delay = _FIRST_RETRY

    @property
    def size(self) -> int:
        """Slots taken: connections idle, in use and being opened."""
        return len(self.idle) + len(self.leased) + self.connecting

    def orders(self) -> Orders[C] | None:
        """Return whom to wake and what to close, outside of the lock; None: nothing."""
        below_min = self.below_min
        if not (self.granted or self.doomed or below_min):
            return None
        orders = Orders(self.granted, self.doomed, below_min)
        self.granted, self.doomed = [], []
        return orders

    # -- getting a connection ----------------------------------------------------------

    def acquire(self, now: float) -> Decision[C]:
        """Decide what someone who wants a connection gets."""
        if self.closed:
            return REFUSE
        self.counts["requests_num"] += 1
        while self.idle:
            member = self.idle.pop()
            if not self._outlived(member, now):
                return self._lease(member, now)
            self.doomed.append(member.connection)
        if self.size < self.settings.max_size:
            self.connecting += 1
            return CONNECT
        self.counts["requests_queued"] += 1
        place: Wait[C] = Wait(now)
        self.queue.append(place)
        return place

    def abandon(
        self, decision: Decision[C], now: float, *, broken: bool = True
    ) -> None:
        """Take back what was decided for someone who failed to make use of it.

        A connection may be `broken`; a slot counts as a failed attempt to connect.
        """
        self.counts["requests_errors"] += 1
        if isinstance(decision, Give):
            self.release(decision.connection, now, broken=broken)
        elif isinstance(decision, Connect):
            self.counts["connections_num"] += 1
            self.counts["connections_errors"] += 1
            self._free_slot(now)
        elif isinstance(decision, Wait):
            self._withdraw(decision, now)

    def _withdraw(self, place: Wait[C], now: float) -> None:
        """Take a place out of the queue; what it was granted goes on."""
        grant = place.grant
        if grant is None:
            self.counts["requests_wait_ms"] += (now - place.since) * 1000
            self.queue.remove(place)
        elif isinstance(grant, Give):
            self.release(grant.connection, now)
        elif isinstance(grant, Connect):
            self._free_slot(now)

    def connected(self, connection: C, began: float, now: float) -> Give[C] | Refuse:
        """Take the connection of a slot that was to be connected."""
        self._count_connect(began, now)
        if self.closed:
            self.connecting -= 1
            self.doomed.append(connection)
            return REFUSE
        self.connecting -= 1
        return self._lease(Member(connection, now), now)

    def replace(self, connection: C) -> Connect:
        """Exchange a connection that turned out dead for its slot."""
        del self.leased[connection]
        self.doomed.append(connection)
        self.counts["connections_lost"] += 1
        self.connecting += 1
        return CONNECT

    def _lease(self, member: Member[C], now: float) -> Give[C]:
        idle_time = now - member.since
        member.since = now
        self.leased[member.connection] = member
        return Give(member.connection, idle_time)

    # -- giving it back ----------------------------------------------------------------

    def release(self, connection: C, now: float, *, broken: bool = False) -> None:
        """Take a connection back: to who waits longest, to the idle ones, or away."""
        member = self.leased.pop(connection)
        self.counts["usage_ms"] += (now - member.since) * 1000
        if broken:
            self.counts["returns_bad"] += 1
        if broken or self.closed or self._outlived(member, now):
            self.doomed.append(connection)
            self.connecting += 1
            self._free_slot(now)
        else:
            self._offer(member, now)

    def _offer(self, member: Member[C], now: float) -> None:
        member.since = now
        if self.queue:
            self._grant(self._lease(member, now), now)
        else:
            self.idle.append(member)

    def _free_slot(self, now: float) -> None:
        """Pass a slot on to who waits longest, or give it up."""
        if self.queue:
            self._grant(CONNECT, now)
        else:
            self.connecting -= 1

    def _grant(self, grant: Give[C] | Connect | Refuse, now: float) -> None:
        place = self.queue.popleft()
        self.counts["requests_wait_ms"] += (now - place.since) * 1000
        place.grant = grant
        self.granted.append(place)

    # -- upkeep ------------------------------------------------------------------------

    @property
    def below_min(self) -> bool:
        """Whether connections are missing that nobody asked for."""
        return not self.closed and self.size < self.settings.min_size

    def refill(self, now: float) -> Connect | None:
        """Take a slot if one is missing: then say `refilled` or `refill_failed`."""
        if not self.below_min or now < self._retry_at:
            return None
        self.connecting += 1
        return CONNECT

    def refilled(self, connection: C, began: float, now: float) -> None:
        """Take a connection that nobody asked for."""
        self._count_connect(began, now)
        self._retry_delay = _FIRST_RETRY
        self.connecting -= 1
        if self.closed:
            self.doomed.append(connection)
        else:
            self._offer(Member(connection, now), now)

    def refill_failed(self, now: float) -> None:
        """Give the slot back, and let some time pass before the next attempt."""
        self.counts["connections_num"] += 1
        self.counts["connections_errors"] += 1
        self._retry_at = now + self._retry_delay
        self._retry_delay = min(2 * self._retry_delay, _LONGEST_RETRY)
        self._free_slot(now)

    def expire(self, now: float) -> None:
        """Throw away idle connections that are too old, or too many for too long."""
        kept = deque(m for m in self.idle if not self._outlived(m, now))
        if len(kept) < len(self.idle):
            self.doomed += [m.connection for m in self.idle if self._outlived(m, now)]
            self.idle = kept
        max_idle = self.settings.max_idle
        if max_idle is not None:
            while self._spare and now - self.idle[0].since >= max_idle:
                self.doomed.append(self.idle.popleft().connection)

    def next_upkeep(self, now: float) -> float | None:
        """Seconds until there may be something to do, None if never by itself.

        A connection that comes back later cannot be due before a whole period.
        """
        settings = self.settings
        times = []
        if self.below_min:
            times.append(self._retry_at - now)
        if settings.max_idle is not None:
            times.append(settings.max_idle)
            if self._spare:
                times.append(self.idle[0].since + settings.max_idle - now)
        if settings.max_lifetime is not None:
            times.append(settings.max_lifetime)
            times += [m.born + settings.max_lifetime - now for m in self.idle]
        return max(0.0, min(times)) if times else None

    @property
    def _spare(self) -> bool:
        return bool(self.idle) and self.size > self.settings.min_size

    def _outlived(self, member: Member[C], now: float) -> bool:
        limit = self.settings.max_lifetime
        return limit is not None and now - member.born >= limit

    def close(self, now: float) -> None:
        """Refuse who waits and who comes; connections in use go when they return."""
        self.closed = True
        self.doomed += [member.connection for member in self.idle]
        self.idle.clear()
        while self.queue:
            self._grant(REFUSE, now)

    # -- statistics --------------------------------------------------------------------

    def _count_connect(self, began: float, now: float) -> None:
        self.counts["connections_num"] += 1
        self.counts["connections_ms"] += (now - began) * 1000

    def stats(self) -> dict[str, int]:
        """Return the numbers under psycopg_pool's names."""
        return {
            "pool_min": self.settings.min_size,
            "pool_max": self.settings.max_size,
            "pool_size": self.size,
            "pool_available": len(self.idle),
            "requests_waiting": len(self.queue),
            **{name: int(count) for name, count in self.counts.items()},
        }


_COUNTERS = (
    "requests_num",  # acquire()s
    "requests_queued",  # that had to wait for a connection
    "requests_wait_ms",  # time these waited
    "requests_errors",  # that got none
    "usage_ms",  # time connections were in use
    "returns_bad",  # connections given back unusable
    "connections_num",  # attempts to connect
    "connections_ms",  # time the successful ones took
    "connections_errors",  # failed ones
    "connections_lost",  # idle connections found dead
)
