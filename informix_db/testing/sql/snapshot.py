"""The catalog as JSON: the Python objects of all databases, and what they refer to.

    {"databases": [value, ...], "objects": [[class, {attribute: value, ...}], ...]}

A value is JSON's own if it is None, a boolean, a number or text, and otherwise an
object of one item: {"@": n} the n-th of `objects`, {"system": [database, table]} a
table of the system catalog, which is not saved but made by every server for itself,
{"list": [...]}, {"tuple": [...]}, {"set": [...]}, {"dict": [[key, value], ...]},
{"bytes": hexadecimal}, {"date": ISO}, {"decimal": digits}.

Classes are named by module and name; only those of `_MODULES` are saved and made: a
new kind of object in a database is to be named there. An attribute
the text lacks gets its default. Caches and what belongs to running transactions are
left out (`_UNSAVED`).
"""

from __future__ import annotations

import dataclasses
import datetime
import importlib
import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from informix_db.testing.sql.catalog import (
    Check,
    Database,
    SequenceGenerator,
    Synonym,
    Table,
    View,
)
from informix_db.testing.sql.rowtypes import RowTypeTable
from informix_db.testing.sql.spl_objects import Routine, RoutineTable

_PACKAGE = "informix_db.testing."
_MODULES = (
    "api",
    "sql.ast",
    "sql.catalog",
    "sql.rowtypes",
    "sql.spl_objects",
    "sql.spl_triggers",
)
_UNSAVED: dict[type, set[str]] = {
    Check: {"sql"},
    Database: {"sessions", "_leaving"},
    Routine: {"locked_by"},
    SequenceGenerator: {"locked_by"},
    Synonym: {"locked_by"},
    Table: {"locked_by", "writers", "locks", "row_locks"},
    View: {"locked_by"},
}
# Classes that are no dataclasses.
_PLAIN: dict[type, Callable[[], Any]] = {
    Database: lambda: Database("", "", logged=False, ansi=False),
    RoutineTable: RoutineTable,
    RowTypeTable: RowTypeTable,
}


def dump(databases: Iterable[Database]) -> str:
    """Return the catalog of all databases; TypeError if something cannot be saved."""
    databases = list(databases)
    writer = _Writer(databases)
    content = {
        "databases": [writer.value(database) for database in databases],
        "objects": writer.objects(),
    }
    return json.dumps(content, separators=(",", ":"))


def load(text: str, install: Callable[[Database], None]) -> list[Database]:
    """Return the databases of a text; `install` adds the system catalog to one.

    ValueError, TypeError, LookupError, AttributeError and ImportError mean that the
    text was not written by `dump`, or by that of another version.
    """
    return _Reader(json.loads(text), install).databases()


class _Writer:
    def __init__(self, databases: list[Database]) -> None:
        self._numbers: dict[int, int] = {}  # by id
        self._found: list[Any] = []
        self._system = {
            id(table): [database.name, table.name]
            for database in databases
            for table in database.tables()
            if table.is_system
        }

    def objects(self) -> list[list[Any]]:
        """Return everything that was referred to, and what that refers to."""
        written: list[list[Any]] = []
        while len(written) < len(self._found):
            item = self._found[len(written)]
            state = {key: self.value(value) for key, value in _state(item)}
            written.append([_class_name(type(item)), state])
        return written

    def value(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, bytes):
            return {"bytes": value.hex()}
        if isinstance(value, datetime.date):
            return {"date": value.isoformat()}
        if isinstance(value, Decimal):
            return {"decimal": str(value)}
        for kind in (list, tuple, set):
            if isinstance(value, kind):
                return {kind.__name__: [self.value(item) for item in value]}
        if isinstance(value, dict):
            pairs = [[self.value(key), self.value(v)] for key, v in value.items()]
            return {"dict": pairs}
        return self._reference(value)

    def _reference(self, item: Any) -> Any:
        if id(item) in self._system:
            return {"system": self._system[id(item)]}
        if id(item) not in self._numbers:
            self._numbers[id(item)] = len(self._found)
            self._found.append(item)
        return {"@": self._numbers[id(item)]}


def _class_name(cls: type) -> str:
    """Return a class's name as it is written; TypeError unless it may be saved."""
    module = cls.__module__.removeprefix(_PACKAGE)
    if not _is_allowed(module) or not (dataclasses.is_dataclass(cls) or cls in _PLAIN):
        raise TypeError(f"{cls.__module__}.{cls.__name__} cannot be saved")
    return f"{module}:{cls.__name__}"


def _is_allowed(module: str) -> bool:
    return module in _MODULES or module.startswith("sql.ast_")


def _state(item: Any) -> Iterable[tuple[str, Any]]:
    """Yield the attributes of an object that are saved."""
    unsaved = _UNSAVED.get(type(item), set())
    if dataclasses.is_dataclass(item):
        names = [field.name for field in dataclasses.fields(item)]
    else:
        names = list(vars(item))
    for name in names:
        value = getattr(item, name)
        if name in unsaved:
            continue
        if isinstance(item, Database) and name == "_objects":
            value = {key: x for key, x in value.items() if not _is_system(x)}
        yield name, value


def _is_system(item: Any) -> bool:
    return isinstance(item, Table) and item.is_system


class _Reader:
    def __init__(self, content: Any, install: Callable[[Database], None]) -> None:
        self._content = content
        self._install = install
        self._made = [_blank(name) for name, _ in content["objects"]]
        self._system: dict[tuple[str, str], Table] = {}

    def databases(self) -> list[Database]:
        found: list[Database] = [self._value(x) for x in self._content["databases"]]
        for database, reference in zip(found, self._content["databases"], strict=True):
            state = self._content["objects"][reference["@"]][1]
            database.name, database.created = (
                state["name"],
                self._value(state["created"]),
            )
            self._install(database)
            for table in database.tables():
                self._system[database.name, table.name] = table
        for item, (_, state) in zip(self._made, self._content["objects"], strict=True):
            self._fill(item, state)
        return found

    def _fill(self, item: Any, state: dict[str, Any]) -> None:
        for name, value in state.items():
            found = self._value(value)
            if isinstance(item, Database) and name == "_objects":
                found = {**item._objects, **found}
            object.__setattr__(item, name, found)

    def _value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        ((kind, content),) = value.items()
        return _DECODERS[kind](self, content)

    def _items(self, content: list[Any]) -> list[Any]:
        return [self._value(item) for item in content]

    def _reference(self, number: int) -> Any:
        return self._made[number]

    def _system_table(self, names: list[str]) -> Table:
        database, table = names
        return self._system[database, table]


_DECODERS: dict[str, Callable[[_Reader, Any], Any]] = {
    "@": _Reader._reference,
    "system": _Reader._system_table,
    "list": _Reader._items,
    "tuple": lambda reader, content: tuple(reader._items(content)),
    "set": lambda reader, content: set(reader._items(content)),
    "dict": lambda reader, content: dict(map(reader._items, content)),
    "bytes": lambda reader, content: bytes.fromhex(content),
    "date": lambda reader, content: datetime.date.fromisoformat(content),
    "decimal": lambda reader, content: Decimal(content),
}


def _blank(name: str) -> Any:
    """Return a new object of a class, with the defaults its attributes have."""
    module, _, class_name = name.partition(":")
    if not _is_allowed(module):
        raise ValueError(module)
    cls = getattr(importlib.import_module(_PACKAGE + module), class_name)
    if cls in _PLAIN:
        return _PLAIN[cls]()
    item = object.__new__(cls)
    for field in dataclasses.fields(cls):
        if field.default is not dataclasses.MISSING:
            object.__setattr__(item, field.name, field.default)
        elif field.default_factory is not dataclasses.MISSING:
            object.__setattr__(item, field.name, field.default_factory())
    return item
