"""A call of a routine: the statements of its body, one after the other.

What may yield a row (RETURN ... WITH RESUME) is a generator, for the caller fetches the
rows one by one while the routine waits. RETURN, EXIT and CONTINUE are exceptions.

An error looks for ON EXCEPTION where it is raised, from the innermost block outwards,
before any block is left: a handler WITH RESUME goes on behind the statement that
failed, or behind the outermost BEGIN .. END around it that is inside the handler's
block. One looked for in vain is `_Unhandled`: nothing in this call sees it again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.records import dataclass
from informix_db.testing.sql import ast, ast_dml, ast_query, ast_spl
from informix_db.testing.sql import types as t
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.spl_objects import Routine
from informix_db.testing.sql.spl_trees import into_of, label_of
from informix_db.testing.sql.spl_variables import Variable

if TYPE_CHECKING:
    from informix_db.testing.sql.spl import Routines

_INTERRUPTED = -213
_SEVERAL_ROWS, _SEVERAL_RESULTS = -284, -686
_COUNT_DIFFERS = -661
_NULL_BOUND, _ZERO_STEP, _WRONG_STEP = -443, -697, -683
_NO_CODE = -9722
_MESSAGE = t.lvarchar(t.MAX_LVARCHAR)
_MESSAGE_TYPES = {int: t.INTEGER_TYPE, str: _MESSAGE}

Row = tuple[Any, ...]
Rows = Generator[Row, None, None]
Scope = dict[str, Variable]


@dataclass(eq=False, slots=True)
class _Entry:
    """A block being executed: its handlers and the variables they see."""

    handlers: Sequence[ast_spl.OnException]
    scope: Scope
    explicit: bool  # BEGIN .. END


class _Return(Exception):
    """RETURN without RESUME."""


class _Leave(Exception):
    """EXIT or CONTINUE."""

    def __init__(self, node: ast_spl.Exit | ast_spl.Continue) -> None:
        self.node = node

    def means(self, kind: str, label: str) -> bool:
        if self.node.label:
            return self.node.label == label
        return self.node.kind in ("", kind)


class _Jump(Exception):
    """GOTO."""

    def __init__(self, label: str) -> None:
        self.label = label


class _Unwind(Exception):
    """Leave every block up to and including `entry`'s."""

    def __init__(self, entry: _Entry) -> None:
        self.entry = entry


class _Unhandled(Exception):
    """An error no handler of this call is for."""

    def __init__(self, error: SQLError) -> None:
        self.error = error


class Frame:
    """One call; `variables` are the routine's parameters."""

    def __init__(self, routines: Routines, routine: Routine, arguments: Row) -> None:
        self._routines = routines
        self._routine = routine
        self._blocks: list[_Entry] = []
        pairs = zip(routine.parameters, arguments, strict=True)
        self.scope: Scope = {p.name: Variable(p.type, value) for p, value in pairs}
        self._parameters = self.scope

    def outputs(self) -> list[Any]:
        """Return the parameters' values after the call."""
        return [variable.value for variable in self._parameters.values()]

    def rows_gen(self) -> Rows:
        """Run the routine and yield what it returns."""
        try:
            yield from self._block_gen(self._routine.node.body)
        except _Return:
            pass
        except _Unhandled as unhandled:
            unhandled.error.offset = 0  # a place in another text than the client's
            raise unhandled.error from None
        except _Leave as leave:
            raise SQLError(-596, token=leave.node.kind) from None

    # --- blocks, errors ------------------------------------------------------

    def _block_gen(self, block: ast_spl.Block, explicit: bool = False) -> Rows:
        outside = self.scope
        entry = _Entry(block.handlers, outside, explicit)
        self._blocks.append(entry)
        try:
            if block.declarations:
                self.scope = entry.scope = {**outside, **self._declared(block)}
            yield from self._statements_gen(block.statements)
        except _Unwind as unwind:
            if unwind.entry is not entry:
                raise
        finally:
            self._blocks.pop()
            self.scope = outside

    def _statements_gen(self, statements: Sequence[ast.Statement]) -> Rows:
        """Run statements one after the other, or on from a label among them."""
        number = 0
        while number < len(statements):
            try:
                yield from self._statement_gen(statements[number])
                number += 1
            except _Jump as jump:
                labels = [label_of(node) for node in statements]
                if jump.label not in labels:
                    raise
                number = labels.index(jump.label)

    def _declared(self, block: ast_spl.Block) -> Scope:
        try:
            return {
                name.name: self._routines.define(self._routine, node, name.name)
                for node in block.declarations
                for name in node.names
            }
        except SQLError as error:
            raise _Unhandled(error) from error

    def _inner_block_gen(self, block: ast_spl.Block) -> Rows:
        yield from self._block_gen(block, explicit=True)

    def _statement_gen(self, node: ast.Statement) -> Rows:
        try:
            self._routines.pause()
            compound = self._COMPOUND.get(type(node))
            if compound is not None:
                yield from compound(self, node)
            else:
                self._SIMPLE.get(type(node), Frame._sql)(self, node)
        except SQLError as error:
            if error.sqlcode == _INTERRUPTED:
                raise _Unhandled(error) from error
            yield from self._handle_gen(error)

    def _handle_gen(self, error: SQLError) -> Rows:
        blocks, scope = self._blocks, self.scope
        level, handler = _handler_of(error, blocks)
        self._blocks, self.scope = blocks[:level], blocks[level].scope
        try:
            facts = (error.sqlcode, error.isam, error.token)
            for name, value in zip(handler.variables, facts, strict=False):
                self._assign(name.name, value, _MESSAGE_TYPES[type(value)])
            yield from self._block_gen(handler.body)
        finally:
            self._blocks, self.scope = blocks, scope
        if not handler.resume:
            raise _Unwind(blocks[level])
        for entry in blocks[level + 1 :]:
            if entry.explicit:
                raise _Unwind(entry)

    # --- values --------------------------------------------------------------

    def _types(self) -> dict[str, Any]:
        return {name: variable.type for name, variable in self.scope.items()}

    def _values(self, names: Sequence[str]) -> list[Any]:
        return [self.scope[name].get(name) for name in names]

    def _compute(self, node: Any, *wanted: tuple[ast.Expression, SQLType]) -> Row:
        """Return expressions' values, each as its wanted type; `node` they are of."""
        bound = self._routines.expressions(self._routine, node, self._types, wanted)
        return self._routines.compute(bound, self._values(bound.variables))

    def _true(self, node: ast.Expression) -> bool:
        """Tell whether a condition holds; an unknown one does not."""
        bound = self._routines.condition(self._routine, node, self._types)
        return bool(self._routines.compute(bound, self._values(bound.variables))[0])

    def _assign(self, name: str, value: Any, source: SQLType) -> None:
        self.scope[name].set(value, source, self._routines.runtime)

    def _assign_all(
        self, names: Sequence[str], row: Row | None, sources: Sequence[SQLType]
    ) -> None:
        """Assign the values of a row, NULL if there is none; SQLError(-661)."""
        if len(names) != len(sources):
            raise SQLError(_COUNT_DIFFERS)
        for number, (name, source) in enumerate(zip(names, sources, strict=True)):
            self._assign(name, None if row is None else row[number], source)

    def _let(self, node: ast_spl.Let) -> None:
        if len(node.values) == 1 < len(node.targets):
            self._let_several(node, node.values[0])
            return
        if len(node.values) != len(node.targets):
            raise SQLError(_COUNT_DIFFERS)
        pairs = list(zip(node.values, node.targets, strict=True))
        types = [(value, self._target_type(target)) for value, target in pairs]
        for target, value in zip(
            node.targets, self._compute(node, *types), strict=True
        ):
            self._store(target, value)

    def _let_several(self, node: ast_spl.Let, value: ast.Expression) -> None:
        names = [self._plain(target) for target in node.targets]
        if isinstance(value, ast.ScalarQuery):
            self._select_into(value.query, names)
        elif isinstance(value, ast.FunctionCall):
            arguments = tuple(ast_dml.Argument(v.position, v) for v in value.arguments)
            self._call_into(
                ast_dml.ExecuteRoutine(
                    value.position, "function", value.name, arguments
                ),
                value,
                names,
            )
        else:
            raise SQLError(_COUNT_DIFFERS)

    def _plain(self, target: ast.Expression) -> str:
        if not isinstance(target, ast.Name):
            raise unsupported("subscript among several targets", target.position)
        return target.parts[-1]

    def _target_type(self, target: ast.Expression) -> SQLType:
        """Return what is assigned to a target: part of a text if it is a subscript."""
        if isinstance(target, ast.Subscript):
            return _MESSAGE
        return self.scope[self._plain(target)].type

    def _store(self, target: ast.Expression, value: Any) -> None:
        if isinstance(target, ast.Name):
            self.scope[target.parts[-1]].value = value
            return
        assert isinstance(target, ast.Subscript)
        name = self._plain(target.operand)
        last = target.last or target.first
        bounds = ((part, t.INTEGER_TYPE) for part in (target.first, last))
        first, end = self._compute(target, *bounds)
        self.scope[name].set_part(first, end, value, name)

    # --- flow ----------------------------------------------------------------

    def _if_gen(self, node: ast_spl.If) -> Rows:
        for branch in node.branches:
            if self._true(branch.condition):
                yield from self._block_gen(branch.body)
                return
        if node.otherwise is not None:
            yield from self._block_gen(node.otherwise)

    def _pass_gen(self, node: _Loop, kind: str) -> Generator[Row, None, bool]:
        """Run a loop's body once; return whether that was the last time."""
        try:
            yield from self._block_gen(node.body)
        except _Leave as leave:
            if not leave.means(kind, node.label):
                raise
            return isinstance(leave.node, ast_spl.Exit)
        return False

    def _while_gen(self, node: ast_spl.While) -> Rows:
        while self._true(node.condition):
            if (yield from self._pass_gen(node, "while")):
                return
            self._routines.pause()

    def _loop_gen(self, node: ast_spl.Loop) -> Rows:
        while not (yield from self._pass_gen(node, "loop")):
            self._routines.pause()

    def _for_gen(self, node: ast_spl.For) -> Rows:
        variable = self.scope[node.variable.name]
        for bounds in node.ranges:
            for value in self._range(bounds):
                variable.value = value
                if (yield from self._pass_gen(node, "for")):
                    return
                self._routines.pause()

    def _range(self, node: ast_spl.ForRange) -> Sequence[int]:
        """SQLError(-443) if a bound is NULL, -697 for step 0, -683 for one that leads
        away from the end."""
        parts = [p for p in (node.first, node.last, node.step) if p is not None]
        values = self._compute(node, *((part, t.INTEGER_TYPE) for part in parts))
        if None in values:
            raise SQLError(_NULL_BOUND)
        if node.last is None:
            return values
        first, last, *step = values
        direction = 1 if first <= last else -1
        stride = step[0] if step else direction
        if stride == 0:
            raise SQLError(_ZERO_STEP)
        if stride * direction < 0 and first != last:
            raise SQLError(_WRONG_STEP)
        return range(first, last + (1 if stride > 0 else -1), stride)

    def _foreach_gen(self, node: ast_spl.Foreach) -> Rows:
        names = [name.name for name in node.into]
        types, rows = self._source(node)
        if len(names) != len(types):
            raise SQLError(_COUNT_DIFFERS)
        for row in rows:
            self._assign_all(names, row, types)
            if (yield from self._pass_gen(node, "foreach")):
                return
            self._routines.pause()

    def _source(self, node: ast_spl.Foreach) -> tuple[Sequence[SQLType], Iterator[Row]]:
        """Return the types of what a FOREACH goes over, and its rows."""
        if isinstance(node.source, ast_dml.ExecuteRoutine):
            call, running = self._started(node.source, node.source)
            return [column.type for column in call.routine.returning], running
        bound = self._routines.foreach(self._routine, node, self._types)
        values = self._values(bound.variables)
        rows: Iterator[Row] = (
            self._routines.current_rows(bound, values, node.cursor, node.hold)
            if bound.for_update
            else iter(self._routines.select(bound, values))
        )
        return [column.type for column in bound.columns], rows

    def _leave(self, node: ast_spl.Exit | ast_spl.Continue) -> None:
        if node.condition is None or self._true(node.condition):
            raise _Leave(node)

    def _return_gen(self, node: ast_spl.Return) -> Rows:
        if node.values:
            types = [column.type for column in self._routine.returning]
            yield self._compute(node, *zip(node.values, types, strict=True))
        if not node.resume:
            raise _Return

    def _raise(self, node: ast_spl.RaiseException) -> NoReturn:
        wanted = [(node.sqlcode, t.INTEGER_TYPE)]
        if node.isam is not None:
            wanted.append((node.isam, t.INTEGER_TYPE))
        if node.text is not None:
            wanted.append((node.text, _MESSAGE))
        sqlcode, isam, text = (*self._compute(node, *wanted), None, None)[:3]
        raise SQLError(sqlcode or _NO_CODE, isam or 0, token=text or "")

    # --- SQL and other routines ----------------------------------------------

    def _sql(self, node: ast.Statement) -> None:
        """Run a statement that is not SPL's own."""
        if isinstance(node, ast_query.Query) and node.into is None:
            self._select_into(node, [name.name for name in into_of(node)])
            return
        plan = self._routines.statement(self._routine, node, self._types)
        self._routines.run_statement(plan, self._values(plan.variables))

    def _select_into(self, node: ast_query.Query, names: Sequence[str]) -> None:
        """Without a row the variables become NULL."""
        bound = self._routines.query(self._routine, node, self._types)
        rows = self._routines.select(bound, self._values(bound.variables))
        if len(rows) > 1:
            raise SQLError(_SEVERAL_ROWS)
        types = [column.type for column in bound.columns]
        self._assign_all(names, rows[0] if rows else None, types)

    def _execute(self, node: ast_dml.ExecuteRoutine) -> None:
        self._call_into(node, node, [name.name for name in node.into])

    def _call(self, node: ast_spl.Call) -> None:
        names = [name.name for name in node.returning]
        self._call_into(node.routine, node, names)

    def _started(self, node: ast_dml.ExecuteRoutine, key: Any) -> tuple[Any, Any]:
        call = self._routines.call(self._routine, node, key, self._types)
        values = self._values(call.arguments.variables)
        arguments = self._routines.compute(call.arguments, values)
        return call, self._routines.start(call.routine, arguments)

    def _call_into(
        self, node: ast_dml.ExecuteRoutine, key: Any, names: Sequence[str]
    ) -> None:
        """Run a routine to its end; what it returns is lost without variables."""
        call, running = self._started(node, key)
        rows = list(running)
        if len(rows) > 1 and names:
            raise SQLError(_SEVERAL_RESULTS, token=call.routine.name)
        if names:
            types = [column.type for column in call.routine.returning]
            self._assign_all(names, rows[0] if rows else None, types)
        for name, value, source in zip(
            call.outputs, running.outputs(), call.routine.types, strict=True
        ):
            if name:
                self._assign(name, value, source)

    def _execute_immediate(self, node: ast_spl.ExecuteImmediate) -> None:
        (text,) = self._compute(node, (node.text, _MESSAGE))
        self._routines.run_text(text or "")

    def _goto(self, node: ast_spl.Goto) -> NoReturn:
        raise _Jump(node.label)

    def _system(self, node: ast_spl.System) -> NoReturn:
        raise unsupported("SYSTEM", node.position)

    def _trace(self, node: ast_spl.Trace) -> None:
        self._routines.trace()

    def _label(self, node: ast_spl.Label) -> None:
        """A label is only to be named."""

    _COMPOUND: ClassVar[dict[type, Callable[..., Rows]]] = {
        ast_spl.Block: _inner_block_gen,
        ast_spl.If: _if_gen,
        ast_spl.While: _while_gen,
        ast_spl.Loop: _loop_gen,
        ast_spl.For: _for_gen,
        ast_spl.Foreach: _foreach_gen,
        ast_spl.Return: _return_gen,
    }
    _SIMPLE: ClassVar[dict[type, Callable[..., None]]] = {
        ast_spl.Let: _let,
        ast_spl.Call: _call,
        ast_dml.ExecuteRoutine: _execute,
        ast_spl.Exit: _leave,
        ast_spl.Continue: _leave,
        ast_spl.Goto: _goto,
        ast_spl.RaiseException: _raise,
        ast_spl.ExecuteImmediate: _execute_immediate,
        ast_spl.System: _system,
        ast_spl.Trace: _trace,
        ast_spl.Label: _label,
    }


_Loop = ast_spl.For | ast_spl.Foreach | ast_spl.Loop | ast_spl.While


def _handler_of(
    error: SQLError, blocks: Sequence[_Entry]
) -> tuple[int, ast_spl.OnException]:
    """Return the innermost handler for an error, and its block's level."""
    for level in reversed(range(len(blocks))):
        for handler in blocks[level].handlers:
            if not handler.codes or error.sqlcode in handler.codes:
                return level, handler
    raise _Unhandled(error) from error
