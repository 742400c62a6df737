"""A connection's conversation as a text file: ``connect(..., record=path)``.

The bytes are taken where they pass the channel's buffers, below the messages and above
TLS. Lines belong to the connection whose number they begin with:

    [1] C> 0035000c           what the client sent, until the server answered
    [1] S< 000c               what the server sent, until the client spoke
    [1] U> 42                 an urgent byte
    [1] -> execute {...}      an operation that begins, as JSON
    [1] <- execute {...}      how it ended

Two points in place of two digits are a byte that is hidden. The login request is left
out: it holds the password, and names of a machine and its directories.
"""

from __future__ import annotations

import datetime
import decimal
import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from informix_db._protocol.channel import Channel
from informix_db._protocol.redact import (
    client_value_spans,
    redact_sql,
    secret_spans,
    server_value_spans,
    shown,
)
from informix_db._wire.buffer import ReadBuffer, WriteBuffer
from informix_db._wire.constants import INTERRUPT
from informix_db.exceptions import Error, InterfaceError
from informix_db.observe import Operation

logger = logging.getLogger("informix_db")
_wire_logger = logging.getLogger("informix_db.wire")

LOGIN_LEFT_OUT = "(login request)"

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

    def received(self, count: int) -> None:
        super().received(count)
        data = bytes(memoryview(self.data)[self.end - count : self.end])
        for tap in self._taps:
            tap.received(data)


class _TappedWrite(WriteBuffer):
    __slots__ = ("_taps",)

    def __init__(self, taps: Sequence[Tap]) -> None:
        super().__init__()
        self._taps = taps

    def sent(self, count: int) -> None:
        self._tell(bytes(memoryview(self.data)[:count]))
        super().sent(count)

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

    A tap and an observer. Without `values` it hides those of rows and parameters, and
    the literals in SQL. An error of the file ends the recording, not the connection.
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
        self._secret = password.encode(channel.encoding, "replace")
        self._settings = settings
        self._values = values
        self._client = bytearray()  # what was sent since the server spoke
        self._server = bytearray()
        self._login_over = False
        self._in_step = True  # replies begin where the last one ended
        self._request_cut = False  # part of this request is written already
        self._recording = True
        try:
            os.close(os.open(path, _OPENING, 0o600))
        except OSError as exc:
            raise InterfaceError(f"cannot record to {path!r}: {exc.strerror}") from None

    # -- bytes ------------------------------------------------------------------------

    def sent(self, data: bytes) -> None:
        """Take note of bytes the client sent."""
        self._flush_server()
        self._client += data
        if len(self._client) > _MOST_KEPT:
            self._flush_client()
            self._request_cut = True

    def received(self, data: bytes) -> None:
        """Take note of bytes the server sent."""
        self._flush_client()
        self._request_cut = False
        self._server += data
        if len(self._server) > _MOST_KEPT:
            self._flush_server()

    def urgent(self) -> None:
        """Take note of an urgent byte; from any thread.

        What it interrupts may be half sent, and is written when the server answers.
        """
        self._write(f"U> {INTERRUPT.hex()}")

    def _flush_client(self) -> None:
        data = bytes(self._client)
        if not data:
            return
        self._client.clear()
        if not self._login_over:
            self._write(f"C> {LOGIN_LEFT_OUT}")
            return
        spans = secret_spans(data, self._secret)
        if not self._values and self._request_cut:
            spans.append((0, len(data)))
        elif not self._values:
            spans += client_value_spans(data, self._channel.framing)
        self._write(f"C> {shown(data, spans)}")

    def _flush_server(self) -> None:
        data = bytes(self._server)
        if not data:
            return
        self._server.clear()
        spans = []
        if self._login_over and not self._values:
            spans = self._reply_spans(data)
        self._login_over = True
        self._write(f"S< {shown(data, spans)}")

    def _reply_spans(self, data: bytes) -> list[tuple[int, int]]:
        if not self._in_step:
            return [(0, len(data))]
        spans, self._in_step = server_value_spans(data, self._channel.framing)
        return spans

    # -- operations -------------------------------------------------------------------

    def begin(self, operation: Operation) -> None:
        """Take note that an operation begins."""
        facts: dict[str, Any] = {}
        if operation.name == "connect":
            facts.update(self._settings)
        if operation.sql is not None:
            facts["sql"] = self._text(operation.sql)
        if operation.parameters is not None:
            facts["parameters"] = self._parameters(operation.parameters)
        self._flush()
        self._write(f"-> {operation.name} {json.dumps(facts)}")

    def end(self, operation: Operation) -> None:
        """Take note of how it ended."""
        facts: dict[str, Any] = {}
        if operation.error is not None:
            facts["error"] = type(operation.error).__name__
            if isinstance(operation.error, Error):
                facts["sqlcode"] = operation.error.sqlcode
        if operation.rows_fetched:
            facts["rows"] = operation.rows_fetched
        if operation.rowcount >= 0:
            facts["rowcount"] = operation.rowcount
        self._flush()
        self._write(f"<- {operation.name} {json.dumps(facts)}")
        channel = self._channel
        if channel.in_sync and not channel.owed and not len(channel.read):
            self._in_step = True  # whatever was in the replies so far

    def _text(self, text: str) -> str:
        if self._password:
            text = text.replace(self._password, "*" * len(self._password))
        return redact_sql(text, values=not self._values)

    def _parameters(self, parameters: object) -> object:
        if isinstance(parameters, Mapping):
            named = {str(key): self._value(each) for key, each in parameters.items()}
            return {"type": "dict", "is": named}
        if isinstance(parameters, (list, tuple)):
            return [self._parameter(value) for value in parameters]
        return {"type": type(parameters).__name__}

    def _parameter(self, value: object) -> object:
        row = isinstance(value, (list, tuple, Mapping))  # of executemany()
        return self._parameters(value) if row else self._value(value)

    def _value(self, value: object) -> object:
        """Return a value as JSON: as it is, or as the text of its type."""
        name = type(value).__name__
        if not self._values:
            return {"type": name}
        if isinstance(value, str):
            return self._text(value)
        if value is None or type(value) in (bool, int, float):
            return value
        as_text = _AS_TEXT.get(type(value))
        return (
            {"type": name} if as_text is None else {"type": name, "is": as_text(value)}
        )

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
                os.write(descriptor, f"[{self._number}] {line}\n".encode("ascii"))
            finally:
                os.close(descriptor)
        except OSError as exc:
            self._recording = False
            logger.warning("the recording to %r ends here: %s", self._path, exc)


# Types whose text says it all, and the text.
_AS_TEXT: dict[type, Callable[[Any], str]] = {
    bytes: bytes.hex,
    decimal.Decimal: str,
    datetime.date: datetime.date.isoformat,
    datetime.datetime: datetime.datetime.isoformat,
    datetime.time: datetime.time.isoformat,
}
