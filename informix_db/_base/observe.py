"""Operations, as observers and the log are told of them.

The log is an observer like any other: `informix_db` says at DEBUG what was executed,
`informix_db.wire` how many bytes went to and fro. Neither says a password or the value
of a parameter. SQL is logged as it was written, but for the passwords in it; a line of
the log is one line whatever a server or a value holds.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from informix_db._base.calls import Call
from informix_db._protocol.channel import Channel
from informix_db._protocol.record import Recorder, WireLog, tap_channel
from informix_db._protocol.redact import redact_sql
from informix_db._version import __version__
from informix_db._wire.buffer import Wire
from informix_db.exceptions import DataError
from informix_db.observe import Observer, Operation
from informix_db.params import ConnectParams

if TYPE_CHECKING:
    from informix_db._base.batch import Batch
    from informix_db._base.connection import BaseConnection
    from informix_db._base.cursor import BaseCursor

logger = logging.getLogger("informix_db")
_wire_logger = logging.getLogger("informix_db.wire")

T = TypeVar("T")

_LONGEST_SQL = 2000  # characters of a statement that a log message holds

# Line breaks, escape sequences of terminals, and marks that turn text around.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

# Generators whose names are not what users call the operation.
_NAMES = {
    "seek_gen": "fetch",
    "fail_gen": "undo",
    "restore_gen": "reset",
    "_version_gen": "server_version",
    "_fast_path_gen": "fast_path_call",
}
_LARGE_OBJECT = "LargeObject"  # begins the names of the classes that are files


def one_line(text: str) -> str:
    """Return text that cannot pass for several lines, or steer a terminal."""
    return _UNSAFE.sub(lambda match: ascii(match.group())[1:-1], text)


class _OneLine(logging.Filter):
    """Makes the texts in a message safe: SQL and what a server sent are among them."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_safe(arg) for arg in record.args)
        return True


def _safe(arg: object) -> object:
    if isinstance(arg, (str, BaseException)):
        return one_line(redact_sql(str(arg)))
    return arg


# A filter of a logger sees what is logged by that name, not by those below it.
for _name in ("informix_db", "informix_db.pool", "informix_db.wire"):
    logging.getLogger(_name).addFilter(_OneLine("safe"))


class LogObserver:
    """Logs operations, at DEBUG, when they have ended."""

    def begin(self, operation: Operation) -> None:
        """Wait for the end, which tells more."""

    def end(self, operation: Operation) -> None:
        """Log the operation."""
        logger.debug(
            "connection %d: %s %s in %.1f ms, %d round trips, %s rows: %s",
            operation.connection.id,
            operation.name,
            _outcome(operation.error),
            (operation.duration or 0.0) * 1000,
            operation.round_trips,
            operation.rowcount if operation.rowcount >= 0 else operation.rows_fetched,
            _shortened(operation),
        )


def _outcome(error: BaseException | None) -> str:
    if error is None:
        return "done"
    name = type(error).__name__
    if isinstance(error, DataError) and error.sqlcode is None:
        return f"failed ({name})"  # the driver's own, which quotes the value
    return f"failed ({name}: {error})"


def _shortened(operation: Operation) -> str:
    if operation.sql is None:
        info = operation.connection
        return f"{info.user}@{info.host}:{info.port}"
    longer = len(operation.sql) > _LONGEST_SQL
    return operation.sql[:_LONGEST_SQL] + ("..." if longer else "")


class Observers:
    """Several observers as one. What one of them raises does not reach the others."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = observers

    def begin(self, operation: Operation) -> None:
        """Tell all of them."""
        for observer in self._observers:
            _tell(observer.begin, operation)

    def end(self, operation: Operation) -> None:
        """Tell all of them, the last one first."""
        for observer in reversed(self._observers):
            _tell(observer.end, operation)


def _tell(tell: Callable[[Operation], object], operation: Operation) -> None:
    try:
        tell(operation)
    except Exception:
        logger.exception("observer %s of %s failed", repr(tell), operation.name)


# Environment that says how text is read and written, and nothing of whose it is.
_RECORDED_ENVIRONMENT = ("DBDATE", "DBCENTURY", "DELIMIDENT", "GL_DATE", "GL_DATETIME")


def recorder_of(
    params: ConnectParams, number: int, channel: Channel, largest_fetch: int
) -> Recorder | None:
    """Return what records a connection, if it is to be recorded."""
    if params.record is None:
        return None
    env = {
        name: params.env[name] for name in _RECORDED_ENVIRONMENT if name in params.env
    }
    settings = {
        "driver": __version__,
        "values": params.record_values,
        "largest_fetch": largest_fetch,
        "arguments": {
            "server": params.server,
            "database": params.database,
            "client_locale": params.client_locale,
            "db_locale": params.db_locale,
            "encoding_errors": params.encoding_errors,
            "env": env,
            "autocommit": params.autocommit,
            "isolation": params.isolation,
            "lock_wait": params.lock_wait,
            "statement_cache_size": params.statement_cache_size,
            "fetch_buffer_size": params.fetch_buffer_size,
        },
    }
    return Recorder(
        params.record,
        number,
        channel,
        password=params.password,
        settings=settings,
        values=params.record_values,
    )


def tap(channel: Channel, number: int, recorder: Recorder | None) -> None:
    """Have the bytes of a channel recorded and logged, if anybody wants to know."""
    taps = [WireLog(number)] if _wire_logger.isEnabledFor(logging.DEBUG) else []
    if recorder is not None or taps:
        tap_channel(channel, [*taps, *([] if recorder is None else [recorder])])


def observer_of(params: ConnectParams, recorder: Recorder | None) -> Observers | None:
    """Return who is told of operations, if anybody wants to know."""
    log = LogObserver() if logger.isEnabledFor(logging.DEBUG) else None
    wanted = [each for each in (log, params.observer, recorder) if each is not None]
    return Observers(wanted) if wanted else None


class Watch:
    """An operation under observation, if there is an observer: a context manager."""

    def __init__(
        self,
        connection: BaseConnection,
        name: str = "",
        sql: str | None = None,
        parameters: object = None,
        batch: tuple[BaseCursor[Any], Batch] | None = None,
    ) -> None:
        self._connection = connection
        self._observer = connection._observer
        self._asked = sql, parameters
        self._operation: Operation | None = None
        # clock, round trips and rows when it began
        self._before = (0.0, 0, 0)
        if name:
            self._begin(name, None if batch is None else self._call_of_batch(*batch))

    def opening(
        self, make: Callable[..., Wire[T]], args: tuple[object, ...]
    ) -> Callable[[], Wire[T]]:
        """Return ``make(*args)``, with the operation beginning when it is called."""

        def begin() -> Wire[T]:
            generator = make(*args)
            connection, call = self._connection, None
            if connection._calls is not None:
                call = connection._calls.of_conversation(connection, generator)
            self._begin(_name_of(generator), call)
            return generator

        return begin

    def changed(self, rows: object) -> None:
        """Take note of how many rows were changed, if that is what `rows` is."""
        operation = self._operation
        if operation is None or operation.name not in ("execute", "executemany"):
            return
        if isinstance(rows, int):
            operation.rowcount = rows

    def _call_of_batch(self, cursor: BaseCursor[Any], batch: Batch) -> Call | None:
        connection = self._connection
        if connection._calls is None or connection._recorder is None:
            return None
        if not isinstance(self._asked[1], (list, tuple)):
            batch.watch_rows(connection._recorder.row)
        return connection._calls.of_batch(connection, cursor, batch)

    def _begin(self, name: str, call: Call | None) -> None:
        if self._observer is None:
            return
        sql, parameters = self._asked
        self._operation = operation = Operation(
            connection=self._connection.info,
            name=name,
            sql=sql,
            parameters=parameters,
            started=time.time(),
        )
        operation._call = call
        self._observer.begin(operation)
        self._before = self._now()

    def _now(self) -> tuple[float, int, int]:
        connection = self._connection
        fetched = connection._channel.counters.rows_fetched
        return time.perf_counter(), connection._round_trips, fetched

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        operation, observer = self._operation, self._observer
        if operation is None or observer is None:
            return
        clock, round_trips, fetched = self._before
        now = self._now()
        operation.duration = now[0] - clock
        operation.round_trips = now[1] - round_trips
        operation.rows_fetched = now[2] - fetched
        operation.error = exc
        observer.end(operation)
        operation._call = None  # which keeps cursors and files from being let go


def _name_of(generator: Wire[T]) -> str:
    """Return what users call what a generator does."""
    owner, _, name = getattr(generator, "__qualname__", "").rpartition(".")
    known = _NAMES.get(name) or name.strip("_").removesuffix("_gen")
    return f"lob_{known}" if owner.startswith(_LARGE_OBJECT) else known
