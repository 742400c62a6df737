"""Smart large objects: what an sbspace holds, and the locators that name it.

A locator is 72 bytes of which only the first twelve are used here; what real servers
put into the others is not known. Objects live until the server closes, also those no
row refers to any longer, and their contents are not part of a transaction, as in an
sbspace without logging.
"""

from __future__ import annotations

import itertools
import struct

from .api import SQLError

LOCATOR_SIZE = 72  # [J]
_LARGE_OBJECT_ERROR = -9810

_locator = struct.Struct(">8xI60x")


class LargeObjects:
    """All smart large objects of one server."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._contents: dict[int, bytearray] = {}

    def create(self, contents: bytes | bytearray = b"") -> bytes:
        """Make an object and return its locator."""
        number = next(self._numbers)
        self._contents[number] = bytearray(contents)
        return _locator.pack(number)

    def contents(self, locator: bytes) -> bytearray:
        """Return what an object holds; SQLError(-9810) if `locator` names none."""
        if len(locator) == LOCATOR_SIZE:
            found = self._contents.get(_locator.unpack(locator)[0])
            if found is not None:
                return found
        raise SQLError(_LARGE_OBJECT_ERROR)
