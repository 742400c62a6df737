"""Data directories: what an emulator keeps for the next one, killed or not."""

from __future__ import annotations

import datetime
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from engine_client import SQLClient

import informix_db
from informix_db.testing import Server
from informix_db.testing.api import DataDirectoryError, SQLError
from informix_db.testing.engine import Engine
from informix_db.testing.sql.persistence import FILE_NAME

_WRITER = """
import sys
from informix_db.testing import Server

with Server(data=sys.argv[1]) as server:
    print(server.port, flush=True)
    sys.stdin.read()
"""


@contextmanager
def opened(directory: Path, database: str = "testdb") -> Iterator[SQLClient]:
    engine = Engine(data=directory)
    try:
        yield SQLClient(engine, database)
    finally:
        engine.close()


def killed(directory: Path, copy: Path, work: Callable[[SQLClient], None]) -> Path:
    """Return a copy of the directory as a server killed after `work` leaves it."""
    with opened(directory) as client:
        work(client)
        copy.mkdir()
        for path in directory.iterdir():
            (copy / path.name).write_bytes(path.read_bytes())
    return copy


def test_everything_is_there_again(tmp_path: Path) -> None:
    with opened(tmp_path) as one:
        for statement in (
            "CREATE TABLE p (k INT PRIMARY KEY, d DATE DEFAULT TODAY)",
            "CREATE TABLE t (s SERIAL(10), k INT REFERENCES p(k) ON DELETE CASCADE, "
            "v VARCHAR(20) DEFAULT 'x' NOT NULL, m DECIMAL(8,2) CHECK (m > 0))",
            "CREATE UNIQUE INDEX i ON t (v DESC, k)",
            "CREATE TABLE log (k INT)",
            "CREATE TRIGGER tr DELETE ON p REFERENCING OLD AS o "
            "FOR EACH ROW (INSERT INTO log VALUES (o.k))",
            "CREATE VIEW w AS SELECT t.v, p.d FROM t, p WHERE t.k = p.k AND m > 1.5",
            "CREATE VIEW tables AS SELECT tabname FROM systables WHERE tabid > 99",
            "CREATE SYNONYM y FOR t",
            "CREATE SEQUENCE q START WITH 7",
            "CREATE ROW TYPE pair (a INT, b VARCHAR(5))",
            "CREATE TABLE typed (r pair, s SET(INT NOT NULL))",
            "INSERT INTO typed VALUES (ROW(1, 'x')::pair, SET{3, 4})",
            "GRANT SELECT ON t TO bob",
            "CREATE FUNCTION twice(n INT DEFAULT 3) RETURNING INT; "
            "RETURN n * 2; END FUNCTION",
            "INSERT INTO p VALUES (1, DATE('05/06/2026'))",
            "INSERT INTO t (k, v, m) VALUES (1, 'one', 2.25)",
            "INSERT INTO t (k, v, m) VALUES (1, 'two', 3)",
            "DELETE FROM t WHERE v = 'two'",
        ):
            one.do(statement)
        assert one.value("q.NEXTVAL") == 7
        typed = one.rows("SELECT r, s FROM typed")
        assert len(typed) == 1
        one.do("CREATE DATABASE other WITH LOG MODE ANSI")
        one.do("CREATE TABLE away (a INT)")
        one.do("COMMIT WORK")
    with opened(tmp_path) as two:
        assert two.rows("SELECT s, k, v, m FROM y") == [(10, 1, "one", Decimal("2.25"))]
        day = datetime.date(2026, 5, 6)
        assert two.rows("SELECT v, d FROM w") == [("one", day)]
        assert ("t",) in two.rows("SELECT tabname FROM tables")
        assert two.value("q.NEXTVAL") == 8
        assert two.rows("SELECT r, s FROM typed") == typed
        assert two.code("CREATE ROW TYPE pair (a INT)") == -9631
        assert two.value("twice(4)") == 8
        assert two.do("INSERT INTO t (k, v, m) VALUES (1, 'z', 2)").serial == 12
        assert two.code("INSERT INTO t (k, v, m) VALUES (1, 'z', 2)") == -239
        assert two.code("INSERT INTO t (k, v, m) VALUES (9, 'y', 2)") == -691
        assert two.code("INSERT INTO t (k, v, m) VALUES (1, 'y', 0)") == -530
        two.do("DELETE FROM p")
        assert two.rows("SELECT k FROM t") == []
        assert two.rows("SELECT k FROM log") == [(1,)]
        assert two.another("other").rows("SELECT a FROM away") == []
        two.do("CREATE TABLE more (a INT)")
        assert two.rows("SELECT a FROM more") == []


def test_what_was_dropped_stays_away(tmp_path: Path) -> None:
    with opened(tmp_path) as one:
        one.do("CREATE TABLE t (a INT)")
        one.do("CREATE TEMP TABLE temporary (a INT)")
        one.do("DROP TABLE t")
        one.do("DROP DATABASE ansidb")
    with opened(tmp_path) as two:
        assert two.code("SELECT a FROM t") == -206
        assert two.code("SELECT a FROM temporary") == -206
        assert "ansidb" not in two.engine.databases()


class TestKilled:
    """A copy of the files in the middle of work is what a killed server leaves."""

    @pytest.fixture
    def after(self, tmp_path: Path) -> Callable[..., Path]:
        def run(work: Callable[[SQLClient], None]) -> Path:
            return killed(tmp_path / "data", tmp_path / "copy", work)

        return run

    def test_uncommitted_rows_are_undone(self, after: Callable[..., Path]) -> None:
        def work(one: SQLClient) -> None:
            one.do("CREATE TABLE t (k INT PRIMARY KEY, v INT)")
            for k in range(4):
                one.do("INSERT INTO t VALUES (?, 0)", k)
            one.session.begin()
            one.do("UPDATE t SET v = 1 WHERE k < 2")
            one.do("DELETE FROM t WHERE k = 3")
            one.do("INSERT INTO t VALUES (3, 9)")
            one.do("INSERT INTO t VALUES (4, 9)")

        with opened(after(work)) as two:
            assert two.rows("SELECT k, v FROM t") == [(k, 0) for k in range(4)]
            assert two.code("INSERT INTO t VALUES (3, 0)") == -268
            two.do("INSERT INTO t VALUES (4, 0)")

    def test_committed_rows_are_there(self, after: Callable[..., Path]) -> None:
        def work(one: SQLClient) -> None:
            one.session.begin()
            one.do("CREATE TABLE t (s SERIAL, v INT)")
            one.do("INSERT INTO t VALUES (0, 1)")
            one.do("INSERT INTO t VALUES (0, 2)")
            one.do("DELETE FROM t WHERE v = 2")
            one.session.commit()

        with opened(after(work)) as two:
            assert two.rows("SELECT s, v FROM t") == [(1, 1)]
            assert two.do("INSERT INTO t VALUES (0, 3)").serial == 3

    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE n (a INT)",
            "DROP TABLE t",
            "ALTER TABLE t ADD (extra INT DEFAULT 5 BEFORE v)",
            "ALTER TABLE t DROP (v)",
            "CREATE UNIQUE INDEX other ON t (v)",
            "DROP INDEX i",
            "TRUNCATE TABLE t",
            "RENAME INDEX i TO j",
            "GRANT SELECT ON t TO bob",
            "DROP VIEW w",
        ],
    )
    @pytest.mark.parametrize("commit", [False, True])
    def test_ddl_is_done_if_committed(
        self, after: Callable[..., Path], statement: str, commit: bool
    ) -> None:
        told: list[object] = []

        def make(one: SQLClient) -> None:
            one.do("CREATE TABLE t (k INT PRIMARY KEY, v INT)")
            one.do("CREATE UNIQUE INDEX i ON t (v, k)")
            one.do("CREATE VIEW w AS SELECT v FROM t")
            one.do("INSERT INTO t VALUES (1, 10)")
            if not commit:
                told.append(looks(one))
            one.session.begin()
            one.do(statement)
            if commit:
                one.session.commit()
                told.append(looks(one))

        with opened(after(make)) as two:
            assert looks(two) == told[0]
            two.do("CREATE TABLE fresh (a INT)")
            two.do("INSERT INTO fresh VALUES (1)")
            assert two.rows("SELECT a FROM fresh") == [(1,)]

    def test_ddl_outside_transactions(self, after: Callable[..., Path]) -> None:
        def work(one: SQLClient) -> None:
            one.do("CREATE TABLE t (a INT)")
            one.do("INSERT INTO t VALUES (1)")
            one.do("ALTER TABLE t ADD (b INT DEFAULT 2)")

        with opened(after(work)) as two:
            assert two.rows("SELECT a, b FROM t") == [(1, 2)]

    def test_large_objects(self, after: Callable[..., Path]) -> None:
        locators: list[bytes] = []

        def work(one: SQLClient) -> None:
            objects = one.session.large_objects
            locators.append(objects.create(b"first"))
            one.do("CREATE TABLE t (a INT)")
            objects.contents(locators[0])[:] = b"changed"
            objects.changed(locators[0])
            one.do("INSERT INTO t VALUES (1)")

        with opened(after(work)) as two:
            assert two.session.large_objects.contents(locators[0]) == b"changed"
            assert two.session.large_objects.create() != locators[0]


def looks(client: SQLClient) -> object:
    """Return tables, columns, indexes, privileges and rows as far as they show."""
    catalog = [
        client.rows(f"SELECT {columns} FROM {table} WHERE tabid > 99 ORDER BY 1, 2, 3")
        for table, columns in (
            ("systables", "tabid, tabname, nindexes, ncols"),
            ("syscolumns", "tabid, colno, colname, coltype"),
            ("sysindexes", "tabid, idxname, idxtype, part1, part2"),
            ("systabauth", "tabid, grantee, tabauth"),
        )
    ]
    try:
        return catalog, client.rows("SELECT * FROM t")
    except SQLError as error:
        return catalog, error.sqlcode


def test_the_catalog_is_changed_by_one_transaction_at_a_time(tmp_path: Path) -> None:
    with opened(tmp_path) as one:
        two = one.another()
        one.session.begin()
        one.do("CREATE TABLE a (n INT)")
        assert two.codes("CREATE TABLE b (n INT)") == (-211, -107)
        assert two.codes("CREATE DATABASE d") == (-211, -107)
        two.do("CREATE TEMP TABLE b (n INT)")
        two.do("INSERT INTO b VALUES (1)")
        one.session.rollback()
        two.do("CREATE TABLE a (n INT)")


class TestRefused:
    def test_a_directory_in_use(self, tmp_path: Path) -> None:
        with opened(tmp_path), pytest.raises(DataDirectoryError, match="in use"):
            Engine(data=tmp_path)
        with opened(tmp_path):
            pass

    def test_another_format(self, tmp_path: Path) -> None:
        with opened(tmp_path):
            pass
        with sqlite3.connect(tmp_path / FILE_NAME) as connection:
            connection.execute("PRAGMA user_version = 99")
        connection.close()
        with pytest.raises(DataDirectoryError, match=r"format 99;.* format 1 only"):
            Engine(data=tmp_path)

    def test_another_programs_file(self, tmp_path: Path) -> None:
        with sqlite3.connect(tmp_path / FILE_NAME) as connection:
            connection.execute("CREATE TABLE t (a)")
        connection.close()
        with pytest.raises(DataDirectoryError, match="no data of the emulator"):
            Engine(data=tmp_path)
        (tmp_path / FILE_NAME).write_bytes(b"text, and more of it " * 100)
        with pytest.raises(DataDirectoryError, match="no data of the emulator"):
            Engine(data=tmp_path)

    @pytest.mark.parametrize(
        "text", ["[", "{}", '{"databases":[{"@":0}],"objects":[["os:system",{}]]}']
    )
    def test_a_catalog_of_something_else(self, tmp_path: Path, text: str) -> None:
        with opened(tmp_path):
            pass
        with sqlite3.connect(tmp_path / FILE_NAME) as connection:
            connection.execute("UPDATE emulator_state SET value=?", (text,))
        connection.close()
        with pytest.raises(DataDirectoryError, match="cannot be read"):
            Engine(data=tmp_path)


def test_servers_have_directories(tmp_path: Path) -> None:
    for expected in (0, 1):
        with Server(data=tmp_path) as server:
            arguments = {"host": server.host, "port": server.port}
            with informix_db.connect(
                database="testdb", user="informix", password="in4mix", **arguments
            ) as conn:
                cursor = conn.cursor()
                cursor.execute("CREATE TABLE IF NOT EXISTS t (a INT, b CLOB)")
                count = cursor.execute("SELECT COUNT(*) FROM t").fetchone()
                assert count == (expected,)
                cursor.execute("INSERT INTO t VALUES (1, NULL)")
                conn.commit()


@pytest.mark.parametrize("seed", range(2))
def test_kill_in_a_storm_of_writes(tmp_path: Path, seed: int) -> None:
    """Every transaction that was confirmed is there, whole; of the others, at most
    the one each writer was waiting for."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    confirmed = [0, 0]
    with connected(port) as conn:
        conn.cursor().execute("CREATE TABLE t (who INT, n INT, part INT)")
        conn.commit()
    enough = threading.Event()
    wanted = random.Random(seed).randint(20, 120)

    def write(who: int) -> None:
        try:
            with connected(port) as conn:
                cursor = conn.cursor()
                for n in range(1, 100_000):
                    for part in range(3):
                        cursor.execute("INSERT INTO t VALUES (?, ?, ?)", (who, n, part))
                    conn.commit()
                    confirmed[who] = n
                    if sum(confirmed) >= wanted:
                        enough.set()
        except informix_db.Error:
            enough.set()

    threads = [threading.Thread(target=write, args=(who,)) for who in (0, 1)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    for thread in threads:
        thread.join(30)
    process.communicate()
    with opened(tmp_path) as client:
        for who, last in enumerate(confirmed):
            rows = client.rows(
                "SELECT n, COUNT(*) FROM t WHERE who = ? GROUP BY n", who
            )
            assert all(count == 3 for _, count in rows)
            numbers = sorted(n for n, _ in rows)
            assert numbers == list(range(1, len(numbers) + 1))
            assert len(numbers) in (last, last + 1)


def connected(port: int) -> informix_db.Connection:
    return informix_db.connect(
        host="127.0.0.1",
        port=port,
        database="testdb",
        user="informix",
        password="in4mix",
    )


def test_the_command_line_takes_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "informix_db.testing", "--port", "0"]
    with opened(tmp_path):
        result = subprocess.run(
            [*command, "--data", os.fspath(tmp_path)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert result.returncode == 1
    assert "in use by another server" in result.stderr
    assert "Traceback" not in result.stderr
