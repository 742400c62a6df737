"""Cursors of a session over a socket, byte by byte."""

from __future__ import annotations

from raw_client import RawClient
from raw_messages import (
    DONE_COST,
    END,
    FIRST_ID,
    error,
    fetch,
    open_cursor,
    prepare,
    row,
)
from stub_engine import StubEngine

from informix_db.testing import Server


def test_page_ends_where_the_buffer_does(client: RawClient) -> None:
    open_cursor(client)
    rows = [row(i + 1, f"row {i}") for i in range(5)]
    client.exchange(fetch(40), rows[0] + rows[1] + END)
    client.exchange(fetch(36), rows[2] + rows[3] + END)
    client.exchange(fetch(18), rows[4] + DONE_COST + END)
    client.exchange(fetch(18), DONE_COST + END)


def test_row_larger_than_the_buffer_travels_alone(client: RawClient) -> None:
    open_cursor(client)
    client.exchange(fetch(1), row(1, "row 0") + END)
    client.exchange(fetch(1), row(2, "row 1") + END)


def test_last_rows_say_that_they_are_the_last(client: RawClient) -> None:
    open_cursor(client)
    rows = [row(i + 1, f"row {i}") for i in range(5)]
    client.exchange(fetch(90), "".join(rows) + DONE_COST + END)


def test_cursor_for_update_gives_one_row_at_a_time(
    client: RawClient, engine: StubEngine
) -> None:
    """The engine's current row is the one the client has: no row is read ahead."""
    open_cursor(client, "select for update")
    (cursor,) = engine.sessions[-1].cursors
    for number in (1, 2, 3):
        client.exchange(fetch(4096), row(number, "x") + END)
        assert cursor.position == number
    client.exchange(fetch(4096), DONE_COST + END)


def test_more_rows_than_are_read_ahead(client: RawClient) -> None:
    client.exchange(prepare("select many ?", 1), FIRST_ID + DONE_COST + END)
    client.exchange(
        "0004 0000 0005 0001 0002 0000 0a00 00000bb8 0003 0001 6300 0006 000c", END
    )
    expected = "".join(row(i + 1, f"row {i}") for i in range(3000))
    client.exchange(fetch(1 << 20), expected + DONE_COST + END)


def test_scroll_cursor(client: RawClient) -> None:
    client.exchange(prepare("select id,name from t1"), FIRST_ID + DONE_COST + END)
    client.exchange("0004 0000 0003 0001 6300 0018 0006 000c", END)

    def scroll(how: int, target: int, size: int = 4096) -> str:
        return f"0004 0000 0017 {how:04x} {target:08x} {size:08x} 000c"

    rows = [row(i + 1, f"row {i}") for i in range(5)]
    client.exchange(scroll(4, 0), rows[4] + "0019 00000005" + END)
    client.exchange(scroll(6, 2), rows[1] + "0019 00000002" + END)
    client.exchange(scroll(1, 3, 40), rows[2] + rows[3] + "0019 00000003" + END)
    client.exchange(scroll(6, 6), DONE_COST + END)
    client.exchange(scroll(6, 0), DONE_COST + END)
    client.exchange(scroll(99, 1), error(-999) + END)


def test_scrolling_needs_a_scroll_cursor(client: RawClient) -> None:
    open_cursor(client)
    client.exchange("0004 0000 0017 0004 00000000 00001000 000c", error(-482) + END)


def test_cursor_options_reach_the_engine(client: RawClient, engine: StubEngine) -> None:
    client.exchange(prepare("select id,name from t1"), FIRST_ID + DONE_COST + END)
    client.exchange("0004 0000 0003 0005 6d79637572 00 002b 0006 000c", END)
    client.exchange("0004 0000 0003 0001 6300 0018 0006 000c", END)
    assert engine.sessions[-1].opened == [("mycur", False, True), ("c", True, False)]


def test_cursors_take_turns(client: RawClient) -> None:
    open_cursor(client)
    second = FIRST_ID.replace("0002 0000 00000001", "0002 0001 00000001")
    client.exchange(prepare("select id,name from t1"), second + DONE_COST + END)
    client.exchange("0004 0001 0003 0001 6400 0006 000c", END)
    for number in range(4):
        text = row(number + 1, f"row {number}")
        client.exchange(fetch(18, 0), text + END)
        client.exchange(fetch(18, 1), text + END)


def test_commit_closes_cursors_without_hold(server: Server, client: RawClient) -> None:
    open_cursor(client)
    second = FIRST_ID.replace("0002 0000 00000001", "0002 0001 00000001")
    client.exchange(prepare("select id,name from t1"), second + DONE_COST + END)
    client.exchange("0004 0001 0003 0001 6400 002b 0006 000c", END)
    client.exchange("0023 000c", DONE_COST + END)
    assert server.statistics().cursors == 2
    client.exchange("0013 000c", DONE_COST + END)
    client.exchange(fetch(18, 0), error(-400) + END)
    client.exchange(fetch(18, 1), row(1, "row 0") + END)
    assert server.statistics().cursors == 1


def test_close_and_release_give_everything_back(
    server: Server, client: RawClient
) -> None:
    open_cursor(client)
    assert (server.statistics().statements, server.statistics().cursors) == (1, 1)
    client.exchange("0004 0000 000a 000c", END)
    assert (server.statistics().statements, server.statistics().cursors) == (1, 0)
    client.exchange("0004 0000 000b 000c", END)
    assert server.statistics().statements == 0


def test_rolling_back_to_a_savepoint_keeps_cursors(client: RawClient) -> None:
    open_cursor(client)
    client.exchange("0014 0003 737031 00 000c", DONE_COST + END)
    client.exchange(fetch(18), row(1, "row 0") + END)


def test_contents_of_a_cell_last_as_long_as_the_cursor(client: RawClient) -> None:
    client.send(prepare("select blob"))
    client.read(18 + 30 + 2 + 28)
    client.exchange("0004 0000 0003 0001 6300 0006 000c", END)
    client.send(fetch(4096))
    descriptor = client.read(8 + 56 + 28)[8:64].hex()
    get = f"0004 0000 0026 {descriptor} 000c"
    client.exchange(get, "0027 0003 61626300 0027 0000" + END)
    client.exchange("0004 0000 000a 000c", END)
    client.exchange(get, error(-400) + END)


def test_autofree_releases_with_the_cursor(server: Server, client: RawClient) -> None:
    client.exchange(prepare("select id,name from t1"), FIRST_ID + DONE_COST + END)
    client.exchange("0004 0000 0003 0001 6300 006c 0006 000c", END)
    client.exchange("0004 0000 000a 000c", END)
    assert server.statistics().statements == 0
