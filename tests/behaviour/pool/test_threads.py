"""Threads that share one connection by mistake, and cancel each other's statements."""

from __future__ import annotations

import random
import threading

from logins import connect_to
from slow_engine import ECHO, SlowEngine

import informix_db
from informix_db.testing import Server

LONG = 20_000  # milliseconds: far longer than the test


def test_a_storm_of_cancelled_queries_on_one_connection() -> None:
    """Each query returns a value only it supplied, or says that it was cancelled."""
    engine = SlowEngine()
    with (
        Server(engine=engine) as server,
        connect_to(server, autocommit=True) as connection,
    ):
        wrong: list[object] = []
        outcomes = {"answered": 0, "cancelled": 0}
        over = threading.Event()

        def query(first: int) -> None:
            chance = random.Random(first)
            for value in range(first, first + 100):
                try:
                    cursor = connection.cursor()
                    timeout = chance.choice([None, 0.001, 0.01])
                    wait = chance.randrange(6)
                    if value % 8 == 0:
                        timeout, wait = 0.005, LONG
                    cursor.execute(ECHO, (value, wait), timeout=timeout)
                    if cursor.fetchall() != [(value,)]:
                        wrong.append(value)
                    outcomes["answered"] += 1
                except informix_db.StatementCancelledError:
                    outcomes["cancelled"] += 1
                except BaseException as error:
                    wrong.append(error)
                    raise

        def cancel() -> None:
            chance = random.Random(0)
            for _ in range(100):
                if over.wait(chance.random() * 0.01):
                    break
                connection.cancel()

        canceller = threading.Thread(target=cancel)
        threads = [
            threading.Thread(target=query, args=(1000 * i,)) for i in range(1, 9)
        ]
        for thread in (canceller, *threads):
            thread.start()
        for thread in threads:
            thread.join()
        over.set()
        canceller.join()
        assert wrong == []
        assert outcomes["answered"] > 50
        assert outcomes["cancelled"] > 50
        for value in range(3):
            assert connection.cursor().execute(ECHO, (value, 0)).fetchone() == (value,)
        assert server.statistics().total_sessions == 1
