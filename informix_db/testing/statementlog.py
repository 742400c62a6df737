"""The log of statements: what clients have carried out, and what failed.

It goes to the logger `informix_db.testing.statements`, level INFO, and costs nothing
while that is off. Values of parameters are not logged, the transcript has them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from . import messages as m
from . import tags
from .api import SQLError
from .statements import StatementTable

logger = logging.getLogger("informix_db.testing.statements")

_RUNNING = frozenset({tags.EXECUTE, tags.OPEN})
_AS_SQL = {
    tags.BEGIN: "BEGIN WORK",
    tags.COMMIT: "COMMIT WORK",
    tags.ROLLBACK: "ROLLBACK WORK",
    tags.CLOSE_DATABASE: "CLOSE DATABASE",
}


class StatementLog:
    """What one session logs; `head` starts its lines."""

    def __init__(self, head: str, statements: StatementTable) -> None:
        self._head = head
        self._statements = statements

    def carry_out(
        self, message: m.Message, handle: Callable[[m.Message], None]
    ) -> None:
        """Have `message` handled, and log it if it is of interest."""
        start = time.perf_counter()
        try:
            handle(message)
        except SQLError as error:
            what = _text(message) or self._statements.current_sql
            code = f"{error.sqlcode} {error.isam} {error.token}".rstrip()
            logger.info("%s error %s: %s", self._head, code, what)
            raise
        what = self._carried_out(message)
        if what:
            milliseconds = (time.perf_counter() - start) * 1000
            logger.info("%s %.1f ms: %s", self._head, milliseconds, what)

    def _carried_out(self, message: m.Message) -> str:
        """Return the statement `message` has carried out, "" if it has none."""
        if isinstance(message, m.Statement):
            return ""
        if isinstance(message, m.Simple) and message.tag in _RUNNING:
            return self._statements.current_sql
        return _text(message)


def _text(message: m.Message) -> str:
    """Return a message as SQL, "" for most of them."""
    if isinstance(message, m.Statement):
        return message.sql
    if isinstance(message, m.OpenDatabase):
        return f"DATABASE {message.name}" + " EXCLUSIVE" * message.exclusive
    if isinstance(message, m.Simple):
        return _AS_SQL.get(message.tag, "")
    if isinstance(message, m.Named):
        sql = _AS_SQL.get(message.tag, "")
        return f"{sql} TO SAVEPOINT {message.name}" if sql and message.name else sql
    return ""
