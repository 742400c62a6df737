"""The contestants: processes that do tasks, each with a driver of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import floor

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
CACHE = ROOT / ".cache"
RIVAL = "informix-driver==2026.9.3"
PSYCOPG = ("psycopg[binary]==3.3.*", "psycopg-pool==3.3.*")

Address = tuple[str, int]
Answer = tuple[float, str]  # CPU seconds, digest of the values
Run = Callable[[str, int, str], Answer]  # task, times, SQL
Command = Callable[[Address], list[str | Path]]


@dataclass(frozen=True, eq=False)
class Contestant:
    """A driver: how to start it at a server, and how it writes SQL."""

    name: str
    command: Command
    server: Address
    environment: Mapping[str, str] = field(default_factory=dict)
    tasks: frozenset[str] | None = None  # None: it can do all
    placeholder: str = "?"

    def can(self, task: str) -> bool:
        return self.tasks is None or task in self.tasks

    def spell(self, sql: str) -> str:
        """Return SQL with the placeholders of this driver."""
        return sql.replace("?", self.placeholder)


@contextmanager
def started(contestant: Contestant, address: Address) -> Iterator[Run]:
    """Start a contestant's process at a server; yield what has it do a task."""
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    with subprocess.Popen(
        contestant.command(address),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**inherited, **contestant.environment},
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def run(task: str, times: int, sql: str) -> Answer:
            stdin.write(f"{task}\t{times}\t{contestant.spell(sql)}\n")
            stdin.flush()
            line = stdout.readline()
            if not line:
                raise RuntimeError(f"{contestant.name} failed at {task} of {sql!r}")
            number, text = line.rstrip("\n").split("\t")
            return float(number), text

        if stdout.readline() != "ready\n":
            raise RuntimeError(f"{contestant.name} did not start")
        yield run
        stdin.close()


def environment(name: str, *requirements: str) -> Path:
    """Return the Python of an environment for another driver, made if need be."""
    target = CACHE / name
    python = target / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", target], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "-q", *requirements], check=True
        )
    return python


def python_command(python: Path | str, driver: str, parameters: Path) -> Command:
    def command(address: Address) -> list[str | Path]:
        host, port = address
        return [python, HERE / "client.py", driver, host, str(port), parameters]

    return command


def java_command(parameters: Path, classes: Path) -> Command:
    """Compile the Java client, and return the command that runs it."""
    jars = CACHE / "jdbc"
    fetch = [sys.executable, ROOT / "tools" / "fetch_jdbc.py", jars]
    subprocess.run(fetch, check=True)
    libraries = [str(jar) for jar in sorted(jars.glob("*.jar"))]
    path = os.pathsep.join([str(classes), *libraries])
    compiling = ["javac", "-cp", path, "-d", classes, HERE / "Compare.java"]
    subprocess.run(compiling, check=True)

    def command(address: Address) -> list[str | Path]:
        host, port = address
        return ["java", "-cp", path, "Compare", host, str(port), parameters]

    return command


def floor_run(rows: list[tuple[Any, ...]]) -> Run:
    """Return a contestant that only builds the rows, in this process."""
    recipe = floor.floor().Recipe(rows)

    def run(task: str, times: int, sql: str) -> Answer:
        cpu = time.process_time()
        for _ in range(times):
            recipe.build(False)
        return time.process_time() - cpu, ""

    return run


@dataclass
class Times:
    """CPU seconds of one operation in each round, and what else is known of it."""

    cpu: list[float] = field(default_factory=list)
    digest: str = ""
    trips: float | None = None

    @property
    def best(self) -> float:
        """CPU seconds of the best round: what else the machine does only adds."""
        return min(self.cpu)
