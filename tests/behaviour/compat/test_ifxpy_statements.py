"""IfxPy's functions about statements, their parameters and errors."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from informix_db.compat import IfxPy

from .fetching import ALL, rows_of


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


def test_a_bool_is_a_number_where_no_bool_is_stored(
    manual: IfxPy.IFXConnection,
) -> None:
    IfxPy.exec_immediate(
        manual,
        "CREATE TEMP TABLE flags (i INT, s SMALLINT, d DECIMAL(3,1), c CHAR(1), "
        "b BOOLEAN)",
    )
    statement = IfxPy.prepare(manual, "INSERT INTO flags VALUES (?, ?, ?, ?, ?)")
    IfxPy.execute(statement, (True, False, True, False, True))
    statement = IfxPy.prepare(manual, "SELECT * FROM flags WHERE i = ? AND b = ?")
    IfxPy.execute(statement, (True, True))
    assert IfxPy.fetch_tuple(statement) == (1, 0, "1.0", "0", 1)


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
