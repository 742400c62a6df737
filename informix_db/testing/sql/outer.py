"""Informix's own outer joins: ``FROM a, OUTER b``, ``OUTER (b, OUTER c)``.

The tables after OUTER are subservient to those beside it. A condition of WHERE that
touches a subservient table belongs to its join; the others choose among joined rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast, ast_query
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.expressions import ExpressionBinder
from informix_db.testing.sql.scope import Scope, references
from informix_db.testing.sql.sources import make_nullable

if TYPE_CHECKING:
    from informix_db.testing.sql.sources import SourceBinder


class _Level:
    """The tables of FROM, or of one OUTER; `parent` is the level it is beside.

    `joined` tells whether a condition joins it to `parent`.
    """

    def __init__(self, position: int, parent: _Level | None) -> None:
        self.position = position
        self.parent = parent
        self.sources: list[b.Source] = []
        self.outers: list[_Level] = []
        self.conditions: list[b.Expr] = []
        self.joined = False

    def ancestors(self) -> list[_Level]:
        return [] if self.parent is None else [self.parent, *self.parent.ancestors()]


class OuterJoins:
    """Binds one FROM clause with OUTER, and its WHERE clause."""

    def __init__(self, binder: SourceBinder, scope: Scope) -> None:
        self._binder = binder
        self._scope = scope
        self._levels: dict[int, _Level] = {}  # by source

    def bind(
        self,
        items: Sequence[ast.FromItem],
        where: ast.Expression | None,
        conditions: ExpressionBinder,
    ) -> tuple[b.Source, b.Expr | None]:
        """Return the joined tables and what is left of WHERE."""
        root = _Level(0, None)
        self._add(items, root)
        for part in _conjuncts(where):
            condition = conditions.condition(part)
            level = self._level(condition, root, part.position)
            level.conditions.append(condition)
        return _joined(root), _all_of(root.conditions)

    def _add(self, items: Sequence[ast.FromItem], level: _Level) -> None:
        for item in items:
            if isinstance(item, ast_query.Outer):
                outer = _Level(item.position, level)
                level.outers.append(outer)
                self._add(item.items, outer)
                continue
            start = len(self._scope.items)
            level.sources.append(self._binder.source(item, self._scope))
            added = self._scope.items[start:]
            if level.parent is not None:
                make_nullable(added)
            for entry in added:
                self._levels[entry.source] = level

    def _level(self, condition: b.Expr, root: _Level, position: int) -> _Level:
        """Return the level whose join a condition belongs to.

        SQLError(-393) if it joins two OUTERs side by side, -396 if it skips a level.
        """
        touched = {
            self._levels[source]
            for source in references(condition)
            if source in self._levels
        }
        deepest = max(touched, key=lambda one: len(one.ancestors()), default=root)
        others = touched - {deepest}
        if not others <= set(deepest.ancestors()):
            raise SQLError(-393, offset=position)
        if deepest.parent is not None and not others <= {deepest.parent}:
            raise SQLError(-396, offset=position)
        deepest.joined = deepest.joined or bool(others)
        return deepest


def _conjuncts(where: ast.Expression | None) -> Sequence[ast.Expression]:
    if where is None:
        return ()
    if not isinstance(where, ast.And):
        return (where,)
    return [part for operand in where.operands for part in _conjuncts(operand)]


def _all_of(conditions: Sequence[b.Expr]) -> b.Expr | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return b.Op(t.BOOLEAN_TYPE, "and", tuple(conditions))


def _joined(level: _Level) -> b.Source:
    """Return the tables of a level; SQLError(-395) for one without a join condition,
    -201 for one whose tables are all subservient."""
    if not level.sources:
        raise SQLError(-201, offset=level.position)
    source, *rest = level.sources
    for other in rest:
        source = b.JoinSource("cross", source, other, None)
    for outer in level.outers:
        if not outer.joined:
            raise SQLError(-395, offset=outer.position)
        source = b.JoinSource("left", source, _joined(outer), _all_of(outer.conditions))
    return source
