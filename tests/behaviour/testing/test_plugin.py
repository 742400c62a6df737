"""The pytest plugin, in a run of pytest that knows of it as of any installed one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import informix_db

ROOT = Path(__file__).parents[3]

USERS_TESTS = """
import sys

import informix_db

SERVER_AT_START = "informix_db.testing.server" in sys.modules

def connect(server, **arguments):
    return informix_db.connect(
        server.host, server.port, user="informix", password="in4mix",
        database="testdb", **arguments,
    )

def test_nothing_is_imported_before_it_is_used():
    assert not SERVER_AT_START

def test_a_server_for_one_test(informix_server):
    with connect(informix_server, autocommit=True) as connection:
        connection.cursor().execute("CREATE TABLE mine (n INT)")

def test_another_server_for_the_next(informix_server):
    with connect(informix_server, autocommit=True) as connection:
        connection.cursor().execute("CREATE TABLE mine (n INT)")
"""


def install(target: Path) -> None:
    """Make the metadata of an installed package, its entry points above all."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = re.search(
        r'^\[project\.entry-points\.(\w+)\]\n(\w+ = ".+")$', project, re.M
    )
    assert section is not None
    information = target / "informix_db-0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Name: informix-db\nVersion: 0\n")
    entry = section[2].replace('"', "")
    (information / "entry_points.txt").write_text(f"[{section[1]}]\n{entry}\n")


def test_pytest_finds_it(tmp_path: Path) -> None:
    install(tmp_path / "installed")
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (tests / "test_mine.py").write_text(USERS_TESTS)
    package = Path(informix_db.__file__).parent
    paths = [str(tmp_path / "installed"), str(package.parent)]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tests,
        env={**kept, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert "3 passed" in done.stdout, done.stdout + done.stderr
