"""Smart large objects: what an sbspace holds, and the locators that name it.

A locator is 72 bytes of which only the first twelve are used here; what real servers
put into the others is not known. Objects are never deleted, also those no row refers
to any longer, and their contents are not part of a transaction, as in an
sbspace without logging.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from .api import SQLError

LOCATOR_SIZE = 72  # [J]
_LARGE_OBJECT_ERROR = -9810

_locator = struct.Struct(">8xI60x")


class LargeObjects:
    """All smart large objects of one server."""

    def __init__(self) -> None:
        self._last = 0
        self._contents: dict[int, bytearray] = {}
        self._changed: set[int] = set()

    def create(self, contents: bytes | bytearray = b"") -> bytes:
        """Make an object and return its locator."""
        self._last += 1
        self._contents[self._last] = bytearray(contents)
        self._changed.add(self._last)
        return _locator.pack(self._last)

    def contents(self, locator: bytes) -> bytearray:
        """Return what an object holds; SQLError(-9810) if `locator` names none.

        Who changes it tells `changed` afterwards.
        """
        if len(locator) == LOCATOR_SIZE:
            found = self._contents.get(_locator.unpack(locator)[0])
            if found is not None:
                return found
        raise SQLError(_LARGE_OBJECT_ERROR)

    def changed(self, locator: bytes) -> None:
        """Note that an object holds something else by now."""
        self._changed.add(_locator.unpack(locator)[0])

    def take_changes(self) -> Iterator[tuple[int, bytes]]:
        """Yield number and contents of every object changed since the last call."""
        while self._changed:
            number = self._changed.pop()
            yield number, bytes(self._contents[number])

    def restore(self, objects: Iterable[tuple[int, bytes]]) -> None:
        """Take over the objects of a server that is gone."""
        for number, contents in objects:
            self._contents[number] = bytearray(contents)
            self._last = max(self._last, number)
