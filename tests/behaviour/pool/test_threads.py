"""Threads that share one connection by mistake, and cancel each other's statements."""

from __future__ import annotations

import random
import threading
import time

from slow_engine import ECHO, SlowEngine

import informix_db
from informix_db.testing import Server


def test_a_storm_of_cancelled_queries_on_one_connection() -> None:
    """Each query returns a value only it supplied, or says that it was cancelled."""
    engine = SlowEngine()
    with (
        Server(engine=engine) as server,
        informix_db.connect(
            server.host,
            server.port,
            user="informix",
            password="in4mix",
            database="testdb",
            autocommit=True,
        ) as connection,
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
                    cursor.execute(ECHO, (value, chance.randrange(6)), timeout=timeout)
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
            while not over.is_set():
                time.sleep(chance.random() * 0.01)
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
