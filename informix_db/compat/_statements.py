"""The functions of IfxPy about statements, their rows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from informix_db.compat import _constants as k
from informix_db.compat._columns import Shape, shape_of
from informix_db.compat._connections import (
    any_statement,
    link_of,
    set_statement_options,
    statement_of,
)
from informix_db.compat._errors import (
    NOT_CAPABLE,
    Failures,
    NativeError,
    native_errors,
    noted,
)
from informix_db.compat._handles import (
    IFXConnection,
    IFXStatement,
    Link,
    Row,
    Statement,
)

# sysproccolumns.paramattr
_OUTPUT_ATTRIBUTES = (2, 4)  # INOUT, OUT


# -- executing ---------------------------------------------------------------------


def _new_statement(
    connection: IFXConnection, sql: str, options: Mapping[int, Any] | None
) -> Statement:
    link = link_of(connection)
    if not isinstance(sql, str):
        raise NativeError("Supplied parameter is invalid")
    statement = Statement(link, sql)
    if options is not None:
        set_statement_options(statement, options)
    return statement


def exec_immediate(
    connection: IFXConnection,
    sql: str,
    options: Mapping[int, Any] | None = None,
    /,
) -> IFXStatement:
    """Execute a statement without parameters; `options` may set the cursor type."""
    statement = _new_statement(connection, sql, options)
    statement.execute_now()
    return IFXStatement(statement)


def prepare(
    connection: IFXConnection,
    sql: str,
    options: Mapping[int, Any] | None = None,
    /,
) -> IFXStatement:
    """Prepare a statement, whose parameters are marked with ``?``."""
    statement = _new_statement(connection, sql, options)
    statement.prepare()
    return IFXStatement(statement)


def bind_param(
    statement: IFXStatement,
    number: int,
    value: Any,
    direction: int = k.SQL_PARAM_INPUT,
    data_type: int | None = None,
    precision: int | None = None,
    scale: int | None = None,
    size: int | None = None,
    /,
) -> bool:
    """Give parameter `number`, counted from 1, its value for the next execute().

    The types of values and columns decide what is sent: what else is said of the
    parameter is not needed. PARAM_FILE is not supported, as in IfxPy.
    """
    handle = statement_of(statement)
    if not isinstance(number, int) or number < 1:
        raise NativeError("Supplied parameter is invalid")
    if direction == k.PARAM_FILE:
        raise noted("Binding Error: ", NOT_CAPABLE, handle.diagnostics)
    handle.bound[number] = value
    return True


def execute(statement: IFXStatement, *parameters: tuple[Any, ...]) -> bool:
    """Execute a prepared statement, with a tuple of values or those that were bound."""
    handle = statement_of(statement)
    if parameters and parameters[0] is not None:
        values = parameters[0]
        if not isinstance(values, tuple):
            raise NativeError("Param is not a tuple")
    else:
        values = tuple(handle.bound[number] for number in sorted(handle.bound))
        if handle.parameter_count and not values:
            raise NativeError("Parameters not bound")
    _check_count(handle, len(values))
    handle.execute(values)
    return True


def _check_count(statement: Statement, count: int) -> None:
    if count != statement.parameter_count:
        raise NativeError(
            f"{count} params bound not matching {statement.parameter_count} required"
        )


def execute_many(statement: IFXStatement, rows: tuple[tuple[Any, ...], ...], /) -> int:
    """Execute a prepared statement for each tuple; return how many rows it changed."""
    handle = statement_of(statement)
    if not isinstance(rows, tuple):
        raise NativeError("Param is not a tuple")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, tuple):
            raise NativeError(f"Value parameter: {number} is not a tuple")
        if len(row) != handle.parameter_count:
            less = "less" if len(row) < handle.parameter_count else "more"
            raise NativeError(f"Value parameter tuple: {number} has {less} no of param")
    return handle.execute_many(rows)


def callproc(
    connection: IFXConnection, name: str, *parameters: tuple[Any, ...]
) -> IFXStatement | tuple[Any, ...]:
    """Call a routine; return its statement, or that followed by the parameters.

    What the routine returns are rows of the statement. How a server sends OUT and INOUT
    parameters back is not known: routines that have any are refused.
    """
    link = link_of(connection)
    if not isinstance(name, str):
        raise NativeError("Supplied parameter is invalid")
    values = parameters[0] if parameters else ()
    if not isinstance(values, tuple):
        raise NativeError("Param is not a tuple")
    marks = ", ".join("?" * len(values))
    statement = Statement(link, f"EXECUTE PROCEDURE {name}({marks})")
    if values and _has_output(link, name):
        raise noted("Statement Execute Failed: ", NOT_CAPABLE, statement.diagnostics)
    statement.prepare()
    statement.execute(values)
    handle = IFXStatement(statement)
    return (handle, *values) if values else handle


def _has_output(link: Link, name: str) -> bool:
    """Ask the catalog whether a routine has OUT or INOUT parameters."""
    if name in link.without_output:
        return False
    plain = name.rpartition(".")[2].rpartition(":")[2].strip()
    folded = plain.strip('"') if plain.startswith('"') else plain.lower()
    with native_errors("", link.diagnostics), link.driver.cursor() as cursor:
        cursor.execute(
            "SELECT FIRST 1 p.procid FROM informix.sysprocedures p, "
            "informix.sysproccolumns c WHERE p.procid = c.procid "
            "AND p.procname = ? AND c.paramattr IN (?, ?)",
            (folded, *_OUTPUT_ATTRIBUTES),
        )
        found = cursor.fetchone() is not None
    if not found:
        link.without_output.add(name)
    return found


# -- about the result ----------------------------------------------------------------


def num_fields(statement: IFXStatement, /) -> int:
    """Return the number of columns, 0 if there are no rows."""
    return len(statement_of(statement).columns)


def num_rows(statement: IFXStatement, /) -> int:
    """Return the rows changed; of a query -1 until its last row was fetched."""
    return statement_of(statement).row_count


def get_num_result(statement: IFXStatement, /) -> int:
    """Return the rows of a query with a STATIC or KEYSET cursor, else -1."""
    handle = statement_of(statement)
    with native_errors("", handle.diagnostics):
        return handle.result_count


def cursor_type(statement: IFXStatement, /) -> int:
    """Return 0, as IfxPy does whatever the type."""
    statement_of(statement)
    return k.SQL_CURSOR_FORWARD_ONLY


def get_last_serial_value(statement: IFXStatement, /) -> str:
    """Return the SERIAL value that was inserted last; "0" if none was."""
    return str(statement_of(statement).last_serial)


def free_result(statement: IFXStatement, /) -> bool:
    """Let go of the rows; the statement can be executed again."""
    statement_of(statement).free_rows()
    return True


def free_stmt(statement: IFXStatement | None, /) -> bool | None:
    """Let go of a statement; None if that was done before."""
    found = any_statement(statement)
    if found is None or found.freed:
        return None
    found.free()
    return True


# -- rows --------------------------------------------------------------------------


def _fetch(statement: IFXStatement, number: tuple[int | None, ...]) -> Row | None:
    handle = statement_of(statement)
    return handle.fetch(_row_number(number))


def _keys(statement: IFXStatement) -> list[str]:
    return statement_of(statement).keys()


def _row_number(number: tuple[int | None, ...]) -> int | None:
    wanted = number[0] if number else None
    if wanted is not None and (not isinstance(wanted, int) or wanted < 0):
        raise NativeError("Requested row number must be a positive value")
    return wanted


def fetch_tuple(statement: IFXStatement, *number: int | None) -> Row | bool:
    """Return the next row, or row `number` counted from 1; False past the end."""
    row = _fetch(statement, number)
    return False if row is None else row


def fetch_assoc(statement: IFXStatement, *number: int | None) -> dict[str, Any] | bool:
    """Return a row, see `fetch_tuple`, as a dict by column name."""
    row = _fetch(statement, number)
    return False if row is None else dict(zip(_keys(statement), row, strict=True))


def fetch_both(
    statement: IFXStatement, *number: int | None
) -> dict[str | int, Any] | bool:
    """Return a row, see `fetch_tuple`, as a dict by column name and by position."""
    row = _fetch(statement, number)
    if row is None:
        return False
    both: dict[str | int, Any] = dict(enumerate(row))
    both.update(zip(_keys(statement), row, strict=True))
    return both


def fetch_row(statement: IFXStatement, *number: int | None) -> bool:
    """Go to a row, see `fetch_tuple`, for `result`; False past the end or on errors."""
    handle, wanted = statement_of(statement), _row_number(number)
    try:
        return handle.fetch(wanted) is not None
    except NativeError:
        return False


def result(statement: IFXStatement, column: int | str, /) -> Any:
    """Return a value of the row fetched last; None for an unknown column."""
    handle = statement_of(statement)
    at = handle.position_of(column)
    return None if at is None or handle.row is None else handle.row[at]


# -- columns -------------------------------------------------------------------------


def _shape(statement: IFXStatement, column: int | str) -> Shape | None:
    handle = statement_of(statement)
    at = handle.position_of(column)
    return None if at is None else shape_of(handle.columns[at])


def field_name(statement: IFXStatement, column: int | str, /) -> str | bool:
    """Return a column's name, False if there is no such column."""
    handle = statement_of(statement)
    at = handle.position_of(column)
    return False if at is None else handle.keys()[at]


def field_num(statement: IFXStatement, column: int | str, /) -> int | bool:
    """Return a column's position from 0, False if there is no such column."""
    at = statement_of(statement).position_of(column)
    return False if at is None else at


def field_type(statement: IFXStatement, column: int | str, /) -> str | bool:
    """Return IfxPy's word for a column's type, False if there is no such column."""
    shape = _shape(statement, column)
    return False if shape is None else shape.field_type


def field_width(statement: IFXStatement, column: int | str, /) -> int | bool:
    """Return the bytes of a value, False if there is no such column."""
    shape = _shape(statement, column)
    return False if shape is None else shape.width


def field_display_size(statement: IFXStatement, column: int | str, /) -> int | bool:
    """Return the characters to show a value, False if there is no such column."""
    shape = _shape(statement, column)
    return False if shape is None else shape.display_size


def field_precision(statement: IFXStatement, column: int | str, /) -> int | bool:
    """Return the digits or characters of a value; False without such a column."""
    shape = _shape(statement, column)
    return False if shape is None else shape.precision


def field_scale(statement: IFXStatement, column: int | str, /) -> int | bool:
    """Return the digits after the point, False if there is no such column."""
    shape = _shape(statement, column)
    return False if shape is None else shape.scale


def field_nullable(statement: IFXStatement, column: int | str, /) -> bool:
    """Return whether a column can be NULL, False too if there is no such column."""
    handle = statement_of(statement)
    at = handle.position_of(column)
    return at is not None and handle.columns[at].nullable


# -- what went wrong -----------------------------------------------------------------


def stmt_error(*statement: IFXStatement) -> str:
    """Return the SQLSTATE of the last failure, of a statement or of any."""
    return _statement_record("sqlstate", "stmt_error", statement)


def stmt_errormsg(*statement: IFXStatement) -> str:
    """Return the text of the last failure, of a statement or of any."""
    return _statement_record("message", "stmt_errormsg", statement)


def stmt_warn(*statement: IFXStatement) -> str:
    """Return the text of the last failure, of a statement or of any."""
    return _statement_record("message", "stmt_warn", statement)


def _statement_record(
    field: str, accessor: str, statement: tuple[IFXStatement, ...]
) -> str:
    if not statement:
        text: str = getattr(Failures.statement, field)
        return text
    found = any_statement(statement[0])
    if found is None:
        raise NativeError("Supplied statement object parameter is invalid")
    return found.diagnostics.tell(field, accessor)
