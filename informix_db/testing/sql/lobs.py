"""FILETOBLOB, FILETOCLOB, LOTOFILE and LOCOPY.

Files are the client's only: the emulator never reads or writes the server's.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from informix_db.testing.api import ClientFilesAPI, SQLError, SQLType
from informix_db.testing.sql import ast
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.errors import unsupported
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.signatures import (
    CallBinder,
    bind_argument,
    no_routine,
    wrong_count,
)

if TYPE_CHECKING:
    from informix_db.testing.sql.expressions import ExpressionBinder

_LOCATORS = {"filetoblob": t.BLOB_TYPE, "filetoclob": t.CLOB_TYPE}
_FILE_NAME = t.varchar(255)
_NO_FILES = -9810


def _check_side(node: ast.FunctionCall, side: ast.Expression) -> None:
    """Refuse files at the server's end, and a side that is no literal."""
    text = side.value if isinstance(side, ast.Literal) else None
    if not isinstance(text, str) or text.strip().lower() != "client":
        raise unsupported(f"{node.name.name} of the server's files", node.position)


def _bind_from_file(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    """FILETOBLOB(path, 'client' [, table, column]): where it is stored is all one."""
    if len(node.arguments) not in (2, 4):
        raise wrong_count(node)
    _check_side(node, node.arguments[1])
    path = bind_argument(binder, node.arguments[0], "s")
    return b.Op(_LOCATORS[node.name.name], "lo_from_file", (path,))


def _large_object(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType
) -> b.Expr:
    expr = binder.bind(node.arguments[0], hint)
    if t.family(expr.type) not in ("blob", "clob", "null"):
        raise no_routine(node)
    return expr


def _bind_to_file(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    """LOTOFILE(object, path, 'client')."""
    if len(node.arguments) != 3:
        raise wrong_count(node)
    _check_side(node, node.arguments[2])
    large_object = _large_object(binder, node, t.BLOB_TYPE)
    path = bind_argument(binder, node.arguments[1], "s")
    return b.Op(_FILE_NAME, "lo_to_file", (large_object, path))


def _bind_copy(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    """LOCOPY(object [, table, column])."""
    if len(node.arguments) not in (1, 3):
        raise wrong_count(node)
    large_object = _large_object(binder, node, hint or t.BLOB_TYPE)
    return b.Op(large_object.type, "lo_copy", (large_object,))


BINDERS: dict[str, CallBinder] = {
    "filetoblob": _bind_from_file,
    "filetoclob": _bind_from_file,
    "lotofile": _bind_to_file,
    "locopy": _bind_copy,
}


class _Functions:
    """The functions as SQLite calls them."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._suffixes = itertools.count(1)

    def _files(self) -> ClientFilesAPI:
        files = self._runtime.facts().client_files
        if files is None:
            raise SQLError(_NO_FILES)
        return files

    def from_file(self, path: str) -> bytes:
        contents = self._files().read(path)
        return self._runtime.facts().large_objects.create(contents)

    def to_file(self, locator: bytes, path: str) -> str:
        """Return the name the file got: a unique suffix is added [P]."""
        name = f"{path}.{next(self._suffixes):016d}"
        contents = self._runtime.facts().large_objects.contents(locator)
        self._files().write(name, contents)
        return name

    def copy(self, locator: bytes) -> bytes:
        objects = self._runtime.facts().large_objects
        return objects.create(objects.contents(locator))


def register(runtime: Runtime) -> None:
    """Register the functions with SQLite: each call counts, so none is repeatable."""
    functions = _Functions(runtime)
    for name, function in (
        ("lo_from_file", functions.from_file),
        ("lo_to_file", functions.to_file),
        ("lo_copy", functions.copy),
    ):
        runtime.register(name, function, deterministic=False)
    runtime.register("lo_length", len)
