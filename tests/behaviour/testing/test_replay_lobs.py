"""Large objects of IBM's driver's transcripts, played to emulator and SQL engine alike.

All replies have to be those IBM's driver accepted, with one exception: an INSERT is
described with its whole row here, in the transcripts with the parameters alone.
"""

from __future__ import annotations

import captures
import pytest
from raw_client import ACCEPTED, RawClient

from informix_db.testing import Server
from informix_db.testing.api import BoundParameter, SQLType
from informix_db.testing.engine import Engine

LOCATOR = SQLType(44, 0, name="blob")
BYTES = bytes(range(256)) * 300


def no_rows(engine: Engine, database: str) -> None:
    """The transcript makes its tables; two objects were there before."""
    for _ in range(2):
        engine.large_objects.create()


def two_rows(engine: Engine, database: str) -> None:
    session = engine.open_session("informix", {})
    session.open_database(database)
    sql = "create table tlo_pre (id serial, b blob, t clob)"
    session.prepare(sql).execute([])
    locators = map(engine.large_objects.create, (BYTES, b"hello clob"))
    insert = session.prepare("insert into tlo_pre values (0, ?, ?)")
    insert.execute([BoundParameter(LOCATOR, locator) for locator in locators])
    session.prepare("insert into tlo_pre values (0, null, null)").execute([])
    session.close()


@pytest.mark.parametrize(
    ("transcript", "prepare"),
    [
        ("s18_bytetext", no_rows),
        ("large/s19_lob", two_rows),
        ("large/s19b_lobw", no_rows),
    ],
)
def test_replies_are_the_transcripts(transcript, prepare) -> None:
    engine = Engine()
    database = transcript.rpartition("/")[2]
    engine.add_database(database, "informix", logged=True, ansi=False)
    prepare(engine, database)
    messages = [message for message in captures.load(transcript) if message.data][1:]
    with Server(engine=engine) as server, RawClient(server.address) as client:
        assert client.log_in()[2] == ACCEPTED
        for request, reply in zip(messages[::2], messages[1::2], strict=False):
            assert (request.direction, reply.direction) == ("C", "S")
            if b"insert into" in request.data:
                client.send(request.data)
                read_description(client)
            else:
                client.exchange(request.data, reply.data)


def read_description(client: RawClient) -> None:
    """Read the reply to PREPARE up to its EOT, behind DONE and COST."""
    end = bytes.fromhex("00370000000100000001000c")
    reply = b""
    while not reply.endswith(end):
        part = client.read(1)
        assert part
        reply += part
