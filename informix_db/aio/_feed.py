"""Rows that arrive asynchronously, for executemany to take synchronously."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import Any

_PORTION = 512  # rows taken from the source at a time


class Feed(Iterator[Any]):
    """An iterator that ends with each portion and goes on after `refill`."""

    def __init__(self, source: AsyncIterator[Any]) -> None:
        self._source = source
        self._rows: deque[Any] = deque()
        self._failure: Exception | None = None
        self._ended = False

    async def refill(self) -> None:
        """Take rows from the source until there is a portion of them."""
        while not self._ended and len(self._rows) < _PORTION:
            try:
                self._rows.append(await self._source.__anext__())
            except StopAsyncIteration:
                self._ended = True
            except Exception as exc:
                self._failure = exc
                self._ended = True

    def __next__(self) -> Any:
        if self._rows:
            return self._rows.popleft()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        raise StopIteration
