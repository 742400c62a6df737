"""Capability masks: which width each message has on this session.

Client and server each offer a mask; the bit-wise AND of both decides. A missing byte
counts as zero. Bits are numbered from the most significant bit of the first byte.
Evidence: every bit was switched alone against IBM's JDBC driver [J], and nmap's
client, written against 11.50 servers, agrees where it looks [N]. Bits without a known
effect on framing are carried in the mask and mean nothing here.
"""

from __future__ import annotations

from .records import dataclass

V15_CAPABILITIES = bytes.fromhex("bdbe9ffe7fb7ffefff")  # a 15.0 server's mask [P]
NO_CAPABILITIES = bytes(9)  # the legacy form IBM's driver still speaks [J]

NEGOTIATING_CAP1 = 316  # login reply's cap1 that makes IBM's driver send PROTOCOLS [J]
_CAP1_VARIABLE_VARCHAR = 307  # from here on VARCHAR is variable without PROTOCOLS [J]
_CAP1_FETCH_TRAILER = 303  # from here on NFETCH has its trailer without PROTOCOLS [J]


def is_set(mask: bytes, bit: int) -> bool:
    """Tell whether `bit` is set in `mask`; bits past its end are not."""
    index, offset = divmod(bit, 8)
    return index < len(mask) and bool(mask[index] & (0x80 >> offset))


def mask_of(*bits: int) -> bytes:
    """Return the nine-byte mask with exactly `bits` set."""
    mask = bytearray(9)
    for bit in bits:
        mask[bit // 8] |= 0x80 >> (bit % 8)
    return bytes(mask)


@dataclass(frozen=True, slots=True)
class Framing:
    """The widths one session uses, each named for what it changes."""

    fetch_trailer: bool  # 8 or 9: NFETCH ends with a short
    variable_varchar: bool  # 13: VARCHAR cells are not padded to their maximum
    int_put_count: bool  # 18: row count of PUT is an int
    int_fetch_size: bool  # 63 or 18: buffer size of NFETCH and SFETCH is an int
    int_name_offsets: bool  # 50: name offsets of DESCRIBE are ints
    routine_database: bool  # 52: GETROUTINE, EXFPROUTINE and IDESCRIBE extras
    bigserial: bool  # 54: INSERTDONE carries the last BIGSERIAL
    int_text_length: bool  # 62: SQL text length and error offset are ints

    @classmethod
    def negotiated(cls, client: bytes, server: bytes) -> Framing:
        """Return the framing both masks allow."""
        size = min(len(client), len(server))
        mask = bytes(client[i] & server[i] for i in range(size))
        return cls(
            fetch_trailer=is_set(mask, 8) or is_set(mask, 9),
            variable_varchar=is_set(mask, 13),
            int_put_count=is_set(mask, 18),
            int_fetch_size=is_set(mask, 63) or is_set(mask, 18),
            int_name_offsets=is_set(mask, 50),
            routine_database=is_set(mask, 52),
            bigserial=is_set(mask, 54),
            int_text_length=is_set(mask, 62),
        )

    @classmethod
    def without_negotiation(cls, cap1: int) -> Framing:
        """Return the framing of a session that never sends PROTOCOLS [J]."""
        bits = []
        if cap1 >= _CAP1_FETCH_TRAILER:
            bits.append(9)
        if cap1 >= _CAP1_VARIABLE_VARCHAR:
            bits.append(13)
        mask = mask_of(*bits)
        return cls.negotiated(mask, mask)
