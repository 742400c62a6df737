"""Routines called without SQL: their handles, kept for the next call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from informix_db._protocol.fastpath import (
    Routine,
    call_gen,
    find_routines_gen,
    write_call,
)
from informix_db._wire.buffer import Wire
from informix_db._wire.routine import encode_arguments
from informix_db.exceptions import ProgrammingError

if TYPE_CHECKING:
    from informix_db._base.execution import Execution


class Routines:
    """The handles of one session."""

    def __init__(self, connection: Execution) -> None:
        self._connection = connection
        self._known: dict[str, Routine] = {}

    def clear(self) -> None:
        """Forget the handles: they belong to the database that was open."""
        self._known.clear()

    def find_gen(self, *signatures: str) -> Wire[None]:
        """Get the handles that are not known yet, in one round trip."""
        missing = [name for name in signatures if name not in self._known]
        if missing:
            found = yield from find_routines_gen(self._connection._channel, missing)
            self._known.update(zip(missing, found, strict=True))

    def call_gen(self, signature: str, *values: Any) -> Wire[list[Any]]:
        """Call a routine and return what it returns."""
        if not isinstance(signature, str):
            raise ProgrammingError(
                f"a signature must be a str, not {type(signature).__name__}"
            )
        yield from self.find_gen(signature)
        routine = self._known[signature]
        arguments = self._arguments(routine, values)
        results = yield from call_gen(self._connection._channel, routine, arguments)
        self._connection._attach(results)
        return results

    def write_unwaited(self, signature: str, *values: Any) -> None:
        """Write the call of a routine whose handle is known; its reply is forgotten."""
        channel = self._connection._channel
        routine = self._known.get(signature)
        if routine is not None:
            write_call(channel, routine, self._arguments(routine, values))
            channel.end_request_unwaited()

    def _arguments(self, routine: Routine, values: tuple[Any, ...]) -> bytes:
        context = self._connection._bind_context
        return encode_arguments(routine.types, values, context)
