"""IfxPy's functions about statements, parameters and rows."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import informix_db
from informix_db.compat import IfxPy

ALL = "SELECT id, breed, name, weight FROM animals ORDER BY id"
STATIC = {IfxPy.SQL_ATTR_CURSOR_TYPE: IfxPy.SQL_CURSOR_STATIC}


def rows_of(statement: IfxPy.IFXStatement) -> list[tuple[Any, ...]]:
    """Fetch the way programs do: until there is a False."""
    rows = []
    row = IfxPy.fetch_tuple(statement)
    while row is not False:
        rows.append(row)
        row = IfxPy.fetch_tuple(statement)
    return rows


@pytest.fixture
def insert(manual: IfxPy.IFXConnection) -> IfxPy.IFXStatement:
    return IfxPy.prepare(manual, "INSERT INTO animals (id, breed) VALUES (?, ?)")


# -- executing


def test_rows_changed(manual: IfxPy.IFXConnection) -> None:
    sql = "UPDATE animals SET weight = weight + 1 WHERE id < 3"
    changed = IfxPy.exec_immediate(manual, sql)
    assert (IfxPy.num_rows(changed), IfxPy.num_fields(changed)) == (3, 0)
    assert IfxPy.get_num_result(changed) == -1
    nothing = IfxPy.exec_immediate(manual, "DELETE FROM animals WHERE id = 99")
    assert IfxPy.num_rows(nothing) == 0


def test_a_statement_is_prepared_and_described(link: IfxPy.IFXConnection) -> None:
    statement = IfxPy.prepare(link, ALL)
    assert IfxPy.num_fields(statement) == 4
    assert IfxPy.num_rows(statement) == -1
    assert IfxPy.execute(statement) is True
    assert len(rows_of(statement)) == 7
    assert IfxPy.execute(statement) is True
    assert rows_of(statement)[0] == (0, "cat", "Pook".ljust(16), "3.20")


def test_preparing_costs_the_execution_nothing(link: IfxPy.IFXConnection) -> None:
    stats = link._link.driver.stats
    statement = IfxPy.prepare(link, "SELECT breed FROM animals WHERE id = 1")
    IfxPy.execute(statement)
    assert rows_of(statement) == [("dog",)]
    assert link._link.driver.stats.round_trips - stats.round_trips == 2


def test_parameters_as_a_tuple(insert: IfxPy.IFXStatement) -> None:
    assert IfxPy.execute(insert, (90, "emu")) is True
    assert IfxPy.num_rows(insert) == 1
    for values, text in [
        ([91, "gnu"], "^Param is not a tuple$"),
        ((91,), "^1 params bound not matching 2 required$"),
        ((91, "gnu", None), "^3 params bound not matching 2 required$"),
    ]:
        with pytest.raises(Exception, match=text):
            IfxPy.execute(insert, values)


def test_parameters_that_were_bound(
    manual: IfxPy.IFXConnection, insert: IfxPy.IFXStatement
) -> None:
    with pytest.raises(Exception, match=r"^Parameters not bound$"):
        IfxPy.execute(insert)
    assert IfxPy.bind_param(insert, 2, "emu", IfxPy.SQL_PARAM_INPUT) is True
    with pytest.raises(Exception, match=r"^1 params bound not matching 2 required$"):
        IfxPy.execute(insert)
    number = 92
    IfxPy.bind_param(insert, 1, number, IfxPy.SQL_PARAM_INPUT, IfxPy.SQL_INTEGER)
    assert IfxPy.execute(insert) is True
    assert IfxPy.execute(insert) is True
    count = IfxPy.exec_immediate(manual, "SELECT COUNT(*) FROM animals WHERE id = 92")
    assert int(IfxPy.fetch_tuple(count)[0]) == 2
    for wrong in (0, -1, "1"):
        with pytest.raises(Exception, match=r"Supplied parameter is invalid"):
            IfxPy.bind_param(insert, wrong, None)
    with pytest.raises(Exception, match=r"^Binding Error: .*SQLCODE=-11092"):
        IfxPy.bind_param(insert, 1, "file.txt", IfxPy.PARAM_FILE)


def test_many_rows(insert: IfxPy.IFXStatement) -> None:
    assert IfxPy.execute_many(insert, ((93, "a"), (94, None), (95, "c"))) == 3
    for rows, text in [
        ([(1, "a")], "^Param is not a tuple$"),
        (((1, "a"), [2, "b"]), "^Value parameter: 2 is not a tuple$"),
        (((1, "a"), (2,)), "^Value parameter tuple: 2 has less no of param$"),
        (((1, "a", 3),), "^Value parameter tuple: 1 has more no of param$"),
    ]:
        with pytest.raises(Exception, match=text):
            IfxPy.execute_many(insert, rows)


def test_an_int_is_not_cut_to_32_bits(insert: IfxPy.IFXStatement) -> None:
    with pytest.raises(Exception, match=r"Numeric value out of range. SQLCODE=-11025"):
        IfxPy.execute(insert, (2**33, "emu"))
    assert IfxPy.stmt_error(insert) == "22003"


def test_text_is_converted(manual: IfxPy.IFXConnection) -> None:
    IfxPy.exec_immediate(
        manual,
        "CREATE TEMP TABLE conversions (d DATE, t DATETIME YEAR TO SECOND, "
        "h DATETIME HOUR TO SECOND, n DECIMAL(7,2), v VARCHAR(20), b BOOLEAN)",
    )
    statement = IfxPy.prepare(
        manual, "INSERT INTO conversions VALUES (?, ?, ?, ?, ?, ?)"
    )
    texts = ("1981-07-08", "2013-06-06T15:30:39", "10:42:34", "98.65", "1981-07-08", 1)
    IfxPy.execute(statement, texts)
    statement = IfxPy.prepare(
        manual, "UPDATE conversions SET b = ?, v = ? WHERE d = ? AND t = ?"
    )
    IfxPy.execute(statement, (0, "2013-06-06T15:30:39", *texts[:2]))
    assert IfxPy.num_rows(statement) == 1
    rows = rows_of(IfxPy.exec_immediate(manual, "SELECT * FROM conversions"))
    assert rows == [
        (
            datetime.date(1981, 7, 8),
            datetime.datetime(2013, 6, 6, 15, 30, 39),
            datetime.time(10, 42, 34),
            "98.65",
            "2013-06-06T15:30:39",
            0,
        )
    ]
    assert type(rows[0][-1]) is int


@pytest.mark.parametrize("text", ["1981-13-08", "1981-07-0x"])
def test_text_that_is_no_date_is_refused(
    manual: IfxPy.IFXConnection, text: str
) -> None:
    IfxPy.exec_immediate(manual, "CREATE TEMP TABLE dates (d DATE)")
    statement = IfxPy.prepare(manual, "INSERT INTO dates VALUES (?)")
    with pytest.raises(Exception, match=r"^Statement Execute Failed: .*SQLCODE=-12"):
        IfxPy.execute(statement, (text,))


def test_bytes_of_all_kinds(manual: IfxPy.IFXConnection) -> None:
    IfxPy.exec_immediate(manual, "CREATE TEMP TABLE pictures (id INT, b BYTE, l BLOB)")
    statement = IfxPy.prepare(manual, "INSERT INTO pictures VALUES (0, ?, ?)")
    IfxPy.execute(statement, (memoryview(b"\0one"), bytearray(b"two\xff")))
    IfxPy.execute(statement, (b"three", "text"))
    assert rows_of(IfxPy.exec_immediate(manual, "SELECT b, l FROM pictures")) == [
        (b"\0one", b"two\xff"),
        (b"three", b"text"),
    ]


def test_collections_as_text(manual: IfxPy.IFXConnection) -> None:
    IfxPy.exec_immediate(
        manual,
        "CREATE TEMP TABLE bags (c1 INT, c2 SET(VARCHAR(9) NOT NULL), "
        "c3 ROW(a VARCHAR(9), b INT))",
    )
    statement = IfxPy.prepare(manual, "INSERT INTO bags VALUES (?, ?, ?)")
    kinds = (IfxPy.SQL_INTEGER, IfxPy.SQL_CHAR, IfxPy.SQL_VARCHAR)
    details = (None, IfxPy.SQL_INFX_RC_COLLECTION, IfxPy.SQL_INFX_RC_ROW)
    for at, (kind, detail) in enumerate(zip(kinds, details, strict=True), 1):
        more = () if detail is None else (detail,)
        IfxPy.bind_param(statement, at, None, IfxPy.SQL_PARAM_INPUT, kind, *more)
    IfxPy.execute(statement, (1, "SET{'Joe', 'Phoebe'}", "ROW('Pune', 411061)"))
    fetched = IfxPy.exec_immediate(manual, "SELECT c2, c3 FROM bags")
    assert rows_of(fetched) == [(b"SET{'Joe','Phoebe'}", b"ROW('Pune',411061)")]


def test_a_file_named_in_a_statement_is_read(
    manual: IfxPy.IFXConnection, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_bytes(b"Dear Sir")
    IfxPy.exec_immediate(manual, "CREATE TEMP TABLE letters (c CLOB)")
    sql = f"INSERT INTO letters VALUES (FILETOCLOB('{tmp_path}/%s', 'client'))"
    IfxPy.exec_immediate(manual, sql % "letter.txt")
    with pytest.raises(Exception, match=r"SQLCODE=-9810"):
        IfxPy.exec_immediate(manual, sql % "nothing.txt")
    assert rows_of(IfxPy.exec_immediate(manual, "SELECT c FROM letters")) == [
        ("Dear Sir",)
    ]


def test_serials(manual: IfxPy.IFXConnection) -> None:
    IfxPy.exec_immediate(manual, "CREATE TEMP TABLE numbered (n SERIAL(17), v INT)")
    statement = IfxPy.prepare(manual, "INSERT INTO numbered VALUES (0, ?)")
    assert IfxPy.get_last_serial_value(statement) == "0"
    IfxPy.execute(statement, (1,))
    IfxPy.execute(statement, (2,))
    assert IfxPy.get_last_serial_value(statement) == "18"


# -- routines


@pytest.fixture
def routines(manual: IfxPy.IFXConnection) -> IfxPy.IFXConnection:
    IfxPy.exec_immediate(
        manual,
        "CREATE FUNCTION lighter(most FLOAT) RETURNING CHAR(16), INT; "
        "DEFINE n CHAR(16); DEFINE i INT; FOREACH c FOR SELECT name, id INTO n, i "
        "FROM animals WHERE weight < most ORDER BY id RETURN n, i WITH RESUME; "
        "END FOREACH; END FUNCTION",
    )
    IfxPy.exec_immediate(
        manual,
        "CREATE PROCEDURE heavier() UPDATE animals SET weight = weight + 1 "
        "WHERE id = 0; END PROCEDURE",
    )
    IfxPy.exec_immediate(
        manual,
        "CREATE PROCEDURE doubled(a INT, OUT b INT) LET b = 2 * a; END PROCEDURE",
    )
    return manual


LIGHTEST = [("Bubbles".ljust(16), 3), ("Gizmo".ljust(16), 4)]


@pytest.mark.parametrize("sql", ["CALL lighter(1)", "{call lighter( 1 ) } ;"])
def test_call_as_a_statement(routines: IfxPy.IFXConnection, sql: str) -> None:
    assert rows_of(IfxPy.exec_immediate(routines, sql)) == LIGHTEST
    statement = IfxPy.prepare(routines, sql.replace("1", "?"))
    IfxPy.execute(statement, (0.15,))
    assert rows_of(statement) == LIGHTEST[:1]


def test_callproc(routines: IfxPy.IFXConnection) -> None:
    called = IfxPy.callproc(routines, "lighter", (1,))
    assert called[1:] == (1,)
    assert rows_of(called[0]) == LIGHTEST
    called = IfxPy.callproc(routines, "heavier")
    assert isinstance(called, IfxPy.IFXStatement)
    assert IfxPy.num_fields(called) == 0
    cat = IfxPy.exec_immediate(routines, "SELECT weight FROM animals WHERE id = 0")
    assert rows_of(cat) == [("4.20",)]


def test_output_parameters_are_refused(routines: IfxPy.IFXConnection) -> None:
    for name in ("doubled", "informix.DOUBLED"):
        with pytest.raises(Exception, match=r"Driver not capable. SQLCODE=-11092"):
            IfxPy.callproc(routines, name, (1, 0))
    IfxPy.exec_immediate(routines, "DROP PROCEDURE doubled")
    IfxPy.exec_immediate(
        routines, "CREATE PROCEDURE doubled(a INT, b INT) DEFINE c INT; END PROCEDURE"
    )
    assert IfxPy.callproc(routines, "doubled", (1, 0))[1:] == (1, 0)
    with pytest.raises(Exception, match=r"Param is not a tuple"):
        IfxPy.callproc(routines, "lighter", [1])
    with pytest.raises(Exception, match=r"Supplied parameter is invalid"):
        IfxPy.callproc(routines, None)


# -- rows


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


# -- what went wrong


def test_errors_of_statements_are_told_once(link: IfxPy.IFXConnection) -> None:
    statement = IfxPy.prepare(link, "INSERT INTO animals (name) VALUES (?)")
    assert IfxPy.stmt_error(statement) == IfxPy.stmt_errormsg(statement) == ""
    text = (
        "[Informix][Informix ODBC Driver]String data right truncation. SQLCODE=-11023"
    )
    with pytest.raises(Exception, match=r"^Statement Execute Failed: ") as caught:
        IfxPy.execute(statement, ("more than sixteen letters",))
    assert str(caught.value).endswith(text)
    assert [IfxPy.stmt_error(statement), IfxPy.stmt_error(statement)] == ["22001", ""]
    assert [IfxPy.stmt_warn(statement), IfxPy.stmt_warn(statement)] == [text, ""]
    assert IfxPy.stmt_errormsg(statement) == text
    assert (IfxPy.stmt_error(), IfxPy.stmt_errormsg()) == ("22001", text)
    assert IfxPy.stmt_warn() == text
    with pytest.raises(Exception, match=r"statement object parameter is invalid"):
        IfxPy.stmt_error("no handle")


@pytest.mark.parametrize(
    ("sql", "state", "code"),
    [
        ("insert int0 animals values (1)", "42000", -201),
        ("SELECT * FROM plants", "42S02", -206),
        ("SELECT colour FROM animals", "42S22", -217),
        ("CREATE TABLE animals (a INT)", "42S01", -310),
        ("SELECT 1 / 0 FROM animals", "22012", -1202),
    ],
)
def test_sqlstates(link: IfxPy.IFXConnection, sql: str, state: str, code: int) -> None:
    with pytest.raises(Exception, match=rf"SQLCODE={code}$") as caught:
        rows_of(IfxPy.exec_immediate(link, sql))
    assert caught.value.__cause__.sqlcode == code
    assert IfxPy.stmt_error() == state


def test_text_for_a_number(insert: IfxPy.IFXStatement) -> None:
    text = "[Informix][Informix ODBC Driver]Invalid character value for cast "
    with pytest.raises(Exception, match=r"SQLCODE=-11106") as caught:
        IfxPy.execute(insert, ('"999"', None))
    expected = f"Statement Execute Failed: {text}specification. SQLCODE=-11106"
    assert str(caught.value) == expected


# -- besides


def test_counting_primes() -> None:
    assert IfxPy.SpeedTestWithCPrimeCount(1, 30) == 10
    assert IfxPy.SpeedTestWithCPrimeCount(29, 31) == 2


@pytest.mark.parametrize(
    "function",
    [
        IfxPy.open_smart_trigger,
        IfxPy.get_smart_trigger_session_id,
        IfxPy.join_smart_trigger_session,
        IfxPy.register_smart_trigger_loop,
        IfxPy.register_smart_trigger_no_loop,
        IfxPy.delete_smart_trigger_session,
    ],
)
def test_smart_triggers_are_refused(link: IfxPy.IFXConnection, function: Any) -> None:
    with pytest.raises(Exception, match=r"Driver not capable. SQLCODE=-11092"):
        function(link, "unique", False, 0, 1, 0)
