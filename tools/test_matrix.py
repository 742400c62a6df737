"""Run the tests with both implementations on several Pythons, from the sdist.

usage: tools/test_matrix.py [--tests PATH ...] [--pytest OPTIONS] [INTERPRETER ...]

Builds the sdist once, installs it into an environment of its own for each interpreter
(default: every python3.10 to python3.14 on PATH), and runs the suite twice with what
was installed: compiled part required, compiled part refused. The tests are those of
the sdist, too; the foreign clients are those that `make interop` brought. Exits with
the number of runs that failed.
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
CLIENTS = ROOT / ".cache"  # the foreign ones
WORK = CLIENTS / "matrix"
PARALLEL = "-n auto --dist worksteal"
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


def build_sdist() -> tuple[Path, Path]:
    """Return the sdist of the tree without what was built in it, and unpacked."""
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
    unpacked = WORK / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    shutil.unpack_archive(archives[0], unpacked)
    (sources,) = unpacked.iterdir()
    (sources / CLIENTS.name).symlink_to(CLIENTS)
    return archives[0], sources


def interpreters(named: Sequence[str]) -> list[str]:
    """Return the paths of the interpreters to test with."""
    found = [shutil.which(name) for name in named or map("python{}".format, VERSIONS)]
    known = [path for path in found if path is not None]
    if not known or (named and len(known) < len(named)):
        raise SystemExit("no such interpreter")
    return known


def install(interpreter: str, sdist: Path) -> Path | None:
    """Return the bin directory of a fresh environment with the sdist, if it can be."""
    environment = WORK / Path(interpreter).resolve().parent.parent.name
    shutil.rmtree(environment, ignore_errors=True)
    programs = environment / "bin"
    pip = (programs / "python", "-m", "pip", "install", "--quiet")
    if run(interpreter, "-m", "venv", environment) or run(*pip, f"{sdist}[test]"):
        return None
    return programs


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("interpreter", nargs="*")
    parser.add_argument("--tests", nargs="+", default=["tests"], metavar="PATH")
    parser.add_argument("--pytest", default=PARALLEL, metavar="OPTIONS")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    sdist, tree = build_sdist()
    arguments = ["-q", "-p", "no:cacheprovider", "--rootdir", tree]
    arguments += ["-c", tree / "pyproject.toml", *shlex.split(options.pytest)]
    arguments += [tree / path for path in options.tests]
    failed = []
    for interpreter in interpreters(options.interpreter):
        programs = install(interpreter, sdist)
        for name, switch in SWITCHES.items():
            if programs is None or run(programs / "pytest", *arguments, **switch):
                failed.append(f"{interpreter} {name}")
    print("failed:", ", ".join(failed) or "none")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
