"""Types as DESCRIBE spells them: ``SET(INTEGER NOT NULL)``, ``ROW(a INT,b CHAR(3))``.

The description of a ROW or collection column carries its type as text, which tells
how the text of its values is to be read [J, P]. IBM's client sends such texts too, with
odd spacing: ``multiset (  int  not null) `` [J].

What is not known: what a server writes for a named ROW type or a distinct type within
another type; a name that is no type of this driver's makes the type UNKNOWN, and so
does a text that does not parse.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from informix_db._wire import constants as c

UNKNOWN = -1

_TOKEN = re.compile(
    r"""\s*(?:(?P<word>[^\W\d][\w$.]*)|(?P<number>\d{1,9})
      |"(?P<quoted>(?:[^"]|"")*)"|(?P<mark>[(),]))""",
    re.VERBOSE,
)

_MAX_DEPTH = 16  # types within types; what is deeper is not read

_CONSTRUCTORS = {"SET": c.SET, "MULTISET": c.MULTISET, "LIST": c.LIST}

_NAMES = {
    "SMALLINT": c.SMALLINT,
    "INT": c.INT,
    "INTEGER": c.INT,
    "SERIAL": c.SERIAL,
    "INT8": c.INT8,
    "SERIAL8": c.SERIAL8,
    "BIGINT": c.BIGINT,
    "BIGSERIAL": c.BIGSERIAL,
    "FLOAT": c.FLOAT,
    "DOUBLE": c.FLOAT,
    "SMALLFLOAT": c.SMALLFLOAT,
    "REAL": c.SMALLFLOAT,
    "DECIMAL": c.DECIMAL,
    "DEC": c.DECIMAL,
    "NUMERIC": c.DECIMAL,
    "MONEY": c.MONEY,
    "DATE": c.DATE,
    "DATETIME": c.DATETIME,
    "INTERVAL": c.INTERVAL,
    "CHAR": c.CHAR,
    "CHARACTER": c.CHAR,
    "NCHAR": c.NCHAR,
    "VARCHAR": c.VARCHAR,
    "NVARCHAR": c.NVARCHAR,
    "LVARCHAR": c.LVARCHAR,
    "BOOLEAN": c.BOOLEAN,
    "COLLECTION": c.COLLECTION,
    "ROW": c.ROW,
}

_UNITS = {
    "YEAR": c.YEAR,
    "MONTH": c.MONTH,
    "DAY": c.DAY,
    "HOUR": c.HOUR,
    "MINUTE": c.MINUTE,
    "SECOND": c.SECOND,
    "FRACTION": c.SECOND + 2,  # as the first field; as the last it is 10 + digits
}
_FRACTION_DIGITS = 3  # of FRACTION without a number
_DECIMAL_DIGITS = 16  # of DECIMAL without a number
_MONEY_SCALE = 2  # of MONEY(p)


@dataclass(frozen=True)
class TypeText:
    """A type taken apart."""

    text: str
    code: int  # of constants, or UNKNOWN
    length: int = 0  # of DECIMAL, MONEY, DATETIME, INTERVAL, packed as in DESCRIBE
    element: TypeText | None = None  # of a collection
    fields: tuple[tuple[str, TypeText], ...] = ()  # of a ROW

    @property
    def is_collection(self) -> bool:
        """Whether its values are sets, multisets or lists."""
        return self.code in (c.SET, c.MULTISET, c.LIST, c.COLLECTION)

    @property
    def is_composite(self) -> bool:
        """Whether its values are made of other values."""
        return self.is_collection or self.code == c.ROW


UNTYPED = TypeText("", UNKNOWN)


class _Unparsable(Exception):
    """The text is not a type."""


@functools.lru_cache(maxsize=512)
def parse_type(text: str) -> TypeText:
    """Return the type that `text` spells; of code UNKNOWN if it does not parse."""
    reader = _Reader(text)
    try:
        parsed = reader.type(0)
        reader.expect_end()
    except _Unparsable:
        return TypeText(text.strip(), UNKNOWN)
    return parsed


class _Reader:
    """A position in the text of a type."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._pos = 0

    def _next(self) -> re.Match[str] | None:
        return _TOKEN.match(self._text, self._pos)

    def _accept(self, *words: str) -> bool:
        """Pass over `words` or a mark, if they come next."""
        start = self._pos
        for word in words:
            match = self._next()
            if match is None or match["quoted"] is not None:
                break
            if match[0].strip().upper() != word:
                break
            self._pos = match.end()
        else:
            return True
        self._pos = start
        return False

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise _Unparsable

    def expect_end(self) -> None:
        if self._text[self._pos :].strip():
            raise _Unparsable

    def _name(self) -> str:
        """Read the name of a field."""
        match = self._next()
        if match is None:
            raise _Unparsable
        self._pos = match.end()
        word, quoted = match["word"], match["quoted"]
        if word is not None:
            return word
        if quoted is None:
            raise _Unparsable
        return quoted.replace('""', '"')

    def _numbers(self) -> list[int]:
        """Read ``(10,2)``, if it comes next."""
        numbers: list[int] = []
        if self._accept("("):
            while True:
                match = self._next()
                if match is None or match["number"] is None:
                    raise _Unparsable
                self._pos = match.end()
                numbers.append(int(match["number"]))
                if not self._accept(","):
                    break
            self._expect(")")
        return numbers

    def type(self, depth: int) -> TypeText:
        """Read a type and the NOT NULL behind it."""
        if depth > _MAX_DEPTH:
            raise _Unparsable
        start = self._pos
        name = self._name().upper()
        code = _NAMES.get(name, UNKNOWN)
        element = None
        fields: tuple[tuple[str, TypeText], ...] = ()
        length = 0
        if name in _CONSTRUCTORS:
            code = _CONSTRUCTORS[name]
            self._expect("(")
            element = self.type(depth + 1)
            self._expect(")")
        elif code == c.ROW:
            fields = self._fields(depth)
        elif code in (c.DATETIME, c.INTERVAL):
            length = self._qualifier(code)
        else:
            if code == c.CHAR and self._accept("VARYING"):
                code = c.VARCHAR
            if name == "DOUBLE":
                self._expect("PRECISION")
            length = _packed_length(code, self._numbers())
        self._accept("NOT", "NULL")
        text = self._text[start : self._pos].strip()
        return TypeText(text, code, length, element, fields)

    def _fields(self, depth: int) -> tuple[tuple[str, TypeText], ...]:
        """Read ``(a INTEGER, b CHAR(3))``; a bare ROW has unknown fields."""
        fields: list[tuple[str, TypeText]] = []
        if self._accept("("):
            while True:
                name = self._name()
                fields.append((name, self.type(depth + 1)))
                if not self._accept(","):
                    break
            self._expect(")")
        return tuple(fields)

    def _qualifier(self, code: int) -> int:
        """Read ``DAY(3) TO FRACTION(5)`` and pack it."""
        first = _UNITS.get(self._name().upper())
        leading = self._numbers()
        self._expect("TO")
        last = _UNITS.get(self._name().upper())
        digits = self._numbers()
        if first is None or last is None or len(leading) > 1 or len(digits) > 1:
            raise _Unparsable
        fraction = 0
        if last > c.SECOND:
            fraction = digits[0] if digits else _FRACTION_DIGITS
            last = c.SECOND + fraction
        if first > c.SECOND:
            return fraction << 8 | first << 4 | last
        width = 4 if first == c.YEAR else 2
        if code == c.INTERVAL and leading:
            width = leading[0]
        total = width + min(last, c.SECOND) - first + fraction
        if min(last, c.SECOND) < first or not 0 < total <= 0xFF:
            raise _Unparsable
        return total << 8 | first << 4 | last


def _packed_length(code: int, numbers: list[int]) -> int:
    """Pack precision and scale of a DECIMAL or MONEY."""
    if code not in (c.DECIMAL, c.MONEY):
        return 0
    precision = numbers[0] if numbers else _DECIMAL_DIGITS
    scale = _MONEY_SCALE if code == c.MONEY else c.FLOATING_SCALE
    if len(numbers) > 1:
        scale = numbers[1]
    if precision > c.MAX_DECIMAL_DIGITS or scale > c.FLOATING_SCALE:
        raise _Unparsable
    return precision << 8 | scale
