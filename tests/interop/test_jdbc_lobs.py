"""IBM's JDBC driver as a client of the emulator: BYTE, TEXT, BLOB, CLOB and files.

The Java side makes the contents and compares what came back; here only verdicts are
read, True for contents that came back as they went.
"""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.timeout(200)]

KINDS = ["byte_text", "blob_clob"]


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_and_strings(seen, kind) -> None:
    sizes = [0, 1, 1024, 1025, 70_001]
    assert seen(f"lobs_{kind}") == {"rows": [[size, True, True] for size in sizes]}


@pytest.mark.parametrize("kind", KINDS)
def test_five_million_bytes(seen, kind) -> None:
    assert seen(f"lobs_{kind}_large") == {"rows": [[2_000_000, True, True]]}


@pytest.mark.parametrize("kind", KINDS)
def test_streams(seen, kind) -> None:
    assert seen(f"lobs_{kind}_streams") == {"rows": [[True, True]] * 2}


@pytest.mark.parametrize("kind", KINDS)
def test_null(seen, kind) -> None:
    rows = [[number, True, True] for number in (1, 2, 3)]
    assert seen(f"lobs_{kind}_null") == {"rows": rows}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ["batch", "put"])
def test_batch(seen, kind, way) -> None:
    full = [True, True]
    rows = [full, full, [None, True], [True, None], full]
    assert seen(f"lobs_{kind}_{way}") == {"rows": rows}


def test_update(seen) -> None:
    assert seen("lobs_update") == {
        "updated 3000": 1,
        "row 3000": [True] * 4,
        "updated 5": 1,
        "row 5": [True] * 4,
    }


def test_parts_by_locator(seen) -> None:
    assert seen("lobs_locators") == {
        "lengths": [70_001, 70_001],
        "bytes": True,
        "text": True,
        "stream": True,
    }


def test_locopy_is_independent_of_its_source(seen) -> None:
    assert seen("lobs_copy") == {"bytes": True, "text": True}


def test_files_of_the_client(seen) -> None:
    sizes = [0, 70_001, 5_000_000]
    assert seen("lobs_files") == {f"file {size}": [True] * 5 for size in sizes}


def test_missing_file(seen) -> None:
    """The driver's errno 9 is the ISAM code; the row is not inserted."""
    assert seen("lobs_missing_file") == {"error": [-9810, 9], "rows": [["0"]]}
