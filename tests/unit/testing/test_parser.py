"""What queries and DML look like once parsed; see test_parser_expr on positions."""

from __future__ import annotations

from typing import cast

from sql_trees import (
    ONE,
    THREE,
    TWO,
    A,
    B,
    C,
    binary,
    call,
    compare,
    literal,
    name,
    query,
    select,
    table,
)

from informix_db.testing.sql import ast, ast_ddl, ast_dml, ast_query
from informix_db.testing.sql.parser import parse

# --- queries -----------------------------------------------------------------


def test_select_head() -> None:
    body = select("SELECT SKIP ? FIRST 10 DISTINCT a x, b AS y, t.*, * FROM t")
    assert body.skip == ast.Parameter(0, 0)
    assert body.first == literal(10)
    assert body.distinct
    assert body.items == (
        ast_query.SelectItem(0, A, "x"),
        ast_query.SelectItem(0, B, "y"),
        ast_query.Star(0, ast.ObjectName(0, "t")),
        ast_query.Star(0),
    )
    assert select("SELECT LIMIT 5 UNIQUE a FROM t").first == literal(5)
    assert not select("SELECT ALL a FROM t").distinct


def test_columns_called_like_the_head() -> None:
    body = select("SELECT first, skip, limit lim FROM t")
    assert body.items == (
        ast_query.SelectItem(0, name("first")),
        ast_query.SelectItem(0, name("skip")),
        ast_query.SelectItem(0, name("limit"), "lim"),
    )
    assert body.first is None


def test_clauses() -> None:
    node = query(
        "SELECT a FROM t WHERE b = 1 GROUP BY a, 1 HAVING c > 2"
        " ORDER BY 1 DESC NULLS LAST, a + 1 ASC LIMIT 5"
    )
    body = cast(ast_query.Select, node.body)
    assert body.where == compare(B, "=", ONE)
    assert body.group_by == (A, ONE)
    assert body.having == compare(C, ">", TWO)
    assert node.order_by == (
        ast_query.OrderItem(0, ONE, True, "last"),
        ast_query.OrderItem(0, binary(A, "+", ONE)),
    )
    assert node.limit == literal(5)


def test_query_without_from() -> None:
    assert select("SELECT 1").tables == ()


def test_tails() -> None:
    node = query("SELECT a FROM t INTO TEMP x WITH NO LOG")
    no_log = (ast_ddl.StorageOption(0, "with no log"),)
    name = ast.ObjectName(0, "x")
    assert node.into == ast_query.IntoTable(0, "temp", name, no_log)
    node = query("SELECT a FROM t INTO SCRATCH x")
    assert node.into == ast_query.IntoTable(0, "temp", name, no_log)
    options = (
        ast_ddl.StorageOption(0, "in", "d"),
        ast_ddl.StorageOption(0, "lock mode", "row"),
    )
    node = query("SELECT a FROM t INTO RAW x IN d LOCK MODE ROW")
    assert node.into == ast_query.IntoTable(0, "raw", name, options)
    node = query("SELECT a FROM t FOR UPDATE OF a, b")
    assert node.for_update
    assert [column.name for column in node.update_columns] == ["a", "b"]
    assert query("SELECT a FROM t FOR READ ONLY").read_only


def test_tables() -> None:
    body = select("SELECT 1 FROM a, own.b x, db@srv:'Own'.c AS y, db:d")
    assert body.tables == (
        table("a"),
        ast_query.Table(0, ast.ObjectName(0, "b", "own"), "x"),
        ast_query.Table(0, ast.ObjectName(0, "c", "Own", "db", "srv", True), "y"),
        ast_query.Table(0, ast.ObjectName(0, "d", "", "db")),
    )


def test_outer_of_old() -> None:
    body = select("SELECT 1 FROM a, OUTER b x, OUTER (c, OUTER d) WHERE a.i = x.i")
    assert body.tables == (
        table("a"),
        ast_query.Outer(0, (table("b", "x"),)),
        ast_query.Outer(0, (table("c"), ast_query.Outer(0, (table("d"),)))),
    )


def test_joins() -> None:
    (node,) = select("SELECT 1 FROM a LEFT OUTER JOIN b ON a JOIN c ON b").tables
    left = ast_query.Join(0, "left", table("a"), table("b"), A)
    assert node == ast_query.Join(0, "inner", left, table("c"), B)
    (node,) = select("SELECT 1 FROM a LEFT JOIN b JOIN c ON a ON b").tables
    right = ast_query.Join(0, "inner", table("b"), table("c"), A)
    assert node == ast_query.Join(0, "left", table("a"), right, B)
    (node,) = select("SELECT 1 FROM a CROSS JOIN b FULL JOIN c ON a").tables
    left = ast_query.Join(0, "cross", table("a"), table("b"))
    assert node == ast_query.Join(0, "full", left, table("c"), A)
    (node,) = select("SELECT 1 FROM (a RIGHT JOIN b ON c)").tables
    assert node == ast_query.Join(0, "right", table("a"), table("b"), C)


def test_derived_tables() -> None:
    inner = query("SELECT b FROM u")
    body = select("SELECT 1 FROM (SELECT b FROM u) x (c), LATERAL (SELECT b FROM u) y")
    assert body.tables == (
        ast_query.Derived(0, inner, "x", (ast.Identifier(0, "c"),)),
        ast_query.Derived(0, inner, "y", lateral=True),
    )
    body = select(
        "SELECT 1 FROM TABLE(SET{1}) v (n), TABLE(FUNCTION f(1)), TABLE(f(1)) x,"
        " TABLE(MULTISET(SELECT b FROM u)), TABLE(?)"
    )
    assert body.tables == (
        ast_query.TableFunction(
            0,
            ast.CollectionLiteral(0, "set", (ONE,)),
            "v",
            (ast.Identifier(0, "n"),),
        ),
        ast_query.TableFunction(0, call("f", ONE)),
        ast_query.TableFunction(0, call("f", ONE), "x"),
        ast_query.TableFunction(0, ast.CollectionQuery(0, "multiset", inner)),
        ast_query.TableFunction(0, ast.Parameter(0, 0)),
    )


def test_parentheses_in_from() -> None:
    union = query("(SELECT b FROM u) UNION (SELECT b FROM v)")
    (node,) = select(
        "SELECT 1 FROM ((SELECT b FROM u) UNION (SELECT b FROM v)) x"
    ).tables
    assert node == ast_query.Derived(0, union, "x")
    (node,) = select("SELECT 1 FROM ((SELECT b FROM u) x JOIN v ON a)").tables
    assert isinstance(node, ast_query.Join)


def test_set_operations() -> None:
    first, second, third = (select(f"SELECT {letter} FROM t") for letter in "abc")
    node = query(
        "SELECT a FROM t UNION ALL SELECT b FROM t EXCEPT SELECT c FROM t ORDER BY 1"
    )
    assert node.body == ast_query.SetOperation(
        0,
        first,
        (
            ast_query.SetBranch(0, "union", True, second),
            ast_query.SetBranch(0, "minus", False, third),
        ),
    )
    assert node.order_by == (ast_query.OrderItem(0, ONE),)
    node = query("SELECT a FROM t INTERSECT (SELECT b FROM t UNION SELECT c FROM t)")
    body = cast(ast_query.SetOperation, node.body)
    assert isinstance(body.branches[0].operand, ast_query.Query)


def test_common_tables() -> None:
    node = query(
        "WITH RECURSIVE r (n) AS (SELECT 1 FROM d UNION ALL SELECT n + 1 FROM r),"
        " s AS (SELECT b FROM u) SELECT n FROM r, s"
    )
    assert node.recursive
    assert [item.name for item in node.with_tables] == ["r", "s"]
    assert node.with_tables[0].columns == (ast.Identifier(0, "n"),)
    assert node.with_tables[1].query == query("SELECT b FROM u")


def test_catalog_query_with_keywords_for_columns() -> None:
    body = select(
        "select unique r.primary, d.default def, NULL::VARCHAR(1), trim(t.owner)"
        " from db:informix.sysreferences r, outer db:informix.sysdefaults d"
        " where (d.class in ('T')) and abs(i.part1)=c.colno or r.primary=t.tabid"
    )
    assert body.items[:2] == (
        ast_query.SelectItem(0, name("r", "primary")),
        ast_query.SelectItem(0, name("d", "default"), "def"),
    )
    assert isinstance(body.tables[1], ast_query.Outer)
    assert isinstance(body.where, ast.Or)


def test_comments_and_hints() -> None:
    plain = query("SELECT a FROM t")
    assert query("SELECT {+ FULL(t)} a --+ ORDERED\n/* x */ FROM {y} t") == plain


def test_trailing_semicolon_and_nul() -> None:
    plain = query("SELECT a FROM t")
    assert query("SELECT a FROM t ;\n") == plain
    assert query("SELECT a FROM t;\0") == plain
    assert query("SELECT a FROM t\0\0") == plain


def test_several_statements() -> None:
    node = parse("DELETE FROM t; SELECT a FROM t WHERE b = ?;")
    assert isinstance(node, ast.Batch)
    assert [type(item) for item in node.statements] == [ast_dml.Delete, ast_query.Query]
    assert node.parameter_count == 1


def test_positions_count_from_one() -> None:
    node = query("SELECT a,\n  f(b) FROM t x WHERE c = 'y' ORDER BY d")
    body = cast(ast_query.Select, node.body)
    first, second = (cast(ast_query.SelectItem, item).expression for item in body.items)
    assert (node.position, first.position, second.position) == (1, 8, 13)
    assert cast(ast.FunctionCall, second).arguments[0].position == 15
    assert body.tables[0].position == 23
    comparison = cast(ast.Comparison, body.where)
    assert comparison.position == 33
    assert comparison.right.position == 37
    assert node.order_by[0].position == 50


# --- DML ---------------------------------------------------------------------


def test_insert() -> None:
    node = parse("INSERT INTO own.t (a, b) VALUES (1, ?)")
    assert node == ast_dml.Insert(
        0,
        ast.ObjectName(0, "t", "own"),
        (ast.Identifier(0, "a"), ast.Identifier(0, "b")),
        ast_dml.Values(0, (ONE, ast.Parameter(0, 0))),
    )
    assert node.parameter_count == 1
    node = parse("INSERT INTO t SELECT b FROM u")
    assert node == ast_dml.Insert(
        0, ast.ObjectName(0, "t"), (), query("SELECT b FROM u")
    )
    node = parse("INSERT INTO t EXECUTE PROCEDURE p(1)")
    assert isinstance(node, ast_dml.Insert)
    assert isinstance(node.source, ast_dml.ExecuteRoutine)


def test_update() -> None:
    node = parse("UPDATE t AS x SET a = 1, x.b = b + 1, (c, d) = (2, 3) WHERE a = 1")
    identifiers = [ast.Identifier(0, letter) for letter in "abcd"]
    assert node == ast_dml.Update(
        0,
        table("t", "x"),
        (
            ast_dml.Assignment(0, (identifiers[0],), (ONE,)),
            ast_dml.Assignment(0, (identifiers[1],), (binary(B, "+", ONE),)),
            ast_dml.Assignment(0, tuple(identifiers[2:]), (TWO, THREE)),
        ),
        where=compare(A, "=", ONE),
    )


def test_update_from_query_and_cursor() -> None:
    node = parse("UPDATE t SET (a, b) = ((SELECT c, d FROM u)) WHERE CURRENT OF cur;")
    assert isinstance(node, ast_dml.Update)
    assert node.assignments[0].values == (
        ast.ScalarQuery(0, query("SELECT c, d FROM u")),
    )
    assert (node.where, node.current_of) == (None, "cur")
    node = parse("UPDATE t SET * = (1, 2)")
    assert isinstance(node, ast_dml.Update)
    assert node.assignments == (ast_dml.Assignment(0, (), (ONE, TWO)),)


def test_delete() -> None:
    assert parse("DELETE FROM t") == ast_dml.Delete(0, table("t"))
    assert parse("DELETE t WHERE a") == ast_dml.Delete(0, table("t"), A)
    assert parse("DELETE FROM t x WHERE CURRENT OF c") == ast_dml.Delete(
        0, table("t", "x"), None, "c"
    )


def test_merge() -> None:
    node = parse(
        "MERGE INTO t USING (SELECT b FROM u) s (b) ON t.a = s.b"
        " WHEN NOT MATCHED THEN INSERT (a) VALUES (s.b)"
        " WHEN MATCHED THEN UPDATE SET a = 1"
    )
    assert isinstance(node, ast_dml.Merge)
    assert node.target == table("t")
    assert isinstance(node.source, ast_query.Derived)
    assert node.condition == compare(name("t", "a"), "=", name("s", "b"))
    assert node.update == (ast_dml.Assignment(0, (ast.Identifier(0, "a"),), (ONE,)),)
    assert node.insert == ast_dml.Values(0, (name("s", "b"),))
    assert not node.delete
    node = parse("MERGE INTO t USING s ON a WHEN MATCHED THEN DELETE")
    assert isinstance(node, ast_dml.Merge)
    assert node.delete
    assert node.insert is None


def test_truncate() -> None:
    assert parse("TRUNCATE TABLE t") == ast_dml.Truncate(0, ast.ObjectName(0, "t"))
    assert parse("TRUNCATE t REUSE STORAGE") == ast_dml.Truncate(
        0, ast.ObjectName(0, "t"), True
    )


def test_execute() -> None:
    node = parse("EXECUTE FUNCTION informix.f(1, ?, opt = 'x')")
    assert node == ast_dml.ExecuteRoutine(
        0,
        "function",
        ast.ObjectName(0, "f", "informix"),
        (
            ast_dml.Argument(0, ONE),
            ast_dml.Argument(0, ast.Parameter(0, 0)),
            ast_dml.Argument(0, literal("x"), "opt"),
        ),
    )
    assert parse("EXECUTE PROCEDURE p()") == ast_dml.ExecuteRoutine(
        0, "procedure", ast.ObjectName(0, "p")
    )
