"""Run the tests with both implementations on several Pythons, from the sdist.

usage: tools/test_matrix.py [--pytest OPTIONS] [INTERPRETER ...]

Builds the sdist once, installs it into an environment of its own for each interpreter
(default: every python3.10 to python3.14 on PATH), and runs the suite twice with what
was installed: compiled part required, compiled part refused. Nothing of the tree but
the tests is used. Exits with the number of runs that failed.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".cache" / "matrix"
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
SWITCHES = {
    "cython": {"INFORMIX_DB_REQUIRE_EXTENSIONS": "1"},
    "python": {"INFORMIX_DB_NO_EXTENSIONS": "1"},
}


def run(*command: object, **environment: str) -> int:
    """Run a command from a place where the package cannot be imported."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("INFORMIX")}
    clean.pop("PYTHONPATH", None)
    arguments = [str(part) for part in command]
    return subprocess.run(
        arguments, cwd=WORK, env={**clean, **environment}, check=False
    ).returncode


def build_sdist() -> Path:
    """Return the sdist of a copy of the tree without what was built in it."""
    tree = WORK / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    built = (".*", "build", "dist", "*.egg-info", "*.so", "*.pyd", "__pycache__")
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*built))
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--target", WORK / "tool")
    if run(*pip, "--upgrade", "setuptools>=77", "cython>=3.1,<4"):
        raise SystemExit("cannot install what the sdist is built with")
    done = subprocess.run(
        [sys.executable, "setup.py", "-q", "sdist"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(WORK / "tool")},
        check=False,
    )
    archives = list((tree / "dist").glob("*.tar.gz"))
    if done.returncode or len(archives) != 1:
        raise SystemExit("the sdist cannot be built")
    return archives[0]


def interpreters(named: Sequence[str]) -> list[str]:
    """Return the paths of the interpreters to test with."""
    found = [shutil.which(name) for name in named or map("python{}".format, VERSIONS)]
    known = [path for path in found if path is not None]
    if not known or (named and len(known) < len(named)):
        raise SystemExit("no such interpreter")
    return known


def test(interpreter: str, sdist: Path, pytest: Sequence[str]) -> dict[str, int]:
    """Return the exit status of the suite by implementation."""
    environment = WORK / Path(interpreter).resolve().parent.parent.name
    python = environment / "bin" / "python"
    shutil.rmtree(environment, ignore_errors=True)
    if run(interpreter, "-m", "venv", environment) or run(
        python, "-m", "pip", "install", "--quiet", f"{sdist}[test]"
    ):
        return {"install": 1}
    command = (environment / "bin" / "pytest", "-q", "-p", "no:cacheprovider")
    options = ("--rootdir", ROOT, "-c", ROOT / "pyproject.toml", *pytest)
    return {
        name: run(*command, *options, ROOT / "tests", **switch)
        for name, switch in SWITCHES.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("interpreter", nargs="*")
    parser.add_argument("--pytest", default="", help="options of pytest")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    sdist = build_sdist()
    results = {
        path: test(path, sdist, shlex.split(options.pytest))
        for path in interpreters(options.interpreter)
    }
    for path, statuses in results.items():
        for name, status in statuses.items():
            print(f"{path} {name}: {'failed' if status else 'passed'}")
    return sum(bool(status) for runs in results.values() for status in runs.values())


if __name__ == "__main__":
    sys.exit(main())
