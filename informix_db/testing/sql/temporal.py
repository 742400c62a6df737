"""DATETIME and INTERVAL values: text forms, digits, calendar arithmetic.

A DATETIME is kept as the digits of its fields (see `api.DatetimeValue`), an INTERVAL
as one integer: months, or ticks of 1/100000 second. Both compare as they should as
long as the qualifiers agree.
"""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

from informix_db.testing.api import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    SECOND,
    YEAR,
    IntervalValue,
    SQLError,
    SQLType,
)
from informix_db.testing.sql.types import (
    field_width,
    interval_class,
    leading_precision,
    qualifier,
)

TICKS = 100_000  # per second
DAY_TICKS = 86400 * TICKS
_EPOCH = datetime.date(1899, 12, 31).toordinal()  # DATE 0
MIN_DATE, MAX_DATE = 1 - _EPOCH, datetime.date.max.toordinal() - _EPOCH

_UNIT_TICKS = {
    DAY: DAY_TICKS,
    HOUR: 3600 * TICKS,
    MINUTE: 60 * TICKS,
    SECOND: TICKS,
}
_FIELDS = (YEAR, MONTH, DAY, HOUR, MINUTE, SECOND)
_BEFORE = {MONTH: "-", DAY: "-", HOUR: " ", MINUTE: ":", SECOND: ":"}
_CYCLE = {MONTH: 12, HOUR: 24, MINUTE: 60, SECOND: 60}


class Moment(NamedTuple):
    """A full calendar moment; `ticks` is the fraction in 1/100000 second."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    ticks: int


def date_to_days(value: datetime.date) -> int:
    """Return the DATE integer: days since 1899-12-31."""
    return value.toordinal() - _EPOCH


def days_to_date(days: int) -> datetime.date:
    """Return the day for a DATE integer; SQLError(-1210) out of range."""
    if not MIN_DATE <= days <= MAX_DATE:
        raise SQLError(-1210)
    return datetime.date.fromordinal(days + _EPOCH)


def fields_of(first: int, last: int) -> list[tuple[int, int]]:
    """Return (field, width) of first TO last; FRACTION(n) comes as 10 + n."""
    fields = [(f, field_width(f)) for f in _FIELDS if first <= f <= last]
    if last > SECOND:
        fields.append((last, last - SECOND))
    return fields


# --- DATETIME ----------------------------------------------------------------


def format_datetime(digits: str, first: int, last: int) -> str:
    """Return the ISO text of a DATETIME, `2024-02-29 13:14:15.123`."""
    text, pos = "", 0
    for field, width in fields_of(first, last):
        if field != first and pos:
            text += "." if field > SECOND else _BEFORE[field]
        text += digits[pos : pos + width]
        pos += width
    return text


_TOKEN = re.compile(r"\d+|[^\d]")


def parse_datetime(
    text: str, first: int, last: int, *, two_digit_year: int = 2000
) -> str:
    """Return the digits of a DATETIME text; SQLError(-1261..-1264) if malformed.

    A missing fraction is zero; any other missing field is an error. A two-digit
    first year belongs to the century `two_digit_year` starts.
    """
    tokens = _TOKEN.findall(text.strip())
    digits, pos = "", 0
    for field, width in fields_of(first, last):
        if pos and field > SECOND and pos == len(tokens):
            digits += "0" * width
            continue
        if pos:
            separator = "." if field > SECOND else _BEFORE[field]
            if pos >= len(tokens):
                raise SQLError(-1263)
            if tokens[pos] != separator:
                raise SQLError(-1271 if field > SECOND else -1262)
            pos += 1
        if pos >= len(tokens):
            raise SQLError(-1263)
        digits += _datetime_field(tokens[pos], field, width, two_digit_year)
        pos += 1
    if pos < len(tokens):
        raise SQLError(-1264)
    check_datetime(digits, first, last)
    return digits


def _datetime_field(token: str, field: int, width: int, century: int) -> str:
    if not token.isdigit():
        raise SQLError(-1262)
    if field > SECOND:
        return token[:width].ljust(width, "0")
    if len(token) > width:
        raise SQLError(-1261)
    if field == YEAR and len(token) == 2:
        return str(century + int(token))
    return token.zfill(width)


def check_datetime(digits: str, first: int, last: int) -> None:
    """Raise SQLError(-1263) unless every field is in its range."""
    values: dict[int, int] = {}
    pos = 0
    for field, width in fields_of(first, last):
        values[min(field, SECOND + 1)] = int(digits[pos : pos + width])
        pos += width
    limits = {YEAR: (1, 9999), MONTH: (1, 12), DAY: (1, 31)}
    limits |= {HOUR: (0, 23), MINUTE: (0, 59), SECOND: (0, 59)}
    for field, value in values.items():
        low, high = limits.get(field, (0, 99999))
        if not low <= value <= high:
            raise SQLError(-1263)
    if DAY in values and MONTH in values:
        year = values.get(YEAR, 2000)  # a leap year, so 29 February may stand alone
        if values[DAY] > days_in_month(year, values[MONTH]):
            raise SQLError(-1263)


def days_in_month(year: int, month: int) -> int:
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


def explode(digits: str, first: int, last: int, now: Moment | None) -> Moment:
    """Return all fields: missing leading ones from `now`, trailing ones lowest."""
    values = list(now or Moment(1200, 1, 1, 0, 0, 0, 0))
    lowest = (1, 1, 1, 0, 0, 0, 0)
    for index, field in enumerate((*_FIELDS, SECOND + 1)):
        if field >= first:
            values[index] = lowest[index]
    pos = 0
    for field, width in fields_of(first, last):
        part = digits[pos : pos + width]
        pos += width
        if field > SECOND:
            values[6] = int(part.ljust(5, "0"))
        else:
            values[field // 2] = int(part)
    return Moment(*values)


def implode(moment: Moment, first: int, last: int) -> str:
    """Return the digits of `moment` under a qualifier (fractions are cut)."""
    text = ""
    for field, width in fields_of(first, last):
        if field > SECOND:
            text += f"{moment.ticks:05d}"[:width]
        else:
            text += f"{moment[field // 2]:0{width}d}"
    return text


def extend(
    digits: str, source: tuple[int, int], target: tuple[int, int], now: Moment
) -> str:
    """Return a DATETIME's digits under another qualifier (EXTEND's rule)."""
    if source == target:
        return digits
    moment = explode(digits, *source, now)
    if moment.day > days_in_month(moment.year, moment.month):
        raise SQLError(-1267)
    return implode(moment, *target)


def moment_of(value: datetime.datetime) -> Moment:
    return Moment(
        value.year,
        value.month,
        value.day,
        value.hour,
        value.minute,
        value.second,
        value.microsecond // 10,
    )


def moment_ticks(moment: Moment) -> int:
    """Return a moment as ticks since DATE 0."""
    try:
        day = datetime.date(moment.year, moment.month, moment.day)
    except ValueError:
        raise SQLError(-1267) from None
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return date_to_days(day) * DAY_TICKS + seconds * TICKS + moment.ticks


def ticks_moment(ticks: int) -> Moment:
    """Return the moment `ticks` after DATE 0; SQLError(-1267) out of range."""
    days, rest = divmod(ticks, DAY_TICKS)
    if not MIN_DATE <= days <= MAX_DATE:
        raise SQLError(-1267)
    day = days_to_date(days)
    seconds, fraction = divmod(rest, TICKS)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return Moment(day.year, day.month, day.day, hour, minute, second, fraction)


def add_months(moment: Moment, months: int) -> Moment:
    """Return `moment` moved by months; SQLError(-1267) on a day that is not there."""
    total = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(total, 12)
    month += 1
    if not 1 <= year <= 9999 or moment.day > days_in_month(year, month):
        raise SQLError(-1267)
    return moment._replace(year=year, month=month)


def datetime_plus(
    digits: str, source: tuple[int, int], interval: int, months: bool, now: Moment
) -> str:
    """Return DATETIME + INTERVAL under the DATETIME's qualifier."""
    moment = explode(digits, *source, now)
    if months:
        result = add_months(moment, interval)
    else:
        result = ticks_moment(moment_ticks(moment) + interval)
    first = source[0]
    if any(moment[field // 2] != result[field // 2] for field in _FIELDS[: first // 2]):
        raise SQLError(-1267)
    return implode(result, *source)


def datetime_minus(
    left: str,
    left_qualifier: tuple[int, int],
    right: str,
    right_qualifier: tuple[int, int],
    now: Moment,
) -> int:
    """Return left - right as an INTERVAL integer; the left qualifier decides."""
    right = extend(right, right_qualifier, left_qualifier, now)
    one = explode(left, *left_qualifier, now)
    two = explode(right, *left_qualifier, now)
    if left_qualifier[1] <= MONTH:
        return (one.year - two.year) * 12 + one.month - two.month
    return moment_ticks(one) - moment_ticks(two)


# --- INTERVAL ----------------------------------------------------------------


def parse_interval(text: str, sql_type: SQLType) -> int:
    """Return the integer of an INTERVAL text; SQLError(-1261..-1264) if malformed."""
    first, last = qualifier(sql_type)
    text = text.strip()
    negative = text.startswith("-")
    tokens = _TOKEN.findall(text.lstrip("+-") if negative or text[:1] == "+" else text)
    values: list[tuple[int, int]] = []
    pos = 0
    for field, width in fields_of(first, last):
        if pos and field > SECOND and pos == len(tokens):
            continue
        if field != first and pos:
            separator = "." if field > SECOND else _BEFORE[field]
            if pos >= len(tokens):
                raise SQLError(-1263)
            if tokens[pos] != separator:
                raise SQLError(-1271 if field > SECOND else -1262)
            pos += 1
        if first > SECOND and tokens[:1] == ["."]:
            tokens = tokens[1:]
        if pos >= len(tokens):
            raise SQLError(-1263)
        token = tokens[pos]
        pos += 1
        if not token.isdigit():
            raise SQLError(-1262)
        values.append((field, _interval_field(token, field, width, sql_type)))
    if pos < len(tokens):
        raise SQLError(-1264)
    total = _interval_total(values)
    return -total if negative else total


def _interval_field(token: str, field: int, width: int, sql_type: SQLType) -> int:
    first, _ = qualifier(sql_type)
    if field > SECOND:
        return int(token[:width].ljust(5, "0"))
    value = int(token)
    if field == first:
        if len(str(value)) > leading_precision(sql_type):
            raise SQLError(-1261)
    elif value >= _CYCLE.get(field, value + 1):
        raise SQLError(-1263)
    return value


def _interval_total(values: list[tuple[int, int]]) -> int:
    total = 0
    for field, value in values:
        if field == YEAR:
            total += value * 12
        elif field == MONTH or field > SECOND:
            total += value
        else:
            total += value * _UNIT_TICKS[field]
    return total


def _interval_parts(total: int, sql_type: SQLType) -> list[tuple[int, int]]:
    """Return (field, value) of a non-negative INTERVAL integer."""
    first, last = qualifier(sql_type)
    parts = []
    for field, width in fields_of(first, last):
        if field == YEAR:
            value, total = divmod(total, 12)
        elif field == MONTH:
            value, total = total, 0
        elif field > SECOND:
            value = total // 10 ** (5 - width)
        else:
            value, total = divmod(total, _UNIT_TICKS[field])
        parts.append((field, value))
    return parts


def fit_interval(total: int, sql_type: SQLType) -> int:
    """Return `total` cut to the type's last field; SQLError(-1265) if too large."""
    size = abs(total)
    parts = _interval_parts(size, sql_type)
    first, last = qualifier(sql_type)
    if first > SECOND:
        if size >= TICKS:
            raise SQLError(-1265)
    elif len(str(parts[0][1])) > leading_precision(sql_type):
        raise SQLError(-1265)
    if interval_class(sql_type) == "months":
        unit = 12 if last == YEAR else 1
    else:
        unit = _UNIT_TICKS.get(last) or 10 ** (5 - (last - SECOND))
    size -= size % unit
    return -size if total < 0 else size


def interval_value(total: int, sql_type: SQLType) -> IntervalValue:
    """Return an INTERVAL integer as the wire half takes it."""
    first, last = qualifier(sql_type)
    digits = ""
    for field, value in _interval_parts(abs(total), sql_type):
        if field == first and first <= SECOND:
            width = leading_precision(sql_type)
        else:
            width = field_width(field)
        digits += f"{value:0{width}d}"
    return IntervalValue(total < 0, digits, first, last)


def interval_from_value(value: IntervalValue) -> int:
    """Return the integer of an INTERVAL bound by a client."""
    fields = fields_of(value.first, value.last)
    tail = sum(width for _, width in fields[1:])
    lead = len(value.digits) - tail
    values = []
    pos = 0
    for index, (field, width) in enumerate(fields):
        size = lead if index == 0 else width
        part = value.digits[pos : pos + size]
        pos += size
        values.append((field, int(part.ljust(5, "0") if field > SECOND else part)))
    total = _interval_total(values)
    return -total if value.negative else total


def format_interval(total: int, sql_type: SQLType) -> str:
    """Return an INTERVAL's text, `-12345 11:12:13.456`, right-aligned lead cut."""
    first, _ = qualifier(sql_type)
    text = ""
    for field, value in _interval_parts(abs(total), sql_type):
        if field == first and first <= SECOND:
            text += str(value)
            continue
        text += "." if field > SECOND else _BEFORE[field]
        text += f"{value:0{field_width(field)}d}"
    return ("-" if total < 0 else "") + text
