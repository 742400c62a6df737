"""Fetch IBM's JDBC driver for the tests that run it as a client of the emulator.

The driver comes out of a wheel on the Python package index that bundles it, because
pip is the one downloader every machine that builds this project has. The jars are
IBM's and MongoDB's, under their licences: they are run, never committed or shipped.

usage: python tools/fetch_jdbc.py DIRECTORY
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

WHEEL = "wbjdbc==2.4.0"
PREFIX = "wbjdbc/resources/maven"
JARS = ("com.ibm.informix/jdbc-4.50.10.1.jar", "org.mongodb/bson-3.8.0.jar")


def download(directory: Path) -> Path:
    """Have pip download the wheel into `directory` and return its path."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--dest", str(directory), WHEEL]
    subprocess.run(command, check=True)
    return next(directory.glob("*.whl"))


def extract(wheel: Path, directory: Path) -> None:
    """Copy the jars out of `wheel` into `directory`, without its folders."""
    with zipfile.ZipFile(wheel) as archive:
        for jar in JARS:
            target = directory / Path(jar).name
            target.write_bytes(archive.read(f"{PREFIX}/{jar}"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="where the jars go")
    directory = parser.parse_args().directory
    if all((directory / Path(jar).name).exists() for jar in JARS):
        return
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        extract(download(Path(scratch)), directory)


if __name__ == "__main__":
    main()
