"""Sessions over a socket: logging in, statements and errors, byte by byte."""

from __future__ import annotations

import select
import struct

import pytest
from raw_client import ACCEPTED, REJECTED, RawClient, login_request
from raw_messages import (
    DONE_COST,
    END,
    FIRST_ID,
    WAITING,
    command,
    error,
    fetch,
    open_cursor,
    prepare,
    row,
)
from stub_engine import StubEngine

from informix_db.testing import Server

# Login


@pytest.mark.parametrize("blocks", [True, False])
def test_login_of_both_lengths_is_accepted(server: Server, blocks: bool) -> None:
    with RawClient(server.address) as client:
        reply = client.log_in(login_request(blocks=blocks))
        assert reply[2] == ACCEPTED
        assert b"\0\0\x01\x3c" in reply  # cap1 316
        assert client.negotiate().hex() == "bdbe9ffe7fb7ffefff"


def refusal(reply: bytes) -> int:
    """Return the code in the 102 block, which is 14 bytes long and near the end."""
    assert reply[2] == REJECTED
    assert reply[-16:-14] == b"\0\x66"
    code: int = struct.unpack(">h", reply[-8:-6])[0]
    return code


def test_wrong_password_is_951(server: Server) -> None:
    with RawClient(server.address) as client:
        assert refusal(client.log_in(login_request(password="no"))) == -951
        client.exchange("0038", "0038")
        assert client.read(1) == b""


def test_missing_password_is_951(server: Server) -> None:
    request = login_request(password="")
    bare = request.replace(b"informix\0\0\x01\0", b"informix\0\0\0", 1)
    bare = struct.pack(">H", len(bare)) + bare[2:]
    with RawClient(server.address) as client:
        assert refusal(client.log_in(bare)) == -951


def test_wrong_server_name_is_761_and_tells_the_right_one(server: Server) -> None:
    with RawClient(server.address) as client:
        reply = client.log_in(login_request(server="nmap_probe"))
        assert refusal(reply) == -761
        assert b"\0\x09informix\0" in reply


def test_unknown_locale_is_refused(server: Server) -> None:
    with RawClient(server.address) as client:
        request = login_request(environment={"DB_LOCALE": "xx_XX.nosuch"})
        assert refusal(client.log_in(request)) == -23101


def test_database_named_in_the_login_makes_dbopen_fail(server: Server) -> None:
    with RawClient(server.address) as client:
        request = login_request(database=b"\0\x07testdb\0")
        assert client.log_in(request)[2] == ACCEPTED
        client.negotiate()
        client.exchange("0024 0006 746573746462 0000 000c", error(-759) + END)


def test_unknown_database_is_329(server: Server) -> None:
    with RawClient(server.address) as client:
        client.log_in()
        client.negotiate()
        client.exchange(
            "0024 0006 6e6f73756368 0000 000c",
            error(-329, -111, token="nosuch") + END,
        )
        client.exchange("0035 000c", END)


def test_unknown_block_in_a_login_does_not_hang(server: Server) -> None:
    request = login_request()[:-2] + bytes.fromhex("00ee 0004 01020304 007f")
    request = struct.pack(">H", len(request)) + request[2:]
    with RawClient(server.address) as client:
        assert client.log_in(request)[2] == ACCEPTED


@pytest.mark.parametrize(
    "noise",
    [
        "16030101000100",  # TLS
        "474554202f20485454502f312e310d0a",  # HTTP
        "0000",
        "0003 01 3c",
        "ffff ffff ffff",
    ],
)
def test_noise_instead_of_a_login_closes_that_connection_only(
    server: Server, client: RawClient, noise: str
) -> None:
    with RawClient(server.address) as other:
        other.send(noise)
        if noise == "0000":
            other.socket.shutdown(1)
        assert other.read(1) == b""
    client.exchange("0035 000c", END)


def test_exit_before_a_login_is_answered(server: Server) -> None:
    with RawClient(server.address) as client:
        client.exchange("0038", "0038")
        assert client.read(1) == b""


# Session


def test_ping_database_list_and_exit(client: RawClient) -> None:
    client.exchange("0035 000c", END)
    names = "0009 7379736d617374657200 0006 746573746462"
    client.exchange("001a 000c", f"001a {names} 0000 000c")
    client.exchange("0038", "0038")
    assert client.read(1) == b""


def test_version_request_of_a_client_without_capabilities() -> None:
    with (
        Server(engine=StubEngine(), cap1=0) as server,
        RawClient(server.address) as client,
    ):
        client.log_in()
        client.exchange("0035 000c", "0035 0004 392e3238 000c")


def test_pam_acknowledgement_is_accepted(client: RawClient) -> None:
    client.exchange("0080 000c", "007f 000c")


def test_transactions_and_savepoints(client: RawClient, engine: StubEngine) -> None:
    client.exchange("0013 000c", error(-255) + END)
    client.exchange("0023 000c", DONE_COST + END)
    client.exchange("0089 0003 737031 00 0000 000c", END)
    client.exchange("008b 0003 737031 00 000c", END)
    client.exchange("008a 0003 737031 00 000c", END)
    client.exchange("0014 0000 000c", DONE_COST + END)
    assert engine.sessions[-1].calls == [
        ("set", "sp1"),
        ("rollback", "sp1"),
        ("release", "sp1"),
        ("rollback", None),
    ]


def test_closing_the_database(client: RawClient, engine: StubEngine) -> None:
    client.exchange("0025 000c", END)
    assert engine.sessions[-1].database == ""


@pytest.mark.parametrize(
    ("request_", "sqlcode"),
    [
        ("0065 00 00000002 6670 0000 000c", -674),
        ("0061 0000 0003 00000064 7d00 000c", -674),
        ("0026" + "00" * 56 + "000c", -404),
    ],
)
def test_what_is_not_supported_is_refused_and_the_session_goes_on(
    client: RawClient, request_: str, sqlcode: int
) -> None:
    token = {-674: "fp" if request_.startswith("0065") else "3"}.get(sqlcode, "")
    client.exchange(request_, error(sqlcode, token=token) + END)
    client.exchange("0035 000c", END)


def test_unknown_tag_ends_the_session_only(server: Server, client: RawClient) -> None:
    with RawClient(server.address) as other:
        other.start()
        other.send("1603 000c")
        assert other.read(1) == b""
    client.exchange("0035 000c", END)


# Statements


def test_statement_ids_are_the_lowest_free_ones(
    server: Server, client: RawClient
) -> None:
    def prepared(number: int) -> str:
        return f"0008 002d {number:04x} 00000001 0000 0000 00000000 {DONE_COST} 000c"

    for number in range(3):
        client.exchange(prepare("create"), prepared(number))
    client.exchange("0004 0000 000b 000c", END)
    client.exchange("0004 0001 000b 000c", END)
    client.exchange(prepare("create"), prepared(0))
    client.exchange(prepare("create"), prepared(1))
    client.exchange(prepare("create"), prepared(3))
    assert server.statistics().statements == 4


def test_prepare_without_want_done(client: RawClient) -> None:
    request = prepare("create").replace("0031", "")
    client.exchange(request, "0008 002d 0000 00000001 0000 0000 00000000 000c")


def test_failed_prepare_takes_no_id(server: Server, client: RawClient) -> None:
    client.exchange(prepare("selec"), error(-201, offset=1) + END)
    assert server.statistics().statements == 0


def test_failed_execute_keeps_its_statement(server: Server, client: RawClient) -> None:
    client.exchange(
        prepare("insert duplicate"),
        f"0008 0006 0000 00000001 0000 0000 00000000 005e {'00' * 18} {DONE_COST} 000c",
    )
    duplicate = error(-268, -100, token="u100_1") + END
    client.exchange("0004 0000 0007 000c", duplicate)
    client.exchange("0004 0000 0007 000c", duplicate)
    assert server.statistics().statements == 1


def test_failed_one_shot_leaves_nothing(server: Server, client: RawClient) -> None:
    described = "0008 0006 0000 00000001 0000 0000 00000000"
    client.exchange(
        command("insert duplicate") + END,
        described + error(-268, -100, token="u100_1") + END,
    )
    assert server.statistics().statements == 0


@pytest.mark.parametrize(
    ("request_", "sqlcode"),
    [
        ("0004 0007 000b 000c", -404),
        ("0004 0007 0006 0007 000b 000c", -404),
        ("0007 000c", -404),
        ("0004 0000 0009 00001000 0000 000c", -400),
        ("0004 0000 0017 0001 00000001 00001000 000c", -400),
        ("0004 0000 0011 00000001 0001 6100 000c", -400),
        ("0004 0000 0005 0001 0002 0000 0a00 00000001 0006 000c", -254),
    ],
)
def test_messages_out_of_order(client: RawClient, request_: str, sqlcode: int) -> None:
    client.exchange(prepare("select id,name from t1"), FIRST_ID + DONE_COST + END)
    client.exchange(request_, error(sqlcode) + END)
    client.exchange("0035 000c", END)


def test_values_and_names_nobody_uses_are_accepted(client: RawClient) -> None:
    client.exchange(prepare("select id,name from t1"), FIRST_ID + DONE_COST + END)
    client.exchange(
        "0004 0000 0003 0001 6300 0005 0001 0002 0000 0a00 000000010004 0000 000b 000c",
        END,
    )


def test_several_requests_sent_ahead_are_answered_in_order(client: RawClient) -> None:
    update = "0008 0004 0000 00000001 0000 0000 00000000"
    two = "000f 0000 00000002 00000000 00000000 0037 00000001 00000001"
    client.exchange(
        (command("update") + END + "0035 000c") * 3,
        (update + two + END + END) * 3,
    )


def test_transaction_state_before_done_and_exit_if_asked_for(
    engine: StubEngine,
) -> None:
    described = "0008 {} 0000 00000001 0000 0000 00000000"
    two = "000f 0000 00000002 00000000 00000000 0037 00000001 00000001"
    with (
        Server(engine=engine, transaction_states=True) as server,
        RawClient(server.address) as client,
    ):
        client.start()
        client.exchange(
            command("update") + END,
            described.format("0004") + "0063 0000 0000 0000" + two + END,
        )
        client.exchange(
            command("create") + END, described.format("002d") + DONE_COST + END
        )
        client.exchange("0038", "0063 0000 0000 0000 0038")


def test_internal_error_is_an_sql_error(
    client: RawClient, caplog: pytest.LogCaptureFixture
) -> None:
    described = "0008 002d 0000 00000001 0000 0000 00000000"
    client.exchange(
        command("break") + END,
        described + error(-768, token="RuntimeError('a bug in the engine')") + END,
    )
    assert "a bug in the engine" in caplog.text
    client.exchange("0035 000c", END)


def test_text_outside_the_code_set_is_refused(server: Server) -> None:
    with RawClient(server.address) as client:
        client.log_in(login_request(environment={"DB_LOCALE": "en_US.utf8"}))
        client.negotiate()
        client.exchange(
            "0001 0000 00000001 ff00 0016 0007 000b 000c", error(-23103) + END
        )
        client.exchange("0035 000c", END)


# Ends


def test_everything_is_given_back_when_a_client_vanishes(
    server: Server, engine: StubEngine
) -> None:
    with RawClient(server.address) as client:
        client.start()
        open_cursor(client)
        assert server.statistics().sessions == 1
    assert server.wait_until_idle(5)
    statistics = server.statistics()
    assert (statistics.sessions, statistics.statements, statistics.cursors) == (0, 0, 0)
    assert (statistics.total_sessions, statistics.total_requests) == (1, 4)
    assert engine.sessions[-1].closed


def test_everything_is_given_back_before_exit_is_answered(
    client: RawClient, engine: StubEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered: list[bool] = []

    def close() -> None:
        answered.append(bool(select.select([client.socket], [], [], 0.1)[0]))

    monkeypatch.setattr(engine.sessions[-1], "close", close)
    client.exchange("0038", "0038")
    assert client.read(1) == b""
    assert answered[0] is False


def test_closing_the_server_ends_running_statements(engine: StubEngine) -> None:
    server = Server(engine=engine).start()
    with RawClient(server.address) as client:
        client.start()
        client.exchange(prepare("wait"), WAITING + DONE_COST + END)
        client.send("0004 0000 0003 0001 6300 0006 000c")
        assert engine.waiting.wait(5)
        server.close()
        assert engine.sessions[-1].closed
        assert client.read(1000) in (b"", bytes.fromhex(error(-213) + END))


def test_two_hundred_sessions(server: Server) -> None:
    clients = [RawClient(server.address) for _ in range(200)]
    try:
        for client in clients:
            client.start()
        for client in clients:
            open_cursor(client)
        assert server.statistics().cursors == 200
        for client in clients:
            client.exchange(fetch(18), row(1, "row 0") + END)
    finally:
        for client in clients:
            client.socket.close()
