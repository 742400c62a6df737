"""What the columns of an INSERT can hold, checked before a value is bound.

Only what a server is known to refuse with an error that names no parameter, or to
change without a word: integers beyond the column's range, text longer than the column
(non-ANSI databases store its beginning [P]), text that would be read as NULL because
NUL marks that [J]. Everything else is the server's to judge.

Only an INSERT is described when it is prepared [P]. For other statements CIDESCRIBE
would tell the types of the parameters, at the price of a round trip: the statement's id
is known when PREPARE has been answered, and no client is known to put CIDESCRIBE into a
PDU with anything else. What it would tell is not needed to bind a value, which travels
with a type of its own and is converted, or refused, by the server.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from informix_db._wire.describe import ColumnInfo
from informix_db._wire.encode_tuple import (
    check_integer,
    fitting_text,
    integer_limit,
    text_limit,
)
from informix_db._wire.text import encode_text
from informix_db.exceptions import DataError


class Limits:
    """The limits of a row's columns: (position, limit, column) by kind."""

    __slots__ = ("_encoding", "integers", "texts")

    def __init__(self, columns: Sequence[ColumnInfo], encoding: str) -> None:
        self._encoding = encoding
        self.integers = _limited(columns, integer_limit)
        self.texts = _limited(columns, text_limit)

    def check(self, values: Sequence[Any]) -> None:
        """Raise DataError, naming the parameter counted from 1, if one is beyond."""
        at = 0
        try:
            for at, limit, column in self.integers:
                value = values[at]
                if isinstance(value, int) and not -limit <= value <= limit:
                    check_integer(value, limit, column)
            for at, limit, column in self.texts:
                value = values[at]
                if isinstance(value, str) and not (
                    len(value) <= limit and value.isascii() and value[:1] != "\0"
                ):
                    raw = encode_text(value, self._encoding)
                    fitting_text(raw, limit, column)
        except DataError as exc:
            raise DataError(f"parameter {at + 1}: {exc}") from None


def _limited(
    columns: Sequence[ColumnInfo], limit_of: Callable[[ColumnInfo], int | None]
) -> list[tuple[int, int, ColumnInfo]]:
    limits = ((at, limit_of(column), column) for at, column in enumerate(columns))
    return [(at, limit, column) for at, limit, column in limits if limit is not None]
