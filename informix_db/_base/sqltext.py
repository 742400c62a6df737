"""Placeholders in SQL text: found, counted, and turned into the server's `?`.

``?``, ``:1`` and ``:name`` are placeholders; nothing inside a quoted string or
identifier, a ``--``, ``/* */`` or ``{ }`` comment is [P].
A colon right after a name, a quote or a digit is part of ``database:table``, of a
time literal or of ``::``. Braces of ``SET{...}``, ``LIST{...}`` and ``MULTISET{...}``
are no comment.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from informix_db.exceptions import ProgrammingError

TOKEN = re.compile(
    r"""
      '[^']*'?                              # string; a doubled quote starts another
    | "[^"]*"?                              # identifier, or string without DELIMIDENT
    | --[^\n]*
    | /\*.*?(?:\*/|\Z)
    | (?:\b(?:SET|LIST|MULTISET))\{         # collection literal: its inside counts
    | \{[^}]*\}?
    | ::
    | (?P<mark>\?)                         # never part of a name, so no look behind
    | (?<![\w"$']):(?:(?P<number>\d{1,9})(?!\w)|(?P<name>[^\W\d]\w*))
    | \b(?P<for_update>FOR(?:\s|--[^\n]*\n|/\*(?:(?!\*/).)*\*/|\{[^}]*\})+UPDATE)\b
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


# Calls that make the server ask the client for files.
_FILE_CALL = re.compile(r"\b(?:lotofile|filetoblob|filetoclob)\s*\(", re.IGNORECASE)

# INSERT of nothing but `?`, with or without the names of the columns; what is between
# INTO and the names is left to the server.
_PLAIN_INSERT = re.compile(
    r"\s*INSERT\s+INTO\s[^()?]*(?:\((?P<columns>[^()]*)\)\s*)?"
    r"VALUES\s*\(\s*\?(?:\s*,\s*\?)*\s*\)\s*(?:;\s*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PreparedText:
    """SQL as the server takes it, and where each `?` gets its value from.

    `sources` holds positions (from 0) or names, one per `?`; `needed` counts the
    parameters, `in_order` says that each is used once and in its own place.
    `for_update` is set if a cursor on it is for updating the rows it is on, `files` if
    it may make the server ask for files.
    """

    sql: str
    sources: tuple[int | str, ...]
    named: bool
    needed: int
    in_order: bool
    for_update: bool = False
    files: bool = False

    def arrange(self, parameters: object) -> Sequence[Any]:
        """Return the values in the order of the `?`.

        Raises ProgrammingError if they do not match the placeholders.
        """
        if self.named:
            return self._arrange_named(parameters)
        values = as_sequence(parameters)
        if len(values) != self.needed:
            marks = "" if self.needed else "; they are marked ?, :1 or :name"
            raise ProgrammingError(
                f"the statement has {self.needed} parameter{'s' * (self.needed != 1)}, "
                f"{len(values)} given{marks}"
            )
        if self.in_order:
            return values
        return [values[source] for source in self.sources]  # type: ignore[index]

    def _arrange_named(self, parameters: object) -> Sequence[Any]:
        if not isinstance(parameters, Mapping):
            raise ProgrammingError(
                f"the statement names its parameters (:{self.sources[0]}): pass a dict"
            )
        try:
            return [parameters[source] for source in self.sources]
        except KeyError as exc:
            raise ProgrammingError(
                f"parameter :{exc.args[0]} of the statement was not given"
            ) from None


def as_sequence(parameters: object) -> Sequence[Any]:
    """Return positional parameters; ProgrammingError if they are none."""
    if parameters is None:
        return ()
    if isinstance(parameters, (list, tuple)):
        return parameters
    if isinstance(parameters, Mapping):
        if not parameters:
            return ()
        raise ProgrammingError(
            "parameters were given as a dict, but the statement has no :name"
        )
    if isinstance(parameters, (str, bytes, bytearray, memoryview)) or not isinstance(
        parameters, Sequence
    ):
        raise ProgrammingError(
            "parameters must be a sequence or a dict, not "
            f"{type(parameters).__name__}; write (value,) for a single one"
        )
    return parameters


# Longer texts are not kept for the next time: most have values written into them.
LONGEST_KEPT = 64 * 1024


def prepare_text(sql: str) -> PreparedText:
    """Find the placeholders of `sql`.

    Raises ProgrammingError if it mixes kinds of them, or counts from :0.
    """
    return _prepare(sql) if len(sql) <= LONGEST_KEPT else _prepare.__wrapped__(sql)


@functools.lru_cache(maxsize=512)
def _prepare(sql: str) -> PreparedText:
    pieces: list[str] = []
    sources: list[int | str] = []
    kinds: set[str] = set()
    copied = 0
    for_update = False
    for match in TOKEN.finditer(sql):
        if match.lastgroup == "for_update":
            for_update = True
            continue
        if match.lastgroup is None:
            continue
        number, name = match["number"], match["name"]
        if number is not None:
            kinds.add(":1")
            sources.append(int(number) - 1)
        elif name is not None:
            kinds.add(":name")
            sources.append(name)
        else:
            kinds.add("?")
            sources.append(len(sources))
        pieces += sql[copied : match.start()], "?"
        copied = match.end()
    if len(kinds) > 1:
        raise ProgrammingError(
            f"the statement mixes {' and '.join(sorted(kinds))}; use one kind"
        )
    if -1 in sources:
        raise ProgrammingError("numeric parameters count from :1")
    _refuse_gaps(sources)
    pieces.append(sql[copied:])
    return PreparedText(
        "".join(pieces),
        tuple(sources),
        named=":name" in kinds,
        needed=len(set(sources)),
        in_order=sources == list(range(len(sources))),
        for_update=for_update,
        files=_FILE_CALL.search(sql) is not None,
    )


def inserts_columns(sql: str, names: Sequence[str]) -> bool:
    """Whether `sql` is an INSERT whose `?` are the values of the columns `names`.

    Of an INSERT that names no columns only the number can be compared.
    """
    match = _PLAIN_INSERT.fullmatch(sql)
    if match is None or match[0].count("?") != len(names):
        return False
    if match["columns"] is None:
        return True
    listed = [name.strip().strip('"').lower() for name in match["columns"].split(",")]
    return listed == [name.lower() for name in names]


def _refuse_gaps(sources: Sequence[int | str]) -> None:
    numbers = {source for source in sources if isinstance(source, int)}
    missing = set(range(len(numbers))) - numbers
    if missing:
        raise ProgrammingError(
            f"the statement uses :{max(numbers) + 1} but not :{min(missing) + 1}"
        )
