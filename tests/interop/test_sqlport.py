"""What another grammar of Informix SQL, that of sqlport, accepts and refuses.

sqlport translates Informix schemas and routines for PostgreSQL; its grammar was written
from such sources, not from the manual. Every disagreement is listed with its reason:
one that goes away or a new one fails.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest

from informix_db.testing.api import SQLError
from informix_db.testing.sql.parser import parse

pytestmark = pytest.mark.interop

ACCEPTED = """
SELECT a FROM t
SELECT * FROM t
SELECT t.* FROM t
SELECT a, b AS c, d e FROM t
SELECT DISTINCT a FROM t
SELECT UNIQUE a FROM t
SELECT FIRST 10 a FROM t
SELECT SKIP 5 FIRST 10 a FROM t
SELECT a FROM t WHERE a = 1 AND b <> 2 OR NOT c < 3
SELECT a FROM t WHERE a != 1
SELECT a FROM t WHERE a == 1
SELECT a FROM t WHERE a IN (1, 2, 3)
SELECT a FROM t WHERE a NOT IN (SELECT b FROM u)
SELECT a FROM t WHERE a BETWEEN 1 AND 2
SELECT a FROM t WHERE a NOT BETWEEN 1 AND 2
SELECT a FROM t WHERE a LIKE 'x%'
SELECT a FROM t WHERE a NOT LIKE 'x%'
SELECT a FROM t WHERE a MATCHES 'x*'
SELECT a FROM t WHERE a NOT MATCHES '[a-c]*'
SELECT a FROM t WHERE a LIKE 'x!%' ESCAPE '!'
SELECT a FROM t WHERE a IS NULL AND b IS NOT NULL
SELECT a FROM t WHERE EXISTS (SELECT b FROM u WHERE u.b = t.a)
SELECT a FROM t WHERE a > ALL (SELECT b FROM u)
SELECT a FROM t WHERE a = ANY (SELECT b FROM u)
SELECT a FROM t WHERE (a = 1 OR b = 2) AND c = 3
SELECT a + b * c - d / e FROM t
SELECT -a FROM t
SELECT a || b FROM t
SELECT a[1,3] FROM t
SELECT a[2] FROM t
SELECT a::INT FROM t
SELECT CAST(a AS INT) FROM t
SELECT a::DECIMAL(8,2) FROM t
SELECT COUNT(*), SUM(a), MAX(b) FROM t
SELECT COUNT(DISTINCT a) FROM t
SELECT a, COUNT(*) FROM t GROUP BY a HAVING COUNT(*) > 1
SELECT a FROM t ORDER BY a
SELECT a FROM t ORDER BY 1 DESC, b ASC
SELECT a FROM t, u WHERE t.a = u.a
SELECT a FROM t JOIN u ON t.a = u.a
SELECT a FROM t INNER JOIN u ON t.a = u.a
SELECT a FROM t LEFT JOIN u ON t.a = u.a
SELECT a FROM t LEFT OUTER JOIN u ON t.a = u.a
SELECT a FROM t RIGHT JOIN u ON t.a = u.a
SELECT a FROM t FULL OUTER JOIN u ON t.a = u.a
SELECT a FROM t CROSS JOIN u
SELECT a FROM t, OUTER u WHERE t.a = u.a
SELECT a FROM t, OUTER (u, OUTER v) WHERE t.a = u.a AND u.b = v.b
SELECT a FROM (SELECT b AS a FROM u) AS x
SELECT a FROM t UNION SELECT b FROM u
SELECT a FROM t UNION ALL SELECT b FROM u
SELECT a FROM t INTERSECT SELECT b FROM u
SELECT a FROM t MINUS SELECT b FROM u
SELECT a FROM t INTO TEMP x
SELECT a FROM t INTO TEMP x WITH NO LOG
SELECT a FROM t INTO x
SELECT a FROM t INTO RAW x
CREATE TABLE x AS SELECT a FROM t
SELECT CASE WHEN a = 1 THEN 'x' ELSE 'y' END FROM t
SELECT CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' END FROM t
SELECT NVL(a, 0) FROM t
SELECT DECODE(a, 1, 'x', 'y') FROM t
SELECT TODAY, CURRENT, USER FROM t
SELECT CURRENT YEAR TO SECOND FROM t
SELECT EXTEND(a, YEAR TO MINUTE) FROM t
SELECT a + 3 UNITS DAY FROM t
SELECT MDY(1, 2, 2000) FROM t
SELECT DATETIME(2000-01-02) YEAR TO DAY FROM t
SELECT INTERVAL(3) DAY TO DAY FROM t
SELECT TRIM(a), TRIM(LEADING '0' FROM a) FROM t
SELECT SUBSTRING(a FROM 1 FOR 3) FROM t
SELECT (SELECT MAX(b) FROM u) FROM t
SELECT a FROM db:t
SELECT a FROM db@server:owner.t
SELECT a FROM owner.t
SELECT a FROM "owner".t
SELECT a FROM t -- comment
SELECT a { comment } FROM t
SELECT a /* comment */ FROM t
SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) FROM t
WITH x AS (SELECT a FROM t) SELECT a FROM x
SELECT a FROM t FOR UPDATE
SELECT s.NEXTVAL FROM t
SELECT SET{1, 2} FROM t
INSERT INTO t VALUES (1, 'x', NULL)
INSERT INTO t (a, b) VALUES (1, 2)
INSERT INTO t SELECT a FROM u
INSERT INTO t (a) SELECT a FROM u
UPDATE t SET a = 1
UPDATE t SET a = 1, b = b + 1 WHERE c = 2
UPDATE t SET (a, b) = (1, 2)
UPDATE t SET (a, b) = ((SELECT c, d FROM u))
UPDATE t SET a[1,2] = 'x'
DELETE FROM t
DELETE FROM t WHERE a = 1
MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET b = u.b
MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT (a) VALUES (u.a)
TRUNCATE TABLE t
TRUNCATE t
CREATE TABLE t (a INT, b CHAR(10) NOT NULL, c DECIMAL(8,2) DEFAULT 0)
CREATE TABLE t (a SERIAL PRIMARY KEY, b DATETIME YEAR TO SECOND)
CREATE TABLE t (a INT, b INT, PRIMARY KEY (a))
CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u (b))
CREATE TABLE t (a INT, b INT, CHECK (a > b))
CREATE TEMP TABLE t (a INT) WITH NO LOG
CREATE TABLE t (a INTERVAL DAY(5) TO SECOND, b SET(INT NOT NULL), c BYTE)
CREATE INDEX i ON t (a)
CREATE UNIQUE INDEX i ON t (a, b DESC)
CREATE VIEW v AS SELECT a FROM t
CREATE VIEW v (x, y) AS SELECT a, b FROM t
CREATE SYNONYM s FOR t
CREATE SEQUENCE s INCREMENT BY 2 START WITH 10
ALTER TABLE t ADD b INT
ALTER TABLE t ADD (b INT, c CHAR(2))
ALTER TABLE t DROP b
ALTER TABLE t MODIFY (a BIGINT)
ALTER TABLE t ADD CONSTRAINT PRIMARY KEY (a)
ALTER TABLE t DROP CONSTRAINT c
ALTER SEQUENCE s RESTART WITH 5
DROP TABLE t
DROP TABLE IF EXISTS t
DROP VIEW v
DROP INDEX i
DROP PROCEDURE p
RENAME TABLE t TO u
RENAME COLUMN t.a TO b
GRANT SELECT ON t TO PUBLIC
GRANT ALL ON t TO u
REVOKE ALL ON t FROM PUBLIC
BEGIN WORK
COMMIT WORK
ROLLBACK WORK
SAVEPOINT s
SET ISOLATION TO DIRTY READ
SET LOCK MODE TO WAIT 10
SET LOCK MODE TO NOT WAIT
LOCK TABLE t IN EXCLUSIVE MODE
LOCK TABLE t IN SHARE MODE
UNLOCK TABLE t
UPDATE STATISTICS
UPDATE STATISTICS FOR TABLE t
EXECUTE PROCEDURE p(1, 'x')
EXECUTE FUNCTION f()
DATABASE d
CLOSE DATABASE
CREATE DATABASE d WITH LOG
CREATE PROCEDURE p(a INT) DEFINE b INT; LET b = a + 1; END PROCEDURE
CREATE PROCEDURE p() RETURNING INT; RETURN 1; END PROCEDURE
CREATE FUNCTION f(a INT DEFAULT 3) RETURNING INT; RETURN a; END FUNCTION
CREATE PROCEDURE p() FOREACH SELECT a INTO b FROM t RETURN b; END FOREACH; END PROCEDURE
CREATE PROCEDURE p() ON EXCEPTION IN (-206) END EXCEPTION; END PROCEDURE
CREATE PROCEDURE p() RAISE EXCEPTION -746, 0, 'x'; END PROCEDURE
CREATE PROCEDURE p() WHILE 1 = 1 EXIT WHILE; END WHILE; END PROCEDURE
CREATE PROCEDURE p() IF 1 = 1 THEN CALL q(); END IF; END PROCEDURE
CREATE PROCEDURE p() IF 1 = 1 THEN LET a = 1; ELSE LET a = 2; END IF; END PROCEDURE
CREATE TRIGGER g INSERT ON t FOR EACH ROW (INSERT INTO u VALUES (1))
"""

REFUSED = """
SELECT FROM t
SELECT a FROM
SELECT a b c FROM t
SELECT a, FROM t
SELECT a FROM t WHERE
SELECT a FROM t WHERE a =
SELECT a FROM t WHERE a = = 1
SELECT a FROM t GROUP a
SELECT a FROM t ORDER a
SELECT a FROM t WHERE a IN ()
SELECT a FROM t WHERE a IN 1
SELECT a FROM t WHERE a BETWEEN 1
SELECT a FROM t WHERE a IS
SELECT a FROM t WHERE a IS NOT
SELECT (a FROM t
SELECT a) FROM t
SELECT a FROM t JOIN u
SELECT a FROM t LEFT u ON t.a = u.a
SELECT a FROM t UNION
SELECT a FROM t INTO TEMP
SELECT CASE WHEN a THEN FROM t
SELECT CASE END FROM t
SELECT CAST(a INT) FROM t
SELECT CAST(a AS) FROM t
SELECT a[1 FROM t
SELECT a[] FROM t
SELECT a:: FROM t
SELECT 'abc FROM t
SELEC a FROM t
INSERT t VALUES (1)
INSERT INTO t VALUES
INSERT INTO t VALUES ()
INSERT INTO t VALUES 1
INSERT INTO t (a, b VALUES (1, 2)
INSERT INTO t (a) VALUES (1), (2)
INSERT INTO VALUES (1)
UPDATE t
UPDATE t SET
UPDATE t SET a
UPDATE t SET a =
UPDATE SET a = 1
UPDATE t SET a = 1,
UPDATE t SET a = 1 WHERE
DELETE t WHERE
DELETE FROM
DELETE FROM t WHERE
DELETE FROM t a = 1
MERGE INTO t USING u WHEN MATCHED THEN DELETE
MERGE t USING u ON t.a = u.a WHEN MATCHED THEN DELETE
MERGE INTO t USING u ON t.a = u.a
CREATE TABL t (a INT)
CREATE TABLE t
CREATE TABLE t ()
CREATE TABLE t (a)
CREATE TABLE t (a INT b INT)
CREATE TABLE t (a INT,)
CREATE TABLE (a INT)
CREATE TABLE t (a CHAR(x))
CREATE INDEX ON t (a)
CREATE INDEX i t (a)
CREATE INDEX i ON t
CREATE VIEW v SELECT a FROM t
CREATE VIEW v AS
CREATE SYNONYM s t
ALTER TABLE t
ALTER TABLE t ADD
ALTER TABLE ADD b INT
ALTER TABLE t MODIFY
DROP t
DROP TABLE
RENAME TABLE t u
RENAME t TO u
GRANT SELECT t TO PUBLIC
GRANT SELECT ON t
REVOKE ALL ON t TO PUBLIC
BEGIN WORKS
COMMIT WORKS
SET ISOLATION TO FOO
SET LOCK MODE WAIT
LOCK TABLE t
LOCK TABLE t IN FOO MODE
EXECUTE p(1)
EXECUTE PROCEDURE
EXECUTE PROCEDURE p(1,)
CREATE PROCEDURE p() LET = 1; END PROCEDURE
CREATE PROCEDURE p() IF 1 = 1 LET a = 1; END IF; END PROCEDURE
CREATE PROCEDURE p() WHILE 1 = 1 END PROCEDURE
CREATE PROCEDURE p( RETURNING INT; RETURN 1; END PROCEDURE
CREATE PROCEDURE p()
"""


def statements(text: str) -> list[str]:
    return text.strip().splitlines()


# What sqlport's grammar lacks, each in Informix's manuals (Guide to SQL: Syntax).
UNKNOWN_TO_SQLPORT = {
    "ESCAPE of LIKE and MATCHES": ["SELECT a FROM t WHERE a LIKE 'x!%' ESCAPE '!'"],
    "ANY and ALL": [
        "SELECT a FROM t WHERE a > ALL (SELECT b FROM u)",
        "SELECT a FROM t WHERE a = ANY (SELECT b FROM u)",
    ],
    "CAST: only ::": ["SELECT CAST(a AS INT) FROM t"],
    "OUTER: only with parentheses, and one": [
        "SELECT a FROM t, OUTER u WHERE t.a = u.a",
        "SELECT a FROM t, OUTER (u, OUTER v) WHERE t.a = u.a AND u.b = v.b",
    ],
    "INTERSECT and MINUS": [
        "SELECT a FROM t INTERSECT SELECT b FROM u",
        "SELECT a FROM t MINUS SELECT b FROM u",
    ],
    "WITH NO LOG": [
        "SELECT a FROM t INTO TEMP x WITH NO LOG",
        "CREATE TEMP TABLE t (a INT) WITH NO LOG",
    ],
    "permanent tables from queries": [
        "SELECT a FROM t INTO x",
        "SELECT a FROM t INTO RAW x",
        "CREATE TABLE x AS SELECT a FROM t",
    ],
    "CASE with an operand": [
        "SELECT CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' END FROM t"
    ],
    "qualifiers as arguments, literals of DATETIME": [
        "SELECT EXTEND(a, YEAR TO MINUTE) FROM t",
        "SELECT DATETIME(2000-01-02) YEAR TO DAY FROM t",
    ],
    "servers; owners without quotes": [
        "SELECT a FROM db@server:owner.t",
        "SELECT a FROM owner.t",
    ],
    "window functions": ["SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) FROM t"],
    "WITH": ["WITH x AS (SELECT a FROM t) SELECT a FROM x"],
    "cursors": ["SELECT a FROM t FOR UPDATE"],
    "braces: always a comment": ["SELECT SET{1, 2} FROM t"],
    "subscripts on the left of an assignment": ["UPDATE t SET a[1,2] = 'x'"],
    "TABLE after TRUNCATE": ["TRUNCATE TABLE t"],
    "FOREIGN KEY: only with its constraint's name": [
        "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u (b))"
    ],
    "DESC in an index": ["CREATE UNIQUE INDEX i ON t (a, b DESC)"],
    "views: only with a list of columns": ["CREATE VIEW v AS SELECT a FROM t"],
    "most of ALTER TABLE": [
        "ALTER TABLE t ADD (b INT, c CHAR(2))",
        "ALTER TABLE t DROP b",
        "ALTER TABLE t MODIFY (a BIGINT)",
        "ALTER TABLE t DROP CONSTRAINT c",
    ],
    "RENAME": ["RENAME TABLE t TO u", "RENAME COLUMN t.a TO b"],
    "GRANT ALL": ["GRANT ALL ON t TO u"],
    "transactions, isolation and databases": [
        "ROLLBACK WORK",
        "SAVEPOINT s",
        "SET ISOLATION TO DIRTY READ",
        "DATABASE d",
        "CLOSE DATABASE",
        "CREATE DATABASE d WITH LOG",
    ],
    "triggers: only of a full form": [
        "CREATE TRIGGER g INSERT ON t FOR EACH ROW (INSERT INTO u VALUES (1))"
    ],
}
# What it accepts beyond Informix.
REFUSED_BY_US_ONLY = {
    "IN takes a list, a query or a collection": ["SELECT a FROM t WHERE a IN 1"],
    "a join other than CROSS needs ON": ["SELECT a FROM t JOIN u"],
}


def ours(sql: str) -> bool:
    try:
        parse(sql)
    except SQLError:
        return False
    return True


class _RefusedError(Exception):
    pass


Accepts = Callable[[str], bool]


@pytest.fixture(scope="module")
def theirs() -> Iterator[Accepts]:
    """Tell whether sqlport accepts a statement."""
    from sqlport import lexer, parser

    def refuse(*_: object) -> None:
        raise _RefusedError

    def accepts(sql: str) -> bool:
        one = parser.SqlParser()
        one.input_text = text = f"{sql};\n"
        try:
            tokens = lexer.SqlLexer().tokenize(text, refuse, 1)
            return one.parse(tokens, refuse, 1) is not None
        except (_RefusedError, AttributeError):  # its lexer fails over an open quote
            return False

    with pytest.MonkeyPatch.context() as patch:
        for module in (lexer, parser):  # what it would print
            patch.setattr(module, "stderr", io.StringIO())
        yield accepts


@pytest.mark.parametrize("sql", statements(ACCEPTED))
def test_accepted(sql: str, theirs: Accepts) -> None:
    listed = any(sql in group for group in UNKNOWN_TO_SQLPORT.values())
    assert (ours(sql), theirs(sql)) == (True, not listed)


@pytest.mark.parametrize("sql", statements(REFUSED))
def test_refused(sql: str, theirs: Accepts) -> None:
    listed = any(sql in group for group in REFUSED_BY_US_ONLY.values())
    assert (ours(sql), theirs(sql)) == (False, listed)


def test_every_listed_disagreement_is_about_a_statement_here() -> None:
    listed = {sql for group in UNKNOWN_TO_SQLPORT.values() for sql in group}
    assert listed <= set(statements(ACCEPTED))
    listed = {sql for group in REFUSED_BY_US_ONLY.values() for sql in group}
    assert listed <= set(statements(REFUSED))
