"""What tests of recordings share."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from informix_db._cli.main import main

# Takes long enough to be interrupted.
ENDLESS = (
    "SELECT COUNT(*) FROM syscolumns a, syscolumns b, syscolumns c, syscolumns d, "
    "syscolumns e"
)
# More than one fetch buffer holds.
MANY = "SELECT FIRST 9000 a.tabid, b.colname FROM systables a, syscolumns b"

# For tests whose examples record sessions.
few = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def replayed(recording: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a recording again; return what came out, which is as it was."""
    capsys.readouterr()
    status = main(["replay", str(recording)])
    printed = capsys.readouterr()
    assert (status, printed.err) == (0, ""), printed.out[-2000:]
    assert "recorded: " not in printed.out
    return printed.out


def made_test(recording: Path) -> Callable[[], None]:
    """Make a test of a recording, by running it, and see it pass."""
    written = recording.with_name("test_session.py")
    assert main(["replay", str(recording), "--test", str(written)]) == 0
    # Nothing that it waits for in vain comes later.
    quick = written.read_text("utf-8").replace("timeout=10", "timeout=1")
    written.write_text(quick, encoding="utf-8")

    def run() -> None:
        runpy.run_path(str(written))["test_recording"]()

    run()
    return run
