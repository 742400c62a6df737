"""Rows written as a table, CSV, JSON or in the format of UNLOAD.

Rows are written as they arrive: a table's widths are those of its first rows. What a
terminal would take for a command is shown as an escape in tables, and only there.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import Any, TextIO

from informix_db import Cursor
from informix_db._cli.transfer import dates_of_environment, file_format
from informix_db._cli.values import (
    ISO_DATE,
    DateFormat,
    ToText,
    columns_of,
    text_maker,
    visible,
)
from informix_db.types import TypeCode

Texts = Sequence["str | None"]
Writer = Callable[[TextIO, Cursor, bool], int]

_LOOKED_AT = 500  # rows that a table's widths are made for
_NUMBERS = (int, float, Decimal)
_DECIMALS = (TypeCode.DECIMAL, TypeCode.MONEY)


def write_table(out: TextIO, cursor: Cursor, header: bool) -> int:
    """Write rows in columns, numbers to the right."""
    rows = iter(cursor)
    first = list(islice(rows, _LOOKED_AT))
    names = [column.name for column in columns_of(cursor)]
    right = [_is_number(first, index) for index in range(len(names))]
    texts = map(_visible_all, _texts(cursor, chain(first, rows)))
    sample = list(islice(texts, _LOOKED_AT))
    headings = [visible(name) for name in names] if header else [""] * len(names)
    widths = [
        max(_width(text) for text in (title, *(row[index] for row in sample)))
        for index, title in enumerate(headings)
    ]
    if header:
        out.write(_line(headings, widths, [False] * len(names)))
        out.write("-+-".join("-" * width for width in widths) + "\n")
    count = 0
    for row in chain(sample, texts):
        out.write(_line(row, widths, right))
        count += 1
    return count


def _is_number(rows: Sequence[Sequence[Any]], index: int) -> bool:
    value = next((row[index] for row in rows if row[index] is not None), None)
    return isinstance(value, _NUMBERS) and not isinstance(value, bool)


def _line(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = []
    for text, width, to_right in zip(texts, widths, right, strict=True):
        blanks = " " * (width - _width(text))
        cells.append(blanks + text if to_right else text + blanks)
    return " | ".join(cells).rstrip() + "\n"


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(char)
        else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def _visible_all(texts: Texts) -> list[str]:
    return ["" if text is None else visible(text) for text in texts]


def write_csv(out: TextIO, cursor: Cursor, header: bool) -> int:
    """Write CSV: NULL is nothing, the empty string two quotes."""
    if header:
        out.write(_csv_line([column.name for column in columns_of(cursor)]))
    return _write_lines(out, map(_csv_line, _texts(cursor, cursor)))


def _csv_line(texts: Texts) -> str:
    return ",".join(map(_csv_field, texts)) + "\n"


def _csv_field(text: str | None) -> str:
    if text is None:
        return ""
    if text and not any(char in text for char in ',"\r\n'):
        return text
    return '"' + text.replace('"', '""') + '"'


def write_unl(out: TextIO, cursor: Cursor, header: bool) -> int:
    """Write what UNLOAD would write, but for large objects."""
    form = file_format(None)
    texts = _texts(cursor, cursor, dates_of_environment())
    return _write_lines(out, map(form.record, texts))


def write_json(out: TextIO, cursor: Cursor, header: bool) -> int:
    """Write an array of objects."""
    count = 0
    for line in _json_objects(cursor):
        out.write(f"{',' if count else '['}\n  {line}")
        count += 1
    out.write("\n]\n" if count else "[]\n")
    return count


def write_json_lines(out: TextIO, cursor: Cursor, header: bool) -> int:
    """Write an object a line."""
    return _write_lines(out, (f"{line}\n" for line in _json_objects(cursor)))


def _json_objects(cursor: Cursor) -> Iterator[str]:
    """Return an object a row; decimals with a fraction are strings, to stay exact."""
    columns = columns_of(cursor)
    names = _distinct([column.name for column in columns])
    makers = [
        int if column.type_code in _DECIMALS and column.scale == 0 else make
        for column, make in zip(columns, _makers(cursor), strict=True)
    ]
    for row in cursor:
        values = (
            value if isinstance(value, (int, float, type(None))) else make(value)
            for make, value in zip(makers, row, strict=True)
        )
        item = dict(zip(names, values, strict=True))
        yield json.dumps(item, ensure_ascii=False)


def _distinct(names: Sequence[str]) -> list[str]:
    """Number what comes again: a, b, a becomes a, b, a_2."""
    found: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in found:
            number += 1
            candidate = f"{name}_{number}"
        found.append(candidate)
    return found


def _write_lines(out: TextIO, lines: Iterable[str]) -> int:
    count = 0
    for line in lines:
        out.write(line)
        count += 1
    return count


def _makers(cursor: Cursor, dates: DateFormat = ISO_DATE) -> list[ToText]:
    encoding = cursor.connection.encoding
    return [text_maker(column, dates, encoding) for column in columns_of(cursor)]


def _texts(
    cursor: Cursor, rows: Iterable[Sequence[Any]], dates: DateFormat = ISO_DATE
) -> Iterator[Texts]:
    makers = _makers(cursor, dates)
    for row in rows:
        yield [
            None if value is None else make(value)
            for make, value in zip(makers, row, strict=True)
        ]


FORMATS: dict[str, Writer] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
    "jsonl": write_json_lines,
    "unl": write_unl,
}
