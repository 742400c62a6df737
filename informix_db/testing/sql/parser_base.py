"""Cursor over tokens, names, lists and limits: what every part of the parser uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast
from informix_db.testing.sql.lexer import END, INTEGER, STRING, Tokens

T = TypeVar("T")

# Nesting of the text and height of the tree; both keep well away from Python's own
# recursion limit, here and in whoever walks the tree. Beyond: -762.
MAX_DEPTH = 100
MAX_HEIGHT = 200


# Words that never are a name on their own: not of a column in an expression
# (``a.from`` is one), not of a type.
CLAUSE_WORDS = frozenset(
    (
        *("and", "as", "between", "else", "from", "having", "in", "into", "is"),
        *("like", "matches", "not", "on", "or", "select", "then", "union", "when"),
        "where",
    )
)


class UnsupportedError(Exception):
    """The parser met Informix SQL it knows of but builds no tree for."""

    def __init__(self, construct: str, position: int) -> None:
        super().__init__(construct, position)
        self.construct = construct
        self.position = position


class ParserBase:
    """A position in a token list.

    Methods named after a construct parse it at the current token and leave the
    cursor behind it; `accept` and `at` methods try, `expect` methods insist.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._sql = tokens.sql
        self._tokens = tokens
        self._keys = tokens.keys
        self._names = tokens.names
        self._starts = tokens.starts
        self._index = 0
        self._depth = 0
        self._chain = 0  # links of left-deep chains: `a + b + c` has two
        self._parameters = 0
        self._spl = False  # inside a routine's body
        self._closings: dict[int, int] = {}  # by opening parenthesis, once asked for

    # --- errors ---

    def fail(self, index: int | None = None) -> NoReturn:
        """Raise -201 at a token, the current one by default."""
        index = self._index if index is None else index
        raise SQLError(-201, 0, self._starts[index] + 1, self._tokens.text(index))

    def unsupported(self, construct: str) -> NoReturn:
        raise UnsupportedError(construct, self.position)

    @contextmanager
    def nested(self, levels: int = 1) -> Iterator[None]:
        """Bound the nesting of the text."""
        self.enter(levels)
        yield
        self._depth -= levels

    def enter(self, levels: int = 1) -> None:
        self._depth += levels
        if self._depth > MAX_DEPTH:
            raise SQLError(-762, 0, self.position, self.token)

    def link(self) -> None:
        """Count a link of a left-deep chain."""
        self._chain += 1

    # --- the current token ---

    @property
    def position(self) -> int:
        return self._starts[self._index] + 1

    @property
    def token(self) -> str:
        return self._tokens.text(self._index)

    def at(self, *keys: str) -> bool:
        return self._keys[self._index] in keys

    def at_words(self, *words: str) -> bool:
        """Tell whether these words come next, in this order."""
        start = self._index
        return self._keys[start : start + len(words)] == list(words)

    def accept(self, key: str) -> bool:
        if self._keys[self._index] == key:
            self._index += 1
            return True
        return False

    def accept_words(self, *words: str) -> bool:
        """Take all of these words or none."""
        if self.at_words(*words):
            self._index += len(words)
            return True
        return False

    def accept_one_of(self, *keys: str) -> str:
        """Take any one of these and return it, or return ""."""
        key = self._keys[self._index]
        if key in keys:
            self._index += 1
            return key
        return ""

    def expect(self, *keys: str) -> int:
        """Take these tokens; return the position of the first."""
        position = self.position
        for key in keys:
            if self._keys[self._index] != key:
                self.fail()
            self._index += 1
        return position

    def expect_one_of(self, *keys: str) -> str:
        return self.accept_one_of(*keys) or self.fail()

    # --- simple values ---

    def string(self) -> str:
        """Take a quoted string and return its contents."""
        if not self.at(STRING):
            self.fail()
        text = self.token
        self._index += 1
        quote = text[0]
        return text[1:-1].replace(quote + quote, quote)

    def integer(self) -> int:
        """Take an unsigned integer, which must fit an INT8."""
        if not self.at(INTEGER):
            self.fail()
        text = self.token
        if len(text) > 19:
            raise SQLError(-203, 0, self.position, text)
        self._index += 1
        return int(text)

    def signed_integer(self) -> int:
        if self.accept("-"):
            return -self.integer()
        self.accept("+")
        return self.integer()

    def word(self) -> str:
        """Take any word or delimited identifier."""
        name = self._names[self._index]
        if name is None:
            self.fail()
        self._index += 1
        return name

    def identifier(self) -> ast.Identifier:
        position = self.position
        return ast.Identifier(position, self.word())

    def at_identifier(self) -> bool:
        return self._names[self._index] is not None

    # --- names ---

    def object_name(self) -> ast.ObjectName:
        """Take ``[database[@server]:][owner.]name``."""
        position = self.position
        if self.at(STRING):
            return self._owned_name(position, "", "")
        name = self.word()
        key = self._keys[self._index]
        if key not in (".", ":", "@"):
            return ast.ObjectName(position, name)
        if key == ".":
            self._index += 1
            return ast.ObjectName(position, self.word(), name)
        server = self.word() if self.accept("@") else ""
        self.expect(":")
        return self._owned_name(position, name, server)

    def _owned_name(self, position: int, database: str, server: str) -> ast.ObjectName:
        quoted = self.at(STRING)
        name = self.string() if quoted else self.word()
        if not quoted and not self.at("."):
            return ast.ObjectName(position, name, "", database, server)
        self.expect(".")
        return ast.ObjectName(position, self.word(), name, database, server, quoted)

    # --- lists ---

    def list_of(self, item: Callable[[], T]) -> tuple[T, ...]:
        """Take one or more items separated by commas."""
        items = [item()]
        while self.accept(","):
            items.append(item())
        return tuple(items)

    def parenthesised(self, item: Callable[[], T]) -> tuple[T, ...]:
        self.expect("(")
        items = self.list_of(item)
        self.expect(")")
        return items

    def one_or_group(self, item: Callable[[], T]) -> tuple[T, ...]:
        """Take one item without parentheses, or a list in them."""
        return self.parenthesised(item) if self.at("(") else (item(),)

    def identifiers(self) -> tuple[ast.Identifier, ...]:
        """Take ``(a, b)``."""
        return self.parenthesised(self.identifier)

    def optional_identifiers(self) -> tuple[ast.Identifier, ...]:
        return self.identifiers() if self.at("(") else ()

    def balanced(self) -> str:
        """Take a parenthesised group unread and return its text, without them."""
        start = self._index + 1
        closing = self.closing(self._index)
        self.expect("(")
        self._index = closing + 1
        return self.unread(start, closing)

    def closing(self, opening: int) -> int:
        """Return the index of the parenthesis that closes the one at `opening`."""
        if not self._closings:
            openings = []
            for index, key in enumerate(self._keys):
                if key == "(":
                    openings.append(index)
                elif key == ")" and openings:
                    self._closings[openings.pop()] = index
        if opening not in self._closings:
            self.fail(self._keys.index(END))
        return self._closings[opening]

    def text_between(self, first: int, end: int) -> str:
        """Return the text from token `first` up to but excluding token `end`."""
        if first >= end:
            return ""
        return self._sql[self._starts[first] : self._tokens.ends[end - 1]]

    def unread(self, first: int, end: int) -> str:
        """As `text_between`, for tokens skipped: no parameter can be among them."""
        for index in range(first, end):
            if self._keys[index] == "?":
                self.fail(index)
        return self.text_between(first, end)

    # --- whole statements ---

    def check_height(self, statement: ast.Node) -> None:
        """Refuse a tree that recursion could not walk; only chains make one."""
        if self._chain <= MAX_HEIGHT // 2:
            return
        level: list[ast.Node] = [statement]
        height = 0
        while level:
            height += 1
            if height > MAX_HEIGHT:
                raise SQLError(-762, 0, level[0].position, "")
            level = [child for node in level for child in ast.children(node)]
