"""Show the driver at work against the emulator of the server.

Every section runs a few statements and prints what came back. Nothing but this project
is needed: the emulator runs in this process and listens on loopback.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import datetime
import decimal
import io
import sys
import threading
import time
from typing import Any

import informix_db
from informix_db import aio
from informix_db.testing import Server

LOGIN: dict[str, Any] = {
    "user": "informix",
    "password": "in4mix",
    "database": "testdb",
    "server": "informix",
}

ENDLESS = "SELECT COUNT(*) FROM many a, many b, many c"


def title(text: str) -> None:
    print(f"\n{text}")


def show(label: str, value: object) -> None:
    print(f"   {label:<24} {value}")


def queries(conn: informix_db.Connection) -> None:
    title("Queries: parameters are ?, :1 or :name, rows are streamed")
    cur = conn.cursor()
    cur.execute("CREATE TABLE city (id SERIAL PRIMARY KEY, name VARCHAR(30), size INT)")
    cur.execute("INSERT INTO city (name, size) VALUES (?, ?)", ("Lyon", 522_000))
    cur.execute("INSERT INTO city (name, size) VALUES (:1, :2)", ("Graz", 302_000))
    cur.execute(
        "INSERT INTO city (name, size) VALUES (:name, :size)",
        {"name": "Málaga", "size": None},
    )
    show("last serial", cur.lastrowid)
    conn.commit()
    cur.execute("SELECT id, name, size FROM city WHERE id < ? ORDER BY name", (4,))
    for row in cur:
        show("row", row)
    cur = conn.cursor(row_factory=informix_db.Row)
    cur.execute("SELECT name, size FROM city ORDER BY size DESC")
    largest = cur.fetchone()
    show("by name", f"{largest.name} has {largest.size} people")


def types(conn: informix_db.Connection) -> None:
    title("Types: exact values both ways, NULL is None")
    cur = conn.cursor()
    cur.execute(
        "CREATE TABLE sample (big BIGINT, price DECIMAL(12,4), ratio FLOAT, day DATE,"
        " moment DATETIME YEAR TO FRACTION(5), lasts INTERVAL DAY TO SECOND,"
        " age INTERVAL YEAR TO MONTH, code CHAR(6), note LVARCHAR(200), ok BOOLEAN)"
    )
    values = (
        2**62,
        decimal.Decimal("-12345678.1234"),
        0.1,
        datetime.date(2024, 2, 29),
        datetime.datetime(2024, 2, 29, 13, 14, 15, 123450),
        datetime.timedelta(days=10, hours=11, minutes=12, seconds=13),
        informix_db.IntervalYM(12 * 12 + 5),
        "abc",
        "long text " * 12,
        True,
    )
    cur.execute(f"INSERT INTO sample VALUES ({', '.join('?' * len(values))})", values)
    cur.execute("SELECT * FROM sample")
    stored = cur.fetchone()
    names = [column[0] for column in cur.description or ()]
    for name, given, got in zip(names, values, stored, strict=True):
        text = repr(got) if len(repr(got)) < 60 else f"{repr(got)[:57]}..."
        show(name, f"{text}{'' if got == given else '  CHANGED'}")
    conn.rollback()


def large_objects(conn: informix_db.Connection) -> None:
    title("Large objects: written from bytes, text and files, read like files")
    cur = conn.cursor()
    cur.execute("CREATE TABLE album (picture BLOB, story CLOB, thumb BYTE, note TEXT)")
    picture = io.BytesIO(bytes(range(256)) * 8192)
    cur.execute(
        "INSERT INTO album VALUES (?, ?, ?, ?)",
        (picture, "Once upon a time", b"\x89PNG", "not for sale"),
    )
    cur.execute("SELECT picture, story, thumb, note FROM album")
    blob, clob, thumb, note = cur.fetchone()
    with blob.open() as file:
        file.seek(-4, io.SEEK_END)
        show("BLOB", f"{file.size()} bytes, the last are {file.read().hex()}")
    with clob.open("r+") as file:
        file.seek(0, io.SEEK_END)
        file.write(", and so on")
        file.seek(0)
        show("CLOB, appended to", repr(file.read()))
    show("BYTE and TEXT", f"{thumb!r}, {note!r}")
    conn.rollback()


def transactions(conn: informix_db.Connection) -> None:
    title("Transactions: BEGIN is sent when it is needed, commit or undo")
    cur = conn.cursor()

    def count() -> Any:
        cur.execute("SELECT COUNT(*) FROM city")
        return cur.fetchone()[0]

    cur.execute("DELETE FROM city")
    show("inside, after DELETE", f"{count()} rows, open: {conn.in_transaction}")
    conn.rollback()
    show("after rollback", f"{count()} rows")
    with conn.transaction():
        cur.execute("INSERT INTO city (name) VALUES ('Turku')")
    show("after a with block", f"{count()} rows")


def errors(conn: informix_db.Connection) -> None:
    title("Errors: class by PEP 249, the server's code, where in the statement")
    cur = conn.cursor()
    statements = [
        "SELECT nme FROM city",
        "SELECT name FORM city",
        "INSERT INTO city (id, name) VALUES (1, 'again')",
    ]
    for sql in statements:
        try:
            cur.execute(sql)
        except informix_db.Error as error:
            show(type(error).__name__, str(error).replace("\n", f"\n{'':28}"))
    conn.rollback()
    cur.execute("SELECT FIRST 1 name FROM city")
    show("still usable", cur.fetchone())


def many(conn: informix_db.Connection) -> None:
    title("Many rows: executemany is pipelined, fetching is streamed")
    cur = conn.cursor()
    cur.execute("CREATE TABLE many (id INT, name VARCHAR(20))")
    rows = [(i, f"name {i}") for i in range(10_000)]
    start = time.perf_counter()
    cur.executemany("INSERT INTO many VALUES (?, ?)", rows)
    conn.commit()
    show("inserted", f"{len(rows)} rows in {time.perf_counter() - start:.2f} s")
    start = time.perf_counter()
    cur.execute("SELECT id, name FROM many")
    total = sum(row[0] for row in cur)
    show("fetched, sum of id", f"{total} in {time.perf_counter() - start:.2f} s")


def cancelling(conn: informix_db.Connection) -> None:
    title("Timeouts and cancelling: the server is told, the session goes on")
    cur = conn.cursor()
    try:
        cur.execute(ENDLESS, timeout=0.2)
    except informix_db.StatementCancelledError as error:
        show("timeout=0.2", error)
    timer = threading.Timer(0.5, conn.cancel)
    timer.start()
    try:
        cur.execute(ENDLESS)
    except informix_db.StatementCancelledError as error:
        show("cancel() by a thread", error)
    timer.join()
    cur.execute("SELECT COUNT(*) FROM many")
    show("still usable", cur.fetchone())


def scrolling(conn: informix_db.Connection) -> None:
    title("Scrolling: rows stay on the server")
    cur = conn.cursor(scrollable=True)
    cur.execute("SELECT id, name FROM many ORDER BY id")
    show("last", cur.fetch_last())
    show("the 5,001st", cur.fetch_absolute(5000))
    show("the one before", cur.fetch_prior())


def pooled(server: Server) -> None:
    title("Pools: connections shared by threads, clean when they come back")
    with informix_db.create_pool(
        max_size=3, host=server.host, port=server.port, **LOGIN
    ) as pool:

        def ask(number: int) -> Any:
            with pool.connection() as conn:
                cur = conn.cursor()
                cur.execute("SELECT name FROM many WHERE id = ?", (number,))
                return cur.fetchone()[0]

        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(ask, range(100)))
        show("100 questions, 8 threads", f"{answers[0]} ... {answers[-1]}")
        show("connections", f"{pool.size} of at most {pool.max_size}")


async def concurrently(server: Server) -> None:
    title("asyncio: no threads; many tasks, one pool")
    async with aio.create_pool(
        max_size=2, host=server.host, port=server.port, **LOGIN
    ) as pool:

        async def ask(number: int) -> Any:
            async with pool.connection() as conn:
                cur = await conn.cursor()
                await cur.execute("SELECT name FROM city WHERE id = ?", (number,))
                return await cur.fetchone()

        for answer in await asyncio.gather(*(ask(number) for number in (1, 2, 3))):
            show("task", answer)
        show("connections", f"{pool.size} of at most {pool.max_size}")
        async with pool.connection() as conn:
            cur = await conn.cursor()
            try:
                await asyncio.wait_for(cur.execute(ENDLESS), 0.2)
            except asyncio.TimeoutError:
                show("cancelled task", "the server was told, the connection lives")
            await cur.execute("SELECT COUNT(*) FROM many")
            show("still usable", await cur.fetchone())


def main() -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal may have no "á"
        sys.stdout.reconfigure(errors="backslashreplace")
    print(f"informix_db {informix_db.__version__}, {informix_db.IMPLEMENTATION}")
    with Server() as server:
        with informix_db.connect(server.host, server.port, **LOGIN) as conn:
            show("server", conn.server_version)
            for section in (
                queries,
                types,
                large_objects,
                transactions,
                errors,
                many,
                scrolling,
                cancelling,
            ):
                section(conn)
        pooled(server)
        asyncio.run(concurrently(server))
    print("\nThis was the emulator, not a real Informix server.")


if __name__ == "__main__":
    main()
