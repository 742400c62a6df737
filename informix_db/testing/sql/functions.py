"""Built-in functions: how a call is bound. What they compute is in `functions_*`.

A builtin is a function of the binder and the call that returns the bound expression;
most come from `Signature`, which says everything in one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.sql import ast
from informix_db.testing.sql import bound as b
from informix_db.testing.sql.runtime import Runtime

if TYPE_CHECKING:
    from informix_db.testing.sql.expressions import ExpressionBinder


def bind_function(binder: ExpressionBinder, node: Any, hint: SQLType | None) -> b.Expr:
    """Return a call bound; SQLError(-674) for a routine nobody knows."""
    name = node.name.name if isinstance(node, ast.FunctionCall) else ""
    raise SQLError(-674, offset=node.position, token=name)


def register(runtime: Runtime) -> None:
    """Register every builtin with SQLite."""
