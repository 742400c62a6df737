"""Recordings of connections, as `connect(record=...)` writes them, read back.

A recording is somebody else's file. Whatever is in it, reading it ends with what was
recorded or with a ValueError that names the line; it takes memory for what the file
holds and not for what it announces.
"""

from __future__ import annotations

import json
import os
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from . import tags

ROW = "++"
FORMAT = 1  # the latest that is understood here

_LINE = re.compile(r"\[(\d{1,9})\] (C>|S<|U>|->|<-|\+\+) (.*)")
_LOGIN = "(login request)"
_ANSWER = "(answer)"
# Of a line: a recorder writes nothing that is half as long.
_LONGEST_LINE = 256 * 1024 * 1024
_HIDDEN = re.compile(r"[.*]+")

_short = struct.Struct(">h")
_END = _short.pack(tags.END)
_ABOUT = _short.pack(tags.STATEMENT_ID)  # begins a request about a statement
_UNWAITED_SIZE = 8
UNWAITED = re.compile(
    re.escape(_ABOUT)
    + b"..(?:"
    + re.escape(_short.pack(tags.CLOSE))
    + b"|"
    + re.escape(_short.pack(tags.RELEASE))
    + b")"
    + re.escape(_END),
    re.DOTALL,
)
_LONG_SQL = 62  # capability bit: the offset in ERR is an int [J]
_BIGINT = 54  # capability bit: INSERT_DONE holds a BIGSERIAL, too [J]
_DONE_SIZE = 16  # tag, warn, rows, rowid, serial [J]
_COST_SIZE = 10  # tag, two estimates [J]
_TRANSACTION_STATE_SIZE = 8  # tag, event, new state, old state [P]


class Bytes:
    """Recorded bytes, some of which may be hidden."""

    def __init__(self, digits: str = "") -> None:
        self.data = bytearray()
        self.hidden: list[tuple[int, int]] = []
        self.playable = True
        """Whether there is something to send in place of those that are hidden."""
        self.add(digits)

    def add(self, digits: str) -> None:
        """Add what is written as `digits`; ValueError if that is no bytes."""
        data = bytes.fromhex(digits.replace("..", "00").replace("**", "2a"))
        if 2 * len(data) != len(digits):
            raise ValueError("these are no hexadecimal digits")
        at = len(self.data)
        for match in _HIDDEN.finditer(digits):
            self.hidden.append((at + match.start() // 2, at + match.end() // 2))
            self.playable = self.playable and "." not in match[0]
        self.data += data

    def __len__(self) -> int:
        return len(self.data)

    def drop(self, size: int) -> None:
        """Forget the first bytes."""
        del self.data[:size]
        moved = ((max(0, start - size), end - size) for start, end in self.hidden)
        self.hidden = [(start, end) for start, end in moved if end > 0]

    def difference(self, data: bytes, start: int = 0) -> int:
        """Return where `data` is not what is recorded from `start` on; -1 if it is."""
        recorded = self.data[start : start + len(data)]
        if recorded == data:
            return -1
        for low, high in self.hidden:
            low, high = max(low - start, 0), min(high - start, len(recorded))
            if low < high:
                recorded[low:high] = data[low:high]
        if recorded == data:
            return -1
        both = zip(recorded, data, strict=False)
        return start + next(
            (at for at, (mine, yours) in enumerate(both) if mine != yours),
            min(len(recorded), len(data)),
        )


@dataclass
class Exchange:
    """What a client sent, and what the server answered."""

    number: int
    operation: str  # during which it happened
    request: Bytes = field(default_factory=Bytes)
    reply: Bytes = field(default_factory=Bytes)
    left_out: str = ""  # what the request was, if it was not recorded
    interrupted: bool = False  # before the reply was there
    ends: bool = False  # nothing came after it, or not all of the reply


@dataclass
class Operation:
    """What the recorded program did: a call, what it gave, and how it ended."""

    name: str
    given: dict[str, Any]
    outcome: dict[str, Any] | None = None  # None: it did not end
    line: int = 0
    requests: int = 0
    interrupted: bool = False
    inside: list[Operation] = field(default_factory=list)
    """What happened meanwhile: an executemany() takes a ROW from an iterator."""


@dataclass
class Conversation:
    """Everything recorded of one connection."""

    operations: list[Operation] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    unwaited: dict[bytes, list[bytes]] = field(default_factory=dict)
    """Replies to requests that a client need not repeat in the same place."""


def load_recording(path: str | os.PathLike[str]) -> dict[int, Conversation]:
    """Return the connections recorded in a file, by number.

    A number that comes again, because a program ran twice, counts as one more than
    all before. Raises ValueError for what no recorder wrote, or a later version's did.
    """
    found: dict[int, _Reader] = {}
    current: dict[str, _Reader] = {}  # by the number that is written
    largest = 0
    with open(path, encoding="ascii", errors="replace", newline="\n") as file:
        for number, line in enumerate(_lines(file), start=1):
            try:
                match = _LINE.fullmatch(line.rstrip("\r\n"))
                if match is None:
                    raise ValueError("not a line of a recording")
                if not line.endswith("\n"):
                    raise ValueError("the recording is cut off in this line")
                reader = current.get(match[1])
                if reader is None or reader.is_over(match[2], match[3]):
                    reader = current[match[1]] = _Reader()
                    key = int(match[1])
                    key = largest + 1 if key in found else key
                    largest = max(largest, key)
                    found[key] = reader
                reader.add(match[2], match[3], number)
            except RecursionError:
                raise ValueError(f"{path}:{number}: nested too deeply") from None
            except ValueError as exc:
                raise ValueError(f"{path}:{number}: {exc}") from None
    return {number: reader.conversation() for number, reader in found.items()}


def _lines(file: Any) -> Iterator[str]:
    while line := file.readline(_LONGEST_LINE):
        yield line


class _Reader:
    """Puts the lines of one connection together."""

    def __init__(self) -> None:
        self._found = Conversation()
        self._under_way: list[Operation] = []
        self._interrupt_due = False

    def is_over(self, kind: str, rest: str) -> bool:
        """Whether a line is the first of another connection with the same number."""
        return kind == "->" and rest.startswith("connect ") and self._begun

    @property
    def _begun(self) -> bool:
        return bool(self._found.operations or self._found.exchanges)

    def add(self, kind: str, rest: str, line: int) -> None:
        """Take in a line; ValueError if it cannot be one, or not here."""
        if kind == "->":
            name, _, facts = rest.partition(" ")
            self._begin(Operation(name, _facts(facts), line=line))
        elif kind == "<-":
            name, _, facts = rest.partition(" ")
            self._end(name, _facts(facts))
        elif kind == "++":
            if not self._under_way:
                raise ValueError("a row of no operation")
            row = Operation(ROW, {"parameters": json.loads(rest)}, line=line)
            self._under_way[-1].inside.append(row)
        elif kind == "C>":
            self._sent(rest)
        elif kind == "S<":
            if not self._found.exchanges:
                raise ValueError("a reply to nothing")
            self._found.exchanges[-1].reply.add(rest)
        else:
            self._urgent()

    def _begin(self, operation: Operation) -> None:
        version = operation.given.get("format", FORMAT)
        if not isinstance(version, int) or version > FORMAT:
            driver = operation.given.get("driver", "?")
            raise ValueError(
                f"recorded in format {version!s:.20} by informix_db {driver!s:.20}, "
                f"but this version reads formats up to {FORMAT}: use that version"
            )
        if self._under_way:
            self._under_way[-1].inside.append(operation)
        else:
            self._found.operations.append(operation)
        self._under_way.append(operation)

    def _end(self, name: str, outcome: dict[str, Any]) -> None:
        for operation in reversed(self._under_way):
            if operation.name == name:
                self._under_way.remove(operation)
                operation.outcome = outcome
                exchanges = self._found.exchanges
                if outcome.get("lost") and exchanges:
                    exchanges[-1].ends = True
                return
        raise ValueError(f"the end of {name!r:.40}, which has not begun")

    def _sent(self, rest: str) -> None:
        exchanges = self._found.exchanges
        operation = self._under_way[-1] if self._under_way else None
        if operation is not None:
            operation.requests += 1
        if not exchanges or exchanges[-1].reply or exchanges[-1].left_out:
            name = "" if operation is None else operation.name
            exchanges.append(Exchange(len(exchanges) + 1, name))
        exchange = exchanges[-1]
        exchange.interrupted, self._interrupt_due = self._interrupt_due, False
        if rest in (_LOGIN, _ANSWER):
            if exchange.request:
                raise ValueError("a login in the middle of a request")
            exchange.left_out = rest
        else:
            exchange.request.add(rest)

    def _urgent(self) -> None:
        """An urgent byte: of the request that is answered next in the file.

        A request is written when the first byte of its reply is there.
        """
        for operation in self._under_way:
            operation.interrupted = True
        exchanges = self._found.exchanges
        if exchanges and not exchanges[-1].reply:
            exchanges[-1].interrupted = True
        else:
            self._interrupt_due = True

    def conversation(self) -> Conversation:
        """Return what is recorded, with no requests that may be left out."""
        found = self._found
        if found.exchanges and not found.exchanges[-1].reply:
            found.exchanges[-1].ends = True
        sizes = _ReplySizes()
        for exchange in found.exchanges:
            if exchange.request.data.startswith(_short.pack(tags.PROTOCOLS)):
                sizes.agree(exchange)
            _take_out_unwaited(exchange, found.unwaited, sizes)
        found.exchanges = [
            exchange
            for exchange in found.exchanges
            if exchange.request or exchange.left_out
        ]
        return found


def _facts(text: str) -> dict[str, Any]:
    facts = json.loads(text)
    if not isinstance(facts, dict):
        raise ValueError("what is told of an operation is no object")
    return facts


class _ReplySizes:
    """How large messages of replies are, by the capabilities agreed on."""

    def __init__(self) -> None:
        self._error_head = 8
        self._insert_done = 12

    def agree(self, exchange: Exchange) -> None:
        """Take note of the two masks."""
        masks = (exchange.request.data[4:], exchange.reply.data[4:])
        self._error_head = 10 if _has_bit(masks, _LONG_SQL) else 8
        self._insert_done = 20 if _has_bit(masks, _BIGINT) else 12

    def of_first(self, data: bytes) -> int:
        """Return the size of the first reply: an error or counts, and its end."""
        at = 0
        while len(data) - at >= 2:
            (tag,) = _short.unpack_from(data, at)
            if tag == tags.END:
                return at + 2
            if tag == tags.ERROR and len(data) - at >= self._error_head + 2:
                size = max(0, _short.unpack_from(data, at + self._error_head)[0])
                at += self._error_head + 2 + size + (size & 1)
            elif tag == tags.DONE:
                at += _DONE_SIZE
            elif tag == tags.COST:
                at += _COST_SIZE
            elif tag == tags.INSERT_DONE:
                at += self._insert_done
            elif tag == tags.TRANSACTION_STATE:
                at += _TRANSACTION_STATE_SIZE
            else:
                break
        return min(at, len(data))


def _has_bit(masks: tuple[bytearray, bytearray], bit: int) -> bool:
    at, wanted = bit // 8, 0x80 >> bit % 8
    return all(len(mask) > at and mask[at] & wanted for mask in masks)


def _take_out_unwaited(
    exchange: Exchange, replies: dict[bytes, list[bytes]], sizes: _ReplySizes
) -> None:
    request, reply = exchange.request, exchange.reply
    while UNWAITED.match(request.data):
        if request.hidden and request.hidden[0][0] < _UNWAITED_SIZE:
            return
        asked = bytes(request.data[:_UNWAITED_SIZE])
        end = sizes.of_first(bytes(reply.data[: 64 * 1024]))
        replies.setdefault(asked, []).append(bytes(reply.data[:end]) or _END)
        request.drop(_UNWAITED_SIZE)
        reply.drop(end)
