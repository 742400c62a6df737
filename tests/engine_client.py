"""A client of the emulator's SQL engine for tests: no sockets, plain Python values."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from informix_db.testing.api import (
    BoundParameter,
    Column,
    DatetimeValue,
    ExecuteResult,
    IntervalValue,
    SQLError,
    SQLType,
)
from informix_db.testing.engine import Engine

# Types as DESCRIBE tells them: code and encoded length (SQR-25, SQR-27).
SMALLINT, INTEGER, BIGINT, INT8 = (1, 2), (2, 4), (52, 8), (17, 10)
SERIAL, FLOAT, DATE, BOOLEAN = (6, 4), (3, 8), (7, 4), (41, 1)


def char(length: int) -> tuple[int, int]:
    return 0, length


def varchar(length: int) -> tuple[int, int]:
    return 13, length


def decimal(precision: int, scale: int = 255) -> tuple[int, int]:
    return 5, precision << 8 | scale


def bound(value: object) -> BoundParameter:
    """Return a value as IBM's client binds it (docs/PROTOCOL.md section 6)."""
    if value is None or isinstance(value, str):
        return BoundParameter(SQLType(0, 0), value)
    if isinstance(value, bool):
        return BoundParameter(SQLType(41, 1, 5, "informix", "boolean"), value)
    if isinstance(value, int):
        code, length = INTEGER if abs(value) < 2**31 else BIGINT
    elif isinstance(value, float):
        code, length = FLOAT
    elif isinstance(value, Decimal):
        code, length = decimal(32)
    elif isinstance(value, DatetimeValue):
        code, length = 10, 0x130F
    elif isinstance(value, IntervalValue):
        code, length = 14, 0x0B4D
    else:
        assert isinstance(value, datetime.date)
        code, length = DATE
    return BoundParameter(SQLType(code, length), value)


class SQLClient:
    """One session of an engine."""

    def __init__(
        self,
        engine: Engine,
        database: str = "testdb",
        user: str = "informix",
        **environment: str,
    ) -> None:
        self.engine = engine
        self.session = engine.open_session(user, environment)
        if database:
            self.session.open_database(database)

    def another(self, database: str = "testdb", user: str = "informix") -> SQLClient:
        """Return a second session of the same engine."""
        return SQLClient(self.engine, database, user)

    def do(self, sql: str, *parameters: object) -> ExecuteResult:
        return self.session.prepare(sql).execute(list(map(bound, parameters)))

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        cursor = self.session.prepare(sql).open(list(map(bound, parameters)))
        found: list[tuple[Any, ...]] = []
        while part := cursor.fetch(100):
            found += part
        cursor.close()
        return found

    def row(self, expressions: str, *parameters: object) -> tuple[Any, ...]:
        """Return the values of expressions."""
        found = self.rows(f"SELECT {expressions} FROM sysmaster:sysdual", *parameters)
        assert len(found) == 1
        return found[0]

    def value(self, expression: str, *parameters: object) -> Any:
        (found,) = self.row(expression, *parameters)
        return found

    def types(self, sql: str) -> list[tuple[int, int]]:
        return pairs(self.session.prepare(sql).columns)

    def type(self, expression: str) -> tuple[int, int]:
        (found,) = self.types(f"SELECT {expression} FROM sysmaster:sysdual")
        return found

    def parameters(self, sql: str) -> list[tuple[int, int]]:
        return pairs(self.session.prepare(sql).parameters)

    def names(self, sql: str) -> list[str]:
        return [column.name for column in self.session.prepare(sql).columns]

    def error(self, sql: str, *parameters: object) -> SQLError:
        """Return the error a statement ends with, at whatever stage."""
        try:
            statement = self.session.prepare(sql)
            values = list(map(bound, parameters))
            if statement.returns_rows:
                statement.open(values)
            else:
                statement.execute(values)
        except SQLError as error:
            return error
        raise AssertionError(f"no error: {sql}")

    def code(self, sql: str, *parameters: object) -> int:
        return self.error(sql, *parameters).sqlcode

    def codes(self, sql: str, *parameters: object) -> tuple[int, int]:
        """Return SQLCODE and ISAM code of a statement's error."""
        error = self.error(sql, *parameters)
        return error.sqlcode, error.isam


def pairs(columns: Sequence[Column]) -> list[tuple[int, int]]:
    return [(column.type.code, column.type.length) for column in columns]


def run_while_waiting(
    waiter: SQLClient, wait: Callable[[], object], release: Callable[[], object]
) -> None:
    """Run `wait` in a thread; once its session waits for a lock, run `release`."""
    thread = threading.Thread(target=wait)
    thread.start()
    condition = waiter.engine.condition
    while thread.is_alive():
        with condition:
            if waiter.session.waiting_for is not None:
                break
            condition.wait(0.001)
    release()
    thread.join(20)
    assert not thread.is_alive()
