"""The pytest plugin, in runs of pytest with processes of their own.

A run in this process would import modules a second time.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import informix_db

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]

USERS_TESTS = """
import sys

import informix_db
import pytest

IMPORTED_AT_START = set(sys.modules)

def test_nothing_is_imported_before_it_is_used():
    assert "informix_db.testing.server" not in IMPORTED_AT_START

def test_database_of_ones_own(informix_connection):
    cursor = informix_connection.cursor()
    cursor.execute("INSERT INTO people VALUES (1, 'Ada')")
    cursor.execute("CREATE TABLE mine (n INT)")
    informix_connection.commit()

def test_another_database_of_ones_own(informix_connection):
    cursor = informix_connection.cursor()
    cursor.execute("CREATE TABLE mine (n INT)")
    assert cursor.execute("SELECT * FROM people").fetchall() == []

LEFT_OPEN = []

def test_connection_left_open(informix_arguments, informix_server):
    connection = informix_db.connect(**informix_arguments)
    connection.cursor().execute("INSERT INTO people VALUES (2, 'Grace')")
    LEFT_OPEN.append((connection, informix_server, informix_arguments["database"]))
    informix_server.faults.error_once(-271)

def test_its_database_is_gone(informix_server, informix_connection):
    connection, server, database = LEFT_OPEN.pop()
    assert server is informix_server
    assert database not in server.engine.databases()
    informix_connection.cursor().execute("DELETE FROM people")
    connection.close()

def test_closed_by_the_test(informix_connection):
    informix_connection.close()
"""
PEOPLE = "CREATE TABLE people (id INT, name VARCHAR(20));"


def install(target: Path) -> None:
    """Make the metadata of an installed package, its entry points above all."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = re.search(
        r'^\[project\.entry-points\.(pytest11)\]\n(\w+ = ".+")$', project, re.M
    )
    assert section is not None
    information = target / "informix_db-0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Name: informix-db\nVersion: 0\n")
    entry = section[2].replace('"', "")
    (information / "entry_points.txt").write_text(f"[{section[1]}]\n{entry}\n")


def test_pytest_finds_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(pytester.path / "installed")
    paths = [
        str(pytester.path / "installed"),
        str(Path(informix_db.__file__).parents[1]),
    ]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    (pytester.path / "sql").mkdir()
    (pytester.path / "sql" / "people.sql").write_text(PEOPLE)
    pytester.makeini(
        "[pytest]\nfilterwarnings = error\ninformix_init = sql/people.sql\n"
    )
    pytester.makepyfile(USERS_TESTS)
    options = ("-p", "no:cacheprovider", "-p", "no:randomly")
    done = pytester.runpytest_subprocess(*options)
    done.assert_outcomes(passed=6)


def test_options_of_the_server(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def informix_server_options():
            return {"users": {"me": "mine"}, "server_name": "other"}
        """
    )
    pytester.makepyfile(
        """
        def test_login(informix_arguments, informix_connection):
            assert informix_arguments["user"] == "me"
            assert informix_arguments["server"] == "other"
            informix_connection.cursor().execute("CREATE TABLE t (n INT)")
        """
    )
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    done = pytester.runpytest_subprocess("-p", "informix_db.testing.plugin")
    done.assert_outcomes(passed=1)
