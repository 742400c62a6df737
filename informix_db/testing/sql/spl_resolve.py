"""Which routine a call means, and its arguments as that routine takes them.

Routines may share a name. Among those the arguments fit by number and name, the one
with the most parameters of the arguments' own kind is meant, then the one that needs
fewest defaults; if that does not decide, the call is ambiguous. A real server's ranking
of types is finer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast, ast_dml
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.privileges import require
from informix_db.testing.sql.rules import strip
from informix_db.testing.sql.spl_objects import Routine

if TYPE_CHECKING:
    from informix_db.testing.sql.expressions import ExpressionBinder

_NO_ROUTINE, _NO_SUCH_ARGUMENT, _AMBIGUOUS = -674, -695, -9700
_TOO_MANY_VALUES = -684

Arguments = Sequence[ast_dml.Argument]
CALL = "spl_call"  # the operator of a call in an expression


def resolve(
    binder: ExpressionBinder,
    routines: Sequence[Routine],
    name: ast.ObjectName,
    arguments: Arguments,
) -> tuple[Routine, list[ast.Expression]]:
    """Return the routine meant, and an expression for each of its parameters.

    SQLError(-674) if there is none, -695 if one lacks an argument named in the call,
    -9700 if several fit equally, -706 without the privilege to execute it.
    """
    found = _choose(binder, routines, name, arguments)
    names = binder.binding.names
    require("e", found[0], names.current_database(), names, name.position)
    binder.binding.note(found[0])
    return found


def _choose(
    binder: ExpressionBinder,
    routines: Sequence[Routine],
    name: ast.ObjectName,
    arguments: Arguments,
) -> tuple[Routine, list[ast.Expression]]:
    fitting = []
    for routine in routines:
        matched = _match(routine, arguments)
        if matched is not None:
            fitting.append((routine, matched))
    if not fitting:
        known = [p.name for routine in routines for p in routine.parameters]
        for argument in arguments:
            if routines and argument.name and argument.name not in known:
                raise SQLError(_NO_SUCH_ARGUMENT, 0, name.position, name.name)
        raise SQLError(_NO_ROUTINE, 0, name.position, name.name)
    if len(fitting) == 1:
        return fitting[0]
    ranked = [(_likeness(binder, *pair), pair) for pair in fitting]
    most = max(rank for rank, _ in ranked)
    best = [pair for rank, pair in ranked if rank == most]
    if len(best) > 1:
        raise SQLError(_AMBIGUOUS, 0, name.position, name.name)
    return best[0]


def _match(routine: Routine, arguments: Arguments) -> list[ast.Expression] | None:
    """Return an expression per parameter, None if the arguments do not fit."""
    given: dict[str, ast.Expression] = {}
    positional = [p.name for p in routine.parameters]
    for argument in arguments:
        if not argument.name and not positional:
            return None
        key = argument.name or positional.pop(0)
        if key in given:
            return None
        given[key] = argument.value
    values = []
    for parameter in routine.parameters:
        value = given.pop(parameter.name, parameter.default)
        if value is None:
            return None
        values.append(value)
    return None if given else values


def _likeness(
    binder: ExpressionBinder, routine: Routine, values: list[ast.Expression]
) -> tuple[int, int]:
    """Return how many arguments are of their parameters' kind, and minus the number
    of those that defaults stand for."""
    alike = defaults = 0
    for value, parameter in zip(values, routine.parameters, strict=True):
        if value is parameter.default:
            defaults += 1
        elif not isinstance(value, ast.Parameter):
            found, wanted = binder.bind(value).type, parameter.type
            alike += (t.family(found) == t.family(wanted)) + (found.code == wanted.code)
    return alike, -defaults


def bind_arguments(
    binder: ExpressionBinder, routine: Routine, values: list[ast.Expression]
) -> list[b.Expr]:
    """Return the arguments bound, as the types the routine takes them in."""
    bound: list[b.Expr] = []
    for value, parameter in zip(values, routine.parameters, strict=True):
        wanted = strip(parameter.type)
        if parameter.mode == "out":
            bound.append(b.Const(wanted, None))
        else:
            bound.append(binder.bind_to(value, wanted))
    return bound


def bind_routine_call(
    binder: ExpressionBinder, node: ast.FunctionCall, *, overloads: bool
) -> b.Expr | None:
    """Return a call in an expression bound, None if no routine has the name, or if
    none is meant and the name is also a built-in function's (`overloads`).

    SQLError(-674) if the routine returns nothing, -684 if it returns several values.
    """
    routines = binder.binding.names.find_routines(node.name)
    if not routines:
        return None
    arguments = [ast_dml.Argument(value.position, value) for value in node.arguments]
    if overloads and all(_match(known, arguments) is None for known in routines):
        return None
    routine, values = resolve(binder, routines, node.name, arguments)
    if any(parameter.mode != "in" for parameter in routine.parameters):
        raise unsupported("OUT parameter in an expression", node.position)
    if len(routine.returning) != 1:
        code = _TOO_MANY_VALUES if routine.returning else _NO_ROUTINE
        raise SQLError(code, 0, node.position, node.name.name)
    identity = b.Const(t.INTEGER_TYPE, routine.procid)
    bound = bind_arguments(binder, routine, values)
    return b.Op(strip(routine.returning[0].type), CALL, (identity, *bound))
