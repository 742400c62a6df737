"""A thousand damaged statements: each gets an answer, and the session lives on."""

from __future__ import annotations

import logging
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from engine_client import SQLClient

import informix_db
from informix_db.testing import Server
from informix_db.testing.engine import Engine

SEEDS = 10
STATEMENTS_PER_SEED = 100

SCHEMA = """
CREATE TABLE t (k INT, v DECIMAL(8,2), s VARCHAR(20), c CHAR(6), d DATE)
CREATE TABLE u (k INT, n BIGINT, m DATETIME YEAR TO SECOND, f FLOAT, b BOOLEAN)
INSERT INTO t VALUES (1, 1.5, 'one', 'abc', MDY(1, 2, 2000))
INSERT INTO t VALUES (2, NULL, 'two', 'def', NULL)
INSERT INTO u VALUES (1, 12345678901, CURRENT YEAR TO SECOND, 1e3, 't')
INSERT INTO u VALUES (3, NULL, NULL, NULL, 'f')
"""
VALID = """
SELECT k, v + 1, s || 'x', c[1,2], d + 3 FROM t WHERE k BETWEEN 1 AND 5
SELECT t.*, u.n FROM t LEFT OUTER JOIN u ON t.k = u.k WHERE u.f IS NOT NULL
SELECT t.s, u.m FROM t, OUTER u WHERE t.k = u.k AND u.n > 3
SELECT s, COUNT(*), SUM(v), MAX(d) FROM t GROUP BY s HAVING COUNT(*) > 0 ORDER BY 2 DESC
SELECT FIRST 3 k, CASE WHEN v > 1 THEN 'a' ELSE 'b' END FROM t ORDER BY k
SELECT k FROM t UNION ALL SELECT k FROM u ORDER BY 1
SELECT k FROM t WHERE k IN (SELECT k FROM u WHERE u.k = t.k) OR EXISTS (SELECT 1 FROM u)
SELECT EXTEND(m, YEAR TO DAY), m - 3 UNITS DAY, DATETIME(2000-01-02) YEAR TO DAY FROM u
SELECT NVL(v, 0), DECODE(k, 1, 'x', 'y'), TRIM(BOTH ' ' FROM c), TO_CHAR(d, '%Y') FROM t
SELECT k::CHAR(5), CAST(v AS INT), ROUND(v, 1), MOD(k, 2), LENGTH(s) FROM t
SELECT ROW_NUMBER() OVER (PARTITION BY s ORDER BY k DESC) FROM t
SELECT k, SUM(v) OVER (ORDER BY k ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t
WITH w(a) AS (SELECT k FROM t), x AS (SELECT a FROM w) SELECT a FROM x WHERE a > 1
SELECT x.k FROM (SELECT k, s FROM t WHERE s LIKE 'o%') AS x WHERE x.s MATCHES '*[a-n]*'
SELECT INTERVAL(3 04:05) DAY TO MINUTE * 2 FROM t WHERE v > ALL (SELECT f FROM u)
SELECT tabname FROM systables WHERE tabid = 1 AND owner = 'informix'
INSERT INTO t (k, v, s) VALUES (5, 2.25, 'five')
INSERT INTO t (k, s) SELECT k, 'copy' FROM u WHERE b = 't'
UPDATE t SET (v, s) = (3, 'x'), c[1,2] = 'zz' WHERE k = 2 AND d IS NULL
UPDATE t SET v = (SELECT MAX(f) FROM u) WHERE EXISTS (SELECT k FROM u WHERE u.k = t.k)
DELETE FROM t WHERE k = 5 OR s IN ('five', 'six')
MERGE INTO t USING u ON t.k = u.k WHEN MATCHED THEN UPDATE SET v = 9
MERGE INTO t USING u ON t.k = u.k WHEN NOT MATCHED THEN INSERT (k) VALUES (u.k)
WITH q AS (SELECT k FROM u) INSERT INTO t (k, s) SELECT k, 'w' FROM q
SELECT a FROM TABLE(MULTISET(SELECT k FROM t)) AS x(a) WHERE ROW(a, 1) IN (ROW(1, 1))
SELECT t.k FROM t, OUTER (u, OUTER t x) WHERE t.k = u.k AND u.n = x.v
SELECT LAG(v, 1, 0) OVER (ORDER BY d), RATIO_TO_REPORT(v) OVER () FROM t
UPDATE t SET (v, s) = ((SELECT f, 'q' FROM u WHERE u.k = t.k)), c[1,2] = 'zz'
SELECT NUMTODSINTERVAL(k, 'DAY'), LEN(c), SUBSTRING_INDEX(s, 'n', 1) FROM t
SELECT DECODE(s, 'one', d, 'two', d + 1), NVL(m, CURRENT) FROM t, u
SELECT k FROM t INTERSECT SELECT k FROM u MINUS SELECT k FROM t ORDER BY 1 DESC
CREATE TEMP TABLE w (a INT, b DECIMAL(5,2), c INTERVAL DAY TO SECOND) WITH NO LOG
SELECT k, v FROM t WHERE k > 0 INTO TEMP x WITH NO LOG
"""
WORDS = (
    *("SELECT", "FROM", "WHERE", "AND", "NOT", "NULL", "IN", "AS", "BY", "ON", "SET"),
    *("(", ")", ",", "=", "<", "*", "-", "||", "::", "[", "]", ".", "{", "}", "'", '"'),
    *("1", "0", "-1", "99999999999", "1e400", "1.5", "'x'", "''", "?", "t", "u", "k"),
    *("s", "d", "INT", "DATE", "UNITS", "DAY", "CASE", "END", "OUTER", "\0", "é", ";"),
)
_TOKEN = re.compile(r"'[^']*'|\w+|[^\w\s]")


# Columns of every type and literals: good grammar, nonsense in meaning.
OPERANDS = (
    *("k", "v", "s", "c", "d", "n", "m", "f", "b", "t.k", "u.m", "x", "NULL", "TODAY"),
    *("1", "-3", "2.5", "1e9", "'x'", "'12'", "''", "CURRENT", "COUNT(*)", "MAX(v)"),
    *("(SELECT k FROM u)", "INTERVAL(1) DAY TO DAY", "1 UNITS MONTH", "USER", "k, v"),
)


def damaged(statement: str, chance: random.Random) -> str:
    tokens = _TOKEN.findall(statement)
    if chance.random() < 0.5:
        places = [i for i, token in enumerate(tokens) if token in OPERANDS]
        for at in chance.sample(places, min(len(places), chance.randint(1, 3))):
            tokens[at] = chance.choice(OPERANDS)
        return " ".join(tokens)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(tokens))
        other = chance.randrange(len(tokens))
        match chance.randrange(6):
            case 0 if len(tokens) > 1:
                del tokens[at]
            case 1:
                tokens[at] = chance.choice(WORDS)
            case 2:
                tokens.insert(at, chance.choice(WORDS))
            case 3:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 4:
                tokens[at:at] = tokens[other : other + 4]
            case _:
                del tokens[at + 1 :]
    return " ".join(tokens)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Server]:
    """A server with the tables the statements are about."""
    engine = Engine()
    client = SQLClient(engine)
    for statement in SCHEMA.strip().splitlines():
        client.do(statement)
    with Server(engine=engine) as server:
        yield server


@pytest.fixture
def cursor(connect: Callable[..., informix_db.Connection]) -> informix_db.Cursor:
    return connect(read_timeout=20).cursor()


def answered(cursor: informix_db.Cursor, statement: str) -> str:
    """Run a statement and return the error it is answered with, "" for none."""
    try:
        cursor.execute(statement, (1,) * statement.count("?"))
        if cursor.description:
            cursor.fetchall()
    except informix_db.Error as error:
        return str(error)
    return ""


def test_the_statements_are_valid_before(cursor: informix_db.Cursor) -> None:
    for statement in VALID.strip().splitlines():
        cursor.execute(statement)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_damaged_statements(
    cursor: informix_db.Cursor, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(seed)
    statements = VALID.strip().splitlines()
    answers: Counter[str] = Counter()
    with caplog.at_level(logging.ERROR):
        for _ in range(STATEMENTS_PER_SEED):
            statement = damaged(chance.choice(statements), chance)
            answer = answered(cursor, statement)
            assert "SQLite" not in answer, statement
            answers["error" if answer else "result"] += 1
            assert not cursor.connection.closed, statement
        cursor.connection.rollback()
        cursor.execute("SELECT COUNT(*) FROM t")
        assert cursor.fetchone() == (2,)
    assert answers["error"] > answers["result"] > 0
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]
