"""PAM: what a server asks besides, or in place of, the password of the login.

It follows the capabilities if both sides have capability 44 (docs/PROTOCOL.md section
3) [J]. The client says that it is ready, the server asks as often as it likes, and
accepts. Who answers is not this module's business: between two questions no
conversation is under way. What is not known: how a server refuses (any error, or the
end of the stream, is one) and whether it waits for an answer to a mere message.
"""

from __future__ import annotations

from typing import NamedTuple

from informix_db._protocol.channel import Channel, exchange_gen
from informix_db._wire import constants as c
from informix_db._wire.buffer import Wire
from informix_db._wire.text import encode_secret
from informix_db.exceptions import ProtocolError


class Challenge(NamedTuple):
    """What the server asks."""

    prompt: str
    style: int


def begin_gen(channel: Channel) -> Wire[Challenge | None]:
    """Say that questions may come; return the first, None if there is none."""
    channel.write.put_short(c.SQ_ACK)
    channel.end_request()
    return (yield from _verdict_gen(channel))


def respond_gen(channel: Channel, answer: str) -> Wire[Challenge | None]:
    """Answer a question; return the next one, None if the server is content."""
    raw = encode_secret(answer, channel.encoding, "the answer to the server")
    channel.write.put_short(c.SQ_RESPONSE)
    channel.write.put_pstr(raw)
    channel.end_request()
    return (yield from _verdict_gen(channel))


def _verdict_gen(channel: Channel) -> Wire[Challenge | None]:
    read = channel.read
    tag = yield from read.short_gen()
    challenge = None
    if tag == c.SQ_CHALLENGE:
        style = yield from read.short_gen()
        prompt = yield from read.pstr_gen()
        challenge = Challenge(
            prompt.decode(channel.encoding, "backslashreplace"), style
        )
    elif tag == c.SQ_ERR:
        read.pos -= 2
    elif tag != c.SQ_ACCEPT:
        raise ProtocolError(f"the server answered PAM with message tag {tag}")
    yield from exchange_gen(channel)
    return challenge
