"""What the emulator manages: how soon it starts, rows it sends and takes, sessions.

usage: python benchmarks/emulator.py [rows] [sessions] [directory]

Numbers of the emulator, which say nothing about Informix. The server is a process of
its own on this machine, the client this driver; CPU seconds are the server's, its start
included where a line says so. With a directory, the databases are kept there.
"""

from __future__ import annotations

import datetime
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import informix_db

ROWS, SESSIONS = 100_000, 200
DAY = datetime.date(2026, 1, 2)
TABLE = "CREATE TABLE t (a INT, b VARCHAR(20), c INT, d FLOAT, e DATE)"
INSERT = "INSERT INTO t VALUES (?, ?, ?, ?, ?)"


@contextmanager
def served(directory: str | None) -> Iterator[int]:
    """Run a server and yield its port."""
    command = [sys.executable, "-m", "informix_db.testing", "--port", "0"]
    if directory is not None:
        command += ["--data", directory]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline().rsplit(":", 1)[1])
    try:
        yield port
    finally:
        process.terminate()
        process.communicate()


def connected(port: int) -> informix_db.Connection:
    return informix_db.connect(
        host="127.0.0.1",
        port=port,
        user="informix",
        password="in4mix",
        database="testdb",
    )


def server_cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds of processes that ended while `work` ran."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def start(directory: str | None) -> None:
    begin = time.perf_counter()
    with served(directory) as port:
        socket.create_connection(("127.0.0.1", port)).close()
        print(f"  process to first connection: {time.perf_counter() - begin:.3f} s")


def insert(port: int, rows: int, *, put: bool) -> float:
    """Fill the table in one transaction; return the seconds that took."""
    values = [(n, f"name {n}", 2 * n, n / 3, DAY) for n in range(rows)]
    with connected(port) as connection:
        cursor = connection.cursor()
        cursor.execute("DROP TABLE IF EXISTS t")
        cursor.execute(TABLE)
        connection.commit()
        begin = time.perf_counter()
        cursor.executemany(INSERT, values, insert_cursor=put)
        connection.commit()
        return time.perf_counter() - begin


def select(port: int, rows: int) -> float:
    with connected(port) as connection:
        cursor = connection.cursor()
        begin = time.perf_counter()
        cursor.execute("SELECT a, b, c, d, e FROM t")
        assert len(cursor.fetchall()) == rows
        return time.perf_counter() - begin


def transfers(directory: str | None, rows: int) -> None:
    """Time inserts and a select, and count the CPU each costs the server."""
    elapsed: dict[str, float] = {}

    def run(*works: str) -> float:
        def work() -> None:
            with served(directory) as port:
                for name in works:
                    if name == "select":
                        elapsed[name] = select(port, rows)
                    else:
                        elapsed[name] = insert(port, rows, put=name == "insert cursor")

        return server_cpu(work)

    bare = run()
    pipelined = run("insert, pipelined")
    cpu = {
        "insert, pipelined": pipelined - bare,
        "insert cursor": run("insert cursor") - bare,
        "select": run("insert, pipelined", "select") - pipelined,
    }
    for name, seconds in cpu.items():
        print(
            f"  {name}: {rows / seconds:,.0f} rows a CPU second of the server, "
            f"{rows / elapsed[name]:,.0f} a second of the clock"
        )


def crowd(directory: str | None, count: int) -> None:
    """Open sessions at once; each runs a query."""
    with served(directory) as port:
        barrier = threading.Barrier(count)
        answers: list[object] = []

        def work() -> None:
            with connected(port) as connection:
                cursor = connection.cursor()
                barrier.wait()
                cursor.execute("SELECT COUNT(*) FROM systables WHERE tabid = 1")
                answers.append(cursor.fetchone())
                barrier.wait()

        begin = time.perf_counter()
        threads = [threading.Thread(target=work) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - begin
    print(f"  {len(answers)} sessions at once, each answered: {seconds:.2f} s")


def main() -> None:
    arguments = sys.argv[1:]
    rows = int(arguments[0]) if arguments else ROWS
    count = int(arguments[1]) if len(arguments) > 1 else SESSIONS
    directory = arguments[2] if len(arguments) > 2 else None
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, {rows:,} rows")
    start(directory)
    transfers(directory, rows)
    crowd(directory, count)


if __name__ == "__main__":
    main()
