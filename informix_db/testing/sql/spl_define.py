"""CREATE and DROP of routines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from informix_db.testing.api import Column, SQLError
from informix_db.testing.sql import ast, ast_ddl, ast_spl, catalogchange
from informix_db.testing.sql.privileges import (
    default_grants,
    require_level,
    require_owner,
)
from informix_db.testing.sql.spl_check import check_routine
from informix_db.testing.sql.spl_objects import Routine, RoutineParameter, RoutineTable
from informix_db.testing.sql.spl_variables import variable_type
from informix_db.testing.sql.transactions import Transaction

if TYPE_CHECKING:
    from informix_db.testing.sql.session import Session

ROUTINES = ("procedure", "function", "routine")  # what DROP may say
_EXISTS, _SPECIFIC, _NO_ROUTINE, _AMBIGUOUS = -673, -9716, -674, -9700
_NOT_OWNER = -635


def create_routine(session: Session, node: ast_spl.CreateRoutine) -> None:
    """SQLError(-673) if there is one of the same name and parameter types."""
    check_routine(node)
    parameters = tuple(
        RoutineParameter(p.name, variable_type(session, p.type), p.mode, p.default)
        for p in node.parameters
    )
    session.transact(lambda tx: _create(session, node, parameters, tx))


def _create(
    session: Session,
    node: ast_spl.CreateRoutine,
    parameters: tuple[RoutineParameter, ...],
    transaction: Transaction,
) -> None:
    database = session.current_database()
    require_level("R", database, session)
    types = tuple(parameter.type for parameter in parameters)
    for known in session.find_routines(node.name):
        if known.types == types:
            if node.if_not_exists:
                return
            if not node.or_replace:
                raise SQLError(_EXISTS, 0, node.name.position, node.name.name)
            _remove(session, database.routines, known, transaction)
    if node.specific is not None:
        _refuse_specific(node.specific, database.routines)
    routine = Routine(
        node.name.name,
        node.name.owner or session.user,
        database.routines.new_procid(),
        parameters,
        tuple(_returned(session, value) for value in node.returning),
        node.text,
        node,
    )
    if not node.dba:
        routine.grants = default_grants(routine, database)
    catalogchange.add(session, database.routines, routine, transaction)
    _claim(routine, transaction)


def _refuse_specific(name: ast.ObjectName, routines: Iterable[Routine]) -> None:
    """SQLError(-9716) if another routine has a specific name."""
    for routine in routines:
        known = routine.node.specific
        if known is not None and known.name == name.name:
            raise SQLError(_SPECIFIC, 0, name.position, routine.name)


def _returned(session: Session, node: ast_spl.ReturnType) -> Column:
    return Column(node.name, variable_type(session, node.type))


def _claim(routine: Routine, transaction: Transaction) -> None:
    """Make other sessions find a routine locked until the transaction ends."""
    if not transaction.direct and routine.locked_by is None:
        routine.locked_by = transaction
        transaction.at_commit(lambda: _release(routine))
        transaction.undo.append(lambda: _release(routine))


def _release(routine: Routine) -> None:
    routine.locked_by = None


def _remove(
    session: Session,
    routines: RoutineTable,
    routine: Routine,
    transaction: Transaction,
) -> None:
    catalogchange.remove(session, routines, routine, transaction)
    _claim(routine, transaction)
    if not transaction.direct:
        routines.leave(routine)
        transaction.at_commit(lambda: routines.left(routine))
        transaction.undo.append(lambda: routines.left(routine))


def drop_routine(session: Session, node: ast_ddl.Drop) -> None:
    """SQLError(-674) if there is none, -9700 if the name alone does not tell."""
    found = [
        routine
        for routine in session.find_routines(node.name)
        if _is_meant(session, routine, node)
    ]
    if not found:
        if node.if_exists:
            return
        raise SQLError(_NO_ROUTINE, 0, node.name.position, node.name.name)
    if len(found) > 1:
        raise SQLError(_AMBIGUOUS, 0, node.name.position, node.name.name)
    database = session.current_database()
    require_owner(found[0], database, session, _NOT_OWNER, node.name.position)
    routines = database.routines
    session.transact(lambda tx: _remove(session, routines, found[0], tx))


def _is_meant(session: Session, routine: Routine, node: ast_ddl.Drop) -> bool:
    if node.kind == "function" and routine.node.kind != node.kind:
        return False  # while DROP PROCEDURE may mean a function (SQT-434)
    if node.signature is None:
        return True
    types = tuple(variable_type(session, kind) for kind in node.signature)
    return types == routine.types


HANDLERS: dict[type[ast.Statement], Callable[..., None]] = {
    ast_spl.CreateRoutine: create_routine
}
