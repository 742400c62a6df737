"""One driver at work, by its own Python: runs a task for each line it reads.

Nothing here is particular to one driver. A line is JSON: first the name of a pickle
file with rows to insert, then [task, SQL]. Each answer is a line of JSON, too: CPU and
wall seconds (medians of a few runs, so that none is the first after a pause), and a
digest of the repr of what came out.

usage: python client.py HOST PORT
"""

import functools
import hashlib
import json
import pickle
import statistics
import sys
import time

import informix_db

RUNS = 3


def fetchall(cursor, sql):
    cursor.execute(sql)
    return cursor.fetchall()


def iterate(cursor, sql):
    cursor.execute(sql)
    return list(cursor)


@functools.cache
def parameters():
    with open(name, "rb") as file:
        return pickle.load(file)


def executemany(cursor, sql):
    cursor.executemany(sql, parameters())
    return cursor.rowcount


def peak():
    """Return the largest size of this process so far, in MiB (Linux).

    Not ru_maxrss: a process inherits that from the one that started it.
    """
    with open("/proc/self/status") as status:
        (line,) = (line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def count(cursor, sql):
    """Iterate and keep nothing; return the number of rows and the growth."""
    before = peak()
    cursor.execute(sql)
    return sum(1 for _ in cursor), peak() - before


TASKS = {task.__name__: task for task in (fetchall, iterate, executemany)}


def timed(cursor, task, sql):
    cpu, wall = time.process_time(), time.perf_counter()
    result = TASKS[task](cursor, sql)
    taken = time.process_time() - cpu, time.perf_counter() - wall
    del result  # so that the next run finds its memory
    return taken


def answer(task, sql):
    cursor = connection.cursor()
    if task == "count":
        return count(cursor, sql)
    digest = hashlib.sha256(repr(TASKS[task](cursor, sql)).encode()).hexdigest()
    runs = [timed(cursor, task, sql) for _ in range(RUNS)]
    cpu, wall = (statistics.median(run[at] for run in runs) for at in (0, 1))
    return cpu, wall, digest


connection = informix_db.connect(
    sys.argv[1],
    int(sys.argv[2]),
    user="informix",
    password="in4mix",
    database="testdb",
    server="informix",
)
(name,) = json.loads(sys.stdin.readline())
print(json.dumps(informix_db.__file__), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(*json.loads(line))), flush=True)
connection.close()
