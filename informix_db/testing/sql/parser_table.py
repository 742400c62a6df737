"""CREATE TABLE, ALTER TABLE and CREATE INDEX, with their storage options."""

from __future__ import annotations

from informix_db.testing.sql import ast, ast_ddl, ast_query
from informix_db.testing.sql.lexer import END
from informix_db.testing.sql.parser_expr import CAST
from informix_db.testing.sql.parser_session import SessionParser

_MODES = ("enabled", "disabled", "filtering", "novalidate")
_ROW_COLUMNS = ("rowids", "crcols", "vercols", "audit", "replcheck", "erkey")
# Where a fragmentation clause, which is kept unread, ends.
_AFTER_FRAGMENTS = ("extent", "next", "lock", "put", "online", "compressed", "with")
_LOCK_MODES = ("page", "row", "table")
_CONSTANTS = (
    ast.Literal,
    ast.SpecialValue,
    ast.DatetimeLiteral,
    ast.IntervalLiteral,
    ast.CollectionLiteral,
    ast.RowConstructor,
)


class TableParser(SessionParser):
    """Tables, their columns and constraints, and indexes."""

    def if_not_exists(self) -> bool:
        return self.accept_words("if", "not", "exists")

    def create_table(self, position: int, kind: str) -> ast_ddl.CreateTable:
        """Take what follows ``CREATE [kind] TABLE``."""
        optional = self.if_not_exists()
        name = self.object_name()
        columns: tuple[ast_ddl.Column, ...] = ()
        constraints: tuple[ast_ddl.Constraint, ...] = ()
        names: tuple[ast.Identifier, ...] = ()
        row_type = under = query = None
        if self.accept_words("of", "type"):
            row_type = self.object_name()
            if self.at("("):
                constraints = self.parenthesised(self.table_constraint)
        elif self.at("(") and self._keys[self._index + 2] in (",", ")", "::"):
            names = self.parenthesised(self._result_name)
        elif self.at("("):
            columns, constraints = self._table_elements()
        if self.accept("under"):
            under = self.object_name()
        options = self.storage_options()
        if not columns and not row_type and not self.at("as"):
            self.fail()
        if self.accept("as"):
            query = self._create_as(columns, row_type)
            options += self.storage_options()
        return ast_ddl.CreateTable(
            position,
            name,
            columns,
            constraints,
            kind,
            optional,
            options,
            query,
            row_type,
            under,
            names,
        )

    def _result_name(self) -> ast.Identifier:
        name = self.identifier()
        if self.at("::"):
            self.unsupported("CREATE TABLE (... :: ...) AS SELECT")
        return name

    def _create_as(
        self, columns: tuple[ast_ddl.Column, ...], row_type: ast.ObjectName | None
    ) -> ast_query.Query:
        if columns or row_type:
            self.fail()
        return self.query() if self.at_query() else self.subquery()

    def _table_elements(
        self,
    ) -> tuple[tuple[ast_ddl.Column, ...], tuple[ast_ddl.Constraint, ...]]:
        columns = []
        constraints = []
        opening = self._index
        for element in self.parenthesised(self._table_element):
            if isinstance(element, ast_ddl.Column):
                columns.append(element)
            else:
                constraints.append(element)
        if not columns:
            self.fail(opening)
        return tuple(columns), tuple(constraints)

    def _table_element(self) -> ast_ddl.Column | ast_ddl.Constraint:
        return self.table_constraint() if self._at_constraint() else self.column()

    def _at_constraint(self) -> bool:
        if self.at("primary", "foreign"):
            return self._keys[self._index + 1 : self._index + 3] == ["key", "("]
        following = self._keys[self._index + 1]
        return following == "(" and self.at("unique", "distinct", "check")

    # --- columns and constraints ---

    def column(self) -> ast_ddl.Column:
        position = self.position
        name = self.word()
        kind = self.data_type()
        if kind.name in ("byte", "text") and self.accept("in"):
            self.word()  # TABLE or a blobspace
        default = None
        constraints = []
        while True:
            if self.at("default") and default is None:
                default = self._default()
            elif (constraint := self._column_constraint()) is not None:
                constraints.append(constraint)
            else:
                break
        return ast_ddl.Column(position, name, kind, default, tuple(constraints))

    def _default(self) -> ast_ddl.Default:
        position = self.expect("default")
        start = self._index
        value = self.expression(CAST)
        constant = value.operand if isinstance(value, ast.Cast) else value
        if not isinstance(constant, _CONSTANTS):
            self.fail(start)
        return ast_ddl.Default(position, value, self.text_between(start, self._index))

    def _column_constraint(self) -> ast_ddl.Constraint | None:
        position = self.position
        references = condition = None
        text = ""
        if self.accept("null"):
            kind = "null"
        elif self.accept_words("not", "null"):
            kind = "not null"
        elif self.accept_words("primary", "key"):
            kind = "primary key"
        elif self.accept_one_of("unique", "distinct"):
            kind = "unique"
        elif self.at_words("check", "("):
            kind = "check"
            condition, text = self._check()
        elif self.at("references"):
            return self._reference(position, "references", ())
        else:
            return None
        name, mode = self._constraint_name()
        return ast_ddl.Constraint(
            position, kind, (), references, condition, text, name, mode
        )

    def table_constraint(self) -> ast_ddl.Constraint:
        position = self.position
        condition, text = None, ""
        columns: tuple[ast.Identifier, ...] = ()
        if self.accept("foreign"):
            self.expect("key")
            return self._reference(position, "foreign key", self.identifiers())
        if self.accept("primary"):
            self.expect("key")
            kind, columns = "primary key", self.identifiers()
        elif self.at("check"):
            kind = "check"
            condition, text = self._check()
        else:
            self.expect_one_of("unique", "distinct")
            kind, columns = "unique", self.identifiers()
        name, mode = self._constraint_name()
        return ast_ddl.Constraint(
            position, kind, columns, None, condition, text, name, mode
        )

    def _check(self) -> tuple[ast.Expression, str]:
        self.expect("check", "(")
        start = self._index
        condition = self.expression()
        text = self.text_between(start, self._index)
        self.expect(")")
        return condition, text

    def _reference(
        self, position: int, kind: str, columns: tuple[ast.Identifier, ...]
    ) -> ast_ddl.Constraint:
        """Take ``REFERENCES ..``; its name may stand before ON DELETE too."""
        start = self.expect("references")
        table = self.object_name()
        targets = self.optional_identifiers()
        name, mode = self._constraint_name()
        cascade = self.accept_words("on", "delete", "cascade")
        if cascade and name is None and not mode:
            name, mode = self._constraint_name()
        references = ast_ddl.References(start, table, targets, cascade)
        return ast_ddl.Constraint(
            position, kind, columns, references, name=name, mode=mode
        )

    def _constraint_name(self) -> tuple[ast.ObjectName | None, str]:
        name = self.object_name() if self.accept("constraint") else None
        modes = []
        while mode := self.accept_one_of(*_MODES):
            modes.append(mode)
            if mode == "filtering" and (error := self.accept_one_of("with", "without")):
                self.expect("error")
                modes.append(f"{error} error")
        return name, " ".join(modes)

    # --- storage options ---

    def storage_options(self) -> tuple[ast_ddl.StorageOption, ...]:
        options = []
        while (option := self._storage_option()) is not None:
            options.append(option)
        return tuple(options)

    def _storage_option(self) -> ast_ddl.StorageOption | None:
        position = self.position
        if self.accept("in"):
            return ast_ddl.StorageOption(position, "in", self.word())
        if self.at("extent", "next"):
            name = f"{self.word()} size"
            self.expect("size")
            return ast_ddl.StorageOption(position, name, str(self.integer()))
        if self.accept_words("lock", "mode"):
            return ast_ddl.StorageOption(position, "lock mode", self._lock_mode())
        if self.at("fragment", "partition") and self._keys[self._index + 1] == "by":
            return self._fragments()
        if self.accept("with"):
            return self._with_option(position)
        if self.accept("using"):
            value = self.word() + (f"({self.balanced()})" if self.at("(") else "")
            return ast_ddl.StorageOption(position, "using", value)
        if self.accept("put"):
            return ast_ddl.StorageOption(position, "put", self._unread())
        if self.accept_words("on", "commit"):
            value = self.expect_one_of("delete", "preserve")
            self.expect("rows")
            return ast_ddl.StorageOption(position, "on commit", f"{value} rows")
        return self._word_option(position)

    def _lock_mode(self) -> str:
        if self.accept("("):
            mode = self.expect_one_of(*_LOCK_MODES)
            self.expect(")")
            return mode
        return self.expect_one_of(*_LOCK_MODES)

    def _with_option(self, position: int) -> ast_ddl.StorageOption:
        if self.accept_words("no", "log"):
            return ast_ddl.StorageOption(position, "with no log")
        name = f"with {self.expect_one_of(*_ROW_COLUMNS)}"
        return ast_ddl.StorageOption(position, name)

    def _word_option(self, position: int) -> ast_ddl.StorageOption | None:
        if name := self.accept_one_of("fillfactor", "statchange"):
            return ast_ddl.StorageOption(position, name, str(self.integer()))
        if name := self.accept_one_of("statlevel"):
            value = self.expect_one_of("table", "fragment", "auto")
            return ast_ddl.StorageOption(position, name, value)
        if name := self.accept_one_of("online", "compressed", *_MODES):
            return ast_ddl.StorageOption(position, name)
        return None

    def _fragments(self) -> ast_ddl.StorageOption:
        position = self.position
        name = f"{self.word()} by"
        self.expect("by")
        return ast_ddl.StorageOption(position, name, self._unread())

    def _unread(self) -> str:
        """Take tokens up to the next option and return their text."""
        start = self._index
        while not self.at(END, ";", ")", *_AFTER_FRAGMENTS):
            self._index = self.closing(self._index) if self.at("(") else self._index
            self._index += 1
        if start == self._index:
            self.fail()
        return self.unread(start, self._index)

    # --- ALTER TABLE ---

    def alter_table(self, position: int) -> ast_ddl.AlterTable:
        table = self.object_name()
        return ast_ddl.AlterTable(position, table, self.list_of(self._alter_action))

    def _alter_action(self) -> ast_ddl.AlterAction:
        position = self.position
        if self.accept("add"):
            return self._alter_add(position)
        if self.accept("drop"):
            return self._alter_drop(position)
        if self.accept("modify"):
            if self.at("next", "extent") and self._keys[self._index + 1] == "size":
                name = f"{self.word()} size"
                self.expect("size")
                option = ast_ddl.StorageOption(position, name, str(self.integer()))
                return ast_ddl.AlterStorage(position, option)
            columns = self.one_or_group(self.column)
            return ast_ddl.ModifyColumns(position, columns)
        if self.accept("type"):
            self.expect("(")
            kind = self.expect_one_of("raw", "standard", "static", "operational")
            self.expect(")")
            option = ast_ddl.StorageOption(position, "type", kind)
            return ast_ddl.AlterStorage(position, option)
        storage = (
            self._storage_option() if self.at("lock", "put", "statlevel") else None
        )
        if storage is None:
            self.fail()
        return ast_ddl.AlterStorage(position, storage)

    def _alter_add(self, position: int) -> ast_ddl.AlterAction:
        if self.accept("constraint"):
            constraints = self.one_or_group(self.table_constraint)
            return ast_ddl.AddConstraints(position, constraints)
        if name := self._row_columns():
            option = ast_ddl.StorageOption(position, f"add {name}")
            return ast_ddl.AlterStorage(position, option)
        if self.accept("type"):
            self.unsupported("ALTER TABLE ... ADD TYPE")
        pairs = self.one_or_group(self._added_column)
        columns = tuple(column for column, _ in pairs)
        return ast_ddl.AddColumns(position, columns, tuple(name for _, name in pairs))

    def _alter_drop(self, position: int) -> ast_ddl.AlterAction:
        if self.accept("constraint"):
            names = self.one_or_group(self.object_name)
            return ast_ddl.DropConstraints(position, names)
        if name := self._row_columns():
            option = ast_ddl.StorageOption(position, f"drop {name}")
            return ast_ddl.AlterStorage(position, option)
        return ast_ddl.DropColumns(position, self.one_or_group(self.identifier))

    def _row_columns(self) -> str:
        """Take ROWIDS, CRCOLS ..., unless a type follows: then it is a column."""
        if self._keys[self._index + 1] in (END, ";", ","):
            return self.accept_one_of(*_ROW_COLUMNS)
        return ""

    def _added_column(self) -> tuple[ast_ddl.Column, ast.Identifier | None]:
        column = self.column()
        return column, self.identifier() if self.accept("before") else None
