"""Syntax tree of SPL: routines, and the statements only their bodies may hold.

See `ast` for what all nodes have in common. A body also holds ordinary statements,
whose `Name` nodes may be variables; SELECT and EXECUTE there may say INTO.
"""

from __future__ import annotations

from informix_db.testing.records import dataclass
from informix_db.testing.sql.ast import (
    DataType,
    Expression,
    Identifier,
    Node,
    ObjectName,
    Statement,
)
from informix_db.testing.sql.ast_dml import ExecuteRoutine
from informix_db.testing.sql.ast_query import Query


@dataclass(frozen=True, slots=True)
class LikeColumn(Node):
    """``LIKE table.column`` in place of a type."""

    table: ObjectName
    column: str


@dataclass(frozen=True, slots=True)
class RoutineParameter(Node):
    """`mode`: in, out, inout."""

    name: str
    type: DataType | LikeColumn
    mode: str = "in"
    default: Expression | None = None
    by_reference: bool = False  # REFERENCES BYTE | TEXT


@dataclass(frozen=True, slots=True)
class ReturnType(Node):
    """One value of RETURNING, with the name it may have by ``AS``."""

    type: DataType
    name: str = ""
    by_reference: bool = False


@dataclass(frozen=True, slots=True)
class CreateRoutine(Statement):
    """`text` is the whole statement as written, for sysprocbody."""

    kind: str  # procedure, function
    name: ObjectName
    parameters: tuple[RoutineParameter, ...]
    returning: tuple[ReturnType, ...]
    body: Block
    text: str
    specific: ObjectName | None = None
    modifiers: tuple[str, ...] = ()  # of WITH (..), as written: not variant ...
    dba: bool = False
    if_not_exists: bool = False
    document: tuple[str, ...] = ()
    or_replace: bool = False


@dataclass(frozen=True, slots=True)
class Block(Statement):
    """A body, branch or ``BEGIN .. END``: declarations, handlers, statements."""

    declarations: tuple[Define, ...] = ()
    handlers: tuple[OnException, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Define(Statement):
    """``DEFINE [GLOBAL] a, b type [DEFAULT value]``."""

    names: tuple[Identifier, ...]
    type: DataType | LikeColumn
    is_global: bool = False
    default: Expression | None = None
    by_reference: bool = False


@dataclass(frozen=True, slots=True)
class OnException(Statement):
    """``ON EXCEPTION [IN (..)] [SET ..] .. END EXCEPTION [WITH RESUME]``.

    `variables`: up to three, for sqlcode, ISAM code and text.
    """

    codes: tuple[int, ...]  # (): any
    variables: tuple[Identifier, ...]
    body: Block
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Let(Statement):
    """``LET a, b[1,3] = x, y``; one call or query may stand for several values.

    A target is a `Name`, or a `Subscript` of one.
    """

    targets: tuple[Expression, ...]
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class IfBranch(Node):
    condition: Expression
    body: Block


@dataclass(frozen=True, slots=True)
class If(Statement):
    """IF and its ELIFs in order, then ELSE."""

    branches: tuple[IfBranch, ...]
    otherwise: Block | None = None


@dataclass(frozen=True, slots=True)
class ForRange(Node):
    """``first [TO last [STEP step]]``; a single value without `last`."""

    first: Expression
    last: Expression | None = None
    step: Expression | None = None


@dataclass(frozen=True, slots=True)
class For(Statement):
    """``FOR v IN (ranges)`` or ``FOR v = range``."""

    variable: Identifier
    ranges: tuple[ForRange, ...]
    body: Block
    label: str = ""


@dataclass(frozen=True, slots=True)
class While(Statement):
    condition: Expression
    body: Block
    label: str = ""


@dataclass(frozen=True, slots=True)
class Loop(Statement):
    """``LOOP .. END LOOP``, left by EXIT only."""

    body: Block
    label: str = ""


@dataclass(frozen=True, slots=True)
class Foreach(Statement):
    """`into` are the variables of the SELECT's or EXECUTE's INTO."""

    source: Query | ExecuteRoutine
    into: tuple[Identifier, ...]
    body: Block
    cursor: str = ""
    hold: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Exit(Statement):
    """`kind`: for, while, foreach, loop, or "" with a label or the innermost loop."""

    kind: str = ""
    label: str = ""
    condition: Expression | None = None  # WHEN


@dataclass(frozen=True, slots=True)
class Continue(Statement):
    """As `Exit`."""

    kind: str = ""
    label: str = ""
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Goto(Statement):
    label: str


@dataclass(frozen=True, slots=True)
class Label(Statement):
    """``<<name>>`` in front of a statement that is not a loop."""

    name: str


@dataclass(frozen=True, slots=True)
class Return(Statement):
    values: tuple[Expression, ...] = ()
    resume: bool = False


@dataclass(frozen=True, slots=True)
class RaiseException(Statement):
    sqlcode: Expression
    isam: Expression | None = None
    text: Expression | None = None


@dataclass(frozen=True, slots=True)
class Call(Statement):
    """``CALL name(arguments) [RETURNING variables]``."""

    routine: ExecuteRoutine
    returning: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class ExecuteImmediate(Statement):
    """``EXECUTE IMMEDIATE text``."""

    text: Expression


@dataclass(frozen=True, slots=True)
class Trace(Statement):
    """``TRACE ON|OFF|PROCEDURE`` (`mode`) or ``TRACE expression``."""

    mode: str = ""
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class System(Statement):
    """``SYSTEM command``: never to be run by an emulator."""

    command: Expression


@dataclass(frozen=True, slots=True)
class CreateTrigger(Statement):
    """`text` is the whole statement as written.

    The three bodies are what the trigger does before, for each row of, and after a
    statement: an IF for every list of actions that has a WHEN.
    """

    name: ObjectName
    event: str  # insert, update, delete
    columns: tuple[Identifier, ...]  # of UPDATE OF; (): any
    table: ObjectName
    old: str  # correlation names, "" if not given
    new: str
    before: Block
    each_row: Block
    after: Block
    text: str
    if_not_exists: bool = False
    disabled: bool = False
