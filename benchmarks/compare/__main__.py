"""Compare drivers: ``python -m benchmarks.compare``.

This driver compiled and pure, PyPI's informix-driver and IBM's JDBC driver talk to one
server that answers from memory with the same bytes; psycopg, for orientation, talks to
PostgreSQL. Each has a process of its own, and they take turns. Prints client CPU
seconds (user and system) as ratios, round trips, and the memory of a long iteration.
What the servers take is not part of any number: none of this is about Informix itself.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import tables
from informix_db.testing.canned import CannedQuery, CannedServer

from . import contestants as c
from . import postgres, report

sys.path.insert(0, str(c.ROOT / "tests"))

from proxy import Proxy

PAGE = c.ROOT / "docs" / "BENCHMARKS.md"
PLOT = c.ROOT / "docs" / "comparison.svg"
MARKS = ("<!-- comparison -->\n", "<!-- end of comparison -->\n")
WIDE = tables.TEN * 5
OURS = "this driver"
FLOOR = "only the objects"


@dataclass(frozen=True)
class Task:
    """What the contestants do, and how often between two looks at the clock."""

    title: str
    verb: str
    sql: str
    times: int = 1
    rows: list[tuple[object, ...]] | None = None  # for the floor


@dataclass(frozen=True)
class Setting:
    """The tables, which all servers have, and the tasks."""

    tables: list[tables.Table]
    tasks: list[Task]
    insert: str  # the name of the table that takes rows
    long: tables.Table  # for an iteration in which memory counts


def setting(rows: int) -> Setting:
    """Return the tables and tasks, the largest with so many rows."""
    five = tables.table("five", tables.FIVE, rows)
    ten = tables.table("ten", tables.TEN, rows)
    wide = tables.table("wide", WIDE, max(rows // 100, 1))
    one = tables.table("one", ("INT",), 1)
    few = tables.Table("few", five.columns, five.rows[:10])
    more = tables.Table("more", five.columns, five.rows[:1000])
    target = tables.Table("target", five.columns, five.rows)
    tasks = [
        Task("connect and close", "login", "", 50),
        Task("SELECT, 1 row", "fetchall", one.select, 500),
        Task("SELECT, 10 rows", "fetchall", few.select, 500),
        Task(f"SELECT, {len(more.rows):,} rows", "fetchall", more.select, 50),
        Task(f"SELECT, {rows:,} rows", "fetchall", five.select, 2, five.rows),
        Task(f"{rows:,} rows, 10 columns", "fetchall", ten.select, 1, ten.rows),
        Task(f"{len(wide.rows):,} rows, 50 columns", "fetchall", wide.select, 10),
        Task(f"iteration, {rows:,} rows", "iterate", five.select, 2),
        Task(f"executemany, {rows:,} rows", "executemany", target.insert),
        Task("pool: acquire, 1 row, release", "pooled", one.select, 300),
        Task("100 concurrent asyncio queries", "concurrent", few.select, 5),
    ]
    long = tables.Table("long", five.columns, five.rows[:1] * (10 * rows))
    everywhere = [five, ten, wide, one, few, more, target]
    return Setting(everywhere, tasks, target.name, long)


def write_parameters(path: Path, rows: list[tuple[object, ...]]) -> None:
    """Write rows so that clients in any language can read them."""
    lines = ("\t".join(map(str, row)) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")


def contest(setting: Setting, stack: ExitStack) -> list[c.Contestant]:
    """Start the servers; return who can take part on this machine."""
    scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    parameters = scratch / "parameters"
    write_parameters(parameters, setting.tables[0].rows)
    queries: dict[str, CannedQuery] = {}
    for table in [*setting.tables, setting.long]:
        queries.update(table.queries)
    canned = stack.enter_context(CannedServer(queries)).address

    def ours(name: str, switch: str) -> c.Contestant:
        command = c.python_command(sys.executable, "informix_db", parameters)
        variables = {"PYTHONPATH": str(c.ROOT), switch: "1"}
        return c.Contestant(name, command, canned, variables)

    rival = c.environment("informix-driver", c.RIVAL)
    found = [
        ours(OURS, "INFORMIX_DB_REQUIRE_EXTENSIONS"),
        ours("pure Python", "INFORMIX_DB_NO_EXTENSIONS"),
        c.Contestant(
            "informix-driver",
            c.python_command(rival, "informix_db", parameters),
            canned,
        ),
        c.Contestant(
            "IBM's JDBC driver",
            c.java_command(parameters, scratch),
            canned,
            tasks=frozenset({"fetchall", "executemany", "login"}),
        ),
    ]
    programs = postgres.programs()
    if programs is None:
        print("Without psycopg: there is no PostgreSQL (Debian: postgresql).")
        return found
    python = c.environment("psycopg", *c.PSYCOPG)
    server = postgres.server(programs, setting.tables, setting.insert)
    orientation = c.Contestant(
        "psycopg, PostgreSQL",
        c.python_command(python, "psycopg", parameters),
        stack.enter_context(server),
        placeholder="%s",
    )
    return [*found, orientation]


def measure(
    tasks: list[Task], runs: Mapping[c.Contestant, c.Run], rounds: int, warm_up: int
) -> dict[str, dict[str, c.Times]]:
    """Let the contestants do each task in turns."""
    results: dict[str, dict[str, c.Times]] = {}
    for task in tasks:
        able = {who.name: run for who, run in runs.items() if who.can(task.verb)}
        if task.rows is not None:
            able[FLOOR] = c.floor_run(task.rows)
        taken = {name: c.Times() for name in able}
        for turn in range(warm_up + rounds):
            for name, run in able.items():
                cpu, taken[name].digest = run(task.verb, task.times, task.sql)
                if turn >= warm_up:
                    taken[name].cpu.append(cpu / task.times)
        results[task.title] = taken
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return results


def count_trips(
    who: c.Contestant, tasks: list[Task], results: dict[str, dict[str, c.Times]]
) -> None:
    """Count the round trips of each task's second time, through a proxy."""
    with Proxy(*who.server) as proxy, c.started(who, (proxy.host, proxy.port)) as run:
        for task in tasks:
            if who.can(task.verb) and task.verb != "concurrent":
                run(task.verb, 1, task.sql)
                proxy.forget()
                run(task.verb, 1, task.sql)
                results[task.title][who.name].trips = proxy.turns


def growth(runs: Mapping[c.Contestant, c.Run], long: tables.Table) -> dict[str, float]:
    """Return MiB each process grows by while it iterates over very many rows."""
    grown: dict[str, float] = {}
    for who, run in runs.items():
        if who.tasks is None and who.placeholder == "?":
            grown[who.name], rows = run("count", 1, long.select)
            assert int(rows) == len(long.rows)
    return grown


def page(
    results: dict[str, dict[str, c.Times]],
    names: list[str],
    grown: str,
) -> str:
    """Return what is printed, and stands between the marks of the page."""
    other = report.differing(results, names[:3]) or ["none"]
    return "\n\n".join(
        [
            "**Client CPU of one operation; the others as multiples of it**",
            report.cpu_table(results, [*names, FLOOR]),
            "**Round trips of one operation**",
            report.trips_table(results, names),
            grown,
            f"Other values than this driver's: {'; '.join(other)}.\n",
        ]
    )


def write(text: str, plot: str) -> None:
    """Put the results into the documentation."""
    before, _, rest = PAGE.read_text().partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    PAGE.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}")
    PLOT.write_text(plot)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    parser.add_argument("--warm-up", type=int, default=4, help="rounds, default: 4")
    parser.add_argument("--rows", type=int, default=tables.ROWS, help="default: 100000")
    parser.add_argument("--write", action="store_true", help="into docs/")
    options = parser.parse_args()
    work = setting(options.rows)
    with ExitStack() as stack:
        who = contest(work, stack)
        runs = {one: stack.enter_context(c.started(one, one.server)) for one in who}
        # First: what a process has once been given, it hardly gives back.
        grown = growth(runs, work.long)
        results = measure(work.tasks, runs, options.rounds, options.warm_up)
        for one in who:
            count_trips(one, work.tasks, results)
    names = [one.name for one in who]
    memory = ", ".join(f"{name} {size:.0f} MiB" for name, size in grown.items())
    many = f"Growth of the process in an iteration over {len(work.long.rows):,} rows"
    text = page(results, names, f"{many}: {memory}.")
    print(text)
    if options.write:
        title = "Client CPU of one operation, as multiples of this driver's"
        write(text, report.plot(results, names, title))


if __name__ == "__main__":
    main()
