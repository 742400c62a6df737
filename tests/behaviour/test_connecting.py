"""Ways not to get in: every one a clear error, and no socket left behind."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import informix_db
from informix_db.testing import Server

from .conftest import BOTH, Connect

MODES = BOTH

Answer = Callable[[socket.socket], None]


@contextlib.contextmanager
def listener(answer: Answer) -> Iterator[int]:
    """A server on loopback that treats its one client by `answer`."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                client, _ = listening.accept()
                with client:
                    answer(client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.close()
            thread.join(timeout=10)


def sends(data: bytes) -> Answer:
    """Answer the login with `data`, then wait for the client to hang up."""

    def answer(client: socket.socket) -> None:
        client.recv(65536)
        client.sendall(data)
        while client.recv(65536):
            pass

    return answer


def connect_to(port: int, **arguments: Any) -> informix_db.Connection:
    settings: dict[str, Any] = {"user": "informix", "password": "in4mix"}
    return informix_db.connect("127.0.0.1", port, **{**settings, **arguments})


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "an HTTP server"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "an SSH server"),
        (b"\x15\x03\x01\x00\x02\x02\x28", "a TLS listener"),
        (bytes.fromhex("0010d002000a124c0006114900080005"), "a DRDA listener"),
        (b"\xde\xad\xbe\xef" * 64, "not an Informix SQLI listener"),
        (b"\x00\xa5\x02\x3c" + b"\xff" * 200, "not an Informix SQLI listener"),
    ],
    ids=["http", "ssh", "tls", "drda", "garbage", "half-plausible"],
)
def test_other_kinds_of_server_are_told_apart(data: bytes, told: str) -> None:
    with (
        listener(sends(data)) as port,
        pytest.raises(informix_db.OperationalError, match=told) as caught,
    ):
        connect_to(port, connect_timeout=10)
    assert caught.value.session_dead


def test_a_silent_server_is_given_up_after_connect_timeout() -> None:
    with (
        listener(sends(b"")) as port,
        pytest.raises(informix_db.OperationalError, match=r"within 0\.2 s"),
    ):
        connect_to(port, connect_timeout=0.2)


def test_half_a_login_reply_is_given_up_after_connect_timeout() -> None:
    reply = bytes.fromhex("00a5023c0000006400650000003d0006")
    with (
        listener(sends(reply)) as port,
        pytest.raises(informix_db.OperationalError, match="did not complete the login"),
    ):
        connect_to(port, connect_timeout=0.2)


def test_a_login_reply_that_ends_too_early() -> None:
    reply = bytes.fromhex("0010023c0000006400650000003d0006")
    with (
        listener(sends(reply)) as port,
        pytest.raises(informix_db.ProtocolError, match="ends too early"),
    ):
        connect_to(port, connect_timeout=10)


def test_a_server_that_hangs_up() -> None:
    with (
        listener(lambda client: None) as port,
        pytest.raises(informix_db.OperationalError, match="was lost"),
    ):
        connect_to(port, connect_timeout=10)


def test_a_closed_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(informix_db.OperationalError, match=f"127.0.0.1:{port}"):
        connect_to(port)


def test_an_unknown_host() -> None:
    with pytest.raises(informix_db.OperationalError, match="has no address"):
        informix_db.connect("no-such-host.invalid", user="a", password="b")


def test_a_redirect_is_refused() -> None:
    reply = bytes.fromhex("00100d3c0000006400650000003d0006")
    with (
        listener(sends(reply)) as port,
        pytest.raises(informix_db.NotSupportedError, match="redirects"),
    ):
        connect_to(port, connect_timeout=10)


@pytest.mark.parametrize("user", ["informix", "nobody"])
def test_wrong_user_or_password(connect: Connect, user: str) -> None:
    with pytest.raises(informix_db.OperationalError) as caught:
        connect(user=user, password="wrong")
    assert caught.value.sqlcode == -951
    assert caught.value.session_dead
    assert user in str(caught.value)
    assert "wrong" not in str(caught.value).replace("password is wrong", "")


def test_an_empty_password_is_refused_by_the_server(connect: Connect) -> None:
    with pytest.raises(informix_db.OperationalError) as caught:
        connect(password=None)
    assert caught.value.sqlcode == -951


def test_the_wrong_server_name_is_told_the_right_one(connect: Connect) -> None:
    with pytest.raises(
        informix_db.OperationalError, match="server='informix'"
    ) as error:
        connect(server="nosuch")
    assert error.value.sqlcode == -761


def test_an_unknown_database(connect: Connect, emulator: Server) -> None:
    with pytest.raises(informix_db.DatabaseError, match="nosuchdb") as caught:
        connect(database="nosuchdb")
    assert caught.value.sqlcode == -329
    assert caught.value.session_dead


def test_no_database(connect: Connect) -> None:
    connection = connect(database=None)
    with pytest.raises(informix_db.DatabaseError) as caught:
        connection.cursor().execute("SELECT 1 FROM systables")
    assert caught.value.sqlcode is not None
    connection.cursor().execute("DATABASE testdb")
    cursor = connection.cursor()
    cursor.execute("SELECT tabid FROM systables WHERE tabid = 1")
    assert cursor.fetchall() == [(1,)]


def test_repr_keeps_the_password(connect: Connect) -> None:
    connection = connect()
    assert "in4mix" not in repr(connection)
    assert "informix@" in repr(connection)


def test_isolation_and_lock_wait_are_put_in_force(connect: Connect) -> None:
    notes: list[str] = []
    with Server(transcript=lambda entry: notes.extend(entry.notes)) as server:
        connection = connect(
            host=server.host, port=server.port, isolation="last committed", lock_wait=3
        )
        connection.ping()
        assert not connection.in_transaction
        connection.close()
    isolation, lock_mode = [note for note in notes if "'SET " in note]
    assert "SET ISOLATION TO COMMITTED READ LAST COMMITTED" in isolation
    assert "SET LOCK MODE TO WAIT 3" in lock_mode


def test_close_is_idempotent_and_final(connect: Connect) -> None:
    connection = connect()
    cursor = connection.cursor()
    connection.close()
    connection.close()
    assert connection.closed
    for use in (
        connection.commit,
        connection.rollback,
        connection.cursor,
        connection.ping,
        lambda: cursor.execute("SELECT 1 FROM systables"),
    ):
        with pytest.raises(informix_db.InterfaceError, match="closed"):
            use()


def test_an_unclosed_connection_is_warned_of(emulator: Server) -> None:
    connection = informix_db.connect(
        emulator.host, emulator.port, user="informix", password="in4mix"
    )
    with pytest.warns(ResourceWarning, match="unclosed"):
        connection.__del__()
    connection.close()


def test_changing_and_closing_the_database(connect: Connect) -> None:
    connection = connect(autocommit=True)
    cursor = connection.cursor()
    cursor.execute("DATABASE unlogdb")
    with pytest.raises(informix_db.NotSupportedError), connection.transaction():
        pytest.fail("unlogdb has no transactions")
    cursor.execute("CLOSE DATABASE")
    with pytest.raises(informix_db.DatabaseError):
        cursor.execute("SELECT 1 FROM systables")
    cursor.execute("DATABASE testdb")
    with connection.transaction():
        assert cursor.execute("SELECT tabid FROM systables WHERE tabid = 1").fetchone()


def test_a_login_that_is_given_up_is_not_interrupted(connect: Connect) -> None:
    """Who did not answer is not known to understand the urgent byte."""
    received = bytearray()

    def answer(client: socket.socket) -> None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        while data := client.recv(65536):
            received.extend(data)

    with (
        listener(answer) as port,
        pytest.raises(informix_db.OperationalError, match="did not complete the login"),
    ):
        connect(host="127.0.0.1", port=port, connect_timeout=0.2)
    assert int.from_bytes(received[:2], "big") == len(received)
