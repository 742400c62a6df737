"""The prompt: lines made into statements, a history of them, names completed.

Ctrl-C gives up the line being written, or cancels the statement that is running; the
session goes on. Statements with a password in them are not kept.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from informix_db import Connection
from informix_db._cli import catalog
from informix_db._cli.client import Client
from informix_db._cli.statements import holds_secret, split
from informix_db.exceptions import Error

try:
    import readline
except ImportError:  # Windows: no history, no completion
    readline = None  # type: ignore[assignment]

_HISTORY_VARIABLE = "INFORMIX_DB_HISTORY"
_MOST_LINES = 2000

_WORDS = """
    ADD ALL ALTER AND AS ASC AVG BEGIN BETWEEN BY CASE CAST COLUMN COMMIT COMMITTED
    CONSTRAINT COUNT CREATE CROSS CURRENT DATABASE DATETIME DEFAULT DELETE DELIMITER
    DESC DISTINCT DROP ELSE END EXECUTE EXISTS EXTEND FIRST FOREIGN FROM FULL FUNCTION
    GRANT GROUP HAVING IN INDEX INNER INSERT INTERVAL INTO IS ISOLATION JOIN KEY LEFT
    LIKE LIMIT LOAD LOCK MATCHES MAX MERGE MIN MODIFY NOT NULL ON OR ORDER OUTER PRIMARY
    PROCEDURE READ REFERENCES RENAME REVOKE RIGHT ROLLBACK ROW SAVEPOINT SELECT SEQUENCE
    SET SKIP STATISTICS SUM SYNONYM SYSTABLES TABLE TEMP THEN TO TODAY TRIGGER TRUNCATE
    UNION UNIQUE UNLOAD UNLOCK UPDATE USING VALUES VIEW WHEN WHERE WITH WORK
"""
_KEYWORDS = _WORDS.split()

# First words of statements after which other names can be completed.
_CHANGE_NAMES = frozenset({"ALTER", "CLOSE", "CREATE", "DATABASE", "DROP", "RENAME"})


class Completer:
    """Completes words: keywords, and names of tables and columns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names: list[str] | None = None
        self._found: list[str] = []

    def forget(self) -> None:
        """Ask for the names again, the next time."""
        self._names = None

    def complete(self, text: str, state: int) -> str | None:
        """Return completion number `state` of `text`, None after the last one."""
        if state == 0:
            self._found = self._completions(text)
        return self._found[state] if state < len(self._found) else None

    def _completions(self, text: str) -> list[str]:
        upper = text.upper()
        small = text[-1:].islower()
        words = [
            word.lower() if small else word
            for word in _KEYWORDS
            if word.startswith(upper)
        ]
        names = [name for name in self._all_names() if name.startswith(text.lower())]
        return names + words

    def _all_names(self) -> list[str]:
        if self._names is None:
            try:
                self._names = catalog.names_to_complete(self._connection)
            except Error:  # no database, or no right to read its catalog
                self._names = []
        return self._names


class Shell:
    """Asks for statements until it is told to stop."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._completer = Completer(client.connection)

    def run(self) -> int:
        """Return the exit status: 0, or 3 if the connection was lost."""
        with _history(self._completer):
            params = self._client.connection._params
            where = f"{params.host}:{params.port}/{params.database or ''}"
            self._client.tell(f"{params.user}@{where}; \\? for help")
            self._loop()
        connection = self._client.connection
        if connection.closed:
            self._client.tell("the connection is lost")
            return 3
        self._client.undo_open_transaction()
        return 0

    def _loop(self) -> None:
        pending = ""
        while not self._client.connection.closed:
            try:
                line = input(self._prompt(pending))
                if not pending.strip() and line.strip() == "\\q":
                    return
                pending = self._take(f"{pending}{line}\n")
            except EOFError:
                return
            except KeyboardInterrupt:
                self._client.tell("\ncancelled")
                pending = ""

    def _prompt(self, pending: str) -> str:
        if pending.strip():
            return "...> "
        return "sql*> " if self._client.connection.in_transaction else "sql> "

    def _take(self, text: str) -> str:
        """Execute what is complete; return the rest."""
        if text.lstrip().startswith("\\"):
            _remember(text)
            self._client.run_input(text)
            return ""
        statements, rest = split(text)
        if not statements:
            return rest if rest.strip() else ""
        _remember(text[: len(text) - len(rest)])
        for statement in statements:
            self._client.run_script("", statement.text)
            if statement.words[:1] and statement.words[0] in _CHANGE_NAMES:
                self._completer.forget()
        return rest if rest.strip() else ""


def _remember(text: str) -> None:
    if readline is not None and not holds_secret(text):
        for line in text.strip().splitlines():
            readline.add_history(line)


def _history_path() -> Path:
    named = os.environ.get(_HISTORY_VARIABLE)
    return Path(named) if named else Path.home() / ".informix_db_history"


@contextlib.contextmanager
def _history(completer: Completer) -> Iterator[None]:
    """Keep a history and complete names, if lines can be edited at all."""
    if readline is None or not sys.stdin.isatty():
        yield
        return
    path = _history_path()
    readline.set_auto_history(False)
    readline.set_completer(completer.complete)
    readline.set_completer_delims(" \t\n\"'`@$><=;|&{(,.*+-/:")
    libedit = "libedit" in (readline.__doc__ or "")  # macOS
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
    with contextlib.suppress(OSError):
        readline.read_history_file(path)
    try:
        yield
    finally:
        readline.set_history_length(_MOST_LINES)
        with contextlib.suppress(OSError):
            readline.write_history_file(path)
