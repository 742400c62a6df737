"""Hypothesis' strategies for row cells of every scalar type, and rows of them."""

from __future__ import annotations

import datetime
from decimal import Context, Decimal
from typing import Any, NamedTuple

from hypothesis import strategies as st
from unit.wire import cellwriter as w

from informix_db._wire import constants as c
from informix_db._wire.describe import ColumnInfo
from informix_db.types import IntervalYM

WIDE = Context(prec=100)
ENCODINGS = ["latin-1", "utf-8", "cp1252", "iso8859-15", "gb18030"]


class Cell(NamedTuple):
    """A column, a cell of it and what the driver must make of it."""

    column: ColumnInfo
    raw: bytes
    value: Any


def column(code: int, length: int = 0, extended_id: int = 0) -> ColumnInfo:
    return ColumnInfo("x", code, extended_id, "", "", length, True)


def nullable(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def integers(draw: st.DrawFn) -> Cell:
    code, size = draw(
        st.sampled_from(
            [
                (c.SMALLINT, 2),
                (c.INT, 4),
                (c.SERIAL, 4),
                (c.BIGINT, 8),
                (c.BIGSERIAL, 8),
            ]
        )
    )
    limit = (1 << (8 * size - 1)) - 1
    value = draw(nullable(st.integers(-limit, limit)))
    return Cell(column(code, size), w.integer(value, size), value)


@st.composite
def int8s(draw: st.DrawFn) -> Cell:
    code = draw(st.sampled_from([c.INT8, c.SERIAL8]))
    limit = (1 << 63) - 1
    value = draw(nullable(st.integers(-limit, limit)))
    return Cell(column(code, 10), w.int8(value), value)


@st.composite
def floats(draw: st.DrawFn) -> Cell:
    code, size = draw(st.sampled_from([(c.FLOAT, 8), (c.SMALLFLOAT, 4)]))
    value = draw(nullable(st.floats(width=size * 8, allow_nan=False)))
    return Cell(column(code, size), w.floating(value, size), value)


@st.composite
def decimals(draw: st.DrawFn) -> Cell:
    code = draw(st.sampled_from([c.DECIMAL, c.MONEY]))
    precision = draw(st.integers(1, 32))
    scale = draw(st.integers(0, precision))
    units = draw(nullable(st.integers(1 - 10**precision, 10**precision - 1)))
    value = None if units is None else Decimal(units).scaleb(-scale, WIDE)
    raw = w.decimal(value, w.decimal_width(precision, scale))
    return Cell(column(code, precision << 8 | scale), raw, value)


@st.composite
def floating_decimals(draw: st.DrawFn) -> Cell:
    precision = draw(st.integers(1, 32))
    number = draw(st.integers(1, 10**precision - 1))
    # the lowest and highest powers of 100 a head can say, less what digits need
    exponent = draw(st.integers(-128, 124 - len(str(number))))
    value = Decimal((draw(st.integers(0, 1)), tuple(map(int, str(number))), exponent))
    raw = w.decimal(value, w.decimal_width(precision, 255))
    return Cell(column(c.DECIMAL, precision << 8 | 255), raw, value)


@st.composite
def dates(draw: st.DrawFn) -> Cell:
    value = draw(nullable(st.dates()))
    days = None if value is None else (value - datetime.date(1899, 12, 31)).days
    return Cell(column(c.DATE, 4), w.integer(days, 4), value)


@st.composite
def datetimes(draw: st.DrawFn) -> Cell:
    qualifier = draw(st.sampled_from(w.datetime_qualifiers()))
    moment = draw(nullable(st.datetimes()))
    return datetime_cell(qualifier, moment, draw(st.booleans()))


def datetime_cell(
    qualifier: w.Qualifier, moment: datetime.datetime | None, normalised: bool
) -> Cell:
    of = column(c.DATETIME, qualifier.encoded_length)
    if moment is None:
        return Cell(of, w.temporal(qualifier, None), None)
    fraction = moment.microsecond // 10 ** (6 - qualifier.scale)
    parts = {
        w.YEAR: moment.year,
        w.MONTH: moment.month,
        w.DAY: moment.day,
        w.HOUR: moment.hour,
        w.MINUTE: moment.minute,
        w.SECOND: moment.second,
        w.FRACTION: fraction,
    }
    raw = w.temporal(qualifier, parts, normalised=normalised)
    default = datetime.datetime(2000, 1, 1)
    names = dict(zip(w.FIELDS, default.timetuple()[:6], strict=True))
    names.update({field: parts[field] for field in qualifier.fields})
    micro = fraction * 10 ** (6 - qualifier.scale) if qualifier.scale else 0
    whole = datetime.datetime(*names.values(), micro)
    if qualifier.last <= w.DAY:
        return Cell(of, raw, whole.date())
    return Cell(of, raw, whole.time() if qualifier.first >= w.HOUR else whole)


@st.composite
def intervals(draw: st.DrawFn) -> Cell:
    qualifier = draw(st.sampled_from(w.interval_qualifiers()))
    if draw(st.integers(0, 9)) == 0:
        return interval_cell(qualifier, None, False, False)
    limits = {w.MONTH: 11, w.HOUR: 23, w.MINUTE: 59, w.SECOND: 59}
    parts = {field: draw(st.integers(0, limits[field])) for field in limits}
    parts[w.YEAR] = parts[w.DAY] = 0
    parts[w.FRACTION] = draw(st.integers(0, 10**qualifier.scale - 1))
    if qualifier.fields:
        # not the last day: a timedelta has no room for hours below it
        most = 10**qualifier.leading - 2
        parts[qualifier.first] = draw(st.integers(0, most))
    normalised = draw(st.booleans())
    return interval_cell(qualifier, parts, draw(st.booleans()), normalised)


def interval_cell(
    qualifier: w.Qualifier,
    parts: dict[int, int] | None,
    negative: bool,
    normalised: bool,
) -> Cell:
    of = column(c.INTERVAL, qualifier.encoded_length)
    if parts is None:
        return Cell(of, w.temporal(qualifier, None), None)
    raw = w.temporal(qualifier, parts, negative, normalised)
    has = {field: parts[field] for field in qualifier.fields}
    sign = -1 if negative else 1
    if qualifier.first <= w.MONTH:
        months = 12 * has.get(w.YEAR, 0) + has.get(w.MONTH, 0)
        return Cell(of, raw, IntervalYM(sign * months))
    micro = parts[w.FRACTION] * 10 ** (6 - qualifier.scale) if qualifier.scale else 0
    value = datetime.timedelta(
        days=has.get(w.DAY, 0),
        hours=has.get(w.HOUR, 0),
        minutes=has.get(w.MINUTE, 0),
        seconds=has.get(w.SECOND, 0),
        microseconds=micro,
    )
    return Cell(of, raw, sign * value)


@st.composite
def texts(draw: st.DrawFn, encoding: str) -> Cell:
    text = draw(nullable(st.text(st.characters(codec=encoding), max_size=60)))
    kind = draw(st.sampled_from(["char", "varchar", "lvarchar"]))
    return text_cell(text, kind, encoding, draw(st.integers(0, 10)))


def text_cell(text: str | None, kind: str, encoding: str, room: int = 3) -> Cell:
    raw = None if text is None else text.encode(encoding)
    if kind == "lvarchar":
        return Cell(column(c.UDT_VAR, 2000, c.EXT_LVARCHAR), w.opaque(raw), text)
    if kind == "varchar":
        raw = raw and raw[:255]
        if raw == b"\0":  # would be NULL
            text, raw = "", b""
        assert raw is None or text == raw.decode(encoding)
        return Cell(column(c.VARCHAR, 255), w.varchar(raw), text)
    if text is not None:
        text = text.lstrip("\0").rstrip(" ")  # a NUL first would be NULL
        raw = text.encode(encoding)
    size = max(1, len(raw or b"")) + room
    return Cell(column(c.NCHAR, size), w.char(raw, size), text)


@st.composite
def booleans(draw: st.DrawFn) -> Cell:
    of = column(c.UDT_FIXED, 1, c.EXT_BOOLEAN)
    raw, value = draw(
        st.sampled_from(
            [(None, None), (b"t", True), (b"f", False), (b"\1", True), (b"\0", False)]
        )
    )
    return Cell(of, w.opaque(raw), value)


NUMBERS_AND_TIMES = [
    integers(),
    int8s(),
    floats(),
    decimals(),
    dates(),
    datetimes(),
    intervals(),
    booleans(),
]


@st.composite
def rows(draw: st.DrawFn) -> tuple[list[Cell], str]:
    encoding = draw(st.sampled_from(ENCODINGS))
    cell = st.one_of(*NUMBERS_AND_TIMES, texts(encoding))
    return draw(st.lists(cell, min_size=1, max_size=8)), encoding
