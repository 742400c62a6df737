"""A record of what went over the wire, one entry per message sent.

Login requests and answers to PAM are recorded without their bytes, which hold the
password. SQL text and values are recorded as they are.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass

from . import messages as m
from . import tags

CLIENT, SERVER = "C>", "S<"

_TAG_NAMES = {
    value: name for name, value in vars(tags).items() if isinstance(value, int)
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One PDU, or the part of a long reply that was sent at once."""

    session: int
    direction: str  # CLIENT or SERVER
    data: bytes
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"[{self.session}] {self.direction} {self.data.hex()}"]
        lines += [f"      {note}" for note in self.notes]
        return "\n".join(lines)


Sink = Callable[[Entry], None]


class FileSink:
    """Appends entries to a file."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._lock = threading.Lock()
        self._file = open(path, "a", encoding="utf-8")  # noqa: SIM115

    def __call__(self, entry: Entry) -> None:
        with self._lock:
            self._file.write(f"{entry}\n")
            self._file.flush()

    def close(self) -> None:
        self._file.close()


def describe(message: m.Message) -> str:
    """Return a message as one line of text."""
    tag = getattr(message, "tag", None)
    if tag is None:
        return repr(message)
    name = _TAG_NAMES.get(tag, str(tag))
    if isinstance(message, m.Simple):
        return name
    return f"{name} {message}"
