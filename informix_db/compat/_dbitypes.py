"""Constructors and type objects of IfxPyDbi."""

from __future__ import annotations

import datetime
import time

from informix_db.compat._dbierrors import InterfaceError

Date = datetime.date
Time = datetime.time


def Timestamp(  # noqa: N802
    year: int, month: int, day: int, hour: int, minute: int, second: int
) -> datetime.datetime:
    """Return a DATETIME YEAR TO SECOND."""
    return datetime.datetime(year, month, day, hour, minute, second)


def DateFromTicks(ticks: float) -> datetime.date:  # noqa: N802
    """Return the local date of seconds since the epoch."""
    return datetime.date(*time.localtime(ticks)[:3])


def TimeFromTicks(ticks: float) -> datetime.time:  # noqa: N802
    """Return the local time of day of seconds since the epoch."""
    return datetime.time(*time.localtime(ticks)[3:6])


def TimestampFromTicks(ticks: float) -> datetime.datetime:  # noqa: N802
    """Return the local date and time of seconds since the epoch."""
    return datetime.datetime(*time.localtime(ticks)[:6])


def Binary(string: bytes | memoryview) -> memoryview:  # noqa: N802
    """Return bytes for a BYTE or BLOB."""
    if not isinstance(string, (bytes, memoryview)):
        raise InterfaceError("Binary function expects type string argument.")
    return memoryview(string)


class DBAPITypeObject(frozenset[str]):
    """A type object: equal to itself and to the names of its types."""

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, str) and other in self)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return id(self)


STRING = DBAPITypeObject(
    ("CHARACTER", "CHAR", "VARCHAR", "CHARACTER VARYING", "CHAR VARYING", "STRING")
)
TEXT = DBAPITypeObject(("CLOB", "CHARACTER LARGE OBJECT", "CHAR LARGE OBJECT"))
BINARY = DBAPITypeObject(("BLOB", "BINARY LARGE OBJECT"))
NUMBER = DBAPITypeObject(("INTEGER", "INT", "SMALLINT"))
BIGINT = DBAPITypeObject(("BIGINT",))
FLOAT = DBAPITypeObject(("FLOAT", "REAL", "DOUBLE"))
DECIMAL = DBAPITypeObject(("DECIMAL", "DEC", "NUMERIC", "NUM"))
DATE = DBAPITypeObject(("DATE",))
TIME = DBAPITypeObject(("TIME",))
DATETIME = DBAPITypeObject(("TIMESTAMP",))
ROWID = DBAPITypeObject(())

_TYPE_OBJECTS = (STRING, NUMBER, BIGINT, FLOAT, DECIMAL, DATE, TIME, DATETIME)


def type_object(field_type: str | bool) -> DBAPITypeObject | None:
    """Return the type object of a column, None for intervals and composite types."""
    name = str(field_type).upper()
    return next((each for each in _TYPE_OBJECTS if each == name), None)
