"""CREATE TRIGGER."""

from __future__ import annotations

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast, ast_spl
from informix_db.testing.sql.parser_spl import SPLParser

_NO_ACTION, _ILLEGAL = -729, -744
_ACTIONS = ("delete", "execute", "insert", "update")
_NOT_ALLOWED = ("begin", "commit", "rollback", "set")


class TriggerParser(SPLParser):
    """Triggers, whose actions are statements of SPL."""

    def create_trigger(self, position: int) -> ast_spl.CreateTrigger:
        start = self._index - 2  # CREATE TRIGGER
        optional = self.if_not_exists()
        name = self.object_name()
        event = self.expect_one_of("insert", "update", "delete", "select", "instead")
        if event in ("select", "instead"):
            self.unsupported(f"{event.upper()} trigger")
        columns: tuple[ast.Identifier, ...] = ()
        if event == "update" and self.accept("of"):
            columns = self.list_of(self.identifier)
        self.expect("on")
        table = self.object_name()
        old, new = self._correlation_names()
        self._spl = True
        before = self._actions("before")
        each_row = self._actions("for", "each", "row")
        after = self._actions("after")
        self._spl = False
        if not (before.statements or each_row.statements or after.statements):
            raise SQLError(_NO_ACTION, offset=self.position)
        text = self.text_between(start, self._index)
        disabled = self.accept_one_of("enabled", "disabled") == "disabled"
        return ast_spl.CreateTrigger(
            position,
            name,
            event,
            columns,
            table,
            old,
            new,
            before,
            each_row,
            after,
            text,
            optional,
            disabled,
        )

    def _correlation_names(self) -> tuple[str, str]:
        """Take ``REFERENCING OLD AS o NEW AS n``."""
        names = {"old": "", "new": ""}
        if self.accept("referencing"):
            while kind := self.accept_one_of("old", "new"):
                self.accept("as")
                names[kind] = self.word()
        return names["old"], names["new"]

    def _actions(self, *words: str) -> ast_spl.Block:
        """Take ``words [WHEN (condition)] (action, ..), ..``, or nothing."""
        position = self.position
        if not self.accept_words(*words):
            return ast_spl.Block(position)
        return ast_spl.Block(position, statements=self.list_of(self._action_list))

    def _action_list(self) -> ast.Statement:
        position = self.position
        condition = None
        if self.accept("when"):
            self.expect("(")
            condition = self.expression()
            self.expect(")")
        body = ast_spl.Block(position, statements=self.parenthesised(self._action))
        if condition is None:
            return body
        branch = ast_spl.IfBranch(position, condition, body)
        return ast_spl.If(position, (branch,))

    def _action(self) -> ast.Statement:
        if self.at(*_NOT_ALLOWED):
            raise SQLError(_ILLEGAL, offset=self.position)
        if not self.at(*_ACTIONS):
            self.fail()
        if self.at("execute"):
            action = self.execute_routine()
            if action.into:
                self.unsupported("EXECUTE ... INTO in a trigger")
            return action
        return self.statement()
