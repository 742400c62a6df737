"""DDL: objects made and dropped, undone by the transaction if need be."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from functools import partial

from informix_db.testing.api import SECOND, YEAR, SQLError, SQLType
from informix_db.testing.records import dataclass
from informix_db.testing.sql import ast, ast_ddl
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import (
    Column,
    Constraint,
    DefaultValue,
    Index,
    NamedObject,
    Synonym,
    Table,
    View,
)
from informix_db.testing.sql.constraints import (
    MAX_KEY_PARTS,
    ConstraintDDL,
    refuse_disabled,
    refuse_large,
)
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.literals import datatype
from informix_db.testing.sql.locks import check_unused
from informix_db.testing.sql.privileges import default_grants, has_level, require_level

MAX_ROW = 32767
NO_KEY_COLUMN, _NO_INDEX_COLUMN = -537, -352
# What CURRENT and SYSDATE are without a qualifier (SQS-1455, SQS-1456).
_MOMENTS = {"current": (YEAR, SECOND + 3), "sysdate": (YEAR, SECOND + 5)}
_SPECIAL_DEFAULTS = ("today", "current", "sysdate", "user", "dbservername", "sitename")


@dataclass(slots=True)
class DDL(ConstraintDDL):
    """DDL in one database for one session, as part of one transaction."""

    @property
    def user(self) -> str:
        return self.names.user

    def owner(self, name: ast.ObjectName) -> str:
        """Return a new object's owner; SQLError(-388) without RESOURCE, -514 for an
        owner other than the user if that is no DBA."""
        require_level("R", self.database, self.names)
        if name.owner in ("", self.user):
            return self.user
        if not has_level("D", self.database, self.names):
            raise SQLError(-514, offset=name.position)
        return name.owner

    # --- CREATE TABLE --------------------------------------------------------

    def _datatype(self, node: ast.DataType) -> SQLType:
        database = self.database
        return datatype(node, ansi=database.ansi, named=database.row_types.type_named)

    def create_table(self, node: ast_ddl.CreateTable) -> Table:
        """Return the new table, not yet in any catalog."""
        table = self._table(node, self._columns(node.columns))
        self._start_serials(table, node.columns)
        for name in self._primary_columns(node):
            self._make_not_null(table, name)
        self._constraints(table, node)
        return table

    def create_from(
        self, node: ast_ddl.CreateTable, outputs: Sequence[tuple[str, SQLType]]
    ) -> Table:
        """Return a new table with the columns of a query, not yet in any catalog."""
        columns: list[Column] = []
        for i, (name, sql_type) in enumerate(outputs):
            if any(column.name == name for column in columns):
                raise SQLError(-328, token=name)
            columns.append(Column(name, sql_type, f"c{i}"))
        table = self._table(node, columns)
        table.serials = {column.name: 0 for column in columns if column.is_serial}
        return table

    def _table(self, node: ast_ddl.CreateTable, columns: list[Column]) -> Table:
        temporary = node.kind == "temp"
        _refuse_other_kinds(node, temporary)
        table = Table(
            node.name.name,
            self.user if temporary else self.owner(node.name),
            self.database.new_tabid(),
            self.store.new_name("t"),
            columns,
            temporary=temporary,
            created=datetime.date.today(),
        )
        options = {option.name: option.value for option in node.options}
        table.logged = self.database.logged and "with no log" not in options
        table.lock_level = "R" if options.get("lock mode") == "row" else "P"
        table.first_extent = int(options.get("extent size", table.first_extent))
        table.next_extent = int(options.get("next size", table.next_extent))
        if table.row_size() > MAX_ROW:
            raise SQLError(-499, offset=node.position)
        self.store.create_table(table)
        self.transaction.undo.append(lambda: self._undo_create(table))
        return table

    def _undo_create(self, table: Table) -> None:
        table.dropped = True
        self.transaction.tables.discard(table)
        self.store.drop_table(table)

    def _columns(self, nodes: Sequence[ast_ddl.Column]) -> list[Column]:
        columns: list[Column] = []
        for i, node in enumerate(nodes):
            if any(column.name == node.name for column in columns):
                raise SQLError(-328, offset=node.position, token=node.name)
            columns.append(self.column(node, f"c{i}"))
        self.check_serials(columns)
        return columns

    def column(self, node: ast_ddl.Column, storage: str) -> Column:
        """Return a column as defined in CREATE or ALTER TABLE; SQLError(-227) for
        ROWID, -286 for a primary key that is NULL by DEFAULT."""
        if node.name == "rowid":
            raise SQLError(-227, offset=node.position)
        sql_type = self._datatype(node.type)
        kinds = {c.kind for c in node.constraints if c.mode != "disabled"}
        if sql_type.code in t.SERIALS or "not null" in kinds:
            sql_type = not_null(sql_type)
        default = self._default(node, sql_type)
        if default is not None and default.is_null and "primary key" in kinds:
            raise SQLError(-286, offset=node.position, token=node.name)
        return Column(node.name, sql_type, storage, default)

    def check_serials(self, columns: Sequence[Column]) -> None:
        """Raise SQLError(-362) for two SERIALs, or two of SERIAL8 and BIGSERIAL."""
        codes = [column.type.code for column in columns if column.is_serial]
        if codes.count(t.SERIAL) > 1 or len(codes) - codes.count(t.SERIAL) > 1:
            raise SQLError(-362)

    def _default(self, node: ast_ddl.Column, sql_type: SQLType) -> DefaultValue | None:
        """Return a DEFAULT; SQLError(-591 .. -594) if the type does not allow it."""
        if node.default is None:
            return None
        value = node.default.value
        if sql_type.code in t.SERIALS:
            raise SQLError(-593, offset=node.position, token=node.name)
        if isinstance(value, ast.SpecialValue):
            return self._special_default(node, value, sql_type)
        null = isinstance(value, ast.Literal) and value.value is None
        if null and not sql_type.nullable:
            raise SQLError(-592, offset=node.position, token=node.name)
        if sql_type.code in (t.BYTE, t.TEXT) and not null:
            raise SQLError(-594, offset=node.position, token=node.name)
        if t.family(sql_type) == "composite" and sql_type.code != t.ROW:
            raise SQLError(-9911, offset=node.position)
        expr = self.binder.bind_to(value, sql_type)
        if not isinstance(expr, b.Const) or self._is_too_long(value, sql_type):
            raise SQLError(-591, offset=node.position, token=node.name)
        return DefaultValue(expr.value, text=node.default.text)

    def _is_too_long(self, value: ast.Expression, sql_type: SQLType) -> bool:
        """Tell whether a default is a string that a column would cut."""
        text = value.value if isinstance(value, ast.Literal) else None
        if not isinstance(text, str) or t.family(sql_type) != "string":
            return False
        size = self.binder.binding.runtime.size(text)
        return size > t.char_length(sql_type)

    def _special_default(
        self, node: ast_ddl.Column, value: ast.SpecialValue, sql_type: SQLType
    ) -> DefaultValue:
        assert node.default is not None
        wanted = {
            "today": "date",
            "current": "datetime",
            "sysdate": "datetime",
        }.get(value.name, "string")
        if value.name not in _SPECIAL_DEFAULTS or t.family(sql_type) != wanted:
            raise SQLError(-591, offset=node.position, token=node.name)
        if value.name in _MOMENTS:
            told = value.qualifier
            fields = (told.first, told.last) if told else _MOMENTS[value.name]
            if fields != t.qualifier(sql_type):
                raise SQLError(-591, offset=node.position, token=node.name)
        return DefaultValue(special=value.name, text=node.default.text)

    def _start_serials(self, table: Table, nodes: Sequence[ast_ddl.Column]) -> None:
        for column, node in zip(table.columns, nodes, strict=True):
            if column.is_serial:
                start = node.type.arguments[0] if node.type.arguments else 1
                table.serials[column.name] = max(start, 1) - 1

    # --- constraints ---------------------------------------------------------

    def _primary_columns(self, node: ast_ddl.CreateTable) -> list[str]:
        """Return the columns that the primary key makes NOT NULL; SQLError(-704) for a
        second key."""
        keys = [
            (constraint, [column.name])
            for column in node.columns
            for constraint in column.constraints
        ]
        keys += [(c, [column.name for column in c.columns]) for c in node.constraints]
        primary = [pair for pair in keys if pair[0].kind == "primary key"]
        if len(primary) > 1:
            raise SQLError(-704, offset=primary[1][0].position)
        return [name for c, names in primary if c.mode != "disabled" for name in names]

    def _make_not_null(self, table: Table, name: str) -> None:
        column = table.column(name)
        if column is not None and column.nullable:
            column.type = not_null(column.type)
            column.implied_not_null = True

    def _constraints(self, table: Table, node: ast_ddl.CreateTable) -> None:
        for column_node, column in zip(node.columns, table.columns, strict=True):
            for constraint in column_node.constraints:
                self.add_constraint(table, constraint, [column])
        for constraint in node.constraints:
            columns = self.key_columns(table, constraint.columns, NO_KEY_COLUMN)
            self.add_constraint(table, constraint, columns)

    # --- other statements ----------------------------------------------------

    def add_to_catalog(self, item: NamedObject) -> None:
        """Make a new object part of the database, provisionally in a transaction."""
        item.created = datetime.date.today()
        if not isinstance(item, Synonym):
            item.grants = default_grants(item, self.database)
        self.database.add(item)
        self.changed()
        self.claim(item)
        self.transaction.undo.append(lambda: self._undo_add(item))

    def claim(self, item: NamedObject) -> None:
        """Make other sessions find an object locked until the transaction ends."""
        if not self.transaction.direct and item.locked_by is None:
            item.locked_by = self.transaction
            self.transaction.at_commit(lambda: _release(item))
            self.transaction.undo.append(lambda: _release(item))

    def new_version(self, table: Table) -> None:
        """Make statements that were prepared find a table changed."""

        def count() -> None:
            table.version += 1
            self.changed()

        count()
        self.transaction.undo.append(count)

    def _undo_add(self, item: NamedObject) -> None:
        item.dropped = True
        self.database.remove(item)
        self.changed()

    def drop(self, item: NamedObject) -> None:
        """Take an object out of the database; a table's rows go at commit."""
        if isinstance(item, Table):
            self.refuse_if_in_use(item)
            self.transaction.at_commit(lambda: self.store.drop_table(item))
            for child, constraint in list(item.referencing()):
                if child is not item:
                    self.drop_constraint(child, constraint)
            self._leave_parents(item)
        self.claim(item)
        self.database.leave(item)
        item.dropped = True
        self.changed()
        self.transaction.at_commit(lambda: self.database.left(item))
        self.transaction.undo.append(lambda: self._undo_drop(item))

    def _undo_drop(self, item: NamedObject) -> None:
        item.dropped = False
        self.database.left(item)
        self.database.add(item)
        self.changed()

    def _leave_parents(self, table: Table) -> None:
        for constraint in table.constraints:
            if constraint.reference is not None:
                children = constraint.reference.table.children
                if table in children:
                    children.remove(table)
                    self.transaction.undo.append(partial(children.append, table))

    def drop_constraint(self, table: Table, constraint: Constraint) -> None:
        """Drop a foreign key because what it refers to goes."""
        table.constraints.remove(constraint)
        table.version += 1
        self.changed()
        self.transaction.undo.append(lambda: table.constraints.append(constraint))
        index = constraint.index
        if index is not None and index.constraint is constraint:
            self.drop_index(table, index)

    def dependents(self, item: NamedObject) -> Iterator[View | Synonym]:
        """Yield the views and synonyms that cannot be without `item`, nearest last."""
        for other in self.database.objects():
            if isinstance(other, View) and item in other.uses:
                yield from self.dependents(other)
                yield other
            elif isinstance(other, Synonym) and other.target is item:
                yield other

    def refuse_if_in_use(self, table: Table) -> None:
        """Raise LockConflict if another transaction uses `table`; from now on others
        find it locked."""
        check_unused(table, self.transaction)
        self.claim(table)

    def create_index(self, node: ast_ddl.CreateIndex, table: Table) -> None:
        """SQLError(-316) if the name is taken, -350 if the columns have an index, -500
        if another one is clustered."""
        if self.database.find_index(node.name.name):
            if node.if_not_exists:
                return
            raise SQLError(-316, offset=node.name.position, token=node.name.name)
        self.refuse_if_in_use(table)
        keys = self._index_keys(table, node)
        if any(index.keys == keys for index in table.indexes):
            raise SQLError(-350, offset=node.position)
        if node.cluster:
            table.refuse_clusters(node.position)
        index = Index(
            node.name.name,
            self.user if table.temporary else self.owner(node.name),
            keys,
            node.unique,
            self.store.new_name("i"),
            clustered=node.cluster,
            disabled=_is_disabled(node),
        )
        refuse_disabled(table, index, node.position)
        self.store.create_index(table, index)
        table.indexes.append(index)
        self.changed()
        self.transaction.undo.append(lambda: self._undo_create_index(table, index))

    def _index_keys(
        self, table: Table, node: ast_ddl.CreateIndex
    ) -> list[tuple[Column, bool]]:
        """Return the columns of an index, and whether each is descending;
        SQLError(-352, -517, -542)."""
        names = []
        for key in node.keys:
            expression = key.expression
            if not isinstance(expression, ast.Name):
                raise unsupported("CREATE INDEX on a function", key.position)
            names.append(ast.Identifier(expression.position, expression.parts[-1]))
        if len(names) > MAX_KEY_PARTS:
            raise SQLError(-517, offset=node.position)
        columns = self.key_columns(table, names, _NO_INDEX_COLUMN)
        refuse_large(columns, node.position)
        down = [key.descending for key in node.keys]
        return list(zip(columns, down, strict=True))

    def _undo_create_index(self, table: Table, index: Index) -> None:
        table.indexes.remove(index)
        self.store.drop_index(index)
        self.changed()

    def drop_index(self, table: Table, index: Index) -> None:
        """Drop an index; one that a constraint needs becomes that constraint's own."""
        self.refuse_if_in_use(table)
        for constraint in table.constraints:
            if constraint.index is index:
                self._hand_over(table, index, constraint)
                return
        self.store.drop_index(index)
        table.indexes.remove(index)
        self.changed()
        self.transaction.undo.append(lambda: self._undo_drop_index(table, index))

    def _hand_over(self, table: Table, index: Index, constraint: Constraint) -> None:
        """Give an index the name and place of a constraint's."""
        old_name, old_constraint = index.name, index.constraint

        def give_back() -> None:
            index.name, index.constraint = old_name, old_constraint
            self.changed()

        self.transaction.undo.append(give_back)
        index.name = f" {table.tabid}_{constraint.constraint_id}"
        index.constraint = constraint
        self.changed()

    def _undo_drop_index(self, table: Table, index: Index) -> None:
        self.store.create_index(table, index)
        table.indexes.append(index)
        self.changed()


def not_null(sql_type: SQLType) -> SQLType:
    """Return the type of a column that refuses NULL."""
    return SQLType(
        sql_type.code,
        sql_type.length,
        sql_type.extended_id,
        sql_type.owner,
        sql_type.name,
        nullable=False,
    )


def _refuse_other_kinds(node: ast_ddl.CreateTable, temporary: bool) -> None:
    """Raise SQLError(-999) for what would change a table's meaning, -201 for WITH NO
    LOG on a table that is not temporary."""
    if node.row_type is not None:
        raise unsupported("CREATE TABLE ... OF TYPE", node.position)
    for option in node.options:
        if option.name == "on commit":
            raise unsupported("CREATE TABLE ... ON COMMIT", option.position)
        if option.name == "with no log" and not temporary:
            raise SQLError(-201, offset=option.position)


def _is_disabled(node: ast_ddl.CreateIndex) -> bool:
    """Return the mode of a new index; SQLError(-999) for FILTERING."""
    modes = {option.name for option in node.options}
    if "filtering" in modes:
        raise unsupported("FILTERING index", node.position)
    return "disabled" in modes


def _release(item: NamedObject) -> None:
    item.locked_by = None
