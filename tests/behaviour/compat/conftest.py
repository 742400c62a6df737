"""A database with the animals of IfxPy's tests, and connections to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import informix_db
from informix_db.compat import IfxPy, IfxPyDbi
from informix_db.testing import Server

ANIMALS = (
    (0, "cat", "Pook", "3.20"),
    (1, "dog", "Peaches", "12.30"),
    (2, "horse", "Smarty", "350.00"),
    (3, "gold fish", "Bubbles", "0.10"),
    (4, "budgerigar", "Gizmo", "0.20"),
    (5, "goat", "Rickety Ride", "9.70"),
    (6, "llama", "Sweater", "150.00"),
)


@pytest.fixture(scope="session")
def connstr(emulator: Server) -> str:
    """The connection string of a database that has the table animals."""
    with informix_db.connect(
        emulator.host,
        emulator.port,
        user="informix",
        password="in4mix",
        autocommit=True,
    ) as maker:
        cursor = maker.cursor()
        cursor.execute("CREATE DATABASE zoo WITH LOG")
        cursor.execute(
            "CREATE TABLE animals (id INTEGER, breed VARCHAR(32), name CHAR(16), "
            "weight DECIMAL(7,2))"
        )
        cursor.executemany("INSERT INTO animals VALUES (?, ?, ?, ?)", ANIMALS)
    return (
        f"SERVER=informix;DATABASE=zoo;HOST={emulator.host};SERVICE={emulator.port};"
        "PROTOCOL=onsoctcp;UID=informix;PWD=in4mix;"
    )


@pytest.fixture
def link(connstr: str) -> Iterator[IfxPy.IFXConnection]:
    """A connection of IfxPy."""
    connection = IfxPy.connect(connstr, "", "")
    yield connection
    if IfxPy.active(connection):
        IfxPy.close(connection)


@pytest.fixture
def manual(link: IfxPy.IFXConnection) -> IfxPy.IFXConnection:
    """A connection that commits nothing by itself: what a test does is undone."""
    IfxPy.autocommit(link, IfxPy.SQL_AUTOCOMMIT_OFF)
    return link


@pytest.fixture
def dbi(connstr: str) -> Iterator[IfxPyDbi.Connection]:
    """A connection of IfxPyDbi."""
    connection = IfxPyDbi.connect(connstr)
    yield connection
    if connection.conn_handler is not None:
        connection.close()
