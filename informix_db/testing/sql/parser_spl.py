"""SPL: CREATE PROCEDURE and FUNCTION, and the statements of their bodies."""

from __future__ import annotations

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast, ast_dml, ast_query, ast_spl
from informix_db.testing.sql.lexer import END
from informix_db.testing.sql.parser_ddl import DDLParser
from informix_db.testing.sql.parser_expr import SUBSCRIPT
from informix_db.testing.sql.spl_trees import into_of

_NO_RETURNING, _OTHER_END, _NO_NAME = -9702, -9706, -9704
_NESTED = -657
_LOOPS = ("for", "foreach", "loop", "while")
_CURSOR_STATEMENTS = ("close", "declare", "fetch", "free", "open", "prepare")
_BLOCK_ENDS = ("elif", "else", "end", "when", END)


class SPLParser(DDLParser):
    """Routines. Their bodies may hold any statement `statement` knows."""

    def statement(self) -> ast.Statement:
        """Take one SQL statement."""
        raise NotImplementedError

    def create_routine(self, position: int) -> ast_spl.CreateRoutine:
        start = self._index - 1  # CREATE
        replaces = self.accept_words("or", "replace")
        dba = self.accept("dba")
        kind = self.expect_one_of("procedure", "function")
        optional = self.if_not_exists()
        name = self.object_name()
        parameters = self._parameter_list()
        returning: tuple[ast_spl.ReturnType, ...] = ()
        if self.accept_one_of("returning", "returns"):
            returning = self.list_of(self._return_type)
        elif kind == "function":
            raise SQLError(_NO_RETURNING, offset=self.position)
        specific = self.object_name() if self.accept("specific") else None
        modifiers: tuple[str, ...] = ()
        if self.accept_words("with", "("):
            modifiers = self._modifiers()
        self.accept(";")
        if self.at("external", "internal"):
            self.unsupported("external routine")
        self._spl = True
        body = self._block()
        self._spl = False
        self.expect("end")
        if self.at("procedure", "function") and not self.at(kind):
            raise SQLError(_OTHER_END, offset=self.position)
        self.expect(kind)
        document, text = self._routine_tail(start)
        return ast_spl.CreateRoutine(
            position,
            kind,
            name,
            parameters,
            returning,
            body,
            text,
            specific,
            modifiers,
            dba,
            optional,
            document,
            replaces,
        )

    def _parameter_list(self) -> tuple[ast_spl.RoutineParameter, ...]:
        if self.accept_words("(", ")"):
            return ()
        return self.parenthesised(self._routine_parameter)

    def _routine_parameter(self) -> ast_spl.RoutineParameter:
        position = self.position
        mode = "in"
        second, third = self._index + 1, self._index + 2
        if (
            self._names[second]
            and self._names[third]
            and self._keys[third] != "default"
        ):
            mode = self.accept_one_of("in", "out", "inout") or mode
        name = self.word()
        if self.at(",", ")"):
            raise SQLError(_NO_NAME, offset=position)
        kind, by_reference = self._variable_type()
        default = self.expression() if self.accept("default") else None
        return ast_spl.RoutineParameter(
            position, name, kind, mode, default, by_reference
        )

    def _variable_type(self) -> tuple[ast.DataType | ast_spl.LikeColumn, bool]:
        """Take ``type``, ``LIKE table.column`` or ``REFERENCES BYTE|TEXT``."""
        position = self.position
        if self.accept("like"):
            table, column = self._qualified_column()
            return ast_spl.LikeColumn(position, table, column.name), False
        if self.accept("references"):
            if not self.at("byte", "text"):
                self.fail()
            return self.data_type(), True
        return self.data_type(), False

    def _return_type(self) -> ast_spl.ReturnType:
        position = self.position
        by_reference = self.accept("references")
        kind = self.data_type()
        name = self.word() if self.accept("as") else ""
        return ast_spl.ReturnType(position, kind, name, by_reference)

    def _modifiers(self) -> tuple[str, ...]:
        """Take ``NOT VARIANT, ...)``, whose meaning the emulator leaves alone."""
        modifiers = []
        start = self._index
        while not self.at(")"):
            if self.at(END):
                self.fail()
            self._index += 1
            if self.at(",", ")"):
                modifiers.append(self.text_between(start, self._index).lower())
                start = self._index + self.at(",")
        self.expect(")")
        return tuple(modifiers)

    def _routine_tail(self, start: int) -> tuple[tuple[str, ...], str]:
        """Take DOCUMENT and WITH LISTING; return the former, and the whole text."""
        document: tuple[str, ...] = ()
        if self.accept("document"):
            document = self.list_of(self.string)
        if self.accept_words("with", "listing", "in"):
            self.string()
        return document, self.text_between(start, self._index)

    # --- blocks ---

    def _block(self) -> ast_spl.Block:
        """Take declarations, handlers and statements up to END, ELIF or ELSE."""
        position = self.position
        declarations, handlers, statements = [], [], []
        with self.nested(2):
            while self.at("define"):
                declarations.append(self._define())
                self.expect(";")
            while self.at_words("on", "exception"):
                handlers.append(self._on_exception())
                self.accept(";")
            while not self.at(*_BLOCK_ENDS):
                statements.append(self._spl_statement())
        return ast_spl.Block(
            position, tuple(declarations), tuple(handlers), tuple(statements)
        )

    def _spl_statement(self) -> ast.Statement:
        if self.at("<<"):
            return self._labelled()
        node: ast.Statement
        if self.at("if"):
            node = self._if()
        elif self.at("case"):
            node = self._case_statement()
        elif self.at(*_LOOPS):
            node = self._loop("")
        elif self.at("begin") and self._keys[self._index + 1] not in (
            *("work", "without", ";"),
        ):
            self.expect("begin")
            node = self._block()
            self.expect("end")
        else:
            node = self._simple()
            self.expect(";")
            return node
        self.accept(";")
        return node

    def _labelled(self) -> ast.Statement:
        position = self.expect("<<")
        label = self.word()
        self.expect(">>")
        if not self.at(*_LOOPS):
            self.accept(";")
            return ast_spl.Label(position, label)
        node = self._loop(label)
        self.accept(label)
        self.accept(";")
        return node

    def _simple(self) -> ast.Statement:
        """Take a statement that a ``;`` must follow."""
        key = self._keys[self._index]
        if key == "let":
            return self._let()
        if key == "return":
            return self._return()
        if key == "call":
            return self._call()
        if key in ("exit", "continue"):
            return self._exit()
        if key == "raise":
            return self._raise()
        if key == "trace":
            return self._trace()
        if key == "system":
            return ast_spl.System(self.expect("system"), self.expression())
        if key == "goto":
            return ast_spl.Goto(self.expect("goto"), self.word())
        if self.at_words("execute", "immediate"):
            position = self.expect("execute", "immediate")
            return ast_spl.ExecuteImmediate(position, self.expression())
        if key in _CURSOR_STATEMENTS and self._keys[self._index + 1] != "database":
            self.unsupported(f"{key.upper()} in a routine")
        if self.at_words("create", "procedure") or self.at_words("create", "function"):
            raise SQLError(_NESTED, offset=self.position)
        return self.statement()

    # --- declarations and handlers ---

    def _define(self) -> ast_spl.Define:
        position = self.expect("define")
        is_global = self.accept("global")
        names = self.list_of(self.identifier)
        if self.at("procedure"):
            self.unsupported("DEFINE ... PROCEDURE")
        kind, by_reference = self._variable_type()
        default = self.expression() if self.accept("default") else None
        return ast_spl.Define(position, names, kind, is_global, default, by_reference)

    def _on_exception(self) -> ast_spl.OnException:
        position = self.expect("on", "exception")
        codes = self.parenthesised(self.signed_integer) if self.accept("in") else ()
        variables: tuple[ast.Identifier, ...] = ()
        if self.accept("set"):
            variables = self.list_of(self.identifier)
            if len(variables) > 3:
                self.fail()
        body = self._block()
        self.expect("end", "exception")
        resume = self.accept_words("with", "resume")
        return ast_spl.OnException(position, codes, variables, body, resume)

    # --- compound statements ---

    def _if(self) -> ast_spl.If:
        position = self.position
        branches = [self._if_branch("if")]
        while self.at("elif"):
            branches.append(self._if_branch("elif"))
        otherwise = self._block() if self.accept("else") else None
        self.expect("end", "if")
        return ast_spl.If(position, tuple(branches), otherwise)

    def _if_branch(self, word: str) -> ast_spl.IfBranch:
        position = self.expect(word)
        condition = self.expression()
        self.expect("then")
        return ast_spl.IfBranch(position, condition, self._block())

    def _case_statement(self) -> ast_spl.If:
        """Take ``CASE x WHEN a THEN .. ELSE .. END CASE`` as the IF it stands for."""
        position = self.expect("case")
        operand = self.expression()
        branches = [self._case_branch(operand)]
        while self.at("when"):
            branches.append(self._case_branch(operand))
        otherwise = self._block() if self.accept("else") else None
        self.expect("end", "case")
        return ast_spl.If(position, tuple(branches), otherwise)

    def _case_branch(self, operand: ast.Expression) -> ast_spl.IfBranch:
        position = self.expect("when")
        condition = ast.Comparison(position, "=", operand, self.expression())
        self.expect("then")
        return ast_spl.IfBranch(position, condition, self._block())

    def _loop(self, label: str) -> ast.Statement:
        position = self.position
        kind = self.word()
        if kind == "for":
            return self._for(position, label)
        if kind == "foreach":
            return self._foreach(position, label)
        if kind == "while":
            condition = self.expression()
            return ast_spl.While(position, condition, self._loop_body(kind), label)
        body = self._block()
        self.expect("end", "loop")
        return ast_spl.Loop(position, body, label)

    def _loop_body(self, kind: str) -> ast_spl.Block:
        """Take ``.. END kind`` or ``LOOP .. END LOOP``."""
        kind = self.accept_one_of("loop") or kind
        body = self._block()
        self.expect("end", kind)
        return body

    def _for(self, position: int, label: str) -> ast_spl.For:
        variable = self.identifier()
        if self.accept("in"):
            ranges = self.parenthesised(self._for_range)
        else:
            self.expect("=")
            ranges = (self._for_range(),)
        return ast_spl.For(position, variable, ranges, self._loop_body("for"), label)

    def _for_range(self) -> ast_spl.ForRange:
        position = self.position
        first = self.expression()
        last = self.expression() if self.accept("to") else None
        step = None
        if last is not None and self.accept("step"):
            step = self.expression()
        return ast_spl.ForRange(position, first, last, step)

    def _foreach(self, position: int, label: str) -> ast_spl.Foreach:
        cursor, hold = "", False
        if not self.at("select", "execute", "with", "("):
            cursor = self.word()
        if self.accept_words("with", "hold"):
            hold = True
        if cursor:
            self.expect("for")
        source: ast_query.Query | ast_dml.ExecuteRoutine
        if self.at("execute"):
            source = self.execute_routine()
            into = source.into
        else:
            source = self.query()
            into = into_of(source)
        body = self._loop_body("foreach")
        return ast_spl.Foreach(position, source, into, body, cursor, hold, label)

    # --- simple statements ---

    def _let(self) -> ast_spl.Let:
        position = self.expect("let")
        targets = self.list_of(self._let_target)
        self.expect("=")
        return ast_spl.Let(position, targets, self.expressions())

    def _let_target(self) -> ast.Expression:
        start = self._index
        target = self.expression(SUBSCRIPT)
        name = target.operand if isinstance(target, ast.Subscript) else target
        if not isinstance(name, ast.Name):
            self.fail(start)
        return target

    def _return(self) -> ast_spl.Return:
        position = self.expect("return")
        values: tuple[ast.Expression, ...] = ()
        if not self.at(";", "with"):
            values = self.expressions()
        return ast_spl.Return(position, values, self.accept_words("with", "resume"))

    def _call(self) -> ast_spl.Call:
        position = self.expect("call")
        routine = self.routine_call(self.position, "routine")
        returning: tuple[ast.Identifier, ...] = ()
        if self.accept("returning"):
            returning = self.list_of(self.identifier)
        return ast_spl.Call(position, routine, returning)

    def _exit(self) -> ast_spl.Exit | ast_spl.Continue:
        position = self.position
        node = ast_spl.Exit if self.word() == "exit" else ast_spl.Continue
        kind = self.accept_one_of(*_LOOPS)
        label = ""
        if not self.at(";", "when"):
            label = self.word()
        condition = self.expression() if self.accept("when") else None
        return node(position, kind, label, condition)

    def _raise(self) -> ast_spl.RaiseException:
        position = self.expect("raise", "exception")
        values = self.expressions()
        if len(values) > 3:
            self.fail()
        return ast_spl.RaiseException(position, *values)

    def _trace(self) -> ast_spl.Trace:
        position = self.expect("trace")
        if mode := self.accept_one_of("on", "off", "procedure"):
            return ast_spl.Trace(position, mode)
        return ast_spl.Trace(position, "", self.expression())
