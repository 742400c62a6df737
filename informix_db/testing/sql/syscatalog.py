"""The system catalog as tables one can query, filled from `catalog`'s objects.

Each table's rows are made anew when the catalog has changed, those about sessions and
locks at every look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from informix_db.testing.sql.catalog import Column, Database, Table
from informix_db.testing.sql.syslayouts import (
    LAYOUTS,
    SYSMASTER_LAYOUTS,
    VOLATILE,
    column_type,
)
from informix_db.testing.sql.sysmaster import MONITOR_ROWS
from informix_db.testing.sql.sysroutines import ROUTINE_ROWS
from informix_db.testing.sql.sysrows import CATALOG_ROWS

if TYPE_CHECKING:
    from informix_db.testing.engine import Engine

Row = tuple[Any, ...]

_CODE_SET_NUMBERS = {
    "8859-1": "819",
    "8859-2": "912",
    "8859-5": "915",
    "8859-7": "813",
    "8859-9": "920",
    "8859-15": "923",
    "cp1250": "1250",
    "cp1251": "1251",
    "cp1252": "1252",
    "utf8": "57372",
    "utf-8": "57372",
    "gb18030-2000": "5488",
}


_ROWS = {**CATALOG_ROWS, **ROUTINE_ROWS}


class SystemCatalog:
    """Makes the catalog tables of databases."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def install(self, database: Database) -> None:
        """Add the catalog tables to a database (sysmaster gets its own as well)."""
        for name, tabid, layout in LAYOUTS:
            rows = _ROWS.get(name, _nothing)
            self._add(database, name, tabid, layout, partial(rows, database))
        if database.name == "sysmaster":
            for name, tabid, layout in SYSMASTER_LAYOUTS:
                monitor = partial(MONITOR_ROWS[name], self._engine)
                self._add(database, name, tabid, layout, monitor)

    def _add(
        self,
        database: Database,
        name: str,
        tabid: int,
        layout: str,
        rows: Callable[[str], Iterable[Row]],
    ) -> None:
        columns = [
            Column(part.split(":")[0], column_type(part.split(":")[1]), f"c{i}")
            for i, part in enumerate(layout.split())
        ]
        storage = self._engine.store.new_name("t")
        table = Table(name, "informix", tabid, storage, columns, rows=rows)
        table.created = database.created
        table.volatile = name in VOLATILE
        database.add(table)


def _nothing(database: Database, locale: str) -> Iterable[Row]:
    """Rows of a table about what the emulator does not have."""
    return ()


def numeric_locale(environment: Mapping[str, str]) -> str:
    """Return a login's locale as the catalog names it: `en_US.819`, `en_US.57372`."""
    locale = environment.get("DB_LOCALE") or environment.get("CLIENT_LOCALE") or ""
    region, _, code_set = (locale or "en_US.8859-1").partition("@")[0].rpartition(".")
    return f"{region}.{_CODE_SET_NUMBERS.get(code_set.lower(), code_set)}"
