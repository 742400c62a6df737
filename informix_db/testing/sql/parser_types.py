"""Types and qualifiers as they are written.

Lengths and precisions are taken as they come; whoever resolves the type checks them.
"""

from __future__ import annotations

from informix_db.testing.api import DAY, HOUR, MINUTE, MONTH, SECOND, YEAR, SQLError
from informix_db.testing.sql import ast
from informix_db.testing.sql.lexer import STRING
from informix_db.testing.sql.parser_base import CLAUSE_WORDS, ParserBase

FIELDS = {
    "year": YEAR,
    "month": MONTH,
    "day": DAY,
    "hour": HOUR,
    "minute": MINUTE,
    "second": SECOND,
    "fraction": ast.FRACTION,
}
_DEFAULT_SCALE = 3  # FRACTION is FRACTION(3)
_MAX_PRECISION = 9  # digits of an INTERVAL's first field (SQS-1596)

# Spellings of built-in types: canonical name, fewest and most arguments.
_TYPES = {
    "char": ("char", 0, 1),
    "character": ("char", 0, 1),
    "nchar": ("nchar", 0, 1),
    "varchar": ("varchar", 1, 2),
    "nvarchar": ("nvarchar", 1, 2),
    "lvarchar": ("lvarchar", 0, 1),
    "smallint": ("smallint", 0, 0),
    "int": ("integer", 0, 0),
    "integer": ("integer", 0, 0),
    "int8": ("int8", 0, 0),
    "bigint": ("bigint", 0, 0),
    "serial": ("serial", 0, 1),
    "serial8": ("serial8", 0, 1),
    "bigserial": ("bigserial", 0, 1),
    "float": ("float", 0, 1),
    "double": ("float", 0, 0),
    "smallfloat": ("smallfloat", 0, 0),
    "real": ("smallfloat", 0, 0),
    "decimal": ("decimal", 0, 2),
    "dec": ("decimal", 0, 2),
    "numeric": ("decimal", 0, 2),
    "money": ("money", 0, 2),
    "date": ("date", 0, 0),
    "boolean": ("boolean", 0, 0),
    "byte": ("byte", 0, 0),
    "text": ("text", 0, 0),
    "blob": ("blob", 0, 0),
    "clob": ("clob", 0, 0),
    "collection": ("collection", 0, 0),
}


class TypeParser(ParserBase):
    """Data types and DATETIME/INTERVAL qualifiers."""

    def data_type(self) -> ast.DataType:
        position = self.position
        key = self._keys[self._index]
        following = self._keys[self._index + 1]
        if key == STRING or following == ".":
            return self._named_type()
        if key in ("set", "multiset", "list") and following == "(":
            return self._collection_type()
        if key == "row" and following == "(":
            self._index += 1
            return ast.DataType(position, "row", fields=self.row_fields())
        if key in ("datetime", "interval"):
            self._index += 1
            qualifier = self.qualifier(interval=key == "interval")
            return ast.DataType(position, key, qualifier=qualifier)
        if key in _TYPES:
            return self._scalar_type()
        return self._named_type()

    def _scalar_type(self) -> ast.DataType:
        position = self.position
        word = self.word()
        name, fewest, most = _TYPES[word]
        if word == "double":
            self.expect("precision")
        elif name in ("char", "nchar") and self.accept("varying"):
            name, fewest, most = _TYPES["var" + name if name == "char" else "nvarchar"]
        arguments: tuple[int, ...] = ()
        if fewest or (most and self.at("(")):
            opening = self._index
            arguments = self.parenthesised(self.integer)
            if len(arguments) > most:
                self.fail(opening)
        return ast.DataType(position, name, arguments)

    def _named_type(self) -> ast.DataType:
        if self.at(*CLAUSE_WORDS):
            self.fail()
        name = self.object_name()
        return ast.DataType(name.position, name.name, owner=name.owner)

    def _collection_type(self) -> ast.DataType:
        position = self.position
        kind = self.word()
        self.expect("(")
        with self.nested():
            element = self.data_type()
        not_null = self.accept_words("not", "null")
        self.expect(")")
        return ast.DataType(position, kind, element=element, element_not_null=not_null)

    def row_fields(self) -> tuple[ast.RowField, ...]:
        """Take ``(name type [NOT NULL], ...)``."""
        with self.nested():
            return self.parenthesised(self._row_field)

    def _row_field(self) -> ast.RowField:
        position = self.position
        name = self.word()
        kind = self.data_type()
        return ast.RowField(position, name, kind, self.accept_words("not", "null"))

    # --- qualifiers ---

    def at_qualifier(self) -> bool:
        """Tell a qualifier from a column or alias that is called year, day ..."""
        keys = self._keys
        return keys[self._index] in FIELDS and keys[self._index + 1] == "to"

    def qualifier(self, *, interval: bool) -> ast.Qualifier:
        """Take ``YEAR TO FRACTION(3)`` or, for an interval, ``DAY(5) TO SECOND``."""
        position = self.position
        first = FIELDS[self.expect_one_of(*FIELDS)]
        precision = None
        if interval and first != ast.FRACTION and self.accept("("):
            precision = self.integer()
            self.expect(")")
        self.expect("to")
        last = self.field()
        wrong = precision is not None and not 1 <= precision <= _MAX_PRECISION
        if wrong or not _is_range(first, last, interval=interval):
            raise SQLError(-1268, 0, position)
        return ast.Qualifier(position, first, last, precision)

    def field(self) -> int:
        """Take the last field of a qualifier, or the one of UNITS; return its code."""
        position = self.position
        name = self.expect_one_of(*FIELDS)
        if name != "fraction":
            return FIELDS[name]
        scale = _DEFAULT_SCALE
        if self.accept("("):
            scale = self.integer()
            self.expect(")")
        if not 1 <= scale <= 5:
            raise SQLError(-1268, 0, position)
        return SECOND + scale


def _is_range(first: int, last: int, *, interval: bool) -> bool:
    if interval and (first <= MONTH) != (last <= MONTH):
        return False
    return first <= last or (first == ast.FRACTION and last > SECOND)
