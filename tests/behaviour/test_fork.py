"""A process that forks: its connections stay its own, the child can open others."""

from __future__ import annotations

import os

import pytest
from programs import run_forking

from informix_db.testing import Server

if not hasattr(os, "fork"):
    pytest.skip("this system does not fork", allow_module_level=True)

# Run in a process of its own: a fork of the test process would inherit the emulator.
PROGRAM = """
    import gc, os, sys, threading
    import informix_db

    def connect():
        return informix_db.connect(
            sys.argv[1], int(sys.argv[2]), user="informix", password="in4mix",
            database="testdb",
        )

    def refused(call):
        try:
            call()
        except informix_db.InterfaceError as error:
            return "the parent process's" in str(error)

    conn = connect()
    cursor = conn.cursor()
    cursor.execute("SELECT FIRST 2 tabid FROM systables ORDER BY tabid")
    held, locked, done = connect(), threading.Event(), threading.Event()

    def hold():
        with held._lock:
            locked.set()
            done.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait()
    child = os.fork()
    if child == 0:
        assert refused(conn.commit) and refused(held.ping), conn
        assert refused(lambda: cursor.execute("SELECT 1 FROM systables"))
        assert conn.closed
        assert cursor.fetchone() == (1,)  # which had come before
        with connect() as own:
            own.ping()
        conn.close()
        del conn, cursor, held, own
        gc.collect()
        os._exit(0)
    done.set()
    holder.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert cursor.fetchall() == [(1,), (2,)]
    for each in (conn, held):
        each.ping()
        each.close()
"""


def test_a_connection_in_a_forked_child(emulator: Server) -> None:
    run_forking(PROGRAM, emulator)
