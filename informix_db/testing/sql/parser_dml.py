"""INSERT, UPDATE, DELETE, MERGE, TRUNCATE and EXECUTE."""

from __future__ import annotations

from informix_db.testing.sql import ast, ast_dml, ast_query
from informix_db.testing.sql.parser_query import QueryParser


class DMLParser(QueryParser):
    """Statements that change rows or run a routine."""

    def insert(self) -> ast_dml.Insert:
        position = self.expect("insert")
        if self.at_words("into", "table", "("):
            self.unsupported("INSERT INTO TABLE(...)")
        self.expect("into")
        table = self.object_name()
        columns = self.optional_identifiers()
        return ast_dml.Insert(position, table, columns, self._insert_source())

    def _insert_source(
        self,
    ) -> ast_dml.Values | ast_query.Query | ast_dml.ExecuteRoutine:
        if self.at("values"):
            return self.values()
        if self.at("execute"):
            return self.execute_routine()
        if not self.at_query():
            self.fail()
        return self.query()

    def values(self) -> ast_dml.Values:
        position = self.expect("values")
        return ast_dml.Values(position, self.parenthesised(self._value))

    def _value(self) -> ast.Expression:
        if self.at("default") and self._keys[self._index + 1] in (",", ")"):
            self.fail()  # Informix has no DEFAULT here
        return self.expression()

    def update(self) -> ast_dml.Update:
        position = self.expect("update")
        table = self._target("UPDATE ONLY")
        self.expect("set")
        assignments = self.list_of(self._assignment)
        tables: tuple[ast.FromItem, ...] = ()
        if self.accept("from"):
            tables = self.list_of(self.from_item)
        where, cursor = self._where_or_cursor()
        return ast_dml.Update(position, table, assignments, tables, where, cursor)

    def delete(self) -> ast_dml.Delete:
        position = self.expect("delete")
        self.accept("from")
        table = self._target("DELETE FROM ONLY")
        if self.at("using"):
            self.unsupported("DELETE ... USING")
        where, cursor = self._where_or_cursor()
        return ast_dml.Delete(position, table, where, cursor)

    def _target(self, only: str) -> ast_query.Table:
        position = self.position
        if self.at_words("only", "("):
            self.unsupported(only)
        if self.at_words("table", "("):
            self.unsupported("collection-derived table as a target")
        name = self.object_name()
        return ast_query.Table(position, name, self.alias())

    def _where_or_cursor(self) -> tuple[ast.Expression | None, str]:
        if not self.accept("where"):
            return None, ""
        if self.accept_words("current", "of"):
            return None, self.word()
        return self.expression(), ""

    def _assignment(self) -> ast_dml.Assignment:
        position = self.position
        if self.at("(", "*"):
            columns = () if self.accept("*") else self.parenthesised(self._column)
            self.expect("=")
            values = self.parenthesised(self._assigned)
        else:
            columns = (self._column(),)
            self.expect("=")
            values = (self.expression(),)
        return ast_dml.Assignment(position, columns, values)

    def _assigned(self) -> ast.Expression:
        """Take a value, or a query without parentheses of its own."""
        if self.at_query():
            position = self.position
            return ast.ScalarQuery(position, self.query())
        return self.expression()

    def _column(self) -> ast.Identifier:
        """Take a column's name, its table's in front of it or not, and a subscript."""
        position = self.position
        name = self.word()
        while self.accept("."):
            name = self.word()
        if not self.accept("["):
            return ast.Identifier(position, name)
        first = self.expression()
        last = self.expression() if self.accept(",") else None
        self.expect("]")
        return ast_dml.SubscriptedColumn(position, name, first, last)

    def with_statement(self) -> ast_query.Query | ast_dml.WithTables:
        """Take a query, or INSERT, UPDATE and DELETE, after WITH."""
        position = self.position
        recursive, tables = self.with_clause()
        statement: ast_dml.Insert | ast_dml.Update | ast_dml.Delete
        if self.at("insert"):
            statement = self.insert()
        elif self.at("update"):
            statement = self.update()
        elif self.at("delete"):
            statement = self.delete()
        else:
            return self.query_body(position, recursive, tables)
        return ast_dml.WithTables(position, tables, statement)

    # --- MERGE ---

    def merge(self) -> ast_dml.Merge:
        position = self.expect("merge", "into")
        target = self._target("MERGE INTO ONLY")
        self.expect("using")
        source = self._from_source()
        self.expect("on")
        condition = self.expression()
        update: tuple[ast_dml.Assignment, ...] = ()
        columns: tuple[ast.Identifier, ...] = ()
        delete, insert = False, None
        if not self.at("when"):
            self.fail()
        while self.accept("when"):
            if self.accept("not"):
                if insert is not None:
                    self.fail()
                self.expect("matched", "then", "insert")
                columns = self.optional_identifiers()
                insert = self.values()
                continue
            if update or delete:
                self.fail()
            self.expect("matched", "then")
            delete = self.accept("delete")
            if not delete:
                self.expect("update", "set")
                update = self.list_of(self._assignment)
        return ast_dml.Merge(
            position, target, source, condition, update, delete, columns, insert
        )

    # --- others ---

    def truncate(self) -> ast_dml.Truncate:
        position = self.expect("truncate")
        self.accept("table")
        table = self.object_name()
        reuse = False
        if self.at("drop", "reuse"):
            reuse = self.word() == "reuse"
            self.expect("storage")
        self.accept_words("keep", "statistics")
        return ast_dml.Truncate(position, table, reuse)

    def execute_routine(self) -> ast_dml.ExecuteRoutine:
        position = self.expect("execute")
        kind = self.expect_one_of("procedure", "function", "routine")
        node = self.routine_call(position, kind)
        if self._spl and self.accept("into"):
            into = self.list_of(self.identifier)
            return ast_dml.ExecuteRoutine(
                position, kind, node.name, node.arguments, into
            )
        return node

    def routine_call(self, position: int, kind: str) -> ast_dml.ExecuteRoutine:
        """Take ``name(arguments)``."""
        name = self.object_name()
        self.expect("(")
        arguments: tuple[ast_dml.Argument, ...] = ()
        if not self.at(")"):
            arguments = self.list_of(self._argument)
        self.expect(")")
        return ast_dml.ExecuteRoutine(position, kind, name, arguments)

    def _argument(self) -> ast_dml.Argument:
        position = self.position
        name = ""
        if self.at_identifier() and self._keys[self._index + 1] == "=":
            name = self.word()
            self.expect("=")
        return ast_dml.Argument(position, self._assigned(), name)
