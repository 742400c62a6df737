"""Rows of sysmaster: databases, sessions, locks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from informix_db.testing.sql.catalog import Table
from informix_db.testing.sql.sysrows import partition_number
from informix_db.testing.sql.temporal import date_to_days

if TYPE_CHECKING:
    from informix_db.testing.engine import Engine
    from informix_db.testing.sql.transactions import Transaction

Row = tuple[Any, ...]

_ROWID_OFFSET = 256  # ROWID of the row with key 0
# sysdatabases.flags (ADR-221).
_UNBUFFERED, _BUFFERED, _ANSI = 1, 2, 4
_WAITS_FOR_LOCK = 0x4  # bit of syssessions.state; [M]


def _sysdatabases(engine: Engine, locale: str) -> Iterator[Row]:
    for number, database in enumerate(engine.by_name.values(), 1):
        flags = _ANSI if database.ansi else 0
        if database.logged:
            flags |= _BUFFERED if database.buffered else _UNBUFFERED
        yield (
            database.name,
            partition_number(number),
            database.owner,
            date_to_days(database.created),
            int(database.logged),
            int(database.buffered),
            int(database.ansi),
            0,
            0,
            flags,
        )


def _sysdual(engine: Engine, locale: str) -> Iterator[Row]:
    yield ("X",)


def _syssessions(engine: Engine, locale: str) -> Iterator[Row]:
    for session in engine.sessions.values():
        waiting = session.waiting_for is not None
        known = (session.session_id, session.user, 0, 0, "", "", session.opened, "", 0)
        waits = (0, int(waiting), 0, 0, 0, int(session.transaction is not None))
        yield (*known, *waits, 0, 0, _WAITS_FOR_LOCK if waiting else 0)


def _syssqlcurses(engine: Engine, locale: str) -> Iterator[Row]:
    """The session that asks; IBM's driver takes the first row for its own [J]."""
    session = engine.runtime.session
    if session is not None:
        yield session.session_id, session.database_name


def _syslocks(engine: Engine, locale: str) -> Iterator[Row]:
    """Locks on tables and rows; `owner` and `waiter` are sessions' numbers."""
    waiters = {
        session.waiting_for: number
        for number, session in engine.sessions.items()
        if session.waiting_for is not None
    }
    for database in engine.by_name.values():
        for table in database.tables():
            for rowid, kind, holder in _locks_on(engine, table):
                names = (database.name, table.name)
                waiter = waiters.get(holder)
                yield (*names, rowid, 0, kind, holder.session_id, waiter)


def _locks_on(engine: Engine, table: Table) -> Iterator[tuple[int, str, Transaction]]:
    """Yield ROWID (0: the table), type and holder of locks on a table."""
    for holder, exclusive in table.locks.items():
        yield 0, "X" if exclusive else "S", holder
    for writer in table.writers:
        yield 0, "IX", writer
        for key in engine.store.keys_written(table, writer):
            yield key + _ROWID_OFFSET, "X", writer
    for key, locks in table.row_locks.items():
        for lock in locks:
            kind = "U" if lock.update else "S"
            yield key + _ROWID_OFFSET, kind, lock.transaction


def _systabnames(engine: Engine, locale: str) -> Iterator[Row]:
    for database in engine.by_name.values():
        for table in database.tables():
            number = partition_number(table.tabid)
            where = (database.name, table.owner, table.name)
            yield (number, *where, database.locale or locale)


def _sysdbslocale(engine: Engine, locale: str) -> Iterator[Row]:
    for database in engine.by_name.values():
        yield database.name, database.locale or locale


MONITOR_ROWS: dict[str, Callable[[Any, str], Iterable[Row]]] = {
    "sysdatabases": _sysdatabases,
    "sysdual": _sysdual,
    "syssessions": _syssessions,
    "syslocks": _syslocks,
    "syssqlcurses": _syssqlcurses,
    "systabnames": _systabnames,
    "sysdbslocale": _sysdbslocale,
}
