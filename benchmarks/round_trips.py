"""Round trips per operation: this driver, IBM's JDBC driver, PyPI's informix-driver.

usage: python benchmarks/round_trips.py [--json]

Prints a Markdown table. Each client runs in a process of its own against the emulator
of this repository, through a proxy that counts how often bytes of the client are
followed by bytes of the server. `make interop` brings the foreign clients.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from foreign import compile_java, java, rival_python  # noqa: E402
from logins import connect_to  # noqa: E402
from proxy import SERVER, Proxy  # noqa: E402

from informix_db.testing import Server  # noqa: E402

CLIENT = Path(__file__).with_name("round_trips_client.py")
JAVA_SOURCES = ROOT / "tests" / "interop" / "jdbc"

OPERATIONS = {
    "connect": "connect, open a database",
    "select first": "SELECT with a parameter, 10 rows: first time",
    "select again": "the same, by the same cursor or PreparedStatement",
    "select anew": "the same, by a new one",
    "close statement": "close that, all rows read",
    "insert first": "INSERT with parameters: first time",
    "insert again": "the same, by the same cursor or PreparedStatement",
    "insert many": "1,000 rows by the same: executemany, executeBatch",
    "commit": "commit",
    "last row": "go to the last of 3,000 rows of an open scroll cursor",
    "close cursor": "close a cursor, 1 of 3,000 rows read",
    "ping": "ping, isValid",
    "close": "close the connection",
}

_MAY_NOT_WAIT = {"close statement", "close cursor"}
# Without waiting for replies an operation is done within this time, in seconds.
_UNANSWERED = 2.0
_LIMIT = 30.0  # seconds an operation may take


def fill(server: Server) -> None:
    """Make the tables the clients use."""
    with connect_to(server, autocommit=True) as owner:
        cursor = owner.cursor()
        for table, rows in {"small": 10, "large": 3000, "target": 0}.items():
            cursor.execute(f"CREATE TABLE {table} (n INT, v VARCHAR(40))")
            cursor.executemany(
                f"INSERT INTO {table} VALUES (?, ?)",
                [(n, f"{table} row {n}, some text") for n in range(rows)],
            )


class Client:
    """A client process that names each operation and waits for leave to begin."""

    def __init__(self, command: Sequence[str | Path]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._names: queue.Queue[str] = queue.Queue()
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=[self._process.stdout])
        self._reader.start()

    def _read(self, output: IO[str]) -> None:
        for line in output:
            self._names.put(line.strip())
        self._names.put("")

    def next_operation(self, timeout: float = _LIMIT) -> str:
        """Return what comes next, "" at the end; queue.Empty if it takes longer."""
        return self._names.get(timeout=timeout)

    def go(self) -> None:
        """Let it begin."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def finish(self) -> None:
        """Let it end; RuntimeError if it did not come to its end."""
        self._process.communicate("\n", timeout=_LIMIT)
        self._reader.join()
        if self._process.returncode:
            raise RuntimeError(f"the client failed: {self._process.args!r}")

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()


def count(command: Sequence[str | Path]) -> dict[str, int]:
    """Run a client; return the round trips of each of its operations."""
    with Server() as server:
        fill(server)
        with Proxy(server.host, server.port) as proxy:
            client = Client([*command, proxy.host, str(proxy.port)])
            try:
                counts = _count(client, proxy)
                client.finish()
            except BaseException:
                client.kill()
                raise
    return {name: counts[name] for name in OPERATIONS}


def _count(client: Client, proxy: Proxy) -> dict[str, int]:
    counts: dict[str, int] = {}
    operation = client.next_operation()
    while operation:
        counts[operation], operation = _follow(client, proxy, operation)
    return counts


def _follow(client: Client, proxy: Proxy, operation: str) -> tuple[int, str]:
    """Return the round trips of an operation, and the name of the next one.

    A request that nobody waits for looks like a turn as well if its reply is quick.
    """
    proxy.forget()
    if operation in _MAY_NOT_WAIT:
        proxy.stall(SERVER)
        client.go()
        try:
            return 0, client.next_operation(_UNANSWERED)
        except queue.Empty:
            pass
        finally:
            proxy.heal()
    else:
        client.go()
    following = client.next_operation()
    return proxy.turns, following


def count_python(python: str | Path) -> dict[str, int]:
    """Count for the `informix_db` of a Python."""
    return count([python, "-I", CLIENT])


def count_jdbc() -> dict[str, int]:
    """Count for IBM's JDBC driver."""
    with tempfile.TemporaryDirectory() as classes:
        sources = [JAVA_SOURCES / "RoundTrips.java", JAVA_SOURCES / "Run.java"]
        return count(java(compile_java(sources, Path(classes)), "RoundTrips"))


def table(counts: dict[str, dict[str, int]]) -> str:
    """Return the counts of all clients as a Markdown table."""
    lines = [
        f"| operation | {' | '.join(counts)} |",
        f"|---|{'---:|' * len(counts)}",
    ]
    for name, operation in OPERATIONS.items():
        cells = " | ".join(str(client[name]) for client in counts.values())
        lines.append(f"| {operation} | {cells} |")
    return "\n".join(lines)


def main() -> None:
    """Count and print."""
    with ThreadPoolExecutor() as pool:  # together: these are no times
        running = {
            "this driver": pool.submit(count_python, sys.executable),
            "IBM's JDBC driver": pool.submit(count_jdbc),
            "informix-driver": pool.submit(count_python, rival_python()),
        }
        counts = {name: client.result() for name, client in running.items()}
    print(json.dumps(counts) if "--json" in sys.argv[1:] else table(counts))


if __name__ == "__main__":
    main()
