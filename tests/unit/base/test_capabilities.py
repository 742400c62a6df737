"""What a server's capabilities say, bit by bit."""

from __future__ import annotations

import pytest

from informix_db._base.capabilities import ServerCapabilities

# The property, and the bit it tells.
NAMED = {
    "long_identifiers": 10,
    "varchar_var_len": 13,
    "describe_input": 34,
    "auto_keys": 48,
    "four_byte_offset": 50,
    "named_parameters": 52,
    "bigint": 54,
    "savepoint": 56,
    "remove_64k_limit": 62,
    "two_gb_fetch_buffer": 63,
}


def capabilities(*bits: int, mask: bytes | None = None) -> ServerCapabilities:
    return ServerCapabilities(mask, frozenset(bits), "15.0", "", "", 316, 0, 0)


@pytest.mark.parametrize(("name", "bit"), NAMED.items())
def test_a_bit_and_its_name(name: str, bit: int) -> None:
    alone = capabilities(bit)
    assert [other for other in NAMED if getattr(alone, other)] == [name]
    assert alone.has(bit)
    assert name not in alone.violated_assumptions()
    everything_else = capabilities(*(set(NAMED.values()) - {bit}))
    assert name in everything_else.violated_assumptions()
    assert not getattr(everything_else, name)


def test_every_bit_that_servers_were_seen_to_grant_is_missed() -> None:
    assert set(capabilities().violated_assumptions()) == {"fetch_trailer", *NAMED}
    assert capabilities(8, *NAMED.values()).violated_assumptions() == []


def test_the_servers_own_mask() -> None:
    assert capabilities(13, mask=bytes.fromhex("8004")).granted == {0, 13}
    assert capabilities().granted == frozenset()
