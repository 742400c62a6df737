"""What docs/SECURITY.md says of hostile servers, networks and values, where no other
test shows it; and that the tests it names exist."""

from __future__ import annotations

import ast
import copy
import logging
import pickle
import re
import socket
import ssl
import struct
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from unit.wire.scripted import EOT_ONLY, ScriptedServer

import informix_db

from .conftest import BOTH, SYNC, Connect

MODES = BOTH
ROOT = Path(__file__).parents[2]
PASSWORD = "Sesame"

# -- the page


def test_the_tests_the_page_names_exist() -> None:
    page = (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`(\w+(?:/\w+)*\.py)(?:::(\w+))?`", page)
    assert len(named) > 20
    for path, name in named:
        source = ROOT / "tests" / path
        assert source.exists(), path
        assert not name or f"def {name}(" in source.read_text(encoding="utf-8"), name


# -- the network


class Listener:
    """Keeps what a client sends, and answers with fixed bytes, or within TLS."""

    def __init__(self, answer: bytes = b"", tls: ssl.SSLContext | None = None) -> None:
        self.heard = b""
        self._answer = answer
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        client, _ = self._listening.accept()
        with client:
            try:
                if self._tls is not None:
                    client = self._tls.wrap_socket(client, server_side=True)
                client.sendall(self._answer)
                while data := client.recv(65536):
                    self.heard += data
            except OSError:
                pass  # the client gave up
            finally:
                client.close()

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(timeout=10)
        self._listening.close()


@pytest.mark.parametrize(
    "answer", [b"", b"\x00\xa5\x02\x3c", b"\x15\x03\x03\x00\x02\x02\x28"]
)
def test_no_password_leaves_without_tls_where_tls_is_wanted(
    connect: Connect, answer: bytes
) -> None:
    with Listener(answer) as listener:
        context = ssl.create_default_context()
        with pytest.raises(informix_db.OperationalError):
            connect(
                host="127.0.0.1",
                port=listener.port,
                password=PASSWORD,
                tls=context,
                connect_timeout=0.5,
            )
    assert PASSWORD.encode() not in listener.heard
    assert listener.heard[:1] == b"\x16"  # a ClientHello and nothing else


def test_no_password_is_told_to_an_unknown_certificate(connect: Connect) -> None:
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    directory = ROOT / "tests" / "data" / "tls"
    own.load_cert_chain(directory / "certificate.pem", directory / "key.pem")
    with (
        Listener(tls=own) as listener,
        pytest.raises(informix_db.OperationalError, match="certificate"),
    ):
        connect(
            host="127.0.0.1",
            port=listener.port,
            password=PASSWORD,
            tls=ssl.create_default_context(),
        )
    assert listener.heard == b""


# -- the server


def described_with(count: int, name_table: int) -> bytes:
    """A DESCRIBE that announces this many columns, and this many bytes of names."""
    return struct.pack(">hhhihhi", 8, 2, 0, 1, 64, count, name_table)


INTEGER = struct.pack(">iihi", 0, 0, 2, 0)


@SYNC
@pytest.mark.parametrize(
    "reply",
    [
        described_with(0x7FFF, 0x7FFFFFFF) + INTEGER * 100,
        described_with(1, 0x7FFFFFFF) + INTEGER,
        described_with(1, -1) + INTEGER,
        described_with(-1, 0),
        bytes.fromhex("000e 0000 7fffffff"),
        bytes.fromhex("000d ff32 0000 00000000 ffff"),
        bytes.fromhex("0027 7fff") + bytes(0x8000),
        bytes.fromhex("0061 0000 7fffffff 0001 0000"),
        bytes.fromhex("0067 7fff"),
    ],
    ids=[
        "columns",
        "names",
        "negative",
        "count",
        "row",
        "text",
        "blob",
        "lo",
        "results",
    ],
)
def test_announced_sizes_take_no_memory(connect: Connect, reply: bytes) -> None:
    tracemalloc.start()
    try:
        with ScriptedServer([reply]) as server:
            conn = connect(host="127.0.0.1", port=server.port, read_timeout=0.3)
            tracemalloc.reset_peak()
            with pytest.raises((informix_db.OperationalError, informix_db.DataError)):
                conn.cursor().execute("SELECT a FROM t")
            assert conn.closed
        assert tracemalloc.get_traced_memory()[1] < 32 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_what_a_server_says_is_one_line_of_the_log(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "informix_db")
    near = b"\nERROR root: forged \x1b[2J\x9b1m\r!"
    error = struct.pack(">hhhih", 13, -206, -111, 1, len(near)) + near
    with ScriptedServer([error + bytes(len(near) % 2) + EOT_ONLY]) as server:
        conn = connect(host="127.0.0.1", port=server.port)
        with pytest.raises(informix_db.ProgrammingError):
            conn.cursor().execute("SELECT a FROM t")
        conn.close()
    (logged,) = [e for e in caplog.records if "failed" in e.getMessage()]
    message = logged.getMessage()
    assert "forged" in message
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", message)


# -- values


VALUE = "x'; DROP TABLE t; --"


def test_values_are_no_sql(connect: Connect, table: str, tmp_path: Path) -> None:
    """A value travels beside the statement, whose text is the same for any value."""
    recording = tmp_path / "recording.txt"
    conn = connect(record=recording)
    cur = conn.cursor()
    cur.execute(f"CREATE TABLE {table} (a VARCHAR(40))")
    cur.execute(f"INSERT INTO {table} VALUES (:v)", {"v": VALUE})
    cur.execute(f"SELECT a FROM {table} WHERE a = ?", (VALUE,))
    assert cur.fetchall() == [(VALUE,)]
    prepared = [
        bytes.fromhex(line.split()[2])
        for line in recording.read_text(encoding="ascii").splitlines()
        if re.match(r"\[\d+\] C> [0-9a-f]*0002[0-9a-f]", line)
    ]
    texts = [data for data in prepared if b"INSERT" in data or b"SELECT" in data]
    assert len(texts) == 2
    assert not any(VALUE.encode() in data for data in texts)


@pytest.mark.parametrize(
    "name", ["s; DROP TABLE t", 's"', "s'", "", "1s", "s\n", "s--"]
)
def test_names_that_become_part_of_a_request_are_names(
    connect: Connect, name: str
) -> None:
    conn = connect()
    with (
        pytest.raises(informix_db.ProgrammingError, match="no name for a savepoint"),
        conn.savepoint(name),
    ):
        pass
    if name != "s\n":  # white space around a routine's name is taken off
        with pytest.raises(informix_db.ProgrammingError, match="name of a routine"):
            conn.cursor().callproc(name)


# -- what is handed on


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_connections_are_not_serialised(
    connect: Connect, duplicate: Callable[[Any], object]
) -> None:
    """No process gets a socket and a password that way."""
    conn = connect()
    with pytest.raises(TypeError):
        duplicate(getattr(conn, "_target", conn))
    with pytest.raises(TypeError):
        duplicate(getattr(conn.cursor(), "_target", None) or conn.cursor())


def test_the_password_is_in_no_text(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "informix_db")
    conn = connect()
    target = getattr(conn, "_target", conn)
    texts = [repr(conn), repr(target._params), str(conn.info), caplog.text]
    with pytest.raises(informix_db.Error) as caught:
        connect(password="Sesame")
    texts += [str(caught.value), repr(caught.value), caplog.text]
    assert not [text for text in texts if "in4mix" in text or "Sesame" in text]


# -- the code

_RUNS_CODE = {"eval", "exec", "compile", "__import__"}
_REVIVES_OBJECTS = {"pickle", "marshal", "shelve", "ctypes", "subprocess", "dill"}
_SUSPECT = re.compile(rf"\b({'|'.join(_RUNS_CODE | _REVIVES_OBJECTS)})\b")
_ALLOWED = {
    # runs calls that it has made itself of a recording
    ("_cli/replay.py", "exec"),
    # hands queries to its own child process
    ("testing/canned.py", "pickle"),
    ("testing/canned.py", "subprocess"),
}


def uses(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if not _SUSPECT.search(text):
        return  # parsing takes its time
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_no_bytes_become_code_or_objects() -> None:
    package = ROOT / "informix_db"
    found = {
        (path.relative_to(package).as_posix(), name)
        for path in package.rglob("*.py")
        for name in {*uses(path)} & (_RUNS_CODE | _REVIVES_OBJECTS)
    }
    assert found == _ALLOWED
