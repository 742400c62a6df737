"""Statements and expressions of routines, bound once to be run many times.

Values come from slots: the client's parameters, then the variables used, then what
`calls` return. A routine called in an expression of SPL, and not in a query, is called
before the expression is computed: it runs outside of SQLite and may do what a routine
called by a query may not. Operands that may go uncomputed (CASE, AND, OR, NVL) are
left to SQLite.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from informix_db.testing.api import Column, SQLError, SQLType
from informix_db.testing.records import dataclass
from informix_db.testing.sql import ast, ast_dml
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import statement_types as st
from informix_db.testing.sql.dml import Evaluate, evaluator
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.expressions import ExpressionBinder
from informix_db.testing.sql.plans import Plan, SelectPlan
from informix_db.testing.sql.queries import QueryBinder
from informix_db.testing.sql.scope import Binding, Names, Scope, Slot
from informix_db.testing.sql.spl_objects import Routine
from informix_db.testing.sql.spl_resolve import CALL, bind_arguments, resolve
from informix_db.testing.sql.transactions import Transaction

_NO_ROUTINE, _VALUE_COUNT = -674, -236
_UNCERTAIN = ("and", "or", "coalesce")  # operators that may skip an operand

Types = Mapping[str, SQLType]
BindAll = Callable[[ExpressionBinder], Sequence[b.Expr]]


@dataclass(slots=True)
class Computation:
    """Values computed together: by `evaluators` if none of them needs SQLite."""

    plan: SelectPlan
    evaluators: list[Evaluate] | None


@dataclass(slots=True)
class RoutineCall:
    """A call made before an expression is computed; the next slot takes its value."""

    procid: int
    arguments: Computation


@dataclass(slots=True)
class Expressions:
    """Expressions of SPL."""

    types: list[SQLType]
    computation: Computation
    variables: list[str]
    calls: list[RoutineCall]
    slots: list[Slot]  # of the parameters

    def check(self, transaction: Transaction | None) -> None:
        self.computation.plan.check(transaction)


@dataclass(slots=True)
class CallStatement:
    """EXECUTE or CALL in a routine."""

    routine: Routine
    arguments: Expressions
    # By parameter: the variable that takes its value back, "" if there is none.
    outputs: list[str]

    def check(self, transaction: Transaction | None) -> None:
        self.arguments.check(transaction)


@dataclass(slots=True)
class RoutineRows:
    """The rows INSERT ... EXECUTE stores; `targets` are the types of the columns."""

    procid: int
    arguments: Computation
    returned: list[SQLType]
    targets: list[SQLType]


@dataclass(slots=True)
class RoutinePlan(Plan):
    """EXECUTE PROCEDURE or FUNCTION, as a client prepares it."""

    routine: Routine | None = None
    arguments: Expressions | None = None
    names: tuple[str, ...] = ()  # of the parameters that are whole arguments

    @property
    def parameters(self) -> list[Column]:
        names = self.names or [""] * len(self.slots)
        pairs = zip(names, self.slots, strict=True)
        return [Column(name, slot.type) for name, slot in pairs]

    def check(self, transaction: Transaction | None) -> None:
        assert self.arguments is not None
        self.arguments.check(transaction)


# --- expressions -----------------------------------------------------------------


def bind_expressions(
    names: Names, variables: Types, bind_all: BindAll, parameter_count: int = 0
) -> Expressions:
    """Return what `bind_all` binds, ready to be computed."""
    binding = Binding(names, parameter_count, variables=variables)
    return _finish(binding, bind_all(_binder(binding)))


def _binder(binding: Binding) -> ExpressionBinder:
    return QueryBinder(binding).expressions(Scope())


def _finish(binding: Binding, exprs: Sequence[b.Expr]) -> Expressions:
    calls: list[RoutineCall] = []
    used = list(binding.used_variables)
    exprs = [_without_calls(expr, binding, calls) for expr in exprs]
    types = [expr.type for expr in exprs]
    slots = binding.finish()[: binding.parameter_count]
    return Expressions(types, _computation(binding, exprs), used, calls, slots)


def _computation(binding: Binding, exprs: Sequence[b.Expr]) -> Computation:
    plan = SelectPlan(st.SELECT, ast.Statement(0))
    plan.query = b.BoundQuery(b.BoundSelect([b.Output("", expr) for expr in exprs]))
    plan.tables = [(table, table.version) for table in binding.tables]
    plan.others = [(item, item.version) for item in binding.others]
    found = [evaluator(expr, binding.runtime) for expr in exprs]
    simple = [evaluate for evaluate in found if evaluate is not None]
    return Computation(plan, simple if len(simple) == len(found) else None)


def _without_calls(expr: b.Expr, binding: Binding, calls: list[RoutineCall]) -> b.Expr:
    """Replace the calls that are certain to be made by the slots of their results."""
    if isinstance(expr, b.Convert):
        return dataclasses.replace(expr, arg=_without_calls(expr.arg, binding, calls))
    if not isinstance(expr, b.Op) or expr.name in _UNCERTAIN:
        return expr
    args = tuple(_without_calls(arg, binding, calls) for arg in expr.args)
    if expr.name != CALL:
        return dataclasses.replace(expr, args=args)
    identity, *rest = args
    assert isinstance(identity, b.Const)
    calls.append(RoutineCall(identity.value, _computation(binding, rest)))
    return b.Param(expr.type, binding.new_slot(expr.type))


# --- statements ------------------------------------------------------------------


def bind_call(
    names: Names, variables: Types, node: ast_dml.ExecuteRoutine
) -> CallStatement:
    """Bind EXECUTE or CALL in a routine."""
    binding = Binding(names, 0, variables=variables)
    routine, values = _find(binding, node)
    outputs = [
        _variable_name(value) if parameter.mode != "in" else ""
        for parameter, value in zip(routine.parameters, values, strict=True)
    ]
    exprs = bind_arguments(_binder(binding), routine, values)
    return CallStatement(routine, _finish(binding, exprs), outputs)


def _variable_name(node: ast.Expression) -> str:
    """Return the variable an OUT parameter is given; SQLError(-667) if it is none."""
    if not isinstance(node, ast.Name):
        raise SQLError(-667, offset=node.position)
    return node.parts[-1]


def _find(
    binding: Binding, node: ast_dml.ExecuteRoutine
) -> tuple[Routine, list[ast.Expression]]:
    routines = binding.names.find_routines(node.name)
    found = resolve(_binder(binding), routines, node.name, node.arguments)
    if node.kind == "function" and not found[0].returning:
        raise SQLError(_NO_ROUTINE, 0, node.name.position, node.name.name)
    return found


def bind_routine_rows(
    binding: Binding, node: ast_dml.ExecuteRoutine, targets: list[SQLType]
) -> RoutineRows:
    """Bind the source of INSERT ... EXECUTE; SQLError(-236) if counts differ."""
    routine, values = _find(binding, node)
    if len(routine.returning) != len(targets):
        raise SQLError(_VALUE_COUNT, offset=node.position)
    exprs = bind_arguments(_binder(binding), routine, values)
    returned = [column.type for column in routine.returning]
    arguments = _computation(binding, exprs)
    return RoutineRows(routine.procid, arguments, returned, targets)


def bind_execute(names: Names, node: ast_dml.ExecuteRoutine) -> RoutinePlan:
    """Return the plan of a client's EXECUTE PROCEDURE or FUNCTION."""
    names.current_database()
    binding = Binding(names, node.parameter_count)
    routine, values = _find(binding, node)
    if any(parameter.mode != "in" for parameter in routine.parameters):
        raise unsupported("OUT parameter of a client", node.name.position)
    exprs = bind_arguments(_binder(binding), routine, values)
    columns = [
        Column(column.name or "(expression)", column.type)
        for column in routine.returning
    ]
    arguments = _finish(binding, exprs)
    return RoutinePlan(
        st.EXECUTE_ROUTINE,
        node,
        columns=columns,
        slots=arguments.slots,
        returns_rows=bool(columns),
        routine=routine,
        arguments=arguments,
        names=_parameter_names(routine, values, node.parameter_count),
    )


def _parameter_names(
    routine: Routine, values: list[ast.Expression], count: int
) -> tuple[str, ...]:
    """Return what a client's parameters are named, () unless each is an argument."""
    names = {
        value.index: parameter.name
        for parameter, value in zip(routine.parameters, values, strict=True)
        if isinstance(value, ast.Parameter)
    }
    if len(names) < count:
        return ()
    return tuple(names[index] for index in range(count))
