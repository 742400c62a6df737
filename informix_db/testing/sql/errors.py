"""Errors of the emulator itself, and how SQLite's become Informix's."""

from __future__ import annotations

import re
import sqlite3

from informix_db.testing.api import SQLError

# Informix: "feature is not implemented". Here: SQL the emulator does not do; the token
# names the construct.
NOT_EMULATED = -999


def unsupported(construct: str, position: int = 0) -> SQLError:
    """Return the error for SQL the emulator does not do."""
    return SQLError(NOT_EMULATED, offset=position, token=construct)


def construct(node: object) -> str:
    """Return what a syntax tree node is in SQL: `CREATE VIEW` for CreateView."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).upper()


def from_sqlite(error: sqlite3.Error) -> SQLError:
    """Return the SQLError a SQLite error stands for.

    What has no meaning in Informix is a limit of SQLite (2,000 columns, 64 tables in a
    join, ...) or the emulator's own fault: the token tells.
    """
    text = str(error)
    if text == "interrupted":
        return SQLError(-213)
    if text == "integer overflow":
        return SQLError(-1284)
    if text.startswith("frame ") and "must be a non-negative" in text:
        return SQLError(-944)  # as for FIRST; Informix's own code is not known
    if text == "parser stack overflow" or text.startswith("Expression tree is too"):
        return SQLError(-762)  # before SQLite 3.46
    return unsupported(f"SQLite: {text}")
