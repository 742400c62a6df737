"""Capability masks, and the widths they decide."""

from __future__ import annotations

import pytest

from informix_db._base.capabilities import ServerCapabilities
from informix_db._protocol.channel import Channel
from informix_db._protocol.session import capabilities_gen
from informix_db._wire.constants import OFFERED_MASK
from informix_db._wire.framing import Framing, bits_of, framing_of_ladder, negotiate
from informix_db.exceptions import Error, NotSupportedError, ProtocolError

# What servers of three releases answer [P].
MASKS = {
    "15": "bdbe9ffe7fb7ffefff",
    "14.10": "bdbe9ffe7fb7ffeff8",
    "12.10": "bdbe9ffe7fb7ffeff0",
}
NMAP = bytes.fromhex("fffc7ffc3c8c8a")
IBM = bytes.fromhex("fffc7ffc3c8caa97")
SWITCHES = [name for name in Framing.__slots__ if name != "bits"]


def switches(framing: Framing) -> set[str]:
    return {name for name in SWITCHES if getattr(framing, name)}


def test_bits_are_counted_from_the_most_significant() -> None:
    assert bits_of(b"") == frozenset()
    assert bits_of(bytes.fromhex("80 01 40")) == {0, 15, 17}


def test_offer_is_ibms_without_what_nobody_knows() -> None:
    assert bits_of(IBM) - bits_of(OFFERED_MASK) == {59}
    assert bits_of(OFFERED_MASK) < bits_of(IBM)


def test_nmaps_offer() -> None:
    assert bits_of(IBM) - bits_of(NMAP) == {50, 56, 59, 61, 62, 63}


@pytest.mark.parametrize("release", MASKS)
def test_masks_of_real_servers(release: str) -> None:
    granted = bytes.fromhex(MASKS[release])
    bits = bits_of(granted)
    assert {8, 10, 13, 34, 48, 50, 52, 54, 56, 62, 63} <= bits
    assert not bits & {9, 18, 44, 59}
    framing = negotiate(OFFERED_MASK, granted)
    assert switches(framing) == set(SWITCHES) - {"pam", "wide_put_count"}
    capabilities = ServerCapabilities(granted, framing.bits, "", "", "", 316, 0, 0)
    assert capabilities.violated_assumptions() == []
    assert capabilities.granted == bits


@pytest.mark.parametrize(
    ("bit", "changed"),
    [
        (8, {"fetch_trailer"}),
        (9, {"fetch_trailer"}),
        (10, {"long_large_object"}),
        (13, {"variable_varchar"}),
        (18, {"wide_fetch_size", "wide_put_count"}),
        (34, {"describe_input"}),
        (44, {"pam"}),
        (50, {"wide_describe"}),
        (52, {"routine_names"}),
        (54, {"bigint"}),
        (56, {"savepoints"}),
        (62, {"long_sql"}),
        (63, {"wide_fetch_size"}),
    ],
)
def test_bit_alone(bit: int, changed: set[str]) -> None:
    assert switches(Framing(frozenset({bit}))) == changed


def test_every_other_bit_changes_nothing() -> None:
    known = {8, 9, 10, 13, 18, 34, 44, 50, 52, 54, 56, 62, 63}
    for bit in set(range(72)) - known:
        assert switches(Framing(frozenset({bit}))) == set()


def test_both_sides_must_have_a_bit() -> None:
    everything = b"\xff" * 5 + b"\xf7" + b"\xff" + b"\xef" + b"\xff"
    offered = b"\0\x04" + bytes(6)
    assert negotiate(offered, everything).bits == {13}
    assert negotiate(everything, offered).bits == {13}


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 16])
def test_missing_bytes_are_zero(size: int) -> None:
    granted = bytes.fromhex(MASKS["15"])[:size].ljust(size, b"\0")
    framing = negotiate(OFFERED_MASK, granted)
    assert framing.bits == bits_of(OFFERED_MASK) & bits_of(granted)


def test_an_unknown_kind_of_authentication_is_refused() -> None:
    with pytest.raises(NotSupportedError, match="authentication"):
        negotiate(OFFERED_MASK, bytes.fromhex("bdbe9ffe7fb7ffffff"))


@pytest.mark.parametrize(
    ("cap1", "bits"),
    [
        (0, None),
        (1, None),
        (299, None),
        (300, frozenset()),
        (302, frozenset()),
        (303, {9}),
        (306, {9}),
        (307, {9, 13}),
        (315, {9, 13}),
        (317, {9, 13}),
        (100_000, {9, 13}),
        (-5, None),
    ],
)
def test_servers_that_do_not_negotiate(cap1: int, bits: set[int] | None) -> None:
    framing = framing_of_ladder(cap1)
    assert (framing and framing.bits) == bits


# -- the exchange ----------------------------------------------------------------------


def capabilities(
    reply: str, cap1: int = 316
) -> tuple[Channel, bytes | Exception | None]:
    channel = Channel("latin-1")
    reader = capabilities_gen(channel, cap1)
    try:
        next(reader)
        channel.read.feed(bytes.fromhex(reply))
        next(reader)
    except StopIteration as stop:
        return channel, stop.value
    except Error as error:
        return channel, error
    raise AssertionError("wants more")


@pytest.mark.parametrize(
    ("reply", "mask"),
    [
        ("007e 0009 bdbe9ffe7fb7ffefff 00 000c", "bdbe9ffe7fb7ffefff"),
        ("007e 0009 000000000000000000 00 000c", "00" * 9),
        ("007e 0000 000c", ""),
        ("007e 0001 0000 000c", "00"),
    ],
)
def test_answers(reply: str, mask: str) -> None:
    channel, granted = capabilities(reply)
    assert granted == bytes.fromhex(mask)
    assert channel.framing.bits == bits_of(OFFERED_MASK) & bits_of(bytes.fromhex(mask))
    assert bytes(channel.write.data).hex() == "007e0008" + OFFERED_MASK.hex() + "000c"
    assert channel.in_sync


@pytest.mark.parametrize("reply", ["000c", "000d ff37 0000 00000000 0000 000c"])
def test_no_answer(reply: str) -> None:
    _, result = capabilities(reply)
    assert isinstance(result, ProtocolError)


def test_a_server_that_does_not_negotiate_is_not_asked() -> None:
    channel, granted = capabilities("", cap1=307)
    assert granted is None
    assert len(channel.write) == 0
    assert channel.framing.bits == {9, 13}


def test_a_server_too_old() -> None:
    _, result = capabilities("", cap1=60)
    assert isinstance(result, NotSupportedError)
    assert "60" in str(result)


def test_capabilities_by_name() -> None:
    bits = frozenset({8, 13, 54})
    found = ServerCapabilities(None, bits, "9.56", "S", "A", 307, 0, 0)
    assert found.varchar_var_len
    assert found.bigint
    assert found.has(8)
    assert not found.savepoint
    assert found.granted == frozenset()
    assert found.violated_assumptions() == [
        "long_identifiers",
        "describe_input",
        "auto_keys",
        "four_byte_offset",
        "named_parameters",
        "savepoint",
        "remove_64k_limit",
        "two_gb_fetch_buffer",
    ]
