"""SET CONSTRAINTS, INDEXES and TRIGGERS ... DISABLED and ENABLED (SQS-1096 to 1102)."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_client import SQLClient

from informix_db.testing.api import SQLError
from informix_db.testing.engine import Engine

OBJECTS = "SELECT objtype, name, state FROM sysobjstate WHERE tabid > 99 ORDER BY 1, 2"
# What each constraint of `child` refuses: a row, and the code.
BROKEN = [
    ("pk", "(1, 'b', 1, 1)", -268),
    ("uq", "(2, 'a', 1, 1)", -268),
    ("fk", "(3, 'c', 9, 1)", -691),
    ("ck", "(4, 'd', 1, -1)", -530),
    ("nn", "(5, NULL, 1, 1)", -391),
    ("pk", "(NULL, 'e', 1, 1)", -703),
]
# What is told of such a row when the constraint is to be enabled again.
IN_THE_WAY = {"pk": -371, "uq": -371, "fk": -525, "ck": -530, "nn": -386}


@pytest.fixture
def tables(sql: SQLClient) -> SQLClient:
    sql.do("CREATE TABLE parent (id INT PRIMARY KEY CONSTRAINT parent_key)")
    sql.do(
        "CREATE TABLE child (id INT PRIMARY KEY CONSTRAINT pk, "
        "name VARCHAR(9) NOT NULL CONSTRAINT nn UNIQUE CONSTRAINT uq, "
        "p INT REFERENCES parent CONSTRAINT fk, n INT CHECK (n > 0) CONSTRAINT ck)"
    )
    sql.do("INSERT INTO parent VALUES (1)")
    sql.do("INSERT INTO child VALUES (1, 'a', 1, 1)")
    return sql


def insert(client: SQLClient, row: str) -> int:
    """Insert a row; return the code of the error, 0 if there is none."""
    try:
        client.do(f"INSERT INTO child VALUES {row}")
    except SQLError as error:
        return error.sqlcode
    return 0


class TestConstraints:
    @pytest.mark.parametrize(("name", "row", "sqlcode"), BROKEN)
    def test_disabled_is_not_enforced(
        self, tables: SQLClient, name: str, row: str, sqlcode: int
    ) -> None:
        assert insert(tables, row) == sqlcode
        tables.do(f"SET CONSTRAINTS {name} DISABLED")
        for other, broken, code in BROKEN:
            assert insert(tables, broken) == (0 if other == name else code)
        in_the_way = {IN_THE_WAY[name], -386 if name == "pk" else 0}
        assert tables.code(f"SET CONSTRAINTS {name} ENABLED") in in_the_way
        state = "SELECT state FROM sysobjstate WHERE name = ?"
        assert tables.rows(state, name) == [("D",)]
        tables.do("DELETE FROM child WHERE id <> 1 OR id IS NULL OR name = 'b'")
        tables.do(f"SET CONSTRAINTS {name} ENABLED")
        for _, broken, code in BROKEN:
            assert insert(tables, broken) == code

    def test_all_of_a_table(self, tables: SQLClient) -> None:
        tables.do("SET CONSTRAINTS FOR child DISABLED")
        for _, row, _ in BROKEN:
            tables.do(f"INSERT INTO child VALUES {row}")
        tables.do("DELETE FROM parent")
        assert tables.code("SET CONSTRAINTS FOR child ENABLED") in IN_THE_WAY.values()
        tables.do("DELETE FROM child")
        tables.do("INSERT INTO parent VALUES (1)")
        tables.do("SET CONSTRAINTS FOR child ENABLED")
        tables.do("INSERT INTO child VALUES (1, 'a', 1, 1)")
        for _, row, code in BROKEN:
            assert insert(tables, row) == code

    @pytest.mark.parametrize("end", ["commit", "rollback"])
    def test_in_a_transaction(self, tables: SQLClient, end: str) -> None:
        tables.session.begin()
        tables.do("SET CONSTRAINTS FOR child DISABLED")
        for _, row, _ in BROKEN:
            tables.do(f"INSERT INTO child VALUES {row}")
        other = tables.another()
        assert other.codes("SELECT * FROM child") == (-211, -107)
        getattr(tables.session, end)()
        for _, row, code in BROKEN:
            assert insert(other, row) == (code if end == "rollback" else 0)

    def test_a_failure_changes_nothing(self, tables: SQLClient) -> None:
        tables.do("SET CONSTRAINTS ck, fk, uq DISABLED")
        tables.do("INSERT INTO child VALUES (2, 'b', 1, -1)")
        assert tables.code("SET CONSTRAINTS uq, ck, fk ENABLED") == -530
        tables.do("INSERT INTO child VALUES (3, 'b', 9, -1)")

    def test_novalidate_looks_at_new_rows_only(self, tables: SQLClient) -> None:
        tables.do("SET CONSTRAINTS fk, ck DISABLED")
        tables.do("INSERT INTO child VALUES (2, 'b', 9, -1)")
        tables.do("SET CONSTRAINTS fk, ck ENABLED NOVALIDATE")
        assert insert(tables, "(3, 'c', 9, 1)") == -691
        assert insert(tables, "(3, 'c', 1, -1)") == -530
        tables.do(
            "ALTER TABLE child ADD CONSTRAINT CHECK (id > 1) CONSTRAINT other "
            "ENABLED NOVALIDATE"
        )
        assert insert(tables, "(0, 'c', 1, 1)") == -530

    def test_what_refers_to_a_key_comes_first(self, tables: SQLClient) -> None:
        """(ERR -892)"""
        error = tables.error("SET CONSTRAINTS FOR parent DISABLED")
        assert (error.sqlcode, error.token) == (-892, "parent_key")
        tables.do("SET CONSTRAINTS fk DISABLED")
        tables.do("SET CONSTRAINTS parent_key DISABLED")
        assert tables.code("SET CONSTRAINTS fk ENABLED") == -297
        refers = "CREATE TABLE more (p INT REFERENCES parent (id) CONSTRAINT m"
        assert tables.code(f"{refers})") == -297
        tables.do(f"{refers} DISABLED)")
        tables.do("SET CONSTRAINTS parent_key ENABLED")
        tables.do("SET CONSTRAINTS fk ENABLED")
        tables.do("CREATE TABLE tree (k INT PRIMARY KEY, up INT REFERENCES tree)")
        tables.do("SET CONSTRAINTS FOR tree DISABLED")
        tables.do("SET CONSTRAINTS FOR tree ENABLED")

    def test_disabled_when_created(self, tables: SQLClient) -> None:
        tables.do(
            "CREATE TABLE n (a INT NOT NULL DISABLED, b INT CHECK (b > 0) DISABLED, "
            "PRIMARY KEY (b) CONSTRAINT n_key DISABLED)"
        )
        for _ in range(2):
            tables.do("INSERT INTO n VALUES (NULL, -1)")
        assert tables.code("SET CONSTRAINTS n_key ENABLED") == -371
        tables.do(
            "ALTER TABLE child ADD CONSTRAINT (UNIQUE (n) CONSTRAINT u DISABLED, "
            "CHECK (n > 1) CONSTRAINT big DISABLED)"
        )
        tables.do("INSERT INTO child VALUES (2, 'b', 1, 1)")
        tables.do("ALTER TABLE child ADD more INT")  # which makes the indexes anew
        tables.do("INSERT INTO child VALUES (3, 'c', 1, 1, 1)")
        assert tables.code("SET CONSTRAINTS u ENABLED") == -371
        assert tables.code("SET CONSTRAINTS big ENABLED") == -530

    def test_a_deferred_one_is_not_checked(self, tables: SQLClient) -> None:
        tables.session.begin()
        tables.do("SET CONSTRAINTS ALL DEFERRED")
        tables.do("INSERT INTO child VALUES (2, 'b', 9, 1)")
        tables.do("SET CONSTRAINTS fk DISABLED")
        tables.session.commit()

    def test_a_parent_may_be_emptied(self, tables: SQLClient) -> None:
        assert tables.code("TRUNCATE parent") == -26018
        tables.do("SET CONSTRAINTS fk DISABLED")
        tables.do("TRUNCATE parent")


class TestIndexes:
    def test_disabled_is_not_enforced(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT, b INT)")
        sql.do("CREATE UNIQUE INDEX i ON t (a)")
        sql.do("CREATE INDEX d ON t (b)")
        sql.do("INSERT INTO t VALUES (1, 1)")
        assert sql.code("INSERT INTO t VALUES (1, 1)") == -239
        sql.do("SET INDEXES i DISABLED")
        sql.do("INSERT INTO t VALUES (1, 1)")
        sql.do("UPDATE t SET a = 1")
        assert sql.code("SET INDEXES i ENABLED") == -371
        sql.do("SET INDEXES FOR t DISABLED")
        assert sql.rows("SELECT COUNT(*) FROM t WHERE a = 1 AND b = 1") == [(2,)]
        sql.do("TRUNCATE t")
        sql.do("SET INDEXES FOR t ENABLED")
        sql.do("INSERT INTO t VALUES (1, 1)")
        assert sql.code("INSERT INTO t VALUES (1, 1)") == -239

    def test_disabled_when_created(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT)")
        sql.do("CREATE UNIQUE INDEX i ON t (a) DISABLED")
        for _ in range(2):
            sql.do("INSERT INTO t VALUES (1)")
        assert sql.code("SET INDEXES i ENABLED") == -371
        sql.do("DROP INDEX i")

    def test_what_a_constraint_needs_stays(self, tables: SQLClient) -> None:
        """(ERR -892); the indexes of keys go with their constraints."""
        tables.do("CREATE TABLE m (p INT)")
        tables.do("CREATE INDEX i ON m (p)")
        tables.do("ALTER TABLE m ADD CONSTRAINT FOREIGN KEY (p) REFERENCES parent")
        assert tables.code("SET INDEXES i DISABLED") == -892
        tables.do("SET INDEXES FOR parent DISABLED")
        assert tables.code("INSERT INTO parent VALUES (1)") == -268


class TestTriggers:
    def test_disabled_is_not_fired(self, sql: SQLClient) -> None:
        sql.do("CREATE TABLE t (a INT)")
        sql.do("CREATE TABLE log (a INT)")
        sql.do(
            "CREATE TRIGGER g INSERT ON t REFERENCING NEW AS n "
            "FOR EACH ROW (INSERT INTO log VALUES (n.a)) DISABLED"
        )
        switches = ["g ENABLED", "g DISABLED", "FOR t ENABLED", "FOR t DISABLED"]
        sql.do("INSERT INTO t VALUES (0)")
        for number, switch in enumerate(switches, 1):
            sql.do(f"SET TRIGGERS {switch}")
            sql.do("INSERT INTO t VALUES (?)", number)
        assert sql.rows("SELECT a FROM log ORDER BY a") == [(1,), (3,)]


class TestAll:
    def test_states_are_in_the_catalog(self, tables: SQLClient) -> None:
        tables.do("CREATE INDEX i ON child (n)")
        tables.do("CREATE TRIGGER g DELETE ON child BEFORE (DELETE FROM parent)")
        tables.do("SET CONSTRAINTS, INDEXES, TRIGGERS FOR child DISABLED")
        states = {(kind, name): state for kind, name, state in tables.rows(OBJECTS)}
        named = {name for (_, name), state in states.items() if state == "D"}
        assert named >= {"pk", "uq", "nn", "fk", "ck", "i", "g"}
        assert states["C", "parent_key"] == "E"
        tables.do("SET CONSTRAINTS, INDEXES, TRIGGERS FOR child ENABLED")
        assert {row[2] for row in tables.rows(OBJECTS)} == {"E"}

    def test_states_are_kept(self, tmp_path: Path) -> None:
        engine = Engine(data=tmp_path)
        client = SQLClient(engine)
        client.do("CREATE TABLE t (a INT UNIQUE CONSTRAINT u)")
        client.do("INSERT INTO t VALUES (1)")
        client.do("SET CONSTRAINTS u DISABLED")
        engine.close()
        engine = Engine(data=tmp_path)
        client = SQLClient(engine)
        client.do("INSERT INTO t VALUES (1)")
        assert client.code("SET CONSTRAINTS u ENABLED") == -371
        engine.close()

    def test_prepared_statements_are_stale(self, tables: SQLClient) -> None:
        statement = tables.session.prepare("INSERT INTO child VALUES (2, 'b', 1, 1)")
        tables.do("SET CONSTRAINTS ck DISABLED")
        with pytest.raises(Exception, match="-710"):
            statement.execute([])

    @pytest.mark.parametrize(
        ("statement", "sqlcode"),
        [
            ("SET CONSTRAINTS nosuch DISABLED", -623),
            ("SET INDEXES nosuch DISABLED", -319),
            ("SET TRIGGERS nosuch DISABLED", -634),
            ("SET CONSTRAINTS FOR nosuch DISABLED", -206),
            ("SET CONSTRAINTS FOR systables DISABLED", -389),
            ("SET CONSTRAINTS FOR temporary DISABLED", -891),
            ("CREATE TEMP TABLE x (a INT NOT NULL DISABLED)", -891),
            ("CREATE INDEX x ON temporary (a) DISABLED", -891),
            ("SET CONSTRAINTS ALL DISABLED", -201),
            ("SET CONSTRAINTS FOR child DEFERRED", -201),
            ("SET CONSTRAINTS, INDEXES pk DISABLED", -201),
            ("SET CONSTRAINTS FOR child FILTERING WITH ERROR", -999),
            ("CREATE TABLE x (a INT UNIQUE FILTERING)", -999),
            ("CREATE UNIQUE INDEX x ON child (n) FILTERING", -999),
        ],
    )
    def test_mistakes(self, tables: SQLClient, statement: str, sqlcode: int) -> None:
        tables.do("CREATE TEMP TABLE temporary (a INT NOT NULL)")
        assert tables.code(statement) == sqlcode

    def test_it_takes_the_right_to_alter(self, tables: SQLClient) -> None:
        tables.do("GRANT CONNECT TO PUBLIC")
        bob = tables.another(user="bob")
        assert bob.code("SET CONSTRAINTS FOR child DISABLED") == -541
        tables.do("GRANT ALTER ON child TO bob")
        bob.do("SET CONSTRAINTS FOR child DISABLED")
