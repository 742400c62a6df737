"""Scrolling: in memory by default, on the server with cursor(scrollable=True)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from logins import connect_to

import informix_db
from informix_db._protocol import statement
from informix_db.testing import Server

from .conftest import BOTH, Connect

MODES = BOTH

ROWS = 40
NUMBERS = [(n,) for n in range(ROWS)]
QUERY = "SELECT n FROM numbers WHERE n < ? ORDER BY n"

BOTH = pytest.mark.parametrize("scrollable", [False, True], ids=["memory", "server"])


@pytest.fixture(scope="module", autouse=True)
def numbers(emulator: Server) -> Iterator[None]:
    """The table `numbers (n int, pad char(200))` with ROWS rows."""
    owner = connect_to(emulator, autocommit=True)
    cursor = owner.cursor()
    cursor.execute("CREATE TABLE numbers (n INT, pad CHAR(200))")
    cursor.executemany("INSERT INTO numbers VALUES (?, 'x')", NUMBERS)
    yield
    cursor.execute("DROP TABLE numbers")
    owner.close()


@pytest.fixture
def scrolled(conn: informix_db.Connection, scrollable: bool) -> informix_db.Cursor:
    """A cursor on all numbers."""
    return conn.cursor(scrollable=scrollable).execute(QUERY, (ROWS,))


@BOTH
def test_every_direction(scrolled: informix_db.Cursor) -> None:
    assert scrolled.fetch_last() == (39,)
    assert scrolled.fetch_prior() == (38,)
    assert scrolled.fetch_first() == (0,)
    assert scrolled.fetch_absolute(20) == (20,)
    assert scrolled.fetch_relative(5) == (25,)
    assert scrolled.fetch_relative(-10) == (15,)
    assert scrolled.fetch_relative(0) == (15,)
    assert scrolled.fetchone() == (16,)
    assert scrolled.fetch_absolute(-1) == (39,)
    assert scrolled.fetch_absolute(-40) == (0,)


@BOTH
def test_past_the_ends_there_is_nothing(scrolled: informix_db.Cursor) -> None:
    assert scrolled.fetch_prior() is None
    assert scrolled.fetchone() == (0,)
    assert scrolled.fetch_prior() is None
    assert scrolled.rownumber == 0
    assert scrolled.fetch_absolute(40) is None
    assert scrolled.rownumber == 40
    assert scrolled.fetchone() is None
    assert scrolled.fetch_prior() == (39,)
    assert scrolled.fetch_relative(1) is None
    assert scrolled.fetch_absolute(-41) is None
    assert scrolled.rownumber == 0
    assert scrolled.fetchone() == (0,)


@BOTH
@pytest.mark.parametrize("fetch", ["fetchone", "fetchall", "iterate", "fetchmany"])
def test_back_from_the_end(scrolled: informix_db.Cursor, fetch: str) -> None:
    if fetch == "fetchone":
        while scrolled.fetchone():
            pass
    elif fetch == "fetchall":
        assert scrolled.fetchall() == NUMBERS
    elif fetch == "iterate":
        assert list(scrolled) == NUMBERS
    else:
        assert scrolled.fetchmany(41) == NUMBERS
    assert scrolled.rownumber == scrolled.rowcount == 40
    assert scrolled.fetch_prior() == (39,)


@BOTH
def test_fetching_exactly_all_rows_stays_on_the_last(
    scrolled: informix_db.Cursor,
) -> None:
    assert scrolled.fetchmany(40) == NUMBERS
    assert scrolled.fetch_prior() == (38,)


@BOTH
def test_scroll_makes_a_row_the_next(scrolled: informix_db.Cursor) -> None:
    scrolled.scroll(10)
    assert scrolled.rownumber == 10
    assert scrolled.fetchmany(2) == [(10,), (11,)]
    scrolled.scroll(-2)
    assert scrolled.fetchone() == (10,)
    scrolled.scroll(0, mode="absolute")
    assert scrolled.fetchall() == NUMBERS
    scrolled.scroll(39, "absolute")
    assert scrolled.fetchone() == (39,)
    assert scrolled.fetchone() is None


@BOTH
def test_scroll_out_of_range_stays(scrolled: informix_db.Cursor) -> None:
    scrolled.fetchmany(5)
    for value, mode in (
        (-6, "relative"),
        (35, "relative"),
        (40, "absolute"),
        (-1, "absolute"),
        (10**9, "absolute"),
    ):
        with pytest.raises(IndexError):
            scrolled.scroll(value, mode)
        assert scrolled.rownumber == 5
    assert scrolled.fetchmany(2) == [(5,), (6,)]


@BOTH
def test_what_is_no_row_number_is_refused(scrolled: informix_db.Cursor) -> None:
    wrong: Any = "1"
    for call in (scrolled.scroll, scrolled.fetch_absolute, scrolled.fetch_relative):
        with pytest.raises(informix_db.ProgrammingError, match="row number"):
            call(wrong)
    with pytest.raises(informix_db.ProgrammingError, match="mode"):
        scrolled.scroll(1, "sideways")


@BOTH
def test_an_empty_result(conn: informix_db.Connection, scrollable: bool) -> None:
    cursor = conn.cursor(scrollable=scrollable).execute(QUERY, (0,))
    assert cursor.fetch_first() is None
    assert cursor.fetch_last() is None
    assert cursor.fetch_prior() is None
    assert cursor.fetch_absolute(3) is None
    assert cursor.fetchone() is None
    assert cursor.rowcount == cursor.rownumber == 0
    with pytest.raises(IndexError):
        cursor.scroll(0)


@BOTH
def test_scrolling_needs_a_query(
    conn: informix_db.Connection, scrollable: bool
) -> None:
    cursor = conn.cursor(scrollable=scrollable)
    for call in (cursor.fetch_first, cursor.fetch_prior, lambda: cursor.scroll(1)):
        with pytest.raises(informix_db.ProgrammingError, match="query"):
            call()
    cursor.execute("UPDATE numbers SET pad = 'y' WHERE n = 3")
    assert cursor.rowcount == 1
    with pytest.raises(informix_db.ProgrammingError, match="no query"):
        cursor.fetch_last()


@BOTH
def test_rows_are_made_by_the_row_factory(
    conn: informix_db.Connection, scrollable: bool
) -> None:
    cursor = conn.cursor(scrollable=scrollable, row_factory=informix_db.Row)
    cursor.execute(QUERY, (ROWS,))
    assert cursor.fetch_last().n == 39
    assert cursor.fetch_relative(-9)["n"] == 30


@BOTH
def test_rowcount_is_known_once_the_end_was_seen(
    scrolled: informix_db.Cursor, scrollable: bool
) -> None:
    if scrollable:
        scrolled.fetchone()
        assert scrolled.rowcount == -1
    scrolled.fetch_last()
    assert scrolled.rowcount == 40


@BOTH
def test_two_cursors_in_turn(conn: informix_db.Connection, scrollable: bool) -> None:
    one = conn.cursor(scrollable=scrollable).execute(QUERY, (ROWS,))
    other = conn.cursor(scrollable=scrollable).execute(QUERY, (10,))
    assert (one.fetch_last(), other.fetch_last()) == ((39,), (9,))
    assert (one.fetch_prior(), other.fetch_prior()) == ((38,), (8,))


@BOTH
def test_a_commit_ends_scrolling_beyond_the_rows_at_hand(
    connect: Connect, scrollable: bool
) -> None:
    conn = connect(fetch_buffer_size=400)
    cursor = conn.cursor(scrollable=scrollable).execute(
        "SELECT n, pad FROM numbers ORDER BY n"
    )
    assert cursor.fetchone()[0] == 0
    conn.commit()
    assert cursor.fetch_first()[0] == 0
    with pytest.raises(informix_db.ProgrammingError, match="commit closed the cursor"):
        cursor.fetch_last()


@BOTH
def test_hold_scrolls_across_commits(connect: Connect, scrollable: bool) -> None:
    conn = connect(fetch_buffer_size=400)
    cursor = conn.cursor(scrollable=scrollable, hold=True)
    cursor.execute("SELECT n, pad FROM numbers ORDER BY n")
    assert cursor.fetchone()[0] == 0
    conn.commit()
    assert cursor.fetch_last()[0] == 39
    assert cursor.fetch_absolute(7)[0] == 7


# -- in memory ----------------------------------------


@pytest.fixture
def one_by_one(connect: Connect) -> informix_db.Connection:
    """A connection that fetches one row of the next queries at a time."""
    return connect(fetch_buffer_size=256)


def padded(conn: informix_db.Connection) -> informix_db.Cursor:
    return conn.cursor().execute("SELECT n, pad FROM numbers ORDER BY n")


def test_few_rows_are_kept_many_are_not(
    one_by_one: informix_db.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("informix_db._base.result.KEPT_ROWS", 20)
    cursor = padded(one_by_one)
    for expected in range(20):
        assert cursor.fetchone()[0] == expected
    assert cursor.fetch_first()[0] == 0  # from here on everything is kept
    assert len(cursor.fetchall()) == 39
    assert cursor.fetch_first()[0] == 0

    cursor = padded(one_by_one)
    for expected in range(25):
        assert cursor.fetchone()[0] == expected
    with pytest.raises(informix_db.ProgrammingError, match="scrollable=True"):
        cursor.fetch_first()
    assert cursor.fetchone()[0] == 25
    assert cursor.fetch_last()[0] == 39
    assert cursor.fetch_absolute(26)[0] == 26


def test_large_rows_are_not_kept_either(
    one_by_one: informix_db.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("informix_db._base.result.KEPT_BYTES", 3000)
    cursor = padded(one_by_one)
    for expected in range(25):
        assert cursor.fetchone()[0] == expected
    with pytest.raises(informix_db.ProgrammingError, match="no longer there"):
        cursor.fetch_first()


def test_rows_that_more_replace_are_dropped_before(
    one_by_one: informix_db.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("informix_db._base.result.KEPT_ROWS", 20)
    held = []
    cursor = padded(one_by_one)

    def fetch_gen(*arguments: Any) -> Any:
        held.append(len(cursor._result._rows))
        return statement.fetch_gen(*arguments)

    monkeypatch.setattr("informix_db._base.result.fetch_gen", fetch_gen)
    assert [n for n, _ in cursor] == list(range(40))
    assert held[:20] == list(range(1, 21))
    assert set(held[21:]) == {0}


def test_kept_rows_need_no_server(connect: Connect) -> None:
    conn = connect()
    cursor = conn.cursor().execute(QUERY, (ROWS,))
    cursor.fetchall()
    waited = conn.stats.round_trips
    assert cursor.fetch_first() == (0,)
    assert cursor.fetch_absolute(30) == (30,)
    assert conn.stats.round_trips == waited
    conn.close()
    assert cursor.fetch_last() == (39,)


# -- on the server ----------------------------------------


def test_rows_stay_on_the_server(connect: Connect) -> None:
    conn = connect(fetch_buffer_size=1000)
    cursor = conn.cursor(scrollable=True)
    cursor.execute("SELECT n, pad FROM numbers ORDER BY n")
    sent = conn.stats.rows_fetched
    assert sent == 4  # as many as fit
    assert cursor.fetch_last()[0] == 39
    assert cursor.fetch_absolute(20)[0] == 20
    assert conn.stats.rows_fetched == sent + 2


def test_reading_on_takes_windows(connect: Connect) -> None:
    conn = connect(fetch_buffer_size=1000)
    cursor = conn.cursor(scrollable=True)
    cursor.execute("SELECT n, pad FROM numbers ORDER BY n")
    waited = conn.stats.round_trips
    assert [n for n, _ in cursor] == list(range(ROWS))
    # ten windows of four, the first of which came with execute(), and the end
    assert conn.stats.round_trips == waited + 10


def test_opening_and_first_rows_are_one_round_trip(
    conn: informix_db.Connection,
) -> None:
    cursor = conn.cursor(scrollable=True)
    cursor.execute(QUERY, (ROWS,))
    conn.commit()
    conn.cursor().execute("SELECT FIRST 1 tabid FROM systables").fetchall()
    waited = conn.stats.round_trips
    cursor.execute(QUERY, (ROWS,))
    assert conn.stats.round_trips == waited + 1


def test_a_scroll_cursor_for_update_is_refused(conn: informix_db.Connection) -> None:
    cursor = conn.cursor(scrollable=True)
    with pytest.raises(informix_db.Error) as caught:
        cursor.execute("SELECT n FROM numbers FOR UPDATE")
    assert caught.value.sqlcode == -526
    assert conn.cursor().execute(QUERY, (1,)).fetchall() == [(0,)]


def test_a_closed_scroll_cursor_is_closed_on_the_server(
    emulator: Server, connect: Connect
) -> None:
    conn = connect()
    before = emulator.statistics().cursors
    cursor = conn.cursor(scrollable=True).execute(QUERY, (ROWS,))
    assert emulator.statistics().cursors == before + 1
    cursor.fetchall()
    assert emulator.statistics().cursors == before + 1  # it can still be scrolled
    cursor.close()
    conn.ping()
    assert emulator.statistics().cursors == before


# -- against a model ----------------------------------------

MOVES = st.one_of(
    st.tuples(st.sampled_from(["fetchone", "fetchall", "first", "last", "prior"])),
    st.tuples(st.just("fetchmany"), st.integers(0, 12)),
    st.tuples(st.just("absolute"), st.integers(-14, 14)),
    st.tuples(st.just("relative"), st.integers(-14, 14)),
    st.tuples(st.just("scroll"), st.integers(-14, 14)),
    st.tuples(st.just("scroll_to"), st.integers(-2, 14)),
)


class Model:
    """A list and the index of the row fetched last."""

    def __init__(self, rows: list[Any]) -> None:
        self.rows = rows
        self.current = -1

    @property
    def next(self) -> int:
        return min(self.current + 1, len(self.rows))

    def move(self, how: str, value: int = 0) -> Any:
        count = len(self.rows)
        if how in ("fetchone", "fetchmany", "fetchall"):
            wanted = {"fetchone": 1, "fetchall": count + 1}.get(how, value)
            if wanted == 0:
                return []
            got = self.rows[self.next : self.next + wanted]
            self.current = count if len(got) < wanted else self.next + len(got) - 1
            return (got or [None])[0] if how == "fetchone" else got
        if how in ("scroll", "scroll_to"):
            target = value + (self.next if how == "scroll" else 0)
            if not 0 <= target < count:
                return IndexError
            self.current = target - 1
            return None
        target = {
            "first": 0,
            "last": count - 1,
            "prior": self.current - 1,
            "relative": self.current + value,
        }.get(how, value if value >= 0 else value + count)
        self.current = max(-1, min(target, count))
        return self.rows[target] if 0 <= target < count else None


def _move(cursor: informix_db.Cursor, how: str, value: int = 0) -> Any:
    try:
        if how == "scroll":
            return cursor.scroll(value)
        if how == "scroll_to":
            return cursor.scroll(value, "absolute")
        if how == "fetchmany":
            return cursor.fetchmany(value)
        if how.startswith("fetch"):
            return getattr(cursor, how)()
        if how in ("absolute", "relative"):
            return getattr(cursor, f"fetch_{how}")(value)
        return getattr(cursor, f"fetch_{how}")()
    except IndexError:
        return IndexError


@pytest.fixture
def by_threes(connect: Connect) -> informix_db.Connection:
    """A connection that fetches three rows of the next query at a time."""
    return connect(fetch_buffer_size=700)


@BOTH
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(count=st.integers(0, 12), moves=st.lists(MOVES, max_size=25))
def test_any_moves_match_a_list(
    by_threes: informix_db.Connection, scrollable: bool, count: int, moves: list[Any]
) -> None:
    cursor = by_threes.cursor(scrollable=scrollable)
    cursor.execute("SELECT n, pad FROM numbers WHERE n < ? ORDER BY n", (count,))
    model = Model([(n, "x") for n in range(count)])
    for move in moves:
        assert _move(cursor, *move) == model.move(*move)
        assert cursor.rownumber == model.next
    cursor.close()
