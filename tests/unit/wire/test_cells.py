"""Row cells of every scalar type, written by `cellwriter`, read by the driver."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.wire import cellwriter as w
from unit.wire.cellstrategies import (
    ENCODINGS,
    NUMBERS_AND_TIMES,
    Cell,
    column,
    datetime_cell,
    floating_decimals,
    interval_cell,
    rows,
    text_cell,
    texts,
)
from unit.wire.conversations import plan_of

from informix_db._wire import constants as c
from informix_db._wire.accel import parse_tuple_payload, read_run
from informix_db._wire.decode import plan_steps
from informix_db._wire.describe import ColumnInfo
from informix_db._wire.framing import Framing
from informix_db.exceptions import DataError, NotSupportedError, ProtocolError

STEADY = settings(derandomize=True, deadline=None, max_examples=150)
VARIABLE = Framing(frozenset({c.CAP_VARCHAR_VARIABLE}))
PADDED = Framing()


def decode(
    cells: list[Cell], encoding: str = "latin-1", framing: Framing = VARIABLE
) -> tuple[Any, ...]:
    payload = b"".join(cell.raw for cell in cells)
    plan = plan_of([cell.column for cell in cells], framing, encoding)
    assert plan is not None
    return parse_tuple_payload(payload, 0, len(payload), plan)


def exact(value: Any) -> Any:
    """A form in which 1.50 is not 1.5, True not 1 and -0.0 not 0.0."""
    return (type(value), repr(value))


# -- one type at a time ----------------------------------------------------------------


@pytest.mark.parametrize(
    "strategy",
    NUMBERS_AND_TIMES,
    ids=lambda s: s.function.__name__ if hasattr(s, "function") else "cells",
)
def test_type(strategy: st.SearchStrategy[Cell]) -> None:
    @STEADY
    @given(strategy)
    def check(cell: Cell) -> None:
        (value,) = decode([cell])
        assert exact(value) == exact(cell.value)

    check()


@STEADY
@given(floating_decimals())
def test_decimal_without_a_scale(cell: Cell) -> None:
    (value,) = decode([cell])
    assert value == cell.value
    assert value.is_signed() == cell.value.is_signed()
    exponent = value.as_tuple().exponent
    assert exponent >= 0 or value.as_tuple().digits[-1] != 0, "zeros at the end"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("framing", [VARIABLE, PADDED], ids=["variable", "padded"])
def test_text(encoding: str, framing: Framing) -> None:
    @settings(STEADY, max_examples=50)
    @given(texts(encoding))
    def check(cell: Cell) -> None:
        if framing is PADDED and cell.column.code == c.VARCHAR:
            cell = cell._replace(raw=cell.raw.ljust(256, b"\0"))
        assert decode([cell], encoding, framing) == (cell.value,)

    check()


def test_decimal_whose_head_alone_looks_like_null() -> None:
    """Only the head and the first digit together say NULL."""
    of = column(c.DECIMAL, 0x08FF)
    cell = Cell(of, bytes.fromhex("00 5a 00 00 00 00"), Decimal("-1E+125"))
    assert decode([cell]) == (cell.value,)
    null = Cell(of, bytes.fromhex("00 00 00 00 00 00"), None)
    assert decode([null, null]) == (None, None)


def test_only_blanks_at_the_end_of_char_are_padding() -> None:
    cells = [
        Cell(column(c.CHAR, 6), b"  a b ", "  a b"),
        Cell(column(c.CHAR, 3), b"   ", ""),
        Cell(column(c.NCHAR, 3), b"a\t ", "a\t"),
        Cell(column(c.VARCHAR, 9), b"\x03 a ", " a "),
    ]
    assert decode(cells) == tuple(cell.value for cell in cells)


@pytest.mark.parametrize("framing", [VARIABLE, PADDED], ids=["variable", "padded"])
def test_varchar_with_a_reserved_size(framing: Framing) -> None:
    """The high byte of its length is a minimum and takes no room."""
    of = column(c.VARCHAR, 10 << 8 | 20)
    raw = w.varchar(b"abc") if framing is VARIABLE else w.varchar_padded(b"abc", 20)
    assert decode([Cell(of, raw, "abc")], framing=framing) == ("abc",)
    assert of.size == 20


# -- all parameters of the packed types ------------------------------------------------


def test_every_precision_and_scale_of_decimal() -> None:
    for precision in range(1, 33):
        for scale in range(precision + 1):
            width = w.decimal_width(precision, scale)
            of = column(c.DECIMAL, precision << 8 | scale)
            most = Decimal((0, (9,) * precision, -scale))
            least = Decimal((0, (1,), -scale))
            zero = Decimal((0, (0,), -scale))
            signed = [most, least, most.copy_negate(), least.copy_negate()]
            for value in (*signed, zero, None):
                cell = Cell(of, w.decimal(value, width), value)
                assert exact(decode([cell])[0]) == exact(value), (precision, scale)


def test_every_qualifier_of_datetime() -> None:
    moments = [
        datetime.datetime(1, 1, 1),
        datetime.datetime(9999, 12, 31, 23, 59, 59, 999990),
        datetime.datetime(2024, 2, 29, 0, 0, 0, 10),
        None,
    ]
    for qualifier in w.datetime_qualifiers():
        for moment in moments:
            for normalised in (False, True):
                cell = datetime_cell(qualifier, moment, normalised)
                # a zero may lose its head, a day or a month may not be zero
                assert exact(decode([cell])[0]) == exact(cell.value), qualifier


def test_every_qualifier_of_interval() -> None:
    for qualifier in w.interval_qualifiers():
        most = {w.MONTH: 11, w.HOUR: 23, w.MINUTE: 59, w.SECOND: 59, w.FRACTION: 0}
        most[w.FRACTION] = 10**qualifier.scale - 1
        if qualifier.fields:
            most[qualifier.first] = 10**qualifier.leading - 1
        least = dict.fromkeys((*w.FIELDS, w.FRACTION), 0)
        for parts in (most, least, least | {qualifier.last: 1}, None):
            for negative in (False, True):
                below_timedelta = (
                    negative
                    and parts is most
                    and qualifier.first == w.DAY
                    and qualifier.leading == 9
                    and (qualifier.last > w.DAY)
                )
                if below_timedelta:
                    continue  # test_interval_a_timedelta_cannot_hold
                for normalised in (False, True):
                    cell = interval_cell(qualifier, parts, negative, normalised)
                    assert exact(decode([cell])[0]) == exact(cell.value), qualifier


# -- rows are consumed exactly ---------------------------------------------------------


@STEADY
@given(rows())
def test_rows(row: tuple[list[Cell], str]) -> None:
    cells, encoding = row
    values = decode(cells, encoding)
    assert [exact(v) for v in values] == [exact(cell.value) for cell in cells]


@settings(STEADY, max_examples=40)
@given(rows())
def test_a_row_that_is_cut_or_has_bytes_to_spare(row: tuple[list[Cell], str]) -> None:
    cells, encoding = row
    payload = b"".join(cell.raw for cell in cells)
    plan = plan_of([cell.column for cell in cells], VARIABLE, encoding)
    assert plan is not None
    for size in range(len(payload)):
        with pytest.raises(ProtocolError):
            parse_tuple_payload(payload[:size], 0, size, plan)
    for surplus in (b"\0", b"\xff" * 7):
        longer = payload + surplus
        with pytest.raises(ProtocolError, match=f"{len(surplus)} bytes are left over"):
            parse_tuple_payload(longer, 0, len(longer), plan)
    # the same bytes inside a larger buffer
    shifted = b"\xaa" * 3 + payload + b"\xaa" * 3
    end = len(shifted) - 3
    assert len(parse_tuple_payload(shifted, 3, end, plan)) == len(cells)


@settings(STEADY, max_examples=80)
@given(rows(), st.integers(1, 5), st.data())
def test_whole_tuples_are_taken_and_the_rest_is_left(
    row: tuple[list[Cell], str], count: int, data: st.DataObject
) -> None:
    cells, encoding = row
    payload = b"".join(cell.raw for cell in cells)
    plan = plan_of([cell.column for cell in cells], VARIABLE, encoding)
    assert plan is not None
    head = b"\0\x0e\0\0" + len(payload).to_bytes(4, "big")
    message = head + payload + bytes(len(payload) % 2)
    cut = data.draw(st.integers(0, len(message) - 1))
    stream = bytearray(message * count + message[:cut])
    found: list[tuple[Any, ...]] = []
    assert read_run(stream, 0, len(stream), 12, plan, found)[0] == len(message) * count
    assert len(found) == count
    found.clear()
    stream[len(message) * count :] = b"\0\x0d" + bytes(14)
    assert read_run(stream, 0, len(stream), 12, plan, found)[0] == len(message) * count
    assert len(found) == count


# -- cells no server should send -------------------------------------------------------

YEAR_TO_SECOND = 0x0E0A
DAY_TO_SECOND = 0x084A


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (column(c.INT8, 10), "0002 00000001 00000000"),
        (column(c.DECIMAL, 0x0402), "c1 64 00"),
        (column(c.DECIMAL, 0x0402), "3e 63 ff"),
        (column(c.DATETIME, YEAR_TO_SECOND), "38 4f 4b 61 46 55 54 54"),
        (column(c.DATETIME, YEAR_TO_SECOND), "c8 14 18 02 1d 0d 0e 0f"),
        (column(c.INTERVAL, DAY_TO_SECOND), "c3 01 02 03 04"),
        (column(c.UDT_VAR, 9, c.EXT_LVARCHAR), "00 ffffffff"),
        (column(c.UDT_FIXED, 1, c.EXT_BOOLEAN), "00 00000001 78"),
        (column(c.UDT_FIXED, 1, c.EXT_BOOLEAN), "00 00000002 7474"),
    ],
    ids=[
        "INT8 sign",
        "digit 100",
        "digit 255",
        "negative DATETIME",
        "DATETIME exponent",
        "normalised INTERVAL with a digit too many",
        "negative length",
        "BOOLEAN x",
        "BOOLEAN tt",
    ],
)
def test_malformed_cell(of: ColumnInfo, text: str) -> None:
    with pytest.raises(ProtocolError, match=r"column 1 \(x\)"):
        decode([Cell(of, bytes.fromhex(text), None)])


def test_malformed_padded_varchar() -> None:
    cell = Cell(column(c.VARCHAR, 4), b"\x05abcd", None)
    with pytest.raises(ProtocolError, match="VARCHAR length 5"):
        decode([cell], framing=PADDED)


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (column(c.DATE, 4), "7fffffff"),
        (column(c.DATE, 4), "80000001"),
        (column(c.DATETIME, YEAR_TO_SECOND), "c7 14 18 0d 1d 0d 0e 0f"),
        (column(c.DATETIME, YEAR_TO_SECOND), "c7 14 18 02 1e 0d 0e 0f"),
        (column(c.DATETIME, YEAR_TO_SECOND), "c7 00 00 02 1d 0d 0e 0f"),
        (column(c.DATETIME, YEAR_TO_SECOND), "80 00 00 00 00 00 00 00"),
        (column(c.DATETIME, 0x066A), "c3 18 00 00"),
        (column(c.DATETIME, 0x0804), "c7 14 18 02 1e"),
    ],
)
def test_date_or_time_python_does_not_have(of: ColumnInfo, text: str) -> None:
    with pytest.raises(DataError, match=r"column 1 \(x\)"):
        decode([Cell(of, bytes.fromhex(text), None)])


def test_interval_a_timedelta_cannot_hold() -> None:
    qualifier = w.Qualifier(w.DAY, w.SECOND, 9, 0)
    parts = {w.DAY: 999_999_999, w.HOUR: 0, w.MINUTE: 0, w.SECOND: 1}
    of = column(c.INTERVAL, qualifier.encoded_length)
    longest = Cell(of, w.temporal(qualifier, parts), None)
    assert decode([longest]) == (datetime.timedelta(999_999_999, 1),)
    with pytest.raises(DataError, match="timedelta"):
        decode([Cell(of, w.temporal(qualifier, parts, negative=True), None)])


@pytest.mark.parametrize("kind", ["char", "varchar", "lvarchar"])
def test_text_of_another_code_set(kind: str) -> None:
    cell = text_cell("\u00e9", kind, "latin-1")
    with pytest.raises(DataError, match="byte 0xe9 at position 0 is not text in utf-8"):
        decode([cell], "utf-8")


# -- columns that cannot be read -------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "name"),
    [
        (ColumnInfo("x", c.UDT_VAR, 77, "joe", "point", 8, True), "joe.point"),
        (column(99), "type 99"),
        (column(c.CHAR, 0), "CHAR"),
        (column(c.CHAR, -1), "CHAR"),
        (column(c.DECIMAL, 0), "DECIMAL"),
        (column(c.DECIMAL, -0x300), "DECIMAL"),
        (column(c.MONEY, 0x400000), "MONEY"),
        (column(c.DATETIME, 0x0E0B0A), "DATETIME"),
        (column(c.DATETIME, 0x0EA0), "DATETIME"),
        (column(c.DATETIME, 0x1E04), "DATETIME"),
        (column(c.INTERVAL, -1), "INTERVAL"),
    ],
)
def test_column_that_cannot_be_read(of: ColumnInfo, name: str) -> None:
    with pytest.raises(NotSupportedError, match=rf"column x: values of type {name} "):
        plan_steps([column(c.INT, 4), of], True)
