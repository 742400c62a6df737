"""Errors as IfxPy reports them: an Exception, its text, and records to ask for.

SQLSTATEs are looked up in the client, as Informix' ODBC driver does; the ones here are
those that public sources state, and for the rest those of the error's class. Texts are
the driver's own, but for a few that programs are known to compare.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import informix_db

_DRIVER = "[Informix][Informix ODBC Driver]"
_SERVER = _DRIVER + "[Informix]"

_STATES = {
    -201: "42000",
    -206: "42S02",
    -217: "42S22",
    -310: "42S01",
    -329: "08004",
    -908: "08004",
    -930: "08004",
    -951: "28000",
    -1213: "22018",
    -1202: "22012",
    -1226: "22003",
}
_CLASS_STATES: tuple[tuple[type[informix_db.Error], str], ...] = (
    (informix_db.StatementCancelledError, "HYT00"),
    (informix_db.IntegrityError, "23000"),
    (informix_db.ProgrammingError, "42000"),
    (informix_db.DataError, "22000"),
    (informix_db.NotSupportedError, "HYC00"),
)
_TEXTS = {
    -201: "A syntax error has occurred",
    -951: "Incorrect password or user is not known on the database server",
}

# The first line of an error's text without the number it begins with.
_TEXT = re.compile(r"(?:\[-?\d+\] )?(?P<text>[^\n]*)")

# What Informix' ODBC driver finds out before the server does.
_DRIVER_ERRORS = (
    (re.compile(r"parameter \d+: text of \d+ bytes does not fit"), -11023),
    (re.compile(r"parameter \d+: .* is out of the range of"), -11025),
)
# Text that the server could not convert: that driver converts by itself.
_CONVERSION_ERRORS = frozenset({-1213})


class Record(NamedTuple):
    """A diagnostic record of ODBC."""

    sqlstate: str
    message: str


TRUNCATED = Record("22001", f"{_DRIVER}String data right truncation. SQLCODE=-11023")
OUT_OF_RANGE = Record("22003", f"{_DRIVER}Numeric value out of range. SQLCODE=-11025")
BAD_CURSOR_STATE = Record("24000", f"{_DRIVER}Invalid cursor state. SQLCODE=-11031")
BAD_FETCH_TYPE = Record("HY106", f"{_DRIVER}Fetch type out of range. SQLCODE=-11086")
NOT_CAPABLE = Record("HYC00", f"{_DRIVER}Driver not capable. SQLCODE=-11092")
BAD_CAST = Record(
    "22018",
    f"{_DRIVER}Invalid character value for cast specification. SQLCODE=-11106",
)
_BY_CODE = {-11023: TRUNCATED, -11025: OUT_OF_RANGE}


class NativeError(Exception):
    """What the functions of IfxPy raise; programs catch it as Exception.

    The driver's error, if there is one, is its ``__cause__``.
    """


class Diagnostics:
    """What went wrong last with a handle. Each accessor tells it once."""

    def __init__(self) -> None:
        self._record: Record | None = None
        self._told: set[str] = set()

    def set(self, record: Record) -> None:
        """Take note of an error, which replaces the one before."""
        self._record = record
        self._told.clear()

    def tell(self, field: str, accessor: str) -> str:
        """Return a field of the record, "" if there is none or `accessor` had it."""
        if self._record is None or accessor in self._told:
            return ""
        self._told.add(accessor)
        text: str = getattr(self._record, field)
        return text


class Failures:
    """The last failures of the process, for accessors that are given no handle."""

    connecting = Record("", "")
    statement = Record("", "")


def record_of(error: informix_db.Error) -> Record:
    """Return the diagnostic record for an error of the driver."""
    if error.sqlcode is None:
        for pattern, code in _DRIVER_ERRORS:
            if pattern.match(str(error)):
                return _BY_CODE[code]
        return Record(_state_of(error), _DRIVER + _text_of(error))
    if error.sqlcode in _CONVERSION_ERRORS:
        return BAD_CAST
    text = _TEXTS.get(error.sqlcode) or _text_of(error)
    return Record(_state_of(error), f"{_SERVER}{text}. SQLCODE={error.sqlcode}")


def _text_of(error: informix_db.Error) -> str:
    match = _TEXT.match(str(error))
    return match["text"] if match else ""


def _state_of(error: informix_db.Error) -> str:
    state = _STATES.get(error.sqlcode or 0)
    if state is not None:
        return state
    if error.session_dead:
        return "08S01"
    for kind, state in _CLASS_STATES:
        if isinstance(error, kind):
            return state
    return "HY000" if error.sqlcode is None else "IX000"


@contextmanager
def native_errors(prefix: str, *handles: Diagnostics) -> Iterator[None]:
    """Turn errors of the driver into IfxPy's, and note them on the handles."""
    try:
        yield
    except informix_db.Error as exc:
        raise noted(prefix, record_of(exc), *handles) from exc


def noted(prefix: str, record: Record, *handles: Diagnostics) -> NativeError:
    """Return the error to raise for a record of a statement that failed."""
    Failures.statement = record
    for diagnostics in handles:
        diagnostics.set(record)
    return NativeError(prefix + record.message)
