"""The walls of the house: which room may import from which, and what stays outside."""

from __future__ import annotations

import ast
import functools
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import informix_db

ROOT = Path(__file__).parents[2]
PACKAGE = "informix_db"

# Room -> rooms it may import from, besides itself.
BELOW_SHELLS = {"_base", "_transport", "_protocol", "_wire", "surface", "values"}
MAY_IMPORT = {
    "values": set(),
    "_wire": {"values"},
    "surface": {"_wire", "values"},
    "_protocol": {"_wire", "values"},
    "_transport": {"_protocol", "_wire", "surface", "values"},
    "_base": {"_protocol", "_wire", "surface", "values"},
    "shells": BELOW_SHELLS,
    "aio": BELOW_SHELLS,
    "testing": set(),
    "init": {"shells", "_base", "_wire", "surface", "values"},
    "compat": {*BELOW_SHELLS, "shells", "init"},
    "_cli": {*BELOW_SHELLS, "shells", "init", "testing"},
}
ROOM_OF_MODULE = {
    "__init__": "init",
    "__main__": "_cli",
    "_connect": "shells",
    "_create_pool": "shells",
    "_sqlcodes": "values",
    "_typing": "values",
    "_version": "values",
    "connections": "shells",
    "cursors": "shells",
    "dbapi": "values",
    "exceptions": "values",
    "lobs": "shells",
    "observe": "values",
    "_conninfo": "surface",
    "_environment": "surface",
    "params": "surface",
    "pool": "shells",
    "rows": "surface",
    "types": "values",
}
# `accel` alone chooses between the compiled decoder and its pure twin.
ONLY_USER_OF_SPEEDUPS = f"{PACKAGE}._wire.accel"
# Nobody but pytest imports it, as the plugin this package is to pytest.
MAY_NEED_PYTEST = f"{PACKAGE}.testing.plugin"
WAITING = {"asyncio", "select", "selectors", "socket", "ssl"}
WAITING |= {"concurrent", "multiprocessing", "queue", "subprocess"}
WITHOUT_WAITING = ("_wire", "_protocol", "_base")
# No server reaches a file through the others.
MAY_OPEN_FILES = f"{PACKAGE}._protocol.record"
# Of the drop-in for IfxPy only this one knows more of the driver than its surface and
# what describes columns.
MAY_REACH_BEHIND = f"{PACKAGE}.compat._driver"
DESCRIBES_COLUMNS = f"{PACKAGE}._wire.describe"
# What the emulator's SQL half may know of the other half, and who there knows of it.
EMULATOR, SQL_HALF = f"{PACKAGE}.testing.", f"{PACKAGE}.testing.sql."
SHARED_BY_HALVES = {"api", "lobs", "records", "release", "text"}
USERS_OF_SQL_HALF = {f"{EMULATOR}engine", f"{EMULATOR}script"}
# Import by names that are not in their source, and only from their own package.
IMPORT_BY_NAME = {
    f"{PACKAGE}.__init__",
    f"{PACKAGE}._cli.main",
    f"{PACKAGE}._typing",
    f"{PACKAGE}.compat.__init__",
    f"{PACKAGE}.testing.__init__",
    f"{PACKAGE}.testing.sql.snapshot",
}
# What a program that only connects does not pay for.
ON_DEMAND = ("aio", "compat", "testing", "_cli")


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def is_module(name: str) -> bool:
    return is_module_path(ROOT.joinpath(*name.split(".")))


@functools.cache
def is_module_path(path: Path) -> bool:
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


class Source(NamedTuple):
    """What a module does that the tests ask about. A tree of all modules takes room."""

    imports: list[str]  # full names of modules; relative imports resolved
    imports_at_run_time: list[str]  # without those that only type checkers see
    calls: set[str]  # names as they are written


@functools.cache
def read(path: Path) -> Source:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = list(path.relative_to(ROOT).parent.parts)
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return Source(
        list(imports(statements(tree, types=True), package)),
        list(imports(statements(tree, types=False), package)),
        {ast.unparse(f) for f in calls if isinstance(f, (ast.Name, ast.Attribute))},
    )


def for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def statements(node: ast.AST, types: bool) -> Iterator[ast.AST]:
    """What is below `node` and no expression; `types`: and what only checkers see."""
    pending = [node]
    while pending:
        for child in ast.iter_child_nodes(pending.pop()):
            if isinstance(child, ast.expr) or (not types and for_types_only(child)):
                continue
            yield child
            pending.append(child)


def imports(nodes: Iterable[ast.AST], package: list[str]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*up, *filter(None, [node.module])])
            for alias in node.names:
                name = f"{base}.{alias.name}"
                known = is_module(name) or name == f"{PACKAGE}._speedups"
                yield name if known else base


def room(module: str) -> str:
    """The room a module of the package is in; fails for one without."""
    parts = module.split(".")[1:] or ["__init__"]
    name = ROOM_OF_MODULE.get(parts[0], parts[0])
    assert name in MAY_IMPORT, f"{module}: say which room it belongs to"
    return name


def modules() -> list[Path]:
    return sorted((ROOT / PACKAGE).rglob("*.py"))


def inner_imports(path: Path) -> list[str]:
    return [name for name in read(path).imports if name.split(".")[0] == PACKAGE]


def test_imports_point_one_way() -> None:
    for path in modules():
        here = room(module_name(path))
        for name in inner_imports(path):
            if name == f"{PACKAGE}._speedups":
                assert module_name(path) == ONLY_USER_OF_SPEEDUPS
                continue
            if module_name(path) == MAY_NEED_PYTEST and name == PACKAGE:
                continue  # it has a connection for tests
            allowed = {here, *MAY_IMPORT[here]}
            assert room(name) in allowed, f"{module_name(path)} imports {name}"


def test_only_the_standard_library_is_needed() -> None:
    for path in modules():
        needed = read(path).imports_at_run_time
        outside = {name.split(".")[0] for name in needed} - {PACKAGE}
        if module_name(path) == MAY_NEED_PYTEST:
            outside.remove("pytest")
        assert outside <= sys.stdlib_module_names, module_name(path)


@pytest.mark.parametrize("part", WITHOUT_WAITING)
def test_rooms_that_never_wait_know_no_sockets(part: str) -> None:
    for path in sorted((ROOT / PACKAGE / part).rglob("*.py")):
        found = {name.split(".")[0] for name in read(path).imports} & WAITING
        assert not found, f"{module_name(path)} imports {found}"


@pytest.mark.parametrize("name", WITHOUT_WAITING)
def test_rooms_that_never_wait_neither_sleep_nor_open_files(name: str) -> None:
    for path in sorted((ROOT / PACKAGE / name).rglob("*.py")):
        found = read(path).calls & {"time.sleep", "sleep", "open", "io.open", "os.open"}
        wanted = {"os.open"} if module_name(path) == MAY_OPEN_FILES else set()
        assert found == wanted, module_name(path)


def test_the_drop_in_stands_on_the_surface() -> None:
    for path in sorted((ROOT / PACKAGE / "compat").glob("*.py")):
        if module_name(path) == MAY_REACH_BEHIND:
            continue
        for name in set(inner_imports(path)) - {DESCRIBES_COLUMNS}:
            below = room(name) in ("compat", "init", "surface", "values")
            assert below, f"{module_name(path)} imports {name}"


def test_the_halves_of_the_emulator_meet_where_they_should() -> None:
    for path in sorted((ROOT / PACKAGE / "testing").rglob("*.py")):
        here = module_name(path)
        for name in read(path).imports_at_run_time:
            if here.startswith(SQL_HALF) and not name.startswith(SQL_HALF):
                other = name.removeprefix(EMULATOR)
                shared = other == name or other in SHARED_BY_HALVES
                assert shared, f"{here} imports {name}"
            elif name.startswith(SQL_HALF) and not here.startswith(SQL_HALF):
                assert here in USERS_OF_SQL_HALF, f"{here} imports {name}"


def test_the_compiled_part_imports_nothing_of_the_package() -> None:
    for path in sorted((ROOT / "_speedups").glob("*.p[yx][xi]")):
        source = path.read_text(encoding="utf-8")
        lines = re.findall(r"^\s*(?:from|import|cimport)\s+([\w.]+)", source, re.M)
        roots = {line.split(".")[0] for line in lines}
        assert roots <= {"cpython", "cython", "libc"} | sys.stdlib_module_names, path


def test_imports_by_name_are_where_they_are_known() -> None:
    ways = {"import_module", "__import__"}
    found = {
        module_name(path)
        for path in modules()
        if ways & {name.split(".")[-1] for name in read(path).calls}
    }
    assert found == IMPORT_BY_NAME


def loaded_by(statement: str) -> set[str]:
    # What is loaded before is the environment's, a measurement of coverage for example.
    command = (
        "import sys; before = set(sys.modules); "
        f"{statement}; print(*set(sys.modules) - before)"
    )
    environment = dict(os.environ)
    environment.pop("INFORMIX_DB_REQUIRE_EXTENSIONS", None)  # loads them at once
    result = subprocess.run(
        [sys.executable, "-c", command],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return set(result.stdout.split())


def test_connecting_loads_the_driver_alone() -> None:
    loaded = loaded_by(f"import {PACKAGE}; {PACKAGE}.connect")
    assert f"{PACKAGE}.connections" in loaded
    unwanted = {"asyncio", "pytest", "sqlite3", "ssl", f"{PACKAGE}.pool"}
    unwanted |= {f"{PACKAGE}.{name}" for name in ON_DEMAND}
    assert unwanted.isdisjoint(loaded)


@pytest.mark.parametrize(
    ("statement", "needed"),
    [
        ("from {}.testing import Server; Server().start().close()", "sql.session"),
        ("import {}.testing.plugin", "plugin"),
    ],
)
def test_the_emulator_and_the_plugin_need_no_driver(
    statement: str, needed: str
) -> None:
    loaded = loaded_by(statement.format(PACKAGE))
    assert f"{PACKAGE}.testing.{needed}" in loaded
    inner = {name for name in loaded if name.split(".")[0] == PACKAGE}
    rooms = {room(name) for name in inner - {PACKAGE, f"{PACKAGE}._version"}}
    assert rooms == {"testing"}
    assert "ssl" not in loaded


# -- names of the package, which are imported when they are asked for


def names_for_type_checkers() -> Iterator[tuple[str, str]]:
    """Module and name of everything the package imports where only they see it."""
    path = ROOT / PACKAGE / "__init__.py"
    for part in filter(for_types_only, ast.parse(path.read_text("utf-8")).body):
        for node in ast.walk(part):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    yield node.module, alias.name


def test_names_are_what_type_checkers_take_them_for() -> None:
    names = dict(map(reversed, names_for_type_checkers()))
    for name in set(informix_db.__all__) & set(names):
        wanted = getattr(importlib.import_module(names[name]), name)
        assert getattr(informix_db, name) is wanted, name
    assert set(names) >= {"Connection", "Error", "Date", "Row"}


@pytest.mark.parametrize(
    "statement",
    [
        f"from {PACKAGE} import *; connect, Connection, Error, IMPLEMENTATION",
        f"import {PACKAGE}; {PACKAGE}.exceptions.Error, {PACKAGE}.lobs.LargeObjectFile",
        f"import {PACKAGE}; assert 'Cursor' in dir({PACKAGE})",
        f"import {PACKAGE}; assert not hasattr({PACKAGE}, 'nothing')",
        f"import {PACKAGE}, pydoc; assert 'Cursor' in pydoc.render_doc({PACKAGE})",
        f"from {PACKAGE} import _wire, aio, testing",
    ],
)
def test_names_are_there_when_they_are_asked_for(statement: str) -> None:
    loaded_by(statement)


def test_any_module_can_be_the_first_that_is_imported() -> None:
    drivers = [name for name in map(module_name, modules()) if room(name) != "testing"]
    names = [name for name in drivers if "._" not in name]
    assert f"{PACKAGE}.pool" in names
    # Without the extension, which cannot be loaded twice.
    script = (
        "import os; os.environ['INFORMIX_DB_NO_EXTENSIONS'] = '1'\n"
        "from importlib import import_module\n"
        f"for name in {names!r}:\n"
        f"    for old in [old for old in sys.modules if old.startswith('{PACKAGE}')]:\n"
        "        del sys.modules[old]\n"
        "    import_module(name)\n"
    )
    loaded_by(f"exec({script!r})")


def test_names_that_were_replaced_stay_so(monkeypatch: pytest.MonkeyPatch) -> None:
    replacement = object()
    monkeypatch.setattr(informix_db, "Connection", replacement)
    monkeypatch.delattr(informix_db, "Cursor")
    monkeypatch.delattr(informix_db, "apilevel")
    assert informix_db.Cursor.__name__ == "Cursor"
    assert informix_db.Connection is replacement
    assert not hasattr(informix_db, "apilevel")


def test_the_package_shows_its_public_names() -> None:
    names = set(dir(informix_db))
    assert names >= set(informix_db.__all__)
    modules = {name for name in names if is_module(f"{PACKAGE}.{name}")}
    assert modules >= {"exceptions", "connections"}
    assert names - modules - {"__version__"} == {
        name for name in informix_db.__all__ if not name.startswith("_")
    }


# -- what no file may name

MACHINE_PATH = re.compile("|".join(["/" + "work/", "/" + "root/", r"/tmp/[a-z]+/"]))
TREES = (".ci", ".github", "_speedups", "benchmarks", "docker", "docs", "examples")
TREES += ("tests", "tools")
GENERATED = {".c", ".html", ".pyc", ".pyd", ".so"}


def project_files() -> Iterator[Path]:
    for tree in (*TREES, PACKAGE):
        yield from (ROOT / tree).rglob("*")
    # What tools leave behind begins with a point.
    yield from (path for path in ROOT.glob("*") if not path.name.startswith("."))


def test_no_file_names_a_path_of_some_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in project_files()
        if path.is_file() and path.suffix not in GENERATED
        for match in [MACHINE_PATH.search(path.read_text("utf-8", "replace"))]
        if match
    ]
    assert not found


# -- the test itself: what it must catch


def test_relative_imports_are_resolved(tmp_path: Path, monkeypatch) -> None:
    package = tmp_path / PACKAGE
    (package / "_wire").mkdir(parents=True)
    for name in ("connections.py", "_wire/buffer.py", "_wire/text.py"):
        (package / name).write_text("", encoding="utf-8")
    (package / "_wire" / "text.py").write_text(
        "import os.path\n"
        "from . import buffer\n"
        "from .buffer import ReadBuffer\n"
        "from .. import _speedups, connections\n"
        "from ..connections import Connection\n"
        "if TYPE_CHECKING:\n    import typing_extensions\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    everything, at_run_time, _ = read(package / "_wire" / "text.py")
    assert at_run_time == everything[:-1]
    assert everything == [
        "os.path",
        "informix_db._wire.buffer",
        "informix_db._wire.buffer",
        "informix_db._speedups",
        "informix_db.connections",
        "informix_db.connections",
        "typing_extensions",
    ]
