"""A server that answers from memory: what driver benchmarks run against.

It knows a table of SQL texts and their results. Descriptions and tuples are encoded
once; a fetch only cuts a slice out of them. Bound values are skipped, not read, and
every EXECUTE is answered with one row done, so nothing a client sends is checked. It
runs in a process of its own, so that it and the client do not share an interpreter.
"""

from __future__ import annotations

import os
import pickle
import struct
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from types import TracebackType

from . import messages as m
from . import tags, typecodes
from .api import (
    BoundParameter,
    BranchesAPI,
    Column,
    CursorAPI,
    EngineSessionAPI,
    ExecuteResult,
    SQLError,
    SQLType,
    StatementAPI,
)
from .cursors import OpenCursor
from .replies import ReplyWriter, tuple_message
from .rows import RowEncoder
from .server import Server
from .statements import PreparedStatement, StatementTable

_UNKNOWN_STATEMENT = -201
_NOT_IMPLEMENTED = -999
_LOGGED_IDS_DATABASE = 0x15  # DONE.warn of DBOPEN [J, N]
_SELECT, _INSERT = 2, 6  # statement types [J]

_bound_head = struct.Struct(">hhH")
_short = struct.Struct(">h")
_length = struct.Struct(">H")
_FIXED_WIDTHS = {
    typecodes.SMALLINT: 2,
    typecodes.INTEGER: 4,
    typecodes.SERIAL: 4,
    typecodes.BIGINT: 8,
    typecodes.BIGSERIAL: 8,
    typecodes.FLOAT: 8,
    typecodes.SMALLFLOAT: 4,
    typecodes.INT8: 10,
    typecodes.SERIAL8: 10,
    typecodes.DATE: 4,
}


@dataclass(frozen=True)
class CannedQuery:
    """A statement: its described row, its parameters, and all the rows it answers.

    Without rows it is one that does something to one row, an INSERT as a rule.
    """

    columns: Sequence[Column] = ()
    rows: Sequence[tuple[object, ...]] | None = None
    parameters: Sequence[Column] = ()


_SITE = Column("site", SQLType(typecodes.VARCHAR, 128))
# What IBM's driver asks for in every session [J].
_GL_COLLATE = (
    "select FIRST 1 site from informix.systables where tabname = ' GL_COLLATE'"
)
_ALWAYS = {_GL_COLLATE: CannedQuery([_SITE], [("en_US.819",)])}


class _EncodedRows(RowEncoder):
    """All tuples of a query as one string of bytes, and where each ends."""

    def __init__(
        self,
        query: CannedQuery,
        writer: ReplyWriter,
        return_types: Sequence[m.ReturnType],
    ) -> None:
        super().__init__(query.columns, writer.framing, writer.text_codec, return_types)
        rows = query.rows or ()
        messages = [tuple_message(self.encode(row)) for row in rows]
        self.ends = [0, *accumulate(map(len, messages))]
        self.data = b"".join(messages)


class _SlicingCursor(OpenCursor):
    """Cuts pages out of encoded rows."""

    def __init__(self, cursor: CursorAPI, rows: _EncodedRows) -> None:
        super().__init__(cursor, rows, single=False)
        self._tuples = rows
        self._row = 0

    def use(self, encoder: RowEncoder) -> None:
        super().use(encoder)
        assert isinstance(encoder, _EncodedRows)
        self._tuples = encoder

    def page(self, size: int) -> tuple[list[bytes], bool]:
        ends, start = self._tuples.ends, self._tuples.ends[self._row]
        last = len(ends) - 1
        fitting = bisect_right(ends, start + size) - 1
        self._row = max(fitting, min(self._row + 1, last))
        return [self._tuples.data[start : ends[self._row]]], self._row == last


@dataclass
class _Statement:
    """A canned statement as the statement table wants it."""

    engine: _Engine
    query: CannedQuery
    for_update: bool = False
    key_columns: Sequence[Column] = ()
    statement_type: int = field(init=False)
    columns: Sequence[Column] = field(init=False)
    parameters: Sequence[Column] = field(init=False)
    returns_rows: bool = field(init=False)

    def __post_init__(self) -> None:
        self.returns_rows = self.query.rows is not None
        self.statement_type = _SELECT if self.returns_rows else _INSERT
        self.columns = self.query.columns
        self.parameters = self.query.parameters

    def execute(self, parameters: Sequence[BoundParameter]) -> ExecuteResult:
        return ExecuteResult(rows=1)

    def open(
        self,
        parameters: Sequence[BoundParameter],
        *,
        name: str = "",
        scroll: bool = False,
        hold: bool = False,
    ) -> CursorAPI:
        return _Rows(self.query.rows or ())

    def close(self) -> None: ...


class _Rows:
    """The rows of a query, for a client that scrolls in them."""

    def __init__(self, rows: Sequence[tuple[object, ...]]) -> None:
        self._rows = rows

    def fetch(self, count: int) -> Sequence[tuple[object, ...]]:
        return ()  # pages are cut out of the encoded rows

    def fetch_at(self, row: int) -> tuple[object, ...] | None:
        return self._rows[row - 1] if 1 <= row <= len(self._rows) else None

    def fetch_last(self) -> tuple[int, tuple[object, ...]] | None:
        return (len(self._rows), self._rows[-1]) if self._rows else None

    def close(self) -> None: ...


class _Session:
    """A session that knows the canned statements and accepts everything else."""

    def __init__(self, engine: _Engine) -> None:
        self.engine = engine

    def open_database(self, name: str, exclusive: bool = False) -> int:
        return _LOGGED_IDS_DATABASE

    def prepare(self, sql: str) -> StatementAPI:
        query = self.engine.queries.get(sql)
        if query is None:
            raise SQLError(_UNKNOWN_STATEMENT, offset=1)
        return _Statement(self.engine, query)

    def close_database(self) -> None: ...

    @property
    def branches(self) -> BranchesAPI:
        raise SQLError(_NOT_IMPLEMENTED)

    def begin(self) -> None: ...

    def commit(self) -> None: ...

    def rollback(self, savepoint: str | None = None) -> None: ...

    def set_savepoint(self, name: str, unique: bool = False) -> None: ...

    def release_savepoint(self, name: str) -> None: ...

    def interrupt(self) -> None: ...

    def close(self) -> None: ...


class _Engine:
    def __init__(self, queries: Mapping[str, CannedQuery], server_name: str) -> None:
        self.server_name = server_name
        self.queries = {**_ALWAYS, **queries}
        self._encoded: dict[object, _EncodedRows] = {}

    def databases(self) -> Sequence[str]:
        return ["testdb"]

    def set_locale(self, name: str, locale: str) -> None: ...

    def authenticate(self, user: str, password: str) -> None: ...

    def open_session(self, user: str, environment: dict[str, str]) -> _Session:
        return _Session(self)

    def close(self) -> None: ...

    def rows_of(
        self,
        query: CannedQuery,
        writer: ReplyWriter,
        return_types: Sequence[m.ReturnType],
    ) -> _EncodedRows:
        """Return the query's rows as a session wants them, encoded at first use."""
        codes = tuple(form.code for form in return_types)
        key = (id(query), writer.framing, writer.text_codec, codes)
        if key not in self._encoded:
            self._encoded[key] = _EncodedRows(query, writer, return_types)
        return self._encoded[key]


@dataclass(slots=True)
class _SkippedBind(m.Bind):
    """A BIND that was not read, after `executed` others with their EXECUTE."""

    executed: int


class _SkippingReader(m.RequestReader):
    """Reads requests, but only measures the values of BIND."""

    def _bind(self, tag: int) -> m.Message:
        buffer, position = self.stream.ahead()
        executed = 0
        try:
            count, position = _skip_values(buffer, position)
            while buffer.startswith(_EXECUTE_BIND, position):
                count, end = _skip_values(buffer, position + len(_EXECUTE_BIND))
                if end > len(buffer):
                    break
                executed += 1
                position = end
        except struct.error:
            if not executed:
                return super()._bind(tag)  # not all of it has come yet
        if not self.stream.advance(position):
            return super()._bind(tag)
        return _SkippedBind([_SKIPPED] * count, executed)


_EXECUTE_BIND = struct.pack(">hh", tags.EXECUTE, tags.BIND)
_SKIPPED = BoundParameter(SQLType(typecodes.CHAR, 0), None)


def _skip_values(buffer: bytes, position: int) -> tuple[int, int]:
    """Return the number of values of a BIND and where it ends."""
    (count,) = _length.unpack_from(buffer, position)
    position += 2
    for _ in range(count):
        code, indicator, _precision = _bound_head.unpack_from(buffer, position)
        position += _bound_head.size
        if code > typecodes.SERIAL8 and code not in _FIXED_WIDTHS:
            raise struct.error  # with a type name: read it in the ordinary way
        if indicator:
            continue
        width = _FIXED_WIDTHS.get(code)
        if width is None:
            (length,) = _length.unpack_from(buffer, position)
            width = 2 + length + (length & 1)
        position += width
    return count, position


class _CannedStatements(StatementTable):
    """Statements whose rows are encoded already."""

    def __init__(
        self,
        session: EngineSessionAPI,
        writer: ReplyWriter,
        *,
        transaction_states: bool = False,
    ) -> None:
        super().__init__(session, writer, transaction_states=transaction_states)
        self.handlers[_SkippedBind] = self._bind_skipped

    def _bind_skipped(self, message: _SkippedBind) -> None:
        self._answer_execute(message.executed)
        self._bind(message)

    def _execute(self) -> None:
        self._answer_execute(1)

    def _answer_execute(self, count: int) -> None:
        self._require()
        one = ReplyWriter(self._writer.framing, self._writer.text_codec)
        one.insert_done(0, 0)
        one.done(rows=1)
        one.cost()
        self._writer.output += one.output * count

    def _encoder(
        self, columns: Sequence[Column], return_types: list[m.ReturnType]
    ) -> _EncodedRows:
        statement = self._require().statement
        assert isinstance(statement, _Statement)
        return statement.engine.rows_of(statement.query, self._writer, return_types)

    def _open_cursor(self, current: PreparedStatement, cursor: CursorAPI) -> OpenCursor:
        rows = self._encoder(current.statement.columns, current.return_types)
        return _SlicingCursor(cursor, rows)


class _CannedListener(Server):
    reader_class = _SkippingReader
    statements_class = _CannedStatements


class CannedServer:
    """A process that serves `queries` (SQL text -> result) on loopback.

    Any user, password and database are accepted; a statement that is not in
    `queries` is a syntax error. Use it as a context manager.
    """

    def __init__(
        self, queries: Mapping[str, CannedQuery], *, server_name: str = "informix"
    ) -> None:
        program = f"from {__name__} import _serve; _serve()"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump((dict(queries), server_name), self._process.stdin)
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise RuntimeError("the canned server did not start")
        self.host = "127.0.0.1"
        self.port = int(line)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port the server listens on."""
        return self.host, self.port

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def __enter__(self) -> CannedServer:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _serve() -> None:
    """Serve until standard input ends: the parent process closed it, or is gone."""
    queries, server_name = pickle.load(sys.stdin.buffer)
    with _CannedListener(engine=_Engine(queries, server_name)) as server:
        print(server.port, flush=True)
        sys.stdin.buffer.read()
