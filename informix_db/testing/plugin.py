"""The pytest plugin, which pytest finds by itself where this package is installed.

It is imported at the start of every pytest run there, also of those that never ask for
a server: nothing of the emulator or the driver is imported before a test does.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from informix_db import Connection

    from .server import Server

_DEFAULT_LOGIN = {"informix": "in4mix"}
_SCRIPT = "informix_init"  # ini option

_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini option `informix_init`."""
    parser.addini(
        _SCRIPT,
        "SQL scripts that make the tables of every test's Informix database",
        type="paths",
        default=[],
    )


@pytest.fixture(scope="session")
def informix_server_options() -> dict[str, Any]:
    """Arguments for the `Server` of the run; to be overridden."""
    return {}


@pytest.fixture(scope="session")
def informix_server(informix_server_options: dict[str, Any]) -> Iterator[Server]:
    """An emulated Informix server for the whole run."""
    from .server import Server

    with Server(**informix_server_options) as server:
        yield server


@pytest.fixture
def informix_database(
    informix_server: Server, pytestconfig: pytest.Config
) -> Iterator[str]:
    """The name of a new database, with a log, for one test.

    It has what the scripts of the ini option `informix_init` make. Afterwards it is
    dropped, whoever still uses it, and faults that have not happened are forgotten.
    """
    scripts: list[Path] = pytestconfig.getini(_SCRIPT)
    name = f"test_{next(_numbers)}"
    informix_server.create_database(name)
    try:
        for path in scripts:
            informix_server.run_script(path.read_text(encoding="utf-8"), name)
        yield name
    finally:
        informix_server.faults.clear()
        informix_server.drop_database(name)


@pytest.fixture
def informix_arguments(
    informix_server: Server,
    informix_database: str,
    informix_server_options: dict[str, Any],
) -> dict[str, Any]:
    """Arguments for `informix_db.connect` to reach the test's database."""
    users = informix_server_options.get("users") or _DEFAULT_LOGIN
    user, password = next(iter(users.items()))
    return {
        "host": informix_server.host,
        "port": informix_server.port,
        "server": informix_server.server_name,
        "user": user,
        "password": password,
        "database": informix_database,
    }


@pytest.fixture
def informix_connection(informix_arguments: dict[str, Any]) -> Iterator[Connection]:
    """An open connection to the test's database."""
    import informix_db

    with informix_db.connect(**informix_arguments) as connection:
        yield connection
