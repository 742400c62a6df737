"""Statements executed, and what came of them written.

Rows go to `out`; everything else (counts, times, errors) to `err`, so that the output
of a query can be read by another program.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TextIO

from informix_db import Connection
from informix_db._cli import catalog, transfer
from informix_db._cli.output import FORMATS
from informix_db._cli.statements import (
    Load,
    Statement,
    parse_transfer,
    split_all,
    without_comments,
)
from informix_db._cli.unl import BadFile
from informix_db._cli.values import escape_unknown, reason, visible
from informix_db.exceptions import Error, ProgrammingError

HELP = """\
\\d            tables, views and synonyms (also INFO TABLES)
\\d TABLE      columns, indexes and keys of one (also INFO COLUMNS FOR TABLE)
\\f FORMAT     output as table, csv, json, jsonl or unl
\\timing       time statements, or no longer
\\i FILE       execute the statements of a file
\\?            this
\\q            leave (also end of file)
Statements end in a semicolon. LOAD FROM and UNLOAD TO use files of this machine."""

_INFO = re.compile(r"INFO\s+(?:TABLES|\w+\s+FOR\s+(?P<table>\S+))", re.IGNORECASE)

# Statements that are told apart by their second word.
_VERBS_WITH_OBJECT = frozenset(
    {"ALTER", "BEGIN", "CLOSE", "COMMIT", "CREATE", "DROP", "RENAME", "ROLLBACK", "SET"}
)


class Client:
    """A connection, and how what it returns is to be shown."""

    def __init__(
        self,
        connection: Connection,
        out: TextIO,
        err: TextIO,
        *,
        form: str = "table",
        header: bool = True,
        timing: bool = False,
        quiet: bool = False,
    ) -> None:
        self.connection = connection
        self._out = out
        self._err = err
        self._form = form
        self._header = header
        self._timing = timing
        self._quiet = quiet

    def run(self, statement: Statement) -> None:
        """Execute one statement. Raises what the driver does, and OSError."""
        begun = time.perf_counter()
        self._run(statement)
        self._out.flush()
        if self._timing:
            self.tell(f"{(time.perf_counter() - begun) * 1000:.1f} ms")

    def _run(self, statement: Statement) -> None:
        command = parse_transfer(statement.text)
        info = _INFO.fullmatch(without_comments(statement.text))
        if isinstance(command, Load):
            self._note(f"{_rows(transfer.load(self.connection, command))} loaded")
        elif command is not None:
            self._note(f"{_rows(transfer.unload(self.connection, command))} unloaded")
        elif info is not None:
            self.describe(info["table"] or "")
        else:
            self._execute(statement)

    def _execute(self, statement: Statement) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement.text)
            if cursor.description is None:
                self._note(_outcome(statement, cursor.rowcount))
                return
            escape_unknown(self._out, self._form == "table")
            count = FORMATS[self._form](self._out, cursor, self._header)
            if self._form == "table":
                self._out.flush()
                self._note(f"({_rows(count)})")

    def run_input(self, text: str, keep_going: bool = False) -> bool:
        """Execute a command that begins with a backslash, or statements."""
        if text.lstrip().startswith("\\"):
            return self._attempt(partial(self.command, text), "")
        return self.run_script("", text, keep_going)

    def run_script(self, name: str, text: str, keep_going: bool = False) -> bool:
        """Execute the statements of a text; return whether all of them succeeded.

        The first error ends it, unless it is to keep going. `name` is told with errors.
        """
        succeeded = True
        for statement in split_all(text):
            where = f"{name}, line {statement.line}" if name else ""
            succeeded &= self._attempt(partial(self.run, statement), where)
            if self.connection.closed or not (succeeded or keep_going):
                break
        return succeeded

    def _attempt(self, action: Callable[[], None], where: str) -> bool:
        """Do something, or tell why it failed; return whether it succeeded."""
        try:
            action()
        except BrokenPipeError:
            raise
        except UnicodeEncodeError as exc:
            why = (
                f"the output is {exc.encoding}, which lacks {exc.object[exc.start]!a}: "
                "set PYTHONIOENCODING=utf-8"
            )
        except (Error, BadFile, OSError, UnicodeError) as exc:
            why = reason(exc)
        else:
            return True
        self.tell(f"{where}: {why}" if where else why)
        return False

    def command(self, line: str) -> None:
        """Execute a command that begins with a backslash.

        Raises ProgrammingError for one that does not exist.
        """
        name, _, argument = line.strip().rstrip(";").partition(" ")
        argument = argument.strip()
        if name == "\\i" and argument:
            with open(argument, encoding="utf-8") as file:
                self.run_script(argument, file.read())
        elif name == "\\d":
            self.describe(argument)
        elif name == "\\f" and argument in FORMATS:
            self._form = argument
        elif name == "\\timing":
            self._timing = not self._timing
        elif name == "\\?":
            self.tell(HELP)
        else:
            raise ProgrammingError(f"{line.strip()} is no command: \\? lists them")

    def undo_open_transaction(self) -> bool:
        """Roll back what was begun and not committed; return whether there was any."""
        if not self.connection.in_transaction:
            return False
        if self._attempt(self.connection.rollback, ""):
            self.tell("the transaction was left open: it was rolled back")
        return True

    def describe(self, table: str) -> None:
        """Write what there is to say about a table; about all of them without one."""
        self._print(
            catalog.describe_table(self.connection, table)
            if table
            else catalog.list_tables(self.connection)
        )

    def _print(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._out.write(f"{visible(line)}\n")

    def _note(self, text: str) -> None:
        if not self._quiet:
            self.tell(text)

    def tell(self, text: str) -> None:
        """Write a line that is no part of the output."""
        for line in text.split("\n"):
            self._err.write(f"{visible(line)}\n")
        self._err.flush()


def _outcome(statement: Statement, count: int) -> str:
    verb, *others = statement.words or [""]
    if count >= 0:
        return f"{verb}: {_rows(count)}"
    return " ".join([verb, *others]) if verb in _VERBS_WITH_OBJECT else verb


def _rows(count: int) -> str:
    return f"{count} row{'' if count == 1 else 's'}"
