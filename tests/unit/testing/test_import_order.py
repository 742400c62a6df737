"""No module of the emulator needs itself to be imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import informix_db.testing

ROOT = Path(next(iter(informix_db.testing.__path__)))
PACKAGE = "informix_db.testing"


def modules() -> dict[str, Path]:
    """Return the modules of the emulator by name."""
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if path.name != "__init__.py":
            found[".".join((PACKAGE, *parts))] = path
    return found


def imported(name: str, path: Path, known: dict[str, Path]) -> Iterator[str]:
    """Yield the modules that importing `name` imports, not those it may import later
    or that type checkers alone see."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = name.split(".")[: -node.level]
                base = ".".join((*parents, node.module) if node.module else parents)
            for candidate in (base, *(f"{base}.{item.name}" for item in node.names)):
                if candidate in known:
                    yield candidate


def test_no_module_imports_itself_by_way_of_others() -> None:
    known = modules()
    graph = {name: set(imported(name, path, known)) for name, path in known.items()}
    assert f"{PACKAGE}.sql.catalog" in graph[f"{PACKAGE}.sql.session"]
    while leaves := [name for name, needs in graph.items() if not needs]:
        for leaf in leaves:
            del graph[leaf]
        for needs in graph.values():
            needs.difference_update(leaves)
    assert not graph
