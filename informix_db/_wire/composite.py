"""The text of ROW and collection values to Python values.

By default a server sends such a value as text: ``SET{1,2}``, ``ROW('Alice',30)`` [P].
The type from DESCRIBE says what each element is; where it is not known, quoted text is
a str, a number an int or Decimal, and anything else the str that stands there.

What is not known [?]: how a real server writes quotes inside of strings (read here:
doubled), blanks around values (skipped), dates (in the session's DBDATE; read if the
year comes first and with four digits, as in the Y4MD- this driver asks for), MONEY (a
leading $ is skipped) and fractions of a second.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

from informix_db._wire import constants as c
from informix_db._wire.typetext import UNKNOWN, UNTYPED, TypeText
from informix_db.types import CollectionValue, IntervalYM, RowValue

_BLANKS = re.compile(r"\s*")
_HEAD = re.compile(r"(?:(SET|MULTISET|LIST)\s*\{|ROW\s*\()", re.IGNORECASE)
_QUOTED = re.compile(r"'((?:[^']|'')*)'|\"((?:[^\"]|\"\")*)\"")
_BARE = re.compile(r"[^,(){}'\"]*(?:\([^,(){}'\"]*\)[^,(){}'\"]*)?")

_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(r"\$?([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?)", re.ASCII)
_TIME = re.compile(r"(-?)\s*([\d .:-]+)", re.ASCII)
_TIME_LITERAL = re.compile(r"(?:DATETIME|INTERVAL)\s*\((.*?)\).*", re.IGNORECASE)
_DIGITS = re.compile(r"\d+", re.ASCII)

_MAX_DEPTH = 16  # values within values of unknown types

_MISSING_YEAR = 2000  # as in `codecs`
_YEAR_DIGITS = 4

_KIND_OF_CODE = {c.SET: "SET", c.MULTISET: "MULTISET", c.LIST: "LIST"}

_EXACTLY = Context(prec=512, traps=[Inexact, InvalidOperation])


class Unreadable(Exception):
    """The text is not a value of its type."""


def parse_value(text: str, kind: TypeText, encoding: str) -> Any:
    """Return the value that `text` is of the composite type `kind`.

    Raises Unreadable. `encoding` is what the value's `raw` bytes are in.
    """
    reader = _Reader(text, encoding)
    value = reader.value(kind, 0)
    reader.expect_end()
    return value


class _Reader:
    """A position in the text of a value."""

    def __init__(self, text: str, encoding: str) -> None:
        self._text = text
        self._encoding = encoding
        self._pos = 0

    def _skip_blanks(self) -> None:
        match = _BLANKS.match(self._text, self._pos)
        assert match is not None
        self._pos = match.end()

    def _accept(self, mark: str) -> bool:
        self._skip_blanks()
        if not self._text.startswith(mark, self._pos):
            return False
        self._pos += len(mark)
        return True

    def _stray(self) -> Unreadable:
        near = self._text[self._pos : self._pos + 20]
        return Unreadable(f"{near!r} at character {self._pos} is out of place")

    def expect_end(self) -> None:
        self._skip_blanks()
        if self._pos != len(self._text):
            raise self._stray()

    def value(self, kind: TypeText, depth: int) -> Any:
        """Read one value."""
        self._skip_blanks()
        start = self._pos
        head = None
        if kind.is_composite or kind.code == UNKNOWN:
            head = _HEAD.match(self._text, self._pos)
        if head is None:
            return self._simple(kind)
        if depth >= _MAX_DEPTH:
            raise Unreadable("values nested too deeply")
        self._pos = head.end()
        if head[1] is None:
            return self._row(kind, start, depth)
        return self._collection(kind, head[1].upper(), start, depth)

    def _raw(self, start: int) -> bytes:
        # What stands for bytes that are no text may not be in the code set.
        return self._text[start : self._pos].encode(self._encoding, "backslashreplace")

    def _collection(self, kind: TypeText, name: str, start: int, depth: int) -> Any:
        if _KIND_OF_CODE.get(kind.code, name) != name or kind.code == c.ROW:
            raise Unreadable(f"a {name} where {kind.text} is expected")
        element = kind.element or UNTYPED
        elements: list[Any] = []
        if not self._accept("}"):
            while True:
                elements.append(self.value(element, depth + 1))
                if not self._accept(","):
                    break
            if not self._accept("}"):
                raise self._stray()
        return CollectionValue(name, elements, element.text, self._raw(start))

    def _row(self, kind: TypeText, start: int, depth: int) -> Any:
        if kind.is_collection:
            raise Unreadable(f"a ROW where {kind.text} is expected")
        values: list[Any] = []
        while True:
            at = len(values)
            field = kind.fields[at][1] if at < len(kind.fields) else UNTYPED
            values.append(self.value(field, depth + 1))
            if not self._accept(","):
                break
        if not self._accept(")"):
            raise self._stray()
        raw = self._raw(start)
        if not kind.fields:
            return RowValue(values, kind.text, raw)
        if len(values) != len(kind.fields):
            raise Unreadable(f"{len(values)} fields where {kind.text} is expected")
        names = [name for name, _ in kind.fields]
        return RowValue(dict(zip(names, values, strict=True)), kind.text, raw)

    def _simple(self, kind: TypeText) -> Any:
        """Read a quoted or bare value."""
        quoted = _QUOTED.match(self._text, self._pos)
        if quoted is not None:
            self._pos = quoted.end()
            if quoted[1] is not None:
                text = quoted[1].replace("''", "'")
            else:
                text = quoted[2].replace('""', '"')
            return self._converted(text, kind, quoted=True)
        bare = _BARE.match(self._text, self._pos)
        assert bare is not None
        text = bare[0].strip()
        if not text:
            raise self._stray()
        self._pos = bare.end()
        if text.upper() == "NULL":
            return None
        return self._converted(text, kind, quoted=False)

    def _converted(self, text: str, kind: TypeText, *, quoted: bool) -> Any:
        if kind.is_composite and quoted:
            return parse_value(text, kind, self._encoding)
        if kind.code == UNKNOWN:
            return text if quoted else _guessed(text)
        convert = _CONVERTERS.get(kind.code)
        if convert is None:
            raise Unreadable(f"{text[:40]!r} is not a value of {kind.text}")
        try:
            return convert(text, kind)
        except (ValueError, ArithmeticError):
            raise Unreadable(f"{text[:40]!r} is not a value of {kind.text}") from None


# -- single values: ValueError or ArithmeticError if the text is none -----------------


def _guessed(text: str) -> Any:
    try:
        return int(text) if _INTEGER.fullmatch(text) else Decimal(_number_text(text))
    except ValueError:
        return text


def _text(text: str, kind: TypeText) -> str:
    return text


def _padded_text(text: str, kind: TypeText) -> str:
    return text.rstrip(" ")


def _integer(text: str, kind: TypeText) -> int:
    if not _INTEGER.fullmatch(text.strip()):
        raise ValueError
    return int(text)


def _number_text(text: str) -> str:
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError
    return match[1]


def _float(text: str, kind: TypeText) -> float:
    number = float(_number_text(text))
    if number - number != 0.0:  # infinite
        raise ValueError
    return number


def _decimal(text: str, kind: TypeText) -> Decimal:
    """Read a number with its declared scale, or without zeros at its end."""
    number = Decimal(_number_text(text))
    scale = kind.length & 0xFF
    if scale != c.FLOATING_SCALE:
        try:
            return number.quantize(Decimal((0, (1,), -scale)), context=_EXACTLY)
        except Inexact:
            return number
    digits = f"{number:f}"
    return Decimal(digits.rstrip("0").rstrip(".") if "." in digits else digits)


def _boolean(text: str, kind: TypeText) -> bool:
    if text.strip().lower() not in ("t", "f"):
        raise ValueError
    return text.strip().lower() == "t"


def _date(text: str, kind: TypeText) -> datetime.date:
    year, month, day = _fields_of(text, 3)
    if len(year) != _YEAR_DIGITS:  # in another order than Y4MD: the fields are guesses
        raise ValueError
    return datetime.date(int(year), int(month), int(day))


def _fields_of(text: str, count: int) -> list[str]:
    """Return the groups of digits of a date, time or interval."""
    match = _TIME.fullmatch(text.strip())
    digits = _DIGITS.findall(text) if match else []
    if len(digits) != count:
        raise ValueError
    return digits


def _time_fields(text: str, kind: TypeText) -> tuple[bool, dict[int, int], int]:
    """Read a DATETIME or INTERVAL: (negative, value by field, microseconds)."""
    literal = _TIME_LITERAL.fullmatch(text)
    if literal is not None:
        text = literal[1]
    first, last = kind.length >> 4 & 0x0F, kind.length & 0x0F
    names = list(range(first, min(last, c.SECOND) + 1, 2))
    digits = _fields_of(text, len(names) + (last > c.SECOND))
    microseconds = 0
    if last > c.SECOND:
        microseconds = int(digits.pop()[:6].ljust(6, "0"))
    fields = dict(zip(names, map(int, digits), strict=True))
    return text.strip().startswith("-"), fields, microseconds


def _datetime(text: str, kind: TypeText) -> Any:
    negative, fields, microseconds = _time_fields(text, kind)
    if negative:
        raise ValueError
    get = fields.get
    first, last = kind.length >> 4 & 0x0F, kind.length & 0x0F
    date = (get(c.YEAR, _MISSING_YEAR), get(c.MONTH, 1), get(c.DAY, 1))
    time = (get(c.HOUR, 0), get(c.MINUTE, 0), get(c.SECOND, 0), microseconds)
    if last <= c.DAY:
        return datetime.date(*date)
    if first >= c.HOUR:
        return datetime.time(*time)
    return datetime.datetime(*date, *time)


def _interval(text: str, kind: TypeText) -> Any:
    negative, fields, microseconds = _time_fields(text, kind)
    get = fields.get
    if (kind.length >> 4 & 0x0F) <= c.MONTH:
        months = get(c.YEAR, 0) * 12 + get(c.MONTH, 0)
        return IntervalYM(-months if negative else months)
    value = datetime.timedelta(
        days=get(c.DAY, 0),
        hours=get(c.HOUR, 0),
        minutes=get(c.MINUTE, 0),
        seconds=get(c.SECOND, 0),
        microseconds=microseconds,
    )
    return -value if negative else value


_CONVERTERS: dict[int, Callable[[str, TypeText], Any]] = {
    **dict.fromkeys(
        (c.SMALLINT, c.INT, c.SERIAL, c.INT8, c.SERIAL8, c.BIGINT, c.BIGSERIAL),
        _integer,
    ),
    **dict.fromkeys((c.FLOAT, c.SMALLFLOAT), _float),
    **dict.fromkeys((c.DECIMAL, c.MONEY), _decimal),
    **dict.fromkeys((c.CHAR, c.NCHAR), _padded_text),
    **dict.fromkeys((c.VARCHAR, c.NVARCHAR, c.LVARCHAR), _text),
    c.BOOLEAN: _boolean,
    c.DATE: _date,
    c.DATETIME: _datetime,
    c.INTERVAL: _interval,
}
