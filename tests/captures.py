"""Transcripts of IBM's JDBC driver as lists of messages.

A transcript in `tests/data/captures` holds what IBM's client sent and the replies it
accepted, one line of hexadecimal each, followed by indented lines that explain it.
The login request's bytes are left out (they name a host and a directory): its data is
empty and its notes tell its length. Some transcripts stop early; the line that says
so is not a message.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

DIRECTORY = Path(__file__).parent / "data" / "captures"

CLIENT = "C"
SERVER = "S"
URGENT = "U"  # one byte sent as TCP urgent data by the client

_MARKS = {"C> ": CLIENT, "S< ": SERVER}
_URGENT_MARK = "-- OOB at "
_CUT_MARK = "... cut"


class Message(NamedTuple):
    """One line of a transcript: who sent it, its bytes, and the notes below it."""

    direction: str
    data: bytes
    notes: tuple[str, ...]


def names() -> list[str]:
    """Return the names `load` knows, such as "s01_connect"."""
    return sorted(path.stem for path in DIRECTORY.glob("*.txt"))


def load(name: str) -> list[Message]:
    """Return the messages of the transcript called `name`, in order.

    Raises ValueError for a line that is none of the known kinds.
    """
    messages: list[Message] = []
    text = (DIRECTORY / f"{name}.txt").read_text(encoding="utf-8")
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("      "):
            last = messages[-1]
            messages[-1] = last._replace(notes=(*last.notes, line[6:]))
        elif line and not line.startswith(_CUT_MARK):
            try:
                messages.append(_parse(line))
            except ValueError as error:
                raise ValueError(f"{name}.txt:{number}: {error}") from error
    return messages


def client(name: str) -> list[bytes]:
    """Return what the client sent, without the login request and urgent bytes."""
    return [m.data for m in load(name) if m.direction == CLIENT and m.data]


def server(name: str) -> list[bytes]:
    """Return the replies, the login reply first."""
    return [m.data for m in load(name) if m.direction == SERVER]


def request(name: str, note: str) -> Message:
    """Return the first client message one of whose notes contains `note`."""
    for message in load(name):
        if message.direction != SERVER and any(note in n for n in message.notes):
            return message
    raise LookupError(f"{name}: no client message is noted as {note!r}")


def reply(name: str, note: str) -> bytes:
    """Return the reply to the first client message noted as `note`."""
    messages = load(name)
    asked = messages.index(request(name, note))
    return next(m.data for m in messages[asked:] if m.direction == SERVER)


def _parse(line: str) -> Message:
    if line.startswith(_URGENT_MARK):
        return Message(URGENT, bytes.fromhex(line.rpartition(":")[2]), ())
    direction = _MARKS.get(line[:3])
    if direction is None:
        raise ValueError(f"not a transcript line: {line[:40]!r}")
    body = line[3:]
    return Message(
        direction, b"" if body.startswith("(login") else bytes.fromhex(body), ()
    )
