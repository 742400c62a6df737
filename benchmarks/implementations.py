"""The two implementations, and putting one in the place of the other."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import informix_db
from informix_db._wire import (
    accel,
    decode,
    encode,
    encode_tuple,
    limits,
    rowtuple,
    runs,
)
from informix_db.testing.canned import CannedServer

NAMES = [name for name in accel.__all__ if name != "IMPLEMENTATION"]
_TWINS = (decode, encode, encode_tuple, limits, rowtuple, runs)

assert informix_db.IMPLEMENTATION == "cython", "there is nothing to compare"
COMPILED = SimpleNamespace(**{name: getattr(accel, name) for name in NAMES})
PURE = SimpleNamespace(
    **{
        name: vars(module)[name]
        for module in _TWINS
        for name in NAMES
        if getattr(vars(module).get(name), "__module__", "") == module.__name__
    }
)


def replace_all(chosen: SimpleNamespace, replace: Callable[..., None]) -> None:
    """Make the driver use the chosen implementation.

    `replace` is monkeypatch.setattr. Row stays on the base class it was made with.
    """
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith("informix_db.") and module is not accel:
            for name in NAMES:
                if vars(module).get(name) is getattr(COMPILED, name):
                    replace(module, name, getattr(chosen, name))


def decode_all(chosen: Any, table: Any) -> Callable[[], list[tuple[Any, ...]]]:
    """Return a function that decodes the rows of a table from one buffer."""
    plan = table.plan(chosen.Plan)
    data = bytearray(table.messages)
    read, end = chosen.read_run, len(data)

    def decode() -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        assert read(data, 0, end, 12, plan, rows)[0] == end
        return rows

    return decode


def connect(server: CannedServer) -> informix_db.Connection:
    """Connect to a canned server."""
    return informix_db.connect(
        server.host,
        server.port,
        user="informix",
        password="in4mix",
        database="testdb",
        server="informix",
    )
