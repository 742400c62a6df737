"""Built-in functions: finding them, and those that fit no other module."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Any

from informix_db.testing.api import SQLError, SQLType
from informix_db.testing.release import DBINFO_VERSION
from informix_db.testing.sql import (
    ast,
    composites,
    functions_number,
    functions_schema,
    functions_text,
    functions_time,
    lobs,
    rules,
)
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import FIRST_PARTITION
from informix_db.testing.sql.runtime import Runtime
from informix_db.testing.sql.signatures import (
    CallBinder,
    Signature,
    bind_argument,
    no_routine,
    wrong_count,
)
from informix_db.testing.sql.spl_resolve import bind_routine_call
from informix_db.testing.sql.temporal import date_to_days, implode

if TYPE_CHECKING:
    from informix_db.testing.sql.expressions import ExpressionBinder

# Names that are taken, and no functions (L2DB, measured on IDS 14).
_NO_FUNCTIONS = frozenset(("var_samp", "var_pop"))


def bind_function(binder: ExpressionBinder, node: Any, hint: SQLType | None) -> b.Expr:
    """Return a call bound; SQLError(-674) for a routine nobody knows."""
    if isinstance(node, ast.Extend):
        return functions_time.bind_extend(binder, node)
    if isinstance(node, ast.Units):
        return functions_time.bind_units(binder, node)
    if isinstance(node, ast.Trim):
        return functions_text.bind_trim(binder, node)
    if isinstance(node, ast.Subscript):
        return functions_text.bind_subscript(binder, node)
    signature = SIGNATURES.get(node.name.name)
    special = BINDERS.get(node.name.name)
    call = bind_routine_call(binder, node, overloads=bool(signature or special))
    if call is not None:
        return call
    if signature is not None:
        return signature.bind(binder, node, hint)
    if special is not None:
        return special(binder, node, hint)
    if node.name.name in _NO_FUNCTIONS:
        raise SQLError(-201, offset=node.position, token=node.name.name)
    raise no_routine(node)


# --- choosing between values -------------------------------------------------


def _bind_nvl(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    """NVL and COALESCE: the first that is not NULL."""
    count = len(node.arguments)
    if count < 2 or (node.name.name == "nvl" and count > 2):
        raise wrong_count(node)
    *others, last = binder.branches(list(node.arguments), hint)
    result = last
    for expr in reversed(others):
        result = b.Op(last.type, "coalesce", (expr, result))
    return result


def _bind_nvl2(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    if len(node.arguments) != 3:
        raise wrong_count(node)
    tested = binder.bind(node.arguments[0], t.varchar(255))
    present, absent = binder.branches(list(node.arguments[1:]), hint)
    condition = b.Op(t.BOOLEAN_TYPE, "not_null", (tested,))
    return b.CaseWhen(present.type, ((condition, present),), absent)


def _bind_decode(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    """DECODE(x, when, then, ... [, else]): NULL matches NULL."""
    if len(node.arguments) < 3:
        raise wrong_count(node)
    operand, *rest = node.arguments
    pairs = [(rest[i], rest[i + 1]) for i in range(0, len(rest) - 1, 2)]
    results = [result for _, result in pairs]
    if len(rest) % 2:
        results.append(rest[-1])
    branches = binder.branches(results, hint)
    otherwise = branches.pop() if len(rest) % 2 else None
    whens = []
    for (value, _), branch in zip(pairs, branches, strict=True):
        compared = binder.unify(*binder.operands(operand, value))
        whens.append((b.Op(t.BOOLEAN_TYPE, "same", compared), branch))
    return b.CaseWhen(branches[0].type, tuple(whens), otherwise)


def _bind_nullif(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    if len(node.arguments) != 2:
        raise wrong_count(node)
    left, right = binder.operands(*node.arguments)
    equal = b.Op(t.BOOLEAN_TYPE, "eq", binder.unify(left, right))
    result = rules.strip(left.type)
    return b.CaseWhen(result, ((equal, b.Const(result, None)),), left)


def _bind_cardinality(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    """CARDINALITY of a SET, MULTISET or LIST."""
    if len(node.arguments) != 1:
        raise wrong_count(node)
    value = binder.bind(node.arguments[0])
    if t.family(value.type) != "composite" or value.type.code == t.ROW:
        raise no_routine(node)
    return b.Op(t.INTEGER_TYPE, "fn_cardinality", (value,))


# --- DBINFO ------------------------------------------------------------------

_DBINFO_TYPES = {
    "sqlca.sqlerrd1": t.INTEGER_TYPE,
    "sqlca.sqlerrd2": t.INTEGER_TYPE,
    "sessionid": t.INTEGER_TYPE,
    "serial8": t.INT8_TYPE,
    "bigserial": t.BIGINT_TYPE,
    "coserverid": t.INTEGER_TYPE,
    "utc_current": t.INTEGER_TYPE,
    "dbname": t.varchar(255),
    "dbhostname": t.varchar(255),
    "get_tz": t.varchar(255),
    "version": t.varchar(255),
}
_ROOT_DBSPACE = "rootdbs"  # where everything is


def _bind_dbinfo(
    binder: ExpressionBinder, node: ast.FunctionCall, hint: SQLType | None
) -> b.Expr:
    """SQLError(-726) without a quoted option, -728 for an unknown one."""
    if not node.arguments:
        raise wrong_count(node)
    option = node.arguments[0]
    if not isinstance(option, ast.Literal) or not isinstance(option.value, str):
        raise SQLError(-726, offset=node.position)
    name = option.value.strip().lower()
    if name == "utc_to_datetime":
        return functions_time.bind_dbinfo_time(binder, node)
    if name == "dbspace":
        return _bind_dbspace(binder, node)
    result = _DBINFO_TYPES.get(name)
    if result is None:
        raise SQLError(-728, offset=option.position, token=option.value)
    detail = ""
    if name == "version":
        detail = _version_part(node)
    arguments = (b.Const(t.char(14), name), b.Const(t.char(14), detail))
    return b.Op(result, "fn_dbinfo", arguments)


def _bind_dbspace(binder: ExpressionBinder, node: ast.FunctionCall) -> b.Expr:
    """``DBINFO('dbspace', partnum)``."""
    if len(node.arguments) != 2:
        raise wrong_count(node)
    number = bind_argument(binder, node.arguments[1], "i")
    return b.Op(t.varchar(128), "fn_dbspace", (number,))


def _dbspace(partition: int | None) -> str:
    """SQLError(-727) for what is no partition's number."""
    if partition is None or partition < FIRST_PARTITION:
        raise SQLError(-727)
    return _ROOT_DBSPACE


def _version_part(node: ast.FunctionCall) -> str:
    """Return the second argument of DBINFO('version'); SQLError(-945) if unknown."""
    part = node.arguments[1] if len(node.arguments) == 2 else None
    name = str(part.value).lower() if isinstance(part, ast.Literal) else ""
    if name not in DBINFO_VERSION:
        raise SQLError(-945, offset=node.position)
    return name


def _dbinfo(runtime: Runtime, name: str, detail: str) -> int | str:
    session = runtime.facts()
    if name == "version":
        return DBINFO_VERSION[detail]
    if name == "dbhostname":
        return socket.gethostname()
    if name == "utc_current":
        return int(time.time())
    if name == "get_tz":
        return time.tzname[0]
    facts: dict[str, int | str] = {
        "sqlca.sqlerrd1": session.last_serial,
        "sqlca.sqlerrd2": session.rows_processed,
        "sessionid": session.session_id,
        "serial8": session.last_serial8,
        "bigserial": session.last_bigserial,
        "coserverid": 1,
        "dbname": session.database_name,
    }
    return facts[name]


SIGNATURES: dict[str, Signature] = {
    **functions_text.SIGNATURES,
    **functions_number.SIGNATURES,
    **functions_schema.SIGNATURES,
    **functions_time.SIGNATURES,
}
BINDERS: dict[str, CallBinder] = {
    **functions_schema.BINDERS,
    **functions_text.BINDERS,
    **functions_time.BINDERS,
    **lobs.BINDERS,
    "nvl": _bind_nvl,
    "coalesce": _bind_nvl,
    "nvl2": _bind_nvl2,
    "decode": _bind_decode,
    "nullif": _bind_nullif,
    "cardinality": _bind_cardinality,
    "dbinfo": _bind_dbinfo,
}


def register(runtime: Runtime) -> None:
    """Register every builtin with SQLite."""
    signatures = {
        **SIGNATURES,
        "round": functions_number.ROUND_NUMBER,
        "trunc": functions_number.TRUNC_NUMBER,
    }
    for name, signature in signatures.items():
        runtime.register(f"fn_{name}", signature.function, strict=signature.strict)
    functions_schema.register(runtime)
    functions_text.register(runtime)
    functions_time.register(runtime)
    lobs.register(runtime)
    runtime.register("fn_cardinality", composites.cardinality)
    runtime.register(
        "row_field",
        lambda text, number, index: composites.item(
            text, runtime.numbered_type(number), index
        ),
    )
    runtime.register(
        "in_collection",
        lambda value, text, number: composites.contains(
            value, text, runtime.numbered_type(number)
        ),
    )
    runtime.register("fn_dbinfo", lambda *a: _dbinfo(runtime, *a))
    runtime.register("fn_dbspace", _dbspace, strict=False)
    runtime.register("ifx_today", lambda: date_to_days(runtime.now.date()))
    runtime.register(
        "ifx_current", lambda first, last: implode(runtime.moment(), first, last)
    )
    runtime.register("ifx_user", lambda: runtime.facts().user)
    runtime.register("ifx_role", lambda: runtime.facts().role or None)
    runtime.register("ifx_server", lambda: runtime.server_name)
