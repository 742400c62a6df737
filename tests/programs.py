"""Programs that tests run in a process of their own."""

from __future__ import annotations

import subprocess
import sys
import textwrap

from informix_db.testing import Server


def run_forking(program: str, server: Server) -> None:
    """Run a program that forks, warnings being errors; it finds the server in argv."""
    allowed = "ignore::DeprecationWarning"  # of forking with threads, in 3.12
    code = textwrap.dedent(program)
    command = [sys.executable, "-W", "error", "-W", allowed, "-c", code]
    result = subprocess.run(
        [*command, server.host, str(server.port)],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
