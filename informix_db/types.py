"""Values and type codes that users meet.

TypeCode, IntervalYM, RowValue, CollectionValue, and the locators of large objects.
Knows nothing of bytes on the wire; a locator knows the connection it came from only
to have it opened there.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import Any, Protocol, overload

from informix_db.exceptions import InterfaceError


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


class RowValue:
    """The value of a ROW type: its fields in order, by position and by name.

    Compares equal to a RowValue or tuple of the same field values. As a parameter it
    is sent as ``ROW(...)``, its fields in the order they have here.

    Arguments:
        fields: the values by name, or the values alone.
        schema: the type as the server describes it, ``ROW(a INTEGER,b VARCHAR(10))``.
        raw: the text the server sent.

    Fields without a name, of a named ROW type that the server describes by its name
    alone, can be had by position only.
    """

    __slots__ = ("_names", "_values", "raw", "schema")

    def __init__(
        self,
        fields: Mapping[str, Any] | Iterable[Any],
        schema: str = "",
        raw: bytes = b"",
    ) -> None:
        named = isinstance(fields, Mapping)
        self._names: tuple[str, ...] = tuple(fields) if named else ()
        self._values = tuple(fields.values() if isinstance(fields, Mapping) else fields)
        self.schema = schema
        self.raw = raw

    def keys(self) -> tuple[str, ...]:
        """Return the names of the fields; none if they are not known."""
        return self._names

    def as_dict(self) -> dict[str, Any]:
        """Return the values by name."""
        return dict(zip(self._names, self._values, strict=False))

    @overload
    def __getitem__(self, key: int | str) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, key: int | str | slice) -> Any:
        if not isinstance(key, str):
            return self._values[key]
        try:
            return self._values[self._names.index(key)]
        except ValueError:
            pass
        # Informix folds names that are not quoted.
        for name, value in zip(self._names, self._values, strict=False):
            if name.lower() == key.lower():
                return value
        names = ", ".join(self._names) or "none with a name"
        raise KeyError(f"no field {key!r}; there are {names}")

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, RowValue):
            return self._values == other._values
        if isinstance(other, tuple):
            return self._values == other
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._values)

    def __repr__(self) -> str:
        shown = self.as_dict() if self._names else self._values
        return f"RowValue({shown!r})"

    def __reduce__(self) -> tuple[type[RowValue], tuple[Any, ...]]:
        fields = self.as_dict() if self._names else self._values
        return (RowValue, (fields, self.schema, self.raw))


_NOT_NULL = re.compile(r"\s+NOT\s+NULL\s*$", re.IGNORECASE)


class CollectionValue:
    """The value of a SET, MULTISET or LIST: its elements in the order they came.

    Sets and multisets compare equal whatever their order, a SET also to a Python set
    and a LIST to a list or tuple. As a parameter it is sent as ``SET{...}``,
    ``MULTISET{...}`` or ``LIST{...}``.

    Arguments:
        kind: "SET", "MULTISET" or "LIST".
        elements: the values.
        element_schema: their type as the server describes it, ``INTEGER NOT NULL``.
        raw: the text the server sent.
    """

    __slots__ = ("_elements", "element_schema", "kind", "raw")

    KINDS = ("SET", "MULTISET", "LIST")

    def __init__(
        self,
        kind: str,
        elements: Iterable[Any],
        element_schema: str = "",
        raw: bytes = b"",
    ) -> None:
        if kind not in self.KINDS:
            raise ValueError(f"kind must be SET, MULTISET or LIST, not {kind!r}")
        self.kind = kind
        self._elements = tuple(elements)
        self.element_schema = element_schema
        self.raw = raw

    @property
    def element_type(self) -> str:
        """The type of the elements, ``INTEGER``, without NOT NULL."""
        return _NOT_NULL.sub("", self.element_schema)

    @overload
    def __getitem__(self, key: int) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, key: int | slice) -> Any:
        return self._elements[key]

    def __len__(self) -> int:
        return len(self._elements)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._elements)

    def __contains__(self, value: object) -> bool:
        return value in self._elements

    def __eq__(self, other: object) -> bool:
        if isinstance(other, CollectionValue):
            if self.kind != other.kind:
                return False
            if self.kind == "LIST":
                return self._elements == other._elements
            return Counter(self._elements) == Counter(other._elements)
        if isinstance(other, (list, tuple)) and self.kind == "LIST":
            return self._elements == tuple(other)
        if isinstance(other, (set, frozenset)) and self.kind == "SET":
            return len(self) == len(other) and set(self._elements) == other
        return NotImplemented

    def __hash__(self) -> int:
        if self.kind == "LIST":
            return hash(self._elements)
        if self.kind == "SET":
            return hash(frozenset(self._elements))
        return hash(frozenset(Counter(self._elements).items()))

    def __repr__(self) -> str:
        return f"CollectionValue({self.kind!r}, {list(self._elements)!r})"

    def __reduce__(self) -> tuple[type[CollectionValue], tuple[Any, ...]]:
        arguments = (self.kind, self._elements, self.element_schema, self.raw)
        return (CollectionValue, arguments)


class LargeObjectOpener(Protocol):
    """A connection, to a locator."""

    def open_large_object(self, locator: Any, mode: str) -> Any:
        """Open the large object that `locator` names."""


class _Locator:
    """Names a smart large object; `raw` are the 72 bytes the server knows it by."""

    __slots__ = ("_connection", "raw")

    SIZE = 72  # bytes [J]

    def __init__(self, raw: bytes, connection: LargeObjectOpener | None = None) -> None:
        if not isinstance(raw, (bytes, bytearray, memoryview)):
            raise TypeError(f"a locator is made of bytes, not {type(raw).__name__}")
        if len(raw) != self.SIZE:
            raise ValueError(f"a locator has {self.SIZE} bytes, not {len(raw)}")
        self.raw = bytes(raw)
        self._connection = connection

    def _open(self, mode: str) -> Any:
        if self._connection is None:
            raise InterfaceError(
                "the locator belongs to no connection: open it with "
                "connection.open_large_object(locator)"
            )
        return self._connection.open_large_object(self, mode)

    def __eq__(self, other: object) -> bool:
        if type(other) is type(self):
            return self.raw == other.raw
        return NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), self.raw))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.raw[:16].hex()}...>"

    def __reduce__(self) -> tuple[type[_Locator], tuple[bytes]]:
        return (type(self), (self.raw,))


class BlobLocator(_Locator):
    """Names a BLOB. Fetching a BLOB column gives one; `open` gives its bytes."""

    __slots__ = ()

    def open(self, mode: str = "rb") -> Any:
        """Return the large object as a file of bytes.

        `mode` is "rb", "r+b" (read and write), or "wb" (write, after cutting it to
        nothing). A locator of an asyncio connection gives an awaitable, which is an
        asynchronous context manager too.
        """
        return self._open(mode)


class ClobLocator(_Locator):
    """Names a CLOB. Fetching a CLOB column gives one; `open` gives its text."""

    __slots__ = ()

    def open(self, mode: str = "r") -> Any:
        """Return the large object as a file: of text, or of bytes with a "b" in `mode`.

        `mode` is "r", "r+" (read and write), or "w" (write, after cutting it to
        nothing), with or without "b". A locator of an asyncio connection gives an
        awaitable, which is an asynchronous context manager too.
        """
        return self._open(mode)
