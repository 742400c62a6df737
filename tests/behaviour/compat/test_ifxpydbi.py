"""IfxPyDbi, IfxPy's PEP 249 module."""

from __future__ import annotations

import datetime
import gc
from collections.abc import Callable
from decimal import Decimal

import pytest

import informix_db
from informix_db.compat import IfxPy, IfxPyDbi

ALL = "SELECT id, name, weight FROM animals ORDER BY id"


@pytest.fixture
def undone(dbi: IfxPyDbi.Connection) -> IfxPyDbi.Connection:
    """A connection whose work is rolled back at the end."""
    dbi.set_autocommit(False)
    return dbi


@pytest.fixture
def cursor(undone: IfxPyDbi.Connection) -> IfxPyDbi.Cursor:
    return undone.cursor()


# -- connecting


def test_statements_commit_themselves(connstr: str, dbi: IfxPyDbi.Connection) -> None:
    other = IfxPyDbi.connect(connstr)
    cursor = other.cursor()
    cursor.execute("UPDATE animals SET weight = 3.33 WHERE id = 0")
    assert other.rollback() is True
    reader = dbi.cursor()
    reader.execute("SELECT weight FROM animals WHERE id = 0")
    assert reader.fetchone() == (Decimal("3.33"),)
    cursor.execute("UPDATE animals SET weight = 3.2 WHERE id = 0")
    assert other.close() is True


@pytest.mark.parametrize("how", ["set_autocommit", "set_option", "conn_options"])
def test_work_of_a_transaction(connstr: str, how: str) -> None:
    off = {IfxPyDbi.SQL_ATTR_AUTOCOMMIT: IfxPyDbi.SQL_AUTOCOMMIT_OFF}
    options = off if how == "conn_options" else None
    connection = IfxPyDbi.connect(connstr, conn_options=options)
    if how == "set_autocommit":
        assert connection.set_autocommit(False) is True
    elif how == "set_option":
        assert connection.set_option(off) is True
    assert connection.get_option(IfxPyDbi.SQL_ATTR_AUTOCOMMIT) == 0
    cursor = connection.cursor()
    cursor.execute("DELETE FROM animals")
    assert cursor.rowcount == 7
    assert connection.rollback() is True
    cursor.execute("SELECT COUNT(*) FROM animals")
    assert cursor.fetchone() == (Decimal(7),)
    assert connection.commit() is True
    connection.close()


def test_arguments_fill_what_the_string_leaves_out(connstr: str) -> None:
    host = connstr.partition("HOST=")[2].partition(";")[0]
    parts = ("UID=informix;", "PWD=in4mix;", "DATABASE=zoo;", f"HOST={host};")
    short = connstr
    for part in parts:
        short = short.replace(part, "")
    for string in (short, connstr):
        password = "in4mix" if string is short else "wrong, and not looked at"
        connection = IfxPyDbi.connect(string, "informix", password, host, "zoo")
        assert IfxPy.server_info(connection.conn_handler).DB_NAME == "zoo"
        connection.close()


def test_connecting_goes_wrong(connstr: str) -> None:
    with pytest.raises(IfxPyDbi.OperationalError, match=r"SQLCODE=-951") as caught:
        IfxPyDbi.connect(connstr.replace("in4mix", "wrong"))
    assert isinstance(caught.value.__cause__, informix_db.OperationalError)
    with pytest.raises(IfxPyDbi.ProgrammingError, match="unknown keyword"):
        IfxPyDbi.connect("HOSTS=x")
    for arguments in [(None,), (connstr, 1), (connstr, "", "", "", 7)]:
        with pytest.raises(IfxPyDbi.InterfaceError, match="to be of type string"):
            IfxPyDbi.connect(*arguments)
    with pytest.raises(IfxPyDbi.InterfaceError, match="conn_options"):
        IfxPyDbi.connect(connstr, conn_options=[1])


def test_what_is_known_of_the_server(dbi: IfxPyDbi.Connection) -> None:
    assert dbi.dbms_name == "Informix"
    assert dbi.dbms_ver.startswith("15.00.")
    assert dbi.server_info() == (dbi.dbms_name, dbi.dbms_ver)
    assert isinstance(dbi.conn_handler, IfxPy.IFXConnection)
    for name in ("dbms_name", "dbms_ver"):
        with pytest.raises(AttributeError):
            setattr(dbi, name, "")
    assert dbi.set_current_schema("s") == "dummy"
    assert dbi.get_current_schema() == "dummy"
    assert dbi.set_case("ABC") == "abc"


@pytest.mark.parametrize(
    "use",
    [
        lambda c: c.set_case(None),
        lambda c: c.tables(3),
        lambda c: c.primary_keys(True, None, b"animals"),
        lambda c: c.columns(None, "animals", [3]),
        lambda c: c.set_option(None),
    ],
)
def test_arguments_of_the_wrong_kind(
    dbi: IfxPyDbi.Connection, use: Callable[[IfxPyDbi.Connection], object]
) -> None:
    with pytest.raises(IfxPyDbi.InterfaceError):
        use(dbi)
    assert dbi.tables(None, "animals")


def test_a_closed_connection(connstr: str) -> None:
    connection = IfxPyDbi.connect(connstr)
    cursor = connection.cursor()
    cursor.execute(ALL)
    connection.close()
    for use in (
        connection.close,
        connection.cursor,
        connection.commit,
        connection.rollback,
        connection.tables,
        lambda: connection.get_option(102),
        lambda: connection.set_autocommit(True),
        cursor.fetchone,
        cursor.close,
        lambda: cursor.execute(ALL),
        lambda: cursor.callproc("p"),
    ):
        with pytest.raises(IfxPyDbi.ProgrammingError):
            use()


def test_a_connection_does_not_keep_cursors(dbi: IfxPyDbi.Connection) -> None:
    for _ in range(3):
        dbi.cursor().execute(ALL)
    gc.collect()
    assert len(dbi._cursors) == 0


# -- executing


def test_execute_returns_true(cursor: IfxPyDbi.Cursor) -> None:
    assert cursor.execute("UPDATE animals SET weight = 1 WHERE id < ?", (3,)) is True
    assert cursor.rowcount == 3
    assert cursor.execute("DELETE FROM animals WHERE id IN (?, ?)", [1, 2]) is True
    assert cursor.rowcount == 2
    assert cursor.execute(ALL) is True
    assert cursor.rowcount == -1


def test_executemany(cursor: IfxPyDbi.Cursor) -> None:
    rows = [(100, "a"), [101, "b"], (102, None)]
    assert cursor.executemany("INSERT INTO animals (id, name) VALUES (?, ?)", rows)
    assert cursor.rowcount == 3
    cursor.execute("SELECT name FROM animals WHERE id >= 100 ORDER BY id")
    assert cursor.fetchall() == [("a".ljust(16),), ("b".ljust(16),), (None,)]


def test_executemany_with_autocommit_is_all_or_nothing(
    dbi: IfxPyDbi.Connection,
) -> None:
    cursor = dbi.cursor()
    sql = "INSERT INTO animals (id, weight) VALUES (?, ?)"
    with pytest.raises(IfxPyDbi.DataError):
        cursor.executemany(sql, [(100, 1), (101, "heavy")])
    cursor.execute("SELECT COUNT(*) FROM animals WHERE id >= 100")
    assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.execute(None),
        lambda c: c.execute(ALL, "text"),
        lambda c: c.execute(ALL, {"a": 1}),
        lambda c: c.executemany(None, []),
        lambda c: c.executemany(ALL, None),
        lambda c: c.executemany(ALL, (row for row in ())),
        lambda c: c.executemany("INSERT INTO animals (id, name) VALUES (?, ?)", ["7a"]),
        lambda c: c.executemany("INSERT INTO animals (id) VALUES (?)", [None]),
        lambda c: c.callproc(None),
        lambda c: c.callproc("p", "text"),
        lambda c: c.fetchmany("1"),
    ],
)
def test_wrong_arguments(
    cursor: IfxPyDbi.Cursor, call: Callable[[IfxPyDbi.Cursor], object]
) -> None:
    with pytest.raises(IfxPyDbi.InterfaceError) as caught:
        call(cursor)
    assert cursor.messages == [caught.value]


def test_parameters_that_do_not_match(cursor: IfxPyDbi.Cursor) -> None:
    with pytest.raises(IfxPyDbi.ProgrammingError, match="Parameters not bound"):
        cursor.execute("SELECT 1 FROM animals WHERE id = ?")
    with pytest.raises(IfxPyDbi.Error, match="2 params bound not matching 1 required"):
        cursor.execute("SELECT 1 FROM animals WHERE id = ?", (1, 2))


def test_binary_stores_the_bytes(cursor: IfxPyDbi.Cursor) -> None:
    cursor.execute("CREATE TEMP TABLE pictures (b BYTE)")
    cursor.execute("INSERT INTO pictures VALUES (?)", (IfxPyDbi.Binary(b"\0\xff"),))
    cursor.executemany("INSERT INTO pictures VALUES (?)", [(IfxPyDbi.Binary(b"2"),)])
    cursor.execute("SELECT b FROM pictures")
    assert cursor.fetchall() == [(b"\0\xff",), (b"2",)]


def test_serials(cursor: IfxPyDbi.Cursor) -> None:
    cursor.execute("CREATE TEMP TABLE numbered (n SERIAL(17), v INT)")
    assert cursor.last_identity_val is None
    cursor.execute("INSERT INTO numbered VALUES (0, 1)")
    assert cursor.last_identity_val == 17
    cursor.execute("SELECT n FROM numbered")
    assert cursor.last_identity_val == 17


def test_callproc(cursor: IfxPyDbi.Cursor) -> None:
    cursor.execute(
        "CREATE FUNCTION heavy(least INT) RETURNING CHAR(16) AS who; "
        "DEFINE n CHAR(16); FOREACH SELECT name INTO n FROM animals "
        "WHERE weight > least RETURN n WITH RESUME; END FOREACH; END FUNCTION"
    )
    assert cursor.callproc("heavy", [200]) == (200,)
    assert cursor.fetchall() == [("Smarty".ljust(16),)]
    assert [column[0] for column in cursor.description] == ["who"]
    cursor.execute("CREATE PROCEDURE rest() DEFINE a INT; END PROCEDURE")
    assert cursor.callproc("rest") is None
    cursor.execute("CREATE PROCEDURE more(INOUT a INT) LET a = a + 1; END PROCEDURE")
    with pytest.raises(IfxPyDbi.NotSupportedError):
        cursor.callproc("more", (1,))


# -- rows


def test_fetching(cursor: IfxPyDbi.Cursor) -> None:
    cursor.execute(ALL)
    assert cursor.fetchone() == (0, "Pook".ljust(16), Decimal("3.20"))
    assert [row[0] for row in cursor.fetchmany()] == [1]
    cursor.arraysize = 2
    assert [row[0] for row in cursor.fetchmany()] == [2, 3]
    assert [row[0] for row in cursor.fetchmany(1)] == [4]
    assert [row[0] for row in cursor.fetchmany(-1)] == [5, 6]
    assert cursor.fetchone() is None
    assert cursor.fetchmany(3) == cursor.fetchall() == []
    cursor.execute(ALL)
    assert [row[0] for row in cursor] == list(range(7))
    with pytest.raises(IfxPyDbi.ProgrammingError, match="expected to be positive"):
        cursor.fetchmany(-2)


def test_nothing_to_fetch(cursor: IfxPyDbi.Cursor) -> None:
    for fetch in (cursor.fetchone, cursor.fetchall, cursor.fetchmany, cursor.nextset):
        with pytest.raises(IfxPyDbi.ProgrammingError, match="execute an SQL statement"):
            fetch()
    cursor.execute("DELETE FROM animals")
    assert cursor.description is None
    for fetch in (cursor.fetchone, cursor.fetchall, cursor.fetchmany, cursor.nextset):
        with pytest.raises(IfxPyDbi.ProgrammingError, match="not produce any result"):
            fetch()


def test_there_is_no_next_set(cursor: IfxPyDbi.Cursor) -> None:
    cursor.execute(ALL)
    assert cursor.nextset() is None
    assert cursor.setinputsizes([1]) is None
    assert cursor.setoutputsize(1, 2) is None


def test_an_error_in_the_middle_is_raised(cursor: IfxPyDbi.Cursor) -> None:
    cursor.execute(
        "CREATE FUNCTION failing() RETURNING CHAR(999); DEFINE i INT; FOR i = 1 TO 99 "
        "RETURN i WITH RESUME; END FOR RAISE EXCEPTION -746, 0, 'enough'; END FUNCTION"
    )
    cursor.execute("CALL failing()")
    assert cursor.fetchone() == ("1".ljust(999),)
    with pytest.raises(IfxPyDbi.DatabaseError, match=r"Fetch Failure: .*SQLCODE=-746"):
        cursor.fetchall()


def test_decimals_as_text(dbi: IfxPyDbi.Connection) -> None:
    assert dbi.FIX_RETURN_TYPE == 1
    before = dbi.cursor()
    assert dbi.set_fix_return_type(False) == 0
    after = dbi.cursor()
    for cursor, value in [(before, Decimal("3.20")), (after, "3.20")]:
        cursor.execute("SELECT weight FROM animals WHERE id = 0")
        assert cursor.fetchone() == (value,)
    assert dbi.set_fix_return_type(True) == 1


def test_descriptions(cursor: IfxPyDbi.Cursor) -> None:
    assert cursor.description is None
    cursor.execute(
        "CREATE TEMP TABLE kinds (i INT NOT NULL, b BIGINT, f FLOAT, n DECIMAL(7,2), "
        "d DATE, h DATETIME HOUR TO SECOND, t DATETIME YEAR TO SECOND, c CHAR(3), "
        "age INTERVAL DAY TO DAY, s SET(INT NOT NULL))"
    )
    cursor.execute("SELECT * FROM kinds")
    assert cursor.description[:4] == [
        ["i", IfxPyDbi.NUMBER, 11, 11, 10, 0, False],
        ["b", IfxPyDbi.BIGINT, 20, 20, 19, 0, True],
        ["f", IfxPyDbi.FLOAT, 24, 24, 15, 0, True],
        ["n", IfxPyDbi.DECIMAL, 9, 9, 7, 2, True],
    ]
    assert [column[1] for column in cursor.description[4:]] == [
        *(IfxPyDbi.DATE, IfxPyDbi.TIME, IfxPyDbi.DATETIME, IfxPyDbi.STRING, None, None)
    ]


# -- the end of a cursor


def test_closing_cursors(dbi: IfxPyDbi.Connection) -> None:
    cursor = dbi.cursor()
    assert cursor.connection is dbi
    cursor.execute(ALL)
    assert cursor.close() is True
    with pytest.raises(IfxPyDbi.ProgrammingError):
        cursor.close()
    assert dbi.cursor().close() is None


# -- errors


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("INSERT INTO keyed VALUES (1)", IfxPyDbi.IntegrityError),
        ("INSERT INTO keyed VALUES (NULL)", IfxPyDbi.IntegrityError),
        ("SELEKT", IfxPyDbi.ProgrammingError),
        ("SELECT * FROM nothing", IfxPyDbi.ProgrammingError),
        ("SELECT 1 / 0 FROM keyed", IfxPyDbi.DataError),
    ],
)
def test_errors_are_what_they_mean_and_what_they_were(
    cursor: IfxPyDbi.Cursor, sql: str, kind: type[Exception]
) -> None:
    cursor.execute("CREATE TEMP TABLE keyed (id INT PRIMARY KEY)")
    cursor.execute("INSERT INTO keyed VALUES (1)")
    with pytest.raises(IfxPyDbi.OperationalError) as caught:
        cursor.execute(sql)
    error = caught.value
    assert isinstance(error, kind)
    assert isinstance(error.__cause__, informix_db.Error)
    text = f"IfxPyDbi::{kind.__name__}: Exception('Statement "
    assert str(error).startswith(text)
    assert error._message == str(error)
    assert f"SQLCODE={error.__cause__.sqlcode}" in str(error)
    assert cursor.messages == [error]
    cursor.execute("SELECT id FROM keyed")
    assert cursor.messages == []


# -- the catalog


def test_tables_and_columns(dbi: IfxPyDbi.Connection) -> None:
    [table] = dbi.tables("INFORMIX", "Animals")
    assert (table["TABLE_NAME"], table["TABLE_TYPE"]) == ("animals", "TABLE")
    names = [row["COLUMN_NAME"] for row in dbi.columns("informix", "animals")]
    assert names == ["id", "breed", "name", "weight"]
    some = dbi.columns(None, "animals", ["NAME", "id", "colour"])
    assert [row["COLUMN_NAME"] for row in some] == ["id", "name"]
    assert "animals" in [row["TABLE_NAME"] for row in dbi.tables()]


def test_keys_and_indexes(dbi: IfxPyDbi.Connection) -> None:
    cursor = dbi.cursor()
    cursor.execute("CREATE TABLE rooms (id INT PRIMARY KEY CONSTRAINT pk_rooms)")
    cursor.execute(
        "CREATE TABLE doors (room INT REFERENCES rooms CONSTRAINT fk_doors, wide INT)"
    )
    cursor.execute("CREATE INDEX ix_wide ON doors (wide)")
    [primary] = dbi.primary_keys(True, None, "ROOMS")
    assert (primary["PK_NAME"], primary["COLUMN_NAME"]) == ("pk_rooms", "id")
    [foreign] = dbi.foreign_keys(table_name="doors")
    assert (foreign["FK_NAME"], foreign["PKTABLE_NAME"]) == ("fk_doors", "rooms")
    assert dbi.foreign_keys(True, "informix", "rooms") == []
    indexes = dbi.indexes(table_name="doors")
    assert {row["TYPE"] for row in indexes} == {IfxPyDbi.SQL_INDEX_OTHER}
    assert "ix_wide" in [row["INDEX_NAME"] for row in indexes]
    unique = dbi.indexes(False, "informix", "doors")
    assert "ix_wide" not in [row["INDEX_NAME"] for row in unique]
    with pytest.raises(IfxPyDbi.ProgrammingError, match="unique must be a boolean"):
        dbi.indexes(1)


# -- values that get lost in IfxPy


def test_nothing_is_lost(cursor: IfxPyDbi.Cursor) -> None:
    values = (
        2**62,
        -datetime.timedelta(days=3, seconds=1, microseconds=500_000),
        informix_db.IntervalYM(-30),
    )
    cursor.execute(
        "CREATE TEMP TABLE lost (b BIGINT, d INTERVAL DAY TO FRACTION(3), "
        "y INTERVAL YEAR TO MONTH)"
    )
    cursor.execute("INSERT INTO lost VALUES (?, ?, ?)", values)
    cursor.execute("SELECT * FROM lost")
    assert cursor.fetchone() == values


def test_column_names_that_are_not_ascii(connstr: str) -> None:
    connection = IfxPyDbi.connect(connstr + "DELIMIDENT=y")
    cursor = connection.cursor()
    cursor.execute('SELECT id AS "größe" FROM animals WHERE id = 6')
    assert cursor.description[0][0] == "größe"
    statement = IfxPy.exec_immediate(
        connection.conn_handler, 'SELECT id AS "größe" FROM animals WHERE id = 6'
    )
    assert IfxPy.fetch_row(statement)
    assert IfxPy.result(statement, "größe") == 6
    connection.close()
