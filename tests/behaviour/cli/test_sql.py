"""The SQL client: what it executes, writes, and returns."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import informix_db
from informix_db._cli.main import main
from informix_db.testing import Server

from .conftest import LOGIN, Run

CLIENT = (sys.executable, "-m", "informix_db")


@pytest.fixture
def things(table: str, other: informix_db.Connection) -> str:
    """A table with a number, a text, and a NULL."""
    cursor = other.cursor()
    cursor.execute(f"CREATE TABLE {table} (n INT, t VARCHAR(20))")
    cursor.executemany(
        f"INSERT INTO {table} VALUES (?, ?)",
        [(1, "one"), (20, 'a,"b"\nc'), (None, ""), (4, None)],
    )
    return table


def count(connection: informix_db.Connection, table: str) -> int:
    cursor = connection.cursor().execute(f"SELECT COUNT(*) FROM {table}")
    return int(cursor.fetchone()[0])


def test_a_table(run: Run, things: str) -> None:
    result = run("-c", f"SELECT * FROM {things}")
    assert result.out.splitlines() == [
        "n  | t",
        "---+---------",
        " 1 | one",
        '20 | a,"b"\\nc',
        "   |",
        " 4 |",
    ]
    assert result.err == "(4 rows)\n"
    assert result.status == 0


def test_csv(run: Run, things: str) -> None:
    result = run("-f", "csv", "-c", f"SELECT * FROM {things}")
    assert result.out == 'n,t\n1,one\n20,"a,""b""\nc"\n,""\n4,\n'
    assert result.err == ""
    bare = run("-f", "csv", "--no-header", "-c", f"SELECT * FROM {things}")
    assert bare.out == result.out.partition("\n")[2]


def test_json(run: Run, things: str) -> None:
    sql = f"SELECT n, t, n + 0.5 n FROM {things} WHERE n = 20 OR t = ''"
    rows = [
        {"n": 20, "t": 'a,"b"\nc', "n_2": "20.5"},
        {"n": None, "t": "", "n_2": None},
    ]
    assert json.loads(run("-f", "json", "-c", sql).out) == rows
    counts = run("-f", "json", "-c", f"SELECT COUNT(*) FROM {things}").out
    assert [*json.loads(counts)[0].values()] == [4]
    lines = run("-f", "jsonl", "-c", sql).out.splitlines()
    assert [json.loads(line) for line in lines] == rows
    assert run("-f", "json", "-c", f"SELECT * FROM {things} WHERE n = 0").out == "[]\n"


def test_unl(run: Run, things: str) -> None:
    result = run("-f", "unl", "-c", f"SELECT * FROM {things}")
    assert result.out == '1|one|\n20|a,"b"\\\nc|\n|\\ |\n4||\n'


def test_a_terminal_is_not_sent_commands(run: Run) -> None:
    sql = "SELECT CHR(27) || '[31mred' esc FROM systables WHERE tabid = 1"
    assert "\\x1b[31mred" in run("-c", sql).out
    assert "\x1b[31mred" in run("-f", "csv", "-c", sql).out


def test_wide_characters_are_aligned(run: Run) -> None:
    sql = "SELECT FIRST 2 '日本' a, 1 b FROM systables"
    locale = "en_US.utf8"
    result = run("--client-locale", locale, "--db-locale", locale, "-c", sql)
    assert result.out.splitlines()[2:] == ["日本 | 1"] * 2


def test_counts_and_verbs(run: Run, table: str) -> None:
    sql = (
        f"CREATE TABLE {table} (n INT); INSERT INTO {table} VALUES (1);"
        f"UPDATE {table} SET n = 2 WHERE n = 9; DROP TABLE {table}"
    )
    assert run("-c", sql).err.splitlines() == [
        "CREATE TABLE",
        "INSERT: 1 row",
        "UPDATE: 0 rows",
        "DROP TABLE",
    ]
    assert run("-q", "-c", sql).err == ""
    assert run("-q", "--timing", "-c", sql).err.count(" ms\n") == 4


def test_an_error_has_its_place_and_ends_the_rest(
    run: Run, things: str, tmp_path: Path, other: informix_db.Connection
) -> None:
    script = tmp_path / "a.sql"
    script.write_text(
        f"DELETE FROM {things} WHERE n = 1;\n\nSELECT *\n FORM {things};\n"
        f"DELETE FROM {things};\n",
        encoding="utf-8",
    )
    result = run(str(script))
    assert result.status == 1
    assert f"{script}, line 3: [-201] " in result.err
    *_, line, caret = result.err.splitlines()
    assert caret.index("^") == line.index("FORM")
    assert count(other, things) == 3

    assert run("-k", str(script)).status == 1
    assert count(other, things) == 0


def test_statements_commit_themselves(
    run: Run, things: str, other: informix_db.Connection
) -> None:
    assert run("-c", f"DELETE FROM {things} WHERE n = 1; SELECT x").status == 1
    assert count(other, things) == 3
    sql = f"BEGIN WORK; DELETE FROM {things}; ROLLBACK; BEGIN; DELETE FROM {things}"
    left_open = run("-c", sql)
    assert left_open.status == 1
    assert "left open" in left_open.err
    assert count(other, things) == 3
    assert run("-c", f"{sql}; COMMIT WORK").status == 0
    assert count(other, things) == 0


def test_a_single_transaction(
    run: Run, things: str, other: informix_db.Connection
) -> None:
    failed = run("-1", "-c", f"DELETE FROM {things}", "-c", "SELECT x")
    assert failed.status == 1
    assert failed.err.endswith("rolled back\n")
    assert count(other, things) == 4
    assert run("-1", "-c", f"DELETE FROM {things}").status == 0
    assert count(other, things) == 0


def test_several_files_and_standard_input(
    run: Run, things: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        text = f"SELECT '{name}' x FROM {things} WHERE n = 1"
        (tmp_path / name).write_text(text, encoding="utf-8")
    query = f"SELECT 'in' x FROM {things} WHERE n = 1;"
    arguments = ("-f", "csv", "--no-header")
    monkeypatch.setattr(sys, "stdin", io.StringIO(query))
    files = (str(tmp_path / "a"), "-", *arguments, str(tmp_path / "b"))
    assert run(*files).out == "a\nin\nb\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(query))
    assert run(*arguments).out == "in\n"


def test_tables_are_described(run: Run, table: str, drops: list[str]) -> None:
    drops.insert(0, f"{table}_r")
    made = run(
        "-c",
        f"CREATE TABLE {table} (a SERIAL PRIMARY KEY, b DECIMAL(8,2) NOT NULL,"
        f" c DATETIME YEAR TO MINUTE);"
        f"CREATE UNIQUE INDEX {table}_i ON {table} (b DESC, c);"
        f"CREATE TABLE {table}_r (x INT REFERENCES {table})",
    )
    assert made.status == 0, made.err
    assert f"informix.{table}  table\n" in run("-c", "\\d").out
    assert f"informix.{table}  table\n" in run("-c", "INFO TABLES;").out
    described = run("-c", f"\\d {table}").out
    a, b, c, *indexes = described.splitlines()
    assert (a, b, c) == (
        "a  SERIAL NOT NULL",
        "b  DECIMAL(8,2) NOT NULL",
        "c  DATETIME YEAR TO MINUTE",
    )
    assert len(indexes) == 2
    assert f"unique index {table}_i (b DESC, c)" in indexes
    assert any(line.startswith("primary key ") for line in indexes)
    assert all("(a)" in line or "(b DESC" in line for line in indexes)
    assert run("-c", f"INFO COLUMNS FOR informix.{table}").out == described
    assert "foreign key" in run("-c", f"\\d {table}_r").out
    assert run("-c", "\\d no_such_table").status == 1


def test_commands_that_do_not_exist(run: Run) -> None:
    result = run("-c", "\\frobnicate")
    assert result.status == 1
    assert "\\frobnicate is no command" in result.err


@pytest.mark.parametrize("database", ["testdb@informix", "@informix"])
def test_names_of_servers(run: Run, database: str) -> None:
    result = run("-c", "DATABASE testdb; SELECT 1 FROM systables", database=database)
    assert result.status == 0


def test_a_connection_string(emulator: Server, monkeypatch, capsys) -> None:
    monkeypatch.setenv("INFORMIX_PASSWORD", "in4mix")
    dsn = f"informix://informix@{emulator.host}:{emulator.port}/testdb"
    query = "SELECT FIRST 1 5 x FROM systables"
    assert main([dsn, "-f", "csv", "-c", query]) == 0
    assert capsys.readouterr().out == "x\n5\n"


def test_a_host_with_its_port(emulator: Server, monkeypatch, capsys) -> None:
    monkeypatch.setenv("INFORMIX_PASSWORD", "in4mix")
    where = ["-H", f"{emulator.host}:{emulator.port}", *LOGIN]
    one = "SELECT FIRST 1 tabid FROM systables"
    assert main(["testdb", *where, "-f", "unl", "-c", one]) == 0
    assert capsys.readouterr().out == "1|\n"
    assert main(["testdb", "-H", "h:x", *LOGIN, "-c", "x"]) == 2
    assert "'x' is no port" in capsys.readouterr().err


def test_an_ansi_database(run: Run, table: str) -> None:
    made = run(
        "-c",
        f"CREATE TABLE {table} (n INT); INSERT INTO {table} VALUES (1)",
        database="ansidb",
    )
    assert made.status == 0, made.err
    query = f"SELECT n FROM {table}"
    assert run("-f", "csv", "-c", query, database="ansidb").out == "n\n1\n"
    assert run("-c", f"DROP TABLE {table}", database="ansidb").status == 0


def test_messages_cannot_command_a_terminal(run: Run) -> None:
    result = run("-c", 'SELECT 1 FROM "a\x1b[31m"')
    assert result.status == 1
    assert "\x1b" not in result.err


def test_exit_statuses_without_a_session(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("-c", "x", database="nosuchdb").status == 3
    assert run(str(tmp_path / "none")).status == 2
    assert run("-i", "-c", "x").status == 2
    assert run("-c", "x", database="HOST=h;NONSENSE=x").status == 2
    assert run("-c", "x", "--connect-timeout=-1").status == 2
    with pytest.raises(SystemExit, match="2"):
        run("--nonsense")
    assert "unrecognized" in capsys.readouterr().err


def test_a_connection_that_is_lost(server: Server, monkeypatch, capsys) -> None:
    monkeypatch.setenv("INFORMIX_PASSWORD", "in4mix")
    server.faults.truncate(0, skip=4)  # login, capabilities, environment, database
    where = ["-H", server.host, "-P", str(server.port), "-u", "informix"]
    assert main(["testdb", *where, "-k", "-c", "DROP TABLE a; DROP TABLE b"]) == 3
    assert capsys.readouterr().err.count("was lost") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_whoever_reads_may_stop_reading(emulator: Server) -> None:
    query = "SELECT a.colname FROM syscolumns a, syscolumns b"
    where = ["-H", emulator.host, "-P", str(emulator.port), "-u", "informix"]
    with subprocess.Popen(
        [*CLIENT, "testdb", *where, "-f", "csv", "-c", query],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "INFORMIX_PASSWORD": "in4mix"},
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "colname\n", process.stderr.read()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(30) == 1


def test_the_version() -> None:
    shown = subprocess.run(
        [*CLIENT, "--version"], capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith(f"informix_db {informix_db.__version__}, ")
