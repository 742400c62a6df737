"""Values as text, in the notation of Informix, and types as one declares them.

Knows what the server says of a column. Does not know GL_DATE, GL_DATETIME, DBMONEY and
DBTIME: only dates follow the environment, by DBDATE.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from informix_db import Cursor
from informix_db._wire.describe import ColumnInfo
from informix_db.exceptions import DataError, InterfaceError
from informix_db.types import (
    BlobLocator,
    ClobLocator,
    CollectionValue,
    IntervalYM,
    RowValue,
    TypeCode,
)

ToText = Callable[[Any], str]

# Codes of fields: YEAR 0, MONTH 2 ... SECOND 10, FRACTION(n) 10 + n (SQR, syscolumns)
_SECOND = 10
_UNITS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")

# Field of a datetime, its width, and what stands before it.
_CALENDAR = (
    (0, "year", 4, ""),
    (2, "month", 2, "-"),
    (4, "day", 2, "-"),
    (6, "hour", 2, " "),
    (8, "minute", 2, ":"),
    (10, "second", 2, ":"),
)
# Field of an interval, its length in microseconds, and what stands before it.
_SPANS = (
    (4, 86_400_000_000, ""),
    (6, 3_600_000_000, " "),
    (8, 60_000_000, ":"),
    (10, 1_000_000, ":"),
)

_DBDATE = re.compile(r"(D|M|Y[24])(D|M|Y[24])(D|M|Y[24])([-/.0]?)", re.IGNORECASE)
_FLOATING = 255  # scale of a DECIMAL without one (SQR, syscolumns)


class DateFormat:
    """How a DATE is written, by DBDATE: ``MDY4/``, ``Y4MD-``, ``DMY2.`` ..."""

    def __init__(self, dbdate: str) -> None:
        match = _DBDATE.fullmatch(dbdate)
        parts = [part.upper() for part in match.groups()[:3]] if match else []
        if match is None or {part[0] for part in parts} != set("DMY"):
            raise InterfaceError(f"DBDATE is {dbdate!r}, which is no format of dates")
        self._parts = parts
        self._separator = {"": "/", "0": ""}.get(match[4], match[4])
        widths = [4 if part == "Y4" else 2 for part in parts]
        one = r"(\d{1,%d})" if self._separator else r"(\d{%d})"
        pattern = re.escape(self._separator).join(one % width for width in widths)
        self._pattern = re.compile(pattern)

    def write(self, value: datetime.date) -> str:
        """Return a date as text."""
        texts = {
            "Y4": f"{value.year:04}",
            "Y2": f"{value.year % 100:02}",
            "M": f"{value.month:02}",
            "D": f"{value.day:02}",
        }
        return self._separator.join(texts[part] for part in self._parts)

    def read(self, text: str) -> datetime.date:
        """Return the date; a year of two digits is of this century.

        Raises DataError if there is no such date.
        """
        match = self._pattern.fullmatch(text.strip())
        if match is None:
            raise DataError(f"{text!r} is no date as DBDATE has it")
        found = {
            part[0]: int(digits)
            for part, digits in zip(self._parts, match.groups(), strict=True)
        }
        if found["Y"] < 100:
            found["Y"] += datetime.date.today().year // 100 * 100
        try:
            return datetime.date(found["Y"], found["M"], found["D"])
        except ValueError as exc:
            raise DataError(f"{text!r} is no date: {exc}") from None


ISO_DATE = DateFormat("Y4MD-")


def columns_of(cursor: Cursor) -> Sequence[ColumnInfo]:
    """Return what the server says of a query's columns; none if it is no query."""
    return cursor._columns or ()


def text_maker(column: ColumnInfo, dates: DateFormat, encoding: str) -> ToText:
    """Return the function that makes text of the column's values, None excepted.

    `encoding` is that of the session's text.
    """
    code = column.type_code
    first, last = column.encoded_length >> 4 & 0xF, column.encoded_length & 0xF
    if code == TypeCode.DATE:
        return dates.write
    if code == TypeCode.DATETIME:
        return lambda value: _datetime_text(value, first, last)
    if code == TypeCode.INTERVAL:
        return lambda value: _interval_text(value, first, last)
    if code in (TypeCode.DECIMAL, TypeCode.MONEY):
        return lambda value: format(value, "f")
    return lambda value: _plain_text(value, encoding)


def visible(text: str) -> str:
    """Return `text` with escapes for what a terminal would take for commands."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in text
    )


def reason(exc: Exception) -> str:
    """Return what to tell of an exception: of one about a file, its name first."""
    if isinstance(exc, OSError) and exc.strerror and exc.filename is not None:
        return f"{exc.filename}: {exc.strerror}"
    return str(exc)


def escape_unknown(out: TextIO, escape: bool) -> None:
    """Let `out` write escapes for characters its encoding lacks, or let it fail."""
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(errors="backslashreplace" if escape else "strict")


def _plain_text(value: Any, encoding: str) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, (RowValue, CollectionValue)):
        return value.raw.decode(encoding, "backslashreplace")
    if isinstance(value, (BlobLocator, ClobLocator)):
        return "<BLOB>" if isinstance(value, BlobLocator) else "<CLOB>"
    return str(value)


def _datetime_text(value: Any, first: int, last: int) -> str:
    """Return a date, time or datetime by the fields its column has."""
    text = ""
    for code, name, width, before in _CALENDAR:
        if first <= code <= last:
            text += before if text else ""
            text += f"{getattr(value, name):0{width}}"
    return text + _fraction(getattr(value, "microsecond", 0), last, text)


def _interval_text(value: Any, first: int, last: int) -> str:
    if isinstance(value, IntervalYM):
        if last == 0:
            return str(value.years)
        return str(value if first == 0 else value.months)
    rest = abs(value) // datetime.timedelta(microseconds=1)
    text = ""
    for code, length, before in _SPANS:
        if first <= code <= last:
            count, rest = divmod(rest, length)
            text += f"{before}{count:02}" if text else str(count)
    sign = "-" if value < datetime.timedelta() else ""
    return sign + text + _fraction(rest, last, text)


def _fraction(microseconds: int, last: int, before: str) -> str:
    if last <= _SECOND:
        return ""
    return ("." if before else "") + f"{microseconds:06}"[: last - _SECOND]


# -- types -----------------------------------------------------------------------------


def type_text(column: ColumnInfo) -> str:
    """Return the type as CREATE TABLE has it: ``DECIMAL(10,2)``."""
    code, length = column.type_code, column.encoded_length
    name = column.type_text
    if code in (TypeCode.CHAR, TypeCode.NCHAR, TypeCode.LVARCHAR):
        return f"{name}({length})"
    if code in (TypeCode.VARCHAR, TypeCode.NVARCHAR):
        reserved = length >> 8 & 0xFF
        return f"{name}({length & 0xFF}{f',{reserved}' if reserved else ''})"
    if code in (TypeCode.DECIMAL, TypeCode.MONEY):
        scale = length & 0xFF
        return f"{name}({length >> 8}{'' if scale == _FLOATING else f',{scale}'})"
    if code in (TypeCode.DATETIME, TypeCode.INTERVAL):
        return f"{name} {_qualifier(length, code == TypeCode.INTERVAL)}"
    if code in (TypeCode.SET, TypeCode.MULTISET, TypeCode.LIST, TypeCode.ROW):
        return column.type_name or name
    return name


def _qualifier(length: int, interval: bool) -> str:
    """Return ``DAY(3) TO SECOND`` of the encoded length of a DATETIME or INTERVAL."""
    digits, first, last = length >> 8, length >> 4 & 0xF, length & 0xF
    start = _UNITS[first // 2] if first <= _SECOND else "FRACTION"
    end = _UNITS[last // 2] if last <= _SECOND else f"FRACTION({last - _SECOND})"
    if interval and first <= _SECOND:
        fraction = max(0, last - _SECOND)
        leading = digits - (min(last, _SECOND) - first) - fraction
        if leading != (4 if first == 0 else 2):
            start += f"({leading})"
    return f"{start} TO {end}"
