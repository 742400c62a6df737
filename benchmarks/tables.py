"""The tables of the benchmarks: columns, rows, and the bytes a server sends for them.

The bytes come from the emulator's own encoder, which shares no code with the driver.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import Any

from informix_db._wire.decode import plan_steps
from informix_db._wire.describe import ColumnInfo
from informix_db.testing import typecodes as t
from informix_db.testing.api import Column, DatetimeValue, IntervalValue, SQLType
from informix_db.testing.canned import CannedQuery
from informix_db.testing.framing import V15_CAPABILITIES, Framing
from informix_db.testing.replies import tuple_message
from informix_db.testing.rows import RowEncoder

ROWS = 100_000
YEAR_TO_SECOND = 0x0E0A
DAY_TO_SECOND = 0x084A


@dataclass(frozen=True)
class Table:
    """A table by its columns and rows."""

    name: str
    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]

    @property
    def select(self) -> str:
        names = ", ".join(column.name for column in self.columns)
        return f"select {names} from {self.name}"

    @property
    def insert(self) -> str:
        return f"insert into {self.name} values ({', '.join('?' * len(self.columns))})"

    @property
    def queries(self) -> dict[str, CannedQuery]:
        """What a canned server has to know."""
        rows = [tuple(map(_server_value, row)) for row in self.rows]
        return {
            self.select: CannedQuery(self.columns, rows),
            self.insert: CannedQuery(self.columns, None, self.columns),
        }

    @cached_property
    def payloads(self) -> list[bytes]:
        """The rows, one tuple each."""
        framing = Framing.negotiated(V15_CAPABILITIES, V15_CAPABILITIES)
        encoder = RowEncoder(self.columns, framing, "iso8859-1")
        return [encoder.encode(tuple(map(_server_value, row))) for row in self.rows]

    @cached_property
    def messages(self) -> bytes:
        """The rows, as TUPLE messages."""
        return b"".join(map(tuple_message, self.payloads))

    @property
    def described(self) -> list[ColumnInfo]:
        """The columns as the driver describes them."""
        return [
            ColumnInfo(
                column.name,
                column.type.code,
                column.type.extended_id,
                column.type.owner,
                column.type.name,
                column.type.length,
                column.type.nullable,
            )
            for column in self.columns
        ]

    def plan(self, plan_class: Any) -> Any:
        """Return the plan of the rows, of either implementation."""
        names = [column.name for column in self.columns]
        return plan_class(plan_steps(self.described, True), names, "iso8859-1")


def _server_value(value: Any) -> Any:
    """Return a value as the emulator's encoder takes it."""
    if isinstance(value, datetime.datetime):
        return DatetimeValue(f"{value:%Y%m%d%H%M%S}", 0, 10)
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(value.seconds, 60)
        digits = f"{value.days:02d}{minutes // 60:02d}{minutes % 60:02d}{seconds:02d}"
        return IntervalValue(False, digits, 4, 10)
    return value


_random = Random(20261121)


def _date() -> datetime.date:
    return datetime.date.fromordinal(_random.randint(730_000, 740_000))


def _datetime() -> datetime.datetime:
    return datetime.datetime(2024, 1, 1) + datetime.timedelta(
        seconds=_random.randrange(10**9)
    )


def _decimal() -> Decimal:
    return Decimal(_random.randint(-(10**10) + 1, 10**10 - 1)).scaleb(-2)


# name, type, a value of it
_KINDS: dict[str, tuple[SQLType, Any]] = {
    "INT": (SQLType(t.INTEGER, 4), lambda: _random.randint(-(2**31) + 1, 2**31 - 1)),
    "BIGINT": (SQLType(t.BIGINT, 8), lambda: _random.randint(-(2**62), 2**62)),
    "FLOAT": (SQLType(t.FLOAT, 8), lambda: _random.uniform(-1e6, 1e6)),
    "VARCHAR": (
        SQLType(t.VARCHAR, 40),
        lambda: f"customer{_random.randrange(1000):03d}",
    ),
    "DATE": (SQLType(t.DATE, 4), _date),
    "DECIMAL": (SQLType(t.DECIMAL, 10 << 8 | 2), _decimal),
    "DATETIME": (SQLType(t.DATETIME, YEAR_TO_SECOND), _datetime),
    "CHAR": (SQLType(t.CHAR, 20), lambda: f"item {_random.randrange(10**6)}"),
    "SMALLINT": (SQLType(t.SMALLINT, 2), lambda: _random.randint(-32767, 32767)),
    "SMALLFLOAT": (
        SQLType(t.SMALLFLOAT, 4),
        lambda: _random.randrange(2**20) / 64,
    ),
    "INT8": (SQLType(t.INT8, 10), lambda: _random.randint(-(2**62), 2**62)),
    "BOOLEAN": (
        SQLType(t.UDT_FIXED, 1, t.BOOLEAN_ID, "informix", "boolean"),
        lambda: _random.random() < 0.5,
    ),
    "LVARCHAR": (
        SQLType(t.UDT_VARIABLE, 500, t.LVARCHAR_ID, "informix", "lvarchar"),
        lambda: "text " * _random.randrange(20),
    ),
    "INTERVAL": (
        SQLType(t.INTERVAL, DAY_TO_SECOND),
        lambda: datetime.timedelta(seconds=_random.randrange(8_000_000)),
    ),
}
FIVE = ("INT", "BIGINT", "FLOAT", "VARCHAR", "DATE")
TEN = (*FIVE, "DECIMAL", "DATETIME", "CHAR", "SMALLINT", "SMALLFLOAT")
KINDS = tuple(_KINDS)


def table(name: str, kinds: tuple[str, ...], rows: int = ROWS) -> Table:
    """Return a table with one column of each kind."""
    columns = tuple(
        Column(f"c{at}_{kind.lower()}", _KINDS[kind][0])
        for at, kind in enumerate(kinds)
    )
    values = [_KINDS[kind][1] for kind in kinds]
    return Table(name, columns, [tuple(make() for make in values) for _ in range(rows)])
