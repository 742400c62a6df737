"""Recordings: what is in them, what is not, and that they can be run again."""

from __future__ import annotations

import datetime
import json
import runpy
import stat
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import informix_db
from informix_db._cli import replay as command
from informix_db._cli.main import main
from informix_db._protocol import record as record_module
from informix_db._protocol.redact import redact_sql, tells_secrets
from informix_db.testing import Server
from informix_db.testing.replay import ReplayServer, load_recording

from .conftest import BOTH, SYNC, Connect

MODES = BOTH
PASSWORD = "in4mix"

Recorded = tuple[str, dict[str, Any], dict[str, Any]]  # name, given, outcome


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return tmp_path / "session.txt"


def do_things(conn: Any, table: str) -> list[Any]:
    """Use what a recording can repeat; return what came out."""
    cur = conn.cursor()
    cur.execute(f"CREATE TEMP TABLE {table} (a INT, b VARCHAR(30), c DECIMAL, d DATE)")
    cur.executemany(
        f"INSERT INTO {table} VALUES (?, ?, ?, ?)",
        [(1, "Graz", Decimal("1.50"), None), (2, "Lyon", None, datetime.date.today())],
    )
    cur.execute(f"SELECT a, b, c FROM {table} WHERE a < :top", {"top": 9})
    rows = [cur.fetchone()]
    other = conn.cursor()
    other.execute("SELECT FIRST 900 a.tabid FROM systables a, systables b, systables c")
    rows.append(len(other.fetchmany(700)))
    rows += cur.fetchall()
    with pytest.raises(informix_db.ProgrammingError):
        cur.execute("SELECT a FROM no_such_table")
    other.close()
    conn.rollback()
    return rows


def record(connect: Connect, path: Path, table: str, **arguments: Any) -> list[Any]:
    conn = connect(record=path, **arguments)
    rows = do_things(conn, table)
    conn.close()
    return rows


def test_the_same_program_runs_without_the_server(
    connect: Connect, recording: Path, table: str
) -> None:
    rows = record(connect, recording, table)
    with ReplayServer(recording) as replayed:
        conn = connect(host=replayed.host, port=replayed.port, password="another")
        assert do_things(conn, table) == rows
        conn.close()
    replayed.check()


def test_the_command_runs_it(
    connect: Connect,
    recording: Path,
    table: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    record(connect, recording, table)
    assert main(["replay", str(recording)]) == 0, capsys.readouterr().err
    printed = capsys.readouterr().out
    assert "[-206]" in printed
    assert "(recorded: " not in printed


def test_a_test_is_written(
    connect: Connect, recording: Path, table: str, tmp_path: Path
) -> None:
    record(connect, recording, table, autocommit=True, client_locale="en_US.utf8")
    written = tmp_path / "test_session.py"
    assert main(["replay", str(recording), "--test", str(written)]) == 0
    test = runpy.run_path(str(written))["test_recording"]
    test()
    recording.write_text(
        recording.read_text(encoding="ascii").replace("47726172", "47726174"),
        encoding="ascii",
    )
    written.write_text(
        written.read_text(encoding="utf-8").replace("Graz", "Grab"), encoding="utf-8"
    )
    with pytest.raises((AssertionError, informix_db.OperationalError)):
        runpy.run_path(str(written))["test_recording"]()


def test_a_difference_is_told(connect: Connect, recording: Path, table: str) -> None:
    record(connect, recording, table)
    with ReplayServer(recording) as replayed:
        conn = connect(host=replayed.host, port=replayed.port)
        with pytest.raises(informix_db.OperationalError):
            conn.cursor().execute("SELECT 1 FROM systables")
    with pytest.raises(AssertionError, match=r"request 5 \(execute\) differs"):
        replayed.check()


# -- secrets


def test_passwords_are_not_recorded(
    connect: Connect, recording: Path, table: str
) -> None:
    conn = connect(record=recording)
    cur = conn.cursor()
    cur.execute("SELECT tabid FROM systables WHERE tabname = ?", (PASSWORD,))
    cur.execute(f"SELECT tabid FROM systables WHERE tabname = '{PASSWORD}'")
    with pytest.raises(informix_db.Error):
        cur.execute("SET ENCRYPTION PASSWORD 'another one'")
    conn.close()
    text = recording.read_text(encoding="ascii")
    for secret in (PASSWORD, "another one"):
        assert secret not in text
        assert secret.encode().hex() not in text
    assert "C> (login request)" in text
    assert main(["replay", str(recording)]) == 0


def test_answers_to_questions_are_not_recorded(
    connect: Connect, recording: Path
) -> None:
    conn = connect(record=recording)
    recorder = getattr(conn, "_target", conn)._recorder
    recorder.sent(bytes.fromhex("0082") + b"\0\x05token\0" + bytes.fromhex("000c"))
    recorder.received(b"\0\x0c")
    conn.close()
    text = recording.read_text(encoding="ascii")
    assert b"token".hex() not in text
    assert "C> (answer)" in text


@pytest.mark.parametrize(
    ("sql", "tells"),
    [
        ("SET ENCRYPTION PASSWORD 'x'", True),
        ("set encryption password ?", True),
        ("CREATE USER a WITH PASSWORD :p", True),
        ("GRANT CONNECT TO a IDENTIFIED BY ?", True),
        ("CONNECT TO 'd' USER 'a' USING \"p\"", True),
        ("SELECT decrypt_char(a, b) FROM t", True),
        ('SELECT a FROM t ORDER BY "a"', False),
        ("SELECT a FROM t GROUP BY :1", False),
        ("EXECUTE s USING ?", False),
        ("UPDATE t SET password = ?", False),
    ],
)
def test_statements_that_tell_a_secret(sql: str, tells: bool) -> None:
    assert tells_secrets(sql) is tells


SECRETS = ("Sesame", "Simsim", "4711000", "Alibaba", "Kassim")


def test_values_are_not_recorded_if_so_wished(
    connect: Connect, recording: Path, table: str
) -> None:
    conn = connect(record=recording, record_values=False)
    cur = conn.cursor()
    cur.execute(f"CREATE TEMP TABLE {table} (a VARCHAR(20), b INT, c BYTE, d CLOB)")
    cur.execute(f"INSERT INTO {table} VALUES ('Sesame', 4711000, NULL, NULL)")
    cur.executemany(
        f"INSERT INTO {table} VALUES (?, ?, ?, NULL)", [("Simsim", 1, b"Kassim")]
    )
    cur.execute(f"SELECT a, b, c -- don't\n FROM {table} WHERE a <> 'Alibaba'")
    assert len(cur.fetchall()) == 2
    cur.write_blob_column(
        f"UPDATE {table} SET d = BLOB_PLACEHOLDER", "Kassim", clob=True
    )
    assert cur.read_blob_column(f"SELECT d FROM {table}") == b"Kassim"
    conn.close()
    text = recording.read_text(encoding="ascii")
    for secret in SECRETS:
        assert secret not in text
        assert secret.encode().hex() not in text
    assert (4711000).to_bytes(4, "big").hex() not in text
    assert '"sql": "SELECT a, b, c *******' in text  # what was done is told


def test_what_was_hidden_cannot_be_replayed(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conn = connect(record=recording, record_values=False)
    conn.cursor().execute("SELECT tabname FROM systables")
    conn.close()
    assert main(["replay", str(recording)]) == 1
    assert "values, which were not recorded" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("sql", "hidden"),
    [
        (
            "DATETIME (12:30:45.5) HOUR TO SECOND",
            "DATETIME (**********) HOUR TO SECOND",
        ),
        ("a = $4711 AND b$1 = a::INT", "a = ***** AND b$1 = a::INT"),
        ("a = 'x''y' AND b = 1.5e3", "a = ****** AND b = *****"),
        ('a1 = :1 AND t2.c3 = "q"', "a1 = :1 AND t2.c3 = ***"),
        ("{it's} 'x'", "****** ***"),
        ("-- it's\n'x'", "*******\n***"),
        ("/* it's */ 'x", "********** **"),
    ],
)
def test_values_in_sql(sql: str, hidden: str) -> None:
    assert redact_sql(sql, values=True) == hidden


def test_a_reply_cut_in_the_middle_hides_the_rest(
    connect: Connect, recording: Path
) -> None:
    """A value that begins like a message of a reply is still a value."""
    conn = connect(record=recording, record_values=False)
    recorder = getattr(conn, "_target", conn)._recorder
    recorder.received(bytes.fromhex("000e000000000020"))
    recorder.sent(b"\0\x0c")
    recorder.received(bytes.fromhex("000c000f0000") + b"Sesame")
    conn.close()
    assert b"Sesame".hex() not in recording.read_text(encoding="ascii")


def test_a_request_that_is_answered_half_sent_hides_the_rest(
    connect: Connect, recording: Path
) -> None:
    """What comes after the answer may look like the beginning of a request."""
    conn = connect(record=recording, record_values=False)
    target = getattr(conn, "_target", conn)
    recorder, channel = target._recorder, target._channel
    recorder.sent(bytes.fromhex("00040001 0029 0027") + b"Sesame")
    channel.mid_request = True
    recorder.received(b"\0\x0d")
    recorder.sent(bytes.fromhex("00030006") + b"Simsim")
    channel.mid_request = False
    recorder.received(b"\0\x0c")
    conn.ping()
    conn.close()
    text = recording.read_text(encoding="ascii")
    assert b"Sesame".hex() not in text
    assert b"Simsim".hex() not in text
    assert "C> 0035000c" in text  # the ping


def test_a_request_too_large_to_be_kept_hides_the_rest(
    connect: Connect, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_module, "_MOST_KEPT", 100)
    conn = connect(record=recording, record_values=False)
    recorder = getattr(conn, "_target", conn)._recorder
    recorder.sent(b"\0\5" + bytes(100))
    recorder.sent(bytes.fromhex("00030006") + b"Sesame")
    recorder.received(b"\0\x0c")
    conn.ping()
    conn.close()
    text = recording.read_text(encoding="ascii")
    assert b"Sesame".hex() not in text
    assert "C> 0035000c" in text  # the ping


# -- the file


def test_only_the_owner_can_read_it(connect: Connect, recording: Path) -> None:
    connect(record=recording)
    assert stat.S_IMODE(recording.stat().st_mode) == 0o600


def test_links_are_not_followed(connect: Connect, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious", encoding="ascii")
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(informix_db.InterfaceError, match="cannot record to"):
        connect(record=tmp_path / "link")
    assert target.read_text(encoding="ascii") == "precious"


def test_a_full_disk_ends_the_recording_only(
    connect: Connect,
    recording: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    conn = connect(record=recording)
    recording.unlink()
    recording.mkdir()
    conn.ping()
    conn.ping()
    (warning,) = [each for each in caplog.records if each.levelname == "WARNING"]
    assert "the recording to" in warning.getMessage()


@pytest.mark.parametrize(
    "dsn",
    [
        "informix://u:p@localhost/db?record=/nowhere/x",
        "HOST=localhost;UID=u;PWD=p;RECORD=/nowhere/x",
        "informix://u:p@localhost/db?observer=x",
    ],
)
def test_connection_strings_cannot_ask_for_it(connect: Connect, dsn: str) -> None:
    with pytest.raises(informix_db.ProgrammingError):
        connect(dsn=dsn)


@SYNC
def test_interrupts_are_recorded(
    connect: Connect, recording: Path, emulator: Server
) -> None:
    conn = connect(record=recording)
    with pytest.raises(informix_db.StatementCancelledError):
        conn.cursor().execute(
            "SELECT COUNT(*) FROM syscolumns a, syscolumns b, syscolumns c, "
            "syscolumns d, syscolumns e",
            timeout=0.05,
        )
    conn.close()
    assert "U> 42" in recording.read_text(encoding="ascii")


@SYNC
def test_serving(
    connect: Connect,
    recording: Path,
    table: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = record(connect, recording, table)
    outcome: list[Any] = []

    def use_it() -> None:
        host, _, port = capfd.readouterr().out.strip().partition(":")
        conn = connect(host=host, port=int(port))
        outcome.append(do_things(conn, table))
        conn.close()

    monkeypatch.setattr(command, "_wait_for_interrupt", use_it)
    assert main(["replay", str(recording), "--serve"]) == 0
    assert outcome == [rows]


# -- a recording is a stranger's file


def hostile(
    path: Path, *operations: tuple[str, dict[str, Any], dict[str, Any]]
) -> None:
    lines = []
    for name, facts, outcome in operations:
        lines += [
            f"[1] -> {name} {json.dumps(facts)}",
            f"[1] <- {name} {json.dumps(outcome)}",
        ]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


ATTACK = "__import__('os').mkdir('attacked')"


def value(kind: str, text: str) -> dict[str, str]:
    return {"type": kind, "is": text}


@pytest.mark.parametrize(
    "operation",
    [
        ("execute", {"sql": f"x')\n{ATTACK}#"}, {}),
        (
            "execute",
            {"sql": "x", "parameters": [value("Decimal", ATTACK)]},
            {},
        ),
        ("execute", {"sql": "x", "parameters": [value(ATTACK, "1")]}, {}),
        ("execute", {"sql": "x", "parameters": [[value("date", ATTACK)]]}, {}),
        (
            "execute",
            {"sql": "x", "parameters": {"type": "dict", "is": {f"'{ATTACK}": 1}}},
            {},
        ),
        ("execute", {"sql": "x"}, {"error": ATTACK}),
        ("execute", {"sql": "x"}, {"rows": ATTACK}),
        ("fetch", {"sql": "x"}, {"rows": ATTACK}),
        (ATTACK, {}, {}),
    ],
)
def test_nothing_of_it_is_executed(
    recording: Path,
    operation: Recorded,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    first = ("execute", {"sql": "x"}, {})
    hostile(recording, first, operation, ("fetch", {"sql": "x"}, {}))
    written = tmp_path / "test_it.py"
    status = main(["replay", str(recording), "--test", str(written)])
    if status == 0:
        with pytest.raises((AssertionError, informix_db.Error)):
            runpy.run_path(str(written))["test_recording"]()
    assert not (tmp_path / "attacked").exists()


def test_only_known_arguments_reach_connect(recording: Path) -> None:
    given = {"database": "d", "record": "/nowhere", "observer": 1, "host": "evil"}
    hostile(recording, ("connect", {"arguments": given}, {}))
    conversation = load_recording(recording)[1]
    assert command.connect_arguments(conversation) == {"database": "d"}


@SYNC
@pytest.mark.parametrize("method", ["sent", "received"])
def test_an_interrupt_while_it_is_written_costs_no_session(
    connect: Connect, recording: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """Nothing is sent twice, or read twice."""
    conn = connect(record=recording)
    cur = conn.cursor()

    def interrupted(recorder: object, data: bytes) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(record_module.Recorder, method, interrupted)
    with pytest.raises(KeyboardInterrupt):
        cur.execute("SELECT FIRST 1 1 FROM systables")
    for number in (2, 3):
        cur.execute(f"SELECT FIRST 1 {number} FROM systables")
        assert cur.fetchall() == [(number,)]
