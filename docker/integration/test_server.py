"""What the driver assumes of a server, asked of a real one.

Every test runs against the emulator as well (`tests/packaging/test_integration.py`):
where the two differ, the emulator is wrong.
"""

from __future__ import annotations

import asyncio
import datetime
import os
import ssl
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

import informix_db
from informix_db import aio

Connect = Callable[..., informix_db.Connection]


def test_what_the_server_says_of_itself(connection: informix_db.Connection) -> None:
    assert connection.server_capabilities.violated_assumptions() == []
    assert connection.server_version
    connection.ping()


def test_types(connection: informix_db.Connection, table: str) -> None:
    cursor = connection.cursor()
    cursor.execute(
        f"CREATE TABLE {table} (id SERIAL, n INT, b BIGINT, i INT8, s SMALLINT, "
        "f FLOAT, r SMALLFLOAT, d DECIMAL(12,3), x DECIMAL(16), c CHAR(8), "
        "v VARCHAR(40), l LVARCHAR(400), t BOOLEAN, y DATE, "
        "m DATETIME YEAR TO FRACTION(5), h DATETIME HOUR TO SECOND, "
        "p INTERVAL DAY(4) TO FRACTION(3), q INTERVAL YEAR(4) TO MONTH)"
    )
    values = (
        -(2**31) + 1,
        2**63 - 1,
        -(2**63) + 1,
        -32767,
        1.5e300,
        0.25,
        Decimal("-123456789.120"),
        Decimal("1E-20"),
        "abc",
        "v" * 40,
        "l" * 400,
        True,
        datetime.date(9999, 12, 31),
        datetime.datetime(1, 1, 1, 23, 59, 59, 123450),
        datetime.time(12, 30, 15),
        datetime.timedelta(days=-1234, hours=5, milliseconds=7),
        informix_db.IntervalYM(-30),
    )
    marks = ", ".join("?" * (len(values) + 1))
    insert = f"INSERT INTO {table} VALUES ({marks})"
    cursor.execute(insert, (0, *values))
    assert cursor.lastrowid == 1
    cursor.execute(insert, (0, *[None] * len(values)))
    rows = cursor.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
    assert rows == [(1, *values), (2, *[None] * len(values))]
    assert str(rows[0][7]) == "-123456789.120"


def test_text_in_utf8(connect: Connect, table: str) -> None:
    connection = connect(client_locale="en_US.utf8")
    cursor = connection.cursor()
    cursor.execute(f"CREATE TABLE {table} (v VARCHAR(40))")
    cursor.execute(f"INSERT INTO {table} VALUES (?)", ("\xe9\xdf",))
    assert cursor.execute(f"SELECT v FROM {table}").fetchone() == ("\xe9\xdf",)


def test_many_rows_there_and_back(
    connection: informix_db.Connection, table: str
) -> None:
    cursor = connection.cursor()
    cursor.execute(f"CREATE TABLE {table} (n INT, v VARCHAR(100))")
    rows = [(n, "x" * (n % 100)) for n in range(20_000)]
    cursor.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
    assert cursor.rowcount == len(rows)
    connection.commit()
    assert cursor.execute(f"SELECT * FROM {table} ORDER BY n").fetchall() == rows


def test_the_row_that_fails_is_named(
    connection: informix_db.Connection, table: str
) -> None:
    cursor = connection.cursor()
    cursor.execute(f"CREATE TABLE {table} (n INT PRIMARY KEY)")
    connection.commit()
    rows = [(n,) for n in [*range(700), 5, *range(700, 1400)]]
    with pytest.raises(informix_db.IntegrityError) as caught:
        cursor.executemany(f"INSERT INTO {table} VALUES (?)", rows)
    assert caught.value.sqlcode in (-239, -268)
    assert "700" in str(caught.value)
    connection.rollback()
    assert cursor.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,)


def test_errors_and_then_on(connection: informix_db.Connection) -> None:
    cursor = connection.cursor()
    with pytest.raises(informix_db.ProgrammingError) as caught:
        cursor.execute("SELECT nosuch FROM systables")
    assert caught.value.sqlcode == -217
    cursor.execute("SELECT tabid FROM systables WHERE tabid = ?", (1,))
    assert cursor.fetchall() == [(1,)]


@pytest.mark.parametrize("database", ["testdb", "ansidb", "unlogdb"])
def test_transactions(connect: Connect, database: str) -> None:
    connection = connect(database=database)
    cursor = connection.cursor()
    cursor.execute("CREATE TEMP TABLE kept (n INT)")
    connection.commit()
    cursor.execute("INSERT INTO kept VALUES (1)")
    connection.rollback()
    cursor.execute("SELECT COUNT(*) FROM kept")
    assert cursor.fetchone() == (1 if database == "unlogdb" else 0,)


def test_scrolling_on_the_server(
    connection: informix_db.Connection, table: str
) -> None:
    cursor = connection.cursor()
    cursor.execute(f"CREATE TABLE {table} (n INT)")
    cursor.executemany(f"INSERT INTO {table} VALUES (?)", [(n,) for n in range(1000)])
    scrolling = connection.cursor(scrollable=True)
    scrolling.execute(f"SELECT n FROM {table} ORDER BY n")
    assert scrolling.fetch_last() == (999,)
    assert scrolling.fetch_absolute(10) == (10,)
    assert scrolling.fetch_prior() == (9,)
    assert scrolling.fetch_first() == (0,)
    scrolling.close()


def test_large_objects(connection: informix_db.Connection, table: str) -> None:
    cursor = connection.cursor()
    cursor.execute(f"CREATE TABLE {table} (id INT, y BYTE, t TEXT, b BLOB, c CLOB)")
    data, text = bytes(range(256)) * 1000, "text " * 20_000
    cursor.execute(
        f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?)", (1, data, text, data, text)
    )
    row = cursor.execute(f"SELECT y, t, b FROM {table}").fetchone()
    assert row[:2] == (data, text)
    with row[2].open() as stream:
        assert stream.read() == data
    select = f"SELECT c FROM {table} WHERE id = ?"
    assert cursor.read_blob_column(select, (1,)) == text.encode()
    update = f"UPDATE {table} SET b = BLOB_PLACEHOLDER WHERE id = ?"
    cursor.write_blob_column(update, b"new", (1,))
    select = f"SELECT b FROM {table} WHERE id = ?"
    assert cursor.read_blob_column(select, (1,)) == b"new"


def test_composites(connection: informix_db.Connection, table: str) -> None:
    cursor = connection.cursor()
    cursor.execute(
        f"CREATE TABLE {table} (s SET(INT NOT NULL), r ROW(a INT, b VARCHAR(9)))"
    )
    cursor.execute(
        f"INSERT INTO {table} VALUES (SET{{1, 2}}, ROW(3, 'x')::ROW(a INT, "
        "b VARCHAR(9)))"
    )
    members, row = cursor.execute(f"SELECT s, r FROM {table}").fetchone()
    assert sorted(members) == [1, 2]
    assert (row["a"], row["b"]) == (3, "x")


def test_a_statement_is_cancelled(connection: informix_db.Connection) -> None:
    cursor = connection.cursor()
    timer = threading.Timer(1.0, connection.cancel)
    timer.start()
    with pytest.raises(informix_db.OperationalError):
        cursor.execute(
            "SELECT COUNT(*) FROM syscolumns a, syscolumns b, syscolumns c, "
            "syscolumns d WHERE a.colname <> b.colname OR c.colno > d.colno"
        ).fetchall()
    timer.join()
    cursor.execute("SELECT tabid FROM systables WHERE tabid = 1")
    assert cursor.fetchall() == [(1,)]


def test_a_locked_row(connect: Connect, table: str) -> None:
    holder = connect()
    holder.cursor().execute(f"CREATE TABLE {table} (n INT) LOCK MODE ROW")
    holder.cursor().execute(f"INSERT INTO {table} VALUES (1)")
    holder.commit()
    holder.cursor().execute(f"UPDATE {table} SET n = 2")
    with pytest.raises(informix_db.OperationalError) as caught:
        connect(lock_wait=0).cursor().execute(f"UPDATE {table} SET n = 3")
    assert caught.value.sqlcode in (-243, -244, -246)


def test_asyncio(settings: dict[str, Any]) -> None:
    async def work() -> list[tuple[Any, ...]]:
        async with aio.create_pool(**settings, max_size=5) as pool:

            async def ask(number: int) -> tuple[Any, ...]:
                async with pool.connection() as connection:
                    cursor = connection.cursor()
                    await cursor.execute(
                        "SELECT ?::INT FROM systables WHERE tabid = 1", (number,)
                    )
                    return await cursor.fetchone()

            return await asyncio.gather(*map(ask, range(20)))

    assert asyncio.run(work()) == [(number,) for number in range(20)]


def test_tls(connect: Connect) -> None:
    context = ssl.create_default_context(cafile=os.environ["INFORMIX_DB_CAFILE"])
    port = int(os.environ["INFORMIX_DB_TLS_PORT"])
    connection = connect(port=port, tls=context, tls_server_hostname="localhost")
    connection.ping()
    with pytest.raises(informix_db.OperationalError, match="TLS"):
        connect(port=port)
