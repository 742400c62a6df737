"""SQL text taken apart into statements, and the two statements a client executes.

Knows strings, comments, the braces of collections and the semicolons inside of
routines. LOAD and UNLOAD never reach the server: dbaccess executes them, and so does
this client. Does not know any other statement.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from informix_db.exceptions import (
    BEFORE_SECRET,
    CALL_WITH_SECRET,
    ProgrammingError,
)

_COMMENT = r"--[^\n]*(?:\n|\Z) | /\*.*?(?:\*/|\Z) | \{[^}]*\}?"

_TOKEN = re.compile(
    rf"""
      (?: '[^']*'? | "[^"]*"? | \b(?:SET|LIST|MULTISET)\s*\{{ | {_COMMENT} )
    | (?P<end>;)
    | (?P<word>\w+)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_BLANK = re.compile(rf"(?:\s | {_COMMENT})*", re.VERBOSE | re.DOTALL)

# Statements with a body, whose semicolons end nothing; FROM names a file instead.
_ROUTINE = re.compile(
    r"CREATE (?:OR REPLACE )?(?:DBA )?(?:PROCEDURE|FUNCTION) (?!FROM )"
)
_ENOUGH = 50  # characters to know one by

_FILE = r"""(?P<file>'[^']*'|"[^"]*"|[^\s'"]+)"""
_DELIMITER = r"""(?:DELIMITER\s*(?P<delimiter>'[^']*'|"[^"]*")\s*)?"""
_UNLOAD = re.compile(
    rf"UNLOAD\s+TO\s*{_FILE}\s*{_DELIMITER}(?P<query>\S.*)", re.IGNORECASE | re.DOTALL
)
_LOAD = re.compile(
    rf"LOAD\s+FROM\s*{_FILE}\s*{_DELIMITER}"
    r"""INSERT\s+INTO\s+(?P<table>(?:"[^"]*"|[^\s("])+)\s*(?:\((?P<columns>.*)\)\s*)?""",
    re.IGNORECASE | re.DOTALL,
)
_TRANSFER = re.compile(r"(?:UN)?LOAD\b", re.IGNORECASE)

# What a delimiter cannot be: it would be taken for an escape, a line or a value.
_NO_DELIMITER = frozenset("\\\n0123456789abcdefABCDEF")

_SECRET = re.compile(
    rf"\bpassword\b|{BEFORE_SECRET}['\"]|{CALL_WITH_SECRET}", re.IGNORECASE
)


class Statement(NamedTuple):
    """One statement, without its semicolon, and the line (from 1) it begins on."""

    text: str
    line: int

    @property
    def words(self) -> list[str]:
        """The first two words, in capitals."""
        return re.findall(r"\w+", self.code[:80])[:2]

    @property
    def code(self) -> str:
        """The statement from its first word on, in capitals."""
        return without_comments(self.text).upper()


class Unload(NamedTuple):
    """``UNLOAD TO 'file' DELIMITER 'c' SELECT ...``"""

    file: str
    delimiter: str | None
    query: str


class Load(NamedTuple):
    """``LOAD FROM 'file' DELIMITER 'c' INSERT INTO table (columns)``"""

    file: str
    delimiter: str | None
    table: str
    columns: str | None


def split(text: str) -> tuple[list[Statement], str]:
    """Return the statements of `text` that end in a semicolon, and the rest."""
    found: list[Statement] = []
    start, line = 0, 1
    beginning, last, ended = "", "", False
    for match in _TOKEN.finditer(text):
        if match["word"]:
            word = match["word"].upper()
            ended |= last == "END" and word in ("PROCEDURE", "FUNCTION")
            last = word
            if len(beginning) < _ENOUGH:
                beginning += f"{word} "
        elif match["end"] and (ended or not _ROUTINE.match(beginning)):
            found += _statement(text[start : match.start()], line)
            line += text.count("\n", start, match.end())
            start = match.end()
            beginning, last, ended = "", "", False
    return found, text[start:]


def split_all(text: str) -> list[Statement]:
    """Return all statements of `text`; the last one may do without a semicolon."""
    found, rest = split(text)
    line = text.count("\n", 0, len(text) - len(rest)) + 1
    return found + _statement(rest, line)


def _statement(text: str, line: int) -> list[Statement]:
    """Return the one statement of a text, none if there are only comments."""
    if not without_comments(text):
        return []
    blank = len(text) - len(text.lstrip())
    return [Statement(text.strip(), line + text.count("\n", 0, blank))]


def without_comments(text: str) -> str:
    """Return `text` without the comments and blanks it begins with."""
    blank = _BLANK.match(text)
    return text[blank.end() :].rstrip() if blank else text


def holds_secret(text: str) -> bool:
    """Whether a statement has a password in it, as far as one can tell."""
    return _SECRET.search(text) is not None


def parse_transfer(text: str) -> Load | Unload | None:
    """Return the LOAD or UNLOAD that `text` is, None if it is another statement.

    Raises ProgrammingError if it is one that cannot be read.
    """
    text = without_comments(text)
    if not _TRANSFER.match(text):
        return None
    match = _UNLOAD.fullmatch(text)
    if match:
        return Unload(_unquoted(match["file"]), _delimiter(match), match["query"])
    match = _LOAD.fullmatch(text)
    if match:
        columns = match["columns"]
        return Load(
            _unquoted(match["file"]), _delimiter(match), match["table"], columns
        )
    raise ProgrammingError(
        "write UNLOAD TO 'file' [DELIMITER 'c'] SELECT ..., or "
        "LOAD FROM 'file' [DELIMITER 'c'] INSERT INTO table [(column, ...)]",
        statement=text,
    )


def _delimiter(match: re.Match[str]) -> str | None:
    return None if match["delimiter"] is None else _unquoted(match["delimiter"])


def check_delimiter(delimiter: str) -> str:
    """Return `delimiter`; ProgrammingError if it cannot be one."""
    if len(delimiter) != 1 or delimiter in _NO_DELIMITER:
        raise ProgrammingError(
            f"{delimiter!r} is no delimiter: one character, which is no backslash, "
            "newline or hexadecimal digit"
        )
    return delimiter


def _unquoted(text: str) -> str:
    return text[1:-1] if text[:1] in ("'", '"') else text
