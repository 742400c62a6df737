"""What a server said it can do, for users and bug reports."""

from __future__ import annotations

from dataclasses import dataclass

from informix_db._wire import constants as c
from informix_db._wire.framing import bits_of

# What 12.10, 14.10 and 15.0 all grant of the bits that change the bytes [P].
_SEEN_ON_SERVERS = {
    "fetch_trailer": c.CAP_FETCH_TRAILER_A,
    "long_identifiers": 10,
    "varchar_var_len": c.CAP_VARCHAR_VARIABLE,
    "describe_input": c.CAP_DESCRIBE_INPUT,
    "auto_keys": c.CAP_AUTO_KEYS,
    "four_byte_offset": c.CAP_DESCRIBE_WIDE,
    "named_parameters": c.CAP_ROUTINE_NAMES,
    "bigint": c.CAP_BIGINT,
    "savepoint": c.CAP_SAVEPOINT,
    "remove_64k_limit": c.CAP_LONG_SQL,
    "two_gb_fetch_buffer": c.CAP_FETCH_SIZE_INT,
}


@dataclass(frozen=True)
class ServerCapabilities:
    """The capability exchange of a session (docs/PROTOCOL.md section 3).

    `raw_mask` is the server's mask (None: it does not negotiate), `bits` the numbers
    of the bits that this driver offered and the server granted. The properties name
    the bits whose meaning is known [J].
    """

    raw_mask: bytes | None
    bits: frozenset[int]
    server_version: str
    serial_number: str
    application_id: str
    cap_1: int
    cap_2: int
    cap_3: int

    def has(self, bit: int) -> bool:
        """Whether bit number `bit` was granted."""
        return bit in self.bits

    @property
    def granted(self) -> frozenset[int]:
        """The bits of the server's own mask, offered or not."""
        return bits_of(self.raw_mask or b"")

    @property
    def varchar_var_len(self) -> bool:
        """VARCHAR cells carry only the bytes they hold."""
        return self.has(c.CAP_VARCHAR_VARIABLE)

    @property
    def long_identifiers(self) -> bool:
        """Identifiers of up to 128 bytes."""
        return self.has(10)

    @property
    def describe_input(self) -> bool:
        """The server describes parameters."""
        return self.has(c.CAP_DESCRIBE_INPUT)

    @property
    def auto_keys(self) -> bool:
        """The server returns generated keys on request."""
        return self.has(c.CAP_AUTO_KEYS)

    @property
    def four_byte_offset(self) -> bool:
        """Offsets in DESCRIBE are ints."""
        return self.has(c.CAP_DESCRIBE_WIDE)

    @property
    def named_parameters(self) -> bool:
        """Routine parameters may be named."""
        return self.has(c.CAP_ROUTINE_NAMES)

    @property
    def bigint(self) -> bool:
        """The types BIGINT and BIGSERIAL."""
        return self.has(c.CAP_BIGINT)

    @property
    def savepoint(self) -> bool:
        """Savepoint messages."""
        return self.has(c.CAP_SAVEPOINT)

    @property
    def remove_64k_limit(self) -> bool:
        """SQL text beyond 65535 bytes."""
        return self.has(c.CAP_LONG_SQL)

    @property
    def two_gb_fetch_buffer(self) -> bool:
        """Fetch sizes beyond 32767 bytes."""
        return self.has(c.CAP_FETCH_SIZE_INT)

    def violated_assumptions(self) -> list[str]:
        """Name the features every server this protocol was measured on has, not this.

        The driver follows the negotiated mask and needs none of them; but a session
        with entries here takes paths no real server has been seen on, which is the
        first thing a bug report should say.
        """
        return [name for name, bit in _SEEN_ON_SERVERS.items() if bit not in self.bits]
