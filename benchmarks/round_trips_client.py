"""What a Python driver does for `round_trips.py`: run by that driver's own Python.

usage: python -I round_trips_client.py HOST PORT

Both drivers import as `informix_db`. Before each operation its name goes to standard
output, and a line is waited for.
"""

import sys

import informix_db

SELECT = "SELECT n, v FROM small WHERE n >= ?"
INSERT = "INSERT INTO target VALUES (?, ?)"
LARGE = "SELECT n, v FROM large"
ROWS = 1000


def begin(operation: str) -> None:
    """Say what comes next, and wait until it may."""
    print(operation, flush=True)
    sys.stdin.readline()


def operate(host: str, port: int) -> None:
    """Carry out every operation once."""
    begin("connect")
    connection = informix_db.connect(
        host, port, user="informix", password="in4mix", database="testdb"
    )
    cursor = connection.cursor()

    begin("select first")
    cursor.execute(SELECT, (0,))
    assert len(cursor.fetchall()) == 10

    begin("select again")
    cursor.execute(SELECT, (0,))
    assert len(cursor.fetchall()) == 10

    begin("select anew")
    other = connection.cursor()
    other.execute(SELECT, (0,))
    assert len(other.fetchall()) == 10

    begin("close statement")
    other.close()
    settle(connection)

    begin("insert first")
    cursor.execute(INSERT, (1, "one"))

    begin("insert again")
    cursor.execute(INSERT, (2, "two"))

    begin("insert many")
    cursor.executemany(INSERT, [(n, f"row {n}") for n in range(ROWS)])

    begin("commit")
    connection.commit()

    begin("(open a scroll cursor)")
    scrolling = connection.cursor(scrollable=True)
    scrolling.execute(LARGE)

    begin("last row")
    assert scrolling.fetch_last()[0] == 2999

    begin("(close the scroll cursor, open another)")
    scrolling.close()
    cursor = connection.cursor()
    cursor.execute(LARGE)
    cursor.fetchone()

    begin("close cursor")
    cursor.close()
    settle(connection)

    begin("ping")
    ping(connection)

    begin("close")
    connection.close()


def settle(connection) -> None:  # type: ignore[no-untyped-def]
    """Have the replies come that nobody waited for: they are not the next one's."""
    begin("(settle)")
    ping(connection)


def ping(connection) -> None:  # type: ignore[no-untyped-def]
    """Ask for a sign of life in the way the driver offers."""
    if hasattr(connection, "ping"):
        connection.ping()
    else:
        cursor = connection.cursor()
        cursor.execute("SELECT 1 FROM systables WHERE tabid = 1")
        cursor.fetchall()


operate(sys.argv[1], int(sys.argv[2]))
begin("")
