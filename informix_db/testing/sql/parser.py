"""From SQL text to a syntax tree: `parse`.

Refuses with -201 (syntax), -202, -203, -204, -253, -282, -283, -943 (lexer), -762
(nested too deeply), -1268 (qualifier). What it accepts may still make no sense: that
is for the binder to find out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from informix_db.testing.sql import ast
from informix_db.testing.sql.lexer import END, Tokens
from informix_db.testing.sql.parser_base import UnsupportedError
from informix_db.testing.sql.parser_trigger import TriggerParser


def parse(sql: str, *, delimident: bool = False) -> ast.Statement:
    """Parse the text of one PREPARE or COMMAND message.

    `delimident`: double quotes enclose identifiers, not strings.
    """
    tokens = Tokens(sql, delimident=delimident)
    parser = Parser(tokens)
    try:
        statement = parser.text()
    except UnsupportedError as error:
        statement = ast.Unsupported(error.position, error.construct)
    parser.check_height(statement)
    return dataclasses.replace(statement, parameter_count=tokens.parameter_count)


class Parser(TriggerParser):
    """The whole language."""

    def text(self) -> ast.Statement:
        """Take the text: a statement, or several separated by ``;``."""
        statements = [self.statement()]
        while self.accept(";"):
            if self.at(END):
                break
            statements.append(self.statement())
        if not self.at(END):
            self.fail()
        if len(statements) == 1:
            return statements[0]
        return ast.Batch(statements[0].position, tuple(statements))

    def not_emulated(self) -> ast.Statement:
        for words in _NOT_EMULATED:
            if self.at_words(*words):
                self.unsupported(" ".join(words).upper())
        return self.fail()

    def statement(self) -> ast.Statement:
        if self.at_words("update", "statistics"):
            following = self._keys[self._index + 2]
            if following not in ("set", "."):
                return self.update_statistics()
        method = _STATEMENTS.get(self._keys[self._index])
        if method is None:
            self.fail()
        return method(self)


# Statements that are only known by name.
_NOT_EMULATED = (
    ("save", "external", "directives"),
    ("start", "violations", "table"),
    ("stop", "violations", "table"),
)

_STATEMENTS: dict[str, Callable[[Parser], ast.Statement]] = {
    "(": Parser.query,
    "alter": Parser.alter,
    "begin": Parser.begin,
    "close": Parser.close,
    "commit": Parser.commit,
    "create": Parser.create,
    "database": Parser.database,
    "delete": Parser.delete,
    "drop": Parser.drop,
    "execute": Parser.execute_routine,
    "grant": Parser.grant,
    "insert": Parser.insert,
    "lock": Parser.lock,
    "merge": Parser.merge,
    "release": Parser.release,
    "rename": Parser.rename,
    "revoke": Parser.revoke,
    "rollback": Parser.rollback,
    "save": Parser.not_emulated,
    "savepoint": Parser.savepoint,
    "select": Parser.query,
    "set": Parser.set,
    "start": Parser.not_emulated,
    "stop": Parser.not_emulated,
    "truncate": Parser.truncate,
    "unlock": Parser.unlock,
    "update": Parser.update,
    "with": Parser.with_statement,
}
