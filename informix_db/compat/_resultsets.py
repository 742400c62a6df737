"""Result sets of catalog functions: how they are made, and what columns say of types.

Type names are those of SQL in lower case [?].
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from informix_db import TypeCode
from informix_db._wire.describe import ColumnInfo
from informix_db.compat import _constants as k
from informix_db.compat import _odbc as odbc
from informix_db.compat._columns import Shape, qualifier, shape_of
from informix_db.compat._connections import link_of
from informix_db.compat._driver import session_of
from informix_db.compat._errors import NativeError, native_errors
from informix_db.compat._handles import (
    IFXConnection,
    IFXStatement,
    Link,
    Row,
    Statement,
)

Text = str | None

_NOT_NULL = 0x100  # in coltype


TABLE = "TABLE_CAT TABLE_SCHEM TABLE_NAME "
TYPE = (
    "DATA_TYPE:i TYPE_NAME COLUMN_SIZE:i BUFFER_LENGTH:i DECIMAL_DIGITS:i "
    "NUM_PREC_RADIX:i NULLABLE:i REMARKS COLUMN_DEF SQL_DATA_TYPE:i "
    "SQL_DATETIME_SUB:i CHAR_OCTET_LENGTH:i ORDINAL_POSITION:i IS_NULLABLE"
)


# -- showing rows --------------------------------------------------------------------


class _List:
    """Rows that are all here."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._all = list(rows)
        self._next = 0

    @property
    def rowcount(self) -> int:
        return len(self._all)

    def fetchone(self) -> Row | None:
        rows = self.fetchmany(1)
        return rows[0] if rows else None

    def fetchmany(self, size: int) -> list[Row]:
        rows = self._all[self._next : self._next + size]
        self._next += len(rows)
        return rows

    def fetchall(self) -> list[Row]:
        return self.fetchmany(len(self._all))

    def fetch_absolute(self, n: int) -> Row | None:
        self._next = min(n, len(self._all))
        return self.fetchone()

    def close(self) -> None:
        self._all.clear()


def show(link: Link, layout: str, rows: Iterable[Row]) -> IFXStatement:
    """Return a statement with these rows; columns are text, or with ``:i`` INTEGER."""
    statement = Statement(link)
    columns = []
    for part in layout.split():
        name, _, letter = part.partition(":")
        code, size = (TypeCode.INTEGER, 4) if letter else (TypeCode.VARCHAR, 128)
        columns.append(ColumnInfo(name, code, 0, "", "", size, True))
    statement.show(_List(rows), tuple(columns))
    return IFXStatement(statement)


def query(link: Link, sql: str, conditions: Sequence[tuple[str, Text]]) -> list[Row]:
    """Return the rows of a query; conditions without a value are left out."""
    given = [(text, value) for text, value in conditions if value]
    where = "".join(f" AND {text} ?" for text, _ in given)
    head, order, tail = sql.partition(" ORDER BY ")
    with (
        native_errors("", link.diagnostics),
        link.driver.cursor() as cursor,
    ):
        cursor.execute(head + where + order + tail, [value for _, value in given])
        rows: list[Row] = cursor.fetchall()
    return rows


def like(expression: str, value: Text) -> tuple[str, Text]:
    return f"{expression} LIKE", value


def equal(expression: str, value: Text) -> tuple[str, Text]:
    return f"{expression} =", value


def catalog_link(connection: IFXConnection, **names: Text) -> Link:
    """Check the arguments every function has: a connection, and names."""
    for what, value in names.items():
        if value is not None and not isinstance(value, str):
            raise NativeError(f"{what.replace('__', ' ')} must be a string")
    return link_of(connection)


def catalog_name(link: Link) -> str:
    return session_of(link.driver).database


def stored_column(
    name: str, coltype: int, extended_id: int, length: int, type_name: Text
) -> ColumnInfo:
    """Return a column as the catalog has it."""
    return ColumnInfo(
        name,
        coltype & 0xFF,
        extended_id or 0,
        "",
        (type_name or "").strip(),
        length & 0xFFFF,
        not coltype & _NOT_NULL,
    )


def type_columns(column: ColumnInfo, number: int, default: Text) -> Row:
    """Return what ODBC says of a column's type: the columns of TYPE."""
    shape = shape_of(column)
    numeric = shape.field_type in ("int", "bigint", "real", "decimal")
    is_text = column.type_code in (
        TypeCode.CHAR,
        TypeCode.NCHAR,
        TypeCode.VARCHAR,
        TypeCode.NVARCHAR,
        TypeCode.LVARCHAR,
    )
    verbose, sub = _verbose_type(shape)
    return (
        shape.sql_type,
        sql_type_name(column),
        shape.precision,
        shape.width,
        shape.scale if numeric or shape.field_type in ("time", "timestamp") else None,
        10 if numeric else None,
        int(column.nullable),
        None,
        default,
        verbose,
        sub,
        shape.width if is_text else None,
        number,
        "YES" if column.nullable else "NO",
    )


def _verbose_type(shape: Shape) -> tuple[int, int | None]:
    """Return SQL_DATA_TYPE and SQL_DATETIME_SUB."""
    if shape.field_type in ("date", "time", "timestamp"):
        return odbc.SQL_DATETIME, shape.sql_type - k.SQL_TYPE_DATE + 1
    if shape.field_type == "interval":
        return odbc.SQL_INTERVAL, shape.sql_type - 100
    return shape.sql_type, None


def sql_type_name(column: ColumnInfo) -> str:
    code = column.type_code
    if code in (TypeCode.DATETIME, TypeCode.INTERVAL):
        first, last = qualifier(column)
        scale = f" to fraction({column.scale})" if column.scale else f" to {last}"
        return f"{column.type_text} {first}{scale}".lower()
    return column.type_text.lower()


_SPECIAL_DEFAULTS = {
    "C": "CURRENT",
    "N": "NULL",
    "S": "DBSERVERNAME",
    "T": "TODAY",
    "U": "USER",
}


def default_text(kind: Text, text: Text, column: ColumnInfo) -> Text:
    """Return a default as it is written; literals that are no text have a prefix."""
    if kind is None:
        return None
    if kind != "L":
        return _SPECIAL_DEFAULTS.get(kind)
    value = (text or "").strip()
    if shape_of(column).field_type == "string" and column.code < TypeCode.SET:
        return f"'{value}'"
    return value.rpartition(" ")[2]
