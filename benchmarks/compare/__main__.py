"""Compare drivers on the same bytes: ``python -m benchmarks.compare``.

This driver compiled and pure, the published informix-driver, and the floor (only the
Python objects), each in a process of its own, in turns, against one server that answers
from memory. Prints tables of client CPU seconds (user and system) and their ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import floor, tables
from informix_db.testing.canned import CannedQuery, CannedServer

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RIVAL = "informix-driver==2026.9.3"
MANY = 1_000_000

Run = Callable[[str, str], Any]  # task, SQL -> what client.py prints


@dataclass
class Times:
    """What the runs of one contestant took."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    digest: str = ""


@contextmanager
def client(
    python: Path, server: CannedServer, parameters: str, **variables: str
) -> Iterator[Run]:
    """Start a process that runs tasks with one driver."""
    with subprocess.Popen(
        [python, HERE / "client.py", server.host, str(server.port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **variables},
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def run(*line: str) -> Any:
            stdin.write(json.dumps(line) + "\n")
            stdin.flush()
            return json.loads(stdout.readline())

        run(parameters)
        yield run
        stdin.close()


def rival_python() -> Path:
    """Return the Python of informix-driver's own environment, made if need be."""
    target = ROOT / ".cache" / "informix-driver"
    python = target / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", target], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", RIVAL], check=True)
    return python


def floor_run(rows: list[tuple[Any, ...]], *, untracked: bool) -> Run:
    """Return a contestant that only builds the rows, in this process."""
    recipe = floor.floor().Recipe(rows)

    def timed() -> tuple[float, float]:
        cpu, wall = time.process_time(), time.perf_counter()
        recipe.build(untracked)
        return time.process_time() - cpu, time.perf_counter() - wall

    def run(task: str, sql: str) -> tuple[float, float, str]:
        cpu, wall = zip(*(timed() for _ in range(3)), strict=True)
        return statistics.median(cpu), statistics.median(wall), ""

    return run


def compare(
    title: str, contestants: Mapping[str, Run], task: str, sql: str, rounds: int
) -> None:
    """Let the contestants run in turns and print what they took, as a table."""
    times = {name: Times() for name in contestants}
    for turn in range(rounds + 1):
        for name, run in contestants.items():
            cpu, wall, times[name].digest = run(task, sql)
            if turn:  # the first is warm-up
                times[name].cpu.append(cpu)
                times[name].wall.append(wall)
    ours = times["cython"]
    base = statistics.median(ours.cpu)
    print(f"\n**{title}**\n")
    print("| | CPU ms | ratio | wall ms | same values |\n|---|---:|---:|---:|---|")
    for name, taken in sorted(times.items(), key=lambda item: sorted(item[1].cpu)):
        cpu, wall = statistics.median(taken.cpu), statistics.median(taken.wall)
        same = {ours.digest: "yes", "": ""}.get(taken.digest, "no")
        print(
            f"| {name} | {cpu * 1000:.1f} | {cpu / base:.2f} | {wall * 1000:.1f} "
            f"| {same} |",
            flush=True,
        )


def compare_memory(contestants: Mapping[str, Run], sql: str) -> None:
    """Print how much each process grows while it iterates over very many rows."""
    print(f"\n**Iteration over {MANY:,} rows**\n\n| | growth MiB |\n|---|---:|")
    for name, run in contestants.items():
        rows, growth = run("count", sql)
        assert rows == MANY
        print(f"| {name} | {growth:.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    rounds = parser.parse_args().rounds
    five = tables.table("five", tables.FIVE)
    ten = tables.table("ten", tables.TEN)
    long = tables.table("long", tables.FIVE, 1)
    queries = {**five.queries, **ten.queries}
    queries[long.select] = CannedQuery(long.columns, long.rows * MANY)
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.NamedTemporaryFile())
        pickle.dump(five.rows, file)
        file.flush()
        server = stack.enter_context(CannedServer(queries))

        def start(python: Path | str, **variables: str) -> Run:
            process = client(Path(python), server, file.name, **variables)
            return stack.enter_context(process)

        own = {"PYTHONPATH": str(ROOT)}
        drivers = {
            "cython": start(sys.executable, INFORMIX_DB_REQUIRE_EXTENSIONS="1", **own),
            "python": start(sys.executable, INFORMIX_DB_NO_EXTENSIONS="1", **own),
            "informix-driver": start(rival_python()),
        }
        # First: what a process has once been given, it hardly gives back.
        compare_memory(drivers, long.select)
        for table, shape in ((five, "five"), (ten, "ten")):
            floors = {
                "floor": floor_run(table.rows, untracked=False),
                "floor, not tracked": floor_run(table.rows, untracked=True),
            }
            compare(
                f"fetchall() of 100,000 rows of {shape} columns",
                {**drivers, **floors},
                "fetchall",
                table.select,
                rounds,
            )
        iteration = "iteration over 100,000 rows of five columns"
        compare(iteration, drivers, "iterate", five.select, rounds)
        insertion = "executemany() of 100,000 rows of five parameters"
        compare(insertion, drivers, "executemany", five.insert, rounds)


if __name__ == "__main__":
    main()
