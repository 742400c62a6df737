"""Which server a connection ends up with: strings, lists, roles, retries."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from unit.wire.scripted import ScriptedServer

import informix_db
from informix_db.testing import Server

from .conftest import BOTH, SYNC, Connect

MODES = BOTH

LOGGED, SECONDARY = 0x15, 0x35  # DBOPEN's flags

Host = tuple[str, int]


@contextmanager
def impolite() -> Iterator[tuple[Host, list[object]]]:
    """A listener that hangs up on everyone, and whom it hung up on."""
    callers: list[object] = []

    def serve() -> None:
        while True:
            try:
                client, address = listening.accept()
            except OSError:
                return
            callers.append(address)
            client.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listening.getsockname(), callers
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=10)


@contextmanager
def silent() -> Iterator[Host]:
    """A listener that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()


@pytest.fixture
def closed_port() -> Host:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address: Host = listening.getsockname()
    return address


@pytest.fixture
def here(emulator: Server) -> Host:
    return emulator.host, emulator.port


def test_a_url(connect: Connect, emulator: Server) -> None:
    url = f"informix://informix:in4mix@{emulator.host}:{emulator.port}/testdb"
    conn = connect(
        **dict.fromkeys(["host", "port", "user", "password", "database"]),
        dsn=url + "?server=informix&autocommit=yes",
    )
    assert conn.autocommit
    assert "testdb" in repr(conn)
    assert "in4mix" not in repr(conn)


def test_keywords(connect: Connect, emulator: Server) -> None:
    conn = connect(
        **dict.fromkeys(["host", "port", "user", "password", "database"]),
        dsn=f"SERVER=informix;DATABASE=testdb;HOST={emulator.host};"
        f"SERVICE={emulator.port};PROTOCOL=onsoctcp;UID=informix;PWD={{in4mix}};",
    )
    conn.ping()


def test_the_sqlhosts_file(
    connect: Connect,
    here: Host,
    closed_port: Host,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "sqlhosts"
    path.write_text(
        "cluster group - -\n"
        f"first onsoctcp {closed_port[0]} {closed_port[1]} g=cluster\n"
        f"informix onsoctcp {here[0]} {here[1]} g=cluster\n"
    )
    monkeypatch.setenv("INFORMIXSQLHOSTS", str(path))
    monkeypatch.setenv("INFORMIXSERVER", "cluster")
    connect(host=None, port=None).ping()


def test_the_next_host_is_tried(
    connect: Connect, here: Host, closed_port: Host
) -> None:
    with impolite() as (rude, callers):
        conn = connect(host=[closed_port, rude, here])
        assert len(callers) == 1
    assert f":{here[1]}/" in repr(conn)


def test_all_failures_are_told(connect: Connect, closed_port: Host) -> None:
    with (
        impolite() as (rude, _),
        pytest.raises(informix_db.OperationalError, match="none of the") as caught,
    ):
        connect(host=[closed_port, rude])
    assert f"cannot connect to 127.0.0.1:{closed_port[1]}" in str(caught.value)
    assert f"the connection to 127.0.0.1:{rude[1]} was lost" in str(caught.value)
    assert caught.value.retryable
    assert caught.value.session_dead


def test_a_silent_host_leaves_time_for_the_next(connect: Connect, here: Host) -> None:
    with silent() as deaf:
        connect(host=[deaf, here], connect_timeout=2).ping()


def test_a_wrong_password_is_tried_once(connect: Connect, here: Host) -> None:
    with impolite() as (rude, callers):
        with pytest.raises(informix_db.OperationalError) as caught:
            connect(host=[here, rude], password="wrong", connect_retries=3)
        assert caught.value.sqlcode == -951
        assert not callers


def test_the_server_of_a_host(connect: Connect, closed_port: Host, here: Host) -> None:
    hosts = [(*closed_port, "another"), (*here, "informix")]
    conn = connect(host=hosts, server="other")
    assert conn.info.server == "informix"


@pytest.mark.parametrize("retries", [0, 2])
def test_retries(connect: Connect, retries: int) -> None:
    with impolite() as (rude, callers):
        with pytest.raises(informix_db.OperationalError, match="was lost"):
            connect(host=rude[0], port=rude[1], connect_retries=retries)
        assert len(callers) == 1 + retries


def test_retries_end_with_the_time(connect: Connect) -> None:
    with impolite() as (rude, callers):
        with pytest.raises(informix_db.OperationalError, match="was lost"):
            connect(host=rude[0], port=rude[1], connect_retries=99, connect_timeout=0.5)
        assert 2 <= len(callers) <= 4


def test_no_retry_without_hope(connect: Connect) -> None:
    with pytest.raises(informix_db.OperationalError, match="has no address") as caught:
        connect(host="no-such-host.invalid", connect_retries=50)
    assert not caught.value.retryable


@pytest.mark.parametrize("wanted", ["primary", "read-write"])
def test_a_primary_is_wanted(connect: Connect, here: Host, wanted: str) -> None:
    with ScriptedServer([], warn=SECONDARY) as standby:
        hosts = [("127.0.0.1", standby.port), here]
        conn = connect(host=hosts, target_session_attrs=wanted)
    assert f":{here[1]}/" in repr(conn)


@pytest.mark.parametrize("wanted", ["standby", "prefer-standby"])
def test_a_secondary_is_wanted(connect: Connect, here: Host, wanted: str) -> None:
    with ScriptedServer([], warn=SECONDARY) as standby:
        hosts = [here, ("127.0.0.1", standby.port)]
        conn = connect(host=hosts, target_session_attrs=wanted)
        assert f":{standby.port}/" in repr(conn)
        conn.close()


def test_a_secondary_is_preferred(connect: Connect, here: Host) -> None:
    conn = connect(host=[here], target_session_attrs="prefer-standby")
    assert f":{here[1]}/" in repr(conn)


def test_no_secondary_is_there(connect: Connect, emulator: Server) -> None:
    with pytest.raises(informix_db.OperationalError, match="is a primary, not a"):
        connect(target_session_attrs="standby")
    assert emulator.wait_until_idle(5)


@SYNC
def test_a_pool_tries_them_all(here: Host, closed_port: Host, mode: str) -> None:
    with informix_db.create_pool(
        host=[closed_port, here], user="informix", password="in4mix", min_size=1
    ) as pool:
        with pool.connection() as conn:
            conn.ping()
        assert "in4mix" not in repr(pool)
