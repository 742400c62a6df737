"""The pool's decisions, driven with a made-up clock and connections."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from informix_db._base.pool import (
    CONNECT,
    REFUSE,
    Connect,
    Give,
    PoolCore,
    PoolSettings,
    Refuse,
    Wait,
)


class Conn:
    """A connection that is nothing but itself."""

    numbers = count()

    def __init__(self) -> None:
        self.number = next(self.numbers)

    def __repr__(self) -> str:
        return f"Conn {self.number}"


def make_core(
    min_size: int = 0,
    max_size: int = 2,
    max_idle: float | None = None,
    max_lifetime: float | None = None,
) -> PoolCore[Conn]:
    return PoolCore(PoolSettings(min_size, max_size, max_idle, max_lifetime))


def lease(core: PoolCore[Conn], now: float = 0.0) -> Conn:
    """Acquire a connection that has to be opened."""
    assert core.acquire(now) is CONNECT
    given = core.connected(Conn(), now, now)
    assert isinstance(given, Give)
    return given.connection


def wait(core: PoolCore[Conn], now: float = 0.0) -> Wait[Conn]:
    """Acquire where there is nothing to get."""
    place = core.acquire(now)
    assert isinstance(place, Wait)
    return place


def test_most_recently_used_first() -> None:
    core = make_core()
    first, second = lease(core), lease(core)
    core.release(first, 1)
    core.release(second, 2)
    given = core.acquire(5)
    assert isinstance(given, Give)
    assert given.connection is second
    assert given.idle_time == 3


def test_waiters_are_served_in_order() -> None:
    core = make_core(max_size=1)
    connection = lease(core)
    places = [wait(core) for _ in range(3)]
    for place in places:
        core.release(connection, 1)
        assert isinstance(place.grant, Give)
        assert place.grant.connection is connection
        orders = core.orders()
        assert orders is not None
        assert orders.granted == [place]
    assert core.orders() is None


def test_newcomer_does_not_overtake_waiter() -> None:
    core = make_core(max_size=1)
    connection = lease(core)
    place = wait(core)
    core.release(connection, 1)
    assert isinstance(place.grant, Give)
    assert isinstance(core.acquire(1), Wait)


def test_broken_connection_leaves_its_slot_to_who_waits() -> None:
    core = make_core(max_size=1)
    connection = lease(core)
    place = wait(core)
    core.release(connection, 1, broken=True)
    assert place.grant is CONNECT
    assert core.size == 1
    orders = core.orders()
    assert orders is not None
    assert orders.doomed == [connection]


def test_failed_connect_leaves_its_slot_to_who_waits() -> None:
    core = make_core(max_size=1)
    decision = core.acquire(0)
    place = wait(core)
    core.abandon(decision, 1)
    assert place.grant is CONNECT
    core.abandon(place, 2)
    assert core.size == 0
    assert core.stats()["connections_errors"] == 1
    assert core.stats()["requests_errors"] == 2


def test_leaving_the_queue_passes_on_what_was_granted() -> None:
    core = make_core(max_size=1)
    connection = lease(core)
    first, second = wait(core), wait(core)
    core.release(connection, 1)
    assert first.grant is not None
    core.abandon(first, 2)
    assert isinstance(second.grant, Give)
    assert second.grant.connection is connection


def test_what_went_wrong_between_getting_and_using_costs_the_connection() -> None:
    core = make_core()
    connection = lease(core)
    core.release(connection, 1)
    core.abandon(core.acquire(2), 3)
    orders = core.orders()
    assert orders is not None
    assert orders.doomed == [connection]
    assert core.size == 0


def test_dead_connection_is_replaced_in_its_slot() -> None:
    core = make_core(max_size=1)
    connection = lease(core)
    core.release(connection, 1)
    assert isinstance(core.acquire(2), Give)
    place = wait(core)
    assert core.replace(connection) is CONNECT
    assert core.size == 1
    fresh = Conn()
    given = core.connected(fresh, 2, 3)
    assert isinstance(given, Give)
    assert place.grant is None
    assert core.stats()["connections_lost"] == 1


def test_lifetime_ends_when_idle_and_when_released() -> None:
    core = make_core(max_lifetime=10)
    old, young = lease(core, 0), lease(core, 5)
    core.release(old, 9)
    core.release(young, 9)
    assert core.next_upkeep(9) == 1
    core.expire(10)
    assert [member.connection for member in core.idle] == [young]
    given = core.acquire(11)
    assert isinstance(given, Give)
    core.release(young, 15)
    assert not core.idle
    orders = core.orders()
    assert orders is not None
    assert orders.doomed == [old, young]


def test_outlived_connection_is_not_given_out() -> None:
    core = make_core(max_lifetime=10)
    old = lease(core, 0)
    core.release(old, 1)
    assert core.acquire(10) is CONNECT
    orders = core.orders()
    assert orders is not None
    assert orders.doomed == [old]


def test_max_idle_shrinks_to_min_size_oldest_first() -> None:
    core = make_core(min_size=1, max_size=3, max_idle=10)
    connections = [lease(core, 0) for _ in range(3)]
    for moment, connection in enumerate(connections):
        core.release(connection, moment)
    assert core.next_upkeep(2) == 8
    core.expire(10)
    assert [member.connection for member in core.idle] == connections[1:]
    core.expire(100)
    assert [member.connection for member in core.idle] == connections[2:]
    assert core.next_upkeep(100) == 10


def test_refill_pauses_longer_after_each_failure() -> None:
    core = make_core(min_size=1)
    now, pauses = 0.0, []
    for _ in range(8):
        assert core.refill(now) is CONNECT
        core.refill_failed(now)
        assert core.refill(now) is None
        pause = core.next_upkeep(now)
        assert pause is not None
        pauses.append(pause)
        now += pause
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert core.refill(now) is CONNECT
    core.refilled(Conn(), now, now)
    assert len(core.idle) == 1
    assert core.refill(now) is None
    assert core.next_upkeep(now) is None


def test_refill_serves_who_waits() -> None:
    core = make_core(min_size=1, max_size=1)
    assert core.refill(0) is CONNECT
    place = wait(core)
    core.refilled(Conn(), 0, 1)
    assert isinstance(place.grant, Give)


def test_orders_say_that_upkeep_is_due() -> None:
    core = make_core(min_size=1)
    connection = lease(core)
    assert core.orders() is None
    core.release(connection, 1, broken=True)
    orders = core.orders()
    assert orders is not None
    assert orders.below_min


def test_close_refuses_and_dooms() -> None:
    core = make_core(max_size=2)
    idle, used = lease(core), lease(core)
    place = wait(core)
    core.release(idle, 1)
    assert isinstance(place.grant, Give)
    core.release(idle, 2)
    core.close(3)
    assert isinstance(core.acquire(4), Refuse)
    core.release(used, 5)
    orders = core.orders()
    assert orders is not None
    assert orders.doomed == [idle, used]
    assert core.size == 0


def test_close_while_connecting() -> None:
    core = make_core(max_size=1)
    assert core.acquire(0) is CONNECT
    place = wait(core)
    core.close(1)
    assert place.grant is REFUSE
    late = Conn()
    assert core.connected(late, 0, 2) is REFUSE
    orders = core.orders()
    assert orders is not None
    assert orders.doomed == [late]
    assert core.size == 0


def test_releasing_a_stranger_is_an_error() -> None:
    with pytest.raises(KeyError):
        make_core().release(Conn(), 0)


class User:
    """Someone who asked for a connection; `decision` says how far that has come."""

    def __init__(self, decision: Any) -> None:
        self.decision = decision

    @property
    def holds(self) -> Any:
        """What is theirs: a connection, a slot, a place that got nothing, or None."""
        decision = self.decision
        if isinstance(decision, Wait) and decision.grant is not None:
            decision = decision.grant
        return decision


PICK = st.integers(0, 1000)


class PoolMachine(RuleBasedStateMachine):
    """Any order of events keeps the sizes, the queue and the connections in order."""

    @initialize(
        min_size=st.integers(0, 3),
        more=st.integers(0, 3),
        max_idle=st.none() | st.integers(1, 20),
        max_lifetime=st.none() | st.integers(1, 20),
    )
    def begin(
        self, min_size: int, more: int, max_idle: int | None, max_lifetime: int | None
    ) -> None:
        self.core = make_core(min_size, max(1, min_size + more), max_idle, max_lifetime)
        self.now = 0.0
        self.users: list[User] = []
        self.refills = 0
        self.waiting: list[Wait[Conn]] = []
        self.gone: set[Conn] = set()

    def settle(self) -> None:
        """Do what a shell does after every call."""
        orders = self.core.orders()
        if orders is None:
            return
        for place in orders.granted:
            assert place is self.waiting.pop(0), "served out of turn"
        for connection in orders.doomed:
            assert connection not in self.gone, "closed twice"
            self.gone.add(connection)

    def user(self, pick: int, kind: type) -> User | None:
        """Choose one of those who hold something of a kind."""
        users = [user for user in self.users if isinstance(user.holds, kind)]
        return users[pick % len(users)] if users else None

    @rule()
    def acquire(self) -> None:
        user = User(self.core.acquire(self.now))
        if isinstance(user.decision, Wait):
            self.waiting.append(user.decision)
        self.users.append(user)
        self.settle()

    @rule(pick=PICK)
    def connect(self, pick: int) -> None:
        user = self.user(pick, Connect)
        if user is not None:
            user.decision = self.core.connected(Conn(), self.now, self.now)
            self.settle()

    @rule(pick=PICK)
    def fail_to_connect(self, pick: int) -> None:
        user = self.user(pick, Connect)
        if user is not None:
            self.leave(user)

    @rule(pick=PICK)
    def stop_waiting(self, pick: int) -> None:
        user = self.user(pick, Wait)
        if user is not None:
            self.waiting.remove(user.decision)
            self.leave(user)

    def leave(self, user: User) -> None:
        self.core.abandon(user.decision, self.now)
        self.users.remove(user)
        self.settle()

    @rule(pick=PICK, broken=st.booleans())
    def release(self, pick: int, broken: bool) -> None:
        user = self.user(pick, Give)
        if user is not None:
            self.core.release(user.holds.connection, self.now, broken=broken)
            self.users.remove(user)
            self.settle()

    @rule(pick=PICK)
    def give_up_what_was_granted(self, pick: int) -> None:
        user = self.user(pick, Give)
        if user is not None:
            self.leave(user)

    @rule(pick=PICK)
    def find_dead(self, pick: int) -> None:
        user = self.user(pick, Give)
        if user is not None:
            user.decision = self.core.replace(user.holds.connection)
            self.settle()

    @rule()
    def refill(self) -> None:
        if self.core.refill(self.now) is not None:
            self.refills += 1

    @rule(succeed=st.booleans())
    def end_refill(self, succeed: bool) -> None:
        if self.refills:
            self.refills -= 1
            if succeed:
                self.core.refilled(Conn(), self.now, self.now)
            else:
                self.core.refill_failed(self.now)
            self.settle()

    @rule(seconds=st.integers(1, 15))
    def let_time_pass(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def expire(self) -> None:
        self.core.expire(self.now)
        self.settle()
        pause = self.core.next_upkeep(self.now)
        core = self.core
        if pause is not None and not core.below_min:
            assert pause > 0, "upkeep would spin"

    @rule()
    def close(self) -> None:
        self.core.close(self.now)
        self.settle()

    @invariant()
    def every_slot_has_one_owner(self) -> None:
        core = self.core
        slots = sum(isinstance(user.holds, Connect) for user in self.users)
        assert core.connecting == slots + self.refills
        used = [
            user.holds.connection for user in self.users if isinstance(user.holds, Give)
        ]
        assert set(used) == set(core.leased)
        assert len(used) == len(core.leased), "given to two users"
        idle = {member.connection for member in core.idle}
        assert len(idle) == len(core.idle)
        assert not idle & set(used)
        assert not self.gone & (idle | set(used)), "used after it was closed"

    @invariant()
    def sizes_keep_their_limits(self) -> None:
        core = self.core
        assert 0 <= core.size <= core.settings.max_size
        assert all(count >= 0 for count in core.stats().values())

    @invariant()
    def nobody_waits_for_what_is_there(self) -> None:
        core = self.core
        assert list(core.queue) == self.waiting
        if self.waiting:
            assert not core.closed
            assert not core.idle
            assert core.size == core.settings.max_size

    @invariant()
    def a_closed_pool_keeps_nothing(self) -> None:
        if self.core.closed:
            assert not self.core.idle
            assert not self.core.below_min


TestPoolMachine = PoolMachine.TestCase
TestPoolMachine.settings = settings(max_examples=150, stateful_step_count=40)
