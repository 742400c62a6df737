"""A connection's conversation as a text file: ``connect(..., record=path)``.

The bytes are taken where they pass the channel's buffers, below the messages and above
TLS. Lines belong to the connection whose number they begin with:

    [1] C> 0035000c           what the client sent, until the server answered
    [1] S< 000c               what the server sent, until the client spoke
    [1] U> 42                 an urgent byte
    [1] -> execute {...}      an operation that begins, as JSON
    [1] ++ [...]              a row that executemany() took from an iterator
    [1] <- execute {...}      how it ended

Two points in place of two digits are a byte that is hidden, and so are two stars; any
other bytes in place of stars leave the message one that can be read. The login request
is left out: it holds the password, and names of a machine and its directories. So are
answers to a server's questions, whose length would tell something.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from informix_db._protocol.channel import Channel
from informix_db._protocol.recordvalues import ValueWriter
from informix_db._protocol.redact import (
    client_value_spans,
    is_answer,
    redact_sql,
    secret_spans,
    server_values,
    shown,
    sql_secret_spans,
    tells_secrets,
)
from informix_db._wire.buffer import ReadBuffer, WriteBuffer
from informix_db._wire.constants import INTERRUPT
from informix_db.exceptions import Error, InterfaceError
from informix_db.observe import Operation

logger = logging.getLogger("informix_db")
_wire_logger = logging.getLogger("informix_db.wire")

FORMAT = 1  # of the file; to be counted up when older readers would misread it

LOGIN_LEFT_OUT = "(login request)"
ANSWER_LEFT_OUT = "(answer)"

# Bytes of one side that are kept until the other side speaks.
_MOST_KEPT = 16 * 1024 * 1024

_OPENING = os.O_WRONLY | os.O_APPEND | os.O_CREAT
for _flag in ("O_NOFOLLOW", "O_BINARY"):  # the first not on Windows, the second only
    _OPENING |= getattr(os, _flag, 0)


class Tap(Protocol):
    """Who is told of the bytes that pass."""

    def sent(self, data: bytes) -> None:
        """Take note of bytes the client sent."""

    def received(self, data: bytes) -> None:
        """Take note of bytes the server sent."""


class _TappedRead(ReadBuffer):
    __slots__ = ("_taps",)

    def __init__(self, taps: Sequence[Tap]) -> None:
        super().__init__()
        self._taps = taps

    def received(self, counts: list[int]) -> None:
        count = sum(counts)
        super().received(counts)
        data = bytes(memoryview(self.data)[self.end - count : self.end])
        for tap in self._taps:
            tap.received(data)


class _TappedWrite(WriteBuffer):
    __slots__ = ("_taps",)

    def __init__(self, taps: Sequence[Tap]) -> None:
        super().__init__()
        self._taps = taps

    def sent(self, counts: list[int]) -> None:
        data = bytes(memoryview(self.data)[: sum(counts)])
        super().sent(counts)  # first: who is interrupted below must not send it again
        self._tell(data)

    def take(self) -> bytearray:
        self._tell(bytes(self.data))
        return super().take()

    def _tell(self, data: bytes) -> None:
        for tap in self._taps:
            tap.sent(data)


def tap_channel(channel: Channel, taps: Sequence[Tap]) -> None:
    """Have `taps` told of all bytes of a channel that has not been used."""
    channel.read = _TappedRead(taps)
    channel.write = _TappedWrite(taps)


class WireLog:
    """Logs how many bytes pass, not which."""

    def __init__(self, number: int) -> None:
        self._number = number

    def sent(self, data: bytes) -> None:
        """Log the size."""
        _wire_logger.debug("connection %d: sent %d bytes", self._number, len(data))

    def received(self, data: bytes) -> None:
        """Log the size."""
        _wire_logger.debug("connection %d: received %d bytes", self._number, len(data))


class Recorder:
    """Appends what one connection does to a file that only its owner can read.

    A tap and an observer. Without `values` it hides those of rows and parameters, the
    literals in SQL and the texts of errors; so it does for statements with a secret in
    them. An error of the file ends the recording, not the connection.
    """

    def __init__(
        self,
        path: str,
        number: int,
        channel: Channel,
        *,
        password: str,
        settings: Mapping[str, Any],
        values: bool,
    ) -> None:
        self._path = path
        self._number = number
        self._channel = channel
        self._password = password
        self._first_encoding = channel.encoding
        self._settings = settings
        self._values = values
        self._client = bytearray()  # what was sent since the server spoke
        self._server = bytearray()
        self._login_over = False
        self._in_step = True  # replies begin where the last one ended
        self._request_cut = False  # part of this request is written already
        # those under way whose bytes tell a secret, by id()
        self._secret_operations: set[int] = set()
        self._recording = True
        self._row_writer: ValueWriter
        try:
            os.close(os.open(path, _OPENING, 0o600))
        except OSError as exc:
            raise InterfaceError(f"cannot record to {path!r}: {exc.strerror}") from None

    # -- bytes ------------------------------------------------------------------------

    def sent(self, data: bytes) -> None:
        """Take note of bytes the client sent."""
        self._client += data
        self._flush_server()
        if len(self._client) > _MOST_KEPT:
            self._flush_client()
            self._request_cut = True

    def received(self, data: bytes) -> None:
        """Take note of bytes the server sent."""
        self._server += data
        if self._client:
            self._flush_client()
            # The server may speak before it has been told everything.
            self._request_cut = self._channel.mid_request
        if len(self._server) > _MOST_KEPT:
            self._flush_server()

    def urgent(self) -> None:
        """Take note of an urgent byte; from any thread.

        What it interrupts may be half sent, and is written when the server answers.
        """
        self._write(f"U> {INTERRUPT.hex()}")

    @property
    def _hiding(self) -> bool:
        """Whether values are hidden now."""
        return not self._values or bool(self._secret_operations)

    @property
    def _secrets(self) -> set[bytes]:
        """The password as the session may spell it."""
        encodings = {self._first_encoding, self._channel.encoding}
        return {self._password.encode(each, "replace") for each in encodings}

    def _flush_client(self) -> None:
        data = bytes(self._client)
        if not data:
            return
        self._client.clear()
        if not self._login_over:
            self._write(f"C> {LOGIN_LEFT_OUT}")
            return
        if is_answer(data) and not self._request_cut:
            self._write(f"C> {ANSWER_LEFT_OUT}")
            return
        spans = secret_spans(data, self._secrets) + sql_secret_spans(data)
        if self._hiding and self._request_cut:
            spans.append((0, len(data)))
        elif self._hiding:
            spans += client_value_spans(data, self._channel.framing)
        self._write(f"C> {shown(data, spans)}")

    def _flush_server(self) -> None:
        data = bytes(self._server)
        if not data:
            return
        self._server.clear()
        spans: list[tuple[int, int]] = []
        replaceable = secret_spans(data, self._secrets)
        if self._login_over and self._hiding:
            if self._in_step:
                found = server_values(data, self._channel.framing)
                self._in_step = found.whole
                spans = found.spans
                replaceable += found.replaceable
            else:
                spans.append((0, len(data)))
        self._login_over = True
        self._write(f"S< {shown(data, spans, replaceable)}")

    # -- operations -------------------------------------------------------------------

    def begin(self, operation: Operation) -> None:
        """Take note that an operation begins."""
        self._flush()
        if len(self._channel.read):  # a part of a reply that nobody waits for
            self._in_step = False
        given: dict[str, Any] = {}
        if operation.sql is not None:
            given["sql"] = operation.sql
        if operation._call is not None:
            given.update(operation._call.given)
        if operation.name == "executemany":
            given["parameters"] = operation.parameters
        if _is_secret(operation):
            self._secret_operations.add(id(operation))
        facts = _as_json(lambda: self._facts(operation.name, given))
        self._write(f"-> {operation.name} {facts}")

    def row(self, row: object) -> None:
        """Take note of a row that the last executemany() to begin is about to send."""
        self._write(f"++ {_as_json(lambda: self._row_writer.parameters(row))}")

    def end(self, operation: Operation) -> None:
        """Take note of how it ended."""
        self._flush()
        facts: dict[str, Any] = {}
        channel = self._channel
        if operation.error is not None:
            facts["error"] = type(operation.error).__name__
            if isinstance(operation.error, Error):
                facts["sqlcode"] = operation.error.sqlcode
            if not channel.in_sync:
                facts["lost"] = True
        if operation.rows_fetched:
            facts["rows"] = operation.rows_fetched
        if operation.rowcount >= 0:
            facts["rowcount"] = operation.rowcount
        if operation._call is not None:
            facts.update(operation._call.outcome())
        self._write(f"<- {operation.name} {json.dumps(facts)}")
        self._secret_operations.discard(id(operation))  # not there if interrupted
        if channel.in_sync and not channel.owed and not len(channel.read):
            self._in_step = True  # whatever was in the replies so far

    # -- what is told -----------------------------------------------------------------

    def _facts(self, name: str, given: Mapping[str, Any]) -> dict[str, object]:
        """Return what an operation was given, as JSON."""
        writer = self._value_writer(given.get("sql"))
        facts: dict[str, object] = {}
        if name == "connect":
            facts.update(self._settings, format=FORMAT)
        for key, value in given.items():
            if key == "sql" and isinstance(value, str):
                facts[key] = self._sql(value)
            elif key in _PLAIN_FACTS and isinstance(value, str):
                facts[key] = self._without_password(value)
            elif key in _PLAIN_FACTS and isinstance(value, (int, list)):
                facts[key] = value
            elif name == "executemany" and key == "parameters":
                self._row_writer = writer
                if isinstance(value, (list, tuple)):
                    facts[key] = list(map(writer.parameters, value))
            elif key in ("parameters", "values"):
                facts[key] = writer.parameters(value)
            else:
                facts[key] = writer.value(value)
        return facts

    def _value_writer(self, sql: object) -> ValueWriter:
        encoding = self._channel.encoding
        return ValueWriter(
            not self._hiding,
            sql,
            self._without_password,
            self._bytes_without_password,
            lambda text: len(text.encode(encoding, "replace")),
        )

    def _sql(self, sql: str) -> str:
        text = self._without_password(sql)
        encoding = self._channel.encoding
        return redact_sql(text, values=not self._values, encoding=encoding)

    def _without_password(self, text: str) -> str:
        if not self._password:
            return text
        size = len(self._password.encode(self._channel.encoding, "replace"))
        return text.replace(self._password, "*" * size)

    def _bytes_without_password(self, data: bytes) -> bytes:
        for secret in self._secrets - {b""}:
            data = data.replace(secret, b"*" * len(secret))
        return data

    # -- the file ---------------------------------------------------------------------

    def _flush(self) -> None:
        self._flush_client()
        self._flush_server()

    def _write(self, line: str) -> None:
        if not self._recording:
            return
        try:
            # Opened for each line: nothing to close, nothing a child process shares.
            descriptor = os.open(self._path, _OPENING, 0o600)
            try:
                # In one piece, for other connections may write to it too.
                data = f"[{self._number}] {line}\n".encode("ascii")
                if os.write(descriptor, data) < len(data):
                    raise OSError("not all of a line could be written")
            finally:
                os.close(descriptor)
        except OSError as exc:
            self._recording = False
            logger.warning("the recording to %r ends here: %s", self._path, exc)


# What is no value: names, sizes, positions and how something was to be done.
_PLAIN_FACTS = frozenset(
    {
        "at",
        "autocommit",
        "clob",
        "cursor",
        "file",
        "freed",
        "hold",
        "index",
        "insert_cursor",
        "mode",
        "name",
        "offset",
        "scrollable",
        "signature",
        "size",
        "succeeded",
        "whence",
    }
)


def _as_json(facts: Callable[[], object]) -> str:
    try:
        return json.dumps(facts())
    except Exception as exc:  # of sequences, mappings and files of the program's own
        return json.dumps({"type": "unrecorded", "why": type(exc).__name__})


def _is_secret(operation: Operation) -> bool:
    call = operation._call
    sql = operation.sql if call is None else call.given.get("sql", operation.sql)
    return isinstance(sql, str) and tells_secrets(sql)
