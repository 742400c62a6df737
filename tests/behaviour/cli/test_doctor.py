"""`doctor`: what is wrong with a server is told, and what would work."""

from __future__ import annotations

import contextlib
import http.server
import os
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

import informix_db
from informix_db._cli import doctor as doctor_module
from informix_db._cli import probes
from informix_db._cli.main import main
from informix_db.testing import Server
from informix_db.testing.login import LoginRequest
from informix_db.testing.session import Session

from .conftest import Result

Doctor = Callable[..., Result]
Answer = Callable[[socket.socket], None]
Listening = Callable[[Answer], str]


@pytest.fixture
def doctor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Doctor:
    """Call the doctor, as a user of the emulator."""
    monkeypatch.setenv("INFORMIX_PASSWORD", "in4mix")

    def call(target: str, *argv: str) -> Result:
        status = main(["doctor", target, "-u", "informix", *argv])
        return Result(status, *capsys.readouterr())

    return call


@pytest.fixture
def listening() -> Iterator[Listening]:
    """Serve every connection by a function; return where."""
    with contextlib.ExitStack() as running:

        def start(answer: Answer) -> str:
            class Handler(socketserver.BaseRequestHandler):
                def handle(self) -> None:
                    with contextlib.suppress(OSError):
                        answer(self.request)

            server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
            return running.enter_context(serving(server))

        yield start


@contextlib.contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def where(server: Server) -> str:
    return f"{server.host}:{server.port}"


def findings(result: Result) -> dict[str, tuple[bool, str]]:
    """Return what was found, by topic: the last of each."""
    found: dict[str, tuple[bool, str]] = {}
    for line in result.out.splitlines():
        verdict, topic, text = line.split(None, 2)
        assert verdict in ("ok", "FAIL")
        found.pop(topic, None)
        found[topic] = (verdict == "ok", text)
    return found


def failure(result: Result, topic: str) -> str:
    """Return the text of the last finding, which must be a failure."""
    *_, (last, (ok, text)) = findings(result).items()
    assert (last, ok) == (topic, False), result.out
    assert result.status == 1
    return text


def works(result: Result) -> informix_db.Connection:
    """Connect by the call that was printed."""
    ok, call = findings(result)["connect"]
    assert ok
    names = {"informix_db": informix_db, "os": os, "ssl": ssl}
    connection = eval(call, names)
    assert isinstance(connection, informix_db.Connection)
    return connection


def test_a_server_in_order(doctor: Doctor, emulator: Server) -> None:
    result = doctor(where(emulator), "-d", "testdb")
    found = findings(result)
    assert result.status == 0
    assert all(ok for ok, _ in found.values())
    assert [*found] == [
        *("name", "port", "protocol", "server", "login", "latency", "database"),
        *("version", "locale", "connect"),
    ]
    assert found["protocol"][1] == "SQLI"
    assert found["server"][1] == "calls itself 'informix'"
    assert found["database"][1] == "'testdb' is logged"
    assert "emulator" in found["version"][1]
    assert found["locale"][1].startswith("en_US.819")
    assert "in4mix" not in result.out
    with works(result) as connection:
        connection.cursor().execute("SELECT 1 FROM systables")


@pytest.mark.parametrize(
    ("database", "said"), [("unlogdb", "not logged"), ("ansidb", "ANSI")]
)
def test_logging_modes(
    doctor: Doctor, emulator: Server, database: str, said: str
) -> None:
    result = doctor(where(emulator), "-d", database)
    assert said in findings(result)["database"][1]


def test_without_a_database(doctor: Doctor, emulator: Server) -> None:
    result = doctor(where(emulator))
    assert result.status == 0
    said, _, names = findings(result)["database"][1].partition("; there are ")
    assert said == "none was named"
    # Other tests may have made more.
    assert {"ansidb", "sysmaster", "testdb", "unlogdb"} <= {*names.split(", ")}
    works(result).close()


def test_connection_strings_and_lists_of_hosts(
    doctor: Doctor, emulator: Server
) -> None:
    dsn = f"informix://{where(emulator)},127.0.0.1:1/testdb"
    result = doctor(dsn)
    assert "the first of 2" in findings(result)["hosts"][1]
    assert result.status == 0


# -- what is wrong ---------------------------------------------------------------------


def test_a_name_without_an_address(doctor: Doctor) -> None:
    text = failure(doctor("no-such-host.invalid:9088"), "name")
    assert "has no address" in text


def test_a_closed_port(doctor: Doctor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "is closed" in failure(doctor(f"127.0.0.1:{port}"), "port")


@pytest.mark.skipif(not os.path.exists("/proc"), reason="needs Linux' full backlog")
def test_a_black_hole(doctor: Doctor) -> None:
    with contextlib.ExitStack() as sockets:
        listener = socket.socket()
        sockets.enter_context(listener)
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        while True:  # fill what is queued; what comes after is dropped
            filler = sockets.enter_context(socket.socket())
            filler.settimeout(0.2)
            try:
                filler.connect(address)
            except TimeoutError:
                break
        result = doctor(f"127.0.0.1:{address[1]}", "--connect-timeout", "0.3")
    assert "does not answer at all" in failure(result, "port")


def test_a_server_that_says_nothing(doctor: Doctor, listening: Listening) -> None:
    def listen_only(client: socket.socket) -> None:
        while client.recv(1024):
            pass

    result = doctor(listening(listen_only), "--connect-timeout", "0.2")
    assert "says nothing" in failure(result, "protocol")


def test_a_server_that_hangs_up(doctor: Doctor, listening: Listening) -> None:
    result = doctor(listening(lambda client: None))
    assert "closes them" in failure(result, "protocol")


def test_an_http_server(doctor: Doctor, tmp_path: Path) -> None:
    class Quiet(http.server.BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Quiet)
    with serving(server) as address:
        text = failure(doctor(address, "--connect-timeout", "0.3"), "protocol")
    assert "an HTTP server (HTTP/1.0 501" in text


def test_answers_cannot_command_a_terminal(
    doctor: Doctor, listening: Listening
) -> None:
    def greet(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 \x1b[31m\r\n\r\n")
        client.recv(65536)

    result = doctor(listening(greet))
    assert "HTTP/1.1 200 \\x1b[31m" in failure(result, "protocol")


@pytest.mark.parametrize("refuses", [True, False])
def test_a_drda_listener(doctor: Doctor, listening: Listening, refuses: bool) -> None:
    def serve(client: socket.socket) -> None:
        request = client.recv(1024)
        if request[2:3] == b"\xd0" and request[8:10] == b"\x10\x41":
            client.sendall(bytes.fromhex("0010d0020001000a1443 000611470000"))
        elif refuses:  # SYNTAXRM
            client.sendall(bytes.fromhex("0015d0020001000f124c 000611490008"))

    assert "drsoctcp" in failure(doctor(listening(serve)), "protocol")


@pytest.mark.parametrize(
    "banner", [b"SSH-2.0-OpenSSH_9.6\r\n", b"J\0\0\0\n8.0.36\0", b"\0" * 4, b"E"]
)
def test_other_servers(doctor: Doctor, listening: Listening, banner: bytes) -> None:
    def greet(client: socket.socket) -> None:
        client.sendall(banner)
        client.recv(65536)

    text = failure(doctor(listening(greet)), "protocol")
    assert "no Informix SQLI listener" in text
    assert repr(banner)[2:-1] in text


def test_another_server_name(doctor: Doctor) -> None:
    with Server(server_name="ol_stores") as server:
        result = doctor(where(server), "-d", "testdb")
        assert result.status == 1
        assert findings(result)["server"] == (
            False,
            "calls itself 'ol_stores', not 'informix'",
        )
        works(result).close()
        assert doctor(where(server), "-S", "ol_stores").status == 0


def test_names_that_are_no_names(doctor: Doctor) -> None:
    with Server(server_name="it's") as server:
        said = findings(doctor(where(server)))["server"][1]
        assert said == "calls itself \"it's\", not 'informix'"
    with Server(server_name="connect with server='") as server:
        result = doctor(where(server))
        said = findings(result)["server"][1]
        assert said == "does not tell its name, 'informix' is tried"
        assert "[-761]" in failure(result, "login")


def test_an_alias_of_the_server(
    doctor: Doctor, emulator: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = Session._check_login

    def check_alias(self: Session, request: LoginRequest) -> None:
        if request.server_name == "ol_alias":
            request.server_name = "informix"
        check(self, request)

    monkeypatch.setattr(Session, "_check_login", check_alias)
    result = doctor(where(emulator), "-S", "ol_alias")
    said = "calls itself 'informix', accepts 'ol_alias'"
    assert findings(result)["server"] == (True, said)
    works(result).close()


def test_a_wrong_password(
    doctor: Doctor, emulator: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFORMIX_PASSWORD", "not this")
    result = doctor(where(emulator), "-d", "testdb")
    assert "[-951]" in failure(result, "login")
    assert "not this" not in result.out + result.err


@pytest.mark.parametrize("mine", [(), ("--db-locale", "en_US.819")])
def test_a_database_that_refuses_a_locale(
    doctor: Doctor, mine: tuple[str, ...]
) -> None:
    with Server() as server:
        server.create_database("deutsch:log:de_DE.utf8")
        result = doctor(where(server), "-d", "deutsch", *mine)
        assert result.status == 1
        assert "its locale is de_DE.57372" in result.out
        assert findings(result)["locale"] == (True, "de_DE.57372, utf-8 is spoken")
        with works(result) as connection:
            assert connection.encoding == "utf-8"


def test_a_database_in_another_code_set(
    doctor: Doctor, emulator: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "SELECT FIRST 1 'en_US.utf8' FROM systables"
    monkeypatch.setattr(doctor_module, "_LOCALE_SQL", said)
    result = doctor(where(emulator), "-d", "testdb")
    assert findings(result)["locale"] == (False, "en_US.utf8, but iso8859-1 is spoken")
    assert "db_locale='en_US.utf8'" in result.out
    assert result.status == 1


def test_nobody_is_told_the_password_who_is_no_informix_server(
    doctor: Doctor, listening: Listening
) -> None:
    heard = []

    def listen_closely(client: socket.socket) -> None:
        heard.append(client.recv(65536))

    doctor(listening(listen_closely))
    assert len(heard) == 5  # is it open, SQLI, TLS, HTTP, DRDA
    assert not any(b"in4mix" in request for request in heard)


def test_a_wrong_database(doctor: Doctor, emulator: Server) -> None:
    text = failure(doctor(where(emulator), "-d", "nosuchdb"), "database")
    assert "[-329]" in text
    assert "there are ansidb" in text


def test_wrong_arguments(doctor: Doctor, emulator: Server) -> None:
    assert doctor("127.0.0.1:sqlexec").status == 2
    assert doctor("127.0.0.1:99999").status == 2
    assert doctor(where(emulator), "--client-locale", "nonsense").status == 2


# -- TLS -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cafile(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of the authority's certificate."""
    path = tmp_path_factory.mktemp("tls") / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(scope="module")
def context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def secure(context: ssl.SSLContext) -> Iterator[Server]:
    with Server(tls=context) as server:
        yield server


@pytest.mark.filterwarnings("ignore::informix_db.TLSVerificationWarning")
def test_a_tls_listener_taken_for_a_plain_one(doctor: Doctor, secure: Server) -> None:
    result = doctor(where(secure), "-d", "testdb")
    found = findings(result)
    assert result.status == 1
    assert found["tls"] == (False, "a TLS listener: connect with tls=")
    assert found["certificate"][0] is False
    assert "is not accepted by this machine: " in found["certificate"][1]
    assert found["protocol"] == (True, "SQLI inside of TLS")
    works(result).close()


def test_a_certificate_this_machine_accepts(
    doctor: Doctor,
    secure: Server,
    cafile: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", cafile)
    result = doctor(where(secure), "-d", "testdb")
    assert findings(result)["certificate"] == (True, "is accepted by this machine")
    assert "tls=ssl.create_default_context()" in result.out
    works(result).close()


def test_tls_in_order(doctor: Doctor, secure: Server, cafile: str) -> None:
    result = doctor(where(secure), "-d", "testdb", "--tls", cafile)
    assert result.status == 0
    assert findings(result)["protocol"][1] == "SQLI inside of TLS"
    works(result).close()


def test_a_certificate_of_somebody_else(doctor: Doctor, secure: Server) -> None:
    result = doctor(where(secure), "--tls", "verify")
    assert "is not accepted: " in failure(result, "tls")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("tls", [(), ("--tls", "insecure")])
def test_a_listener_that_wants_a_certificate(
    doctor: Doctor,
    authority: trustme.CA,
    version: ssl.TLSVersion,
    tls: tuple[str, ...],
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    with Server(tls=context) as server:
        text = failure(doctor(where(server), *tls), "tls")
    assert "client certificate" in text


def test_a_refusal_that_a_reset_hid(
    doctor: Doctor,
    authority: trustme.CA,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The login request may arrive after the end, so that its sender sees a reset."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    monkeypatch.setattr(probes, "probe_sqli", lambda params: None)
    with Server(tls=context) as server:
        text = failure(doctor(where(server), "--tls", "insecure"), "tls")
    assert "client certificate" in text


def test_a_server_that_is_lost(doctor: Doctor) -> None:
    with Server() as server:
        # Replies to the probe, to the login, and to the first two pings pass.
        server.faults.truncate(0, skip=6)
        assert "was lost" in failure(doctor(where(server)), "connection")


def test_tls_with_a_plain_listener(
    doctor: Doctor, emulator: Server, cafile: str
) -> None:
    result = doctor(where(emulator), "--tls", cafile)
    assert "a plain SQLI listener" in failure(result, "tls")


def test_tls_with_another_server(doctor: Doctor, listening: Listening) -> None:
    result = doctor(listening(lambda client: None), "--tls", "verify")
    assert "no TLS listener: accepts connections and closes" in failure(result, "tls")


@pytest.mark.parametrize("tls", [(), ("--tls", "insecure")])
def test_something_else_inside_of_tls(
    doctor: Doctor, listening: Listening, context: ssl.SSLContext, tls: tuple[str, ...]
) -> None:
    def serve(client: socket.socket) -> None:
        with context.wrap_socket(client, server_side=True) as inner:
            inner.recv(1024)
            inner.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    result = doctor(listening(serve), *tls, "--connect-timeout", "1")
    text = failure(result, "protocol")
    assert "an HTTP server (HTTP/1.1 400 Bad Request)" in text
    assert text.startswith("inside of TLS: ")
