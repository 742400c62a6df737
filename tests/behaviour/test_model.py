"""Any interleaving on one connection gives a plain model's answers and leaks nothing.

A Hypothesis state machine drives a connection and a model of it side by side: cursors
of all kinds, changes, transactions, schema changes by this and by another connection,
errors, timeouts, cursors that are closed or forgotten. The fetch buffer is small, so
that most results take several fetches, and so is the statement cache, so that it
overflows. In the end the emulator tells what the session has left open.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from facade import LoopRunner
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from logins import connect_to

import informix_db
from informix_db import aio
from informix_db.testing import Server

from .tablemodel import FAILURES, FIRST_ROWS, KINDS, QUERIES, Block, Reading, Row, Table

MODES = ["sync", "async"]

FETCH_BUFFER = 256
CACHE_SIZE = 4
MOST_CURSORS = 6

INSERT = "INSERT INTO model (k, v) VALUES (?, ?)"

# Far longer than any test waits, unless the server is interrupted.
SLOW = "SELECT COUNT(*) FROM many a, many b, many c WHERE a.n + b.n + c.n = -1"
TIMEOUT = 0.03

numbers = st.integers(0, 39)
sizes = st.sampled_from([0, 1, 5, 9, 50])  # a fetch buffer holds some 6 rows
any_cursor = st.integers(0, MOST_CURSORS - 1)


class Machine(RuleBasedStateMachine):
    """A connection and its model."""

    def __init__(self, server: Server, mode: str) -> None:
        super().__init__()
        self.server = server
        self.mode = mode
        self.runner = LoopRunner()
        self.readings: list[Reading] = []
        self.blocks: list[Block] = []
        self.in_transaction = False
        self.dirty = False  # the transaction may hold locks
        self.slow = 1  # timeouts still to be tried: each takes its time
        self.autocommit = False

    @initialize(
        autocommit=st.booleans(), kind=st.sampled_from(list(KINDS)), extra=st.booleans()
    )
    def start(self, autocommit: bool, kind: str, extra: bool) -> None:
        self.autocommit = autocommit
        self.table = self.committed = Table(kind, extra)
        self.other = self.connect("sync", autocommit=True, statement_cache_size=0)
        self.order("DROP TABLE IF EXISTS model")
        self.order(self.table.create)
        self.conn = self.connect(
            self.mode,
            autocommit=autocommit,
            fetch_buffer_size=FETCH_BUFFER,
            statement_cache_size=CACHE_SIZE,
        )
        self.fill()
        if not autocommit:
            self.commit()

    def connect(self, mode: str, **arguments: Any) -> Any:
        arguments.update(user="informix", password="in4mix", database="testdb")
        where = self.server.host, self.server.port
        if mode == "sync":
            return informix_db.connect(*where, **arguments)
        return self.runner.face(aio.connect(*where, **arguments))

    def order(self, sql: str, *parameters: Any) -> None:
        """Have the other connection execute something."""
        with self.other.cursor() as cursor:
            cursor.execute(sql, parameters)

    def fill(self) -> None:
        """Put rows into a new table: more than a fetch buffer holds."""
        self.insert_many(FIRST_ROWS, False)

    # -- what the model knows of transactions ----------------------------------------

    @property
    def begins(self) -> bool:
        """Whether statements belong to a transaction."""
        return not self.autocommit or bool(self.blocks)

    def executed(self, table: Table | None = None) -> None:
        """A statement was executed, and maybe changed the table."""
        self.in_transaction = self.begins
        self.dirty = self.begins and (self.dirty or table is not None)
        if table is not None:
            self.table = table
            if not self.begins:
                self.committed = table

    def ended(self, table: Table) -> None:
        """The transaction ended and left `table`."""
        if self.in_transaction:
            self.lose_cursors()
        self.in_transaction = self.dirty = False
        self.table = self.committed = table

    @property
    def is_free(self) -> bool:
        """Whether another connection may change the table."""
        return not self.dirty and not self.blocks

    def lose_cursors(self) -> None:
        for reading in self.readings:
            reading.lost = reading.lost or not reading.hold

    @invariant()
    def agrees_on_the_transaction(self) -> None:
        if hasattr(self, "conn"):
            assert self.conn.in_transaction == self.in_transaction

    # -- cursors ---------------------------------------------------------------------

    @precondition(lambda self: len(self.readings) < MOST_CURSORS)
    @rule(
        sql=st.sampled_from(list(QUERIES)),
        bound=numbers,
        hold=st.booleans(),
        scrollable=st.booleans(),
        size=sizes,
    )
    def open(
        self, sql: str, bound: int, hold: bool, scrollable: bool, size: int
    ) -> None:
        cursor = self.conn.cursor(hold=hold, scrollable=scrollable)
        self.readings.append(Reading(cursor, hold))
        self.execute_again(len(self.readings) - 1, sql, bound, size)

    @precondition(lambda self: self.readings)
    @rule(
        which=any_cursor,
        sql=st.sampled_from(list(QUERIES)),
        bound=numbers,
        size=sizes,
    )
    def execute_again(self, which: int, sql: str, bound: int, size: int) -> None:
        reading = self.reading(which)
        reading.cursor.execute(sql, (bound,))
        self.executed()
        names, reading.rows = QUERIES[sql](self.table, bound)
        reading.position, reading.lost = 0, False
        assert [column[0] for column in reading.cursor.description] == names
        self.fetch_many(which, size)

    def reading(self, which: int) -> Reading:
        return self.readings[which % len(self.readings)]

    @precondition(lambda self: self.readings)
    @rule(which=any_cursor, size=sizes)
    def fetch_many(self, which: int, size: int) -> None:
        self.fetch(which, size, lambda cursor: cursor.fetchmany(size))

    @precondition(lambda self: self.readings)
    @rule(which=any_cursor)
    def fetch_one(self, which: int) -> None:
        def fetch(cursor: Any) -> list[Row]:
            row = cursor.fetchone()
            return [] if row is None else [row]

        self.fetch(which, 1, fetch)

    @precondition(lambda self: self.readings)
    @rule(which=any_cursor)
    def fetch_all(self, which: int) -> None:
        self.fetch(which, 1000, lambda cursor: cursor.fetchall())

    @precondition(lambda self: self.readings)
    @rule(which=any_cursor, row=st.integers(0, 15))
    def fetch_absolute(self, which: int, row: int) -> None:
        reading = self.reading(which)
        if reading.rows is not None:
            reading.position = min(row, len(reading.rows))

        def fetch(cursor: Any) -> list[Row]:
            found = cursor.fetch_absolute(row)
            return [] if found is None else [found]

        self.fetch(which, 1, fetch)

    def fetch(self, which: int, size: int, fetch: Callable[[Any], list[Row]]) -> None:
        """Fetch at most `size` rows and compare them."""
        reading = self.reading(which)
        if reading.rows is None:
            with pytest.raises(informix_db.ProgrammingError):
                fetch(reading.cursor)
            return
        expected = reading.rows[reading.position : reading.position + size]
        try:
            assert fetch(reading.cursor) == expected
        except informix_db.ProgrammingError:
            assert reading.lost
            self.close_cursor(which)
            return
        reading.position += len(expected)
        assert reading.cursor.rownumber == reading.position

    @precondition(lambda self: self.readings)
    @rule(which=any_cursor)
    def close_cursor(self, which: int) -> None:
        reading = self.reading(which)
        reading.cursor.close()
        self.readings.remove(reading)

    @precondition(lambda self: self.readings)
    @rule(which=any_cursor)
    def forget_cursor(self, which: int) -> None:
        self.readings.remove(self.reading(which))
        gc.collect(1)

    # -- changes ---------------------------------------------------------------------

    @rule(k=numbers, number=numbers)
    def insert(self, k: int, number: int) -> None:
        value = self.table.value(number)
        with self.conn.cursor() as cursor:
            if k in self.table.rows:
                with pytest.raises(informix_db.IntegrityError) as error:
                    cursor.execute(INSERT, (k, value))
                assert error.value.sqlcode == -268
                self.executed(self.table)
                return
            cursor.execute(INSERT, (k, value))
            assert cursor.rowcount == 1
        self.executed(self.table.with_rows({**self.table.rows, k: value}))

    @rule(ks=st.lists(numbers, max_size=20), insert_cursor=st.booleans())
    def insert_many(self, ks: Any, insert_cursor: bool) -> None:
        rows = dict(self.table.rows)
        failed = None
        for index, k in enumerate(ks):
            if k in rows:
                failed = index
                break
            rows[k] = self.table.value(k)
        values = [(k, self.table.value(k)) for k in ks]
        with self.conn.cursor() as cursor:
            if failed is None:
                cursor.executemany(INSERT, values, insert_cursor=insert_cursor)
                assert cursor.rowcount == len(ks)
            else:
                with pytest.raises(informix_db.IntegrityError) as error:
                    cursor.executemany(INSERT, values, insert_cursor=insert_cursor)
                assert error.value.sqlcode == -268
                assert error.value.row_index == failed
        self.inserted_many(rows, failed, len(ks))

    def inserted_many(self, rows: Any, failed: int | None, count: int) -> None:
        if not count:
            return
        if self.begins:
            self.executed(self.table.with_rows(rows))
            return
        self.lose_cursors()  # the batch was a transaction of its own
        if failed is None:
            self.executed(self.table.with_rows(rows))

    @rule(bound=numbers, number=numbers)
    def update(self, bound: int, number: int) -> None:
        value = self.table.value(number)
        changed = {k: value for k in self.table.rows if k > bound}
        with self.conn.cursor() as cursor:
            cursor.execute("UPDATE model SET v = ? WHERE k > ?", (value, bound))
            assert cursor.rowcount == len(changed)
        self.executed(self.table.with_rows({**self.table.rows, **changed}))

    @rule(k=numbers)
    def delete(self, k: int) -> None:
        kept = {key: row for key, row in self.table.rows.items() if key != k}
        with self.conn.cursor() as cursor:
            cursor.execute("DELETE FROM model WHERE k = ?", (k,))
            assert cursor.rowcount == (k in self.table.rows)
        self.executed(self.table.with_rows(kept))

    @precondition(lambda self: self.is_free)
    @rule(k=numbers)
    def other_deletes(self, k: int) -> None:
        self.order("DELETE FROM model WHERE k = ?", k)
        kept = {key: row for key, row in self.table.rows.items() if key != k}
        self.table = self.committed = self.table.with_rows(kept)

    # -- the schema ------------------------------------------------------------------

    @rule()
    def alter(self) -> None:
        sql, table = self.table.altered()
        self.conn.cursor().execute(sql)
        self.executed(table)

    @rule(kind=st.sampled_from(list(KINDS)), extra=st.booleans())
    def replace(self, kind: str, extra: bool) -> None:
        table = Table(kind, extra)
        for sql in ("DROP TABLE model", table.create):
            self.conn.cursor().execute(sql)
        self.executed(table)
        self.fill()

    @precondition(lambda self: self.is_free)
    @rule()
    def other_alters(self) -> None:
        sql, self.table = self.table.altered()
        self.order(sql)
        self.committed = self.table

    @precondition(lambda self: self.is_free)
    @rule(kind=st.sampled_from(list(KINDS)), extra=st.booleans())
    def other_replaces(self, kind: str, extra: bool) -> None:
        table = Table(kind, extra)
        self.order("DROP TABLE model")
        self.order(table.create)
        rows = {k: table.value(k) for k in FIRST_ROWS}
        with self.other.cursor() as cursor:
            cursor.executemany(INSERT, rows.items())
        self.table = self.committed = table.with_rows(rows)

    # -- transactions ----------------------------------------------------------------

    @rule()
    def commit(self) -> None:
        self.end(self.conn.commit, self.table)

    @rule()
    def rollback(self) -> None:
        self.end(self.conn.rollback, self.committed)

    def end(self, end: Callable[[], None], table: Table) -> None:
        if not self.blocks:
            end()
            self.ended(table)
        elif not all(block.is_savepoint for block in self.blocks):
            with pytest.raises(informix_db.ProgrammingError):
                end()

    @precondition(lambda self: len(self.blocks) < 3)
    @rule()
    def enter_savepoint(self) -> None:
        context = self.conn.savepoint(f"s_{len(self.blocks)}")
        if not self.begins:
            with pytest.raises(informix_db.ProgrammingError):
                context.__enter__()
            return
        context.__enter__()
        self.in_transaction = True
        self.blocks.append(Block(context, self.table, True, False))

    @precondition(lambda self: len(self.blocks) < 3)
    @rule()
    def enter_transaction(self) -> None:
        context = self.conn.transaction()
        context.__enter__()
        outermost = not self.blocks and not self.in_transaction
        self.in_transaction = not outermost
        self.blocks.append(Block(context, self.table, False, outermost))

    @precondition(lambda self: self.blocks)
    @rule(succeed=st.booleans())
    def leave(self, succeed: bool) -> None:
        block = self.blocks.pop()
        if succeed:
            block.context.__exit__(None, None, None)
        else:
            error = KeyError("left by an error")
            assert not block.context.__exit__(KeyError, error, None)
        if block.is_outermost:
            self.ended(self.table if succeed else self.committed)
        elif not succeed:
            self.table = block.before

    # -- errors ----------------------------------------------------------------------

    @precondition(lambda self: self.readings)
    @rule(which=any_cursor, sql=st.sampled_from(list(FAILURES)))
    def fail(self, which: int, sql: str) -> None:
        reading = self.reading(which)
        with pytest.raises(informix_db.ProgrammingError) as error:
            reading.cursor.execute(sql)
        assert error.value.sqlcode == FAILURES[sql]
        reading.rows = None

    @precondition(lambda self: self.slow)
    @rule()
    def time_out(self) -> None:
        self.slow -= 1
        with (
            self.conn.cursor() as cursor,
            pytest.raises(informix_db.StatementCancelledError),
        ):
            cursor.execute(SLOW, timeout=TIMEOUT)
        if self.conn.in_transaction:  # it is not if PREPARE took that long
            self.executed()

    # -- what is left open -----------------------------------------------------------

    @rule()
    def settle(self) -> None:
        held = self.held()
        reading = [r for r in self.readings if r.rows is not None and not r.lost]
        assert held.cursors <= len(reading)
        assert held.statements <= CACHE_SIZE + len(reading)

    def held(self) -> Any:
        """What the server holds after a statement boundary and an answered request."""
        with self.conn.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM model")
            assert cursor.fetchall() == [(len(self.table.rows),)]
        self.executed()
        self.conn.ping()
        self.other.ping()
        return self.server.statistics()

    def teardown(self) -> None:
        try:
            if hasattr(self, "conn"):
                self.leave_nothing_open()
        finally:
            for name in ("conn", "other"):
                if hasattr(self, name):
                    getattr(self, name).close()
            self.runner.close()
        assert self.server.wait_until_idle(10)
        left = self.server.statistics()
        assert (left.statements, left.cursors) == (0, 0)

    def leave_nothing_open(self) -> None:
        while self.blocks:
            self.leave(True)
        while self.readings:
            self.close_cursor(0)
        held = self.held()
        assert held.cursors == 0
        assert held.statements == len(self.conn._statements)


@pytest.fixture
def run(
    server: Server, mode: str, caplog: pytest.LogCaptureFixture
) -> Iterator[Callable[..., None]]:
    """Run the machine against a server of its own, which must not fail either."""
    with connect_to(server, autocommit=True) as owner:
        cursor = owner.cursor()
        cursor.execute("CREATE TABLE many (n INT)")
        cursor.executemany("INSERT INTO many VALUES (?)", [(n,) for n in range(300)])

    def run_machine(examples: int, steps: int, **changes: Any) -> None:
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            lambda: Machine(server, mode),
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
                **changes,
            ),
        )

    yield run_machine
    server.close()
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert not errors


def test_some_interleavings(run: Callable[..., None]) -> None:
    """A failure is shown as it was found: making it small takes minutes."""
    run(20, 60, derandomize=True, phases=[Phase.generate])


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_many_interleavings(run: Callable[..., None]) -> None:
    run(2000, 60)
