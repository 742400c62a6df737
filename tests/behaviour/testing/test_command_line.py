"""`python -m informix_db.testing`: the emulator as a program of its own."""

from __future__ import annotations

import json
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from raw_client import RawClient, login_request

import informix_db
from informix_db.testing.commandline import main

ROOT = Path(__file__).parents[3]
TLS = ROOT / "tests" / "data" / "tls"

SCRIPT = """
-- The first database of the command line is open.
CREATE TABLE people (id SERIAL, name VARCHAR(20));
INSERT INTO people VALUES (0, 'Ren\u00e9; {really}');
CREATE FUNCTION twice(n INT) RETURNING INT;
    LET n = n * 2;
    RETURN n;
END FUNCTION;
"""

Process = subprocess.Popen[str]


@contextmanager
def emulator(*arguments: object) -> Iterator[tuple[Process, str]]:
    """Run one; yield the process and its readiness line."""
    command = [sys.executable, "-m", "informix_db.testing", "--port", "0"]
    with subprocess.Popen(
        [*command, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def connect(facts: dict[str, Any], **arguments: Any) -> informix_db.Connection:
    login = {"user": "ann", "password": "a:b", "server": "other", **arguments}
    where = {"host": facts["host"], "port": facts["port"]}
    return informix_db.connect(**{**where, **login})


@contextmanager
def everything(path: Path) -> Iterator[tuple[Process, dict[str, Any]]]:
    """A server with everything that can be had together; its facts and files."""
    (path / "users").write_text("# comment\nann:a:b\n\nbob:\n")
    (path / "init.sql").write_text(SCRIPT, encoding="utf-8")
    options = ["--json", "--server-name", "other", "--users", path / "users"]
    options += ["--database", "app:log:en_US.utf8", "--database", "side:none"]
    options += ["--init", path / "init.sql", "--data", path / "data"]
    options += ["--tls-port", 0, "--tls-certificate", TLS / "certificate.pem"]
    options += ["--tls-key", TLS / "key.pem", "--control-port", 0]
    options += ["--log-statements", "--transcript", path / "transcript"]
    with emulator(*options) as (process, line):
        yield process, {**json.loads(line), "path": path}


def end(process: Process) -> str:
    """End a server and return what it wrote to stderr."""
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=10)
    assert process.returncode == 0
    return log


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with everything(tmp_path_factory.mktemp("emulator")) as (process, facts):
        yield facts
        assert "a:b" not in end(process)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_starts_and_stops(number: signal.Signals) -> None:
    with emulator("--user", "me", "--password", "secret") as (process, line):
        assert line.startswith("informix emulator on 127.0.0.1:")
        with RawClient(("127.0.0.1", int(line.rpartition(":")[2]))) as client:
            assert client.log_in(login_request("me", "secret"))[2] == 2
            process.send_signal(number)
            rest, log = process.communicate(timeout=10)
    assert (process.returncode, rest, log) == (0, "", "")


def test_readiness_as_json(full: dict[str, Any]) -> None:
    assert full["addresses"] == [["127.0.0.1", full["port"]]]
    assert full["tls_addresses"] == [["127.0.0.1", full["tls_port"]]]
    assert full["server"] == "other"


def test_script_and_log(tmp_path: Path) -> None:
    with everything(tmp_path) as (process, facts):
        with connect(facts, database="app", db_locale="en_US.utf8") as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT name, twice(id) FROM people")
            assert cursor.fetchall() == [("Ren\u00e9; {really}", 2)]
            cursor.execute("INSERT INTO people VALUES (0, ?)", ("x",))
            connection.commit()
            with pytest.raises(informix_db.ProgrammingError):
                cursor.execute("SELECT * FROM nosuch")
        log = end(process)
    assert "] ann error -206 -111 nosuch: SELECT * FROM nosuch" in log
    assert "ms: DATABASE app" in log
    assert "ms: INSERT INTO people VALUES (0, ?)" in log
    assert "ms: COMMIT WORK" in log
    assert "a:b" not in log


def test_database_of_another_locale(full: dict[str, Any]) -> None:
    with pytest.raises(informix_db.OperationalError) as caught:
        connect(full, database="app")
    assert caught.value.sqlcode == -23197


def test_database_for_everybody(full: dict[str, Any]) -> None:
    with connect(full, user="bob", password="", database="side") as connection:
        connection.cursor().execute("CREATE TABLE mine (n INT)")


def test_only_the_users_of_the_file(full: dict[str, Any]) -> None:
    with pytest.raises(informix_db.OperationalError) as caught:
        connect(full, user="informix", password="in4mix", database="side")
    assert caught.value.sqlcode == -951


def test_tls(full: dict[str, Any]) -> None:
    context = ssl.create_default_context(cafile=str(TLS / "certificate.pem"))
    connect(
        {"host": "localhost", "port": full["tls_port"]}, database="side", tls=context
    ).close()


def test_transcript(full: dict[str, Any]) -> None:
    connect(full, database="side").close()
    text = (full["path"] / "transcript").read_text(encoding="utf-8")
    assert "C> 0024000473696465" in text  # DBOPEN
    assert "a:b" not in text
    assert b"a:b".hex() not in text


def test_faults_on_demand(full: dict[str, Any]) -> None:
    address = ("127.0.0.1", full["control_port"])
    with (
        connect(full, database="side") as connection,
        socket.create_connection(address, timeout=10) as control,
        control.makefile("rw", encoding="utf-8") as lines,
    ):

        def command(text: str) -> str:
            lines.write(text + "\n")
            lines.flush()
            return lines.readline().strip()

        assert command("error_once -271 isam=-131 at=prepare") == "ok"
        with pytest.raises(informix_db.OperationalError) as caught:
            connection.cursor().execute("SELECT * FROM systables")
        assert (caught.value.sqlcode, caught.value.isamcode) == (-271, -131)
        assert command("explode").startswith("error: 'explode' is none of drop_after")
        assert json.loads(command("statistics"))["sessions"] == 1


def test_script_is_not_run_on_kept_databases(tmp_path: Path) -> None:
    (tmp_path / "init.sql").write_text("CREATE TABLE t (n INT)")
    options = ["--data", tmp_path / "data", "--init", tmp_path / "init.sql"]
    for _ in range(2):  # it would fail the second time
        with emulator(*options) as (process, line):
            assert line.startswith("informix emulator on")
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--users", "users"], "users, line 2: no USER:PASSWORD"),
        (["--init", "bad.sql"], "bad.sql, line 3: SQLCODE -201, ISAM 0 (SELEC)"),
        (["--init", "open.sql"], "open.sql, line 2: SQLCODE -282, ISAM 0 (')"),
        (["--init", "none.sql"], "No such file"),
        (["--data", "users"], "File exists"),
        (["--tls-port", "0"], "--tls-port needs --tls-certificate"),
        (["--fault", "delay"], "delay needs seconds"),
        (["--host", "192.0.2.1"], "Cannot assign requested address"),
        (["--port", "70000"], "70000 is no port"),
    ],
)
def test_what_cannot_be_run(
    options: list[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "users").write_text("me:mine\nyou\n")
    (tmp_path / "bad.sql").write_text("CREATE TABLE t (n INT);\n\nSELEC 1;\n")
    (tmp_path / "open.sql").write_text("SELECT 1 FROM t;\nSELECT 'a;\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as caught:
        main(["--port", "0", *options])
    assert str(caught.value.code).startswith("informix emulator: ")
    assert reason in str(caught.value.code)


@pytest.mark.parametrize(
    ("database", "reason"),
    [
        ("app:lgo", "logging is 'lgo', not one of log, buffered, ansi, none"),
        (":log", "':log' is not NAME[:LOGGING[:LOCALE]]"),
        ("a:log:b:c", "'a:log:b:c' is not NAME[:LOGGING[:LOCALE]]"),
    ],
)
def test_databases_that_make_no_sense(
    database: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--database", database])
    assert reason in capsys.readouterr().err


def test_questions_at_login() -> None:
    questions = ["--pam", "Password: ", "--pam", "Colour?=red=green"]
    answers = {"Password: ": "in4mix", "Colour?": "red=green"}
    with emulator("--json", *questions) as (_, line):
        connect(
            json.loads(line),
            user="informix",
            password="",
            server="informix",
            pam_responder=lambda prompt, style: answers[prompt],
        ).close()


def test_every_option_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "EMULATOR.md").read_text(encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["--help"])
    options = set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert len(options) > 15
    assert {name for name in options if f"`{name}" not in page} == set()
