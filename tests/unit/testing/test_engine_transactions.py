"""Transactions, isolation and locks between sessions of one engine.

Tags in parentheses are sources that docs/EMULATOR.md lists.
"""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from engine_client import SQLClient, run_while_waiting
from hypothesis import given, settings
from hypothesis import strategies as st

from informix_db.testing.api import SQLError
from informix_db.testing.engine import Engine


@pytest.fixture
def one(sql: SQLClient) -> SQLClient:
    sql.do("CREATE TABLE t (k INT PRIMARY KEY, v VARCHAR(10))")
    sql.do("INSERT INTO t VALUES (1, 'a')")
    sql.do("INSERT INTO t VALUES (2, 'b')")
    return sql


@pytest.fixture
def two(one: SQLClient) -> SQLClient:
    return one.another()


def content(client: SQLClient) -> list[tuple[int, str]]:
    return client.rows("SELECT k, v FROM t")


class TestStates:
    """What each logging mode allows in each state (ERR, DBD)."""

    def test_logged(self, sql: SQLClient) -> None:
        assert sql.session.open_database("testdb") == 0x15
        assert sql.code("COMMIT WORK") == -255
        assert sql.code("ROLLBACK WORK") == -255
        sql.do("BEGIN WORK")
        assert sql.code("BEGIN WORK") == -535
        sql.do("COMMIT WORK")

    def test_unlogged(self, sql: SQLClient) -> None:
        assert sql.session.open_database("unlogdb") == 0x14
        for statement in ("BEGIN WORK", "COMMIT", "ROLLBACK", "SAVEPOINT s"):
            assert sql.code(statement) == -256
        sql.do("CREATE TABLE t (a INT)")
        sql.do("INSERT INTO t VALUES (1)")
        assert sql.another("unlogdb").rows("SELECT a FROM t") == [(1,)]

    def test_ansi(self, sql: SQLClient) -> None:
        """(DBD): a transaction is always open, or about to be."""
        assert sql.session.open_database("ansidb") == 0x17
        sql.do("COMMIT")
        sql.do("BEGIN WORK")
        assert sql.code("BEGIN WORK") == -535
        sql.do("CREATE TABLE t (a INT)")
        sql.do("COMMIT")
        sql.do("INSERT INTO t VALUES (1)")
        sql.do("ROLLBACK")
        assert sql.rows("SELECT a FROM t") == []

    def test_ansi_work_is_rolled_back_at_the_end(self, sql: SQLClient) -> None:
        sql.session.open_database("ansidb")
        sql.do("CREATE TABLE t (a INT)")
        sql.session.close()
        assert SQLClient(sql.engine, "ansidb").code("SELECT a FROM t") == -206

    def test_an_error_leaves_the_transaction_open(self, one: SQLClient) -> None:
        """(ERR -268)"""
        one.session.begin()
        one.do("INSERT INTO t VALUES (3, 'c')")
        assert one.code("INSERT INTO t VALUES (1, 'x')") == -268
        assert one.code("SELEC") == -201
        one.session.commit()
        assert content(one) == [(1, "a"), (2, "b"), (3, "c")]

    def test_closing_a_session_rolls_back(self, one: SQLClient, two: SQLClient) -> None:
        one.session.begin()
        one.do("DELETE FROM t")
        one.session.close()
        assert content(two) == [(1, "a"), (2, "b")]
        with pytest.raises(SQLError):
            one.session.begin()


class TestRollback:
    def test_everything_comes_back_in_place(self, one: SQLClient) -> None:
        one.session.begin()
        one.do("UPDATE t SET v = 'x' WHERE k = 1")
        one.do("UPDATE t SET v = 'y' WHERE k = 1")
        one.do("DELETE FROM t WHERE k = 2")
        one.do("INSERT INTO t VALUES (2, 'new')")
        one.do("INSERT INTO t VALUES (3, 'c')")
        assert content(one) == [(1, "y"), (2, "new"), (3, "c")]
        one.session.rollback()
        assert content(one) == [(1, "a"), (2, "b")]

    def test_ddl_is_undone(self, one: SQLClient, two: SQLClient) -> None:
        """(4JS-msv_015)"""
        one.session.begin()
        one.do("CREATE TABLE n (a INT)")
        one.do("INSERT INTO n VALUES (1)")
        assert two.code("SELECT * FROM n") == -211
        one.do("DROP TABLE t")
        one.session.rollback()
        assert one.code("SELECT * FROM n") == -206
        assert content(two) == [(1, "a"), (2, "b")]

    def test_committed_ddl_is_seen(self, one: SQLClient, two: SQLClient) -> None:
        one.session.begin()
        one.do("CREATE TABLE n (a INT)")
        one.do("DROP TABLE t")
        one.session.commit()
        assert two.rows("SELECT * FROM n") == []
        assert two.code("SELECT * FROM t") == -206

    def test_rowids_survive_an_update(self, one: SQLClient) -> None:
        before = one.rows("SELECT ROWID, k FROM t")
        one.session.begin()
        one.do("UPDATE t SET v = 'x'")
        assert one.rows("SELECT ROWID, k FROM t") == before
        one.session.rollback()
        assert one.rows("SELECT ROWID, k FROM t") == before


class TestSavepoints:
    """(SQS-2008, SQS-2009)"""

    def test_go_back_to_one(self, one: SQLClient) -> None:
        one.session.begin()
        one.do("UPDATE t SET v = 'x' WHERE k = 1")
        one.do("SAVEPOINT a")
        one.do("UPDATE t SET v = 'y'")
        one.do("INSERT INTO t VALUES (3, 'c')")
        one.do("CREATE TABLE n (a INT)")
        one.do("ROLLBACK TO SAVEPOINT a")
        assert content(one) == [(1, "x"), (2, "b")]
        assert one.code("SELECT * FROM n") == -206
        one.do("DELETE FROM t WHERE k = 1")
        one.do("ROLLBACK TO SAVEPOINT")
        one.do("COMMIT WORK")
        assert content(one) == [(1, "x"), (2, "b")]

    def test_nest(self, one: SQLClient) -> None:
        one.session.begin()
        for number, name in enumerate("abc", 3):
            one.session.set_savepoint(name)
            one.do("INSERT INTO t VALUES (?, ?)", number, name)
        one.session.rollback("b")
        assert [k for k, _ in content(one)] == [1, 2, 3]
        assert one.code("ROLLBACK TO SAVEPOINT c") == -26076
        one.session.rollback("a")
        one.session.commit()
        assert [k for k, _ in content(one)] == [1, 2]

    def test_move_unless_unique(self, one: SQLClient) -> None:
        one.session.begin()
        one.do("SAVEPOINT a")
        one.do("DELETE FROM t WHERE k = 1")
        one.do("SAVEPOINT a")
        one.do("DELETE FROM t")
        one.do("ROLLBACK TO SAVEPOINT a")
        assert content(one) == [(2, "b")]
        one.do("SAVEPOINT u UNIQUE")
        assert one.code("SAVEPOINT u") == -26074

    def test_release(self, one: SQLClient) -> None:
        one.session.begin()
        one.do("SAVEPOINT a")
        one.do("SAVEPOINT b")
        one.session.release_savepoint("a")
        assert one.code("RELEASE SAVEPOINT b") == -26075
        one.session.rollback()
        assert one.code("SAVEPOINT a") == -26074  # no transaction


class TestIsolation:
    def test_committed_read_meets_locks(self, one: SQLClient, two: SQLClient) -> None:
        """(5.4): NOT WAIT, so -107 under a read error."""
        one.session.begin()
        one.do("UPDATE t SET v = 'x' WHERE k = 1")
        assert two.codes("SELECT * FROM t") == (-244, -107)
        assert two.rows("SELECT v FROM t WHERE k = 2") == [("b",)]
        one.session.commit()
        assert content(two) == [(1, "x"), (2, "b")]

    def test_last_committed_reads_past_them(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        two.do("SET ISOLATION TO COMMITTED READ LAST COMMITTED")
        one.session.begin()
        one.do("UPDATE t SET v = 'x' WHERE k = 1")
        one.do("DELETE FROM t WHERE k = 2")
        one.do("INSERT INTO t VALUES (3, 'c')")
        assert content(two) == [(1, "a"), (2, "b")]
        assert content(one) == [(1, "x"), (3, "c")]
        one.session.commit()
        assert content(two) == [(1, "x"), (3, "c")]

    def test_uselastcommitted(self, one: SQLClient, two: SQLClient) -> None:
        two.do("SET ENVIRONMENT USELASTCOMMITTED 'ALL'")
        one.session.begin()
        one.do("DELETE FROM t")
        assert content(two) == [(1, "a"), (2, "b")]

    def test_dirty_read_sees_everything(self, one: SQLClient, two: SQLClient) -> None:
        two.do("SET ISOLATION TO DIRTY READ")
        one.session.begin()
        one.do("UPDATE t SET v = 'x' WHERE k = 1")
        one.do("DELETE FROM t WHERE k = 2")
        assert content(two) == [(1, "x")]

    def test_outer_joins_see_versions_too(self, one: SQLClient, two: SQLClient) -> None:
        two.do("SET ISOLATION TO COMMITTED READ LAST COMMITTED")
        one.session.begin()
        one.do("DELETE FROM t WHERE k = 2")
        one.do("INSERT INTO t VALUES (3, 'c')")
        joined = "SELECT a.k, b.k FROM t a {} JOIN t b ON a.k + 1 = b.k ORDER BY 1, 2"
        assert two.rows(joined.format("LEFT")) == [(1, 2), (2, None)]
        assert one.rows(joined.format("LEFT")) == [(1, None), (3, None)]
        assert two.rows(joined.format("RIGHT")) == [(None, 1), (1, 2)]
        assert two.rows(joined.format("FULL")) == [(None, 1), (1, 2), (2, None)]

    def test_unlogged_databases_have_dirty_read_only(self, sql: SQLClient) -> None:
        """(DDI-153)"""
        client = sql.another("unlogdb")
        client.do("SET ISOLATION TO DIRTY READ")
        assert client.code("SET ISOLATION TO COMMITTED READ") == -256


class TestConflicts:
    def test_writers_do_not_overwrite(self, one: SQLClient, two: SQLClient) -> None:
        one.session.begin()
        one.do("UPDATE t SET v = 'x' WHERE k = 1")
        for isolation in ("DIRTY READ", "COMMITTED READ LAST COMMITTED"):
            two.do(f"SET ISOLATION TO {isolation}")
            assert two.codes("UPDATE t SET v = 'y' WHERE k = 1") == (-246, -107)
            assert two.codes("DELETE FROM t") == (-244, -107)
            two.do("UPDATE t SET v = 'y' WHERE k = 2")
        one.session.rollback()
        assert content(one) == [(1, "a"), (2, "y")]

    def test_a_key_deleted_or_inserted_elsewhere_is_locked(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        one.session.begin()
        one.do("DELETE FROM t WHERE k = 1")
        one.do("INSERT INTO t VALUES (3, 'c')")
        two.session.begin()
        for key in (1, 3):
            assert two.codes("INSERT INTO t VALUES (?, 'z')", key) == (-271, -144)
            update = "UPDATE t SET k = ? WHERE k = 2"
            assert two.codes(update, key) == (-271, -144)
        one.session.rollback()
        assert two.codes("INSERT INTO t VALUES (1, 'z')") == (-268, -100)
        two.do("INSERT INTO t VALUES (3, 'z')")
        two.session.commit()
        assert [k for k, _ in content(one)] == [1, 2, 3]

    def test_waiting_ends_with_the_others_transaction(
        self, one: SQLClient, two: SQLClient
    ) -> None:
        two.do("SET LOCK MODE TO WAIT 30")
        one.session.begin()
        one.do("UPDATE t SET v = v || 'x' WHERE k = 1")
        run_while_waiting(
            two, lambda: two.do("UPDATE t SET v = v || 'y'"), one.session.commit
        )
        assert content(one) == [(1, "axy"), (2, "by")]

    def test_waiting_ends_in_time(self, one: SQLClient, two: SQLClient) -> None:
        two.do("SET LOCK MODE TO WAIT 1")
        one.session.begin()
        one.do("DELETE FROM t")
        assert two.codes("SELECT * FROM t") == (-244, -154)

    def test_a_deadlock_is_found(self, one: SQLClient, two: SQLClient) -> None:
        for client in (one, two):
            client.do("SET LOCK MODE TO WAIT")
            client.session.begin()
        one.do("UPDATE t SET v = '1' WHERE k = 1")
        two.do("UPDATE t SET v = '2' WHERE k = 2")

        def run_into_it() -> None:
            assert two.codes("UPDATE t SET v = '2' WHERE k = 1") == (-246, -143)
            two.session.rollback()

        run_while_waiting(
            one, lambda: one.do("UPDATE t SET v = '1' WHERE k = 2"), run_into_it
        )
        one.session.commit()
        assert content(two) == [(1, "1"), (2, "1")]

    def test_waiting_can_be_interrupted(self, one: SQLClient, two: SQLClient) -> None:
        two.do("SET LOCK MODE TO WAIT")
        one.session.begin()
        one.do("DELETE FROM t")
        codes: list[int] = []
        run_while_waiting(
            two,
            lambda: codes.append(two.code("SELECT * FROM t")),
            two.session.interrupt,
        )
        assert codes == [-213]

    def test_lock_table(self, one: SQLClient, two: SQLClient) -> None:
        assert one.code("LOCK TABLE t IN SHARE MODE") == -524
        one.session.begin()
        one.do("LOCK TABLE t IN SHARE MODE")
        assert content(two) == [(1, "a"), (2, "b")]
        assert two.codes("INSERT INTO t VALUES (3, 'c')") == (-271, -113)
        assert two.codes("DELETE FROM t") == (-244, -113)
        one.do("LOCK TABLE t IN EXCLUSIVE MODE")
        assert two.codes("SELECT * FROM t") == (-244, -113)
        two.session.begin()
        assert two.codes("LOCK TABLE t IN SHARE MODE") == (-289, -113)
        one.session.commit()
        assert content(two) == [(1, "a"), (2, "b")]

    def test_lock_table_without_logging(self, sql: SQLClient) -> None:
        one, two = sql.another("unlogdb"), sql.another("unlogdb")
        one.do("CREATE TABLE t (a INT)")
        one.do("LOCK TABLE t IN EXCLUSIVE MODE")
        assert two.codes("INSERT INTO t VALUES (1)") == (-271, -113)
        one.do("UNLOCK TABLE t")
        two.do("INSERT INTO t VALUES (1)")


class TestCursors:
    def test_the_end_of_a_transaction_closes_them(self, one: SQLClient) -> None:
        """(ERR -400)"""
        select = one.session.prepare("SELECT k FROM t")
        for finish in (one.session.commit, one.session.rollback):
            one.session.begin()
            plain, held = select.open([]), select.open([], hold=True)
            assert plain.fetch(1) == [(1,)]
            finish()
            with pytest.raises(SQLError, match="-400"):
                plain.fetch(1)
            assert held.fetch(5) == [(1,), (2,)]

    def test_are_not_disturbed_by_writes(self, one: SQLClient) -> None:
        cursor = one.session.prepare("SELECT k FROM t").open([])
        assert cursor.fetch(1) == [(1,)]
        one.do("DELETE FROM t")
        one.do("INSERT INTO t VALUES (9, 'z')")
        assert cursor.fetch(5) == [(2,)]
        assert cursor.fetch(5) == []

    def test_scroll(self, one: SQLClient) -> None:
        cursor = one.session.prepare("SELECT k FROM t").open([], scroll=True)
        assert cursor.fetch_last() == (2, (2,))
        assert cursor.fetch_at(1) == (1,)
        assert cursor.fetch_at(3) is None
        assert cursor.fetch_at(0) is None
        empty = one.session.prepare("SELECT k FROM t WHERE k > 5").open([])
        assert empty.fetch_last() is None

    def test_scroll_for_update_is_refused(self, one: SQLClient) -> None:
        """(ERR -526)"""
        select = one.session.prepare("SELECT k FROM t FOR UPDATE")
        with pytest.raises(SQLError, match="-526"):
            select.open([], scroll=True)

    def test_a_statement_can_be_opened_twice(self, one: SQLClient) -> None:
        select = one.session.prepare("SELECT k FROM t")
        first, second = select.open([]), select.open([])
        assert first.fetch(1) == [(1,)]
        assert second.fetch(2) == [(1,), (2,)]
        assert first.fetch(1) == [(2,)]


def test_a_running_query_can_be_interrupted(sql: SQLClient) -> None:
    endless = (
        "SELECT COUNT(*) FROM syscolumns a, syscolumns b, syscolumns c, syscolumns d"
    )
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(sql.code(endless)))
    thread.start()
    while thread.is_alive():
        sql.session.interrupt()
        thread.join(0.01)
    assert codes == [-213]
    assert sql.value("1") == 1  # the session goes on


def test_sessions_run_in_their_own_threads(sql: SQLClient) -> None:
    sql.do("CREATE TABLE t (who INT, n INT)")

    def work(who: int) -> None:
        client = sql.another()
        client.do("SET LOCK MODE TO WAIT 30")
        for n in range(40):
            client.session.begin()
            client.do("INSERT INTO t VALUES (?, ?)", who, n)
            client.session.commit() if n % 2 else client.session.rollback()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sql.rows("SELECT who, COUNT(*) FROM t GROUP BY who ORDER BY who") == [
        (i, Decimal(20)) for i in range(5)
    ]


Steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["begin", "commit", "rollback", "save", "back", "rebuild"]
            + ["insert", "update", "delete", "move"] * 2
        ),
        st.integers(0, 3),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(Steps)
def test_versions_agree_with_a_plain_model(steps: list[tuple[str, int]]) -> None:
    """A dictionary per savepoint is all there is to it."""
    engine = Engine()
    client, observer = SQLClient(engine), SQLClient(engine)
    client.do("CREATE TABLE t (k INT PRIMARY KEY, v INT)")
    observer.do("SET ISOLATION TO COMMITTED READ LAST COMMITTED")
    committed: dict[int, int] = {}
    stack: list[dict[int, int]] = []  # at BEGIN, then at the savepoint
    state: dict[int, int] = {}
    altered = altered_before = False  # and not committed; before the savepoint
    for number, (step, key) in enumerate(steps):
        if step == "begin" and not stack:
            client.session.begin()
            stack = [dict(state)]
        elif step == "commit" and stack:
            client.session.commit()
            stack, altered = [], False
        elif step == "rollback" and stack:
            client.session.rollback()
            state, stack, altered = stack[0], [], False
        elif step == "save" and stack:
            client.session.set_savepoint("s")
            stack, altered_before = [stack[0], dict(state)], altered
        elif step == "back" and len(stack) == 2:
            client.session.rollback("s")
            state, altered = dict(stack[1]), altered_before
        elif step == "insert":
            if key in state:
                assert client.code("INSERT INTO t VALUES (?, 0)", key) == -268
            else:
                client.do("INSERT INTO t VALUES (?, ?)", key, number)
                state[key] = number
        elif step == "update":
            client.do("UPDATE t SET v = ? WHERE k = ?", number, key)
            state = {k: number if k == key else v for k, v in state.items()}
        elif step == "delete":
            client.do("DELETE FROM t WHERE k = ?", key)
            state.pop(key, None)
        elif step == "rebuild":
            client.do("ALTER TABLE t LOCK MODE (ROW)")
            altered = bool(stack)
        elif step == "move":
            client.do("UPDATE t SET k = 3 - k")
            state = {3 - k: v for k, v in state.items()}
        if not stack:
            committed = dict(state)
        query = "SELECT k, v FROM t"
        assert dict(client.rows(query)) == state
        if altered:
            assert observer.codes(query) == (-211, -107)
        else:
            assert dict(observer.rows(query)) == committed
    engine.close()


@pytest.mark.parametrize("temp", ["", "TEMP "])
def test_a_table_whose_drop_was_taken_back_survives_the_commit(temp: str) -> None:
    engine = Engine()
    client = SQLClient(engine)
    client.do(f"CREATE {temp}TABLE t (k INT)")
    client.do("BEGIN WORK")
    client.do("INSERT INTO t VALUES (1)")
    client.do("SAVEPOINT sp")
    client.do("DROP TABLE t")
    client.do("ROLLBACK TO SAVEPOINT sp")
    client.do("COMMIT WORK")
    assert client.rows("SELECT k FROM t") == [(1,)]
    engine.close()
