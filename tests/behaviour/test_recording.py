"""Recordings: what is in them, what is not, and that they can be run again."""

from __future__ import annotations

import datetime
import json
import runpy
import stat
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import informix_db
from informix_db._cli import replay as command
from informix_db._cli.main import main
from informix_db._protocol import record as record_module
from informix_db._protocol.redact import redact_sql
from informix_db.testing import Server
from informix_db.testing import recording as recording_module
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


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "not a line of a recording"),
        ("x", "not a line of a recording"),
        ("[99999999999] C> 00", "not a line of a recording"),
        ("[1] S< 00", "a reply to nothing"),
        ("[1] C> 0g", "non-hexadecimal"),
        ("[1] C> 000", "non-hexadecimal"),
        ("[1] C> 00.", "hexadecimal"),
        ("[1] C> 0 0 ", "hexadecimal"),
        ("[1] <- x {}", "the end of 'x', which has not begun"),
        ("[1] ++ []", "a row of no operation"),
        ("[1] -> x {", "Expecting property name"),
        ("[1] -> x 1", "is no object"),
        ("[1] -> x " + "[" * 100_000, "nested too deeply"),
        ('[1] -> x {"rows": ' + "9" * 5000 + "}", ""),
        ('[1] -> connect {"format": "x"}', "recorded in format x"),
        (
            '[1] -> connect {"format": 99, "driver": "2099.1"}',
            "recorded in format 99 by informix_db 2099.1, but this version reads "
            "formats up to 1: use that version",
        ),
    ],
)
def test_damaged_recordings(
    recording: Path, line: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    recording.write_text(line + "\n", encoding="ascii")
    assert main(["replay", str(recording)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"replay: {recording}:1: ")
    assert why in error


def test_the_recorder_and_its_reader_know_the_same_format() -> None:
    assert record_module.FORMAT == recording_module.FORMAT


def test_a_recording_that_is_cut_off(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(record=recording).ping()
    whole = recording.read_bytes()
    recording.write_bytes(whole[:-1])
    assert main(["replay", str(recording)]) == 2
    line = whole.count(b"\n")
    error = f"replay: {recording}:{line}: the recording is cut off in this line\n"
    assert capsys.readouterr().err == error


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a recording."""
    path = tmp_path_factory.mktemp("recording") / "session.txt"
    with (
        Server() as server,
        informix_db.connect(
            server.host,
            server.port,
            user="informix",
            password="in4mix",
            database="testdb",
            record=path,
        ) as conn,
    ):
        do_things(conn, "s")
        conn.cursor().execute("CREATE TEMP TABLE t (a INT)")
        cur = conn.cursor(scrollable=True)
        cur.execute("SELECT tabid FROM systables")
        cur.fetch_last()
        with conn.transaction():
            cur.executemany("INSERT INTO t (a) VALUES (?)", iter([(1,), (2,)]))
        conn.cursor().execute("CREATE TEMP TABLE u (a BLOB)")
        cur.execute("INSERT INTO u VALUES (?)", (b"contents",))
        cur.execute("SELECT a FROM u")
        with cur.fetchone()[0].open() as file:
            file.read()
    return path


def _drop(lines: list[str], at: int, to: int, piece: str) -> None:
    del lines[at]


def _repeat(lines: list[str], at: int, to: int, piece: str) -> None:
    lines.insert(to, lines[at])


def _swap(lines: list[str], at: int, to: int, piece: str) -> None:
    lines[at], lines[to] = lines[to], lines[at]


def _overwrite(lines: list[str], at: int, to: int, piece: str) -> None:
    place = to * 7 % max(1, len(lines[at]))
    lines[at] = lines[at][:place] + piece + lines[at][place + len(piece) :]


def _cut(lines: list[str], at: int, to: int, piece: str) -> None:
    lines[at] = lines[at][: to * 7 % max(1, len(lines[at]))]


@given(
    damages=st.lists(
        st.tuples(
            st.sampled_from([_drop, _repeat, _swap, _overwrite, _overwrite, _cut]),
            st.integers(0, 200),
            st.integers(0, 200),
            st.sampled_from(
                ["ffff", "7fffffff", "..", "**", "0000", "9" * 20, '"', "{"]
            ),
        ),
        min_size=1,
        max_size=3,
    )
)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_damage_is_more_than_an_error(
    whole: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    damages: list[tuple[Callable[..., None], int, int, str]],
) -> None:
    damaged = whole.read_text(encoding="ascii").splitlines()
    for damage, at, to, piece in damages:
        damage(damaged, at % len(damaged), to % len(damaged), piece)
    recording = tmp_path / "session.txt"
    recording.write_text("".join(f"{line}\n" for line in damaged), encoding="ascii")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "_TIMEOUT", 0.2)
        assert main(["replay", str(recording)]) in (0, 1, 2)
        written = str(tmp_path / "test_it.py")
        assert main(["replay", str(recording), "--test", written]) in (0, 1, 2)
    assert "Traceback" not in capsys.readouterr().err
