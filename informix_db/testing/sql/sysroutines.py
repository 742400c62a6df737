"""Rows of the system catalog about routines and triggers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import SQLType
from informix_db.testing.sql.catalog import Database
from informix_db.testing.sql.spl_objects import Routine
from informix_db.testing.sql.sysrows import pieces, small

if TYPE_CHECKING:
    from informix_db.testing.sql.spl_triggers import Trigger

Row = tuple[Any, ...]

_BODY_PIECE = 256  # characters of text to a row (SQR-51)
_SPL = 2  # sysroutinelangs.langid [J]
_OLD_MODE = "O"  # systriggers.mode; [M]
# sysproccolumns.paramattr (SQR-52).
_MODES = {"in": 1, "inout": 2, "out": 4}
_ONE_OF_MANY, _RETURNED = 3, 5


def _sysprocedures(database: Database, locale: str) -> Iterator[Row]:
    for routine in database.routines:
        mode = "D" if routine.node.dba else "O"
        is_procedure = "f" if routine.returning else "t"
        sizes = (0, 0, 0, 0, len(routine.parameters))
        name = (routine.name, routine.owner, routine.procid, mode)
        specific = routine.node.specific
        names = (specific.name if specific else "", None, "I", _SPL)
        variant = "not variant" not in routine.node.modifiers
        yield (*name, *sizes, is_procedure, *names, variant, False, True, False, 0)


def _sysproccolumns(database: Database, locale: str) -> Iterator[Row]:
    """What a routine returns comes first: IBM's client reads it so [J]."""
    for routine in database.routines:
        start = 0 if routine.returning else 1
        for number, (name, sql_type, mode) in enumerate(_parameters(routine), start):
            length = small(sql_type.length)
            kind = (sql_type.code, length, sql_type.extended_id)
            yield (routine.procid, number, name, *kind, mode)


def _parameters(routine: Routine) -> Iterator[tuple[str, SQLType, int]]:
    returned = _ONE_OF_MANY if len(routine.returning) > 1 else _RETURNED
    for column in routine.returning:
        yield column.name, column.type, returned
    for parameter in routine.parameters:
        yield parameter.name, parameter.type, _MODES[parameter.mode]


def _sysprocbody(database: Database, locale: str) -> Iterator[Row]:
    for routine in database.routines:
        for number, piece in pieces(routine.text, _BODY_PIECE):
            yield (routine.procid, "T", number + 1, piece)


def _sysprocauth(database: Database, locale: str) -> Iterator[Row]:
    for routine in database.routines:
        for (grantor, grantee), held in routine.grants.items():
            yield (grantor, grantee, routine.procid, "E" if held["e"] else "e")


# --- triggers ----------------------------------------------------------------


def _triggers(database: Database) -> Iterator[tuple[int, Trigger]]:
    """Yield triggers with numbers, which are good until one is dropped."""
    found = (trigger for table in database.tables() for trigger in table.triggers)
    return enumerate(found, 1)


def _systriggers(database: Database, locale: str) -> Iterator[Row]:
    for number, trigger in _triggers(database):
        node = trigger.node
        event = node.event[0].upper()
        names = (number, trigger.name, trigger.owner, trigger.table.tabid)
        yield (*names, event, node.old or None, node.new or None, _OLD_MODE, locale)


def _systrigbody(database: Database, locale: str) -> Iterator[Row]:
    """The whole statement stands where a server has the header alone."""
    for number, trigger in _triggers(database):
        for place, piece in pieces(trigger.text, _BODY_PIECE):
            yield (number, "D", place, piece)


ROUTINE_ROWS: dict[str, Callable[[Database, str], Iterable[Row]]] = {
    "sysprocauth": _sysprocauth,
    "sysprocbody": _sysprocbody,
    "sysproccolumns": _sysproccolumns,
    "sysprocedures": _sysprocedures,
    "systrigbody": _systrigbody,
    "systriggers": _systriggers,
}
