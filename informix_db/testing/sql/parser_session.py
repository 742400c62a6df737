"""Transactions, savepoints, SET statements, locks."""

from __future__ import annotations

from informix_db.testing.sql import ast, ast_session
from informix_db.testing.sql.lexer import DECIMAL, END, INTEGER, STRING
from informix_db.testing.sql.parser_dml import DMLParser

_ISOLATION = (
    ("dirty", "read"),
    ("committed", "read", "last", "committed"),
    ("committed", "read"),
    ("cursor", "stability"),
    ("repeatable", "read"),
)
_TRANSACTION_LEVELS = (
    ("read", "uncommitted"),
    ("read", "committed"),
    ("repeatable", "read"),
    ("serializable",),
)
# Options the emulator takes note of at most: their words, and what may follow.
_OPTIONS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("explain",), ("on", "off", "file")),
    (("pdqpriority",), ("high", "low", "off", "default", INTEGER)),
    (
        ("optimization",),
        ("high", "low", "first_rows", "all_rows", "environment"),
    ),
    (("debug", "file"), (STRING,)),
    (("statement", "cache"), ("on", "off")),
    (("buffered", "log"), (END, ";")),
    (("log",), (END, ";")),
    (("no", "collation"), (END, ";")),
    (("collation",), (STRING,)),
    (("dataskip",), ("on", "off", "default")),
    (("encryption", "password"), (STRING,)),
    (("session", "authorization"), (STRING,)),
)
_SWITCHED = ("constraints", "indexes", "triggers")
_MODES, _CHECKED = ("enabled", "disabled", "filtering"), ("immediate", "deferred")


class SessionParser(DMLParser):
    """Statements about the session itself."""

    def begin(self) -> ast_session.Begin:
        position = self.expect("begin")
        self.accept("work")
        if self.accept("without"):
            self.expect("replication")
        return ast_session.Begin(position)

    def commit(self) -> ast_session.Commit:
        position = self.expect("commit")
        self.accept("work")
        return ast_session.Commit(position)

    def rollback(self) -> ast_session.Rollback:
        position = self.expect("rollback")
        self.accept("work")
        if not self.accept("to"):
            return ast_session.Rollback(position)
        self.expect("savepoint")
        name = self.word() if self.at_identifier() else ""
        return ast_session.Rollback(position, True, name)

    def savepoint(self) -> ast_session.SetSavepoint:
        position = self.expect("savepoint")
        name = self.word()
        return ast_session.SetSavepoint(position, name, self.accept("unique"))

    def release(self) -> ast_session.ReleaseSavepoint:
        position = self.expect("release", "savepoint")
        return ast_session.ReleaseSavepoint(position, self.word())

    def lock(self) -> ast_session.LockTable:
        position = self.expect("lock", "table")
        table = self.object_name()
        self.expect("in")
        mode = self.expect_one_of("share", "exclusive")
        self.expect("mode")
        return ast_session.LockTable(position, table, mode == "exclusive")

    def unlock(self) -> ast_session.UnlockTable:
        position = self.expect("unlock", "table")
        return ast_session.UnlockTable(position, self.object_name())

    # --- SET ---

    def set(self) -> ast.Statement:
        position = self.expect("set")
        if self.accept("isolation"):
            return self._set_isolation(position)
        if self.accept("transaction"):
            return self._set_transaction(position)
        if self.accept("lock"):
            return self._set_lock_mode(position)
        if self.accept("environment"):
            return self._set_environment(position)
        if self.accept("role"):
            return self._set_role(position)
        if self.at(*_SWITCHED):
            return self._set_constraints(position)
        for words, values in _OPTIONS:
            if self.accept_words(*words):
                return self._set_option(position, " ".join(words), values)
        return self.fail()

    def _set_isolation(self, position: int) -> ast_session.SetIsolation:
        self.accept("to")
        level = self._one_of_phrases(_ISOLATION)
        warning = level == "dirty read" and self.accept_words("with", "warning")
        retain = self.accept_words("retain", "update", "locks")
        return ast_session.SetIsolation(position, level, retain, warning)

    def _set_transaction(self, position: int) -> ast_session.SetTransaction:
        level = access = ""
        while True:
            if self.accept_words("isolation", "level"):
                level = self._one_of_phrases(_TRANSACTION_LEVELS)
            else:
                self.expect("read")
                access = "read " + self.expect_one_of("only", "write")
            if not self.accept(","):
                return ast_session.SetTransaction(position, level, access)

    def _one_of_phrases(self, phrases: tuple[tuple[str, ...], ...]) -> str:
        for words in phrases:
            if self.accept_words(*words):
                return " ".join(words)
        return self.fail()

    def _set_lock_mode(self, position: int) -> ast_session.SetLockMode:
        self.expect("mode", "to")
        if self.accept("not"):
            self.expect("wait")
            return ast_session.SetLockMode(position, 0)
        self.expect("wait")
        seconds = self.integer() if self.at(INTEGER) else None
        return ast_session.SetLockMode(position, seconds)

    def _set_environment(self, position: int) -> ast_session.SetEnvironment:
        name = self.word()
        if self.at(STRING):
            return ast_session.SetEnvironment(position, name, self.string())
        if self.at(INTEGER, DECIMAL) or self.at_identifier():
            value = self.token
            self._index += 1
            return ast_session.SetEnvironment(position, name, value)
        return ast_session.SetEnvironment(position, name)

    def _set_role(self, position: int) -> ast_session.SetRole:
        if self.at(STRING):
            return ast_session.SetRole(position, self.string())
        role = self.word()
        if role == "default":
            return ast_session.SetRole(position, None)
        return ast_session.SetRole(position, "" if role in ("none", "null") else role)

    def _set_constraints(self, position: int) -> ast_session.SetConstraints:
        kinds = self.list_of(lambda: self.expect_one_of(*_SWITCHED))
        names: tuple[ast.ObjectName, ...] = ()
        table = None
        if self.accept("for"):
            table = self.object_name()
        elif kinds == ("constraints",) and self.accept("all"):
            mode = self.expect_one_of(*_CHECKED)
            return ast_session.SetConstraints(position, kinds, mode)
        elif len(kinds) == 1:
            names = self.list_of(self.object_name)
        else:
            self.fail()
        checked = _CHECKED if names and kinds == ("constraints",) else ()
        mode = self.expect_one_of(*_MODES, *checked)
        if mode == "filtering" and self.accept_one_of("with", "without"):
            self.expect("error")
        if mode in ("enabled", "filtering") and self.accept("novalidate"):
            mode += " novalidate"
        return ast_session.SetConstraints(position, kinds, mode, names, table)

    def _set_option(
        self, position: int, name: str, values: tuple[str, ...]
    ) -> ast_session.SetOption:
        self.accept("to")
        variable = self._spl and STRING in values and self.at_identifier()
        if not self.at(*values) and not variable:
            self.fail()
        start = self._index
        while not self.at(END, ";"):
            self._index += 1
        text = self.unread(start, self._index)
        return ast_session.SetOption(position, name, text)
