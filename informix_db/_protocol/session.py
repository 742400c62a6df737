"""A session around its statements: capabilities, environment, database, ping, end.

docs/PROTOCOL.md section 3 [J]. Each step waits for its reply as IBM's client does;
sending them ahead would save two round trips a connect and is untried [?].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from informix_db._protocol.channel import Channel, exchange_gen, settle_gen
from informix_db._wire import constants as c
from informix_db._wire.buffer import Wire
from informix_db._wire.framing import Framing, framing_of_ladder, negotiate
from informix_db._wire.text import encode_text
from informix_db.exceptions import NotSupportedError, ProtocolError

# What IBM's client sends with INFO whatever the user sets [J].
_INFO_ENVIRONMENT = {"DBTEMP": "/tmp", "SUBQCACHESZ": "10"}

_CLOSE_DATABASE = 31  # statement type of DESCRIBE [J]


@dataclass(frozen=True)
class DatabaseState:
    """What the open database is, from the warn bits of DONE."""

    logged: bool
    ansi: bool
    secondary: bool = False  # its server is one of a pair, and not the primary
    other_locale: bool = False  # than the one the login told

    @classmethod
    def of_warn(cls, warn: int) -> DatabaseState:
        """Decode the bits: the first two [J], the others [?]."""
        return cls(
            bool(warn & c.DB_LOGGED),
            bool(warn & c.DB_ANSI),
            bool(warn & c.DB_SECONDARY),
            bool(warn & c.DB_OTHER_LOCALE),
        )

    @classmethod
    def of_statement(cls, statement_type: int, warn: int) -> DatabaseState:
        """What a database statement left behind: none, after CLOSE DATABASE."""
        return NO_DATABASE if statement_type == _CLOSE_DATABASE else cls.of_warn(warn)


NO_DATABASE = DatabaseState(logged=False, ansi=False)


def capabilities_gen(channel: Channel, cap1: int) -> Wire[bytes | None]:
    """Negotiate the framing; return the server's mask, None if it does not negotiate.

    Sets ``channel.framing``.
    """
    if cap1 != c.CAP1:
        framing = framing_of_ladder(cap1)
        if framing is None:
            raise NotSupportedError(
                f"the server's protocol version {cap1} is too old for this driver"
            )
        channel.framing = framing
        return None
    channel.write.put_short(c.SQ_PROTOCOLS)
    channel.write.put_pstr(c.OFFERED_MASK)
    channel.end_request()
    tag = yield from channel.read.short_gen()
    if tag != c.SQ_PROTOCOLS:
        raise ProtocolError(f"the server answered PROTOCOLS with message tag {tag}")
    granted = yield from channel.read.pstr_gen()
    channel.framing = Framing()
    yield from exchange_gen(channel)
    channel.framing = negotiate(c.OFFERED_MASK, granted)
    return granted


def environment_gen(
    channel: Channel, environment: Mapping[str, str] = _INFO_ENVIRONMENT
) -> Wire[None]:
    """Send the session environment (INFO)."""
    pairs = [
        (name.encode("ascii"), value.encode("ascii"))
        for name, value in environment.items()
    ]
    out = channel.write
    out.put_short(c.SQ_INFO)
    out.put_short(c.INFO_ENVIRONMENT)
    size = sum(4 + _even(len(name)) + _even(len(value)) for name, value in pairs)
    out.put_short(size + 6)  # the two maxima and the closing short count too
    out.put_short(max(_even(len(name)) for name, _ in pairs))
    out.put_short(max(_even(len(value)) for _, value in pairs))
    for name, value in pairs:
        out.put_pstr(name)
        out.put_pstr(value)
    out.put_short(0)  # end of the list
    out.put_short(0)  # end of INFO
    channel.end_request()
    yield from exchange_gen(channel)


def _even(size: int) -> int:
    return size + (size & 1)


def open_database_gen(channel: Channel, name: str) -> Wire[DatabaseState]:
    """Open a database; its error (-329 there is none, ...) is raised."""
    raw = encode_text(name, channel.encoding, "database")
    channel.write.put_short(c.SQ_DBOPEN)
    channel.write.put_pstr(raw)
    channel.write.put_short(0)  # mode: shared; 1 may be exclusive [?]
    channel.end_request()
    reply = yield from exchange_gen(channel)
    if reply.done is None:
        raise ProtocolError("the server opened the database without saying what it is")
    return DatabaseState.of_warn(reply.done.warn)


def ping_gen(channel: Channel) -> Wire[None]:
    """Make the server answer."""
    channel.write.put_short(c.SQ_VERSION)
    channel.end_request()
    yield from exchange_gen(channel)


def exit_gen(channel: Channel) -> Wire[None]:
    """Say goodbye and wait for the answer. EXIT and its echo have no EOT [J]."""
    channel.write.put_short(c.SQ_EXIT)
    yield from settle_gen(channel)
    while True:
        tag = yield from channel.read.short_gen()
        if tag == c.SQ_EXIT:
            return
        if tag == c.SQ_XACTSTAT:  # may come first [P]
            yield from channel.read.bytes_gen(6)
