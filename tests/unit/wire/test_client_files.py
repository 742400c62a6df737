"""Files a server asks for: in memory, and never any other.

The exchanges are those IBM's client took part in, and what a hostile server may try.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Iterator
from typing import Any

import captures
import pytest
from unit.wire.scripted import DONE, EOT_ONLY, described
from unit.wire.test_large_requests import Talk, scripted

import informix_db
import informix_db._connect  # and this the first connection
import informix_db._sqlcodes  # which the first error would import otherwise
from informix_db import ProgrammingError
from informix_db._protocol.channel import Channel, Reply, reply_gen
from informix_db._protocol.files import ClientFiles
from informix_db._wire import constants as c
from informix_db._wire.framing import Framing

MESSAGES = captures.load("u05_file")  # before files can no longer be opened
LOTOFILE = "select lotofile(b,'out','client') from tb"
FILETOBLOB = "insert into tb values (filetoblob('{}','client'))"


@pytest.fixture(autouse=True)
def no_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Opening any file is an error."""

    def refuse(*arguments: Any, **_: Any) -> Any:
        raise AssertionError(f"a file was opened: {arguments}")

    login = captures.load("s01_connect")
    with monkeypatch.context() as patch:
        patch.setattr(captures, "load", {"s01_connect": login}.__getitem__)
        patch.setattr(builtins, "open", refuse)
        patch.setattr(io, "open", refuse)
        patch.setattr(os, "open", refuse)
        yield


def exchange(note: str) -> tuple[list[bytes], list[bytes]]:
    """What server and client said of a file after the request noted as `note`."""
    start = next(at for at, m in enumerate(MESSAGES) if any(note in n for n in m.notes))
    asked: list[bytes] = []
    answered: list[bytes] = []
    for message in MESSAGES[start + 1 :]:
        if message.direction == captures.CLIENT:
            answered.append(message.data)
        elif b"\0\x62" in message.data[:2] or message.data[:2] == b"\0\x08":
            asked.append(message.data[message.data.index(b"\0\x62\0") :])
        else:
            return asked, answered
    raise LookupError(note)


def asking(name: bytes, flags: int = 0, *then: str) -> list[bytes]:
    """A server that opens `name`, does what `then` says, and closes it."""
    pad = b"\0" * (len(name) % 2)
    size = len(name).to_bytes(2, "big")
    opening = b"\0\x62\0\0" + size + name + pad + bytes(4) + flags.to_bytes(4, "big")
    rest = [bytes.fromhex(text) for text in (*then, "0062 0001 000c")]
    return [opening + bytes(4) + EOT_ONLY, *rest]


READ = "0062 0002 7d00 ffffffff 000c"
WRITE = "0062 0003 006b 0003 010203 00 006b 0001 04 00 000c"

NAME_ROW = next(
    m.data for m in MESSAGES if m.data[:2] == b"\0\x0e" and b"out." in m.data
)


def test_a_file_the_server_writes() -> None:
    asked, answered = exchange("'_ifxc0000000000001'")
    replies = [described_lotofile(), *asked, EOT_ONLY, NAME_ROW]
    with scripted(*replies) as server, Talk(server) as talk:
        talk.cursor.execute(LOTOFILE)
        [(name,)] = talk.cursor.fetchall()
        assert name == "out.0000000012345678"
        assert list(talk.cursor.blob_files) == [name]
        assert talk.cursor.blob_files[name] == bytes(n & 0xFF for n in range(768))
    assert talk.sent[2:5] == answered
    # nothing travels behind OPEN that the server could take for an answer
    assert [message[0] for message in server.requests[4]] == [
        "ID",
        "CURNAME",
        "OPEN",
        "EOT",
    ]
    assert [message[0] for message in server.requests[8]] == ["ID", "NFETCH", "EOT"]


def described_lotofile() -> bytes:
    at = next(
        i for i, m in enumerate(MESSAGES) if any("lotofile" in n for n in m.notes)
    )
    return MESSAGES[at + 1].data


@pytest.mark.parametrize("name", ["in.bin", "empty.bin", "nosuch.bin"])
def test_a_file_the_server_reads(name: str) -> None:
    asked, answered = exchange(name)
    with scripted(described(6), *asked, DONE) as server, Talk(server) as talk:
        talk.cursor.virtual_files["in.bin"] = b"hello file contents!!"
        talk.cursor.virtual_files["empty.bin"] = b""
        talk.cursor.execute(FILETOBLOB.format(name))
        assert talk.cursor.blob_files == {}
    assert talk.sent[2:5] == answered


@pytest.mark.parametrize(
    ("framing", "zeros"),
    [(Framing(), 6), (Framing(frozenset({c.CAP_LONG_SQL})), 8)],
)
def test_an_error_has_the_form_of_the_servers(framing: Framing, zeros: int) -> None:
    """Error number, ISAM code, offset and token: the offset is a short or an int."""
    channel = Channel("latin-1")
    channel.framing = framing
    channel.unread = 1
    channel.read.feed(bytes.fromhex("0062 0002 7d00 ffffffff 000c 000c"))
    with pytest.raises(StopIteration):
        next(reply_gen(channel, Reply()))
    assert channel.write.data == b"\0\x0d\0\x09" + bytes(zeros) + b"\0\x0c"


def test_a_large_file_is_read_in_pieces() -> None:
    asked, _ = exchange("in.bin")
    data = bytes(n & 0xFF for n in range(70001))
    with scripted(described(6), *asked, DONE) as server, Talk(server) as talk:
        talk.cursor.virtual_files["in.bin"] = data
        talk.cursor.execute(FILETOBLOB.format("in.bin"))
    [(_, *pieces), _] = server.requests[6]
    assert [len(piece) for piece in pieces] == [32000, 32000, 6001]
    assert b"".join(pieces) == data
    assert talk.sent[3][:12].hex() == "006a00011171006a7d000001"  # IBM's too


HOSTILE = [b"/etc/passwd", b"../../x", b"C:\\x", b"", b"a" * 5000, b"\xff\0\n"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_reaches_the_disk(name: bytes) -> None:
    refused = bytes.fromhex("000d dbc1 0000 00000000 0000 000c")
    replies = [described(6), *asking(name, 0, READ), refused]
    with scripted(*replies) as server, Talk(server) as talk:
        with pytest.raises(informix_db.Error):
            talk.cursor.execute(FILETOBLOB.format("mine"))
        talk.connection.ping()
        assert talk.cursor.blob_files.keys() <= {name.decode("latin-1")}
    assert talk.sent[3] == bytes.fromhex("000d 0009 0000 00000000 0000 000c")


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_written_to_any_name_stays_in_memory(name: bytes) -> None:
    replies = [described(6), *asking(name, 0, WRITE), DONE]
    with scripted(*replies) as server, Talk(server) as talk:
        talk.cursor.execute(FILETOBLOB.format("mine"))
        assert talk.cursor.blob_files == {name.decode("latin-1"): b"\1\2\3\4"}
    assert talk.sent[3] == bytes.fromhex("006b 00000004 000c")


def test_what_the_application_offers_cannot_be_overwritten() -> None:
    replies = [described(6), *asking(b"mine", 0, WRITE), DONE]
    with scripted(*replies) as server, Talk(server) as talk:
        talk.cursor.virtual_files["mine"] = b"as it was"
        talk.cursor.execute(FILETOBLOB.format("mine"))
        assert talk.cursor.virtual_files == {"mine": b"as it was"}
        assert talk.cursor.blob_files == {}
    assert talk.sent[3][:4] == bytes.fromhex("000d 0009")


def test_files_of_one_cursor_are_not_those_of_another() -> None:
    replies = [described(6), *asking(b"mine", 0, READ), DONE]
    with scripted(*replies) as server, Talk(server) as talk:
        other = talk.connection.cursor()
        other.virtual_files["mine"] = b"secret"
        talk.cursor.execute(FILETOBLOB.format("mine"))
    assert talk.sent[3][:4] == bytes.fromhex("000d 0009")


def test_no_file_without_a_statement() -> None:
    """Files are asked for here in the answer to PREPARE of the first statement."""
    first, *rest = asking(b"x", 0, WRITE)
    with scripted(first, *rest, described(6)) as server, Talk(server) as talk:
        files = talk.connection._channel.files
        talk.connection._run(lambda: talk.connection._prepare_gen("x", 0))
        assert not files.written
        assert not talk.cursor.blob_files
    assert talk.sent[1] == bytes.fromhex("000d 000d 0000 00000000 0000 000c")


@pytest.mark.parametrize(
    "question",
    [
        "0062 0004 000c",
        "0062 0001 000b 000c",
        "0062 0002 7d00 ffffffff 000b 000c",
        "0062 0003 000b 000c",
        "0062 0003 006b 8000 000c",
        "0062 ffff",
    ],
)
def test_an_unknown_question_ends_the_session(question: str) -> None:
    with scripted(described(6), bytes.fromhex(question)) as server:
        talk = Talk(server)
        with pytest.raises(informix_db.ProtocolError):
            talk.cursor.execute("insert into tb values (1)")
        assert talk.connection.closed


def test_what_is_offered_is_bytes() -> None:
    with scripted() as server, Talk(server) as talk:
        talk.cursor.virtual_files["x"] = "text"  # type: ignore[assignment]
        with pytest.raises(ProgrammingError, match="file 'x' is str, not bytes"):
            talk.cursor.execute(FILETOBLOB.format("x"))


# -- the store itself ------------------------------------------------------------------


def test_flags_of_opening() -> None:
    files = ClientFiles()
    files.readable["in"] = b"abc"
    assert files.open("in", 0x01, 0) == errno.EEXIST
    assert files.open("new", 0x10, 0) == errno.ENOENT
    assert files.open("new", 0x80, 0) == errno.EINVAL
    assert files.open("new", 0, 1) == errno.EINVAL
    assert files.open("new", 0x01, 0) == 0
    assert files.write(b"hello") == 0
    files.close()
    assert files.open("new", 0, 0) == 0  # what is there stays there
    assert files.write(b"J") == 0
    files.close()
    assert files.open("new", 0x02, 0) == 0
    assert files.write(b"!") == 0
    files.close()
    assert files.written == {"new": b"Jello!"}


def test_reading_in_parts() -> None:
    files = ClientFiles()
    files.readable["in"] = b"abcdef"
    assert files.open("in", 0, 1) == 0
    assert [files.read(2), files.read(-1), files.read(5)] == [b"bc", b"def", b""]


def test_what_the_server_wrote_cannot_be_read_back() -> None:
    files = ClientFiles()
    files.written["out"] = b"abc"
    assert files.open("out", 0, 0) == 0
    assert files.read(-1) == errno.EBADF


def test_nothing_is_open_at_first() -> None:
    files = ClientFiles()
    assert (files.read(-1), files.write(b"x")) == (errno.EBADF, errno.EBADF)
    files.close()
    assert files.written == {}


def test_there_is_an_end_to_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("informix_db._protocol.files._MAX_FILES", 2)
    monkeypatch.setattr("informix_db._protocol.files._MAX_SIZE", 10)
    files = ClientFiles()
    for name in ("a", "b"):
        assert files.open(name, 0, 0) == 0
        assert files.write(b"12345") == 0
        files.close()
    assert files.open("c", 0, 0) == errno.EMFILE
    assert files.open("a", 0x02, 0) == 0
    assert files.write(b"6") == errno.EFBIG


# -- read_blob_column and write_blob_column --------------------------------------------


@pytest.mark.parametrize(
    ("sql", "sent"),
    [
        ("SELECT data FROM t", "SELECT lotofile(data, 'F', 'client') FROM t"),
        (
            "select first 1 p.data as d from t p where s = 'a from b'",
            "select first 1 lotofile(p.data, 'F', 'client') "
            "from t p where s = 'a from b'",
        ),
        (
            "SELECT SKIP 2 FIRST 1 f(a, 'x, FROM y') /* FROM z */ FROM t",
            "SELECT SKIP 2 FIRST 1 lotofile(f(a, 'x, FROM y') /* FROM z */, 'F', "
            "'client') FROM t",
        ),
        (
            "SELECT LOTOFILE(b, 'x', 'client') FROM t",
            "SELECT LOTOFILE(b, 'x', 'client') FROM t",
        ),
    ],
)
def test_reading_asks_for_a_file(sql: str, sent: str) -> None:
    asked, _ = exchange("'_ifxc0000000000001'")
    replies = [described_lotofile(), *asked, EOT_ONLY, NAME_ROW]
    with scripted(*replies) as server, Talk(server) as talk:
        data = talk.cursor.read_blob_column(sql)
        assert data == bytes(n & 0xFF for n in range(768))
        assert talk.cursor.blob_files == {}
        assert talk.cursor.description is None
    [(_, _, prepared), *_] = server.requests[3]
    assert prepared.decode() == sent.replace("'F'", "'informix_db_blob'")


@pytest.mark.parametrize(
    "sql", ["SELECT a, b FROM t", "DELETE FROM t", "SELECT 1", "-- SELECT a FROM t", ""]
)
def test_reading_takes_a_query_of_one_column(sql: str) -> None:
    with (
        scripted() as server,
        Talk(server) as talk,
        pytest.raises(ProgrammingError, match="query"),
    ):
        talk.cursor.read_blob_column(sql)


def test_reading_null_and_nothing() -> None:
    null = bytes.fromhex("000e 0000 00000002 0100") + DONE
    for row in (null, DONE):
        with (
            scripted(described_lotofile(), EOT_ONLY, row) as server,
            Talk(server) as talk,
        ):
            assert talk.cursor.read_blob_column("select b from t") is None


def test_writing_offers_a_file() -> None:
    asked = asking(b"informix_db_blob_in", 0, READ)
    with scripted(described(6), *asked, DONE) as server, Talk(server) as talk:
        done = talk.cursor.write_blob_column(
            "INSERT INTO t VALUES (?, BLOB_PLACEHOLDER, 'BLOB_PLACEHOLDER')",
            b"\1\2\3",
            (7,),
        )
        assert done is None
        assert talk.cursor.virtual_files == {}
    [(_, count, prepared), *_] = server.requests[3]
    assert count == 1
    assert prepared.decode() == (
        "INSERT INTO t VALUES (?, filetoblob('informix_db_blob_in', 'client'), "
        "'BLOB_PLACEHOLDER')"
    )
    assert server.requests[6] == [("FILE_READ", b"\1\2\3"), ("EOT",)]


def test_writing_text() -> None:
    asked = asking(b"informix_db_blob_in", 0, READ)
    with (
        scripted(described(6), *asked, DONE) as server,
        Talk(server, db_locale="en_US.utf8") as talk,
    ):
        sql = "UPDATE t SET c = BLOB_PLACEHOLDER"
        talk.cursor.write_blob_column(sql, "a\u20ac", clob=True)
    [(_, _, prepared), *_] = server.requests[3]
    assert b"filetoclob('informix_db_blob_in', 'client')" in prepared
    assert server.requests[6] == [("FILE_READ", b"a\xe2\x82\xac"), ("EOT",)]


@pytest.mark.parametrize(
    ("sql", "data", "what"),
    [
        ("INSERT INTO t VALUES (1)", b"", "has 0"),
        ("INSERT INTO t VALUES ('BLOB_PLACEHOLDER')", b"", "has 0"),
        ('INSERT INTO t VALUES ("BLOB_PLACEHOLDER") -- BLOB_PLACEHOLDER', b"", "has 0"),
        ("INSERT INTO t VALUES (BLOB_PLACEHOLDER2)", b"", "has 0"),
        ("INSERT INTO t VALUES (BLOB_PLACEHOLDER, BLOB_PLACEHOLDER)", b"", "has 2"),
        ("INSERT INTO t VALUES (BLOB_PLACEHOLDER)", "text", "bytes are needed"),
        ("INSERT INTO t VALUES (BLOB_PLACEHOLDER)", None, "bytes are needed"),
    ],
)
def test_writing_takes_one_placeholder_and_bytes(
    sql: str, data: Any, what: str
) -> None:
    with (
        scripted() as server,
        Talk(server) as talk,
        pytest.raises(ProgrammingError, match=what),
    ):
        talk.cursor.write_blob_column(sql, data)


def test_the_published_name_of_the_argument() -> None:
    asked = asking(b"informix_db_blob_in", 0, READ)
    with scripted(described(6), *asked, DONE) as server, Talk(server) as talk:
        talk.cursor.write_blob_column(
            sql="INSERT INTO t VALUES (BLOB_PLACEHOLDER)", blob_data=b"x", params=()
        )
    assert server.requests[6] == [("FILE_READ", b"x"), ("EOT",)]
