"""What DDL and session statements look like once parsed."""

from __future__ import annotations

from typing import cast

import pytest
from sql_trees import ONE, A, B, compare, identifiers, literal, name, query

from informix_db.testing.api import SECOND, YEAR
from informix_db.testing.sql import ast, ast_ddl, ast_dml, ast_session
from informix_db.testing.sql.parser import parse

INTEGER = ast.DataType(0, "integer")
T = ast.ObjectName(0, "t")


def create_table(sql: str) -> ast_ddl.CreateTable:
    node = parse(sql)
    assert isinstance(node, ast_ddl.CreateTable)
    return node


def constraint(kind: str, *columns: str, **values: object) -> ast_ddl.Constraint:
    return ast_ddl.Constraint(0, kind, identifiers(*columns), **values)  # type: ignore[arg-type]


# --- tables ------------------------------------------------------------------


def test_columns_defaults_and_constraints() -> None:
    node = create_table(
        "CREATE TABLE own.t (id SERIAL(100) NOT NULL PRIMARY KEY CONSTRAINT pk1,"
        " name VARCHAR(20) DEFAULT 'x' NOT NULL UNIQUE,"
        " at DATETIME YEAR TO SECOND DEFAULT CURRENT YEAR TO SECOND,"
        " p INT REFERENCES own.p (id) ON DELETE CASCADE CONSTRAINT fk1 DISABLED,"
        " n INT CHECK (n > 1) CONSTRAINT ck1)"
    )
    assert node.name == ast.ObjectName(0, "t", "own")
    key, text, moment, parent, number = node.columns
    assert key == ast_ddl.Column(
        0,
        "id",
        ast.DataType(0, "serial", (100,)),
        None,
        (
            constraint("not null"),
            constraint("primary key", name=ast.ObjectName(0, "pk1")),
        ),
    )
    assert text.default == ast_ddl.Default(0, literal("x"), "'x'")
    assert [item.kind for item in text.constraints] == ["not null", "unique"]
    assert moment.default is not None
    assert moment.default.value == ast.SpecialValue(
        0, "current", ast.Qualifier(0, YEAR, SECOND)
    )
    assert moment.default.text == "CURRENT YEAR TO SECOND"
    references = ast_ddl.References(
        0, ast.ObjectName(0, "p", "own"), identifiers("id"), True
    )
    assert parent.constraints == (
        constraint(
            "references",
            references=references,
            name=ast.ObjectName(0, "fk1"),
            mode="disabled",
        ),
    )
    assert number.constraints == (
        constraint(
            "check",
            condition=compare(name("n"), ">", ONE),
            text="n > 1",
            name=ast.ObjectName(0, "ck1"),
        ),
    )


def test_table_constraints() -> None:
    node = create_table(
        "CREATE TABLE t (a INT, b INT, PRIMARY KEY (a) CONSTRAINT pk, UNIQUE (a, b),"
        " CHECK (a > b), FOREIGN KEY (b) REFERENCES u CONSTRAINT fk ON DELETE CASCADE)"
    )
    assert node.constraints == (
        constraint("primary key", "a", name=ast.ObjectName(0, "pk")),
        constraint("unique", "a", "b"),
        constraint("check", condition=compare(A, ">", B), text="a > b"),
        constraint(
            "foreign key",
            "b",
            references=ast_ddl.References(0, ast.ObjectName(0, "u"), (), True),
            name=ast.ObjectName(0, "fk"),
        ),
    )


def test_columns_called_like_constraints() -> None:
    node = create_table(
        "CREATE TABLE t (primary INT, unique INT, check INT, foreign INT, default INT)"
    )
    assert [column.name for column in node.columns] == [
        *("primary", "unique", "check", "foreign", "default"),
    ]
    assert not node.constraints


@pytest.mark.parametrize(
    "text",
    [
        *("SMALLINT", "INT8", "BIGINT", "SERIAL", "SERIAL8", "BIGSERIAL", "FLOAT(8)"),
        *("SMALLFLOAT", "DECIMAL(10,2)", "MONEY", "CHAR", "NCHAR(10)", "NVARCHAR(9)"),
        *(
            "LVARCHAR(500)",
            "BOOLEAN DEFAULT 't'",
            "DATE DEFAULT TODAY",
            "BYTE IN TABLE",
        ),
        *("TEXT", "BLOB", "CLOB", "INTERVAL YEAR(4) TO MONTH", "ROW(a INT, b DATE)"),
        *("SET(INT NOT NULL)", "MULTISET(ROW(a INT) NOT NULL)", "LIST(CHAR(3))"),
        *("own.a_type", "DATETIME HOUR TO FRACTION DEFAULT NULL", "INT NULL"),
        "INTERVAL DAY TO DAY DEFAULT INTERVAL(1) DAY TO DAY",
    ],
)
def test_column_types(text: str) -> None:
    assert len(create_table(f"CREATE TABLE t (a {text}, b INT)").columns) == 2


def test_table_kinds_and_options() -> None:
    node = create_table("CREATE TEMP TABLE IF NOT EXISTS t (a INT) WITH NO LOG")
    assert (node.kind, node.if_not_exists) == ("temp", True)
    assert node.options == (ast_ddl.StorageOption(0, "with no log"),)
    assert create_table("CREATE RAW TABLE t (a INT)").kind == "raw"
    node = create_table(
        "CREATE TABLE t (a CLOB) WITH ROWIDS PUT a IN (sb1) (LOG)"
        " FRAGMENT BY EXPRESSION (a < 5) IN d1, REMAINDER IN d2"
        " EXTENT SIZE 16 NEXT SIZE 32 LOCK MODE ROW"
    )
    assert [(option.name, option.value) for option in node.options] == [
        ("with rowids", ""),
        (
            "put",
            "a IN (sb1) (LOG) FRAGMENT BY EXPRESSION (a < 5) IN d1, REMAINDER IN d2",
        ),
        ("extent size", "16"),
        ("next size", "32"),
        ("lock mode", "row"),
    ]


def test_create_table_as() -> None:
    node = create_table("CREATE TABLE t AS SELECT b FROM u")
    assert node.query == query("SELECT b FROM u")
    assert create_table("CREATE TABLE t OF TYPE r UNDER u").under == ast.ObjectName(
        0, "u"
    )


def test_alter_table() -> None:
    node = parse(
        "ALTER TABLE t ADD (a INT BEFORE b, c CHAR(3) NOT NULL), DROP (d, e),"
        " MODIFY (f INT), ADD CONSTRAINT PRIMARY KEY (a) CONSTRAINT pk,"
        " DROP CONSTRAINT (x), LOCK MODE (ROW), MODIFY NEXT SIZE 32, ADD ROWIDS,"
        " ADD g INT"
    )
    assert isinstance(node, ast_ddl.AlterTable)
    assert node.actions == (
        ast_ddl.AddColumns(
            0,
            (
                ast_ddl.Column(0, "a", INTEGER),
                ast_ddl.Column(
                    0,
                    "c",
                    ast.DataType(0, "char", (3,)),
                    None,
                    (constraint("not null"),),
                ),
            ),
            (*identifiers("b"), None),
        ),
        ast_ddl.DropColumns(0, identifiers("d", "e")),
        ast_ddl.ModifyColumns(0, (ast_ddl.Column(0, "f", INTEGER),)),
        ast_ddl.AddConstraints(
            0, (constraint("primary key", "a", name=ast.ObjectName(0, "pk")),)
        ),
        ast_ddl.DropConstraints(0, (ast.ObjectName(0, "x"),)),
        ast_ddl.AlterStorage(0, ast_ddl.StorageOption(0, "lock mode", "row")),
        ast_ddl.AlterStorage(0, ast_ddl.StorageOption(0, "next size", "32")),
        ast_ddl.AlterStorage(0, ast_ddl.StorageOption(0, "add rowids")),
        ast_ddl.AddColumns(0, (ast_ddl.Column(0, "g", INTEGER),), (None,)),
    )


# --- other objects -----------------------------------------------------------


def test_create_index() -> None:
    node = parse(
        "CREATE UNIQUE CLUSTER INDEX IF NOT EXISTS o.i ON t (a DESC, f(b) ops)"
        " USING btree IN d1 ONLINE"
    )
    function = ast.FunctionCall(0, ast.ObjectName(0, "f"), (B,))
    assert node == ast_ddl.CreateIndex(
        0,
        ast.ObjectName(0, "i", "o"),
        T,
        (ast_ddl.IndexKey(0, A, True), ast_ddl.IndexKey(0, function, False, "ops")),
        True,
        True,
        True,
        (
            ast_ddl.StorageOption(0, "using", "btree"),
            ast_ddl.StorageOption(0, "in", "d1"),
            ast_ddl.StorageOption(0, "online"),
        ),
    )


def test_create_view() -> None:
    node = parse("CREATE VIEW v (x) AS SELECT  b FROM u WITH CHECK OPTION")
    assert node == ast_ddl.CreateView(
        0,
        ast.ObjectName(0, "v"),
        identifiers("x"),
        query("SELECT b FROM u"),
        "SELECT  b FROM u",
        True,
    )


def test_sequences() -> None:
    node = parse(
        "CREATE SEQUENCE s INCREMENT BY -2 START WITH 10 NOMAXVALUE MINVALUE -5"
        " CYCLE NOCACHE NOORDER"
    )
    assert node == ast_ddl.CreateSequence(
        0,
        ast.ObjectName(0, "s"),
        ast_ddl.SequenceOptions(
            0,
            start=10,
            increment=-2,
            maximum="no",
            minimum=-5,
            cycle=True,
            cache=0,
            order=False,
        ),
    )
    node = parse("ALTER SEQUENCE s RESTART WITH 7")
    assert isinstance(node, ast_ddl.AlterSequence)
    assert (node.options.restart, node.options.start) == (True, 7)


def test_synonyms_types_and_roles() -> None:
    assert parse("CREATE PRIVATE SYNONYM s FOR db:own.t") == ast_ddl.CreateSynonym(
        0, ast.ObjectName(0, "s"), ast.ObjectName(0, "t", "own", "db"), "private"
    )
    assert parse("CREATE ROW TYPE r (a INT) UNDER p") == ast_ddl.CreateRowType(
        0,
        ast.ObjectName(0, "r"),
        (ast.RowField(0, "a", INTEGER),),
        ast.ObjectName(0, "p"),
    )
    assert parse("CREATE DISTINCT TYPE d AS INT") == ast_ddl.CreateDistinctType(
        0, ast.ObjectName(0, "d"), INTEGER
    )
    assert parse("CREATE ROLE 'r'") == ast_ddl.CreateRole(0, "r")


@pytest.mark.parametrize(
    ("text", "kind", "optional", "behaviour"),
    [
        ("TABLE x", "table", False, ""),
        ("TABLE IF EXISTS x CASCADE", "table", True, "cascade"),
        ("VIEW x", "view", False, ""),
        ("INDEX x ONLINE", "index", False, ""),
        ("SEQUENCE x", "sequence", False, ""),
        ("SYNONYM IF EXISTS x", "synonym", True, ""),
        ("TRIGGER x", "trigger", False, ""),
        ("ROW TYPE x RESTRICT", "row type", False, "restrict"),
        ("TYPE x RESTRICT", "type", False, "restrict"),
        ("PROCEDURE x", "procedure", False, ""),
        ("DATABASE IF EXISTS x", "database", True, ""),
        ("ROLE x", "role", False, ""),
    ],
)
def test_drop(text: str, kind: str, optional: bool, behaviour: str) -> None:
    expected = ast_ddl.Drop(0, kind, ast.ObjectName(0, "x"), optional, behaviour)
    assert parse(f"DROP {text}") == expected


def test_drop_routine_by_signature() -> None:
    node = parse("DROP FUNCTION f (INT, INT)")
    assert cast(ast_ddl.Drop, node).signature == (INTEGER, INTEGER)
    assert cast(ast_ddl.Drop, parse("DROP ROUTINE f ()")).signature == ()


def test_rename() -> None:
    new = ast.Identifier(0, "b")
    assert parse("RENAME TABLE o.a TO b") == ast_ddl.Rename(
        0, "table", ast.ObjectName(0, "a", "o"), new
    )
    assert parse("RENAME COLUMN t.a TO b") == ast_ddl.Rename(
        0, "column", ast.ObjectName(0, "a"), new, T
    )
    assert parse("RENAME COLUMN o.t.a TO b") == ast_ddl.Rename(
        0, "column", ast.ObjectName(0, "a"), new, ast.ObjectName(0, "t", "o")
    )


def test_databases() -> None:
    d = ast.ObjectName(0, "d")
    assert parse("CREATE DATABASE d") == ast_ddl.CreateDatabase(0, d)
    assert parse("CREATE DATABASE d WITH LOG") == ast_ddl.CreateDatabase(0, d, "log")
    assert parse(
        "CREATE DATABASE IF NOT EXISTS d IN s WITH BUFFERED LOG NLSCASE INSENSITIVE"
    ) == ast_ddl.CreateDatabase(0, d, "buffered", "s", True, True)
    assert parse("CREATE DATABASE d WITH LOG MODE ANSI") == ast_ddl.CreateDatabase(
        0, d, "ansi"
    )
    assert parse("DATABASE d EXCLUSIVE") == ast_ddl.OpenDatabase(0, d, True)
    on_server = ast.ObjectName(0, "d", server="s")
    assert parse("DATABASE d@s") == ast_ddl.OpenDatabase(0, on_server)
    assert parse("DATABASE 'd@s'") == ast_ddl.OpenDatabase(0, on_server)
    assert parse("CLOSE DATABASE") == ast_ddl.CloseDatabase(0)


def test_grant_and_revoke() -> None:
    node = parse("GRANT SELECT (a, b), UPDATE ON o.t TO joe, 'ann' WITH GRANT OPTION")
    assert node == ast_ddl.Grant(
        0,
        (
            ast_ddl.Privilege(0, "select", identifiers("a", "b")),
            ast_ddl.Privilege(0, "update"),
        ),
        identifiers("joe", "ann"),
        ast.ObjectName(0, "t", "o"),
        "table",
        True,
    )
    assert parse("GRANT DBA TO joe") == ast_ddl.Grant(
        0, (ast_ddl.Privilege(0, "dba"),), identifiers("joe")
    )
    assert parse("GRANT clerk TO joe") == ast_ddl.Grant(
        0, (ast_ddl.Privilege(0, "clerk"),), identifiers("joe"), target_kind="role"
    )
    node = parse("GRANT EXECUTE ON FUNCTION f(INT) TO PUBLIC AS own")
    assert isinstance(node, ast_ddl.Grant)
    assert (node.target_kind, node.grantor) == ("function", "own")
    node = parse("GRANT USAGE ON LANGUAGE SPL TO PUBLIC")
    assert cast(ast_ddl.Grant, node).target_kind == "language"
    node = parse("REVOKE ALL PRIVILEGES ON t FROM PUBLIC CASCADE")
    assert node == ast_ddl.Revoke(
        0, (ast_ddl.Privilege(0, "all"),), identifiers("public"), T, "table", "cascade"
    )


def test_update_statistics() -> None:
    assert parse("UPDATE STATISTICS") == ast_ddl.UpdateStatistics(0)
    assert parse(
        "UPDATE STATISTICS HIGH FOR TABLE t (a) RESOLUTION 0.5 0.9 DISTRIBUTIONS ONLY"
    ) == ast_ddl.UpdateStatistics(0, "high", T, identifiers("a"))
    assert parse("UPDATE STATISTICS FOR PROCEDURE") == ast_ddl.UpdateStatistics(
        0, routine="procedure"
    )
    assert isinstance(parse("UPDATE statistics SET a = 1"), ast_dml.Update)


# --- session -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BEGIN", ast_session.Begin(0)),
        ("BEGIN WORK", ast_session.Begin(0)),
        ("COMMIT WORK", ast_session.Commit(0)),
        ("ROLLBACK", ast_session.Rollback(0)),
        ("ROLLBACK WORK TO SAVEPOINT", ast_session.Rollback(0, True)),
        ("ROLLBACK TO SAVEPOINT s", ast_session.Rollback(0, True, "s")),
        ("SAVEPOINT s UNIQUE", ast_session.SetSavepoint(0, "s", True)),
        ("RELEASE SAVEPOINT s", ast_session.ReleaseSavepoint(0, "s")),
        ("SET ISOLATION TO DIRTY READ", ast_session.SetIsolation(0, "dirty read")),
        (
            "SET ISOLATION COMMITTED READ LAST COMMITTED RETAIN UPDATE LOCKS",
            ast_session.SetIsolation(0, "committed read last committed", True),
        ),
        (
            "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY",
            ast_session.SetTransaction(0, "serializable", "read only"),
        ),
        ("SET LOCK MODE TO WAIT", ast_session.SetLockMode(0, None)),
        ("SET LOCK MODE TO WAIT 5", ast_session.SetLockMode(0, 5)),
        ("SET LOCK MODE TO NOT WAIT", ast_session.SetLockMode(0, 0)),
        (
            "SET ENVIRONMENT OPTCOMPIND '1'",
            ast_session.SetEnvironment(0, "optcompind", "1"),
        ),
        ("SET ENVIRONMENT BOUND 2", ast_session.SetEnvironment(0, "bound", "2")),
        (
            "SET EXPLAIN ON AVOID_EXECUTE",
            ast_session.SetOption(0, "explain", "ON AVOID_EXECUTE"),
        ),
        ("SET PDQPRIORITY 50", ast_session.SetOption(0, "pdqpriority", "50")),
        ("SET ROLE NONE", ast_session.SetRole(0, "")),
        ("SET ROLE DEFAULT", ast_session.SetRole(0, None)),
        (
            "SET CONSTRAINTS ALL DEFERRED",
            ast_session.SetConstraints(0, ("constraints",), "deferred"),
        ),
        (
            "SET INDEXES FOR t DISABLED",
            ast_session.SetConstraints(0, ("indexes",), "disabled", (), T),
        ),
        ("LOCK TABLE t IN SHARE MODE", ast_session.LockTable(0, T, False)),
        ("LOCK TABLE t IN EXCLUSIVE MODE", ast_session.LockTable(0, T, True)),
        ("UNLOCK TABLE t", ast_session.UnlockTable(0, T)),
    ],
)
def test_session(text: str, expected: ast.Statement) -> None:
    assert parse(text) == expected


# --- known, without a tree ---------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "construct", "position"),
    [
        ("CREATE TRIGGER g SELECT ON t BEFORE (DELETE FROM u)", "SELECT trigger", 25),
        ("CREATE EXTERNAL TABLE t (a INT) USING (x)", "CREATE EXTERNAL TABLE", 8),
        ("ALTER FRAGMENT ON TABLE t INIT IN d", "ALTER FRAGMENT", 16),
        ("SELECT a FROM t CONNECT BY PRIOR a = b", "CONNECT BY", 17),
        ("SELECT a FROM t NATURAL JOIN u", "NATURAL JOIN", 17),
        ("SELECT a FROM ONLY (t)", "FROM ONLY", 15),
        ("INSERT INTO TABLE(SET{1}) VALUES (1)", "INSERT INTO TABLE(...)", 8),
        ("CREATE FUNCTION f() RETURNING INT EXTERNAL NAME 'x'", "external routine", 35),
        (
            "CREATE PROCEDURE p() PREPARE s FROM 'x'; END PROCEDURE",
            "PREPARE in a routine",
            22,
        ),
    ],
)
def test_unsupported(sql: str, construct: str, position: int) -> None:
    node = parse(sql)
    assert isinstance(node, ast.Unsupported)
    assert (node.construct, node.position) == (construct, position)
