"""What the tests of the command line share: the client, called in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

import informix_db
from informix_db._cli.main import main
from informix_db.testing import Server

from ..conftest import Connect


class Result(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Result]

LOGIN = ("-u", "informix")


@pytest.fixture
def run(
    emulator: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Call the client with arguments; by default for the logged database."""
    monkeypatch.setenv("INFORMIX_PASSWORD", "in4mix")

    def call(*argv: str, database: str = "testdb") -> Result:
        where = ("-H", emulator.host, "-P", str(emulator.port))
        capsys.readouterr()
        status = main([database, *where, *LOGIN, *argv])
        return Result(status, *capsys.readouterr())

    return call


@pytest.fixture
def other(connect: Connect) -> informix_db.Connection:
    """Another session, to see what the client did."""
    return connect(autocommit=True)
