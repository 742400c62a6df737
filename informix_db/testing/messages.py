"""Requests: a client's bytes as a sequence of messages.

`RequestReader.messages` yields the messages of one PDU, the closing EOT excluded, as
soon as each is complete; rows that come one after the other may be one `Batch`, but
not while the stream is recorded. Every request IBM's driver is known to send is read,
also those this server then refuses, so that a refusal does not cost the connection.
A tag without a known body ends it: nothing tells where the next message starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field

from . import binds, codec, tags, typecodes, xa
from .api import BoundParameter
from .batches import Batch, Puts, read_batch, read_puts
from .framing import Framing
from .records import dataclass
from .stream import ByteStream, ProtocolError

_INFO_ENVIRONMENT = 6  # the only kind of INFO seen [J]
_INFO_END = 0
_LO_READ, _LO_WRITE = 0, 2  # kinds of LODATA request [J]


@dataclass(slots=True)
class Simple:
    """A message without a body, known by its tag alone."""

    tag: int


@dataclass(slots=True)
class Statement:
    """PREPARE and COMMAND."""

    tag: int
    parameters: int
    sql: str


@dataclass(slots=True)
class StatementId:
    """ID: what follows acts on this statement."""

    statement_id: int


@dataclass(slots=True)
class Named:
    """A message whose body is one name: CURNAME and the savepoint requests."""

    tag: int
    name: str


@dataclass(slots=True)
class Bind:
    """BIND: the values of the next EXECUTE or OPEN."""

    values: list[BoundParameter]


@dataclass(slots=True)
class BindBlob:
    """BBIND: the contents of the BYTE and TEXT values of the BIND before."""

    count: int
    contents: list[bytes]


@dataclass(slots=True)
class Fetch:
    """NFETCH."""

    buffer_size: int


@dataclass(slots=True)
class ScrollFetch:
    """SFETCH; `row` is 1-based and absolute."""

    how: int
    row: int
    buffer_size: int


@dataclass(slots=True)
class ReturnType:
    """One column of RET_TYPE: the type the client wants the cell as."""

    code: int
    owner: str
    name: str
    length: int


@dataclass(slots=True)
class ReturnTypes:
    """RET_TYPE; `for_fetch` is False before PUT."""

    for_fetch: bool
    types: list[ReturnType]


@dataclass(slots=True)
class Put:
    """PUT: rows in tuple encoding, and the contents of their BYTEs and TEXTs."""

    rows: list[bytes]
    contents: tuple[bytes, ...] = ()


@dataclass(slots=True)
class AutoKeys:
    """134: which generated keys the client wants; both None means all."""

    numbers: Sequence[int] | None
    names: Sequence[str] | None


@dataclass(slots=True)
class OpenDatabase:
    """DBOPEN."""

    name: str
    exclusive: bool


@dataclass(slots=True)
class Protocols:
    """PROTOCOLS: the capabilities the client offers."""

    mask: bytes


@dataclass(slots=True)
class Response:
    """RESPONSE: the answer to a question of PAM, a password as a rule."""

    answer: str = field(repr=False)


@dataclass(slots=True)
class Info:
    """INFO: environment the client sets after login."""

    variables: dict[str, str]


@dataclass(slots=True)
class FetchBlob:
    """FETCHBLOB: the key in the descriptor of a BYTE or TEXT cell."""

    key: int


@dataclass(slots=True)
class GetRoutine:
    """GETROUTINE: which handle does this signature have?"""

    signature: str


@dataclass(slots=True)
class CallRoutine:
    """EXFPROUTINE and the BIND behind it."""

    handle: int
    arguments: list[BoundParameter]


@dataclass(slots=True)
class ReadLargeObject:
    """LODATA that asks for bytes, in chunks of `chunk`."""

    descriptor: int
    size: int
    chunk: int


@dataclass(slots=True)
class WriteLargeObject:
    """LODATA that brings bytes."""

    descriptor: int
    contents: bytearray


Message = (
    Simple
    | Statement
    | StatementId
    | Named
    | Bind
    | Batch
    | BindBlob
    | Fetch
    | ScrollFetch
    | ReturnTypes
    | Put
    | Puts
    | AutoKeys
    | OpenDatabase
    | Protocols
    | Response
    | Info
    | FetchBlob
    | GetRoutine
    | CallRoutine
    | ReadLargeObject
    | WriteLargeObject
    | xa.XAMessage
)

_WITHOUT_BODY = (
    tags.OPEN,
    tags.EXECUTE,
    tags.CLOSE,
    tags.RELEASE,
    tags.COMMIT,
    tags.DESCRIBE_REQUEST,
    tags.SCROLL,
    tags.DATABASE_LIST,
    tags.BEGIN,
    tags.CLOSE_DATABASE,
    tags.HOLD,
    tags.WANT_DONE,
    tags.VERSION,
    tags.EXIT,
    tags.AUTO_FREE,
    tags.DESCRIBE_INPUT_REQUEST,
    tags.ACKNOWLEDGE,
)


class RequestReader:
    """Reads one session's requests; `framing` and `codec` may change between PDUs."""

    def __init__(self, stream: ByteStream, framing: Framing, codec: str) -> None:
        self.stream = stream
        self.framing = framing
        self.codec = codec
        self.undecodable = False  # text of the current PDU was not in the code set
        self._reads_batches = False  # so far, in this PDU
        self._ahead: list[Message] | None = None
        self._simple = {tag: Simple(tag) for tag in _WITHOUT_BODY}
        self._readers: dict[int, Callable[[int], Message]] = {
            tags.COMMAND: self._statement,
            tags.PREPARE: self._statement,
            tags.CURSOR_NAME: self._named,
            tags.STATEMENT_ID: self._statement_id,
            tags.BIND: self._bind,
            tags.FETCH: self._fetch,
            tags.PUT: self._put,
            tags.ROLLBACK: self._named,
            tags.SCROLL_FETCH: self._scroll_fetch,
            tags.OPEN_DATABASE: self._open_database,
            tags.FETCH_BLOB: self._fetch_blob,
            tags.BIND_BLOB: self._bind_blob,
            tags.INFO: self._info,
            tags.LO_DATA: self._lo_data,
            tags.RETURN_TYPES: self._return_types,
            tags.GET_ROUTINE: self._get_routine,
            tags.EXECUTE_ROUTINE: self._execute_routine,
            tags.PROTOCOLS: self._protocols,
            tags.RESPONSE: self._response,
            tags.AUTO_KEYS: self._auto_keys,
            tags.SET_SAVEPOINT: self._set_savepoint,
            tags.RELEASE_SAVEPOINT: self._named,
            tags.ROLLBACK_TO_SAVEPOINT: self._named,
        }
        for tag in xa.TAGS:
            self._readers[tag] = self._xa

    def messages(self) -> Iterator[Message]:
        """Yield the messages of the next PDU; EXIT ends it without EOT."""
        self.undecodable = False
        self._reads_batches = not self.stream.is_recorded
        self._ahead = None
        while (message := self._next()) is not None:
            yield message
            if self._ahead is not None:
                yield from self._ahead
                return
            if isinstance(message, Simple) and message.tag == tags.EXIT:
                return

    def read_ahead(self) -> None:
        """Read the rest of the PDU now, to be yielded when its turn comes."""
        if self._ahead is None:
            self._ahead = list(iter(self._next, None))

    def _next(self) -> Message | None:
        tag = self.stream.short()
        if tag == tags.END:
            return None
        simple = self._simple.get(tag)
        if simple is not None:
            return simple
        read = self._readers.get(tag)
        if read is None:
            raise ProtocolError(f"request tag {tag}")
        return read(tag)

    def _text(self, raw: bytes) -> str:
        try:
            return raw.decode(self.codec)
        except UnicodeDecodeError:
            self.undecodable = True
            return ""

    def _sql_text(self) -> bytes:
        """Read SQL or a routine signature: its length's width is negotiated."""
        if self.framing.int_text_length:
            return self.stream.long_string()
        return self.stream.string()

    def _fetch_size(self) -> int:
        if self.framing.int_fetch_size:
            return self.stream.integer()
        return self.stream.short()

    def _statement(self, tag: int) -> Message:
        parameters = self.stream.short()
        # nmap counts the pad byte it adds to a text of even length [N].
        sql = self._sql_text().rstrip(b"\0")
        return Statement(tag, parameters, self._text(sql))

    def _statement_id(self, _: int) -> Message:
        return StatementId(self.stream.short())

    def _named(self, tag: int) -> Message:
        # ROLLBACK was only seen with a short 0, read here as an empty name [?].
        return Named(tag, self._text(self.stream.string()))

    def _set_savepoint(self, tag: int) -> Message:
        name = self._text(self.stream.string())
        self.stream.short()  # always 0 [J], the unique flag [?]
        return Named(tag, name)

    def _bind(self, _: int) -> Message:
        batch = self._batch() if self._reads_batches else None
        if batch is not None:
            return batch
        return Bind(binds.read_parameters(self.stream, self._text))

    def _batch(self) -> Batch | None:
        """Read the rows received so far, or nothing."""
        try:
            found = read_batch(*self.stream.ahead(), self._decode)
        except (UnicodeDecodeError, codec.MalformedValue):
            self._reads_batches = False  # one by one, which row it is will be told
            return None
        if found is None:
            return None
        batch, end = found
        self.stream.advance(end)
        return batch

    def _decode(self, raw: bytes) -> str:
        return raw.decode(self.codec)

    def _bind_blob(self, _: int) -> Message:
        count = self.stream.count()
        return BindBlob(count, [self._blob_chunks() for _ in range(count)])

    def _blob_chunks(self) -> bytes:
        contents = bytearray()
        while True:
            if self.stream.short() != tags.BLOB:
                raise ProtocolError("BBIND without its chunks")
            size = self.stream.unsigned_short()
            if size == 0:
                return bytes(contents)
            contents += self.stream.padded(size)

    def _fetch(self, _: int) -> Message:
        size = self._fetch_size()
        if self.framing.fetch_trailer:
            self.stream.short()  # always 0 [J, N]
        return Fetch(size)

    def _scroll_fetch(self, _: int) -> Message:
        how = self.stream.short()
        row = self.stream.integer()
        return ScrollFetch(how, row, self._fetch_size())

    def _put(self, _: int) -> Message:
        if self._reads_batches:
            wide = self.framing.int_put_count
            found = read_puts(*self.stream.ahead(), int_count=wide)
            if found is not None:
                self.stream.advance(found[1])
                return found[0]
        size = self.stream.integer()
        if size <= 0:  # otherwise a few bytes could stand for any number of rows
            raise ProtocolError(f"rows of {size} bytes")
        count = self.stream.count(wide=self.framing.int_put_count)
        rows = [self.stream.padded(size) for _ in range(count)]
        contents = []
        while self.stream.peek_short() == tags.BLOB:  # without BBIND [J]
            contents.append(self._blob_chunks())
        return Put(rows, tuple(contents))

    def _return_types(self, _: int) -> Message:
        for_fetch = bool(self.stream.short())
        return ReturnTypes(
            for_fetch, [self._return_type() for _ in range(self.stream.count())]
        )

    def _return_type(self) -> ReturnType:
        code = self.stream.short() & 0xFF
        owner = name = ""
        if code > typecodes.SERIAL8 and code not in (
            typecodes.BIGINT,
            typecodes.BIGSERIAL,
        ):
            owner = self._text(self.stream.string())
            name = self._text(self.stream.string())
        return ReturnType(code, owner, name, self.stream.integer())

    def _auto_keys(self, _: int) -> Message:
        kind = self.stream.short()
        if kind == 1:
            return AutoKeys(None, None)
        count = self.stream.count()
        if kind == 2:
            return AutoKeys([self.stream.short() for _ in range(count)], None)
        if kind == 3:
            return AutoKeys(
                None, [self._text(self.stream.string()) for _ in range(count)]
            )
        raise ProtocolError(f"key request of kind {kind}")

    def _open_database(self, _: int) -> Message:
        name = self._text(self.stream.string())
        return OpenDatabase(name, bool(self.stream.short()))

    def _protocols(self, _: int) -> Message:
        return Protocols(self.stream.string())

    def _response(self, _: int) -> Message:
        return Response(self._text(self.stream.string()))

    def _info(self, _: int) -> Message:
        variables: dict[str, str] = {}
        while (kind := self.stream.short()) != _INFO_END:
            body = ByteStream.over(self.stream.string())
            if kind != _INFO_ENVIRONMENT:
                continue
            body.take(4)  # longest name, longest value [J]
            while not body.is_drained and (name := body.string()):
                variables[self._text(name)] = self._text(body.string())
        return Info(variables)

    def _fetch_blob(self, _: int) -> Message:
        descriptor = self.stream.take(binds.BLOB_DESCRIPTOR_SIZE)
        return FetchBlob(int.from_bytes(descriptor[20:24], "big"))  # as this server's

    def _get_routine(self, _: int) -> Message:
        if self.framing.routine_database:
            self.stream.take(1)  # always 0 [J]
        signature = self._text(self._sql_text())
        self.stream.short()  # always 0 [J]
        return GetRoutine(signature)

    def _execute_routine(self, _: int) -> Message:
        if self.framing.routine_database:
            self.stream.string()  # database, or empty
        handle = self.stream.integer()
        self.stream.short()  # number of arguments, again in BIND
        self.stream.short()  # always 0 [J]
        if self.stream.short() != tags.BIND:
            raise ProtocolError("a routine called without BIND")
        arguments = binds.read_parameters(self.stream, self._text)
        return CallRoutine(handle, arguments)

    def _lo_data(self, _: int) -> Message:
        kind = self.stream.short()
        descriptor = self.stream.short()
        size = self.stream.integer()
        chunk = self.stream.short()
        if kind == _LO_READ:
            return ReadLargeObject(descriptor, size, chunk)
        if kind != _LO_WRITE:
            raise ProtocolError(f"LODATA of kind {kind}")
        if size < 0:
            raise ProtocolError(f"{size} bytes of a large object")
        contents = bytearray()
        while len(contents) < size:
            part = self.stream.string()
            if not part:
                raise ProtocolError("an empty part of a large object")
            contents += part
        return WriteLargeObject(descriptor, contents)

    def _xa(self, tag: int) -> Message:
        return xa.read(self.stream, self._text, tag)
