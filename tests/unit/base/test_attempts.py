"""Which server is tried when, against a clock that is set by hand."""

from __future__ import annotations

from typing import Any

import pytest

from informix_db._base.attempts import Attempts
from informix_db.exceptions import Error, OperationalError
from informix_db.params import connect_params

PASSING = OperationalError("not now", retryable=True)
LASTING = OperationalError("not ever")
REFUSED = OperationalError("wrong password", sqlcode=-951)
BUSY = OperationalError("too many users", sqlcode=-25571, retryable=True)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def attempts(
    *errors: Error, takes: float = 0.0, **arguments: Any
) -> tuple[list[Any], Attempts]:
    """Let attempts fail in turn, each after `takes` seconds; return what was tried."""
    clock = Clock()
    params = connect_params(user="joe", **{"host": "h", **arguments})
    trying = Attempts(params, clock)
    tried: list[Any] = []
    left = list(errors)
    for attempt in trying:
        clock.now += attempt.pause + takes
        tried.append(attempt)
        trying.failed(left.pop(0))
    assert not left
    return tried, trying


def test_one_host_is_tried_once() -> None:
    (only,), trying = attempts(PASSING, connect_timeout=0.3)
    assert only.params.connect_timeout == 0.3
    assert only.pause == 0
    assert trying.error is PASSING


def test_hosts_are_tried_in_order() -> None:
    hosts = [("a", 1), ("b", 2, "on_b"), "c"]
    tried, trying = attempts(PASSING, LASTING, PASSING, host=hosts, port=3, server="on")
    seen = [(t.params.host, t.params.port, t.params.server) for t in tried]
    assert seen == [("a", 1, "on"), ("b", 2, "on_b"), ("c", 3, "on")]
    assert str(trying.error) == (
        "none of the servers can be used: a:1: not now; b:2: not ever; c:3: not now"
    )
    assert trying.error.retryable
    assert trying.error.session_dead
    assert trying.error.__cause__ is PASSING


def test_each_gets_its_share_of_the_time() -> None:
    tried, _ = attempts(
        LASTING, LASTING, LASTING, host=["a", "b", "c"], connect_timeout=9, takes=1
    )
    assert [t.params.connect_timeout for t in tried] == [3, 4, 7]


def test_a_refusal_is_final() -> None:
    tried, trying = attempts(LASTING, REFUSED, host=["a", "b", "c"], connect_retries=5)
    assert [t.params.host for t in tried] == ["a", "b"]
    assert trying.error is REFUSED


def test_a_server_that_is_busy_is_no_refusal() -> None:
    tried, trying = attempts(BUSY, BUSY, host=["a", "b"])
    assert len(tried) == 2
    assert "a:9088: too many users" in str(trying.error)


def test_retries_with_growing_pauses() -> None:
    tried, trying = attempts(*[PASSING] * 8, connect_retries=7)
    pauses = [t.pause for t in tried]
    assert pauses == [0, 0.1, 0.2, 0.4, 0.8, 1.6, 2, 2]
    assert trying.error is PASSING


def test_the_pause_is_once_a_round() -> None:
    tried, _ = attempts(*[PASSING] * 4, host=["a", "b"], connect_retries=1)
    assert [t.pause for t in tried] == [0, 0, 0.1, 0]
    assert [t.params.host for t in tried] == ["a", "b", "a", "b"]


@pytest.mark.parametrize("hosts", [["a"], ["a", "b"]])
def test_what_will_not_pass_is_not_retried(hosts: list[str]) -> None:
    tried, _ = attempts(*[LASTING] * len(hosts), host=hosts, connect_retries=3)
    assert len(tried) == len(hosts)


def test_retries_end_with_the_time() -> None:
    tried, _ = attempts(
        *[PASSING] * 3, connect_retries=100, connect_timeout=3.2, takes=1
    )
    assert [round(t.params.connect_timeout, 3) for t in tried] == [3.2, 2.1, 0.9]


@pytest.mark.parametrize(
    ("wanted", "tried"),
    [
        ("any", ["a any", "b any"]),
        ("primary", ["a primary", "b primary"]),
        ("read-write", ["a primary", "b primary"]),
        ("STANDBY", ["a standby", "b standby"]),
        ("read_only", ["a standby", "b standby"]),
        ("prefer-standby", ["a standby", "b standby", "a any", "b any"]),
    ],
)
def test_roles(wanted: str, tried: list[str]) -> None:
    found, _ = attempts(
        *[LASTING] * len(tried),
        host=["a", "b"],
        database="d",
        target_session_attrs=wanted,
    )
    assert [f"{t.params.host} {t.params.role}" for t in found] == tried
