"""Syntax tree of statements about the session: transactions, SET, locks.

See `ast` for what all nodes have in common.
"""

from __future__ import annotations

from informix_db.testing.records import dataclass
from informix_db.testing.sql.ast import ObjectName, Statement


@dataclass(frozen=True, slots=True)
class Begin(Statement):
    """``BEGIN [WORK] [WITHOUT REPLICATION]``."""


@dataclass(frozen=True, slots=True)
class Commit(Statement):
    """``COMMIT [WORK]``."""


@dataclass(frozen=True, slots=True)
class Rollback(Statement):
    """``ROLLBACK [WORK] [TO SAVEPOINT [name]]``; `savepoint` "" is the last one set."""

    to_savepoint: bool = False
    savepoint: str = ""


@dataclass(frozen=True, slots=True)
class SetSavepoint(Statement):
    name: str
    unique: bool = False


@dataclass(frozen=True, slots=True)
class ReleaseSavepoint(Statement):
    name: str


@dataclass(frozen=True, slots=True)
class SetIsolation(Statement):
    """``SET ISOLATION [TO] level``.

    `level`: dirty read, committed read, committed read last committed, cursor
    stability, repeatable read.
    """

    level: str
    retain_update_locks: bool = False
    with_warning: bool = False


@dataclass(frozen=True, slots=True)
class SetTransaction(Statement):
    """``SET TRANSACTION ISOLATION LEVEL level | READ ONLY | READ WRITE``.

    `level`: read uncommitted, read committed, repeatable read, serializable, or "".
    `access`: read only, read write, or "".
    """

    level: str = ""
    access: str = ""


@dataclass(frozen=True, slots=True)
class SetLockMode(Statement):
    """`wait` in seconds: 0 NOT WAIT, None WAIT without limit."""

    wait: int | None


@dataclass(frozen=True, slots=True)
class SetEnvironment(Statement):
    """``SET ENVIRONMENT name value``; value None for DEFAULT-less short forms."""

    name: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class SetConstraints(Statement):
    """``SET CONSTRAINTS ALL|names|FOR table mode``; also INDEXES, TRIGGERS.

    `mode`: immediate, deferred, disabled, enabled or filtering, these two maybe with
    novalidate. `names` and `table` both empty: ALL.
    """

    kinds: tuple[str, ...]  # constraints, indexes, triggers
    mode: str
    names: tuple[ObjectName, ...] = ()
    table: ObjectName | None = None


@dataclass(frozen=True, slots=True)
class SetRole(Statement):
    """``SET ROLE name``; "" is NONE or NULL, None DEFAULT."""

    role: str | None


@dataclass(frozen=True, slots=True)
class SetOption(Statement):
    """SET statements that change how, not what: the emulator may take note of them.

    `name`: explain, pdqpriority, optimization, debug file, statement cache, log,
    buffered log, collation, dataskip, encryption password, session authorization.
    `value`: the rest of the statement, as written.
    """

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class LockTable(Statement):
    """``LOCK TABLE t IN SHARE|EXCLUSIVE MODE``."""

    table: ObjectName
    exclusive: bool


@dataclass(frozen=True, slots=True)
class UnlockTable(Statement):
    table: ObjectName
