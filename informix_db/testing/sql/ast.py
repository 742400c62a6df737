"""The syntax tree: what a statement says, before any name in it is looked up.

Every node starts with `position`, the 1-based offset of its first token in the SQL
text. It takes no part in comparisons, so two nodes are equal if they say the same
thing: the ``a + 1`` of a select list equals the ``a + 1`` of its GROUP BY.

Names are folded to lower case unless delimited. Keywords kept as values (operators,
modes, kinds) are lower-case strings. Absent parts are None, "" or ().

Here: names, types and expressions. `ast_query`: SELECT. `ast_dml`: INSERT to MERGE,
EXECUTE. `ast_ddl`: schemas, privileges, databases. `ast_session`: transactions, SET,
locks. `ast_spl`: routines and their bodies.

Knows no types and no catalog: a `Name` may turn out to be a column, a row field or
an SPL variable, a `FunctionCall` an aggregate, a routine or a type constructor.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING

from informix_db.testing.records import dataclass

if TYPE_CHECKING:
    from informix_db.testing.sql.ast_query import OrderItem, Query

# First field of a qualifier that starts with FRACTION; as last field it is 10 + n.
FRACTION = 12


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place in the SQL text; if empty, that of the next token."""

    position: int = field(compare=False)


def children(node: Node) -> Iterator[Node]:
    """Yield the direct parts of a node."""
    for item in dataclasses.fields(node):
        value = getattr(node, item.name)
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, Node):
                yield child


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything in it."""
    yield node
    for child in children(node):
        yield from walk(child)


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """A whole statement. `parameter_count` is set on the one `parse` returns only."""

    parameter_count: int = field(default=0, kw_only=True, compare=False)


@dataclass(frozen=True, slots=True)
class Expression(Node):
    """Anything with a value; conditions included, for a comparison is a value."""


@dataclass(frozen=True, slots=True)
class FromItem(Node):
    """A source of rows."""


# --- names and types ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Identifier(Node):
    """A single name: of a column in a list, a constraint, a variable, an alias."""

    name: str


@dataclass(frozen=True, slots=True)
class ObjectName(Node):
    """``[database[@server]:][owner.]name`` of a table, routine, index, type ..."""

    name: str
    owner: str = ""
    database: str = ""
    server: str = ""
    owner_quoted: bool = False  # unquoted owners are upper-cased in ANSI databases


@dataclass(frozen=True, slots=True)
class Qualifier(Node):
    """``YEAR TO FRACTION(3)``: field codes of `testing.api`; FRACTION first is 12."""

    first: int
    last: int
    precision: int | None = None  # declared digits of the first field, DAY(5)


@dataclass(frozen=True, slots=True)
class DataType(Node):
    """A type as written, its name made canonical (INT: integer, DEC: decimal ...).

    `name` of the built-in ones: char nchar varchar nvarchar lvarchar smallint integer
    int8 bigint serial serial8 bigserial float smallfloat decimal money date datetime
    interval boolean byte text blob clob set multiset list row collection. Any other
    name is a named (row, distinct, opaque) type.
    """

    name: str
    arguments: tuple[int, ...] = ()
    qualifier: Qualifier | None = None
    element: DataType | None = None  # of SET, MULTISET, LIST
    element_not_null: bool = False
    fields: tuple[RowField, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class RowField(Node):
    """A field of ``ROW(a INT, ...)``."""

    name: str
    type: DataType
    not_null: bool = False


# --- expressions -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """NULL, 'text', 12, 1.50 (Decimal keeps its scale) or 1e3 (float)."""

    value: int | Decimal | float | str | None

    def __eq__(self, other: object) -> bool:
        """1, 1.0 and 1.00 are different literals, though equal to Python."""
        return (
            isinstance(other, Literal)
            and type(self.value) is type(other.value)
            and str(self.value) == str(other.value)
        )

    def __hash__(self) -> int:
        return hash((type(self.value), str(self.value)))


@dataclass(frozen=True, slots=True)
class DatetimeLiteral(Expression):
    """``DATETIME(text) qualifier``; text without quotes, not checked."""

    text: str
    qualifier: Qualifier


@dataclass(frozen=True, slots=True)
class IntervalLiteral(Expression):
    """``INTERVAL(text) qualifier``; text without quotes, not checked."""

    text: str
    qualifier: Qualifier


@dataclass(frozen=True, slots=True)
class CollectionLiteral(Expression):
    """``SET{..}``, ``MULTISET{..}``, ``LIST{..}``."""

    kind: str
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class CollectionQuery(Expression):
    """``MULTISET(SELECT ..)``, with ITEM when its elements are not rows."""

    kind: str
    query: Query
    item: bool = False


@dataclass(frozen=True, slots=True)
class RowConstructor(Expression):
    """``ROW(1, 'x')``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Parameter(Expression):
    """A ``?``; `index` counts them from 0 in text order."""

    index: int


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A column, row field or SPL variable: ``[db[@server]:]a.b.c`` as parts."""

    parts: tuple[str, ...]
    database: str = ""
    server: str = ""


@dataclass(frozen=True, slots=True)
class SpecialValue(Expression):
    """today, current, sysdate, user, current_user, current_role, default_role,
    sitename, dbservername. `qualifier` belongs to current only."""

    name: str
    qualifier: Qualifier | None = None


@dataclass(frozen=True, slots=True)
class SequenceValue(Expression):
    """``sequence.NEXTVAL`` or ``sequence.CURRVAL``; `operation` is that last word."""

    sequence: ObjectName
    operation: str


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    """``-x`` or ``+x``; a sign before a plain number is part of the Literal."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    """Arithmetic and concatenation: ``+ - * / ||``."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Comparison(Expression):
    """``= <> < <= > >=`` (``==`` and ``!=`` are rewritten to these)."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Quantified(Expression):
    """``x = ANY (query)``; SOME is given as any."""

    operator: str
    left: Expression
    quantifier: str  # any, all
    query: Query


@dataclass(frozen=True, slots=True)
class And(Expression):
    """Two or more conditions; flat, however many there are."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or(Expression):
    """Two or more conditions; flat, however many there are."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not(Expression):
    operand: Expression


@dataclass(frozen=True, slots=True)
class InList(Expression):
    """``x [NOT] IN (a, b)``. A single item may be a collection: the binder tells."""

    operand: Expression
    items: tuple[Expression, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InQuery(Expression):
    """``x [NOT] IN (SELECT ..)``."""

    operand: Expression
    query: Query
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Exists(Expression):
    query: Query


@dataclass(frozen=True, slots=True)
class Between(Expression):
    operand: Expression
    low: Expression
    high: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class PatternMatch(Expression):
    """``x [NOT] LIKE|MATCHES pattern [ESCAPE c]``; `operator` like or matches."""

    operator: str
    operand: Expression
    pattern: Expression
    escape: Expression | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsNull(Expression):
    operand: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class When(Node):
    """A branch of CASE. `condition` is a value to compare with in the simple form."""

    condition: Expression
    result: Expression


@dataclass(frozen=True, slots=True)
class Case(Expression):
    """``CASE [operand] WHEN .. THEN .. [ELSE ..] END``."""

    operand: Expression | None
    whens: tuple[When, ...]
    otherwise: Expression | None = None


@dataclass(frozen=True, slots=True)
class FunctionCall(Expression):
    """A call by name: built-in, aggregate, window function or routine.

    ``COUNT(*)`` has `star` and no arguments. `quantifier` is distinct (UNIQUE too),
    all or "". ``SUBSTRING(s FROM i FOR n)`` is given as ``substring(s, i, n)``.
    """

    name: ObjectName
    arguments: tuple[Expression, ...] = ()
    quantifier: str = ""
    star: bool = False
    over: Window | None = None
    nulls: str = ""  # IGNORE | RESPECT NULLS: ignore, respect


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    """``x::type`` or ``CAST(x AS type)``."""

    operand: Expression
    type: DataType


@dataclass(frozen=True, slots=True)
class Subscript(Expression):
    """``x[first]`` or ``x[first, last]``."""

    operand: Expression
    first: Expression
    last: Expression | None = None


@dataclass(frozen=True, slots=True)
class Units(Expression):
    """``n UNITS DAY``: `unit` is a field code, FRACTION(n) being 10 + n."""

    operand: Expression
    unit: int


@dataclass(frozen=True, slots=True)
class Extend(Expression):
    """``EXTEND(x [, qualifier])``."""

    operand: Expression
    qualifier: Qualifier | None = None


@dataclass(frozen=True, slots=True)
class Trim(Expression):
    """``TRIM([side] [character] FROM operand)``; side both unless said otherwise."""

    operand: Expression
    side: str = "both"  # both, leading, trailing
    character: Expression | None = None


@dataclass(frozen=True, slots=True)
class ScalarQuery(Expression):
    """A query used as a value."""

    query: Query


# --- window specifications ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class FrameBound(Node):
    """`direction` preceding, following, current; `offset` None: unbounded."""

    direction: str
    offset: Expression | None = None


@dataclass(frozen=True, slots=True)
class Window(Node):
    """``OVER (PARTITION BY .. ORDER BY .. ROWS|RANGE ..)``."""

    partition_by: tuple[Expression, ...] = ()
    order_by: tuple[OrderItem, ...] = ()
    unit: str = ""  # rows, range; "" without a frame
    start: FrameBound | None = None
    end: FrameBound | None = None  # None in the short form, which means CURRENT ROW


# --- answers of the parser ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Batch(Statement):
    """Several statements in one text, separated by ``;``."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Unsupported(Statement):
    """Informix SQL the emulator knows of and has no tree for; `construct` names it.

    The text from there on has not been checked.
    """

    construct: str
