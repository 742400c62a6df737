"""INSERT, UPDATE and DELETE on rows: values computed, checked, stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

from informix_db.testing.api import ExecuteResult, SQLError
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.boundary import exporter
from informix_db.testing.sql.catalog import Column, DefaultValue, Table
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.temporal import date_to_days, implode

Values = Sequence[Any]
Evaluate = Callable[[Values], Any]


def evaluator(expr: b.Expr, runtime: Runtime) -> Evaluate | None:
    """Return a function that computes a simple expression without SQLite.

    None for an expression that needs it. VALUES lists are mostly simple.
    """
    if isinstance(expr, b.Const):
        value = expr.value
        return lambda values: value
    if isinstance(expr, b.Param):
        slot = expr.slot
        return lambda values: values[slot]
    if isinstance(expr, b.Convert):
        inner = evaluator(expr.arg, runtime)
        if inner is None:
            return None
        return _converted(inner, runtime.converter(expr.arg.type, expr.type))
    return None


def _converted(inner: Evaluate, convert: Callable[[Any], Any] | None) -> Evaluate:
    def evaluate(values: Values) -> Any:
        value = inner(values)
        return value if convert is None or value is None else convert(value)

    return evaluate


class StoredRow(Sequence[object]):
    """A row in storage form that is exported when somebody looks at it."""

    def __init__(self, table: Table, values: Values) -> None:
        self._columns = table.columns
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, index: int) -> object: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[object]: ...

    def __getitem__(self, index: int | slice) -> object:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        value = self._values[index]
        export = exporter(self._columns[index].type)
        return value if value is None or export is None else export(value)


class RowBuilder:
    """Makes whole rows of a table from the values of some columns."""

    def __init__(
        self, table: Table, targets: Sequence[Column], runtime: Runtime
    ) -> None:
        self.table = table
        self._runtime = runtime
        places = {column: i for i, column in enumerate(targets)}
        self._sources = [places.get(column) for column in table.columns]
        self._plain = self._sources == list(range(len(targets)))
        self._serials = [
            (i, column) for i, column in enumerate(table.columns) if column.is_serial
        ]
        self._required = [
            (i, column)
            for i, column in enumerate(table.columns)
            if not column.nullable and not column.is_serial
        ]

    @property
    def changes_nothing(self) -> bool:
        """Whether any values of all columns are a row already."""
        return self._plain and not self._serials and not self._required

    def build(self, values: Values, result: ExecuteResult) -> Values:
        """Return a full row; serials are filled in and noted in `result`."""
        if self._plain:
            row = list(values)
        else:
            row = [
                default_value(column, self._runtime)
                if source is None
                else values[source]
                for source, column in zip(
                    self._sources, self.table.columns, strict=True
                )
            ]
        for i, column in self._serials:
            row[i] = self._serial(column, row[i], result)
        for i, column in self._required:
            if row[i] is None:
                raise null_error(self.table, column)
        return row

    def _serial(self, column: Column, value: int | None, result: ExecuteResult) -> int:
        """Return the value stored: 0 and NULL ask for the next (4JS-ntz_008)."""
        last = self.table.serials[column.name]
        if not value:
            value = last + 1
            limit, sqlcode = t.INT_LIMITS[column.type.code]
            if value > limit:
                raise SQLError(sqlcode)
        if value > last:
            self.table.serials[column.name] = value
        note_serial(result, column, value)
        return value


def note_serial(result: ExecuteResult, column: Column, value: int) -> None:
    if column.type.code == t.SERIAL:
        result.serial = value
    elif column.type.code == t.SERIAL8:
        result.serial8 = value
    else:
        result.bigserial = value


def null_error(table: Table, column: Column) -> SQLError:
    """Return the error for NULL in a column that refuses it."""
    if column.implied_not_null:
        return SQLError(-703, token=table.name)
    return SQLError(-391, token=f"{table.name}.{column.name}")


def check_nulls(table: Table, columns: Sequence[Column], values: Values) -> None:
    for column, value in zip(columns, values, strict=True):
        if value is None and not column.nullable:
            raise null_error(table, column)


def default_value(column: Column, runtime: Runtime) -> Any:
    """Return what a column left out of an INSERT gets, in storage form."""
    default = column.default
    if default is None:
        return None
    return _special(default, column, runtime) if default.special else default.value


def _special(default: DefaultValue, column: Column, runtime: Runtime) -> Any:
    if default.special == "today":
        return date_to_days(runtime.now.date())
    if default.special in ("current", "sysdate"):
        return implode(runtime.moment(), *t.qualifier(column.type))
    if default.special == "user":
        return runtime.facts().user
    return runtime.server_name
