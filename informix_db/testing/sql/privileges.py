"""Who may do what: privileges on databases, tables, views, sequences and routines.

A privilege is held as its letter in systabauth; one on a single column, which there is
for SELECT, UPDATE and REFERENCES, as ``s.name``. Those on types and languages are not
known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from informix_db.testing.api import SQLError
from informix_db.testing.sql.catalog import (
    Database,
    Grants,
    NamedObject,
    SequenceGenerator,
    Table,
    View,
)
from informix_db.testing.sql.spl_objects import Routine

ADMINISTRATOR = "informix"  # has every privilege in every database
PUBLIC = "public"
# Letters of systabauth in their order; the fourth place is for columns (SQR-71).
_PLACES = "su*idxarn"
LETTERS = {
    "select": "s",
    "update": "u",
    "insert": "i",
    "delete": "d",
    "index": "x",
    "alter": "a",
    "references": "r",
    "under": "n",
    "execute": "e",
}
EVERYTHING = "suidxar"  # what ALL means for a table
ON_COLUMNS = "sur"  # in their order in syscolauth (SQR-23)
# What PUBLIC gets on a new object if the database is not ANSI.
_DEFAULTS: dict[type, str] = {
    Table: "suidx",
    View: "s",
    SequenceGenerator: "s",
    Routine: "e",
}
_MISSING = {
    "s": -272,
    "u": -273,
    "d": -274,
    "i": -275,
    "x": -315,
    "r": -512,
    "a": -541,
    "e": -706,
}

Grantable = Table | View | SequenceGenerator | Routine

_LEVELS = "CRD"  # CONNECT, RESOURCE, DBA: each includes those before it
_REFUSED = {"C": -387, "R": -388, "D": -389}


class Somebody(Protocol):
    """A user, and the role taken on with SET ROLE."""

    user: str
    role: str


def _names(who: Somebody) -> Iterator[str]:
    yield who.user
    yield PUBLIC
    if who.role:
        yield who.role


def has_level(level: str, database: Database, who: Somebody) -> bool:
    """Tell whether `who` has a database privilege: C, R or D."""
    if who.user == ADMINISTRATOR:
        return True
    wanted = _LEVELS.index(level)
    held = (database.users.get(name) for name in _names(who))
    return any(_LEVELS.index(letter) >= wanted for letter in held if letter)


def require_level(level: str, database: Database, who: Somebody) -> None:
    """Raise SQLError(-387, -388 or -389) without a database privilege."""
    if not has_level(level, database, who):
        raise SQLError(_REFUSED[level], token=database.name)


def owns(item: NamedObject | Routine, database: Database, who: Somebody) -> bool:
    """Tell whether `who` may do what the owner may."""
    return item.owner == who.user or has_level("D", database, who)


def require_owner(
    item: NamedObject | Routine,
    database: Database,
    who: Somebody,
    sqlcode: int,
    position: int,
) -> None:
    if not owns(item, database, who):
        raise SQLError(sqlcode, offset=position, token=item.name)


def has(
    privilege: str,
    item: Grantable,
    database: Database,
    who: Somebody,
) -> bool:
    """Tell whether `who` has a privilege (a letter of systabauth) on an object."""
    if isinstance(item, Table) and (item.temporary or item.is_system):
        return True  # of the catalog: what may not be changed is refused elsewhere
    if owns(item, database, who):
        return True
    names = set(_names(who))
    return any(
        grantee in names and privilege in held
        for (_, grantee), held in item.grants.items()
    )


def require_some(
    privilege: str,
    item: Grantable,
    database: Database,
    who: Somebody,
    position: int,
) -> set[str] | None:
    """Return the columns that `who` has a privilege on, None for the whole object;
    SQLError(-272 ...) if there are none."""
    if has(privilege, item, database, who):
        return None
    names = set(_names(who))
    columns = {
        key[2:]
        for (_, grantee), held in item.grants.items()
        for key in held
        if grantee in names and key.startswith(f"{privilege}.")
    }
    if not columns:
        raise missing(privilege, item, position)
    return columns


def require(
    privilege: str,
    item: Grantable,
    database: Database,
    who: Somebody,
    position: int,
) -> None:
    """Raise SQLError(-272 ...) without a privilege on an object."""
    if not has(privilege, item, database, who):
        raise missing(privilege, item, position)


def missing(privilege: str, item: Grantable, position: int) -> SQLError:
    """Return the error for a privilege on an object that somebody lacks."""
    return SQLError(_MISSING[privilege], offset=position, token=item.name)


def default_grants(item: Grantable, database: Database) -> Grants:
    """Return what others may do with a new object: nothing in ANSI databases."""
    if database.ansi:
        return {}
    letters = _DEFAULTS[type(item)]
    return {(item.owner, PUBLIC): dict.fromkeys(letters, False)}


def without_column(grants: Grants, column: str) -> Grants:
    """Return privileges without those on a column that goes."""
    left = {
        pair: {key: option for key, option in held.items() if key[2:] != column}
        for pair, held in grants.items()
    }
    return {pair: held for pair, held in left.items() if held}


def tabauth(held: dict[str, bool]) -> str:
    """Return privileges as systabauth has them: capitals may be granted on."""
    some = {"*": False} if any(len(key) > 1 for key in held) else {}
    return _pattern(_PLACES, {**held, **some})


def colauth(held: dict[str, bool], column: str) -> str:
    """Return privileges on a column as syscolauth has them."""
    letters = {c: held[f"{c}.{column}"] for c in ON_COLUMNS if f"{c}.{column}" in held}
    return _pattern(ON_COLUMNS, letters)


def _pattern(places: str, held: dict[str, bool]) -> str:
    return "".join(
        (letter.upper() if held[letter] else letter) if letter in held else "-"
        for letter in places
    )
