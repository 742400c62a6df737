"""SQL text around large objects: the columns, calls and placeholders it has.

Reads no SQL grammar, only the tokens of `sqltext`: what is in comments and quotes does
not count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from informix_db._base.sqltext import TOKEN
from informix_db.exceptions import ProgrammingError

PLACEHOLDER = "BLOB_PLACEHOLDER"

_PLACEHOLDER = re.compile(rf"\b{PLACEHOLDER}\b")

_TABLE = r'(?:[\w$@:."]+)'
_INSERT = re.compile(rf"\s*INSERT\s+INTO\s+({_TABLE})", re.IGNORECASE)
_UPDATE = re.compile(rf"\s*UPDATE\s+({_TABLE})\s+SET\b", re.IGNORECASE)
_ASSIGNED = re.compile(r'([\w$]+|"[^"]+")\s*=\s*$')

_SELECT = re.compile(
    r"\s*SELECT\s+(?:SKIP\s+\d+\s+)?(?:(?:FIRST|LIMIT)\s+\d+\s+)?"
    r"(?:(?:ALL|DISTINCT|UNIQUE)\s+)?",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"[(),]|\bFROM\b", re.IGNORECASE)
_NAME_OF_COLUMN = re.compile(r"(?<!\s)\s+AS\s+[\w$]+\s*$", re.IGNORECASE)
_LOTOFILE = re.compile(r"\s*(?:\w+\.)?lotofile\s*\(", re.IGNORECASE)


def _bare(sql: str) -> str:
    """Return `sql` with blanks in place of comments and strings."""
    pieces: list[str] = []
    copied = 0
    for match in TOKEN.finditer(sql):
        if match.lastgroup is None and match[0][0] in "'-/{":
            pieces += sql[copied : match.start()], " " * len(match[0])
            copied = match.end()
    pieces.append(sql[copied:])
    return "".join(pieces)


def stored_column(sql: str, at: int, names: Sequence[str] | None) -> str | None:
    """Return "table.column" that parameter `at`, from 0, of `sql` is stored in.

    `names` are the columns of an INSERT, if they are known; None if the text does not
    tell.
    """
    text = _bare(sql)
    insert = _INSERT.match(text)
    if insert is not None:
        return f"{insert[1]}.{names[at]}" if names is not None else None
    update = _UPDATE.match(text)
    marks = [match.start() for match in re.finditer(r"\?", text)]
    if update is None or at >= len(marks):
        return None
    assigned = _ASSIGNED.search(text, update.end(), marks[at])
    return f"{update[1]}.{assigned[1]}" if assigned is not None else None


def reading_text(sql: str, name: str) -> str:
    """Return `sql`, which selects one BLOB or CLOB, with the column sent as a file.

    Raises ProgrammingError if it is no query of one column.
    """
    text = _bare(sql)
    select = _SELECT.match(text)
    if select is None:
        raise ProgrammingError("a query is needed: SELECT column FROM ...")
    depth = 0
    for match in _LIST_MARK.finditer(text, select.end()):
        mark = match[0].upper()
        if mark in "()":
            depth += 1 if mark == "(" else -1
        elif depth == 0 and mark == "FROM":
            column = sql[select.end() : match.start()]
            if _LOTOFILE.match(column):
                return sql
            column = _NAME_OF_COLUMN.sub("", column).strip()
            call = f"lotofile({column}, '{name}', 'client') "
            return sql[: select.end()] + call + sql[match.start() :]
        elif depth == 0:
            raise ProgrammingError("a query of one column is needed")
    raise ProgrammingError("a query is needed: SELECT column FROM ...")


def writing_text(sql: str, name: str, clob: bool) -> str:
    """Return `sql` with its placeholder replaced by a file the server reads.

    Raises ProgrammingError unless there is exactly one.
    """
    text = re.sub(r'"[^"]*"', lambda match: " " * len(match[0]), _bare(sql))
    found = list(_PLACEHOLDER.finditer(text))
    if len(found) != 1:
        raise ProgrammingError(
            f"the statement needs one {PLACEHOLDER} where the value goes, "
            f"and has {len(found)}"
        )
    function = "filetoclob" if clob else "filetoblob"
    start, end = found[0].span()
    return f"{sql[:start]}{function}('{name}', 'client'){sql[end:]}"
