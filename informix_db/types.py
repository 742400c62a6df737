"""Values and type codes that users meet: TypeCode, IntervalYM.

Knows nothing of bytes or connections.
"""

from __future__ import annotations

import functools
from enum import IntEnum
from typing import overload


class TypeCode(IntEnum):
    """What ``cursor.description[i][1]`` says a column is.

    The numbers are Informix's own type codes (``syscolumns.coltype`` modulo 256).
    LVARCHAR and BOOLEAN carry the codes clients use for them; opaque types without
    a code of their own are 256 plus their extended id (BLOB 10, CLOB 11).
    """

    CHAR = 0
    SMALLINT = 1
    INTEGER = 2
    FLOAT = 3
    SMALLFLOAT = 4
    DECIMAL = 5
    SERIAL = 6
    DATE = 7
    MONEY = 8
    DATETIME = 10
    BYTE = 11
    TEXT = 12
    VARCHAR = 13
    INTERVAL = 14
    NCHAR = 15
    NVARCHAR = 16
    INT8 = 17
    SERIAL8 = 18
    SET = 19
    MULTISET = 20
    LIST = 21
    ROW = 22
    COLLECTION = 23
    LVARCHAR = 43
    BOOLEAN = 45
    BIGINT = 52
    BIGSERIAL = 53
    BLOB = 266
    CLOB = 267


@functools.total_ordering
class IntervalYM:
    """An INTERVAL YEAR TO MONTH (or YEAR, or MONTH): a whole number of months.

    ``datetime.timedelta`` cannot hold one, because months differ in length.
    `years` and `remainder_months` carry the sign of the interval, so that
    ``months == years * 12 + remainder_months`` always holds.
    """

    __slots__ = ("_months",)

    def __init__(self, months: int) -> None:
        if not isinstance(months, int) or isinstance(months, bool):
            raise TypeError(f"months must be an int, not {type(months).__name__}")
        self._months = months

    @property
    def months(self) -> int:
        """The whole length in months."""
        return self._months

    @property
    def years(self) -> int:
        """Whole years, rounded towards zero."""
        years = abs(self._months) // 12
        return -years if self._months < 0 else years

    @property
    def remainder_months(self) -> int:
        """Months beyond `years`, from -11 to 11."""
        return self._months - self.years * 12

    def __repr__(self) -> str:
        return f"IntervalYM(months={self._months})"

    def __str__(self) -> str:
        sign = "-" if self._months < 0 else ""
        return f"{sign}{abs(self.years)}-{abs(self.remainder_months):02d}"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, IntervalYM):
            return self._months == other._months
        return NotImplemented

    def __lt__(self, other: object) -> bool:
        if isinstance(other, IntervalYM):
            return self._months < other._months
        return NotImplemented

    def __hash__(self) -> int:
        return hash((IntervalYM, self._months))

    def __bool__(self) -> bool:
        return self._months != 0

    def __neg__(self) -> IntervalYM:
        return IntervalYM(-self._months)

    def __abs__(self) -> IntervalYM:
        return IntervalYM(abs(self._months))

    def __add__(self, other: object) -> IntervalYM:
        if isinstance(other, IntervalYM):
            return IntervalYM(self._months + other._months)
        return NotImplemented

    def __sub__(self, other: object) -> IntervalYM:
        if isinstance(other, IntervalYM):
            return IntervalYM(self._months - other._months)
        return NotImplemented

    @overload
    def __mul__(self, other: int) -> IntervalYM: ...
    @overload
    def __mul__(self, other: object) -> IntervalYM: ...
    def __mul__(self, other: object) -> IntervalYM:
        if isinstance(other, int):
            return IntervalYM(self._months * other)
        return NotImplemented

    __rmul__ = __mul__

    def __reduce__(self) -> tuple[type[IntervalYM], tuple[int]]:
        return (IntervalYM, (self._months,))
