"""A PostgreSQL server with the tables of the comparison, for as long as it takes.

It is what psycopg talks to. Its part of the work is not measured.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks import tables

DEBIAN = Path("/usr/lib/postgresql")  # where Debian keeps pg_ctl, out of PATH
TYPES: Mapping[str, str] = {
    "int": "integer",
    "bigint": "bigint",
    "float": "double precision",
    "varchar": "varchar(40)",
    "date": "date",
    "decimal": "numeric(12,2)",
    "datetime": "timestamp(0)",
    "char": "varchar(20)",
    "smallint": "smallint",
    "smallfloat": "real",
}


def programs() -> Path | None:
    """Return the directory of PostgreSQL's programs, if there is one."""
    found = shutil.which("pg_ctl")
    if found is not None:
        return Path(found).resolve().parent
    return max(DEBIAN.glob("*/bin"), default=None, key=lambda path: path.parent.name)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def server(
    directory: Path, filled: Iterable[tables.Table], empty: str
) -> Iterator[tuple[str, int]]:
    """Run the programs of `directory`; yield host and port.

    PostgreSQL refuses to run as root: its own user has to be there then.
    """
    user = "postgres" if os.getuid() == 0 else None

    def run(program: str, *arguments: object, text: str | None = None) -> None:
        subprocess.run(
            [directory / program, *map(str, arguments)],
            user=user,
            check=True,
            cwd="/",
            input=text,
            encoding="ascii",
            stdout=subprocess.DEVNULL,
        )

    with tempfile.TemporaryDirectory() as scratch:
        if user:
            shutil.chown(scratch, user)
        data, port = Path(scratch) / "data", free_port()
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c fsync=off"
        options += " -c max_connections=200 -c unix_socket_directories=''"
        run("initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8")
        run("pg_ctl", "-D", data, "-l", data / "log", "-w", "-o", options, "start")
        try:
            client = ("-q", "-h", "127.0.0.1", "-p", port, "-U", "postgres")
            for table in filled:
                run("psql", *client, text=_script(table, keep=table.name != empty))
            yield "127.0.0.1", port
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")


def _script(table: tables.Table, *, keep: bool) -> str:
    """Return what makes a table, and fills it if its rows are to be kept."""
    columns = ", ".join(
        f"{column.name} {TYPES[column.name.partition('_')[2]]}"
        for column in table.columns
    )
    script = f"CREATE TABLE {table.name} ({columns});\n"
    if keep:
        lines = ("\t".join(map(str, row)) for row in table.rows)
        script += f"COPY {table.name} FROM stdin;\n" + "\n".join(lines) + "\n\\.\n"
    return script + f"ANALYZE {table.name};\n"
