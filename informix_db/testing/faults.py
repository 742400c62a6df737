"""Faults on demand: what a network or a server can do to a client.

A fault waits for the next reply of any session (the login reply counts), or lets
`skip` replies pass first, and happens once. Faults armed together happen one by one,
in the order they were armed. `drop_after` counts bytes over several replies.
"""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable

from . import tags
from .api import SQLError
from .records import dataclass

_POINTS = {
    "prepare": (tags.PREPARE, tags.COMMAND),
    "execute": (tags.EXECUTE, tags.PUT),
    "open": (tags.OPEN,),
    "fetch": (tags.FETCH, tags.SCROLL_FETCH),
    "begin": (tags.BEGIN,),
    "commit": (tags.COMMIT,),
    "rollback": (tags.ROLLBACK,),
    "database": (tags.OPEN_DATABASE,),
    "fetch blob": (tags.FETCH_BLOB,),
    "routine": (tags.GET_ROUTINE, tags.EXECUTE_ROUTINE),
    "large object": (tags.LO_DATA,),
}
# What `Faults.command` knows: methods, and how their arguments are made of text.
_COMMANDS: dict[str, dict[str, Callable[[str], object]]] = {
    "drop_after": {"n_bytes": int},
    "delay": {"seconds": float, "skip": int},
    "truncate": {"n_bytes": int, "skip": int},
    "garbage": {"data": bytes.fromhex, "skip": int},
    "error_once": {"sqlcode": int, "isam": int, "token": str, "at": str},
    "clear": {},
}
_ANY_POINT = tuple(tag for group in _POINTS.values() for tag in group)


class DropConnection(Exception):
    """The connection is to be closed after `sent`; abruptly if `reset`."""

    def __init__(self, sent: bytes, *, reset: bool) -> None:
        super().__init__(len(sent), reset)
        self.sent = sent
        self.reset = reset


Apply = Callable[[bytes], bytes]


@dataclass(slots=True)
class _ReplyFault:
    apply: Apply
    skip: int


@dataclass(slots=True)
class _ErrorFault:
    error: SQLError
    points: tuple[int, ...]


class Faults:
    """The faults one server has still to commit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._replies: list[_ReplyFault] = []
        self._errors: list[_ErrorFault] = []
        self._bytes_left: int | None = None

    def drop_after(self, n_bytes: int) -> None:
        """Reset the connection once `n_bytes` more bytes of replies were sent."""
        with self._lock:
            self._bytes_left = n_bytes

    def delay(self, seconds: float, *, skip: int = 0) -> None:
        """Hold the next reply back."""

        def wait(reply: bytes) -> bytes:
            self._closed.wait(seconds)
            return reply

        self._arm(wait, skip)

    def truncate(self, n_bytes: int, *, skip: int = 0) -> None:
        """Send only the first `n_bytes` of the next reply, then close."""

        def cut(reply: bytes) -> bytes:
            raise DropConnection(reply[:n_bytes], reset=False)

        self._arm(cut, skip)

    def garbage(self, data: bytes, *, skip: int = 0) -> None:
        """Send `data` in place of the next reply."""
        self._arm(lambda _: data, skip)

    def error_once(
        self, sqlcode: int, *, isam: int = 0, token: str = "", at: str | None = None
    ) -> None:
        """Answer the next request with an error instead of carrying it out.

        `at` is one of prepare, execute, open, fetch, begin, commit, rollback, database,
        fetch blob, routine and large object; without it the first message of any of
        these kinds fails. ValueError if it is none of them.
        """
        if at is not None and at not in _POINTS:
            raise ValueError(f"{at!r} is none of {', '.join(_POINTS)}")
        points = _ANY_POINT if at is None else _POINTS[at]
        with self._lock:
            self._errors.append(_ErrorFault(SQLError(sqlcode, isam, 0, token), points))

    def command(self, line: str) -> None:
        """Arm what a line of text says: ``error_once -271 isam=-131 at=execute``.

        The names are those of the methods, values with blanks are quoted as in a
        shell, `data` is in hexadecimal. ValueError tells what is wrong.
        """
        name, *words = shlex.split(line) or [""]
        if name not in _COMMANDS:
            raise ValueError(f"{name!r} is none of {', '.join(_COMMANDS)}")
        kinds = _COMMANDS[name]
        positional = [word for word in words if "=" not in word]
        options = dict(word.split("=", 1) for word in words if "=" in word)
        given = {**dict(zip(kinds, positional, strict=False)), **options}
        if len(positional) > len(kinds) or not given.keys() <= kinds.keys():
            raise ValueError(f"{name} takes {', '.join(kinds) or 'nothing'}")
        arguments = {key: kinds[key](value) for key, value in given.items()}
        try:
            getattr(self, name)(**arguments)
        except TypeError:
            raise ValueError(f"{name} needs {next(iter(kinds))}") from None

    def clear(self) -> None:
        """Forget all faults that have not happened."""
        with self._lock:
            self._replies.clear()
            self._errors.clear()
            self._bytes_left = None

    def close(self) -> None:
        """End delays under way."""
        self._closed.set()

    def _arm(self, apply: Apply, skip: int) -> None:
        with self._lock:
            self._replies.append(_ReplyFault(apply, skip))

    @property
    def is_armed(self) -> bool:
        return bool(self._replies or self._errors) or self._bytes_left is not None

    def check(self, tag: int) -> None:
        """Raise the error armed for a message of kind `tag`."""
        if not self._errors:
            return
        with self._lock:
            for fault in self._errors:
                if tag in fault.points:
                    self._errors.remove(fault)
                    raise fault.error

    def apply(self, reply: bytes) -> bytes:
        """Return what to send in place of `reply`; may raise DropConnection."""
        with self._lock:
            fault = self._replies[0] if self._replies else None
            if fault is not None and fault.skip:
                fault.skip -= 1
                fault = None
            elif fault is not None:
                del self._replies[0]
        if fault is not None:
            reply = fault.apply(reply)
        with self._lock:
            if self._bytes_left is not None:
                if len(reply) >= self._bytes_left:
                    sent, self._bytes_left = reply[: self._bytes_left], None
                    raise DropConnection(sent, reset=True)
                self._bytes_left -= len(reply)
        return reply
