"""ALTER TABLE: the table is rebuilt under new columns, its rows copied.

All actions are worked out on a `_Shape` first; then one rebuild, so that the statement
is all or nothing. Undoing it means going back to the old storage, which stays until
the transaction commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from informix_db.testing.api import SQLError
from informix_db.testing.records import dataclass
from informix_db.testing.sql import ast, ast_ddl, dml
from informix_db.testing.sql import bound as b
from informix_db.testing.sql.catalog import Column, Constraint, Index, Table
from informix_db.testing.sql.constraints import foreign_keys_to
from informix_db.testing.sql.ddl import DDL, MAX_ROW, NO_KEY_COLUMN, not_null
from informix_db.testing.sql.emit import Emitter
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.privileges import without_column
from informix_db.testing.sql.rules import strip

_OLD_ROWS = 0  # source number of the old storage in the copying query


@dataclass(slots=True)
class _Part:
    """A column of the new shape, and what existing rows get in it."""

    column: Column
    source: b.Expr


@dataclass(slots=True)
class _NewConstraint:
    node: ast_ddl.Constraint
    columns: list[str]


class Alteration:
    """One ALTER TABLE."""

    def __init__(self, ddl: DDL, table: Table) -> None:
        self._ddl = ddl
        self._table = table
        self._parts = [
            _Part(column, b.ColumnRef(column.type, _OLD_ROWS, column.storage))
            for column in table.columns
        ]
        self._constraints = list(table.constraints)
        self._old_indexes = list(table.indexes)
        self._indexes = [index for index in table.indexes if index.constraint is None]
        self._added: list[_NewConstraint] = []
        self._serials = dict(table.serials)
        self._grants = table.grants
        self._has_rows = ddl.store.has_rows(table)

    def run(self, node: ast_ddl.AlterTable) -> None:
        """Carry out all actions; any error leaves the table as it was."""
        for action in node.actions:
            if isinstance(action, ast_ddl.AddColumns):
                self._add_columns(action)
            elif isinstance(action, ast_ddl.DropColumns):
                self._drop_columns(action)
            elif isinstance(action, ast_ddl.ModifyColumns):
                for column in action.columns:
                    self._modify(column)
            elif isinstance(action, ast_ddl.AddConstraints):
                for constraint in action.constraints:
                    names = [name.name for name in constraint.columns]
                    self._add_constraint(constraint, names)
            elif isinstance(action, ast_ddl.DropConstraints):
                for name in action.names:
                    self._drop_constraint(name)
            else:
                self._set_option(action.option)
        self._rebuild()

    # --- actions -------------------------------------------------------------

    def _place(self, name: ast.Identifier) -> int:
        for place, part in enumerate(self._parts):
            if part.column.name == name.name:
                return place
        raise SQLError(-217, offset=name.position, token=name.name)

    def _add_columns(self, action: ast_ddl.AddColumns) -> None:
        """SQLError(-269) for NOT NULL without default if there are rows."""
        for node, before in zip(action.columns, action.before, strict=True):
            if any(part.column.name == node.name for part in self._parts):
                raise SQLError(-328, offset=node.position, token=node.name)
            place = len(self._parts) if before is None else self._place(before)
            column = self._ddl.column(node, "")
            source: b.Expr
            if column.is_serial:
                source = b.Op(strip(column.type), "row_number")
                self._serials[column.name] = max(self._table.next_key - 1, 0)
            else:
                value = dml.default_value(column, self._ddl.binder.binding.runtime)
                if value is None and not column.nullable and self._has_rows:
                    raise SQLError(-269, offset=node.position, token=node.name)
                source = b.Const(strip(column.type), value)
            self._parts.insert(place, _Part(column, source))
            self._column_constraints(node)

    def _column_constraints(self, node: ast_ddl.Column) -> None:
        for constraint in node.constraints:
            self._add_constraint(constraint, [node.name])

    def _drop_columns(self, action: ast_ddl.DropColumns) -> None:
        """Indexes and constraints go with their columns; SQLError(-370) for all."""
        for name in action.columns:
            place = self._place(name)
            if len(self._parts) == 1:
                raise SQLError(-370, offset=name.position)
            column = self._parts.pop(place).column
            self._serials.pop(column.name, None)
            self._grants = without_column(self._grants, column.name)
            going = [
                constraint
                for constraint in self._constraints
                if any(other.name == column.name for other in constraint.columns)
            ]
            for constraint in going:
                self._let_go(constraint)
            self._indexes = [
                index
                for index in self._indexes
                if all(key.name != column.name for key, _ in index.keys)
            ]

    def _modify(self, node: ast_ddl.Column) -> None:
        """The new definition replaces the old one: what it leaves out is gone."""
        place = self._place(ast.Identifier(node.position, node.name))
        part = self._parts[place]
        column = self._ddl.column(node, "")
        implied = part.column.implied_not_null and column.nullable
        if implied:
            column = replace(column, type=not_null(column.type), implied_not_null=True)
        source = self._ddl.binder.convert(part.source, strip(column.type))
        self._parts[place] = _Part(column, source)
        self._constraints = [
            constraint
            for constraint in self._constraints
            if constraint.kind != "N" or constraint.columns[0].name != node.name
        ]
        last = self._serials.pop(node.name, 0)
        if column.is_serial:
            start = node.type.arguments[0] - 1 if node.type.arguments else 0
            self._serials[node.name] = max(start, last)
        self._column_constraints(node)

    def _add_constraint(self, node: ast_ddl.Constraint, names: list[str]) -> None:
        if node.kind == "primary key":
            if any(constraint.kind == "P" for constraint in self._constraints):
                raise SQLError(-704, offset=node.position)
            not_null_now = () if node.mode == "disabled" else names
            for part in self._parts:
                column = part.column
                if column.name in not_null_now and column.nullable:
                    part.column = replace(
                        column, type=not_null(column.type), implied_not_null=True
                    )
        self._added.append(_NewConstraint(node, names))

    def _drop_constraint(self, name: ast.ObjectName) -> None:
        for constraint in self._constraints:
            if constraint.name == name.name:
                self._let_go(constraint)
                if constraint.kind in "PN":
                    self._allow_nulls(constraint)
                return
        raise SQLError(-623, offset=name.position, token=name.name)

    def _let_go(self, constraint: Constraint) -> None:
        """Drop a constraint, and the foreign keys that refer to it."""
        self._constraints.remove(constraint)
        for child, foreign in foreign_keys_to(self._table, constraint):
            if child is not self._table:
                self._ddl.drop_constraint(child, foreign)
            elif foreign in self._constraints:
                self._constraints.remove(foreign)

    def _allow_nulls(self, dropped: Constraint) -> None:
        names = {column.name for column in dropped.columns}
        for part in self._parts:
            column = part.column
            by_key = dropped.kind == "P" and column.implied_not_null
            by_itself = dropped.kind == "N" and not column.is_serial
            if column.name in names and (by_key or by_itself):
                part.column = replace(
                    column,
                    type=replace(column.type, nullable=True),
                    implied_not_null=False,
                )

    def _set_option(self, option: ast_ddl.StorageOption) -> None:
        """Note what the catalog tells; ROWIDS and TYPE change nothing here, as in
        CREATE TABLE."""
        if option.name == "lock mode":
            self._note("lock_level", "R" if option.value == "row" else "P")
        elif option.name == "extent size":
            self._note("first_extent", int(option.value))
        elif option.name == "next size":
            self._note("next_extent", int(option.value))
        elif option.name not in ("add rowids", "drop rowids", "type"):
            raise unsupported(f"ALTER TABLE {option.name.upper()}", option.position)

    def _note(self, name: str, value: str | int) -> None:
        table, old = self._table, getattr(self._table, name)
        setattr(table, name, value)
        self._ddl.transaction.undo.append(lambda: setattr(table, name, old))

    # --- the rebuild ---------------------------------------------------------

    def _rebuild(self) -> None:
        table, ddl = self._table, self._ddl
        old_storage = table.storage
        self._remember()
        columns = [
            replace(part.column, storage=f"c{i}") for i, part in enumerate(self._parts)
        ]
        by_name = {column.name: column for column in columns}
        table.columns = columns
        table.storage = ddl.store.new_name("t")
        table.serials = self._serials
        table.grants = self._grants
        table.indexes, table.constraints = [], []
        ddl.check_serials(columns)
        if table.row_size() > MAX_ROW:
            raise SQLError(-499)
        ddl.store.create_table(table)
        emitter = Emitter(ddl.binder.binding.runtime)
        sources = [emitter.expr(part.source) for part in self._parts]
        ddl.store.copy_rows(table, old_storage, f"s{_OLD_ROWS}", sources)
        for column in columns:
            if not column.nullable and ddl.store.has_null(table, column):
                raise SQLError(-386, token=column.name)
        self._restore_keys(by_name)
        for added in self._added:
            ddl.add_constraint(table, added.node, self._columns(by_name, added))
        table.version += 1
        ddl.changed()
        ddl.transaction.at_commit(lambda: ddl.store.drop_storage(old_storage))

    def _columns(
        self, by_name: dict[str, Column], added: _NewConstraint
    ) -> list[Column]:
        if not added.node.columns:  # a column's own constraint
            return [by_name[name] for name in added.columns]
        names = added.node.columns
        return self._ddl.key_columns(self._table, names, NO_KEY_COLUMN)

    def _restore_keys(self, by_name: dict[str, Column]) -> None:
        """Make the old indexes and constraints anew on the new columns."""
        table = self._table
        new: dict[Constraint, Constraint] = {}
        for old in self._constraints:
            columns = [by_name[column.name] for column in old.columns]
            check = old.check and replace(old.check, sql="")
            new[old] = replace(old, columns=columns, index=None, check=check)
        table.constraints = list(new.values())
        for index in self._old_indexes:
            using = [new[old] for old in new if old.index is index]
            if using or index in self._indexes:
                owner = using[0] if index.constraint else None
                renewed = self._renewed(index, by_name, owner)
                for constraint in using:
                    constraint.index = renewed

    def _renewed(
        self, old: Index, by_name: dict[str, Column], constraint: Constraint | None
    ) -> Index:
        store = self._ddl.store
        keys = [(by_name[column.name], down) for column, down in old.keys]
        storage = store.new_name("i")
        index = replace(old, keys=keys, storage=storage, constraint=constraint)
        store.create_index(self._table, index)
        self._table.indexes.append(index)
        return index

    def _remember(self) -> None:
        """Note how to go back."""
        table, ddl = self._table, self._ddl
        old: Sequence[tuple[str, object]] = [
            (name, getattr(table, name))
            for name in (
                *("columns", "storage", "serials", "indexes", "constraints"),
                "grants",
            )
        ]

        def go_back() -> None:
            ddl.store.drop_storage(table.storage)
            for name, value in old:
                setattr(table, name, value)
            table.version += 1
            ddl.changed()

        ddl.transaction.undo.append(go_back)


def alter_table(ddl: DDL, node: ast_ddl.AlterTable, table: Table) -> None:
    """Run ALTER TABLE; SQLError(-532) for a temporary table."""
    if table.temporary:
        raise SQLError(-532, offset=node.table.position, token=table.name)
    ddl.refuse_if_in_use(table)
    Alteration(ddl, table).run(node)
