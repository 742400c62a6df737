"""IfxPy's functions that fetch rows, say what they are, and let them go."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

import informix_db
from informix_db.compat import IfxPy

from .fetching import ALL, rows_of

STATIC = {IfxPy.SQL_ATTR_CURSOR_TYPE: IfxPy.SQL_CURSOR_STATIC}


def test_the_ways_to_fetch(link: IfxPy.IFXConnection) -> None:
    name = "Pook".ljust(16)
    statement = IfxPy.exec_immediate(link, ALL)
    assert IfxPy.fetch_tuple(statement) == (0, "cat", name, "3.20")
    assert IfxPy.fetch_assoc(statement)["name"] == "Peaches".ljust(16)
    both = IfxPy.fetch_both(statement)
    assert list(both) == [0, 1, 2, 3, "id", "breed", "name", "weight"]
    assert (both["weight"], both[3]) == ("350.00", "350.00")
    assert IfxPy.fetch_row(statement) is True
    assert IfxPy.result(statement, 1) == "gold fish"
    assert IfxPy.result(statement, "breed") == "gold fish"
    assert IfxPy.result(statement, "passport") is None
    assert IfxPy.result(statement, 4) is None
    assert len(rows_of(statement)) == 3
    assert IfxPy.fetch_tuple(statement) is False
    assert IfxPy.fetch_assoc(statement) is False
    assert IfxPy.fetch_both(statement) is False
    assert IfxPy.fetch_row(statement) is False
    assert IfxPy.result(statement, 0) is None


def test_the_number_of_rows_is_known_at_the_end(link: IfxPy.IFXConnection) -> None:
    statement = IfxPy.exec_immediate(link, ALL)
    assert IfxPy.num_rows(statement) == IfxPy.get_num_result(statement) == -1
    IfxPy.fetch_tuple(statement)
    assert IfxPy.num_rows(statement) == -1
    rows_of(statement)
    assert IfxPy.num_rows(statement) == 7
    assert IfxPy.get_num_result(statement) == -1


def test_rows_by_number(link: IfxPy.IFXConnection) -> None:
    statement = IfxPy.prepare(link, ALL, STATIC)
    IfxPy.execute(statement)
    assert IfxPy.get_num_result(statement) == IfxPy.num_rows(statement) == 7
    assert IfxPy.fetch_tuple(statement)[0] == 0
    assert IfxPy.get_num_result(statement) == 7
    assert IfxPy.fetch_tuple(statement, 0)[0] == 1
    assert IfxPy.fetch_tuple(statement, 6)[0] == 5
    assert IfxPy.fetch_assoc(statement, 2)["id"] == 1
    assert IfxPy.fetch_both(statement)[0] == 2
    assert IfxPy.fetch_row(statement, 7) is True
    assert IfxPy.result(statement, 0) == 6
    assert IfxPy.fetch_tuple(statement, 8) is False
    assert IfxPy.fetch_row(statement, 99) is False
    for fetch in (IfxPy.fetch_tuple, IfxPy.fetch_row, IfxPy.fetch_assoc):
        with pytest.raises(Exception, match=r"number must be a positive value"):
            fetch(statement, -1)


def test_the_number_of_rows_of_nothing(link: IfxPy.IFXConnection) -> None:
    statement = IfxPy.exec_immediate(link, f"{ALL[:-12]} WHERE id > 9", STATIC)
    assert IfxPy.get_num_result(statement) == 0
    assert IfxPy.fetch_tuple(statement) is False


def test_rows_by_number_need_a_scrollable_cursor(link: IfxPy.IFXConnection) -> None:
    statement = IfxPy.exec_immediate(link, ALL)
    text = "[Informix][Informix ODBC Driver]Fetch type out of range. SQLCODE=-11086"
    with pytest.raises(Exception, match=r"Fetch type out of range") as caught:
        IfxPy.fetch_assoc(statement, 2)
    assert str(caught.value) == f"Fetch Failure: {text}"
    assert IfxPy.stmt_error(statement) == "HY106"
    assert IfxPy.stmt_errormsg(statement) == text
    assert IfxPy.fetch_row(statement, 2) is False


def test_no_rows_to_fetch(manual: IfxPy.IFXConnection) -> None:
    statement = IfxPy.exec_immediate(manual, "DELETE FROM animals WHERE id = 99")
    with pytest.raises(Exception, match=r"Invalid cursor state. SQLCODE=-11031"):
        IfxPy.fetch_tuple(statement)
    assert IfxPy.fetch_row(statement) is False
    prepared = IfxPy.prepare(manual, ALL)
    with pytest.raises(Exception, match=r"Invalid cursor state"):
        IfxPy.fetch_tuple(prepared)


def test_names_in_the_case_asked_for(link: IfxPy.IFXConnection) -> None:
    IfxPy.set_option(link, {IfxPy.ATTR_CASE: IfxPy.CASE_UPPER}, 1)
    statement = IfxPy.exec_immediate(link, ALL)
    row = IfxPy.fetch_assoc(statement)
    assert list(row) == ["ID", "BREED", "NAME", "WEIGHT"]
    assert row[IfxPy.field_name(statement, 1)] == "cat"
    assert IfxPy.result(statement, "breed") == IfxPy.result(statement, "BREED") == "cat"
    IfxPy.set_option(statement, {IfxPy.ATTR_CASE: IfxPy.CASE_LOWER}, 0)
    assert "breed" in IfxPy.fetch_both(statement)


def test_values(manual: IfxPy.IFXConnection) -> None:
    IfxPy.exec_immediate(
        manual,
        "CREATE TEMP TABLE kinds (big BIGINT, i8 INT8, f FLOAT, m MONEY(8,2), "
        "fl DECIMAL(6), t TEXT, c CLOB, n NCHAR(4), span INTERVAL DAY TO FRACTION(2), "
        "age INTERVAL YEAR TO MONTH, nothing INT)",
    )
    statement = IfxPy.prepare(
        manual, "INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    span = -datetime.timedelta(days=1, seconds=2, microseconds=250_000)
    age = informix_db.IntervalYM(-14)
    IfxPy.execute(
        statement,
        (
            *(2**62, -(2**62), 0.5, Decimal("9.5"), Decimal("1.5E+9")),
            *("text", "clob", "ab", span, age, None),
        ),
    )
    assert rows_of(IfxPy.exec_immediate(manual, "SELECT * FROM kinds")) == [
        (
            *(2**62, -(2**62), 0.5, "9.50", "1500000000"),
            *("text", "clob", "ab  ", span, age, None),
        )
    ]


def test_blanks_are_counted_in_bytes(connstr: str) -> None:
    link = IfxPy.connect(
        f"{connstr}CLIENT_LOCALE=en_US.utf8;DB_LOCALE=en_US.utf8", "", ""
    )
    IfxPy.exec_immediate(link, "CREATE TEMP TABLE umlauts (c CHAR(6))")
    IfxPy.execute(IfxPy.prepare(link, "INSERT INTO umlauts VALUES (?)"), ("öö",))
    statement = IfxPy.exec_immediate(link, "SELECT c FROM umlauts")
    assert rows_of(statement) == [("öö  ",)]
    IfxPy.set_option(link, {IfxPy.USE_WCHAR: IfxPy.WCHAR_NO}, 1)
    statement = IfxPy.exec_immediate(link, "SELECT c, 'ö' || '' FROM umlauts")
    assert rows_of(statement) == [("öö  ".encode(), "ö".encode())]
    IfxPy.close(link)


def test_text_as_bytes(link: IfxPy.IFXConnection) -> None:
    statement = IfxPy.prepare(link, "SELECT breed, name FROM animals WHERE id = 0")
    IfxPy.set_option(statement, {IfxPy.USE_WCHAR: IfxPy.WCHAR_NO}, 0)
    IfxPy.execute(statement)
    assert rows_of(statement) == [(b"cat", b"Pook".ljust(16))]


# -- the end


def test_freeing(link: IfxPy.IFXConnection) -> None:
    statement = IfxPy.prepare(link, ALL)
    IfxPy.execute(statement)
    assert IfxPy.free_result(statement) is True
    assert IfxPy.free_result(statement) is True
    with pytest.raises(Exception, match=r"Invalid cursor state"):
        IfxPy.fetch_tuple(statement)
    IfxPy.execute(statement)
    assert IfxPy.fetch_tuple(statement)[0] == 0
    assert IfxPy.free_stmt(statement) is True
    assert IfxPy.free_stmt(statement) is None
    assert IfxPy.free_stmt(None) is None
    for use in (IfxPy.fetch_tuple, IfxPy.free_result, IfxPy.num_fields, IfxPy.execute):
        with pytest.raises(Exception, match=r"statement object parameter is invalid"):
            use(statement)
    with pytest.raises(Exception, match=r"statement object parameter is invalid"):
        IfxPy.execute(IfxPy.IFXStatement())


@pytest.mark.parametrize("free", [IfxPy.free_result, IfxPy.free_stmt])
def test_what_is_freed_is_closed_on_the_server(
    link: IfxPy.IFXConnection, free: Any
) -> None:
    sql = "SELECT a.*, b.* FROM systables a, systables b"
    statement = IfxPy.exec_immediate(link, sql)
    assert IfxPy.fetch_row(statement)
    before = link._link.driver.stats.requests
    free(statement)
    assert link._link.driver.stats.requests > before
