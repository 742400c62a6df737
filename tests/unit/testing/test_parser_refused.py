"""What the parser refuses: with which code, at which offset, naming which token."""

from __future__ import annotations

import pytest

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast_query
from informix_db.testing.sql.parser import parse


def refusal(sql: str, *, delimident: bool = False) -> tuple[int, int, str]:
    with pytest.raises(SQLError) as caught:
        parse(sql, delimident=delimident)
    assert caught.value.isam == 0
    return caught.value.sqlcode, caught.value.offset, caught.value.token


def position(marked: str) -> tuple[str, int, str]:
    """Take ``>`` out of a text; return the rest, where it stood, the word there."""
    before, _, after = marked.partition(">")
    return before + after, len(before) + 1, after.split(" ")[0]


# `>` marks the offending token; a word is read up to the next blank.
SYNTAX_ERRORS = [
    ">",
    ">;",
    "SELECT>",
    "SELECT >FROM t",
    "SELECT a, >FROM t",
    "SELECT a FROM>",
    "SELECT 1 FROM>",
    "SELECT a b >c FROM t",
    "SELECT DISTINCT >FROM t",
    "SELECT FIRST a >b c FROM t",
    "SELECT * >* FROM t",
    "SELECT t.* >b FROM t",
    "SELECT a INTO b >FROM t",
    "SELECT a FROM t WHERE>",
    "SELECT a FROM t WHERE >ORDER BY a",
    "SELECT a FROM >WHERE b = 1",
    "SELECT a FROM t WHERE >AND b = 1",
    "SELECT a FROM t WHERE b =>",
    "SELECT a FROM t WHERE b = >= 1",
    "SELECT a FROM t WHERE b = c >= d",
    "SELECT a FROM t WHERE b < c >IS NULL",
    "SELECT a FROM t WHERE NOT b = 1 >= c",
    "SELECT a FROM t WHERE (b = 1>",
    "SELECT a FROM t WHERE b = 1 >)",
    "SELECT a FROM t WHERE b IN ( >)",
    "SELECT a FROM t WHERE b IN >1",
    "SELECT a FROM t WHERE b BETWEEN 1 >OR 2",
    "SELECT a FROM t WHERE b LIKE>",
    "SELECT a FROM t WHERE b >NOT NULL",
    "SELECT a FROM t WHERE (a >, b) = (1, 2)",
    "SELECT a FROM t WHERE EXISTS >(a)",
    "SELECT a FROM t GROUP >a",
    "SELECT a FROM t ORDER >a",
    "SELECT a FROM t ORDER BY>",
    "SELECT a FROM t, >WHERE a = 1",
    "SELECT a FROM t,>",
    "SELECT a FROM t u >v",
    "SELECT a FROM t JOIN u>",
    "SELECT a FROM t LEFT JOIN >ON a = b",
    "SELECT a FROM t CROSS JOIN u >ON a",
    "SELECT a FROM t UNION>",
    "SELECT a FROM t UNION >FROM u",
    "SELECT a FROM t >FOR",
    "SELECT a FROM t INTO TEMP>",
    "SELECT a FROM t LIMIT>",
    "SELECT a FROM >:t",
    "SELECT a FROM t >)",
    "SELECT a FROM t; >SELEC",
    "SELECT a FROM t; >;",
    "SELECT CASE END >FROM t",
    "SELECT CASE WHEN a THEN 2 >FROM t",
    "SELECT CASE a >b END FROM t",
    "SELECT CAST(a >INT) FROM t",
    "SELECT a:: >FROM t",
    "SELECT a::VARCHAR >FROM t",
    "SELECT a::INT >(5) FROM t",
    "SELECT f(a, >) FROM t",
    "SELECT f(a >FROM t",
    "SELECT a[1, >] FROM t",
    "SELECT SUM(a) OVER FROM >FROM t",
    "SELECT SUM(a) OVER (ROWS 1 >) FROM t",
    "SELECT TRIM(BOTH 'x' >) FROM t",
    "SELECT EXTEND(a, YEAR >) FROM t",
    "SELECT DATETIME(2000) >FROM t",
    "SELECT DATETIME( >) YEAR TO YEAR FROM t",
    "SELECT INTERVAL(1) DAY >FROM t",
    "SELECT DATETIME( >? ) YEAR TO YEAR FROM t",
    "CREATE TABLE t (a INT) FRAGMENT BY EXPRESSION a < >? IN d",
    "SELECT SET{1, >} FROM t",
    "WITH a AS >SELECT 1",
    ">SELEC a",
    "INSERT >t VALUES (1)",
    "INSERT INTO VALUES ( >1)",
    "INSERT INTO t VALUES >1",
    "INSERT INTO t VALUES ( >)",
    "INSERT INTO t VALUES (1>",
    "INSERT INTO t VALUES (1) >, (2)",
    "INSERT INTO t VALUES ( >DEFAULT )",
    "INSERT INTO t (a >b) VALUES (1, 2)",
    "INSERT INTO t>",
    "UPDATE t a >= 1",
    "UPDATE t SET>",
    "UPDATE t SET a>",
    "UPDATE t SET a = 1 >b = 2",
    "UPDATE t SET (a, b) = >1",
    "DELETE>",
    "DELETE FROM>",
    "DELETE >* FROM t",
    "DELETE FROM t WHERE CURRENT OF>",
    "MERGE INTO t USING s ON a = b>",
    "MERGE INTO t USING s ON a WHEN MATCHED >AND c THEN DELETE",
    "DROP >t",
    "DROP TABLE>",
    "DROP TABLE t >u",
    "CREATE >t (a INT)",
    "CREATE >TABL t (a INT)",
    "CREATE TABLE t>",
    "CREATE TABLE t ( >)",
    "CREATE TABLE t (a)>",
    "CREATE TABLE t (a INT, >)",
    "CREATE TABLE t (a INT >b INT)",
    "CREATE TABLE t (a DATETIME >)",
    "CREATE TABLE t (a INT >NOT)",
    "CREATE TABLE t (a INT DEFAULT >b )",
    "CREATE TABLE t >(PRIMARY KEY (a))",
    "CREATE TABLE t (a INT, CONSTRAINT p PRIMARY KEY >(a))",
    "CREATE TABLE t (a INT) LOCK MODE >COLUMN",
    "CREATE TABLE t (a INT) WITH >FOO",
    "CREATE INDEX ON >t (a)",
    "CREATE INDEX i ON t ( >1)",
    "CREATE VIEW v AS >t",
    "CREATE SEQUENCE s CYCLE >NOCYCLE",
    "ALTER TABLE t ADD COLUMN a >INT",
    "ALTER TABLE t >FOO (a)",
    "RENAME COLUMN a >TO b",
    "GRANT ON >t TO joe",
    "REVOKE SELECT ON t >TO joe",
    "BEGIN >WORKS",
    "COMMIT WORK >WORK",
    "ROLLBACK TO >s",
    "SAVEPOINT s >ON ROLLBACK RETAIN CURSORS",
    "SET >FOO",
    "SET ISOLATION TO >FOO",
    "SET TRANSACTION ISOLATION LEVEL >DIRTY READ",
    "SET LOCK MODE TO WAIT >FOREVER",
    "SET EXPLAIN >MAYBE",
    "LOCK TABLE t IN >ROW MODE",
    "EXECUTE PROCEDURE p>",
    "EXECUTE FUNCTION f() >INTO x",
    "CLOSE >c",
    ">LET a = 1",
    ">DECLARE c CURSOR FOR SELECT 1",
    ">COMMENT ON t IS 'x'",
    "CREATE PROCEDURE p() LET a = 1 >END PROCEDURE",
    "CREATE PROCEDURE p() LET >1 = 1; END PROCEDURE",
    "CREATE PROCEDURE p() IF a >LET b = 1; END IF; END PROCEDURE",
    "CREATE PROCEDURE p() END >PROC",
    "CREATE PROCEDURE p()>",
]


@pytest.mark.parametrize("marked", SYNTAX_ERRORS)
def test_syntax_error(marked: str) -> None:
    sql, offset, word = position(marked)
    code, at, token = refusal(sql)
    assert (code, at) == (-201, offset)
    assert word.startswith(token)
    assert bool(token) == bool(word)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT # FROM t", (-202, 8, "#")),
        ("SELECT a % 2 FROM t", (-202, 10, "%")),
        ("SELECT a ! b FROM t", (-202, 10, "!")),
        ("SELECT a | b FROM t", (-202, 10, "|")),
        ("SELECT \u00e9 FROM t", (-202, 8, "\u00e9")),
        ("SELECT\u00a0a FROM t", (-202, 7, "\u00a0")),
        ("SELECT \0 a FROM t", (-202, 8, "\0")),
        ("SELECT 12abc FROM t", (-203, 8, "12abc")),
        ("SELECT 1e FROM t", (-204, 8, "1e")),
        ("SELECT 1.5x FROM t", (-204, 8, "1.5x")),
        ("SELECT 1e999 FROM t", (-204, 8, "1e999")),
        ("SET LOCK MODE TO WAIT 99999999999999999999", (-203, 23, "9" * 20)),
        ("SELECT 'abc FROM t", (-282, 8, "'")),
        ("SELECT 'it''s FROM t", (-282, 8, "'")),
        ('SELECT "abc FROM t', (-282, 8, '"')),
        ("SELECT a {x FROM t", (-283, 10, "{")),
        ("SELECT a /* x FROM t", (-943, 10, "/")),
        ("SELECT a /* x * / FROM t", (-943, 10, "/")),
        (f"SELECT {'A' * 129} FROM t", (-253, 8, "a" * 129)),
        ("SELECT a::DATETIME DAY TO YEAR FROM t", (-1268, 20, "")),
        ("SELECT a::INTERVAL MONTH TO DAY FROM t", (-1268, 20, "")),
        ("SELECT a::DATETIME YEAR TO FRACTION(6) FROM t", (-1268, 28, "")),
        ("SELECT a::INTERVAL DAY(0) TO DAY FROM t", (-1268, 20, "")),
    ],
)
def test_other_codes(sql: str, expected: tuple[int, int, str]) -> None:
    assert refusal(sql) == expected


def test_identifiers_of_128_bytes() -> None:
    assert isinstance(parse(f"SELECT {'a' * 128} FROM t"), ast_query.Query)


def test_delimited_identifiers() -> None:
    assert refusal('SELECT "" FROM t', delimident=True) == (-201, 8, '""')
    long = "A" * 129
    assert refusal(f'SELECT "{long}" FROM t', delimident=True) == (-253, 8, long)
    assert refusal('INSERT INTO t ("a") VALUES (1)') == (-201, 16, '"a"')


# --- limits ------------------------------------------------------------------

DEEP = {
    "parentheses": "SELECT " + "(" * 10_000 + "1" + ")" * 10_000 + " FROM t",
    "calls": "SELECT " + "f(" * 10_000 + "1" + ")" * 10_000 + " FROM t",
    "subqueries": "SELECT a FROM t WHERE a IN (" * 5_000 + "1" + ")" * 5_000,
    "derived tables": "SELECT a FROM (" * 5_000 + "SELECT 1" + ")" * 5_000,
    "unions": "(" * 10_000 + "SELECT a FROM t" + ")" * 10_000,
    "common tables": "WITH a AS (" * 5_000,
    "not": "SELECT a FROM t WHERE " + "NOT " * 10_000 + "a",
    "signs": "SELECT " + "- " * 10_000 + "1 FROM t",
    "case": "SELECT " + "CASE WHEN " * 10_000,
    "sums": "SELECT " + "+".join(["a"] * 10_000) + " FROM t",
    "concatenations": "SELECT " + "||".join(["a"] * 10_000) + " FROM t",
    "casts": "SELECT a" + "::INT" * 10_000 + " FROM t",
    "subscripts": "SELECT a" + "[1]" * 10_000 + " FROM t",
    "units": "SELECT a" + " UNITS DAY" * 10_000 + " FROM t",
    "joins": "SELECT a FROM t" + " JOIN u ON a" * 10_000,
    "pending joins": "SELECT a FROM t" + " JOIN u" * 10_000,
    "outer": "SELECT a FROM t, " + "OUTER " * 10_000 + "u",
    "outer groups": "SELECT a FROM t, " + "OUTER (" * 10_000,
    "collections": "SELECT " + "SET{" * 10_000,
    "rows": "SELECT " + "ROW(" * 10_000,
    "collection types": "SELECT a::" + "SET(" * 10_000,
    "row types": "SELECT a::" + "ROW(a " * 10_000,
    "blocks": "CREATE PROCEDURE p() " + "BEGIN " * 10_000,
    "branches": "CREATE PROCEDURE p() " + "IF a THEN ELSE " * 10_000,
}


@pytest.mark.parametrize("what", DEEP)
def test_depth_is_limited(what: str) -> None:
    assert refusal(DEEP[what])[0] == -762


def test_usual_depth_is_not_refused() -> None:
    parse("SELECT " + "(" * 90 + "1" + ")" * 90)
    parse("SELECT " + "NVL(" * 40 + "a" + ", 1)" * 40)
    parse("SELECT a FROM t WHERE b IN (" * 20 + "1" + ")" * 20)
    parse("SELECT " + " || ".join(["a"] * 180))
    parse("SELECT a FROM t" + " JOIN u ON a = b" * 100)


BROAD = {
    "literal": "SELECT '" + "x" * 1_000_000 + "' FROM t",
    "quotes": "SELECT '" + "''" * 500_000 + "' FROM t",
    "list": f"SELECT a FROM t WHERE a IN ({','.join(map(str, range(100_000)))})",
    "or": "SELECT a FROM t WHERE " + " OR ".join(["a = 1"] * 20_000),
    "and": "SELECT a FROM t WHERE " + " AND ".join(["a = 1"] * 20_000),
    "unions": " UNION ALL ".join(["SELECT a FROM t"] * 5_000),
    "columns": f"CREATE TABLE t ({','.join(f'c{i} INT' for i in range(10_000))})",
    "blanks": " " * 500_000 + "SELECT a FROM t" + " " * 500_000,
    "comments": "SELECT a FROM t " + "{x} -- y\n" * 100_000,
    "digits": "SELECT " + "9" * 1_000 + " FROM t",
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("what", BROAD)
def test_breadth_is_not_limited(what: str) -> None:
    parse(BROAD[what])


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT '" + "''" * 500_000, -282),
        ("SELECT " + '"' * 999_999, -282),
        ("SELECT " + "{" * 1_000_000, -283),
        ("SELECT " + "SET{" * 100_000, -762),
        ("SELECT " + "(" * 250_000, -762),
        ("SELECT a FROM " + "(" * 250_000, -201),
        ("SELECT a FROM " + "(" * 125_000 + ")" * 125_000, -762),
        ("SELECT " + "DATETIME(" * 25_000, -201),
        ("SELECT " + "9" * 1_000_000, -203),
        ("SELECT " + "a" * 1_000_000, -253),
        ("SELECT " + "- " * 125_000, -762),
    ],
    ids=lambda value: str(value)[:20],
)
def test_long_nonsense_is_refused_in_time(sql: str, code: int) -> None:
    assert refusal(sql)[0] == code
