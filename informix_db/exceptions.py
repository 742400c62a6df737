"""PEP 249 exceptions, and what the server's error numbers mean.

Knows which class, text and verdicts (retry? is the session dead?) belong to an SQLCODE
and the ISAM code that explains it; the rows are in `informix_db._sqlcodes`, which is
read when the first error needs it. Does not know where an error came from: a routine
can raise any negative code with any ISAM code and text, so a code alone proves little.
"""

from __future__ import annotations

import functools
import re
from typing import Final, NamedTuple

__all__ = [
    "DataError",
    "DatabaseError",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "PoolClosedError",
    "PoolTimeout",
    "PoolTimeoutError",
    "ProgrammingError",
    "ProtocolError",
    "SQLCodeInfo",
    "StatementCancelledError",
    "TLSVerificationWarning",
    "Warning",
    "describe_isamcode",
    "describe_sqlcode",
    "error_from_server",
]


class Warning(Exception):
    """Something important that is not an error (PEP 249)."""


class TLSVerificationWarning(UserWarning):
    """The server's certificate is not verified: anyone in between can read along."""


class Error(Exception):
    """Base of every error of this driver (PEP 249).

    All attributes are keyword arguments as well, and survive pickling and copying.
    Errors made by the driver itself leave those they cannot know at the default.
    """

    sqlcode: int | None = None
    """The server's error number, negative; None if the error is the driver's."""
    isamcode: int | None = None
    """The storage layer's number that explains `sqlcode`, if there was one."""
    offset: int | None = None
    """1-based position in `statement` the server points at, None if it does not."""
    near: str | None = None
    """The server's token: the table, column, constraint ... the error is about."""
    statement: str | None = None
    """The SQL text, without parameter values."""
    retryable: bool = False
    """The same work can succeed later. In a transaction that means: roll back, then
    repeat the whole transaction; if `session_dead`, connect again first."""
    session_dead: bool = False
    """The connection is unusable, or never came up."""
    row_index: int | None = None
    """0-based index of the failing parameter row of ``executemany``."""

    def __init__(
        self,
        *args: object,
        sqlcode: int | None = None,
        isamcode: int | None = None,
        offset: int | None = None,
        near: str | None = None,
        statement: str | None = None,
        retryable: bool | None = None,
        session_dead: bool | None = None,
        row_index: int | None = None,
    ) -> None:
        super().__init__(*args)
        self.sqlcode = sqlcode
        self.isamcode = isamcode
        self.offset = offset
        self.near = near
        self.statement = statement
        self.row_index = row_index
        if retryable is not None:
            self.retryable = retryable
        if session_dead is not None:
            self.session_dead = session_dead

    def __str__(self) -> str:
        message = super().__str__()
        if self.row_index is None:
            return message
        first, newline, snippet = message.partition("\n")
        return f"{first}, parameter row {self.row_index}{newline}{snippet}"


class InterfaceError(Error):
    """The driver was used wrongly: a closed connection, bad arguments (PEP 249)."""


class DatabaseError(Error):
    """The database reported an error (PEP 249); see the subclasses."""


class DataError(DatabaseError):
    """A value cannot be used: out of range, not a number, too long (PEP 249)."""


class OperationalError(DatabaseError):
    """Not the program's fault: connection, lock, disk, memory, login (PEP 249)."""


class IntegrityError(DatabaseError):
    """A constraint refused the change: unique, foreign key, NOT NULL, check."""


class InternalError(DatabaseError):
    """Server and driver disagree: cursor or transaction state, damage (PEP 249)."""


class ProgrammingError(DatabaseError):
    """The SQL is wrong: syntax, unknown names, privileges, counts (PEP 249)."""


class NotSupportedError(DatabaseError):
    """The server or the database cannot do this at all (PEP 249)."""


class ProtocolError(OperationalError):
    """Bytes that do not parse. The session is dead: nothing after them has a place."""

    session_dead = True


class StatementCancelledError(OperationalError):
    """The running statement was cancelled by this client; the session goes on."""


class PoolTimeoutError(OperationalError):
    """No connection of the pool became free in time."""


PoolTimeout = PoolTimeoutError


class PoolClosedError(InterfaceError):
    """The pool is closed."""


class SQLCodeInfo(NamedTuple):
    """What the driver knows about an SQLCODE; see `describe_sqlcode`."""

    sqlcode: int
    text: str
    """Short text; ``{}`` stands for the token the server sends along."""
    error_class: type[Error]
    """Class of the error, unless the ISAM code decides (`isam_decides`)."""
    isam_decides: bool
    """The code says no more than "no access"; the ISAM code gives class and retry."""
    retryable: bool | None
    """Can the same work succeed later? None: only the ISAM code tells."""
    session_dead: bool
    doubtful: bool
    """Sources are thin or disagree about the meaning, the class or a verdict."""
    listed: bool
    """False: the code has no row, the class comes from the range it lies in."""


_CLASSES: Final[dict[str, type[Error]]] = {
    "C": InterfaceError,
    "D": DataError,
    "E": DatabaseError,
    "I": IntegrityError,
    "N": NotSupportedError,
    "O": OperationalError,
    "P": ProgrammingError,
    "S": StatementCancelledError,
    "X": InternalError,
}

_UNLISTED_TEXT: Final = "server error without an entry in the driver's catalogue"
_SNIPPET_WIDTH: Final = 80
_TOKEN_WIDTH: Final = 300

# A literal after these words is a secret: SET ENCRYPTION PASSWORD, CREATE USER ...
# WITH PASSWORD, CONNECT ... USING, IDENTIFIED BY. So is one among the arguments of
# ENCRYPT_AES, DECRYPT_CHAR and their like. Such SQL is not quoted in messages.
BEFORE_SECRET: Final = r"\b(?:password|using|by)\s*"
CALL_WITH_SECRET: Final = r"\b(?:en|de)crypt_\w+\s*\("
_SECRET: Final = re.compile(rf"{BEFORE_SECRET}['\"]|{CALL_WITH_SECRET}", re.IGNORECASE)


_Row = tuple[str, str, str]  # class letter, flags, text


class _Catalogue:
    """The tables of `_sqlcodes`, parsed."""

    def __init__(self) -> None:
        from informix_db import _sqlcodes

        self.by_sqlcode = _parse_table(_sqlcodes.SQLCODES)
        # Storage-layer codes come in either position, most have a row as SQLCODE only.
        self.by_isamcode = self.by_sqlcode | _parse_table(_sqlcodes.ISAM_CODES)
        self.ranges = _sqlcodes.RANGES
        self.pair_classes = _sqlcodes.PAIR_CLASSES

    def range_letter(self, code: int) -> str:
        for first, last, letter in self.ranges:
            if first >= code >= last:
                return letter
        # Never OperationalError: programs take that for "try again".
        return "E"


@functools.cache
def _catalogue() -> _Catalogue:
    return _Catalogue()


def _parse_table(table: str) -> dict[int, _Row]:
    rows = {}
    for line in table.splitlines():
        code, letter, flags, text = line.split(None, 3)
        rows[int(code)] = (letter, flags, text)
    return rows


def describe_sqlcode(sqlcode: int) -> SQLCodeInfo:
    """Return class, text and verdicts for an SQLCODE, listed or not."""
    # A few old messages carry the number without its sign; 100 means "no more rows".
    code = sqlcode if sqlcode == 100 else -abs(sqlcode)
    catalogue = _catalogue()
    row = catalogue.by_sqlcode.get(code) or catalogue.by_isamcode.get(code)
    letter, flags, text = row or ("=", "", _UNLISTED_TEXT)
    if letter == "=":
        letter = catalogue.range_letter(code)
    return SQLCodeInfo(
        sqlcode=sqlcode,
        text=text,
        error_class=_CLASSES[letter],
        isam_decides="a" in flags,
        retryable=None if "i" in flags else "r" in flags,
        session_dead="d" in flags,
        doubtful="?" in flags,
        listed=row is not None,
    )


def describe_isamcode(isamcode: int) -> str:
    """Return the short text for an ISAM code, "" if the driver has none."""
    row = _catalogue().by_isamcode.get(-abs(isamcode))
    return row[2] if row else ""


def error_from_server(
    sqlcode: int,
    isamcode: int = 0,
    offset: int = 0,
    near: str = "",
    statement: str | None = None,
) -> Error:
    """Return the exception for an error message of the server.

    `offset` counts characters of `statement` from 1, 0 if the server gave none.
    """
    catalogue = _catalogue()
    info = describe_sqlcode(sqlcode)
    letter, flags, _ = catalogue.by_isamcode.get(-abs(isamcode), ("=", "", ""))
    error_class = info.error_class
    retryable = info.retryable
    if info.isam_decides and letter != "=":
        error_class = _CLASSES[letter]
        retryable = None
    if (sqlcode, isamcode) in catalogue.pair_classes:
        error_class = _CLASSES[catalogue.pair_classes[sqlcode, isamcode]]
    if retryable is None:
        retryable = "r" in flags
    return error_class(
        _message(info, isamcode, near) + _snippet(statement or "", offset),
        sqlcode=sqlcode,
        isamcode=isamcode or None,
        offset=offset if offset > 0 else None,
        near=near or None,
        statement=statement,
        retryable=retryable,
        session_dead=info.session_dead or "d" in flags,
    )


def _message(info: SQLCodeInfo, isamcode: int, near: str) -> str:
    token = " ".join(near.split())
    if len(token) > _TOKEN_WIDTH:
        token = token[: _TOKEN_WIDTH - 3] + "..."
    text = info.text
    if not token:
        text = text.replace(": {}", "").replace(" {}", "")
    elif "{}" in text:
        text = text.replace("{}", token)
        token = ""
    message = f"[{info.sqlcode}] {text}"
    if isamcode:
        cause = describe_isamcode(isamcode)
        message += f" (ISAM {isamcode}: {cause})" if cause else f" (ISAM {isamcode})"
    if token:
        message += f", near '{token}'"
    return message


def _snippet(statement: str, offset: int) -> str:
    """Return the SQL line at `offset` with a caret under it, "" if there is none."""
    statement = statement.rstrip()
    if offset < 1 or not statement or _SECRET.search(statement):
        return ""
    position = min(offset - 1, len(statement))
    start = statement.rfind("\n", 0, position) + 1
    line = statement[start:].partition("\n")[0]
    indent = len(line) - len(line.lstrip())
    line, column = _clip(line[indent:], max(0, position - start - indent))
    line = "".join(char if char.isprintable() else " " for char in line)
    line_number = statement.count("\n", 0, start) + 1
    label = f"line {line_number}: " if "\n" in statement else ""
    return f"\n  {label}{line.rstrip()}\n  {' ' * (len(label) + column)}^"


def _clip(line: str, column: int) -> tuple[str, int]:
    """Cut a long line to the part around `column`; return it and the new column."""
    if len(line) <= _SNIPPET_WIDTH:
        return line, column
    first = max(0, min(column - _SNIPPET_WIDTH // 2, len(line) - _SNIPPET_WIDTH))
    last = first + _SNIPPET_WIDTH
    clipped = line[first:last]
    if first > 0:
        clipped = "..." + clipped[3:]
    if last < len(line):
        clipped = clipped[:-3] + "..."
    return clipped, column - first
