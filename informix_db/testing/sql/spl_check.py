"""What is wrong with a routine whatever it is called with, found when it is created.

Names of tables, columns and other routines are looked up when a statement is first
run: they need not exist before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from informix_db.testing.api import SQLError
from informix_db.testing.records import dataclass
from informix_db.testing.sql import ast, ast_ddl, ast_dml, ast_query, ast_spl
from informix_db.testing.sql.spl_trees import into_of, label_of, nodes

_LOCAL_DEFAULT, _GLOBAL_LIKE, _GLOBAL_WITHOUT = -652, -653, -658
_RETURN_COUNT, _RETURNS_NOTHING, _NO_INTO = -655, -656, -659
_LOOP_VARIABLE, _LOOP_TWICE, _NOT_INTEGER = -660, -662, -666
_UNDECLARED, _DECLARED_TWICE, _SERIAL, _PARAMETER_TWICE = -667, -669, -670, -671
_NOT_ALLOWED, _NO_LOOP, _NO_LABEL = -675, -596, -26027

_SERIALS = ("serial", "serial8", "bigserial")
_INTEGERS = ("integer", "smallint", "bigint", "int8")
_DATABASES = (ast_ddl.OpenDatabase, ast_ddl.CloseDatabase, ast_ddl.CreateDatabase)


@dataclass(slots=True)
class _Place:
    """Where in a routine a statement is."""

    returning: int
    variables: dict[str, ast.DataType | ast_spl.LikeColumn]
    counters: tuple[str, ...] = ()  # variables of the FOR loops around it
    loops: tuple[tuple[str, str], ...] = ()  # kind and label, outermost first
    labels: frozenset[str] = frozenset()  # that GOTO may name
    in_handler: bool = False


def check_routine(node: ast_spl.CreateRoutine) -> None:
    """Raise SQLError for what no call could do right."""
    variables = {parameter.name: parameter.type for parameter in node.parameters}
    if len(variables) < len(node.parameters):
        raise SQLError(_PARAMETER_TWICE, 0, node.name.position, node.name.name)
    _refuse_twins(node.body)
    _block(node.body, _Place(len(node.returning), variables))


def _refuse_twins(body: ast_spl.Block) -> None:
    """Raise SQLError(-201) for a label that is there twice; its code is not known."""
    seen = set()
    for node in nodes(body):
        label = label_of(node)
        if label in seen:
            raise SQLError(-201, 0, node.position, label)
        if label:
            seen.add(label)


def _block(node: ast_spl.Block, place: _Place) -> None:
    own: dict[str, ast.DataType | ast_spl.LikeColumn] = {}
    for define in node.declarations:
        _define(define)
        for name in define.names:
            if isinstance(define.type, ast.DataType) and define.type.name in _SERIALS:
                raise SQLError(_SERIAL, 0, name.position, name.name)
            if name.name in own:
                raise SQLError(_DECLARED_TWICE, 0, name.position, name.name)
            own[name.name] = define.type
    variables = {**place.variables, **own}
    labels = place.labels.union(map(label_of, node.statements)) - {""}
    inner = replace(place, variables=variables, labels=labels)
    for handler in node.handlers:
        _declared(handler.variables, inner)
        _block(handler.body, replace(inner, in_handler=True))
    for statement in node.statements:
        _statement(statement, inner)


def _define(node: ast_spl.Define) -> None:
    if not node.is_global:
        if node.default is not None:
            raise SQLError(_LOCAL_DEFAULT, offset=node.position)
    elif isinstance(node.type, ast_spl.LikeColumn):
        raise SQLError(_GLOBAL_LIKE, offset=node.position)
    elif node.default is None:
        raise SQLError(_GLOBAL_WITHOUT, offset=node.position)


def _declared(names: Sequence[ast.Identifier], place: _Place) -> None:
    """SQLError(-667) for a variable nobody declared, -660 for a loop's."""
    for name in names:
        if name.name not in place.variables:
            raise SQLError(_UNDECLARED, 0, name.position, name.name)
        if name.name in place.counters:
            raise SQLError(_LOOP_VARIABLE, 0, name.position, name.name)


def _statement(node: ast.Statement, place: _Place) -> None:
    match node:
        case ast_spl.Block():
            _block(node, place)
        case ast_spl.If():
            for branch in node.branches:
                _block(branch.body, place)
            if node.otherwise is not None:
                _block(node.otherwise, place)
        case ast_spl.For() | ast_spl.Foreach() | ast_spl.While() | ast_spl.Loop():
            _loop(node, place)
        case ast_spl.Exit() | ast_spl.Continue():
            _leave(node, place)
        case ast_spl.Return():
            _return(node, place)
        case _:
            _simple(node, place)


def _simple(node: ast.Statement, place: _Place) -> None:
    match node:
        case ast_spl.Let():
            targets = [_target(target) for target in node.targets]
            _declared(targets, place)
        case ast_spl.Call():
            _declared(node.returning, place)
        case ast_dml.ExecuteRoutine():
            _declared(node.into, place)
        case ast_query.Query():
            if not into_of(node) and node.into is None:
                raise SQLError(_NO_INTO, offset=node.position)
            _declared(into_of(node), place)
        case ast_spl.Goto():
            if place.in_handler:
                raise SQLError(_NOT_ALLOWED, offset=node.position)
            if node.label not in place.labels:
                raise SQLError(_NO_LABEL, 0, node.position, node.label)
        case ast_ddl.Drop(kind="database"):
            raise SQLError(_NOT_ALLOWED, offset=node.position)
        case _ if isinstance(node, _DATABASES):
            raise SQLError(_NOT_ALLOWED, offset=node.position)


def _target(node: ast.Expression) -> ast.Identifier:
    name = node.operand if isinstance(node, ast.Subscript) else node
    assert isinstance(name, ast.Name)
    return ast.Identifier(name.position, name.parts[-1])


def _loop(
    node: ast_spl.For | ast_spl.Foreach | ast_spl.While | ast_spl.Loop, place: _Place
) -> None:
    kind = type(node).__name__.lower()
    counters = place.counters
    if isinstance(node, ast_spl.For):
        _declared([node.variable], place)
        declared = place.variables[node.variable.name]
        if isinstance(declared, ast.DataType) and declared.name not in _INTEGERS:
            raise SQLError(_NOT_INTEGER, 0, node.position, node.variable.name)
        counters = (*counters, node.variable.name)
    elif isinstance(node, ast_spl.Foreach):
        if isinstance(node.source, ast_query.Query) and not node.into:
            raise SQLError(_NO_INTO, offset=node.position)
        _declared(node.into, place)
        for i, name in enumerate(node.into):
            if any(name.name == other.name for other in node.into[:i]):
                raise SQLError(_LOOP_TWICE, 0, name.position, name.name)
    loops = (*place.loops, (kind, node.label))
    _block(node.body, replace(place, counters=counters, loops=loops))


def _leave(node: ast_spl.Exit | ast_spl.Continue, place: _Place) -> None:
    """SQLError(-596) unless there is a loop of that kind or label around it."""
    for kind, label in place.loops:
        if node.label in ("", label) and node.kind in ("", kind):
            return
    raise SQLError(_NO_LOOP, 0, node.position, node.label or node.kind)


def _return(node: ast_spl.Return, place: _Place) -> None:
    """RETURN without values is always right."""
    if not node.values:
        return
    if not place.returning:
        raise SQLError(_RETURNS_NOTHING, offset=node.position)
    if len(node.values) != place.returning:
        raise SQLError(_RETURN_COUNT, offset=node.position)
