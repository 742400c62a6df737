"""A network and a server that misbehave: the error, and what the session is then."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from logins import connect_to

import informix_db
from informix_db.testing import Server
from informix_db.testing.api import SQLError
from informix_db.testing.sql.session import Session
from tests.proxy import CLIENT, SERVER, Proxy

from .conftest import BOTH, SYNC, Connect

MODES = BOTH

SELECT = "SELECT n FROM {} ORDER BY n"
# Far longer than any test waits, unless the server is interrupted.
SLOW = "SELECT COUNT(*) FROM {0} a, {0} b, {0} c WHERE a.n + b.n + c.n = -1"


@pytest.fixture
def proxy(emulator: Server) -> Iterator[Proxy]:
    with Proxy(emulator.host, emulator.port) as running:
        yield running


@pytest.fixture
def numbers(connect: Connect, table: str) -> str:
    """A table of the numbers from 0 to 399."""
    with connect() as connection:
        cursor = connection.cursor()
        cursor.execute(f"CREATE TABLE {table} (n INT)")
        rows = ((n,) for n in range(400))
        cursor.executemany(f"INSERT INTO {table} VALUES (?)", rows)
        connection.commit()
    return table


@pytest.fixture
def through(connect: Connect, proxy: Proxy) -> informix_db.Connection:
    """A connection through the proxy, with small fetches."""
    return connect(host=proxy.host, port=proxy.port, fetch_buffer_size=512)


def assert_broken(connection: informix_db.Connection) -> None:
    """Every use says so at once, and closing is quick."""
    assert connection.closed
    assert not connection.in_transaction
    for use in (
        connection.commit,
        connection.ping,
        connection.cursor,
    ):
        with pytest.raises(informix_db.InterfaceError, match="broken"):
            use()
    started = time.monotonic()
    connection.close()
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
@pytest.mark.parametrize("count", [0, 1, 30, 60], ids=lambda n: f"after-{n}")
def test_lost_while_a_query_is_answered(
    through: informix_db.Connection, proxy: Proxy, numbers: str, count: int, reset: bool
) -> None:
    cursor = through.cursor()
    proxy.drop_after(SERVER, count, reset=reset)
    with pytest.raises(informix_db.OperationalError, match="was lost") as caught:
        cursor.execute(SELECT.format(numbers))
    assert caught.value.session_dead
    assert_broken(through)


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
def test_lost_while_rows_are_fetched(
    through: informix_db.Connection, proxy: Proxy, numbers: str, reset: bool
) -> None:
    cursor = through.cursor()
    cursor.execute(SELECT.format(numbers))
    read = [cursor.fetchone()]
    proxy.drop_after(SERVER, 100, reset=reset)
    with pytest.raises(informix_db.OperationalError, match="was lost"):
        read.extend(iter(cursor.fetchone, None))
    assert read == [(n,) for n in range(len(read))]
    assert len(read) > 1
    assert_broken(through)


@pytest.mark.parametrize("name", ["fetchall", "fetchmany"])
def test_rows_received_by_a_fetch_that_fails_come_next(
    through: informix_db.Connection, proxy: Proxy, numbers: str, name: str
) -> None:
    cursor = through.cursor()
    cursor.execute(SELECT.format(numbers))
    assert cursor.fetchone() == (0,)
    proxy.drop_after(SERVER, 1000, reset=True)
    fetch = {"fetchall": cursor.fetchall, "fetchmany": lambda: cursor.fetchmany(400)}
    with pytest.raises(informix_db.OperationalError, match="was lost"):
        fetch[name]()
    assert cursor.rownumber == 1
    received = cursor.fetchmany(20)
    assert received == [(n,) for n in range(1, 21)]
    assert_broken(through)


def test_rows_received_stay_readable_when_the_connection_is_gone(
    through: informix_db.Connection, proxy: Proxy, numbers: str
) -> None:
    cursor = through.cursor()
    cursor.execute(SELECT.format(numbers))
    assert cursor.fetchone() == (0,)
    proxy.reset()
    with pytest.raises(informix_db.OperationalError):
        through.ping()
    assert cursor.fetchmany(3) == [(1,), (2,), (3,)]
    with pytest.raises(informix_db.InterfaceError, match="broken"):
        cursor.fetchall()


def test_lost_while_a_change_is_sent(
    through: informix_db.Connection, proxy: Proxy, numbers: str, connect: Connect
) -> None:
    cursor = through.cursor()
    proxy.drop_after(CLIENT, 40, reset=True)
    with pytest.raises(informix_db.OperationalError, match="was lost"):
        cursor.execute(f"DELETE FROM {numbers} WHERE n = ?", (1,))
    assert_broken(through)
    with connect() as other:
        count = other.cursor().execute(f"SELECT COUNT(*) FROM {numbers}").fetchone()
    assert count == (400,)


def test_a_server_that_stalls_is_given_up_after_read_timeout(
    connect: Connect, proxy: Proxy, numbers: str
) -> None:
    connection = connect(host=proxy.host, port=proxy.port, read_timeout=0.2)
    cursor = connection.cursor()
    proxy.stall(SERVER)
    with pytest.raises(informix_db.OperationalError, match=r"read_timeout=0\.2 s"):
        cursor.execute(SELECT.format(numbers))
    assert_broken(connection)


def test_a_statement_timeout_on_a_stalled_line_breaks_the_connection(
    connect: Connect, proxy: Proxy, numbers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("connections", "aio._conversations"):
        monkeypatch.setattr(f"informix_db.{module}.CANCEL_GRACE", 0.2)
    connection = connect(host=proxy.host, port=proxy.port)
    proxy.stall(SERVER)
    with pytest.raises(informix_db.StatementCancelledError, match=r"timeout=0\.1 s"):
        connection.cursor().execute(SELECT.format(numbers), timeout=0.1)
    assert_broken(connection)


@pytest.mark.parametrize(
    "garbage",
    [b"\x7f\xff" * 40, b"\x00\x12\x00\x00", b"\x00\x0e\x00\x00\x7f\xff\xff\xff"],
    ids=["unknown-tag", "tag-18", "huge-row"],
)
def test_bytes_that_do_not_parse_break_the_connection(
    numbers: str, garbage: bytes, server: Server
) -> None:
    connection = connect_to(server)
    cursor = connection.cursor()
    server.faults.garbage(garbage)
    with pytest.raises(informix_db.ProtocolError) as caught:
        cursor.execute("SELECT tabid FROM systables")
    assert caught.value.session_dead
    assert_broken(connection)


@contextlib.contextmanager
def soon(action: object) -> Iterator[None]:
    """Run `action` from another thread once the main one is surely waiting."""
    timer = threading.Timer(0.2, action)  # type: ignore[arg-type]
    timer.start()
    yield
    timer.join()


def assert_usable(connection: informix_db.Connection, numbers: str) -> None:
    cursor = connection.cursor()
    for _ in range(2):
        count = cursor.execute(f"SELECT COUNT(*) FROM {numbers}").fetchone()
        assert count == (400,)


def test_cancel_from_another_thread_keeps_the_session(
    conn: informix_db.Connection, numbers: str
) -> None:
    with soon(conn.cancel), pytest.raises(informix_db.StatementCancelledError) as error:
        conn.cursor().execute(SLOW.format(numbers))
    assert error.value.sqlcode == -213
    assert_usable(conn, numbers)


def test_cancelling_nothing_does_nothing(
    conn: informix_db.Connection, numbers: str
) -> None:
    conn.cancel()
    assert_usable(conn, numbers)


def test_a_statement_timeout_keeps_the_session(
    conn: informix_db.Connection, numbers: str
) -> None:
    with pytest.raises(informix_db.StatementCancelledError, match=r"timeout=0\.2 s"):
        conn.cursor().execute(SLOW.format(numbers), timeout=0.2)
    assert_usable(conn, numbers)
    conn.statement_timeout = 0.2
    with pytest.raises(informix_db.StatementCancelledError, match=r"timeout=0\.2 s"):
        conn.cursor().execute(SLOW.format(numbers))
    assert_usable(conn, numbers)


@SYNC
def test_ctrl_c_keeps_the_session(conn: informix_db.Connection, numbers: str) -> None:
    main = threading.main_thread().ident
    assert main is not None
    with (
        soon(lambda: signal.pthread_kill(main, signal.SIGINT)),
        pytest.raises(KeyboardInterrupt),
    ):
        conn.cursor().execute(SLOW.format(numbers))
    assert_usable(conn, numbers)


@SYNC
def test_ctrl_c_on_a_line_that_drops_is_not_lost(
    connect: Connect, proxy: Proxy, numbers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect(host=proxy.host, port=proxy.port)
    monkeypatch.setattr(connection._transport, "interrupt", proxy.reset)
    main = threading.main_thread().ident
    assert main is not None
    with (
        soon(lambda: signal.pthread_kill(main, signal.SIGINT)),
        pytest.raises(KeyboardInterrupt),
    ):
        connection.cursor().execute(SLOW.format(numbers))
    assert_broken(connection)


@SYNC
def test_an_interrupt_does_not_wait_for_room_on_a_line_that_is_full(
    connect: Connect, proxy: Proxy
) -> None:
    transport = connect(host=proxy.host, port=proxy.port)._transport
    proxy.stall(CLIENT)
    transport._socket.setblocking(False)
    for size in (1_000_000, 1):
        with contextlib.suppress(BlockingIOError):
            while True:
                transport._socket.send(bytes(size))
    transport._socket.setblocking(True)
    transport._interruptible = True
    interrupting = threading.Thread(target=transport.interrupt, daemon=True)
    interrupting.start()
    interrupting.join(timeout=5)
    assert not interrupting.is_alive()


def test_an_interrupt_that_came_too_late_hits_a_ping(
    conn: informix_db.Connection, numbers: str
) -> None:
    cursor = conn.cursor()
    with pytest.raises(informix_db.StatementCancelledError):
        cursor.execute(SLOW.format(numbers), timeout=0.1)
    quick = f"SELECT n FROM {numbers} WHERE n = 1"
    waits = []
    for _ in range(3):
        before = conn._transport.round_trips
        assert cursor.execute(quick).fetchall() == [(1,)]
        waits.append(conn._transport.round_trips - before)
    # ping, prepare and open; then open alone, the statement being cached
    assert waits == [3, 1, 1]


def test_an_interrupt_that_hits_the_begin_before_a_statement_is_repeated(
    conn: informix_db.Connection, numbers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin(session: Session) -> None:
        assert session.interrupted.wait(5)
        session.interrupted.clear()
        raise SQLError(-213)

    monkeypatch.setattr(Session, "begin", begin)
    with pytest.raises(informix_db.StatementCancelledError):
        conn.cursor().execute(SLOW.format(numbers), timeout=0.1)
    assert not conn.closed


def test_a_late_interrupt_is_still_to_be_absorbed_if_the_ping_is_not_sent(
    conn: informix_db.Connection,
) -> None:
    conn._interrupted = True
    conn._channel.interrupt = conn._transport.interrupt
    with pytest.raises(informix_db.StatementCancelledError):
        next(conn._absorb_interrupt_gen())
    assert conn._interrupted
    conn.ping()
    assert not conn._interrupted


def test_work_before_a_cancelled_statement_is_kept(
    connect: Connect, numbers: str
) -> None:
    connection = connect()
    cursor = connection.cursor()
    cursor.execute(f"DELETE FROM {numbers} WHERE n = 0")
    with pytest.raises(informix_db.StatementCancelledError):
        cursor.execute(SLOW.format(numbers), timeout=0.2)
    assert connection.in_transaction
    connection.commit()
    assert cursor.execute(f"SELECT COUNT(*) FROM {numbers}").fetchone() == (399,)


@SYNC
def test_threads_that_share_a_connection_queue_up(
    conn: informix_db.Connection, numbers: str
) -> None:
    wrong: list[object] = []

    def work(base: int) -> None:
        for n in range(base, base + 25):
            cursor = conn.cursor()
            cursor.execute(f"SELECT n FROM {numbers} WHERE n = ?", (n,))
            if cursor.fetchall() != [(n,)]:
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(50 * i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert_usable(conn, numbers)


@SYNC
def test_close_does_not_wait_for_a_running_statement(
    connect: Connect, numbers: str
) -> None:
    connection = connect()
    outcome: list[BaseException] = []

    def run() -> None:
        try:
            connection.cursor().execute(SLOW.format(numbers))
        except informix_db.Error as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while connection._state is not informix_db._base.connection.SessionState.BUSY:
        assert thread.is_alive()
    started = time.monotonic()
    connection.close()
    assert time.monotonic() - started < 2
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert isinstance(outcome[0], informix_db.OperationalError)
