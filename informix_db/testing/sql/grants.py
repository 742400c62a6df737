"""GRANT, REVOKE and roles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast, ast_ddl, ast_session
from informix_db.testing.sql.catalog import Database, SequenceGenerator, Table, View
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.privileges import (
    EVERYTHING,
    LETTERS,
    PUBLIC,
    Grantable,
    owns,
    require_level,
)
from informix_db.testing.sql.spl_objects import Routine
from informix_db.testing.sql.transactions import Transaction

if TYPE_CHECKING:
    from informix_db.testing.sql.session import Session

_Entry = TypeVar("_Entry")

_LEVELS = {"connect": "C", "resource": "R", "dba": "D"}
_ROUTINES = ("procedure", "function", "routine")
_TARGETS = ("table", *_ROUTINES)


def _changed(session: Session) -> None:
    session.engine.catalog_version += 1


def _put(
    session: Session, entries: dict[str, _Entry], name: str, value: _Entry | None
) -> None:
    """Set an entry, until the transaction is undone; None takes it away."""
    old = entries.get(name)

    def put(value: _Entry | None) -> None:
        if value is None:
            entries.pop(name, None)
        else:
            entries[name] = value
        _changed(session)

    def work(tx: Transaction) -> None:
        tx.undo.append(lambda: put(old))
        put(value)

    session.transact(work)


def _grant(session: Session, node: ast_ddl.Grant) -> None:
    if node.target_kind == "":
        _grant_level(session, node)
    elif node.target_kind == "role":
        _grant_roles(session, node)
    elif node.target is not None and node.target_kind in _TARGETS:
        for database, item in _targets(session, node, node.target):
            _grant_object(session, node, database, item)
    else:
        raise unsupported(f"GRANT ON {node.target_kind.upper()}", node.position)


def _revoke(session: Session, node: ast_ddl.Revoke) -> None:
    if node.target_kind == "":
        _revoke_level(session, node)
    elif node.target_kind == "role":
        _revoke_roles(session, node)
    elif node.target is not None and node.target_kind in _TARGETS:
        for database, item in _targets(session, node, node.target):
            _revoke_object(session, node, database, item)
    else:
        raise unsupported(f"REVOKE ON {node.target_kind.upper()}", node.position)


# --- databases ---------------------------------------------------------------


def _grant_level(session: Session, node: ast_ddl.Grant) -> None:
    database = session.current_database()
    require_level("D", database, session)
    level = _LEVELS[node.privileges[0].name]
    for grantee in node.grantees:
        if grantee.name in database.roles and level != "C":
            raise unsupported("database privileges of a role", grantee.position)
        if "CRD".index(level) >= "CRD".index(database.users.get(grantee.name, "C")):
            _put(session, database.users, grantee.name, level)


def _revoke_level(session: Session, node: ast_ddl.Revoke) -> None:
    """What is left after DBA or RESOURCE is CONNECT. SQLError(-580) if not held."""
    database = session.current_database()
    require_level("D", database, session)
    level = _LEVELS[node.privileges[0].name]
    for grantee in node.grantees:
        held = database.users.get(grantee.name)
        if held is None or "CRD".index(held) < "CRD".index(level):
            raise SQLError(-580, offset=grantee.position, token=grantee.name)
        _put(session, database.users, grantee.name, None if level == "C" else "C")


# --- tables, views, sequences, routines ---------------------------------------

_ALLOWED: dict[type, str] = {
    Table: EVERYTHING + "n",
    View: "suid",
    SequenceGenerator: "sa",
    Routine: "e",
}


def _keys(node: ast_ddl.Grant | ast_ddl.Revoke, item: Grantable) -> list[str]:
    """Return the privileges named as `Grants` has them; SQLError(-8320) if a sequence
    has no such one."""
    allowed = _ALLOWED[type(item)]
    keys: list[str] = []
    for privilege in node.privileges:
        if privilege.name == "all":
            keys += [letter for letter in EVERYTHING if letter in allowed]
            continue
        letter = LETTERS.get(privilege.name)
        if letter is None:
            raise SQLError(-201, offset=privilege.position, token=privilege.name)
        if letter not in allowed:
            code = -8320 if isinstance(item, SequenceGenerator) else -201
            raise SQLError(code, offset=privilege.position)
        if not privilege.columns:
            keys.append(letter)
        for column in privilege.columns:
            if isinstance(node, ast_ddl.Revoke):  # has none (SQS-0948)
                raise SQLError(-201, offset=column.position)
            if column.name not in _column_names(item):
                raise SQLError(-217, offset=column.position, token=column.name)
            keys.append(f"{letter}.{column.name}")
    return keys


def _column_names(item: Grantable) -> list[str]:
    if isinstance(item, Table):
        return [column.name for column in item.columns]
    return [name for name, _ in item.columns] if isinstance(item, View) else []


def _covers(held: Collection[str], key: str) -> bool:
    """Tell whether a privilege on a column, or on all of them, is held."""
    return key in held or key[0] in held


def _targets(
    session: Session, node: ast_ddl.Grant | ast_ddl.Revoke, name: ast.ObjectName
) -> list[tuple[Database, Grantable]]:
    """Return what privileges are about: several routines may have one name.

    SQLError(-353) if there is no such table, -674 no such routine, -323 for a temporary
    table.
    """
    if node.target_kind in _ROUTINES:
        routines = session.find_routines(name)
        if not routines:
            raise SQLError(-674, offset=name.position, token=name.name)
        return [(session.current_database(), routine) for routine in routines]
    database, item = session.find_object(name) or (None, None)
    if database is None or item is None:
        raise SQLError(-353, offset=name.position, token=name.name)
    if isinstance(item, Table) and item.temporary:
        raise SQLError(-323, offset=name.position, token=name.name)
    return [(database, item)]


def _grant_object(
    session: Session, node: ast_ddl.Grant, database: Database, item: Grantable
) -> None:
    """SQLError(-298, -299) for PUBLIC or oneself, -302 without the grant option."""
    keys = _keys(node, item)
    if not owns(item, database, session):
        held = _may_grant(item, session.user)
        if not all(_covers(held, key) for key in keys):
            raise SQLError(-302, offset=node.position, token=item.name)
        grantor = session.user
    else:
        grantor = node.grantor or item.owner
    for grantee in node.grantees:
        if grantee.name == PUBLIC and node.grant_option:
            raise SQLError(-298, offset=grantee.position)
        if grantee.name == grantor:
            raise SQLError(-299, offset=grantee.position)

    def work(tx: Transaction) -> None:
        _keep(session, item, tx)
        for grantee in node.grantees:
            held = item.grants.setdefault((grantor, grantee.name), {})
            for key in keys:
                held[key] = held.get(key, False) or node.grant_option

    session.transact(work)


def _may_grant(item: Grantable, user: str) -> set[str]:
    return {
        key
        for (_, grantee), held in item.grants.items()
        for key, option in held.items()
        if option and grantee == user
    }


def _keep(session: Session, item: Grantable, tx: Transaction) -> None:
    """Note how to undo a change of privileges, and that plans must be made anew."""
    old = {pair: dict(held) for pair, held in item.grants.items()}

    def restore() -> None:
        item.grants = old
        item.version += 1
        _changed(session)

    tx.undo.append(restore)
    item.version += 1
    _changed(session)


def _revoke_object(
    session: Session, node: ast_ddl.Revoke, database: Database, item: Grantable
) -> None:
    """SQLError(-580) for what was not granted, -887 if RESTRICT finds grants made
    with it. What was granted on columns goes, too."""
    letters = _keys(node, item)
    grantor = item.owner if owns(item, database, session) else session.user
    everything = any(privilege.name == "all" for privilege in node.privileges)
    for grantee in node.grantees:
        held = item.grants.get((grantor, grantee.name), {})
        if not everything and not set(letters) <= {key[0] for key in held}:
            raise SQLError(-580, offset=grantee.position, token=grantee.name)
        passed_on = [n for c in letters for n in _passed_on(item, grantee.name, c)]
        if node.behaviour == "restrict" and passed_on:
            raise SQLError(-887, offset=grantee.position)

    def work(tx: Transaction) -> None:
        _keep(session, item, tx)
        for grantee in node.grantees:
            for letter in letters:
                for key in _below(item.grants.get((grantor, grantee.name), {}), letter):
                    _take(item, grantor, grantee.name, key)

    session.transact(work)


def _below(held: Iterable[str], key: str) -> list[str]:
    """Return the privileges held that one is made of: itself, and on columns."""
    return [other for other in held if other == key or other.startswith(f"{key}.")]


def _passed_on(item: Grantable, user: str, key: str) -> Iterator[tuple[str, str]]:
    """Yield to whom `user` granted a privilege, and what of it."""
    for (grantor, grantee), held in item.grants.items():
        if grantor == user and grantee != user:
            yield from ((grantee, other) for other in _below(held, key))


def _take(item: Grantable, grantor: str, grantee: str, key: str) -> None:
    """Take a privilege away, and from whoever got it from there alone."""
    held = item.grants.get((grantor, grantee), {})
    if held.pop(key, None) is None:
        return
    if not held:
        del item.grants[grantor, grantee]
    if grantee == item.owner:
        return
    for follower, other in list(_passed_on(item, grantee, key)):
        if not _covers(_may_grant(item, grantee), other):
            _take(item, grantee, follower, other)


# --- roles -------------------------------------------------------------------


def _create_role(session: Session, node: ast_ddl.CreateRole) -> None:
    """SQLError(-19800) if a user or role has the name."""
    database = session.current_database()
    require_level("D", database, session)
    if node.name in database.roles or node.name in database.users:
        if node.if_not_exists:
            return
        raise SQLError(-19800, offset=node.position, token=node.name)
    _put(session, database.roles, node.name, {session.user})


def drop_role(session: Session, node: ast_ddl.Drop) -> None:
    """Run DROP ROLE; SQLError(-19804) if there is none."""
    database = session.current_database()
    require_level("D", database, session)
    if node.name.name in database.roles:
        _put(session, database.roles, node.name.name, None)
    elif not node.if_exists:
        raise SQLError(-19804, offset=node.name.position, token=node.name.name)


def _members(session: Session, role: ast_ddl.Privilege) -> set[str]:
    """Return whom a role is granted to; SQLError(-19804, -19803)."""
    database = session.current_database()
    members = database.roles.get(role.name)
    if members is None:
        raise SQLError(-19804, offset=role.position, token=role.name)
    require_level("D", database, session)
    return members


def _grant_roles(session: Session, node: ast_ddl.Grant) -> None:
    database = session.current_database()
    names = {grantee.name for grantee in node.grantees}
    if names & database.roles.keys():
        raise unsupported("GRANT of a role to a role", node.position)
    for role in node.privileges:
        members = _members(session, role) | names
        _put(session, database.roles, role.name, members)


def _revoke_roles(session: Session, node: ast_ddl.Revoke) -> None:
    database = session.current_database()
    names = {grantee.name for grantee in node.grantees}
    for role in node.privileges:
        members = _members(session, role) - names
        _put(session, database.roles, role.name, members)


def _set_role(session: Session, node: ast_session.SetRole) -> None:
    """SQLError(-19804) for an unknown role, -19805 for one not granted."""
    if not node.role:  # NONE, or DEFAULT: there are no default roles here
        session.role = ""
        return
    members = session.current_database().roles.get(node.role)
    if members is None:
        raise SQLError(-19804, offset=node.position, token=node.role)
    if not members & {session.user, PUBLIC}:
        raise SQLError(-19805, offset=node.position, token=node.role)
    session.role = node.role


HANDLERS: dict[type[ast.Statement], Callable[..., Any]] = {
    ast_ddl.Grant: _grant,
    ast_ddl.Revoke: _revoke,
    ast_ddl.CreateRole: _create_role,
    ast_session.SetRole: _set_role,
}
