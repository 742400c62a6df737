"""Which locks sessions of the emulator take, meet and give up.

What is expected is "Locks and isolation" of docs/EMULATOR.md and the meanings IBM
publishes for the codes; the pairing of SQLCODE and ISAM code was never seen on a real
server.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from engine_client import SQLClient, run_while_waiting

from informix_db.testing.api import SQLError
from informix_db.testing.engine import Engine
from informix_db.testing.sql.statements import Cursor

SCAN_LOCKED, KEYED_LOCKED = (-244, -107), (-246, -107)
FOR_UPDATE = "SELECT k, v FROM t WHERE v < 100 FOR UPDATE"


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture
def one(engine: Engine) -> SQLClient:
    client = SQLClient(engine)
    client.do("CREATE TABLE t (k INT PRIMARY KEY, v INT)")
    for k in range(4):
        client.do("INSERT INTO t VALUES (?, ?)", k, k * 10)
    client.session.begin()
    return client


@pytest.fixture
def two(one: SQLClient) -> SQLClient:
    client = one.another()
    client.session.begin()
    return client


@pytest.fixture
def three(one: SQLClient) -> SQLClient:
    return one.another()


def opened(client: SQLClient, sql: str, name: str = "c", hold: bool = False) -> Cursor:
    return client.session.prepare(sql).open([], name=name, hold=hold)


def fetch_code(cursor: Cursor) -> tuple[int, int]:
    with pytest.raises(SQLError) as caught:
        cursor.fetch(1)
    return caught.value.sqlcode, caught.value.isam


def change(client: SQLClient, k: int) -> tuple[int, int]:
    """Return the codes of an update of one row, (0, 0) if it is done."""
    try:
        client.do("UPDATE t SET v = v + 1 WHERE k = ?", k)
    except SQLError as error:
        return error.sqlcode, error.isam
    return 0, 0


class TestUpdateCursors:
    def test_lock_the_row_they_are_on(
        self, one: SQLClient, two: SQLClient, three: SQLClient
    ) -> None:
        cursor = opened(one, FOR_UPDATE)
        assert cursor.fetch(1) == [(0, 0)]
        assert change(two, 0) == KEYED_LOCKED
        assert two.codes("DELETE FROM t") == SCAN_LOCKED
        assert fetch_code(opened(two, FOR_UPDATE)) == SCAN_LOCKED
        assert change(two, 1) == (0, 0)
        assert three.rows("SELECT v FROM t WHERE k = 0") == [(0,)]  # may be read

    def test_give_up_the_rows_they_leave(self, one: SQLClient, two: SQLClient) -> None:
        cursor = opened(one, FOR_UPDATE)
        cursor.fetch(1)
        cursor.fetch(1)
        assert change(two, 0) == (0, 0)
        assert change(two, 1) == KEYED_LOCKED
        cursor.close()
        assert change(two, 1) == (0, 0)

    def test_keep_the_rows_they_changed(self, one: SQLClient, two: SQLClient) -> None:
        cursor = opened(one, FOR_UPDATE)
        cursor.fetch(1)
        one.do("UPDATE t SET v = -1 WHERE CURRENT OF c")
        cursor.fetch(3)
        cursor.close()
        assert change(two, 0) == KEYED_LOCKED
        one.session.commit()
        assert change(two, 0) == (0, 0)

    @pytest.mark.parametrize(
        "isolation", ["COMMITTED READ RETAIN UPDATE LOCKS", "REPEATABLE READ"]
    )
    def test_may_retain_locks(
        self, one: SQLClient, two: SQLClient, isolation: str
    ) -> None:
        one.do(f"SET ISOLATION TO {isolation}")
        cursor = opened(one, "SELECT k FROM t WHERE k = 1 FOR UPDATE")
        assert cursor.fetch(2) == [(1,)]
        cursor.close()
        assert change(two, 1) == KEYED_LOCKED
        one.session.commit()
        assert change(two, 1) == (0, 0)

    def test_read_rows_as_they_are_now(self, one: SQLClient, three: SQLClient) -> None:
        cursor = opened(one, FOR_UPDATE)
        three.do("UPDATE t SET v = 15 WHERE k = 1")
        three.do("UPDATE t SET v = 200 WHERE k = 2")
        three.do("DELETE FROM t WHERE k = 3")
        assert cursor.fetch(5) == [(0, 0), (1, 15)]

    def test_stay_where_they_are_when_a_row_is_locked(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        cursor = opened(one, FOR_UPDATE)
        two.do("UPDATE t SET v = 5 WHERE k = 0")
        assert fetch_code(cursor) == SCAN_LOCKED
        two.session.rollback()
        assert cursor.fetch(1) == [(0, 0)]

    def test_wait_for_the_row(self, one: SQLClient, two: SQLClient) -> None:
        two.do("SET LOCK MODE TO WAIT 30")
        held = opened(one, FOR_UPDATE)
        held.fetch(1)
        found: list[object] = []
        cursor = opened(two, FOR_UPDATE)
        run_while_waiting(
            two, lambda: found.extend(cursor.fetch(1)), lambda: held.fetch(1)
        )
        assert found == [(0, 0)]

    def test_lock_without_a_transaction_too(self, engine: Engine) -> None:
        one, two = SQLClient(engine, "unlogdb"), SQLClient(engine, "unlogdb")
        one.do("CREATE TABLE t (k INT PRIMARY KEY, v INT)")
        one.do("INSERT INTO t VALUES (1, 1)")
        cursor = opened(one, FOR_UPDATE)
        cursor.fetch(1)
        assert change(two, 1) == KEYED_LOCKED
        one.do("UPDATE t SET v = 2 WHERE CURRENT OF c")
        one.session.close()
        assert change(two, 1) == (0, 0)

    def test_held_ones_lock_anew_after_commit(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        cursor = opened(one, FOR_UPDATE, hold=True)
        cursor.fetch(1)
        one.session.commit()
        assert change(two, 0) == (0, 0)
        cursor.fetch(1)
        assert change(two, 1) == KEYED_LOCKED


class TestRepeatableRead:
    @pytest.fixture(autouse=True)
    def isolate(self, one: SQLClient) -> None:
        one.do("SET ISOLATION TO REPEATABLE READ")

    def test_keeps_what_was_read_by_key(
        self, one: SQLClient, two: SQLClient, three: SQLClient
    ) -> None:
        assert one.rows("SELECT v FROM t WHERE k = 1") == [(10,)]
        assert change(two, 1) == (-346, -107)
        assert two.codes("DELETE FROM t WHERE k = 1") == (-240, -107)
        assert change(two, 2) == (0, 0)
        two.do("INSERT INTO t VALUES (9, 9)")
        assert three.rows("SELECT v FROM t WHERE k = 1") == [(10,)]
        one.session.commit()
        assert change(two, 1) == (0, 0)

    def test_keeps_a_table_read_through(self, one: SQLClient, two: SQLClient) -> None:
        one.rows("SELECT COUNT(*) FROM t WHERE v > 15")
        assert change(two, 1) == (-244, -113)
        assert two.codes("INSERT INTO t VALUES (9, 9)") == (-271, -113)
        assert two.rows("SELECT v FROM t WHERE k = 1") == [(10,)]
        one.session.rollback()
        assert change(two, 1) == (0, 0)

    def test_keeps_the_tables_of_subqueries(
        self, one: SQLClient, two: SQLClient, three: SQLClient
    ) -> None:
        three.do("CREATE TABLE a_first (n INT)")
        three.do("INSERT INTO a_first VALUES (1)")
        query = "SELECT v FROM t WHERE EXISTS (SELECT 1 FROM a_first) AND k = 1"
        assert one.rows(query) == [(10,)]
        assert two.codes("DELETE FROM a_first") == (-244, -113)
        assert change(two, 1) == (-346, -107)
        assert change(two, 2) == (0, 0)

    def test_keeps_what_was_not_there(self, one: SQLClient, two: SQLClient) -> None:
        assert one.rows("SELECT v FROM t WHERE k = 9") == []
        assert two.codes("INSERT INTO t VALUES (9, 9)") == (-271, -113)

    def test_reads_nothing_that_may_vanish(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        two.do("INSERT INTO t VALUES (9, 9)")
        assert one.codes("SELECT COUNT(*) FROM t WHERE v > 15") == SCAN_LOCKED
        assert one.rows("SELECT v FROM t WHERE k = 1") == [(10,)]

    def test_two_readers_who_write_are_a_deadlock(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        two.do("SET ISOLATION TO REPEATABLE READ")
        for client in (one, two):
            client.do("SET LOCK MODE TO WAIT 30")
            client.rows("SELECT v FROM t WHERE k = 1")

        def run_into_it() -> None:
            assert change(two, 1) == (-346, -143)
            two.session.rollback()

        run_while_waiting(one, lambda: change(one, 1), run_into_it)
        one.session.commit()
        assert two.rows("SELECT v FROM t WHERE k = 1") == [(11,)]

    def test_is_over_with_the_statement_outside_transactions(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        one.session.commit()
        one.rows("SELECT v FROM t")
        assert change(two, 1) == (0, 0)


class TestCursorStability:
    @pytest.fixture(autouse=True)
    def isolate(self, one: SQLClient) -> None:
        one.do("SET ISOLATION TO CURSOR STABILITY")

    def test_keeps_the_current_row(self, one: SQLClient, two: SQLClient) -> None:
        cursor = opened(one, "SELECT k FROM t")
        assert cursor.fetch(2) == [(0,), (1,)]
        assert change(two, 0) == (0, 0)
        assert change(two, 1) == (-346, -107)
        assert cursor.fetch(1) == [(2,)]
        assert change(two, 1) == (0, 0)
        assert cursor.fetch(9) == [(3,)]
        assert cursor.fetch(9) == []
        assert change(two, 3) == (0, 0)

    def test_reads_committed_rows_only(self, one: SQLClient, two: SQLClient) -> None:
        cursor = opened(one, "SELECT k, v FROM t")
        change(two, 0)
        assert fetch_code(cursor) == SCAN_LOCKED
        two.session.commit()
        assert cursor.fetch(1) == [(0, 1)]

    def test_rows_may_be_shared(self, one: SQLClient, two: SQLClient) -> None:
        two.do("SET ISOLATION TO CURSOR STABILITY")
        mine, others = opened(one, "SELECT k FROM t"), opened(two, FOR_UPDATE)
        assert mine.fetch(1) == [(0,)]
        assert others.fetch(1) == [(0, 0)]  # an update lock is no hindrance yet
        assert two.codes("UPDATE t SET v = 1 WHERE CURRENT OF c") == (-346, -107)
        mine.close()
        two.do("UPDATE t SET v = 1 WHERE CURRENT OF c")

    def test_joins_and_groups_have_no_current_row(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        cursor = opened(one, "SELECT DISTINCT a.v FROM t a, t b WHERE a.k = b.k")
        assert cursor.fetch(1) == [(0,)]
        assert change(two, 0) == (0, 0)


class TestLockTable:
    def test_meets_row_locks(self, one: SQLClient, two: SQLClient) -> None:
        cursor = opened(one, FOR_UPDATE)
        cursor.fetch(1)
        for mode in ("SHARE", "EXCLUSIVE"):
            assert two.codes(f"LOCK TABLE t IN {mode} MODE") == (-289, -113)
        cursor.close()
        one.do("SET ISOLATION TO REPEATABLE READ")
        one.rows("SELECT v FROM t WHERE k = 1")
        two.do("LOCK TABLE t IN SHARE MODE")
        assert two.codes("LOCK TABLE t IN EXCLUSIVE MODE") == (-289, -113)

    def test_exclusive_hides_the_table_but_from_dirty_readers(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        one.do("LOCK TABLE t IN EXCLUSIVE MODE")
        assert two.codes("SELECT k FROM t") == (-244, -113)
        two.do("SET ISOLATION TO DIRTY READ")
        assert len(two.rows("SELECT k FROM t")) == 4

    def test_two_who_share_cannot_write(self, one: SQLClient, two: SQLClient) -> None:
        for client in (one, two):
            client.do("LOCK TABLE t IN SHARE MODE")
        assert change(one, 1) == (-244, -113)
        two.session.rollback()
        assert change(one, 1) == (0, 0)


class TestCodes:
    def test_a_deleted_key_is_locked_a_changed_row_is(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        one.do("DELETE FROM t WHERE k = 1")
        one.do("UPDATE t SET v = 0 WHERE k = 2")
        assert two.codes("SELECT v FROM t WHERE k = 1") == (-245, -144)
        assert two.codes("SELECT v FROM t WHERE k = 2") == KEYED_LOCKED
        assert two.codes("SELECT v FROM t WHERE v = 10") == SCAN_LOCKED

    def test_time_is_up(self, one: SQLClient, two: SQLClient) -> None:
        cursor = opened(one, FOR_UPDATE)
        cursor.fetch(1)
        two.do("SET LOCK MODE TO WAIT 1")
        assert change(two, 0) == (-246, -154)

    def test_three_sessions_wait_in_a_circle(
        self, one: SQLClient, two: SQLClient, three: SQLClient
    ) -> None:
        clients = (one, two, three)
        three.session.begin()
        for k, client in enumerate(clients):
            client.do("SET LOCK MODE TO WAIT 30")
            assert change(client, k) == (0, 0)

        def close_the_circle() -> None:
            assert change(three, 0) == (-246, -143)
            three.session.rollback()

        def second_waits() -> None:
            run_while_waiting(two, lambda: change(two, 2), close_the_circle)
            two.session.commit()

        run_while_waiting(one, lambda: change(one, 1), second_waits)
        one.session.commit()
        assert three.rows("SELECT v FROM t ORDER BY k") == [(1,), (12,), (21,), (30,)]


class TestUncommittedDDL:
    """Others find the catalog rows of what is being made, changed or dropped locked."""

    CATALOG = (-211, -107)

    def test_a_new_table_is_there_and_locked(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        one.do("CREATE TABLE n (a INT)")
        one.do("INSERT INTO n VALUES (1)")
        assert two.codes("SELECT a FROM n") == self.CATALOG
        assert two.codes("CREATE TABLE n (b INT)") == self.CATALOG
        one.session.commit()
        assert two.rows("SELECT a FROM n") == [(1,)]

    def test_a_dropped_name_stays_taken(
        self, one: SQLClient, two: SQLClient, three: SQLClient
    ) -> None:
        select = three.session.prepare("SELECT k FROM t WHERE k = 1")
        one.do("DROP TABLE t")
        assert one.code("SELECT k FROM t") == -206
        assert two.codes("SELECT k FROM t") == self.CATALOG
        assert two.codes("CREATE TABLE t (a INT)") == self.CATALOG
        with pytest.raises(SQLError, match="-211"):
            select.open([])
        one.session.rollback()
        assert select.open([]).fetch(5) == [(1,)]
        assert two.rows("SELECT k FROM t WHERE k = 1") == [(1,)]

    def test_a_dropped_name_is_free_for_the_one_who_dropped_it(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        one.do("SAVEPOINT s")
        one.do("DROP TABLE t")
        one.do("CREATE TABLE t (a INT)")
        assert one.rows("SELECT a FROM t") == []
        assert two.codes("SELECT a FROM t") == self.CATALOG
        one.do("ROLLBACK TO SAVEPOINT s")
        assert len(one.rows("SELECT k FROM t")) == 4
        one.do("DROP TABLE t")
        one.do("CREATE TABLE t (a INT)")
        one.session.commit()
        assert two.rows("SELECT a FROM t") == []

    def test_an_altered_table_is_locked(self, one: SQLClient, two: SQLClient) -> None:
        one.do("ALTER TABLE t ADD (extra INT)")
        assert two.codes("SELECT k FROM t") == self.CATALOG
        one.session.rollback()
        assert two.rows("SELECT * FROM t WHERE k = 1") == [(1, 10)]

    def test_waiting_sees_the_outcome(self, one: SQLClient, two: SQLClient) -> None:
        two.do("SET LOCK MODE TO WAIT 30")
        one.do("CREATE TABLE n (a INT)")
        found: list[object] = []
        run_while_waiting(
            two, lambda: found.append(two.rows("SELECT a FROM n")), one.session.commit
        )
        assert found == [[]]
        one.session.begin()
        one.do("DROP TABLE n")
        run_while_waiting(
            two, lambda: found.append(two.code("DROP TABLE n")), one.session.commit
        )
        assert found == [[], -206]

    def test_ddl_needs_the_table_for_itself(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        cursor = opened(one, FOR_UPDATE)
        cursor.fetch(1)
        for statement in (
            "DROP TABLE t",
            "ALTER TABLE t ADD (extra INT)",
            "CREATE INDEX i ON t (v)",
        ):
            assert two.codes(statement) == (-242, -106)
        cursor.close()
        two.do("CREATE INDEX i ON t (v)")


@pytest.mark.parametrize(
    "undone", ["DELETE FROM t WHERE k = 9", "UPDATE t SET k = 8 WHERE k = 9"]
)
@pytest.mark.parametrize("commit", [True, False])
def test_key_that_is_gone_again_stays_locked(
    one: SQLClient, two: SQLClient, undone: str, commit: bool
) -> None:
    insert = "INSERT INTO t VALUES (9, 90)"
    one.do(insert)
    one.do(undone)
    assert two.codes(insert) == (-271, -144)
    assert two.codes("SELECT v FROM t WHERE k = 9")[1] in (-107, -144)
    assert one.rows("SELECT v FROM t WHERE k = 9") == []
    one.do(insert)
    one.do("DELETE FROM t WHERE k > 7")
    one.session.set_savepoint("s")
    one.do(insert)
    one.do(undone)
    one.session.rollback("s")
    assert one.rows("SELECT k FROM t WHERE k > 7") == []
    (one.session.commit if commit else one.session.rollback)()
    two.do(insert)
    assert two.rows("SELECT k FROM t WHERE k > 7") == [(9,)]
