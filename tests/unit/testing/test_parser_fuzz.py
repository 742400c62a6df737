"""Whatever the text: a tree or an SQLError, with offsets that lie within the text."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast
from informix_db.testing.sql.parser import parse

STATEMENTS = [
    "SELECT SKIP 1 FIRST ? a x, t.*, COUNT(DISTINCT b) FROM t, OUTER u x"
    " WHERE a IN (1, ?) AND NOT b LIKE 'x%' ESCAPE '!' GROUP BY 1 HAVING b > 1"
    " ORDER BY 1 DESC NULLS LAST",
    "SELECT CASE a WHEN 1 THEN b ELSE c::DECIMAL(10,2) END, TRIM(BOTH ' ' FROM d[1,3]),"
    " SUM(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"
    " FROM db@srv:own.t LEFT JOIN (SELECT 1 FROM u) x (y) ON a = b",
    "SELECT DATETIME(2000-01-02 03:04) YEAR TO MINUTE, CURRENT HOUR TO SECOND,"
    " a + 1 UNITS DAY, EXTEND(a, YEAR TO DAY), INTERVAL(1) DAY(3) TO DAY, s.NEXTVAL"
    " FROM TABLE(SET{1, 2}) v (n) INTO TEMP x WITH NO LOG",
    "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n FROM r) SELECT n FROM r"
    " WHERE EXISTS (SELECT ? FROM t) OR a > ALL (SELECT 1) FOR UPDATE OF a",
    "INSERT INTO t (a, b) VALUES (?, 'it''s')",
    "UPDATE t SET a = ?, (b, c) = (1, NULL) WHERE CURRENT OF cur",
    "DELETE FROM t WHERE a BETWEEN 1 AND ? OR b IS NOT NULL",
    "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = ?"
    " WHEN NOT MATCHED THEN INSERT (a) VALUES (1)",
    "EXECUTE PROCEDURE own.p(1, ?, name = 'x')",
    "CREATE TEMP TABLE t (a SERIAL PRIMARY KEY CONSTRAINT p, b DATETIME YEAR TO"
    " FRACTION(3) DEFAULT CURRENT YEAR TO FRACTION(3) NOT NULL, CHECK (a > 1),"
    " FOREIGN KEY (a) REFERENCES u (a) ON DELETE CASCADE) WITH NO LOG LOCK MODE ROW",
    "ALTER TABLE t ADD (a INT BEFORE b), DROP CONSTRAINT (c), MODIFY (d ROW(e INT))",
    "CREATE UNIQUE INDEX i ON t (a DESC, f(b)) USING btree IN d",
    "CREATE VIEW v (a) AS SELECT b FROM t WITH CHECK OPTION",
    "CREATE SEQUENCE s INCREMENT BY 1 START WITH -5 NOCYCLE CACHE 20",
    "GRANT SELECT (a), UPDATE ON t TO joe, PUBLIC WITH GRANT OPTION",
    "UPDATE STATISTICS HIGH FOR TABLE t (a) RESOLUTION 0.5",
    "CREATE DATABASE d WITH BUFFERED LOG; DATABASE d EXCLUSIVE; CLOSE DATABASE",
    "SET ISOLATION TO COMMITTED READ LAST COMMITTED; SET LOCK MODE TO WAIT 5",
    "BEGIN WORK; ROLLBACK WORK TO SAVEPOINT s; SET ENVIRONMENT a 'b'",
    "CREATE FUNCTION f(a INT, OUT b DATE) RETURNING INT AS x; DEFINE c LIKE t.d;"
    " ON EXCEPTION IN (-1) SET e LET c = 1; END EXCEPTION WITH RESUME;"
    " FOREACH cur FOR SELECT a INTO c FROM t RETURN c WITH RESUME; END FOREACH"
    " IF c > 1 THEN CALL p(c) RETURNING c; ELSE RAISE EXCEPTION -746, 0, 'x'; END IF"
    " FOR i IN (1 TO 3 STEP 2) EXIT FOR; END FOR; RETURN c; END FUNCTION",
]
WORD = re.compile(r"'[^']*'|[A-Za-z_0-9.]+|\s+|::|.")
TOKENS = [token for sql in STATEMENTS for token in WORD.findall(sql) if token.strip()]


def nodes(root: ast.Node) -> Iterator[ast.Node]:
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        for field in dataclasses.fields(node):
            value = getattr(node, field.name)
            items = value if isinstance(value, tuple) else (value,)
            pending.extend(item for item in items if isinstance(item, ast.Node))


def outcome(sql: str, delimident: bool) -> ast.Statement | SQLError:
    try:
        return parse(sql, delimident=delimident)
    except SQLError as error:
        return error


def check(sql: str, *, delimident: bool = False) -> None:
    result = outcome(sql, delimident)
    end = len(sql) + 1
    if isinstance(result, SQLError):
        assert result.sqlcode < 0
        assert result.isam == 0
        assert 1 <= result.offset <= end
        return
    parameters = []
    for node in nodes(result):
        assert 1 <= node.position <= end
        if isinstance(node, ast.Parameter):
            parameters.append(node.index)
    if not isinstance(result, ast.Unsupported):
        assert sorted(parameters) == list(range(result.parameter_count))


@pytest.mark.parametrize("sql", STATEMENTS)
def test_seeds_are_accepted(sql: str) -> None:
    assert not isinstance(parse(sql), ast.Unsupported)
    check(sql)


@pytest.mark.parametrize("sql", STATEMENTS)
def test_case_and_comments_do_not_matter(sql: str) -> None:
    pieces = WORD.findall(sql)
    spaced = [" {x} --y\n" if piece.isspace() else piece for piece in pieces]
    upper = [piece if piece[0] == "'" else piece.upper() for piece in spaced]
    expected, got = parse(sql), parse("".join(upper))
    for left, right in zip(nodes(expected), nodes(got), strict=True):
        assert type(left) is type(right)
    if "CREATE" not in sql and "DATETIME(" not in sql:  # those keep source text
        assert expected == got


@given(st.text(max_size=60), st.booleans())
def test_any_text(sql: str, delimident: bool) -> None:
    check(sql, delimident=delimident)


@given(st.lists(st.sampled_from(TOKENS), max_size=40), st.booleans())
def test_token_soup(tokens: list[str], delimident: bool) -> None:
    check(" ".join(tokens), delimident=delimident)


@given(st.sampled_from(STATEMENTS), st.data())
def test_statements_with_a_token_changed(sql: str, data: st.DataObject) -> None:
    tokens = [token for token in WORD.findall(sql) if token.strip()]
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(tokens) - 1))
        end = place + data.draw(st.integers(0, 2))
        tokens[place:end] = data.draw(st.lists(st.sampled_from(TOKENS), max_size=2))
        tokens = tokens or ["?"]
    check(" ".join(tokens))


@given(st.sampled_from(STATEMENTS), st.data())
def test_statements_cut_short(sql: str, data: st.DataObject) -> None:
    check(sql[: data.draw(st.integers(0, len(sql)))])
