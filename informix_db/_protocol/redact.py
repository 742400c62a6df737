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
from informix_db._wire.dones import COST_SIZE, DONE_SIZE
from informix_db._wire.framing import Framing
from informix_db.exceptions import BEFORE_SECRET, CALL_WITH_SECRET, Error

Span = tuple[int, int]

_LITERAL = r"'(?:[^']|'')*(?:'|$)|\"(?:[^\"]|\"\")*(?:\"|$)"
_SECRET = re.compile(rf"{BEFORE_SECRET}({_LITERAL})", re.IGNORECASE)
_CALL = re.compile(CALL_WITH_SECRET, re.IGNORECASE)
_ANY_LITERAL = re.compile(f"({_LITERAL})")
# Literals, and comments, which may hold anything.
_VALUE = re.compile(
    rf"--[^\n]*|\{{[^}}]*\}}?|/\*.*?(?:\*/|$)|{_LITERAL}|(?<![\w$:])\.?\d[\w.]*",
    re.DOTALL,
)

_TUPLE_LENGTH = Struct(">xxxxi")
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
    c.SQ_DONE: DONE_SIZE,
    c.SQ_COST: COST_SIZE,
    c.SQ_EOT: 2,
    c.SQ_CLOSE: 2,
    c.SQ_EXIT: 2,
    c.SQ_ACCEPT: 2,
    c.SQ_UNKNOWN_86: 2,
    c.SQ_XACTSTAT: 8,
    c.SQ_TUPID: 6,
}


def redact_sql(sql: str, *, values: bool = False) -> str:
    """Return SQL with the passwords in it starred out, or with `values` all values."""
    letters = list(sql)
    for start, end in _sql_spans(sql, values):
        letters[start:end] = "*" * (end - start)
    return "".join(letters)


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


def secret_spans(data: bytes, secret: bytes) -> list[Span]:
    """Return where a request holds the password, or one in its SQL."""
    text = data.decode("latin-1")  # one character for each byte
    found = _sql_spans(text, values=False)
    if data[:2] == SHORT.pack(c.SQ_RESPONSE):
        found.append((2, len(data) - 2))
    if secret:
        pattern = re.compile(re.escape(secret))
        found += [match.span() for match in pattern.finditer(data)]
    return found


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


def server_value_spans(data: bytes, framing: Framing) -> tuple[list[Span], bool]:
    """Return where replies hold values, and whether they could be taken apart."""
    spans: list[Span] = []
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
                # The token at fault stays: it is most often a name.
                head = _ERR.size + (4 if framing.long_sql else 2)
                size = _at(SHORT, data, pos + head)
                pos += head + 2 + size + (size & 1)
            elif tag == c.SQ_DESCRIBE:
                pos += 2 + _description_size(data[pos + 2 :], framing)
            elif tag == c.SQ_PROTOCOLS:
                size = _at(SHORT, data, pos + 2)
                pos += 4 + size + (size & 1)
            elif tag == c.SQ_INSERTDONE:
                spans.append((pos + 2, pos + (20 if framing.bigint else 12)))
                pos += 20 if framing.bigint else 12
            else:
                pos += _FIXED_SERVER[tag]
    except (IndexError, ValueError, KeyError, Error):
        return [*spans, (min(pos, len(data)), len(data))], False
    return spans, pos == len(data)


def _description_size(data: bytes, framing: Framing) -> int:
    buffer = ReadBuffer()
    buffer.feed(data)
    held = len(buffer)
    for _ in describe_gen(buffer, framing, "latin-1"):
        raise IndexError  # it wants more than there is
    return held - len(buffer)


def shown(data: bytes, spans: Iterable[Span]) -> str:
    """Return bytes as hexadecimal digits, the hidden ones as points."""
    digits = list(data.hex())
    for start, end in spans:
        start, end = max(0, start), min(end, len(data))
        digits[2 * start : 2 * end] = "." * (2 * (end - start))
    return "".join(digits)
