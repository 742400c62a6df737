"""Constraints of tables as they are defined: keys, CHECK, FOREIGN KEY, NOT NULL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.records import dataclass
from informix_db.testing.sql import ast, ast_ddl
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import (
    Check,
    Column,
    Constraint,
    Database,
    Index,
    Reference,
    Table,
)
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.expressions import ExpressionBinder
from informix_db.testing.sql.integrity import CheckedRows, refuse_subqueries
from informix_db.testing.sql.privileges import missing, require_some
from informix_db.testing.sql.rules import strip
from informix_db.testing.sql.scope import Names
from informix_db.testing.sql.store import Store
from informix_db.testing.sql.transactions import Transaction

# Kinds as the parser names them, as the catalog does, and the letter of names made up.
_KINDS = {
    "primary key": ("P", "u"),
    "unique": ("U", "u"),
    "not null": ("N", "n"),
    "check": ("C", "c"),
    "references": ("R", "r"),
    "foreign key": ("R", "r"),
}
MAX_KEY_PARTS = 16  # columns of an index or constraint
_MODES = ("", "enabled", "enabled novalidate", "novalidate", "disabled")


@dataclass(slots=True)
class ConstraintDDL:
    """Definitions in one database for one session, as part of one transaction."""

    store: Store
    database: Database
    names: Names
    transaction: Transaction
    binder: ExpressionBinder
    changed: Callable[[], None]  # the catalog has a new version

    def key_columns(
        self, table: Table, names: Sequence[ast.Identifier], missing: int
    ) -> list[Column]:
        """Return the columns of a key; SQLError(`missing`) for one that is not there,
        -542 for one named twice."""
        columns: list[Column] = []
        for name in names:
            column = table.column(name.name)
            if column is None:
                raise SQLError(missing, offset=name.position, token=name.name)
            if column in columns:
                raise SQLError(-542, offset=name.position)
            columns.append(column)
        return columns

    def add_constraint(
        self, table: Table, node: ast_ddl.Constraint, columns: list[Column]
    ) -> None:
        """Add a constraint to a new table, or to one being altered."""
        if node.kind == "null":
            return
        if len(columns) > MAX_KEY_PARTS:
            sqlcode = -326 if node.kind == "foreign key" else -551
            raise SQLError(sqlcode, offset=node.position)
        if node.mode not in _MODES:
            raise unsupported(f"{node.mode.upper()} constraint", node.position)
        kind, letter = _KINDS[node.kind]
        if table.temporary and node.name is not None:
            raise SQLError(-576, offset=node.position)
        number = self.database.new_constraint_id()
        name = node.name.name if node.name else f"{letter}{table.tabid}_{number}"
        self._check_name(table, name, node.position)
        constraint = Constraint(number, kind, name, table.owner, columns)
        constraint.disabled = node.mode == "disabled"
        refuse_disabled(table, constraint, node.position)
        if kind in "PUR":
            refuse_large(columns, node.position)
        if kind in "PU":
            self._check_same_columns(table, columns)
            constraint.index = self._index(table, constraint, unique=True)
        elif kind == "C":
            self._define_check(table, constraint, node)
        elif kind == "R":
            self._define_reference(table, constraint, node)
        table.constraints.append(constraint)
        if kind in "CR" and node.mode in ("", "enabled"):
            self.check_rows(table, constraint)

    def _check_name(self, table: Table, name: str, position: int) -> None:
        if self.database.find_constraint(name) or any(
            other.name == name for other in table.constraints
        ):
            raise SQLError(-625, offset=position, token=name)

    def _check_same_columns(self, table: Table, columns: list[Column]) -> None:
        for other in table.constraints:
            if other.kind in "PU" and set(other.columns) == set(columns):
                raise SQLError(-577)

    def check_rows(self, table: Table, constraint: Constraint) -> None:
        """Check the rows there are; SQLError(-525, -530)."""
        rows = CheckedRows(self.store, self.binder.binding.runtime)
        try:
            rows.check_all(table, constraint, self.transaction)
        except SQLError as error:
            if error.sqlcode == -691:
                error.sqlcode = -525
            raise

    # --- indexes behind constraints ------------------------------------------

    def _index(self, table: Table, constraint: Constraint, *, unique: bool) -> Index:
        """Return the index of a constraint: for a foreign key one that is there, or
        else its own, which has its numbers for a name, after a blank."""
        keys = [(column, False) for column in constraint.columns]
        for index in table.indexes:
            if index.keys == keys and not unique and not index.disabled:
                return index
        index = Index(
            f" {table.tabid}_{constraint.constraint_id}",
            table.owner,
            keys,
            unique,
            self.store.new_name("i"),
            constraint,
            disabled=unique and constraint.disabled,
        )
        self.store.create_index(table, index)
        table.indexes.append(index)
        return index

    # --- CHECK ---------------------------------------------------------------

    def _define_check(
        self, table: Table, constraint: Constraint, node: ast_ddl.Constraint
    ) -> None:
        """SQLError(-677) for a subquery, -217 for a column of no table, -676 for
        another column in a column's own constraint."""
        assert node.condition is not None
        refuse_subqueries(node.condition)
        constraint.check = Check(node.condition, node.text)
        runtime = self.binder.binding.runtime
        CheckedRows(self.store, runtime).condition(table, constraint.check)
        named = list(_columns_named(table, node.condition))
        if constraint.columns and not set(named) <= set(constraint.columns):
            raise SQLError(-676, offset=node.position)
        constraint.columns = named or constraint.columns

    # --- FOREIGN KEY ---------------------------------------------------------

    def _define_reference(
        self, table: Table, constraint: Constraint, node: ast_ddl.Constraint
    ) -> None:
        """SQLError(-297) if no key has these columns, -512 without the privilege,
        -356 if their types are others, -536 their number."""
        assert node.references is not None
        if table.temporary:
            raise SQLError(-548, offset=node.position)
        parent, allowed = self._parent(table, node.references)
        key = self._key(parent, table, node)
        names = [name.name for name in node.references.columns]
        if not names:
            names = [column.name for column in key.columns]
        if allowed is not None and not set(names) <= allowed:
            raise missing("r", parent, node.references.position)
        if len(names) != len(constraint.columns):
            raise SQLError(-536, offset=node.position)
        for column, name in zip(constraint.columns, names, strict=True):
            target = parent.column(name)
            assert target is not None
            if _shape(column.type) != _shape(target.type):
                raise SQLError(-356, offset=node.position)
        cascade = node.references.cascade
        constraint.reference = Reference(parent, key.constraint_id, names, cascade)
        constraint.index = self._index(table, constraint, unique=False)
        if table not in parent.children:
            parent.children.append(table)
            self.transaction.undo.append(lambda: parent.children.remove(table))

    def _parent(
        self, table: Table, node: ast_ddl.References
    ) -> tuple[Table, set[str] | None]:
        """Return a table and the columns that may be referred to, None for all."""
        name = node.table
        if name.name == table.name and name.owner in ("", table.owner):
            return table, None
        database, parent = self.names.find_object(name) or (None, None)
        if database is not self.database or not isinstance(parent, Table):
            raise SQLError(-206, -111, name.position, name.name)
        if parent.temporary:
            raise SQLError(-548, offset=name.position)
        return parent, require_some("r", parent, database, self.names, name.position)

    def _key(self, parent: Table, table: Table, node: ast_ddl.Constraint) -> Constraint:
        assert node.references is not None
        names = {name.name for name in node.references.columns}
        for constraint in parent.constraints:
            if constraint.disabled and node.mode != "disabled":
                continue
            columns = {column.name for column in constraint.columns}
            if constraint.kind == "P" and not names:
                return constraint
            if constraint.kind in "PU" and columns == names:
                return constraint
        position = node.references.position
        raise SQLError(-297, offset=position, token=parent.name)


def refuse_large(columns: Sequence[Column], position: int) -> None:
    """Raise SQLError(-610) for an index on TEXT or BYTE."""
    if any(t.family(column.type) in ("byte", "text") for column in columns):
        raise SQLError(-610, offset=position)


def refuse_disabled(table: Table, item: Constraint | Index, position: int) -> None:
    """Raise SQLError(-891) for something disabled on a temporary table."""
    if table.temporary and item.disabled:
        raise SQLError(-891, offset=position)


def _shape(sql_type: SQLType) -> tuple[int, int]:
    """Return what must be equal in a foreign key: types must be the same, but how
    long strings may be is not compared here."""
    plain = strip(sql_type)
    return plain.code, 0 if t.family(plain) == "string" else plain.length


def _columns_named(table: Table, condition: ast.Expression) -> Iterator[Column]:
    seen: list[Column] = []
    for node in ast.walk(condition):
        if isinstance(node, ast.Name):
            column = table.column(node.parts[-1])
            if column is not None and column not in seen:
                seen.append(column)
                yield column


def foreign_keys_to(
    table: Table, key: Constraint
) -> Iterator[tuple[Table, Constraint]]:
    """Yield the foreign keys that refer to a key about to go, with their tables."""
    for child, constraint in list(table.referencing()):
        assert constraint.reference is not None
        if constraint.reference.key_id == key.constraint_id:
            yield child, constraint
