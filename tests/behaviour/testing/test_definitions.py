"""What DDL defines, as a client of the emulator meets it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import informix_db
from informix_db.testing import Server

Connection = informix_db.Connection


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(users={"ann": "a", "bob": "b"}) as server:
        yield server


def connect(server: Server, user: str, database: str) -> Connection:
    return informix_db.connect(
        server.host, server.port, user=user, password=user[0], database=database
    )


@pytest.fixture
def ann(server: Server) -> Iterator[Connection]:
    """The owner of a database of her own."""
    with connect(server, "ann", "sysmaster") as conn:
        conn.autocommit = True
        conn.cursor().execute("CREATE DATABASE own WITH LOG")
        yield conn
        conn.cursor().execute("DATABASE sysmaster")
        conn.cursor().execute("DROP DATABASE own")


def test_keys_and_checks(ann: Connection) -> None:
    cur = ann.cursor()
    cur.execute("CREATE TABLE p (id SERIAL PRIMARY KEY, n INT CHECK (n > 0))")
    cur.execute("CREATE TABLE c (p INT REFERENCES p ON DELETE CASCADE)")
    cur.execute("CREATE TABLE d (p INT REFERENCES p CONSTRAINT dp)")
    cur.execute("INSERT INTO p VALUES (0, ?)", (5,))
    cur.executemany("INSERT INTO c VALUES (?)", [(1,)] * 3)
    for statement, sqlcode, isam, near in (
        ("INSERT INTO d VALUES (2)", -691, -111, "ann.dp"),
        ("INSERT INTO p VALUES (0, -5)", -530, None, "ann.c100_2"),
        ("INSERT INTO p VALUES (1, 5)", -268, -100, "ann.u100_1"),
    ):
        with pytest.raises(informix_db.IntegrityError) as caught:
            cur.execute(statement)
        error = caught.value
        assert (error.sqlcode, error.isamcode, error.near) == (sqlcode, isam, near)
    cur.execute("DELETE FROM p")
    assert cur.execute("SELECT COUNT(*) FROM c").fetchone() == (0,)


def test_a_batch_stops_at_a_bad_row(ann: Connection) -> None:
    cur = ann.cursor()
    cur.execute("CREATE TABLE t (n INT CHECK (n < 3))")
    with pytest.raises(informix_db.IntegrityError, match="-530"):
        cur.executemany("INSERT INTO t VALUES (?)", [(1,), (2,), (3,), (1,)])
    assert 3 not in [n for (n,) in cur.execute("SELECT n FROM t")]


def test_views_sequences_synonyms(ann: Connection) -> None:
    cur = ann.cursor()
    cur.execute("CREATE TABLE t (n INT8, word VARCHAR(9) DEFAULT 'new')")
    cur.execute("CREATE SEQUENCE s START WITH 7")
    cur.execute("CREATE SYNONYM alias FOR t")
    cur.execute("CREATE VIEW v (n, length) AS SELECT n, LENGTH(word) FROM t")
    for _ in range(2):
        cur.execute("INSERT INTO alias (n) VALUES (s.NEXTVAL)")
    assert cur.execute("SELECT * FROM v WHERE n > ?", (7,)).fetchall() == [(8, 3)]
    assert [column[0] for column in cur.description] == ["n", "length"]
    cur.execute("SELECT s.CURRVAL FROM sysmaster:sysdual")
    assert cur.fetchone() == (8,)


def test_privileges(server: Server, ann: Connection) -> None:
    cur = ann.cursor()
    cur.execute("CREATE TABLE t (n INT)")
    with pytest.raises(informix_db.Error, match="-387"):
        connect(server, "bob", "own")
    cur.execute("GRANT CONNECT TO bob")
    cur.execute("REVOKE ALL ON t FROM PUBLIC")
    with connect(server, "bob", "own") as conn:
        bob = conn.cursor()
        for statement, sqlcode in (
            ("SELECT * FROM t", -272),
            ("UPDATE t SET n = 1", -273),
            ("DELETE FROM t", -274),
            ("INSERT INTO t VALUES (1)", -275),
            ("CREATE TABLE u (n INT)", -388),
        ):
            with pytest.raises(informix_db.ProgrammingError) as caught:
                bob.execute(statement)
            assert caught.value.sqlcode == sqlcode
        cur.execute("GRANT SELECT ON t TO bob")
        assert bob.execute("SELECT * FROM t").fetchall() == []


def test_a_refusal_points_at_what_it_refuses(ann: Connection) -> None:
    cur = ann.cursor()
    with pytest.raises(informix_db.NotSupportedError) as caught:
        cur.execute("CREATE TABLE t (n INT UNIQUE FILTERING)")
    error = caught.value
    assert (error.sqlcode, error.near) == (-999, "FILTERING constraint")
    assert error.offset == 23
