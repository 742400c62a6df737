"""Queries: SELECT, set operations, WITH, and the sources of rows in FROM."""

from __future__ import annotations

from informix_db.testing.sql import ast, ast_ddl, ast_query
from informix_db.testing.sql.lexer import INTEGER, STRING
from informix_db.testing.sql.parser_base import MAX_DEPTH
from informix_db.testing.sql.parser_expr import SET_OPERATORS, ExpressionParser
from informix_db.testing.sql.parser_operand import AFTER_OPERAND

# Words that end a select list item or a FROM item rather than being its alias.
_NOT_ALIASES = frozenset(
    (
        *SET_OPERATORS,
        *("as", "for", "from", "having", "into", "limit", "on", "set", "using"),
        *("values", "when", "where", "with"),
    )
)
# In a routine, ``FOREACH SELECT .. FROM t`` is followed by a statement at once.
_SPL_STATEMENTS = frozenset(
    (
        *("begin", "call", "continue", "create", "delete", "drop", "end", "execute"),
        *("exit", "foreach", "goto", "if", "insert", "let", "loop", "merge", "raise"),
        *("return", "rollback", "select", "system", "trace", "truncate", "update"),
        *("commit", "lock", "savepoint", "while"),
    )
)
_JOIN_WORDS = ("inner", "left", "right", "full", "cross", "join", "natural")
_INTO = ("temp", "scratch", "raw", "standard", "external")
_AFTER_JOIN_WORD = ("join", "outer", "inner", "left", "right", "full")


class QueryParser(ExpressionParser):
    """SELECT and what may surround it."""

    def query(self, *, collection: bool = False) -> ast_query.Query:
        position = self.position
        recursive = False
        tables: tuple[ast_query.CommonTable, ...] = ()
        if self.at("with"):
            with self.nested(2):
                recursive, tables = self.with_clause()
        return self.query_body(position, recursive, tables, collection=collection)

    def query_body(
        self,
        position: int,
        recursive: bool = False,
        tables: tuple[ast_query.CommonTable, ...] = (),
        *,
        collection: bool = False,
    ) -> ast_query.Query:
        """Take a query from behind its WITH clause."""
        with self.nested(2):
            body: ast_query.Select | ast_query.Query = self._branch(collection)
            branches = self._set_branches(body)
            return self._query_tail(position, branches, tables, recursive)

    def with_clause(self) -> tuple[bool, tuple[ast_query.CommonTable, ...]]:
        """Take ``WITH [RECURSIVE] t AS (..), ..``."""
        self.expect("with")
        return self.accept("recursive"), self.list_of(self._common_table)

    def set_operation(self, first: ast_query.Query) -> ast_query.Query:
        return self._query_tail(first.position, self._set_branches(first), (), False)

    def _common_table(self) -> ast_query.CommonTable:
        position = self.position
        name = self.word()
        columns = self.optional_identifiers()
        self.expect("as", "(")
        query = self.query()
        self.expect(")")
        return ast_query.CommonTable(position, name, columns, query)

    def _branch(self, collection: bool = False) -> ast_query.Select | ast_query.Query:
        if not self.at("("):
            return self._select(collection)
        return self.subquery()

    def _set_branches(
        self, first: ast_query.Select | ast_query.Query
    ) -> ast_query.Select | ast_query.SetOperation | ast_query.Query:
        branches = []
        while self.at(*SET_OPERATORS):
            position = self.position
            operator = self.word()
            operator = "minus" if operator == "except" else operator
            keep_all = operator == "union" and self.accept("all")
            if not keep_all:
                self.accept_one_of("distinct", "unique")
            branches.append(
                ast_query.SetBranch(position, operator, keep_all, self._branch())
            )
        if not branches:
            return first
        return ast_query.SetOperation(first.position, first, tuple(branches))

    def _query_tail(
        self,
        position: int,
        body: ast_query.Select | ast_query.SetOperation | ast_query.Query,
        tables: tuple[ast_query.CommonTable, ...],
        recursive: bool,
    ) -> ast_query.Query:
        order = self.order_by()
        limit = self.expression() if self.accept("limit") else None
        into = self._into_table()
        update, read_only = False, False
        columns: tuple[ast.Identifier, ...] = ()
        if self.at("for") and self._keys[self._index + 1] in ("update", "read"):
            self.expect("for")
            update = self.accept("update")
            if not update:
                self.expect("read", "only")
                read_only = True
            elif self.accept("of"):
                columns = self.list_of(self.identifier)
        return ast_query.Query(
            position,
            body,
            tables,
            recursive,
            order,
            limit,
            into or self._into_table(),
            update,
            columns,
            read_only,
        )

    def _into_table(self) -> ast_query.IntoTable | None:
        if not self.at("into"):
            return None
        position = self.expect("into")
        kind = self.accept_one_of(*_INTO)
        if kind == "external":
            self.unsupported("SELECT ... INTO EXTERNAL")
        if not kind and self._spl:
            self.fail()
        name = self.object_name()
        options = self.storage_options()
        if kind == "scratch":
            kind = "temp"
            options = (*options, ast_ddl.StorageOption(position, "with no log"))
        return ast_query.IntoTable(position, kind or "standard", name, options)

    def order_by(self) -> tuple[ast_query.OrderItem, ...]:
        if not self.accept_words("order", "by"):
            if self.at_words("order", "siblings"):
                self.unsupported("ORDER SIBLINGS BY")
            return ()
        return self.list_of(self._order_item)

    def _order_item(self) -> ast_query.OrderItem:
        position = self.position
        expression = self.expression()
        descending = self.accept_one_of("asc", "desc") == "desc"
        nulls = ""
        if self.accept("nulls"):
            nulls = self.expect_one_of("first", "last")
        return ast_query.OrderItem(position, expression, descending, nulls)

    # --- SELECT ---

    def _select(self, collection: bool = False) -> ast_query.Select:
        position = self.expect("select")
        if collection:
            self.expect("item")
        skip, first = self._row_limits()
        distinct = False
        if self._keys[self._index + 1] != ",":
            distinct = self.accept_one_of("all", "distinct", "unique") not in (
                "",
                "all",
            )
        items = self.list_of(self._select_item)
        into: tuple[ast.Identifier, ...] = ()
        if self._spl and self.at("into") and not self._at_into_table():
            self.expect("into")
            into = self.list_of(self.identifier)
        tables: tuple[ast.FromItem, ...] = ()
        if self.accept("from"):
            tables = self.list_of(self.from_item)
        where = self.expression() if self.accept("where") else None
        if self.at_words("connect", "by") or self.at_words("start", "with"):
            self.unsupported("CONNECT BY")
        group: tuple[ast.Expression, ...] = ()
        if self.accept_words("group", "by"):
            group = self.expressions()
        having = self.expression() if self.accept("having") else None
        return ast_query.Select(
            position, items, tables, where, group, having, distinct, skip, first, into
        )

    def _at_into_table(self) -> bool:
        following, second = self._keys[self._index + 1 : self._index + 3]
        return following in _INTO and second not in AFTER_OPERAND

    def _row_limits(self) -> tuple[ast.Expression | None, ast.Expression | None]:
        skip = self._row_limit("skip")
        first = self._row_limit("first", "limit", "middle")
        return skip, first

    def _row_limit(self, *words: str) -> ast.Expression | None:
        """Take ``FIRST n``, unless FIRST is a column.

        A variable can be n in a routine: then an item of the list must follow it.
        """
        if not self.at(*words):
            return None
        following, second = self._keys[self._index + 1 : self._index + 3]
        variable = (
            self._spl
            and self._names[self._index + 1] is not None
            and following not in _NOT_ALIASES
            and (second == "*" or second not in AFTER_OPERAND)
        )
        if following not in (INTEGER, "?") and not variable:
            return None
        if self.at("middle"):
            self.unsupported("SELECT MIDDLE")
        self._index += 1
        if following == INTEGER:
            return self.number()
        if following == "?":
            return self.parameter()
        position = self.position
        return ast.Name(position, (self.word(),))

    def _select_item(self) -> ast_query.SelectItem | ast_query.Star:
        position = self.position
        if self.accept("*"):
            return ast_query.Star(position)
        if self._at_table_star():
            table = self._star_table()
            self.expect("*")
            return ast_query.Star(position, table)
        expression = self.expression()
        return ast_query.SelectItem(position, expression, self.alias())

    def _at_table_star(self) -> bool:
        keys, index = self._keys, self._index
        if self._names[index] is None and keys[index] != STRING:
            return False
        while keys[index + 1] in (".", ":", "@"):
            index += 2
            if keys[index] == "*":
                return keys[index - 1] == "."
        return False

    def _star_table(self) -> ast.ObjectName:
        """Take ``[db:][owner.]table.``"""
        position = self.position
        quoted, name = self._owner_or_word()
        database = server = owner = ""
        if self.at(":", "@"):
            database = name
            server = self.word() if self.accept("@") else ""
            self.expect(":")
            quoted, name = self._owner_or_word()
        self.expect(".")
        if not self.at("*"):
            owner, name = name, self.word()
            self.expect(".")
        elif quoted:
            self.fail()
        return ast.ObjectName(position, name, owner, database, server, quoted)

    def alias(self) -> str:
        """Take ``[AS] alias``, or return ""."""
        if self.accept("as"):
            return self.word()
        key = self._keys[self._index]
        if self._names[self._index] is None or key in _NOT_ALIASES:
            return ""
        if self._spl and key in _SPL_STATEMENTS:
            return ""
        if self.at_clause() or self._at_join() or self._at_connect_by():
            return ""
        return self.word()

    def _at_connect_by(self) -> bool:
        return self.at_words("connect", "by") or self.at_words("start", "with")

    # --- FROM ---

    def _at_join(self) -> bool:
        if self.at("join"):
            return self._names[self._index + 1] is not None or self._keys[
                self._index + 1
            ] in ("(", STRING)
        return self.at(*_JOIN_WORDS) and self._keys[self._index + 1] in _AFTER_JOIN_WORD

    def from_item(self) -> ast.FromItem:
        """Take a table, with all that is joined to it."""
        item = self._from_source()
        while self._at_join():
            item = self._join(item)
        return item

    def _join(self, left: ast.FromItem) -> ast.FromItem:
        if self.at("natural"):
            self.unsupported("NATURAL JOIN")
        kind = self.accept_one_of("inner", "left", "right", "full", "cross")
        if kind in ("left", "right", "full"):
            self.accept("outer")
        self.expect("join")
        self.link()
        right = self._from_source()
        condition = None
        if kind != "cross":
            # ``a JOIN b JOIN c ON .. ON ..`` joins b and c first.
            while self._at_join():
                with self.nested():
                    right = self._join(right)
            if self.at("using"):
                self.unsupported("JOIN ... USING")
            self.expect("on")
            condition = self.expression()
        return ast_query.Join(left.position, kind or "inner", left, right, condition)

    def _from_source(self) -> ast.FromItem:
        position = self.position
        following = self._keys[self._index + 1]
        if self.at("("):
            return self._parenthesised_source()
        if self.at("lateral") and following == "(":
            self.expect("lateral")
            query = self.subquery()
            return self._derived(position, query, lateral=True)
        if self.at("table") and following == "(":
            return self._table_function()
        if self.at("outer") and self._at_source(self._index + 1):
            return self._outer()
        if self.at("only") and following == "(":
            self.unsupported("FROM ONLY")
        if self.at_clause() or self.at(*_NOT_ALIASES):
            self.fail()
        name = self.object_name()
        return ast_query.Table(position, name, self.alias())

    def _at_source(self, index: int) -> bool:
        key = self._keys[index]
        if key in ("(", STRING):
            return True
        return self._names[index] is not None and key not in _NOT_ALIASES

    def _outer(self) -> ast.FromItem:
        position = self.expect("outer")
        with self.nested(2):
            if self.at("(") and self._keys[self._index + 1] != "select":
                items = self.parenthesised(self.from_item)
            else:
                items = (self._from_source(),)
        return ast_query.Outer(position, items)

    def _parenthesised_source(self) -> ast.FromItem:
        """Take a derived table or a joined table in parentheses."""
        position = self.position
        if self._at_query_group():
            return self._derived(position, self.subquery(), lateral=False)
        self.expect("(")
        with self.nested(2):
            item = self.from_item()
        self.expect(")")
        return item

    def _at_query_group(self) -> bool:
        """Tell ``((SELECT ..) UNION ..)`` from ``((SELECT ..) a JOIN ..)``."""
        opening = self._index
        for _ in range(MAX_DEPTH):
            following = self._keys[opening + 1]
            if following != "(":
                return following in ("select", "with")
            opening += 1
            closing = self.closing(opening)
            if self._keys[closing + 1] not in (*SET_OPERATORS, "order", ")"):
                return False
        return False

    def _derived(
        self, position: int, query: ast_query.Query, lateral: bool
    ) -> ast_query.Derived:
        alias = self.alias()
        columns = self.optional_identifiers() if alias else ()
        return ast_query.Derived(position, query, alias, columns, lateral)

    def _table_function(self) -> ast.FromItem:
        position = self.expect("table", "(")
        if self.at("function", "procedure") and self._at_source(self._index + 1):
            self._index += 1
        expression = self.expression()
        self.expect(")")
        alias = self.alias()
        columns = self.optional_identifiers() if alias else ()
        return ast_query.TableFunction(position, expression, alias, columns)
