"""What the emulator manages: how soon it starts, rows it sends and takes, sessions.

usage: python benchmarks/emulator.py [rows] [sessions] [directory]

Numbers of the emulator, which say nothing about Informix. The server is a process of
its own on this machine (Linux, for its CPU seconds), the client this driver. With a
directory, the databases are kept there.
"""

from __future__ import annotations

import datetime
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import informix_db

ROWS, SESSIONS = 100_000, 200
DAY = datetime.date(2026, 1, 2)
TABLE = "CREATE TABLE t (a INT, b VARCHAR(20), c INT, d FLOAT, e DATE)"
INSERT = "INSERT INTO t VALUES (?, ?, ?, ?, ?)"


class Served:
    """A server process."""

    def __init__(self, directory: str | None) -> None:
        command = [sys.executable, "-m", "informix_db.testing", "--port", "0"]
        if directory is not None:
            command += ["--data", directory]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline().rsplit(":", 1)[1])

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    def cpu(self) -> float:
        """Return the CPU seconds spent so far, as Linux tells them."""
        text = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def connected(self) -> informix_db.Connection:
        return informix_db.connect(
            host="127.0.0.1",
            port=self.port,
            user="informix",
            password="in4mix",
            database="testdb",
        )


def start(directory: str | None) -> None:
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        with Served(directory) as server:
            socket.create_connection(("127.0.0.1", server.port)).close()
            times.append((time.perf_counter() - begin, server.cpu()))
    elapsed, cpu = min(times)
    print(f"  process to first connection: {elapsed:.3f} s, {cpu:.2f} s of CPU")


def report(server: Served, name: str, rows: int, work: Callable[[], None]) -> None:
    """Run `work`, which moves rows, and print how many that is a second."""
    before, begin = server.cpu(), time.perf_counter()
    work()
    elapsed, cpu = time.perf_counter() - begin, server.cpu() - before
    print(
        f"  {name}: {rows / cpu:,.0f} rows a CPU second of the server, "
        f"{rows / elapsed:,.0f} a second of the clock"
    )


def transfers(directory: str | None, rows: int) -> None:
    values = [(n, f"name {n}", 2 * n, n / 3, DAY) for n in range(rows)]
    with Served(directory) as server, server.connected() as connection:
        cursor = connection.cursor()

        def insert(put: bool) -> None:
            cursor.executemany(INSERT, values, insert_cursor=put)
            connection.commit()

        def select() -> None:
            cursor.execute("SELECT a, b, c, d, e FROM t")
            assert len(cursor.fetchall()) == rows

        for name, put in (("insert, pipelined", False), ("insert cursor", True)):
            cursor.execute("DROP TABLE IF EXISTS t")
            cursor.execute(TABLE)
            connection.commit()
            report(server, name, rows, partial(insert, put))
        report(server, "select", rows, select)


def crowd(directory: str | None, count: int) -> None:
    """Open sessions at once; each runs a query."""
    with Served(directory) as server:
        barrier = threading.Barrier(count)
        answers: list[object] = []

        def work() -> None:
            with server.connected() as connection:
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
