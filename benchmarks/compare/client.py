"""One Python driver at work, by its own Python: runs a task for each line it reads.

The drivers are an `informix_db` (this one or PyPI's informix-driver) and psycopg. A
line is a task, how often to do it, and SQL, with tabs between. The answer is a line,
too: CPU seconds (user and system, all threads), and a digest of the repr of what came
out; for the task `count` it is MiB the process grew by, and the number of rows.

usage: python client.py DRIVER HOST PORT FILE
FILE holds rows to insert, as `tables.write_parameters` writes them.
"""

import asyncio
import contextlib
import datetime
import functools
import hashlib
import inspect
import sys
import time

CROWD = 100
KINDS = (int, int, float, str, datetime.date.fromisoformat)

driver, host, port, file_name = sys.argv[1:]
if driver == "psycopg":
    import psycopg
    import psycopg_pool

    SETTINGS = {"host": host, "port": port, "user": "postgres", "dbname": "postgres"}
    connect = functools.partial(psycopg.connect, **SETTINGS)

    def make_pool():
        return psycopg_pool.ConnectionPool(
            kwargs=SETTINGS, min_size=1, max_size=1, open=True
        )

    async def make_crowd():
        pool = psycopg_pool.AsyncConnectionPool(
            kwargs=SETTINGS, min_size=CROWD, max_size=CROWD, open=False
        )
        await pool.open(wait=True)
        return pool

else:
    import informix_db
    from informix_db import aio

    SETTINGS = {
        "host": host,
        "port": int(port),
        "user": "informix",
        "password": "in4mix",
        "database": "testdb",
    }
    connect = functools.partial(informix_db.connect, **SETTINGS)
    make_pool = functools.partial(
        informix_db.create_pool, min_size=1, max_size=1, **SETTINGS
    )
    make_crowd = functools.partial(
        aio.create_pool, min_size=CROWD, max_size=CROWD, **SETTINGS
    )


@functools.cache
def connection():
    return connect()


@functools.cache
def cursor():
    return connection().cursor()


@functools.cache
def pool():
    return made.enter_context(contextlib.closing(make_pool()))


@functools.cache
def crowd():
    opened = loop.run_until_complete(make_crowd())
    made.callback(lambda: loop.run_until_complete(opened.close()))
    return opened


@functools.cache
def parameters():
    with open(file_name, encoding="ascii") as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    return [
        tuple(kind(text) for kind, text in zip(KINDS, line, strict=True))
        for line in lines
    ]


def fetchall(sql):
    cursor().execute(sql)
    return cursor().fetchall()


def iterate(sql):
    cursor().execute(sql)
    return list(cursor())


def executemany(sql):
    cursor().executemany(sql, parameters())
    return cursor().rowcount


def login(sql):
    connect().close()


def pooled(sql):
    with pool().connection() as borrowed:
        own = borrowed.cursor()
        own.execute(sql)
        return own.fetchall()


async def query(sql):
    async with crowd().connection() as borrowed:
        own = borrowed.cursor()
        if inspect.isawaitable(own):
            own = await own
        await own.execute(sql)
        return await own.fetchall()


async def at_once(sql):
    return await asyncio.gather(*(query(sql) for _ in range(CROWD)))


def concurrent(sql):
    return loop.run_until_complete(at_once(sql))


def peak():
    """Return the largest size of this process so far, in MiB (Linux).

    Not ru_maxrss: a process inherits that from the one that started it.
    """
    with open("/proc/self/status") as status:
        (line,) = (line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def count(sql):
    """Iterate and keep nothing; return the growth and the number of rows."""
    before = peak()
    cursor().execute(sql)
    rows = sum(1 for _ in cursor())
    return peak() - before, rows


TASKS = {
    task.__name__: task
    for task in (fetchall, iterate, executemany, login, pooled, concurrent)
}
NEEDED = {"executemany": parameters, "pooled": pool, "concurrent": crowd}


def answer(name, times, sql):
    if name == "count":
        return count(sql)
    task = TASKS[name]
    if name in NEEDED:
        NEEDED[name]()  # made before the clock starts
    start = time.process_time()
    for _ in range(times):
        result = task(sql)
    cpu = time.process_time() - start
    if name == "executemany":
        connection().rollback()
    return cpu, hashlib.sha256(repr(result).encode()).hexdigest()


loop = asyncio.new_event_loop()
with contextlib.ExitStack() as made:
    made.callback(loop.close)
    made.enter_context(contextlib.closing(connection()))
    print("ready", flush=True)
    for line in sys.stdin:
        name, times, sql = line.rstrip("\n").split("\t")
        print(*answer(name, int(times), sql), sep="\t", flush=True)
