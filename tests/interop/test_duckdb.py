"""Neutral SQL means the same to the emulator and to another database (DuckDB).

Generated queries use what both dialects share: joins, grouping, three-valued logic,
exact numerics, dates, set operations, windows. Left out on purpose is where Informix
differs: order of NULLs, blanks at the end of strings, types of results, division.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from engine_client import SQLClient

from informix_db.testing.engine import Engine

if TYPE_CHECKING:
    import duckdb

pytestmark = pytest.mark.interop

SEEDS = 12
QUERIES_PER_SEED = 40

Row = tuple[Any, ...]

TABLES = {
    "emp": ("id INT", "dept INT", "name VARCHAR(12)", "pay DECIMAL(8,2)", "born DATE"),
    "dept": ("id INT", "name VARCHAR(12)", "boss INT", "budget DECIMAL(10,3)"),
    "work": ("emp INT", "day DATE", "hours DECIMAL(5,2)", "n SMALLINT"),
}
# Columns by kind, with the alias their table has in every query.
COLUMNS = {
    "emp": {"i": ["e.id", "e.dept"], "d": ["e.pay"], "s": ["e.name"], "t": ["e.born"]},
    "dept": {"i": ["d.id", "d.boss"], "d": ["d.budget"], "s": ["d.name"], "t": []},
    "work": {"i": ["w.emp", "w.n"], "d": ["w.hours"], "s": [], "t": ["w.day"]},
}
ALIASES = {"emp": "e", "dept": "d", "work": "w"}
JOIN_ON = {
    ("emp", "dept"): "e.dept = d.id",
    ("emp", "work"): "w.emp = e.id",
    ("dept", "work"): "d.boss = w.emp",
}
# Informix's names for what DuckDB calls otherwise.
MACROS = (
    "CREATE MACRO mdy(m, d, y) AS make_date(y, m, d)",
    "CREATE MACRO nvl(a, b) AS coalesce(a, b)",
    "CREATE MACRO last_of(x) AS last_day(x)",
)


def table_rows(name: str, chance: random.Random) -> list[Row]:
    def maybe(value: object, share: float = 0.2) -> object:
        return None if chance.random() < share else value

    def text() -> str:
        return "".join(chance.choice("abAB_%") for _ in range(chance.randint(1, 4)))

    def date() -> datetime.date:
        return datetime.date(1990, 1, 1) + datetime.timedelta(chance.randrange(12000))

    def number(limit: int, places: int) -> Decimal:
        return Decimal(chance.randint(-limit, limit)).scaleb(-places)

    makers: dict[str, Callable[[int], Row]] = {
        "emp": lambda i: (
            i,
            maybe(chance.randint(1, 6)),
            maybe(text()),
            maybe(number(999999, 2)),
            maybe(date()),
        ),
        "dept": lambda i: (
            i,
            maybe(text(), 0.1),
            maybe(chance.randint(1, 20)),
            maybe(number(9999999, 3)),
        ),
        "work": lambda i: (
            maybe(chance.randint(1, 25), 0.1),
            maybe(date()),
            maybe(number(9999, 2)),
            maybe(chance.randint(-5, 5)),
        ),
    }
    count = {"emp": 20, "dept": 6, "work": 30}[name]
    return [makers[name](i + 1) for i in range(count)]


class Queries:
    """Makes queries out of chance; `scope` are the tables in FROM."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.scope: list[str] = []

    def pick(self, *choices: Callable[[], str]) -> str:
        return self.chance.choice(choices)()

    def column(self, kind: str) -> str | None:
        columns = [c for table in self.scope for c in COLUMNS[table][kind]]
        return self.chance.choice(columns) if columns else None

    # --- values ---

    def integer(self, depth: int = 1) -> str:
        column = self.column("i") or "1"
        if depth == 0 or self.chance.random() < 0.4:
            return self.chance.choice([column, str(self.chance.randint(-9, 30))])
        return self.pick(
            lambda: f"({self.integer(depth - 1)} + {self.integer(depth - 1)})",
            lambda: f"({self.integer(depth - 1)} - {self.integer(depth - 1)})",
            lambda: f"({self.integer(depth - 1)} * {self.integer(0)})",
            lambda: f"-({self.integer(depth - 1)})",
            lambda: f"ABS({self.integer(depth - 1)})",
            lambda: f"MOD({self.integer(depth - 1)}, {self.chance.randint(2, 7)})",
            lambda: f"NVL({column}, {self.chance.randint(0, 9)})",
            lambda: f"NULLIF({column}, {self.integer(0)})",
            lambda: f"LENGTH({self.string(0)})",
            lambda: f"YEAR({self.date(0)})",
            lambda: f"MONTH({self.date(0)})",
            lambda: f"({self.date(0)} - {self.date(0)})",
            lambda: self.case(self.integer, depth),
        )

    def decimal(self, depth: int = 1) -> str:
        column = self.column("d")
        if column is None:
            return "1.25"
        if depth == 0 or self.chance.random() < 0.4:
            return self.chance.choice([column, f"{self.chance.randint(-999, 999)}.5"])
        return self.pick(
            lambda: f"({self.decimal(depth - 1)} + {self.decimal(depth - 1)})",
            lambda: f"({self.decimal(depth - 1)} - {self.integer(0)})",
            lambda: f"({self.decimal(0)} * {self.integer(0)})",
            lambda: f"({column} * 1.05)",
            lambda: f"ABS({self.decimal(depth - 1)})",
            lambda: f"ROUND({column}, 1)",
            lambda: f"COALESCE({column}, 0)",
            lambda: self.case(self.decimal, depth),
        )

    def string(self, depth: int = 1) -> str:
        column = self.column("s")
        if column is None:
            return "'ab'"
        if depth == 0 or self.chance.random() < 0.5:
            return self.chance.choice([column, "'ab'", "'B'"])
        return self.pick(
            lambda: f"UPPER({column})",
            lambda: f"LOWER({column})",
            lambda: f"({column} || {self.string(0)})",
            lambda: f"SUBSTR({column}, {self.chance.randint(1, 3)}, 2)",
            lambda: f"REPLACE({column}, 'a', 'xx')",
            lambda: f"NVL({column}, 'none')",
            lambda: f"TRIM({column})",
        )

    def date(self, depth: int = 1) -> str:
        column = self.column("t")
        literal = (
            f"MDY({self.chance.randint(1, 12)}, 15, {self.chance.randint(1990, 2022)})"
        )
        if column is None or self.chance.random() < 0.3:
            return literal
        if depth == 0:
            return column
        return self.pick(
            lambda: column or "",
            lambda: f"({column} + {self.chance.randint(1, 400)})",
            lambda: f"({column} - {self.chance.randint(1, 400)})",
            lambda: f"LAST_DAY({column})",
        )

    def case(self, value: Callable[[int], str], depth: int) -> str:
        text = f"CASE WHEN {self.condition(0)} THEN {value(depth - 1)}"
        if self.chance.random() < 0.6:
            text += f" ELSE {value(depth - 1)}"
        return f"{text} END"

    def value(self, depth: int = 1) -> str:
        return self.pick(
            lambda: self.integer(depth),
            lambda: self.decimal(depth),
            lambda: self.string(depth),
            lambda: self.date(depth),
        )

    # --- conditions ---

    def comparison(self) -> str:
        operator = self.chance.choice(["=", "<>", "<", "<=", ">", ">="])
        value = self.chance.choice([self.integer, self.decimal, self.string, self.date])
        return f"{value(1)} {operator} {value(0)}"

    def condition(self, depth: int = 2) -> str:
        if depth == 0:
            return self.comparison()
        return self.pick(
            self.comparison,
            lambda: f"({self.condition(depth - 1)} AND {self.condition(depth - 1)})",
            lambda: f"({self.condition(depth - 1)} OR {self.condition(depth - 1)})",
            lambda: f"NOT ({self.condition(depth - 1)})",
            lambda: f"{self.value(0)} IS {self.chance.choice(['', 'NOT '])}NULL",
            lambda: f"{self.integer()} BETWEEN {self.integer(0)} AND {self.integer(0)}",
            lambda: f"{self.decimal(0)} NOT BETWEEN -500 AND {self.integer(0)}",
            lambda: f"{self.integer()} IN ({self.integer(0)}, 3, 5)",
            lambda: f"{self.string()} NOT IN ('a', 'B', {self.string(0)})",
            lambda: f"{self.string()} LIKE '{self.chance.choice(['a%', '%b', '_B%'])}'",
            self.subquery_condition,
        )

    def subquery_condition(self) -> str:
        free = [table for table in TABLES if table not in self.scope]
        if not free:
            return self.comparison()
        table = self.chance.choice(free)
        outside, self.scope = self.scope, [*self.scope, table]
        where = f"FROM {table} {ALIASES[table]} WHERE {self.condition(1)}"
        self.scope = [table]
        inner = self.column("i")
        self.scope = outside
        negated = self.chance.choice(["", "NOT "])
        operator = self.chance.choice(["=", "<>", "<", ">=", ">"])
        return self.pick(
            lambda: f"{negated}EXISTS (SELECT 1 {where})",
            lambda: f"{self.integer(0)} {negated}IN (SELECT {inner} {where})",
            lambda: f"{self.integer(0)} {operator} ANY (SELECT {inner} {where})",
            lambda: f"{self.integer(0)} {operator} ALL (SELECT {inner} {where})",
            lambda: f"{self.integer(0)} {operator} (SELECT MAX({inner}) {where})",
        )

    # --- queries ---

    def source(self) -> str:
        tables = self.chance.sample(list(TABLES), self.chance.randint(1, 3))
        tables.sort(key=list(TABLES).index)
        self.scope = tables[:1]
        text = f"{tables[0]} {ALIASES[tables[0]]}"
        for table in tables[1:]:
            kind = self.chance.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
            partner = self.chance.choice(self.scope)
            self.scope.append(table)
            on = JOIN_ON[partner, table]
            if kind != "FULL JOIN" and self.chance.random() < 0.3:
                on += f" AND {self.comparison()}"
            text += f" {kind} {table} {ALIASES[table]} ON {on}"
        return text

    def aggregate(self) -> str:
        return self.pick(
            lambda: "COUNT(*)",
            lambda: f"COUNT({self.value()})",
            lambda: f"COUNT(DISTINCT {self.value(0)})",
            lambda: f"SUM({self.decimal()})",
            lambda: f"SUM({self.integer()})",
            lambda: f"SUM(DISTINCT {self.integer(0)})",
            lambda: f"MIN({self.value()})",
            lambda: f"MAX({self.value()})",
        )

    def plain(self) -> str:
        source = self.source()
        items = ", ".join(self.value() for _ in range(self.chance.randint(1, 4)))
        distinct = self.chance.choice(["", "", "DISTINCT "])
        text = f"SELECT {distinct}{items} FROM {source}"
        return text + (
            f" WHERE {self.condition()}" if self.chance.random() < 0.8 else ""
        )

    def grouped(self) -> str:
        source = self.source()
        keys = [self.value() for _ in range(self.chance.randint(0, 2))]
        keys = [key for key in keys if key != self.string(0)]
        items = [*keys, *(self.aggregate() for _ in range(self.chance.randint(1, 3)))]
        text = f"SELECT {', '.join(items)} FROM {source}"
        if self.chance.random() < 0.6:
            text += f" WHERE {self.condition(1)}"
        if keys:
            text += " GROUP BY " + ", ".join(str(i + 1) for i in range(len(keys)))
        if keys and self.chance.random() < 0.4:
            text += f" HAVING COUNT(*) > {self.chance.randint(0, 2)}"
        return text

    def compound(self) -> str:
        kinds = [
            self.chance.choice([self.integer, self.string, self.date, self.decimal])
        ]
        kinds.append(self.chance.choice([self.integer, self.string]))
        parts = []
        for _ in range(self.chance.randint(2, 3)):
            source = self.source()
            items = ", ".join(kind(1) for kind in kinds)
            parts.append(f"SELECT {items} FROM {source} WHERE {self.condition(1)}")
        # One operator throughout: their precedence differs between databases.
        operator = self.chance.choice(["UNION", "UNION ALL", "EXCEPT", "INTERSECT"])
        return f" {operator} ".join(parts)

    def windowed(self) -> str:
        self.scope = ["emp"]
        partition = self.chance.choice(["", "PARTITION BY e.dept "])
        order = self.chance.choice(["e.id", "e.id DESC"])
        frame = self.chance.choice(
            ["", " ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", " ROWS 1 PRECEDING"]
        )
        over = f"OVER ({partition}ORDER BY {order}{frame})"
        plain = f"OVER ({partition}ORDER BY {order})"
        ties = f"OVER (ORDER BY NVL(e.dept, 0) {self.chance.choice(['', 'DESC'])})"
        function = self.pick(
            lambda: f"SUM({self.decimal(0)}) {over}",
            lambda: f"SUM({self.integer(0)}) {over}",
            lambda: f"COUNT({self.string(0)}) {over}",
            lambda: f"MAX({self.value(0)}) {over}",
            lambda: f"FIRST_VALUE({self.decimal(0)}) {over}",
            lambda: f"LAST_VALUE({self.string(0)}) {over}",
            lambda: f"LAG({self.string(0)}, {self.chance.randint(1, 3)}) {plain}",
            lambda: f"LEAD({self.integer(0)}, 1, -1) {plain}",
            lambda: f"ROW_NUMBER() {plain}",
            lambda: f"NTILE(3) {plain}",
            lambda: f"RANK() {ties}",
            lambda: f"DENSE_RANK() {ties}",
            lambda: f"PERCENT_RANK() {ties}",
            lambda: f"CUME_DIST() {ties}",
        )
        return f"SELECT e.id, {function} FROM emp e WHERE {self.condition(1)}"

    def nested(self) -> str:
        """Derived tables, WITH, the first rows of an order."""
        self.scope = ["emp"]
        number, text = self.integer(), self.string()
        inner = (
            f"SELECT e.id k, {number} v, {text} s FROM emp e WHERE {self.condition(1)}"
        )
        n = self.chance.randint(1, 9)
        way = self.chance.choice(["", " DESC"]) + " NULLS "
        way += self.chance.choice(["FIRST", "LAST"])
        ordered = f"SELECT {self.value()} v, e.id FROM emp e ORDER BY v{way}, e.id"
        return self.pick(
            lambda: f"SELECT x.v, COUNT(*) FROM ({inner}) x GROUP BY x.v",
            lambda: (
                f"WITH x AS ({inner}) SELECT a.k, b.s FROM x a JOIN x b ON a.k = b.v"
            ),
            lambda: f"WITH x AS ({inner}) SELECT SUM(v) FROM x WHERE k > {n}",
            lambda: f"SELECT v, k FROM ({inner}) x ORDER BY v{way}, k LIMIT {n}",
            lambda: f"{ordered} LIMIT {n}",
            lambda: (
                "WITH RECURSIVE c(i) AS (SELECT id FROM dept WHERE id < 3 "
                f"UNION ALL SELECT i + 2 FROM c WHERE i < {n}) "
                "SELECT i, COUNT(*) FROM c GROUP BY i"
            ),
        )

    def query(self) -> str:
        return self.pick(
            self.plain,
            self.plain,
            self.grouped,
            self.grouped,
            self.compound,
            self.windowed,
            self.nested,
        )

    # --- changes ---

    def change(self) -> tuple[str, str]:
        """Return the name of a table and a statement that changes it."""
        return self.chance.choice([self.update, self.delete, self.insert, self.merge])()

    def update(self) -> tuple[str, str]:
        self.scope = ["emp"]
        dept = self.pick(
            lambda: f"MOD({self.integer()}, 50)",
            lambda: "(SELECT MAX(d.id) FROM dept d WHERE d.boss > e.id)",
        )
        assigned = self.chance.sample(
            [
                f"dept = {dept}",
                f"name = UPPER({self.string(0)})",
                f"born = {self.date()}",
                "pay = e.pay * 2 - 1",
            ],
            2,
        )
        text = f"UPDATE emp AS e SET {', '.join(assigned)} WHERE {self.condition()}"
        return "emp", text

    def delete(self) -> tuple[str, str]:
        self.scope = ["work"]
        return "work", f"DELETE FROM work AS w WHERE {self.condition()}"

    def insert(self) -> tuple[str, str]:
        source = self.source()
        values = f"MOD({self.integer()}, 90), NULL, {self.integer()}, NULL"
        where = self.condition(1)
        return "dept", f"INSERT INTO dept SELECT {values} FROM {source} WHERE {where}"

    def merge(self) -> tuple[str, str]:
        self.scope = ["work"]
        value, where = self.integer(), self.condition(1)
        rows = (
            f"SELECT w.emp k, MAX({value}) v FROM work w WHERE {where} GROUP BY w.emp"
        )
        text = f"MERGE INTO dept AS d USING ({rows}) AS s ON d.id = s.k"
        matched = self.chance.choice(["UPDATE SET boss = s.v", "DELETE"])
        clauses = [
            f" WHEN MATCHED THEN {matched}",
            " WHEN NOT MATCHED THEN INSERT (id, boss) VALUES (s.k, s.v)",
        ]
        return "dept", text + "".join(clauses[self.chance.randrange(2) :])


def comparable(rows: Sequence[Row]) -> list[list[str]]:
    """Return rows in an order of their own, numbers by value."""

    def plain(value: object) -> str:
        if isinstance(value, float):
            return f"{value:.9g}"
        if isinstance(value, (int, Decimal)):
            return f"{Decimal(value).normalize():f}" if value else "0"
        return repr(value)

    return sorted([plain(value) for value in row] for row in rows)


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[SQLClient, duckdb.DuckDBPyConnection]]:
    import duckdb  # it is not there for every Python that collects this file

    engine = Engine()
    ours, theirs = SQLClient(engine), duckdb.connect()
    for macro in MACROS:
        theirs.execute(macro)
    for name, columns in TABLES.items():
        rows = table_rows(name, random.Random(name))
        for run in (ours.do, theirs.execute):
            run(f"CREATE TABLE {name} ({', '.join(columns)})")
        marks = ", ".join("?" * len(columns))
        for row in rows:
            ours.do(f"INSERT INTO {name} VALUES ({marks})", *row)
            theirs.execute(f"INSERT INTO {name} VALUES ({marks})", row)
    yield ours, theirs
    theirs.close()
    engine.close()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_generated_queries(
    both: tuple[SQLClient, duckdb.DuckDBPyConnection], seed: int
) -> None:
    ours, theirs = both
    queries = Queries(random.Random(seed))
    filled = 0
    for _ in range(QUERIES_PER_SEED):
        query = queries.query()
        expected = theirs.execute(query).fetchall()
        assert comparable(ours.rows(query)) == comparable(expected), query
        filled += bool(expected)
    assert filled > QUERIES_PER_SEED / 2


@pytest.mark.parametrize("seed", range(SEEDS // 3))
def test_generated_changes(
    both: tuple[SQLClient, duckdb.DuckDBPyConnection], seed: int
) -> None:
    """Each is undone afterwards."""
    ours, theirs = both
    queries = Queries(random.Random(seed))
    changed = 0
    for _ in range(QUERIES_PER_SEED):
        table, statement = queries.change()
        every = f"SELECT * FROM {table}"
        before = comparable(ours.rows(every))
        ours.session.begin()
        theirs.begin()
        theirs.execute(statement)
        count = ours.do(statement).rows
        after = comparable(ours.rows(every))
        assert after == comparable(theirs.execute(every).fetchall()), statement
        changed += bool(count)
        ours.session.rollback()
        theirs.rollback()
        assert comparable(ours.rows(every)) == before
    assert changed > QUERIES_PER_SEED / 3
