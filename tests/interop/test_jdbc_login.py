"""IBM's JDBC driver at servers that ask questions or grant other capabilities.

The scenarios are in `jdbc/Pam.java` and `jdbc/Widths.java`; the servers in `conftest`.
"""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.timeout(200)]

# Features of the driver that need a capability.
FEATURES = {
    "parameter metadata": "no34",
    "generated keys": "no48",
    "bigint": "no54",
    "savepoints": "no56",
    "long statements": "no62",
}
ALTERED = ["no8", "no10", "no13", "no50", "no52", "no63", "with18", *FEATURES.values()]
BARE = ["none", "empty", "nmap"]


def test_questions_at_login(seen) -> None:
    assert seen("pam") == {
        "rows": [["1"]],
        "asked": ["1 Password: ", "2 Colour?"],
    }


def test_refused_by_pam(seen) -> None:
    """The driver knows no refusal; that it fails is all there is to see."""
    assert seen("pam_refused") == {"wrong answer": True, "nobody to ask": True}


def test_all_capabilities(seen) -> None:
    result = seen("widths_all")
    assert {feature: result[feature] for feature in FEATURES} == dict.fromkeys(
        FEATURES, True
    )
    first = ["1", "odd", "even", "l" * 300, "t", "12.50", "-7", "123456789012"]
    assert result["rows"] == [
        first,
        ["2", *[None] * 7],
        ["3", "", *[None] * 4, "1", None],
    ]
    assert result["put"][3] == ["4", None, "3"]
    assert result["error"] == [-206, -111]
    assert result["scrolled"] == [100, 50, True, 49]


@pytest.mark.parametrize("mask", [*ALTERED, *BARE])
def test_other_capabilities_change_nothing_else(seen, mask: str) -> None:
    result, expected = seen(f"widths_{mask}"), dict(seen("widths_all"))
    lost = [name for name, needs in FEATURES.items() if needs == mask or mask in BARE]
    expected.update(dict.fromkeys(lost, False))
    if mask == "nmap":  # it leaves these alone
        expected.update({"parameter metadata": True, "generated keys": True})
        expected["bigint"] = True
    assert result == expected
