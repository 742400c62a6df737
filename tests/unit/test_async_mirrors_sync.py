"""The asyncio surface has the names and signatures of the sync one."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import informix_db
from informix_db import aio
from informix_db.aio.lobs import AsyncLargeObjectFile
from informix_db.lobs import LargeObjectFile

_MIRRORED = {
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
}
# Talks to nobody: returns at once, and may be awaited all the same.
_NOT_AWAITED = {"cursor", "open_large_object", "open"}

PAIRS = [
    (informix_db.Connection, aio.AsyncConnection),
    (informix_db.Cursor, aio.AsyncCursor),
    (informix_db.ConnectionPool, aio.AsyncConnectionPool),
    (LargeObjectFile, AsyncLargeObjectFile),
]


def surface(kind: type) -> dict[str, Any]:
    """Return the public attributes of a class, dunders of blocks and loops included."""
    names = [name for name in dir(kind) if not name.startswith("_")]
    names += [n for n in (*_MIRRORED, *_MIRRORED.values()) if n in vars(kind)]
    return {
        _MIRRORED.get(name, name): inspect.getattr_static(kind, name) for name in names
    }


def parameters(function: Any) -> list[tuple[str, Any, Any]]:
    return [
        (parameter.name, parameter.kind, parameter.default)
        for parameter in inspect.signature(function).parameters.values()
    ]


@pytest.mark.parametrize(("sync", "mirror"), PAIRS)
def test_names(sync: type, mirror: type) -> None:
    assert surface(sync).keys() == surface(mirror).keys()


@pytest.mark.parametrize(("sync", "mirror"), PAIRS)
def test_signatures(sync: type, mirror: type) -> None:
    mirrored = surface(mirror)
    for name, attribute in surface(sync).items():
        other = mirrored[name]
        assert isinstance(other, property) == isinstance(attribute, property), name
        if inspect.isfunction(attribute):
            assert parameters(other) == parameters(attribute), name


@pytest.mark.parametrize(("sync", "mirror"), PAIRS)
def test_what_may_wait_is_awaited(sync: type, mirror: type) -> None:
    mirrored = surface(mirror)
    for name, attribute in surface(sync).items():
        own = name in vars(sync) and name in vars(mirror)
        if not own or not inspect.isfunction(attribute) or name in _NOT_AWAITED:
            continue
        wrapped = inspect.unwrap(mirrored[name])
        awaited = inspect.iscoroutinefunction(wrapped) or inspect.isasyncgenfunction(
            wrapped
        )
        assert awaited or name == "__iter__", name


@pytest.mark.parametrize("name", ["connect", "create_pool"])
def test_functions(name: str) -> None:
    sync, mirror = getattr(informix_db, name), getattr(aio, name)
    assert parameters(mirror) == parameters(sync)
