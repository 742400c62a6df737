"""Which implementation is taken is chosen at import, in an interpreter of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import informix_db

NO, REQUIRE = "INFORMIX_DB_NO_EXTENSIONS", "INFORMIX_DB_REQUIRE_EXTENSIONS"
SHOW = """
import sys, informix_db
print(informix_db.IMPLEMENTATION, 'informix_db._speedups' in sys.modules)
"""
WITHOUT = "import sys; sys.modules['informix_db._speedups'] = None" + SHOW


def run(code: str, **variables: str) -> tuple[str, str]:
    """Return what an interpreter with these variables prints, and its last error."""
    clean = {k: v for k, v in os.environ.items() if k not in (NO, REQUIRE)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**clean, **variables},
        cwd=Path(informix_db.__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    lines = done.stderr.strip().splitlines() or [""]
    return done.stdout.strip(), lines[-1]


@pytest.mark.parametrize(
    "variables", [{}, {REQUIRE: "1"}, {NO: ""}, {NO: "0"}, {NO: "0", REQUIRE: "1"}]
)
def test_the_extension_is_taken(variables: dict[str, str]) -> None:
    assert run(SHOW, **variables) == ("cython True", "")


@pytest.mark.parametrize(
    "variables",
    [{NO: "1"}, {NO: "yes"}, {NO: "1", REQUIRE: ""}, {NO: "1", REQUIRE: "0"}],
)
def test_the_extension_is_refused(variables: dict[str, str]) -> None:
    assert run(SHOW, **variables) == ("python False", "")


def test_a_missing_extension_is_told() -> None:
    assert run(WITHOUT) == ("python True", "")


def test_a_missing_extension_is_an_error_if_it_is_required() -> None:
    out, error = run(WITHOUT, **{REQUIRE: "1"})
    assert out == ""
    assert error.startswith(f"ImportError: {REQUIRE} is set, but informix_db._speedups")


def test_both_switches_contradict_each_other() -> None:
    out, error = run(SHOW, **{NO: "1", REQUIRE: "1"})
    assert out == ""
    assert error == f"ImportError: {NO} and {REQUIRE} are both set"


def test_the_extension_needs_nothing_of_the_package() -> None:
    code = """
import importlib.machinery, importlib.util, sys
import informix_db._speedups
path = informix_db._speedups.__file__
for name in [name for name in sys.modules if name.startswith('informix_db')]:
    del sys.modules[name]
name = 'informix_db._speedups'
loader = importlib.machinery.ExtensionFileLoader(name, path)
spec = importlib.util.spec_from_file_location(name, path, loader=loader)
module = importlib.util.module_from_spec(spec)
loader.exec_module(module)
print(sorted(name for name in sys.modules if name.startswith('informix_db')))
"""
    assert run(code)[0] == "[]"
