"""IBM's JDBC driver, run once for all the tests that ask what it saw."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from foreign import jdbc_jars, program

from informix_db.testing import Server

SOURCES = Path(__file__).parent / "jdbc"
LIMIT = 150  # seconds; the whole run takes some ten

Line = dict[str, Any]
Seen = Callable[[str], Line]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep in one process of a parallel run what shares the run of a client."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            shares_java = "jdbc_lines" in getattr(item, "fixturenames", ())
            name = "jdbc" if shares_java else item.path.stem
            item.add_marker(pytest.mark.xdist_group(name))


@pytest.fixture(scope="session")
def jdbc_class_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Class path of the compiled scenarios and IBM's driver."""
    classes = str(tmp_path_factory.mktemp("jdbc-classes"))
    libraries = os.pathsep.join(str(jar) for jar in jdbc_jars())
    sources = sorted(str(path) for path in SOURCES.glob("*.java"))
    subprocess.run(
        [program("javac"), "-cp", libraries, "-d", classes, *sources], check=True
    )
    return f"{classes}{os.pathsep}{libraries}"


@pytest.fixture(scope="session")
def jdbc_lines(jdbc_class_path: str) -> dict[str, Line]:
    """Every scenario's line, from one Java machine against one server."""
    with Server() as server:
        command = [program("java"), "-XX:TieredStopAtLevel=1", "-cp", jdbc_class_path]
        command += ["Main", server.host, str(server.port)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT, check=False
        )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["scenario"]: line for line in lines}


@pytest.fixture
def seen(jdbc_lines: dict[str, Line]) -> Seen:
    """Return what a scenario saw; fail if it did not come to its end."""

    def lookup(scenario: str) -> Line:
        line = jdbc_lines[scenario]
        if line["failure"]:
            pytest.fail(f"saw {line['seen']}, then\n{line['failure']}", pytrace=False)
        values: Line = line["seen"]
        return values

    return lookup
