"""Whatever a connection does can be recorded, run again, and made a test of."""

from __future__ import annotations

import datetime
import io
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import informix_db
from informix_db import CollectionValue, IntervalYM, RowValue
from informix_db._cli.main import main
from informix_db.testing import Server
from informix_db.testing.pam import Question
from informix_db.testing.replay import ReplayServer

from .conftest import BOTH, SYNC, Connect
from .recordings import ENDLESS, MANY, made_test, replayed

MODES = BOTH


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return tmp_path / "session.txt"


# -- what can be repeated


def values(conn: Any, table: str) -> None:
    cur = conn.cursor()
    cur.execute(
        f"CREATE TEMP TABLE {table} (a INTERVAL DAY TO FRACTION(5), "
        "b INTERVAL YEAR TO MONTH, c DATETIME YEAR TO FRACTION(5), "
        "d DATETIME HOUR TO SECOND, e DATE, f DECIMAL(10,2), g FLOAT, h BOOLEAN, "
        "i BIGINT, j LVARCHAR, k SET(INT NOT NULL), l ROW(x INT, y VARCHAR(10)))"
    )
    cur.execute(
        f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            -datetime.timedelta(days=3, microseconds=70),
            IntervalYM(-14),
            datetime.datetime(2024, 2, 29, 12, 30, 1, 20),
            datetime.time(1, 2, 3),
            datetime.date(1999, 12, 31),
            Decimal("-1.50"),
            0.1,
            True,
            2**40,
            "'\\\n\u00e9",
            {3, 1, 2},
            (1, "y"),
        ),
    )
    cur.execute(
        f"INSERT INTO {table} (k, l) VALUES (:s, :r)",
        {"s": CollectionValue("SET", [5]), "r": RowValue({"x": 1, "y": None})},
    )
    cur.execute(f"SELECT * FROM {table}")
    assert len(cur.fetchall()) == 2


def interleaved_cursors(conn: Any, table: str) -> None:
    one, two = conn.cursor(), conn.cursor(hold=True)
    one.execute(MANY)
    two.execute(f"{MANY} -- another")
    for _ in range(2):
        one.fetchmany(1700)
        two.fetchmany(1000)
    one.close()  # with rows left
    three = conn.cursor()
    three.execute(MANY)  # with the statement that has been closed
    three.fetchone()
    del three  # which the driver closes some time
    conn.commit()
    two.fetchall()
    with pytest.raises(informix_db.InterfaceError):
        one.fetchone()


def fetches_that_fail(conn: Any, table: str) -> None:
    cur = conn.cursor()
    cur.execute(MANY)
    conn.commit()
    cur.fetchmany(10)
    with pytest.raises(informix_db.ProgrammingError, match="closed the cursor"):
        cur.fetchall()


def scrolling(conn: Any, table: str) -> None:
    cur = conn.cursor(scrollable=True)
    cur.execute("SELECT tabid, tabname FROM systables ORDER BY 1")
    cur.fetch_last()
    cur.fetch_absolute(3)
    cur.fetchone()
    cur.fetch_prior()
    cur.fetch_relative(-500)
    cur.fetchmany(2)
    cur.scroll(5)
    cur.fetchmany(3)
    cur.fetch_first()
    cur.fetchall()
    assert cur.fetch_absolute(10_000) is None
    kept = conn.cursor()
    kept.execute(MANY)
    kept.fetch_absolute(4000)
    kept.fetch_first()
    kept.fetchall()
    kept.fetch_absolute(-1)


def transactions(conn: Any, table: str) -> None:
    cur = conn.cursor()
    cur.execute(f"CREATE TEMP TABLE {table} (a INT)")
    insert = f"INSERT INTO {table} VALUES (?)"
    with conn.transaction():
        cur.execute(insert, (1,))
        with conn.savepoint("one"):
            cur.execute(insert, (2,))
        with pytest.raises(KeyError), conn.transaction():
            cur.execute(insert, (3,))
            raise KeyError
        with pytest.raises(KeyError), conn.savepoint("two"):
            cur.execute(insert, (4,))
            raise KeyError
    with pytest.raises(informix_db.Error), conn.transaction():
        cur.execute("INSERT INTO no_such_table VALUES (1)")
    conn.commit()
    conn.autocommit = True
    cur.execute(insert, (5,))
    with conn.transaction():
        cur.execute(insert, (6,))
    cur.execute(f"SELECT a FROM {table}")
    assert [a for (a,) in cur.fetchall()] == [1, 2, 5, 6]


def batches(conn: Any, table: str) -> None:
    cur, source = conn.cursor(), conn.cursor()
    cur.execute(f"CREATE TEMP TABLE {table} (a INT, b VARCHAR(30))")
    insert = f"INSERT INTO {table} VALUES (?, ?)"
    cur.executemany(insert, [(n, f"list {n}") for n in range(700)])
    cur.executemany(insert, ([n, None] for n in range(600)))
    cur.executemany(insert, [(n, "put") for n in range(900)], insert_cursor=True)
    cur.executemany(f"UPDATE {table} SET b = :b WHERE a = :a", [{"a": 1, "b": "x"}])
    source.execute(f"SELECT a, b FROM {table}")
    cur.executemany(insert, source)
    assert cur.rowcount == 2200
    with pytest.raises(informix_db.DataError):
        cur.executemany(insert, [(1, "a"), ("one", "b"), (3, "c")])

    def broken() -> Iterator[Any]:
        yield (1, "a")
        raise LookupError

    with pytest.raises(LookupError):
        cur.executemany(insert, broken())
    cur.executemany(insert, iter(()))
    source.execute(MANY)
    conn.commit()
    with pytest.raises(informix_db.ProgrammingError, match="closed the cursor"):
        cur.executemany(insert, source)
    conn.rollback()


def bytes_and_text(conn: Any, table: str) -> None:
    cur = conn.cursor()
    cur.execute(f"CREATE TEMP TABLE {table} (a INT, b BYTE, c TEXT)")
    insert = f"INSERT INTO {table} VALUES (?, ?, ?)"
    cur.execute(insert, (1, b"\x00\xff" * 3000, "text" * 500))
    cur.execute(insert, (2, io.BytesIO(b"file" * 900), io.StringIO("of text")))
    cur.executemany(insert, [(n, bytes([n]) * 2000, None) for n in range(30)])
    cur.execute(f"SELECT a, b, c FROM {table}")
    assert len(cur.fetchall()) == 32


def large_objects(conn: Any, table: str) -> None:
    cur = conn.cursor()
    cur.execute(f"CREATE TEMP TABLE {table} (a INT, b BLOB, c CLOB)")
    insert = f"INSERT INTO {table} VALUES (?, ?, ?)"
    cur.execute(insert, (1, b"blob" * 300, "clob"))
    cur.execute(insert, (2, io.BytesIO(b"of a file"), io.StringIO("of a file")))
    cur.execute(f"SELECT b, c FROM {table}")
    (blob, clob), (other, _) = cur.fetchall()
    with conn.open_large_object(blob) as file:
        assert file.read(3) == b"blo"
        file.seek(-5, 2)
        assert file.readinto(bytearray(10)) == 5
        assert file.size() == 1200
    with conn.open_large_object(clob, "r+") as file:
        file.read()
        file.write(" and more")
        file.truncate(6)
    conn.open_large_object(other).__enter__().read(1)  # and never closed
    conn.commit()


def client_files(conn: Any, table: str) -> None:
    cur = conn.cursor()
    cur.execute(f"CREATE TEMP TABLE {table} (a INT, b BLOB)")
    cur.virtual_files["my.file"] = b"contents"
    cur.execute(f"INSERT INTO {table} VALUES (1, filetoblob('my.file', 'client'))")
    del cur.virtual_files["my.file"]
    cur.execute(f"SELECT lotofile(b, 'out', 'client') FROM {table}")
    cur.fetchall()
    assert list(cur.blob_files.values()) == [b"contents"]
    assert cur.read_blob_column(f"SELECT b FROM {table} WHERE a = ?", (1,))
    update = f"UPDATE {table} SET b = BLOB_PLACEHOLDER WHERE a = ?"
    cur.write_blob_column(update, b"other", (1,))
    with pytest.raises(informix_db.Error):  # there is no such file any more
        cur.execute(f"INSERT INTO {table} VALUES (2, filetoblob('my.file', 'client'))")


def fast_path(conn: Any, table: str) -> None:
    close = "function informix.ifx_lo_close(integer)"
    for _ in range(2):
        with pytest.raises(informix_db.OperationalError):
            conn.fast_path_call(close, 4711)
    with pytest.raises(informix_db.ProgrammingError):
        conn.fast_path_call("function no_such_function(integer)", 1)


def two_phase(conn: Any, table: str) -> None:
    conn.cursor().execute(f"CREATE TABLE {table} (a INT)")
    conn.commit()
    xid = conn.xid(7, table[:60], b"\x00branch")
    conn.tpc_begin(xid)
    conn.cursor().execute(f"INSERT INTO {table} VALUES (1)")
    conn.tpc_prepare()
    assert xid.gtrid in {each.gtrid for each in conn.tpc_recover()}
    conn.tpc_commit()
    conn.tpc_begin(conn.xid(7, "another", "b"))
    conn.tpc_rollback()
    with pytest.raises(informix_db.ProgrammingError):
        conn.tpc_commit(conn.xid(7, "no such", "b"))


def cancelled(conn: Any, table: str) -> None:
    cur = conn.cursor()
    with pytest.raises(informix_db.StatementCancelledError):
        cur.execute(ENDLESS, timeout=0.05)
    cur.execute("SELECT tabid FROM systables WHERE tabid = 1")
    assert cur.fetchall() == [(1,)]


def odds_and_ends(conn: Any, table: str) -> None:
    conn.ping()
    cur = conn.cursor()
    with pytest.raises(informix_db.ProgrammingError):
        cur.execute("SELECT 1 FROM systables", {1})  # nothing of which is sent
    cur.execute("SELECT tabid FROM systables WHERE tabid = ?", [True + 0])
    assert len(conn.server_version) > 10


@pytest.mark.parametrize(
    "use",
    [
        values,
        interleaved_cursors,
        fetches_that_fail,
        scrolling,
        transactions,
        batches,
        bytes_and_text,
        large_objects,
        client_files,
        fast_path,
        two_phase,
        cancelled,
        odds_and_ends,
    ],
)
def test_it_is_repeated(
    connect: Connect,
    mode: str,
    recording: Path,
    table: str,
    capsys: pytest.CaptureFixture[str],
    use: Callable[[Any, str], None],
) -> None:
    conn = connect(record=recording, client_locale="en_US.utf8")
    use(conn, table)
    conn.close()
    if mode == "sync":
        made_test(recording)
    else:
        replayed(recording, capsys)
    with ReplayServer(recording) as server:
        conn = connect(host=server.host, port=server.port, client_locale="en_US.utf8")
        use(conn, table)  # which finds no difference
        conn.close()
    server.check(complete=True)


@SYNC
def test_an_interrupt_is_repeated_where_it_was(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From another thread, in an execute; by the time, a statement that was done."""
    conn = connect(record=recording)
    cur = conn.cursor()
    timer = threading.Timer(0.05, conn.cancel)
    timer.start()
    with pytest.raises(informix_db.StatementCancelledError):
        cur.execute(ENDLESS)
    timer.join()
    conn.ping()
    with pytest.raises(informix_db.StatementCancelledError):
        cur.execute(ENDLESS, timeout=0.05)
    conn.close()
    printed = replayed(recording, capsys)
    assert printed.count("StatementCancelledError") == 2
    made_test(recording)
    # Ctrl-C, and an asyncio task that is cancelled
    for name in ("KeyboardInterrupt", "CancelledError"):
        text = recording.read_text("ascii").replace("StatementCancelledError", name)
        recording.write_text(text, encoding="ascii")
        printed = replayed(recording, capsys)
        assert printed.count("StatementCancelledError") == 2


def test_what_a_pool_does_is_repeated(
    emulator: Any, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with informix_db.create_pool(
        host=emulator.host,
        port=emulator.port,
        user="informix",
        password="in4mix",
        database="testdb",
        min_size=1,
        max_size=1,
        record=recording,
    ) as pool:
        for _ in range(2):
            with pool.connection() as conn:
                conn.autocommit = True
                conn.cursor(hold=True).execute(MANY)
            with pool.connection() as conn:
                conn.cursor().execute(MANY)
    replayed(recording, capsys)
    made_test(recording)


def test_a_connection_that_is_lost_is_lost_again(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Server() as server:
        conn = connect(host=server.host, port=server.port, record=recording)
        cur = conn.cursor()
        server.faults.truncate(20)
        with pytest.raises(informix_db.OperationalError):
            cur.execute("SELECT tabname FROM systables")
        conn.close()
    printed = replayed(recording, capsys)
    assert "OperationalError" in printed
    made_test(recording)


def test_a_login_that_fails_fails_again(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(informix_db.OperationalError, match="-951"):
        connect(record=recording, password="wrong")
    replayed(recording, capsys)
    made_test(recording)
    recording.write_text(
        recording.read_text("ascii").replace("fc49", "fc48"), encoding="ascii"
    )
    assert main(["replay", str(recording)]) == 1
    assert "there is no connection: " in capsys.readouterr().err


def test_questions_at_login_are_asked_again(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = (Question("Token: ", "4711"), Question("Password: "))
    with Server(pam=questions) as server:
        connect(
            host=server.host,
            port=server.port,
            record=recording,
            pam_responder=lambda prompt, style: (
                "4711" if prompt == "Token: " else "in4mix"
            ),
        ).close()
    replayed(recording, capsys)
    made_test(recording)


@SYNC
def test_a_program_that_ran_twice(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(record=recording).close()
    once = recording.read_text("ascii")
    number = int(once[1 : once.index("]")])
    connect(record=recording).ping()
    again = recording.read_text("ascii").replace(f"[{number + 1}]", f"[{number}]")
    recording.write_text(again, encoding="ascii")
    assert main(["replay", str(recording)]) == 0
    assert "ping" not in capsys.readouterr().out
    assert main(["replay", str(recording), "-n", str(number + 1)]) == 0
    assert "ping" in capsys.readouterr().out
    assert main(["replay", str(recording), "-n", "999999"]) == 2
    assert f"in {recording}: {number}, {number + 1}\n" in capsys.readouterr().err
    assert main(["replay", str(recording), "--serve", "-P", "70000"]) == 2
    assert "port must be 0-65535" in capsys.readouterr().err
