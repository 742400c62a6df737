"""What programs may rely on: every public name, its signature, its bases.

`tests/data/public_api.txt` lists it. A change that is wanted is written there with

    python tests/unit/test_public_api.py

and shows in the review, beside the entry of CHANGELOG.md that it needs.
"""

from __future__ import annotations

import difflib
import enum
import importlib
import inspect
import ssl
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import informix_db

LISTING = Path(__file__).parents[1] / "data" / "public_api.txt"

PACKAGE = "informix_db"
MODULES = [
    importlib.import_module(f"{PACKAGE}{name}")
    for name in (
        *("", ".aio", ".types", ".exceptions", ".observe", ".lobs", ".aio.lobs"),
        *(".testing", ".compat", ".compat.IfxPy", ".compat.IfxPyDbi"),
    )
]
# Blocks, loops and calls are promises too.
DUNDERS = (
    *("__enter__", "__exit__", "__iter__", "__next__", "__call__"),
    *("__aenter__", "__aexit__", "__aiter__", "__anext__", "__await__"),
)


class Verbatim(str):
    """An annotation, shown without the quotes of a string."""

    __slots__ = ()
    __repr__ = str.__str__


def public_names(module: Any) -> list[str]:
    """Return `__all__`, or what the module itself defines without an underscore."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    return sorted(
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and getattr(value, "__module__", None) == module.__name__
    )


def public_objects() -> dict[int, str]:
    """Where each public class and function is listed: the first of its places."""
    places: dict[int, str] = {}
    for module in MODULES:
        for name in public_names(module):
            value = getattr(module, name)
            if isinstance(value, type) or inspect.isfunction(value):
                places.setdefault(id(value), f"{module.__name__}.{name}")
    return places


PLACES = public_objects()


def is_ours(kind: type) -> bool:
    return kind.__module__.split(".")[0] == PACKAGE


def signature(function: Any) -> str:
    def shown(annotation: Any) -> Any:
        return Verbatim(annotation) if isinstance(annotation, str) else annotation

    found = inspect.signature(function)
    parameters = [
        parameter.replace(annotation=shown(parameter.annotation))
        for parameter in found.parameters.values()
    ]
    answer = shown(found.return_annotation)
    return str(found.replace(parameters=parameters, return_annotation=answer))


def definition(name: str, function: Any) -> str:
    word = "async def" if inspect.iscoroutinefunction(function) else "def"
    return f"{word} {name}{signature(function)}"


def own_classes(kind: type) -> list[type]:
    """Return `kind` and those of its bases that are listed nowhere themselves."""
    return [
        base
        for base in kind.__mro__
        if is_ours(base) and (base is kind or id(base) not in PLACES)
    ]


def members(kind: type) -> dict[str, Any]:
    """The members of a class by name; None for attributes that are only declared."""
    found: dict[str, Any] = {}
    for base in reversed(own_classes(kind)):
        found.update(dict.fromkeys(inspect.get_annotations(base)))
        found.update(vars(base))
    return {
        name: value
        for name, value in sorted(found.items())
        if not name.startswith("_") or name in DUNDERS
    }


def member_line(name: str, value: Any) -> str:
    if isinstance(value, property):
        return f"{name}{'' if value.fset is None else ' (can be set)'}"
    if isinstance(value, staticmethod | classmethod):
        return f"{type(value).__name__} {definition(name, value.__func__)}"
    if inspect.isfunction(value):
        return definition(name, value)
    if isinstance(value, enum.Enum):
        return f"{name} = {value.value!r}"
    return name


def class_lines(name: str, kind: type) -> Iterator[str]:
    bases = ", ".join(base.__name__ for base in kind.__bases__)
    yield f"class {name}({bases})"
    makers = {"__init__"} if issubclass(kind, enum.Enum) else {"__init__", "__new__"}
    if any(makers & vars(base).keys() for base in own_classes(kind)):
        yield f"    {signature(kind)}"
    for member, value in members(kind).items():
        yield f"    {member_line(member, value)}"


def lines_of(place: str, name: str, value: Any) -> Iterator[str]:
    listed = PLACES.get(id(value), place)
    if listed != place:
        yield f"{name}: {listed}"
    elif isinstance(value, type):
        yield from class_lines(name, value)
    elif inspect.isfunction(value):
        yield definition(name, value)
    elif isinstance(value, str | int) and name not in ("IMPLEMENTATION", "__version__"):
        yield f"{name} = {value!r}"
    else:
        yield name


def listing() -> str:
    parts = []
    for module in MODULES:
        lines = [f"# {module.__name__}"]
        for name in public_names(module):
            place = f"{module.__name__}.{name}"
            lines += lines_of(place, name, getattr(module, name))
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def functions(kind: type) -> Iterator[str]:
    """Names of the public methods and properties of a class."""
    for name, value in members(kind).items():
        if name not in DUNDERS and inspect.isfunction(getattr(value, "fget", value)):
            yield name


def without_purpose() -> Iterator[str]:
    """Public classes, functions, methods and properties without a docstring."""
    for module in MODULES:
        for name in public_names(module):
            value = getattr(module, name)
            if id(value) in PLACES and not value.__doc__:
                yield f"{module.__name__}.{name}"
            if isinstance(value, type):
                for method in functions(value):
                    if not inspect.getdoc(getattr(value, method)):
                        yield f"{module.__name__}.{name}.{method}"


def test_the_public_api_is_the_one_that_is_listed() -> None:
    listed = LISTING.read_text(encoding="utf-8").splitlines()
    found = listing().splitlines()
    changes = difflib.unified_diff(listed, found, "listed", "found", n=0, lineterm="")
    text = "\n".join(changes)
    assert not text, f"\n{text}\nif this is wanted, run this file with python"


def functions_with_annotations() -> Iterator[Any]:
    """`connect`, `create_pool`, and the methods of what they give."""
    for package in (informix_db, informix_db.aio):
        yield from (package.connect, package.create_pool)
    for kind in (
        informix_db.Connection,
        informix_db.Cursor,
        informix_db.ConnectionPool,
        informix_db.Row,
        informix_db.aio.AsyncConnection,
        informix_db.aio.AsyncCursor,
        informix_db.aio.AsyncConnectionPool,
    ):
        for value in members(kind).values():
            if inspect.isfunction(found := getattr(value, "fget", value)):
                yield found
    yield informix_db.lobs.LargeObjectFile.__enter__
    yield informix_db.aio.lobs.AsyncLargeObjectFile.__aenter__


def test_annotations_can_be_evaluated() -> None:
    for function in functions_with_annotations():
        typing.get_type_hints(function)
        inspect.signature(function, eval_str=True)
    hints = typing.get_type_hints(informix_db.connect)
    assert hints["return"] is informix_db.Connection
    assert hints["tls"] == bool | ssl.SSLContext | None
    assert typing.get_type_hints(informix_db.create_pool)["return"] is (
        informix_db.ConnectionPool
    )


def test_everything_public_says_what_it_is_for() -> None:
    assert not list(without_purpose())


if __name__ == "__main__":
    LISTING.write_text(listing(), encoding="utf-8")
