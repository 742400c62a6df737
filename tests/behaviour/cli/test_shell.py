"""The prompt: statements over several lines, commands, Ctrl-C, history, completion."""

from __future__ import annotations

import contextlib
import io
import os
import select
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import informix_db
from informix_db._cli.client import Client
from informix_db._cli.shell import Completer, Shell
from informix_db.testing import Server
from tests.proxy import CLIENT, SERVER, Proxy

from ..conftest import Connect
from .conftest import Run

# Longer than any test waits, unless it is cancelled.
SLOW = (
    "SELECT COUNT(*) FROM syscolumns a, syscolumns b, syscolumns c"
    " WHERE a.colno + b.colno + c.colno = -1;"
)

Typed = str | BaseException


@pytest.fixture
def ask(
    other: informix_db.Connection,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    """Type lines at the prompt; return status, output, and messages."""

    def run(
        *lines: Typed, connection: informix_db.Connection = other
    ) -> tuple[int, str, str]:
        typed = iter(lines)

        def answer(prompt: str) -> str:
            sys.stderr.write(prompt)
            line = next(typed, EOFError())
            if isinstance(line, BaseException):
                raise line
            return line

        monkeypatch.setattr("builtins.input", answer)
        status = Shell(Client(connection, sys.stdout, sys.stderr, form="csv")).run()
        return (status, *capsys.readouterr())

    return run


def test_statements_over_several_lines(ask) -> None:
    status, out, err = ask(
        "SELECT 1 a", " FROM systables", "", "WHERE tabid = 1; SELECT 2 b FROM", "x;"
    )
    assert status == 0
    assert out == "a\n1\n"
    assert err.count("...> ") == 4
    assert "[-206]" in err


def test_errors_do_not_end_it(ask) -> None:
    status, out, err = ask(
        "SELECT;",
        "\\nonsense",
        "LOAD FROM;",
        "SELECT 1 a FROM systables WHERE tabid=1;",
    )
    assert status == 0
    assert out == "a\n1\n"
    assert "[-201]" in err
    assert "\\nonsense is no command" in err
    assert "write UNLOAD TO" in err


def test_ctrl_c_gives_the_line_up(ask) -> None:
    line = "SELECT 1 a FROM systables WHERE tabid = 1;"
    _, out, err = ask("DROP TABLE", KeyboardInterrupt(), line)
    assert out == "a\n1\n"
    assert "cancelled" in err


def test_commands(ask, tmp_path: Path, table: str) -> None:
    script = tmp_path / "make.sql"
    script.write_text(
        f"CREATE TABLE {table} (a INT);\n\\i {script}\n", encoding="utf-8"
    )
    _, out, err = ask(
        f"\\i {script}",
        f"\\d {table}",
        "\\timing",
        "\\f jsonl",
        "SELECT 1 a FROM systables WHERE tabid = 1;",
        "\\?",
        "\\i /no/such/file",
        "\\q",
        "never read",
    )
    assert f"{script}, line 2: [-" in err  # no commands inside of files
    assert out == 'a  INTEGER\n{"a": 1}\n'
    assert " ms\n" in err
    assert "\\timing" in err
    assert "No such file" in err


def test_a_transaction_shows_and_is_undone(
    ask, table: str, other: informix_db.Connection
) -> None:
    other.cursor().execute(f"CREATE TABLE {table} (a INT)")
    _, _, err = ask("BEGIN WORK;", f"INSERT INTO {table} VALUES (1);")
    assert err.count("sql*> ") == 2
    assert "rolled back" in err
    assert other.cursor().execute(f"SELECT * FROM {table}").fetchall() == []


def test_a_lost_connection_ends_it(ask, server: Server) -> None:
    with informix_db.connect(
        server.host, server.port, user="informix", password="in4mix", autocommit=True
    ) as connection:
        server.faults.truncate(0)
        status, _, err = ask("DATABASE testdb;", "never read", connection=connection)
    assert status == 3
    assert "the connection is lost" in err


def is_running(proxy: Proxy, text: bytes) -> bool:
    """Whether the statement of this text was prepared, and its second request sent."""
    with proxy.changed:
        log = list(proxy.log)
    sent = [n for n, (side, data) in enumerate(log) if side == CLIENT and text in data]
    sides = [side for side, _ in log[sent[0] :]] if sent else []
    return SERVER in sides and sides[-1] == CLIENT


@contextlib.contextmanager
def interrupted_in(proxy: Proxy, text: bytes) -> Iterator[None]:
    """Interrupt the main thread when the statement of this text is running."""
    main = threading.main_thread().ident
    assert main is not None
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.01):
            if is_running(proxy, text):
                signal.pthread_kill(main, signal.SIGINT)
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.fixture
def proxied(
    emulator: Server, connect: Connect
) -> Iterator[tuple[Proxy, informix_db.Connection]]:
    with Proxy(emulator.host, emulator.port) as proxy:
        yield proxy, connect(host=proxy.host, port=proxy.port, autocommit=True)


def test_ctrl_c_cancels_the_statement_and_keeps_the_session(ask, proxied) -> None:
    proxy, connection = proxied
    with interrupted_in(proxy, b"c.colno = -1"):
        status, out, err = ask(
            "CREATE TEMP TABLE mine (a INT);",
            SLOW,
            "SELECT COUNT(*) n FROM mine;",
            connection=connection,
        )
    assert status == 0
    assert "cancelled" in err
    assert out == "n\n0\n"


def test_ctrl_c_ends_a_script(run: Run, proxied) -> None:
    proxy, _ = proxied
    with interrupted_in(proxy, b"c.colno = -1"):
        result = run("-H", proxy.host, "-P", str(proxy.port), "-c", SLOW)
    assert result.status == 130
    assert result.out == ""


def test_completion(other: informix_db.Connection, table: str) -> None:
    other.cursor().execute(f"CREATE TABLE {table} (a_column INT)")
    completer = Completer(other)

    def completions(text: str) -> list[str]:
        found = []
        while (one := completer.complete(text, len(found))) is not None:
            found.append(one)
        return found

    assert completions("SEL") == ["SELECT"]
    assert completions("sele") == ["select"]
    assert completions(table[:-1]) == [table]
    assert completions("a_col") == ["a_column"]
    assert completions("zzz") == []
    other.cursor().execute(f"ALTER TABLE {table} ADD (zzz INT)")
    completer.forget()
    assert completions("zz") == ["zzz"]


def test_names_are_forgotten_after_a_change(ask, monkeypatch) -> None:
    forgotten = []
    monkeypatch.setattr(Completer, "forget", lambda self: forgotten.append(1))
    ask("SELECT 1 FROM systables;", "DROP TABLE IF EXISTS nothing_there;")
    assert forgotten == [1]


def test_completion_without_a_database(emulator: Server) -> None:
    with informix_db.connect(
        emulator.host, emulator.port, user="informix", password="in4mix"
    ) as connection:
        assert Completer(connection).complete("unl", 0) == "unload"


# -- on a terminal ---------------------------------------------------------------------


class Terminal:
    """The client on a terminal of its own."""

    def __init__(self, emulator: Server, environment: dict[str, str]) -> None:
        import pty

        self._fd, inner = pty.openpty()
        arguments = ["-H", emulator.host, "-P", str(emulator.port), "-u", "informix"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "informix_db", "testdb", *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env={**os.environ, "TERM": "dumb", **environment},
            start_new_session=True,
        )
        os.close(inner)
        self.seen = ""

    def wait_for(self, text: str) -> None:
        """Read until `text` was seen."""
        while text not in self.seen:
            ready, _, _ = select.select([self._fd], [], [], 10)
            assert ready, self.seen
            self.seen += os.read(self._fd, 4096).decode()
        self.seen = self.seen.partition(text)[2]

    def type(self, text: str) -> None:
        os.write(self._fd, text.encode())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._fd)


@pytest.mark.skipif(sys.platform == "win32", reason="no such terminals there")
def test_a_terminal(emulator: Server, tmp_path: Path) -> None:
    history = tmp_path / "history"
    terminal = Terminal(emulator, {"INFORMIX_DB_HISTORY": str(history)})
    with contextlib.closing(terminal):
        terminal.wait_for("Password for informix: ")
        terminal.type("in4mix\n")
        terminal.wait_for("sql> ")
        terminal.type("sel\t 7 seven from systables where tabid = 1;\n")
        terminal.wait_for("(1 row)")
        terminal.wait_for("sql> ")
        terminal.type("set encryption password 'pssst';\n")
        terminal.wait_for("sql> ")
        terminal.type("\\q\n")
        assert terminal.process.wait(30) == 0
    kept = history.read_text(encoding="utf-8")
    assert "select 7 seven from systables where tabid = 1;" in kept
    assert "pssst" not in kept
    assert "in4mix" not in kept
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_standard_input_can_be_asked_too(run: Run, monkeypatch) -> None:
    query = "SELECT 1 a FROM systables WHERE tabid = 1;\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(query))
    result = run("-i", "-f", "csv")
    assert result.status == 0
    assert "a\n1\n" in result.out
