"""DATE as text: the DBDATE grammar, parsing and formatting.

Knows DBDATE (`MDY4/`, `Y4MD-`, ...) and DBCENTURY's default (current century); does
not know GL_DATE or locales.
"""

from __future__ import annotations

import datetime
import re

from informix_db.testing.api import SQLError
from informix_db.testing.sql.temporal import date_to_days, days_in_month, days_to_date

DEFAULT_DBDATE = "MDY4/"  # US English locale (ONI-sqlrmst182)

_DBDATE = re.compile(r"(?i)^(?:(MD|DM)Y([24])|Y([24])(MD|DM))([-/.0])?$")


def parse_dbdate(text: str) -> tuple[str, int, str]:
    """Return field order, digits of the year and separator ("" for `0`)."""
    match = _DBDATE.match(text.strip()) or _DBDATE.match(DEFAULT_DBDATE)
    assert match is not None
    tail_order, tail_width, lead_width, lead_order, separator = match.groups()
    order = f"{tail_order}Y" if tail_order else f"Y{lead_order}"
    separator = "" if separator == "0" else separator or "/"
    return order.upper(), int(tail_width or lead_width), separator


def format_date(days: int, dbdate: str) -> str:
    """Return a DATE as text under `dbdate`."""
    day = days_to_date(days)
    order, width, separator = parse_dbdate(dbdate)
    year = f"{day.year:04d}"[-width:]
    parts = {"Y": year, "M": f"{day.month:02d}", "D": f"{day.day:02d}"}
    return separator.join(parts[letter] for letter in order)


def parse_date(text: str, dbdate: str, today: datetime.date) -> int:
    """Return the DATE integer of a text; -1204..-1206, -1209 or -1218 if malformed."""
    order, _, _ = parse_dbdate(dbdate)
    parts = _split(text.strip(), order)
    fields = dict(zip(order, parts, strict=True))
    year = int(fields["Y"])
    if len(fields["Y"]) <= 2:
        year += today.year // 100 * 100
    return make_date(year, int(fields["M"]), int(fields["D"]))


def make_date(year: int, month: int, day: int) -> int:
    """Return the DATE integer; SQLError(-1204, -1205, -1206) for a bad field."""
    if not 1 <= year <= 9999:
        raise SQLError(-1204)
    if not 1 <= month <= 12:
        raise SQLError(-1205)
    if not 1 <= day <= days_in_month(year, month):
        raise SQLError(-1206)
    return date_to_days(datetime.date(year, month, day))


def _split(text: str, order: str) -> list[str]:
    if text.isascii() and text.isdigit():
        if len(text) not in (6, 8):
            raise SQLError(-1209)
        parts, pos = [], 0
        for letter in order:
            width = len(text) - 4 if letter == "Y" else 2
            parts.append(text[pos : pos + width])
            pos += width
        return parts
    parts = re.split(r"[^0-9]+", text) if text.isascii() else []
    if len(parts) != 3 or not all(parts) or max(map(len, parts)) > 4:
        raise SQLError(-1218)
    return parts
