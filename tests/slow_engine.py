"""A stub engine whose statements take the time they are told, unless interrupted."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from stub_engine import INTEGER, StubEngine, StubSession, StubStatement

from informix_db.testing.api import BoundParameter, Column, ExecuteResult, SQLError

ECHO = "select ? after ? milliseconds"
CHANGE = "change after ? milliseconds"


class SlowEngine(StubEngine):
    """Knows ECHO, which returns what it was given, and CHANGE, which counts."""

    def __init__(self) -> None:
        super().__init__()
        self.started = threading.Semaphore(0)  # released by each statement that waits
        self.running: set[object] = set()  # values of the ECHOs that wait
        self.interrupted = 0  # statements that were
        self.finished = 0  # statements that waited as long as they were told
        self.changed = 0
        self._counting = threading.Lock()
        self.statements[ECHO] = lambda session: StubStatement(
            session,
            2,
            [Column("value", INTEGER)],
            [Column("", INTEGER), Column("", INTEGER)],
            rows=lambda values: self._echo(session, values),
        )
        self.statements[CHANGE] = lambda session: StubStatement(
            session,
            6,
            [],
            [Column("", INTEGER)],
            run=lambda values: self._change(session, values),
        )

    def _echo(
        self, session: StubSession, values: Sequence[BoundParameter]
    ) -> list[tuple[object, ...]]:
        value = values[0].value
        self.running.add(value)
        try:
            self._wait(session, values[1])
        finally:
            self.running.discard(value)
        return [(value,)]

    def _change(
        self, session: StubSession, values: Sequence[BoundParameter]
    ) -> ExecuteResult:
        self._wait(session, values[0])
        with self._counting:
            self.changed += 1
        return ExecuteResult(rows=1)

    def _wait(self, session: StubSession, milliseconds: BoundParameter) -> None:
        session.interrupted.clear()
        self.started.release()
        interrupted = session.interrupted.wait(int(str(milliseconds.value)) / 1000)
        with self._counting:
            self.interrupted += interrupted
            self.finished += not interrupted
        if interrupted:
            raise SQLError(-213)
