"""Exceptions of IfxPyDbi, and which of them stands for an error.

IfxPyDbi raises OperationalError for everything that goes wrong in execute(), and never
IntegrityError or ProgrammingError. Programs catch the one that is raised, new ones the
one that is meant: what execute() raises here is both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import informix_db
from informix_db.compat._errors import NativeError


class Warning(Exception):
    """Something important that is not an error (PEP 249)."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self._message = f"IfxPyDbi::{type(self).__name__}: {message}"

    def __str__(self) -> str:
        return self._message


class Error(Exception):
    """Base of all errors. The error of informix_db is the ``__cause__``, if any."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self._message = f"IfxPyDbi::{type(self).__name__}: {message}"

    def __str__(self) -> str:
        return self._message


class InterfaceError(Error):
    """The module was used wrongly."""


class DatabaseError(Error):
    """The database reported an error."""


class InternalError(DatabaseError):
    """The state of a cursor or transaction is not what it should be."""


class OperationalError(DatabaseError):
    """Not the program's fault; or anything, of execute()."""


class ProgrammingError(DatabaseError):
    """The SQL, or a call, is wrong."""


class IntegrityError(DatabaseError):
    """A constraint refused the change."""


class DataError(DatabaseError):
    """A value cannot be used."""


class NotSupportedError(DatabaseError):
    """The server or this package cannot do this."""


_CLASSES: tuple[tuple[type[informix_db.Error], type[DatabaseError]], ...] = (
    (informix_db.IntegrityError, IntegrityError),
    (informix_db.ProgrammingError, ProgrammingError),
    (informix_db.DataError, DataError),
    (informix_db.NotSupportedError, NotSupportedError),
    (informix_db.InternalError, InternalError),
    (informix_db.OperationalError, OperationalError),
)


class Executing:
    """Has the classes of errors of execute(), where pickle finds them."""


def _operational(meant: type[DatabaseError]) -> type[DatabaseError]:
    """Return the class of errors of execute(): `meant`, and OperationalError."""
    name = meant.__name__
    members = {
        "__doc__": meant.__doc__,
        "__module__": __name__,
        "__qualname__": f"{Executing.__name__}.{name}",
    }
    kind = type(name, (meant, OperationalError), members)
    setattr(Executing, name, kind)
    return kind


_OF_EXECUTE = {
    meant: _operational(meant) for _, meant in _CLASSES if meant is not OperationalError
}

# Complaints of IfxPy about its own arguments, by their beginnings.
_INTERFACE = ("Supplied ", "ATTR_CASE ", "Connection or ", "Param is not ")
_PROGRAMMING = (
    "Connection is not active",
    "Parameters not bound",
    "Requested row number",
)
_MUST_BE = (" must be a string", " must be a boolean")


def error_of(problem: Exception, *, executing: bool = False) -> Error:
    """Return the error to raise for one of IfxPy's."""
    message = f"Exception({str(problem)!r})"
    cause = problem.__cause__
    if not isinstance(cause, informix_db.Error):
        return _complaint(str(problem))(message)
    for kind, meant in _CLASSES:
        if isinstance(cause, kind):
            return (_OF_EXECUTE.get(meant, meant) if executing else meant)(message)
    return (OperationalError if executing else DatabaseError)(message)


@contextmanager
def dbi_errors(
    messages: list[Error] | None = None, *, executing: bool = False
) -> Iterator[None]:
    """Raise errors of IfxPy as those of IfxPyDbi, and keep them in `messages`."""
    try:
        yield
    except NativeError as exc:
        error = error_of(exc, executing=executing)
        if messages is not None:
            messages.append(error)
        raise error from (exc.__cause__ or exc)


def _complaint(text: str) -> type[Error]:
    if text.startswith(_INTERFACE):
        return InterfaceError
    if text.startswith(_PROGRAMMING) or text.endswith(_MUST_BE):
        return ProgrammingError
    if "SQLCODE=-11092" in text:  # not capable
        return _OF_EXECUTE[NotSupportedError]
    return DatabaseError if text.startswith("Fetch Failure") else Error
