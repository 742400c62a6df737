"""SQL scripts: statements separated by semicolons, as DB-Access takes them.

A routine ends at its END PROCEDURE or END FUNCTION, whatever semicolons it has inside.
Knows none of DB-Access's own commands (LOAD, UNLOAD, INFO, OUTPUT).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .api import EngineAPI, EngineSessionAPI, SQLError
from .sql.lexer import END, Tokens

_NOTHING_TO_COMMIT = (-255, -256, -349)  # no transaction, no log, no database
_BEFORE_ROUTINE = frozenset(("create", "dba", "if", "not", "exists"))
_ROUTINES = ("procedure", "function")


class ScriptError(Exception):
    """A statement of a script failed; says which, at what line, and why."""


class Statement(NamedTuple):
    """One statement of a script and the line it begins in."""

    line: int
    sql: str


def statements(script: str) -> Iterator[Statement]:
    """Yield the statements of a script."""
    try:
        tokens = Tokens(script)
    except SQLError as error:
        raise _failed(script.count("\n", 0, error.offset) + 1, "", error) from error
    first = 0
    for index in _ends(tokens.keys):
        if index > first:
            start = tokens.starts[first]
            line = script.count("\n", 0, start) + 1
            yield Statement(line, script[start : tokens.ends[index - 1]])
        first = index + 1


def _ends(keys: list[str]) -> Iterator[int]:
    """Yield the indexes of the tokens that end statements."""
    first = 0
    in_routine = False
    for index, key in enumerate(keys):
        if key in _ROUTINES:
            if index > first and _BEFORE_ROUTINE.issuperset(keys[first:index]):
                in_routine = True
            elif keys[index - 1] == "end":
                in_routine = False
        elif key == "external":
            in_routine = False  # there is no END
        elif key == END or (key == ";" and not in_routine):
            yield index
            first = index + 1
            in_routine = False


def run_script(
    engine: EngineAPI, script: str, *, database: str, user: str, locale: str
) -> None:
    """Carry out a script as `user`, in `database` until it opens another one.

    A transaction that is open at the end is committed, in an ANSI database always.
    ScriptError at the first statement that fails; what was done before it stays.
    """
    session = engine.open_session(user, {"DB_LOCALE": locale} if locale else {})
    try:
        session.open_database(database)
        for line, sql in statements(script):
            try:
                _execute(session, sql)
            except SQLError as error:
                raise _failed(line, sql, error) from error
        _commit(session)
    finally:
        session.close()


def _execute(session: EngineSessionAPI, sql: str) -> None:
    statement = session.prepare(sql)
    try:
        statement.execute([])
    finally:
        statement.close()


def _commit(session: EngineSessionAPI) -> None:
    try:
        session.commit()
    except SQLError as error:
        if error.sqlcode not in _NOTHING_TO_COMMIT:
            raise


def _failed(line: int, sql: str, error: SQLError) -> ScriptError:
    token = f" ({error.token})" if error.token else ""
    codes = f"SQLCODE {error.sqlcode}, ISAM {error.isam}{token}"
    return ScriptError(f"line {line}: {codes}: {sql}".rstrip(": "))
