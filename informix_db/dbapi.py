"""PEP 249 type objects and constructors.

Type objects compare equal to the type codes of ``cursor.description``. PEP 249 has no
place for BOOLEAN, ROW and the collections: no type object equals them. Nor does ROWID
equal anything, because Informix describes its ROWID as INTEGER.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable

from informix_db.types import TypeCode

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "Date",
    "DateFromTicks",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "TypeObject",
]


class TypeObject:
    """A PEP 249 type object: equal to each of its type codes.

    It cannot have the hash of all of them, so look codes up with ``==``, not in sets.
    """

    __slots__ = ("_codes", "_name")

    def __init__(self, name: str, codes: Iterable[int]) -> None:
        self._name = name
        self._codes = frozenset(codes)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TypeObject):
            return self._codes == other._codes
        if isinstance(other, int):
            return other in self._codes
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._codes)

    def __repr__(self) -> str:
        return f"<informix_db.{self._name}>"


STRING = TypeObject(
    "STRING",
    (
        TypeCode.CHAR,
        TypeCode.VARCHAR,
        TypeCode.NCHAR,
        TypeCode.NVARCHAR,
        TypeCode.LVARCHAR,
        TypeCode.TEXT,
        TypeCode.CLOB,
    ),
)
BINARY = TypeObject("BINARY", (TypeCode.BYTE, TypeCode.BLOB))
NUMBER = TypeObject(
    "NUMBER",
    (
        TypeCode.SMALLINT,
        TypeCode.INTEGER,
        TypeCode.BIGINT,
        TypeCode.INT8,
        TypeCode.SERIAL,
        TypeCode.SERIAL8,
        TypeCode.BIGSERIAL,
        TypeCode.FLOAT,
        TypeCode.SMALLFLOAT,
        TypeCode.DECIMAL,
        TypeCode.MONEY,
    ),
)
DATETIME = TypeObject("DATETIME", (TypeCode.DATE, TypeCode.DATETIME, TypeCode.INTERVAL))
ROWID = TypeObject("ROWID", ())


Date = datetime.date
Time = datetime.time
Timestamp = datetime.datetime


def DateFromTicks(ticks: float) -> Date:
    """Return the local date of `ticks`, seconds since the epoch."""
    return Date(*time.localtime(ticks)[:3])


def TimeFromTicks(ticks: float) -> Time:
    """Return the local time of day of `ticks` since the epoch, in whole seconds."""
    return Time(*time.localtime(ticks)[3:6])


def TimestampFromTicks(ticks: float) -> Timestamp:
    """Return the local date and time of `ticks` since the epoch, in whole seconds."""
    return Timestamp(*time.localtime(ticks)[:6])


def Binary(data: bytes | bytearray | memoryview) -> bytes:
    """Return `data` as the driver binds it to BYTE and BLOB; TypeError for text."""
    # bytes(5) would be five zero bytes, memoryview(5) is an error.
    return bytes(memoryview(data))
