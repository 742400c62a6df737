"""Names in scope, and what binding one statement collects.

`Binding` is one statement's: database, parameters, tables used. `Scope` is one SELECT
block's FROM list, with the enclosing block's scope as its parent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.records import dataclass
from informix_db.testing.sql import ast, ast_query
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import Database, SequenceGenerator, Table, View
from informix_db.testing.sql.privileges import require, require_some
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.spl_objects import Routine

ROWID_TYPE = t.INTEGER_TYPE
_NO_SELECT = -272


class Names(Protocol):
    """Where a statement's table names are looked up."""

    user: str
    role: str

    @property
    def runtime(self) -> Runtime: ...

    def current_database(self) -> Database:
        """Return the open database; SQLError(-349) if there is none."""

    def find_object(
        self, name: ast.ObjectName
    ) -> tuple[Database, Table | View | SequenceGenerator] | None:
        """Return what a name means to this session, and whose privileges count."""

    def find_routines(self, name: ast.ObjectName) -> list[Routine]:
        """Return the routines of that name, whatever their parameters."""


_Conversions = dict[tuple[int, int, type], Callable[[Any], Any]]


@dataclass(slots=True)
class Slot:
    """A parameter: the type it is described with, and how a value becomes that.

    `stores` says that the value goes into a column (or a cast) and is cut and checked
    as such; otherwise it is only compared and must not lose anything.
    """

    type: SQLType
    stores: bool
    # Kept by `parameters`: by type code, length and class of a value.
    conversions: _Conversions = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class CommonTable:
    """A table of a WITH clause: the number it is bound under and its columns."""

    number: int
    columns: Sequence[tuple[str, SQLType]]


@dataclass(slots=True)
class Binding:
    """What binding one statement collects.

    `common` are the WITH clauses around the query being bound, innermost last.
    `variables` are those of the SPL routine a statement belongs to, which hide columns.
    Those used get a slot each, after the slots of the parameters.
    """

    names: Names
    parameter_count: int
    variables: Mapping[str, SQLType] = field(default_factory=dict)
    used_variables: dict[str, b.Param] = field(default_factory=dict)
    slots: list[Slot | None] = field(init=False)
    tables: list[Table] = field(default_factory=list)
    common: list[dict[str, CommonTable]] = field(default_factory=list)
    others: list[View | SequenceGenerator | Routine] = field(default_factory=list)
    advanced: list[SequenceGenerator] = field(default_factory=list)  # by NEXTVAL
    _sources: int = 0

    def __post_init__(self) -> None:
        self.slots = [None] * self.parameter_count

    @property
    def runtime(self) -> Runtime:
        return self.names.runtime

    def new_source(self) -> int:
        self._sources += 1
        return self._sources

    def common_table(self, name: ast.ObjectName) -> CommonTable | None:
        """Return the table of a WITH clause that `name` means."""
        if name.owner or name.database:
            return None
        for tables in reversed(self.common):
            if name.name in tables:
                return tables[name.name]
        return None

    def find(
        self, name: ast.ObjectName, privilege: str
    ) -> tuple[Table | View, set[str] | None]:
        """Return a table or view, and the columns allowed, None for all; note that it
        is used.

        SQLError(-206, -111) if there is none, -272 .. -275 without the privilege, a
        letter of systabauth.
        """
        found = self.names.find_object(name)
        database, item = found or (None, None)
        if database is None or item is None or isinstance(item, SequenceGenerator):
            raise SQLError(-206, -111, name.position, name.name)
        allowed = require_some(privilege, item, database, self.names, name.position)
        self.note(item)
        return item, allowed

    def sequence(self, name: ast.ObjectName) -> SequenceGenerator | None:
        """Return a sequence, None if the name is that of something else."""
        database, item = self.names.find_object(name) or (None, None)
        if database is None or not isinstance(item, SequenceGenerator):
            return None
        require("s", item, database, self.names, name.position)
        self.note(item)
        return item

    def note(self, item: Table | View | SequenceGenerator | Routine) -> None:
        """Remember that the statement depends on `item`."""
        known: list[Any] = self.tables if isinstance(item, Table) else self.others
        if item not in known:
            known.append(item)

    def parameter(
        self, node: ast.Parameter, hint: SQLType | None, stores: bool
    ) -> b.Param:
        """Type a parameter; SQLError(-201) if nothing says what it is."""
        if hint is None or hint.code == t.NULL:
            raise SQLError(-201, offset=node.position)
        self.slots[node.index] = Slot(hint, stores)
        return b.Param(hint, node.index)

    def variable(self, node: ast.Expression) -> b.Param | None:
        """Return the SPL variable a name means, None if it means something else."""
        if not self.variables or not isinstance(node, ast.Name):
            return None
        name = ".".join(node.parts)  # of a trigger's old and new row: two parts
        if name in self.variables and name not in self.used_variables:
            sql_type = self.variables[name]
            self.used_variables[name] = b.Variable(sql_type, self.new_slot(sql_type))
        return self.used_variables.get(name)

    def new_slot(self, sql_type: SQLType) -> int:
        """Add a slot for a value that is no parameter of the client's."""
        self.slots.append(Slot(sql_type, stores=True))
        return len(self.slots) - 1

    def finish(self) -> list[Slot]:
        """Return all slots; parameters nobody met are text."""
        return [slot or Slot(t.varchar(255), False) for slot in self.slots]


@dataclass(slots=True)
class ScopeItem:
    """A FROM item: `name` is its alias, or its table's name; `allowed` are the columns
    that may be read, if not all."""

    source: int
    name: str
    columns: list[tuple[str, b.Expr]]
    table: Table | None = None
    aliased: bool = False
    allowed: set[str] | None = None

    def require(self, column: str, position: int) -> None:
        """Raise SQLError(-272) for a column that may not be read."""
        if self.allowed is not None and column not in self.allowed | {"rowid"}:
            raise SQLError(_NO_SELECT, offset=position, token=self.name)

    def find(self, name: str) -> b.Expr | None:
        for column, expr in self.columns:
            if column == name:
                return expr
        if name == "rowid" and self.table is not None and not self.table.is_system:
            return b.Op(ROWID_TYPE, "rowid", (self.key(),))
        return None

    def key(self) -> b.ColumnRef:
        """Return the hidden key column."""
        return b.ColumnRef(t.BIGINT_TYPE, self.source, "_k")


@dataclass(slots=True)
class Scope:
    """The FROM items of one SELECT block; LATERAL sees those from `lateral` on."""

    parent: Scope | None = None
    items: list[ScopeItem] = field(default_factory=list)
    lateral: int = 0

    def add(self, item: ScopeItem, position: int) -> None:
        """Add a FROM item; SQLError(-223) if its name is taken. Tables of several
        owners or databases may have the same."""
        for other in self.items:
            same = item.aliased or other.aliased or item.table is other.table
            if item.name and item.name == other.name and same:
                raise SQLError(-223, offset=position, token=item.name)
        self.items.append(item)

    def resolve(self, node: ast.Name) -> b.Expr:
        """Return the column a name means; SQLError(-217, -324) otherwise, -205 for the
        ROWID of a view or query."""
        *qualifiers, column = node.parts
        found = list(self._candidates(qualifiers, column))
        if len(found) > 1:
            raise SQLError(-324, offset=node.position, token=column)
        if found:
            item, expr = found[0]
            item.require(column, node.position)
            return expr
        if self.parent is not None:
            return self.parent.resolve(node)
        named = [i for i in self.items if not qualifiers or i.name == qualifiers[-1]]
        if column == "rowid" and any(item.table is None for item in named):
            raise SQLError(-205, offset=node.position)
        token = column if named or not qualifiers else qualifiers[-1]
        raise SQLError(-217, offset=node.position, token=token)

    def has_item(self, name: str) -> bool:
        """Tell whether a FROM item, of this block or around it, has a name."""
        if any(item.name == name for item in self.items):
            return True
        return self.parent is not None and self.parent.has_item(name)

    def _candidates(
        self, qualifiers: list[str], column: str
    ) -> Iterable[tuple[ScopeItem, b.Expr]]:
        for item in self.items:
            if qualifiers and item.name != qualifiers[-1]:
                continue
            if len(qualifiers) > 1 and not _owner_matches(item, qualifiers[-2]):
                continue
            expr = item.find(column)
            if expr is not None:
                yield item, expr

    def expand(self, star: ast_query.Star) -> list[tuple[str, b.Expr]]:
        """Return the columns of `*` or `t.*`; SQLError(-201) without any table."""
        items = self.items
        if star.table is None and not items:
            raise SQLError(-201, offset=star.position)
        if star.table is not None:
            items = [item for item in items if item.name == star.table.name][:1]
            if not items:
                raise SQLError(-206, -111, star.position, star.table.name)
        columns = []
        for item in items:
            for name, expr in item.columns:
                item.require(name, star.position)
                columns.append((name, expr))
        return columns


def _owner_matches(item: ScopeItem, owner: str) -> bool:
    return item.table is not None and not item.aliased and item.table.owner == owner


def children(expr: b.Expr) -> tuple[b.Expr, ...]:
    """Return the direct parts of an expression (subqueries' insides excluded)."""
    match expr:
        case b.Op():
            return expr.args
        case b.Convert():
            return (expr.arg,)
        case b.Aggregate():
            return () if expr.arg is None else (expr.arg,)
        case b.CaseWhen():
            parts = tuple(part for when in expr.whens for part in when)
            return parts if expr.otherwise is None else (*parts, expr.otherwise)
        case b.InQuery() | b.QuantifiedQuery():
            return (expr.arg,)
        case b.WindowCall():
            keys = (key.expr for key in expr.keys)
            return (*expr.args, *expr.partition, *keys, *expr.bounds)
        case b.InItems():
            return (expr.arg, *expr.items)
    return ()


def has_aggregate(expr: b.Expr) -> bool:
    return isinstance(expr, b.Aggregate) or any(map(has_aggregate, children(expr)))


def has_window(expr: b.Expr) -> bool:
    return isinstance(expr, b.WindowCall) or any(map(has_window, children(expr)))


def walk(part: object) -> Iterator[object]:
    """Yield everything bound in `part`, the insides of subqueries included."""
    if isinstance(part, (list, tuple)):
        for item in part:
            yield from walk(item)
    elif type(part).__module__ == b.__name__:
        yield part
        for field_ in dataclasses.fields(part):  # type: ignore[arg-type]
            yield from walk(getattr(part, field_.name))


def references(part: object) -> set[int]:
    """Return the sources whose columns are used in `part`."""
    return {node.source for node in walk(part) if isinstance(node, b.ColumnRef)}
