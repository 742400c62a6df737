"""Where the foreign clients are found.

`make test` brings every client to the place named here. A missing one is a failure
that says so and not a skipped test: without the outsiders the suite only shows that
the driver and the emulator of one author agree.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

_CACHE = Path(__file__).parent.parent / ".cache"
_ADVICE = "`make interop` brings it"

# For machines that live some seconds: no optimizing compiler, no threads for garbage.
_SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def program(name: str) -> str:
    """Return the path of an installed program."""
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"{name} is not installed; {_ADVICE}")
    return path


def rival_python() -> Path:
    """Return the Python that has informix-driver installed."""
    python = _CACHE / "informix-driver" / "bin" / "python"
    if not python.exists():
        pytest.fail(f"informix-driver is not installed; {_ADVICE}")
    return python


def jdbc_jars() -> list[Path]:
    """Return the jars of IBM's JDBC driver."""
    jars = sorted((_CACHE / "jdbc").glob("*.jar"))
    if not jars:
        pytest.fail(f"IBM's JDBC driver is not there; {_ADVICE}")
    return jars


def compile_java(sources: Iterable[Path], classes: Path) -> str:
    """Compile what uses IBM's driver into a directory; return the class path."""
    libraries = os.pathsep.join(str(jar) for jar in jdbc_jars())
    options = [f"-J{option}" for option in _SHORT_LIVED]
    options += ["-proc:none", "-cp", libraries, "-d", str(classes)]
    subprocess.run([program("javac"), *options, *sources], check=True)
    return f"{classes}{os.pathsep}{libraries}"


def java(class_path: str, *arguments: str) -> list[str]:
    """Return the command that runs a class; `arguments` begin with more options."""
    return [program("java"), *_SHORT_LIVED, "-cp", class_path, *arguments]
