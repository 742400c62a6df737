r"""The text format of LOAD and UNLOAD.

Each field is followed by the delimiter, each record by a newline. A backslash stands
before a backslash, delimiter or newline that belongs to a value; NULL is nothing at
all, the empty string a backslash and a blank (Guide to SQL: Syntax, UNLOAD TO File and
LOAD FROM File). Does not know the hexadecimal form of ``dbaccess -X``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_EMPTY = "\\ "
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TRAILING_BACKSLASHES = re.compile(r"(\\*)\n?\Z")


class BadFile(Exception):
    """What a file has in it cannot be loaded."""


class Record(NamedTuple):
    """The fields of one record, and the line (from 1) it begins on."""

    line: int
    fields: list[str | None]


class Format:
    """The format, with a certain delimiter."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        mark = re.escape(delimiter)
        self._special = re.compile(rf"[\\\n{mark}]")
        self._field = re.compile(rf"((?:[^\\{mark}]|\\.)*){mark}", re.DOTALL)

    def record(self, texts: Iterable[str | None]) -> str:
        """Return a record, newline included."""
        fields = [f"{self._write(text)}{self._delimiter}" for text in texts]
        return "".join(fields) + "\n"

    def _write(self, text: str | None) -> str:
        if text is None:
            return ""
        return self._special.sub(r"\\\g<0>", text) or _EMPTY

    def records(self, lines: Iterable[str]) -> Iterator[Record]:
        """Take lines apart; a newline after a backslash does not end a record.

        Raises BadFile if the last one is not complete.
        """
        begun, pieces = 1, []
        for number, line in enumerate(lines, 1):
            pieces.append(line)
            if _continues(line):
                continue
            yield Record(begun, self._fields("".join(pieces)))
            begun, pieces = number + 1, []
        if pieces:
            raise BadFile(f"line {begun}: the file ends after a backslash")

    def _fields(self, text: str) -> list[str | None]:
        text = text.removesuffix("\n").removesuffix("\r")
        fields = []
        end = 0
        for match in self._field.finditer(text):
            fields.append(_read(match[1]))
            end = match.end()
        if end < len(text):  # a last field without its delimiter
            fields.append(_read(text[end:]))
        return fields


def _continues(line: str) -> bool:
    """Whether the newline is escaped: after an odd number of backslashes."""
    match = _TRAILING_BACKSLASHES.search(line)
    return match is not None and len(match[1]) % 2 == 1


def _read(field: str) -> str | None:
    if not field:
        return None
    return "" if field == _EMPTY else _ESCAPED.sub(r"\1", field)
