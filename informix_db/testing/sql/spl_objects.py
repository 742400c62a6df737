"""Routines of a database as Python objects; their source is kept as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING

from informix_db.testing.api import Column, SQLType
from informix_db.testing.records import dataclass

if TYPE_CHECKING:
    from informix_db.testing.sql import ast, ast_spl
    from informix_db.testing.sql.transactions import Transaction

_FIRST_PROCID = 500  # ids below are those of routines a server comes with [?]


@dataclass(frozen=True, slots=True)
class RoutineParameter:
    """`mode`: in, out, inout."""

    name: str
    type: SQLType
    mode: str = "in"
    default: ast.Expression | None = None


@dataclass(eq=False)
class Routine:
    """A procedure or function. `text` is its CREATE statement, `node` the tree of it.

    `returning` has "" for the name of a value that has none.
    """

    name: str
    owner: str
    procid: int
    parameters: tuple[RoutineParameter, ...]
    returning: tuple[Column, ...]
    text: str
    node: ast_spl.CreateRoutine
    dropped: bool = False
    locked_by: Transaction | None = None  # that created or dropped it, uncommitted
    version: int = 1
    # Who may execute it, as `catalog.Grants`; the letter is e.
    grants: dict[tuple[str, str], dict[str, bool]] = field(default_factory=dict)

    @property
    def types(self) -> tuple[SQLType, ...]:
        return tuple(parameter.type for parameter in self.parameters)


class RoutineTable:
    """The routines of one database."""

    def __init__(self) -> None:
        self._by_id: dict[int, Routine] = {}
        self._next_procid = _FIRST_PROCID
        self._leaving: list[Routine] = []  # dropped, but not committed

    def __iter__(self) -> Iterator[Routine]:
        return iter(list(self._by_id.values()))

    def new_procid(self) -> int:
        self._next_procid += 1
        return self._next_procid - 1

    def add(self, routine: Routine) -> None:
        self._by_id[routine.procid] = routine
        routine.dropped = False

    def remove(self, routine: Routine) -> None:
        del self._by_id[routine.procid]
        routine.dropped = True

    def leave(self, routine: Routine) -> None:
        """Keep a dropped routine in the way of others."""
        self._leaving.append(routine)

    def left(self, routine: Routine) -> None:
        self._leaving.remove(routine)

    def leaving(self, name: str) -> list[Routine]:
        """Return the routines of that name whose DROP is uncommitted."""
        return [routine for routine in self._leaving if routine.name == name]

    def by_id(self, procid: int) -> Routine | None:
        return self._by_id.get(procid)

    def named(self, name: str) -> list[Routine]:
        return [routine for routine in self if routine.name == name]
