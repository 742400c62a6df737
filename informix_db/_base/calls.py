"""What an operation was called with, and by whom: what it takes to call it again.

For a recorder. A conversation is observed before it begins, when the locals of its
generator are the arguments it was called with. Cursors and files have numbers, which
tell whose operation it is; what became of them between two operations, by close() or
because nobody held them any more, is told with the second, for the driver frees them
on the server then.
"""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from informix_db._base.largeobjects import LargeObject
from informix_db._base.result import Result

if TYPE_CHECKING:
    from informix_db._base.batch import Batch
    from informix_db._base.connection import BaseConnection
    from informix_db._base.cursor import BaseCursor

# Arguments that are known without a conversation's, or are none.
_KNOWN = frozenset({"self", "connection", "fetch_size"})


class Call:
    """One operation: what it was given, and what there is to say at its end."""

    def __init__(
        self, given: dict[str, Any], outcome: Callable[[], dict[str, Any]]
    ) -> None:
        self.given = given
        self.outcome = outcome


class Calls:
    """The calls of one connection."""

    def __init__(self, autocommit: bool) -> None:
        self._autocommit = autocommit
        self._numbers: weakref.WeakKeyDictionary[object, int]
        self._numbers = weakref.WeakKeyDictionary()
        self._count = 0
        # results and files that the server has open, by number
        self._open: dict[int, weakref.ref[Result] | weakref.ref[LargeObject]] = {}

    def of_conversation(self, connection: BaseConnection, generator: Any) -> Call:
        """Return the call that made a conversation, which has not begun."""
        from informix_db._base.cursor import BaseCursor  # which needs connections

        local = inspect.getgeneratorlocals(generator)
        given = {name: value for name, value in local.items() if name not in _KNOWN}
        owner = local.get("self")
        if isinstance(owner, Result):
            given["cursor"] = self._number_of(owner)
            if "index" not in given:
                given["at"] = owner.position
        elif isinstance(owner, LargeObject):
            given["file"] = self._number_of(owner)
            if owner.closed:
                given.update(locator=owner.locator, mode=owner.mode)
            if "buffer" in given:
                given["size"] = _size_of(given.pop("buffer"))
        elif isinstance(owner, BaseCursor):
            given.update(self._of_cursor(owner))
        if "operation" in given:
            given["sql"] = given.pop("operation")
        given.update(self._between(connection))
        return Call(given, lambda: self._outcome(owner))

    def of_batch(
        self, connection: BaseConnection, cursor: BaseCursor[Any], batch: Batch
    ) -> Call:
        """Return the call of an executemany()."""
        given = self._of_cursor(cursor)
        given["insert_cursor"] = batch.through_insert_cursor
        given.update(self._between(connection))
        return Call(given, lambda: self._outcome(cursor))

    def _of_cursor(self, cursor: BaseCursor[Any]) -> dict[str, Any]:
        given: dict[str, Any] = {"cursor": self._number_of(cursor)}
        opening = cursor._opening
        if opening.scroll:
            given["scrollable"] = True
        if opening.hold:
            given["hold"] = True
        if cursor.virtual_files:
            given["files"] = dict(cursor.virtual_files)
        return given

    def _number_of(self, thing: object) -> int:
        number = self._numbers.get(thing)
        if number is None:
            self._count += 1
            number = self._numbers[thing] = self._count
        return number

    def _between(self, connection: BaseConnection) -> dict[str, Any]:
        """Return what has happened since the last operation."""
        happened: dict[str, Any] = {}
        autocommit = connection._autocommit
        if self._autocommit != autocommit:
            self._autocommit = happened["autocommit"] = autocommit
        if freed := sorted(set(self._open) - set(self._still_open())):
            happened["freed"] = freed
            for number in freed:
                del self._open[number]
        return happened

    def _still_open(self) -> Iterator[int]:
        for number, reference in self._open.items():
            thing = reference()
            if isinstance(thing, Result):
                if thing.cursor_name is not None:
                    yield number
            elif thing is not None and not thing.closed:
                yield number

    def _outcome(self, owner: object) -> dict[str, Any]:
        """Return what is at hand after an operation; take note of what is open."""
        outcome = {}
        result = getattr(owner, "_result", owner)
        if isinstance(result, Result):
            number = self._numbers[result] = self._number_of(owner)
            self._open[number] = weakref.ref(result)
            outcome["at_hand"] = result.at_hand
        elif isinstance(owner, LargeObject):
            self._open[self._number_of(owner)] = weakref.ref(owner)
        still = set(self._still_open())
        self._open = {n: each for n, each in self._open.items() if n in still}
        return outcome


def _size_of(buffer: object) -> int | None:
    try:
        return memoryview(buffer).nbytes  # type: ignore[arg-type]
    except TypeError:  # as whoever is to fill it will find
        return None
