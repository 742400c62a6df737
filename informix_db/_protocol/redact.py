"""What must not be seen of a conversation: passwords, and values if so wished.

Bytes are hidden, not changed: each function returns the spans to hide. What a server
or a request may hold that this module cannot take apart is hidden as a whole; columns'
names, types and sizes are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from struct import Struct

from informix_db._wire import constants as c
from informix_db._wire.buffer import INT, SHORT, USHORT, ReadBuffer
from informix_db._wire.decode import TUPLE_HEAD_SIZE
from informix_db._wire.describe import describe_gen
from informix_db._wire.framing import Framing
from informix_db._wire.runs import COST_SIZE, DONE_SIZE
from informix_db.exceptions import BEFORE_SECRET, CALL_WITH_SECRET, Error

Span = tuple[int, int]

_LITERAL = r"'(?:[^']|'')*(?:'|$)|\"(?:[^\"]|\"\")*(?:\"|$)"
_SECRET = re.compile(rf"{BEFORE_SECRET}({_LITERAL})", re.IGNORECASE)
_CALL = re.compile(CALL_WITH_SECRET, re.IGNORECASE)
_ANY_LITERAL = re.compile(f"({_LITERAL})")
# Literals, and comments, which may hold anything. Of `:1` the colon makes a parameter,
# of `12:30:00` a time.
_VALUE = re.compile(
    rf"--[^\n]*|\{{[^}}]*\}}?|/\*.*?(?:\*/|$)|{_LITERAL}"
    r"|(?<![\w$:])\$?\.?\d[\w.]*(?::[\d.]+)*",
    re.DOTALL,
)
# A secret as a literal or a parameter: BEFORE_SECRET finds more, for BY and USING are
# before names in double quotes and parameters that are none.
_TELLING = re.compile(
    r"(?:\bpassword|\bidentified\s+by|\bconnect\b.*\busing)"
    rf"\s*(?:{_LITERAL}|[?:])",
    re.IGNORECASE | re.DOTALL,
)

_TUPLE_LENGTH = Struct(">xxxxi")
_ROWID_AT = 8  # of DONE: rowid and serial [J]
_ERR = Struct(">hhh")  # tag, sqlcode, isamcode
# Messages that hold no value, and their sizes.
_FIXED_CLIENT = {
    c.SQ_ID: 4,
    c.SQ_OPEN: 2,
    c.SQ_EXECUTE: 2,
    c.SQ_CLOSE: 2,
    c.SQ_RELEASE: 2,
    c.SQ_EOT: 2,
    c.SQ_CMMTWORK: 2,
    c.SQ_RBWORK: 4,
    c.SQ_NDESCRIBE: 2,
    c.SQ_SCROLL: 2,
    c.SQ_BEGIN: 2,
    c.SQ_HOLD: 2,
    c.SQ_WANTDONE: 2,
    c.SQ_VERSION: 2,
    c.SQ_CIDESCRIBE: 2,
    c.SQ_EXIT: 2,
    c.SQ_ACK: 2,
}
_NAMED_CLIENT = {c.SQ_CURNAME: 0, c.SQ_DBOPEN: 2, c.SQ_PROTOCOLS: 0}  # bytes after it
_FIXED_SERVER = {
    c.SQ_COST: COST_SIZE,
    c.SQ_EOT: 2,
    c.SQ_CLOSE: 2,
    c.SQ_EXIT: 2,
    c.SQ_ACCEPT: 2,
    c.SQ_UNKNOWN_86: 2,
    c.SQ_XACTSTAT: 8,
    c.SQ_TUPID: 6,
}


def redact_sql(sql: str, *, values: bool = False, encoding: str = "latin-1") -> str:
    """Return SQL with the passwords in it starred out, or with `values` all values.

    There is a star for each byte it is in `encoding`.
    """
    pieces: list[str] = []
    at = 0
    for start, end in sorted(_sql_spans(sql, values)):
        if end > at:
            start = max(start, at)
            hidden = sql[start:end].encode(encoding, "replace")
            pieces += sql[at:start], "*" * len(hidden)
            at = end
    return "".join([*pieces, sql[at:]])


def tells_secrets(sql: str) -> bool:
    """Whether a statement holds a password or phrase, or takes one as a parameter.

    Then its parameters, its rows and the text of its errors may tell it, too.
    """
    return any(pattern.search(sql) is not None for pattern in (_TELLING, _CALL))


def _sql_spans(sql: str, values: bool) -> list[Span]:
    if values:
        return [match.span() for match in _VALUE.finditer(sql)]
    found = [_inside(match) for match in _SECRET.finditer(sql)]
    call = _CALL.search(sql)
    if call is not None:  # where its arguments end does not matter
        found += map(_inside, _ANY_LITERAL.finditer(sql, call.end()))
    return found


def _inside(match: re.Match[str]) -> Span:
    start, end = match.span(1)
    quoted = end - start > 1 and match[1][0] == match[1][-1]
    return start + 1, end - 1 if quoted else end


def sql_secret_spans(data: bytes) -> list[Span]:
    """Return where a request holds a password in its SQL."""
    # one character for each byte
    return _sql_spans(data.decode("latin-1"), values=False)


def secret_spans(data: bytes, secrets: Iterable[bytes]) -> list[Span]:
    """Return where bytes hold the password, by what it is in bytes."""
    wanted = b"|".join(map(re.escape, sorted(filter(None, secrets))))
    if not wanted:
        return []
    return [match.span() for match in re.finditer(wanted, data)]


def is_answer(data: bytes) -> bool:
    """Whether a request answers a question of the login."""
    return data[:2] == SHORT.pack(c.SQ_RESPONSE)


def client_value_spans(data: bytes, framing: Framing) -> list[Span]:
    """Return where requests hold values: what is not known to be none."""
    try:
        return list(_client_spans(data, framing))
    except (IndexError, ValueError):  # raised by what is cut short
        return [(0, len(data))]


def _client_spans(data: bytes, framing: Framing) -> Iterator[Span]:
    pos = 0
    while pos < len(data):
        tag = _at(SHORT, data, pos)
        if tag in _FIXED_CLIENT:
            pos += _FIXED_CLIENT[tag]
        elif tag in _NAMED_CLIENT:
            size = _at(SHORT, data, pos + 2)
            pos += 4 + size + (size & 1) + _NAMED_CLIENT[tag]
        elif tag == c.SQ_NFETCH:
            wide, trailer = framing.wide_fetch_size, framing.fetch_trailer
            pos += 2 + (4 if wide else 2) + (2 if trailer else 0)
        elif tag == c.SQ_SFETCH:
            pos += 2 + 2 + 4 + (4 if framing.wide_fetch_size else 2)
        elif tag == c.SQ_PREPARE:
            layout = INT if framing.long_sql else USHORT
            start = pos + 4 + layout.size
            size = _at(layout, data, pos + 4)
            sql = data[start : start + size].decode("latin-1")
            for low, high in _sql_spans(sql, values=True):
                yield start + low, start + high
            pos = start + size + (size & 1)
        else:
            yield pos + 2, len(data)
            return


def _at(layout: Struct, data: bytes, pos: int) -> int:
    if len(data) - pos < layout.size:
        raise IndexError
    value: int = layout.unpack_from(data, pos)[0]
    if value < 0:
        raise ValueError
    return value


class ReplyValues:
    """Where replies hold values, and whether they could be taken apart.

    Other values of the same sizes in place of those that are `replaceable` leave the
    reply one that can be read.
    """

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.replaceable: list[Span] = []
        self.whole = False


def server_values(data: bytes, framing: Framing) -> ReplyValues:
    """Find the values of replies."""
    found = ReplyValues()
    spans, replaceable = found.spans, found.replaceable
    pos = 0
    try:
        while pos < len(data):
            tag = _at(SHORT, data, pos)
            if tag == c.SQ_TUPLE:
                size = _at(_TUPLE_LENGTH, data, pos)
                start, pos = pos + TUPLE_HEAD_SIZE, pos + TUPLE_HEAD_SIZE + size
                pos += size & 1
                spans.append((start, min(pos, len(data))))
            elif tag == c.SQ_ERR:
                # The token at fault may be one of the SQL, or what a routine says.
                head = _ERR.size + (4 if framing.long_sql else 2)
                size = _at(SHORT, data, pos + head)
                pos += head + 2
                replaceable.append((pos, min(pos + size, len(data))))
                pos += size + (size & 1)
            elif tag == c.SQ_DONE:
                replaceable.append((pos + _ROWID_AT, pos + DONE_SIZE))
                pos += DONE_SIZE
            elif tag == c.SQ_DESCRIBE:
                pos += 2 + _description_size(data[pos + 2 :], framing)
            elif tag == c.SQ_PROTOCOLS:
                size = _at(SHORT, data, pos + 2)
                pos += 4 + size + (size & 1)
            elif tag == c.SQ_INSERTDONE:
                size = 20 if framing.bigint else 12
                replaceable.append((pos + 2, pos + size))
                pos += size
            else:
                pos += _FIXED_SERVER[tag]
    except (IndexError, ValueError, KeyError, Error):
        spans.append((min(pos, len(data)), len(data)))
    else:
        found.whole = pos == len(data)
    return found


def _description_size(data: bytes, framing: Framing) -> int:
    buffer = ReadBuffer()
    buffer.feed(data)
    held = len(buffer)
    for _ in describe_gen(buffer, framing, "latin-1"):
        raise IndexError  # it wants more than there is
    return held - len(buffer)


def shown(data: bytes, spans: Iterable[Span], replaceable: Iterable[Span] = ()) -> str:
    """Return bytes as hexadecimal digits; points and stars are hidden ones.

    Stars are those that are `replaceable`.
    """
    digits = bytearray(data.hex(), "ascii")
    for mark, each in ((b"*", replaceable), (b".", spans)):
        for start, end in each:
            start, end = max(0, start), min(end, len(data))
            digits[2 * start : 2 * end] = mark * (2 * (end - start))
    return digits.decode("ascii")
