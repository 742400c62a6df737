"""An engine of a few fixed statements, so that the wire half is tested alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from informix_db.testing.api import (
    XID,
    BoundParameter,
    Column,
    ExecuteResult,
    SQLError,
    SQLType,
    XAError,
)

SERIAL = SQLType(6, 4, nullable=False)
INTEGER = SQLType(2, 4)
VARCHAR_50 = SQLType(13, 50)
VARCHAR_128 = SQLType(13, 128)
LVARCHAR_500 = SQLType(40, 500, 1, "informix", "lvarchar")
BOOLEAN = SQLType(41, 1, 5, "informix", "boolean")

ALL_TYPES = [
    Column("c_serial", SERIAL),
    Column("c_smallint", SQLType(1, 2)),
    Column("c_int", INTEGER),
    Column("c_bigint", SQLType(52, 8)),
    Column("c_int8", SQLType(17, 10)),
    Column("c_float", SQLType(3, 8)),
    Column("c_smallfloat", SQLType(4, 4)),
    Column("c_dec", SQLType(5, 12 << 8 | 4)),
    Column("c_decf", SQLType(5, 16 << 8 | 255)),
    Column("c_money", SQLType(8, 16 << 8 | 2)),
    Column("c_date", SQLType(7, 4)),
    Column("c_dts", SQLType(10, 0x0E0A)),
    Column("c_dtf5", SQLType(10, 0x130F)),
    Column("c_hs", SQLType(10, 0x066A)),
    Column("c_hf3", SQLType(10, 0x096D)),
    Column("c_iym", SQLType(14, 0x0602)),
    Column("c_ids", SQLType(14, 0x084A)),
    Column("c_idf", SQLType(14, 0x0E4D)),
    Column("c_char", SQLType(0, 10)),
    Column("c_nchar", SQLType(15, 8)),
    Column("c_varchar", SQLType(13, 20)),
    Column("c_nvarchar", SQLType(16, 20)),
    Column("c_lvarchar", LVARCHAR_500),
    Column("c_bool", BOOLEAN),
]


INSERT_ALL_TYPES = f"insert into alltypes values ({','.join('?' * len(ALL_TYPES))})"


@dataclass
class StubCursor:
    rows: list[tuple[object, ...]]
    position: int = 0
    closed: bool = False

    def fetch(self, count: int) -> Sequence[tuple[object, ...]]:
        page = self.rows[self.position : self.position + count]
        self.position += len(page)
        return page

    def fetch_at(self, row: int) -> tuple[object, ...] | None:
        return self.rows[row - 1] if 1 <= row <= len(self.rows) else None

    def fetch_last(self) -> tuple[int, tuple[object, ...]] | None:
        return (len(self.rows), self.rows[-1]) if self.rows else None

    def close(self) -> None:
        self.closed = True


@dataclass
class StubStatement:
    session: StubSession
    statement_type: int
    columns: Sequence[Column] = ()
    parameters: Sequence[Column] = ()
    rows: Callable[[Sequence[BoundParameter]], list[tuple[Any, ...]]] | None = None
    run: Callable[[Sequence[BoundParameter]], ExecuteResult] | None = None
    for_update: bool = False
    key_columns: Sequence[Column] = ()
    closed: bool = False

    @property
    def returns_rows(self) -> bool:
        return self.rows is not None

    def execute(self, parameters: Sequence[BoundParameter]) -> ExecuteResult:
        self.session.executed.append([p.value for p in parameters])
        return ExecuteResult() if self.run is None else self.run(parameters)

    def open(
        self,
        parameters: Sequence[BoundParameter],
        *,
        name: str = "",
        scroll: bool = False,
        hold: bool = False,
    ) -> StubCursor:
        self.session.opened.append((name, scroll, hold))
        assert self.rows is not None
        cursor = StubCursor(self.rows(parameters))
        self.session.cursors.append(cursor)
        return cursor

    def close(self) -> None:
        self.closed = True


@dataclass
class StubBranches:
    """Notes what is asked of branches; answers what `recover` or `refuse` says."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    prepared: list[XID] = field(default_factory=list)
    refuse: int = 0

    def __getattr__(self, name: str) -> Callable[..., int]:
        def note(*arguments: Any) -> int:
            self.calls.append((name, *arguments))
            if self.refuse:
                raise XAError(self.refuse)
            return 0

        return note

    def recover(self, count: int, flags: int) -> Sequence[XID]:
        self.calls.append(("recover", count, flags))
        return self.prepared[:count]


@dataclass
class StubSession:
    engine: StubEngine
    environment: dict[str, str]
    database: str = ""
    calls: list[object] = field(default_factory=list)
    executed: list[list[object]] = field(default_factory=list)
    opened: list[tuple[str, bool, bool]] = field(default_factory=list)
    cursors: list[StubCursor] = field(default_factory=list)
    closed: bool = False
    in_transaction: bool = False
    stored: list[tuple[object, ...]] = field(default_factory=list)
    branches: StubBranches = field(default_factory=StubBranches)
    interrupted: threading.Event = field(default_factory=threading.Event)

    def open_database(self, name: str, exclusive: bool = False) -> int:
        if name not in self.engine.databases():
            raise SQLError(-329, -111, token=name)
        self.database = name
        return 0x15

    def close_database(self) -> None:
        self.database = ""

    def prepare(self, sql: str) -> StubStatement:
        make = self.engine.statements.get(sql)
        if make is None:
            raise SQLError(-201, offset=1)
        return make(self)

    def begin(self) -> None:
        if self.in_transaction:
            raise SQLError(-535)
        self.in_transaction = True

    def commit(self) -> None:
        self._end_transaction()

    def rollback(self, savepoint: str | None = None) -> None:
        self.calls.append(("rollback", savepoint))
        if savepoint is None:
            self._end_transaction()

    def _end_transaction(self) -> None:
        if not self.in_transaction:
            raise SQLError(-255)
        self.in_transaction = False

    def set_savepoint(self, name: str, unique: bool = False) -> None:
        self.calls.append(("set", name))

    def release_savepoint(self, name: str) -> None:
        self.calls.append(("release", name))

    def interrupt(self) -> None:
        self.interrupted.set()

    def close(self) -> None:
        self.closed = True

    # What the fixed statements do.

    def wait(self, _: Sequence[BoundParameter]) -> list[tuple[object, ...]]:
        self.interrupted.clear()
        self.engine.waiting.set()
        if self.interrupted.wait(20):
            raise SQLError(-213)
        return []

    def store(self, parameters: Sequence[BoundParameter]) -> ExecuteResult:
        values = tuple(parameter.value for parameter in parameters)
        if "duplicate" in values:
            raise SQLError(-268, -100, token="u100_1")
        self.stored.append(values)
        return ExecuteResult(rows=1, serial=len(self.stored))


Maker = Callable[[StubSession], StubStatement]


def select(columns: Sequence[Column], rows: Sequence[tuple[Any, ...]]) -> Maker:
    """Return the maker of a SELECT with these rows."""
    return lambda session: StubStatement(session, 2, columns, rows=lambda _: list(rows))


_T1 = [
    Column("id", SERIAL),
    Column("name", VARCHAR_50),
    Column("n", INTEGER),
]


def _many(parameters: Sequence[BoundParameter]) -> list[tuple[object, ...]]:
    count = int(str(parameters[0].value))
    return [(i + 1, f"row {i}") for i in range(count)]


class StubEngine:
    """Knows the statements in `statements`; add more with `statements[sql]`."""

    def __init__(self) -> None:
        self.server_name = "informix"
        self.waiting = threading.Event()  # set by the statement "wait"
        self.names = ["sysmaster", "testdb"]
        self.sessions: list[StubSession] = []
        self.prepared: list[XID] = []  # branches any session recovers
        self.statements: dict[str, Maker] = {
            "select FIRST 1 site from informix.systables where tabname = "
            "' GL_COLLATE'": select([Column("site", VARCHAR_128)], [("en_US.819",)]),
            "SELECT flags FROM informix.systables WHERE tabname = ' VERSION';": select(
                [Column("flags", INTEGER)], []
            ),
            "select id,name from t1": select(
                _T1[:2], [(i + 1, f"row {i}") for i in range(5)]
            ),
            "select many ?": lambda s: StubStatement(
                s, 2, _T1[:2], [Column("", INTEGER)], rows=_many
            ),
            "select for update": lambda s: StubStatement(
                s,
                2,
                _T1[:2],
                rows=lambda _: [(i, "x") for i in range(1, 4)],
                for_update=True,
            ),
            "select all types": lambda s: StubStatement(
                s, 2, ALL_TYPES, rows=lambda _: list(s.stored)
            ),
            INSERT_ALL_TYPES: lambda s: StubStatement(
                s, 6, ALL_TYPES, ALL_TYPES, run=s.store
            ),
            "insert into t1 (id,name,n) values (?,?,?)": lambda s: StubStatement(
                s, 6, _T1, _T1, run=s.store
            ),
            "insert literal": lambda s: StubStatement(s, 6, run=s.store),
            "insert duplicate": lambda s: StubStatement(s, 6, run=self.duplicate),
            "update": lambda s: StubStatement(
                s, 4, run=lambda _: ExecuteResult(rows=2)
            ),
            "create": lambda s: StubStatement(s, 45),
            "select blob": select([Column("b", SQLType(11, 56))], [(b"abc",)]),
            "wait": lambda s: StubStatement(s, 2, _T1[:1], rows=s.wait),
            "sleep": lambda s: StubStatement(s, 45, run=self.sleep),
            "break": lambda s: StubStatement(s, 45, run=self.fail),
        }

    def databases(self) -> Sequence[str]:
        return self.names

    def authenticate(self, user: str, password: str) -> None:
        if (user, password) != ("informix", "in4mix"):
            raise SQLError(-951, token=user)

    def open_session(self, user: str, environment: dict[str, str]) -> StubSession:
        session = StubSession(
            self, environment, branches=StubBranches(prepared=self.prepared)
        )
        self.sessions.append(session)
        return session

    def close(self) -> None:
        pass

    @staticmethod
    def duplicate(_: Sequence[BoundParameter]) -> ExecuteResult:
        raise SQLError(-268, -100, token="u100_1")

    @staticmethod
    def sleep(_: Sequence[BoundParameter]) -> ExecuteResult:
        time.sleep(0.05)
        return ExecuteResult()

    @staticmethod
    def fail(_: Sequence[BoundParameter]) -> ExecuteResult:
        raise RuntimeError("a bug in the engine")
