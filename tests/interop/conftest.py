"""IBM's JDBC driver, run once for all the tests that ask what it saw."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from foreign import compile_java, java

from informix_db.testing import Question, Server
from informix_db.testing.framing import V15_CAPABILITIES, mask_of
from informix_db.testing.pam import VISIBLE

SOURCES = Path(__file__).parent / "jdbc"
LIMIT = 150  # seconds; the whole run takes some ten

Line = dict[str, Any]
Seen = Callable[[str], Line]


@pytest.fixture(scope="session")
def jdbc_lines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Line]:
    """Every scenario's line, from one Java machine against one server.

    In a parallel run the first process that needs them writes them for the others.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return _run_java(tmp_path_factory)
    import fcntl  # not on Windows, where these tests do not run

    shared = tmp_path_factory.getbasetemp().parent / "jdbc-lines.json"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            shared.write_text(json.dumps(_run_java(tmp_path_factory)))
    lines: dict[str, Line] = json.loads(shared.read_text())
    return lines


def _switched(*bits: int) -> bytes:
    """Return the usual mask with some bits the other way."""
    pairs = zip(V15_CAPABILITIES, mask_of(*bits), strict=True)
    return bytes(usual ^ switched for usual, switched in pairs)


# What IBM's driver is known to heed, switched off one by one (18: on), and the forms
# with little or nothing.
HEEDED = (8, 10, 13, 34, 48, 50, 52, 54, 56, 62, 63)
MASKS = {
    "all": V15_CAPABILITIES,
    **{f"no{bit}": _switched(bit) for bit in HEEDED},
    "with18": _switched(18),
    "nmap": bytes.fromhex("bdbc1ffc3c848a"),  # what is common to nmap's and a v15 mask
    "none": bytes(9),
    "empty": b"",
}
PAM = [Question("Password: "), Question("Colour?", "blue", VISIBLE)]


def _run_java(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Line]:
    classes = tmp_path_factory.mktemp("jdbc-classes")
    class_path = compile_java(sorted(SOURCES.glob("*.java")), classes)
    with ExitStack() as stack:
        servers = {name: Server(capabilities=mask) for name, mask in MASKS.items()}
        servers["pam"] = Server(pam=PAM)
        server = stack.enter_context(Server())
        for other in servers.values():
            stack.enter_context(other)
        ports = [f"-Dport.{name}={s.port}" for name, s in servers.items()]
        scenarios = [*ports, f"-Dmasks={','.join(MASKS)}", "Main"]
        command = java(class_path, *scenarios, server.host, str(server.port))
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
