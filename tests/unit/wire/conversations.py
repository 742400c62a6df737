"""The replies of the transcripts, each with what is needed to read it.

`cases` walks a transcript as the driver's connection would: the mask the server grants
sets the framing, a DESCRIBE makes the plan of the rows that follow for its statement.
`read` feeds bytes to the driver's reader piece by piece and returns all it found.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import captures

from informix_db._protocol.channel import Channel, Reply, reply_gen
from informix_db._protocol.files import ClientFiles
from informix_db._protocol.login import LoginRequest, login_gen
from informix_db._protocol.session import capabilities_gen, exit_gen
from informix_db._wire.accel import Plan
from informix_db._wire.buffer import Wire
from informix_db._wire.constants import CAP1, OFFERED_MASK
from informix_db._wire.decode import plan_steps
from informix_db._wire.describe import ColumnInfo
from informix_db._wire.framing import Framing, negotiate
from informix_db.exceptions import NotSupportedError

LOGIN = LoginRequest("informix", "in4mix", "testserver", {}, "test", "latin-1")

# What IBM's client asked for and this driver does not: (transcript, place) of the
# reply, and the message in it that cannot be read.
_KEYS = "135: generated keys"
_XA = "73: distributed transactions"
NOT_READ = {
    ("s07_genkeys", 31): _KEYS,
    ("s07_genkeys", 37): _KEYS,
    ("s07_genkeys", 47): _KEYS,
    ("s07_genkeys", 55): _KEYS,
    ("s16_meta", 85): "26: list of databases",
    ("s23_keycols", 31): _KEYS,
    ("s23_keycols", 33): _KEYS,
    **dict.fromkeys((("u08_xa", at) for at in (17, *range(21, 48, 2))), _XA),
}


# What the client has when a server asks for files, and how its answers begin.
FILES = {"in.bin": b"hello file contents!!", "empty.bin": b""}
_FILE_ANSWERS = (b"\0\x0c", b"\0\x0d", b"\0\x6a", b"\0\x6b")


class Case(NamedTuple):
    """A reply and the state it is read in."""

    transcript: str
    place: int  # index of the message in the transcript
    kind: str  # "login", "capabilities", "exit" or "reply"
    data: bytes
    framing: Framing
    columns: tuple[ColumnInfo, ...] | None  # of the rows, if any were asked for
    plan: Plan | None


@functools.cache
def cases(transcript: str) -> tuple[Case, ...]:
    """Return all replies of `transcript`, those that are not read left out."""
    return tuple(c for c in _walk(transcript) if (transcript, c.place) not in NOT_READ)


def all_cases() -> list[Case]:
    """Return every different reply of all transcripts, in a fixed order."""
    seen: dict[tuple[object, ...], Case] = {}
    for name in captures.names():
        for case in cases(name):
            seen.setdefault((case.kind, case.data, case.columns), case)
    return list(seen.values())


def unread_cases() -> list[Case]:
    """Return the replies of NOT_READ."""
    transcripts = sorted({transcript for transcript, _ in NOT_READ})
    return [
        case
        for transcript in transcripts
        for case in _walk(transcript)
        if (transcript, case.place) in NOT_READ
    ]


def _walk(transcript: str) -> Iterator[Case]:
    framing = Framing()
    described: dict[bytes, tuple[tuple[ColumnInfo, ...], Plan | None]] = {}
    asked = b""
    begun = b""  # the parts of a reply before the answers to its questions
    messages = captures.load(transcript)
    for place, message in enumerate(messages):
        if message.direction != captures.SERVER:
            if message.data[:2] not in _FILE_ANSWERS:
                asked = message.data or asked
            continue
        data = begun + message.data
        begun = b""
        if place + 1 < len(messages) and messages[place + 1].data[:2] in _FILE_ANSWERS:
            begun = data
            continue
        kind = _kind(place, data)
        of_statement = asked[2:4] if asked[:2] == b"\0\x04" else b""
        columns, plan = described.get(of_statement, (None, None))
        case = Case(transcript, place, kind, data, framing, columns, plan)
        yield case
        if kind == "capabilities":
            framing = negotiate(OFFERED_MASK, _granted(data))
        elif kind == "reply" and (transcript, place) not in NOT_READ:
            reply = read(case)
            assert isinstance(reply, Reply)
            if reply.description is not None:
                statement = reply.description.statement_id.to_bytes(2, "big")
                columns = reply.description.columns
                described[statement] = columns, plan_of(columns, framing)


def _kind(place: int, data: bytes) -> str:
    if place == 1:
        return "login"
    return {b"\0\x7e": "capabilities", b"\0\x38": "exit"}.get(data[:2], "reply")


def _granted(data: bytes) -> bytes:
    return data[4 : 4 + int.from_bytes(data[2:4], "big")]


def plan_of(
    columns: Sequence[ColumnInfo], framing: Framing, encoding: str = "latin-1"
) -> Plan | None:
    """Return the plan of rows with these columns, None if they cannot be read."""
    try:
        steps = plan_steps(columns, framing.variable_varchar)
    except NotSupportedError:
        return None
    return Plan(steps, [column.name for column in columns], encoding)


def read(case: Case, cuts: Sequence[int] = ()) -> object:
    """Read the reply of `case`, fed in pieces that end at `cuts`.

    Checks that the reader waits for each further piece and leaves no byte over.
    """
    channel = Channel("latin-1")
    channel.framing = case.framing
    reader = _reader(channel, case)
    ends = [*cuts, len(case.data)]
    if case.kind == "capabilities":
        next(reader)  # it asks, and no answer may be there before
    start = 0
    for end in ends:
        channel.read.feed(case.data[start:end])
        start = end
        try:
            next(reader)
        except StopIteration as stop:
            assert end == ends[-1], f"done after {end} of {len(case.data)} bytes"
            assert len(channel.read) == 0, f"{len(channel.read)} bytes left over"
            assert channel.in_sync
            return stop.value
    raise AssertionError(f"wants more than {len(case.data)} bytes")


def _reader(channel: Channel, case: Case) -> Wire[object]:
    if case.kind == "login":
        return login_gen(channel, LOGIN)
    if case.kind == "capabilities":
        return capabilities_gen(channel, CAP1)
    if case.kind == "exit":
        return exit_gen(channel)
    channel.unread = 1
    channel.files = ClientFiles()
    channel.files.readable.update(FILES)
    reply = Reply("sql", case.plan)
    reply.content = bytearray()
    return reply_gen(channel, reply)


def contents(result: object) -> object:
    """Return all a reader found in a form that compares."""
    if not isinstance(result, Reply):
        return result
    names = {*Reply.__annotations__, *vars(result)} - {"plan"}
    found = {name: getattr(result, name) for name in names}
    found["rows"] = repr(result.rows)  # not all values compare, and 1 is not True
    for name in ("error", "row_error"):
        error = found[name]
        found[name] = error and (type(error), error.args, vars(error))
    return found
