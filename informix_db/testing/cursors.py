"""Open cursors: rows of the engine as pages of TUPLE messages.

A page is filled up to the client's buffer size, counting whole messages [?: whether a
real server counts the heads too is not known]; a row larger than the buffer travels
alone. A sequential cursor reads ahead, so that the reply with the last rows can say
so. A FOR UPDATE cursor does not: its current row must be the one the client has.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from .api import CursorAPI, SQLError
from .replies import tuple_message
from .rows import RowEncoder

_READ_AHEAD = 1024  # rows asked of the engine at a time


class OpenCursor:
    """A cursor's rows, encoded as the client's next fetches want them."""

    def __init__(self, cursor: CursorAPI, encoder: RowEncoder, *, single: bool) -> None:
        self._cursor = cursor
        self._encoder = encoder
        self._single = single
        self._rows: Sequence[tuple[object, ...]] = ()  # read ahead, not sent yet
        self._messages: list[bytes] = []  # the first of them, encoded

    def use(self, encoder: RowEncoder) -> None:
        """Encode the rows not sent yet with `encoder`."""
        self._encoder = encoder
        self._messages = []

    def close(self) -> None:
        self._cursor.close()

    def _waiting(self) -> list[bytes]:
        """Return messages of the next rows, at least one if there are rows left."""
        if not self._rows:
            self._rows = self._cursor.fetch(1 if self._single else _READ_AHEAD)
        if self._rows and not self._messages:
            try:
                tuples = self._encoder.encode_all(self._rows)
            except SQLError:  # of a row that is perhaps not the next one
                tuples = [self._encoder.encode(self._rows[0])]
            self._messages = list(map(tuple_message, tuples))
        return self._messages

    def page(self, size: int) -> tuple[list[bytes], bool]:
        """Return the TUPLE messages that fit in `size`, and whether that is all."""
        page: list[bytes] = []
        while waiting := self._waiting():
            ends = list(accumulate(map(len, waiting)))
            count = bisect_right(ends, size) or int(not page)
            if count == 0:
                return page, False
            page += waiting[:count]
            size -= ends[count - 1]
            self._messages = waiting[count:]
            self._rows = self._rows[count:]
            if self._single:
                return page, False
        return page, True

    def row_at(self, row: int) -> bytes | None:
        """Return the TUPLE message of row `row`, None past either end."""
        values = self._cursor.fetch_at(row)
        return None if values is None else tuple_message(self._encoder.encode(values))

    def last_row(self) -> tuple[int, bytes] | None:
        """Return number and TUPLE message of the last row."""
        found = self._cursor.fetch_last()
        if found is None:
            return None
        return found[0], tuple_message(self._encoder.encode(found[1]))

    def page_at(self, row: int, size: int) -> list[bytes]:
        """Return the TUPLE messages from row `row` on that fit in `size`."""
        messages: list[bytes] = []
        while (message := self.row_at(row + len(messages))) is not None:
            size -= len(message)
            if size < 0 and messages:
                break
            messages.append(message)
            if self._single:
                break
        return messages
