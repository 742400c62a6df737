"""Masks decide widths: each known bit alone, and the ladder without negotiation."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from informix_db.testing.framing import (
    NO_CAPABILITIES,
    V15_CAPABILITIES,
    Framing,
    is_set,
    mask_of,
)

IBM_OFFER = bytes.fromhex("fffc7ffc3c8caa97")
NMAP_OFFER = bytes.fromhex("fffc7ffc3c8c8a")


def switched_on(client: bytes, server: bytes) -> set[str]:
    framing = Framing.negotiated(client, server)
    return {name for name, on in asdict(framing).items() if on}


@pytest.mark.parametrize(
    ("bit", "effects"),
    [
        (8, {"fetch_trailer"}),
        (9, {"fetch_trailer"}),
        (13, {"variable_varchar"}),
        (18, {"int_put_count", "int_fetch_size"}),
        (50, {"int_name_offsets"}),
        (52, {"routine_database"}),
        (54, {"bigserial"}),
        (62, {"int_text_length"}),
        (63, {"int_fetch_size"}),
    ],
)
def test_each_bit_changes_only_what_it_is_known_for(
    bit: int, effects: set[str]
) -> None:
    assert switched_on(mask_of(bit), mask_of(bit)) == effects


def test_bits_without_known_effect_change_nothing() -> None:
    known = {8, 9, 13, 18, 50, 52, 54, 62, 63}
    rest = mask_of(*(bit for bit in range(72) if bit not in known))
    assert switched_on(rest, rest) == set()


def test_both_sides_must_offer_a_bit() -> None:
    assert switched_on(mask_of(8, 13), mask_of(13, 54)) == {"variable_varchar"}


def test_bytes_missing_from_one_mask_count_as_zero() -> None:
    assert switched_on(b"", V15_CAPABILITIES) == set()
    assert "int_text_length" not in switched_on(NMAP_OFFER, V15_CAPABILITIES)


def test_ibm_client_against_a_v15_server() -> None:
    granted = [b for b in range(72) if is_set(IBM_OFFER, b)]
    both = {b for b in granted if is_set(V15_CAPABILITIES, b)}
    assert {8, 10, 13, 34, 48, 50, 52, 54, 56, 62, 63} <= both
    assert not both & {9, 18, 44, 59}
    everything = set(asdict(Framing.negotiated(IBM_OFFER, V15_CAPABILITIES)))
    assert switched_on(IBM_OFFER, V15_CAPABILITIES) == everything - {"int_put_count"}


def test_nmap_against_a_v15_server_is_the_11_50_form() -> None:
    assert switched_on(NMAP_OFFER, V15_CAPABILITIES) == {
        "fetch_trailer",
        "variable_varchar",
        "routine_database",
        "bigserial",
    }


@pytest.mark.parametrize(
    ("cap1", "effects"),
    [
        (0, set()),
        (302, set()),
        (303, {"fetch_trailer"}),
        (306, {"fetch_trailer"}),
        (307, {"fetch_trailer", "variable_varchar"}),
        (1000, {"fetch_trailer", "variable_varchar"}),
    ],
)
def test_framing_of_a_session_without_protocols(cap1: int, effects: set[str]) -> None:
    framing = Framing.without_negotiation(cap1)
    assert {name for name, on in asdict(framing).items() if on} == effects


def test_no_capabilities_is_the_legacy_form() -> None:
    assert switched_on(IBM_OFFER, NO_CAPABILITIES) == set()
