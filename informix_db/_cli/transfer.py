"""LOAD and UNLOAD: between a file of this machine and the server.

Files are in the code set of the session. BLOB and CLOB values go to a file of their own
next to it, ``name.blobs``; the field then has offset, length (both in hexadecimal) and
name, which is how dbaccess refers to its own. A field of a type that is not converted
here is sent as text: the server converts it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from informix_db import Connection
from informix_db._cli.statements import Load, Unload, check_delimiter
from informix_db._cli.unl import BadFile, Format, Record
from informix_db._cli.values import DateFormat, columns_of, text_maker
from informix_db._wire.describe import ColumnInfo
from informix_db.exceptions import DataError, Error, ProgrammingError
from informix_db.types import TypeCode

_DEFAULT_DELIMITER = "|"
_DEFAULT_DATES = "MDY4/"  # of dbaccess (SQS, UNLOAD TO File)

_LARGE = (TypeCode.BLOB, TypeCode.CLOB)
_TEXTS = (
    TypeCode.CHAR,
    TypeCode.NCHAR,
    TypeCode.VARCHAR,
    TypeCode.NVARCHAR,
    TypeCode.LVARCHAR,
    TypeCode.TEXT,
)

Converter = Callable[[str], Any]


def dates_of_environment() -> DateFormat:
    """Return how dates are written in files: by DBDATE, else as mm/dd/yyyy."""
    return DateFormat(os.environ.get("DBDATE") or _DEFAULT_DATES)


def file_format(delimiter: str | None) -> Format:
    """Return the format with a delimiter, else that of DBDELIMITER, else ``|``."""
    chosen = delimiter or os.environ.get("DBDELIMITER") or _DEFAULT_DELIMITER
    return Format(check_delimiter(chosen))


# -- UNLOAD ----------------------------------------------------------------------------


def unload(connection: Connection, command: Unload) -> int:
    """Write the rows of a query to a file; return how many."""
    form, dates = file_format(command.delimiter), dates_of_environment()
    count = 0
    with connection.cursor() as cursor, contextlib.ExitStack() as files:
        cursor.execute(command.query)
        if cursor.description is None:
            raise ProgrammingError("UNLOAD needs a statement that returns rows")
        target = Path(command.file)
        out = files.enter_context(
            target.open("w", encoding=connection.encoding, newline="\n")
        )
        large = _LargeWriter(files, target)
        makers = [
            large.write
            if column.type_code in _LARGE
            else text_maker(column, dates, connection.encoding)
            for column in columns_of(cursor)
        ]
        for row in cursor:
            texts = (
                None if value is None else make(value)
                for make, value in zip(makers, row, strict=True)
            )
            out.write(form.record(texts))
            count += 1
    return count


class _LargeWriter:
    """Puts large objects into one file, which is made when the first one comes."""

    def __init__(self, files: contextlib.ExitStack, beside: Path) -> None:
        self._files = files
        self._path = beside.with_name(f"{beside.name}.blobs")
        self._file: BinaryIO | None = None

    def write(self, locator: Any) -> str:
        """Append a large object; return what the field says of it."""
        if self._file is None:
            self._file = self._files.enter_context(self._path.open("wb"))
        start = self._file.tell()
        with locator.open("rb") as source:
            while chunk := source.read(1 << 20):
                self._file.write(chunk)
        return f"{start:x},{self._file.tell() - start:x},{self._path.name}"


# -- LOAD ------------------------------------------------------------------------------


def load(connection: Connection, command: Load) -> int:
    """Insert the records of a file; return how many.

    An error says which line it is about; in a logged database none of the records is
    then inserted.
    """
    form = file_format(command.delimiter)
    columns = _target_columns(connection, command)
    listed = "" if command.columns is None else f" ({command.columns})"
    marks = ", ".join("?" * len(columns))
    path = Path(command.file)
    convert = _Converters(columns, path.parent)

    def records() -> Iterator[Record]:
        with path.open(encoding=connection.encoding, newline="\n") as file:
            yield from form.records(file)

    def rows() -> Iterator[list[Any]]:
        try:
            yield from map(convert.row, records())
        except (BadFile, UnicodeDecodeError) as exc:
            raise BadFile(f"{command.file}, {exc}") from None

    with connection.cursor() as cursor:
        try:
            cursor.executemany(
                f"INSERT INTO {command.table}{listed} VALUES ({marks})", rows()
            )
        except Error as exc:
            if exc.row_index is not None:
                record = next(islice(records(), exc.row_index, None))
                exc.args = (f"{command.file}, line {record.line}: {exc.args[0]}",)
            raise
        return cursor.rowcount


def _target_columns(connection: Connection, command: Load) -> Sequence[ColumnInfo]:
    with connection.cursor() as cursor:
        wanted = "*" if command.columns is None else command.columns
        cursor.execute(f"SELECT {wanted} FROM {command.table} WHERE 1 = 0")
        return columns_of(cursor)


class _Converters:
    """Makes parameters of the fields of a record."""

    def __init__(self, columns: Sequence[ColumnInfo], directory: Path) -> None:
        self._dates = dates_of_environment()
        self._directory = directory
        self._converters = [self._converter(column) for column in columns]

    def row(self, record: Record) -> list[Any]:
        """Return the values of a record; BadFile says which line cannot be."""
        count, wanted = len(record.fields), len(self._converters)
        if count != wanted:
            raise BadFile(f"line {record.line} has {count} values for {wanted} columns")
        try:
            return [
                None if field is None else convert(field)
                for convert, field in zip(self._converters, record.fields, strict=True)
            ]
        except (DataError, OSError, ValueError) as exc:
            raise BadFile(f"line {record.line}: {exc}") from None

    def _converter(self, column: ColumnInfo) -> Converter:
        code = column.type_code
        if code in _TEXTS:
            return str
        if code == TypeCode.DATE:
            return self._dates.read
        if code == TypeCode.BYTE:
            return bytes.fromhex
        if code in _LARGE:
            return self._read_large
        return str.strip

    def _read_large(self, field: str) -> bytes:
        start, length, name = field.split(",", 2)
        with (self._directory / name).open("rb") as file:
            file.seek(int(start, 16))
            return file.read(int(length, 16))
