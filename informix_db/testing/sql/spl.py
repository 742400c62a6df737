"""The routines of a session: calls by clients, by queries and by other routines.

A routine called by a client runs statement by statement, each a unit of work of its own
unless a transaction is open, as if the client had sent them; between statements other
sessions get their turn. One called by a query, by INSERT ... EXECUTE or by a trigger is
part of that statement's unit of work: it must not change objects or transactions, and a
lock in its way makes the whole statement wait and start again.
"""

from __future__ import annotations

import dataclasses
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

from informix_db.testing.api import BoundParameter, ExecuteResult, SQLError, SQLType
from informix_db.testing.sql import ast, ast_dml, ast_query, ast_spl
from informix_db.testing.sql.boundary import import_value, row_exporter
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.parameters import bind_parameters
from informix_db.testing.sql.parser import parse
from informix_db.testing.sql.planner import bind_statement
from informix_db.testing.sql.plans import (
    Plan,
    QueryPlan,
    SelectPlan,
    changes_objects,
)
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.spl_cursor import RoutineCursor
from informix_db.testing.sql.spl_objects import Routine
from informix_db.testing.sql.spl_plans import (
    CallStatement,
    Computation,
    Expressions,
    RoutinePlan,
    RoutineRows,
    bind_call,
    bind_execute,
    bind_expressions,
)
from informix_db.testing.sql.spl_resolve import CALL
from informix_db.testing.sql.spl_run import Frame
from informix_db.testing.sql.spl_trees import nodes, without_into
from informix_db.testing.sql.spl_variables import Variable, variable_type
from informix_db.testing.sql.utility import check_utility, run_utility

if TYPE_CHECKING:
    from informix_db.testing.sql.session import Session

_MOST_CALLS = 50  # inside each other; a server has as many as its stack holds
_STACK_EXHAUSTED = -722
_MOST_CASCADES, _TOO_MANY_CASCADES = 20, -748
_INTERRUPTED, _NOT_ALLOWED, _REDEFINED = -213, -675, -721
_NO_DEBUG_FILE = -687
_SEVERAL_ROWS = -686
_TYPES_DISAGREE = -689
_TURN = 0.02  # seconds a routine runs before others get their turn

Row = tuple[Any, ...]
Types = Callable[[], dict[str, SQLType]]
Bound = TypeVar("Bound", Expressions, CallStatement, Plan, SelectPlan)


class Running:
    """One call's rows, in the middle of being made."""

    def __init__(self, routines: Routines, routine: Routine, arguments: Row) -> None:
        self._routines = routines
        self._frame = Frame(routines, routine, arguments)
        self._rows = self._frame.rows_gen()

    def __iter__(self) -> Iterator[Row]:
        return self

    def __next__(self) -> Row:
        with self._routines.deeper():
            try:
                return next(self._rows)
            except RecursionError:
                raise SQLError(_STACK_EXHAUSTED) from None

    def close(self) -> None:
        """Give up the rest of the call."""
        self._rows.close()

    def outputs(self) -> list[Any]:
        """Return the parameters' values after the call."""
        return self._frame.outputs()


class Routines:
    """What a session needs to run routines."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._bound: weakref.WeakKeyDictionary[Routine, dict[int, tuple[int, Any]]] = (
            weakref.WeakKeyDictionary()
        )
        self._globals: dict[str, Variable] = {}
        self._depth = 0
        self._query_depth = 0  # of calls by queries
        self._turn_ends = 0.0

    @property
    def runtime(self) -> Runtime:
        return self._session.runtime

    # --- calls by clients ----------------------------------------------------

    def bind(self, node: ast_dml.ExecuteRoutine) -> RoutinePlan:
        return bind_execute(self._session, node)

    def _start_plan(
        self, plan: RoutinePlan, parameters: Sequence[BoundParameter]
    ) -> Running:
        session = self._session
        session.unlocked(lambda: plan.check(session.transaction))
        assert plan.routine is not None
        assert plan.arguments is not None
        values = bind_parameters(plan.slots, parameters, self.runtime)
        return self.start(plan.routine, self.compute(plan.arguments, values))

    def execute(
        self, plan: RoutinePlan, parameters: Sequence[BoundParameter]
    ) -> ExecuteResult:
        """Run a routine to its end; what it returns is lost."""
        for _ in self._start_plan(plan, parameters):
            pass
        return ExecuteResult()

    def open(
        self,
        plan: RoutinePlan,
        parameters: Sequence[BoundParameter],
        name: str,
        hold: bool,
    ) -> RoutineCursor:
        with self._session.entered():
            rows = self._start_plan(plan, parameters)
            export = row_exporter([column.type for column in plan.columns])
            cursor = RoutineCursor(self._session, rows, export, name, hold)
            self._session.cursors.add(cursor)
            return cursor

    @property
    def is_in_query(self) -> bool:
        """Whether a query is being run that called a routine."""
        return self._query_depth > 0

    # --- calls by queries and by expressions ---------------------------------

    def call_by_query(self, procid: int, arguments: Row) -> Any:
        """Return the value of a call in a query, which SQLite is in the middle of."""
        with self._in_query():
            return self._value(procid, arguments)

    def run_trigger(self, actions: Routine, values: Row) -> None:
        """Run a trigger's actions, as part of the statement that fires it."""
        if self._query_depth >= _MOST_CASCADES:
            raise SQLError(_TOO_MANY_CASCADES)
        with self._in_query():
            for _ in self.start(actions, values):
                pass

    def rows_to_insert(self, source: RoutineRows, values: list[Any]) -> list[Row]:
        """Return what a routine returns, as the types of the columns it goes to."""
        convert = self.runtime.converter
        pairs = zip(source.returned, source.targets, strict=True)
        converters = [convert(*pair) for pair in pairs]
        with self._in_query():
            arguments = self._evaluate(source.arguments, values)
            rows = list(self.start(self._routine(source.procid), arguments))
        return [
            tuple(
                value if change is None or value is None else change(value)
                for value, change in zip(row, converters, strict=True)
            )
            for row in rows
        ]

    @contextmanager
    def _in_query(self) -> Iterator[None]:
        self._query_depth += 1
        try:
            yield
        finally:
            self._query_depth -= 1

    def _routine(self, procid: int) -> Routine:
        routine = self._session.current_database().routines.by_id(procid)
        if routine is None:
            raise SQLError(_REDEFINED)
        return routine

    def _value(self, procid: int, arguments: Row) -> Any:
        routine = self._routine(procid)
        rows = self.start(routine, arguments)
        row = next(rows, (None,))
        if next(rows, None) is not None:
            raise SQLError(_SEVERAL_ROWS, token=routine.name)
        return row[0]

    # --- for `Frame`: running ------------------------------------------------

    def start(self, routine: Routine, arguments: Row) -> Running:
        return Running(self, routine, arguments)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Count a call; SQLError(-722) if there are too many inside each other."""
        if self._depth >= _MOST_CALLS:
            raise SQLError(_STACK_EXHAUSTED)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def pause(self) -> None:
        """Between two statements: see whether the client gave up, let others run."""
        if self._session.interrupted.is_set():
            raise SQLError(_INTERRUPTED)
        if self._query_depth == 0 and time.monotonic() > self._turn_ends:
            self._session.give_way()
            self._turn_ends = time.monotonic() + _TURN

    def trace(self) -> None:
        """Write nothing; SQLError(-687) if the session has no debug file."""
        if not self._session.has_debug_file:
            raise SQLError(_NO_DEBUG_FILE)

    def compute(self, bound: Expressions, values: list[Any]) -> Row:
        for call in bound.calls:
            arguments = self._evaluate(call.arguments, values)
            values.append(self._value(call.procid, arguments))
        return self._evaluate(bound.computation, values)

    def _evaluate(self, computation: Computation, values: list[Any]) -> Row:
        if computation.evaluators is not None:
            return tuple(evaluate(values) for evaluate in computation.evaluators)
        return self._session.evaluate(computation.plan, values)

    def select(self, plan: SelectPlan, values: list[Any]) -> list[Row]:
        return self._session.select(plan, values).rows

    def current_rows(
        self, plan: SelectPlan, values: list[Any], name: str, hold: bool
    ) -> Iterator[Row]:
        """Yield a query's rows, each while it is the cursor's current one."""
        cursor = self._session.open_rows(plan, values, name, False, hold)
        types = [column.type for column in plan.columns]
        try:
            while rows := cursor.fetch(1):
                yield tuple(map(self._stored, rows[0], types))
        finally:
            cursor.close()

    def _stored(self, value: object, sql_type: SQLType) -> Any:
        """Return a fetched value in storage form."""
        if value is None:
            return None
        value, source = import_value(BoundParameter(sql_type, value))
        convert = self.runtime.converter(source, sql_type)
        return value if convert is None else convert(value)

    def run_statement(self, plan: Plan, values: list[Any]) -> None:
        """Run a statement other than SELECT; SQLError(-675) for all but INSERT,
        UPDATE and DELETE in a routine called by a query."""
        if self._query_depth and changes_objects(plan):
            raise SQLError(_NOT_ALLOWED)
        if isinstance(plan, QueryPlan):
            self._session.run(plan, values)
        else:
            run_utility(self._session, plan.node)

    def run_text(self, text: str) -> None:
        """EXECUTE IMMEDIATE."""
        node = parse(text, delimident=self._session.delimident)
        if isinstance(node, ast_dml.ExecuteRoutine):
            self.execute(self.bind(node), ())
            return
        plan = self._statement_plan(node, {})
        if isinstance(plan, SelectPlan):
            raise unsupported("EXECUTE IMMEDIATE of a SELECT")
        self.run_statement(plan, bind_parameters(plan.slots, (), self.runtime))

    # --- for `Frame`: binding, once ------------------------------------------

    def _once(self, routine: Routine, node: object, make: Callable[[], Bound]) -> Bound:
        """Return what `make` makes of a node, made again if the catalog has changed."""
        session = self._session
        kept = self._bound.setdefault(routine, {})
        version = session.engine.catalog_version

        def current() -> Bound:
            made_for, found = kept.get(id(node), (version, None))
            if found is None or made_for != version:
                return make()
            try:
                found.check(session.transaction)
            except SQLError:
                return make()
            return cast(Bound, found)

        found = session.unlocked(current)
        kept[id(node)] = version, found
        return found

    def expressions(
        self,
        routine: Routine,
        node: object,
        types: Types,
        wanted: Sequence[tuple[ast.Expression, SQLType]],
    ) -> Expressions:
        """Return expressions to be computed as the wanted types."""
        return self._once(
            routine,
            node,
            lambda: bind_expressions(
                self._session,
                types(),
                lambda binder: [binder.bind_to(*pair) for pair in wanted],
            ),
        )

    def condition(
        self, routine: Routine, node: ast.Expression, types: Types
    ) -> Expressions:
        return self._once(
            routine,
            node,
            lambda: bind_expressions(
                self._session, types(), lambda binder: [binder.condition(node)]
            ),
        )

    def call(
        self, routine: Routine, node: ast_dml.ExecuteRoutine, key: object, types: Types
    ) -> CallStatement:
        return self._once(routine, key, lambda: bind_call(self._session, types(), node))

    def query(
        self, routine: Routine, node: ast_query.Query, types: Types
    ) -> SelectPlan:
        return self._once(routine, node, lambda: self._query_plan(node, types()))

    def foreach(
        self, routine: Routine, node: ast_spl.Foreach, types: Types
    ) -> SelectPlan:
        """As `query`, FOR UPDATE if the body uses the cursor's current row."""
        query = cast(ast_query.Query, node.source)
        if node.cursor and any(
            getattr(inside, "current_of", "") == node.cursor
            for inside in nodes(node.body)
        ):
            query = dataclasses.replace(query, for_update=True)
        return self._once(routine, node, lambda: self._query_plan(query, types()))

    def _query_plan(
        self, node: ast_query.Query, types: dict[str, SQLType]
    ) -> SelectPlan:
        plan = bind_statement(without_into(node), self._session, types)
        assert isinstance(plan, SelectPlan)
        return plan

    def statement(self, routine: Routine, node: ast.Statement, types: Types) -> Plan:
        return self._once(routine, node, lambda: self._statement_plan(node, types()))

    def _statement_plan(self, node: ast.Statement, types: dict[str, SQLType]) -> Plan:
        plan = bind_statement(node, self._session, types)
        if not isinstance(plan, QueryPlan):
            check_utility(node)
        return plan

    # --- for `Frame`: variables ----------------------------------------------

    def define(self, routine: Routine, node: ast_spl.Define, name: str) -> Variable:
        """Return a new variable, or the session's if it is a GLOBAL one."""
        sql_type = variable_type(self._session, node.type)
        if not node.is_global:
            return Variable(sql_type)
        known = self._globals.get(name)
        if known is None:
            assert node.default is not None
            wanted = [(node.default, sql_type)]
            bound = self.expressions(routine, node, dict, wanted)
            known = self._globals[name] = Variable(sql_type, *self.compute(bound, []))
        elif known.type != sql_type:
            raise SQLError(_TYPES_DISAGREE, token=name)
        return known


def register(runtime: Runtime) -> None:
    """Make calls in queries known to SQLite."""

    def call(procid: int, *arguments: Any) -> Any:
        session = cast("Session", runtime.session)
        return session.routines.call_by_query(procid, arguments)

    runtime.register(CALL, call, strict=False, deterministic=False)
