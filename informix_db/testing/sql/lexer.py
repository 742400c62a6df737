"""SQL text to tokens.

Keywords are not reserved in Informix, so the lexer does not know them: a word is a
word, and the parser decides by its place. Offsets in errors count characters from 1.

Does not know the client's code set: a letter outside ASCII is refused outside quotes
and comments (GLS locales would allow some in identifiers).
"""

from __future__ import annotations

import re

from informix_db.testing.api import SQLError

# What a token's key says when the token is not a word or an operator.
STRING = "'"
INTEGER = "0"
DECIMAL = "0.0"
FLOAT = "0e0"
DELIMITED = '"'
END = ""

MAX_IDENTIFIER = 128  # bytes; longer: -253

_BLANKS = " \t\r\n\f\v"
_TOKEN = re.compile(
    r"""[ \t\r\n\f\v]*(?:
    (?P<word>[A-Za-z_][A-Za-z0-9_$]*)
  | (?P<comment>--[^\n]* | /\*[\s\S]*?\*/)
  | (?P<brace>\{)
  | (?P<operator>\|\| | :: | <= | >= | <> | != | == | << | >>
        | [-+*(),;:?@\[\]=<>}] | \.(?![0-9]) | /(?!\*))
  | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)(?P<tail>[A-Za-z_$])?
  | (?P<single>'[^']*(?:''[^']*)*'(?!'))
  | (?P<double>"[^"]*(?:""[^"]*)*"(?!"))
  | (?P<bad>[^ \t\r\n\f\v])
    )""",
    re.VERBOSE,
)
_FLOATING = re.compile(r"[0-9]*(?:\.|[eE])")  # what a wrong number was meant to be
_SYNONYMS = {"==": "=", "!=": "<>"}
_UNCLOSED = {"'": -282, '"': -282, "/": -943}  # the rest: -202
_COLLECTIONS = frozenset(("set", "multiset", "list"))
_BEFORE_COLLECTION = frozenset(("(", ",", "{", "=", "<>"))


class Tokens:
    """The tokens of a text, as parallel lists closed by END tokens.

    `keys`: the folded word, the operator, or one of the constants above.
    `names`: the identifier a word or delimited identifier stands for, else None.
    `starts`, `ends`: offsets from 0 into `sql`.
    """

    __slots__ = ("ends", "keys", "names", "parameter_count", "sql", "starts")

    def __init__(self, sql: str, *, delimident: bool = False) -> None:
        self.sql = sql
        self.keys: list[str] = []
        self.names: list[str | None] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self._scan_all(delimident)
        self.parameter_count = self.keys.count("?")

    def text(self, index: int) -> str:
        """Return a token as written."""
        return self.sql[self.starts[index] : self.ends[index]]

    def _scan_all(self, delimident: bool) -> None:
        length = len(self.sql.rstrip(_BLANKS + "\0"))
        position = 0
        while position < length:
            position = self._scan(position, length, delimident)
        for _ in range(3):  # two tokens of lookahead then need no bounds check
            self._append(END, None, length, length)

    def _append(self, key: str, name: str | None, start: int, end: int) -> None:
        self.keys.append(key)
        self.names.append(name)
        self.starts.append(start)
        self.ends.append(end)

    def _scan(self, position: int, length: int, delimident: bool) -> int:
        """Tokenize until the end or past a comment in braces; return where."""
        append = self._append
        for match in _TOKEN.finditer(self.sql, position, length):
            group = match.lastgroup
            if group == "word":
                start, end = match.span(group)
                word = match[group].lower()
                if end - start > MAX_IDENTIFIER:
                    raise SQLError(-253, 0, start + 1, word)
                append(word, word, start, end)
            elif group == "operator":
                operator = match[group]
                start, end = match.span(group)
                append(_SYNONYMS.get(operator, operator), None, start, end)
            elif group == "number":
                start, end = match.span(group)
                append(_number_key(match[group]), None, start, end)
            elif group == "single":
                append(STRING, None, *match.span(group))
            elif group == "double":
                self._append_double(match, delimident)
            elif group == "brace":
                start = match.start(group)
                if not self._opens_collection(start):
                    return self._comment_end(start)
                append("{", None, start, start + 1)
            elif group != "comment":
                start = match.start("bad" if group == "bad" else "number")
                raise _lexical_error(self.sql, start)
        return length

    def _comment_end(self, brace: int) -> int:
        end = self.sql.find("}", brace)
        if end < 0:
            raise SQLError(-283, 0, brace + 1, "{")
        return end + 1

    def _append_double(self, match: re.Match[str], delimident: bool) -> None:
        start, end = match.span("double")
        if not delimident:
            self._append(STRING, None, start, end)
            return
        name = match["double"][1:-1].replace('""', '"')
        if len(name) > MAX_IDENTIFIER:
            raise SQLError(-253, 0, start + 1, name)
        if not name:
            raise SQLError(-201, 0, start + 1, '""')
        self._append(DELIMITED, name, start, end)

    def _opens_collection(self, brace: int) -> bool:
        """Tell ``SET{1}`` from ``SET {comment} a = 1``.

        A brace opens a collection if it touches the word, or if the word stands
        where a value may start.
        """
        keys = self.keys
        if not keys or keys[-1] not in _COLLECTIONS:
            return False
        if self.ends[-1] == brace:
            return True
        return len(keys) > 1 and keys[-2] in _BEFORE_COLLECTION


def _number_key(text: str) -> str:
    if text.isdigit():
        return INTEGER
    return FLOAT if "e" in text or "E" in text else DECIMAL


def _lexical_error(sql: str, start: int) -> SQLError:
    character = sql[start]
    if (character.isdigit() and character.isascii()) or character == ".":
        end = start
        while end < len(sql) and (sql[end].isalnum() or sql[end] in "._$"):
            end += 1
        sqlcode = -204 if _FLOATING.match(sql, start, end) else -203
        return SQLError(sqlcode, 0, start + 1, sql[start:end])
    return SQLError(_UNCLOSED.get(character, -202), 0, start + 1, character)
