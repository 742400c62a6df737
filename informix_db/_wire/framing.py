"""Which widths and forms the messages of this session have.

Both sides act on the bits set in the client's *and* the server's capability mask
(docs/PROTOCOL.md section 3) [J, N]. A mask is MSB first: bit 0 is 0x80 of byte 0;
a missing byte is 0. Knows no message; `Framing` is what message code asks.
"""

from __future__ import annotations

from informix_db._wire import constants as c
from informix_db.exceptions import NotSupportedError


def bits_of(mask: bytes) -> frozenset[int]:
    """Return the numbers of the bits set in `mask`."""
    return frozenset(
        index * 8 + bit
        for index, byte in enumerate(mask)
        for bit in range(8)
        if byte & (0x80 >> bit)
    )


class Framing:
    """The negotiated bits, and what each means for the bytes. Immutable by use."""

    __slots__ = (
        "bigint",
        "bits",
        "describe_input",
        "fetch_trailer",
        "long_large_object",
        "long_sql",
        "pam",
        "routine_names",
        "savepoints",
        "variable_varchar",
        "wide_describe",
        "wide_fetch_size",
        "wide_put_count",
    )

    def __init__(self, bits: frozenset[int] = frozenset()) -> None:
        self.bits = bits
        # NFETCH ends with `short 0`
        self.fetch_trailer = bool(bits & {c.CAP_FETCH_TRAILER_A, c.CAP_FETCH_TRAILER_B})
        # ifx_lo_spec and ifx_lo_stat have their larger sizes
        self.long_large_object = c.CAP_LONG_LARGE_OBJECT in bits
        # VARCHAR cells are not padded to the declared maximum
        self.variable_varchar = c.CAP_VARCHAR_VARIABLE in bits
        # CIDESCRIBE may be asked
        self.describe_input = c.CAP_DESCRIBE_INPUT in bits
        # nameTableBytes and nameOffset of DESCRIBE are ints
        self.wide_describe = c.CAP_DESCRIBE_WIDE in bits
        # IDESCRIBE and GETROUTINE carry more fields
        self.routine_names = c.CAP_ROUTINE_NAMES in bits
        # BIGINT binds; INSERTDONE has 18 bytes
        self.bigint = c.CAP_BIGINT in bits
        self.savepoints = c.CAP_SAVEPOINT in bits
        # the length of SQL text and the offset of ERR are ints
        self.long_sql = c.CAP_LONG_SQL in bits
        # the fetch size is an int
        self.wide_fetch_size = bool(
            bits & {c.CAP_FETCH_SIZE_INT, c.CAP_FETCH_SIZE_INT_ALSO}
        )
        # the login goes on with questions and answers
        self.pam = c.CAP_PAM in bits
        # the number of rows in a PUT is an int
        self.wide_put_count = c.CAP_FETCH_SIZE_INT_ALSO in bits


def negotiate(offered: bytes, granted: bytes) -> Framing:
    """Return the framing of a session whose server answered `granted`.

    Raises NotSupportedError if the server demands a dialogue that nobody knows.
    """
    if c.CAP_PAM_EXTENDED in bits_of(granted):
        raise NotSupportedError(
            "the server asks for a form of authentication that this driver does not "
            "speak: connect to a listener that uses passwords or PAM"
        )
    return Framing(bits_of(offered) & bits_of(granted))


def framing_of_ladder(cap1: int) -> Framing | None:
    """Return the framing a server implies that does not negotiate (cap1 not 316).

    docs/PROTOCOL.md section 3 [J]. None: so old that IBM's client refuses it too.
    """
    if cap1 >= 307:
        return Framing(frozenset({9, c.CAP_VARCHAR_VARIABLE}))
    if cap1 >= 303:
        return Framing(frozenset({9}))
    if cap1 >= 300:
        return Framing()
    return None
