"""docs/CLI.md: each command prints what the page says."""

from __future__ import annotations

import io
import re
import shlex
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import informix_db
from informix_db._cli import login
from informix_db._cli.main import main
from informix_db.testing import Server

PAGE = Path(__file__).parents[3] / "docs" / "CLI.md"
REPORT = "SELECT name FROM customer WHERE num = 101;\n\nSELECT name\n  FORM customer;\n"

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_VARYING = (
    (r"\d+\.\d+ ms", "N ms"),
    (r"(Server Version) \S+", r"\1 N"),
)


def examples() -> list[tuple[str, str]]:
    """Return the commands of the page, and what they print."""
    text = "".join(_BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    found = []
    for example in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = example.partition("\n")
        found.append((command, output))
    return found


@pytest.fixture
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database of the page, at its address."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.sql").write_text(REPORT, encoding="utf-8")
    sqlhosts = tmp_path / "sqlhosts"
    sqlhosts.write_text("informix onsoctcp localhost 9088\n", encoding="utf-8")
    monkeypatch.setenv("INFORMIXSQLHOSTS", str(sqlhosts))
    monkeypatch.setenv("INFORMIX_PASSWORD", "in4mix")
    monkeypatch.setattr(login.getpass, "getuser", lambda: "informix")
    resolve = socket.getaddrinfo
    with Server() as server:

        def redirected(host: Any, port: Any, *args: Any, **arguments: Any) -> Any:
            actual = server.port if port == 9088 else port
            return resolve(server.host, actual, *args, **arguments)

        monkeypatch.setattr(socket, "getaddrinfo", redirected)
        with informix_db.connect(
            user="informix", password="in4mix", autocommit=True
        ) as connection:
            cursor = connection.cursor()
            cursor.execute("CREATE DATABASE stores WITH LOG")
            cursor.execute(
                "CREATE TABLE customer (num SERIAL, name VARCHAR(20), since DATE,"
                " PRIMARY KEY (num) CONSTRAINT pk_customer)"
            )
            cursor.executemany(
                "INSERT INTO customer VALUES (?, ?, ?)",
                [
                    (101, "Pauli", "2020-05-01"),
                    (102, "Sadler", "2021-12-24"),
                    (103, "O|Hara", None),
                ],
            )
        yield


def test_the_examples(stores: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for command, expected in examples():
        shown = io.StringIO()
        monkeypatch.setattr(sys, "stdout", shown)
        monkeypatch.setattr(sys, "stderr", shown)
        program, *arguments = shlex.split(command)
        if program == "cat":
            shown.write(Path(arguments[0]).read_text(encoding="utf-8"))
        else:
            assert program == "informix-db"
            main(arguments)
        text = shown.getvalue()
        for pattern, instead in _VARYING:
            text = re.sub(pattern, instead, text)
        assert text == expected, command
