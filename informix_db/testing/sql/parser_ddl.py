"""CREATE, ALTER, DROP and RENAME of everything, databases, privileges, statistics."""

from __future__ import annotations

from informix_db.testing.sql import ast, ast_ddl
from informix_db.testing.sql.lexer import END, STRING
from informix_db.testing.sql.parser_operand import AFTER_OPERAND
from informix_db.testing.sql.parser_table import TableParser

_TABLE_KINDS = ("raw", "standard", "static", "operational")
# Objects the emulator knows by name only, longest phrases first.
_OTHER_OBJECTS = (
    *(("access", "method"), ("access_method",), ("aggregate",), ("cast",)),
    *(("explicit", "cast"), ("implicit", "cast"), ("default", "user")),
    *(("external", "table"), ("opaque", "type"), ("opclass",), ("schema",)),
    *(("security", "label"), ("security", "policy"), ("secondary", "access_method")),
    *(("primary", "access_method"), ("tenant",)),
    *(("trusted", "context"), ("user",), ("xadatasource",)),
)
_DATABASE_PRIVILEGES = ("connect", "resource", "dba")
_TABLE_PRIVILEGES = (
    *("select", "update", "insert", "delete", "references", "index", "alter", "all"),
    *("under", "execute", "usage"),
)
_UNSUPPORTED_PRIVILEGES = (
    *("access", "dbsecadm", "exemption", "security", "setsessionauth", "default"),
)
_ROUTINES = ("procedure", "function", "routine")


class DDLParser(TableParser):
    """Statements that define objects."""

    # --- CREATE ---

    def create(self) -> ast.Statement:
        position = self.expect("create")
        if self.at("procedure", "function", "dba", "or"):
            return self.create_routine(position)
        if self.accept("trigger"):
            return self.create_trigger(position)
        if self.accept("table"):
            return self.create_table(position, "")
        if self.accept_one_of("temp", "scratch"):
            self.expect("table")
            return self.create_table(position, "temp")
        if kind := self.accept_one_of(*_TABLE_KINDS):
            self.expect("table")
            return self.create_table(position, kind)
        if self.at("unique", "distinct", "cluster", "index") and not self.at_words(
            "distinct", "type"
        ):
            return self._create_index(position)
        if visibility := self.accept_one_of("public", "private"):
            self.expect("synonym")
            return self._create_synonym(position, visibility)
        return self._create_other(position)

    def create_routine(self, position: int) -> ast.Statement:
        """Take what follows CREATE of a routine in SPL."""
        raise NotImplementedError

    def create_trigger(self, position: int) -> ast.Statement:
        """Take what follows CREATE TRIGGER."""
        raise NotImplementedError

    def _create_other(self, position: int) -> ast.Statement:
        if self.accept("view"):
            return self._create_view(position)
        if self.accept("sequence"):
            optional = self.if_not_exists()
            name = self.object_name()
            options = self._sequence_options()
            return ast_ddl.CreateSequence(position, name, options, optional)
        if self.accept("synonym"):
            return self._create_synonym(position, "")
        if self.accept("database"):
            return self._create_database(position)
        if self.accept("role"):
            optional = self.if_not_exists()
            return ast_ddl.CreateRole(position, self._authorization(), optional)
        if self.accept_words("row", "type"):
            return self._create_row_type(position)
        if self.accept_words("distinct", "type"):
            optional = self.if_not_exists()
            name = self.object_name()
            self.expect("as")
            return ast_ddl.CreateDistinctType(
                position, name, self.data_type(), optional
            )
        self._refuse_other("CREATE")
        return self.fail()

    def _refuse_other(self, verb: str) -> None:
        """Answer for objects without a tree, if one is named here."""
        for words in _OTHER_OBJECTS:
            after = self._keys[self._index + len(words)]
            if self.at_words(*words) and after not in (END, ";"):
                self.unsupported(f"{verb} {' '.join(words).upper()}")

    def _create_index(self, position: int) -> ast_ddl.CreateIndex:
        unique = bool(self.accept_one_of("unique", "distinct"))
        cluster = self.accept("cluster")
        self.expect("index")
        optional = self.if_not_exists()
        name = self.object_name()
        self.expect("on")
        table = self.object_name()
        keys = self.parenthesised(self._index_key)
        options = self.storage_options()
        return ast_ddl.CreateIndex(
            position, name, table, keys, unique, cluster, optional, options
        )

    def _index_key(self) -> ast_ddl.IndexKey:
        position = self.position
        expression = self.expression()
        if not isinstance(expression, ast.Name | ast.FunctionCall):
            self.fail(self._index - 1)
        operator_class = ""
        if self.at_identifier() and not self.at("asc", "desc"):
            operator_class = self.word()
        descending = self.accept_one_of("asc", "desc") == "desc"
        return ast_ddl.IndexKey(position, expression, descending, operator_class)

    def _create_view(self, position: int) -> ast_ddl.CreateView:
        optional = self.if_not_exists()
        name = self.object_name()
        if self.at_words("of", "type"):
            self.unsupported("CREATE VIEW ... OF TYPE")
        columns = self.optional_identifiers()
        self.expect("as")
        start = self._index
        if not self.at_query() and not self.at("("):
            self.fail()
        query = self.query()
        text = self.text_between(start, self._index)
        check = self.accept_words("with", "check", "option")
        return ast_ddl.CreateView(position, name, columns, query, text, check, optional)

    def _create_synonym(self, position: int, visibility: str) -> ast_ddl.CreateSynonym:
        optional = self.if_not_exists()
        name = self.object_name()
        self.expect("for")
        return ast_ddl.CreateSynonym(
            position, name, self.object_name(), visibility, optional
        )

    def _create_row_type(self, position: int) -> ast_ddl.CreateRowType:
        optional = self.if_not_exists()
        name = self.object_name()
        fields = self.row_fields() if self.at("(") else ()
        under = self.object_name() if self.accept("under") else None
        if not fields and under is None:
            self.fail()
        return ast_ddl.CreateRowType(position, name, fields, under, optional)

    def _sequence_options(self) -> ast_ddl.SequenceOptions:
        position = self.position
        options: dict[str, int | str | bool] = {}
        while not self.at(END, ";"):
            start = self._index
            name, value = self._sequence_option()
            if name in options:
                self.fail(start)
            options[name] = value
            if name == "restart" and self.accept("with"):
                options["start"] = self.signed_integer()
        return ast_ddl.SequenceOptions(position, **options)  # type: ignore[arg-type]

    def _sequence_option(self) -> tuple[str, int | str | bool]:
        if self.accept("increment"):
            self.accept("by")
            return "increment", self.signed_integer()
        if self.accept("start"):
            self.accept("with")
            return "start", self.signed_integer()
        if self.accept("maxvalue"):
            return "maximum", self.signed_integer()
        if self.accept("minvalue"):
            return "minimum", self.signed_integer()
        if self.accept("cache"):
            return "cache", self.integer()
        return _SEQUENCE_WORDS[self.expect_one_of(*_SEQUENCE_WORDS)]

    # --- ALTER, DROP, RENAME ---

    def alter(self) -> ast.Statement:
        position = self.expect("alter")
        if self.accept("table"):
            return self.alter_table(position)
        if self.accept("sequence"):
            name = self.object_name()
            if self.at(END, ";"):
                self.fail()
            return ast_ddl.AlterSequence(position, name, self._sequence_options())
        if self.accept("index"):
            name = self.object_name()
            self.expect("to")
            cluster = not self.accept("not")
            self.expect("cluster")
            return ast_ddl.AlterIndex(position, name, cluster)
        if self.at("fragment", *_ROUTINES):
            self.unsupported(f"ALTER {self.word().upper()}")
        self._refuse_other("ALTER")
        return self.fail()

    def drop(self) -> ast_ddl.Drop:
        position = self.expect("drop")
        kind = self._drop_kind()
        optional = self.accept_words("if", "exists")
        if kind == "database":
            return ast_ddl.Drop(position, kind, self.database_name(), optional)
        if kind == "role":
            start = self.position
            name = ast.ObjectName(start, self._authorization())
            return ast_ddl.Drop(position, kind, name, optional)
        name = self.object_name()
        signature = None
        if kind in _ROUTINES and self.at("("):
            signature = self._signature()
        behaviour = self.accept_one_of("cascade", "restrict")
        if kind == "index":
            self.accept("online")
        return ast_ddl.Drop(position, kind, name, optional, behaviour, signature)

    def _drop_kind(self) -> str:
        if self.accept_words("row", "type"):
            return "row type"
        if self.at_words("specific") and self._keys[self._index + 1] in _ROUTINES:
            self.unsupported("DROP SPECIFIC")
        kind = self.accept_one_of(
            *("table", "view", "index", "sequence", "synonym", "trigger", "type"),
            *("role", "database", *_ROUTINES),
        )
        if not kind:
            self._refuse_other("DROP")
            self.fail()
        return kind

    def _signature(self) -> tuple[ast.DataType, ...]:
        """Take ``(type, ...)`` or ``()``."""
        if self.accept_words("(", ")"):
            return ()
        return self.parenthesised(self.data_type)

    def rename(self) -> ast_ddl.Rename:
        position = self.expect("rename")
        kind = self.expect_one_of(
            *("table", "column", "index", "constraint", "sequence", "database"),
            *("trigger", "security", "trusted", "user"),
        )
        if kind in ("trigger", "security", "trusted", "user"):
            self.unsupported(f"RENAME {kind.upper()}")
        table = None
        if kind == "database":
            name = self.database_name()
        elif kind == "column":
            table, name = self._qualified_column()
        else:
            name = self.object_name()
        self.expect("to")
        return ast_ddl.Rename(position, kind, name, self.identifier(), table)

    def _qualified_column(self) -> tuple[ast.ObjectName, ast.ObjectName]:
        """Take ``[owner.]table.column``; return table and column."""
        position = self.position
        name = self.object_name()
        if self.accept("."):
            start = self.position
            return name, ast.ObjectName(start, self.word())
        if not name.owner or name.owner_quoted:
            self.fail()
        column = ast.ObjectName(position, name.name)
        return ast.ObjectName(position, name.owner), column

    # --- databases ---

    def database_name(self) -> ast.ObjectName:
        """Take ``name``, ``name@server`` or either in quotes."""
        position = self.position
        if self.at(STRING):
            name, _, server = self.string().partition("@")
            return ast.ObjectName(position, name.lower(), server=server)
        name = self.word()
        server = self.word() if self.accept("@") else ""
        return ast.ObjectName(position, name, server=server)

    def database(self) -> ast_ddl.OpenDatabase:
        position = self.expect("database")
        name = self.database_name()
        return ast_ddl.OpenDatabase(position, name, self.accept("exclusive"))

    def close(self) -> ast_ddl.CloseDatabase:
        return ast_ddl.CloseDatabase(self.expect("close", "database"))

    def _create_database(self, position: int) -> ast_ddl.CreateDatabase:
        optional = self.if_not_exists()
        name = self.database_name()
        dbspace = self.word() if self.accept("in") else ""
        log = ""
        if self.accept("with"):
            if self.accept("buffered"):
                self.expect("log")
                log = "buffered"
            else:
                self.expect("log")
                log = "ansi" if self.accept_words("mode", "ansi") else "log"
        insensitive = False
        if self.accept("nlscase"):
            insensitive = self.expect_one_of("sensitive", "insensitive") != "sensitive"
        return ast_ddl.CreateDatabase(
            position, name, log, dbspace, insensitive, optional
        )

    # --- privileges ---

    def grant(self) -> ast_ddl.Grant:
        position = self.expect("grant")
        privileges, kind, target = self._privileges()
        self.expect("to")
        grantees = self.list_of(self._grantee)
        option = self.accept_words("with", "grant", "option")
        grantor = self._authorization() if self.accept("as") else ""
        return ast_ddl.Grant(
            position, privileges, grantees, target, kind, option, grantor
        )

    def revoke(self) -> ast_ddl.Revoke:
        position = self.expect("revoke")
        privileges, kind, target = self._privileges()
        self.expect("from")
        grantees = self.list_of(self._grantee)
        behaviour = self.accept_one_of("cascade", "restrict")
        grantor = self._authorization() if self.accept("as") else ""
        return ast_ddl.Revoke(
            position, privileges, grantees, target, kind, behaviour, grantor
        )

    def _privileges(
        self,
    ) -> tuple[tuple[ast_ddl.Privilege, ...], str, ast.ObjectName | None]:
        """Take all up to TO or FROM: privileges, kind of target, target."""
        position = self.position
        following = self._keys[self._index + 1]
        if following in ("to", "from") and self.at(*_DATABASE_PRIVILEGES):
            return (ast_ddl.Privilege(position, self.word()),), "", None
        if self.at(*_UNSUPPORTED_PRIVILEGES) and following not in ("to", "from", ","):
            self.unsupported(f"GRANT or REVOKE {self.word().upper()}")
        if self.at(*_TABLE_PRIVILEGES) and following not in ("to", "from"):
            privileges = self.list_of(self._privilege)
            self.expect("on")
            kind, target = self._target_of_privileges(privileges)
            return privileges, kind, target
        return self.list_of(self._role), "role", None

    def _role(self) -> ast_ddl.Privilege:
        position = self.position
        return ast_ddl.Privilege(position, self._authorization())

    def _privilege(self) -> ast_ddl.Privilege:
        position = self.position
        name = self.expect_one_of(*_TABLE_PRIVILEGES)
        if name == "all":
            self.accept("privileges")
        columns: tuple[ast.Identifier, ...] = ()
        if name in ("select", "update", "references"):
            columns = self.optional_identifiers()
        return ast_ddl.Privilege(position, name, columns)

    def _target_of_privileges(
        self, privileges: tuple[ast_ddl.Privilege, ...]
    ) -> tuple[str, ast.ObjectName]:
        kind = "table"
        if self._keys[self._index + 1] not in AFTER_OPERAND | {"to"}:
            kind = self.accept_one_of("table", "type", "language", *_ROUTINES) or kind
            if self.at("specific"):
                self.unsupported("privileges ON SPECIFIC")
        name = self.object_name()
        if privileges[0].name == "execute":
            kind = "routine" if kind == "table" else kind
            if self.at("("):
                self._signature()
        return kind, name

    def _grantee(self) -> ast.Identifier:
        position = self.position
        if self._keys[self._index + 1] not in ("", ",", ";", "with", "as", "cascade"):
            self.accept_one_of("user", "role")
        return ast.Identifier(position, self._authorization())

    def _authorization(self) -> str:
        """Take a user's or role's name, in quotes or not."""
        return self.string() if self.at(STRING) else self.word()

    # --- statistics ---

    def update_statistics(self) -> ast_ddl.UpdateStatistics:
        position = self.expect("update", "statistics")
        mode = self.accept_one_of("low", "medium", "high")
        table, routine = None, ""
        columns: tuple[ast.Identifier, ...] = ()
        if self.accept("for"):
            routine = self.accept_one_of(*_ROUTINES)
            if not routine:
                self.expect("table")
            if routine and self.at(END, ";"):
                return ast_ddl.UpdateStatistics(position, mode, routine=routine)
            if self.at_words("only", "("):
                self.unsupported("UPDATE STATISTICS FOR TABLE ONLY")
            if self.at_identifier() or self.at(STRING):
                table = self.object_name()
            if routine and self.at("("):
                self._signature()
            elif table is not None:
                columns = self.optional_identifiers()
        self._statistics_options()
        return ast_ddl.UpdateStatistics(position, mode, table, columns, routine)

    def _statistics_options(self) -> None:
        """Take what steers how statistics are made: an emulator makes none."""
        while not self.at(END, ";"):
            if self.accept_words("drop", "distributions"):
                self.accept("only")
            elif self.accept("resolution"):
                self.number()
                if not self.at(END, ";") and not self.at_identifier():
                    self.number()
            elif self.accept("sampling"):
                self.expect("size")
                self.number()
            elif not (
                self.accept_words("distributions", "only")
                or self.accept_one_of("force", "auto")
            ):
                self.fail()


_SEQUENCE_WORDS: dict[str, tuple[str, int | str | bool]] = {
    "restart": ("restart", True),
    "nomaxvalue": ("maximum", "no"),
    "nominvalue": ("minimum", "no"),
    "cycle": ("cycle", True),
    "nocycle": ("cycle", False),
    "nocache": ("cache", 0),
    "order": ("order", True),
    "noorder": ("order", False),
}
