"""INSERT, UPDATE and DELETE: what is stored, what is refused, what is reported.

Tags in parentheses are sources that docs/EMULATOR.md lists.
"""

from __future__ import annotations

import datetime
from datetime import date
from decimal import Decimal

import pytest
from engine_client import SQLClient

from informix_db.testing.api import DatetimeValue

D = Decimal


@pytest.fixture
def t(sql: SQLClient) -> SQLClient:
    sql.do(
        "CREATE TABLE t (id SERIAL PRIMARY KEY, n INT NOT NULL, c CHAR(5), "
        "v VARCHAR(10) DEFAULT 'dv', d DECIMAL(5,2))"
    )
    return sql


def test_rows_come_back_as_stored(sql: SQLClient) -> None:
    sql.do(
        "CREATE TABLE a (si SMALLINT, i INT, bi BIGINT, i8 INT8, f FLOAT, "
        "sf SMALLFLOAT, d DECIMAL(12,4), df DECIMAL(16), m MONEY(16,2), dt DATE, "
        "ts DATETIME YEAR TO FRACTION(5), hm DATETIME HOUR TO MINUTE, c CHAR(10), "
        "v VARCHAR(20), lv LVARCHAR(500), b BOOLEAN)"
    )
    sql.do(
        "INSERT INTO a VALUES (-32767, 2147483647, 9223372036854775807, "
        "-123456789012, 3.14159, 2.5, '-12345678.1234', '123.456', 1234.5, "
        "'02/29/2024', '2024-02-29 13:14:15.12345', '13:14', 'char', 'vc ', "
        "'long text', 't')"
    )
    sql.do(f"INSERT INTO a VALUES ({', '.join(['NULL'] * 16)})")
    assert sql.rows("SELECT * FROM a") == [
        (
            -32767,
            2147483647,
            9223372036854775807,
            -123456789012,
            3.14159,
            2.5,
            D("-12345678.1234"),
            D("123.456"),
            D("1234.50"),
            date(2024, 2, 29),
            DatetimeValue("2024022913141512345", 0, 15),
            DatetimeValue("1314", 6, 8),
            "char",
            "vc ",  # a VARCHAR keeps its blanks (ESQLC-156)
            "long text",
            True,
        ),
        (None,) * 16,
    ]


def test_bound_values_become_the_columns_types(sql: SQLClient) -> None:
    sql.do(
        "CREATE TABLE a (i INT, d DECIMAL(5,2), dt DATE, "
        "ts DATETIME YEAR TO SECOND, f FLOAT, c CHAR(3), b BOOLEAN)"
    )
    moment = DatetimeValue("2024022913141512345", 0, 15)
    sql.do(
        "INSERT INTO a VALUES (?,?,?,?,?,?,?)", "7", 1.239, moment, moment, 2, 9, "f"
    )
    sql.do("INSERT INTO a VALUES (?,?,?,?,?,?,?)", *[None] * 7)
    assert sql.rows("SELECT * FROM a") == [
        (
            7,
            D("1.24"),
            date(2024, 2, 29),
            DatetimeValue("20240229131415", 0, 10),
            2.0,
            "9",
            False,
        ),
        (None,) * 7,
    ]
    assert sql.code("INSERT INTO a (i) VALUES (?)", "x") == -1213
    assert sql.code("INSERT INTO a (i) VALUES (?)", 2**31) == -1215
    assert sql.code("INSERT INTO a (d) VALUES (?)", D("1000")) == -1226
    assert sql.code("INSERT INTO a (i) VALUES (?)") == -254


def test_defaults(sql: SQLClient) -> None:
    """(PUB-112)"""
    sql.do(
        "CREATE TABLE a (k INT, n INT DEFAULT 5, c CHAR(3) DEFAULT 'x', "
        "d DATE DEFAULT TODAY, ts DATETIME YEAR TO SECOND DEFAULT CURRENT YEAR TO "
        "SECOND, u CHAR(10) DEFAULT USER, z INT DEFAULT NULL)"
    )
    sql.do("INSERT INTO a (k) VALUES (1)")
    ((_, number, text, day, moment, user, null),) = sql.rows("SELECT * FROM a")
    assert (number, text, user, null) == (5, "x", "informix", None)
    assert day == datetime.date.today()
    assert moment.digits[:8] == day.strftime("%Y%m%d")


def test_long_strings_are_cut_silently(t: SQLClient) -> None:
    """(ESQLC-153, ESQLC-156)"""
    t.do("INSERT INTO t (n, c, v) VALUES (1, 'abcdefgh', ?)", "12345678901234")
    assert t.rows("SELECT c, v FROM t") == [("abcde", "1234567890")]


def test_ansi_databases_refuse_long_strings(t: SQLClient) -> None:
    ansi = t.another("ansidb")
    ansi.do("CREATE TABLE t (c CHAR(3))")
    assert ansi.code("INSERT INTO t VALUES ('abcd')") == -1279
    assert ansi.code("INSERT INTO t VALUES (?)", "abcd") == -1279
    ansi.do("INSERT INTO t VALUES ('abc  ')")


def test_lengths_count_bytes_of_the_database_locale(sql: SQLClient) -> None:
    utf8 = SQLClient(sql.engine, DB_LOCALE="en_US.utf8")
    utf8.do("CREATE TABLE u (v VARCHAR(4))")
    utf8.do("INSERT INTO u VALUES ('äöü')")
    assert utf8.rows("SELECT v, LENGTH(v), CHAR_LENGTH(v) FROM u") == [("äö", 4, 2)]


class TestSerial:
    """SERIAL rules (4JS-ntz_008, SQR-138)."""

    def test_values_are_generated(self, t: SQLClient) -> None:
        results = [t.do("INSERT INTO t (id, n) VALUES (0, 1)").serial]
        results.append(t.do("INSERT INTO t (n) VALUES (1)").serial)
        results.append(t.do("INSERT INTO t (id, n) VALUES (10, 1)").serial)
        results.append(t.do("INSERT INTO t (id, n) VALUES (0, 1)").serial)
        results.append(t.do("INSERT INTO t (id, n) VALUES (5, 1)").serial)
        results.append(t.do("INSERT INTO t (id, n) VALUES (0, 1)").serial)
        assert results == [1, 2, 10, 11, 5, 12]
        assert t.value("DBINFO('sqlca.sqlerrd1')") == 12

    def test_deleting_and_rolling_back_leave_gaps(self, t: SQLClient) -> None:
        t.do("INSERT INTO t (n) VALUES (1)")
        t.do("DELETE FROM t")
        t.do("BEGIN WORK")
        t.do("INSERT INTO t (n) VALUES (1)")
        t.do("ROLLBACK WORK")
        assert t.do("INSERT INTO t (n) VALUES (1)").serial == 3

    def test_a_start_value(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE s (id SERIAL(100), b BIGSERIAL)")
        result = sql.do("INSERT INTO s VALUES (0, 0)")
        assert (result.serial, result.bigserial) == (100, 1)
        sql.do("CREATE TABLE s8 (id SERIAL8)")
        assert sql.do("INSERT INTO s8 VALUES (0)").serial8 == 1
        assert sql.row("DBINFO('serial8'), DBINFO('bigserial')") == (1, 1)

    def test_updating_one_is_refused(self, t: SQLClient) -> None:
        assert t.code("UPDATE t SET id = 5") == -232

    def test_limits(self, t: SQLClient) -> None:
        t.do("INSERT INTO t (id, n) VALUES (2147483647, 1)")
        assert t.code("INSERT INTO t (n) VALUES (1)") == -1215

    def test_keys_are_reported_for_the_last_row(self, t: SQLClient) -> None:
        statement = t.session.prepare("INSERT INTO t (n) VALUES (7)")
        assert [c.name for c in statement.key_columns] == ["id", "n", "c", "v", "d"]
        result = statement.execute([])
        assert list(result.generated_keys) == [1, 7, None, "dv", None]


def test_null_checks(t: SQLClient) -> None:
    """(ERR): -391 with table.column, -292 for an omitted column, -703 for a key."""
    error = t.error("INSERT INTO t (n) VALUES (NULL)")
    assert (error.sqlcode, error.token) == (-391, "t.n")
    error = t.error("INSERT INTO t (c) VALUES ('x')")
    assert (error.sqlcode, error.token) == (-292, "n")
    t.do("INSERT INTO t (n) VALUES (1)")
    assert t.code("UPDATE t SET n = NULL") == -391
    t.do("CREATE TABLE k (a INT PRIMARY KEY)")
    error = t.error("INSERT INTO k VALUES (?)", None)
    assert (error.sqlcode, error.token) == (-703, "k")


def test_duplicates(t: SQLClient) -> None:
    """(ERR): a constraint is -268, a unique index -239, both ISAM -100."""
    t.do("CREATE UNIQUE INDEX t_n ON t (n)")
    t.do("INSERT INTO t (id, n) VALUES (1, 1)")
    error = t.error("INSERT INTO t (id, n) VALUES (1, 2)")
    assert (error.sqlcode, error.isam, error.token) == (-268, -100, "informix.u100_1")
    error = t.error("INSERT INTO t (n) VALUES (1)")
    assert (error.sqlcode, error.isam, error.token) == (-239, -100, "informix.t_n")
    t.do("INSERT INTO t (n) VALUES (2)")
    assert t.codes("UPDATE t SET n = 1 WHERE n = 2") == (-239, -100)
    assert t.rows("SELECT n FROM t") == [(1,), (2,)]


def test_null_is_one_key_value(sql: SQLClient) -> None:
    """(4JS-pgs_018): one NULL per unique constraint."""
    sql.do("CREATE TABLE u (a INT UNIQUE)")
    sql.do("INSERT INTO u VALUES (NULL)")
    assert sql.code("INSERT INTO u VALUES (NULL)") == -268
    sql.do("CREATE TABLE w (a INT, b INT, UNIQUE (a, b))")
    sql.do("INSERT INTO w VALUES (1, NULL)")
    assert sql.code("INSERT INTO w VALUES (1, NULL)") == -268
    sql.do("INSERT INTO w VALUES (NULL, 1)")
    sql.do("INSERT INTO w VALUES (1, 1)")


def test_trailing_blanks_do_not_make_a_key(sql: SQLClient) -> None:
    sql.do("CREATE TABLE u (v VARCHAR(10) UNIQUE)")
    sql.do("INSERT INTO u VALUES ('a')")
    assert sql.code("INSERT INTO u VALUES ('a  ')") == -268


def test_a_statement_is_all_or_nothing(t: SQLClient) -> None:
    t.do("CREATE TABLE u (a INT UNIQUE)")
    t.do("INSERT INTO u VALUES (3)")
    assert t.code("INSERT INTO u SELECT tabid FROM systables WHERE tabid < 5") == -268
    assert t.rows("SELECT a FROM u") == [(3,)]


def test_keys_may_pass_through_each_other(sql: SQLClient) -> None:
    """`k = k + 1` is checked at the end of the statement."""
    sql.do("CREATE TABLE u (k INT PRIMARY KEY)")
    sql.do("INSERT INTO u SELECT tabid FROM systables WHERE tabid < 5")
    assert sql.do("UPDATE u SET k = k + 1").rows == 4
    assert sql.rows("SELECT k FROM u") == [(2,), (3,), (4,), (5,)]


def test_updates_and_deletes_count_rows(t: SQLClient) -> None:
    t.do("INSERT INTO t (n) SELECT tabid FROM systables WHERE tabid < 4")
    assert t.do("UPDATE t SET c = v, d = n * 1.5 WHERE n > ?", 1).rows == 2
    assert t.value("DBINFO('sqlca.sqlerrd2')") == 2
    assert t.rows("SELECT n, c, d FROM t") == [
        (1, None, None),
        (2, "dv", D("3.00")),
        (3, "dv", D("4.50")),
    ]
    assert t.do("UPDATE t SET (c, d) = ('x', 0)").rows == 3
    assert t.do("DELETE FROM t WHERE n IN (SELECT MAX(n) FROM t)").rows == 1
    assert t.do("DELETE FROM t").rows == 2
    assert t.do("DELETE FROM t").rows == 0


def test_values_may_be_subqueries(t: SQLClient) -> None:
    t.do(
        "INSERT INTO t (n, v) VALUES ((SELECT MAX(tabid) FROM systables WHERE "
        "tabid < 5), UPPER('x') || 'y')"
    )
    assert t.rows("SELECT n, v FROM t") == [(4, "Xy")]


@pytest.mark.parametrize(
    ("statement", "sqlcode", "token"),
    [
        ("INSERT INTO t (n, c) VALUES (1)", -236, ""),
        ("INSERT INTO t (n) SELECT tabid, tabname FROM systables", -236, ""),
        ("INSERT INTO t (nope) VALUES (1)", -217, "nope"),
        ("INSERT INTO t (n, n) VALUES (1, 2)", -681, "n"),
        ("INSERT INTO nowhere VALUES (1)", -206, "nowhere"),
        ("UPDATE t SET nope = 1", -217, "nope"),
        ("UPDATE t SET (n, c) = (1, 'x', 2)", -505, ""),
        ("UPDATE t SET n = nope", -217, "nope"),
        ("DELETE FROM t WHERE nope = 1", -217, "nope"),
        ("INSERT INTO systables (tabname) VALUES ('x')", -275, "systables"),
        ("UPDATE systables SET tabname = 'x'", -273, "systables"),
        ("DELETE FROM systables", -274, "systables"),
    ],
)
def test_bad_statements(t: SQLClient, statement: str, sqlcode: int, token: str) -> None:
    error = t.error(statement)
    assert (error.sqlcode, error.token) == (sqlcode, token)


def test_current_of(t: SQLClient) -> None:
    """(docs/PROTOCOL.md section 4)"""
    t.do("INSERT INTO t (n) SELECT tabid FROM systables WHERE tabid < 4")
    t.do("BEGIN WORK")
    select = t.session.prepare("SELECT n FROM t WHERE n > 0 FOR UPDATE")
    assert select.for_update
    cursor = select.open([], name="cur")
    assert t.code("UPDATE t SET c = 'x' WHERE CURRENT OF cur") == -266
    assert cursor.fetch(1) == [(1,)]
    assert cursor.fetch(1) == [(2,)]
    assert t.do("UPDATE t SET c = 'upd' WHERE CURRENT OF cur").rows == 1
    assert cursor.fetch(1) == [(3,)]
    assert t.do("DELETE FROM t WHERE CURRENT OF cur").rows == 1
    assert t.code("DELETE FROM t WHERE CURRENT OF nobody") == -507
    t.do("COMMIT WORK")
    assert t.rows("SELECT n, c FROM t") == [(1, None), (2, "upd")]
    assert t.code("SELECT COUNT(*) FROM t FOR UPDATE") == -365
    assert t.code("SELECT a.n FROM t a, t b FOR UPDATE") == -365
