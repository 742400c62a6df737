"""IBM's JDBC driver as a client of the emulator: batches, keys, cursors, cancelling."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.timeout(200)]

ALIVE = [["1"]]


def test_prepared_batch(seen) -> None:
    assert seen("batch_prepared") == {
        "insert": [1, 1, 1, 1, 1],
        "many": 600,
        "update": [2, 1, 0],
        "count": [["605", "179710", "605"]],
    }


def test_batch_of_statements(seen) -> None:
    assert seen("batch_statements") == {"counts": [1, 1, 2, 1], "rows": [["2", "u"]]}


def test_batch_with_an_error(seen) -> None:
    """The counts are those of the rows before the failure (docs/PROTOCOL.md, 8)."""
    assert seen("batch_error") == {
        "error": [-268, -100],
        "error counts": [1, 1],
        "rolled back": [],
        "next batch": [1],
        "rows": [["9"]],
    }


def test_batch_by_insert_cursor(seen) -> None:
    assert seen("batch_put") == {
        "batch": 300,
        "reported": 300,
        "totals": [["300", "257", "44850", "300"]],
        "row 9": [["name 8", "8"]],
    }


def test_insert_cursor_with_an_error(seen) -> None:
    assert seen("batch_put_error") == {
        "error": [-268, -100],
        "error counts": [2],
        "next batch": 2,
        "later rows": [["11"], ["12"]],
    }


@pytest.mark.parametrize("column", ["serial", "serial8", "bigserial"])
def test_generated_keys(seen, column: str) -> None:
    result = seen("generated_keys")
    assert [
        result[f"{column} {how}"]
        for how in ("by flag", "by index", "by name", "prepared")
    ] == [[["1"]], [["2"]], [["3"]], [["4"]]]


def test_savepoints(seen) -> None:
    assert seen("savepoints") == {
        "to the second": [["a"], ["b"]],
        "to the first": [["a"]],
        "committed": [["a"], ["d"]],
    }


def test_hold_cursor_survives_commit(seen) -> None:
    assert seen("hold_cursor") == {"rows": 12}


def test_commit_closes_other_cursors(seen) -> None:
    """The driver knows by itself that commit() closed the cursor: -79878."""
    assert seen("commit_closes_cursor") == {"error": [-79878, 0], "usable": [["12"]]}


def test_scrolling(seen) -> None:
    def on(move: str, row: int) -> list[object]:
        return [move, row, f"row {row}", row]

    def off(move: str) -> list[object]:
        return [move, None, None, None]

    assert seen("scroll") == {
        "moves": [
            on("last", 500),
            on("first", 1),
            on("next", 2),
            on("absolute 250", 250),
            on("relative 10", 260),
            on("relative -100", 160),
            on("previous", 159),
            on("absolute -1", 500),
            off("next past the end"),
            on("previous from the end", 500),
            off("absolute 501"),
            on("first of all again", 1),
            off("previous before the start"),
        ],
        "count": 500,
    }


def test_scrolling_in_an_empty_result(seen) -> None:
    assert seen("scroll_empty") == {"moves": [False] * 5}


def test_fetch_buffer_sizes(seen) -> None:
    whole = [700, 245350]
    assert seen("fetch_buffers") == {
        "FET_BUF_SIZE 1": whole,
        "FET_BUF_SIZE 4096": whole,
        "FET_BUF_SIZE 32767": whole,
        "FET_BUF_SIZE 500000": whole,
        "BIG_FET_BUF_SIZE": whole,
    }


def test_deferred_open_and_automatic_free(seen) -> None:
    assert seen("optofc_autofree") == {"counts": [50, 50, 50, 10, 1, 0]}


def test_updatable_result_set(seen) -> None:
    assert seen("updatable") == {
        "rows": [
            ["1", "row 1", "1"],
            ["2", "changed", "222"],
            ["3", "row 3", "3"],
            ["5", "row 5", "5"],
        ]
    }


def test_positioned_delete_by_cursor_name(seen) -> None:
    assert seen("named_cursor") == {"deleted": 1, "rows": [["1"], ["3"], ["4"]]}


def test_query_timeout(seen) -> None:
    """The driver makes its own -80505 of the server's -213."""
    assert seen("query_timeout") == {"timeout": [-80505, 0], "usable": ALIVE}


def test_cancel(seen) -> None:
    assert seen("cancel") == {"cancelled": [-213, 0], "usable": ALIVE}
