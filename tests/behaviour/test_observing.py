"""Observers and the log: what they are told, and what they are not."""

from __future__ import annotations

import logging
import threading
from decimal import Decimal
from typing import Any

import pytest

import informix_db
from informix_db.observe import Operation
from informix_db.testing import Server

from .conftest import BOTH, SYNC, Connect

MODES = BOTH


class Witness:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[Operation] = []

    def begin(self, operation: Operation) -> None:
        assert operation.duration is None
        operation.context = len(self.begun)
        self.begun.append(operation.name)

    def end(self, operation: Operation) -> None:
        assert self.begun[operation.context] == operation.name
        self.ended.append(operation)

    def last(self) -> Operation:
        return self.ended[-1]

    def names(self) -> list[str]:
        return [operation.name for operation in self.ended]


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def watched(connect: Connect, witness: Witness) -> Any:
    return connect(observer=witness)


def test_connecting_is_an_operation(watched: Any, witness: Witness) -> None:
    connected = witness.last()
    assert connected.name == "connect"
    assert connected.round_trips == watched.stats.round_trips == 4
    assert connected.connection == watched.info
    assert watched.info[3:] == ("informix", "testdb", "informix")
    assert connected.sql is None
    assert connected.duration > 0
    watched.close()
    watched.close()
    assert witness.names() == ["connect", "close"]


def test_a_query_and_its_fetches(watched: Any, witness: Witness) -> None:
    cur = watched.cursor()
    sql = "SELECT a.tabid FROM systables a, systables b, systables c WHERE a.tabid > ?"
    cur.execute(sql, (0,))
    executed = witness.last()
    assert (executed.name, executed.sql) == ("execute", sql)
    assert executed.parameters == (0,)
    assert executed.round_trips == 2
    assert executed.rowcount == -1
    rows = cur.fetchall()
    fetches = [each for each in witness.ended if each.name == "fetch"]
    assert fetches
    assert {each.sql for each in fetches} == {sql}
    assert executed.rows_fetched + sum(f.rows_fetched for f in fetches) == len(rows)
    connected, *rest = (each.round_trips for each in witness.ended)
    assert connected + sum(rest) == watched.stats.round_trips


def test_changes_tell_how_many_rows(watched: Any, witness: Witness, table: str) -> None:
    cur = watched.cursor()
    cur.execute(f"CREATE TABLE {table} (a INT)")
    cur.executemany(f"INSERT INTO {table} VALUES (?)", [(1,), (2,), (3,)])
    batch = witness.last()
    assert (batch.name, batch.rowcount) == ("executemany", 3)
    assert batch.sql == f"INSERT INTO {table} VALUES (?)"
    cur.execute(f"UPDATE {table} SET a = a + 1 WHERE a > 1")
    assert witness.last().rowcount == 2
    watched.commit()
    watched.rollback()
    watched.ping()
    assert witness.names()[-3:] == ["commit", "rollback", "ping"]
    assert witness.last().round_trips == 1


@SYNC
def test_names_of_the_other_operations(
    watched: Any, witness: Witness, table: str
) -> None:
    cur = watched.cursor()
    cur.execute(f"CREATE TABLE {table} (b BLOB)")
    with watched.transaction(), watched.savepoint("s"):
        cur.write_blob_column(f"INSERT INTO {table} VALUES (BLOB_PLACEHOLDER)", b"abc")
        assert cur.read_blob_column(f"SELECT b FROM {table}") == b"abc"
        cur.execute(f"SELECT b FROM {table}")
        with cur.fetchone()[0].open() as file:
            assert file.read() == b"abc"
    _ = watched.server_version
    assert witness.names()[2:] == [
        "enter_block",
        "enter_savepoint",
        "write_blob",
        "read_blob",
        "execute",
        "lob_open",
        "lob_read",
        "lob_close",
        "leave_savepoint",
        "leave_block",
        "server_version",
    ]


def test_errors_of_the_server(watched: Any, witness: Witness) -> None:
    with pytest.raises(informix_db.ProgrammingError) as caught:
        watched.cursor().execute("SELECT a FROM no_such_table")
    assert witness.last().error is caught.value
    assert len(witness.begun) == len(witness.ended)


def test_errors_of_the_network(
    connect: Connect, witness: Witness, server: Server
) -> None:
    cur = connect(host=server.host, port=server.port, observer=witness).cursor()
    server.faults.drop_after(0)
    with pytest.raises(informix_db.OperationalError) as caught:
        cur.execute("SELECT tabid FROM systables")
    assert witness.last().error is caught.value


def test_failed_logins(connect: Connect, witness: Witness) -> None:
    with pytest.raises(informix_db.OperationalError) as caught:
        connect(observer=witness, password="wrong")
    assert witness.names() == ["connect"]
    assert witness.last().error is caught.value


@SYNC
def test_the_connection_is_free_when_observers_have_been_told(
    connect: Connect, table: str
) -> None:
    """So that operations of several threads are told one after the other."""
    free: dict[str, bool] = {}

    class Prober(Witness):
        def end(self, operation: Operation) -> None:
            def probe() -> None:
                if conn._lock.acquire(blocking=False):
                    free[operation.name] = True
                    conn._lock.release()

            if operation.name.startswith("execute"):
                free[operation.name] = False
                thread = threading.Thread(target=probe)
                thread.start()
                thread.join()

    conn = connect(observer=Prober())
    cur = conn.cursor()
    cur.execute(f"CREATE TEMP TABLE {table} (n INT)")
    cur.executemany(f"INSERT INTO {table} VALUES (?)", [(1,), (2,)])
    assert free == {"execute": False, "executemany": False}


class Broken:
    """Fails at everything."""

    def begin(self, operation: Operation) -> None:
        raise ValueError("in begin")

    def end(self, operation: Operation) -> None:
        raise ValueError("in end")


def test_what_observers_raise_changes_nothing(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    conn = connect(observer=Broken())
    cur = conn.cursor()
    cur.execute("SELECT FIRST 1 tabid FROM systables")
    assert cur.fetchall() == [(1,)]
    conn.commit()
    failures = [each for each in caplog.records if each.levelname == "ERROR"]
    assert "in begin" in str(failures[0].exc_info)
    assert "in end" in str(failures[1].exc_info)


@pytest.mark.parametrize("observer", [object(), "begin", 1])
def test_observers_have_both_methods(connect: Connect, observer: object) -> None:
    with pytest.raises(informix_db.InterfaceError, match=r"observer has no method"):
        connect(observer=observer)


# -- the log


def lines(caplog: pytest.LogCaptureFixture, name: str) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.name == name]


def test_statements_are_logged_at_debug(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "informix_db")
    conn = connect()
    conn.cursor().execute("SELECT tabid FROM systables WHERE tabname = ?", ("s3cr3t",))
    conn.rollback()
    logged = lines(caplog, "informix_db")
    assert " connect done " in logged[0]
    assert "informix@127.0.0.1" in logged[0]
    assert logged[1].startswith("connection ")
    assert logged[1].endswith("SELECT tabid FROM systables WHERE tabname = ?")
    assert "2 round trips" in logged[1]
    assert " rollback done " in logged[2]
    assert any("received" in each for each in lines(caplog, "informix_db.wire"))
    everything = caplog.text
    assert "s3cr3t" not in everything
    assert "in4mix" not in everything
    assert {each.levelno for each in caplog.records if each.name == "informix_db"} == {
        logging.DEBUG
    }


def test_a_value_that_is_refused_is_not_logged(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "informix_db")
    with pytest.raises(informix_db.DataError, match=r"4E\+907"):
        connect().cursor().execute(
            "SELECT tabid FROM systables WHERE tabid = ?", (Decimal("4E+907"),)
        )
    assert "failed (DataError)" in caplog.text
    assert "E+907" not in caplog.text


def test_nothing_is_logged_by_default(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "informix_db")
    connect().cursor().execute("SELECT tabid FROM systables")
    assert lines(caplog, "informix_db") == lines(caplog, "informix_db.wire") == []


@pytest.mark.parametrize(
    "sql",
    [
        "SET ENCRYPTION PASSWORD 's3cr3t' WITH HINT 'h'",
        'CREATE USER u WITH password\n"s3cr3t"',
        "CREATE USER u WITH PASSWORD 's3cr3t",
        "CONNECT TO 'x' USER 'u' USING 's3cr3t''s'",
        "INSERT INTO nowhere VALUES (Encrypt_AES ('x', 's3cr3t', 'hint'))",
    ],
)
def test_passwords_in_sql_are_not_logged(
    connect: Connect, caplog: pytest.LogCaptureFixture, sql: str
) -> None:
    caplog.set_level(logging.DEBUG, "informix_db")
    conn = connect()
    with pytest.raises(informix_db.Error):
        conn.cursor().execute(sql)
    (logged,) = [each for each in lines(caplog, "informix_db") if "execute" in each]
    assert "s3cr3t" not in logged
    assert "***" in logged


def test_a_log_message_is_one_line(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "informix_db")
    conn = connect()
    forged = "\nCRITICAL root: forged \x1b[2J\u202e\u2028x\x85"
    with pytest.raises(informix_db.Error):
        conn.cursor().execute(f"SELECT 1 FROM systables{forged}")
    (logged,) = [each for each in lines(caplog, "informix_db") if "execute" in each]
    assert len(logged.splitlines()) == 1
    assert r"\nCRITICAL root: forged \x1b[2J\u202e\u2028x\x85" in logged
