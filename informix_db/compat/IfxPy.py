# ruff: noqa: N999 (the name programs import)
"""IfxPy's functions and constants on top of informix_db.

For programs that ``import IfxPy``; see docs/MIGRATING.md for what differs. New
programs use informix_db itself.
"""

from __future__ import annotations

from typing import Any

from informix_db.compat import _constants
from informix_db.compat._catalog import (
    column_privileges,
    columns,
    procedure_columns,
    procedures,
    table_privileges,
    tables,
)
from informix_db.compat._catalogkeys import (
    foreign_keys,
    primary_keys,
    special_columns,
    statistics,
)
from informix_db.compat._connections import (
    active,
    autocommit,
    check_function_support,
    client_info,
    close,
    commit,
    conn_error,
    conn_errormsg,
    conn_warn,
    connect,
    get_db_info,
    get_option,
    rollback,
    server_info,
    set_option,
)
from informix_db.compat._constants import *  # noqa: F403 (nothing but constants)
from informix_db.compat._errors import NOT_CAPABLE, NativeError
from informix_db.compat._handles import (
    IFXClientInfo,
    IFXConnection,
    IFXServerInfo,
    IFXStatement,
)
from informix_db.compat._statements import (
    bind_param,
    callproc,
    cursor_type,
    exec_immediate,
    execute,
    execute_many,
    fetch_assoc,
    fetch_both,
    fetch_row,
    fetch_tuple,
    field_display_size,
    field_name,
    field_nullable,
    field_num,
    field_precision,
    field_scale,
    field_type,
    field_width,
    free_result,
    free_stmt,
    get_last_serial_value,
    get_num_result,
    num_fields,
    num_rows,
    prepare,
    result,
    stmt_error,
    stmt_errormsg,
    stmt_warn,
)

__version__ = "3.0.5"  # the one whose surface this is


def SpeedTestWithCPrimeCount(x: int, y: int, /) -> int:  # noqa: N802
    """Return the number of primes from `x` to `y`: IfxPy's measure of speed."""
    return sum(
        all(number % factor for factor in range(2, int(number**0.5) + 1))
        for number in range(max(x, 2), y + 1)
    )


def _no_smart_trigger(*arguments: Any) -> Any:
    """Raise Exception: smart triggers are not supported."""
    raise NativeError(NOT_CAPABLE.message)


open_smart_trigger = _no_smart_trigger
get_smart_trigger_session_id = _no_smart_trigger
join_smart_trigger_session = _no_smart_trigger
register_smart_trigger_loop = _no_smart_trigger
register_smart_trigger_no_loop = _no_smart_trigger
delete_smart_trigger_session = _no_smart_trigger

__all__ = [
    *_constants.__all__,
    "IFXClientInfo",
    "IFXConnection",
    "IFXServerInfo",
    "IFXStatement",
    "SpeedTestWithCPrimeCount",
    "__version__",
    "active",
    "autocommit",
    "bind_param",
    "callproc",
    "check_function_support",
    "client_info",
    "close",
    "column_privileges",
    "columns",
    "commit",
    "conn_error",
    "conn_errormsg",
    "conn_warn",
    "connect",
    "cursor_type",
    "delete_smart_trigger_session",
    "exec_immediate",
    "execute",
    "execute_many",
    "fetch_assoc",
    "fetch_both",
    "fetch_row",
    "fetch_tuple",
    "field_display_size",
    "field_name",
    "field_nullable",
    "field_num",
    "field_precision",
    "field_scale",
    "field_type",
    "field_width",
    "foreign_keys",
    "free_result",
    "free_stmt",
    "get_db_info",
    "get_last_serial_value",
    "get_num_result",
    "get_option",
    "get_smart_trigger_session_id",
    "join_smart_trigger_session",
    "num_fields",
    "num_rows",
    "open_smart_trigger",
    "prepare",
    "primary_keys",
    "procedure_columns",
    "procedures",
    "register_smart_trigger_loop",
    "register_smart_trigger_no_loop",
    "result",
    "rollback",
    "server_info",
    "set_option",
    "special_columns",
    "statistics",
    "stmt_error",
    "stmt_errormsg",
    "stmt_warn",
    "table_privileges",
    "tables",
]
