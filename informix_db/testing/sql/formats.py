"""Texts of TO_CHAR and TO_DATE: directives like `%Y-%m-%d`, masks like `$##9.99`.

English day and month names only.
"""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from informix_db.testing.api import SQLError
from informix_db.testing.sql.temporal import Moment, check_datetime, implode
from informix_db.testing.sql.values import number_text

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_DIRECTIVE = re.compile(r"%(?:F([1-5])|(.))", re.DOTALL)


def format_moment(moment: Moment, pattern: str) -> str:
    """Return a moment under a pattern; SQLError(-1276) for a bad directive."""
    day = datetime.date(moment.year, moment.month, moment.day)
    number = day.isoweekday() % 7
    hour12 = (moment.hour - 1) % 12 + 1
    values = {
        "Y": f"{moment.year:04d}",
        "y": f"{moment.year % 100:02d}",
        "m": f"{moment.month:02d}",
        "d": f"{moment.day:02d}",
        "e": f"{moment.day:2d}",
        "H": f"{moment.hour:02d}",
        "I": f"{hour12:02d}",
        "M": f"{moment.minute:02d}",
        "S": f"{moment.second:02d}",
        "R": f"{moment.hour:02d}:{moment.minute:02d}",
        "T": f"{moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}",
        "A": _DAYS[number],
        "a": _DAYS[number][:3],
        "B": _MONTHS[moment.month - 1],
        "b": _MONTHS[moment.month - 1][:3],
        "p": "AM" if moment.hour < 12 else "PM",
        "w": str(number),
        "j": f"{day.timetuple().tm_yday:03d}",
        "D": f"{moment.month:02d}/{moment.day:02d}/{moment.year % 100:02d}",
        "%": "%",
        "n": "\n",
        "t": "\t",
    }

    def directive(match: re.Match[str]) -> str:
        if match[1]:
            return f"{moment.ticks:05d}"[: int(match[1])]
        try:
            return values[match[2]]
        except KeyError:
            raise SQLError(-1276) from None

    return _DIRECTIVE.sub(directive, pattern)


_PARTS = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "e": r" ?(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})",
    "R": r"(?P<H>\d{1,2}):(?P<M>\d{1,2})",
    "T": r"(?P<H>\d{1,2}):(?P<M>\d{1,2}):(?P<S>\d{1,2})",
    "B": r"(?P<B>[A-Za-z]+)",
    "b": r"(?P<B>[A-Za-z]+)",
    "A": r"[A-Za-z]+",
    "a": r"[A-Za-z]+",
    "p": r"(?P<p>[AaPp][Mm])",
    "%": "%",
}


@lru_cache(maxsize=256)
def _expression(pattern: str) -> re.Pattern[str]:
    out, pos = "", 0
    for match in _DIRECTIVE.finditer(pattern):
        out += re.escape(pattern[pos : match.start()])
        pos = match.end()
        if match[1]:
            out += r"\.?(?P<F>\d{1,5})"
        elif match[2] in _PARTS:
            out += _PARTS[match[2]]
        else:
            raise SQLError(-1276)
    try:
        return re.compile(out + re.escape(pattern[pos:]))
    except re.error:
        raise SQLError(-1276) from None


def parse_moment(text: str, pattern: str) -> Moment:
    """Return the moment a text says; SQLError(-1277) if it is not as the pattern."""
    match = _expression(pattern).fullmatch(text.strip())
    if match is None:
        raise SQLError(-1277)
    found = match.groupdict()
    year = int(found.get("Y") or 0)
    if found.get("y"):
        year = datetime.date.today().year // 100 * 100 + int(found["y"])
    hour = int(found.get("H") or found.get("I") or 0)
    if found.get("p"):
        hour = hour % 12 + (12 if found["p"].lower() == "pm" else 0)
    moment = Moment(
        year or 1200,
        _month(found),
        int(found.get("d") or 1),
        hour,
        int(found.get("M") or 0),
        int(found.get("S") or 0),
        int((found.get("F") or "0").ljust(5, "0")),
    )
    check_datetime(implode(moment, 0, 15), 0, 15)
    return moment


def _month(found: dict[str, str | None]) -> int:
    name = found.get("B")
    if name is None:
        return int(found.get("m") or 1)
    for number, month in enumerate(_MONTHS, 1):
        if name.lower() in (month.lower(), month[:3].lower()):
            return number
    raise SQLError(-1277)


def format_number(value: Decimal, pattern: str | None) -> str:
    """Return a number under a mask of `9 0 # & * < , . $ - +` (not verified)."""
    if pattern is None:
        return number_text(value)
    whole, point, fraction = pattern.partition(".")
    places = sum(char in "90#&*<" for char in fraction)
    number = abs(value).quantize(Decimal((0, (1,), -places)), rounding=ROUND_HALF_UP)
    digits, _, decimals = f"{number:f}".partition(".")
    digits = "" if digits == "0" and "0" not in whole and "&" not in whole else digits
    text = _whole_part(whole, digits)
    if text is None:
        return "*" * len(pattern)
    if value < 0 and "-" not in text and "(" not in pattern:
        stripped = text.lstrip(" ")
        text = ("-" + stripped).rjust(len(text))
    return text + (point + decimals if point else "")


def _whole_part(mask: str, digits: str) -> str | None:
    """Fill the mask before the point from the right; None if it is too short."""
    out, rest = "", digits
    for char in reversed(mask):
        if char in "90#&*<":
            if rest:
                out, rest = rest[-1] + out, rest[:-1]
            elif char in "0&":
                out = "0" + out
            elif char != "<":
                out = ("*" if char == "*" else " ") + out
        elif char == ",":
            out = ("," if rest or "0" in mask else " ") + out
        elif char in "-+":
            out = " " + out
        else:
            out = char + out
    return None if rest else out
